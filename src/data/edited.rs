//! A data set with the user's edits applied.
//!
//! That decodes nothing: pictures that nobody knows the class of are decoded with all others (`Dataset::spare`), so that one
//! can look at them first.

use std::sync::Arc;

use super::{
    dataset::{Dataset, UnusedSamples},
    edits::{Edit, Edits},
    name,
    open_dataset::{Edited, OpenDataset},
    pixels::Pixels,
    sample::{Anomaly, Sample, SkipReason, Skipped},
};

impl Edits {
    /// The data set with these edits in place of those that it has. Pixels are shared; nothing is decoded.
    #[must_use]
    pub fn apply(&self, open: &OpenDataset) -> OpenDataset {
        if self.is_empty() {
            return if open.edited.is_none() { open.clone() } else { open.base().clone().into() };
        }
        let base = open.base().clone();
        let used = base.samples.len();
        let all: Vec<&Sample> = base.samples.iter().chain(&base.spare.samples).collect();
        let (mut kept, mut spare) = (Vec::with_capacity(used), Vec::new());
        let mut samples = Vec::with_capacity(used);
        for (index, sample) in all.iter().enumerate() {
            match self.get(&sample.file) {
                None if index < used => samples.push((*sample).clone()),
                Some(edit) if !edit.left_out => match edited(&base, sample, edit, index < used) {
                    Some(sample) => samples.push(sample),
                    None => spare.push(index),
                },
                _ => spare.push(index),
            }
            if spare.last() != Some(&index) {
                kept.push(index);
            }
        }
        let left_out = |index: &usize| self.get(&all[*index].file).is_some_and(|edit| edit.left_out);
        let unnamed = |index: &usize| *index >= used && !left_out(index);
        let mut skipped: Vec<Skipped> = base.skipped.iter().filter(|s| base.spare.find(&s.file).is_none()).cloned().collect();
        for index in &spare {
            let file = all[*index].file.clone();
            if unnamed(index) {
                skipped.extend(base.skipped.iter().find(|s| s.file == file).cloned());
            } else {
                skipped.push(Skipped { file, reason: SkipReason::LeftOut, proposal: None });
            }
        }
        skipped.sort_by(|a, b| a.file.cmp(&b.file));
        spare.sort_by(|a, b| all[*a].file.cmp(&all[*b].file));
        let pixels = base.pixels.chain(&base.spare.pixels);
        // A data set made without pixels stays so.
        let select =
            |which: &[usize]| if pixels.len() == all.len() { pixels.select(which.iter().copied()) } else { Pixels::default() };
        let (pixels, spare_pixels) = (select(&kept), select(&spare));
        let dataset = Dataset {
            source: base.source.clone(),
            task: base.task.clone(),
            samples,
            skipped,
            understood: base.understood.clone(),
            pixels,
            spare: UnusedSamples { samples: spare.iter().map(|i| all[*i].clone()).collect(), pixels: spare_pixels },
        };
        OpenDataset { dataset: Arc::new(dataset), edited: Some(Edited { base, edits: self.clone() }), findings: None }
    }
}

/// The picture as the edit has it; `None` if still nobody knows its class.
fn edited(dataset: &Dataset, sample: &Sample, edit: &Edit, mut known: bool) -> Option<Sample> {
    let mut sample = sample.clone();
    if let Some(name) = edit.name.as_deref().and_then(name::read) {
        (sample.age, sample.race, sample.anomaly) = (Some(name.age), name.race, Some(Anomaly::Repaired));
        if let Some(class) = dataset.task.of_name(&name) {
            (sample.class, known) = (class, true);
        }
    }
    if let Some(class) = edit.class.as_ref().and_then(|class| dataset.task.find(class)) {
        (sample.class, sample.anomaly, known) = (class as u8, Some(Anomaly::Repaired), true);
    }
    known.then_some(sample)
}
