//! All predictions of a report as a table.

use crate::{
    evaluate::{Prediction, Report},
    files::table::{Cell, Rows, TableForm},
};

/// One row for each judged picture: file, part, age and race code as recorded (empty if unknown), the recorded and the
/// predicted class, the probability of class 1 after the temperature, and whether both agree. Validation rows follow the
/// test's.
pub fn csv(report: &Report, form: TableForm) -> Vec<u8> {
    let probability = format!("probability_{}", report.classes[1]);
    let columns = ["file", "part", "age", "race", "label", "predicted", &probability, "correct"];
    let mut rows = Rows::with_columns(form, &columns);
    let part = report.part.map_or("other", |part| part.name().en);
    report.predictions.iter().for_each(|p| rows.row(row(report, p, part)));
    report.validation.iter().for_each(|p| rows.row(row(report, p, "validation")));
    rows.into_bytes()
}

fn row<'a>(report: &'a Report, prediction: &'a Prediction, part: &'a str) -> [Cell<'a>; 8] {
    let code = |code: Option<u16>| code.map_or(Cell::Empty, Cell::whole);
    let class = |class: bool| Cell::text(report.classes[usize::from(class)].as_str());
    let (label, predicted) = (prediction.label == 1, prediction.predicted(report.logit_threshold(report.threshold)));
    [
        Cell::text(prediction.file.to_string_lossy()),
        Cell::text(part),
        code(prediction.age),
        code(prediction.race.map(u16::from)),
        class(label),
        class(predicted),
        Cell::Number(report.probability(prediction), Some(6)),
        Cell::yes(label == predicted),
    ]
}
