//! Finds the pictures of a folder and reads what names and folders say about them. No picture is opened here.
//!
//! Two kinds of folders are understood, at any depth: UTKFace's file names, and a tree whose folders are classes,
//! with or without parts above or below them, in any spelling (`layout`). Where names and folders both say what a picture
//! shows, the folders win, since somebody sorted them, unless they are those in which UTKFace is handed out; how it was read
//! is told, and the user may say otherwise (`reading`).

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use rayon::prelude::*;

use super::{
    label_table::{self, LabelTable},
    layout::Layout,
    name, part_name,
    reading::{PartFolder, Reading, TaskChoice, Understood, unread_folders},
    sample::{Part, Sample, SkipReason, Skipped},
    square::PixelSquare,
    task::{Task, gender_of_folder, listed},
    walk::{FoundFile, Walk, walk},
};
use crate::{
    control::{Control, Stage},
    model::CLASSES,
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, Phrase, number, plural, say},
};

/// What a scan found, in the order of the paths.
#[derive(Clone, Debug)]
pub struct Scan {
    pub task: Task,
    /// Their `hash` is not known yet.
    pub samples: Vec<Sample>,
    /// When each sample's file was last changed, in nanoseconds since 1970; 0 if the system does not tell.
    pub modified: Vec<u64>,
    pub skipped: Vec<Skipped>,
    /// Those of the skipped whose class neither name nor folder says, with the times of their last changes.
    pub unnamed: Vec<(Sample, u64)>,
    /// How names and folders were read.
    pub understood: Understood,
    /// The squares that the user drew in files, which are taken in place of faces.
    pub squares: HashMap<PathBuf, PixelSquare>,
}

impl Scan {
    /// What the user drew in a file.
    pub fn square(&self, sample: &Sample) -> Option<PixelSquare> {
        self.squares.get(&sample.file).copied()
    }
}

/// Scans `root` recursively, and reads it as the user said.
///
/// # Errors
/// Not a folder, not readable, nothing usable, fewer than two classes or more than a network tells apart, a name of the
/// folder that is not Unicode, or cancelled.
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
    let mut understood = understand(reading, &layout, &found.files, &names, &places);
    let table = table(root, reading, &found.files)?;
    understood.by_folder &= table.is_none();
    understood.table = table.as_ref().map(|(table, _)| table.read.clone());
    let by_folder = understood.by_folder;
    found.folders.sort_unstable();
    understood.unread = found.folders.iter().map(|folder| folder.display().to_string()).collect();
    if let Some((table, _)) = &table {
        // It is what the folder is read by, no picture that is missing.
        found.skipped.retain(|skipped| root.join(&skipped.file) != table.read.table);
    }
    if by_folder && !CLASSES.contains(&layout.classes.len()) {
        return Err(no_classes(root, &layout, &found, (named, &understood.unread)));
    }
    if named == 0 && !found.files.is_empty() && matches!(reading.task, TaskChoice::AgeGroup | TaskChoice::Age) {
        return Err(no_ages(root, found.files.len()));
    }
    let task = match (reading.task, &table) {
        (_, Some((table, _))) => Task::of_classes(table.classes.clone()),
        _ if by_folder => Task::of_classes(layout.classes.clone()),
        (TaskChoice::AgeGroup, None) => Task::age_group(reading.bands),
        (TaskChoice::Age, None) => Task::age(),
        _ => Task::gender(),
    };
    let mut scan = Scan {
        task,
        samples: Vec::new(),
        modified: Vec::new(),
        skipped: found.skipped,
        unnamed: Vec::new(),
        understood,
        squares: HashMap::new(),
    };
    let stamps: Vec<io::Result<(u64, u64)>> = found
        .files
        .par_iter()
        .map(|file| if control.cancelled() { Err(io::ErrorKind::Interrupted.into()) } else { stamp(&root.join(file.path())) })
        .collect();
    if control.cancelled() {
        return Err(Problem::cancelled());
    }
    let lines = table.map(|(_, lines)| lines);
    let said = names.into_iter().zip(places).enumerate().map(|(index, (name, place))| FileClues {
        name,
        line: lines.as_ref().map(|lines| lines[index]),
        place,
    });
    let by_gender_folders = layout.is_gender();
    for ((file, stamp), said) in found.files.iter().zip(stamps).zip(said) {
        scan.take(file, stamp, &said, by_gender_folders);
    }
    scan.skipped.sort_by(|a, b| a.file.cmp(&b.file));
    scan.unnamed.sort_by(|a, b| a.0.file.cmp(&b.0.file));
    progress(Stage::Scanning, shown, shown);
    settle_classes(root, &mut scan)?;
    Ok(scan)
}

