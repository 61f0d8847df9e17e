//! English.

use super::conventions::Conventions;

pub(super) const ENGLISH: Conventions = Conventions {
    code: "en",
    name: "English",
    offer: "Switch to English",
    thousands: ',',
    percent: "%",
    decimal: '.',
    byte: 'B',
    colon: ": ",
    quotes: ["“", "”"],
    singular: |count| count == 1,
};
