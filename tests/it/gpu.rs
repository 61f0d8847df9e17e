//! What is the graphics engine's own: choosing and losing devices, its traffic, and a whole training beside the
//! processor's. Its arithmetic is held to the truth with that of all engines in `engine.rs` and `engine_torch.rs`.

use std::path::Path;

use trombine::{
    engine::{
        self, Batch, Device, DeviceKind, Engine, EngineConfig, OptimizerState, Score, SelfTest, Step,
        cpu::CpuEngine,
        gpu::{self, GpuEngine},
    },
    model::{ModelSettings, Network, Weights},
    problem::{Kind, Problem},
    run::{RunStatus, RunStore},
    text::say,
    train::{choice, control::Control, event::TrainEvent, trial::Trial},
    worker::{self, Event},
};

use crate::{
    engine_cases::{Pictures, assert_close, config, gpu_is_there, open_gpu, small, step, weights},
    training::{dataset, plan, settings},
};

fn device(kind: DeviceKind, id: &str) -> Device {
    Device { kind, id: id.to_owned(), name: format!("Card of {id}"), memory: None, details: String::new() }
}

#[test]
fn every_adapter_is_listed_and_software_is_never_chosen() {
    let devices = engine::devices();
    let chosen = choice::candidates(devices.clone());
    assert!(chosen.iter().all(|device| matches!(device.kind, DeviceKind::Processor | DeviceKind::Graphics)), "{chosen:?}");
    assert_eq!(chosen[0].id, "cpu");
    if !gpu_is_there() {
        assert_eq!(engine::find("gpu").err().map(|problem| problem.kind), Some(Kind::Device));
        return;
    }
    let first = gpu::first().expect("there is one");
    assert!(devices.contains(&first) && !first.name.is_empty() && !first.details.is_empty(), "{first:?}");
    assert_eq!(engine::find("gpu").expect("found"), first);
    assert_eq!(engine::find(&first.id).expect("found"), first);
    if gpu::devices().len() == 1 {
        assert_eq!(engine::find(&first.name.to_uppercase()).expect("by its name"), first);
    }
}

#[test]
fn automatic_takes_the_fastest_and_remembers_it() {
    let home = tempfile::tempdir().expect("a folder");
    let plan = plan(&settings());
    let devices =
        [device(DeviceKind::Processor, "cpu"), device(DeviceKind::Graphics, "gpu0"), device(DeviceKind::Graphics, "gpu1")];
    let trial = |id: &str, speed: f64| Trial {
        device: device(DeviceKind::Graphics, id),
        pictures_per_second: speed,
        epoch: 1.0,
        run: 1.0,
        memory: 1,
    };
    let fault = || Problem::new(Kind::Device, say("Gone", "Parti"), say("Plug it in", "Branchez-le"));
    let mut tried = Vec::new();
    let choose = |devices: &[Device], home: &Path, tried: &mut Vec<String>| {
        choice::fastest(&plan, devices, home, &mut |id| {
            tried.push(id.to_owned());
            match id {
                "cpu" => Ok(trial(id, 100.0)),
                "gpu0" => Ok(trial(id, 900.0)),
                _ => Err(fault()),
            }
        })
    };
    assert_eq!(choose(&devices[..1], home.path(), &mut tried).expect("chooses"), "cpu");
    assert!(tried.is_empty(), "one device needs no trial");
    assert_eq!(choose(&devices, home.path(), &mut tried).expect("chooses"), "gpu0");
    assert_eq!(tried, ["cpu", "gpu0", "gpu1"]);
    assert_eq!(choose(&devices, home.path(), &mut tried).expect("chooses"), "gpu0");
    assert_eq!(tried.len(), 3, "the answer is remembered");
    assert_eq!(choose(&devices[..2], home.path(), &mut tried).expect("chooses"), "gpu0");
    assert_eq!(tried.len(), 5, "another machine is another question");
    let cancelled = choice::fastest(&plan, &devices, Path::new("/nowhere"), &mut |_| Err(Problem::cancelled()));
    assert_eq!(cancelled.err().map(|problem| problem.kind), Some(Kind::Cancelled));
}

/// An engine that is lost after some steps, as a graphics card whose driver is reset.
struct Failing {
    inner: CpuEngine,
    device: Device,
    steps_left: u32,
}

impl Engine for Failing {
    fn device(&self) -> &Device {
        &self.device
    }
    fn train_batch(&mut self, batch: &Batch<'_>, step: Step) -> Result<Score, Problem> {
        if self.steps_left == 0 {
            return Err(Problem::new(Kind::Device, say("Gone", "Parti"), say("Plug it in", "Branchez-le")));
        }
        self.steps_left -= 1;
        self.inner.train_batch(batch, step)
    }
    fn predict(&mut self, pixels: &[u8], logits: &mut [f32]) -> Result<(), Problem> {
        self.inner.predict(pixels, logits)
    }
    fn gradients(&mut self, batch: &Batch<'_>, step: Step) -> Result<(Score, Weights), Problem> {
        self.inner.gradients(batch, step)
    }
    fn weights(&mut self) -> Result<Weights, Problem> {
        self.inner.weights()
    }
    fn set_weights(&mut self, weights: &Weights) -> Result<(), Problem> {
        self.inner.set_weights(weights)
    }
    fn optimizer_state(&mut self) -> Result<OptimizerState, Problem> {
        self.inner.optimizer_state()
    }
    fn set_optimizer_state(&mut self, state: &OptimizerState) -> Result<(), Problem> {
        self.inner.set_optimizer_state(state)
    }
}

