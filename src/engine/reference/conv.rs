//! Convolution with stride 1: `y[n, r, s, o] = b[o] + sum over i, u, v of w[o, i, u, v] * x[n, r + u - p, s + v - p, i]`,
//! with p = (kernel - 1) / 2 for 'same' and 0 for 'valid'; outside the picture x is zero.

use super::maps::Maps;
use crate::model::{Padding, Shape};

/// Kernel side and padding, and what follows from them.
#[derive(Clone, Copy)]
pub struct Geometry {
    pub kernel: usize,
    pub padding: Padding,
}

impl Geometry {
    /// The places in the input that output (r, s) sees, as (u, v, row, column).
    fn window(self, r: usize, s: usize, input: Shape) -> impl Iterator<Item = (usize, usize, usize, usize)> {
        let border = match self.padding {
            Padding::Same => (self.kernel - 1) / 2,
            Padding::Valid => 0,
        };
        let inside = move |at: usize, offset: usize, side: usize| (at + offset).checked_sub(border).filter(|at| *at < side);
        (0..self.kernel).flat_map(move |u| {
            (0..self.kernel).filter_map(move |v| Some((u, v, inside(r, u, input.height)?, inside(s, v, input.width)?)))
        })
    }

    /// Where `w[o, i, u, v]` lies.
    fn weight(self, inputs: usize, o: usize, i: usize, u: usize, v: usize) -> usize {
        ((o * inputs + i) * self.kernel + u) * self.kernel + v
    }
}

/// `x` convolved with `w`, plus `b` if there is one.
pub fn forward(g: Geometry, x: &Maps, w: &[f64], b: Option<&[f64]>, output: Shape) -> Maps {
    let mut y = Maps::zeros(x.pictures, output);
    for (n, r, s) in y.places() {
        for o in 0..output.channels {
            let mut sum = b.map_or(0.0, |b| b[o]);
            for (u, v, row, column) in g.window(r, s, x.shape) {
                for i in 0..x.shape.channels {
                    sum += w[g.weight(x.shape.channels, o, i, u, v)] * x.at(n, row, column, i);
                }
            }
            let at = y.index(n, r, s, o);
            y.data[at] = sum;
        }
    }
    y
}

#[allow(clippy::needless_range_loop, reason = "one index over several arrays, as the formula has it")]
/// The gradients of `x`, `w` and `b`, from `dy` at the output: each product of the forward pass gives its two factors
/// the other factor times `dy`.
pub fn backward(g: Geometry, x: &Maps, w: &[f64], dy: &Maps) -> (Maps, Vec<f64>, Vec<f64>) {
    let mut dx = Maps::zeros(x.pictures, x.shape);
    let mut dw = vec![0.0; w.len()];
    let mut db = vec![0.0; dy.shape.channels];
    for (n, r, s) in dy.places() {
        for o in 0..dy.shape.channels {
            let d = dy.at(n, r, s, o);
            db[o] += d;
            for (u, v, row, column) in g.window(r, s, x.shape) {
                for i in 0..x.shape.channels {
                    let (at, weight) = (x.index(n, row, column, i), g.weight(x.shape.channels, o, i, u, v));
                    dx.data[at] += d * w[weight];
                    dw[weight] += d * x.data[at];
                }
            }
        }
    }
    (dx, dw, db)
}
