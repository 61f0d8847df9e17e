//! One drawn face: what it looks like, and how it is painted. Units are pixels at scale 1, the origin between eyes and
//! nose, y down.

use super::canvas::{Canvas, Color, Pose, ellipse, lit, mix, superellipse};
use crate::random::Random;

/// Everything that decides a drawing. Only `jaw` and `brow` have anything to do with the label.
#[derive(Clone, Debug)]
pub struct Portrait {
    /// Width of the jaw for the height of the face: about -2 (long, pointed chin) to 2 (short, square).
    pub jaw: f32,
    /// Weight of the brows and how near they sit to the eyes: about -2 (thin, high) to 2 (thick, low).
    pub brow: f32,
    pose: Pose,
    /// Half width, height above and height below the origin of the head.
    head: [f32; 3],
    skin: Color,
    hair: Color,
    style: Hair,
    /// Where the hair begins, above the origin.
    hairline: f32,
    cloth: Color,
    back: [Color; 2],
    /// How much lighter a place is to the right, and below.
    light: [f32; 2],
    iris: Color,
    gaze: f32,
    open: f32,
    smile: f32,
    mouth: f32,
    nose: f32,
    eyes: f32,
    glasses: bool,
}

/// How the hair lies; all are short. In the order of [`HAIRSTYLES`](crate::data::task::HAIRSTYLES).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hair {
    Cap,
    Curls,
    Parted,
    Shaved,
}

const SKINS: [u32; 8] = [0xf3d9c2, 0xe9c9a6, 0xdcae85, 0xc99568, 0xb98355, 0x98653f, 0x7a4e31, 0x5c3b28];
const HAIRS: [u32; 8] = [0x1e1d20, 0x2b2420, 0x4a3526, 0x6b4a2e, 0x8e4a28, 0xb48a4c, 0xa5a19b, 0xd5d0c8];
const CLOTHS: [u32; 7] = [0x4d6480, 0x7a6a58, 0x5b7a6c, 0x8a8f98, 0x6d5a70, 0xb7a88f, 0x3b4048];
const BACKS: [u32; 7] = [0xd8d4ca, 0xc5cad6, 0xbfc8c4, 0xcfc5cb, 0xd6cdbf, 0xb9c3cd, 0xc9cfc0];
const IRISES: [u32; 4] = [0x3a2a1e, 0x54412c, 0x4b6273, 0x55664a];

impl Portrait {
    /// Draws all that the label does not depend on.
    pub fn random(random: &mut Random, jaw: f32, brow: f32) -> Self {
        let mut between = |low: f32, high: f32| random.between(low.into(), high.into()) as f32;
        let pose = {
            let (sine, cosine) = between(-0.09, 0.09).sin_cos();
            let center = [64.0 + between(-3.5, 3.5), 60.0 + between(-3.5, 3.5)];
            Pose { center, scale: between(1.04, 1.16), sine, cosine }
        };
        let head = [between(32.5, 36.0), between(40.0, 44.0), between(39.5, 43.5) - 1.4 * jaw];
        let light = [between(-0.14, 0.14), between(-0.08, 0.03)];
        let (gaze, open, smile) = (between(-1.2, 1.2), between(0.8, 1.2), between(-0.8, 2.6));
        let (mouth, nose, eyes, hairline) = (between(8.0, 11.5), between(-1.0, 1.0), between(13.0, 15.0), between(22.0, 29.0));
        let skin = mix(pick(random, &SKINS), pick(random, &SKINS), 0.25);
        let hair = mix(pick(random, &HAIRS), pick(random, &HAIRS), 0.15);
        let style = [Hair::Cap, Hair::Cap, Hair::Curls, Hair::Parted, Hair::Shaved][random.below(5)];
        let back = pick(random, &BACKS);
        Self {
            jaw,
            brow,
            pose,
            head,
            skin,
            hair,
            style,
            hairline,
            cloth: pick(random, &CLOTHS),
            back: [lit(back, 1.05), lit(back, 0.9)],
            light,
            iris: pick(random, &IRISES),
            gaze,
            open,
            smile,
            mouth,
            nose,
            eyes,
            glasses: random.chance(0.12),
        }
    }

    /// How the hair lies, as [`HAIRSTYLES`](crate::data::task::HAIRSTYLES) counts.
    pub const fn hairstyle(&self) -> u8 {
        self.style as u8
    }

