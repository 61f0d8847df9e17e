//! The file of a prediction table, and the record of what made it.
//!
//! The file itself is a plain CSV that people open, move and edit. What question it answers and how far it got stands in
//! a record of Trombine's own, found by the file's path and good only as long as the file is what was written.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use serde::{Deserialize, Serialize};

use crate::{
    data::{
        hash::{RunningHash, hash},
        sample::Framing,
    },
    files::{atomic, disk, lock::Lock, overwrite, table::TableForm},
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// What a table answers: whoever asks the same again may go on with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableKey {
    /// The run's id.
    pub run: String,
    /// Hash of its weights.
    pub weights: u64,
    /// The folder, without links.
    pub folder: PathBuf,
    /// Hash of the folder's pictures: names, sizes and times.
    pub pictures: u64,
    pub framing: Framing,
    pub mirrored: bool,
    /// Threshold and temperature as texts, so that no digit is lost on the way through the record.
    pub threshold: [String; 2],
    pub columns: Vec<String>,
    pub form: TableForm,
}

impl TableKey {
    /// What differs first between the question of a table that is there and this one, as a sentence about that table.
    fn difference(&self, there: &Self, table: &Path) -> Option<LocalizedText> {
        let table = table.display();
        let of = |en: &str, fr: &str| Some(LocalizedText { en: format!("{table} {en}"), fr: format!("{table} {fr}") });
        if there.run != self.run {
            let run = &there.run;
            return of(
                &format!("holds the answers of another run, {run}"),
                &format!("contient les réponses d’un autre essai, {run}"),
            );
        }
        if there.folder != self.folder {
            let folder = there.folder.display();
            return of(&format!("is about another folder, {folder}"), &format!("porte sur un autre dossier, {folder}"));
        }
        if there.framing != self.framing {
            return match there.framing {
                Framing::Whole => of("predicts whole pictures, not faces", "prédit sur des images entières, pas sur des visages"),
                Framing::FaceCrop => {
                    of("predicts faces, not whole pictures", "prédit sur des visages, pas sur des images entières")
                }
            };
        }
        if there.weights != self.weights {
            return of("was made with other weights of this run", "a été fait avec d’autres poids de cet essai");
        }
        if there.mirrored != self.mirrored || there.threshold != self.threshold {
            return of(
                "was made when the run was evaluated otherwise (mirror images, threshold or temperature)",
                "a été fait quand l’essai était évalué autrement (images en miroir, seuil ou température)",
            );
        }
        if there.pictures != self.pictures {
            return of("was made before the folder’s pictures changed", "a été fait avant que les images du dossier changent");
        }
        (there != self).then(|| of("is written in another form", "est écrit sous une autre forme")).flatten()
    }
}

/// Kept for each table that was begun.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    table: PathBuf,
    question: TableKey,
    /// Bytes of the file that are whole pictures' rows, and their hash.
    bytes: u64,
    hash: u64,
    /// Pictures and rows in them.
    pictures: usize,
    rows: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// A process writes it; or one did, and was ended: then the file may have more rows than the record knows of.
    Running,
    Stopped,
    Finished,
}

/// A table that is being written.
pub struct Table {
    path: PathBuf,
    file: disk::File,
    record: Record,
    record_path: PathBuf,
    /// Bytes in the file, and their hash: the rows themselves are not held.
    bytes: u64,
    hash: RunningHash,
    recorded: Instant,
    /// Whether the file had more than the record knew of.
    cut: bool,
    /// Why there is no record of it as it is: stopped, it cannot be continued.
    unrecorded: Option<Problem>,
    /// Nobody else writes it meanwhile.
    lock: Option<Lock>,
}

/// How long rows may be in the file before the record knows of them: what a crash costs.
const RECORD_EVERY: Duration = Duration::from_secs(1);

/// Records of tables that are gone are kept for so long: the drive may only be unplugged.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

