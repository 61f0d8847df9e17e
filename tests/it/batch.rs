//! Batches: every picture once a pass, the same bits for any number of threads and after a resume.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use trombine::{
    data::{
        augment::Drawn,
        batch::{Batch, Batches, Form, batches_per_pass, changes},
        dataset::Dataset,
        picture_size::PIXEL_BYTES,
        pixels::Pixels,
        sample::{Part, Sample, Source},
        split::Split,
    },
    model::{Network, Output},
    plan::{Plan, Share},
    random::{Purpose, Random},
    settings::Settings,
};

/// Eleven pictures of noise in the training part, then two in validation; odd ones are of class 1.
fn plan(threads: usize) -> Plan {
    let n = 13;
    let sample = |i: u32| Sample {
        file: PathBuf::from(format!("{i}.png")),
        class: (i % 2) as u8,
        age: None,
        race: None,
        given_part: None,
        bytes: 0,
        hash: 0,
        anomaly: None,
    };
    let mut random = Random::new(7, Purpose::SampleFaces, &[]);
    let bytes: Vec<u8> = (0..n * PIXEL_BYTES).map(|_| random.bits() as u8).collect();
    let dataset = Dataset {
        source: Source::SampleFaces,
        task: ["a", "b"].into(),
        samples: (0..n as u32).map(sample).collect(),
        skipped: Vec::new(),
        pixels: Pixels::new(bytes),
        ..Dataset::default()
    };
    let mut settings = Settings::default();
    settings.train.batch_size = 4;
    let part = |i| Some(if i < 11 { Part::Train } else { Part::Validation });
    Plan {
        network: Network::new(&settings.model, settings.augment.side()).expect("the default can be built"),
        settings,
        dataset: Arc::new(dataset),
        split: Split { parts: (0..n).map(part).collect(), kept_together: 0, dropped: 0 },
        overlap: Default::default(),
        steps_per_epoch: 3,
        class_weights: vec![0.5, 2.0],
        scaler: Default::default(),
        device: "cpu".into(),
        // A quarter of these makes batches.
        threads: Some(threads * 4),
        member_of: None,
        share: Share::default(),
        start: None,
    }
}

fn take(plan: &Plan, first: u64, count: usize) -> Vec<Batch> {
    let mut batches = plan.training_batches(Form::Pixels, first);
    (0..count)
        .map(|_| {
            let batch = batches.next().expect("training has no last batch").expect("its pictures are read");
            let copy = batch.clone();
            batches.recycle(batch);
            copy
        })
        .collect()
}

#[test]
fn every_pass_shows_each_training_picture_once_in_another_order() {
    let plan = plan(1);
    let batches = take(&plan, 0, 6);
    assert_eq!(batches.iter().map(Batch::len).collect::<Vec<_>>(), [4, 4, 3, 4, 4, 3]);
    assert_eq!(batches_per_pass(11, 4), 3);
    let pass = |n: usize| batches[n * 3..][..3].iter().flat_map(|b| b.samples.clone()).collect::<Vec<_>>();
    for n in 0..2 {
        let mut sorted = pass(n);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..11).collect::<Vec<_>>());
    }
    assert_ne!(pass(0), pass(1));
    assert_ne!(pass(0), (0..11).collect::<Vec<_>>());
}

#[test]
fn targets_are_classes_and_weights_those_of_the_class() {
    for batch in take(&plan(1), 0, 3) {
        let view = batch.view();
        assert_eq!(view.pixels.len(), batch.len() * 112 * 112 * 3);
        for (i, sample) in batch.samples.iter().enumerate() {
            assert_eq!(batch.targets[i], (sample % 2) as f32);
            assert_eq!(view.weights[i], [0.5, 2.0][(sample % 2) as usize]);
        }
    }
}

#[test]
fn mixed_pictures_have_mixed_targets_and_weights() {
    let mut plan = plan(1);
    plan.settings.augment.mixup.on = true;
    plan.settings.augment.mixup.alpha = 1.0;
    let mut between = 0;
    for batch in take(&plan, 0, 3) {
        for (i, sample) in batch.samples.iter().enumerate() {
            let drawn = Drawn::new(&plan.settings.augment, &mut changes(plan.settings.seed.into(), 0, *sample));
            let mix = drawn.mixup.expect("it is on");
            // The training part are the samples 0 to 10.
            let (own, other) = (sample % 2, mix.other(11) as u32 % 2);
            let expected = f64::from(own) + (f64::from(other) - f64::from(own)) * mix.share;
            assert!((f64::from(batch.targets[i]) - expected).abs() < 1e-6);
            let weight = 0.5 + 1.5 * expected;
            assert!((f64::from(batch.weights[i]) - weight).abs() < 1e-6);
            between += usize::from(own != other);
        }
    }
    assert!(between > 2, "{between} of 11 mixed with the other class");
    assert_eq!(take(&plan, 0, 8)[5..], take(&plan, 5, 3), "resumed at step 5");
}

#[test]
fn any_number_of_threads_and_any_resumption_gives_the_same_bits() {
    let one = take(&plan(1), 0, 8);
    assert_eq!(one, take(&plan(3), 0, 8), "three threads");
    assert_eq!(one[5..], take(&plan(2), 5, 3), "resumed at step 5");
}

#[test]
fn a_picture_is_changed_otherwise_in_another_pass_and_with_another_seed() {
    let by_sample = |batches: &[Batch]| {
        let mut pictures = BTreeMap::new();
        for batch in batches {
            let bytes = batch.pixels.len() / batch.len();
            for (sample, pixels) in batch.samples.iter().zip(batch.pixels.chunks(bytes)) {
                pictures.insert(*sample, pixels.to_vec());
            }
        }
        pictures
    };
    let plan = plan(1);
    let batches = take(&plan, 0, 6);
    let (first, second) = (by_sample(&batches[..3]), by_sample(&batches[3..]));
    assert!(first.iter().filter(|(s, pixels)| second[*s] != **pixels).count() >= 10);
    let mut other = plan.clone();
    other.settings.seed += 1;
    assert_ne!(batches, take(&other, 0, 6));
}

#[test]
fn judging_keeps_the_order_cuts_the_center_and_ends() {
    let plan = plan(1);
    let make = || {
        Batches::evaluation(
            Form::Pixels,
            plan.dataset.clone(),
            plan.indices(Part::Validation),
            &plan.settings.augment,
            8,
            Output::Sigmoid,
        )
    };
    let batches: Vec<Batch> = make().collect::<Result<_, _>>().unwrap();
    assert_eq!(batches.len(), 1);
    assert_eq!(batches[0].samples, [11, 12]);
    assert_eq!(batches[0].weights, [1.0, 1.0]);
    let source = plan.dataset.pixels.get(12).unwrap();
    let second = &batches[0].pixels[112 * 112 * 3..];
    assert_eq!(second[..112 * 3], source[(8 * 128 + 8) * 3..][..112 * 3]);
    assert!(
        Batches::evaluation(Form::Pixels, plan.dataset.clone(), Vec::new(), &plan.settings.augment, 8, Output::Sigmoid)
            .next()
            .is_none()
    );
}
