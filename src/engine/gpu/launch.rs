//! One dispatch of the schedule as a card takes it: pipeline, bindings, size; and many of them as one compute pass.

use bytemuck::Pod;

use super::{
    card::Card,
    schedule::{Dispatch, Phase, Size},
    tile::MOST_GROUPS,
};

/// What the step's and the layers' uniforms are bound as; see `Card::source`.
const UNIFORM: wgpu::BufferUsages =
    wgpu::BufferUsages::UNIFORM.union(wgpu::BufferUsages::STORAGE).union(wgpu::BufferUsages::COPY_DST);

/// A dispatch with its pipeline.
pub struct Launch {
    pub phase: Phase,
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
    size: Size,
    /// How long it takes, in no particular unit: where to cut a step that lasts too long.
    weight: u64,
}

/// `launches` in up to `count` pieces of about the same weight, none empty.
pub fn pieces<'a, 'b>(launches: &'a [&'b Launch], count: usize) -> Vec<&'a [&'b Launch]> {
    let whole: u64 = launches.iter().map(|launch| launch.weight).sum();
    let (mut pieces, mut start, mut reached) = (Vec::new(), 0, 0);
    for (number, launch) in (1..).zip(launches) {
        reached += launch.weight;
        if reached * count as u64 >= whole * (pieces.len() as u64 + 1) {
            pieces.push(&launches[start..number]);
            start = number;
        }
    }
    if start < launches.len() {
        pieces.push(&launches[start..]);
    }
    pieces
}

/// `value` as a uniform.
pub fn uniform<T: Pod>(card: &Card, label: &str, value: &T) -> wgpu::Buffer {
    let buffer = card.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: size_of::<T>() as u64,
        usage: UNIFORM,
        mapped_at_creation: false,
    });
    card.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(value));
    buffer
}

/// One compute pass of `launches` for `n` pictures.
pub fn encode(card: &Card, launches: &[&Launch], n: usize) -> wgpu::CommandEncoder {
    let mut encoder = card.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for launch in launches {
            let groups = launch.size.groups(n) as u32;
            let across = groups.min(MOST_GROUPS);
            pass.set_pipeline(&launch.pipeline);
            pass.set_bind_group(0, &launch.bindings, &[]);
            pass.dispatch_workgroups(across, groups.div_ceil(across.max(1)), 1);
        }
    }
    encoder
}

/// `dispatch` with its buffers bound: the step's uniform, the layer's, and those of `bound`.
pub fn launch(
    card: &Card,
    dispatch: &Dispatch,
    pipeline: wgpu::ComputePipeline,
    bound: &[(u32, &wgpu::Buffer)],
    step: &wgpu::Buffer,
) -> Launch {
    let shape = uniform(card, &dispatch.layer, &dispatch.shape.uniform());
    let layer = dispatch.kernel.reads_layer().then_some((1, &shape));
    let entries: Vec<_> = [(0, step)]
        .into_iter()
        .chain(layer)
        .chain(bound.iter().copied())
        .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
        .collect();
    let bindings = card.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some(dispatch.kernel.name()),
        layout: &pipeline.get_bind_group_layout(0),
        entries: &entries,
    });
    // A card of some size makes about twenty operations while it moves a byte.
    let weight = dispatch.work.padded_flops + 20 * (dispatch.work.read + dispatch.work.written);
    Launch { phase: dispatch.phase, pipeline, bindings, size: dispatch.size, weight }
}
