//! `experiment`: sets of runs with one question.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    Done, data,
    experiment_arguments::{ExperimentArgs, ExperimentCommand},
    experiment_change as change, one, recipe, signal, store,
    terminal::{Terminal, complain_line, print, print_json},
};
use crate::{
    control::{Control, Signal},
    data::{dataset::Dataset, open_dataset::OpenDataset, task::Task},
    evaluate::Metric,
    experiment::{
        Cost, Design, Draft, Experiment, ExperimentStore, ExperimentView, MemberState, MemberView, RayOptions, Recipe, SlurmJob,
        SlurmOptions, VariantRow, Vary,
    },
    files::atomic,
    plan::Plan,
    preset::Preset,
    problem::{Kind, Problem},
    run::{RequestedDevice, RunInfo, date},
    setting_def::Choice as _,
    settings::Settings,
    text::{Lang, LocalizedText, Phrase, bytes, duration, named, number, plural, say},
    worker::{self, Event, ExperimentOptions, Jobs},
};

/// What an experiment that was cancelled is.
const CANCELLED: Phrase = say(
    "cancelled: no further run starts, and the one in training pauses. `trombine experiment run` resumes it",
    "annulée : plus aucun essai n’est lancé, et celui qui s’entraîne se met en pause. `trombine experiment run` la reprend",
);

/// Does what is asked of experiments.
pub fn experiment(command: ExperimentCommand, lang: Lang) -> Done {
    match command {
        ExperimentCommand::Seeds { seeds, same_split, ask } => {
            begin(&ask, &RunOptions { seeds, same_split, halving: None }, lang, &|_, _| Ok(Design::Seeds))
        }
        ExperimentCommand::Folds { folds, seeds, ask } => {
            begin(&ask, &RunOptions { seeds, same_split: false, halving: None }, lang, &|_, _| Ok(Design::Folds(folds)))
        }
        ExperimentCommand::Compare { recipes, seeds, same_split, ask } => {
            // Of a file of settings the split and the seed are those of all.
            unused(&[("--preset", ask.recipe.preset.is_some())], "compare").map_err(one)?;
            begin(&ask, &RunOptions { seeds, same_split, halving: None }, lang, &|_, task| {
                // What is asked for beside the recipes holds for each of them.
                let one = |name: &String| {
                    let mut recipe = recipe_called(name, task)?;
                    recipe::wish(&mut recipe.settings, &ask.recipe)?;
                    Ok(recipe)
                };
                Ok(Design::Compare(recipes.iter().map(one).collect::<Result<Vec<Recipe>, Vec<Problem>>>()?))
            })
        }
        ExperimentCommand::Curve { shares, seeds, ask } => {
            begin(&ask, &RunOptions { seeds, same_split: true, halving: None }, lang, &|_, _| Ok(Design::Curve(shares.clone())))
        }
        ExperimentCommand::Ablate { seeds, same_split, ask } => {
            begin(&ask, &RunOptions { seeds, same_split, halving: None }, lang, &|_, _| Ok(Design::Ablate))
        }
        ExperimentCommand::Search { vary, runs, halving, seeds, same_split, ask } => {
            let of = RunOptions { seeds, same_split, halving };
            begin(&ask, &of, lang, &|base, _| {
                let (mut varied, mut problems) = (Vec::new(), Vec::new());
                for text in &vary {
                    match Vary::parse(text, base) {
                        Ok(one) => varied.push(one),
                        Err(problem) => problems.push(problem),
                    }
                }
                if problems.is_empty() { Ok(Design::Search { vary: varied, runs }) } else { Err(problems) }
            })
        }
        ExperimentCommand::List { json } => list(json, lang),
        ExperimentCommand::Show { experiment, json } => show(&experiment, json, lang),
        ExperimentCommand::Run { experiment, only, jobs, threads, minutes, while_input, json } => {
            let only = only.map(|nth| nth as usize - 1);
            let how = TrainingOptions { only, dataset: None, jobs, threads, budget: budget(minutes), while_input };
            run(&experiment, how, &mut Terminal::new(lang, json))
        }
        ExperimentCommand::Add { experiment, seeds, runs } => change::add(&experiment, seeds, runs, lang),
        ExperimentCommand::First { experiment, numbers } => change::first(&experiment, &numbers, lang),
        ExperimentCommand::Stop { experiment, numbers, undo } => change::stop(&experiment, &numbers, undo, lang),
        ExperimentCommand::Submit { experiment, on, address, cpus, gpus, partition, time, sbatch, template } => {
            let of_slurm = [
                ("--partition", partition.is_some()),
                ("--time", time.is_some()),
                ("--sbatch", !sbatch.is_empty()),
                ("--template", template.is_some()),
            ];
            let of_ray = [("--address", address.is_some()), ("--cpus", cpus.is_some()), ("--gpus", gpus.is_some())];
            if on == "ray" {
                unused(&of_slurm, "--on ray").map_err(one)?;
                submit_to_ray(&experiment, &RayOptions { address, cpus, gpus }, lang)
            } else {
                unused(&of_ray, "--on slurm").map_err(one)?;
                submit(&experiment, &SlurmOptions { partition, time, options: sbatch, template }, lang)
            }
        }
        ExperimentCommand::Cancel { experiment } => cancel(&experiment, lang),
    }
}

