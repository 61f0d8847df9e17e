//! A block of convolution, batch norm, activation, pooling and dropout, and the way from maps to a vector. Of a network's block
//! of two convolutions each is one here, the first without pooling and dropout.

use super::{
    BackwardMask, Builder, LEAST_TERMS, LIST, Passage, Source, activation_constants,
    norm::MapBuffers,
    product::{Destination, Gradients},
    splits, unknown,
};
use crate::{
    engine::gpu::{
        kernel::Kernel,
        parameters::{Features, Layout, padded},
        schedule::{Dispatch, Fixed, LayerShape, Phase, Size, Work},
        tile::{BUSY, Tile},
        uniform::NO_DROPOUT,
    },
    model::{Activation, Layer, Op, Padding, Shape as Map},
    problem::Problem,
};

/// The layers of a block, but for dropout.
struct BlockLayers<'l> {
    conv: &'l Layer,
    norm: Option<&'l Layer>,
    /// The activation.
    last: &'l Layer,
    pool: Option<&'l Layer>,
}

impl<'l> BlockLayers<'l> {
    /// Those that `layers` begin with, and the layers behind them.
    fn split_off(layers: &'l [Layer]) -> Result<(Self, &'l [Layer]), Problem> {
        let [conv, rest @ ..] = layers else { return Err(unknown("no block")) };
        let (norm, rest) = match rest {
            [norm, rest @ ..] if matches!(norm.op, Op::BatchNorm { .. }) => (Some(norm), rest),
            rest => (None, rest),
        };
        let [last, rest @ ..] = rest else { return Err(unknown(&conv.name)) };
        let (pool, rest) = match rest {
            [pool, rest @ ..] if pool.op == Op::MaxPool => (Some(pool), rest),
            rest => (None, rest),
        };
        Ok((Self { conv, norm, last, pool }, rest))
    }
}

