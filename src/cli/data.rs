//! `check` and `split`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Done, ReadingArgs, SplitArgs, one, store,
    terminal::{Terminal, complain_line, print, print_json},
};
use crate::{
    control::Control,
    data::{
        anomalies::Anomalies,
        dataset::Dataset,
        overlap::Overlap,
        sample::Source,
        split::{Split, SplitSettings},
        summary::{CopyCounts, Summary},
        task::{self, Task},
    },
    files::atomic,
    plan::Plan,
    settings::Settings,
    text::{Lang, capital, named, number, plural, say},
    worker::{self, Command, Event},
};

/// Files that are listed by name.
const SHOWN: usize = 20;

/// Tells what is in a folder.
///
/// It ends as `train` would begin: with the problems that keep the default settings from training on it.
pub fn check(dir: PathBuf, reading: &ReadingArgs, json: bool, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let Some(dataset) = open(dir, reading, &mut |event| match event {
        Event::Opened { .. } if json => {}
        event => terminal.event(event),
    })?
    else {
        return Ok(());
    };
    let settings = Settings::default();
    let split = Split::new(&dataset, &settings.split, settings.seed.into());
    let summary = Summary::new(&dataset, Some(&split));
    let verdict = Plan::new(&settings.clone().for_task(&dataset.task), dataset.clone()).map(|_| ());
    let found = Anomalies::of(&dataset.samples);
    let odd = found.anomalies(&dataset.samples).map(|(sample, anomaly)| (&sample.file, anomaly));
    if json {
        let mut value = serde_json::to_value(&summary).map_err(|error| one(atomic::foreign(Path::new("check"), &error)))?;
        value["files_skipped"] =
            dataset.skipped.iter().map(|s| serde_json::json!([s.file.to_string_lossy(), s.reason])).collect();
        value["understood"] = serde_json::json!(dataset.understood);
        let problems: Vec<String> = verdict.as_ref().err().into_iter().flatten().map(|problem| problem.line(lang)).collect();
        value["problems"] = problems.into();
        value["files_odd"] = odd.map(|(file, anomaly)| serde_json::json!([file.to_string_lossy(), anomaly])).collect();
        print_json(&value.to_string());
        return verdict;
    }
    let numbers = sentences(&summary, &dataset, lang).into_iter().chain(Overlap::new(&dataset, &split.parts).sentences(lang));
    let usual = found.usual.iter().map(|usual| capital(&usual.sentence(lang)));
    for text in understood(&dataset, lang).into_iter().chain(numbers).chain(usual) {
        print(&text);
    }
    let odd: Vec<_> = odd.collect();
    list(
        &named(lang, say("Unusual", "Inhabituelles").get(lang), odd.len()),
        odd.iter().map(|(file, anomaly)| named(lang, file.display(), anomaly.sentence().get(lang))),
    );
    let skipped = dataset.skipped.iter().map(|s| named(lang, s.file.display(), s.reason.sentence().get(lang)));
    list(&named(lang, say("Not used", "Non utilisées").get(lang), dataset.skipped.len()), skipped);
    verdict
}

/// How the folder was read, and how that is changed.
pub(super) fn understood(dataset: &Dataset, lang: Lang) -> Vec<String> {
    let understood = &dataset.understood;
    let mut line = understood.sentence(&dataset.task).get(lang).to_owned();
    if understood.other_classes.len() > 1 {
        let (option, names) = (if understood.inner { "outer" } else { "inner" }, understood.other_classes.join(", "));
        line += &match lang {
            Lang::En => format!(" (--classes {option} takes {names})"),
            Lang::Fr => format!(" (--classes {option} prend {names})"),
        };
    }
    let conflict = understood.conflict().map(|sentence| {
        let (option, what) = match understood.by_folder {
            true => ("gender", say("takes the names", "prend les noms")),
            false => ("folders", say("takes the folders", "prend les dossiers")),
        };
        format!("{} (--task {option} {})", sentence.get(lang), what.get(lang))
    });
    let photos = understood.photos().map(|sentence| {
        let way = say("--face-crops largest takes the faces", "--face-crops largest prend les visages");
        format!("{} ({})", sentence.get(lang), way.get(lang))
    });
    std::iter::once(line).chain(conflict).chain(photos).collect()
}

