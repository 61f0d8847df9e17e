//! What stands around each page: the rail with the steps, and the status bar.

use std::sync::{Arc, Weak};

use egui::{Align, CornerRadius, Id, Layout, Margin, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{
    Action, Cx, Dialog,
    command::{self, CommandGroup},
    icon::{self, Icon},
    page::Page,
    shortcut,
    theme::{self, Theme},
    widget::{
        bar,
        button::{focus_ring, icon_button, link, mix},
        choice::menu_line,
        scroll,
        separator::separator,
    },
};
use crate::{
    engine::DeviceKind,
    experiment::{ExperimentView, MemberState},
    run::RunView,
    session::{Phase, Progress},
    text::{Lang, number, plural, say},
};

/// Width of the rail in a window of `width` points: where it is narrow, icons alone.
pub fn rail_width(width: f32) -> f32 {
    match width {
        w if w < SLIM => 60.0,
        w if w < 1180.0 => 204.0,
        _ => 232.0,
    }
}

/// Height of the status bar.
pub const STATUS: f32 = 40.0;
/// Below this width of the window the rail shows icons alone.
const SLIM: f32 = 760.0;
/// Below this height of the rail the steps do not say what they hold.
const LOW: f32 = 560.0;

/// The rail: name, the steps with what each holds now, runs, preferences, the device.
pub fn rail(ui: &mut Ui, cx: &mut Cx<'_>, open: Page) {
    let t = Theme::of(ui);
    ui.spacing_mut().item_spacing.y = 2.0;
    if ui.available_width() < 100.0 {
        ScrollArea::vertical().show(ui, |ui| slim(ui, cx, open));
        return;
    }
    ui.horizontal(|ui| {
        let (logo, _) = ui.allocate_exact_size(vec2(40.0, 28.0), Sense::hover());
        let logo = Rect::from_min_size(pos2(logo.left() + 10.0, logo.top() + 1.0), vec2(26.0, 26.0));
        ui.painter().rect_filled(logo, CornerRadius::same(7), t.accent);
        smile(ui.painter(), logo, t.on);
        ui.label(egui::RichText::new("Trombine").font(theme::semibold(17.0)).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            menu(ui, cx);
            // In a narrow rail the menu leads to the help.
            if ui.available_width() > 34.0 {
                help(ui, cx);
            }
        });
    });
    ui.add_space(10.0);
    let size = if ui.available_height() < LOW { Size::Low } else { Size::Full };
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        for page in Page::STEPS {
            step(ui, cx, page, page == open, size);
        }
        // The rest stands at the lower end, as long as there is room between.
        let below = size.height("state") + size.height("") + 46.0;
        ui.add_space((ui.available_height() - below).max(8.0));
        step(ui, cx, Page::Runs, open == Page::Runs, size);
        preferences(ui, cx, size);
        ui.add_space(8.0);
        device(ui, cx);
    });
}

/// The rail as icons alone.
fn slim(ui: &mut Ui, cx: &mut Cx<'_>, open: Page) {
    let (logo, _) = ui.allocate_exact_size(vec2(36.0, 28.0), Sense::hover());
    let logo = Rect::from_min_size(pos2(logo.left() + 5.0, logo.top() + 1.0), vec2(26.0, 26.0));
    let t = Theme::of(ui);
    ui.painter().rect_filled(logo, CornerRadius::same(7), t.accent);
    smile(ui.painter(), logo, t.on);
    ui.add_space(6.0);
    for page in Page::STEPS.into_iter().chain([Page::Runs]) {
        step(ui, cx, page, page == open, Size::Slim);
    }
    preferences(ui, cx, Size::Slim);
    ui.add_space(6.0);
    menu(ui, cx);
    help(ui, cx);
}

/// How much an entry of the rail shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Full,
    /// Its name.
    Low,
    /// Its icon.
    Slim,
}

impl Size {
    fn height(self, state: &str) -> f32 {
        match self {
            Self::Full if !state.is_empty() => 56.0,
            Self::Full => 44.0,
            Self::Low | Self::Slim => 36.0,
        }
    }
}

fn help(ui: &mut Ui, cx: &mut Cx<'_>) {
    if icon_button(ui, icon::CIRCLE_QUESTION_MARK, cx.say(say("Help (F1)", "Aide (F1)"))).clicked() {
        cx.act(Action::Show(Dialog::Help));
    }
}

