//! What is the graphics engine's own: choosing and losing devices, pictures that stay on the card, its traffic, and a
//! whole training beside the processor's. Its arithmetic is held to the truth with that of all engines in `engine.rs` and `engine_torch.rs`.

use std::{borrow::Cow, path::Path, sync::Arc};

use trombine::{
    control::Control,
    data::{
        augment::AugmentSettings,
        batch::{BatchView, Form},
        image_set::{Crop, ImageSet},
        sample::Part,
    },
    engine::{
        self, Device, DeviceKind, Engine, EngineConfig, EvaluationPass, SelfTest, Step, StepMetrics,
        cpu::CpuEngine,
        gpu::{self, GpuEngine},
    },
    loss::Targets,
    model::{ModelSettings, Network, Weights},
    optimizer::OptimizerState,
    problem::{Kind, Problem},
    run::{RunStatus, RunStore},
    text::say,
    train::{
        choice,
        event::TrainEvent,
        fit::{FitEvent, fit},
        trial::Trial,
    },
    worker::{self, Event},
};

use crate::{
    engine_cases::{
        Pictures, assert_close, case_numbers, config, distance, gpu_is_there, open_gpu, random_case_of_any_output, small, step,
        weights,
    },
    support::in_full,
    training::{dataset, plan, settings},
    watched::Watched,
};

fn device(kind: DeviceKind, id: &str) -> Device {
    Device { kind, id: id.to_owned(), name: format!("Card of {id}"), memory: None, details: String::new() }
}

