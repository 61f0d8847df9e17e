//! What surrounds a convolution: bias or batch norm, activation and 2x2 maximum on the way out, and the gradient of
//! all this on the way back. Both work on cells of 2x2 outputs in registers, so the outputs before pooling need not
//! exist in memory (batch norm keeps them: its statistics come between).
//!
//! Of each cell and channel a code is kept: 0 to 3 is the place of the first maximum in reading order, 4 says that
//! ReLU switched it off (behind batch norm the gradient says so). Other activations also keep their gradient at the maximum.
//!
//! Where no pooling follows (the first of two convolutions of a block), every output is a cell of its own, of code 0 or 4.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    activation::Act,
    geometry::{Geometry, View},
    simd::{LANES, Simd},
};
use crate::model::Activation;

/// Code of a cell that ReLU switched off.
pub const DEAD: u8 = 4;

/// Where a block's cells go.
///
/// `scale` and `shift` hold one number a channel; `out` fits `view`; `argmax` and `grads` fit `geometry.cells()`
/// (`grads` may dangle for ReLU).
#[derive(Clone, Copy)]
pub struct PoolEpilogue {
    pub activation: Activation,
    /// Whether a backward pass may follow: otherwise argmax and grads stay as they are.
    pub learns: bool,
    /// `z = scale * y + shift`: the bias, or batch norm.
    pub scale: *const f32,
    pub shift: *const f32,
    pub out: *mut f32,
    pub view: View,
    pub argmax: *mut u8,
    pub grads: *mut f32,
    pub cells: View,
}

impl PoolEpilogue {
    /// Finishes cell (`y`, `x`) of picture `n`, panel `c`, from the convolution's four outputs in reading order.
    #[inline(always)]
    pub unsafe fn cell<S: Simd, A: Act>(&self, (n, c): (usize, usize), (y, x): (usize, usize), outputs: [S::V; 4]) {
        self.cell_at::<S, A>(c, self.place((n, c), (y, x)), outputs);
    }

    /// Where the value and the code of cell (`y`, `x`) go.
    #[inline(always)]
    pub const fn place(&self, (n, c): (usize, usize), (y, x): (usize, usize)) -> (usize, usize) {
        (self.view.at(n, c, y, x), self.cells.at(n, c, y, x))
    }

    /// The place `down` rows and `right` columns of cells further.
    #[inline(always)]
    pub const fn beside(&self, (value, code): (usize, usize), down: usize, right: usize) -> (usize, usize) {
        (value + down * self.view.row + right * self.view.column, code + down * self.cells.row + right * self.cells.column)
    }

    /// As [`PoolEpilogue::cell`], for a place known already.
    #[inline(always)]
    pub unsafe fn cell_at<S: Simd, A: Act>(&self, c: usize, (to, cell): (usize, usize), outputs: [S::V; 4]) {
        let (scale, shift) = (S::load(self.scale.add(c * LANES)), S::load(self.shift.add(c * LANES)));
        let z = [
            S::fma(outputs[0], scale, shift),
            S::fma(outputs[1], scale, shift),
            S::fma(outputs[2], scale, shift),
            S::fma(outputs[3], scale, shift),
        ];
        if !A::LEARNS {
            // Nobody will ask which of the four it was.
            let best = if A::KEEPS_ORDER {
                A::value::<S>(largest::<S>(z))
            } else {
                largest::<S>([A::value::<S>(z[0]), A::value::<S>(z[1]), A::value::<S>(z[2]), A::value::<S>(z[3])])
            };
            S::store(self.out.add(to), best);
            return;
        }
        let mut code = S::splat_argmax(0);
        let best;
        if A::KEEPS_GRAD {
            let mut at = z[0];
            let mut most = A::value::<S>(z[0]);
            for i in 1..4 {
                let value = A::value::<S>(z[i]);
                let larger = S::gt(value, most);
                code = S::recode(larger, i as u8, code);
                most = S::select(larger, value, most);
                at = S::select(larger, z[i], at);
            }
            S::store(self.grads.add(cell), A::grad::<S>(at));
            best = most;
        } else {
            // ReLU is monotone: a maximum above zero is one of what it lets through.
            let mut most = S::zero();
            code = S::splat_argmax(DEAD);
            for i in 0..4 {
                let larger = S::gt(z[i], most);
                code = S::recode(larger, i as u8, code);
                most = S::select(larger, z[i], most);
            }
            best = most;
        }
        S::store_argmax(self.argmax.add(cell), code);
        S::store(self.out.add(to), best);
    }

