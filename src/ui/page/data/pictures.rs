//! The card of all pictures: the wall or a list of those that are special, what is known of the selected one, and what can be
//! done with many.

use std::sync::Arc;

use egui::{Key, PointerButton, Ui, vec2};

use super::{
    detail::{self, DetailAnswer},
    filters, groups,
    hand_square::{self, Drawing, HandSquare},
    listed::{self, Listed},
    overview::{Entry, Overview, Place},
    show::Show,
    table, tiles,
    wall::{Narrow, Wall},
};
use crate::{
    data::{dataset::Dataset, task::Task},
    text::{Lang, quoted, say},
    ui::{
        Cx,
        page::listing::hidden_by,
        theme::{self, Theme},
        widget::{button::link, card::Card},
    },
};

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
        filters::show(ui, cx, (&dataset.task, overview), wall, plan.is_some());
        ui.add_space(2.0);
        let listed = Listed { dataset, overview, plan: plan.as_ref() };
        let many = !wall.marked.is_empty();
        let open = wall.selected.as_ref().and_then(|(file, then)| Place::of(dataset, file, *then)).filter(|_| !many);
        let below = match (many, open.is_some()) {
            (true, _) => wall.bar + 10.0,
            (false, true) => detail::HEIGHT + 10.0,
            (false, false) => 0.0,
        };
        let size = vec2(ui.available_width(), (ui.available_height() - below).max(60.0));
        let opens = ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            list(ui, cx, &listed, wall)
        });
        opened(ui, cx, &listed, wall, opens.inner);
        if many {
            listed.bar(ui, cx, wall);
        }
        let Some(place) = open else { return };
        match detail::show(ui, cx, dataset, overview, plan.as_ref(), place) {
            Some(DetailAnswer::Close) => wall.selected = None,
            Some(DetailAnswer::Open) => opened(ui, cx, &listed, wall, true),
            Some(DetailAnswer::Draw) => wall.drawing = Some(HandSquare::of(&place.sample(dataset).file)),
            None => {}
        }
    });
}

/// The wall or the list; gives whether what is selected is to be opened.
fn list(ui: &mut Ui, cx: &mut Cx<'_>, listed: &Listed<'_>, wall: &mut Wall) -> bool {
    let Listed { dataset, overview, .. } = *listed;
    let nothing = match wall.show {
        Show::All | Show::Plain => wall.left.is_empty(),
        Show::Odd => overview.odd_listed.is_empty(),
        Show::Copies => overview.groups.is_empty(),
        Show::Contradictions => overview.contradictions().is_empty(),
        Show::Lost => overview.lost.is_empty(),
        Show::Foreign => overview.foreign.is_empty(),
        // These have a line of their own that says so.
        Show::Shared | Show::Near | Show::Edited => false,
    };
    if nothing {
        wall.marked.clear();
        empty(ui, cx, &dataset.task, wall);
        return false;
    }
    if wall.show.is_wall() {
        let (response, opens) = tiles::show(ui, cx, dataset, wall);
        if let Some(index) = wall.menu.filter(|index| (*index as usize) < dataset.samples.len()) {
            listed.menu(cx, wall, Entry::Sample(index), &response);
        }
        return opens;
    }
    let entries = listed::entries(cx, overview, wall);
    let drawn = match wall.show {
        Show::Copies | Show::Shared | Show::Contradictions | Show::Near => {
            groups::show(ui, cx, (dataset, overview), wall, &entries)
        }
        _ => table::show(ui, cx, dataset, wall, &entries),
    };
    match listed.pressed(ui, cx, wall, &entries, &drawn) {
        Some(Entry::Skipped(index)) if hand_square::would_help(dataset, &dataset.skipped[index as usize]) => {
            wall.drawing = Some(HandSquare::of(&dataset.skipped[index as usize].file));
            false
        }
        Some(entry) if entry.place(dataset).is_some() => {
            wall.select(dataset, entry);
            wall.clicked = ui.input(|i| i.pointer.interact_pos());
            ui.input(|i| i.key_pressed(Key::Enter) || i.key_pressed(Key::Space))
        }
        _ => false,
    }
}

/// Hands the selected picture to the viewer, if it was clicked twice or a key asks for it.
fn opened(ui: &Ui, cx: &Cx<'_>, listed: &Listed<'_>, wall: &mut Wall, by_key: bool) {
    let dataset = listed.dataset;
    let twice = ui.input(|i| i.pointer.button_double_clicked(PointerButton::Primary) && !i.modifiers.any());
    let near = ui.input(|i| i.pointer.interact_pos()).zip(wall.clicked).is_some_and(|(a, b)| a.distance(b) < tiles::SAME);
    let asked = by_key || (twice && near);
    let Some((file, then)) = wall.selected.clone().filter(|_| asked) else { return };
    let sample = dataset.find(&file, then).map(|index| Entry::Sample(index as u32));
    let skipped = || (0u32..).zip(&dataset.skipped).find(|(_, skipped)| skipped.file == file).map(|(at, _)| Entry::Skipped(at));
    if let Some(entry) = sample.or_else(skipped) {
        listed.open(ui, cx, wall, entry);
    }
}

/// Says why nothing is there, with the way back to all.
fn empty(ui: &mut Ui, cx: &Cx<'_>, task: &Task, wall: &mut Wall) {
    let (t, lang) = (Theme::of(ui), cx.lang);
    let (title, about) = match wall.show.is_wall() {
        true => {
            let filters = wall.filters(task, lang);
            (say("No matching pictures", "Aucune image ne correspond").get(lang).to_owned(), hidden_by(lang, &filters))
        }
        false => {
            let name = quoted(lang, wall.show.name().get(lang));
            let title = match lang {
                Lang::En => format!("Nothing in {name}"),
                Lang::Fr => format!("Rien dans {name}"),
            };
            (title, String::new())
        }
    };
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.4);
        ui.label(egui::RichText::new(title).color(t.text2));
        if !about.is_empty() {
            ui.add(egui::Label::new(theme::caption(about).color(t.text2)).wrap());
        }
        if link(ui, say("Show all pictures", "Montrer toutes les images").get(lang)).clicked() {
            wall.narrow(Narrow::default());
        }
    });
}
