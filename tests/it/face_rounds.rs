//! Finding faces takes minutes: whoever is stopped or killed goes on where it was.

use std::{fs, path::PathBuf};

use trombine::{
    control::{Control, Signal, Stage},
    data::{dataset::Dataset, edits::Edits, face_crop::FaceCrops, open_as, reading::Reading},
    files::AppDirs,
    problem::{Kind, Problem},
};

use crate::{
    face_crops::{crops, png},
    picture_folder::{Folder, alone},
};

/// More than four rounds of pictures that differ in a pixel.
const PICTURES: usize = 270;
/// With the one that shows none.
const ALL: u64 = PICTURES as u64 + 1;
/// Pictures of a round at least.
const ROUND: u64 = 64;

fn faces() -> Folder {
    let folder = Folder::new();
    let crops = crops(2);
    for number in 0..PICTURES {
        let mut crop = crops[number % 2].clone();
        crop.put_pixel(0, 0, image::Rgb([number as u8, (number / 256) as u8, 2]));
        folder.write(&format!("{}/{number}.png", ["ann", "bob"][number % 2]), &png(crop));
    }
    // One in which none is found, and which is not sought again.
    folder.write("ann/none.png", &png(image::RgbImage::new(60, 60)));
    folder
}

/// Opens with the faces; `each` is called with how many are done and how many there are to do.
fn open(places: &AppDirs, folder: &Folder, control: &Control, each: &mut dyn FnMut(u64, u64)) -> Result<Dataset, Problem> {
    let reading = Reading { faces: FaceCrops::Largest, ..Reading::default() };
    open_as(places, &folder.source().settled(), reading, &Edits::default(), control, &mut |stage, done, total| {
        if stage == Stage::FindingFaces {
            each(done, total);
        }
    })
    .map(alone)
}

fn pixels(dataset: &Dataset) -> Vec<Vec<u8>> {
    (0..dataset.samples.len()).map(|index| dataset.pixels.get(index).expect("pixels").into_owned()).collect()
}

#[test]
fn what_was_found_by_then_is_kept() {
    let (folder, control) = (faces(), Control::default());
    let stop = control.clone();
    let mut told = Vec::new();
    let stopped = open(&folder.places(), &folder, &control, &mut |done, total| {
        told.push((done, total));
        if done > ROUND {
            stop.set(Signal::Discard);
        }
    });
    assert_eq!(stopped.unwrap_err().kind, Kind::Cancelled);
    assert!(told.iter().all(|(_, total)| *total == ALL), "one count over all rounds: {told:?}");
    assert!(told.windows(2).all(|pair| pair[0].0 <= pair[1].0), "it does not go back: {told:?}");
    let mut left = 0;
    let dataset = open(&folder.places(), &folder, &Control::default(), &mut |_, total| left = total).expect("opens");
    assert_eq!(left, ALL - ROUND, "the first round is not sought again");
    let whole = open(&AppDirs::at(folder.beside("other")), &folder, &Control::default(), &mut |_, _| {}).expect("opens");
    assert_eq!((&dataset.samples, &dataset.skipped), (&whole.samples, &whole.skipped));
    assert!(pixels(&dataset) == pixels(&whole));
    // With all known nothing is sought.
    let mut sought = false;
    open(&folder.places(), &folder, &Control::default(), &mut |_, _| sought = true).expect("opens");
    assert!(!sought);
}

/// What lies on the disk at a moment at which the program may be killed is a whole file, and leads to the same.
#[test]
fn at_every_moment_there_is_a_whole_file_to_go_on_from() {
    let folder = faces();
    let cache = folder.places().cache;
    let mut moments: Vec<(PathBuf, Vec<u8>, u64)> = Vec::new();
    let whole = open(&folder.places(), &folder, &Control::default(), &mut |done, _| {
        let files = fs::read_dir(&cache).into_iter().flatten().flatten().map(|entry| entry.path());
        for path in files.filter(|path| path.extension().is_some_and(|ending| ending == "pixels")) {
            let bytes = fs::read(&path).expect("read");
            if moments.last().is_none_or(|(_, before, _)| *before != bytes) {
                moments.push((path, bytes, done));
            }
        }
    })
    .expect("opens");
    let expected = pixels(&whole);
    // Four rounds that others followed, each with what was being added behind the last whole one.
    assert!(moments.len() > 8, "{} moments", moments.len());
    for (number, (path, bytes, done)) in moments.into_iter().enumerate().step_by(3) {
        let places = AppDirs::at(folder.beside(&format!("killed {number}")));
        fs::create_dir_all(&places.cache).expect("a folder");
        fs::write(places.cache.join(path.file_name().expect("a name")), bytes).expect("written");
        let mut left = None;
        let go_on = open(&places, &folder, &Control::default(), &mut |_, total| _ = left.get_or_insert(total));
        let dataset = go_on.expect("opens");
        assert!(dataset.samples == whole.samples && pixels(&dataset) == expected, "killed when {done} were done");
        let kept = ALL - left.expect("some are left");
        assert!(kept.is_multiple_of(ROUND) && kept <= done && done - kept <= ROUND, "{kept} kept of {done}");
    }
}
