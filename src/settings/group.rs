//! Which settings stand together on a screen, under which heading.

use crate::text::{Phrase, say};

/// Settings under one heading.
pub struct SettingGroup {
    pub name: Phrase,
    /// Keys, each of a setting or of a part of the settings with all that is in it.
    keys: &'static [&'static str],
}

impl SettingGroup {
    /// Whether the setting with this key belongs here.
    pub fn holds(&self, key: &str) -> bool {
        self.keys.iter().any(|own| key.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    /// The keys it is made of, as the table has them.
    pub const fn keys(&self) -> &'static [&'static str] {
        self.keys
    }
}

/// Every group, in the order of the screen; each setting is in exactly one.
pub const GROUPS: [SettingGroup; 16] = [
    SettingGroup {
        name: say("Parts", "Parties"),
        keys: &[
            "split.train",
            "split.validation",
            "split.stratify_age",
            "split.look_alikes",
            "split.use_given",
            "split.drop_shared",
            "split.used",
        ],
    },
    SettingGroup { name: say("Cross-validation", "Validation croisée"), keys: &["split.folds", "split.fold"] },
    SettingGroup { name: say("Randomness", "Hasard"), keys: &["seed", "split.own_seed", "split.seed"] },
    SettingGroup {
        name: say("Picture", "Image"),
        keys: &[
            "augment.crop",
            "augment.input_size",
            "augment.flip",
            "augment.rotation",
            "augment.zoom",
            "augment.shift",
            "augment.test_time_flip",
        ],
    },
    SettingGroup {
        name: say("Color", "Couleur"),
        keys: &["augment.brightness", "augment.contrast", "augment.saturation", "augment.grayscale"],
    },
    SettingGroup {
        name: say("Robustness", "Robustesse"),
        keys: &["augment.erasing", "augment.blur", "augment.noise", "augment.mixup"],
    },
    SettingGroup {
        name: say("Convolution", "Convolution"),
        keys: &["model.filters", "model.convs_per_block", "model.kernel", "model.padding", "model.batch_norm_conv"],
    },
    SettingGroup {
        name: say("Dense layers", "Couches denses"),
        keys: &["model.dense", "model.batch_norm_dense", "model.pooling"],
    },
    SettingGroup {
        name: say("Regularization", "Régularisation"),
        keys: &["model.dropout", "model.dropout_dense", "model.dropout_conv", "model.l2_conv", "model.l2_dense"],
    },
    SettingGroup { name: say("All layers", "Toutes les couches"), keys: &["model.activation", "model.initialization"] },
    SettingGroup {
        name: say("Transfer learning", "Apprentissage par transfert"),
        keys: &["model.start_from", "model.frozen_blocks"],
    },
    SettingGroup {
        name: say("Epochs and batches", "Époques et lots"),
        keys: &["train.epochs", "train.batch_size", "train.steps_per_epoch", "train.min_steps_per_epoch"],
    },
    SettingGroup { name: say("Optimizer", "Optimiseur"), keys: &["train.optimizer"] },
    SettingGroup { name: say("Schedule", "Calendrier du taux"), keys: &["train.schedule"] },
    SettingGroup { name: say("Loss", "Perte"), keys: &["train.loss"] },
    SettingGroup { name: say("Callbacks", "Callbacks"), keys: &["train.callbacks"] },
];
