//! The fold of the worker's events.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use trombine::{
    app::Preferences,
    callback::Callbacks,
    control::Stage,
    engine::{Device, DeviceKind},
    experiment::ExperimentView,
    history::{BatchRecord, EpochRecord, StopReason},
    problem::{Kind, Problem},
    run::{RunInfo, RunPictures, RunView},
    session::{Offer, PairState, Phase, Progress, RunRequest, Session},
    text::say,
    train::event::TrainEvent,
    ui::page::Page,
    worker::{Envelope, Event, JobId},
};

use crate::{
    experiments_page, pages, stage,
    training::{plan, run, settings},
};

fn started() -> TrainEvent {
    TrainEvent::Started {
        run: "2026-11-22-140211".to_owned(),
        device: Device {
            kind: DeviceKind::Processor,
            id: "cpu".to_owned(),
            name: "Processor".to_owned(),
            memory: None,
            details: String::new(),
        },
        epochs: 10,
        steps_per_epoch: 20,
        train_pictures: 640,
        validation_pictures: 200,
        settings: Box::default(),
        callbacks: Callbacks::default(),
        history: Vec::new(),
        event_log: Box::default(),
    }
}

fn epoch(epoch: u32, validation_loss: f64) -> TrainEvent {
    TrainEvent::Epoch(EpochRecord { epoch, validation_loss, ..EpochRecord::default() })
}

fn tell(session: &mut Session, job: u64, event: Event) {
    session.apply(Envelope { job: JobId(job), event });
}

fn training() -> Session {
    let mut session = Session::default();
    session.begin(JobId(7), Phase::Starting(Progress::at(Stage::Training)));
    tell(&mut session, 7, Event::Train(started()));
    session
}

#[test]
fn a_training_goes_through_its_phases() {
    let mut session = training();
    assert_eq!(session.phase, Phase::Training);
    tell(&mut session, 7, Event::Train(TrainEvent::Paused));
    assert_eq!(session.phase, Phase::Paused);
    tell(&mut session, 7, Event::Train(TrainEvent::Resumed));
    tell(
        &mut session,
        7,
        Event::Train(TrainEvent::Stopped { reason: StopReason::AllEpochs, best_epoch: Some(2), kept_epoch: 2 }),
    );
    assert!(matches!(session.phase, Phase::Evaluating(_)) && session.phase.training());
    tell(&mut session, 7, Event::Finished);
    assert_eq!(session.phase, Phase::Idle);
    assert!(session.attention, "the end of a training asks for the window's attention");
}

#[test]
fn events_of_another_job_are_dropped() {
    let mut session = training();
    tell(&mut session, 6, Event::Train(TrainEvent::Paused));
    tell(&mut session, 6, Event::Finished);
    assert_eq!(session.phase, Phase::Training);
}

#[test]
fn a_failure_beside_the_training_is_shown_and_ends_nothing() {
    let mut session = training();
    let problem =
        Problem::new(Kind::Disk, say("The disk is full", "Le disque est plein"), say("Free some space", "Libérez de l’espace"));
    tell(&mut session, 8, Event::Failed(problem.clone()));
    tell(&mut session, 8, Event::Failed(problem));
    assert_eq!(session.failures.len(), 1, "the same card is not shown twice");
    assert_eq!(session.phase, Phase::Training);
}

#[test]
fn stopping_a_job_is_no_failure() {
    let mut session = Session::default();
    // What is done beside long jobs keeps nobody waiting.
    tell(&mut session, 2, Event::Progress { stage: Stage::Decoding, done: 5, total: 20 });
    assert_eq!(session.phase, Phase::Idle);
    session.begin(JobId(1), Phase::Opening(Progress::at(Stage::Scanning)));
    tell(&mut session, 1, Event::Progress { stage: Stage::Decoding, done: 5, total: 20 });
    assert_eq!(session.phase.progress().and_then(Progress::share), Some(0.25));
    tell(&mut session, 1, Event::Failed(Problem::cancelled()));
    assert!(session.failures.is_empty());
    assert_eq!(session.phase, Phase::Idle);
}

/// A training that is discarded, of which `runs` are left.
fn discarded(runs: Vec<RunInfo>) -> Session {
    let mut session = training();
    tell(&mut session, 7, Event::Train(epoch(1, 0.6)));
    tell(&mut session, 7, Event::Runs { runs });
    assert!(session.training.is_some(), "it is still at work");
    tell(&mut session, 7, Event::Failed(Problem::cancelled()));
    session
}

