//! Batches for training and evaluation, made ahead on their own threads.
//!
//! Training takes an endless row of batches. Pass `p` shows every picture once in the order that (seed, p) shuffles,
//! its last batch may be short, and then comes pass `p + 1`. Step `s` of the whole run is always the same batch: which
//! pictures it holds and how each is changed follow from (seed, pass, sample) alone. So any number of threads gives
//! the same bits, a resumed run repeats them, and an epoch may be shorter or longer than a pass without showing some
//! pictures more often than others.

use std::{sync::Arc, thread};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    augment::{self, AugmentSettings, Drawn, mixup::Mix},
    dataset::Dataset,
    image_set::Crop,
    target_scaler::TargetScaler,
};
use crate::{
    loss::{ClassTarget, Targets},
    model::Output,
    problem::Problem,
    random::{Purpose, Random},
};

/// Pictures with their labels, in buffers that are used again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// n x side x side x 3 bytes; empty in [`Form::Crops`].
    pub pixels: Vec<u8>,
    /// In [`Form::Crops`], which pieces of which samples.
    pub crops: Vec<Crop>,
    /// For a sigmoid 0 or 1, between them where pictures are mixed; of a linear output the value, as training standardizes
    /// it; empty for a softmax.
    pub targets: Vec<f32>,
    /// For a softmax; otherwise empty.
    pub class_targets: Vec<ClassTarget>,
    /// The class weight of each picture's loss; 1 in evaluation.
    pub weights: Vec<f32>,
    /// Which samples of the data set these are.
    pub samples: Vec<u32>,
}

impl Batch {
    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The batch as an engine takes it.
    pub fn view(&self) -> BatchView<'_> {
        let targets = match self.class_targets.as_slice() {
            [] => Targets::Values(&self.targets),
            classes => Targets::Classes(classes),
        };
        BatchView { pixels: &self.pixels, crops: &self.crops, targets, weights: &self.weights }
    }
}

/// A batch as an engine takes it.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    /// n x height x width x 3 bytes, RGB, row by row; the engine divides by 255. Empty if there are `crops`.
    pub pixels: &'a [u8],
    /// n pieces of the pictures that the device keeps (`Engine::upload_images`), instead of pixels.
    pub crops: &'a [Crop],
    /// Of n pictures.
    pub targets: Targets<'a>,
    /// n factors of each picture's loss (class weights); the mean is over n, as in Keras.
    pub weights: &'a [f32],
}

impl BatchView<'_> {
    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }
}

/// How a batch has its pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As pixels, changed and ready.
    #[default]
    Pixels,
    /// As pieces that the device cuts out of what it keeps, where [`AugmentSettings::only_crops`] lets it.
    Crops,
}

/// A row of batches, made ahead by threads that end when it is dropped.
#[derive(Debug)]
pub struct Batches {
    producer: Producer,
    empty: Sender<Batch>,
}

/// Who makes a row of batches.
#[derive(Debug)]
enum Producer {
    /// One channel for each thread; batch `i` comes from thread `i % threads`, so the order is fixed.
    Threads { ready: Vec<Receiver<Result<Batch, Problem>>>, next: usize },
    /// Whoever takes them, from this step on: where the system gives no threads.
    Reader { spec: Arc<BatchSpec>, order: Order, step: u64, used: Receiver<Batch> },
}

/// Batches that one thread may be ahead of the reader.
const AHEAD: usize = 2;

/// What training batches are made of.
#[derive(Clone, Debug)]
pub struct TrainingBatches {
    pub form: Form,
    pub dataset: Arc<Dataset>,
    /// The training part.
    pub samples: Vec<u32>,
    pub augment: AugmentSettings,
    pub batch_size: usize,
    pub seed: u64,
    /// What the network ends in, which says what its targets are.
    pub output: Output,
    /// Each class's loss factor.
    pub class_weights: Vec<f32>,
    /// How values are standardized.
    pub scaler: TargetScaler,
    /// Threads of the whole training; `None` takes all cores.
    pub threads: Option<usize>,
}

impl Batches {
    /// Training batches from step `first` of the whole run (counted from 0), without end.
    pub fn training(of: TrainingBatches, first: u64) -> Self {
        let TrainingBatches { form, dataset, samples, augment, batch_size, seed, output, class_weights, scaler, threads } = of;
        let mode = Mode::Training { seed, class_weights, scaler };
        let spec = BatchSpec { form, dataset, samples, augment, batch_size: batch_size.max(1), output, mode };
        Self::start(spec, first, makers(threads))
    }

