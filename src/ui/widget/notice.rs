//! What the program says by itself: empty states, notes, error cards and toasts.

use egui::{Align, CornerRadius, Frame, Layout, Margin, Ui, Vec2};

use super::button::{Button, icon_button};
use crate::{
    problem::Problem,
    session::{Offer, Toast},
    text::{Lang, say},
    ui::{
        icon::{self, Icon},
        theme::{self, Theme},
    },
};

/// What will be here and how to get it, in the middle of the room.
pub fn empty(ui: &mut Ui, symbol: Icon, title: &str, sentence: &str, actions: impl FnOnce(&mut Ui)) {
    let t = Theme::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.5 - 110.0).max(16.0));
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(56.0), egui::Sense::hover());
        ui.painter().circle_filled(rect.center(), 28.0, t.soft);
        symbol.paint(ui.painter(), rect, 26.0, t.accent);
        ui.add_space(6.0);
        ui.label(theme::strong(title).size(16.0).color(t.text));
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(420.0));
            ui.add(egui::Label::new(egui::RichText::new(sentence).color(t.text2)).wrap());
        });
        ui.add_space(8.0);
        actions(ui);
    });
}

/// A small icon with a sentence.
pub fn note(ui: &mut Ui, symbol: Icon, color: egui::Color32, text: &str) {
    let t = Theme::of(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(symbol.text(15.0).color(color));
        ui.add(egui::Label::new(theme::caption(text).color(t.text2)).wrap());
    });
}

/// What the user did with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardAnswer {
    /// Take the card away.
    Close,
    /// Copy the details to the clipboard.
    Copy,
    /// One of the card's own ways on.
    WayOn(usize),
}

/// A failure that stays until it is closed: what happened, what to do, a button for each way on, and the details.
pub fn failure(ui: &mut Ui, lang: Lang, problem: &Problem, ways: &[String]) -> Option<CardAnswer> {
    let t = Theme::of(ui);
    let copy = say("Copy details", "Copier les détails").get(lang);
    card(ui, lang, (icon::CIRCLE_ALERT, t.bad, t.bad_soft), [problem.what.get(lang), problem.remedy.get(lang)], ways, Some(copy))
}

/// A question that stays until it is answered: what is the case, and a button for each way on.
pub fn question(ui: &mut Ui, lang: Lang, what: &str, about: &str, ways: &[String]) -> Option<CardAnswer> {
    let t = Theme::of(ui);
    card(ui, lang, (icon::HISTORY, t.accent, t.soft), [what, about], ways, None)
}

fn card(
    ui: &mut Ui,
    lang: Lang,
    (symbol, color, fill): (Icon, egui::Color32, egui::Color32),
    [what, about]: [&str; 2],
    ways: &[String],
    copy: Option<&str>,
) -> Option<CardAnswer> {
    let t = Theme::of(ui);
    let mut answer = None;
    let frame = Frame::new()
        .fill(fill)
        .stroke(t.border())
        .corner_radius(CornerRadius::same(theme::RADIUS_CARD))
        .inner_margin(Margin::same(14));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.label(symbol.text(19.0).color(color));
            ui.vertical(|ui| {
                ui.set_width((ui.available_width() - 36.0).max(100.0));
                ui.spacing_mut().item_spacing.y = 4.0;
                ui.add(egui::Label::new(theme::strong(what).color(t.text)).wrap());
                ui.add(egui::Label::new(egui::RichText::new(about).color(t.text)).wrap());
                ui.add_space(4.0);
                ui.horizontal_wrapped(|ui| {
                    for (way, text) in ways.iter().enumerate() {
                        if ui.add(Button::secondary(text).compact()).clicked() {
                            answer = Some(CardAnswer::WayOn(way));
                        }
                    }
                    // Of several cards, each button says whose it is.
                    if let Some(copy) = copy {
                        let button = ui.add(Button::quiet(copy).icon(icon::COPY).compact());
                        if button.accessible_name(format!("{copy}, {what}")).clicked() {
                            answer = Some(CardAnswer::Copy);
                        }
                    }
                });
            });
            let close = say("Close this message", "Fermer ce message").get(lang);
            if icon_button(ui, icon::X, close).accessible_name(format!("{close}, {what}")).clicked() {
                answer = Some(CardAnswer::Close);
            }
        });
    });
    answer
}

/// A small confirmation with one action. Gives whether the action was chosen.
pub fn toast(ui: &mut Ui, lang: Lang, toast: &Toast) -> bool {
    let t = Theme::of(ui);
    let mut chosen = false;
    // On dark ground an edge tells it from what it lies over.
    let (fill, text, edge) = if t.dark { (t.surface2, t.text, t.border()) } else { (t.text, t.surface, egui::Stroke::NONE) };
    let frame = Frame::new()
        .fill(fill)
        .stroke(edge)
        .corner_radius(CornerRadius::same(theme::RADIUS_BUTTON))
        .inner_margin(Margin::symmetric(14, 4));
    frame.show(ui, |ui| {
        // In a narrow window the words take several lines, and the button stands below them.
        let room = (ui.content_rect().width() - 60.0).max(80.0);
        let words = egui::RichText::new(toast.text.get(lang)).color(text);
        let needed =
            ui.painter().layout_no_wrap(toast.text.get(lang).to_owned(), theme::regular(theme::size::BODY), text).size().x;
        let layout = match needed + 150.0 < room {
            true => Layout::left_to_right(Align::Center),
            false => Layout::top_down(Align::Min),
        };
        ui.set_max_width(room);
        ui.with_layout(layout, |ui| {
            ui.set_min_height(24.0);
            ui.label(words);
            if let Some(offer) = &toast.offer {
                let name = match offer {
                    Offer::Undo => say("Undo", "Annuler"),
                    Offer::OpenFolder(_) => say("Open folder", "Ouvrir le dossier"),
                    Offer::RestoreRun(_) => say("Restore", "Restaurer"),
                };
                let color = if t.dark { t.accent } else { Theme::mode(true).accent };
                let label = egui::RichText::new(name.get(lang)).font(theme::medium(theme::size::BODY)).color(color);
                chosen = ui.add(egui::Button::new(label).frame(false)).clicked();
            }
        });
    });
    chosen
}
