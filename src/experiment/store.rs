//! The shelf of experiments beside that of runs: make, list, find, call off.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{Draft, Experiment};
use crate::{
    files::{
        atomic, disk,
        lock::{self, Lock},
        overwrite, reads,
        unfinished::UnfinishedFolder,
    },
    plan::Plan,
    problem::{Kind, Problem},
    run::{RequestedDevice, RunStore, date},
    setting_def::Choice as _,
    text::{LocalizedText, say},
};

/// Where experiments live: `experiments/` with one folder each, in the folder of everything that Trombine keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentStore {
    runs: RunStore,
}

/// The file that says what it is.
pub(super) const DESCRIPTION: &str = "experiment.json";
const CANCELLED: &str = "cancelled";
/// The file that says what comes first.
pub(super) const ORDER: &str = "order.json";
/// The folder of the members' files.
pub(super) const MEMBERS: &str = "members";
/// The ending of the file that says that a member is wanted no more.
pub(super) const STOPPED: &str = "stopped";

/// Which members an experiment has, and which come first: equal where nothing of it was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version([Option<(u64, Option<SystemTime>)>; 2]);

impl ExperimentStore {
    /// The experiments whose runs are in `runs`.
    pub fn new(runs: &RunStore) -> Self {
        Self { runs: runs.clone() }
    }

    /// Its runs.
    pub fn runs(&self) -> &RunStore {
        &self.runs
    }

    /// Makes the folder of an experiment on the pictures and the device of `plan`. Nothing is trained.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn create(&self, draft: Draft, plan: &Plan) -> Result<Experiment, Problem> {
        let Draft { kind, name, base, variants, members, vary, halving } = draft;
        let (dataset, created) = (&plan.dataset, date::now());
        let mut reading = dataset.understood.reading;
        reading.side = dataset.pixels.side();
        let mut experiment = Experiment {
            id: String::new(),
            name,
            kind,
            created,
            source: dataset.source.clone(),
            reading,
            task: dataset.task.clone(),
            data: Some(dataset.fingerprint()),
            base,
            asked: RequestedDevice { device: plan.device.clone(), threads: plan.threads },
            variants,
            members,
            vary,
            halving,
        };
        let home = self.folder_of_all();
        let cannot = |error| Problem::writing(&home, &error);
        disk::create_dir_all(&home).map_err(cannot)?;
        let mut unfinished = UnfinishedFolder::within(&home).map_err(cannot)?;
        let wanted = format!("{}-{}", date::stamp(created), kind.key());
        for n in 1u32.. {
            experiment.id = if n == 1 { wanted.clone() } else { format!("{wanted}-{n}") };
            let folder = self.folder(&experiment);
            if fs::symlink_metadata(&folder).is_ok() {
                continue;
            }
            atomic::write_json(&unfinished.path().join(DESCRIPTION), &experiment)?;
            unfinished = match unfinished.publish(&folder) {
                Ok(()) => break,
                // Another program was quicker.
                Err((unfinished, _)) if fs::symlink_metadata(&folder).is_ok() => unfinished,
                Err((_, error)) => return Err(Problem::writing(&folder, &error)),
            };
        }
        Ok(experiment)
    }

    /// Every experiment, the newest first, and what is wrong with the folders that are none.
    pub fn list(&self) -> (Vec<Experiment>, Vec<Problem>) {
        let (mut experiments, mut problems) = (Vec::new(), Vec::new());
        reads::note(&self.folder_of_all());
        for entry in fs::read_dir(self.folder_of_all()).into_iter().flatten().flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden || !entry.path().is_dir() {
                continue;
            }
            match open(&entry.path()) {
                Ok(experiment) => experiments.push(experiment),
                Err(problem) => problems.push(problem),
            }
        }
        experiments.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
        (experiments, problems)
    }

    /// The experiment that `name` means: an id, the start of exactly one id, or `last`.
    ///
    /// # Errors
    /// No such experiment, several, or a damaged one.
    pub fn find(&self, name: &str) -> Result<Experiment, Problem> {
        let is_name = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
        let exact = self.folder_of_all().join(name);
        // The others need not be read.
        if is_name && exact.join(DESCRIPTION).is_file() {
            return open(&exact);
        }
        let (experiments, _) = self.list();
        let fitting: Vec<&Experiment> = match name {
            "last" => experiments.iter().take(1).collect(),
            _ => experiments.iter().filter(|experiment| !name.is_empty() && experiment.id.starts_with(name)).collect(),
        };
        match fitting[..] {
            [experiment] => Ok(experiment.clone()),
            [] => Err(unknown(name, &experiments)),
            _ => Err(Problem::new(
                Kind::File,
                LocalizedText {
                    en: format!("{} experiments begin with “{name}”", fitting.len()),
                    fr: format!("{} expériences commencent par « {name} »", fitting.len()),
                },
                say("Write more of its name", "Écrivez davantage de son nom"),
            )),
        }
    }

    /// Calls an experiment off: what has not begun is not begun, what is being trained is paused within seconds, wherever.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn cancel(&self, experiment: &Experiment) -> Result<(), Problem> {
        atomic::write(&self.folder(experiment).join(CANCELLED), &[])
    }

    /// Takes that back.
    ///
    /// # Errors
    /// No permission.
    pub fn take_up(&self, experiment: &Experiment) -> Result<(), Problem> {
        let mark = self.folder(experiment).join(CANCELLED);
        match self.is_cancelled(experiment) {
            true => disk::remove_file(&mark).map_err(|error| Problem::writing(&mark, &error)),
            false => Ok(()),
        }
    }

    /// Whether it was called off.
    pub fn is_cancelled(&self, experiment: &Experiment) -> bool {
        self.folder(experiment).join(CANCELLED).exists()
    }

    /// What changes when members are added or put first.
    pub fn version(&self, experiment: &Experiment) -> Version {
        let folder = self.folder(experiment);
        let of = |name| fs::metadata(folder.join(name)).ok().map(|meta| (meta.len(), meta.modified().ok()));
        Version([DESCRIPTION, ORDER].map(of))
    }

    /// Held by who changes what the experiment is.
    pub(super) fn lock(&self, experiment: &Experiment) -> Result<Lock, Problem> {
        let path = self.folder(experiment).join("lock");
        let held = Lock::wait(&path, lock::PATIENCE).map_err(|error| Problem::writing(&path, &error))?;
        held.ok_or_else(|| overwrite::busy(&path))
    }

    /// The file that says what it is.
    pub(super) fn description(&self, experiment: &Experiment) -> PathBuf {
        self.folder(experiment).join(DESCRIPTION)
    }

    /// The folder of an experiment.
    pub fn folder(&self, experiment: &Experiment) -> PathBuf {
        self.folder_of_all().join(&experiment.id)
    }

    /// A member's file with this ending.
    pub(super) fn member_file(&self, experiment: &Experiment, member: usize, ending: &str) -> PathBuf {
        member_file(&self.folder(experiment), member, ending)
    }

    fn folder_of_all(&self) -> PathBuf {
        self.runs.home().join("experiments")
    }
}

