//! The pictures behind a number: filtered, sorted, and marked where a label looks wrong.

use std::cmp::Ordering;

use egui::{Popup, Response, Ui};

use super::{
    Shown,
    picture::{Places, Subject, tile},
    run_pictures,
};
use crate::{
    data::{
        sample::RACES,
        task::{GENDERS, Task},
    },
    evaluate::{
        Prediction,
        groups::{AGE_BANDS, GroupKey, Known, NO_GENDER, band_name},
        regression,
    },
    text::{Lang, decimal, number, say},
    ui::{
        Action, Cx, icon,
        theme::Theme,
        widget::{
            button::Button,
            card::{Card, header},
            choice::{chip_menu, view_menu},
            gallery::{Gallery, Tile},
            notice, strip,
            thumbs::Thumbs,
        },
    },
};

/// Which pictures; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// The recorded class.
    pub label: Option<u8>,
    /// What the model said.
    pub predicted: Option<u8>,
    pub correct: Option<bool>,
    pub age: Option<Known>,
    pub race: Option<Known>,
    /// Of years, the gender that the picture's name records.
    pub gender: Option<u8>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    SurestFirst,
    UnsureFirst,
    ByFile,
    ByAge,
}

const ORDERS: [Order; 4] = [Order::SurestFirst, Order::UnsureFirst, Order::ByFile, Order::ByAge];

/// What the gallery remembers.
pub struct Pictures {
    facets: Facets,
    order: Order,
    /// The validation part instead of the judged one.
    validation: bool,
    /// Side of a picture in points.
    wanted: f32,
    /// The places in the report, and for which question they were found.
    found: Vec<usize>,
    asked: Option<(Facets, Order, bool, u64)>,
}

impl Pictures {
    /// The pictures that `facets` lets through.
    pub fn new(facets: Facets) -> Self {
        Self { facets, order: Order::default(), validation: false, wanted: 104.0, found: Vec::new(), asked: None }
    }

    /// Forgets what was found: the report is another one.
    pub fn find_again(&mut self) {
        self.asked = None;
    }
}

impl Facets {
    /// Whether the picture belongs, at a threshold on the network's own scale.
    pub fn contain(&self, p: &Prediction, logit_threshold: f64) -> bool {
        let of_years = p.logit.value().is_some();
        let right = || if of_years { p.error().abs() <= regression::NEAR } else { p.correct(logit_threshold) };
        self.group(of_years).contains(p)
            && (!of_years || self.label.is_none_or(|label| p.label == label))
            && self.predicted.is_none_or(|predicted| p.predicted(logit_threshold) == usize::from(predicted))
            && self.correct.is_none_or(|wanted| right() == wanted)
    }

    /// The group that they are of.
    fn group(&self, of_years: bool) -> GroupKey {
        GroupKey { age: self.age, race: self.race, class: if of_years { self.gender } else { self.label } }
    }

    /// The pictures as a phrase: `143 labeled female, predicted male`, `12 mistakes`.
    fn sentence(&self, shown: &Shown, count: usize, lang: Lang) -> String {
        let n = number(lang, count as u64);
        let task = shown.task();
        let of_years = task.is_regression();
        let group = self.group(of_years);
        match (self.label, self.predicted) {
            (Some(label), Some(predicted)) if self.age.is_none() && self.race.is_none() && self.gender.is_none() => {
                let (label, predicted) = (usize::from(label), usize::from(predicted));
                format!("{n} {}", task.called(label, predicted, count as u32, lang))
            }
            _ => {
                let what = match self.correct {
                    Some(false) if of_years => say("pictures more than 5 years off", "images à plus de 5\u{a0}ans"),
                    Some(true) if of_years => say("pictures within 5 years", "images à 5\u{a0}ans près"),
                    Some(false) => say("mistakes", "erreurs"),
                    Some(true) => say("right answers", "réponses justes"),
                    None => say("pictures", "images"),
                };
                let mut text = format!("{n} {}", what.get(lang));
                if group != GroupKey::default() {
                    text = format!("{text}, {}", group.name(task, lang));
                }
                if let Some(predicted) = self.predicted {
                    text = format!("{text}, {} {}", say("predicted", "réponse").get(lang), task.name(predicted.into(), lang));
                }
                text
            }
        }
    }
}

