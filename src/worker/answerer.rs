//! Answers for single photos, also while a training runs: a thread with an engine of its own.

use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::SystemTime,
};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    evaluate_again::no_weights,
    thread::{guarded, no_thread},
};
use crate::{
    control::{Control, Signal},
    data::{square::Square, task::Task},
    engine::{self, EngineConfig},
    files::names,
    predict::{self, Estimate, Predictor, heatmap::Heat, predictor::verdict},
    problem::Problem,
    run::{Run, RunInfo, RunStore},
    text::{Lang, LocalizedText, chance},
};

/// Questions that may wait: the faces of some hundred photos, and what several runs say of them.
const QUESTIONS: usize = 8192;

/// Answers that may wait until somebody looks.
const ANSWERS: usize = 64;

/// Replies to questions about single photos.
pub struct Answerer {
    waiting: Arc<Waiting>,
    /// Wakes the thread, which ends with it.
    bell: Sender<()>,
    answers: Receiver<PredictionResult>,
}

/// What was asked and has no answer yet.
#[derive(Default)]
struct Waiting(Mutex<Open>);

#[derive(Default)]
struct Open {
    /// Questions that nobody has begun with, the next one first.
    questions: VecDeque<PredictionRequest>,
    /// The number of the one that is being answered, and what ends that.
    now: Option<(u64, Control)>,
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Open> {
        // Each holder makes one whole update, so the queue is consistent even if a holder panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<(PredictionRequest, Control)> {
        let mut open = self.lock();
        let question = open.questions.pop_front()?;
        let control = Control::default();
        open.now = Some((question.id, control.clone()));
        Some((question, control))
    }

    /// Nothing is being answered any more; gives whether the answer is still wanted.
    fn done(&self, control: &Control) -> bool {
        self.lock().now = None;
        !control.cancelled()
    }
}

/// A photo to be evaluated by a run's best weights.
#[derive(Clone, Debug)]
pub struct PredictionRequest {
    /// The asker's number for it; the answer carries it.
    pub id: u64,
    pub run: String,
    pub photo: PhotoSource,
    /// The square to look at; `None` looks at the whole photo, made a square if it is none.
    pub crop: Option<Crop>,
    /// How to find out where the network looked, if that is wanted.
    pub heat: Option<Heat>,
}

/// Where a photo is.
#[derive(Clone, Debug)]
pub enum PhotoSource {
    File(PathBuf),
    /// A picture file's content; EXIF orientation is honored.
    Bytes(Vec<u8>),
    /// `width * height * 3` bytes of RGB, row by row.
    Rgb {
        width: u32,
        height: u32,
        pixels: Arc<[u8]>,
    },
}

/// A square of a photo, in its pixels (after EXIF orientation).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop {
    pub x: f32,
    pub y: f32,
    pub side: f32,
}

/// The answer to the question with the same number.
#[derive(Clone, Debug)]
pub struct PredictionResult {
    pub id: u64,
    pub result: Result<Reply, Problem>,
}

/// What a run says of a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub run: String,
    pub task: Task,
    /// Of each class, at the run's temperature; of years none.
    pub probabilities: Vec<f64>,
    /// Of years: what is said.
    pub estimate: Option<Estimate>,
    /// Of two classes, class 1 from this probability on; of more, "not sure" below it.
    pub threshold: f64,
    /// What must stand under the answer.
    pub caution: LocalizedText,
    /// Side of `pixels`, in pixels.
    pub side: usize,
    /// Exactly what the network got: `side * side * 3` bytes of RGB.
    pub pixels: Vec<u8>,
    /// `side * side` values 0..=1, if asked for: where the network looked.
    pub heatmap: Option<Vec<f32>>,
}

impl Reply {
    /// The class that it is called, how sure the run is of it, and whether that counts as sure.
    pub fn verdict(&self) -> (usize, f64, bool) {
        if let Some(estimate) = self.estimate {
            return (estimate.value.round().max(0.0) as usize, 1.0, true);
        }
        let (class, sure) = verdict(&self.probabilities, self.threshold);
        (class, self.probabilities[class], sure)
    }

