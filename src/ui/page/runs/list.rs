//! The list of runs: a line each, those of an experiment folded under one.

use std::collections::BTreeSet;

use egui::{Id, Popup, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::{
    MOST,
    columns::{self, Column, Columns},
    compare, detail,
    filter::Filter,
    lines::{ExperimentGroup, Line, Lines, Wanted},
    toolbar,
};
use crate::{
    experiment::finished_words,
    history::StopReason,
    run::{RunInfo, RunStatus, date},
    text::{Lang, Phrase, decimal, duration, epochs, number, quoted, say},
    ui::{
        Action, Cx, icon,
        theme::{self, LINE, RADIUS_FIELD, Theme, size},
        widget::{
            button::focus_ring,
            card::Card,
            choice::menu_item,
            fitted::fitted,
            rename::{Rename, Renamed},
            scroll,
            stack::{Row, fixed, growing},
            star::star,
        },
    },
};

/// What the list remembers.
#[derive(Default)]
pub struct List {
    pub columns: Columns,
    filter: Filter,
    pub lines: Lines,
    /// Ids of experiments whose runs are shown.
    unfolded: BTreeSet<String>,
    renaming: Option<Rename>,
    /// The note that is being typed.
    noting: Option<Rename>,
}

/// What the list leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    Trash,
    /// One, by its id.
    Experiment(String),
}

/// Room of the star, or of what unfolds an experiment, before a line.
const BEFORE: f32 = 26.0;
/// From there to the name: the box.
const BOX: f32 = 30.0;
/// What is typed under a run's name.
const NOTE: Phrase = say("Note of the run", "Note de l’essai");

/// How far the runs of an experiment stand within it.
const INDENT: f32 = 18.0;

/// The list above a comparison: just high enough for a few lines, or a part of the page that scrolls.
pub fn row(lines: usize) -> Row {
    match lines.max(1) {
        lines @ ..=3 => fixed(106.0 + LINE * lines as f32),
        _ => growing(232.0, 0.5),
    }
}

impl List {
    /// The list as the user had it.
    pub fn with_columns(columns: Columns) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Counts what is shown, if anything has changed.
    pub fn follow(&mut self, cx: &Cx<'_>) {
        let wanted =
            Wanted { lang: cx.lang, columns: self.columns.clone(), filter: self.filter.clone(), unfolded: self.unfolded.clone() };
        self.lines.follow(cx.session, wanted);
    }

