//! What narrows and orders evaluated pictures, and how large they are shown.

use egui::Ui;

use super::{
    Shown,
    facets::{Facets, ORDERS, Pictures},
};
use crate::{
    data::{
        sample::RACES,
        task::{GENDERS, Task},
    },
    evaluate::groups::{AGE_BANDS, Known, NO_GENDER, band_name},
    text::{Lang, say},
    ui::{
        page::listing,
        widget::{
            button::link,
            choice::{CountedOption, chip_menu, counted_menu, view_menu},
        },
    },
};

/// Draws the filters.
pub fn show(ui: &mut Ui, lang: Lang, shown: &Shown, open: &mut Pictures) {
    let task = shown.task();
    let filtered = open.is_filtered();
    let mut clear = false;
    let Pictures { facets, order, validation, wanted, sought, counts, .. } = &mut *open;
    let counts = &*counts;
    let of_years = shown.years.is_some();
    ui.horizontal_wrapped(|ui| {
        if of_years {
            year_chips(ui, lang, facets, &counts.gender);
        } else {
            class_chip(
                ui,
                (lang, task),
                say("any label", "toutes les étiquettes").get(lang),
                say("label", "étiquette").get(lang),
                &mut facets.label,
                &counts.label,
            );
            class_chip(
                ui,
                (lang, task),
                say("any prediction", "toutes les réponses").get(lang),
                say("predicted", "réponse").get(lang),
                &mut facets.predicted,
                &counts.predicted,
            );
        }
        let options = match of_years {
            true => [
                say("all errors", "toutes les erreurs"),
                say("more than 5 years off", "à plus de 5\u{a0}ans"),
                say("within 5 years", "à 5\u{a0}ans près"),
            ],
            false => [say("right and wrong", "justes et fausses"), say("wrong", "fausses"), say("right", "justes")],
        }
        .map(|s| s.get(lang).to_owned());
        let selected = facets.correct.map_or(0, |right| 1 + usize::from(right));
        if let Some(chosen) = counted(ui, lang, selected, &options, &counts.correct) {
            facets.correct = (chosen > 0).then_some(chosen == 2);
        }
        let mut ages = vec![say("all ages", "tous les âges").get(lang).to_owned()];
        ages.extend((0..AGE_BANDS.len()).map(|band| band_name(band, lang)));
        if !of_years {
            ages.push(say("age unknown", "âge inconnu").get(lang).to_owned());
        }
        known_chip(ui, lang, &ages, &mut facets.age, !of_years, &counts.age);
        let mut races = vec![say("all race labels", "toutes les «\u{a0}races\u{a0}»").get(lang).to_owned()];
        races.extend(RACES.iter().map(|race| race.get(lang).to_owned()));
        races.push(say("label unknown", "étiquette inconnue").get(lang).to_owned());
        known_chip(ui, lang, &races, &mut facets.race, true, &counts.race);
        if !shown.report.validation.is_empty() {
            let parts =
                [shown.report.part_name(lang).to_owned(), say("validation part", "partie validation").get(lang).to_owned()];
            if let Some(chosen) = chip_menu(ui, usize::from(*validation), &parts) {
                *validation = chosen == 1;
            }
        }
        let [most, least] = match of_years {
            true => {
                [say("largest errors first", "grandes erreurs d’abord"), say("smallest errors first", "petites erreurs d’abord")]
            }
            false => [say("surest first", "les plus sûres d’abord"), say("least sure first", "les moins sûres d’abord")],
        };
        let orders = [most, least, say("by file", "par fichier"), say("by age", "par âge")].map(|s| s.get(lang).to_owned());
        let selected = ORDERS.iter().position(|o| *o == *order).unwrap_or(0);
        if let Some(chosen) = view_menu(ui, selected, &orders) {
            *order = ORDERS[chosen];
        }
        let sizes = [say("small pictures", "petites"), say("medium pictures", "moyennes"), say("large pictures", "grandes")];
        let selected = [72.0, 104.0, 160.0].iter().position(|s| *s == *wanted).unwrap_or(1);
        if let Some(chosen) = view_menu(ui, selected, &sizes.map(|s| s.get(lang).to_owned())) {
            *wanted = [72.0, 104.0, 160.0][chosen];
        }
        listing::search(ui, lang, sought, 160.0);
        clear = filtered && link(ui, say("Clear filters", "Effacer les filtres").get(lang)).clicked();
    });
    if clear {
        open.clear_filters();
    }
}

/// The menu of the classes that a label or an answer may be, behind `any`.
fn class_chip(ui: &mut Ui, (lang, task): (Lang, &Task), any: &str, prefix: &str, value: &mut Option<u8>, counts: &[usize]) {
    let names = task.names(lang).into_iter().map(|name| format!("{prefix} {name}"));
    let options: Vec<String> = std::iter::once(any.to_owned()).chain(names).collect();
    if let Some(chosen) = counted(ui, lang, value.map_or(0, |c| usize::from(c) + 1), &options, counts) {
        *value = (chosen > 0).then(|| (chosen - 1) as u8);
    }
}

/// The menu of what names say; the last of the options is that they say nothing, if that may be.
fn known_chip(ui: &mut Ui, lang: Lang, options: &[String], value: &mut Option<Known>, may_be_unknown: bool, counts: &[usize]) {
    let unknown = if may_be_unknown { options.len() - 1 } else { usize::MAX };
    let selected = match value {
        None => 0,
        Some(Known::Yes(i)) => usize::from(*i) + 1,
        Some(Known::No) => unknown,
    };
    if let Some(chosen) = counted(ui, lang, selected, options, counts) {
        *value = match chosen {
            0 => None,
            last if last == unknown => Some(Known::No),
            i => Some(Known::Yes((i - 1) as u8)),
        };
    }
}

/// A menu of filters, with how many pictures each leaves.
fn counted(ui: &mut Ui, lang: Lang, selected: usize, options: &[String], counts: &[usize]) -> Option<usize> {
    let count = |index: usize| counts.get(index).copied();
    let options: Vec<CountedOption> =
        options.iter().enumerate().map(|(i, name)| CountedOption::new(name, count(i), lang)).collect();
    counted_menu(ui, selected, &options)
}

/// Of years: the label and the answer that were clicked, and the gender that names record.
fn year_chips(ui: &mut Ui, lang: Lang, facets: &mut Facets, counts: &[usize]) {
    if let (Some(label), Some(predicted)) = (facets.label, facets.predicted) {
        let clicked = match lang {
            Lang::En => format!("labeled {label}, predicted {predicted}"),
            Lang::Fr => format!("étiquette {label}, réponse {predicted}"),
        };
        let options = [say("any label and answer", "toutes les étiquettes et réponses").get(lang).to_owned(), clicked];
        if chip_menu(ui, 1, &options) == Some(0) {
            (facets.label, facets.predicted) = (None, None);
        }
    }
    let mut options = vec![say("all genders", "tous les genres").get(lang).to_owned()];
    options.extend((0..GENDERS.len()).map(|class| Task::gender().name(class, lang)));
    options.push(say("gender unknown", "genre inconnu").get(lang).to_owned());
    let selected = facets.gender.map_or(0, |gender| (usize::from(gender) + 1).min(options.len() - 1));
    if let Some(chosen) = counted(ui, lang, selected, &options, counts) {
        facets.gender = match chosen {
            0 => None,
            last if last == options.len() - 1 => Some(NO_GENDER),
            class => Some((class - 1) as u8),
        };
    }
}
