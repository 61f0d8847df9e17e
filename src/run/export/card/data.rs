//! The card's sections on data: what it was evaluated on, what it learned from, and what is known of either.

use super::{super::document::Block, not_evaluated, paragraph};
use crate::{
    data::{
        sample::{Framing, Part, Source},
        task::TaskKind,
    },
    evaluate::{Prediction, Report},
    run::RunView,
    text::{Lang, decimal, number, percent, say},
};

/// What it was evaluated on.
pub fn evaluation(view: &RunView, lang: Lang) -> Vec<Block> {
    let Some(report) = &view.report else { return vec![not_evaluated(lang)] };
    let n = number(lang, report.predictions.len() as u64);
    let source = view.info.source.name();
    let source = source.get(lang);
    let what = match (lang, report.part) {
        (Lang::En, Some(Part::Test)) => {
            format!("{n} pictures of “{source}”, the test part. {}", apart(report, lang))
        }
        (Lang::Fr, Some(Part::Test)) => format!("{n} images de « {source} », la partie test. {}", apart(report, lang)),
        (Lang::En, Some(_)) => {
            format!("{n} pictures of “{source}” from the {}; training or choices were made with them.", report.part_name(lang))
        }
        (Lang::Fr, Some(_)) => {
            format!("{n} images de « {source} », {} ; elles ont servi à l’entraînement ou aux choix.", report.part_name(lang))
        }
        (_, None) => format!("{} {}", others(view, &n, lang), apart(report, lang)),
    };
    let mut blocks = vec![
        Block::Paragraph(what),
        paragraph(
            say(
                "They were cut at the center as the network sees them, with no random changes.",
                "Elles sont recadrées au centre, telles que le réseau les voit, sans changement aléatoire.",
            ),
            lang,
        ),
    ];
    if report.mirrored {
        let text = say(
            "Each was evaluated together with its mirror image (test-time augmentation): the answer is the mean of both, of the logits.",
            "Chacune est évaluée avec son image en miroir (augmentation au test) : la réponse est la moyenne des deux, celle des logits.",
        );
        blocks.push(paragraph(text, lang));
    }
    blocks
}

/// The pictures of another folder, by its name where it is known.
fn others(view: &RunView, n: &str, lang: Lang) -> String {
    let name = view.elsewhere.as_ref().map(Source::name);
    match (lang, name) {
        (Lang::En, Some(name)) => format!("{n} pictures of another folder, “{}”.", name.en),
        (Lang::Fr, Some(name)) => format!("{n} images d’un autre dossier, «\u{a0}{}\u{a0}».", name.fr),
        (Lang::En, None) => format!("{n} pictures of another folder."),
        (Lang::Fr, None) => format!("{n} images d’un autre dossier."),
    }
}

/// What is known of whether the run had the evaluated pictures before, as whole sentences.
fn apart(report: &Report, lang: Lang) -> String {
    let Some(seen) = &report.seen else {
        let text = say(
            "It was not checked whether training had some of them too.",
            "On n’a pas vérifié si l’entraînement en avait aussi certaines.",
        );
        return text.get(lang).to_owned();
    };
    let mut sentences = Vec::new();
    if seen.is_new() {
        let text = match report.part {
            None => say(
                "None of them is among the run’s own pictures, byte for byte",
                "Aucune n’est parmi les images de l’essai, à l’octet près",
            ),
            _ => say(
                "None of them is in training or validation too, byte for byte",
                "Aucune n’est aussi à l’entraînement ou en validation, à l’octet près",
            ),
        };
        sentences.push(text.get(lang).to_owned());
    }
    sentences.extend(report.reservations(report.threshold, lang));
    sentences.extend(report.left_out(lang));
    let compared = match seen.alike {
        Some(0) => Some(say("None looks like a training picture", "Aucune ne ressemble à une image d’entraînement")),
        Some(_) => None,
        None => Some(say("Look-alikes were not compared", "Les ressemblances n’ont pas été comparées")),
    };
    sentences.extend(compared.map(|text| text.get(lang).to_owned()));
    sentences.join(". ") + "."
}

