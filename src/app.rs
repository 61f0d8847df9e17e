//! The window's one place that changes things: events come in, the page is drawn, and what it asked for is done.

mod appearance;
mod asking;
mod edit;
mod frames;
mod history;
mod interrupted;
mod keys;
mod looking;
pub mod notification;
mod opener;
pub mod pace;
mod path_kind;
mod pending;
mod perform;
mod photos;
mod planning;
mod prediction_table;
mod preferences;
mod preferences_writer;
mod question;
mod recipe;
mod recovery;
mod run_actions;
mod tab;
pub mod taskbar;
mod tasks;
mod title;
mod toasts;
mod typed;
mod walls;
mod watch;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use crossbeam_channel::{Receiver, bounded};
use egui::{CentralPanel, Context, Margin, Panel, Ui, ViewportCommand};

pub use pace::Pace;
pub use preferences::Preferences;

use self::{
    appearance::SystemMotion,
    edit::SentEdits,
    frames::Frames,
    history::{UndoStack, UndoStep},
    interrupted::Interrupted,
    notification::Notifier,
    opener::Opener,
    path_kind::PathKind,
    pending::{Awaited, Pending, PendingList},
    planning::{Checked, Planning},
    preferences_writer::Keepers,
    question::{Preview, TaskResult},
    taskbar::Taskbar,
    tasks::Tasks,
    toasts::Toasts,
    typed::Typed,
};
use crate::{
    control::Control,
    data::{open_dataset::OpenDataset, sample::Source},
    engine::Device,
    files, log,
    preset::Preset,
    run::RunStore,
    session::{Phase, Session},
    settings::Settings,
    text::Lang,
    ui::{
        Action, Cx, Dialog, dialog, frame, glossary,
        page::{Memory, Page, runs},
        theme, welcome,
        widget::{scroll, thumbs::Thumbs},
    },
    worker::{Answerer, Command, PhotoSource, Worker},
};

/// How the window starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// With what was open at the end.
    Normal,
    /// On the sample faces, training at once with a quick recipe.
    Demo,
}

/// Opens the window and comes back when it is closed: in `lang`, or else in the language that was chosen in it.
///
/// # Errors
/// A sentence about why there is no window: no display, no graphics driver.
pub fn run(start: Start, lang: Option<Lang>) -> Result<(), String> {
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../assets/icon.png")).unwrap_or_default();
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("trombine")
            .with_title(title::IDLE)
            .with_icon(icon)
            .with_inner_size([1280.0, 820.0])
            .with_min_inner_size([1024.0, 700.0])
            .with_drag_and_drop(true),
        // The bundled fonts hold every glyph of the program's own words: the same look everywhere. Names of folders and files may
        // be of any script, and come in the system's fonts.
        system_font_fallback: true,
        event_loop_builder: Some(Box::new(prefer_x11)),
        // The window's size and place, with everything else where it was asked for.
        persistence_path: files::chosen().map(|home| home.join("window.ron")),
        ..Default::default()
    };
    eframe::run_native("trombine", options, Box::new(move |cc| Ok(Box::new(App::new(cc, &start, lang)))))
        .map_err(|e| e.to_string())
}

/// Says by a dialog of the system that the window is gone, and where the log is.
pub fn tell_of_the_fault() {
    let text = log::fault("").line(Lang::of_system());
    rfd::MessageDialog::new().set_level(rfd::MessageLevel::Error).set_title("Trombine").set_description(text).show();
}

/// On Linux, file drops reach a window through X11 alone (winit 0.30 has none on Wayland), so it comes first.
#[cfg(target_os = "linux")]
fn prefer_x11(builder: &mut eframe::EventLoopBuilder<eframe::UserEvent>) {
    use winit::platform::x11::EventLoopBuilderExtX11 as _;
    if std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty()) {
        builder.with_x11();
    }
}

#[cfg(not(target_os = "linux"))]
fn prefer_x11(_builder: &mut eframe::EventLoopBuilder<eframe::UserEvent>) {}

