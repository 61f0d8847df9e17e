//! The end of a training: its result is judged and stored, or it is said that it is not.

use std::{io, path::Path, thread, time::Duration};

use super::{
    Event, evaluation,
    fallback::{PROCESSOR, is_lost, on_the_processor},
};
use crate::{
    control::Control,
    engine::{self, Engine},
    evaluate::{Report, WeightsId},
    model::Weights,
    plan::Plan,
    problem::{Kind, Problem},
    run::{Run, RunView, without_its_report},
    text::{LocalizedText, Phrase, say},
    train::ending::Ending,
};

/// Between two tries to write to a disk that was full.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);
/// Between two looks at what the user wishes meanwhile.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What a training leaves to be judged.
pub(super) struct Trained {
    pub weights: Weights,
    pub id: WeightsId,
    /// What of it is not on the disk yet, if the disk would not take it.
    pub unstored: Option<Box<Ending>>,
}

/// How weights are to be judged.
#[derive(Clone, Copy)]
pub(super) struct Judging {
    /// Those that the engine has.
    pub weights: WeightsId,
    /// Whether each picture is judged mirrored as well; `None` leaves it as it was before.
    pub mirrored: Option<bool>,
}

/// Judges what was trained, and stores what is not yet stored.
///
/// # Errors
/// The result could not be stored, or only not its checkpoint; the device failed; [`Kind::Cancelled`].
pub(super) fn conclude(
    plan: &Plan,
    mut engine: Box<dyn Engine>,
    run: &mut Run,
    trained: Trained,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let Trained { weights, id, mut unstored } = trained;
    let judging = Judging { weights: id, mirrored: None };
    let judged = engine.set_weights(&weights).and_then(|()| judged(plan, engine.as_mut(), run, judging, control, emit));
    let judged = match judged {
        Err(problem) if is_lost(&problem, engine.as_ref()) => {
            emit(Event::Warned(on_the_processor(&problem)));
            engine = engine::open(PROCESSOR, &plan.engine_config())?;
            engine.set_weights(&weights)?;
            self::judged(plan, engine.as_mut(), run, judging, control, emit)
        }
        judged => judged,
    };
    if let Ok(report) = &judged {
        let mut view = run.view()?;
        if let Some(ending) = &unstored {
            view.history.clone_from(&ending.history);
        }
        tell(view, report, emit);
    }
    let mut checkpoint = Ok(());
    let stored = persist(control, emit, &mut || {
        if let Some(ending) = &mut unstored {
            match ending.store(run) {
                Err(problem) if !ending.is_stored => return Err(problem),
                stored => checkpoint = stored,
            }
        }
        judged.as_ref().map_or(Ok(()), |report| keep(run, report))
    });
    // In a window it is a card among others; a command has its exit status to say it by.
    let checkpoint = match checkpoint.map_err(|problem| not_to_go_on_from(&problem)) {
        Err(problem) if control.is_patient() => {
            emit(Event::Warned(problem));
            Ok(())
        }
        checkpoint => checkpoint,
    };
    // What the user stopped is not missed.
    judged.as_ref().err().filter(|problem| problem.kind == Kind::Cancelled).map_or(Ok(()), |problem| Err(problem.clone()))?;
    stored.and(judged.map(|_| ())).and(checkpoint)
}

/// Judges the test and validation part with the weights that `engine` has, and keeps the report. What was chosen before stays: a
/// threshold, a temperature, and whether pictures are mirrored, unless `judging` says it.
///
/// # Errors
/// A device that fails, a report that could not be stored, [`Kind::Cancelled`].
pub(super) fn judge(
    plan: &Plan,
    engine: &mut dyn Engine,
    run: &mut Run,
    judging: Judging,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let report = judged(plan, engine, run, judging, control, emit)?;
    tell(run.view()?, &report, emit);
    persist(control, emit, &mut || keep(run, &report))
}

fn judged(
    plan: &Plan,
    engine: &mut dyn Engine,
    run: &Run,
    judging: Judging,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<Report, Problem> {
    let before = run.read_report().unwrap_or_else(|problem| {
        emit(Event::Warned(without_its_report(&problem)));
        None
    });
    let mut plan = plan.clone();
    if let Some(mirrored) = judging.mirrored.or(before.as_ref().map(|before| before.mirrored)) {
        plan.settings.augment.test_time_flip = mirrored;
    }
    let mut report = evaluation::report(&plan, engine, judging.weights, control, emit)?;
    if let Some(before) = before {
        (report.threshold, report.temperature) = (before.threshold, before.temperature);
        // A temperature was fitted to answers that were given otherwise.
        if before.mirrored != report.mirrored && before.temperature != 1.0 {
            report.temperature = report.fitted_temperature();
        }
    }
    Ok(report)
}

fn tell(mut view: RunView, report: &Report, emit: &mut dyn FnMut(Event)) {
    view.info.scores = Some(report.run_scores());
    view.outdated = false;
    view.report = Some(report.clone());
    emit(Event::Evaluated(Box::new(view)));
}

fn keep(run: &mut Run, report: &Report) -> Result<(), Problem> {
    run.save_report(report)?;
    let scores = report.run_scores();
    run.update(|info| (info.weights, info.scores) = (report.weights, Some(scores)))
}

/// Stores something, and tries again until there is room for it, if somebody is there to make room.
///
/// # Errors
/// What `store` says, once nobody waits any longer.
fn persist(
    control: &Control,
    emit: &mut dyn FnMut(Event),
    store: &mut dyn FnMut() -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Err(mut problem) = store() else { return Ok(()) };
    if control.is_patient() && !control.stops_judging() {
        emit(Event::Warned(waiting(&problem)));
    }
    while control.is_patient() {
        let mut waited = Duration::ZERO;
        while waited < BETWEEN_TRIES && !control.stops_judging() {
            thread::sleep(BETWEEN_LOOKS);
            waited += BETWEEN_LOOKS;
        }
        match store() {
            Ok(()) => return Ok(()),
            Err(again) => problem = again,
        }
        if control.stops_judging() {
            break;
        }
    }
    Err(lost(&problem))
}

/// What mends it that something could not be written: room where the disk is full, otherwise the problem's own remedy; `then`
/// follows.
fn mended(problem: &Problem, then: Phrase) -> LocalizedText {
    let room = say("Make room", "Faites de la place");
    let full = |path: &Path| Problem::writing(path, &io::ErrorKind::StorageFull.into()).what == problem.what;
    if problem.path.as_deref().is_none_or(full) {
        return LocalizedText::by(|lang| format!("{}{}", room.get(lang), then.get(lang)));
    }
    LocalizedText::by(|lang| format!("{}{}", problem.remedy.get(lang), then.get(lang)))
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
            "Trained further, it goes on from its weights with an optimizer that starts anew; to spare it that, train it again with more room",
            "Prolongé, il repartira de ses poids avec un optimiseur neuf ; pour l’éviter, réentraînez-le avec plus de place",
        ),
    )
    .caused_by(problem)
}
