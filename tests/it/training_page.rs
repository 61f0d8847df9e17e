//! The training page by its accessible names: what it says in each phase, and what its buttons ask for.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use trombine::{
    callback::{CallbackSettings, Callbacks},
    control::Stage as Work,
    data::dataset::Dataset,
    history::{EpochRecord, EventLog, StopReason},
    problem::{Kind, Problem},
    session::{Phase, Progress, RateTest, Tried},
    text::{Lang, say},
    train::{
        rate_range::{self, RateRange},
        trial::Trial,
    },
    ui::{
        Action, Dialog,
        page::{
            Page,
            train::{next, words},
        },
    },
};

use crate::stage::{self, Stage};

const SIZE: [f32; 2] = [1048.0, 760.0];

fn running(phase: Phase) -> Stage {
    let mut stage = Stage::new(Page::Training).with_data(60);
    stage.session.training = stage.session.dataset.as_ref().map(|d| stage::training(d, 14));
    stage.session.phase = phase;
    stage
}

#[test]
fn ready_starts_and_not_ready_says_what_is_missing() {
    let (mut harness, stage) = Stage::new(Page::Training).with_data(60).harness(SIZE);
    harness.run();
    assert!(harness.query_by_label("Ready").is_some());
    harness.get_by_label("Start training").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Train]);

    let mut stage = Stage::new(Page::Training).with_data(60);
    let problem = Problem::new(
        Kind::Settings,
        say("The network is too deep", "Le réseau est trop profond"),
        say("Remove a block", "Retirez un bloc"),
    );
    stage.plan = Err(vec![problem.at("model.filters")]);
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    assert!(harness.query_by_label("Not ready").is_some());
    assert!(harness.query_by_label("The network is too deep").is_some());
    harness.get_by_label("Start training").click();
    harness.get_by_label("Go to Model").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Go(Page::Model)], "a disabled button asks for nothing");
}

/// 40 pictures, of which 24 are learned from, in epochs of so many batches.
fn few(stage: Stage, batches: u32) -> Stage {
    let mut stage = stage.with_data(40);
    Arc::make_mut(stage.plan.as_mut().expect("a plan")).steps_per_epoch = batches;
    stage
}

/// One batch, which is not full.
#[test]
fn what_is_going_to_happen_is_counted_as_it_is() {
    for (lang, wanted) in [
        (Lang::En, "At most 50\u{a0}epochs of 1\u{a0}batch, 24\u{a0}pictures each"),
        (Lang::Fr, "Au plus 50\u{a0}époques de 1\u{a0}lot de 24\u{a0}images"),
    ] {
        let (mut harness, _) = few(Stage { lang, ..Stage::new(Page::Training) }, 1).harness(SIZE);
        harness.run();
        assert!(harness.query_by_label(wanted).is_some(), "{wanted}");
    }
}

/// A cycle within one epoch rises and falls there; a curve of the epochs' ends would be a point.
#[test]
fn the_rates_of_a_single_epoch_are_a_curve() {
    let mut stage = Stage::new(Page::Training);
    stage.settings.set("train.schedule.kind=one_cycle").expect("known");
    stage.settings.train.epochs = 1;
    let (mut harness, _) = few(stage, 8).harness(SIZE);
    harness.run();
    assert!(harness.query_by_label_contains(" up to ").is_some(), "it rises, and falls again");
    harness.get_by_label("Show as a table, Learning rate").click();
    harness.run();
    assert!(harness.query_by_label_contains("0.5, 0.0").is_some(), "the fourth of eight batches");
}

/// 36 pictures at 261 a second, once an epoch or in 50 batches of two: less than a second, and 25 times as long.
#[test]
fn an_epoch_of_several_passes_takes_as_long_as_all_of_them() {
    for (least, wanted) in [(0, "about 1\u{a0}s an epoch here"), (50, "about 3\u{a0}s an epoch here")] {
        let mut stage = Stage::new(Page::Model);
        stage.settings.train.min_steps_per_epoch = least;
        let mut stage = stage.with_data(60);
        stage.session.training = stage.session.dataset.as_ref().map(|dataset| stage::finished(dataset));
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        assert!(harness.query_by_label_contains(wanted).is_some(), "{wanted}");
    }
}

