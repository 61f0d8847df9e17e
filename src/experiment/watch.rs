//! A folder of runs that others train, looked at from outside: another home, on a disk that a cluster writes, a folder of
//! runs, one run, or an experiment. Nothing is ever written there, and no lock is tried, for it might turn a trainer away.
//!
//! Whether a run moves is told by its files. Clocks of servers go wrong, so once a folder has been looked at, what counts is
//! how long ago, by the clock of here, a file was seen to be another one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{self, Component, Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use super::{
    Experiment, MemberRecord, MemberState, Owner,
    member::{OWNER, RECORD},
    places::Standing,
    state::{STALE_NAMES, waits_for_others},
    store::{DESCRIPTION, STOPPED, member_file},
};
use crate::{
    evaluate::{Metric, RunScores},
    files::{atomic, names},
    history::EpochRecord,
    problem::{Kind, Problem},
    run::{Run, RunInfo, RunStatus},
    text::{Lang, LocalizedText, Phrase, duration, plural, say},
};

/// Seconds without a change after which a training is stale; of a run whose epochs take longer, three epochs.
pub const STALE: u64 = 300;
/// The same within the first epoch, of which nobody knows how long it takes.
pub const STALE_IN_FIRST_EPOCH: u64 = 1800;
/// Runs looked at: the newest.
const MOST: usize = 500;

/// What a folder held when it was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    pub folder: PathBuf,
    /// The experiment's name, if the folder is one.
    pub name: Option<LocalizedText>,
    /// The newest first; of an experiment in its order.
    pub runs: Vec<WatchedRun>,
    /// Runs that are not among them, since they are older.
    pub older: usize,
    /// Folders that could not be read now.
    pub unreadable: usize,
}

/// A run as it was seen, or a run of an experiment that is not begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchedRun {
    /// Its id; nothing before it is begun.
    pub run: Option<String>,
    pub label: LocalizedText,
    pub note: String,
    #[serde(flatten)]
    pub state: MemberState,
    pub epochs_done: u32,
    /// At most; 0 of a committee, which is not trained.
    pub epochs: u32,
    pub history: Arc<[EpochRecord]>,
    pub scores: Option<RunScores>,
    /// Whether it learns years, not classes.
    pub of_years: bool,
    /// The machine that trains it, if it said so.
    pub host: Option<String>,
    /// At which epoch it waits for others, at the end of a rung of successive halving.
    #[serde(default)]
    pub waits: Option<u32>,
    /// Seconds since one of its files was last seen to change.
    pub still: u64,
    /// The files as they were.
    #[serde(skip)]
    stamp: Stamp,
    /// When they were first seen so, in seconds since 1970.
    #[serde(skip)]
    since: u64,
}

/// Of each file that a training writes, its size and when it was changed.
type Stamp = Vec<Option<(u64, Duration)>>;

/// Between two looks at what another process trains.
pub const BETWEEN_LOOKS: Duration = Duration::from_secs(3);

/// The files that a training writes.
const WRITTEN: [&str; 4] = [names::RUN, names::HISTORY, names::EVENTS, names::CHECKPOINT];

impl WatchedRun {
    /// Its result on the test part: the accuracy, of years the mean absolute error.
    pub fn score(&self) -> Option<f64> {
        self.scores.as_ref().map(RunScores::value)
    }

    /// By what it is compared with others.
    pub const fn metric(&self) -> Metric {
        Metric::in_years(self.of_years)
    }

    /// From 0 to 1.
    pub fn progress(&self) -> f64 {
        match self.state {
            MemberState::Finished => 1.0,
            _ => (f64::from(self.epochs_done) / f64::from(self.epochs.max(1))).min(1.0),
        }
    }

