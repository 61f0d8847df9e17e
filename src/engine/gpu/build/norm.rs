//! Batch norm of maps and of vectors.

use super::{Builder, LIST};
use crate::{
    engine::gpu::{
        kernel::{Constants, Kernel},
        parameters::{Layout, Shares},
        schedule::{Call, Phase, Shape, Size, Work, fixed},
    },
    model::{Layer, Op},
};

/// The most shares of the sums of maps, and the fewest places in one.
const MOST_SHARES: usize = 128;
const LEAST_PLACES: usize = 64;

impl Builder<'_> {
    /// Batch norm of maps, forward, and in `back` the way back to the gradient of its input, which takes the place of
    /// the sums.
    pub(super) fn map_norm(
        &mut self,
        norm: &Layer,
        shape: Shape,
        constants: &Constants,
        [sums, values, gradient, codes, picked]: [usize; 5],
        back: &mut Vec<Call>,
    ) {
        let Op::BatchNorm { momentum, epsilon } = norm.op else { return };
        let (n, quads) = (self.batch(), shape.out_quads);
        let (area, cells) = (shape.out_height * shape.out_width, shape.pooled_height * shape.pooled_width);
        let share = 1.0 / area as f32;
        let mut shape = Shape { momentum: momentum as f32, epsilon: epsilon as f32, share, ..shape };
        self.norm_arrays(norm, &mut shape);
        let stats = self.buffer(format!("{} statistics", norm.name), 4 * quads * 16);
        let coefficients = self.buffer(format!("{} coefficients", norm.name), 3 * quads * 16);
        let lanes = quads.next_power_of_two().min(16);
        let columns = quads.div_ceil(lanes);
        let cut = |places: usize| places.div_ceil(LEAST_PLACES).clamp(1, MOST_SHARES);
        let (of_map, of_cells) = (cut(n * area), cut(n * cells));
        self.shares = self.shares.max(2 * quads * of_map.max(of_cells));
        let all = |places: usize| Size::Rows { per_picture: places * quads, rows: LIST, times: 1 };
        let quad = self.quad() as u64;
        let mapped = (n * area * quads) as u64 * quad;
        let pooled = (n * cells * quads) as u64;
        let name = &norm.name[..];
        let call = |kernel, phase, shares: usize, constants: Constants, buffers: Vec<(u32, usize)>, size, read, written| Call {
            buffers,
            size,
            work: Work { read, written, ..Work::default() },
            ..self.call(kernel, name, phase, Shape { shares, ..shape }, constants)
        };
        let lanes = vec![("LANES", lanes as f64)];
        let few = Size::Fixed(quads.div_ceil(LIST));
        let shared = |shares: usize| (shares * quads * 32) as u64;
        let forward = [
            call(
                Kernel::NormMoments,
                Phase::Moments,
                of_map,
                lanes.clone(),
                vec![(2, sums), (6, fixed::SHARES)],
                Size::Fixed(columns * of_map),
                mapped,
                shared(of_map),
            ),
            call(
                Kernel::NormFinish,
                Phase::Forward,
                of_map,
                Vec::new(),
                vec![(2, sums), (6, fixed::SHARES), (4, fixed::WEIGHTS), (5, stats)],
                few,
                shared(of_map),
                0,
            ),
            call(
                Kernel::NormPool,
                Phase::Forward,
                1,
                constants.clone(),
                vec![(2, sums), (3, stats), (4, values), (5, codes), (6, picked)],
                all(cells),
                mapped,
                pooled * (2 * quad + 4),
            ),
        ];
        let mut lanes = lanes;
        lanes.extend(constants.iter().copied());
        back.extend([
            call(
                Kernel::NormSums,
                Phase::Backward,
                of_cells,
                lanes,
                vec![(2, gradient), (3, codes), (4, picked), (5, stats), (6, fixed::SHARES)],
                Size::Fixed(columns * of_cells),
                pooled * (2 * quad + 4),
                pooled * quad + shared(of_cells),
            ),
            call(
                Kernel::NormGradientFinish,
                Phase::Backward,
                of_cells,
                Vec::new(),
                vec![(6, fixed::SHARES), (3, stats), (4, coefficients), (5, fixed::PARTS)],
                few,
                shared(of_cells),
                0,
            ),
            call(
                Kernel::NormGradient,
                Phase::Backward,
                1,
                constants.clone(),
                vec![(2, sums), (3, gradient), (4, codes), (5, stats), (6, coefficients)],
                all(area),
                mapped + pooled * (quad + 4),
                mapped,
            ),
        ]);
        self.forward.extend(forward);
    }

    /// Batch norm of vectors, forward, and in `back` the way back, in place.
    pub(super) fn vector_norm(
        &mut self,
        norm: &Layer,
        shape: Shape,
        constants: &Constants,
        [sums, values, gradient]: [usize; 3],
        back: &mut Vec<Call>,
    ) {
        let Op::BatchNorm { momentum, epsilon } = norm.op else { return };
        let quads = shape.out_quads;
        let mut shape = Shape { momentum: momentum as f32, epsilon: epsilon as f32, ..shape };
        self.norm_arrays(norm, &mut shape);
        let stats = self.buffer(format!("{} statistics", norm.name), 2 * quads * 16);
        let one = (self.batch() * quads * self.quad()) as u64;
        let size = Size::Fixed(quads.div_ceil(LIST));
        let mut call = self.call(Kernel::VectorNorm, &norm.name, Phase::Forward, shape, constants.clone());
        call.buffers = vec![(2, sums), (3, fixed::WEIGHTS), (4, stats), (5, values)];
        (call.size, call.work) = (size, Work { read: one, written: one, ..Work::default() });
        self.forward.push(call);
        let mut call = self.call(Kernel::VectorNormGradient, &norm.name, Phase::Backward, shape, constants.clone());
        call.buffers = vec![(2, sums), (3, fixed::WEIGHTS), (4, stats), (5, gradient), (6, fixed::PARTS)];
        (call.size, call.work) = (size, Work { read: 2 * one, written: one, ..Work::default() });
        back.push(call);
    }

    /// Scale, shift and running statistics of batch norm.
    pub(super) fn norm_arrays(&mut self, layer: &Layer, shape: &mut Shape) {
        let quads = shape.out_quads;
        let [scale, shift] = [0, 1].map(|i| Shares { start: self.parts + i * quads, count: 1, stride: quads });
        let starts: Vec<usize> = layer
            .parameters()
            .iter()
            .zip([Some(scale), Some(shift), None, None])
            .map(|(about, gradient)| self.array(about, Layout::Vector, gradient))
            .collect();
        (shape.weights, shape.bias, shape.mean, shape.variance) = (starts[0], starts[1], starts[2], starts[3]);
        (shape.parts, shape.parts_bias) = (scale.start, shift.start);
        self.parts += 2 * quads;
    }
}
