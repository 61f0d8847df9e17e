//! The line above the list of runs: a field to find some, how many there are, and what is opened when asked for.

use egui::{Align, Layout, Popup, PopupCloseBehavior, Response, Role, TextEdit, Ui, WidgetInfo, vec2};

use super::{
    columns::{Column, Columns},
    filter::Filter,
    lines::Lines,
};
use crate::{
    text::{Lang, number, plural, say},
    ui::{
        Cx,
        icon::{self, Icon},
        theme::{self, Theme},
        widget::{
            button::icon_button,
            choice::{menu_choice, menu_line},
            scroll,
        },
    },
};

/// From so many runs on there is a field to find some.
const FIELD_FROM: usize = 8;
/// The least width of that field.
const NARROWEST: f32 = 110.0;

/// Draws the line; gives whether the trash is asked for.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, (columns, filter): (&mut Columns, &mut Filter), lines: &Lines) -> bool {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let mut trash = false;
    let room = vec2(ui.available_width(), theme::FIELD);
    ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let about = say("Deleted runs", "Essais supprimés").get(lang);
        trash = icon_button(ui, icon::TRASH_2, about).clicked();
        columns_menu(ui, cx, columns);
        filter_menu(ui, lang, filter, lines);
        if filter.is_on() && icon_button(ui, icon::X, say("Show all runs", "Voir tous les essais").get(lang)).clicked() {
            *filter = Filter::default();
        }
        ui.add_space(8.0);
        let count = count(lang, cx.session.runs.len(), filter.is_on(), lines);
        let galley = ui.painter().layout_no_wrap(count.clone(), theme::regular(theme::size::CAPTION), t.text2);
        let field = filter.is_on() || cx.session.runs.len() >= FIELD_FROM;
        let fits = ui.available_width() > galley.size().x + if field { NARROWEST + 12.0 } else { 0.0 };
        if !field {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(theme::caption(count).color(t.text2)).truncate());
            });
            return;
        }
        if fits {
            ui.label(theme::caption(count).color(t.text2));
            ui.add_space(8.0);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let name = say("Find runs", "Chercher des essais").get(lang);
            let hint = say("Find by name, note, #tag or data", "Par nom, note, #mot-clé ou données").get(lang);
            let width = (ui.available_width() - 18.0).clamp(40.0, 320.0);
            let edit = TextEdit::singleline(&mut filter.text).hint_text(hint).desired_width(width).margin(vec2(8.0, 4.0));
            let field = ui.add(edit);
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
        });
    });
    trash
}

/// `12 runs · 2 starred`, of those that are filtered `3 of 12 runs`.
fn count(lang: Lang, all: usize, filtered: bool, lines: &Lines) -> String {
    let runs = plural(lang, all as u64, say("run", "essai"), say("runs", "essais"));
    let mut words = vec![match (filtered, lang) {
        (false, _) => runs,
        (true, Lang::En) => format!("{} of {runs}", number(lang, lines.shown as u64)),
        (true, Lang::Fr) => format!("{} sur {runs}", number(lang, lines.shown as u64)),
    }];
    if lines.starred > 0 {
        let starred = lines.starred as u64;
        words.push(plural(lang, starred, say("starred", "avec étoile"), say("starred", "avec étoile")));
    }
    words.join(" · ")
}

fn filter_menu(ui: &mut Ui, lang: Lang, filter: &mut Filter, lines: &Lines) {
    let open = marked(ui, icon::FILTER, say("Which runs", "Quels essais").get(lang), filter.is_on());
    Popup::menu(&open).show(|ui| {
        ui.set_min_width(220.0);
        scroll::menu(ui, |ui| {
            if menu_choice(ui, filter.starred, say("With a star", "Avec étoile").get(lang)).clicked() {
                filter.starred = !filter.starred;
            }
            for (wanted, name) in [(true, say("Finished", "Terminés")), (false, say("Not finished", "Non terminés"))] {
                let on = filter.finished == Some(wanted);
                if menu_choice(ui, on, name.get(lang)).clicked() {
                    filter.finished = (!on).then_some(wanted);
                }
            }
            if lines.subjects.len() > 1 {
                ui.separator();
                for subject in &lines.subjects {
                    let on = filter.subject.as_ref() == Some(subject);
                    if menu_choice(ui, on, &subject.name(lang)).clicked() {
                        filter.subject = (!on).then(|| subject.clone());
                    }
                }
            }
            if !lines.tags.is_empty() {
                ui.separator();
                for (tag, runs) in &lines.tags {
                    let on = filter.has_tag(tag);
                    let line = menu_line(ui, on.then_some(icon::CHECK), tag, &number(lang, *runs as u64), false);
                    line.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, on, tag));
                    if line.clicked() {
                        filter.toggle_tag(tag);
                        ui.close();
                    }
                }
            }
        });
    });
}

fn columns_menu(ui: &mut Ui, cx: &Cx<'_>, columns: &mut Columns) {
    let lang = cx.lang;
    let open = marked(ui, icon::COLUMNS_2, say("Columns", "Colonnes").get(lang), !columns.hidden.is_empty());
    Popup::menu(&open).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(170.0);
        for column in Column::BEHIND_NAME {
            let on = !columns.hidden.contains(&column);
            let title = column.title(&cx.session.runs).get(lang);
            let line = menu_line(ui, on.then_some(icon::CHECK), title, "", false);
            line.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, on, title));
            if line.clicked() {
                columns.toggle(column);
            }
        }
    });
}

/// A button whose icon has a dot while what it opens is other than usual.
fn marked(ui: &mut Ui, symbol: Icon, name: &str, on: bool) -> Response {
    let button = icon_button(ui, symbol, name);
    if on {
        ui.painter().circle_filled(button.rect.right_top() + vec2(-6.0, 6.0), 3.0, Theme::of(ui).accent);
    }
    button
}
