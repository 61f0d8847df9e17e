//! The card's numbers in years.

use super::super::document::{Block, Table};
use crate::{
    evaluate::{Grouping, Interval, Regression, RegressionGroup, Report, groups::SMALL},
    text::{Lang, decimal, joined, number, percent, say, years},
};

/// How it was measured.
pub fn metrics(lang: Lang) -> Block {
    let items = [
        say(
            "Mean absolute error in years with a 95% range (Student’s t over the pictures), root of the mean squared error, R², and the share within five years (CS@5)",
            "Erreur absolue moyenne en années avec un intervalle à 95\u{a0}% (t de Student sur les images), racine de l’erreur quadratique moyenne, R², et la part à cinq ans près (CS@5)",
        ),
        say(
            "Beside the error stands the baseline: always saying the mean age of the training part",
            "À côté de l’erreur figure le niveau de référence : toujours répondre l’âge moyen de l’entraînement",
        ),
        say(
            "An answer comes with a range around it in which four of five ages lay on the validation part, among the nearest estimates (split-conformal prediction by absolute errors)",
            "Une réponse vient avec un intervalle autour d’elle où se trouvaient quatre âges sur cinq en validation, parmi les estimations les plus proches (prédiction conforme par erreurs absolues)",
        ),
    ];
    Block::List(items.iter().map(|item| item.get(lang).to_owned()).collect())
}

/// The scores of all evaluated pictures.
pub fn scores(regression: &Regression, lang: Lang) -> Table {
    let names = [say("measure", "mesure"), say("value", "valeur")];
    let mut table = Table::new(names.map(|name| name.get(lang).to_owned()).into());
    let age = |value: f64| decimal(lang, value, 1);
    let mut row = |name: String, value: String| table.row(vec![name, value], false);
    row(say("mean absolute error", "erreur absolue moyenne").get(lang).to_owned(), years(lang, regression.mae, 2));
    if let Some(range) = regression.mae_range {
        row(say("95% range", "intervalle à 95\u{a0}%").get(lang).to_owned(), range_text(range, 2, lang));
    }
    let mean = say("always the mean age, {age}", "toujours l’âge moyen, {age}").get(lang);
    row(mean.replace("{age}", &age(regression.mean_age)), years(lang, regression.baseline, 2));
    let median = say("always the median age, {age}", "toujours l’âge médian, {age}").get(lang);
    row(median.replace("{age}", &age(regression.median_age)), years(lang, regression.median_baseline, 2));
    row(say("median absolute error", "erreur absolue médiane").get(lang).to_owned(), years(lang, regression.median_error, 2));
    row(
        say("root mean squared error", "racine de l’erreur quadratique moyenne").get(lang).to_owned(),
        years(lang, regression.rmse, 2),
    );
    if let Some(r2) = regression.r2 {
        row("R²".to_owned(), decimal(lang, r2, 3));
    }
    let near = say("within 5 years (CS@5)", "à 5 ans près (CS@5)").get(lang);
    row(near.to_owned(), percent(lang, regression.within_5.share(), 1));
    row(
        say("mean of estimate less label", "moyenne de l’estimation moins l’étiquette").get(lang).to_owned(),
        with_sign(regression.bias, &years(lang, regression.bias.abs(), 2)),
    );
    table
}

/// Groups with n, mean error, range, bias, and the share within five years.
pub fn group_table(report: &Report, groups: &[RegressionGroup], by: Grouping, lang: Lang) -> Table {
    let heads = [
        say("mean error", "erreur moyenne"),
        say("95% range", "intervalle à 95\u{a0}%"),
        say("estimate less label", "estimation moins étiquette"),
        say("within 5 years", "à 5 ans près"),
        say("n", "n"),
    ];
    let mut table = Table::new([by.name(&report.task, lang)].into_iter().chain(heads.map(|h| h.get(lang).to_owned())).collect());
    for group in groups {
        let cells = vec![
            group.key.name(&report.task, lang),
            years(lang, group.mae, 1),
            group.mae_range.map_or_else(|| "–".to_owned(), |range| range_text(range, 1, lang)),
            signed(group.bias, lang),
            percent(lang, group.within_5.share(), 0),
            if group.small() { format!("{} (< {SMALL})", group.n) } else { number(lang, group.n.into()) },
        ];
        table.row(cells, group.small());
    }
    table
}

/// In which groups ages are told worse than on average beyond chance, in one sentence.
pub fn above_average(report: &Report, lang: Lang) -> String {
    let all = report.regression().and_then(|all| all.mae_range);
    let worse =
        |group: &RegressionGroup| !group.small() && group.mae_range.zip(all).is_some_and(|(group, all)| group.low > all.high);
    let names: Vec<String> = [Grouping::AGE, Grouping::RACE, Grouping::CLASS]
        .into_iter()
        .flat_map(|by| report.regression_groups(by))
        .filter(worse)
        .map(|group| group.key.name(&report.task, lang))
        .collect();
    match (names.is_empty(), lang) {
        (true, Lang::En) => "In no single group are ages told worse than on average beyond what chance explains.".to_owned(),
        (true, Lang::Fr) => {
            "Dans aucun groupe l’âge n’est estimé moins bien qu’en moyenne au-delà de ce que le hasard explique.".to_owned()
        }
        (false, Lang::En) => {
            format!("Ages are told worse than on average beyond what chance explains: {}.", joined(lang, &names))
        }
        (false, Lang::Fr) => {
            format!("L’âge est estimé moins bien qu’en moyenne au-delà de ce que le hasard explique : {}.", joined(lang, &names))
        }
    }
}

fn range_text(range: Interval, digits: usize, lang: Lang) -> String {
    let to = say("to", "à").get(lang);
    format!("{} {to} {}", decimal(lang, range.low, digits), decimal(lang, range.high, digits))
}

/// A difference with its sign: `+1.2`, `−0.4`.
pub fn signed(value: f64, lang: Lang) -> String {
    with_sign(value, &decimal(lang, value.abs(), 1))
}

/// The text of a difference's size with the sign of `value`.
fn with_sign(value: f64, text: &str) -> String {
    if value < 0.0 { format!("−{text}") } else { format!("+{text}") }
}
