//! The shelf of runs in the user's data folder: make, list, find and star; deleting stands in `trash`.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Looked, RequestedDevice, Run, RunFiles, RunInfo, RunStatus, VERSION, checkpoint::Checkpoint, date, id, known_runs, naming,
    pictures::Picture,
};
use crate::{
    data::{
        folders,
        sample::{Part, Source},
    },
    files::{
        atomic, disk, names, overwrite, reads,
        unfinished::{self, UnfinishedFolder},
    },
    model::Weights,
    plan::Plan,
    problem::{Kind, Problem},
    text::{LocalizedText, say},
};

/// What a run's folder holds before it has its `run.json`.
const BEGUN_WITH: [&str; 4] = [names::SETTINGS, names::PICTURES, names::START, names::START_PICTURES];

/// Where runs live: `runs/` with one folder each, and `trash/` with the deleted ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStore {
    home: PathBuf,
}

impl RunStore {
    /// The user's own: the environment's `TROMBINE_HOME` if set, otherwise `trombine` in the user's data folder.
    ///
    /// # Errors
    /// A user without a home.
    pub fn of_user() -> Result<Self, Problem> {
        crate::files::home().map(Self::at)
    }

    /// A store in the folder `home`, which need not exist yet.
    pub fn at(home: impl Into<PathBuf>) -> Self {
        Self { home: home.into() }
    }

    /// The folder of everything that Trombine keeps.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Makes the folder of a run that is about to train `plan`.
    ///
    /// # Errors
    /// A full disk, no permission.
    pub fn create(&self, plan: &Plan) -> Result<Run, Problem> {
        let unfinished = self.begin()?;
        let name = match &plan.member_of {
            // An experiment may have thousands, each of which would look at all others.
            Some(of) => naming::name_of_member(&plan.settings, of.member),
            None => naming::numbered(&naming::name(&plan.settings), &self.list().0),
        };
        let stamp = date::stamp(date::now());
        let run = fill(unfinished.path().to_owned(), stamp, name, plan)?;
        self.publish(unfinished, run, true)
    }

    /// Begins the folder of a run: a process that dies on the way leaves nothing that looks like one.
    pub(super) fn begin(&self) -> Result<UnfinishedFolder, Problem> {
        let runs = self.runs();
        disk::create_dir_all(&runs).and_then(|()| UnfinishedFolder::within(&runs)).map_err(|error| cannot_write(&runs, &error))
    }

    /// Puts a run that is whole among the others, under its id, or under another if that is taken and it may be `renamed`.
    pub(super) fn publish(&self, mut unfinished: UnfinishedFolder, mut run: Run, renamed: bool) -> Result<Run, Problem> {
        let wanted = run.info.id.clone();
        let mut n = 1;
        loop {
            let id = if n == 1 { wanted.clone() } else { format!("{wanted}-{n}") };
            n += 1;
            let folder = self.runs().join(&id);
            let taken = is_there(&folder);
            if taken && !renamed {
                return Err(known(&id));
            }
            // A deleted run keeps its name, so that it can come back.
            if taken || renamed && is_there(&self.trash().join(&id)) {
                continue;
            }
            if run.info.id != id {
                run.info.id = id;
                run.save()?;
            }
            unfinished = match unfinished.publish(&folder) {
                Ok(()) => return Ok(Run { folder, ..run }),
                // Another program was quicker.
                Err((unfinished, _)) if is_there(&folder) && is_there(unfinished.path()) => unfinished,
                Err((_, error)) => return Err(cannot_write(&folder, &error)),
            };
        }
    }

