//! Whether event files for TensorBoard are written; `run/export/tensorboard.rs` writes them.

use crate::{
    setting_def::{SettingDef, Value},
    text::say,
};

pub(super) fn setting_def(tensorboard: &mut bool) -> SettingDef<'_> {
    SettingDef::new(
        "tensorboard",
        say("TensorBoard files", "Fichiers TensorBoard"),
        say(
            "Writes event files into the run’s folder for the TensorBoard viewer: curves, learning rate, a few pictures, settings",
            "Écrit dans le dossier de l’essai des fichiers pour le visualiseur TensorBoard : courbes, taux, quelques images, réglages",
        ),
        Value::Switch(tensorboard),
    )
    .more()
}
