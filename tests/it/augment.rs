//! Augmentations against Pillow, PyTorch and torchvision, and that drawing is drawing and applying is applying.
//!
//! The expected numbers are the three channels at `AT`, made by (Pillow 13, torch 2.15, torchvision 0.29):
//! ```python
//! import numpy as np, math, torch, torch.nn.functional as N, torchvision.transforms.functional as F
//! from PIL import Image
//! y, x, c = np.meshgrid(range(128), range(128), range(3), indexing="ij")
//! p = ((3 * x + 5 * y + 60 * c + (x * y) // 16) % 256).astype(np.uint8)
//! t = torch.tensor(p).permute(2, 0, 1)
//! at = [(0, 0), (5, 50), (37, 20), (56, 56), (100, 11), (111, 111)]
//! show = lambda a: print([a[:, y, x].tolist() for x, y in at])
//! def warp(crop, side, left, top, flip, shift, zoom, deg):
//!     th = math.radians(deg); m = (side - 1) / 2
//!     oy, ox = np.meshgrid(np.arange(side) - m, np.arange(side) - m, indexing="ij")
//!     ox, oy = ox * crop / side / zoom, oy * crop / side / zoom
//!     if flip: ox = -ox
//!     sx = math.cos(th) * ox + math.sin(th) * oy + left + (crop - 1) / 2 - shift[0]
//!     sy = -math.sin(th) * ox + math.cos(th) * oy + top + (crop - 1) / 2 - shift[1]
//!     g = torch.tensor(np.stack([(sx + .5) / 64 - 1, (sy + .5) / 64 - 1], -1))[None]
//!     return N.grid_sample(t[None].double(), g, mode="bilinear", padding_mode="reflection", align_corners=False)[0].round().int()
//! show(warp(112, 112, 3, 12, True, (4.5, -7.25), 1.1, 17.0))
//! show(warp(112, 112, 16, 0, False, (-20.0, 9.5), 0.7, -40.0))
//! im = Image.fromarray(p).crop((8, 8, 120, 120)).resize((128, 128), Image.BILINEAR)
//! show(torch.tensor(np.array(im)).permute(2, 0, 1))
//! at = [(0, 0), (5, 50), (37, 20), (55, 55), (10, 11), (47, 3)]
//! for crop, side in (112, 56), (128, 96), (112, 84):
//!     o, s = (128 - crop) // 2, crop / side
//!     e = Image.fromarray(p).crop((o, o, o + crop, o + crop))
//!     e = e.transform((side, side), Image.Transform.AFFINE, (s, 0, 0, 0, s, 0), Image.Resampling.BILINEAR)
//!     show(torch.tensor(np.array(e)).permute(2, 0, 1))
//! show(F.affine(t.float(), 17.0, [0, 0], 1.0, [0.0, 0.0], F.InterpolationMode.BILINEAR).round().int())
//! e = t[:, 8:120, 8:120]
//! show(F.adjust_brightness(e, 1.3)); show(F.adjust_contrast(e, 0.6)); show(F.adjust_saturation(e, 1.4))
//! show(torch.tensor(np.array(Image.fromarray(p).convert("L").crop((8, 8, 120, 120))))[None])
//! show(F.gaussian_blur(e.float(), 7, 1.2).round().int())
//! B = F.InterpolationMode.BILINEAR
//! show(F.affine(t.float(), 0.0, [0, 0], 1.25, [0.0, 0.0], B).round().int())
//! show(F.affine(t.float(), 0.0, [7, -5], 1.0, [0.0, 0.0], B).round().int())
//! e = F.center_crop(t, 112); show(e); show(F.hflip(e))
//! o = F.erase(e, 20, 30, 40, 25, 128); show(o); print(o.long().sum())
//! v = np.round(np.random.default_rng(0).normal(200, 30, 10_000_000)).clip(0, 255)
//! print(np.quantile(v, [0.05, 0.25, 0.5, 0.75, 0.9]), v.mean(), v.std(), (v == 255).mean())
//! ```

