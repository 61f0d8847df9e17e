//! Pictures per second of the reference network, training steps or forward only:
//! `cargo bench --bench step -- [--batch 32] [--size 128] [--forward] [--isa avx2] [--threads 2] [--steps 12] [--rounds 5]
//! [--preset recommended] [--batch-norm] [--kernel 5] [--filters 32,64,128,256] [--convs 2] [--classes 100]`; without
//! `--classes` one logit. A preset gives network, batch and optimizer, and what follows it changes them.
#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark says that it cannot run")]

use std::{process::ExitCode, time::Instant};

use trombine::{
    data::batch::BatchView,
    engine::{
        Engine, EngineConfig, Step,
        cpu::{Convolution, CpuEngine, Isa},
        losses_of,
    },
    loss::{ClassTarget, LossSettings, Targets},
    model::{KernelSize, ModelSettings, Network, Output},
    optimizer::OptimizerSettings,
    preset::Preset,
    setting_def::Choice,
};

struct Options {
    batch: usize,
    size: usize,
    forward: bool,
    isa: Isa,
    threads: Option<usize>,
    steps: usize,
    rounds: usize,
    model: ModelSettings,
    optimizer: OptimizerSettings,
    output: Output,
}

fn options() -> Option<Options> {
    let mut options = Options {
        batch: 32,
        size: 128,
        forward: false,
        isa: Isa::detect(),
        threads: None,
        steps: 12,
        rounds: 5,
        model: ModelSettings::default(),
        optimizer: OptimizerSettings::default(),
        output: Output::Sigmoid,
    };
    // Cargo adds `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--forward" => options.forward = true,
            "--preset" => {
                let settings = Preset::of_key(&arguments.next()?)?.settings();
                (options.model, options.optimizer) = (settings.model, settings.train.optimizer);
                options.batch = settings.train.batch_size as usize;
            }
            "--batch-norm" => options.model.batch_norm_conv = true,
            "--batch" => options.batch = arguments.next()?.parse().ok()?,
            "--size" => options.size = arguments.next()?.parse().ok()?,
            "--threads" => options.threads = Some(arguments.next()?.parse().ok()?),
            "--steps" => options.steps = arguments.next()?.parse().ok()?,
            "--rounds" => options.rounds = arguments.next()?.parse().ok()?,
            "--classes" => options.output = Output::Softmax { classes: arguments.next()?.parse().ok()? },
            "--isa" => options.isa = Isa::named(&arguments.next()?).filter(|isa| isa.is_available())?,
            "--kernel" => options.model.kernel = if arguments.next()? == "5" { KernelSize::Five } else { KernelSize::Three },
            "--convs" => options.model.convs_per_block = arguments.next()?.parse().ok()?,
            "--filters" => options.model.filters = arguments.next()?.split(',').map(|f| f.parse().ok()).collect::<Option<_>>()?,
            _ => return None,
        }
    }
    Some(options)
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("unknown option, or an instruction set that this processor lacks");
        return ExitCode::FAILURE;
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), trombine::problem::Problem> {
    let network = Network::with_output(&options.model, options.size, options.output)?;
    let n = options.batch;
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let pixels: Vec<u8> = (0..n * network.input.len()).map(|_| noise()).collect();
    let values: Vec<f32> = (0..n).map(|_| f32::from(noise() % 2)).collect();
    let classes: Vec<ClassTarget> = (0..n).map(|_| ClassTarget::of(u16::from(noise()) % options.output.units() as u16)).collect();
    let targets = if options.output == Output::Sigmoid { Targets::Values(&values) } else { Targets::Classes(&classes) };
    let weights = vec![1.0; n];
    let config = EngineConfig {
        network,
        optimizer: options.optimizer.clone(),
        loss: LossSettings { kind: losses_of(options.output).usual(), ..Default::default() },
        seed: 1,
        batch_size: n,
        threads: options.threads,
    };
    let mut engine = CpuEngine::with(&config, options.isa, Convolution::chosen())?;
    let batch = BatchView { pixels: &pixels, crops: &[], targets, weights: &weights };
    let mut logits = vec![0.0; n * options.output.units()];
    let mut index = 0;
    let mut step = |engine: &mut CpuEngine| -> Result<(), trombine::problem::Problem> {
        if options.forward {
            return engine.predict(&pixels, &mut logits);
        }
        engine.train_batch(&batch, Step { index, learning_rate: 1e-4 })?;
        index += 1;
        Ok(())
    };
    for _ in 0..3 {
        step(&mut engine)?;
    }
    let mut seconds = Vec::new();
    for _ in 0..options.rounds {
        let start = Instant::now();
        for _ in 0..options.steps {
            step(&mut engine)?;
        }
        seconds.push(start.elapsed().as_secs_f64() / options.steps as f64);
    }
    seconds.sort_by(f64::total_cmp);
    let (best, median) = (seconds[0], seconds[seconds.len() / 2]);
    let what = if options.forward { "forward" } else { "training step" };
    println!(
        "{} {what}, batch {n}, {} pixels: {:.1} pictures/s (median), {:.1} (best), {:.2} ms",
        engine.device().details,
        options.size,
        n as f64 / median,
        n as f64 / best,
        median * 1e3,
    );
    Ok(())
}