/// Refuses options that were given and that `command` does not use.
fn unused(options: &[(&str, bool)], command: &str) -> Result<(), Problem> {
    let Some((option, _)) = options.iter().find(|(_, given)| *given) else { return Ok(()) };
    Err(Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!("{option} has no effect with {command}"),
            fr: format!("{option} n’a pas d’effet avec {command}"),
        },
        say("Leave it out", "Retirez-le"),
    ))
}

/// Makes of the settings that all runs share, and of what is learned, what is asked.
type Designer<'a> = &'a dyn Fn(&Settings, &Task) -> Result<Design, Vec<Problem>>;

/// What is asked of the runs of a design.
struct RunOptions {
    seeds: u32,
    same_split: bool,
    halving: Option<u32>,
}

/// How an experiment is trained.
#[derive(Default)]
struct TrainingOptions {
    only: Option<usize>,
    dataset: Option<Arc<Dataset>>,
    jobs: Option<usize>,
    threads: Option<usize>,
    budget: Option<Duration>,
    while_input: bool,
}

fn budget(minutes: Option<u32>) -> Option<Duration> {
    minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes)))
}

/// Makes an experiment and trains it, or says what it would take.
fn begin(ask: &ExperimentArgs, of: &RunOptions, lang: Lang, design: Designer<'_>) -> Done {
    let mut terminal = Terminal::new(lang, ask.json);
    let (draft, plan) = drafted(ask, of, &mut terminal, design)?;
    let experiments = ExperimentStore::new(&store()?);
    let cost = experiments.cost(&draft, &plan).map_err(one)?;
    if ask.dry_run {
        return dry(&draft, &cost, ask.json, lang);
    }
    if !plan.dataset.understood.is_plain() && !ask.json {
        data::understood(&plan.dataset, lang).iter().for_each(|text| complain_line(text));
    }
    let experiment = experiments.create(draft, &plan).map_err(one)?;
    if !ask.json {
        terminal.line(&named(lang, &experiment.id, cost_words(&cost, lang)));
    }
    if ask.no_run {
        return Ok(());
    }
    let (dataset, budget) = (Some(plan.dataset), budget(ask.minutes));
    train(&experiment, TrainingOptions { dataset, jobs: ask.jobs, budget, ..TrainingOptions::default() }, &mut terminal)
}

