//! A run's best weights, ready to answer.

use std::path::{Path, PathBuf};

use super::{
    heatmap::{self, Map},
    photo::Photo,
};
use crate::{
    control::Control,
    data::{
        augment::{self, AugmentSettings},
        hash::hash,
        picture_size::PictureShape,
        square::Square,
        task::Task,
    },
    engine::{Engine, EngineConfig, TtaPredictor, check_finite},
    evaluate::{Combination, Interval, Logits, regression::range_of},
    model::{Network, Weights},
    problem::{Kind, Problem},
    settings::Settings,
    text::{Lang, chance, decimal},
};

/// Odds of three to one from the threshold on, an answer counts as sure: at a threshold of 0.5, below 0.25 and above 0.75.
const SURE_LOG_ODDS: f64 = 1.098_612_288_668_109_8;

/// Pictures that go through the network at once.
const BATCH: usize = 32;

/// A run's best weights on a device, with what belongs to them; of a committee those of each member.
pub struct Predictor {
    /// The run's id; empty for weights in memory.
    pub run: String,
    pub task: Task,
    /// Of two classes, class 1 from this probability on.
    pub threshold: f64,
    /// Logits are divided by this.
    pub temperature: f64,
    /// Of years: by how much it was off on pictures that it did not learn from ([`residuals`](crate::evaluate::regression::residuals)), for
    /// the range of an answer; empty where that is not known.
    pub residuals: Vec<[f64; 2]>,
    /// Why threshold and temperature are not those that were chosen, if they are not.
    pub warning: Option<Problem>,
    /// How the members' answers become one; `None` where there is one network alone.
    combination: Option<Combination>,
    members: Vec<Member>,
    /// The ways in which the members look at a picture.
    sights: Vec<Sight>,
}

/// One network with what belongs to it.
struct Member {
    /// Where the weights were read, if they are of a file.
    file: Option<PathBuf>,
    network: Network,
    weights: Weights,
    engine: Box<dyn Engine>,
    tta: TtaPredictor,
    /// Its own, within a committee; 1 where it is alone.
    temperature: f64,
    /// The place of how it looks at a picture.
    sight: usize,
}

/// How a network looks at a picture: the decoded square, of which the middle is cut and resized.
#[derive(Clone)]
struct Sight(AugmentSettings);

impl Sight {
    fn is_as(&self, other: &Self) -> bool {
        let of = |sight: &Self| (sight.0.shape(), sight.0.crop, sight.0.side());
        of(self) == of(other)
    }

    /// What is seen of n prepared pictures, of which this sight's begins at `at`.
    fn seen(&self, prepared: &[u8], one: usize, at: usize) -> Vec<u8> {
        let bytes = self.0.side() * self.0.side() * 3;
        let mut seen = vec![0; prepared.len() / one * bytes];
        for (picture, out) in prepared.chunks_exact(one).zip(seen.chunks_exact_mut(bytes)) {
            augment::evaluation(&self.0, &picture[at..at + self.0.shape().side.bytes()], out);
        }
        seen
    }
}

/// What a picture becomes for a predictor: a square for each of its members' sizes, one after the other.
#[derive(Clone, Debug)]
pub struct Preparation(Vec<PictureShape>);

impl Preparation {
    /// Bytes of one picture.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|shape| shape.side.bytes()).sum()
    }

    /// What is evaluated of a square of a photo; of the whole photo, made a square, without one.
    pub fn of(&self, photo: &Photo, square: Option<Square>) -> Vec<u8> {
        self.0.iter().flat_map(|shape| photo.seen(square, *shape)).collect()
    }

    /// Where the square of this shape begins.
    fn place(&self, shape: PictureShape) -> usize {
        self.0.iter().take_while(|other| **other != shape).map(|other| other.side.bytes()).sum()
    }
}