    /// Makes a run in a folder of the user's choice, which must be empty or not exist.
    ///
    /// # Errors
    /// A folder with something in it, a full disk, no permission.
    pub fn create_in(folder: &Path, plan: &Plan) -> Result<Run, Problem> {
        if let Ok(home) = crate::files::home() {
            overwrite::not_within_a_run(&home, folder)?;
        }
        if let Source::Folder(root) = &plan.dataset.source {
            folders::check_apart(root, folder)?;
        }
        if folder.is_file() {
            let name = folder.display();
            return Err(Problem::new(
                Kind::Disk,
                LocalizedText {
                    en: format!("{name} is a file; a run is a folder"),
                    fr: format!("{name} est un fichier ; un essai est un dossier"),
                },
                say("Choose a new folder for the run", "Choisissez un nouveau dossier pour l’essai"),
            ));
        }
        disk::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
        let entries = fs::read_dir(folder).map_err(|error| cannot_write(folder, &error))?;
        let names: Vec<OsString> = entries.flatten().map(|entry| entry.file_name()).collect();
        // A process that died here before its run was one left what it began with, and the sign that it began.
        let begun = names.iter().any(|name| unfinished::is_unfinished(name));
        let left = |name: &OsString| unfinished::is_unfinished(name) || begun && BEGUN_WITH.iter().any(|file| *file == *name);
        if !names.iter().all(left) {
            let name = folder.display();
            return Err(Problem::new(
                Kind::Disk,
                LocalizedText { en: format!("{name} is not empty"), fr: format!("{name} n’est pas vide") },
                say("Choose a new folder for the run", "Choisissez un nouveau dossier pour l’essai"),
            ));
        }
        let alone = UnfinishedFolder::alone(folder).map_err(|error| cannot_write(folder, &error))?;
        let _sign = alone.ok_or_else(|| overwrite::busy(folder))?;
        fill(folder.to_owned(), date::stamp(date::now()), naming::name(&plan.settings), plan).inspect_err(|_| {
            if !is_there(&folder.join(names::RUN)) {
                BEGUN_WITH.iter().for_each(|file| drop(disk::remove_file(&folder.join(file))));
            }
        })
    }

    /// Every run, the newest first, and what is wrong with the folders that are not runs. One that says that it is being
    /// trained, and is not by any process, was interrupted: it is listed as paused, since it can go on.
    pub fn list(&self) -> (Vec<RunInfo>, Vec<Problem>) {
        listed(&self.runs())
    }

    /// The run that `name` means: an id, the start of exactly one id, `last`, or a run's folder.
    ///
    /// # Errors
    /// No such run, several, or a damaged one.
    pub fn find(&self, name: &str) -> Result<Run, Problem> {
        let path = Path::new(name);
        if path.join(names::RUN).is_file() {
            return Run::open(path);
        }
        let exact = self.runs().join(name);
        if is_name(name) && exact.is_dir() {
            return Run::open(&exact);
        }
        let (runs, _) = self.list();
        let fitting: Vec<&RunInfo> = match name {
            "last" => runs.iter().take(1).collect(),
            _ => runs.iter().filter(|run| !name.is_empty() && run.id.starts_with(name)).collect(),
        };
        match fitting[..] {
            [run] => Run::open(&self.runs().join(&run.id)),
            [] => Err(unknown(name, &runs)),
            _ => Err(Problem::new(
                Kind::File,
                LocalizedText {
                    en: format!("{} runs begin with “{name}”", fitting.len()),
                    fr: format!("{} essais commencent par « {name} »", fitting.len()),
                },
                say("Write more of its name", "Écrivez davantage de son nom"),
            )),
        }
    }

    /// By what [`RunStore::find`] finds again, whatever is trained meanwhile, the run that it has found by `name`: `last` is
    /// another run soon, and a beginning may fit two.
    pub fn lasting_name(found: &Run, name: &str) -> String {
        if found.folder == Path::new(name) { name.to_owned() } else { found.info.id.clone() }
    }

    /// The run of exactly this id as [`RunStore::list`] has it, without looking at the others; `None` if it is not there or
    /// damaged.
    pub fn look(&self, id: &str) -> Option<Run> {
        let folder = self.runs().join(id);
        (is_name(id) && folder.is_dir()).then(|| known_runs::open(&folder).ok().map(as_it_stands)).flatten()
    }

    /// The same with its settings and epochs.
    pub fn look_into(&self, id: &str) -> Option<Looked> {
        let run = self.look(id)?;
        Some(known_runs::look_into(run))
    }

