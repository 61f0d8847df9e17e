//! The language of the command line, which has to be known before the rest of it is read.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::text::{Lang, Phrase};

/// Reads what `--lang` takes.
pub fn parser() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new(Lang::ALL.map(Lang::code)).map(|code| Lang::of_code(&code).unwrap_or_default())
}

/// What `--lang` asks for, or else the system's language; looked up before the arguments are read.
pub fn spoken() -> Lang {
    let mut arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let mut asked = None;
    while let Some(argument) = arguments.next() {
        let value = if argument == "--lang" { arguments.next() } else { argument.strip_prefix("--lang=").map(str::to_owned) };
        asked = value.and_then(|code| Lang::of_code(&code)).or(asked);
    }
    asked.unwrap_or_else(Lang::of_system)
}

/// A phrase in the language of the command line.
pub fn told(phrase: Phrase) -> &'static str {
    phrase.get(spoken())
}
