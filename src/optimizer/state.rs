//! What an optimizer remembers, and whether it fits a network.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::OptimizerSettings;
use crate::{
    model::{Network, Weights, layers::Parameter},
    problem::{Kind, Problem},
    text::say,
};

/// What an optimizer remembers from step to step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OptimizerState {
    /// Updates made so far.
    pub step: u64,
    /// `conv1.weight/m`: the weight's name, a slash, the slot's name (`optimizer` lists each optimizer's slots).
    pub slots: Weights,
    /// Single numbers, such as Nadam's product of momentum factors.
    pub scalars: BTreeMap<String, f64>,
}

impl OptimizerState {
    /// Whether every slot belongs to a trained array of `network` and has its shape.
    ///
    /// # Errors
    /// The first slot that does not.
    pub fn check(&self, network: &Network) -> Result<(), Problem> {
        let parameters = network.parameters();
        let fits = |key: &str, shape: &[usize]| {
            let name = key.rsplit_once('/').map_or("", |(name, _)| name);
            parameters.iter().any(|p| p.trained() && p.name == name && p.shape == shape)
        };
        let foreign = self.slots.iter().find(|(key, array)| !fits(key, &array.shape));
        foreign.map_or(Ok(()), |(key, array)| Err(misfit(format!("{key} {:?}", array.shape))))
    }

    /// Whether every trained array of `network` has all slots of `optimizer`.
    ///
    /// # Errors
    /// The first slot that is missing.
    pub fn check_complete(&self, network: &Network, optimizer: &OptimizerSettings) -> Result<(), Problem> {
        let names = network.parameters().into_iter().filter(Parameter::trained).map(|p| p.name);
        let mut keys = names.flat_map(|name| optimizer.slots().into_iter().map(move |slot| format!("{name}/{slot}")));
        keys.find(|key| self.slots.get(key).is_none()).map_or(Ok(()), |key| Err(misfit(format!("{key} is missing"))))
    }
}

fn misfit(details: String) -> Problem {
    Problem::new(
        Kind::File,
        say("The optimizer’s memory does not fit the network", "La mémoire de l’optimiseur ne va pas avec le réseau"),
        say("Start the training again from the weights", "Reprenez l’entraînement à neuf à partir des poids"),
    )
    .because(details)
}
