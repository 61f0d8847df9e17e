//! What clap says by itself, in French where that is the language: it speaks English alone.

use std::path::Path;

use clap::{
    Arg, CommandFactory, Error, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};
use clap_complete::Shell;

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

/// The help of all, or of one command.
pub fn help(name: Option<&str>) -> String {
    let mut all = command();
    all.build();
    let help = match name.and_then(|name| all.find_subcommand_mut(name)) {
        Some(one) => one.render_help(),
        None => all.render_help(),
    };
    help.to_string().trim_end().to_owned()
}

/// What `shell` completes of the command line.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "trombine", &mut script);
    String::from_utf8_lossy(&script).trim_end().to_owned()
}

/// The manual page, in roff.
///
/// # Errors
/// A page that cannot be made, which no text of ours gives.
pub fn manual() -> Result<String, Problem> {
    let mut page = Vec::new();
    let made = clap_mangen::Man::new(command()).render(&mut page);
    made.map_err(|error| Problem::io(Path::new("trombine.1"), &error))?;
    let mut page = String::from_utf8_lossy(&page).trim_end().to_owned();
    page += &format!("\n.SH {}", say("ENVIRONMENT", "ENVIRONNEMENT").get(spoken()));
    for (variable, text) in ENVIRONMENT {
        page += &format!("\n.TP\n\\fB{variable}\\fR\n{}", text.get(spoken()));
    }
    Ok(page)
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
        std::process::exit(i32::from(!terminal::arrived_with(printed, spoken())));
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
    Some(match error.kind() {
        ErrorKind::UnknownArgument => format!("argument inconnu « {} »", argument()?),
        ErrorKind::InvalidSubcommand => format!("commande inconnue « {} »", of(ContextKind::InvalidSubcommand)?),
        ErrorKind::MissingRequiredArgument => format!("il manque {}", argument()?),
        ErrorKind::ArgumentConflict => format!("« {} » ne va pas avec « {} »", argument()?, of(ContextKind::PriorArg)?),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = of(ContextKind::InvalidValue).filter(|value| !value.is_empty());
            let none = || "il manque une valeur".to_owned();
            let known = of(ContextKind::ValidValue).map_or_else(String::new, |known| format!(" ; au choix : {known}"));
            let refused = value.map_or_else(none, |value| format!("valeur « {value} » refusée"));
            format!("{refused} pour « {} »{known}", argument()?)
        }
        _ => return None,
    })
}
