//! Names and notes from elsewhere are text wherever they are written, and nothing but text.

use std::{fs, path::Path};

use pulldown_cmark::{Event, Options, Parser, Tag};
use trombine::{
    data::{sample::Source, task::Task},
    run::{
        RunStore,
        export::{ExportOptions, Format, export},
    },
    setting_def::Choice as _,
    text::{Lang, escape},
};

use crate::{export as exports, picture_folder, support};

/// What somebody may have called a picture, a class or a run, or noted about it.
const NASTY: [&str; 22] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://example.org/pixel.png)",
    "[click](javascript:alert(1))",
    "https://example.org/a_b_c",
    "# A heading",
    "Text\n===",
    "1. a list",
    "12) another",
    "- item\n\n## Heading\n\n```\ncode",
    "| a | b |\n| --- | --- |",
    "*bold* _italic_ ~~gone~~ `code`",
    "&lt;b&gt; &#60; &amp;",
    "\\<b\\>",
    "=HYPERLINK(\"https://example.org\")",
    "+1",
    "@sum",
    "-2+3",
    "\t=1",
    "\u{1b}[31mred\u{1b}[0m \u{9b}2J \u{7f}\r\u{8}",
    "gnp.\u{202e}gpj.exe \u{2066}x",
    "\"' ]]> --> </style>",
];

/// The text of a Markdown document, and what is in it besides text.
pub fn read(markdown: &str) -> (String, Vec<String>) {
    let (mut text, mut others) = (String::new(), Vec::new());
    let as_github = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    for event in Parser::new_ext(markdown, as_github) {
        match event {
            Event::Text(part) => text += &part,
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::Rule => others.push(format!("{event:?}")),
            Event::Start(Tag::Paragraph) | Event::End(_) => {}
            Event::Start(tag) => others.push(format!("{tag:?}")),
        }
    }
    (text, others)
}

#[test]
fn markdown_is_read_back_as_it_was() {
    for nasty in NASTY {
        let (text, others) = read(&escape::markdown(nasty));
        assert!(others.is_empty(), "{nasty:?}: {others:?}");
        let expected: String = nasty
            .trim()
            .chars()
            .map(|c| {
                if c.is_ascii_whitespace() {
                    ' '
                } else if escape::is_control(c) {
                    '\u{fffd}'
                } else {
                    c
                }
            })
            .collect();
        // Several blanks are one to a reader.
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&text), words(&expected), "{nasty:?}");
    }
}

#[test]
fn a_card_has_the_markup_of_the_program_and_no_other() {
    let place = tempfile::tempdir().unwrap();
    let mut view = exports::view(place.path(), exports::models()[0].clone());
    let kinds = |view: &trombine::run::RunView, lang: Lang| {
        let path = place.path().join("card.md");
        export(view, None, Format::Card, ExportOptions { lang, overwrite: true, ..Default::default() }, &path).unwrap();
        let text = fs::read_to_string(path).unwrap();
        let mut kinds: Vec<String> = read(&text).1;
        kinds.retain(|kind| !kind.starts_with("Item") && !kind.starts_with("List"));
        assert!(!text.chars().any(|c| escape::is_control(c) && c != '\n'), "{text:?}");
        kinds
    };
    view.info.note = "a note".to_owned();
    view.info.source = Source::Folder("/pictures/a".into());
    view.info.task = ["a", "b"].into();
    for lang in Lang::ALL {
        let expected = kinds(&view, lang);
        assert!(expected.iter().filter(|kind| kind.starts_with("Heading")).count() == 10, "{expected:?}");
        for nasty in NASTY {
            let mut other = view.clone();
            (other.info.name, other.info.note, other.info.device) = (nasty.to_owned(), nasty.to_owned(), nasty.to_owned());
            other.info.source = Source::Folder(Path::new("/pictures").join(nasty.replace('/', "")));
            other.info.task = Task::of_classes(vec![nasty.to_owned(), format!("{nasty} 2")]);
            other.report.as_mut().unwrap().task = other.info.task.clone();
            assert_eq!(kinds(&other, lang), expected, "{nasty:?}");
        }
    }
}

/// The tables of a card are tables, and their numbers are not escaped.
#[test]
fn a_card_has_tables() {
    let place = tempfile::tempdir().unwrap();
    let view = exports::view(place.path(), exports::models()[0].clone());
    let path = place.path().join("card.md");
    export(&view, None, Format::Card, ExportOptions::default(), &path).unwrap();
    let text = fs::read_to_string(path).unwrap();
    let rules = text.lines().filter(|line| line.starts_with("| --- | ---: |")).count();
    let tables = read(&text).1.iter().filter(|kind| kind.starts_with("Table(")).count();
    assert!(rules > 1 && tables == rules, "{rules} rules, {tables} tables");
    assert!(!text.contains("| 0\\."), "{text}");
    assert_eq!(escape::markdown_cell("-1.84 | 0.5"), "-1.84 \\| 0.5");
}