/// What is said of a file: by its name, by its line of a table where the folder is read by one, and by the folders above it.
struct FileClues {
    name: Option<name::Name>,
    line: Option<Option<(usize, Option<Part>)>>,
    place: Place,
}

impl Scan {
    /// Takes a file among those that are used or those that are not; `stamp` is its size and the time of its last change.
    fn take(&mut self, file: &FoundFile, stamp: io::Result<(u64, u64)>, said: &FileClues, by_gender_folders: bool) {
        let FileClues { name, line, place } = said;
        let name = name.as_ref();
        let by_folder = self.understood.by_folder;
        let class = match place.class {
            _ if let Some(line) = line => line.map(|(class, _)| class as u8),
            Some(class) if by_folder => Some(class as u8),
            None if by_folder && !by_gender_folders => None,
            _ => name.and_then(|name| self.task.of_name(name)),
        };
        let (bytes, modified) = match stamp {
            Ok(stamp) => stamp,
            Err(error) => {
                let reason = SkipReason::unreadable(&error);
                self.skipped.push(Skipped { file: file.path(), reason, proposal: None });
                return;
            }
        };
        let sample = Sample {
            file: file.path(),
            class: class.unwrap_or_default(),
            age: name.map(|n| n.age),
            race: name.and_then(|n| n.race),
            given_part: line.flatten().and_then(|(_, part)| part).or(place.part),
            bytes,
            hash: 0,
            anomaly: name.and_then(|n| n.anomaly.clone()),
        };
        if class.is_some() {
            self.samples.push(sample);
            self.modified.push(modified);
            return;
        }
        let (reason, proposal) = match line {
            Some(_) => (SkipReason::NoLine, None),
            None => (SkipReason::Name, name::propose(&file.name)),
        };
        self.skipped.push(Skipped { file: sample.file.clone(), reason, proposal });
        self.unnamed.push((sample, modified));
    }
}

/// What a table says of each file.
type Lines = Vec<Option<(usize, Option<Part>)>>;

/// The table of labels that the folder is read by, if it is, with what it says of each file.
fn table(root: &Path, reading: Reading, files: &[FoundFile]) -> Result<Option<(LabelTable, Lines)>, Problem> {
    let path = match (reading.task, label_table::find(root)) {
        (TaskChoice::Auto | TaskChoice::Table, Some(path)) => path,
        (TaskChoice::Table, None) => return Err(no_table(root)),
        _ => return Ok(None),
    };
    // One that lies beside the folder may be about anything, and one in it may be a picture's own affair.
    let meant = reading.task == TaskChoice::Table || path.starts_with(root);
    let mut table = match LabelTable::read(&path) {
        Err(_) if !meant => return Ok(None),
        table => table?,
    };
    let lines = table.places(files);
    if lines.iter().all(Option::is_none) {
        return if meant { Err(no_line_is_met(root, &path)) } else { Ok(None) };
    }
    Ok(Some((table, lines)))
}

fn no_table(root: &Path) -> Problem {
    let shown = root.display();
    let what = LocalizedText {
        en: format!("There is no labels.csv in {shown}, nor beside it"),
        fr: format!("Il n’y a pas de labels.csv dans {shown}, ni à côté"),
    };
    let remedy = say("Write a line for each picture into it: file,label", "Écrivez-y une ligne par image : file,label");
    Problem { path: Some(root.to_owned()), ..Problem::new(Kind::Data, what, remedy) }
}

fn no_line_is_met(root: &Path, table: &Path) -> Problem {
    let shown = table.display();
    let what = LocalizedText {
        en: format!("No line of {shown} names a picture of the folder"),
        fr: format!("Aucune ligne de {shown} ne nomme une image du dossier"),
    };
    let remedy = say(
        "Name pictures by their paths below the folder, or read the folder otherwise: --task folders or gender",
        "Nommez les images par leur chemin sous le dossier, ou lisez le dossier autrement : --task folders ou gender",
    );
    Problem { path: Some(root.to_owned()), ..Problem::new(Kind::Data, what, remedy) }
}

