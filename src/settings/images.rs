//! `images.side` and `images.resize`: what becomes of every picture as it is decoded, as settings say it. It belongs to how a
//! folder is read, so it has no place among the options of a page; the command line and files of settings set it, and the
//! folder is read so.

use serde_json::{Map, Value};

use crate::{
    data::{
        picture_size::{PictureShape, PictureSide, SIDES},
        resize_method::ResizeMethod,
    },
    problem::{Kind, Problem},
    setting_def::Choice,
    text::{Lang, LocalizedText, Phrase, repeated, say},
};

/// One of the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageOption {
    Side,
    Resize,
}

impl ImageOption {
    /// In the order of the screen.
    pub const ALL: [Self; 2] = [Self::Side, Self::Resize];

    /// The option of a key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|option| option.key() == key)
    }

    /// Its key on the command line and in files of settings.
    pub fn key(self) -> &'static str {
        match self {
            Self::Side => "images.side",
            Self::Resize => "images.resize",
        }
    }

    /// Where the program itself keeps it in a file of settings.
    fn kept(self) -> &'static str {
        match self {
            Self::Side => "augment.picture_side",
            Self::Resize => "augment.picture_resize",
        }
    }

    /// What it is called on the screen.
    pub fn name(self) -> Phrase {
        match self {
            Self::Side => say("Image size", "Taille des images"),
            Self::Resize => say("Images that are not square", "Images non carrées"),
        }
    }

    /// What it does.
    pub fn help(self) -> Phrase {
        match self {
            Self::Side => say(
                "The side to which pictures are resized as they are decoded; the folder is read again for it, and the crop takes as much of them. Larger shows the network more and costs more",
                "Le côté auquel les images sont ramenées au décodage ; le dossier est relu pour cela, et le recadrage en prend autant. Plus grand montre plus au réseau et coûte plus",
            ),
            Self::Resize => say(
                "How they become squares as they are decoded: squeezed, the middle cut out, or whole with black borders; the folder is read again for it",
                "Comment elles deviennent carrées au décodage : écrasées, coupées au centre, ou entières avec des bords noirs ; le dossier est relu pour cela",
            ),
        }
    }

    /// Its value, as the command line takes it.
    pub fn text(self, shape: PictureShape) -> String {
        match self {
            Self::Side => shape.side.to_string(),
            Self::Resize => shape.resize.key().to_owned(),
        }
    }

    /// Its value, as a person reads it.
    pub fn shown(self, shape: PictureShape, lang: Lang) -> String {
        match self {
            Self::Side => format!("{}\u{a0}px", shape.side),
            Self::Resize => shape.resize.name().get(lang).to_owned(),
        }
    }

    /// Whether its value is the one that nobody has to ask for.
    pub fn is_default(self, shape: PictureShape) -> bool {
        self.text(shape) == self.text(PictureShape::default())
    }

    /// What it may be.
    pub fn allowed(self, lang: Lang) -> String {
        let [from, to] = [SIDES.start(), SIDES.end()];
        match (self, lang) {
            (Self::Side, Lang::En) => format!("{from} to {to}"),
            (Self::Side, Lang::Fr) => format!("{from} à {to}"),
            (Self::Resize, _) => keys(),
        }
    }

    /// `shape` with the value that a text says.
    ///
    /// # Errors
    /// A text that says none.
    pub fn parse(self, text: &str, shape: PictureShape) -> Result<PictureShape, Problem> {
        let text = text.trim();
        match self {
            Self::Side => {
                let side = text.parse::<u32>().ok().filter(|side| SIDES.contains(side)).map(PictureSide::from);
                side.map(|side| PictureShape { side, ..shape })
            }
            Self::Resize => ResizeMethod::of_key(text).map(|resize| PictureShape { resize, ..shape }),
        }
        .ok_or_else(|| self.refused(text))
    }

    fn refused(self, text: &str) -> Problem {
        let (text, name, [from, to]) = (repeated(text), self.name(), [SIDES.start(), SIDES.end()]);
        let what = LocalizedText {
            en: format!("{} cannot be “{text}”", name.en),
            fr: format!("{} ne peut pas être «\u{a0}{text}\u{a0}»", name.fr),
        };
        let remedy = match self {
            Self::Side => LocalizedText {
                en: format!("Allowed: a whole number, {from} to {to} pixels"),
                fr: format!("Permis\u{a0}: un nombre entier, de {from} à {to} pixels"),
            },
            Self::Resize => LocalizedText { en: format!("Allowed: {}", keys()), fr: format!("Permis\u{a0}: {}", keys()) },
        };
        Problem::new(Kind::Settings, what, remedy).at(self.key())
    }
}

fn keys() -> String {
    ResizeMethod::ALL.iter().map(|method| method.key()).collect::<Vec<_>>().join(", ")
}

/// Takes the options out of JSON, where those that are said of pictures of that shape may stand before them.
///
/// # Errors
/// What is wrong with them.
pub(super) fn take(parts: &mut Map<String, Value>) -> Result<PictureShape, Vec<Problem>> {
    let (mut shape, mut problems) = (PictureShape::default(), Vec::new());
    for option in ImageOption::ALL {
        for key in [option.kept(), option.key()] {
            let Some((group, name)) = key.split_once('.') else { continue };
            let Some(Value::Object(inner)) = parts.get_mut(group) else { continue };
            if let Some(value) = inner.remove(name) {
                let empty = inner.is_empty();
                match option.parse(&value.as_str().map_or_else(|| value.to_string(), str::to_owned), shape) {
                    Ok(taken) => shape = taken,
                    Err(problem) => problems.push(problem),
                }
                if empty {
                    parts.remove(group);
                }
            }
        }
    }
    if problems.is_empty() { Ok(shape) } else { Err(problems) }
}
