//! Undo and redo of the draft, of the edits of pictures and of deleted runs, in the order in which they were made.

use crate::{
    data::{edits::Edits, sample::Source},
    settings::Settings,
};

/// Steps remembered.
const STEPS: usize = 200;

/// One of the things that can be undone, as it was.
#[derive(Clone, Debug)]
pub enum UndoStep {
    Draft(Box<Settings>),
    Edits(Source, Edits),
    /// Whether the run was among the runs, or else in the trash.
    Run {
        run: String,
        there: bool,
    },
}

/// What was before, and what was undone.
#[derive(Default)]
pub struct UndoStack {
    past: Vec<UndoStep>,
    future: Vec<UndoStep>,
}

impl UndoStack {
    /// Remembers something as it was before a change.
    pub fn push(&mut self, before: UndoStep) {
        self.past.push(before);
        self.future.clear();
        if self.past.len() > STEPS {
            self.past.remove(0);
        }
    }

    /// Forgets the deletion of `run`, which is brought back otherwise.
    pub fn forget_deletion(&mut self, run: &str) {
        self.past.retain(|step| !matches!(step, UndoStep::Run { run: deleted, there: true } if deleted == run));
    }

    /// Forgets every deletion of a run.
    pub fn forget_deletions(&mut self) {
        self.past.retain(|step| !matches!(step, UndoStep::Run { there: true, .. }));
    }

    /// Whether there is something to undo, and something to make again, among the steps that `holds`.
    pub fn there(&self, holds: impl Fn(&UndoStep) -> bool) -> [bool; 2] {
        [&self.past, &self.future].map(|steps| steps.iter().any(&holds))
    }

    /// What the last change was made to, as it was; `turn` gives the same as it is now, for [`UndoStack::redo`].
    pub fn undo(&mut self, turn: impl Fn(&UndoStep) -> Option<UndoStep>) -> Option<UndoStep> {
        exchange(&mut self.past, &mut self.future, turn)
    }

    /// What the last undone change was made to, as the change left it.
    pub fn redo(&mut self, turn: impl Fn(&UndoStep) -> Option<UndoStep>) -> Option<UndoStep> {
        exchange(&mut self.future, &mut self.past, turn)
    }
}

/// Moves a step from one side to the other. Steps of a data set that is no longer open are dropped on the way.
fn exchange(from: &mut Vec<UndoStep>, to: &mut Vec<UndoStep>, turn: impl Fn(&UndoStep) -> Option<UndoStep>) -> Option<UndoStep> {
    while let Some(step) = from.pop() {
        if let Some(now) = turn(&step) {
            to.push(now);
            return Some(step);
        }
    }
    None
}