    /// What `z` of panel `c` is made by: scale and shift.
    #[inline(always)]
    pub unsafe fn affine<S: Simd>(&self, c: usize) -> (S::V, S::V) {
        (S::load(self.scale.add(c * LANES)), S::load(self.shift.add(c * LANES)))
    }

    /// Finishes a cell of one output, without pooling, at a known place; `affine` as [`PoolEpilogue::affine`] gives it.
    #[inline(always)]
    pub unsafe fn one_at<S: Simd, A: Act>(&self, (scale, shift): (S::V, S::V), (to, cell): (usize, usize), output: S::V) {
        let z = S::fma(output, scale, shift);
        if A::LEARNS {
            if A::KEEPS_GRAD {
                S::store(self.grads.add(cell), A::grad::<S>(z));
            } else {
                let alive = S::recode(S::gt(z, S::zero()), 0, S::splat_argmax(DEAD));
                S::store_argmax(self.argmax.add(cell), alive);
            }
        }
        S::store(self.out.add(to), A::value::<S>(z));
    }

    /// As [`PoolEpilogue::cell`], from the one output that the maximum comes from; the code is there already.
    #[inline(always)]
    pub unsafe fn peak<S: Simd, A: Act>(&self, (n, c): (usize, usize), (y, x): (usize, usize), output: S::V) {
        let (scale, shift) = (S::load(self.scale.add(c * LANES)), S::load(self.shift.add(c * LANES)));
        let z = S::fma(output, scale, shift);
        if A::KEEPS_GRAD {
            S::store(self.grads.add(self.cells.at(n, c, y, x)), A::grad::<S>(z));
        }
        S::store(self.out.add(self.view.at(n, c, y, x)), A::value::<S>(z));
    }
}

#[inline(always)]
unsafe fn largest<S: Simd>(of: [S::V; 4]) -> S::V {
    S::max(S::max(of[0], of[1]), S::max(of[2], of[3]))
}

/// Batch norm's way back: the gradient of the convolution's output `y` is `factor * dz + offset + slope * y`, where
/// `dz`, the gradient behind batch norm, is zero but at the maxima (without pooling every output is one).
#[derive(Clone, Copy)]
pub struct Normalized {
    /// The convolution's outputs, as `geometry.output()`.
    pub y: *const f32,
    pub view: View,
    /// One number a channel each.
    pub factor: *const f32,
    pub offset: *const f32,
    pub slope: *const f32,
}

/// The gradient of a convolution's outputs, from the gradient of the cells.
///
/// `gradient` fits `view` (grads of the activation and dropout applied already), `argmax` fit `cells` (they are not read
/// behind batch norm without pooling).
#[derive(Clone, Copy)]
pub struct Unpool<'a> {
    pub geometry: &'a Geometry,
    pub gradient: *const f32,
    pub view: View,
    pub argmax: *const u8,
    pub cells: View,
    pub normalized: Option<Normalized>,
}

