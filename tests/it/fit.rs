//! The loop: it learns, stops as it should, and a resumed training ends with the same bits.

use std::fs;

use trombine::{
    control::{Control, Signal},
    data::{augment, sample::Part},
    engine::{Engine, reference::ReferenceEngine},
    history::{EpochRecord, StopReason},
    model::Weights,
    run::{RunStatus, checkpoint::Checkpoint},
    schedule::ScheduleKind,
    train::{
        event::{FollowedFace, TrainEvent},
        fit::{FitEvent, TrainingOutcome, fit},
        validation,
    },
};

use crate::{
    training::{lively, plan, run, settings, train},
    watched::Watched,
};

/// The history without what a clock decides.
fn timeless(history: &[EpochRecord]) -> Vec<EpochRecord> {
    history.iter().map(|record| EpochRecord { seconds: 0.0, pictures_per_second: 0.0, ..*record }).collect()
}

fn result(outcome: TrainingOutcome) -> (Weights, StopReason, Option<u32>) {
    match outcome {
        TrainingOutcome::Done { weights, reason, best_epoch, .. } => (weights, reason, best_epoch),
        TrainingOutcome::Left => panic!("left"),
    }
}

#[test]
fn it_learns_and_keeps_everything() {
    let plan = plan(&settings());
    let (_home, mut run) = run(&plan);
    let mut epochs = Vec::new();
    let outcome = train(&plan, &mut run, None, &Control::default(), &mut |event| {
        if let TrainEvent::Epoch(record) = event {
            epochs.push(*record);
        }
    });
    let (weights, reason, best) = result(outcome);
    assert_eq!(reason, StopReason::AllEpochs);
    assert_eq!(epochs.len(), 3);
    assert_eq!(run.history(), epochs);
    assert_eq!(run.info.status, RunStatus::Finished);
    assert_eq!(run.info.best_epoch, best);
    let lowest = epochs.iter().min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss)).map(|record| record.epoch);
    assert_eq!(best, lowest);
    assert_eq!(Weights::load(&run.best_path()).expect("weights"), weights);
}

/// Versions before called the table of epochs `log.csv`; a run of theirs that goes on has one table.
#[test]
fn the_table_of_epochs_of_an_older_run_gets_its_name_of_now() {
    let mut settings = settings();
    settings.train.callbacks.csv_log = true;
    settings.train.epochs = 1;
    let plan = plan(&settings);
    let (_home, mut run) = run(&plan);
    let [before, now] = ["log.csv", "history.csv"].map(|name| run.folder.join(name));
    fs::write(&before, "of an older version").expect("written");
    train(&plan, &mut run, None, &Control::default(), &mut |_| {});
    assert!(!before.exists(), "there are not two of them");
    let table = fs::read_to_string(&now).expect("it is there");
    assert!(table.starts_with("epoch,") && table.lines().count() == 2, "{table}");
}

/// A file is where TensorBoard's folder would be: that is told, and the table is written all the same.
#[test]
fn a_log_that_cannot_be_written_keeps_no_other_from_it() {
    let mut settings = settings();
    (settings.train.callbacks.csv_log, settings.train.callbacks.tensorboard) = (true, true);
    let plan = plan(&settings);
    let (_home, mut run) = run(&plan);
    fs::write(run.folder.join("tensorboard"), "in the way").expect("written");
    let mut engine = ReferenceEngine::new(&plan.engine_config());
    let mut warned = Vec::new();
    let mut tell = |told| {
        if let FitEvent::Warned(problem) = told {
            warned.push(problem.path);
        }
    };
    fit(&plan, &mut engine, &mut run, None, &Control::default(), &mut tell).expect("training goes on");
    assert!(warned.iter().flatten().any(|path| path.starts_with(run.folder.join("tensorboard"))), "{warned:?}");
    let table = fs::read_to_string(run.folder.join("history.csv")).expect("it is there");
    assert_eq!(table.lines().count(), 4, "{table}");
}

/// Keras's `val_loss`: the mean loss of the validation part plus the L2 penalty of the weights.
#[test]
fn the_validation_loss_holds_the_penalty() {
    let mut settings = settings();
    settings.train.epochs = 1;
    settings.model.l2_conv = 0.05;
    let plan = plan(&settings);
    let (_home, mut run) = run(&plan);
    let (weights, ..) = result(train(&plan, &mut run, None, &Control::default(), &mut |_| {}));
    let penalty = validation::penalty(&plan.network, &weights);
    let by_hand: f64 = (1..=4)
        .map(|n| weights.get(&format!("conv{n}.weight")).expect("a kernel"))
        .map(|array| 0.05 * array.data.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>())
        .sum::<f64>()
        + 1e-4 * weights.get("dense1.weight").expect("a kernel").data.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>();
    assert!((penalty / by_hand - 1.0).abs() < 1e-9, "{penalty} instead of {by_hand}");
    assert!(run.history()[0].validation_loss > penalty);
}

