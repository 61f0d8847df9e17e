//! What there is to know about a data set as a whole, counted once when it comes.

use std::{collections::HashMap, sync::Arc};

use crate::{
    data::sample::{Dataset, SkipReason},
    text::{Lang, decimal, say},
};

/// Ten years each, the last one open.
pub const BANDS: usize = 9;

/// The counts of one data set.
#[derive(Default)]
pub struct Overview {
    of: Option<Arc<Dataset>>,
    /// Samples that are odd in some way and used all the same.
    pub odd: Vec<u32>,
    /// Samples with byte-identical copies, group by group.
    pub copies: Vec<u32>,
    /// Those of the groups that disagree about the class.
    pub contradictions: Vec<u32>,
    /// Other samples of the same group, by sample.
    pub twins: HashMap<u32, Vec<u32>>,
    /// By ten years of age and class.
    pub ages: [[usize; 2]; BANDS],
    /// By race label and class.
    pub races: [[usize; 2]; 5],
    /// Skipped files that look like pictures: a wrong name, damage.
    pub lost: usize,
    /// Skipped files that are no pictures.
    pub foreign: usize,
}

impl Overview {
    /// Counts anew if `dataset` is another one.
    pub fn follow(&mut self, dataset: &Arc<Dataset>) {
        if !self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, dataset)) {
            *self = Self::of(dataset);
        }
    }

    fn of(dataset: &Arc<Dataset>) -> Self {
        let mut o = Self { of: Some(dataset.clone()), ..Self::default() };
        let mut groups: HashMap<u64, Vec<u32>> = HashMap::new();
        for (index, sample) in (0u32..).zip(&dataset.samples) {
            let class = usize::from(sample.class.min(1));
            if let Some(age) = sample.age {
                o.ages[usize::from(age / 10).min(BANDS - 1)][class] += 1;
            }
            if let Some(race) = sample.race.and_then(|race| o.races.get_mut(usize::from(race))) {
                race[class] += 1;
            }
            if sample.oddity.is_some() {
                o.odd.push(index);
            }
            if sample.hash != 0 {
                groups.entry(sample.hash).or_default().push(index);
            }
        }
        let mut groups: Vec<Vec<u32>> = groups.into_values().filter(|group| group.len() > 1).collect();
        groups.sort_unstable();
        for group in groups {
            let class = |i: &u32| dataset.samples[*i as usize].class;
            if group.iter().any(|i| class(i) != class(&group[0])) {
                o.contradictions.extend(&group);
            }
            o.copies.extend(&group);
            for index in &group {
                o.twins.insert(*index, group.iter().copied().filter(|other| other != index).collect());
            }
        }
        let foreign = dataset.skipped.iter().filter(|s| s.reason == SkipReason::NotAPicture).count();
        o.foreign = foreign;
        o.lost = dataset.skipped.len() - foreign;
        o
    }

    /// Whether the names say ages.
    pub fn has_ages(&self) -> bool {
        self.ages.iter().flatten().any(|count| *count > 0)
    }

    /// What a model could learn by accident, in one sentence computed from the ages.
    pub fn accident(&self, lang: Lang, dataset: &Dataset) -> Option<String> {
        const SPANS: [(usize, usize); 5] = [(0, 1), (1, 2), (2, 4), (4, 6), (6, BANDS)];
        let total: usize = self.ages.iter().flatten().sum();
        let count = |class: usize, (from, to): (usize, usize)| self.ages[from..to].iter().map(|band| band[class]).sum::<usize>();
        let (span, ratio, more) = SPANS
            .into_iter()
            .filter(|span| (count(0, *span) + count(1, *span)) * 20 >= total && count(0, *span).min(count(1, *span)) > 0)
            .map(|span| {
                let (a, b) = (count(0, span) as f64, count(1, span) as f64);
                (span, (a / b).max(b / a), usize::from(b > a))
            })
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        let even = say(
            "At every age there are about as many of both: age gives little away",
            "À chaque âge il y en a à peu près autant des deux : l’âge en dit peu",
        );
        if ratio < 1.3 {
            return Some(even.get(lang).to_owned());
        }
        let number = decimal(lang, ratio, 1);
        let (low, high) = (span.0 * 10, span.1 * 10 - 1);
        let place = match (lang, span.1 == BANDS) {
            (Lang::En, true) => format!("From {low} on"),
            (Lang::En, false) => format!("Between {low} and {high}"),
            (Lang::Fr, true) => format!("Dès {low} ans"),
            (Lang::Fr, false) => format!("Entre {low} et {high} ans"),
        };
        let few = &dataset.classes[1 - more];
        let many = &dataset.classes[more];
        let older = span.0 >= 4;
        Some(match (lang, dataset.is_utkface()) {
            (Lang::En, true) => {
                let (many_word, few_word) = if more == 1 { ("men", "woman") } else { ("women", "man") };
                let lesson = if older { format!("older means {many}") } else { format!("this age means {many}") };
                format!(
                    "{place} there are {number} {many_word} for each {few_word}: a model can learn “{lesson}”. The results by age will show it"
                )
            }
            (Lang::Fr, true) => {
                let (many_word, few_word) = if more == 1 { ("hommes", "femme") } else { ("femmes", "homme") };
                let who = if more == 1 { "homme" } else { "femme" };
                let lesson = if older { format!("plus âgé veut dire {who}") } else { format!("cet âge veut dire {who}") };
                format!("{place}, il y a {number} {many_word} pour une {few_word} : un modèle peut apprendre « {lesson} ». Les résultats par âge le montreront")
                    .replace("pour une homme", "pour un homme")
            }
            (Lang::En, false) => {
                format!("{place} there are {number} “{many}” for each “{few}”: a model can learn the age instead")
            }
            (Lang::Fr, false) => {
                format!("{place}, il y a {number} « {many} » pour un « {few} » : un modèle peut apprendre l’âge à la place")
            }
        })
    }
}
