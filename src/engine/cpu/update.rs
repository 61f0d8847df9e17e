//! One pass over weight, gradient and what the optimizer remembers. Adam and the average of the weights are kernels;
//! the others are the reference arithmetic of `optimizer` over pieces that stay in the first-level cache.
#![allow(unsafe_op_in_unsafe_fn, reason = "a kernel is one contract, stated at its struct")]

use super::{
    isa::Kernel,
    parameters::Stored,
    simd::{LANES, Simd},
};
use crate::{
    model::layers::Role,
    optimizer::{Formula, UpdateStep, adam::Adam},
};

/// Numbers worked on at once.
const PIECE: usize = 256;
/// The most slots that an optimizer has.
pub const MOST_SLOTS: usize = 4;

/// Updates `len` numbers (a multiple of 16).
///
/// `weights`, `gradient` and the first `slot_count` of `slots` have `len` numbers that nobody else touches; `squares`
/// is one number.
pub struct Update {
    /// None: nothing but the L2 term is done, and the gradient is stored.
    pub update: Option<UpdateStep>,
    pub role: Role,
    pub weights: *mut f32,
    pub gradient: *mut f32,
    pub slots: [*mut f32; MOST_SLOTS],
    pub slot_count: usize,
    pub len: usize,
    /// Twice the L2 factor: `l2 * w` is added to the gradient.
    pub l2: f32,
    /// The gradient (L2 included) is multiplied by it.
    pub scale: f32,
    /// The sum of the squares of the weights, before the update, is added to it.
    pub squares: *mut f64,
}

impl Update {
    /// The update of numbers `at..at + len` of `stored` by `gradient`.
    ///
    /// # Safety
    /// `gradient` has `len` numbers, and nobody else touches these numbers of `stored`.
    pub unsafe fn of(
        stored: &Stored,
        update: Option<&UpdateStep>,
        at: usize,
        len: usize,
        gradient: *mut f32,
        squares: *mut f64,
    ) -> Self {
        let mut slots = [std::ptr::null_mut(); MOST_SLOTS];
        for (to, slot) in slots.iter_mut().zip(&stored.slots) {
            *to = slot.ptr().add(at);
        }
        Self {
            update: update.map(|update| update.at_rate(stored.about.rate)),
            role: stored.about.role,
            weights: stored.values.ptr().add(at),
            gradient,
            slots,
            slot_count: stored.slots.len(),
            len,
            l2: (2.0 * stored.about.l2) as f32,
            scale: 1.0,
            squares,
        }
    }
}

impl Kernel for Update {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let mut at = 0;
        while at < self.len {
            let len = PIECE.min(self.len - at);
            let (w, g) = (self.weights.add(at), self.gradient.add(at));
            let mut squares = S::zero();
            for i in (0..len).step_by(LANES) {
                let weight = S::load(w.add(i));
                squares = S::fma(weight, weight, squares);
                let with_l2 = S::fma(S::splat(self.l2), weight, S::load(g.add(i)));
                S::store(g.add(i), S::mul(with_l2, S::splat(self.scale)));
            }
            *self.squares += S::to_array(squares).iter().map(|x| f64::from(*x)).sum::<f64>();
            if let Some(update) = &self.update {
                match update.formula {
                    Formula::Adam(adam) => {
                        let decay = if self.role == Role::Kernel { update.decay } else { 0.0 };
                        let (m, v) = (self.slots[0].add(at), self.slots[1].add(at));
                        AdamPiece { w, g, m, v, len }.update::<S>(&adam, decay);
                        if let Some(momentum) = update.average {
                            let momentum = if update.step > 1 { momentum } else { 0.0 };
                            average_piece::<S>(momentum, w, self.slots[2].add(at), len);
                        }
                    }
                    _ => self.by_reference(update, at, len),
                }
            }
            at += len;
        }
    }
}

impl Update {
    unsafe fn by_reference(&self, update: &UpdateStep, at: usize, len: usize) {
        let slice = |p: *mut f32| std::slice::from_raw_parts_mut(p.add(at), len);
        let mut slots: [&mut [f32]; MOST_SLOTS] = Default::default();
        for (to, &slot) in slots.iter_mut().zip(&self.slots[..self.slot_count]) {
            *to = slice(slot);
        }
        let updated = update.update(self.role, slice(self.weights), slice(self.gradient), &mut slots[..self.slot_count]);
        debug_assert!(updated, "the stored slots are those of the optimizer");
    }
}

/// Some weights with their gradient and Adam's two slots, `len` numbers each.
struct AdamPiece {
    w: *mut f32,
    g: *const f32,
    m: *mut f32,
    v: *mut f32,
    len: usize,
}

impl AdamPiece {
    #[inline(always)]
    unsafe fn update<S: Simd>(self, adam: &Adam, decay: f32) {
        let Self { w, g, m, v, len } = self;
        let (new_1, new_2) = (S::splat(adam.new_1), S::splat(adam.new_2));
        let (alpha, epsilon, decay) = (S::splat(adam.alpha), S::splat(adam.epsilon), S::splat(decay));
        for i in (0..len).step_by(LANES) {
            let gradient = S::load(g.add(i));
            let (old_m, old_v) = (S::load(m.add(i)), S::load(v.add(i)));
            let mean = S::fma(new_1, S::sub(gradient, old_m), old_m);
            let square = S::fma(new_2, S::sub(S::mul(gradient, gradient), old_v), old_v);
            let weight = S::load(w.add(i));
            let weight = S::fnma(decay, weight, weight);
            let step = S::div(S::mul(alpha, mean), S::add(S::sqrt(square), epsilon));
            S::store(m.add(i), mean);
            S::store(v.add(i), square);
            S::store(w.add(i), S::sub(weight, step));
        }
    }
}

/// The moving average of the weights follows them; with momentum 0 it is a copy.
#[inline(always)]
unsafe fn average_piece<S: Simd>(momentum: f32, w: *const f32, average: *mut f32, len: usize) {
    let (kept, new) = (S::splat(momentum), S::splat(1.0 - momentum));
    for i in (0..len).step_by(LANES) {
        S::store(average.add(i), S::fma(kept, S::load(average.add(i)), S::mul(new, S::load(w.add(i)))));
    }
}

/// `to = sum of parts`, in order: `count` parts of which each starts `stride` after the one before; `len` numbers.
pub struct SumParts {
    pub parts: *const f32,
    pub stride: usize,
    pub count: usize,
    pub to: *mut f32,
    pub len: usize,
}

impl Kernel for SumParts {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        for i in (0..self.len).step_by(LANES) {
            let mut sum = S::load(self.parts.add(i));
            for part in 1..self.count {
                sum = S::add(sum, S::load(self.parts.add(part * self.stride + i)));
            }
            S::store(self.to.add(i), sum);
        }
    }
}
