//! Text that ends with `…` where there is no room for all of it.

use std::sync::Arc;

use egui::{
    Color32, FontId, Galley, Ui,
    text::{LayoutJob, TextWrapping},
};

/// One line of `text` that is at most `room` wide; [`Galley::elided`] says whether it was cut.
pub fn fitted(ui: &Ui, text: &str, font: FontId, color: Color32, room: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = TextWrapping::truncate_at_width(room.max(8.0));
    ui.painter().layout_job(job)
}
