//! The network as a picture: each layer a block, as high as its map and as wide as its channels.

use egui::{Align2, Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::button::mix;
use crate::{
    model::{
        Network, Shape,
        summary::{LayerRow, RowKind},
    },
    text::{Lang, form, number, say},
    ui::theme::{self, Theme},
};

struct Block {
    size: egui::Vec2,
    fill: Color32,
    stroke: Color32,
    name: String,
    short: String,
    below: String,
    help: String,
    /// What it and its neighbors are, where there is no room to say it of each.
    group: &'static str,
}

/// Draws the network of `rows` into the room there is, at most `height` points high.
pub fn show(ui: &mut Ui, lang: Lang, network: &Network, rows: &[LayerRow], height: f32) {
    let t = Theme::of(ui);
    let blocks = blocks(t, lang, network.input, rows);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let spoken: Vec<_> = blocks.iter().map(|b| format!("{} {}", b.name, b.below)).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken.join(", ")));
    let labels = 44.0;
    let natural: f32 = blocks.iter().map(|b| b.size.x).sum();
    let tallest = blocks.iter().map(|b| b.size.y).fold(1.0, f32::max);
    let tall = ((height - labels - 8.0) / tallest).min(2.2);
    let wide = ((rect.width() * 0.55) / natural).min(1.4);
    let label_font = theme::medium(theme::size::CAPTION);
    let width_of = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), label_font.clone(), t.text).size().x;
    let slots = |name: fn(&Block) -> &str| -> Vec<f32> {
        blocks.iter().map(|b| (b.size.x * wide).max(width_of(name(b))).max(width_of(&b.below) * 0.96) + 8.0).collect()
    };
    let mut short = false;
    let mut widths = slots(|b| &b.name);
    if widths.iter().sum::<f32>() > rect.width() {
        short = true;
        widths = blocks.iter().map(|b| (b.size.x * wide).max(width_of(&b.short)) + 6.0).collect();
    }
    let spare = ((rect.width() - widths.iter().sum::<f32>()) / blocks.len() as f32).max(0.0);
    let middle = rect.top() + (height - labels) / 2.0;
    let mut x = rect.left();
    let mut before: Option<f32> = None;
    let mut groups: Vec<(&str, egui::Rangef)> = Vec::new();
    for (block, width) in blocks.iter().zip(widths) {
        let center = pos2(x + (width + spare) / 2.0, middle);
        let shape = Rect::from_center_size(center, vec2(block.size.x * wide, block.size.y * tall));
        if let Some(end) = before {
            ui.painter().hline(end + 4.0..=shape.left() - 4.0, middle, Stroke::new(1.0, mix(t.stroke, t.text3, 0.4)));
        }
        before = Some(shape.right());
        ui.painter().rect(shape, CornerRadius::same(4), block.fill, Stroke::new(1.5, block.stroke), StrokeKind::Inside);
        let name = if short { &block.short } else { &block.name };
        let bottom = rect.bottom() - labels;
        ui.painter().text(pos2(center.x, bottom + 14.0), Align2::CENTER_CENTER, name, label_font.clone(), t.text);
        match groups.last_mut() {
            Some((group, range)) if *group == block.group => range.max = x + width + spare,
            _ => groups.push((block.group, egui::Rangef::new(x, x + width + spare))),
        }
        if !short {
            let font = theme::regular(theme::size::CAPTION);
            ui.painter().text(pos2(center.x, bottom + 32.0), Align2::CENTER_CENTER, &block.below, font, t.text2);
        }
        let area = Rect::from_x_y_ranges(x..=x + width + spare, rect.y_range());
        ui.interact(area, ui.make_persistent_id((&block.name, x as i32)), Sense::hover()).on_hover_text(&block.help);
        x += width + spare;
    }
    for (group, range) in groups.into_iter().filter(|_| short) {
        let font = theme::regular(theme::size::CAPTION);
        ui.painter().text(pos2(range.center(), rect.bottom() - labels + 32.0), Align2::CENTER_CENTER, group, font, t.text2);
    }
}

fn blocks(t: &Theme, lang: Lang, input: Shape, rows: &[LayerRow]) -> Vec<Block> {
    let gray = mix(t.surface, t.text3, 0.2);
    let accent = mix(t.surface, t.accent, 0.16);
    let warm = mix(t.surface, t.validation, 0.16);
    let end = mix(t.surface, t.male, 0.16);
    let map = |side: usize| (58.0 + 24.0 * (side as f32 / 7.0).log2()).clamp(20.0, 190.0);
    let mut blocks = vec![Block {
        size: vec2(12.0, map(input.height)),
        fill: gray,
        stroke: t.text3,
        name: say("input", "entrée").get(lang).to_owned(),
        short: say("in", "entr.").get(lang).to_owned(),
        below: format!("{}²×{}", input.height, input.channels),
        help: say("The picture as training gives it", "L’image telle que l’entraînement la donne").get(lang).to_owned(),
        group: "",
    }];
    let count = |kind| rows.iter().filter(|row| row.kind == kind).count() as u64;
    let convolutions = count(RowKind::Convolution);
    let convolutions = form(lang, convolutions, say("convolution", "convolution"), say("convolutions", "convolutions"));
    let dense = form(lang, count(RowKind::Dense), say("dense", "dense"), say("dense", "denses"));
    for row in rows {
        let channels = row.output.channels;
        let help = format!(
            "{}\n{} {}",
            row.what.get(lang),
            number(lang, row.parameters as u64),
            say("parameters", "paramètres").get(lang)
        );
        blocks.push(match row.kind {
            RowKind::Flatten => continue,
            RowKind::Convolution => Block {
                size: vec2((channels as f32).sqrt() * 4.3, map(row.output.height)),
                fill: accent,
                stroke: t.accent,
                name: format!("conv {channels}"),
                short: channels.to_string(),
                below: format!("{}²×{channels}", row.output.height),
                help,
                group: convolutions,
            },
            RowKind::Dense => Block {
                size: vec2(16.0, (60.0 + 24.0 * (channels as f32 / 64.0).log2()).clamp(18.0, 190.0)),
                fill: warm,
                stroke: t.validation,
                name: format!("dense {channels}"),
                short: channels.to_string(),
                below: channels.to_string(),
                help,
                group: dense,
            },
            RowKind::Output => Block {
                size: vec2(18.0, 18.0),
                fill: end,
                stroke: t.male,
                name: say("output", "sortie").get(lang).to_owned(),
                short: say("out", "sort.").get(lang).to_owned(),
                below: row.output.channels.to_string(),
                help,
                group: "",
            },
        });
    }
    blocks
}
