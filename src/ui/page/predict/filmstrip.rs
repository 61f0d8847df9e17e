//! Several photos as a strip of thumbnails with what was said of each, to walk through.

use std::{collections::HashMap, time::Instant};

use egui::{
    Context, EventFilter, Id, Key, Popup, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, WidgetInfo, pos2, vec2,
};

use super::{State, Wanted, words};
use crate::{
    data::resize::resize,
    session::{Session, ShownPhoto},
    text::{Lang, named, number, plural, say},
    ui::{
        Action, Cx, PhotosAction, icon,
        theme::{self, Theme, size},
        widget::{
            button::{Button, focus_ring, icon_button},
            fitted::fitted,
            thumbs::{self, MOST_OF_A_FRAME},
        },
    },
};

/// Height of the strip with the line above it, in points.
pub const HEIGHT: f32 = 142.0;
/// Height of the line that tells how far the evaluation is, where it stands alone.
pub const PROGRESS: f32 = 38.0;

/// Width and height of a photo's place, and the gap between two.
const PLACE: [f32; 2] = [108.0, 88.0];
const GAP: f32 = 4.0;
/// Width and height of a thumbnail at most.
const THUMB: [f32; 2] = [96.0, 58.0];
/// Squares that wait for an answer from which on it is said how many: one or two are there at once.
const MANY: usize = 4;

/// What the strip remembers.
#[derive(Default)]
pub struct Strip {
    thumbs: HashMap<u64, TextureHandle>,
    /// The photo that was last brought into view.
    at: Option<u64>,
}

/// Whether there are several photos, or will be.
pub fn is_needed(session: &Session) -> bool {
    session.photos.len() > 1 || session.arrival.is_some_and(|arrival| arrival.wanted > 1)
}

/// Whether it takes so long that it is said how far it is.
pub fn is_at_work(session: &Session) -> bool {
    session.arrival.is_some_and(|arrival| arrival.wanted != 1) || awaited(session) >= MANY
}

fn awaited(session: &Session) -> usize {
    session.photos.iter().map(ShownPhoto::awaited).sum()
}

/// How far the reading and evaluating is, and its end before that.
pub fn progress(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    if !is_at_work(cx.session) {
        return;
    }
    let text = match cx.session.arrival {
        Some(arrival) if arrival.wanted == 0 => say("looking for photos…", "recherche des photos…").get(lang).to_owned(),
        Some(arrival) => {
            let [come, wanted] = [arrival.come, arrival.wanted].map(|count| number(lang, count as u64));
            match lang {
                Lang::En => format!("{come} of {wanted} read…"),
                Lang::Fr => format!("{come} sur {wanted} lues…"),
            }
        }
        None => {
            let left = awaited(cx.session) as u64;
            plural(lang, left, say("answer to come…", "réponse à venir…"), say("answers to come…", "réponses à venir…"))
        }
    };
    ui.label(theme::caption(text).color(t.text2));
    if ui.add(Button::quiet(say("Stop", "Arrêter").get(lang)).icon(icon::SQUARE).compact()).clicked() {
        cx.act(Action::Photos(PhotosAction::Stop));
    }
}

/// Draws the strip; `shown` is the photo that the page shows.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto) {
    let (lang, t, session) = (cx.lang, Theme::of(ui), cx.session);
    let photos = &session.photos;
    let count = photos.len();
    let place = photos.iter().position(|photo| photo.id == shown.id).unwrap_or_default();
    let base = ui.scope_id().with("photos");
    let (mut go_to, mut opened) = (None, None);
    // In a narrow page how far it is stands on a line of its own.
    let wide = ui.available_width() > 420.0;
    ui.horizontal(|ui| {
        ui.set_min_height(theme::FIELD);
        let step = |ui: &mut Ui, symbol, name: &str, possible| {
            ui.add_enabled_ui(possible, |ui| icon_button(ui, symbol, name).clicked()).inner
        };
        if step(ui, icon::CHEVRON_LEFT, say("Previous photo", "Photo précédente").get(lang), place > 0) {
            go_to = Some(place - 1);
        }
        let [now, all] = [place + 1, count].map(|count| number(lang, count as u64));
        let text = match lang {
            Lang::En => format!("{now} of {all}"),
            Lang::Fr => format!("{now} sur {all}"),
        };
        ui.label(theme::caption(text).color(t.text2));
        if step(ui, icon::CHEVRON_RIGHT, say("Next photo", "Photo suivante").get(lang), place + 1 < count) {
            go_to = Some(place + 1);
        }
        if icon_button(ui, icon::TRASH_2, say("Remove all photos", "Retirer toutes les photos").get(lang)).clicked() {
            cx.act(Action::Photos(PhotosAction::ForgetAll));
        }
        if wide {
            progress(ui, cx);
        }
    });
    if !wide && is_at_work(session) {
        ui.horizontal(|ui| progress(ui, cx));
    }
    let stepped = by_keys(ui, photos, base, place, state.zoom.fits());
    go_to = stepped.or(go_to);
    let moved = state.strip.at.replace(shown.id) != Some(shown.id);
    let mut area = ScrollArea::horizontal().id_salt("filmstrip").auto_shrink([false, true]);
    if moved {
        // Its own offset, so that a page that scrolls as a whole stays where it is.
        let left = place as f32 * (PLACE[0] + GAP) - (ui.available_width() - PLACE[0]) / 2.0;
        area = area.horizontal_scroll_offset(left.max(0.0));
    }
    let began = Instant::now();
    state.strip.thumbs.retain(|id, _| photos.iter().any(|photo| photo.id == *id));
    area.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for (index, photo) in photos.iter().enumerate() {
                let place = Place { photo, index, count, on: photo.id == shown.id };
                let response = place.show(ui, lang, base.with(photo.id), |ui| state.strip.thumb(ui.ctx(), photo, began));
                match state.wanted(ui, &response, photo.id) {
                    Some(Wanted::Open) => opened = Some((photo.id, response.id)),
                    Some(Wanted::Turn) => go_to = Some(index),
                    None => {}
                }
            }
        });
    });
    if let Some(photo) = go_to.and_then(|place| photos.get(place)) {
        state.turn_to(photo.id);
        if stepped.is_some() && ui.memory(egui::Memory::focused).is_some() {
            ui.memory_mut(|memory| memory.request_focus(base.with(photo.id)));
        }
    }
    if let Some((photo, back)) = opened {
        state.open(ui, cx, photo, Some(back));
    }
}