/// Two folders may hold cats and dogs.
#[test]
fn only_faces_are_called_faces() {
    for (classes, wanted) in [(["female", "male"], "Some validation faces"), (["cat", "dog"], "Some validation pictures")] {
        let dataset = Dataset { task: classes.into(), ..Dataset::clone(&stage::faces(60)) };
        let mut stage = Stage::new(Page::Training).with_dataset(Arc::new(dataset));
        stage.session.training = stage.session.dataset.as_ref().map(|dataset| stage::finished(dataset));
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        assert!(harness.query_by_label_contains(wanted).is_some(), "{wanted}");
    }
}

/// Before the first epoch there is nothing to see, and nothing is said of what would be seen.
#[test]
fn ended_before_the_first_epoch_it_shows_no_progress() {
    let mut stage = running(Phase::Idle);
    let training = stage.session.training.as_mut().expect("a training");
    training.history.clear();
    training.faces.clear();
    training.live.clear();
    training.stopped = Some(StopReason::ByUser);
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    assert!(harness.query_by_label("Training 0%").is_some());
    assert!(harness.query_by_label("None: no epoch was done").is_some());
    assert!(harness.query_by_label("after the last epoch").is_none());
}

#[test]
fn while_it_runs_it_can_be_paused_finished_and_discarded() {
    let (mut harness, stage) = running(Phase::Training).harness(SIZE);
    harness.run();
    // The best of thirteen made-up epochs is the eleventh: two epochs waited of five.
    assert!(harness.query_by_label_contains("stops after 3\u{a0}more without improvement").is_some());
    assert!(harness.query_by_label_contains("epoch 14 of 50 step 212 of 389").is_some());
    for name in ["Pause", "Finish now", "Discard…"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    let expected = [Action::Pause(true), Action::FinishNow, Action::Show(Dialog::Discard)];
    assert_eq!(stage.borrow().actions, expected);

    let (mut harness, stage) = running(Phase::Paused).harness(SIZE);
    harness.run();
    harness.get_by_label("Resume").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Pause(false)]);
}

#[test]
fn every_plot_has_a_table_and_a_larger_view() {
    let (mut harness, _) = running(Phase::Training).harness(SIZE);
    harness.run();
    harness.get_by_label("Show as a table, Loss").click();
    harness.run();
    let first = &stage::history(13)[0];
    let row = format!("1, {:.3}, {:.3}", first.train_loss, first.validation_loss);
    assert!(harness.query_by_label(&row).is_some(), "{row}");
    harness.get_by_label("Enlarge, Learning rate").click();
    harness.run();
    harness.get_by_label("Show as a table").click();
    harness.run();
    assert!(harness.query_all_by_label_contains(", 0.0001").next().is_some());
    harness.get_by_label("Close").click();
    harness.run();
    assert!(harness.query_by_label("Close").is_none());
}

#[test]
fn once_over_it_leads_to_the_results_or_goes_on() {
    let mut stage = Stage::new(Page::Training).with_data(60).with_run();
    stage.session.training = stage.session.dataset.as_ref().map(|d| stage::finished(d));
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label("See results").click();
    harness.run();
    harness.get_by_label("Train further").click();
    harness.run();
    harness.get_by_label_contains("10\u{a0}more epochs").click();
    harness.run();
    let run = "2026-11-22-140211".to_owned();
    assert_eq!(stage.borrow().actions, [Action::Go(Page::Results), Action::Resume { run, more: 10 }]);
    harness.get_by_label("Train again").click();
    harness.run();
    harness.get_by_label("Back to the curves").click();
    harness.run();
    assert!(harness.query_by_label("See results").is_some());
}

#[test]
fn getting_ready_can_be_cancelled() {
    let mut stage = Stage::new(Page::Training).with_data(60);
    stage.session.phase = Phase::Starting(Progress::at(Work::Training));
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label("Cancel").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Cancel]);
}

fn epochs(losses: &[(f64, f64)]) -> Vec<EpochRecord> {
    (1..)
        .zip(losses)
        .map(|(epoch, &(train_loss, validation_loss))| EpochRecord {
            epoch,
            train_loss,
            validation_loss,
            ..EpochRecord::default()
        })
        .collect()
}