/// What the network says of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Of each class, after the temperature; of years none.
    pub probabilities: Vec<f64>,
    /// The class that it is called; the nearest year.
    pub class: usize,
    /// What it says in years, where that is what is asked.
    pub estimate: Option<Estimate>,
    /// Of two classes, whether the probability lies outside the band around the threshold; of more, whether that of the
    /// likeliest is not below it.
    pub sure: bool,
    /// Exactly what the network saw, of a committee the first member: [`Answer::side`] x [`Answer::side`] x 3 bytes.
    pub seen: Vec<u8>,
    pub side: usize,
    /// What members saw that look at pictures otherwise.
    pub seen_by_others: Vec<Vec<u8>>,
}

/// An age that is said, in years.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// Where four of five ages lie of people of whom this is said; `None` where nothing says it.
    pub range: Option<Interval>,
}

impl Estimate {
    /// `about 34 (24 to 44)`.
    pub fn words(&self, lang: Lang) -> String {
        let value = decimal(lang, self.value.max(0.0), 0);
        let range = self.range.map(|Interval { low, high }| [low, high].map(|bound| decimal(lang, bound, 0)));
        match (lang, range) {
            (Lang::En, Some([low, high])) => format!("about {value} ({low} to {high})"),
            (Lang::En, None) => format!("about {value}"),
            (Lang::Fr, Some([low, high])) => format!("environ {value}\u{a0}ans ({low}\u{a0}à\u{a0}{high})"),
            (Lang::Fr, None) => format!("environ {value}\u{a0}ans"),
        }
    }
}

impl Predictor {
    /// A network with its weights on the engine that `open` opens, at threshold 0.5.
    ///
    /// # Errors
    /// Settings that cannot be built, weights that do not fit them or give no number, or a device that is not there.
    pub fn new(
        settings: Settings,
        task: Task,
        weights: Weights,
        open: impl FnOnce(&EngineConfig) -> Result<Box<dyn Engine>, Problem>,
    ) -> Result<Self, Problem> {
        let network = settings.network(&task)?;
        weights.check(&network)?;
        check_finite(&network, &weights)?;
        let mut engine = open(&config(&settings, &network))?;
        engine.set_weights(&weights)?;
        let tta = TtaPredictor::new(settings.augment.test_time_flip, settings.augment.side());
        let member = Member { file: None, network, weights, engine, tta, temperature: 1.0, sight: 0 };
        Ok(Self {
            run: String::new(),
            task,
            threshold: 0.5,
            temperature: 1.0,
            residuals: Vec::new(),
            warning: None,
            combination: None,
            members: vec![member],
            sights: vec![Sight(settings.augment)],
        })
    }

    /// Several that answer one question as one, at threshold 0.5; each member answers at its own temperature. `None` of none.
    pub fn together(all: Vec<Self>, combination: Combination) -> Option<Self> {
        let (mut members, mut sights, mut warning) = (Vec::new(), Vec::<Sight>::new(), None);
        let task = all.first()?.task.clone();
        for one in all {
            warning = warning.or(one.warning);
            for mut member in one.members {
                let sight = one.sights[member.sight].clone();
                let known = sights.iter().position(|other| other.is_as(&sight));
                member.sight = known.unwrap_or(sights.len());
                if known.is_none() {
                    sights.push(sight);
                }
                member.temperature = one.temperature;
                members.push(member);
            }
        }
        Some(Self {
            run: String::new(),
            task,
            threshold: 0.5,
            temperature: 1.0,
            residuals: Vec::new(),
            warning,
            combination: Some(combination),
            members,
            sights,
        })
    }

    /// Says of which file the weights are.
    pub fn read_from(&mut self, file: &Path) {
        self.members.iter_mut().for_each(|member| member.file = Some(file.to_owned()));
    }

    /// A hash of the weights: the same for the same network's same answers.
    pub fn weights_hash(&self) -> u64 {
        let hashed = |before: u64, member: &Member| {
            member.weights.0.iter().fold(before, |before, (name, array)| {
                let mut bytes = before.to_le_bytes().to_vec();
                bytes.extend(name.as_bytes());
                bytes.extend(array.data.iter().flat_map(|value| value.to_le_bytes()));
                hash(&bytes)
            })
        };
        let Some(combination) = self.combination else { return self.members.iter().fold(0, hashed) };
        self.members.iter().fold(combination as u64, |before, member| {
            let mut bytes = hashed(before, member).to_le_bytes().to_vec();
            bytes.extend(member.temperature.to_le_bytes());
            bytes.push(u8::from(member.tta.mirrored()));
            hash(&bytes)
        })
    }