use std::collections::BTreeSet;

use trombine::{
    data::{
        augment::{self, AugmentSettings, Augmentation as _, Drawn, geometry::Geometry, input_size::InputSize, mixup::Mixup},
        picture_size::{PIXEL_BYTES, SIDE},
    },
    random::{Purpose, Random},
    setting_def::{SettingDefs, Value},
    settings::Settings,
};

const AT: [(usize, usize); 6] = [(0, 0), (5, 50), (37, 20), (56, 56), (100, 11), (111, 111)];

/// The formula of the Python above.
fn picture() -> Vec<u8> {
    let value = |i: usize| {
        let (x, y, c) = (i / 3 % SIDE, i / 3 / SIDE, i % 3);
        (3 * x + 5 * y + 60 * c + x * y / 16) as u8
    };
    (0..PIXEL_BYTES).map(value).collect()
}

#[track_caller]
fn near(pixels: &[u8], side: usize, expected: [[u8; 3]; 6], tolerance: u8) {
    for ((x, y), expected) in AT.into_iter().zip(expected) {
        let got = &pixels[(y * side + x) * 3..][..3];
        let close = got.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= tolerance);
        assert!(close, "at {x}, {y}: {got:?} instead of {expected:?}");
    }
}

fn geometry(geometry: &Geometry) -> Vec<u8> {
    let mut out = vec![0; geometry.side * geometry.side * 3];
    geometry.apply(&picture(), &mut out);
    out
}

/// The center crop of 112, on which the colors are tried.
fn center() -> Vec<u8> {
    let mut out = vec![0; 112 * 112 * 3];
    augment::evaluation(&AugmentSettings::default(), &picture(), &mut out);
    out
}

fn plain() -> Geometry {
    Geometry { from: SIDE, crop: 112, side: 112, left: 8, top: 8, flip: false, shift: [0.0; 2], zoom: 1.0, rotation: 0.0 }
}

#[test]
fn one_sampling_is_grid_sample() {
    let out = geometry(&Geometry {
        left: 3,
        top: 12,
        flip: true,
        shift: [4.5, -7.25],
        zoom: 1.1,
        rotation: 17f64.to_radians(),
        ..plain()
    });
    let expected = [[129, 189, 249], [145, 205, 9], [12, 72, 132], [22, 82, 142], [19, 64, 124], [30, 90, 150]];
    near(&out, 112, expected, 1);
    let far = geometry(&Geometry { left: 16, top: 0, shift: [-20.0, 9.5], zoom: 0.7, rotation: -40f64.to_radians(), ..plain() });
    let expected = [[131, 191, 121], [164, 224, 28], [157, 217, 21], [11, 71, 131], [76, 136, 196], [126, 186, 225]];
    near(&far, 112, expected, 1);
}

#[test]
fn rotation_turns_as_torchvision_does() {
    let out = geometry(&Geometry { crop: 128, side: 128, left: 0, top: 0, rotation: 17f64.to_radians(), ..plain() });
    // The first place lies outside the picture, which torchvision fills with black and we by reflection.
    let expected = [[out[0], out[1], out[2]], [108, 168, 228], [15, 75, 135], [141, 201, 111], [19, 79, 139], [37, 97, 157]];
    near(&out, 128, expected, 1);
}

#[test]
fn zoom_and_shift_are_torchvisions() {
    let whole = Geometry { crop: 128, side: 128, left: 0, top: 0, ..plain() };
    let out = geometry(&Geometry { zoom: 1.25, ..whole });
    let expected = [[111, 171, 231], [112, 172, 232], [90, 150, 210], [154, 214, 18], [126, 58, 118], [175, 235, 39]];
    near(&out, 128, expected, 1);
    let out = geometry(&Geometry { shift: [7.0, -5.0], ..whole });
    // The first two places come from outside the picture, which torchvision fills with black and we by reflection.
    let seen = |at: usize| std::array::from_fn(|c| out[at * 3 + c]);
    let [first, second] = [seen(0), seen(50 * 128 + 5)];
    let expected = [first, second, [5, 65, 125], [126, 186, 246], [196, 0, 60], [110, 170, 230]];
    near(&out, 128, expected, 0);
}

