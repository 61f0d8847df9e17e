//! The member of an experiment that is trained in this window.

use crate::{experiment::ExperimentView, session::Training, ui::Cx};

/// The member that is trained in this window, with its training.
pub struct Live<'a> {
    pub member: usize,
    pub training: Option<&'a Training>,
    pub share: Option<f32>,
}

impl<'a> Live<'a> {
    /// That of `view`, if there is one.
    pub fn of(cx: &Cx<'a>, view: &ExperimentView) -> Option<Self> {
        let session = cx.session;
        let at_work = session.experiments.at_work.as_ref().filter(|at| at.experiment == view.experiment.id)?;
        // Until the member's own training has begun, the last one's is shown by nobody.
        let known = |training: &&Training| {
            let before = view.members.iter().enumerate().filter(|(place, _)| *place != at_work.member);
            training.job == Some(at_work.job)
                && before.filter_map(|(_, member)| member.run.as_ref()).all(|run| run.id != training.run)
        };
        let training = session.training.as_ref().filter(known);
        let share = training.and(session.share());
        Some(Self { member: at_work.member, training, share })
    }
}
