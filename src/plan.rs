//! Settings that were checked against a data set: the only thing that training accepts.

pub mod start;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use crate::engine::AUTOMATIC;
use start::{Start, StartedFrom};

use crate::{
    data::{
        batch::{Batches, Form, TrainingBatches},
        dataset::Dataset,
        overlap::Overlap,
        sample::Part,
        split::Split,
        target_scaler::TargetScaler,
        task::{self, Task},
    },
    engine::{EngineConfig, EvaluationPass, check_loss, memory},
    loss::{
        LossSettings,
        class_weights::{self, ClassWeights},
    },
    model::{Network, Op, Weights, init},
    problem::{Kind, Problem},
    setting_def::{self, SettingDefs, Value},
    settings::Settings,
    text::{Lang, LocalizedText, Phrase, number, say},
};

/// Everything that a run needs, checked.
#[derive(Clone, Debug)]
pub struct Plan {
    pub settings: Settings,
    pub dataset: Arc<Dataset>,
    pub split: Split,
    /// Pictures that stand in more than one part.
    pub overlap: Overlap,
    pub network: Network,
    pub steps_per_epoch: u32,
    /// Each class's loss factor.
    pub class_weights: Vec<f64>,
    /// How values are standardized while they are learned; a run that goes on has its own ([`crate::run::checkpoint`]).
    pub scaler: TargetScaler,
    /// As `--device` takes it: [`AUTOMATIC`], `cpu`, `candle`, `gpu`, or a device's id.
    pub device: String,
    /// Threads for the processor; `None` takes all cores.
    pub threads: Option<usize>,
    /// As a part of which experiment it is trained.
    pub member_of: Option<MemberOf>,
    pub share: Share,
    /// What it takes over from another run.
    pub start: Option<Arc<Start>>,
}

/// How a training is fitted in among others. It leaves no trace in the run, whose bits are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// It is left after this epoch, with all that it takes to go on.
    pub until: Option<u32>,
    /// At most so many cores, where the number of threads is not said.
    pub cores: Option<usize>,
}

/// Which part of which experiment a run is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberOf {
    /// The experiment's id.
    pub experiment: String,
    /// The place among its members, from 0.
    pub member: usize,
}

impl Plan {
    /// The plan for `settings` on `dataset`, on the device `auto` with all cores.
    ///
    /// # Errors
    /// Everything that has to be mended first, all at once, each beside its setting.
    pub fn new(settings: &Settings, dataset: Arc<Dataset>) -> Result<Self, Vec<Problem>> {
        let split = Split::new(&dataset, &settings.split, settings.seed.into());
        Self::with_split(settings, dataset, split)
    }

    /// The same with the samples dealt already, as a resumed run has them.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn with_split(settings: &Settings, dataset: Arc<Dataset>, split: Split) -> Result<Self, Vec<Problem>> {
        let class_problems = if dataset.task.is_regression() { class_option_problems(&settings.train.loss) } else { Vec::new() };
        let settings = settings.clone().for_task(&dataset.task).for_pictures(dataset.picture_shape());
        let mut problems = out_of_range(&settings);
        problems.extend(class_problems);
        problems.extend(wrong_weights(&settings.train.loss, &dataset.task));
        problems.extend(settings.split.check_fold().err());
        let counts = Part::ALL.map(|part| dataset.balance_of(&split.indices(part)));
        problems.extend(empty_parts(&dataset, &counts, split.dropped > 0));
        let network = match settings.network(&dataset.task) {
            Ok(network) => Some(network),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        problems.extend(network.as_ref().and_then(|network| check_loss(network.output, &settings.train.loss).err()));
        if network.as_ref().is_some_and(has_batch_norm) && settings.train.batch_size < 2 {
            problems.push(lonely_batch());
        }
        let Some(network) = network.filter(|_| problems.is_empty()) else { return Err(problems) };
        let train: usize = counts[0].iter().sum();
        let class_weights = class_weights::class_weights(&settings.train.loss, &counts[0]);
        let steps_per_epoch = settings.train.steps(train);
        let plan = Self {
            settings,
            overlap: Overlap::new(&dataset, &split.parts),
            scaler: TargetScaler::of(&dataset, &split.indices(Part::Train)),
            split,
            network,
            steps_per_epoch,
            class_weights,
            device: AUTOMATIC.to_owned(),
            threads: None,
            member_of: None,
            share: Share::default(),
            start: None,
            dataset,
        };
        // On the processor, which also takes over where a card fails; `engine::open` asks again for the device it opens.
        memory::check_training("cpu", &plan.engine_config()).map_err(|problem| vec![problem])?;
        Ok(plan)
    }

