//! Maximum of 2x2 with stride 2, and the mean of a whole map.

use super::maps::Maps;
use crate::model::Shape;

/// The largest of each 2x2; an odd last row or column is dropped.
pub fn max_forward(x: &Maps, output: Shape) -> Maps {
    let mut y = Maps::zeros(x.pictures, output);
    for (n, r, s) in y.places() {
        for c in 0..output.channels {
            let at = y.index(n, r, s, c);
            y.data[at] = x.data[first_maximum(x, n, r, s, c)];
        }
    }
    y
}

/// The gradient of `x`: the first maximum of each 2x2 in reading order gets all of `dy`.
pub fn max_backward(x: &Maps, dy: &Maps) -> Maps {
    let mut dx = Maps::zeros(x.pictures, x.shape);
    for (n, r, s) in dy.places() {
        for c in 0..dy.shape.channels {
            dx.data[first_maximum(x, n, r, s, c)] += dy.at(n, r, s, c);
        }
    }
    dx
}

/// Where the largest value of the 2x2 at output (r, s) lies in `x`.
fn first_maximum(x: &Maps, n: usize, r: usize, s: usize, c: usize) -> usize {
    let [first, others @ ..] = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(u, v)| x.index(n, 2 * r + u, 2 * s + v, c));
    others.into_iter().fold(first, |best, at| if x.data[at] > x.data[best] { at } else { best })
}

/// The mean of each channel.
pub fn average_forward(x: &Maps, output: Shape) -> Maps {
    let mut y = Maps::zeros(x.pictures, output);
    for (n, r, s) in x.places() {
        for c in 0..output.channels {
            y.data[n * output.channels + c] += x.at(n, r, s, c) / area(x);
        }
    }
    y
}

/// The gradient of `x`: every place gets an equal share of `dy`.
pub fn average_backward(x: &Maps, dy: &Maps) -> Maps {
    let mut dx = Maps::zeros(x.pictures, x.shape);
    for (n, r, s) in x.places() {
        for c in 0..x.shape.channels {
            let at = x.index(n, r, s, c);
            dx.data[at] = dy.at(n, 0, 0, c) / area(x);
        }
    }
    dx
}

fn area(x: &Maps) -> f64 {
    (x.shape.height * x.shape.width) as f64
}
