//! `evaluate`, `predict`, `export` and `runs`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{
    Done, one, store,
    terminal::{self, Terminal, print, print_json},
};
use crate::{
    control::{Control, Stage},
    data::{
        sample::{Framing, Source},
        square::Square,
    },
    engine,
    evaluate::{ClassScore, Group, Grouping, Interval, Regression, RegressionGroup, Report, calibration},
    files::{
        atomic, overwrite,
        table::{Rows, TableForm},
    },
    predict::{
        Answer, Photo, Predictor,
        batch::{self, FolderJob},
        frame,
    },
    problem::{Kind, Problem},
    run::{
        RunInfo, RunStatus, RunStore, date,
        export::{ExportOptions, Format},
    },
    text::{Lang, Phrase, decimal, epochs, named, percent, plural, say, years},
    worker::{self, Command, Event},
};

/// Evaluates a run, on its own test part or on the pictures of a folder that are not among its own.
pub fn evaluate(run: String, data: Option<PathBuf>, device: String, mirrored: Option<bool>, json: bool, lang: Lang) -> Done {
    engine::check(&device).map_err(one)?;
    let mut terminal = Terminal::new(lang, false);
    let mut evaluated = None;
    let command = Command::Evaluate { run, source: data.map(Source::Folder), open: None, device, mirrored };
    worker::perform(command, &store()?, &Control::default(), &mut |event| match event {
        // What is printed is the one document.
        Event::Opened { .. } if json => {}
        Event::Evaluated(view) if json => evaluated = Some(view),
        event => terminal.event(&event),
    })
    .map_err(one)?;
    if let Some(view) = evaluated
        && let Some(report) = &view.report
    {
        let mut document = summary(&view.info, report);
        if let (Some(committee), Some(document)) = (&view.info.committee, document.as_object_mut()) {
            document.insert("committee".to_owned(), json!(committee));
        }
        print_json(&format!("{document:#}"));
    }
    Ok(())
}

/// A report's numbers, at its threshold and temperature.
fn summary(run: &RunInfo, report: &Report) -> serde_json::Value {
    if let Some(regression) = report.regression() {
        return summary_of_years(run, report, &regression);
    }
    let scores = report.scores(report.threshold);
    let range = scores.accuracy.wilson();
    let score = |class: &ClassScore| json!({"precision": class.precision, "recall": class.recall, "f1": class.f1, "pictures": class.support});
    let classes: serde_json::Map<_, _> = report.task.classes.iter().cloned().zip(scores.classes.iter().map(score)).collect();
    let group = |group: &Group| {
        let range = group.accuracy.wilson();
        json!({
            "group": group.key.name(&report.task, Lang::En),
            "pictures": group.accuracy.n,
            "accuracy": group.accuracy.share(),
            "range": [range.low, range.high],
            "macro_f1": group.macro_f1(),
            "small": group.small(),
        })
    };
    let groups: serde_json::Map<_, _> = Grouping::ALL
        .into_iter()
        .filter(|by| report.records(*by))
        .map(|by| (by.name(&report.task, Lang::En), report.groups(report.threshold, by).iter().map(group).collect()))
        .collect();
    json!({
        "run": run.id,
        "name": run.name,
        "part": report.part,
        "pictures": scores.accuracy.n,
        "threshold": report.threshold,
        "temperature": report.temperature,
        "mirrored": report.mirrored,
        "accuracy": scores.accuracy.share(),
        "range": [range.low, range.high],
        "baseline": report.baseline().share(),
        "confusion": report.confusion(report.threshold).rows().collect::<Vec<_>>(),
        "classes": classes,
        "macro": score(&scores.macro_average),
        "weighted": score(&scores.weighted_average),
        "auc": report.auc(),
        "average_precision": report.average_precision(),
        "seen": seen(report),
        "calibration_error": calibration::calibration_error(&report.reliability()),
        "groups": groups,
    })
}

