//! Layers that only choose or move values: flattening and dropout.

use super::maps::Maps;
use crate::{engine::dropout, model::Shape};

/// Maps as vectors in the order channel, row, column.
pub fn flatten(x: &Maps, output: Shape) -> Maps {
    let mut y = Maps::zeros(x.pictures, output);
    for (n, r, s) in x.places() {
        for c in 0..x.shape.channels {
            y.data[n * output.len() + flat(x.shape, r, s, c)] = x.at(n, r, s, c);
        }
    }
    y
}

/// The gradient of the maps, from `dy` at the vectors.
pub fn unflatten(dy: &Maps, shape: Shape) -> Maps {
    let mut dx = Maps::zeros(dy.pictures, shape);
    for (n, r, s) in dx.places() {
        for c in 0..shape.channels {
            let at = dx.index(n, r, s, c);
            dx.data[at] = dy.data[n * shape.len() + flat(shape, r, s, c)];
        }
    }
    dx
}

fn flat(shape: Shape, r: usize, s: usize, c: usize) -> usize {
    (c * shape.height + r) * shape.width + s
}

/// Values that the mask of `key` keeps, divided by `1 - rate`; the others zero. A gradient goes the same way.
pub fn drop(x: &Maps, key: u32, rate: f64) -> Maps {
    let threshold = dropout::threshold(rate);
    let kept = |(i, value): (usize, &f64)| if dropout::keep(key, i as u32, threshold) { value / (1.0 - rate) } else { 0.0 };
    Maps { data: x.data.iter().enumerate().map(kept).collect(), ..*x }
}
