//! The photo with its squares, how it is framed, and the ways to others.

use egui::{Key, TextureId, TextureOptions, Ui, Vec2, vec2};

use super::{
    State, filmstrip,
    folder::{self, beyond},
    words,
};
use crate::{
    data::sample::Framing,
    predict::Framed,
    session::{Answering, ShownPhoto},
    text::{Lang, plural, say},
    ui::{
        Action, Cx, PhotosAction, icon,
        theme::{self, Theme},
        widget::{
            button::{Button, icon_button},
            card::Card,
            choice::view_menu,
            notice,
            photo::{self, PhotoAnswer, PhotoSquare, PhotoView, SquareLine},
            thumbs,
            zoom::Zoom,
        },
    },
    worker::Crop,
};

/// Points for each pixel of a preview above which it looks blurred.
const BLURRED: f32 = 1.25;
/// Seconds that a photo is looked at before it is read as sharp as it is: who walks on needs no such thing.
const SETTLED: f64 = 0.25;

/// Draws the card; `chosen` is the square that the answer is about.
pub fn card(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto, chosen: usize) {
    let Some(run) = cx.session.answering() else { return };
    Card::titled(&shown.name).caption(caption(cx, shown)).fill().show(ui, |ui| {
        let beyond = cx.session.beyond.as_ref();
        let (several, at_work) = (filmstrip::is_needed(cx.session), filmstrip::is_at_work(cx.session));
        let strip = match (several, at_work) {
            (true, _) => filmstrip::HEIGHT,
            (false, true) => filmstrip::PROGRESS,
            (false, false) => 0.0,
        };
        let line = if beyond.is_some() { theme::BUTTON + 8.0 } else { 0.0 };
        // What stands below the photo may take more lines: it is as high as it was drawn last.
        let below = state.below.unwrap_or(theme::BUTTON + 12.0 + strip + line);
        if let Some(problem) = &shown.unread {
            let room = vec2(ui.available_width(), (ui.available_height() - below).max(120.0));
            ui.allocate_ui(room, |ui| {
                ui.set_min_size(room);
                notice::empty(ui, icon::FILE_X, problem.what.get(cx.lang), problem.remedy.get(cx.lang), |_| {});
            });
        } else {
            framing(ui, cx, state, shown, run);
            canvas(ui, cx, state, shown, (chosen, below));
        }
        let end = ui.cursor().top();
        if several {
            filmstrip::show(ui, cx, state, shown);
        } else if at_work {
            ui.horizontal(|ui| filmstrip::progress(ui, cx));
        }
        if let Some(beyond) = beyond {
            self::beyond(ui, cx, beyond, run);
        }
        ui.add_space(4.0);
        ways(ui, cx, state, shown, run);
        let drawn = ui.cursor().top() - end;
        if state.below.is_none_or(|known| (known - drawn).abs() > 0.5) {
            state.below = Some(drawn);
            ui.request_repaint();
        }
    });
}

/// How many squares there are, what a dashed one means where there is one, and what can be done with them.
fn caption(cx: &Cx<'_>, shown: &ShownPhoto) -> String {
    let lang = cx.lang;
    let squares = || shown.asked.iter().filter(|asked| asked.crop.is_some());
    let (count, dashed) = (squares().count() as u64, squares().any(|asked| words::line(asked) == SquareLine::Dashed));
    let squares = plural(lang, count, say("square", "carré"), say("squares", "carrés"));
    let drag = say("drag one to correct it", "faites glisser un carré pour le corriger").get(lang);
    match count {
        0 => String::new(),
        _ if dashed => format!("{squares} · {} · {drag}", say("dashed: not sure", "en tirets\u{a0}: pas sûr").get(lang)),
        _ => format!("{squares} · {drag}"),
    }
}

/// How the photo is framed, to be changed, and in one line why; at the end how closely it is looked at.
fn framing(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto, run: Answering<'_>) {
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
        let text = match unseen && shown.asked.iter().any(|asked| asked.crop.is_none()) {
            true => {
                say("no face was found: used whole, as you asked", "aucun visage trouvé\u{a0}: prise entière, à votre demande")
            }
            false => words::framing(&shown.framed, run.framing),
        };
        let color = if unseen { t.validation } else { t.text2 };
        let buttons = if state.zoom.fits() { 2.0 } else { 4.0 };
        let gap = ui.spacing().item_spacing.x;
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - buttons * (28.0 + gap)).max(24.0));
            ui.add(egui::Label::new(theme::caption(text.get(lang)).color(color)).truncate());
        });
        ui.add_space((ui.available_width() - buttons * 28.0 - (buttons - 1.0) * gap).max(0.0));
        closeness(ui, cx, state);
        let open = icon_button(ui, icon::MAXIMIZE_2, cx.say(say("Open the picture (Enter)", "Ouvrir l’image (Entrée)")));
        if open.clicked() {
            state.open(ui, cx, shown.id, Some(open.id));
        }
    });
}

