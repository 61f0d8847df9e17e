//! The end of a training: its result is evaluated and stored, or it is said that it is not.

use std::{io, path::Path, thread, time::Duration};

use super::{
    Event, evaluation,
    fallback::{PROCESSOR, is_lost, on_the_processor},
};
use crate::{
    control::Control,
    engine::{self, Engine},
    evaluate::{Prediction, Report, WeightsId},
    model::Weights,
    plan::Plan,
    problem::{Kind, Problem},
    run::{Run, without_its_report},
    text::{LocalizedText, Phrase, say},
    train::ending::PendingResult,
};

/// Between two tries to write to a disk that was full, or away.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);
/// Between two looks at what the user wishes meanwhile.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What a training leaves to be evaluated.
pub(super) struct Trained {
    pub weights: Weights,
    pub id: WeightsId,
    /// What of it is not on the disk yet, if the disk would not take it.
    pub unstored: Option<Box<PendingResult>>,
}

/// How weights are to be evaluated.
#[derive(Clone, Copy)]
pub(super) struct EvaluationOptions {
    /// Those that the engine has.
    pub weights: WeightsId,
    /// Whether each picture is evaluated mirrored as well; `None` leaves it as it was before.
    pub mirrored: Option<bool>,
}

/// Evaluates what was trained, and stores what is not yet stored.
///
/// # Errors
/// The result could not be stored, or only not its checkpoint; the device failed; [`Kind::Cancelled`].
pub(super) fn evaluate_and_store(
    plan: &Plan,
    mut engine: Box<dyn Engine>,
    run: &mut Run,
    trained: Trained,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let Trained { weights, id, mut unstored } = trained;
    let options = EvaluationOptions { weights: id, mirrored: None };
    // A disk that is away does not give what was chosen on the report of before.
    let is_away = !run.folder.is_dir();
    let evaluated = engine.set_weights(&weights).and_then(|()| make_report(plan, engine.as_mut(), run, options, control, emit));
    let mut evaluated = match evaluated {
        Err(problem) if is_lost(&problem, engine.as_ref()) => {
            emit(Event::Warned(on_the_processor(&problem)));
            engine::open(PROCESSOR, &plan.engine_config()).and_then(|mut engine| {
                engine.set_weights(&weights)?;
                make_report(plan, engine.as_mut(), run, options, control, emit)
            })
        }
        evaluated => evaluated,
    };
    // Whatever fails from here on, what is not stored yet is not given up.
    let is_told = evaluated.as_ref().is_ok_and(|report| tell(run, unstored.as_deref(), report, emit).is_ok());
    let mut checkpoint = Ok(());
    let stored = persist(control, emit, &mut || {
        if let Some(ending) = &mut unstored {
            match ending.store(run) {
                Err(problem) if !ending.is_stored => return Err(problem),
                stored => checkpoint = stored,
            }
        }
        let Ok(report) = &mut evaluated else { return Ok(()) };
        if is_away && let Ok(Some(before)) = run.read_report() {
            report.choose_as(&before);
        }
        store_report(run, report)
    });
    // A disk that was away, and not only full, gave nothing to tell before.
    let told = match &evaluated {
        Ok(report) if !is_told && stored.is_ok() => tell(run, None, report, emit),
        _ => Ok(()),
    };
    // In a window it is a card among others; a command has its exit status to say it by.
    let checkpoint = match checkpoint.map_err(|problem| not_to_go_on_from(&problem)) {
        Err(problem) if control.is_patient() => {
            emit(Event::Warned(problem));
            Ok(())
        }
        checkpoint => checkpoint,
    };
    // What the user stopped is not missed.
    evaluated.as_ref().err().filter(|problem| problem.kind == Kind::Cancelled).map_or(Ok(()), |problem| Err(problem.clone()))?;
    stored.and(evaluated.map(|_| ())).and(told).and(checkpoint)
}

/// Evaluates the test and validation part with the weights that `engine` has, and keeps the report. What was chosen before stays: a
/// threshold, that there is a temperature, and whether pictures are mirrored, unless `options` says it.
///
/// # Errors
/// A device that fails, a report that could not be stored, [`Kind::Cancelled`].
pub(super) fn evaluate(
    plan: &Plan,
    engine: &mut dyn Engine,
    run: &mut Run,
    options: EvaluationOptions,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let report = make_report(plan, engine, run, options, control, emit)?;
    let is_told = tell(run, None, &report, emit).is_ok();
    persist(control, emit, &mut || store_report(run, &report))?;
    if is_told { Ok(()) } else { tell(run, None, &report, emit) }
}