    /// Draws the list as high as there is room, once it was counted; gives where it leads.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, chosen: &mut Vec<String>) -> Option<Way> {
        let mut way = None;
        Card::new().fill().show(ui, |ui| {
            let before = (self.columns.clone(), self.filter.clone());
            if toolbar::show(ui, cx, (&mut self.columns, &mut self.filter), &self.lines) {
                way = Some(Way::Trash);
            }
            if before != (self.columns.clone(), self.filter.clone()) {
                self.follow(cx);
            }
            ui.spacing_mut().item_spacing.y = 0.0;
            // Where the lines scroll, the bar takes some of their width, and the titles stand over their columns.
            let scrolls = LINE * self.lines.lines.len() as f32 > ui.available_height() - columns::HEAD + 0.5;
            let bar = if scrolls && !scroll::is_long(ui) { ui.spacing().scroll.allocated_width() } else { 0.0 };
            ui.scope(|ui| {
                ui.set_max_width(ui.available_width() - bar);
                if let Some(column) = columns::head(ui, cx.lang, &cx.session.runs, &self.columns, BEFORE + BOX) {
                    self.columns.sort(column, &cx.session.runs);
                }
            });
            if self.lines.lines.is_empty() {
                let text = say("No matching runs", "Aucun essai ne correspond").get(cx.lang);
                ui.add_space(10.0);
                ui.add(egui::Label::new(theme::cell(text).color(Theme::of(ui).text2)).wrap());
                return;
            }
            let count = self.lines.lines.len();
            let mut lines = |ui: &mut Ui, range: std::ops::Range<usize>| {
                for place in range {
                    let Some(line) = self.lines.lines.get(place).copied() else { continue };
                    way = match line {
                        Line::Run { run, within } => {
                            self.run(ui, cx, (run, within), chosen);
                            None
                        }
                        Line::Group(group) => self.group(ui, cx, group),
                    }
                    .or_else(|| way.take());
                }
            };
            match scroll::is_long(ui) {
                true => lines(ui, 0..count),
                // One run is less than the height that an area takes by itself.
                false => {
                    let area = ScrollArea::vertical().min_scrolled_height(0.0).auto_shrink([false, false]);
                    area.show_rows(ui, LINE, count, lines);
                }
            }
        });
        way
    }

    /// One run.
    fn run(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, (place, within): (usize, bool), chosen: &mut Vec<String>) {
        let (lang, t) = (cx.lang, Theme::of(ui));
        let Some(run) = cx.session.runs.get(place) else { return };
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
        let starred = run.stored.starred;
        let before = Rect::from_min_size(rect.min, vec2(BEFORE, LINE));
        let name = format!("{} {}", say("Star", "Étoile").get(lang), quoted(lang, run.name(lang)));
        let given = star(ui, before, starred, &name, &run.id);
        let rest = Rect::from_min_max(pos2(before.right(), rect.top()), rect.max);
        // Ticking the first run moves the list into a column: what has the keyboard keeps it.
        let response = ui.interact(rest, Id::unique(("run of the list", &run.id)), Sense::click());
        let chosen_at = chosen.iter().position(|id| *id == run.id);
        let cells = cells(lang, run);
        let about = about(lang, run, self.same(cx, place).as_deref());
        let said = [run.name(lang).to_owned(), cells.join(", "), about.clone()];
        let said = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, chosen_at.is_some(), &said));
        background(ui, rect, &response, chosen_at.is_some());
        focus_ring(ui, &response, rest.shrink(3.0), RADIUS_FIELD);
        let indent = if within { INDENT } else { 0.0 };
        let tick = Rect::from_center_size(pos2(rest.left() + indent + 14.0, rect.center().y), vec2(16.0, 16.0));
        let color = chosen_at.map_or(t.text3, |place| compare::color(t, place));
        let fill = if chosen_at.is_some() { color } else { t.surface };
        ui.painter().rect(tick, 4.0, fill, Stroke::new(1.0, color), StrokeKind::Inside);
        if chosen_at.is_some() {
            icon::CHECK.paint(ui.painter(), tick, 13.0, t.on);
        }
        let leads = run.scores.as_ref().is_some_and(|scores| self.lines.leads(scores));
        // Where a note is typed, nothing stands below it.
        let noting = self.noting.as_ref().is_some_and(|noting| noting.of == run.id);
        let below = if noting { " " } else { &about };
        let shown = Shown { name: run.name(lang), about: below, cells: &cells, leads, left: BEFORE + BOX + indent };
        let renaming = self.renaming.as_mut().filter(|rename| rename.of == run.id);
        let (room, cut) = shown.paint(ui, &self.columns, rect, renaming.is_some());
        if let Some(noting) = self.noting.as_mut().filter(|noting| noting.of == run.id) {
            // In place of the line below the name.
            let room = Rect::from_min_max(pos2(room.left(), rect.center().y), pos2(room.right(), rect.bottom()));
            if let Some(noted) = noting.show_note(ui, room, NOTE.get(lang), detail::NOTE_HINT.get(lang)) {
                if let Renamed::To(note) = noted {
                    cx.actions.push(Action::RenameRun { run: run.id.clone(), name: run.name(lang).to_owned(), note });
                }
                self.noting = None;
                response.request_focus();
            }
            return;
        }
        if let Some(rename) = renaming {
            let label = say("New name", "Nouveau nom").get(lang);
            if let Some(renamed) = rename.show(ui, room, label) {
                if let Renamed::To(name) = renamed {
                    cx.actions.push(Action::RenameRun { run: run.id.clone(), name, note: run.note.clone() });
                }
                self.renaming = None;
                response.request_focus();
            }
            return;
        }
        if given.clicked() {
            cx.actions.push(Action::StarRun { run: run.id.clone(), on: !starred });
        }
        let response = if cut { response.on_hover_text(format!("{}\n{about}", run.name(lang))) } else { response };
        self.begins_to_type(ui, lang, run, &response, (!about.is_empty()).then(|| rect.center().y + 2.0));
        self.menu(cx, run, &response);
        if response.clicked() {
            match chosen_at {
                Some(place) => drop(chosen.remove(place)),
                None => {
                    chosen.push(run.id.clone());
                    if chosen.len() > MOST {
                        chosen.remove(0);
                    }
                }
            }
        }
    }

    /// Has the note typed where the line below the name, from `below` down, is clicked twice, or Shift F2 is pressed; the name
    /// where it itself is, or F2.
    fn begins_to_type(&mut self, ui: &Ui, lang: Lang, run: &RunInfo, response: &Response, below: Option<f32>) {
        let twice = response.double_clicked().then(|| response.interact_pointer_pos()).flatten();
        let below = twice.is_some_and(|at| below.is_some_and(|below| at.y > below));
        let key = response.has_focus() && ui.input(|i| i.key_pressed(egui::Key::F2));
        let shift = ui.input(|i| i.modifiers.shift);
        if below || key && shift {
            self.noting = Some(Rename::new(&run.id, &run.note));
        } else if twice.is_some() || key {
            self.renaming = Some(Rename::new(&run.id, run.name(lang)));
        }
    }

    /// What the right button offers about a run.
    fn menu(&mut self, cx: &mut Cx<'_>, run: &RunInfo, response: &Response) {
        let (lang, starred) = (cx.lang, run.stored.starred);
        Popup::context_menu(response).show(|ui| {
            ui.set_min_width(170.0);
            if menu_item(ui, Some(icon::PENCIL), say("Rename", "Renommer").get(lang)).clicked() {
                self.renaming = Some(Rename::new(&run.id, run.name(lang)));
            }
            let note = if run.note.trim().is_empty() {
                say("Add a note", "Ajouter une note")
            } else {
                say("Edit the note", "Modifier la note")
            };
            if menu_item(ui, Some(icon::FILE_TEXT), note.get(lang)).clicked() {
                self.noting = Some(Rename::new(&run.id, &run.note));
            }
            let give = if starred { say("Remove star", "Retirer l’étoile") } else { say("Add star", "Ajouter une étoile") };
            if menu_item(ui, Some(icon::STAR), give.get(lang)).clicked() {
                cx.actions.push(Action::StarRun { run: run.id.clone(), on: !starred });
            }
            if menu_item(ui, Some(icon::TRASH_2), say("Delete", "Supprimer").get(lang)).clicked() {
                cx.actions.push(Action::DeleteRun(run.id.clone()));
            }
        });
    }

    /// That an earlier run has the same settings.
    fn same(&self, cx: &Cx<'_>, place: usize) -> Option<String> {
        let (other, data) = self.lines.same.get(place).copied().flatten()?;
        let name = quoted(cx.lang, cx.session.runs.get(other)?.name(cx.lang));
        Some(match (data, cx.lang) {
            (true, Lang::En) => format!("same settings as {name}"),
            (true, Lang::Fr) => format!("mêmes réglages que {name}"),
            (false, Lang::En) => format!("same settings as {name}, other data"),
            (false, Lang::Fr) => format!("mêmes réglages que {name}, autres données"),
        })
    }

    /// An experiment with its runs under it; gives where it leads.
    fn group(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, place: usize) -> Option<Way> {
        let (lang, t) = (cx.lang, Theme::of(ui));
        let group = self.lines.groups.get(place)?;
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
        let before = Rect::from_min_size(rect.min, vec2(BEFORE, LINE));
        let name = group.name.get(lang);
        let has_runs = !group.runs.is_empty();
        let sense = if has_runs { Sense::click() } else { Sense::hover() };
        let fold = ui.interact(before, Id::unique(("fold of the list", &group.id)), sense);
        let folds = match lang {
            Lang::En => format!("Runs of {}", quoted(lang, name)),
            Lang::Fr => format!("Essais de {}", quoted(lang, name)),
        };
        if has_runs {
            fold.widget_info(|| WidgetInfo::selected(Role::Button, true, group.unfolded, &folds));
        }
        let rest = Rect::from_min_max(pos2(before.right(), rect.top()), rect.max);
        let response = ui.interact(rest, Id::unique(("experiment of the list", &group.id)), Sense::click());
        let cells = group_cells(lang, group);
        let about = group.about(lang);
        let said = [name, say("experiment", "expérience").get(lang), &about].join(", ");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
        background(ui, rect, &response, false);
        focus_ring(ui, &fold, before.shrink(4.0), RADIUS_FIELD);
        focus_ring(ui, &response, rest.shrink(3.0), RADIUS_FIELD);
        if has_runs {
            let symbol = if group.unfolded { icon::CHEVRON_DOWN } else { icon::CHEVRON_RIGHT };
            symbol.paint(ui.painter(), before, 16.0, if fold.hovered() { t.text } else { t.text2 });
        }
        let sign = Rect::from_center_size(pos2(rest.left() + 14.0, rect.center().y), vec2(16.0, 16.0));
        icon::LAYERS.paint(ui.painter(), sign, 16.0, t.text2);
        let shown = Shown { name, about: &about, cells: &cells, leads: false, left: BEFORE + BOX };
        let (_, cut) = shown.paint(ui, &self.columns, rect, false);
        let open = say("Show the experiment", "Voir l’expérience").get(lang);
        let response = response.on_hover_text(if cut { format!("{open}\n{name}\n{about}") } else { open.to_owned() });
        let id = group.id.clone();
        // An experiment of which nothing is known any more has no page.
        let known = cx.session.experiments.list.iter().any(|experiment| experiment.id == id);
        if fold.clicked() || response.clicked() && !known {
            if !self.unfolded.remove(&id) {
                self.unfolded.insert(id);
            }
            return None;
        }
        response.clicked().then_some(Way::Experiment(id))
    }
}

