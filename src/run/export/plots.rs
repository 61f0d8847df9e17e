//! The plots of a run, drawn once for the report's page and for files of their own.

mod years;

pub use years::{groups as groups_of_years, scatter};

use super::{
    canvas::{Anchor, Canvas, apart, ticks},
    heat_map::{fitted, heat_map},
};
use crate::{
    data::task::Task,
    evaluate::{Confusion, Curves, Group, Grouping, Report, ThresholdPoint, calibration, confusion},
    history::EpochRecord,
    run::RunView,
    text::{self, Lang, Phrase, decimal, number, percent, say},
};

/// Each plot that a run can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlotKind {
    Loss,
    Accuracy,
    /// Of years, in place of the accuracy.
    Mae,
    /// Of years: estimates against labels.
    Scatter,
    Matrix,
    Roc,
    PrecisionRecall,
    Calibration,
    Groups(Grouping),
}

impl PlotKind {
    /// Every plot, groups by one thing each and crossed.
    pub const ALL: [Self; 12] = [
        Self::Loss,
        Self::Accuracy,
        Self::Mae,
        Self::Scatter,
        Self::Matrix,
        Self::Roc,
        Self::PrecisionRecall,
        Self::Calibration,
        Self::Groups(Grouping::AGE),
        Self::Groups(Grouping::RACE),
        Self::Groups(Grouping::CLASS),
        Self::Groups(Grouping::CROSSED),
    ];

    /// Its file's name without an ending, of a run with this question.
    pub fn file(self, task: &Task) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Accuracy => "accuracy",
            Self::Mae => "mae",
            Self::Scatter => "scatter",
            Self::Matrix => "matrix",
            Self::Roc => "roc",
            Self::PrecisionRecall => "precision-recall",
            Self::Calibration => "calibration",
            Self::Groups(Grouping::AGE) => "groups-age",
            Self::Groups(Grouping::RACE) => "groups-race",
            // Ages are told by gender, too.
            Self::Groups(Grouping::CLASS) if task.is_gender() || task.is_regression() => "groups-gender",
            Self::Groups(Grouping::CLASS) => "groups-class",
            Self::Groups(_) => "groups-crossed",
        }
    }

    /// The plot of a run; `None` where it has nothing to show yet, and where its question has no such plot.
    pub fn draw(self, view: &RunView, lang: Lang) -> Option<Canvas> {
        let history = !view.history.is_empty();
        let report = view.report.as_ref();
        if view.info.task.is_regression() {
            return match self {
                Self::Loss => history.then(|| learning(view, CurveMeasure::Loss, lang)),
                Self::Mae => history.then(|| learning(view, CurveMeasure::Mae, lang)),
                Self::Scatter => report.map(|report| scatter(report, lang)),
                Self::Groups(by) => report.map(|report| groups_of_years(report, by, lang)),
                _ => None,
            };
        }
        match self {
            Self::Mae | Self::Scatter => None,
            Self::Loss => history.then(|| learning(view, CurveMeasure::Loss, lang)),
            Self::Accuracy => history.then(|| learning(view, CurveMeasure::Accuracy, lang)),
            Self::Matrix => report.map(|report| matrix(&report.confusion(report.threshold), &report.task, lang)),
            Self::Roc => report.map(|report| roc(report, &report.one_vs_rest(), lang)),
            Self::PrecisionRecall => report.map(|report| precision_recall(report, &report.one_vs_rest(), lang)),
            Self::Calibration => report.map(|report| reliability(report, lang)),
            Self::Groups(by) => report.map(|report| groups(report, by, lang)),
        }
    }
}

/// What a learning curve shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveMeasure {
    Loss,
    Accuracy,
    /// Of years.
    Mae,
}

impl CurveMeasure {
    /// What it is called on its axis.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Loss => say("Loss", "Perte"),
            Self::Accuracy => say("Accuracy", "Exactitude"),
            Self::Mae => say("Mean error in years", "Erreur moyenne en années"),
        }
    }

    /// What is told beside the loss of a run.
    pub fn beside_loss(view: &RunView) -> Self {
        if view.info.task.is_regression() { Self::Mae } else { Self::Accuracy }
    }

    fn values(self, record: &EpochRecord) -> [f64; 2] {
        match self {
            Self::Loss => [record.train_loss, record.validation_loss],
            Self::Accuracy => [record.train_accuracy, record.validation_accuracy],
            Self::Mae => record.mae.map_or([f64::NAN; 2], |mae| [mae.train, mae.validation]),
        }
    }
}

