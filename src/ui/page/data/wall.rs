//! The wall of faces: every picture, only the visible ones drawn; filters, zoom, and the keyboard moves through it.

use std::{path::PathBuf, sync::Arc};

use egui::{
    Align, CornerRadius, EventFilter, Id, Key, Layout, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    vec2,
};

use super::{
    detail::{self, DetailAnswer},
    groups,
    hand_square::{self, Drawing, HandSquare},
    overview::{Entry, Overview, Place},
    show::Show,
    table,
};
use crate::{
    data::{
        dataset::Dataset,
        odd::Odd,
        sample::{Part, RACES, Sample},
        task::Task,
    },
    plan::Plan,
    text::{Lang, Phrase, number, say},
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

/// Filters, zoom, and what they leave.
pub struct Wall {
    pub show: Show,
    /// 0 is all, then the parts in order; likewise the classes, decades of age and race labels.
    filter: [usize; 4],
    /// Points of a tile's side.
    zoom: f64,
    /// By its path, so that it stays the same when others are left out; and where it was last.
    selected: Option<(PathBuf, usize)>,
    /// What is left, and what it was made from.
    left: Vec<u32>,
    made: Option<Made>,
    /// Set when the selection should be scrolled into view.
    reveal: bool,
    /// The square that is being drawn in a photo, which stands in place of the wall.
    drawing: Option<HandSquare>,
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
        Self {
            show: Show::All,
            filter: [0; 4],
            zoom: 56.0,
            selected: None,
            left: Vec::new(),
            made: None,
            reveal: false,
            drawing: None,
        }
    }
}

/// A way to narrow the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    pub part: Option<Part>,
    pub class: Option<usize>,
    /// Ten years each; the last, 8, is open.
    pub decade: Option<usize>,
    pub race: Option<usize>,
}

impl Wall {
    /// Shows something else, with all filters open; what is shown already, not any more.
    pub fn turn_to(&mut self, show: Show) {
        let show = if self.show == show { Show::All } else { show };
        *self = Self { show, zoom: self.zoom, ..Self::default() };
    }

    /// Shows the pictures that are so.
    pub fn narrow(&mut self, to: Narrow) {
        let place = |index: Option<usize>| index.map_or(0, |index| index + 1);
        let part = place(to.part.map(|part| part as usize));
        *self = Self { filter: [part, place(to.class), place(to.decade), place(to.race)], zoom: self.zoom, ..Self::default() };
    }

    /// All pictures, as large as they were.
    pub fn keeping_zoom(other: &Self) -> Self {
        Self { zoom: other.zoom, ..Self::default() }
    }

    /// Selects a file.
    fn select(&mut self, dataset: &Dataset, entry: Entry) {
        self.selected = Some(match entry {
            Entry::Sample(index) => (dataset.samples[index as usize].file.clone(), index as usize),
            Entry::Skipped(index) => (dataset.skipped[index as usize].file.clone(), 0),
        });
    }

    /// Filters anew if anything has changed.
    fn follow(&mut self, dataset: &Arc<Dataset>, odd: &Odd, plan: Option<&Arc<Plan>>) {
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
        // Where ages are learned, the label is the age, also where the user has corrected that of the name.
        let of_years = dataset.task.is_regression();
        let age_of = |sample: &Sample| if of_years { Some(sample.class.into()) } else { sample.age };
        let fits = |index: &u32| {
            let sample = &dataset.samples[*index as usize];
            let in_part = || plan.is_some_and(|p| p.split.parts[*index as usize] == Some(Part::ALL[part - 1]));
            (part == 0 || in_part())
                && (class == 0 || usize::from(sample.class) == class - 1)
                && (age == 0 || age_of(sample).is_some_and(|a| usize::from(a / 10).min(LAST_DECADE) == age - 1))
                && (race == 0 || sample.race.is_some_and(|r| usize::from(r) == race - 1))
                && (self.show != Show::Plain || !odd.contains(*index))
        };
        self.left = (0..dataset.samples.len() as u32).filter(fits).collect();
        self.made = Some(made);
    }
}

/// From 80 years on.
pub const LAST_DECADE: usize = 8;

