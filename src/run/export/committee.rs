//! A committee as one ONNX file.

use super::{
    Labels,
    onnx::{Branch, encode_together},
};
use crate::{
    evaluate::Combination,
    problem::Problem,
    run::{Run, RunView, committee::same_sight},
    settings::Settings,
};

/// The bytes of the file: every member a branch on the same pixels.
///
/// # Errors
/// Members that look at pictures in different ways; weights that are gone or do not fit.
pub fn onnx(view: &RunView, combination: Combination, labels: &Labels, metadata: &[(&str, String)]) -> Result<Vec<u8>, Problem> {
    let committee = Run { folder: view.folder.clone(), info: view.info.clone() };
    let members = committee.members()?;
    let mut branches = Vec::with_capacity(members.len());
    for member in &members {
        let settings = member.settings()?;
        let [ours, theirs] = [&view.settings, &settings].map(sight);
        if ours != theirs {
            return Err(same_sight(&ours, &theirs));
        }
        let network = settings.network(&member.info.task)?;
        let (weights, _) = member.best_weights(&network)?;
        let report = member.read_report()?;
        let mirrored = report.as_ref().map_or(settings.augment.test_time_flip, |report| report.mirrored);
        branches.push(Branch { network, weights, temperature: report.map_or(1.0, |report| report.temperature), mirrored });
    }
    Ok(encode_together(&branches, combination, labels.temperature, metadata))
}

/// How a member looks at pictures: `128, crop 112, squeeze`.
fn sight(settings: &Settings) -> String {
    use crate::setting_def::Choice as _;
    let augment = &settings.augment;
    format!("{}, crop {}, {}, {}", augment.pictures, augment.crop, augment.side(), augment.resize.key())
}
