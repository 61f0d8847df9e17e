//! Photos and what is asked about them.

use std::path::{Path, PathBuf};

use egui::Context;

use super::{App, question::Preview};
use crate::{
    data::{
        sample::{Framing, Source},
        square::Square,
    },
    predict::{Framed, heatmap::Heat},
    run::export::{AnswerPicture, answer_picture},
    session::{self, Asked, Slow},
    text::say,
    ui::page::Page,
    worker::{Crop, PhotoSource, Question},
};

/// Faces of one photo that are asked about by themselves: more would not fit among the questions that may wait.
const MOST_FACES: usize = 48;

impl App {
    /// Shows photos of files on the predict page.
    pub(super) fn show_photos(&mut self, paths: Vec<PathBuf>) {
        for path in paths {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            self.tasks.preview(PhotoSource::File(path), name, self.session.photo_framing());
        }
        self.page = Page::Predict;
    }

    /// Shows a picture from the clipboard: RGB, row by row.
    pub(super) fn show_pasted(&mut self, width: u32, height: u32, pixels: Vec<u8>) {
        let name = say("pasted picture", "image collée").get(self.preferences.lang).to_owned();
        let photo = PhotoSource::Rgb { width, height, pixels: pixels.into() };
        self.tasks.preview(photo, name, self.session.photo_framing());
        self.page = Page::Predict;
    }

    /// Shows a picture of the open data set as the network gets it.
    pub(super) fn show_own(&mut self, file: &Path, sample: usize) {
        let Some(base) = self.session.pictures() else { return };
        let Some(index) = base.find(file, sample) else { return };
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
        let framed = match base.framing() {
            Framing::FaceCrop => Framed::Crop,
            Framing::Whole => Framed::Whole,
        };
        self.tasks.of_dataset(base.pixels.clone(), index, name, framed);
        self.page = Page::Predict;
    }

    /// Has a photo of the open data set decoded, by its path below the folder.
    pub(super) fn look_at_photo(&mut self, file: &Path) {
        if let Some(Source::Folder(folder)) = self.session.dataset.as_ref().map(|dataset| &dataset.source) {
            self.session.photo_of_data = None;
            self.tasks.look_at_photo(folder.join(file));
        }
    }

    pub(super) fn add_photo(&mut self, photo: PhotoSource, name: String, preview: Preview, framed: Framed) {
        // Numbers of photos rise too, and are none twice.
        let id = self.next_question();
        self.photos.insert(id, photo);
        self.session.photos.push(session::ShownPhoto {
            id,
            name,
            preview: preview.rgb,
            preview_size: preview.size,
            scale: preview.scale,
            framed: framed.clone(),
            asked: Vec::new(),
        });
        self.ask_all(id, &framed);
    }

    /// Looks at a photo again by its faces, or whole; photos to come are framed the same way.
    pub(super) fn frame(&mut self, photo: u64, framing: Framing) {
        if let Some(answering) = self.session.answering() {
            self.session.framing = Some((answering.id.to_owned(), framing));
        }
        if let Some(source) = self.photos.get(&photo) {
            self.tasks.frame(photo, source.clone(), framing);
        }
    }

    pub(super) fn framed(&mut self, photo: u64, framed: Framed) {
        if let Some(shown) = self.session.photos.iter_mut().find(|shown| shown.id == photo) {
            shown.asked.clear();
            shown.framed = framed.clone();
            self.ask_all(photo, &framed);
        }
    }

    fn ask_all(&mut self, photo: u64, framed: &Framed) {
        let crop = |s: Square| Crop { x: s.left as f32, y: s.top as f32, side: s.side as f32 };
        for square in framed.squares().into_iter().take(MOST_FACES) {
            self.ask(photo, None, square.map(crop));
        }
    }

    /// Asks about a square of a photo, in place of the question `asked` if there is one.
    pub(super) fn ask(&mut self, photo: u64, asked: Option<u64>, crop: Option<Crop>) {
        let id = self.next_question();
        let (Some(answerer), Some(run), Some(source)) = (&self.answerer, self.session.answering(), self.photos.get(&photo))
        else {
            return;
        };
        let question = Question { id, run: run.id.to_owned(), photo: source.clone(), crop, heat: Some(Heat::GradCam) };
        if answerer.ask(question)
            && let Some(shown) = self.session.photos.iter_mut().find(|shown| shown.id == photo)
        {
            let fresh = Asked { id, crop, ..Asked::default() };
            match shown.asked.iter_mut().find(|old| Some(old.id) == asked) {
                Some(old) => *old = fresh,
                None => shown.asked.push(fresh),
            }
        }
    }

