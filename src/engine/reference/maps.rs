//! Values of a batch between two layers.

use crate::model::Shape;

/// Pictures x height x width x channels, channels last, in f64.
#[derive(Clone, Debug, PartialEq)]
pub struct Maps {
    pub pictures: usize,
    pub shape: Shape,
    pub data: Vec<f64>,
}

impl Maps {
    pub fn zeros(pictures: usize, shape: Shape) -> Self {
        Self { pictures, shape, data: vec![0.0; pictures * shape.len()] }
    }

    /// Where the value of picture `n` at row `y`, column `x` and channel `c` lies in `data`.
    pub fn index(&self, n: usize, y: usize, x: usize, c: usize) -> usize {
        ((n * self.shape.height + y) * self.shape.width + x) * self.shape.channels + c
    }

    pub fn at(&self, n: usize, y: usize, x: usize, c: usize) -> f64 {
        self.data[self.index(n, y, x, c)]
    }

    /// The same values, each passed through `f`.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { data: self.data.iter().map(|value| f(*value)).collect(), ..*self }
    }

    /// The values of `self` and `other` joined by `f`, one by one.
    pub fn zip(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self { data: self.data.iter().zip(&other.data).map(|(a, b)| f(*a, *b)).collect(), ..*self }
    }

    /// Picture, row and column of every place, in the order of `data`.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
        let Shape { height, width, .. } = self.shape;
        let pictures = self.pictures;
        (0..pictures).flat_map(move |n| (0..height).flat_map(move |y| (0..width).map(move |x| (n, y, x))))
    }
}
