//! A switch and how strong: what zoom, brightness, contrast and saturation have in common. Each draws a factor around one.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, UNITLESS, Value},
    text::Phrase,
};

/// A change as the user sets it; off unless asked for, with `PER_CENT` as the strength that it then has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Amount<const PER_CENT: u32> {
    pub on: bool,
    /// 0.2 draws factors from 0.8 to 1.2.
    pub amount: f64,
}

impl<const PER_CENT: u32> Default for Amount<PER_CENT> {
    fn default() -> Self {
        Self { on: false, amount: f64::from(PER_CENT) / 100.0 }
    }
}

/// What a file says; what it leaves out is as by default.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Written {
    on: Option<bool>,
    amount: Option<f64>,
}

impl<'de, const PER_CENT: u32> Deserialize<'de> for Amount<PER_CENT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { on, amount } = Written::deserialize(deserializer)?;
        let default = Self::default();
        Ok(Self { on: on.unwrap_or(default.on), amount: amount.unwrap_or(default.amount) })
    }
}

impl<const PER_CENT: u32> Amount<PER_CENT> {
    /// A factor, uniform between 1 - amount and 1 + amount.
    pub fn draw(&self, random: &mut Random) -> f64 {
        random.between(1.0 - self.amount, 1.0 + self.amount)
    }

    /// Its two settings, with `key` before their names.
    pub fn setting_defs(&mut self, key: &str, words: &Words) -> [SettingDef<'_>; 2] {
        let Self { on, amount } = self;
        let active = *on;
        let strength = Value::Number { value: amount, range: 0.0..=words.most, scale: Scale::Percent, unit: UNITLESS };
        let defs = [
            SettingDef::new(&format!("{key}.on"), words.name, words.help, Value::Switch(on)),
            SettingDef::new(&format!("{key}.amount"), words.amount, words.amount_help, strength).when(active),
        ];
        if words.more { defs.map(SettingDef::more) } else { defs }
    }
}

/// What is said of such a change.
pub struct Words {
    pub name: Phrase,
    pub help: Phrase,
    pub amount: Phrase,
    pub amount_help: Phrase,
    /// The largest amount.
    pub most: f64,
    /// Whether it stands behind "More options".
    pub more: bool,
}