    /// Whether it says that it is trained, and nothing moves.
    pub fn is_stale(&self) -> bool {
        let longest = self.history.iter().map(|epoch| epoch.seconds).reduce(f64::max);
        // Within an epoch nothing is written, and how long the first one takes is not known.
        let patience = longest.map_or(STALE_IN_FIRST_EPOCH, |longest| STALE.max((3.0 * longest) as u64));
        self.state == MemberState::Training && self.still >= patience
    }

    /// What its state is called.
    pub fn state_name(&self) -> Phrase {
        if self.is_stale() { STALE_NAMES[0] } else { self.state.name() }
    }

    /// The same with what is known of it: for how long nothing moves, the machine that trains it, why it failed, for whom it
    /// waits.
    pub fn state_words(&self, lang: Lang) -> String {
        if let Some(epoch) = self.waits {
            return waits_for_others(epoch, lang);
        }
        if !self.is_stale() {
            return self.state.words(self.host.as_deref(), lang);
        }
        let (name, still) = (self.state_name().get(lang), duration(lang, self.still as f64));
        match lang {
            Lang::En => format!("{name}: nothing has moved for {still}"),
            Lang::Fr => format!("{name}\u{a0}: rien n’a bougé depuis {still}"),
        }
    }

    fn standing(&self) -> Standing<'_> {
        Standing { state: &self.state, history: &self.history }
    }

    /// What it is known by.
    pub fn key(&self) -> String {
        self.run.clone().unwrap_or_else(|| self.label.en.clone())
    }
}

impl Watched {
    /// Looks at `folder` at the time `now`, in seconds since 1970; what did not change since `before` is not read again.
    ///
    /// # Errors
    /// The folder is not there, or may not be read.
    pub fn look(folder: &Path, before: Option<&Self>, now: u64) -> Result<Self, Problem> {
        let gone = |error: &io::Error| not_there(folder, error);
        fs::read_dir(folder).map_err(|error| gone(&error))?;
        let before = before.filter(|before| before.folder == folder);
        let mut look = Look { before, now, experiments: BTreeMap::new(), unreadable: 0 };
        let (mut name, mut older) = (None, 0);
        let typed = folder;
        let folder = &whole(typed);
        let runs = if folder.join(DESCRIPTION).is_file() {
            let experiment: Experiment = atomic::read_json(&folder.join(DESCRIPTION))?;
            name = Some(experiment.name.clone());
            look.members(folder, &experiment)
        } else if folder.join(names::RUN).is_file() {
            look.run(folder).into_iter().collect()
        } else {
            let mut folders = folders_in(folder).map_err(|error| gone(&error))?.into_iter().rev();
            let is_run = |folder: &PathBuf| folder.join(names::RUN).is_file();
            let newest: Vec<PathBuf> = folders.by_ref().filter(is_run).take(MOST).collect();
            older = folders.len();
            newest.iter().filter_map(|folder| look.run(folder)).collect()
        };
        Ok(Self { folder: typed.to_owned(), name, runs, older, unreadable: look.unreadable })
    }