    /// The pictures `samples` in their order, cut as evaluation sees them; ends after the last. The targets are those of a
    /// network that ends in `output`, values in their own unit.
    pub fn evaluation(
        form: Form,
        dataset: Arc<Dataset>,
        samples: Vec<u32>,
        augment: &AugmentSettings,
        batch_size: usize,
        output: Output,
    ) -> Self {
        let (augment, batch_size) = (augment.clone(), batch_size.max(1));
        let spec = BatchSpec { form, dataset, samples, augment, batch_size, output, mode: Mode::Evaluation };
        Self::start(spec, 0, 1)
    }

    /// Gives a batch that was used back, so that its memory serves another.
    pub fn recycle(&self, batch: Batch) {
        // With enough empty batches waiting already, this one is simply dropped.
        let _ = self.empty.try_send(batch);
    }

    fn start(spec: BatchSpec, first: u64, threads: usize) -> Self {
        let spec = Arc::new(spec);
        let (empty, used) = bounded(threads * (AHEAD + 1));
        let make = |n: usize| {
            let (send, ready) = bounded(AHEAD);
            let (spec, used) = (spec.clone(), used.clone());
            let steps = (first + n as u64..).step_by(threads);
            let work = move || spec.run(steps, &send, &used);
            thread::Builder::new().name(format!("batches {n}")).spawn(work).map(|_| ready)
        };
        let ready: Result<Vec<_>, _> = (0..threads).map(make).collect();
        let producer = match ready {
            Ok(ready) => Producer::Threads { ready, next: 0 },
            Err(_) => Producer::Reader { spec, order: Order::default(), step: first, used },
        };
        Self { producer, empty }
    }
}

impl Iterator for Batches {
    type Item = Result<Batch, Problem>;

    /// The next batch; waits for it if it is not ready. `None` after the last one of an evaluation, and after a batch whose
    /// pictures could not be read.
    fn next(&mut self) -> Option<Result<Batch, Problem>> {
        match &mut self.producer {
            Producer::Threads { ready, next } => {
                let batch = ready[*next].recv().ok()?;
                *next = (*next + 1) % ready.len();
                Some(batch)
            }
            Producer::Reader { spec, order, step, used } => {
                let mut batch = used.try_recv().unwrap_or_default();
                let filled = spec.fill(*step, order, &mut batch).map(|filled| filled.then_some(batch)).transpose();
                *step += 1;
                filled
            }
        }
    }
}

/// Puts the training `samples` in the order of one pass, counted from 0.
pub fn shuffle(seed: u64, pass: u64, samples: &mut [u32]) {
    Random::new(seed, Purpose::Shuffle, &[pass]).shuffle(samples);
}

/// What randomness changes `sample` in one pass.
pub fn changes(seed: u64, pass: u64, sample: u32) -> Random {
    Random::new(seed, Purpose::Augment, &[pass, sample.into()])
}

/// Batches in which `pictures` are shown once.
pub fn batches_per_pass(pictures: usize, batch_size: usize) -> usize {
    pictures.div_ceil(batch_size.max(1))
}

/// A quarter of the cores makes batches, eight threads at most. Learning from a picture takes several times as long as
/// changing it, with all changes of the recipe *Recommended*, too.
pub fn makers(cores: Option<usize>) -> usize {
    let cores = cores.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    (cores / 4).clamp(1, 8)
}

/// Bytes of the batches that a training of `threads` has ready or in the making, pictures of `picture` bytes each: those of
/// its own row, and those of the row that evaluates the validation part meanwhile.
pub fn memory(picture: usize, batch_size: usize, threads: Option<usize>) -> u64 {
    let row = |makers: usize| makers * (AHEAD + 1) + 2;
    (picture * batch_size * (row(makers(threads)) + row(1))) as u64
}

/// All that decides the batches.
#[derive(Debug)]
struct BatchSpec {
    form: Form,
    dataset: Arc<Dataset>,
    samples: Vec<u32>,
    augment: AugmentSettings,
    batch_size: usize,
    output: Output,
    mode: Mode,
}

#[derive(Debug)]
enum Mode {
    Training { seed: u64, class_weights: Vec<f32>, scaler: TargetScaler },
    Evaluation,
}

