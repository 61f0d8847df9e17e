//! What is done with pictures of a data set that are looked at: asked about, copied, listed.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use egui::Context;

use super::{App, photos::is_of};
use crate::{
    data::{dataset::Dataset, face_file, pixels::Pixels, sample::Source},
    files::table::{Cell, Rows, TableForm},
    predict::{Framed, heatmap::Heat},
    problem::{Kind, Problem},
    run::file_name_of,
    session::{LookedAt, SquareQuery},
    text::say,
    ui::page::Page,
    worker::{PhotoSource, PredictionRequest},
};

/// What the name of a list of pictures ends in.
const LIST: &str = "pictures";

impl App {
    /// The data set whose pictures the page shows, without the user's edits.
    fn looked_at(&self) -> Option<Arc<Dataset>> {
        match self.page {
            Page::Results => self.session.pictures(),
            // Its validation pictures, also while others are open.
            Page::Training if self.session.trained_on.is_some() => self.session.trained_on.clone(),
            _ => self.session.open.as_ref().map(|open| open.base().clone()),
        }
    }

    /// Where the picture of a file lies, which was at `sample` once.
    fn pixels_of(dataset: &Dataset, file: &Path, sample: usize) -> Option<(Pixels, usize)> {
        let used = dataset.find(file, sample).map(|index| (dataset.pixels.clone(), index));
        used.or_else(|| dataset.spare.find(file).map(|index| (dataset.spare.pixels.clone(), index)))
    }

    /// Has a picture read, to ask a run about it. What was asked about another is not waited for any more.
    pub(super) fn ask_about(&mut self, file: PathBuf, sample: usize, run: String) {
        let id = self.next_question();
        let place = self.looked_at().and_then(|dataset| Self::pixels_of(&dataset, &file, sample));
        let reply = match place {
            Some((pixels, index)) => {
                self.tasks.pixels(pixels, index, id);
                None
            }
            None => Some(Err(Problem::new(
                Kind::Data,
                say("This picture is no longer there", "Cette image n’est plus là"),
                say("Open its folder again", "Rouvrez son dossier"),
            ))),
        };
        let weights = self.session.weights_of(&run);
        let asked = SquareQuery { id, reply, ..SquareQuery::default() };
        let before = self.session.looked_at.replace(LookedAt { file, run, weights, photo: None, asked });
        if let (Some(answerer), Some(before)) = (&self.answerer, before) {
            answerer.withdraw(|question| is_of(&before.asked, question));
        }
    }

    /// Asks about a picture that was read, if it is still the one that is looked at.
    pub(super) fn ask_of_pixels(&mut self, asked: u64, photo: Result<PhotoSource, Problem>) {
        let looked_at = self.session.looked_at.as_mut().filter(|looked_at| looked_at.asked.id == asked);
        let (Some(answerer), Some(looked_at)) = (&self.answerer, looked_at) else { return };
        let photo = match photo {
            Ok(photo) => photo,
            Err(problem) => {
                looked_at.asked.reply = Some(Err(problem));
                return;
            }
        };
        looked_at.photo = Some(photo.clone());
        let question = PredictionRequest { id: asked, run: looked_at.run.clone(), photo, crop: None, heat: Some(Heat::GradCam) };
        if !answerer.ask(question) {
            looked_at.asked.reply = Some(Err(Problem::new(
                Kind::Internal,
                say("Too many questions are waiting", "Trop de questions attendent"),
                say("Ask again in a moment", "Redemandez dans un instant"),
            )));
        }
    }

    /// Does not wait for a map any more, nor for the answer about a picture if that is what is awaited.
    pub(super) fn stop_map(&mut self, asked: u64) {
        let looked_at =
            self.session.looked_at.take_if(|looked_at| looked_at.asked.id == asked && looked_at.asked.reply.is_none());
        let slow = self.session.asked_mut(asked).and_then(|square| square.slow.take_if(|slow| slow.map.is_none()));
        let gone = [looked_at.map(|looked_at| looked_at.asked.id), slow.map(|slow| slow.id)];
        if let Some(answerer) = &self.answerer {
            answerer.withdraw(|question| gone.contains(&Some(question)));
        }
    }

    /// Predicts pictures as photos are that one chooses: their files; those that have none as they are drawn.
    pub(super) fn predict_pictures(&mut self, pictures: &[(PathBuf, usize)]) {
        let Some(dataset) = self.looked_at() else { return };
        match &dataset.source {
            Source::Folder(folder) => {
                let mut known = HashSet::new();
                let files = pictures.iter().map(|(file, _)| folder.join(face_file::photo(file)));
                // Several faces of one photo are asked about where the photo is.
                let files = files.filter(|file| known.insert(file.clone())).collect();
                self.show_photos(files);
            }
            Source::SampleFaces => {
                let drawn = |(file, sample): &(PathBuf, usize)| {
                    let (pixels, index) = Self::pixels_of(&dataset, file, *sample)?;
                    Some((pixels, index, file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()))
                };
                self.show_drawn(pictures.iter().filter_map(drawn).collect(), Framed::of(dataset.framing()));
            }
        }
    }

    /// Has a picture decoded for the clipboard.
    pub(super) fn copy_original(&mut self, file: &Path, sample: usize) {
        let Some(dataset) = self.looked_at() else { return };
        match &dataset.source {
            Source::Folder(folder) => self.tasks.for_clipboard(folder.join(face_file::photo(file))),
            Source::SampleFaces => {
                if let Some((pixels, index)) = Self::pixels_of(&dataset, file, sample) {
                    self.tasks.pixels_for_clipboard(pixels, index);
                }
            }
        }
    }

    /// Puts the picture that was decoded for it on the clipboard.
    pub(super) fn copy_the_picture(&mut self, ctx: &Context) {
        if let Some(picture) = self.copied.take() {
            ctx.copy_image(egui::ColorImage::from_rgb(picture.size, &picture.rgb));
            self.session.toast(say("Copied as a picture", "Copié en image"), None);
        }
    }

    /// The folders of pictures that are looked at: the open one, and that of the run that is shown.
    pub(super) fn picture_folders(&self) -> Vec<PathBuf> {
        let open = self.session.dataset().map(|dataset| &dataset.source);
        let shown = self.session.run.as_ref().map(|view| &view.info.source);
        let folder = |source: &Source| if let Source::Folder(folder) = source { Some(folder.clone()) } else { None };
        open.into_iter().chain(shown).filter_map(folder).collect()
    }

    /// Asks where a list of pictures is to be written.
    pub(super) fn export_list(&mut self, columns: &[&str], rows: Vec<Vec<Cell<'static>>>) {
        let lang = self.preferences.lang;
        let mut table = Rows::with_columns(TableForm::new(self.preferences.tables, lang), columns);
        rows.into_iter().for_each(|row| table.row(row));
        let shown = self.session.run.as_ref().filter(|_| self.page == Page::Results);
        let name = match (shown.and_then(|view| self.session.info_of(&view.info.id)), self.session.dataset()) {
            (Some(info), _) => info.file_name(LIST, lang),
            (None, Some(dataset)) => file_name_of(&dataset.source, LIST, lang),
            (None, None) => LIST.to_owned(),
        };
        self.tasks.choose_list(lang, table.into_bytes().into(), format!("{name}.csv"));
    }
}
