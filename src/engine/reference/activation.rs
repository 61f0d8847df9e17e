//! The non-linearities and their derivatives.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

use super::maps::Maps;
use crate::model::{Activation, LEAKY_SLOPE};

/// Each value passed through the activation.
pub fn forward(activation: Activation, x: &Maps) -> Maps {
    x.map(|x| match activation {
        Activation::Relu => x.max(0.0),
        Activation::LeakyRelu => {
            if x > 0.0 {
                x
            } else {
                x * f64::from(LEAKY_SLOPE)
            }
        }
        Activation::Gelu => x * phi(x),
    })
}

/// The gradient of `x`, from `dy` at the output.
pub fn backward(activation: Activation, x: &Maps, dy: &Maps) -> Maps {
    x.zip(dy, |x, dy| {
        dy * match activation {
            Activation::Relu => {
                if x > 0.0 {
                    1.0
                } else {
                    0.0
                }
            }
            Activation::LeakyRelu => {
                if x > 0.0 {
                    1.0
                } else {
                    f64::from(LEAKY_SLOPE)
                }
            }
            Activation::Gelu => phi(x) + x * (-x * x / 2.0).exp() / (2.0 * PI).sqrt(),
        }
    })
}

/// The normal distribution's cumulative probability.
fn phi(x: f64) -> f64 {
    0.5 * (1.0 + erf(x * FRAC_1_SQRT_2))
}

/// The error function by its series of positive terms, `2 / sqrt(pi) * exp(-x^2) * sum of 2^k x^(2k+1) / (2k+1)!!`
/// (Abramowitz and Stegun 7.1.6); beyond 6 it is 1 in f64.
pub fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() {
        odd += 2.0;
        term *= 2.0 * x * x / odd;
        sum += term;
    }
    FRAC_2_SQRT_PI * (-x * x).exp() * sum
}