fn make_report(
    plan: &Plan,
    engine: &mut dyn Engine,
    run: &Run,
    options: EvaluationOptions,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<Report, Problem> {
    let before = run.read_report().unwrap_or_else(|problem| {
        emit(Event::Warned(without_its_report(&problem)));
        None
    });
    let mut plan = plan.clone();
    if let Some(mirrored) = options.mirrored.or(before.as_ref().map(|before| before.mirrored)) {
        plan.settings.augment.test_time_flip = mirrored;
    }
    let mut report = evaluation::report(&plan, engine, options.weights, control, emit)?;
    report.seen = report.seen.zip(run.prior_pictures()).map(|(mut seen, prior)| {
        let hash = |p: &Prediction| plan.dataset.samples[p.sample as usize].hash;
        seen.add_prior(report.predictions.iter().map(|p| prior.part(hash(p))));
        seen
    });
    if let Some(before) = before {
        report.choose_as(&before);
    }
    Ok(report)
}

/// Tells of the run with its report, and with the history of what the disk does not have yet.
fn tell(run: &Run, unstored: Option<&PendingResult>, report: &Report, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let mut view = run.view()?;
    if let Some(ending) = unstored {
        view.history.clone_from(&ending.history);
    }
    view.info.scores = Some(report.run_scores());
    view.outdated = false;
    view.report = Some(report.clone());
    emit(Event::Evaluated(Box::new(view)));
    Ok(())
}

fn store_report(run: &mut Run, report: &Report) -> Result<(), Problem> {
    run.save_report(report)?;
    let scores = report.run_scores();
    run.update(|info| (info.weights, info.scores) = (report.weights, Some(scores)))
}

/// Stores something, and tries again until the disk takes it, if somebody is there to make room or to connect it again.
///
/// # Errors
/// What `store` says, once nobody waits any longer.
fn persist(
    control: &Control,
    emit: &mut dyn FnMut(Event),
    store: &mut dyn FnMut() -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Err(mut problem) = store() else { return Ok(()) };
    if control.is_patient() && !control.stops_evaluation() {
        emit(Event::Warned(waiting(&problem)));
    }
    while control.is_patient() {
        let mut waited = Duration::ZERO;
        while waited < BETWEEN_TRIES && !control.stops_evaluation() {
            thread::sleep(BETWEEN_LOOKS);
            waited += BETWEEN_LOOKS;
        }
        match store() {
            Ok(()) => return Ok(()),
            Err(again) => problem = again,
        }
        if control.stops_evaluation() {
            break;
        }
    }
    Err(lost(&problem))
}

/// What mends it that something could not be written: room where the disk is full, the disk itself where it is away, otherwise
/// the problem's own remedy; `then` follows.
fn mended(problem: &Problem, then: Phrase) -> LocalizedText {
    let is = |path: &Path, kind: io::ErrorKind| Problem::writing(path, &kind.into()).what == problem.what;
    let first = match problem.path.as_deref() {
        Some(path) if is(path, io::ErrorKind::NotFound) => say("Connect the disk again", "Rebranchez le disque").into(),
        Some(path) if !is(path, io::ErrorKind::StorageFull) => problem.remedy.clone(),
        _ => say("Make room", "Faites de la place").into(),
    };
    LocalizedText::by(|lang| format!("{}{}", first.get(lang), then.get(lang)))
}

fn waiting(problem: &Problem) -> Problem {
    Problem::new(
        Kind::Disk,
        LocalizedText {
            en: format!("The result is not stored yet: {}", problem.what.en),
            fr: format!("Le résultat n’est pas encore enregistré\u{a0}: {}", problem.what.fr),
        },
        mended(
            problem,
            say(
                ": it stays in memory and is stored as soon as it can be. It is lost if you stop or close the window before",
                "\u{a0}: il reste en mémoire et sera enregistré dès que possible. Il est perdu si vous arrêtez ou fermez la fenêtre avant",
            ),
        ),
    )
    .caused_by(problem)
}

fn lost(problem: &Problem) -> Problem {
    Problem::new(
        Kind::Disk,
        LocalizedText {
            en: format!("The result is not stored: {}", problem.what.en),
            fr: format!("Le résultat n’est pas enregistré\u{a0}: {}", problem.what.fr),
        },
        mended(
            problem,
            say(
                ", then resume the run if it is listed, or train again",
                ", puis reprenez l’essai s’il est dans la liste, ou relancez l’entraînement",
            ),
        ),
    )
    .caused_by(problem)
}

fn not_to_go_on_from(problem: &Problem) -> Problem {
    Problem::new(
        Kind::Disk,
        LocalizedText {
            en: format!("The result is stored, but not all that is needed to train it further: {}", problem.what.en),
            fr: format!("Le résultat est enregistré, mais pas tout ce qu’il faut pour le prolonger : {}", problem.what.fr),
        },
        say(
            "Trained further, it resumes from its weights with an optimizer that starts again; to avoid that, train it again with more room",
            "Prolongé, il repartira de ses poids avec un optimiseur neuf ; pour l’éviter, réentraînez-le avec plus de place",
        ),
    )
    .caused_by(problem)
}
