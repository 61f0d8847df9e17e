//! Built-in toy faces, so that everything can be tried without any download. They are drawings, and say so.
//!
//! The label is decided by the drawing's geometry: how wide the jaw is for the face, and how heavy and low the brows
//! are, blurred near the border, and for a few drawings plainly wrong, as in real data. Skin, hair, eyes, light and
//! background say nothing about it, nor do the age and race digits in the names, so a network has to find the shape,
//! and cannot be always right. The drawn age, which is asked for on its own, grows with the jaw alone. The words "female" and "male" stand on them only because the program's task has them.

mod canvas;
mod portrait;

use rayon::prelude::*;

use super::{
    dataset::Dataset,
    glimpse,
    hash::hash,
    picture_size::SIDE,
    pixels::{InMemoryPixels, Pixels},
    reading::{Reading, TaskChoice, Understood},
    resize::resize_into,
    sample::{Anomaly, Sample, Source},
    task::Task,
};
use crate::{
    control::{Control, Stage},
    problem::Problem,
    random::{Purpose, Random},
};
use portrait::Portrait;

/// How many drawings there are.
pub const COUNT: usize = 2000;

/// All drawings, made in memory; the same on every call. They are asked for their gender or, read by [`TaskChoice::Folders`],
/// for their hairstyle, by [`TaskChoice::Age`] for their [drawn age](drawn_age), which then stands in their names.
///
/// # Errors
/// Only when cancelled.
pub fn dataset(reading: Reading, control: &Control, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Dataset, Problem> {
    const CHUNK: usize = 250;
    let (by_hair, by_age) = (reading.task == TaskChoice::Folders, reading.task == TaskChoice::Age);
    let (side, one) = (reading.side, reading.side.bytes());
    let mut pixels = vec![0u8; COUNT * one];
    let mut samples = Vec::with_capacity(COUNT);
    for (chunk, pictures) in pixels.chunks_mut(CHUNK * one).enumerate() {
        if control.cancelled() {
            return Err(Problem::cancelled());
        }
        progress(Stage::Drawing, (chunk * CHUNK) as u64, COUNT as u64);
        let drawn: Vec<Sample> = pictures
            .par_chunks_mut(one)
            .enumerate()
            .map(|(i, place)| {
                let (rgb, mut sample) = draw(chunk * CHUNK + i);
                let fitted = resize_into(&rgb, [SIDE as u32; 2], place, [side.into(); 2]);
                debug_assert!(fitted.is_ok(), "a drawing fits its place: {fitted:?}");
                if by_hair {
                    sample.class = hairstyle(chunk * CHUNK + i);
                }
                if by_age {
                    aged(&mut sample, drawn_age(chunk * CHUNK + i));
                }
                sample
            })
            .collect();
        samples.extend(drawn);
        for (i, drawing) in pictures.chunks(one).enumerate() {
            glimpse::show(control, chunk * CHUNK + i, COUNT, drawing);
        }
    }
    progress(Stage::Drawing, COUNT as u64, COUNT as u64);
    Ok(Dataset {
        source: Source::SampleFaces,
        task: match () {
            () if by_hair => Task::hairstyle(),
            () if by_age => Task::age(),
            () => Task::gender(),
        },
        understood: Understood { reading, by_folder: by_hair, ..Understood::default() },
        samples,
        skipped: Vec::new(),
        pixels: Pixels::new(InMemoryPixels { side, bytes: pixels }),
        ..Dataset::default()
    })
}

/// Drawing `index`: 128 x 128 RGB, and what is recorded about it.
pub fn draw(index: usize) -> (Vec<u8>, Sample) {
    let mut name = Random::new(0, Purpose::SampleFaces, &[0, index as u64]);
    let age = age(&mut name);
    let race = [0, 0, 1, 2, 3, 4][name.below(6)];
    let time = 20_170_101_000_000_000 + index as u64 * 1_000;
    let copy = is_copy(index);
    let mut random = strokes(index);
    let (portrait, class) = person(&mut random);
    let class = class ^ u8::from(copy && index / COPY_EVERY % 2 == 1);
    let rgb = portrait.paint(&mut random);
    let no_race = index % 997 == 500;
    let race = (!no_race).then_some(race);
    let digit = race.map_or(String::new(), |r| format!("{r}_"));
    let file = format!("{age}_{}_{digit}{time}.png", 1 - class);
    let sample = Sample {
        file: file.into(),
        class,
        age: Some(age),
        race,
        given_part: None,
        bytes: rgb.len() as u64,
        hash: hash(&rgb),
        anomaly: no_race.then_some(Anomaly::NoRace),
    };
    (rgb, sample)
}

/// One drawing in this many is a copy of the one before it.
const COPY_EVERY: usize = 250;

/// Whether a drawing is an exact copy of the one before it: a few are, every second one with the other label, so that there is
/// something to find on the Data page.
fn is_copy(index: usize) -> bool {
    index % COPY_EVERY == COPY_EVERY - 1
}

/// What decides how drawing `index` looks.
fn strokes(index: usize) -> Random {
    let drawn = if is_copy(index) { index - 1 } else { index };
    Random::new(0, Purpose::SampleFaces, &[1, drawn as u64])
}

/// The class of drawing `index` among [`HAIRSTYLES`](super::task::HAIRSTYLES).
pub fn hairstyle(index: usize) -> u8 {
    person(&mut strokes(index)).0.hairstyle()
}

/// How old drawing `index` looks, in years: older the wider its jaw, blurred by three years.
pub fn drawn_age(index: usize) -> u8 {
    let drawn = if is_copy(index) { index - 1 } else { index };
    let blur = 3.0 * Random::new(0, Purpose::SampleFaces, &[2, drawn as u64]).normal();
    let jaw = f64::from(person(&mut strokes(index)).0.jaw);
    (45.0 + 16.0 * jaw + blur).round().clamp(1.0, 95.0) as u8
}

/// Gives a drawing another age, in its name too.
fn aged(sample: &mut Sample, age: u8) {
    let name = sample.file.to_string_lossy();
    let rest = name.split_once('_').map_or("", |(_, rest)| rest);
    sample.file = format!("{age}_{rest}").into();
    (sample.class, sample.age) = (age, Some(age.into()));
}

/// A portrait and its class. Two kinds of people, each spread widely; the rule between them looks at the drawing alone.
fn person(random: &mut Random) -> (Portrait, u8) {
    let kind = if random.chance(0.5) { 1.0 } else { -1.0 };
    let jaw = kind * 1.25 + 0.45 * random.normal();
    let brow = kind * 1.2 + 0.5 * random.normal();
    let score = 0.6 * jaw + 0.4 * brow + 0.08 * random.normal();
    let wrong = random.chance(0.025);
    let portrait = Portrait::random(random, jaw.clamp(-2.2, 2.4) as f32, brow.clamp(-2.2, 2.4) as f32);
    (portrait, u8::from((score > 0.0) != wrong))
}

/// Ages as unevenly spread as in a collected data set: many in their twenties, some children, few beyond eighty.
fn age(random: &mut Random) -> u16 {
    let years = match random.unit() {
        u if u < 0.12 => random.between(1.0, 10.0),
        u if u < 0.55 => random.between(18.0, 36.0),
        u if u < 0.90 => random.between(30.0, 65.0),
        _ => random.between(60.0, 95.0),
    };
    years as u16
}
