//! What is asked, turned into the runs that answer it.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{ExperimentKind, Halving, Member, Variant, Vary, parts, search};
use crate::{
    data::{dataset::Dataset, split::Split, task::Task},
    plan::Plan,
    preset::Preset,
    problem::{Kind, Problem},
    run::RequestedDevice,
    setting_def::Choice as _,
    settings::Settings,
    text::{Lang, LocalizedText, Phrase, percent, plural, say},
};

/// The shares of the training part of a learning curve, in per cent.
pub const SHARES: [u32; 5] = [10, 20, 40, 80, 100];
/// More members no experiment has.
pub(super) const MOST: usize = 2000;

/// What is asked, with its options.
#[derive(Clone, Debug, PartialEq)]
pub enum Design {
    Seeds,
    /// Cross-validation with so many folds.
    Folds(u32),
    Compare(Vec<Recipe>),
    /// Shares of the training part, in per cent.
    Curve(Vec<u32>),
    Ablate,
    Search {
        vary: Vec<Vary>,
        /// How many are drawn at random; `None` takes all combinations.
        runs: Option<u32>,
    },
}

/// A recipe that is compared, with its own name.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    pub name: LocalizedText,
    pub settings: Settings,
}

/// An experiment that is not begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub kind: ExperimentKind,
    pub name: LocalizedText,
    pub base: Settings,
    pub variants: Vec<Variant>,
    pub members: Vec<Member>,
    /// Of a search: what it takes values from.
    #[serde(default)]
    pub vary: Vec<Vary>,
    /// Of a search: after how many epochs only the best go on.
    #[serde(default)]
    pub halving: Option<Halving>,
}

impl Design {
    /// Which kind it is.
    pub const fn kind(&self) -> ExperimentKind {
        match self {
            Self::Seeds => ExperimentKind::Seeds,
            Self::Folds(_) => ExperimentKind::Folds,
            Self::Compare(_) => ExperimentKind::Compare,
            Self::Curve(_) => ExperimentKind::Curve,
            Self::Ablate => ExperimentKind::Ablate,
            Self::Search { .. } => ExperimentKind::Search,
        }
    }

    /// The runs that answer it, each variant with `seeds` seeds from that of `base` on. Each seed deals the pictures anew, the
    /// same way for all variants, unless `same_split` holds them to the split of the first; a learning curve always does.
    ///
    /// # Errors
    /// Options that give nothing to train, or too much.
    pub fn draft(&self, base: &Settings, seeds: u32, same_split: bool) -> Result<Draft, Problem> {
        let (mut base, kind) = (base.clone(), self.kind());
        if (same_split || kind == ExperimentKind::Curve) && !base.split.own_seed {
            (base.split.own_seed, base.split.seed) = (true, base.seed);
        }
        if let Self::Search { vary, runs } = self {
            // Each seed of the experiment would overwrite it.
            if seeds > 1 && vary.iter().any(|vary| vary.key == "seed") {
                return Err(seed_twice());
            }
            let runs = search::count(vary, *runs).saturating_mul(seeds.max(1) as usize);
            if runs > MOST {
                return Err(too_many(runs));
            }
        }
        let whole = || Variant { label: Preset::nearest(&base).name().into(), changes: Vec::new() };
        let variants = match self {
            Self::Seeds | Self::Folds(_) => vec![whole()],
            Self::Compare(recipes) => recipes.iter().map(|recipe| recipe.variant(&base)).collect(),
            Self::Curve(shares) => shares.iter().copied().collect::<BTreeSet<u32>>().into_iter().map(at_share).collect(),
            Self::Ablate => parts::without_each(&base),
            Self::Search { vary, runs } => search::variants(&base, vary, *runs)?,
        };
        let few = match kind {
            ExperimentKind::Seeds => seeds < 2,
            ExperimentKind::Folds => matches!(self, Self::Folds(..2)),
            _ => variants.len() < 2,
        };
        if few {
            return Err(nothing_to_compare(kind));
        }
        // One seed is the recipe's own, and needs no word.
        let seed = base.seed;
        let of_seed = |nth: u32| (seeds > 1).then(|| format!("seed={}", seed.wrapping_add(nth)));
        let mut repeats: Vec<Vec<String>> = (0..seeds.max(1)).map(|nth| of_seed(nth).into_iter().collect()).collect();
        if let Self::Folds(folds) = self {
            base.set(&format!("split.folds={folds}"))?;
            let folds = |changes: &Vec<String>| {
                let one = |fold| changes.iter().cloned().chain(Some(format!("split.fold={fold}"))).collect();
                (1..=*folds).map(one).collect::<Vec<Vec<String>>>()
            };
            repeats = repeats.iter().flat_map(folds).collect();
        }
        if variants.len() * repeats.len() > MOST {
            return Err(too_many(variants.len() * repeats.len()));
        }
        // Each seed of all variants before the next: what is there can be compared early.
        let members = repeats
            .iter()
            .flat_map(|changes| (0..variants.len()).map(move |variant| Member { variant, changes: changes.clone() }));
        let members: Vec<Member> = members.collect();
        let name = self.name(&base, variants.len(), seeds);
        let vary = if let Self::Search { vary, .. } = self { vary.clone() } else { Vec::new() };
        Ok(Draft { kind, name, base, variants, members, vary, halving: None })
    }

