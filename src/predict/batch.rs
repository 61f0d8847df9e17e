//! A folder of photos becomes a CSV file, one row a picture (or a face); stopped, it goes on where it was.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    thread,
    time::UNIX_EPOCH,
};

use crossbeam_channel::bounded;
use rayon::prelude::*;

use super::{
    framing::frame,
    photo::Photo,
    predictor::{Answer, Estimate, Predictor, Preparation},
    table::{Table, TableKey},
};
use crate::{
    control::{Control, Signal},
    data::{
        hash::hash,
        sample::{Framing, SkipReason, Skipped},
        square::Square,
        task::Task,
        walk::{self, walk},
    },
    evaluate::Interval,
    files::{
        overwrite,
        table::{Cell, Rows, TableForm},
    },
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, say, semicolon},
};

/// What is asked for: the pictures of a folder, in a table.
#[derive(Clone, Copy, Debug)]
pub struct FolderJob<'a> {
    pub folder: &'a Path,
    pub csv: &'a Path,
    pub framing: Framing,
    pub form: TableForm,
    /// Begin the table anew, whatever is there.
    pub overwrite: bool,
    /// Where Trombine keeps what it knows of tables.
    pub home: &'a Path,
}

/// What came of a folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchOutcome {
    /// Pictures that were given an answer.
    pub pictures: usize,
    /// Pictures that the table already held, and their rows.
    pub continued: usize,
    pub kept_rows: usize,
    /// Something stood below those rows, of a process that was killed or of the user; it was replaced.
    pub replaced: bool,
    /// Pictures in which no face was found; they have a row without an answer.
    pub without_face: usize,
    /// Pictures that could not be read, with the reason; they have a row too.
    pub unreadable: Vec<(PathBuf, Problem)>,
    /// Files and folders that were not opened, with the reasons; they have no row.
    pub skipped: Vec<Skipped>,
    /// That the table could not be continued if it were stopped, and why.
    pub unrecorded: Option<Problem>,
}

/// Pictures that are decoded in parallel and evaluated together, between two looks at the control.
const CHUNK: usize = 64;

/// Unreadable files that a card names; its details name all.
const NAMED: usize = 6;

/// What the column `problem` says of a picture without an answer.
pub const UNREADABLE: &str = "unreadable";
pub const NO_FACE: &str = "no face";

/// One row of the file without its first column, the name.
struct Row {
    square: Option<Square>,
    answer: Result<Answer, &'static str>,
}

/// A picture, decoded and cut.
enum Prepared {
    Cuts { squares: Vec<Option<Square>>, pixels: Vec<u8> },
    NoFace,
    Unreadable(Problem),
}

