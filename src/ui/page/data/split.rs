//! The split: a bar to drag, exact counts and balance of each part, and the numbers to type.

use std::{
    cell::RefCell,
    sync::{Arc, Weak},
};

use egui::{Align, Frame, Id, Layout, Popup, PopupCloseBehavior, Ui, vec2};

use super::wall::{Narrow, Wall};
use crate::{
    data::{dataset::Dataset, face_crop::FaceCrops, sample::Part},
    plan::Plan,
    settings::Settings,
    text::{Lang, number, percent, plural, say},
    ui::{
        Cx, icon,
        theme::{self, Theme},
        widget::{
            bar,
            button::{icon_button, link},
            card::Card,
            choice::segmented,
            notice, scroll,
            setting::{Context, List, Sought},
        },
    },
};

/// Draws the card; a part that is clicked is what the wall shows.
/// `tight` saves height.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, wall: &mut Wall, counts: &mut PartCounts, tight: bool) {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let split = &cx.settings.split;
    let seed = if split.own_seed { split.seed } else { cx.settings.seed };
    let balanced = match (lang, split.stratify_age) {
        (Lang::En, _) if dataset.task.is_regression() => format!("balanced by age, seed {seed}"),
        (Lang::Fr, _) if dataset.task.is_regression() => format!("par âge, graine {seed}"),
        (Lang::En, false) => format!("balanced by class, seed {seed}"),
        (Lang::En, true) => format!("balanced by class and age, seed {seed}"),
        (Lang::Fr, false) => format!("par classe, graine {seed}"),
        (Lang::Fr, true) => format!("par classe et âge, graine {seed}"),
    };
    let numbers = cx.say(say("Numbers and settings", "Chiffres et réglages"));
    let problems = cx.problems().to_vec();
    let draft = RefCell::new(cx.settings.clone());
    let title = say("Split", "Répartition").get(lang);
    Card::titled(title).caption(balanced).show_with(
        ui,
        |ui| {
            let button = icon_button(ui, icon::SETTINGS, numbers);
            let frame = Frame::menu(ui.style()).inner_margin(12.0);
            let popup = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).width(320.0);
            popup.frame(frame).show(|ui| {
                ui.set_width(320.0);
                ui.spacing_mut().item_spacing.y = 0.0;
                let preset = Settings::default();
                let sought = Sought::default();
                let context = Context { lang, preset: &preset, problems: &problems, classes: &[], runs: &[], sought: &sought };
                let belongs = |key: &str| key.starts_with("split.") || key == "seed";
                let list = List { context, belongs, id: Id::unique("more settings of the split") };
                scroll::menu(ui, |ui| {
                    usual(ui, lang, &mut draft.borrow_mut());
                    list.tools(ui, &mut draft.borrow_mut());
                    list.rows(ui, &mut draft.borrow_mut());
                });
            });
        },
        |ui| {
            let names = [
                say("Edge between training and validation", "Limite entre entraînement et validation").get(lang),
                say("Edge between validation and test", "Limite entre validation et test").get(lang),
            ];
            let colors = [t.accent, t.validation, t.text2];
            let shares = &mut draft.borrow_mut().split;
            let bar = ui.scope(|ui| bar::split(ui, &mut shares.train, &mut shares.validation, colors, names)).response;
            match cx.plan {
                Ok(plan) => {
                    parts(ui, lang, dataset, counts.of(dataset, plan), wall);
                    let torn = plan.split.kept_together as u64;
                    let drag = say("Drag the edges", "Faites glisser les limites").get(lang);
                    let each = dataset.understood.reading.faces == FaceCrops::Each;
                    let (one, more) = match plan.settings.split.look_alikes {
                        false if each => (
                            say("group of copies or of faces of one photo", "groupe de copies ou de visages d’une photo"),
                            say("groups of copies or of faces of one photo", "groupes de copies ou de visages d’une photo"),
                        ),
                        false => (say("group of copies", "groupe de copies"), say("groups of copies", "groupes de copies")),
                        true => (
                            say("group of look-alikes", "groupe de semblables"),
                            say("groups of look-alikes", "groupes de semblables"),
                        ),
                    };
                    let kept = say("kept in one part", "réunis dans une partie").get(lang);
                    let text = match torn {
                        0 => drag.to_owned(),
                        n => format!("{} {kept}. {drag}", plural(lang, n, one, more)),
                    };
                    if tight {
                        bar.on_hover_text(text);
                    } else {
                        ui.add(egui::Label::new(theme::caption(text).color(t.text3)).wrap());
                    }
                }
                Err(problems) => {
                    for problem in problems.iter().filter(|p| p.setting.as_deref().is_none_or(|k| k.starts_with("split"))) {
                        let text = format!("{}. {}", problem.what.get(lang), problem.remedy.get(lang));
                        notice::note(ui, icon::TRIANGLE_ALERT, t.bad, &text);
                    }
                }
            }
        },
    );
    *cx.settings = draft.into_inner();
}

