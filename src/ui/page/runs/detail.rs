//! One run: its name and note, and what can be done with it.

use egui::{TextEdit, Ui};

use crate::{
    run::{RunInfo, RunStatus},
    text::{Lang, Phrase, decimal, number, percent, say, years},
    ui::{
        Action, Cx, icon,
        page::Page,
        theme::{self, Theme},
        widget::{button::Button, card::Card, scroll},
    },
};

/// What stands in the field of a note that is empty.
pub const NOTE_HINT: Phrase =
    say("What you wanted to find out; #words are tags", "Ce que vous vouliez savoir ; les #mots sont des mots-clés");

/// What the card remembers.
#[derive(Default)]
pub struct State {
    typed: Option<Typed>,
}

/// The name and note that are being typed.
struct Typed {
    run: String,
    /// As they were when that began: what is renamed elsewhere meanwhile is not renamed back.
    before: [String; 2],
    name: String,
    note: String,
}

impl Typed {
    fn of(run: &RunInfo, lang: Lang) -> Self {
        let [name, note] = [run.name(lang).to_owned(), run.note.clone()];
        Self { run: run.id.clone(), before: [name.clone(), note.clone()], name, note }
    }

    fn is_of(&self, run: &RunInfo, lang: Lang) -> bool {
        let [name, note] = &self.before;
        self.run == run.id && name == run.name(lang) && *note == run.note
    }
}

/// The card of the chosen run.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, id: &str) {
    let lang = cx.lang;
    let Some(run) = cx.session.runs.iter().find(|r| r.id == id) else { return };
    Card::titled(say("This run", "Cet essai").get(lang)).caption(&run.id).fill().show(ui, |ui| {
        scroll::list(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            names(ui, cx, state, run);
            facts(ui, lang, run);
            for note in run.committee_notes(lang) {
                ui.add(egui::Label::new(theme::caption(note).color(Theme::of(ui).text2)).wrap());
            }
            ui.add_space(4.0);
            buttons(ui, cx, run);
        });
    });
}

fn names(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, run: &RunInfo) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    if !state.typed.as_ref().is_some_and(|typed| typed.is_of(run, lang)) {
        state.typed = Some(Typed::of(run, lang));
    }
    let Some(Typed { name, note, .. }) = &mut state.typed else { return };
    let label = ui.label(theme::caption(say("Name", "Nom").get(lang)).color(t.text2));
    let one = ui.add(TextEdit::singleline(name).desired_width(f32::INFINITY).margin(egui::vec2(8.0, 6.0))).labelled_by(label.id);
    let label = ui.label(theme::caption(say("Note", "Note").get(lang)).color(t.text2));
    let hint = say("What you wanted to find out; #words are tags", "Ce que vous vouliez savoir ; les #mots sont des mots-clés")
        .get(lang);
    let edit =
        TextEdit::multiline(note).desired_rows(2).hint_text(hint).desired_width(f32::INFINITY).margin(egui::vec2(8.0, 6.0));
    let two = ui.add(edit).labelled_by(label.id);
    let left = one.lost_focus() || two.lost_focus();
    if left && (*name != run.name(lang) || *note != run.note) && !name.trim().is_empty() {
        cx.act(Action::RenameRun { run: run.id.clone(), name: name.trim().to_owned(), note: note.clone() });
    }
}

