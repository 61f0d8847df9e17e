//! Finds the pictures of a folder and reads what names and folders say about them. No picture is opened here.
//!
//! Two kinds of folders are understood, at any depth: UTKFace's file names, and a tree whose folders are two classes,
//! with or without parts above or below them, in any spelling (`layout`). Where names and folders both say what a picture
//! shows, the folders win, since somebody sorted them, unless they are those in which UTKFace is handed out; how it was read
//! is told, and the user may say otherwise (`reading`).

use std::{collections::BTreeMap, fs, io, path::Path, time::UNIX_EPOCH};

use rayon::prelude::*;

use super::{
    layout::Layout,
    name, part_name,
    reading::{Labels, PartFolder, Reading, Understood},
    sample::{Part, Sample, SkipReason, Skipped},
    walk::{File, Walk, walk},
};
use crate::{
    control::{Control, Stage},
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// What a scan found, in the order of the paths.
#[derive(Clone, Debug)]
pub struct Scan {
    pub classes: [String; 2],
    /// Their `hash` is not known yet.
    pub samples: Vec<Sample>,
    /// When each sample's file was last changed, in nanoseconds since 1970; 0 if the system does not tell.
    pub modified: Vec<u64>,
    pub skipped: Vec<Skipped>,
    /// Those of the skipped whose class neither name nor folder says, with the times of their last changes.
    pub unnamed: Vec<(Sample, u64)>,
    /// How names and folders were read.
    pub understood: Understood,
}

/// Scans `root` recursively, and reads it as the user said.
///
/// # Errors
/// Not a folder, not readable, nothing usable, not exactly two classes, a name of the folder that is not Unicode, or
/// cancelled.
pub fn scan(
    root: &Path,
    reading: Reading,
    control: &Control,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<Scan, Problem> {
    check_root(root)?;
    let mut found = walk(root, control, &mut |met| progress(Stage::Scanning, met, 0))?;
    let shown = found.files.len() as u64;
    found.files.sort_unstable();
    let names: Vec<Option<name::Name>> = found.files.par_iter().map(|file| name::read(&file.name)).collect();
    let layout = Layout::find(found.files.chunk_by(|a, b| a.tree == b.tree).map(|chunk| &*chunk[0].tree), reading.classes);
    let named = names.iter().flatten().count();
    let places = places(&layout, &found.files);
    let understood = understand(reading, &layout, &found.files, &names, &places);
    let by_folder = understood.by_folder;
    if by_folder && layout.classes.len() != 2 {
        return Err(not_two_classes(root, &layout, &found, named));
    }
    let classes = match layout.classes.as_slice() {
        [a, b] if by_folder => [a.clone(), b.clone()],
        _ => ["female".to_owned(), "male".to_owned()],
    };
    let mut scan =
        Scan { classes, samples: Vec::new(), modified: Vec::new(), skipped: found.skipped, unnamed: Vec::new(), understood };
    let stamps: Vec<io::Result<(u64, u64)>> = found
        .files
        .par_iter()
        .map(|file| if control.cancelled() { Err(io::ErrorKind::Interrupted.into()) } else { stamp(&root.join(file.path())) })
        .collect();
    if control.cancelled() {
        return Err(Problem::cancelled());
    }
    for (((file, name), stamp), place) in found.files.iter().zip(names).zip(stamps).zip(places) {
        let path = file.path();
        let name_class = name.as_ref().map(|n| n.class);
        let class = match place.class {
            Some(class) if by_folder => Some(class as u8),
            None if by_folder && !layout.is_gender() => None,
            _ => name_class,
        };
        let (bytes, modified) = match stamp {
            Ok(stamp) => stamp,
            Err(error) => {
                let reason = SkipReason::Unreadable { details: error.to_string() };
                scan.skipped.push(Skipped { file: path, reason, proposal: None });
                continue;
            }
        };
        let name = name.as_ref();
        let sample = Sample {
            file: path,
            class: class.unwrap_or_default(),
            age: name.map(|n| n.age),
            race: name.and_then(|n| n.race),
            given_part: place.part,
            bytes,
            hash: 0,
            anomaly: name.and_then(|n| n.anomaly.clone()),
        };
        if class.is_none() {
            let proposal = name::propose(&file.name);
            scan.skipped.push(Skipped { file: sample.file.clone(), reason: SkipReason::Name, proposal });
            scan.unnamed.push((sample, modified));
            continue;
        }
        scan.samples.push(sample);
        scan.modified.push(modified);
    }
    scan.skipped.sort_by(|a, b| a.file.cmp(&b.file));
    scan.unnamed.sort_by(|a, b| a.0.file.cmp(&b.0.file));
    progress(Stage::Scanning, shown, shown);
    check_classes(root, &scan)?;
    Ok(scan)
}

/// What a picture's folder says.
#[derive(Clone, Copy)]
struct Place {
    /// Index into the layout's classes.
    class: Option<usize>,
    part: Option<Part>,
}

/// What the folder of each file says, found once for all files of a folder.
fn places(layout: &Layout, files: &[File]) -> Vec<Place> {
    let folder = |files: &[File]| {
        let tree = &*files[0].tree;
        let class = layout.class(tree).and_then(|class| layout.classes.iter().position(|k| *k == class));
        std::iter::repeat_n(Place { class, part: layout.part(tree) }, files.len())
    };
    files.chunk_by(|a, b| a.tree == b.tree).flat_map(folder).collect()
}

/// Where the labels come from, and what else a person may have meant.
fn understand(reading: Reading, layout: &Layout, files: &[File], names: &[Option<name::Name>], places: &[Place]) -> Understood {
    let named = names.iter().flatten().count();
    let mut understood = Understood {
        reading,
        parts: part_folders(layout, files, places),
        inner: layout.inner,
        grouping: layout.grouping.clone(),
        other_classes: layout.other_classes.clone(),
        ..Understood::default()
    };
    let both = || names.iter().zip(places).filter_map(|(name, place)| Some((name.as_ref()?.class, place.class?)));
    let inside = places.iter().filter(|place| place.class.is_some()).count();
    // Folders that a person sorted: they hold most of the pictures, and are not those in which UTKFace is handed out.
    let sorted = layout.classes.len() > 1 && inside * 2 > files.len() && !is_distribution(&layout.classes);
    if sorted && named > 0 {
        understood.folders = layout.classes.clone();
        understood.both = both().count() as u64;
        let genders: Option<Vec<u8>> = layout.classes.iter().map(|class| gender(class)).collect();
        understood.disagree = genders
            .filter(|genders| genders.contains(&0) && genders.contains(&1))
            .map(|genders| both().filter(|(name, folder)| *name != genders[*folder]).count() as u64);
    }
    // Folders that say of every picture just what its name says are UTKFace's own classes under another name.
    let the_same = understood.disagree == Some(0) && named == files.len();
    understood.by_folder = match reading.labels {
        Labels::Folders => true,
        Labels::Names => false,
        Labels::Auto => {
            let by_two = sorted && layout.classes.len() == 2 && !the_same;
            layout.is_gender() || named == 0 || by_two || (named * 2 < files.len() && layout.classes.len() > 1)
        }
    };
    understood
}

/// The folders that name parts, training first.
fn part_folders(layout: &Layout, files: &[File], places: &[Place]) -> Vec<PartFolder> {
    let mut counts: BTreeMap<(usize, String), u64> = BTreeMap::new();
    for (file, place) in files.iter().zip(places) {
        if let (Some(part), Some(name)) = (place.part, layout.part_folder(&file.tree)) {
            *counts.entry((part as usize, name)).or_default() += 1;
        }
    }
    counts.into_iter().map(|((part, name), pictures)| PartFolder { name, part: Part::ALL[part], pictures }).collect()
}

/// Whether folders are those in which UTKFace is handed out, or differ by a number alone: `UTKFace`, `crop_part1`, `part2`.
fn is_distribution(folders: &[String]) -> bool {
    let keys: Vec<String> = folders.iter().map(|name| part_name::key(name)).collect();
    let stem = |key: &String| key.trim_end_matches(|c: char| !c.is_alphabetic()).to_owned();
    let handed_out = |key: &String| ["utk", "crop", "aligned"].iter().any(|word| key.contains(word));
    let numbered = keys.iter().all(|key| stem(key) == stem(&keys[0]));
    numbered || keys.iter().any(handed_out)
}

/// The gender that a folder's name means, as UTKFace's classes count.
fn gender(folder: &str) -> Option<u8> {
    const FEMALE: [&str; 12] =
        ["female", "females", "woman", "women", "girl", "girls", "f", "femme", "femmes", "fille", "filles", "w"];
    const MALE: [&str; 11] = ["male", "males", "man", "men", "boy", "boys", "m", "homme", "hommes", "garçon", "garçons"];
    let key = part_name::key(folder);
    match () {
        () if FEMALE.contains(&key.as_str()) => Some(0),
        () if MALE.contains(&key.as_str()) => Some(1),
        () => None,
    }
}

/// Size in bytes and time of the last change of a file.
fn stamp(path: &Path) -> io::Result<(u64, u64)> {
    let meta = fs::metadata(path)?;
    let modified = meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
    Ok((meta.len(), modified.map_or(0, |t| t.as_nanos() as u64)))
}

fn check_root(root: &Path) -> Result<(), Problem> {
    let meta = fs::metadata(root).map_err(|error| Problem::io(root, &error))?;
    let shown = root.display();
    if !meta.is_dir() {
        return Err(Problem::new(
            Kind::Data,
            LocalizedText {
                en: format!("{shown} is a file, not a folder"),
                fr: format!("{shown} est un fichier, pas un dossier"),
            },
            say("Choose the folder that holds the pictures", "Choisissez le dossier qui contient les images"),
        ));
    }
    if root.to_str().is_none() {
        return Err(Problem::new(
            Kind::Data,
            LocalizedText {
                en: format!("The name of the folder {shown} is not valid Unicode"),
                fr: format!("Le nom du dossier {shown} n’est pas de l’Unicode valide"),
            },
            say(
                "Rename the folder, or open it through a link with another name",
                "Renommez-le, ou ouvrez-le par un lien d’un autre nom",
            ),
        ));
    }
    Ok(())
}

/// Why a tree that has to be read by its folders cannot be.
fn not_two_classes(root: &Path, layout: &Layout, found: &Walk, named: usize) -> Problem {
    let shown = root.display();
    let names = |n: usize| layout.classes.iter().take(n).map(|c| format!("“{c}”")).collect::<Vec<_>>().join(", ");
    let (what, remedy) = match layout.classes.len() {
        _ if found.files.is_empty() && found.skipped.is_empty() => (
            LocalizedText { en: format!("{shown} is empty"), fr: format!("{shown} est vide") },
            say("Choose the folder that holds the pictures", "Choisissez le dossier qui contient les images"),
        ),
        _ if found.files.is_empty() => (
            LocalizedText {
                en: format!("{shown} holds no pictures (JPEG, PNG, WebP, BMP, GIF, TIFF)"),
                fr: format!("{shown} ne contient pas d’images (JPEG, PNG, WebP, BMP, GIF, TIFF)"),
            },
            say("Choose the folder that holds the pictures", "Choisissez le dossier qui contient les images"),
        ),
        1 => (
            LocalizedText {
                en: format!("There is only one class folder in {shown}: {}", names(1)),
                fr: format!("Il n’y a qu’un dossier de classe dans {shown} : {}", names(1)),
            },
            say(
                "Training needs two classes: choose the folder above, or add the other class",
                "L’entraînement demande deux classes : choisissez le dossier au-dessus, ou ajoutez l’autre classe",
            ),
        ),
        n if n > 2 => (
            LocalizedText {
                en: format!("There are {n} class folders in {shown}: {}{}", names(3), if n > 3 { ", …" } else { "" }),
                fr: format!("Il y a {n} dossiers de classe dans {shown} : {}{}", names(3), if n > 3 { ", …" } else { "" }),
            },
            say(
                "The program tells two classes apart: keep two of them in a folder of their own",
                "Le programme distingue deux classes : gardez-en deux dans un dossier à elles",
            ),
        ),
        _ => (
            LocalizedText {
                en: format!("No picture in {shown} says by its name or folder what it shows"),
                fr: format!("Aucune image de {shown} ne dit par son nom ou son dossier ce qu’elle montre"),
            },
            say(
                "Choose a folder with UTKFace names (age_gender_race_date.jpg), or one with a folder for each of two classes",
                "Choisissez un dossier aux noms UTKFace (âge_genre_race_date.jpg), ou un dossier avec un sous-dossier pour chacune de deux classes",
            ),
        ),
    };
    let problem = Problem::new(Kind::Data, what, remedy);
    Problem { path: Some(root.to_owned()), ..problem }
        .because(format!("{} pictures, {named} with a UTKFace name", found.files.len()))
}

/// Both classes must have pictures.
pub(super) fn check_classes(root: &Path, scan: &Scan) -> Result<(), Problem> {
    let ones = scan.samples.iter().filter(|s| s.class == 1).count();
    let missing = match (scan.samples.len() - ones, ones) {
        (0, 0) => {
            let shown = root.display();
            let problem = Problem::new(
                Kind::Data,
                LocalizedText {
                    en: format!("None of the {} files in {shown} is usable", scan.skipped.len()),
                    fr: format!("Aucun des {} fichiers de {shown} n’est utilisable", scan.skipped.len()),
                },
                say("Look at the reasons, or choose another folder", "Regardez les raisons, ou choisissez un autre dossier"),
            );
            return Err(Problem { path: Some(root.to_owned()), ..problem }
                .because(scan.skipped.iter().take(5).map(|s| s.file.display().to_string()).collect::<Vec<_>>().join("\n")));
        }
        (0, _) => 0,
        (_, 0) => 1,
        _ => return Ok(()),
    };
    let (there, missing) = (&scan.classes[1 - missing], &scan.classes[missing]);
    let problem = Problem::new(
        Kind::Data,
        LocalizedText {
            en: format!("All usable pictures are “{there}”, none is “{missing}”"),
            fr: format!("Toutes les images utilisables sont « {there} », aucune n’est « {missing} »"),
        },
        say(
            "Training needs two classes: choose a folder that holds both",
            "L’entraînement demande deux classes : choisissez un dossier qui contient les deux",
        ),
    );
    Err(Problem { path: Some(root.to_owned()), ..problem })
}
