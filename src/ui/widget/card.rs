//! What a page is made of: its header, cards, and rows and columns that fill the room there is.

use egui::{Align, CornerRadius, Frame, Id, Layout, Margin, Rect, Ui, UiBuilder, pos2, vec2};

use super::{
    button::icon_button,
    field::{self, Unfolded},
    scroll,
};
use crate::{
    text::{Lang, Phrase, say},
    ui::{
        icon,
        theme::{self, Theme},
    },
};

/// Title, one sentence, and the page's actions at the right.
///
/// Actions are added from right to left: the filled button first.
pub fn header(ui: &mut Ui, title: &str, sentence: &str, actions: impl FnOnce(&mut Ui)) {
    let t = Theme::of(ui);
    let top = ui.cursor().min;
    let full = ui.available_width();
    if full < NARROW {
        ui.add(egui::Label::new(theme::title(title).color(t.text)).wrap());
        if !sentence.is_empty() {
            ui.add(egui::Label::new(egui::RichText::new(sentence).color(t.text2)).wrap());
        }
        // Without an action there is no line for them.
        let line = Rect::from_min_size(ui.cursor().min, vec2(full, ui.spacing().interact_size.y));
        let layout = Layout::left_to_right(Align::Center).with_main_wrap(true);
        let mut below = ui.new_child(UiBuilder::new().max_rect(line).layout(layout));
        actions(&mut below);
        if below.min_rect().width() >= 1.0 {
            ui.advance_cursor_after_rect(below.min_rect());
        }
        ui.add_space(theme::GUTTER - 4.0);
        return;
    }
    let right = Rect::from_min_size(top, vec2(full, theme::BUTTON));
    let used = ui
        .scope_builder(UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)), |ui| {
            actions(ui);
            ui.min_rect()
        })
        .inner;
    let width = (used.left() - top.x - theme::GUTTER).max(120.0);
    let left = Rect::from_min_size(top, vec2(if used.width() < 1.0 { full } else { width }, f32::INFINITY));
    // A long sentence stands below the actions, over the whole width, rather than on many short lines beside them.
    let lines = ui.painter().layout(sentence.to_owned(), theme::regular(theme::size::BODY), t.text2, left.width()).rows.len();
    let beside = !sentence.is_empty() && lines <= LINES;
    let bottom = ui
        .scope_builder(UiBuilder::new().max_rect(left).layout(Layout::top_down(Align::Min)), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(theme::title(title).color(t.text));
            if beside {
                ui.label(egui::RichText::new(sentence).color(t.text2));
            }
            ui.min_rect().bottom()
        })
        .inner;
    let rect = Rect::from_min_max(top, pos2(top.x + full, bottom.max(right.bottom())));
    ui.advance_cursor_after_rect(rect);
    if !beside && !sentence.is_empty() {
        ui.add(egui::Label::new(egui::RichText::new(sentence).color(t.text2)).wrap());
    }
    ui.add_space(theme::GUTTER - 4.0);
}

/// Lines of a header's sentence that stand beside its actions.
const LINES: usize = 2;

/// Below this width of a page its header's actions stand below the title.
const NARROW: f32 = 660.0;

/// A surface with a title line.
#[derive(Default)]
pub struct Card<'a> {
    title: Option<&'a str>,
    caption: Option<String>,
    help: Option<(Lang, &'a str)>,
    fill: bool,
}

impl<'a> Card<'a> {
    /// A card without a title line.
    pub fn new() -> Self {
        Self::default()
    }

    /// A card with a title.
    pub fn titled(title: &'a str) -> Self {
        Self { title: Some(title), ..Self::default() }
    }

    /// A quiet text at the right end of the title line.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    /// A "?" behind the title that explains what the card shows: within the card, above what it explains.
    #[must_use]
    pub fn help(mut self, lang: Lang, help: &'a str) -> Self {
        self.help = Some((lang, help)).filter(|(_, help)| !help.is_empty());
        self
    }

    /// As high as there is room.
    #[must_use]
    pub fn fill(mut self) -> Self {
        self.fill = true;
        self
    }

    /// Draws the card as wide as there is room.
    pub fn show<R>(self, ui: &mut Ui, body: impl FnOnce(&mut Ui) -> R) -> R {
        self.show_with(ui, |_| {}, body)
    }

    /// As [`Card::show`], with buttons at the right end of the title line, added from right to left.
    pub fn show_with<R>(self, ui: &mut Ui, actions: impl FnOnce(&mut Ui), body: impl FnOnce(&mut Ui) -> R) -> R {
        let t = Theme::of(ui);
        let frame = Frame::new()
            .fill(t.surface)
            .stroke(t.border())
            .corner_radius(CornerRadius::same(theme::RADIUS_CARD))
            .inner_margin(Margin::same(theme::PADDING as i8 - 1));
        let room = ui.available_size();
        frame
            .show(ui, |ui| {
                let inner = 2.0 * theme::PADDING;
                ui.spacing_mut().item_spacing.y = 8.0;
                ui.set_width((room.x - inner).max(0.0));
                if self.fill && room.y.is_finite() {
                    ui.set_min_height((room.y - inner).max(0.0));
                }
                let Some(title) = self.title else { return body(ui) };
                let state = title_line(ui, title, self.caption.as_deref(), self.help, actions);
                match self.help {
                    Some((lang, help)) if state != Unfolded::Not => explained(ui, (lang, title, help), state, body),
                    _ => body(ui),
                }
            })
            .inner
    }
}

/// What is explained keeps this height, or what it had if that was less; what has no room beside its help is scrolled to.
const EXPLAINED: f32 = 240.0;

