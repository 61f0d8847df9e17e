//! What differs between languages beside their phrases. Each has a file of its own beside this one; a further language is
//! such a file and its line in [`super::Lang`], and the compiler asks for the rest.

/// How a language writes numbers and names things, and what it calls itself.
pub struct Conventions {
    /// Of ISO 639-1: `en`, `fr`.
    pub code: &'static str,
    /// Its own name for itself.
    pub name: &'static str,
    /// The offer to speak it, in itself.
    pub offer: &'static str,
    /// Between groups of three digits.
    pub thousands: char,
    /// Behind a number in per cent, with the space that the language sets.
    pub percent: &'static str,
    /// Before the fraction.
    pub decimal: char,
    /// The unit behind a prefix: `MB`.
    pub byte: char,
    /// Between a name and its value.
    pub colon: &'static str,
    /// Around what is named.
    pub quotes: [&'static str; 2],
    /// Whether a count goes with the singular.
    pub singular: fn(u64) -> bool,
}
