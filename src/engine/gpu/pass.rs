//! A schedule on a card: buffers, pipelines, and a step as one submission, or several on a slow card.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use super::{
    card::Card,
    device_images::DeviceImages,
    launch::{Launch, encode, launch, pieces, uniform},
    parameters::padded,
    schedule::{Dispatch, Fixed, Phase, Schedule},
    submit_throttle::SubmitThrottle,
    uniform::StepUniform,
};
use crate::{
    data::image_set::{Crop, ImageSet},
    engine::EngineConfig,
    problem::Problem,
};

/// Scores that stay on the card before they are read.
const SCORES: usize = 256;
/// Batches of a prediction whose logits are read together.
const ANSWERED: usize = 4;

/// A schedule with everything it needs on a card.
pub struct Pass {
    card: Arc<Card>,
    buffers: Vec<wgpu::Buffer>,
    step: wgpu::Buffer,
    launches: Vec<Launch>,
    kept: Option<DeviceImages>,
    batch_size: usize,
    /// Bytes of a picture.
    picture: usize,
    /// Outputs for each picture.
    units: usize,
    /// Where the logits of some batches come back.
    logits: wgpu::Buffer,
    /// The scores of the last steps, and where they come back.
    scores: wgpu::Buffer,
    scores_back: wgpu::Buffer,
    /// How many of them are not read yet.
    unread: usize,
    /// Those that were read and not taken.
    done: Vec<[f32; 4]>,
    /// Steps that the card may not have ended yet.
    begun: VecDeque<wgpu::SubmissionIndex>,
    submit_throttle: SubmitThrottle,
    transfer_stats: TransferStats,
}

/// What went between processor and card so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransferStats {
    /// Pieces of work handed over.
    pub submissions: u64,
    /// Results that were waited for and read.
    pub reads: u64,
    pub bytes_up: u64,
    pub bytes_down: u64,
}

/// A batch's pictures.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    Pixels(&'a [u8]),
    /// Of the pictures that the card keeps.
    Crops(&'a [Crop]),
}

impl<'a> Input<'a> {
    /// `n` pictures of `len` bytes from the one numbered `first` on; fewer if there are not so many.
    fn part(self, first: usize, n: usize, len: usize) -> Self {
        fn some<T>(all: &[T], first: usize, n: usize) -> &[T] {
            all.get(first..).map_or(&[], |rest| &rest[..n.min(rest.len())])
        }
        match self {
            Self::Pixels(pixels) => Self::Pixels(some(pixels, first * len, n * len)),
            Self::Crops(crops) => Self::Crops(some(crops, first, n)),
        }
    }
}

impl Pass {
    /// Makes buffers and pipelines.
    ///
    /// # Errors
    /// Too little memory, a lost card, a kernel that does not compile there.
    pub fn new(card: &Arc<Card>, schedule: &Schedule, config: &EngineConfig) -> Result<Self, Problem> {
        let (batch_size, picture, units) = (config.batch_size, config.network.input.len(), config.network.output.units());
        let pipelines: Result<Vec<_>, _> =
            schedule.dispatches.iter().map(|dispatch| card.pipeline(dispatch.kernel, &dispatch.constants)).collect();
        let pipelines = pipelines?;
        card.guarded(|| {
            let make = |label: &str, size: usize, usage: wgpu::BufferUsages| {
                let size = size.next_multiple_of(16) as u64;
                card.device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
            };
            let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
            let back = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
            let buffers: Vec<_> = schedule.buffers.iter().map(|room| make(&room.label, room.bytes as usize, storage)).collect();
            let step = uniform(card, "step", &StepUniform::default());
            card.queue.write_buffer(&buffers[Fixed::Segments.at()], 0, bytemuck::cast_slice(&schedule.segments));
            card.queue.write_buffer(&buffers[Fixed::Groups.at()], 0, bytemuck::cast_slice(&schedule.groups));
            let bound = |dispatch: &Dispatch, pipeline| {
                let bound: Vec<_> = dispatch.buffers.iter().map(|(binding, number)| (*binding, &buffers[*number])).collect();
                launch(card, dispatch, pipeline, &bound, &step)
            };
            let launches =
                schedule.dispatches.iter().zip(pipelines).map(|(dispatch, pipeline)| bound(dispatch, pipeline)).collect();
            Self {
                launches,
                kept: None,
                batch_size,
                picture,
                units,
                logits: make("logits", 4 * padded(units) * ANSWERED * batch_size, back),
                scores: make("scores", 16 * SCORES, storage),
                scores_back: make("scores", 16 * SCORES, back),
                unread: 0,
                done: Vec::new(),
                begun: VecDeque::new(),
                submit_throttle: SubmitThrottle::default(),
                transfer_stats: TransferStats::default(),
                card: Arc::clone(card),
                buffers,
                step,
            }
        })
    }

