//! Arguments to a window, or to a command without one.

use std::{panic, process::ExitCode};

use trombine::{
    app::{self, Start},
    cli::{self, Wanted},
    log,
};

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    without_device_select();
    panic::set_hook(Box::new(|panic| {
        log::panicked(panic);
        cli::panicked(panic);
    }));
    let (start, lang) = match cli::run() {
        Wanted::Done(code) => return code,
        Wanted::Window { demo, lang } => (if demo { Start::Demo } else { Start::Normal }, lang),
    };
    match panic::catch_unwind(|| app::run(start, lang)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(why)) => {
            cli::no_window(&why);
            ExitCode::FAILURE
        }
        Err(_) => {
            app::tell_of_the_fault();
            ExitCode::FAILURE
        }
    }
}

/// Mesa's layer that orders the graphics cards asks Wayland for the first, and where no session gives `XDG_RUNTIME_DIR`
/// it complains on standard error, once for each look. The program orders the cards itself, so it takes its own place
/// again with that layer off. (A variable of a process that runs cannot be set without `unsafe`.)
#[cfg(target_os = "linux")]
fn without_device_select() {
    use std::{env, os::unix::process::CommandExt as _, path::Path, process::Command};
    const OFF: &str = "NODEVICE_SELECT";
    let has_session = env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).is_absolute());
    if has_session || env::var_os(OFF).is_some() {
        return;
    }
    let mut arguments = env::args_os();
    let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) else { return };
    // It comes back only if it fails: then there is a line too many.
    let _ = Command::new(program).arg0(name).args(arguments).env(OFF, "1").exec();
}