#[test]
fn curves_explain_themselves() {
    let by_heart = epochs(&[(0.6, 0.6), (0.5, 0.5), (0.4, 0.52), (0.3, 0.55), (0.2, 0.6), (0.1, 0.7)]);
    let said = words::about_loss(&by_heart, true);
    assert_eq!(
        said.en,
        "Validation loss has risen for 4 epochs while training loss falls: it is starting to overfit (learn by heart)"
    );
    // Not every epoch need be better than the one before, but on the whole it must have learned since the best.
    for (train_losses, overfits) in [
        ([0.30, 0.31, 0.24, 0.25, 0.20], true),
        ([0.30, 0.30, 0.301, 0.299, 0.30], false),
        ([0.30, 0.33, 0.32, 0.33, 0.32], false),
    ] {
        let losses: Vec<(f64, f64)> = train_losses.into_iter().zip([0.50, 0.54, 0.53, 0.55, 0.54]).collect();
        let said = words::about_loss(&epochs(&losses), true);
        let gone = "Validation loss has not improved for 4 epochs";
        assert!(said.en.starts_with(gone), "{said:?}");
        assert_eq!(said.en.contains("overfitting"), overfits, "{said:?}");
        assert_eq!(said.fr.contains("surapprend"), overfits, "{said:?}");
    }
    let diverged = epochs(&[(0.6, 0.6), (f64::NAN, f64::NAN)]);
    assert!(words::about_loss(&diverged, true).get(Lang::En).contains("no longer a number"));
    let learning = epochs(&[(0.6, 0.6), (0.5, 0.55)]);
    assert!(words::about_loss(&learning, true).get(Lang::En).contains("still falls"));
    // From 0.30 down to 0.297 in three epochs: a hundredth.
    let level = epochs(&[(0.6, 0.6), (0.5, 0.4), (0.4, 0.30), (0.39, 0.299), (0.38, 0.298), (0.37, 0.297)]);
    assert!(words::about_loss(&level, true).get(Lang::En).contains("leveled off"));
}

/// What early stopping's tile says after these epochs.
fn waits(history: &[EpochRecord], settings: &CallbackSettings) -> Option<String> {
    let mut callbacks = Callbacks::default();
    for record in history {
        callbacks.epoch(settings, record, 0.0);
    }
    words::waits_for(Lang::En, settings, &callbacks.early_stopping, history.len() as u32 + 1, 50)
}

/// "stops after 4 epochs" in epoch 2 of 3 is of a training that ends before.
#[test]
fn early_stopping_is_not_announced_where_the_last_epoch_comes_first() {
    let history = epochs(&[(0.6, 0.6)]);
    let settings = CallbackSettings::default();
    let mut callbacks = Callbacks::default();
    callbacks.epoch(&settings, &history[0], 0.0);
    callbacks.epoch(&settings, &EpochRecord { epoch: 2, validation_loss: 0.7, ..history[0] }, 0.0);
    let said = |epochs| words::waits_for(Lang::En, &settings, &callbacks.early_stopping, 3, epochs);
    // Patience 5, one epoch waited: it would stop after epoch 6.
    assert_eq!(said(7).as_deref(), Some("stops after 4\u{a0}more without improvement"));
    assert_eq!(said(6), None, "epoch 6 is the last one anyway");
    let coming = |epochs| callbacks.coming(&settings, 3, epochs, 1e-4);
    let [note] = &coming(7)[..] else { panic!("one note") };
    assert_eq!(note.text.en, "Stops after 4\u{a0}more epochs without improvement (best: 0.600)");
    assert_eq!(note.text.fr, "Arrêt après encore 4\u{a0}époques sans progrès (meilleure valeur\u{a0}: 0,600)");
    assert!(coming(6).is_empty() && coming(3).is_empty());
}

/// Falling from a coin's toss is still falling; that it holds for new pictures would be another claim.
#[test]
fn a_falling_loss_is_no_promise_about_new_pictures() {
    for lang in Lang::ALL {
        let text = words::about_loss(&epochs(&[(0.70, 0.70), (0.698, 0.697)]), true).get(lang).to_owned();
        assert!(!text.contains("new pictures") && !text.contains("nouvelles images"), "{text}");
    }
}