    /// `Quick look · 5 folds`.
    fn name(&self, base: &Settings, variants: usize, seeds: u32) -> LocalizedText {
        let preset = Preset::nearest(base).name();
        let count = |n: usize, lang, one: Phrase, more: Phrase| plural(lang, n as u64, one, more);
        LocalizedText::by(|lang| {
            let what = match self {
                Self::Seeds => String::new(),
                Self::Folds(folds) => count(*folds as usize, lang, say("fold", "pli"), say("folds", "plis")),
                Self::Compare(_) => count(variants, lang, say("recipe", "recette"), say("recipes", "recettes")),
                Self::Curve(_) => say("learning curve", "courbe d’apprentissage").get(lang).to_owned(),
                Self::Ablate => say("what matters", "ce qui compte").get(lang).to_owned(),
                Self::Search { .. } => say("search", "recherche").get(lang).to_owned(),
            };
            let seeds = count(seeds as usize, lang, say("seed", "graine"), say("seeds", "graines"));
            let several = self == &Self::Seeds || !seeds.starts_with("1\u{a0}");
            let recipe = (!matches!(self, Self::Compare(_))).then(|| preset.get(lang).to_owned());
            let words = recipe.into_iter().chain(Some(what)).chain(several.then_some(seeds));
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ")
        })
    }
}

impl Recipe {
    /// A recipe of the program's own, for what `task` asks.
    pub fn preset(preset: Preset, task: &Task) -> Self {
        Self { name: preset.name().into(), settings: preset.settings_for(task) }
    }

    /// What it changes in `base`, whose split and seed stay.
    fn variant(&self, base: &Settings) -> Variant {
        let ours = Settings { seed: base.seed, split: base.split.clone(), ..self.settings.clone() };
        Variant { label: self.name.clone(), changes: ours.changes_from(base) }
    }
}

impl Draft {
    /// The same search with only the best `1 / eta` going on after each of some first epochs.
    ///
    /// # Errors
    /// Not a search, epochs that differ, too few runs or epochs to be halved.
    pub fn halved(self, eta: u32) -> Result<Self, Problem> {
        let halving = Some(Halving::of(self.kind, &self.base, &self.variants, eta)?);
        Ok(Self { halving, ..self })
    }

    /// The settings of a member.
    ///
    /// # Errors
    /// A change that is none.
    pub fn settings(&self, member: usize) -> Result<Settings, Problem> {
        self.members.get(member).map_or_else(|| Ok(self.base.clone()), |one| one.settings(&self.base, &self.variants))
    }

    /// Whether each variant, and each fold, can be trained on `dataset`; gives the plan of the first member, on the device
    /// that was asked for.
    ///
    /// # Errors
    /// Everything that has to be mended first.
    pub fn check(&self, dataset: &Arc<Dataset>, asked: &RequestedDevice) -> Result<Plan, Vec<Problem>> {
        let mut first = None;
        let mut seen: Vec<usize> = Vec::new();
        let mut dealt: Option<(Settings, Split)> = None;
        for (member, one) in self.members.iter().enumerate() {
            if seen.contains(&one.variant) && self.kind != ExperimentKind::Folds {
                continue;
            }
            seen.push(one.variant);
            let settings = self.settings(member).map_err(|problem| vec![problem])?;
            let same = |before: &Settings| (before.seed, &before.split) == (settings.seed, &settings.split);
            let split = match dealt.take().filter(|(before, _)| same(before)) {
                Some((_, split)) => split,
                None => Split::new(dataset, &settings.split, settings.seed.into()),
            };
            let plan = Plan::with_split(&settings, dataset.clone(), split.clone()).map_err(|problems| {
                let label = self.variants.get(one.variant).map(|variant| &variant.label).filter(|_| self.variants.len() > 1);
                problems
                    .into_iter()
                    .map(|problem| match label {
                        Some(label) => problem.of(label),
                        None => problem,
                    })
                    .collect::<Vec<_>>()
            })?;
            first.get_or_insert(plan);
            dealt = Some((settings, split));
        }
        let RequestedDevice { device, threads } = asked.clone();
        first.map(|plan| Plan { device, threads, ..plan }).ok_or_else(|| vec![nothing_to_compare(self.kind)])
    }
}

fn at_share(share: u32) -> Variant {
    let label = LocalizedText::by(|lang| {
        let share = percent(lang, f64::from(share) / 100.0, 0);
        match lang {
            Lang::En => format!("{share} of the pictures"),
            Lang::Fr => format!("{share} des images"),
        }
    });
    Variant { label, changes: vec![format!("split.used={share}")] }
}

fn nothing_to_compare(kind: ExperimentKind) -> Problem {
    let remedy = match kind {
        ExperimentKind::Seeds => say("Ask for two seeds or more", "Demandez au moins deux graines"),
        ExperimentKind::Folds => say("Ask for two folds or more", "Demandez au moins deux plis"),
        ExperimentKind::Compare => say("Name two recipes or more", "Nommez au moins deux recettes"),
        ExperimentKind::Curve => say("Give two shares or more", "Donnez au moins deux parts"),
        ExperimentKind::Ablate => {
            say("Start from a recipe that has parts to switch off", "Partez d’une recette qui a des parties à désactiver")
        }
        ExperimentKind::Search => say("Give two values or more", "Donnez au moins deux valeurs"),
    };
    Problem::new(
        Kind::Settings,
        say("One run alone has nothing to be compared with", "Un seul essai n’a rien à quoi être comparé"),
        remedy,
    )
}

fn seed_twice() -> Problem {
    Problem::new(
        Kind::Settings,
        say("The seed is varied, and several seeds are asked for", "La graine varie, et plusieurs graines sont demandées"),
        say("Leave the seed to the number of seeds", "Laissez la graine au nombre de graines"),
    )
}

pub(super) fn too_many(runs: usize) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("This would be {runs} runs; an experiment has {MOST} at most"),
            fr: format!("Cela ferait {runs} essais ; une expérience en a {MOST} au plus"),
        },
        say("Take fewer values or seeds, or draw some at random", "Prenez moins de valeurs ou de graines, ou tirez-en au hasard"),
    )
}
