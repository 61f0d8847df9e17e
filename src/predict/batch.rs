//! A folder of photos becomes a CSV file, one row a picture (or a face); stopped, it goes on where it was.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    thread,
};

use crossbeam_channel::bounded;
use rayon::prelude::*;

use super::{
    framing::frame,
    photo::{Photo, Square},
    predictor::{Answer, Predictor},
};
use crate::{
    data::{
        sample::{Framing, PIXEL_BYTES, SkipReason, Skipped},
        walk::{self, walk},
    },
    files::atomic,
    problem::{Kind, Problem},
    text::{Lang, Sentence, say},
    train::control::{Control, Wish},
};

/// What came of a folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchOutcome {
    /// Pictures with an answer now, those of an earlier, stopped attempt included.
    pub pictures: usize,
    /// Pictures that the file already held.
    pub continued: usize,
    /// Pictures in which no face was found; they have a row without an answer.
    pub without_face: usize,
    /// Pictures that could not be read, with the reason; they have a row too.
    pub unreadable: Vec<(PathBuf, Problem)>,
    /// Files and folders that were not opened, with the reasons; they have no row.
    pub skipped: Vec<Skipped>,
}

/// Pictures that are decoded in parallel and judged together, between two looks at the control.
const CHUNK: usize = 64;

/// Unreadable files that a card names; its details name all.
const NAMED: usize = 6;

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

