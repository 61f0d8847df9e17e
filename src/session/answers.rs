//! What runs say of photos and of the picture in the viewer, and who can be asked.

use super::{Session, SquareQuery, Training};
use crate::{data::dataset::Dataset, worker::PredictionResult};

impl Session {
    /// Takes in what was said of a photo; an answer about a photo that is gone is dropped.
    pub fn answer(&mut self, answer: PredictionResult) {
        for asked in self.every_question() {
            if asked.id == answer.id {
                (asked.reply, asked.before) = (Some(answer.result), None);
                return;
            }
            if let Some(slow) = asked.slow.as_mut().filter(|slow| slow.id == answer.id) {
                slow.map = Some(answer.result.map(|reply| reply.heatmap.unwrap_or_default()));
                return;
            }
            if let Some(other) = asked.others.iter_mut().find(|other| other.id == answer.id) {
                other.reply = Some(answer.result);
                return;
            }
        }
    }

    /// What was asked under a number, about a square of a photo or about the picture in the viewer.
    pub fn asked_mut(&mut self, asked: u64) -> Option<&mut SquareQuery> {
        self.every_question().find(|square| square.id == asked)
    }

    fn every_question(&mut self) -> impl Iterator<Item = &mut SquareQuery> {
        let looked_at = self.looked_at.iter_mut().map(|looked_at| &mut looked_at.asked);
        self.photos.iter_mut().flat_map(|photo| &mut photo.asked).chain(looked_at)
    }

    /// Whether a run, by id, has weights that can be asked about pictures.
    pub fn can_answer(&self, run: &str) -> bool {
        let training = self.trains(run).is_some_and(|training| training.stored.is_some());
        training || self.info_of(run).is_some_and(|info| info.stored.weights)
    }

    /// Which of a run's weights answer: of the training of this session the epoch that they are of, otherwise zero, for they stay.
    pub fn weights_of(&self, run: &str) -> u32 {
        self.trains(run).and_then(|training| training.stored).unwrap_or(0)
    }

    fn trains(&self, run: &str) -> Option<&Training> {
        self.training.as_ref().filter(|training| training.run == run)
    }

    /// Forgets what was said of the picture in the viewer, if the pictures of `now` were decoded anew.
    pub(super) fn forget_looked_at(&mut self, now: &Dataset) {
        if self.dataset().is_some_and(|open| open.pixels.buffer() != now.pixels.buffer()) {
            self.looked_at = None;
        }
    }
}