fn preferences(ui: &mut Ui, cx: &mut Cx<'_>, size: Size) {
    let name = cx.say(say("Preferences", "Préférences"));
    if (Entry { symbol: icon::SETTINGS, name, state: "", open: false, locked: None }.show(ui, size)).clicked() {
        cx.act(Action::Show(Dialog::Preferences));
    }
}

/// The menu of what can be done from anywhere, with the keys that do the same.
fn menu(ui: &mut Ui, cx: &mut Cx<'_>) {
    let button = icon_button(ui, icon::ELLIPSIS, cx.say(say("Menu", "Menu")));
    // As wide as the longest line with its keys, in French.
    let width = (ui.content_rect().width() - 24.0).min(400.0);
    egui::Popup::menu(&button).gap(4.0).width(width).show(|ui| {
        ui.set_max_width(width);
        scroll::menu(ui, |ui| commands(ui, cx));
    });
}

fn commands(ui: &mut Ui, cx: &mut Cx<'_>) {
    const SHOWN: [CommandGroup; 3] = [CommandGroup::File, CommandGroup::Edit, CommandGroup::Help];
    ui.spacing_mut().item_spacing.y = 0.0;
    let commands = command::all(cx);
    for (index, group) in SHOWN.into_iter().enumerate() {
        if index > 0 {
            ui.add_space(4.0);
            separator(ui);
            ui.add_space(4.0);
        }
        for command in commands.iter().filter(|command| command.group == group) {
            let (name, keys) = (cx.say(command.name), command.shortcut(cx.lang));
            let line = |ui: &mut Ui| menu_line(ui, Some(command.icon), name, &keys, false);
            let line = ui.add_enabled_ui(command.locked.is_none(), line).inner;
            let line = match command.locked {
                Some(why) => line.on_disabled_hover_text(cx.say(why)),
                None => line,
            };
            if line.clicked() {
                ui.close();
                cx.act(command.action.clone());
            }
        }
    }
}

/// The program's sign: two eyes and a mouth.
fn smile(painter: &egui::Painter, rect: Rect, color: egui::Color32) {
    let unit = rect.width() / 26.0;
    for x in [9.2, 16.8] {
        painter.circle_filled(rect.min + vec2(x, 10.4) * unit, 1.6 * unit, color);
    }
    let mouth = (0..=16).map(|n| {
        let angle = (30.0 + 7.5 * n as f32).to_radians();
        rect.min + vec2(13.0 + 5.4 * angle.cos(), 13.4 + 5.0 * angle.sin()) * unit
    });
    painter.line(mouth.collect(), egui::Stroke::new(1.9 * unit, color));
}

fn step(ui: &mut Ui, cx: &mut Cx<'_>, page: Page, open: bool, size: Size) {
    let locked = page.locked(cx.session);
    let state = state_of(ui, cx, page);
    let (symbol, name) = (page.icon(), cx.say(page.name()));
    let entry = Entry { symbol, name, state: &state, open, locked: locked.map(|l| cx.say(l)) }.show(ui, size);
    let keys = Page::ALL.into_iter().zip(&command::PAGES).find(|(other, _)| *other == page).map(|(_, keys)| keys);
    let entry = match keys.filter(|_| locked.is_none()) {
        Some(keys) => entry.on_hover_text(shortcut::written(keys, cx.lang)),
        None => entry,
    };
    if entry.clicked() && locked.is_none() {
        cx.act(Action::Go(page));
    }
}

/// What a step holds now. What the results say is counted over all pictures, so once for each run.
fn state_of(ui: &Ui, cx: &Cx<'_>, page: Page) -> String {
    let now = || page.state(cx.lang, cx.session, cx.settings, cx.problems().is_empty());
    let Some(run) = cx.session.run.as_ref().filter(|_| page == Page::Results) else { return now() };
    let id = Id::unique("what the rail says of the results");
    let known = ui.data(|data| data.get_temp::<(Weak<RunView>, Lang, String)>(id));
    let is = |(of, lang, _): &(Weak<RunView>, Lang, String)| std::ptr::eq(of.as_ptr(), Arc::as_ptr(run)) && *lang == cx.lang;
    if let Some((.., line)) = known.filter(is) {
        return line;
    }
    let line = now();
    ui.data_mut(|data| data.insert_temp(id, (Arc::downgrade(run), cx.lang, line.clone())));
    line
}

