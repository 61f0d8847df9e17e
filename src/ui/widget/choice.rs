//! Choosing: segments, chips and switches.

use egui::{Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::{
    button::{focus_ring, mix},
    fitted::fitted,
    scroll,
};
use crate::{
    text::{Lang, number},
    ui::{
        icon::{self, Icon},
        theme::{self, Theme},
    },
};

/// One of a few, side by side: (name, what it means). Gives the index that was chosen now.
pub fn segmented(ui: &mut Ui, group: &str, selected: Option<usize>, options: &[(&str, &str)]) -> Option<usize> {
    let t = Theme::of(ui);
    let galleys: Vec<_> = options
        .iter()
        .map(|(name, _)| ui.painter().layout_no_wrap((*name).to_owned(), theme::medium(theme::size::TABLE), Color32::PLACEHOLDER))
        .collect();
    let natural: f32 = galleys.iter().map(|g| g.size().x + 24.0).sum::<f32>() + 6.0;
    let squeeze = ((ui.available_width() - natural) / galleys.len().max(1) as f32).min(0.0);
    let width = natural + squeeze * galleys.len() as f32;
    // In a card's title line it is as high as the line has room.
    let height = ui.available_height().clamp(theme::FIELD, theme::FIELD + 4.0);
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    ui.painter().rect(rect, CornerRadius::same(theme::RADIUS_BUTTON), t.surface2, t.border(), StrokeKind::Inside);
    let mut x = rect.left() + 3.0;
    let mut chosen = None;
    for (index, (natural, (name, about))) in galleys.into_iter().zip(options).enumerate() {
        let room = (natural.size().x + 24.0 + squeeze).max(8.0);
        let segment = Rect::from_min_size(pos2(x, rect.top() + 3.0), vec2(room, rect.height() - 6.0));
        let galley = if natural.size().x <= room {
            natural
        } else {
            fitted(ui, name, theme::medium(theme::size::TABLE), Color32::PLACEHOLDER, room - 4.0)
        };
        let id = ui.make_persistent_id((group, index));
        let mut response = ui.interact(segment, id, Sense::click());
        let on = selected == Some(index);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), on, *name));
        let radius = CornerRadius::same(theme::RADIUS_FIELD);
        if on {
            ui.painter().rect(segment, radius, t.surface, t.border(), StrokeKind::Inside);
        } else if response.hovered() {
            ui.painter().rect_filled(segment, radius, t.grid);
        }
        focus_ring(ui, &response, segment.shrink(2.0), theme::RADIUS_FIELD);
        let color = if on || response.hovered() { t.text } else { t.text2 };
        ui.painter_at(segment).galley(segment.center() - galley.size() / 2.0, galley, color);
        if response.clicked() {
            chosen = Some(index);
        }
        if !about.is_empty() {
            response = response.on_hover_text(*about);
        }
        let _ = response;
        x += segment.width();
    }
    chosen
}

/// How wide [`segmented`] would be by its own, in points.
pub fn segmented_width(ui: &Ui, options: &[(&str, &str)]) -> f32 {
    let width =
        |name: &str| ui.painter().layout_no_wrap(name.to_owned(), theme::medium(theme::size::TABLE), Color32::PLACEHOLDER);
    options.iter().map(|(name, _)| width(name).size().x + 24.0).sum::<f32>() + 6.0
}

/// A small round button that filters or opens a menu.
pub fn chip(ui: &mut Ui, leading: Option<(Icon, Color32)>, text: &str, selected: bool, menu: bool) -> Response {
    let t = Theme::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::medium(theme::size::CAPTION), Color32::PLACEHOLDER);
    let before = if leading.is_some() { 20.0 } else { 0.0 };
    let after = if menu { 18.0 } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + before + after + 22.0, 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, text));
    let (fill, stroke, color) = if selected {
        (t.soft, Stroke::new(1.0, t.accent), t.accent)
    } else {
        (if response.hovered() { t.surface2 } else { t.surface }, t.border(), t.text2)
    };
    ui.painter().rect(rect, CornerRadius::same(13), fill, stroke, StrokeKind::Inside);
    focus_ring(ui, &response, rect, 13);
    let mut x = rect.left() + 11.0;
    if let Some((icon, icon_color)) = leading {
        let place = Rect::from_center_size(pos2(x + 7.0, rect.center().y), vec2(16.0, 16.0));
        icon.paint(ui.painter(), place, 14.0, if selected { color } else { icon_color });
        x += before;
    }
    let width = galley.size().x;
    ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, color);
    if menu {
        let place = Rect::from_center_size(pos2(x + width + 11.0, rect.center().y), vec2(14.0, 14.0));
        icon::CHEVRON_DOWN.paint(ui.painter(), place, 14.0, t.text3);
    }
    response
}

