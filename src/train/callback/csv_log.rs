//! The history as a table that any spreadsheet opens (Keras's `CSVLogger`, its column names; epochs count from 1).

use std::fmt::Write as _;

use crate::{
    knob::{Knob, Value},
    text::say,
    train::event::EpochRecord,
};

/// The whole file: a header and one line for each epoch. Points as decimal marks in every language, as programs expect.
pub fn text(history: &[EpochRecord]) -> String {
    let mut text = String::from("epoch,accuracy,learning_rate,loss,val_accuracy,val_loss,seconds,pictures_per_second\n");
    for r in history {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{}",
            r.epoch,
            r.train_accuracy,
            r.learning_rate,
            r.train_loss,
            r.validation_accuracy,
            r.validation_loss,
            r.seconds,
            r.pictures_per_second
        );
    }
    text
}

pub(super) fn knob(csv_log: &mut bool) -> Knob<'_> {
    Knob::new(
        "csv_log",
        say("History as CSV", "Historique en CSV"),
        say(
            "Writes history.csv into the run's folder, which spreadsheets open",
            "Écrit dans le dossier de l’essai un fichier history.csv que les tableurs ouvrent",
        ),
        Value::Switch(csv_log),
    )
    .more()
}
