//! Batch norm of maps (Ioffe and Szegedy 2015), around the kept outputs of a convolution.
//!
//! The statistics are gathered picture by picture and merged in the order of the pictures, in f64. Of the outputs only
//! the peaks of the 2x2 cells matter to what follows, a quarter of the memory: what normalizes reads them alone, and so
//! do the sums of the backward pass, since all other gradients behind the pooling are zero. The dense part of the
//! gradient (`offset + slope * y`, see `pooling::Normalized`) is added where the gradient is unpooled. Without pooling the kept
//! outputs are the peaks themselves, as `geometry.cells()` are `geometry.output()`.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    activation::Act,
    geometry::{Geometry, View},
    isa::Kernel,
    pooling::{PoolEpilogue, with_activation},
    simd::{LANES, Simd},
};
use crate::model::Activation;

/// Numbers that [`Survey`] writes for each picture and panel: pivot, sum, sum of squares, for 16 channels.
pub const STATISTICS: usize = 3 * LANES;
/// Numbers that [`GradientSums`] writes for each picture and panel: sum of the gradient, and of it times the
/// normalized value.
pub const GRADIENT_SUMS: usize = 2 * LANES;

/// What one picture's kept outputs are seen through once, while they are in the cache: sums of `y - pivot` with the first
/// output as pivot (so nothing cancels), and the peaks of the cells.
///
/// `y` fits `geometry.output()`; `to` is `[n][panel][3][16]`.
pub struct Survey<'a> {
    pub geometry: &'a Geometry,
    pub y: *const f32,
    pub n: usize,
    pub to: *mut f32,
    /// None: the maximum behind the activation need not be one before it (GELU), or there is no pooling.
    pub peaks: Option<Peaks>,
}

/// The one output of each cell that its maximum will come from. A non-linearity that never falls keeps the order, and
/// the batch's statistics only stretch and shift it, so that this is known before them: the largest output where gamma
/// is positive, the smallest where it is negative, the first if several are equal.
#[derive(Clone, Copy)]
pub struct Peaks {
    /// One number a channel.
    pub gamma: *const f32,
    /// As `cells` say.
    pub values: *mut f32,
    pub argmax: *mut u8,
    pub cells: View,
}

impl Kernel for Survey<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        let view = g.output();
        for c in 0..g.out_panels {
            let pivot = S::load(self.y.add(view.at(self.n, c, 0, 0)));
            let gamma = self.peaks.map_or(S::zero(), |peaks| S::load(peaks.gamma.add(c * LANES)));
            let (mut sum, mut squares) = (S::zero(), S::zero());
            for y in (0..g.out_height).step_by(2) {
                // Row by row, so that the rounding error grows with the side, not with the area.
                let mut rows = (S::zero(), S::zero());
                let top = self.y.add(view.at(self.n, c, y, 0));
                let below = y + 1 < g.out_height;
                for x in (0..g.out_width).step_by(2) {
                    let beside = x + 1 < g.out_width;
                    let at = |down: usize, right: usize| top.wrapping_add(down * view.row + (x + right) * LANES);
                    let first = S::load(at(0, 0));
                    // Outputs beyond an odd side are in no cell; the pivot in their place adds nothing.
                    let second = if beside { S::load(at(0, 1)) } else { pivot };
                    let third = if below { S::load(at(1, 0)) } else { pivot };
                    let fourth = if below && beside { S::load(at(1, 1)) } else { pivot };
                    let four = [first, second, third, fourth];
                    for v in four {
                        let v = S::sub(v, pivot);
                        rows = (S::add(rows.0, v), S::fma(v, v, rows.1));
                    }
                    if let Some(peaks) = &self.peaks
                        && below
                        && beside
                    {
                        peaks.cell::<S>(peaks.cells.at(self.n, c, y / 2, x / 2), gamma, four);
                    }
                }
                sum = S::add(sum, rows.0);
                squares = S::add(squares, rows.1);
            }
            let to = self.to.add((self.n * g.out_panels + c) * STATISTICS);
            S::store(to, pivot);
            S::store(to.add(LANES), sum);
            S::store(to.add(2 * LANES), squares);
        }
    }
}

