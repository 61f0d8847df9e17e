//! Predict: a photo, the faces in it, and what the run says of each.

mod answer;
mod history;
mod runs;

use std::collections::HashMap;

use egui::{Popup, PopupCloseBehavior, TextureHandle, TextureOptions, Ui, vec2};

use crate::{
    data::sample::Framing,
    predict::{Estimate, Framed, heatmap::Heat},
    session::{Answering, Asked, ShownPhoto},
    text::{Lang, Phrase, percent, plural, say},
    ui::{
        Action, Cx, icon,
        page::Page,
        theme::{self, Theme},
        widget::{
            button::{Button, icon_button},
            card::{Card, columns, header},
            choice::{menu_item, view_menu},
            notice,
            photo::{self, Photo, Square},
            scroll, strip, thumbs,
        },
    },
    worker::{Crop, Reply},
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// The photo and the square that are shown; the newest if they are gone.
    photo: Option<u64>,
    asked: Option<u64>,
    /// The square's place on the photo: one that is moved is asked about under another number, one that was drawn comes last.
    place: usize,
    /// The photo and answer that were last brought into view in the list.
    listed: Option<[Option<u64>; 2]>,
    /// The newest photo that was shown: a newer one is shown at once.
    seen: u64,
    drawing: bool,
    /// Which map of where the network looked is shown.
    heat: Heat,
    /// The run to compare with, by id.
    other: Option<String>,
    textures: HashMap<u64, TextureHandle>,
}

/// The height of the page below which the list of answers has no room in the column of the answer, in points.
const LOW: f32 = 740.0;

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let lang = cx.lang;
    let session = cx.session;
    let Some(run) = session.answering() else {
        header(ui, Page::Predict.name().get(lang), "", |_| {});
        let text = say("Predict photos with a trained model", "Prédire des photos avec un modèle entraîné").get(lang);
        Card::new().fill().show(ui, |ui| notice::empty(ui, icon::SCAN_FACE, text, "", |ui| go_on(ui, cx)));
        return;
    };
    let photo = session.photos.iter().find(|p| Some(p.id) == state.photo).or_else(|| session.photos.last()).map(|p| p.id);
    if let Some(info) = run.info {
        strip::show(ui, cx, info);
    }
    header(ui, Page::Predict.name().get(lang), &runs::who(lang, run), |ui| {
        runs::compare(ui, cx, state, run.id);
        runs::choose(ui, cx, run, photo);
    });
    state.textures.retain(|id, _| session.photos.iter().any(|p| p.id == *id));
    if let Some(newest) = session.photos.last().filter(|photo| photo.id > state.seen) {
        (state.photo, state.asked, state.place, state.seen) = (Some(newest.id), None, 0, newest.id);
    }
    let shown = session.photos.iter().find(|p| Some(p.id) == state.photo).or_else(|| session.photos.last());
    let Some(shown) = shown else {
        return invite(ui, cx, run);
    };
    if state.photo != Some(shown.id) {
        (state.photo, state.asked, state.place) = (Some(shown.id), None, 0);
    }
    let known = shown.asked.iter().position(|a| Some(a.id) == state.asked);
    let known = known.or_else(|| (state.place < shown.asked.len()).then_some(state.place));
    let chosen = known.unwrap_or(0);
    if known.is_some() {
        (state.asked, state.place) = (shown.asked.get(chosen).map(|asked| asked.id), chosen);
    }
    if let (Some(asked), Some(other)) = (shown.asked.get(chosen), &state.other)
        && asked.reply.is_some()
        && *other != run.id
        && asked.other.as_ref().is_none_or(|o| o.run != *other)
    {
        cx.act(Action::AskOther { asked: asked.id, run: other.clone() });
    }
    let height = ui.available_height();
    let now = [Some(shown.id), shown.asked.get(chosen).map(|asked| asked.id)];
    // In a low window the answer and what was seen fill their column: what was asked before stands below the photo.
    let low = (480.0..LOW).contains(&height) && !scroll::is_long(ui) && ui.available_width() > 800.0;
    columns(ui, &[1.0, 340.0], height, |column, ui| {
        ui.set_max_height(height);
        if column == 0 {
            let below = if low { history::LEAST + theme::GUTTER } else { 0.0 };
            let room = vec2(ui.available_width(), height - below);
            ui.allocate_ui(room, |ui| {
                ui.set_max_height(room.y);
                picture(ui, cx, state, shown, chosen, run);
            });
            if low {
                history::show(ui, cx, state, now, history::LEAST, true);
            }
        } else {
            scroll::list(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GUTTER;
                let top = ui.cursor().top();
                answer::card(ui, cx, shown, chosen);
                if let Some(asked) = shown.asked.get(chosen)
                    && let Some(Ok(reply)) = &asked.reply
                {
                    answer::seen(ui, cx, asked, reply, &mut state.heat);
                }
                // The answer stays in view; the list below it takes the rest and scrolls by itself.
                let rest = height - (ui.cursor().top() - top);
                if !low {
                    history::show(ui, cx, state, now, rest.max(history::LEAST), false);
                }
            });
        }
    });
}

