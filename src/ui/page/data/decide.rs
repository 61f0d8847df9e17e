//! What can be decided about a picture: each an action, kept in the side file, with undo.

use std::path::{Path, PathBuf};

use egui::Ui;

use crate::{
    data::{
        dataset::Dataset,
        edits::{Change, Edit},
        name,
        sample::{Anomaly, Sample, SkipReason, Skipped},
    },
    evaluate::words::class_name,
    text::{Lang, Phrase, say},
    ui::{
        Action, Cx, icon,
        widget::button::{Button, link},
    },
};

/// Buttons for one picture: relabel, leave out, keep, or back; gives what was decided. `class` is what it counts as,
/// `None` if it is not used.
pub fn buttons(ui: &mut Ui, lang: Lang, classes: &[String; 2], class: Option<u8>, edit: Option<&Edit>) -> Option<Change> {
    let mut decided = None;
    let left_out = edit.is_some_and(|edit| edit.left_out);
    let mut button = |ui: &mut Ui, button: Button, help: Phrase, change: Change| {
        let response = ui.add(button.compact());
        if response.clicked() {
            decided = Some(change);
        }
        if !help.en.is_empty() {
            response.on_hover_text(help.get(lang));
        }
    };
    let plain = say("", "");
    if let Some(class) = class.filter(|_| !left_out) {
        let other = 1 - usize::from(class.min(1));
        let help = say(
            "The label looks wrong: count it as the other class",
            "L’étiquette semble fausse : la compter dans l’autre classe",
        );
        let relabel = Button::secondary(is(lang, classes, other)).icon(icon::TAG);
        button(ui, relabel, help, Change::Relabel(classes[other].clone()));
    }
    if !left_out {
        let out = Button::secondary(say("Leave out", "Écarter").get(lang)).icon(icon::EYE_OFF);
        button(ui, out, say("The next training does without it", "Le prochain entraînement s’en passera"), Change::LeaveOut);
    }
    if class.is_some() && !left_out && !edit.is_some_and(|edit| edit.kept) {
        let keep = Button::quiet(say("Keep", "Garder").get(lang)).icon(icon::CHECK);
        button(ui, keep, say("Looked at and right as it is", "Vue, et juste telle quelle"), Change::Keep);
    }
    if edit.is_some() {
        let back = Button::quiet(say("Take back", "Annuler la retouche").get(lang)).icon(icon::UNDO_2);
        button(ui, back, plain, Change::Forget);
    }
    decided
}

/// Links for a picture that is used, in a table, from right to left.
pub fn brief(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, sample: &Sample) {
    let files = || vec![sample.file.clone()];
    if dataset.edits().get(&sample.file).is_some() {
        ask(ui, cx, say("Take back", "Annuler la retouche").get(cx.lang), files(), Change::Forget);
        return;
    }
    ask(ui, cx, say("Leave out", "Écarter").get(cx.lang), files(), Change::LeaveOut);
    ask(ui, cx, say("Keep", "Garder").get(cx.lang), files(), Change::Keep);
    if let Some(Anomaly::Misspelled { meant }) = &sample.anomaly {
        let text = say("Use the corrected name", "Prendre le nom corrigé").get(cx.lang);
        ask(ui, cx, text, files(), Change::Repair(meant.clone()));
    }
}

/// Links for a picture that is not used, in a table, from right to left.
pub fn unused(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, file: &Path, skipped: &Skipped) {
    let lang = cx.lang;
    let files = || vec![file.to_owned()];
    if skipped.reason == SkipReason::LeftOut {
        ask(ui, cx, say("Take back", "La reprendre").get(lang), files(), Change::Forget);
        return;
    }
    for class in [1, 0] {
        ask(ui, cx, &is(lang, &dataset.classes, class), files(), Change::Relabel(dataset.classes[class].clone()));
    }
    if let Some(proposal) = &skipped.proposal {
        let no_race = name::read(proposal).is_some_and(|name| name.race.is_none());
        let text = match (no_race, lang) {
            (true, _) => say("Use with unknown race", "Utiliser, origine inconnue").get(lang).to_owned(),
            (false, Lang::En) => format!("Read as {proposal}"),
            (false, Lang::Fr) => format!("Lire comme {proposal}"),
        };
        ask(ui, cx, &text, files(), Change::Repair(proposal.clone()));
    }
}

fn ask(ui: &mut Ui, cx: &mut Cx<'_>, text: &str, files: Vec<PathBuf>, change: Change) {
    if link(ui, text).clicked() {
        cx.act(Action::Edit { files, change });
    }
}

/// “It is male”, on a button.
fn is(lang: Lang, classes: &[String; 2], class: usize) -> String {
    let name = class_name(classes, class, lang);
    match lang {
        Lang::En => format!("It is “{name}”"),
        Lang::Fr => format!("C’est « {name} »"),
    }
}

/// What the user decided, in words.
pub fn decided(lang: Lang, dataset: &Dataset, edit: &Edit) -> String {
    let mut parts = Vec::new();
    if let Some(class) = &edit.class {
        let index = dataset.classes.iter().position(|c| c == class);
        let name = index.map_or(class.as_str(), |index| class_name(&dataset.classes, index, lang));
        parts.push(format!("{} {name}", say("relabeled by you:", "réétiquetée par vous :").get(lang)));
    }
    if let Some(name) = &edit.name {
        parts.push(format!("{} {name}", say("read by your wish as", "lue, selon vous, comme").get(lang)));
    }
    if edit.kept {
        parts.push(say("looked at and kept by you", "vue et gardée par vous").get(lang).to_owned());
    }
    parts.join(" · ")
}
