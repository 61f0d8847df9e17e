//! What a file is by its first bytes, whatever its name says: formats that the program does not decode, told by name.

use serde::{Deserialize, Serialize};

use crate::text::{LocalizedText, Phrase, say};

/// A format that people meet in place of a picture that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Foreign {
    /// HEIC and HEIF: what phones save.
    Heic,
    Avif,
    Jpeg2000,
    JpegXl,
    /// MP4, QuickTime and their kin: a Live Photo's other half.
    Video,
    Pdf,
    Photoshop,
    /// What a failed download leaves under a picture's name.
    WebPage,
    /// A Mac's notes about a file, in place of the file.
    AppleDouble,
}

impl Foreign {
    /// Recognizes a format by its first bytes (64 are enough).
    pub fn find(bytes: &[u8]) -> Option<Self> {
        let starts = |with: &[u8]| bytes.starts_with(with);
        if bytes.get(4..8) == Some(b"ftyp") {
            return Some(Self::brand(bytes));
        }
        let text = bytes.trim_ascii_start();
        let tag = |tag: &[u8]| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        Some(match () {
            () if starts(b"\0\0\0\x0cjP  \r\n\x87\n") || starts(b"\xff\x4f\xff\x51") => Self::Jpeg2000,
            () if starts(b"\0\0\0\x0cJXL \r\n\x87\n") || starts(b"\xff\x0a") => Self::JpegXl,
            () if starts(b"%PDF-") => Self::Pdf,
            () if starts(b"8BPS") => Self::Photoshop,
            () if starts(b"\0\x05\x16\x07") => Self::AppleDouble,
            () if tag(b"<!doctype html") || tag(b"<html") => Self::WebPage,
            () => return None,
        })
    }

    /// The kind of an ISO base media file, by its major brand and those it is compatible with (ISO/IEC 14496-12, 4.3).
    fn brand(bytes: &[u8]) -> Self {
        let length = bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length)) as usize;
        let brands = bytes.get(8..length.clamp(12, 64).min(bytes.len())).unwrap_or_default().as_chunks::<4>().0;
        let any = |known: &[&[u8; 4]]| brands.iter().any(|brand| known.contains(&brand));
        if any(&[b"avif", b"avis"]) {
            Self::Avif
        } else if any(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"]) {
            Self::Heic
        } else {
            Self::Video
        }
    }

    /// What it is, without a capital.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Heic => say("an iPhone’s HEIC picture", "une image HEIC d’iPhone"),
            Self::Avif => say("an AVIF picture", "une image AVIF"),
            Self::Jpeg2000 => say("a JPEG 2000 picture", "une image JPEG 2000"),
            Self::JpegXl => say("a JPEG XL picture", "une image JPEG XL"),
            Self::Video => say("a video", "une vidéo"),
            Self::Pdf => say("a PDF", "un PDF"),
            Self::Photoshop => say("a Photoshop file", "un fichier Photoshop"),
            Self::WebPage => say("a web page in place of a picture", "une page web à la place d’une image"),
            Self::AppleDouble => say("a Mac’s notes about a picture", "les notes d’un Mac sur une image"),
        }
    }

    /// What to do about it, without a capital.
    pub const fn remedy(self) -> Phrase {
        match self {
            Self::Heic => say("save it as JPEG", "enregistrez-la en JPEG"),
            Self::Avif | Self::Jpeg2000 | Self::JpegXl => say("save it as JPEG or PNG", "enregistrez-la en JPEG ou en PNG"),
            Self::Video => say("save one of its frames as JPEG", "enregistrez-en une vue en JPEG"),
            Self::Pdf | Self::Photoshop => say("save its picture as JPEG or PNG", "enregistrez son image en JPEG ou en PNG"),
            Self::WebPage => say("download the picture again", "téléchargez l’image de nouveau"),
            Self::AppleDouble => say("take the picture itself", "prenez l’image elle-même"),
        }
    }

    /// Both, as it stands beside a file's name.
    pub fn sentence(self) -> LocalizedText {
        let (name, remedy) = (self.name(), self.remedy());
        LocalizedText { en: format!("{}: {}", name.en, remedy.en), fr: format!("{}\u{a0}: {}", name.fr, remedy.fr) }
    }
}
