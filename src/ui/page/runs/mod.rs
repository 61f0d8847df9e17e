//! Runs: every training that is kept, side by side.

mod changed;
mod compare;
mod detail;
mod experiments;
mod luck;
mod record;
mod watch;

use egui::{Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::{
    evaluate::RunScores,
    run::{RunInfo, RunStatus, date},
    text::{Lang, duration, number, percent, say},
    ui::{
        Action, Cx, icon,
        page::Page,
        theme::{self, RADIUS_FIELD, Theme, size},
        widget::{
            button::{Button, focus_ring},
            card::{Card, columns, header},
            fitted::fitted,
            notice, scroll,
            stack::{Row, fixed, growing, stack},
        },
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// The chosen runs, in the order in which they were chosen.
    chosen: Vec<String>,
    compared: compare::Data,
    luck: luck::State,
    /// The pictures that fill the page, if they do.
    pictures: Option<changed::Changed>,
    /// The name and note that are being typed, of which run.
    typed: Option<(String, String, String)>,
    experiments: experiments::State,
    watch: watch::State,
}

/// Runs whose curves can be told apart in one plot.
const MOST: usize = 5;

impl State {
    /// Chooses the runs to compare.
    pub fn choose(&mut self, runs: Vec<String>) {
        self.chosen = runs;
    }
}

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    if watch::show(ui, cx, &mut state.watch) {
        return;
    }
    if state.experiments.is_shown() {
        experiments::show(ui, cx, &mut state.experiments);
        return;
    }
    let lang = cx.lang;
    let session = cx.session;
    state.chosen.retain(|id| session.runs.iter().any(|r| r.id == *id));
    state.pictures.take_if(|pictures| !pictures.is_of(&state.chosen));
    if let Some(pictures) = &mut state.pictures {
        if changed::show(ui, cx, pictures) {
            state.pictures = None;
        }
        return;
    }
    let sentence = say(
        "Every training is kept; tick one for its details, several to compare them",
        "Chaque entraînement est conservé ; cochez-en un pour ses détails, plusieurs pour les comparer",
    );
    header(ui, Page::Runs.name().get(lang), sentence.get(lang), |ui| {
        let open = say("Open a run…", "Ouvrir un essai…").get(lang);
        let about = say(
            "Add a run from another machine: its folder, or its exported weights",
            "Ajouter un essai d’une autre machine : son dossier, ou ses poids exportés",
        );
        if ui.add(Button::secondary(open).icon(icon::FOLDER_INPUT)).on_hover_text(about.get(lang)).clicked() {
            cx.act(Action::ChooseRun);
        }
        experiments::tools(ui, cx, &mut state.experiments);
        watch::tool(ui, cx);
    });
    if session.runs.is_empty() {
        Card::new().fill().show(ui, |ui| {
            let title = say("No runs yet", "Pas encore d’essais").get(lang);
            let text = say(
                "Each training that you start is kept here with its settings, curves and results",
                "Chaque entraînement lancé est conservé ici avec ses réglages, ses courbes et ses résultats",
            );
            notice::empty(ui, icon::HISTORY, title, text.get(lang), |ui| {
                let page = if session.dataset.is_some() { Page::Training } else { Page::Data };
                let go = Button::primary(format!("{} {}", say("Go to", "Aller à").get(lang), page.name().get(lang)));
                if ui.add(go.trailing(icon::ARROW_RIGHT)).clicked() {
                    cx.act(Action::Go(page));
                }
            });
        });
        return;
    }
    for id in &state.chosen {
        if !session.views.contains_key(id) {
            cx.actions.push(Action::ViewRun(id.clone()));
        }
    }
    match state.chosen.as_slice() {
        [] => table(ui, cx, state),
        [one] => {
            let one = one.clone();
            let height = ui.available_height();
            columns(ui, &[1.0, 340.0], height, |column, ui| {
                ui.set_max_height(height);
                let view = session.views.get(&one).filter(|view| !view.history.is_empty()).cloned();
                match view {
                    _ if column == 1 => detail::show(ui, cx, state, &one),
                    None => table(ui, cx, state),
                    Some(view) => stack(ui, &[table_row(session.runs.len()), growing(214.0, 0.8)], |row, ui, height| {
                        ui.set_max_height(height);
                        if row == 0 { table(ui, cx, state) } else { record::show(ui, cx, &view, height) }
                    }),
                }
            });
        }
        _ => several(ui, cx, state),
    }
}

/// The table, whether the chosen runs differ by more than luck, and their curves beside what differed.
fn several(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let views = compare::views(cx, &state.chosen);
    let width = ui.available_width();
    let luck = fixed(luck::height(cx, &views, width));
    let stacked = compare::is_stacked(state.chosen.len(), width);
    let mut rows = vec![table_row(cx.session.runs.len()), luck, growing(240.0, 0.8)];
    if stacked {
        rows.push(growing(300.0, 0.8));
    }
    stack(ui, &rows, |row, ui, height| {
        ui.set_max_height(height);
        match row {
            0 => table(ui, cx, state),
            1 => {
                if let Some(asked) = luck::show(ui, cx, &views, &mut state.luck, height) {
                    state.pictures = Some(asked.into());
                }
            }
            2 if stacked => compare::curves(ui, cx.lang, &views, height),
            3 => compare::differences(ui, cx, &views, &mut state.compared),
            _ => compare::show(ui, cx, &views, &mut state.compared, height),
        }
    });
}

/// Height of a run's line in the table.
const LINE: f32 = 46.0;

/// The table above a comparison: just high enough for a few runs, or a part of the page that scrolls.
fn table_row(runs: usize) -> Row {
    match runs {
        ..=3 => fixed(66.0 + LINE * runs as f32),
        _ => growing(204.0, 0.5),
    }
}

/// A column behind the name: its title, its share of the rest, and the place of its value in [`cells`].
type Column = (&'static str, f32, usize);

/// The columns, fewer of them in a small window and where a run's details stand beside the table.
fn columns_of(lang: Lang, width: f32, runs: &[RunInfo]) -> Vec<Column> {
    let begun = say("started (UTC)", "début (UTC)").get(lang);
    // Each run says its own measure.
    let of_years = |run: &RunInfo| run.task.is_regression();
    let right = match (runs.iter().all(of_years), runs.iter().any(of_years)) {
        (true, _) => say("test error", "écart test"),
        (_, true) => say("test", "test"),
        _ => say("test accuracy", "exactitude test"),
    };
    let right = right.get(lang);
    let epochs = say("epochs", "époques").get(lang);
    let time = say("time", "durée").get(lang);
    match width {
        ..400.0 => vec![(right, 1.0, 2)],
        ..520.0 => vec![(epochs, 0.45, 1), (right, 0.55, 2)],
        ..680.0 => vec![(begun, 0.44, 0), (epochs, 0.24, 1), (right, 0.32, 2)],
        ..860.0 => vec![(begun, 0.34, 0), (epochs, 0.19, 1), (right, 0.25, 2), (time, 0.22, 4)],
        _ => vec![
            (begun, 0.23, 0),
            (epochs, 0.12, 1),
            (right, 0.15, 2),
            ("F1, macro", 0.14, 3),
            (time, 0.15, 4),
            (say("device", "appareil").get(lang), 0.21, 5),
        ],
    }
}

/// Where the name ends, and the left and right end of each column of a row.
fn places(rect: Rect, columns: &[Column]) -> (f32, Vec<(f32, f32)>) {
    const GAP: f32 = 14.0;
    let name = rect.left() + rect.width() * [0.68, 0.5, 0.42, 0.42, 0.34, 0.34][columns.len().clamp(1, 6) - 1];
    let mut x = name;
    let rest = rect.right() - name - 6.0;
    let of = |column: &Column| {
        let left = x;
        x += rest * column.1;
        (left + GAP, x)
    };
    (name, columns.iter().map(of).collect())
}

fn table(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let lang = cx.lang;
    let t = Theme::of(ui);
    let runs = &cx.session.runs;
    let scores = || runs.iter().filter_map(|r| r.scores.as_ref());
    let best = scores().filter(|s| s.years.is_none()).map(|s| s.accuracy).fold(0.0, f64::max);
    let nearest = scores().filter_map(|s| s.years).map(|of| of.mae).fold(f64::INFINITY, f64::min);
    let leads = |s: &RunScores| s.years.map_or(s.accuracy >= best, |of| of.mae <= nearest);
    Card::new().fill().show(ui, |ui| {
        let columns = columns_of(lang, ui.available_width(), runs);
        let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
        for ((left, right), (title, ..)) in places(head, &columns).1.into_iter().zip(&columns) {
            let galley = fitted(ui, title, theme::regular(size::CAPTION), t.text3, right - left);
            ui.painter().galley(pos2(right - galley.size().x, head.center().y - galley.size().y / 2.0), galley, t.text3);
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut lines = |ui: &mut Ui, range: std::ops::Range<usize>| {
            for run in &runs[range] {
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
                let on = state.chosen.contains(&run.id);
                let cells = cells(lang, run);
                let said = format!("{}, {}", run.name(lang), cells.join(", "));
                response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &said));
                ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.grid));
                if on || response.hovered() {
                    ui.painter().rect_filled(rect.shrink2(vec2(0.0, 2.0)), RADIUS_FIELD, if on { t.soft } else { t.surface2 });
                }
                focus_ring(ui, &response, rect.shrink(3.0), RADIUS_FIELD);
                let box_rect = Rect::from_center_size(pos2(rect.left() + 16.0, rect.center().y), vec2(16.0, 16.0));
                let place = state.chosen.iter().position(|id| *id == run.id);
                let color = place.map_or(t.stroke, |i| compare::color(t, i));
                ui.painter().rect(
                    box_rect,
                    4.0,
                    if on { color } else { t.surface },
                    Stroke::new(1.0, color),
                    egui::StrokeKind::Inside,
                );
                if on {
                    icon::CHECK.paint(ui.painter(), box_rect, 13.0, t.on);
                }
                let (end, places) = places(rect, &columns);
                let left = rect.left() + 34.0;
                let note = if run.note.is_empty() { status(lang, run) } else { run.note.replace('\n', " ") };
                let note = run.committee.as_ref().map(|committee| committee.mark(&run.note, lang)).unwrap_or(note);
                let lines = [
                    (run.name(lang), theme::medium(size::BODY), t.text, -9.0),
                    (note.as_str(), theme::regular(size::CAPTION), t.text2, 10.0),
                ];
                for (text, font, color, below) in lines {
                    let galley = fitted(ui, text, font, color, end - left);
                    ui.painter().galley(pos2(left, rect.center().y + below - galley.size().y / 2.0), galley, color);
                }
                for ((left, right), (.., which)) in places.into_iter().zip(&columns) {
                    let top = *which == 2 && run.scores.as_ref().is_some_and(leads);
                    let font = if top { theme::semibold(size::TABLE) } else { theme::regular(size::TABLE) };
                    let color = if *which == 2 { t.text } else { t.text2 };
                    let galley = fitted(ui, &cells[*which], font, color, right - left);
                    ui.painter().galley(pos2(right - galley.size().x, rect.center().y - galley.size().y / 2.0), galley, color);
                }
                if response.clicked() {
                    if on {
                        state.chosen.retain(|id| *id != run.id);
                    } else {
                        state.chosen.push(run.id.clone());
                        if state.chosen.len() > MOST {
                            state.chosen.remove(0);
                        }
                    }
                }
            }
        };
        match scroll::is_long(ui) {
            true => lines(ui, 0..runs.len()),
            // One run is less than the height that an area takes by itself.
            false => {
                let area = ScrollArea::vertical().min_scrolled_height(0.0).auto_shrink([false, false]);
                area.show_rows(ui, LINE, runs.len(), lines);
            }
        }
    });
}

fn cells(lang: Lang, run: &RunInfo) -> [String; 6] {
    let none = || "–".to_owned();
    let day = date::day_and_time(run.created);
    [
        day,
        if run.committee.is_some() { none() } else { number(lang, run.epochs_done.into()) },
        run.scores.as_ref().map_or_else(none, |s| match s.years {
            Some(of) => crate::text::years(lang, of.mae, 2),
            None => percent(lang, s.accuracy, 1),
        }),
        run.scores.as_ref().filter(|s| s.years.is_none()).map_or_else(none, |s| crate::text::decimal(lang, s.macro_f1, 3)),
        duration(lang, std::time::Duration::from_secs_f64(run.seconds.clamp(0.0, 1e9))),
        run.device.clone(),
    ]
}

fn status(lang: Lang, run: &RunInfo) -> String {
    match run.status {
        RunStatus::Training => say("training now", "en cours").get(lang).to_owned(),
        RunStatus::Paused => {
            say("interrupted or paused; it can go on", "interrompu ou en pause ; il peut reprendre").get(lang).to_owned()
        }
        RunStatus::Finished => run.stopped.map_or_else(String::new, |reason| super::train::words::why_stopped(lang, reason)),
    }
}
