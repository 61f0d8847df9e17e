//! `watch`: a folder of runs that others train, as a table that is drawn anew while somebody looks on.

use std::{
    io::{self, IsTerminal as _},
    path::Path,
    thread,
};

use serde_json::{Value, json};

use super::{
    Done, one,
    terminal::{print, print_json, redraw},
};
use crate::{
    experiment::{BETWEEN_LOOKS, MemberState, Watched, WatchedRun},
    files::atomic,
    problem::Problem,
    run::date,
    text::{Lang, say},
};

/// Prints what is in `folder`: once as JSON or where nobody looks on, otherwise again and again until Ctrl+C.
pub fn watch(folder: &Path, as_json: bool, lang: Lang) -> Done {
    let mut seen = Watched::look(folder, None, date::now()).map_err(|problem| one(not_waited_for(problem)))?;
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

/// A folder that is not there at the start is not looked for again.
fn not_waited_for(problem: Problem) -> Problem {
    let remedy =
        say("Check the path, or try again once its disk is there", "Vérifiez le chemin, ou réessayez quand son disque sera là");
    Problem { remedy: remedy.into(), ..problem }
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
    let mut lines = vec![format!("{}  {}", seen.folder.display(), seen.counts(lang).join(", "))];
    lines.extend(seen.runs.iter().map(|run| line(run, lang)));
    lines.extend(seen.older_words(lang));
    lines
}

fn line(run: &WatchedRun, lang: Lang) -> String {
    let remedy = match &run.state {
        MemberState::Failed { problem } => problem.remedy.get(lang),
        _ => "",
    };
    let score = run.score().filter(|_| run.state == MemberState::Finished);
    let score = score.map(|value| run.metric().text(lang, value));
    let epochs = if run.epochs > 0 { format!("{}/{}", run.epochs_done, run.epochs) } else { String::new() };
    let (state, note) = (run.state_words(lang), run.note.replace('\n', " "));
    let words = [run.label.get(lang), &state, remedy, score.as_deref().unwrap_or_default(), &note];
    format!("{epochs:>9}  {}", words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("  "))
}