impl Unpool<'_> {
    /// The 4x4 gradients from row `4 ty`, column `4 tx` on; zero outside of the map. Without batch norm, adds their sum
    /// to `sum`.
    #[inline(always)]
    pub unsafe fn tile<S: Simd>(&self, (n, c): (usize, usize), (ty, tx): (usize, usize), sum: &mut S::V) -> [[S::V; 4]; 4] {
        match &self.normalized {
            None if self.geometry.pools => self.plain_tile::<S>((n, c), (ty, tx), sum),
            None => self.single_tile::<S>((n, c), (ty, tx), sum),
            Some(norm) => self.normalized_tile::<S>(norm, (n, c), (ty, tx)),
        }
    }

    /// Without pooling: the gradient of each output but for those that ReLU switched off. Summed up by themselves first, so that
    /// the rounding error grows with the tiles, not with their sixteen outputs.
    #[inline(always)]
    unsafe fn single_tile<S: Simd>(&self, (n, c): (usize, usize), (ty, tx): (usize, usize), sum: &mut S::V) -> [[S::V; 4]; 4] {
        let g = self.geometry;
        let gradient = self.gradient.add(self.view.at(n, c, 4 * ty, 4 * tx));
        let argmax = self.argmax.add(self.cells.at(n, c, 4 * ty, 4 * tx));
        let mut d = [[S::zero(); 4]; 4];
        let mut own = S::zero();
        for i in 0..4 {
            for j in 0..4 {
                if 4 * ty + i < g.out_height && 4 * tx + j < g.out_width {
                    let dz = S::load(gradient.add(i * self.view.row + j * self.view.column));
                    let code = S::load_argmax(argmax.add(i * self.cells.row + j * self.cells.column));
                    d[i][j] = S::select(S::is(code, DEAD), S::zero(), dz);
                    own = S::add(own, d[i][j]);
                }
            }
        }
        *sum = S::add(*sum, own);
        d
    }

    #[inline(always)]
    unsafe fn plain_tile<S: Simd>(&self, (n, c): (usize, usize), (ty, tx): (usize, usize), sum: &mut S::V) -> [[S::V; 4]; 4] {
        let g = self.geometry;
        let gradient = self.gradient.add(self.view.at(n, c, 2 * ty, 2 * tx));
        let argmax = self.argmax.add(self.cells.at(n, c, 2 * ty, 2 * tx));
        let mut d = [[S::zero(); 4]; 4];
        for i in 0..2 {
            for j in 0..2 {
                if 2 * ty + i < g.pooled_height && 2 * tx + j < g.pooled_width {
                    let dz = S::load(gradient.add(i * self.view.row + j * self.view.column));
                    let code = S::load_argmax(argmax.add(i * self.cells.row + j * self.cells.column));
                    for k in 0..4 {
                        d[2 * i + k / 2][2 * j + k % 2] = S::keep(S::is(code, k as u8), dz);
                    }
                    *sum = S::add(*sum, S::select(S::is(code, DEAD), S::zero(), dz));
                }
            }
        }
        d
    }

    #[inline(always)]
    unsafe fn normalized_tile<S: Simd>(
        &self,
        norm: &Normalized,
        (n, c): (usize, usize),
        (ty, tx): (usize, usize),
    ) -> [[S::V; 4]; 4] {
        let g = self.geometry;
        let mut d = [[S::zero(); 4]; 4];
        let factor = S::load(norm.factor.add(c * LANES));
        let (offset, slope) = (S::load(norm.offset.add(c * LANES)), S::load(norm.slope.add(c * LANES)));
        for i in 0..4 {
            for j in 0..4 {
                let (y, x) = (4 * ty + i, 4 * tx + j);
                if y < g.out_height && x < g.out_width {
                    d[i][j] = S::fma(slope, S::load(norm.y.add(norm.view.at(n, c, y, x))), offset);
                    if !g.pools {
                        d[i][j] = S::fma(factor, S::load(self.gradient.add(self.view.at(n, c, y, x))), d[i][j]);
                    }
                }
            }
        }
        if !g.pools {
            return d;
        }
        for i in 0..2 {
            for j in 0..2 {
                let (y, x) = (2 * ty + i, 2 * tx + j);
                if y >= g.pooled_height || x >= g.pooled_width {
                    continue;
                }
                let dz = S::mul(S::load(self.gradient.add(self.view.at(n, c, y, x))), factor);
                let code = S::load_argmax(self.argmax.add(self.cells.at(n, c, y, x)));
                for k in 0..4 {
                    let place = &mut d[2 * i + k / 2][2 * j + k % 2];
                    *place = S::add(*place, S::keep(S::is(code, k as u8), dz));
                }
            }
        }
        d
    }
}

/// Runs `$self.$go::<S, A>()` for the activation `$activation`.
macro_rules! with_activation {
    ($activation:expr, $self:ident . $go:ident) => {
        match $activation {
            $crate::model::Activation::Relu => $self.$go::<S, $crate::engine::cpu::activation::Relu>(),
            $crate::model::Activation::LeakyRelu => $self.$go::<S, $crate::engine::cpu::activation::Leaky>(),
            $crate::model::Activation::Gelu => $self.$go::<S, $crate::engine::cpu::activation::Gelu>(),
        }
    };
}
pub(super) use with_activation;

/// Runs `$self.$go::<S, A>()` for what `$epilogue` does: its activation, for training or for inference.
macro_rules! with_epilogue {
    ($epilogue:expr, $self:ident . $go:ident) => {
        if $epilogue.learns {
            $crate::engine::cpu::pooling::with_activation!($epilogue.activation, $self.$go)
        } else {
            use $crate::engine::cpu::activation::{Gelu, Inference, Leaky, Relu};
            match $epilogue.activation {
                $crate::model::Activation::Relu => $self.$go::<S, Inference<Relu>>(),
                $crate::model::Activation::LeakyRelu => $self.$go::<S, Inference<Leaky>>(),
                $crate::model::Activation::Gelu => $self.$go::<S, Inference<Gelu>>(),
            }
        }
    };
}
pub(super) use with_epilogue;
