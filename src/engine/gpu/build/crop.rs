//! The launch that cuts a batch out of the pictures that the card keeps.

use super::LIST;
use crate::{
    engine::gpu::{
        kernel::Kernel,
        schedule::{Dispatch, LayerShape, Phase, Size, Work},
    },
    model::Network,
};

/// Cuts up to `batch` pictures for `network` out of ones of `side` x `side`; its buffers are bound by whoever has them.
pub fn crop(network: &Network, batch: usize, side: usize) -> Dispatch {
    let input = network.input;
    let bytes = (batch * input.len()) as u64;
    Dispatch {
        kernel: Kernel::Crop,
        layer: "pictures".to_owned(),
        phase: Phase::Forward,
        constants: Vec::new(),
        shape: LayerShape {
            in_height: side,
            in_width: side,
            out_height: input.height,
            out_width: input.width,
            ..LayerShape::default()
        },
        buffers: Vec::new(),
        // Four bytes a thread.
        size: Size::Rows { per_picture: input.len(), rows: 4 * LIST, times: 1 },
        work: Work { read: bytes, written: bytes, ..Work::default() },
    }
}
