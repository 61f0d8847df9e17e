//! Synthetic picture folders.

use std::{fs, path::PathBuf, sync::Arc};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use tempfile::TempDir;
use trombine::{
    control::Control,
    data::{dataset::Dataset, edits::Edits, open_dataset::OpenDataset, open_in, sample::Source},
    files::AppDirs,
    problem::Problem,
};

/// A folder that is deleted at the end of the test, with a place for the cache beside the pictures.
pub struct Folder {
    temp: TempDir,
}

impl Folder {
    pub fn new() -> Self {
        let temp = TempDir::new().unwrap();
        fs::create_dir(temp.path().join("pictures")).unwrap();
        Self { temp }
    }

    /// A folder of `n` pictures with UTKFace names, every second one male, ages 1 to 90, all different.
    pub fn utkface(n: usize) -> Self {
        let folder = Self::new();
        for i in 0..n {
            folder.picture(&utkface_name(i), i as u32);
        }
        folder
    }

    /// Where the pictures are.
    pub fn root(&self) -> PathBuf {
        self.temp.path().join("pictures")
    }

    /// A place beside the pictures.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    pub fn places(&self) -> AppDirs {
        AppDirs::at(self.temp.path().join("home"))
    }

    pub fn source(&self) -> Source {
        Source::Folder(self.root())
    }

    /// Writes bytes to a file below the root, with its folders.
    pub fn write(&self, file: &str, bytes: &[u8]) -> PathBuf {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a small picture that no other `number` gives, in the format that the name's ending says.
    pub fn picture(&self, file: &str, number: u32) -> PathBuf {
        let format = if file.ends_with(".png") { ImageFormat::Png } else { ImageFormat::Jpeg };
        self.write(file, &encode(&picture(number, 48, 48).into(), format))
    }

    /// Opens the data set as the program does.
    pub fn open(&self) -> Result<Dataset, Problem> {
        self.open_with(&Edits::default())
    }

    pub fn open_with(&self, edits: &Edits) -> Result<Dataset, Problem> {
        open_in(&self.places(), &self.source(), edits, &Control::default(), &mut |_, _, _| {}).map(alone)
    }
}

/// The data set that was opened, without what is derived of it.
pub fn alone(open: OpenDataset) -> Dataset {
    Arc::unwrap_or_clone(open.dataset)
}

/// The data set with these edits, as [`alone`].
pub fn edited(dataset: &Dataset, edits: &Edits) -> Dataset {
    alone(edits.apply(&dataset.clone().into()))
}

/// `25_0_2_20170116000000007.jpg.chip.jpg`, in which 0 is male.
pub fn utkface_name(i: usize) -> String {
    format!("{}_{}_{}_{}.jpg.chip.jpg", 1 + i * 7 % 90, i % 2, i % 5, 20_170_116_000_000_000u64 + i as u64)
}

/// A picture that differs from that of any other number.
pub fn picture(number: u32, width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let on = number >> ((x * 4 / width) + 4 * (y * 4 / height)) & 1 == 1;
        Rgb(if on { [230, 200, (number % 200) as u8] } else { [20, 60, 90] })
    })
}

pub fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