/// A line's texts.
struct Shown<'a> {
    name: &'a str,
    about: &'a str,
    /// By their columns, in the order of [`Column::BEHIND_NAME`].
    cells: &'a [String; 6],
    /// Whether its result is the best.
    leads: bool,
    /// Where the name begins.
    left: f32,
}

impl Shown<'_> {
    /// Paints them into `rect`; gives the room of the name, which is left free if it is `typed` there, and whether there was
    /// too little of it.
    fn paint(&self, ui: &Ui, columns: &Columns, rect: Rect, typed: bool) -> (Rect, bool) {
        let t = Theme::of(ui);
        let columns = columns.shown(rect.width());
        let (end, places) = columns::places(rect, &columns);
        let left = rect.left() + self.left;
        // A line without anything to say of it has its name in the middle.
        let [above, below] = if self.about.is_empty() { [0.0, 0.0] } else { [-9.0, 10.0] };
        let lines =
            [(self.name, theme::medium(size::BODY), t.text, above), (self.about, theme::regular(size::CAPTION), t.text2, below)];
        let mut cut = false;
        for (text, font, color, below) in lines.into_iter().skip(usize::from(typed)) {
            let galley = fitted(ui, text, font, color, end - left);
            cut |= galley.elided;
            ui.painter().galley(pos2(left, rect.center().y + below - galley.size().y / 2.0), galley, color);
        }
        for ((left, right), column) in places.into_iter().zip(&columns) {
            let place = Column::BEHIND_NAME.iter().position(|known| known == column).unwrap_or_default();
            let test = *column == Column::Test;
            let font = if test && self.leads { theme::semibold(size::TABLE) } else { theme::regular(size::TABLE) };
            let color = if test { t.text } else { t.text2 };
            let galley = fitted(ui, &self.cells[place], font, color, right - left);
            ui.painter().galley(pos2(right - galley.size().x, rect.center().y - galley.size().y / 2.0), galley, color);
        }
        let middle = rect.center().y + above;
        (Rect::from_min_max(pos2(left - 7.0, middle - 13.0), pos2(end, middle + 13.0)), cut)
    }
}