/// What the arguments ask for, checked against the pictures.
fn drafted(
    ask: &ExperimentArgs,
    of: &RunOptions,
    terminal: &mut Terminal,
    design: Designer<'_>,
) -> Result<(Draft, Plan), Vec<Problem>> {
    let source = ask.recipe.source().ok_or_else(|| one(super::train::nothing()))?;
    let plan = recipe::plan(&ask.recipe, source, &store()?, &mut |event| terminal.event(&event))?;
    let base = plan.settings.clone();
    let mut draft = design(&base, &plan.dataset.task)?.draft(&base, of.seeds, of.same_split).map_err(one)?;
    if let Some(eta) = of.halving {
        draft = draft.halved(eta).map_err(one)?;
    }
    let plan = draft.check(&plan.dataset, &RequestedDevice { device: plan.device.clone(), threads: plan.threads })?;
    Ok((draft, plan))
}

/// Trains what is missing, and shows the table.
fn train(experiment: &Experiment, how: TrainingOptions, terminal: &mut Terminal) -> Done {
    let (store, control, lang) = (store()?, Control::default(), terminal.lang);
    signal::leave_on(&control);
    if how.while_input {
        signal::leave_with_input(&control);
    }
    let TrainingOptions { only, dataset, jobs, threads, budget, .. } = how;
    let options = ExperimentOptions { only, open: dataset.map(OpenDataset::from), budget, cores: threads };
    let experiments = ExperimentStore::new(&store);
    let result = match jobs {
        None => worker::train_experiment(&experiment.id, options, &store, &control, &mut |event| terminal.event(&event)),
        Some(number) => {
            let program = std::env::current_exe().map_err(|error| one(Problem::io(Path::new("trombine"), &error)))?;
            let arguments = vec!["--lang".to_owned(), lang.code().to_owned()];
            let jobs = Jobs { number, program, arguments, threads };
            worker::train_in_processes(&experiment.id, (options, &jobs), &store, &control, &mut |event| {
                terminal.event(&event);
                if let Event::Member { member, view, .. } = &event
                    && !terminal.is_json()
                    && view.state != MemberState::Training
                {
                    terminal.line(&member_line(Metric::of(&experiment.task), *member, view, None, lang));
                }
            })
        }
    };
    result.map_err(one)?;
    // With what was added meanwhile.
    let experiment = experiments.find(&experiment.id).map_err(one)?;
    let view = experiments.view(experiment.clone());
    if !terminal.is_json() && only.is_none() {
        table(&view, lang);
    }
    let left = only.map_or_else(|| view.members.len() - view.over(), |_| 1);
    let is_late = only.is_none() && left > 0 && (budget.is_some() || jobs.is_some());
    if control.wish() == Signal::Leave || view.cancelled || is_late {
        let id = &experiment.id;
        let what = LocalizedText::by(|lang| {
            let left = plural(lang, left as u64, say("run is left", "essai reste"), say("runs are left", "essais restent"));
            named(lang, say("Paused", "En pause").get(lang), left)
        });
        let remedy = LocalizedText {
            en: format!("`trombine experiment run {id}` resumes it"),
            fr: format!("`trombine experiment run {id}` reprend"),
        };
        return Err(one(Problem::new(Kind::File, what, remedy)));
    }
    let failed = |member: &MemberView| match &member.state {
        MemberState::Failed { problem } => Some(problem.clone().of(&member.label)),
        _ => None,
    };
    let failed: Vec<Problem> = view.members.iter().filter_map(failed).collect();
    if failed.is_empty() || only.is_some() { Ok(()) } else { Err(failed) }
}

/// Goes on with an experiment.
fn run(name: &str, how: TrainingOptions, terminal: &mut Terminal) -> Done {
    let experiments = ExperimentStore::new(&store()?);
    let experiment = experiments.find(name).map_err(one)?;
    // No error: a cluster's task of a run that was stopped meanwhile has done what it should.
    if let Some(member) = how.only.filter(|member| *member < experiment.members.len())
        && experiments.member(&experiment, member).state == MemberState::Stopped
    {
        let (id, number, lang) = (&experiment.id, member + 1, terminal.lang);
        if !terminal.is_json() {
            terminal.line(&match lang {
                Lang::En => format!("run {number} is stopped; `trombine experiment stop {id} {number} --undo` lets it go on"),
                Lang::Fr => {
                    format!(
                        "l’essai {number} est arrêté\u{a0}; `trombine experiment stop {id} {number} --undo` permet de le reprendre"
                    )
                }
            });
        }
        return Ok(());
    }
    train(&experiment, how, terminal)
}

