//! A run's best weights, ready to answer.

use super::Run;
use crate::{
    engine::{Engine, EngineConfig},
    predict::predictor::Predictor,
    problem::Problem,
};

impl Run {
    /// The run on the engine that `open` opens, judged as its report was, if it has one.
    ///
    /// # Errors
    /// No weights yet, weights that do not fit, or a device that is not there.
    pub fn predictor(&self, open: impl FnOnce(&EngineConfig) -> Result<Box<dyn Engine>, Problem>) -> Result<Predictor, Problem> {
        let (weights, _) = self.weights()?;
        let mut settings = self.settings()?;
        let (mut threshold, mut temperature) = (0.5, 1.0);
        if let Some(report) = self.last_report() {
            (threshold, temperature) = (report.threshold, report.temperature);
            settings.augment.test_time_flip = report.mirrored;
        }
        let mut predictor = Predictor::new(settings, self.info.classes.clone(), weights, open)?;
        (predictor.run, predictor.threshold, predictor.temperature) = (self.info.id.clone(), threshold, temperature);
        Ok(predictor)
    }
}