/// The surest mistakes as a strip; gives whether all are asked for.
pub fn mistakes(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, height: f32) -> bool {
    let lang = cx.lang;
    ui.set_max_height(height);
    let (found, title) = match &shown.years {
        Some(years) => (&years.largest, say("Largest errors", "Plus grands écarts").get(lang)),
        None => (&shown.counted.mistakes, say("Most confident mistakes", "Erreurs faites avec assurance").get(lang)),
    };
    let mut all = false;
    Card::titled(title).fill().show_with(
        ui,
        |ui| {
            let text = match lang {
                Lang::En => format!("See all {}", number(lang, found.len() as u64)),
                Lang::Fr => format!("Voir les {}", number(lang, found.len() as u64)),
            };
            let see = Button::quiet(text).trailing(icon::ARROW_RIGHT).compact();
            if !found.is_empty() && ui.add(see).clicked() {
                all = true;
            }
        },
        |ui| {
            if found.is_empty() {
                let text = say("Not a single mistake", "Pas une seule erreur").get(lang);
                let t = Theme::of(ui);
                return notice::note(ui, icon::CIRCLE_CHECK, t.good, text);
            }
            if run_pictures::note(ui, cx, shown) == run_pictures::Note::Gone {
                return;
            }
            let height = ui.available_height();
            let places = Places::of(cx, shown);
            let predictions = &shown.report.predictions;
            let tile = |place: usize| tile(lang, shown, &predictions[found[place]], &places);
            let mut asked = Vec::new();
            let each = |place: usize, tile: &Tile, response: Response, thumbs: &mut Thumbs| {
                let subject = Subject { lang, shown, p: &predictions[found[place]], places: &places, tile };
                asked.extend(subject.details(&response, thumbs));
            };
            let pixels = places.pixels.as_ref();
            Gallery { thumbs: cx.thumbs, pixels, count: found.len(), wanted: 92.0, tile }.strip(ui, height, each);
            cx.actions.append(&mut asked);
        },
    );
    all
}

/// The pictures as a page of their own; gives whether the user goes back.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, open: &mut Pictures) -> bool {
    let lang = cx.lang;
    find(shown, open);
    let mut back = false;
    let part = if open.validation { say("validation part", "partie validation").get(lang) } else { shown.report.part_name(lang) };
    let total = number(lang, predictions(shown, open.validation).len() as u64);
    let threshold = decimal(lang, shown.threshold, 2);
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
        let escape = !Popup::is_any_open(ui.ctx()) && ui.input(|i| i.key_pressed(egui::Key::Escape));
        back = ui.add(button).clicked() || escape;
        if shown.changed.is_some() {
            let text = say("Train again with these labels", "Réentraîner avec ces étiquettes").get(lang);
            if ui.add(Button::secondary(text).icon(icon::REFRESH_CW).enabled(!cx.session.phase.busy())).clicked() {
                cx.act(Action::TrainAgain(shown.view.info.id.clone()));
            }
        }
    });
    Card::new().fill().show(ui, |ui| {
        filters(ui, lang, shown, open);
        ui.add_space(4.0);
        run_pictures::note(ui, cx, shown);
        if open.found.is_empty() {
            let title = say("No such picture", "Aucune image de ce genre").get(lang);
            let text = match shown.years.is_some() {
                true => say("Loosen a filter", "Élargissez un filtre"),
                false => say("Loosen a filter, or move the threshold", "Élargissez un filtre, ou déplacez le seuil"),
            };
            let text = text.get(lang);
            notice::empty(ui, icon::FILTER, title, text, |ui| {
                if ui.add(Button::secondary(say("Show all", "Tout afficher").get(lang))).clicked() {
                    open.facets = Facets::default();
                }
            });
            return;
        }
        let places = Places::of(cx, shown);
        let all = predictions(shown, open.validation);
        let tile = |place: usize| tile(lang, shown, &all[open.found[place]], &places);
        let mut asked = Vec::new();
        let each = |place: usize, tile: &Tile, response: Response, thumbs: &mut Thumbs| {
            let subject = Subject { lang, shown, p: &all[open.found[place]], places: &places, tile };
            asked.extend(subject.details(&response, thumbs));
        };
        let (pixels, count) = (places.pixels.as_ref(), open.found.len());
        Gallery { thumbs: cx.thumbs, pixels, count, wanted: open.wanted, tile }.scrolling(ui, each);
        cx.actions.append(&mut asked);
    });
    back
}

