//! Three recipes to start from. What was tried for them, kept and dropped, stands in `preset.md`.

use serde::{Deserialize, Serialize};

use crate::{
    callback::Monitor,
    data::{augment::input_size::InputSize, task::Task},
    loss::Family,
    model::{Initialization, START_FROM},
    optimizer::OptimizerKind,
    schedule::ScheduleKind,
    setting_def::{Choice, SettingDef, SettingDefs, choice},
    settings::{Settings, images::ImageOption},
    text::{Lang, LocalizedText, Phrase, epochs, say},
};

/// A recipe: settings for everything but the data's split and the seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Small and fast, to see the whole way once.
    Quick,
    /// The notebook's recipe, as it is.
    #[default]
    Notebook,
    /// What reaches more than the notebook.
    Recommended,
}

choice!(Preset {
    Quick = "quick", say("Quick look", "Coup d’œil"), say("A small network and few epochs: minutes, not hours", "Un petit réseau et peu d’époques : des minutes, pas des heures");
    Notebook = "notebook", say("Notebook", "Notebook"), say("The notebook’s recipe as it is", "La recette du notebook, telle quelle");
    Recommended = "recommended", say("Recommended", "Recommandé"), say("Batch norm, more augmentation, a better schedule: slower than a quick look, and more accurate", "Normalisation par lots, plus d’augmentation, un meilleur calendrier : plus lent qu’un coup d’œil, et plus exact");
});

/// Steps of an epoch, so that a folder of some tens of pictures is learned at all (`preset.md`). The notebook's recipe stays
/// as it is.
const ENOUGH_STEPS: u32 = 50;

impl Preset {
    /// Of fewer pictures the notebook's recipe learns little: it takes some thousand steps at its low rate (`preset.md`).
    pub const FEW_PICTURES: usize = 2_000;

    /// What it is called where there is little room, as in a run's name.
    pub const fn short(self) -> Phrase {
        match self {
            Self::Quick => say("Quick", "Coup d’œil"),
            Self::Notebook => say("Notebook", "Notebook"),
            Self::Recommended => say("Recommended", "Recommandé"),
        }
    }

    /// The settings of this recipe.
    pub fn settings(self) -> Settings {
        let mut s = Settings::default();
        match self {
            Self::Notebook => {}
            Self::Quick => {
                s.model.filters = vec![32, 64, 128];
                s.model.dense = vec![64];
                s.model.batch_norm_conv = true;
                // Keeps the dense layer alive at this rate: without it all its units fell silent on some draws.
                s.model.batch_norm_dense = true;
                s.model.dropout = 0.3;
                s.augment.crop = 128;
                s.augment.input_size = InputSize::Half;
                s.train.epochs = 12;
                s.train.min_steps_per_epoch = ENOUGH_STEPS;
                s.train.optimizer.learning_rate = 4e-3;
                s.train.schedule.kind = ScheduleKind::OneCycle;
                // The best epochs are the last ones, when the rate has fallen; few validation pictures would choose worse.
                s.train.callbacks.patience = s.train.epochs;
                s.train.callbacks.restore_best_weights = false;
                // Where it is cut short: of few pictures the loss is lowest in the first epochs, before the answers are right.
                s.train.callbacks.monitor = Monitor::ValidationAccuracy;
            }
            Self::Recommended => {
                s.model.batch_norm_conv = true;
                s.model.batch_norm_dense = true;
                s.model.dropout = 0.5;
                // AdamW's decay takes the place of L2.
                (s.model.l2_conv, s.model.l2_dense) = (0.0, 0.0);
                s.model.initialization = Initialization::HeNormal;
                // The whole picture: hair, ears and jaw stand at its edges. Moving it takes the place of cropping.
                s.augment.crop = 128;
                s.augment.input_size = InputSize::ThreeQuarters;
                s.augment.test_time_flip = true;
                s.augment.shift.on = true;
                s.augment.rotation.on = true;
                s.augment.rotation.degrees = 15.0;
                s.augment.zoom.on = true;
                s.augment.zoom.amount = 0.15;
                s.augment.brightness.on = true;
                s.augment.contrast.on = true;
                s.augment.saturation.on = true;
                s.augment.grayscale.on = true;
                s.augment.erasing.on = true;
                s.augment.erasing.share = 0.5;
                s.train.epochs = 32;
                s.train.min_steps_per_epoch = ENOUGH_STEPS;
                s.train.batch_size = 64;
                s.train.optimizer.kind = OptimizerKind::AdamW;
                s.train.optimizer.learning_rate = 4e-3;
                s.train.optimizer.weight_decay = 0.05;
                s.train.optimizer.use_ema = true;
                s.train.schedule.kind = ScheduleKind::OneCycle;
                s.train.loss.label_smoothing = 0.05;
                s.train.callbacks.patience = s.train.epochs;
            }
        }
        s
    }

    /// The settings of this recipe for what `task` asks.
    pub fn settings_for(self, task: &Task) -> Settings {
        match task.is_regression() {
            true => self.of_values(),
            false if task.len() > 2 => self.of_several_classes(),
            false => self.settings(),
        }
    }

    /// The settings for more than two classes: the loss that goes with a softmax.
    fn of_several_classes(self) -> Settings {
        let mut s = self.settings();
        s.train.loss.kind = s.train.loss.kind.of_classes();
        s
    }

