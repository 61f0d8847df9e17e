//! Answers for single photos, also while a training runs: a thread with an engine of its own.

use std::{fs, path::PathBuf, thread, time::SystemTime};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    job::no_weights,
    thread::{guarded, no_thread},
};
use crate::{
    engine::{self, EngineConfig},
    predict::{self, Predictor, Square},
    problem::Problem,
    run::{Run, RunStore},
};

/// Questions that may wait.
const QUESTIONS: usize = 64;

/// Replies to questions about single photos.
pub struct Answerer {
    questions: Sender<Question>,
    answers: Receiver<Answer>,
}

/// A photo to be judged by a run's best weights.
#[derive(Clone, Debug)]
pub struct Question {
    /// The asker's number for it; the answer carries it.
    pub id: u64,
    pub run: String,
    pub photo: Photo,
    /// The square to look at; `None` looks at the whole photo, squeezed to a square if it is none.
    pub crop: Option<Crop>,
    /// Whether to say where the network looked.
    pub heatmap: bool,
}

/// Where a photo is.
#[derive(Clone, Debug)]
pub enum Photo {
    File(PathBuf),
    /// A JPEG, PNG, WebP or BMP file's content; EXIF orientation is honored.
    Bytes(Vec<u8>),
    /// `width * height * 3` bytes of RGB, row by row.
    Rgb {
        width: u32,
        height: u32,
        pixels: Vec<u8>,
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
pub struct Answer {
    pub id: u64,
    pub result: Result<Reply, Problem>,
}

/// What a run says of a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub run: String,
    pub classes: [String; 2],
    /// Probability of class 1, at the run's temperature.
    pub probability: f32,
    /// Class 1 from this probability on.
    pub threshold: f64,
    /// Side of `pixels`, in pixels.
    pub side: usize,
    /// Exactly what the network got: `side * side * 3` bytes of RGB.
    pub pixels: Vec<u8>,
    /// `side * side` values 0..=1, if asked for: where the network looked.
    pub heatmap: Option<Vec<f32>>,
}

impl Answerer {
    /// An answerer for the user's own runs. `wake` is called after each answer.
    ///
    /// # Errors
    /// A user without a data folder, or a system without threads.
    pub fn new(wake: impl Fn() + Send + 'static) -> Result<Self, Problem> {
        Self::at(RunStore::of_user()?, wake)
    }

    /// An answerer for the runs of `store`.
    ///
    /// # Errors
    /// A system without threads.
    pub fn at(store: RunStore, wake: impl Fn() + Send + 'static) -> Result<Self, Problem> {
        let (questions, asked) = bounded::<Question>(QUESTIONS);
        let (tell, answers) = bounded::<Answer>(QUESTIONS);
        let work = move || {
            let mut loaded = None;
            for question in asked {
                let id = question.id;
                let result = guarded(|| answer(&store, &question, &mut loaded));
                if tell.send(Answer { id, result }).is_err() {
                    break;
                }
                wake();
            }
        };
        thread::Builder::new().name("answerer".to_owned()).spawn(work).map_err(|error| no_thread(&error))?;
        Ok(Self { questions, answers })
    }

    /// Asks; never waits. `false` if too many questions are waiting.
    pub fn ask(&self, question: Question) -> bool {
        self.questions.try_send(question).is_ok()
    }

    /// What was answered since the last look; never waits.
    pub fn answers(&self) -> impl Iterator<Item = Answer> + '_ {
        self.answers.try_iter()
    }

    /// The next answer, waited for: for commands and tests, never for a window.
    pub fn wait(&self) -> Option<Answer> {
        self.answers.recv().ok()
    }
}

/// A run's network, kept between questions, and what it was loaded from.
struct Loaded {
    run: String,
    folder: PathBuf,
    /// When the weights and the report were written: a training run gets better, a threshold may be chosen.
    written: [Option<SystemTime>; 2],
    predictor: Predictor,
}

impl Loaded {
    fn new(run: Run) -> Result<Self, Problem> {
        if !run.best_path().exists() {
            return Err(no_weights());
        }
        let written = written(&run);
        // One thread: a training may be at work on the others.
        let one = |config: &EngineConfig| engine::open("cpu", &EngineConfig { threads: Some(1), ..config.clone() });
        let predictor = Predictor::load(&run.folder, one)?;
        Ok(Self { run: run.info.id, folder: run.folder, written, predictor })
    }

    fn is(&self, run: &Run) -> bool {
        self.folder == run.folder && self.written == written(run)
    }
}

fn written(run: &Run) -> [Option<SystemTime>; 2] {
    [run.best_path(), run.folder.join("report.json")].map(|path| fs::metadata(path).and_then(|data| data.modified()).ok())
}

fn answer(store: &RunStore, question: &Question, loaded: &mut Option<Loaded>) -> Result<Reply, Problem> {
    let run = store.find(&question.run)?;
    let mut known = match loaded.take().filter(|loaded| loaded.is(&run)) {
        Some(known) => known,
        None => Loaded::new(run)?,
    };
    let result = look(&mut known, question);
    *loaded = Some(known);
    result
}

fn look(known: &mut Loaded, question: &Question) -> Result<Reply, Problem> {
    let photo = decode(&question.photo)?;
    let square = question.crop.map(|crop| Square { left: crop.x.into(), top: crop.y.into(), side: crop.side.into() });
    let predictor = &mut known.predictor;
    let answer = predictor.look(&photo, square)?;
    let heatmap = question.heatmap.then(|| predictor.grad_cam(&answer).values);
    Ok(Reply {
        run: known.run.clone(),
        classes: predictor.classes.clone(),
        probability: answer.probability as f32,
        threshold: predictor.threshold,
        side: answer.side,
        pixels: answer.seen,
        heatmap,
    })
}

fn decode(photo: &Photo) -> Result<predict::Photo, Problem> {
    match photo {
        Photo::File(path) => predict::Photo::decode(&fs::read(path).map_err(|error| Problem::io(path, &error))?),
        Photo::Bytes(bytes) => predict::Photo::decode(bytes),
        Photo::Rgb { width, height, pixels } => predict::Photo::new(*width, *height, pixels.clone()),
    }
}
