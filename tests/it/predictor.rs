//! A photo becomes an answer; where the network looked.

use trombine::{
    control::{Control, Signal},
    data::{
        augment::{self, AugmentSettings},
        sample::{Framing, Source},
        sample_faces,
        square::Square,
        task::Task,
    },
    engine::{Engine, TtaPredictor, reference::ReferenceEngine},
    model::{ModelSettings, Network},
    predict::{Photo, Predictor, heatmap, predictor::not_sure},
    problem::Kind,
    settings::Settings,
    text::Lang,
};

use crate::{engine_cases, training};

pub fn settings() -> Settings {
    Settings {
        model: ModelSettings { filters: vec![8, 8], dense: vec![8], ..Default::default() },
        augment: AugmentSettings { crop: 48, ..Default::default() },
        ..Default::default()
    }
}

fn predictor() -> Predictor {
    predictor_with(settings())
}

fn predictor_with(settings: Settings) -> Predictor {
    let network = Network::new(&settings.model, 48).unwrap();
    Predictor::new(settings, Task::gender(), engine_cases::weights(&network, 5), |config| {
        Ok(Box::new(ReferenceEngine::new(config)))
    })
    .unwrap()
}

pub fn photo(index: usize) -> Photo {
    Photo::new(128, 128, sample_faces::draw(index).0).unwrap()
}

#[test]
fn a_photo_is_seen_as_evaluation_sees_it() {
    let mut predictor = predictor();
    let photo = photo(3);
    let answer = predictor.look(&photo, None).unwrap();
    let mut seen = vec![0; 48 * 48 * 3];
    augment::evaluation(&settings().augment, &photo.rgb, &mut seen);
    assert_eq!(answer.seen, seen);
    assert_eq!(answer.side, 48);
    let config = engine_cases::config(&settings().model, 48);
    let mut engine = ReferenceEngine::new(&config);
    engine.set_weights(&engine_cases::weights(&config.network, 5)).unwrap();
    let mut logit = [0.0];
    engine.predict(&seen, &mut logit).unwrap();
    assert!((answer.probabilities[1] - 1.0 / (1.0 + (-f64::from(logit[0])).exp())).abs() < 1e-12);
    let whole = Square { left: 0.0, top: 0.0, side: 128.0 };
    assert_eq!(predictor.look(&photo, Some(whole)).unwrap(), answer);
    // In a larger photo, the same square gives the same answer.
    let mut large = Photo::new(300, 200, vec![90; 300 * 200 * 3]).unwrap();
    for y in 0..128 {
        large.rgb[((y + 40) * 300 + 100) * 3..][..128 * 3].copy_from_slice(&photo.rgb[y * 128 * 3..][..128 * 3]);
    }
    let there = Square { left: 100.0, top: 40.0, side: 128.0 };
    assert_eq!(predictor.look(&large, Some(there)).unwrap(), answer);
}

#[test]
fn with_the_mirror_an_answer_is_the_mean_of_two() {
    let mut mirrored = settings();
    assert!(!mirrored.augment.test_time_flip, "the notebook judges each picture once");
    mirrored.augment.test_time_flip = true;
    let (mut alone, mut both) = (predictor(), predictor_with(mirrored));
    let other = |photo: &Photo| {
        let flipped = image::imageops::flip_horizontal(&image::RgbImage::from_raw(128, 128, photo.rgb.clone()).unwrap());
        Photo::new(128, 128, flipped.into_raw()).unwrap()
    };
    let log_odds = |p: f64| (p / (1.0 - p)).ln();
    let mut apart: f64 = 0.0;
    for index in 0..6 {
        let photo = photo(index);
        for temperature in [1.0, 1.7] {
            (alone.temperature, both.temperature) = (temperature, temperature);
            let two = [&photo, &other(&photo)].map(|photo| log_odds(alone.look(photo, None).unwrap().probabilities[1]));
            let answer = both.look(&photo, None).unwrap();
            assert!((log_odds(answer.probabilities[1]) - (two[0] + two[1]) / 2.0).abs() < 1e-6, "{index}: {answer:?}");
            assert_eq!(answer.seen, alone.look(&photo, None).unwrap().seen);
            apart = apart.max((two[0] - two[1]).abs());
            let turned = both.look(&other(&photo), None).unwrap();
            assert!((turned.probabilities[1] - answer.probabilities[1]).abs() < 1e-6, "a mirrored face gets the same answer");
        }
    }
    assert!(apart > 1e-3, "faces that look the same in the mirror would prove nothing");
}

