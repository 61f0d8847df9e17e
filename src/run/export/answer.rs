//! One answer as a picture, to be pasted elsewhere: what was said, how surely, and what the network saw.

use super::{
    canvas::{Anchor, Canvas, MARGIN},
    raster::{Raster, SCALE, wrapped},
    readable::{NUMBERS, numbered, renamed},
};
use crate::{
    colors::LIGHT,
    data::task::Task,
    predict::{
        heatmap::Heat,
        predictor::{likeliest, not_sure},
    },
    text::{self, Lang, chance, say},
};

/// What the picture shows.
#[derive(Clone, Copy, Debug)]
pub struct AnswerPicture<'a> {
    /// The photo's name.
    pub name: &'a str,
    /// The answer in words.
    pub headline: &'a str,
    /// What must stand under it.
    pub caution: &'a str,
    pub task: &'a Task,
    /// Of each class.
    pub probabilities: &'a [f64],
    pub threshold: f64,
    /// What the network got: `side` x `side` x 3 bytes.
    pub seen: &'a [u8],
    pub side: usize,
    /// `side` x `side` values 0..=1, and how they were found.
    pub heat: Option<(Heat, &'a [f32])>,
}

const WIDTH: f64 = 432.0;
/// Besides the canvas's own.
const INNER: f64 = 10.0;
/// Of each of the two pictures.
const PICTURE: f64 = 198.0;

/// Draws it.
pub fn answer_picture(answer: &AnswerPicture<'_>, lang: Lang) -> Raster {
    // Classes whose names cannot be drawn have numbers.
    let numbered = numbered(answer.task, lang);
    let headline = numbered.as_ref().map(|numbered| renamed(answer.headline, answer.task, numbered, lang));
    let answer = &AnswerPicture {
        task: numbered.as_ref().unwrap_or(answer.task),
        headline: headline.as_deref().unwrap_or(answer.headline),
        ..*answer
    };
    let room = WIDTH - 2.0 * INNER;
    let mut notes: Vec<String> = Vec::new();
    if numbered.is_some() {
        notes.extend(wrapped(&format!("{}.", NUMBERS.get(lang)), "", room));
    }
    if let Some((heat, _)) = answer.heat {
        notes.extend(wrapped(&format!("{}.", heat.legend_for(answer.task).get(lang)), "", room));
    }
    notes.extend(wrapped(&format!("{}.", answer.caution), "", room));
    let top = 142.0;
    let height = top + PICTURE + 24.0 + 17.0 * notes.len() as f64;
    let mut canvas = Canvas::new(WIDTH, height, answer.headline);
    canvas.text("", INNER, 20.0, Anchor::Start, answer.name);
    canvas.text("big", INNER, 48.0, Anchor::Start, answer.headline);
    bar(&mut canvas, answer, lang);
    canvas.text("strong", INNER, top - 10.0, Anchor::Start, say("What it saw", "Ce qu’il a vu").get(lang));
    let second = INNER + PICTURE + 16.0;
    if answer.heat.is_some() {
        canvas.text("strong", second, top - 10.0, Anchor::Start, say("Where it looked", "Où il a regardé").get(lang));
    }
    for (i, line) in notes.iter().enumerate() {
        canvas.text("", INNER, top + PICTURE + 28.0 + 17.0 * i as f64, Anchor::Start, line);
    }
    let mut picture = canvas.raster();
    let place = |units: f64| ((units + MARGIN) * SCALE) as usize;
    let size = (PICTURE * SCALE) as usize;
    picture.lay(answer.seen, answer.side, place(INNER), place(top), size);
    if let Some((_, values)) = answer.heat {
        let warm: Vec<u8> = answer.seen.chunks_exact(3).zip(values).flat_map(|(pixel, value)| warmed(pixel, *value)).collect();
        picture.lay(&warm, answer.side, place(second), place(top), size);
    }
    picture
}

fn warmed(pixel: &[u8], value: f32) -> [u8; 3] {
    let share = 0.75 * value.clamp(0.0, 1.0);
    let [_, warm @ ..] = LIGHT.validation.to_be_bytes();
    std::array::from_fn(|c| (f32::from(pixel[c]) * (1.0 - share) + f32::from(warm[c]) * share).round() as u8)
}

/// Of two classes both probabilities as one bar, with the threshold and the band of "not sure"; of more a bar for each of
/// the likeliest.
fn bar(canvas: &mut Canvas, answer: &AnswerPicture<'_>, lang: Lang) {
    let (y, width) = (66.0, WIDTH - 2.0 * INNER);
    let share = |class: usize, share: f64| format!("{} {}", answer.task.name(class, lang), chance(lang, share, 0));
    let [_, one] = *answer.probabilities else { return bars(canvas, answer, lang) };
    let at = |probability: f64| INNER + width * (1.0 - probability);
    let border = at(one);
    canvas.rect("femalefill", (INNER, y), (border - INNER, 12.0), 3.0);
    canvas.rect("malefill", (border, y), (INNER + width - border, 12.0), 3.0);
    let band = not_sure(answer.threshold);
    canvas.rect("band", (at(band.end), y + 15.0), (at(band.start) - at(band.end), 3.0), 1.5);
    canvas.rect("mark", (at(answer.threshold) - 1.0, y - 3.0), (2.0, 21.0), 0.0);
    canvas.text("", INNER, y + 34.0, Anchor::Start, &share(0, 1.0 - one));
    canvas.text("", INNER + width, y + 34.0, Anchor::End, &share(1, one));
    let threshold = format!("{} {}", say("threshold", "seuil").get(lang), text::threshold(lang, answer.threshold));
    canvas.text("", WIDTH / 2.0, y + 34.0, Anchor::Middle, &threshold);
}

/// Classes that a picture of an answer names.
const LIKELIEST: usize = 3;

/// The likeliest classes, a line each.
fn bars(canvas: &mut Canvas, answer: &AnswerPicture<'_>, lang: Lang) {
    let (left, width) = (INNER + 150.0, WIDTH - 2.0 * INNER - 200.0);
    for (line, class) in likeliest(answer.probabilities).take(LIKELIEST).enumerate() {
        let (y, share) = (64.0 + 18.0 * line as f64, answer.probabilities[class]);
        canvas.text("", INNER, y + 9.0, Anchor::Start, &answer.task.name(class, lang));
        canvas.rect("femalefill", (left, y), ((width * share).max(1.0), 10.0), 3.0);
        canvas.text("", INNER + WIDTH - 2.0 * INNER, y + 9.0, Anchor::End, &chance(lang, share, 0));
    }
}
