//! What can be decided about a picture: each an action, kept in the side file, with undo.

use egui::{Popup, Ui};

use super::year;
use crate::{
    data::{
        dataset::Dataset,
        edits::{Change, Edit, Edits},
        name,
        sample::{Anomaly, Sample, SkipReason, Skipped},
        task::Task,
    },
    text::{Lang, Phrase, say},
    ui::{
        Action, Cx, icon,
        widget::{
            button::{Button, link},
            choice::menu_item,
            scroll,
        },
    },
};

/// Buttons for one picture: relabel, leave out, keep, or back; gives what was decided. `class` is what it counts as,
/// `None` if it is not used.
pub fn buttons(ui: &mut Ui, lang: Lang, task: &Task, class: Option<u8>, edit: Option<&Edit>) -> Option<Change> {
    let mut decided = None;
    let mut relabeled = None;
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
        let class = usize::from(class);
        if task.is_binary() {
            let help = say(
                "The label looks wrong: count it as the other class",
                "L’étiquette semble fausse : la compter dans l’autre classe",
            );
            let other = 1 - class;
            let relabel = Button::secondary(is(lang, task, other)).icon(icon::TAG);
            button(ui, relabel, help, Change::Relabel(task.classes[other].clone()));
        } else if let Some(other) = another(ui, lang, task, Some(class)) {
            relabeled = Some(Change::Relabel(task.classes[other].clone()));
        }
    }
    if !left_out {
        let out = Button::secondary(say("Leave out", "Écarter").get(lang)).icon(icon::EYE_OFF);
        button(ui, out, say("The next training does without it", "Le prochain entraînement s’en passera"), Change::LeaveOut);
    }
    if class.is_some() && !left_out && !edit.is_some_and(|edit| edit.kept || edit.class.is_some()) {
        let keep = Button::quiet(say("Label is correct", "Étiquette correcte").get(lang)).icon(icon::CHECK);
        button(ui, keep, say("Checked, and correct as it is", "Vérifiée, et correcte telle quelle"), Change::Keep);
    }
    if edit.is_some() {
        let back = Button::quiet(say("Undo my change", "Annuler ma modification").get(lang)).icon(icon::UNDO_2);
        button(ui, back, plain, Change::Forget);
    }
    decided.or(relabeled)
}

/// A button whose menu names the classes of many, or where years are learned takes one; gives the one that was chosen.
pub fn another(ui: &mut Ui, lang: Lang, task: &Task, class: Option<usize>) -> Option<usize> {
    if task.is_regression() {
        return year::field(ui, lang, class);
    }
    let name = say("Change label to…", "Corriger l’étiquette…").get(lang);
    let button = ui.add(Button::secondary(name).icon(icon::TAG).compact());
    let mut chosen = None;
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(150.0);
        scroll::menu(ui, |ui| {
            for other in (0..task.len()).filter(|other| Some(*other) != class) {
                if menu_item(ui, None, &task.name(other, lang)).clicked() {
                    chosen = Some(other);
                }
            }
        });
    });
    let help =
        say("The label looks wrong: count it as another class", "L’étiquette semble fausse : la compter dans une autre classe");
    button.on_hover_text(help.get(lang));
    chosen
}

/// What can be decided in a line about a picture that is used: words and change, the usual one first.
pub fn brief(lang: Lang, edits: &Edits, sample: &Sample) -> Vec<(String, Change)> {
    if edits.get(&sample.file).is_some() {
        return vec![forget(lang)];
    }
    let mut ways = vec![
        (say("Leave out", "Écarter").get(lang).to_owned(), Change::LeaveOut),
        (say("Label is correct", "Étiquette correcte").get(lang).to_owned(), Change::Keep),
    ];
    if let Some(Anomaly::Misspelled { meant }) = &sample.anomaly {
        let text = say("Use the corrected name", "Utiliser le nom corrigé").get(lang);
        ways.push((text.to_owned(), Change::Repair(meant.clone())));
    }
    ways
}

/// The same about a picture that is not used; which of many classes it is, is asked by [`label`].
pub fn brief_unused(lang: Lang, dataset: &Dataset, skipped: &Skipped) -> Vec<(String, Change)> {
    if skipped.reason == SkipReason::LeftOut {
        return vec![forget(lang)];
    }
    let task = &dataset.task;
    let classes = if task.is_binary() { &[1, 0][..] } else { &[] };
    let label = |class: &usize| (is(lang, task, *class), Change::Relabel(task.classes[*class].clone()));
    let mut ways: Vec<_> = classes.iter().map(label).collect();
    if let Some(proposal) = &skipped.proposal {
        let no_race = name::read(proposal).is_some_and(|name| name.race.is_none());
        let text = match (no_race, lang) {
            (true, _) => say("Use with unknown race", "Utiliser, «\u{a0}race\u{a0}» inconnue").get(lang).to_owned(),
            (false, Lang::En) => format!("Read as {proposal}"),
            (false, Lang::Fr) => format!("Lire comme {proposal}"),
        };
        ways.push((text, Change::Repair(proposal.clone())));
    }
    ways
}

/// Where there are more than two classes: a button that asks which one a picture is that is not used.
pub fn label(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, skipped: &Skipped) {
    if skipped.reason != SkipReason::LeftOut
        && !dataset.task.is_binary()
        && let Some(class) = another(ui, cx.lang, &dataset.task, None)
    {
        let change = Change::Relabel(dataset.task.classes[class].clone());
        cx.act(Action::Edit { files: vec![skipped.file.clone()], change });
    }
}

/// What can be decided about a picture that is not used, as links beside each other.
pub fn unused(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, skipped: &Skipped) {
    label(ui, cx, dataset, skipped);
    for (text, change) in brief_unused(cx.lang, dataset, skipped) {
        if link(ui, &text).clicked() {
            cx.act(Action::Edit { files: vec![skipped.file.clone()], change });
        }
    }
}

fn forget(lang: Lang) -> (String, Change) {
    (say("Undo my change", "Annuler ma modification").get(lang).to_owned(), Change::Forget)
}

/// “Change label to male”, on a button.
fn is(lang: Lang, task: &Task, class: usize) -> String {
    let name = task.name(class, lang);
    match lang {
        Lang::En => format!("Change label to {name}"),
        Lang::Fr => format!("Corriger en {name}"),
    }
}

/// What the user decided, in words.
pub fn decided(lang: Lang, dataset: &Dataset, edit: &Edit) -> String {
    let mut parts = Vec::new();
    if let Some(class) = &edit.class {
        let name = dataset.task.find(class).map_or_else(|| class.clone(), |index| dataset.task.name(index, lang));
        parts.push(format!("{} {name}", say("relabeled by you:", "réétiquetée par vous :").get(lang)));
    }
    if let Some(name) = &edit.name {
        parts.push(format!("{} {name}", say("read, as you asked, as", "lue, à votre demande, comme").get(lang)));
    }
    if edit.square.is_some() {
        parts.push(say("with the square that you drew", "avec le carré que vous avez tracé").get(lang).to_owned());
    }
    if edit.kept {
        parts.push(say("marked correct by you", "confirmée par vous").get(lang).to_owned());
    }
    parts.join(" · ")
}