/// Linear axes around a rectangle of the canvas.
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    x: (f64, f64),
    y: (f64, f64),
}

impl Frame {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.left + (x - self.x.0) / (self.x.1 - self.x.0) * (self.right - self.left),
            self.bottom - (y - self.y.0) / (self.y.1 - self.y.0) * (self.bottom - self.top),
        )
    }

    fn draw(&self, canvas: &mut Canvas, x_ticks: &[(f64, String)], y_ticks: &[(f64, String)], x_name: &str, y_name: &str) {
        for (value, text) in y_ticks {
            let (_, y) = self.at(self.x.0, *value);
            canvas.line("grid", self.left, y, self.right, y);
            canvas.text("", self.left - 8.0, y + 4.0, Anchor::End, text);
        }
        for (value, text) in x_ticks {
            let (x, _) = self.at(*value, self.y.0);
            canvas.text("", x, self.bottom + 18.0, Anchor::Middle, text);
        }
        canvas.line("axis", self.left, self.bottom, self.right, self.bottom);
        canvas.text("", f64::midpoint(self.left, self.right), self.bottom + 38.0, Anchor::Middle, x_name);
        if !y_name.is_empty() {
            canvas.upward_text(14.0, f64::midpoint(self.top, self.bottom), Anchor::Middle, y_name);
        }
    }
}

/// Training and validation by epoch, with the best epoch marked.
pub fn learning(view: &RunView, measure: CurveMeasure, lang: Lang) -> Canvas {
    let mut canvas = Canvas::new(560.0, 300.0, measure.name().get(lang));
    let values: Vec<(f64, [f64; 2])> = view
        .history
        .iter()
        .map(|record| (f64::from(record.epoch), measure.values(record)))
        .filter(|(_, values)| values.iter().all(|v| v.is_finite()))
        .collect();
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return canvas };
    let all = || values.iter().flat_map(|(_, v)| *v);
    let (low, high) = (all().fold(f64::MAX, f64::min), all().fold(f64::MIN, f64::max));
    let slack = ((high - low) * 0.06).max(0.004);
    let ceiling = if measure == CurveMeasure::Accuracy { 1.0 } else { f64::MAX };
    let frame = Frame {
        left: 54.0,
        top: 14.0,
        right: 450.0,
        bottom: 250.0,
        x: (first.0, last.0.max(first.0 + 1.0)),
        y: ((low - slack).max(0.0), (high + slack).min(ceiling)),
    };
    let epochs: Vec<_> =
        ticks(frame.x.0, frame.x.1, 8).into_iter().filter(|t| t.fract() == 0.0).map(|t| (t, number(lang, t as u64))).collect();
    let step = ticks(frame.y.0, frame.y.1, 5);
    let digits = if step.len() > 1 && step[1] - step[0] < 0.0099 { 3 } else { 2 };
    let scale: Vec<_> = step
        .into_iter()
        .map(|t| (t, if measure == CurveMeasure::Accuracy { percent(lang, t, digits - 2) } else { decimal(lang, t, digits) }))
        .collect();
    frame.draw(&mut canvas, &epochs, &scale, say("epoch", "époque").get(lang), "");
    if let Some(best) = view.info.best_epoch.map(f64::from).filter(|best| (frame.x.0..=frame.x.1).contains(best)) {
        let (x, _) = frame.at(best, frame.y.0);
        canvas.line("dash", x, frame.top, x, frame.bottom);
        let text = format!("{} {}", say("best", "meilleure").get(lang), number(lang, best as u64));
        let (anchor, x) = if x > 380.0 { (Anchor::End, x - 6.0) } else { (Anchor::Start, x + 6.0) };
        let y = if measure == CurveMeasure::Accuracy { frame.bottom - 8.0 } else { frame.top + 10.0 };
        canvas.text("", x, y, anchor, &text);
    }
    let parts = [("accent", say("training", "entraînement")), ("validation", say("validation", "validation"))];
    let ends: Vec<f64> = last.1.iter().map(|v| frame.at(last.0, *v).1 + 4.0).collect();
    let labels = apart(&ends, 16.0, frame.top + 4.0, frame.bottom);
    for (i, (class, name)) in parts.into_iter().enumerate() {
        let points: Vec<_> = values.iter().map(|(epoch, v)| frame.at(*epoch, v[i])).collect();
        canvas.polyline(class, &points);
        if let [point] = points[..] {
            canvas.circle("dot", point.0, point.1, 3.0);
        }
        canvas.text(class, frame.right + 8.0, labels[i], Anchor::Start, name.get(lang));
    }
    canvas
}

