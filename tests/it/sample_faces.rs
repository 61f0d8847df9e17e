//! The built-in drawings.

use std::{collections::HashMap, sync::LazyLock};

use trombine::{
    control::{Control, Signal},
    data::{
        dataset::Dataset,
        hash::hash,
        picture_size::{PIXEL_BYTES, SIDE},
        reading::{Reading, TaskChoice},
        sample_faces::{COUNT, dataset, draw, hairstyle},
        task::{HAIRSTYLES, Task},
    },
    problem::Kind,
    random::{Purpose, Random},
};

static DATA: LazyLock<Dataset> = LazyLock::new(|| dataset(Reading::default(), &Control::default(), &mut |_, _, _| {}).unwrap());

#[test]
fn every_call_draws_the_same() {
    let data = &*DATA;
    assert_eq!(data.samples.len(), COUNT);
    assert_eq!(data.pixels.len(), COUNT);
    for index in [0, 1, 249, 250, 1999] {
        let (rgb, sample) = draw(index);
        assert_eq!(rgb.len(), PIXEL_BYTES);
        assert_eq!(*data.pixels.get(index).unwrap(), *rgb);
        assert_eq!(data.samples[index], sample);
        assert_eq!(sample.hash, hash(&rgb));
    }
}

#[test]
fn classes_are_balanced_and_names_say_what_is_recorded() {
    let data = &*DATA;
    let [zero, one] = data.balance()[..] else { panic!("two classes") };
    assert!(zero.abs_diff(one) < COUNT / 10, "{zero} and {one}");
    let mut names = HashMap::new();
    for sample in &data.samples {
        let name = sample.file.to_string_lossy().into_owned();
        let fields: Vec<&str> = name.split('_').collect();
        assert_eq!(fields[0].parse().ok(), sample.age);
        assert_eq!(fields[1], if sample.class == 1 { "0" } else { "1" }, "the file's code for male is 0");
        assert_eq!(fields.len(), if sample.race.is_some() { 4 } else { 3 });
        assert!(names.insert(name, ()).is_none(), "names are unique");
    }
}

#[test]
fn a_few_copies_are_there_to_be_found() {
    let data = &*DATA;
    let mut by_hash: HashMap<u64, Vec<u8>> = HashMap::new();
    for sample in &data.samples {
        by_hash.entry(sample.hash).or_default().push(sample.class);
    }
    let groups: Vec<_> = by_hash.values().filter(|classes| classes.len() > 1).collect();
    assert_eq!(groups.len(), 8);
    assert_eq!(groups.iter().filter(|classes| classes[0] != classes[1]).count(), 4);
}

/// No color tells the label: a threshold on the mean of any channel, anywhere that is not shape, does no better than
/// chance. The shape does: the least squares fit of the pixels themselves is tried in training, not here.
#[test]
fn colors_do_not_tell_the_label() {
    let data = &*DATA;
    // Forehead, background corner, clothes.
    for (x, y) in [(64, 46), (6, 6), (64, 124)] {
        for channel in 0..3 {
            let mut means = [0.0; 2];
            let mut squares = 0.0;
            for (i, sample) in data.samples.iter().enumerate() {
                let value = f64::from(data.pixels.get(i).unwrap()[(y * SIDE + x) * 3 + channel]);
                means[usize::from(sample.class)] += value;
                squares += value * value;
            }
            let n = data.balance().iter().map(|n| *n as f64).collect::<Vec<_>>();
            let mean = (means[0] + means[1]) / (n[0] + n[1]);
            let deviation = (squares / (n[0] + n[1]) - mean * mean).sqrt();
            let gap = (means[0] / n[0] - means[1] / n[1]).abs() / deviation;
            assert!(gap < 0.15, "at {x},{y} channel {channel} the classes lie {gap} deviations apart");
        }
    }
}

#[test]
fn drawing_can_be_cancelled() {
    let control = Control::default();
    control.set(Signal::Discard);
    assert_eq!(dataset(Reading::default(), &control, &mut |_, _, _| {}).unwrap_err().kind, Kind::Cancelled);
}

/// From the specification's own test values and the Python package's documentation:
/// `xxhash.xxh64(b'Nobody inspects the spammish repetition').hexdigest()`.
#[test]
fn the_hash_is_xxh64() {
    assert_eq!(hash(b""), 0xef46_db37_51d8_e999);
    assert_eq!(hash(b"abc"), 0x44bc_2cf5_ad77_0999);
    assert_eq!(hash(b"Nobody inspects the spammish repetition"), 0xfbce_a83c_8a37_8bf1);
}

#[test]
fn random_streams_are_even_and_their_own() {
    let mut random = Random::new(7, Purpose::Split, &[]);
    let mut counts = [0u32; 10];
    for _ in 0..10_000 {
        counts[random.below(10)] += 1;
    }
    // Chi squared with 9 degrees of freedom: 27.9 is its 0.999 quantile (scipy.stats.chi2.ppf(0.999, 9)).
    let chi: f64 = counts.iter().map(|c| (f64::from(*c) - 1000.0).powi(2) / 1000.0).sum();
    assert!(chi < 27.9, "{chi}");
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..10_000 {
        let x = random.normal();
        sum += x;
        squares += x * x;
    }
    assert!((sum / 10_000.0).abs() < 0.04 && (squares / 10_000.0 - 1.0).abs() < 0.06);
    let first = |seed, purpose, keys: &[u64]| Random::new(seed, purpose, keys).bits();
    assert_ne!(first(7, Purpose::Split, &[]), first(7, Purpose::Weights, &[]));
    assert_ne!(first(7, Purpose::Split, &[1]), first(7, Purpose::Split, &[2]));
    assert_ne!(first(7, Purpose::Split, &[1]), first(8, Purpose::Split, &[1]));
}

/// The second question: the same drawings with other labels, which follow how the hair lies.
#[test]
fn they_can_be_asked_for_their_hairstyle() {
    let reading = Reading { task: TaskChoice::Folders, ..Reading::default() };
    let data = dataset(reading, &Control::default(), &mut |_, _, _| {}).unwrap();
    assert_eq!(data.task, Task::hairstyle());
    assert_eq!(data.samples.len(), DATA.samples.len());
    for (index, (sample, other)) in data.samples.iter().zip(&DATA.samples).enumerate() {
        assert_eq!((&sample.file, sample.hash, sample.age), (&other.file, other.hash, other.age));
        assert_eq!(sample.class, hairstyle(index));
    }
    // Two of five are cut close, one of five each of the others.
    let balance = data.balance();
    assert_eq!(balance.len(), HAIRSTYLES.len());
    assert!((700..900).contains(&balance[0]) && balance[1..].iter().all(|n| (320..480).contains(n)), "{balance:?}");
}