#[test]
fn a_discarded_training_is_gone_and_can_be_brought_back() {
    let session = discarded(Vec::new());
    assert!(session.training.is_none(), "nothing could go on");
    let offers: Vec<_> = session.toasts.iter().map(|toast| toast.offer.clone()).collect();
    assert_eq!(offers, [Some(Offer::RestoreRun("2026-11-22-140211".to_owned()))]);
}

#[test]
fn a_discarded_continuation_leaves_what_was_saved_before() {
    let plan = plan(&settings());
    let (_home, run) = run(&plan);
    let mut session = discarded(vec![RunInfo { id: "2026-11-22-140211".to_owned(), ..run.info.clone() }]);
    assert!(session.training.is_some() && session.toasts.is_empty());
    tell(&mut session, 9, Event::Runs { runs: Vec::new() });
    assert!(session.training.is_none(), "the run was deleted since");
}

#[test]
fn the_run_in_training_is_listed_as_it_is_by_now() {
    let plan = plan(&settings());
    let (_home, run) = run(&plan);
    let info = RunInfo { id: "2026-11-22-140211".to_owned(), epochs_done: 0, ..run.info };
    let mut session = Session::default();
    session.begin(JobId(7), Phase::Starting(Progress::at(Stage::Training)));
    tell(&mut session, 7, Event::TrainsOn { run: Box::new(info), dataset: plan.dataset.clone() });
    tell(&mut session, 7, Event::Train(started()));
    let listed = |session: &Session| session.runs.iter().map(|run| (run.epochs_done, run.seconds)).collect::<Vec<_>>();
    assert_eq!(listed(&session), [(0, 0.0)], "from its beginning on");
    for nth in 1..=2 {
        let record = EpochRecord { epoch: nth, seconds: 4.5, ..EpochRecord::default() };
        tell(&mut session, 7, Event::Train(TrainEvent::Epoch(record)));
    }
    assert_eq!(listed(&session), [(2, 9.0)]);
}

#[test]
fn the_best_epoch_is_the_one_with_the_least_validation_loss() {
    let mut session = training();
    for (n, loss) in [(1, 0.6), (2, 0.4), (3, 0.5)] {
        tell(&mut session, 7, Event::Train(epoch(n, loss)));
    }
    let training = session.training.as_ref().expect("a training");
    assert_eq!(training.best().map(|best| best.epoch), Some(2));
}

#[test]
fn progress_counts_whole_epochs_and_steps() {
    let mut session = training();
    tell(&mut session, 7, Event::Train(epoch(1, 0.5)));
    let batch = BatchRecord { epoch: 2, step: 10, steps_per_epoch: 20, ..BatchRecord::default() };
    tell(&mut session, 7, Event::Train(TrainEvent::Batch(batch)));
    let share = session.training.as_ref().map(trombine::session::Training::share);
    // One epoch and a half of ten.
    assert_eq!(share, Some(0.15));
}

/// The bar of a training, and the count of the judging after it, only ever go forward.
#[test]
fn a_training_is_not_at_its_end_before_it_is_judged() {
    let mut session = training();
    let mut shares = vec![session.share().expect("a training has a share")];
    for n in 1..=10 {
        tell(&mut session, 7, Event::Train(epoch(n, 0.5)));
        shares.extend(session.share());
    }
    tell(
        &mut session,
        7,
        Event::Train(TrainEvent::Stopped { reason: StopReason::AllEpochs, best_epoch: Some(2), kept_epoch: 2 }),
    );
    shares.extend(session.share());
    // A card is lost on the way, and the processor begins anew.
    for done in [1000, 4142, 200, 6000, 8283] {
        tell(&mut session, 7, Event::Progress { stage: Stage::Evaluating, done, total: 8283 });
        shares.extend(session.share());
        let Phase::Evaluating(progress) = session.phase else { panic!("{:?}", session.phase) };
        assert!(progress.done <= progress.total);
    }
    assert!(shares.is_sorted(), "{shares:?}");
    assert!(shares[shares.len() - 2] < 1.0 && shares.last() == Some(&1.0), "{shares:?}");
}

