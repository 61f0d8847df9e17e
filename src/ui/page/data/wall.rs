//! The wall of faces: every picture, only the visible ones drawn; filters, zoom, and the keyboard moves through it.

use std::sync::Arc;

use egui::{
    Align, CornerRadius, EventFilter, Id, Key, Layout, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};

use super::{detail, overview::Overview, skipped};
use crate::{
    data::sample::{Dataset, Part, RACES},
    plan::Plan,
    text::{Lang, number, say},
    ui::{
        Cx, icon,
        theme::{self, Theme},
        widget::{
            button::{icon_button, link},
            card::Card,
            choice, field,
        },
    },
};

/// Space between tiles.
const GAP: f32 = 5.0;

/// What the wall shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    #[default]
    All,
    Odd,
    Copies,
    Contradictions,
    /// The table of files that are not used.
    Skipped,
}

/// Filters, zoom, and what they leave.
pub struct Wall {
    pub show: Show,
    /// 0 is all, then the parts in order; likewise the classes, ages and race labels.
    filter: [usize; 4],
    /// Points of a tile's side.
    zoom: f64,
    selected: Option<u32>,
    /// What is left, and what it was made from.
    left: Vec<u32>,
    made: Option<Made>,
    /// Set when the selection should be scrolled into view.
    reveal: bool,
}

#[derive(PartialEq)]
struct Made {
    dataset: usize,
    plan: usize,
    show: Show,
    filter: [usize; 4],
}

impl Default for Wall {
    fn default() -> Self {
        Self { show: Show::All, filter: [0; 4], zoom: 56.0, selected: None, left: Vec::new(), made: None, reveal: false }
    }
}

/// Ages of the filter, from and to.
const AGES: [(u16, u16); 6] = [(0, 9), (10, 19), (20, 39), (40, 59), (60, 79), (80, u16::MAX)];

impl Wall {
    /// Shows something else, with all filters open.
    pub fn show(&mut self, show: Show) {
        *self = Self { show, zoom: self.zoom, ..Self::default() };
    }

    /// Filters anew if anything has changed.
    fn follow(&mut self, dataset: &Arc<Dataset>, plan: Option<&Arc<Plan>>, overview: &Overview) {
        let made = Made {
            dataset: Arc::as_ptr(dataset) as usize,
            // The plan matters only to a filter by part.
            plan: if self.filter[0] > 0 { plan.map_or(0, |plan| Arc::as_ptr(plan) as usize) } else { 0 },
            show: self.show,
            filter: self.filter,
        };
        if self.made.as_ref() == Some(&made) {
            return;
        }
        let [part, class, age, race] = self.filter;
        let fits = |index: &u32| {
            let sample = &dataset.samples[*index as usize];
            let in_part = || plan.is_some_and(|p| p.split.parts[*index as usize] == Some(Part::ALL[part - 1]));
            (part == 0 || in_part())
                && (class == 0 || usize::from(sample.class) == class - 1)
                && (age == 0 || sample.age.is_some_and(|a| (AGES[age - 1].0..=AGES[age - 1].1).contains(&a)))
                && (race == 0 || sample.race.is_some_and(|r| usize::from(r) == race - 1))
        };
        self.left = match self.show {
            Show::All | Show::Skipped => (0..dataset.samples.len() as u32).filter(fits).collect(),
            Show::Odd => overview.odd.iter().copied().filter(fits).collect(),
            Show::Copies => overview.copies.iter().copied().filter(fits).collect(),
            Show::Contradictions => overview.contradictions.iter().copied().filter(fits).collect(),
        };
        self.made = Some(made);
    }
}

/// Draws the card.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, wall: &mut Wall) {
    let plan = cx.plan.ok().filter(|plan| Arc::ptr_eq(&plan.dataset, dataset));
    wall.follow(dataset, plan, overview);
    Card::new().fill().show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            filters(ui, cx, dataset, overview, wall, plan.is_some());
        });
        ui.add_space(2.0);
        if wall.show == Show::Skipped {
            skipped::show(ui, cx, dataset);
            return;
        }
        if wall.left.is_empty() {
            empty(ui, cx, wall);
            return;
        }
        let open = wall.selected.filter(|index| (*index as usize) < dataset.samples.len());
        let below = if open.is_some() { detail::HEIGHT + 10.0 } else { 0.0 };
        let size = vec2(ui.available_width(), (ui.available_height() - below).max(60.0));
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            tiles(ui, cx, dataset, wall);
        });
        if let Some(index) = open
            && detail::show(ui, cx, dataset, overview, plan, index)
        {
            wall.selected = None;
        }
    });
}

