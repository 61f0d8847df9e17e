//! Batch norm of maps and of vectors.

use super::{Builder, LIST};
use crate::{
    engine::gpu::{
        kernel::{Constants, Kernel},
        parameters::{Layout, Splits},
        schedule::{Dispatch, Phase, Shape, Size, Work, fixed},
    },
    model::{Layer, Op},
};

/// The most splits of the sums of maps, and the fewest places in one.
const MOST_SPLITS: usize = 128;
const LEAST_PLACES: usize = 64;

impl Builder<'_> {
    /// Batch norm of maps, forward, and in `back` the way back to the gradient of its input, which takes the place of
    /// the sums.
    pub(super) fn map_norm(
        &mut self,
        norm: &Layer,
        shape: Shape,
        constants: &Constants,
        [sums, values, gradient, argmax, picked]: [usize; 5],
        back: &mut Vec<Dispatch>,
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
        let cut = |places: usize| places.div_ceil(LEAST_PLACES).clamp(1, MOST_SPLITS);
        let (of_map, of_cells) = (cut(n * area), cut(n * cells));
        self.splits = self.splits.max(2 * quads * of_map.max(of_cells));
        let all = |places: usize| Size::Rows { per_picture: places * quads, rows: LIST, times: 1 };
        let quad = self.quad() as u64;
        let mapped = (n * area * quads) as u64 * quad;
        let pooled = (n * cells * quads) as u64;
        let name = &norm.name[..];
        let dispatch =
            |kernel, phase, splits: usize, constants: Constants, buffers: Vec<(u32, usize)>, size, read, written| Dispatch {
                buffers,
                size,
                work: Work { read, written, ..Work::default() },
                ..Dispatch::new(kernel, name, phase, Shape { splits, ..shape }, constants)
            };
        let lanes = vec![("LANES", lanes as f64)];
        let few = Size::Fixed(quads.div_ceil(LIST));
        let shared = |splits: usize| (splits * quads * 32) as u64;
        let forward = [
            dispatch(
                Kernel::NormMoments,
                Phase::Moments,
                of_map,
                lanes.clone(),
                vec![(2, sums), (6, fixed::SPLITS)],
                Size::Fixed(columns * of_map),
                mapped,
                shared(of_map),
            ),
            dispatch(
                Kernel::NormFinish,
                Phase::Forward,
                of_map,
                Vec::new(),
                vec![(2, sums), (6, fixed::SPLITS), (4, fixed::WEIGHTS), (5, stats)],
                few,
                shared(of_map),
                0,
            ),
            dispatch(
                Kernel::NormPool,
                Phase::Forward,
                1,
                constants.clone(),
                vec![(2, sums), (3, stats), (4, values), (5, argmax), (6, picked)],
                all(cells),
                mapped,
                pooled * (2 * quad + 4),
            ),
        ];
        let mut lanes = lanes;
        lanes.extend(constants.iter().copied());
        back.extend([
            dispatch(
                Kernel::NormSums,
                Phase::Backward,
                of_cells,
                lanes,
                vec![(2, gradient), (3, argmax), (4, picked), (5, stats), (6, fixed::SPLITS)],
                Size::Fixed(columns * of_cells),
                pooled * (2 * quad + 4),
                pooled * quad + shared(of_cells),
            ),
            dispatch(
                Kernel::NormGradientFinish,
                Phase::Backward,
                of_cells,
                Vec::new(),
                vec![(6, fixed::SPLITS), (3, stats), (4, coefficients), (5, fixed::PARTIALS)],
                few,
                shared(of_cells),
                0,
            ),
            dispatch(
                Kernel::NormGradient,
                Phase::Backward,
                1,
                constants.clone(),
                vec![(2, sums), (3, gradient), (4, argmax), (5, stats), (6, coefficients)],
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
        back: &mut Vec<Dispatch>,
    ) {
        let Op::BatchNorm { momentum, epsilon } = norm.op else { return };
        let quads = shape.out_quads;
        let mut shape = Shape { momentum: momentum as f32, epsilon: epsilon as f32, ..shape };
        self.norm_arrays(norm, &mut shape);
        let stats = self.buffer(format!("{} statistics", norm.name), 2 * quads * 16);
        let one = (self.batch() * quads * self.quad()) as u64;
        let size = Size::Fixed(quads.div_ceil(LIST));
        let mut dispatch = Dispatch::new(Kernel::VectorNorm, &norm.name, Phase::Forward, shape, constants.clone());
        dispatch.buffers = vec![(2, sums), (3, fixed::WEIGHTS), (4, stats), (5, values)];
        (dispatch.size, dispatch.work) = (size, Work { read: one, written: one, ..Work::default() });
        self.forward.push(dispatch);
        let mut dispatch = Dispatch::new(Kernel::VectorNormGradient, &norm.name, Phase::Backward, shape, constants.clone());
        dispatch.buffers = vec![(2, sums), (3, fixed::WEIGHTS), (4, stats), (5, gradient), (6, fixed::PARTIALS)];
        (dispatch.size, dispatch.work) = (size, Work { read: 2 * one, written: one, ..Work::default() });
        back.push(dispatch);
    }

    /// Scale, shift and running statistics of batch norm.
    pub(super) fn norm_arrays(&mut self, layer: &Layer, shape: &mut Shape) {
        let quads = shape.out_quads;
        let [scale, shift] = [0, 1].map(|i| Splits { start: self.partials + i * quads, count: 1, stride: quads });
        let starts: Vec<usize> = layer
            .parameters()
            .iter()
            .zip([Some(scale), Some(shift), None, None])
            .map(|(about, gradient)| self.array(about, Layout::Vector, gradient))
            .collect();
        (shape.weights, shape.bias, shape.mean, shape.variance) = (starts[0], starts[1], starts[2], starts[3]);
        (shape.partials, shape.partials_bias) = (scale.start, shift.start);
        self.partials += 2 * quads;
    }
}
