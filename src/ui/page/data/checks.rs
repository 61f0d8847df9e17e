//! The data check: how many pictures can be used, and every count that can be looked into.

use std::sync::Arc;

use egui::{Align, Color32, Layout, Sense, Ui, vec2};

use super::{State, image_size, overview::Overview, question, reading, shared, show::Show};
use crate::{
    data::{dataset::Dataset, overlap::Overlap, sample::Source},
    text::{Lang, Phrase, number, plural, say},
    ui::{
        Action, Cx,
        icon::{self, Icon},
        theme::{self, Theme},
        widget::{
            button::{link, link_width},
            card::Card,
        },
    },
};

/// Draws the card; a count that is clicked sets what the wall shows. `tight` saves height.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Arc<Dataset>, state: &mut State, tight: bool) {
    let State { overview, alike, wall, bands, resizing, parts, .. } = state;
    let t = Theme::of(ui);
    let lang = cx.lang;
    let usable = dataset.samples.len() - overview.odd.samples.len();
    Card::new().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let count = plural(lang, dataset.samples.len() as u64, say("picture", "image"), say("pictures", "images"));
        question::show(ui, cx, dataset, bands, |ui| drop(ui.label(theme::headline(count).color(t.text))));
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                image_size::show(ui, cx, dataset);
                resizing.show(ui, cx, dataset, overview.not_square);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| source_line(ui, cx, dataset, overview));
            });
        });
        if !dataset.understood.is_plain() {
            reading::line(ui, cx, dataset, overview, parts);
        }
        if let Ok(plan) = cx.plan.map(AsRef::as_ref) {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = 6.0;
                if shared::says_something(plan, alike) {
                    ui.add_space(8.0);
                }
                shared::show(ui, lang, plan, alike, &mut cx.settings.split);
            });
        }
        ui.add_space(if tight { 4.0 } else { 8.0 });
        let mut row = |ui: &mut Ui, symbol: Icon, color: Color32, what: Phrase, count: usize, show: Show| {
            let line = Line { symbol, color, what, count: Some(count), open: wall.show == show };
            if line.show(ui, lang, tight) {
                wall.turn_to(show);
            }
        };
        let what = say("usable as they are", "utilisables telles quelles");
        row(ui, icon::CIRCLE_CHECK, t.good, what, usable, Show::Plain);
        let what = say("unusual, please check", "inhabituelles, à vérifier");
        row(ui, icon::WRENCH, t.validation, what, overview.odd.samples.len(), Show::Odd);
        let overlap = cx.plan.ok().map(|plan| &plan.overlap);
        let what = match overlap.is_some_and(Overlap::is_empty) {
            true => say("exact copies, kept in one part", "copies exactes, réunies"),
            false => say("exact copies", "copies exactes"),
        };
        row(ui, icon::COPY, t.validation, what, overview.summary.copies.pictures as usize, Show::Copies);
        let contradicting = overview.contradictions().iter().map(|group| group.samples.len()).sum();
        let what = say("copies with conflicting labels", "copies contradictoires");
        row(ui, icon::TRIANGLE_ALERT, t.bad, what, contradicting, Show::Contradictions);
        if let Some(overlap) = overlap.filter(|overlap| !overlap.is_empty()) {
            let what = match overlap.learned.is_empty() {
                false => say("test pictures also in training", "images de test à l’entraînement"),
                true => say("pictures that two parts share", "images communes à deux parties"),
            };
            let count =
                if overlap.learned.is_empty() { overlap.checked.len() + overlap.validated.len() } else { overlap.learned.len() };
            row(ui, icon::TRIANGLE_ALERT, t.bad, what, count, Show::Shared);
        }
        // Where there is no room for all lines, that nothing is lost goes without saying.
        if !(tight && overview.lost.is_empty() && !overview.edited.is_empty()) {
            let what = say("pictures that cannot be used", "images inutilisables");
            row(ui, icon::FILE_X, t.bad, what, overview.lost.len(), Show::Lost);
        }
        if !overview.foreign.is_empty() {
            row(ui, icon::FILE_TEXT, t.text3, say("other files", "autres fichiers"), overview.foreign.len(), Show::Foreign);
        }
        if !overview.edited.is_empty() {
            let what = say("decided by you", "décidées par vous");
            row(ui, icon::PENCIL, t.accent, what, overview.edited.len(), Show::Edited);
        }
        let what = say("look-alikes", "semblables");
        let count = cx.session.near.is_some().then(|| overview.near.iter().map(|group| group.samples.len()).sum());
        let near = Line { symbol: icon::SCAN_FACE, color: t.validation, what, count, open: wall.show == Show::Near };
        if near.show(ui, lang, tight) {
            wall.turn_to(Show::Near);
            if count.is_none() {
                cx.act(Action::FindNear);
            }
        }
    });
}

