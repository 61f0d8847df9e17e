//! A canvas as a picture, for those who cannot use SVG: drawn on the processor with the fonts of the window.
//!
//! By vello, which the window's text brings along, and not by `resvg` from the SVG: that would be a second rasterizer, with
//! a text shaper and a CSS reader, which has no variables for our colors, to draw five kinds of shapes.

use std::sync::OnceLock;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
};
use vello_cpu::{
    Pixmap, RenderContext, Resources,
    color::{AlphaColor, Srgb},
    kurbo::{Affine, BezPath, Cap, Circle, Join, RoundedRect, Shape as _, Stroke},
};

use super::canvas::{Anchor, Canvas, MARGIN, Shape};
use crate::{colors::LIGHT, data::resize::resize};

/// Pixels of a picture for each unit of a canvas.
pub const SCALE: f64 = 2.0;

/// RGB, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

impl Canvas {
    /// The drawing in the light look, with [`SCALE`] pixels a unit.
    pub fn raster(&self) -> Raster {
        let side = |units: f64| (units * SCALE).round().clamp(1.0, f64::from(u16::MAX)) as u16;
        let (with_margin, high) = self.with_margin();
        let (width, height) = (side(with_margin), side(high));
        let mut context = RenderContext::new(width, height);
        context.set_transform(Affine::scale(SCALE));
        fill(&mut context, &vello_cpu::kurbo::Rect::new(0.0, 0.0, with_margin, high).to_path(0.1), LIGHT.surface, 1.0);
        context.set_transform(Affine::scale(SCALE) * Affine::translate((MARGIN, MARGIN)));
        self.shapes.iter().for_each(|shape| draw(&mut context, shape));
        context.flush();
        let mut pixmap = Pixmap::new(width, height);
        context.render(&mut pixmap, &mut Resources::new());
        // The paper is opaque, so no color is premultiplied.
        let rgb = pixmap.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
        Raster { width: width.into(), height: height.into(), rgb }
    }
}

impl Raster {
    /// The picture as a PNG file.
    ///
    /// # Errors
    /// None that is known for a picture in memory.
    pub fn png(&self) -> Result<Vec<u8>, image::ImageError> {
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes).write_image(&self.rgb, self.width as u32, self.height as u32, ExtendedColorType::Rgb8)?;
        Ok(bytes)
    }

    /// Lays a picture of `side` x `side` RGB over this one, `size` pixels wide, with its corner at (`left`, `top`).
    pub fn lay(&mut self, rgb: &[u8], side: usize, left: usize, top: usize, size: usize) {
        let picture = resize(rgb, [side as u32; 2], [size as u32; 2]);
        for (y, row) in picture.chunks_exact(size * 3).enumerate().take(self.height.saturating_sub(top)) {
            let row = &row[..row.len().min(self.width.saturating_sub(left) * 3)];
            let at = ((top + y) * self.width + left) * 3;
            self.rgb[at..at + row.len()].copy_from_slice(row);
        }
    }
}

/// Whether the fonts have every letter of a text.
pub fn is_drawable(text: &str) -> bool {
    face(Weight::Regular).is_some_and(|face| text.chars().all(|letter| face.glyph(letter).is_some() || is_invisible(letter)))
}

/// Controls, joiners and selectors, which change how their neighbors look.
fn is_invisible(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The width of a text in the font of `class`, in units.
pub fn text_width(text: &str, class: &str) -> f64 {
    let (size, weight, _) = font(class);
    face(weight).map_or(0.0, |face| face.width(text, size))
}

/// Breaks a text into lines that are no wider than `width` units.
pub fn wrapped(text: &str, class: &str, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // Not at no-break spaces.
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), class) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn draw(context: &mut RenderContext, shape: &Shape) {
    match shape {
        Shape::Line { class, from, to } => {
            let (width, dashes, opacity) = match class.split(' ').next().unwrap_or_default() {
                "dash" => (1.0, Some([2.0, 4.0]), 1.0),
                "bar" => (5.0, None, 0.3),
                _ => (1.0, None, 1.0),
            };
            let cap = if width > 1.0 { Cap::Round } else { Cap::Butt };
            let mut line = Stroke::new(width).with_caps(cap);
            if let Some(dashes) = dashes {
                line = line.with_dashes(0.0, dashes);
            }
            stroke(context, &path(&[*from, *to]), color(class), opacity, line);
        }
        Shape::Polyline { class, points } => {
            let line = Stroke::new(2.0).with_caps(Cap::Round).with_join(Join::Round);
            stroke(context, &path(points), color(class), 1.0, line);
        }
        Shape::Circle { class, center, radius } => {
            let circle = Circle::new(*center, *radius).to_path(0.05);
            if class == "ring" {
                fill(context, &circle, LIGHT.surface, 1.0);
                stroke(context, &circle, LIGHT.accent, 1.0, Stroke::new(2.0));
            } else {
                fill(context, &circle, color(class), 1.0);
            }
        }
        Shape::Rect { class, corner: (x, y), size: (width, height), radius } => {
            let rect = RoundedRect::new(*x, *y, x + width, y + height, *radius).to_path(0.05);
            fill(context, &rect, color(class), opacity(class));
        }
        Shape::Text { class, at, anchor, text, upward } => {
            let (size, weight, color) = font(class);
            let Some(face) = face(weight) else { return };
            let width = face.width(text, size);
            let before = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => width / 2.0,
                Anchor::End => width,
            };
            let turn = if *upward { Affine::rotate(-std::f64::consts::FRAC_PI_2) } else { Affine::IDENTITY };
            let place = Affine::translate(*at) * turn * Affine::translate((-before, 0.0));
            fill(context, &(place * face.outline(text, size)), color, 1.0);
        }
    }
}

