//! What the viewer shows: the list that it goes through, and the picture that it is at.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use egui::TextureId;

use crate::{
    data::{
        dataset::Dataset,
        edits::Edit,
        face_file,
        pixels::Pixels,
        sample::{Part, RACES, Sample, Source},
        task::Task,
    },
    evaluate::{Prediction, Report, regression},
    session::{Session, SquareQuery},
    text::{Lang, Phrase, bytes, chance, percent, plural, say, years},
    ui::widget::photo::PhotoSquare,
};

/// The pictures that the viewer goes through, by their positions.
pub struct Film<'a> {
    pub count: usize,
    /// The small version of each.
    pub small: &'a dyn Fn(usize) -> Option<Small<'a>>,
    /// Its path below the data set's folder, or the name of a photo that is in none.
    pub file: &'a dyn Fn(usize) -> PathBuf,
    /// The folder, if there is one.
    pub folder: Option<&'a Path>,
    /// Whether what was said of it is wrong; `None` where nothing was said of any.
    pub mistake: Option<&'a dyn Fn(usize) -> bool>,
}

/// From whom the map of where the network looked comes.
#[derive(Clone, Copy, Default)]
pub enum MapOf<'a> {
    /// There is nobody to ask.
    #[default]
    Nobody,
    /// A run, by id, which is asked about the picture of the data set.
    Run(&'a str),
    /// The answer about a square of a photo, which is there or on its way.
    Square(&'a SquareQuery),
}

impl<'a> MapOf<'a> {
    /// This run, if it has weights that can be asked.
    pub fn run(session: &Session, run: &'a str) -> Self {
        if session.can_answer(run) { Self::Run(run) } else { Self::Nobody }
    }

    /// Who answers now about photos.
    pub fn answering(session: &'a Session) -> Self {
        session.answering().map_or(Self::Nobody, |answering| Self::Run(answering.id))
    }

    /// Whether there is a map to be had.
    pub const fn is_there(self) -> bool {
        !matches!(self, Self::Nobody)
    }
}

/// A picture in a small version.
#[derive(Clone, Copy)]
pub enum Small<'a> {
    /// By its place among the pixels of a data set.
    Pixels(&'a Pixels, usize),
    /// With its width and height in texels.
    Texture(TextureId, [f32; 2]),
}

impl Film<'_> {
    /// The file of the picture at `position`.
    pub fn path(&self, position: usize) -> Option<PathBuf> {
        self.folder.map(|folder| folder.join(face_file::photo(&(self.file)(position))))
    }

    /// The next mistake behind `position`, from the beginning again after the end.
    pub fn next_mistake(&self, position: usize) -> Option<usize> {
        let mistake = self.mistake?;
        (1..=self.count).map(|step| (position + step) % self.count).find(|position| mistake(*position))
    }
}

/// The folder of a data set's pictures, if they have files.
pub fn folder_of(dataset: &Dataset) -> Option<&Path> {
    match &dataset.source {
        Source::Folder(folder) => Some(folder),
        Source::SampleFaces => None,
    }
}

/// The picture that is looked at.
#[derive(Default)]
pub struct Subject<'a> {
    /// Its place in the data set, from where it is sought.
    pub sample: usize,
    /// What stands large, and above that what it is, where it does not say so itself.
    pub label: String,
    pub heading: Option<Phrase>,
    /// The class whose color the label has.
    pub class: Option<u8>,
    /// What runs said of it; nothing where none has.
    pub said: Vec<Said>,
    /// The picture as large as its page has it, where it has no file that can be read: with the width and height of the photo in
    /// pixels.
    pub large: Option<(TextureId, [f32; 2])>,
    /// What is framed in it, with what was said of each.
    pub squares: Vec<PhotoSquare>,
    /// What is odd about it, or what the user decided.
    pub note: Option<String>,
    pub facts: Vec<Fact>,
    /// What is to be kept in mind with what was said.
    pub caution: Option<String>,
    /// What can be decided about it, if anything.
    pub decidable: Option<Decidable<'a>>,
    /// From whom a map of it comes.
    pub map: MapOf<'a>,
    /// Of what else there is a map, and which of them is shown; nothing where there is one alone.
    pub maps: Vec<String>,
    pub shown_map: usize,
    /// By what the map is made, where that is not what was said of the picture.
    pub map_note: Option<String>,
}