fn filters(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, overview: &Overview, wall: &mut Wall, planned: bool) {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let show = match wall.show {
        Show::All => None,
        Show::Odd => Some(say("odd ones", "les inhabituelles")),
        Show::Copies => Some(say("exact copies", "copies exactes")),
        Show::Contradictions => Some(say("contradictions", "contradictions")),
        Show::Skipped => Some(say("not used", "non utilisées")),
    };
    if let Some(name) = show {
        let response = choice::chip(ui, Some((icon::X, t.accent)), name.get(lang), true, false);
        if response.on_hover_text(say("Show all pictures again", "Montrer de nouveau toutes les images").get(lang)).clicked() {
            wall.show(Show::All);
        }
        if wall.show == Show::Skipped {
            return;
        }
    }
    let mut menu = |ui: &mut Ui, which: usize, options: Vec<String>| {
        if let Some(index) = choice::chip_menu(ui, wall.filter[which], &options) {
            wall.filter[which] = index;
        }
    };
    let own = |text: crate::text::Say| text.get(lang).to_owned();
    if planned {
        let mut parts = vec![own(say("all parts", "toutes les parties"))];
        parts.extend(Part::ALL.map(|part| own(part.name())));
        menu(ui, 0, parts);
    }
    let mut classes = vec![own(say("both labels", "les deux étiquettes"))];
    classes.extend(dataset.classes.iter().cloned());
    menu(ui, 1, classes);
    if overview.has_ages() {
        let mut ages = vec![own(say("any age", "tout âge"))];
        ages.extend(AGES.map(|(from, to)| match (to, lang) {
            (u16::MAX, Lang::En) => format!("{from} and over"),
            (u16::MAX, Lang::Fr) => format!("{from} et plus"),
            (_, Lang::En) => format!("{from} to {to}"),
            (_, Lang::Fr) => format!("{from} à {to}"),
        }));
        menu(ui, 2, ages);
        if ui.max_rect().width() > 620.0 {
            let mut races = vec![own(say("any race label", "toute origine notée"))];
            races.extend(RACES.map(own));
            menu(ui, 3, races);
        }
    }
    let shown = match lang {
        Lang::En => format!("{} shown", number(lang, wall.left.len() as u64)),
        Lang::Fr => format!("{} montrées", number(lang, wall.left.len() as u64)),
    };
    if ui.available_width() < 170.0 {
        ui.end_row();
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(28.0);
        let step = |wall: &mut Wall, by: f64| wall.zoom = (wall.zoom * by).clamp(32.0, 160.0);
        if icon_button(ui, icon::ZOOM_IN, say("Larger", "Plus grand").get(lang)).clicked() {
            step(wall, 1.25);
        }
        if ui.available_width() > 190.0 {
            ui.allocate_ui(vec2(84.0, 20.0), |ui| {
                let name = say("Size of the pictures", "Taille des images").get(lang);
                field::slider(ui, name, &mut wall.zoom, 32.0..=160.0, crate::knob::Scale::Linear);
            });
        }
        if icon_button(ui, icon::ZOOM_OUT, say("Smaller", "Plus petit").get(lang)).clicked() {
            step(wall, 0.8);
        }
        ui.add(egui::Label::new(theme::caption(shown).color(t.text2)).truncate());
    });
}

fn empty(ui: &mut Ui, cx: &Cx<'_>, wall: &mut Wall) {
    let t = Theme::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.4);
        ui.label(egui::RichText::new(cx.say(say("No picture is like that", "Aucune image n’est ainsi"))).color(t.text2));
        if link(ui, cx.say(say("Show all pictures", "Montrer toutes les images"))).clicked() {
            wall.show(Show::All);
        }
    });
}

