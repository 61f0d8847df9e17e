//! The program's own help texts: headings, paragraphs, lists and commands, as `assets/help` has them.

use egui::{
    CornerRadius, Frame, Margin, TextFormat, Ui,
    text::{LayoutJob, TextWrapping},
};

use super::{
    icon,
    theme::{self, Theme, size},
    widget::button::icon_button,
};
use crate::text::{Lang, say};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block<'a> {
    Title(&'a str),
    Heading(&'a str),
    Paragraph(&'a str),
    Item(&'a str),
    /// Lines for a terminal.
    Code(String),
}

/// The pieces of `text`, of which each paragraph and each item is one line.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut code) = (Vec::new(), None::<String>);
    for line in text.lines() {
        if line.starts_with("```") {
            match code.take() {
                Some(code) => blocks.push(Block::Code(code.trim_end().to_owned())),
                None => code = Some(String::new()),
            }
        } else if let Some(code) = &mut code {
            code.push_str(line);
            code.push('\n');
        } else if let Some(title) = line.strip_prefix("# ") {
            blocks.push(Block::Title(title));
        } else if let Some(heading) = line.strip_prefix("## ") {
            blocks.push(Block::Heading(heading));
        } else if let Some(item) = line.strip_prefix("- ") {
            blocks.push(Block::Item(item));
        } else if !line.trim().is_empty() {
            blocks.push(Block::Paragraph(line));
        }
    }
    blocks
}

/// Draws `text` over the width there is.
pub fn show(ui: &mut Ui, lang: Lang, text: &str) {
    let t = Theme::of(ui);
    ui.spacing_mut().item_spacing.y = 6.0;
    for block in blocks(text) {
        match block {
            Block::Title(title) => drop(ui.label(theme::strong(title).size(16.0).color(t.text))),
            Block::Heading(heading) => {
                ui.add_space(8.0);
                ui.label(theme::strong(heading).color(t.text));
            }
            Block::Paragraph(text) => drop(ui.add(egui::Label::new(words(t, text)).wrap())),
            Block::Item(text) => {
                ui.horizontal_top(|ui| {
                    ui.label(theme::cell("•").color(t.text3));
                    ui.add(egui::Label::new(words(t, text)).wrap());
                });
            }
            Block::Code(text) => code(ui, lang, &text),
        }
    }
}

/// Commands, to be copied.
fn code(ui: &mut Ui, lang: Lang, text: &str) {
    let t = Theme::of(ui);
    let frame = Frame::new().fill(t.surface2).stroke(t.border()).corner_radius(CornerRadius::same(theme::RADIUS_FIELD));
    frame.inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            let room = (ui.available_width() - 34.0).max(0.0);
            ui.allocate_ui(egui::vec2(room, 0.0), |ui| {
                ui.set_width(room);
                let mut job = LayoutJob { wrap: TextWrapping::wrap_at_width(room), ..LayoutJob::default() };
                for (at, line) in text.lines().enumerate() {
                    let color = if line.starts_with("# ") { t.text3 } else { t.text };
                    let line = if at == 0 { line.to_owned() } else { format!("\n{line}") };
                    job.append(&line, 0.0, TextFormat::simple(theme::regular(size::CAPTION), color));
                }
                ui.add(egui::Label::new(job).wrap());
            });
            let first = text.lines().next().unwrap_or_default();
            let name = format!("{} {first}", say("Copy:", "Copier\u{a0}:").get(lang));
            if icon_button(ui, icon::COPY, &name).clicked() {
                ui.copy_text(text.to_owned());
            }
        });
    });
}

/// A line whose `code` stands out by its ground, and what is *called* so by its weight.
fn words(t: &Theme, text: &str) -> LayoutJob {
    let mut job = LayoutJob::default();
    let plain = TextFormat::simple(theme::regular(size::TABLE), t.text2);
    let called = TextFormat::simple(theme::medium(size::TABLE), t.text);
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            job.append(part, 0.0, TextFormat { background: t.surface2, ..called.clone() });
            continue;
        }
        for (at, part) in part.split('*').enumerate() {
            job.append(part, 0.0, if at % 2 == 1 { called.clone() } else { plain.clone() });
        }
    }
    job
}
