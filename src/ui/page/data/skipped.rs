//! The files that are not used, with the reason in plain words.

use egui::{Align2, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::{
    data::sample::{Dataset, SkipReason, Skipped},
    text::{Lang, say},
    ui::{
        Cx,
        theme::{self, Theme},
    },
};

/// Draws the table into the room there is.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset) {
    const ROW: f32 = 28.0;
    let t = Theme::of(ui);
    let lang = cx.lang;
    ui.spacing_mut().item_spacing.y = 0.0;
    let head =
        [say("file", "fichier"), say("why it is not used", "pourquoi il n’est pas utilisé")].map(|h| h.get(lang).to_owned());
    line(ui, &head, [t.text3; 2], 24.0);
    // Pictures that could not be used come before files that are none.
    let mut files: Vec<&Skipped> = dataset.skipped.iter().collect();
    files.sort_by_key(|file| file.reason == SkipReason::NotAPicture);
    ScrollArea::vertical().id_salt("skipped").auto_shrink([false, false]).show_rows(ui, ROW, files.len(), |ui, visible| {
        for file in &files[visible] {
            let name = file.file.display().to_string();
            line(ui, &[name, reason(lang, file)], [t.text, t.text2], ROW);
        }
    });
}

fn line(ui: &mut Ui, cells: &[String; 2], colors: [egui::Color32; 2], height: f32) {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, cells.join(", ")));
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, t.grid));
    let middle = rect.left() + rect.width() * 0.46;
    for (index, (text, color)) in cells.iter().zip(colors).enumerate() {
        let (from, to) = if index == 0 { (rect.left(), middle - 12.0) } else { (middle, rect.right()) };
        let clip = egui::Rect::from_x_y_ranges(from..=to, rect.y_range());
        let font = theme::regular(theme::size::TABLE);
        ui.painter_at(clip).text(pos2(from, rect.center().y), Align2::LEFT_CENTER, text, font, color);
    }
    response.on_hover_text(cells.join("\n"));
}

fn reason(lang: Lang, file: &Skipped) -> String {
    let text = file.reason.sentence();
    let text = text.get(lang);
    match &file.proposal {
        Some(name) => format!("{text}; {} {name}", say("meant perhaps", "peut-être").get(lang)),
        None => text.to_owned(),
    }
}
