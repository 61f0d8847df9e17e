//! The log: what a maintainer asks for when something went wrong, in one file of the program's own folder. Any module
//! writes to it with `tracing`'s macros, in English. Without a place for it the program works as well.

use std::{
    backtrace::Backtrace,
    env::{self, consts},
    fs::{self, File},
    io::{self, Write},
    panic::PanicHookInfo,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    thread,
};

use tracing::{Subscriber, error, info, level_filters::LevelFilter, warn};
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    files::{self, disk},
    problem::{Kind, Problem},
    text::{LocalizedText, escape, say},
};

/// The environment's variable that says how much is written.
pub const VARIABLE: &str = "TROMBINE_LOG";
/// What it takes; `info` unless given.
pub const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
/// The file's name.
pub const FILE: &str = "trombine.log";
/// The name of the one before it.
pub const BEFORE: &str = "trombine.log.1";
/// A file of more bytes makes room for a new one when the program starts.
pub const MOST: u64 = 1 << 20;
/// Nothing is added to a file of so many bytes, whatever repeats while the program runs.
const MOST_AT_ALL: u64 = 16 * MOST;

static PATH: OnceLock<PathBuf> = OnceLock::new();

/// Where the log of this process is, if it has one.
pub fn path() -> Option<&'static Path> {
    PATH.get().map(PathBuf::as_path)
}

/// Begins the log of this process, as far as the environment asks for one and the folder takes it.
pub fn start() {
    let asked = env::var_os(VARIABLE).map(|asked| asked.to_string_lossy().into_owned()).unwrap_or_default();
    let known = LEVELS.contains(&asked.as_str());
    let level = if known { asked.parse().unwrap_or(LevelFilter::INFO) } else { LevelFilter::INFO };
    if level == LevelFilter::OFF {
        return;
    }
    let Ok(home) = files::home() else { return };
    let Ok((path, file)) = open(&home) else { return };
    if subscriber(file, level).try_init().is_err() {
        return;
    }
    PATH.get_or_init(|| path);
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    info!("Trombine {} on {} {}, arguments {arguments:?}", env!("CARGO_PKG_VERSION"), consts::OS, consts::ARCH);
    if !known && !asked.is_empty() {
        warn!("{VARIABLE}={asked} is none of {}: info is taken", LEVELS.join(", "));
    }
}

/// Opens the log in `home` to add to it, a large one under a new name first. Nothing is written through a link, nor to
/// what is no file.
///
/// # Errors
/// A folder that cannot be made or written.
pub fn open(home: &Path) -> io::Result<(PathBuf, File)> {
    disk::create_dir_all(home)?;
    let path = files::settled(home).join(FILE);
    if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() > MOST) {
        // Where that is refused, the old one goes on.
        let _ = disk::rename(&path, &path.with_file_name(BEFORE));
    }
    let file = disk::open_log(&path)?;
    Ok((path, file))
}

/// What writes the program's events from `level` on to `file`; of other crates, warnings and errors.
pub fn subscriber(file: File, level: LevelFilter) -> impl Subscriber + Send + Sync {
    let lines = fmt::layer().with_writer(Arc::new(Lines(file))).with_ansi(false).log_internal_errors(false);
    let others = level.min(LevelFilter::WARN);
    tracing_subscriber::registry().with(lines).with(Targets::new().with_default(others).with_target("trombine", level))
}

/// A file to which each event is added by one write, so that two programs do not mix theirs.
struct Lines(File);

impl Write for &Lines {
    /// Names of files come from elsewhere: a second line of one event is set in, so that it cannot pass for an event, and
    /// nothing commands the terminal that shows it.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        if self.0.metadata()?.len() < MOST_AT_ALL {
            let text = String::from_utf8_lossy(event).trim_end().replace('\n', "\n    ");
            let text = escape::lines(&text).replace('\t', " ");
            (&self.0).write_all(format!("{text}\n").as_bytes())?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes down a panic: message, place and backtrace.
pub fn panicked(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    error!("thread {:?} {panic}\n{}", thread.name().unwrap_or_default(), Backtrace::force_capture());
}

/// A fault of the program itself, and where the log is that tells of it.
pub fn fault(details: impl ToString) -> Problem {
    let [en, fr] = path().map_or_else(<[String; 2]>::default, |path| {
        [format!(" and the log, {}", path.display()), format!(" et le journal, {}", path.display())]
    });
    Problem::new(
        Kind::Internal,
        say("Something went wrong inside Trombine", "Une erreur s’est produite dans Trombine"),
        LocalizedText {
            en: format!("Try again; what was saved before is still there. If it comes back, report it with the details{en}"),
            fr: format!("Réessayez ; ce qui était enregistré est toujours là. Si cela revient, signalez-le avec les détails{fr}"),
        },
    )
    .because(details)
}
