//! A folder becomes samples, a split, cached pixels, and batches.
//!
//! In the order of the way: `walk` finds the files and `scan` what they show (`name` and `layout` read what names and
//! folders say), `cache` decodes each picture once (`decode`, `format`), `duplicates` finds copies, `edits` applies what
//! the user decided about single pictures, `census` counts, `split` deals the samples into parts, `overlap` finds what the
//! parts share, `augment` varies them, and `batch` hands them to training. `folders` writes the split out as a tree of
//! folders; `sample_faces` draws a data set.

pub mod augment;
pub mod batch;
pub mod cache;
pub mod census;
pub mod decode;
pub mod duplicates;
pub mod edits;
pub mod folders;
pub mod format;
pub mod hash;
pub mod layout;
pub mod name;
pub mod overlap;
pub mod random;
pub mod sample;
pub mod sample_faces;
pub mod scan;
pub mod split;
pub mod walk;

use crate::{files::Places, problem::Problem, train::control::Control, worker::Stage};
use edits::Edits;
use sample::{Dataset, Source};

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
) -> Result<Dataset, Problem> {
    open_in(&Places::of_user()?, source, edits, control, progress)
}

/// As [`open`], with the cache in another place than the user's own.
///
/// # Errors
/// As [`open`].
pub fn open_in(
    places: &Places,
    source: &Source,
    edits: &Edits,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<Dataset, Problem> {
    let source = source.settled();
    let Source::Folder(root) = &source else {
        return Ok(edits.apply(&sample_faces::dataset(control, progress)?).counted());
    };
    let mut scan = scan::scan(root, control, progress)?;
    let (pixels, spare) = cache::fill(&places.cache, root, &mut scan, control, progress)?;
    scan::check_classes(root, &scan)?;
    let scan::Scan { classes, samples, skipped, .. } = scan;
    let dataset = Dataset { source: source.clone(), classes, samples, skipped, pixels, spare, edited: None, findings: None };
    Ok(edits.apply(&dataset).counted())
}
