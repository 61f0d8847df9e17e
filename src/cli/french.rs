//! What clap says by itself, in French where that is the language: it speaks English alone.

use std::{
    error::Error as _,
    io::{self, Write as _},
    path::Path,
};

use clap::{
    Arg, CommandFactory, Error, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{
    arguments::Cli,
    language::spoken,
    terminal::{self, complain_line},
};
use crate::{
    log,
    problem::Problem,
    text::{Lang, Phrase, escape, say},
};

/// What the program asks of the environment.
const ENVIRONMENT: [(&str, Phrase); 2] = [
    (
        "TROMBINE_HOME",
        say(
            "The folder of runs, preferences and the log; `trombine` in the user’s data folder unless given",
            "Le dossier des essais, des préférences et du journal ; à défaut, `trombine` dans le dossier de données de l’utilisateur",
        ),
    ),
    (
        log::VARIABLE,
        say(
            "What goes into trombine.log in that folder: off, error, warn, info (unless given), debug or trace",
            "Ce qui va dans trombine.log de ce dossier : off, error, warn, info (à défaut), debug ou trace",
        ),
    ),
];

/// Reads the arguments; what cannot be read ends the program with status 2, as does what asks for help, with 0.
pub fn parse() -> Cli {
    let parsed = command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| refuse(&harmless(error)))
}

/// What was typed may be a name from elsewhere: it is repeated without what would command the terminal or begin a line.
fn harmless(mut error: Error) -> Error {
    let escaped = |text: &String| escape::terminal(text).into_owned();
    let typed: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(escaped(text)))),
            ContextValue::Strings(texts) => Some((kind, ContextValue::Strings(texts.iter().map(escaped).collect()))),
            _ => None,
        })
        .collect();
    for (kind, value) in typed {
        error.insert(kind, value);
    }
    error
}

/// The help of all, or of the command that `names` lead to; a name that is none ends the program as a wrong command does.
pub fn help(names: &[String]) -> String {
    let mut all = command();
    all.build();
    let mut at: &clap::Command = &all;
    for name in names {
        let Some(below) = at.find_subcommand(name) else {
            let mut error = Error::new(ErrorKind::InvalidSubcommand).with_cmd(at);
            error.insert(ContextKind::InvalidSubcommand, ContextValue::String(name.clone()));
            refuse(&harmless(error))
        };
        at = below;
    }
    at.clone().render_help().to_string().trim_end().to_owned()
}

/// What `shell` completes of the command line.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "trombine", &mut script);
    String::from_utf8_lossy(&script).trim_end().to_owned()
}

/// The manual page, in roff: the program, and a section for each command.
///
/// # Errors
/// A page that cannot be made, which no text of ours gives.
pub fn manual() -> Result<String, Problem> {
    let mut all = command();
    all.build();
    let mut page = Vec::new();
    let made = page_of(&all, &mut page);
    made.map_err(|error| Problem::io(Path::new("trombine.1"), &error))?;
    // Each section comes with what a page begins with.
    let page = String::from_utf8_lossy(&page).replace(BEGINNING, "");
    let mut page = format!("{BEGINNING}{}", page.trim_end());
    page += &format!("\n.SH {}", say("ENVIRONMENT", "ENVIRONNEMENT").get(spoken()));
    for (variable, text) in ENVIRONMENT {
        page += &format!("\n.TP\n\\fB{variable}\\fR\n{}", text.get(spoken()));
    }
    Ok(page)
}

/// What roff needs to set an apostrophe as one.
const BEGINNING: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

fn page_of(all: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(all.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    all.get_subcommands().try_for_each(|command| command_of(command, page))?;
    man.render_version_section(page)
}

/// The section of a command, and those of the commands below it. There are no pages of their own to which one could point.
fn command_of(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let (name, man) = (command.get_bin_name().unwrap_or(command.get_name()), Man::new(command.clone()));
    let mut parts = Vec::new();
    man.render_synopsis_section(&mut parts)?;
    man.render_description_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    let parts = String::from_utf8_lossy(&parts).replace("\n.SH ", "\n.SS ");
    write!(page, ".SH \"{}\"\n{parts}", name.to_uppercase())?;
    command.get_subcommands().try_for_each(|below| command_of(below, page))
}

fn command() -> clap::Command {
    command_in(spoken())
}

/// The grammar of the command line with its help in `lang`.
pub fn command_in(lang: Lang) -> clap::Command {
    match lang {
        Lang::En => Cli::command(),
        Lang::Fr => in_french(Cli::command()),
    }
}

fn in_french(command: clap::Command) -> clap::Command {
    // clap's own, but for its one word that French has not.
    let template = "{before-help}{about-with-newline}\nUtilisation\u{a0}: {usage}\n\n{all-args}{after-help}";
    command.help_template(template).mut_args(described).mut_subcommands(in_french)
}

/// The argument with what it may be and what it is unless given, in words of our own.
fn described(arg: Arg) -> Arg {
    let Some(help) = arg.get_help().map(ToString::to_string).filter(|_| arg.get_action().takes_values()) else { return arg };
    let mut notes = String::new();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() {
        notes += &format!(" [défaut : {}]", defaults.join(", "));
    }
    let possible: Vec<_> =
        arg.get_possible_values().iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name().to_owned()).collect();
    if !possible.is_empty() {
        notes += &format!(" [au choix : {}]", possible.join(", "));
    }
    arg.help(help + &notes).hide_default_value(true).hide_possible_values(true)
}

