//! What is known of one member, and who trains it.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
};

use serde::{Deserialize, Serialize};

use super::{Experiment, ExperimentStore};
use crate::{
    files::{atomic, disk, lock::Lock, remembered::Remembered},
    problem::{Kind, Problem},
    run::date,
    text::{Lang, LocalizedText, named},
};

/// What is known of a member, in `members/0003.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemberRecord {
    /// Its run's id, once it was begun; the run may be gone since.
    pub run: Option<String>,
    /// Why it failed, the last time that it was tried.
    pub problem: Option<Problem>,
    /// Whether the user wants it no more.
    pub stopped: bool,
}

/// Who trains a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The machine's name; under Slurm that of the node.
    pub host: String,
    pub process: u32,
    /// Seconds since 1970, UTC.
    pub since: u64,
}

/// The ending of the file that says what is known of a member.
pub(super) const RECORD: &str = "json";
/// The ending of the file that says who trains it.
pub(super) const OWNER: &str = "owner.json";

static RECORDS: Remembered<MemberRecord> = Remembered::new();

/// What the file of a member says; nothing where it is damaged.
pub(super) fn known_record(path: &Path) -> MemberRecord {
    RECORDS.get(path, &[path.to_owned()], || atomic::read_json(path).ok()).unwrap_or_default()
}

/// Held by who trains a member; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct MemberLock {
    _lock: Lock,
}

impl Owner {
    /// This process.
    fn here() -> Self {
        Self { host: host(), process: process::id(), since: date::now() }
    }
}

impl ExperimentStore {
    /// What is known of a member; nothing of one that was never begun. A damaged file says nothing either.
    pub fn record(&self, experiment: &Experiment, member: usize) -> MemberRecord {
        atomic::read_json(&self.member_file(experiment, member, RECORD)).unwrap_or_default()
    }

    /// Writes it down. Only who holds the member's lock does that.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn save_record(&self, experiment: &Experiment, member: usize, record: &MemberRecord) -> Result<(), Problem> {
        let path = self.member_file(experiment, member, RECORD);
        make_folder_of(&path)?;
        atomic::write_json(&path, record)
    }

    /// Claims a member for training; `None` if some process on some machine that shares the folder trains it. That takes
    /// a file system with locks (NFS from version 4 on, or version 3 with its lock daemon).
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn lock_member(&self, experiment: &Experiment, member: usize) -> Result<Option<MemberLock>, Problem> {
        let path = self.member_file(experiment, member, "lock");
        make_folder_of(&path)?;
        let Some(lock) = Lock::take(&path).map_err(|error| Problem::writing(&path, &error))? else { return Ok(None) };
        // For people: the lock is what counts.
        atomic::write_json(&self.member_file(experiment, member, OWNER), &Owner::here())?;
        Ok(Some(MemberLock { _lock: lock }))
    }

    /// Writes down again what a crash came between: members whose run was made, and is not named in their files; of all members
    /// or of `only` one.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn adopt(&self, experiment: &Experiment, only: Option<usize>) -> Result<(), Problem> {
        let members = only.map_or(0..experiment.members.len(), |member| member..member + 1);
        // Only one that was claimed may have a run that is named nowhere: mostly no other run need be looked at.
        let lost = |member: usize| {
            let begun = self.member_file(experiment, member, OWNER).exists();
            begun && self.record(experiment, member).run.is_none_or(|run| self.runs().look(&run).is_none())
        };
        if !members.clone().any(lost) {
            return Ok(());
        }
        for run in self.runs().list().0.into_iter().rev() {
            let Some(of) = run.member_of.filter(|of| of.experiment == experiment.id) else { continue };
            let known = |record: &MemberRecord| {
                record.run.as_deref().is_some_and(|known| known == run.id || self.runs().look(known).is_some())
            };
            if of.member >= experiment.members.len()
                || !members.contains(&of.member)
                || known(&self.record(experiment, of.member))
            {
                continue;
            }
            // Who trains it now writes it down.
            let Some(_lock) = self.lock_member(experiment, of.member)? else { continue };
            let record = self.record(experiment, of.member);
            if !known(&record) {
                self.save_record(experiment, of.member, &MemberRecord { run: Some(run.id.clone()), ..record })?;
            }
        }
        Ok(())
    }

    /// Where a process that trains one member alone writes what it says.
    pub fn log_of(&self, experiment: &Experiment, member: usize) -> PathBuf {
        self.member_file(experiment, member, "log")
    }

    /// Opens it, to write behind what is there.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn open_log(&self, experiment: &Experiment, member: usize) -> Result<fs::File, Problem> {
        let path = self.log_of(experiment, member);
        make_folder_of(&path)?;
        disk::open_log(&path).map_err(|error| Problem::writing(&path, &error))
    }

    /// Who trains a member, or did last.
    pub fn owner(&self, experiment: &Experiment, member: usize) -> Option<Owner> {
        atomic::read_json(&self.member_file(experiment, member, OWNER)).ok()
    }

    /// That a member is being trained elsewhere.
    pub fn taken(&self, experiment: &Experiment, member: usize) -> Problem {
        let owner = self.owner(experiment, member);
        let what = LocalizedText::by(|lang| {
            let name = experiment.label(member);
            let by = owner.as_ref().map(|owner| (&owner.host, owner.process, date::day_and_time(lang, owner.since)));
            let text = match (lang, by) {
                (Lang::En, Some((host, process, since))) => format!("trained by process {process} on {host} since {since}"),
                (Lang::En, None) => "trained by another process".to_owned(),
                (Lang::Fr, Some((host, process, since))) => {
                    format!("entraîné par le processus {process} sur {host} depuis le {since}")
                }
                (Lang::Fr, None) => "entraîné par un autre processus".to_owned(),
            };
            named(lang, name.get(lang), text)
        });
        let remedy = LocalizedText {
            en: format!("Wait until it ends; `trombine experiment show {}` says how far it is", experiment.id),
            fr: format!("Attendez qu’il finisse ; `trombine experiment show {}` dit où il en est", experiment.id),
        };
        Problem::new(Kind::Taken, what, remedy)
    }
}

fn make_folder_of(path: &Path) -> Result<(), Problem> {
    let folder = path.parent().unwrap_or(path);
    disk::create_dir_all(folder).map_err(|error| Problem::writing(folder, &error))
}

/// The machine's name, as well as it can be known.
fn host() -> String {
    let said = ["SLURMD_NODENAME", "HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let kernel = || fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    said.filter(|name| !name.is_empty()).or_else(kernel).unwrap_or_else(|| "?".to_owned())
}
