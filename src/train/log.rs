//! Logs that other programs read, beside the run's own history.

use std::path::{Path, PathBuf};

use crate::{
    callback::csv_log,
    data::{batch::Form, task::Task},
    evaluate::Confusion,
    files::{atomic, disk},
    history::EpochRecord,
    plan::Plan,
    problem::Problem,
    run::{Run, export::tensorboard::TensorBoard},
    settings::Settings,
    text::Lang,
};

/// Training pictures that TensorBoard gets to see.
const PICTURES: usize = 4;

/// The logs that are switched on.
#[derive(Debug)]
pub struct Logs {
    csv: Option<PathBuf>,
    board: Option<Board>,
}

/// TensorBoard's event files, opened when the first epoch of this session ends.
#[derive(Debug)]
struct Board {
    folder: PathBuf,
    settings: Settings,
    task: Task,
    /// The run's first training pictures, as the network saw them.
    pixels: Vec<u8>,
    files: Option<TensorBoard>,
}

impl Logs {
    /// Opens the logs of `run`.
    pub fn open(plan: &Plan, run: &Run) -> Self {
        let callbacks = &plan.settings.train.callbacks;
        Self {
            csv: callbacks.csv_log.then(|| csv_path(&run.folder)),
            board: callbacks.tensorboard.then(|| Board::new(plan, run)),
        }
    }

    /// Writes what the epoch that ended `history` adds; `confusion` counts its validation pictures.
    ///
    /// # Errors
    /// A full disk, no permission: the first of them; what is in the way of one log keeps no other from being written.
    pub fn epoch(&mut self, history: &[EpochRecord], confusion: &Confusion) -> Result<(), Problem> {
        let board = self.board.as_mut().map_or(Ok(()), |board| board.epoch(history, confusion));
        let csv = self.csv.as_ref().map_or(Ok(()), |path| atomic::write(path, &csv_log::text(history)));
        board.and(csv)
    }
}

/// Where the table lies. Earlier versions called it `log.csv`; one table has one name.
fn csv_path(run: &Path) -> PathBuf {
    let path = run.join(csv_log::FILE);
    if !path.exists() {
        // Where there is none, or it cannot be renamed, the table is written whole anyway.
        let _ = disk::rename(&run.join("log.csv"), &path);
    }
    path
}

impl Board {
    fn new(plan: &Plan, run: &Run) -> Self {
        let first = plan.training_batches(Form::Pixels, 0).next();
        let mut pixels = first.and_then(Result::ok).map(|batch| batch.pixels).unwrap_or_default();
        let side = plan.settings.augment.side();
        pixels.truncate(PICTURES * side * side * 3);
        Self {
            folder: run.folder.join("tensorboard"),
            settings: plan.settings.clone(),
            task: run.info.task.clone(),
            pixels,
            files: None,
        }
    }

    fn epoch(&mut self, history: &[EpochRecord], confusion: &Confusion) -> Result<(), Problem> {
        let Some((last, earlier)) = history.split_last() else { return Ok(()) };
        if self.files.is_none() {
            let mut files = TensorBoard::open(&self.folder, earlier.len() as u32)?;
            if earlier.is_empty() {
                files.settings(&self.settings, Lang::En)?;
                files.pictures(0, self.settings.augment.side(), &self.pixels)?;
            }
            self.files = Some(files);
        }
        let Some(files) = &mut self.files else { return Ok(()) };
        files.epoch(last)?;
        // A matrix of a hundred years says nothing.
        if self.task.is_regression() {
            return Ok(());
        }
        files.confusion(last.epoch.into(), confusion, &self.task, Lang::En)
    }
}