/// The way to a run: to one that there is, or to the training of one.
pub(super) fn go_on(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (page, text) = match cx.session.runs.is_empty() {
        true => (Page::Training, say("Go to training", "Aller à l’entraînement")),
        false => (Page::Runs, say("Choose a run", "Choisir un essai")),
    };
    if ui.add(Button::primary(text.get(cx.lang)).trailing(icon::ARROW_RIGHT)).clicked() {
        cx.act(Action::Go(page));
    }
}

fn invite(ui: &mut Ui, cx: &mut Cx<'_>, run: Answering<'_>) {
    let lang = cx.lang;
    Card::new().fill().show(ui, |ui| {
        let title = say("Drop a photo here", "Déposez une photo ici").get(lang);
        let text = match cx.session.photo_framing() {
            Framing::FaceCrop => say(
                "Faces are found and cut as UTKFace’s pictures are; everything stays on this machine",
                "Les visages sont trouvés et cadrés comme les images d’UTKFace ; tout reste sur cette machine",
            ),
            Framing::Whole => say(
                "It is used whole, as this run’s training pictures were; everything stays on this machine",
                "Elle est prise entière, comme les images d’entraînement de cet essai ; tout reste sur cette machine",
            ),
        };
        notice::empty(ui, icon::SCAN_FACE, title, text.get(lang), |ui| {
            if ui.add(Button::primary(say("Choose photos…", "Choisir des photos…").get(lang)).icon(icon::FOLDER_OPEN)).clicked()
            {
                cx.act(Action::ChoosePhotos);
            }
            if ui.add(Button::secondary(say("Paste", "Coller").get(lang)).icon(icon::CLIPBOARD_PASTE)).clicked() {
                cx.act(Action::Paste);
            }
            folder(ui, cx, run, false);
            ui.add_space(12.0);
            ui.add(egui::Label::new(theme::caption(run.caution().get(lang)).color(Theme::of(ui).text3)).wrap());
        });
    });
}

const FOLDER: Phrase = say("Folder to CSV…", "Dossier vers CSV…");

/// The menu that predicts a folder into a table.
fn folder(ui: &mut Ui, cx: &mut Cx<'_>, run: Answering<'_>, narrow: bool) {
    let lang = cx.lang;
    let name = if narrow { say("CSV…", "CSV…") } else { FOLDER };
    let button = ui.add(Button::quiet(name.get(lang)).icon(icon::FILES));
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(270.0);
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
        super::tables_line::show(ui, cx);
        if let Some(job) = cx.session.table.as_ref().filter(|_| !cx.session.phase.busy()) {
            let file = job.csv.file_name().unwrap_or_default().to_string_lossy();
            let name = match lang {
                Lang::En => format!("Go on with {file}"),
                Lang::Fr => format!("Poursuivre {file}"),
            };
            ui.separator();
            if menu_item(ui, Some(icon::PLAY), &name).clicked() {
                cx.act(Action::ContinueTable);
            }
        }
    });
}

/// How the photo is framed, to be changed, and in one line why.
fn framing(ui: &mut Ui, cx: &mut Cx<'_>, shown: &ShownPhoto, run: Answering<'_>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let names = [say("faces", "visages"), say("whole picture", "image entière")];
    let now = usize::from(shown.framed == Framed::Whole);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 26.0;
        if let Some(chosen) = view_menu(ui, now, &names.map(|name| name.get(lang).to_owned()))
            && chosen != now
        {
            let framing = [Framing::FaceCrop, Framing::Whole][chosen];
            cx.act(Action::Frame { photo: shown.id, framing });
        }
        let unseen = shown.framed == Framed::NoFace;
        let words = match unseen && shown.asked.iter().any(|asked| asked.crop.is_none()) {
            true => {
                say("no face was found: used whole, as you asked", "aucun visage trouvé\u{a0}: prise entière, à votre demande")
            }
            false => framing_words(&shown.framed, run.framing),
        };
        let color = if unseen { t.validation } else { t.text2 };
        ui.add(egui::Label::new(theme::caption(words.get(lang)).color(color)).truncate());
    });
}

/// Which framing was used, and whether the run learned from the like.
fn framing_words(framed: &Framed, learned: Framing) -> Phrase {
    match (framed, learned) {
        (Framed::Whole, Framing::Whole) => {
            say("used whole, as the run’s training pictures were", "prise entière, comme les images d’entraînement")
        }
        (Framed::Whole, Framing::FaceCrop) => say(
            "used whole, though the run learned from face crops",
            "prise entière, alors que l’essai a appris sur des visages recadrés",
        ),
        (Framed::Crop, _) => say("already a face crop: used whole", "déjà un visage recadré\u{a0}: prise entière"),
        (Framed::Faces(_), Framing::FaceCrop) => say(
            "cut as UTKFace’s pictures, which the run learned from",
            "cadrés comme les images d’UTKFace, sur lesquelles l’essai a appris",
        ),
        (Framed::Faces(_), Framing::Whole) => say(
            "cut out, though the run learned from whole pictures",
            "cadrés, alors que l’essai a appris sur des images entières",
        ),
        (Framed::NoFace, _) => say("no face was found", "aucun visage trouvé"),
    }
}

