//! English.

use super::conventions::Conventions;

pub(super) const ENGLISH: Conventions = Conventions {
    code: "en",
    name: "English",
    offer: "Switch to English",
    thousands: ',',
    percent: "%",
    below: "<",
    decimal: '.',
    byte: 'B',
    colon: ": ",
    quotes: ["“", "”"],
    semicolon: "; ",
    between_numbers: ", ",
    delimiter: b',',
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    day: |year, month, day| format!("{month} {day}, {year}"),
    singular: |whole, decimals| whole == 1 && decimals == 0,
};
