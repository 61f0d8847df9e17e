//! The options of the split as they describe themselves, a function for each few that belong together.

use crate::{
    setting_def::{IN_PERCENT, SettingDef, UNITLESS, Value},
    text::say,
};

/// How large the parts are.
pub(super) fn shares<'a>(train: &'a mut u32, validation: &'a mut u32) -> [SettingDef<'a>; 2] {
    [
        SettingDef::new(
            "train",
            say("Training", "Entraînement"),
            say(
                "Share of the pictures that the model learns from. 50 to 80; published figures often use 80",
                "Part des images dont le modèle apprend. De 50 à 80 ; les chiffres publiés utilisent souvent 80",
            ),
            Value::Whole { value: train, range: 1..=98, unit: IN_PERCENT },
        ),
        SettingDef::new(
            "validation",
            say("Validation", "Validation"),
            say(
                "Share that decides when to stop and which epoch was best; the rest is the test part, looked at once at the end. 10 to 20",
                "Part qui décide quand s’arrêter et quelle époque fut la meilleure ; le reste est le test, regardé une seule fois à la fin. De 10 à 20",
            ),
            Value::Whole { value: validation, range: 1..=98, unit: IN_PERCENT },
        ),
    ]
}

/// What the parts have alike, and what stays in one of them.
pub(super) fn mixture<'a>(stratify_age: &'a mut bool, look_alikes: &'a mut bool) -> [SettingDef<'a>; 2] {
    [
        SettingDef::new(
            "stratify_age",
            say("Balance ages too", "Équilibrer aussi les âges"),
            say(
                "Gives each part the same mix of ages, ten years at a time, besides the same mix of classes",
                "Donne à chaque partie le même mélange d’âges, par tranches de dix ans, en plus du même mélange de classes",
            ),
            Value::Switch(stratify_age),
        )
        .states(say("ages not balanced", "âges non équilibrés"), say("ages balanced", "âges équilibrés"))
        .more(),
        SettingDef::new(
            "look_alikes",
            say("Keep look-alikes together", "Garder ensemble les semblables"),
            say(
                "Puts pictures that look the same into one part, not exact copies alone, so that the test holds no picture that training has nearly seen. Switch it on where photos of a series or saved again are about; comparing takes a moment",
                "Met les images qui se ressemblent dans une même partie, et pas seulement les copies exactes, pour que le test n’ait aucune image presque vue à l’entraînement. À activer s’il y a des séries ou des photos réenregistrées ; comparer prend un instant",
            ),
            Value::Switch(look_alikes),
        )
        .states(
            say("look-alikes not kept together", "semblables non groupées"),
            say("look-alikes kept together", "semblables groupées"),
        )
        .more(),
    ]
}

/// What is done with the parts that the folders name, unless the pictures are dealt into folds.
pub(super) fn given_parts<'a>(use_given: &'a mut bool, drop_shared: &'a mut bool, folded: bool) -> [SettingDef<'a>; 2] {
    let given = *use_given && !folded;
    [
        SettingDef::new(
            "use_given",
            say("Keep the folders’ parts", "Garder les parties des dossiers"),
            say(
                "Where folders are named train, validation and test, their pictures stay in these parts",
                "Là où des dossiers s’appellent train, validation et test, leurs images restent dans ces parties",
            ),
            Value::Switch(use_given),
        )
        .states(
            say("folders’ parts not kept", "parties des dossiers non gardées"),
            say("folders’ parts kept", "parties des dossiers gardées"),
        )
        .more()
        .when(!folded),
        SettingDef::new(
            "drop_shared",
            say("Leave test pictures out of training", "Écarter de l’entraînement les images du test"),
            say(
                "Where the folders’ parts share pictures, leaves those of the test part out of training and validation, and those of validation out of training. Switch it on where the Data page says that test pictures are also in training",
                "Là où les parties des dossiers partagent des images, écarte celles du test de l’entraînement et de la validation, et celles de la validation de l’entraînement. À activer quand la page Données dit que des images de test sont aussi à l’entraînement",
            ),
            Value::Switch(drop_shared),
        )
        .states(
            say("test pictures not left out of training", "images du test non écartées"),
            say("test pictures left out of training", "images du test écartées de l’entraînement"),
        )
        .more()
        .under("use_given", given),
    ]
}

/// How much of the training part is learned from.
pub(super) fn used_share(used: &mut u32) -> [SettingDef<'_>; 1] {
    [
        SettingDef::new(
            "used",
            say("Training pictures used", "Images d’entraînement utilisées"),
            say(
                "Share of the training part that is learned from; the rest is left out, validation and test stay. Smaller shares lie within larger ones: how much do more pictures help? 100 uses all",
                "Part des images d’entraînement dont le modèle apprend ; le reste est écarté, validation et test ne changent pas. Les petites parts sont contenues dans les grandes : combien apportent plus d’images ? 100 les utilise toutes",
            ),
            Value::Whole { value: used, range: 1..=100, unit: IN_PERCENT },
        )
        .more(),
    ]
}

/// By which seed the pictures are dealt.
pub(super) fn seeds<'a>(own_seed: &'a mut bool, seed: &'a mut u32) -> [SettingDef<'a>; 2] {
    let seeded = *own_seed;
    [
        SettingDef::new(
            "own_seed",
            say("Own seed for the split", "Graine propre à la répartition"),
            say(
                "Splits by a seed of its own, so that runs with other seeds share their test part",
                "Répartit par une graine à part, pour que des essais d’autres graines aient la même partie test",
            ),
            Value::Switch(own_seed),
        )
        .states(
            say("split by the seed of all", "répartition par la graine commune"),
            say("split by a seed of its own", "répartition par sa propre graine"),
        )
        .more(),
        SettingDef::new(
            "seed",
            say("Seed of the split", "Graine de la répartition"),
            say(
                "The same seed gives the same split, whatever the seed of everything else",
                "La même graine donne la même répartition, quelle que soit la graine du reste",
            ),
            Value::Whole { value: seed, range: 0..=u32::MAX, unit: UNITLESS },
        )
        .more()
        .under("own_seed", seeded),
    ]
}

/// Into how many folds, and which of them is the test part.
pub(super) fn fold_choice<'a>(folds: &'a mut u32, fold: &'a mut u32) -> [SettingDef<'a>; 2] {
    let folded = *folds > 1;
    [
        SettingDef::new(
            "folds",
            say("Folds", "Plis"),
            say(
                "Cross-validation: splits all pictures into this many folds of equal size, each with the same mix of classes, of which one is the test part; the others are shared out between training and validation in their ratio. The folders’ parts are not kept. 5 or 10; 1 is none",
                "Validation croisée : répartit toutes les images en autant de plis de même taille et de même mélange de classes, dont un est la partie test ; les autres se partagent entre entraînement et validation selon leur rapport. Les parties des dossiers ne sont pas gardées. 5 ou 10 ; 1 pour aucun",
            ),
            Value::Whole { value: folds, range: 1..=20, unit: UNITLESS },
        )
        .more(),
        SettingDef::new(
            "fold",
            say("Fold", "Pli"),
            say(
                "Which of the folds is the test part; `trombine experiment folds` trains one run for each",
                "Lequel des plis est la partie test ; `trombine experiment folds` entraîne un essai pour chacun",
            ),
            Value::Whole { value: fold, range: 1..=20, unit: UNITLESS },
        )
        .more()
        .under("folds", folded),
    ]
}
