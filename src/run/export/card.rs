//! The model card: the nine sections of Mitchell et al. 2019, "Model cards for model reporting", filled in.

mod data;
mod years;

pub use data::{DataKind, source_kind};
pub use years::{above_average, group_table as group_table_of_years, scores as scores_of_years, signed};

use super::document::{Block, Section, Table, markdown};
use crate::{
    data::sample::Framing,
    evaluate::{Group, Grouping, Report, calibration, groups::SMALL},
    model::summary,
    run::{RunView, date},
    setting_def::SettingDefs,
    settings::images::ImageOption,
    text::{self, Lang, Phrase, capital, decimal, duration, epochs, escape, joined, named, number, percent, say},
};

/// The card as a Markdown file.
pub fn card(view: &RunView, lang: Lang) -> String {
    let title = say("Model card", "Fiche du modèle").get(lang);
    format!("# {title} – {}\n{}", escape::markdown(view.info.name(lang)), markdown(&sections(view, lang)))
}

/// The nine sections.
pub fn sections(view: &RunView, lang: Lang) -> Vec<Section> {
    let parts: [(Phrase, Vec<Block>); 9] = [
        (say("Model details", "Détails du modèle"), details(view, lang)),
        (say("Intended use", "Usage prévu"), intended_use(view, lang)),
        (say("Factors", "Facteurs"), factors(view, lang)),
        (say("Metrics", "Mesures"), metrics(view, lang)),
        (say("Evaluation data", "Données d’évaluation"), data::evaluation(view, lang)),
        (say("Training data", "Données d’entraînement"), data::training(view, lang)),
        (say("Quantitative analyses", "Analyses quantitatives"), analyses(view, lang)),
        (say("Ethical considerations", "Considérations éthiques"), ethics(view, lang)),
        (say("Caveats and recommendations", "Limites et recommandations"), caveats(view, lang)),
    ];
    parts.into_iter().map(|(title, blocks)| Section { title: title.get(lang).to_owned(), blocks }).collect()
}

fn paragraph(text: Phrase, lang: Lang) -> Block {
    Block::Paragraph(text.get(lang).to_owned())
}

fn list(items: &[Phrase], lang: Lang) -> Block {
    Block::List(items.iter().map(|item| item.get(lang).to_owned()).collect())
}

fn details(view: &RunView, lang: Lang) -> Vec<Block> {
    let info = &view.info;
    let day = date::day(lang, info.created);
    let time = duration(lang, info.seconds);
    // Of runs of before it is not known.
    let by = if info.versions.is_empty() { String::new() } else { format!(" {}", info.versions.join(", ")) };
    let epochs = epochs(lang, info.epochs_done.into());
    let kept = info.kept_epoch().map_or_else(|| "–".to_owned(), |kept| number(lang, kept.into()));
    let mut items = match lang {
        Lang::En => vec![
            format!("Run “{}” ({}), trained with Trombine{by} on {day}", info.name(lang), info.id),
            format!("{epochs} in {time} on {}; the weights are those of epoch {kept}", info.device),
        ],
        Lang::Fr => vec![
            format!("Essai « {} » ({}), entraîné avec Trombine{by} le {day}", info.name(lang), info.id),
            format!("{epochs} en {time} sur {} ; les poids sont ceux de l’époque {kept}", info.device),
        ],
    };
    items.extend(info.started_from.as_ref().map(|from| capital(&from.words(lang))));
    if info.committee.is_some() {
        items = of_committee(view, lang);
    } else if let Ok(network) = view.network() {
        let (side, learned) = (network.input.width, number(lang, network.trained_values() as u64));
        items.push(match lang {
            Lang::En => format!("A convolutional network for color pictures of {side} × {side} pixels with {learned} parameters"),
            Lang::Fr => {
                format!("Un réseau à convolutions pour des images couleur de {side} × {side} pixels, {learned} paramètres")
            }
        });
        items.extend(summary::rows(&network).iter().map(|row| named(lang, &row.name, row.what.get(lang))));
    }
    let license = match (source_kind(view), lang) {
        (DataKind::UtkFace, Lang::En) => {
            "Licence: the training pictures are for non-commercial research only; use the weights no further than that"
        }
        (DataKind::UtkFace, Lang::Fr) => {
            "Licence : les images d’entraînement sont réservées à la recherche non commerciale ; n’utilisez pas les poids au-delà"
        }
        (DataKind::Drawings, Lang::En) => "Licence: trained on Trombine’s own drawings (MIT)",
        (DataKind::Drawings, Lang::Fr) => "Licence : entraîné sur les dessins de Trombine (MIT)",
        (DataKind::Other, Lang::En) => "Licence: as the training pictures allow; Trombine does not know their terms",
        (DataKind::Other, Lang::Fr) => {
            "Licence : selon ce que permettent les images d’entraînement ; Trombine n’en connaît pas les conditions"
        }
    };
    items.push(license.to_owned());
    if !info.note.is_empty() {
        items.push(info.note.clone());
    }
    vec![Block::List(items)]
}

