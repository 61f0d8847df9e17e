//! The card of a page's options: presets, the settings that matter, the rest behind "More settings", and a search.

use egui::{Id, Popup, Ui};

use crate::{
    preset::Preset,
    problem::Problem,
    setting_def::{Choice as _, SettingDef, SettingDefs as _},
    settings::Settings,
    text::{Lang, plural, say},
    ui::{
        Action, Cx, icon,
        page::{Page, start},
        theme::{self, Theme},
        widget::{
            button::{icon_button, link},
            card::Card,
            choice::{self, menu_item},
            scroll,
            setting::{self, Sought},
        },
    },
};

/// Draws the card as high as there is room, and scrolls within it: the recipe, which is one for all pages, and those of its
/// options whose keys start with `prefix`. `problems` are shown beside their settings, besides those of the plan.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, prefix: &str, problems: &[Problem]) {
    let lang = cx.lang;
    let mut problems = problems.to_vec();
    for problem in cx.problems() {
        if !problems.iter().any(|known| known.setting == problem.setting) {
            problems.push(problem.clone());
        }
    }
    let title = cx.say(say("Settings", "Réglages"));
    let mut actions = Vec::new();
    let text = cx.settings.text();
    let before: String = ui.data(|data| data.get_temp(typed_id(prefix))).unwrap_or_default();
    let sought = Sought::new(&before);
    let mut typed = before.clone();
    let menu = |ui: &mut Ui| {
        actions = file_menu(ui, lang, &text);
        setting::search_field(ui, lang, &mut typed);
    };
    let recipe = cx.recipe;
    let classes = cx.dataset().filter(|dataset| !dataset.task.is_regression()).map(|dataset| dataset.task.names(lang));
    let classes = classes.unwrap_or_default();
    let runs = start::runs(cx);
    Card::titled(title).fill().show_with(ui, menu, |ui| {
        let options: Vec<_> = Preset::ALL.iter().map(|p| (p.name().get(lang), p.about().get(lang))).collect();
        let selected = Preset::ALL.iter().position(|p| *p == recipe);
        if let Some(index) = choice::segmented(ui, cx.say(say("Recipe", "Recette")), selected, &options) {
            cx.act(Action::Recipe(Preset::ALL[index]));
        }
        let t = Theme::of(ui);
        ui.add(egui::Label::new(theme::caption(standing(lang, cx.settings, recipe, prefix)).color(t.text2)).wrap());
        let base = recipe.applied(cx.settings);
        let sought = &sought;
        let context = setting::Context { lang, preset: &base, problems: &problems, classes: &classes, runs: &runs, sought };
        let belongs = |key: &str| key.starts_with(prefix);
        let list = setting::List { context, belongs, id: Id::unique(("more settings", prefix)) };
        list.tools(ui, cx.settings);
        ui.add_space(2.0);
        // The scroll bar stands in the card's margin, so that nothing moves when it comes.
        scroll::list(ui, |ui| {
            ui.set_width((ui.available_width() - 6.0).max(0.0));
            ui.spacing_mut().item_spacing.y = 0.0;
            list.rows(ui, cx.settings);
            if !sought.is_empty() {
                elsewhere(ui, cx, prefix, &before);
            }
        });
    });
    if typed != before {
        ui.data_mut(|data| data.insert_temp(typed_id(prefix), typed));
        // The rows follow in the next frame.
        ui.request_repaint();
    }
    cx.actions.extend(actions);
}

/// The pages with such a card, each with what its keys start with.
const CARDS: [(Page, &str); 3] = [(Page::Augmentation, "augment."), (Page::Model, "model."), (Page::Training, "train.")];

/// Where what is typed in the search of a card is kept.
fn typed_id(prefix: &str) -> Id {
    Id::unique(("settings searched", prefix))
}

/// How many settings of the other pages match what is looked for, as ways to them.
fn elsewhere(ui: &mut Ui, cx: &mut Cx<'_>, prefix: &str, typed: &str) {
    let (lang, sought) = (cx.lang, Sought::new(typed));
    ui.add_space(8.0);
    for (page, other) in CARDS.into_iter().filter(|(_, other)| *other != prefix) {
        let defs = cx.settings.setting_defs();
        let fits = |def: &&SettingDef<'_>| def.active && def.key.starts_with(other) && sought.fits(def, lang);
        let count = defs.iter().filter(fits).count() as u64;
        if count == 0 {
            continue;
        }
        let count = plural(lang, count, say("setting", "réglage"), say("settings", "réglages"));
        let page_name = page.name().get(lang);
        let text = match lang {
            Lang::En => format!("{count} on {page_name}"),
            Lang::Fr => format!("{count} dans {page_name}"),
        };
        if link(ui, &text).clicked() {
            ui.data_mut(|data| data.insert_temp(typed_id(other), typed.to_owned()));
            cx.act(Action::Go(page));
        }
        ui.add_space(4.0);
    }
}

/// How the draft stands to its recipe: `for all pages; 2 changes here, 1 on other pages`.
fn standing(lang: Lang, settings: &Settings, recipe: Preset, prefix: &str) -> String {
    let (mut recipe, mut draft) = (recipe.applied(settings), settings.clone());
    let (recipe, draft) = (recipe.setting_defs(), draft.setting_defs());
    // As the dots of the rows have it: what has no say does not count.
    let changed = || draft.iter().zip(&recipe).filter(|(draft, recipe)| draft.active && draft.text() != recipe.text());
    let here = changed().filter(|(draft, _)| draft.key.starts_with(prefix)).count();
    let there = changed().count() - here;
    let count = |n: usize| plural(lang, n as u64, say("change", "changement"), say("changes", "changements"));
    match (lang, here, there) {
        (Lang::En, 0, 0) => "Recipe for all pages, unchanged".to_owned(),
        (Lang::Fr, 0, 0) => "Recette pour toutes les pages, inchangée".to_owned(),
        (Lang::En, here, 0) => format!("for all pages; {} here", count(here)),
        (Lang::Fr, here, 0) => format!("pour toutes les pages ; {} ici", count(here)),
        (Lang::En, 0, there) => format!("for all pages; {} on other pages", count(there)),
        (Lang::Fr, 0, there) => format!("pour toutes les pages ; {} sur d’autres pages", count(there)),
        (Lang::En, here, there) => format!("for all pages; {} here, {there} on others", count(here)),
        (Lang::Fr, here, there) => format!("pour toutes les pages ; {} ici, {there} sur d’autres", count(here)),
    }
}

/// The menu that saves, opens, copies and pastes the whole draft.
fn file_menu(ui: &mut Ui, lang: Lang, text: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    let button = icon_button(
        ui,
        icon::ELLIPSIS,
        say("Save, open or copy all settings", "Enregistrer, ouvrir ou copier tous les réglages").get(lang),
    );
    Popup::menu(&button).show(|ui| {
        ui.set_width(230.0);
        let items = [
            (icon::SAVE, say("Save settings…", "Enregistrer les réglages…"), Action::SaveSettings),
            (icon::FOLDER_OPEN, say("Open settings…", "Ouvrir des réglages…"), Action::ChooseSettings),
            (icon::COPY, say("Copy as text", "Copier en texte"), Action::CopyText(text.to_owned())),
            (icon::CLIPBOARD_PASTE, say("Paste text", "Coller un texte"), Action::Paste),
        ];
        for (symbol, name, action) in items {
            if menu_item(ui, Some(symbol), name.get(lang)).clicked() {
                actions.push(action);
            }
        }
    });
    actions
}
