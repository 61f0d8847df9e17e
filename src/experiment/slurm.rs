//! Slurm as executor: an array job whose tasks each train one member with this program, on nodes that share the folder.
//!
//! Nothing else is needed of the cluster: results are read from the folders, states from `squeue`, and of jobs that left the
//! queue from `sacct` where there is accounting. A task that is preempted, or whose node dies, is queued again by Slurm
//! (`--requeue`); one that comes to its time limit saves itself two minutes before and queues itself again. Either way
//! it goes on from its checkpoint, to the same bits.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, Serialize};

use super::{Experiment, ExperimentStore, ExperimentView, MemberState};
use crate::{
    files::atomic,
    problem::{Kind, Problem},
    run::date,
    text::{LocalizedText, say},
};

/// What the user asks of Slurm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlurmOptions {
    pub partition: Option<String>,
    /// Limit of one task, as `sbatch --time` takes it.
    pub time: Option<String>,
    /// Further options of `sbatch`, one each: `--gres=gpu:1`.
    pub options: Vec<String>,
    /// A file whose lines go into the script before the training: `#SBATCH` options, `module load`, `cd`.
    pub template: Option<PathBuf>,
}

/// A job that was submitted, in `slurm.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlurmJob {
    /// The array's id; of several, the first's.
    pub job: String,
    /// Seconds since 1970, UTC.
    pub submitted: u64,
    /// The members that are its tasks, from 0.
    pub members: Vec<usize>,
    /// The arrays, of which there are several where one may not have so many tasks; none in files of before, of one array.
    #[serde(default)]
    pub arrays: Vec<SlurmArray>,
}

/// One array job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlurmArray {
    pub job: String,
    /// Members before the first that it may have: its task 1 is the member at this place, from 0.
    pub before: usize,
}

/// What Slurm says of a member's task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlurmTask {
    /// As Slurm writes it: `PENDING`, `RUNNING`, `COMPLETED`, `TIMEOUT`.
    pub state: String,
    /// Where it runs or ran.
    pub node: String,
}

/// The highest number of a task, unless Slurm says otherwise: one less than the default of its `MaxArraySize`.
const HIGHEST: usize = 1000;

const JOB: &str = "slurm.json";
const SCRIPT: &str = "slurm.sh";

impl ExperimentStore {
    /// Submits what is missing of an experiment as an array job, or as several if one may not have so many tasks: all or none. The
    /// script stays in its folder.
    ///
    /// # Errors
    /// Nothing is missing; no Slurm here, or it refuses; a template that cannot be read; a full disk.
    pub fn submit(&self, experiment: &Experiment, options: &SlurmOptions) -> Result<SlurmJob, Problem> {
        let members = self.missing(experiment)?;
        let program = std::env::current_exe().map_err(|error| Problem::io(Path::new("trombine"), &error))?;
        let template = match &options.template {
            Some(path) => fs::read_to_string(path).map_err(|error| Problem::io(path, &error))?,
            None => String::new(),
        };
        let path = self.folder(experiment).join(SCRIPT);
        let parts = parts(&members, highest());
        let first = parts.first().map(|(before, part)| numbers(*before, part)).unwrap_or_default();
        atomic::write(&path, self.script(experiment, &first, &program, options, &template).as_bytes())?;
        self.take_up(experiment)?;
        let arrays = submit_all(&parts, &path)?;
        let job = arrays.first().map(|array| array.job.clone()).unwrap_or_default();
        let job = SlurmJob { job, submitted: date::now(), members, arrays };
        atomic::write_json(&self.folder(experiment).join(JOB), &job)?;
        Ok(job)
    }

    /// The members that have something left to be trained now.
    pub(super) fn missing(&self, experiment: &Experiment) -> Result<Vec<usize>, Problem> {
        let view = self.view(experiment.clone());
        let members: Vec<usize> = view.open().into_iter().map(|(member, _)| member).collect();
        if members.is_empty() { Err(nothing_missing(&view)) } else { Ok(members) }
    }

