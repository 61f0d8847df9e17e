//! The pictures of each class, where there are more than two: bars by size, found by name, small classes marked.

use egui::{Align2, CornerRadius, CursorIcon, Rect, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

use super::{
    State,
    wall::{Narrow, Wall},
};
use crate::{
    data::{dataset::Dataset, task::TaskKind},
    text::{Lang, number, say},
    ui::{
        Cx, icon,
        theme::{self, Theme, size},
        widget::{
            card::Card,
            fitted::{fitted, widest},
            notice,
            of_classes::SOUGHT_FROM,
            scroll,
        },
    },
};

/// Classes of fewer pictures are marked: their numbers say little, and a network hardly learns them.
pub const FEW: u64 = 20;
/// Height of a bar.
const ROW: f32 = 22.0;
/// Bars that are seen at once.
const SEEN: usize = 10;

/// Draws the card; a class that is clicked is what the wall shows.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, state: &mut State) {
    let lang = cx.lang;
    let counts: Vec<u64> = state.overview.summary.classes.iter().map(|class| class.pictures).collect();
    // Ages have an order of their own.
    let by_age = dataset.task.kind == TaskKind::AgeGroup;
    let title = match (lang, by_age) {
        (_, false) => format!("{} classes", counts.len()),
        (Lang::En, true) => format!("{} age groups", counts.len()),
        (Lang::Fr, true) => format!("{} tranches d’âge", counts.len()),
    };
    let order = if by_age {
        say("the youngest first", "la plus jeune d’abord")
    } else {
        say("the largest first", "la plus grande d’abord")
    };
    let State { wall, sought, .. } = state;
    Card::titled(&title).caption(order.get(lang)).show(ui, |ui| {
        if counts.len() >= SOUGHT_FROM {
            let name = say("Find a class", "Chercher une classe").get(lang);
            let field = TextEdit::singleline(sought).hint_text(name).desired_width(f32::INFINITY).margin(vec2(8.0, 5.0));
            let field = ui.add(field);
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
        } else {
            sought.clear();
        }
        let names = dataset.task.names(lang);
        let wanted = sought.trim().to_lowercase();
        let mut order: Vec<usize> = (0..counts.len()).filter(|class| names[*class].to_lowercase().contains(&wanted)).collect();
        if !by_age {
            order.sort_by_key(|class| (std::cmp::Reverse(counts[*class]), *class));
        }
        let most = counts.iter().copied().max().unwrap_or(1).max(1);
        // Beside short names the bars are long; long ones are not cut for the bars.
        let font = theme::regular(size::TABLE);
        let room = widest(ui, names.iter().map(String::as_str), &font, ui.available_width() * 0.52).max(32.0) + 12.0;
        ui.allocate_ui(vec2(ui.available_width(), ROW * order.len().clamp(1, SEEN) as f32), |ui| {
            scroll::list(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for class in &order {
                    let line = Line { class: *class, name: &names[*class], count: counts[*class], most, room };
                    line.show(ui, lang, wall);
                }
                if order.is_empty() {
                    let text = say("No class has this name", "Aucune classe ne porte ce nom").get(lang);
                    ui.label(theme::caption(text).color(Theme::of(ui).text3));
                }
            });
        });
        mark_small(ui, lang, &counts);
    });
}

/// Marks small classes among those of so many pictures.
pub fn mark_small(ui: &mut Ui, lang: Lang, counts: &[u64]) {
    let few = counts.iter().filter(|count| **count < FEW).count();
    if few == 0 {
        return;
    }
    let text = match lang {
        Lang::En if few == 1 => format!("1 class has fewer than {FEW} pictures: too few to learn or evaluate it reliably"),
        Lang::En => format!("{few} classes have fewer than {FEW} pictures: too few to learn or evaluate them reliably"),
        Lang::Fr if few == 1 => format!("1 classe a moins de {FEW} images : trop peu pour bien l’apprendre et l’évaluer"),
        Lang::Fr => format!("{few} classes ont moins de {FEW} images : trop peu pour bien les apprendre et les évaluer"),
    };
    notice::note(ui, icon::TRIANGLE_ALERT, Theme::of(ui).validation, &text);
}

/// A class's name, its bar and its pictures.
struct Line<'a> {
    class: usize,
    name: &'a str,
    count: u64,
    /// Pictures of the largest class.
    most: u64,
    /// For the name.
    room: f32,
}

impl Line<'_> {
    fn show(self, ui: &mut Ui, lang: Lang, wall: &mut Wall) {
        let Self { class, name, count, most, room: named } = self;
        let t = Theme::of(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
        let text = format!("{name}, {}", number(lang, count));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &text));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_FIELD), t.surface2);
        }
        let color = if count < FEW { t.validation } else { t.text };
        let label = fitted(ui, name, theme::regular(size::TABLE), color, named - 8.0);
        ui.painter().galley(pos2(rect.left(), rect.center().y - label.size().y / 2.0), label, color);
        let left = rect.left() + named;
        let room = rect.right() - left - 46.0;
        let place =
            Rect::from_min_size(pos2(left, rect.top() + 5.0), vec2((count as f32 / most as f32 * room).max(2.0), ROW - 10.0));
        ui.painter().rect_filled(place, CornerRadius::same(3), t.class(class as u8));
        let at = pos2(rect.right(), rect.center().y);
        ui.painter().text(at, Align2::RIGHT_CENTER, number(lang, count), theme::regular(size::CAPTION), t.text2);
        if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(text).clicked() {
            wall.narrow(Narrow { class: Some(class), ..Narrow::default() });
        }
    }
}