/// Judging with mirror images changes the validation numbers as the mean of two logits says, and nothing that is learned.
#[test]
fn mirror_images_change_judging_and_not_learning() {
    let mut alone = lively(settings());
    (alone.train.epochs, alone.train.callbacks.restore_best_weights) = (1, false);
    let mut mirrored = alone.clone();
    mirrored.augment.test_time_flip = true;
    let learned = [alone, mirrored].map(|settings| {
        let plan = plan(&settings);
        let (_home, mut run) = run(&plan);
        let mut faces = Vec::new();
        let (weights, ..) = result(train(&plan, &mut run, None, &Control::default(), &mut |event| {
            if let TrainEvent::Faces { faces: told, .. } = event {
                faces.clone_from(told);
            }
        }));
        (plan, weights, run.history()[0], faces)
    });
    let [(plan, weights, without, _), (_, same, with, faces)] = &learned;
    assert!(weights == same, "other weights");
    assert_eq!((without.train_loss, without.train_accuracy), (with.train_loss, with.train_accuracy));
    assert!(without.validation_loss != with.validation_loss);

    let mut engine = ReferenceEngine::new(&plan.engine_config());
    engine.set_weights(weights).expect("weights");
    let side = plan.settings.augment.side();
    let mut logit = |sample: u32, turned: bool| {
        let mut seen = vec![0; side * side * 3];
        augment::evaluation(&plan.settings.augment, &plan.dataset.pixels.get(sample as usize).unwrap(), &mut seen);
        let picture = image::RgbImage::from_raw(side as u32, side as u32, seen).expect("a picture");
        let picture = if turned { image::imageops::flip_horizontal(&picture) } else { picture };
        let mut logit = [0.0];
        engine.predict(picture.as_raw(), &mut logit).expect("predicts");
        f64::from(logit[0])
    };
    let mut mean = |sample: u32| (logit(sample, false) + logit(sample, true)) / 2.0;
    let validation = plan.indices(Part::Validation);
    let crossentropy: f64 = validation
        .iter()
        .map(|&sample| {
            let sign = if plan.dataset.samples[sample as usize].class == 1 { -1.0 } else { 1.0 };
            (sign * mean(sample)).exp().ln_1p()
        })
        .sum();
    let expected = crossentropy / validation.len() as f64 + validation::penalty(&plan.network, weights);
    assert!((with.validation_loss - expected).abs() < 1e-6, "{} instead of {expected}", with.validation_loss);
    for &FollowedFace { sample, class, probability, estimate } in faces {
        assert_eq!(estimate, None);
        assert_eq!(class, u8::from(mean(sample) >= 0.0));
        let expected = 1.0 / (1.0 + (-mean(sample).abs()).exp());
        assert!((f64::from(probability) - expected).abs() < 1e-6, "{probability} instead of {expected}");
    }
    assert!(!faces.is_empty());
}

/// Interrupted within an epoch and at its end, with averaged weights, batch norm and dropout in play.
#[test]
fn a_resumed_training_ends_with_the_same_bits() {
    let mut settings = settings();
    settings.model.batch_norm_conv = true;
    settings.train.optimizer.use_ema = true;
    settings.train.optimizer.ema_momentum = 0.9;
    let plan = plan(&settings);
    let (_home, mut whole) = run(&plan);
    let expected = result(train(&plan, &mut whole, None, &Control::default(), &mut |_| {}));
    for stop_at in [1, 3, 4, 6, 9] {
        let (_home, mut broken) = run(&plan);
        let control = Control::default();
        let (mut steps, wish) = (0, control.clone());
        let leave = move |_: &mut ReferenceEngine| {
            steps += 1;
            if steps == stop_at {
                wish.set(Signal::Leave);
            }
            Ok(())
        };
        let mut engine = Watched::new(ReferenceEngine::new(&plan.engine_config()), leave);
        let left = fit(&plan, &mut engine, &mut broken, None, &control, &mut |_| {}).expect("it leaves in peace");
        assert_eq!(left, TrainingOutcome::Left, "after {stop_at} steps");
        let checkpoint = Checkpoint::load(&broken.checkpoint_path()).expect("a checkpoint");
        assert_eq!(checkpoint.position.epoch * 4 + checkpoint.position.step, stop_at);
        let resumed = result(train(&plan, &mut broken, Some(checkpoint), &Control::default(), &mut |_| {}));
        assert!(resumed == expected, "other weights after an interruption at step {stop_at}");
        assert_eq!(timeless(&broken.history()), timeless(&whole.history()), "interrupted at step {stop_at}");
    }
}

