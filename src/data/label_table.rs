//! Labels from a table: `labels.csv` in the folder of the pictures or beside it, with a line for each picture.
//!
//! The columns are found by their names (`file`, `label`, perhaps `part`), the separator by the first line; UTF-8 and UTF-16
//! are read, with or without a byte order mark, and Windows-1252, as Excel saves "CSV" in Western Europe. Pictures are named by their path below the folder or, where no two are called
//! so, by their names alone.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{part_name, sample::Part, walk::FoundFile};
use crate::{
    files::{
        regular::{self, Unread},
        text,
    },
    model::CLASSES,
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, joined, number, plural, repeated, say},
};

/// The table's name.
pub const FILE: &str = "labels.csv";

/// More is no table of labels.
const MOST: u64 = 1 << 28;

/// What a column may be called, in lowercase.
const FILES: [&str; 9] = ["file", "filename", "file_name", "path", "image", "picture", "fichier", "chemin", "nom"];
const LABELS: [&str; 7] = ["label", "class", "category", "target", "étiquette", "etiquette", "classe"];
const PARTS: [&str; 6] = ["part", "split", "set", "subset", "partie", "part_name"];

/// A table, read.
#[derive(Clone, Debug, Default)]
pub struct LabelTable {
    /// The labels, sorted as folders are.
    pub classes: Vec<String>,
    /// By the picture's path as the table spells it, with `/` between folders: index into the classes, and the part.
    rows: HashMap<String, (usize, Option<Part>)>,
    pub read: TableRead,
}

/// How a table was read, for who opened the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRead {
    pub table: PathBuf,
    /// Lines below the head.
    pub rows: u64,
    /// Files that lines name and that are not there.
    pub missing: Vec<String>,
    /// Files that several lines name: with one label they have it, with several none.
    pub doubles: Vec<String>,
    /// Lines without a file or a label.
    pub incomplete: u64,
    /// Values of the column of parts that are none.
    pub no_parts: BTreeSet<String>,
    /// Files that the column of parts gives to each part, training first.
    #[serde(default)]
    pub parts: [u64; 3],
}

/// The table of a folder, if there is one: in it, or beside it.
pub fn find(root: &Path) -> Option<PathBuf> {
    let beside = root.parent().map(|above| above.join(FILE));
    [Some(root.join(FILE)), beside].into_iter().flatten().find(|path| path.is_file())
}

