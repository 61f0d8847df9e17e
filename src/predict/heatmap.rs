//! Where the network looked: Grad-CAM, and occlusion as the slow check. Neither is a proof of why it said so.

use crate::{
    control::Control,
    data::task::Task,
    engine::{
        Engine, TtaPredictor, mirror,
        reference::{LastBlock, last_block},
    },
    evaluate::Logits,
    model::{Network, Output, Weights, layers::Shape},
    problem::Problem,
    text::{Phrase, say},
};

/// A value for each pixel that the network saw.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    pub side: usize,
    /// `side` x `side` values 0..=1, row by row; all zero where nothing spoke for the answer.
    pub values: Vec<f32>,
}

/// By which of the two a map is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Heat {
    /// At once, from the last block's gradients: [`grad_cam`].
    #[default]
    GradCam,
    /// The slow, honest check: [`occlusion`].
    Occlusion,
}

impl Heat {
    pub const ALL: [Self; 2] = [Self::GradCam, Self::Occlusion];

    /// Its name for a person.
    pub const fn name(self) -> Phrase {
        match self {
            Self::GradCam => say("Quick (Grad-CAM)", "Rapide (Grad-CAM)"),
            Self::Occlusion => say("Thorough (occlusion)", "Approfondie (occlusion)"),
        }
    }

    /// How it is made, in a sentence.
    pub const fn about(self) -> Phrase {
        match self {
            Self::GradCam => say(
                "Grad-CAM: what the last layers weighed. Immediate, and blurred by how coarse those layers are",
                "Grad-CAM : ce que les dernières couches ont pesé. Immédiat, mais flou, car ces couches sont grossières",
            ),
            Self::Occlusion => say(
                "Occlusion: covers one area after the other and watches the answer. Slow, but closer to the truth",
                "Occlusion\u{a0}: couvre une zone après l’autre et observe la réponse. Lent, mais plus près de la vérité",
            ),
        }
    }

    /// What a page writes below the map of an answer to `task`.
    pub fn legend_for(self, task: &Task) -> Phrase {
        match self {
            _ if !task.is_regression() => self.legend(),
            Self::GradCam => say(
                "Warm areas influenced this age, up or down. A hint, not a proof",
                "Les zones chaudes ont influencé cet âge, en plus ou en moins. Un indice, pas une preuve",
            ),
            Self::Occlusion => say(
                "Covering a warm area changes this age most. Closer to the truth than the quick map, and still not a proof",
                "Couvrir une zone chaude change le plus cet âge. Plus près de la vérité que la carte rapide, mais pas une preuve",
            ),
        }
    }

    /// The same of this `map`. Grad-CAM counts only what speaks for the answer, which at times is nothing in particular.
    pub fn legend_of(self, task: &Task, map: &[f32]) -> Phrase {
        if map.iter().any(|value| *value > 0.0) {
            return self.legend_for(task);
        }
        say("No area in particular supported this answer", "Aucune zone en particulier n’a favorisé cette réponse")
    }

    /// The same of classes.
    pub const fn legend(self) -> Phrase {
        match self {
            Self::GradCam => say(
                "Warm areas supported this answer. A hint, not a proof",
                "Les zones chaudes ont favorisé cette réponse. Un indice, pas une preuve",
            ),
            Self::Occlusion => say(
                "Covering a warm area makes this answer less sure. Closer to the truth than the quick map, and still not a proof",
                "Couvrir une zone chaude rend cette réponse moins sûre. Plus près de la vérité que la carte rapide, mais pas une preuve",
            ),
        }
    }
}

/// Grad-CAM (Selvaraju et al. 2017) of one picture: `relu(sum over channels of mean gradient x activation)` in the last
/// block, for the class that is explained (of a value its size, whatever its sign), drawn out to the picture's side and divided by its largest value.
///
/// `pixels` are the network's input of side x side x 3 bytes; `weights` must be those of `network`. If the answer is the
/// mean over the picture and its mirror image, so is the map.
pub fn grad_cam(network: &Network, weights: &Weights, pixels: &[u8], mirrored: bool, class: usize) -> Map {
    let side = network.input.width;
    let (shape, mut sums) = spoken(network, weights, pixels, class);
    if mirrored {
        let mut other = vec![0; pixels.len()];
        mirror(pixels, side, &mut other);
        let (_, others) = spoken(network, weights, &other, class);
        for (row, others) in sums.chunks_exact_mut(shape.width).zip(others.chunks_exact(shape.width)) {
            row.iter_mut().zip(others.iter().rev()).for_each(|(sum, other)| *sum += other);
        }
    }
    // What makes a face look younger speaks for an age as much as what makes it look older.
    let counts = |sum: f64| if network.output == Output::Linear { sum.abs() } else { sum.max(0.0) };
    let coarse: Vec<f64> = sums.into_iter().map(counts).collect();
    Map::new(side, drawn_out(&coarse, shape.height, shape.width, side))
}

