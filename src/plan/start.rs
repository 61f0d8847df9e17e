//! What a run takes over from another before its first step.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Plan;
use crate::{
    data::sample::Part,
    model::{FROZEN_BLOCKS, ModelSettings, Network, Op, START_FROM, Weights, taken::Taken},
    problem::{Kind, Problem},
    settings::Settings,
    text::{Lang, LocalizedText, joined, named, number, plural, say, shortest},
};

/// The run that another started from, and what was taken of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartedFrom {
    /// The run's id; of one that is not among the runs, its folder.
    pub run: String,
    /// What it was called then.
    pub name: LocalizedText,
    #[serde(flatten)]
    pub taken: Taken,
    /// So many of the first blocks do not learn.
    pub frozen: u32,
    /// The factor on the learning rate of the other taken layers.
    pub rate: f64,
}

/// What a run starts from, with the weights: those of the taken layers, of values those that give the values themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    pub from: StartedFrom,
    pub weights: Weights,
    /// `None` where it is not known, as of weights that came without their list of pictures.
    pub prior: Option<PriorPictures>,
}

/// The pictures that weights were made of before a run took them over: by the run that it started from, and by the one that
/// that one started from. They are new to no run that begins with these weights.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorPictures {
    /// Hashes of the contents, as in [`Sample`](crate::data::sample::Sample), of what was learned from.
    pub train: BTreeSet<u64>,
    /// Of what the best epoch was chosen by.
    pub validation: BTreeSet<u64>,
}

impl PriorPictures {
    /// In which part the picture with this hash was; of a picture that was in both, training.
    pub fn part(&self, hash: u64) -> Option<Part> {
        let checked = || self.validation.contains(&hash).then_some(Part::Validation);
        self.train.contains(&hash).then_some(Part::Train).or_else(checked)
    }

    /// What has to be said before `plan` is trained: that pictures of its test part are not new to the weights.
    pub fn warning(&self, plan: &Plan) -> Option<Problem> {
        let test = plan.indices(Part::Test);
        let known = test.iter().filter(|sample| self.part(plan.dataset.samples[**sample as usize].hash).is_some()).count();
        let (known, all) = (known as u64, test.len() as u64);
        (known > 0).then(|| {
            Problem::new(
                Kind::Data,
                LocalizedText::by(|lang| {
                    let (known, all) = (number(lang, known), number(lang, all));
                    match lang {
                        Lang::En => format!("The run it starts from already had {known} of the {all} test pictures"),
                        Lang::Fr => format!("L’essai de départ avait déjà {known} des {all} images de test"),
                    }
                }),
                say(
                    "The test will say little about new pictures. For a fair test use that run’s seed and split, or other pictures",
                    "Le test dira peu de choses sur des images nouvelles. Pour un test juste, prenez la graine et la répartition de cet essai, ou d’autres images",
                ),
            )
        })
    }
}

/// A run whose weights can be taken.
pub struct Origin<'a> {
    pub run: &'a str,
    pub name: LocalizedText,
    pub network: &'a Network,
    /// Whether it learned the same classes or the same value.
    pub same_question: bool,
}

impl StartedFrom {
    /// What `network`, which is that of `settings`, takes of `origin`.
    ///
    /// # Errors
    /// Nothing fits, or more blocks would be frozen than are taken.
    pub fn of(settings: &Settings, network: &Network, origin: Origin<'_>) -> Result<Self, Problem> {
        let Origin { run, name, network: old, same_question } = origin;
        let taken = Taken::of(network, old, same_question);
        let ModelSettings { frozen_blocks: frozen, .. } = settings.model;
        if taken.layers.is_empty() {
            return Err(nothing_fits(network, old, &name));
        }
        if frozen as usize > taken.blocks[0] {
            return Err(frozen_beyond(frozen, &taken, &name));
        }
        Ok(Self { run: run.to_owned(), name, taken, frozen, rate: settings.train.optimizer.old_layers_rate })
    }

    /// `4 blocks and 2 dense layers taken from “Quick”; new: the last layer`.
    pub fn words(&self, lang: Lang) -> String {
        let Taken { blocks, dense, output, .. } = &self.taken;
        let name = self.name.get(lang);
        let taken = layers(lang, [blocks[0], dense[0]], *output);
        let new = layers(lang, [blocks[1] - blocks[0].min(blocks[1]), dense[1] - dense[0].min(dense[1])], !output);
        let mut parts = vec![match lang {
            Lang::En => format!("{taken} taken from “{name}”"),
            Lang::Fr => format!("{taken}, repris de «\u{a0}{name}\u{a0}»"),
        }];
        if !new.is_empty() {
            parts.push(named(lang, say("new", "à neuf").get(lang), new));
        }
        match (self.frozen, lang) {
            (0, _) => {}
            (1, Lang::En) => parts.push("the first block is frozen".to_owned()),
            (1, Lang::Fr) => parts.push("le premier bloc est figé".to_owned()),
            (n, Lang::En) => parts.push(format!("the first {n} blocks are frozen")),
            (n, Lang::Fr) => parts.push(format!("les {n} premiers blocs sont figés")),
        }
        if self.rate < 1.0 {
            let rate = shortest(lang, self.rate);
            parts.push(match lang {
                Lang::En => format!("what was taken learns at {rate} of the rate"),
                Lang::Fr => format!("ce qui est repris apprend à {rate} fois le taux"),
            });
        }
        joined(lang, &parts)
    }
}