/// Where the arrow keys lead, with Home and End, while nothing else has the keyboard. Where not all of the photo is seen, they
/// are `free` only with the keyboard on the strip.
fn by_keys(ui: &Ui, photos: &[ShownPhoto], base: Id, place: usize, free: bool) -> Option<usize> {
    let focused = ui.memory(egui::Memory::focused);
    let own = focused.filter(|id| photos.iter().any(|photo| base.with(photo.id) == *id));
    if let Some(id) = own {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    } else if focused.is_some() || !free || !is_free(ui) {
        return None;
    }
    let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
    let to = match () {
        () if pressed(Key::Home) > 0 => 0,
        () if pressed(Key::End) > 0 => photos.len() as isize - 1,
        () => place as isize + pressed(Key::ArrowRight) - pressed(Key::ArrowLeft),
    };
    let to = to.clamp(0, photos.len() as isize - 1) as usize;
    (to != place).then_some(to)
}

/// Whether keys are the page's: no menu is open, and no dialog stands before it.
pub fn is_free(ui: &Ui) -> bool {
    !Popup::is_any_open(ui.ctx()) && ui.memory(|memory| memory.top_modal_layer().is_none())
}

impl Strip {
    /// The photo's thumbnail, if it is there or this frame still has time for it.
    pub fn thumb(&mut self, ctx: &Context, photo: &ShownPhoto, began: Instant) -> Option<TextureHandle> {
        if let Some(known) = self.thumbs.get(&photo.id) {
            return Some(known.clone());
        }
        if began.elapsed() > MOST_OF_A_FRAME {
            ctx.request_repaint();
            return None;
        }
        let [width, height] = photo.preview_size.map(|side| side as f32);
        let scale = (2.0 * THUMB[0] / width.max(1.0)).min(2.0 * THUMB[1] / height.max(1.0)).min(1.0);
        let small = [width, height].map(|side| ((side * scale).round() as u32).max(1));
        let rgb = resize(&photo.preview, photo.preview_size.map(|side| side as u32), small);
        let image = thumbs::image(&rgb, small[0] as usize);
        let texture = ctx.load_texture(format!("thumbnail {}", photo.id), image, TextureOptions::LINEAR);
        self.thumbs.insert(photo.id, texture.clone());
        Some(texture)
    }
}

/// A photo's place in the strip.
struct Place<'a> {
    photo: &'a ShownPhoto,
    index: usize,
    count: usize,
    /// Whether it is the one that is shown.
    on: bool,
}

impl Place<'_> {
    fn show(&self, ui: &mut Ui, lang: Lang, id: Id, thumb: impl FnOnce(&Ui) -> Option<TextureHandle>) -> Response {
        let t = Theme::of(ui);
        let Self { photo, index, count, on } = *self;
        let (_, rect) = ui.allocate_space(PLACE.into());
        // What is scrolled away takes no clicks beyond the strip.
        let response = ui.interact(rect.intersect(ui.clip_rect()), id, Sense::click());
        let said = words::summary(lang, photo);
        let name = match lang {
            Lang::En => format!("photo {} of {count}, {}", index + 1, photo.name),
            Lang::Fr => format!("photo {} sur {count}, {}", index + 1, photo.name),
        };
        let name = named(lang, name, &said);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &name));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        if on {
            ui.painter().rect(rect, theme::RADIUS_BUTTON, t.soft, Stroke::new(1.5, t.accent), StrokeKind::Inside);
        } else if response.hovered() {
            ui.painter().rect_filled(rect, theme::RADIUS_BUTTON, t.surface2);
        }
        let room = Rect::from_min_size(rect.min + vec2(6.0, 6.0), THUMB.into());
        if photo.unread.is_some() {
            ui.painter().rect_filled(room, theme::RADIUS_FIELD, t.grid);
            icon::FILE_X.paint(ui.painter(), room, 22.0, t.bad);
        } else if let Some(texture) = thumb(ui) {
            let size = texture.size_vec2();
            let scale = (room.width() / size.x).min(room.height() / size.y);
            thumbs::paint(ui, Rect::from_center_size(room.center(), size * scale), texture.id());
        } else {
            ui.painter().rect_filled(room, theme::RADIUS_FIELD, t.grid);
        }
        // Half a word at the strip's end would be read as another.
        if ui.clip_rect().x_range().contains(rect.left() + 1.0) && ui.clip_rect().x_range().contains(rect.right() - 1.0) {
            let color = if photo.unread.is_some() { t.bad } else { t.text2 };
            let text = fitted(ui, &said, theme::regular(size::CAPTION), color, rect.width() - 8.0);
            ui.painter().galley(pos2(rect.center().x - text.size().x / 2.0, room.bottom() + 4.0), text, color);
        }
        focus_ring(ui, &response, rect.shrink(2.0), theme::RADIUS_BUTTON);
        response.on_hover_text(name)
    }
}