/// Draws the card.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, wall: &mut Wall) {
    let plan = cx.plan.ok().filter(|plan| Arc::ptr_eq(&plan.dataset, dataset)).cloned();
    wall.follow(dataset, &overview.odd, plan.as_ref());
    Card::new().fill().show(ui, |ui| {
        if let Some(drawing) = &mut wall.drawing {
            match hand_square::show(ui, cx, dataset, drawing) {
                Drawing::GoesOn => return,
                // It comes back as a picture, by its path, as the others are ordered.
                Drawing::Taken => {
                    let place = dataset.samples.partition_point(|sample| sample.file < drawing.photo);
                    wall.selected = Some((std::mem::take(&mut drawing.photo), place));
                }
                Drawing::GivenUp => {}
            }
            wall.drawing = None;
            return;
        }
        filters(ui, cx, (&dataset.task, overview), wall, plan.is_some());
        ui.add_space(2.0);
        let open = wall.selected.as_ref().and_then(|(file, then)| Place::of(dataset, file, *then));
        let below = if open.is_some() { detail::HEIGHT + 10.0 } else { 0.0 };
        let size = vec2(ui.available_width(), (ui.available_height() - below).max(60.0));
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            let chosen = match wall.show {
                Show::All | Show::Plain if wall.left.is_empty() => {
                    empty(ui, cx, wall);
                    None
                }
                Show::All | Show::Plain => {
                    tiles(ui, cx, dataset, wall);
                    None
                }
                Show::Copies | Show::Shared | Show::Contradictions | Show::Near => {
                    groups::show(ui, cx, dataset, overview, wall.show).map(Entry::Sample)
                }
                Show::Odd | Show::Lost | Show::Foreign | Show::Edited => table::show(ui, cx, dataset, overview, wall.show),
            };
            match chosen {
                Some(Entry::Skipped(index)) if hand_square::would_help(dataset, &dataset.skipped[index as usize]) => {
                    wall.drawing = Some(HandSquare::of(&dataset.skipped[index as usize].file));
                }
                Some(entry) => wall.select(dataset, entry),
                None => {}
            }
        });
        let Some(place) = open else { return };
        match detail::show(ui, cx, dataset, overview, plan.as_ref(), place) {
            Some(DetailAnswer::Close) => wall.selected = None,
            Some(DetailAnswer::Draw) => wall.drawing = Some(HandSquare::of(&place.sample(dataset).file)),
            None => {}
        }
    });
}

fn filters(ui: &mut Ui, cx: &Cx<'_>, of: (&Task, &Overview), wall: &mut Wall, planned: bool) {
    // The size of the tiles stands beside the filters where there is room for both, otherwise below them.
    let wide = ui.available_width() > 860.0;
    if wide || !wall.show.is_wall() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            chips(ui, cx, of, wall, planned);
            if wall.show.is_wall() {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| zoom(ui, cx.lang, wall));
            }
        });
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        chips(ui, cx, of, wall, planned);
    });
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 26.0), Layout::right_to_left(Align::Center), |ui| {
        zoom(ui, cx.lang, wall);
    });
}

fn chips(ui: &mut Ui, cx: &Cx<'_>, (task, overview): (&Task, &Overview), wall: &mut Wall, planned: bool) {
    let lang = cx.lang;
    let own = |text: Phrase| text.get(lang).to_owned();
    let shows: Vec<String> = Show::ALL.iter().map(|show| own(show.name())).collect();
    let selected = Show::ALL.iter().position(|show| *show == wall.show).unwrap_or(0);
    if let Some(index) = choice::chip_menu(ui, selected, &shows).filter(|index| *index != selected) {
        wall.turn_to(Show::ALL[index]);
    }
    if !wall.show.is_wall() {
        return;
    }
    let mut menu = |ui: &mut Ui, which: usize, options: Vec<String>| {
        if let Some(index) = choice::chip_menu(ui, wall.filter[which], &options) {
            wall.filter[which] = index;
        }
    };
    if planned {
        let mut parts = vec![own(say("all parts", "toutes parties"))];
        parts.extend(Part::ALL.map(|part| own(part.name())));
        menu(ui, 0, parts);
    }
    // Of years, those of the ages below are enough.
    let of_years = task.is_regression();
    if !of_years {
        let mut classes = vec![own(if task.is_binary() {
            say("both labels", "toutes étiquettes")
        } else {
            say("any label", "toutes étiquettes")
        })];
        classes.extend(task.names(lang));
        menu(ui, 1, classes);
    }
    if of_years || overview.has_ages() {
        let mut ages = vec![own(say("any age", "tous âges"))];
        ages.extend((0..=LAST_DECADE).map(|decade| decade_name(decade, lang)));
        menu(ui, 2, ages);
    }
    if overview.has_ages() {
        let mut races = vec![own(say("any race label", "toutes «\u{a0}races\u{a0}»"))];
        races.extend(RACES.map(own));
        menu(ui, 3, races);
    }
}

