//! Gaussian blur (torchvision's `gaussian_blur` with a kernel of 7), as a photo out of focus.

use serde::{Deserialize, Serialize};

use super::Augmentation;
use crate::{
    random::Random,
    setting_def::{Scale, SettingDef, SettingDefs, Unit, Value},
    text::{Phrase, say},
};

/// Blur as the user sets it; off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Blur {
    pub on: bool,
    /// The share of pictures that are blurred.
    pub share: f64,
    /// The largest standard deviation in pixels.
    pub sigma: f64,
}

impl Default for Blur {
    fn default() -> Self {
        Self { on: false, share: 0.2, sigma: 1.0 }
    }
}

/// Pixels on each side of the middle one.
const RADIUS: usize = 3;

impl Augmentation for Blur {
    /// A deviation in pixels, uniform between 0.1 and sigma.
    type Drawn = f64;
    const STREAM: usize = 9;

    fn is_on(&self) -> bool {
        self.on
    }

    fn draw(&self, _side: usize, random: &mut Random) -> Option<f64> {
        let blurred = random.chance(self.share);
        blurred.then(|| random.between(0.1, self.sigma.max(0.1)))
    }

    fn paint(sigma: &f64, side: usize, pixels: &mut [u8]) {
        apply(*sigma, side, pixels);
    }

    fn warning(&self) -> Option<Phrase> {
        (self.sigma > 2.0)
            .then_some(say("A blur this strong wipes out fine features", "Un flou aussi fort efface les traits fins"))
    }
}

/// Convolves rows, then columns, with a Gaussian of `sigma`; beyond the edge the picture is reflected without its edge
/// pixel. `side` is at least 4.
pub fn apply(sigma: f64, side: usize, pixels: &mut [u8]) {
    let weights = kernel(sigma);
    let width = side * 3;
    let mut rows = vec![0u8; pixels.len()];
    let mut line = vec![0u8; width + 6 * RADIUS];
    for (row, out) in pixels.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        line[3 * RADIUS..][..width].copy_from_slice(row);
        for k in 1..=RADIUS {
            line.copy_within(3 * (RADIUS + k)..3 * (RADIUS + k + 1), 3 * (RADIUS - k));
            let last = RADIUS + side - 1;
            line.copy_within(3 * (last - k)..3 * (last - k + 1), 3 * (last + k));
        }
        weigh(&weights, |k| &line[3 * k..][..width], out);
    }
    for (y, out) in pixels.chunks_exact_mut(width).enumerate() {
        weigh(&weights, |k| &rows[mirror(y + k, side) * width..][..width], out);
    }
}

/// The row at distance `place - RADIUS` from the first, mirrored at both ends.
fn mirror(place: usize, side: usize) -> usize {
    let y = place.abs_diff(RADIUS);
    y.min(2 * (side - 1) - y.min(2 * (side - 1)))
}

/// The weighted sum of seven lines, in 16-bit arithmetic: weights sum to 256, so no sum exceeds 65,535.
fn weigh<'a>(weights: &[u16; 2 * RADIUS + 1], line: impl Fn(usize) -> &'a [u8], out: &mut [u8]) {
    let n = out.len();
    let [a, b, c, d, e, f, g] = std::array::from_fn(|k| &line(k)[..n]);
    let [w0, w1, w2, w3, ..] = *weights;
    for i in 0..n {
        let pair = |x: &[u8], y: &[u8]| u16::from(x[i]) + u16::from(y[i]);
        let sum = w0 * pair(a, g) + w1 * pair(b, f) + w2 * pair(c, e) + w3 * u16::from(d[i]);
        out[i] = (sum.saturating_add(128) >> 8) as u8;
    }
}

/// The Gaussian at -3..=3, in parts of 256; the middle takes what rounding leaves.
fn kernel(sigma: f64) -> [u16; 2 * RADIUS + 1] {
    let value = |k: usize| (-0.5 * ((k as f64 - RADIUS as f64) / sigma).powi(2)).exp();
    let sum: f64 = (0..=2 * RADIUS).map(value).sum();
    let mut weights = std::array::from_fn(|k| (256.0 * value(k) / sum).round() as u16);
    let outer: u16 = weights[..RADIUS].iter().sum();
    weights[RADIUS] = 256 - 2 * outer;
    weights
}

impl SettingDefs for Blur {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self { on, share, sigma } = self;
        let active = *on;
        vec![
            SettingDef::new(
                "on",
                say("Blur", "Flou"),
                say(
                    "Blurs some pictures, as a photo out of focus",
                    "Rend certaines images floues, comme une photo mal mise au point",
                ),
                Value::Switch(on),
            )
            .more(),
            SettingDef::new(
                "share",
                say("Share of pictures blurred", "Part d’images floues"),
                say("How many pictures are blurred. 10 to 30%", "Combien d’images sont floues. De 10 à 30\u{a0}%"),
                Value::Number { value: share, range: 0.0..=1.0, scale: Scale::Percent, unit: crate::setting_def::UNITLESS },
            )
            .more()
            .under("on", active),
            SettingDef::new(
                "sigma",
                say("Strongest blur", "Flou maximal"),
                say("Radius of the blur in pixels. 0.5 to 1.5", "Rayon du flou en pixels. De 0,5 à 1,5"),
                Value::Number { value: sigma, range: 0.1..=3.0, scale: Scale::Linear, unit: Unit::same("px") },
            )
            .more()
            .under("on", active),
        ]
    }
}
