//! Copies side by side with their labels, contradictions first.

use std::{borrow::Cow, path::PathBuf, sync::Arc};

use egui::{Align, CornerRadius, Layout, Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2};

use super::{
    drawn::Drawn,
    overview::{Entry, Overview},
    show::Show,
    wall::Wall,
};
use crate::{
    control::Stage,
    data::{
        dataset::Dataset,
        duplicates::{Contradiction, DuplicateGroup},
        edits::Change,
        face_crop::FaceCrops,
        sample::Part,
    },
    text::{Lang, Phrase, plural, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            button::{Button, focus_ring, link, link_width},
            selection::{Cells, paint_mark, scroll_at_edge},
        },
    },
};

const TILE: f32 = 64.0;
const ROW: f32 = TILE + 32.0;

/// From one picture of a group to the next.
const PITCH: f32 = TILE + 34.0;

/// Draws the groups, whose pictures are `entries`, into the room there is.
pub fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (dataset, overview): (&Arc<Dataset>, &Overview),
    wall: &mut Wall,
    entries: &[Entry],
) -> Drawn {
    let which = wall.show;
    let groups = &*listed(cx, overview, which);
    head(ui, cx, dataset, overview, groups, which);
    let mut drawn = Drawn::default();
    let first = |sum: &mut usize, group: &DuplicateGroup| {
        let start = *sum;
        *sum += group.samples.len();
        Some(start)
    };
    let starts: Vec<usize> = groups.iter().scan(0, first).chain([entries.len()]).collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    let view = ui.available_rect_before_wrap();
    ScrollArea::vertical().id_salt("groups").auto_shrink([false, false]).show_rows(ui, ROW, groups.len(), |ui, visible| {
        let width = (ui.available_width() - 8.0).max(0.0);
        let (words, columns) = laid_out(ui, cx.lang, width);
        let seen = Rect::from_min_size(ui.cursor().min, vec2(width, visible.len() as f32 * ROW));
        // Below the pictures, which take the clicks; the Tab key passes it by.
        let rectangle = ui.interact(seen, ui.scope_id().with("rectangle"), Sense::DRAG);
        let origin = seen.min - vec2(0.0, visible.start as f32 * ROW);
        let key = |position: usize| entries[position].key(dataset);
        for place in visible {
            let row = Row { group: &groups[place], first: starts[place], which, columns, words };
            row.show(ui, cx, dataset, &|position| wall.marked.contains(key(position)), &mut drawn);
        }
        let cells = Cells { origin, columns, pitch: vec2(PITCH, ROW), count: entries.len(), starts: &starts };
        if wall.marked.band(ui, &rectangle, cells, key) {
            scroll_at_edge(ui, view, &rectangle);
        }
    });
    drawn
}

/// In a row of this width: that of the words at its right end, and how many pictures stand before them.
fn laid_out(ui: &Ui, lang: Lang, width: f32) -> (f32, usize) {
    // In a narrow window the words take more lines, so that two pictures stand beside them.
    let ways = [LEAVE_OUT, KEEP_FIRST].map(|way| link_width(ui, way.get(lang)));
    let least = ways.into_iter().fold(100.0, f32::max);
    let words = (width - 2.0 * PITCH - 6.0).min(170.0).max(least);
    (words, (((width - words - 6.0) / PITCH).floor() as usize).max(1))
}

/// The groups of a list.
pub fn listed<'a>(cx: &Cx<'_>, overview: &'a Overview, which: Show) -> Cow<'a, [DuplicateGroup]> {
    match which {
        Show::Contradictions => overview.contradictions().into(),
        Show::Near => overview.near.as_slice().into(),
        Show::Shared => {
            let torn = |group: &&DuplicateGroup| group.samples.iter().any(|i| part(cx, *i) != part(cx, group.samples[0]));
            overview.groups.iter().filter(torn).cloned().collect()
        }
        _ => overview.groups.as_slice().into(),
    }
}

