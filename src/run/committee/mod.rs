//! A committee (ensemble): several finished runs that answer one question together.
//!
//! It is a run like any other, in a folder of its own among the runs, so that it is listed, evaluated, asked, compared and
//! exported as they are. Its `run.json` names the members and how their answers become one; each member lies in
//! `members/01` and so on as a run of its own, with its weights, settings, pictures and last report: what becomes of the runs
//! that it was made of does not matter to it. `settings.json` is the first member's.
//!
//! How good it is, is counted from what each member says of its own test and validation part (`together`): no picture is
//! evaluated by a member that learned from it.

mod create;
mod together;
mod words;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use words::{no_pictures, not_trained_further, own_network, same_sight};

use super::{Run, RunFiles, without_its_report};
use crate::{
    engine::{Engine, EngineConfig},
    evaluate::{Combination, Metric, WeightsId, regression::residuals},
    files::names,
    predict::predictor::Predictor,
    problem::Problem,
    text::LocalizedText,
};

/// Opens an engine.
type Open<'a> = &'a dyn Fn(&EngineConfig) -> Result<Box<dyn Engine>, Problem>;

/// How many members there can be.
pub const MEMBERS: std::ops::RangeInclusive<usize> = 2..=32;

/// What a committee is, in its `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Committee {
    /// In the order of their folders.
    pub members: Vec<CommitteeMember>,
    pub combination: Combination,
    /// Pictures on which that was chosen: of a validation part, and in no member's training part. None where there are none.
    #[serde(default)]
    pub chosen_on: u32,
    /// On what it was evaluated last, and how.
    #[serde(default, rename = "judged")]
    pub evaluation: Option<CommitteeEvaluation>,
}

/// A run of which it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommitteeMember {
    /// The run's id then.
    pub run: String,
    pub name: LocalizedText,
    pub weights: WeightsId,
}

/// On which pictures a committee was evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Those that are in the test part of every member.
    CommonTest,
    /// Each by the members whose test part it is in alone: out of fold.
    OutOfFold,
    /// Those of a folder apart that no member has.
    Others,
}

/// How good the members are alone, on the pictures on which the committee was evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommitteeEvaluation {
    pub basis: Basis,
    pub pictures: u32,
    /// Accuracy of each member at a threshold of 0.5, of years its mean absolute error; none where each picture was evaluated by
    /// others.
    pub alone: Vec<f64>,
}

impl Committee {
    /// Which of its files are there.
    pub(super) fn stored(&self, folder: &Path) -> RunFiles {
        let there = |place: usize| member_folder(folder, place).join(names::BEST).is_file();
        RunFiles {
            weights: !self.members.is_empty() && (0..self.members.len()).all(there),
            checkpoint: false,
            ..RunFiles::default()
        }
    }
}

impl CommitteeEvaluation {
    /// The place of the best member, and how good it is alone.
    pub fn best(&self, metric: Metric) -> Option<(usize, f64)> {
        // Of equal ones the first.
        self.alone.iter().copied().enumerate().rev().max_by(|a, b| metric.compare(a.1, b.1))
    }
}

impl Run {
    /// A committee's members, as they lie in its folder; none of any other run.
    ///
    /// # Errors
    /// A member that is gone or damaged.
    pub fn members(&self) -> Result<Vec<Self>, Problem> {
        let places = self.info.committee.as_ref().map_or(0, |committee| committee.members.len());
        let member = |place| {
            let member = Self::open(&member_folder(&self.folder, place))?;
            // A folder from elsewhere may lead to itself.
            if member.info.committee.is_some() { Err(words::itself_one(&member.info)) } else { Ok(member) }
        };
        (0..places).map(member).collect()
    }

    /// As [`Run::predictor`], of a committee.
    pub(super) fn predictor_of(&self, committee: &Committee, open: Open<'_>) -> Result<Predictor, Problem> {
        let members = self.members()?.iter().map(|member| member.predictor(open)).collect::<Result<Vec<_>, Problem>>()?;
        let mut predictor = Predictor::together(members, committee.combination).ok_or_else(words::too_few)?;
        predictor.run.clone_from(&self.info.id);
        match self.read_report() {
            Ok(Some(report)) => {
                (predictor.threshold, predictor.temperature) = (report.threshold, report.temperature);
                if report.task.is_regression() {
                    predictor.residuals = residuals(&report.validation);
                }
            }
            Ok(None) => {}
            Err(problem) => predictor.warning = Some(without_its_report(&problem)),
        }
        Ok(predictor)
    }
}

/// Where the member at `place` lies.
fn member_folder(folder: &Path, place: usize) -> PathBuf {
    folder.join("members").join(format!("{:02}", place + 1))
}