impl LabelTable {
    /// Reads a table.
    ///
    /// # Errors
    /// Not to be read, not text, no columns of files and labels, or no line with both.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let here = |problem: Problem| Problem { path: Some(path.to_owned()), ..problem };
        let bytes = regular::read(path, MOST).map_err(|unread| match unread {
            Unread::Failed(error) => Problem::io(path, &error),
            Unread::NotAFile | Unread::TooLarge(_) => here(no_table()),
        })?;
        let text = text::decode(&bytes).or_else(|| text::windows_1252(&bytes)).ok_or_else(|| here(no_table()))?;
        Self::parse(&text, path).map_err(here)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Problem> {
        let mut text = text.trim_start_matches('\u{feff}');
        // Spreadsheets write an empty row as separators.
        let is_empty = |line: &str| line.chars().all(|sign| sign.is_whitespace() || [',', ';', '"'].contains(&sign));
        while let Some((_, rest)) = text.split_once('\n').filter(|(line, _)| is_empty(line)) {
            text = rest;
        }
        let head = text.lines().next().unwrap_or_default();
        // The separator that the head has most of.
        let separator = [b',', b';', b'\t'].into_iter().max_by_key(|sign| head.bytes().filter(|byte| byte == sign).count());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator.unwrap_or(b','))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let names: Vec<String> = match reader.headers() {
            Ok(head) => head.iter().map(str::to_lowercase).collect(),
            Err(error) => return Err(no_table().because(error)),
        };
        // Of several the one that stands first among the known names: `label` before `class`.
        let column = |known: &[&str]| known.iter().find_map(|known| names.iter().position(|name| name == known));
        let (Some(files), Some(labels)) = (column(&FILES), column(&LABELS)) else { return Err(no_columns(head)) };
        let parts = column(&PARTS);
        let mut read = TableRead { table: path.to_owned(), ..TableRead::default() };
        let mut found: HashMap<String, Option<(String, Option<Part>)>> = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| no_table().because(error))?;
            if record.iter().all(str::is_empty) {
                continue;
            }
            read.rows += 1;
            let cell = |column: usize| record.get(column).filter(|cell| !cell.is_empty());
            let (Some(file), Some(label)) = (cell(files), cell(labels)) else {
                read.incomplete += 1;
                continue;
            };
            let said = parts.and_then(cell);
            let part = said.and_then(part_name::part);
            if let (Some(said), None) = (said, part) {
                read.no_parts.insert(said.to_owned());
            }
            let line = (label.to_owned(), part);
            match found.entry(spelled(file)) {
                Entry::Vacant(place) => drop(place.insert(Some(line))),
                Entry::Occupied(mut place) => {
                    read.doubles.push(file.to_owned());
                    if place.get().as_ref().is_some_and(|there| there.0 != line.0) {
                        place.insert(None);
                    }
                }
            }
        }
        let classes: BTreeSet<String> = found.values().flatten().map(|(label, _)| label.clone()).collect();
        if classes.is_empty() {
            return Err(no_rows());
        }
        let classes: Vec<String> = classes.into_iter().collect();
        if !CLASSES.contains(&classes.len()) {
            return Err(no_classes(&classes));
        }
        let place: BTreeMap<&str, usize> = classes.iter().enumerate().map(|(at, label)| (label.as_str(), at)).collect();
        let known = |(file, line): (String, Option<(String, Option<Part>)>)| {
            let (label, part) = line?;
            Some((file, (*place.get(label.as_str())?, part)))
        };
        let rows = found.into_iter().filter_map(known).collect();
        read.doubles.sort();
        read.doubles.dedup();
        Ok(Self { rows, classes, read })
    }

    /// What the table says of each file, as index into its classes, with its part; and which of its files are not there.
    pub fn places(&mut self, files: &[FoundFile]) -> Vec<Option<(usize, Option<Part>)>> {
        let paths: Vec<String> = files.iter().map(|file| spelled(&file.path().to_string_lossy())).collect();
        let mut called: HashMap<&str, u32> = HashMap::new();
        files.iter().for_each(|file| *called.entry(file.name.as_str()).or_default() += 1);
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let (mut places, mut parts) = (Vec::with_capacity(files.len()), [0; 3]);
        for (file, path) in files.iter().zip(&paths) {
            let by_name = || (called[file.name.as_str()] == 1).then_some(file.name.as_str());
            let key = [Some(path.as_str()), by_name()].into_iter().flatten().find(|key| self.rows.contains_key(*key));
            let row = key.and_then(|key| self.rows.get_key_value(key));
            places.push(row.map(|(key, said)| {
                used.insert(key);
                if let Some(part) = said.1 {
                    parts[part as usize] += 1;
                }
                *said
            }));
        }
        let mut missing: Vec<String> = self.rows.keys().filter(|key| !used.contains(key.as_str())).cloned().collect();
        missing.sort();
        (self.read.missing, self.read.parts) = (missing, parts);
        places
    }
}

/// A path as it is compared: with `/` between folders, and without what leads nowhere.
fn spelled(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches("./").to_owned()
}

