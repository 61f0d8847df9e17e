//! Learning-rate schedules: a pure function of the step.

pub mod by_hand;
pub mod cosine;
pub mod exponential;
pub mod one_cycle;
pub mod step;
pub mod warm_up;

use serde::{Deserialize, Serialize};

use crate::{
    setting_def::{SettingDef, SettingDefs, Value, choice},
    text::say,
};

/// The learning rate of `step`, counted from 0 over a whole run of `total_epochs` with `steps_per_epoch` each.
///
/// Warm-up comes first and the schedule's clock starts after it; by hand, the table's epochs are the run's own and
/// warm-up only lowers them; one-cycle has its own rise.
pub fn rate(settings: &ScheduleSettings, base: f64, step: u64, steps_per_epoch: u32, total_epochs: u32) -> f64 {
    let per_epoch = f64::from(steps_per_epoch.max(1));
    let total = per_epoch * f64::from(total_epochs);
    let now = step as f64;
    if settings.kind == ScheduleKind::OneCycle {
        return base * one_cycle::factor(now, total, settings.rise, settings.final_factor);
    }
    let warm_up = (settings.warmup_epochs * per_epoch).round();
    let rise = warm_up::factor(now, warm_up);
    let after = (now - warm_up).max(0.0);
    let factor = match settings.kind {
        ScheduleKind::Constant | ScheduleKind::OneCycle => 1.0,
        ScheduleKind::Step => step::factor(after / per_epoch, settings.step_epochs, settings.factor),
        ScheduleKind::Exponential => exponential::factor(after / per_epoch, settings.factor),
        ScheduleKind::Cosine => cosine::factor(after, total - warm_up, settings.final_factor),
        ScheduleKind::ByHand => {
            let epoch = u32::try_from(step / u64::from(steps_per_epoch.max(1))).unwrap_or(u32::MAX).saturating_add(1);
            return rise * by_hand::rate(&settings.table, epoch, base);
        }
    };
    base * rise * factor
}

/// The learning rate over time, as the user sets it. Rates are factors of the optimizer's learning rate, except by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleSettings {
    pub kind: ScheduleKind,
    /// Epochs of linear rise from (almost) zero, before any schedule but one-cycle, whose clock starts after it.
    pub warmup_epochs: f64,
    /// Step: epochs between two falls.
    pub step_epochs: u32,
    /// Step: factor at each fall. Exponential: factor at each epoch.
    pub factor: f64,
    /// Cosine and one-cycle: the last rate, as a factor of the optimizer's (Keras's `alpha`).
    pub final_factor: f64,
    /// One-cycle: the share of steps that rise.
    pub rise: f64,
    /// By hand: from which epoch (from 1) which rate holds.
    pub table: Vec<(u32, f64)>,
}

/// Which schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    Constant,
    Step,
    Exponential,
    Cosine,
    OneCycle,
    ByHand,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self {
            kind: ScheduleKind::Constant,
            warmup_epochs: 0.0,
            step_epochs: 10,
            factor: 0.5,
            final_factor: 0.01,
            rise: 0.3,
            table: vec![(1, 1e-4), (10, 5e-5), (20, 1e-5)],
        }
    }
}

choice!(ScheduleKind {
    Constant = "constant", say("Constant", "Constant"), say("The notebook’s; the same rate throughout", "Celui du notebook ; le même taux partout");
    Step = "step", say("Steps", "Par paliers"), say("Falls by a factor every few epochs", "Baisse d’un facteur toutes les quelques époques");
    Exponential = "exponential", say("Exponential", "Exponentiel"), say("Falls a little in every epoch", "Baisse un peu à chaque époque");
    Cosine = "cosine", say("Cosine", "Cosinus"), say("Stays high, then falls to almost nothing at the last epoch", "Reste haut, puis tombe à presque rien à la dernière époque");
    OneCycle = "one_cycle", say("One cycle", "Un cycle"), say("Rises, then falls; quick training with high rates", "Monte puis descend ; entraînement rapide à taux élevés");
    ByHand = "by_hand", say("By hand", "À la main"), say("A table of epochs and rates", "Un tableau d’époques et de taux");
});

impl SettingDefs for ScheduleSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        use ScheduleKind::{ByHand, Cosine, Exponential, OneCycle, Step};
        let Self { kind, warmup_epochs, step_epochs, factor, final_factor, rise, table } = self;
        let chosen = *kind;
        let is = |kinds: &[ScheduleKind]| kinds.contains(&chosen);
        vec![
            SettingDef::new(
                "kind",
                say("Learning rate over time", "Taux au fil du temps"),
                say(
                    "High rates learn quickly, low ones finely: a schedule lets the rate fall. Cosine for a fixed number of epochs, constant with early stopping",
                    "Un taux élevé apprend vite, un taux bas finement : un calendrier le fait baisser. Cosinus pour un nombre d’époques fixé, constant avec l’arrêt anticipé",
                ),
                Value::Choice(kind),
            ),
            by_hand::setting_def(table).under("kind", is(&[ByHand])),
            step::setting_def(step_epochs).under("kind", is(&[Step])),
            exponential::setting_def(factor).under("kind", is(&[Step, Exponential])),
            cosine::setting_def(final_factor).under("kind", is(&[Cosine, OneCycle])),
            one_cycle::setting_def(rise).under("kind", is(&[OneCycle])),
            warm_up::setting_def(warmup_epochs).when(!is(&[OneCycle])),
        ]
    }
}
