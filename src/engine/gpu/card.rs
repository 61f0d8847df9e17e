//! An open card: device, queue, and the pipelines made so far, shared by all engines on it.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crossbeam_channel::bounded;

use super::{
    adapter::{Found, HALF, adapters},
    kernel::{Constants, Kernel},
    schedule::BufferSpec,
    tile::Limits,
};
use crate::{
    engine::DeviceKind,
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// A kernel with its constants, as bits.
type Key = (Kernel, Vec<(&'static str, u64)>);

/// An open card.
pub struct Card {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    /// Why it is lost, once it is; or an error that nobody waited for.
    trouble: Arc<Mutex<Option<String>>>,
    /// Whether the driver computes on the processor.
    pub software: bool,
    /// Whether it keeps maps as f16.
    half: bool,

    /// Held while a step is written and submitted, so that engines on one card take turns.
    turn: Mutex<()>,
    modules: Mutex<HashMap<Kernel, wgpu::ShaderModule>>,
    pipelines: Mutex<HashMap<Key, wgpu::ComputePipeline>>,
}

/// The cards that were opened, by id. They stay open: a driver takes long to open one, and compiled kernels are kept.
static CARDS: Mutex<BTreeMap<String, Arc<Card>>> = Mutex::new(BTreeMap::new());

/// The share of a card's memory that network and pictures may take together, where the card tells how much it has: the
/// rest is for the window and for other programs.
pub const SHARE: f64 = 0.75;

/// How long another thread may take to pass on a result that is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a panicking thread left is as good as before: all locks here guard whole values.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Card {
    /// The card of adapter `id`, opened anew if it was lost.
    ///
    /// # Errors
    /// No such adapter, one that lacks a needed limit, or a driver that does not open it.
    pub fn open(id: &str) -> Result<Arc<Self>, Problem> {
        let (found, half) = able(id)?;
        let mut cards = lock(&CARDS);
        if let Some(card) = cards.get(id).filter(|card| lock(&card.trouble).is_none()) {
            return Ok(card.clone());
        }
        let card = Arc::new(Self::request(found, half)?);
        cards.insert(id.to_owned(), card.clone());
        Ok(card)
    }

    /// The card of adapter `id`, opened for the caller alone.
    ///
    /// # Errors
    /// As [`Card::open`].
    pub fn open_apart(id: &str) -> Result<Arc<Self>, Problem> {
        let (found, half) = able(id)?;
        Self::request(found, half).map(Arc::new)
    }

    fn request(found: &Found, half: bool) -> Result<Self, Problem> {
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("Trombine"),
            required_features: if half { wgpu::Features::SHADER_F16 } else { wgpu::Features::empty() },
            required_limits: found.adapter.limits(),
            experimental_features: wgpu::ExperimentalFeatures::disabled(),
            memory_hints: wgpu::MemoryHints::Performance,
            trace: wgpu::Trace::Off,
        };
        let opened = catch_unwind(AssertUnwindSafe(|| pollster::block_on(found.adapter.request_device(&descriptor))));
        let (device, queue) = match opened {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => return Err(failed(error)),
            Err(_) => return Err(failed("the driver panicked")),
        };
        let trouble: Arc<Mutex<Option<String>>> = Arc::default();
        let (lost, uncaptured) = (trouble.clone(), trouble.clone());
        device.set_device_lost_callback(move |reason, message| {
            lock(&lost).get_or_insert(format!("{reason:?} {message}"));
        });
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            lock(&uncaptured).get_or_insert(error.to_string());
        }));
        let software = found.device.kind == DeviceKind::SoftwareGraphics;
        Ok(Self {
            device,
            queue,
            trouble,
            software,
            half,
            turn: Mutex::default(),
            modules: Mutex::default(),
            pipelines: Mutex::default(),
        })
    }

    /// What it grants a workgroup.
    pub fn limits(&self) -> Limits {
        let limits = self.device.limits();
        Limits {
            memory: limits.max_compute_workgroup_storage_size as usize,
            threads: limits.max_compute_invocations_per_workgroup as usize,
            half: self.half,
            ..Limits::LEAST
        }
    }

    /// The largest buffer that a kernel can read.
    pub fn largest_buffer(&self) -> u64 {
        largest_buffer(&self.device.limits())
    }

    /// `kernel` with these constants, compiled once.
    ///
    /// # Errors
    /// A kernel that the driver does not take; a lost card.
    pub fn pipeline(&self, kernel: Kernel, constants: &Constants) -> Result<wgpu::ComputePipeline, Problem> {
        let key = (kernel, constants.iter().map(|(name, value)| (*name, value.to_bits())).collect());
        if let Some(pipeline) = lock(&self.pipelines).get(&key) {
            return Ok(pipeline.clone());
        }
        // Only what is sound is kept: the next engine would stumble over it without a reason.
        let known = lock(&self.modules).get(&kernel).cloned();
        let module = match known {
            Some(module) => module,
            None => self.guarded(|| {
                self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(kernel.name()),
                    source: wgpu::ShaderSource::Wgsl(self.source(kernel).into()),
                })
            })?,
        };
        lock(&self.modules).insert(kernel, module.clone());
        let pipeline = self.guarded(|| {
            self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(kernel.name()),
                layout: None,
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants,
                    // Every kernel writes what it reads.
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            })
        })?;
        lock(&self.pipelines).insert(key, pipeline.clone());
        Ok(pipeline)
    }

    /// The kernel's source for this driver. lavapipe folds uniforms into a kernel's code depending on which it has seen
    /// before, and rounds differently by that; it leaves read-only storage alone, so there the same seed gives the same
    /// bits whatever ran before.
    fn source(&self, kernel: Kernel) -> String {
        let source = kernel.source(self.half);
        if self.software { source.replace("var<uniform>", "var<storage, read>") } else { source }
    }

    /// Does `work`, and makes a problem of what goes wrong in it.
    ///
    /// # Errors
    /// Out of memory, a lost device, or a fault in a kernel.
    pub fn guarded<T>(&self, work: impl FnOnce() -> T) -> Result<T, Problem> {
        self.check()?;
        let filters = [wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::OutOfMemory];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let turn = lock(&self.turn);
        let result = work();
        drop(turn);
        let mut first = None;
        for scope in scopes.into_iter().rev() {
            let error = pollster::block_on(scope.pop());
            first = first.or(error);
        }
        self.check()?;
        match first {
            None => Ok(result),
            Some(wgpu::Error::OutOfMemory { source }) => Err(out_of_memory(source)),
            Some(error) => Err(failed(error)),
        }
    }

    /// Whether the card is still there.
    fn check(&self) -> Result<(), Problem> {
        match &*lock(&self.trouble) {
            None => Ok(()),
            Some(reason) => Err(lost(reason)),
        }
    }

    /// Waits until `work` is done.
    ///
    /// # Errors
    /// A lost device.
    pub fn wait(&self, work: wgpu::SubmissionIndex) -> Result<(), Problem> {
        self.poll(wgpu::PollType::Wait { submission_index: Some(work), timeout: None })
    }

    fn poll(&self, until: wgpu::PollType) -> Result<(), Problem> {
        // wgpu panics here when the driver is gone.
        let waited = catch_unwind(AssertUnwindSafe(|| self.device.poll(until)));
        self.check()?;
        if matches!(waited, Ok(Ok(_))) {
            return Ok(());
        }
        lock(&self.trouble).get_or_insert_with(|| "waiting for the card failed".to_owned());
        self.check()
    }

    /// The bytes of `buffer`, which is made to be mapped, once all work before is done.
    ///
    /// # Errors
    /// A lost device.
    pub fn read(&self, buffer: &wgpu::Buffer) -> Result<Vec<u8>, Problem> {
        let (tell, told) = bounded(1);
        self.guarded(|| {
            buffer.map_async(wgpu::MapMode::Read, .., move |result| {
                // Nobody waits any more: the engine is gone.
                let _ = tell.send(result);
            });
        })?;
        self.poll(wgpu::PollType::wait_indefinitely())?;
        // Another engine's thread, waiting for its own result, may be the one that is just telling ours.
        match told.recv_timeout(PATIENCE) {
            Ok(Ok(())) => {}
            _ => return Err(failed("a result could not be read back")),
        }
        let bytes = buffer.get_mapped_range(..).map_err(failed)?.to_vec();
        buffer.unmap();
        Ok(bytes)
    }

    /// As if the driver were reset: whatever runs on the card fails from here on, and opening it again gives a new one.
    pub fn lose(&self) {
        self.device.destroy();
        lock(&self.trouble).get_or_insert_with(|| "given up".to_owned());
    }
}