/// A committee's members and how their answers become one.
fn of_committee(view: &RunView, lang: Lang) -> Vec<String> {
    let (info, day) = (&view.info, date::day(lang, view.info.created));
    let by: String = info.versions.iter().map(|version| format!(" {version}")).collect();
    let mut items = vec![match lang {
        Lang::En => format!("“{}” ({}), made on {day} with Trombine{by}", info.name(lang), info.id),
        Lang::Fr => format!("«\u{a0}{}\u{a0}» ({}), formé le {day} avec Trombine{by}", info.name(lang), info.id),
    }];
    items.extend(info.committee_notes(lang));
    let members = info.committee.iter().flat_map(|committee| &committee.members);
    items.extend(members.map(|member| format!("{} ({}, {})", member.name.get(lang), member.run, member.weights.hash)));
    items
}

fn intended_use(view: &RunView, lang: Lang) -> Vec<Block> {
    let mut items = vec![
        say(
            "It guesses which label its training collection would give a picture framed as its own",
            "Il devine quelle étiquette sa collection d’entraînement donnerait à une image cadrée comme les siennes",
        ),
        say(
            "It is not for decisions about people: not for access, hiring, advertising, policing, medicine or statistics about passers-by",
            "Il n’est pas fait pour décider au sujet de personnes : ni accès, ni recrutement, ni publicité, ni police, ni médecine, ni statistiques sur des passants",
        ),
    ];
    if source_kind(view) == DataKind::UtkFace {
        items[0] = say(
            "It guesses which label its training collection would give a tight, frontal face picture",
            "Il devine quelle étiquette sa collection d’entraînement donnerait à une photo de visage serrée et de face",
        );
    }
    if view.info.task.is_regression() {
        items.push(say(
            "It cannot tell anybody’s age, and is not proof of it: for one person the estimate is off by years, and by more for some groups than for others",
            "Il ne dit l’âge de personne et n’en est pas une preuve : pour une personne l’estimation se trompe de plusieurs années, et plus pour certains groupes que pour d’autres",
        ));
    }
    if view.info.task.is_gender() {
        items.push(say(
            "It cannot tell anybody’s gender identity, and a wrong label can hurt",
            "Il ne dit rien de l’identité de genre de quiconque, et une étiquette fausse peut blesser",
        ));
    }
    vec![
        paragraph(
            say(
                "For learning and research: to see how a classifier of pictures is trained, how good it gets, and where it fails.",
                "Pour apprendre et pour la recherche : voir comment un classifieur d’images s’entraîne, ce qu’il vaut et où il échoue.",
            ),
            lang,
        ),
        list(&items, lang),
    ]
}

fn factors(view: &RunView, lang: Lang) -> Vec<Block> {
    let mut items = vec![say(
        "Pose, light, blur, glasses, make-up and cropping also matter; they are not recorded, so they are not measured",
        "La pose, la lumière, le flou, les lunettes, le maquillage et le cadrage comptent aussi ; ils ne sont pas notés, donc pas mesurés",
    )];
    if source_kind(view) == DataKind::UtkFace {
        items.insert(
            0,
            say(
                "Results are given by age band, by recorded race label, by recorded gender, and by their combinations",
                "Les résultats sont donnés par tranche d’âge, par «\u{a0}race\u{a0}» notée, par genre noté et par leurs combinaisons",
            ),
        );
        items.insert(
            1,
            say(
                "The race label is UTKFace’s own five-fold code, estimated by a program and checked by a person; it is not skin type, and no claim about skin type is made",
                "La «\u{a0}race\u{a0}» notée est le code à cinq valeurs d’UTKFace, estimé par un programme et vérifié par une personne ; ce n’est pas le type de peau, et rien n’est affirmé sur celui-ci",
            ),
        );
    }
    vec![list(&items, lang)]
}

