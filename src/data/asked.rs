//! A data set asked another question than it was opened with: what its file names say of it.

use super::{dataset::Dataset, name, open_dataset::OpenDataset, sample::Source, task::Task};

impl OpenDataset {
    /// The pictures whose names answer `task`, with its labels; itself if that is its question. `None` if folders answer it,
    /// or no name does.
    #[must_use]
    pub fn asked(&self, task: &Task) -> Option<Self> {
        let dataset = self.dataset.as_ref();
        if dataset.task == *task {
            return Some(self.clone());
        }
        // The drawings' names say their drawn age only where that is what they were opened for.
        if task.is_regression() && dataset.source == Source::SampleFaces {
            return None;
        }
        let class = |index: &usize| {
            let name = name::read(&dataset.samples[*index].file.file_name()?.to_string_lossy())?;
            task.of_name(&name)
        };
        let known: Vec<(usize, u8)> = (0..dataset.samples.len()).filter_map(|index| Some((index, class(&index)?))).collect();
        if known.is_empty() {
            return None;
        }
        let mut asked = Dataset { task: task.clone(), samples: Vec::new(), ..dataset.clone() };
        asked.samples.extend(known.iter().map(|(index, class)| {
            let mut sample = dataset.samples[*index].clone();
            sample.class = *class;
            sample
        }));
        // A data set made without pixels stays so.
        if dataset.pixels.len() == dataset.samples.len() {
            asked.pixels = dataset.pixels.select(known.iter().map(|(index, _)| *index));
        }
        Some(asked.into())
    }
}
