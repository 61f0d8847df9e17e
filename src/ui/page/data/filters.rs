//! What narrows and orders the wall: menus with how many each choice leaves, a search by name, and how large the tiles are.

use egui::{Align, Layout, Ui, vec2};

use super::{
    overview::Overview,
    show::Show,
    wall::{LAST_DECADE, Narrow, Wall, WallOrder, decade_name},
};
use crate::{
    data::{
        sample::{Part, RACES},
        task::Task,
    },
    setting_def::Scale,
    text::{Lang, Phrase, plural, say},
    ui::{
        Cx, icon,
        page::listing,
        theme::{self, Theme},
        widget::{
            button::{icon_button, link},
            choice::{self, CountedOption},
            field,
        },
    },
};

/// The width from which on the line also says how many pictures are shown, in points.
const WIDE: f32 = 440.0;

/// Width that the link which opens all filters takes, in points.
const CLEAR: f32 = 140.0;

/// Width of the search below which it does not give way to that link, in points.
const SHORT: f32 = 100.0;

/// Width of the menu of orders at its widest, and of the line that has room for it, in points.
const ORDER: f32 = 190.0;
const LONG_LINE: f32 = 500.0;

/// Draws the filters of the wall.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, of: (&Task, &Overview), wall: &mut Wall, planned: bool) {
    if !wall.show.is_wall() {
        ui.horizontal(|ui| lists(ui, cx.lang, of.1, wall));
        return;
    }
    // The order has a place on the line below where that is long enough.
    let ordered = of.0.is_regression() || of.1.has_ages();
    let on_line = ordered && ui.available_width() > LONG_LINE;
    let wide = ui.available_width() > WIDE + if on_line { ORDER } else { 0.0 };
    // It then leaves no room there for what is said of filters.
    let crowded = on_line && ui.available_width() < LONG_LINE + CLEAR + SHORT;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        lists(ui, cx.lang, of.1, wall);
        chips(ui, cx, of, wall, planned);
        if ordered && !on_line {
            order(ui, cx.lang, wall);
        }
        if wall.is_filtered() && crowded {
            if !wide {
                ui.label(theme::caption(shown(cx.lang, wall)).color(Theme::of(ui).text2));
            }
            clear(ui, cx.lang, wall);
        }
    });
    let line = vec2(ui.available_width(), 28.0);
    ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
        zoom(ui, cx.lang, wall, wide);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let room = ui.available_width() - if on_line { ORDER } else { 0.0 };
            let clears = wall.is_filtered() && !crowded;
            let room = if clears && room - CLEAR > SHORT { room - CLEAR } else { room };
            listing::search(ui, cx.lang, &mut wall.sought, room.clamp(60.0, 190.0));
            if on_line {
                order(ui, cx.lang, wall);
            }
            if clears && ui.available_width() > CLEAR {
                clear(ui, cx.lang, wall);
            }
        });
    });
}

/// `12 shown`.
fn shown(lang: Lang, wall: &Wall) -> String {
    plural(lang, wall.left.len() as u64, say("shown", "montrée"), say("shown", "montrées"))
}

/// The link that opens all filters.
pub fn clear(ui: &mut Ui, lang: Lang, wall: &mut Wall) {
    if link(ui, say("Clear filters", "Effacer les filtres").get(lang)).clicked() {
        let show = wall.show;
        wall.narrow(Narrow::default());
        wall.show = show;
    }
}

