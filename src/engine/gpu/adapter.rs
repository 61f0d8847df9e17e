//! The graphics cards of this machine, as wgpu finds them.

use std::{panic::catch_unwind, sync::OnceLock};

use super::tile::Limits;
use crate::engine::{Device, DeviceKind};

/// An adapter as it is listed.
pub struct Found {
    pub adapter: wgpu::Adapter,
    pub device: Device,
    /// Which of the limits that the kernels need it lacks, in words.
    pub lacks: Option<String>,
    /// Whether its kernels can read and write f16.
    pub half: bool,
}

/// Behind a card's id: maps and their gradients are kept as f16.
pub const HALF: &str = ":f16";

/// What tells the card `id` and its driver from others, for a file.
pub fn identity(id: &str) -> String {
    let (plain, half) = id.strip_suffix(HALF).map_or((id, ""), |plain| (plain, HALF));
    let found = adapters().iter().find(|found| found.device.id == plain);
    found.map_or_else(|| id.to_owned(), |found| format!("{}{half}, {}", found.device.name, found.device.details))
}

/// Storage buffers that a kernel binds, at most.
const STORAGE_BUFFERS: u32 = 7;

/// Per cent of a card's free memory that buffers may take.
const BUDGET: u8 = 95;

/// Every adapter: cards of their own first, then those within a processor, software last. Looked for once; that takes
/// a tenth of a second or more, so a window asks from another thread.
pub fn adapters() -> &'static [Found] {
    static FOUND: OnceLock<Vec<Found>> = OnceLock::new();
    // A driver that panics within its loader is as good as none.
    FOUND.get_or_init(|| catch_unwind(look).unwrap_or_default())
}

fn look() -> Vec<Found> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    // Not OpenGL: whatever computes there is listed by one of these too.
    descriptor.backends = wgpu::Backends::PRIMARY;
    descriptor.flags = wgpu::InstanceFlags::empty();
    // Where the driver tells its budget, a buffer beyond it is refused while there is still a way back.
    descriptor.memory_budget_thresholds.for_resource_creation = Some(BUDGET);
    let instance = wgpu::Instance::new(descriptor);
    let mut adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY));
    adapters.sort_by_key(|adapter| rank(&adapter.get_info()));
    // Windows lists a card once for each way to it: the first, Vulkan, is enough.
    let mut seen: Vec<wgpu::AdapterInfo> = Vec::new();
    adapters.retain(|adapter| {
        let info = adapter.get_info();
        let same = |other: &wgpu::AdapterInfo| {
            other.backend != info.backend && (other.vendor, other.device) == (info.vendor, info.device)
        };
        let new = !seen.iter().any(same);
        seen.push(info);
        new
    });
    adapters.into_iter().enumerate().map(|(number, adapter)| found(number, adapter)).collect()
}

/// Faster kinds first, then Vulkan, Metal, DirectX.
fn rank(info: &wgpu::AdapterInfo) -> (u8, u8) {
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    };
    let backend = match info.backend {
        wgpu::Backend::Vulkan => 0,
        wgpu::Backend::Metal => 1,
        _ => 2,
    };
    (kind, backend)
}

fn found(number: usize, adapter: wgpu::Adapter) -> Found {
    let info = adapter.get_info();
    let software = info.device_type == wgpu::DeviceType::Cpu;
    let sort = match info.device_type {
        wgpu::DeviceType::IntegratedGpu => "integrated",
        wgpu::DeviceType::VirtualGpu => "virtual",
        _ => "",
    };
    let lacks = lacks(&adapter.limits(), adapter.get_downlevel_capabilities().flags);
    let partials = [sort.to_owned(), format!("{:?}", info.backend), info.driver.clone(), info.driver_info.clone()];
    let mut details = partials.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    if let Some(lacks) = &lacks {
        details.push_str(&format!("; cannot train: {lacks}"));
    }
    let device = Device {
        kind: if software { DeviceKind::SoftwareGraphics } else { DeviceKind::Graphics },
        id: format!("gpu{number}"),
        name: info.name.clone(),
        memory: memory(&info.device_pci_bus_id),
        details,
    };
    let half = adapter.features().contains(wgpu::Features::SHADER_F16);
    Found { adapter, device, lacks, half }
}

/// Bytes of a card's own memory where its driver tells it in a file (AMD's on Linux); wgpu does not.
fn memory(bus: &str) -> Option<u64> {
    if bus.is_empty() {
        return None;
    }
    let text = std::fs::read_to_string(format!("/sys/bus/pci/devices/{bus}/mem_info_vram_total")).ok()?;
    text.trim().parse().ok().filter(|bytes| *bytes > 0)
}

/// What the kernels need and an adapter with these limits does not have.
pub fn lacks(limits: &wgpu::Limits, flags: wgpu::DownlevelFlags) -> Option<String> {
    let least = Limits::LEAST;
    if !flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS) {
        return Some("no compute shaders".to_owned());
    }
    let needs = [
        ("storage buffers in a kernel", limits.max_storage_buffers_per_shader_stage, STORAGE_BUFFERS),
        ("bytes of workgroup memory", limits.max_compute_workgroup_storage_size, least.memory as u32),
        ("threads in a workgroup", limits.max_compute_invocations_per_workgroup, least.threads as u32),
        ("workgroups in a row", limits.max_compute_workgroups_per_dimension, super::tile::MOST_GROUPS),
    ];
    let short = needs.iter().find(|(_, has, needs)| has < needs);
    short.map(|(what, has, needs)| format!("{has} {what}, {needs} are needed"))
}