    /// A plan to evaluate any pictures of `dataset`, not to train: no sample belongs to a part.
    pub fn for_evaluation(settings: Settings, network: Network, dataset: Arc<Dataset>) -> Self {
        let split = Split { parts: vec![None; dataset.samples.len()], ..Split::default() };
        let (device, threads) = (AUTOMATIC.to_owned(), None);
        let overlap = Overlap::default();
        let class_weights = vec![1.0; dataset.task.len()];
        let scaler = TargetScaler::default();
        Self {
            settings,
            dataset,
            split,
            overlap,
            network,
            steps_per_epoch: 0,
            class_weights,
            scaler,
            device,
            threads,
            member_of: None,
            share: Share::default(),
            start: None,
        }
    }

    /// Threads that it may start; `None` is a thread for each core.
    fn most_threads(&self) -> Option<usize> {
        self.threads.or(self.share.cores)
    }

    /// The same, which begins with what `start` takes over: those layers learn at its rate, the frozen ones not at all.
    #[must_use]
    pub fn starting(mut self, start: Start) -> Self {
        let StartedFrom { taken, frozen, rate, .. } = &start.from;
        self.network.set_rates(&taken.layers, *rate, *frozen as usize);
        self.start = Some(Arc::new(start));
        self
    }

    /// The weights before the first step: drawn from the seed, but for what is taken over.
    pub fn first_weights(&self) -> Weights {
        let mut weights = init::init(&self.network, self.settings.model.initialization, self.settings.seed.into());
        if let Some(start) = &self.start {
            weights.0.extend(self.scaler.unfolded(start.weights.clone()).0);
        }
        weights
    }

    /// Samples of a part.
    pub fn indices(&self, part: Part) -> Vec<u32> {
        self.split.indices(part)
    }

    /// Batches in one pass over `part`, the last one perhaps short.
    pub fn batches(&self, part: Part) -> usize {
        self.indices(part).len().div_ceil(self.settings.train.batch_size as usize)
    }

    /// The training batches from step `first` of the whole run, without end.
    pub fn training_batches(&self, form: Form, first: u64) -> Batches {
        let of = TrainingBatches {
            form,
            dataset: self.dataset.clone(),
            samples: self.indices(Part::Train),
            augment: self.settings.augment.clone(),
            batch_size: self.settings.train.batch_size as usize,
            seed: self.settings.seed.into(),
            output: self.network.output,
            class_weights: self.class_weights.iter().map(|weight| *weight as f32).collect(),
            scaler: self.scaler,
            threads: self.most_threads(),
        };
        Batches::training(of, first)
    }

    /// A pass that evaluates `samples`.
    pub fn evaluation(&self, form: Form, samples: Vec<u32>) -> EvaluationPass {
        let batch_size = self.settings.train.batch_size as usize;
        EvaluationPass::new(form, self.dataset.clone(), samples, &self.settings.augment, batch_size, self.network.output)
    }

    /// What the engine is opened with.
    pub fn engine_config(&self) -> EngineConfig {
        EngineConfig {
            network: self.network.clone(),
            optimizer: self.settings.train.optimizer.clone(),
            loss: self.settings.train.loss.clone(),
            seed: self.settings.seed.into(),
            batch_size: self.settings.train.batch_size as usize,
            threads: self.most_threads(),
        }
    }
}

