//! Who goes into which part.

use std::collections::HashMap;

use trombine::{
    data::{
        dataset::Dataset,
        picture_size::PIXEL_BYTES,
        pixels::Pixels,
        sample::{Part, Sample, Source},
        split::{Split, SplitSettings},
    },
    random::{Purpose, Random},
};

/// 1,000 samples: 573 of class 0, 427 of class 1, ages 0 to 99, every hash its own.
pub fn dataset() -> Dataset {
    let samples = (0..1000u32).map(|i| Sample {
        file: format!("{i}.png").into(),
        class: u8::from(i >= 573),
        age: Some((i * 37 % 100) as u16),
        race: None,
        given_part: None,
        bytes: 1,
        hash: u64::from(i) + 1,
        anomaly: None,
    });
    Dataset {
        source: Source::SampleFaces,
        task: ["a", "b"].into(),
        samples: samples.collect(),
        skipped: Vec::new(),
        pixels: Pixels::default(),
        ..Dataset::default()
    }
}

fn counts(dataset: &Dataset, split: &Split, chosen: impl Fn(&Sample) -> bool) -> [usize; 3] {
    Part::ALL.map(|part| split.indices(part).iter().filter(|i| chosen(&dataset.samples[**i as usize])).count())
}

#[test]
fn shares_are_met_to_within_rounding_in_total_and_in_each_class() {
    let data = dataset();
    for (train, validation) in [(60, 20), (80, 10), (33, 33), (97, 2), (1, 1)] {
        let settings = SplitSettings { train, validation, ..Default::default() };
        let split = Split::new(&data, &settings, 7);
        let shares = [train, validation, 100 - train - validation].map(f64::from);
        for class in [None, Some(0), Some(1)] {
            let in_class = |s: &Sample| class.is_none_or(|c| s.class == c);
            let n = data.samples.iter().filter(|s| in_class(s)).count() as f64;
            for (count, share) in counts(&data, &split, in_class).into_iter().zip(shares) {
                let wanted = n * share / 100.0;
                assert!((count as f64 - wanted).abs() <= 1.0 + 1e-9, "{count} for {wanted} ({train}/{validation}, {class:?})");
            }
        }
    }
}

#[test]
fn ages_are_balanced_on_request() {
    let data = dataset();
    let split = Split::new(&data, &SplitSettings { stratify_age: true, ..Default::default() }, 7);
    for band in 0..8 {
        for class in 0..2 {
            let here = |s: &Sample| s.class == class && s.age.is_some_and(|a| a / 10 == band);
            let n = data.samples.iter().filter(|s| here(s)).count() as f64;
            for (count, share) in counts(&data, &split, here).into_iter().zip([0.6, 0.2, 0.2]) {
                assert!((count as f64 - n * share).abs() < 2.0, "band {band}, class {class}: {count} of {n}");
            }
        }
    }
    let total = counts(&data, &split, |_| true);
    assert!(total.into_iter().zip([600, 200, 200]).all(|(a, b): (usize, usize)| a.abs_diff(b) <= 2), "{total:?}");
}

#[test]
fn the_seed_decides_and_nothing_else() {
    let data = dataset();
    let settings = SplitSettings::default();
    assert_eq!(Split::new(&data, &settings, 42), Split::new(&data, &settings, 42));
    let differ = |a: &Split, b: &Split| a.parts.iter().zip(&b.parts).filter(|(a, b)| a != b).count();
    // Two independent 60/20/20 splits agree on 0.36 + 0.04 + 0.04 of the pictures.
    let n = differ(&Split::new(&data, &settings, 42), &Split::new(&data, &settings, 43));
    assert!((480..640).contains(&n), "{n}");
}

#[test]
fn copies_stay_together_and_the_page_can_say_how_many_would_have_leaked() {
    let mut data = dataset();
    // 100 pairs, each of one class 0 and one class 1 sample, and ten groups of five.
    for i in 0..100 {
        data.samples[999 - i].hash = data.samples[i].hash;
    }
    for group in 0..10 {
        for member in 0..5 {
            data.samples[200 + group * 5 + member].hash = 5000 + group as u64;
        }
    }
    let split = Split::new(&data, &SplitSettings::default(), 3);
    let mut seen: HashMap<u64, Part> = HashMap::new();
    for (sample, part) in data.samples.iter().zip(&split.parts) {
        let part = part.unwrap();
        assert_eq!(*seen.entry(sample.hash).or_insert(part), part, "{}", sample.file.display());
    }
    // A pair is torn by a plain split with probability 1 - 0.44 = 0.56, a group of five with 0.92: 65 expected.
    assert!((50..80).contains(&split.kept_together), "{}", split.kept_together);
    let total = counts(&data, &split, |_| true);
    assert!(total.into_iter().zip([600, 200, 200]).all(|(a, b): (usize, usize)| a.abs_diff(b) <= 2), "{total:?}");
    // Files that were not read have no hash, and are not copies of each other.
    data.samples.iter_mut().for_each(|s| s.hash = 0);
    let split = Split::new(&data, &SplitSettings::default(), 3);
    assert_eq!((split.indices(Part::Train).len(), split.kept_together), (600, 0));
}

