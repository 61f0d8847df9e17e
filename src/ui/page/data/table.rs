//! Files that are odd, not used, or decided about: picture, name, the reason in plain words, and what can be done.

use std::path::Path;

use egui::{
    Align, Color32, CornerRadius, Layout, Popup, Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2, WidgetInfo, pos2,
    text::LayoutJob, vec2,
};

use super::{
    decide::{self, decided},
    drawn::Drawn,
    hand_square,
    overview::{Entry, Overview, Place},
    show::Show,
    wall::Wall,
};
use crate::{
    data::{
        dataset::Dataset,
        decode::ENDS_EARLY,
        edits::Change,
        sample::{SkipReason, Skipped, Source},
    },
    text::{Lang, plural, say},
    ui::{
        Action, Cx, icon,
        theme::{self, LINE, Theme},
        widget::{
            button::{Button, icon_button, link, link_width},
            choice::menu_item,
            scroll,
            selection::{Cells, paint_mark, scroll_at_edge},
        },
    },
};

/// Height of a line in a narrow card, where the reason takes two lines.
const HIGH_ROW: f32 = 60.0;
/// Width up to which a card is narrow, in points.
const NARROW: f32 = 620.0;

/// Draws the table of `entries` into the room there is.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, wall: &mut Wall, entries: &[Entry]) -> Drawn {
    if wall.show == Show::Edited {
        edits_line(ui, cx);
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut drawn = Drawn::default();
    let high = if ui.available_width() < NARROW { HIGH_ROW } else { LINE };
    let view = ui.available_rect_before_wrap();
    ScrollArea::vertical().id_salt("table").auto_shrink([false, false]).show_rows(ui, high, entries.len(), |ui, visible| {
        let seen = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), visible.len() as f32 * high));
        // Below the lines, which take the clicks; the Tab key passes it by.
        let rectangle = ui.interact(seen, ui.scope_id().with("rectangle"), Sense::DRAG);
        let origin = seen.min - vec2(0.0, visible.start as f32 * high);
        let key = |position: usize| entries[position].key(dataset);
        for position in visible {
            let marked = wall.marked.contains(key(position));
            let (response, asked) = line(ui, cx, dataset, (entries[position], marked), high);
            drawn.entries.push((position, response));
            drawn.asked = asked.then_some(position).or(drawn.asked);
        }
        let pitch = vec2(seen.width().max(1.0), high);
        let cells = Cells { origin, columns: 1, pitch, count: entries.len(), starts: &[] };
        if wall.marked.band(ui, &rectangle, cells, key) {
            scroll_at_edge(ui, view, &rectangle);
        }
    });
    drawn
}

/// The files of a list.
pub fn listed(overview: &Overview, which: Show) -> Vec<Entry> {
    match which {
        Show::Odd => overview.odd_listed.iter().copied().map(Entry::Sample).collect(),
        Show::Foreign => overview.foreign.iter().copied().map(Entry::Skipped).collect(),
        Show::Edited => overview.edited.clone(),
        _ => overview.lost.iter().copied().map(Entry::Skipped).collect(),
    }
}

/// How many edits there are, and a way to take all back.
fn edits_line(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = Theme::of(ui);
    ui.horizontal(|ui| {
        let count = cx.edits().len() as u64;
        let text = match cx.lang {
            Lang::En => format!(
                "{} kept beside the data; the folder itself is never changed",
                plural(cx.lang, count, say("change", ""), say("changes", ""))
            ),
            Lang::Fr => format!(
                "{} à côté des données ; le dossier lui-même n’est jamais modifié",
                plural(cx.lang, count, say("", "modification gardée"), say("", "modifications gardées"))
            ),
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let all = Button::secondary(cx.say(say("Undo all my changes", "Tout annuler"))).icon(icon::UNDO_2).compact();
            if ui.add(all).clicked() {
                cx.act(Action::ForgetEdits);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(theme::caption(text).color(t.text2)).truncate());
            });
        });
    });
}