/// The numbers in words.
fn sentences(summary: &Summary, dataset: &Dataset, lang: Lang) -> Vec<String> {
    let task = &dataset.task;
    let n = |value| number(lang, value);
    let class = |c: usize| format!("{} {}", n(summary.classes[c].pictures), task.name(c, lang));
    let classes: Vec<String> = match task.is_regression() {
        true => dataset.age_span().map(|span| span.words(lang)).into_iter().collect(),
        false => (0..task.len()).map(class).collect(),
    };
    let found = plural(lang, summary.found, say("file found", "fichier trouvé"), say("files found", "fichiers trouvés"));
    let usable = plural(lang, summary.usable, say("usable", "utilisable"), say("usable", "utilisables"));
    let mut lines = vec![named(lang, format!("{found}, {usable}"), task::listed(&classes, lang))];
    lines.push(copies(&summary.copies, task, lang));
    lines.extend(summary.shortcut.as_ref().map(|sentence| sentence.get(lang).to_owned()));
    lines
}

/// How many pictures are there more than once, and what their names say of that.
fn copies(copies: &CopyCounts, task: &Task, lang: Lang) -> String {
    if copies.groups == 0 {
        return say("No exact copies", "Aucune copie exacte").get(lang).to_owned();
    }
    let pictures = plural(lang, copies.pictures, say("picture", "image"), say("pictures", "images"));
    let groups = plural(
        lang,
        copies.groups,
        say("group of exact copies", "groupe de copies exactes"),
        say("groups of exact copies", "groupes de copies exactes"),
    );
    let mut text = format!("{pictures} {} {groups}", say("in", "en").get(lang));
    for (count, about) in [
        (
            copies.contradicting_class,
            if task.is_regression() { say("about the age", "sur l’âge") } else { say("about the class", "sur la classe") },
        ),
        (copies.contradicting, say("about anything their names say", "sur ce que disent leurs noms")),
    ] {
        if count > 0 {
            let conflicting = plural(lang, count, say("conflicting", "contradictoire"), say("conflicting", "contradictoires"));
            text += &format!(", {conflicting} {}", about.get(lang));
        }
    }
    text
}

/// Copies a folder into `train|validation|test/class` folders.
pub fn split(ask: SplitArgs, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let SplitArgs { dir, reading, out, seed, train, validation, ages, look_alikes, link } = ask;
    let Some(dataset) = open(dir, &reading, &mut |event| terminal.event(event))? else { return Ok(()) };
    let mut settings = Settings { seed, ..Settings::default() };
    settings.split = SplitSettings { train, validation, stratify_age: ages, look_alikes, ..settings.split };
    let plan = Box::new(Plan::new(&settings, dataset)?);
    plan.overlap.sentences(lang).iter().for_each(|text| complain_line(text));
    let command = Command::CopyFolders { plan, out, link };
    worker::perform(command, &store()?, &Control::default(), &mut |event| terminal.event(&event)).map_err(one)
}

/// Tells how much room the cache takes, emptied or as it is.
pub fn cache(clean: bool, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let command = if clean { Command::CleanCache { open: None } } else { Command::MeasureCache };
    worker::perform(command, &store()?, &Control::default(), &mut |event| terminal.event(&event)).map_err(one)
}

fn open(
    dir: PathBuf,
    reading: &ReadingArgs,
    tell: &mut dyn FnMut(&Event),
) -> Result<Option<Arc<Dataset>>, Vec<crate::problem::Problem>> {
    let store = store()?;
    let mut opened = None;
    worker::perform(reading.open(Source::Folder(dir), &store), &store, &Control::default(), &mut |event| {
        tell(&event);
        if let Event::Opened { open } = event {
            opened = Some(open.dataset);
        }
    })
    .map_err(one)?;
    Ok(opened)
}

fn list(head: &str, lines: impl ExactSizeIterator<Item = String>) {
    print(head);
    let more = lines.len().saturating_sub(SHOWN);
    lines.take(SHOWN).for_each(|line| print(&format!("  {line}")));
    if more > 0 {
        print(&format!("  … +{more}"));
    }
}