/// The buttons that look closely and from afar.
fn closeness(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let mut zoom_step = None;
    if !state.zoom.fits() {
        if icon_button(ui, icon::MINIMIZE_2, cx.say(say("Fit the photo", "Voir toute la photo"))).clicked() {
            zoom_step = Some(ZoomStep::Fit);
        }
        if icon_button(ui, icon::ZOOM_OUT, cx.say(say("Zoom out", "Zoom arrière"))).clicked() {
            zoom_step = Some(ZoomStep::Out);
        }
    }
    let closer = |ui: &mut Ui| icon_button(ui, icon::ZOOM_IN, cx.say(say("Zoom in", "Zoom avant"))).clicked();
    if ui.add_enabled_ui(!state.zoom.is_closest(), closer).inner {
        zoom_step = Some(ZoomStep::In);
    }
    state.zoom_step = zoom_step.or(state.zoom_step.take());
}

/// How a photo is to be looked at, by a button or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoomStep {
    In,
    Out,
    Fit,
}

impl ZoomStep {
    /// What the keys plus, minus and zero wish.
    fn by_keys(ui: &Ui) -> Option<Self> {
        ui.input(|input| {
            let pressed = |key| input.key_pressed(key) && !input.modifiers.command && !input.modifiers.alt;
            match () {
                () if pressed(Key::Plus) || pressed(Key::Equals) => Some(Self::In),
                () if pressed(Key::Minus) => Some(Self::Out),
                () if pressed(Key::Num0) => Some(Self::Fit),
                () => None,
            }
        })
    }
}

/// The photo itself, above what takes `below` points.
fn canvas(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto, (chosen, below): (usize, f32)) {
    let lang = cx.lang;
    let pixels = pixels_of(shown);
    let room = vec2(ui.available_width(), (ui.available_height() - below).max(120.0));
    let (places, squares): (Vec<usize>, Vec<PhotoSquare>) = squares(lang, shown, chosen).unzip();
    let photo = PhotoView { texture: texture(ui, cx, state, shown), pixels, name: &shown.name };
    let seen = photo::zoomed(ui, photo, room, &squares, (state.drawing, &mut state.zoom));
    match seen.answer {
        Some(PhotoAnswer::Select(i)) => state.asked = Some(shown.asked[places[i]].id),
        Some(PhotoAnswer::Moving(i, crop)) => {
            // The answer follows as quickly as it comes.
            let (place, before) = (places[i], squares[i].crop);
            let far = (crop.x - before.x).abs().max((crop.y - before.y).abs()).max((crop.side - before.side).abs());
            if shown.asked[place].reply.is_some() && far > crop.side / 40.0 {
                move_to(cx, state, shown, place, crop);
            }
        }
        Some(PhotoAnswer::Moved(i, crop)) => move_to(cx, state, shown, places[i], crop),
        Some(PhotoAnswer::Drawn(crop)) => {
            state.drawing = false;
            (state.asked, state.place) = (None, shown.asked.len());
            cx.act(Action::Ask { photo: shown.id, asked: None, crop: Some(crop) });
        }
        None => {}
    }
    // Arrows, plus and minus are a square's that has the keyboard.
    let keys = !seen.keyed && !ui.text_edit_focused() && filmstrip::is_free(ui);
    let zoom_step = state.zoom_step.take().or_else(|| ZoomStep::by_keys(ui).filter(|_| keys));
    if let Some(zoom_step) = zoom_step {
        let (outer, middle) = (seen.whole.rect, seen.whole.rect.center());
        match zoom_step {
            ZoomStep::In => state.zoom.by(Zoom::STEP, middle, outer, pixels),
            ZoomStep::Out => state.zoom.by(1.0 / Zoom::STEP, middle, outer, pixels),
            ZoomStep::Fit => state.zoom = Zoom::default(),
        }
        ui.request_repaint();
    }
    if keys && ui.memory(egui::Memory::focused).is_none() {
        state.zoom.pan(arrows(ui), seen.whole.rect, pixels);
    }
    if seen.opens || (keys && ui.memory(egui::Memory::focused).is_none() && ui.input(|input| input.key_pressed(Key::Enter))) {
        state.open(ui, cx, shown.id, None);
    }
    sharpen(ui, cx, state, shown, seen.scale);
}