/// What a picture's folder says.
#[derive(Clone, Copy)]
struct Place {
    /// Index into the layout's classes.
    class: Option<usize>,
    part: Option<Part>,
}

/// What the folder of each file says, found once for all files of a folder.
fn places(layout: &Layout, files: &[FoundFile]) -> Vec<Place> {
    let folder = |files: &[FoundFile]| {
        let tree = &*files[0].tree;
        let class = layout.class(tree).and_then(|class| layout.classes.iter().position(|k| *k == class));
        std::iter::repeat_n(Place { class, part: layout.part(tree) }, files.len())
    };
    files.chunk_by(|a, b| a.tree == b.tree).flat_map(folder).collect()
}

/// Where the labels come from, and what else a person may have meant.
fn understand(
    reading: Reading,
    layout: &Layout,
    files: &[FoundFile],
    names: &[Option<name::Name>],
    places: &[Place],
) -> Understood {
    let named = names.iter().flatten().count();
    let mut understood = Understood {
        reading,
        parts: part_folders(layout, files, places),
        inner: layout.inner,
        grouping: layout.grouping.clone(),
        other_classes: layout.other_classes.clone(),
        ages: named as u64,
        ..Understood::default()
    };
    let both = || names.iter().zip(places).filter_map(|(name, place)| Some((name.as_ref()?.class, place.class?)));
    let inside = places.iter().filter(|place| place.class.is_some()).count();
    // Folders that a person sorted: they hold most of the pictures, and are not those in which UTKFace is handed out.
    let sorted = layout.classes.len() > 1 && inside * 2 > files.len() && !is_distribution(&layout.classes);
    if sorted && named > 0 {
        understood.folders = layout.classes.clone();
        understood.both = both().count() as u64;
        let genders: Option<Vec<u8>> = layout.classes.iter().map(|class| gender_of_folder(class)).collect();
        understood.disagree = genders
            .filter(|genders| genders.contains(&0) && genders.contains(&1))
            .map(|genders| both().filter(|(name, folder)| *name != genders[*folder]).count() as u64);
    }
    // Folders that say of every picture just what its name says are UTKFace's own classes under another name.
    let the_same = understood.disagree == Some(0) && named == files.len();
    understood.by_folder = match reading.task {
        TaskChoice::Folders => true,
        TaskChoice::Gender | TaskChoice::AgeGroup | TaskChoice::Age | TaskChoice::Table => false,
        TaskChoice::Auto => {
            let by_person = sorted && !the_same;
            layout.is_gender() || named == 0 || by_person || (named * 2 < files.len() && layout.classes.len() > 1)
        }
    };
    understood
}

