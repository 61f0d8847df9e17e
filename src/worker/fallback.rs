//! What takes over where a graphics card fails: the processor.

use crate::{
    engine::{DeviceKind, Engine},
    problem::{Kind, Problem},
    text::say,
};

/// The device that is always there.
pub(super) const PROCESSOR: &str = "cpu";

/// Whether a graphics card is gone, so that the work goes on without it.
pub(super) fn is_lost(problem: &Problem, engine: &dyn Engine) -> bool {
    problem.kind == Kind::Device && matches!(engine.device().kind, DeviceKind::Graphics | DeviceKind::SoftwareGraphics)
}

/// What is said then.
pub(super) fn on_the_processor(problem: &Problem) -> Problem {
    Problem::new(
        Kind::Device,
        say(
            "The graphics card failed, so the training goes on on the processor from the last saved epoch",
            "La carte graphique est tombée en panne : l’entraînement continue sur le processeur à partir de la dernière époque enregistrée",
        ),
        say(
            "Let it go on, or pause it and resume it on the card when the card works again",
            "Laissez-le continuer, ou mettez-le en pause et reprenez-le sur la carte quand elle remarche",
        ),
    )
    .because(format!("{}: {}", problem.what.en, problem.details))
}