/// Letters of a group's name beside its range.
const GROUP_LETTERS: f64 = 26.0;
/// Letters of a class's name in a cell of two classes.
const CELL_LETTERS: f64 = 12.0;

/// The confusion matrix: of two classes in words, of more as a heat map.
pub fn matrix(confusion: &Confusion, task: &Task, lang: Lang) -> Canvas {
    if !task.is_binary() {
        return heat_map(confusion, task, lang);
    }
    let task = &Task { classes: task.classes.iter().map(|name| fitted(name, CELL_LETTERS)).collect(), ..task.clone() };
    let cells = confusion.cells(task, lang);
    let (left, width, height) = (112.0, 262.0, 133.0);
    let mut canvas = Canvas::new(left + 2.0 * width + 6.0, 32.0 + 2.0 * height + 6.0, confusion::TITLE.get(lang));
    let place = |row: usize, column: usize| (left + (width + 6.0) * column as f64, 32.0 + (height + 6.0) * row as f64);
    let name = |class| task.name(class, lang);
    for class in 0..2 {
        let (x, y) = place(class, class);
        canvas.text("", x + width / 2.0, 20.0, Anchor::Middle, &format!("{} {}", confusion::COLUMN.get(lang), name(class)));
        canvas.text("", 0.0, y + 54.0, Anchor::Start, confusion::ROW.get(lang));
        canvas.text("strong", 0.0, y + 72.0, Anchor::Start, &name(class));
    }
    for (row, cells) in cells.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let (x, y) = place(row, column);
            canvas.rect(if cell.correct { "goodcell" } else { "badcell" }, (x, y), (width, height), 8.0);
            canvas.text("big", x + 16.0, y + 34.0, Anchor::Start, &cell.count);
            // The label, and on a line of its own the answer.
            let (label, answer) = cell.what.split_once(", ").unwrap_or((&cell.what, ""));
            canvas.text("body", x + 16.0, y + 57.0, Anchor::Start, &format!("{label},"));
            canvas.text("body", x + 16.0, y + 74.0, Anchor::Start, answer);
            canvas.text("", x + 16.0, y + 95.0, Anchor::Start, &cell.row_share);
            canvas.text("", x + 16.0, y + 114.0, Anchor::Start, &cell.column_share);
        }
    }
    canvas
}

/// A rate on an axis; of two classes it is that of class 1, which is named.
fn of_class(task: &Task, rate: Phrase, lang: Lang) -> String {
    if task.is_binary() { format!("{}, {}", rate.get(lang), task.name(1, lang)) } else { rate.get(lang).to_owned() }
}

/// The ROC curve: of two classes that of class 1 with the report's threshold, of more that of each against the rest.
pub fn roc(report: &Report, curves: &[Curves], lang: Lang) -> Canvas {
    let task = &report.task;
    let of = [say("false positive rate", "taux de faux positifs"), say("true positive rate", "taux de vrais positifs")];
    let [x, y] = of.map(|rate| of_class(task, rate, lang));
    let (mut canvas, frame) = square(say("ROC curve", "Courbe ROC").get(lang), &x, &y, lang);
    let ((x1, y1), (x2, y2)) = (frame.at(0.0, 0.0), frame.at(1.0, 1.0));
    canvas.line("dash", x1, y1, x2, y2);
    each_curve(&mut canvas, &frame, curves, |p| (p.false_positive_rate, p.true_positive_rate));
    if task.is_binary() {
        let point = report.point(report.threshold);
        let place = (point.false_positive_rate, point.true_positive_rate);
        mark(&mut canvas, &frame, place, &text::threshold(lang, report.threshold), false);
    } else if let Some(lowest) = lowest(curves, |curves| curves.auc) {
        let text = format!("{} {}", say("lowest:", "la plus basse\u{a0}:").get(lang), task.name(lowest, lang));
        canvas.text("accent", frame.right - 4.0, frame.bottom - 10.0, Anchor::End, &text);
    }
    canvas
}

