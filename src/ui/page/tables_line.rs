//! The line of a menu that writes tables: whether they are for spreadsheets.

use egui::Ui;

use crate::{
    files::table::TableStyle,
    setting_def::Choice as _,
    text::say,
    ui::{Action, Cx, icon, widget::choice::menu_line},
};

/// Adds the line to a menu. It leaves the menu open, so that its mark is seen to change; the menu's other lines close it
/// themselves.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let on = cx.tables == TableStyle::Spreadsheet;
    let name = say("CSV for spreadsheets", "CSV pour tableurs").get(cx.lang);
    let line = menu_line(ui, on.then_some(icon::CHECK), name, "", false);
    if line.on_hover_text(TableStyle::Spreadsheet.about().get(cx.lang)).clicked() {
        cx.act(Action::Tables(if on { TableStyle::Plain } else { TableStyle::Spreadsheet }));
    }
}