fn picture(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto, chosen: usize, run: Answering<'_>) {
    let lang = cx.lang;
    let faces = shown.asked.iter().filter(|a| a.crop.is_some()).count() as u64;
    let caption = match faces {
        0 => String::new(),
        _ => {
            let faces = plural(lang, faces, say("square", "carré"), say("squares", "carrés"));
            format!("{faces} · {}", say("drag one to correct it", "faites glisser un carré pour le corriger").get(lang))
        }
    };
    Card::titled(&shown.name).caption(caption).fill().show(ui, |ui| {
        framing(ui, cx, shown, run);
        let texture = state.textures.entry(shown.id).or_insert_with(|| {
            let image = thumbs::image(&shown.preview, shown.preview_size[0]);
            ui.ctx().load_texture(format!("photo {}", shown.id), image, TextureOptions::LINEAR)
        });
        let pixels = shown.preview_size.map(|side| side as f32 * shown.scale);
        let narrow = ui.available_width() < 420.0;
        let room = vec2(ui.available_width(), (ui.available_height() - theme::BUTTON - 12.0).max(120.0));
        let with_crop: Vec<(usize, Crop)> = shown.asked.iter().enumerate().filter_map(|(i, a)| a.crop.map(|c| (i, c))).collect();
        let squares: Vec<Square> = with_crop
            .iter()
            .map(|&(i, crop)| Square {
                crop,
                label: format!("{} · {}", i + 1, short(lang, &shown.asked[i])),
                selected: i == chosen,
            })
            .collect();
        let photo = Photo { texture: texture.id(), pixels, name: &shown.name };
        match photo::photo(ui, photo, room, &squares, state.drawing).1 {
            Some(photo::PhotoAnswer::Select(i)) => state.asked = Some(shown.asked[with_crop[i].0].id),
            Some(photo::PhotoAnswer::Moved(i, crop)) => {
                (state.asked, state.place) = (None, with_crop[i].0);
                cx.act(Action::Ask { photo: shown.id, asked: Some(shown.asked[with_crop[i].0].id), crop: Some(crop) });
            }
            Some(photo::PhotoAnswer::Drawn(crop)) => {
                state.drawing = false;
                (state.asked, state.place) = (None, shown.asked.len());
                cx.act(Action::Ask { photo: shown.id, asked: None, crop: Some(crop) });
            }
            None => {}
        }
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            let paste = say("Paste", "Coller").get(lang);
            let (name, symbol) = if state.drawing {
                (say("Drag over a face", "Tracez sur un visage"), icon::X)
            } else {
                (say("Draw a square", "Tracer un carré"), icon::SQUARE_DASHED)
            };
            let long = say("Choose photos…", "Choisir des photos…");
            let texts = [long.get(lang), paste, name.get(lang), FOLDER.get(lang)];
            let natural: f32 = texts.iter().map(|text| Button::quiet(*text).icon(symbol).width(ui)).sum();
            let tight = natural + 3.0 * ui.spacing().item_spacing.x > ui.available_width();
            let choose = if tight { say("Photos…", "Photos…") } else { long };
            if ui.add(Button::secondary(choose.get(lang)).icon(icon::FOLDER_OPEN)).clicked() {
                cx.act(Action::ChoosePhotos);
            }
            if narrow {
                if icon_button(ui, icon::CLIPBOARD_PASTE, paste).clicked() {
                    cx.act(Action::Paste);
                }
            } else if ui.add(Button::secondary(paste).icon(icon::CLIPBOARD_PASTE)).clicked() {
                cx.act(Action::Paste);
            }
            let pressed = match narrow {
                true => icon_button(ui, symbol, name.get(lang)).clicked(),
                false => ui.add(Button::quiet(name.get(lang)).icon(symbol)).clicked(),
            };
            if pressed {
                state.drawing = !state.drawing;
            }
            folder(ui, cx, run, narrow);
        });
    });
}

/// A network is never quite certain: 100% would promise too much.
fn share_text(lang: Lang, share: f64) -> String {
    percent(lang, share.min(0.99), 0)
}

/// `male 91%`, `not sure, 58%`, `about 34`.
fn short(lang: Lang, asked: &Asked) -> String {
    match &asked.reply {
        None => "…".to_owned(),
        Some(Err(_)) => say("no answer", "pas de réponse").get(lang).to_owned(),
        Some(Ok(Reply { estimate: Some(Estimate { value, .. }), .. })) => Estimate { value: *value, range: None }.words(lang),
        Some(Ok(reply)) => {
            let (class, share, sure) = reply.verdict();
            let share = share_text(lang, share);
            if sure {
                format!("{} {share}", reply.task.name(class, lang))
            } else {
                format!("{}, {share}", say("not sure", "pas sûr").get(lang))
            }
        }
    }
}

/// `male, about 91%`.
fn sentence(lang: Lang, asked: &Asked) -> String {
    match &asked.reply {
        Some(Ok(reply)) => reply.headline(lang),
        _ => short(lang, asked),
    }
}
