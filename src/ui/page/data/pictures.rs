//! The card of all pictures: the wall or a list of those that are special, what is known of the selected one, and what can be
//! done with many.

use std::{path::PathBuf, sync::Arc};

use egui::{Key, PointerButton, Response, Ui, vec2};

use super::{
    detail::{self, DetailAnswer},
    filters, groups,
    hand_square::{self, Drawing, HandSquare},
    overview::{Entry, Overview, Place},
    show::Show,
    table, tiles,
    viewing::Opened,
    wall::{Narrow, Wall},
};
use crate::{
    data::{dataset::Dataset, face_file},
    files::table::Cell,
    plan::Plan,
    text::say,
    ui::{
        Action, Cx,
        page::{
            listing::paths,
            marking::{BarAnswer, Marking, MenuAnswer},
        },
        theme::Theme,
        viewer::subject::folder_of,
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
        let many = !wall.marked.is_empty() && wall.show.is_wall();
        let open = wall.selected.as_ref().and_then(|(file, then)| Place::of(dataset, file, *then)).filter(|_| !many);
        let below = match (many, open.is_some()) {
            (true, _) => wall.bar + 10.0,
            (false, true) => detail::HEIGHT + 10.0,
            (false, false) => 0.0,
        };
        let size = vec2(ui.available_width(), (ui.available_height() - below).max(60.0));
        let (response, opens) = ui
            .allocate_ui(size, |ui| {
                ui.set_min_size(size);
                list(ui, cx, dataset, overview, wall)
            })
            .inner;
        opened(ui, cx, dataset, overview, wall, opens);
        if let Some(response) = response {
            menu(cx, dataset, overview, wall, &response);
        }
        if many {
            bar(ui, cx, dataset, wall, plan.as_ref());
        }
        let Some(place) = open else { return };
        match detail::show(ui, cx, dataset, overview, plan.as_ref(), place) {
            Some(DetailAnswer::Close) => wall.selected = None,
            Some(DetailAnswer::Open) => opened(ui, cx, dataset, overview, wall, true),
            Some(DetailAnswer::Draw) => wall.drawing = Some(HandSquare::of(&place.sample(dataset).file)),
            None => {}
        }
    });
}

/// The wall or the list; gives the wall's response, and whether what is selected is to be opened.
fn list(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, wall: &mut Wall) -> (Option<Response>, bool) {
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
        empty(ui, cx, wall);
        return (None, false);
    }
    let chosen = match wall.show {
        Show::All | Show::Plain => return tiles::show(ui, cx, dataset, wall),
        Show::Copies | Show::Shared | Show::Contradictions | Show::Near => {
            groups::show(ui, cx, dataset, overview, wall.show).map(Entry::Sample)
        }
        Show::Odd | Show::Lost | Show::Foreign | Show::Edited => table::show(ui, cx, dataset, overview, wall.show),
    };
    match chosen {
        Some(Entry::Skipped(index)) if hand_square::would_help(dataset, &dataset.skipped[index as usize]) => {
            wall.drawing = Some(HandSquare::of(&dataset.skipped[index as usize].file));
            (None, false)
        }
        Some(entry) => {
            wall.select(dataset, entry);
            wall.clicked = ui.input(|i| i.pointer.interact_pos());
            (None, ui.input(|i| i.key_pressed(Key::Enter) || i.key_pressed(Key::Space)))
        }
        None => (None, false),
    }
}

/// Hands the selected picture to the viewer, if it was clicked twice or a key asks for it.
fn opened(ui: &Ui, cx: &Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, wall: &mut Wall, by_key: bool) {
    let twice = ui.input(|i| i.pointer.button_double_clicked(PointerButton::Primary) && !i.modifiers.any());
    let near = ui.input(|i| i.pointer.interact_pos()).zip(wall.clicked).is_some_and(|(a, b)| a.distance(b) < tiles::SAME);
    let asked = by_key || (twice && near);
    let Some((file, then)) = wall.selected.clone().filter(|_| asked) else { return };
    let sample = dataset.find(&file, then).map(|index| Entry::Sample(index as u32));
    let skipped = || (0u32..).zip(&dataset.skipped).find(|(_, skipped)| skipped.file == file).map(|(at, _)| Entry::Skipped(at));
    if let Some(entry) = sample.or_else(skipped) {
        open(ui, cx, dataset, overview, wall, entry);
    }
}

/// Hands a picture of the list that is shown to the viewer.
fn open(ui: &Ui, cx: &Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, wall: &mut Wall, entry: Entry) {
    let all: Vec<Entry> = match wall.show {
        Show::All | Show::Plain => wall.left.iter().copied().map(Entry::Sample).collect(),
        Show::Copies | Show::Shared | Show::Contradictions | Show::Near => {
            let groups = groups::listed(cx, overview, wall.show);
            groups.iter().flat_map(|group| &group.samples).copied().map(Entry::Sample).collect()
        }
        Show::Odd | Show::Lost | Show::Foreign | Show::Edited => table::listed(overview, wall.show),
    };
    let back = wall.show.is_wall().then(tiles::id);
    wall.opened = Opened::of(dataset, all.into_iter(), entry, back);
    ui.request_repaint();
}

