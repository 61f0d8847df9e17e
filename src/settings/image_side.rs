//! `images.side`: the side of the decoded pictures, as settings say it. It belongs to how a folder is read, so it has no
//! place among the options of a page; the command line and files of settings set it, and the folder is read at it.

use serde_json::{Map, Value};

use crate::{
    data::picture_size::{PictureSide, SIDES},
    problem::{Kind, Problem},
    text::{LocalizedText, Phrase, repeated, say},
};

/// Its key on the command line and in files of settings.
pub const KEY: &str = "images.side";
/// What it is called on the screen.
pub const NAME: Phrase = say("Image size", "Taille des images");
/// What it does.
pub const HELP: Phrase = say(
    "The side to which pictures are resized as they are decoded; the folder is read anew for it, and the crop takes as much of them. Larger shows the network more and costs more",
    "Le côté auquel les images sont ramenées au décodage ; le dossier est relu pour cela, et le recadrage en prend autant. Plus grand montre plus au réseau et coûte plus",
);

/// The side as a person reads it.
pub fn shown(side: PictureSide) -> String {
    format!("{side}\u{a0}px")
}

/// Where the program itself keeps it in a file of settings.
pub(super) const KEPT: &str = "augment.picture_side";

/// The side that a text says.
///
/// # Errors
/// No whole number, or one out of the range.
pub fn parse(text: &str) -> Result<PictureSide, Problem> {
    let side = text.trim().parse::<u32>().ok().filter(|side| SIDES.contains(side));
    side.map(PictureSide::from).ok_or_else(|| {
        let (text, [from, to]) = (repeated(text.trim()), [SIDES.start(), SIDES.end()]);
        let what = LocalizedText {
            en: format!("{} cannot be “{text}”", NAME.en),
            fr: format!("{} ne peut pas être «\u{a0}{text}\u{a0}»", NAME.fr),
        };
        let remedy = LocalizedText {
            en: format!("Allowed: a whole number, {from} to {to} pixels"),
            fr: format!("Permis\u{a0}: un nombre entier, de {from} à {to} pixels"),
        };
        Problem::new(Kind::Settings, what, remedy).at(KEY)
    })
}

/// Takes it out of JSON, where the options that are said of pictures of that side may stand before it.
pub(super) fn take(parts: &mut Map<String, Value>) -> Option<Result<PictureSide, Problem>> {
    let mut found = None;
    for key in [KEPT, KEY] {
        let Some((group, name)) = key.split_once('.') else { continue };
        let Some(Value::Object(inner)) = parts.get_mut(group) else { continue };
        if let Some(value) = inner.remove(name) {
            let empty = inner.is_empty();
            found = Some(parse(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
            if empty {
                parts.remove(group);
            }
        }
    }
    found
}