/// The folders that name parts, training first.
fn part_folders(layout: &Layout, files: &[FoundFile], places: &[Place]) -> Vec<PartFolder> {
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

/// Why a tree that has to be read by its folders cannot be, of whose pictures so many have a UTKFace name, with the folders that
/// could not be read.
fn no_classes(root: &Path, layout: &Layout, found: &Walk, (named, unread): (usize, &[String])) -> Problem {
    let shown = root.display();
    let (what, remedy): (LocalizedText, Phrase) = match layout.classes.len() {
        _ if found.files.is_empty() && found.skipped.is_empty() => (
            LocalizedText { en: format!("{shown} is empty"), fr: format!("{shown} est vide") },
            say("Choose the folder that holds the pictures", "Choisissez le dossier qui contient les images"),
        ),
        _ if found.files.is_empty() => (
            LocalizedText::by(|lang| {
                let unread = unread_folders(unread, lang);
                match lang {
                    Lang::En => format!("{shown} holds no pictures (JPEG, PNG, WebP, BMP, GIF, TIFF){unread}"),
                    Lang::Fr => format!("{shown} ne contient pas d’images (JPEG, PNG, WebP, BMP, GIF, TIFF){unread}"),
                }
            }),
            say("Choose the folder that holds the pictures", "Choisissez le dossier qui contient les images"),
        ),
        1 => (
            LocalizedText::by(|lang| {
                let (only, unread) = (&layout.classes[0], unread_folders(unread, lang));
                match lang {
                    Lang::En => format!("There is only one class folder in {shown}: “{only}”{unread}"),
                    Lang::Fr => format!("Il n’y a qu’un dossier de classe dans {shown}\u{a0}: «\u{a0}{only}\u{a0}»{unread}"),
                }
            }),
            say(
                "Training needs two classes: choose the folder above, or add another class",
                "L’entraînement demande deux classes : choisissez le dossier au-dessus, ou ajoutez une autre classe",
            ),
        ),
        n if n > 1 => (
            LocalizedText::by(|lang| {
                let (names, most) = (listed(&layout.classes, lang), CLASSES.end());
                match lang {
                    Lang::En => format!("There are {n} class folders in {shown}, and {most} are the most: {names}"),
                    Lang::Fr => format!("Il y a {n} dossiers de classe dans {shown}, et {most} sont le plus : {names}"),
                }
            }),
            say(
                "Merge some of them, or choose a folder with fewer; if folders lie in folders, the others may be the classes",
                "Fusionnez-en, ou choisissez un dossier qui en a moins ; s’il y a des dossiers dans des dossiers, les autres sont peut-être les classes",
            ),
        ),
        _ if named > 0 => (
            LocalizedText::by(|lang| {
                let names = plural(lang, named as u64, say("name", "nom"), say("names", "noms"));
                match lang {
                    Lang::En => format!("No folder in {shown} says what its pictures show, but {names} there do as UTKFace’s"),
                    Lang::Fr => format!(
                        "Aucun dossier de {shown} ne dit ce que montrent ses images, mais {names} le disent comme ceux d’UTKFace"
                    ),
                }
            }),
            say(
                "Read the names: --task gender, age-group or age; or choose a folder with a folder for each class",
                "Lisez les noms\u{a0}: --task gender, age-group ou age\u{a0}; ou choisissez un dossier avec un sous-dossier pour chaque classe",
            ),
        ),
        _ => (
            LocalizedText {
                en: format!("No picture in {shown} says by its name or folder what it shows"),
                fr: format!("Aucune image de {shown} ne dit par son nom ou son dossier ce qu’elle montre"),
            },
            say(
                "Choose a folder with UTKFace names (age_gender_race_date.jpg), or one with a folder for each class",
                "Choisissez un dossier aux noms UTKFace (âge_genre_race_date.jpg), ou un dossier avec un sous-dossier pour chaque classe",
            ),
        ),
    };
    Problem { path: Some(root.to_owned()), ..Problem::new(Kind::Data, what, remedy) }
}

/// No picture's name says an age, and ages are asked for.
fn no_ages(root: &Path, pictures: usize) -> Problem {
    let shown = root.display();
    let what = LocalizedText::by(|lang| {
        let n = plural(lang, pictures as u64, say("picture", "image"), say("pictures", "images"));
        match lang {
            Lang::En => format!("Ages are asked for, and of {n} in {shown} none has a name that says one"),
            Lang::Fr => format!("L’âge est demandé, et sur {n} de {shown}, aucune n’a un nom qui le dise"),
        }
    });
    let remedy = say(
        "Name pictures as UTKFace does (age_gender_race_date.jpg), or ask what folders tell apart: --task folders",
        "Nommez les images comme UTKFace (âge_genre_race_date.jpg), ou demandez ce que des dossiers distinguent : --task folders",
    );
    Problem { path: Some(root.to_owned()), ..Problem::new(Kind::Data, what, remedy) }
}

/// Two classes at least must have pictures; of several, those that have none are no classes, which is told.
pub(super) fn settle_classes(root: &Path, scan: &mut Scan) -> Result<(), Problem> {
    let mut counts = vec![0_usize; scan.task.len()];
    scan.samples.iter().for_each(|sample| counts[usize::from(sample.class)] += 1);
    let there: Vec<usize> = (0..counts.len()).filter(|class| counts[*class] > 0).collect();
    match there.as_slice() {
        _ if there.len() == counts.len() => return Ok(()),
        [] => return Err(nothing_usable(root, scan)),
        [only] => return Err(one_class(root, scan, *only)),
        // Years without a picture stay years.
        _ if scan.task.is_regression() => return Ok(()),
        _ => {}
    }
    let place: Vec<usize> = (0..counts.len()).map(|class| there.partition_point(|known| *known < class)).collect();
    let unnamed = scan.unnamed.iter_mut().map(|(sample, _)| sample);
    scan.samples.iter_mut().chain(unnamed).for_each(|sample| sample.class = place[usize::from(sample.class)] as u8);
    let (kept, empty) = scan.task.classes.drain(..).enumerate().partition::<Vec<_>, _>(|(class, _)| counts[*class] > 0);
    scan.task.classes = kept.into_iter().map(|(_, name)| name).collect();
    scan.understood.empty.extend(empty.into_iter().map(|(_, name)| name));
    Ok(())
}

fn nothing_usable(root: &Path, scan: &Scan) -> Problem {
    let shown = root.display();
    let problem = Problem::new(
        Kind::Data,
        LocalizedText {
            en: format!("None of the {} files in {shown} is usable", scan.skipped.len()),
            fr: format!("Aucun des {} fichiers de {shown} n’est utilisable", scan.skipped.len()),
        },
        if scan.skipped.iter().any(|skipped| skipped.reason == SkipReason::NoFace) {
            say(
                "No face was found in them: take the pictures whole, or choose another folder",
                "Aucun visage n’y a été trouvé\u{a0}: prenez les images entières, ou choisissez un autre dossier",
            )
            .into()
        } else if scan.skipped.iter().any(|skipped| matches!(skipped.reason, SkipReason::SeveralFaces { .. })) {
            say(
                "Each shows several faces: take the largest of them or each, or choose another folder",
                "Chacune montre plusieurs visages\u{a0}: prenez le plus grand ou chacun, ou choisissez un autre dossier",
            )
            .into()
        } else {
            let reasons = reasons(&scan.skipped);
            LocalizedText {
                en: format!("The reasons: {}; mend them, or choose another folder", reasons.en),
                fr: format!("Les raisons\u{a0}: {}\u{a0}; corrigez-les, ou choisissez un autre dossier", reasons.fr),
            }
        },
    );
    Problem { path: Some(root.to_owned()), ..problem }
        .because(scan.skipped.iter().take(5).map(|s| s.file.display().to_string()).collect::<Vec<_>>().join("\n"))
}

/// Why files are not used, each reason with its count, the most frequent first.
fn reasons(skipped: &[Skipped]) -> LocalizedText {
    LocalizedText::by(|lang| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        skipped.iter().for_each(|skipped| *counts.entry(skipped.reason.sentence().get(lang).to_owned()).or_default() += 1);
        let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let words: Vec<String> = counts.iter().map(|(reason, count)| format!("{reason} ({})", number(lang, *count))).collect();
        words.join(", ")
    })
}

