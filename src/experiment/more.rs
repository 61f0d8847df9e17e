//! More runs for an experiment that is there.

use std::collections::BTreeSet;

use super::{Experiment, ExperimentKind, ExperimentStore, Member, design, search};
use crate::{
    files::atomic,
    problem::{Kind, Problem},
    text::{LocalizedText, plural, say},
};

/// What is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// So many further seeds of all that is compared.
    Seeds(u32),
    /// So many further combinations of a search.
    Runs(u32),
}

impl ExperimentStore {
    /// Adds members behind those that are there, and gives the experiment with them. Who is at work takes them in, too.
    ///
    /// # Errors
    /// More than an experiment has; combinations of what is no search, or where there are no others; a full disk.
    pub fn add(&self, experiment: &Experiment, more: More) -> Result<Experiment, Problem> {
        let _lock = self.lock(experiment)?;
        // As it is now that nobody else changes it.
        let mut now = self.find(&experiment.id)?;
        match more {
            More::Seeds(seeds) => now.add_seeds(seeds)?,
            More::Runs(runs) => now.add_runs(runs)?,
        }
        if now.members.len() > design::MOST {
            return Err(design::too_many(now.members.len()));
        }
        atomic::write_json(&self.description(&now), &now)?;
        Ok(now)
    }
}

impl Experiment {
    fn add_seeds(&mut self, seeds: u32) -> Result<(), Problem> {
        let mut used = BTreeSet::new();
        for member in 0..self.members.len() {
            used.insert(self.settings(member)?.seed);
        }
        let mut seed = used.last().copied().unwrap_or(self.base.seed);
        let is_seed = |change: &String| change.starts_with("seed=");
        // What else members of one seed differ in: the fold.
        let mut places: Vec<Member> = Vec::new();
        for member in &self.members {
            let changes = member.changes.iter().filter(|change| !is_seed(change)).cloned().collect();
            let place = Member { variant: member.variant, changes };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let all = self.members.len().saturating_add(places.len().saturating_mul(seeds as usize));
        if all > design::MOST {
            return Err(design::too_many(all));
        }
        let words = |count: usize, lang| plural(lang, count as u64, say("seed", "graine"), say("seeds", "graines"));
        let (before, after) = (used.len(), used.len() + seeds as usize);
        self.name = LocalizedText::by(|lang| self.name.get(lang).replace(&words(before, lang), &words(after, lang)));
        for _ in 0..seeds {
            // Behind the largest seed that there is comes 0, which may be used.
            while !used.insert(seed) {
                seed = seed.wrapping_add(1);
            }
            let changed = format!("seed={seed}");
            let with = |place: &Member| {
                let changes = Some(changed.clone()).into_iter().chain(place.changes.iter().cloned()).collect();
                Member { variant: place.variant, changes }
            };
            self.members.extend(places.iter().map(with));
        }
        Ok(())
    }

    fn add_runs(&mut self, runs: u32) -> Result<(), Problem> {
        if self.kind != ExperimentKind::Search {
            return Err(no_search());
        }
        if self.vary.is_empty() {
            return Err(unknown_values());
        }
        let new = search::more(&self.base, &self.vary, &self.variants, (runs as usize).min(design::MOST + 1))?;
        // Each with the seeds that the first has.
        let seeds = self.members.iter().filter(|member| member.variant == 0).map(|member| member.changes.clone());
        let seeds: Vec<Vec<String>> = seeds.collect();
        let first = self.variants.len();
        let variants = first..first + new.len();
        self.variants.extend(new);
        for changes in seeds {
            self.members.extend(variants.clone().map(|variant| Member { variant, changes: changes.clone() }));
        }
        Ok(())
    }
}

fn no_search() -> Problem {
    Problem::new(
        Kind::Settings,
        say("Only a search can draw more combinations", "Seule une recherche peut tirer d’autres combinaisons"),
        say("Add seeds with --seeds N", "Ajoutez des graines avec --seeds N"),
    )
}

fn unknown_values() -> Problem {
    Problem::new(
        Kind::Settings,
        say(
            "This search was started by an earlier version, which did not note what it draws from",
            "Cette recherche a été lancée par une version antérieure, qui n’a pas noté d’où elle tire ses valeurs",
        ),
        say("Begin a new search", "Commencez une nouvelle recherche"),
    )
}
