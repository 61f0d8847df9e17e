//! A folder of pictures: its photos one by one, or all of them in a table.

use egui::{Popup, PopupCloseBehavior, Ui};

use crate::{
    data::sample::Framing,
    session::{Answering, Beyond},
    text::{Lang, Phrase, number, say},
    ui::{
        Action, Cx, PhotosAction, icon,
        page::tables_line,
        theme::{self, Theme},
        widget::{
            button::{Button, icon_button},
            choice::menu_item,
        },
    },
};

/// What the menu is called.
pub const NAME: Phrase = say("Folder…", "Dossier…");

/// The menu that predicts a folder: photo by photo, or into a table.
pub fn menu(ui: &mut Ui, cx: &mut Cx<'_>, run: Answering<'_>) {
    let lang = cx.lang;
    let button = ui.add(Button::quiet(NAME.get(lang)).icon(icon::FILES));
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(270.0);
        let one_by_one = say("Show its photos one by one…", "Montrer ses photos une à une…").get(lang);
        if menu_item(ui, Some(icon::IMAGES), one_by_one).clicked() {
            cx.act(Action::Photos(PhotosAction::ChooseFolder));
        }
        ui.separator();
        let table = say("Into a CSV table", "Dans un tableau CSV").get(lang);
        ui.label(theme::caption(table).color(Theme::of(ui).text3));
        for framing in [Framing::Whole, Framing::FaceCrop] {
            let (name, about) = match framing {
                Framing::Whole => (
                    say("Use each picture whole…", "Prendre chaque image entière…"),
                    say("For folders of face crops; the quickest", "Pour des dossiers de visages recadrés ; le plus rapide"),
                ),
                Framing::FaceCrop => (
                    say("Find the faces in each picture…", "Chercher les visages de chaque image…"),
                    say("For folders of photos: one row for each face", "Pour des dossiers de photos : une ligne par visage"),
                ),
            };
            if menu_item(ui, None, name.get(lang)).on_hover_text(about.get(lang)).clicked() {
                cx.act(Action::PredictFolder { run: run.id.to_owned(), framing });
            }
        }
        ui.separator();
        tables_line::show(ui, cx);
        if let Some(job) = cx.session.table.as_ref().filter(|_| !cx.session.phase.busy()) {
            let file = job.csv.file_name().unwrap_or_default().to_string_lossy();
            let name = match lang {
                Lang::En => format!("Resume {file}"),
                Lang::Fr => format!("Reprendre {file}"),
            };
            ui.separator();
            if menu_item(ui, Some(icon::PLAY), &name).clicked() {
                cx.act(Action::ContinueTable);
            }
        }
    });
}

/// The line about photos that are too many to be shown each, with the way to a table of all.
pub fn beyond(ui: &mut Ui, cx: &mut Cx<'_>, beyond: &Beyond, run: Answering<'_>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let [shown, found] = [beyond.shown, beyond.found].map(|count| number(lang, count as u64));
    let text = match lang {
        Lang::En => format!("The first {shown} of {found} photos are shown"),
        Lang::Fr => format!("Les {shown} premières photos sur {found} sont montrées"),
    };
    ui.horizontal_wrapped(|ui| {
        ui.add(egui::Label::new(theme::caption(text).color(t.text2)).wrap());
        if let Some(folder) = &beyond.folder {
            let all = say("All into a CSV table…", "Toutes dans un tableau CSV…").get(lang);
            if ui.add(Button::secondary(all).icon(icon::TABLE).compact()).clicked() {
                let (run, folder, framing) = (run.id.to_owned(), folder.clone(), cx.session.photo_framing());
                cx.act(Action::Photos(PhotosAction::Table { run, folder, framing }));
            }
        }
        if icon_button(ui, icon::X, say("Close this line", "Fermer cette ligne").get(lang)).clicked() {
            cx.act(Action::Photos(PhotosAction::CloseBeyond));
        }
    });
}