#[test]
fn early_stopping_is_told_as_keras_counts_it() {
    let history = epochs(&[(0.6, 0.6), (0.5, 0.50), (0.4, 0.495), (0.3, 0.52)]);
    let plain = CallbackSettings::default();
    assert_eq!(waits(&history, &plain).as_deref(), Some("stops after 4\u{a0}more without improvement"));
    // With min_delta 0.01 the third epoch's gain of 0.005 is none.
    let strict = CallbackSettings { min_delta: 0.01, ..plain.clone() };
    assert_eq!(waits(&history, &strict).as_deref(), Some("stops after 3\u{a0}more without improvement"));
    assert_eq!(
        waits(&history, &CallbackSettings { patience: 1, ..plain.clone() }).as_deref(),
        Some("stops after 1\u{a0}more without improvement")
    );
    assert_eq!(waits(&history, &CallbackSettings { early_stopping: false, ..plain.clone() }), None);
    assert_eq!(waits(&[], &plain), None);
}

/// A resumed run goes on with its own settings, not with the draft's.
#[test]
fn the_tiles_speak_of_the_run_and_not_of_the_draft() {
    let mut stage = running(Phase::Training);
    let training = stage.session.training.as_mut().expect("a training");
    training.settings.train.callbacks.reduce_lr_on_plateau = true;
    training.history.last_mut().expect("epochs").learning_rate = 5e-5;
    training.now.learning_rate = 5e-5;
    stage.settings.train.callbacks.patience = 50;
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    assert!(harness.query_by_label_contains("stops after 3\u{a0}more without improvement").is_some());
    assert!(harness.query_by_label_contains("learning rate 0.00005 halved at epoch 12").is_some());
}

#[test]
fn curves_show_all_epochs_or_the_last_ones() {
    let (mut harness, _) = running(Phase::Training).harness(SIZE);
    harness.run();
    harness.get_by_label("Show the last epochs, Loss").click();
    harness.run();
    harness.get_by_label("Show all epochs, Loss").click();
    harness.run();
    assert!(harness.query_by_label("Show the last epochs, Loss").is_some());
    // Dragging over a part of the plot shows that part.
    let plot = harness.get_by_role_and_label(egui::accesskit::Role::Image, "Loss").rect();
    let at = |share: f32| egui::pos2(plot.left() + share * plot.width(), plot.center().y);
    harness.drag_at(at(0.2));
    harness.run();
    harness.hover_at(at(0.4));
    harness.run();
    harness.drop_at(at(0.4));
    harness.run();
    harness.get_by_label("Show all epochs, Loss").click();
    harness.run();
    assert!(harness.query_by_label("Show the last epochs, Loss").is_some());
}

#[test]
fn a_trial_is_asked_for_and_told() {
    let (mut harness, stage) = Stage::new(Page::Training).with_data(60).harness(SIZE);
    harness.run();
    harness.get_by_label("Try 20 batches").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::TryDevices]);
    let settings = stage.borrow().settings.clone();
    let trial = Trial { device: stage::processor(), pictures_per_second: 430.0, epoch: 33.0, run: 1650.0, memory: 310_000_000 };
    stage.borrow_mut().session.tried = Some(Tried { settings, trials: vec![trial] });
    harness.run();
    assert!(harness.query_by_label("about 28\u{a0}min").is_some() && harness.query_by_label("Processor, 2 cores").is_some());
    assert!(harness.query_by_label_contains("310\u{a0}MB of memory").is_some());
    assert!(harness.query_by_label_contains("other settings").is_none());
    stage.borrow_mut().settings.train.epochs = 3;
    harness.run();
    assert!(harness.query_by_label_contains("other settings").is_some());
}

