//! Which runs the list shows: by words, tags, stars, how far they are, and what they were trained on.

use crate::{
    data::{sample::Source, task::Task},
    run::{RunInfo, RunStatus},
    text::{Lang, LocalizedText},
};

/// What runs were trained on: a data set with its question.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedOn {
    pub source: Source,
    pub task: Task,
}

impl TrainedOn {
    /// That of a run.
    pub fn of(run: &RunInfo) -> Self {
        Self { source: run.source.clone(), task: run.task.clone() }
    }

    /// `UTKFace · female, male`.
    pub fn name(&self, lang: Lang) -> String {
        format!("{} · {}", self.source.name().get(lang), self.task.listed(lang))
    }

    fn is_of(&self, run: &RunInfo) -> bool {
        self.source == run.source && self.task == run.task
    }
}

/// Which runs are shown; the default shows all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Words that must all be found, those with `#` among the tags.
    pub text: String,
    pub starred: bool,
    /// Finished ones, or those that are not.
    pub finished: Option<bool>,
    pub subject: Option<TrainedOn>,
}

impl Filter {
    /// Whether anything is asked.
    pub fn is_on(&self) -> bool {
        self.starred || self.finished.is_some() || self.subject.is_some() || !self.text.trim().is_empty()
    }

    /// Asks for a tag, or no more.
    pub fn toggle_tag(&mut self, tag: &str) {
        let mut words: Vec<&str> = self.text.split_whitespace().collect();
        match words.iter().position(|word| word.to_lowercase() == tag) {
            Some(place) => drop(words.remove(place)),
            None => words.push(tag),
        }
        self.text = words.join(" ");
    }

    /// Whether this tag is asked for.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.text.split_whitespace().any(|word| word.to_lowercase() == tag)
    }

    /// Whether a run is shown, that is a part of an experiment of this name.
    pub fn shows(&self, run: &RunInfo, experiment: Option<&LocalizedText>) -> bool {
        let finished = run.status == RunStatus::Finished;
        if self.starred && !run.stored.starred
            || self.finished.is_some_and(|wanted| wanted != finished)
            || self.subject.as_ref().is_some_and(|subject| !subject.is_of(run))
        {
            return false;
        }
        let text = self.text.to_lowercase();
        let mut words = text.split_whitespace().peekable();
        if words.peek().is_none() {
            return true;
        }
        let tags = tags(&run.note);
        let names = Lang::ALL.map(|lang| {
            let experiment = experiment.map_or("", |name| name.get(lang));
            format!("{}\n{experiment}\n{}", run.name(lang), TrainedOn::of(run).name(lang))
        });
        let all = format!("{}\n{}\n{}\n{}", names.join("\n"), run.note, run.id, run.device).to_lowercase();
        words.all(|word| match word.starts_with('#') {
            true => tags.iter().any(|tag| tag.starts_with(word)),
            false => all.contains(word),
        })
    }
}

/// The words of a note that begin with `#`, in small letters.
pub fn tags(note: &str) -> Vec<String> {
    let words = note.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let tag = |word: &str| {
        let name = word.strip_prefix('#')?.trim_end_matches(|c: char| !c.is_alphanumeric());
        (!name.is_empty()).then(|| format!("#{}", name.to_lowercase()))
    };
    let mut tags: Vec<String> = words.filter_map(tag).collect();
    tags.sort();
    tags.dedup();
    tags
}
