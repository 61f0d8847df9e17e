//! How the folder was read, on one line, with what else it may mean one click away.

use egui::{Align, Layout, Popup, Ui, vec2};

use crate::{
    data::{
        reading::{ClassFolders, Labels, Reading},
        sample::Dataset,
    },
    text::{Say, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{button::link, choice::menu_item},
    },
};

/// Draws the line; red where folders and names disagree.
pub fn line(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset) {
    let t = Theme::of(ui);
    let understood = &dataset.understood;
    let read = understood.sentence(&dataset.classes).get(cx.lang).to_owned();
    let conflict = understood.conflict().map(|sentence| sentence.get(cx.lang).to_owned());
    let size = vec2(ui.available_width(), 20.0);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().interact_size.y = size.y;
        let ways = ways(dataset);
        if !ways.is_empty() {
            let change = link(ui, cx.say(say("change", "changer")));
            let change = change.accessible_name(cx.say(say("change how the folder is read", "changer la lecture du dossier")));
            Popup::menu(&change).show(|ui| {
                ui.set_min_width(280.0);
                for (text, reading) in ways {
                    let symbol = (understood.reading == reading).then_some(icon::CHECK);
                    if menu_item(ui, symbol, cx.say(text)).clicked() {
                        cx.act(Action::ReadAs(reading));
                    }
                }
            });
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let (text, color) = match &conflict {
                Some(conflict) => (conflict, t.bad),
                None => (&read, t.text2),
            };
            let hint = conflict.as_ref().map_or_else(|| read.clone(), |conflict| format!("{read}\n{conflict}"));
            ui.add(egui::Label::new(theme::caption(text).color(color)).truncate()).on_hover_text(hint);
        });
    });
}

/// The readings that the folder allows.
fn ways(dataset: &Dataset) -> Vec<(Say, Reading)> {
    let understood = &dataset.understood;
    let now = understood.reading;
    let mut ways = Vec::new();
    if understood.both > 0 && understood.folders.len() == 2 {
        let labels = [
            (say("Labels from the folders", "Étiquettes d’après les dossiers"), Labels::Folders),
            (say("Labels from the names", "Étiquettes d’après les noms"), Labels::Names),
        ];
        ways.extend(labels.map(|(text, labels)| (text, Reading { labels, ..now })));
    }
    if understood.other_classes.len() == 2 {
        let (text, classes) = match understood.inner {
            true => (say("The outer folders are the classes", "Les dossiers extérieurs sont les classes"), ClassFolders::Outer),
            false => (say("The inner folders are the classes", "Les dossiers intérieurs sont les classes"), ClassFolders::Inner),
        };
        ways.push((text, Reading { classes, ..now }));
    }
    if now != Reading::default() {
        ways.push((say("As Trombine understands it", "Comme Trombine le comprend"), Reading::default()));
    }
    ways
}
