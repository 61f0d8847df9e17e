//! Pictures that are not square become squares in the way that was asked for, wherever they are looked at.

use std::{ffi::OsString, fs, io::Cursor, sync::Arc};

use egui_kittest::kittest::Queryable as _;
use image::{ColorType, DynamicImage, ExtendedColorType, ImageFormat, Rgb, RgbImage};
use trombine::{
    control::Control,
    data::{
        dataset::Dataset,
        edits::Edits,
        open_as,
        picture_size::{PictureShape, PictureSide},
        reading::Reading,
        resize::resize,
        resize_method::ResizeMethod,
        sample::Anomaly,
        sample_faces,
        square::RgbView,
    },
    engine,
    predict::Photo,
    preset,
    random::{Purpose, Random},
    run::RunStore,
    session::ResizePreview,
    setting_def::Choice as _,
    settings::Settings,
    ui::{Action, page::Page},
};

use crate::{
    cli::call,
    picture_folder::{Folder, alone, encode},
    stage::Stage,
    support,
};

fn square(method: ResizeMethod, picture: &RgbImage, side: usize) -> Vec<u8> {
    let mut out = vec![1; side * side * 3];
    let view = RgbView { width: picture.width(), height: picture.height(), rgb: picture.as_raw() };
    method.apply(view, &mut out, side).expect("sizes and bytes fit");
    out
}

fn gradient(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([5 * x, 8 * y, x * y].map(|value| (value % 256) as u8)))
}

/// ```python
/// a = numpy.fromfunction(lambda y, x, c: numpy.choose(c, [5 * x, 8 * y, x * y]) % 256, (30, 50, 3), dtype=int)
/// wide, B = Image.fromarray(a.astype(numpy.uint8)), Image.Resampling.BILINEAR
/// tall = wide.transpose(Image.Transpose.ROTATE_90)
/// def crop(im, side):
///     (w, h), s = im.size, min(im.size)
///     l, t = (w - s) // 2, (h - s) // 2
///     return im.crop((l, t, l + s, t + s)).resize((side, side), B)
/// def pad(im, side):
///     fit = [max(1, (2 * side * n + max(im.size)) // (2 * max(im.size))) for n in im.size]
///     square = Image.new("RGB", (side, side))
///     square.paste(im.resize(fit, B), tuple((side - n) // 2 for n in fit))
///     return square
/// squeeze = lambda im, side: im.resize((side, side), B)
/// [numpy.asarray(f(im, 32))[y, x] for y, x in ((16, 16), (4, 16), (16, 4), (6, 6), (31, 16), (16, 31))]
/// ```
#[test]
fn each_way_gives_what_pillow_gives() {
    use ResizeMethod::{Crop, Pad, Squeeze};
    const AT: [(usize, usize); 6] = [(16, 16), (4, 16), (16, 4), (6, 6), (31, 16), (16, 31)];
    let wide = gradient(50, 30);
    let tall = image::imageops::rotate270(&wide);
    #[rustfmt::skip]
    let cases = [
        (Crop, &wide, [[125, 120, 118], [125, 30, 93], [69, 120, 206], [78, 45, 88], [125, 232, 212], [195, 120, 72]]),
        (Crop, &tall, [[120, 120, 103], [176, 120, 24], [120, 30, 89], [167, 45, 187], [50, 120, 150], [120, 232, 185]]),
        (Pad, &wide, [[126, 128, 149], [0, 0, 0], [33, 128, 105], [49, 3, 4], [0, 0, 0], [243, 128, 61]]),
        (Pad, &tall, [[119, 128, 125], [212, 128, 170], [0, 0, 0], [196, 3, 16], [2, 128, 6], [0, 0, 0]]),
        (Squeeze, &wide, [[126, 120, 122], [126, 30, 94], [33, 120, 98], [49, 45, 54], [126, 232, 220], [243, 120, 215]]),
        (Squeeze, &tall, [[119, 120, 99], [212, 120, 124], [119, 30, 88], [196, 45, 220], [2, 120, 6], [119, 232, 177]]),
    ];
    for (method, picture, expected) in cases {
        let ours = square(method, picture, 32);
        for ((y, x), expected) in AT.into_iter().zip(expected) {
            let at = (y * 32 + x) * 3;
            let near =
                ours[at..at + 3].iter().zip(expected).all(|(ours, theirs): (&u8, i32)| (i32::from(*ours) - theirs).abs() <= 1);
            assert!(
                near,
                "{method:?} {}x{} ({y}, {x}): {:?}, {expected:?}",
                picture.width(),
                picture.height(),
                &ours[at..at + 3]
            );
        }
    }
}