    /// Whether answers are the mean over each picture and its mirror image.
    pub fn mirrored(&self) -> bool {
        self.members.iter().all(|member| member.tta.mirrored())
    }

    /// What the network says of a square of a photo; of the whole photo, made a square, without one.
    ///
    /// # Errors
    /// A lost device.
    pub fn look(&mut self, photo: &Photo, square: Option<Square>) -> Result<Answer, Problem> {
        let mut answers = self.predict_batch(&self.preparation().of(photo, square))?;
        Ok(answers.swap_remove(0))
    }

    /// What a picture becomes for it.
    pub fn preparation(&self) -> Preparation {
        let mut shapes: Vec<PictureShape> = Vec::new();
        for shape in self.sights.iter().map(|sight| sight.0.shape()) {
            if !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
        Preparation(shapes)
    }

    /// What the network says of pictures as [`Predictor::preparation`] prepares them, one after the other.
    ///
    /// # Errors
    /// A lost device.
    pub fn predict_batch(&mut self, pixels: &[u8]) -> Result<Vec<Answer>, Problem> {
        let preparation = self.preparation();
        let one = preparation.bytes();
        let mut answers = Vec::with_capacity(pixels.len() / one);
        // So many at a time, since what the network saw of each is kept.
        for batch in pixels.chunks(BATCH * one) {
            let seen = |sight: &Sight| sight.seen(batch, one, preparation.place(sight.0.shape()));
            let seen: Vec<Vec<u8>> = self.sights.iter().map(seen).collect();
            let logits = self.members.iter_mut().map(|member| member.logits(&seen[member.sight]));
            let logits = logits.collect::<Result<Vec<Vec<Logits>>, Problem>>()?;
            let sides: Vec<usize> = self.sights.iter().map(|sight| sight.0.side()).collect();
            for picture in 0..batch.len() / one {
                let piece = |(seen, side): (&Vec<u8>, &usize)| seen[picture * side * side * 3..][..side * side * 3].to_vec();
                let mut seen = seen.iter().zip(&sides).map(piece);
                let (first, others) = (seen.next().unwrap_or_default(), seen.collect());
                answers.push(self.answer(&logits, picture, Answer::unanswered(first, sides[0], others)));
            }
        }
        Ok(answers)
    }

    /// The answer for one of the pictures of which each member gives `logits`, filled in.
    fn answer(&self, logits: &[Vec<Logits>], picture: usize, answer: Answer) -> Answer {
        let each: Vec<(&Logits, f64)> =
            logits.iter().zip(&self.members).map(|(logits, member)| (&logits[picture], member.temperature)).collect();
        let together = self.combination.and_then(|combination| combination.of(&each));
        let logits = together.as_ref().unwrap_or(each[0].0);
        let estimate = logits.value().map(|value| Estimate { value, range: range_of(&self.residuals, value) });
        let probabilities = if estimate.is_some() { Vec::new() } else { logits.probabilities(self.temperature) };
        let (class, sure) = match estimate {
            Some(_) => (logits.predicted(0.0), true),
            None => verdict(&probabilities, self.threshold),
        };
        Answer { probabilities, class, estimate, sure, ..answer }
    }

    /// Where the network looked, by Grad-CAM; of a committee the mean of where its members looked.
    pub fn grad_cam(&self, answer: &Answer) -> Map {
        let map = |member: &Member| {
            let (seen, mirrored) = (answer.seen_as(member.sight), member.tta.mirrored());
            heatmap::grad_cam(&member.network, &member.weights, seen, mirrored, answer.class)
        };
        Map::mean(self.members.iter().map(map).collect(), answer.side)
    }

    /// Where the network looked, by covering one place after the other: slow and honest.
    ///
    /// # Errors
    /// A lost device, or `control` ends it.
    pub fn occlusion(&mut self, answer: &Answer, control: &Control) -> Result<Map, Problem> {
        let map = |member: &mut Member| {
            let seen = answer.seen_as(member.sight);
            heatmap::occlusion(member.engine.as_mut(), &mut member.tta, seen, answer.class, BATCH, control)
        };
        let maps = self.members.iter_mut().map(map).collect::<Result<Vec<Map>, Problem>>()?;
        Ok(Map::mean(maps, answer.side))
    }
}

impl Member {
    /// The outputs for what it sees, picture by picture.
    fn logits(&mut self, seen: &[u8]) -> Result<Vec<Logits>, Problem> {
        let logits = self.tta.all(self.engine.as_mut(), seen, BATCH).map_err(|problem| match &self.file {
            Some(file) if problem.kind == Kind::Diverged => problem.in_file(file),
            _ => problem,
        })?;
        let output = self.network.output;
        Ok(logits.chunks_exact(output.units()).map(|row| Logits::of(output, row)).collect())
    }
}

impl Answer {
    /// One of which only is known what was seen.
    const fn unanswered(seen: Vec<u8>, side: usize, seen_by_others: Vec<Vec<u8>>) -> Self {
        Self { probabilities: Vec::new(), class: 0, estimate: None, sure: false, seen, side, seen_by_others }
    }