/// Judges every picture below `folder`, framed as `framing` says, into the file `csv`, telling (done, of) after each few dozen.
///
/// The columns are `file` (below the folder), `left`, `top`, `side` (the square in pixels; empty for the whole picture), `said`,
/// `probability_` of class 1, `sure` (outside the band around the threshold), and `problem` (`unreadable`, `no face`, or
/// empty). A file that was begun with the same columns is continued: pictures that it holds are not judged again.
///
/// # Errors
/// A folder that cannot be read or holds no picture, a file that cannot be written or is something else, a lost device,
/// or [`Kind::Cancelled`]; all rows so far are then in the file.
pub fn predict_folder(
    predictor: &mut Predictor,
    folder: &Path,
    csv: &Path,
    framing: Framing,
    control: &Control,
    mut progress: impl FnMut(usize, usize),
) -> Result<BatchOutcome, Problem> {
    let (files, skipped) = pictures_below(folder, control)?;
    if files.is_empty() {
        return Err(Problem::new(
            Kind::Data,
            Sentence {
                en: format!("{} holds no picture", folder.display()),
                fr: format!("{} ne contient aucune image", folder.display()),
            },
            say(
                "Choose a folder with JPEG, PNG, WebP, BMP, GIF or TIFF files",
                "Choisissez un dossier avec des fichiers JPEG, PNG, WebP, BMP, GIF ou TIFF",
            ),
        ));
    }
    let header = format!("file,left,top,side,said,{},sure,problem\n", field(&format!("probability_{}", predictor.classes[1])));
    let (done, file) = continued(csv, &header)?;
    let mut file = BufWriter::new(file);
    let write_failed = |error: std::io::Error| Problem { kind: Kind::Disk, ..Problem::io(csv, &error) };
    let todo: Vec<&PathBuf> = files.iter().filter(|name| !done.contains(&*name.to_string_lossy())).collect();
    let continued = files.len() - todo.len();
    let mut outcome = BatchOutcome { pictures: continued, continued, skipped, ..BatchOutcome::default() };
    progress(continued, files.len());
    thread::scope(|scope| {
        // The next pictures are decoded while these are judged; whoever reads no more ends the thread.
        let (send, ready) = bounded::<Vec<Prepared>>(1);
        let todo = &todo;
        scope.spawn(move || {
            let prepared = |names: &[&PathBuf]| names.par_iter().map(|name| prepare(&folder.join(name), framing)).collect();
            todo.chunks(CHUNK).map(prepared).try_for_each(|prepared| send.send(prepared))
        });
        for (names, prepared) in todo.chunks(CHUNK).zip(ready) {
            if matches!(control.wait_while_paused(), Wish::Finish | Wish::Discard) {
                return Err(Problem::cancelled());
            }
            let pixels: Vec<u8> = prepared.iter().flat_map(Prepared::pixels).copied().collect();
            let mut answers = predictor.judge(&pixels)?.into_iter();
            for (name, prepared) in names.iter().zip(prepared) {
                for row in outcome.rows(name, prepared, &mut answers) {
                    write!(file, "{},", field(&name.to_string_lossy())).map_err(write_failed)?;
                    let text = self::row(row.square, row.answer.as_ref().map_err(|problem| *problem), &predictor.classes);
                    file.write_all(text.as_bytes()).map_err(write_failed)?;
                }
            }
            file.flush().map_err(write_failed)?;
            progress(outcome.pictures + outcome.without_face + outcome.unreadable.len(), files.len());
        }
        Ok(())
    })?;
    file.into_inner().map_err(|error| write_failed(error.into_error()))?.sync_all().map_err(write_failed)?;
    Ok(outcome)
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
                vec![Row { square: None, answer: Err("no face") }]
            }
            Prepared::Unreadable(problem) => {
                self.unreadable.push((name.to_owned(), problem));
                vec![Row { square: None, answer: Err("unreadable") }]
            }
        }
    }

    /// The unreadable files as one card: how many, and each with its reason in the details.
    pub fn unreadable_files(&self) -> Option<Problem> {
        let count = self.unreadable.len() as u64;
        let what = Sentence::by(|lang| {
            let files = crate::text::plural(
                lang,
                count,
                say("file could not be read:", "fichier n’a pas pu être lu :"),
                say("files could not be read:", "fichiers n’ont pas pu être lus :"),
            );
            let names: Vec<String> = self.unreadable.iter().take(NAMED).map(|(name, _)| name.display().to_string()).collect();
            format!("{files} {}{}", names.join(", "), if self.unreadable.len() > NAMED { "…" } else { "" })
        });
        let remedy = say(
            "Each has a row in the table that says so; the details name the reasons",
            "Chacun a une ligne dans le tableau qui le dit ; les détails donnent les raisons",
        );
        let line = |(name, problem): &(PathBuf, Problem)| format!("{}: {}", name.display(), problem.what.en);
        let details = self.unreadable.iter().map(line).collect::<Vec<_>>().join("\n");
        (count > 0).then(|| Problem::new(Kind::Picture, what, remedy).because(details))
    }

    /// The files that were not opened as one card, each with its reason in the details.
    pub fn skipped_files(&self) -> Option<Problem> {
        let count = self.skipped.len() as u64;
        let what = Sentence::by(|lang| {
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
        let line = |s: &Skipped| format!("{}: {:?}", s.file.display(), s.reason);
        let details = self.skipped.iter().map(line).collect::<Vec<_>>().join("\n");
        (count > 0).then(|| Problem::new(Kind::Picture, what, remedy).because(details))
    }

    /// The outcome in one sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        let count = |n: usize, one, many| crate::text::plural(lang, n as u64, one, many);
        let mut text = count(self.pictures, say("picture judged", "image jugée"), say("pictures judged", "images jugées"));
        if self.without_face > 0 {
            text += ", ";
            text += &count(self.without_face, say("without a face", "sans visage"), say("without a face", "sans visage"));
        }
        if !self.unreadable.is_empty() {
            text += ", ";
            text += &count(self.unreadable.len(), say("unreadable", "illisible"), say("unreadable", "illisibles"));
        }
        text
    }
}

impl Prepared {
    fn pixels(&self) -> &[u8] {
        match self {
            Self::Cuts { pixels, .. } => pixels,
            Self::NoFace | Self::Unreadable(_) => &[],
        }
    }
}