/// A member's file with this ending in the `folder` of its experiment.
pub(super) fn member_file(folder: &Path, member: usize, ending: &str) -> PathBuf {
    folder.join(MEMBERS).join(format!("{member:04}.{ending}"))
}

fn open(folder: &Path) -> Result<Experiment, Problem> {
    let mut experiment: Experiment = atomic::read_json(&folder.join(DESCRIPTION))?;
    // A folder that was copied or renamed by hand is found under the name it has.
    if let Some(name) = folder.file_name().and_then(|name| name.to_str()) {
        experiment.id = name.to_owned();
    }
    Ok(experiment)
}

fn unknown(name: &str, experiments: &[Experiment]) -> Problem {
    let known = experiments.iter().take(8).map(|experiment| experiment.id.as_str()).collect::<Vec<_>>().join(", ");
    let what = LocalizedText {
        en: format!("There is no experiment “{name}”"),
        fr: format!("Il n’y a pas d’expérience « {name} »"),
    };
    let remedy = if known.is_empty() {
        say("Start one first: `trombine help experiment`", "Commencez-en une : `trombine help experiment`").into()
    } else {
        LocalizedText { en: format!("There are: {known}"), fr: format!("Il y a : {known}") }
    };
    Problem::new(Kind::File, what, remedy)
}

/// There is no member at this place.
pub(super) fn no_member(experiment: &Experiment, member: usize) -> Problem {
    let all = experiment.members.len();
    Problem::new(
        Kind::File,
        LocalizedText {
            en: format!("There is no run {} in the experiment {}", member + 1, experiment.id),
            fr: format!("Il n’y a pas d’essai {} dans l’expérience {}", member + 1, experiment.id),
        },
        LocalizedText { en: format!("They go from 1 to {all}"), fr: format!("Ils vont de 1 à {all}") },
    )
}
