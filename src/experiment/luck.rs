//! Whether the best of what is compared is better by more than luck.

use std::cmp::Ordering;

use serde::Serialize;

use super::{ExperimentKind, ExperimentView, MemberView};
use crate::{
    evaluate::{
        Metric,
        significance::{CorrectedT, LUCK, corrected_resampled_t, holm},
    },
    run::paired::p_value,
    text::{Lang, capital, number},
};

/// The best variant held against another, seed by seed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairedComparison {
    /// The other's place among the variants.
    pub over: usize,
    /// Seeds or folds that both have finished.
    pub pairs: usize,
    /// By how much the best is better on average of these: of the accuracy, or years.
    pub by: f64,
    /// The corrected resampled t-test of the differences; `None` of fewer than two, and where all are the same.
    pub test: Option<CorrectedT>,
    /// Its p after Holm, for as many tests as there are others.
    pub p: Option<f64>,
}

/// A finished member with what tells it from the others of its variant.
type Scored<'a> = (&'a Vec<String>, &'a MemberView);

impl ExperimentView {
    /// The best variant against each other one, the nearest first; nothing of one variant alone.
    pub fn leads(&self) -> Vec<PairedComparison> {
        let Some(best) = self.best().map(|row| row.variant) else { return Vec::new() };
        let mut scored: Vec<Vec<Scored<'_>>> = vec![Vec::new(); self.experiment.variants.len()];
        for (member, of) in self.members.iter().zip(&self.experiment.members).filter(|(member, _)| member.score().is_some()) {
            scored.get_mut(member.variant).into_iter().for_each(|variant| variant.push((&of.changes, member)));
        }
        let others = (0..scored.len()).filter(|variant| *variant != best);
        let mut leads: Vec<PairedComparison> =
            others.filter_map(|other| self.lead(&scored[best], &scored[other], other)).collect();
        let tested: Vec<f64> = leads.iter().filter_map(|lead| Some(lead.test?.p)).collect();
        let mut corrected = holm(&tested).into_iter();
        leads.iter_mut().filter(|lead| lead.test.is_some()).for_each(|lead| lead.p = corrected.next());
        leads.sort_by(|a, b| a.by.total_cmp(&b.by));
        leads
    }

    fn lead(&self, best: &[Scored<'_>], others: &[Scored<'_>], other: usize) -> Option<PairedComparison> {
        let pairs = best.iter().filter_map(|(changes, ours)| {
            let (_, theirs) = others.iter().find(|(others, _)| others == changes)?;
            Some(self.metric().gain(ours.score()?, theirs.score()?))
        });
        let differences: Vec<f64> = pairs.collect();
        if differences.is_empty() {
            return None;
        }
        let pictures = best.iter().find_map(|(_, member)| Some(member.run.as_ref()?.pictures));
        let test_by_train = pictures.map_or(0.0, |[train, _, test]| f64::from(test) / f64::from(train.max(1)));
        let by = differences.iter().sum::<f64>() / differences.len() as f64;
        let test = corrected_resampled_t(&differences, test_by_train);
        Some(PairedComparison { over: other, pairs: differences.len(), by, test, p: None })
    }

