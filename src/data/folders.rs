//! "Copy into folders": the split as a tree `train|validation|test/class`, as the notebook's preprocessing makes it.

use std::{
    collections::HashSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    dataset::Dataset,
    face_file,
    sample::{Part, Source},
    split::Split,
};
use crate::{
    control::{Control, Stage},
    files::{
        disk,
        overwrite::{self, without_links},
        unfinished::{UnfinishedFolder, is_unfinished},
    },
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub copied: u64,
    /// Were there already, from a copy that was stopped.
    pub there: u64,
}

/// Copies each sample of `split` into `out/part/class/`, or links it there (a second name for the same file, which takes no space).
///
/// A copy that was stopped goes on where it was: files of the right size are left as they are. A folder below the
/// data set is flattened into the file's name, with `-` between.
///
/// # Errors
/// `out` lies in the data set's folder or around it, or holds files that are not from here; a file that cannot be
/// read; a full disk; cancelled. What has been copied stays.
pub fn write(
    dataset: &Dataset,
    split: &Split,
    out: &Path,
    link: bool,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<Written, Problem> {
    let root = match &dataset.source {
        Source::Folder(root) => Some(root.as_path()),
        Source::SampleFaces => None,
    };
    if let Some(root) = root {
        check_apart(root, out)?;
    }
    let jobs = jobs(dataset, split);
    check_strangers(out, &jobs)?;
    let alone = disk::create_dir_all(out).and_then(|()| UnfinishedFolder::alone(out));
    let _sign = alone.map_err(|error| Problem::writing(out, &error))?.ok_or_else(|| overwrite::busy(out))?;
    // Others number classes by the folders of a part, so each has all; of years, which are many, those with a picture.
    let filled: HashSet<&Path> = jobs.iter().filter_map(|(_, file)| file.parent()).collect();
    for part in Part::ALL {
        for class in &dataset.task.classes {
            if dataset.task.is_regression() && !filled.contains(Path::new(folder_name(part)).join(class).as_path()) {
                continue;
            }
            let folder = out.join(folder_name(part)).join(class);
            disk::create_dir_within(out, &Path::new(folder_name(part)).join(class))
                .map_err(|error| Problem::writing(&folder, &error))?;
        }
    }
    let mut written = Written::default();
    for (done, (index, file)) in jobs.iter().enumerate() {
        if control.cancelled() {
            return Err(Problem::cancelled());
        }
        if done % 64 == 0 {
            progress(Stage::Copying, done as u64, jobs.len() as u64);
        }
        let target = out.join(file);
        let new = match root {
            Some(root) => copy(&root.join(face_file::photo(&dataset.samples[*index].file)), &target, link)?,
            None => draw(&dataset.pixels.get(*index)?, &target)?,
        };
        if new { written.copied += 1 } else { written.there += 1 }
    }
    progress(Stage::Copying, jobs.len() as u64, jobs.len() as u64);
    Ok(written)
}

/// The folder's name for a part.
pub fn folder_name(part: Part) -> &'static str {
    match part {
        Part::Train => "train",
        Part::Validation => "validation",
        Part::Test => "test",
    }
}

/// Each sample that is in a part, with its path below the new folder; no two are equal. Of faces that are pictures of their own
/// the photo is written, once for each class that it is in.
fn jobs(dataset: &Dataset, split: &Split) -> Vec<(usize, PathBuf)> {
    let (mut taken, mut photos) = (HashSet::new(), HashSet::new());
    let mut jobs = Vec::new();
    for (index, (sample, part)) in dataset.samples.iter().zip(&split.parts).enumerate() {
        let Some(part) = part else { continue };
        let folder = Path::new(folder_name(*part)).join(&dataset.task.classes[usize::from(sample.class)]);
        let photo = face_file::photo(&sample.file);
        if !photos.insert((folder.clone(), photo)) {
            continue;
        }
        // The own name alone where the folders above it say the same as the new ones.
        let own = photo.file_name().unwrap_or(photo.as_os_str()).to_string_lossy().into_owned();
        let mut path = folder.join(&own);
        if taken.contains(&path) {
            path = folder.join(photo.to_string_lossy().replace(['/', '\\'], "-"));
        }
        for number in 2.. {
            if taken.insert(path.clone()) {
                break;
            }
            path = folder.join(format!("{number}-{own}"));
        }
        jobs.push((index, path));
    }
    jobs
}

