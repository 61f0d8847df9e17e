//! Trombine without a window: the same work, told as lines, as a progress bar, or as JSON.

mod data;
mod models;
mod recipe;
mod terminal;
mod train;
mod trial;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    data::sample::Source,
    problem::{Kind, Problem},
    run::RunStore,
    text::{Lang, say},
    worker::Onward,
};
use terminal::Terminal;

/// What the arguments ask for.
pub enum Wanted {
    /// The window; `demo` trains on the sample faces at once.
    Window { demo: bool },
    /// It is done already.
    Done(ExitCode),
}

/// Reads the arguments and does what they say, unless that is to open a window.
pub fn run() -> Wanted {
    let Cli { lang, command } = Cli::parse();
    let lang = language(lang);
    let Some(command) = command else { return Wanted::Window { demo: false } };
    let result = match command {
        Command::Demo => return Wanted::Window { demo: true },
        Command::Train(ask) => train::train(&ask, lang),
        Command::Resume { run, data, more, device, rate, json } => {
            let how = Onward { more, device, learning_rate: rate };
            train::resume(&run, data, how, &mut Terminal::new(lang, json))
        }
        Command::Evaluate { run, data, device, mirror, json } => models::evaluate(run, data, device, mirror, json, lang),
        Command::Predict { run, paths, csv, faces, device } => {
            models::predict(&run, &paths, csv.as_deref(), faces, &device, lang)
        }
        Command::Export { run, format, out, pictures } => {
            models::export(run, &format, out, pictures, &mut Terminal::new(lang, false))
        }
        Command::Import { folder } => models::import(folder, lang),
        Command::Runs { json } => models::runs(json, lang),
        Command::Check { dir, json } => data::check(dir, json, lang),
        Command::Split(ask) => data::split(ask, lang),
        Command::Trial { recipe, json } => trial::trial(&recipe, json, lang),
        Command::Rates { recipe, json } => trial::rates(&recipe, json, lang),
        Command::Devices { json } => trial::devices(json, lang),
        Command::Selftest { device, batch, json } => trial::selftest(device.as_deref(), batch as usize, json, lang),
        Command::Options => {
            recipe::options(lang);
            Ok(())
        }
    };
    Wanted::Done(match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            problems.iter().for_each(|problem| terminal::complain(problem, lang));
            ExitCode::FAILURE
        }
    })
}

/// The language of the system, for a sentence before any argument was understood.
pub fn language(asked: Option<Speech>) -> Lang {
    match asked {
        Some(Speech::En) => Lang::En,
        Some(Speech::Fr) => Lang::Fr,
        None => {
            let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
            let system = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).unwrap_or_default();
            if system.starts_with("fr") { Lang::Fr } else { Lang::En }
        }
    }
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
    terminal::complain(&problem.because(why), language(None));
}

/// What a command ends with: nothing, or everything that the user should mend.
type Done = Result<(), Vec<Problem>>;

/// A language on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Speech {
    En,
    Fr,
}