/// Evaluates every picture below the folder of `job` into its table, telling (done, of) after each few dozen.
///
/// The columns are those of [`columns`]. A table that was stopped and was begun for the very same question (run, weights,
/// folder, framing, form…) is continued; anything else that is there is left alone.
///
/// # Errors
/// A folder that cannot be read or holds no picture, a table that would lie in it, a file that cannot be written or is something
/// else ([`Kind::Exists`]), a lost device, or [`Kind::Cancelled`]; all rows so far are then in the table.
pub fn predict_folder(
    predictor: &mut Predictor,
    job: &FolderJob<'_>,
    control: &Control,
    mut progress: impl FnMut(usize, usize),
) -> Result<BatchOutcome, Problem> {
    overwrite::not_among_pictures(job.folder, job.csv)?;
    let FolderJob { folder, csv, framing, form, overwrite, home } = *job;
    let (files, skipped) = pictures_below(folder, control)?;
    if files.is_empty() {
        return Err(no_picture(folder));
    }
    let columns = columns(&predictor.task);
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let head = Rows::with_columns(form, &names).into_bytes();
    let question = TableKey {
        run: predictor.run.clone(),
        weights: predictor.weights_hash(),
        folder: fs::canonicalize(folder).map_err(|error| Problem::io(folder, &error))?,
        pictures: fingerprint(folder, &files),
        framing,
        mirrored: predictor.mirrored(),
        threshold: [predictor.threshold, predictor.temperature].map(|value| value.to_string()),
        columns,
        form,
    };
    let mut table = Table::open(home, csv, question, &head, overwrite)?;
    let continued = table.pictures().min(files.len());
    let mut outcome =
        BatchOutcome { continued, kept_rows: table.rows(), replaced: table.cut(), skipped, ..BatchOutcome::default() };
    let todo = &files[continued..];
    progress(continued, files.len());
    let answered = thread::scope(|scope| {
        // The next pictures are decoded while these are evaluated; whoever reads no more ends the thread.
        let (send, ready) = bounded::<Vec<Prepared>>(1);
        let preparation = predictor.preparation();
        scope.spawn(move || {
            let one = |name: &PathBuf| prepare(&folder.join(name), framing, &preparation);
            let prepared = |names: &[PathBuf]| names.par_iter().map(one).collect();
            todo.chunks(CHUNK).map(prepared).try_for_each(|prepared| send.send(prepared))
        });
        for (names, prepared) in todo.chunks(CHUNK).zip(ready) {
            if matches!(control.wait_while_paused(), Signal::Finish | Signal::Discard | Signal::Leave) {
                return Err(Problem::cancelled());
            }
            let pixels: Vec<u8> = prepared.iter().flat_map(Prepared::pixels).copied().collect();
            let mut answers = predictor.predict_batch(&pixels)?.into_iter();
            let (mut rows, mut count) = (Rows::more(form), 0);
            for (name, prepared) in names.iter().zip(prepared) {
                for Row { square, answer } in outcome.rows(name, prepared, &mut answers) {
                    let name = name.to_string_lossy();
                    rows.row(row(&name, square, answer.as_ref().map_err(|problem| *problem), &predictor.task));
                    count += 1;
                }
            }
            table.append(&rows.into_bytes(), names.len(), count)?;
            progress(outcome.done(), files.len());
        }
        Ok(())
    });
    // Also what a lost device cut short can go on.
    let closed = table.close(answered.is_ok());
    answered?;
    outcome.unrecorded = closed?;
    Ok(outcome)
}

/// A table's columns of years: `estimate`, and `low` and `high` of its range, between `side` and `problem`.
const OF_YEARS: [&str; 3] = ["estimate", "low", "high"];

/// A table's columns: `file` (below the folder), `left`, `top`, `side` (the square in pixels; empty for the whole picture),
/// `predicted` (the class), `probability_` of class 1 (of more than two classes: of each), `sure` (of two classes: outside
/// the band around the threshold; of more: not below it), and `problem` (`unreadable`, `no face`, or empty). For years, `estimate`, `low` and `high` (the range
/// in which four of five such ages lie) stand in place of `predicted` to `sure`.
pub fn columns(task: &Task) -> Vec<String> {
    if task.is_regression() {
        return ["file", "left", "top", "side"].into_iter().chain(OF_YEARS).chain(["problem"]).map(str::to_owned).collect();
    }
    let mut columns = ["file", "left", "top", "side", "predicted"].map(str::to_owned).to_vec();
    columns.extend(shown(task).map(|class| format!("probability_{}", task.classes[class])));
    columns.extend(["sure", "problem"].map(str::to_owned));
    columns
}

/// The classes whose probabilities are written: of two, the second says it all.
pub fn shown(task: &Task) -> Range<usize> {
    usize::from(task.is_binary())..task.len()
}