fn refuse(error: &Error) -> ! {
    if !error.use_stderr() {
        let printed = error.print();
        std::process::exit(i32::from(!terminal::arrived_with(&printed, spoken())));
    }
    // Which language to say this in is what is not known.
    if let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg)
        && error.kind() == ErrorKind::InvalidValue
        && argument.starts_with("--lang")
    {
        let known = Lang::ALL.map(|lang| format!("--lang {} ({})", lang.code(), lang.name())).join(", ");
        complain_line(&format!("Trombine does not speak that language; it speaks {known}"));
        complain_line(&format!("Trombine ne parle pas cette langue ; elle parle {known}"));
        std::process::exit(2)
    }
    let what = match spoken() {
        Lang::En => None,
        Lang::Fr => translated(error),
    };
    let Some(what) = what else { error.exit() };
    complain_line(&format!("erreur : {what}"));
    complain_line("");
    complain_line("Pour en savoir plus : trombine help");
    std::process::exit(2)
}

/// The error in French; none for help and version, which are no errors, and for what hardly ever happens.
fn translated(error: &Error) -> Option<String> {
    let of = |kind| match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    };
    let argument = || of(ContextKind::InvalidArg);
    let value = || of(ContextKind::InvalidValue).filter(|value| !value.is_empty());
    Some(match error.kind() {
        ErrorKind::UnknownArgument => format!("argument inconnu « {} »", argument()?),
        ErrorKind::InvalidSubcommand => format!("commande inconnue « {} »", of(ContextKind::InvalidSubcommand)?),
        ErrorKind::MissingRequiredArgument => format!("il manque {}", argument()?),
        ErrorKind::ArgumentConflict => match (argument()?, of(ContextKind::PriorArg)?) {
            (one, other) if one == other => format!("«\u{a0}{one}\u{a0}» est donné deux fois"),
            (one, other) => format!("«\u{a0}{one}\u{a0}» ne va pas avec «\u{a0}{other}\u{a0}»"),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let none = || "il manque une valeur".to_owned();
            let known = of(ContextKind::ValidValue).filter(|known| !known.is_empty());
            let known = known.map_or_else(String::new, |known| format!("\u{a0}; au choix\u{a0}: {known}"));
            let why = error.source().map_or_else(String::new, |why| format!("\u{a0}: {}", reason(&why.to_string())));
            let refused = value().map_or_else(none, |value| format!("valeur «\u{a0}{value}\u{a0}» refusée"));
            format!("{refused} pour «\u{a0}{}\u{a0}»{known}{why}", argument()?)
        }
        ErrorKind::NoEquals => format!("il faut un signe égal entre «\u{a0}{}\u{a0}» et sa valeur", argument()?),
        ErrorKind::TooManyValues => {
            format!("«\u{a0}{}\u{a0}» ne prend pas la valeur «\u{a0}{}\u{a0}»", argument()?, value()?)
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            let number = |kind| match error.get(kind)? {
                ContextValue::Number(number) => Some(*number),
                _ => None,
            };
            let wanted = number(ContextKind::MinValues).map(|least| format!("au moins {least}"));
            let wanted = wanted.or_else(|| number(ContextKind::ExpectedNumValues).map(|n| n.to_string()))?;
            let given = number(ContextKind::ActualNumValues)?;
            format!("il faut {wanted} valeurs pour «\u{a0}{}\u{a0}», et il y en a {given}", argument()?)
        }
        _ => return None,
    })
}

/// Why a value is refused, in French: our own reasons are, those of clap and of Rust's numbers are not.
fn reason(text: &str) -> String {
    if let Some((_, range)) = text.split_once(" is not in ") {
        return match range.split_once("..=") {
            Some((low, high)) => format!("permis de {low} à {high}"),
            None => format!("permis à partir de {}", range.trim_end_matches("..")),
        };
    }
    match text {
        "invalid digit found in string" | "cannot parse integer from empty string" => "ce n’est pas un nombre entier",
        "invalid float literal" | "cannot parse float from empty string" => "ce n’est pas un nombre",
        "number too large to fit in target type" => "le nombre est trop grand",
        "number too small to fit in target type" => "le nombre est trop petit",
        ours => ours,
    }
    .to_owned()
}
