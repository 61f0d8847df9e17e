//! A folder of runs that others train, watched: how far each is, their curves, and what no longer moves.

use std::sync::Arc;

use egui::{Galley, Popup, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{compare::color, overlaid};
use crate::{
    experiment::{BETWEEN_LOOKS, MemberState, Watched, WatchedRun},
    history::EpochRecord,
    session::Watching,
    text::{Lang, duration, number, plural, quoted, say},
    ui::{
        Action, Cx, Icon, icon,
        theme::{self, LINE, RADIUS_FIELD, Theme, size},
        widget::{
            bar,
            button::{Button, focus_ring, icon_button},
            card::{Card, columns, header},
            choice::menu_item,
            curves::Line,
            fitted::{fitted, fitted_ends},
            notice, scroll,
        },
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// The runs whose curves stand out, by their keys.
    chosen: Vec<String>,
    /// When the folder was looked at last, in seconds of the window's clock.
    looked: Option<f64>,
    /// Since when the look that is under way is.
    asked: Option<f64>,
}

/// Seconds after which it is said that a look has had no answer: a network that is gone may never give one.
const PATIENCE: f64 = 10.0;
/// The width of the page below which its buttons are short, in points.
const NARROW: f32 = 860.0;
/// The same from which the button above the runs has its name.
const WIDE: f32 = 960.0;
/// Curves drawn at most, and of which each is told apart.
const CURVES: usize = 60;
const NAMED: usize = 5;

/// The button above the runs.
pub fn tool(ui: &mut Ui, cx: &mut Cx<'_>) {
    let lang = cx.lang;
    let name = say("Watch a folder…", "Suivre un dossier…").get(lang);
    let about = say(
        "See runs that others train, on a network disk or in another home; nothing is written there",
        "Voir des essais que d’autres entraînent, sur un disque réseau ou dans un autre dossier ; rien n’y est écrit",
    );
    let last = cx.session.watched_last.clone();
    let button = Button::quiet(name).icon(icon::EYE);
    // Beside the page's other buttons its title needs room.
    let button = match (ui.max_rect().width() < WIDE, &last) {
        (true, _) => icon_button(ui, icon::EYE, name),
        (false, None) => ui.add(button).on_hover_text(about.get(lang)),
        (false, Some(_)) => ui.add(button.trailing(icon::CHEVRON_DOWN)).on_hover_text(about.get(lang)),
    };
    let Some(last) = last else {
        if button.clicked() {
            cx.act(Action::ChooseWatched);
        }
        return;
    };
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(260.0);
        scroll::menu(ui, |ui| {
            if menu_item(ui, Some(icon::HISTORY), &last.display().to_string()).clicked() {
                cx.act(Action::Watch(last));
            }
            if menu_item(ui, Some(icon::FOLDER_OPEN), say("Another folder…", "Un autre dossier…").get(lang)).clicked() {
                cx.act(Action::ChooseWatched);
            }
        });
    });
}

/// Draws the watched folder in place of the runs, if one is watched.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) -> bool {
    let session = cx.session;
    let Some(watching) = &session.watching else {
        *state = State::default();
        return false;
    };
    let lang = cx.lang;
    let now = ui.input(|input| input.time);
    if state.looked.is_none_or(|then| now - then >= BETWEEN_LOOKS.as_secs_f64()) {
        state.looked = Some(now);
        cx.act(Action::LookAgain);
    }
    ui.request_repaint_after(BETWEEN_LOOKS);
    state.asked = watching.asked.then(|| state.asked.unwrap_or(now));
    head(ui, cx, watching);
    if let Some(since) = state.asked.filter(|since| now - since > PATIENCE) {
        let time = duration(lang, now - since);
        let text = match lang {
            Lang::En => format!("The folder has not answered for {time}; below is what was seen last"),
            Lang::Fr => format!("Le dossier ne répond pas depuis {time}\u{a0}; ci-dessous, ce qui a été vu en dernier"),
        };
        notice::note(ui, icon::HOURGLASS, Theme::of(ui).validation, &text);
        ui.add_space(6.0);
    }
    if let Some(problem) = &watching.problem {
        let t = Theme::of(ui);
        let text = format!("{}. {}", problem.what.get(lang), problem.remedy.get(lang));
        notice::note(ui, icon::TRIANGLE_ALERT, t.validation, &text);
        ui.add_space(6.0);
    }
    let Some(seen) = &watching.seen else {
        if watching.problem.is_none() {
            let text = say("Reading…", "Lecture en cours…");
            ui.label(theme::cell(text.get(lang)).color(Theme::of(ui).text2));
        }
        return true;
    };
    if seen.runs.is_empty() {
        Card::new().fill().show(ui, |ui| {
            let title = say("No runs here yet", "Pas encore d’essais ici").get(lang);
            let text = say(
                "A home of Trombine, its runs, one run or an experiment can be watched; what begins here appears by itself",
                "On peut suivre un dossier de Trombine, ses essais, un essai ou une expérience ; ce qui commence ici apparaît tout seul",
            );
            notice::empty(ui, icon::EYE, title, text.get(lang), |_| {});
        });
        return true;
    }
    state.chosen.retain(|key| seen.runs.iter().any(|run| run.key() == *key));
    let height = ui.available_height();
    columns(ui, &[0.5, 0.5], height, |column, ui| {
        ui.set_max_height(height);
        if column == 0 { runs(ui, lang, seen, &mut state.chosen) } else { curves(ui, lang, seen, &state.chosen, height) }
    });
    true
}