/// The window's state.
pub struct App {
    pub session: Session,
    /// The draft that the pages edit.
    pub settings: Settings,
    /// The recipe that it started from.
    recipe: Preset,
    pub page: Page,
    pub preferences: Preferences,
    pub dialog: Option<Dialog>,
    /// Where the log is, if one is written.
    pub log: Option<PathBuf>,
    /// Shows files and folders that the user asks to see.
    pub opener: Opener,
    /// Shows what is told while the user looks elsewhere.
    pub notifier: Notifier,
    /// Shows how far the job is beside the title.
    pub taskbar: Taskbar,
    /// How much the system wants to move.
    pub system_motion: SystemMotion,
    /// The window's title, as it was set last.
    title: String,
    /// The draft as it was when it was last at rest.
    settled: Settings,
    history: UndoStack,
    /// The log of frame times, if it was asked for.
    frames: Option<Frames>,
    /// The edits that were sent to the worker last, until they have come back.
    sent: Option<SentEdits>,
    checked: Option<Checked>,
    planning: Planning,
    memory: Memory,
    thumbs: Thumbs,
    pub devices: Vec<Device>,
    /// Where the devices come from, until they have: looking for graphics drivers takes a while.
    devices_to_come: Option<Receiver<Vec<Device>>>,
    /// The recent folders, and whether each is there; until somebody has looked, they are.
    recent: Vec<(PathBuf, bool)>,
    /// What is held over the window, and what it is as far as is known.
    held: Vec<(PathBuf, PathKind)>,
    worker: Option<Worker>,
    answerer: Option<Answerer>,
    tasks: Tasks,
    /// A path that is being typed.
    typed: Option<Typed>,
    /// Whether it was said that this system has no dialogs.
    told_of_typing: bool,
    toasts: Toasts,
    /// The photos behind `session.photos`, by number, to ask about again.
    photos: HashMap<u64, PhotoSource>,
    /// Ends the reading of photos.
    reading: Control,
    /// Questions asked so far; numbers the next.
    questions: u64,
    /// A picture that is to be put on the clipboard.
    copied: Option<Preview>,
    /// Who answered about photos at the last look, by the run's id.
    answers: Option<String>,
    actions: Vec<Action>,
    paste: keys::Paste,
    pending: PendingList,
    interrupted: Interrupted,
    /// What the user last asked to have written where.
    written: Option<TaskResult>,
    /// The run whose report was of earlier weights, and which was evaluated again for that.
    evaluated_again: Option<String>,
    /// Writes what is remembered, if it is kept.
    keepers: Option<Keepers>,
}

impl App {
    /// The window as `start` says, with a worker on the user's own runs, and with file dialogs.
    pub fn new(cc: &eframe::CreationContext<'_>, start: &Start, lang: Option<Lang>) -> Self {
        let before = cc.storage.and_then(|storage| storage.get_string(eframe::APP_KEY));
        let home = files::home();
        let stored = home.as_ref().ok().and_then(|home| Preferences::load(home, before));
        let mut preferences = stored.unwrap_or_else(Preferences::first);
        preferences.lang = lang.unwrap_or(preferences.lang);
        let mut app = Self::offline(&cc.egui_ctx, Session::default(), preferences);
        app.tasks.offer_dialogs();
        app.notifier = notification::by_the_system();
        app.opener = Opener::SYSTEM;
        app.taskbar = taskbar::of_the_system();
        app.system_motion.listen(&cc.egui_ctx);
        if let Ok(home) = home {
            app.keep_preferences(&home);
        }
        match RunStore::of_user() {
            Ok(store) => {
                let graphics = cc.wgpu_render_state.as_ref().map(|state| state.adapter.get_info().device_type);
                app.employ(&cc.egui_ctx, &store, Pace::of(graphics));
            }
            Err(problem) => app.session.fail(problem),
        }
        app.find_devices(&cc.egui_ctx);
        app.look_for_recent();
        match start {
            Start::Normal => app.reopen(),
            Start::Demo => {
                app.take_recipe(Preset::Quick);
                app.settle_now();
                app.page = Page::Training;
                app.open_then(Source::SampleFaces, Some(Pending::Train));
            }
        }
        app
    }