/// How many there are, what the split does with them, and what can be done about all of them.
fn head(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, overview: &Overview, groups: &[DuplicateGroup], which: Show) {
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

/// A group on a line of its own.
struct Row<'a> {
    group: &'a DuplicateGroup,
    /// The position of its first picture in the list.
    first: usize,
    which: Show,
    /// How many pictures have room, and what of the width is left for words.
    columns: usize,
    words: f32,
}

impl Row<'_> {
    fn show(&self, ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, marked: &dyn Fn(usize) -> bool, drawn: &mut Drawn) {
        let t = Theme::of(ui);
        let (rect, _) = ui.allocate_exact_size(vec2((ui.available_width() - 8.0).max(0.0), ROW), Sense::hover());
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, t.grid));
        for (place, index) in self.group.samples.iter().take(self.columns).enumerate() {
            let tile = Rect::from_min_size(rect.min + vec2(place as f32 * PITCH, 5.0), Vec2::splat(TILE));
            let is_marked = marked(self.first + place);
            drawn.entries.push((self.first + place, self.tile(ui, cx, dataset, (*index, is_marked), tile)));
        }
        let right = Rect::from_min_max(pos2(rect.right() - self.words, rect.top() + 8.0), rect.max);
        // A child of its own, since a scope would move the row's cursor.
        let builder = UiBuilder::new().id_salt(("group", self.group.samples[0]));
        let ui = &mut ui.new_child(builder.max_rect(right).layout(Layout::top_down(Align::Min)));
        ui.spacing_mut().item_spacing.y = 6.0;
        self.say(ui, cx, dataset, marked);
    }

    /// One of its pictures.
    fn tile(&self, ui: &Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, (index, marked): (u32, bool), tile: Rect) -> Response {
        let (t, lang) = (Theme::of(ui), cx.lang);
        let sample = &dataset.samples[index as usize];
        let class = dataset.task.name(sample.class.into(), lang);
        let (label, color) = match part(cx, index).filter(|_| self.which == Show::Shared) {
            Some(part) => (part.name().get(lang).to_owned(), [t.accent, t.validation, t.text2][part as usize]),
            None => (sample.age.map_or_else(|| class.clone(), |age| format!("{class}, {age}")), t.class(sample.class)),
        };
        let file = sample.file.display().to_string();
        let response = ui.interact(tile, ui.scope_id().with(("copy", index)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, marked, format!("{file}: {label}")));
        cx.thumbs.paint(ui, tile, dataset, index as usize);
        if marked {
            paint_mark(ui, tile, CornerRadius::same(theme::RADIUS_BUTTON));
        }
        focus_ring(ui, &response, tile, theme::RADIUS_BUTTON);
        let below = pos2(tile.left(), tile.bottom() + 11.0);
        ui.painter().text(below, egui::Align2::LEFT_CENTER, label, theme::medium(11.5), color);
        response.on_hover_text(file)
    }

    /// What is said of the labels, of the pictures that have no room, and what can be done with the group.
    fn say(&self, ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, marked: &dyn Fn(usize) -> bool) {
        let (t, lang, group) = (Theme::of(ui), cx.lang, self.group);
        let (text, color) = match group.contradiction {
            Some(Contradiction::Class) => (say("the labels conflict", "les étiquettes se contredisent"), t.bad),
            Some(Contradiction::Other) => (say("age or race label differ", "âge ou «\u{a0}race\u{a0}» diffèrent"), t.validation),
            None => (say("the labels agree", "mêmes étiquettes"), t.text2),
        };
        ui.add(egui::Label::new(theme::caption(text.get(lang)).color(color)).wrap());
        if group.samples.len() > self.columns {
            let count = (group.samples.len() - self.columns) as u64;
            let mut more = plural(lang, count, say("more", "autre"), say("more", "autres"));
            let marked = (self.columns..group.samples.len()).filter(|place| marked(self.first + place)).count() as u64;
            if marked > 0 {
                let selected = plural(lang, marked, say("selected", "sélectionnée"), say("selected", "sélectionnées"));
                more = format!("{more}, {selected}");
            }
            ui.label(theme::caption(more).color(if marked > 0 { t.accent } else { t.text3 }));
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
    }
}