    /// The drawing, 128 x 128 RGB.
    pub fn paint(&self, random: &mut Random) -> Vec<u8> {
        let mut canvas = Canvas::new(self.pose, |x, y| mix(self.back[0], self.back[1], (0.35 * x + 0.65 * y).clamp(0.0, 1.0)));
        self.body(&mut canvas);
        self.skull(&mut canvas);
        for side in [-1.0, 1.0] {
            self.eye(&mut canvas, side);
            self.eyebrow(&mut canvas, side);
        }
        self.middle(&mut canvas);
        canvas.into_bytes(|| (random.unit() as f32 - 0.5) * 4.0)
    }

    /// A color at a place under the picture's light.
    fn shade(&self, color: Color, x: f32, y: f32) -> Color {
        lit(color, 1.0 + self.light[0] * x / 36.0 + self.light[1] * y / 40.0)
    }

    /// Distance to the outline of the head: an ellipse above, below a curve as square as the jaw is wide.
    fn outline(&self, x: f32, y: f32) -> f32 {
        let [width, above, below] = self.head;
        let (half, power) = if y < 0.0 { (above, 2.15) } else { (below, 2.2 + 0.45 * self.jaw) };
        superellipse(x, y, [width, half], power.clamp(1.45, 3.4))
    }

    /// Shoulders, neck, ears.
    fn body(&self, canvas: &mut Canvas) {
        let shade = |color: Color, by: f32| move |x: f32, y: f32| (self.shade(lit(color, by), x, y), 1.0);
        let neck = |x: f32, y: f32| x.abs() - 15.0 - 0.02 * (y - 40.0).max(0.0).powi(2);
        canvas.fill([-30.0, 14.0, 30.0, 80.0], neck, shade(self.skin, 0.84));
        // The collar is a hollow ellipse in the clothes.
        let cloth = |x: f32, y: f32| superellipse(x, y - 84.0, [60.0, 32.0], 2.4).max(-ellipse(x, y, [0.0, 50.0], [17.0, 9.0]));
        canvas.fill([-66.0, 50.0, 66.0, 90.0], cloth, shade(self.cloth, 1.0));
        for side in [-1.0, 1.0] {
            let place = [side * (self.head[0] + 0.5), 3.0];
            let area = [place[0] - 7.0, -8.0, place[0] + 7.0, 14.0];
            canvas.fill(area, |x, y| ellipse(x, y, place, [5.0, 8.5]), shade(self.skin, 0.93));
            canvas.fill(area, |x, y| ellipse(x, y, [place[0] + side * 0.5, 3.0], [2.2, 5.0]), shade(self.skin, 0.8));
        }
    }

    /// Hair and face.
    fn skull(&self, canvas: &mut Canvas) {
        let [width, above, below] = self.head;
        let grown = match self.style {
            Hair::Cap => 4.0,
            Hair::Curls => 6.5,
            Hair::Parted => 4.5,
            Hair::Shaved => 0.8,
        };
        let hair = |x: f32, y: f32| {
            let bumps = if self.style == Hair::Curls { 1.3 * (x.atan2(-y) * 13.0).sin() } else { 0.0 };
            let low = y - 2.0 - 0.12 * (x.abs() - width);
            (superellipse(x, y + 1.0, [width + grown, above + grown], 2.2) - bumps).max(low)
        };
        let area = [-width - 12.0, -above - 12.0, width + 12.0, 6.0];
        canvas.fill(area, hair, |x, y| (self.shade(lit(self.hair, 1.0 - 0.10 * (y + above) / above), x, y), 1.0));
        // The forehead's border: an arch, higher at one side where the hair is parted.
        let face = |x: f32, y: f32| {
            let tilt = if self.style == Hair::Parted { 0.16 * x } else { 0.0 };
            let temples = ((x.abs() - 0.62 * width) / (0.38 * width)).max(0.0);
            let arch = -self.hairline + tilt + 0.006 * x * x + 9.0 * temples * temples;
            self.outline(x, y).max((arch - y) * 0.8)
        };
        let box_ = [-width - 1.0, -above - 1.0, width + 1.0, below + 1.0];
        canvas.fill(
            box_,
            |x, y| self.outline(x, y),
            |x, y| {
                let color = if self.style == Hair::Shaved { mix(self.skin, self.hair, 0.6) } else { self.hair };
                (self.shade(color, x, y), if y < 0.0 { 1.0 } else { 0.0 })
            },
        );
        canvas.fill(box_, face, |x, y| {
            // The edge of the face turns away from the light a little.
            let turn = 1.0 - 0.10 * ((x / width).powi(4) + (y / below).max(0.0).powi(4)).min(1.0);
            (self.shade(lit(self.skin, turn), x, y), 1.0)
        });
    }

