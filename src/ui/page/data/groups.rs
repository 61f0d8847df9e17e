//! Copies side by side with their labels, contradictions first.

use std::{borrow::Cow, path::PathBuf, sync::Arc};

use egui::{Align, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2};

use super::{overview::Overview, show::Show};
use crate::{
    control::Stage,
    data::{
        dataset::Dataset,
        duplicates::{Contradiction, Group},
        edits::Change,
        face_crop::FaceCrops,
        sample::Part,
    },
    text::{Lang, Phrase, plural, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::button::{Button, link, link_width},
    },
};

const TILE: f32 = 64.0;
const ROW: f32 = TILE + 32.0;

/// Draws the groups into the room there is; gives the picture that was clicked.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, which: Show) -> Option<u32> {
    let groups = &*listed(cx, overview, which);
    head(ui, cx, dataset, overview, groups, which);
    let mut chosen = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("groups").auto_shrink([false, false]).show_rows(ui, ROW, groups.len(), |ui, visible| {
        for group in &groups[visible] {
            if let Some(index) = row(ui, cx, dataset, group, which) {
                chosen = Some(index);
            }
        }
    });
    chosen
}

/// The groups of a list.
pub fn listed<'a>(cx: &Cx<'_>, overview: &'a Overview, which: Show) -> Cow<'a, [Group]> {
    match which {
        Show::Contradictions => overview.contradictions().into(),
        Show::Near => overview.near.as_slice().into(),
        Show::Shared => {
            let torn = |group: &&Group| group.samples.iter().any(|i| part(cx, *i) != part(cx, group.samples[0]));
            overview.groups.iter().filter(torn).cloned().collect()
        }
        _ => overview.groups.as_slice().into(),
    }
}

/// How many there are, what the split does with them, and what can be done about all of them.
fn head(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, overview: &Overview, groups: &[Group], which: Show) {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let count = plural(lang, groups.len() as u64, say("group", "groupe"), say("groups", "groupes"));
    let kept = cx.plan.ok().map_or(0, |plan| plan.split.kept_together as u64);
    let together = cx.plan.ok().is_some_and(|plan| plan.settings.split.look_alikes);
    // Among what is kept in one part are faces of one photo, too.
    let each = dataset.understood.reading.faces == FaceCrops::Each;
    let shares = cx.plan.ok().is_some_and(|plan| !plan.overlap.is_empty());
    let text = match (which, lang) {
        (Show::Near, _) if cx.session.near.is_none() => not_compared(cx).get(lang).to_owned(),
        (Show::Near, Lang::En) if together => format!("{count} of look-alikes, {kept} kept in one part"),
        (Show::Near, Lang::Fr) if together => {
            format!("{count} semblables, {kept} réunis dans une partie")
        }
        (Show::Near, Lang::En) => format!("{count} of look-alikes; the split’s settings can keep them together"),
        (Show::Near, Lang::Fr) => format!("{count} de semblables\u{a0}; les réglages de la répartition peuvent les réunir"),
        // What the labels say against each other is the matter here, not the parts.
        (Show::Contradictions, _) => count,
        (Show::Shared, Lang::En) => format!("{count} found in several parts"),
        (Show::Shared, Lang::Fr) => format!("{count} présents dans plusieurs parties"),
        (_, Lang::En) if shares => format!("{count}, some of them in several parts"),
        (_, Lang::Fr) if shares => format!("{count}, dont certains dans plusieurs parties"),
        (_, Lang::En) if together || each => format!("{count}, each in one part"),
        (_, Lang::Fr) if together || each => format!("{count}, chacun dans une partie"),
        (_, Lang::En) => format!("{count}, {kept} kept in one part"),
        (_, Lang::Fr) => format!("{count}, {kept} réunis dans une partie"),
    };
    let wrong: Vec<PathBuf> = overview
        .contradictions()
        .iter()
        .flat_map(|group| &group.samples)
        .map(|i| &dataset.samples[*i as usize].file)
        .filter(|file| !cx.edits().get(file).is_some_and(|edit| edit.kept))
        .cloned()
        .collect();
    let narrow = ui.available_width() < NARROW;
    if narrow {
        ui.add(egui::Label::new(theme::caption(text.as_str()).color(t.text2)).wrap());
        if which == Show::Near || wrong.is_empty() {
            return;
        }
    }
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if which != Show::Near && !wrong.is_empty() {
                let all = say("Leave out all conflicting copies", "Écarter les contradictoires");
                let all = Button::secondary(all.get(lang));
                let pictures = plural(lang, wrong.len() as u64, say("picture", "image"), say("pictures", "images"));
                let help = match lang {
                    Lang::En => format!("Leaves out {pictures} whose copies have conflicting classes; can be undone"),
                    Lang::Fr => format!("Écarte {pictures} dont les copies ont des classes contradictoires ; réversible"),
                };
                if ui.add(all.icon(icon::EYE_OFF).compact()).on_hover_text(help).clicked() {
                    cx.act(Action::Edit { files: wrong, change: Change::LeaveOut });
                }
            }
            if narrow {
                return;
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(theme::caption(text.clone()).color(t.text2)).truncate()).on_hover_text(text);
            });
        });
    });
}

