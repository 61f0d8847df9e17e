//! Answers for single photos, also while a training runs: a thread with an engine of its own.

use std::{path::PathBuf, thread};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::thread::{guarded, no_thread};
use crate::{
    problem::{Kind, Problem},
    run::RunStore,
    text::say,
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
            for question in asked {
                let id = question.id;
                let result = guarded(|| answer(&store, &question));
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

fn answer(store: &RunStore, question: &Question) -> Result<Reply, Problem> {
    let run = store.find(&question.run)?;
    Err(Problem::new(
        Kind::File,
        say("This run has no weights yet", "Cette exécution n’a pas encore de poids"),
        say("Wait until its first epoch is done", "Attendez la fin de sa première époque"),
    )
    .because(run.info.id))
}