    /// Makes room for `images`, of which `dispatch` crops pieces, on a card of `memory` bytes; gives whether there is any.
    ///
    /// # Errors
    /// A lost card.
    pub fn upload_images(
        &mut self,
        images: Arc<dyn ImageSet>,
        dispatch: &Dispatch,
        memory: Option<u64>,
    ) -> Result<bool, Problem> {
        // Whoever trains, evaluates and tries on the same card brings the same pictures each time.
        if self.kept.as_ref().is_some_and(|kept| kept.has(images.as_ref())) {
            return Ok(true);
        }
        self.kept = None;
        let others = self.buffers.iter().map(wgpu::Buffer::size).sum();
        let bound = (&self.buffers[Fixed::Pixels.at()], &self.step);
        self.kept = DeviceImages::new(&self.card, images, dispatch, bound, (self.batch_size, others), memory)?;
        Ok(self.kept.is_some())
    }

    /// Whether these pieces can be cropped.
    ///
    /// # Errors
    /// A fault of the caller.
    pub fn check(&self, crops: &[Crop]) -> Result<(), Problem> {
        self.kept.as_ref().map_or_else(|| Err(super::super::not_kept()), |kept| kept.check(crops))
    }

    pub const fn transfer_stats(&self) -> TransferStats {
        self.transfer_stats
    }

    /// Begins the dispatches of `phases` on a batch, the step's number of pictures with their targets and weights, as the loss's kernel
    /// reads them; its score stays on the card.
    ///
    /// # Errors
    /// A lost card.
    pub fn begin(&mut self, phases: &[Phase], step: &StepUniform, input: Input<'_>, targets: &[f32]) -> Result<(), Problem> {
        if self.unread == SCORES {
            self.fetch()?;
        }
        while self.begun.len() >= self.submit_throttle.ahead() {
            let Some(oldest) = self.begun.pop_front() else { break };
            self.card.wait(oldest)?;
            self.submit_throttle.ended(Instant::now());
        }
        let (card, slot) = (self.card.clone(), 16 * self.unread as u64);
        let last = card.guarded(|| {
            self.upload(Fixed::Targets.at(), bytemuck::cast_slice(targets));
            let (score, scores) = (self.buffers[Fixed::Score.at()].clone(), self.scores.clone());
            self.submit(phases, step, input, step.pictures as usize, |encoder| {
                encoder.copy_buffer_to_buffer(&score, 0, &scores, slot, 16);
            })
        })??;
        self.unread += 1;
        self.begun.push_back(last);
        Ok(())
    }

    /// The scores of the steps that were read so far and not taken.
    pub fn done(&mut self) -> Vec<[f32; 4]> {
        std::mem::take(&mut self.done)
    }

    /// The score of the last step that was read, taken; those before it stay.
    pub fn last(&mut self) -> Option<[f32; 4]> {
        self.done.pop()
    }

    /// Waits for all steps and reads their scores, which [`Pass::done`] gives.
    ///
    /// # Errors
    /// A lost card.
    pub fn fetch(&mut self) -> Result<(), Problem> {
        let unread = std::mem::take(&mut self.unread);
        if unread == 0 {
            return Ok(());
        }
        self.card.guarded(|| {
            let mut encoder = self.card.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(&self.scores, 0, &self.scores_back, 0, 16 * unread as u64);
            self.card.queue.submit([encoder.finish()]);
        })?;
        let bytes = self.card.read(&self.scores_back)?;
        self.transfer_stats.submissions += 1;
        self.transfer_stats.reads += 1;
        self.transfer_stats.bytes_down += 16 * unread as u64;
        self.begun.clear();
        self.submit_throttle.idle();
        let score = |quad: &[u8; 16]| std::array::from_fn(|i| number(&quad[4 * i..]));
        self.done.extend(bytes.as_chunks::<16>().0.iter().take(unread).map(score));
        Ok(())
    }

    /// The outputs of as many pictures as there are, a row for each; `step` gives the uniform of so many.
    ///
    /// # Errors
    /// A lost card.
    pub fn predict(&mut self, step: &dyn Fn(usize) -> StepUniform, input: Input<'_>, logits: &mut [f32]) -> Result<(), Problem> {
        let (card, batch, units) = (self.card.clone(), self.batch_size, self.units);
        // Bytes of one picture's outputs.
        let row = 4 * padded(units);
        let mut first = 0;
        for some in logits.chunks_mut(ANSWERED * batch * units) {
            for (number, n) in some.chunks(batch * units).map(|part| part.len() / units).enumerate() {
                let part = input.part(first, n, self.picture);
                first += n;
                card.guarded(|| {
                    let (from, to) = (self.buffers[Fixed::Logits.at()].clone(), self.logits.clone());
                    self.submit(&[Phase::Forward], &step(n), part, n, |encoder| {
                        encoder.copy_buffer_to_buffer(&from, 0, &to, (row * batch * number) as u64, (row * n) as u64);
                    })
                })??;
            }
            let bytes = card.read(&self.logits)?;
            self.transfer_stats.reads += 1;
            self.transfer_stats.bytes_down += (row * (some.len() / units)) as u64;
            for (outputs, row) in some.chunks_mut(units).zip(bytes.chunks_exact(row)) {
                for (output, word) in outputs.iter_mut().zip(row.as_chunks::<4>().0) {
                    *output = f32::from_le_bytes(*word);
                }
            }
        }
        Ok(())
    }

