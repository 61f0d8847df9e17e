//! No dead option: every setting of the settings, once what enables it is on, changes something that a run depends on.
//!
//! What a run depends on is computed, not asked: the plan with its split and its network, its first weights, the pixels
//! that augmentation draws, the loss, updates by the optimizer, the schedule's curve, what the callbacks decide about
//! made-up epochs, and, for what is left, a short training by the plain engine, with its weights, its history and the
//! files that it leaves. The trainings take a while: they are made where `TROMBINE_REQUIRE` lists `settings`.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use trombine::{
    callback::Callbacks,
    control::Control,
    data::{
        augment::{self, mixup::Mix},
        sample::Part,
        split::Split,
    },
    history::EpochRecord,
    loss::{self, ClassTarget},
    model::{Network, Weights, init, layers::Role},
    optimizer::OptimizerState,
    plan::{
        Plan,
        start::{Origin, StartedFrom},
    },
    random::{Purpose, Random},
    run::RunStore,
    schedule,
    setting_def::{SettingDef, SettingDefs as _, Value},
    settings::{Settings, TrainSettings},
    text::LocalizedText,
    train::fit::TrainingOutcome,
};

use crate::{stage, support::required, training};

/// A way to see settings: two that look alike in every way are the same for a run.
type Sight = (&'static str, fn(&Settings) -> String);

/// What is seen without a training, the cheapest first.
const SIGHTS: [Sight; 8] = [
    ("the schedule", rates),
    ("the loss", losses),
    ("the updates", updates),
    ("the callbacks", decisions),
    ("the plan", plan),
    ("what is taken over", taken),
    ("the first weights", beginnings),
    ("the pixels", pixels),
];

/// What shows whatever is left.
const TRAINING: Sight = ("a training", learned);

/// The settings that only a training shows.
const LEFT: [&str; 8] = [
    "augment.test_time_flip",
    "train.epochs",
    "train.batch_size",
    "train.steps_per_epoch",
    "train.optimizer.global_clipnorm",
    "train.callbacks.restore_best_weights",
    "train.callbacks.csv_log",
    "train.callbacks.tensorboard",
];

/// A small network, so that the training is short; the settings that it sets are changed like all others.
fn small() -> Settings {
    let mut settings = training::settings();
    settings.augment.crop = 48;
    settings.model.filters = vec![8, 8];
    settings.model.dense = vec![6, 4];
    settings.train.epochs = 2;
    settings.train.steps_per_epoch = 2;
    // Another than that of all, so that it matters which of the two deals the pictures.
    settings.split.seed = settings.seed + 1;
    settings
}

/// The same where the first epoch stays the best, so that it matters which weights are kept.
fn stubborn() -> Settings {
    let mut settings = small();
    settings.train.callbacks.min_delta = 0.9;
    settings
}

fn plan(settings: &Settings) -> String {
    let dataset = stage::faces(200);
    let mut given = dataset.as_ref().clone();
    for (index, sample) in given.samples.iter_mut().enumerate() {
        sample.given_part = (index % 9 == 0).then_some(Part::Validation);
    }
    // The same picture in two parts.
    (given.samples[1].hash, given.samples[1].given_part) = (given.samples[0].hash, Some(Part::Train));
    let split = Split::new(&given, &settings.split, settings.seed.into());
    let network = Network::new(&settings.model, settings.augment.side());
    let weights = loss::class_weights(&settings.train.loss, &[90, 110]);
    format!("{:?} {:?} {weights:?}", split.parts, network.map(|network| network.layers))
}

fn pixels(settings: &Settings) -> String {
    let dataset = stage::faces(40);
    let side = settings.augment.side();
    let mut sum = 0u64;
    for index in 0..40 {
        let mut random = Random::new(settings.seed.into(), Purpose::Augment, &[index]);
        let mut out = vec![0; side * side * 3];
        let other = |mix: &Mix| dataset.pixels.get(mix.other(40));
        let pixels = dataset.pixels.get(index as usize).unwrap();
        augment::training(&settings.augment, &pixels, other, &mut random, &mut out).unwrap();
        sum = out.iter().fold(sum, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    }
    format!("{side} {sum}")
}

fn beginnings(settings: &Settings) -> String {
    let network = Network::new(&settings.model, settings.augment.side());
    format!("{:?}", network.map(|network| bits(&init::init(&network, settings.model.initialization, settings.seed.into()))))
}

/// What it takes over from a run of the same network, and how that then learns.
fn taken(settings: &Settings) -> String {
    let Ok(mut network) = Network::new(&settings.model, settings.augment.side()) else { return "no network".to_owned() };
    let run = settings.model.start_from.as_str();
    if run.is_empty() {
        return "nothing".to_owned();
    }
    let origin = Origin { run, name: LocalizedText::default(), network: &network, same_question: true };
    let Ok(from) = StartedFrom::of(settings, &network, origin) else { return "refused".to_owned() };
    network.set_rates(&from.taken.layers, from.rate, from.frozen as usize);
    format!("{} {:?}", from.run, network.layers.iter().map(|layer| layer.rate).collect::<Vec<_>>())
}

fn losses(settings: &Settings) -> String {
    let pairs = [(-1.5, 1.0), (0.3, 0.0), (2.0, 1.0)];
    let of_one = pairs.map(|(logit, target)| settings.train.loss.value_and_grad(logit, target));
    let of_classes = settings.train.loss.classes_value_and_grad(&[0.3, 1.0, -0.2], ClassTarget::of(1), &mut [0.0; 3]);
    format!("{of_one:?} {of_classes}")
}

/// What many updates make of two weights, and of their average, which warms up.
fn updates(settings: &Settings) -> String {
    let optimizer = &settings.train.optimizer;
    let (mut state, mut weights) = (OptimizerState::default(), [0.5, -0.25]);
    let mut slots = vec![[0.0; 2]; optimizer.slots().len()];
    for gradients in [[0.3, -0.1], [-0.2, 0.4], [0.1, 0.1]].into_iter().cycle().take(120) {
        let mut slots: Vec<&mut [f32]> = slots.iter_mut().map(|slot| &mut slot[..]).collect();
        let rule = optimizer.next(&mut state, optimizer.learning_rate);
        assert!(rule.update(Role::Kernel, &mut weights, &gradients, &mut slots));
    }
    format!("{weights:?} {slots:?}")
}

fn rates(settings: &Settings) -> String {
    let train = &settings.train;
    // Of few pictures, so that it matters how many steps an epoch has at least.
    let steps = TrainSettings { steps_per_epoch: 0, batch_size: 32, ..train.clone() }.steps(20);
    let rate = |step| schedule::rate(&train.schedule, train.optimizer.learning_rate, step, 10, 60);
    format!("{steps} {}", (0..600).map(|step| format!("{:e} ", rate(step))).collect::<String>())
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
            learning_rate: callbacks.rate(&settings.train.callbacks, 1e-3),
            ..EpochRecord::default()
        };
        let outcome = callbacks.epoch(&settings.train.callbacks, &record, 45.0 * x);
        let best = callbacks.best_epoch(&settings.train.callbacks);
        said += &format!(
            "{} {} {:?} {best:?} {:e}; ",
            outcome.best,
            outcome.keep,
            outcome.stop,
            callbacks.rate(&settings.train.callbacks, 1.0)
        );
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
    let TrainingOutcome::Done { weights, .. } = training::train(&plan, &mut run, None, &Control::default(), &mut |_| {}) else {
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

/// Other values of a setting, as texts, those that differ most first.
fn others(def: &SettingDef<'_>) -> Vec<String> {
    let all = match &def.value {
        Value::Switch(on) => vec![(!**on).to_string()],
        Value::Choice(choice) => choice.keys().into_iter().map(|(key, _)| key.to_owned()).collect(),
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
        Value::OfClasses { .. } => vec!["0.5,2".to_owned()],
        Value::Run(_) => vec!["2026-11-22-140211".to_owned()],
        Value::Table(_) => vec!["1:0.01,2:0.0001".to_owned()],
    };
    all.into_iter().filter(|other| *other != def.text()).collect()
}

fn setting_def<'a>(settings: &'a mut Settings, key: &str) -> SettingDef<'a> {
    settings.setting_defs().into_iter().find(|def| def.key == key).expect("a setting of that key")
}

fn with(settings: &Settings, key: &str, value: &str) -> Option<Settings> {
    let mut settings = settings.clone();
    setting_def(&mut settings, key).parse(value).ok()?;
    Some(settings)
}

/// Settings in which the setting is shown: with one other switch or choice changed, or with two.
fn enabled(base: &Settings, key: &str) -> Vec<Settings> {
    let is_on = |settings: &Settings| setting_def(&mut settings.clone(), key).active;
    if is_on(base) {
        return vec![base.clone()];
    }
    let ways = |from: &Settings| -> Vec<Settings> {
        let mut from_here = from.clone();
        let choices = from_here.setting_defs();
        // Folds are switched on by their number, and epochs of whole passes by none.
        let enables = |other: &SettingDef<'_>| {
            matches!(other.value, Value::Switch(_) | Value::Choice(_) | Value::Run(_))
                || ["split.folds", "train.steps_per_epoch"].contains(&other.key.as_str())
        };
        let choices = choices.iter().filter(|other| other.key != key && enables(other));
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

/// What was seen already, by the name of the sight and the settings.
#[derive(Default)]
struct Seen(HashMap<(&'static str, String), String>);

impl Seen {
    fn look(&mut self, (name, see): Sight, settings: &Settings) -> String {
        self.0.entry((name, settings.text())).or_insert_with(|| see(settings)).clone()
    }
}

/// What changes when the setting does, or `None` if nothing reads it; at most so many of its values are tried.
fn reaches(seen: &mut Seen, base: &Settings, key: &str, sights: &[Sight], most: usize) -> Option<&'static str> {
    for sight in sights {
        for settings in enabled(base, key) {
            let now = seen.look(*sight, &settings);
            let values = others(&setting_def(&mut settings.clone(), key));
            let mut changed = values.iter().filter_map(|value| with(&settings, key, value)).take(most);
            if changed.any(|changed| seen.look(*sight, &changed) != now) {
                return Some(sight.0);
            }
        }
    }
    None
}

#[test]
fn every_setting_reaches_what_a_run_depends_on() {
    let (base, mut seen) = (small(), Seen::default());
    let keys: Vec<String> = base.clone().setting_defs().into_iter().map(|def| def.key).collect();
    assert!(keys.len() > 80);
    let unseen = |key: &&String| reaches(&mut seen, &base, key, &SIGHTS, usize::MAX).is_none();
    let unseen: Vec<&String> = keys.iter().filter(unseen).collect();
    assert_eq!(unseen, LEFT, "what only a training shows");
}

/// What the other test leaves, by short trainings: in the second kind it matters which weights are kept.
#[test]
fn what_is_left_reaches_a_training() {
    if !required("settings") {
        return crate::support::skip("settings", "the trainings are made where TROMBINE_REQUIRE lists settings");
    }
    let mut seen = Seen::default();
    let mut reaches = |key: &str| {
        let bases = [small(), stubborn()];
        bases.iter().any(|base| reaches(&mut seen, base, key, &[TRAINING], 2).is_some())
    };
    let dead: Vec<&&str> = LEFT.iter().filter(|key| !reaches(key)).collect();
    assert!(dead.is_empty(), "nothing reads {dead:?}");
}

/// An option that no arithmetic reads is found: here one that the sights do not see.
#[test]
fn a_dead_setting_would_be_found() {
    fn blind(settings: &Settings) -> String {
        let mut settings = settings.clone();
        settings.train.callbacks.patience = 5;
        decisions(&settings)
    }
    let sights: [Sight; 1] = [("the callbacks, blind for one", blind)];
    let (base, mut seen) = (small(), Seen::default());
    assert_eq!(reaches(&mut seen, &base, "train.callbacks.patience", &sights, 9), None);
    assert!(reaches(&mut seen, &base, "train.callbacks.min_delta", &sights, 9).is_some());
}