impl Table {
    /// Begins the table `path` with the bytes `head`, or goes on with it if it was begun for the very same question;
    /// `overwrite` begins it anew whatever is there. Its record is kept below `home`.
    ///
    /// # Errors
    /// [`Kind::Exists`] if something else is there, or the finished table; a full disk or no permission for the
    /// table (for its record, [`Table::close`] says so), or another process that writes it.
    pub fn open(home: &Path, path: &Path, question: TableKey, head: &[u8], overwrite: bool) -> Result<Self, Problem> {
        overwrite::not_within_a_run(home, path)?;
        overwrite::no_picture(path)?;
        let named = path;
        let path = overwrite::real(named)?;
        let records = home.join("tables");
        let kept = disk::create_dir_all(&records).map_err(|error| failed(&records, &error));
        forget_old(&records);
        let name = format!("{:016x}", hash(path.as_os_str().as_encoded_bytes()));
        let record_path = records.join(format!("{name}.json"));
        let (lock, unrecorded) = match kept.and_then(|()| locked(&records.join(format!("{name}.lock")), &path)) {
            Ok(lock) => (Some(lock), None),
            // Where no record can be kept, the table is written all the same.
            Err(problem) if problem.kind == Kind::Disk => (None, Some(problem)),
            Err(problem) => return Err(problem),
        };
        let begun = Record {
            table: path.clone(),
            question,
            bytes: head.len() as u64,
            hash: hash(head),
            pictures: 0,
            rows: 0,
            state: State::Running,
        };
        let mut hash = RunningHash::new();
        let record = match overwrite::standing(named)? {
            overwrite::Standing::Something if !overwrite => continued(named, &record_path, &begun, &mut hash)?,
            _ => {
                atomic::write(&path, head)?;
                hash.append(head);
                begun
            }
        };
        let mut file = disk::open(&path).map_err(|error| failed(&path, &error))?;
        // What a process wrote after its last record is written again.
        let cut = file.metadata().is_ok_and(|meta| meta.len() > record.bytes);
        file.set_len(record.bytes).and_then(|()| file.seek(SeekFrom::End(0))).map_err(|error| failed(&path, &error))?;
        let (bytes, recorded) = (record.bytes, Instant::now());
        let mut table = Self { path, file, record, record_path, bytes, hash, recorded, cut, unrecorded, lock };
        table.keep(State::Running)?;
        Ok(table)
    }

    /// Pictures whose rows it holds, the first in the order of the folder.
    pub fn pictures(&self) -> usize {
        self.record.pictures
    }

    /// Its rows, without the head; a picture with several faces has several.
    pub fn rows(&self) -> usize {
        self.record.rows
    }

    /// Whether something stood below the rows that it went on from; it is gone.
    pub fn cut(&self) -> bool {
        self.cut
    }

    /// Appends the rows of some pictures.
    ///
    /// # Errors
    /// A full disk.
    pub fn append(&mut self, bytes: &[u8], pictures: usize, rows: usize) -> Result<(), Problem> {
        if let Err(error) = self.file.write_all(bytes) {
            // What a full disk took of it would be half a row; that it cannot be cut off is the smaller trouble.
            let _ = self.file.set_len(self.bytes).and_then(|()| self.file.seek(SeekFrom::End(0)));
            return Err(failed(&self.path, &error));
        }
        self.bytes += bytes.len() as u64;
        self.hash.append(bytes);
        self.record.pictures += pictures;
        self.record.rows += rows;
        if self.recorded.elapsed() >= RECORD_EVERY { self.keep(State::Running) } else { Ok(()) }
    }

    /// Ends it: finished, or stopped to be continued. Gives why it cannot be continued, if its record could not be written.
    ///
    /// # Errors
    /// A full disk.
    pub fn close(mut self, finished: bool) -> Result<Option<Problem>, Problem> {
        self.keep(if finished { State::Finished } else { State::Stopped })?;
        Ok(self.unrecorded.as_ref().map(unrecorded))
    }