    /// Writes the first bytes of a buffer.
    fn upload(&mut self, buffer: usize, bytes: &[u8]) {
        upload(&self.card, &self.buffers[buffer], bytes);
        self.transfer_stats.bytes_up += bytes.len() as u64;
    }

    /// Hands the dispatches of `phases` over for `n` pictures, and at their end what `copy` says; gives the last submission.
    ///
    /// # Errors
    /// Pictures that can no longer be read.
    fn submit(
        &mut self,
        phases: &[Phase],
        step: &StepUniform,
        input: Input<'_>,
        n: usize,
        copy: impl FnOnce(&mut wgpu::CommandEncoder),
    ) -> Result<wgpu::SubmissionIndex, Problem> {
        let mut launches: Vec<&Launch> = self.launches.iter().filter(|launch| phases.contains(&launch.phase)).collect();
        let card = &self.card;
        card.queue.write_buffer(&self.step, 0, bytemuck::bytes_of(step));
        self.transfer_stats.bytes_up += size_of_val(step) as u64;
        match (input, &mut self.kept) {
            (Input::Crops(crops), Some(kept)) => {
                self.transfer_stats.bytes_up += kept.upload(card, crops)?;
                launches.insert(0, &kept.launch);
            }
            (Input::Crops(_), None) => {}
            (Input::Pixels(pixels), _) => {
                self.transfer_stats.bytes_up += pixels.len() as u64;
                upload(card, &self.buffers[Fixed::Pixels.at()], pixels);
            }
        }
        let mut pieces = pieces(&launches, self.submit_throttle.submissions());
        let last = pieces.pop().unwrap_or_default();
        for piece in pieces {
            card.queue.submit([encode(card, piece, n).finish()]);
            self.transfer_stats.submissions += 1;
        }
        let mut encoder = encode(card, last, n);
        copy(&mut encoder);
        self.transfer_stats.submissions += 1;
        Ok(card.queue.submit([encoder.finish()]))
    }

    /// All numbers of a buffer.
    ///
    /// # Errors
    /// A lost card, or too little memory for the copy.
    pub fn read(&mut self, buffer: usize) -> Result<Vec<f32>, Problem> {
        self.read_some(buffer, &[(0, self.buffers[buffer].size() / 16)])
    }

    /// The numbers of some places of a buffer, one behind the other: where each begins and how long it is, in quads.
    ///
    /// # Errors
    /// As [`Pass::read`].
    pub fn read_some(&mut self, buffer: usize, places: &[(u64, u64)]) -> Result<Vec<f32>, Problem> {
        let from = &self.buffers[buffer];
        let bytes = 16 * places.iter().map(|(_, quads)| quads).sum::<u64>();
        if bytes == 0 {
            return Ok(Vec::new());
        }
        let to = self.card.guarded(|| {
            let to = self.card.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("read back"),
                size: bytes,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let mut encoder = self.card.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let mut at = 0;
            for (start, quads) in places {
                encoder.copy_buffer_to_buffer(from, 16 * start, &to, at, 16 * quads);
                at += 16 * quads;
            }
            self.card.queue.submit([encoder.finish()]);
            to
        })?;
        let bytes = self.card.read(&to)?;
        self.transfer_stats.submissions += 1;
        self.transfer_stats.reads += 1;
        self.transfer_stats.bytes_down += bytes.len() as u64;
        Ok(bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }

    /// Replaces the first numbers of a buffer.
    ///
    /// # Errors
    /// A lost card.
    pub fn write(&mut self, buffer: usize, values: &[f32]) -> Result<(), Problem> {
        let card = self.card.clone();
        card.guarded(|| self.upload(buffer, bytemuck::cast_slice(values)))
    }

    /// See [`Card::lose`].
    pub fn lose(&self) {
        self.card.lose();
    }
}

/// The little-endian number that `bytes` begin with.
fn number(bytes: &[u8]) -> f32 {
    bytes.first_chunk().map_or(0.0, |word| f32::from_le_bytes(*word))
}

/// Writes the first bytes of a buffer; what is no whole word at the end is filled up.
fn upload(card: &Card, buffer: &wgpu::Buffer, bytes: &[u8]) {
    let (whole, rest) = bytes.split_at(bytes.len() / 4 * 4);
    card.queue.write_buffer(buffer, 0, whole);
    if !rest.is_empty() {
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        card.queue.write_buffer(buffer, whole.len() as u64, &last);
    }
}
