//! No dead option: every knob of the settings, once what enables it is on, changes something that a run depends on.
//!
//! What a run depends on is computed, not asked: the plan with its split and its network, the pixels that augmentation
//! draws, the schedule's curve, what the callbacks decide about made-up epochs, and, for what is left, a short training
//! by the plain engine, with its weights, its history and the files that it leaves.

use std::{collections::BTreeSet, path::Path};

use trombine::{
    data::{
        augment,
        random::{Purpose, Random},
        sample::Part,
        split::Split,
    },
    knob::{Knob, Knobs as _, Value},
    model::{Network, Weights},
    plan::Plan,
    run::RunStore,
    settings::Settings,
    train::{callback::Callbacks, control::Control, event::EpochRecord, fit::Outcome, schedule},
};

use crate::{stage, training};

/// A way to see settings: two that look alike in every way are the same for a run.
type Sight = (&'static str, fn(&Settings) -> String);

/// The cheap ones first.
const SIGHTS: [Sight; 5] =
    [("the plan", plan), ("the pixels", pixels), ("the schedule", rates), ("the callbacks", decisions), ("a training", learned)];

/// A small network, so that the training is short; the knobs that it sets are changed like all others.
fn small() -> Settings {
    let mut settings = training::settings();
    settings.model.dense = vec![6, 4];
    settings.train.epochs = 2;
    settings.train.steps_per_epoch = 3;
    // The first epoch stays the best, so that it matters which weights are kept.
    settings.train.callbacks.min_delta = 0.9;
    settings
}

fn plan(settings: &Settings) -> String {
    let dataset = stage::faces(200);
    let mut given = dataset.as_ref().clone();
    for (index, sample) in given.samples.iter_mut().enumerate() {
        sample.given_part = (index % 9 == 0).then_some(Part::Validation);
    }
    let split = Split::new(&given, &settings.split, settings.seed.into());
    let network = Network::new(&settings.model, settings.augment.side());
    let weights = trombine::train::loss::class_weights(&settings.train.loss, [90, 110]);
    format!("{:?} {:?} {weights:?}", split.parts, network.map(|network| network.layers))
}

fn pixels(settings: &Settings) -> String {
    let dataset = stage::faces(40);
    let side = settings.augment.side();
    let mut sum = 0u64;
    for index in 0..40 {
        let mut random = Random::new(settings.seed.into(), Purpose::Augment, &[index]);
        let mut out = vec![0; side * side * 3];
        augment::training(&settings.augment, dataset.pixels.get(index as usize), &mut random, &mut out);
        sum = out.iter().fold(sum, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    }
    format!("{side} {sum}")
}

fn rates(settings: &Settings) -> String {
    let train = &settings.train;
    let rate = |step| schedule::rate(&train.schedule, train.optimizer.learning_rate, step, 10, 60);
    (0..600).map(|step| format!("{:e} ", rate(step))).collect()
}

/// Epochs that get better, worse, and a little better again, slowly and for long.
fn decisions(settings: &Settings) -> String {
    let mut callbacks = Callbacks::default();
    let mut said = String::new();
    for epoch in 1..=40u32 {
        let x = f64::from(epoch);
        let wave = if epoch % 9 == 0 { 0.0008 * x } else { 0.0 };
        let record = EpochRecord {
            epoch,
            train_loss: 0.6,
            train_accuracy: 0.7,
            validation_loss: 0.5 + 0.2 * (-x / 2.0).exp() - wave,
            validation_accuracy: 0.7 + 0.1 * (-x / 5.0).exp() + wave,
            learning_rate: callbacks.rate(1e-3),
            ..EpochRecord::default()
        };
        let outcome = callbacks.epoch(&settings.train.callbacks, &record, 45.0 * x);
        let best = callbacks.best_epoch(&settings.train.callbacks);
        said += &format!("{} {} {:?} {best:?} {:e}; ", outcome.best, outcome.keep, outcome.stop, callbacks.rate(1.0));
    }
    said
}

fn learned(settings: &Settings) -> String {
    let plan = match Plan::new(settings, training::dataset(30)) {
        Ok(plan) => Plan { device: "reference".to_owned(), ..plan },
        Err(problems) => return format!("{problems:?}"),
    };
    let home = tempfile::tempdir().expect("a folder");
    let mut run = RunStore::at(home.path()).create(&plan).expect("a run");
    let Outcome::Done { weights, .. } = training::train(&plan, &mut run, None, &Control::default(), &mut |_| {}) else {
        return "left".to_owned();
    };
    let history: Vec<_> = run.history().iter().map(|e| (e.epoch, e.validation_loss.to_bits(), e.train_loss.to_bits())).collect();
    format!("{} {history:?} {:?}", bits(&weights), files(home.path()))
}

fn bits(weights: &Weights) -> u64 {
    let numbers = weights.iter().flat_map(|(_, array)| array.data.iter());
    numbers.fold(0, |sum: u64, number| sum.wrapping_mul(31).wrapping_add(number.to_bits().into()))
}

/// The kinds of files below a folder: names carry the time.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("readable").flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            let name = entry.file_name().to_string_lossy().into_owned();
            found.insert(
                name.split('.').filter(|part| !part.contains(|c: char| c.is_ascii_digit())).collect::<Vec<_>>().join("."),
            );
        }
    }
    found
}

