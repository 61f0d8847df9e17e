//! The update of all weights.

use super::Builder;
use crate::{
    engine::gpu::{
        kernel::{Constants, Kernel},
        schedule::{Dispatch, Fixed, LayerShape, Phase, Size, Work},
    },
    optimizer::{OptimizerKind, OptimizerSettings},
};

impl Builder<'_> {
    /// The update in its variants, and the totals.
    pub(super) fn updates(&self, groups: usize, weights: u64, splits: u64, slots: u64) -> Vec<Dispatch> {
        let shape = LayerShape { weights: self.weights, splits: groups, ..LayerShape::default() };
        let formula = update_constants(&self.config.optimizer);
        let buffers = vec![
            (2, Fixed::Segments.at()),
            (3, Fixed::Groups.at()),
            (4, Fixed::Weights.at()),
            (5, Fixed::Slots.at()),
            (6, Fixed::Partials.at()),
            (7, Fixed::Squares.at()),
            (8, Fixed::Score.at()),
        ];
        let learned = weights + slots * weights;
        let update = |phase, extra: &[(&'static str, f64)], read, written| {
            let constants = formula.iter().chain(extra).copied().collect();
            let dispatch = Dispatch::new(Kernel::Update, "update", phase, shape, constants);
            let work = Work { read, written, ..Work::default() };
            Dispatch { buffers: buffers.clone(), size: Size::Fixed(groups), work, ..dispatch }
        };
        let total = Dispatch {
            buffers: vec![(2, Fixed::Squares.at()), (3, Fixed::Score.at())],
            ..Dispatch::new(Kernel::Total, "update", Phase::Total, shape, Vec::new())
        };
        vec![
            update(Phase::Update, &[], splits + learned, learned),
            update(Phase::StoreGradient, &[("STORE", 1.0)], splits + weights, weights),
            total,
            update(Phase::UpdateStored, &[("STORED", 1.0)], weights + learned, learned),
        ]
    }
}

fn update_constants(optimizer: &OptimizerSettings) -> Constants {
    let slots = optimizer.slots();
    let flag = |on: bool| f64::from(u8::from(on));
    let formula = match optimizer.kind {
        OptimizerKind::Adam | OptimizerKind::AdamW => 0.0,
        OptimizerKind::RmsProp => 1.0,
        OptimizerKind::Sgd => 2.0,
        OptimizerKind::Nadam => 3.0,
    };
    let momentum = matches!(optimizer.kind, OptimizerKind::RmsProp | OptimizerKind::Sgd) && optimizer.momentum > 0.0;
    vec![
        ("FORMULA", formula),
        ("MOMENTUM", flag(momentum)),
        ("NESTEROV", flag(optimizer.nesterov)),
        ("CENTERED", flag(optimizer.centered)),
        ("AVERAGES", flag(optimizer.use_ema)),
        // The last slot, if it is one.
        ("AVERAGE", slots.len().saturating_sub(1) as f64),
    ]
}
