//! What the user decides about single pictures: sent to the worker, which keeps it; with undo.

use std::path::PathBuf;

use super::{App, history::UndoStep};
use crate::{
    control::Stage,
    data::{
        edits::{Change, Edits},
        sample::Source,
    },
    preset::Preset,
    session::{Offer, Phase, Progress},
    setting_def::SettingDefs as _,
    settings::Settings,
    text::{Lang, LocalizedText, form, plural, say},
    ui::page::Page,
    worker::{Command, Envelope, Event, JobId},
};

/// The edits that were sent to the worker last.
pub(super) struct SentEdits {
    source: Source,
    edits: Edits,
    job: Option<JobId>,
}

impl App {
    /// Decides `change` about pictures of the open data set.
    pub(super) fn edit(&mut self, files: &[PathBuf], change: &Change) {
        let Some((source, before)) = self.edits() else { return };
        let mut edits = before.clone();
        files.iter().for_each(|file| edits.change(file, change));
        if edits != before {
            self.history.push(UndoStep::Edits(source, before.clone()));
            self.keep_edits(before, edits);
            self.session.toast(said(files.len(), change), Some(Offer::Undo));
        }
    }

    /// Takes back every edit.
    pub(super) fn forget_edits(&mut self) {
        let Some((source, before)) = self.edits().filter(|(_, edits)| !edits.is_empty()) else { return };
        self.history.push(UndoStep::Edits(source, before.clone()));
        self.keep_edits(before, Edits::default());
        self.session.toast(say("All your changes are undone", "Toutes vos modifications sont annulées"), Some(Offer::Undo));
    }

    /// Whether there is something to undo, and something to make again. Edits of a data set that is not open are neither.
    pub(super) fn undoable(&self) -> [bool; 2] {
        let open = self.session.dataset().map(|dataset| &dataset.source);
        let [undo, redo] = self.history.there(|step| !matches!(step, UndoStep::Edits(of, _) if open != Some(of)));
        // A change that is still being made is remembered in a moment.
        [undo || self.settings != self.settled, redo]
    }

    /// Takes the last change back (`true`), or makes the last undone one again.
    pub(super) fn turn(&mut self, back: bool) {
        let (draft, edits) = (self.settings.clone(), self.edits());
        let now = |step: &UndoStep| match step {
            UndoStep::Draft(_) => Some(UndoStep::Draft(Box::new(draft.clone()))),
            UndoStep::Edits(of, _) => edits
                .as_ref()
                .filter(|(source, _)| source == of)
                .map(|(source, edits)| UndoStep::Edits(source.clone(), edits.clone())),
            UndoStep::Run { run, there } => Some(UndoStep::Run { run: run.clone(), there: !there }),
        };
        match if back { self.history.undo(now) } else { self.history.redo(now) } {
            Some(UndoStep::Draft(draft)) => {
                let what = LocalizedText::by(|lang| differing(lang, &draft, &self.settings));
                self.settings = *draft;
                self.recipe = Preset::nearest(&self.settings);
                self.settle_now();
                self.turned(back, &what);
            }
            Some(UndoStep::Edits(_, then)) => {
                self.keep_edits(edits.map(|(_, edits)| edits).unwrap_or_default(), then);
                self.turned(back, &say("decisions about pictures", "décisions sur des images").into());
            }
            Some(UndoStep::Run { run, there }) => {
                let stays = !there && self.is_being_trained(&run);
                self.send(if there { Command::RestoreRun(run) } else { Command::DeleteRun(run) }, None);
                if stays {
                    return;
                }
                self.turned(back, &say("the deletion of a run", "la suppression d’un essai").into());
            }
            None => {}
        }
    }

    /// Says what was undone or made again: it may not be on the page that is open.
    fn turned(&mut self, back: bool, what: &LocalizedText) {
        let (en, fr) = if back { ("Undone", "Annulé") } else { ("Redone", "Rétabli") };
        self.session.toast(LocalizedText { en: format!("{en}: {}", what.en), fr: format!("{fr} : {}", what.fr) }, None);
    }

    /// Trains anew on what is left of a run's pictures.
    pub(super) fn train_again(&mut self, run: String) {
        let Some(open) = self.session.open.clone() else { return };
        let busy = self.session.phase.busy();
        let device = self.preferences.device.clone();
        let command = Command::TrainAgain { run: run.clone(), open, device };
        self.send(command, Some(Phase::Starting(Progress::at(Stage::Training))));
        if !busy {
            self.session.repeated = Some([run, String::new()]);
            self.page = Page::Training;
        }
    }

    /// The edits of the open data set: the last that were sent, which may not have come back yet.
    fn edits(&self) -> Option<(Source, Edits)> {
        let open = self.session.open.as_ref()?;
        let source = &open.dataset.source;
        let edits = self.sent.as_ref().filter(|sent| sent.source == *source).map_or(open.edits(), |sent| &sent.edits);
        Some((source.clone(), edits.clone()))
    }

    fn keep_edits(&mut self, before: Edits, edits: Edits) {
        let Some(open) = self.session.open.clone() else { return };
        let (source, sent) = (open.dataset.source.clone(), edits.clone());
        let job = self.start(Command::Edit { open, before, edits }, None);
        self.sent = Some(SentEdits { source, edits: sent, job });
    }

    /// Whether `envelope` is the last of what was sent last: what is kept now is in the data set, another program's edits too.
    pub(super) fn are_kept(&self, envelope: &Envelope) -> bool {
        let last = matches!(envelope.event, Event::Finished | Event::Failed(_));
        last && self.sent.as_ref().is_some_and(|sent| sent.job == Some(envelope.job))
    }
}

/// What was done, for a toast.
fn said(count: usize, change: &Change) -> LocalizedText {
    LocalizedText::by(|lang| {
        let pictures = plural(lang, count as u64, say("picture", "image"), say("pictures", "images"));
        let s = form(lang, count as u64, say("", ""), say("", "s"));
        match (change, lang) {
            (Change::LeaveOut, Lang::En) => format!("{pictures} left out"),
            (Change::LeaveOut, Lang::Fr) => format!("{pictures} écartée{s}"),
            (Change::Keep, Lang::En) => format!("{pictures} marked correct"),
            (Change::Keep, Lang::Fr) => format!("{pictures} confirmée{s}"),
            (Change::Relabel(class), Lang::En) => format!("{pictures} relabeled as {class}"),
            (Change::Relabel(class), Lang::Fr) => format!("{pictures} réétiquetée{s} {class}"),
            (Change::Repair(name), Lang::En) => format!("{pictures} read as {name}"),
            (Change::Repair(name), Lang::Fr) => format!("{pictures} lue{s} comme {name}"),
            (Change::Draw(_), Lang::En) => format!("{pictures}: your square is used"),
            (Change::Draw(_), Lang::Fr) => format!("{pictures}\u{a0}: votre carré est utilisé"),
            (Change::Forget, Lang::En) => format!("{pictures} restored as recorded"),
            (Change::Forget, Lang::Fr) => format!("{pictures} de nouveau telle{s} que notée{s}"),
        }
    })
}

/// The names of the options in which two drafts differ, the first two of them.
fn differing(lang: Lang, a: &Settings, b: &Settings) -> String {
    let (mut a, mut b) = (a.clone(), b.clone());
    let (a, b) = (a.setting_defs(), b.setting_defs());
    let names: Vec<_> = a.iter().zip(&b).filter(|(a, b)| a.text() != b.text()).map(|(a, _)| a.name.get(lang)).collect();
    match names.as_slice() {
        [first, second, _, _, ..] => format!("{first}, {second}, …"),
        names => names.join(", "),
    }
}
