//! What happens when a page asks for something.

use std::path::PathBuf;

use egui::Context;

use super::{App, errand::Fetched, set_mode};
use crate::{
    data::sample::Source,
    problem::{Kind, Problem},
    session::{self, Offer, Phase, Progress},
    text::say,
    train::control::Wish,
    ui::{Action, Dialog, dialog::Answer, page::Page},
    worker::{Command, Crop, Photo, Question, Stage},
};

impl App {
    /// Does what a page asked for.
    pub fn perform(&mut self, ctx: &Context, action: Action) {
        let lang = self.preferences.lang;
        match action {
            Action::Go(page) => {
                if page.locked(&self.session).is_none() {
                    self.page = page;
                }
            }
            Action::ChooseFolder => {
                let start = self.preferences.recent.first().and_then(|folder| folder.parent()).map(PathBuf::from);
                self.errands.choose_folder(lang, start.as_deref());
            }
            Action::UseFolder(folder) => self.open(Source::Folder(folder)),
            Action::UseSampleFaces => self.open(Source::SampleFaces),
            Action::CopyFolders { link } => self.errands.choose_copy_target(lang, link),
            Action::Cancel => self.wish(Wish::Discard),
            Action::Train => self.train(),
            Action::Resume { run, more } => {
                if let Some(dataset) = self.session.dataset.clone() {
                    let starting = Phase::Starting(Progress::at(Stage::Training));
                    self.send(Command::Resume { run, dataset, more }, Some(starting));
                    self.page = Page::Training;
                } else {
                    self.session.toast(say("Open the data first", "Ouvrez d’abord les données"), None);
                    self.page = Page::Data;
                }
            }
            Action::Pause(pause) => self.wish(if pause { Wish::Pause } else { Wish::Go }),
            Action::FinishNow => self.wish(Wish::Finish),
            Action::Discard => self.dialog = Some(Dialog::Discard),
            Action::OpenRun(run) => self.send(Command::OpenRun(run), None),
            Action::ViewRun(run) => self.send(Command::ViewRun(run), None),
            Action::RenameRun { run, name, note } => self.send(Command::RenameRun { run, name, note }, None),
            Action::DeleteRun(run) => {
                self.send(Command::DeleteRun(run.clone()), None);
                self.session
                    .toast(say("The run is in the trash", "L’exécution est à la corbeille"), Some(Offer::RestoreRun(run)));
            }
            Action::RestoreRun(run) => self.send(Command::RestoreRun(run), None),
            Action::TakeSettings(run) => self.take_settings(&run),
            Action::Export { run, format } => {
                let file = format!("{run}.{format}");
                self.errands.choose_export(lang, run, format, file);
            }
            Action::EvaluateFolder { run } => self.errands.choose_judged_folder(lang, run),
            Action::Evaluate { run } => {
                let dataset = self.session.dataset.clone();
                self.send(
                    Command::Evaluate { run, source: None, dataset },
                    Some(Phase::Judging(Progress::at(Stage::Evaluating))),
                );
            }
            Action::KeepThreshold { run, threshold, temperature } => {
                self.send(Command::KeepThreshold { run, threshold, temperature }, None);
            }
            Action::ChoosePhotos => self.errands.choose_photos(lang),
            Action::Predict(paths) => {
                for path in paths {
                    self.errands.preview(path);
                }
                self.page = Page::Predict;
            }
            Action::Paste => ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste),
            Action::Ask { photo, asked, crop } => self.ask(photo, asked, crop),
            Action::AskOther { asked, run } => self.ask_other(asked, run),
            Action::ForgetPhoto(id) => {
                self.session.photos.retain(|photo| photo.id != id);
                self.photos.remove(&id);
            }
            Action::PredictFolder { run } => self.errands.choose_prediction_folder(lang, run),
            Action::ChooseOwnPicture => self.errands.choose_own_picture(lang),
            Action::UseOwnPicture(path) => self.errands.own_picture(path),
            Action::ForgetOwnPicture => self.session.own_picture = None,
            Action::Undo => {
                if self.history.undo(&mut self.settings) {
                    self.settle_now();
                }
            }
            Action::Redo => {
                if self.history.redo(&mut self.settings) {
                    self.settle_now();
                }
            }
            Action::Take(offer) => match offer {
                Offer::Undo => self.perform(ctx, Action::Undo),
                Offer::OpenFolder(path) => self.perform(ctx, Action::OpenPath(path)),
                Offer::RestoreRun(run) => self.perform(ctx, Action::RestoreRun(run)),
            },
            Action::CloseFailure(index) => {
                if index < self.session.failures.len() {
                    self.session.failures.remove(index);
                }
            }
            Action::MendFailure(index) => self.mend(ctx, index),
            Action::CopyText(text) => {
                ctx.copy_text(text);
                self.session.toast(say("Copied", "Copié"), None);
            }
            // The system's own file manager opens a folder given as a link.
            Action::OpenPath(path) => ctx.open_url(egui::OpenUrl::new_tab(format!("file://{}", path.display()))),
            Action::OpenLink(url) => ctx.open_url(egui::OpenUrl::new_tab(url)),
            Action::Language(lang) => self.preferences.lang = lang,
            Action::Mode(mode) => {
                self.preferences.mode = mode;
                set_mode(ctx, mode);
            }
            Action::Zoom(zoom) => {
                self.preferences.zoom = zoom;
                ctx.set_zoom_factor(zoom);
            }
            Action::Device(device) => self.preferences.device = device,
            Action::Show(dialog) => self.dialog = Some(dialog),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    /// Sends a command; a long job's `phase` shows at once.
    pub(super) fn send(&mut self, command: Command, phase: Option<Phase>) {
        let Some(worker) = &self.worker else { return };
        if phase.is_some() && self.session.phase.busy() {
            let busy = say(
                "One thing at a time: wait for the current job, or stop it",
                "Une chose à la fois : attendez la fin, ou arrêtez",
            );
            self.session.toast(busy, None);
            return;
        }
        let job = worker.start(command);
        if let Some(phase) = phase {
            self.session.begin(job, phase);
        }
    }

    pub(super) fn open(&mut self, source: Source) {
        let stage = if source == Source::SampleFaces { Stage::Drawing } else { Stage::Scanning };
        self.send(Command::Open(source), Some(Phase::Opening(Progress::at(stage))));
    }

    fn wish(&self, wish: Wish) {
        if let Some(worker) = &self.worker {
            worker.control().set(wish);
        }
    }

    fn train(&mut self) {
        self.check();
        let Some(checked) = &self.checked else { return };
        match &checked.plan {
            Ok(plan) => {
                let mut plan = plan.as_ref().clone();
                plan.device.clone_from(&self.preferences.device);
                self.send(Command::Train(Box::new(plan)), Some(Phase::Starting(Progress::at(Stage::Training))));
                self.page = Page::Training;
            }
            Err(problems) => {
                for problem in problems.clone() {
                    self.session.fail(problem);
                }
            }
        }
    }

    fn take_settings(&mut self, run: &str) {
        if let Some(view) = self.session.run.as_ref().filter(|view| view.info.id == run) {
            self.settings = view.settings.clone();
            self.session.toast(
                say("These are the run’s settings now", "Ce sont maintenant les réglages de l’exécution"),
                Some(Offer::Undo),
            );
        } else {
            self.send(Command::OpenRun(run.to_owned()), None);
        }
    }

    fn settle_now(&mut self) {
        self.settled = self.settings.clone();
        self.preferences.settings = self.settings.clone();
    }

    /// Asks the shown run about a square of a photo.
    fn ask(&mut self, photo: u64, asked: Option<u64>, crop: Option<Crop>) {
        let id = self.next_question();
        let (Some(answerer), Some(run), Some(source)) = (&self.answerer, &self.session.run, self.photos.get(&photo)) else {
            return;
        };
        let question = Question { id, run: run.info.id.clone(), photo: source.clone(), crop, heatmap: true };
        if answerer.ask(question)
            && let Some(shown) = self.session.photos.iter_mut().find(|shown| shown.id == photo)
        {
            let fresh = session::Asked { id, crop, reply: None, other: None };
            match shown.asked.iter_mut().find(|old| Some(old.id) == asked) {
                Some(old) => *old = fresh,
                None => shown.asked.push(fresh),
            }
        }
    }

    /// Asks another run about a square that the shown run was asked about.
    fn ask_other(&mut self, asked: u64, run: String) {
        let id = self.next_question();
        let Some(answerer) = &self.answerer else { return };
        for photo in &mut self.session.photos {
            let Some(square) = photo.asked.iter_mut().find(|square| square.id == asked) else { continue };
            let Some(source) = self.photos.get(&photo.id) else { continue };
            let question = Question { id, run: run.clone(), photo: source.clone(), crop: square.crop, heatmap: false };
            if answerer.ask(question) {
                square.other = Some(session::Second { id, run: run.clone(), reply: None });
            }
        }
    }

    fn next_question(&mut self) -> u64 {
        self.questions += 1;
        self.questions
    }

    /// Goes on with what an errand brought.
    pub(super) fn take(&mut self, fetched: Fetched) {
        match fetched {
            Fetched::Folder(folder) => self.open(Source::Folder(folder)),
            Fetched::Photos(paths) => {
                for path in paths {
                    self.errands.preview(path);
                }
                self.page = Page::Predict;
            }
            Fetched::OwnPicture(path) => self.errands.own_picture(path),
            Fetched::CopyTo { out, link } => {
                if let Some(Ok(plan)) = self.checked.as_ref().map(|checked| checked.plan.clone()) {
                    let command = Command::CopyFolders { plan: Box::new(plan.as_ref().clone()), out, link };
                    self.send(command, Some(Phase::Working(Progress::at(Stage::Copying))));
                }
            }
            Fetched::ExportTo { run, format, path } => self.send(Command::Export { run, format, path }, None),
            Fetched::JudgeFolder { run, folder } => {
                let command = Command::Evaluate { run, source: Some(Source::Folder(folder)), dataset: None };
                self.send(command, Some(Phase::Judging(Progress::at(Stage::Evaluating))));
            }
            Fetched::PredictFolder { run, folder, csv } => {
                self.send(Command::PredictFolder { run, folder, csv }, Some(Phase::Working(Progress::at(Stage::Predicting))));
            }
            Fetched::Preview { photo, name, preview, faces } => self.add_photo(photo, name, preview, &faces),
            Fetched::Cached(pixels) => self.session.own_picture = Some(pixels),
            Fetched::Failed(problem) => self.session.fail(problem),
        }
    }

    fn add_photo(&mut self, photo: Photo, name: String, preview: super::errand::Preview, faces: &[Option<Crop>]) {
        let id = self.session.photos.last().map_or(1, |last| last.id + 1);
        self.photos.insert(id, photo);
        self.session.photos.push(session::Photo {
            id,
            name,
            preview: preview.rgb,
            preview_size: preview.size,
            scale: preview.scale,
            asked: Vec::new(),
        });
        for crop in faces {
            self.ask(id, None, *crop);
        }
    }

    /// The text on the button of a failure's own way on.
    pub(super) fn way_on(&self, problem: &Problem) -> Option<String> {
        let lang = self.preferences.lang;
        match problem.kind {
            Kind::Data => Some(say("Open another folder…", "Ouvrir un autre dossier…").get(lang).to_owned()),
            Kind::OutOfMemory if self.settings.train.batch_size > 1 => {
                let half = (self.settings.train.batch_size / 2).max(1);
                Some(format!("{} {half}", say("Retry with batches of", "Réessayer avec des lots de").get(lang)))
            }
            Kind::Diverged => Some(say("Lower the learning rate", "Baisser le taux d’apprentissage").get(lang).to_owned()),
            Kind::Settings if problem.knob.is_some() => Some(say("Show the setting", "Montrer le réglage").get(lang).to_owned()),
            _ => None,
        }
    }

    fn mend(&mut self, ctx: &Context, index: usize) {
        if index >= self.session.failures.len() {
            return;
        }
        let problem = self.session.failures.remove(index);
        match problem.kind {
            Kind::Data => self.perform(ctx, Action::ChooseFolder),
            Kind::OutOfMemory => {
                self.settings.train.batch_size = (self.settings.train.batch_size / 2).max(1);
                self.train();
            }
            Kind::Diverged => {
                self.settings.train.optimizer.learning_rate /= 10.0;
                self.page = Page::Training;
            }
            _ => {
                let place = problem.knob.as_deref().and_then(|knob| knob.split('.').next()).unwrap_or_default();
                self.page = match place {
                    "split" => Page::Data,
                    "augment" => Page::Augmentation,
                    "model" => Page::Model,
                    _ => Page::Training,
                };
            }
        }
    }

    /// Goes on with what the user decided in a dialog.
    pub(super) fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Stay => return,
            Answer::Close => {}
            Answer::Discard => self.wish(Wish::Discard),
            Answer::PauseAndQuit => {
                self.wish(Wish::Leave);
                self.closing = true;
            }
            Answer::DiscardAndQuit => {
                self.wish(Wish::Discard);
                self.closing = true;
            }
        }
        self.dialog = None;
    }
}