/// Hands what is missing to Slurm.
fn submit(name: &str, options: &SlurmOptions, lang: Lang) -> Done {
    let experiments = ExperimentStore::new(&store()?);
    let experiment = experiments.find(name).map_err(one)?;
    let job = experiments.submit(&experiment, options).map_err(one)?;
    let tasks = plural(lang, job.members.len() as u64, say("task", "tâche"), say("tasks", "tâches"));
    let ids = job.ids();
    let what = if ids.len() == 1 { say("Slurm’s job", "job Slurm") } else { say("Slurm’s jobs", "jobs Slurm") };
    let said = format!("{} {}, {tasks}", what.get(lang), ids.join(" + "));
    print(&named(lang, &experiment.id, said));
    Ok(())
}

/// Hands what is missing to Ray.
fn submit_to_ray(name: &str, options: &RayOptions, lang: Lang) -> Done {
    let experiments = ExperimentStore::new(&store()?);
    let experiment = experiments.find(name).map_err(one)?;
    let job = experiments.submit_to_ray(&experiment, options).map_err(one)?;
    let tasks = plural(lang, job.members as u64, say("task", "tâche"), say("tasks", "tâches"));
    let said = format!("{} {}, {tasks}", say("Ray’s job", "job Ray").get(lang), job.job);
    print(&named(lang, &experiment.id, said));
    Ok(())
}

fn cancel(name: &str, lang: Lang) -> Done {
    let experiments = ExperimentStore::new(&store()?);
    let experiment = experiments.find(name).map_err(one)?;
    experiments.cancel(&experiment).map_err(one)?;
    experiments.cancel_slurm(&experiment).map_err(one)?;
    experiments.cancel_ray(&experiment).map_err(one)?;
    print(&named(lang, &experiment.id, CANCELLED.get(lang)));
    Ok(())
}