    /// The settings for a value: the mean absolute error is what is learned and what the best epoch is chosen by, and nothing
    /// is said of classes.
    fn of_values(self) -> Settings {
        let mut s = self.settings();
        s.train.loss = s.train.loss.without_classes();
        s.train.loss.kind = s.train.loss.kind.of_values();
        s.train.callbacks.monitor = Monitor::ValidationMae;
        s
    }

    /// The settings of this recipe for as many classes as the loss of `settings` is of.
    pub fn settings_beside(self, settings: &Settings) -> Settings {
        match settings.train.loss.kind.family() {
            Family::Categorical => self.of_several_classes(),
            Family::Regression => self.of_values(),
            Family::Binary => self.settings(),
        }
        .for_pictures(settings.augment.shape())
    }

    /// `settings` with this recipe, their own split and seed kept, for as many classes as their loss is of.
    pub fn applied(self, settings: &Settings) -> Settings {
        Settings { seed: settings.seed, split: settings.split.clone(), ..self.settings_beside(settings) }
    }

    /// The recipe that `settings` differ from in the fewest options; of equals the notebook's.
    pub fn nearest(settings: &Settings) -> Self {
        let distance = |preset: &Self| differences(&preset.applied(settings), settings).len();
        [Self::Notebook, Self::Recommended, Self::Quick].into_iter().min_by_key(distance).unwrap_or_default()
    }

    /// The recipe that `settings` are without a change, but for their own split and seed.
    pub fn of(settings: &Settings) -> Option<Self> {
        Self::ALL.iter().copied().find(|preset| preset.applied(settings) == *settings)
    }
}

/// One option in which two settings differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// As on the command line: `train.optimizer.kind`.
    pub key: String,
    pub name: Phrase,
    /// Both values as a person reads them; an option that has no effect in one of them is a dash there.
    pub a: LocalizedText,
    pub b: LocalizedText,
    /// Of a switch that is called by an order, what is so when it is off and on.
    states: Option<[Phrase; 2]>,
}

/// What stands for the value of an option that has no effect.
const NONE: &str = "–";

impl Difference {
    /// Whether the option has an effect in both settings.
    pub fn is_of_values(&self) -> bool {
        self.a.en != NONE && self.b.en != NONE
    }

    /// What is so in the second settings, as a state and never as an order: `3 epochs`, `dropout 0.3`, `without flip`,
    /// `folders’ parts not kept`.
    pub fn words(&self, lang: Lang) -> String {
        if self.key == "train.epochs"
            && let Ok(count) = self.b.en.parse()
        {
            return epochs(lang, count);
        }
        // An id says nothing to a person.
        if self.key == START_FROM {
            let other = say("from another run", "d’après un autre essai");
            return if self.b.en == "nothing" { say("from nothing", "sans essai de départ") } else { other }.get(lang).to_owned();
        }
        let name = || self.name.get(lang).to_lowercase();
        match (self.b.en.as_str(), self.states, lang) {
            ("off", Some([off, _]), _) => off.get(lang).to_owned(),
            ("on", Some([_, on]), _) => on.get(lang).to_owned(),
            ("on" | NONE, ..) => name(),
            ("off", None, Lang::En) => format!("without {}", name()),
            ("off", None, Lang::Fr) => format!("sans {}", name()),
            _ => format!("{} {}", name(), self.b.get(lang)),
        }
    }
}

/// The value of an option as a person reads it; a dash if it has no effect.
fn shown(def: &SettingDef<'_>) -> LocalizedText {
    LocalizedText::by(|lang: Lang| if def.active { def.display(lang) } else { NONE.to_owned() })
}

/// What is so in `settings` of the option `key`, as [`Difference::words`] says it; `None` if there is no such option.
pub fn state(settings: &Settings, key: &str, lang: Lang) -> Option<String> {
    let mut settings = settings.clone();
    let defs = settings.setting_defs();
    let def = defs.iter().find(|def| def.key == key)?;
    let (a, b) = (shown(def), shown(def));
    Some(Difference { key: def.key.clone(), name: def.name, a, b, states: def.states }.words(lang))
}

/// The options in which `a` and `b` differ with an effect, in the order of the screen.
pub fn differences(a: &Settings, b: &Settings) -> Vec<Difference> {
    let shapes = [a, b].map(|settings| settings.augment.shape());
    let (mut a, mut b) = (a.clone(), b.clone());
    let (a, b) = (a.setting_defs(), b.setting_defs());
    let of_images =
        ImageOption::ALL.into_iter().filter(|option| option.text(shapes[0]) != option.text(shapes[1])).map(|option| {
            let [a, b] = shapes.map(|shape| LocalizedText::by(|lang| option.shown(shape, lang)));
            Difference { key: option.key().to_owned(), name: option.name(), a, b, states: None }
        });
    let options = a
        .iter()
        .zip(&b)
        .filter(|(a, b)| (a.active || b.active) && (a.text() != b.text() || a.active != b.active))
        .map(|(a, b)| Difference { key: a.key.clone(), name: a.name, a: shown(a), b: shown(b), states: a.states });
    of_images.chain(options).collect()
}
