//! Predict: a photo, the faces in it, and what the run says of each.

mod answer;

use std::collections::HashMap;

use egui::{Popup, ScrollArea, Sense, TextureHandle, TextureOptions, Ui, vec2};

use crate::{
    evaluate::words::class_name,
    predict::predictor::not_sure,
    session::{Asked, Photo},
    text::{Lang, percent, plural, say},
    ui::{
        Action, Cx, icon,
        page::Page,
        theme::{self, Theme},
        widget::{
            button::Button,
            card::{Card, columns, header},
            choice::menu_item,
            notice,
            photo::{self, Square},
            thumbs,
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
    drawing: bool,
    /// The run to compare with, by id.
    other: Option<String>,
    textures: HashMap<u64, TextureHandle>,
}

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let lang = cx.lang;
    let session = cx.session;
    let Some(run) = session.run.clone() else {
        header(ui, Page::Predict.name().get(lang), "", |_| {});
        let text = say("A trained run answers here", "Une exécution entraînée répond ici").get(lang);
        Card::new().fill().show(ui, |ui| notice::empty(ui, icon::SCAN_FACE, text, "", |_| {}));
        return;
    };
    let sentence = match lang {
        Lang::En => format!("Drop, paste or choose a photo; the best weights of “{}” answer", run.info.name),
        Lang::Fr => format!("Déposez, collez ou choisissez une photo ; les meilleurs poids de « {} » répondent", run.info.name),
    };
    header(ui, Page::Predict.name().get(lang), &sentence, |ui| compare(ui, cx, state, &run.info.id));
    state.textures.retain(|id, _| session.photos.iter().any(|p| p.id == *id));
    let shown = session.photos.iter().find(|p| Some(p.id) == state.photo).or_else(|| session.photos.last());
    let Some(shown) = shown else {
        return invite(ui, cx, &run.info.id);
    };
    let newest = session
        .photos
        .last()
        .is_some_and(|p| state.photo.is_some_and(|id| p.id > id) && p.asked.iter().all(|a| a.reply.is_none()));
    let shown = if newest { session.photos.last().unwrap_or(shown) } else { shown };
    if state.photo != Some(shown.id) {
        state.photo = Some(shown.id);
        state.asked = None;
    }
    let chosen = shown.asked.iter().position(|a| Some(a.id) == state.asked).unwrap_or(0);
    if let (Some(asked), Some(other)) = (shown.asked.get(chosen), &state.other)
        && asked.reply.is_some()
        && asked.other.as_ref().is_none_or(|o| o.run != *other)
    {
        cx.act(Action::AskOther { asked: asked.id, run: other.clone() });
    }
    let height = ui.available_height();
    columns(ui, &[1.0, 340.0], height, |column, ui| {
        ui.set_max_height(height);
        if column == 0 {
            picture(ui, cx, state, shown, chosen, &run.info.id);
        } else {
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GUTTER;
                answer::card(ui, cx, shown, chosen);
                if let Some(Ok(reply)) = shown.asked.get(chosen).and_then(|a| a.reply.as_ref()) {
                    answer::seen(ui, lang, reply);
                }
                history(ui, cx, state);
            });
        }
    });
}

/// The menu of runs to compare with.
fn compare(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, shown: &str) {
    let lang = cx.lang;
    let others: Vec<_> = cx.session.runs.iter().filter(|r| r.id != shown && r.best_epoch.is_some()).collect();
    if others.is_empty() {
        return;
    }
    let button = ui.add(
        Button::secondary(say("Compare with another run", "Comparer à une autre exécution").get(lang)).icon(icon::GIT_COMPARE),
    );
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(220.0);
        let check = |on: bool| on.then_some(icon::CHECK);
        if menu_item(ui, check(state.other.is_none()), say("No comparison", "Sans comparaison").get(lang)).clicked() {
            state.other = None;
        }
        for run in others {
            if menu_item(ui, check(state.other.as_deref() == Some(&run.id)), &run.name).clicked() {
                state.other = Some(run.id.clone());
            }
        }
    });
}

