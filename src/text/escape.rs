//! Text from elsewhere (names of files, runs and classes, notes) made harmless for the place in which it is written.

use std::borrow::Cow;

/// Whether a character is not seen but does something: controls, and the marks that turn the direction of writing, by which
/// a name can be shown as another (CVE-2021-42574). What joins or separates letters in scripts that need it is none.
pub fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A line on a terminal: what would command it is shown as `\u{1b}`. A tab stays.
pub fn terminal(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| (is_control(letter) && letter != '\t').then(|| letter.escape_unicode().to_string()))
}

/// Several lines of our own on a terminal, such as a help; as [`terminal`] but for the ends of lines.
pub fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| (is_control(letter) && !matches!(letter, '\t' | '\n')).then(|| letter.escape_unicode().to_string()))
}

/// JSON that a terminal may show: `serde_json` lets through what is no control in ASCII. The text stays what it was.
pub fn json(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| {
        // All of them are in the first plane, where one unit is enough.
        (is_control(letter) && !matches!(letter, '\t' | '\n')).then(|| format!("\\u{:04x}", u32::from(letter)))
    })
}

/// Text and attributes of HTML and XML, and so of SVG. Control characters have no place in XML, not even escaped.
pub fn xml(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| {
        Some(match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&#39;".to_owned(),
            '\t' | '\n' | '\r' => " ".to_owned(),
            letter if is_control(letter) || matches!(letter, '\u{fffe}' | '\u{ffff}') => "\u{fffd}".to_owned(),
            _ => return None,
        })
    })
}

/// A run of text in Markdown (CommonMark and GitHub's): no markup, no HTML, no link, no heading or list, in one line.
pub fn markdown(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    // `1.`, `2)`: a list; `#`, `-`, `+`, `=`: headings, lists, rules. Elsewhere than at the beginning they mean nothing.
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let begins = match text[digits..].chars().next() {
        Some('.' | ')') if digits > 0 => Some(digits),
        Some('#' | '-' | '+' | '=') if digits == 0 => Some(0),
        _ => None,
    };
    without_markup(text, begins)
}

/// The same in a cell of a table, where no heading or list begins: numbers and signs stay as they are.
pub fn markdown_cell(text: &str) -> Cow<'_, str> {
    without_markup(text.trim(), None)
}

/// `text` with its markup escaped, and what would begin a block at `begins`.
fn without_markup(text: &str, begins: Option<usize>) -> Cow<'_, str> {
    let mut at = 0;
    replaced(text, |letter| {
        let first = begins == Some(at);
        at += letter.len_utf8();
        Some(match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' => format!("\\{letter}"),
            // Or an address would become a link.
            ':' if text[at..].starts_with("//") => "\\:".to_owned(),
            '.' if text[..at].ends_with("www.") => "\\.".to_owned(),
            // Those at a heading's end would be its closing marks.
            '#' if at == text.len() => "\\#".to_owned(),
            letter if first => format!("\\{letter}"),
            '\t' | '\n' | '\r' => " ".to_owned(),
            letter if is_control(letter) => "\u{fffd}".to_owned(),
            _ => return None,
        })
    })
}

/// A cell of a table that a spreadsheet shows and does not compute. What begins as a formula gets an apostrophe before it,
/// as OWASP advises ("CSV injection"); so does what begins like that already, so that no two texts become the same.
/// Separators, quotes and ends of lines are the table's own matter.
pub fn cell(text: Cow<'_, str>) -> Cow<'_, str> {
    let runs = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if text.trim_start_matches('\'').starts_with(runs) { format!("'{text}").into() } else { text }
}

/// The text with each letter that `instead` gives something for replaced by that.
fn replaced(text: &str, mut instead: impl FnMut(char) -> Option<String>) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    for (at, letter) in text.char_indices() {
        match instead(letter) {
            Some(other) => {
                if let Cow::Borrowed(_) = out {
                    out = Cow::Owned(text[..at].to_owned());
                }
                out.to_mut().push_str(&other);
            }
            None => {
                if let Cow::Owned(out) = &mut out {
                    out.push(letter);
                }
            }
        }
    }
    out
}
