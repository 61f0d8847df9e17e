//! What most pictures of a folder share is its own way, and said once; what few are is odd.

use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};
use trombine::{
    data::{anomalies::Anomalies, dataset::Dataset, sample::Anomaly},
    text::Lang,
};

use crate::picture_folder::Folder;

/// Folders `cat` and `dog` with `gray` gray pictures and `color` others, one of them with a wrong ending.
fn draw(root: &Path, gray: u8, color: u8) {
    for class in ["cat", "dog"] {
        std::fs::create_dir_all(root.join(class)).expect("a folder");
    }
    let class = |number: u8| root.join(if number.is_multiple_of(2) { "cat" } else { "dog" });
    for number in 0..gray {
        let picture = GrayImage::from_fn(140, 140, |x, y| Luma([(x * u32::from(number + 1) + y) as u8]));
        picture.save(class(number).join(format!("{number}.png"))).expect("written");
    }
    for number in 0..color {
        let picture = RgbImage::from_fn(140, 140, |x, y| Rgb([(x * u32::from(number + 1)) as u8, y as u8, 9]));
        picture.save(class(number).join(format!("color {number}.png"))).expect("written");
    }
    if color > 0 {
        let first = class(0).join("color 0.png");
        std::fs::rename(&first, first.with_extension("jpg")).expect("renamed");
    }
}

fn read(gray: u8, color: u8) -> (Anomalies, Vec<String>) {
    let folder = Folder::new();
    draw(&folder.root(), gray, color);
    let dataset = folder.open().expect("opens");
    let odd = Anomalies::of(&dataset.samples);
    let named = odd
        .anomalies(&dataset.samples)
        .map(|(sample, what)| format!("{}: {}", sample.file.display(), what.sentence().get(Lang::En)));
    let named = named.collect();
    (odd, named)
}

#[test]
fn what_most_pictures_share_is_not_odd_but_said() {
    let (odd, named) = read(8, 3);
    let usual = odd.usual.expect("gray");
    assert_eq!((usual.pictures, usual.all), (8, false));
    assert_eq!(usual.sentence(Lang::En), "most gray, read as color");
    assert_eq!(usual.sentence(Lang::Fr), "la plupart en gris, lues en couleurs");
    assert_eq!(named, ["cat/color 0.jpg: actually a PNG file"]);
    let (odd, named) = read(9, 0);
    assert_eq!(odd.usual.expect("gray").sentence(Lang::En), "all gray, read as color");
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn what_somebody_has_corrected_is_not_to_be_checked_again() {
    let folder = Folder::new();
    draw(&folder.root(), 0, 3);
    let mut dataset = folder.open().expect("opens");
    let odd = |dataset: &Dataset| Anomalies::of(&dataset.samples).samples.len();
    assert_eq!(odd(&dataset), 1, "the wrong ending");
    dataset.samples[1].anomaly = Some(Anomaly::Repaired);
    assert_eq!(odd(&dataset), 1);
}

#[test]
fn what_few_pictures_are_is_odd() {
    let (odd, named) = read(3, 3);
    assert_eq!(odd.usual, None, "half of them are not most");
    assert_eq!(named.len(), 4, "{named:?}");
}