#[test]
fn of_any_size_the_picture_keeps_its_shape_or_is_all_there() {
    let mut random = Random::new(5, Purpose::Preview, &[]);
    for _ in 0..200 {
        let [width, height] = [(); 2].map(|()| 1 + random.below(90) as u32);
        let side = 32 + random.below(60);
        let bright = RgbImage::from_pixel(width, height, Rgb([200, 150, 100]));
        for method in ResizeMethod::ALL {
            let out = square(*method, &bright, side);
            let lit: Vec<bool> = out.chunks_exact(3).map(|pixel| pixel != [0, 0, 0]).collect();
            let count = lit.iter().filter(|lit| **lit).count();
            if *method != ResizeMethod::Pad {
                assert!(out.chunks_exact(3).all(|pixel| pixel == [200, 150, 100]), "{method:?} {width}x{height} to {side}");
                continue;
            }
            // Lit is one rectangle in the middle, as long as the square and as wide as the picture's shape says.
            let shape = f64::from(width.min(height)) / f64::from(width.max(height));
            let narrow = count / side;
            assert_eq!(count, narrow * side, "{width}x{height} to {side}");
            assert!((narrow as f64 - (shape * side as f64).max(1.0)).abs() <= 0.5001, "{width}x{height} to {side}: {narrow}");
            let first = (side - narrow) / 2;
            let inside = |along: usize| (first..first + narrow).contains(&along);
            let expected = |i: usize| if width >= height { inside(i / side) } else { inside(i % side) };
            assert!((0..side * side).all(|i| lit[i] == expected(i)), "{width}x{height} to {side}");
        }
    }
    for method in ResizeMethod::ALL {
        let picture = gradient(70, 70);
        assert_eq!(square(*method, &picture, 40), resize(picture.as_raw(), [70; 2], [40; 2]), "a square is one already");
        let mut out = vec![0; 32 * 32 * 3];
        for (width, height) in [(0, 0), (0, 5), (5, 0), (4, 7)] {
            let empty = RgbView { width, height, rgb: &[] };
            assert!(method.apply(empty, &mut out, 32).is_err(), "{method:?} of {width} x {height} pixels without bytes");
        }
    }
}

/// A picture lying on its side whose EXIF says so (orientation 6), as JPEG.
fn lying(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(Cursor::new(&mut bytes), 95);
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    image::ImageEncoder::set_exif_metadata(&mut encoder, exif).expect("EXIF");
    encoder.encode(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8).expect("a JPEG");
    bytes
}

/// Two classes of pictures: wide, tall, lying, square.
fn folder() -> Folder {
    let folder = Folder::new();
    for class in ["a", "b"] {
        for (number, (width, height)) in [(100, 64), (64, 101), (70, 70)].into_iter().enumerate() {
            let seed = if class == "a" { 0 } else { 100 };
            let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(3 * x) as u8, (4 * y + seed) as u8, number as u8 * 60]));
            folder.write(&format!("{class}/{number}.png"), &encode(&DynamicImage::ImageRgb8(picture), ImageFormat::Png));
        }
        folder.write(&format!("{class}/lying.jpg"), &lying(&gradient(101, 64)));
    }
    folder
}

fn open(folder: &Folder, reading: Reading) -> Dataset {
    open_as(&folder.places(), &folder.source(), reading, &Edits::default(), &Control::default(), &mut |_, _, _| {})
        .map(alone)
        .expect("opens")
}

