//! The log: what it holds, how much of it, and that it harms nothing.

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

use egui_kittest::kittest::Queryable as _;
use tracing::{Level, level_filters::LevelFilter};
use trombine::{
    control::Control,
    engine::cpu::CpuEngine,
    log,
    plan::Plan,
    problem::{Kind, Problem},
    run::RunStore,
    session::Session,
    text::{Lang, say},
    ui::{Dialog, page::Page},
    worker,
};

use crate::{
    scenes::{View, dialog},
    stage::Stage,
    support::{outcome, program, skip},
    training::{dataset, settings},
};

fn read(home: &Path) -> String {
    fs::read_to_string(home.join(log::FILE)).unwrap_or_default()
}

/// What `work` leaves in the log from `level` on.
fn logged(level: LevelFilter, work: impl FnOnce()) -> String {
    let home = tempfile::tempdir().unwrap();
    let (_, file) = log::open(home.path()).unwrap();
    tracing::subscriber::with_default(log::subscriber(file, level), work);
    read(home.path())
}

#[test]
fn a_command_leaves_version_devices_and_problems() {
    let home = tempfile::tempdir().unwrap();
    let (status, told, _) = outcome(program(home.path()).args(["--lang", "fr", "devices"]));
    assert!(status == 0 && told.contains(log::FILE), "{told}");
    let (status, ..) = outcome(program(home.path()).args(["--lang", "fr", "check", "/nowhere at all"]));
    assert_eq!(status, 1);
    let text = read(home.path());
    let version = format!("INFO trombine::log: Trombine {} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    assert_eq!(text.matches(&version).count(), 2, "{text}");
    assert!(text.contains(" device cpu: ") && text.contains("\"check\", \"/nowhere at all\""), "{text}");
    let problem = text.lines().find(|line| line.contains(" WARN trombine::problem: ")).unwrap_or_default();
    assert!(problem.contains("cannot be found. ") && problem.contains("(No such file") || cfg!(windows), "{text}");
}

#[test]
fn a_text_that_is_only_printed_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [&["help"][..], &["man"], &["options"], &["completions", "bash"], &["--version"]] {
        assert_eq!(outcome(program(home.path()).args(arguments)).0, 0);
    }
    assert!(fs::read_dir(home.path()).unwrap().next().is_none());
}

#[test]
fn a_training_leaves_its_settings_and_its_end() {
    let home = tempfile::tempdir().unwrap();
    let plan = Plan { device: "cpu".to_owned(), ..Plan::new(&settings(), dataset(30)).unwrap() };
    let engine = Box::new(CpuEngine::new(&plan.engine_config()).unwrap());
    let text = logged(LevelFilter::INFO, || {
        worker::train_on(&plan, engine, &RunStore::at(home.path()), &Control::default(), &mut |_| {}).unwrap();
    });
    assert!(text.contains(" trains on ") && text.contains("\"batch_size\":4"), "{text}");
    assert!(text.contains("training ended: AllEpochs") && text.contains(" was trained for "), "{text}");
    assert!(!text.contains("EpochRecord"), "epochs are for debugging: {text}");
}

#[test]
fn the_environment_says_how_much() {
    let lines = |level: &str| {
        let home = tempfile::tempdir().unwrap();
        let (status, ..) = outcome(program(home.path()).env(log::VARIABLE, level).args(["check", "/nowhere"]));
        assert_eq!(status, 1);
        let text = home.path().join(log::FILE).exists().then(|| read(home.path()));
        text.map(|text| [" INFO ", " WARN "].map(|level| text.contains(level)))
    };
    assert_eq!(lines("off"), None);
    assert_eq!(lines("error"), Some([false, false]));
    assert_eq!(lines("warn"), Some([false, true]));
    assert_eq!(lines("info"), Some([true, true]));
    assert_eq!(lines(""), Some([true, true]));
    let home = tempfile::tempdir().unwrap();
    outcome(program(home.path()).env(log::VARIABLE, "loud").args(["runs"]));
    let text = read(home.path());
    assert!(text.contains("TROMBINE_LOG=loud is none of off, error, warn, info, debug, trace: info is taken"), "{text}");
}

#[test]
fn what_a_window_tells_is_in_it_once() {
    let text = logged(LevelFilter::INFO, || {
        let mut session = Session::default();
        let problem =
            Problem::new(Kind::Disk, say("It is full", "Il est plein"), say("Free some", "Videz")).because("os error 28");
        session.fail(problem.clone());
        session.fail(problem);
        session.fail(Problem::cancelled());
    });
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 1 && lines[0].ends_with("WARN trombine::problem: It is full. Free some. (os error 28)"), "{text}");
}

#[test]
fn nothing_in_a_line_passes_for_another_or_commands_a_terminal() {
    let text = logged(
        LevelFilter::INFO,
        || tracing::info!(target: "trombine", "a\r\n2026-01-01 ERROR trombine: forged\u{1b}[2J\u{9b}2J\u{7}"),
    );
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 2 && lines[1].starts_with("    2026"), "{text}");
    assert!(text.ends_with('\n') && !text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
}