#[test]
fn crop_and_mirror_are_torchvisions() {
    let expected = [[68, 128, 188], [120, 180, 240], [97, 157, 217], [0, 60, 120], [35, 95, 155], [45, 105, 165]];
    near(&center(), 112, expected, 0);
    let mirrored = geometry(&Geometry { flip: true, ..plain() });
    let expected = [[200, 4, 64], [21, 81, 141], [17, 77, 137], [249, 53, 113], [174, 234, 38], [166, 226, 30]];
    near(&mirrored, 112, expected, 0);
    let mut judged = vec![0; mirrored.len()];
    trombine::engine::mirror(&center(), 112, &mut judged);
    assert_eq!(judged, mirrored, "judging mirrors as training does");
}

#[test]
fn resizing_back_is_pillows_bilinear() {
    let settings = AugmentSettings { input_size: InputSize::Picture, ..Default::default() };
    assert_eq!(settings.side(), 128);
    let mut out = vec![0; PIXEL_BYTES];
    augment::evaluation(&settings, &picture(), &mut out);
    let expected = [[68, 128, 188], [79, 139, 199], [56, 116, 176], [146, 206, 11], [222, 26, 86], [220, 55, 115]];
    near(&out, 128, expected, 1);
}

/// As `predict.py` does it too.
#[test]
fn a_smaller_input_is_pillows_affine_bilinear() {
    let cases = [
        (112, InputSize::Half, [[72, 132, 192], [211, 15, 75], [228, 32, 92], [33, 93, 153], [36, 96, 156], [216, 20, 80]]),
        (
            128,
            InputSize::ThreeQuarters,
            [[1, 61, 121], [126, 186, 246], [109, 169, 229], [157, 217, 21], [127, 187, 247], [225, 28, 88]],
        ),
        (
            112,
            InputSize::ThreeQuarters,
            [[69, 129, 189], [231, 35, 95], [215, 19, 79], [43, 103, 163], [208, 12, 72], [70, 130, 190]],
        ),
    ];
    let places = [(0, 0), (5, 50), (37, 20), (55, 55), (10, 11), (47, 3)];
    for (crop, input_size, expected) in cases {
        let settings = AugmentSettings { crop, input_size, ..Default::default() };
        let side = settings.side();
        let mut out = vec![0; side * side * 3];
        augment::evaluation(&settings, &picture(), &mut out);
        for ((x, y), expected) in places.into_iter().zip(expected) {
            let got = &out[(y * side + x) * 3..][..3];
            assert!(
                got.iter().zip(expected).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 1),
                "{side} at {x}, {y}: {got:?} for {expected:?}"
            );
        }
    }
}

#[test]
fn the_switch_of_versions_before_is_the_size_of_the_decoded_picture() {
    for (switch, size) in [("true", InputSize::Picture), ("false", InputSize::Crop)] {
        let kept: AugmentSettings = serde_json::from_str(&format!("{{\"resize_back\": {switch}}}")).expect("a run of before");
        let file = Settings::parse(&format!("{{\"augment\": {{\"resize_back\": {switch}}}}}")).expect("a file of before");
        let mut text = Settings::default();
        text.set(&format!("augment.resize_back={switch}")).expect("a text of before");
        assert_eq!([kept.input_size, file.augment.input_size, text.augment.input_size], [size; 3]);
    }
    assert!(Settings::default().set("augment.resize_back=perhaps").is_err());
}