/// A chip that opens a menu of filters; gives the index that was chosen now. The first alternative means "no filter".
pub fn chip_menu(ui: &mut Ui, selected: usize, options: &[String]) -> Option<usize> {
    chip_with_menu(ui, selected, options, selected > 0)
}

/// One line of a menu of filters, with how many pictures it leaves.
pub struct CountedOption {
    name: String,
    count: String,
}

impl CountedOption {
    /// `count` is not said where it is not known.
    pub fn new(name: &str, count: Option<usize>, lang: Lang) -> Self {
        let count = count.map_or_else(String::new, |count| number(lang, count as u64));
        Self { name: name.to_owned(), count }
    }
}

/// As [`chip_menu`], with how many each alternative leaves.
pub fn counted_menu(ui: &mut Ui, selected: usize, options: &[CountedOption]) -> Option<usize> {
    let text = options.get(selected).map_or("", |option| option.name.as_str());
    let response = chip(ui, None, text, selected > 0, true);
    let mut chosen = None;
    egui::Popup::menu(&response).gap(4.0).show(|ui| {
        ui.set_min_width(170.0);
        scroll::menu(ui, |ui| {
            for (index, CountedOption { name, count }) in options.iter().enumerate() {
                let on = index == selected;
                let line = menu_line(ui, on.then_some(icon::CHECK), name, count, false);
                line.widget_info(|| WidgetInfo::selected(Role::MenuItem, ui.is_enabled(), on, name));
                if line.clicked() {
                    ui.close();
                    chosen = Some(index);
                }
            }
        });
    });
    chosen
}

/// A chip that opens a menu of ways to look at the same; gives the index that was chosen now.
pub fn view_menu(ui: &mut Ui, selected: usize, options: &[String]) -> Option<usize> {
    chip_with_menu(ui, selected, options, false)
}

/// The same with a line about each.
pub fn explained_menu(ui: &mut Ui, selected: usize, options: &[(String, &str)]) -> Option<usize> {
    let text = options.get(selected).map_or("", |(name, _)| name.as_str());
    let response = chip(ui, None, text, false, true);
    let mut chosen = None;
    egui::Popup::menu(&response).gap(4.0).show(|ui| {
        ui.set_min_width(150.0);
        scroll::menu(ui, |ui| {
            for (index, (name, about)) in options.iter().enumerate() {
                if explained_line(ui, index == selected, name, about).clicked() {
                    chosen = Some(index);
                    ui.close();
                }
            }
        });
    });
    chosen
}

/// One line of a menu of which one holds, with what it means below it.
fn explained_line(ui: &mut Ui, on: bool, name: &str, about: &str) -> Response {
    let t = Theme::of(ui);
    let lines = [(name, theme::regular(theme::size::TABLE)), (about, theme::regular(theme::size::CAPTION))];
    let natural = |(text, font): &(&str, egui::FontId)| {
        ui.painter().layout_no_wrap((*text).to_owned(), font.clone(), Color32::PLACEHOLDER).size().x + 46.0
    };
    // The pass in which a menu is measured has far more room than it will take.
    let width = if ui.is_sizing_pass() { lines.iter().map(natural).fold(0.0, f32::max) } else { ui.available_width() };
    let [name_line, about_line] = lines.map(|(text, font)| fitted(ui, text, font, Color32::PLACEHOLDER, width - 46.0));
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme::FIELD + 14.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, ui.is_enabled(), on, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_FIELD), mix(t.surface2, t.text3, 0.12));
    }
    focus_ring(ui, &response, rect.shrink(2.0), theme::RADIUS_FIELD);
    if on {
        let place = Rect::from_center_size(pos2(rect.left() + 16.0, rect.top() + 15.0), vec2(16.0, 16.0));
        icon::CHECK.paint(ui.painter(), place, 15.0, t.text2);
    }
    let cut = about_line.elided;
    ui.painter().galley(pos2(rect.left() + 32.0, rect.top() + 5.0), name_line, t.text);
    ui.painter().galley(pos2(rect.left() + 32.0, rect.top() + 23.0), about_line, t.text3);
    if cut { response.on_hover_text(about) } else { response }
}

