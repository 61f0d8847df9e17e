//! The line of a menu that writes tables: whether they are for spreadsheets.

use egui::{Rect, Role, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2};

use crate::{
    files::table::TableStyle,
    setting_def::Choice as _,
    text::say,
    ui::{Action, Cx, icon, theme::Theme, widget::choice::menu_line},
};

/// Adds the line to a menu. It leaves the menu open, so that its mark is seen to change; the menu's other lines close it
/// themselves.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let on = cx.tables == TableStyle::Spreadsheet;
    let name = say("CSV for spreadsheets", "CSV pour tableurs").get(cx.lang);
    let line = menu_line(ui, None, name, "", false);
    line.widget_info(|| WidgetInfo::selected(Role::MenuItem, ui.is_enabled(), on, name));
    // A box, since it is a switch among lines that do something.
    let t = Theme::of(ui);
    let tick = Rect::from_center_size(pos2(line.rect.left() + 16.0, line.rect.center().y), Vec2::splat(15.0));
    let (fill, edge) = if on { (t.accent, t.accent) } else { (t.surface, t.text3) };
    ui.painter().rect(tick, 4.0, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    if on {
        icon::CHECK.paint(ui.painter(), tick, 13.0, t.on);
    }
    if line.on_hover_text(TableStyle::Spreadsheet.about().get(cx.lang)).clicked() {
        cx.act(Action::Tables(if on { TableStyle::Plain } else { TableStyle::Spreadsheet }));
    }
}
