//! Everything that is known about one picture.

use std::sync::Arc;

use egui::{Align, Layout, Sense, Ui, Vec2, vec2};

use super::overview::Overview;
use crate::{
    data::sample::{Dataset, Oddity, RACES, Source},
    plan::Plan,
    text::{Lang, bytes, plural, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            button::{icon_button, link},
            card, notice,
        },
    },
};

/// Height of the strip.
pub const HEIGHT: f32 = 148.0;

/// Draws the strip about sample `index`; gives whether it was closed.
pub fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    dataset: &Arc<Dataset>,
    overview: &Overview,
    plan: Option<&Arc<Plan>>,
    index: u32,
) -> bool {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let sample = &dataset.samples[index as usize];
    let mut closed = false;
    card::line(ui);
    ui.add_space(9.0);
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(HEIGHT - 20.0), Sense::hover());
        cx.thumbs.paint(ui, rect, dataset, index as usize);
        ui.add_space(6.0);
        let width = ui.available_width();
        ui.allocate_ui_with_layout(vec2(width, HEIGHT - 20.0), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    closed = icon_button(ui, icon::X, cx.say(say("Close", "Fermer"))).clicked();
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let file = sample.file.display().to_string();
                        ui.add(egui::Label::new(theme::strong(&file).color(t.text)).truncate()).on_hover_text(&file);
                    });
                });
            });
            let mut facts = vec![dataset.classes[usize::from(sample.class.min(1))].clone()];
            if let Some(age) = sample.age {
                facts.push(plural(lang, age.into(), say("year", "an"), say("years", "ans")));
            }
            match sample.race.and_then(|race| RACES.get(usize::from(race))) {
                Some(race) => facts.push(format!("{} {}", say("race label", "origine notée :").get(lang), race.get(lang))),
                None if overview.has_ages() => {
                    facts.push(say("race label unknown", "origine notée inconnue").get(lang).to_owned())
                }
                None => {}
            }
            ui.add(egui::Label::new(theme::cell(facts.join(" · ")).color(t.text)).wrap());
            let mut more = Vec::new();
            if let Some(part) = plan.and_then(|plan| plan.split.parts[index as usize]) {
                more.push(match lang {
                    Lang::En => format!("in the {} part", part.name().en),
                    Lang::Fr => format!("dans la partie {}", part.name().fr),
                });
            }
            if sample.bytes > 0 {
                more.push(bytes(lang, sample.bytes));
            }
            ui.label(theme::caption(more.join(" · ")).color(t.text2));
            if let Some(oddity) = &sample.oddity {
                notice::note(ui, icon::WRENCH, t.validation, &odd(lang, oddity));
            }
            if let Some(twins) = overview.twins.get(&index) {
                twin_line(ui, cx, dataset, index, twins);
            }
            if let Source::Folder(folder) = &dataset.source
                && link(ui, cx.say(say("Open the file", "Ouvrir le fichier"))).clicked()
            {
                cx.act(Action::OpenPath(folder.join(&sample.file)));
            }
        });
    });
    closed
}

fn twin_line(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, index: u32, twins: &[u32]) {
    let t = Theme::of(ui);
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

/// What is odd, in plain words.
pub fn odd(lang: Lang, oddity: &Oddity) -> String {
    match (oddity, lang) {
        (Oddity::NoRace, Lang::En) => "the name lacks the race field; age and gender stand".to_owned(),
        (Oddity::NoRace, Lang::Fr) => "il manque l’origine dans le nom ; âge et genre y sont".to_owned(),
        (Oddity::Misspelled { meant }, Lang::En) => format!("misspelled name, read as {meant}"),
        (Oddity::Misspelled { meant }, Lang::Fr) => format!("nom mal écrit, lu comme {meant}"),
        (Oddity::Repaired, Lang::En) => "your correction is applied".to_owned(),
        (Oddity::Repaired, Lang::Fr) => "votre correction est appliquée".to_owned(),
        (Oddity::Converted { from }, Lang::En) => format!("converted from {from}"),
        (Oddity::Converted { from }, Lang::Fr) => format!("convertie depuis {from}"),
        (Oddity::NotSquare { width, height }, Lang::En) => format!("{width} × {height}: squeezed to a square"),
        (Oddity::NotSquare { width, height }, Lang::Fr) => format!("{width} × {height} : ramenée à un carré"),
        (Oddity::WrongExtension { is }, Lang::En) => format!("really a {is} file"),
        (Oddity::WrongExtension { is }, Lang::Fr) => format!("en vérité un fichier {is}"),
    }
}
