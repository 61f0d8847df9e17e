//! A card around a plot: its numbers as a table, and a larger view.

use std::{borrow::Borrow, ops::Range};

use egui::{Align, Id, Layout, Modal, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{
    button::{Button, icon_button},
    card::Card,
    plot::Table,
};
use crate::{
    text::{Lang, is_number, say},
    ui::{
        icon,
        theme::{self, Theme, size},
    },
};

/// A card that shows a plot, or on a click its table.
pub struct Chart<'a> {
    title: &'a str,
    caption: String,
    sentence: String,
    beside: &'a str,
    help: &'a str,
    height: f32,
    compact: bool,
    tools: Option<&'a mut dyn FnMut(&mut Ui)>,
}

/// How the user wants to see a chart.
#[derive(Clone, Copy, Default)]
struct View {
    table: bool,
    large: bool,
}

/// What stands in a chart's card, and again in its larger view.
struct Content<'a, T> {
    table: &'a dyn Fn() -> T,
    /// Draws the plot, as high as it is told.
    draw: &'a mut dyn FnMut(&mut Ui, f32),
    /// Adds the buttons of the title line.
    tools: &'a mut dyn FnMut(&mut Ui),
}

impl<'a> Chart<'a> {
    /// A chart whose card is `height` high.
    pub fn new(title: &'a str, height: f32) -> Self {
        let (caption, sentence) = (String::new(), String::new());
        Self { title, caption, sentence, beside: "", help: "", height, compact: false, tools: None }
    }

    /// A quiet text at the right of the title.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }

    /// What the plot says, in one sentence below it.
    #[must_use]
    pub fn sentence(mut self, sentence: impl Into<String>) -> Self {
        self.sentence = sentence.into();
        self
    }

    /// The sentence of the chart beside it, of the same width: where that is longer, this plot ends as high as that one.
    #[must_use]
    pub fn level_with(mut self, beside: &'a str) -> Self {
        self.beside = beside;
        self
    }

    /// What a "?" behind the title explains.
    #[must_use]
    pub fn help(mut self, help: &'a str) -> Self {
        self.help = help;
        self
    }

    /// For a small card: the table is found in the larger view alone.
    #[must_use]
    pub fn compact(mut self) -> Self {
        self.compact = true;
        self
    }

    /// Buttons of its own in the title line, added from right to left.
    #[must_use]
    pub fn tools(mut self, tools: &'a mut dyn FnMut(&mut Ui)) -> Self {
        self.tools = Some(tools);
        self
    }

    /// Draws the card as wide as there is room; `draw` is given the height for the plot. `table` is asked in each frame in which
    /// it is shown: a long one is kept, and a reference to it given.
    pub fn show<T: Borrow<Table>>(mut self, ui: &mut Ui, lang: Lang, table: impl Fn() -> T, mut draw: impl FnMut(&mut Ui, f32)) {
        // Wherever the card stands: in a narrow window, cards are stacked.
        let id = Id::unique(("chart", self.title));
        let mut view: View = ui.data(|d| d.get_temp(id)).unwrap_or_default();
        let t = Theme::of(ui);
        let shown = view;
        let mut own = self.tools.take();
        let mut tools = |ui: &mut Ui| {
            if let Some(tools) = &mut own {
                tools(ui);
            }
        };
        ui.scope(|ui| {
            ui.set_max_height(self.height);
            Card::titled(self.title).help(lang, self.help).caption(self.caption.clone()).fill().show_with(
                ui,
                |ui| {
                    tools(ui);
                    self.buttons(ui, lang, &mut view);
                },
                |ui| {
                    ui.spacing_mut().item_spacing.y = 6.0;
                    let high = |text: &str| match text.is_empty() {
                        true => 0.0,
                        false => {
                            let font = theme::regular(size::CAPTION);
                            ui.painter().layout(text.to_owned(), font, t.text2, ui.available_width()).size().y + 6.0
                        }
                    };
                    let below = high(&self.sentence).max(high(self.beside));
                    let height = (ui.available_height() - below).max(60.0);
                    if shown.table && !shown.large {
                        show_table(ui, lang, table().borrow(), height);
                    } else {
                        draw(ui, height);
                    }
                    if !self.sentence.is_empty() {
                        ui.label(theme::caption(&self.sentence).color(t.text2));
                    }
                },
            );
        });
        if view.large {
            self.large(ui, lang, id, &mut view, &mut Content { table: &table, draw: &mut draw, tools: &mut tools });
        }
        ui.data_mut(|d| d.insert_temp(id, view));
    }