/// Values that no screen lets in, but a file can hold.
fn out_of_range(settings: &Settings) -> Vec<Problem> {
    let mut settings = settings.clone();
    let wrong = settings.setting_defs().into_iter().filter(|def| match &def.value {
        Value::Switch(_) | Value::Choice(_) | Value::Run(_) => false,
        Value::Whole { value, range, .. } => !range.contains(value),
        Value::Number { value, range, .. } => !range.contains(value),
        Value::List { value, length, range } => !length.contains(&value.len()) || !value.iter().all(|v| range.contains(v)),
        Value::OfClasses { value, range } => !value.iter().all(|v| range.contains(v)),
        Value::Table(rows) => rows.is_empty() || !setting_def::is_table(rows),
    });
    wrong
        .map(|def| {
            let what = LocalizedText {
                en: format!("{} cannot be “{}”", def.name.en, def.text()),
                fr: format!("{} ne peut pas être « {} »", def.name.fr, def.text()),
            };
            let remedy = LocalizedText {
                en: format!("Allowed: {}", def.allowed(Lang::En)),
                fr: format!("Permis : {}", def.allowed(Lang::Fr)),
            };
            Problem::new(Kind::Settings, what, remedy).at(&def.key)
        })
        .collect()
}

/// What is said of classes where a value is learned: it would have no effect, so it was not meant.
fn class_option_problems(loss: &LossSettings) -> Vec<Problem> {
    let weighted = loss.class_weights != ClassWeights::None;
    let class_weights = weighted.then(|| {
        let what = say(
            "Class weights are given, and an age in years has no classes",
            "Des poids de classes sont donnés, et un âge en années n’a pas de classes",
        );
        let remedy = say(
            "Set train.loss.class_weights to none, or learn age groups",
            "Mettez train.loss.class_weights à none, ou apprenez des tranches d’âge",
        );
        Problem::new(Kind::Settings, what, remedy).at(class_weights::KEY)
    });
    let smoothing = (loss.label_smoothing > 0.0).then(|| {
        let what = say(
            "Label smoothing is given, and it is for classes: an age in years has none",
            "Un lissage des étiquettes est donné, et il vaut pour des classes\u{a0}: un âge en années n’en a pas",
        );
        let remedy = say(
            "Set train.loss.label_smoothing to 0, or learn age groups",
            "Mettez train.loss.label_smoothing à 0, ou apprenez des tranches d’âge",
        );
        Problem::new(Kind::Settings, what, remedy).at("train.loss.label_smoothing")
    });
    class_weights.into_iter().chain(smoothing).collect()
}

/// Weights by hand that are not one for each class, or under which nothing is learned.
fn wrong_weights(loss: &LossSettings, task: &Task) -> Option<Problem> {
    let (given, classes) = (loss.weights.len(), task.len());
    if loss.class_weights != ClassWeights::ByHand || given == 0 || classes == 0 {
        return None;
    }
    let (what, remedy) = if given != classes {
        let what = LocalizedText {
            en: format!("There are {classes} classes, and weights by hand for {given}"),
            fr: format!("Il y a {classes} classes, et des poids à la main pour {given}"),
        };
        let remedy = LocalizedText::by(|lang| {
            say("Give a weight for each, in this order: {classes}", "Donnez un poids à chacune, dans cet ordre\u{a0}: {classes}")
                .get(lang)
                .replace("{classes}", &task.listed(lang))
        });
        (what, remedy)
    } else if loss.weights.iter().all(|weight| *weight == 0.0) {
        let what = say(
            "All weights by hand are 0, so nothing would be learned",
            "Tous les poids à la main sont à 0\u{a0}: rien ne serait appris",
        );
        (
            what.into(),
            say("Give at least one class a weight above 0", "Donnez à au moins une classe un poids supérieur à 0").into(),
        )
    } else {
        return None;
    };
    Some(Problem::new(Kind::Settings, what, remedy).at(class_weights::BY_HAND))
}