/// `4 blocks, 2 dense layers and the last layer`; nothing for none.
fn layers(lang: Lang, [blocks, dense]: [usize; 2], last: bool) -> String {
    let counted = |n: usize, one, many| (n > 0).then(|| plural(lang, n as u64, one, many));
    let parts = [
        counted(blocks, say("block", "bloc"), say("blocks", "blocs")),
        counted(dense, say("dense layer", "couche dense"), say("dense layers", "couches denses")),
        last.then(|| say("the last layer", "la dernière couche").get(lang).to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {} {last}", others.join(", "), say("and", "et").get(lang)),
        None => String::new(),
    }
}

/// `32 filters of 3 × 3, with batch norm`, `twice 32 filters of 3 × 3` of two convolutions.
fn first_block(network: &Network, lang: Lang) -> String {
    let conv = network.layers.iter().find_map(|layer| match layer.op {
        Op::Conv { kernel, .. } => Some((layer.output.channels, kernel)),
        _ => None,
    });
    let (filters, kernel) = conv.unwrap_or_default();
    // Behind the first convolution comes its batch norm, if any does.
    let normalized = network.layers.get(1).is_some_and(|layer| matches!(layer.op, Op::BatchNorm { .. }));
    let block = network.layers.iter().take_while(|layer| layer.op != Op::MaxPool);
    let times = match (lang, block.filter(|layer| matches!(layer.op, Op::Conv { .. })).count()) {
        (_, ..=1) => "",
        (Lang::En, _) => "twice ",
        (Lang::Fr, _) => "deux fois ",
    };
    match (lang, normalized) {
        (Lang::En, true) => format!("{times}{filters} filters of {kernel} × {kernel} with batch norm"),
        (Lang::En, false) => format!("{times}{filters} filters of {kernel} × {kernel}"),
        (Lang::Fr, true) => format!("{times}{filters} filtres de {kernel} × {kernel} avec batch norm"),
        (Lang::Fr, false) => format!("{times}{filters} filtres de {kernel} × {kernel}"),
    }
}

fn nothing_fits(new: &Network, old: &Network, name: &LocalizedText) -> Problem {
    let what = LocalizedText::by(|lang| {
        let (ours, theirs, name) = (first_block(new, lang), first_block(old, lang), name.get(lang));
        match lang {
            Lang::En => format!("Nothing of “{name}” fits: its first block has {theirs}, this one {ours}"),
            Lang::Fr => format!("Rien de «\u{a0}{name}\u{a0}» ne convient\u{a0}: son premier bloc a {theirs}, celui-ci {ours}"),
        }
    });
    let remedy = say(
        "Make the first blocks alike, or start from another run",
        "Rendez les premiers blocs pareils, ou partez d’un autre essai",
    );
    Problem::new(Kind::Settings, what, remedy).at(START_FROM)
}

fn frozen_beyond(frozen: u32, taken: &Taken, name: &LocalizedText) -> Problem {
    let blocks = taken.blocks[0];
    let what = LocalizedText::by(|lang| {
        let (name, n) = (name.get(lang), layers(lang, [blocks, 0], false));
        match lang {
            Lang::En if blocks == 0 => format!("No block is taken from “{name}”, and {frozen} would be frozen"),
            Lang::Fr if blocks == 0 => format!("Aucun bloc n’est repris de «\u{a0}{name}\u{a0}», et {frozen} seraient figés"),
            Lang::En => format!("{n} can be taken from “{name}”, and {frozen} would be frozen"),
            Lang::Fr => format!("On peut reprendre {n} de «\u{a0}{name}\u{a0}», et {frozen} seraient figés"),
        }
    });
    let remedy = LocalizedText {
        en: format!("Freeze {blocks} at most, or start from another run"),
        fr: format!("Figez-en {blocks} au plus, ou partez d’un autre essai"),
    };
    Problem::new(Kind::Settings, what, remedy).at(FROZEN_BLOCKS)
}

/// The run is not over: its weights may get better.
pub fn unfinished(name: &LocalizedText) -> Problem {
    let what = LocalizedText::by(|lang| {
        let name = name.get(lang);
        match lang {
            Lang::En => format!("“{name}” is not finished, so it has no result to start from"),
            Lang::Fr => format!("«\u{a0}{name}\u{a0}» n’est pas terminé\u{a0}: il n’a pas encore de résultat d’où partir"),
        }
    });
    let remedy = say("Resume it first, or start from another run", "Reprenez-le d’abord, ou partez d’un autre essai");
    Problem::new(Kind::Settings, what, remedy).at(START_FROM)
}

/// It is a committee, whose members each have weights of their own.
pub fn committee(name: &LocalizedText) -> Problem {
    let what = LocalizedText::by(|lang| {
        let name = name.get(lang);
        match lang {
            Lang::En => format!("“{name}” is a committee of several networks"),
            Lang::Fr => format!("«\u{a0}{name}\u{a0}» est un comité de plusieurs réseaux"),
        }
    });
    Problem::new(Kind::Settings, what, say("Start from one of its runs", "Partez de l’un de ses essais")).at(START_FROM)
}

/// The run is not here.
pub fn missing(run: &str) -> Problem {
    let run = crate::text::repeated(run);
    let what = LocalizedText {
        en: format!("The run to start from, “{run}”, is not here"),
        fr: format!("L’essai de départ, «\u{a0}{run}\u{a0}», n’est pas là"),
    };
    let remedy = say("Choose another run, or start from nothing", "Choisissez un autre essai, ou ne partez de rien");
    Problem::new(Kind::Settings, what, remedy).at(START_FROM)
}
