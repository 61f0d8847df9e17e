//! How both languages are set: per cent, spaces before marks, and units with their numbers.

use trombine::{
    setting_def::{EPOCHS, IN_PERCENT, UNITLESS, Unit},
    text::{self, Lang},
};

use crate::tidy::sources;

/// Every pair of literals that stands in a `say(` of the sources, with the file.
fn phrases() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for (file, source) in sources() {
        for (at, _) in source.match_indices("say(") {
            let Some((english, rest)) = literal(&source[at + 4..]) else { continue };
            let Some((french, _)) = rest.trim_start().strip_prefix(',').and_then(literal) else { continue };
            all.push((file.clone(), english, french));
        }
    }
    all
}

/// The string literal that `source` begins with, as it reads, and what follows it.
fn literal(source: &str) -> Option<(String, &str)> {
    let rest = source.trim_start().strip_prefix('"')?;
    let mut escaped = false;
    let end = rest.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    Some((rest[..end].replace("\\u{a0}", "\u{a0}"), &rest[end + 1..]))
}

/// `81%` in English; in French a no-break space before `%`, `:`, `;`, `!`, `?` and within quotation marks.
#[test]
fn marks_are_set_as_each_language_sets_them() {
    let phrases = phrases();
    assert!(phrases.len() > 1500, "{} phrases were found", phrases.len());
    let mut faults = Vec::new();
    for (file, english, french) in phrases {
        if [" %", "\u{a0}%"].iter().any(|spaced| english.match_indices(spaced).any(|(at, _)| english[..at].ends_with(digit))) {
            faults.push(format!("{file}: a space before %: {english}"));
        }
        let bare = |mark: char| french.contains(&format!(" {mark}"));
        if [':', ';', '!', '?', '»', '%'].into_iter().any(bare) || french.contains("« ") {
            faults.push(format!("{file}: a space that lines break at: {french}"));
        }
        if french.match_indices('%').any(|(at, _)| french[..at].ends_with(digit)) {
            faults.push(format!("{file}: no space before %: {french}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Both languages have the curved one: `the picture’s side`; what is typed as it stands is in backquotes.
#[test]
fn an_apostrophe_is_no_prime() {
    let straight = |text: &str| {
        let prose: String = text.split('`').step_by(2).collect();
        prose.split('\'').zip(prose.split('\'').skip(1)).any(|(before, after)| {
            before.ends_with(char::is_alphabetic) && after.starts_with(|letter: char| letter.is_alphabetic() || letter == ' ')
        })
    };
    assert!(straight("the picture's side") && straight("l'image") && !straight("`it's`") && !straight("the picture’s"));
    let phrases = phrases();
    let faults: Vec<_> = phrases.iter().filter(|(_, english, french)| straight(english) || straight(french)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

fn digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

#[test]
fn percents_and_units_follow_their_number() {
    assert_eq!([Lang::En, Lang::Fr].map(|lang| text::percent(lang, 0.8125, 0)), ["81%", "81\u{a0}%"]);
    assert_eq!([Lang::En, Lang::Fr].map(|lang| text::percent(lang, 0.8125, 1)), ["81.2%", "81,2\u{a0}%"]);
    let counted = |lang, values: [f64; 4]| values.map(|value| text::with_unit(lang, "n", EPOCHS.get(lang, value)));
    let values = [0.0, 1.0, 1.5, 2.0];
    assert_eq!(counted(Lang::En, values), ["n\u{a0}epochs", "n\u{a0}epoch", "n\u{a0}epochs", "n\u{a0}epochs"]);
    assert_eq!(counted(Lang::Fr, values), ["n\u{a0}époque", "n\u{a0}époque", "n\u{a0}époque", "n\u{a0}époques"]);
    let with = |unit: Unit| text::with_unit(Lang::En, "5", unit.get(Lang::En, 5.0));
    assert_eq!([IN_PERCENT, UNITLESS, Unit::same("px"), Unit::same("°")].map(with), ["5%", "5", "5\u{a0}px", "5°"]);
    assert_eq!(text::epochs(Lang::Fr, 0), "0\u{a0}époque");
}
