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

/// The same, cut in its middle: names that begin alike are told apart by their ends.
pub fn fitted_ends(ui: &Ui, text: &str, font: &FontId, color: Color32, room: f32) -> Arc<Galley> {
    let laid = |text: String| ui.painter().layout_no_wrap(text, font.clone(), color);
    let (whole, letters) = (laid(text.to_owned()), text.chars().count());
    if whole.size().x <= room {
        return whole;
    }
    let shorter = |kept: usize| {
        let end = text.char_indices().nth(letters - kept / 2).map_or("", |(at, _)| &text[at..]);
        laid(text.chars().take(kept.div_ceil(2)).chain(['…']).chain(end.chars()).collect())
    };
    let about = (letters as f32 * room / whole.size().x) as usize;
    (2..=about.min(letters.saturating_sub(1)))
        .rev()
        .map(shorter)
        .find(|cut| cut.size().x <= room)
        .unwrap_or_else(|| shorter(2.min(letters)))
}

/// How wide the widest of `texts` is, at most `most`.
pub fn widest<'a>(ui: &Ui, texts: impl Iterator<Item = &'a str>, font: &FontId, most: f32) -> f32 {
    let wide = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER).size().x;
    texts.map(wide).fold(0.0, f32::max).min(most)
}