    fn keep(&mut self, state: State) -> Result<(), Problem> {
        // The record must not know of rows that a power loss takes out of the file.
        self.file.sync().map_err(|error| failed(&self.path, &error))?;
        (self.record.bytes, self.record.hash) = (self.bytes, self.hash.hash());
        self.record.state = state;
        self.recorded = Instant::now();
        // Without its lock, another process may keep a record of the same table.
        if self.lock.is_some() {
            self.unrecorded = atomic::write_json(&self.record_path, &self.record).err();
        }
        Ok(())
    }
}

/// That a table has no record.
fn unrecorded(problem: &Problem) -> Problem {
    let what = LocalizedText {
        en: format!("How far the table got cannot be written down: {}", problem.what.en),
        fr: format!("L’avancement du tableau ne peut pas être noté\u{a0}: {}", problem.what.fr),
    };
    let remedy = say(
        "The table itself is written; if it is stopped it cannot be resumed, only started again",
        "Le tableau lui-même est écrit ; s’il est arrêté, il ne peut pas être repris, seulement recommencé",
    );
    Problem::new(Kind::Disk, what, remedy).caused_by(problem)
}

/// The record of the table that is there, if `wanted` can go on with it, and its rows into `so_far`; `path` is what the user calls
/// it.
fn continued(path: &Path, record_path: &Path, wanted: &Record, so_far: &mut RunningHash) -> Result<Record, Problem> {
    let record: Option<Record> = atomic::read_json(record_path).ok().filter(|record: &Record| record.table == wanted.table);
    let content = fs::read(path).map_err(|error| failed(path, &error))?;
    let whole = |record: &Record| {
        let known = content.get(..record.bytes as usize).filter(|known| hash(known) == record.hash);
        known.is_some_and(|known| known.len() == content.len() || record.state == State::Running)
    };
    let name = path.display();
    let Some(record) = record.filter(whole) else {
        return Err(overwrite::exists(
            path,
            LocalizedText {
                en: format!("{name} already exists, and is not a table that can be resumed as it is"),
                fr: format!("{name} existe déjà, et n’est pas un tableau qui puisse être repris tel quel"),
            },
        ));
    };
    if let Some(difference) = wanted.question.difference(&record.question, path) {
        return Err(overwrite::exists(path, difference));
    }
    if record.state == State::Finished {
        return Err(overwrite::exists(
            path,
            LocalizedText {
                en: format!("{name} is finished: it holds the answers of this run for this folder"),
                fr: format!("{name} est terminé : il contient les réponses de cet essai pour ce dossier"),
            },
        ));
    }
    so_far.append(&content[..record.bytes as usize]);
    Ok(record)
}

/// Holds the table against other processes, as long as the file is open.
fn locked(lock: &Path, table: &Path) -> Result<Lock, Problem> {
    Lock::take(lock).map_err(|error| failed(lock, &error))?.ok_or_else(|| {
        Problem::new(
            Kind::File,
            LocalizedText {
                en: format!("{} is being written by another window or command", table.display()),
                fr: format!("{} est en cours d’écriture dans une autre fenêtre ou commande", table.display()),
            },
            say("Wait until it ends, or choose another name", "Attendez la fin, ou choisissez un autre nom"),
        )
    })
}

/// Removes what is known of tables that have long been gone. Nothing depends on it.
fn forget_old(records: &Path) {
    for entry in fs::read_dir(records).into_iter().flatten().flatten() {
        let path = entry.path();
        let modified = entry.metadata().and_then(|meta| meta.modified()).ok();
        let old = modified.and_then(|when| SystemTime::now().duration_since(when).ok()).is_some_and(|age| age > KEPT);
        if old && atomic::read_json::<Record>(&path).map_or(true, |record| !record.table.exists()) {
            let _ = disk::remove_file(&path);
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Problem {
    Problem::writing(path, error)
}