    /// The array job's script, with the numbers of its tasks. What it is given as an argument is added to a task's number.
    fn script(&self, experiment: &Experiment, array: &str, program: &Path, options: &SlurmOptions, template: &str) -> String {
        let Experiment { id, .. } = experiment;
        let folder = self.folder(experiment);
        // Slurm replaces what follows a `%`.
        let folder = folder.display().to_string().replace('%', "%%");
        let log = Path::new(&folder).join("slurm-%A_%a.log");
        let mut asked = vec![
            format!("--job-name=trombine-{id}"),
            format!("--array={array}"),
            format!("--output=\"{}\"", log.display()),
            "--open-mode=append".to_owned(),
            "--requeue".to_owned(),
            "--signal=B:USR1@120".to_owned(),
        ];
        asked.extend(options.partition.iter().map(|partition| format!("--partition={partition}")));
        asked.extend(options.time.iter().map(|time| format!("--time={time}")));
        asked.extend(options.options.iter().cloned());
        let asked: String = asked.iter().map(|option| format!("#SBATCH {option}\n")).collect();
        let (home, program) = (quoted(&self.runs().home().to_string_lossy()), quoted(&program.to_string_lossy()));
        format!(
            "#!/bin/bash
{asked}{template}
# Each task trains one run of the experiment and goes on where it was, however often it is begun.
export TROMBINE_HOME={home}
child=
again=
trap 'kill -TERM \"$child\"' TERM
# Two minutes before the time limit: save, and queue this task again.
trap 'again=1; kill -TERM \"$child\"' USR1
{program} experiment run {id} --only \"$((SLURM_ARRAY_TASK_ID + ${{1:-0}}))\" &
child=$!
wait \"$child\"
status=$?
while kill -0 \"$child\" 2>/dev/null; do
    wait \"$child\"
    status=$?
done
if [ -n \"$again\" ]; then
    scontrol requeue \"$SLURM_JOB_ID\"
fi
exit \"$status\"
",
            id = quoted(id),
        )
    }

    /// The job that was submitted last.
    pub fn slurm_job(&self, experiment: &Experiment) -> Option<SlurmJob> {
        atomic::read_json(&self.folder(experiment).join(JOB)).ok()
    }

    /// Takes what is left of the job out of Slurm's queue; its running tasks save themselves.
    ///
    /// # Errors
    /// No Slurm here, or it refuses.
    pub fn cancel_slurm(&self, experiment: &Experiment) -> Result<(), Problem> {
        match self.slurm_job(experiment) {
            Some(job) => told(Command::new("scancel").arg("--full").args(job.ids())).map(drop),
            None => Ok(()),
        }
    }
}

impl SlurmJob {
    /// The ids of its arrays.
    pub fn ids(&self) -> Vec<&str> {
        if self.arrays.is_empty() { vec![&self.job] } else { self.arrays.iter().map(|array| array.job.as_str()).collect() }
    }

    /// The member, from 0, that is task number `task` of the array `job`.
    fn member(&self, job: &str, task: usize) -> Option<usize> {
        let before = self.arrays.iter().find(|array| array.job == job).map_or(0, |array| array.before);
        Some(before + task.checked_sub(1)?)
    }

