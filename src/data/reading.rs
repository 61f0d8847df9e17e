//! How a folder is to be read where it allows more than one reading: what the user said, and what was understood.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    face_crop::{FaceCrops, PhotoLook},
    label_table::TableRead,
    picture_size::{PictureShape, PictureSide},
    resize_method::ResizeMethod,
    sample::{Part, Source},
    task::{AgeBands, Task, TaskKind},
    walk,
};
use crate::{
    control::Control,
    files::{AppDirs, atomic, disk},
    problem::{Kind, Problem},
    setting_def::{Choice as _, choice},
    text::{Lang, LocalizedText, named, number, plural, say, semicolon},
};

/// What the user said about a folder; by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Versions before called it `labels`.
    #[serde(alias = "labels")]
    pub task: TaskChoice,
    pub classes: ClassFolders,
    pub bands: AgeBands,
    /// To what side pictures are resized as they are decoded.
    pub side: PictureSide,
    /// How those that are not square become squares.
    pub resize: ResizeMethod,
    /// What is taken of each picture.
    pub faces: FaceCrops,
}

/// What is to be learned, and so where the labels come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskChoice {
    #[default]
    Auto,
    /// Versions before called it `names`.
    #[serde(alias = "names")]
    Gender,
    AgeGroup,
    Age,
    Folders,
    Table,
}

/// Which folders are the classes, where there are folders in folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassFolders {
    #[default]
    Auto,
    Outer,
    Inner,
}

choice! { TaskChoice {
    Auto = "auto", say("as understood", "comme compris"),
        say("The folders, if a person sorted classes; otherwise the gender in UTKFace’s names", "Les dossiers, si quelqu’un a trié des classes ; sinon le genre dans les noms d’UTKFace");
    Gender = "gender", say("gender", "genre"),
        say("UTKFace’s file names say female or male", "Les noms de fichiers d’UTKFace disent femme ou homme");
    AgeGroup = "age-group", say("age group", "tranche d’âge"),
        say("UTKFace’s file names say the age", "Les noms de fichiers d’UTKFace disent l’âge");
    Age = "age", say("age in years", "âge en années"),
        say("UTKFace’s file names say the age, and the answer is a number", "Les noms de fichiers d’UTKFace disent l’âge, et la réponse est un nombre");
    Folders = "folders", say("folders", "dossiers"),
        say("The folder that a picture lies in is its label", "Le dossier d’une image est son étiquette");
    Table = "table", say("labels.csv", "labels.csv"),
        say("A table in the folder or beside it: file,label[,part]", "Un tableau dans le dossier ou à côté : file,label[,part]");
} }

choice! { ClassFolders {
    Auto = "auto", say("as understood", "comme compris"),
        say("The inner folders where the outer ones hold the same names", "Les dossiers intérieurs là où les extérieurs contiennent les mêmes noms");
    Outer = "outer", say("the outer folders", "les dossiers extérieurs"),
        say("The folders at the top are the classes", "Les dossiers du haut sont les classes");
    Inner = "inner", say("the inner folders", "les dossiers intérieurs"),
        say("The folders inside those at the top are the classes", "Les dossiers contenus dans ceux du haut sont les classes");
} }

/// How a folder was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Understood {
    /// What the user had said.
    pub reading: Reading,
    /// Whether the labels are the folders'; otherwise they are those of UTKFace's names.
    pub by_folder: bool,
    /// Folders that name a part.
    pub parts: Vec<PartFolder>,
    /// Whether the classes are folders inside the outermost that tell pictures apart.
    pub inner: bool,
    /// Folders that were taken neither for classes nor for parts, though pictures lie in them by the others' side.
    pub grouping: Vec<String>,
    /// The classes that the other level of folders would give; empty where there is none.
    pub other_classes: Vec<String>,
    /// The class folders, if labels could come from them.
    pub folders: Vec<String>,
    /// The table that the labels come from.
    pub table: Option<TableRead>,
    /// Pictures whose names say an age, as UTKFace's do.
    pub ages: u64,
    /// What some of the pictures look like, where faces were not asked for.
    pub look: PhotoLook,
    /// Classes that are none here, since no picture of theirs can be used.
    pub empty: Vec<String>,
    /// Folders that could not be read, perhaps whole classes.
    pub unread: Vec<String>,
    /// Pictures of the class folders whose names say female or male.
    pub both: u64,
    /// Those of them whose folder says another gender than their name; `None` if the folders speak of something else.
    pub disagree: Option<u64>,
}

/// A folder that names a part, with its pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFolder {
    pub name: String,
    pub part: Part,
    pub pictures: u64,
}

