//! The history as a table that any spreadsheet opens (Keras's `CSVLogger`, its column names; epochs count from 1).

use crate::{
    files::table::{Cell, Rows, TableForm},
    history::EpochRecord,
    setting_def::{SettingDef, Value},
    text::say,
};

/// The file's name in the run's folder.
pub const FILE: &str = "history.csv";

/// The columns without those that some histories alone have.
const COLUMNS: [&str; 8] =
    ["epoch", "accuracy", "learning_rate", "loss", "val_accuracy", "val_loss", "seconds", "pictures_per_second"];

/// Those that a history of years has in place of the accuracies, which mean nothing there.
const OF_YEARS: [&str; 8] = ["epoch", "mae", "learning_rate", "loss", "val_mae", "val_loss", "seconds", "pictures_per_second"];

/// The column that a history of many classes has besides: of the three likeliest.
const TOP_3: &str = "val_top_k_categorical_accuracy";
/// Before which column it stands: Keras sorts by name.
const TOP_3_AT: usize = 6;

/// The whole file: a header and one line for each epoch. Points as decimal marks in every language, as programs expect.
pub fn text(history: &[EpochRecord]) -> Vec<u8> {
    let of_years = history.iter().any(|record| record.mae.is_some());
    let of_many = history.iter().any(|record| record.validation_top_3.is_some());
    let mut columns = if of_years { OF_YEARS } else { COLUMNS }.to_vec();
    if of_many {
        columns.insert(TOP_3_AT, TOP_3);
    }
    let mut rows = Rows::with_columns(TableForm::default(), &columns);
    for r in history {
        let [train, validation] = r.mae.map_or([r.train_accuracy, r.validation_accuracy], |mae| [mae.train, mae.validation]);
        let values = [
            r.epoch.into(),
            train,
            r.learning_rate,
            r.train_loss,
            validation,
            r.validation_loss,
            r.seconds,
            r.pictures_per_second,
        ];
        let mut cells = values.map(|value| Cell::Number(value, None)).to_vec();
        if of_many {
            // The first epochs may be of a version that did not write it down.
            cells.insert(TOP_3_AT, r.validation_top_3.map_or(Cell::Empty, |value| Cell::Number(value, None)));
        }
        rows.row(cells);
    }
    rows.into_bytes()
}

pub(super) fn setting_def(csv_log: &mut bool) -> SettingDef<'_> {
    SettingDef::new(
        "csv_log",
        say("History as CSV", "Historique en CSV"),
        say(
            "Writes history.csv into the run’s folder, which spreadsheets open",
            "Écrit dans le dossier de l’essai un fichier history.csv que les tableurs ouvrent",
        ),
        Value::Switch(csv_log),
    )
    .more()
}
