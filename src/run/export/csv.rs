//! All predictions of a report as a table (RFC 4180).

use crate::{
    evaluate::{Prediction, Report},
    predict::batch::field,
};

/// One row for each judged picture: file, part, age and race code as recorded (empty if unknown), the recorded and the
/// said class, the probability of class 1 after the temperature, and whether both agree. Validation rows follow the test's.
pub fn csv(report: &Report) -> String {
    let mut text = format!("file,part,age,race,really,said,{},right\n", field(&format!("probability_{}", report.classes[1])));
    let part = report.part.map_or("other", |part| part.name().en);
    report.predictions.iter().for_each(|p| text += &row(report, p, part));
    report.validation.iter().for_each(|p| text += &row(report, p, "validation"));
    text
}

fn row(report: &Report, prediction: &Prediction, part: &str) -> String {
    let code = |code: Option<u16>| code.map_or_else(String::new, |code| code.to_string());
    let said = prediction.said(report.raw_threshold(report.threshold));
    format!(
        "{},{part},{},{},{},{},{:.6},{}\n",
        field(&prediction.file.to_string_lossy()),
        code(prediction.age),
        code(prediction.race.map(u16::from)),
        field(&report.classes[usize::from(prediction.truth == 1)]),
        field(&report.classes[usize::from(said)]),
        report.probability(prediction),
        if said == (prediction.truth == 1) { "yes" } else { "no" },
    )
}