/// Train a face classifier on UTKFace and understand what came out. Without a command, opens the window.
#[derive(Parser)]
#[command(name = "trombine", version)]
struct Cli {
    /// The language of messages; the system's unless given
    #[arg(long, global = true, value_enum)]
    lang: Option<Speech>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Open the window on the sample faces and start training at once
    Demo,
    /// Train a model
    Train(TrainArgs),
    /// Go on with an interrupted or paused run, or train a finished one for more epochs
    Resume {
        /// An id, the start of one, a run's folder, or `last`
        run: String,
        /// Where the pictures are now, if the folder moved
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Epochs to add to a finished run
        #[arg(long, value_name = "N", default_value_t = 0)]
        more: u32,
        /// Another device than before, as listed by `trombine devices`
        #[arg(long, value_name = "ID")]
        device: Option<String>,
        /// From the best weights, at this learning rate: after a loss that ran away
        #[arg(long, value_name = "RATE")]
        rate: Option<f64>,
        /// Print events as JSON lines
        #[arg(long)]
        json: bool,
    },
    /// Judge a run on its test part, or on every picture of a folder that it never saw
    Evaluate {
        /// An id, the start of one, a run's folder, or `last`
        run: String,
        /// Judge every usable picture of this folder that the run never saw
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// `cpu`, `gpu`, an id listed by `trombine devices`, or a part of a device's name
        #[arg(long, value_name = "DEVICE", default_value = "cpu")]
        device: String,
        /// Judge each picture with its mirror image, or with `false` without; as it was judged before unless given. The
        /// run's predictions follow
        #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
        mirror: Option<bool>,
        /// Print the result as one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Say what a run sees in photos, or in every picture of a folder
    Predict {
        /// An id, the start of one, a run's folder, or `last`
        run: String,
        /// Pictures, or one folder together with --csv
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Write one row a picture
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
        /// Find the faces in each photo and cut them as UTKFace's pictures are; otherwise the whole picture is judged
        #[arg(long)]
        faces: bool,
        /// `cpu`, `gpu`, an id listed by `trombine devices`, or a part of a device's name
        #[arg(long, value_name = "DEVICE", default_value = "cpu")]
        device: String,
    },
    /// Look at a folder of pictures: what is usable, what is odd, what is left out
    Check {
        dir: PathBuf,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Copy a folder into train|validation|test/class folders
    Split(SplitArgs),
    /// Take a model away: report, card, csv, onnx, python, safetensors, plots
    Export {
        /// An id, the start of one, a run's folder, or `last`
        run: String,
        #[arg(long)]
        format: String,
        /// The file, or the folder for python, safetensors and plots
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
        /// Show the surest mistakes in the report: it then shows faces, and is not for passing on
        #[arg(long)]
        pictures: bool,
    },
    /// Take a run from another machine, its folder or its exported weights, among the runs
    Import { folder: PathBuf },
    /// List all runs
    Runs {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Train 20 batches on each device, on the sample faces unless --data: pictures a second, time of an epoch and of a run
    Trial {
        #[command(flatten)]
        recipe: RecipeArgs,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Train 100 batches at rising learning rates, on the sample faces unless --data, and propose a rate
    Rates {
        #[command(flatten)]
        recipe: RecipeArgs,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the devices that can train
    Devices {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare each device's arithmetic with the plain reference, and measure it
    Selftest {
        /// Only this one, as listed by `trombine devices`
        #[arg(long, value_name = "ID")]
        device: Option<String>,
        /// Pictures in a batch when the speed is measured
        #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=256))]
        batch: u32,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the table of all options as Markdown
    Options,
}

#[derive(Args)]
struct SplitArgs {
    dir: PathBuf,
    /// The new folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u32,
    /// Per cent of the pictures for training
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=98))]
    train: u32,
    /// Per cent for validation; the rest is the test part
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=98))]
    validation: u32,
    /// Balance age bands too
    #[arg(long)]
    ages: bool,
    /// Keep pictures that look the same in one part, not exact copies alone
    #[arg(long)]
    look_alikes: bool,
    /// Hard links instead of copies
    #[arg(long)]
    link: bool,
}

#[derive(Args)]
struct TrainArgs {
    #[command(flatten)]
    recipe: RecipeArgs,
    /// A new folder for the run, instead of the user's data folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print events as JSON lines
    #[arg(long)]
    json: bool,
}

/// What to train on, and how.
#[derive(Args)]
struct RecipeArgs {
    /// The folder of pictures
    #[arg(long, value_name = "DIR", conflicts_with = "sample")]
    data: Option<PathBuf>,
    /// The built-in sample faces
    #[arg(long)]
    sample: bool,
    /// A file of settings, as the window saves it
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    settings: Option<PathBuf>,
    /// A recipe to start from: quick, notebook, recommended
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Change one option, as listed by `trombine options`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// At most so many epochs
    #[arg(long, value_name = "N")]
    epochs: Option<u32>,
    /// The start of all randomness
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// `auto` for the fastest, `cpu`, `gpu`, an id listed by `trombine devices`, or a part of a device's name; `:f16` behind
    /// a graphics card keeps its maps in half precision, where it can: less memory, about three digits
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    device: String,
    /// Threads of the processor; all unless given
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl RecipeArgs {
    /// Where the pictures come from, if the user said so.
    fn source(&self) -> Option<Source> {
        match &self.data {
            Some(folder) => Some(Source::Folder(folder.clone())),
            None => self.sample.then_some(Source::SampleFaces),
        }
    }
}

/// The user's runs.
fn store() -> Result<RunStore, Vec<Problem>> {
    RunStore::of_user().map_err(one)
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}
