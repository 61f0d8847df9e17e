//! A small painter: shapes as distance functions, drawn with smooth edges.

use crate::data::picture_size::{PIXEL_BYTES, SIDE};

/// A color, each channel 0..1.
pub type Color = [f32; 3];

/// Where the face's own coordinates lie in the picture: turned by an angle, scaled, then moved.
#[derive(Clone, Copy, Debug)]
pub struct Pose {
    /// The picture's pixel at which the face's origin lies.
    pub center: [f32; 2],
    /// Pixels per unit.
    pub scale: f32,
    pub sine: f32,
    pub cosine: f32,
}

/// A picture being painted, [`SIDE`] x [`SIDE`].
pub struct Canvas {
    pixels: Vec<Color>,
    pose: Pose,
}

impl Canvas {
    /// A canvas filled by `background`, which is asked at each pixel's position in 0..1.
    pub fn new(pose: Pose, background: impl Fn(f32, f32) -> Color) -> Self {
        let step = 1.0 / SIDE as f32;
        let pixels = (0..SIDE * SIDE).map(|i| background((i % SIDE) as f32 * step, (i / SIDE) as f32 * step)).collect();
        Self { pixels, pose }
    }

    /// Paints where `distance` (in units, negative inside) is below zero; the edge is one pixel soft.
    ///
    /// `area` is left, top, right, bottom of a box around the shape; `paint` gives color and opacity at a position.
    pub fn fill(&mut self, area: [f32; 4], distance: impl Fn(f32, f32) -> f32, paint: impl Fn(f32, f32) -> (Color, f32)) {
        let Pose { center, scale, sine, cosine } = self.pose;
        let [left, top, right, bottom] = self.pixel_box(area);
        for y in top..bottom {
            // Far from the edge the neighbors are on the same side of it: the distance is asked again only after half
            // of it has been walked.
            let (mut cover, mut asked_again_at) = (0.0, left);
            for x in left..right {
                let (dx, dy) = ((x as f32 + 0.5 - center[0]) / scale, (y as f32 + 0.5 - center[1]) / scale);
                let (u, v) = (cosine * dx + sine * dy, cosine * dy - sine * dx);
                if x >= asked_again_at {
                    let pixels = distance(u, v) * scale;
                    cover = (0.5 - pixels).clamp(0.0, 1.0);
                    asked_again_at = x + 1 + ((pixels.abs() - 1.0) * 0.5).max(0.0) as usize;
                }
                if cover > 0.0 {
                    let (color, opacity) = paint(u, v);
                    let pixel = &mut self.pixels[y * SIDE + x];
                    *pixel = mix(*pixel, color, cover * opacity);
                }
            }
        }
    }

    /// Paints in one color.
    pub fn plain(&mut self, area: [f32; 4], distance: impl Fn(f32, f32) -> f32, color: Color) {
        self.fill(area, distance, |_, _| (color, 1.0));
    }

    /// Draws a round-ended line through `points`, `width` wide.
    pub fn stroke(&mut self, points: &[[f32; 2]], width: f32, color: Color, opacity: f32) {
        let reach = width / 2.0 + 1.0;
        let area = points.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |a, p| {
            [a[0].min(p[0] - reach), a[1].min(p[1] - reach), a[2].max(p[0] + reach), a[3].max(p[1] + reach)]
        });
        let distance =
            |x: f32, y: f32| points.windows(2).map(|w| segment(x, y, w[0], w[1])).fold(f32::MAX, f32::min) - width / 2.0;
        self.fill(area, distance, |_, _| (color, opacity));
    }

    /// The picture as bytes; `grain` gives a small value added to each pixel, in 1/255.
    pub fn into_bytes(self, mut grain: impl FnMut() -> f32) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PIXEL_BYTES);
        for pixel in self.pixels {
            let offset = grain();
            bytes.extend(pixel.map(|c| (c * 255.0 + offset + 0.5).clamp(0.0, 255.0) as u8));
        }
        bytes
    }

    /// The pixels that a box in units can touch: left, top, right, bottom, the last two excluded.
    fn pixel_box(&self, [left, top, right, bottom]: [f32; 4]) -> [usize; 4] {
        let Pose { center, scale, sine, cosine } = self.pose;
        let corners = [[left, top], [right, top], [left, bottom], [right, bottom]]
            .map(|[u, v]| [center[0] + scale * (cosine * u - sine * v), center[1] + scale * (sine * u + cosine * v)]);
        let low = |axis: usize| (corners.iter().map(|c| c[axis]).fold(f32::MAX, f32::min) - 1.0).clamp(0.0, SIDE as f32);
        let high = |axis: usize| (corners.iter().map(|c| c[axis]).fold(f32::MIN, f32::max) + 2.0).clamp(0.0, SIDE as f32);
        [low(0) as usize, low(1) as usize, high(0) as usize, high(1) as usize]
    }
}

/// `a` with `share` of `b`.
pub fn mix(a: Color, b: Color, share: f32) -> Color {
    [0, 1, 2].map(|c| a[c] + (b[c] - a[c]) * share)
}

/// `color` brighter (above 1) or darker.
pub fn lit(color: Color, factor: f32) -> Color {
    color.map(|c| (c * factor).min(1.0))
}

/// Distance to an ellipse around `center` with these half axes: first order, exact at the edge.
pub fn ellipse(x: f32, y: f32, center: [f32; 2], half: [f32; 2]) -> f32 {
    let (p, q) = ((x - center[0]) / half[0], (y - center[1]) / half[1]);
    let length = (p * p + q * q).sqrt();
    let slope = ((p / half[0]).powi(2) + (q / half[1]).powi(2)).sqrt();
    if length < 0.05 { -half[0].min(half[1]) } else { (length - 1.0) * length / slope }
}

/// As [`ellipse`] around the origin, with `power` in place of 2: 1.5 is pointed, 3 nearly a box.
pub fn superellipse(x: f32, y: f32, half: [f32; 2], power: f32) -> f32 {
    let (p, q) = ((x / half[0]).abs().max(1e-4), (y / half[1]).abs().max(1e-4));
    let (pn, qn) = (p.powf(power), q.powf(power));
    let sum = pn + qn;
    let length = sum.powf(1.0 / power);
    if length < 0.05 {
        return -half[0].min(half[1]);
    }
    let slope = ((pn / p / half[0]).powi(2) + (qn / q / half[1]).powi(2)).sqrt() * length / sum;
    (length - 1.0) / slope
}

/// Distance to the line from `a` to `b`.
pub fn segment(x: f32, y: f32, a: [f32; 2], b: [f32; 2]) -> f32 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let t = (((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy).max(1e-6)).clamp(0.0, 1.0);
    ((x - a[0] - t * dx).powi(2) + (y - a[1] - t * dy).powi(2)).sqrt()
}