#[test]
fn the_plain_crop_is_the_pictures_own_bytes_and_the_mirror_reverses_rows() {
    let (source, straight) = (picture(), geometry(&plain()));
    let mirrored = geometry(&Geometry { flip: true, ..plain() });
    for y in 0..112 {
        for x in 0..112 {
            let expected = &source[((y + 8) * SIDE + x + 8) * 3..][..3];
            assert_eq!(&straight[(y * 112 + x) * 3..][..3], expected);
            assert_eq!(&mirrored[(y * 112 + 111 - x) * 3..][..3], expected);
        }
    }
    // The copy and the sampling agree where both can make the picture.
    let sampled = geometry(&Geometry { flip: true, shift: [1.0, 0.0], left: 9, ..plain() });
    assert_eq!(sampled, mirrored);
}

#[test]
fn colors_are_torchvisions() {
    let mut out = center();
    augment::brightness::apply(1.3, &mut out);
    near(&out, 112, [[88, 166, 244], [156, 233, 255], [126, 204, 255], [0, 78, 156], [45, 123, 201], [58, 136, 214]], 1);
    let mut out = center();
    augment::contrast::apply(0.6, &mut out);
    near(&out, 112, [[91, 127, 163], [122, 158, 194], [109, 145, 181], [50, 86, 122], [71, 107, 143], [77, 113, 149]], 1);
    let mut out = center();
    augment::saturation::apply(1.4, &mut out);
    near(&out, 112, [[48, 132, 216], [100, 184, 255], [77, 161, 245], [0, 64, 148], [15, 99, 183], [25, 109, 193]], 1);
    let mut out = center();
    augment::grayscale::apply(&mut out);
    near(&out, 112, [117, 169, 146, 49, 84, 94].map(|v| [v; 3]), 0);
    let mut out = center();
    augment::blur::apply(1.2, 112, &mut out);
    near(&out, 112, [[76, 136, 196], [120, 180, 223], [97, 157, 217], [114, 60, 120], [36, 95, 155], [38, 84, 144]], 1);
}

#[test]
fn noise_has_the_deviation_asked_for_and_no_bias() {
    let mut out = vec![128u8; 112 * 112 * 3];
    let stream = Random::new(1, Purpose::Augment, &[]);
    augment::noise::apply(&augment::noise::Grain { deviation: 10.0, stream }, &mut out);
    let n = out.len() as f64;
    let mean = out.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let variance = out.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n;
    assert!((mean - 128.0).abs() < 0.2, "mean {mean}");
    assert!((variance.sqrt() - 10.0).abs() < 0.2, "deviation {}", variance.sqrt());
}

/// Numpy's normal noise of deviation 30 on 200, rounded and clipped as torchvision's `GaussianNoise` clips.
#[test]
fn noise_is_normal_and_clipped() {
    let mut out = vec![200u8; PIXEL_BYTES * 4];
    let stream = Random::new(2, Purpose::Augment, &[]);
    augment::noise::apply(&augment::noise::Grain { deviation: 30.0, stream }, &mut out);
    out.sort_unstable();
    for (share, expected) in [(0.05, 151), (0.25, 180), (0.5, 200), (0.75, 220), (0.9, 238)] {
        let found = out[(share * out.len() as f64) as usize];
        assert!(found.abs_diff(expected) <= 1, "quantile {share}: {found} instead of {expected}");
    }
    let n = out.len() as f64;
    let mean = out.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let clipped = out.iter().filter(|v| **v == 255).count() as f64 / n;
    assert!((mean - 199.6).abs() < 0.3, "mean {mean}");
    assert!((clipped - 0.0346).abs() < 0.003, "{clipped} at the end of the range");
}

#[test]
fn erasing_is_torchvisions() {
    let mut out = center();
    augment::erasing::apply(&augment::erasing::Rectangle { left: 30, top: 20, width: 25, height: 40 }, 112, &mut out);
    let expected = [[68, 128, 188], [120, 180, 240], [128; 3], [0, 60, 120], [35, 95, 155], [45, 105, 165]];
    near(&out, 112, expected, 0);
    assert_eq!(out.iter().map(|v| u64::from(*v)).sum::<u64>(), 4_793_788);
}