fn fill(context: &mut RenderContext, path: &BezPath, color: u32, opacity: f32) {
    context.set_paint(paint(color, opacity));
    context.fill_path(path);
}

fn stroke(context: &mut RenderContext, path: &BezPath, color: u32, opacity: f32, stroke: Stroke) {
    context.set_paint(paint(color, opacity));
    context.set_stroke(stroke);
    context.stroke_path(path);
}

fn path(points: &[(f64, f64)]) -> BezPath {
    let mut path = BezPath::new();
    for (i, point) in points.iter().enumerate() {
        if i == 0 { path.move_to(*point) } else { path.line_to(*point) }
    }
    path
}

/// How much of its color a rectangle has, as `canvas::PLOT_STYLE` has it.
fn opacity(class: &str) -> f32 {
    match class.split_once(" o") {
        Some((_, strength)) => 0.02 + 0.12 * strength.parse::<f32>().unwrap_or(5.0),
        None if class == "band" => 0.45,
        None => 1.0,
    }
}

/// The color of a class in the light look, as `canvas::PLOT_STYLE` has it.
fn color(class: &str) -> u32 {
    match class {
        "grid" => LIGHT.grid,
        "axis" => LIGHT.stroke,
        "goodcell" => LIGHT.good_soft,
        "badcell" => LIGHT.bad_soft,
        _ if class.starts_with("goodheat") => LIGHT.good,
        _ if class.starts_with("badheat") => LIGHT.bad,
        "femalefill" => LIGHT.female,
        "malefill" => LIGHT.male,
        _ if class.contains("validation") => LIGHT.validation,
        _ if class.contains("gray") || class == "dash" || class == "band" => LIGHT.text3,
        _ if class == "strong" || class == "mark" => LIGHT.text,
        _ => LIGHT.accent,
    }
}

/// Size, weight and color of a class of text, as `canvas::PLOT_STYLE` has it.
fn font(class: &str) -> (f64, Weight, u32) {
    match class {
        "strong" => (12.0, Weight::Medium, LIGHT.text),
        "body" => (13.0, Weight::Regular, LIGHT.text),
        "big" => (22.0, Weight::SemiBold, LIGHT.text),
        "accent" => (12.0, Weight::Medium, LIGHT.accent),
        "validation" => (12.0, Weight::Medium, LIGHT.validation),
        _ => (12.0, Weight::Regular, LIGHT.text3),
    }
}

fn paint(rgb: u32, opacity: f32) -> AlphaColor<Srgb> {
    let [_, r, g, b] = rgb.to_be_bytes();
    AlphaColor::from_rgba8(r, g, b, 255).with_alpha(opacity)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Regular,
    Medium,
    SemiBold,
}

struct Face(FontRef<'static>);

fn face(weight: Weight) -> Option<&'static Face> {
    static FACES: OnceLock<[Option<Face>; 3]> = OnceLock::new();
    let faces = FACES.get_or_init(|| {
        [
            include_bytes!("../../../assets/fonts/Inter-Regular.otf").as_slice(),
            include_bytes!("../../../assets/fonts/Inter-Medium.otf"),
            include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
        ]
        .map(|bytes| FontRef::new(bytes).ok().map(Face))
    });
    faces[weight as usize].as_ref()
}

impl Face {
    /// The glyph of a letter, if the font has one; it has no narrow no-break space.
    fn glyph(&self, letter: char) -> Option<GlyphId> {
        let letters = self.0.charmap();
        letters.map(letter).or_else(|| letters.map(' ').filter(|_| letter.is_whitespace()))
    }

    /// Each glyph with its place from the text's start. In place of a letter that the font lacks stands its box, so that it is
    /// seen that there is one; what has no look of its own is left out.
    fn glyphs(&self, text: &str, size: f64) -> (Vec<(GlyphId, f64)>, f64) {
        let metrics = self.0.glyph_metrics(Size::new(size as f32), LocationRef::default());
        let mut x = 0.0;
        let glyphs = text
            .chars()
            .filter_map(|letter| self.glyph(letter).or_else(|| (!is_invisible(letter)).then_some(GlyphId::NOTDEF)))
            .map(|glyph| {
                let at = x;
                x += f64::from(metrics.advance_width(glyph).unwrap_or_default());
                (glyph, at)
            })
            .collect();
        (glyphs, x)
    }

    fn width(&self, text: &str, size: f64) -> f64 {
        self.glyphs(text, size).1
    }

    /// The text's outline with its baseline at 0.
    fn outline(&self, text: &str, size: f64) -> BezPath {
        let outlines = self.0.outline_glyphs();
        let mut pen = Pen { path: BezPath::new(), x: 0.0 };
        for (glyph, x) in self.glyphs(text, size).0 {
            pen.x = x;
            if let Some(outline) = outlines.get(glyph) {
                let settings = DrawSettings::unhinted(Size::new(size as f32), LocationRef::default());
                // A glyph that cannot be drawn leaves its room empty.
                let _ = outline.draw(settings, &mut pen);
            }
        }
        pen.path
    }
}

/// Takes a glyph's outline, whose y goes up, into a path whose y goes down.
struct Pen {
    path: BezPath,
    x: f64,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f64, f64) {
        (self.x + f64::from(x), -f64::from(y))
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.at(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.at(x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.at(cx, cy), self.at(x, y));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.path.curve_to(self.at(cx0, cy0), self.at(cx1, cy1), self.at(x, y));
    }

    fn close(&mut self) {
        self.path.close_path();
    }
}
