//! Each kernel's arithmetic and bytes in one training step, counted from the schedule, without a card.

use super::{
    build::{build, crop},
    schedule::{Dispatch, Phase, Schedule},
    tile::Limits,
};
use crate::{
    data::picture_size::SIDE,
    engine::EngineConfig,
    loss::LossSettings,
    model::{Layer, Network, Op},
    optimizer::OptimizerSettings,
    problem::Problem,
};

/// Bytes of workgroup memory that most cards grant.
const COMMON: usize = 32_768;

/// What one launch costs with a full batch.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelTraffic {
    /// The kernel's file.
    pub kernel: &'static str,
    /// The layer's name.
    pub layer: String,
    /// Multiplications and additions of matrix products that the network asks for.
    pub flops: u64,
    /// The same with those of tiles that hang over, of padded channels and of masked gradients.
    pub computed_flops: u64,
    /// Bytes of device memory: what it reads, each buffer's part once, and what it writes.
    pub read: u64,
    pub written: u64,
    /// Bytes that workgroups ask the caches for: each tile its operands.
    pub asked: u64,
}

/// Every launch of a training step of `network` on `batch` pictures that the card keeps, with Adam; `half` keeps maps as
/// f16.
///
/// # Errors
/// Layers in an order that no settings give.
pub fn traffic(network: &Network, batch: usize, half: bool) -> Result<Vec<KernelTraffic>, Problem> {
    let schedule = schedule(network, batch, half)?;
    let step = |dispatch: &&Dispatch| !matches!(dispatch.phase, Phase::StoreGradient | Phase::UpdateStored);
    let count = |dispatch: &Dispatch| KernelTraffic {
        kernel: dispatch.kernel.name(),
        layer: dispatch.layer.clone(),
        flops: dispatch.work.flops,
        computed_flops: dispatch.work.padded_flops,
        read: dispatch.work.read,
        written: dispatch.work.written,
        asked: dispatch.work.asked,
    };
    let crop = crop(network, batch, SIDE);
    Ok([&crop].into_iter().chain(schedule.dispatches.iter().filter(step)).map(count).collect())
}

/// Seconds that the launches `kernels` take one after the other on a card of `flops` operations and `bytes` of memory a
/// second, if each lasts as long as the slower of its arithmetic and its bytes, and `launch` seconds more to begin
/// (Williams, Waterman and Patterson 2009, *Roofline*). A bound that no card reaches, not a promise.
pub fn roofline(kernels: &[KernelTraffic], flops: f64, bytes: f64, launch: f64) -> f64 {
    let one = |kernel: &KernelTraffic| {
        launch + (kernel.computed_flops as f64 / flops).max((kernel.read + kernel.written) as f64 / bytes)
    };
    kernels.iter().map(one).sum()
}

/// The fewest bytes of device memory that a training step can move if nothing stays on the chip from one layer to the
/// next: each layer's input is read forward and for the weights' gradient, its output written once, its output's
/// gradient read for both gradients, its input's written once; weights are read forward and backward and updated with
/// Adam's two slots.
///
/// A block of convolution, activation and pooling counts as one layer, as it may: only its pooled output must exist,
/// with two bits a value for the place of each maximum.
pub fn least_traffic(network: &Network, batch: usize) -> u64 {
    let n = batch as u64;
    let mut bytes = 0;
    let mut first = true;
    for (number, layer) in network.layers.iter().enumerate() {
        let (Op::Conv { .. } | Op::Dense { .. }) = layer.op else { continue };
        let own = |layer: &&Layer| !matches!(layer.op, Op::Conv { .. } | Op::Dense { .. });
        let pool = network.layers[number + 1..].iter().take_while(own).find(|layer| layer.op == Op::MaxPool);
        let pooled = pool.is_some();
        let output = pool.unwrap_or(layer).output.len() as u64 * n;
        let input = layer.input.len() as u64 * n;
        let argmax = if pooled { output / 4 } else { 0 };
        // Forward: pixels are bytes. Backward: the input again, the output's gradient and argmax for each of the gradients.
        let value = if first { 1 } else { 4 };
        let gradients = if first { 1 } else { 2 };
        bytes += 2 * input * value + 4 * output + argmax + gradients * (4 * output + argmax);
        bytes += if first { 0 } else { 4 * input };
        let weights: u64 = layer.parameters().iter().map(|p| p.shape.iter().product::<usize>() as u64).sum();
        // Read forward and backward; read and written with two slots in the update.
        bytes += weights * 4 * (gradients + 6);
        first = false;
    }
    bytes
}

/// Bytes of device memory that training takes, all buffers together.
///
/// # Errors
/// As [`traffic()`].
pub fn memory(network: &Network, batch: usize) -> Result<u64, Problem> {
    Ok(schedule(network, batch, false)?.buffers.iter().map(|room| room.bytes).sum())
}

fn schedule(network: &Network, batch_size: usize, half: bool) -> Result<Schedule, Problem> {
    let config = EngineConfig {
        network: network.clone(),
        optimizer: OptimizerSettings::default(),
        loss: LossSettings::default(),
        seed: 0,
        batch_size,
        threads: None,
    };
    build(&config, Limits { memory: COMMON, half, ..Limits::LEAST })
}
