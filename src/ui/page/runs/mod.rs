//! Runs: every training that is kept, side by side.

mod changed;
mod columns;
mod compare;
mod detail;
mod experiments;
mod filter;
mod lines;
mod list;
mod luck;
mod overlaid;
mod record;
mod toolbar;
mod trash;
mod watch;

use egui::Ui;

pub use columns::{Column, Columns};

use crate::{
    text::say,
    ui::{
        Action, Cx, icon,
        page::Page,
        widget::{
            button::Button,
            card::{Card, columns as side_by_side, header},
            notice,
            stack::{fixed, growing, stack},
        },
    },
};
use list::Way;

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// The chosen runs, in the order in which they were chosen.
    chosen: Vec<String>,
    compared: compare::Data,
    luck: luck::State,
    /// The pictures that fill the page, if they do.
    pictures: Option<changed::Changed>,
    detail: detail::State,
    list: list::List,
    trash: trash::State,
    experiments: experiments::State,
    watch: watch::State,
}

/// Runs whose curves can be told apart in one plot.
const MOST: usize = 5;

impl State {
    /// Chooses the runs to compare, and shows them.
    pub fn choose(&mut self, runs: Vec<String>) {
        self.chosen = runs;
        self.trash = trash::State::default();
        self.pictures = None;
        self.experiments.leave();
    }

    /// Shows the form for a new experiment.
    pub fn begin_experiment(&mut self) {
        self.trash = trash::State::default();
        self.pictures = None;
        self.experiments.begin();
    }

    /// How the user has the list, to be kept.
    pub fn columns(&self) -> &Columns {
        &self.list.columns
    }

    /// Takes the list as it was kept.
    pub fn with_columns(columns: Columns) -> Self {
        Self { list: list::List::with_columns(columns), ..Self::default() }
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
    if state.trash.open {
        trash::show(ui, cx, &mut state.trash);
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
    let sentence = match session.runs.is_empty() {
        true => say("Every training is kept", "Chaque entraînement est conservé"),
        false => say(
            "Every training is kept; tick one for its details, several to compare them",
            "Chaque entraînement est conservé\u{a0}; cochez-en un pour ses détails, plusieurs pour les comparer",
        ),
    };
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
        none_yet(ui, cx, state);
        return;
    }
    for id in &state.chosen {
        if session.wants_view(id) {
            cx.actions.push(Action::ViewRun(id.clone()));
        }
    }
    state.list.follow(cx);
    match state.chosen.as_slice() {
        [] => list(ui, cx, state),
        [one] => {
            let one = one.clone();
            let height = ui.available_height();
            side_by_side(ui, &[1.0, 340.0], height, |column, ui| {
                ui.set_max_height(height);
                let view = session.views.get(&one).filter(|view| !view.history.is_empty()).cloned();
                let rows = [list::row(state.list.lines.lines.len()), growing(214.0, 0.8)];
                match view {
                    _ if column == 1 => detail::show(ui, cx, &mut state.detail, &one),
                    None => list(ui, cx, state),
                    Some(view) => stack(ui, &rows, |row, ui, height| {
                        ui.set_max_height(height);
                        if row == 0 { list(ui, cx, state) } else { record::show(ui, cx, &view, height) }
                    }),
                }
            });
        }
        _ => several(ui, cx, state),
    }
}

/// What stands in place of the list before there is a run.
fn none_yet(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let (lang, session) = (cx.lang, cx.session);
    Card::new().fill().show(ui, |ui| {
        let title = say("No runs yet", "Pas encore d’essais").get(lang);
        let text = say(
            "Each training that you start is kept here with its settings, curves and results",
            "Chaque entraînement lancé est conservé ici avec ses réglages, ses courbes et ses résultats",
        );
        notice::empty(ui, icon::HISTORY, title, text.get(lang), |ui| {
            notice::row(ui, |ui| {
                let page = if session.open.is_some() { Page::Training } else { Page::Data };
                let go = Button::primary(format!("{} {}", say("Go to", "Aller à").get(lang), page.name().get(lang)));
                if ui.add(go.trailing(icon::ARROW_RIGHT)).clicked() {
                    cx.act(Action::Go(page));
                }
                if session.trash.as_ref().is_some_and(|trash| !trash.is_empty()) {
                    let deleted = Button::quiet(say("Deleted runs", "Essais supprimés").get(lang)).icon(icon::TRASH_2);
                    state.trash.open |= ui.add(deleted).clicked();
                }
            });
        });
    });
}

/// The list, and what it leads to.
fn list(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    match state.list.show(ui, cx, &mut state.chosen) {
        None => {}
        Some(Way::Trash) => {
            state.trash.open = true;
            cx.act(Action::ListTrash);
        }
        Some(Way::Experiment(id)) => state.experiments.show(id),
    }
}

/// The list, whether the chosen runs differ by more than luck, and their curves beside what differed.
fn several(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let views = compare::views(cx, &state.chosen);
    let width = ui.available_width();
    let luck = fixed(luck::height(cx, &views, width));
    let stacked = compare::is_stacked(state.chosen.len(), width);
    let mut rows = vec![list::row(state.list.lines.lines.len()), luck, growing(240.0, 0.8)];
    if stacked {
        rows.push(growing(300.0, 0.8));
    }
    stack(ui, &rows, |row, ui, height| {
        ui.set_max_height(height);
        match row {
            0 => list(ui, cx, state),
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
