//! Callbacks against Keras's, on scripted histories.
//!
//! The expected numbers, with Keras 3.15:
//! ```python
//! import keras, tempfile; from keras import callbacks as C
//! LOSS = [...]; ACC = [...]   # as below
//! def model():
//!     m = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)]); m.compile("adam", "mse", metrics=["accuracy"]); return m
//! def stopping(name, values, **k):
//!     m = model(); c = C.EarlyStopping(monitor=name, mode="min" if "loss" in name else "max", **k); c.set_model(m); c.on_train_begin(); waits = []
//!     for e, v in enumerate(values):
//!         c.on_epoch_end(e, {name: v}); waits.append(c.wait)
//!         if m.stop_training: break
//!     print("stop", e + 1 if m.stop_training else None, "best", c.best_epoch + 1, waits)
//! stopping("val_loss", LOSS, patience=3); stopping("val_loss", LOSS, patience=5)
//! stopping("val_loss", LOSS, patience=5, min_delta=0.005); stopping("val_loss", LOSS, patience=0)
//! stopping("val_accuracy", ACC, patience=4, min_delta=0.005); stopping("val_accuracy", ACC, patience=4)
//! def plateau(name, values, start=1e-3, **k):
//!     m = model(); m.optimizer.learning_rate = start; c = C.ReduceLROnPlateau(monitor=name, mode="min" if "loss" in name else "max", **k)
//!     c.set_model(m); c.on_train_begin(); r = []
//!     for e, v in enumerate(values):
//!         c.on_epoch_end(e, {name: v}); r.append(float(f"{float(m.optimizer.learning_rate.numpy()):.6g}"))
//!     print(r)
//! plateau("val_loss", LOSS, patience=2, factor=0.5, min_delta=1e-4, cooldown=0, min_lr=1e-6)
//! plateau("val_loss", LOSS, patience=2, factor=0.1, min_delta=1e-2, cooldown=3, min_lr=2e-5)
//! plateau("val_accuracy", ACC, patience=3, factor=0.5, min_delta=0.0, cooldown=1, min_lr=0.0)
//! m = model(); saved = []
//! c = C.ModelCheckpoint(tempfile.mkdtemp() + "/a.keras", monitor="val_loss", mode="min", save_best_only=True); c.set_model(m); c.on_train_begin()
//! m.save = lambda *a, **k: saved.append(e + 1)
//! for e, v in enumerate(LOSS): c.on_epoch_begin(e); c.on_epoch_end(e, {"val_loss": v})
//! print(saved)
//! ```

use trombine::{
    callback::{
        CallbackSettings, Callbacks, Monitor,
        checkpoint::ModelCheckpoint,
        csv_log,
        early_stopping::{EarlyStopping, EpochVerdict},
        plateau::{Plateau, Reduced},
        terminate_on_nan,
    },
    history::{EpochRecord, NoteKind, StopReason},
    setting_def::{SettingDefs, Value},
    text::Lang,
};

const LOSS: [f64; 24] = [
    0.70, 0.52, 0.53, 0.515, 0.55, 0.51, 0.512, 0.5099, 0.52, 0.511, 0.53, 0.49, 0.495, 0.4899, 0.491, 0.492, 0.49, 0.493,
    0.4898, 0.50, 0.51, 0.52, 0.53, 0.54,
];
const ACC: [f64; 16] = [0.50, 0.70, 0.69, 0.70, 0.72, 0.71, 0.725, 0.72, 0.72, 0.71, 0.724, 0.73, 0.73, 0.73, 0.73, 0.72];

fn settings(patience: u32, min_delta: f64) -> CallbackSettings {
    CallbackSettings { patience, min_delta, ..Default::default() }
}

/// The epoch of the stop, the best epoch, and what was waited after each epoch.
fn stopping(settings: &CallbackSettings, values: &[f64]) -> (Option<u32>, Option<u32>, Vec<u32>) {
    let (mut state, mut waits) = (EarlyStopping::default(), Vec::new());
    for (epoch, value) in (1..).zip(values) {
        let verdict = state.epoch(settings, epoch, *value);
        waits.push(state.wait);
        match verdict {
            EpochVerdict::Stop => return (Some(epoch), state.best_epoch, waits),
            EpochVerdict::Waiting => assert!(state.wait < settings.patience),
            EpochVerdict::Best => assert_eq!(state.wait, 0),
        }
    }
    (None, state.best_epoch, waits)
}

