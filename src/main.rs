//! Arguments to a window, or to a command without one.

use std::process::ExitCode;

use trombine::cli::{self, Wanted};

fn main() -> ExitCode {
    match cli::run() {
        Wanted::Done(code) => code,
        Wanted::Window { .. } => ExitCode::FAILURE,
    }
}