/// What is watched, how far it is, and the ways on.
fn head(ui: &mut Ui, cx: &mut Cx<'_>, watching: &Watching) {
    let (lang, narrow) = (cx.lang, ui.available_width() < NARROW);
    let folder = watching.folder.file_name().unwrap_or(watching.folder.as_os_str()).to_string_lossy();
    let name = watching.seen.as_ref().and_then(|seen| seen.name.as_ref());
    let name = quoted(lang, name.map_or(folder.as_ref(), |name| name.get(lang)));
    let title = format!("{} {name}", say("Watching", "Suivi de").get(lang));
    let path = watching.folder.display().to_string();
    let sentence =
        watching.seen.as_ref().map_or_else(|| path.clone(), |seen| format!("{} · {path}", seen.counts(lang).join(" · ")));
    header(ui, &title, &sentence, |ui| {
        let other = say("Another folder…", "Un autre dossier…").get(lang);
        if ui.add(Button::secondary(other).icon(icon::FOLDER_OPEN)).clicked() {
            cx.act(Action::ChooseWatched);
        }
        let all = say("All runs", "Tous les essais").get(lang);
        let back = match narrow {
            true => icon_button(ui, icon::ARROW_LEFT, all),
            false => ui.add(Button::quiet(all).icon(icon::ARROW_LEFT)),
        };
        if back.clicked() {
            cx.act(Action::StopWatching);
        }
    });
}

/// Every run, with how far it is; a click has its curve stand out.
fn runs(ui: &mut Ui, lang: Lang, seen: &Watched, chosen: &mut Vec<String>) {
    Card::titled(say("Runs", "Essais").get(lang)).caption(seen.older_words(lang).unwrap_or_default()).fill().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut lines = |ui: &mut Ui, range: std::ops::Range<usize>| {
            for run in &seen.runs[range] {
                let key = run.key();
                let place = chosen.iter().position(|known| *known == key);
                if line(ui, lang, run, place) {
                    match place {
                        Some(place) => drop(chosen.remove(place)),
                        None => {
                            chosen.push(key);
                            if chosen.len() > NAMED {
                                chosen.remove(0);
                            }
                        }
                    }
                }
            }
        };
        match scroll::is_long(ui) {
            true => lines(ui, 0..seen.runs.len()),
            false => {
                let area = ScrollArea::vertical().min_scrolled_height(0.0).auto_shrink([false, false]);
                area.show_rows(ui, LINE, seen.runs.len(), lines);
            }
        }
    });
}

/// One run; whether it is clicked. `place` is its place among the chosen ones.
fn line(ui: &mut Ui, lang: Lang, run: &WatchedRun, place: Option<usize>) -> bool {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let on = place.is_some();
    let score = run.score().filter(|_| run.state == MemberState::Finished);
    let score = score.map(|value| run.metric().text(lang, value));
    let about = state(lang, run);
    let note = run.note.replace('\n', " ");
    let words = [run.label.get(lang), &about, score.as_deref().unwrap_or(""), &note];
    let said = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &said));
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.grid));
    if on || response.hovered() {
        let fill = if on { t.soft } else { t.surface2 };
        ui.painter().rect_filled(rect.shrink2(vec2(0.0, 2.0)), RADIUS_FIELD, fill);
    }
    focus_ring(ui, &response, rect.shrink(3.0), RADIUS_FIELD);
    let (symbol, tint) = symbol(t, run);
    if let Some(place) = place {
        // The color of its curve; the symbol keeps that of its state.
        let edge = Rect::from_min_size(rect.min + vec2(0.0, 6.0), vec2(3.0, LINE - 12.0));
        ui.painter().rect_filled(edge, 1.5, color(t, place));
    }
    symbol.paint(ui.painter(), Rect::from_center_size(pos2(rect.left() + 14.0, rect.center().y), vec2(16.0, 16.0)), 15.0, tint);
    let (left, right) = (rect.left() + 32.0, rect.right() - 8.0);
    let put = |middle: f32, galley: Arc<Galley>, color| {
        ui.painter().galley(pos2(left, middle - galley.size().y / 2.0), galley, color);
    };
    let upper = rect.center().y - 9.0;
    let lower = rect.center().y + 10.0;
    let goes = matches!(run.state, MemberState::Training | MemberState::Paused);
    // In a narrow card the name, which ends with what tells runs apart, has the room.
    let rail = if rect.width() < 420.0 { 56.0 } else { 108.0 };
    let column = match (goes, &score) {
        (true, _) => right - rail,
        (false, Some(_)) => right - 84.0,
        (false, None) => right,
    };
    let name = fitted_ends(ui, run.label.get(lang), &theme::medium(size::BODY), t.text, column - left - 10.0);
    put(upper, name, t.text);
    let below = if note.is_empty() { about.clone() } else { format!("{about} · {note}") };
    let tone = if run.is_stale() { t.validation } else { t.text2 };
    put(lower, fitted(ui, &below, theme::regular(size::CAPTION), tone, right - left - 4.0), tone);
    if goes {
        let rail = Rect::from_min_size(pos2(column, upper - 3.0), vec2(rail, 6.0));
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rail));
        bar::progress(&mut child, run.label.get(lang), Some(run.progress() as f32), rail.width());
    } else if let Some(score) = score {
        let galley = fitted(ui, &score, theme::semibold(size::TABLE), t.text, 80.0);
        ui.painter().galley(pos2(right - galley.size().x, upper - galley.size().y / 2.0), galley, t.text);
    }
    response.clicked()
}

