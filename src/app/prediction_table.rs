//! Which folder is predicted into which table.

use std::path::{Path, PathBuf};

use super::{
    question::{FileDialogRequest, Next, TaskResult},
    tasks::Tasks,
};
use crate::{
    data::sample::Framing,
    predict::batch::default_name,
    text::{Lang, say},
    ui::path_dialog::Wanted,
};

/// A run, and what names of files about it begin with.
#[derive(Clone, Debug)]
pub struct NamedRun {
    pub id: String,
    pub stem: String,
}

impl Tasks {
    /// Asks for a folder of pictures to predict, and then for the table to write.
    pub fn choose_prediction_folder(&mut self, lang: Lang, run: NamedRun, framing: Framing) {
        let from = say("A folder of pictures to predict", "Un dossier d’images pour la prédiction");
        let question = FileDialogRequest::new(from, Wanted::Folder, move |paths| {
            Next::Ask(table_of(&run, paths.into_iter().next().unwrap_or_default(), framing))
        });
        self.ask(lang, question);
    }

    /// Asks for the table to write of the pictures of `folder`.
    pub fn choose_prediction_table(&mut self, lang: Lang, run: &NamedRun, folder: PathBuf, framing: Framing) {
        self.ask(lang, table_of(run, folder, framing));
    }
}

/// The question for the table of a folder's pictures.
fn table_of(run: &NamedRun, folder: PathBuf, framing: Framing) -> FileDialogRequest {
    let to =
        say("Write the table to; one already started is resumed", "Écrire le tableau dans\u{a0}; un tableau commencé est repris");
    let start = folder.parent().map(Path::to_owned);
    let (name, run) = (default_name(&run.stem, &folder, framing), run.id.clone());
    let answer = move |csv| TaskResult::PredictFolder { run: run.clone(), folder: folder.clone(), csv, framing };
    FileDialogRequest::one(to, Wanted::Table, answer).starting_at(start.as_deref()).named(name).filter("CSV", ["csv".to_owned()])
}