    /// Takes a worker on the runs of `store`, whose progress is drawn at `pace`.
    pub fn employ(&mut self, ctx: &Context, store: &RunStore, pace: Pace) {
        match Worker::at(store.clone(), pace.wake(ctx)) {
            Ok(worker) => self.worker = Some(worker),
            Err(problem) => self.session.fail(problem),
        }
        let wake = ctx.clone();
        self.answerer = Answerer::at(store.clone(), move || wake.request_repaint()).ok();
        if let Some(run) = self.preferences.run.clone() {
            self.pending.set(Pending::ShowRun(run));
        }
        self.send(Command::ListRuns, None);
        self.send(Command::ListExperiments, None);
        self.send(Command::ListTrash, None);
        // Large runs take a while to be removed: nobody waits for that.
        self.send(Command::EmptyTrash, None);
    }

    /// Looks for this machine's devices on a thread of its own. Until it is done the window knows of none, and Automatic
    /// is the only choice.
    fn find_devices(&mut self, ctx: &Context) {
        let (tell, told) = bounded(1);
        let ctx = ctx.clone();
        let look = move || {
            // The window may be closed before the drivers have answered.
            let _ = tell.send(crate::engine::devices());
            ctx.request_repaint();
        };
        if std::thread::Builder::new().name("devices".to_owned()).spawn(look).is_ok() {
            self.devices_to_come = Some(told);
        }
    }

    /// The window on a session of its own, without a worker and without file dialogs: it draws and edits, and nothing is
    /// trained.
    pub fn offline(ctx: &Context, mut session: Session, preferences: Preferences) -> Self {
        session.watched_last = session.watched_last.or_else(|| preferences.watched.clone());
        theme::install(ctx);
        ctx.set_zoom_factor(preferences.zoom.clamp(0.5, 3.0));
        appearance::set_mode(ctx, preferences.mode);
        let wake = ctx.clone();
        let (settings, recipe) = (preferences.settings.clone(), preferences.recipe());
        Self {
            session,
            page: preferences.page,
            dialog: None,
            log: log::path().map(Path::to_owned),
            notifier: Arc::new(|_| {}),
            taskbar: Arc::new(|_| {}),
            system_motion: SystemMotion::default(),
            title: title::IDLE.to_owned(),
            opener: Opener::NONE,
            settled: settings.clone(),
            settings,
            recipe,
            history: UndoStack::default(),
            frames: Frames::asked(),
            sent: None,
            checked: None,
            planning: Planning::new(Arc::new({
                let wake = ctx.clone();
                move || wake.request_repaint()
            })),
            memory: Memory { runs: runs::State::with_columns(preferences.runs.clone()), ..Memory::default() },
            thumbs: Thumbs::default(),
            devices: Vec::new(),
            devices_to_come: None,
            recent: preferences.recent.iter().map(|folder| (folder.clone(), true)).collect(),
            held: Vec::new(),
            worker: None,
            answerer: None,
            tasks: Tasks::new(Arc::new(move || wake.request_repaint())),
            typed: None,
            told_of_typing: false,
            toasts: Toasts::default(),
            photos: HashMap::new(),
            reading: Control::default(),
            questions: 0,
            copied: None,
            answers: None,
            actions: Vec::new(),
            paste: keys::Paste::default(),
            pending: PendingList::default(),
            interrupted: Interrupted::default(),
            written: None,
            evaluated_again: None,
            keepers: None,
            preferences,
        }
    }

    /// Opens what was open at the end, if it is still there.
    fn reopen(&mut self) {
        if let Some(last) = self.preferences.source.clone() {
            self.tasks.look_for_last(last);
        }
    }

