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

/// The rounded number decides, as CLDR's plural rules read it: 1.96 with one place is 2.0.
#[test]
fn a_unit_goes_with_the_number_that_is_printed() {
    let years = |lang| [1.96, 1.94, 1.0, 0.4].map(|value| text::years(lang, value, 1));
    assert_eq!(years(Lang::En), ["2.0\u{a0}years", "1.9\u{a0}years", "1.0\u{a0}years", "0.4\u{a0}years"]);
    assert_eq!(years(Lang::Fr), ["2,0\u{a0}ans", "1,9\u{a0}an", "1,0\u{a0}an", "0,4\u{a0}an"]);
    assert_eq!([Lang::En, Lang::Fr].map(|lang| text::years(lang, 1.4, 0)), ["1\u{a0}year", "1\u{a0}an"]);
    assert_eq!([Lang::En, Lang::Fr].map(|lang| text::points(lang, 0.0196, 1)), ["2.0\u{a0}points", "2,0\u{a0}points"]);
    assert_eq!([Lang::En, Lang::Fr].map(|lang| text::points(lang, -0.0194, 1)), ["-1.9\u{a0}points", "-1,9\u{a0}point"]);
    assert_eq!(text::years(Lang::Fr, f64::NAN, 1), "NaN\u{a0}ans");
}

#[test]
fn numbers_are_listed_so_that_no_comma_means_two_things() {
    assert_eq!([Lang::En, Lang::Fr].map(|lang| text::numbers(lang, &[0.5, 1.0])), ["0.5, 1", "0,5\u{a0}; 1"]);
    assert_eq!([Lang::En, Lang::Fr].map(|lang| text::joined(lang, &["a, b", "c"])), ["a, b; c", "a, b\u{a0}; c"]);
    assert_eq!([Lang::En, Lang::Fr].map(|lang| text::day(lang, 2026, 8, 1)), ["Aug 1, 2026", "1 août 2026"]);
}
