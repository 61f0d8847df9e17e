//! The answer, what the network saw, and where it looked.

use egui::{Align2, Color32, ColorImage, CornerRadius, Rect, Role, Sense, TextureOptions, Ui, WidgetInfo, pos2, vec2};

use super::{runs, words::share_text};
use crate::{
    predict::{
        Framed,
        heatmap::Heat,
        predictor::{Estimate, likeliest, not_sure},
    },
    session::{ShownPhoto, SquareQuery},
    text::{self, Lang, decimal, percent, plural, say},
    ui::{
        Action, Cx, icon, motion,
        theme::{self, Theme, size},
        widget::{
            button::{Button, icon_button},
            card::Card,
            choice::view_menu,
            fitted::{fitted, widest},
            notice,
            separator::separator,
            thumbs,
        },
    },
    worker::Reply,
};

/// The answer about the chosen square; where there is none, why, in all the room there is.
pub fn card(ui: &mut Ui, cx: &mut Cx<'_>, shown: &ShownPhoto, chosen: usize) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let said = shown.asked.get(chosen).is_some_and(|asked| asked.said().is_some());
    let card = if said { Card::new() } else { Card::new().fill() };
    card.show(ui, |ui| {
        let Some(asked) = shown.asked.get(chosen) else {
            return nothing(ui, cx, shown);
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            let which = if asked.crop.is_some() {
                format!("{} {}", say("face", "visage").get(lang), chosen + 1)
            } else {
                say("the whole picture", "toute l’image").get(lang).to_owned()
            };
            ui.label(theme::caption(which).color(t.text2));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if icon_button(ui, icon::TRASH_2, say("Remove this photo", "Retirer cette photo").get(lang)).clicked() {
                    cx.act(Action::ForgetPhoto(shown.id));
                }
                if let Some(Ok(reply)) = &asked.reply {
                    let text = say("Copy the answer as text", "Copier la réponse en texte").get(lang);
                    if icon_button(ui, icon::COPY, text).clicked() {
                        cx.act(Action::CopyText(format!(
                            "{}: {} ({}). {}",
                            shown.name,
                            reply.headline(lang),
                            runs::name(cx, &reply.run),
                            reply.caution.get(lang)
                        )));
                    }
                    let picture = say("Copy the answer as a picture", "Copier la réponse en image").get(lang);
                    if icon_button(ui, icon::IMAGE, picture).clicked() {
                        cx.act(Action::CopyPicture(asked.id));
                    }
                }
            });
        });
        if let Some(Err(problem)) = &asked.reply {
            notice::note(ui, icon::CIRCLE_ALERT, t.bad, problem.what.get(lang));
            ui.add(egui::Label::new(egui::RichText::new(problem.remedy.get(lang)).color(t.text2)).wrap());
            let again = say("Ask again", "Redemander").get(lang);
            if ui.add(Button::secondary(again).icon(icon::REFRESH_CW).compact()).clicked() {
                cx.act(Action::Ask { photo: shown.id, asked: Some(asked.id), crop: asked.crop });
            }
        } else if let Some(reply) = asked.said() {
            let text = reply.headline(lang);
            // What is longer than a line is smaller.
            let wide = ui.painter().layout_no_wrap(text.clone(), theme::semibold(size::HEADLINE), t.text).size().x;
            let large = if wide > ui.available_width() { 19.0 } else { size::HEADLINE };
            // Of a square that was moved, what was said before is paler until its own answer is there.
            let color = if asked.reply.is_some() { t.text } else { t.text3 };
            ui.add(egui::Label::new(theme::headline(text).size(large).color(color)).wrap());
            // Who said it: another run may have answered before.
            let by = match (lang, runs::name(cx, &reply.run)) {
                (Lang::En, name) => format!("according to “{name}”"),
                (Lang::Fr, name) => format!("selon «\u{a0}{name}\u{a0}»"),
            };
            ui.add(egui::Label::new(theme::caption(by).color(t.text2)).truncate());
            bar(ui, lang, reply);
        } else {
            ui.label(theme::headline("…").color(t.text3));
        }
        let caution = match asked.said() {
            Some(reply) => Some(reply.caution.clone()),
            None => cx.session.answering().map(|run| run.caution()),
        };
        if let Some(caution) = caution {
            separator(ui);
            ui.add(egui::Label::new(theme::caption(caution.get(lang)).color(t.text2)).wrap());
        }
    });
}

