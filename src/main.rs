//! Arguments to a window, or to a command without one.

use std::process::ExitCode;

use trombine::{
    app::{self, Start},
    cli::{self, Wanted},
};

fn main() -> ExitCode {
    let start = match cli::run() {
        Wanted::Done(code) => return code,
        Wanted::Window { demo: true } => Start::Demo,
        Wanted::Window { demo: false } => Start::Normal,
    };
    match app::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            cli::no_window(&why);
            ExitCode::FAILURE
        }
    }
}