impl BatchSpec {
    /// Makes the batches of `steps` until there are no more or nobody takes them.
    fn run(&self, steps: impl Iterator<Item = u64>, send: &Sender<Result<Batch, Problem>>, used: &Receiver<Batch>) {
        let mut order = Order::default();
        for step in steps {
            let mut batch = used.try_recv().unwrap_or_default();
            let filled = self.fill(step, &mut order, &mut batch);
            let last = !matches!(filled, Ok(true));
            if matches!(filled, Ok(false)) || send.send(filled.map(|_| batch)).is_err() || last {
                return;
            }
        }
    }

    /// Fills `batch` with that of `step`; false if there is none.
    fn fill(&self, step: u64, order: &mut Order, batch: &mut Batch) -> Result<bool, Problem> {
        let per_pass = batches_per_pass(self.samples.len(), self.batch_size) as u64;
        if per_pass == 0 {
            return Ok(false);
        }
        let (pass, place) = (step / per_pass, (step % per_pass) as usize);
        batch.samples.clear();
        let range = place * self.batch_size..((place + 1) * self.batch_size).min(self.samples.len());
        match self.mode {
            Mode::Training { seed, .. } => batch.samples.extend_from_slice(&order.of(seed, pass, &self.samples)[range]),
            Mode::Evaluation if pass > 0 => return Ok(false),
            Mode::Evaluation => batch.samples.extend_from_slice(&self.samples[range]),
        }
        self.load(pass, batch).map(|()| true)
    }

    /// Pictures, targets and weights of the batch's samples.
    fn load(&self, pass: u64, batch: &mut Batch) -> Result<(), Problem> {
        let len = 3 * self.augment.side() * self.augment.side();
        let Batch { pixels, crops, targets, class_targets, weights, samples } = batch;
        pixels.resize(if self.form == Form::Pixels { samples.len() * len } else { 0 }, 0);
        crops.clear();
        targets.clear();
        class_targets.clear();
        weights.clear();
        for (number, &sample) in samples.iter().enumerate() {
            let picture = |sample: u32| self.dataset.pixels.get(sample as usize);
            let (class, mut weight) = self.label(sample);
            let mut target = ClassTarget::of(class);
            match (self.form, &self.mode) {
                (Form::Pixels, Mode::Training { seed, .. }) => {
                    let out = &mut pixels[number * len..][..len];
                    let other = |mix: &Mix| self.samples[mix.other(self.samples.len())];
                    let shown = |mix: &Mix| picture(other(mix));
                    let random = &mut changes(*seed, pass, sample);
                    if let Some(mix) = augment::training(&self.augment, &picture(sample)?, shown, random, out)? {
                        let (others_class, others_weight) = self.label(other(&mix));
                        target = ClassTarget::mixed(class, others_class, mix.share as f32);
                        weight = mix.blend(weight, others_weight);
                    }
                }
                (Form::Pixels, Mode::Evaluation) => {
                    augment::evaluation(&self.augment, &picture(sample)?, &mut pixels[number * len..][..len]);
                }
                (Form::Crops, Mode::Training { seed, .. }) => {
                    crops.push(Drawn::new(&self.augment, &mut changes(*seed, pass, sample)).cut(sample));
                }
                (Form::Crops, Mode::Evaluation) => crops.push(Drawn::none(&self.augment).cut(sample)),
            }
            match self.output {
                Output::Softmax { .. } => class_targets.push(target),
                Output::Sigmoid => targets.push(target.value()),
                Output::Linear => targets.push(match &self.mode {
                    Mode::Training { scaler, .. } => scaler.standardized(target.value()),
                    Mode::Evaluation => target.value(),
                }),
            }
            weights.push(weight);
        }
        Ok(())
    }

    /// Class and weight of one sample.
    fn label(&self, sample: u32) -> (u16, f32) {
        let class = self.dataset.samples[sample as usize].class;
        let weight = match &self.mode {
            Mode::Training { class_weights, .. } => class_weights[usize::from(class)],
            Mode::Evaluation => 1.0,
        };
        (class.into(), weight)
    }
}

/// The shuffled order of one pass, kept while its batches are made.
#[derive(Debug, Default)]
struct Order {
    pass: Option<u64>,
    samples: Vec<u32>,
}

impl Order {
    fn of(&mut self, seed: u64, pass: u64, samples: &[u32]) -> &[u32] {
        if self.pass != Some(pass) {
            self.samples.clear();
            self.samples.extend_from_slice(samples);
            shuffle(seed, pass, &mut self.samples);
            self.pass = Some(pass);
        }
        &self.samples
    }
}