/// What stands above a picture's label.
pub const LABEL: Phrase = say("Label", "Étiquette");

/// What a run said of a picture.
pub struct Said {
    /// The run's name, where several have said something.
    pub by: Option<String>,
    pub text: String,
    pub right: bool,
}

/// One thing that is known of a picture.
pub struct Fact {
    pub name: Cow<'static, str>,
    pub value: String,
}

/// A picture of the open data set, about which the user can decide.
pub struct Decidable<'a> {
    pub task: &'a Task,
    /// What it counts as; `None` if nobody knows.
    pub class: Option<u8>,
    pub edit: Option<&'a Edit>,
}

impl Said {
    /// What `report` says of a picture at a threshold on the scale that is shown.
    pub fn of(report: &Report, threshold: f64, p: &Prediction, lang: Lang) -> Self {
        let right = !is_mistake(report, threshold, p);
        if p.logit.value().is_some() {
            return Self { by: None, text: years(lang, p.estimate(), 1), right };
        }
        let name = report.task.name(p.predicted(report.logit_threshold(threshold)), lang);
        Self { by: None, text: format!("{name}, {}", chance(lang, report.confidence(p, threshold), 1)), right }
    }
}

/// Whether what was said is wrong: another class, or an age that is far off.
pub fn is_mistake(report: &Report, threshold: f64, p: &Prediction) -> bool {
    match p.logit.value() {
        Some(_) => p.error().abs() > regression::NEAR,
        None => !p.correct(report.logit_threshold(threshold)),
    }
}

/// What is known of a picture beside its label, `copies` of which are in the data set.
pub fn facts(lang: Lang, sample: &Sample, part: Option<Part>, copies: usize, of_years: bool) -> Vec<Fact> {
    let fact = |name: Phrase, value: String| Fact { name: name.get(lang).into(), value };
    let age = sample.age.filter(|_| !of_years).map(|age| plural(lang, age.into(), say("year", "an"), say("years", "ans")));
    let race = sample.race.and_then(|race| RACES.get(usize::from(race))).map(|race| race.get(lang).to_owned());
    let copies = (copies > 0)
        .then(|| plural(lang, copies as u64, say("exact copy", "copie exacte"), say("exact copies", "copies exactes")));
    [
        Some(fact(say("File", "Fichier"), sample.file.display().to_string())),
        (sample.bytes > 0).then(|| fact(say("Size", "Taille"), bytes(lang, sample.bytes))),
        age.map(|age| fact(say("Age", "Âge"), age)),
        race.map(|race| fact(say("Race label", "«\u{a0}Race\u{a0}» notée"), race)),
        part.map(|part| fact(say("Part", "Partie"), part.name().get(lang).to_owned())),
        copies.map(|copies| fact(say("Copies", "Copies"), copies)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How many other pictures have the content of the one that is looked at, counted once for each.
#[derive(Default)]
pub struct CopyCounter(Option<(PathBuf, usize)>);

impl CopyCounter {
    /// Of `sample` in `dataset`.
    pub fn of(&mut self, dataset: &Dataset, sample: &Sample) -> usize {
        let count = || match sample.hash {
            0 => 0,
            hash => dataset.samples.iter().filter(|other| other.hash == hash).count().saturating_sub(1),
        };
        let known = self.0.take().filter(|(file, _)| *file == sample.file);
        let (file, count) = known.unwrap_or_else(|| (sample.file.clone(), count()));
        self.0 = Some((file, count));
        count
    }
}

/// How large a picture is drawn, in per cent of its own pixels.
pub fn scale(lang: Lang, share: f32) -> String {
    if share < 0.1 { percent(lang, share.into(), 1) } else { percent(lang, share.into(), 0) }
}