#[test]
fn the_cache_holds_what_predict_sees_and_each_way_is_kept_beside_the_others() {
    let folder = folder();
    let names = || {
        let mut names: Vec<_> = fs::read_dir(folder.places().cache).expect("there").flatten().map(|e| e.file_name()).collect();
        names.sort();
        names
    };
    let mut fingerprints = Vec::new();
    for (place, resize) in ResizeMethod::ALL.iter().enumerate() {
        for side in [128, 48] {
            let shape = PictureShape { side: PictureSide::from(side), resize: *resize };
            for _ in 0..2 {
                let dataset = open(&folder, Reading::default().with_shape(shape));
                assert_eq!(dataset.picture_shape(), shape);
                assert_eq!(dataset.samples.len(), 8);
                for (index, sample) in dataset.samples.iter().enumerate() {
                    let photo = Photo::open(&folder.root().join(&sample.file)).expect("a photo");
                    let kept = dataset.pixels.get(index).expect("read");
                    // What lies on its side is squeezed before it is turned, which may round the other way.
                    let seen = photo.square(shape);
                    let near = kept.iter().zip(&seen).all(|(kept, seen)| kept.abs_diff(*seen) <= 1);
                    let turned = sample.file.ends_with("lying.jpg");
                    assert!(if turned { near } else { kept[..] == seen[..] }, "{resize:?} {side} {}", sample.file.display());
                    let not_square = matches!(sample.anomaly, Some(Anomaly::NotSquare { .. }));
                    assert_eq!(not_square, photo.width != photo.height, "{}", sample.file.display());
                }
                fingerprints.push((place, dataset.fingerprint()));
            }
        }
        assert_eq!(names().len(), 2 * (place + 1), "{:?}", names());
    }
    let key = folder.source().key();
    let expected =
        [".48.crop", ".48.pad", ".48", ".crop", ".pad", ""].map(|suffix| OsString::from(format!("{key}{suffix}.pixels")));
    assert_eq!(names(), expected, "the one of before is called as it always was");
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 3, "other pixels are other data");
}

