//! A dense layer with what follows it, and the loss behind the last one.

use super::{
    BackwardMask, Builder, LEAST_TERMS, LIST, Passage, Source, activation_constants,
    product::{Destination, Gradients},
    splits, unknown,
};
use crate::{
    engine::gpu::{
        kernel::Kernel,
        parameters::{Features, Layout, padded},
        schedule::{Dispatch, Fixed, LayerShape, Phase, Size, Work},
        tile::{BUSY, Tile},
    },
    loss::LossKind,
    model::{Layer, Op, Output},
    problem::Problem,
};

impl Builder<'_> {
    /// A dense layer with what follows it; gives the layers behind.
    pub(super) fn dense<'l>(&mut self, layers: &'l [Layer]) -> Result<&'l [Layer], Problem> {
        let [dense, rest @ ..] = layers else { return Err(unknown("no dense layer")) };
        let Op::Dense { bias: true, .. } = dense.op else { return Err(unknown(&dense.name)) };
        let last = rest.is_empty();
        let (activation, rest) = match rest {
            [layer, rest @ ..] => match layer.op {
                Op::Activation(activation) => (Some(activation), rest),
                _ => return Err(unknown(&layer.name)),
            },
            [] => (None, rest),
        };
        let (norm, mut rest) = match rest {
            [norm, rest @ ..] if matches!(norm.op, Op::BatchNorm { .. }) => (Some(norm), rest),
            rest => (None, rest),
        };
        let dropout = self.dropout(&mut rest);
        let (n, below) = (self.batch(), self.source);
        let (units, quads) = (dense.output.channels, padded(dense.output.channels) / 4);
        let mut shape = LayerShape {
            in_height: 1,
            in_width: 1,
            in_quads: below.quads,
            out_height: 1,
            out_width: 1,
            out_quads: quads,
            out_channels: units,
            kernel: 1,
            dropout,
            ..LayerShape::default()
        };
        let constants = activation.map_or(vec![("ACTIVATION", 3.0)], activation_constants);
        let sums = if last { Fixed::UnwrittenB.at() } else { self.maps(format!("{} sums", dense.name), quads) };
        let gradient = self.maps(format!("{} gradient", dense.name), quads);
        let values = if last { None } else { Some(self.maps(format!("{} values", dense.name), quads)) };

        let terms = 4 * below.quads;
        let learned = Tile::choose(terms, 4 * quads, true, self.limits);
        let learned_shares = splits(terms, 4 * quads, BUSY, n, LEAST_TERMS);
        let layout = Layout::Dense { inputs: dense.input.len(), features: below.features, outputs: units };
        self.product_arrays(dense, layout, learned_shares, &mut shape);

        shape.splits = splits(n, 4 * quads, BUSY / 2, terms, LEAST_TERMS);
        self.splits = self.splits.max(shape.splits * n * quads);
        let product = self.conv_forward(&dense.name, shape, &constants, Destination::Splits);
        self.forward.push(product);
        let simple = norm.is_none() && !last;
        let mut own = constants.clone();
        own.extend([("NORM", f64::from(u8::from(!simple))), ("LAST", f64::from(u8::from(last)))]);
        let output = if simple { values } else { None };
        let mut reduce = Dispatch::new(Kernel::DenseReduce, &dense.name, Phase::Forward, shape, own);
        reduce.buffers =
            vec![(2, Fixed::Splits.at()), (3, Fixed::Weights.at()), (4, sums), (5, output.unwrap_or(Fixed::UnwrittenA.at()))];
        reduce.buffers.push((6, if last { Fixed::Logits.at() } else { Fixed::UnwrittenC.at() }));
        reduce.size = Size::Rows { per_picture: quads, rows: LIST, times: 1 };
        let all = (n * quads) as u64;
        let written = all * if last { 16 } else { (self.quad() * if simple { 2 } else { 1 }) as u64 };
        reduce.work = Work { read: 16 * all * shape.splits as u64, written, ..Work::default() };
        self.forward.push(reduce);

        let mut back = Vec::new();
        if let (Some(norm), Some(values)) = (norm, values) {
            self.vector_norm(norm, shape, &constants, [sums, values, gradient], &mut back);
        }
        let gradients = Gradients { gradient, pooled: None, tile: learned, splits: learned_shares };
        self.product_gradients(&dense.name, shape, &constants, gradients, &mut back);
        if last {
            let mut loss = self.loss(shape, gradient);
            loss.append(&mut back);
            back = loss;
        }
        self.backward.push(back);
        let backward_mask = match norm {
            Some(_) => BackwardMask::None,
            None => BackwardMask::Sums(Passage { buffer: sums, channels: units, dropout }),
        };
        let map = dense.output;
        self.source = Source { values, gradient, backward_mask, map, quads, features: Features::Plain, frozen: false };
        Ok(rest)
    }

    /// The loss behind the last layer, which has `shape`; its gradients go to `gradient`.
    fn loss(&mut self, shape: LayerShape, gradient: usize) -> Vec<Dispatch> {
        let (n, quad) = (self.batch() as u64, self.quad() as u64);
        let (logits, targets, score) = (Fixed::Logits.at(), Fixed::Targets.at(), Fixed::Score.at());
        let kind = self.config.loss.kind;
        if !matches!(self.config.network.output, Output::Softmax { .. }) {
            let number = match kind {
                LossKind::BinaryCrossentropy | LossKind::CategoricalCrossentropy => 0.0,
                LossKind::BinaryFocalCrossentropy | LossKind::CategoricalFocalCrossentropy => 1.0,
                LossKind::Mse => 2.0,
                LossKind::Mae => 3.0,
                LossKind::Huber => 4.0,
            };
            let mut loss = Dispatch::new(Kernel::Loss, "loss", Phase::Backward, LayerShape::default(), vec![("LOSS", number)]);
            loss.buffers = vec![(2, logits), (3, targets), (4, gradient), (5, score)];
            loss.work = Work { read: 24 * n, written: quad * n, ..Work::default() };
            return vec![loss];
        }
        let picture_scores = self.buffer("picture scores".to_owned(), 8 * self.batch());
        let focal = kind == LossKind::CategoricalFocalCrossentropy;
        let constants = vec![("FOCAL", f64::from(u8::from(focal)))];
        let mut loss = Dispatch::new(Kernel::SoftmaxLoss, "loss", Phase::Backward, shape, constants);
        loss.buffers = vec![(2, logits), (3, targets), (4, gradient), (5, picture_scores)];
        loss.size = Size::Rows { per_picture: 1, rows: 1, times: 1 };
        let quads = shape.out_quads as u64;
        loss.work = Work { read: 16 * (quads + 1) * n, written: (quad * quads + 8) * n, ..Work::default() };
        let mut sum = Dispatch::new(Kernel::Score, "loss", Phase::Backward, LayerShape::default(), Vec::new());
        sum.buffers = vec![(2, picture_scores), (3, score)];
        sum.work = Work { read: 8 * n, written: 8, ..Work::default() };
        vec![loss, sum]
    }
}
