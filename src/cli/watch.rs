//! `watch`: a folder of runs that others train, as a table that is drawn anew while somebody looks on.

use std::{
    io::{self, IsTerminal as _},
    path::Path,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    Done, one,
    terminal::{print, print_json, redraw},
};
use crate::{
    experiment::{MemberState, Watched, WatchedRun},
    files::atomic,
    problem::Problem,
    run::date,
    text::{Lang, Phrase, duration, percent, plural, say, years},
};

/// Between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(3);

/// Prints what is in `folder`: once as JSON or where nobody looks on, otherwise again and again until Ctrl+C.
pub fn watch(folder: &Path, as_json: bool, lang: Lang) -> Done {
    let mut seen = Watched::look(folder, None, date::now()).map_err(one)?;
    if as_json {
        return print_document(&seen);
    }
    if !io::stdout().is_terminal() {
        lines(&seen, lang).iter().for_each(|line| print(line));
        return Ok(());
    }
    let mut problem: Option<Problem> = None;
    loop {
        let mut text = lines(&seen, lang);
        // What was seen last stays, with why it is no longer seen.
        text.extend(problem.map(|problem| problem.line(lang)));
        redraw(&text);
        thread::sleep(BETWEEN_LOOKS);
        problem = match Watched::look(folder, Some(&seen), date::now()) {
            Ok(now) => {
                seen = now;
                None
            }
            Err(problem) => Some(problem),
        };
    }
}

fn print_document(seen: &Watched) -> Done {
    let run = |run: &WatchedRun| {
        let mut value = json!({
            "run": run.run,
            "label": run.label,
            "note": run.note,
            "epochs_done": run.epochs_done,
            "epochs": run.epochs,
            "score": run.score(),
            "host": run.host,
            "still": run.still,
            "stale": run.is_stale(),
        });
        if let (Some(value), Value::Object(state)) = (value.as_object_mut(), json!(run.state)) {
            value.extend(state);
        }
        value
    };
    let document = json!({
        "folder": seen.folder,
        "name": seen.name,
        "older": seen.older,
        "unreadable": seen.unreadable,
        "runs": seen.runs.iter().map(run).collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&document);
    print_json(&text.map_err(|error| one(atomic::foreign(Path::new("watch"), &error)))?);
    Ok(())
}

/// The table.
fn lines(seen: &Watched, lang: Lang) -> Vec<String> {
    let runs = plural(lang, seen.runs.len() as u64, say("run", "essai"), say("runs", "essais"));
    let mut lines = vec![format!("{}  {runs}", seen.folder.display())];
    lines.extend(seen.runs.iter().map(|run| line(run, lang)));
    lines
}

fn line(run: &WatchedRun, lang: Lang) -> String {
    let state: Phrase = match &run.state {
        MemberState::Training if run.is_stale() => say("stale", "figé"),
        MemberState::Waiting => say("waiting", "en attente"),
        MemberState::Training => say("training", "en cours"),
        MemberState::Paused => say("paused", "en pause"),
        MemberState::Finished => say("finished", "terminé"),
        MemberState::Failed { .. } => say("failed", "échoué"),
        MemberState::Stopped | MemberState::Dropped { .. } => say("stopped", "arrêté"),
    };
    let still = duration(lang, Duration::from_secs(run.still));
    let about = match &run.state {
        MemberState::Failed { problem } => problem.line(lang),
        MemberState::Training if run.is_stale() => match lang {
            Lang::En => format!("nothing has moved for {still}"),
            Lang::Fr => format!("rien n’a bougé depuis {still}"),
        },
        MemberState::Training => run.host.clone().unwrap_or_default(),
        _ => run.note.replace('\n', " "),
    };
    let score = run.score().filter(|_| run.state == MemberState::Finished);
    let score = score.map(|value| if run.of_years { years(lang, value, 2) } else { percent(lang, value, 1) });
    let epochs = format!("{}/{}", run.epochs_done, run.epochs);
    let words = [run.label.get(lang).to_owned(), score.unwrap_or_default(), about];
    let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("  ");
    format!("{:<10} {epochs:>9}  {words}", state.get(lang))
}
