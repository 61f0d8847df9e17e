//! The report's results in years.

use super::{ReportMistake, all_of, card, narrow};
use crate::{
    evaluate::{Grouping, Regression, Report},
    run::{
        RunView,
        export::{card as model_card, plots},
    },
    text::{Lang, escape::xml, say, years},
};

/// The cards of the results.
pub(super) fn results(
    view: &RunView,
    report: &Report,
    regression: &Regression,
    pictures: &[ReportMistake<'_>],
    lang: Lang,
) -> String {
    let mut html = "<div class=\"grid\">".to_owned();
    let text = say(
        "A dot is a picture; on the dashed line the estimate is the label.",
        "Un point est une image ; sur la ligne pointillée, l’estimation est l’étiquette.",
    );
    let scatter = narrow(&plots::scatter(report, lang), text.get(lang));
    html += &card("", say("Estimate and label", "Estimation et étiquette"), report.part_name(lang), &scatter, lang);
    let scores = model_card::scores_of_years(regression, lang).html();
    html += &card("", say("Errors in years", "Erreurs en années"), "", &scores, lang);
    html += &card("", say("Groups", "Groupes"), &all_of(report, lang), &groups(report, lang), lang);
    html += &card("", say("Combined groups", "Groupes combinés"), "", &crossings(report, lang), lang);
    html += "</div>";
    if !pictures.is_empty() {
        html += &gallery(view, report, pictures, lang);
    }
    html
}

fn groups(report: &Report, lang: Lang) -> String {
    let mut html = String::new();
    for by in [Grouping::AGE, Grouping::RACE, Grouping::CLASS] {
        if report.regression_groups(by).len() > 1 {
            html += &format!("<h3>{}</h3>", xml(&by.name(&report.task, lang)));
            html += &plots::groups_of_years(report, by, lang).inline();
        }
    }
    html + &format!("<p>{}</p>", xml(&model_card::above_average(report, lang)))
}

fn crossings(report: &Report, lang: Lang) -> String {
    let mut html = String::new();
    for (i, by) in Grouping::ALL.into_iter().skip(3).filter(|by| report.records(*by)).enumerate() {
        let groups = report.regression_groups(by);
        if groups.len() > 1 {
            let open = if i == 0 { " open" } else { "" };
            let (name, table) = (by.name(&report.task, lang), model_card::group_table_of_years(report, &groups, by, lang));
            html += &format!("<details{open}><summary>{}</summary>{}</details>", xml(&name), table.html());
        }
    }
    html
}

fn gallery(view: &RunView, report: &Report, pictures: &[ReportMistake<'_>], lang: Lang) -> String {
    let mut html = "<div class=\"wall\">".to_owned();
    for (i, ReportMistake { prediction, .. }) in pictures.iter().enumerate() {
        let predicted = years(lang, prediction.estimate(), 0);
        let text = match lang {
            Lang::En => format!("predicted {predicted}"),
            Lang::Fr => format!("réponse\u{a0}: {predicted}"),
        };
        let (label_word, label) = (say("label", "étiquette").get(lang), report.task.name(prediction.label.into(), lang));
        let error = model_card::signed(prediction.error(), lang);
        html += &format!(
            "<figure><div class=\"face f{i}\" role=\"img\" aria-label=\"{}\"></div><figcaption><b>{} ({error})</b><br>{label_word} {}</figcaption></figure>",
            xml(&text),
            xml(&text),
            xml(&label)
        );
    }
    html += "</div>";
    let caption = match model_card::source_kind(view) {
        model_card::DataKind::Drawings => say("drawings, the largest error first", "dessins, la plus grande erreur d’abord"),
        _ => say("shows people: not for passing on", "montre des personnes : à ne pas diffuser"),
    };
    card("wide", say("Largest errors", "Plus grandes erreurs"), caption.get(lang), &html, lang)
}
