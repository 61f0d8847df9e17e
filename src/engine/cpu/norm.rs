//! Batch norm of maps (Ioffe and Szegedy 2015), around the kept outputs of a convolution.
//!
//! The statistics are gathered picture by picture and merged in the order of the pictures, in f64. The backward pass
//! sums only over the maxima, since all other gradients behind the pooling are zero; the dense part of the gradient
//! (`offset + slope * y`, see `pooling::Normalized`) is added where the gradient is unpooled.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    activation::Act,
    geometry::{Geometry, View},
    isa::Kernel,
    pooling::{Finish, with_activation},
    simd::{LANES, Simd},
};

/// Numbers that [`Statistics`] writes for each picture and panel: pivot, sum, sum of squares, for 16 channels.
pub const STATISTICS: usize = 3 * LANES;
/// Numbers that [`GradientSums`] writes for each picture and panel: sum of the gradient, and of it times the
/// normalized value.
pub const GRADIENT_SUMS: usize = 2 * LANES;

/// One picture's sums over its outputs, of `y - pivot` with the first output as pivot (so nothing cancels).
/// `y` fits `geometry.output()`; `to` is `[n][panel][3][16]`.
pub struct Statistics<'a> {
    pub geometry: &'a Geometry,
    pub y: *const f32,
    pub n: usize,
    pub to: *mut f32,
}

impl Kernel for Statistics<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        let view = g.output();
        for c in 0..g.out_panels {
            let pivot = S::load(self.y.add(view.at(self.n, c, 0, 0)));
            let (mut sum, mut squares) = (S::zero(), S::zero());
            for y in 0..g.out_height {
                // Row by row, so that the rounding error grows with the side, not with the area.
                let (mut row_sum, mut row_squares) = (S::zero(), S::zero());
                let row = self.y.add(view.at(self.n, c, y, 0));
                for x in 0..g.out_width {
                    let v = S::sub(S::load(row.add(x * LANES)), pivot);
                    row_sum = S::add(row_sum, v);
                    row_squares = S::fma(v, v, row_squares);
                }
                sum = S::add(sum, row_sum);
                squares = S::add(squares, row_squares);
            }
            let to = self.to.add((self.n * g.out_panels + c) * STATISTICS);
            S::store(to, pivot);
            S::store(to.add(LANES), sum);
            S::store(to.add(2 * LANES), squares);
        }
    }
}

/// Mean and biased variance of one channel over `pictures`, from what [`Statistics`] wrote (`panels` panels), `area`
/// outputs a picture. Merged as by Chan, Golub and LeVeque (1979).
pub fn merge(statistics: &[f32], pictures: usize, panels: usize, channel: usize, area: usize) -> (f64, f64) {
    let area = area as f64;
    let (mut count, mut mean, mut spread) = (0.0, 0.0, 0.0);
    for n in 0..pictures {
        let at = (n * panels + channel / LANES) * STATISTICS + channel % LANES;
        let [pivot, sum, squares] = [0, LANES, 2 * LANES].map(|i| f64::from(statistics[at + i]));
        let (own_mean, own_spread) = (pivot + sum / area, squares - sum * sum / area);
        let delta = own_mean - mean;
        let total = count + area;
        spread += own_spread + delta * delta * count * area / total;
        mean += delta * area / total;
        count = total;
    }
    (mean, (spread / count).max(0.0))
}

/// Normalizes, activates and pools one picture's kept outputs.
pub struct NormalizePool<'a> {
    pub geometry: &'a Geometry,
    pub y: *const f32,
    pub n: usize,
    pub finish: Finish,
}

impl Kernel for NormalizePool<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        with_activation!(self.finish.activation, self.go)
    }
}

impl NormalizePool<'_> {
    #[inline(always)]
    unsafe fn go<S: Simd, A: Act>(&self) {
        let g = self.geometry;
        let view = g.output();
        for c in 0..g.out_panels {
            for y in 0..g.pooled_height {
                let top = self.y.add(view.at(self.n, c, 2 * y, 0));
                let bottom = top.add(view.row);
                for x in 0..g.pooled_width {
                    let at = 2 * x * LANES;
                    let four = [
                        S::load(top.add(at)),
                        S::load(top.add(at + LANES)),
                        S::load(bottom.add(at)),
                        S::load(bottom.add(at + LANES)),
                    ];
                    self.finish.cell::<S, A>((self.n, c), (y, x), four);
                }
            }
        }
    }
}

/// One picture's sums of the gradient behind batch norm. `gradient` fits `view`, `codes` fit `geometry.cells()`, `mean`
/// and `inverse` (of the deviation) are one number a channel, `to` is `[n][panel][2][16]`.
pub struct GradientSums<'a> {
    pub geometry: &'a Geometry,
    pub y: *const f32,
    pub gradient: *const f32,
    pub view: View,
    pub codes: *const u8,
    pub mean: *const f32,
    pub inverse: *const f32,
    pub n: usize,
    pub to: *mut f32,
}

impl Kernel for GradientSums<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        let (kept, cells) = (g.output(), g.cells());
        for c in 0..g.out_panels {
            let mean = S::load(self.mean.add(c * LANES));
            let inverse = S::load(self.inverse.add(c * LANES));
            let (mut sum, mut product) = (S::zero(), S::zero());
            for y in 0..g.pooled_height {
                let (mut row_sum, mut row_product) = (S::zero(), S::zero());
                for x in 0..g.pooled_width {
                    let dz = S::load(self.gradient.add(self.view.at(self.n, c, y, x)));
                    let code = S::load_codes(self.codes.add(cells.at(self.n, c, y, x)));
                    for k in 0..4 {
                        let here = S::keep(S::is(code, k as u8), dz);
                        let value = S::load(self.y.add(kept.at(self.n, c, 2 * y + k / 2, 2 * x + k % 2)));
                        row_sum = S::add(row_sum, here);
                        row_product = S::fma(here, S::sub(value, mean), row_product);
                    }
                }
                sum = S::add(sum, row_sum);
                product = S::add(product, row_product);
            }
            let to = self.to.add((self.n * g.out_panels + c) * GRADIENT_SUMS);
            S::store(to, sum);
            S::store(to.add(LANES), S::mul(product, inverse));
        }
    }
}
