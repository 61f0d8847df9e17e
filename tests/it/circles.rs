//! No circle of files: what a file is built from can be read before it, and understood without it.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{code, sources};

/// A path's names, from the crate's root on: a module's, or that of what is in one.
type Names = Vec<String>;

/// A file as an importer sees it.
#[derive(Default)]
struct File {
    /// Every path that it names, and whether a `use` brings it in.
    paths: Vec<Names>,
    /// What each name that a `use` brings in stands for: others may ask this file for it.
    brought: BTreeMap<String, Names>,
}

/// The module of the file at `path`; the crate's roots have none that others could import.
fn module(path: &str) -> Option<Names> {
    let path = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let mut names: Names = path.split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    (!["lib", "main"].contains(&path)).then_some(names)
}

/// The paths of a tree of imports: `a::{b, c::{d, e}}` is `a::b`, `a::c::d` and `a::c::e`.
fn expanded(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((start, rest)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let list = rest.strip_suffix('}').expect("a list is closed");
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for c in list.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().expect("there is one").push(c),
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| expanded(part)).map(|end| format!("{start}{end}")).collect()
}

/// `path`, as it stands in the module `own`, from the crate's root on; `None` if it leads to another crate.
fn absolute(path: &str, own: &[String], modules: &BTreeSet<Names>) -> Option<Names> {
    let names: Names = path.split("::").map(|name| name.trim().to_owned()).collect();
    let supers = names.iter().take_while(|name| *name == "super").count();
    match names[0].as_str() {
        "crate" => Some(names[1..].to_vec()),
        "self" => Some([own, &names[1..]].concat()),
        "super" => Some([&own[..own.len().checked_sub(supers)?], &names[supers..]].concat()),
        child => {
            let child = [own, &[child.to_owned()][..]].concat();
            modules.contains(&child).then(|| [own, &names[..]].concat())
        }
    }
}

fn read(own: &[String], text: &str, modules: &BTreeSet<Names>) -> File {
    let text: String = code(text).map(|(_, line)| format!("{}\n", line.split(" // ").next().unwrap_or(line))).collect();
    let (mut file, mut rest) = (File::default(), String::new());
    let mut statement: Option<String> = None;
    for line in text.lines() {
        let bare = line.trim_start();
        let bare = bare.strip_prefix("pub ").or_else(|| bare.strip_prefix("pub(super) ")).unwrap_or(bare);
        if let Some(statement) = &mut statement {
            statement.push_str(bare);
        } else if let Some(tree) = bare.strip_prefix("use ") {
            statement = Some(tree.to_owned());
        } else {
            rest.push_str(line);
            rest.push('\n');
        }
        let Some(tree) = statement.take_if(|statement| statement.ends_with(';')) else { continue };
        for path in expanded(tree.trim_end_matches(';')) {
            let (path, renamed) = path.split_once(" as ").map_or((path.as_str(), None), |(path, name)| (path, Some(name)));
            let path = path.strip_suffix("::self").unwrap_or(path);
            let Some(names) = absolute(path, own, modules) else { continue };
            let name = renamed.or(names.last().map(String::as_str)).unwrap_or_default().to_owned();
            file.brought.insert(name, names.clone());
            file.paths.push(names);
        }
    }
    for root in ["crate::", "super::"] {
        for (at, _) in rest.match_indices(root) {
            let within = rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            let path: String = rest[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
            file.paths.extend(absolute(path.trim_end_matches(':'), own, modules).filter(|_| !within));
        }
    }
    file
}

/// The module in which what `names` stands for is written: through the names that a module has brought in from others.
fn home(names: &[String], files: &BTreeMap<Names, File>, depth: usize) -> Option<Names> {
    let module = (1..=names.len()).rev().map(|len| &names[..len]).find(|names| files.contains_key(*names))?;
    let next = names.get(module.len()).and_then(|name| files[module].brought.get(name)).filter(|_| depth < 8);
    match next {
        Some(brought) => home(&[&brought[..], &names[module.len() + 1..]].concat(), files, depth + 1),
        None => Some(module.to_vec()),
    }
}

/// The arrows between files: who uses what another one holds.
///
/// What a file uses of its own submodules is no arrow: it has them, as a struct has its fields, and lists them. So a
/// submodule may use what its parent holds for all of them.
fn arrows(sources: &[(String, String)]) -> BTreeSet<(String, String)> {
    let modules: BTreeSet<Names> = sources.iter().filter_map(|(path, _)| module(path)).collect();
    let entry = |(path, text): &(String, String)| module(path).map(|own| (own.clone(), read(&own, text, &modules)));
    let files: BTreeMap<Names, File> = sources.iter().filter_map(entry).collect();
    let mut arrows = BTreeSet::new();
    for (own, file) in &files {
        let homes = file.paths.iter().filter_map(|names| home(names, &files, 0));
        arrows.extend(homes.filter(|home| !home.starts_with(own)).map(|home| (own.join("::"), home.join("::"))));
    }
    arrows
}

/// The arrows that lie in a circle, or between two: what is left once those are taken away, again and again, whose end uses
/// nothing more or whose start nobody uses any more.
fn in_circles(mut arrows: BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    loop {
        let before = arrows.len();
        let starts: BTreeSet<String> = arrows.iter().map(|(start, _)| start.clone()).collect();
        let ends: BTreeSet<String> = arrows.iter().map(|(_, end)| end.clone()).collect();
        arrows.retain(|(start, end)| starts.contains(end) && ends.contains(start));
        if arrows.len() == before {
            return arrows;
        }
    }
}

#[test]
fn the_reader_of_files_sees_circles() {
    let circle = |sources: &[(&str, &str)]| {
        let sources: Vec<_> = sources.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        in_circles(arrows(&sources)).into_iter().map(|(start, end)| format!("{start} > {end}")).collect::<Vec<_>>()
    };
    let two = ["a::b > a::c", "a::c > a::b"];
    let parent = ("src/a/mod.rs", "pub mod b;\npub mod c;\nuse b::X;\npub struct Own;");
    assert_eq!(circle(&[parent, ("src/a/b.rs", "use super::c::Y;"), ("src/a/c.rs", "use crate::a::{self, b::{X, Z}};")]), two);
    // By a path where it is used, by a list over lines, and by a name that the parent has brought in.
    assert_eq!(
        circle(&[parent, ("src/a/b.rs", "fn f() -> super::c::Y {}"), ("src/a/c.rs", "pub use super::{\n    b,\n};")]),
        two
    );
    assert_eq!(circle(&[parent, ("src/a/b.rs", "use super::c;"), ("src/a/c.rs", "use super::X;")]), two);
    // What the parent holds itself, and comments.
    assert!(circle(&[parent, ("src/a/b.rs", "use super::Own;"), ("src/a/c.rs", "use super::b::X;")]).is_empty());
    assert!(circle(&[parent, ("src/a/b.rs", "// use super::c;"), ("src/a/c.rs", "use super::b::X; // b")]).is_empty());
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let arrows = arrows(&sources());
    assert!(arrows.len() > 1000, "{} arrows: the test no longer sees them", arrows.len());
    let circles: Vec<String> = in_circles(arrows).into_iter().map(|(start, end)| format!("{start} > {end}")).collect();
    assert!(circles.is_empty(), "circles of files:\n{}", circles.join("\n"));
}
