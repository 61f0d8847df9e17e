//! The pictures behind a number: filtered, sorted, and marked where a label looks wrong.

use std::{collections::HashSet, sync::Arc};

use egui::{Key, Popup, Ui, vec2};

use super::{
    Shown,
    facets::{Facets, Pictures, find, predictions},
    filters,
    judged::{Judged, Laid, PicturesAction},
    picture::Places,
    run_pictures,
};
use crate::{
    run::RunView,
    text::{self, Lang, number, say},
    ui::{
        Action, Cx, icon,
        page::listing::hidden_by,
        theme::Theme,
        widget::{
            button::Button,
            card::{Card, header},
            notice,
            selection::Selection,
            strip,
        },
    },
};

/// What the strip of mistakes remembers.
#[derive(Default)]
pub struct Strip {
    /// By their places in the report.
    marked: Selection,
    /// What was shown when they were marked: places in another report are those of other pictures.
    of: Option<Arc<RunView>>,
    found: Vec<usize>,
}

impl Strip {
    /// Unmarks what is not shown any more.
    fn follow(&mut self, view: &Arc<RunView>, found: &[usize]) {
        if self.marked.is_empty() {
            self.of = None;
            return;
        }
        let Some(of) = &self.of else {
            (self.of, self.found) = (Some(Arc::clone(view)), found.to_vec());
            return;
        };
        if !Arc::ptr_eq(of, view) {
            self.marked.clear();
        } else if self.found != found {
            self.found = found.to_vec();
            let there: HashSet<u32> = found.iter().map(|at| *at as u32).collect();
            self.marked.retain(|at| there.contains(&at));
            self.marked.reordered();
        }
    }
}

/// The surest mistakes as a strip.
pub fn mistakes(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, strip: &mut Strip, height: f32) -> Option<PicturesAction> {
    let lang = cx.lang;
    ui.set_max_height(height);
    let (found, title) = match &shown.years {
        Some(years) => (&years.largest, say("Largest errors", "Plus grandes erreurs").get(lang)),
        None => (&shown.counted.mistakes, say("Most confident mistakes", "Erreurs faites avec assurance").get(lang)),
    };
    strip.follow(&shown.view, found);
    let escape = !Popup::is_any_open(ui.ctx()) && ui.input(|i| i.key_pressed(Key::Escape));
    if escape {
        strip.marked.clear();
    }
    let places = Places::of(cx, shown);
    let judged = Judged { shown, places: &places, validation: false, found };
    let marking = (!strip.marked.is_empty()).then(|| judged.marking_of(cx, &strip.marked));
    let (mut see_all, mut answer, mut done) = (false, None, None);
    Card::titled(title).fill().show_with(
        ui,
        |ui| {
            // In place of the way on: the pictures stay where they are while more of them are marked.
            if let Some(marking) = marking {
                done = marking.brief(ui);
                return;
            }
            let text = match lang {
                Lang::En => format!("See all {}", number(lang, found.len() as u64)),
                Lang::Fr => format!("Voir les {}", number(lang, found.len() as u64)),
            };
            let see = Button::quiet(text).trailing(icon::ARROW_RIGHT).compact();
            if !found.is_empty() && ui.add(see).clicked() {
                see_all = true;
            }
        },
        |ui| {
            if found.is_empty() {
                let text = say("Not a single mistake", "Pas une seule erreur").get(lang);
                let t = Theme::of(ui);
                return notice::note(ui, icon::CIRCLE_CHECK, t.good, text);
            }
            if run_pictures::note(ui, cx, shown) == run_pictures::PicturesNote::Gone {
                return;
            }
            let height = ui.available_height();
            answer = judged.show(ui, cx, &mut strip.marked, 92.0, Laid::Strip(height));
        },
    );
    if let Some(done) = done {
        judged.answer_bar(cx, &mut strip.marked, done);
    }
    let correct = if shown.years.is_some() { None } else { Some(false) };
    if see_all { Some(PicturesAction::Narrow(Facets { correct, ..Facets::default() })) } else { answer }
}

