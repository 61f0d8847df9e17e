//! How much memory a network takes on a device, and how much there is: compared before any is asked for, because a system
//! that has none left mostly says so by ending the program.
//!
//! # What is taken
//! With `W` bytes of weights, of which `T` are trained, and an optimizer of `S` slots ([`engine`]):
//!
//! | device | bytes of main memory |
//! | --- | --- |
//! | processor | its buffers, counted by building it over a counter instead of memory ([`CpuEngine::bytes_for`]); 2 W |
//! | graphics card | 4 W + 2 S T, on their way up and down; where software computes, the card's buffers too |
//! | candle | 4 W + (2 + S) T and the tensors of a pass ([`tensors`]) |
//! | reference | 7 W + (5 + S) T and three times the maps of a pass, in f64 |
//!
//! A training keeps besides, at the end of its last epoch ([`training`]), 5 W + S T: the best weights twice, the result, and
//! the checkpoint (weights, best weights, slots); and the batches that are made ahead. On the
//! card itself are the buffers of its schedule ([`gpu::check`]).

use std::{iter, path::Path};

use super::{EngineConfig, cpu::CpuEngine, gpu};
use crate::{
    data::batch::{self, makers},
    memory::{Available, address_space},
    model::{Layer, Op},
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, Phrase, bytes, say},
};

/// Address space that a thread takes on Linux: its stack, and the region from which it allocates.
const THREAD: u64 = (2 << 20) + (64 << 20);
/// What a program that trains takes besides: its own code, libraries, lists of pictures, measured at some 40 MB.
const BESIDE: u64 = 64 << 20;
/// Address space that the program needs to begin with: libraries, threads that decode, what is read of a folder.
const LEAST: u64 = 256 << 20;

/// Bytes of main memory that an engine for `config` takes on the device `id`; see the [module](self).
///
/// # Errors
/// A card that cannot hold it; layers in an order that no settings give.
pub fn engine(id: &str, config: &EngineConfig) -> Result<u64, Problem> {
    let Arrays { all, trained, slots } = Arrays::of(config);
    let values = |bytes: u64| bytes * (config.batch_size * maps(config).sum::<usize>()) as u64;
    Ok(match id {
        "cpu" => CpuEngine::bytes_for(config)? + 2 * all,
        "reference" => 7 * all + (5 + slots) * trained + 3 * values(8),
        id if id.starts_with("gpu") => gpu::check(config, id)? + 4 * all + 2 * slots * trained,
        _ => 4 * all + (2 + slots) * trained + tensors(config),
    })
}

/// Bytes that a training with `config` takes besides its engine; see the [module](self).
pub fn training(config: &EngineConfig) -> u64 {
    let Arrays { all, trained, slots } = Arrays::of(config);
    5 * all + slots * trained + batch::memory(config.network.input.len(), config.batch_size, config.threads)
}

/// Bytes of a process that trains with `config` on the device `id`, with so many bytes of pictures in memory.
///
/// # Errors
/// As [`engine`].
pub fn of_process(id: &str, config: &EngineConfig, pictures: u64) -> Result<u64, Problem> {
    Ok(BESIDE + pictures + engine(id, config)? + training(config))
}

/// Bytes that there are now for further processes; `None` where nobody knows.
pub fn available_now() -> Option<u64> {
    Available::now(0).map(|available| available.bytes)
}

/// Bytes of candle's tensors in a training step: what each layer's ops leave for the way back, and once the columns of the
/// largest convolution, which its gradients make three times over.
fn tensors(config: &EngineConfig) -> u64 {
    let left = |layer: &Layer| match layer.op {
        Op::BatchNorm { .. } => 7 * layer.output.len(),
        Op::Conv { .. } | Op::Activation(_) | Op::Dropout { .. } => 3 * layer.output.len(),
        Op::MaxPool => layer.input.len() + layer.output.len(),
        Op::Dense { .. } | Op::GlobalAveragePool | Op::Flatten => 2 * layer.output.len(),
    };
    let columns = |layer: &Layer| match layer.op {
        Op::Conv { kernel, .. } => 6 * kernel * kernel * layer.input.len().max(layer.output.len()),
        _ => 4 * layer.input.len(),
    };
    let layers = &config.network.layers;
    let values = 3 * config.network.input.len()
        + layers.iter().map(left).sum::<usize>()
        + layers.iter().map(columns).max().unwrap_or_default();
    (size_of::<f32>() * config.batch_size * values) as u64
}

/// Values of one picture before each layer and behind the last.
fn maps(config: &EngineConfig) -> impl Iterator<Item = usize> {
    iter::once(config.network.input.len()).chain(config.network.layers.iter().map(|layer| layer.output.len()))
}

/// Bytes of the network's arrays, and how many the optimizer keeps for each trained one.
struct Arrays {
    all: u64,
    trained: u64,
    slots: u64,
}