/// What it learned from.
pub fn training(view: &RunView, lang: Lang) -> Vec<Block> {
    let [train, validation, test] = view.info.pictures.map(|n| number(lang, n.into()));
    let source = view.info.source.name();
    let source = source.get(lang);
    let counts = match lang {
        Lang::En => format!("{train} pictures of “{source}”; {validation} more for validation and {test} for the test."),
        Lang::Fr => format!("{train} images de « {source} » ; {validation} autres pour la validation et {test} pour le test."),
    };
    let mut blocks = vec![Block::Paragraph(counts)];
    let text = match source_kind(view) {
        DataKind::UtkFace => say(
            "The file names are UTKFace’s (Zhang, Song and Qi 2017): aligned and cropped faces from the web, “available for non-commercial research purposes only”; the pictures belong to their owners. Its labels were estimated by the DEX algorithm and checked by a person, in two gender codes only.",
            "Les noms de fichiers sont ceux d’UTKFace (Zhang, Song et Qi 2017) : des visages du web, alignés et recadrés, « disponibles pour la recherche non commerciale uniquement » ; les images appartiennent à leurs propriétaires. Les étiquettes ont été estimées par l’algorithme DEX et vérifiées par une personne, avec deux codes de genre seulement.",
        ),
        DataKind::Drawings => say(
            "Sample faces: toy drawings made by a formula, whose labels follow their geometry with some noise. They say nothing about people.",
            "Visages d’exemple : des dessins faits par une formule, dont les étiquettes suivent la géométrie avec un peu de bruit. Ils ne disent rien des gens.",
        ),
        DataKind::Other => say(
            "A folder of the user’s own; where its pictures and labels come from, and what their licence allows, is for its owner to add here.",
            "Un dossier de l’utilisateur ; l’origine des images et des étiquettes, et ce que permet leur licence, sont à compléter ici par leur propriétaire.",
        ),
    };
    blocks.push(paragraph(text, lang));
    blocks.extend(view.report.as_ref().and_then(|report| mix(report, lang)).map(Block::Paragraph));
    blocks
}

/// Pictures of an age band that say something about its mix of classes.
const ENOUGH: u64 = 50;

/// How the classes are mixed in the evaluated part, and in which ages most unevenly: a shortcut that a network can learn.
fn mix(report: &Report, lang: Lang) -> Option<String> {
    let all = report.predictions.len();
    if all == 0 {
        return None;
    }
    if report.task.is_regression() {
        let labels = || report.predictions.iter().map(|p| p.label);
        let (youngest, oldest) = (labels().min()?, labels().max()?);
        let mean = decimal(lang, labels().map(f64::from).sum::<f64>() / all as f64, 1);
        return Some(match lang {
            Lang::En => format!("The evaluated pictures are labeled {youngest} to {oldest} years, {mean} on average."),
            Lang::Fr => format!("Les images évaluées sont étiquetées de {youngest} à {oldest}\u{a0}ans, {mean} en moyenne."),
        });
    }
    let mut counts = vec![0u64; report.task.len()];
    report.predictions.iter().for_each(|p| counts[usize::from(p.label)] += 1);
    let class = (0..counts.len()).max_by_key(|class| (counts[*class], *class)).filter(|_| !report.is_binary()).unwrap_or(1);
    let share = percent(lang, counts[class] as f64 / all as f64, 0);
    let class = report.task.name(class, lang);
    let mut text = match lang {
        Lang::En => format!("Of the evaluated pictures {share} are labeled “{class}”."),
        Lang::Fr => format!("Parmi les images évaluées, {share} sont étiquetées «\u{a0}{class}\u{a0}»."),
    };
    if !report.is_binary() || report.task.kind == TaskKind::AgeGroup {
        return Some(text);
    }
    let bands = [0u16, 10, 20, 30, 40, 50, 60, 70, 80].map(|from| {
        let within = |p: &&Prediction| p.age.is_some_and(|age| (age / 10 * 10).min(80) == from);
        let mut counts = [0u64; 2];
        report.predictions.iter().filter(within).for_each(|p| counts[usize::from(p.label == 1)] += 1);
        (from, counts)
    });
    let ratio = |counts: &[u64; 2]| counts[0].max(counts[1]) as f64 / counts[0].min(counts[1]).max(1) as f64;
    let uneven = bands.iter().filter(|(_, counts)| counts.iter().sum::<u64>() >= ENOUGH && ratio(counts) >= 1.5);
    if let Some((from, counts)) = uneven.max_by(|(_, a), (_, b)| ratio(a).total_cmp(&ratio(b))) {
        let [zeros, ones] = [0, 1].map(|c| format!("{} {}", number(lang, counts[c]), report.task.people(c, lang)));
        text += &match (lang, *from) {
            (Lang::En, 80) => format!(" From 80 on there are {zeros} and {ones}, a shortcut that a network can learn."),
            (Lang::En, from) => {
                format!(" Of ages {from} to {} there are {zeros} and {ones}, a shortcut that a network can learn.", from + 9)
            }
            (Lang::Fr, 80) => {
                format!(" À partir de 80 ans, il y a {zeros} et {ones} : un raccourci qu’un réseau peut apprendre.")
            }
            (Lang::Fr, from) => {
                format!(" De {from} à {} ans, il y a {zeros} et {ones} : un raccourci qu’un réseau peut apprendre.", from + 9)
            }
        };
    }
    Some(text)
}

/// What the data are, as far as the program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataKind {
    UtkFace,
    Drawings,
    Other,
}

/// What a run was trained on.
pub fn source_kind(view: &RunView) -> DataKind {
    match &view.info.source {
        Source::SampleFaces => DataKind::Drawings,
        Source::Folder(_) if view.info.task.is_of_names() && view.info.framing == Framing::FaceCrop => DataKind::UtkFace,
        Source::Folder(_) => DataKind::Other,
    }
}
