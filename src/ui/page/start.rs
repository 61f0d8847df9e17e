//! What the draft takes over from another run, as far as the session knows it, and the offer to do so.

use super::super::Cx;
use crate::{
    data::sample::{Part, Source},
    model::Network,
    plan::{
        Plan,
        start::{self, Origin, StartedFrom},
    },
    problem::Problem,
    run::{RunInfo, RunStatus, RunView},
    session::Session,
    settings::Settings,
};

/// With fewer training pictures a class, starting from another run is usually better.
const FEW: usize = 200;

/// Runs that can be started from, by id and name, the newest first.
pub fn runs(cx: &Cx<'_>) -> Vec<(String, String)> {
    let able = cx.session.runs.iter().filter(|run| can_be_taken(run));
    able.map(|run| (run.id.clone(), run.name(cx.lang).to_owned())).collect()
}

/// What `network`, the draft's, takes of the run that the draft starts from, or what keeps it from that; `None` if it starts
/// from nothing, or the session knows too little of that run to say.
pub fn taken(cx: &Cx<'_>, network: &Network) -> Option<Result<StartedFrom, Problem>> {
    let run = &cx.settings.model.start_from;
    // A folder is looked into when the training begins.
    if run.is_empty() || run.contains(std::path::is_separator) {
        return None;
    }
    match cx.session.runs.iter().find(|known| known.id == *run) {
        None => Some(Err(start::missing(run))),
        Some(info) if info.committee.is_some() => Some(Err(start::committee(&info.name_in_both()))),
        Some(info) if !can_be_taken(info) => Some(Err(start::unfinished(&info.name_in_both()))),
        Some(_) => of(cx, network, view(cx.session, run)?, cx.settings),
    }
}

/// The id of the run that the draft starts from, if its settings have yet to be asked for.
pub fn unknown(cx: &Cx<'_>) -> Option<String> {
    let run = &cx.settings.model.start_from;
    let able = cx.session.runs.iter().any(|known| known.id == *run && can_be_taken(known));
    (able && view(cx.session, run).is_none()).then(|| run.clone())
}

/// A run to start from where there are few pictures: the newest that was looked at and of which a block fits.
pub fn offer(cx: &Cx<'_>, plan: &Plan) -> Option<RunInfo> {
    let classes = plan.dataset.task.len().max(1);
    let few = plan.indices(Part::Train).len() < FEW * classes;
    if !few || plan.dataset.source == Source::SampleFaces || !cx.settings.model.start_from.is_empty() {
        return None;
    }
    let fits = |run: &&RunInfo| {
        let known = view(cx.session, &run.id).filter(|_| can_be_taken(run));
        let taken = known.and_then(|view| of(cx, &plan.network, view, &plan.settings));
        taken.is_some_and(|taken| taken.is_ok_and(|from| from.taken.blocks[0] > 0))
    };
    cx.session.runs.iter().find(fits).cloned()
}

fn of(cx: &Cx<'_>, network: &Network, view: &RunView, settings: &Settings) -> Option<Result<StartedFrom, Problem>> {
    let old = view.network().ok()?;
    let same_question = cx.dataset().is_some_and(|dataset| dataset.task == view.info.task);
    let origin = Origin { run: &view.info.id, name: view.info.name_in_both(), network: &old, same_question };
    Some(StartedFrom::of(settings, network, origin))
}

fn can_be_taken(run: &RunInfo) -> bool {
    run.status == RunStatus::Finished && run.stored.weights && run.committee.is_none()
}

fn view<'a>(session: &'a Session, run: &str) -> Option<&'a RunView> {
    let shown = session.run.as_ref().filter(|view| view.info.id == run);
    session.views.get(run).or(shown).map(|view| &**view)
}
