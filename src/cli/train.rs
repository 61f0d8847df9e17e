//! `train` and `resume`.

use std::path::PathBuf;

use super::{
    Done, TrainArgs, data, one, recipe, signal, store,
    terminal::{Terminal, complain_line},
};
use crate::{
    control::{Control, Signal},
    data::sample::Source,
    problem::{Kind, Problem},
    run::{RunStatus, RunStore},
    text::{Lang, LocalizedText, Phrase, say},
    worker::{self, Command, Event, ResumeOptions},
};

/// Trains, and evaluates the result.
pub fn train(ask: &TrainArgs, lang: Lang) -> Done {
    let (store, control) = (store()?, Control::default());
    let mut terminal = Terminal::new(lang, ask.json);
    let source = ask.recipe.source().ok_or_else(|| one(nothing()))?;
    let plan = recipe::plan(&ask.recipe, source, &store, &mut |event| terminal.event(&event))?;
    if !plan.dataset.understood.is_plain() {
        for text in data::understood(&plan.dataset, lang) {
            complain_line(&text);
        }
    }
    for text in plan.overlap.sentences(lang) {
        complain_line(&text);
    }
    if !plan.overlap.is_empty() {
        let possible = plan.overlap.removable;
        complain_line(if possible { MENDED } else { DEALT }.get(lang));
    }
    if recipe::learns_little(&ask.recipe, &plan) {
        complain_line(FEW.get(lang));
    }
    // Not before: reading pictures is broken off at once.
    signal::leave_on(&control);
    let mut begun = None;
    let mut tell = |event: Event| {
        if let Event::TrainsOn { run, .. } = &event {
            begun = Some(run.id.clone());
        }
        terminal.event(&event);
    };
    let result = match &ask.out {
        Some(folder) => worker::train_in(&plan, folder, &control, &mut tell),
        None => worker::perform(Command::Train(Box::new(plan)), &store, &control, &mut tell),
    };
    let run = begun.map(|id| ask.out.as_ref().map_or(id, |folder| folder.display().to_string()));
    ended(result, run.as_deref(), &store, &control)
}

/// What a training ended with: one that was asked to end by a signal is paused, and it is said how it goes on.
fn ended(result: Result<(), Problem>, run: Option<&str>, store: &RunStore, control: &Control) -> Done {
    let stopped = result.as_ref().map_or_else(|problem| problem.kind == Kind::Cancelled, |()| true);
    let is_over =
        |run: &str| store.find(run).is_ok_and(|run| run.info.status == RunStatus::Finished && run.info.scores.is_some());
    match run {
        Some(run) if control.wish() == Signal::Leave && stopped && !is_over(run) => Err(one(paused(run))),
        _ => result.map_err(one),
    }
}

fn paused(run: &str) -> Problem {
    Problem::new(
        Kind::File,
        say("Paused", "En pause"),
        LocalizedText { en: format!("`trombine resume {run}` goes on"), fr: format!("`trombine resume {run}` reprend") },
    )
}

/// What can be done about parts that share pictures.
const MENDED: Phrase = say(
    "`--set split.drop_shared=true` leaves them out of training, `--set split.use_given=false` splits all pictures again",
    "`--set split.drop_shared=true` les écarte de l’entraînement, `--set split.use_given=false` répartit toutes les images à nouveau",
);

/// The same, where a part would be left without pictures of a class.
const DEALT: Phrase = say(
    "`--set split.use_given=false` splits all pictures again",
    "`--set split.use_given=false` répartit toutes les images à nouveau",
);

/// The notebook's recipe, which nobody asked for, meets few pictures.
const FEW: Phrase = say(
    "With so few pictures the notebook’s recipe hardly learns; try `--preset quick`",
    "Avec si peu d’images, la recette du notebook n’apprend guère\u{a0}; essayez `--preset quick`",
);

/// Goes on with a run on the pictures that it began with.
pub fn resume(run: &str, data: Option<PathBuf>, how: ResumeOptions, terminal: &mut Terminal) -> Done {
    let (store, control) = (store()?, Control::default());
    let found = store.find(run).map_err(one)?;
    worker::check_resumable(&found, &how).map_err(one)?;
    // Opening the pictures takes a while, in which `last` may become another run.
    let name = RunStore::lasting_name(&found, run);
    let info = found.info;
    signal::leave_on(&control);
    let own = info.source.clone();
    let mut opened = None;
    let result =
        worker::perform(Command::Open(data.clone().map_or(info.source, Source::Folder)), &store, &control, &mut |event| {
            terminal.event(&event);
            if let Event::Opened { dataset } = event {
                opened = Some(dataset);
            }
        });
    result.map_err(|problem| one(if data.is_none() { worker::gone(&own, problem) } else { problem }))?;
    let Some(dataset) = opened else { return Ok(()) };
    let command = Command::Resume { run: name.clone(), dataset, how };
    let result = worker::perform(command, &store, &control, &mut |event| terminal.event(&event));
    ended(result, Some(&name), &store, &control)
}

/// Nothing was named to train on.
pub fn nothing() -> Problem {
    Problem::new(
        Kind::Data,
        say("There is nothing to train on", "Il n’y a rien sur quoi s’entraîner"),
        say("Give --data DIR, or --sample for the built-in drawings", "Donnez --data DIR, ou --sample pour les dessins intégrés"),
    )
}
