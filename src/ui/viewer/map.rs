//! Where the network looked, beside the picture: asked for when it is wished, by the run that answers.

use std::path::{Path, PathBuf};

use egui::{Rect, Role, Sense, TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::{
    predict::heatmap::Heat,
    session::{LookedAt, Session},
    text::{Lang, say},
    ui::{
        Action, Cx, icon, motion,
        theme::{self, Theme},
        widget::{notice, thumbs},
    },
};

/// Height of the words below the map.
pub const LEGEND: f32 = 54.0;

/// What was answered about a picture by who answers now.
pub fn answered<'a>(session: &'a Session, file: &Path) -> Option<&'a LookedAt> {
    let run = session.answering()?.id;
    session.looked_at.as_ref().filter(|looked_at| looked_at.file == file && looked_at.run == run)
}

/// What the map is of: a picture by its file and place, and what was asked for last, so that it is asked for once.
pub struct MapRequest<'a> {
    pub file: &'a Path,
    pub sample: usize,
    pub asked: &'a mut Option<MapKey>,
}

/// A file that was asked about, and the run that was.
pub type MapKey = (PathBuf, String);

/// Draws the map into `room`, by `heat`; asks for what is missing.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, room: Rect, heat: Heat, request: MapRequest<'_>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    ask(cx, request.file, request.sample, request.asked);
    let session = cx.session;
    let known = answered(session, request.file);
    let reply = known.and_then(|known| known.asked.reply.as_ref());
    let slow = known.and_then(|known| known.asked.slow.as_ref());
    if heat == Heat::Occlusion
        && let (Some(known), Some(Ok(_)), None) = (known, reply, slow)
    {
        cx.act(Action::Occlude(known.asked.id));
    }
    let mut below = ui.new_child(egui::UiBuilder::new().id_salt("heat map").max_rect(room));
    let ui = &mut below;
    let side = room.width().min(room.height() - LEGEND).max(40.0);
    let picture = Rect::from_center_size(pos2(room.center().x, room.top() + (room.height() - LEGEND) / 2.0), Vec2::splat(side));
    let words = Rect::from_min_size(pos2(room.left(), picture.bottom() + 6.0), vec2(room.width(), LEGEND - 6.0));
    ui.painter().rect_filled(picture, theme::RADIUS_BUTTON, t.surface2);
    let problem = match (reply, slow.and_then(|slow| slow.map.as_ref())) {
        (Some(Err(problem)), _) => Some(problem),
        (_, Some(Err(problem))) if heat == Heat::Occlusion => Some(problem),
        _ => None,
    };
    let map = match (heat, reply) {
        (Heat::GradCam, Some(Ok(reply))) => reply.heatmap.as_deref(),
        (Heat::Occlusion, _) => slow.and_then(|slow| slow.map.as_ref()?.as_deref().ok()),
        _ => None,
    };
    if let (Some(Ok(reply)), Some(map)) = (reply, map) {
        let mut image = thumbs::image(&reply.pixels, reply.side);
        for (pixel, value) in image.pixels.iter_mut().zip(map) {
            *pixel = pixel.lerp_to_gamma(t.validation, 0.75 * value.clamp(0.0, 1.0));
        }
        let texture = ui.ctx().load_texture_cached("looked at", ui.scope_id().with("looked at"), image, TextureOptions::LINEAR);
        thumbs::paint(ui, picture, texture.id());
    } else if problem.is_none() {
        motion::busy(ui, picture, t.accent);
    }
    let response = ui.interact(picture, ui.scope_id().with("map"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, say("Where it looked", "Où il a regardé").get(lang)));
    response.on_hover_text(heat.about().get(lang));
    let mut words = ui.new_child(egui::UiBuilder::new().id_salt("legend").max_rect(words));
    match (problem, reply) {
        (Some(problem), _) => notice::note(&mut words, icon::CIRCLE_ALERT, t.bad, problem.what.get(lang)),
        (None, Some(Ok(reply))) => {
            let text = heat.legend_for(&reply.task).get(lang);
            words.add(egui::Label::new(theme::caption(text).color(t.text2)).wrap()).on_hover_text(text);
        }
        _ => {
            let text = say("The model is looking…", "Le modèle regarde…").get(lang);
            words.label(theme::caption(text).color(t.text2));
        }
    }
}

/// Asks about the picture, unless that was done.
pub fn ask(cx: &mut Cx<'_>, file: &Path, sample: usize, asked: &mut Option<MapKey>) {
    let Some(run) = cx.session.answering().map(|answering| answering.id) else { return };
    let before = asked.as_ref().is_some_and(|(of, by)| of == file && by == run);
    if answered(cx.session, file).is_none() && !before {
        *asked = Some((file.to_owned(), run.to_owned()));
        cx.act(Action::AskAbout { file: file.to_owned(), sample });
    }
}

/// The names of the ways to look, the first of which is not to.
pub fn names(lang: Lang) -> [String; 3] {
    let [quick, slow] = Heat::ALL.map(|heat| heat.name().get(lang).to_owned());
    [say("No heat map", "Sans carte").get(lang).to_owned(), quick, slow]
}
