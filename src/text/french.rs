//! French.

use super::conventions::Conventions;

pub(super) const FRENCH: Conventions = Conventions {
    code: "fr",
    name: "Français",
    offer: "Passer en français",
    thousands: '\u{a0}',
    percent: "\u{a0}%",
    below: "<\u{a0}",
    decimal: ',',
    byte: 'o',
    colon: "\u{a0}: ",
    quotes: ["«\u{a0}", "\u{a0}»"],
    semicolon: "\u{a0}; ",
    between_numbers: "\u{a0}; ",
    delimiter: b';',
    months: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    day: |year, month, day| format!("{day} {month} {year}"),
    // All below two, zero and 1,5 as well.
    singular: |whole, _| whole < 2,
};
