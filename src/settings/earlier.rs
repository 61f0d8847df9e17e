//! Options of versions before, which files and texts of theirs still name.

use super::Settings;
use crate::{
    data::augment::input_size::InputSize,
    loss::class_weights,
    setting_def::{Choice as _, SettingDefs as _},
    text::LocalizedText,
};

/// The weights by hand of the first and the second of two classes.
const WEIGHTS: [&str; 2] = ["train.loss.weight_0", "train.loss.weight_1"];

/// The switch that enlarged the crop.
const RESIZE_BACK: &str = "augment.resize_back";

/// Sets what `key` said in versions before; `None` if it is none of theirs.
pub(super) fn set(settings: &mut Settings, key: &str, text: &str) -> Option<Result<(), LocalizedText>> {
    if key == RESIZE_BACK {
        return Some(resize_back(settings, text));
    }
    let class = WEIGHTS.iter().position(|weight| *weight == key)?;
    let mut weights: Vec<String> = settings.train.loss.weights.iter().map(f64::to_string).collect();
    weights.resize(weights.len().max(WEIGHTS.len()), "1".to_owned());
    weights[class] = text.trim().to_owned();
    // As they are where nobody set them.
    let none = weights.iter().all(|weight| weight.parse() == Ok(1.0));
    let mut defs = settings.setting_defs();
    let def = defs.iter_mut().find(|def| def.key == class_weights::BY_HAND)?;
    Some(match text.trim().parse::<f64>() {
        Ok(_) if none => def.parse(""),
        Ok(_) => def.parse(&weights.join(",")),
        Err(_) => Err(def.refusal(text)),
    })
}

/// What the size of the network's input is called that the switch meant.
fn resize_back(settings: &mut Settings, text: &str) -> Result<(), LocalizedText> {
    let mut defs = settings.setting_defs();
    let Some(size) = defs.iter_mut().find(|def| def.key == "augment.input_size") else { return Ok(()) };
    match text.trim() {
        "true" => size.parse(InputSize::Picture.key()),
        "false" => size.parse(InputSize::Crop.key()),
        _ => Err(size.refusal(text)),
    }
}
