//! The invariants of `lib.rs`, held by reading the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every Rust file below `src`, as (path below the crate, text).
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let below = |path: &Path| path.strip_prefix(root).expect("below the crate").to_string_lossy().replace('\\', "/");
    files.iter().map(|path| (below(path), fs::read_to_string(path).expect("UTF-8 source"))).collect()
}

/// The lines that are code: no comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Fails with every line of code outside `allowed` that contains one of `words`.
fn only_in(words: &[&str], allowed: &[&str]) {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if allowed.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        for (line, source) in code(&text) {
            if words.iter().any(|word| source.contains(word)) {
                wrong.push(format!("{path}:{line}: {}", source.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{words:?} only in {allowed:?}, but:\n{}", wrong.join("\n"));
}

#[test]
fn the_window_library_stays_in_the_window() {
    only_in(&["egui::", "eframe::", "rfd::", "egui_plot::"], &["src/main.rs", "src/app.rs", "src/app/", "src/ui/"]);
}

#[test]
fn candle_stays_in_its_engine() {
    only_in(&["candle_core", "candle_nn"], &["src/engine/candle/"]);
}

#[test]
fn graphics_arithmetic_stays_in_its_engine() {
    only_in(&["wgpu::"], &["src/engine/gpu/", "src/app.rs", "src/app/", "src/ui/"]);
}

#[test]
fn unsafe_is_fenced_and_reasoned() {
    only_in(&["unsafe "], &["src/engine/cpu/", "src/data/cache"]);
}

#[test]
fn the_window_never_waits() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with("src/ui/")) {
        for (line, source) in code(&text) {
            if [".recv()", "std::fs", "fs::read", "fs::write", "thread::sleep", "rfd::"].iter().any(|w| source.contains(w)) {
                wrong.push(format!("{path}:{line}: {}", source.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "ui/ blocks:\n{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_unfinished() {
    only_in(&["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "TODO", "FIXME"], &[]);
}

#[test]
fn a_file_holds_one_concept() {
    let long: Vec<_> =
        sources().into_iter().map(|(path, text)| (text.lines().count(), path)).filter(|(lines, _)| *lines > 600).collect();
    assert!(long.is_empty(), "files over 600 lines: {long:?}");
}

/// French sets a space before `; : ! ? »` and after `«`, on which a line must not break.
#[test]
fn french_punctuation_keeps_to_its_word() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (line, source) in code(&text) {
            // The odd parts between quotation marks are string literals; those with an escaped mark are cut short, which is fine.
            for literal in source.split('"').skip(1).step_by(2) {
                let loose = |mark: &str| literal.contains(&format!(" {mark} ")) || literal.ends_with(&format!(" {mark}"));
                let before = [";", "!", "?", ":"].into_iter().any(loose) && !literal.starts_with(' ');
                if before || literal.contains("«\u{20}") || literal.contains("\u{20}»") {
                    wrong.push(format!("{path}:{line}: {}", source.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "a no-break space (U+00A0) is wanted in:\n{}", wrong.join("\n"));
}
