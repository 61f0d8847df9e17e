//! The deleted runs: what they take of the disk, and how they come back.

use egui::{Align, Layout, Popup, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use crate::{
    run::{TRASH_DAYS, Trashed, date},
    text::{Lang, bytes, number, plural, say},
    ui::{
        Action, Cx, icon,
        theme::{self, LINE, Theme},
        widget::{
            button::{Button, icon_button},
            card::{Card, header},
            notice, scroll,
        },
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    pub open: bool,
    /// What is about to be removed for good, once that is confirmed.
    asked: Option<Removal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Removal {
    All,
    /// One run, by its id.
    One(String),
}

/// The width below which a line's buttons are icons.
const NARROW: f32 = 460.0;

/// Draws the deleted runs.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let lang = cx.lang;
    let none = Vec::new();
    let session = cx.session;
    let trash = session.trash.as_ref().unwrap_or(&none);
    let gone = |removal: &mut Removal| match removal {
        Removal::All => trash.is_empty(),
        Removal::One(id) => trash.iter().all(|trashed| trashed.info.id != *id),
    };
    state.asked.take_if(gone);
    let kept = say("Deleted runs can be restored for {} days", "Les essais supprimés peuvent être restaurés pendant {} jours");
    let mut sentence = kept.get(lang).replace("{}", &number(lang, TRASH_DAYS));
    if !trash.is_empty() {
        let size = trash.iter().map(|trashed| trashed.bytes).sum();
        sentence += &format!(" · {}, {}", runs(lang, trash.len()), bytes(lang, size));
    }
    header(ui, say("Deleted runs", "Essais supprimés").get(lang), &sentence, |ui| {
        let back = Button::secondary(say("All runs", "Tous les essais").get(lang)).icon(icon::ARROW_LEFT);
        let escape = !Popup::is_any_open(ui.ctx()) && ui.input(|i| i.key_pressed(egui::Key::Escape));
        if ui.add(back).clicked() || escape {
            *state = State::default();
        }
        if trash.is_empty() {
            return;
        }
        if state.asked == Some(Removal::All) {
            if ui.add(Button::secondary(say("Keep them", "Les garder").get(lang))).clicked() {
                state.asked = None;
            }
            let remove = match lang {
                Lang::En => format!("Delete {} permanently", runs(lang, trash.len())),
                Lang::Fr => format!("Supprimer définitivement {}", runs(lang, trash.len())),
            };
            if ui.add(Button::danger(remove).icon(icon::TRASH_2)).clicked() {
                cx.actions.push(Action::RemoveDeleted(None));
                state.asked = None;
            }
        } else if ui.add(Button::danger(say("Empty the trash…", "Vider la corbeille…").get(lang)).icon(icon::TRASH_2)).clicked()
        {
            state.asked = Some(Removal::All);
        }
    });
    Card::new().fill().show(ui, |ui| {
        if trash.is_empty() {
            let title = say("The trash is empty", "La corbeille est vide").get(lang);
            let text = say(
                "Deleted runs are kept here, and can be restored",
                "Les essais supprimés sont gardés ici et peuvent être restaurés",
            );
            return notice::empty(ui, icon::TRASH_2, title, text.get(lang), |_| {});
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut lines = |ui: &mut Ui, range: std::ops::Range<usize>| {
            trash[range].iter().for_each(|trashed| line(ui, cx, state, trashed));
        };
        match scroll::is_long(ui) {
            true => lines(ui, 0..trash.len()),
            false => {
                let area = ScrollArea::vertical().auto_shrink([false, false]);
                area.show_rows(ui, LINE, trash.len(), lines);
            }
        }
    });
}

fn runs(lang: Lang, count: usize) -> String {
    plural(lang, count as u64, say("run", "essai"), say("runs", "essais"))
}

/// One deleted run.
fn line(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, trashed: &Trashed) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let name = trashed.info.name(lang);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.grid));
    // Children of their own, since a scope would move the line's cursor.
    let narrow = rect.width() < NARROW;
    let right = Rect::from_min_max(pos2(rect.left() + rect.width() * 0.35, rect.top()), rect.max);
    let used = {
        let builder = UiBuilder::new().id_salt(&trashed.info.id).max_rect(right).layout(Layout::right_to_left(Align::Center));
        let ui = &mut ui.new_child(builder);
        ui.spacing_mut().item_spacing.x = 6.0;
        let one = Removal::One(trashed.info.id.clone());
        if state.asked.as_ref() == Some(&one) {
            let keep = say("Keep", "Garder").get(lang);
            let button = match narrow {
                true => icon_button(ui, icon::X, keep),
                false => ui.add(Button::quiet(keep).compact()),
            };
            if button.accessible_name(format!("{keep}, {name}")).clicked() {
                state.asked = None;
            }
            let remove =
                if narrow { say("Delete", "Supprimer") } else { say("Delete permanently", "Supprimer définitivement") }.get(lang);
            if ui.add(Button::danger(remove).compact()).accessible_name(format!("{remove}, {name}")).clicked() {
                cx.actions.push(Action::RemoveDeleted(Some(trashed.info.id.clone())));
            }
        } else {
            let remove = say("Delete permanently…", "Supprimer définitivement…").get(lang);
            if icon_button(ui, icon::TRASH_2, remove).accessible_name(format!("{remove}, {name}")).clicked() {
                state.asked = Some(one);
            }
            let back = say("Restore", "Restaurer").get(lang);
            let button = match narrow {
                true => icon_button(ui, icon::UNDO_2, back),
                false => ui.add(Button::secondary(back).icon(icon::UNDO_2).compact()),
            };
            if button.accessible_name(format!("{back}, {name}")).clicked() {
                cx.actions.push(Action::RestoreRun(trashed.info.id.clone()));
            }
        }
        ui.min_rect().left()
    };
    let text = Rect::from_min_max(pos2(rect.left(), rect.top() + 4.0), pos2(used - 10.0, rect.bottom() - 3.0));
    let ui =
        &mut ui.new_child(UiBuilder::new().id_salt((&trashed.info.id, 1)).max_rect(text).layout(Layout::top_down(Align::Min)));
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.add(egui::Label::new(theme::cell(name).color(t.text)).truncate().selectable(false));
    let mut about = vec![trashed.info.source.name().get(lang).to_owned(), bytes(lang, trashed.bytes)];
    if let Some(deleted) = trashed.deleted {
        let day = date::day_and_time(lang, deleted);
        about.push(match lang {
            Lang::En => format!("deleted {day}"),
            Lang::Fr => format!("supprimé le {day}"),
        });
    }
    ui.add(egui::Label::new(theme::caption(about.join(" · ")).color(t.text2)).truncate().selectable(false));
}
