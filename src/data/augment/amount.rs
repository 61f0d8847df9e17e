//! A switch and how strong: what zoom, brightness, contrast and saturation have in common. Each draws a factor around one.

use std::{fmt::Debug, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize};

use super::{Augmentation, geometry::Geometry};
use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value},
    text::Phrase,
};

/// What tells one such change from another.
pub trait Change: Copy + Debug + PartialEq {
    /// As [`Augmentation::STREAM`].
    const STREAM: usize;
    /// How strong it is when it is switched on.
    const AMOUNT: f64;
    const WORDS: Words;

    /// As [`Augmentation::place`].
    fn place(_factor: f64, _geometry: &mut Geometry) {}

    /// As [`Augmentation::paint`].
    fn paint(_factor: f64, _pixels: &mut [u8]) {}
}

/// A change as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Amount<C> {
    pub on: bool,
    /// 0.2 draws factors from 0.8 to 1.2.
    pub amount: f64,
    #[serde(skip)]
    change: PhantomData<C>,
}

impl<C: Change> Default for Amount<C> {
    fn default() -> Self {
        Self { on: false, amount: C::AMOUNT, change: PhantomData }
    }
}

/// What a file says; what it leaves out is as by default.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Written {
    on: Option<bool>,
    amount: Option<f64>,
}

impl<'de, C: Change> Deserialize<'de> for Amount<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { on, amount } = Written::deserialize(deserializer)?;
        let default = Self::default();
        Ok(Self { on: on.unwrap_or(default.on), amount: amount.unwrap_or(default.amount), ..default })
    }
}

impl<C: Change> Augmentation for Amount<C> {
    /// A factor, uniform between 1 - amount and 1 + amount.
    type Drawn = f64;
    const STREAM: usize = C::STREAM;

    fn is_on(&self) -> bool {
        self.on
    }

    fn draw(&self, _side: usize, random: &mut Random) -> Option<f64> {
        Some(random.between(1.0 - self.amount, 1.0 + self.amount))
    }

    fn place(factor: &f64, geometry: &mut Geometry) {
        C::place(*factor, geometry);
    }

    fn paint(factor: &f64, _side: usize, pixels: &mut [u8]) {
        C::paint(*factor, pixels);
    }

    fn warning(&self) -> Option<Phrase> {
        let (most, why) = C::WORDS.hurts?;
        (self.amount > most).then_some(why)
    }
}

impl<C: Change> SettingDefs for Amount<C> {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { on, amount, change: _ } = self;
        let (active, words) = (*on, C::WORDS);
        let strength = Value::Number { value: amount, range: 0.0..=words.most, scale: Scale::Percent, unit: UNITLESS };
        let defs = [
            SettingDef::new("on", words.name, words.help, Value::Switch(on)),
            SettingDef::new("amount", words.amount, words.amount_help, strength).under("on", active),
        ];
        if words.more { defs.map(SettingDef::more).into() } else { defs.into() }
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
    /// Whether it stands behind "More settings".
    pub more: bool,
    /// The amount beyond which it likely costs accuracy, and why.
    pub hurts: Option<(f64, Phrase)>,
}
