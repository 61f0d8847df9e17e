//! How far an estimate of years is off, in words.

use crate::text::{Lang, decimal};

/// `+5`, `−3`, `0`: by how many years an estimate is off.
pub fn off(lang: Lang, error: f64) -> String {
    let years = decimal(lang, error.abs().round(), 0);
    match error.round() {
        0.0 => years,
        ..0.0 => format!("−{years}"),
        _ => format!("+{years}"),
    }
}

/// `34, labeled 29 (+5)`.
pub fn said(lang: Lang, estimate: f64, label: u8) -> String {
    let (value, off) = (decimal(lang, estimate, 0), off(lang, estimate - f64::from(label)));
    match lang {
        Lang::En => format!("{value}, labeled {label} ({off})"),
        Lang::Fr => format!("{value}, étiquette {label} ({off})"),
    }
}