fn metrics(view: &RunView, lang: Lang) -> Vec<Block> {
    if view.info.task.is_regression() {
        return vec![years::metrics(lang)];
    }
    let mut items = vec![
        say(
            "Accuracy with a 95% range (Wilson), precision, recall and F1 of each class and their mean (macro)",
            "Exactitude avec un intervalle à 95\u{a0}% (Wilson), précision, rappel et F1 de chaque classe et leur moyenne (macro)",
        )
        .get(lang)
        .to_owned(),
        say(
            "Beside every accuracy stands the baseline: always saying the class that most training pictures have",
            "À côté de chaque exactitude figure le niveau de référence : toujours répondre la classe majoritaire de l’entraînement",
        )
        .get(lang)
        .to_owned(),
    ];
    if let Some(report) = &view.report {
        let (threshold, temperature) = (text::threshold(lang, report.threshold), decimal(lang, report.temperature, 2));
        items.push(match (lang, report.is_binary().then(|| report.task.name(1, lang))) {
            (Lang::En, Some(class)) => {
                format!("A picture is predicted as “{class}” from a probability of {threshold} on; temperature {temperature}")
            }
            (Lang::Fr, Some(class)) => {
                format!("Une image est dite «\u{a0}{class}\u{a0}» à partir d’une probabilité de {threshold}\u{a0}; température {temperature}")
            }
            (Lang::En, None) => {
                format!("The answer is the likeliest class, “not sure” below a probability of {threshold}; temperature {temperature}")
            }
            (Lang::Fr, None) => {
                format!("La réponse est la classe la plus probable, «\u{a0}pas sûr\u{a0}» sous une probabilité de {threshold}\u{a0}; température {temperature}")
            }
        });
    }
    vec![Block::List(items)]
}

fn analyses(view: &RunView, lang: Lang) -> Vec<Block> {
    let Some(report) = &view.report else { return vec![not_evaluated(lang)] };
    let regression = report.regression();
    let mut blocks = vec![
        Block::Paragraph(format!("{}.", report.headline(report.threshold, lang))),
        Block::Paragraph(format!("{}.", capital(&report.subline(report.threshold, lang)))),
        Block::Table(regression.as_ref().map_or_else(|| scores(report, lang), |all| scores_of_years(all, lang))),
        paragraph(
            say(
                "By group, with n and a 95% range. Overlapping ranges show no difference; groups of fewer than 30 pictures say little and are not compared.",
                "Par groupe, avec n et un intervalle à 95\u{a0}%. Des intervalles qui se recouvrent ne permettent d’affirmer aucune différence ; les groupes de moins de 30 images disent peu et ne sont pas comparés.",
            ),
            lang,
        ),
    ];
    if regression.is_some() {
        blocks.push(Block::Paragraph(above_average(report, lang)));
        let groups = Grouping::ALL.into_iter().filter(|by| report.records(*by)).map(|by| (by, report.regression_groups(by)));
        let tables = groups.filter(|(_, groups)| groups.len() > 1);
        blocks.extend(tables.map(|(by, groups)| Block::Table(group_table_of_years(report, &groups, by, lang))));
        return blocks;
    }
    let apart = below_average(report, lang);
    blocks.push(Block::Paragraph(apart));
    // A data set without ages or race labels has nothing to tell by them.
    for by in Grouping::ALL.into_iter().filter(|by| report.records(*by)) {
        let groups = report.groups(report.threshold, by);
        if groups.len() > 1 {
            blocks.push(Block::Table(group_table(report, &groups, by, lang)));
        }
    }
    blocks
}

fn ethics(view: &RunView, lang: Lang) -> Vec<Block> {
    let mut items = Vec::new();
    if view.info.task.is_gender() {
        items.push(say(
            "Gender is not visible; the program agrees or disagrees with a label that somebody recorded, in two codes that leave people out",
            "Le genre ne se voit pas ; le programme est d’accord ou non avec une étiquette que quelqu’un a notée, en deux codes qui laissent des gens de côté",
        ));
    }
    items.push(say(
            "Good averages can hide groups: Gender Shades (Buolamwini and Gebru 2018) found up to 34.7% errors for darker-skinned women in products whose averages were good",
            "De bonnes moyennes peuvent cacher des groupes : Gender Shades (Buolamwini et Gebru 2018) a trouvé jusqu’à 34,7\u{a0}% d’erreurs pour les femmes à la peau foncée dans des produits bons en moyenne",
    ));
    if source_kind(view) == DataKind::UtkFace {
        items.push(say(
            "The people shown were not asked; do not publish their pictures",
            "Les personnes représentées n’ont pas été consultées ; ne publiez pas leurs images",
        ));
    }
    vec![list(&items, lang)]
}

fn caveats(view: &RunView, lang: Lang) -> Vec<Block> {
    let framing = match view.info.framing {
        Framing::FaceCrop => say(
            "A photo must be a tight, upright crop of one face, as the training pictures are; on anything else the answer means nothing",
            "Une photo doit être un cadrage serré et droit d’un seul visage, comme les images d’entraînement ; sur autre chose la réponse ne veut rien dire",
        ),
        Framing::Whole => say(
            "A picture must be framed as the training pictures are; on anything else the answer means nothing",
            "Une image doit être cadrée comme celles d’entraînement ; sur autre chose la réponse ne veut rien dire",
        ),
    };
    let mut items = vec![
        framing,
        say(
            "One run is a single draw: a difference smaller than the range, or seen with one seed only, is noise",
            "Un essai est un seul tirage\u{a0}: une différence plus petite que l’intervalle, ou vue avec une seule graine, est du bruit",
        ),
        say(
            "Wrong labels in the data count as mistakes of the model, and the other way round",
            "Les étiquettes fausses des données comptent comme des erreurs du modèle, et inversement",
        ),
    ];
    if source_kind(view) == DataKind::UtkFace {
        items.push(say(
            "Children are hard, for people too: look at the youngest band before you trust the average",
            "Les enfants sont difficiles, pour les gens aussi : regardez la tranche la plus jeune avant de croire la moyenne",
        ));
    }
    vec![list(&items, lang)]
}

