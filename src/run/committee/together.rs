//! What a committee says of its own pictures, counted from its members' reports: no network is asked again, and no picture is
//! evaluated by a member that learned from it.

use std::collections::{HashMap, HashSet};

use super::{Basis, Committee, CommitteeEvaluation, words};
use crate::{
    data::{sample::Part, task::Task},
    evaluate::{Combination, Prediction, Report, Seen, WeightsId, log_loss},
    problem::Problem,
    run::{Run, RunView, pictures::Picture},
};

/// A picture: its file's name and its content.
type Key = (String, u64);

/// A member with what it says of its own pictures.
pub(super) struct MemberPredictions {
    pictures: Vec<Picture>,
    /// `None` where it was not evaluated.
    report: Option<Report>,
    /// Whether its test part is one of several folds.
    folded: bool,
    test: HashMap<Key, usize>,
    validation: HashMap<Key, usize>,
    /// Places in the test part of what the training part has, too.
    learned: HashSet<usize>,
    checked: HashSet<usize>,
}

impl MemberPredictions {
    /// Reads what `run` says; one that came without its list of pictures, or was not evaluated, says nothing.
    pub(super) fn of(run: &Run) -> Result<Self, Problem> {
        let pictures = run.pictures().unwrap_or_default();
        let report = run.report().filter(|report| report.part == Some(Part::Test));
        let contents: HashMap<&str, u64> = pictures.iter().map(|picture| (picture.file.as_str(), picture.hash)).collect();
        let key = |p: &Prediction| {
            let file = p.file.to_string_lossy();
            contents.get(file.as_ref()).map(|hash| (file.clone().into_owned(), *hash))
        };
        let places = |predictions: &[Prediction]| -> HashMap<Key, usize> {
            predictions.iter().enumerate().filter_map(|(place, p)| Some((key(p)?, place))).collect()
        };
        let (test, validation) = report.as_ref().map(|r| (places(&r.predictions), places(&r.validation))).unwrap_or_default();
        let seen = report.as_ref().and_then(|report| report.seen.clone()).unwrap_or_default();
        let among = |places: &[u32]| places.iter().map(|place| *place as usize).collect();
        let (learned, checked) = (among(&seen.learned), among(&seen.checked));
        let folded = run.settings()?.split.is_folded();
        Ok(Self { folded, test, validation, learned, checked, report, pictures })
    }

    /// What it says of a picture that it did not learn from: of its test part or, if `validation` counts, of that.
    fn prediction(&self, key: &Key, validation: bool) -> Option<&Prediction> {
        let report = self.report.as_ref()?;
        let checked = || self.validation.get(key).filter(|_| validation).map(|place| &report.validation[*place]);
        self.test.get(key).map(|place| &report.predictions[*place]).or_else(checked)
    }

    fn temperature(&self) -> f64 {
        self.report.as_ref().map_or(1.0, |report| report.temperature)
    }

    /// The keys of predictions, in their order.
    fn keys<'a>(predictions: &'a [Prediction], places: &'a HashMap<Key, usize>) -> impl Iterator<Item = &'a Key> {
        let mut keys: Vec<Option<&Key>> = vec![None; predictions.len()];
        places.iter().for_each(|(key, place)| keys[*place] = Some(key));
        keys.into_iter().flatten()
    }

    fn test_keys(&self) -> impl Iterator<Item = &Key> {
        Self::keys(self.report.as_ref().map_or(&[], |report| &report.predictions), &self.test)
    }

    fn validation_keys(&self) -> impl Iterator<Item = &Key> {
        Self::keys(self.report.as_ref().map_or(&[], |report| &report.validation), &self.validation)
    }
}

/// All members.
pub(super) struct Members(Vec<MemberPredictions>);

/// A picture with who may vote on it: places among the members, with what each says.
type Votes<'a> = Vec<(usize, &'a Prediction)>;

impl Members {
    /// Reads what each of `members` says.
    ///
    /// # Errors
    /// A member whose settings cannot be read.
    pub(super) fn of(members: &[Run]) -> Result<Self, Problem> {
        members.iter().map(MemberPredictions::of).collect::<Result<_, Problem>>().map(Self)
    }

