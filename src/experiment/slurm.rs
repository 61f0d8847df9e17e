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
    /// The array's id.
    pub job: String,
    /// Seconds since 1970, UTC.
    pub submitted: u64,
    /// The members that are its tasks, from 0; Slurm counts them from 1.
    pub members: Vec<usize>,
}

/// What Slurm says of a member's task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlurmTask {
    /// As Slurm writes it: `PENDING`, `RUNNING`, `COMPLETED`, `TIMEOUT`.
    pub state: String,
    /// Where it runs or ran.
    pub node: String,
}

const JOB: &str = "slurm.json";
const SCRIPT: &str = "slurm.sh";

impl ExperimentStore {
    /// Submits what is missing of an experiment as an array job; the script stays in its folder.
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
        atomic::write(&path, self.script(experiment, &members, &program, options, &template).as_bytes())?;
        self.take_up(experiment)?;
        let job = told(Command::new("sbatch").arg("--parsable").arg(&path))?;
        // `id` or `id;cluster`.
        let job = job.trim().split(';').next().unwrap_or_default().to_owned();
        let job = SlurmJob { job, submitted: date::now(), members };
        atomic::write_json(&self.folder(experiment).join(JOB), &job)?;
        Ok(job)
    }

    /// The members that have something left to be trained now.
    pub(super) fn missing(&self, experiment: &Experiment) -> Result<Vec<usize>, Problem> {
        let view = self.view(experiment.clone());
        let members: Vec<usize> = view.open().into_iter().map(|(member, _)| member).collect();
        if members.is_empty() { Err(nothing_missing(&view)) } else { Ok(members) }
    }

    /// The array job's script.
    fn script(
        &self,
        experiment: &Experiment,
        members: &[usize],
        program: &Path,
        options: &SlurmOptions,
        template: &str,
    ) -> String {
        let Experiment { id, .. } = experiment;
        let folder = self.folder(experiment);
        let array = members.iter().map(|member| (member + 1).to_string()).collect::<Vec<_>>().join(",");
        let log = folder.join("slurm-%A_%a.log");
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
{program} experiment run {id} --only \"$SLURM_ARRAY_TASK_ID\" &
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
            Some(job) => told(Command::new("scancel").arg("--full").arg(&job.job)).map(drop),
            None => Ok(()),
        }
    }
}

impl SlurmJob {
    /// What Slurm says of its tasks, by member; nothing of what it no longer knows, or without Slurm.
    pub fn tasks(&self) -> BTreeMap<usize, SlurmTask> {
        // Accounting first: the queue knows better what is in it.
        let past = told(Command::new("sacct").args(["-n", "-X", "-P", "-o", "JobID,State,NodeList", "-j", &self.job]));
        let now = told(Command::new("squeue").args(["-h", "-r", "-o", "%i|%T|%N", "-j", &self.job]));
        let mut tasks = BTreeMap::new();
        for line in past.iter().chain(&now).flat_map(|text| text.lines()) {
            let mut cells = line.split('|').map(str::trim);
            let (Some(id), Some(state)) = (cells.next(), cells.next()) else { continue };
            let member =
                id.rsplit_once('_').and_then(|(_, task)| task.parse::<usize>().ok()).and_then(|task| task.checked_sub(1));
            // `CANCELLED by 0`.
            let state = state.split(' ').next().unwrap_or_default().to_owned();
            if let Some(member) = member {
                tasks.insert(member, SlurmTask { state, node: cells.next().unwrap_or_default().to_owned() });
            }
        }
        tasks
    }
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