impl TableRead {
    /// What the labels were read from, with what is odd about it: `labels.csv (120 lines; 2 files are not there: a.png, b.png)`.
    pub fn sentence(&self) -> LocalizedText {
        LocalizedText::by(|lang| {
            let mut parts = vec![plural(lang, self.rows, say("line", "ligne"), say("lines", "lignes"))];
            let of = |names: &[String]| {
                let shown: Vec<String> = names.iter().take(3).map(|name| repeated(name)).collect();
                shown.join(", ") + if names.len() > 3 { "…" } else { "" }
            };
            let count = |n: usize| number(lang, n as u64);
            let given = Part::ALL.iter().zip(self.parts).filter(|(_, files)| *files > 0);
            let given: Vec<String> =
                given.map(|(part, files)| format!("{} {}", number(lang, files), part.name().get(lang))).collect();
            if !given.is_empty() {
                parts.push(format!("{} {}", say("parts:", "parties\u{a0}:").get(lang), given.join(", ")));
            }
            if !self.missing.is_empty() {
                parts.push(match lang {
                    Lang::En => format!("{} of its files are not there: {}", count(self.missing.len()), of(&self.missing)),
                    Lang::Fr => {
                        format!("{} de ses fichiers n’existent pas\u{a0}: {}", count(self.missing.len()), of(&self.missing))
                    }
                });
            }
            if !self.doubles.is_empty() {
                parts.push(match lang {
                    Lang::En => format!("{} files stand in it more than once: {}", count(self.doubles.len()), of(&self.doubles)),
                    Lang::Fr => {
                        format!("{} fichiers y figurent plusieurs fois\u{a0}: {}", count(self.doubles.len()), of(&self.doubles))
                    }
                });
            }
            if self.incomplete > 0 {
                parts.push(match lang {
                    Lang::En => format!("{} without a file or a label", number(lang, self.incomplete)),
                    Lang::Fr => format!("{} sans fichier ou sans étiquette", number(lang, self.incomplete)),
                });
            }
            if !self.no_parts.is_empty() {
                let names: Vec<String> = self.no_parts.iter().cloned().collect();
                parts.push(match lang {
                    Lang::En => format!("no parts are named {}", of(&names)),
                    Lang::Fr => format!("aucune partie ne porte le nom {}", of(&names)),
                });
            }
            format!("{FILE} ({})", joined(lang, &parts))
        })
    }
}

fn no_table() -> Problem {
    Problem::new(
        Kind::Data,
        say("labels.csv is not a table of labels", "labels.csv n’est pas un tableau d’étiquettes"),
        say(
            "Save it as CSV, or read the folder otherwise: --task folders or gender",
            "Enregistrez-le en CSV, ou lisez le dossier autrement\u{a0}: --task folders ou gender",
        ),
    )
}

fn no_columns(head: &str) -> Problem {
    let head = repeated(head);
    Problem::new(
        Kind::Data,
        LocalizedText {
            en: format!("labels.csv has no columns “file” and “label”: it begins with “{head}”"),
            fr: format!(
                "labels.csv n’a pas de colonnes «\u{a0}file\u{a0}» et «\u{a0}label\u{a0}»\u{a0}: il commence par «\u{a0}{head}\u{a0}»"
            ),
        },
        say(
            "Name the columns in the first line: file,label or file,label,part",
            "Nommez les colonnes dans la première ligne\u{a0}: file,label ou file,label,part",
        ),
    )
}

/// One label alone, or more than a network tells apart.
fn no_classes(labels: &[String]) -> Problem {
    let (count, most) = (labels.len(), CLASSES.end());
    let what = LocalizedText::by(|lang| match (lang, labels) {
        (Lang::En, [only]) => format!("Every line of labels.csv says “{only}”"),
        (Lang::Fr, [only]) => format!("Chaque ligne de labels.csv dit «\u{a0}{only}\u{a0}»"),
        (Lang::En, _) => format!("labels.csv has {count} labels, and {most} are the most"),
        (Lang::Fr, _) => format!("labels.csv a {count} étiquettes, et {most} sont le plus"),
    });
    let remedy = say(
        "Training needs 2 to 200 labels: add the others, or merge some",
        "L’entraînement demande de 2 à 200 étiquettes : ajoutez les autres, ou fusionnez-en",
    );
    Problem::new(Kind::Data, what, remedy)
}

fn no_rows() -> Problem {
    Problem::new(
        Kind::Data,
        say("No line of labels.csv has a file and a label", "Aucune ligne de labels.csv n’a un fichier et une étiquette"),
        say(
            "Write a line for each picture: its file and its label",
            "Écrivez une ligne par image\u{a0}: son fichier et son étiquette",
        ),
    )
}
