//! Runs: every training that is kept, side by side.

mod compare;
mod detail;

use egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::{
    run::{RunInfo, RunStatus, date},
    text::{Lang, duration, number, percent, say},
    ui::{
        Action, Cx, icon,
        page::Page,
        theme::{self, RADIUS_FIELD, Theme, size},
        widget::{
            button::{Button, focus_ring},
            card::{Card, columns, header},
            notice,
            stack::{growing, stack},
        },
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// The chosen runs, in the order in which they were chosen.
    chosen: Vec<String>,
    /// The name and note that are being typed, of which run.
    typed: Option<(String, String, String)>,
}

/// Runs whose curves can be told apart in one plot.
const MOST: usize = 5;

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let lang = cx.lang;
    let session = cx.session;
    let sentence = say(
        "Every training is kept; choose several to see their curves over each other and what differed",
        "Chaque entraînement est conservé ; choisissez-en plusieurs pour superposer leurs courbes et voir ce qui différait",
    );
    header(ui, Page::Runs.name().get(lang), sentence.get(lang), |_| {});
    state.chosen.retain(|id| session.runs.iter().any(|r| r.id == *id));
    if session.runs.is_empty() {
        Card::new().fill().show(ui, |ui| {
            let title = say("No runs yet", "Pas encore d’exécutions").get(lang);
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
                if column == 0 { table(ui, cx, state) } else { detail::show(ui, cx, state, &one) }
            });
        }
        _ => stack(ui, &[growing(170.0, 0.5), growing(300.0, 0.8)], |row, ui, height| {
            ui.set_max_height(height);
            if row == 0 { table(ui, cx, state) } else { compare::show(ui, cx, &state.chosen, height) }
        }),
    }
}

/// The columns behind the name: title, and their share of the rest.
fn heads(lang: Lang) -> [(&'static str, f32); 6] {
    [
        (say("begun", "début").get(lang), 0.2),
        (say("epochs", "époques").get(lang), 0.13),
        (say("test, right", "test, justes").get(lang), 0.17),
        (say("F1, macro", "F1, macro").get(lang), 0.15),
        (say("time", "durée").get(lang), 0.15),
        (say("device", "appareil").get(lang), 0.2),
    ]
}

fn table(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    const LINE: f32 = 46.0;
    let lang = cx.lang;
    let t = Theme::of(ui);
    let runs = &cx.session.runs;
    let best = runs.iter().filter_map(|r| r.scores).map(|s| s.accuracy).fold(0.0, f64::max);
    Card::new().fill().show(ui, |ui| {
        let narrow = ui.available_width() < 640.0;
        let heads = heads(lang);
        let heads = if narrow { &heads[..4] } else { &heads[..] };
        let total: f32 = heads.iter().map(|h| h.1).sum();
        let places = |rect: Rect| -> Vec<f32> {
            let name = rect.width() * if narrow { 0.42 } else { 0.34 };
            let mut x = rect.left() + name;
            heads
                .iter()
                .map(|h| {
                    x += (rect.width() - name - 6.0) * h.1 / total;
                    x
                })
                .collect()
        };
        let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
        for (x, (title, _)) in places(head).into_iter().zip(heads) {
            ui.painter().text(pos2(x, head.center().y), Align2::RIGHT_CENTER, *title, theme::regular(size::CAPTION), t.text3);
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, LINE, runs.len(), |ui, range| {
            for run in &runs[range] {
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
                let on = state.chosen.contains(&run.id);
                let cells = cells(lang, run);
                let said = format!("{}, {}", run.name, cells.join(", "));
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
                let places = places(rect);
                let room = Rect::from_min_max(
                    pos2(rect.left() + 34.0, rect.top()),
                    pos2(rect.left() + rect.width() * if narrow { 0.42 } else { 0.34 }, rect.bottom()),
                );
                let painter = ui.painter_at(room);
                painter.text(
                    pos2(room.left(), rect.center().y - 9.0),
                    Align2::LEFT_CENTER,
                    &run.name,
                    theme::medium(size::BODY),
                    t.text,
                );
                let below = if run.note.is_empty() { status(lang, run, cx.session.phase.training()) } else { run.note.clone() };
                painter.text(
                    pos2(room.left(), rect.center().y + 10.0),
                    Align2::LEFT_CENTER,
                    below,
                    theme::regular(size::CAPTION),
                    t.text2,
                );
                for (i, (x, cell)) in places.into_iter().zip(&cells).enumerate() {
                    let top = i == 2 && run.scores.is_some_and(|s| s.accuracy >= best);
                    let font = if top { theme::semibold(size::TABLE) } else { theme::regular(size::TABLE) };
                    let color = if i == 2 { t.text } else { t.text2 };
                    ui.painter().text(pos2(x, rect.center().y), Align2::RIGHT_CENTER, cell, font, color);
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
        });
    });
}

fn cells(lang: Lang, run: &RunInfo) -> [String; 6] {
    let none = || "–".to_owned();
    let day = date::day_and_time(run.created);
    [
        day,
        number(lang, run.epochs_done.into()),
        run.scores.map_or_else(none, |s| percent(lang, s.accuracy, 1)),
        run.scores.map_or_else(none, |s| crate::text::decimal(lang, s.macro_f1, 3)),
        duration(lang, std::time::Duration::from_secs_f64(run.seconds.clamp(0.0, 1e9))),
        run.device.clone(),
    ]
}

fn status(lang: Lang, run: &RunInfo, training: bool) -> String {
    match run.status {
        RunStatus::Training if training => say("training now", "en cours").get(lang).to_owned(),
        RunStatus::Training => say("interrupted; it can go on", "interrompue ; elle peut reprendre").get(lang).to_owned(),
        RunStatus::Paused => say("paused; it can go on", "en pause ; elle peut reprendre").get(lang).to_owned(),
        RunStatus::Finished => run.stopped.map_or_else(String::new, |reason| super::train::words::why_stopped(lang, reason)),
    }
}