#[test]
fn early_stopping_is_keras_s() {
    let expected = (Some(11), Some(8), vec![0, 0, 1, 0, 1, 0, 1, 0, 1, 2, 3]);
    assert_eq!(stopping(&settings(3, 0.0), &LOSS), expected);
    let waits = vec![0, 0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 0, 1, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5];
    assert_eq!(stopping(&settings(5, 0.0), &LOSS), (Some(24), Some(19), waits));
    let expected = (Some(11), Some(6), vec![0, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5]);
    assert_eq!(stopping(&settings(5, 0.005), &LOSS), expected);
    assert_eq!(stopping(&settings(0, 0.0), &LOSS), (Some(3), Some(2), vec![0, 0, 1]));
    let accuracy = |min_delta| CallbackSettings { monitor: Monitor::ValidationAccuracy, ..settings(4, min_delta) };
    assert_eq!(stopping(&accuracy(0.005), &ACC), (Some(9), Some(5), vec![0, 0, 1, 2, 0, 1, 2, 3, 4]));
    assert_eq!(stopping(&accuracy(0.0), &ACC), (Some(11), Some(7), vec![0, 0, 1, 2, 0, 1, 0, 1, 2, 3, 4]));
}

#[track_caller]
fn plateau(settings: &CallbackSettings, values: &[f64], expected: &[f64]) {
    let mut state = Plateau::default();
    for (epoch, (value, expected)) in values.iter().zip(expected).enumerate() {
        state.epoch(settings, *value, 1e-3 * state.scale);
        let rate = 1e-3 * state.scale;
        assert!((rate - expected).abs() < 1e-5 * expected, "after epoch {}: {rate} instead of {expected}", epoch + 1);
    }
}

#[test]
fn the_plateau_is_keras_s() {
    let a = CallbackSettings { plateau_patience: 2, ..Default::default() };
    let rates = [
        0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.0005, 0.0005, 0.00025, 0.00025, 0.00025, 0.00025, 0.000125, 0.000125,
        6.25e-05, 6.25e-05, 3.125e-05, 3.125e-05, 3.125e-05, 1.5625e-05, 1.5625e-05, 7.8125e-06, 7.8125e-06,
    ];
    plateau(&a, &LOSS, &rates);
    let b = CallbackSettings {
        plateau_patience: 2,
        plateau_factor: 0.1,
        plateau_min_delta: 1e-2,
        plateau_cooldown: 3,
        plateau_min_lr: 2e-5,
        ..Default::default()
    };
    let rates: Vec<f64> = [(3, 1e-3), (6, 1e-4), (15, 2e-5)].iter().flat_map(|(n, r)| vec![*r; *n]).collect();
    plateau(&b, &LOSS, &rates);
    let c = CallbackSettings {
        monitor: Monitor::ValidationAccuracy,
        plateau_patience: 3,
        plateau_min_delta: 0.0,
        plateau_cooldown: 1,
        plateau_min_lr: 0.0,
        ..Default::default()
    };
    let rates: Vec<f64> = [(9, 1e-3), (5, 5e-4), (2, 2.5e-4)].iter().flat_map(|(n, r)| vec![*r; *n]).collect();
    plateau(&c, &ACC, &rates);
}

#[test]
fn the_checkpoint_is_keras_s_save_best_only() {
    let mut state = ModelCheckpoint::default();
    // A large min_delta, which the checkpoint does not know.
    let settings = settings(5, 0.1);
    let saved: Vec<u32> = (1..).zip(LOSS).filter(|(epoch, v)| state.epoch(&settings, *epoch, *v)).map(|(e, _)| e).collect();
    assert_eq!(saved, [1, 2, 4, 6, 8, 12, 14, 19]);
}

fn record(epoch: u32, loss: f64) -> EpochRecord {
    EpochRecord { epoch, validation_loss: loss, validation_accuracy: 0.9, learning_rate: 1e-4, ..Default::default() }
}