#[test]
fn erasing_hides_the_rectangle_drawn_and_nothing_else() {
    let erasing = augment::erasing::Erasing { on: true, share: 1.0, area: 0.2 };
    let mut random = Random::new(5, Purpose::Augment, &[]);
    for _ in 0..200 {
        let r = erasing.draw(112, &mut random).expect("a share of one erases always");
        let area = (r.width * r.height) as f64 / (112.0 * 112.0);
        assert!((0.015..0.21).contains(&area), "{r:?}");
        let mut out = vec![7u8; 112 * 112 * 3];
        augment::erasing::apply(&r, 112, &mut out);
        assert_eq!(out.iter().filter(|v| **v != 7).count(), r.width * r.height * 3);
        assert_eq!(out[(r.top * 112 + r.left) * 3], 128);
    }
}

fn everything() -> AugmentSettings {
    let mut settings = AugmentSettings::default();
    for def in settings.setting_defs() {
        if let Value::Switch(on) = def.value {
            *on = true;
        }
    }
    (settings.grayscale.share, settings.blur.share, settings.erasing.share) = (1.0, 1.0, 1.0);
    settings
}

#[test]
fn the_same_seed_repeats_the_picture_and_another_does_not() {
    let (settings, other) = (everything(), vec![200; PIXEL_BYTES]);
    let make = |sample| {
        let mut out = vec![0; settings.side() * settings.side() * 3];
        let mut random = Random::new(42, Purpose::Augment, &[3, sample]);
        augment::training(&settings, &picture(), |_| Ok(&other), &mut random, &mut out).unwrap();
        out
    };
    assert_eq!(make(0), make(0));
    assert_ne!(make(0), make(1));
}

#[test]
fn every_setting_changes_what_training_sees() {
    let other = vec![200; PIXEL_BYTES];
    let see = |settings: &AugmentSettings| {
        let side = settings.side();
        let mut all = vec![side as u8];
        for sample in 0..12 {
            let mut out = vec![0; side * side * 3];
            let mut random = Random::new(42, Purpose::Augment, &[sample]);
            augment::training(settings, &picture(), |_| Ok(&other), &mut random, &mut out).unwrap();
            all.extend(out);
        }
        all
    };
    // Gray pictures have no saturation, so that one is tried without the other.
    let mut base = everything();
    base.grayscale.share = 0.5;
    let before = see(&base);
    let count = base.clone().setting_defs().len();
    for index in 0..count {
        let mut changed = base.clone();
        let key = {
            let mut defs = changed.setting_defs();
            let def = &mut defs[index];
            assert!(def.active, "{} is inactive with everything on", def.key);
            match &mut def.value {
                Value::Switch(on) => **on = false,
                Value::Whole { value, .. } => **value = 100,
                Value::Number { value, .. } => **value *= 0.5,
                Value::Choice(choice) => choice.select(2),
                _ => unreachable!("augmentations have no other settings"),
            }
            def.key.clone()
        };
        // Judging alone follows that one, which `fit` and `predictor` hold.
        assert_eq!(see(&changed) == before, key == "test_time_flip", "{key}");
    }
}

/// Each is in the list, so it is counted, and pictures are then more than cut out.
#[test]
fn whatever_is_switched_on_is_counted() {
    let mut settings = AugmentSettings::default();
    assert!(settings.only_crops() && settings.on_count() == 0);
    let keys: Vec<String> = settings.setting_defs().into_iter().map(|def| def.key).filter(|key| key.ends_with(".on")).collect();
    for (before, key) in keys.iter().enumerate() {
        let mut defs = settings.setting_defs();
        let def = defs.iter_mut().find(|def| def.key == *key).expect("it is there");
        def.parse("true").expect("a switch");
        drop(defs);
        assert_eq!((settings.on_count(), settings.only_crops()), (before + 1, false), "{key}");
    }
    assert_eq!(keys.len(), 11);
}

