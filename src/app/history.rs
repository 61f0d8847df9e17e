//! Undo and redo of the draft.

use crate::settings::Settings;

/// Steps remembered.
const STEPS: usize = 200;

/// What the draft was before, and what was undone.
#[derive(Default)]
pub struct History {
    past: Vec<Settings>,
    future: Vec<Settings>,
}

impl History {
    /// Remembers the draft as it was before a change.
    pub fn push(&mut self, before: Settings) {
        self.past.push(before);
        self.future.clear();
        if self.past.len() > STEPS {
            self.past.remove(0);
        }
    }

    /// Takes the last change back; whether there was one.
    pub fn undo(&mut self, draft: &mut Settings) -> bool {
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(draft, before));
        true
    }

    /// Makes the last undone change again; whether there was one.
    pub fn redo(&mut self, draft: &mut Settings) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(draft, after));
        true
    }
}