    fn buttons(&self, ui: &mut Ui, lang: Lang, view: &mut View) {
        let gap = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, 0.0);
        let enlarge = say("Enlarge", "Agrandir").get(lang);
        if icon_button(ui, icon::MAXIMIZE_2, &format!("{enlarge}, {}", self.title)).clicked() {
            view.large = true;
        }
        if !self.compact {
            let (name, picture) = twin(lang, view.table);
            if icon_button(ui, picture, &format!("{name}, {}", self.title)).clicked() {
                view.table = !view.table;
            }
        }
        ui.spacing_mut().item_spacing.x = gap;
        ui.add_space(4.0);
    }

    fn large<T: Borrow<Table>>(&self, ui: &Ui, lang: Lang, id: Id, view: &mut View, content: &mut Content<'_, T>) {
        let room = ui.content_rect().size();
        let modal = Modal::new(id.with("large")).show(ui.ctx(), |ui| {
            ui.set_width(room.x * 0.86);
            let line = vec2(ui.available_width(), theme::FIELD);
            ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, icon::X, say("Close", "Fermer").get(lang)).clicked() {
                    view.large = false;
                }
                let (name, picture) = twin(lang, view.table);
                if icon_button(ui, picture, name).clicked() {
                    view.table = !view.table;
                }
                (content.tools)(ui);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(theme::title(self.title).color(Theme::of(ui).text)).truncate());
                });
            });
            let height = (room.y * 0.68).min(room.y - 150.0).max(100.0);
            if view.table {
                show_table(ui, lang, (content.table)().borrow(), height);
            } else {
                (content.draw)(ui, height);
            }
            if !self.sentence.is_empty() {
                ui.label(egui::RichText::new(&self.sentence).color(Theme::of(ui).text2));
            }
        });
        if modal.should_close() {
            view.large = false;
        }
    }
}

fn twin(lang: Lang, table: bool) -> (&'static str, icon::Icon) {
    if table {
        (say("Show as a plot", "Afficher en courbe").get(lang), icon::ACTIVITY)
    } else {
        (say("Show as a table", "Afficher en tableau").get(lang), icon::TABLE)
    }
}

/// Shows a table `height` high: only the rows in view are drawn, and all of it can be copied.
pub fn show_table(ui: &mut Ui, lang: Lang, table: &Table, height: f32) {
    draw_table(ui, lang, (table, table), height, false);
}

/// As [`show_table`], but without the columns that have no room, which are copied with the others.
pub fn show_table_without(ui: &mut Ui, lang: Lang, table: &Table, columns: Range<usize>, height: f32) {
    draw_table(ui, lang, (&table.without(columns), table), height, false);
}

/// As [`show_table`], but its columns give way, whatever they hold, before anything has to be scrolled to sideways.
pub fn show_table_within(ui: &mut Ui, lang: Lang, table: &Table, height: f32) {
    draw_table(ui, lang, (table, table), height, true);
}

/// Draws `table`; `whole` is what is copied.
fn draw_table(ui: &mut Ui, lang: Lang, (table, whole): (&Table, &Table), height: f32, gives_way: bool) {
    const LINE: f32 = 24.0;
    /// Between two columns.
    const GAP: f32 = 12.0;
    let t = Theme::of(ui);
    // Bars take room of their own where they are needed.
    let bar = ui.spacing().scroll.allocated_width();
    let beside = |list: f32| if table.rows().len() as f32 * LINE > list { bar } else { 0.0 };
    let mut list = (height - LINE - theme::FIELD - 8.0).max(LINE);
    let columns = widths(ui, table, GAP, ui.available_width() - beside(list), gives_way);
    let wide: f32 = columns.iter().sum();
    let scrolls = wide > ui.available_width() - beside(list) + 0.5;
    if scrolls {
        list = (list - bar).max(LINE);
    }
    let row = |ui: &mut Ui, cells: &[String], head: bool| {
        let (rect, response) = ui.allocate_exact_size(vec2(wide, LINE), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, cells.join(", ")));
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.grid));
        let (font, color) = if head { (size::CAPTION, t.text3) } else { (size::TABLE, t.text) };
        let mut cut = false;
        let mut end = rect.left();
        for (column, (cell, width)) in cells.iter().zip(&columns).enumerate() {
            let room = width - GAP * 2.0 / 3.0;
            end += width;
            let mut job = egui::text::LayoutJob::simple_singleline(cell.clone(), theme::regular(font), color);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(8.0));
            let galley = ui.painter().layout_job(job);
            cut |= galley.elided;
            let x = match column {
                0 => rect.left() + 2.0,
                _ => end - 6.0 - galley.size().x,
            };
            ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, color);
        }
        if cut {
            response.on_hover_text(cells.join("\n"));
        }
    };
    let lines = |ui: &mut Ui, list: f32| {
        row(ui, table.head(), true);
        ScrollArea::vertical().max_height(list).min_scrolled_height(list).auto_shrink([false, false]).show_rows(
            ui,
            LINE,
            table.rows().len(),
            |ui, range| {
                for index in range {
                    row(ui, &table.rows()[index], false);
                }
            },
        );
    };
    ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if scrolls {
            ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
                ui.set_width(wide + beside(list));
                lines(ui, list);
            });
        } else {
            lines(ui, list);
        }
        ui.add_space(6.0);
        if ui.add(Button::quiet(say("Copy table", "Copier le tableau").get(lang)).icon(icon::COPY).compact()).clicked() {
            ui.copy_text(whole.tabbed());
        }
    });
}

