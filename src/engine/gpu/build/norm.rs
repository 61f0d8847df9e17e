//! Batch norm of maps and of vectors.

use super::{Builder, LIST};
use crate::{
    engine::gpu::{
        kernel::{Constants, Kernel},
        parameters::{Layout, Splits},
        schedule::{Dispatch, Fixed, LayerShape, Phase, Size, Work},
    },
    model::{Layer, Op},
};

/// The most splits of the sums of maps, and the fewest places in one.
const MOST_SPLITS: usize = 128;
const LEAST_PLACES: usize = 64;

/// The buffers around batch norm of maps: what comes in, what goes out behind pooling, its gradient, which place was
/// largest, and what it was. Without pooling each place is its own largest: there is no argmax, and `picked` is what comes in.
pub(super) struct MapBuffers {
    pub(super) sums: usize,
    pub(super) values: usize,
    pub(super) gradient: usize,
    pub(super) argmax: Option<usize>,
    pub(super) picked: usize,
}

/// Batch norm of maps with what all its launches share.
struct MapNorm<'a> {
    name: &'a str,
    shape: LayerShape,
    /// Of the kernels behind the statistics.
    constants: Constants,
    buffers: MapBuffers,
    stats: usize,
    coefficients: usize,
    /// Places of the maps and of the pooled ones, of a whole batch.
    places: usize,
    cells: usize,
    /// Into how many splits the sums over each are cut.
    of_map: usize,
    of_cells: usize,
    /// Bytes of a quad of maps.
    quad: u64,
}

impl MapNorm<'_> {
    /// A launch with so many splits that moves so many bytes.
    fn dispatch(
        &self,
        kernel: Kernel,
        phase: Phase,
        splits: usize,
        constants: Constants,
        (read, written): (u64, u64),
    ) -> Dispatch {
        let shape = LayerShape { splits, ..self.shape };
        Dispatch { work: Work { read, written, ..Work::default() }, ..Dispatch::new(kernel, self.name, phase, shape, constants) }
    }

    /// Threads beside each other that sum up quads, and how many rows of them cover all.
    fn lanes(&self) -> (usize, usize) {
        let lanes = self.shape.out_quads.next_power_of_two().min(16);
        (lanes, self.shape.out_quads.div_ceil(lanes))
    }

    /// One thread for each quad of channels.
    fn few(&self) -> Size {
        Size::Fixed(self.shape.out_quads.div_ceil(LIST))
    }

    /// Bytes of `splits` of two sums, of the maps, and quads of the pooled ones.
    fn shared(&self, splits: usize) -> u64 {
        (splits * self.shape.out_quads * 32) as u64
    }

    fn mapped(&self) -> u64 {
        (self.places * self.shape.out_quads) as u64 * self.quad
    }

    fn pooled(&self) -> u64 {
        (self.cells * self.shape.out_quads) as u64
    }

    /// Bytes that tell of each quad of a cell which place it is and what is there.
    const fn code(&self) -> u64 {
        if self.buffers.argmax.is_some() { 4 } else { 0 }
    }

    /// Bytes that are written of each quad of a cell.
    const fn finished(&self) -> u64 {
        if self.buffers.argmax.is_some() { 2 * self.quad + 4 } else { self.quad }
    }

    /// One thread for each quad of the places of a picture.
    fn all(&self, places: usize) -> Size {
        Size::Rows { per_picture: places * self.shape.out_quads, rows: LIST, times: 1 }
    }

    /// Moments of the batch, what normalizes by them, and the normalized map, activated and pooled.
    fn forward(&self) -> [Dispatch; 3] {
        let MapBuffers { sums, values, argmax, picked, .. } = self.buffers;
        // Without pooling what was picked is there already.
        let (argmax, picked) = argmax.map_or((Fixed::UnwrittenA.at(), Fixed::UnwrittenB.at()), |argmax| (argmax, picked));
        let (lanes, columns) = self.lanes();
        let lanes = vec![("LANES", lanes as f64)];
        let bytes = (self.mapped(), self.shared(self.of_map));
        let moments = self.dispatch(Kernel::NormMoments, Phase::Moments, self.of_map, lanes, bytes);
        let reduce = self.dispatch(Kernel::NormReduce, Phase::Forward, self.of_map, Vec::new(), (self.shared(self.of_map), 0));
        let bytes = (self.mapped(), self.pooled() * self.finished());
        let pool = self.dispatch(Kernel::NormPool, Phase::Forward, 1, self.constants.clone(), bytes);
        [
            Dispatch { buffers: vec![(2, sums), (6, Fixed::Splits.at())], size: Size::Fixed(columns * self.of_map), ..moments },
            Dispatch {
                buffers: vec![(2, sums), (6, Fixed::Splits.at()), (4, Fixed::Weights.at()), (5, self.stats)],
                size: self.few(),
                ..reduce
            },
            Dispatch {
                buffers: vec![(2, sums), (3, self.stats), (4, values), (5, argmax), (6, picked)],
                size: self.all(self.shape.pooled_height * self.shape.pooled_width),
                ..pool
            },
        ]
    }

    /// The gradient's sums, the coefficients that follow, and the gradient of the input, which takes the place of the sums.
    fn backward(&self) -> [Dispatch; 3] {
        let MapBuffers { sums, gradient, argmax, picked, .. } = self.buffers;
        let argmax = argmax.unwrap_or(Fixed::Unread.at());
        let (lanes, columns) = self.lanes();
        let mut constants = vec![("LANES", lanes as f64)];
        constants.extend(self.constants.iter().copied());
        let read = self.pooled() * (2 * self.quad + self.code());
        let bytes = (read, self.pooled() * self.quad + self.shared(self.of_cells));
        let sum = self.dispatch(Kernel::NormSums, Phase::Backward, self.of_cells, constants, bytes);
        let bytes = (self.shared(self.of_cells), 0);
        let reduce = self.dispatch(Kernel::NormGradientReduce, Phase::Backward, self.of_cells, Vec::new(), bytes);
        let bytes = (self.mapped() + self.pooled() * (self.quad + self.code()), self.mapped());
        let spread = self.dispatch(Kernel::NormGradient, Phase::Backward, 1, self.constants.clone(), bytes);
        [
            Dispatch {
                buffers: vec![(2, gradient), (3, argmax), (4, picked), (5, self.stats), (6, Fixed::Splits.at())],
                size: Size::Fixed(columns * self.of_cells),
                ..sum
            },
            Dispatch {
                buffers: vec![(6, Fixed::Splits.at()), (3, self.stats), (4, self.coefficients), (5, Fixed::Partials.at())],
                size: self.few(),
                ..reduce
            },
            Dispatch {
                buffers: vec![(2, sums), (3, gradient), (4, argmax), (5, self.stats), (6, self.coefficients)],
                size: self.all(self.shape.out_height * self.shape.out_width),
                ..spread
            },
        ]
    }
}