/// Ten years of age in words.
pub fn decade_name(decade: usize, lang: Lang) -> String {
    let from = decade * 10;
    match (decade, lang) {
        (LAST_DECADE, Lang::En) => format!("{from} and over"),
        (LAST_DECADE, Lang::Fr) => format!("{from} et plus"),
        (_, Lang::En) => format!("{from} to {}", from + 9),
        (_, Lang::Fr) => format!("{from} à {}", from + 9),
    }
}

/// How many are shown, and how large; from right to left.
fn zoom(ui: &mut Ui, lang: Lang, wall: &mut Wall) {
    let t = Theme::of(ui);
    let shown = match lang {
        Lang::En => format!("{} shown", number(lang, wall.left.len() as u64)),
        Lang::Fr => format!("{} montrées", number(lang, wall.left.len() as u64)),
    };
    let step = |wall: &mut Wall, by: f64| wall.zoom = (wall.zoom * by).clamp(32.0, 160.0);
    if icon_button(ui, icon::ZOOM_IN, say("Larger", "Plus grand").get(lang)).clicked() {
        step(wall, 1.25);
    }
    ui.allocate_ui(vec2(84.0, 20.0), |ui| {
        let name = say("Size of the pictures", "Taille des images").get(lang);
        field::slider(ui, name, &mut wall.zoom, 32.0..=160.0, crate::setting_def::Scale::Linear);
    });
    if icon_button(ui, icon::ZOOM_OUT, say("Smaller", "Plus petit").get(lang)).clicked() {
        step(wall, 0.8);
    }
    ui.add(egui::Label::new(theme::caption(shown).color(t.text2)).truncate());
}

fn empty(ui: &mut Ui, cx: &Cx<'_>, wall: &mut Wall) {
    let t = Theme::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.4);
        ui.label(egui::RichText::new(cx.say(say("No picture is like that", "Aucune image n’est ainsi"))).color(t.text2));
        if link(ui, cx.say(say("Show all pictures", "Montrer toutes les images"))).clicked() {
            wall.narrow(Narrow::default());
        }
    });
}

fn tiles(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, wall: &mut Wall) {
    let t = Theme::of(ui);
    let width = ui.available_width() - 8.0;
    let columns = ((width + GAP) / (wall.zoom as f32 + GAP)).floor().max(1.0) as usize;
    // Tiles take all the width there is.
    let side = (width + GAP) / columns as f32 - GAP;
    let height = side + GAP;
    let selected = wall.selected.as_ref().and_then(|(file, then)| dataset.find(file, *then));
    let rows = wall.left.len().div_ceil(columns);
    let id = Id::unique("wall of faces");
    let moved = keyboard(ui, id, dataset, wall, columns);
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
            if selected == Some(index as usize) {
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
            if selected == Some(index as usize) {
                wall.selected = None;
            } else {
                wall.select(dataset, Entry::Sample(index));
            }
            wall.reveal = true;
            response.request_focus();
        }
    });
    let offset = output.state.clamped_offset().y;
    ui.data_mut(|d| d.insert_temp(id, offset));
}

/// Arrow keys move the selection while the wall has the keyboard; gives the position to bring into view.
fn keyboard(ui: &Ui, id: Id, dataset: &Dataset, wall: &mut Wall, columns: usize) -> Option<usize> {
    let reveal = std::mem::take(&mut wall.reveal);
    let index = wall.selected.as_ref().and_then(|(file, then)| dataset.find(file, *then));
    let position = index.and_then(|index| wall.left.binary_search(&(index as u32)).ok());
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
    if let Some(index) = wall.left.get(next as usize).copied() {
        wall.select(dataset, Entry::Sample(index));
    }
    Some(next as usize)
}
