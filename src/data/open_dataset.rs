//! A data set as it is open: with the user's edits in it, and its numbers.

use std::sync::Arc;

use super::{
    dataset::Dataset,
    duplicates::copies,
    edits::Edits,
    summary::{Findings, Summary},
};

/// A data set with what is derived of it. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct OpenDataset {
    pub dataset: Arc<Dataset>,
    /// What `dataset` was before the user's edits, if there are any.
    pub edited: Option<Edited>,
    /// The numbers of `dataset`, if they were counted already.
    pub findings: Option<Arc<Findings>>,
}

/// A data set as it was before the edits that made it what it is.
#[derive(Clone, Debug)]
pub struct Edited {
    pub base: Arc<Dataset>,
    pub edits: Edits,
}

impl From<Arc<Dataset>> for OpenDataset {
    /// Without edits, and not counted yet.
    fn from(dataset: Arc<Dataset>) -> Self {
        Self { dataset, edited: None, findings: None }
    }
}

impl From<Dataset> for OpenDataset {
    /// Without edits, and not counted yet.
    fn from(dataset: Dataset) -> Self {
        Arc::new(dataset).into()
    }
}

impl OpenDataset {
    /// The edits in it.
    pub fn edits(&self) -> &Edits {
        self.edited.as_ref().map_or(Edits::none(), |edited| &edited.edits)
    }

    /// The data set before the edits in it; itself if there are none.
    pub fn base(&self) -> &Arc<Dataset> {
        self.edited.as_ref().map_or(&self.dataset, |edited| &edited.base)
    }

    /// The data set with every picture that the user left out back in, for runs that began with them.
    #[must_use]
    pub fn with_left_out(&self) -> Self {
        self.edits().without_exclusions().apply(self)
    }

    /// The same with its findings.
    #[must_use]
    pub fn counted(self) -> Self {
        let copies = copies(&self.dataset.samples);
        let findings = Findings { summary: Summary::with_copies(&self.dataset, &copies, None), copies };
        Self { findings: Some(Arc::new(findings)), ..self }
    }
}
