//! Pictures of every page, and of what is seen most beside them, in both languages, both modes and two sizes, on sample data, held against those in
//! `tests/pictures`: drawings alone. To be small enough to keep, they have a quarter of the width and height and are gray
//! in sixteen tones; below each stand its colors, four times coarser still: how blue, and how red.
//!
//! They are compared where `TROMBINE_REQUIRE` lists `gpu`, by Mesa's software driver (lavapipe), as `.ci/run` does; a
//! real graphics card rounds letters otherwise. To draw them anew after a change that is meant, and look at them:
//!
//! ```text
//! TROMBINE_REQUIRE=gpu TROMBINE_PICTURES_UPDATE=1 cargo test --test it pictures::
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
};

use egui_kittest::{Harness, kittest::NodeT as _};
use image::{GrayImage, ImageEncoder as _, Luma, RgbaImage, codecs::png};
use trombine::{text::Lang, ui::Mode};

use crate::{
    scenes::{Scene, View},
    support::{required, skip},
};

const PAGES: [&str; 12] = [
    "welcome",
    "data",
    "augmentation",
    "model",
    "training",
    "results",
    "predict",
    "runs",
    "viewer",
    "training-over",
    "runs-compared",
    "experiment-running",
];
const SIZES: [[f32; 2]; 2] = [[1024.0, 700.0], [1440.0, 900.0]];
/// Pixels of the window on a side of one of the picture's.
const COARSE: u32 = 4;
/// The same for colors.
const COARSER: u32 = 16;
/// A tone is kept in steps of so many of 256.
const STEP: f64 = 16.0;
/// Tones this far apart are others.
const FAR: u8 = 24;
/// Pixels that may be others: letters are drawn a little otherwise by another release of the driver.
const FEW: usize = 5;

/// What stands in sentences with a measured speed.
const MEASURED: [&str; 2] = ["This machine makes about", "Cette machine en fait environ"];
/// The processor's name in the rail begins so.
const CORES: [&str; 2] = ["Processor, ", "Processeur, "];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures")
}

/// The mean brightness of each small square of the window, and below them how blue and how red the larger squares are.
fn coarse(picture: &RgbaImage) -> GrayImage {
    let (width, height) = (picture.width() / COARSE, picture.height() / COARSE);
    let (across, down) = (picture.width() / COARSER, picture.height() / COARSER);
    GrayImage::from_fn(width, height + down, |x, y| {
        if y < height {
            return tone(mean(picture, x, y, COARSE)[0]);
        }
        let [_, blue, red] = mean(picture, x % across, y - height, COARSER);
        match x / across {
            0 => tone(128.0 + blue / 2.0),
            1 => tone(128.0 + red / 2.0),
            _ => Luma([0]),
        }
    })
}

/// Of a square of `side` pixels: brightness, blue less brightness, red less brightness (ITU-R BT.601).
fn mean(picture: &RgbaImage, x: u32, y: u32, side: u32) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for (dx, dy) in (0..side).flat_map(|dy| (0..side).map(move |dx| (dx, dy))) {
        let [red, green, blue, _] = picture.get_pixel(x * side + dx, y * side + dy).0.map(f64::from);
        let bright = 0.299 * red + 0.587 * green + 0.114 * blue;
        sum.iter_mut().zip([bright, blue - bright, red - bright]).for_each(|(sum, part)| *sum += part);
    }
    sum.map(|sum| sum / f64::from(side * side))
}

fn tone(value: f64) -> Luma<u8> {
    Luma([((value / STEP).round() * STEP).clamp(0.0, 255.0) as u8])
}

/// How many pixels are others.
fn difference(kept: &GrayImage, now: &GrayImage) -> usize {
    if kept.dimensions() != now.dimensions() {
        return usize::MAX;
    }
    kept.pixels().zip(now.pixels()).filter(|(a, b)| a.0[0].abs_diff(b.0[0]) >= FAR).count()
}

fn draw(page: &str, view: View) -> GrayImage {
    let mut window = Scene::named(page).window_by(view, Harness::builder().wgpu());
    window.remove_cursor();
    window.run_steps(3);
    // Pictures come a few in each frame, fewer where the machine has other things to do.
    for _ in 0..300 {
        if !window.ctx.has_requested_repaint() {
            break;
        }
        window.step();
    }
    // A measured speed is another one each time, and another machine has other cores.
    let others = |node: &egui_kittest::Node<'_>| {
        let of = node.accesskit_node();
        // A text's words are its value.
        let name = of.label().or_else(|| of.value()).unwrap_or_default();
        let measured = MEASURED.iter().any(|words| name.contains(words)).then_some(420.0);
        let width = measured.or(CORES.iter().any(|words| name.starts_with(words)).then_some(180.0))?;
        Some(egui::Rect::from_min_size(node.rect().min, egui::vec2(width, node.rect().height())))
    };
    let rects: Vec<_> = window.root().children_recursive().filter_map(|node| others(&node)).collect();
    rects.into_iter().for_each(|rect| window.mask(rect));
    coarse(&window.render().expect("the page can be drawn"))
}