/// The precision-recall curve: of two classes that of class 1 with the report's threshold, of more that of each.
pub fn precision_recall(report: &Report, curves: &[Curves], lang: Lang) -> Canvas {
    let task = &report.task;
    let of = [say("recall", "rappel"), say("precision", "précision")];
    let [x, y] = of.map(|rate| of_class(task, rate, lang));
    let (mut canvas, frame) = square(say("Precision and recall", "Précision et rappel").get(lang), &x, &y, lang);
    each_curve(&mut canvas, &frame, curves, |p| (p.true_positive_rate, p.precision));
    if task.is_binary() {
        let point = report.point(report.threshold);
        mark(&mut canvas, &frame, (point.true_positive_rate, point.precision), &text::threshold(lang, report.threshold), true);
    } else if let Some(lowest) = lowest(curves, |curves| curves.average_precision) {
        let text = format!("{} {}", say("lowest:", "la plus basse\u{a0}:").get(lang), task.name(lowest, lang));
        canvas.text("accent", frame.left + 10.0, frame.bottom - 10.0, Anchor::Start, &text);
    }
    canvas
}

/// The class whose curve has the least area, of those that have one.
fn lowest(curves: &[Curves], area: impl Fn(&Curves) -> Option<f64>) -> Option<usize> {
    let areas = curves.iter().enumerate().filter_map(|(class, curves)| Some((class, area(curves)?)));
    areas.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(class, _)| class)
}

/// The only curve; of several all in gray, the lowest before them in color.
fn each_curve(canvas: &mut Canvas, frame: &Frame, curves: &[Curves], place: impl Fn(&ThresholdPoint) -> (f64, f64)) {
    let points = |curves: &Curves| -> Vec<(f64, f64)> {
        let at = |point| {
            let (x, y) = place(point);
            frame.at(x, y)
        };
        curves.points.iter().map(at).collect()
    };
    let lowest = lowest(curves, |curves| curves.auc).unwrap_or_default();
    curves
        .iter()
        .enumerate()
        .filter(|(class, _)| *class != lowest)
        .for_each(|(_, curves)| canvas.polyline("gray", &points(curves)));
    curves.get(lowest).into_iter().for_each(|curves| canvas.polyline("accent", &points(curves)));
}

/// Reliability: what it said, against how often it was so.
pub fn reliability(report: &Report, lang: Lang) -> Canvas {
    let (x, y) = match (lang, report.is_binary().then(|| report.task.name(1, lang))) {
        (Lang::En, Some(class)) => (format!("probability of {class} that it gave"), format!("share that is {class}")),
        (Lang::Fr, Some(class)) => (format!("probabilité «\u{a0}{class}\u{a0}» annoncée"), format!("part réelle, {class}")),
        (Lang::En, None) => ("probability of its answer".to_owned(), "share that is right".to_owned()),
        (Lang::Fr, None) => ("probabilité de sa réponse".to_owned(), "part réellement juste".to_owned()),
    };
    let (mut canvas, frame) = square(say("Calibration", "Calibration").get(lang), &x, &y, lang);
    let ((x1, y1), (x2, y2)) = (frame.at(0.0, 0.0), frame.at(1.0, 1.0));
    canvas.line("dash", x1, y1, x2, y2);
    let bins = report.reliability();
    let filled: Vec<_> = bins.iter().filter(|bin| bin.n > 0).collect();
    let points: Vec<_> = filled.iter().map(|bin| frame.at(bin.predicted, bin.observed)).collect();
    canvas.polyline("accent", &points);
    let most = bins.iter().map(|bin| bin.n).max().unwrap_or(1).max(1);
    for (bin, (x, y)) in filled.iter().zip(&points) {
        // The dot's area tells how many pictures it stands for.
        canvas.circle("dot", *x, *y, (2.0 + 5.0 * (f64::from(bin.n) / f64::from(most)).sqrt() * 10.0).round() / 10.0);
    }
    let error = percent(lang, calibration::calibration_error(&bins), 1);
    let text = format!("{} {error}", say("calibration error", "erreur de calibration").get(lang));
    canvas.text("", frame.right - 4.0, frame.bottom - 10.0, Anchor::End, &text);
    canvas
}

