//! A schedule on a card: buffers, pipelines, and a step as one submission.

use std::sync::Arc;

use super::{
    card::{Card, out_of_memory},
    schedule::{Call, Phase, Schedule, Size, fixed},
};
use crate::problem::Problem;

/// The most workgroups in a row that every card takes; more go into further rows.
pub const MOST_GROUPS: u32 = 65_535;

/// What the step's and the layers' uniforms are bound as; see `Card::source`.
const UNIFORM: wgpu::BufferUsages =
    wgpu::BufferUsages::UNIFORM.union(wgpu::BufferUsages::STORAGE).union(wgpu::BufferUsages::COPY_DST);

/// A schedule with everything it needs on a card.
pub struct Pass {
    card: Arc<Card>,
    buffers: Vec<wgpu::Buffer>,
    step: wgpu::Buffer,
    launches: Vec<Launch>,
    /// Where the score comes back.
    score: wgpu::Buffer,
    /// Where the logits come back.
    logits: wgpu::Buffer,
    logits_from: usize,
}

/// A call with its pipeline.
struct Launch {
    phase: Phase,
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
    size: Size,
}

/// The step's uniform, in words; see `kernels/common.wgsl`.
pub type StepWords = [u32; 84];

impl Pass {
    /// Makes buffers and pipelines.
    ///
    /// # Errors
    /// Too little memory, a lost card, a kernel that does not compile there.
    pub fn new(card: Arc<Card>, schedule: &Schedule, batch_size: usize) -> Result<Self, Problem> {
        let most = card.largest_buffer();
        if let Some(room) = schedule.buffers.iter().find(|room| room.bytes > most) {
            return Err(out_of_memory(format!("{} needs {} bytes, a buffer holds {most}", room.label, room.bytes)));
        }
        let (buffers, step, score, logits) = card.guarded(|| {
            let make = |label: &str, size: u64, usage: wgpu::BufferUsages| {
                card.device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
            };
            let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
            let back = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
            let buffers: Vec<_> =
                schedule.buffers.iter().map(|room| make(&room.label, room.bytes.next_multiple_of(16), storage)).collect();
            let step_bytes = size_of::<StepWords>() as u64;
            let step = make("step", step_bytes, UNIFORM);
            (buffers, step, make("score", 16, back), make("logits", 16 * batch_size as u64, back))
        })?;
        let pipelines: Result<Vec<_>, _> =
            schedule.calls.iter().map(|call| card.pipeline(call.kernel, &call.constants)).collect();
        let pipelines = pipelines?;
        let launches = card.guarded(|| {
            card.queue.write_buffer(&buffers[fixed::SEGMENTS], 0, bytemuck::cast_slice(&schedule.segments));
            card.queue.write_buffer(&buffers[fixed::GROUPS], 0, bytemuck::cast_slice(&schedule.groups));
            schedule.calls.iter().zip(pipelines).map(|(call, pipeline)| launch(&card, call, pipeline, &buffers, &step)).collect()
        })?;
        Ok(Self { card, buffers, step, launches, score, logits, logits_from: schedule.logits })
    }

    /// Writes the pictures of a batch.
    fn write_pixels(&self, pixels: &[u8]) {
        let whole = pixels.len() / 4 * 4;
        self.card.queue.write_buffer(&self.buffers[fixed::PIXELS], 0, &pixels[..whole]);
        if whole < pixels.len() {
            let mut last = [0; 4];
            last[..pixels.len() - whole].copy_from_slice(&pixels[whole..]);
            self.card.queue.write_buffer(&self.buffers[fixed::PIXELS], whole as u64, &last);
        }
    }