/// No question could be asked: the photo cannot be read, or no face was found.
fn nothing(ui: &mut Ui, cx: &mut Cx<'_>, shown: &ShownPhoto) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let forget = say("Remove this photo", "Retirer cette photo").get(lang);
    if let Some(problem) = &shown.unread {
        let title = say("No answer", "Pas de réponse").get(lang);
        notice::empty(ui, icon::FILE_X, title, problem.what.get(lang), |ui| {
            if ui.add(Button::quiet(forget).icon(icon::TRASH_2).compact()).clicked() {
                cx.act(Action::ForgetPhoto(shown.id));
            }
        });
        return;
    }
    if shown.framed != Framed::NoFace {
        ui.label(theme::headline("…").color(t.text3));
        return;
    }
    let title = say("No face was found", "Aucun visage trouvé").get(lang);
    let text = say(
        "Draw a square around a face, or predict the whole picture",
        "Tracez un carré autour d’un visage, ou demandez une prédiction sur l’image entière",
    );
    notice::empty(ui, icon::SCAN_FACE, title, text.get(lang), |ui| {
        let whole = say("Predict the whole picture", "Prédire sur l’image entière").get(lang);
        if ui.add(Button::secondary(whole).compact()).clicked() {
            cx.act(Action::Ask { photo: shown.id, asked: None, crop: None });
        }
        if ui.add(Button::quiet(forget).icon(icon::TRASH_2).compact()).clicked() {
            cx.act(Action::ForgetPhoto(shown.id));
        }
    });
}

/// Classes that an answer names, where there are more than two.
const LIKELIEST: usize = 5;

/// The likeliest classes, a bar each.
fn bars(ui: &mut Ui, lang: Lang, reply: &Reply) {
    const ROW: f32 = 22.0;
    let t = Theme::of(ui);
    let shown: Vec<(usize, String)> =
        likeliest(&reply.probabilities).take(LIKELIEST).map(|class| (class, reply.task.name(class, lang))).collect();
    let font = theme::regular(size::TABLE);
    let room = widest(ui, shown.iter().map(|(_, name)| name.as_str()), &font, ui.available_width() * 0.56).max(32.0) + 12.0;
    for (class, name) in shown {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        ui.add_space(-ui.spacing().item_spacing.y);
        let share = reply.probabilities[class];
        let said = share_text(lang, share);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {said}")));
        let label = fitted(ui, &name, font.clone(), t.text, room - 8.0);
        ui.painter().galley(pos2(rect.left(), rect.center().y - label.size().y / 2.0), label, t.text);
        let bar = Rect::from_min_max(pos2(rect.left() + room, rect.top() + 6.0), pos2(rect.right() - 46.0, rect.bottom() - 6.0));
        ui.painter().rect_filled(bar, 4.0, t.grid);
        ui.painter().rect_filled(bar.with_max_x(bar.left() + bar.width() * share as f32), 4.0, t.class(class as u8));
        let at = pos2(rect.right(), rect.center().y);
        ui.painter().text(at, Align2::RIGHT_CENTER, said, theme::regular(size::CAPTION), t.text2);
    }
    let others = reply.probabilities.len().saturating_sub(LIKELIEST) as u64;
    if others > 0 {
        let name = plural(lang, others, say("other", "autre"), say("others", "autres"));
        let said =
            share_text(lang, likeliest(&reply.probabilities).skip(LIKELIEST).map(|class| reply.probabilities[class]).sum());
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        ui.add_space(-ui.spacing().item_spacing.y);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {said}")));
        ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, name, font, t.text2);
        ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, said, theme::regular(size::CAPTION), t.text2);
    }
    ui.add_space(ui.spacing().item_spacing.y);
}

/// Both probabilities as one bar, with the threshold and the band of "not sure" on it.
fn bar(ui: &mut Ui, lang: Lang, reply: &Reply) {
    let t = Theme::of(ui);
    if let Some(estimate) = &reply.estimate {
        return scale_of_years(ui, lang, estimate);
    }
    let [_, p] = *reply.probabilities else { return bars(ui, lang, reply) };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::hover());
    let names = reply.task.names(lang);
    let labels = [format!("{} {}", names[0], share_text(lang, 1.0 - p)), format!("{} {}", names[1], share_text(lang, p))];
    let threshold = format!("{} {}", say("threshold", "seuil").get(lang), text::threshold(lang, reply.threshold));
    let said = format!("{}, {}, {threshold}", labels[0], labels[1]);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
    let bar = Rect::from_min_size(rect.min + vec2(0.0, 4.0), vec2(rect.width(), 12.0));
    // Class 0 grows from the left, class 1 from the right: the border lies where the doubt is.
    let border = bar.left() + bar.width() * (1.0 - p) as f32;
    let round = |left: bool, right: bool| CornerRadius {
        nw: 6 * u8::from(left),
        sw: 6 * u8::from(left),
        ne: 6 * u8::from(right),
        se: 6 * u8::from(right),
    };
    ui.painter().rect_filled(bar.with_max_x(border), round(true, p < 0.01), t.female);
    ui.painter().rect_filled(bar.with_min_x(border), round(p > 0.99, true), t.male);
    let at = |probability: f64| bar.left() + bar.width() * (1.0 - probability) as f32;
    let band = not_sure(reply.threshold);
    let band_rect = Rect::from_min_max(pos2(at(band.end), bar.bottom() + 3.0), pos2(at(band.start), bar.bottom() + 6.0));
    ui.painter().rect_filled(band_rect, 1.5, t.text3.gamma_multiply(0.45));
    ui.painter().vline(
        at(reply.threshold),
        egui::Rangef::new(bar.top() - 3.0, bar.bottom() + 6.0),
        egui::Stroke::new(2.0, t.text),
    );
    let font = theme::regular(size::CAPTION);
    let y = bar.bottom() + 10.0;
    ui.painter().text(pos2(rect.left(), y), Align2::LEFT_TOP, &labels[0], font.clone(), t.text2);
    ui.painter().text(pos2(rect.right(), y), Align2::RIGHT_TOP, &labels[1], font.clone(), t.text2);
    ui.painter().text(pos2(rect.center().x, y), Align2::CENTER_TOP, &threshold, font, t.text3);
    let about = match lang {
        Lang::En => format!("between {} and {} it counts as not sure", percent(lang, band.start, 0), percent(lang, band.end, 0)),
        Lang::Fr => {
            format!("entre {} et {}, la réponse n’est pas sûre", percent(lang, band.start, 0), percent(lang, band.end, 0))
        }
    };
    response.on_hover_text(about);
}

