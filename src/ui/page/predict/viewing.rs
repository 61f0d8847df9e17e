//! The viewer on the photos of the page: it goes through those that could be read, and the page follows it.

use std::{cell::RefCell, path::PathBuf, time::Instant};

use egui::{Id, TextureId, Ui};

use super::{State, ask_more, picture, runs, words};
use crate::{
    session::ShownPhoto,
    text::{Phrase, say},
    ui::{
        Cx,
        viewer::{
            Viewer, ViewerAnswer,
            subject::{Fact, Film, MapOf, Small, Subject},
        },
    },
};

/// Opens the viewer at a photo; `back` gets the keyboard when it is closed. `None` if it could not be read.
pub fn open(ui: &Ui, photos: &[ShownPhoto], photo: u64, back: Option<Id>) -> Option<Viewer> {
    let position = readable(photos).position(|readable| readable.id == photo)?;
    Some(Viewer::at(ui, position, back))
}

fn readable(photos: &[ShownPhoto]) -> impl Iterator<Item = &ShownPhoto> {
    photos.iter().filter(|photo| photo.unread.is_none())
}

/// Draws it, if one is open; gives whether it is, so that nothing else is drawn.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) -> bool {
    let session = cx.session;
    let photos: Vec<&ShownPhoto> = readable(&session.photos).collect();
    let Some(mut viewer) = state.viewing.take().filter(|viewer| !viewer.is_left(ui) && !photos.is_empty()) else {
        return false;
    };
    let (ctx, began) = (ui.ctx().clone(), Instant::now());
    let strip = RefCell::new(std::mem::take(&mut state.strip));
    let small = |position: usize| {
        let texture = strip.borrow_mut().thumb(&ctx, photos.get(position)?, began)?;
        Some(Small::Texture(texture.id(), texture.size_vec2().into()))
    };
    let file = |position: usize| photos.get(position).map_or_else(PathBuf::new, |photo| PathBuf::from(&photo.name));
    // What is said of a photo stands on the page already, and nobody knows whether it is right.
    let film = Film { count: photos.len(), small: &small, file: &file, folder: None, mistake: None };
    viewer.turn(ui, &film);
    let shown = photos[viewer.position().min(photos.len() - 1)];
    if state.photo != Some(shown.id) {
        state.turn_to(shown.id);
    }
    state.since = state.since.min(ui.input(|input| input.time));
    let chosen = state.chosen(shown);
    ask_more(cx, state, shown, chosen);
    picture::sharpen(ui, cx, state, shown, viewer.scale());
    let large = (picture::texture(ui, cx, state, shown), picture::pixels_of(shown));
    let subject = subject(cx, shown, chosen, large);
    let answer = viewer.show(ui, cx, &film, &subject);
    state.strip = strip.into_inner();
    match answer {
        ViewerAnswer::Map(place) => state.choose(shown, place),
        ViewerAnswer::Square(square) => {
            let place = picture::squares(cx.lang, shown, chosen).nth(square).map(|(place, _)| place);
            place.into_iter().for_each(|place| state.choose(shown, place));
        }
        ViewerAnswer::Stay | ViewerAnswer::Close => {}
    }
    let stays = answer != ViewerAnswer::Close;
    state.viewing = stays.then_some(viewer);
    stays
}

fn subject<'a>(cx: &Cx<'_>, shown: &'a ShownPhoto, chosen: usize, large: (TextureId, [f32; 2])) -> Subject<'a> {
    let lang = cx.lang;
    let label = match &shown.asked[..] {
        [one] => words::sentence(lang, one),
        _ => words::summary(lang, shown),
    };
    let [width, height] = large.1.map(|side| side.round() as u32);
    let learned = cx.session.answering().map(|run| run.framing);
    let said = shown.asked.get(chosen).and_then(|asked| asked.said());
    let fact = |name: Phrase, value: String| Fact { name: name.get(lang).into(), value };
    let face = |place: usize| format!("{} {}", say("Face", "Visage").get(lang), place + 1);
    let several = shown.asked.iter().enumerate().filter(|_| shown.asked.len() > 1);
    let maps = several.clone().map(|(place, _)| face(place)).collect();
    let faces = several.map(|(place, asked)| Fact { name: face(place).into(), value: words::sentence(lang, asked) });
    let facts = [
        said.map(|reply| fact(say("Run", "Essai"), runs::name(cx, &reply.run).into_owned())),
        learned.map(|learned| fact(say("Framing", "Cadrage"), words::framing(&shown.framed, learned).get(lang).to_owned())),
        Some(fact(say("File", "Fichier"), shown.name.clone())),
        Some(fact(say("Picture", "Image"), format!("{width} × {height}"))),
    ];
    Subject {
        label,
        large: Some(large),
        squares: picture::squares(lang, shown, chosen).map(|(_, square)| square).collect(),
        facts: faces.chain(facts.into_iter().flatten()).collect(),
        caution: said.map(|reply| reply.caution.get(lang).to_owned()),
        map: shown.asked.get(chosen).map_or(MapOf::Nobody, MapOf::Square),
        maps,
        shown_map: chosen,
        ..Subject::default()
    }
}