#[test]
fn together_they_say_what_they_do_in_both_languages() {
    let settings = CallbackSettings { reduce_lr_on_plateau: true, plateau_patience: 2, ..settings(5, 0.002) };
    let mut callbacks = Callbacks::default();
    let first = callbacks.epoch(&settings, &record(1, 0.3), 10.0);
    assert!(first.best && first.stop.is_none());
    assert_eq!(first.notes[0].text.get(Lang::En), "Best so far: validation loss 0.300");
    let second = callbacks.epoch(&settings, &record(2, 0.29995), 20.0);
    assert!(!second.best, "less than min_delta is no improvement");
    assert_eq!(second.notes[0].kind, NoteKind::Waiting);
    // A note stays in the list when the training is over: it says what was, not what would come.
    assert_eq!(second.notes[0].text.get(Lang::En), "1 of 5 epochs without a better validation loss");
    assert_eq!(second.notes[0].text.get(Lang::Fr), "1\u{a0}époque sur 5 sans meilleure perte de validation");
    let third = callbacks.epoch(&settings, &record(3, 0.3), 30.0);
    assert_eq!(third.notes[1].kind, NoteKind::Rate);
    assert_eq!(third.notes[1].text.get(Lang::En), "Rate halved at epoch 3: 0.00005");
    assert!((callbacks.rate(&settings, 1e-4) - 5e-5).abs() < 1e-12);
    for epoch in 4..6 {
        assert_eq!(callbacks.epoch(&settings, &record(epoch, 0.3), 40.0).stop, None);
    }
    let last = callbacks.epoch(&settings, &record(6, 0.3), 50.0);
    assert_eq!(last.stop, Some(StopReason::EarlyStopping { patience: 5 }));
    assert_eq!(callbacks.best_epoch(&settings), Some(1));
    callbacks.train_more();
    assert_eq!(callbacks.epoch(&settings, &record(7, 0.3), 60.0).stop, None, "patience starts anew");
}

/// A schedule that falls by itself ends below the lowest rate; what the plateau makes of it does not.
#[test]
fn what_was_lowered_stays_above_the_lowest_rate() {
    let settings = CallbackSettings { reduce_lr_on_plateau: true, plateau_min_lr: 1e-5, ..Default::default() };
    let mut callbacks = Callbacks::default();
    assert_eq!(callbacks.rate(&settings, 3e-6), 3e-6);
    callbacks.plateau.scale = 0.25;
    for (scheduled, rate) in [(1e-4, 2.5e-5), (2e-5, 1e-5), (3e-6, 3e-6)] {
        assert_eq!(callbacks.rate(&settings, scheduled), rate, "of {scheduled}");
    }
    callbacks.plateau.cooldown = 2;
    callbacks.take_rate();
    assert_eq!((callbacks.rate(&settings, 2e-5), callbacks.plateau.cooldown), (2e-5, 0), "the rate that the user gives");
}

#[test]
fn a_lowered_rate_is_said_as_lowered() {
    assert_eq!(Reduced { from: 1e-3, to: 1.2e-4 }.sentence(9).en, "Rate lowered at epoch 9: 0.00012");
    assert!(Reduced { from: 1e-3, to: 5e-4 }.sentence(9).fr.contains("0,0005"));
}

/// What is announced is what follows if the next epoch is no better.
#[test]
fn a_fall_of_the_rate_is_announced_with_the_value_to_reach() {
    let settings = CallbackSettings { reduce_lr_on_plateau: true, plateau_patience: 2, ..settings(5, 0.002) };
    let mut callbacks = Callbacks::default();
    callbacks.epoch(&settings, &record(1, 0.3), 10.0);
    callbacks.epoch(&settings, &record(2, 0.3), 20.0);
    let said = callbacks.coming(&settings, 3, 50, 1e-4)[0].text.clone();
    assert_eq!(said.en, "Rate will be halved if validation loss stays above 0.300 in epoch 3");
    assert_eq!(said.fr, "Taux divisé par deux si la perte de validation reste au-dessus de 0,300 à l’époque 3");
}