/// Of an epoch of many pictures, the steps take long; whatever comes during a pause after them, they are not trained again.
#[test]
fn a_pause_within_the_validation_pass_saves_the_steps_before_it() {
    let mut settings = settings();
    for averaged in [false, true] {
        settings.train.optimizer.use_ema = averaged;
        let plan = plan(&settings);
        let (_home, mut whole) = run(&plan);
        let expected = result(train(&plan, &mut whole, None, &Control::default(), &mut |_| {}));

        let (_home, mut paused) = run(&plan);
        let (path, control) = (paused.checkpoint_path(), Control::default());
        let (mut steps, wish) = (0, control.clone());
        let pause = move |_: &mut ReferenceEngine| {
            steps += 1;
            if steps == 4 {
                wish.set(Signal::Pause);
            }
            Ok(())
        };
        let mut engine = Watched::new(ReferenceEngine::new(&plan.engine_config()), pause);
        let mut saved = None;
        let mut hear = |told: FitEvent| {
            if told == FitEvent::Train(TrainEvent::Paused) {
                saved = Checkpoint::load(&path).ok();
                control.set(Signal::Go);
            }
        };
        let outcome = fit(&plan, &mut engine, &mut paused, None, &control, &mut hear).expect("it goes on");
        assert!(result(outcome) == expected, "other weights after a pause, averaged: {averaged}");
        let saved = saved.expect("a checkpoint of the pause");
        assert_eq!((saved.position.epoch, saved.position.step), (0, 4));
        let (_home, mut resumed) = run(&plan);
        let resumed = result(train(&plan, &mut resumed, Some(saved), &Control::default(), &mut |_| {}));
        assert!(resumed == expected, "other weights after a cut within the pause, averaged: {averaged}");
    }
}

#[test]
fn more_epochs_go_on_where_it_ended() {
    let mut long = settings();
    long.train.epochs = 5;
    let (plan_long, plan_short) = (plan(&long), plan(&settings()));
    let (_home, mut whole) = run(&plan_long);
    let expected = result(train(&plan_long, &mut whole, None, &Control::default(), &mut |_| {}));
    let (_home, mut more) = run(&plan_short);
    train(&plan_short, &mut more, None, &Control::default(), &mut |_| {});
    let mut checkpoint = Checkpoint::load(&more.checkpoint_path()).expect("a checkpoint");
    assert_eq!(checkpoint.position.stopped, Some(StopReason::AllEpochs));
    checkpoint.position.stopped = None;
    let resumed = result(train(&plan_long, &mut more, Some(checkpoint), &Control::default(), &mut |_| {}));
    assert!(resumed == expected);
}

#[test]
fn finishing_at_once_still_gives_weights() {
    let plan = plan(&settings());
    let (_home, mut run) = run(&plan);
    let control = Control::default();
    control.set(Signal::Finish);
    let (weights, reason, best) = result(train(&plan, &mut run, None, &control, &mut |_| {}));
    assert_eq!((reason, best), (StopReason::ByUser, None));
    assert!(weights.check(&plan.network).is_ok());
    assert!(run.best_path().exists());
}

/// Whoever asks for the last weights gets them of a training that came to its end; one that is cut short while its rate is
/// high has left its best epoch behind, and keeps it.
#[test]
fn the_last_weights_are_kept_of_a_training_that_came_to_its_end() {
    let mut settings = settings();
    settings.train.callbacks.restore_best_weights = false;
    settings.train.schedule.kind = ScheduleKind::ByHand;
    // From the second epoch on at a rate at which everything is lost.
    settings.train.schedule.table = vec![(1, 1e-4), (2, 0.3)];
    let plan = plan(&settings);
    for (asked_after, why, kept) in [(None, StopReason::AllEpochs, 3), (Some(2), StopReason::ByUser, 1)] {
        let (_home, mut run) = run(&plan);
        let control = Control::default();
        let mut told = None;
        train(&plan, &mut run, None, &control, &mut |event| match event {
            TrainEvent::Epoch(record) if Some(record.epoch) == asked_after => control.set(Signal::Finish),
            TrainEvent::Stopped { reason, best_epoch, kept_epoch } => told = Some((*reason, *best_epoch, *kept_epoch)),
            _ => {}
        });
        assert_eq!(told, Some((why, Some(1), kept)));
        assert_eq!((run.info.best_epoch, run.info.kept_epoch()), (Some(1), Some(kept)));
        let last = Checkpoint::load(&run.checkpoint_path()).expect("a checkpoint").weights;
        let stored = Weights::load(&run.best_path()).expect("weights");
        assert_eq!(stored == last, why == StopReason::AllEpochs);
    }
}

