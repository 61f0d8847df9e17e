//! What differs between languages beside their phrases. Each has a file of its own beside this one; a further language is
//! such a file and its line in [`super::Lang`], and the compiler asks for the rest.
//!
//! Source: the Unicode Common Locale Data Repository (CLDR) 48. Plural rules of cardinals, decimal and grouping marks, the
//! percent pattern, medium dates (`dateFormat-medium`, short month names) and quotation marks are CLDR's. Times are always
//! in 24 hours. In French, CLDR parts groups of digits by a narrow no-break space (U+202F); here every no-break space is
//! U+00A0, since the window's text layout breaks lines at the narrow one. Delimiters of tables are those that Excel takes
//! from the system's regional settings.

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
    /// Before a number that something is below.
    pub below: &'static str,
    /// Before the fraction.
    pub decimal: char,
    /// The unit behind a prefix: `MB`.
    pub byte: char,
    /// Between a name and its value.
    pub colon: &'static str,
    /// Around what is named.
    pub quotes: [&'static str; 2],
    /// Between parts of a sentence that have commas of their own.
    pub semicolon: &'static str,
    /// Between numbers that have a decimal mark.
    pub between_numbers: &'static str,
    /// Between the columns of a table for spreadsheets.
    pub delimiter: u8,
    /// The months as they stand in a day, from January on.
    pub months: [&'static str; 12],
    /// A day of a year, of one of these months.
    pub day: fn(i16, &str, i8) -> String,
    /// Whether a number goes with the singular: of its whole part and its number of decimals as it is written (CLDR's `i`
    /// and `v`).
    pub singular: fn(u64, usize) -> bool,
}