#[test]
fn threshold_and_temperature_decide_what_is_said() {
    let mut predictor = predictor();
    let plain = predictor.look(&photo(3), None).unwrap();
    predictor.threshold = plain.probabilities[1];
    assert_eq!(predictor.look(&photo(3), None).unwrap().class, 1, "from the threshold on");
    predictor.threshold = plain.probabilities[1] + 1e-9;
    assert_eq!(predictor.look(&photo(3), None).unwrap().class, 0);
    predictor.temperature = 2.0;
    let scaled = predictor.look(&photo(3), None).unwrap().probabilities[1];
    let log_odds = |p: f64| (p / (1.0 - p)).ln();
    assert!((log_odds(scaled) - log_odds(plain.probabilities[1]) / 2.0).abs() < 1e-9);
    let band = not_sure(0.5);
    assert!((band.start - 0.25).abs() < 1e-12 && (band.end - 0.75).abs() < 1e-12);
    let band = not_sure(0.9);
    assert!(band.start > 0.7 && band.end < 1.0 && band.contains(&0.9));
    let mut answer = plain;
    (answer.probabilities, answer.class, answer.sure) = (vec![0.4, 0.6], 1, false);
    assert_eq!(answer.sentence(&predictor.task, Lang::En), "not sure, rather male, 60%");
    (answer.probabilities, answer.class, answer.sure) = (vec![0.999, 0.001], 0, true);
    assert_eq!(answer.sentence(&predictor.task, Lang::Fr), "femme, 99\u{a0}%");
}

#[test]
fn the_caution_names_the_data_that_the_run_learned_from() {
    let (faces, others) = (Task::gender(), ["cats", "dogs"].into());
    let folder = Source::Folder("/pictures/pets".into());
    let said = |source: &Source, task: &Task, framing| task.caution(source, framing);
    let utkface = said(&folder, &faces, Framing::FaceCrop);
    assert!(utkface.en.contains("recorded in UTKFace;"), "{}", utkface.en);
    assert!(utkface.fr.contains("notées dans UTKFace ;"), "{}", utkface.fr);
    let own = said(&folder, &faces, Framing::Whole);
    assert!(own.en.contains("in “pets”; it cannot tell anybody’s gender identity"), "{}", own.en);
    assert_eq!(said(&folder, &others, Framing::Whole).en, "An appearance-based guess, with labels as recorded in “pets”");
    let drawings = said(&Source::SampleFaces, &faces, Framing::Whole);
    assert!(drawings.en.contains("drawings") && !drawings.en.contains("UTKFace"));
}

#[test]
fn weights_that_do_not_fit_are_a_problem() {
    let other = Network::new(&ModelSettings::default(), 48).unwrap();
    let wrong = Predictor::new(settings(), ["a", "b"].into(), engine_cases::weights(&other, 1), |c| {
        Ok(Box::new(ReferenceEngine::new(c)))
    });
    assert!(wrong.is_err());
    let (_home, run) = training::run(&training::plan(&settings()));
    assert!(run.predictor(|c| Ok(Box::new(ReferenceEngine::new(c)))).is_err());
}

