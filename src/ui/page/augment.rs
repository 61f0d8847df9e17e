//! Augmentation: one picture, and what training really makes of it.

mod preview;

use egui::{Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

use self::preview::Preview;
use super::{Page, options};
use crate::{
    data::augment::{self, AugmentSettings},
    settings::Settings,
    text::{Lang, Phrase, number, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            button::{Button, link},
            card::{self, Card},
            notice, thumbs,
        },
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    preview: Preview,
}

/// The rail's line: the crop and what is switched on.
pub fn state_line(lang: Lang, settings: &Settings) -> String {
    let a = &settings.augment;
    // The rail has no room for the longer word.
    let mut parts = vec![crop_words(lang, say("crop", "cadre"), a)];
    if a.flip {
        parts.push(say("flip", "miroir").get(lang).to_owned());
    }
    match a.on_count() {
        0 => {}
        n => parts.push(format!("+{n}")),
    }
    parts.join(", ")
}

/// The crop by its `name`, and the side that it is resized to if the network gets another.
fn crop_words(lang: Lang, name: Phrase, augment: &AugmentSettings) -> String {
    let crop = format!("{} {}", name.get(lang), augment.crop);
    if augment.side() == augment.crop as usize { crop } else { format!("{crop} → {}", augment.side()) }
}

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let sentence = say(
        "Small random changes of the training pictures, so that the model does not learn them by heart",
        "De petits changements aléatoires des images d’entraînement, pour que le modèle ne les apprenne pas par cœur",
    );
    card::header(ui, cx.say(Page::Augmentation.name()), cx.say(sentence), |ui| {
        if ui.add(Button::primary(cx.say(Page::Model.name())).trailing(icon::ARROW_RIGHT)).clicked() {
            cx.act(Action::Go(Page::Model));
        }
    });
    let height = ui.available_height();
    let (left, right) = match ui.available_width() {
        w if w < 860.0 => (176.0, 290.0),
        w if w < 1100.0 => (214.0, 310.0),
        _ => (250.0, 350.0),
    };
    card::columns(ui, &[left, 1.0, right], height, |column, ui| match column {
        0 => pictures(ui, cx, state),
        1 => grid(ui, cx, state),
        _ => options::show(ui, cx, "augment.", &[]),
    });
}

/// The picture itself, and what evaluation cuts out of it.
fn pictures(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let t = Theme::of(ui);
    state.preview.choose(cx);
    let room = ui.available_height() - 318.0;
    let (first, second) = ((room * 0.56).max(90.0), (room * 0.44).max(76.0));
    Card::titled(cx.say(say("Your picture", "Votre image"))).show(ui, |ui| {
        let side = ui.available_width().min(first);
        if let Some(texture) = state.preview.original(ui.ctx(), cx) {
            let rect = square(ui, side);
            thumbs::paint(ui, rect, texture);
        }
        let whole = cx.settings.augment.pictures;
        ui.label(
            theme::caption(format!("{} {whole}\u{a0}×\u{a0}{whole}", cx.say(say("as decoded,", "décodée,")))).color(t.text2),
        );
        let another = cx.say(say("Another one", "Une autre"));
        if ui.add(Button::secondary(another).icon(icon::SHUFFLE).full_width()).clicked() {
            if cx.session.own_picture.is_some() {
                cx.act(Action::ForgetOwnPicture);
            }
            state.preview.another(cx);
        }
        ui.vertical_centered(|ui| {
            if link(ui, cx.say(say("choose or drop yours", "choisir la vôtre"))).clicked() {
                cx.act(Action::ChooseOwnPicture);
            }
        });
    });
    Card::titled(cx.say(say("For validation and test", "À l’évaluation"))).fill().show(ui, |ui| {
        let side = ui.available_width().min(second);
        if let Some(texture) = state.preview.original(ui.ctx(), cx) {
            let rect = square(ui, side);
            thumbs::paint(ui, rect, texture);
            let geometry = augment::Drawn::none(&cx.settings.augment).geometry;
            let unit = rect.width() / geometry.from as f32;
            let min = rect.min + vec2(geometry.left as f32, geometry.top as f32) * unit;
            let crop = Rect::from_min_size(min, Vec2::splat(geometry.crop as f32 * unit));
            ui.painter().rect_stroke(crop, 2.0, Stroke::new(2.0, t.accent), StrokeKind::Inside);
        }
        let crop = crop_words(cx.lang, say("crop", "recadrage"), &cx.settings.augment);
        let text = match (cx.lang, cx.settings.augment.test_time_flip) {
            (Lang::En, false) => format!("center {crop}, nothing at random"),
            (Lang::Fr, false) => format!("{crop} au centre, rien au hasard"),
            (Lang::En, true) => format!("center {crop} and its mirror image, nothing at random"),
            (Lang::Fr, true) => format!("{crop} au centre et son miroir, rien au hasard"),
        };
        ui.add(egui::Label::new(theme::caption(text).color(t.text2)).wrap());
    });
}

/// A centered square place.
fn square(ui: &mut Ui, side: f32) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), side), Sense::hover());
    Rect::from_center_size(rect.center(), Vec2::splat(side))
}