/// A line of the rail.
struct Entry<'a> {
    symbol: Icon,
    name: &'a str,
    /// What stands under the name.
    state: &'a str,
    open: bool,
    /// Why it cannot be opened.
    locked: Option<&'a str>,
}

impl Entry<'_> {
    fn show(&self, ui: &mut Ui, size: Size) -> Response {
        let t = Theme::of(ui);
        let Self { symbol, name, state, open, locked } = *self;
        let height = size.height(state);
        let sense = if locked.is_some() { Sense::hover() } else { Sense::click() };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), sense);
        let spoken = if state.is_empty() { name.to_owned() } else { format!("{name}, {state}") };
        response.widget_info(|| WidgetInfo::selected(Role::Tab, locked.is_none(), open, &spoken));
        let radius = CornerRadius::same(theme::RADIUS_BUTTON);
        if open {
            ui.painter().rect_filled(rect, radius, t.soft);
        } else if response.hovered() && locked.is_none() {
            ui.painter().rect_filled(rect, radius, mix(t.surface2, t.text3, 0.1));
        }
        focus_ring(ui, &response, rect, theme::RADIUS_BUTTON);
        let (color, second) = match (open, locked.is_some()) {
            (true, _) => (t.accent, t.text2),
            (false, true) => (t.text3, t.text3),
            (false, false) => (t.text, t.text2),
        };
        let x = if size == Size::Slim { rect.center().x } else { rect.left() + 20.0 };
        let place = Rect::from_center_size(pos2(x, rect.center().y), vec2(20.0, 20.0));
        symbol.paint(ui.painter(), place, 19.0, if open { t.accent } else { t.text2 });
        if size == Size::Slim {
            return response.on_hover_text(spoken);
        }
        let painter = ui.painter_at(rect);
        let name_font = theme::medium(theme::size::BODY);
        if state.is_empty() || size == Size::Low {
            painter.text(pos2(rect.left() + 41.0, rect.center().y), egui::Align2::LEFT_CENTER, name, name_font, color);
        } else {
            painter.text(pos2(rect.left() + 41.0, rect.top() + 19.0), egui::Align2::LEFT_CENTER, name, name_font, color);
            let below = pos2(rect.left() + 41.0, rect.top() + 38.0);
            let font = theme::regular(theme::size::TABLE - 0.5);
            let mut job = egui::text::LayoutJob::simple_singleline(state.to_owned(), font, second);
            job.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - below.x - 6.0);
            let galley = ui.painter().layout_job(job);
            painter.galley(pos2(below.x, below.y - galley.size().y / 2.0), galley, second);
        }
        if locked.is_some() { response } else { response.on_hover_cursor(egui::CursorIcon::PointingHand) }
    }
}

fn device(ui: &mut Ui, cx: &mut Cx<'_>) {
    let used = cx.session.training.as_ref().filter(|_| cx.session.phase.training()).map(|t| &t.device);
    let chosen = used.or_else(|| cx.devices.iter().find(|d| d.id == cx.device)).or(cx.devices.first());
    let Some(device) = chosen else { return };
    let symbol = if device.kind == DeviceKind::Processor { icon::CPU } else { icon::CIRCUIT_BOARD };
    let cores = cores(cx.lang);
    let text = match device.kind {
        DeviceKind::Processor => format!("{}, {cores}", say("Processor", "Processeur").get(cx.lang)),
        _ => device.name.clone(),
    };
    let t = Theme::of(ui);
    let room = ui.available_width() - 60.0;
    let line =
        |text: &str| egui::text::LayoutJob::simple_singleline(text.to_owned(), theme::regular(theme::size::TABLE - 0.5), t.text2);
    let mut job = line(&text);
    // The picture before it says that it is a processor.
    if device.kind == DeviceKind::Processor && ui.painter().layout_job(job.clone()).size().x > room {
        job = line(&cores);
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width(room);
    let galley = ui.painter().layout_job(job);
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 42.0, 26.0), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &text));
        let fill = if response.hovered() { t.surface } else { t.surface2 };
        ui.painter().rect(rect, CornerRadius::same(13), fill, t.border(), egui::StrokeKind::Inside);
        focus_ring(ui, &response, rect, 13);
        symbol.paint(
            ui.painter(),
            Rect::from_center_size(pos2(rect.left() + 19.0, rect.center().y), vec2(16.0, 16.0)),
            15.0,
            t.text2,
        );
        ui.painter().galley(pos2(rect.left() + 32.0, rect.center().y - galley.size().y / 2.0), galley, t.text2);
        if response.on_hover_text(device.about(cx.lang)).clicked() {
            cx.act(Action::Show(Dialog::Preferences));
        }
    });
}

