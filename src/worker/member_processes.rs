//! Several members of an experiment at a time on this machine, each trained by a process of its own: one that crashes takes no
//! other with it, and what is shared is what machines that share a folder share, the members' locks.
//!
//! A process trains as long as its standard input is open. Who ends the parent, however, ends that, and the members save
//! themselves: no signal has to be passed on, and none is lost.

use std::{
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::Duration,
};

use super::{
    Event, ExperimentOptions,
    experiment::{Executor, Failure},
    member_queue::MemberQueue,
    training::first,
};
use crate::{
    control::Control,
    engine::memory,
    experiment::MemberState,
    plan::Plan,
    problem::{Kind, Problem},
    run::RunStore,
    text::{Lang, LocalizedText, bytes, plural, say},
};

/// Between two looks whether a process has ended.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// After so many processes in a row that ended without a word in their member's file, others would hardly fare better.
const MOST_CRASHES: usize = 3;

/// How many processes, and which.
#[derive(Clone, Debug)]
pub struct Jobs {
    /// At a time.
    pub number: usize,
    /// This program, with what comes before `experiment run`.
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// At most so many threads for each, where the experiment does not say how many; `None` shares the cores out.
    pub threads: Option<usize>,
}

/// A member at work.
struct MemberProcess {
    member: usize,
    process: Child,
    /// Open as long as the member is to be trained.
    input: Option<ChildStdin>,
}

/// Trains what is missing of an experiment as [`train_experiment`](super::train_experiment) does, several members at a time.
///
/// # Errors
/// No such experiment; pictures that are gone or not those that it began with; processes that cannot be started, or end one
/// after the other without a result.
pub fn train_in_processes(
    name: &str,
    (how, jobs): (ExperimentOptions, &Jobs),
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let ExperimentOptions { open, budget, .. } = how;
    let mut executor = Executor::of(name, None, open, store, control)?;
    let mut queue = MemberQueue::new(None, budget);
    let Some(number) = fitting(&mut executor, jobs.number, emit)? else { return Ok(()) };
    let (mut at_work, mut crashes, mut result): (Vec<MemberProcess>, usize, Result<(), Problem>) = (Vec::new(), 0, Ok(()));
    // What comes next may depend on what ends.
    let mut waits = false;
    loop {
        let ends = executor.ends() || result.is_err();
        while !ends && !waits && at_work.len() < number {
            let Some((member, _)) = queue.next(&executor.experiments, &mut executor.experiment, emit)? else {
                waits = true;
                break;
            };
            match begin(&executor, member, jobs, number, emit) {
                Ok(begun) => at_work.extend(begun),
                Err(problem) => {
                    result = Err(problem);
                    break;
                }
            }
        }
        if at_work.is_empty() {
            return result;
        }
        thread::sleep(BETWEEN_LOOKS);
        let (mut still, mut ended) = (Vec::new(), Vec::new());
        for mut one in at_work {
            if ends {
                one.input = None;
            }
            match one.process.try_wait() {
                Ok(None) => still.push(one),
                Ok(Some(status)) => ended.push((one.member, status.success().then_some(()).ok_or_else(|| status.to_string()))),
                Err(error) => ended.push((one.member, Err(error.to_string()))),
            }
        }
        at_work = still;
        waits &= ended.is_empty();
        for (member, said) in ended {
            let state = executor.experiments.member(&executor.experiment, member).state;
            executor.tell(member, emit);
            match (said, state) {
                (_, MemberState::Failed { problem }) => {
                    crashes = 0;
                    emit(Event::Warned(problem.of(&executor.experiment.label(member))));
                }
                (Err(said), MemberState::Paused | MemberState::Waiting) if !ends && !executor.ends() => {
                    crashes += 1;
                    let problem = crashed(&executor, member, &said);
                    if crashes >= MOST_CRASHES {
                        result = Err(problem);
                    } else {
                        emit(Event::Warned(problem));
                    }
                }
                _ => crashes = 0,
            }
        }
    }
}

