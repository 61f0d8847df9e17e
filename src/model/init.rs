//! The first weights: drawn from the seed, each array from a stream of its own.

use super::{Initialization, Network, Tensor, Weights, layers::Role};
use crate::random::{Purpose, Random};

/// What is left of a standard normal's deviation when it is cut at two deviations; Keras divides by it, so that the
/// cut distribution has the wanted deviation (`VarianceScaling` in `keras/src/initializers/random_initializers.py`).
const DEVIATION_WITHIN_TWO: f64 = 0.879_625_661_034_239_8;

/// The weights that `network` starts from: kernels by `initialization`, biases and shifts zero, scales one.
///
/// Each array takes its stream from its name, so widening one layer leaves what the others draw as it was.
pub fn init(network: &Network, initialization: Initialization, seed: u64) -> Weights {
    let arrays = network.parameters().into_iter().map(|parameter| {
        let values: usize = parameter.shape.iter().product();
        let data = match parameter.role {
            Role::Kernel => {
                let mut random = Random::new(seed, Purpose::Weights, &[hash(&parameter.name)]);
                let (fan_in, fan_out) = fans(&parameter.shape);
                (0..values).map(|_| draw(initialization, fan_in, fan_out, &mut random) as f32).collect()
            }
            Role::Bias | Role::Beta | Role::RunningMean => vec![0.0; values],
            Role::Gamma | Role::RunningVariance => vec![1.0; values],
        };
        (parameter.name, Tensor { shape: parameter.shape, data })
    });
    Weights(arrays.collect())
}

/// How many values come into one output of a kernel `[out, in, ...]`, and how many outputs one input reaches.
fn fans(shape: &[usize]) -> (f64, f64) {
    let field: usize = shape[2..].iter().product();
    ((shape[1] * field) as f64, (shape[0] * field) as f64)
}

fn draw(initialization: Initialization, fan_in: f64, fan_out: f64, random: &mut Random) -> f64 {
    match initialization {
        Initialization::GlorotUniform => {
            let limit = (6.0 / (fan_in + fan_out)).sqrt();
            random.between(-limit, limit)
        }
        Initialization::HeNormal => {
            let deviation = (2.0 / fan_in).sqrt() / DEVIATION_WITHIN_TWO;
            loop {
                let normal = random.normal();
                if normal.abs() <= 2.0 {
                    return deviation * normal;
                }
            }
        }
    }
}

/// FNV-1a, to number a name.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