/// A report's numbers in years.
fn summary_of_years(run: &RunInfo, report: &Report, regression: &Regression) -> serde_json::Value {
    let bounds = |range: Option<Interval>| range.map(|range| [range.low, range.high]);
    let group = |group: &RegressionGroup| {
        json!({
            "group": group.key.name(&report.task, Lang::En),
            "pictures": group.n,
            "mae": group.mae,
            "range": bounds(group.mae_range),
            "bias": group.bias,
            "within_5": group.within_5.share(),
            "small": group.small(),
        })
    };
    let groups: serde_json::Map<_, _> = Grouping::ALL
        .into_iter()
        .filter(|by| report.records(*by))
        .map(|by| (by.name(&report.task, Lang::En), report.regression_groups(by).iter().map(group).collect()))
        .collect();
    json!({
        "run": run.id,
        "name": run.name,
        "part": report.part,
        "pictures": regression.n,
        "unit": "years",
        "mirrored": report.mirrored,
        "mae": regression.mae,
        "range": bounds(regression.mae_range),
        "median_error": regression.median_error,
        "rmse": regression.rmse,
        "r2": regression.r2,
        "bias": regression.bias,
        "within_5": regression.within_5.share(),
        "baseline": {
            "mean_age": regression.mean_age,
            "mae": regression.baseline,
            "median_age": regression.median_age,
            "mae_of_median": regression.median_baseline,
        },
        "seen": seen(report),
        "groups": groups,
    })
}

/// Which of the evaluated pictures the run had before.
fn seen(report: &Report) -> Option<serde_json::Value> {
    report.seen.as_ref().map(|seen| {
        json!({
            "in_training": seen.learned.len(),
            "in_validation": seen.checked.len(),
            "alike": seen.alike,
            "left_out": seen.left_out,
        })
    })
}

/// Writes a run in another format.
pub fn export(
    run: &str,
    format: Format,
    data: Option<PathBuf>,
    path: PathBuf,
    options: ExportOptions,
    terminal: &mut Terminal,
) -> Done {
    if options.mistakes && format != Format::Report {
        let what = say("Only a report shows pictures", "Seul un rapport montre des images");
        return Err(one(Problem::new(Kind::Settings, what, say("Leave out --pictures", "Retirez --pictures"))));
    }
    let found = store()?.find(run).map_err(one)?;
    // All that follows is about this run, also once `last` is another.
    let run = RunStore::lasting_name(&found, run);
    if let Some(folder) = data {
        let command = Command::LocatePictures { run: run.clone(), folder };
        worker::perform(command, &store()?, &Control::default(), &mut |event| terminal.event(&event)).map_err(one)?;
    }
    if found.view().is_ok_and(|view| view.outdated) {
        // A crash came between the end of a training and its report. Where its pictures are gone, it is exported without.
        let command = Command::Evaluate {
            run: run.clone(),
            source: None,
            open: None,
            device: engine::AUTOMATIC.to_owned(),
            mirrored: None,
        };
        if let Err(problem) = worker::perform(command, &store()?, &Control::default(), &mut |event| terminal.event(&event)) {
            terminal::complain_line(OUTDATED.get(terminal.lang));
            terminal::complain(&problem, terminal.lang);
        }
    }
    let command = Command::Export { run, format, path, options, dataset: None, elsewhere: None };
    worker::perform(command, &store()?, &Control::default(), &mut |event| terminal.event(&event)).map_err(one)
}

const OUTDATED: Phrase = say(
    "The results of this run are of earlier weights and are left out",
    "Les résultats de cet essai sont ceux de poids antérieurs et sont omis",
);

/// Takes a run from elsewhere among the runs.
pub fn import(folder: &Path, lang: Lang) -> Done {
    let run = store()?.import(folder).map_err(one)?;
    print(&row(&run.info, lang));
    Ok(())
}