/// Begins a member, unless it is over or somebody else trains it.
fn begin(
    executor: &Executor<'_>,
    member: usize,
    jobs: &Jobs,
    number: usize,
    emit: &mut dyn FnMut(Event),
) -> Result<Option<MemberProcess>, Problem> {
    let (experiments, experiment) = (&executor.experiments, &executor.experiment);
    let mut view = experiments.member(experiment, member);
    if view.state.is_over() || view.state == MemberState::Training {
        return Ok(None);
    }
    if executor.take_twin(member)? {
        executor.tell(member, emit);
        return Ok(None);
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = jobs.threads.unwrap_or((cores / number).max(1));
    let (out, err) = (experiments.open_log(experiment, member)?, experiments.open_log(experiment, member)?);
    let mut process = Command::new(&jobs.program)
        .args(&jobs.arguments)
        .args(["experiment", "run", &experiment.id, "--only", &(member + 1).to_string()])
        .args(["--threads", &threads.to_string(), "--while-input"])
        .env("TROMBINE_HOME", experiments.runs().home())
        .stdin(Stdio::piped())
        .stdout(out)
        .stderr(err)
        .spawn()
        .map_err(|error| Problem::io(&jobs.program, &error))?;
    view.state = MemberState::Training;
    emit(Event::Member { experiment: experiment.id.clone(), member, view: Box::new(view) });
    let input = process.stdin.take();
    Ok(Some(MemberProcess { member, process, input }))
}

/// How many of the `wanted` members fit into memory at the same time, said where they are fewer; `None` where nothing is left
/// to be trained. The pictures are opened for that, so that the processes find them ready.
fn fitting(executor: &mut Executor<'_>, wanted: usize, emit: &mut dyn FnMut(Event)) -> Result<Option<usize>, Problem> {
    let over = |executor: &Executor<'_>, member| executor.experiments.member(&executor.experiment, member).state.is_over();
    let open: Vec<usize> = (0..executor.experiment.members.len()).filter(|member| !over(executor, *member)).collect();
    let Some(next) = open.first() else { return Ok(None) };
    let settings = executor.experiment.settings(*next)?;
    let dataset = executor.checked_pictures(settings.augment.shape(), emit).map_err(Failure::problem)?.dataset;
    let plan = Plan::new(&settings, dataset.clone()).map_err(first)?;
    let mut variants: Vec<usize> = open.iter().map(|member| executor.experiment.members[*member].variant).collect();
    variants.sort_unstable();
    variants.dedup();
    let device = executor.experiment.asked.device.clone();
    let known = ["gpu", "reference", "candle"].iter().any(|known| device.starts_with(known));
    // What else is asked for is found where it is opened, and asks for its own memory there.
    let device = if known { device } else { "cpu".to_owned() };
    let mut needed = 0;
    for variant in variants {
        let Some(member) = open.iter().find(|member| executor.experiment.members[**member].variant == variant) else { continue };
        let settings = executor.experiment.settings(*member)?;
        // One that cannot be trained says so when it is its turn.
        let Ok(network) = settings.network(&dataset.task) else { continue };
        let plan = Plan { settings, network, ..plan.clone() };
        // A device that is not here is said by who opens it.
        let bytes = memory::of_process(&device, &plan.engine_config(), dataset.pixels.bytes_in_memory());
        needed = needed.max(bytes.unwrap_or_default());
    }
    executor.forget_pictures();
    let Some(there) = memory::available_now().filter(|_| needed > 0) else { return Ok(Some(wanted)) };
    let number = usize::try_from(there / needed).unwrap_or(usize::MAX).clamp(1, wanted);
    if number < wanted {
        emit(Event::Warned(fewer(number, wanted, needed, there)));
    }
    Ok(Some(number))
}

fn fewer(number: usize, wanted: usize, needed: u64, there: u64) -> Problem {
    let what = LocalizedText::by(|lang| {
        let (needed, there) = (bytes(lang, needed), bytes(lang, there));
        let runs = plural(lang, number as u64, say("run", "essai"), say("runs", "essais"));
        match lang {
            Lang::En => format!("{runs} at a time and not {wanted}: each takes about {needed} of memory, and there are {there}"),
            Lang::Fr => {
                format!("{runs} à la fois et non {wanted} : chacun prend environ {needed} de mémoire, et il y a {there}")
            }
        }
    });
    Problem::new(
        Kind::OutOfMemory,
        what,
        say(
            "Smaller batches or another program closed make room",
            "Des lots plus petits ou un autre programme fermé font de la place",
        ),
    )
}

fn crashed(executor: &Executor<'_>, member: usize, said: &str) -> Problem {
    let experiment = &executor.experiment;
    let log = executor.experiments.log_of(experiment, member).display().to_string();
    let problem = Problem::new(
        Kind::Internal,
        LocalizedText {
            en: format!("the process that trained it ended without a result ({said})"),
            fr: format!("le processus qui l’entraînait a fini sans résultat ({said})"),
        },
        LocalizedText {
            en: format!("`trombine experiment run {}` resumes it where it was; what it said is in {log}", experiment.id),
            fr: format!("`trombine experiment run {}` reprend où il en était ; ce qu’il a dit est dans {log}", experiment.id),
        },
    );
    problem.of(&experiment.label(member))
}