impl Arrays {
    fn of(config: &EngineConfig) -> Self {
        let parameters = config.network.parameters();
        let size = |shape: &[usize]| (size_of::<f32>() * shape.iter().product::<usize>()) as u64;
        Self {
            all: parameters.iter().map(|parameter| size(&parameter.shape)).sum(),
            trained: parameters.iter().filter(|p| p.trained()).map(|parameter| size(&parameter.shape)).sum(),
            slots: config.optimizer.slots().len() as u64,
        }
    }
}

/// Whether there is memory for an engine for `config` on the device `id`.
///
/// # Errors
/// There is not, with the numbers and a batch that would fit, if one does; or as [`engine`].
pub fn check(id: &str, config: &EngineConfig) -> Result<(), Problem> {
    compare(config, available(config.threads), &|config| engine(id, config))
}

/// The same for a whole training.
///
/// # Errors
/// As [`check`].
pub fn check_training(id: &str, config: &EngineConfig) -> Result<(), Problem> {
    compare(config, available(config.threads), &|config| Ok(engine(id, config)? + training(config)))
}

/// Whether what `need` says of `config` is there; where nobody knows how much there is, it is.
///
/// # Errors
/// As [`check`].
pub fn compare(
    config: &EngineConfig,
    there: Option<Available>,
    need: &dyn Fn(&EngineConfig) -> Result<u64, Problem>,
) -> Result<(), Problem> {
    let needed = need(config)?;
    let Some(there) = there.filter(|there| needed > there.bytes) else { return Ok(()) };
    // Batch norm has no variance of one picture.
    let least = if config.network.layers.iter().any(|layer| matches!(layer.op, Op::BatchNorm { .. })) { 2 } else { 1 };
    let mut smaller = iter::successors(Some(config.batch_size / 2), |batch| Some(batch / 2)).take_while(|batch| *batch >= least);
    let fits = |batch_size: &usize| {
        need(&EngineConfig { batch_size: *batch_size, ..config.clone() }).is_ok_and(|bytes| bytes <= there.bytes)
    };
    Err(too_large(config.batch_size, needed, there, smaller.find(fits)))
}

/// Whether the program may have as much address space as it needs to begin with.
///
/// # Errors
/// It may not: its allocations would end it somewhere.
pub fn check_start() -> Result<(), Problem> {
    let left = address_space(Path::new("/proc/self"), 0).filter(|left| *left < LEAST);
    left.map_or(Ok(()), |left| {
        let sized = |lang, of: Phrase| of.get(lang).replace("{left}", &bytes(lang, left)).replace("{least}", &bytes(lang, LEAST));
        let what = say(
            "This program may have {left} more of address space and needs {least}",
            "Ce programme peut encore avoir {left} d’espace d’adressage et il lui en faut {least}",
        );
        let remedy = say("Allow it more (`ulimit -v`)", "Autorisez-en davantage (`ulimit -v`)");
        Err(Problem::new(Kind::OutOfMemory, LocalizedText::by(|lang| sized(lang, what)), remedy))
    })
}

/// What there is now for a program that is about to start `threads`, all cores' if there is no number.
fn available(threads: Option<usize>) -> Option<Available> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // Those that compute, that make batches of both parts, and a few of the system's.
    let threads = threads.unwrap_or(cores) + makers(Some(cores)) + 3;
    Available::now(threads as u64 * THREAD)
}

/// More is needed than there is; `fits` is a batch that would fit.
fn too_large(batch: usize, needed: u64, there: Available, fits: Option<usize>) -> Problem {
    let what = say(
        "In batches of {batch} this network takes about {needed} of memory, and {there} is free",
        "Par lots de {batch}, ce réseau demande environ {needed} de mémoire, et il y en a {there} de libre",
    );
    let sentence = |lang: Lang| {
        let text = what.get(lang).replace("{batch}", &batch.to_string()).replace("{needed}", &bytes(lang, needed));
        text.replace("{there}", &bytes(lang, there.bytes)) + there.limit.place().get(lang)
    };
    let (remedy, setting) = match fits {
        Some(_) => (
            say(
                "Take batches of {fits}, fewer filters or dense units, or close other programs",
                "Prenez des lots de {fits}, moins de filtres ou d’unités denses, ou fermez d’autres programmes",
            ),
            "train.batch_size",
        ),
        None => (
            say(
                "Take fewer filters or dense units, or close other programs",
                "Prenez moins de filtres ou d’unités denses, ou fermez d’autres programmes",
            ),
            "model.filters",
        ),
    };
    let remedy = LocalizedText::by(|lang| remedy.get(lang).replace("{fits}", &fits.unwrap_or_default().to_string()));
    let problem = Problem::new(Kind::OutOfMemory, LocalizedText::by(sentence), remedy).at(setting);
    match fits {
        Some(fits) => problem.in_batches_of(fits),
        None => problem,
    }
}