/// A row under [`columns`]: the picture, the square (none is the whole picture), the answer or why there is none.
pub fn row<'a>(name: &'a str, square: Option<Square>, answer: Result<&Answer, &'a str>, task: &'a Task) -> Vec<Cell<'a>> {
    let place = |value: fn(&Square) -> f64| square.as_ref().map_or(Cell::Empty, |square| Cell::Number(value(square), Some(0)));
    let mut cells = vec![Cell::text(name), place(|s| s.left), place(|s| s.top), place(|s| s.side)];
    match answer {
        Ok(Answer { estimate: Some(Estimate { value, range }), .. }) => {
            let bound = |of: fn(&Interval) -> f64| range.as_ref().map_or(Cell::Empty, |range| Cell::Number(of(range), Some(2)));
            // Of a picture unlike all others a value may be anything; nobody is younger than nothing, as words and range say.
            cells.extend([
                Cell::Number(value.max(0.0), Some(2)),
                bound(|range| range.low),
                bound(|range| range.high),
                Cell::Empty,
            ]);
        }
        Ok(answer) => {
            cells.push(Cell::text(task.classes[answer.class].as_str()));
            cells.extend(shown(task).map(|class| Cell::Number(answer.probabilities[class], Some(6))));
            cells.extend([Cell::yes(answer.sure), Cell::Empty]);
        }
        Err(problem) => {
            let empty = if task.is_regression() { OF_YEARS.len() } else { shown(task).len() + 2 };
            cells.resize_with(cells.len() + empty, || Cell::Empty);
            cells.push(Cell::text(problem));
        }
    }
    cells
}

/// The name that a table has unless another is given: what names of files about the run begin with, and the folder's.
pub fn default_name(run: &str, folder: &Path, framing: Framing) -> String {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    let faces = if framing == Framing::FaceCrop { "-faces" } else { "" };
    format!("{run}-{}{faces}.csv", folder.trim())
}

/// Which pictures a folder holds, as one number: their names, sizes and times of change.
fn fingerprint(folder: &Path, files: &[PathBuf]) -> u64 {
    let mut about = Vec::new();
    for name in files {
        about.extend(name.as_os_str().as_encoded_bytes());
        about.push(0);
        if let Ok(meta) = fs::metadata(folder.join(name)) {
            let changed = meta.modified().ok().and_then(|when| when.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            about.extend(meta.len().to_le_bytes());
            about.extend(changed.as_nanos().to_le_bytes());
        }
    }
    hash(&about)
}

impl BatchOutcome {
    /// The rows of one picture, counted.
    fn rows(&mut self, name: &Path, prepared: Prepared, answers: &mut impl Iterator<Item = Answer>) -> Vec<Row> {
        match prepared {
            Prepared::Cuts { squares, .. } => {
                self.pictures += 1;
                squares.into_iter().zip(answers).map(|(square, answer)| Row { square, answer: Ok(answer) }).collect()
            }
            Prepared::NoFace => {
                self.without_face += 1;
                vec![Row { square: None, answer: Err(NO_FACE) }]
            }
            Prepared::Unreadable(problem) => {
                self.unreadable.push((name.to_owned(), problem));
                vec![Row { square: None, answer: Err(UNREADABLE) }]
            }
        }
    }

    /// Pictures that have their rows.
    fn done(&self) -> usize {
        self.continued + self.pictures + self.without_face + self.unreadable.len()
    }

    /// The unreadable files as one card: how many, and each with its reason in the details.
    pub fn unreadable_files(&self) -> Option<Problem> {
        let count = self.unreadable.len() as u64;
        let what = LocalizedText::by(|lang| {
            let files = crate::text::plural(
                lang,
                count,
                say("file could not be read:", "fichier n’a pas pu être lu :"),
                say("files could not be read:", "fichiers n’ont pas pu être lus :"),
            );
            let named = |(name, problem): &(PathBuf, Problem)| format!("{} ({})", name.display(), problem.what.get(lang));
            let names: Vec<String> = self.unreadable.iter().take(NAMED).map(named).collect();
            format!("{files} {}{}", names.join(", "), if self.unreadable.len() > NAMED { "…" } else { "" })
        });
        let remedy = say("Each has a row in the table that says so", "Chacun a une ligne dans le tableau qui le dit");
        (count > 0).then(|| Problem::new(Kind::Picture, what, remedy).because(all(self.unreadable.iter().map(|(name, _)| name))))
    }

    /// The files that were not opened as one card, each with its reason in the details.
    pub fn skipped_files(&self) -> Option<Problem> {
        let count = self.skipped.len() as u64;
        let what = LocalizedText::by(|lang| {
            let files = crate::text::plural(
                lang,
                count,
                say("entry of the folder was not opened:", "élément du dossier n’a pas été ouvert :"),
                say("entries of the folder were not opened:", "éléments du dossier n’ont pas été ouverts :"),
            );
            let named = |s: &Skipped| format!("{} ({})", s.file.display(), s.reason.sentence().get(lang));
            let names: Vec<String> = self.skipped.iter().take(NAMED).map(named).collect();
            format!("{files} {}{}", names.join(", "), if self.skipped.len() > NAMED { "…" } else { "" })
        });
        let remedy = say("The table lacks them; all others are in it", "Le tableau ne les contient pas ; tout le reste y est");
        (count > 0).then(|| Problem::new(Kind::Picture, what, remedy).because(all(self.skipped.iter().map(|s| &s.file))))
    }

    /// All that is not as it should be, one card for each kind.
    pub fn problems(&self) -> impl Iterator<Item = Problem> {
        [self.unrecorded.clone(), self.unreadable_files(), self.skipped_files()].into_iter().flatten()
    }

    /// The outcome in one sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        let count = |n: usize, one, many| crate::text::plural(lang, n as u64, one, many);
        let mut text =
            count(self.pictures, say("picture predicted", "image traitée"), say("pictures predicted", "images traitées"));
        if self.without_face > 0 {
            text += ", ";
            text += &count(self.without_face, say("without a face", "sans visage"), say("without a face", "sans visage"));
        }
        if !self.unreadable.is_empty() {
            text += ", ";
            text += &count(self.unreadable.len(), say("unreadable", "illisible"), say("unreadable", "illisibles"));
        }
        if self.continued > 0 {
            text += semicolon(lang);
            text += &count(
                self.kept_rows,
                say("row was kept from before", "ligne gardée d’avant"),
                say("rows were kept from before", "lignes gardées d’avant"),
            );
            if self.replaced {
                text += say(", what stood below them was replaced", ", ce qui suivait a été remplacé").get(lang);
            }
        }
        text
    }
}

