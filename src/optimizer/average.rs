//! The moving average of the weights (Keras's `use_ema`): each step mixes a little of the new weights into it.
//!
//! It starts as the weights after the first step, and leaves out batch norm's running statistics, as in Keras. What Keras
//! has not is the warm-up, TensorFlow's `ExponentialMovingAverage(num_updates)`: without it the first, random weights
//! weigh for thousands of steps, and batch norm's statistics do not fit such a mixture, so that validation looks for ten
//! epochs as if nothing were learned.

use super::OptimizerState;
use crate::{
    model::Weights,
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::say,
};

/// The slot that holds it.
pub const SLOT: &str = "average";

/// The momentum of update `t`, counted from 1: with warm-up at most `(1 + t) / (10 + t)`.
pub fn momentum(full: f64, warmup: bool, t: u64) -> f64 {
    let t = t as f64;
    if warmup { full.min((1.0 + t) / (10.0 + t)) } else { full }
}

/// `average = momentum * average + (1 - momentum) * weights`; the first update (`t` = 1) copies the weights.
pub fn update(momentum: f32, t: u64, weights: &[f32], average: &mut [f32]) {
    if t <= 1 {
        average.copy_from_slice(weights);
        return;
    }
    for (average, &w) in average.iter_mut().zip(weights) {
        *average = momentum * *average + (1.0 - momentum) * w;
    }
}

/// The weights with the averages that `state` holds in place of the arrays they belong to; without any (or before the
/// first step), the weights themselves.
pub fn averaged(weights: &Weights, state: &OptimizerState) -> Weights {
    let mut result = weights.clone();
    if state.step == 0 {
        return result;
    }
    for (name, array) in &mut result.0 {
        if let Some(average) = state.slots.0.get(&format!("{name}/{SLOT}")) {
            array.data.copy_from_slice(&average.data);
        }
    }
    result
}

pub(super) fn setting_defs<'a>(
    use_ema: &'a mut bool,
    ema_momentum: &'a mut f64,
    ema_warmup: &'a mut bool,
) -> [SettingDef<'a>; 3] {
    let on = *use_ema;
    [
        SettingDef::new(
            "use_ema",
            say("Average the weights", "Moyenner les poids"),
            say(
                "Evaluates and keeps a moving average of the weights, which is steadier than the last ones. Usually gains a little",
                "Évalue et garde une moyenne mobile des poids, plus stable que les derniers. Fait souvent gagner un peu",
            ),
            Value::Switch(use_ema),
        )
        .states(say("weights not averaged", "poids non moyennés"), say("weights averaged", "poids moyennés"))
        .more(),
        SettingDef::new(
            "ema_momentum",
            say("Memory of the average", "Mémoire de la moyenne"),
            say(
                "How much of the average each step keeps: 0.999 averages over about 1,000 steps. 0.99 to 0.9999",
                "Quelle part de la moyenne chaque pas garde : 0,999 moyenne sur environ 1 000 pas. De 0,99 à 0,9999",
            ),
            Value::Number { value: ema_momentum, range: 0.5..=0.99999, scale: Scale::Linear, unit: UNITLESS },
        )
        .more()
        .under("use_ema", on),
        SettingDef::new(
            "ema_warmup",
            say("Short memory at first", "Mémoire courte au début"),
            say(
                "Lets the average forget the first, random weights quickly, so that the first epochs are evaluated fairly. Keep it on; off is Keras’s way",
                "Laisse la moyenne oublier vite les premiers poids, tirés au hasard, pour que les premières époques soient évaluées équitablement. À garder ; sans elle, c’est la façon de Keras",
            ),
            Value::Switch(ema_warmup),
        )
        .more()
        .under("use_ema", on),
    ]
}