#[test]
fn switching_one_augmentation_leaves_the_others_draws_alone() {
    let draw = |settings: &AugmentSettings| Drawn::new(settings, &mut Random::new(9, Purpose::Augment, &[1]));
    let all = everything();
    let mut fewer = all.clone();
    fewer.noise.on = false;
    fewer.flip = false;
    let expected = Drawn { noise: None, geometry: Geometry { flip: false, ..draw(&all).geometry }, ..draw(&all) };
    assert_eq!(draw(&fewer), expected);
}

#[test]
fn half_the_pictures_are_mirrored_and_crops_reach_every_corner() {
    let settings = AugmentSettings::default();
    let drawn: Vec<_> =
        (0..2000).map(|i| Drawn::new(&settings, &mut Random::new(42, Purpose::Augment, &[0, i])).geometry).collect();
    let mirrored = drawn.iter().filter(|g| g.flip).count();
    assert!((900..1100).contains(&mirrored), "{mirrored} of 2000");
    for corner in [0, 16] {
        assert!(drawn.iter().any(|g| g.left == corner) && drawn.iter().any(|g| g.top == corner));
    }
    assert!(drawn.iter().all(|g| g.left <= 16 && g.top <= 16));
}

/// from scipy.special import betainc
/// a = 0.2  # the mean of min(x, 1 - x) of Beta(a, a), and how often it is below 0.05
/// print(betainc(a + 1, a, 0.5), 2 * betainc(a, a, 0.05))  # 0.10119 0.58205
#[test]
fn mixup_draws_shares_from_a_beta_distribution() {
    let mixup = Mixup { on: true, alpha: 0.2 };
    let mut random = Random::new(3, Purpose::Augment, &[]);
    let draws: Vec<_> = (0..20_000).map(|_| mixup.draw(112, &mut random).expect("always")).collect();
    let count = draws.len() as f64;
    let mean = draws.iter().map(|mix| mix.share).sum::<f64>() / count;
    let small = draws.iter().filter(|mix| mix.share < 0.05).count() as f64 / count;
    assert!((mean - 0.10119).abs() < 0.004, "{mean}");
    assert!((small - 0.58205).abs() < 0.015, "{small}");
    assert!(draws.iter().all(|mix| (0.0..=0.5).contains(&mix.share)));
    let others: BTreeSet<usize> = draws.iter().map(|mix| mix.other(7)).collect();
    assert_eq!(others, (0..7).collect());
}

#[test]
fn mixup_blends_the_changed_pictures() {
    // Of one color each, so that crop and mirror leave them alone.
    let settings = AugmentSettings { mixup: Mixup { on: true, alpha: 1.0 }, ..AugmentSettings::default() };
    let (own, other) = (vec![40; PIXEL_BYTES], vec![240; PIXEL_BYTES]);
    for sample in 0..20 {
        let random = || Random::new(5, Purpose::Augment, &[sample]);
        let mix = Drawn::new(&settings, &mut random()).mixup.expect("it is on");
        let mut out = vec![0; settings.side() * settings.side() * 3];
        augment::training(&settings, &own, |_| Ok(&other), &mut random(), &mut out).unwrap();
        let expected = (40.0 + 200.0 * mix.share).round() as u8;
        assert!(out.iter().all(|value| *value == expected), "{} instead of {expected}", out[0]);
        assert!((f64::from(mix.blend(1.0, 0.0)) - (1.0 - mix.share)).abs() < 1e-6);
    }
}

#[test]
fn harmful_choices_are_said_and_the_defaults_are_not() {
    assert!(augment::warnings(&AugmentSettings::default()).is_empty());
    let mut settings = everything();
    settings.grayscale.share = 0.1;
    assert!(augment::warnings(&settings).is_empty(), "{:?}", augment::warnings(&settings));
    settings.rotation.degrees = 180.0;
    let warnings = augment::warnings(&settings);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].en.contains("Upside-down") && warnings[0].fr.contains("à l’envers"), "{warnings:?}");
}
