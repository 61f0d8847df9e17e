//! What happens when a page asks for something.

use egui::Context;

use super::{
    App,
    interrupted::Interrupted,
    pending::{Awaited, Pending},
    question::TaskResult,
};
use crate::{
    control::{Signal, Stage},
    data::{open_dataset::OpenDataset, reading::Reading, sample::Source},
    files::table::TableForm,
    preset::Preset,
    problem::Kind,
    session::{Offer, Phase, Progress, RunPicturesState, RunRequest, TableJob},
    setting_def::Choice as _,
    settings::Settings,
    text::{LocalizedText, say},
    ui::{Action, Dialog, action::DialogAnswer, page::Page},
    worker::{Candidates, Command, JobId, ResumeOptions},
};

impl App {
    /// Does what a page asked for.
    pub fn perform(&mut self, ctx: &Context, action: Action) {
        let lang = self.preferences.lang;
        match action {
            Action::Go(page) => self.go(page),
            Action::ChooseFolder => self.tasks.choose_folder(lang, self.preferences.folder_above().as_deref()),
            Action::FindFolder(folder) => self.tasks.find_folder(folder),
            Action::TypeFolder => self.tasks.type_folder(self.preferences.folder_above().as_deref()),
            Action::TypePaths(on) => self.preferences.type_paths = on,
            Action::Notify(on) => self.preferences.notify = Some(on),
            Action::UseFolder(folder) => self.open(Source::Folder(folder)),
            Action::ReadAs(reading) => self.read_open_as(reading),
            Action::UseSampleFaces => self.use_sample_faces(),
            Action::CopyFolders { link } => self.tasks.choose_copy_target(lang, link),
            Action::Edit { files, change } => self.edit(&files, &change),
            Action::ForgetEdits => self.forget_edits(),
            Action::LookAtPhoto(file) => self.look_at_photo(&file),
            Action::FindNear => self.find_near(),
            Action::TrainAgain(run) => self.train_again(run),
            Action::CostOfExperiment(draft) => self.cost_of_experiment(draft),
            Action::StartExperiment(draft) => self.start_experiment(draft),
            Action::NewExperiment => self.new_experiment(),
            Action::ViewExperiment(experiment) => self.send(Command::ViewExperiment(experiment), None),
            Action::ChooseWatched => self.tasks.choose_watched(lang, self.preferences.watched.as_deref()),
            Action::Watch(folder) => self.watch(folder),
            Action::LookAgain => self.look_again(),
            Action::StopWatching => self.session.watching = None,
            Action::RunExperiment(experiment) => self.run_experiment(experiment),
            Action::StopExperiment => self.wish(Signal::Leave),
            Action::EvaluateAsCommittee(experiment) => self.evaluate_as_committee(experiment),
            Action::Compare(runs) => self.compare(runs),
            Action::Cancel => self.wish(Signal::Discard),
            Action::StopBeside(job) => self.worker.iter().for_each(|worker| worker.stop(job)),
            Action::Recipe(recipe) => self.choose_recipe(recipe),
            Action::Train => self.train(),
            Action::TryDevices => self.try_devices(),
            Action::TestRates => self.test_rates(),
            Action::SaveSettings => self.tasks.choose_settings_target(lang),
            Action::ChooseSettings => self.tasks.choose_settings(lang),
            Action::UseSettings(path) => self.tasks.read_settings(path),
            Action::Resume { run, more } => self.resume(run, ResumeOptions::more(more)),
            Action::Pause(pause) => self.wish(if pause { Signal::Pause } else { Signal::Go }),
            Action::FinishNow => self.wish(Signal::Finish),
            Action::Discard => self.dialog = Some(Dialog::Discard),
            Action::OpenRun(run) => self.open_run(run),
            Action::ViewRun(run) => self.view(run),
            Action::Pair(runs) => self.pair(runs),
            Action::RenameRun { run, name, note } => self.send(Command::RenameRun { run, name, note }, None),
            Action::StarRun { run, on } => self.send(Command::StarRun { run, on }, None),
            Action::DeleteRun(run) => self.delete_run(run),
            Action::RestoreRun(run) => self.restore_run(run),
            Action::ListTrash => self.send(Command::ListTrash, None),
            Action::RemoveDeleted(run) => self.remove_deleted(run),
            Action::TakeSettings(run) => self.take_settings(run),
            Action::Export { run, format, mistakes } => self.choose_export(run, format, mistakes),
            Action::SavePlot { plot, threshold, temperature } => {
                self.tasks.choose_plot(lang, (plot, threshold, temperature), self.plot_file(plot));
            }
            Action::LocatePictures(run) => self.locate_pictures(run),
            Action::FindPictures => self.session.run_pictures = None,
            Action::ChooseRun => self.tasks.choose_run(lang),
            Action::ImportRun(folder) => self.import_run(folder),
            Action::EvaluateFolder { run } => self.tasks.choose_evaluation_folder(lang, run),
            Action::Evaluate { run, mirrored } => self.evaluate(run, mirrored),
            Action::KeepThreshold { run, threshold, temperature } => {
                self.send(Command::KeepThreshold { run, threshold, temperature }, None);
            }
            Action::ChoosePhotos => self.tasks.choose_photos(lang),
            Action::Predict(paths) => self.show_photos(paths),
            Action::PredictPictures(pictures) => self.predict_pictures(&pictures),
            Action::Look { file, sample } => self.show_own(&file, sample),
            Action::Paste => self.ask_for_paste(ctx),
            Action::AskAbout { file, sample, run } => self.ask_about(file, sample, run),
            Action::StopMap(asked) => self.stop_map(asked),
            Action::CopyOriginal { file, sample } => self.copy_original(&file, sample),
            Action::ExportList { columns, rows } => self.export_list(&columns, rows),
            Action::Ask { photo, asked, crop } => self.ask_first(photo, asked, crop),
            Action::AnswerWith { run, photo } => self.answer_with(run, photo),
            Action::AskOther { asked, run } => self.ask_other(asked, run),
            Action::Frame { photo, framing } => self.frame(photo, framing),
            Action::Occlude(asked) => self.occlude(asked),
            Action::CopyPicture(asked) => self.copy_picture(ctx, asked),
            Action::ForgetPhoto(id) => self.forget_photo(id),
            Action::Photos(action) => self.of_photos(action),
            Action::PredictFolder { run, framing } => self.tasks.choose_prediction_folder(lang, self.named_run(run), framing),
            Action::ContinueTable => self.continue_table(),
            Action::ChooseOwnPicture => self.tasks.choose_own_picture(lang),
            Action::UseOwnPicture(path) => self.tasks.own_picture(path, self.settings.augment.shape()),
            Action::PreviewResize(path) => self.tasks.resize_preview(path),
            Action::ForgetOwnPicture => self.session.own_picture = None,
            Action::Undo => self.turn(true),
            Action::Redo => self.turn(false),
            Action::Take(Offer::Undo) => self.turn(true),
            Action::Take(Offer::RestoreRun(run)) => self.restore_run(run),
            Action::CloseFailure(card) => self.close_failure(card),
            Action::Recover { card, way } => self.recover(ctx, card, way),
            Action::ForgetInterrupted => self.interrupted = Interrupted::Settled,
            Action::CopyText(text) => self.copy_text(ctx, text),
            Action::OpenPath(path) | Action::Take(Offer::OpenFolder(path)) => self.tasks.open(path, self.opener),
            Action::ShowInFolder(file) => self.tasks.show_in_folder(file, self.opener),
            Action::OpenLink(url) => ctx.open_url(egui::OpenUrl::new_tab(url)),
            Action::Language(lang) => self.preferences.lang = lang,
            Action::Mode(mode) => self.choose_mode(ctx, mode),
            Action::Motion(motion) => self.preferences.motion = motion,
            Action::Zoom(zoom) => self.zoom(ctx, zoom),
            Action::Tables(style) => self.preferences.tables = style,
            Action::Device(device) => self.preferences.device = device,
            Action::TestDevice(device) => self.test_device(device),
            Action::CleanCache => self.clean_cache(),
            Action::Show(dialog) => self.show(dialog),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    fn run_experiment(&mut self, experiment: String) {
        let command = Command::RunExperiment { experiment, only: None, open: self.session.open.clone() };
        self.send(command, Some(Phase::Starting(Progress::at(Stage::Training))));
    }

    fn new_experiment(&mut self) {
        self.session.watching = None;
        self.memory.runs.begin_experiment();
        self.page = Page::Runs;
    }

    fn evaluate_as_committee(&mut self, experiment: String) {
        self.pending.set(Pending::GoTo(None));
        self.send(Command::Committee { of: Candidates::Experiment(experiment), name: None }, None);
    }

    fn compare(&mut self, runs: Vec<String>) {
        self.session.watching = None;
        self.memory.runs.choose(runs);
        self.page = Page::Runs;
    }

    fn open_run(&mut self, run: String) {
        self.pending.set(Pending::GoTo(None));
        self.send(Command::OpenRun(run), None);
    }

    fn locate_pictures(&mut self, run: String) {
        let then = self.session.info_of(&run).map(|info| info.source.clone());
        self.tasks.choose_run_pictures(self.preferences.lang, run, then);
    }

    /// The text or picture comes with one of the next frames.
    fn ask_for_paste(&mut self, ctx: &Context) {
        self.paste.asked = Some(ctx.cumulative_frame_nr());
        ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste);
    }

    fn copy_text(&mut self, ctx: &Context, text: String) {
        ctx.copy_text(text);
        self.session.toast(say("Copied", "Copié"), None);
    }

    fn clean_cache(&mut self) {
        let open = self.session.dataset().map(|dataset| dataset.source.clone());
        self.send(Command::CleanCache { open }, None);
    }

    fn go(&mut self, page: Page) {
        let awaits_run = matches!(self.pending.get(Awaited::Run), Some(Pending::GoTo(_)));
        if page.locked(&self.session).is_none() {
            self.page = page;
        }
        if awaits_run {
            self.pending.set(Pending::GoTo(page.locked(&self.session).map(|_| page)));
        }
        // A disk may have come back.
        if page == Page::Results && matches!(self.session.run_pictures, Some(RunPicturesState::Gone(..))) {
            self.session.run_pictures = None;
        }
        // Runs may have come or gone beside the window.
        if page == Page::Runs {
            self.send(Command::ListRuns, None);
            self.send(Command::ListExperiments, None);
            self.send(Command::ListTrash, None);
        }
    }

    fn show(&mut self, dialog: Dialog) {
        if dialog == Dialog::Preferences {
            self.send(Command::MeasureCache, None);
        }
        self.dialog = Some(dialog);
    }

    fn close_failure(&mut self, card: usize) {
        if card < self.session.failures.len() {
            self.session.failures.remove(card);
        }
    }

    /// Sends a command; a long job's `phase` shows at once.
    pub(super) fn send(&mut self, command: Command, phase: Option<Phase>) {
        self.start(command, phase);
    }

    /// As [`App::send`], and gives which job it is.
    pub(super) fn start(&mut self, command: Command, phase: Option<Phase>) -> Option<JobId> {
        let worker = self.worker.as_ref()?;
        if phase.is_some() && self.session.phase.busy() {
            self.one_at_a_time();
            return None;
        }
        let opening = match &command {
            Command::Open(source) | Command::OpenAs { source, .. } => Some(source.clone()),
            _ => None,
        };
        let job = worker.start(command);
        if let Some(phase) = phase {
            self.session.opening = opening;
            // What was said of the draft would stand over the training's curves.
            if matches!(phase, Phase::Starting(_)) {
                self.session.toasts.clear();
                self.toasts.clear();
            }
            self.session.begin(job, phase);
        }
        Some(job)
    }

    pub(super) fn one_at_a_time(&mut self) {
        let busy =
            say("One thing at a time: wait for the current job, or stop it", "Une chose à la fois : attendez la fin, ou arrêtez");
        self.session.toast(busy, None);
    }

    /// Goes on with a run, on its own pictures: if others are open, its own are opened first.
    pub(super) fn resume(&mut self, run: String, how: ResumeOptions) {
        let own = self.session.runs.iter().find(|info| info.id == run).map(|info| info.source.clone());
        let open = self.session.open.clone();
        match (open.filter(|open| own.as_ref().is_none_or(|own| open.dataset.source == *own)), own) {
            (Some(open), _) => self.resume_on(run, how, open),
            (None, Some(own)) => self.open_then(own, Some(Pending::Resume { run, how })),
            (None, None) => {
                self.session.toast(say("Open the data first", "Ouvrez d’abord les données"), None);
                self.page = Page::Data;
            }
        }
    }

    /// Goes on with a run on the pictures that are open: its own, or its own in the place where they are now.
    pub(super) fn resume_on(&mut self, run: String, how: ResumeOptions, open: OpenDataset) {
        self.send(Command::Resume { run, open, how }, Some(Phase::Starting(Progress::at(Stage::Training))));
        self.page = Page::Training;
    }

    /// Has two runs compared, unless that is under way or done.
    fn pair(&mut self, runs: [String; 2]) {
        let [first, second] = runs.each_ref().map(|run| self.session.views.get(run).cloned());
        if let (Some(first), Some(second)) = (first, second)
            && self.worker.is_some()
            && self.session.pairs.ask(runs.clone())
            && let Some(job) = self.start(Command::Pair { first, second }, None)
        {
            self.session.requests.begin(job, RunRequest::Pair(runs));
        }
    }

    /// Has a run read, unless that is under way or done.
    fn view(&mut self, run: String) {
        if self.session.wants_view(&run) {
            self.read_view(run);
        }
    }

    fn read_view(&mut self, run: String) {
        if let Some(job) = self.start(Command::ViewRun(run.clone()), None) {
            self.session.requests.begin(job, RunRequest::View(run));
        }
    }

    fn find_near(&mut self) {
        if let Some(dataset) = self.session.dataset().cloned() {
            self.send(Command::FindNear(dataset), Some(Phase::Working(Progress::at(Stage::Comparing))));
        }
    }

    fn evaluate(&mut self, run: String, mirrored: Option<bool>) {
        self.pending.set(Pending::GoTo(None));
        // Pictures of another source would not be the run's.
        let own = self.session.runs.iter().find(|info| info.id == run).map(|info| &info.source);
        let open = self.session.open.clone().filter(|open| own.is_none_or(|own| open.dataset.source == *own));
        let device = self.preferences.device.clone();
        let command = Command::Evaluate { run, source: None, open, device, mirrored };
        self.send(command, Some(Phase::Evaluating(Progress::at(Stage::Evaluating))));
    }

    fn test_device(&mut self, device: String) {
        if self.session.phase.busy() {
            self.one_at_a_time();
            return;
        }
        self.session.tested.remove(&device);
        self.send(Command::TestDevice(device), Some(Phase::Working(Progress::at(Stage::TestingDevice))));
    }

    /// Takes settings from a text as the draft.
    pub(super) fn take_text(&mut self, text: &str) {
        match Settings::parse(text) {
            Ok(settings) => self.take_draft(settings),
            Err(problems) => problems.into_iter().for_each(|problem| self.session.fail(problem)),
        }
    }

    /// Takes a recipe for everything but split and seed.
    pub(super) fn take_recipe(&mut self, recipe: Preset) {
        self.settings = recipe.applied(&self.settings);
        self.recipe = recipe;
    }

    fn choose_recipe(&mut self, recipe: Preset) {
        let changed = recipe != self.recipe || recipe.applied(&self.settings) != self.settings;
        self.take_recipe(recipe);
        if changed {
            let name = recipe.name();
            let said = LocalizedText {
                en: format!("Recipe for all pages: {}", name.en),
                fr: format!("Recette pour toutes les pages : {}", name.fr),
            };
            self.session.toast(said, Some(Offer::Undo));
        }
    }

    fn take_draft(&mut self, settings: Settings) {
        self.recipe = Preset::nearest(&settings);
        self.settings = settings;
        let said = say("Settings applied", "Réglages appliqués");
        self.session.toast(said, Some(Offer::Undo));
    }

    /// Opens the drawings. Who has not chosen a recipe yet gets the one that learns them in a minute.
    fn use_sample_faces(&mut self) {
        self.take_quick_look(say(
            "Recipe: Quick look, which learns the drawings in a minute",
            "Recette\u{a0}: Coup d’œil, qui apprend les dessins en une minute",
        ));
        self.open(Source::SampleFaces);
    }

    fn read_open_as(&mut self, reading: Reading) {
        if let Some(dataset) = self.session.dataset() {
            self.read_as(dataset.source.clone(), reading);
        }
    }

    pub(super) fn read_as(&mut self, source: Source, reading: Reading) {
        let command = Command::OpenAs { source, reading };
        self.send(command, Some(Phase::Opening(Progress::at(Stage::Scanning))));
    }

    pub(super) fn open(&mut self, source: Source) {
        self.open_then(source, None);
    }

    /// Opens a source, and does `then` once it is open. What waited for another source is forgotten.
    pub(super) fn open_then(&mut self, source: Source, then: Option<Pending>) {
        let stage = if source == Source::SampleFaces { Stage::Drawing } else { Stage::Scanning };
        if !self.session.phase.busy() {
            self.pending.take(Awaited::Dataset);
            then.into_iter().for_each(|then| self.pending.set(then));
        }
        // What was wrong with the folder tried before is of no interest any more.
        self.session.failures.retain(|problem| problem.kind != Kind::Data || self.session.phase.busy());
        self.send(Command::Open(source), Some(Phase::Opening(Progress::at(stage))));
    }

    /// Asks for the pictures of the run that Results shows, if it is not known where they are.
    pub(super) fn look_for_pictures(&mut self) {
        let Some(run) = self.session.run.as_ref().filter(|run| self.page == Page::Results && !run.evaluated_elsewhere()) else {
            return;
        };
        // A folder that was opened anew may hold other pictures now.
        let open = self.session.own_dataset().cloned();
        let known = match (&self.session.run_pictures, &open) {
            (None, _) => false,
            (Some(RunPicturesState::Here(run_pictures)), Some(open)) => {
                run_pictures.dataset.pixels.buffer() == open.dataset.pixels.buffer()
            }
            (Some(_), _) => true,
        };
        if !known && self.worker.is_some() {
            let run = run.info.id.clone();
            self.session.run_pictures = Some(RunPicturesState::Asked(run.clone()));
            self.send(Command::FindPictures { run, open }, None);
        }
    }

    fn wish(&self, wish: Signal) {
        if let Some(worker) = &self.worker {
            worker.control().set(wish);
        }
    }

    fn take_settings(&mut self, run: String) {
        match self.session.views.get(&run).or(self.session.run.as_ref().filter(|view| view.info.id == run)) {
            Some(view) => self.take_draft(view.settings.clone()),
            None => {
                self.pending.set(Pending::TakeSettings(run.clone()));
                // Who clicks has it tried again, too.
                if !self.session.awaits_view(&run) {
                    self.read_view(run);
                }
            }
        }
    }

    /// Takes the settings of the run that was waited for, once it is read.
    pub(super) fn take_awaited_settings(&mut self) {
        let Some(Pending::TakeSettings(run)) = self.pending.get(Awaited::Settings) else { return };
        if !self.session.awaits_view(run)
            && let Some(Pending::TakeSettings(run)) = self.pending.take(Awaited::Settings)
            && let Some(view) = self.session.views.get(&run)
        {
            self.take_draft(view.settings.clone());
        }
    }

    pub(super) fn settle_now(&mut self) {
        self.settled = self.settings.clone();
        // Options that were changed one by one until they are another recipe are that recipe.
        self.recipe = Preset::of(&self.settings).unwrap_or(self.recipe);
        self.preferences.settings = self.settings.clone();
        self.preferences.recipe = Some(self.recipe);
    }

    /// Goes on with what a task brought.
    pub(super) fn take(&mut self, fetched: TaskResult) {
        if fetched.is_place() {
            self.written = Some(fetched.clone());
        }
        match fetched {
            TaskResult::SettingsFrom(path) => self.tasks.read_settings(path),
            TaskResult::SettingsTo(path) => self.tasks.write_settings(path, self.settings.clone(), self.picture_folders()),
            TaskResult::Settings(settings) => self.take_draft(*settings),
            TaskResult::Saved(path) => self.session.wrote(path, &say("Settings", "Réglages").into()),
            TaskResult::Folder(folder) => self.open(Source::Folder(folder)),
            TaskResult::MovedFolder { then, now } => self.open_then(Source::Folder(now), Some(Pending::Moved(then))),
            TaskResult::Photos(paths) => self.show_photos(paths),
            TaskResult::OwnPicture(path) => self.tasks.own_picture(path, self.settings.augment.shape()),
            TaskResult::CopyTo { out, link } => self.copy_folders(out, link),
            TaskResult::ExportTo { run, format, options, path } => {
                let shown = self.session.run.as_ref().is_some_and(|shown| shown.info.id == run);
                let dataset = if shown { self.session.pictures() } else { self.session.dataset().cloned() };
                // What is shown of another folder is kept nowhere but here.
                let elsewhere = self.session.run.clone().filter(|view| shown && view.evaluated_elsewhere());
                self.send(Command::Export { run, format, path, options, dataset, elsewhere }, None);
            }
            TaskResult::PlotTo { plot, threshold, temperature, path } => self.save_plot(plot, threshold, temperature, path),
            TaskResult::RunFolder(folder) => self.import_run(folder),
            TaskResult::WatchedFolder(folder) => self.watch(folder),
            TaskResult::RunPictures { run, folder } => self.send(Command::LocatePictures { run, folder }, None),
            TaskResult::EvaluateFolder { run, folder } => {
                let device = self.preferences.device.clone();
                let command = Command::Evaluate { run, source: Some(Source::Folder(folder)), open: None, device, mirrored: None };
                self.send(command, Some(Phase::Evaluating(Progress::at(Stage::Evaluating))));
            }
            TaskResult::PredictFolder { run, folder, csv, framing } => {
                let form = TableForm::new(self.preferences.tables, self.preferences.lang);
                self.predict_folder(TableJob { run, folder, csv, framing, form }, false);
            }
            TaskResult::Preview { photo, name, preview, framed } => self.add_photo(photo, name, preview, &framed, false),
            TaskResult::Read(read) => self.take_read(read),
            TaskResult::Sharp(sharp) => self.session.sharp = Some(sharp),
            TaskResult::PhotoOfData(path, photo) => self.session.photo_of_data = Some((path, photo)),
            TaskResult::Pixels { asked, photo } => self.ask_of_pixels(asked, photo),
            TaskResult::ForClipboard(picture) => self.copied = Some(picture),
            TaskResult::ListTo { path, table } => self.tasks.write_list(path, table, self.picture_folders()),
            TaskResult::Listed(path) => self.session.wrote(path, &say("List", "Liste").into()),
            TaskResult::Framed { photo, framed } => self.framed(photo, &framed),
            TaskResult::Cached(pixels) => self.session.own_picture = Some(pixels),
            TaskResult::Resized(preview) => self.session.resize_preview = Some(preview),
            TaskResult::NoDialog(question) => self.type_instead(*question),
            TaskResult::Listing(listing) => self.found(listing),
            TaskResult::Arrived(found) => self.use_paths(found),
            TaskResult::Held(found) => self.recognize_held(found),
            TaskResult::Recent(recent) => self.recent = recent,
            // Whatever the user has opened meanwhile stays.
            TaskResult::StillThere(source) => {
                if self.session.open.is_none() && !self.session.phase.busy() {
                    self.open(source);
                }
            }
            TaskResult::Gone { then, now } => {
                self.preferences.moved(&then, &now);
                self.memory.data.moved(&then, &now);
                self.look_for_recent();
            }
            TaskResult::Ask(question) => self.tasks.ask(self.preferences.lang, *question),
            TaskResult::Opened => {}
            TaskResult::Failed(problem) => self.session.fail(problem),
        }
    }

    fn continue_table(&mut self) {
        if let Some(job) = self.session.table.clone() {
            self.predict_folder(job, false);
        }
    }

    pub(super) fn predict_folder(&mut self, job: TableJob, overwrite: bool) {
        let TableJob { run, folder, csv, framing, form } = job.clone();
        if !self.session.phase.busy() {
            self.session.table = Some(job);
        }
        self.written = Some(TaskResult::PredictFolder { run: run.clone(), folder: folder.clone(), csv: csv.clone(), framing });
        let command = Command::PredictFolder { run, folder, csv, framing, form, overwrite };
        self.send(command, Some(Phase::Working(Progress::at(Stage::Predicting))));
    }

    /// Goes on with what the user decided in a dialog.
    pub(super) fn answered(&mut self, answer: DialogAnswer) {
        match answer {
            DialogAnswer::Stay => return,
            DialogAnswer::Close => {}
            DialogAnswer::Discard => self.wish(Signal::Discard),
            DialogAnswer::PauseAndQuit => {
                self.wish(Signal::Leave);
                self.pending.set(Pending::Close);
            }
            DialogAnswer::DiscardAndQuit => {
                self.wish(Signal::Discard);
                self.pending.set(Pending::Close);
            }
        }
        self.dialog = None;
    }
}
