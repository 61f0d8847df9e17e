//! What the page lists, whichever way it is drawn: a wall, groups or a table. Where a list's pictures are marked, and what the bar
//! and the right button's menu do with them, is the same in all of them.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use egui::{Id, Key, Modifiers, Popup, Response, Ui};

use super::{
    drawn::Drawn,
    groups,
    overview::{Entry, Overview, Place},
    show::Show,
    table, tiles,
    viewing::Opened,
    wall::Wall,
};
use crate::{
    data::{dataset::Dataset, edits::Change, face_file},
    files::table::Cell,
    plan::Plan,
    ui::{
        Action, Cx,
        page::{
            listing::paths,
            marking::{Answer, Marking, unasked},
        },
        shortcut::MARK_ALL,
        viewer::subject::folder_of,
        widget::gallery::Press,
    },
};

/// Everything that is listed now, in its order.
pub fn entries(cx: &Cx<'_>, overview: &Overview, wall: &Wall) -> Vec<Entry> {
    match wall.show {
        Show::All | Show::Plain => wall.left.iter().copied().map(Entry::Sample).collect(),
        Show::Copies | Show::Shared | Show::Contradictions | Show::Near => {
            let groups = groups::listed(cx, overview, wall.show);
            groups.iter().flat_map(|group| &group.samples).copied().map(Entry::Sample).collect()
        }
        Show::Odd | Show::Lost | Show::Foreign | Show::Edited => table::listed(overview, wall.show),
    }
}

/// A list with what is needed to do something with it.
pub struct Listed<'a> {
    pub dataset: &'a Arc<Dataset>,
    pub overview: &'a Overview,
    pub plan: Option<&'a Arc<Plan>>,
}