/// Copies or links one file; false if it was there. A copy gets its name only when it is whole.
fn copy(source: &Path, target: &Path, link: bool) -> Result<bool, Problem> {
    let size = fs::metadata(source).map_err(|error| Problem::io(source, &error))?.len();
    if fs::metadata(target).is_ok_and(|there| there.len() == size) {
        return Ok(false);
    }
    let write = |error: io::Error| Problem::writing(target, &error);
    if link && disk::hard_link(source, target).is_ok() {
        return Ok(true);
    }
    // Where linking is not possible (another disk) a copy serves as well.
    whole(target, |half| disk::copy_new(source, half).map(drop)).map_err(write)?;
    Ok(true)
}

/// Writes a drawing as PNG; false if it was there.
fn draw(pixels: &[u8], target: &Path) -> Result<bool, Problem> {
    if target.exists() {
        return Ok(false);
    }
    let side = super::picture_size::side_of(pixels.len()) as u32;
    let mut png = io::Cursor::new(Vec::new());
    image::write_buffer_with_format(&mut png, pixels, side, side, image::ColorType::Rgb8, image::ImageFormat::Png)
        .map_err(io::Error::other)
        .and_then(|()| whole(target, |half| disk::create_new(half)?.write_all(png.get_ref())))
        .map_err(|error| Problem::writing(target, &error))?;
    Ok(true)
}

/// Lets `write` make a file under another name, which it loses for `target` when it is whole. A copy that was killed may
/// have left one; nobody else's lies there, as [`check_strangers`] has seen.
fn whole(target: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let half = half_name(target);
    if fs::symlink_metadata(&half).is_ok() {
        disk::remove_file(&half)?;
    }
    // The error to tell is the first one.
    write(&half).and_then(|()| disk::rename(&half, target)).inspect_err(|_| drop(disk::remove_file(&half)))
}

fn half_name(target: &Path) -> PathBuf {
    target.with_extension("part")
}

/// What is written must lie neither in the data set's folder, which is never written to, nor around it.
///
/// # Errors
/// It does.
pub fn check_apart(root: &Path, out: &Path) -> Result<(), Problem> {
    let (root, out) = (without_links(root), without_links(out));
    if !out.starts_with(&root) && !root.starts_with(&out) {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Disk,
        say(
            "Nothing is written into the folder of the pictures, nor around it",
            "Rien n’est écrit dans le dossier des images, ni autour",
        ),
        say("Choose an empty folder elsewhere", "Choisissez un dossier vide ailleurs"),
    )
    .because(format!("{}\n{}", root.display(), out.display())))
}

/// Refuses a folder in which other files lie than this copy would write.
fn check_strangers(out: &Path, jobs: &[(usize, PathBuf)]) -> Result<(), Problem> {
    let ours: HashSet<&Path> = jobs.iter().map(|(_, path)| path.as_path()).collect();
    let halves: HashSet<PathBuf> = jobs.iter().map(|(_, path)| half_name(path)).collect();
    let mut waiting = vec![out.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Problem::writing(&folder, &error)),
        };
        for entry in entries.flatten() {
            if is_unfinished(&entry.file_name()) {
                continue;
            }
            let path = entry.path();
            let below = path.strip_prefix(out).unwrap_or(&path);
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(path);
            } else if !ours.contains(below) && !halves.contains(below) {
                let shown = path.display();
                return Err(Problem::new(
                    Kind::Disk,
                    LocalizedText {
                        en: format!("There is something else in this folder already: {shown}"),
                        fr: format!("Il y a déjà autre chose dans ce dossier : {shown}"),
                    },
                    say("Choose an empty folder; nothing was overwritten", "Choisissez un dossier vide ; rien n’a été écrasé"),
                ));
            }
        }
    }
    Ok(())
}
