//! Tables that spreadsheets and programs open: comma-separated values (RFC 4180), UTF-8.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    setting_def::choice,
    text::{Lang, escape, say, with_decimal_mark},
};

/// For whom a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableStyle {
    #[default]
    Plain,
    Spreadsheet,
}

choice!(TableStyle {
    Plain = "plain", say("Plain", "Simple"), say("Commas and decimal points, as programs read it", "Virgules et points décimaux, comme les programmes le lisent");
    Spreadsheet = "spreadsheet", say("For spreadsheets", "Pour tableurs"), say("As a spreadsheet in your language opens it; in French with semicolons and decimal commas", "Comme un tableur français l’ouvre : points-virgules et virgules décimales");
});

/// How a table is written: for whom, and in which language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TableForm {
    pub style: TableStyle,
    /// Decides the separator and the decimal mark of a table for spreadsheets.
    pub lang: Lang,
}

impl TableForm {
    /// A table in `style`, as spreadsheets in `lang` expect it.
    pub const fn new(style: TableStyle, lang: Lang) -> Self {
        Self { style, lang }
    }

    /// The language whose delimiter and decimal mark it has; programs read those of no language.
    const fn local(self) -> Option<Lang> {
        match self.style {
            TableStyle::Plain => None,
            TableStyle::Spreadsheet => Some(self.lang),
        }
    }
}

/// What stands in one place of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    Text(Cow<'a, str>),
    /// With so many decimals; with as many as it has, if none are given.
    Number(f64, Option<usize>),
    Empty,
}

impl<'a> Cell<'a> {
    /// A cell of text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    pub fn whole(number: impl Into<u32>) -> Self {
        Self::Number(number.into().into(), Some(0))
    }

    /// `yes` or `no`.
    pub fn yes(yes: bool) -> Self {
        Self::text(if yes { "yes" } else { "no" })
    }

    fn written(self, form: TableForm) -> Cow<'a, str> {
        let number = |text: String| form.local().map_or_else(|| text.clone(), |lang| with_decimal_mark(lang, &text));
        match self {
            Self::Text(text) => escape::cell(text),
            Self::Number(value, Some(digits)) => number(format!("{value:.digits$}")).into(),
            Self::Number(value, None) => number(value.to_string()).into(),
            Self::Empty => "".into(),
        }
    }
}

/// Rows of a table, written into memory.
pub struct Rows {
    writer: csv::Writer<Vec<u8>>,
    form: TableForm,
}

impl Rows {
    /// A table's beginning: its columns.
    pub fn with_columns(form: TableForm, columns: &[&str]) -> Self {
        // Without a byte order mark, Excel takes UTF-8 for the system's old encoding.
        let before = if form.style == TableStyle::Spreadsheet { "\u{feff}" } else { "" };
        let mut rows = Self::after(form, before.as_bytes().to_vec());
        rows.row(columns.iter().map(|name| Cell::text(*name)));
        rows
    }

    /// Rows to be appended to a table that has its columns already.
    pub fn more(form: TableForm) -> Self {
        Self::after(form, Vec::new())
    }

    fn after(form: TableForm, before: Vec<u8>) -> Self {
        let mut builder = csv::WriterBuilder::new();
        builder.delimiter(form.local().map_or(b',', Lang::delimiter)).flexible(true);
        // Spreadsheets write the ends of lines as RFC 4180 has them; line tools stumble over them.
        if form.style == TableStyle::Spreadsheet {
            builder.terminator(csv::Terminator::CRLF);
        }
        Self { writer: builder.from_writer(before), form }
    }

    /// Adds a row.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        let form = self.form;
        // Writing to memory does not fail.
        let written = self.writer.write_record(cells.into_iter().map(|cell| cell.written(form).into_owned()));
        debug_assert!(written.is_ok(), "{written:?}");
    }

    /// The file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_default()
    }
}
