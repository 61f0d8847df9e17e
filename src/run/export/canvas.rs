//! A canvas of lines, dots, bars and texts that take their colors from the look's tokens; here it becomes SVG, in
//! `raster` a picture.

use crate::{
    colors::{Colors, DARK, LIGHT},
    text::escape::xml,
};

/// The look's colors as CSS variables of their names, light and dark, for the report's page and for pictures that stand
/// alone.
pub fn tokens() -> String {
    let root = |colors: Colors<u32>| {
        let variables: Vec<String> = colors.named().map(|(name, rgb)| format!("--{name}:#{rgb:06x}")).collect();
        format!(":root{{{}}}", variables.join(";"))
    };
    format!("{}@media(prefers-color-scheme:dark){{{}}}", root(LIGHT), root(DARK))
}

/// The classes that plots use, over [`tokens`].
pub const PLOT_STYLE: &str = ".plot{font:12px Inter,'Segoe UI',system-ui,sans-serif;font-variant-numeric:tabular-nums}\
.plot text{fill:var(--text3)}.plot .strong{fill:var(--text);font-weight:550}.plot .body{fill:var(--text);font-size:13px}\
.plot .grid{stroke:var(--grid);stroke-width:1}.plot .axis{stroke:var(--stroke);stroke-width:1;fill:none}\
.plot .dash{stroke:var(--text3);stroke-width:1;stroke-dasharray:2 4;fill:none}\
.plot .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}\
.plot .accent{stroke:var(--accent)}.plot .validation{stroke:var(--validation)}.plot .gray{stroke:var(--text3)}\
.plot text.accent{fill:var(--accent);stroke:none;font-weight:550}.plot text.validation{fill:var(--validation);stroke:none;font-weight:550}\
.plot .bar{stroke:var(--accent);stroke-width:5;stroke-linecap:round;opacity:.3}.plot .bar.gray{stroke:var(--text3)}\
.plot .dot{fill:var(--accent)}.plot .dot.gray{fill:var(--text3)}.plot .dot.validation{fill:var(--validation);stroke:none}\
.plot .ring{fill:var(--surface);stroke:var(--accent);stroke-width:2}\
.plot .goodheat{fill:var(--good)}.plot .badheat{fill:var(--bad)}\
.plot .o1{opacity:.14}.plot .o2{opacity:.26}.plot .o3{opacity:.38}.plot .o4{opacity:.5}.plot .o5{opacity:.62}\
.plot .goodcell{fill:var(--good_soft)}.plot .badcell{fill:var(--bad_soft)}.plot .big{fill:var(--text);font-size:22px;font-weight:650}";

/// Where a text begins, ends or is centered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// Around a drawing that stands alone.
pub const MARGIN: f64 = 14.0;

/// A drawing in the making; units are CSS pixels.
pub struct Canvas {
    pub width: f64,
    pub height: f64,
    label: String,
    pub shapes: Vec<Shape>,
}

/// What is drawn. A class names colors, strokes and fonts; see [`PLOT_STYLE`].
pub enum Shape {
    Line { class: String, from: (f64, f64), to: (f64, f64) },
    Polyline { class: String, points: Vec<(f64, f64)> },
    Circle { class: String, center: (f64, f64), radius: f64 },
    Rect { class: String, corner: (f64, f64), size: (f64, f64), radius: f64 },
    Text { class: String, at: (f64, f64), anchor: Anchor, text: String, upward: bool },
}

impl Canvas {
    /// An empty drawing; `label` is what a screen reader says.
    pub fn new(width: f64, height: f64, label: &str) -> Self {
        Self { width, height, label: xml(label).into_owned(), shapes: Vec::new() }
    }

    /// A line between two points.
    pub fn line(&mut self, class: &str, x1: f64, y1: f64, x2: f64, y2: f64) {
        self.shapes.push(Shape::Line { class: class.to_owned(), from: (x1, y1), to: (x2, y2) });
    }

