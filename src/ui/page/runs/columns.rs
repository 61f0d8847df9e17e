//! The columns of the list of runs: which there are, which of them are shown, and by which the list is sorted.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use serde::{Deserialize, Serialize};

use crate::{
    run::RunInfo,
    text::{Lang, Phrase, say},
    ui::{
        icon,
        theme::{self, RADIUS_FIELD, Theme, size},
        widget::{button::focus_ring, fitted::fitted},
    },
};

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    Name,
    Begun,
    Epochs,
    /// The share that is right on the test part; of years the mean absolute error.
    Test,
    F1,
    Time,
    Device,
}

/// How the user has the list: kept from one start to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// By which it is sorted.
    pub by: Column,
    /// With the largest first.
    pub down: bool,
    /// Those that the user hides.
    pub hidden: Vec<Column>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { by: Column::Begun, down: true, hidden: Vec::new() }
    }
}

impl Column {
    /// Those behind the name, in their order.
    pub const BEHIND_NAME: [Self; 6] = [Self::Begun, Self::Epochs, Self::Test, Self::F1, Self::Time, Self::Device];

    /// Those that stay where there is no room for all, the last one standing first.
    const BY_WEIGHT: [Self; 6] = [Self::Test, Self::Epochs, Self::Begun, Self::Time, Self::F1, Self::Device];

    /// What stands above it. Each run says its own measure.
    pub fn title(self, runs: &[RunInfo]) -> Phrase {
        let of_years = |run: &RunInfo| run.task.is_regression();
        match self {
            Self::Name => say("name", "nom"),
            Self::Begun => say("started", "début"),
            Self::Epochs => say("epochs", "époques"),
            Self::Test if runs.iter().all(of_years) => say("test error", "erreur de test"),
            Self::Test if runs.iter().any(of_years) => say("test", "test"),
            Self::Test => say("test accuracy", "exact. de test"),
            Self::F1 => say("F1, macro", "F1, macro"),
            Self::Time => say("time", "durée"),
            Self::Device => say("device", "appareil"),
        }
    }

    /// The least room that its title, with the arrow of what is sorted by, and its cells take, with the gap before them, in points.
    const fn least(self) -> f32 {
        match self {
            Self::Name => 200.0,
            Self::Begun => 154.0,
            Self::Epochs => 76.0,
            Self::Test => 118.0,
            Self::F1 => 82.0,
            Self::Time => 86.0,
            Self::Device => 132.0,
        }
    }

    /// Whether the largest comes first when the list is sorted by it: the newest, the best.
    fn begins_down(self, runs: &[RunInfo]) -> bool {
        match self {
            Self::Name | Self::Device => false,
            Self::Test => !runs.iter().all(|run| run.task.is_regression()),
            Self::Begun | Self::Epochs | Self::F1 | Self::Time => true,
        }
    }
}

impl Columns {
    /// Sorts by a column, or the other way round if it is sorted by it.
    pub fn sort(&mut self, by: Column, runs: &[RunInfo]) {
        self.down = if self.by == by { !self.down } else { by.begins_down(runs) };
        self.by = by;
    }

    /// Shows a column, or hides it.
    pub fn toggle(&mut self, column: Column) {
        match self.hidden.iter().position(|hidden| *hidden == column) {
            Some(place) => drop(self.hidden.remove(place)),
            None => self.hidden.push(column),
        }
    }

    /// Those behind the name that are shown in a list of this width, in points: as many as have room, one at least.
    pub fn shown(&self, width: f32) -> Vec<Column> {
        let mut room = width - END - Column::Name.least();
        let wanted = Column::BY_WEIGHT.into_iter().filter(|column| !self.hidden.contains(column));
        let chosen: Vec<Column> = wanted
            .enumerate()
            .take_while(|(place, column)| {
                room -= column.least();
                *place == 0 || room >= 0.0
            })
            .map(|(_, column)| column)
            .collect();
        Column::BEHIND_NAME.into_iter().filter(|column| chosen.contains(column)).collect()
    }
}

/// Height of the titles, in points.
pub const HEAD: f32 = 24.0;
/// Behind the last column, in points.
const END: f32 = 6.0;
/// The room that most names need, with what stands before them, in points.
const NAMES: f32 = 340.0;

/// Where the name ends, and the left and right end of each column of a row. Of what is more than the least room the name takes what
/// most names need, and half of the rest.
pub fn places(rect: Rect, columns: &[Column]) -> (f32, Vec<(f32, f32)>) {
    const GAP: f32 = 14.0;
    let least: f32 = columns.iter().map(|column| column.least()).sum();
    if columns.is_empty() {
        return (rect.right(), Vec::new());
    }
    let more = (rect.width() - END - Column::Name.least() - least).max(0.0);
    let all = least + (more - (NAMES - Column::Name.least())).max(0.0) / 2.0;
    let name = rect.right() - END - all;
    let mut x = name;
    let of = |column: &Column| {
        let left = x;
        x += all * column.least() / least;
        (left + GAP, x)
    };
    (name, columns.iter().map(of).collect())
}

/// The titles, a click on which sorts; gives the column that was clicked. `left` is where names begin.
pub fn head(ui: &mut Ui, lang: Lang, runs: &[RunInfo], columns: &Columns, left: f32) -> Option<Column> {
    /// The arrow beside a title.
    const ARROW: f32 = 14.0;
    let t = Theme::of(ui);
    let shown = columns.shown(ui.available_width());
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
    let (end, places) = places(head, &shown);
    let begin = head.left() + left;
    let cells = std::iter::once((Column::Name, (begin, end))).chain(shown.into_iter().zip(places));
    let mut clicked = None;
    for (column, (from, to)) in cells {
        let title = column.title(runs).get(lang);
        let sorted = columns.by == column;
        let arrow = if sorted { ARROW } else { 0.0 };
        let color = if sorted { t.text } else { t.text3 };
        let galley = fitted(ui, title, theme::regular(size::CAPTION), color, to - from - arrow);
        let width = galley.size().x + arrow;
        let x = if column == Column::Name { from } else { to - width };
        let cell = Rect::from_min_max(pos2(x - 3.0, head.top() + 1.0), pos2(x + width + 3.0, head.bottom() - 1.0));
        let response = ui.interact(cell, ui.scope_id().with(("head", title)), Sense::click());
        let direction = match (sorted, columns.down) {
            (false, _) => String::new(),
            (true, true) => format!(", {}", say("descending", "décroissant").get(lang)),
            (true, false) => format!(", {}", say("ascending", "croissant").get(lang)),
        };
        let name = format!("{} {title}{direction}", say("Sort by", "Trier par").get(lang));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.hovered() {
            ui.painter().rect_filled(cell, RADIUS_FIELD, t.surface2);
        }
        focus_ring(ui, &response, cell, RADIUS_FIELD);
        let text_width = galley.size().x;
        ui.painter().galley(pos2(x, head.center().y - galley.size().y / 2.0), galley, color);
        if sorted {
            let symbol = if columns.down { icon::CHEVRON_DOWN } else { icon::CHEVRON_UP };
            let place = Rect::from_center_size(pos2(x + text_width + ARROW / 2.0 + 1.0, head.center().y), vec2(ARROW, ARROW));
            symbol.paint(ui.painter(), place, 12.0, color);
        }
        if response.clicked() {
            clicked = Some(column);
        }
    }
    clicked
}