fn symbol(t: &Theme, run: &WatchedRun) -> (Icon, egui::Color32) {
    match &run.state {
        _ if run.is_stale() => (icon::TRIANGLE_ALERT, t.validation),
        MemberState::Finished => (icon::CIRCLE_CHECK, t.good),
        MemberState::Failed { .. } => (icon::CIRCLE_X, t.bad),
        MemberState::Stopped | MemberState::Dropped { .. } => (icon::SQUARE, t.text3),
        MemberState::Paused => (icon::PAUSE, t.text2),
        MemberState::Training => (icon::PLAY, t.accent),
        MemberState::Waiting => (icon::CLOCK, t.text3),
    }
}

/// Where a run stands, in words.
fn state(lang: Lang, run: &WatchedRun) -> String {
    let words = run.state_words(lang);
    let epoch = match (&run.state, lang) {
        // Its epoch is among the words, or it has none.
        _ if run.waits.is_some() || run.epochs == 0 => return words,
        (MemberState::Finished, _) => plural(lang, run.epochs_done.into(), say("epoch", "époque"), say("epochs", "époques")),
        (MemberState::Training | MemberState::Paused | MemberState::Dropped { .. }, Lang::En) => {
            format!("epoch {} of {}", run.epochs_done, run.epochs)
        }
        (MemberState::Training | MemberState::Paused | MemberState::Dropped { .. }, Lang::Fr) => {
            format!("époque {} sur {}", run.epochs_done, run.epochs)
        }
        _ => return words,
    };
    // What is stale says so first: the end of a long line is cut.
    if run.is_stale() { format!("{words} · {epoch}") } else { format!("{epoch} · {words}") }
}

/// The curves over each other: the chosen ones named, or else those that are trained.
fn curves(ui: &mut Ui, lang: Lang, seen: &Watched, chosen: &[String], height: f32) {
    let t = Theme::of(ui);
    let with: Vec<&WatchedRun> = seen.runs.iter().filter(|run| !run.history.is_empty()).collect();
    let of_years = with.iter().filter(|run| run.of_years).count() * 2 > with.len();
    // Accuracies and years have no axis in common.
    let mut with: Vec<&WatchedRun> = with.into_iter().filter(|run| run.of_years == of_years).collect();
    let all = with.len();
    with.truncate(CURVES);
    let training: Vec<String> =
        with.iter().filter(|run| run.state == MemberState::Training).take(NAMED).map(|run| run.key()).collect();
    let named: &[String] = if chosen.is_empty() { &training } else { chosen };
    let value = |e: &EpochRecord| e.mae.map_or(e.validation_accuracy, |mae| mae.validation);
    let line = |run: &&WatchedRun| {
        let place = named.iter().position(|key| *key == run.key());
        Line {
            name: run.label.get(lang).to_owned(),
            color: place.map_or(t.text3.gamma_multiply(0.45), |place| color(t, place)),
            points: run.history.iter().map(|e| [f64::from(e.epoch), value(e)]).collect(),
            labeled: place.is_some() || with.len() <= NAMED,
            dotted: false,
        }
    };
    let mut lines: Vec<Line> = with.iter().map(line).collect();
    // Those that stand out lie over the others.
    lines.sort_by_key(|line| line.labeled);
    let sentence = say("Click runs to tell their curves apart", "Cliquez sur des essais pour distinguer leurs courbes").get(lang);
    let mut said: Vec<String> = Vec::new();
    if all > with.len() {
        let [drawn, all] = [with.len(), all].map(|count| number(lang, count as u64));
        said.push(match lang {
            Lang::En => format!("The first {drawn} of {all} curves"),
            Lang::Fr => format!("Les {drawn} premières courbes sur {all}"),
        });
    }
    if chosen.is_empty() && with.len() > NAMED {
        said.push(sentence.to_owned());
    }
    let of = overlaid::CurvesOf { name: seen.folder.display().to_string(), years: of_years, only_names: false };
    overlaid::show(ui, lang, lines, of, &said.join(". "), height);
}
