//! What the window does as soon as something has come that it waits for.

use std::path::PathBuf;

use crate::{
    ui::{Action, page::Page},
    worker::ResumeOptions,
};

/// One thing to be done later.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pending {
    /// Train on the data set that is being opened.
    Train,
    /// Go on with this run on the data set that is being opened: its own.
    Resume { run: String, how: ResumeOptions },
    /// The folder that is being opened takes the place of this recent one: the user said where it is now.
    Moved(PathBuf),
    /// Show this run, once it is known to be there still.
    ShowRun(String),
    /// A run was asked for; go to this page once it is there.
    GoTo(Option<Page>),
    /// Take the settings of this run, once it is read.
    TakeSettings(String),
    /// Do this again, once it is known what comes of the draft.
    Planned(Box<Action>),
    /// The same: write the split as folders.
    CopyFolders { out: PathBuf, link: bool },
    /// Close the window.
    Close,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    Dataset,
    Run,
    /// Those of a run.
    Settings,
    /// What comes of the draft.
    Plan,
    /// The same, for what a page asks by itself.
    CostPlan,
    /// That the worker is at rest.
    Rest,
}

impl Pending {
    /// An action for which it must be known what comes of the draft.
    pub(super) fn planned(action: Action) -> Self {
        Self::Planned(Box::new(action))
    }

    pub(super) fn awaits(&self) -> Awaited {
        match self {
            Self::Train | Self::Resume { .. } | Self::Moved(_) => Awaited::Dataset,
            Self::ShowRun(_) | Self::GoTo(_) => Awaited::Run,
            Self::TakeSettings(_) => Awaited::Settings,
            Self::Planned(action) if matches!(**action, Action::CostOfExperiment(_)) => Awaited::CostPlan,
            Self::Planned(_) | Self::CopyFolders { .. } => Awaited::Plan,
            Self::Close => Awaited::Rest,
        }
    }
}

/// Actions that wait for a result: at most one for each kind of result, so that a newer one replaces an older one.
#[derive(Debug, Default)]
pub(super) struct PendingList(Vec<Pending>);

impl PendingList {
    /// In place of what waited for the same.
    pub(super) fn set(&mut self, pending: Pending) {
        self.take(pending.awaits());
        self.0.push(pending);
    }

    /// What waits for `awaited`.
    pub(super) fn get(&self, awaited: Awaited) -> Option<&Pending> {
        self.0.iter().find(|pending| pending.awaits() == awaited)
    }

    /// What waited for `awaited`, which waits no longer.
    pub(super) fn take(&mut self, awaited: Awaited) -> Option<Pending> {
        let place = self.0.iter().position(|pending| pending.awaits() == awaited)?;
        Some(self.0.swap_remove(place))
    }
}