#[test]
fn a_rate_is_tested_proposed_and_taken() {
    let (mut harness, stage) = Stage::new(Page::Training).with_data(60).harness(SIZE);
    harness.run();
    harness.get_by_label("Find a rate").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::TestRates]);
    let settings = stage.borrow().settings.clone();
    stage.borrow_mut().session.rates = Some(RateTest { settings, range: RateRange::default() });
    stage.borrow_mut().session.phase = Phase::Working(Progress { stage: Work::TestingRates, done: 40, total: 100 });
    harness.run();
    assert!(harness.query_by_label("Testing").is_some());
    let points = rate_range::points((0..100).map(|i| if i < 70 { 0.7 - 0.004 * f64::from(i) } else { f64::from(i) - 69.0 }));
    let proposal = rate_range::propose(&points);
    stage.borrow_mut().session.rates.as_mut().expect("there").range = RateRange { points, proposal };
    stage.borrow_mut().session.phase = Phase::Idle;
    harness.run();
    let rate = proposal.expect("the loss falls");
    harness.get_by_label_contains("Use 0.00").click();
    harness.run();
    assert_eq!(stage.borrow().settings.train.optimizer.learning_rate.to_bits(), rate.to_bits());
    assert!(harness.query_by_label("Find a rate").is_some(), "back to the schedule");
}

/// What is going to happen is said whole, in the language with the longer words too.
#[test]
fn no_line_of_the_ready_card_is_cut() {
    for size in [[1024.0, 700.0], SIZE, [1280.0, 800.0]] {
        for (lang, last, next) in
            [(Lang::En, "a step needs at least", "Expected time"), (Lang::Fr, "un pas demande", "Durée prévue")]
        {
            let mut stage = Stage::new(Page::Training).with_data(60);
            stage.lang = lang;
            let (mut harness, _) = stage.harness(size);
            harness.run();
            let (last, next) = (harness.get_by_label_contains(last).rect(), harness.get_by_label(next).rect());
            assert!(last.bottom() + 14.0 < next.top(), "{lang:?} at {size:?}: {last:?} and {next:?}");
        }
    }
}

#[test]
fn the_run_that_is_trained_is_named() {
    for over in [false, true] {
        let mut stage = Stage::new(Page::Training).with_data(60).with_run();
        let training = stage.session.dataset.as_ref().map(|d| if over { stage::finished(d) } else { stage::training(d, 14) });
        stage.session.training = training;
        stage.session.phase = if over { Phase::Idle } else { Phase::Training };
        // It is not listed before it is over.
        if !over {
            stage.session.trained = stage.session.runs.pop();
            stage.session.run = None;
        }
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        assert!(harness.query_by_label_contains("Run “notebook + batch norm” · sample faces · Nov ").is_some());
    }
}

/// A training that is over promises nothing.
#[test]
fn what_ended_before_its_first_epoch_announces_none() {
    for (lang, promises) in [
        (Lang::En, ["after the first epoch", "will be listed", "should fall", "should rise", "falls after"]),
        (Lang::Fr, ["après la première époque", "s’afficheront", "doivent descendre", "doivent monter", "baisse après"]),
    ] {
        let mut stage = Stage::new(Page::Training).with_data(60);
        stage.lang = lang;
        let mut training = stage.session.dataset.as_ref().map(|d| stage::training(d, 1)).expect("data");
        training.stopped = Some(StopReason::ByUser);
        training.settings.train.callbacks.reduce_lr_on_plateau = true;
        (training.event_log, training.faces, training.live) = (EventLog::default(), Vec::new(), Vec::new());
        stage.session.training = Some(training);
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        for promise in promises {
            assert!(harness.query_all_by_label_contains(promise).next().is_none(), "{promise}");
        }
    }
}

