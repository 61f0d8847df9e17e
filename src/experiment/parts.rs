//! The parts of a recipe, each switched off once: an ablation.

use super::{Variant, words::words};
use crate::{
    setting_def::SettingDefs as _,
    settings::Settings,
    text::{LocalizedText, say},
};

/// Options that are a part of a recipe, with the value that takes it away, in the order of the screen.
const OFF: [(&str, &str); 31] = [
    ("augment.flip", "false"),
    ("augment.test_time_flip", "false"),
    ("augment.rotation.on", "false"),
    ("augment.zoom.on", "false"),
    ("augment.brightness.on", "false"),
    ("augment.contrast.on", "false"),
    ("augment.erasing.on", "false"),
    ("augment.shift.on", "false"),
    ("augment.blur.on", "false"),
    ("augment.saturation.on", "false"),
    ("augment.grayscale.on", "false"),
    ("augment.noise.on", "false"),
    ("augment.mixup.on", "false"),
    ("model.dropout", "0"),
    ("model.l2_conv", "0"),
    ("model.l2_dense", "0"),
    ("model.batch_norm_conv", "false"),
    ("model.batch_norm_dense", "false"),
    ("model.dropout_dense", "0"),
    ("model.dropout_conv", "0"),
    ("model.convs_per_block", "1"),
    ("train.optimizer.weight_decay", "0"),
    ("train.optimizer.nesterov", "false"),
    ("train.optimizer.global_clipnorm", "0"),
    ("train.optimizer.use_ema", "false"),
    ("train.schedule.kind", "constant"),
    ("train.schedule.warmup_epochs", "0"),
    ("train.loss.label_smoothing", "0"),
    ("train.loss.class_weights", "none"),
    ("train.callbacks.restore_best_weights", "false"),
    ("train.callbacks.reduce_lr_on_plateau", "false"),
];

/// The recipe as it is, and without each of its parts.
pub(super) fn without_each(base: &Settings) -> Vec<Variant> {
    let whole = Variant { label: say("As it is", "Telle quelle").into(), changes: Vec::new() };
    let active = |key: &str| base.clone().setting_defs().iter().any(|def| def.key == key && def.active);
    let without = |(key, off): &(&str, &str)| {
        let (mut settings, change) = (base.clone(), format!("{key}={off}"));
        settings.set(&change).ok()?;
        let is_part = settings != *base && active(key);
        let label = LocalizedText::by(|lang| words(base, &settings, lang));
        is_part.then(|| Variant { label, changes: vec![change] })
    };
    std::iter::once(whole).chain(OFF.iter().filter_map(without)).collect()
}