/// The pictures as a page of their own.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, open: &mut Pictures) -> Option<PicturesAction> {
    let lang = cx.lang;
    find(shown, open);
    let (mut back, mut asked) = (false, None);
    let part = if open.validation { say("validation part", "partie validation").get(lang) } else { shown.report.part_name(lang) };
    let total = number(lang, predictions(shown, open.validation).len() as u64);
    let threshold = text::threshold(lang, shown.threshold);
    let sentence = match lang {
        Lang::En if shown.years.is_some() => format!("of {total} pictures, {part}"),
        Lang::Fr if shown.years.is_some() => format!("sur {total} images, {part}"),
        Lang::En => format!("of {total} pictures, {part} · threshold {threshold}"),
        Lang::Fr => format!("sur {total} images, {part} · seuil {threshold}"),
    };
    strip::show(ui, cx, &shown.view.info);
    header(ui, &open.facets.sentence(shown, open.found.len(), lang), &sentence, |ui| {
        // At the right end, whatever comes beside it: nothing takes its place under the pointer.
        let button = Button::secondary(say("Back to the results", "Revenir aux résultats").get(lang)).icon(icon::ARROW_LEFT);
        // Escape closes what is open over the pictures first.
        let escape = !Popup::is_any_open(ui.ctx()) && ui.input(|i| i.key_pressed(Key::Escape));
        let unmark = escape && !open.marked.is_empty();
        if unmark {
            open.marked.clear();
        }
        back = ui.add(button).clicked() || (escape && !unmark);
        if shown.changed.is_some() {
            let text = say("Train again with these labels", "Réentraîner avec ces étiquettes").get(lang);
            if ui.add(Button::secondary(text).icon(icon::REFRESH_CW).enabled(!cx.session.phase.busy())).clicked() {
                cx.act(Action::TrainAgain(shown.view.info.id.clone()));
            }
        }
    });
    Card::new().fill().show(ui, |ui| {
        filters::show(ui, lang, shown, open);
        ui.add_space(4.0);
        run_pictures::note(ui, cx, shown);
        if open.found.is_empty() {
            let title = say("No matching pictures", "Aucune image ne correspond").get(lang);
            let hidden = hidden_by(lang, &open.filters(shown, lang));
            let text = match shown.years.is_some() {
                true => say("Clear or widen a filter", "Effacez ou élargissez un filtre"),
                false => {
                    say("Clear or widen a filter, or move the threshold", "Effacez ou élargissez un filtre, ou déplacez le seuil")
                }
            };
            let text = if hidden.is_empty() { text.get(lang) } else { hidden.as_str() };
            notice::empty(ui, icon::FILTER, title, text, |ui| {
                if ui.add(Button::secondary(say("Show all", "Tout afficher").get(lang))).clicked() {
                    open.clear_filters();
                }
            });
            return;
        }
        let places = Places::of(cx, shown);
        let below = if open.marked.is_empty() { 0.0 } else { open.bar + 10.0 };
        let size = vec2(ui.available_width(), (ui.available_height() - below).max(80.0));
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            let Pictures { found, marked, wanted, validation, .. } = &mut *open;
            let judged = Judged { shown, places: &places, validation: *validation, found };
            asked = judged.show(ui, cx, marked, *wanted, Laid::Whole);
        });
        if !open.marked.is_empty() {
            let Pictures { found, marked, validation, .. } = &mut *open;
            let judged = Judged { shown, places: &places, validation: *validation, found };
            let marking = judged.marking_of(cx, marked);
            let drawn = ui.scope(|ui| marking.bar(ui));
            if let Some(answer) = drawn.inner {
                judged.answer_bar(cx, marked, answer);
            }
            open.bar = drawn.response.rect.height();
        }
    });
    if back { Some(PicturesAction::Back) } else { asked }
}
