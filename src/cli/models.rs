//! `evaluate`, `predict`, `export` and `runs`.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::{
    Done, one, store,
    terminal::{self, Terminal, print},
};
use crate::{
    data::sample::Source,
    engine,
    predict::{
        Answer, Photo, Predictor,
        batch::{self, BatchOptions, field},
        faces,
    },
    problem::{Kind, Problem},
    run::{RunInfo, RunStatus, atomic},
    text::{Lang, decimal, percent, say},
    train::control::Control,
    worker::{self, Command, Event, Stage},
};

/// Judges a run, on its own test part or on a folder that it never saw.
pub fn evaluate(run: String, data: Option<PathBuf>, terminal: &mut Terminal) -> Done {
    let command = Command::Evaluate { run, source: data.map(Source::Folder), dataset: None };
    worker::perform(command, &store()?, &Control::default(), &mut |event| terminal.event(&event)).map_err(one)
}

/// Writes a run in another format.
pub fn export(run: String, format: String, path: PathBuf, terminal: &mut Terminal) -> Done {
    let command = Command::Export { run, format, path };
    worker::perform(command, &store()?, &Control::default(), &mut |event| terminal.event(&event)).map_err(one)
}

/// Lists the runs, the newest first.
pub fn runs(json: bool, lang: Lang) -> Done {
    let (runs, problems) = store()?.list();
    problems.iter().for_each(|problem| terminal::complain(problem, lang));
    if json {
        let text = serde_json::to_string_pretty(&runs).map_err(|error| one(atomic::foreign(Path::new("runs"), &error)))?;
        print(&text);
        return Ok(());
    }
    if runs.is_empty() {
        print(say("No runs yet", "Aucune exécution").get(lang));
    }
    runs.iter().for_each(|run| print(&row(run, lang)));
    Ok(())
}

fn row(run: &RunInfo, lang: Lang) -> String {
    let status = match run.status {
        RunStatus::Training => say("in training", "en cours"),
        RunStatus::Paused => say("not finished", "inachevée"),
        RunStatus::Finished => say("finished", "terminée"),
    };
    let scores = run.scores.map_or_else(String::new, |scores| {
        format!(
            "  {} {}  F1 {}",
            say("test", "test").get(lang),
            percent(lang, scores.accuracy, 1),
            decimal(lang, scores.macro_f1, 3)
        )
    });
    let epochs = say("epochs", "époques").get(lang);
    format!("{}  {:<12}  {:>3} {epochs}{scores}  {}", run.id, status.get(lang), run.epochs_done, run.name)
}

/// Says what a run sees in photos; a folder goes into a table.
pub fn predict(run: &str, paths: &[PathBuf], csv: Option<&Path>, find_faces: bool, lang: Lang) -> Done {
    let run = store()?.find(run).map_err(one)?;
    let mut predictor = Predictor::load(&run.folder, |config| engine::open("auto", config)).map_err(one)?;
    if let [folder] = paths
        && folder.is_dir()
    {
        let csv = csv.ok_or_else(|| one(no_table()))?;
        return folder_to_table(&mut predictor, folder, csv, find_faces, lang);
    }
    let mut table = format!("file,said,probability_{},problem\n", field(&predictor.classes[1]));
    let mut problems = Vec::new();
    for path in paths {
        match look(&mut predictor, path, find_faces) {
            Ok(answers) => {
                for answer in answers {
                    let said = &predictor.classes[answer.class];
                    let sure = if answer.class == 1 { answer.probability } else { 1.0 - answer.probability };
                    print(&format!("{}: {said}, {}", path.display(), percent(lang, sure, 0)));
                    let name = path.to_string_lossy();
                    // Writing to a string does not fail.
                    let _ = writeln!(table, "{},{},{},", field(&name), field(said), answer.probability);
                }
            }
            Err(problem) => {
                let _ = writeln!(table, "{},,,{}", field(&path.to_string_lossy()), field(problem.what.get(lang)));
                problems.push(problem.because(path.display()));
            }
        }
    }
    if let Some(csv) = csv {
        atomic::write(csv, table.as_bytes()).map_err(one)?;
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The answers for one file: one for each face, or one for the whole picture.
fn look(predictor: &mut Predictor, path: &Path, find_faces: bool) -> Result<Vec<Answer>, Problem> {
    if path.is_dir() {
        return Err(no_table());
    }
    let photo = Photo::decode(&fs::read(path).map_err(|error| Problem::io(path, &error))?)?;
    if !find_faces {
        return predictor.look(&photo, None).map(|answer| vec![answer]);
    }
    let found = faces::find(&photo);
    if found.is_empty() {
        return Err(Problem::new(
            Kind::Picture,
            say("No face was found", "Aucun visage trouvé"),
            say("Leave out --faces to judge the whole picture", "Sans --faces, l’image entière est jugée"),
        ));
    }
    found.iter().map(|face| predictor.look(&photo, Some(face.crop))).collect()
}

fn folder_to_table(predictor: &mut Predictor, folder: &Path, csv: &Path, faces: bool, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let progress = |done: usize, total: usize| {
        terminal.event(&Event::Progress { stage: Stage::Predicting, done: done as u64, total: total as u64 });
    };
    let control = Control::default();
    let outcome = batch::predict_folder(predictor, folder, csv, BatchOptions { faces }, &control, progress).map_err(one)?;
    terminal.line(&outcome.sentence(lang));
    Ok(())
}

fn no_table() -> Problem {
    Problem::new(
        Kind::Settings,
        say("A folder is predicted into a table", "Un dossier se prédit dans un tableau"),
        say("Give one folder, and --csv FILE", "Donnez un seul dossier, et --csv FICHIER"),
    )
}