#[test]
fn a_loss_that_is_no_number_is_told_with_the_way_on() {
    let mut settings = settings();
    settings.train.optimizer.kind = trombine::optimizer::OptimizerKind::Sgd;
    let mut plan = plan(&settings);
    // Beyond what a screen lets in.
    plan.settings.train.optimizer.learning_rate = 1e30;
    let (_home, mut run) = run(&plan);
    let mut engine = ReferenceEngine::new(&plan.engine_config());
    let problem = fit(&plan, &mut engine, &mut run, None, &Control::default(), &mut |_| {}).expect_err("it runs away");
    assert_eq!(problem.setting.as_deref(), Some("train.optimizer.learning_rate"));
}

/// A rate by hand that is sound in the first epoch and absurd from the second on.
fn running_away() -> trombine::settings::Settings {
    let mut settings = settings();
    settings.train.optimizer.kind = trombine::optimizer::OptimizerKind::Sgd;
    settings.train.schedule.kind = ScheduleKind::ByHand;
    settings.train.schedule.table = vec![(1, 1e-2), (2, 1e-2)];
    settings
}

#[test]
fn after_a_loss_that_ran_away_it_goes_on_from_the_best_at_a_lower_rate() {
    let mut plan_fast = plan(&running_away());
    // Beyond what may be set, so that the second epoch is sure to fail.
    plan_fast.settings.train.schedule.table[1].1 = 1e30;
    let (_home, mut run) = run(&plan_fast);
    let mut engine = ReferenceEngine::new(&plan_fast.engine_config());
    let mut warned = Vec::new();
    let mut tell = |told| {
        if let FitEvent::Warned(problem) = told {
            warned.push((problem.kind, problem.run));
        }
    };
    let outcome = fit(&plan_fast, &mut engine, &mut run, None, &Control::default(), &mut tell).expect("the best is kept");
    let (best, reason, epoch) = result(outcome);
    let told = vec![(trombine::problem::Kind::Diverged, Some(run.info.id.clone()))];
    assert_eq!((reason, epoch, warned), (StopReason::Diverged, Some(1), told));
    assert!(best.0.values().all(|array| array.data.iter().all(|value| value.is_finite())));

    let mut slow = running_away();
    slow.train.schedule.kind = ScheduleKind::Constant;
    slow.train.optimizer.learning_rate = 1e-3;
    let plan_slow = plan(&slow);
    let mut engine = ReferenceEngine::new(&plan_slow.engine_config());
    let mut checkpoint = Checkpoint::load(&run.checkpoint_path()).expect("of the first epoch");
    checkpoint.from_the_best(engine.optimizer_state().expect("nothing remembered"), plan_slow.scaler);
    assert_eq!(checkpoint.weights, best);
    assert_eq!(checkpoint.optimizer.step, 0);
    let (weights, reason, _) = result(train(&plan_slow, &mut run, Some(checkpoint), &Control::default(), &mut |_| {}));
    assert_eq!(reason, StopReason::AllEpochs);
    assert_eq!(run.history().iter().map(|record| record.learning_rate).collect::<Vec<_>>(), [1e-2, 1e-3, 1e-3]);
    assert!(weights.0.values().all(|array| array.data.iter().all(|value| value.is_finite())));
}

/// The checkpoint's folder is a file here: nothing can be written into it, as on a full disk.
#[test]
fn a_disk_that_takes_no_checkpoint_is_told_once_and_training_goes_on() {
    let plan = plan(&settings());
    let (_home, mut run) = run(&plan);
    fs::write(run.folder.join("checkpoint"), "in the way").expect("written");
    let mut engine = ReferenceEngine::new(&plan.engine_config());
    let mut warnings = 0;
    let mut tell = |told| warnings += u32::from(matches!(told, FitEvent::Warned(_)));
    let outcome = fit(&plan, &mut engine, &mut run, None, &Control::default(), &mut tell).expect("training goes on");
    assert_eq!(result(outcome).1, StopReason::AllEpochs);
    assert!((1..=3).contains(&warnings), "{warnings} warnings");
    assert!(run.best_path().exists());
}