fn background(ui: &Ui, rect: Rect, response: &Response, on: bool) {
    let t = Theme::of(ui);
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.grid));
    if on || response.hovered() {
        let place = Rect::from_min_max(pos2(rect.left() + BEFORE, rect.top()), rect.max).shrink2(vec2(0.0, 2.0));
        ui.painter().rect_filled(place, RADIUS_FIELD, if on { t.soft } else { t.surface2 });
    }
}

/// The run's cells, in the order of [`Column::BEHIND_NAME`].
fn cells(lang: Lang, run: &RunInfo) -> [String; 6] {
    let none = || "–".to_owned();
    [
        date::day_and_time(lang, run.created),
        if run.committee.is_some() { none() } else { number(lang, run.epochs_done.into()) },
        run.scores.as_ref().map_or_else(none, |scores| scores.metric().text(lang, scores.value())),
        run.scores.as_ref().filter(|s| s.years.is_none()).map_or_else(none, |s| decimal(lang, s.macro_f1, 3)),
        duration(lang, run.seconds),
        run.device.clone(),
    ]
}

/// The same of an experiment; what only single runs have is empty.
fn group_cells(lang: Lang, group: &ExperimentGroup) -> [String; 6] {
    let mean = group.spread.map(|spread| group.metric.text(lang, spread.mean));
    let begun = date::day_and_time(lang, group.begun);
    // One that has found all its runs took no time of its own.
    let time = if group.runs.is_empty() { String::new() } else { duration(lang, group.seconds) };
    [begun, String::new(), mean.unwrap_or_default(), String::new(), time, String::new()]
}