/// The bar of what was ended early is not full: above it stands how many of the epochs are done.
#[test]
fn what_was_ended_early_is_not_said_to_be_through() {
    let early = StopReason::EarlyStopping { patience: 5 };
    for (reason, share) in [(StopReason::ByUser, 0.3), (StopReason::TimeLimit, 0.3), (early, 1.0), (StopReason::AllEpochs, 1.0)] {
        let mut session = training();
        (1..=3).for_each(|n| tell(&mut session, 7, Event::Train(epoch(n, 0.5))));
        tell(&mut session, 7, Event::Train(TrainEvent::Stopped { reason, best_epoch: Some(2), kept_epoch: 2 }));
        let training = session.training.expect("a training");
        assert!((training.share() - share).abs() < 1e-6, "{reason:?}: {}", training.share());
    }
}

/// A run is listed once it is over; before, it is known by what its training began with.
#[test]
fn the_run_in_training_is_known_before_it_is_listed() {
    let (_home, run) = run(&plan(&settings()));
    let mut session = training();
    let id = run.info.id.clone();
    assert_eq!(session.info_of(&id), None);
    let dataset = plan(&settings()).dataset;
    tell(&mut session, 7, Event::TrainsOn { run: Box::new(run.info.clone()), dataset });
    assert_eq!(session.info_of(&id), Some(&run.info));
}

/// Where a run's pictures are not is of no interest once they are found.
#[test]
fn a_card_about_a_wrong_place_goes_once_the_pictures_are_found() {
    let wrong = |what| {
        let remedy = say("Choose another folder", "Choisissez un autre dossier");
        Problem::new(Kind::File, what, remedy).about_pictures_of("2026-11-22-140211")
    };
    let (first, second) = (wrong(say("none are here", "aucune ici")), wrong(say("two are here", "deux ici")));
    let other = Problem::new(Kind::Disk, say("the disk is full", "le disque est plein"), say("make room", "faites de la place"));
    let run = || "2026-11-22-140211".to_owned();
    let found = stage::faces(40);
    let run_pictures = Ok(Arc::new(RunPictures::of(&run(), &[], found)));
    for event in [
        Event::Located { run: run(), then: "before".into(), folder: "faces".into() },
        Event::Pictures { run: run(), run_pictures },
    ] {
        let mut session = Session::default();
        for problem in [&first, &other, &second] {
            tell(&mut session, 7, Event::Failed(problem.clone()));
        }
        assert_eq!(session.failures, [other.clone(), second.clone()], "the last try counts");
        tell(&mut session, 8, Event::Pictures { run: run(), run_pictures: Err(first.clone()) });
        assert_eq!(session.failures.len(), 2, "they are still not found");
        tell(&mut session, 9, event);
        assert_eq!(session.failures, std::slice::from_ref(&other));
    }
}

#[test]
fn a_confirmation_names_the_file_that_was_written() {
    let mut session = Session::default();
    tell(&mut session, 7, Event::Wrote { path: "out/roc.png".into(), what: say("Plot", "Graphique").into() });
    let toast = session.toasts.pop_front().expect("a confirmation");
    assert_eq!((toast.text.en.as_str(), toast.text.fr.as_str()), ("Plot → roc.png", "Graphique → roc.png"));
    assert_eq!(toast.offer, Some(Offer::OpenFolder("out".into())));
}

/// A page asks in each frame. What has failed is tried again once the list of runs is read again, and a run that is other there
/// than it was is read anew.
#[test]
fn a_run_is_read_once_until_it_changes_or_its_reading_has_failed() {
    let mut session = stage::three_runs().session;
    let run = session.runs[0].id.clone();
    assert!(!session.wants_view(&run), "it is known");
    let view = session.views.remove(&run).expect("it is known");
    assert!(session.wants_view(&run));
    session.requests.begin(JobId(3), RunRequest::View(run.clone()));
    assert!(!session.wants_view(&run) && session.awaits_view(&run), "it is on its way");
    tell(&mut session, 3, Event::Failed(broken()));
    assert!(!session.wants_view(&run) && !session.awaits_view(&run), "it cannot be read");
    assert_eq!(session.failures.len(), 1);
    let mut runs = session.runs.clone();
    tell(&mut session, 4, Event::Runs { runs: runs.clone() });
    assert!(session.wants_view(&run), "it may be there again");
    session.requests.begin(JobId(5), RunRequest::View(run.clone()));
    tell(&mut session, 5, Event::RunViewed(Box::new(view.as_ref().clone())));
    tell(&mut session, 5, Event::Finished);
    tell(&mut session, 6, Event::Runs { runs: runs.clone() });
    assert!(!session.wants_view(&run), "it is as it was");
    // Another program has trained it further.
    runs[0].epochs_done += 1;
    tell(&mut session, 7, Event::Runs { runs });
    assert!(session.wants_view(&run) && session.views.contains_key(&run), "what was known stays until then");
}