    /// A line through all points.
    pub fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        self.shapes.push(Shape::Polyline { class: class.to_owned(), points: thinned(points) });
    }

    /// A circle around (`x`, `y`).
    pub fn circle(&mut self, class: &str, x: f64, y: f64, radius: f64) {
        self.shapes.push(Shape::Circle { class: class.to_owned(), center: (x, y), radius });
    }

    /// A rectangle by its left upper corner, its width and height, and the radius of its corners.
    pub fn rect(&mut self, class: &str, corner: (f64, f64), size: (f64, f64), radius: f64) {
        self.shapes.push(Shape::Rect { class: class.to_owned(), corner, size, radius });
    }

    /// A text on the base line `y`, whose `anchor` is at `x`.
    pub fn text(&mut self, class: &str, x: f64, y: f64, anchor: Anchor, text: &str) {
        let (class, text) = (class.to_owned(), text.to_owned());
        self.shapes.push(Shape::Text { class, at: (x, y), anchor, text, upward: false });
    }

    /// A text that reads upwards, whose `anchor` is at the point.
    pub fn upward_text(&mut self, x: f64, y: f64, anchor: Anchor, text: &str) {
        let text = text.to_owned();
        self.shapes.push(Shape::Text { class: String::new(), at: (x, y), anchor, text, upward: true });
    }

    /// The drawing for a page that has [`tokens`] and [`PLOT_STYLE`].
    pub fn inline(&self) -> String {
        self.written("", "", 0.0)
    }

    /// The drawing as a file of its own.
    pub fn standalone(&self) -> String {
        let style = format!(
            "<style>{}{PLOT_STYLE}.paper{{fill:var(--surface)}}</style><rect class=\"paper\" x=\"-{MARGIN}\" y=\"-{MARGIN}\" width=\"100%\" height=\"100%\"/>",
            tokens()
        );
        let (width, height) = self.with_margin();
        self.written(&format!(r#" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}""#), &style, MARGIN)
    }

    /// Width and height of the drawing as a file of its own.
    pub fn with_margin(&self) -> (f64, f64) {
        (self.width + 2.0 * MARGIN, self.height + 2.0 * MARGIN)
    }

    fn written(&self, attributes: &str, start: &str, margin: f64) -> String {
        let Self { label, shapes, .. } = self;
        let (width, height) = (self.width + 2.0 * margin, self.height + 2.0 * margin);
        let body: String = shapes.iter().map(Shape::svg).collect();
        format!(
            r#"<svg{attributes} class="plot" viewBox="-{margin} -{margin} {width} {height}" role="img" aria-label="{label}">{start}{body}</svg>"#
        )
    }
}

impl Shape {
    fn svg(&self) -> String {
        match self {
            Self::Line { class, from: (x1, y1), to: (x2, y2) } => {
                format!(r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#)
            }
            Self::Polyline { class, points } => {
                let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
                format!(r#"<polyline class="line {class}" points="{}"/>"#, points.join(" "))
            }
            Self::Circle { class, center: (x, y), radius } => {
                format!(r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="{radius}"/>"#)
            }
            Self::Rect { class, corner: (x, y), size: (width, height), radius } => {
                format!(r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="{radius}"/>"#)
            }
            Self::Text { at: (x, y), anchor, text, upward: true, .. } => {
                let (anchor, text) = (anchor.name(), xml(text));
                format!(r#"<text transform="translate({x:.1} {y:.1}) rotate(-90)" text-anchor="{anchor}">{text}</text>"#)
            }
            Self::Text { class, at: (x, y), anchor, text, .. } => {
                let (anchor, text) = (anchor.name(), xml(text));
                format!(r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#)
            }
        }
    }
}

impl Anchor {
    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}
/// Round numbers that divide a range in about `count` steps.
pub fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return vec![low];
    }
    let rough = span / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough).unwrap_or(rough);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// Pushes labels apart that would touch, keeping their order: at least `gap` between neighbors, within the bounds where
/// there is room.
pub fn apart(places: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
    let mut out = places.to_vec();
    let mut least = low;
    for &i in &order {
        out[i] = out[i].max(least);
        least = out[i] + gap;
    }
    let mut most = high;
    for &i in order.iter().rev() {
        out[i] = out[i].min(most);
        most = out[i] - gap;
    }
    out
}

/// Leaves out points that are within a tenth of a pixel of the line through their neighbors.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (i, &point) in points.iter().enumerate() {
        let (Some(&last), Some(&next)) = (kept.last(), points.get(i + 1)) else {
            kept.push(point);
            continue;
        };
        let ((ax, ay), (bx, by)) = ((point.0 - last.0, point.1 - last.1), (next.0 - last.0, next.1 - last.1));
        let length = bx.hypot(by);
        let forward = ax * bx + ay * by >= 0.0;
        if !forward || length == 0.0 || (ax * by - ay * bx).abs() / length > 0.05 {
            kept.push(point);
        }
    }
    kept
}