/// Where the scale of ages ends: the oldest label of UTKFace, in years.
pub const OLDEST: f64 = 116.0;

/// An estimate with its range on the scale of a life.
fn scale_of_years(ui: &mut Ui, lang: Lang, estimate: &Estimate) {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::hover());
    let said = estimate.words(lang);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
    let bar = Rect::from_min_size(rect.min + vec2(0.0, 6.0), vec2(rect.width(), 12.0));
    let at = |years: f64| bar.left() + bar.width() * (years / OLDEST).clamp(0.0, 1.0) as f32;
    ui.painter().rect_filled(bar, 6.0, t.grid);
    if let Some(range) = estimate.range {
        let band = Rect::from_min_max(pos2(at(range.low), bar.top()), pos2(at(range.high), bar.bottom()));
        ui.painter().rect_filled(band, 6.0, t.accent.gamma_multiply(0.4));
    }
    let here = at(estimate.value);
    ui.painter().vline(here, egui::Rangef::new(bar.top() - 4.0, bar.bottom() + 4.0), egui::Stroke::new(3.0, t.text));
    let font = theme::regular(size::CAPTION);
    let y = bar.bottom() + 8.0;
    let mut taken: Vec<egui::Rangef> = Vec::new();
    let ends = estimate.range.map_or_else(Vec::new, |range| vec![range.low, range.high]);
    // The ends of the range first; the scale's own numbers where there is room.
    let marks = ends.into_iter().map(|end| (end, t.text2)).chain([0.0, OLDEST, 50.0].map(|end| (end, t.text3)));
    for (years, color) in marks {
        let text = ui.painter().layout_no_wrap(decimal(lang, years, 0), font.clone(), color);
        let left = (at(years) - text.size().x / 2.0).clamp(bar.left(), bar.right() - text.size().x);
        let span = egui::Rangef::new(left - 4.0, left + text.size().x + 4.0);
        if taken.iter().all(|other| span.max < other.min || other.max < span.min) {
            taken.push(span);
            ui.painter().galley(pos2(left, y), text, color);
        }
    }
    let about = say(
        "Of people for whom the model predicts this age, four in five lie within the range: that is how far it was off on validation pictures",
        "Parmi les personnes pour qui le modèle prédit cet âge, quatre sur cinq sont dans l’intervalle\u{a0}: c’est son écart sur les images de validation",
    );
    if estimate.range.is_some() {
        response.on_hover_text(about.get(lang));
    }
}

