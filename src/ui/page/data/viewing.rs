//! The viewer on the data page: it goes through the list that a picture was opened from.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use egui::{Id, Ui};

use super::{
    detail,
    overview::{Entry, Overview, Place},
};
use crate::{
    data::{dataset::Dataset, pixels::Pixels},
    evaluate::{Prediction, Report},
    run::RunView,
    text::say,
    ui::{
        Cx,
        viewer::{
            Viewer, ViewerAnswer,
            subject::{Decidable, Film, LABEL, MapOf, Said, Small, Subject, facts, folder_of, is_mistake},
        },
    },
};

/// A list with the picture of it that is to be opened.
pub struct Opened {
    /// Where each picture lies in the store, which stays when edits move them.
    list: Vec<u32>,
    position: usize,
    /// What gets the keyboard back.
    back: Option<Id>,
}

impl Opened {
    /// `at` in the list of `entries`; those that cannot be seen are passed over. `None` if it is one of them.
    pub fn of(dataset: &Dataset, entries: impl Iterator<Item = Entry>, at: Entry, back: Option<Id>) -> Option<Self> {
        if dataset.pixels.len() != dataset.samples.len() {
            return None;
        }
        let place = |entry: Entry| match entry {
            Entry::Sample(index) => Some(dataset.pixels.place(index as usize) as u32),
            Entry::Skipped(index) => {
                let spare = dataset.spare.find(&dataset.skipped[index as usize].file)?;
                Some(dataset.spare.pixels.place(spare) as u32)
            }
        };
        let wanted = place(at)?;
        let list: Vec<u32> = entries.filter_map(place).collect();
        let position = list.iter().position(|place| *place == wanted)?;
        Some(Self { list, position, back })
    }
}

/// The viewer with its list.
pub struct Viewing {
    viewer: Viewer,
    list: Vec<u32>,
    /// The store that the places are of.
    store: usize,
    places: StorePlaces,
    answers: Answers,
}

/// Where each picture of the store is in the data set of now.
#[derive(Default)]
struct StorePlaces {
    of: Option<Arc<Dataset>>,
    there: Vec<Option<Place>>,
}

/// What the run that is shown says of pictures, by their places in the store.
#[derive(Default)]
struct Answers {
    of: Option<Arc<RunView>>,
    known: HashMap<u32, (bool, u32)>,
}

impl StorePlaces {
    fn follow(&mut self, dataset: &Arc<Dataset>) {
        if self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, dataset)) {
            return;
        }
        let places = |pixels: &Pixels, place: fn(usize) -> Place| {
            (0..pixels.len()).map(|index| (pixels.place(index), place(index))).collect::<Vec<_>>()
        };
        let all = [places(&dataset.pixels, Place::Sample), places(&dataset.spare.pixels, Place::Spare)].concat();
        self.there = vec![None; all.iter().map(|(place, _)| place + 1).max().unwrap_or(0)];
        all.into_iter().for_each(|(place, here)| self.there[place] = Some(here));
        self.of = Some(Arc::clone(dataset));
    }

    fn get(&self, place: u32) -> Option<Place> {
        self.there.get(place as usize).copied().flatten()
    }
}

impl Answers {
    /// Looks anew what is known, if another run is shown.
    fn follow(&mut self, cx: &Cx<'_>) {
        let run = cx.session.run.as_ref().filter(|_| cx.session.own_dataset().is_some());
        if self.of.as_ref().map(Arc::as_ptr) == run.map(Arc::as_ptr) {
            return;
        }
        self.known.clear();
        if let (Some(report), Some(base)) = (run.and_then(|run| run.report.as_ref()), cx.session.pictures()) {
            let parts = [(false, &report.predictions), (true, &report.validation)];
            let all = parts.into_iter().flat_map(|(validation, part)| (0u32..).zip(part).map(move |(at, p)| (validation, at, p)));
            let place = |p: &Prediction| Some(base.pixels.place(base.find(&p.file, p.sample as usize)?) as u32);
            self.known.extend(all.filter_map(|(validation, at, p)| Some((place(p)?, (validation, at)))));
        }
        self.of = run.cloned();
    }

    fn report(&self) -> Option<&Report> {
        self.of.as_ref()?.report.as_ref()
    }

