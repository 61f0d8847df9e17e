//! Drawn shapes, one kind for each class, in folders: what a network can tell apart in seconds, in any number of classes.

use std::{fs, path::Path};

use image::{Rgb, RgbImage};
use trombine::random::{Purpose, Random};

/// Side of a picture.
const SIDE: u32 = 64;

/// Writes `pictures` PNG files for each of `classes` kinds below `root`, in folders called `shape 0` and so on; with more than
/// ten kinds, numbers have as many digits as the last.
pub fn draw(root: &Path, classes: usize, pictures: usize) {
    let digits = (classes - 1).to_string().len();
    for class in 0..classes {
        let folder = root.join(format!("shape {class:0digits$}"));
        fs::create_dir_all(&folder).unwrap();
        for index in 0..pictures {
            shape(class, index).save(folder.join(format!("{index}.png"))).unwrap();
        }
    }
}

/// A star of as many points as the kind says, of one of ten colors, somewhere on a noisy ground.
fn shape(class: usize, index: usize) -> RgbImage {
    let mut random = Random::new(7, Purpose::SampleFaces, &[class as u64, index as u64]);
    let points = 3 + (class % 10) as i32;
    let hue = (class / 10) as f64 / 10.0 + 0.03 * (class % 10) as f64;
    let color = [0.0, 1.0 / 3.0, 2.0 / 3.0].map(|shift| 0.5 + 0.45 * (std::f64::consts::TAU * (hue + shift)).cos());
    let (x0, y0) = (random.between(26.0, 38.0), random.between(26.0, 38.0));
    let (radius, turn) = (random.between(18.0, 26.0), random.between(0.0, std::f64::consts::TAU));
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let (dx, dy) = (f64::from(x) - x0, f64::from(y) - y0);
        let edge = radius * (0.62 + 0.38 * (f64::from(points) * (dy.atan2(dx) + turn)).cos());
        let inside = dx.hypot(dy) < edge;
        let noise = random.between(-0.06, 0.06);
        Rgb(color.map(|c| {
            let value = if inside { c } else { 0.5 };
            ((value + noise).clamp(0.0, 1.0) * 255.0) as u8
        }))
    })
}