/// Width up to which the button stands below the words, in points.
const NARROW: f32 = 440.0;

/// Why nothing can be said of look-alikes yet.
fn not_compared(cx: &Cx<'_>) -> Phrase {
    match cx.session.phase.progress() {
        Some(progress) if progress.stage == Stage::Comparing => {
            say("The pictures are being compared", "Les images sont en cours de comparaison")
        }
        _ => say("The pictures have not been compared", "Les images n’ont pas été comparées"),
    }
}

/// The part that a picture is in.
fn part(cx: &Cx<'_>, index: u32) -> Option<Part> {
    cx.plan.ok().and_then(|plan| plan.split.parts.get(index as usize).copied().flatten())
}

const LEAVE_OUT: Phrase = say("Leave out this group", "Écarter ce groupe");
const KEEP_FIRST: Phrase = say("Keep only the first", "Garder la première");

fn row(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, group: &Group, which: Show) -> Option<u32> {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let (rect, _) = ui.allocate_exact_size(vec2((ui.available_width() - 8.0).max(0.0), ROW), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, t.grid));
    let mut chosen = None;
    let pitch = TILE + 34.0;
    // In a narrow window the words take more lines, so that two pictures stand beside them.
    let ways = [LEAVE_OUT, KEEP_FIRST].map(|way| link_width(ui, way.get(lang)));
    let least = ways.into_iter().fold(100.0, f32::max);
    let words = (rect.width() - 2.0 * pitch - 6.0).min(170.0).max(least);
    let room = (((rect.width() - words - 6.0) / pitch).floor() as usize).max(1);
    for (place, index) in group.samples.iter().take(room).enumerate() {
        let min = rect.min + vec2(place as f32 * pitch, 5.0);
        let tile = Rect::from_min_size(min, Vec2::splat(TILE));
        let sample = &dataset.samples[*index as usize];
        let class = dataset.task.name(sample.class.into(), lang);
        let (label, color) = match part(cx, *index).filter(|_| which == Show::Shared) {
            Some(part) => (part.name().get(lang).to_owned(), [t.accent, t.validation, t.text2][part as usize]),
            None => (sample.age.map_or_else(|| class.clone(), |age| format!("{class}, {age}")), t.class(sample.class)),
        };
        let file = sample.file.display().to_string();
        let response = ui.interact(tile, ui.scope_id().with(("copy", index)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{file}: {label}")));
        cx.thumbs.paint(ui, tile, dataset, *index as usize);
        let below = pos2(tile.left(), tile.bottom() + 11.0);
        ui.painter().text(below, egui::Align2::LEFT_CENTER, label, theme::medium(11.5), color);
        if response.on_hover_text(file).clicked() {
            chosen = Some(*index);
        }
    }
    let right = Rect::from_min_max(pos2(rect.right() - words, rect.top() + 8.0), rect.max);
    // A child of its own, since a scope would move the row's cursor.
    let ui = &mut ui
        .new_child(UiBuilder::new().id_salt(("group", group.samples[0])).max_rect(right).layout(Layout::top_down(Align::Min)));
    ui.spacing_mut().item_spacing.y = 6.0;
    let (text, color) = match group.contradiction {
        Some(Contradiction::Class) => (say("the labels conflict", "les étiquettes se contredisent"), t.bad),
        Some(Contradiction::Other) => (say("age or race label differ", "âge ou «\u{a0}race\u{a0}» diffèrent"), t.validation),
        None => (say("the labels agree", "mêmes étiquettes"), t.text2),
    };
    ui.add(egui::Label::new(theme::caption(text.get(lang)).color(color)).wrap());
    if group.samples.len() > room {
        let more = plural(lang, (group.samples.len() - room) as u64, say("more", "autre"), say("more", "autres"));
        ui.label(theme::caption(more).color(t.text3));
    }
    let files = |from: usize| group.samples[from..].iter().map(|i| dataset.samples[*i as usize].file.clone()).collect();
    ui.horizontal(|ui| {
        let (text, from) = match group.contradiction {
            Some(Contradiction::Class) => (LEAVE_OUT, 0),
            _ => (KEEP_FIRST, 1),
        };
        if link(ui, text.get(lang)).clicked() {
            cx.act(Action::Edit { files: files(from), change: Change::LeaveOut });
        }
    });
    chosen
}