#[test]
fn settings_say_it_in_every_form_and_those_of_before_mean_squeeze() {
    let mut settings = Settings::default();
    settings.set("images.resize=pad").expect("known");
    settings.set("images.side=64").expect("known");
    assert_eq!((settings.augment.resize, settings.augment.crop), (ResizeMethod::Pad, 56));
    assert_eq!(Settings::parse(&settings.text()).expect("read"), settings);
    let json = serde_json::to_string(&settings).expect("JSON");
    assert_eq!(Settings::parse(&json).expect("read"), settings);
    assert_eq!(serde_json::from_str::<Settings>(&json).expect("read"), settings);
    let said = Settings::parse(r#"{"images":{"resize":"crop","side":200}}"#).expect("read");
    assert_eq!((said.augment.resize, said.augment.pictures), (ResizeMethod::Crop, PictureSide::from(200)));
    for wrong in ["images.resize=stretch", "images.resize=", "images.resize=3"] {
        let problem = settings.set(wrong).expect_err(wrong);
        assert!(problem.remedy.en.contains("squeeze, crop, pad"), "{problem:?}");
    }
    let problems = Settings::parse(r#"{"images":{"resize":"x","side":7}}"#).expect_err("both are wrong");
    assert_eq!(problems.len(), 2, "{problems:?}");
    let before = serde_json::to_value(Settings::default()).expect("JSON");
    assert!(before["augment"].get("picture_resize").is_none(), "the default writes what it always wrote");
    assert!(serde_json::from_str::<Reading>("{}").expect("read").resize.is_default());
    let differences = preset::differences(&Settings::default(), &settings);
    assert!(differences.iter().any(|difference| difference.key == "images.resize"), "{differences:?}");
}

#[test]
fn a_run_is_judged_asked_and_exported_as_it_learned() {
    let folder = Folder::new();
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    // Drawings stretched to three wide shapes, so that each way gives the network something else.
    for index in 0..60 {
        let (rgb, sample) = sample_faces::draw(index);
        let (width, height) = [(128, 64), (90, 128), (128, 100)][index % 3];
        let rgb = resize(&rgb, [128; 2], [width, height]);
        let picture = RgbImage::from_raw(width, height, rgb).expect("a picture");
        let name = format!("{}/{index}.png", ["f", "m"][usize::from(sample.class)]);
        folder.write(&name, &encode(&DynamicImage::ImageRgb8(picture), ImageFormat::Png));
    }
    let data = folder.root().to_string_lossy().into_owned();
    let small = ["--threads", "1", "--epochs", "1", "--set", "model.filters=8", "--set", "model.dense=4"];
    let more = ["--set", "train.batch_size=8", "--set", "split.train=60"];
    let train = ["train", "--data", &data, "--resize", "pad", "--image-size", "64"];
    let (status, _, err) = call(home, &[&train[..], &small[..], &more[..]].concat());
    assert_eq!(status, 0, "{err}");
    let run = || RunStore::at(home).find("last").expect("a run");
    assert_eq!(run().settings().expect("settings").augment.resize, ResizeMethod::Pad);
    let scores = run().info.scores.expect("judged");
    // The folder is read in another way by now; the run is judged and goes on with its own.
    let (status, _, err) = call(home, &["check", &data, "--resize", "crop"]);
    assert_eq!(status, 0, "{err}");
    let (status, _, err) = call(home, &["evaluate", "last"]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(run().info.scores.expect("judged"), scores, "the same answers");
    let (status, _, err) = call(home, &["resume", "last", "--more", "1"]);
    assert_eq!(status, 0, "{err}");

    let mut predictor = run().predictor(|config| engine::open("cpu", config)).expect("it answers");
    let wide = folder.root().join("f/0.png").is_file();
    let name = if wide { "f/0.png" } else { "m/0.png" };
    let photo = Photo::open(&folder.root().join(name)).expect("a photo");
    let answer = predictor.look(&photo, None).expect("answered");
    assert_eq!(&answer.seen[..answer.side * 3], vec![0; answer.side * 3], "a wide picture has black above");

    let Some(python) = support::python("onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnxruntime, numpy and pillow");
    };
    let out = home.join("out");
    let (status, _, err) = call(home, &["export", "last", "--format", "python", "--out", &out.to_string_lossy()]);
    assert_eq!(status, 0, "{err}");
    let script = format!(
        "import json, sys\nsys.path.insert(0, {:?})\nimport predict\nsession, meta = predict.load()\n\
         assert meta['resize'] == 'pad', meta\n\
         print(json.dumps(predict.pixels_of({name:?}, meta).reshape(-1).tolist()))\n",
        out.to_string_lossy(),
    );
    let theirs: Vec<i32> = serde_json::from_str(&support::run_python(&python, &folder.root(), &script)).expect("numbers");
    assert_eq!(theirs.len(), answer.seen.len());
    let most = answer.seen.iter().zip(theirs).map(|(ours, theirs)| (i32::from(*ours) - theirs).abs()).max();
    assert!(most <= Some(1), "{most:?}");
}

/// Data with pictures that are not square, one of them made a square in each way.
pub fn stage() -> Stage {
    let folder = folder();
    let mut stage = Stage::new(Page::Data).with_dataset(Arc::new(open(&folder, Reading::default())));
    let wide = folder.root().join("a/0.png");
    let photo = Photo::open(&wide).expect("a photo");
    let shape = |resize: &ResizeMethod| PictureShape { resize: *resize, ..PictureShape::default() };
    let pictures = ResizeMethod::ALL.iter().map(|resize| photo.square(shape(resize))).collect();
    stage.session.resize_preview = Some(ResizePreview { path: wide, side: 128, pictures });
    stage
}

#[test]
fn the_way_is_chosen_on_data_where_a_picture_is_not_square() {
    let (mut harness, _) = Stage::new(Page::Data).with_data(60).harness([1100.0, 900.0]);
    harness.run_steps(3);
    const NAME: &str = "change what becomes of pictures that are not square";
    assert!(harness.query_by_label(NAME).is_none(), "of square pictures nothing is asked");

    let folder = folder();
    let (mut harness, stage) =
        Stage::new(Page::Data).with_dataset(Arc::new(open(&folder, Reading::default()))).harness([1100.0, 900.0]);
    harness.run_steps(3);
    assert!(harness.query_by_label("fit with a border").is_none(), "closed until asked for");
    harness.get_by_label(NAME).click();
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("Pictures that are not square: 6 of 8").is_some());
    let asked = stage.borrow_mut().actions.split_off(0);
    let [Action::PreviewResize(path)] = &asked[..] else { panic!("one picture is asked for, once: {asked:?}") };
    assert!(path.starts_with(folder.root()));
    harness.get_by_label("fit with a border").click();
    harness.run_steps(3);
    let wanted = Reading { resize: ResizeMethod::Pad, ..Reading::default() };
    assert_eq!(stage.borrow().actions, [Action::ReadAs(wanted)]);
}

#[test]
fn colors_of_any_kind_of_file_are_read_before_they_are_made_square() {
    let gray = DynamicImage::ImageLuma8(image::GrayImage::from_fn(60, 30, |x, _| image::Luma([x as u8 * 4])));
    let mut png = Vec::new();
    image::write_buffer_with_format(&mut Cursor::new(&mut png), gray.as_bytes(), 60, 30, ColorType::L8, ImageFormat::Png)
        .expect("a PNG");
    let photo = Photo::decode(&png).expect("a photo");
    let shape = PictureShape { side: PictureSide::from(32), resize: ResizeMethod::Pad };
    assert!(photo.square(shape).chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]));
}
