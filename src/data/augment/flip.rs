//! The notebook's `random_flip_left_right`, and the mirror image as a second look when judging.

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
    let judging = SettingDef::new(
        "test_time_flip",
        say("Mirror when judging", "Miroir à l’évaluation"),
        say(
            "Judges each picture together with its mirror image and takes the mean of both answers (test-time augmentation): for validation, test and prediction. Often right a little more often; judging takes twice as long, learning is the same. Goes with flip",
            "Juge chaque image avec son miroir et prend la moyenne des deux réponses (augmentation au test) : pour la validation, le test et la prédiction. Souvent un peu plus juste ; évaluer prend deux fois plus de temps, apprendre reste pareil. Va avec le retournement",
        ),
        Value::Switch(test_time_flip),
    )
    .states(
        say("judged without mirror images", "évalué sans les miroirs"),
        say("judged with mirror images", "évalué avec les miroirs"),
    );
    [random, judging]
}
