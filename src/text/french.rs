//! French. Thousands are parted by a no-break space of full width: the window's text layout breaks lines at narrow ones.

use super::conventions::Conventions;

pub(super) const FRENCH: Conventions = Conventions {
    code: "fr",
    name: "Français",
    offer: "Passer en français",
    thousands: '\u{a0}',
    percent: "\u{a0}%",
    decimal: ',',
    byte: 'o',
    colon: "\u{a0}: ",
    quotes: ["«\u{a0}", "\u{a0}»"],
    // Zero is singular.
    singular: |count| count < 2,
};
