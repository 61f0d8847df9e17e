//! Each convolution of the reference network and some others, forward and backward, on one thread:
//! `cargo bench --bench kernels [-- FILTER]`. Criterion's "Gelem/s" are GFLOP/s of a direct convolution (backward: of both
//! gradients), so Winograd may exceed the processor's peak, which is printed first with each result's share of it.
#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark says that it cannot run")]

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trombine::engine::cpu::{
    Isa,
    probe::{Probe, peak},
};

/// Side, inputs, outputs, kernel.
const SHAPES: [(usize, usize, usize, usize); 9] = [
    (128, 3, 32, 3),
    (64, 32, 64, 3),
    (32, 64, 128, 3),
    (16, 128, 256, 3),
    (14, 128, 256, 3),
    (33, 24, 40, 3),
    (8, 256, 512, 3),
    (128, 3, 32, 5),
    (32, 64, 128, 5),
];
const PICTURES: usize = 8;

fn share(isa: Isa, flops: u64, mut work: impl FnMut()) -> String {
    let most = peak(isa);
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    let speed = flops as f64 / best / 1e9;
    format!("{speed:.0} GFLOP/s, {:.2} of a peak of {most:.0}", speed / most)
}

fn kernels(criterion: &mut Criterion) {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
        let mut group = criterion.benchmark_group(isa.name());
        group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800));
        for (side, inputs, outputs, kernel) in SHAPES {
            let mut probe = Probe::new(isa, side, (inputs, outputs), kernel, PICTURES).expect("there is memory");
            let name = format!("{kernel}x{kernel} {side}x{side} {inputs} to {outputs}");
            let flops = probe.flops();
            println!("{} forward {name}: {}", isa.name(), share(isa, flops, || probe.forward()));
            group.throughput(Throughput::Elements(flops));
            group.bench_function(format!("forward {name}"), |bencher| bencher.iter(|| probe.forward()));
            let flops = if probe.has_input_gradient() { 2 * flops } else { flops };
            println!("{} backward {name}: {}", isa.name(), share(isa, flops, || probe.backward()));
            group.throughput(Throughput::Elements(flops));
            group.bench_function(format!("backward {name}"), |bencher| bencher.iter(|| probe.backward()));
        }
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