fn invite(ui: &mut Ui, cx: &mut Cx<'_>, run: &str) {
    let lang = cx.lang;
    Card::new().fill().show(ui, |ui| {
        let title = say("Drop a photo here", "Déposez une photo ici").get(lang);
        let text = say(
            "Faces are found and cut as UTKFace’s pictures are; everything stays on this machine",
            "Les visages sont trouvés et cadrés comme les images d’UTKFace ; tout reste sur cette machine",
        );
        notice::empty(ui, icon::SCAN_FACE, title, text.get(lang), |ui| {
            if ui.add(Button::primary(say("Choose photos…", "Choisir des photos…").get(lang)).icon(icon::FOLDER_OPEN)).clicked()
            {
                cx.act(Action::ChoosePhotos);
            }
            if ui.add(Button::secondary(say("Paste", "Coller").get(lang)).icon(icon::CLIPBOARD_PASTE)).clicked() {
                cx.act(Action::Paste);
            }
            if ui.add(Button::quiet(say("Folder to CSV…", "Dossier vers CSV…").get(lang)).icon(icon::FILES)).clicked() {
                cx.act(Action::PredictFolder { run: run.to_owned() });
            }
            ui.add_space(12.0);
            ui.label(theme::caption(crate::predict::predictor::CAUTION.get(lang)).color(Theme::of(ui).text3));
        });
    });
}

fn picture(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, shown: &Photo, chosen: usize, run: &str) {
    let lang = cx.lang;
    let faces = shown.asked.iter().filter(|a| a.crop.is_some()).count() as u64;
    let caption = if faces == 0 {
        say("the whole picture is looked at", "toute l’image est regardée").get(lang).to_owned()
    } else {
        let faces = plural(lang, faces, say("square", "carré"), say("squares", "carrés"));
        format!("{faces} · {}", say("drag one to correct it", "faites-le glisser pour corriger").get(lang))
    };
    Card::titled(&shown.name).caption(caption).fill().show(ui, |ui| {
        let texture = state.textures.entry(shown.id).or_insert_with(|| {
            let image = thumbs::image(&shown.preview, shown.preview_size[0]);
            ui.ctx().load_texture(format!("photo {}", shown.id), image, TextureOptions::LINEAR)
        });
        let pixels = shown.preview_size.map(|side| side as f32 * shown.scale);
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
        match photo::photo(ui, texture.id(), pixels, room, &squares, &shown.name, state.drawing) {
            Some(photo::Answer::Select(i)) => state.asked = Some(shown.asked[with_crop[i].0].id),
            Some(photo::Answer::Moved(i, crop)) => {
                cx.act(Action::Ask { photo: shown.id, asked: Some(shown.asked[with_crop[i].0].id), crop: Some(crop) });
            }
            Some(photo::Answer::Drawn(crop)) => {
                state.drawing = false;
                cx.act(Action::Ask { photo: shown.id, asked: None, crop: Some(crop) });
            }
            None => {}
        }
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            if ui.add(Button::secondary(say("Choose photos…", "Choisir des photos…").get(lang)).icon(icon::FOLDER_OPEN)).clicked()
            {
                cx.act(Action::ChoosePhotos);
            }
            if ui.add(Button::secondary(say("Paste", "Coller").get(lang)).icon(icon::CLIPBOARD_PASTE)).clicked() {
                cx.act(Action::Paste);
            }
            let (name, symbol) = if state.drawing {
                (say("Drag over a face", "Tracez sur un visage"), icon::X)
            } else {
                (say("Draw a square", "Tracer un carré"), icon::SQUARE_DASHED)
            };
            if ui.add(Button::quiet(name.get(lang)).icon(symbol)).clicked() {
                state.drawing = !state.drawing;
            }
            if ui.add(Button::quiet(say("Folder to CSV…", "Dossier vers CSV…").get(lang)).icon(icon::FILES)).clicked() {
                cx.act(Action::PredictFolder { run: run.to_owned() });
            }
        });
    });
}