/// Nobody waits for a comparison that will not come.
#[test]
fn a_comparison_that_fails_says_why_and_is_tried_again() {
    let mut session = stage::three_runs().session;
    session.pairs = Default::default();
    let runs = [0, 1].map(|place: usize| session.runs[place].id.clone());
    assert!(session.pairs.ask(runs.clone()));
    session.requests.begin(JobId(3), RunRequest::Pair(runs.clone()));
    tell(&mut session, 3, Event::Failed(broken()));
    assert!(matches!(session.pairs.get(&runs), Some(PairState::Apart(problem)) if *problem == broken()));
    assert!(session.failures.is_empty(), "it is said in its place");
    let listed = session.runs.clone();
    tell(&mut session, 4, Event::Runs { runs: listed });
    assert!(session.pairs.get(&runs).is_none() && session.pairs.ask(runs));
}

fn broken() -> Problem {
    Problem::new(Kind::Internal, say("It is broken", "C’est cassé"), say("Try again", "Réessayez"))
}

/// Who looks at one run after the other holds a few against each other, not all.
#[test]
fn the_runs_that_were_looked_at_last_are_kept_and_none_that_is_gone() {
    let mut session = Session::default();
    let view = stage::run(&stage::faces(40));
    let ids: Vec<String> = (0..40).map(|place| format!("run-{place:02}")).collect();
    let infos = ids.iter().map(|id| RunInfo { id: id.clone(), ..view.info.clone() });
    for info in infos.clone() {
        tell(&mut session, 3, Event::RunViewed(Box::new(RunView { info, ..view.clone() })));
    }
    assert!((5..=20).contains(&session.views.len()), "{}", session.views.len());
    assert!(session.wants_view(&ids[0]) && !session.wants_view(&ids[39]), "the last are kept");
    tell(&mut session, 4, Event::Runs { runs: infos.take(39).collect() });
    assert!(session.views.contains_key(&ids[38]) && !session.views.contains_key(&ids[39]), "one was deleted");
}

#[test]
fn a_job_beside_the_current_one_says_how_far_it_is_until_it_ends() {
    let decoding = || Event::Progress { stage: Stage::Decoding, done: 3, total: 10 };
    let mut session = Session::default();
    tell(&mut session, 9, decoding());
    let progress = Progress { stage: Stage::Decoding, done: 3, total: 10 };
    assert_eq!((session.phase, session.beside), (Phase::Idle, Some((JobId(9), progress))));
    let preferences = Preferences { page: Page::Data, ..Preferences::default() };
    let mut window = pages::window(session.clone(), preferences, [1280.0, 800.0]);
    window.run();
    assert!(window.query_by_label("Decoding pictures, 3 of 10").is_some() && window.query_by_label("Stop").is_some());
    tell(&mut session, 8, Event::Finished);
    assert!(session.beside.is_some(), "that was another");
    tell(&mut session, 9, Event::Finished);
    assert_eq!(session.beside, None);
    let mut session = training();
    tell(&mut session, 7, decoding());
    assert_eq!(session.beside, None, "the current one has a phase");
}

/// What was counted from an experiment is counted again only when it has changed.
#[test]
fn an_experiment_that_is_looked_at_again_is_the_same_one() {
    let view = experiments_page::at_work().session.experiments.views["seeds"].as_ref().clone();
    let mut session = Session::default();
    let mut look = |view: &ExperimentView| {
        tell(&mut session, 5, Event::Experiment(Box::new(view.clone())));
        session.experiments.views["seeds"].clone()
    };
    let first = look(&view);
    assert!(Arc::ptr_eq(&first, &look(&view)));
    let mut changed = view.clone();
    changed.members.pop();
    assert_eq!(*look(&changed), changed);
}
