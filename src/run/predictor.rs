//! A run's best weights, ready to answer.

use super::Run;
use crate::{
    engine::{Engine, EngineConfig, check_finite},
    evaluate::{WeightsId, regression::residuals},
    model::{Network, Weights},
    predict::predictor::Predictor,
    problem::{Kind, Problem},
    text::say,
};

impl Run {
    /// `problem`, which names the file of the best weights where it is about what is in there.
    pub fn in_weights(&self, problem: Problem) -> Problem {
        match problem.kind {
            Kind::File | Kind::Diverged if problem.path.is_none() => problem.in_file(&self.best_path()),
            _ => problem,
        }
    }

    /// The best weights, which fit `network` and give numbers, and which they are.
    ///
    /// # Errors
    /// None yet, or others than these; each names the file.
    pub fn best_weights(&self, network: &Network) -> Result<(Weights, WeightsId), Problem> {
        let (weights, id) = self.weights()?;
        let checked = weights.check(network).and_then(|()| check_finite(network, &weights));
        checked.map_err(|problem| self.in_weights(problem))?;
        Ok((weights, id))
    }

    /// The run on the engine that `open` opens, evaluated as its report was, if it has one. The temperature, and of years how far
    /// it was off, belong to the weights that were evaluated: where the run has others by now, it answers without.
    ///
    /// # Errors
    /// No weights yet, weights that do not fit, or a device that is not there.
    pub fn predictor(&self, open: impl Fn(&EngineConfig) -> Result<Box<dyn Engine>, Problem>) -> Result<Predictor, Problem> {
        if let Some(committee) = &self.info.committee {
            return self.predictor_of(committee, &open);
        }
        let (weights, _) = self.weights()?;
        let mut settings = self.settings()?;
        let (mut threshold, mut temperature, mut warning) = (0.5, 1.0, None);
        let mut known = Vec::new();
        match self.read_report() {
            Ok(Some(report)) => {
                threshold = report.threshold;
                // While it is trained further, those of earlier weights say nothing of the answers of now.
                if self.is_of_its_weights(&report) {
                    temperature = report.temperature;
                    if report.task.is_regression() {
                        known = residuals(&report.validation);
                    }
                }
                settings.augment.test_time_flip = report.mirrored;
            }
            Ok(None) => {}
            Err(problem) => warning = Some(without_its_report(&problem)),
        }
        let predictor = Predictor::new(settings, self.info.task.clone(), weights, open);
        let mut predictor = predictor.map_err(|problem| self.in_weights(problem))?;
        (predictor.run, predictor.threshold, predictor.temperature) = (self.info.id.clone(), threshold, temperature);
        predictor.residuals = known;
        predictor.warning = warning;
        predictor.read_from(&self.best_path());
        Ok(predictor)
    }
}

/// The threshold that was chosen stands in a report that cannot be read.
pub fn without_its_report(cause: &Problem) -> Problem {
    Problem::new(
        Kind::File,
        say(
            "The run’s report cannot be read: answers are given at a threshold of 0.5, whatever was chosen",
            "Le rapport de l’essai est illisible : les réponses sont données au seuil de 0,5, quel que soit le seuil choisi",
        ),
        say("Evaluate the run again, and choose its threshold again", "Évaluez l’essai de nouveau, et rechoisissez son seuil"),
    )
    .caused_by(cause)
}