fn largest_buffer(limits: &wgpu::Limits) -> u64 {
    limits.max_buffer_size.min(limits.max_storage_buffer_binding_size)
}

/// The bytes of `buffers` together, if a card with these limits and so much memory, where it tells that, holds them.
///
/// # Errors
/// Too little memory.
pub fn fitting(buffers: &[BufferSpec], limits: &wgpu::Limits, memory: Option<u64>) -> Result<u64, Problem> {
    let most = largest_buffer(limits);
    if let Some(large) = buffers.iter().find(|buffer| buffer.bytes > most) {
        return Err(out_of_memory(format!("{} needs {} bytes, a buffer holds {most}", large.label, large.bytes)));
    }
    let all = buffers.iter().map(|buffer| buffer.bytes).sum();
    match memory.filter(|memory| all as f64 > SHARE * *memory as f64) {
        Some(memory) => Err(out_of_memory(format!("{all} bytes on a card that has {memory}"))),
        None => Ok(all),
    }
}

/// The adapter `id`, if it can train, and whether it keeps maps as f16.
///
/// # Errors
/// There is none, or it cannot.
pub fn able(id: &str) -> Result<(&'static Found, bool), Problem> {
    let (plain, half) = id.strip_suffix(HALF).map_or((id, false), |plain| (plain, true));
    let found = adapters().iter().find(|found| found.device.id == plain).ok_or_else(|| absent(id))?;
    match &found.lacks {
        Some(lacks) => Err(unfit(&found.device.name, lacks)),
        None if half && !found.half => Err(unfit(&found.device.name, "no f16 in its kernels")),
        None => Ok((found, half)),
    }
}