fn cores(lang: Lang) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    plural(lang, cores, say("core", "cœur"), say("cores", "cœurs"))
}

/// The status bar: the job with its bar and the time left, or Ready; what is saved; the language. Where it is narrow, the
/// last of these give way.
pub fn status(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = Theme::of(ui);
    let caption = |text: String| theme::caption(text).color(t.text2);
    let side = if ui.available_width() < 700.0 { 14.0 } else { 28.0 };
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = if side < 20.0 { 8.0 } else { 14.0 };
        ui.add_space(side);
        let busy = cx.session.phase.busy();
        let beside = cx.session.beside.filter(|_| !busy);
        let (symbol, color) = match cx.session.phase {
            Phase::Paused => (icon::PAUSE, t.text2),
            _ if busy || beside.is_some() => (icon::ACTIVITY, t.accent),
            _ => (icon::CIRCLE_CHECK, t.good),
        };
        ui.label(symbol.text(15.0).color(color));
        let stops = beside.is_some() || matches!(cx.session.phase, Phase::Opening(_) | Phase::Working(_));
        let stop = cx.say(say("Stop", "Arrêter"));
        ui.scope(|ui| {
            // The way to stop it is never pushed out.
            let kept = side + if stops { width(ui, stop) + 12.0 } else { 0.0 };
            ui.set_max_width((ui.available_width() - kept).max(40.0));
            ui.add(egui::Label::new(caption(job(cx))).truncate());
        });
        let share = beside.map_or_else(|| cx.session.share_of_all(), |(_, progress)| progress.share());
        if busy || beside.is_some() {
            let room = ui.available_width() - side - if stops { width(ui, stop) + 12.0 } else { 0.0 };
            let bar = if room < 560.0 { 110.0 } else { 180.0 };
            if room > bar + 12.0 {
                bar::progress(ui, cx.say(say("Progress", "Progression")), share, bar);
            }
            if let Some(left) = time_left(cx).filter(|left| busy && width(ui, left) + side + 12.0 < ui.available_width()) {
                ui.label(caption(left));
            }
            if stops && link(ui, stop).clicked() {
                cx.act(beside.map_or(Action::Cancel, |(job, _)| Action::StopBeside(job)));
            }
        }
        if ui.available_width() > side + 20.0 {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(side);
                ui.spacing_mut().item_spacing.x = 8.0;
                at_the_right(ui, cx);
            });
        }
    });
}

/// How wide `text` is as a caption.
fn width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), theme::regular(theme::size::CAPTION), egui::Color32::PLACEHOLDER).size().x
}

/// What is saved, or the languages, as far as there is room.
fn at_the_right(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = Theme::of(ui);
    let training = cx.session.training.as_ref().filter(|_| cx.session.phase.training());
    if let Some(epoch) = training.and_then(|training| training.saved).filter(|epoch| *epoch > 0) {
        let safe = match cx.lang {
            Lang::En => format!("saved up to epoch {epoch}"),
            Lang::Fr => format!("enregistré jusqu’à l’époque {epoch}"),
        };
        if width(ui, &safe) + 24.0 < ui.available_width() {
            ui.label(theme::caption(&safe).color(t.text2));
        }
        ui.label(icon::SAVE.text(14.0).color(t.text3)).on_hover_text(safe);
        return;
    }
    // In a narrow window they are found in the preferences.
    if ui.available_width() < 150.0 {
        return;
    }
    for (index, lang) in Lang::ALL.into_iter().rev().enumerate() {
        if index > 0 {
            ui.label(theme::caption("·").color(t.text3));
        }
        language(ui, cx, lang);
    }
}

