//! The plots of estimates in years: each against its label, and how far off they are in each group.

use super::{
    super::{
        canvas::{Anchor, Canvas, ticks},
        heat_map::fitted,
    },
    Frame, GROUP_LETTERS,
};
use crate::{
    evaluate::{Grouping, RegressionGroup, Report},
    text::{Lang, number, say, years},
};

/// Estimates against labels, a dot for each picture; on the dashed line both are the same.
pub fn scatter(report: &Report, lang: Lang) -> Canvas {
    let name = say("Estimate and label", "Estimation et étiquette").get(lang);
    let mut canvas = Canvas::new(416.0, 370.0, name);
    let all = || report.predictions.iter().flat_map(|p| [p.estimate(), p.label.into()]).filter(|years| years.is_finite());
    let low = (all().fold(0.0, f64::min) / 10.0).floor() * 10.0;
    let high = ((all().fold(0.0, f64::max) / 10.0).ceil() * 10.0).max(low + 10.0);
    let frame = Frame { left: 76.0, top: 14.0, right: 386.0, bottom: 320.0, x: (low, high), y: (low, high) };
    let scale: Vec<_> = ticks(low, high, 6).into_iter().map(|tick| (tick, format!("{tick:.0}"))).collect();
    let [x, y] = [say("labeled age", "âge noté"), say("estimated age", "âge estimé")].map(|text| text.get(lang));
    frame.draw(&mut canvas, &scale, &scale, x, y);
    for p in report.predictions.iter().filter(|p| p.estimate().is_finite()) {
        let (x, y) = frame.at(p.label.into(), p.estimate());
        canvas.circle("dot o4", x, y, 1.5);
    }
    let ((x1, y1), (x2, y2)) = (frame.at(low, low), frame.at(high, high));
    canvas.line("dash", x1, y1, x2, y2);
    canvas
}

/// Mean errors of groups as ranges, with n; small groups in gray. The dotted line is the mean error of all.
pub fn groups(report: &Report, by: Grouping, lang: Lang) -> Canvas {
    const ROW: f64 = 26.0;
    let groups = report.regression_groups(by);
    let bottom = 12.0 + ROW * groups.len() as f64;
    let mut canvas = Canvas::new(560.0, bottom + 36.0, &by.name(&report.task, lang));
    let bounds = |group: &RegressionGroup| group.mae_range.map_or((group.mae, group.mae), |range| (range.low, range.high));
    let overall = report.regression().map_or(0.0, |all| all.mae);
    // The range of a handful of pictures would leave the others no room.
    let ends = groups.iter().map(|group| if group.small() { group.mae } else { bounds(group).1 });
    let high = ends.fold(overall, f64::max).max(1.0) * 1.05;
    let frame = Frame { left: 168.0, top: 8.0, right: 416.0, bottom, x: (0.0, high), y: (0.0, 1.0) };
    for tick in ticks(0.0, high, 4) {
        let (x, _) = frame.at(tick, 0.0);
        canvas.line("grid", x, frame.top, x, frame.bottom);
        canvas.text("", x, frame.bottom + 16.0, Anchor::Middle, &years(lang, tick, 0));
    }
    let (x, _) = frame.at(overall, 0.0);
    canvas.line("dash", x, frame.top, x, frame.bottom);
    let text = format!("{} {}", say("all", "tous").get(lang), years(lang, overall, 1));
    canvas.text("strong", x, frame.bottom + 32.0, Anchor::Middle, &text);
    for (i, group) in groups.iter().enumerate() {
        let y = 24.0 + ROW * i as f64;
        let (gray, text) = if group.small() { (" gray", "") } else { ("", "body") };
        canvas.text(text, 0.0, y + 4.0, Anchor::Start, &fitted(&group.key.name(&report.task, lang), GROUP_LETTERS));
        let place = |value: f64| frame.at(value.min(high), 0.0).0;
        let (from, to) = bounds(group);
        canvas.line(&format!("bar{gray}"), place(from), y, place(to), y);
        if to > high {
            // The range goes on beyond the axis.
            let tip = frame.right + 8.0;
            canvas.polyline(
                if gray.is_empty() { "accent" } else { "gray" },
                &[(tip - 5.0, y - 5.0), (tip, y), (tip - 5.0, y + 5.0)],
            );
        }
        canvas.circle(&format!("dot{gray}"), place(group.mae), y, 4.5);
        canvas.text(text, 490.0, y + 4.0, Anchor::End, &years(lang, group.mae, 1));
        canvas.text("", 556.0, y + 4.0, Anchor::End, &format!("n\u{a0}{}", number(lang, group.n.into())));
    }
    canvas
}
