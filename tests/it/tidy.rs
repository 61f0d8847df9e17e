//! The invariants of `lib.rs`, held by reading the sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Every Rust file below `src`, as (path below the crate, text).
pub fn sources() -> Vec<(String, String)> {
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
pub fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Lines above an unsafe block within which its reason stands.
const SAFETY_WITHIN: usize = 12;

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
    only_in(&["unsafe "], &["src/engine/cpu/"]);
    // A file that another program cuts short takes a process with it that has it mapped.
    only_in(&["memmap", "Mmap"], &["src/engine/cpu/buffer.rs"]);
    let mut bare = Vec::new();
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (line, _) in code(&text).filter(|(_, source)| source.contains("unsafe {") || source.contains("unsafe impl")) {
            let above = lines[line.saturating_sub(SAFETY_WITHIN)..line].iter().any(|line| line.contains("SAFETY"));
            if !above {
                bare.push(format!("{path}:{line}: {}", lines[line - 1].trim()));
            }
        }
    }
    assert!(bare.is_empty(), "unsafe without a `SAFETY` above it:\n{}", bare.join("\n"));
}

#[test]
fn the_window_never_waits() {
    const WAITS: [&str; 8] =
        [".recv()", "std::fs", "fs::read", "fs::write", "fs::metadata", "thread::sleep", ".is_dir()", ".is_file()"];
    // What runs on threads of its own, as each of them says at its top.
    let beside = ["asking", "path_kind", "tasks", "taskbar", "planning", "preferences_writer", "frames"]
        .map(|file| format!("src/app/{file}.rs"));
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let words: &[&str] = match path.as_str() {
            path if path.starts_with("src/ui/") => &["rfd::", ".exists()"],
            path if path.starts_with("src/app/") && !beside.contains(&path.to_owned()) => &[".exists()"],
            _ => continue,
        };
        for (line, source) in code(&text) {
            if WAITS.iter().chain(words).any(|word| source.contains(word)) {
                wrong.push(format!("{path}:{line}: {}", source.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "the window blocks:\n{}", wrong.join("\n"));
}

/// While a closure reads egui's context it holds the context's lock. To ask for it again inside is to wait for oneself as soon
/// as another thread wants to write in between (`request_repaint`): the window then stands still for ever.
#[test]
fn the_context_is_not_asked_while_it_is_held() {
    let held = ["input", "memory", "data", "fonts", "output", "viewport", "options", "graphics"];
    let openings: Vec<String> = held.iter().flat_map(|name| ["(|", "_mut(|"].map(|end| format!(".{name}{end}"))).collect();
    let asks = |closure: &str| {
        let words = closure.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.into_iter().any(|word| ["ui", "ctx", "response"].contains(&word))
    };
    // A field of a response is no question.
    let plain = |closure: &str| closure.replace("response.id", "").replace("response.rect", "");
    let (mut wrong, mut closures) = (Vec::new(), 0);
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with("src/ui/") || path.starts_with("src/app")) {
        for opening in &openings {
            for (at, _) in text.match_indices(opening) {
                let start = at + opening.len() - 1;
                let mut open = 1;
                let end = text[start..].find(|c: char| {
                    open += i32::from(c == '(') - i32::from(c == ')');
                    open == 0
                });
                let closure = &text[start..start + end.expect("it is closed")];
                closures += 1;
                if asks(&plain(closure)) {
                    wrong.push(format!("{path}:{}: {closure}", text[..at].lines().count()));
                }
            }
        }
    }
    assert!(closures > 40, "{closures} closures: the test no longer sees them");
    assert!(wrong.is_empty(), "asks the context that it holds:\n{}", wrong.join("\n"));
}

/// Six hexadecimal digits behind `#` or `0x`, or a color made of numbers.
#[test]
fn colors_stand_in_one_table() {
    let digits = |rest: &str| rest.len() >= 6 && rest.bytes().take_while(u8::is_ascii_hexdigit).count() == 6;
    let number = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let drawn = ["src/ui/", "src/app/", "src/run/export/"];
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| drawn.iter().any(|room| path.starts_with(room))) {
        for (line, source) in code(&text) {
            let hex = ["#", "0x"].iter().any(|mark| source.split(mark).skip(1).any(digits));
            let made = ["from_rgb(", "from_gray("].iter().any(|mark| source.split(mark).skip(1).any(number));
            if hex || made {
                wrong.push(format!("{path}:{line}: {}", source.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "colors stand in src/colors.rs, but:\n{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_unfinished() {
    only_in(&["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "TODO", "FIXME"], &[]);
}

/// The library is compiled for no tests of its own (`test = false`): one written there would never run.
#[test]
fn tests_stand_where_they_run() {
    only_in(&["#[test]", "cfg(test)", "cfg(all(test", "cfg(any(test"], &[]);
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

/// The table of `lib.rs`: each module with those that it may import, in the table's order.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let lib = include_str!("../../src/lib.rs");
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | [`")?.strip_suffix(" |"));
    rows.map(|row| {
        let (module, rest) = row.split_once("`] | ").expect("a module's name");
        let (_, imports) = rest.rsplit_once(" | ").expect("a column of imports");
        (module.to_owned(), imports.split(' ').filter(|name| *name != "-").map(str::to_owned).collect())
    })
    .collect()
}

/// The top-level modules that `text`, code of the module `own` at `depth` folders below `src`, names by a path.
fn named(own: &str, depth: usize, text: &str) -> BTreeSet<String> {
    let text: String = code(text).map(|(_, line)| format!("{}\n", line.split(" // ").next().unwrap_or(line))).collect();
    let mut found = BTreeSet::new();
    // `super::` from a top-level module's own file leads to the crate as well.
    let roots = ["crate::".to_owned(), "super::".repeat(depth)];
    for root in roots.iter().filter(|root| !root.is_empty()) {
        for (at, _) in text.match_indices(root.as_str()) {
            let follows_a_path = text[..at].ends_with("::") || text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if !follows_a_path {
                found.extend(first_names(&text[at + root.len()..]));
            }
        }
    }
    found.remove(own);
    found
}

/// The first name of a path, or of each in `{…}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(list) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut names, mut depth, mut start) = (Vec::new(), 1, true);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => start = true,
            c if start && !c.is_whitespace() => {
                names.push(name(&list[at..]));
                start = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let names = |own: &str, depth: usize, text: &str| named(own, depth, text).into_iter().collect::<Vec<_>>();
    assert_eq!(names("ui", 2, "use crate::text::say;"), ["text"]);
    assert_eq!(names("ui", 2, "use crate::{\n    data::{a, b::{c}},\n    engine,\n    ui::x,\n};"), ["data", "engine"]);
    assert_eq!(names("ui", 2, "let x = crate::files::home();"), ["files"]);
    assert_eq!(names("ui", 1, "use super::run::Run;"), ["run"]);
    assert!(names("ui", 2, "use super::run::Run; // crate::data").is_empty());
}

#[test]
fn imports_point_up_the_table_and_no_other_way() {
    let table = table();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in sources() {
        let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').skip(1).collect();
        let (own, deep) = (parts[0], parts.iter().skip(1).filter(|part| **part != "mod").count());
        if !["lib", "main"].contains(&own) {
            arrows.entry(own.to_owned()).or_default().extend(named(own, deep + 1, &text));
        }
    }
    let modules: Vec<&String> = table.iter().map(|(module, _)| module).collect();
    assert_eq!(modules.iter().copied().collect::<BTreeSet<_>>(), arrows.keys().collect(), "the table names every module once");
    for (at, (module, allowed)) in table.iter().enumerate() {
        let above: BTreeSet<String> = modules[..at].iter().map(|name| (*name).clone()).collect();
        assert!(allowed.is_subset(&above), "{module} may import only what stands above it");
        assert_eq!(&arrows[module], allowed, "what {module} imports, and what the table of lib.rs says of it");
    }
}

/// Each can then be made to fail, and none follows a link (`files::disk`).
#[test]
fn the_disk_is_changed_in_one_place() {
    let words = ["fs::write", "File::create", "fs::rename", "fs::remove_", "fs::create_dir", "fs::copy", "fs::hard_link"];
    let more = ["fs::set_permissions", "OpenOptions", "DirBuilder", "File::options", "save_buffer", "BufWriter::new(File"];
    only_in(&[&words[..], &more].concat(), &["src/files/"]);
}

/// More parameters than these, `self` included, are hard to tell apart where a function is called: what belongs together
/// among them gets a name as a struct.
const MOST_PARAMETERS: usize = 6;

/// The functions of `text` with how many parameters each has, and its line.
fn parameters(text: &str) -> Vec<(String, usize, usize)> {
    let mut functions = Vec::new();
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    for (at, _) in text.match_indices("fn ") {
        let rest = &text[at + 3..];
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let own_word = at == 0 || text[..at].ends_with(|c: char| c.is_whitespace());
        if name.is_empty() || !own_word || !rest[name.len()..].starts_with(['(', '<']) {
            continue;
        }
        // Within brackets of any kind; an arrow closes none. The generics close before the list begins.
        let (mut depth, mut list, mut before, mut empty, mut count) = (0, false, ' ', true, 0);
        for c in rest[name.len()..].chars() {
            match c {
                '(' if depth == 0 => (depth, list) = (1, true),
                '(' | '[' | '{' | '<' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                '>' if before != '-' => depth -= 1,
                ',' if list && depth == 1 => (count, empty) = (count + 1, true),
                c if list && depth == 1 && !c.is_whitespace() => empty = false,
                _ => {}
            }
            before = c;
            if list && depth == 0 {
                break;
            }
        }
        functions.push((name, count + usize::from(!empty), text[..at].lines().count()));
    }
    functions
}

#[test]
fn the_reader_of_parameters_counts_them() {
    let counted = |text: &str| parameters(text).into_iter().map(|(name, count, _)| (name, count)).collect::<Vec<_>>();
    let one = |name: &str, count| vec![(name.to_owned(), count)];
    assert_eq!(counted("fn none() {}"), one("none", 0));
    assert_eq!(counted("    pub fn lines(\n        &self,\n        (a, b): (u8, u8),\n    ) -> [u8; 2] {"), one("lines", 2));
    assert_eq!(
        counted("fn of<T: Fn(usize, u8) -> Vec<u8>>(each: T, map: &BTreeMap<u8, u8>, f: fn(u8, u8) -> u8) {}"),
        one("of", 3)
    );
    assert_eq!(counted("// fn comment(a: u8)\nlet f: fn(u8);"), []);
}

#[test]
fn functions_have_few_parameters() {
    // Kernels take sizes and strides one by one, as BLAS does; clippy holds them to seven, or to a reason.
    let engines = "src/engine/";
    // Those that another crate's trait asks for.
    let asked_for = [("src/run/export/raster.rs", "curve_to")];
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (path, text) in sources() {
        for (name, count, line) in parameters(&text) {
            seen += 1;
            if count > MOST_PARAMETERS && !path.starts_with(engines) && !asked_for.contains(&(path.as_str(), name.as_str())) {
                wrong.push(format!("{path}:{line}: {name} has {count}"));
            }
        }
    }
    assert!(seen > 2000, "{seen} functions: the test no longer sees them");
    assert!(wrong.is_empty(), "more than {MOST_PARAMETERS} parameters:\n{}", wrong.join("\n"));
}

/// Lines of a function, from its name to its closing brace: what is longer is not read at once.
const MOST_LINES: usize = 90;

/// The functions of `text`, laid out by rustfmt, with how many lines each has, and its line.
fn lengths(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let length = |(at, line): (usize, &&str)| {
        let before = line.trim_start().split_once("fn ").filter(|(before, _)| {
            before.is_empty() || (before.ends_with(' ') && before.split(' ').all(|word| !word.starts_with('/')))
        })?;
        let name: String = before.1.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        // What ends on its own line is short; what a trait only asks for has no brace that closes.
        if name.is_empty() || line.ends_with(['}', ';', ',']) {
            return None;
        }
        let behind = lines[at + 1..].iter().position(|end| indent(end) == indent(line) && end.trim_start().starts_with('}'))?;
        Some((name, behind + 2, at + 1))
    };
    lines.iter().enumerate().filter_map(length).collect()
}

#[test]
fn the_reader_of_lengths_counts_them() {
    let text = "/// The fn of\n    pub(super) const fn of(\n        a: u8,\n    ) -> u8 {\n        if a {\n        }\n    }\n\nfn short() {}\n";
    assert_eq!(lengths(text), [("of".to_owned(), 6, 2)]);
}

#[test]
fn functions_are_read_at_once() {
    // One match each, an arm for everything that can be asked for: in two of them one would look for an arm twice.
    let lists = [("src/app/perform.rs", "perform"), ("src/worker/job.rs", "perform")];
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (path, text) in sources() {
        for (name, length, line) in lengths(&text) {
            seen += 1;
            if length > MOST_LINES && !lists.contains(&(path.as_str(), name.as_str())) {
                wrong.push(format!("{path}:{line}: {name} has {length}"));
            }
        }
    }
    assert!(seen > 1500, "{seen} functions: the test no longer sees them");
    assert!(wrong.is_empty(), "more than {MOST_LINES} lines:\n{}", wrong.join("\n"));
}

/// Fields and variants may let their names and types speak, which is why this is no lint; whatever else is public has a
/// sentence.
#[test]
fn what_is_public_is_documented() {
    // Elsewhere, the sentences are the program's own help; the other file has the names of the ONNX standard.
    let not_here = ["src/cli/arguments.rs", "src/run/export/onnx/proto.rs", "src/engine/"];
    // As everywhere in Rust.
    let known = ["len", "is_empty", "ALL"];
    let kinds = ["fn", "struct", "enum", "trait", "const", "static", "type"];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        if !lines[0].starts_with("//!") && path != "src/main.rs" {
            wrong.push(format!("{path}:1: the module"));
        }
        for (at, line) in lines.iter().enumerate().filter(|_| !not_here.iter().any(|room| path.starts_with(room))) {
            let Some(item) = line.strip_prefix("pub ") else { continue };
            let item = item.strip_prefix("const fn").map_or_else(|| item.to_owned(), |rest| format!("fn{rest}"));
            let mut words = item.split(|c: char| !c.is_alphanumeric() && c != '_');
            let (kind, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            if !kinds.contains(&kind) || known.contains(&name) {
                continue;
            }
            let above = lines[..at].iter().rev().find(|line| !line.starts_with("#["));
            let shares = |above: &str| above.starts_with("///") || kind == "const" && above.starts_with("pub const");
            if !above.is_some_and(|above| shares(above)) {
                wrong.push(format!("{path}:{}: {line}", at + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "public, and without a sentence:\n{}", wrong.join("\n"));
}
