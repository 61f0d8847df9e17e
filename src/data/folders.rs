//! "Copy into folders": the split as a tree `train|validation|test/class`, as the notebook's preprocessing makes it.
//!
//! Where the folders' names do not say the classes (a label that cannot be a name, two that differ in capitals, one called like
//! a part), a `labels.csv` beside the parts does, so that the tree opens again with the same question.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    class_folders,
    dataset::Dataset,
    face_file, label_table,
    layout::Layout,
    part_name::key,
    reading::ClassFolders,
    sample::{Part, Source},
    split::Split,
    task::TaskKind,
};
use crate::{
    control::{Control, Stage},
    files::{
        atomic, disk,
        overwrite::{self, without_links},
        regular,
        unfinished::{UnfinishedFile, UnfinishedFolder, is_unfinished},
    },
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, plural, repeated, say},
};

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub copied: u64,
    /// Were there already, from a copy that was stopped.
    pub there: u64,
    /// Classes whose folders are called otherwise, with the folders' names.
    pub renamed: Vec<(String, String)>,
    /// Whether a table says the labels, since the folders do not.
    pub labels: bool,
}

impl Written {
    /// In words, without a capital: `41 pictures copied, 0 were there already`.
    pub fn sentence(&self, lang: Lang) -> String {
        const NAMED: usize = 3;
        let copied = plural(lang, self.copied, say("picture copied", "image copiée"), say("pictures copied", "images copiées"));
        let there =
            plural(lang, self.there, say("was there already", "y était déjà"), say("were there already", "y étaient déjà"));
        let next = say("; ", "\u{a0}; ").get(lang);
        let mut text = format!("{copied}, {there}");
        if !self.renamed.is_empty() {
            let one = say("class lies in a folder of another name", "classe est dans un dossier d’un autre nom");
            let more = say("classes lie in folders of another name", "classes sont dans des dossiers d’un autre nom");
            let of = |(class, folder): &(String, String)| match lang {
                Lang::En => format!("“{}” in {folder}", repeated(class)),
                Lang::Fr => format!("«\u{a0}{}\u{a0}» dans {folder}", repeated(class)),
            };
            let names: Vec<String> = self.renamed.iter().take(NAMED).map(of).collect();
            let rest = if self.renamed.len() > NAMED { ", …" } else { "" };
            text += next;
            text += &format!("{} ({}{rest})", plural(lang, self.renamed.len() as u64, one, more), names.join(", "));
        }
        if self.labels {
            text += next;
            text += say("the labels stand in labels.csv", "les étiquettes sont dans labels.csv").get(lang);
        }
        text
    }
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
    let names = class_folders::names(&dataset.task.classes);
    let jobs = jobs(dataset, split, &names);
    let labels = labels(dataset, split, &jobs, &names);
    check_strangers(out, &jobs, labels.as_deref())?;
    let alone = disk::create_dir_all(out).and_then(|()| UnfinishedFolder::alone(out));
    // It says to others that somebody writes here, and holds each picture until it is whole.
    let aside = alone.map_err(|error| Problem::writing(out, &error))?.ok_or_else(|| overwrite::busy(out))?;
    // Others number classes by the folders of a part, so each has all; of years, which are many, those with a picture.
    let filled: HashSet<&Path> = jobs.iter().filter_map(|(_, file)| file.parent()).collect();
    for part in Part::ALL {
        for name in &names {
            let place = Path::new(folder_name(part)).join(name);
            if dataset.task.is_regression() && !filled.contains(place.as_path()) {
                continue;
            }
            let folder = out.join(&place);
            disk::create_dir_within(out, &place).map_err(|error| Problem::writing(&folder, &error))?;
        }
    }
    if let Some(labels) = &labels {
        atomic::write(&out.join(label_table::FILE), labels)?;
    }
    let renamed = dataset.task.classes.iter().cloned().zip(names).filter(|(class, name)| class != name).collect();
    let mut written = Written { renamed, labels: labels.is_some(), ..Written::default() };
    for (done, (index, file)) in jobs.iter().enumerate() {
        if control.cancelled() {
            return Err(Problem::cancelled());
        }
        if done % 64 == 0 {
            progress(Stage::Copying, done as u64, jobs.len() as u64);
        }
        let target = out.join(file);
        let new = match root {
            Some(root) => copy(&root.join(face_file::photo(&dataset.samples[*index].file)), &target, link, &aside)?,
            None => draw(&dataset.pixels.get(*index)?, &target, &aside)?,
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

/// Each sample that is in a part, with its path below the new folder, in which `names` are the classes'; no two are equal, nor do
/// two differ in capitals alone, which some disks do not tell apart. Of faces that are pictures of their own the photo is
/// written, once for each class that it is in.
fn jobs(dataset: &Dataset, split: &Split, names: &[String]) -> Vec<(usize, PathBuf)> {
    let (mut taken, mut photos) = (HashSet::new(), HashSet::new());
    let mut jobs = Vec::new();
    for (index, (sample, part)) in dataset.samples.iter().zip(&split.parts).enumerate() {
        let Some(part) = part else { continue };
        let folder = Path::new(folder_name(*part)).join(&names[usize::from(sample.class)]);
        let photo = face_file::photo(&sample.file);
        if !photos.insert((folder.clone(), photo)) {
            continue;
        }
        // The own name alone where the folders above it say the same as the new ones.
        let own = photo.file_name().unwrap_or(photo.as_os_str()).to_string_lossy().into_owned();
        let mut path = folder.join(&own);
        let spelled = |path: &Path| key(&path.to_string_lossy());
        if taken.contains(&spelled(&path)) {
            path = folder.join(photo.to_string_lossy().replace(['/', '\\'], "-"));
        }
        for number in 2.. {
            if taken.insert(spelled(&path)) {
                break;
            }
            path = folder.join(format!("{number}-{own}"));
        }
        jobs.push((index, path));
    }
    jobs
}

/// A table of the labels, where those of folders are asked and the names of the new ones do not say them.
fn labels(dataset: &Dataset, split: &Split, jobs: &[(usize, PathBuf)], names: &[String]) -> Option<Vec<u8>> {
    if dataset.task.kind != TaskKind::Folders {
        return None;
    }
    let place = |index: usize| Some((split.parts[index].map(folder_name)?, usize::from(dataset.samples[index].class)));
    let places: BTreeSet<(&str, usize)> = jobs.iter().filter_map(|(index, _)| place(*index)).collect();
    let trees: Vec<[String; 2]> = places.iter().map(|(part, class)| [(*part).to_owned(), names[*class].clone()]).collect();
    let layout = Layout::find(trees.iter().map(|tree| &tree[..]), ClassFolders::Auto);
    let classes: BTreeSet<&str> = places.iter().map(|(_, class)| dataset.task.classes[*class].as_str()).collect();
    if layout.classes.iter().map(String::as_str).eq(classes) {
        return None;
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let mut row = |row: [&str; 3]| drop(table.write_record(row));
    row(["file", "label", "part"]);
    for (index, path) in jobs {
        let Some((part, class)) = place(*index) else { continue };
        row([&path.to_string_lossy().replace('\\', "/"), &dataset.task.classes[class], part]);
    }
    table.into_inner().ok()
}

/// Copies or links one file; false if it was there. A copy gets its name only when it is whole.
fn copy(source: &Path, target: &Path, link: bool, aside: &UnfinishedFolder) -> Result<bool, Problem> {
    let size = fs::metadata(source).map_err(|error| Problem::io(source, &error))?.len();
    if fs::metadata(target).is_ok_and(|there| there.len() == size) {
        return Ok(false);
    }
    let write = |error: io::Error| Problem::writing(target, &error);
    if link && disk::hard_link(source, target).is_ok() {
        return Ok(true);
    }
    // Where linking is not possible (another disk) a copy serves as well.
    let copy = || {
        let (mut source, mut copy) = (fs::File::open(source)?, UnfinishedFile::within(aside)?);
        io::copy(&mut source, &mut copy)?;
        copy.rename(target)
    };
    copy().map_err(write)?;
    Ok(true)
}

/// Writes a drawing as PNG; false if it was there.
fn draw(pixels: &[u8], target: &Path, aside: &UnfinishedFolder) -> Result<bool, Problem> {
    if target.exists() {
        return Ok(false);
    }
    let side = super::picture_size::side_of(pixels.len()) as u32;
    let mut png = io::Cursor::new(Vec::new());
    image::write_buffer_with_format(&mut png, pixels, side, side, image::ColorType::Rgb8, image::ImageFormat::Png)
        .map_err(io::Error::other)
        .and_then(|()| {
            let mut file = UnfinishedFile::within(aside)?;
            file.write_all(png.get_ref())?;
            file.rename(target)
        })
        .map_err(|error| Problem::writing(target, &error))?;
    Ok(true)
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

/// Refuses a folder in which other files lie than this copy would write, or another table of labels.
fn check_strangers(out: &Path, jobs: &[(usize, PathBuf)], labels: Option<&[u8]>) -> Result<(), Problem> {
    let ours: HashSet<&Path> = jobs.iter().map(|(_, path)| path.as_path()).collect();
    let is_table = |below: &Path| {
        let same = |labels: &[u8]| regular::read(&out.join(below), labels.len() as u64).is_ok_and(|there| there == labels);
        below == Path::new(label_table::FILE) && labels.is_some_and(same)
    };
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
            } else if !ours.contains(below) && !is_table(below) {
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
