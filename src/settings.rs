//! What the user is editing. The default is the notebook's recipe.

mod earlier;
mod file;
pub mod group;
pub mod images;
mod nearest;
mod train;

use serde::{Deserialize, Serialize};

pub use train::TrainSettings;

use images::ImageOption;

use crate::{
    data::{augment::AugmentSettings, picture_size::PictureShape, split::SplitSettings, task::Task},
    loss::Family,
    model::{ModelSettings, Network, Output},
    optimizer::OLD_LAYERS_RATE,
    problem::{Kind, Problem},
    setting_def::{SettingDef, SettingDefs, UNITLESS, Value, within},
    text::{LocalizedText, repeated, say},
};

/// Everything that decides a run besides the data themselves. Files may leave out what is at its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The one seed; every use of randomness takes its own stream from it, by purpose.
    pub seed: u32,
    pub split: SplitSettings,
    pub augment: AugmentSettings,
    pub model: ModelSettings,
    pub train: TrainSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 42,
            split: SplitSettings::default(),
            augment: AugmentSettings::default(),
            model: ModelSettings::default(),
            train: TrainSettings::default(),
        }
    }
}

/// The parts of a settings file.
const PARTS: [&str; 6] = ["images", "seed", "split", "augment", "model", "train"];

impl Settings {
    /// What a network for `task` ends in: of two classes a sigmoid, unless the loss is one of several classes; of a value
    /// that value.
    pub fn output(&self, task: &Task) -> Output {
        match task.len() {
            _ if task.is_regression() => Output::Linear,
            // Before a folder is open, it is the notebook's question.
            0 => Output::Sigmoid,
            2 if self.train.loss.kind.family() != Family::Categorical => Output::Sigmoid,
            classes => Output::Softmax { classes },
        }
    }

    /// The network that learns `task`.
    ///
    /// # Errors
    /// As [`Network::with_output`].
    pub fn network(&self, task: &Task) -> Result<Network, Problem> {
        Network::with_output(&self.model, self.augment.side(), self.output(task))
    }

    /// The same for decoded pictures of another shape ([`AugmentSettings::for_pictures`]).
    #[must_use]
    pub fn for_pictures(mut self, shape: PictureShape) -> Self {
        self.augment = self.augment.for_pictures(shape);
        self
    }

    /// The same with a loss and a number to watch that go with `task`: what is asked of two classes is asked of more, and of a
    /// value, in their own way; of a value, without what is said of classes alone.
    #[must_use]
    pub fn for_task(mut self, task: &Task) -> Self {
        let (loss, monitor) = (&mut self.train.loss.kind, &mut self.train.callbacks.monitor);
        match task.is_regression() {
            true => {
                (*loss, *monitor) = (loss.of_values(), monitor.of_values());
                self.train.loss = self.train.loss.without_classes();
                return self;
            }
            false => *monitor = monitor.of_classes(),
        }
        if task.len() != 2 && loss.family() == Family::Binary {
            *loss = loss.of_classes();
        }
        self
    }

    /// Sets one option, as `train.epochs=20`.
    ///
    /// # Errors
    /// No such option, or a value that it does not take; nothing is then changed.
    pub fn set(&mut self, wish: &str) -> Result<(), Problem> {
        let named = wish.split_once('=').filter(|(key, _)| !key.trim().is_empty());
        let (key, value) = named.ok_or_else(|| {
            let wish = repeated(wish);
            Problem::new(
                Kind::Settings,
                LocalizedText {
                    en: format!("“{wish}” is not KEY=VALUE"), fr: format!("« {wish} » n’est pas CLÉ=VALEUR")
                },
                say("For example model.dropout=0.3", "Par exemple model.dropout=0.3"),
            )
        })?;
        let key = key.trim();
        if let Some(option) = ImageOption::of_key(key) {
            *self = self.clone().for_pictures(option.parse(value, self.augment.shape())?);
            return Ok(());
        }
        if let Some(set) = earlier::set(self, key, value) {
            return set.map_err(|sentence| Problem::new(Kind::Settings, sentence, file::LISTED));
        }
        let mut defs = self.setting_defs();
        let def = defs.iter_mut().find(|def| def.key == key).ok_or_else(|| file::unknown(key))?;
        def.parse(value).map_err(|sentence| Problem::new(Kind::Settings, sentence, file::LISTED))
    }

    /// The settings as a text to pass on: a line `key=value` for each option that differs from the notebook's recipe.
    pub fn text(&self) -> String {
        let mut lines = vec!["# Trombine: what differs from the notebook’s recipe".to_owned()];
        lines.extend(self.changes_from(&Self::default()));
        lines.join("\n")
    }

    /// What makes `other` these settings, as [`Settings::set`] takes it one by one, in this order.
    pub fn changes_from(&self, other: &Self) -> Vec<String> {
        let [shape, theirs] = [self, other].map(|settings| settings.augment.shape());
        // The other options are said of pictures of that side, so it comes first.
        let of_images = ImageOption::ALL.into_iter().filter(|option| option.text(shape) != option.text(theirs));
        let of_images = of_images.map(|option| format!("{}={}", option.key(), option.text(shape)));
        let (mut ours, mut other) = (self.clone(), other.clone().for_pictures(shape));
        let (ours, other) = (ours.setting_defs(), other.setting_defs());
        let differing = ours.iter().zip(&other).filter(|(ours, other)| ours.text() != other.text());
        of_images.chain(differing.map(|(ours, _)| format!("{}={}", ours.key, ours.text()))).collect()
    }

    /// Whether a text from elsewhere is meant to be settings.
    pub fn is_text(text: &str) -> bool {
        let part = |line: &str| line.split_once('=').and_then(|(key, _)| key.trim().split('.').next().map(str::to_owned));
        let text = text.trim_start_matches('\u{feff}');
        text.trim_start().starts_with('{') || text.lines().filter_map(part).any(|part| PARTS.contains(&part.as_str()))
    }

    /// Reads what [`Settings::text`] gave, or a settings file.
    ///
    /// # Errors
    /// Everything that is wrong in it, at once.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with('{') {
            return file::from_json(text);
        }
        let mut settings = Self::default();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let problems: Vec<Problem> = lines.filter_map(|line| settings.set(line).err()).collect();
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }
}

impl SettingDefs for Settings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { seed, split, augment, model, train } = self;
        let taken = !model.start_from.is_empty();
        let mut defs = vec![
            SettingDef::new(
                "seed",
                say("Seed", "Graine"),
                say(
                    "The start of all randomness: the same seed gives the same split, the same weights and the same run. Change it to see how much is luck",
                    "Le départ de tout hasard : la même graine donne la même répartition, les mêmes poids et le même essai. Changez-la pour voir la part du hasard",
                ),
                Value::Whole { value: seed, range: 0..=u32::MAX, unit: UNITLESS },
            )
            .more(),
        ];
        defs.extend(within("split", split));
        defs.extend(within("augment", augment));
        defs.extend(within("model", model));
        let of_training = within("train", train).into_iter();
        // What is taken over is said in the model's part.
        defs.extend(of_training.map(|def| {
            let always = !def.key.ends_with(OLD_LAYERS_RATE);
            def.when(always || taken)
        }));
        defs
    }
}
