//! All predictions of a report as a table.

use crate::{
    evaluate::{Prediction, Report},
    files::table::{Cell, Rows, TableForm},
};

/// One row for each evaluated picture: file, part, age and race code as recorded (empty if unknown), the recorded and the
/// predicted class, the probability of class 1 (of more than two classes: of each) after the temperature, and whether both
/// agree. Of years, `estimate`, `label` and `error` (the estimate less the label) stand behind age and race. Validation rows
/// follow the test's.
pub fn csv(report: &Report, form: TableForm) -> Vec<u8> {
    let of_years = report.task.is_regression();
    let probabilities: Vec<String> = shown(report).map(|class| format!("probability_{}", report.task.classes[class])).collect();
    let mut columns = vec!["file", "part", "age", "race"];
    if of_years {
        columns.extend(["estimate", "label", "error"]);
    } else {
        columns.extend(["label", "predicted"]);
        columns.extend(probabilities.iter().map(String::as_str));
        columns.push("correct");
    }
    let mut rows = Rows::with_columns(form, &columns);
    let part = report.part.map_or("other", |part| part.name().en);
    report.predictions.iter().for_each(|p| rows.row(row(report, p, part)));
    report.validation.iter().for_each(|p| rows.row(row(report, p, "validation")));
    rows.into_bytes()
}

/// The classes whose probabilities are written: of two, the second says it all.
fn shown(report: &Report) -> std::ops::Range<usize> {
    usize::from(report.is_binary())..report.task.classes.len()
}

fn row<'a>(report: &'a Report, prediction: &'a Prediction, part: &'a str) -> Vec<Cell<'a>> {
    let code = |code: Option<u16>| code.map_or(Cell::Empty, Cell::whole);
    let class = |class: usize| Cell::text(report.task.classes[class].as_str());
    let (label, predicted) = (usize::from(prediction.label), prediction.predicted(report.logit_threshold(report.threshold)));
    let mut cells = vec![
        Cell::text(prediction.file.to_string_lossy()),
        Cell::text(part),
        code(prediction.age),
        code(prediction.race.map(u16::from)),
    ];
    if report.task.is_regression() {
        let years = |value: f64| Cell::Number(value, Some(2));
        cells.extend([years(prediction.estimate()), class(label), years(prediction.error())]);
        return cells;
    }
    cells.extend([class(label), class(predicted)]);
    cells.extend(shown(report).map(|class| Cell::Number(report.probability(prediction, class), Some(6))));
    cells.push(Cell::yes(label == predicted));
    cells
}
