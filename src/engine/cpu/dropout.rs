//! Dropout and other factors on maps and vectors, in place.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    geometry::{Geometry, View},
    isa::Kernel,
    simd::{LANES, Simd},
};
use crate::engine::dropout;

/// A dropout layer.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    pub rate: f64,
    pub stream: u32,
}

impl Dropout {
    /// The key of its masks at one step.
    pub fn key(&self, seed: u64, step: u32) -> u32 {
        dropout::key(seed, step, self.stream)
    }
}

/// Zeroes what `key` drops and divides the rest by `1 - rate`: pictures `first..first + count` of `values`, which fit
/// `view`. A gradient goes the same way.
///
/// The masks number values by picture, row, column, channel; those of a flattened map by picture, channel, cell.
pub struct Mask {
    pub drop: Dropout,
    pub key: u32,
    pub values: *mut f32,
    pub view: View,
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// Whether it is a flattened map.
    pub flat: bool,
    pub first: usize,
    pub count: usize,
}

impl Kernel for Mask {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let threshold = dropout::threshold(self.drop.rate);
        let area = self.height * self.width;
        let (cell, channel) = if self.flat { (1, area) } else { (self.channels, 1) };
        let kept = (1.0 / (1.0 - self.drop.rate)) as f32;
        for n in self.first..self.first + self.count {
            for c in 0..self.channels.div_ceil(LANES) {
                for y in 0..self.height {
                    for x in 0..self.width {
                        let at = n * area * self.channels + (y * self.width + x) * cell + c * LANES * channel;
                        let mut factor = [0.0; LANES];
                        for (lane, factor) in factor.iter_mut().enumerate() {
                            let keep = dropout::keep(self.key, (at + lane * channel) as u32, threshold);
                            *factor = if keep { kept } else { 0.0 };
                        }
                        let place = self.values.add(self.view.at(n, c, y, x));
                        S::store(place, S::mul(S::load(place), S::from_array(factor)));
                    }
                }
            }
        }
    }
}

/// Multiplies pictures `first..first + count` of `values`, which fit `view`, by `factors`, which fit
/// `geometry.cells()`.
pub struct Multiply<'a> {
    pub values: *mut f32,
    pub view: View,
    pub factors: *const f32,
    pub geometry: &'a Geometry,
    pub first: usize,
    pub count: usize,
}

impl Kernel for Multiply<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        for n in self.first..self.first + self.count {
            for c in 0..g.out_panels {
                for y in 0..g.pooled_height {
                    for x in 0..g.pooled_width {
                        let place = self.values.add(self.view.at(n, c, y, x));
                        let factor = S::load(self.factors.add(g.cells().at(n, c, y, x)));
                        S::store(place, S::mul(S::load(place), factor));
                    }
                }
            }
        }
    }
}