impl Understood {
    /// Whether there is anything that a person may have meant otherwise.
    pub fn is_plain(&self) -> bool {
        !self.by_folder
            && self.table.is_none()
            && self.empty.is_empty()
            && self.unread.is_empty()
            && self.parts.is_empty()
            && self.folders.is_empty()
            && self.reading.is_plain()
            && !self.look.is_photos()
    }

    /// Whether folders and names both say what a picture shows, and not the same.
    pub fn conflicts(&self) -> bool {
        self.both > 0 && self.disagree != Some(0)
    }

    /// What was understood, on one line.
    pub fn sentence(&self, task: &Task) -> LocalizedText {
        LocalizedText::by(|lang| {
            let next = semicolon(lang);
            let classes = task.listed(lang);
            let by_folder = self.by_folder || self.table.is_some();
            let mut line = match (lang, by_folder, task.kind) {
                (Lang::En, true, _) if task.is_binary() => format!("Classes {} and {}", task.classes[0], task.classes[1]),
                (Lang::Fr, true, _) if task.is_binary() => format!("Classes {} et {}", task.classes[0], task.classes[1]),
                (Lang::En, true, _) => format!("{} classes: {classes}", task.len()),
                (Lang::Fr, true, _) => format!("{} classes : {classes}", task.len()),
                (Lang::En, false, TaskKind::AgeGroup) => format!("Age groups {classes}, from UTKFace’s names"),
                (Lang::Fr, false, TaskKind::AgeGroup) => format!("Tranches d’âge {classes}, d’après les noms d’UTKFace"),
                // The sample faces have no names.
                (Lang::En, false, TaskKind::Age) if self.ages == 0 => "Ages in years, as they were drawn".to_owned(),
                (Lang::Fr, false, TaskKind::Age) if self.ages == 0 => "Âges en années, tels que dessinés".to_owned(),
                (Lang::En, false, TaskKind::Age) => "Ages in years, from UTKFace’s names".to_owned(),
                (Lang::Fr, false, TaskKind::Age) => "Âges en années, d’après les noms d’UTKFace".to_owned(),
                (Lang::En, false, _) => "Labels female and male, from UTKFace’s names".to_owned(),
                (Lang::Fr, false, _) => "Étiquettes femme et homme, d’après les noms d’UTKFace".to_owned(),
            };
            if let Some(table) = &self.table {
                line += say(", from ", ", d’après ").get(lang);
                line += table.sentence().get(lang);
            }
            for (place, folder) in self.parts.iter().enumerate() {
                let (name, part, count) = (&folder.name, folder.part.name().get(lang), number(lang, folder.pictures));
                line += if place == 0 { next } else { ", " };
                line += &match (lang, place) {
                    (Lang::En, 0) => format!("the folder {name} is the {part} part ({count})"),
                    (Lang::En, _) => format!("{name} the {part} part ({count})"),
                    (Lang::Fr, 0) => format!("le dossier {name} est la partie « {part} » ({count})"),
                    (Lang::Fr, _) => format!("{name} la partie « {part} » ({count})"),
                };
            }
            if !self.grouping.is_empty() {
                let names = listed(&self.grouping);
                line += next;
                line += &match lang {
                    Lang::En => format!("the folders {names} are not classes"),
                    Lang::Fr => format!("les dossiers {names} ne sont pas des classes"),
                };
            }
            let taken = match self.reading.faces {
                FaceCrops::Off => None,
                FaceCrops::Largest => {
                    Some(say("of each picture the largest face is taken", "de chaque image, le plus grand visage est pris"))
                }
                FaceCrops::Each => Some(say("every face is a picture of its own", "chaque visage est une image à part")),
                FaceCrops::Skip => Some(say(
                    "of each picture the face is taken, and those with several are left out",
                    "de chaque image, le visage est pris, et celles qui en ont plusieurs sont écartées",
                )),
            };
            if let Some(taken) = taken {
                line += next;
                line += taken.get(lang);
            }
            if !self.empty.is_empty() {
                let names = listed(&self.empty);
                line += next;
                line += &match lang {
                    Lang::En => format!("no picture of {names} can be used, so that is not a class"),
                    Lang::Fr => format!("aucune image de {names} n’est utilisable, donc pas de classe"),
                };
            }
            line += &unread_folders(&self.unread, lang);
            line
        })
    }

    /// That these are photos rather than crops of faces, where that is so, with the counts.
    pub fn photos(&self) -> Option<LocalizedText> {
        let PhotoLook { looked, photos } = self.look;
        self.look.is_photos().then(|| LocalizedText {
            en: format!("Photos of people: in {photos} of {looked} that were looked at, the face is only a part"),
            fr: format!("Des photos de personnes\u{a0}: sur {photos} des {looked} regardées, le visage n’est qu’une partie"),
        })
    }

