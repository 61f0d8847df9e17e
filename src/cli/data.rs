//! `check` and `split`.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use super::{
    Done, one, store,
    terminal::{Terminal, print},
};
use crate::{
    data::sample::{Dataset, Source},
    plan::Plan,
    settings::Settings,
    text::{Lang, number, say},
    train::control::Control,
    worker::{self, Command, Event},
};

/// Files that are listed by name.
const SHOWN: usize = 20;

/// Tells what is in a folder.
pub fn check(dir: PathBuf, json: bool, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let Some(dataset) = open(dir, &mut |event| match event {
        Event::Opened { .. } if json => {}
        event => terminal.event(event),
    })?
    else {
        return Ok(());
    };
    let odd: Vec<_> = dataset.samples.iter().filter_map(|s| s.oddity.as_ref().map(|oddity| (&s.file, oddity))).collect();
    if json {
        let value = serde_json::json!({
            "classes": dataset.classes,
            "pictures": dataset.balance(),
            "skipped": dataset.skipped.iter().map(|s| (s.file.to_string_lossy(), &s.reason)).collect::<Vec<_>>(),
            "odd": odd.iter().map(|(file, oddity)| (file.to_string_lossy(), oddity)).collect::<Vec<_>>(),
            "copies": copies(&dataset),
        });
        print(&value.to_string());
        return Ok(());
    }
    let copied = copies(&dataset) as u64;
    print(&format!(
        "{} {}",
        number(lang, copied),
        say("pictures are copies of others", "images sont des copies d’autres").get(lang)
    ));
    list(
        &format!("{}: {}", say("Odd", "Particulières").get(lang), odd.len()),
        odd.iter().map(|(file, oddity)| format!("{}: {}", file.display(), oddity.sentence().get(lang))),
    );
    let skipped = dataset.skipped.iter().map(|s| format!("{}: {}", s.file.display(), s.reason.sentence().get(lang)));
    list(&format!("{}: {}", say("Not used", "Non utilisées").get(lang), dataset.skipped.len()), skipped);
    Ok(())
}

/// Copies a folder into `train|validation|test/class` folders.
pub fn split(dir: PathBuf, out: PathBuf, seed: u32, link: bool, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let Some(dataset) = open(dir, &mut |event| terminal.event(event))? else { return Ok(()) };
    let settings = Settings { seed, ..Settings::default() };
    let plan = Box::new(Plan::new(&settings, dataset)?);
    let command = Command::CopyFolders { plan, out, link };
    worker::perform(command, &store()?, &Control::default(), &mut |event| terminal.event(&event)).map_err(one)
}

fn open(dir: PathBuf, tell: &mut dyn FnMut(&Event)) -> Result<Option<Arc<Dataset>>, Vec<crate::problem::Problem>> {
    let mut opened = None;
    worker::perform(Command::Open(Source::Folder(dir)), &store()?, &Control::default(), &mut |event| {
        tell(&event);
        if let Event::Opened { dataset } = event {
            opened = Some(dataset);
        }
    })
    .map_err(one)?;
    Ok(opened)
}

/// Pictures beyond the first with the same content.
fn copies(dataset: &Dataset) -> usize {
    let mut counts = BTreeMap::new();
    dataset.samples.iter().for_each(|sample| *counts.entry(sample.hash).or_insert(0usize) += 1);
    counts.values().map(|count| count - 1).sum()
}

fn list(head: &str, lines: impl ExactSizeIterator<Item = String>) {
    print(head);
    let more = lines.len().saturating_sub(SHOWN);
    lines.take(SHOWN).for_each(|line| print(&format!("  {line}")));
    if more > 0 {
        print(&format!("  … +{more}"));
    }
}