impl ExperimentGroup {
    /// `3 of 5 runs finished · 91.8 % ± 0.6`; of several variants with what the best is called.
    fn about(&self, lang: Lang) -> String {
        let mut words = vec![finished_words(self.done, self.all, lang)];
        if let Some(spread) = self.spread {
            let mean = self.metric.text(lang, spread.mean);
            let range = spread.deviation.map_or_else(String::new, |d| format!(" ± {}", self.metric.plain(lang, d)));
            let best = self.best.as_ref().map_or_else(String::new, |best| format!("{} ", best.get(lang)));
            words.push(format!("{best}{mean}{range}"));
        }
        words.join(" · ")
    }
}

/// What stands under a run's name: the user's note, or else how it ended; and that another has the `same` settings.
fn about(lang: Lang, run: &RunInfo, same: Option<&str>) -> String {
    let note = run.committee.as_ref().map_or_else(|| run.note.trim().replace('\n', " "), |of| of.mark(&run.note, lang));
    let (ended, same) = (status(lang, run), same.unwrap_or_default());
    // What has little room is cut at its end, where how it ended is missed least.
    let words = [note.as_str(), same, if note.is_empty() { &ended } else { "" }];
    words.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn status(lang: Lang, run: &RunInfo) -> String {
    match run.status {
        RunStatus::Training => say("training now", "en cours").get(lang).to_owned(),
        RunStatus::Paused => {
            say("interrupted or paused; it can be resumed", "interrompu ou en pause ; il peut reprendre").get(lang).to_owned()
        }
        RunStatus::Finished => match run.stopped {
            // In short: the line has little room.
            Some(StopReason::EarlyStopping { patience }) => {
                format!("{} ({})", say("stopped early", "arrêt anticipé").get(lang), epochs(lang, patience.into()))
            }
            reason => reason.map_or_else(String::new, |reason| crate::ui::page::train::words::why_stopped(lang, reason)),
        },
    }
}
