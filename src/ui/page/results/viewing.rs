//! The viewer on the results page: it goes through the evaluated pictures that it was opened from.

use egui::{Id, Ui};

use super::{Shown, labels, picture::Places};
use crate::{
    data::sample::Part,
    evaluate::Prediction,
    text::{Lang, say},
    ui::{
        Cx,
        viewer::{
            Viewer, ViewerAnswer,
            subject::{CopyCounter, Decidable, Fact, Film, LABEL, MapOf, Said, Small, Subject, facts, folder_of, is_mistake},
        },
    },
};

/// The viewer with its list of evaluated pictures.
pub struct Viewing {
    viewer: Viewer,
    /// Of the validation part instead of the evaluated one.
    validation: bool,
    list: Vec<usize>,
    /// How many evaluated pictures the list is of, at least.
    of: usize,
    run: String,
    copies: CopyCounter,
}

impl Viewing {
    /// Opens the viewer at a position of `list`; `back` gets the keyboard when it is closed.
    pub fn open(ui: &Ui, shown: &Shown, (list, validation): (Vec<usize>, bool), position: usize, back: Id) -> Self {
        let viewer = Viewer::at(ui, position, Some(back));
        let of = list.iter().max().map_or(0, |last| last + 1);
        Self { viewer, validation, list, of, run: shown.view.info.id.clone(), copies: CopyCounter::default() }
    }
}

/// Draws it, if one is open; gives whether it is, so that nothing else is drawn.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, viewing: &mut Option<Viewing>) -> bool {
    let Some(open) = viewing else { return false };
    let all = if open.validation { &shown.report.validation } else { &shown.report.predictions };
    let fits = open.run == shown.view.info.id && open.of <= all.len();
    if open.viewer.is_left(ui) || !fits || open.list.is_empty() {
        *viewing = None;
        return false;
    }
    let places = Places::of(cx, shown);
    let Viewing { viewer, list, validation, copies, .. } = open;
    let prediction = |position: usize| &all[list[position.min(list.len() - 1)]];
    let small = |position: usize| Some(Small::Pixels(places.pixels.as_ref()?, places.find(prediction(position))?));
    let file = |position: usize| prediction(position).file.clone();
    let mistake = |position: usize| is_mistake(&shown.report, shown.threshold, prediction(position));
    let film = Film {
        count: list.len(),
        small: &small,
        file: &file,
        folder: places.base.as_deref().and_then(folder_of),
        mistake: Some(&mistake),
    };
    viewer.turn(ui, &film);
    let p = prediction(viewer.position());
    let part = if *validation { Some(Part::Validation) } else { shown.report.part };
    // By the run whose answers these are, whoever answers about photos.
    let map = MapOf::run(cx.session, &shown.view.info.id);
    let subject = Subject { map, ..subject(cx.lang, shown, &places, p, Beside { part, copies }) };
    let stays = viewer.show(ui, cx, &film, &subject) != ViewerAnswer::Close;
    if !stays {
        *viewing = None;
    }
    stays
}

/// What is known of a picture beside what was evaluated.
struct Beside<'a> {
    part: Option<Part>,
    copies: &'a mut CopyCounter,
}

fn subject<'a>(lang: Lang, shown: &'a Shown, places: &'a Places, p: &Prediction, beside: Beside<'_>) -> Subject<'a> {
    let Beside { part, copies } = beside;
    let of_years = shown.years.is_some();
    let now = places.now.as_ref().map(|open| (open, labels::now(open, p)));
    let class = now.map_or(p.label, |(_, (class, _))| class);
    let place = places.find(p);
    let known = places.base.as_ref().zip(place).and_then(|(base, place)| {
        let sample = base.samples.get(place).or_else(|| base.spare.samples.get(place - base.samples.len()))?;
        Some((base, sample))
    });
    let facts = match known {
        Some((base, sample)) => facts(lang, sample, part, copies.of(base, sample), of_years),
        None => vec![Fact { name: say("File", "Fichier").get(lang).into(), value: p.file.display().to_string() }],
    };
    let trouble = places.trouble(p).map(|trouble| trouble.get(lang).to_owned());
    Subject {
        sample: p.sample as usize,
        label: shown.task().name(class.into(), lang),
        heading: Some(LABEL),
        class: Some(class).filter(|_| !of_years),
        said: vec![Said::of(&shown.report, shown.threshold, p, lang)],
        note: trouble.or_else(|| labels::decided(lang, now?.0, p)),
        facts,
        decidable: now.map(|(open, (class, edit))| Decidable { task: &open.dataset.task, class: Some(class), edit }),
        ..Subject::default()
    }
}
