//! Settings from the command line, and the table of all options.

use super::{RecipeArgs, one, store, terminal::print};
use crate::{
    control::Control,
    data::{picture_size::PictureShape, sample::Source, task::Task},
    engine,
    plan::Plan,
    preset::Preset,
    problem::{Kind, Problem},
    run::RunStore,
    setting_def::{Choice, SettingDefs},
    settings::{Settings, images::ImageOption},
    text::{Lang, LocalizedText, say},
    worker::{self, Event},
};

/// The settings that the arguments ask for, of a recipe those for the classes of `task`, for pictures of `shape`.
///
/// # Errors
/// A file that is none, an unknown recipe, key or value: all at once.
pub fn settings(ask: &RecipeArgs, task: &Task, shape: PictureShape) -> Result<Settings, Vec<Problem>> {
    let mut settings = match (&ask.settings, &ask.preset) {
        (Some(path), _) => Settings::read(path)?,
        (None, Some(name)) => preset(name)?.settings_for(task),
        (None, None) => Preset::default().settings_for(task),
    };
    // A file of settings for another shape asks for it.
    if ask.settings.is_none() || settings.augment.shape() == PictureShape::default() {
        settings = settings.for_pictures(shape);
    }
    wish(&mut settings, ask)?;
    Ok(settings)
}

/// Sets what the arguments say beside the recipe.
///
/// # Errors
/// Every wish that no option takes; the others are set.
pub fn wish(settings: &mut Settings, ask: &RecipeArgs) -> Result<(), Vec<Problem>> {
    let epochs = ask.epochs.map(|n| format!("train.epochs={n}"));
    let seed = ask.seed.map(|n| format!("seed={n}"));
    let start = ask.start_from.as_ref().map(|run| format!("model.start_from={run}"));
    let wishes = ask.set.iter().cloned().chain(epochs).chain(seed).chain(start);
    let mut problems: Vec<Problem> = wishes.filter_map(|wish| settings.set(&wish).err()).collect();
    if !settings.model.start_from.is_empty() {
        problems.extend(store()?.settle_start(settings).err());
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Opens `source` and makes the plan that the arguments ask for, telling about it.
///
/// # Errors
/// Everything that keeps the plan from existing.
pub fn plan(ask: &RecipeArgs, source: Source, store: &RunStore, tell: &mut dyn FnMut(Event)) -> Result<Plan, Vec<Problem>> {
    // What is wrong with them is told before the pictures are read.
    ask.reading.check(&source).map_err(one)?;
    let shape = settings(ask, &Task::gender(), ask.reading.shape(&source, store))?.augment.shape();
    engine::check(&ask.device).map_err(one)?;
    let mut opened = None;
    worker::perform(ask.reading.open_at(source, store, Some(shape)), store, &Control::default(), &mut |event| {
        if let Event::Opened { open } = &event {
            opened = Some(open.dataset.clone());
        }
        tell(event);
    })
    .map_err(one)?;
    let dataset = opened.ok_or_else(|| one(Problem::cancelled()))?;
    let settings = settings(ask, &dataset.task, dataset.picture_shape())?;
    // A recipe's loss follows the question; one that was asked for by name is not replaced without a word.
    if ask.set.iter().any(|wish| wish.trim_start().starts_with("train.loss.kind")) {
        engine::check_loss(settings.output(&dataset.task), &settings.train.loss).map_err(one)?;
    }
    let plan = Plan::new(&settings, dataset)?;
    Ok(Plan { device: ask.device.clone(), threads: ask.threads, ..plan })
}

/// Whether the notebook's recipe, which nobody asked for, learns little of so few pictures.
pub fn learns_little(ask: &RecipeArgs, plan: &Plan) -> bool {
    let train = &plan.settings.train;
    let unchosen = ask.preset.is_none() && ask.settings.is_none() && (train.steps_per_epoch, train.min_steps_per_epoch) == (0, 0);
    unchosen && plan.dataset.samples.len() < Preset::FEW_PICTURES
}

/// Prints every option as a Markdown table.
pub fn options(lang: Lang) {
    let head = [say("Key", "Clé"), say("What it is", "Ce que c’est"), say("Default", "Défaut"), say("Allowed", "Permis")];
    print(&format!("| {} |", head.map(|cell| cell.get(lang)).join(" | ")));
    print("| --- | --- | --- | --- |");
    for option in ImageOption::ALL {
        let (name, help) = (option.name().get(lang), option.help().get(lang));
        let (default, allowed) = (option.text(PictureShape::default()), option.allowed(lang));
        print(&format!("| `{}` | **{name}.** {help} | {default} | {allowed} |", option.key()));
    }
    for def in Settings::default().setting_defs() {
        let cells = [
            format!("`{}`", def.key),
            format!("**{}.** {}", def.name.get(lang), def.help.get(lang)),
            def.text(),
            def.allowed(lang),
        ];
        print(&format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")));
    }
}

fn preset(name: &str) -> Result<Preset, Vec<Problem>> {
    Preset::of_key(name).ok_or_else(|| one(unknown(name)))
}

/// There is no recipe of this name.
pub fn unknown(name: &str) -> Problem {
    let keys = Preset::keys();
    Problem::new(
        Kind::Settings,
        LocalizedText { en: format!("There is no recipe “{name}”"), fr: format!("Il n’y a pas de recette « {name} »") },
        LocalizedText { en: format!("Take one of {keys}"), fr: format!("Prenez l’une de {keys}") },
    )
}
