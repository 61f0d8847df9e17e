//! The wall while a data set is being opened: it fills with some of the pictures as they are decoded.

use std::sync::Arc;

use egui::{
    Color32, ColorImage, CornerRadius, Rect, Role, Sense, Shape, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo,
    epaint::RectShape, vec2,
};

use crate::{
    control::Glimpse,
    data::glimpse::{MOST, SIDE},
    text::{Lang, number},
    ui::{
        theme::{self, Theme},
        widget::thumbs,
    },
};

/// From one tile to the next, at least, and between them, in points.
const PITCH: f32 = 68.0;
const GAP: f32 = 6.0;
/// Tiles in a row of the texture that holds them all, each at its place.
const PER_ROW: usize = 16;
const _: () = assert!(PER_ROW * PER_ROW >= MOST);
/// Pictures that go to the graphics card in one frame.
const UPLOADS: usize = 8;

/// The pictures of the opening that are on the graphics card.
#[derive(Default)]
pub struct Filling {
    texture: Option<TextureHandle>,
    /// The first of them: another opening begins with another.
    first: Option<Arc<Glimpse>>,
    /// How many of what came were taken.
    taken: usize,
    /// Whether the picture of a place is there; empty before the first.
    there: Vec<bool>,
}

impl Filling {
    /// Draws the wall as it is when the `share` of the pictures is decoded, `glimpses` among them.
    pub fn show(&mut self, ui: &mut Ui, lang: Lang, share: f32, glimpses: &[Arc<Glimpse>]) {
        self.take(ui, glimpses);
        let t = Theme::of(ui);
        let (room, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        if self.taken > 0 {
            let count = number(lang, self.taken as u64);
            let name = match lang {
                Lang::En => format!("Some of the pictures decoded so far: {count}"),
                Lang::Fr => format!("Quelques-unes des images déjà décodées\u{a0}: {count}"),
            };
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        }
        // Of a larger wall than there are pictures to show, the tiles are larger.
        let pitch = (room.area() / MOST as f32).sqrt().max(PITCH);
        let columns = (room.width() / pitch).floor().max(1.0);
        let side = room.width() / columns - GAP;
        let rows = ((room.height() + GAP) / (side + GAP)).floor().max(1.0);
        let all = ((columns * rows) as usize).min(MOST);
        let ready = (share * all as f32) as usize;
        for index in 0..all {
            let place = vec2(index as f32 % columns, (index as f32 / columns).floor()) * (side + GAP);
            let rect = Rect::from_min_size(room.min + place, Vec2::splat(side));
            match self.picture(index, all) {
                Some(shape) => {
                    ui.painter().add(shape(rect));
                }
                None => {
                    let color = if index < ready { t.stroke } else { t.grid };
                    ui.painter().rect_filled(rect, theme::RADIUS_BUTTON, color);
                }
            }
        }
    }

    /// Takes a few of those that came.
    fn take(&mut self, ui: &Ui, glimpses: &[Arc<Glimpse>]) {
        let same = self.first.as_ref().zip(glimpses.first()).is_some_and(|(known, first)| Arc::ptr_eq(known, first));
        if !same {
            *self = Self { first: glimpses.first().cloned(), texture: self.texture.take(), ..Self::default() };
        }
        let side = SIDE as usize;
        for glimpse in glimpses.iter().skip(self.taken).take(UPLOADS) {
            self.taken += 1;
            let place = glimpse.place as usize;
            if place >= MOST || glimpse.rgb.len() != side * side * 3 {
                continue;
            }
            let texture = self.texture.get_or_insert_with(|| {
                let empty = ColorImage::filled([PER_ROW * side; 2], Color32::TRANSPARENT);
                ui.ctx().load_texture("decoded so far", empty, TextureOptions::LINEAR)
            });
            let at = [place % PER_ROW * side, place / PER_ROW * side];
            texture.set_partial(at, thumbs::image(&glimpse.rgb, side), TextureOptions::LINEAR);
            self.there.resize(MOST, false);
            self.there[place] = true;
        }
        if self.taken < glimpses.len() {
            ui.request_repaint();
        }
    }

    /// The picture for tile `index` of `all`, if one is there: the first of those that fall to it.
    fn picture(&self, index: usize, all: usize) -> Option<impl Fn(Rect) -> Shape + use<>> {
        let texture = self.texture.as_ref()?.id();
        let mut places = (index * MOST).div_ceil(all)..((index + 1) * MOST).div_ceil(all);
        let place = places.find(|place| self.there.get(*place) == Some(&true))?;
        let unit = 1.0 / PER_ROW as f32;
        let min = vec2((place % PER_ROW) as f32, (place / PER_ROW) as f32) * unit;
        // Half a texel inwards, so that a neighbor does not shine through.
        let uv = Rect::from_min_size(min.to_pos2(), Vec2::splat(unit)).shrink(0.5 * unit / SIDE as f32);
        let radius = CornerRadius::same(theme::RADIUS_BUTTON);
        Some(move |rect| Shape::Rect(RectShape::filled(rect, radius, Color32::WHITE).with_texture(texture, uv)))
    }
}
