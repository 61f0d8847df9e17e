//! The optimizer's step on named arrays.

use crate::{
    engine::OptimizerState,
    model::{Array, Network, Weights},
    train::optimizer::OptimizerSettings,
};

/// Moves `weights` against `gradients`: Adam as Keras has it.
pub fn update(
    settings: &OptimizerSettings,
    network: &Network,
    weights: &mut Weights,
    gradients: &Weights,
    state: &mut OptimizerState,
    learning_rate: f64,
) {
    state.step += 1;
    let t = state.step as i32;
    let rate = (learning_rate * (1.0 - settings.beta_2.powi(t)).sqrt() / (1.0 - settings.beta_1.powi(t))) as f32;
    let (b1, b2, epsilon) = (settings.beta_1 as f32, settings.beta_2 as f32, settings.epsilon as f32);
    for parameter in network.parameters().iter().filter(|p| p.role.trained()) {
        let name = &parameter.name;
        let (Some(weight), Some(gradient)) = (weights.0.get_mut(name), gradients.get(name)) else { continue };
        let mut slot = |slot: &str| {
            let key = format!("{name}/{slot}");
            state.slots.0.remove(&key).unwrap_or_else(|| Array::zeros(parameter.shape.clone()))
        };
        let (mut m, mut v) = (slot("m"), slot("v"));
        for (i, g) in gradient.data.iter().enumerate() {
            m.data[i] = b1 * m.data[i] + (1.0 - b1) * g;
            v.data[i] = b2 * v.data[i] + (1.0 - b2) * g * g;
            weight.data[i] -= rate * m.data[i] / (v.data[i].sqrt() + epsilon);
        }
        state.slots.0.insert(format!("{name}/m"), m);
        state.slots.0.insert(format!("{name}/v"), v);
    }
}