/// Trains on an engine that fails after so many steps; gives the run's weights, the devices that trained, the warnings.
fn train_until_lost(steps_left: u32) -> (Weights, Vec<String>, Vec<Problem>) {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let plan = plan(&settings());
    let inner = CpuEngine::new(&plan.engine_config()).expect("opens");
    let failing = Failing { inner, device: device(DeviceKind::Graphics, "gpu7"), steps_left };
    let (mut devices, mut warnings) = (Vec::new(), Vec::new());
    let mut hear = |event| match event {
        Event::Train(TrainEvent::Started { device, .. }) => devices.push(device.id),
        Event::Warned(problem) => warnings.push(problem),
        _ => {}
    };
    worker::train_on(&plan, Box::new(failing), &store, &Control::default(), &mut hear).expect("the training ends all the same");
    let run = store.find("last").expect("on the disk");
    assert_eq!((run.info.status, run.info.epochs_done), (RunStatus::Finished, 3));
    (Weights::load(&run.best_path()).expect("weights"), devices, warnings)
}

#[test]
fn a_training_survives_its_card() {
    let (undisturbed, devices, warnings) = train_until_lost(u32::MAX);
    assert_eq!((devices.len(), warnings.len()), (1, 0));
    // In the first epoch, before anything is saved, and in the second.
    for steps in [2, 6] {
        let (weights, devices, warnings) = train_until_lost(steps);
        assert_eq!(devices, ["gpu7", "cpu"], "after {steps} steps");
        assert_eq!(warnings.iter().map(|w| w.kind).collect::<Vec<_>>(), [Kind::Device]);
        // The card here is the processor, so the same bits come out as if nothing had happened.
        assert!(weights == undisturbed, "after {steps} steps");
    }
}

#[test]
fn a_lost_card_is_a_problem_and_opens_again() {
    if !gpu_is_there() {
        return;
    }
    let config = config(&small(), 9);
    let id = gpu::first().expect("there is one").id;
    let pictures = Pictures::random(&config.network, 4, 1);
    let mut engine = GpuEngine::apart(&config, &id).expect("opens");
    engine.train_batch(&pictures.batch(), step(0)).expect("trains");
    engine.lose();
    for _ in 0..2 {
        let problem = engine.train_batch(&pictures.batch(), step(1)).expect_err("the card is gone");
        assert_eq!(problem.kind, Kind::Device, "{problem}");
    }
    assert_eq!(engine.weights().err().map(|problem| problem.kind), Some(Kind::Device));
    let mut again = GpuEngine::apart(&config, &id).expect("opens again");
    again.train_batch(&pictures.batch(), step(0)).expect("trains");
}

#[test]
fn too_little_memory_proposes_a_smaller_batch() {
    if !gpu_is_there() {
        return;
    }
    let id = gpu::first().expect("there is one").id;
    // 64 x 64 x 512 features for 1024 units: 8.6 GB of weights, twice what a kernel can bind.
    let model = ModelSettings { filters: vec![512], dense: vec![1024], ..small() };
    let config = EngineConfig { batch_size: 64, ..config(&model, 128) };
    let problem = GpuEngine::new(&config, &id).err().expect("it does not fit");
    assert_eq!((problem.kind, problem.knob.as_deref()), (Kind::OutOfMemory, Some("train.batch_size")), "{problem}");
    assert!(problem.remedy.en.contains("32 instead of 64"), "{problem}");
}

#[test]
fn a_training_on_the_card_ends_as_on_the_processor() {
    if !gpu_is_there() {
        return;
    }
    let mut settings = settings();
    settings.train.epochs = 4;
    let plan = trombine::plan::Plan::new(&settings, dataset(60)).expect("a plan");
    let train = |engine: Box<dyn Engine>| {
        let home = tempfile::tempdir().expect("a folder");
        let store = RunStore::at(home.path());
        let mut losses = Vec::new();
        let mut hear = |event| {
            if let Event::Train(TrainEvent::Epoch(record)) = event {
                losses.push(record.validation_loss);
            }
        };
        worker::train_on(&plan, engine, &store, &Control::default(), &mut hear).expect("trains");
        losses
    };
    let on_card = train(Box::new(open_gpu(&plan.engine_config())));
    let on_processor = train(Box::new(CpuEngine::new(&plan.engine_config()).expect("opens")));
    assert_eq!(on_card.len(), 4);
    for (a, b) in on_card.iter().zip(&on_processor) {
        assert!((a - b).abs() < 0.02 * b.max(0.1), "{on_card:?} on the card, {on_processor:?} on the processor");
    }
}

