//! Photos and what is asked about them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use egui::Context;

use super::{
    App,
    question::{Preview, ReadPhoto},
};
use crate::{
    control::Signal,
    data::{
        pixels::Pixels,
        sample::{Framing, Source},
        square::Square,
    },
    predict::{Framed, heatmap::Heat},
    problem::{Kind, Problem},
    run::export::{AnswerPicture, answer_picture},
    session::{self, OcclusionMap, SquareQuery},
    text::say,
    ui::{PhotosAction, page::Page},
    worker::{Crop, PhotoSource, PredictionRequest},
};

/// Faces of one photo that are asked about by themselves: of more, the largest.
const MOST_FACES: usize = 120;

impl App {
    /// Shows photos of files on the predict page.
    pub(super) fn show_photos(&mut self, paths: Vec<PathBuf>) {
        self.page = Page::Predict;
        if paths.is_empty() {
            return;
        }
        self.session.arrival.get_or_insert_default().reads += 1;
        self.session.beyond = None;
        self.tasks.read_photos(paths, self.session.photo_framing(), self.reading.clone());
    }

    /// Shows pictures of a data set, as the network gets them, on the predict page; with their names.
    pub(super) fn show_drawn(&mut self, pictures: Vec<(Pixels, usize, String)>, framed: Framed) {
        self.page = Page::Predict;
        if !pictures.is_empty() {
            self.session.arrival.get_or_insert_default().reads += 1;
            self.session.beyond = None;
            self.tasks.read_drawn(pictures, framed, self.reading.clone());
        }
    }

    /// Takes in what came of photos that are being read.
    pub(super) fn take_read(&mut self, read: ReadPhoto) {
        let mut arrival = self.session.arrival.unwrap_or_default();
        match read {
            ReadPhoto::Found { count, beyond } => {
                arrival.wanted += count;
                self.session.beyond = beyond.or(self.session.beyond.take());
            }
            ReadPhoto::Photo { photo, name, preview, framed, follows } => {
                arrival.come += 1;
                self.add_photo(photo, name, preview, &framed, follows);
            }
            ReadPhoto::Unread { name, problem, follows } => {
                arrival.come += 1;
                problem.log();
                let id = self.next_question();
                self.session.photos.push(session::ShownPhoto {
                    id,
                    name,
                    preview: Arc::default(),
                    preview_size: [0; 2],
                    scale: 1.0,
                    framed: Framed::NoFace,
                    asked: Vec::new(),
                    follows,
                    unread: Some(problem),
                });
            }
            ReadPhoto::Over => arrival.reads = arrival.reads.saturating_sub(1),
        }
        // After a stop nothing is awaited any more.
        self.session.arrival = self.session.arrival.map(|_| arrival).filter(|arrival| arrival.reads > 0);
    }

    /// Does what is asked of several photos.
    pub(super) fn of_photos(&mut self, action: PhotosAction) {
        let lang = self.preferences.lang;
        match action {
            PhotosAction::ChooseFolder => self.tasks.choose_photo_folder(lang),
            PhotosAction::Stop => self.stop_photos(),
            PhotosAction::Look { photo, sharp } => self.look_closely(photo, sharp),
            PhotosAction::ForgetAll => {
                self.stop_photos();
                self.session.photos.clear();
                self.photos.clear();
                (self.session.sharp, self.session.beyond) = (None, None);
            }
            PhotosAction::Table { run, folder, framing } => {
                self.tasks.choose_prediction_table(lang, &self.named_run(run), folder, framing);
            }
            PhotosAction::CloseBeyond => self.session.beyond = None,
        }
    }

    /// Takes a photo off the list, with what is still asked about it.
    pub(super) fn forget_photo(&mut self, id: u64) {
        let gone = self.session.photos.iter().position(|photo| photo.id == id).map(|place| self.session.photos.remove(place));
        self.photos.remove(&id);
        self.session.sharp.take_if(|sharp| sharp.photo == id);
        if let (Some(answerer), Some(gone)) = (&self.answerer, gone) {
            answerer.withdraw(|question| is_about(&gone, question));
        }
    }

