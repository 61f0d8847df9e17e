//! The recipe follows the data: the loss that goes with the question, and one that learns few pictures where nothing was chosen.

use super::App;
use crate::{
    data::{dataset::Dataset, sample::Source, task::Task},
    preset::Preset,
    session::Offer,
    text::{Phrase, say},
};

impl App {
    /// Two classes, more and years want different losses; a recipe that is as it was stays that recipe.
    pub(super) fn fit_settings_to(&mut self, task: &Task) {
        let recipe = Preset::of(&self.settings);
        let loss = &mut self.settings.train.loss.kind;
        if task.is_binary() {
            *loss = loss.of_two();
        } else if !task.is_regression() {
            *loss = loss.of_classes();
        }
        self.settings = std::mem::take(&mut self.settings).for_task(task);
        if let Some(recipe) = recipe {
            self.settings = recipe.applied(&self.settings);
        }
    }

    /// Who has opened a folder of few pictures and not chosen a recipe yet gets one that learns them.
    pub(super) fn fit_recipe_to(&mut self, dataset: &Dataset) {
        if matches!(dataset.source, Source::Folder(_)) && dataset.samples.len() < Preset::FEW_PICTURES {
            self.take_quick_look(say(
                "Recipe: Quick look, since the notebook’s needs more pictures to learn from",
                "Recette\u{a0}: Coup d’œil, car celle du notebook demande plus d’images pour apprendre",
            ));
        }
    }

    /// Who has not chosen a recipe yet gets *Quick look*, for the reason that is `said`.
    pub(super) fn take_quick_look(&mut self, said: Phrase) {
        if Preset::of(&self.settings) == Some(Preset::Notebook) {
            self.take_recipe(Preset::Quick);
            self.session.toast(said, Some(Offer::Undo));
        }
    }
}
