//! What happened in a training beside its epochs' numbers: what the callbacks did, and a fine curve within the epochs.
//! It is kept with the run and does not grow beyond a few thousand lines, however long the training.

use serde::{Deserialize, Serialize};

use super::{BatchRecord, Note};

/// Notes that are kept; of more, the oldest go.
const MOST_NOTES: usize = 2000;
/// Points that are kept; when there are more, every two become one.
const MOST_POINTS: usize = 1000;

/// Notes and fine curve of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventLog {
    /// Oldest first.
    pub notes: Vec<Note>,
    /// Epoch as a fraction, and mean loss and accuracy since the point before; of years their mean absolute error in place of
    /// the accuracy.
    pub fine: Vec<[f32; 3]>,
    /// The least distance of two points, in epochs.
    spacing: f32,
    /// What the last point was made of; not kept, for the epoch that runs says it anew.
    #[serde(skip)]
    last: Option<BatchRecord>,
}

impl EventLog {
    /// Adds a note.
    pub fn note(&mut self, note: Note) {
        if self.notes.len() >= MOST_NOTES {
            self.notes.remove(0);
        }
        self.notes.push(note);
    }

    /// Adds a point for where the epoch stands, if it is far enough from the last.
    pub fn batch(&mut self, now: &BatchRecord) {
        if now.validating || now.step == 0 {
            return;
        }
        let at = (f64::from(now.epoch.saturating_sub(1)) + f64::from(now.step) / f64::from(now.steps_per_epoch.max(1))) as f32;
        if self.fine.last().is_some_and(|last| at - last[0] < self.spacing.max(f32::EPSILON)) {
            return;
        }
        // Records are means since the epoch's start; what came since the last point is their difference.
        let before = self.last.filter(|last| last.epoch == now.epoch && last.step < now.step);
        let since = |value: fn(&BatchRecord) -> f64| match &before {
            Some(last) => {
                let (from, to) = (f64::from(last.step), f64::from(now.step));
                (value(now) * to - value(last) * from) / (to - from)
            }
            None => value(now),
        };
        let score = match now.mae {
            Some(_) => since(|record| record.mae.unwrap_or_default()).max(0.0),
            None => since(|record| record.accuracy).clamp(0.0, 1.0),
        };
        let point = [at, since(|record| record.loss) as f32, score as f32];
        self.last = Some(*now);
        if point.iter().all(|value| value.is_finite()) {
            self.fine.push(point);
        }
        if self.fine.len() > MOST_POINTS {
            self.thin();
        }
    }

    /// Every two points become one, and those to come keep the same distance.
    fn thin(&mut self) {
        let mean = |pair: &[[f32; 3]]| match pair {
            [a, b] => [b[0], f32::midpoint(a[1], b[1]), f32::midpoint(a[2], b[2])],
            rest => rest[0],
        };
        self.fine = self.fine.chunks(2).map(mean).collect();
        let (first, last) = (self.fine.first().map_or(0.0, |p| p[0]), self.fine.last().map_or(0.0, |p| p[0]));
        self.spacing = (last - first) / (MOST_POINTS / 2) as f32;
    }

    /// Only what was up to a place in the training, in epochs: what came after it comes again.
    #[must_use]
    pub fn until(mut self, epochs: f64) -> Self {
        self.notes.retain(|note| f64::from(note.epoch) <= epochs);
        self.fine.retain(|point| f64::from(point[0]) <= epochs + 1e-4);
        self
    }
}