    /// Takes a run from elsewhere, a run's folder or exported weights, among the runs; a copy is made.
    ///
    /// # Errors
    /// Not such a folder, weights that do not fit, a run that is here already, a full disk, no permission.
    pub fn import(&self, from: &Path) -> Result<Run, Problem> {
        let mut run = Run::open(from)?;
        let settings = run.settings()?;
        let weights = [names::BEST, names::MODEL].map(|name| from.join(name));
        let weights = weights.iter().find(|path| path.is_file());
        match (weights, run.info.committee.is_some()) {
            (Some(weights), false) => Weights::load(weights)?.check(&settings.network(&run.info.task)?)?,
            (None, false) => return Err(no_weights(from)),
            (_, true) => {}
        }
        if !id::is_valid(&run.info.id) {
            run.info.id = date::stamp(run.info.created);
        }
        if is_there(&self.runs().join(&run.info.id)) {
            return Err(known(&run.info.id));
        }
        let unfinished = self.begin()?;
        let folder = unfinished.path();
        match weights {
            Some(weights) if run.info.committee.is_none() => copy(weights, &folder.join(names::BEST))?,
            _ => run.copy_members(folder)?,
        }
        for name in [names::HISTORY, names::EVENTS, names::REPORT].into_iter().chain(BEGUN_WITH) {
            let file = from.join(name);
            if file.is_file() {
                copy(&file, &folder.join(name))?;
            }
        }
        // One that was interrupted goes on here from where it was; without its checkpoint it cannot.
        run.info.status = match run.info.status != RunStatus::Finished && run.info.stored.checkpoint {
            true => RunStatus::Paused,
            false => RunStatus::Finished,
        };
        if run.info.status == RunStatus::Paused {
            let checkpoint = run.checkpoint_path();
            Checkpoint::load(&checkpoint)?.weights.check(&settings.network(&run.info.task)?)?;
            let below = folder.join("checkpoint");
            disk::create_dir_all(&below).map_err(|error| cannot_write(&below, &error))?;
            copy(&checkpoint, &below.join("state.safetensors"))?;
        }
        run.folder = folder.to_owned();
        run.save()?;
        Run::open(&self.publish(unfinished, run, false)?.folder)
    }

    /// Gives a run its star, or takes it. It is a file of its own, not a part of `run.json`: that is written by who trains the
    /// run, perhaps on another machine, and the star goes with the folder, into the trash and back.
    ///
    /// # Errors
    /// No such run, a full disk, no permission.
    pub fn star(&self, id: &str, on: bool) -> Result<(), Problem> {
        let star = Run::open(&self.folder(id)?)?.star_path();
        match on {
            true => atomic::write(&star, &[]),
            false if is_there(&star) => disk::remove_file(&star).map_err(|error| cannot_write(&star, &error)),
            false => Ok(()),
        }
    }

    /// The folder of the run `id`, whether it exists or not.
    pub(super) fn folder(&self, id: &str) -> Result<PathBuf, Problem> {
        if is_name(id) { Ok(self.runs().join(id)) } else { Err(unknown(id, &[])) }
    }

    pub(super) fn runs(&self) -> PathBuf {
        self.home.join("runs")
    }

    pub(super) fn trash(&self) -> PathBuf {
        self.home.join("trash")
    }
}

/// Whether `id` is one folder's name and not a way elsewhere.
fn is_name(id: &str) -> bool {
    let mut parts = Path::new(id).components();
    matches!((parts.next(), parts.next()), (Some(std::path::Component::Normal(_)), None))
}

fn fill(folder: PathBuf, id: String, name: LocalizedText, plan: &Plan) -> Result<Run, Problem> {
    let info = RunInfo {
        name: name.en.clone(),
        automatic: Some(name),
        note: String::new(),
        id,
        created: date::now(),
        status: RunStatus::Training,
        source: plan.dataset.source.clone(),
        task: plan.dataset.task.clone(),
        framing: plan.dataset.framing(),
        faces: plan.dataset.understood.reading.faces,
        data: Some(plan.dataset.fingerprint()),
        pictures: Part::ALL.map(|part| plan.indices(part).len() as u32),
        device: plan.device.clone(),
        asked: RequestedDevice { device: plan.device.clone(), threads: plan.threads },
        epochs_done: 0,
        best_epoch: None,
        stopped: None,
        seconds: 0.0,
        weights: None,
        scores: None,
        extensions: 0,
        member_of: plan.member_of.clone(),
        committee: None,
        started_from: plan.start.as_ref().map(|start| start.from.clone()),
        versions: vec![VERSION.to_owned()],
        stored: RunFiles::default(),
    };
    let run = Run { folder, info };
    run.save_settings(&plan.settings)?;
    run.save_pictures(&Picture::all(plan))?;
    run.save_start(plan)?;
    // Last: a folder without it is not a run yet.
    run.save()?;
    Ok(run)
}