    /// Runs the calls of `phases` on a batch with its targets and weights, in one submission; gives the score's words.
    ///
    /// # Errors
    /// A lost card.
    pub fn train(&self, phases: &[Phase], step: &StepWords, pixels: &[u8], targets: &[[f32; 2]]) -> Result<[f32; 4], Problem> {
        self.card.guarded(|| {
            self.card.queue.write_buffer(&self.buffers[fixed::TARGETS], 0, bytemuck::cast_slice(targets));
            self.submit(phases, step, pixels, targets.len(), |encoder| {
                encoder.copy_buffer_to_buffer(&self.buffers[fixed::SCORE], 0, &self.score, 0, 16);
            });
        })?;
        let bytes = self.card.read(&self.score)?;
        let mut score = [0.0; 4];
        for (value, word) in score.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *value = f32::from_le_bytes(*word);
        }
        Ok(score)
    }

    /// The logits of `logits.len()` pictures, at most a batch.
    ///
    /// # Errors
    /// A lost card.
    pub fn predict(&self, step: &StepWords, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        self.card.guarded(|| {
            self.submit(&[Phase::Forward], step, pixels, logits.len(), |encoder| {
                let bytes = 16 * logits.len() as u64;
                encoder.copy_buffer_to_buffer(&self.buffers[self.logits_from], 0, &self.logits, 0, bytes);
            });
        })?;
        let bytes = self.card.read(&self.logits)?;
        for (logit, quad) in logits.iter_mut().zip(bytes.as_chunks::<16>().0) {
            *logit = f32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]);
        }
        Ok(())
    }

    fn submit(&self, phases: &[Phase], step: &StepWords, pixels: &[u8], n: usize, copy: impl FnOnce(&mut wgpu::CommandEncoder)) {
        self.card.queue.write_buffer(&self.step, 0, bytemuck::cast_slice(step));
        self.write_pixels(pixels);
        let mut encoder = self.card.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for launch in self.launches.iter().filter(|launch| phases.contains(&launch.phase)) {
                let groups = launch.size.groups(n) as u32;
                let across = groups.min(MOST_GROUPS);
                pass.set_pipeline(&launch.pipeline);
                pass.set_bind_group(0, &launch.bindings, &[]);
                pass.dispatch_workgroups(across, groups.div_ceil(across.max(1)), 1);
            }
        }
        copy(&mut encoder);
        self.card.queue.submit([encoder.finish()]);
    }

    /// All numbers of a buffer.
    ///
    /// # Errors
    /// A lost card, or too little memory for the copy.
    pub fn read(&self, buffer: usize) -> Result<Vec<f32>, Problem> {
        let from = &self.buffers[buffer];
        let to = self.card.guarded(|| {
            let to = self.card.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("read back"),
                size: from.size(),
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let mut encoder = self.card.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(from, 0, &to, 0, from.size());
            self.card.queue.submit([encoder.finish()]);
            to
        })?;
        let bytes = self.card.read(&to)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }

    /// Replaces the first numbers of a buffer.
    ///
    /// # Errors
    /// A lost card.
    pub fn write(&self, buffer: usize, values: &[f32]) -> Result<(), Problem> {
        self.card.guarded(|| {
            self.card.queue.write_buffer(&self.buffers[buffer], 0, bytemuck::cast_slice(values));
        })
    }

    /// See [`Card::lose`].
    pub fn lose(&self) {
        self.card.lose();
    }
}

fn launch(card: &Card, call: &Call, pipeline: wgpu::ComputePipeline, buffers: &[wgpu::Buffer], step: &wgpu::Buffer) -> Launch {
    let words = call.shape.words();
    let shape = card.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(&call.layer),
        size: size_of_val(&words) as u64,
        usage: UNIFORM,
        mapped_at_creation: false,
    });
    card.queue.write_buffer(&shape, 0, bytemuck::cast_slice(&words));
    let entry = |binding: u32, buffer: &wgpu::Buffer| (binding, buffer.clone());
    let mut bound = vec![entry(0, step)];
    if call.kernel.reads_layer() {
        bound.push(entry(1, &shape));
    }
    bound.extend(call.buffers.iter().map(|(binding, buffer)| entry(*binding, &buffers[*buffer])));
    let entries: Vec<_> = bound
        .iter()
        .map(|(binding, buffer)| wgpu::BindGroupEntry { binding: *binding, resource: buffer.as_entire_binding() })
        .collect();
    let bindings = card.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some(call.kernel.name()),
        layout: &pipeline.get_bind_group_layout(0),
        entries: &entries,
    });
    Launch { phase: call.phase, pipeline, bindings, size: call.size }
}
