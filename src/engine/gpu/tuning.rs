//! Which tiles a card is quickest with: measured when it is first used, and kept in a file.
//!
//! The trial is one convolution of a middle layer in each tile that the card grants, a few milliseconds of work each and
//! mostly compiling. What it finds decides which tile a product is cut into, never how its sums are cut, so the bits of
//! a training do not depend on it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use super::{
    adapter,
    card::Card,
    kernel::Kernel,
    launch::{encode, launch, uniform},
    schedule::{Dispatch, LayerShape, Phase, Size, Work},
    tile::{Costs, Tile},
    uniform::{NO_DROPOUT, StepUniform},
};
use crate::{files::atomic, problem::Problem};

/// The file, beside the runs, that keeps what was measured.
pub const FILE: &str = "tiles.json";

/// Side and channels of the maps of the trial's convolution, and how many pictures: enough tiles for a large card.
const SIDE: usize = 32;
const CHANNELS: usize = 64;
const PICTURES: usize = 32;
/// Pictures where software computes, which is as quick with few tiles as with many.
const FEW: usize = 2;
/// Seconds that a measurement takes at least, and how often it is made; the quickest counts.
const MEASURE: f64 = 0.01;
const ROUNDS: usize = 3;

/// What was measured or read, by the card's id.
static KNOWN: Mutex<BTreeMap<String, Costs>> = Mutex::new(BTreeMap::new());

/// What a multiplication costs in each tile on the card `id`, if it was measured: relative to the quickest.
pub fn costs(id: &str) -> Option<Costs> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
}

/// Takes what the file in `home` knows of the card `id`, or measures it and keeps it there.
///
/// # Errors
/// No such card, or one that fails. That the file cannot be written is no error: the next program measures again.
pub fn tune(id: &str, home: &Path) -> Result<(), Problem> {
    let card = Card::open(id)?;
    let path = home.join(FILE);
    let mut file: BTreeMap<String, Costs> =
        std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let name = adapter::identity(id);
    let sound = |costs: &&Costs| costs.iter().all(|cost| cost.is_finite() && *cost > 0.0);
    let found = match file.get(&name).filter(sound) {
        Some(costs) => *costs,
        None => {
            let costs = costs(id).map_or_else(|| measure(&card), Ok)?;
            file.insert(name, costs);
            if let Ok(text) = serde_json::to_vec_pretty(&file) {
                let _ = atomic::write(&path, &text);
            }
            costs
        }
    };
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), found);
    Ok(())
}

/// The cost of each tile relative to the quickest; one that the card does not grant has its reckoned cost.
fn measure(card: &Card) -> Result<Costs, Problem> {
    let limits = card.limits();
    let mut costs = [0.0; Tile::ALL.len()];
    for (cost, tile) in costs.iter_mut().zip(Tile::ALL) {
        if tile.fits(&limits) {
            *cost = seconds(card, tile)?;
        }
    }
    let quickest = costs.iter().copied().filter(|cost| *cost > 0.0).fold(f64::INFINITY, f64::min);
    for (cost, reckoned) in costs.iter_mut().zip(limits.costs) {
        *cost = if *cost > 0.0 { *cost / quickest } else { reckoned };
    }
    Ok(costs)
}

/// Seconds of the trial's convolution in `tile`.
fn seconds(card: &Card, tile: Tile) -> Result<f64, Problem> {
    let (dispatch, n) = (dispatch(tile), if card.software { FEW } else { PICTURES });
    let pipeline = card.pipeline(dispatch.kernel, &dispatch.constants)?;
    let quads = CHANNELS / 4;
    let launch = card.guarded(|| {
        let buffer = |bytes: usize| {
            card.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("trial"),
                size: bytes as u64,
                usage: wgpu::BufferUsages::STORAGE,
                mapped_at_creation: false,
            })
        };
        let step = uniform(card, "trial", &StepUniform { pictures: n as u32, ..StepUniform::default() });
        let maps = buffer(16 * n * SIDE * SIDE * quads);
        let weights = buffer(16 * (9 * CHANNELS + 1) * quads);
        let [output, argmax] = [4 * n * SIDE * SIDE * quads, n * SIDE * SIDE * quads].map(buffer);
        let [unread, picked, splits] = [(); 3].map(|()| buffer(16));
        let bound = [(2, &maps), (3, &unread), (4, &weights), (5, &output), (6, &argmax), (7, &picked), (8, &splits)];
        launch(card, &dispatch, pipeline, &bound, &step)
    })?;
    let run = |times: usize| -> Result<f64, Problem> {
        let started = Instant::now();
        let last = card.guarded(|| card.queue.submit([encode(card, &vec![&launch; times], n).finish()]))?;
        card.wait(last)?;
        Ok(started.elapsed().as_secs_f64())
    };
    run(1)?;
    let mut times = 1;
    while run(times)? < MEASURE && times < 1024 {
        times *= 2;
    }
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        best = best.min(run(times)? / times as f64);
    }
    Ok(best)
}

/// A block's convolution in `tile`.
fn dispatch(tile: Tile) -> Dispatch {
    let quads = CHANNELS / 4;
    let shape = LayerShape {
        in_height: SIDE,
        in_width: SIDE,
        in_quads: quads,
        out_height: SIDE,
        out_width: SIDE,
        out_quads: quads,
        out_channels: CHANNELS,
        pooled_height: SIDE / 2,
        pooled_width: SIDE / 2,
        kernel: 3,
        border: 1,
        bias: 9 * CHANNELS * quads,
        splits: 1,
        dropout: NO_DROPOUT,
        ..LayerShape::default()
    };
    Dispatch {
        kernel: Kernel::ConvForward,
        layer: "trial".to_owned(),
        phase: Phase::Forward,
        constants: vec![("ACTIVATION", 0.0), ("TX", tile.tx as f64), ("TY", tile.ty as f64), ("POOLED", 1.0)],
        shape,
        buffers: Vec::new(),
        size: Size::Rows { per_picture: SIDE * SIDE, rows: tile.rows(), times: CHANNELS.div_ceil(tile.columns()) },
        work: Work::default(),
    }
}