fn predictions(shown: &Shown, validation: bool) -> &[Prediction] {
    if validation { &shown.report.validation } else { &shown.report.predictions }
}

fn find(shown: &Shown, open: &mut Pictures) {
    let raw = shown.report.logit_threshold(shown.threshold);
    let asked = Some((open.facets, open.order, open.validation, raw.to_bits()));
    if asked == open.asked {
        return;
    }
    open.asked = asked;
    let all = predictions(shown, open.validation);
    let mut found: Vec<usize> = (0..all.len()).filter(|i| open.facets.contain(&all[*i], raw)).collect();
    // Of years, in place of how sure it is, how far it is off.
    let sure = |i: usize| match shown.years.is_some() {
        true => all[i].error().abs(),
        false => shown.report.confidence(&all[i], shown.threshold),
    };
    let by = |a: usize, b: usize| match open.order {
        Order::SurestFirst => sure(b).total_cmp(&sure(a)),
        Order::UnsureFirst => sure(a).total_cmp(&sure(b)),
        Order::ByFile => Ordering::Equal,
        Order::ByAge if shown.years.is_some() => all[a].label.cmp(&all[b].label),
        Order::ByAge => all[a].age.cmp(&all[b].age),
    };
    found.sort_by(|&a, &b| by(a, b).then_with(|| all[a].file.cmp(&all[b].file)));
    open.found = found;
}

