//! What a picture is to the rest of the program, and where it comes from.

use std::{io, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{format::Foreign, hash::hash};
use crate::text::{LocalizedText, Phrase, say};

/// One usable picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Path below the dataset's folder.
    pub file: PathBuf,
    /// Index into the data set's classes. For UTKFace 0 = female, 1 = male, as Keras sorts the folders: not the file's own code.
    pub class: u8,
    /// Age in years, if the name says it.
    pub age: Option<u16>,
    /// UTKFace's race label 0..=4, if the name says it; see [`RACES`].
    pub race: Option<u8>,
    /// The part that its folder names, if the tree is already split.
    pub given_part: Option<Part>,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Hash of the file's content; equal bytes have equal hashes. Zero until the file was read.
    pub hash: u64,
    /// What is odd about it, if anything; it is usable all the same.
    pub anomaly: Option<Anomaly>,
}

/// UTKFace's recorded race labels by code.
pub const RACES: [Phrase; 5] =
    [say("White", "Blanc"), say("Black", "Noir"), say("Asian", "Asiatique"), say("Indian", "Indien"), say("Others", "Autres")];

/// A part of the split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Train,
    Validation,
    Test,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The part in a word or two, without a capital.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Train => say("training", "entraînement"),
            Self::Validation => say("validation", "validation"),
            Self::Test => say("test", "test"),
        }
    }
}

/// Something unusual about a usable picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Anomaly {
    /// The name lacks the race field.
    NoRace,
    /// The name is misspelled in a way that leaves no doubt; `meant` is the name as it should be.
    Misspelled { meant: String },
    /// The user's correction of the name or label is applied (see `data/edits.rs`).
    Repaired,
    /// Not 8-bit RGB: gray, CMYK, 16-bit, with transparency. Converted.
    Converted { from: String },
    /// Not the aspect ratio of a face crop (more than 1.1 to 1): [`ResizeMethod`](super::resize_method::ResizeMethod) makes it one.
    NotSquare { width: u32, height: u32 },
    /// Smaller than the smallest crop: enlarged, and blurred by that.
    Small { width: u32, height: u32 },
    /// A JPEG that decodes, but not by the rules: a part of it may be garbled.
    Suspect { details: String },
    /// The extension names another format than the content has.
    WrongExtension { is: String },
    /// Several faces were found; the largest is taken.
    SeveralFaces { faces: u32 },
    /// What was found may be no face.
    DoubtfulFace,
}

/// A file that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Path below the dataset's folder.
    pub file: PathBuf,
    pub reason: SkipReason,
    /// A name that would make it usable, where one can be proposed.
    pub proposal: Option<String>,
}

/// Why a file is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SkipReason {
    /// Not a picture by its name.
    NotAPicture,
    /// A picture whose name does not say age and gender as UTKFace's names do.
    Name,
    /// The picture ends early or is damaged.
    Damaged { details: String },
    /// The file cannot be read.
    Unreadable {
        details: String,
        /// Why, as far as it is told apart.
        #[serde(default)]
        failure: ReadFailure,
    },
    /// More pixels than a face crop can have; refused before it is decoded.
    TooLarge { width: u32, height: u32 },
    /// A picture by its name, but its content is in no format that is known.
    Unknown,
    /// A format that is decoded, in a kind that is not; `is` is its name.
    Unsupported { is: String },
    /// A format that is known and not decoded.
    Foreign { is: Foreign },
    /// Faces were asked for, and none was found.
    NoFace,
    /// Photos with several faces are left out.
    SeveralFaces { faces: u32 },
    /// A pipe, a socket or a device; it is never opened.
    NotAFile,
    /// The file's name is not valid Unicode.
    NotUnicode,
    /// The table of labels has no line for it, or several that contradict each other.
    NoLine,
    /// The user left it out.
    LeftOut,
}

impl Anomaly {
    /// What is odd, in plain words, without a capital.
    pub fn sentence(&self) -> LocalizedText {
        match self {
            Self::NoRace => say(
                "the name lacks the race field; age and gender are used",
                "il manque la «\u{a0}race\u{a0}» dans le nom\u{a0}; âge et genre y sont",
            )
            .into(),
            Self::Misspelled { meant } => {
                LocalizedText { en: format!("misspelled name, read as {meant}"), fr: format!("nom mal écrit, lu comme {meant}") }
            }
            Self::Repaired => say("your correction is applied", "votre correction est appliquée").into(),
            Self::Converted { from } => {
                let french = match from.as_str() {
                    "16 bit" => "16 bits",
                    "gray" => "niveaux de gris",
                    from => from,
                };
                LocalizedText { en: format!("converted from {from}"), fr: format!("convertie depuis {french}") }
            }
            Self::NotSquare { width, height } => LocalizedText {
                en: format!("{width} × {height}: not square"),
                fr: format!("{width} × {height} : non carrée"),
            },
            Self::Small { width, height } => LocalizedText {
                en: format!("only {width} × {height}: enlarged, and blurred by that"),
                fr: format!("seulement {width} × {height} : agrandie, donc floue"),
            },
            Self::Suspect { details } => LocalizedText {
                en: format!("possibly damaged, please check ({details})"),
                fr: format!("peut-être abîmée, à vérifier ({details})"),
            },
            Self::WrongExtension { is } => {
                LocalizedText { en: format!("actually a {is} file"), fr: format!("en fait un fichier {is}") }
            }
            Self::SeveralFaces { faces } => LocalizedText {
                en: format!("{faces} faces: the largest is taken"),
                fr: format!("{faces} visages\u{a0}: le plus grand est pris"),
            },
            Self::DoubtfulFace => say("possibly no face, please check", "peut-être pas un visage, à vérifier").into(),
        }
    }
}

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadFailure {
    /// The user has no right to.
    #[default]
    Denied,
    /// It is not there: a link that leads nowhere, or a file that has gone since the folder was read.
    Missing,
    /// The disk, or what it is reached by, fails.
    Other,
}