/// The names of all files where a sentence names only some, for its details.
fn all<'a>(names: impl ExactSizeIterator<Item = &'a PathBuf>) -> String {
    if names.len() <= NAMED { String::new() } else { names.map(|name| name.display().to_string()).collect::<Vec<_>>().join("\n") }
}

impl Prepared {
    fn pixels(&self) -> &[u8] {
        match self {
            Self::Cuts { pixels, .. } => pixels,
            Self::NoFace | Self::Unreadable(_) => &[],
        }
    }
}

/// That a folder has nothing to predict.
pub fn no_picture(folder: &Path) -> Problem {
    Problem::new(
        Kind::Data,
        LocalizedText {
            en: format!("{} holds no picture", folder.display()),
            fr: format!("{} ne contient aucune image", folder.display()),
        },
        say(
            "Choose a folder with JPEG, PNG, WebP, BMP, GIF or TIFF files",
            "Choisissez un dossier avec des fichiers JPEG, PNG, WebP, BMP, GIF ou TIFF",
        ),
    )
}

/// Every picture below `folder` by its name, sorted, and the files that are pictures by their names but cannot be opened.
///
/// # Errors
/// A folder that cannot be read, or [`Kind::Cancelled`].
pub fn pictures_below(folder: &Path, control: &Control) -> Result<(Vec<PathBuf>, Vec<Skipped>), Problem> {
    let found = walk(folder, control, &mut |_| {})?;
    let mut files: Vec<PathBuf> = found.files.iter().map(walk::FoundFile::path).collect();
    files.sort();
    let mut skipped = found.skipped;
    skipped.retain(|skipped| skipped.reason != SkipReason::NotAPicture);
    skipped.sort_by(|a, b| a.file.cmp(&b.file));
    Ok((files, skipped))
}

fn prepare(path: &Path, framing: Framing, preparation: &Preparation) -> Prepared {
    let photo = match Photo::open(path) {
        Ok(photo) => photo,
        Err(problem) => return Prepared::Unreadable(problem),
    };
    let squares = frame(&photo, framing).squares();
    if squares.is_empty() {
        return Prepared::NoFace;
    }
    let mut pixels = Vec::with_capacity(squares.len() * preparation.bytes());
    squares.iter().for_each(|square| pixels.extend(preparation.of(&photo, *square)));
    Prepared::Cuts { squares, pixels }
}