    /// How many runs there are, how many of them are in each state, and what could not be read: `12 runs`, `3 training`, `1 stale`.
    pub fn counts(&self, lang: Lang) -> Vec<String> {
        let all = plural(lang, (self.runs.len() + self.older) as u64, say("run", "essai"), say("runs", "essais"));
        let counted = |state: MemberState| {
            let same = |run: &WatchedRun| !run.is_stale() && std::mem::discriminant(&run.state) == std::mem::discriminant(&state);
            let count = self.count(same);
            (count > 0).then(|| state.counted(count, lang))
        };
        let stale = self.count(WatchedRun::is_stale);
        let [one, many] = STALE_NAMES;
        let failed = MemberState::Failed { problem: Problem::cancelled() };
        let unreadable = (self.unreadable > 0).then(|| {
            plural(lang, self.unreadable as u64, say("cannot be read", "illisible"), say("cannot be read", "illisibles"))
        });
        [
            Some(all),
            counted(MemberState::Training),
            (stale > 0).then(|| plural(lang, stale as u64, one, many)),
            counted(MemberState::Paused),
            counted(MemberState::Waiting),
            counted(failed),
            counted(MemberState::Stopped),
            counted(MemberState::Dropped { epoch: 0, rung: 0 }),
            counted(MemberState::Finished),
            unreadable,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// That there are older runs than those that are shown, if there are.
    pub fn older_words(&self, lang: Lang) -> Option<String> {
        let older = || plural(lang, self.older as u64, say("older one", "plus ancien"), say("older ones", "plus anciens"));
        (self.older > 0).then(|| format!("{} {}", say("and", "et").get(lang), older()))
    }

    /// Runs for which `is` holds.
    pub fn count(&self, is: impl Fn(&WatchedRun) -> bool) -> usize {
        self.runs.iter().filter(|run| is(run)).count()
    }
}

/// One look.
struct Look<'a> {
    before: Option<&'a Watched>,
    now: u64,
    /// Those that runs belong to, by their folders.
    experiments: BTreeMap<PathBuf, Option<Experiment>>,
    unreadable: usize,
}

impl Look<'_> {
    /// A run's folder as it is now. One that cannot be read now, since it is just being written, is as it was.
    fn run(&mut self, folder: &Path) -> Option<WatchedRun> {
        let stamp: Stamp = WRITTEN.map(|file| stamp(&folder.join(file))).into();
        let id = folder.file_name()?.to_string_lossy().into_owned();
        let known = self.before.and_then(|before| before.runs.iter().find(|run| run.run.as_ref() == Some(&id)));
        let since = match known {
            Some(known) if known.stamp == stamp => known.since,
            Some(_) => self.now,
            None => stamp.iter().flatten().map(|(_, changed)| changed.as_secs()).max().unwrap_or(0).min(self.now),
        };
        let still = self.now.saturating_sub(since);
        if let Some(known) = known.filter(|known| known.stamp == stamp) {
            return Some(WatchedRun { still, ..known.clone() });
        }
        let Ok(run) = Run::open(folder) else {
            self.unreadable += 1;
            return known.cloned();
        };
        let most = || run.settings().map_or(run.info.epochs_done, |settings| settings.train.epochs);
        let epochs = if run.info.committee.is_some() { 0 } else { most() };
        let history = run.history().into();
        let label = self.label(folder, &run.info);
        let state = match run.info.status {
            RunStatus::Training => MemberState::Training,
            RunStatus::Paused => MemberState::Paused,
            RunStatus::Finished => MemberState::Finished,
        };
        let RunInfo { note, epochs_done, scores, task, .. } = run.info;
        let of_years = task.is_regression();
        let run = Some(id);
        Some(WatchedRun {
            run,
            label,
            note,
            state,
            epochs_done,
            epochs,
            history,
            scores,
            of_years,
            host: None,
            waits: None,
            still,
            stamp,
            since,
        })
    }

    /// What a run is called: within an experiment what tells it from the others.
    fn label(&mut self, folder: &Path, run: &RunInfo) -> LocalizedText {
        let own = LocalizedText::by(|lang| run.name(lang).to_owned());
        let (Some(of), Some(home)) = (&run.member_of, folder.parent().and_then(Path::parent)) else { return own };
        let place = home.join("experiments").join(&of.experiment);
        let read = |place: &PathBuf| atomic::read_json::<Experiment>(&place.join(DESCRIPTION)).ok();
        let experiment = self.experiments.entry(place).or_insert_with_key(read);
        experiment.as_ref().map_or(own, |experiment| {
            LocalizedText::by(|lang| format!("{} · {}", experiment.name.get(lang), experiment.label(of.member).get(lang)))
        })
    }

