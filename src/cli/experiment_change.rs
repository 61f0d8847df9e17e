//! `experiment add`, `first` and `stop`: what may change of an experiment that is there.

use super::{Done, one, store, terminal::print};
use crate::{
    experiment::{Experiment, ExperimentStore, MemberState, More},
    problem::Problem,
    text::{Lang, named, plural, say},
};

/// Adds seeds, or combinations of a search.
pub fn add(name: &str, seeds: Option<u32>, runs: Option<u32>, lang: Lang) -> Done {
    let (experiments, before) = found(name)?;
    let mut now = before.clone();
    for more in seeds.map(More::Seeds).into_iter().chain(runs.map(More::Runs)) {
        now = experiments.add(&now, more).map_err(one)?;
    }
    let added = now.members.len() - before.members.len();
    let added = plural(lang, added as u64, say("run added", "essai ajouté"), say("runs added", "essais ajoutés"));
    let goes_on = match lang {
        Lang::En => format!("`trombine experiment run {}` trains what is missing", now.id),
        Lang::Fr => format!("`trombine experiment run {}` entraîne ce qui manque", now.id),
    };
    print(&named(lang, &now.id, format!("{added}. {goes_on}")));
    Ok(())
}

/// Puts runs before all others.
pub fn first(name: &str, numbers: &[u32], lang: Lang) -> Done {
    let (experiments, experiment) = found(name)?;
    let members: Vec<usize> = numbers.iter().map(|number| *number as usize - 1).collect();
    experiments.put_first(&experiment, &members).map_err(one)?;
    let labels: Vec<String> = members.iter().map(|member| experiment.label(*member).get(lang).to_owned()).collect();
    let said = named(lang, say("comes first", "passe en premier").get(lang), labels.join(", "));
    print(&named(lang, &experiment.id, said));
    Ok(())
}

/// Stops runs, or takes that back.
pub fn stop(name: &str, numbers: &[u32], undo: bool, lang: Lang) -> Done {
    let (experiments, experiment) = found(name)?;
    for number in numbers {
        let member = *number as usize - 1;
        let said = if undo {
            experiments.want_again(&experiment, member).map_err(one)?;
            say("wanted again", "de nouveau souhaité")
        } else {
            experiments.stop(&experiment, member).map_err(one)?;
            // One that is finished stays so.
            match experiments.member(&experiment, member).state {
                MemberState::Finished => MemberState::Finished.name(),
                _ => MemberState::Stopped.name(),
            }
        };
        print(&format!("{number:>4}  {}  {}", experiment.label(member).get(lang), said.get(lang)));
    }
    Ok(())
}

fn found(name: &str) -> Result<(ExperimentStore, Experiment), Vec<Problem>> {
    let experiments = ExperimentStore::new(&store()?);
    let experiment = experiments.find(name).map_err(one)?;
    Ok((experiments, experiment))
}