/// Lists the runs, the newest first.
pub fn runs(json: bool, lang: Lang) -> Done {
    let (runs, problems) = store()?.list();
    if runs.is_empty() && !problems.is_empty() {
        return Err(problems);
    }
    problems.iter().for_each(|problem| terminal::complain(problem, lang));
    if json {
        let text = serde_json::to_string_pretty(&runs).map_err(|error| one(atomic::foreign(Path::new("runs"), &error)))?;
        print_json(&text);
        return Ok(());
    }
    if runs.is_empty() {
        print(say("No runs yet", "Aucun essai").get(lang));
    }
    runs.iter().for_each(|run| print(&row(run, lang)));
    Ok(())
}

/// A run's line in a list.
pub fn row(run: &RunInfo, lang: Lang) -> String {
    let status = match run.status {
        _ if run.committee.is_some() => say("committee", "comité"),
        RunStatus::Training => say("in training", "en cours"),
        RunStatus::Paused => say("not finished", "inachevé"),
        RunStatus::Finished => say("finished", "terminé"),
    };
    let scores = run.scores.as_ref().map_or_else(String::new, |scores| {
        if let Some(of) = scores.years {
            let near = match lang {
                Lang::En => "within 5 years",
                Lang::Fr => "à 5 ans près",
            };
            let off = say("test off by", "test, erreur de").get(lang);
            return format!("  {off} {}  {} {near}", years(lang, of.mae, 2), percent(lang, of.within_5, 1));
        }
        format!(
            "  {} {}  F1 {}",
            say("test", "test").get(lang),
            percent(lang, scores.accuracy, 1),
            decimal(lang, scores.macro_f1, 3)
        )
    });
    let epochs = epochs(lang, run.epochs_done.into()).replace('\u{a0}', " ");
    let epochs = run.committee.as_ref().map_or(epochs, |committee| {
        plural(lang, committee.members.len() as u64, say("run", "essai"), say("runs", "essais")).replace('\u{a0}', " ")
    });
    let when = date::day_and_time(lang, run.created);
    format!("{}  {when:<20}  {:<12}  {epochs:>11}{scores}  {}", run.id, status.get(lang), run.name(lang))
}

/// The table that predictions go into.
pub struct TableOptions {
    pub csv: Option<PathBuf>,
    pub form: TableForm,
    pub overwrite: bool,
}