    /// The members of the experiment in `folder`.
    fn members(&mut self, folder: &Path, experiment: &Experiment) -> Vec<WatchedRun> {
        let runs = folder.parent().and_then(Path::parent).map(|home| home.join("runs")).unwrap_or_default();
        let member = |place: usize| {
            let file = |ending: &str| member_file(folder, place, ending);
            let record: MemberRecord = atomic::read_json(&file(RECORD)).unwrap_or_default();
            let begun = record.run.as_ref().and_then(|id| self.run(&runs.join(id)));
            let label = experiment.label(place);
            let mut run = begun.unwrap_or_else(|| WatchedRun {
                run: None,
                label: LocalizedText::default(),
                note: String::new(),
                state: MemberState::Waiting,
                epochs_done: 0,
                epochs: experiment.epochs(place),
                history: Arc::default(),
                scores: None,
                of_years: experiment.task.is_regression(),
                host: None,
                waits: None,
                still: 0,
                stamp: Stamp::new(),
                since: self.now,
            });
            let over = run.state == MemberState::Finished && run.scores.is_some();
            run.state = match (&run.state, record.problem) {
                _ if over => MemberState::Finished,
                (MemberState::Training, _) => MemberState::Training,
                _ if record.stopped || file(STOPPED).exists() => MemberState::Stopped,
                (_, Some(problem)) => MemberState::Failed { problem },
                (MemberState::Waiting, None) => MemberState::Waiting,
                // What is not evaluated yet is not over, whatever was seen of it before.
                (_, None) => MemberState::Paused,
            };
            let owner: Option<Owner> = atomic::read_json(&file(OWNER)).ok();
            run.host = owner.map(|owner| owner.host).filter(|_| run.state == MemberState::Training);
            WatchedRun { label, ..run }
        };
        let mut members: Vec<WatchedRun> = (0..experiment.members.len()).map(member).collect();
        let places = experiment.places(members.iter().map(WatchedRun::standing));
        for (member, place) in members.iter_mut().zip(places) {
            member.waits = place.waits(member.standing(), member.epochs);
            member.state = place.state(std::mem::take(&mut member.state));
        }
        members
    }
}

/// The folders in which runs may be, by name, which begins with the date: of a home those of its runs, of another folder those
/// in it.
fn folders_in(folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let runs = folder.join("runs");
    // Of a home’s experiments the runs lie beside them.
    let beside = folder.parent().map(|home| home.join("runs")).filter(|_| folder.ends_with("experiments"));
    let place = [Some(runs), beside].into_iter().flatten().find(|place| place.is_dir()).unwrap_or_else(|| folder.to_owned());
    let entries = fs::read_dir(place)?.flatten();
    let is_shown = |entry: &fs::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    // Files are told without another look at the disk; links to folders are not.
    let may_be_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| !kind.is_file());
    Ok(entries.filter(|entry| is_shown(entry) && may_be_folder(entry)).map(|entry| entry.path()).collect())
}

/// Where `folder` is, however its path was typed: what lies beside it is looked for there, too.
fn whole(folder: &Path) -> PathBuf {
    match path::absolute(folder) {
        Ok(whole) if !whole.components().any(|part| part == Component::ParentDir) => whole,
        // What `..` means only the disk knows.
        _ => fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()),
    }
}

fn stamp(path: &Path) -> Option<(u64, Duration)> {
    let meta = fs::metadata(path).ok()?;
    let changed = meta.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Some((meta.len(), changed))
}

fn not_there(folder: &Path, error: &io::Error) -> Problem {
    let name = folder.display();
    let what = match error.kind() {
        io::ErrorKind::PermissionDenied => LocalizedText {
            en: format!("{name} cannot be read: access denied"),
            fr: format!("{name} ne peut pas être lu\u{a0}: accès refusé"),
        },
        _ => LocalizedText { en: format!("{name} is not there now"), fr: format!("{name} n’est pas là pour le moment") },
    };
    let remedy = say(
        "It is looked for again every few seconds: a disk or a network may come back",
        "Il est cherché de nouveau toutes les quelques secondes : un disque ou un réseau peut revenir",
    );
    Problem::new(Kind::File, what, remedy).because(error)
}
