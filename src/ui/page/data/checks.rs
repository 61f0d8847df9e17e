//! The data check: how many pictures can be used, and every count that can be looked into.

use egui::{Align, Color32, Layout, Ui};

use super::{
    overview::Overview,
    wall::{Show, Wall},
};
use crate::{
    data::sample::{Dataset, Source},
    text::{Lang, Say, number, plural, say},
    ui::{
        Cx,
        icon::{self, Icon},
        theme::{self, Theme},
        widget::{button::link, card::Card},
    },
};

/// Draws the card; a count that is clicked sets what the wall shows.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, dataset: &Dataset, overview: &Overview, wall: &mut Wall) {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let total = dataset.samples.len();
    let usable = total - overview.odd.len();
    Card::new().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let count = plural(lang, total as u64, say("picture", "image"), say("pictures", "images"));
        ui.label(theme::headline(count).color(t.text));
        let name = dataset.source.name();
        let from = match (lang, &dataset.source) {
            (Lang::En, Source::Folder(_)) => format!("ready to train, in “{}”", name.en),
            (Lang::Fr, Source::Folder(_)) => format!("prêtes à l’entraînement, dans « {} »", name.fr),
            (Lang::En, Source::SampleFaces) => "ready to train; drawings, not people".to_owned(),
            (Lang::Fr, Source::SampleFaces) => "prêtes à l’entraînement ; des dessins, pas des personnes".to_owned(),
        };
        let path = match &dataset.source {
            Source::Folder(folder) => folder.display().to_string(),
            Source::SampleFaces => from.clone(),
        };
        ui.add(egui::Label::new(egui::RichText::new(from).color(t.text2)).truncate()).on_hover_text(path);
        ui.add_space(8.0);
        let mut row = |ui: &mut Ui, symbol: Icon, color: Color32, what: Say, count: usize, show: Show, verb: Say| {
            let quiet = count == 0;
            ui.horizontal(|ui| {
                ui.spacing_mut().interact_size.y = 24.0;
                ui.set_min_height(25.0);
                ui.spacing_mut().item_spacing.x = 9.0;
                ui.label(symbol.text(16.0).color(if quiet { t.text3 } else { color }));
                ui.label(egui::RichText::new(what.get(lang)).color(if quiet { t.text2 } else { t.text }));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let open = wall.show == show;
                    if !quiet && (!open || show != Show::All) {
                        let text = if open { say("show all", "tout voir") } else { verb };
                        if link(ui, text.get(lang)).clicked() {
                            wall.show(if open { Show::All } else { show });
                        }
                    }
                    let figure = theme::strong(number(lang, count as u64)).color(if quiet { t.text2 } else { t.text });
                    ui.label(figure);
                });
            });
        };
        let view = say("show", "voir");
        row(ui, icon::CIRCLE_CHECK, t.good, say("usable as they are", "utilisables telles quelles"), usable, Show::All, view);
        row(
            ui,
            icon::WRENCH,
            t.validation,
            say("odd, read with care", "inhabituelles, lues avec soin"),
            overview.odd.len(),
            Show::Odd,
            view,
        );
        let copies = overview.copies.len();
        row(
            ui,
            icon::COPY,
            t.validation,
            say("exact copies, kept in one part", "copies exactes, réunies"),
            copies,
            Show::Copies,
            view,
        );
        let contradictions = overview.contradictions.len();
        let what = say("copies that contradict each other", "copies qui se contredisent");
        row(ui, icon::TRIANGLE_ALERT, t.bad, what, contradictions, Show::Contradictions, view);
        let what = say("pictures that cannot be used", "images inutilisables");
        row(ui, icon::FILE_X, t.bad, what, overview.lost, Show::Skipped, view);
        if overview.foreign > 0 {
            row(ui, icon::FILE_TEXT, t.text3, say("other files", "autres fichiers"), overview.foreign, Show::Skipped, view);
        }
    });
}