/// Parts without pictures, or with those of one class only.
/// `dropped` says whether pictures were left out since a later part has them too.
fn empty_parts(dataset: &Dataset, counts: &[Vec<usize>; 3], dropped: bool) -> Vec<Problem> {
    let balance = dataset.balance();
    let of_values = dataset.task.is_regression();
    // A year without pictures is none that is missing.
    let lacks = |counts: &[usize]| if of_values { counts.iter().all(|n| *n == 0) } else { counts.contains(&0) };
    let one_value = of_values && balance.iter().filter(|n| **n > 0).count() < 2;
    if lacks(&balance) || balance.is_empty() || one_value {
        return vec![classes_without_pictures(dataset, &balance)];
    }
    let lacking = Part::ALL.into_iter().zip(counts).filter(|(_, counts)| lacks(counts));
    lacking
        .map(|(part, counts)| {
            let missing: Vec<usize> = (0..counts.len()).filter(|class| counts[*class] == 0).collect();
            let name = part.name();
            let what = if missing.len() == counts.len() {
                LocalizedText {
                    en: format!("The {} part gets no pictures", name.en),
                    fr: format!("La partie « {} » ne reçoit aucune image", name.fr),
                }
            } else {
                LocalizedText::by(|lang| {
                    let missing: Vec<String> = missing.iter().map(|class| dataset.task.name(*class, lang)).collect();
                    let (missing, name) = (task::listed(&missing, lang), name.get(lang));
                    match lang {
                        Lang::En => format!("The {name} part gets no picture labeled {missing}"),
                        Lang::Fr => format!("La partie « {name} » ne reçoit aucune image étiquetée {missing}"),
                    }
                })
            };
            if dropped && part != Part::Test {
                let remedy = say(
                    "Its pictures are in a later part too: switch “Leave test pictures out of training” off, or “Keep the folders’ parts”",
                    "Ses images sont aussi dans une partie suivante : désactivez « Écarter de l’entraînement les images du test », ou « Garder les parties des dossiers »",
                );
                return Problem::new(Kind::Data, what, remedy).at("split.drop_shared");
            }
            let (remedy, setting) = match part {
                Part::Train => (LARGER_SHARE, "split.train"),
                Part::Validation => (LARGER_SHARE, "split.validation"),
                // It gets what the two others leave.
                Part::Test => (
                    say(
                        "Give the validation part a smaller share, which leaves the test part more, or add pictures",
                        "Donnez à la validation une part plus petite, le test en aura davantage, ou ajoutez des images",
                    ),
                    "split.validation",
                ),
            };
            Problem::new(Kind::Data, what, remedy).at(setting)
        })
        .collect()
}

/// What mends a part that gets too little.
const LARGER_SHARE: Phrase =
    say("Give it a larger share, or add pictures", "Donnez-lui une part plus grande, ou ajoutez des images");

/// Fewer than two classes have pictures, or the user's edits have taken the last from one.
fn classes_without_pictures(dataset: &Dataset, balance: &[usize]) -> Problem {
    let remedy = say(
        "Choose a folder with pictures of two labels or more",
        "Choisissez un dossier avec des images d’au moins deux étiquettes",
    );
    let there: Vec<usize> = (0..balance.len()).filter(|class| balance[*class] > 0).collect();
    match there.as_slice() {
        [] => Problem::new(Kind::Data, say("There is no usable picture", "Il n’y a aucune image utilisable"), remedy),
        [only] => {
            let what = LocalizedText::by(|lang| {
                say("All {n} pictures are labeled {class}", "Les {n} images sont toutes étiquetées {class}")
                    .get(lang)
                    .replace("{n}", &number(lang, balance[*only] as u64))
                    .replace("{class}", &dataset.task.name(*only, lang))
            });
            Problem::new(Kind::Data, what, remedy)
        }
        _ => {
            let what = LocalizedText::by(|lang| {
                let empty = (0..balance.len()).filter(|class| balance[*class] == 0);
                let names: Vec<String> = empty.map(|class| dataset.task.name(class, lang)).collect();
                say("No picture is labeled {class} any more", "Plus aucune image n’est étiquetée {class}")
                    .get(lang)
                    .replace("{class}", &task::listed(&names, lang))
            });
            let remedy = say(
                "Undo the last change, or give the class a picture",
                "Annulez le dernier changement, ou donnez une image à la classe",
            );
            Problem::new(Kind::Data, what, remedy)
        }
    }
}

fn has_batch_norm(network: &Network) -> bool {
    network.layers.iter().any(|layer| matches!(layer.op, Op::BatchNorm { .. }))
}

fn lonely_batch() -> Problem {
    Problem::new(
        Kind::Settings,
        say("Batch norm cannot learn from a single picture", "La batch norm ne peut rien apprendre d’une seule image"),
        say(
            "Take a batch size of 16 or more, or switch batch norm off",
            "Prenez des lots d’au moins 16, ou désactivez la batch norm",
        ),
    )
    .at("train.batch_size")
}
