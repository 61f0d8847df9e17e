//! The notebook's `random_flip_left_right`, and the mirror image as a second look in evaluation.

use crate::{
    random::Random,
    setting_def::{SettingDef, Value},
    text::say,
};

/// Heads or tails.
pub fn draw(random: &mut Random) -> bool {
    random.chance(0.5)
}

pub(super) fn setting_defs<'a>(flip: &'a mut bool, test_time_flip: &'a mut bool) -> [SettingDef<'a>; 2] {
    let random = SettingDef::new(
        "flip",
        say("Flip", "Miroir"),
        say(
            "Mirrors every second picture, left to right. A mirrored face is as good a face: keep it on",
            "Retourne une image sur deux, de gauche à droite. Un visage en miroir reste un visage : gardez-le",
        ),
        Value::Switch(flip),
    );
    let test_time = SettingDef::new(
        "test_time_flip",
        say("Mirror at evaluation", "Miroir à l’évaluation"),
        say(
            "Evaluates each picture together with its mirror image and takes the mean of both answers (test-time augmentation): for validation, test and prediction. Often slightly more accurate; evaluation takes twice as long, training is unchanged. Goes with flip",
            "Évalue chaque image avec son miroir et prend la moyenne des deux réponses (augmentation au test) : pour la validation, le test et la prédiction. Souvent un peu plus exact\u{a0}; l’évaluation prend deux fois plus de temps, l’entraînement reste le même. Va avec le miroir",
        ),
        Value::Switch(test_time_flip),
    )
    .states(
        say("evaluated without mirror images", "évalué sans les miroirs"),
        say("evaluated with mirror images", "évalué avec les miroirs"),
    );
    [random, test_time]
}