/// Which list is shown.
fn lists(ui: &mut Ui, lang: Lang, overview: &Overview, wall: &mut Wall) {
    let count = |show: Show| match show {
        Show::All => overview.summary.classes.iter().map(|class| class.pictures as usize).sum(),
        Show::Plain => {
            overview.summary.classes.iter().map(|class| class.pictures as usize).sum::<usize>() - overview.odd.samples.len()
        }
        Show::Odd => overview.odd_listed.len(),
        Show::Copies => overview.groups.len(),
        Show::Contradictions => overview.contradictions().len(),
        Show::Near => overview.near.len(),
        Show::Lost => overview.lost.len(),
        Show::Foreign => overview.foreign.len(),
        Show::Edited => overview.edited.len(),
        // Which groups the split tears is only known where they are listed.
        Show::Shared => 0,
    };
    let shows: Vec<CountedOption> = Show::ALL
        .iter()
        .map(|show| CountedOption::new(show.name().get(lang), Some(count(*show)).filter(|count| *count > 0), lang))
        .collect();
    let selected = Show::ALL.iter().position(|show| *show == wall.show).unwrap_or(0);
    if let Some(index) = choice::counted_menu(ui, selected, &shows).filter(|index| *index != selected) {
        wall.turn_to(Show::ALL[index]);
    }
}

fn chips(ui: &mut Ui, cx: &Cx<'_>, (task, overview): (&Task, &Overview), wall: &mut Wall, planned: bool) {
    let lang = cx.lang;
    let own = |text: Phrase| text.get(lang).to_owned();
    let mut menu = |ui: &mut Ui, which: usize, options: Vec<String>| {
        let counts = &wall.counts[which];
        let counted = |(index, name): (usize, &String)| CountedOption::new(name, counts.get(index).copied(), lang);
        let options: Vec<CountedOption> = options.iter().enumerate().map(counted).collect();
        if let Some(index) = choice::counted_menu(ui, wall.filter[which], &options) {
            wall.filter[which] = index;
        }
    };
    if planned {
        let mut parts = vec![own(say("all parts", "toutes les parties"))];
        parts.extend(Part::ALL.map(|part| own(part.name())));
        menu(ui, 0, parts);
    }
    // Of years, those of the ages below are enough.
    let of_years = task.is_regression();
    if !of_years {
        let mut classes = vec![own(if task.is_binary() {
            say("both labels", "toutes les étiquettes")
        } else {
            say("any label", "toutes les étiquettes")
        })];
        classes.extend(task.names(lang));
        menu(ui, 1, classes);
    }
    if of_years || overview.has_ages() {
        let mut ages = vec![own(say("any age", "tous les âges"))];
        ages.extend((0..=LAST_DECADE).map(|decade| decade_name(decade, lang)));
        menu(ui, 2, ages);
    }
    if overview.has_ages() {
        let mut races = vec![own(say("any race label", "toutes les «\u{a0}races\u{a0}»"))];
        races.extend(RACES.map(own));
        menu(ui, 3, races);
    }
}

/// In which order they stand.
fn order(ui: &mut Ui, lang: Lang, wall: &mut Wall) {
    let orders = WallOrder::ALL.map(|order| order.name().get(lang).to_owned());
    let selected = WallOrder::ALL.iter().position(|order| *order == wall.order).unwrap_or(0);
    if let Some(chosen) = choice::view_menu(ui, selected, &orders) {
        wall.order = WallOrder::ALL[chosen];
    }
}

/// How many are shown, and how large; from right to left.
fn zoom(ui: &mut Ui, lang: Lang, wall: &mut Wall, wide: bool) {
    let t = Theme::of(ui);
    let shown = shown(lang, wall);
    let step = |wall: &mut Wall, by: f64| wall.zoom = (wall.zoom * by).clamp(32.0, 160.0);
    if icon_button(ui, icon::ZOOM_IN, say("Larger", "Plus grand").get(lang)).clicked() {
        step(wall, 1.25);
    }
    ui.allocate_ui(vec2(if wide { 84.0 } else { 56.0 }, 20.0), |ui| {
        let name = say("Size of the pictures", "Taille des images").get(lang);
        field::slider(ui, name, &mut wall.zoom, 32.0..=160.0, Scale::Linear);
    });
    if icon_button(ui, icon::ZOOM_OUT, say("Smaller", "Plus petit").get(lang)).clicked() {
        step(wall, 0.8);
    }
    if wide {
        ui.label(theme::caption(shown).color(t.text2));
    }
}