impl Builder<'_> {
    /// Batch norm of maps, forward, and in `back` the way back to the gradient of its input, which takes the place of
    /// the sums.
    pub(super) fn map_norm(
        &mut self,
        norm: &Layer,
        shape: LayerShape,
        constants: &Constants,
        buffers: MapBuffers,
        back: &mut Vec<Dispatch>,
    ) {
        let Op::BatchNorm { momentum, epsilon } = norm.op else { return };
        let (n, quads) = (self.batch(), shape.out_quads);
        let (area, cells) = (shape.out_height * shape.out_width, shape.pooled_height * shape.pooled_width);
        let share = 1.0 / area as f32;
        let mut shape = LayerShape { momentum: momentum as f32, epsilon: epsilon as f32, share, ..shape };
        self.norm_arrays(norm, &mut shape);
        let cut = |places: usize| places.div_ceil(LEAST_PLACES).clamp(1, MOST_SPLITS);
        let (of_map, of_cells) = (cut(n * area), cut(n * cells));
        self.splits = self.splits.max(2 * quads * of_map.max(of_cells));
        let mut constants = constants.clone();
        if buffers.argmax.is_none() {
            constants.push(("POOLED", 0.0));
        }
        let norm = MapNorm {
            name: &norm.name,
            shape,
            constants,
            buffers,
            stats: self.buffer(format!("{} statistics", norm.name), 4 * quads * 16),
            coefficients: self.buffer(format!("{} coefficients", norm.name), 3 * quads * 16),
            places: n * area,
            cells: n * cells,
            of_map,
            of_cells,
            quad: self.quad() as u64,
        };
        let needed = |dispatch: &Dispatch| dispatch.phase != Phase::Moments || !shape.fixed;
        self.forward.extend(norm.forward().into_iter().filter(needed));
        back.extend(norm.backward());
    }

    /// Batch norm of vectors, forward, and in `back` the way back, in place.
    pub(super) fn vector_norm(
        &mut self,
        norm: &Layer,
        shape: LayerShape,
        constants: &Constants,
        [sums, values, gradient]: [usize; 3],
        back: &mut Vec<Dispatch>,
    ) {
        let Op::BatchNorm { momentum, epsilon } = norm.op else { return };
        let quads = shape.out_quads;
        let mut shape = LayerShape { momentum: momentum as f32, epsilon: epsilon as f32, ..shape };
        self.norm_arrays(norm, &mut shape);
        let stats = self.buffer(format!("{} statistics", norm.name), 2 * quads * 16);
        let one = (self.batch() * quads * self.quad()) as u64;
        let size = Size::Fixed(quads.div_ceil(LIST));
        let mut dispatch = Dispatch::new(Kernel::VectorNorm, &norm.name, Phase::Forward, shape, constants.clone());
        dispatch.buffers = vec![(2, sums), (3, Fixed::Weights.at()), (4, stats), (5, values)];
        (dispatch.size, dispatch.work) = (size, Work { read: one, written: one, ..Work::default() });
        self.forward.push(dispatch);
        let mut dispatch = Dispatch::new(Kernel::VectorNormGradient, &norm.name, Phase::Backward, shape, constants.clone());
        dispatch.buffers = vec![(2, sums), (3, Fixed::Weights.at()), (4, stats), (5, gradient), (6, Fixed::Partials.at())];
        (dispatch.size, dispatch.work) = (size, Work { read: 2 * one, written: one, ..Work::default() });
        back.push(dispatch);
    }

    /// Scale, shift and running statistics of batch norm.
    pub(super) fn norm_arrays(&mut self, layer: &Layer, shape: &mut LayerShape) {
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