#[test]
fn a_state_goes_through_json_and_decides_the_same() {
    let settings = CallbackSettings { reduce_lr_on_plateau: true, ..settings(4, 0.0) };
    let mut whole = Callbacks::default();
    let mut restored = Callbacks::default();
    for (epoch, loss) in (1..).zip(LOSS) {
        let text = serde_json::to_string(&restored).expect("it can be written");
        restored = serde_json::from_str(&text).expect("and read");
        let record = record(epoch, loss);
        assert_eq!(whole.epoch(&settings, &record, 0.0), restored.epoch(&settings, &record, 0.0));
    }
    assert_eq!(whole, restored);
}

#[test]
fn a_loss_that_is_not_a_number_ends_training_with_advice() {
    let settings = CallbackSettings::default();
    let outcome = Callbacks::default().epoch(&settings, &record(3, f64::NAN), 0.0);
    assert_eq!(outcome.stop, Some(StopReason::Diverged));
    assert!(!outcome.best);
    let problem = terminate_on_nan::check(f64::INFINITY, 3).expect("infinity is not a loss");
    assert_eq!(problem.setting.as_deref(), Some("train.optimizer.learning_rate"));
    assert!(terminate_on_nan::check(0.4, 3).is_none());
}

#[test]
fn the_time_limit_and_the_n_th_epoch_hold() {
    let settings = CallbackSettings { time_limit: 2, checkpoint_every: 3, ..Default::default() };
    let mut callbacks = Callbacks::default();
    let outcomes: Vec<_> =
        (1..=6).map(|e| callbacks.epoch(&settings, &record(e, 1.0 / f64::from(e)), f64::from(e) * 25.0)).collect();
    assert_eq!(outcomes.iter().map(|o| o.keep).collect::<Vec<_>>(), [false, false, true, false, false, true]);
    assert_eq!(outcomes[3].stop, None);
    assert_eq!(outcomes[4].stop, Some(StopReason::TimeLimit));
}

#[test]
fn the_csv_log_has_keras_s_columns() {
    let r = EpochRecord { train_loss: 0.5, train_accuracy: 0.75, seconds: 9.5, ..record(1, 0.25) };
    let text = String::from_utf8(csv_log::text(&[r])).expect("UTF-8");
    assert_eq!(
        text,
        "epoch,accuracy,learning_rate,loss,val_accuracy,val_loss,seconds,pictures_per_second\n1,0.75,0.0001,0.5,0.9,0.25,9.5,0\n"
    );
}

#[test]
fn every_deciding_setting_decides_where_it_is_active() {
    let base = CallbackSettings {
        reduce_lr_on_plateau: true,
        plateau_patience: 2,
        plateau_cooldown: 3,
        plateau_min_lr: 1e-5,
        plateau_factor: 0.4,
        plateau_min_delta: 0.004,
        min_delta: 0.004,
        patience: 6,
        checkpoint_every: 4,
        time_limit: 20,
        ..Default::default()
    };
    let see = |settings: &CallbackSettings| {
        let mut callbacks = Callbacks::default();
        let mut seen = Vec::new();
        for (epoch, loss) in (1..).zip(LOSS.into_iter().chain([0.6; 16])) {
            let accuracy = ACC[epoch as usize % ACC.len()];
            let rate = callbacks.rate(settings, 1e-4);
            let record = EpochRecord { learning_rate: rate, validation_accuracy: accuracy, ..record(epoch, loss) };
            seen.push((callbacks.epoch(settings, &record, f64::from(epoch) * 100.0), rate.to_bits()));
        }
        seen
    };
    for index in 0..base.clone().setting_defs().len() {
        let mut changed = base.clone();
        let key = {
            let mut defs = changed.setting_defs();
            let def = &mut defs[index];
            assert!(def.active, "{}", def.key);
            match &mut def.value {
                Value::Switch(on) => **on = !**on,
                Value::Whole { value, .. } => **value /= 2,
                Value::Number { value, .. } => **value *= 2.0,
                Value::Choice(choice) => choice.select(1),
                _ => unreachable!("callbacks have no other settings"),
            }
            def.key.clone()
        };
        // These two are asked by the loop, not by the callbacks.
        let asked_elsewhere = ["csv_log", "tensorboard"].contains(&key.as_str());
        assert_eq!(see(&changed) != see(&base), !asked_elsewhere, "{key}");
    }
}