fn facts(ui: &mut Ui, lang: Lang, run: &RunInfo) {
    let t = Theme::of(ui);
    let [train, validation, test] = run.pictures.map(|n| number(lang, n.into()));
    let mut lines = vec![
        (say("Data", "Données"), run.source.name().get(lang).to_owned()),
        (say("Training pictures", "Images d’entraînement"), train),
        (say("Validation pictures", "Images de validation"), validation),
        (say("Test pictures", "Images de test"), test),
    ];
    if let Some(best) = run.best_epoch {
        lines.push((say("Best epoch", "Meilleure époque"), format!("{best} / {}", run.epochs_done)));
    }
    if let Some(kept) = run.kept_epoch().filter(|kept| run.best_epoch.is_some_and(|best| best != *kept)) {
        lines.push((say("Kept epoch", "Époque gardée"), format!("{kept} / {}", run.epochs_done)));
    }
    if let Some(of) = run.scores.as_ref().and_then(|scores| scores.years) {
        lines.push((say("Mean test error", "Erreur moyenne de test"), years(lang, of.mae, 2)));
        lines.push((say("Always the mean age", "Toujours l’âge moyen"), years(lang, of.baseline, 2)));
        lines.push((say("Within 5 years", "À 5\u{a0}ans près"), percent(lang, of.within_5, 1)));
    } else if let Some(scores) = &run.scores {
        lines.push((say("Test accuracy", "Exactitude de test"), percent(lang, scores.accuracy, 1)));
        lines.push((say("Always the larger class", "Toujours la classe majoritaire"), percent(lang, scores.baseline, 1)));
        lines.push(match scores.f1.as_slice() {
            [zero, one] => {
                let both = format!("{} · {}", decimal(lang, *zero, 3), decimal(lang, *one, 3));
                (say("F1, both classes", "F1, deux classes"), both)
            }
            _ => (say("F1, macro", "F1, macro"), decimal(lang, scores.macro_f1, 3)),
        });
    }
    for (name, value) in lines {
        let room = egui::vec2(ui.available_width(), 18.0);
        ui.allocate_ui_with_layout(room, egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.spacing_mut().interact_size.y = 18.0;
            ui.label(theme::cell(name.get(lang)).color(t.text2));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(theme::cell(value).color(t.text)).truncate());
            });
        });
    }
}

fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunInfo) {
    let lang = cx.lang;
    let free = !cx.session.phase.busy();
    let id = || run.id.clone();
    if ui.add(Button::primary(say("Show its results", "Voir ses résultats").get(lang)).icon(icon::TARGET).full_width()).clicked()
    {
        cx.act(Action::OpenRun(id()));
        cx.act(Action::Go(Page::Results));
    }
    if run.status != RunStatus::Finished {
        let go_on = Button::secondary(say("Resume training", "Reprendre l’entraînement").get(lang)).icon(icon::PLAY);
        if ui.add(go_on.enabled(free).full_width()).clicked() {
            cx.act(Action::Resume { run: id(), more: 0 });
        }
    } else if run.committee.is_some() {
        // Its members are trained as runs of their own.
    } else if run.stored.checkpoint || run.stored.weights {
        let more = Button::secondary(say("Train 10 more epochs", "10 époques de plus").get(lang)).icon(icon::PLUS);
        if ui.add(more.enabled(free).full_width()).clicked() {
            cx.act(Action::Resume { run: id(), more: 10 });
        }
    } else {
        let text = say("It lacks what is needed to train it further", "Il lui manque ce qu’il faut pour le prolonger");
        ui.add(egui::Label::new(theme::caption(text.get(lang)).color(Theme::of(ui).text3)).wrap());
    }
    if run.committee.is_none()
        && ui
            .add(Button::secondary(say("Use its settings", "Reprendre ses réglages").get(lang)).icon(icon::COPY).full_width())
            .clicked()
    {
        cx.act(Action::TakeSettings(id()));
    }
    if let Some(view) = cx.session.views.get(&run.id).cloned()
        && ui
            .add(Button::quiet(say("Open its folder", "Ouvrir son dossier").get(lang)).icon(icon::FOLDER_OPEN).full_width())
            .clicked()
    {
        cx.act(Action::OpenPath(view.folder.clone()));
    }
    if ui.add(Button::danger(say("Delete", "Supprimer").get(lang)).icon(icon::TRASH_2).full_width()).clicked() {
        cx.act(Action::DeleteRun(id()));
    }
}