fn one_class(root: &Path, scan: &Scan, only: usize) -> Problem {
    let there = &scan.task.classes[only];
    let missing: Vec<String> = scan.task.classes.iter().filter(|class| *class != there).cloned().collect();
    if scan.task.is_regression() {
        return one_age(root, scan, only);
    }
    let what = LocalizedText::by(|lang| {
        let (missing, unread) = (listed(&missing, lang), unread_folders(&scan.understood.unread, lang));
        match lang {
            Lang::En => format!("All usable pictures are “{there}”, none is “{missing}”{unread}"),
            Lang::Fr => format!("Toutes les images utilisables sont « {there} », aucune n’est « {missing} »{unread}"),
        }
    });
    let remedy = say(
        "Training needs two classes or more: choose a folder that holds another, too",
        "L’entraînement demande au moins deux classes : choisissez un dossier qui en contient une autre",
    );
    Problem { path: Some(root.to_owned()), ..Problem::new(Kind::Data, what, remedy) }
}

/// All pictures have the same age, so that there is nothing to learn.
fn one_age(root: &Path, scan: &Scan, only: usize) -> Problem {
    let what = LocalizedText::by(|lang| {
        let age = scan.task.name(only, lang);
        match lang {
            Lang::En => format!("All usable pictures are labeled {age}"),
            Lang::Fr => format!("Toutes les images utilisables sont étiquetées {age}"),
        }
    });
    let remedy = say("Choose a folder with pictures of several ages", "Choisissez un dossier avec des images de plusieurs âges");
    Problem { path: Some(root.to_owned()), ..Problem::new(Kind::Data, what, remedy) }
}
