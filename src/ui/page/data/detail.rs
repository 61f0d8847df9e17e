//! Everything that is known about one picture.

use std::sync::Arc;

use egui::{Align, Layout, Sense, Ui, Vec2, vec2};

use super::{
    decide::{self, decided},
    hand_square,
    overview::{Overview, Place},
};
use crate::{
    data::{
        dataset::Dataset,
        face_file,
        sample::{RACES, Source},
    },
    plan::Plan,
    text::{Lang, bytes, plural, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            button::{icon_button, link},
            notice,
            separator::separator,
        },
    },
};

/// Height of the strip.
pub const HEIGHT: f32 = 164.0;

/// What the user did with the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailAnswer {
    Close,
    /// See it large.
    Open,
    /// Draw the square that is to be taken of the photo.
    Draw,
}

/// Draws the strip about a picture.
pub fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    dataset: &Arc<Dataset>,
    overview: &Overview,
    plan: Option<&Arc<Plan>>,
    place: Place,
) -> Option<DetailAnswer> {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let sample = place.sample(dataset);
    let mut answer = None;
    separator(ui);
    ui.add_space(9.0);
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(HEIGHT - 20.0), Sense::hover());
        match place {
            Place::Sample(index) => cx.thumbs.paint(ui, rect, dataset, index),
            Place::Spare(index) => cx.thumbs.paint_of(ui, rect, &dataset.spare.pixels, index),
        }
        ui.add_space(6.0);
        let width = ui.available_width();
        ui.allocate_ui_with_layout(vec2(width, HEIGHT - 20.0), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if icon_button(ui, icon::X, cx.say(say("Close", "Fermer"))).clicked() {
                        answer = Some(DetailAnswer::Close);
                    }
                    let large = say("Open the picture (Enter)", "Ouvrir l’image (Entrée)");
                    if icon_button(ui, icon::MAXIMIZE_2, cx.say(large)).clicked() {
                        answer = Some(DetailAnswer::Open);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let file = sample.file.display().to_string();
                        ui.add(egui::Label::new(theme::strong(&file).color(t.text)).truncate()).on_hover_text(&file);
                    });
                });
            });
            let edit = cx.edits().get(&sample.file);
            let class = matches!(place, Place::Sample(_)).then_some(sample.class);
            let facts = facts(cx, dataset, overview, plan, place);
            let font = theme::regular(theme::size::TABLE);
            let mut job = egui::text::LayoutJob::simple(facts, font, t.text, ui.available_width());
            job.wrap.max_rows = 2;
            ui.add(egui::Label::new(job).wrap());
            let odd = note(cx, dataset, place);
            if !odd.is_empty() {
                notice::note(ui, icon::WRENCH, t.validation, &odd);
            }
            if let Place::Sample(index) = place {
                twin_line(ui, cx, dataset, overview, index as u32);
            }
            ui.add_space(2.0);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
                if class.is_none() && edit.is_none_or(|edit| !edit.left_out) {
                    if let Some(skipped) = dataset.skipped.iter().find(|s| s.file == sample.file) {
                        decide::unused(ui, cx, dataset, skipped);
                    }
                } else {
                    let decided = decide::buttons(ui, lang, &dataset.task, class, edit);
                    if let Some(change) = decided {
                        cx.act(Action::Edit { files: vec![sample.file.clone()], change });
                    }
                }
                if hand_square::is_possible(dataset) && link(ui, cx.say(hand_square::DRAW)).clicked() {
                    answer = Some(DetailAnswer::Draw);
                }
                if let Source::Folder(folder) = &dataset.source
                    && link(ui, cx.say(say("Open the file", "Ouvrir le fichier"))).clicked()
                {
                    cx.act(Action::OpenPath(folder.join(face_file::photo(&sample.file))));
                }
            });
        });
    });
    answer
}

/// What is odd about a picture, or what the user decided about it; nothing as a rule.
pub fn note(cx: &Cx<'_>, dataset: &Dataset, place: Place) -> String {
    let lang = cx.lang;
    let sample = place.sample(dataset);
    match (cx.edits().get(&sample.file), &sample.anomaly, place) {
        (Some(edit), _, Place::Sample(_)) => decided(lang, dataset, edit),
        (_, Some(anomaly), Place::Sample(_)) => anomaly.sentence().get(lang).to_owned(),
        (_, _, Place::Sample(_)) => String::new(),
        (Some(edit), _, Place::Spare(_)) if edit.left_out => say("left out by you", "écartée par vous").get(lang).to_owned(),
        (_, _, Place::Spare(_)) => {
            say("nothing says which class it shows", "rien ne dit quelle classe elle montre").get(lang).to_owned()
        }
    }
}

/// What its name, its folder and the split say of it.
fn facts(cx: &Cx<'_>, dataset: &Dataset, overview: &Overview, plan: Option<&Arc<Plan>>, place: Place) -> String {
    let lang = cx.lang;
    let sample = place.sample(dataset);
    let mut facts = Vec::new();
    if let Place::Sample(_) = place {
        facts.push(dataset.task.name(sample.class.into(), lang));
    }
    if let Some(age) = sample.age.filter(|_| !dataset.task.is_regression()) {
        facts.push(plural(lang, age.into(), say("year", "an"), say("years", "ans")));
    }
    match sample.race.and_then(|race| RACES.get(usize::from(race))) {
        Some(race) => {
            facts.push(format!("{} {}", say("race label", "«\u{a0}race\u{a0}» notée\u{a0}:").get(lang), race.get(lang)));
        }
        None if overview.has_ages() => {
            facts.push(say("race label unknown", "«\u{a0}race\u{a0}» notée inconnue").get(lang).to_owned());
        }
        None => {}
    }
    if let Place::Sample(index) = place
        && let Some(part) = plan.and_then(|plan| plan.split.parts[index])
    {
        facts.push(match lang {
            Lang::En => format!("in the {} part", part.name().en),
            Lang::Fr => format!("dans la partie {}", part.name().fr),
        });
    }
    if sample.bytes > 0 {
        facts.push(bytes(lang, sample.bytes));
    }
    facts.join(" · ")
}

fn twin_line(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, overview: &Overview, index: u32) {
    let t = Theme::of(ui);
    let twins: Vec<u32> = overview.twins(index).collect();
    if twins.is_empty() {
        return;
    }
    let own = dataset.samples[index as usize].class;
    let against = twins.iter().any(|twin| dataset.samples[*twin as usize].class != own);
    let count = twins.len() as u64;
    let copies = plural(cx.lang, count, say("exact copy", "copie exacte"), say("exact copies", "copies exactes"));
    let text = match (against, cx.lang) {
        (false, _) => copies,
        (true, Lang::En) => format!("{copies} with another label"),
        (true, Lang::Fr) => format!("{copies} avec une autre étiquette"),
    };
    ui.horizontal(|ui| {
        let (symbol, color) = if against { (icon::TRIANGLE_ALERT, t.bad) } else { (icon::COPY, t.validation) };
        ui.label(symbol.text(15.0).color(color));
        ui.label(theme::caption(text).color(t.text2));
        for twin in twins.iter().take(4) {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(26.0), Sense::hover());
            cx.thumbs.paint(ui, rect, dataset, *twin as usize);
            response.on_hover_text(dataset.samples[*twin as usize].file.display().to_string());
        }
    });
}