    /// Takes in everything that has come.
    fn drain(&mut self, ctx: &Context) {
        let before = self.session.open.clone();
        let (work, failures) = (self.work(), self.session.failures.len());
        if let Some(worker) = &self.worker {
            let events: Vec<_> = worker.events().collect();
            for envelope in events {
                let kept = self.are_kept(&envelope);
                self.session.apply(envelope);
                if kept {
                    self.sent = None;
                }
            }
        }
        if let Some(answerer) = &self.answerer {
            for answer in answerer.answers() {
                self.session.answer(answer);
            }
        }
        for fetched in self.tasks.fetched() {
            self.take(fetched);
        }
        self.tell_of_the_end(ctx, work, failures);
        self.show_in_title(ctx);
        self.copy_the_picture(ctx);
        for (then, now) in std::mem::take(&mut self.session.moved) {
            self.tasks.look_for_moved(then, now);
        }
        self.follow_who_answers();
        self.toasts.take(&mut self.session);
        self.look_for_interrupted();
        self.show_run_again();
        self.evaluate_again();
        if self.session.run.is_some()
            && let Some(Pending::GoTo(Some(page))) = self.pending.take(Awaited::Run)
            && page.locked(&self.session).is_none()
        {
            self.page = page;
        }
        self.look_for_pictures();
        self.take_awaited_settings();
        if let Some(open) = self.session.open.clone()
            && !before.as_ref().is_some_and(|before| Arc::ptr_eq(&before.dataset, &open.dataset))
        {
            let edited = before.as_ref().is_some_and(|before| before.dataset.source == open.dataset.source);
            planning::retire(before, self.checked.take());
            self.opened(open, edited);
        }
        if std::mem::take(&mut self.session.attention) {
            ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(egui::UserAttentionType::Informational));
        }
        if !self.session.phase.busy() && !self.is_keeping() && self.pending.get(Awaited::Rest).is_some() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    /// A data set has come, or that which was shown, `edited`.
    fn opened(&mut self, open: OpenDataset, edited: bool) {
        let dataset = open.dataset.as_ref();
        // One with other edits, while another is still being opened, is not the one that is waited for.
        let pending = if self.session.phase.busy() { None } else { self.pending.take(Awaited::Dataset) };
        let another = self.preferences.source.replace(dataset.source.clone()) != Some(dataset.source.clone());
        if let Source::Folder(folder) = &dataset.source {
            if let Some(Pending::Moved(then)) = &pending {
                self.tasks.look_for_moved(then.clone(), folder.clone());
            }
            self.preferences.remember(folder);
            self.look_for_recent();
        }
        if another {
            self.forget_awaited_plan();
        }
        self.fit_settings_to(&dataset.task);
        if another && !edited && pending.is_none() {
            self.fit_recipe_to(dataset);
        }
        self.check();
        match pending {
            Some(Pending::Train) => self.actions.push(Action::Train),
            Some(Pending::Resume { run, how }) => self.resume_on(run, how, open),
            _ => {}
        }
    }

    /// Looks which of the recent folders are there.
    fn look_for_recent(&mut self) {
        self.tasks.look_for_recent(self.preferences.recent.clone());
    }

    /// Checks the draft, if it or the data set is not what was checked last.
    fn check(&mut self) {
        let Some(dataset) = self.session.dataset() else {
            self.checked = None;
            return;
        };
        // The crop is said of pictures of one size: it follows when they are read at another, and that is nothing to undo.
        let shape = dataset.picture_shape();
        if shape != self.settings.augment.shape() && !dataset.pixels.is_empty() {
            self.settings = std::mem::take(&mut self.settings).for_pictures(shape);
            self.settled = std::mem::take(&mut self.settled).for_pictures(shape);
        }
        if let Some(checked) = self.planning.checked() {
            self.checked = Some(checked);
        }
        if !self.checked.as_ref().is_some_and(|checked| checked.is(&self.settings, dataset))
            && let Some(checked) = self.planning.ask(&self.settings, dataset)
        {
            self.checked = Some(checked);
        }
        // One that is about another data set, because the new one is not dealt yet, is of no use.
        if self.checked.as_ref().is_some_and(|checked| !Arc::ptr_eq(&checked.dataset, dataset)) {
            self.checked = None;
        }
    }

    /// Remembers the draft for Undo once a change has come to rest: no drag, no half-typed number.
    fn settle(&mut self, ctx: &Context) {
        if self.settings == self.settled {
            return;
        }
        ctx.request_repaint();
        if !ctx.input(|i| i.pointer.any_down()) && !ctx.text_edit_focused() {
            let before = std::mem::replace(&mut self.settled, self.settings.clone());
            self.history.push(UndoStep::Draft(Box::new(before)));
            self.settle_now();
        }
    }

