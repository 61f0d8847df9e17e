//! Ray as executor: a small script in the experiment's folder, submitted as a job, whose tasks each train one member with this
//! program, on machines that share the folder.
//!
//! A task whose worker or machine dies is begun again by Ray (`max_retries`) and goes on from its checkpoint, to the same bits.
//! What a worker left behind saves itself, since its standard input ends with the worker.

use std::{path::Path, process::Command};

use serde::{Deserialize, Serialize};

use super::{Experiment, ExperimentStore};
use crate::{
    files::atomic,
    problem::{Kind, Problem},
    run::date,
    text::{LocalizedText, say},
};

/// What the user asks of Ray.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RayOptions {
    /// Where jobs are taken, as `http://head:8265`; Ray's own default unless given.
    pub address: Option<String>,
    /// Cores of a task; one unless given, or as many as the experiment's threads.
    pub cpus: Option<u32>,
    /// Graphics cards of a task.
    pub gpus: Option<u32>,
}

/// A job that was submitted, in `ray.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RayJob {
    /// Its submission id.
    pub job: String,
    /// Seconds since 1970, UTC.
    pub submitted: u64,
    /// Where it was submitted to.
    #[serde(default)]
    pub address: Option<String>,
    /// How many members had something left to be trained.
    pub members: usize,
}

const JOB: &str = "ray.json";
const SCRIPT: &str = "ray_experiment.py";

impl ExperimentStore {
    /// Submits what is missing of an experiment to Ray; the script stays in its folder.
    ///
    /// # Errors
    /// Nothing is missing; no Ray here, or it refuses; a full disk.
    pub fn submit_to_ray(&self, experiment: &Experiment, options: &RayOptions) -> Result<RayJob, Problem> {
        let members = self.missing(experiment)?.len();
        let program = std::env::current_exe().map_err(|error| Problem::io(Path::new("trombine"), &error))?;
        let path = self.folder(experiment).join(SCRIPT);
        atomic::write(&path, self.ray_script(experiment, &program, options).as_bytes())?;
        self.take_up(experiment)?;
        let submitted = date::now();
        let address = options.address.clone();
        let job = RayJob { job: format!("trombine-{}-{submitted}", experiment.id), submitted, address, members };
        let mut command = job.command("submit");
        command.args(["--submission-id", &job.job, "--no-wait", "--", "python3"]).arg(&path);
        told(&mut command)?;
        atomic::write_json(&self.folder(experiment).join(JOB), &job)?;
        Ok(job)
    }

    /// The script of the job.
    fn ray_script(&self, experiment: &Experiment, program: &Path, options: &RayOptions) -> String {
        let cpus = options.cpus.map(|cpus| cpus as usize).or(experiment.asked.threads).unwrap_or(1);
        let gpus = options.gpus.unwrap_or(0);
        let [program, home, id] =
            [program.to_string_lossy(), self.runs().home().to_string_lossy(), experiment.id.as_str().into()]
                .map(|text| quoted(&text));
        format!(
            r#"# Trains what is missing of an experiment on Ray, one run a task: ray job submit -- python3 {SCRIPT}
import json, os, subprocess, time

import ray

PROGRAM = {program}
EXPERIMENT = {id}
CPUS = {cpus}
ENVIRONMENT = {{**os.environ, "TROMBINE_HOME": {home}}}


def shown():
    text = subprocess.check_output([PROGRAM, "experiment", "show", EXPERIMENT, "--json"], env=ENVIRONMENT)
    return json.loads(text)["members"]


# A worker that dies is replaced, and the run goes on from its checkpoint.
@ray.remote(num_cpus=CPUS, num_gpus={gpus}, max_retries=20)
def train(number):
    command = [PROGRAM, "experiment", "run", EXPERIMENT, "--only", str(number), "--threads", str(CPUS), "--while-input"]
    for _ in range(60):
        # It saves itself and ends when this pipe does, however this worker ends.
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=ENVIRONMENT) as run:
            status = run.wait()
        state = shown()[number - 1]["state"]
        # What a worker that died has left may still be saving itself.
        if status == 0 or state != "training":
            return state
        time.sleep(1)


def open_runs():
    return [(number, run["until"]) for number, run in enumerate(shown(), 1) if run["open"]]


ray.init()
begun = set()
# With successive halving more are open once the others are there.
while runs := [run for run in open_runs() if run not in begun]:
    begun.update(runs)
    tasks = {{train.remote(number): number for number, _ in runs}}
    for task, number in tasks.items():
        try:
            print(f"run {{number}}: {{ray.get(task)}}", flush=True)
        except ray.exceptions.RayError as error:
            print(f"run {{number}}: {{error}}", flush=True)
"#
        )
    }

    /// The job that was submitted last.
    pub fn ray_job(&self, experiment: &Experiment) -> Option<RayJob> {
        atomic::read_json(&self.folder(experiment).join(JOB)).ok()
    }

    /// Stops the job, if it has not ended; its runs save themselves.
    ///
    /// # Errors
    /// No Ray here, or it refuses.
    pub fn cancel_ray(&self, experiment: &Experiment) -> Result<(), Problem> {
        let Some(job) = self.ray_job(experiment) else { return Ok(()) };
        if job.state().is_some_and(|state| ["SUCCEEDED", "FAILED", "STOPPED"].contains(&state.as_str())) {
            return Ok(());
        }
        told(job.command("stop").args(["--no-wait", &job.job])).map(drop)
    }
}

impl RayJob {
    /// What Ray says of it: `PENDING`, `RUNNING`, `SUCCEEDED`, `FAILED`, `STOPPED`; nothing of what it no longer knows, or
    /// without Ray.
    pub fn state(&self) -> Option<String> {
        let text = told(self.command("status").arg(&self.job)).ok()?;
        // "Status for job 'x': RUNNING", "Job 'x' succeeded".
        let known = ["succeeded", "failed", "stopped"];
        text.lines().find_map(|line| {
            let (_, rest) = line.split_once(&format!("'{}'", self.job))?;
            let ended = known.iter().find(|word| rest.contains(*word)).map(|word| word.to_uppercase());
            // Without the colors behind it.
            let now = || rest.strip_prefix(": ").map(|state| state.chars().take_while(char::is_ascii_uppercase).collect());
            ended.or_else(now)
        })
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new("ray");
        command.args(["job", what]);
        command.args(self.address.iter().flat_map(|address| ["--address", address.as_str()]));
        command
    }
}

/// What a command of Ray prints.
fn told(command: &mut Command) -> Result<String, Problem> {
    let output = command.output().map_err(|error| no_ray().because(error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    // The last line names the fault; those before, where in Ray it was found.
    let said = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
    let remedy = say(
        "Start it (`ray start --head`), or say where it takes jobs: --address http://HEAD:8265",
        "Lancez-le (`ray start --head`), ou dites où il prend les jobs : --address http://HEAD:8265",
    );
    let what = LocalizedText { en: "Ray refused the job".to_owned(), fr: "Ray a refusé le job".to_owned() };
    Err(Problem::new(Kind::File, what, remedy).because(said))
}

fn no_ray() -> Problem {
    Problem::new(
        Kind::File,
        say("The command ray is not on this machine", "La commande ray n’est pas sur cette machine"),
        say("Install it (`pip install \"ray[default]\"`)", "Installez-la (`pip install \"ray[default]\"`)"),
    )
}

/// As Python reads it as one string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