pub(super) fn listed(folder: &Path) -> (Vec<RunInfo>, Vec<Problem>) {
    let (mut runs, mut problems) = (Vec::new(), Vec::new());
    // None yet is none; a file in its place, or no right to it, is not.
    if let Err(error) = fs::read_dir(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        problems.push(match error.kind() {
            io::ErrorKind::NotADirectory => no_home(folder),
            _ => Problem::io(folder, &error),
        });
    }
    reads::note(folder);
    for folder in folders(folder) {
        match known_runs::open(&folder) {
            Ok(run) => runs.push(as_it_stands(run).info),
            Err(problem) => problems.push(problem),
        }
    }
    runs.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    (runs, problems)
}

/// What a run is, paused if it says that it is being trained and no process has it. A star is a file of its own, by which a run that
/// was looked at before is not known.
fn as_it_stands(mut run: Run) -> Run {
    run.info.stored.starred = run.star_path().is_file();
    if run.info.status == RunStatus::Training && !run.is_locked() {
        run.info.status = RunStatus::Paused;
    }
    run
}

/// The folders in `folder` that are not hidden; none yet is none.
pub(super) fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let shown = |entry: &fs::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    // Asked without opening it: one that may not be opened is there all the same.
    let is_folder =
        |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir() || kind.is_symlink() && entry.path().is_dir());
    entries.filter(move |entry| shown(entry) && is_folder(entry)).map(|entry| entry.path())
}

fn copy(from: &Path, to: &Path) -> Result<(), Problem> {
    disk::copy_new(from, to).and_then(|copy| copy.sync()).map_err(|error| cannot_write(to, &error))
}

/// Gives a folder its place, for good.
pub(super) fn moved(from: &Path, to: &Path) -> Result<(), Problem> {
    // The new name before the old one is gone: a power cut loses neither.
    let done = disk::rename(from, to).and_then(|()| disk::sync_folder(to)).and_then(|()| disk::sync_folder(from));
    done.map_err(|error| cannot_write(to, &error))
}

/// Whether anything has this name, a link that leads nowhere too.
pub(super) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

pub(super) fn there_again(id: &str) -> Problem {
    Problem::new(
        Kind::Exists,
        LocalizedText {
            en: format!("A run {id} is here again; the deleted one stays in the trash"),
            fr: format!("Un essai {id} est de nouveau là ; celui qui est supprimé reste dans la corbeille"),
        },
        say("Delete the one that is here first", "Supprimez d’abord celui qui est là"),
    )
}

fn no_weights(folder: &Path) -> Problem {
    let name = folder.display();
    Problem::new(
        Kind::File,
        LocalizedText { en: format!("{name} holds no weights"), fr: format!("{name} ne contient pas de poids") },
        say(
            "Choose a run’s folder, or one that was exported as “Weights”",
            "Choisissez le dossier d’un essai, ou un export « Poids »",
        ),
    )
}

fn no_home(folder: &Path) -> Problem {
    let name = folder.display();
    Problem::new(
        Kind::Disk,
        LocalizedText {
            en: format!("{name} is not a folder, but a file or within one"),
            fr: format!("{name} n’est pas un dossier, mais un fichier ou dans un fichier"),
        },
        say("Move the file away, or set TROMBINE_HOME to a folder", "Déplacez le fichier, ou donnez un dossier à TROMBINE_HOME"),
    )
}

fn known(id: &str) -> Problem {
    Problem::new(
        Kind::File,
        LocalizedText { en: format!("The run {id} is here already"), fr: format!("L’essai {id} est déjà là") },
        say("Find it among the runs", "Retrouvez-le parmi les essais"),
    )
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Problem {
    Problem::writing(path, error)
}

pub(super) fn unknown(name: &str, runs: &[RunInfo]) -> Problem {
    let known = runs.iter().take(8).map(|run| run.id.as_str()).collect::<Vec<_>>().join(", ");
    let what =
        LocalizedText { en: format!("There is no run “{name}”"), fr: format!("Il n’y a pas d’essai « {name} »") };
    let remedy = if known.is_empty() {
        say("Train one first", "Entraînez d’abord un modèle").into()
    } else {
        LocalizedText { en: format!("There are: {known}"), fr: format!("Il y a : {known}") }
    };
    Problem::new(Kind::File, what, remedy)
}