    /// Asks about all photos again where another run answers now, since a training has begun or a run was opened: the page
    /// says who answers, and shows no one else's answer below that.
    pub(super) fn follow_who_answers(&mut self) {
        let now = self.session.answering().map(|answering| answering.id.to_owned());
        let before = std::mem::replace(&mut self.answers, now);
        if before.is_none() || self.answers.is_none() || before == self.answers {
            return;
        }
        let (chosen, photos) =
            (self.session.chosen.clone(), self.session.photos.iter().map(|photo| photo.id).collect::<Vec<_>>());
        photos.into_iter().for_each(|photo| self.answer_with(chosen.clone(), Some(photo)));
    }

    /// Has another run answer, and asks it about the photo that is looked at.
    pub(super) fn answer_with(&mut self, run: Option<String>, photo: Option<u64>) {
        self.session.chosen = run;
        let shown = self.session.photos.iter().find(|shown| Some(shown.id) == photo);
        let squares: Vec<_> = shown.iter().flat_map(|shown| shown.asked.iter().map(|asked| (asked.id, asked.crop))).collect();
        if let Some(photo) = photo {
            squares.into_iter().for_each(|(asked, crop)| self.ask(photo, Some(asked), crop));
        }
    }

    /// Asks another run about a square that was asked about.
    pub(super) fn ask_other(&mut self, asked: u64, run: String) {
        let id = self.next_question();
        let (Some(answerer), Some((source, square))) = (&self.answerer, asked_of(&mut self.session, &self.photos, asked)) else {
            return;
        };
        if answerer.ask(Question { id, run: run.clone(), photo: source, crop: square.crop, heat: None }) {
            square.other = Some(session::Second { id, run, reply: None });
        }
    }

    /// Asks for the slow map of a square that the run has answered about.
    pub(super) fn occlude(&mut self, asked: u64) {
        let id = self.next_question();
        let (Some(answerer), Some((source, square))) = (&self.answerer, asked_of(&mut self.session, &self.photos, asked)) else {
            return;
        };
        let Some(Ok(reply)) = &square.reply else { return };
        let question = Question { id, run: reply.run.clone(), photo: source, crop: square.crop, heat: Some(Heat::Occlusion) };
        if answerer.ask(question) {
            square.slow = Some(Slow { id, map: None });
        }
    }

    /// Puts an answer as a picture on the clipboard, with the slow map if it is there.
    pub(super) fn copy_picture(&mut self, ctx: &Context, asked: u64) {
        let lang = self.preferences.lang;
        let mut all = self.session.photos.iter().flat_map(|photo| photo.asked.iter().map(move |asked| (photo, asked)));
        let Some((photo, Asked { reply: Some(Ok(reply)), slow, .. })) = all.find(|(_, square)| square.id == asked) else {
            return;
        };
        let name = match self.session.info_of(&reply.run) {
            None => photo.name.clone(),
            Some(by) => format!("{} · {}", photo.name, by.name(lang)),
        };
        let slow = slow.as_ref().and_then(|slow| slow.map.as_ref()?.as_deref().ok()).map(|map| (Heat::Occlusion, map));
        let picture = answer_picture(
            &AnswerPicture {
                name: &name,
                headline: &reply.headline(lang),
                caution: reply.caution.get(lang),
                task: &reply.task,
                probabilities: &reply.probabilities,
                threshold: reply.threshold,
                seen: &reply.pixels,
                side: reply.side,
                heat: slow.or_else(|| reply.heatmap.as_deref().map(|map| (Heat::GradCam, map))),
            },
            lang,
        );
        ctx.copy_image(egui::ColorImage::from_rgb([picture.width, picture.height], &picture.rgb));
        self.session.toast(say("Copied as a picture", "Copié en image"), None);
    }

    pub(super) fn next_question(&mut self) -> u64 {
        self.questions += 1;
        self.questions
    }
}

/// A question that was asked, with its photo.
fn asked_of<'a>(
    session: &'a mut session::Session,
    photos: &std::collections::HashMap<u64, PhotoSource>,
    id: u64,
) -> Option<(PhotoSource, &'a mut Asked)> {
    if let Some(looked_at) = session.looked_at.as_mut().filter(|looked_at| looked_at.asked.id == id) {
        return Some((looked_at.photo.clone(), &mut looked_at.asked));
    }
    session.photos.iter_mut().find_map(|photo| {
        let source = photos.get(&photo.id)?;
        photo.asked.iter_mut().find(|asked| asked.id == id).map(|asked| (source.clone(), asked))
    })
}