/// A row of the table without its first column: the square (none is the whole picture), the answer or why there is none.
pub fn row(square: Option<Square>, answer: Result<&Answer, &str>, classes: &[String; 2]) -> String {
    let place = square.map_or(",,".to_owned(), |s| format!("{:.0},{:.0},{:.0}", s.left, s.top, s.side));
    match answer {
        Ok(a) => format!("{place},{},{:.6},{},\n", field(&classes[a.class]), a.probability, if a.sure { "yes" } else { "no" }),
        Err(problem) => format!("{place},,,,{}\n", field(problem)),
    }
}

/// A CSV field, quoted where RFC 4180 wants it.
pub fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Every picture below `folder` by its name, sorted, and the files that are pictures by their names but cannot be opened.
fn pictures_below(folder: &Path, control: &Control) -> Result<(Vec<PathBuf>, Vec<Skipped>), Problem> {
    let found = walk(folder, control, &mut |_| {})?;
    let mut files: Vec<PathBuf> = found.files.iter().map(walk::File::path).collect();
    files.sort();
    let mut skipped = found.skipped;
    skipped.retain(|skipped| skipped.reason != SkipReason::NotAPicture);
    skipped.sort_by(|a, b| a.file.cmp(&b.file));
    Ok((files, skipped))
}

fn prepare(path: &Path, framing: Framing) -> Prepared {
    let photo = match Photo::open(path) {
        Ok(photo) => photo,
        Err(problem) => return Prepared::Unreadable(problem),
    };
    let squares = frame(&photo, framing).squares();
    if squares.is_empty() {
        return Prepared::NoFace;
    }
    let mut pixels = Vec::with_capacity(squares.len() * PIXEL_BYTES);
    squares.iter().for_each(|square| pixels.extend(photo.seen(*square)));
    Prepared::Cuts { squares, pixels }
}

/// Opens the file to append to, with the names that it already holds; begins it if it is not there.
fn continued(csv: &Path, header: &str) -> Result<(HashSet<String>, File), Problem> {
    let failed = |error: std::io::Error| Problem { kind: Kind::Disk, ..Problem::io(csv, &error) };
    if !csv.exists() {
        atomic::write(csv, header.as_bytes())?;
    }
    let text = fs::read(csv).map_err(failed)?;
    let text = String::from_utf8_lossy(&text);
    let Some(rows) = text.strip_prefix(header) else {
        return Err(Problem::new(
            Kind::File,
            Sentence {
                en: format!("{} is another table and stays as it is", csv.display()),
                fr: format!("{} est un autre tableau et reste tel quel", csv.display()),
            },
            say("Choose another name for the file", "Choisissez un autre nom de fichier"),
        ));
    };
    // The last picture may have been cut off in the middle of its rows: it is judged again.
    let (names, whole) = whole_pictures(rows);
    let mut file = OpenOptions::new().write(true).open(csv).map_err(failed)?;
    file.set_len((header.len() + whole) as u64).map_err(failed)?;
    file.seek(SeekFrom::End(0)).map_err(failed)?;
    Ok((names, file))
}

/// The names of all rows but the last picture's, and how many bytes those rows take.
fn whole_pictures(rows: &str) -> (HashSet<String>, usize) {
    let mut names = HashSet::new();
    let (mut last, mut from, mut at) = (None, 0, 0);
    for line in records(rows) {
        let name = first_field(line);
        if last.as_ref() != Some(&name) {
            names.extend(last.replace(name));
            from = at;
        }
        at += line.len();
    }
    (names, from)
}

/// Lines, except that a quoted field may hold line ends.
fn records(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split_inclusive(move |c| {
        quoted ^= c == '"';
        c == '\n' && !quoted
    })
}

fn first_field(line: &str) -> String {
    match line.strip_prefix('"') {
        Some(quoted) => {
            let mut name = String::new();
            let mut rest = quoted.chars().peekable();
            while let Some(c) = rest.next() {
                if c == '"' && rest.next_if_eq(&'"').is_none() {
                    break;
                }
                name.push(c);
            }
            name
        }
        None => line.split([',', '\n']).next().unwrap_or_default().to_owned(),
    }
}