fn filters(ui: &mut Ui, lang: Lang, shown: &Shown, open: &mut Pictures) {
    let task = shown.task();
    let facets = &mut open.facets;
    let class_chip = |ui: &mut Ui, any: &str, prefix: &str, value: &mut Option<u8>| {
        let names = task.names(lang).into_iter().map(|name| format!("{prefix} {name}"));
        let options: Vec<String> = std::iter::once(any.to_owned()).chain(names).collect();
        if let Some(chosen) = chip_menu(ui, value.map_or(0, |c| usize::from(c) + 1), &options) {
            *value = (chosen > 0).then(|| (chosen - 1) as u8);
        }
    };
    let known_chip = |ui: &mut Ui, options: &[String], value: &mut Option<Known>, may_be_unknown: bool| {
        let unknown = if may_be_unknown { options.len() - 1 } else { usize::MAX };
        let selected = match value {
            None => 0,
            Some(Known::Yes(i)) => usize::from(*i) + 1,
            Some(Known::No) => unknown,
        };
        if let Some(chosen) = chip_menu(ui, selected, options) {
            *value = match chosen {
                0 => None,
                last if last == unknown => Some(Known::No),
                i => Some(Known::Yes((i - 1) as u8)),
            };
        }
    };
    let of_years = shown.years.is_some();
    ui.horizontal_wrapped(|ui| {
        if of_years {
            year_chips(ui, lang, facets);
        } else {
            class_chip(
                ui,
                say("any label", "étiquette\u{a0}: toutes").get(lang),
                say("label", "étiquette").get(lang),
                &mut facets.label,
            );
            class_chip(
                ui,
                say("any prediction", "réponse\u{a0}: toutes").get(lang),
                say("predicted", "réponse").get(lang),
                &mut facets.predicted,
            );
        }
        let options = match of_years {
            true => [
                say("near and far", "proches et loin"),
                say("more than 5 years off", "à plus de 5\u{a0}ans"),
                say("within 5 years", "à 5\u{a0}ans près"),
            ],
            false => [say("right and wrong", "justes et faux"), say("wrong", "faux"), say("right", "justes")],
        }
        .map(|s| s.get(lang).to_owned());
        let selected = facets.correct.map_or(0, |right| 1 + usize::from(right));
        if let Some(chosen) = chip_menu(ui, selected, &options) {
            facets.correct = (chosen > 0).then_some(chosen == 2);
        }
        let mut ages = vec![say("all ages", "tous âges").get(lang).to_owned()];
        ages.extend((0..AGE_BANDS.len()).map(|band| band_name(band, lang)));
        if !of_years {
            ages.push(say("age unknown", "âge inconnu").get(lang).to_owned());
        }
        known_chip(ui, &ages, &mut facets.age, !of_years);
        let mut races = vec![say("all race labels", "toutes «\u{a0}races\u{a0}»").get(lang).to_owned()];
        races.extend(RACES.iter().map(|race| race.get(lang).to_owned()));
        races.push(say("label unknown", "étiquette inconnue").get(lang).to_owned());
        known_chip(ui, &races, &mut facets.race, true);
        if !shown.report.validation.is_empty() {
            let parts =
                [shown.report.part_name(lang).to_owned(), say("validation part", "partie validation").get(lang).to_owned()];
            if let Some(chosen) = chip_menu(ui, usize::from(open.validation), &parts) {
                open.validation = chosen == 1;
            }
        }
        let [most, least] = match of_years {
            true => [say("largest errors first", "grands écarts d’abord"), say("smallest errors first", "petits écarts d’abord")],
            false => [say("surest first", "sûres d’abord"), say("least sure first", "incertaines d’abord")],
        };
        let orders = [most, least, say("by file", "par fichier"), say("by age", "par âge")].map(|s| s.get(lang).to_owned());
        let selected = ORDERS.iter().position(|o| *o == open.order).unwrap_or(0);
        if let Some(chosen) = view_menu(ui, selected, &orders) {
            open.order = ORDERS[chosen];
        }
        let sizes = [say("small pictures", "petites"), say("medium pictures", "moyennes"), say("large pictures", "grandes")];
        let selected = [72.0, 104.0, 160.0].iter().position(|s| *s == open.wanted).unwrap_or(1);
        if let Some(chosen) = view_menu(ui, selected, &sizes.map(|s| s.get(lang).to_owned())) {
            open.wanted = [72.0, 104.0, 160.0][chosen];
        }
    });
}

/// Of years: the label and the answer that were clicked, and the gender that names record.
fn year_chips(ui: &mut Ui, lang: Lang, facets: &mut Facets) {
    if let (Some(label), Some(predicted)) = (facets.label, facets.predicted) {
        let clicked = match lang {
            Lang::En => format!("labeled {label}, predicted {predicted}"),
            Lang::Fr => format!("étiquette {label}, réponse {predicted}"),
        };
        let options = [say("any label and answer", "toute étiquette et réponse").get(lang).to_owned(), clicked];
        if chip_menu(ui, 1, &options) == Some(0) {
            (facets.label, facets.predicted) = (None, None);
        }
    }
    let mut options = vec![say("all genders", "tout genre").get(lang).to_owned()];
    options.extend((0..GENDERS.len()).map(|class| Task::gender().name(class, lang)));
    options.push(say("gender unknown", "genre inconnu").get(lang).to_owned());
    let selected = facets.gender.map_or(0, |gender| (usize::from(gender) + 1).min(options.len() - 1));
    if let Some(chosen) = chip_menu(ui, selected, &options) {
        facets.gender = match chosen {
            0 => None,
            last if last == options.len() - 1 => Some(NO_GENDER),
            class => Some((class - 1) as u8),
        };
    }
}