/// Series of three that differ in single pixels, between pictures that look unlike each other.
#[test]
fn look_alikes_stay_together_on_request() {
    let mut data = dataset();
    let look = |series: usize, place: usize| {
        let mut random = Random::new(series as u64, Purpose::SampleFaces, &[]);
        let fields: Vec<u8> = (0..72).map(|_| random.bits() as u8).collect();
        let mut pixels: Vec<u8> = (0..PIXEL_BYTES).map(|i| fields[i / 3 / 128 / 16 * 9 + i / 3 % 128 * 9 / 128]).collect();
        pixels[place] ^= 1;
        pixels
    };
    data.samples.truncate(600);
    data.samples.iter_mut().enumerate().for_each(|(i, sample)| sample.class = (i % 2) as u8);
    // Sample i of the first 300 belongs to series i / 3, the others look like nothing else.
    let series = |i: usize| if i < 300 { i / 3 } else { i };
    data.pixels = Pixels::new((0..600).flat_map(|i| look(series(i), i)).collect::<Vec<u8>>());
    let torn = |split: &Split| (0..100).filter(|s| (1..3).any(|m| split.parts[s * 3 + m] != split.parts[s * 3])).count();
    let plain = Split::new(&data, &SplitSettings::default(), 5);
    // Three pictures fall into one part with probability 0.6^3 + 2 * 0.2^3 = 0.23.
    assert!((60..95).contains(&torn(&plain)), "{}", torn(&plain));
    assert_eq!(plain.kept_together, 0, "no file is another's copy");
    let split = Split::new(&data, &SplitSettings { look_alikes: true, ..Default::default() }, 5);
    assert_eq!(torn(&split), 0);
    assert!((60..95).contains(&split.kept_together), "{}", split.kept_together);
    let total = counts(&data, &split, |_| true);
    assert!(total.into_iter().zip([360, 120, 120]).all(|(a, b): (usize, usize)| a.abs_diff(b) <= 2), "{total:?}");
    // Where folders name the parts, those stay.
    data.samples.iter_mut().enumerate().for_each(|(i, sample)| sample.given_part = Some(Part::ALL[i % 3]));
    let given = Split::new(&data, &SplitSettings { look_alikes: true, ..Default::default() }, 5);
    assert_eq!((torn(&given), given.kept_together), (100, 0));
}

#[test]
fn parts_named_by_folders_stay_unless_told_otherwise() {
    let mut data = dataset();
    for (i, sample) in data.samples.iter_mut().enumerate() {
        sample.given_part = Some(Part::ALL[i % 3]);
    }
    let given: Vec<_> = data.samples.iter().map(|s| s.given_part).collect();
    assert_eq!(Split::new(&data, &SplitSettings::default(), 1).parts, given);
    let free = Split::new(&data, &SplitSettings { use_given: false, ..Default::default() }, 1);
    assert_eq!(free.indices(Part::Train).len(), 600);
    // train|test alone: validation comes from training, test stays.
    for (i, sample) in data.samples.iter_mut().enumerate() {
        sample.given_part = Some(if i < 800 { Part::Train } else { Part::Test });
    }
    let split = Split::new(&data, &SplitSettings::default(), 1);
    assert_eq!(Part::ALL.map(|p| split.indices(p).len()), [600, 200, 200]);
    assert!(split.parts[800..].iter().all(|p| *p == Some(Part::Test)));
}

/// Pictures outside the folders of parts are dealt with the training pictures, not in place of them.
#[test]
fn a_part_without_a_folder_comes_from_training_whatever_lies_outside() {
    for strays in [1, 10] {
        let mut data = dataset();
        for (i, sample) in data.samples.iter_mut().enumerate() {
            sample.given_part = (i >= strays).then_some(if i % 5 == 0 { Part::Test } else { Part::Train });
        }
        let split = Split::new(&data, &SplitSettings::default(), 1);
        let given = |i: usize| data.samples[i].given_part == Some(Part::Test);
        assert!((0..1000).all(|i| given(i) == (split.parts[i] == Some(Part::Test))));
        for class in [0, 1] {
            let [train, validation, _] = counts(&data, &split, |sample| sample.class == class);
            assert!(validation.abs_diff((train + validation) / 4) <= 1, "{strays}, {class}: {train} and {validation}");
        }
    }
}

#[test]
fn shares_that_leave_no_test_part_are_explained() {
    assert!(SplitSettings::default().check().is_ok());
    let problem = SplitSettings { train: 80, validation: 20, ..Default::default() }.check().unwrap_err();
    assert_eq!(problem.setting.as_deref(), Some("split.validation"));
}
