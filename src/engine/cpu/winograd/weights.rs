//! `U = G w G^T` and its transpose, after each update.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{transform, transposed_plane, weight_plane};
use crate::engine::cpu::{
    geometry::Geometry,
    isa::Kernel,
    simd::{LANES, Simd},
};

/// Transforms the weights of one panel of outputs: `weights` is `[out/16][9][in][16]`, `to` is U, `transposed` UT (may
/// be null if there is no backward pass).
pub struct TransformWeights<'a> {
    pub geometry: &'a Geometry,
    pub panel: usize,
    pub weights: *const f32,
    pub to: *mut f32,
    pub transposed: *mut f32,
}

impl Kernel for TransformWeights<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        let depth = g.depth();
        let from = self.weights.add(self.panel * g.weight_panel());
        for k in 0..depth {
            let to = self.to.add((self.panel * depth + k) * LANES);
            transform_one::<S>(from.add(k * LANES), depth * LANES, to, weight_plane(g));
        }
        if self.transposed.is_null() {
            return;
        }
        let mut square = [[[0.0f32; LANES]; LANES]; 9];
        for c in 0..g.in_panels {
            for (tap, square) in square.iter_mut().enumerate() {
                let from = from.add((tap * depth + c * LANES) * LANES);
                for i in 0..LANES {
                    for o in 0..LANES {
                        square[o][i] = *from.add(i * LANES + o);
                    }
                }
            }
            let rows = g.out_panels * LANES;
            for o in 0..LANES {
                let to = self.transposed.add((c * rows + self.panel * LANES + o) * LANES);
                transform_one::<S>(square.as_ptr().cast::<f32>().add(o * LANES), LANES * LANES, to, transposed_plane(g));
            }
        }
    }
}

/// 16 channels of `G w G^T`; taps are `tap` apart, points `plane`.
#[inline(always)]
unsafe fn transform_one<S: Simd>(from: *const f32, tap: usize, to: *mut f32, plane: usize) {
    let mut w = [[S::zero(); 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            w[i][j] = S::load(from.add((3 * i + j) * tap));
        }
    }
    let u = transform::kernel_2d::<S>(w);
    for i in 0..6 {
        for j in 0..6 {
            S::store(to.add((6 * i + j) * plane), u[i][j]);
        }
    }
}