    /// The answer in words: `male, about 91%`, `about 34 (24 to 44)`, or `not sure: rather male, 58%`.
    pub fn headline(&self, lang: Lang) -> String {
        if let Some(estimate) = &self.estimate {
            return estimate.words(lang);
        }
        let (class, share, sure) = self.verdict();
        // A network is never quite certain: 100% would promise too much.
        let (name, share) = (self.task.name(class, lang), chance(lang, share, 0));
        match (sure, lang) {
            (true, Lang::En) => format!("{name}, about {share}"),
            (true, Lang::Fr) => format!("{name}, environ {share}"),
            (false, Lang::En) => format!("not sure: rather {name}, {share}"),
            (false, Lang::Fr) => format!("pas sûr : plutôt {name}, {share}"),
        }
    }
}

impl Answerer {
    /// An answerer for the runs of `store`. `wake` is called after each answer.
    ///
    /// # Errors
    /// A system without threads.
    pub fn at(store: RunStore, wake: impl Fn() + Send + 'static) -> Result<Self, Problem> {
        let waiting = Arc::<Waiting>::default();
        let (bell, rung) = bounded::<()>(1);
        let (tell, answers) = bounded::<PredictionResult>(ANSWERS);
        let asked = waiting.clone();
        let work = move || {
            let mut desk = QuestionRunner::default();
            for () in rung {
                while let Some((question, control)) = asked.next() {
                    let id = question.id;
                    let result = guarded(|| desk.answer(&store, &question, &control));
                    if !asked.done(&control) {
                        continue;
                    }
                    let result = result.inspect_err(Problem::log);
                    if tell.send(PredictionResult { id, result }).is_err() {
                        return;
                    }
                    wake();
                }
            }
        };
        thread::Builder::new().name("answerer".to_owned()).spawn(work).map_err(|error| no_thread(&error))?;
        Ok(Self { waiting, bell, answers })
    }

    /// Asks; never waits. `false` if too many questions are waiting.
    pub fn ask(&self, question: PredictionRequest) -> bool {
        let mut waiting = self.waiting.lock();
        if waiting.questions.len() >= QUESTIONS {
            return false;
        }
        waiting.questions.push_back(question);
        drop(waiting);
        // A bell that rings already wakes it for this one, too.
        let _ = self.bell.try_send(());
        true
    }

    /// Takes back the questions with these numbers: they get no answer. One that is being answered ends as soon as it can.
    pub fn withdraw(&self, gone: impl Fn(u64) -> bool) {
        let mut waiting = self.waiting.lock();
        waiting.questions.retain(|question| !gone(question.id));
        if let Some((_, control)) = waiting.now.as_ref().filter(|(id, _)| gone(*id)) {
            control.set(Signal::Discard);
        }
    }

    /// Has the questions with these numbers answered before all others that wait.
    pub fn hurry(&self, first: impl Fn(u64) -> bool) {
        let mut waiting = self.waiting.lock();
        // Of equal ones the order stays.
        waiting.questions.make_contiguous().sort_by_key(|question| !first(question.id));
    }

    /// What was answered since the last look; never waits.
    pub fn answers(&self) -> impl Iterator<Item = PredictionResult> + '_ {
        self.answers.try_iter()
    }

    /// The next answer, waited for: for commands and tests, never for a window.
    pub fn wait(&self) -> Option<PredictionResult> {
        self.answers.recv().ok()
    }
}

/// A run's network, kept between questions, and what it was loaded from.
struct Loaded {
    run: RunInfo,
    folder: PathBuf,
    /// When the weights and the report were written: a training run gets better, a threshold may be chosen.
    written: [Option<SystemTime>; 2],
    predictor: Predictor,
}