fn language(ui: &mut Ui, cx: &mut Cx<'_>, lang: Lang) {
    let t = Theme::of(ui);
    let on = lang == cx.lang;
    let font = if on { theme::medium(theme::size::CAPTION) } else { theme::regular(theme::size::CAPTION) };
    let text = egui::RichText::new(lang.name()).font(font).color(if on { t.text } else { t.text2 });
    let response = ui.add(egui::Button::new(text).frame(false));
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), on, lang.name()));
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        cx.act(Action::Language(lang));
    }
}

/// What the program is doing, in a few words.
fn job(cx: &Cx<'_>) -> String {
    let lang = cx.lang;
    match (cx.session.phase, &cx.session.training) {
        (Phase::Idle, _) => match (cx.session.beside, cx.dataset()) {
            (Some((_, progress)), _) => how_far(lang, progress),
            (None, Some(dataset)) if !dataset.pixels.is_empty() => match lang {
                Lang::En => format!("Ready, {} open", dataset.source.name().en),
                Lang::Fr => format!("Prêt ; ouvert : {}", dataset.source.name().fr),
            },
            _ => say("Ready", "Prêt").get(lang).to_owned(),
        },
        (Phase::Training, Some(t)) => {
            let run = at_work(cx).map(|view| {
                let [now, all] = [view.members.len().min(view.over() + 1), view.members.len()].map(|n| number(lang, n as u64));
                match lang {
                    Lang::En => format!("run {now} of {all}, "),
                    Lang::Fr => format!("essai {now} sur {all}, "),
                }
            });
            let run = run.unwrap_or_default();
            match lang {
                Lang::En => format!("Training, {run}epoch {} of {}", t.now.epoch, t.epochs),
                Lang::Fr => format!("Entraînement, {run}époque {} sur {}", t.now.epoch, t.epochs),
            }
        }
        (Phase::Paused, Some(t)) => match lang {
            Lang::En => format!("Paused in epoch {} of {}", t.now.epoch, t.epochs),
            Lang::Fr => format!("En pause, époque {} sur {}", t.now.epoch, t.epochs),
        },
        (Phase::Training | Phase::Paused, None) => say("Training", "Entraînement").get(lang).to_owned(),
        (Phase::Starting(p) | Phase::Opening(p) | Phase::Evaluating(p) | Phase::Working(p), _) => how_far(lang, p),
    }
}

fn how_far(lang: Lang, progress: Progress) -> String {
    let what = progress.stage.name().get(lang);
    match (progress.done, progress.total) {
        (0, 0) => format!("{what}…"),
        (done, 0) => format!("{what}, {}", number(lang, done)),
        (done, total) => format!("{what}, {} {} {}", number(lang, done), say("of", "sur").get(lang), number(lang, total)),
    }
}

/// The experiment that is trained now.
fn at_work<'a>(cx: &Cx<'a>) -> Option<&'a ExperimentView> {
    let experiments = &cx.session.experiments;
    experiments.views.get(&experiments.at_work.as_ref()?.experiment).map(|view| &**view)
}

/// Of an experiment what all its runs will take, by those that have ended; none where many are to be stopped early.
fn time_left(cx: &Cx<'_>) -> Option<String> {
    let training = cx.session.training.as_ref().filter(|_| cx.session.phase == Phase::Training)?;
    let others = match at_work(cx) {
        None => 0.0,
        Some(view) if view.experiment.halving.is_some() => return None,
        Some(view) => {
            let ended = view.members.iter().filter(|member| member.state == MemberState::Finished);
            let took: Vec<f64> = ended.filter_map(|member| Some(member.run.as_ref()?.seconds)).collect();
            let left = view.members.len() - view.over();
            if took.is_empty() && left > 1 {
                return None;
            }
            left.saturating_sub(1) as f64 * took.iter().sum::<f64>() / took.len().max(1) as f64
        }
    };
    let seconds = training.now.remaining + others;
    (seconds.is_finite() && seconds > 0.0).then(|| {
        let time = super::page::train::words::rounded(cx.lang, seconds);
        match cx.lang {
            Lang::En => format!("about {time} left"),
            Lang::Fr => format!("encore environ {time}"),
        }
    })
}

/// The frame of the rail and of the status bar.
pub fn bar_frame(ui: &Ui, margin: Margin) -> egui::Frame {
    egui::Frame::new().fill(Theme::of(ui).surface2).inner_margin(margin)
}
