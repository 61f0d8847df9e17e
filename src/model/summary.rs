//! The network as a table that a person reads: one row for each convolution and dense layer, with its output, parameters and
//! cost.

use super::{Layer, Network, Op, Shape, layers::Parameter};
use crate::{
    setting_def::Choice,
    text::{Lang, LocalizedText, number, say, shortest},
};

/// The rows of the layer table, in the data's order. Activation, batch norm, pooling and dropout stand in the row of
/// the layer that they follow.
pub fn rows(network: &Network) -> Vec<LayerRow> {
    let mut rows: Vec<LayerRow> = Vec::new();
    for layer in &network.layers {
        match (RowKind::of(layer), rows.last_mut()) {
            (None, Some(row)) => row.join(layer),
            (kind, _) => rows.push(LayerRow::new(kind.unwrap_or(RowKind::Flatten), layer)),
        }
    }
    if let Some(row) = rows.last_mut() {
        row.kind = RowKind::Output;
        row.what = followed_by(&row.what, &network.output.name().into());
    }
    rows
}

/// One row of the layer table.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerRow {
    pub kind: RowKind,
    /// The first layer's name: `conv1`, `flatten`, `dense2`, `output`.
    pub name: String,
    /// `conv 3×3, 32 · ReLU · max-pool`.
    pub what: LocalizedText,
    /// What one picture has become after it.
    pub output: Shape,
    /// Numbers that are learned.
    pub parameters: usize,
    /// Multiplications and additions of one picture's forward pass.
    pub flops: u64,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    Convolution,
    /// From maps to a vector.
    Flatten,
    Dense,
    Output,
}

impl RowKind {
    /// The kind of row that `layer` starts; `None` if it belongs to the row before.
    fn of(layer: &Layer) -> Option<Self> {
        match layer.op {
            Op::Conv { .. } => Some(Self::Convolution),
            Op::Flatten | Op::GlobalAveragePool => Some(Self::Flatten),
            Op::Dense { .. } => Some(Self::Dense),
            Op::BatchNorm { .. } | Op::Activation(_) | Op::MaxPool | Op::Dropout { .. } => None,
        }
    }
}

impl LayerRow {
    fn new(kind: RowKind, layer: &Layer) -> Self {
        let mut row = Self {
            kind,
            name: layer.name.clone(),
            what: LocalizedText::default(),
            output: layer.output,
            parameters: 0,
            flops: 0,
        };
        row.join(layer);
        row
    }

    fn join(&mut self, layer: &Layer) {
        self.what = if self.what == LocalizedText::default() { words(layer) } else { followed_by(&self.what, &words(layer)) };
        self.output = layer.output;
        self.flops += layer.flops();
        let trained = layer.parameters().into_iter().filter(Parameter::trained);
        self.parameters += trained.map(|parameter| parameter.shape.iter().product::<usize>()).sum::<usize>();
    }

    /// The output as the table shows it: `56 × 56 × 32`, or `12,544` for a vector.
    pub fn output_text(&self, lang: Lang) -> String {
        let Shape { height, width, channels } = self.output;
        match (height, width) {
            (1, 1) if self.kind != RowKind::Convolution => number(lang, channels as u64),
            _ => format!("{height} × {width} × {channels}"),
        }
    }
}

/// Bytes that one training step on `batch` pictures has to hold at least: the pictures, each row's output and its
/// gradient, and every weight with its gradient and the optimizer's `slots` values. Engines add their working space.
pub fn step_memory(network: &Network, batch: usize, slots: usize) -> u64 {
    const F32: usize = size_of::<f32>();
    let outputs: usize = rows(network).iter().map(|row| row.output.len()).sum();
    let a_picture = network.input.len() + 2 * F32 * outputs;
    (batch * a_picture + F32 * network.trained_values() * (2 + slots)) as u64
}

fn followed_by(before: &LocalizedText, after: &LocalizedText) -> LocalizedText {
    LocalizedText::by(|lang| format!("{} · {}", before.get(lang), after.get(lang)))
}

fn words(layer: &Layer) -> LocalizedText {
    match layer.op {
        Op::Conv { kernel, .. } => same(format!("conv {kernel}×{kernel}, {}", layer.output.channels)),
        Op::Dense { .. } => same(format!("dense {}", layer.output.channels)),
        Op::BatchNorm { .. } => say("batch norm", "batch norm").into(),
        Op::Activation(activation) => activation.name().into(),
        Op::MaxPool => say("max-pool", "max-pool").into(),
        Op::GlobalAveragePool => say("global average", "moyenne globale").into(),
        Op::Flatten => say("flatten", "aplatir").into(),
        Op::Dropout { rate, .. } => LocalizedText::by(|lang| format!("dropout {}", shortest(lang, rate))),
    }
}

fn same(text: String) -> LocalizedText {
    LocalizedText { en: text.clone(), fr: text }
}
