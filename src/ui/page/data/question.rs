//! What is to be learned: the question, where a folder allows more than one, and the bands of an age group.

use egui::{Align, Layout, Popup, PopupCloseBehavior, TextEdit, Ui, WidgetInfo, vec2};

use crate::{
    data::{
        dataset::Dataset,
        reading::{Reading, TaskChoice},
        sample::Source,
        task::{AgeBands, TaskKind},
    },
    setting_def::Choice as _,
    text::{Phrase, say},
    ui::{
        Action, Cx,
        theme::{self, Theme},
        widget::{
            button::{Button, link},
            choice::explained_menu,
            notice,
        },
    },
};

/// Why the race label is not among the questions.
pub const NOT_OFFERED: Phrase = say(
    "UTKFace’s race label is not offered: it is a guess of an algorithm about people, of use for finding unfair errors and for little else",
    "La «\u{a0}race\u{a0}» notée par UTKFace n’est pas proposée : c’est l’estimation d’un algorithme au sujet de personnes, utile pour trouver des erreurs injustes et guère plus",
);

/// Room that the question takes beside a headline, with its bands.
const ROOM: f32 = 112.0;
const BANDS: f32 = 52.0;

/// Draws the question, if there is more than one to ask: behind what stands in its row, or below it where there is no room.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, typed: &mut Option<String>, beside: impl FnOnce(&mut Ui)) {
    let questions = questions(dataset);
    if questions.len() < 2 {
        return beside(ui);
    }
    let by_age = dataset.task.kind == TaskKind::AgeGroup;
    let room = ROOM + if by_age { BANDS } else { 0.0 };
    let mut choose = |ui: &mut Ui| {
        let (lang, said) = (cx.lang, dataset.understood.reading);
        let explained = |question: &Question| (question.name.get(lang).to_owned(), question.about.get(lang));
        let options: Vec<(String, &str)> = questions.iter().map(explained).collect();
        let now = questions.iter().position(|question| question.now);
        if let Some(chosen) = explained_menu(ui, now.unwrap_or(0), &options).filter(|chosen| Some(*chosen) != now) {
            cx.act(Action::ReadAs(Reading { task: questions[chosen].choice, ..said }));
        }
        if by_age {
            bands(ui, cx, said, typed);
        }
    };
    let fits = ui
        .horizontal(|ui| {
            beside(ui);
            let fits = ui.available_width() >= room;
            if fits {
                ui.with_layout(Layout::right_to_left(Align::Center), &mut choose);
            }
            fits
        })
        .inner;
    if !fits {
        ui.horizontal(choose);
        ui.add_space(4.0);
    }
}

/// A question that the data set can be asked.
struct Question {
    name: Phrase,
    about: Phrase,
    choice: TaskChoice,
    /// Whether it is the one of now.
    now: bool,
}

fn questions(dataset: &Dataset) -> Vec<Question> {
    let (understood, asked) = (&dataset.understood, dataset.task.kind);
    let drawn = dataset.source == Source::SampleFaces;
    let of = |kind: TaskKind, choice: TaskChoice, now: bool| {
        let about = if drawn { kind.about() } else { choice.about() };
        Question { name: kind.name(), about, choice, now }
    };
    if drawn {
        let gender = of(TaskKind::Gender, TaskChoice::Auto, asked == TaskKind::Gender);
        let hairstyle = of(TaskKind::Hairstyle, TaskChoice::Folders, asked == TaskKind::Hairstyle);
        return vec![gender, hairstyle, of(TaskKind::Age, TaskChoice::Age, asked == TaskKind::Age)];
    }
    let (by_table, by_folder) = (understood.table.is_some(), understood.by_folder);
    let mut questions = Vec::new();
    if understood.ages > 0 {
        let by_name = !by_table && !by_folder;
        questions.push(of(TaskKind::Gender, TaskChoice::Gender, asked == TaskKind::Gender && !by_table));
        questions.push(of(TaskKind::AgeGroup, TaskChoice::AgeGroup, asked == TaskKind::AgeGroup && by_name));
        questions.push(of(TaskKind::Age, TaskChoice::Age, asked == TaskKind::Age && by_name));
    }
    // Folders called female and male ask the question of gender.
    if understood.folders.len() > 1 || (by_folder && !dataset.task.is_gender()) {
        questions.push(of(TaskKind::Folders, TaskChoice::Folders, by_folder && asked == TaskKind::Folders));
    }
    if by_table {
        let choice = TaskChoice::Table;
        questions.push(Question { name: choice.name(), about: choice.about(), choice, now: true });
    }
    questions
}

/// The years at which the bands begin, to be edited.
fn bands(ui: &mut Ui, cx: &mut Cx<'_>, said: Reading, typed: &mut Option<String>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let name = say("ages…", "âges…").get(lang);
    let open = link(ui, name).accessible_name(say("change the age groups", "changer les tranches d’âge").get(lang));
    Popup::menu(&open).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(280.0);
        let text = typed.get_or_insert_with(|| said.bands.text());
        let label = say("The years at which age groups begin", "Les années où commencent les tranches d’âge").get(lang);
        ui.label(theme::caption(label).color(t.text2));
        let field = ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY).margin(vec2(8.0, 6.0)));
        field.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, label));
        let bands = AgeBands::parse(text);
        match &bands {
            Ok(bands) => {
                let names = bands.names().join(" · ");
                ui.add(egui::Label::new(theme::caption(names).color(t.text3)).wrap());
            }
            Err(why) => notice::note(ui, crate::ui::icon::CIRCLE_ALERT, t.bad, why.get(lang)),
        }
        let other = bands.as_ref().is_ok_and(|bands| *bands != said.bands);
        let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let use_them = Button::primary(say("Use these groups", "Utiliser ces tranches").get(lang)).enabled(other);
        if (ui.add(use_them).clicked() || enter)
            && let Ok(bands) = bands
            && other
        {
            cx.act(Action::ReadAs(Reading { bands, ..said }));
            *typed = None;
            ui.close();
        }
    });
}
