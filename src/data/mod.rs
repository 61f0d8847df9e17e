//! A folder becomes samples, a split, cached pixels, and batches.
//!
//! In the order of the way: `walk` finds the files and `scan` what they show (`name`, `layout` and `label_table` read what names,
//! folders and a table say), `task` is what is learned of them, `cache` decodes each picture once (`decode`, `format`, `resize`), `duplicates` finds copies, and all of it becomes a
//! `dataset`, which is open as an `open_dataset`. `face_crop` is what is taken of a photo (`faces` finds them, `face_file` names them), `edits` holds what the user decided about single pictures and `edited` applies it, `asked` asks another question of the same pictures, `counting` makes the
//! `summary`, `odd` tells odd pictures from a folder's own way, `split` deals the samples into parts, `overlap` finds what the parts share, `augment` varies them, and `batch`
//! hands them to training, values standardized by `target_scaler`. `folders` writes the split out as a tree of folders, called as `class_folders` says; `sample_faces` draws a data set. `glimpse` shows some pictures as they come, and `background` is for
//! a window, which waits for no disk.

pub mod anomalies;
pub mod asked;
pub mod augment;
pub mod background;
pub mod batch;
pub mod cache;
pub mod class_folders;
pub mod counting;
pub mod dataset;
pub mod decode;
pub mod duplicates;
pub mod edited;
pub mod edits;
pub mod face_crop;
pub mod face_file;
pub mod faces;
pub mod folders;
pub mod format;
pub mod glimpse;
pub mod hash;
pub mod image_set;
pub mod label_table;
pub mod layout;
pub mod name;
pub mod open_dataset;
pub mod overlap;
pub mod part_name;
pub mod perceptual_hash;
pub mod picture_size;
pub mod pixels;
pub mod reading;
pub mod resize;
pub mod resize_method;
pub mod sample;
pub mod sample_faces;
pub mod scan;
pub mod split;
pub mod square;
pub mod summary;
pub mod target_scaler;
pub mod task;
pub mod walk;

use std::path::Path;

use crate::{
    control::{Control, Stage},
    files::AppDirs,
    problem::{Kind, Problem},
    text::LocalizedText,
};
use dataset::Dataset;
use edits::Edits;
use face_crop::FaceCrops;
use open_dataset::OpenDataset;
use reading::Reading;
use sample::Source;

/// Opens a source: scans, decodes what is new, applies `edits`. With everything in the cache it takes under a second.
///
/// `progress` gets the stage, how much is done, and how much there is (0 while that is unknown).
///
/// # Errors
/// Everything that keeps the folder from being trained on, a full disk, or cancelled.
pub fn open(
    source: &Source,
    edits: &Edits,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<OpenDataset, Problem> {
    open_in(&AppDirs::of_user()?, source, edits, control, progress)
}

/// As [`open`], with the cache in another place than the user's own.
///
/// # Errors
/// As [`open`].
pub fn open_in(
    dirs: &AppDirs,
    source: &Source,
    edits: &Edits,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<OpenDataset, Problem> {
    let source = source.settled();
    let reading = Reading::find(dirs, &source, control)?;
    let Source::Folder(root) = &source else {
        return Ok(edits.apply(&sample_faces::dataset(reading, control, progress)?.into()).counted());
    };
    open_if(dirs, root, reading, edits, control, progress)
}

/// As [`open_in`], with a reading and `edits` that were said of these pictures in another place.
///
/// # Errors
/// As [`open`].
pub fn open_moved(
    dirs: &AppDirs,
    source: &Source,
    reading: Reading,
    edits: &Edits,
    control: &Control,
) -> Result<OpenDataset, Problem> {
    match source {
        Source::Folder(root) => open_if(dirs, root, reading, edits, control, &mut |_, _, _| {}),
        Source::SampleFaces => open_in(dirs, source, edits, control, &mut |_, _, _| {}),
    }
}

/// Opens the folder `root`, read so if it can be.
fn open_if(
    dirs: &AppDirs,
    root: &Path,
    reading: Reading,
    edits: &Edits,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<OpenDataset, Problem> {
    let scan = match scan::scan(root, reading, control, progress) {
        // What was said of it once may not hold of what is in it now.
        Err(problem) if problem.kind == Kind::Data && reading != Reading::default() => {
            scan::scan(root, Reading::default().with_shape(reading.shape()), control, progress)
        }
        scan => scan,
    }?;
    finish(dirs, root, scan, edits, control, progress)
}

/// How a folder that cannot be opened in one way can be read in another, with the words for it: the ways in which most of
/// its pictures are used, each once.
pub fn other_readings(source: &Source, control: &Control) -> Vec<(Reading, LocalizedText)> {
    let Source::Folder(root) = source else { return Vec::new() };
    let mut ways: Vec<(Reading, LocalizedText)> = Vec::new();
    for reading in Reading::all() {
        let Ok(scan) = scan::scan(root, reading, control, &mut |_, _, _| {}) else { continue };
        let words = scan.understood.offer(&scan.task);
        if scan.samples.len() > scan.unnamed.len() && ways.iter().all(|(_, known)| *known != words) {
            ways.push((reading, words));
        }
    }
    ways
}

/// As [`open_in`], read as the user says now. Where it opens, [`Reading::save`] remembers that.
///
/// # Errors
/// As [`open`].
pub fn open_as(
    dirs: &AppDirs,
    source: &Source,
    reading: Reading,
    edits: &Edits,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<OpenDataset, Problem> {
    let source = source.settled();
    let Source::Folder(root) = &source else {
        return Ok(edits.apply(&sample_faces::dataset(reading, control, progress)?.into()).counted());
    };
    let scan = scan::scan(root, reading, control, progress)?;
    finish(dirs, root, scan, edits, control, progress)
}

/// Decodes what a scan of the folder `root` found.
fn finish(
    dirs: &AppDirs,
    root: &Path,
    mut scan: scan::Scan,
    edits: &Edits,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<OpenDataset, Problem> {
    if scan.understood.reading.faces != FaceCrops::Off {
        scan.squares = edits.squares();
    }
    let (pixels, spare) = cache::fill(&dirs.cache, root, &mut scan, control, progress)?;
    scan::settle_classes(root, &mut scan)?;
    let scan::Scan { task, samples, skipped, understood, .. } = scan;
    let source = Source::Folder(root.to_owned());
    let dataset = Dataset { source, task, samples, skipped, understood, pixels, spare };
    Ok(edits.apply(&dataset.into()).counted())
}
