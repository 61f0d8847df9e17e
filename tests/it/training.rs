//! What the tests of plans, runs and trainings share: a small data set that can be learned, and a run of it.

use std::{path::PathBuf, sync::Arc};

use trombine::{
    control::Control,
    data::{
        dataset::Dataset,
        picture_size::PIXEL_BYTES,
        pixels::Pixels,
        sample::{Sample, Source},
    },
    engine::reference::ReferenceEngine,
    model::Activation,
    plan::Plan,
    random::{Purpose, Random},
    run::{Run, RunStore, checkpoint::Checkpoint},
    settings::Settings,
    train::{
        event::TrainEvent,
        fit::{FitEvent, TrainingOutcome, fit},
    },
};

/// `n` noisy pictures; those of class 1 are brighter.
pub fn dataset(n: usize) -> Arc<Dataset> {
    let mut random = Random::new(3, Purpose::SampleFaces, &[]);
    let mut bytes = Vec::with_capacity(n * PIXEL_BYTES);
    for i in 0..n {
        let base = if i % 2 == 1 { 120 } else { 60 };
        bytes.extend((0..PIXEL_BYTES).map(|_| base + (random.bits() % 60) as u8));
    }
    let sample = |i: usize| Sample {
        file: PathBuf::from(format!("{i}.png")),
        class: (i % 2) as u8,
        age: Some(20),
        race: Some(0),
        given_part: None,
        bytes: 1,
        hash: 1000 + i as u64,
        anomaly: None,
    };
    Arc::new(Dataset {
        source: Source::SampleFaces,
        task: ["female", "male"].into(),
        samples: (0..n).map(sample).collect(),
        skipped: Vec::new(),
        pixels: Pixels::new(bytes),
        ..Dataset::default()
    })
}

/// A network of a few hundred weights, three epochs of four steps.
pub fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.augment.crop = 64;
    settings.model.filters = vec![8, 8, 8, 8];
    settings.model.dense = vec![4];
    settings.train.batch_size = 4;
    settings.train.steps_per_epoch = 4;
    settings.train.epochs = 3;
    settings.train.optimizer.learning_rate = 1e-2;
    settings
}

/// The same so that its answers differ from picture to picture: no unit falls silent.
pub fn lively(mut settings: Settings) -> Settings {
    settings.model.activation = Activation::LeakyRelu;
    settings.train.optimizer.learning_rate = 1e-3;
    settings
}

/// The plan for it on the plain engine.
pub fn plan(settings: &Settings) -> Plan {
    let plan = Plan::new(settings, dataset(30)).expect("a plan");
    Plan { device: "reference".to_owned(), ..plan }
}

/// A run of `plan` in a store of its own.
pub fn run(plan: &Plan) -> (tempfile::TempDir, Run) {
    let home = tempfile::tempdir().expect("a folder");
    let run = RunStore::at(home.path()).create(plan).expect("a run");
    (home, run)
}

/// Trains, handing every event to `hear`.
pub fn train(
    plan: &Plan,
    run: &mut Run,
    from: Option<Checkpoint>,
    control: &Control,
    hear: &mut dyn FnMut(&TrainEvent),
) -> TrainingOutcome {
    let mut engine = ReferenceEngine::new(&plan.engine_config());
    let mut tell = |told: FitEvent| match told {
        FitEvent::Train(event) => hear(&event),
        FitEvent::Warned(problem) => panic!("{problem}"),
    };
    fit(plan, &mut engine, run, from, control, &mut tell).expect("training works")
}