    /// Lends a page what it needs.
    fn lend<R>(&mut self, draw: impl FnOnce(&mut Cx<'_>, &mut Memory) -> R) -> R {
        let plan = match self.checked.as_ref().map(|checked| &checked.plan) {
            Some(Ok(plan)) => Ok(plan),
            Some(Err(problems)) => Err(problems.as_slice()),
            None => Err([].as_slice()),
        };
        let undoable = self.undoable();
        let mut cx = Cx {
            session: &self.session,
            settings: &mut self.settings,
            recipe: self.recipe,
            plan,
            lang: self.preferences.lang,
            thumbs: &mut self.thumbs,
            devices: &self.devices,
            device: &self.preferences.device,
            tables: self.preferences.tables,
            recent: &self.recent,
            type_paths: self.preferences.type_paths,
            notify: self.preferences.notify,
            log: self.log.as_deref(),
            undoable,
            actions: &mut self.actions,
        };
        draw(&mut cx, &mut self.memory)
    }

    /// Hands over what the preferences have become.
    fn keep(&mut self) {
        self.preferences.page = self.page;
        self.preferences.runs.clone_from(self.memory.runs.columns());
        if let Some(run) = &self.session.run
            && self.preferences.run.as_ref() != Some(&run.info.id)
        {
            self.preferences.run = Some(run.info.id.clone());
        }
        if let Some(keepers) = &mut self.keepers {
            keepers.keep(&self.preferences, self.memory.data.walls());
            if let Some(problem) = keepers.trouble() {
                self.session.fail(problem);
            }
        }
    }

    fn draw(&mut self, ui: &mut Ui) {
        let width = ui.available_width();
        let open = self.page;
        let bars = |ui: &Ui, margin| frame::bar_frame(ui, margin);
        let rail = bars(ui, Margin { left: 12, right: 12, top: 16, bottom: 12 });
        Panel::left("rail").exact_size(frame::rail_width(width)).resizable(false).frame(rail).show(ui, |ui| {
            self.lend(|cx, _| frame::rail(ui, cx, open));
        });
        let status = bars(ui, Margin::same(0));
        Panel::bottom("status").exact_size(frame::STATUS).resizable(false).frame(status).show(ui, |ui| {
            self.lend(|cx, _| frame::status(ui, cx));
        });
        let t = theme::Theme::of(ui);
        let (side, top, bottom) = match width {
            w if w < 760.0 => (14, 14, 12),
            w if w < 1180.0 => (18, 24, 20),
            _ => (28, 24, 20),
        };
        let page = egui::Frame::new().fill(t.bg).inner_margin(Margin { left: side, right: side, top, bottom });
        CentralPanel::no_frame().frame(page).show(ui, |ui| {
            let first = open == Page::Data && self.session.open.is_none() && self.session.phase == Phase::Idle;
            self.lend(|cx, memory| {
                scroll::page(ui, |ui| match first {
                    true => welcome::show(ui, cx),
                    false => open.show(ui, cx, memory),
                });
            });
        });
        self.cards(ui);
        if let Some(offer) = self.toasts.show(ui, self.preferences.lang) {
            self.actions.push(Action::Take(offer));
        }
        self.drop_overlay(ui);
        if glossary::asked(ui.ctx()) {
            self.dialog = Some(Dialog::Words);
        }
        self.ask_path(ui);
        if let Some(dialog) = self.dialog {
            let looks = self.preferences.looks();
            let answer = self.lend(|cx, _| dialog::show(ui, cx, dialog, looks));
            self.answered(answer);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        if let Some(frames) = &mut self.frames {
            frames.begin();
        }
        self.follow_motion(ctx);
        self.drain(ctx);
        if let Some(devices) = self.devices_to_come.as_ref().and_then(|told| told.try_recv().ok()) {
            (self.devices, self.devices_to_come) = (devices, None);
        }
        self.check();
        self.use_plan();
        for action in std::mem::take(&mut self.actions) {
            self.perform(ctx, action);
        }
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        // Ctrl with plus or minus changes it, too.
        self.preferences.zoom = ui.ctx().zoom_factor();
        self.keys(ui);
        self.draw(ui);
        self.guard_close(ui);
        self.settle(ui.ctx());
        for action in std::mem::take(&mut self.actions) {
            self.perform(ui.ctx(), action);
            ui.request_repaint();
        }
        self.keep();
        if let Some(frames) = &mut self.frames {
            frames.end(frame.info().cpu_usage, self.page, self.session.phase);
        }
    }

    fn auto_save_interval(&self) -> std::time::Duration {
        std::time::Duration::from_secs(5)
    }
}