impl ReadFailure {
    const fn phrase(self) -> Phrase {
        match self {
            Self::Denied => say("access denied", "accès refusé"),
            Self::Missing => say(
                "not there: a link that leads nowhere, or it has gone",
                "absente\u{a0}: un lien qui ne mène nulle part, ou elle a disparu",
            ),
            Self::Other => say("it cannot be read from the disk", "ne peut pas être lue sur le disque"),
        }
    }
}

impl SkipReason {
    /// Of a file that could not be opened or read.
    pub fn unreadable(error: &io::Error) -> Self {
        let failure = match error.kind() {
            io::ErrorKind::PermissionDenied => ReadFailure::Denied,
            io::ErrorKind::NotFound => ReadFailure::Missing,
            _ => ReadFailure::Other,
        };
        Self::Unreadable { details: error.to_string(), failure }
    }

    /// The reason in plain words, without a capital: it stands beside the file's name.
    pub fn sentence(&self) -> LocalizedText {
        match self {
            Self::NotAPicture => say("not a picture", "pas une image").into(),
            Self::Name => say("its name does not say age and gender", "son nom ne dit pas l’âge et le genre").into(),
            Self::Damaged { .. } => say("damaged or cut short", "abîmée ou tronquée").into(),
            Self::Unreadable { failure, .. } => failure.phrase().into(),
            Self::TooLarge { width, height } => LocalizedText {
                en: format!("far too large for a face, {width} × {height}"),
                fr: format!("bien trop grande pour un visage, {width} × {height}"),
            },
            Self::Unknown => say("its content is not a picture", "son contenu n’est pas une image").into(),
            Self::Unsupported { is } => LocalizedText {
                en: format!("a {is} with pixels of a kind that is not read here; 8 and 16 bits of gray or RGB are"),
                fr: format!("un {is} aux pixels d’un genre qui n’est pas lu ici\u{a0}; 8 et 16 bits de gris ou RVB le sont"),
            },
            Self::Foreign { is } => is.sentence(),
            Self::NoFace => say("no face was found in it", "aucun visage n’y a été trouvé").into(),
            Self::SeveralFaces { faces } => LocalizedText {
                en: format!("{faces} faces were found in it, and photos with several are left out"),
                fr: format!("{faces} visages y ont été trouvés, et les photos à plusieurs visages sont écartées"),
            },
            Self::NotAFile => say("a pipe or a device, not a file", "un tube ou un périphérique, pas un fichier").into(),
            Self::NotUnicode => say("its name is not valid Unicode", "son nom n’est pas de l’Unicode valide").into(),
            Self::NoLine => say("labels.csv has no clear line for it", "labels.csv n’a pas de ligne claire pour elle").into(),
            Self::LeftOut => say("left out by you", "écartée par vous").into(),
        }
    }
}

/// Where the pictures come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Source {
    Folder(PathBuf),
    /// The built-in drawings.
    #[default]
    SampleFaces,
}

/// How the face lies in a data set's pictures; a photo has to be evaluated the same way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// Each picture is a tight square around one face, as UTKFace's are.
    #[default]
    FaceCrop,
    /// In a way of their own: the whole picture counts.
    Whole,
}

impl Source {
    /// The same under its one spelling (see [`crate::files::settled`]): a folder is one source however it is called, and
    /// from wherever it is called.
    pub fn settled(&self) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(crate::files::settled(folder)),
            Self::SampleFaces => Self::SampleFaces,
        }
    }

    /// A file name for what belongs to it: readable, and unlike that of any other source.
    pub fn key(&self) -> String {
        let Self::Folder(folder) = self else {
            return "sample-faces".to_owned();
        };
        let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        let name: String = whole.file_name().unwrap_or_default().to_string_lossy().chars().take(40).collect();
        let name: String = name.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
        format!("{name}-{:016x}", hash(whole.to_string_lossy().as_bytes()))
    }

    /// The source's name for a person: the folder's last component.
    pub fn name(&self) -> LocalizedText {
        match self {
            Self::Folder(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                LocalizedText { en: name.clone(), fr: name }
            }
            Self::SampleFaces => say("sample faces", "visages d’exemple").into(),
        }
    }
}
