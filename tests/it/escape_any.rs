//! Whatever somebody calls a run, a class or a picture: nothing of it leaves the place where it is written. Some hundred texts
//! of each kind, made of what is markup somewhere.

use std::fs;

use proptest::{collection::vec, prelude::*};
use trombine::{
    data::{sample::Source, task::Task},
    run::{
        RunView,
        export::{ExportOptions, Format, export},
    },
    text::{Lang, escape},
};

use crate::{escape as fixed, export as exports, properties::cases};

/// Text of what means something in Markdown, HTML, a table or on a terminal, and of any letters.
fn hard_text() -> impl Strategy<Value = String> {
    let hard = [
        "*",
        "_",
        "`",
        "~~",
        "#",
        "##",
        "-",
        "+",
        "=",
        "===",
        "1.",
        "2)",
        ">",
        "<",
        "</p>",
        "<b>",
        "<!--",
        "-->",
        "&",
        "&amp;",
        "&#60;",
        "[a](b)",
        "![a](b)",
        "[^1]",
        "[x]",
        "- [ ]",
        "|",
        "\\",
        "\\\\",
        "$",
        "$$",
        "http://a.b",
        "https://a.b/_c_",
        "www.a.b",
        "\n",
        "\n\n",
        "\r",
        "\t",
        "    ",
        "\u{1b}[2J",
        "\u{9b}31m",
        "\u{202e}",
        "\u{0}",
        "\u{feff}",
        "\"",
        "'",
        ";",
        ",",
        "a",
        "é",
        "x y",
        " ",
        ":",
        "://",
        "!",
        "(",
        ")",
        "{",
        "}",
        "---",
        "***",
        "```",
        "~~~",
        "]]>",
        "</script>",
        "</style>",
    ];
    let piece = prop_oneof![4 => prop::sample::select(hard.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// What a reader of Markdown sees of `text`: controls as U+FFFD, blanks as one.
fn words(text: &str) -> Vec<String> {
    let seen = |c: char| match c {
        c if c.is_ascii_whitespace() => ' ',
        c if escape::is_control(c) => '\u{fffd}',
        c => c,
    };
    text.trim().chars().map(seen).collect::<String>().split_whitespace().map(str::to_owned).collect()
}

/// What XML's entities stand for; `None` where there is markup left.
fn unescaped(xml: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = xml;
    while let Some(letter) = rest.chars().next() {
        let (taken, becomes) = match letter {
            '<' | '>' | '"' | '\'' => return None,
            '&' => {
                let entities = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\'')];
                let (entity, letter) = entities.into_iter().find(|(entity, _)| rest.starts_with(entity))?;
                (entity.len(), letter)
            }
            letter => (letter.len_utf8(), letter),
        };
        text.push(becomes);
        rest = &rest[taken..];
    }
    Some(text)
}

proptest! {
    #![proptest_config(cases(1500))]

    /// Alone, behind a heading's beginning, in a list and in a cell of a table, it is text and nothing else.
    #[test]
    fn in_markdown_it_is_text(text in hard_text()) {
        let escaped = escape::markdown(&text);
        prop_assert!(!escaped.chars().any(escape::is_control), "{escaped:?}");
        // GitHub makes links of these without any mark.
        prop_assert!(!escaped.contains("www.") && !escaped.replace("\\:", "x").contains("://"), "{escaped:?}");
        let places = [
            ("", ""),
            ("# Title – ", "\n\nText\n"),
            ("- name: ", "\n- next\n"),
            ("| a | b |\n| --- | --- |\n| x | ", " |\n| y | z |\n"),
        ];
        for (before, after) in places {
            // A reader drops U+FFFD nowhere; a heading's closing marks, it would.
            let (found, markup) = fixed::read(&format!("{before}{escaped}{after}"));
            let (plain, expected) = fixed::read(&format!("{before}word{after}"));
            // An empty text leaves an empty place.
            if words(&text).is_empty() {
                continue;
            }
            prop_assert_eq!(markup, expected, "{:?} in {:?}", escaped, before);
            let around = plain.split_once("word").unwrap();
            let inner = found.strip_prefix(around.0).and_then(|rest| rest.strip_suffix(around.1));
            prop_assert_eq!(inner.map(words), Some(words(&text)), "{:?} in {:?}: {:?}", escaped, before, found);
        }
    }

    /// In HTML and XML no mark of markup is left, and it says what it said.
    #[test]
    fn in_xml_it_is_text(text in hard_text()) {
        let escaped = escape::xml(&text);
        let seen = |c: char| match c {
            '\t' | '\n' | '\r' => ' ',
            c if escape::is_control(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
            c => c,
        };
        prop_assert_eq!(unescaped(&escaped), Some(text.chars().map(seen).collect::<String>()), "{:?}", escaped);
    }

    /// On a terminal it is one line that commands nothing; what was harmless is as it was.
    #[test]
    fn on_a_terminal_it_commands_nothing(text in hard_text()) {
        let line = escape::terminal(&text);
        prop_assert!(!line.chars().any(|c| escape::is_control(c) && c != '\t'), "{line:?}");
        let harmless: String = text.chars().filter(|c| !escape::is_control(*c)).collect();
        prop_assert_eq!(escape::terminal(&harmless), harmless.as_str());
        let json = serde_json::to_string(&text).unwrap();
        let shown = escape::json(&json);
        prop_assert!(!shown.chars().any(escape::is_control), "{shown:?}");
        prop_assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }

    /// A cell computes nothing in a spreadsheet, and no two texts become the same cell.
    #[test]
    fn in_a_cell_it_does_not_compute(text in hard_text(), other in hard_text()) {
        let cell = escape::cell(text.as_str().into());
        prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']), "{cell:?}");
        prop_assert_eq!(cell == escape::cell(other.as_str().into()), text == other);
    }
}

/// The names of all tags of a document, with the names of their attributes.
fn tags(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').expect("a tag that ends");
        // Values in quotes hold no quotes: without them the names are left.
        found.push(tag.split('"').step_by(2).collect::<String>());
        rest = after;
    }
    found
}

fn named(view: &RunView, text: &str) -> RunView {
    let mut view = view.clone();
    (view.info.name, view.info.note, view.info.device) = (text.to_owned(), text.to_owned(), text.to_owned());
    view.info.source = Source::Folder(format!("/pictures/{}", text.replace(['/', '\0'], "")).into());
    view.info.task = Task::of_classes(vec![text.to_owned(), format!("{text} 2")]);
    let report = view.report.as_mut().expect("judged");
    report.task.clone_from(&view.info.task);
    report.predictions.iter_mut().for_each(|prediction| prediction.file = text.replace('\0', "").into());
    view
}

proptest! {
    #![proptest_config(cases(12))]

    /// The whole report and the whole card have the markup that they have with plain names.
    #[test]
    fn documents_have_their_own_markup_and_no_other(text in hard_text().prop_filter("a name", |text| !words(text).is_empty())) {
        let place = tempfile::tempdir().unwrap();
        let mut view = exports::view(place.path(), exports::models()[0].clone());
        view.report.as_mut().unwrap().predictions.truncate(30);
        let written = |view: &RunView, format: Format, lang: Lang| {
            let path = place.path().join("out");
            export(view, None, format, ExportOptions { lang, overwrite: true, ..Default::default() }, &path).unwrap();
            fs::read_to_string(path).unwrap()
        };
        for lang in [Lang::En, Lang::Fr] {
            let [plain, any] = [named(&view, "plain"), named(&view, &text)];
            let html = [&plain, &any].map(|view| written(view, Format::Report, lang));
            prop_assert_eq!(tags(&html[1]), tags(&html[0]));
            prop_assert!(!html[1].chars().any(|c| escape::is_control(c) && c != '\n'));
            let card = [&plain, &any].map(|view| fixed::read(&written(view, Format::Card, lang)).1);
            prop_assert_eq!(&card[1], &card[0]);
        }
    }
}