#[test]
fn other_crates_only_warn() {
    let text = logged(LevelFilter::TRACE, || {
        tracing::event!(target: "wgpu_core", Level::INFO, "chatter");
        tracing::event!(target: "wgpu_core", Level::WARN, "lost");
        tracing::trace!(target: "trombine::engine", "own");
    });
    assert!(!text.contains("chatter") && text.contains("lost") && text.contains("own"), "{text}");
}

#[test]
fn two_programs_do_not_mix_their_lines() {
    let home = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for one in ["a", "b"] {
            let (_, file) = log::open(home.path()).unwrap();
            scope.spawn(move || {
                tracing::subscriber::with_default(log::subscriber(file, LevelFilter::INFO), || {
                    (0..500).for_each(|_| tracing::info!(target: "trombine", "<{}>", one.repeat(200)));
                });
            });
        }
    });
    let text = read(home.path());
    let whole = |line: &str| ["a", "b"].iter().any(|one| line.ends_with(&format!(": <{}>", one.repeat(200))));
    assert!(text.lines().count() == 1000 && text.lines().all(whole));
}

#[test]
fn a_large_log_makes_room_for_a_new_one() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(log::BEFORE), "older").unwrap();
    fs::write(home.path().join(log::FILE), vec![b'x'; log::MOST as usize]).unwrap();
    assert_eq!(outcome(program(home.path()).arg("runs")).0, 0);
    assert!(read(home.path()).len() > log::MOST as usize, "one of the size that is allowed goes on");
    assert_eq!(outcome(program(home.path()).arg("runs")).0, 0);
    assert!(read(home.path()).len() < 10_000);
    assert!(fs::read(home.path().join(log::BEFORE)).unwrap().starts_with(b"xxx"));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_or_to_a_pipe() {
    let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (file, target) = (home.path().join(log::FILE), elsewhere.path().join("precious"));
    fs::write(&target, vec![b'x'; 2 * log::MOST as usize]).unwrap();
    for target in [target.clone(), elsewhere.path().join("new")] {
        std::os::unix::fs::symlink(target, &file).unwrap();
        let (status, out, told) = outcome(program(home.path()).args(["--lang", "en", "runs"]));
        assert_eq!((status, out.as_str(), told.as_str()), (0, "No runs yet\n", ""), "the program works without");
        assert!(file.is_symlink());
        fs::remove_file(&file).unwrap();
    }
    assert!(fs::read(&target).unwrap().iter().all(|byte| *byte == b'x') && !elsewhere.path().join("new").exists());
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    assert_eq!(outcome(program(home.path()).arg("runs")).0, 0);
}

#[cfg(unix)]
#[test]
fn a_folder_that_takes_no_log_keeps_nobody_from_working() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(log::FILE)).unwrap();
    assert_eq!(outcome(program(home.path()).arg("runs")).0, 0, "a folder has its name");
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(home.path().join("probe"), "").is_ok() {
        return skip("machine: not root", "root may write everywhere");
    }
    let (status, told, _) = outcome(program(home.path()).args(["--lang", "en", "devices"]));
    assert!(status == 0 && !told.contains("Log"), "{told}");
}

#[test]
fn a_panic_leaves_its_words_its_place_and_how_it_came_about() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        log::panicked(panic);
        before(panic);
    }));
    let line = line!() + 2;
    let text = logged(LevelFilter::ERROR, || {
        let caught = panic::catch_unwind(AssertUnwindSafe(|| panic!("on\npurpose")));
        assert!(caught.is_err());
    });
    assert!(text.contains(" ERROR trombine::log: thread ") && text.contains("    on\n    purpose\n"), "{text}");
    assert!(text.contains(&format!("tests/it/log.rs:{line}:")) && text.contains("catch_unwind"), "{text}");
    assert!(text.lines().skip(1).all(|line| line.starts_with("    ")), "{text}");
}

/// What the window had opened, with whether the system does.
static OPENED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

#[test]
fn help_says_where_it_is_and_opens_it() {
    let opens: fn(&Path) -> Result<(), Problem> = |path| {
        OPENED.lock().unwrap().push(path.to_owned());
        Ok(())
    };
    let refuses: fn(&Path) -> Result<(), Problem> = |path| Err(Problem::io(path, &std::io::ErrorKind::NotFound.into()));
    for (lang, button, opener) in [(Lang::En, "Open the log", opens), (Lang::Fr, "Ouvrir le journal", refuses)] {
        let about = dialog("about", || Stage::new(Page::Model), Dialog::About);
        let mut window = about.window(View::new(lang, [1400.0, 1200.0]));
        let path = PathBuf::from("/some where/#1 %20/trombine.log");
        (window.state_mut().log, window.state_mut().opener.open) = (Some(path.clone()), opener);
        window.run_steps(3);
        window.get_by_label_contains("/some where/#1 %20/trombine.log");
        window.get_by_label(button).click();
        window.run_steps(2);
        while OPENED.lock().unwrap().is_empty() || (lang == Lang::Fr && window.state().session.failures.is_empty()) {
            window.step();
            thread::yield_now();
        }
        assert_eq!(*OPENED.lock().unwrap(), [path], "the path itself, not an address made of it");
    }
}