    /// What a lead says, in words; the best is `named`, unless it was just before.
    pub fn lead_words(&self, lead: &PairedComparison, named: bool, lang: Lang) -> String {
        let (Some(best), Some(other)) = (self.best(), self.experiment.variants.get(lead.over)) else { return String::new() };
        let (best, other) = (best.label.get(lang), other.label.get(lang));
        // A share of the pictures is no recipe: one is right with it.
        let with = self.experiment.kind == ExperimentKind::Curve;
        let (best, other) = match (with, lang) {
            (false, Lang::En) => (best.to_owned(), other.to_owned()),
            (false, Lang::Fr) => (best.to_owned(), format!("que {other}")),
            (true, Lang::En) => (format!("with {best} it"), format!("with {other}")),
            (true, Lang::Fr) => (format!("avec {best}, il"), format!("qu’avec {other}")),
        };
        let metric = self.metric();
        let by = metric.difference(lang, lead.by.abs(), metric.digits());
        // The best of all results may be behind on the seeds that both have, while others are still to come.
        // With its verb, which is not the same in all of them.
        let compared = match (metric, lead.by.total_cmp(&0.0), lang) {
            (Metric::Accuracy, Ordering::Greater, Lang::En) => format!("is {by} more accurate than {other}"),
            (Metric::Accuracy, Ordering::Less, Lang::En) => format!("is {by} less accurate than {other}, on what both have"),
            (Metric::Accuracy, Ordering::Equal, Lang::En) => format!("is as accurate as {other}"),
            (Metric::Accuracy, Ordering::Greater, Lang::Fr) => format!("est meilleur de {by} {other}"),
            (Metric::Accuracy, Ordering::Less, Lang::Fr) => format!("est moins bon de {by} {other}, sur ce que les deux ont"),
            (Metric::Accuracy, Ordering::Equal, Lang::Fr) => format!("est aussi bon {other}"),
            (Metric::Mae, Ordering::Greater, Lang::En) => format!("is off by {by} less than {other}"),
            (Metric::Mae, Ordering::Less, Lang::En) => format!("is off by {by} more than {other}, on what both have"),
            (Metric::Mae, Ordering::Equal, Lang::En) => format!("is off by as much as {other}"),
            (Metric::Mae, Ordering::Greater, Lang::Fr) => format!("se trompe de {by} de moins {other}"),
            (Metric::Mae, Ordering::Less, Lang::Fr) => format!("se trompe de {by} de plus {other}, sur ce que les deux ont"),
            (Metric::Mae, Ordering::Equal, Lang::Fr) => format!("se trompe autant {other}"),
        };
        let pairs = number(lang, lead.pairs as u64);
        let luck = match (lead.p, lang) {
            (None, Lang::En) => "more seeds would say whether that is luck".to_owned(),
            (None, Lang::Fr) => "plus de graines diraient si c’est un hasard".to_owned(),
            (Some(p), Lang::En) if p < LUCK => format!("over {pairs} seeds that is hardly luck ({})", p_value(lang, p)),
            (Some(p), Lang::Fr) if p < LUCK => format!("sur {pairs} graines, ce n’est guère un hasard ({})", p_value(lang, p)),
            (Some(p), Lang::En) => format!("over {pairs} seeds that may be luck ({})", p_value(lang, p)),
            (Some(p), Lang::Fr) => format!("sur {pairs} graines, c’est peut-être un hasard ({})", p_value(lang, p)),
        };
        // Where one has results that the other lacks, this is of other numbers than the means.
        let scored = |variant: usize| self.members.iter().filter(|m| m.variant == variant && m.score().is_some()).count();
        let variants = self.best().map(|row| row.variant).into_iter().chain([lead.over]);
        if lead.by >= 0.0 && variants.map(scored).any(|runs| runs > lead.pairs) {
            let (on, who) = match (lang, lead.pairs) {
                (Lang::En, 1) => ("On the one seed both have".to_owned(), "it"),
                (Lang::Fr, 1) => ("Sur la graine commune".to_owned(), "il"),
                (Lang::En, _) => (format!("On the {pairs} seeds both have"), "it"),
                (Lang::Fr, _) => (format!("Sur les {pairs} graines communes"), "il"),
            };
            let who = if named { &best } else { who };
            return match lang {
                Lang::En => format!("{on}, {who} {compared}; {luck}"),
                Lang::Fr => format!("{on}, {who} {compared}\u{a0}; {luck}"),
            };
        }
        match (lang, named) {
            (Lang::En, true) => format!("{} {compared}; {luck}", if with { capital(&best) } else { best }),
            (Lang::Fr, true) => format!("{} {compared}\u{a0}; {luck}", if with { capital(&best) } else { best }),
            (Lang::En, false) => format!("It {compared}; {luck}"),
            (Lang::Fr, false) => format!("Il {compared}\u{a0}; {luck}"),
        }
    }
}