    /// Reads no more photos and asks no more: what has no answer says so.
    fn stop_photos(&mut self) {
        std::mem::take(&mut self.reading).set(Signal::Discard);
        self.session.arrival = None;
        if let Some(answerer) = &self.answerer {
            answerer.withdraw(|_| true);
        }
        let stopped = || {
            Problem::new(
                Kind::Cancelled,
                say("Stopped before there was an answer", "Arrêté avant la réponse"),
                say("Ask again if you want one", "Redemandez si vous en voulez une"),
            )
        };
        for asked in self.session.photos.iter_mut().flat_map(|photo| &mut photo.asked) {
            asked.reply.get_or_insert_with(|| Err(stopped()));
            for other in &mut asked.others {
                other.reply.get_or_insert_with(|| Err(stopped()));
            }
            if let Some(slow) = &mut asked.slow {
                slow.map.get_or_insert_with(|| Err(stopped()));
            }
        }
    }

    /// One of the photos is looked at.
    fn look_closely(&mut self, photo: u64, sharp: bool) {
        let shown = self.session.photos.iter().find(|shown| shown.id == photo);
        if let (Some(answerer), Some(shown)) = (&self.answerer, shown) {
            answerer.hurry(|question| is_about(shown, question));
        }
        if let Some(source) = self.photos.get(&photo).filter(|_| sharp) {
            self.tasks.sharpen(photo, source.clone());
        }
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
        self.tasks.of_dataset(base.pixels.clone(), index, name, Framed::of(base.framing()));
        self.page = Page::Predict;
    }

    /// Has a photo of the open data set decoded, by its path below the folder.
    pub(super) fn look_at_photo(&mut self, file: &Path) {
        if let Some(Source::Folder(folder)) = self.session.open.as_ref().map(|open| &open.dataset.source) {
            self.session.photo_of_data = None;
            self.tasks.look_at_photo(folder.join(file));
        }
    }