fn list(as_json: bool, lang: Lang) -> Done {
    let experiments = ExperimentStore::new(&store()?);
    let (all, problems) = experiments.list();
    let views: Vec<ExperimentView> = all.into_iter().map(|experiment| experiments.view(experiment)).collect();
    if as_json {
        let one = |view: &ExperimentView| {
            let best = view.best();
            json!({
                "id": view.experiment.id,
                "name": view.experiment.name,
                "kind": view.experiment.kind,
                "created": view.experiment.created,
                "members": view.members.len(),
                "finished": view.count(|state| *state == MemberState::Finished),
                "over": view.over(),
                "cancelled": view.cancelled,
                "best": best,
            })
        };
        print_json(&format!("{:#}", json!(views.iter().map(one).collect::<Vec<_>>())));
    } else {
        if views.is_empty() && problems.is_empty() {
            print(say("No experiments yet", "Aucune expérience").get(lang));
        }
        for view in &views {
            let Experiment { id, name, created, .. } = &view.experiment;
            let count = view.finished_words(lang);
            let best = view.best().and_then(|row| Some(view.metric().text(lang, row.spread?.mean))).unwrap_or_default();
            let cancelled = if view.cancelled { say("cancelled", "annulée").get(lang) } else { "" };
            let line = [
                format!("{:<20}", date::day_and_time(lang, *created)),
                name.get(lang).to_owned(),
                count,
                cancelled.to_owned(),
                best,
            ];
            let line: Vec<String> = line.into_iter().filter(|word| !word.is_empty()).collect();
            print(&format!("{id}  {}", line.join("  ")));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn show(name: &str, as_json: bool, lang: Lang) -> Done {
    let experiments = ExperimentStore::new(&store()?);
    let view = experiments.view(experiments.find(name).map_err(one)?);
    let tasks = experiments.slurm_job(&view.experiment).map(|job| SlurmJob::tasks(&job)).unwrap_or_default();
    let ray = experiments.ray_job(&view.experiment).map(|job| (job.state(), job));
    let open: BTreeMap<usize, Option<u32>> = view.open().into_iter().collect();
    if !as_json {
        print(&named(lang, &view.experiment.id, view.experiment.name.get(lang)));
        if view.cancelled {
            print(CANCELLED.get(lang));
        }
        if let Some(halving) = &view.experiment.halving {
            print(&halving.words(view.experiment.variants.len(), lang));
        }
        for ((at, member), waits) in view.members.iter().enumerate().zip(view.waits()) {
            let task =
                tasks.get(&at).filter(|_| !member.state.is_over()).map(|task| format!("  Slurm {} {}", task.state, task.node));
            let line = member_line(view.metric(), at, member, waits, lang);
            print(&(line + task.unwrap_or_default().trim_end()));
        }
        if let Some((Some(state), job)) = &ray {
            print(&format!("Ray {state} {}", job.job));
        }
        table(&view, lang);
        return Ok(());
    }
    let member = |(at, member): (usize, &MemberView)| {
        let mut value = json!({
            "label": member.label,
            "variant": member.variant,
            "run": member.run.as_ref().map(|run| &run.id),
            "epochs_done": member.run.as_ref().map_or(0, |run| run.epochs_done),
            "epochs": member.epochs,
            "score": member.score(),
            "owner": member.owner,
            // Whether there is something to be trained now, and up to which epoch if that is not all.
            "open": open.contains_key(&at),
            "until": open.get(&at),
        });
        // `state`, and `problem` where it failed.
        if let (Some(value), Value::Object(state)) = (value.as_object_mut(), json!(member.state)) {
            value.extend(state);
        }
        value
    };
    let fit = view.curve_fit();
    let document = json!({
        "experiment": view.experiment,
        "measure": view.metric().key(),
        "cancelled": view.cancelled,
        "members": view.members.iter().enumerate().map(member).collect::<Vec<_>>(),
        "slurm": tasks.iter().map(|(member, task)| (member.to_string(), json!(task))).collect::<serde_json::Map<_, _>>(),
        "ray": ray.map(|(state, job)| json!({"job": job.job, "state": state})),
        "table": view.rows(),
        "leads": view.leads(),
        "curve": fit.as_ref().map(|fit| json!({"fit": fit, "twice": fit.twice()})),
    });
    let text = serde_json::to_string_pretty(&document);
    print_json(&text.map_err(|error| one(atomic::foreign(Path::new("experiment"), &error)))?);
    Ok(())
}

/// Says what an experiment would take.
fn dry(draft: &Draft, cost: &Cost, as_json: bool, lang: Lang) -> Done {
    if as_json {
        let labels: Vec<&LocalizedText> = draft.variants.iter().map(|variant| &variant.label).collect();
        print_json(&json!({"name": draft.name, "variants": labels, "cost": cost}).to_string());
        return Ok(());
    }
    print(draft.name.get(lang));
    if draft.variants.len() > 1 {
        draft.variants.iter().for_each(|variant| print(&format!("  {}", variant.label.get(lang))));
    }
    if let Some(halving) = &draft.halving {
        print(&halving.words(draft.variants.len(), lang));
    }
    print(&cost_words(cost, lang));
    Ok(())
}

/// `10 runs, about 1 h 20 min if none stops early, 340 MB on the disk`.
fn cost_words(cost: &Cost, lang: Lang) -> String {
    let runs = plural(lang, cost.runs as u64, say("run", "essai"), say("runs", "essais"));
    let time = match cost.seconds {
        Some(seconds) => {
            let time = duration(lang, seconds);
            match lang {
                Lang::En => format!("about {time} if none stops early"),
                Lang::Fr => format!("environ {time} si aucun ne s’arrête plus tôt"),
            }
        }
        None => say("time unknown before the first one", "durée inconnue avant le premier").get(lang).to_owned(),
    };
    let room = bytes(lang, cost.bytes);
    format!("{runs}, {time}, {room} {}", say("on the disk", "sur le disque").get(lang))
}

/// A line about one member; of one that waits for others, at which epoch it `waits`.
fn member_line(metric: Metric, at: usize, member: &MemberView, waits: Option<u32>, lang: Lang) -> String {
    let epochs = |run: &RunInfo| format!("{} {}/{}", say("epoch", "époque").get(lang), run.epochs_done, member.epochs);
    let result = match &member.state {
        MemberState::Failed { problem } => Some(problem.remedy.get(lang).to_owned()),
        MemberState::Finished => member.score().map(|value| metric.text(lang, value)),
        _ => member.run.as_ref().map(epochs),
    };
    let run = member.run.as_ref().map(|run| run.id.clone());
    let words = [Some(member.label.get(lang).to_owned()), Some(member.state_words(waits, lang)), result, run];
    format!("{:>4}  {}", at + 1, words.into_iter().flatten().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("  "))
}

/// The table of results, and what a learning curve foretells.
fn table(view: &ExperimentView, lang: Lang) {
    let rows = view.rows();
    if rows.iter().all(|row| row.scores.is_empty()) {
        return;
    }
    rows.iter().for_each(|row| print(&row_line(view, row, lang)));
    if let Some(nearest) = view.leads().first() {
        print(&view.lead_words(nearest, true, lang));
    }
    if let Some(fit) = view.curve_fit() {
        let twice = fit.twice();
        let metric = view.metric();
        let error = |value: f64| metric.text(lang, metric.of_error(value));
        // A range of the error is one of the accuracy the other way round.
        let bounds = [twice.range.low, twice.range.high].map(error);
        let [low, high] = if metric.more_is_better() { [&bounds[1], &bounds[0]] } else { [&bounds[0], &bounds[1]] };
        let (pictures, expected) = (number(lang, twice.pictures.into()), error(twice.error));
        print(&match lang {
            Lang::En => {
                format!("With twice the training pictures ({pictures}): {expected} expected (95%: {low} to {high})")
            }
            Lang::Fr => format!(
                "Avec deux fois plus d’images d’entraînement ({pictures}) : {expected} attendu (95\u{a0}% : {low} à {high})"
            ),
        });
    }
}

fn row_line(view: &ExperimentView, row: &VariantRow, lang: Lang) -> String {
    let label = row.label.get(lang);
    let of = format!("{}/{}", row.scores.len(), row.members);
    let Some(spread) = row.spread else { return format!("{label}  {of}") };
    let metric = view.metric();
    let mean = metric.text(lang, spread.mean);
    let sd = spread.deviation.map(|sd| format!("± {}", metric.plain(lang, sd)));
    let range = spread.range.map(|range| {
        let (low, high) = (metric.plain(lang, range.low), metric.plain(lang, range.high));
        match lang {
            Lang::En => format!("(95%: {low} to {high})"),
            Lang::Fr => format!("(95\u{a0}% : {low} à {high})"),
        }
    });
    let words = [Some(label.to_owned()), Some(of), Some(mean), sd, range];
    words.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// A recipe by its name, or a file of settings.
fn recipe_called(name: &str, task: &Task) -> Result<Recipe, Vec<Problem>> {
    if let Some(preset) = Preset::of_key(name) {
        return Ok(Recipe::preset(preset, task));
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(one(recipe::unknown(name)));
    }
    let settings = Settings::read(path)?.for_task(task);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Recipe { name: LocalizedText { en: stem.clone(), fr: stem }, settings })
}