    /// What those of the members who have it say of a picture; `None` where they do not have the same label.
    fn votes(&self, key: &Key, validation: bool) -> Option<Votes<'_>> {
        let votes = self.0.iter().enumerate().filter_map(|(place, member)| Some((place, member.prediction(key, validation)?)));
        let votes: Votes<'_> = votes.collect();
        votes.iter().all(|(_, p)| p.label == votes[0].1.label).then_some(votes)
    }

    /// What all say of a picture, each without having learned from it.
    fn all(&self, key: &Key, validation: bool) -> Option<Votes<'_>> {
        self.votes(key, validation).filter(|votes| votes.len() == self.0.len())
    }

    /// The pictures of all members' test parts; if there are none and each has a fold of its own, every picture out of fold.
    fn test(&self) -> Option<(Basis, Vec<(Key, Votes<'_>)>)> {
        let first = self.0.first()?;
        let common: Vec<_> = first.test_keys().filter_map(|key| Some((key.clone(), self.all(key, false)?))).collect();
        if !common.is_empty() {
            return Some((Basis::CommonTest, common));
        }
        if !self.0.iter().all(|member| member.folded) {
            return None;
        }
        let mut known = HashSet::new();
        let keys = self.0.iter().flat_map(MemberPredictions::test_keys).filter(|key| known.insert(*key));
        let apart: Vec<_> = keys.filter_map(|key| Some((key.clone(), self.votes(key, false)?))).collect();
        (!apart.is_empty()).then_some((Basis::OutOfFold, apart))
    }

    /// The pictures of a validation part from which no member learned, and that are not in all test parts.
    fn validation(&self) -> Vec<Votes<'_>> {
        let mut known = HashSet::new();
        let keys = self.0.iter().flat_map(MemberPredictions::validation_keys).filter(|key| known.insert(*key));
        keys.filter_map(|key| self.all(key, true)).collect()
    }

    fn combined(&self, combination: Combination, votes: &Votes<'_>) -> Option<Prediction> {
        let answers: Vec<_> = votes.iter().map(|(member, p)| (&p.logit, self.0[*member].temperature())).collect();
        let (_, first) = votes.first()?;
        Some(Prediction { logit: combination.of(&answers)?, ..(*first).clone() })
    }

    /// The combination with the lower loss on the shared validation pictures, and how many those are. Without any, the mean of
    /// the probabilities, which no very sure member outvotes.
    pub(super) fn choose(&self, task: &Task) -> (Combination, u32) {
        let validation = self.validation();
        let count = validation.len() as u32;
        if task.is_regression() {
            return (Combination::Estimates, count);
        }
        let loss = |combination| {
            let predictions: Vec<_> = validation.iter().filter_map(|votes| self.combined(combination, votes)).collect();
            log_loss(&predictions)
        };
        match (loss(Combination::Probabilities), loss(Combination::Logits)) {
            (Some(probabilities), Some(logits)) if logits < probabilities => (Combination::Logits, count),
            _ => (Combination::Probabilities, count),
        }
    }

    /// The report of the committee's own pictures; `None` where there are none on which it can be evaluated.
    pub(super) fn report(&self, combination: Combination, task: &Task, id: WeightsId) -> Option<(Report, CommitteeEvaluation)> {
        let (basis, test) = self.test()?;
        let predictions: Vec<_> = test.iter().filter_map(|(_, votes)| self.combined(combination, votes)).collect();
        let validation = self.validation().iter().filter_map(|votes| self.combined(combination, votes)).collect();
        let reports: Vec<&Report> = self.0.iter().filter_map(|member| member.report.as_ref()).collect();
        let classes = task.len();
        let mut train_shares = vec![0.0; classes];
        for report in &reports {
            let shares = train_shares.iter_mut().zip(&report.train_shares);
            shares.for_each(|(sum, share)| *sum += share / reports.len() as f64);
        }
        let alone = match basis {
            Basis::CommonTest => (0..self.0.len()).map(|member| alone(&test, member, task)).collect(),
            _ => Vec::new(),
        };
        let evaluation = CommitteeEvaluation { basis, pictures: predictions.len() as u32, alone };
        let report = Report {
            task: task.clone(),
            part: Some(Part::Test),
            predictions,
            validation,
            threshold: 0.5,
            temperature: 1.0,
            mirrored: reports.iter().all(|report| report.mirrored),
            train_shares,
            seen: self.seen(basis, &test),
            weights: Some(id),
        };
        Some((report, evaluation))
    }

    /// What those who voted on each test picture had before; `None` where it is not known of one of them.
    fn seen(&self, basis: Basis, test: &[(Key, Votes<'_>)]) -> Option<Seen> {
        let of = |member: &MemberPredictions| member.report.as_ref()?.seen.clone();
        let all: Vec<Seen> = self.0.iter().map(of).collect::<Option<_>>()?;
        let among = |known: fn(&MemberPredictions) -> &HashSet<usize>| -> Vec<u32> {
            let is_known = |(key, votes): &(Key, Votes<'_>)| {
                votes.iter().any(|(which, _)| {
                    let member = &self.0[*which];
                    member.test.get(key).is_some_and(|place| known(member).contains(place))
                })
            };
            test.iter().zip(0..).filter(|(picture, _)| is_known(picture)).map(|(_, place)| place).collect()
        };
        let alike: Option<Vec<u32>> = all.iter().map(|seen| seen.alike).collect();
        // Of the same pictures no fewer than one member says; of folds each says its own.
        let alike = alike.map(|alike| match basis {
            Basis::OutOfFold => alike.iter().sum::<u32>().min(test.len() as u32),
            _ => alike.iter().copied().max().unwrap_or_default(),
        });
        Some(Seen {
            learned: among(|member| &member.learned),
            checked: among(|member| &member.checked),
            alike,
            ..Seen::default()
        })
    }

    /// All pictures of members whose folder is `which`, each in the part that says most of what was learned from it: training
    /// if one member learned from it; test where no voter did.
    ///
    /// With how many are in each of these parts, of which those that were evaluated out of fold are in training too.
    pub(super) fn pictures(&self, which: impl Fn(usize) -> bool) -> (Vec<Picture>, [u32; 3]) {
        let rank = |part: Part| match part {
            Part::Train => 2,
            Part::Validation => 1,
            Part::Test => 0,
        };
        let mut pictures: Vec<Picture> = Vec::new();
        let mut places: HashMap<Key, usize> = HashMap::new();
        let members = self.0.iter().enumerate().filter(|(member, _)| which(*member));
        for picture in members.flat_map(|(_, member)| &member.pictures) {
            let key = (picture.file.clone(), picture.hash);
            match places.get(&key) {
                Some(place) if rank(picture.part) > rank(pictures[*place].part) => pictures[*place].part = picture.part,
                Some(_) => {}
                None => {
                    places.insert(key, pictures.len());
                    pictures.push(picture.clone());
                }
            }
        }
        let mut counts = Part::ALL.map(|part| pictures.iter().filter(|picture| picture.part == part).count() as u32);
        if let Some((Basis::OutOfFold, test)) = self.test() {
            counts[2] = test.len() as u32;
            // Who voted on it did not learn from it.
            for place in test.iter().filter_map(|(key, _)| places.get(key)) {
                pictures[*place].part = Part::Test;
            }
        }
        (pictures, counts)
    }
}

/// How good a member is alone on the evaluated pictures.
fn alone(test: &[(Key, Votes<'_>)], member: usize, task: &Task) -> f64 {
    let votes = test.iter().flat_map(|(_, votes)| votes).filter(|(who, _)| *who == member);
    let one = |p: &Prediction| if task.is_regression() { p.error().abs() } else { f64::from(u8::from(p.correct(0.0))) };
    votes.map(|(_, p)| one(p)).sum::<f64>() / test.len().max(1) as f64
}

impl Run {
    /// Whether a committee has pictures of its own on which it can be evaluated, as far as its members' reports tell.
    ///
    /// # Errors
    /// It has none.
    pub fn check_own_pictures(&self) -> Result<(), Problem> {
        let members = Members::of(&self.members()?)?;
        let told = members.0.iter().all(|member| member.report.is_some());
        if told && members.test().is_none() { Err(words::no_pictures(&self.info)) } else { Ok(()) }
    }

    /// Counts anew how good a committee is, from its members' reports, and keeps that. What was chosen before stays: the
    /// combination, a threshold, and that there is a temperature.
    ///
    /// # Errors
    /// No pictures of its own to be evaluated on; a full disk, no permission.
    pub fn evaluate_from_members(&mut self) -> Result<RunView, Problem> {
        let (Some(Committee { combination, .. }), Some(id)) = (self.info.committee.clone(), self.info.weights) else {
            return Err(words::too_few());
        };
        let counted = Members::of(&self.members()?)?.report(combination, &self.info.task, id);
        let (mut report, evaluation) = counted.ok_or_else(|| words::no_pictures(&self.info))?;
        if let Ok(Some(before)) = self.read_report() {
            report.choose_as(&before);
        }
        self.save_report(&report)?;
        self.update(|info| {
            info.scores = Some(report.run_scores());
            if let Some(committee) = &mut info.committee {
                committee.evaluation = Some(evaluation);
            }
        })?;
        self.view()
    }
}