    pub(super) fn add_photo(&mut self, photo: PhotoSource, name: String, preview: Preview, framed: &Framed, follows: bool) {
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
            follows,
            unread: None,
        });
        self.ask_all(id, framed);
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

    pub(super) fn framed(&mut self, photo: u64, framed: &Framed) {
        if let Some(shown) = self.session.photos.iter_mut().find(|shown| shown.id == photo) {
            let gone = std::mem::take(&mut shown.asked);
            shown.framed = framed.clone();
            if let Some(answerer) = &self.answerer {
                answerer.withdraw(|question| gone.iter().any(|asked| is_of(asked, question)));
            }
            self.ask_all(photo, framed);
        }
    }

    fn ask_all(&mut self, photo: u64, framed: &Framed) {
        let crop = |s: Square| Crop { x: s.left as f32, y: s.top as f32, side: s.side as f32 };
        for square in framed.squares().into_iter().take(MOST_FACES) {
            self.ask(photo, None, square.map(crop));
        }
    }

    /// Asks about a square of the photo that is looked at, before anything else.
    pub(super) fn ask_first(&mut self, photo: u64, asked: Option<u64>, crop: Option<Crop>) {
        self.ask(photo, asked, crop);
        self.hurry();
    }

    /// Has the question that was asked last answered first.
    fn hurry(&self) {
        if let Some(answerer) = &self.answerer {
            answerer.hurry(|question| question == self.questions);
        }
    }

    /// Asks about a square of a photo, in place of the question `asked` if there is one.
    fn ask(&mut self, photo: u64, asked: Option<u64>, crop: Option<Crop>) {
        let id = self.next_question();
        let (Some(answerer), Some(run), Some(source)) = (&self.answerer, self.session.answering(), self.photos.get(&photo))
        else {
            return;
        };
        let by = run.id.to_owned();
        let question = PredictionRequest { id, run: by.clone(), photo: source.clone(), crop, heat: Some(Heat::GradCam) };
        if answerer.ask(question)
            && let Some(shown) = self.session.photos.iter_mut().find(|shown| shown.id == photo)
        {
            let mut fresh = SquareQuery { id, crop, ..SquareQuery::default() };
            match shown.asked.iter_mut().find(|old| Some(old.id) == asked) {
                Some(old) => {
                    // While a square is moved, what it said of it a moment ago stays to be seen.
                    let before = old.reply.take().and_then(Result::ok).or(old.before.take());
                    fresh.before = before.filter(|before| before.run == by);
                    let old = std::mem::replace(old, fresh);
                    answerer.withdraw(|question| is_of(&old, question));
                }
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
        self.ask_everything(None);
    }

    /// Has another run answer, beginning with the photo that is looked at.
    pub(super) fn answer_with(&mut self, run: Option<String>, photo: Option<u64>) {
        self.session.chosen = run;
        self.answers = self.session.answering().map(|answering| answering.id.to_owned());
        self.ask_everything(photo);
    }

    /// Asks again about every square of every photo, about `first` before the others.
    fn ask_everything(&mut self, first: Option<u64>) {
        let mut photos: Vec<_> = self.session.photos.iter().collect();
        photos.sort_by_key(|photo| Some(photo.id) != first);
        let squares = |photo: &session::ShownPhoto| {
            let id = photo.id;
            photo.asked.iter().map(move |asked| (id, asked.id, asked.crop)).collect::<Vec<_>>()
        };
        let squares: Vec<_> = photos.into_iter().flat_map(squares).collect();
        squares.into_iter().for_each(|(photo, asked, crop)| self.ask(photo, Some(asked), crop));
    }

    /// Asks another run about a square that was asked about.
    pub(super) fn ask_other(&mut self, asked: u64, run: String) {
        let id = self.next_question();
        let (Some(answerer), Some((source, square))) = (&self.answerer, asked_of(&mut self.session, &self.photos, asked)) else {
            return;
        };
        if answerer.ask(PredictionRequest { id, run: run.clone(), photo: source, crop: square.crop, heat: None }) {
            square.others.retain(|other| other.run != run);
            square.others.push(session::OtherRunAnswer { id, run, reply: None });
            self.hurry();
        }
    }

    /// Asks for the slow map of a square that the run has answered about.
    pub(super) fn occlude(&mut self, asked: u64) {
        let id = self.next_question();
        let (Some(answerer), Some((source, square))) = (&self.answerer, asked_of(&mut self.session, &self.photos, asked)) else {
            return;
        };
        let Some(Ok(reply)) = &square.reply else { return };
        let question =
            PredictionRequest { id, run: reply.run.clone(), photo: source, crop: square.crop, heat: Some(Heat::Occlusion) };
        if answerer.ask(question) {
            square.slow = Some(OcclusionMap { id, map: None });
            self.hurry();
        }
    }

    /// Puts an answer as a picture on the clipboard, with the slow map if it is there.
    pub(super) fn copy_picture(&mut self, ctx: &Context, asked: u64) {
        let lang = self.preferences.lang;
        let mut all = self.session.photos.iter().flat_map(|photo| photo.asked.iter().map(move |asked| (photo, asked)));
        let Some((photo, SquareQuery { reply: Some(Ok(reply)), slow, .. })) = all.find(|(_, square)| square.id == asked) else {
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

/// Whether a question is about a square: the run's, another run's, or that for the slow map.
pub(super) fn is_of(asked: &SquareQuery, question: u64) -> bool {
    asked.id == question
        || asked.others.iter().any(|other| other.id == question)
        || asked.slow.as_ref().is_some_and(|slow| slow.id == question)
}

/// Whether a question is about a photo.
fn is_about(photo: &session::ShownPhoto, question: u64) -> bool {
    photo.asked.iter().any(|asked| is_of(asked, question))
}

/// A question that was asked, with its photo.
fn asked_of<'a>(
    session: &'a mut session::Session,
    photos: &std::collections::HashMap<u64, PhotoSource>,
    id: u64,
) -> Option<(PhotoSource, &'a mut SquareQuery)> {
    if let Some(looked_at) = session.looked_at.as_mut().filter(|looked_at| looked_at.asked.id == id) {
        return Some((looked_at.photo.clone()?, &mut looked_at.asked));
    }
    session.photos.iter_mut().find_map(|photo| {
        let source = photos.get(&photo.id)?;
        photo.asked.iter_mut().find(|asked| asked.id == id).map(|asked| (source.clone(), asked))
    })
}