/// The shares that most people take, to be had by one click: per cent of training, validation and test.
fn usual(ui: &mut Ui, lang: Lang, settings: &mut Settings) {
    const USUAL: [[u32; 3]; 3] = [[60, 20, 20], [70, 15, 15], [80, 10, 10]];
    let split = &mut settings.split;
    let now = USUAL.iter().position(|[train, validation, _]| [split.train, split.validation] == [*train, *validation]);
    let names = USUAL.map(|shares| shares.map(|share| share.to_string()).join(" / "));
    let about = say("Training, validation and test, in per cent", "Entraînement, validation et test, en pour cent").get(lang);
    let options: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), about)).collect();
    if let Some(chosen) = segmented(ui, "usual shares", now, &options) {
        [split.train, split.validation, _] = USUAL[chosen];
    }
    ui.add_space(8.0);
}

/// What is counted over all pictures, once for each plan.
#[derive(Default)]
pub struct PartCounts {
    of: (Weak<Dataset>, Weak<Plan>),
    /// Of each part, the pictures of each class.
    counts: [Vec<u64>; 3],
    /// Parts that no folder names, with the pictures of the training part that they get.
    dealt: Vec<(Part, u64)>,
}

impl PartCounts {
    fn follow(&mut self, dataset: &Arc<Dataset>, plan: &Arc<Plan>) {
        let (known, by) = &self.of;
        if std::ptr::eq(known.as_ptr(), Arc::as_ptr(dataset)) && std::ptr::eq(by.as_ptr(), Arc::as_ptr(plan)) {
            return;
        }
        self.of = (Arc::downgrade(dataset), Arc::downgrade(plan));
        self.counts = [(); 3].map(|()| vec![0; dataset.task.len()]);
        let (mut named, mut moved) = ([false; 3], [0; 3]);
        for (sample, part) in dataset.samples.iter().zip(&plan.split.parts) {
            if let Some(given) = sample.given_part {
                named[given as usize] = true;
            }
            if let Some(part) = part {
                self.counts[*part as usize][usize::from(sample.class)] += 1;
                moved[*part as usize] += u64::from(sample.given_part == Some(Part::Train));
            }
        }
        let parts = [Part::Validation, Part::Test].into_iter();
        let dealt = parts.filter(|part| moved[*part as usize] > 0 && !named[*part as usize]);
        self.dealt = dealt.map(|part| (part, moved[part as usize])).collect();
    }

    /// Of each part, the pictures of each class.
    fn of(&mut self, dataset: &Arc<Dataset>, plan: &Arc<Plan>) -> &[Vec<u64>; 3] {
        self.follow(dataset, plan);
        &self.counts
    }

    /// Parts that no folder names, with the pictures of the training part that they get.
    pub fn dealt(&mut self, dataset: &Arc<Dataset>, plan: &Arc<Plan>) -> &[(Part, u64)] {
        self.follow(dataset, plan);
        &self.dealt
    }
}

/// Count and balance of each part, side by side.
fn parts(ui: &mut Ui, lang: Lang, dataset: &Dataset, counts: &[Vec<u64>; 3], wall: &mut Wall) {
    let t = Theme::of(ui);
    let width = (ui.available_width() - 16.0) / 3.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        for (part, counts) in Part::ALL.into_iter().zip(counts) {
            ui.allocate_ui_with_layout(vec2(width, 44.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 1.0;
                let color = [t.accent, t.validation, t.text2][part as usize];
                ui.label(egui::RichText::new(part.name().get(lang)).font(theme::semibold(theme::size::TABLE)).color(color));
                let all: u64 = counts.iter().sum();
                let count = number(lang, all);
                if link(ui, &count).accessible_name(format!("{count}, {}", part.name().get(lang))).clicked() {
                    wall.narrow(Narrow { part: Some(part), ..Narrow::default() });
                }
                let text = mix(lang, dataset, counts);
                ui.add(egui::Label::new(theme::caption(text).color(t.text3)).truncate());
            });
        }
    });
}

/// Of two classes the second's share; of more, the smallest with its pictures.
fn mix(lang: Lang, dataset: &Dataset, counts: &[u64]) -> String {
    let all: u64 = counts.iter().sum();
    if let [_, one] = counts {
        return format!("{} {}", percent(lang, *one as f64 / all.max(1) as f64, 1), dataset.task.name(1, lang));
    }
    // Of years, that there is none of some age is no lack of the part.
    if dataset.task.is_regression() {
        return String::new();
    }
    let Some(least) = (0..counts.len()).min_by_key(|class| counts[*class]) else { return String::new() };
    let (name, count) = (dataset.task.name(least, lang), number(lang, counts[least]));
    match lang {
        Lang::En if counts.iter().all(|other| *other == counts[least]) => format!("{count} of each"),
        Lang::Fr if counts.iter().all(|other| *other == counts[least]) => format!("{count} de chacune"),
        Lang::En => format!("least: {name} ({count})"),
        Lang::Fr => format!("le moins\u{a0}: {name} ({count})"),
    }
}
