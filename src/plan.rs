//! Settings that were checked against a data set: the only thing that training accepts.

use std::sync::Arc;

use crate::{
    data::{
        sample::{Dataset, Part},
        split::Split,
    },
    engine::EngineConfig,
    model::Network,
    settings::Settings,
};

/// Everything that a run needs, checked.
#[derive(Clone, Debug)]
pub struct Plan {
    pub settings: Settings,
    pub dataset: Arc<Dataset>,
    pub split: Split,
    pub network: Network,
    pub steps_per_epoch: u32,
    /// Loss factors of class 0 and 1.
    pub class_weights: [f64; 2],
    /// As `--device` takes it: `auto`, `cpu`, `candle`, `gpu`, or a device's id.
    pub device: String,
    /// Threads for the processor; `None` takes all cores.
    pub threads: Option<usize>,
}

impl Plan {
    /// Samples of a part.
    pub fn indices(&self, part: Part) -> Vec<u32> {
        self.split.indices(part)
    }

    /// What the engine is opened with.
    pub fn engine_config(&self) -> EngineConfig {
        EngineConfig {
            network: self.network.clone(),
            optimizer: self.settings.train.optimizer.clone(),
            loss: self.settings.train.loss.clone(),
            seed: self.settings.seed.into(),
            batch_size: self.settings.train.batch_size as usize,
            threads: self.threads,
        }
    }
}