#[test]
fn every_adapter_is_listed_and_software_is_never_chosen() {
    let devices = engine::devices();
    let chosen = engine::candidates(devices.clone());
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

/// Trains on an engine that fails after so many steps; gives the run's weights, the devices that trained, the warnings.
fn train_until_lost(steps_left: u32) -> (Weights, Vec<String>, Vec<Problem>) {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let plan = plan(&settings());
    let mut left = steps_left;
    let lost = move |_: &mut CpuEngine| match left {
        0 => Err(Problem::new(Kind::Device, say("Gone", "Parti"), say("Plug it in", "Branchez-le"))),
        _ => {
            left -= 1;
            Ok(())
        }
    };
    let inner = CpuEngine::new(&plan.engine_config()).expect("opens");
    let failing = Watched::new(inner, lost).named(device(DeviceKind::Graphics, "gpu7"));
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
fn a_driver_reset_in_mid_epoch_goes_on_on_the_processor() {
    if !gpu_is_there() {
        return;
    }
    let plan = plan(&settings());
    let train = |engine: Box<dyn Engine>| {
        let home = tempfile::tempdir().expect("a folder");
        let store = RunStore::at(home.path());
        let (mut devices, mut warnings, mut losses) = (Vec::new(), Vec::new(), Vec::new());
        let mut hear = |event| match event {
            Event::Train(TrainEvent::Started { device, .. }) => devices.push(device),
            Event::Train(TrainEvent::Epoch(record)) => losses.push((record.epoch, record.validation_loss)),
            Event::Warned(problem) => warnings.push(problem),
            _ => {}
        };
        worker::train_on(&plan, engine, &store, &Control::default(), &mut hear).expect("the training ends all the same");
        let run = store.find("last").expect("on the disk");
        assert_eq!((run.info.status, run.info.epochs_done), (RunStatus::Finished, 3));
        (losses, devices, warnings)
    };
    let id = gpu::first().expect("there is one").id;
    let inner = GpuEngine::apart(&plan.engine_config(), &id).expect("opens");
    // Four steps an epoch: within the second.
    let mut left = 6_u32;
    let reset = move |card: &mut GpuEngine| {
        if left == 0 {
            card.lose();
        }
        left = left.saturating_sub(1);
        Ok(())
    };
    let (losses, devices, warnings) = train(Box::new(Watched::new(inner, reset)));
    assert_eq!(devices.iter().map(|device| &device.id[..]).collect::<Vec<_>>(), [&id, "cpu"]);
    assert!(devices[0].details.ends_with("pictures kept on the card"), "{}", devices[0].details);
    assert_eq!(warnings.iter().map(|w| w.kind).collect::<Vec<_>>(), [Kind::Device]);
    let undisturbed = train(Box::new(CpuEngine::new(&plan.engine_config()).expect("opens"))).0;
    assert_eq!(losses.len(), 3, "no epoch is told twice: {losses:?}");
    for ((epoch, loss), (number, other)) in losses.iter().zip(&undisturbed) {
        assert_eq!(epoch, number);
        assert!((loss - other).abs() < 0.05 * other.max(0.1), "{losses:?} by both, {undisturbed:?} on the processor alone");
    }
}

#[test]
fn pictures_on_the_card_are_cut_as_on_the_processor() {
    if !gpu_is_there() {
        return;
    }
    let mut settings = settings();
    // Neither the picture nor a batch of an odd number is of whole words.
    settings.augment.crop = 61;
    settings.train.batch_size = 3;
    let plan = trombine::plan::Plan::new(&settings, dataset(30)).expect("a plan");
    let config = plan.engine_config();
    let first = weights(&config.network, 4);
    let run = |form: Form| {
        let mut engine = open_gpu(&config);
        engine.set_weights(&first).expect("fits");
        if form == Form::Crops {
            assert!(engine.upload_images(Arc::new(plan.dataset.pixels.clone())).expect("is there"));
        }
        let mut scores = Vec::new();
        for (index, batch) in (0..12).zip(plan.training_batches(form, 0)) {
            let batch = batch.expect("read");
            assert_eq!((batch.pixels.is_empty(), batch.crops.is_empty()), (form == Form::Crops, form == Form::Pixels));
            scores.push(engine.train_batch(&batch.view(), step(index)).expect("trains"));
        }
        let samples = plan.indices(Part::Validation);
        let mut logits = Vec::new();
        // More than a batch at once, too, and each with its mirror image.
        let augment = AugmentSettings { test_time_flip: true, ..settings.augment.clone() };
        let mut pass = EvaluationPass::new(form, plan.dataset.clone(), samples, &augment, 5, plan.network.output);
        while let Some((_, some)) = pass.next(&mut engine).expect("predicts") {
            logits.extend_from_slice(some);
        }
        (scores, logits, engine.weights().expect("gives"))
    };
    let (pixels, crops) = (run(Form::Pixels), run(Form::Crops));
    assert_eq!(crops.0, pixels.0, "scores");
    assert_eq!(crops.1, pixels.1, "logits");
    assert!(crops == pixels, "weights");
}

#[test]
fn pieces_of_pictures_that_are_not_kept_are_refused() {
    let config = config(&small(), 9);
    let cut = |picture, left| Crop { picture, left, top: 0, flip: false };
    let mut processor = CpuEngine::new(&config).expect("opens");
    let dataset = dataset(2);
    let album = || Arc::new(dataset.pixels.clone());
    assert!(!processor.upload_images(album()).expect("no error"), "the processor has its pictures at hand");
    let refused = |engine: &mut dyn Engine, cut: Crop| {
        let batch = BatchView { pixels: &[], crops: &[cut], targets: Targets::Values(&[1.0]), weights: &[1.0] };
        let trained = engine.train_batch(&batch, step(0)).err().map(|problem| problem.kind);
        let judged = engine.predict_crops(&[cut], &mut [0.0]).err().map(|problem| problem.kind);
        assert_eq!(trained, judged);
        trained
    };
    assert_eq!(refused(&mut processor, cut(0, 0)), Some(Kind::Internal));
    if !gpu_is_there() {
        return;
    }
    let mut card = open_gpu(&config);
    assert_eq!(refused(&mut card, cut(0, 0)), Some(Kind::Internal), "before they are kept");
    assert!(card.upload_images(album()).expect("is there"));
    assert_eq!(refused(&mut card, cut(2, 0)), Some(Kind::Internal), "a third of two");
    assert_eq!(refused(&mut card, cut(0, 120)), Some(Kind::Internal), "beyond the right edge");
    assert_eq!(refused(&mut card, cut(1, 119)), None);
}

/// An album that says of itself that it is large.
struct Vast;

impl ImageSet for Vast {
    fn count(&self) -> usize {
        1 << 30
    }
    fn identity(&self) -> [usize; 2] {
        [1, 1]
    }
    fn side(&self) -> usize {
        128
    }
    fn picture(&self, _: usize) -> Result<Cow<'_, [u8]>, Problem> {
        Ok(Cow::Borrowed(&[]))
    }
}

#[test]
fn pictures_that_do_not_fit_are_streamed() {
    if !gpu_is_there() {
        return;
    }
    let config = config(&small(), 9);
    let mut engine = open_gpu(&config);
    assert!(!engine.upload_images(Arc::new(Vast)).expect("that there is no room is no error"));
    assert!(engine.device().details.ends_with("pictures streamed to the card"), "{}", engine.device().details);
    let pictures = Pictures::random(&config.network, 4, 1);
    engine.train_batch(&pictures.batch(), step(0)).expect("trains from pixels all the same");
}

#[test]
fn a_step_sends_little_and_waits_for_nothing() {
    if !gpu_is_there() {
        return;
    }
    let settings = settings();
    let plan = trombine::plan::Plan::new(&settings, dataset(30)).expect("a plan");
    let config = plan.engine_config();
    let first = weights(&config.network, 4);
    let batches: Vec<_> = plan.training_batches(Form::Crops, 0).take(40).map(Result::unwrap).collect();
    let open = || {
        let mut engine = open_gpu(&config);
        engine.set_weights(&first).expect("fits");
        assert!(engine.upload_images(Arc::new(plan.dataset.pixels.clone())).expect("is there"));
        engine
    };
    let mut engine = open();
    let each: Vec<StepMetrics> =
        (0..).zip(&batches).map(|(index, batch)| engine.train_batch(&batch.view(), step(index)).expect("trains")).collect();
    let mut engine = open();
    let before = engine.transfer_stats();
    let mut later = Vec::new();
    for (index, batch) in (0..).zip(&batches) {
        later.extend(engine.enqueue_step(&batch.view(), step(index)).expect("begins"));
    }
    let begun = engine.transfer_stats();
    assert_eq!((begun.reads - before.reads, begun.bytes_down - before.bytes_down), (0, 0), "nothing comes back meanwhile");
    assert!(begun.submissions - before.submissions >= 40);
    // Each of the 18 training pictures once; for each step its uniform, and of each picture where it is cut (16 bytes), target
    // and weight (8).
    let shown: u64 = batches.iter().map(|batch| batch.len() as u64).sum();
    let pictures = plan.indices(Part::Train).len() as u64;
    assert_eq!(begun.bytes_up - before.bytes_up, pictures * 128 * 128 * 3 + 40 * 84 * 4 + shown * 24);
    later.extend(engine.flush().expect("ends"));
    let ended = engine.transfer_stats();
    assert_eq!((ended.reads - begun.reads, ended.bytes_down - begun.bytes_down), (1, 40 * 16), "all scores at once");
    assert_eq!(later, each, "and the same bits");
    assert!(engine.flush().expect("nothing waits").is_empty());
    // Who judges on the same card brings the same pictures again: they are there.
    assert!(engine.upload_images(Arc::new(plan.dataset.pixels.clone())).expect("is there"));
    let crops = &batches[0].crops;
    engine.predict_crops(crops, &mut vec![0.0; crops.len()]).expect("predicts");
    assert!(engine.transfer_stats().bytes_up - ended.bytes_up < 128 * 128 * 3, "no picture goes up twice");
}

#[test]
fn an_epoch_reads_back_only_what_it_tells() {
    if !gpu_is_there() {
        return;
    }
    let mut settings = settings();
    (settings.train.epochs, settings.train.steps_per_epoch) = (2, 30);
    let plan = trombine::plan::Plan::new(&settings, dataset(30)).expect("a plan");
    let (_home, mut run) = crate::training::run(&plan);
    let mut engine = open_gpu(&plan.engine_config());
    let before = engine.transfer_stats();
    let (mut batches, mut looks) = (0, 0);
    let mut tell = |told| match told {
        FitEvent::Train(TrainEvent::Batch(record)) if !record.validating => batches += 1,
        FitEvent::Train(TrainEvent::Faces { .. }) => looks += 1,
        FitEvent::Warned(problem) => panic!("{problem}"),
        FitEvent::Train(_) => {}
    };
    fit(&plan, &mut engine, &mut run, None, &Control::default(), &mut tell).expect("trains");
    let reads = engine.transfer_stats().reads - before.reads;
    // Six faces in two batches. After each epoch: 6 validation pictures in one row, the weights that are judged, and for the
    // checkpoint weights and the optimizer's memory; at the very end those two once more.
    assert_eq!(reads, batches + 2 * looks + 2 * (1 + 1 + 2) + 2, "{batches} told, {looks} looks at the faces");
}

#[test]
fn two_programs_share_a_card() {
    if !gpu_is_there() {
        return;
    }
    let id = gpu::first().expect("there is one").id;
    let id = &id[..];
    let run = |seed: u64| {
        let config = config(&small(), 9);
        // A connection of its own each, as two programs have.
        let mut engine = GpuEngine::apart(&config, id).expect("opens");
        engine.set_weights(&weights(&config.network, seed)).expect("fits");
        for index in 0..20 {
            let pictures = Pictures::random(&config.network, 8, index.into());
            engine.enqueue_step(&pictures.batch(), step(index)).expect("trains");
        }
        assert_eq!(engine.flush().expect("ends").len(), 20);
        engine.weights().expect("gives")
    };
    let alone = [run(1), run(2)];
    let together = std::thread::scope(|scope| {
        let both = [1, 2].map(|seed| scope.spawn(move || run(seed)));
        both.map(|thread| thread.join().expect("no panic"))
    });
    assert!(alone == together, "one disturbs the other");
}

/// The first card with its maps as f16, if it can; says so if not.
fn half() -> Option<String> {
    if !gpu_is_there() {
        return None;
    }
    let device = gpu::in_half(gpu::first()?);
    if device.is_none() {
        crate::support::skip("machine: f16 on the graphics card", "the first card has no f16 in its kernels");
    }
    device.map(|device| device.id)
}

#[test]
fn half_precision_answers_alike_and_learns_alike() {
    let Some(id) = half() else { return };
    assert_eq!(engine::find("gpu:f16").map(|device| device.id), Ok(id.clone()));
    assert_eq!(engine::find("cpu:f16").err().map(|problem| problem.kind), Some(Kind::Device));
    // The random configurations of the other engines. f16 keeps three digits; where a batch norm divides by a small deviation,
    // or a maximum of two values that are equal but for rounding falls to the other, more is lost: as much as the processor's
    // own gradients change when its weights are rounded so, which is the measure then.
    let cases = if in_full("gpu") { 60 } else { 12 };
    let (mut worst, mut near) = ((0.0_f64, 0.0_f64), 0);
    for number in case_numbers(cases) {
        let (config, n) = random_case_of_any_output(number);
        let first = weights(&config.network, number);
        let pictures = Pictures::random(&config.network, n, number);
        let run = |engine: &mut dyn Engine, first: &Weights| {
            engine.set_weights(first).expect("fits");
            let mut logits = vec![0.0; n * config.network.output.units()];
            engine.predict(&pictures.pixels, &mut logits).expect("predicts");
            let (_, gradients) = engine.gradients(&pictures.batch(), step(5)).expect("gradients");
            let all: Vec<f32> = gradients.iter().flat_map(|(_, array)| array.data.iter().copied()).collect();
            (logits, all)
        };
        let mut card = GpuEngine::new(&config, &id).expect("opens");
        assert_eq!(card.device().id, id);
        let mut processor = CpuEngine::new(&config).expect("opens");
        let (half, full) = (run(&mut card, &first), run(&mut processor, &first));
        let mut rounded = first.clone();
        rounded
            .0
            .values_mut()
            .flat_map(|array| &mut array.data)
            .for_each(|x| *x = f32::from_bits((x.to_bits() + 0x1000) & !0x1fff));
        let shaken = distance(&run(&mut processor, &rounded).1, &full.1);
        let logits = half.0.iter().zip(&full.0).map(|(a, b)| f64::from((a - b).abs() / b.abs().max(1.0))).fold(0.0, f64::max);
        let gradients = distance(&half.1, &full.1);
        println!("case {number}: logits off by {logits:.1e}, gradients by {gradients:.1e}, shaken {shaken:.1e}");
        near += usize::from(logits < 1e-2 && gradients < 1e-1);
        worst = (worst.0.max(logits), worst.1.max(gradients / (shaken * 10.0).max(0.1)));
    }
    assert!(worst.0 > 1e-6, "nothing was rounded to f16: {worst:?}");
    let cases = case_numbers(cases).count();
    assert!(near * 20 >= cases * 19 && worst.0 < 1e-2 && worst.1 < 1.0, "{near} of {cases} near, worst {worst:?}");
    // Its weights are f32, and go to another engine and back as they are.
    let config = config(&small(), 12);
    let mut card = GpuEngine::new(&config, &id).expect("opens");
    let mut processor = CpuEngine::new(&config).expect("opens");
    let first = weights(&config.network, 4);
    let mut losses = Vec::new();
    for engine in [&mut card as &mut dyn Engine, &mut processor] {
        engine.set_weights(&first).expect("fits");
        assert_eq!(engine.weights().expect("gives"), first);
        let pictures = Pictures::random(&config.network, 8, 1);
        let score = |index| engine.train_batch(&pictures.batch(), Step { index, learning_rate: 1e-3 }).expect("trains");
        losses.push((0..40).map(score).map(|score| score.loss).last().expect("steps"));
    }
    let start = processor_loss(&config, &first);
    assert!(losses[0] < start && (losses[0] - losses[1]).abs() < 0.02 * losses[1], "{start} to {losses:?}");
}

fn processor_loss(config: &EngineConfig, first: &Weights) -> f64 {
    let mut engine = CpuEngine::new(config).expect("opens");
    engine.set_weights(first).expect("fits");
    let pictures = Pictures::random(&config.network, 8, 1);
    engine.gradients(&pictures.batch(), step(0)).expect("gradients").0.loss
}

#[test]
fn tiles_are_measured_once_and_change_no_bit() {
    if !gpu_is_there() {
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("tiles.json");
    let id = gpu::first().expect("there is one").id;
    engine::prepare("cpu", home.path());
    assert!(!file.exists(), "the processor has none");
    engine::prepare("gpu", home.path());
    let read = || -> std::collections::BTreeMap<String, [f64; 6]> {
        serde_json::from_slice(&std::fs::read(&file).expect("kept")).expect("JSON")
    };
    let known = read();
    let (name, costs) = known.iter().next().expect("one card");
    assert_eq!((known.len(), gpu::tile_costs(&id)), (1, Some(*costs)));
    assert!(costs.iter().all(|cost| *cost >= 1.0) && costs.contains(&1.0), "{costs:?}");
    println!("tiles cost {costs:.2?}");
    let model = ModelSettings { filters: vec![24], dense: vec![70], ..small() };
    let config = config(&model, 30);
    let run = || {
        let mut engine = open_gpu(&config);
        engine.set_weights(&weights(&config.network, 4)).expect("fits");
        for index in 0..2 {
            let pictures = Pictures::random(&config.network, 7, index.into());
            engine.train_batch(&pictures.batch(), step(index)).expect("trains");
        }
        engine.weights().expect("gives")
    };
    let mut seen = Vec::new();
    for cheapest in [1, 4] {
        let mut costs = [100.0; 6];
        costs[cheapest] = 1.0;
        let text = serde_json::to_vec(&std::collections::BTreeMap::from([(name, costs)])).expect("JSON");
        std::fs::write(&file, text).expect("writes");
        engine::prepare(&id, home.path());
        assert_eq!(gpu::tile_costs(&id), Some(costs), "what the file says is taken");
        seen.push(run());
    }
    for weights in &seen[1..] {
        assert_close(weights, &seen[0], 0.0, "another tile, another order of sums");
    }
    // A file that is not sound is measured anew, in this program taken from memory.
    std::fs::write(&file, "{}").expect("writes");
    engine::prepare(&id, home.path());
    assert_eq!(read().len(), 1);
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
    assert_eq!((problem.kind, problem.setting.as_deref()), (Kind::OutOfMemory, Some("train.batch_size")), "{problem}");
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
    let two = ModelSettings { convs_per_block: 2, ..ModelSettings::default() };
    let networks = [(reference_network(), 4), (Network::new(&two, 112).expect("can be built"), 8)];
    for ((network, convolutions), batch) in networks.iter().flat_map(|network| [(network, 32), (network, 256)]) {
        let kernels = gpu::traffic(network, batch, false).expect("the default's layers");
        let moved: u64 = kernels.iter().map(|kernel| kernel.read + kernel.written).sum();
        let least = gpu::least_traffic(network, batch);
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
        let products = network.layers.iter().map(trombine::model::Layer::flops).sum::<u64>() * 3 - network.layers[0].flops();
        assert_eq!(flops, products * batch as u64);
        assert!(computed < flops * 5 / 4, "tiles fit the matrices: {computed} for {flops}");
        assert!(moved >= least, "the least is the least: {moved} and {least}");
        assert!(moved * 10 < least * 17, "{moved} bytes moved, {least} at least");
        // The cut, one pass over the data for each product, one small end for each dense layer, loss, update, total.
        assert_eq!(kernels.len(), 1 + convolutions + 2 * convolutions + 1 + (4 + 4) * 2 - 1 + 2);
    }
    assert!(gpu::memory(&reference_network(), 256).expect("counts") < 2_000_000_000);
}

#[test]
fn half_precision_moves_about_half_of_the_maps() {
    let network = reference_network();
    let moved = |half: bool| -> u64 {
        gpu::traffic(&network, 256, half).expect("the default's layers").iter().map(|kernel| kernel.read + kernel.written).sum()
    };
    println!("batch 256: {:.0} MB in f32, {:.0} MB with maps as f16", moved(false) as f64 / 1e6, moved(true) as f64 / 1e6);
    // Weights, their gradients' shares and the optimizer's slots stay as they are.
    assert!(moved(true) * 10 < moved(false) * 7);
}

#[test]
fn the_roofline_is_that_of_the_counts() {
    let network = reference_network();
    for batch in [32, 64, 256] {
        for half in [false, true] {
            let kernels = gpu::traffic(&network, batch, half).expect("the default's layers");
            // 10 TFLOP/s, 400 GB/s, 5 microseconds to begin a launch.
            let seconds = gpu::roofline(&kernels, 10e12, 400e9, 5e-6);
            println!("batch {batch}, f16 {half}: {:.2} ms, {:.0} pictures/s", seconds * 1e3, batch as f64 / seconds);
            let flops: u64 = kernels.iter().map(|kernel| kernel.computed_flops).sum();
            let bytes: u64 = kernels.iter().map(|kernel| kernel.read + kernel.written).sum();
            let (by_flops, by_bytes) = (flops as f64 / 10e12, bytes as f64 / 400e9);
            assert!(seconds > by_flops.max(by_bytes) && seconds < by_flops + by_bytes + 1e-3);
        }
    }
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