    fn get(&self, place: u32) -> Option<(&Report, &Prediction)> {
        let report = self.report()?;
        let (validation, at) = self.known.get(&place)?;
        let part = if *validation { &report.validation } else { &report.predictions };
        Some((report, part.get(*at as usize)?))
    }
}

impl Viewing {
    /// Opens the viewer.
    pub fn open(ui: &Ui, dataset: &Dataset, opened: Opened) -> Self {
        let Opened { list, position, back } = opened;
        let viewer = Viewer::at(ui, position, back);
        Self { viewer, list, store: dataset.pixels.buffer(), places: StorePlaces::default(), answers: Answers::default() }
    }

    /// Keeps it, though something else is drawn in this frame.
    pub fn keep(&mut self, ui: &Ui) {
        self.viewer.keep(ui);
    }

    /// The picture that it is at.
    pub fn at(&self) -> Option<Place> {
        self.places.get(*self.list.get(self.viewer.position())?)
    }
}

/// What has become of the viewer.
pub enum Viewed {
    /// It fills the window: nothing else is drawn.
    Open,
    /// It was closed now, at this picture.
    Closed(Option<Place>),
    Not,
}

/// Draws it, if one is open.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, viewing: &mut Option<Viewing>) -> Viewed {
    let Some(open) = viewing else { return Viewed::Not };
    // Pictures that were decoded anew lie elsewhere.
    if open.viewer.is_left(ui) || open.store != dataset.pixels.buffer() || open.list.is_empty() {
        *viewing = None;
        return Viewed::Not;
    }
    open.places.follow(dataset);
    open.answers.follow(cx);
    let Viewing { viewer, list, places, answers, .. } = open;
    let (lang, session) = (cx.lang, cx.session);
    let place = |position: usize| list.get(position).and_then(|place| places.get(*place));
    let small = |position: usize| match place(position)? {
        Place::Sample(index) => Some(Small::Pixels(&dataset.pixels, index)),
        Place::Spare(index) => Some(Small::Pixels(&dataset.spare.pixels, index)),
    };
    let file = |position: usize| place(position).map_or_else(PathBuf::new, |place| place.sample(dataset).file.clone());
    let mistake = |position: usize| {
        let known = list.get(position).and_then(|place| answers.get(*place));
        known.is_some_and(|(report, p)| is_mistake(report, report.threshold, p))
    };
    let film = Film {
        count: list.len(),
        small: &small,
        file: &file,
        folder: folder_of(dataset),
        mistake: if answers.known.is_empty() { None } else { Some(&mistake) },
    };
    viewer.turn(ui, &film);
    let at = viewer.position();
    let subject = match place(at) {
        Some(place) => {
            let sample = place.sample(dataset);
            let (index, part, copies) = match place {
                Place::Sample(index) => {
                    let plan = cx.plan.ok().filter(|plan| Arc::ptr_eq(&plan.dataset, dataset));
                    (index, plan.and_then(|plan| plan.split.parts[index]), overview.twins(index as u32).count())
                }
                Place::Spare(index) => (index, None, 0),
            };
            let class = matches!(place, Place::Sample(_)).then_some(sample.class);
            let said = list.get(at).and_then(|place| answers.get(*place));
            Subject {
                sample: index,
                label: match class {
                    Some(class) => dataset.task.name(class.into(), lang),
                    None => say("not used", "non utilisée").get(lang).to_owned(),
                },
                heading: class.map(|_| LABEL),
                class: class.filter(|_| !dataset.task.is_regression()),
                said: said.map(|(report, p)| Said::of(report, report.threshold, p, lang)).into_iter().collect(),
                note: Some(detail::note(cx, dataset, place)),
                facts: facts(lang, sample, part, copies, dataset.task.is_regression()),
                decidable: Some(Decidable { task: &dataset.task, class, edit: cx.edits().get(&sample.file) }),
                map: MapOf::answering(session),
                ..Subject::default()
            }
        }
        None => {
            let label = say("no longer exists", "n’existe plus").get(lang).to_owned();
            Subject { label, ..Subject::default() }
        }
    };
    let answer = viewer.show(ui, cx, &film, &subject);
    if answer != ViewerAnswer::Close {
        return Viewed::Open;
    }
    let at = open.at();
    *viewing = None;
    Viewed::Closed(at)
}
