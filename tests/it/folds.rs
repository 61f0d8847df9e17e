//! Folds of cross-validation, shares of the training part, and a split with a seed of its own.

use std::collections::HashMap;

use trombine::{
    data::{
        dataset::Dataset,
        sample::Part,
        split::{Split, SplitSettings},
    },
    plan::Plan,
    settings::Settings,
};

use crate::{split::dataset, stage};

fn folds(data: &Dataset, folds: u32, more: &SplitSettings) -> Vec<Split> {
    (1..=folds).map(|fold| Split::new(data, &SplitSettings { folds, fold, ..more.clone() }, 7)).collect()
}

/// Sizes and pictures of class 1 of each held-out part of 573 and 427 pictures, as scikit-learn deals them:
/// ```python
/// y = np.array([0] * 573 + [1] * 427)
/// [(len(t), int(y[t].sum())) for _, t in StratifiedKFold(7, shuffle=True, random_state=0).split(y, y)]
/// ```
#[test]
fn folds_are_those_of_a_stratified_k_fold() {
    let data = dataset();
    let splits = folds(&data, 7, &SplitSettings::default());
    let size = |split: &Split| {
        let held = split.indices(Part::Test);
        (held.len(), held.iter().filter(|i| data.samples[**i as usize].class == 1).count())
    };
    let mut sizes: Vec<_> = splits.iter().map(size).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [(142, 61), (143, 61), (143, 61), (143, 61), (143, 61), (143, 61), (143, 61)]);
    let mut times = vec![0; 1000];
    splits.iter().flat_map(|split| split.indices(Part::Test)).for_each(|i| times[i as usize] += 1);
    assert!(times.iter().all(|times| *times == 1), "each picture is held out once");
    // What is left is shared out 60 to 20, in each class.
    for split in &splits {
        let [train, validation] = [Part::Train, Part::Validation].map(|part| split.indices(part).len());
        assert!((train as i64 - 643).abs() <= 1 && (validation as i64 - 214).abs() <= 1, "{train} {validation}");
    }
    let other = Split::new(&data, &SplitSettings { folds: 7, ..Default::default() }, 8);
    assert_ne!(other.indices(Part::Test), splits[0].indices(Part::Test), "the seed decides");
}

#[test]
fn copies_are_held_out_together_and_folds_stay_even() {
    let mut data = dataset();
    for i in 0..100 {
        data.samples[999 - i].hash = data.samples[i].hash;
    }
    for (at, sample) in data.samples[200..260].iter_mut().enumerate() {
        sample.hash = 5000 + at as u64 / 12;
    }
    let splits = folds(&data, 5, &SplitSettings::default());
    for split in &splits {
        let mut seen: HashMap<u64, Part> = HashMap::new();
        for (sample, part) in data.samples.iter().zip(&split.parts) {
            let part = part.expect("all are used");
            assert_eq!(*seen.entry(sample.hash).or_insert(part), part, "{}", sample.file.display());
        }
        assert!(split.kept_together > 20, "{}", split.kept_together);
        let held = split.indices(Part::Test);
        let ones = held.iter().filter(|i| data.samples[**i as usize].class == 1).count();
        assert!(held.len() == 200 && ones.abs_diff(85) <= 1, "{} {ones}", held.len());
    }
    // Parts that folders name do not count, and a fold that is none is said.
    data.samples.iter_mut().for_each(|sample| sample.given_part = Some(Part::Train));
    assert_eq!(folds(&data, 5, &SplitSettings { drop_shared: true, ..Default::default() }), splits);
    let mut settings = Settings::default();
    (settings.split.folds, settings.split.fold) = (3, 4);
    let problems = Plan::new(&settings, stage::faces(60)).expect_err("there is none");
    assert_eq!(problems[0].setting.as_deref(), Some("split.fold"));
    assert!(problems[0].what.en.contains("no fold 4"), "{}", problems[0]);
}

#[test]
fn shares_of_the_training_part_lie_within_each_other() {
    let data = dataset();
    let at = |used| Split::new(&data, &SplitSettings { used, ..Default::default() }, 7);
    let whole = at(100);
    assert_eq!(whole, Split::new(&data, &SplitSettings::default(), 7));
    let mut before: Vec<u32> = Vec::new();
    for (used, size) in [(1, 6), (10, 60), (20, 120), (40, 240), (80, 480), (100, 600)] {
        let split = at(used);
        let train = split.indices(Part::Train);
        assert!(train.len().abs_diff(size) <= 1, "{} for {size}", train.len());
        assert!(before.iter().all(|i| train.contains(i)), "{used} holds what smaller shares hold");
        let ones = train.iter().filter(|i| data.samples[**i as usize].class == 1).count() as f64;
        assert!((ones - 0.427 * train.len() as f64).abs() <= 1.0, "{ones} of {}", train.len());
        for part in [Part::Validation, Part::Test] {
            assert_eq!(split.indices(part), whole.indices(part), "the others stay");
        }
        before = train;
    }
}

#[test]
fn a_split_with_its_own_seed_stays_for_every_other() {
    let data = dataset();
    let own = SplitSettings { own_seed: true, seed: 7, ..Default::default() };
    let plain = Split::new(&data, &SplitSettings::default(), 7);
    assert_eq!(Split::new(&data, &own, 1), plain);
    assert_eq!(Split::new(&data, &own, 2), plain);
    // Without it the other seed counts.
    assert_ne!(Split::new(&data, &SplitSettings { own_seed: false, ..own }, 1), plain);
}