#[test]
fn a_single_epoch_is_told_as_what_it_is() {
    let one = epochs(&[(0.6, 0.5)]);
    assert!(words::about_loss(&one, true).en.contains("begin with the second"));
    let over = words::about_loss(&one, false);
    for lang in Lang::ALL {
        assert!(!over.get(lang).contains("begin with") && !over.get(lang).contains("commencent avec"), "{over:?}");
    }
    // Far apart is not "about as well", though it is too early to speak of overfitting.
    let apart = EpochRecord { train_accuracy: 0.9, validation_accuracy: 0.7, ..one[0] };
    let said = words::about_accuracy(&[apart], 2, true).en;
    assert_eq!(said, "20 points better on the pictures it learns from than on others");
    let of = |accuracies: [[f64; 2]; 4]| {
        let epochs = (1..).zip(accuracies).map(|(epoch, [train_accuracy, validation_accuracy])| EpochRecord {
            epoch,
            train_accuracy,
            validation_accuracy,
            ..one[0]
        });
        words::about_accuracy(&epochs.collect::<Vec<_>>(), 2, true).en
    };
    let by_heart = of([[0.8, 0.72], [0.84, 0.7], [0.87, 0.71], [0.9, 0.7]]);
    assert_eq!(by_heart, "20 points better on the pictures it learns from than on others: overfitting");
    for (accuracies, why) in [
        ([[0.8, 0.62], [0.84, 0.65], [0.87, 0.67], [0.9, 0.7]], "it gets better on others, too"),
        ([[0.9, 0.72], [0.9, 0.7], [0.9, 0.71], [0.9, 0.7]], "it gets no better on its own"),
        ([[0.8, 0.62], [0.84, 0.72], [0.87, 0.71], [0.9, 0.7]], "two epochs are no trend"),
    ] {
        assert_eq!(of(accuracies), "20 points better on the pictures it learns from than on others", "{why}");
    }
    // The last of all epochs is followed by none.
    let mut training = stage::training(&stage::faces(60), 2);
    assert!(training.goes_on());
    training.epochs = 1;
    assert!(!training.goes_on());
}

/// What a training with such accuracies, training and validation, is advised to try next.
fn advised(accuracies: &[[f64; 2]], stopped: StopReason) -> Option<Option<Action>> {
    let dataset = Stage::new(Page::Training).with_data(60).session.dataset.expect("data");
    let mut training = stage::finished(&dataset);
    let first = training.history[0];
    let epochs = accuracies.iter().zip(1u32..).map(|([train, validation], epoch)| EpochRecord {
        epoch,
        train_accuracy: *train,
        validation_accuracy: *validation,
        validation_loss: 1.0 - validation,
        ..first
    });
    training.history = epochs.collect();
    training.best_epoch = training.history.iter().min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss)).map(|e| e.epoch);
    training.stopped = Some(stopped);
    next::advice(&training, 2).map(|advice| advice.way.map(|(_, action)| action))
}

#[test]
fn what_to_try_next_comes_from_the_curves() {
    let rising = [[0.7, 0.7], [0.8, 0.78], [0.83, 0.82], [0.85, 0.84]];
    let more = advised(&rising, StopReason::AllEpochs);
    assert!(matches!(more, Some(Some(Action::Resume { more: 10, .. }))), "{more:?}");
    let early = StopReason::EarlyStopping { patience: 2 };
    let by_heart = [[0.7, 0.7], [0.85, 0.8], [0.92, 0.84], [0.95, 0.83], [0.97, 0.83]];
    assert_eq!(advised(&by_heart, early), Some(Some(Action::Go(Page::Augmentation))));
    let guessing = [[0.5, 0.51], [0.5, 0.52], [0.51, 0.5], [0.52, 0.5]];
    assert_eq!(advised(&guessing, early), Some(Some(Action::Go(Page::Model))));
    assert_eq!(advised(&rising, StopReason::Diverged), Some(None));
    let well = [[0.7, 0.7], [0.85, 0.84], [0.88, 0.87], [0.885, 0.86], [0.89, 0.865]];
    assert_eq!(advised(&well, early), Some(Some(Action::NewExperiment)), "where the curves say nothing");
    let perfect = [[0.9, 0.9], [1.0, 1.0], [1.0, 0.99]];
    assert_eq!(advised(&perfect, early), None);
}

#[test]
fn the_advice_is_a_click_away() {
    let mut stage = Stage::new(Page::Training).with_data(60).with_run();
    stage.session.training = stage.session.dataset.as_ref().map(|d| stage::finished(d));
    if let Some(training) = &mut stage.session.training {
        training.stopped = Some(StopReason::AllEpochs);
        training.best_epoch = training.history.last().map(|epoch| epoch.epoch);
    }
    let run = stage.session.training.as_ref().map(|training| training.run.clone()).unwrap_or_default();
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    harness.get_by_label("Train 10 more epochs").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Resume { run, more: 10 }]);
}