#[test]
fn heat_maps_lie_within_0_and_1() {
    let mut predictor = predictor();
    let answer = predictor.look(&photo(3), None).unwrap();
    for map in [predictor.grad_cam(&answer), predictor.occlusion(&answer, &Control::default()).unwrap()] {
        assert_eq!((map.side, map.values.len()), (48, 48 * 48));
        assert!(map.values.iter().all(|v| (0.0..=1.0).contains(v)));
        let largest = map.values.iter().copied().fold(0.0, f32::max);
        assert!(largest == 1.0 || largest == 0.0);
    }
}

/// Nobody waits for the slow map of a picture that is not looked at any more.
#[test]
fn the_slow_map_ends_when_it_is_told_to() {
    let mut predictor = predictor();
    let answer = predictor.look(&photo(3), None).unwrap();
    let control = Control::default();
    control.set(Signal::Discard);
    assert_eq!(predictor.occlusion(&answer, &control).unwrap_err().kind, Kind::Cancelled);
}

/// A network that only adds up the red of the picture's upper left quarter cannot have looked elsewhere.
#[test]
fn heat_maps_are_warm_where_the_network_looks() {
    let settings = Settings {
        model: ModelSettings { filters: vec![8], dense: vec![], dropout: 0.0, ..Default::default() },
        augment: AugmentSettings { crop: 48, ..Default::default() },
        ..Default::default()
    };
    let network = Network::new(&settings.model, 48).unwrap();
    let mut weights = engine_cases::weights(&network, 5);
    for array in weights.0.values_mut() {
        array.data.fill(0.0);
    }
    // Filter 0 copies red; the output takes its pooled map's upper left 12 x 12 of 24 x 24.
    weights.0.get_mut("conv1.weight").unwrap().data[4] = 1.0;
    let output = weights.0.get_mut("output.weight").unwrap();
    for y in 0..12 {
        output.data[y * 24..y * 24 + 12].fill(0.1);
    }
    let mut engine = ReferenceEngine::new(&engine_cases::config(&settings.model, 48));
    engine.set_weights(&weights).unwrap();
    let mut pixels = vec![0; 48 * 48 * 3];
    for (i, pixel) in pixels.chunks_exact_mut(3).enumerate() {
        pixel.copy_from_slice(&if i % 48 < 24 && i / 48 < 24 { [255, 0, 0] } else { [0, 90, 90] });
    }
    let mut alone = TtaPredictor::new(false, 48);
    let maps = [
        heatmap::grad_cam(&network, &weights, &pixels, false, 1),
        heatmap::occlusion(&mut engine, &mut alone, &pixels, 1, 8, &Control::default()).unwrap(),
    ];
    for map in maps {
        let warm = |keep: &dyn Fn(usize, usize) -> bool| {
            map.values.iter().enumerate().filter(|(i, _)| keep(i % 48, i / 48)).map(|(_, v)| f64::from(*v)).sum::<f64>()
        };
        assert!(warm(&|x, y| x < 24 && y < 24) > 200.0);
        assert!(warm(&|x, y| x > 32 || y > 32) < 1.0);
    }
    let against = heatmap::grad_cam(&network, &weights, &pixels, false, 0);
    assert!(against.values.iter().all(|v| *v == 0.0), "nothing spoke for the other class");
    // With the mirror image beside it, it looks at the upper right too, which lies in the mirror image's upper left.
    let mut both = TtaPredictor::new(true, 48);
    pixels
        .chunks_exact_mut(3)
        .enumerate()
        .filter(|(i, _)| i / 48 < 24)
        .for_each(|(_, pixel)| pixel.copy_from_slice(&[255, 0, 0]));
    let maps = [
        heatmap::grad_cam(&network, &weights, &pixels, true, 1),
        heatmap::occlusion(&mut engine, &mut both, &pixels, 1, 8, &Control::default()).unwrap(),
    ];
    for map in maps {
        for y in 0..48 {
            let row = &map.values[y * 48..][..48];
            let uneven = row.iter().zip(row.iter().rev()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(uneven < 1e-4, "row {y} is uneven by {uneven}");
        }
        assert!(map.values[..24 * 48].iter().sum::<f32>() > 400.0);
    }
}