fn chip_with_menu(ui: &mut Ui, selected: usize, options: &[String], filtering: bool) -> Option<usize> {
    let text = options.get(selected).map_or("", String::as_str);
    let response = chip(ui, None, text, filtering, true);
    let mut chosen = None;
    egui::Popup::menu(&response).gap(4.0).show(|ui| {
        ui.set_min_width(150.0);
        scroll::menu(ui, |ui| {
            for (index, option) in options.iter().enumerate() {
                if menu_choice(ui, index == selected, option).clicked() {
                    chosen = Some(index);
                }
            }
        });
    });
    chosen
}

/// One line of a menu, which it closes.
pub fn menu_item(ui: &mut Ui, icon: Option<Icon>, text: &str) -> Response {
    let line = menu_line(ui, icon, text, "", false);
    // A click of the pointer closes it anyway, one of the keyboard does not.
    if line.clicked() {
        ui.close();
    }
    line
}

/// One line of a menu of which one holds.
pub fn menu_choice(ui: &mut Ui, on: bool, text: &str) -> Response {
    let line = menu_item(ui, on.then_some(icon::CHECK), text);
    line.widget_info(|| WidgetInfo::selected(Role::MenuItem, ui.is_enabled(), on, text));
    line
}

/// One line of a menu with a quiet text at its right end: the keys that do the same, or where it leads. A `chosen` one
/// is what Enter does.
pub fn menu_line(ui: &mut Ui, icon: Option<Icon>, text: &str, right: &str, chosen: bool) -> Response {
    let t = Theme::of(ui);
    let name = ui.painter().layout_no_wrap(text.to_owned(), theme::regular(theme::size::TABLE), Color32::PLACEHOLDER);
    let quiet = ui.painter().layout_no_wrap(right.to_owned(), theme::regular(theme::size::CAPTION), Color32::PLACEHOLDER);
    let gap = if right.is_empty() { 0.0 } else { 24.0 };
    let natural = name.size().x + gap + quiet.size().x + 46.0;
    // The pass in which a menu is measured has far more room than it will take.
    let width = if ui.is_sizing_pass() { natural } else { ui.available_width() };
    let name = match natural <= width {
        true => name,
        false => fitted(ui, text, theme::regular(theme::size::TABLE), Color32::PLACEHOLDER, width - gap - quiet.size().x - 46.0),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme::FIELD), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, ui.is_enabled(), text));
    if response.hovered() || response.has_focus() || chosen {
        let fill = if chosen { t.soft } else { mix(t.surface2, t.text3, 0.12) };
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_FIELD), fill);
    }
    focus_ring(ui, &response, rect.shrink(2.0), theme::RADIUS_FIELD);
    if let Some(icon) = icon {
        let place = Rect::from_center_size(pos2(rect.left() + 16.0, rect.center().y), vec2(16.0, 16.0));
        icon.paint(ui.painter(), place, 15.0, if chosen { t.accent } else { t.text2 });
    }
    ui.painter().galley(pos2(rect.left() + 32.0, rect.center().y - name.size().y / 2.0), name, t.text);
    let end = pos2(rect.right() - 10.0 - quiet.size().x, rect.center().y - quiet.size().y / 2.0);
    ui.painter().galley(end, quiet, t.text3);
    response
}

/// On or off.
pub fn switch(ui: &mut Ui, on: &mut bool, name: &str) -> Response {
    let t = Theme::of(ui);
    let (rect, mut response) = ui.allocate_exact_size(vec2(34.0, 20.0), Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), *on, name));
    let place = ui.animate_bool_responsive(response.id, *on);
    let rail = mix(if t.dark { t.stroke } else { mix(t.stroke, t.text3, 0.12) }, t.accent, place);
    ui.painter().rect_filled(rect, CornerRadius::same(10), rail);
    let x = egui::lerp(rect.left() + 10.0..=rect.right() - 10.0, place);
    ui.painter().circle_filled(pos2(x, rect.center().y), 8.0, if t.dark && !*on { t.text2 } else { t.surface });
    focus_ring(ui, &response, rect, 10);
    response
}