/// How wide each column is in `room`, with the gap behind it: equal ones where all cells fit, otherwise each as wide as its cells,
/// which may be wider than there is room.
fn widths(ui: &Ui, table: &Table, gap: f32, room: f32, gives_way: bool) -> Vec<f32> {
    /// The most that a column takes for its title, for its cells, and the first one for its cells.
    const MOST: [f32; 3] = [96.0, 180.0, 260.0];
    /// The least that a column's title takes.
    const TITLE: f32 = 64.0;
    /// The least that the first column takes, by which rows are told apart, and another column of words.
    const NAME: f32 = 64.0;
    const LETTERS: f32 = 44.0;
    /// A card this narrow is one with large letters in a small window.
    const NARROW: f32 = 320.0;
    let width = |text: &str, size: f32| {
        ui.painter().layout_no_wrap(text.to_owned(), theme::regular(size), egui::Color32::PLACEHOLDER).size().x
    };
    let widest = |cells: &mut dyn Iterator<Item = &String>| cells.map(|cell| width(cell, size::TABLE)).fold(0.0, f32::max);
    let numbers = |column: usize| widest(&mut table.telling(column).filter(|cell| is_number(cell)));
    let cells = |column: usize| {
        let words = widest(&mut table.telling(column)).min(if column == 0 { MOST[2] } else { MOST[1] });
        words.max(numbers(column)) + gap
    };
    let head = |column: usize| width(&table.head()[column], size::CAPTION).min(MOST[0]) + gap;
    let cells: Vec<f32> = (0..table.head().len()).map(cells).collect();
    let mut natural: Vec<f32> = cells.iter().enumerate().map(|(column, cells)| cells.max(head(column))).collect();
    let others = natural.len().saturating_sub(1);
    // The first column is as wide as its words, if that leaves the others room.
    let share = if others > 1 { 0.2 } else { 0.5 };
    let first = natural.first().copied().unwrap_or(0.0).clamp(room * share, room * share.max(0.45));
    let rest = (room - first) / others.max(1) as f32;
    let fits = natural.iter().enumerate().all(|(column, natural)| *natural <= if column == 0 { first } else { rest } + 0.5);
    if fits {
        return (0..natural.len()).map(|column| if column == 0 { first } else { rest }).collect();
    }
    // Titles that are wider than their cells give way first, as far as they can still be told apart.
    let spare = |column: usize| natural[column] - cells[column].max(natural[column].min(TITLE));
    let spares: Vec<f32> = (0..natural.len()).map(spare).collect();
    let over = natural.iter().sum::<f32>() - room;
    let share = (over / spares.iter().sum::<f32>().max(1.0)).clamp(0.0, 1.0);
    natural.iter_mut().zip(spares).for_each(|(width, spare)| *width -= spare * share);
    // Then the gaps, rather than a bar for a few points.
    let over = natural.iter().sum::<f32>() - room;
    let each = over / natural.len().max(1) as f32;
    if each > 0.0 && each < gap / 3.0 {
        natural.iter_mut().for_each(|width| *width -= each);
    }
    let over = natural.iter().sum::<f32>() - room;
    // In a very narrow card words give way before anything has to be scrolled to; cells are told in full under the pointer.
    // Half a number would be another one.
    if (gives_way || room < NARROW) && over > 0.0 {
        let least = |column: usize| match (column, numbers(column)) {
            (0, number) => natural[0].min((number + gap * 0.75).max(NAME)),
            (_, number) if number > 0.0 => natural[column].min(number + gap * 0.75),
            _ => natural[column].min(LETTERS),
        };
        let spares: Vec<f32> = (0..natural.len()).map(|column| natural[column] - least(column)).collect();
        let share = (over / spares.iter().sum::<f32>().max(1.0)).clamp(0.0, 1.0);
        natural.iter_mut().zip(spares).for_each(|(width, spare)| *width -= spare * share);
    }
    let spare = (room - natural.iter().sum::<f32>()).max(0.0) / natural.len().max(1) as f32;
    natural.into_iter().map(|width| width + spare).collect()
}
