//! Trombine without a window: the same work, told as lines, as a progress bar, or as JSON.

mod arguments;
mod committee;
mod compare;
mod data;
mod experiment;
mod experiment_arguments;
mod experiment_change;
mod french;
mod language;
mod models;
mod reading;
mod recipe;
mod recipe_arguments;
mod signal;
mod terminal;
mod train;
mod trial;
mod watch;

use std::{panic::PanicHookInfo, process::ExitCode};

use crate::{
    engine::memory,
    files::table::TableForm,
    log,
    problem::{Kind, Problem},
    run::{RunStore, export::ExportOptions},
    text::{Lang, say},
    worker::{Candidates, ResumeOptions},
};
use arguments::{Cli, CliCommand, SplitArgs, TrainArgs};
pub use french::command_in;
use reading::ReadingArgs;
use recipe_arguments::RecipeArgs;
use terminal::Terminal;

/// What the arguments ask for.
pub enum Wanted {
    /// The window, in `lang` if it was asked for; `demo` trains on the sample faces at once.
    Window { demo: bool, lang: Option<Lang> },
    /// It is done already.
    Done(ExitCode),
}

/// Reads the arguments and does what they say, unless that is to open a window.
pub fn run() -> Wanted {
    let Cli { lang: asked, command, .. } = french::parse();
    let lang = asked.unwrap_or_else(Lang::of_system);
    // What only prints a text leaves nothing behind.
    if !matches!(command, Some(CliCommand::Options | CliCommand::Completions { .. } | CliCommand::Man | CliCommand::Help { .. }))
    {
        log::start();
    }
    let Some(command) = command else { return Wanted::Window { demo: false, lang: asked } };
    if let Err(problem) = memory::check_start() {
        terminal::complain(&problem, lang);
        return Wanted::Done(ExitCode::FAILURE);
    }
    let result = match command {
        CliCommand::Demo => return Wanted::Window { demo: true, lang: asked },
        CliCommand::Train(ask) => train::train(&ask, lang),
        CliCommand::Resume { run, data, more, device, rate, json } => {
            let how = ResumeOptions { more, device, learning_rate: rate, ..ResumeOptions::default() };
            train::resume(&run, data.as_deref(), how, &mut Terminal::new(lang, json))
        }
        CliCommand::Evaluate { run, data, device, mirror, json } => models::evaluate(run, data, device, mirror, json, lang),
        CliCommand::Predict { run, paths, csv, csv_style, overwrite, faces, device } => {
            let wanted = models::TableOptions { csv, form: TableForm::new(csv_style, lang), overwrite };
            models::predict(&run, &paths, wanted, faces, &device, lang)
        }
        CliCommand::Export { run, format, data, out, pictures, csv_style, overwrite } => {
            let options = ExportOptions { lang, mistakes: pictures, tables: csv_style, overwrite };
            models::export(&run, format, data, out, options, &mut Terminal::new(lang, false))
        }
        CliCommand::Import { folder } => models::import(&folder, lang),
        CliCommand::Cache { clean } => data::cache(clean, lang),
        CliCommand::Runs { json } => models::runs(json, lang),
        CliCommand::Compare { runs, json } => compare::compare(&runs, json, lang),
        CliCommand::Committee { runs, experiment, name, json } => {
            let of = experiment.map_or(Candidates::Runs(runs), Candidates::Experiment);
            committee::committee(of, name, json, lang)
        }
        CliCommand::Check { dir, reading, json } => data::check(dir, &reading, json, lang),
        CliCommand::Split(ask) => data::split(ask, lang),
        CliCommand::Experiment { command } => experiment::experiment(command, lang),
        CliCommand::Watch { folder, json } => watch::watch(&folder, json, lang),
        CliCommand::Trial { recipe, json } => trial::trial(&recipe, json, lang),
        CliCommand::Rates { recipe, json } => trial::rates(&recipe, json, lang),
        CliCommand::Devices { json } => trial::devices(json, lang),
        CliCommand::Selftest { device, batch, json } => trial::selftest(device.as_deref(), batch as usize, json, lang),
        CliCommand::Options => {
            recipe::options(lang);
            Ok(())
        }
        CliCommand::Completions { shell } => {
            terminal::print_lines(&french::completions(shell));
            Ok(())
        }
        CliCommand::Man => french::manual().map(|page| terminal::print_lines(&page)).map_err(|problem| vec![problem]),
        CliCommand::Help { command } => {
            terminal::print_lines(&french::help(&command));
            Ok(())
        }
    };
    Wanted::Done(match result {
        Ok(()) if terminal::arrived(lang) => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(problems) => {
            problems.iter().for_each(|problem| terminal::complain(problem, lang));
            ExitCode::FAILURE
        }
    })
}

/// Says that there is no window here, and how to go on without one.
pub fn no_window(why: &str) {
    let problem = Problem::new(
        Kind::Device,
        say("The window cannot be opened here", "La fenêtre ne peut pas s’ouvrir ici"),
        say(
            "Try `trombine train --sample` on the command line, or `trombine help`",
            "Essayez `trombine train --sample` en ligne de commande, ou `trombine help`",
        ),
    );
    // winit names the line of its own source before the reason.
    let reason = why.split_once("os error at ").and_then(|(_, rest)| rest.split_once(": ")).map_or(why, |(_, reason)| reason);
    terminal::complain(&problem.because(reason), Lang::of_system());
}

/// Says that the program failed, in its place in the source, and where the log is.
pub fn panicked(panic: &PanicHookInfo<'_>) {
    terminal::complain(&log::fault(panic.to_string().replace('\n', " ")), language::spoken());
}

/// What a command ends with: nothing, or everything that the user should mend.
type Done = Result<(), Vec<Problem>>;

/// The user's runs.
fn store() -> Result<RunStore, Vec<Problem>> {
    RunStore::of_user().map_err(one)
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}