    /// What Slurm says of its tasks, by member; nothing of what it no longer knows, or without Slurm.
    pub fn tasks(&self) -> BTreeMap<usize, SlurmTask> {
        // Accounting first: the queue knows better what is in it.
        let ids = self.ids().join(",");
        let past = told(Command::new("sacct").args(["-n", "-X", "-P", "-o", "JobID,State,NodeList", "-j", &ids]));
        let now = told(Command::new("squeue").args(["-h", "-r", "-o", "%i|%T|%N", "-j", &ids]));
        let mut tasks = BTreeMap::new();
        for line in past.iter().chain(&now).flat_map(|text| text.lines()) {
            let mut cells = line.split('|').map(str::trim);
            let (Some(id), Some(state)) = (cells.next(), cells.next()) else { continue };
            let member = id.rsplit_once('_').and_then(|(job, task)| self.member(job, task.parse().ok()?));
            // `CANCELLED by 0`.
            let state = state.split(' ').next().unwrap_or_default().to_owned();
            if let Some(member) = member {
                tasks.insert(member, SlurmTask { state, node: cells.next().unwrap_or_default().to_owned() });
            }
        }
        tasks
    }
}

/// Submits the script at `path` once for each of `parts`, or not at all.
fn submit_all(parts: &[(usize, Vec<usize>)], path: &Path) -> Result<Vec<SlurmArray>, Problem> {
    let mut arrays: Vec<SlurmArray> = Vec::with_capacity(parts.len());
    for (before, part) in parts {
        let mut command = Command::new("sbatch");
        command.arg("--parsable");
        if parts.len() > 1 {
            command.arg(format!("--array={}", numbers(*before, part)));
        }
        command.arg(path);
        if *before > 0 {
            command.arg(before.to_string());
        }
        match told(&mut command) {
            // `id` or `id;cluster`.
            Ok(job) => {
                let job = job.trim().split(';').next().unwrap_or_default().to_owned();
                arrays.push(SlurmArray { job, before: *before });
            }
            Err(problem) if arrays.is_empty() => return Err(problem),
            Err(problem) => {
                // Nothing would know of those that were taken.
                let _ = told(Command::new("scancel").args(arrays.iter().map(|array| &array.job)));
                return Err(problem);
            }
        }
    }
    Ok(arrays)
}

/// The highest number that Slurm lets a task have.
fn highest() -> usize {
    let config = told(Command::new("scontrol").args(["show", "config"])).unwrap_or_default();
    let size = config.lines().find_map(|line| line.split_once('=').filter(|(key, _)| key.trim() == "MaxArraySize"));
    let size = size.and_then(|(_, size)| size.trim().parse::<usize>().ok());
    size.and_then(|size| size.checked_sub(1)).filter(|highest| *highest > 0).unwrap_or(HIGHEST)
}

/// The members of each array whose tasks have numbers up to `highest`, behind how many members lie before all that it could have.
fn parts(members: &[usize], highest: usize) -> Vec<(usize, Vec<usize>)> {
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    members.iter().for_each(|member| parts.entry(member / highest * highest).or_default().push(*member));
    parts.into_iter().collect()
}

/// Members as numbers of tasks, which Slurm counts from 1: `1,2,5`.
fn numbers(before: usize, members: &[usize]) -> String {
    members.iter().map(|member| (member - before + 1).to_string()).collect::<Vec<_>>().join(",")
}

/// What a command of Slurm prints.
fn told(command: &mut Command) -> Result<String, Problem> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| no_slurm(&name).because(error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let what = LocalizedText { en: format!("Slurm’s {name} refused"), fr: format!("La commande {name} de Slurm a refusé") };
    let remedy =
        say("Fix what it says, or ask who runs the cluster", "Corrigez ce qu’elle dit, ou demandez à qui gère le cluster");
    Err(Problem::new(Kind::File, what, remedy).because(said))
}

fn no_slurm(name: &str) -> Problem {
    Problem::new(
        Kind::File,
        LocalizedText {
            en: format!("Slurm’s {name} is not on this machine"),
            fr: format!("La commande {name} de Slurm n’est pas sur cette machine"),
        },
        say("Submit from a machine of the cluster", "Soumettez depuis une machine du cluster"),
    )
}

fn nothing_missing(view: &ExperimentView) -> Problem {
    let id = &view.experiment.id;
    let all = view.count(|state| *state == MemberState::Finished) == view.members.len();
    let what = match all {
        true => {
            LocalizedText { en: format!("All runs of {id} are finished"), fr: format!("Tous les essais de {id} sont terminés") }
        }
        // Others were stopped, or left behind.
        false => LocalizedText {
            en: format!("No run of {id} is left to be trained"),
            fr: format!("Aucun essai de {id} ne reste à entraîner"),
        },
    };
    let remedy = LocalizedText {
        en: format!("Look at them: `trombine experiment show {id}`"),
        fr: format!("Regardez-les\u{a0}: `trombine experiment show {id}`"),
    };
    Problem::new(Kind::File, what, remedy)
}

/// As a shell reads it as one word.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