fn write(path: &Path, picture: &GrayImage) {
    let mut bytes = Vec::new();
    let encoder = png::PngEncoder::new_with_quality(&mut bytes, png::CompressionType::Best, png::FilterType::NoFilter);
    let (width, height) = picture.dimensions();
    encoder.write_image(picture, width, height, image::ExtendedColorType::L8).expect("a picture can be written");
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, bytes).expect("a picture can be written");
}

/// Every picture of a page: its name and how it is drawn.
fn all(page: &str) -> Vec<(String, View)> {
    let mut all = Vec::new();
    for lang in Lang::ALL {
        for mode in [Mode::Light, Mode::Dark] {
            for size in SIZES {
                let name = format!("{page}-{lang:?}-{mode:?}-{}.png", size[0]).to_lowercase();
                all.push((name, View { mode, ..View::new(lang, size) }));
            }
        }
    }
    all
}

/// Whether they are drawn anew.
fn updates() -> bool {
    std::env::var_os("TROMBINE_PICTURES_UPDATE").is_some()
}

fn compare(page: &str) {
    if !required("gpu") {
        return skip("gpu", "pictures are compared where TROMBINE_REQUIRE lists gpu, with Mesa's software driver");
    }
    let update = updates();
    let mut others = Vec::new();
    for (name, view) in all(page) {
        let path = folder().join(&name);
        let now = draw(page, view);
        if update {
            write(&path, &now);
            continue;
        }
        let kept = image::open(&path).map(|kept| kept.to_luma8());
        let count = kept.map_or(usize::MAX, |kept| difference(&kept, &now));
        if count > FEW {
            let new = std::env::temp_dir().join("trombine-pictures").join(&name);
            write(&new, &now);
            others.push(format!("{name}: {count} pixels are others than kept; now {}", new.display()));
        }
    }
    assert!(
        others.is_empty(),
        "look at them, and if it is meant, draw them anew (TROMBINE_PICTURES_UPDATE=1):\n{}",
        others.join("\n")
    );
}

macro_rules! pages {
    ($($test:ident $page:literal;)+) => {
        $(
            #[test]
            fn $test() {
                compare($page);
            }
        )+

        #[test]
        fn no_page_is_forgotten() {
            if updates() {
                return;
            }
            assert_eq!([$($page),+], PAGES);
            let size = |entry: fs::DirEntry| entry.metadata().map_or(0, |of| of.len());
            let kept: Vec<_> = fs::read_dir(folder()).expect("the pictures are there").flatten().collect();
            let names: Vec<String> = PAGES.iter().flat_map(|page| all(page)).map(|(name, _)| name).collect();
            for entry in &kept {
                assert!(names.contains(&entry.file_name().to_string_lossy().into_owned()), "{:?} is of nothing", entry.path());
            }
            assert_eq!(kept.len(), names.len());
            let bytes: u64 = kept.into_iter().map(size).sum();
            assert!(bytes < 600_000, "{bytes} bytes of pictures");
        }
    };
}

pages! {
    welcome_looks_as_kept "welcome";
    data_looks_as_kept "data";
    augmentation_looks_as_kept "augmentation";
    model_looks_as_kept "model";
    training_looks_as_kept "training";
    results_looks_as_kept "results";
    predict_looks_as_kept "predict";
    runs_looks_as_kept "runs";
    viewer_looks_as_kept "viewer";
    training_over_looks_as_kept "training-over";
    runs_compared_looks_as_kept "runs-compared";
    experiment_running_looks_as_kept "experiment-running";
}

/// A label that lost its last letters, a small button that is gone, or another color of the same brightness is seen.
#[test]
fn what_is_missing_is_seen() {
    if !required("gpu") {
        return skip("gpu", "pictures are compared where TROMBINE_REQUIRE lists gpu, with Mesa's software driver");
    }
    let colored = |color: [u8; 4]| coarse(&RgbaImage::from_pixel(64, 64, image::Rgba(color)));
    assert!(difference(&colored([67, 80, 214, 255]), &colored([11, 122, 117, 255])) > FEW, "another color");
    let draw = |label: &'static str, button: bool| {
        let mut window =
            Harness::builder().with_size([400.0, 200.0]).with_context_setup(trombine::ui::theme::install).wgpu().build_ui(
                move |ui| {
                    ui.label(label);
                    if button {
                        trombine::ui::widget::field::help_below(ui, Lang::En, "Dropout", egui::Id::unique("help"));
                    }
                },
            );
        window.run_steps(2);
        coarse(&window.render().expect("it can be drawn"))
    };
    let whole = draw("Batch norm after convolution", true);
    assert_eq!(difference(&whole, &draw("Batch norm after convolution", true)), 0);
    assert!(difference(&whole, &draw("Batch norm after convolut…", true)) > FEW, "the end of a label");
    assert!(difference(&whole, &draw("Batch norm after convolution", false)) > FEW, "a small button");
}
