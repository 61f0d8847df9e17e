//! Event files that TensorBoard reads, as Keras's `TensorBoard` callback lays them out: `train` and `validation` beside
//! each other with the tags `epoch_loss`, `epoch_accuracy` (of years `epoch_mae`) and `epoch_learning_rate`, so that curves
//! lie over each other; of many classes `epoch_top_k_categorical_accuracy` of the validation part too.

pub mod record;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{plots, raster::Raster};
use prost::Message as _;

use self::record::{Event, What};
use crate::{
    data::task::Task,
    evaluate::Confusion,
    files::disk,
    history::EpochRecord,
    problem::Problem,
    setting_def::SettingDefs,
    settings::{Settings, images::ImageOption},
    text::{Lang, LocalizedText, escape},
};

/// The event files of a run that is being trained.
#[derive(Debug)]
pub struct TensorBoard {
    train: Events,
    validation: Events,
}

impl TensorBoard {
    /// Opens new event files under `folder`, beside those of earlier sessions. `epochs_done` epochs stand already; what
    /// earlier files hold beyond them (an interrupted epoch) is hidden by TensorBoard.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn open(folder: &Path, epochs_done: u32) -> Result<Self, Problem> {
        let open = |name: &str| -> Result<Events, Problem> {
            let mut events = Events::create(folder, name)?;
            if epochs_done > 0 {
                events.write(u64::from(epochs_done) + 1, What::session_start())?;
            }
            Ok(events)
        };
        Ok(Self { train: open("train")?, validation: open("validation")? })
    }

    /// The curves' next points.
    ///
    /// # Errors
    /// A full disk.
    pub fn epoch(&mut self, r: &EpochRecord) -> Result<(), Problem> {
        let step = r.epoch.into();
        self.train.scalar(step, "epoch_loss", r.train_loss)?;
        // Keras's tag of what is told beside the loss.
        let (tag, train, validation) = match r.mae {
            Some(mae) => ("epoch_mae", mae.train, mae.validation),
            None => ("epoch_accuracy", r.train_accuracy, r.validation_accuracy),
        };
        self.train.scalar(step, tag, train)?;
        self.train.scalar(step, "epoch_learning_rate", r.learning_rate)?;
        self.train.scalar(step, "pictures_per_second", r.pictures_per_second)?;
        self.validation.scalar(step, "epoch_loss", r.validation_loss)?;
        self.validation.scalar(step, tag, validation)?;
        match r.validation_top_3 {
            Some(top_3) => self.validation.scalar(step, "epoch_top_k_categorical_accuracy", top_3),
            None => Ok(()),
        }
    }

    /// All settings as a table.
    ///
    /// # Errors
    /// A full disk.
    pub fn settings(&mut self, settings: &Settings, lang: Lang) -> Result<(), Problem> {
        let mut settings = settings.clone();
        let mut table = String::from("| | |\n| --- | --- |\n");
        let shape = settings.augment.shape();
        for option in ImageOption::ALL.into_iter().filter(|option| !option.is_default(shape)) {
            let (name, value) = (option.name().get(lang), option.shown(shape, lang));
            table += &format!("| {name} (`{}`) | {} |\n", option.key(), escape::markdown(&value));
        }
        for def in settings.setting_defs().iter().filter(|def| def.active) {
            table += &format!("| {} (`{}`) | {} |\n", def.name.get(lang), def.key, escape::markdown(&def.display(lang)));
        }
        self.train.write(0, What::text("settings", table))
    }

    /// A few square pictures of `side` x `side` x 3 bytes each, such as those of a training batch.
    ///
    /// # Errors
    /// A full disk.
    pub fn pictures(&mut self, step: u64, side: usize, pixels: &[u8]) -> Result<(), Problem> {
        for (n, picture) in pixels.chunks_exact((side * side * 3).max(1)).enumerate() {
            let picture = Raster { width: side, height: side, rgb: picture.to_vec() };
            self.train.picture(step, &format!("training_pictures/{n}"), &picture)?;
        }
        Ok(())
    }

    /// The validation part's confusion matrix, drawn as in the report.
    ///
    /// # Errors
    /// A full disk.
    pub fn confusion(&mut self, step: u64, confusion: &Confusion, task: &Task, lang: Lang) -> Result<(), Problem> {
        let picture = plots::matrix(confusion, task, lang).raster();
        self.validation.picture(step, "confusion_matrix/rows_truth_columns_model", &picture)
    }
}

/// One event file.
#[derive(Debug)]
struct Events {
    path: PathBuf,
    file: disk::File,
}

impl Events {
    fn create(folder: &Path, name: &str) -> Result<Self, Problem> {
        // The folder is one of a run's, as are those in it.
        let root = folder.parent().unwrap_or(Path::new(""));
        let below = folder.strip_prefix(root).unwrap_or(folder).join(name);
        let folder = root.join(&below);
        disk::create_dir_within(root, &below).map_err(|e| Problem::writing(&folder, &e))?;
        let seconds = now() as u64;
        // TensorBoard reads the files of a folder in the order of their names.
        let mut session = 0;
        let (path, file) = loop {
            let path = folder.join(format!("events.out.tfevents.{seconds:010}.trombine.{session:03}"));
            match disk::create_new(&path) {
                Ok(file) => break (path, file),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && session < 999 => session += 1,
                Err(e) => return Err(Problem::writing(&path, &e)),
            }
        };
        let mut events = Self { path, file };
        events.write(0, What::version())?;
        Ok(events)
    }

    fn scalar(&mut self, step: u64, tag: &str, value: f64) -> Result<(), Problem> {
        self.write(step, What::scalar(tag, value as f32))
    }

    fn picture(&mut self, step: u64, tag: &str, picture: &Raster) -> Result<(), Problem> {
        let png = picture.png().map_err(unwritable)?;
        self.write(step, What::image(tag, picture.width, picture.height, png))
    }

    /// Writes an event at `step`: one write for each record, so that a reader sees whole ones.
    fn write(&mut self, step: u64, what: What) -> Result<(), Problem> {
        let event = Event { wall_time: now(), step: step.cast_signed(), what: Some(what) };
        self.file.write_all(&record::framed(&event.encode_to_vec())).map_err(|e| Problem::writing(&self.path, &e))
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

fn unwritable(error: impl ToString) -> Problem {
    use crate::{problem::Kind, text::say};
    let what: LocalizedText =
        say("A picture for TensorBoard could not be made", "Une image pour TensorBoard n’a pas pu être créée").into();
    Problem::new(
        Kind::Internal,
        what,
        say(
            "Training goes on; switch TensorBoard off if it repeats",
            "L’entraînement continue ; coupez TensorBoard si cela se répète",
        ),
    )
    .because(error)
}