/// Says what a run sees in photos; a folder goes into a table.
pub fn predict(run: &str, paths: &[PathBuf], wanted: TableOptions, faces: bool, device: &str, lang: Lang) -> Done {
    let store = store()?;
    let run = store.find(run).map_err(one)?;
    let framing = if faces { Framing::FaceCrop } else { Framing::Whole };
    let folder = match paths {
        [folder] if folder.is_dir() => Some(folder),
        _ => None,
    };
    if let (None, Some(csv)) = (folder, &wanted.csv) {
        run.info
            .check_place(store.home(), csv)
            .and_then(|()| overwrite::no_picture(csv))
            .and_then(|()| overwrite::file(csv, wanted.overwrite))
            .map_err(one)?;
    }
    let mut predictor = run.predictor(|config| engine::open(device, config)).map_err(one)?;
    if let Some(warning) = &predictor.warning {
        terminal::complain(warning, lang);
    }
    if framing != run.info.framing {
        terminal::complain_line(mismatch(framing).get(lang));
    }
    if let Some(folder) = folder {
        let csv = wanted.csv.unwrap_or_else(|| batch::default_name(&run.info.file_stem(lang), folder, framing).into());
        let (form, overwrite) = (wanted.form, wanted.overwrite);
        run.info.check_place(store.home(), &csv).map_err(one)?;
        let job = FolderJob { folder, csv: &csv, framing, form, overwrite, home: store.home() };
        return folder_to_table(&mut predictor, &job, lang);
    }
    let columns = batch::columns(&predictor.task);
    let mut table = Rows::with_columns(wanted.form, &columns.iter().map(String::as_str).collect::<Vec<_>>());
    let mut problems = Vec::new();
    for path in paths {
        let name = path.to_string_lossy();
        match look(&mut predictor, path, framing).map_err(one)? {
            Ok(answers) => {
                for (square, answer) in answers {
                    let place = square.map(|s| format!(" ({:.0}, {:.0}, {:.0})", s.left, s.top, s.side)).unwrap_or_default();
                    print(&named(lang, format!("{}{place}", path.display()), answer.sentence(&predictor.task, lang)));
                    table.row(batch::row(&name, square, Ok(&answer), &predictor.task));
                }
            }
            Err((why, problem)) => {
                table.row(batch::row(&name, None, Err(why), &predictor.task));
                let problem = problem.because(path.display());
                // As in a folder: that there is no face is what the picture says.
                if why == batch::NO_FACE { terminal::complain(&problem, lang) } else { problems.push(problem) }
            }
        }
    }
    if let Some(csv) = wanted.csv {
        atomic::write(&csv, &table.into_bytes()).map_err(one)?;
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// That the photos are framed otherwise than the run's training pictures were.
const fn mismatch(framing: Framing) -> Phrase {
    match framing {
        Framing::Whole => say(
            "Whole pictures are predicted, though the run learned from face crops; --faces finds the faces first",
            "Les images sont prises entières, bien que le modèle ait appris sur des visages recadrés ; --faces cherche d’abord les visages",
        ),
        Framing::FaceCrop => say(
            "Faces are cut out, though the run learned from whole pictures; without --faces they are used whole",
            "Les visages sont recadrés, bien que le modèle ait appris sur des images entières ; sans --faces elles sont prises entières",
        ),
    }
}

/// What a file was found to show: squares with their answers. Without any, what its row says, and why.
type Answers = Result<Vec<(Option<Square>, Answer)>, (&'static str, Problem)>;

/// The answers for one file: one for each face, or one for the whole picture.
///
/// # Errors
/// A lost device, which answers for no other file either.
fn look(predictor: &mut Predictor, path: &Path, framing: Framing) -> Result<Answers, Problem> {
    let opened = if path.is_dir() { Err(no_table()) } else { Photo::open(path) };
    let photo = match opened {
        Ok(photo) => photo,
        Err(problem) => return Ok(Err((batch::UNREADABLE, problem))),
    };
    let squares = frame(&photo, framing).squares();
    if squares.is_empty() {
        let problem = Problem::new(
            Kind::Picture,
            say("No face was found", "Aucun visage trouvé"),
            say("Leave out --faces to predict the whole picture", "Sans --faces, l’image est prise entière"),
        );
        return Ok(Err((batch::NO_FACE, problem)));
    }
    let answers = squares.into_iter().map(|square| Ok((square, predictor.look(&photo, square)?)));
    answers.collect::<Result<Vec<_>, Problem>>().map(Ok)
}

fn folder_to_table(predictor: &mut Predictor, job: &FolderJob<'_>, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let progress = |done: usize, total: usize| {
        terminal.event(&Event::Progress { stage: Stage::Predicting, done: done as u64, total: total as u64 });
    };
    let outcome = batch::predict_folder(predictor, job, &Control::default(), progress).map_err(one)?;
    terminal.line(&named(lang, job.csv.display(), outcome.sentence(lang)));
    for problem in outcome.unrecorded.clone().into_iter().chain(outcome.skipped_files()) {
        terminal::complain(&problem, lang);
    }
    // As with single files: a picture that could not be evaluated ends in failure.
    outcome.unreadable_files().map_or(Ok(()), |problem| Err(one(problem)))
}

fn no_table() -> Problem {
    Problem::new(
        Kind::Settings,
        say("A folder is predicted into a table", "Un dossier se prédit dans un tableau"),
        say("Give one folder alone", "Donnez un seul dossier, sans rien d’autre"),
    )
}
