//! Making a committee of runs.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{Committee, CommitteeMember, MEMBERS, member_folder, together::Members, words};
use crate::{
    evaluate::WeightsId,
    files::disk,
    problem::Problem,
    run::{RequestedDevice, Run, RunFiles, RunInfo, RunStatus, RunStore, VERSION, date, naming},
    text::LocalizedText,
};

impl RunStore {
    /// Makes a committee of finished runs, called `name`, or by how many they are and what they are `of`. Copies of them lie in
    /// its folder.
    ///
    /// # Errors
    /// Too few, too many, one twice, one that is not finished, has no weights or is itself a committee, runs that answer other
    /// questions; a full disk, no permission.
    pub fn create_committee(&self, runs: &[Run], name: Option<String>, of: Option<&LocalizedText>) -> Result<Run, Problem> {
        check(runs)?;
        let ours: Vec<&RunInfo> = runs.iter().map(|run| &run.info).collect();
        let automatic = naming::numbered(&automatic(runs.len(), of), &self.list().0);
        let unfinished = self.begin()?;
        let folder = unfinished.path();
        let (mut members, mut weights) = (Vec::new(), Vec::new());
        for (place, run) in runs.iter().enumerate() {
            let copy = member_folder(folder, place);
            disk::create_dir_all(&copy).map_err(|error| Problem::writing(&copy, &error))?;
            let (copy, id) = copied(run, copy)?;
            members.push(copy);
            weights.push(id);
        }
        let known = Members::of(&members)?;
        let task = ours[0].task.clone();
        let id = WeightsId::of_all(&weights);
        let (combination, chosen_on) = known.choose(&task);
        let report = known.report(combination, &task, id);
        let (pictures, counts) = known.pictures(|member| ours[member].source == ours[0].source);
        let member = |(run, weights): (&&RunInfo, &WeightsId)| CommitteeMember {
            run: run.id.clone(),
            name: LocalizedText::by(|lang| run.name(lang).to_owned()),
            weights: *weights,
        };
        let committee = Committee {
            members: ours.iter().zip(&weights).map(member).collect(),
            combination,
            chosen_on,
            evaluation: report.as_ref().map(|(_, evaluation)| evaluation.clone()),
        };
        let info = RunInfo {
            id: date::stamp(date::now()),
            name: name.clone().unwrap_or_else(|| automatic.en.clone()),
            automatic: Some(automatic).filter(|_| name.is_none()),
            note: String::new(),
            created: date::now(),
            status: RunStatus::Finished,
            source: ours[0].source.clone(),
            task,
            framing: ours[0].framing,
            faces: ours[0].faces,
            data: ours[0].data.filter(|data| ours.iter().all(|run| run.data == Some(*data))),
            pictures: counts,
            device: ours[0].device.clone(),
            asked: RequestedDevice::default(),
            epochs_done: 0,
            best_epoch: None,
            stopped: None,
            seconds: ours.iter().map(|run| run.seconds).sum(),
            weights: Some(id),
            scores: report.as_ref().map(|(report, _)| report.run_scores()),
            extensions: 0,
            member_of: None,
            committee: Some(committee),
            started_from: None,
            versions: vec![VERSION.to_owned()],
            stored: RunFiles::default(),
        };
        let run = Run { folder: folder.to_owned(), info };
        run.save_settings(&members[0].settings()?)?;
        if !pictures.is_empty() {
            run.save_pictures(&pictures)?;
        }
        if let Some((report, _)) = &report {
            run.save_report(report)?;
        }
        run.save()?;
        Run::open(&self.publish(unfinished, run, true)?.folder)
    }
}

impl Run {
    /// Copies a committee's members into the committee `folder`.
    ///
    /// # Errors
    /// A member that is gone or damaged, a full disk, no permission.
    pub(in crate::run) fn copy_members(&self, folder: &Path) -> Result<(), Problem> {
        for (place, member) in self.members()?.iter().enumerate() {
            let copy = member_folder(folder, place);
            disk::create_dir_all(&copy).map_err(|error| Problem::writing(&copy, &error))?;
            copied(member, copy)?;
        }
        Ok(())
    }
}

/// Whether runs can be one committee.
fn check(runs: &[Run]) -> Result<(), Problem> {
    let ids: BTreeSet<&str> = runs.iter().map(|run| run.info.id.as_str()).collect();
    if ids.len() != runs.len() {
        return Err(words::twice());
    }
    if runs.len() < *MEMBERS.start() {
        return Err(words::too_few());
    }
    if runs.len() > *MEMBERS.end() {
        return Err(words::too_many(runs.len()));
    }
    for run in runs {
        if run.info.committee.is_some() {
            return Err(words::itself_one(&run.info));
        }
        if run.info.status != RunStatus::Finished || !run.info.stored.weights {
            return Err(words::not_finished(&run.info));
        }
        let first = &runs[0].info;
        if run.info.task != first.task {
            return Err(words::other_question(first, &run.info));
        }
        if run.info.framing != first.framing || run.info.faces != first.faces {
            return Err(words::other_faces(first, &run.info));
        }
    }
    Ok(())
}

/// A copy of a run with what it takes to answer and to be evaluated.
fn copied(run: &Run, folder: PathBuf) -> Result<(Run, WeightsId), Problem> {
    let settings = run.settings()?;
    let (weights, id) = run.best_weights(&settings.network(&run.info.task)?)?;
    let copy = Run { folder, info: run.info.clone() };
    weights.save(&copy.best_path())?;
    copy.save_settings(&settings)?;
    copy.save_history(&run.history())?;
    if let Ok(pictures) = run.pictures() {
        copy.save_pictures(&pictures)?;
    }
    if let Some(prior) = run.prior_pictures().filter(|_| run.info.started_from.is_some()) {
        copy.save_prior(&prior)?;
    }
    if let Some(report) = run.report() {
        copy.save_report(&report)?;
    }
    copy.save()?;
    Ok((Run::open(&copy.folder)?, id))
}

/// `Committee of 5 runs`, and what they are `of`.
fn automatic(members: usize, of: Option<&LocalizedText>) -> LocalizedText {
    LocalizedText::by(|lang| {
        let of = of.map(|of| of.get(lang).to_owned());
        [Some(words::titled(members, lang)), of].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    })
}