#[test]
fn every_export_of_nasty_names_is_well_formed() {
    let place = tempfile::tempdir().unwrap();
    let mut view = exports::view(place.path(), exports::models()[0].clone());
    view.report.as_mut().unwrap().predictions.truncate(NASTY.len());
    view.report.as_mut().unwrap().validation.clear();
    for (prediction, nasty) in view.report.as_mut().unwrap().predictions.iter_mut().zip(NASTY) {
        prediction.file = nasty.into();
    }
    let all = NASTY.join(" ");
    (view.info.name, view.info.note) = (all.clone(), all.clone());
    view.info.task = Task::of_classes(vec![NASTY[0].to_owned(), all]);
    view.report.as_mut().unwrap().task = view.info.task.clone();
    for &format in Format::ALL {
        let path = place.path().join(format!("{format:?}"));
        export(&view, None, format, ExportOptions::default(), &path).unwrap();
    }
    // Markup of its own, and none of theirs.
    let html = fs::read_to_string(place.path().join("Report")).unwrap();
    for (n, nasty) in NASTY.iter().enumerate() {
        assert!(!html.contains(nasty) || !nasty.contains(['<', '>', '&', '"']), "{n}: {nasty:?} is in the report as it is");
    }
    assert!(!html.chars().any(|c| escape::is_control(c) && c != '\n'));
    // A table's cells are what they were, but for the mark before formulas.
    let mut table = csv::Reader::from_path(place.path().join("Csv")).unwrap();
    for (row, nasty) in table.records().zip(NASTY) {
        let cell = &row.unwrap()[0];
        assert!(cell == nasty || cell == format!("'{nasty}"), "{cell:?}");
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell:?}");
    }
    let Some(python) = support::python("xml.etree.ElementTree, html.parser") else { return support::skip("python", "no Python") };
    let script = "import glob, xml.etree.ElementTree as tree\n\
        names = glob.glob('Plots/*.svg')\n\
        for name in names: tree.parse(name)\n\
        print(len(names))\n";
    assert_eq!(support::run_python(&python, place.path(), script).trim(), "10");
}

/// File names with escape sequences and marks of direction, through the commands that name files.
#[cfg(unix)]
#[test]
fn no_command_lets_a_name_command_the_terminal() {
    let folder = picture_folder::Folder::utkface(4);
    let names = ["\u{1b}[2Jx.jpg", "a\nError: forged.jpg", "b\u{9b}31m.jpg", "c\u{202e}gpj.txt.jpg", "d\r.jpg"];
    for name in names {
        folder.write(name, b"no picture");
    }
    let home = folder.places().home;
    let view = exports::view(folder.beside("x").parent().unwrap(), exports::models()[0].clone());
    let weights = folder.beside("weights");
    export(&view, None, Format::Safetensors, ExportOptions::default(), &weights).unwrap();
    let mut run = RunStore::at(&home).import(&weights).unwrap();
    let nasty = format!("{}\nsecond line", names.join(" "));
    run.update(|info| (info.name, info.note) = (nasty.clone(), nasty.clone())).unwrap();
    let root = folder.root();
    let root = root.to_str().unwrap();
    let first = folder.root().join(names[0]);
    let csv = folder.beside("csv\u{1b}[0m.csv");
    let commands: [&[&str]; 9] = [
        &["runs"],
        &["runs", "--json"],
        &["check", root],
        &["check", root, "--json"],
        &["predict", "last", first.to_str().unwrap()],
        &["predict", "last", root, "--csv", csv.to_str().unwrap()],
        &["predict", names[0], root],
        &["export", "last", "--format", names[1], "--out", "x"],
        &["train", root, "--set", "train.epochs=\u{1b}[2J"],
    ];
    for arguments in commands {
        let mut command = support::program(&home);
        let (_, out, err) = support::outcome(command.args(["--lang", "en"]).args(arguments));
        for text in [&out, &err] {
            let odd = text.chars().find(|c| escape::is_control(*c) && *c != '\n');
            assert_eq!(odd, None, "{arguments:?}: {text:?}");
            assert!(
                !text.lines().any(|line| line.starts_with("Error: forged") || line == "second line"),
                "{arguments:?}: {text}"
            );
        }
        if arguments.contains(&"--json") {
            serde_json::from_str::<serde_json::Value>(&out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {out}"));
            assert!(!out.contains("\\u{"), "{arguments:?}: {out}");
        }
    }
}

/// A disk that takes nothing that is printed.
#[cfg(target_os = "linux")]
#[test]
fn what_could_not_be_printed_is_a_failure() {
    let place = tempfile::tempdir().unwrap();
    let commands: [&[&str]; 9] = [
        &["--help"],
        &["--version"],
        &["help"],
        &["runs"],
        &["runs", "--json"],
        &["options"],
        &["man"],
        &["completions", "bash"],
        &["devices"],
    ];
    for lang in ["en", "fr"] {
        for arguments in commands {
            let full = fs::File::options().write(true).open("/dev/full").unwrap();
            let mut command = support::program(place.path());
            command.args(["--lang", lang]).args(arguments).stdout(full).stderr(std::process::Stdio::piped());
            let output = command.spawn().unwrap().wait_with_output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {err}");
            assert!(err.contains("the disk is full") || err.contains("le disque est plein"), "{arguments:?}: {err}");
            assert_eq!(err.lines().count(), 1, "{arguments:?}: {err}");
            // A reader that goes away is no failure.
            let mut command = support::program(place.path());
            command.args(arguments).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            let mut child = command.spawn().unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{arguments:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_home_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStringExt as _;
    let place = tempfile::tempdir().unwrap();
    let home = place.path().join(std::ffi::OsString::from_vec(b"home\xff".to_vec()));
    for arguments in [&["runs"][..], &["check", "/tmp"], &["train", "--sample"]] {
        let (status, out, err) = support::outcome(support::program(&home).args(["--lang", "en"]).args(arguments));
        assert_eq!((status, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("TROMBINE_HOME is not Unicode text"), "{err}");
    }
    assert!(!home.exists());
}