fn absent(id: &str) -> Problem {
    let what = LocalizedText {
        en: format!("There is no graphics card “{id}” here"),
        fr: format!("Il n’y a pas de carte graphique « {id} » ici"),
    };
    Problem::new(Kind::Device, what, say("Choose another device", "Choisissez un autre appareil")).at("device")
}

fn unfit(name: &str, lacks: &str) -> Problem {
    let what = LocalizedText {
        en: format!("{name} cannot train: it lacks something that the kernels need"),
        fr: format!("{name} ne peut pas entraîner : il lui manque ce qu’il faut aux calculs"),
    };
    Problem::new(Kind::Device, what, say("Train on the processor", "Entraînez sur le processeur")).at("device").because(lacks)
}

fn lost(reason: &str) -> Problem {
    Problem::new(
        Kind::Device,
        say("The graphics card does not answer any more", "La carte graphique ne répond plus"),
        say(
            "Resume from the last saved epoch, on the processor or again on the card",
            "Reprenez à la dernière époque enregistrée, sur le processeur ou à nouveau sur la carte",
        ),
    )
    .because(reason)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn failed(error: impl ToString) -> Problem {
    Problem::new(
        Kind::Device,
        say("The graphics card could not compute this", "La carte graphique n’a pas pu calculer ceci"),
        say("Train on the processor, or update the card’s driver", "Entraînez sur le processeur, ou mettez à jour le pilote"),
    )
    .because(error.to_string())
}

/// The card has too little memory.
#[expect(clippy::needless_pass_by_value, reason = "as `Problem::because` takes it")]
pub fn out_of_memory(details: impl ToString) -> Problem {
    Problem::new(
        Kind::OutOfMemory,
        say("The graphics card has too little memory for this", "La carte graphique n’a pas assez de mémoire pour ceci"),
        say("Use smaller batches, or a smaller network", "Prenez des lots plus petits, ou un réseau plus petit"),
    )
    .because(details.to_string())
}