/// What training will see: the same code as training, at the true size.
fn grid(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    const GAP: f32 = 8.0;
    let t = Theme::of(ui);
    let warnings = augment::warnings(&cx.settings.augment);
    let again = cx.say(say("Draw again", "Nouveau tirage"));
    let pressed = std::cell::Cell::new(false);
    Card::titled(cx.say(say("What training will see", "Aperçu"))).fill().show_with(
        ui,
        |ui| pressed.set(ui.add(Button::secondary(again).icon(icon::DICES).compact()).clicked()),
        |ui| {
            if pressed.get() {
                state.preview.again();
            }
            let strip = 88.0;
            let lines = if ui.available_width() < 300.0 { 3.0 } else { 2.0 };
            let below = strip + 15.0 * lines + 6.0 + 30.0 * warnings.len().min(2) as f32;
            let room = vec2(ui.available_width(), (ui.available_height() - below).max(100.0));
            let mut columns = (room.x / 138.0).round().clamp(2.0, 10.0);
            let mut tile = (room.x - GAP * (columns - 1.0)) / columns;
            // Pictures a little smaller, rather than a row less.
            let rows = ((room.y + GAP) / (tile * 0.88 + GAP)).floor().clamp(1.0, 8.0);
            tile = tile.min((room.y + GAP) / rows - GAP);
            // Where they got smaller there may be room for another column.
            columns = ((room.x + GAP) / (tile + GAP)).round().clamp(columns, 10.0);
            tile = tile.min((room.x + GAP) / columns - GAP);
            let tiles = state.preview.tiles(ui.ctx(), cx, (columns * rows) as usize);
            let (area, response) = ui.allocate_exact_size(vec2(room.x, rows * (tile + GAP) - GAP), Sense::hover());
            let (count, draw) = (tiles.len(), state.preview.draw());
            let name = match cx.lang {
                Lang::En => format!("{count} changed pictures, draw {draw}"),
                Lang::Fr => format!("{count} images modifiées, tirage {draw}"),
            };
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
            for (index, texture) in tiles.into_iter().enumerate() {
                let place = vec2(index as f32 % columns, (index as f32 / columns).floor()) * (tile + GAP);
                thumbs::paint(ui, Rect::from_min_size(area.min + place, Vec2::splat(tile)), texture);
            }
            for warning in warnings.iter().take(2) {
                notice::note(ui, icon::TRIANGLE_ALERT, t.bad, warning.get(cx.lang));
            }
            if let Some(text) = speed(cx, state) {
                notice::note(ui, icon::ZAP, t.text3, &text);
            }
            ui.add_space(2.0);
            batch(ui, cx, state);
        },
    );
}

/// The start of a batch exactly as training makes it.
fn batch(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    const TILE: f32 = 48.0;
    const STEP: f32 = TILE + 5.0;
    let t = Theme::of(ui);
    ui.label(theme::strong(cx.say(say("A real batch", "Un vrai lot"))).color(t.text));
    let fit = |room: f32| ((room + 5.0) / STEP).floor().max(1.0);
    let columns = fit(ui.available_width());
    let rows = fit(ui.available_height());
    let tiles = state.preview.batch(ui.ctx(), cx, (columns * rows) as usize);
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), rows * STEP - 5.0), Sense::hover());
    if tiles.is_empty() {
        let text = cx.say(say("as soon as the settings can be trained", "dès que les réglages peuvent être entraînés"));
        ui.painter().text(area.left_center(), egui::Align2::LEFT_CENTER, text, theme::regular(theme::size::CAPTION), t.text2);
    }
    for (index, texture) in tiles.into_iter().enumerate() {
        let min = area.min + vec2(index as f32 % columns, (index as f32 / columns).floor()) * STEP;
        thumbs::paint(ui, Rect::from_min_size(min, Vec2::splat(TILE)), texture);
    }
}

/// What augmentation costs against what training needs.
fn speed(cx: &Cx<'_>, state: &State) -> Option<String> {
    let lang = cx.lang;
    let makes = state.preview.pictures_per_second()?;
    // Two significant digits: it is an estimate.
    let unit = 10f64.powf((makes.log10() - 1.0).floor());
    let made = number(lang, ((makes / unit).round() * unit) as u64);
    let needs = cx.session.training.as_ref().and_then(|t| t.history.last()).map(|e| e.pictures_per_second).filter(|n| *n > 0.0);
    Some(match (needs, lang) {
        (None, Lang::En) => format!("This machine makes about {made} of these a second on one core"),
        (None, Lang::Fr) => format!("Cette machine en fait environ {made} par seconde sur un cœur"),
        (Some(needs), Lang::En) => {
            let verdict = if makes > 2.0 * needs { "it will never wait" } else { "training may wait for it" };
            format!("This machine makes about {made} of these a second; training needs {}: {verdict}", number(lang, needs as u64))
        }
        (Some(needs), Lang::Fr) => {
            let verdict = if makes > 2.0 * needs { "il n’attendra jamais" } else { "il pourrait attendre" };
            let needs = number(lang, needs as u64);
            format!("Cette machine en fait environ {made} par seconde ; l’entraînement en demande {needs} : {verdict}")
        }
    })
}