impl Loaded {
    fn new(run: Run) -> Result<Self, Problem> {
        if !run.info.stored.weights {
            return Err(no_weights());
        }
        let written = written(&run);
        // One thread: a training may be at work on the others.
        let one = |config: &EngineConfig| engine::open("cpu", &EngineConfig { threads: Some(1), ..config.clone() });
        let predictor = run.predictor(one)?;
        Ok(Self { run: run.info, folder: run.folder, written, predictor })
    }

    fn is(&self, run: &Run) -> bool {
        self.folder == run.folder && self.written == written(run)
    }
}

fn written(run: &Run) -> [Option<SystemTime>; 2] {
    [run.best_path(), run.folder.join(names::REPORT)].map(|path| modified(&path))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// Runs whose networks are kept: as many as are asked beside each other.
const LOADED: usize = 6;

/// What was needed for the last questions, for the next one may need it too.
#[derive(Default)]
struct QuestionRunner {
    /// The one that was asked last comes last.
    loaded: VecDeque<Loaded>,
    /// A file's photo, and when the file was written.
    decoded: Option<(PathBuf, Option<SystemTime>, predict::Photo)>,
}

impl QuestionRunner {
    fn answer(&mut self, store: &RunStore, question: &PredictionRequest, control: &Control) -> Result<Reply, Problem> {
        let run = store.find(&question.run)?;
        let known = self.loaded.iter().position(|loaded| loaded.is(&run)).and_then(|place| self.loaded.remove(place));
        // What was loaded of it before is of weights that there are no more.
        self.loaded.retain(|loaded| loaded.folder != run.folder);
        let mut known = known.map_or_else(|| Loaded::new(run), Ok)?;
        let result = match &question.photo {
            PhotoSource::File(path) => self.file(path).and_then(|photo| look(&mut known, photo, question, control)),
            PhotoSource::Bytes(bytes) => {
                predict::Photo::decode(bytes).and_then(|photo| look(&mut known, &photo, question, control))
            }
            PhotoSource::Rgb { width, height, pixels } => {
                let photo = predict::Photo::new(*width, *height, pixels.to_vec());
                photo.and_then(|photo| look(&mut known, &photo, question, control))
            }
        };
        self.loaded.push_back(known);
        if self.loaded.len() > LOADED {
            self.loaded.pop_front();
        }
        result
    }

    /// The photo in a file, decoded once for all the faces in it.
    fn file(&mut self, path: &Path) -> Result<&predict::Photo, Problem> {
        let written = modified(path);
        let same = |known: &(PathBuf, Option<SystemTime>, _)| known.0 == path && known.1 == written;
        let photo = match self.decoded.take().filter(same) {
            Some((.., photo)) => photo,
            None => predict::Photo::open(path)?,
        };
        Ok(&self.decoded.insert((path.to_owned(), written, photo)).2)
    }
}

fn look(known: &mut Loaded, photo: &predict::Photo, question: &PredictionRequest, control: &Control) -> Result<Reply, Problem> {
    let square = question.crop.map(|crop| Square { left: crop.x.into(), top: crop.y.into(), side: crop.side.into() });
    let predictor = &mut known.predictor;
    let answer = predictor.look(photo, square)?;
    let heatmap = match question.heat {
        None => None,
        Some(Heat::GradCam) => Some(predictor.grad_cam(&answer).values),
        Some(Heat::Occlusion) => Some(predictor.occlusion(&answer, control)?.values),
    };
    Ok(Reply {
        run: known.run.id.clone(),
        task: predictor.task.clone(),
        probabilities: answer.probabilities,
        estimate: answer.estimate,
        threshold: predictor.threshold,
        caution: caution(known),
        side: answer.side,
        pixels: answer.seen,
        heatmap,
    })
}

/// What must stand under the run's answers.
fn caution(known: &Loaded) -> LocalizedText {
    let caution = known.run.caution();
    match &known.predictor.warning {
        Some(warning) => LocalizedText::by(|lang| format!("{}. {}", warning.what.get(lang), caution.get(lang))),
        None => caution,
    }
}