/// What the network saw, and where it looked: by the quick map, or by the slow one once it is asked for. The card is at least
/// `height` high.
pub fn seen(ui: &mut Ui, cx: &mut Cx<'_>, (asked, reply): (&SquareQuery, &Reply), shown: &mut Heat, height: f32) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let slow = asked.slow.as_ref().map(|slow| slow.map.as_ref());
    let map = match *shown {
        Heat::GradCam => reply.heatmap.as_deref(),
        Heat::Occlusion => slow.flatten().and_then(|map| map.as_deref().ok()),
    };
    Card::new().show(ui, |ui| {
        ui.set_min_height((height - 2.0 * theme::PADDING).max(0.0));
        let side = ((ui.available_width() - 18.0) / 2.0).min(160.0);
        let left = ui.cursor().min;
        ui.allocate_exact_size(vec2(ui.available_width(), side + 26.0), Sense::hover());
        let titles = [say("What it saw", "Ce qu’il a vu"), say("Where it looked", "Où il a regardé")].map(|s| s.get(lang));
        for (column, title) in titles.into_iter().enumerate() {
            let x = left.x + (side + 18.0) * column as f32;
            let picture = Rect::from_min_size(pos2(x, left.y + 26.0), vec2(side, side));
            ui.painter().text(pos2(x, left.y), Align2::LEFT_TOP, title, theme::semibold(size::BODY), t.text);
            let id = ui.scope_id().with(("seen", column));
            let image = blended(reply, map.filter(|_| column == 1), t.validation);
            if column == 1 && map.is_none() {
                ui.painter().rect_filled(picture, theme::RADIUS_BUTTON, t.surface2);
                if slow.is_some_and(|map| map.is_none()) {
                    motion::busy(ui, picture, t.accent);
                }
            } else {
                let texture = ui.ctx().load_texture_cached("seen", id, image, TextureOptions::LINEAR);
                thumbs::paint(ui, picture, texture.id());
            }
            let response = ui.interact(picture, id, Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, title));
            response.on_hover_text(match column {
                0 => format!("{0} × {0}", reply.side),
                _ => shown.about().get(lang).to_owned(),
            });
        }
        // How the map was made, and its colors.
        ui.horizontal(|ui| {
            let names = Heat::ALL.map(|heat| heat.name().get(lang).to_owned());
            let now = Heat::ALL.iter().position(|heat| heat == shown).unwrap_or(0);
            if let Some(chosen) = view_menu(ui, now, &names) {
                *shown = Heat::ALL[chosen];
            }
            let from = ui.cursor().left().max(left.x + side + 18.0);
            let to = (left.x + 2.0 * side + 18.0).max(from + 60.0);
            scale(ui, lang, Rect::from_min_size(pos2(from, ui.min_rect().center().y - 8.0), vec2(to - from, 16.0)));
        });
        if *shown == Heat::Occlusion && slow.is_none() && asked.reply.is_some() {
            cx.act(Action::Occlude(asked.id));
        }
        let (legend, color) = match (*shown, slow.flatten()) {
            (Heat::Occlusion, Some(Err(problem))) => (problem.what.get(lang), t.bad),
            (heat, _) => {
                let legend = map.map_or_else(|| heat.legend_for(&reply.task), |map| heat.legend_of(&reply.task, map));
                (legend.get(lang), t.text3)
            }
        };
        ui.add(egui::Label::new(theme::caption(legend).color(color)).wrap());
    });
}

/// The map's colors from cold to warm, in words.
fn scale(ui: &Ui, lang: Lang, rect: Rect) {
    let t = Theme::of(ui);
    let font = theme::regular(size::CAPTION);
    let [little, much] = [say("little", "peu"), say("much", "beaucoup")].map(|word| word.get(lang));
    let left = ui.painter().text(rect.left_top(), Align2::LEFT_TOP, little, font.clone(), t.text2);
    let right = ui.painter().text(rect.right_top(), Align2::RIGHT_TOP, much, font, t.text2);
    let bar = Rect::from_min_max(pos2(left.right() + 6.0, rect.top() + 4.0), pos2(right.left() - 6.0, rect.top() + 12.0));
    const STEPS: usize = 24;
    for step in 0..STEPS {
        let at = |i: usize| bar.left() + bar.width() * i as f32 / STEPS as f32;
        let color = t.grid.lerp_to_gamma(t.validation, step as f32 / (STEPS - 1) as f32);
        ui.painter().rect_filled(Rect::from_min_max(pos2(at(step), bar.top()), pos2(at(step + 1), bar.bottom())), 0.0, color);
    }
}

/// The square as a small picture.
pub fn thumbnail(ui: &Ui, rect: Rect, asked: &SquareQuery) {
    let t = Theme::of(ui);
    match &asked.reply {
        Some(Ok(reply)) => {
            let id = ui.scope_id().with(("asked", asked.id));
            let texture = ui.ctx().load_texture_cached("asked", id, blended(reply, None, t.validation), TextureOptions::LINEAR);
            thumbs::paint(ui, rect, texture.id());
        }
        _ => {
            ui.painter().rect_filled(rect, theme::RADIUS_FIELD, t.grid);
        }
    }
}

/// The picture with the warm color laid over the places that mattered.
fn blended(reply: &Reply, heat: Option<&[f32]>, warm: Color32) -> ColorImage {
    let mut image = thumbs::image(&reply.pixels, reply.side);
    for (pixel, value) in image.pixels.iter_mut().zip(heat.unwrap_or(&[])) {
        *pixel = pixel.lerp_to_gamma(warm, 0.75 * value.clamp(0.0, 1.0));
    }
    image
}
