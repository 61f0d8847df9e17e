//! Classes in pictures by their numbers, where the program's fonts lack letters of their names. Inter, which a picture is drawn
//! with on every machine alike, stands in the program with Latin letters alone. Pages and SVG are drawn with the reader's fonts, and keep the names.

use super::{canvas::Canvas, raster};
use crate::{
    data::task::Task,
    run::RunView,
    text::{Lang, Phrase, say},
};

/// What such numbers are, in a line of the picture.
pub const NOTE: Phrase = say(
    "Classes by number, as their list has them: this picture’s font lacks their letters; SVG has the names",
    "Classes par leur numéro dans la liste\u{a0}: la police de cette image n’a pas leurs lettres\u{a0}; le SVG a les noms",
);

/// The same of a picture that is no plot.
pub const NUMBERS: Phrase = say(
    "Classes by number, as their list has them: this picture’s font lacks their letters",
    "Classes par leur numéro dans la liste\u{a0}: la police de cette image n’a pas leurs lettres",
);

/// `task` with `class 3` for each name that cannot be drawn; `None` where all can.
pub fn numbered(task: &Task, lang: Lang) -> Option<Task> {
    let drawable = |class: usize| raster::is_drawable(&task.name(class, lang));
    if task.is_regression() || (0..task.len()).all(drawable) {
        return None;
    }
    let name = |class: usize| match drawable(class) {
        true => task.classes[class].clone(),
        false => format!("{} {}", say("class", "classe").get(lang), class + 1),
    };
    Some(Task { kind: task.kind, classes: (0..task.len()).map(name).collect() })
}

/// The run with such names for its classes; `None` where all can be drawn.
pub fn numbered_run(view: &RunView, lang: Lang) -> Option<RunView> {
    let task = numbered(&view.info.task, lang)?;
    let mut view = view.clone();
    if let Some(report) = &mut view.report {
        report.task = task.clone();
    }
    view.info.task = task;
    Some(view)
}

/// A sentence about `task` with the names that `numbered` has, which cannot be told from its words otherwise.
pub fn renamed(sentence: &str, task: &Task, numbered: &Task, lang: Lang) -> String {
    let names = |class: usize| (task.name(class, lang), numbered.name(class, lang));
    let mut names: Vec<(String, String)> = (0..task.len()).map(names).filter(|(then, now)| then != now).collect();
    // A name that holds another goes first.
    names.sort_by_key(|(then, _)| std::cmp::Reverse(then.len()));
    names.iter().fold(sentence.to_owned(), |sentence, (then, now)| sentence.replace(then, now))
}

impl Canvas {
    /// With [`NOTE`] below.
    pub fn with_note(mut self, lang: Lang) -> Self {
        const LINE: f64 = 17.0;
        for line in raster::wrapped(NOTE.get(lang), "", self.width) {
            self.height += LINE;
            self.text("", 0.0, self.height - 4.0, super::canvas::Anchor::Start, &line);
        }
        self
    }
}
