//! Dense layer: `y[n, o] = b[o] + sum over i of w[o, i] * x[n, i]`.

use super::maps::Maps;
use crate::model::Shape;

/// `x` times the transpose of `w`, plus `b` if there is one.
pub fn forward(x: &Maps, w: &[f64], b: Option<&[f64]>, output: Shape) -> Maps {
    let (inputs, outputs) = (x.shape.len(), output.len());
    let mut y = Maps::zeros(x.pictures, output);
    for n in 0..x.pictures {
        for o in 0..outputs {
            let products = (0..inputs).map(|i| w[o * inputs + i] * x.data[n * inputs + i]);
            y.data[n * outputs + o] = b.map_or(0.0, |b| b[o]) + products.sum::<f64>();
        }
    }
    y
}

/// The gradients of `x`, `w` and `b`, from `dy` at the output.
pub fn backward(x: &Maps, w: &[f64], dy: &Maps) -> (Maps, Vec<f64>, Vec<f64>) {
    let (inputs, outputs) = (x.shape.len(), dy.shape.len());
    let mut dx = Maps::zeros(x.pictures, x.shape);
    let mut dw = vec![0.0; w.len()];
    let mut db = vec![0.0; outputs];
    for n in 0..x.pictures {
        for o in 0..outputs {
            let d = dy.data[n * outputs + o];
            db[o] += d;
            for i in 0..inputs {
                dx.data[n * inputs + i] += d * w[o * inputs + i];
                dw[o * inputs + i] += d * x.data[n * inputs + i];
            }
        }
    }
    (dx, dw, db)
}
