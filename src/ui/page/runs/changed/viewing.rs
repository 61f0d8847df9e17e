//! The viewer over two compared runs: it goes through the pictures that were opened, with what each of the runs said.

use egui::{Id, Ui};

use super::{Both, Open};
use crate::{
    data::sample::Sample,
    evaluate::Prediction,
    text::{quoted, say},
    ui::{
        Cx,
        page::results::labels,
        viewer::{
            Viewer, ViewerAnswer,
            subject::{CopyCounter, Decidable, Fact, Film, LABEL, MapOf, Said, Small, Subject, facts, folder_of},
        },
    },
};

/// The viewer with what it has counted.
pub struct Viewing {
    viewer: Viewer,
    copies: CopyCounter,
    /// Whose map is shown.
    map: usize,
}

impl Viewing {
    /// Opens the viewer at a picture of the list; `back` gets the keyboard when it is closed.
    pub fn open(ui: &Ui, position: usize, back: Id) -> Self {
        Self { viewer: Viewer::at(ui, position, Some(back)), copies: CopyCounter::default(), map: 0 }
    }
}

/// Draws it, if one is open; gives whether it is, so that nothing else is drawn.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, both: &Both<'_>, shown: &[[&Prediction; 2]], viewing: &mut Option<Viewing>) -> bool {
    let Some(Viewing { viewer, copies, map }) = viewing else { return false };
    let Some(open) = both.open.as_ref().filter(|_| !viewer.is_left(ui) && !shown.is_empty()) else {
        *viewing = None;
        return false;
    };
    let said = |position: usize| shown[position.min(shown.len() - 1)];
    let small = |position: usize| {
        let [p, _] = said(position);
        Some(Small::Pixels(&open.pixels, open.place(&p.file, p.sample)?))
    };
    let file = |position: usize| said(position)[0].file.clone();
    // The list is of pictures that a run got wrong, or of none: there is no next mistake in it.
    let film = Film { count: shown.len(), small: &small, file: &file, folder: folder_of(&open.base), mistake: None };
    viewer.turn(ui, &film);
    let lang = cx.lang;
    let subject = Subject {
        map: MapOf::run(cx.session, &both.pair.runs[*map]),
        maps: both.pair.names.each_ref().map(|name| quoted(lang, name.get(lang))).into(),
        shown_map: *map,
        ..subject(cx, both, open, said(viewer.position()), copies)
    };
    let answer = viewer.show(ui, cx, &film, &subject);
    if let ViewerAnswer::Map(chosen) = answer {
        *map = chosen;
    }
    let stays = answer != ViewerAnswer::Close;
    if !stays {
        *viewing = None;
    }
    stays
}

fn subject<'a>(cx: &Cx<'a>, both: &Both<'_>, open: &Open, said: [&Prediction; 2], copies: &mut CopyCounter) -> Subject<'a> {
    let (lang, [p, _]) = (cx.lang, said);
    let task = &both.reports[0].task;
    // Labels of another question are not these.
    let session = cx.session;
    let now = session.open.as_ref().filter(|now| now.dataset.source == open.base.source && now.dataset.task == *task);
    let now = now.map(|now| (now, labels::now(now, p)));
    let class = now.map_or(p.label, |(_, (class, _))| class);
    let sample = open.place(&p.file, p.sample).and_then(|place| open.sample(place));
    let part = both.reports[0].part;
    let facts = match sample {
        Some(sample) => facts(lang, sample, part, copies.of(&open.base, sample), both.pair.of_years),
        None => vec![Fact { name: say("File", "Fichier").get(lang).into(), value: p.file.display().to_string() }],
    };
    let gone = sample.is_none().then(|| say("This file no longer exists", "Ce fichier n’existe plus").get(lang).to_owned());
    let by = |run: usize| {
        let report = both.reports[run];
        Said { by: Some(both.pair.names[run].get(lang).to_owned()), ..Said::of(report, report.threshold, said[run], lang) }
    };
    Subject {
        sample: p.sample as usize,
        label: task.name(class.into(), lang),
        heading: Some(LABEL),
        class: Some(class).filter(|_| !both.pair.of_years),
        said: vec![by(0), by(1)],
        note: gone.or_else(|| labels::decided(lang, now?.0, p)),
        facts,
        decidable: now.map(|(now, (class, edit))| Decidable { task: &now.dataset.task, class: Some(class), edit }),
        ..Subject::default()
    }
}

impl Open {
    /// The picture at a place among its pixels.
    fn sample(&self, place: usize) -> Option<&Sample> {
        let samples = &self.base.samples;
        samples.get(place).or_else(|| self.base.spare.samples.get(place - samples.len()))
    }
}