/// The last block's shape, and for each of its places what spoke for `class` there, less what spoke against it.
fn spoken(network: &Network, weights: &Weights, pixels: &[u8], class: usize) -> (Shape, Vec<f64>) {
    // Of a single logit the other class is the other direction.
    let (unit, towards) = match network.output {
        Output::Softmax { .. } => (class, 1.0),
        Output::Sigmoid => (0, if class == 1 { 1.0 } else { -1.0 }),
        Output::Linear => (0, 1.0),
    };
    let LastBlock { shape, activation, gradient, .. } = last_block(network, weights, pixels, unit);
    let positions = shape.height * shape.width;
    let mut importance = vec![0.0; shape.channels];
    for values in gradient.chunks_exact(shape.channels) {
        for (sum, value) in importance.iter_mut().zip(values) {
            *sum += towards * value / positions as f64;
        }
    }
    let places = activation.chunks_exact(shape.channels);
    (shape, places.map(|values| values.iter().zip(&importance).map(|(a, i)| a * i).sum()).collect())
}

/// How much the answer loses (an age: changes either way) when a gray square covers a place (Zeiler and Fergus 2014), averaged over the squares that
/// cover each pixel. `batch` is the largest that the engine takes.
///
/// # Errors
/// A lost device, or `control` ends it.
pub fn occlusion(
    engine: &mut dyn Engine,
    tta: &mut TtaPredictor,
    pixels: &[u8],
    class: usize,
    batch: usize,
    control: &Control,
) -> Result<Map, Problem> {
    let (side, output) = (tta.side(), engine.network().output);
    let logits = |row: &[f32]| Logits::of(output, row);
    let odds = |row: &[f32]| logits(row).value().unwrap_or_else(|| logits(row).log_odds(class, 1.0));
    let patch = (side / 6).max(2);
    let places: Vec<(usize, usize)> = starts(side, patch).flat_map(|y| starts(side, patch).map(move |x| (x, y))).collect();
    let gray = mean_color(pixels);
    let mut whole = vec![0.0; output.units()];
    tta.logits(engine, pixels, &mut whole)?;
    let whole = odds(&whole);
    let mut sums = vec![(0.0, 0u32); side * side];
    for places in places.chunks(batch) {
        if control.cancelled() {
            return Err(Problem::cancelled());
        }
        let mut covered = pixels.repeat(places.len());
        for (picture, &(left, top)) in covered.chunks_exact_mut(pixels.len()).zip(places) {
            for y in top..top + patch {
                for pixel in picture[(y * side + left) * 3..][..patch * 3].chunks_exact_mut(3) {
                    pixel.copy_from_slice(&gray);
                }
            }
        }
        let mut logits = vec![0.0; places.len() * output.units()];
        tta.logits(engine, &covered, &mut logits)?;
        for (&(left, top), row) in places.iter().zip(logits.chunks_exact(output.units())) {
            let lost = whole - odds(row);
            let loss = if output == Output::Linear { lost.abs() } else { lost };
            for y in top..top + patch {
                for (sum, count) in &mut sums[y * side + left..][..patch] {
                    *sum += loss;
                    *count += 1;
                }
            }
        }
    }
    Ok(Map::new(side, sums.iter().map(|(sum, count)| (sum / f64::from((*count).max(1))).max(0.0)).collect()))
}

impl Map {
    /// The mean of maps of one picture, drawn to `side`; each counts as much as the others. One alone stays as it is.
    pub fn mean(mut maps: Vec<Self>, side: usize) -> Self {
        if maps.len() == 1 && maps[0].side == side {
            return maps.swap_remove(0);
        }
        let mut sums = vec![0.0; side * side];
        for map in &maps {
            let values: Vec<f64> = map.values.iter().copied().map(f64::from).collect();
            let drawn = drawn_out(&values, map.side, map.side, side);
            sums.iter_mut().zip(drawn).for_each(|(sum, value)| *sum += value);
        }
        Self::new(side, sums)
    }

    /// Divides by the largest value.
    fn new(side: usize, values: Vec<f64>) -> Self {
        let largest = values.iter().copied().fold(0.0, f64::max);
        let by = if largest > 0.0 { largest } else { 1.0 };
        Self { side, values: values.into_iter().map(|v| (v / by) as f32).collect() }
    }
}

/// Where squares of side `patch` begin: every half patch, and one at the end.
fn starts(side: usize, patch: usize) -> impl Iterator<Item = usize> {
    let last = side - patch;
    (0..last).step_by(patch / 2).chain([last])
}

fn mean_color(pixels: &[u8]) -> [u8; 3] {
    let n = (pixels.len() / 3).max(1) as u64;
    std::array::from_fn(|c| (pixels.iter().skip(c).step_by(3).map(|v| u64::from(*v)).sum::<u64>() / n) as u8)
}

/// Bilinear, with half-pixel centers and the edge drawn out.
fn drawn_out(coarse: &[f64], height: usize, width: usize, side: usize) -> Vec<f64> {
    let place = |i: usize, length: usize| {
        let at = ((i as f64 + 0.5) * length as f64 / side as f64 - 0.5).clamp(0.0, (length - 1) as f64);
        let low = at.floor() as usize;
        (low, (low + 1).min(length - 1), at - at.floor())
    };
    let mut out = Vec::with_capacity(side * side);
    for y in 0..side {
        let (top, bottom, down) = place(y, height);
        for x in 0..side {
            let (left, right, along) = place(x, width);
            let row = |y: usize| coarse[y * width + left] * (1.0 - along) + coarse[y * width + right] * along;
            out.push(row(top) * (1.0 - down) + row(bottom) * down);
        }
    }
    out
}
