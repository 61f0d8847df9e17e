//! Everything that a training needs to go on as if nothing had happened, in one file.
//!
//! The file is a safetensors file: arrays under `weights/`, `slots/` (the optimizer's), `best/` and `statistics/`, and
//! the rest as JSON in the metadata entry `checkpoint`, beside a checksum ([`tensors`]). One file, so that it is whole or the
//! one before it is.
//! Nothing else is random or remembered: batches, augmentation and dropout follow from the seed and the step.
//!
//! [`Header::read`] reads the JSON alone, for whoever wants to know where a training is without its arrays; [`Reached::read`]
//! the few numbers of it that a list of runs shows, from an entry of their own at the file's very beginning.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    io::Read,
    path::Path,
};

use safetensors::{Dtype, tensor::TensorView};
use serde::{Deserialize, Serialize};

use crate::{
    callback::Callbacks,
    data::target_scaler::TargetScaler,
    evaluate::WeightsId,
    files::{
        atomic, disk, reads,
        tensors::{self, Tensors},
    },
    history::{EpochRecord, EventLog, StopReason},
    model::{Tensor, Weights},
    optimizer::OptimizerState,
    problem::Problem,
    settings::Settings,
};

/// A training at a point between two steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub position: Position,
    pub weights: Weights,
    pub optimizer: OptimizerState,
    /// The weights of the best epoch so far.
    pub best: Option<Weights>,
    /// Batch norm's averaged running statistics, if weights are averaged.
    pub statistics: Option<Weights>,
    /// What happened so far; `None` in files of before.
    pub event_log: Option<EventLog>,
    /// What the training goes on with, if the user has asked for something else than before (more epochs, another rate) and
    /// no epoch has ended since: with the position in one file, so that a wish is on the disk as a whole or not at all.
    pub settings: Option<Settings>,
}

/// Where the training is, and what it remembers besides arrays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// How values are standardized, if values are learned; what is stored as the best weights gives the values themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaler: Option<TargetScaler>,
    /// Finished epochs.
    pub epoch: u32,
    /// Steps done of the epoch after them.
    pub step: u32,
    /// Sums over those steps.
    pub sums: Sums,
    pub history: Vec<EpochRecord>,
    pub callbacks: Callbacks,
    pub best_epoch: Option<u32>,
    /// Which weights are the best; `None` before there are any, and in files of before.
    #[serde(default)]
    pub best: Option<WeightsId>,
    /// How often the run was asked to be trained further than it had been.
    #[serde(default)]
    pub extensions: u32,
    /// Seconds of training so far, without pauses, and at the end of the last epoch.
    pub seconds: f64,
    pub epoch_began: f64,
    /// Seconds of training when the run was last asked to be trained further; its time limit counts from there.
    #[serde(default)]
    pub extended_at: f64,
    /// Why it ended, if it did.
    pub stopped: Option<StopReason>,
    /// The device's id and the number of threads that were asked for.
    pub device: String,
    pub threads: Option<usize>,
}

/// How far a training has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    pub extensions: u32,
    /// Finished epochs.
    pub epoch: u32,
    pub best_epoch: Option<u32>,
    pub best: Option<WeightsId>,
    /// Seconds of training so far.
    pub seconds: f64,
}

impl Position {
    /// The part that a list of runs shows.
    pub fn reached(&self) -> Reached {
        let Self { extensions, epoch, best_epoch, best, seconds, .. } = *self;
        Reached { extensions, epoch, best_epoch, best, seconds }
    }
}

/// Sums over the batches of an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Loss with penalty, times pictures.
    pub loss: f64,
    pub correct: u64,
    /// Of values: distance from the label in its unit, times pictures.
    #[serde(default)]
    pub absolute_error: f64,
    pub pictures: u64,
}

impl Sums {
    /// Mean loss, L2 penalty included; 0 before the first batch.
    pub fn mean_loss(&self) -> f64 {
        self.loss / self.pictures.max(1) as f64
    }

    /// Share of right answers; 0 before the first batch.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.pictures.max(1) as f64
    }

    /// Mean absolute error of values, in their unit; 0 before the first batch.
    pub fn mae(&self) -> f64 {
        self.absolute_error / self.pictures.max(1) as f64
    }
}

/// What the file holds besides arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub position: Position,
    optimizer_step: u64,
    optimizer_scalars: BTreeMap<String, f64>,
    #[serde(default)]
    pub event_log: Option<EventLog>,
    #[serde(default)]
    pub settings: Option<Settings>,
}

/// The metadata entry that holds it.
const KEY: &str = "checkpoint";
/// The metadata entry of [`Reached`]: the first of all, since they are sorted.
const BRIEF: &str = "brief";
/// What stands before its text, behind the header's length.
const BEFORE_BRIEF: &[u8] = br#"{"__metadata__":{"brief":"#;
/// Bytes in which it ends.
const MOST_BRIEF: u64 = 1024;
/// A safetensors file begins with the length of its own header, which is no longer than this.
const MOST_HEADER: u64 = 100_000_000;

impl Header {
    /// Reads the beginning of a checkpoint.
    ///
    /// # Errors
    /// No such file, or a damaged one.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Outer {
            #[serde(rename = "__metadata__")]
            metadata: HashMap<String, String>,
        }
        let mut text = Vec::new();
        reads::note(path);
        File::open(path)
            .and_then(|mut file| {
                let mut length = [0; 8];
                file.read_exact(&mut length)?;
                file.take(u64::from_le_bytes(length).min(MOST_HEADER)).read_to_end(&mut text)
            })
            .map_err(|error| Problem::io(path, &error))?;
        let outer: Outer = serde_json::from_slice(&text).map_err(|error| atomic::foreign(path, &error))?;
        Self::of(&outer.metadata, path)
    }

    fn of(metadata: &HashMap<String, String>, path: &Path) -> Result<Self, Problem> {
        let entry = metadata.get(KEY).ok_or_else(|| atomic::foreign(path, &"no checkpoint in the metadata"))?;
        serde_json::from_str(entry).map_err(|error| atomic::foreign(path, &error))
    }
}