impl Builder<'_> {
    /// Convolution, batch norm, activation and, but for the first of two convolutions, pooling and dropout; gives the layers
    /// behind them.
    pub(super) fn block<'l>(&mut self, layers: &'l [Layer]) -> Result<&'l [Layer], Problem> {
        let (BlockLayers { conv, norm, last, pool }, mut rest) = BlockLayers::split_off(layers)?;
        let Op::Conv { kernel, padding, .. } = conv.op else { return Err(unknown(&conv.name)) };
        let Op::Activation(activation) = last.op else { return Err(unknown(&conv.name)) };
        let dropout = if pool.is_some() { self.dropout(&mut rest) } else { NO_DROPOUT };

        // What leaves the block.
        let last = pool.unwrap_or(last);
        let (input, output, pooled) = (conv.input, conv.output, last.output);
        let mut shape = LayerShape {
            in_height: input.height,
            in_width: input.width,
            in_quads: padded(input.channels) / 4,
            out_height: output.height,
            out_width: output.width,
            out_quads: padded(output.channels) / 4,
            out_channels: output.channels,
            pooled_height: pooled.height,
            pooled_width: pooled.width,
            kernel,
            border: if padding == Padding::Same { (kernel - 1) / 2 } else { 0 },
            splits: 1,
            dropout,
            fixed: conv.is_frozen(),
            ..LayerShape::default()
        };
        let (n, quads, cells) = (self.batch(), shape.out_quads, pooled.height * pooled.width);
        let terms = kernel * kernel * padded(input.channels);
        let values = self.maps(format!("{} values", last.name), cells * quads);
        let gradient = self.maps(format!("{} gradient", last.name), cells * quads);
        let argmax = pool.map(|pool| self.buffer(format!("{} argmax", pool.name), n * cells * quads * 4));
        // Without pooling batch norm's sums are what was picked.
        let keeps = norm.is_some() && pool.is_some() || norm.is_none() && activation == Activation::Gelu;
        let picked = if keeps { Some(self.maps(format!("{} picked", last.name), cells * quads)) } else { None };

        // The weight gradient: rows are taps and inputs; every place of the output is a term.
        let whole = norm.is_some() || pool.is_none();
        let places = n * if whole { output.height * output.width } else { 4 * cells };
        let learned = Tile::choose(terms, 4 * quads, true, self.limits);
        let splits = splits(terms, 4 * quads, BUSY, places, 2 * LEAST_TERMS);
        let layout = Layout::Conv { inputs: input.channels, taps: kernel * kernel, outputs: output.channels };
        self.product_arrays(conv, layout, splits, &mut shape);

        let constants = activation_constants(activation);
        let mut back = Vec::new();
        let sums = match norm {
            None => {
                let to = match argmax {
                    Some(argmax) => Destination::Pooled { values, argmax, picked },
                    None => Destination::Activated { values, picked },
                };
                let forward = self.conv_forward(&conv.name, shape, &constants, to);
                self.forward.push(forward);
                None
            }
            Some(norm) => {
                let sums = self.maps(format!("{} sums", conv.name), output.height * output.width * quads);
                let forward = self.conv_forward(&conv.name, shape, &constants, Destination::Map(sums));
                self.forward.push(forward);
                let picked = picked.unwrap_or(sums);
                self.map_norm(norm, shape, &constants, MapBuffers { sums, values, gradient, argmax, picked }, &mut back);
                Some(sums)
            }
        };
        let (of, from) = sums.map_or((gradient, argmax), |sums| (sums, None));
        let gradients = Gradients { gradient: of, pooled: from, tile: learned, splits };
        self.product_gradients(&conv.name, shape, &constants, gradients, &mut back);
        if conv.is_frozen() {
            back.clear();
        }
        self.backward.push(back);

        let passage = |buffer: usize| Passage { buffer, channels: output.channels, dropout };
        let backward_mask = match (norm, picked, argmax) {
            (Some(_), ..) => BackwardMask::None,
            (None, Some(picked), _) => BackwardMask::Sums(passage(picked)),
            (None, None, Some(argmax)) => BackwardMask::Argmax(passage(argmax)),
            // Values have the sign of their sums, by which these activations' gradients go.
            (None, None, None) => BackwardMask::Sums(passage(values)),
        };
        let features = Features::Map { area: cells, channels: output.channels };
        let (values, quads, frozen) = (Some(values), cells * quads, conv.is_frozen());
        self.source = Source { values, gradient, backward_mask, map: pooled, quads, features, frozen };
        Ok(rest)
    }

    /// From maps to a vector; gives the layers behind it.
    pub(super) fn map_to_vector<'l>(&mut self, layers: &'l [Layer]) -> &'l [Layer] {
        let (map_to_vector, mut rest) = (&layers[0], &layers[1..]);
        let average = map_to_vector.op == Op::GlobalAveragePool;
        let dropout = self.dropout(&mut rest);
        if !average && dropout == NO_DROPOUT {
            return rest;
        }
        let below = self.source;
        let (map, quads) = (below.map, padded(below.map.channels) / 4);
        let out = if average { quads } else { below.quads };
        let values = self.maps(format!("{} values", map_to_vector.name), out);
        let gradient = self.maps(format!("{} gradient", map_to_vector.name), out);
        let mut shape = LayerShape {
            in_height: map.height,
            in_width: map.width,
            in_quads: quads,
            out_channels: map.channels,
            dropout,
            share: 1.0 / (map.height * map.width) as f32,
            ..LayerShape::default()
        };
        let constants = vec![("AVERAGE", f64::from(u8::from(average)))];
        let all = |quads: usize| Size::Rows { per_picture: quads, rows: LIST, times: 1 };
        let quad = self.quad();
        let (large, small) = ((self.batch() * below.quads * quad) as u64, (self.batch() * out * quad) as u64);
        let mut dispatch = Dispatch::new(Kernel::MapToVector, &map_to_vector.name, Phase::Forward, shape, constants.clone());
        dispatch.buffers = vec![(2, below.values.unwrap_or(Fixed::Unread.at())), (3, values)];
        dispatch.size = all(out);
        dispatch.work = Work { read: large, written: small, ..Work::default() };
        self.forward.push(dispatch);
        let mut constants = constants;
        constants.extend(self.activation.iter().copied());
        let masks = self.pass_gate(map, &mut constants, &mut shape);
        let mut dispatch = Dispatch::new(Kernel::MapToVectorGradient, &map_to_vector.name, Phase::Backward, shape, constants);
        dispatch.buffers = vec![(2, gradient), (3, below.gradient)];
        dispatch.buffers.extend(masks.buffers);
        dispatch.size = all(below.quads);
        dispatch.work = Work { read: small + large / quad as u64 * masks.bytes, written: large, ..Work::default() };
        self.backward.push(vec![dispatch]);
        let features = if average { Features::Plain } else { below.features };
        let map = if average { Map { height: 1, width: 1, channels: map.channels } } else { map };
        let (values, backward_mask, frozen) = (Some(values), BackwardMask::None, below.frozen);
        self.source = Source { values, gradient, backward_mask, map, quads: out, features, frozen };
        rest
    }
}