fn tiles(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, wall: &mut Wall) {
    let t = Theme::of(ui);
    let width = ui.available_width() - 8.0;
    let columns = ((width + GAP) / (wall.zoom as f32 + GAP)).floor().max(1.0) as usize;
    // Tiles take all the width there is.
    let side = (width + GAP) / columns as f32 - GAP;
    let captions = wall.show != Show::All && side > 50.0;
    let height = side + GAP + if captions { 16.0 } else { 0.0 };
    let rows = wall.left.len().div_ceil(columns);
    let id = Id::unique("wall of faces");
    let moved = keyboard(ui, id, wall, columns);
    let mut area = ScrollArea::vertical().id_salt("wall").auto_shrink([false, false]);
    if let Some(position) = moved {
        let view = ui.available_height();
        let top = (position / columns) as f32 * height;
        let offset = ui.data(|d| d.get_temp::<f32>(id)).unwrap_or(0.0);
        if top < offset {
            area = area.vertical_scroll_offset(top);
        } else if top + height > offset + view {
            area = area.vertical_scroll_offset(top + height - view);
        }
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let output = area.show_rows(ui, height, rows, |ui, visible| {
        let first = visible.start;
        let origin = ui.cursor().min;
        let room = vec2(ui.available_width(), visible.len() as f32 * height);
        let (rect, _) = ui.allocate_exact_size(room, Sense::hover());
        let response = ui.interact(rect, id, Sense::click());
        let focused = response.has_focus();
        if focused {
            let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|m| m.set_focus_lock_filter(id, filter));
        }
        let count = wall.left.len();
        let name = match cx.lang {
            Lang::En => format!("Wall of {count} faces"),
            Lang::Fr => format!("Mur de {count} visages"),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let place = |position: usize| {
            let at = vec2((position % columns) as f32 * (side + GAP), (position / columns - first) as f32 * height);
            Rect::from_min_size(origin + at, Vec2::splat(side))
        };
        for position in visible.start * columns..(visible.end * columns).min(count) {
            let index = wall.left[position];
            let rect = place(position);
            cx.thumbs.paint(ui, rect, dataset, index as usize);
            if captions {
                let sample = &dataset.samples[index as usize];
                let age = sample.age.map_or(String::new(), |age| format!(", {age}"));
                let text = format!("{}{age}", dataset.classes[usize::from(sample.class.min(1))]);
                let font = theme::regular(11.0);
                let painter = ui.painter_at(rect.expand2(vec2(0.0, 18.0)));
                painter.text(
                    pos2(rect.left(), rect.bottom() + 8.0),
                    egui::Align2::LEFT_CENTER,
                    text,
                    font,
                    t.class(sample.class),
                );
            }
            if wall.selected == Some(index) {
                let radius = CornerRadius::same(theme::RADIUS_BUTTON);
                ui.painter().rect_stroke(rect.expand(2.0), radius, Stroke::new(3.0, t.accent), StrokeKind::Inside);
            }
        }
        let under = |pointer: egui::Pos2| {
            let at = pointer - origin;
            let (column, row) = ((at.x / (side + GAP)) as usize, (at.y / height) as usize);
            let position = (first + row) * columns + column;
            (column < columns && position < count).then_some(position)
        };
        if let Some(position) = response.hover_pos().and_then(under) {
            let rect = place(position);
            ui.painter().rect_stroke(rect, CornerRadius::same(6), Stroke::new(2.0, t.text2), StrokeKind::Inside);
        }
        if response.clicked()
            && let Some(position) = response.interact_pointer_pos().and_then(under)
        {
            let index = wall.left[position];
            wall.selected = if wall.selected == Some(index) { None } else { Some(index) };
            wall.reveal = true;
            response.request_focus();
        }
    });
    let offset = output.state.clamped_offset().y;
    ui.data_mut(|d| d.insert_temp(id, offset));
}

/// Arrow keys move the selection while the wall has the keyboard; gives the position to bring into view.
fn keyboard(ui: &Ui, id: Id, wall: &mut Wall, columns: usize) -> Option<usize> {
    let reveal = std::mem::take(&mut wall.reveal);
    let position = wall.selected.and_then(|index| wall.left.iter().position(|left| *left == index));
    if !ui.memory(|m| m.has_focus(id)) {
        return position.filter(|_| reveal);
    }
    let now = position.unwrap_or(0) as i64;
    let row = columns as i64;
    let steps = [
        (Key::ArrowLeft, -1),
        (Key::ArrowRight, 1),
        (Key::ArrowUp, -row),
        (Key::ArrowDown, row),
        (Key::PageUp, -4 * row),
        (Key::PageDown, 4 * row),
        (Key::Home, i64::MIN / 2),
        (Key::End, i64::MAX / 2),
    ];
    let step: i64 = ui.input(|i| steps.iter().map(|(key, step)| i.num_presses(*key) as i64 * step).sum());
    if ui.input(|i| i.key_pressed(Key::Escape)) {
        wall.selected = None;
    }
    if step == 0 {
        return position.filter(|_| reveal);
    }
    let next = if position.is_none() { 0 } else { (now + step).clamp(0, wall.left.len() as i64 - 1) };
    wall.selected = wall.left.get(next as usize).copied();
    Some(next as usize)
}