    /// This reading as something to be chosen: what tells it from the others.
    pub fn offer(&self, task: &Task) -> LocalizedText {
        let shown = |name: &String| match name.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &name[..end]),
            None => name.clone(),
        };
        let first: Vec<String> = task.classes.iter().take(2).map(shown).collect();
        let names = first.join(", ") + if task.len() > 2 { ", …" } else { "" };
        LocalizedText::by(|lang| match (lang, self.by_folder, self.inner) {
            _ if self.table.is_some() => named(lang, "labels.csv", &names),
            (Lang::En, false, _) => "Labels from UTKFace’s names".to_owned(),
            (Lang::Fr, false, _) => "Étiquettes des noms d’UTKFace".to_owned(),
            (Lang::En, true, false) => format!("Outer folders as classes: {names}"),
            (Lang::Fr, true, false) => format!("Dossiers extérieurs : {names}"),
            (Lang::En, true, true) => format!("Inner folders as classes: {names}"),
            (Lang::Fr, true, true) => format!("Dossiers intérieurs : {names}"),
        })
    }

    /// That folders and names do not say the same, with the count, where they do not.
    pub fn conflict(&self) -> Option<LocalizedText> {
        if !self.conflicts() {
            return None;
        }
        let folders = listed(&self.folders);
        Some(LocalizedText::by(|lang| {
            let counted = |n| plural(lang, n, say("picture", "image"), say("pictures", "images"));
            let both = counted(self.both);
            match (lang, self.disagree) {
                (Lang::En, Some(n)) => {
                    let used = if self.by_folder { "the folders count" } else { "the names count" };
                    format!("{} of {both}: the name says another gender than the folder ({folders}); {used}", number(lang, n))
                }
                (Lang::Fr, Some(n)) => {
                    let used = if self.by_folder { "les dossiers comptent" } else { "les noms comptent" };
                    let n = number(lang, n);
                    format!("{n} sur {both} : le nom dit un autre genre que le dossier ({folders}) ; {used}")
                }
                (Lang::En, None) if self.by_folder => {
                    format!("{both} in {folders} have a name that says female or male, too; the folders count")
                }
                (Lang::Fr, None) if self.by_folder => {
                    format!("{both} dans {folders} ont aussi un nom qui dit femme ou homme ; les dossiers comptent")
                }
                (Lang::En, None) => format!("{both} lie in the folders {folders}; their names count, not the folders"),
                (Lang::Fr, None) => {
                    format!("{both} sont dans les dossiers {folders} ; leurs noms comptent, pas les dossiers")
                }
            }
        }))
    }
}

/// Letters of a class's name in an offer.
const LONGEST: usize = 11;

/// The end of a sentence: that folders could not be read, if there are such.
pub(super) fn unread_folders(folders: &[String], lang: Lang) -> String {
    let names = listed(folders);
    match (lang, folders.len()) {
        (_, 0) => String::new(),
        (Lang::En, 1) => format!("; the folder {names} could not be read, so its pictures are missing"),
        (Lang::En, _) => format!("; the folders {names} could not be read, so their pictures are missing"),
        (Lang::Fr, 1) => format!("\u{a0}; le dossier {names} n’a pas pu être lu, ses images manquent"),
        (Lang::Fr, _) => format!("\u{a0}; les dossiers {names} n’ont pas pu être lus, leurs images manquent"),
    }
}

/// Some names for a sentence: the first four.
fn listed(names: &[String]) -> String {
    let more = if names.len() > 4 { "…" } else { "" };
    names[..names.len().min(4)].join(", ") + more
}

/// What stands in the file of a folder.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The folder, for whoever looks into the file.
    folder: PathBuf,
    reading: Reading,
    /// The [print](walk::print) of what lay in it; versions before wrote none.
    #[serde(default)]
    print: Option<u64>,
}

impl Reading {
    /// What the user said about a source; nothing if that cannot be read.
    pub fn load(dirs: &AppDirs, source: &Source) -> Self {
        let kept = atomic::read_json::<Kept>(&file(dirs, source));
        kept.map_or_else(|_| Self::default(), |kept| kept.reading)
    }

    /// As [`Reading::load`]; what was said about the same folder in another place, where it is not any more, has followed it
    /// then and is written down for this one.
    ///
    /// # Errors
    /// Cancelled.
    pub fn find(dirs: &AppDirs, source: &Source, control: &Control) -> Result<Self, Problem> {
        let Source::Folder(folder) = source else { return Ok(Self::load(dirs, source)) };
        if file(dirs, source).exists() {
            return Ok(Self::load(dirs, source));
        }
        let Some((path, reading)) = moved(dirs, folder, control)? else { return Ok(Self::default()) };
        match reading.save(dirs, source, control) {
            Ok(()) => drop(disk::remove_file(&path)),
            Err(problem) if problem.kind == Kind::Cancelled => return Err(problem),
            // Where it cannot be written down, it holds all the same, and is found the same way the next time.
            Err(_) => {}
        }
        Ok(reading)
    }