impl Listed<'_> {
    /// Follows what the pointer and the keys did to a list of `entries`; gives the one that was chosen by itself.
    pub fn pressed(&self, ui: &Ui, cx: &mut Cx<'_>, wall: &mut Wall, entries: &[Entry], drawn: &Drawn) -> Option<Entry> {
        let key = |position: usize| entries[position].key(self.dataset);
        if !wall.marked.is_empty() {
            let there: HashSet<u32> = (0..entries.len()).map(key).collect();
            wall.marked.retain(|key| there.contains(&key));
        }
        let typing = ui.text_edit_focused();
        if !typing && ui.input_mut(|input| input.consume_shortcut(&MARK_ALL)) {
            wall.marked.all(entries.len(), key);
        }
        if !wall.marked.is_empty() && !Popup::is_any_open(ui.ctx()) && ui.input(|input| input.key_pressed(Key::Escape)) {
            wall.marked.clear();
        }
        let mut chosen = drawn.asked;
        for (position, response) in &drawn.entries {
            match Press::of(response) {
                Press::None => {}
                Press::Mark(modifiers) => {
                    let selected = wall.selected.as_ref().map(|(file, _)| file.as_path());
                    let current = entries.iter().position(|entry| Some(entry.file(self.dataset)) == selected);
                    wall.marked.click(*position, current, modifiers, key);
                }
                Press::Plain | Press::Open => {
                    wall.marked.click(*position, None, Modifiers::NONE, key);
                    chosen = Some(*position);
                }
            }
            self.menu(cx, wall, entries[*position], response);
        }
        chosen.map(|position| entries[position])
    }

    /// The right button's menu on one of them.
    pub fn menu(&self, cx: &mut Cx<'_>, wall: &mut Wall, entry: Entry, response: &Response) {
        let menu = Popup::context_menu(response).id(response.id.with("menu"));
        menu.show(|ui| {
            let targets = self.targets(cx, wall, Some(entry));
            if let Some(answer) = self.marking(cx, &targets).menu(ui) {
                self.answer(ui, cx, wall, &targets, answer);
            }
        });
    }

    /// The bar for what is marked.
    pub fn bar(&self, ui: &mut Ui, cx: &mut Cx<'_>, wall: &mut Wall) {
        let targets = self.targets(cx, wall, None);
        let drawn = ui.scope(|ui| self.marking(cx, &targets).bar(ui));
        wall.bar = drawn.response.rect.height();
        if let Some(answer) = drawn.inner {
            self.answer(ui, cx, wall, &targets, answer);
        }
    }

    /// What is marked, or the entry alone that the menu is of.
    fn targets(&self, cx: &Cx<'_>, wall: &Wall, entry: Option<Entry>) -> Vec<Entry> {
        match entry {
            Some(entry) if !wall.marked.contains(entry.key(self.dataset)) => vec![entry],
            _ => {
                let mut all = entries(cx, self.overview, wall);
                all.retain(|entry| wall.marked.contains(entry.key(self.dataset)));
                all
            }
        }
    }

    fn marking(&self, cx: &Cx<'_>, targets: &[Entry]) -> Marking<'_> {
        let seen = targets.iter().any(|entry| entry.place(self.dataset).is_some());
        Marking {
            lang: cx.lang,
            count: targets.len(),
            task: &self.dataset.task,
            decidable: seen,
            seen,
            has_file: folder_of(self.dataset).is_some(),
            similar: matches!(targets, [Entry::Sample(_)]),
            unasked: unasked(cx.session),
        }
    }

    fn answer(&self, ui: &Ui, cx: &mut Cx<'_>, wall: &mut Wall, targets: &[Entry], answer: Answer) {
        let dataset = self.dataset;
        let folder = folder_of(dataset);
        let first = targets.first().copied();
        let files = || targets.iter().map(|entry| entry.file(dataset).to_owned()).collect::<Vec<PathBuf>>();
        let pictures = || targets.iter().filter_map(|entry| Some((entry.file(dataset).to_owned(), entry.place(dataset)?)));
        match answer {
            Answer::Open => {
                if let Some(entry) = first {
                    self.open(ui, cx, wall, entry);
                }
            }
            Answer::ShowFolder => {
                if let (Some(folder), Some(entry)) = (folder, first) {
                    cx.act(Action::ShowInFolder(folder.join(face_file::photo(entry.file(dataset)))));
                }
            }
            Answer::CopyPaths => cx.act(Action::CopyText(paths(folder, &files()))),
            Answer::CopyPicture => {
                if let Some((file, place)) = pictures().next() {
                    cx.act(Action::CopyOriginal { file, sample: place.index() });
                }
            }
            Answer::Similar => {
                if let Some(Entry::Sample(index)) = first {
                    self.similar(ui, cx, wall, index);
                }
            }
            Answer::Predict => cx.act(Action::PredictPictures(pictures().map(|(file, place)| (file, place.index())).collect())),
            Answer::Change(change) => {
                // What is not used has no label that could be right.
                let fits = |place: &Place| change != Change::Keep || matches!(place, Place::Sample(_));
                let files: Vec<PathBuf> = pictures().filter(|(_, place)| fits(place)).map(|(file, _)| file).collect();
                cx.act(Action::Edit { files, change });
            }
            Answer::Export => {
                let rows = targets.iter().map(|entry| self.row(*entry)).collect();
                cx.act(Action::ExportList { columns: vec!["file", "label", "part", "age", "race"], rows });
            }
            Answer::Clear => wall.marked.clear(),
        }
    }

    /// What a list that is exported says of one.
    fn row(&self, entry: Entry) -> Vec<Cell<'static>> {
        let file = Cell::text(entry.file(self.dataset).display().to_string());
        let Entry::Sample(index) = entry else { return vec![file, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty] };
        let sample = &self.dataset.samples[index as usize];
        let class = self.dataset.task.classes.get(usize::from(sample.class)).cloned();
        let part = self.plan.and_then(|plan| plan.split.parts[index as usize]);
        vec![
            file,
            Cell::text(class.unwrap_or_else(|| sample.class.to_string())),
            part.map_or(Cell::Empty, |part| Cell::text(part.name().en)),
            sample.age.map_or(Cell::Empty, Cell::whole),
            sample.race.map_or(Cell::Empty, Cell::whole),
        ]
    }

    /// Hands a picture of the list that is shown to the viewer.
    pub fn open(&self, ui: &Ui, cx: &Cx<'_>, wall: &mut Wall, entry: Entry) {
        let all = entries(cx, self.overview, wall);
        let back: Option<Id> = wall.show.is_wall().then(tiles::id);
        wall.opened = Opened::of(self.dataset, all.into_iter(), entry, back);
        ui.request_repaint();
    }

    /// Shows what looks like a picture: its group in the viewer, if all were compared; otherwise they are, and the list is shown.
    fn similar(&self, ui: &Ui, cx: &mut Cx<'_>, wall: &mut Wall, index: u32) {
        if cx.session.near.is_none() {
            cx.act(Action::FindNear);
        } else if let Some(group) = self.overview.near.iter().find(|group| group.samples.contains(&index)) {
            let all = group.samples.iter().copied().map(Entry::Sample);
            let back = wall.show.is_wall().then(tiles::id);
            wall.opened = Opened::of(self.dataset, all, Entry::Sample(index), back);
            ui.request_repaint();
            return;
        }
        if wall.show != Show::Near {
            wall.turn_to(Show::Near);
        }
    }
}