impl Peaks {
    #[inline(always)]
    unsafe fn cell<S: Simd>(&self, cell: usize, gamma: S::V, four: [S::V; 4]) {
        let mut most = S::mul(gamma, four[0]);
        let mut value = four[0];
        let mut code = S::splat_argmax(0);
        for k in 1..4 {
            let z = S::mul(gamma, four[k]);
            let larger = S::gt(z, most);
            code = S::recode(larger, k as u8, code);
            most = S::select(larger, z, most);
            value = S::select(larger, four[k], value);
        }
        S::store(self.values.add(cell), value);
        S::store_argmax(self.argmax.add(cell), code);
    }
}

/// Mean and biased variance of one channel over `pictures`, from what [`Survey`] wrote (`panels` panels), `area`
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

/// Normalizes, activates and pools one picture: its peaks, or where there are none yet its kept outputs, whose peaks are
/// then written. Without pooling `peaks` are `y`. `y` fits `geometry.output()`, `peaks` fit `geometry.cells()`.
pub struct NormalizePool<'a> {
    pub geometry: &'a Geometry,
    pub y: *const f32,
    pub peaks: *mut f32,
    pub n: usize,
    pub epilogue: PoolEpilogue,
}

impl Kernel for NormalizePool<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        with_activation!(self.epilogue.activation, self.go);
    }
}

impl NormalizePool<'_> {
    #[inline(always)]
    unsafe fn go<S: Simd, A: Act>(&self) {
        let g = self.geometry;
        let (view, cells) = (g.output(), g.cells());
        for c in 0..g.out_panels {
            for y in 0..g.pooled_height {
                for x in 0..g.pooled_width {
                    let cell = cells.at(self.n, c, y, x);
                    if A::KEEPS_ORDER || !g.pools {
                        self.epilogue.peak::<S, A>((self.n, c), (y, x), S::load(self.peaks.add(cell)));
                        continue;
                    }
                    let at = self.y.add(view.at(self.n, c, 2 * y, 2 * x));
                    let below = at.add(view.row);
                    let four = [S::load(at), S::load(at.add(LANES)), S::load(below), S::load(below.add(LANES))];
                    self.epilogue.cell::<S, A>((self.n, c), (y, x), four);
                    let code = S::load_argmax(self.epilogue.argmax.add(cell));
                    let mut peak = four[0];
                    for k in 1..4 {
                        peak = S::select(S::is(code, k as u8), four[k], peak);
                    }
                    S::store(self.peaks.add(cell), peak);
                }
            }
        }
    }
}

/// One picture's sums of the gradient behind batch norm; ReLU's part in it is taken on the way, in place. `gradient`
/// fits `view`, `peaks` fit `geometry.cells()`, `scale`, `shift`, `mean` and `inverse` (of the deviation) are one number a
/// channel, `to` is `[n][panel][2][16]`.
pub struct GradientSums<'a> {
    pub geometry: &'a Geometry,
    pub activation: Activation,
    pub gradient: *mut f32,
    pub view: View,
    pub peaks: *const f32,
    pub scale: *const f32,
    pub shift: *const f32,
    pub mean: *const f32,
    pub inverse: *const f32,
    pub n: usize,
    pub to: *mut f32,
}

impl Kernel for GradientSums<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        with_activation!(self.activation, self.go);
    }
}

impl GradientSums<'_> {
    #[inline(always)]
    unsafe fn go<S: Simd, A: Act>(&self) {
        let g = self.geometry;
        let cells = g.cells();
        for c in 0..g.out_panels {
            let channel = |of: *const f32| S::load(of.wrapping_add(c * LANES));
            let (scale, shift) = (channel(self.scale), channel(self.shift));
            let (mean, inverse) = (channel(self.mean), channel(self.inverse));
            let (mut sum, mut product) = (S::zero(), S::zero());
            for y in 0..g.pooled_height {
                let (mut row_sum, mut row_product) = (S::zero(), S::zero());
                for x in 0..g.pooled_width {
                    let place = self.gradient.add(self.view.at(self.n, c, y, x));
                    let peak = S::load(self.peaks.add(cells.at(self.n, c, y, x)));
                    let mut dz = S::load(place);
                    if !A::KEEPS_GRAD {
                        dz = S::keep(S::gt(S::fma(peak, scale, shift), S::zero()), dz);
                        S::store(place, dz);
                    }
                    row_sum = S::add(row_sum, dz);
                    row_product = S::fma(dz, S::sub(peak, mean), row_product);
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