/// Other values of a knob, as texts, those that differ most first.
fn others(knob: &Knob<'_>) -> Vec<String> {
    let all = match &knob.value {
        Value::Switch(on) => vec![(!**on).to_string()],
        Value::Choice(choice) => choice.options().iter().map(|option| option.0.to_owned()).collect(),
        Value::Whole { value, range, .. } => {
            let near = [1, 2, 5].map(|step| value.saturating_add(step));
            let all = near.into_iter().chain([*range.start(), 20, *range.end().min(&64)]);
            all.filter(|other| range.contains(other)).map(|other| other.to_string()).collect()
        }
        Value::Number { value, range, .. } => {
            let all = [**value / 2.0, **value * 2.0, 0.5, 0.02, 0.9, 2.0, 10.0, *range.end(), *range.start()];
            all.into_iter().filter(|other| range.contains(other)).map(|other| other.to_string()).collect()
        }
        Value::List { value, .. } => vec![value.iter().map(|v| (v + 4).to_string()).collect::<Vec<_>>().join(",")],
        Value::Table(_) => vec!["1:0.01,2:0.0001".to_owned()],
    };
    all.into_iter().filter(|other| *other != knob.text()).collect()
}

fn knob<'a>(settings: &'a mut Settings, key: &str) -> Knob<'a> {
    settings.knobs().into_iter().find(|knob| knob.key == key).expect("a knob of that key")
}

fn with(settings: &Settings, key: &str, value: &str) -> Option<Settings> {
    let mut settings = settings.clone();
    knob(&mut settings, key).parse(value).ok()?;
    Some(settings)
}

/// Settings in which the knob is shown: with one other switch or choice changed, or with two.
fn enabled(base: &Settings, key: &str) -> Vec<Settings> {
    let is_on = |settings: &Settings| knob(&mut settings.clone(), key).active;
    if is_on(base) {
        return vec![base.clone()];
    }
    let ways = |from: &Settings| -> Vec<Settings> {
        let mut from_here = from.clone();
        let choices = from_here.knobs();
        let choices =
            choices.iter().filter(|other| other.key != key && matches!(other.value, Value::Switch(_) | Value::Choice(_)));
        let wishes: Vec<(String, String)> =
            choices.flat_map(|other| others(other).into_iter().map(|value| (other.key.clone(), value))).collect();
        wishes.iter().filter_map(|(key, value)| with(from, key, value)).collect()
    };
    let one = ways(base);
    let found: Vec<Settings> = one.iter().filter(|settings| is_on(settings)).cloned().collect();
    if !found.is_empty() {
        return found;
    }
    one.iter().flat_map(ways).filter(is_on).take(3).collect()
}

/// What changes when the knob does, or `None` if nothing reads it.
fn reaches(base: &Settings, key: &str, sights: &[Sight]) -> Option<&'static str> {
    // The training shows whatever is not seen more cheaply.
    for (name, see) in sights {
        for settings in enabled(base, key) {
            let now = see(&settings);
            let values = others(&knob(&mut settings.clone(), key));
            // The plain engine is slow: two values must do.
            let most = if *name == "a training" { 2 } else { values.len() };
            if values.iter().take(most).filter_map(|value| with(&settings, key, value)).any(|changed| see(&changed) != now) {
                return Some(name);
            }
        }
    }
    None
}

#[test]
fn every_knob_reaches_what_a_run_depends_on() {
    let base = small();
    let keys: Vec<String> = base.clone().knobs().into_iter().map(|knob| knob.key).collect();
    assert!(keys.len() > 80);
    let mut dead = Vec::new();
    for key in &keys {
        match reaches(&base, key, &SIGHTS) {
            Some(name) => println!("{key}: {name}"),
            None => dead.push(key),
        }
    }
    assert!(dead.is_empty(), "nothing reads {dead:?}");
}

/// An option that no arithmetic reads is found: here one that the sights do not see.
#[test]
fn a_dead_knob_would_be_found() {
    fn blind(settings: &Settings) -> String {
        let mut settings = settings.clone();
        settings.train.callbacks.patience = 5;
        decisions(&settings)
    }
    let sights: [Sight; 1] = [("the callbacks, blind for one", blind)];
    let base = small();
    assert_eq!(reaches(&base, "train.callbacks.patience", &sights), None);
    assert!(reaches(&base, "train.callbacks.min_delta", &sights).is_some());
}
