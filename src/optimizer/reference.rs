//! An optimizer for a whole network's named arrays: what the reference engines use, and the tests of all others.

use super::{OptimizerSettings, OptimizerState, UpdateStep};
use crate::{
    model::{Tensor, Weights, layers::Parameter},
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// An optimizer with what it remembers of each trained array.
#[derive(Clone, Debug)]
pub struct Optimizer {
    settings: OptimizerSettings,
    parameters: Vec<Parameter>,
    /// Of each parameter, the slots in the order of [`OptimizerSettings::slots`].
    slots: Vec<Vec<Vec<f32>>>,
    /// Step and scalars; its slots stay empty.
    state: OptimizerState,
}

/// The factor that shortens a gradient of length `norm` to `clip`, as Keras's `clip_by_global_norm` has it: 1 if it is
/// shorter or `clip` is 0 (off), not a number if the length is not finite.
pub fn clip_scale(norm: f64, clip: f64) -> f64 {
    if clip <= 0.0 {
        return 1.0;
    }
    if norm.is_finite() { (clip / norm).min(1.0) } else { f64::NAN }
}

impl Optimizer {
    /// An optimizer that has made no step yet, for the trained ones among `parameters`.
    pub fn new(settings: &OptimizerSettings, parameters: &[Parameter]) -> Self {
        let parameters: Vec<_> = parameters.iter().filter(|p| p.trained()).cloned().collect();
        let count = settings.slots().len();
        let slots = parameters.iter().map(|p| vec![vec![0.0; p.shape.iter().product()]; count]).collect();
        Self { settings: settings.clone(), parameters, slots, state: OptimizerState::default() }
    }

    /// One step: updates `weights` by `gradients`, in which the L2 penalty is already included.
    ///
    /// Arrays of either that are not trained are left alone.
    ///
    /// # Errors
    /// A trained array that is missing or has another length; nothing is then updated.
    pub fn update(&mut self, weights: &mut Weights, gradients: &Weights, learning_rate: f64) -> Result<(), Problem> {
        for p in &self.parameters {
            let length: usize = p.shape.iter().product();
            let fits = |w: &Weights| w.0.get(&p.name).is_some_and(|a| a.data.len() == length);
            if !fits(weights) || !fits(gradients) {
                return Err(misfit(&p.name));
            }
        }
        let scale = self.scale(gradients);
        let rule = self.settings.next(&mut self.state, learning_rate);
        for (p, slots) in self.parameters.iter().zip(&mut self.slots) {
            if let (Some(w), Some(g)) = (weights.0.get_mut(&p.name), gradients.0.get(&p.name))
                && !apply(&rule.at_rate(p.rate), p, w, g, scale, slots)
            {
                return Err(misfit(&p.name));
            }
        }
        Ok(())
    }

    /// What it remembers, by name.
    pub fn state(&self) -> OptimizerState {
        let mut state = self.state.clone();
        let names = self.settings.slots();
        for (p, slots) in self.parameters.iter().zip(&self.slots) {
            for (name, data) in names.iter().zip(slots) {
                let array = Tensor { shape: p.shape.clone(), data: data.clone() };
                state.slots.0.insert(format!("{}/{name}", p.name), array);
            }
        }
        state
    }

    /// Replaces what it remembers.
    ///
    /// # Errors
    /// A slot that is missing or has another length; nothing is then replaced.
    pub fn set_state(&mut self, state: &OptimizerState) -> Result<(), Problem> {
        let names = self.settings.slots();
        let mut all = Vec::with_capacity(self.slots.len());
        for p in &self.parameters {
            let length: usize = p.shape.iter().product();
            let slot = |name: &&str| {
                let key = format!("{}/{name}", p.name);
                let array = state.slots.0.get(&key).filter(|a| a.data.len() == length);
                array.map(|a| a.data.clone()).ok_or_else(|| misfit(&key))
            };
            all.push(names.iter().map(slot).collect::<Result<Vec<_>, _>>()?);
        }
        self.slots = all;
        self.state = OptimizerState { step: state.step, scalars: state.scalars.clone(), slots: Weights::default() };
        Ok(())
    }

    /// The factor by which gradients are shortened.
    fn scale(&self, gradients: &Weights) -> f32 {
        if self.settings.global_clipnorm <= 0.0 {
            return 1.0;
        }
        let arrays = self.parameters.iter().filter_map(|p| gradients.0.get(&p.name));
        let squares: f64 = arrays.flat_map(|a| &a.data).map(|g| f64::from(*g).powi(2)).sum();
        clip_scale(squares.sqrt(), self.settings.global_clipnorm) as f32
    }
}

/// `false` if a slot is missing.
fn apply(
    rule: &UpdateStep,
    parameter: &Parameter,
    weights: &mut Tensor,
    gradients: &Tensor,
    scale: f32,
    slots: &mut [Vec<f32>],
) -> bool {
    let mut slots: Vec<&mut [f32]> = slots.iter_mut().map(Vec::as_mut_slice).collect();
    if scale == 1.0 {
        rule.update(parameter.role, &mut weights.data, &gradients.data, &mut slots)
    } else {
        let shortened: Vec<f32> = gradients.data.iter().map(|g| g * scale).collect();
        rule.update(parameter.role, &mut weights.data, &shortened, &mut slots)
    }
}

fn misfit(name: &str) -> Problem {
    Problem::new(
        Kind::File,
        LocalizedText {
            en: format!("The array {name} is missing or does not fit the network"),
            fr: format!("Le tableau {name} manque ou ne correspond pas au réseau"),
        },
        say(
            "Open it with the settings it was made with, or start again",
            "Ouvrez-le avec les réglages d’origine, ou recommencez",
        ),
    )
}