/// The squares of a photo with their places among what was asked about it; `chosen` is the one that the answer is about.
pub fn squares(lang: Lang, shown: &ShownPhoto, chosen: usize) -> impl Iterator<Item = (usize, PhotoSquare)> {
    shown.asked.iter().enumerate().filter_map(move |(place, asked)| {
        let label = format!("{} · {}", place + 1, words::short(lang, asked));
        Some((place, PhotoSquare { crop: asked.crop?, label, line: words::line(asked), selected: place == chosen }))
    })
}

/// Width and height of a photo, in its own pixels.
pub fn pixels_of(shown: &ShownPhoto) -> [f32; 2] {
    shown.preview_size.map(|side| side as f32 * shown.scale)
}

/// Asks for the photo as sharp as it is, if it is looked at with so many points for each of its pixels.
pub fn sharpen(ui: &Ui, cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto, scale: f32) {
    let blurred = shown.scale > 1.0 && scale * shown.scale * ui.pixels_per_point() > BLURRED;
    let known = cx.session.sharp.as_ref().is_some_and(|sharp| sharp.photo == shown.id);
    if blurred && !known && state.sharpened != Some(shown.id) {
        let left = state.since + SETTLED - ui.input(|input| input.time);
        if left <= 0.0 {
            state.sharpened = Some(shown.id);
            cx.act(Action::Photos(PhotosAction::Look { photo: shown.id, sharp: true }));
        } else {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
    }
}

/// How far the arrow keys move a photo of which not all is seen: toward what lies in their direction.
fn arrows(ui: &Ui) -> Vec2 {
    /// For each press, in points.
    const STEP: f32 = 60.0;
    let pressed = |key| ui.input(|input| input.num_presses(key)) as f32;
    let x = pressed(Key::ArrowLeft) - pressed(Key::ArrowRight);
    let y = pressed(Key::ArrowUp) - pressed(Key::ArrowDown);
    STEP * vec2(x, y)
}

/// Asks about a square that stands elsewhere now, or has another size.
fn move_to(cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto, place: usize, crop: Crop) {
    (state.asked, state.place) = (None, place);
    cx.act(Action::Ask { photo: shown.id, asked: Some(shown.asked[place].id), crop: Some(crop) });
}

/// The photo as sharp as it is known.
pub fn texture(ui: &Ui, cx: &Cx<'_>, state: &mut State, shown: &ShownPhoto) -> TextureId {
    let sharp = cx.session.sharp.as_ref().filter(|sharp| sharp.photo == shown.id);
    let key = (shown.id, sharp.is_some());
    match &state.texture {
        Some((known, texture)) if *known == key => texture.id(),
        _ => {
            let image = match sharp {
                Some(sharp) => thumbs::image(&sharp.rgb, sharp.size[0]),
                None => thumbs::image(&shown.preview, shown.preview_size[0]),
            };
            let texture = ui.ctx().load_texture(format!("photo {}", shown.id), image, TextureOptions::LINEAR);
            state.texture.insert((key, texture)).1.id()
        }
    }
}

/// Other photos, and a square by hand.
fn ways(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto, run: Answering<'_>) {
    let lang = cx.lang;
    let narrow = ui.available_width() < 420.0;
    ui.horizontal_wrapped(|ui| {
        let paste = say("Paste", "Coller").get(lang);
        let (name, symbol) = if state.drawing {
            (say("Drag over a face", "Faites glisser sur un visage"), icon::X)
        } else {
            (say("Draw a square", "Tracer un carré"), icon::SQUARE_DASHED)
        };
        let long = say("Choose photos…", "Choisir des photos…");
        let texts = [long.get(lang), paste, name.get(lang), folder::NAME.get(lang)];
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
        if shown.unread.is_none() {
            let pressed = match narrow {
                true => icon_button(ui, symbol, name.get(lang)).clicked(),
                false => ui.add(Button::quiet(name.get(lang)).icon(symbol)).clicked(),
            };
            if pressed {
                state.drawing = !state.drawing;
            }
        }
        folder::menu(ui, cx, run);
    });
}
