//! Pictures of every page in both languages, both modes and two sizes, on sample data, held against those in
//! `tests/pictures`: drawings alone, a quarter as wide and as high, so that all of them are small enough to keep.
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
use image::{ImageEncoder as _, Rgb, RgbImage, RgbaImage, codecs::png};
use trombine::{text::Lang, ui::Mode};

use crate::{
    scenes::{Scene, View},
    support::{required, skip},
};

const PAGES: [&str; 8] = ["welcome", "data", "augmentation", "model", "training", "results", "predict", "runs"];
const SIZES: [[f32; 2]; 2] = [[1024.0, 700.0], [1440.0, 900.0]];
/// Pixels of the window on a side of one of the picture's.
const COARSE: u32 = 4;
/// A color is kept in steps of so many of 256.
const STEP: u8 = 16;
/// Colors this far apart, in any of their three parts, are others.
const FAR: u8 = 24;
/// Pixels that may be others: letters are drawn a little otherwise by another release of the driver.
const FEW: usize = 5;

/// What stands in sentences with a measured speed.
const MEASURED: [&str; 2] = ["This machine makes about", "Cette machine en fait environ"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures")
}

/// The mean of each square of the window, in few colors.
fn coarse(picture: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(picture.width() / COARSE, picture.height() / COARSE, |x, y| {
        let mut sum = [0u32; 3];
        for (dx, dy) in (0..COARSE).flat_map(|dy| (0..COARSE).map(move |dx| (dx, dy))) {
            let pixel = picture.get_pixel(x * COARSE + dx, y * COARSE + dy);
            sum.iter_mut().zip(pixel.0).for_each(|(sum, part)| *sum += u32::from(part));
        }
        let half = u32::from(STEP / 2);
        Rgb(sum.map(|sum| ((sum / (COARSE * COARSE) + half) / u32::from(STEP) * u32::from(STEP)).min(255) as u8))
    })
}

/// How many pixels are others.
fn difference(kept: &RgbImage, now: &RgbImage) -> usize {
    if kept.dimensions() != now.dimensions() {
        return usize::MAX;
    }
    let far = |(a, b): (&Rgb<u8>, &Rgb<u8>)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) >= FAR);
    kept.pixels().zip(now.pixels()).filter(|pair| far(*pair)).count()
}

fn draw(page: &str, view: View) -> RgbImage {
    let mut window = Scene::named(page).window_by(view, Harness::builder().wgpu());
    window.remove_cursor();
    window.run_steps(3);
    // A measured speed is another one each time.
    let measured = |node: &egui_kittest::Node<'_>| {
        node.accesskit_node().label().is_some_and(|text| MEASURED.iter().any(|words| text.contains(words)))
    };
    let rects: Vec<_> = window.root().children_recursive().filter(measured).map(|node| node.rect()).collect();
    rects.into_iter().for_each(|rect| window.mask(egui::Rect::from_min_size(rect.min, egui::vec2(420.0, rect.height()))));
    coarse(&window.render().expect("the page can be drawn"))
}

fn write(path: &Path, picture: &RgbImage) {
    let mut bytes = Vec::new();
    let encoder = png::PngEncoder::new_with_quality(&mut bytes, png::CompressionType::Best, png::FilterType::NoFilter);
    let (width, height) = picture.dimensions();
    encoder.write_image(picture, width, height, image::ExtendedColorType::Rgb8).expect("a picture can be written");
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

fn compare(page: &str) {
    if !required("gpu") {
        return skip("gpu", "pictures are compared where TROMBINE_REQUIRE lists gpu, with Mesa's software driver");
    }
    let update = std::env::var_os("TROMBINE_PICTURES_UPDATE").is_some();
    let mut others = Vec::new();
    for (name, view) in all(page) {
        let path = folder().join(&name);
        let now = draw(page, view);
        if update {
            write(&path, &now);
            continue;
        }
        let kept = image::open(&path).map(|kept| kept.to_rgb8());
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
}

/// A label that lost its last letters, or a small button that is gone, is seen.
#[test]
fn what_is_missing_is_seen() {
    if !required("gpu") {
        return skip("gpu", "pictures are compared where TROMBINE_REQUIRE lists gpu, with Mesa's software driver");
    }
    let draw = |label: &'static str, button: bool| {
        let mut window =
            Harness::builder().with_size([400.0, 200.0]).with_context_setup(trombine::ui::theme::install).wgpu().build_ui(
                move |ui| {
                    ui.label(label);
                    if button {
                        trombine::ui::widget::field::help(ui, Lang::En, "Dropout", "what it does");
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