/// The files of what is marked, or of the picture alone that the menu is of.
fn targets(dataset: &Dataset, wall: &Wall, index: Option<u32>) -> Vec<PathBuf> {
    let file = |index: u32| dataset.samples[index as usize].file.clone();
    match index {
        Some(index) if !wall.marked_samples(dataset).any(|marked| marked == index) => vec![file(index)],
        _ => wall.marked_samples(dataset).map(file).collect(),
    }
}

/// The right button's menu.
fn menu(cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, wall: &mut Wall, response: &Response) {
    let Some(index) = wall.menu.filter(|index| (*index as usize) < dataset.samples.len()) else { return };
    tiles::menu(response, |ui| {
        let files = targets(dataset, wall, Some(index));
        let marking = Marking { lang: cx.lang, count: files.len(), task: &dataset.task, decidable: true };
        let sample = &dataset.samples[index as usize];
        let folder = folder_of(dataset);
        match marking.menu(ui, folder.is_some(), true) {
            Some(MenuAnswer::Open) => open(ui, cx, dataset, overview, wall, Entry::Sample(index)),
            Some(MenuAnswer::ShowFolder) => {
                if let Some(folder) = folder {
                    cx.act(Action::ShowInFolder(folder.join(face_file::photo(&sample.file))));
                }
            }
            Some(MenuAnswer::CopyPaths) => cx.act(Action::CopyText(paths(folder, &files))),
            Some(MenuAnswer::CopyPicture) => {
                cx.act(Action::CopyOriginal { file: sample.file.clone(), sample: index as usize });
            }
            Some(MenuAnswer::Similar) => similar(ui, cx, dataset, overview, wall, index),
            Some(MenuAnswer::Change(change)) => cx.act(Action::Edit { files, change }),
            None => {}
        }
    });
}

/// Shows what looks like a picture: its group in the viewer, if all were compared; otherwise they are, and the list is shown.
fn similar(ui: &Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, wall: &mut Wall, index: u32) {
    if cx.session.near.is_none() {
        cx.act(Action::FindNear);
    } else if let Some(group) = overview.near.iter().find(|group| group.samples.contains(&index)) {
        let all = group.samples.iter().copied().map(Entry::Sample);
        wall.opened = Opened::of(dataset, all, Entry::Sample(index), Some(tiles::id()));
        ui.request_repaint();
        return;
    }
    wall.turn_to(Show::Near);
}

/// The bar for what is marked.
fn bar(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, wall: &mut Wall, plan: Option<&Arc<Plan>>) {
    let marking = Marking { lang: cx.lang, count: wall.marked.len(), task: &dataset.task, decidable: true };
    let drawn = ui.scope(|ui| marking.bar(ui));
    wall.bar = drawn.response.rect.height();
    match drawn.inner {
        Some(BarAnswer::Change(change)) => cx.act(Action::Edit { files: targets(dataset, wall, None), change }),
        Some(BarAnswer::CopyPaths) => cx.act(Action::CopyText(paths(folder_of(dataset), &targets(dataset, wall, None)))),
        Some(BarAnswer::Export) => {
            let row = |index: u32| {
                let sample = &dataset.samples[index as usize];
                let part = plan.and_then(|plan| plan.split.parts[index as usize]);
                vec![
                    Cell::text(sample.file.display().to_string()),
                    Cell::text(
                        dataset.task.classes.get(usize::from(sample.class)).cloned().unwrap_or_else(|| sample.class.to_string()),
                    ),
                    part.map_or(Cell::Empty, |part| Cell::text(part.name().en)),
                    sample.age.map_or(Cell::Empty, Cell::whole),
                    sample.race.map_or(Cell::Empty, Cell::whole),
                ]
            };
            let rows = wall.marked_samples(dataset).map(row).collect();
            cx.act(Action::ExportList { columns: vec!["file", "label", "part", "age", "race"], rows });
        }
        Some(BarAnswer::Clear) => wall.marked.clear(),
        None => {}
    }
}

fn empty(ui: &mut Ui, cx: &Cx<'_>, wall: &mut Wall) {
    let t = Theme::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.4);
        ui.label(egui::RichText::new(cx.say(say("No matching pictures", "Aucune image ne correspond"))).color(t.text2));
        if link(ui, cx.say(say("Show all pictures", "Montrer toutes les images"))).clicked() {
            wall.narrow(Narrow::default());
        }
    });
}