    /// Remembers it for the source; what is as understood needs no file.
    ///
    /// # Errors
    /// A full disk, no permission, or cancelled; what was remembered before is then as it was.
    pub fn save(&self, dirs: &AppDirs, source: &Source, control: &Control) -> Result<(), Problem> {
        let path = file(dirs, source);
        if *self == Self::default() {
            return match disk::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Problem::writing(&path, &error)),
                _ => Ok(()),
            };
        }
        let above = path.parent().unwrap_or(Path::new("."));
        disk::create_dir_all(above).map_err(|error| Problem::writing(above, &error))?;
        let (folder, print) = match source {
            Source::Folder(folder) => match walk::print(folder, control) {
                Err(problem) if problem.kind == Kind::Cancelled => return Err(problem),
                // Without it the reading holds all the same, but does not follow the folder.
                print => (folder.clone(), print.ok()),
            },
            Source::SampleFaces => (PathBuf::new(), None),
        };
        atomic::write_json(&path, &Kept { folder, reading: *self, print })
    }

    /// The square that every picture becomes.
    pub fn shape(&self) -> PictureShape {
        PictureShape { side: self.side, resize: self.resize }
    }

    /// The same with pictures of another shape.
    #[must_use]
    pub fn with_shape(self, PictureShape { side, resize }: PictureShape) -> Self {
        Self { side, resize, ..self }
    }

    /// Whether nothing was said but the pictures' shape, which is of no question.
    pub fn is_plain(&self) -> bool {
        *self == Self::default().with_shape(self.shape())
    }

    /// As the command line takes it.
    pub fn arguments(&self) -> String {
        let bands = if self.bands == AgeBands::default() { "auto".to_owned() } else { self.bands.text() };
        let faces = if self.faces == FaceCrops::Off { "auto" } else { self.faces.key() };
        let side = if self.side.is_default() { "auto".to_owned() } else { self.side.to_string() };
        let resize = if self.resize.is_default() { "auto" } else { self.resize.key() };
        let said = [
            ("--task", self.task.key()),
            ("--classes", self.classes.key()),
            ("--age-bands", &bands),
            ("--face-crops", faces),
            ("--image-size", &side),
            ("--resize", resize),
        ];
        let said = said.iter().filter(|(_, key)| *key != TaskChoice::Auto.key()).map(|(name, key)| format!("{name} {key}"));
        let said = said.collect::<Vec<_>>().join(" ");
        // Nothing is what takes back all that was said.
        if said.is_empty() { "--task auto --classes auto --face-crops off".to_owned() } else { said }
    }

    /// The readings that a folder may have, the plainest first.
    pub fn all() -> impl Iterator<Item = Self> {
        let one = |task, classes| Self { task, classes, ..Self::default() };
        [
            one(TaskChoice::Auto, ClassFolders::Auto),
            one(TaskChoice::Table, ClassFolders::Auto),
            one(TaskChoice::Auto, ClassFolders::Outer),
            one(TaskChoice::Auto, ClassFolders::Inner),
            one(TaskChoice::Gender, ClassFolders::Auto),
            one(TaskChoice::Folders, ClassFolders::Auto),
            one(TaskChoice::Folders, ClassFolders::Outer),
            one(TaskChoice::Folders, ClassFolders::Inner),
        ]
        .into_iter()
    }
}

/// What was said about a folder that is gone from its place and had in it what `folder` has, with the file of it.
fn moved(dirs: &AppDirs, folder: &Path, control: &Control) -> Result<Option<(PathBuf, Reading)>, Problem> {
    let files = fs::read_dir(dirs.home.join("readings")).into_iter().flatten().flatten();
    let kept = files.filter_map(|entry| Some((entry.path(), atomic::read_json::<Kept>(&entry.path()).ok()?)));
    let mut gone = kept.filter(|(_, kept)| kept.print.is_some() && !kept.folder.exists()).peekable();
    if gone.peek().is_none() {
        return Ok(None);
    }
    let print = match walk::print(folder, control) {
        Err(problem) if problem.kind == Kind::Cancelled => return Err(problem),
        // Why it cannot be read is said by who opens it.
        print => print.ok(),
    };
    Ok(gone.find(|(_, kept)| kept.print == print).map(|(path, kept)| (path, kept.reading)))
}

fn file(dirs: &AppDirs, source: &Source) -> PathBuf {
    dirs.home.join("readings").join(source.key() + ".json")
}