    fn eye(&self, canvas: &mut Canvas, side: f32) {
        let center = [side * self.eyes, 0.0];
        let lens = |x: f32, y: f32| superellipse(x - center[0], y, [6.2, 3.1 * self.open], 1.75);
        let area = [center[0] - 8.0, -6.0, center[0] + 8.0, 6.0];
        canvas.fill(area, |x, y| lens(x, y) - 1.6, |_, _| (lit(self.skin, 0.8), 0.5));
        canvas.plain(area, lens, [0.95, 0.94, 0.92]);
        let iris = [center[0] + self.gaze, 0.0];
        canvas.plain(area, |x, y| ellipse(x, y, iris, [2.9, 2.9]).max(lens(x, y)), self.iris);
        canvas.plain(area, |x, y| ellipse(x, y, iris, [1.4, 1.4]).max(lens(x, y)), [0.06, 0.05, 0.05]);
        canvas.plain(area, |x, y| ellipse(x, y, [iris[0] + 1.0, -1.0], [0.7, 0.7]), [1.0, 1.0, 1.0]);
        let lid: Vec<_> =
            (-3..=3).map(|i| i as f32 / 3.0).map(|t| [center[0] + 6.2 * t, -3.1 * self.open * (1.0 - t * t)]).collect();
        canvas.stroke(&lid, 1.1, lit(self.skin, 0.35), 0.85);
        if self.glasses {
            let rim = |x: f32, y: f32| (superellipse(x - center[0], y - 0.5, [11.0, 8.5], 3.0)).abs() - 0.8;
            canvas.plain([center[0] - 13.0, -10.0, center[0] + 13.0, 12.0], rim, [0.16, 0.16, 0.18]);
        }
    }

    fn eyebrow(&self, canvas: &mut Canvas, side: f32) {
        let (weight, rise) = (3.7 + 1.15 * self.brow, 10.4 - 1.6 * self.brow);
        let arch: Vec<_> = (-3..=3)
            .map(|i| i as f32 / 3.0)
            .map(|t| [side * (self.eyes + 0.5 + 8.0 * t), -rise.max(6.5) + 1.6 * t * t + 0.5 * t])
            .collect();
        // Gray hair has darker brows.
        let dark = if self.hair[0] > 0.55 { 0.72 } else { 0.9 };
        canvas.stroke(&arch, weight.max(1.4), lit(mix(self.hair, self.skin, 0.12), dark), 0.95);
    }

    /// Nose, mouth, bridge of the glasses.
    fn middle(&self, canvas: &mut Canvas) {
        let shadow = lit(self.skin, 0.62);
        let side = if self.light[0] > 0.0 { -1.0 } else { 1.0 };
        let tip = 15.0 + self.nose;
        canvas.stroke(&[[side * 2.2, 3.0], [side * 3.6, tip - 3.0], [side * 4.4, tip]], 1.2, shadow, 0.45);
        canvas.stroke(&[[-3.6, tip], [-1.5, tip + 1.2], [1.5, tip + 1.2], [3.6, tip]], 1.3, shadow, 0.8);
        let lip = mix(lit(self.skin, 0.66), [0.55, 0.22, 0.20], 0.35);
        let line: Vec<_> =
            (-4..=4).map(|i| i as f32 / 4.0).map(|t| [self.mouth * t, 25.0 - self.smile * (t * t - 0.4)]).collect();
        let lower: Vec<_> = line[2..7].iter().map(|p| [p[0], p[1] + 1.7]).collect();
        canvas.stroke(&lower, 2.6, lit(lip, 1.18), 0.8);
        canvas.stroke(&line, 1.7, lit(lip, 0.82), 1.0);
        canvas.stroke(&[[-3.5, 31.5], [3.5, 31.5]], 1.3, shadow, 0.25);
        if self.glasses {
            canvas.stroke(&[[-self.eyes + 11.0, -1.5], [0.0, -2.6], [self.eyes - 11.0, -1.5]], 1.5, [0.16, 0.16, 0.18], 1.0);
        }
    }
}

fn pick(random: &mut Random, colors: &[u32]) -> Color {
    let code = colors[random.below(colors.len())];
    [16, 8, 0].map(|shift| (code >> shift & 0xff) as f32 / 255.0)
}