impl Reached {
    /// Reads how far the training of a checkpoint has come: its first bytes, and its whole header only in files of before.
    ///
    /// # Errors
    /// No such file, or a damaged one.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let mut bytes = Vec::new();
        reads::note(path);
        File::open(path)
            .and_then(|file| file.take(MOST_BRIEF).read_to_end(&mut bytes))
            .map_err(|error| Problem::io(path, &error))?;
        match Self::of(&bytes) {
            Some(reached) => Ok(reached),
            None => Header::read(path).map(|header| header.position.reached()),
        }
    }

    /// What the first bytes of a file say.
    fn of(bytes: &[u8]) -> Option<Self> {
        let entry = bytes.get(size_of::<u64>()..)?.strip_prefix(BEFORE_BRIEF)?;
        let text = serde_json::Deserializer::from_slice(entry).into_iter::<String>().next()?.ok()?;
        serde_json::from_str(&text).ok()
    }
}

impl Checkpoint {
    /// Goes back to the best weights, if there are any, with an optimizer that remembers nothing: what it remembers
    /// belongs to other weights. Values were and are standardized by `scaler`.
    pub fn from_the_best(&mut self, optimizer: OptimizerState, scaler: TargetScaler) {
        if let Some(best) = &self.best {
            self.weights = scaler.unfolded(best.clone());
        }
        (self.optimizer, self.statistics) = (optimizer, None);
        (self.position.step, self.position.sums) = (0, Sums::default());
    }

    /// Writes the file, replacing the one before only once the new one is whole.
    ///
    /// # Errors
    /// A full disk, no permission; the one before is then still there.
    pub fn save(&self, path: &Path) -> Result<(), Problem> {
        // In a run's folder, as `checkpoint/state.safetensors`.
        if let (Some(folder), Some(run)) = (path.parent(), path.parent().and_then(Path::parent)) {
            let below = folder.strip_prefix(run).unwrap_or(folder);
            disk::create_dir_within(run, below).map_err(|error| Problem::writing(folder, &error))?;
        }
        let header = Header {
            position: self.position.clone(),
            optimizer_step: self.optimizer.step,
            optimizer_scalars: self.optimizer.scalars.clone(),
            event_log: self.event_log.clone(),
            settings: self.settings.clone(),
        };
        let header = serde_json::to_string(&header).map_err(|error| atomic::foreign(path, &error))?;
        let mut views = Vec::new();
        for (group, weights) in self.groups() {
            for (name, array) in weights.iter() {
                let bytes = bytemuck::cast_slice(&array.data);
                let view = TensorView::new(Dtype::F32, array.shape.clone(), bytes).map_err(|e| atomic::foreign(path, &e))?;
                views.push((format!("{group}/{name}"), view));
            }
        }
        let brief = serde_json::to_string(&self.position.reached()).map_err(|error| atomic::foreign(path, &error))?;
        let metadata = HashMap::from([(KEY.to_owned(), header), (BRIEF.to_owned(), brief)]);
        let (header, arrays) = tensors::to_parts(&views, metadata).map_err(|error| atomic::foreign(path, &error))?;
        atomic::write_parts(path, &[&[&header[..]][..], &arrays[..]].concat())
    }

    /// Reads what [`Checkpoint::save`] wrote.
    ///
    /// # Errors
    /// No such file, or a damaged one.
    pub fn load(path: &Path) -> Result<Self, Problem> {
        let bytes = fs::read(path).map_err(|error| Problem::io(path, &error))?;
        let tensors = Tensors::read(&bytes).map_err(|error| atomic::foreign(path, &error))?;
        tensors.check().map_err(|error| atomic::foreign(path, &error))?;
        let header = Header::of(&tensors.metadata, path)?;
        let mut groups: HashMap<&str, Weights> = HashMap::new();
        for (full, tensor) in &tensors.arrays {
            let (group, name) = full.split_once('/').ok_or_else(|| atomic::foreign(path, &full))?;
            if tensor.dtype() != Dtype::F32 {
                return Err(atomic::foreign(path, &format!("{full} is {:?}", tensor.dtype())));
            }
            let (values, _) = tensor.data().as_chunks::<4>();
            let data = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            let array = Tensor { shape: tensor.shape().to_vec(), data };
            groups.entry(group).or_default().0.insert(name.to_owned(), array);
        }
        Ok(Self {
            position: header.position,
            weights: groups.remove("weights").unwrap_or_default(),
            optimizer: OptimizerState {
                step: header.optimizer_step,
                slots: groups.remove("slots").unwrap_or_default(),
                scalars: header.optimizer_scalars,
            },
            best: groups.remove("best"),
            statistics: groups.remove("statistics"),
            event_log: header.event_log,
            settings: header.settings,
        })
    }

    fn groups(&self) -> impl Iterator<Item = (&'static str, &Weights)> {
        let always = [("weights", &self.weights), ("slots", &self.optimizer.slots)];
        let best = self.best.iter().map(|weights| ("best", weights));
        let statistics = self.statistics.iter().map(|weights| ("statistics", weights));
        always.into_iter().chain(best).chain(statistics)
    }
}