/// One file; gives whether something in its line asks for it to be shown, too.
fn line(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, (entry, marked): (Entry, bool), high: f32) -> (Response, bool) {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let (file, place, why) = match entry {
        Entry::Sample(index) => {
            let sample = &dataset.samples[index as usize];
            let why = match (&sample.anomaly, cx.edits().get(&sample.file)) {
                (_, Some(edit)) => decided(lang, dataset, edit),
                (Some(anomaly), None) => anomaly.sentence().get(lang).to_owned(),
                (None, None) => String::new(),
            };
            (&sample.file, Some(Place::Sample(index as usize)), why)
        }
        Entry::Skipped(index) => {
            let skipped = &dataset.skipped[index as usize];
            (&skipped.file, dataset.spare.find(&skipped.file).map(Place::Spare), reason(lang, skipped))
        }
    };
    let name = file.display().to_string();
    let (rect, response) = ui.allocate_exact_size(vec2((ui.available_width() - 8.0).max(0.0), high), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, marked, format!("{name}, {why}")));
    if marked {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_FIELD), t.accent.gamma_multiply(0.12));
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, t.grid));
    let picture = Rect::from_min_size(rect.min + vec2(0.0, 4.0), Vec2::splat(high - 8.0));
    match place {
        Some(Place::Sample(index)) => cx.thumbs.paint_of(ui, picture, &dataset.pixels, index),
        Some(Place::Spare(index)) => cx.thumbs.paint_of(ui, picture, &dataset.spare.pixels, index),
        None => icon::FILE_X.paint(ui.painter(), picture, 20.0, t.text3),
    }
    if marked {
        paint_mark(ui, picture, CornerRadius::same(4));
    }
    // What can be done stands at the right. Children of their own, since a scope would move the row's cursor.
    let rest = Rect::from_min_max(pos2(picture.right() + 10.0, rect.top()), rect.max);
    let (used, asked) = {
        let builder = UiBuilder::new().id_salt(&name).max_rect(rest).layout(Layout::right_to_left(Align::Center));
        let ui = &mut ui.new_child(builder);
        ui.spacing_mut().item_spacing.x = 12.0;
        let asked = actions(ui, cx, dataset, entry, (place, &name));
        (ui.min_rect().left(), asked)
    };
    let text = Rect::from_min_max(pos2(picture.right() + 10.0, rect.top() + 4.0), pos2(used - 10.0, rect.bottom() - 3.0));
    let ui = &mut ui.new_child(UiBuilder::new().id_salt((&name, 1)).max_rect(text).layout(Layout::top_down(Align::Min)));
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.add(egui::Label::new(theme::cell(&name).color(t.text)).truncate().selectable(false));
    let mut why = LayoutJob::simple(why, theme::regular(theme::size::CAPTION), t.text2, text.width());
    why.wrap.max_rows = if high > LINE { 2 } else { 1 };
    why.wrap.break_anywhere = high <= LINE;
    ui.add(egui::Label::new(why).wrap().selectable(false));
    (response, asked)
}

/// The least room for a file's name, by which the lines are told apart, in points.
const NAME: f32 = 160.0;

/// What can be done about a file: as links, or where these would leave its name no room, as a menu. Gives whether it is to be
/// shown.
fn actions(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, entry: Entry, (place, name): (Option<Place>, &str)) -> bool {
    if let (Entry::Skipped(index), Some(_)) = (entry, place) {
        decide::label(ui, cx, dataset, &dataset.skipped[index as usize]);
    }
    let ways = ways(cx, dataset, entry, place);
    let gap = ui.spacing().item_spacing.x;
    let links: f32 = ways.iter().map(|(text, _)| link_width(ui, text) + gap).sum();
    let least = ui.painter().layout_no_wrap(name.to_owned(), theme::regular(theme::size::TABLE), Color32::PLACEHOLDER).size().x;
    let mut chosen = None;
    if ways.is_empty() || links + least.min(NAME) <= ui.available_width() {
        for (text, way) in ways {
            if link(ui, &text).clicked() {
                chosen = Some(way);
            }
        }
    } else {
        chosen = menu(ui, cx.lang, ways, name);
    }
    match chosen {
        Some(Way::Do(action)) => cx.act(action),
        Some(Way::Show) => return true,
        None => {}
    }
    false
}

/// What is done about a file.
enum Way {
    Do(Action),
    /// It is shown, so that a square can be drawn on it.
    Show,
}

/// The usual one first.
fn ways(cx: &Cx<'_>, dataset: &Dataset, entry: Entry, place: Option<Place>) -> Vec<(String, Way)> {
    let lang = cx.lang;
    let decide = |file: &Path, decisions: Vec<(String, Change)>| {
        let edit = |change| Way::Do(Action::Edit { files: vec![file.to_owned()], change });
        decisions.into_iter().map(|(text, change)| (text, edit(change))).collect::<Vec<_>>()
    };
    match (entry, place) {
        (Entry::Sample(index), _) => {
            let sample = &dataset.samples[index as usize];
            decide(&sample.file, decide::brief(lang, cx.edits(), sample))
        }
        (Entry::Skipped(index), Some(_)) => {
            let skipped = &dataset.skipped[index as usize];
            decide(&skipped.file, decide::brief_unused(lang, dataset, skipped))
        }
        (Entry::Skipped(index), None) => {
            let skipped = &dataset.skipped[index as usize];
            let open = match &dataset.source {
                Source::Folder(folder) => Some(Way::Do(Action::OpenPath(folder.join(&skipped.file)))),
                _ => None,
            };
            let open = open.map(|open| (say("Open the file", "Ouvrir le fichier").get(lang).to_owned(), open));
            let draw = hand_square::would_help(dataset, skipped).then(|| (hand_square::DRAW.get(lang).to_owned(), Way::Show));
            open.into_iter().chain(draw).collect()
        }
    }
}

/// The same in a menu, read from the left as the links are.
fn menu(ui: &mut Ui, lang: Lang, ways: Vec<(String, Way)>, name: &str) -> Option<Way> {
    let decide = say("Decide…", "Décider…").get(lang);
    let button = icon_button(ui, icon::ELLIPSIS, decide).accessible_name(format!("{decide}, {name}"));
    let mut chosen = None;
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(150.0);
        scroll::menu(ui, |ui| {
            for (text, way) in ways.into_iter().rev() {
                if menu_item(ui, None, &text).clicked() {
                    chosen = Some(way);
                }
            }
        });
    });
    chosen
}

fn reason(lang: Lang, file: &Skipped) -> String {
    let text = file.reason.sentence();
    let details = match &file.reason {
        SkipReason::Damaged { details } if details == ENDS_EARLY.en => format!(" ({})", ENDS_EARLY.get(lang)),
        SkipReason::Damaged { details } | SkipReason::Unreadable { details, .. } => format!(" ({details})"),
        _ => String::new(),
    };
    format!("{}{details}", text.get(lang))
}