/// Where the pictures are from, and how many files there were besides.
fn source_line(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, overview: &Overview) {
    let t = Theme::of(ui);
    let name = dataset.source.name();
    let found = number(cx.lang, overview.summary.found);
    let text = match (cx.lang, &dataset.source) {
        (Lang::En, Source::Folder(_)) => format!("usable, of {found} files in “{}”", name.en),
        (Lang::Fr, Source::Folder(_)) => format!("utilisables, sur {found} fichiers de « {} »", name.fr),
        (Lang::En, Source::SampleFaces) => "usable, all drawings".to_owned(),
        (Lang::Fr, Source::SampleFaces) => "utilisables, toutes dessinées".to_owned(),
    };
    let path = match &dataset.source {
        Source::Folder(folder) => folder.display().to_string(),
        Source::SampleFaces => text.clone(),
    };
    ui.add(egui::Label::new(egui::RichText::new(text).color(t.text2)).truncate()).on_hover_text(path);
    // Where there is no room for a word of it, the list of the odd ones says it.
    if let Some(usual) = overview.odd.usual.as_ref().filter(|_| ui.available_width() > 90.0) {
        let usual = crate::text::capital(&usual.sentence(cx.lang));
        ui.add(egui::Label::new(theme::caption(usual).color(t.text2)).truncate());
    }
}

const SHOW: Phrase = say("show", "voir");
const HIDE: Phrase = say("hide", "masquer");

/// A count, or the offer to find it out.
struct Line {
    symbol: Icon,
    color: Color32,
    what: Phrase,
    count: Option<usize>,
    /// Whether its pictures are shown.
    open: bool,
}

impl Line {
    /// Draws it; gives whether it was clicked.
    fn show(&self, ui: &mut Ui, lang: Lang, tight: bool) -> bool {
        let t = Theme::of(ui);
        let Self { symbol, color, what, count, open } = *self;
        let quiet = count == Some(0);
        let mut clicked = false;
        let size = vec2(ui.available_width(), if tight { 20.0 } else { 26.0 });
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().interact_size.y = size.y;
            ui.spacing_mut().item_spacing.x = 9.0;
            // Painted, since the icon font's lines are higher than the row.
            let (place, _) = ui.allocate_exact_size(vec2(16.0, size.y), Sense::hover());
            symbol.paint(ui.painter(), place, 16.0, if quiet { t.text3 } else { color });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if !quiet {
                    let text = match (open, count) {
                        (true, _) => HIDE,
                        (false, Some(_)) => SHOW,
                        (false, None) => say("find them", "les chercher"),
                    };
                    let name = format!("{}, {}", text.get(lang), what.get(lang));
                    // The count stays where it is when the words change.
                    let widest = [SHOW, HIDE].map(|text| link_width(ui, text.get(lang))).into_iter().fold(0.0, f32::max);
                    let missing = widest - link_width(ui, text.get(lang));
                    clicked = link(ui, text.get(lang)).accessible_name(name).clicked();
                    if count.is_some() {
                        ui.add_space(missing.max(0.0));
                    }
                }
                if let Some(count) = count {
                    ui.label(theme::strong(number(lang, count as u64)).color(if quiet { t.text2 } else { t.text }));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let name = egui::RichText::new(what.get(lang)).color(if quiet { t.text2 } else { t.text });
                    ui.add(egui::Label::new(name).truncate());
                });
            });
        });
        clicked
    }
}
