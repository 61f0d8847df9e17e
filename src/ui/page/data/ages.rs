//! The ages of the pictures, where they are what is learned: a histogram by ten years, found by pointer and keyboard.

use egui::{Align2, CornerRadius, CursorIcon, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{
    State,
    classes::FEW,
    wall::{LAST_DECADE, Narrow, Wall, decade_name},
};
use crate::{
    data::dataset::Dataset,
    text::{Lang, number, say},
    ui::{
        Cx, icon,
        theme::{self, Theme, size},
        widget::{button::focus_ring, card::Card, notice},
    },
};

/// Height of the bars, with the numbers above and below them.
const HEIGHT: f32 = 138.0;

/// Draws the card; the ages that are clicked are what the wall shows.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, state: &mut State) {
    let lang = cx.lang;
    let State { overview, wall, .. } = state;
    let mut counts = [0; LAST_DECADE + 1];
    for (year, class) in overview.summary.classes.iter().enumerate() {
        counts[(year / 10).min(LAST_DECADE)] += class.pictures;
    }
    let title = say("Ages", "Âges").get(lang);
    let span = dataset.age_span().map_or_else(String::new, |span| span.words(lang));
    Card::titled(title).show(ui, |ui| {
        ui.label(theme::caption(span).color(Theme::of(ui).text2));
        bars(ui, lang, &counts, wall);
        // A band beyond the oldest picture is no lack.
        let oldest = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        let few: Vec<String> =
            (0..=oldest).filter(|decade| counts[*decade] < FEW).map(|decade| decade_name(decade, lang)).collect();
        if !few.is_empty() {
            let few = few.join(" · ");
            let text = match lang {
                Lang::En => format!("Fewer than {FEW} pictures aged {few}: too few to learn or evaluate these ages reliably"),
                Lang::Fr => format!("Moins de {FEW} images d’âges {few}\u{a0}: trop peu pour bien apprendre et évaluer ces âges"),
            };
            notice::note(ui, icon::TRIANGLE_ALERT, Theme::of(ui).validation, &text);
        }
    });
}

fn bars(ui: &mut Ui, lang: Lang, counts: &[u64], wall: &mut Wall) {
    let t = Theme::of(ui);
    let (outer, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f32;
    let pitch = outer.width() / counts.len() as f32;
    let (top, base) = (outer.top() + 18.0, outer.bottom() - 18.0);
    let font = theme::regular(size::CAPTION);
    for (decade, count) in counts.iter().enumerate() {
        let left = outer.left() + pitch * decade as f32;
        let rect = Rect::from_min_max(pos2(left, outer.top()), pos2(left + pitch, outer.bottom()));
        let response = ui.interact(rect, ui.scope_id().with(("decade", decade)), Sense::click());
        let name = decade_name(decade, lang);
        let n = number(lang, *count);
        let said = format!("{name}, {n}");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
        if response.hovered() {
            ui.painter().rect_filled(rect.shrink2(vec2(1.0, 0.0)), CornerRadius::same(theme::RADIUS_FIELD), t.surface2);
        }
        focus_ring(ui, &response, rect.shrink(2.0), theme::RADIUS_FIELD);
        let height = (*count as f32 / most * (base - top)).max(if *count > 0 { 2.0 } else { 0.0 });
        let bar = Rect::from_min_max(pos2(left + 3.0, base - height), pos2(left + pitch - 3.0, base));
        let color = if *count < FEW { t.validation } else { t.accent };
        ui.painter().rect_filled(bar, CornerRadius { nw: 3, ne: 3, sw: 0, se: 0 }, color);
        let middle = rect.center().x;
        ui.painter().text(pos2(middle, bar.top() - 2.0), Align2::CENTER_BOTTOM, n, theme::regular(10.0), t.text2);
        let mark = if decade == LAST_DECADE { format!("{}+", decade * 10) } else { (decade * 10).to_string() };
        ui.painter().text(pos2(middle, base + 4.0), Align2::CENTER_TOP, mark, font.clone(), t.text3);
        if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(said).clicked() {
            wall.narrow(Narrow { decade: Some(decade), ..Narrow::default() });
        }
    }
    ui.painter().hline(outer.x_range(), base, t.border());
}