fn not_evaluated(lang: Lang) -> Block {
    paragraph(say("The run has not been evaluated yet.", "L’essai n’a pas encore été évalué."), lang)
}

/// Scores of both classes and their mean.
pub fn scores(report: &Report, lang: Lang) -> Table {
    let names = [say("class", "classe"), say("precision", "précision"), say("recall", "rappel"), say("F1", "F1"), say("n", "n")];
    let mut table = Table::new(names.map(|name| name.get(lang).to_owned()).into());
    let scores = report.scores(report.threshold);
    let mut rows = report.task.names(lang);
    rows.push("macro".to_owned());
    let mut averages = vec![&scores.macro_average];
    if !report.is_binary() {
        rows.push(say("weighted", "pondérée").get(lang).to_owned());
        averages.push(&scores.weighted_average);
    }
    for (name, score) in rows.into_iter().zip(scores.classes.iter().chain(averages)) {
        let three = |value| decimal(lang, value, 3);
        let n = number(lang, score.support.into());
        table.row(vec![name, three(score.precision), three(score.recall), three(score.f1), n], false);
    }
    table
}

/// Groups with n, accuracy, range and F1.
pub fn group_table(report: &Report, groups: &[Group], by: Grouping, lang: Lang) -> Table {
    let heads =
        [say("accuracy", "exactitude"), say("95% range", "intervalle à 95\u{a0}%"), say("F1 macro", "F1 macro"), say("n", "n")];
    let mut table = Table::new([by.name(&report.task, lang)].into_iter().chain(heads.map(|h| h.get(lang).to_owned())).collect());
    for group in groups {
        let range = group.accuracy.wilson();
        let to = say("to", "à").get(lang);
        let cells = vec![
            group.key.name(&report.task, lang),
            percent(lang, group.accuracy.share(), 1),
            format!("{} {to} {}", decimal(lang, range.low * 100.0, 0), percent(lang, range.high, 0)),
            group.macro_f1().map_or_else(|| "–".to_owned(), |f1| decimal(lang, f1, 3)),
            if group.small() { format!("{} (< {SMALL})", group.accuracy.n) } else { number(lang, group.accuracy.n.into()) },
        ];
        table.row(cells, group.small());
    }
    table
}

/// Which groups lie below the average beyond chance, in one sentence.
pub fn below_average(report: &Report, lang: Lang) -> String {
    let all = report.accuracy(report.threshold).wilson();
    let names: Vec<String> = [Grouping::AGE, Grouping::RACE, Grouping::CLASS]
        .into_iter()
        .flat_map(|by| report.groups(report.threshold, by))
        .filter(|group| !group.small() && group.accuracy.wilson().high < all.low)
        .map(|group| group.key.name(&report.task, lang))
        .collect();
    let calibration = percent(lang, calibration::calibration_error(&report.reliability()), 1);
    let groups = match (names.is_empty(), lang) {
        (true, Lang::En) => "No single group lies below the average beyond what chance explains.".to_owned(),
        (true, Lang::Fr) => "Aucun groupe n’est sous la moyenne au-delà de ce que le hasard explique.".to_owned(),
        (false, Lang::En) => format!("Below the average beyond what chance explains: {}.", joined(lang, &names)),
        (false, Lang::Fr) => format!("Sous la moyenne au-delà de ce que le hasard explique : {}.", joined(lang, &names)),
    };
    match lang {
        Lang::En => format!("{groups} Expected calibration error: {calibration}."),
        Lang::Fr => format!("{groups} Erreur de calibration attendue : {calibration}."),
    }
}

/// The settings as (name, value) rows, those without effect left out.
pub fn settings(view: &RunView, lang: Lang) -> Table {
    let names = [say("setting", "réglage"), say("value", "valeur")];
    let mut table = Table::new(names.map(|name| name.get(lang).to_owned()).into());
    let mut settings = view.settings.clone();
    let shape = settings.augment.shape();
    for option in ImageOption::ALL.into_iter().filter(|option| !option.is_default(shape)) {
        table.row(vec![option.name().get(lang).to_owned(), option.shown(shape, lang)], false);
    }
    for def in settings.setting_defs().into_iter().filter(|def| def.active) {
        table.row(vec![def.name.get(lang).to_owned(), def.display(lang)], false);
    }
    table
}
