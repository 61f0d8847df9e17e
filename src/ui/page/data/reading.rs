//! How the folder was read, with what else it may mean one click away.

use std::sync::Arc;

use egui::{Popup, Ui};

use super::{overview::Overview, split::PartCounts};
use crate::{
    data::{
        dataset::Dataset,
        face_crop::FaceCrops,
        reading::{ClassFolders, Reading, TaskChoice},
        sample::{Framing, Source},
    },
    text::{Lang, Phrase, plural, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{button::link, choice::menu_choice, notice},
    },
};

/// Room for the word that changes it.
const CHANGE: f32 = 64.0;

/// Draws the sentence, and a second one, red, where folders and names disagree.
pub fn line(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, parts: &mut PartCounts) {
    let t = Theme::of(ui);
    let understood = &dataset.understood;
    let read = understood.sentence(&dataset.task);
    let conflict = understood.conflict();
    let ways = ways(dataset, overview.framing);
    ui.horizontal_top(|ui| {
        let room = (ui.available_width() - if ways.is_empty() { 0.0 } else { CHANGE }).max(80.0);
        ui.vertical(|ui| {
            ui.set_max_width(room);
            ui.spacing_mut().item_spacing.y = 2.0;
            let lines = conflict.iter().map(|conflict| (conflict, t.bad)).chain([(&read, t.text2)]);
            for (sentence, color) in lines {
                ui.add(egui::Label::new(theme::caption(sentence.get(cx.lang)).color(color)).wrap());
            }
            photos(ui, cx, dataset);
            if overview.given {
                dealt(ui, cx, dataset, parts);
            }
        });
        if ways.is_empty() {
            return;
        }
        let change = link(ui, cx.say(say("change", "changer")));
        let change = change.accessible_name(cx.say(say("change how the folder is read", "changer la lecture du dossier")));
        Popup::menu(&change).show(|ui| {
            ui.set_min_width(280.0);
            for ReadingOffer { text, reading, now } in ways {
                if menu_choice(ui, now, cx.say(text)).clicked() {
                    cx.act(Action::ReadAs(reading));
                }
            }
        });
    });
}

/// Where the pictures look like photos, the offer to take the faces out of them.
fn photos(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset) {
    let Some(sentence) = dataset.understood.photos() else { return };
    ui.add_space(4.0);
    notice::note(ui, icon::SCAN_FACE, Theme::of(ui).accent, sentence.get(cx.lang));
    if link(ui, cx.say(say("find the faces", "chercher les visages"))).clicked() {
        cx.act(Action::ReadAs(Reading { faces: FaceCrops::Largest, ..dataset.understood.reading }));
    }
}

/// What becomes of the folders' parts: set aside, or pictures of one dealt to a part that no folder names.
fn dealt(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, parts: &mut PartCounts) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    if !cx.settings.split.use_given {
        let text = say(
            "The folders’ parts are ignored: all pictures are split again",
            "Les parties des dossiers sont ignorées : toutes les images sont réparties à nouveau",
        );
        ui.add(egui::Label::new(theme::caption(text.get(lang)).color(t.text2)).wrap());
        if link(ui, cx.say(say("take the folders’ parts", "reprendre les parties des dossiers"))).clicked() {
            cx.settings.split.use_given = true;
        }
        return;
    }
    let Some(plan) = cx.plan.ok().filter(|plan| plan.dataset.samples.len() == dataset.samples.len()) else { return };
    for (part, moved) in parts.dealt(dataset, plan) {
        let count = plural(lang, *moved, say("picture", "image"), say("pictures", "images"));
        let name = part.name().get(lang);
        let text = match lang {
            Lang::En => format!("No folder is the {name} part: it gets {count} of the training part"),
            Lang::Fr => format!("Aucun dossier n’est la partie « {name} » : elle reçoit {count} de l’entraînement"),
        };
        ui.add(egui::Label::new(theme::caption(text).color(t.text2)).wrap());
    }
}

/// A reading that the folder allows.
struct ReadingOffer {
    text: Phrase,
    reading: Reading,
    /// Whether it is read so.
    now: bool,
}

/// The readings that the folder allows; of each kind one is the one of now.
fn ways(dataset: &Dataset, framing: Framing) -> Vec<ReadingOffer> {
    let understood = &dataset.understood;
    let said = understood.reading;
    let mut ways = Vec::new();
    if understood.both > 0 && understood.folders.len() > 1 {
        let by_name = !understood.by_folder && understood.table.is_none();
        let labels = [
            (say("Labels from the folders", "Étiquettes d’après les dossiers"), TaskChoice::Folders, understood.by_folder),
            (say("Labels from the names", "Étiquettes d’après les noms"), TaskChoice::Gender, by_name),
        ];
        ways.extend(labels.map(|(text, task, now)| ReadingOffer { text, reading: Reading { task, ..said }, now }));
    }
    if understood.other_classes.len() > 1 {
        let levels = [
            (
                say("The outer folders are the classes", "Les dossiers extérieurs sont les classes"),
                ClassFolders::Outer,
                !understood.inner,
            ),
            (
                say("The inner folders are the classes", "Les dossiers intérieurs sont les classes"),
                ClassFolders::Inner,
                understood.inner,
            ),
        ];
        ways.extend(levels.map(|(text, classes, now)| ReadingOffer { text, reading: Reading { classes, ..said }, now }));
    }
    // UTKFace's own pictures are crops already.
    if dataset.source != Source::SampleFaces && (said.faces != FaceCrops::Off || framing == Framing::Whole) {
        let crops = [
            (say("Take the pictures whole", "Prendre les images entières"), FaceCrops::Off),
            (
                say(
                    "Find the largest face in each picture and take that",
                    "Chercher le plus grand visage de chaque image et le prendre",
                ),
                FaceCrops::Largest,
            ),
            (
                say("Find every face, each a picture of its own", "Chercher chaque visage, une image à part pour chacun"),
                FaceCrops::Each,
            ),
            (
                say(
                    "Find the face, and leave photos with several out",
                    "Chercher le visage, et écarter les photos qui en ont plusieurs",
                ),
                FaceCrops::Skip,
            ),
        ];
        ways.extend(crops.map(|(text, faces)| ReadingOffer {
            text,
            reading: Reading { faces, ..said },
            now: said.faces == faces,
        }));
    }
    if !said.is_plain() {
        let text = say("As Trombine understands it", "Comme Trombine le comprend");
        ways.push(ReadingOffer { text, reading: Reading::default().with_shape(said.shape()), now: false });
    }
    ways
}
