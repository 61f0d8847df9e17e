//! UTKFace's file names: `age_gender_race_date.jpg.chip.jpg`, gender 0 = male, 1 = female.

use super::sample::Anomaly;

/// What a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Years.
    pub age: u16,
    /// Index into the classes female, male: not the name's own code.
    pub class: u8,
    /// UTKFace's race label 0..=4.
    pub race: Option<u8>,
    /// What is odd about the name, if anything.
    pub anomaly: Option<Anomaly>,
}

/// The oldest age that is taken for one.
pub const OLDEST: u16 = 130;
/// A field this long is the date, not an age or a code. UTKFace's have 16 to 18 digits.
const DATE_DIGITS: usize = 8;

/// Reads a file's name. `None` where it does not say age and gender beyond doubt.
///
/// Taken with a note: a missing or unknown race, blanks, and endings that differ from `.jpg.chip.jpg`, since the
/// fields before them stand. Never guessed: a gender that is neither 0 nor 1, or fields of which one is missing.
pub fn read(name: &str) -> Option<Name> {
    let trimmed = name.trim_start();
    let mut fields = trimmed.splitn(4, '_');
    let age = fields.next()?.parse().ok().filter(|age| *age <= OLDEST)?;
    let class = match fields.next()? {
        "0" => 1,
        "1" => 0,
        _ => return None,
    };
    let third = fields.next()?;
    let (race, date) = match fields.next() {
        Some(date) => (Some(third), date),
        None => (None, third),
    };
    let digits = date.len() - date.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let ending = &date[digits..];
    if digits < DATE_DIGITS {
        return None;
    }
    let code = race.and_then(|race| race.parse().ok()).filter(|code| *code <= 4);
    // With a race that is no number the fields may as well be something else.
    if race.is_some_and(|race| !race.is_empty() && race.parse::<u8>().is_err()) {
        return None;
    }
    let anomaly = if code.is_none() {
        Some(Anomaly::NoRace)
    } else if trimmed.len() < name.len() || !is_ending(ending) {
        let head = &trimmed[..trimmed.len() - ending.len()];
        Some(Anomaly::Misspelled { meant: format!("{head}{}", meant_ending(ending)) })
    } else {
        None
    };
    Some(Name { age, class, race: code, anomaly })
}

/// A name that [`read`] takes, where an unreadable one allows only one reading: a doubled underscore between four fields,
/// or a race that is no code, which is left out of the name.
pub fn propose(name: &str) -> Option<String> {
    let fields: Vec<&str> = name.split('_').map(str::trim).filter(|field| !field.is_empty()).collect();
    let [age, gender, _, date] = fields[..] else { return None };
    if read(name).is_some() {
        return None;
    }
    let readable = |proposal: String| read(&proposal).is_some().then_some(proposal);
    readable(fields.join("_")).or_else(|| readable(format!("{age}_{gender}_{date}")))
}

/// Whether the name ends as a picture, be it one that the program does not decode: the first bytes tell.
pub fn is_picture(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).trim();
    endings().chain(FOREIGN).any(|known| known.eq_ignore_ascii_case(ending)) || lacks_dot(name).is_some()
}

/// A format of pictures that the program decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureFormat {
    pub name: &'static str,
    /// In small letters.
    pub endings: &'static [&'static str],
}

/// As their contents say; see `decode`.
pub const JPEG: PictureFormat = PictureFormat { name: "JPEG", endings: &["jpg", "jpeg", "jpe", "jfif"] };
pub const PNG: PictureFormat = PictureFormat { name: "PNG", endings: &["png"] };
pub const WEBP: PictureFormat = PictureFormat { name: "WebP", endings: &["webp"] };
pub const BMP: PictureFormat = PictureFormat { name: "BMP", endings: &["bmp"] };
pub const GIF: PictureFormat = PictureFormat { name: "GIF", endings: &["gif"] };
pub const TIFF: PictureFormat = PictureFormat { name: "TIFF", endings: &["tif", "tiff"] };
/// All of them.
pub const FORMATS: [PictureFormat; 6] = [JPEG, PNG, WEBP, BMP, GIF, TIFF];

/// The endings of all formats.
pub fn endings() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().flat_map(|format| format.endings).copied()
}

/// Endings of pictures that it names but does not decode; see [`super::format`].
const FOREIGN: [&str; 10] = ["heic", "heif", "hif", "avif", "jp2", "j2k", "jpf", "jpx", "jpc", "jxl"];

/// The known ending of a name that ends in it without a dot: `…357jpg`.
fn lacks_dot(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let known = endings().find(|known| lower.ends_with(known))?;
    lower[..lower.len() - known.len()].ends_with(|c: char| c.is_ascii_digit()).then_some(known)
}

/// `.jpg`, or `.jpg.chip.jpg`, with any of the endings.
fn is_ending(ending: &str) -> bool {
    let mut parts = ending.split('.');
    let known = |part: Option<&str>| part.is_some_and(|p| endings().any(|known| known.eq_ignore_ascii_case(p)));
    parts.next() == Some("")
        && known(parts.next())
        && match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => true,
            (Some("chip"), last, None) => known(last),
            _ => false,
        }
}

fn meant_ending(ending: &str) -> String {
    if ending.contains("chip") {
        return ".jpg.chip.jpg".to_owned();
    }
    let lower = ending.to_ascii_lowercase();
    let known = endings().find(|known| lower.trim_end().ends_with(known)).unwrap_or("jpg");
    format!(".{known}")
}