/// Groups as ranges around their accuracy, with n; small ones in gray. `all` is the dotted line.
pub fn groups(report: &Report, by: Grouping, lang: Lang) -> Canvas {
    let groups = report.groups(report.threshold, by);
    ranges(report, &groups, &by.name(&report.task, lang), lang)
}

fn ranges(report: &Report, groups: &[Group], name: &str, lang: Lang) -> Canvas {
    const ROW: f64 = 26.0;
    let bottom = 12.0 + ROW * groups.len() as f64;
    let mut canvas = Canvas::new(560.0, bottom + 36.0, name);
    let overall = report.accuracy(report.threshold).share();
    // Every range lies within the axis: one that began at its edge would look like another.
    let lowest = groups.iter().map(|g| g.accuracy.wilson().low).fold(0.9_f64.min(overall), f64::min);
    let low = ((lowest - 0.02) * 20.0).floor().max(0.0) / 20.0;
    let frame = Frame { left: 168.0, top: 8.0, right: 416.0, bottom, x: (low, 1.0), y: (0.0, 1.0) };
    for tick in ticks(low, 1.0, 4) {
        let (x, _) = frame.at(tick, 0.0);
        canvas.line("grid", x, frame.top, x, frame.bottom);
        canvas.text("", x, frame.bottom + 16.0, Anchor::Middle, &percent(lang, tick, 0));
    }
    let (x, _) = frame.at(overall, 0.0);
    canvas.line("dash", x, frame.top, x, frame.bottom);
    let text = format!("{} {}", say("all", "tous").get(lang), percent(lang, overall, 1));
    canvas.text("strong", x, frame.bottom + 32.0, Anchor::Middle, &text);
    for (i, group) in groups.iter().enumerate() {
        let y = 24.0 + ROW * i as f64;
        let gray = if group.small() { " gray" } else { "" };
        let (share, range) = (group.accuracy.share(), group.accuracy.wilson());
        let name = fitted(&group.key.name(&report.task, lang), GROUP_LETTERS);
        canvas.text(if group.small() { "" } else { "body" }, 0.0, y + 4.0, Anchor::Start, &name);
        let place = |value: f64| frame.at(value, 0.0).0;
        canvas.line(&format!("bar{gray}"), place(range.low), y, place(range.high), y);
        canvas.circle(&format!("dot{gray}"), place(share), y, 4.5);
        canvas.text(if group.small() { "" } else { "body" }, 478.0, y + 4.0, Anchor::End, &percent(lang, share, 0));
        canvas.text("", 556.0, y + 4.0, Anchor::End, &format!("n\u{a0}{}", number(lang, group.accuracy.n.into())));
    }
    canvas
}

/// A square plot of shares against shares.
fn square(name: &str, x: &str, y: &str, lang: Lang) -> (Canvas, Frame) {
    let mut canvas = Canvas::new(416.0, 370.0, name);
    let frame = Frame { left: 76.0, top: 14.0, right: 386.0, bottom: 320.0, x: (0.0, 1.0), y: (0.0, 1.0) };
    let shares: Vec<_> = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].into_iter().map(|t| (t, percent(lang, t, 0))).collect();
    frame.draw(&mut canvas, &shares, &shares, x, y);
    (canvas, frame)
}

/// The threshold's place on a curve, with its value on the side where the curve is not.
fn mark(canvas: &mut Canvas, frame: &Frame, place: (f64, f64), text: &str, left: bool) {
    let (x, y) = frame.at(place.0, place.1);
    canvas.circle("ring", x, y, 5.0);
    let (anchor, x) = if left { (Anchor::End, x - 10.0) } else { (Anchor::Start, x + 10.0) };
    canvas.text("accent", x, y + 18.0, anchor, text);
}