/// A card's help, and below it what it explains. In a page that scrolls as a whole the card grows by the help.
fn explained<R>(ui: &mut Ui, (lang, title, help): (Lang, &str, &str), state: Unfolded, body: impl FnOnce(&mut Ui) -> R) -> R {
    let (room, long) = (ui.available_height(), scroll::is_long(ui));
    scroll::list(ui, |ui| {
        let top = ui.cursor().top();
        field::unfolded(ui, lang, title, help, state);
        let left = room - (ui.cursor().top() - top);
        let height = if long { room } else { left.max(EXPLAINED.min(room)) };
        let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
        ui.scope_builder(UiBuilder::new().max_rect(place), body).inner
    })
}

/// The least room for a title that is cut, in points.
const LETTERS: f32 = 40.0;

/// The title with its "?", and at the right what can be done; gives whether the help is unfolded.
fn title_line(
    ui: &mut Ui,
    title: &str,
    caption: Option<&str>,
    help: Option<(Lang, &str)>,
    actions: impl FnOnce(&mut Ui),
) -> Unfolded {
    let t = Theme::of(ui);
    let row = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), 22.0));
    // Buttons are higher than the line: they stand around its middle, so that the titles of neighboring cards stay level.
    let mut state = Unfolded::Not;
    let around = UiBuilder::new().id_salt("title line").max_rect(row.expand2(vec2(0.0, 4.0)));
    ui.new_child(around.layout(Layout::right_to_left(Align::Center))).scope(|ui| {
        ui.spacing_mut().interact_size.y = 22.0;
        actions(ui);
        let width = ui.painter().layout_no_wrap(title.to_owned(), theme::semibold(theme::size::BODY), t.text).size().x;
        let mark = if help.is_some() { 26.0 } else { 0.0 };
        let room = ui.available_width() - width - mark - 12.0;
        let wide = |caption: &&str| {
            ui.painter().layout_no_wrap((*caption).to_owned(), theme::regular(theme::size::CAPTION), t.text3).size().x
        };
        // Half a caption tells less than none.
        if let Some(caption) = caption.filter(|caption| !caption.is_empty() && wide(caption) <= room) {
            ui.label(theme::caption(caption).color(t.text3));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let room = ui.available_width() - mark;
            // The first letters of a title tell nothing, and would stand out of the card where the buttons need its whole width.
            if width <= room || room >= LETTERS {
                ui.scope(|ui| {
                    ui.set_max_width(room);
                    ui.add(egui::Label::new(theme::strong(title).color(t.text)).truncate());
                });
            }
            if let Some((lang, _)) = help {
                // Wherever the card stands: in a narrow window, cards are stacked.
                state = field::help_below(ui, lang, title, Id::unique(("help of a card", title)));
            }
        });
    });
    ui.advance_cursor_after_rect(row);
    ui.add_space(4.0);
    state
}

/// Lays `widths.len()` columns side by side on the gutter; a width above 1 is in points, one up to 1 a share of the rest.
///
/// Each column is given `height` points (pass `ui.available_height()` to fill the page). Where the room is too narrow for
/// them, they stand below each other, each as high as it needs, and the page scrolls as a whole.
pub fn columns(ui: &mut Ui, widths: &[f32], height: f32, mut column: impl FnMut(usize, &mut Ui)) {
    /// The least width of a column that shares the rest.
    const LEAST: f32 = 230.0;
    /// The same for one that takes a small share of it.
    const NARROWEST: f32 = 200.0;
    /// The height of a column below another, if it needs no more.
    const LOW: f32 = 400.0;
    let gaps = theme::GUTTER * widths.len().saturating_sub(1) as f32;
    let fixed: f32 = widths.iter().filter(|w| **w > 1.0).sum();
    let shares: f32 = widths.iter().filter(|w| **w <= 1.0).sum();
    let rest = (ui.available_width() - gaps - fixed).max(0.0);
    let sharing = widths.iter().filter(|w| **w <= 1.0).count();
    let narrowest = widths.iter().filter(|w| **w <= 1.0).fold(f32::INFINITY, |least, w| least.min(rest * w / shares));
    if rest < LEAST * sharing as f32 || narrowest < NARROWEST {
        let mut all = |ui: &mut Ui| {
            ui.spacing_mut().item_spacing.y = theme::GUTTER;
            for index in 0..widths.len() {
                let room = vec2(ui.available_width(), height.min(LOW));
                ui.push_id(("column", index), |ui| scroll::long(ui, room, |ui| column(index, ui)));
            }
        };
        return if scroll::is_within(ui) { all(ui) } else { scroll::area(ui, all) };
    }
    let top = ui.cursor().min;
    let (mut x, mut bottom) = (top.x, top.y);
    for (index, &width) in widths.iter().enumerate() {
        let width = if width > 1.0 { width } else { rest * width / shares };
        let rect = Rect::from_min_size(pos2(x, top.y), vec2(width, height));
        ui.scope_builder(UiBuilder::new().id_salt(("column", index)).max_rect(rect).layout(Layout::top_down(Align::Min)), |ui| {
            ui.spacing_mut().item_spacing.y = theme::GUTTER;
            column(index, ui);
            bottom = bottom.max(ui.min_rect().bottom());
        });
        x += width + theme::GUTTER;
    }
    ui.advance_cursor_after_rect(Rect::from_min_max(top, pos2(x - theme::GUTTER, bottom)));
}

/// A dialog's title line; gives whether it was closed.
pub fn dialog_title(ui: &mut Ui, lang: Lang, title: Phrase) -> bool {
    let t = Theme::of(ui);
    let mut close = false;
    ui.horizontal(|ui| {
        ui.label(theme::strong(title.get(lang)).size(18.0).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close = icon_button(ui, icon::X, say("Close", "Fermer").get(lang)).clicked();
        });
    });
    ui.add_space(6.0);
    close
}