    /// What was seen in the way at this place among the members' ways.
    fn seen_as(&self, sight: usize) -> &[u8] {
        if sight == 0 { &self.seen } else { &self.seen_by_others[sight - 1] }
    }
    /// How sure the network is of the class it says, 0..=1; of years it does not say.
    pub fn confidence(&self) -> f64 {
        self.probabilities.get(self.class).copied().unwrap_or(1.0)
    }

    /// The answer in words: `male, 87% sure`, or `not sure: rather male, 58%`; of years `about 34 (24 to 44)`.
    pub fn sentence(&self, task: &Task, lang: Lang) -> String {
        if let Some(estimate) = &self.estimate {
            return estimate.words(lang);
        }
        let class = task.name(self.class, lang);
        // A network is never quite certain: 100% would promise too much.
        let share = chance(lang, self.confidence(), 0);
        match (lang, self.sure) {
            (Lang::En, true) => format!("{class}, {share}"),
            (Lang::En, false) => format!("not sure, rather {class}, {share}"),
            (Lang::Fr, true) => format!("{class}, {share}"),
            (Lang::Fr, false) => format!("pas sûr, plutôt {class}, {share}"),
        }
    }
}

/// The class that these probabilities say, and whether that counts as sure: of two classes by the threshold and the band
/// around it; of more the likeliest, sure from the threshold on.
pub fn verdict(probabilities: &[f64], threshold: f64) -> (usize, bool) {
    match probabilities {
        [_, one] => (usize::from(*one >= threshold), !not_sure(threshold).contains(one)),
        _ => {
            let class = likeliest(probabilities).next().unwrap_or_default();
            (class, probabilities.get(class).is_some_and(|share| *share >= threshold))
        }
    }
}

/// The classes by their probabilities, the likeliest first; of equal ones the first.
pub fn likeliest(probabilities: &[f64]) -> impl Iterator<Item = usize> {
    let mut classes: Vec<usize> = (0..probabilities.len()).collect();
    classes.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    classes.into_iter()
}

/// The band around `threshold` within which an answer is "not sure": odds of less than three to one.
pub fn not_sure(threshold: f64) -> std::ops::Range<f64> {
    let middle = (threshold / (1.0 - threshold)).ln();
    let back = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
    back(middle - SURE_LOG_ODDS)..back(middle + SURE_LOG_ODDS)
}

fn config(settings: &Settings, network: &Network) -> EngineConfig {
    EngineConfig {
        network: network.clone(),
        optimizer: settings.train.optimizer.clone(),
        loss: settings.train.loss.clone(),
        seed: settings.seed.into(),
        batch_size: BATCH,
        threads: None,
    }
}