#[test]
fn going_to_the_card_and_back_changes_nothing() {
    if !gpu_is_there() {
        return;
    }
    let config = config(&small(), 11);
    let first = weights(&config.network, 4);
    let run = |engine: &mut dyn Engine, steps: std::ops::Range<u32>, from: (Weights, OptimizerState)| {
        engine.set_weights(&from.0).expect("fits");
        engine.set_optimizer_state(&from.1).expect("fits");
        for index in steps {
            let pictures = Pictures::random(&config.network, 8, index.into());
            engine.train_batch(&pictures.batch(), step(index)).expect("trains");
        }
        (engine.weights().expect("gives"), engine.optimizer_state().expect("gives"))
    };
    let mut processor = CpuEngine::new(&config).expect("opens");
    let mut card = open_gpu(&config);
    let start = (first, OptimizerState::default());
    let alone = run(&mut processor, 0..6, start.clone());
    let moved = run(&mut processor, 0..2, start);
    let moved = run(&mut card, 2..4, moved);
    let moved = run(&mut processor, 4..6, moved);
    assert_close(&moved.0, &alone.0, 5e-3, "processor, card, processor");
    assert_eq!(moved.1.step, 6);
}

/// The notebook's network on the crop of its recipe.
fn reference_network() -> Network {
    Network::new(&ModelSettings::default(), 112).expect("the default can be built")
}

#[test]
fn no_kernel_makes_a_redundant_pass() {
    let network = reference_network();
    for batch in [32, 256] {
        let kernels = gpu::traffic(&network, batch, 32_768).expect("the default's layers");
        let moved: u64 = kernels.iter().map(|kernel| kernel.read + kernel.written).sum();
        let least = gpu::least_traffic(&network, batch);
        let (flops, computed) = kernels.iter().fold((0, 0), |(a, b), kernel| (a + kernel.flops, b + kernel.computed_flops));
        println!("batch {batch}: {:.1} MB moved, {:.1} MB at least", moved as f64 / 1e6, least as f64 / 1e6);
        println!("{:.2} GFLOP asked for, {:.2} computed", flops as f64 / 1e9, computed as f64 / 1e9);
        for kernel in &kernels {
            println!(
                "| {} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} |",
                kernel.kernel,
                kernel.layer,
                kernel.flops as f64 / 1e9,
                kernel.computed_flops as f64 / 1e9,
                kernel.read as f64 / 1e6,
                kernel.written as f64 / 1e6,
                kernel.asked as f64 / 1e6
            );
        }
        // Three products a layer, two for the first, which has no input gradient.
        let convolutions = network.layers.iter().map(|layer| layer.flops()).sum::<u64>() * 3 - network.layers[0].flops();
        assert_eq!(flops, convolutions * batch as u64);
        assert!(computed < flops * 5 / 4, "tiles fit the matrices: {computed} for {flops}");
        assert!(moved >= least, "the least is the least: {moved} and {least}");
        assert!(moved * 10 < least * 17, "{moved} bytes moved, {least} at least");
        // One pass over the data for each product, one small end for each dense layer, loss, update, total.
        assert_eq!(kernels.len(), 4 + 2 * 4 + 1 + (4 + 4) * 2 - 1 + 2);
    }
    assert!(gpu::memory(&network, 256).expect("counts") < 2_000_000_000);
}

#[test]
fn the_self_test_is_kept_as_data() {
    let test = SelfTest { answers_off: 1e-6, gradients_off: 2e-5, agrees: true, pictures_per_second: 10.0 };
    let event = Event::Tested { device: "gpu0".to_owned(), test };
    let text = serde_json::to_string(&event).expect("writes");
    assert!(text.contains("\"tested\"") && text.contains("gpu0"), "{text}");
}

#[test]
fn what_ran_before_changes_no_bit() {
    if !gpu_is_there() {
        return;
    }
    let model = ModelSettings { batch_norm_conv: true, batch_norm_dense: true, dropout: 0.5, ..small() };
    let run = |side: usize, n: usize| {
        let config = config(&model, side);
        let mut engine = open_gpu(&config);
        engine.set_weights(&weights(&config.network, 4)).expect("fits");
        let pictures = Pictures::random(&config.network, n, 1);
        let mut logits = vec![0.0; n];
        engine.predict(&pictures.pixels, &mut logits).expect("predicts");
        let gradients = engine.gradients(&pictures.batch(), step(0)).expect("gradients");
        for index in 0..3 {
            engine.train_batch(&pictures.batch(), step(index)).expect("trains");
        }
        (logits, gradients, engine.weights().expect("gives"))
    };
    let first = run(9, 5);
    for (side, n) in [(20, 8), (31, 3), (12, 1)] {
        run(side, n);
    }
    let again = run(9, 5);
    assert_eq!(first.0, again.0, "logits");
    assert_close(&again.1.1, &first.1.1, 0.0, "gradients");
    assert_close(&again.2, &first.2, 0.0, "weights");
    assert!(first == again);
}