/// Everything that was asked in this session, the newest first.
fn history(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    Card::titled(say("This session", "Cette session").get(lang)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        for shown in cx.session.photos.iter().rev() {
            for (index, asked) in shown.asked.iter().enumerate() {
                let name = if shown.asked.len() > 1 {
                    format!("{}, {} {}", shown.name, say("face", "visage").get(lang), index + 1)
                } else {
                    shown.name.clone()
                };
                let said = sentence(lang, asked);
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::click());
                let on = state.asked == Some(asked.id);
                response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, on, format!("{name}: {said}")));
                if on || response.hovered() {
                    ui.painter().rect_filled(
                        rect.expand2(vec2(6.0, 0.0)),
                        theme::RADIUS_FIELD,
                        if on { t.soft } else { t.surface2 },
                    );
                }
                let picture = egui::Rect::from_min_size(rect.min + vec2(0.0, 4.0), vec2(38.0, 38.0));
                answer::thumbnail(ui, picture, asked);
                let painter = ui.painter_at(rect.with_max_x(rect.right() - 70.0));
                let left = picture.right() + 10.0;
                painter.text(
                    egui::pos2(left, rect.top() + 6.0),
                    egui::Align2::LEFT_TOP,
                    name,
                    theme::regular(theme::size::TABLE),
                    t.text,
                );
                painter.text(
                    egui::pos2(left, rect.top() + 25.0),
                    egui::Align2::LEFT_TOP,
                    said,
                    theme::regular(theme::size::CAPTION),
                    t.text2,
                );
                if let Some(Ok(reply)) = &asked.reply {
                    let bar = egui::Rect::from_min_size(egui::pos2(rect.right() - 62.0, rect.center().y - 2.0), vec2(60.0, 4.0));
                    ui.painter().rect_filled(bar, 2.0, t.stroke);
                    let one = f64::from(reply.probability) >= reply.threshold;
                    let full = bar.with_max_x(bar.left() + bar.width() * reply.probability.clamp(0.03, 1.0));
                    ui.painter().rect_filled(full, 2.0, t.class(u8::from(one)));
                }
                if response.clicked() {
                    state.photo = Some(shown.id);
                    state.asked = Some(asked.id);
                }
            }
        }
    });
}

/// How sure the run is of the class that it says, and whether it is sure at all: (class, share, sure).
fn verdict(reply: &Reply) -> (usize, f64, bool) {
    let p = f64::from(reply.probability);
    let class = usize::from(p >= reply.threshold);
    let share = if class == 1 { p } else { 1.0 - p };
    (class, share, !not_sure(reply.threshold).contains(&p))
}

/// A network is never quite certain: 100 % would promise too much.
fn share_text(lang: Lang, share: f64) -> String {
    percent(lang, share.min(0.99), 0)
}

/// `male 91 %`, `not sure, 58 %`.
fn short(lang: Lang, asked: &Asked) -> String {
    match &asked.reply {
        None => "…".to_owned(),
        Some(Err(_)) => say("no answer", "pas de réponse").get(lang).to_owned(),
        Some(Ok(reply)) => {
            let (class, share, sure) = verdict(reply);
            let share = share_text(lang, share);
            if sure {
                format!("{} {share}", class_name(&reply.classes, class, lang))
            } else {
                format!("{}, {share}", say("not sure", "pas sûr").get(lang))
            }
        }
    }
}

/// `male, about 91 %`.
fn sentence(lang: Lang, asked: &Asked) -> String {
    match &asked.reply {
        Some(Ok(reply)) => headline(lang, reply),
        _ => short(lang, asked),
    }
}

/// `male, about 91 %`, `not sure: rather male, 58 %`.
fn headline(lang: Lang, reply: &Reply) -> String {
    let (class, share, sure) = verdict(reply);
    let (name, share) = (class_name(&reply.classes, class, lang), share_text(lang, share));
    match (sure, lang) {
        (true, Lang::En) => format!("{name}, about {share}"),
        (true, Lang::Fr) => format!("{name}, environ {share}"),
        (false, Lang::En) => format!("not sure: rather {name}, {share}"),
        (false, Lang::Fr) => format!("pas sûr : plutôt {name}, {share}"),
    }
}
