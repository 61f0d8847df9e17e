//! What becomes of pictures that are not square, with one of them seen in each way; closed until asked for.

use std::path::PathBuf;

use egui::{Context, CornerRadius, Popup, Rect, Role, Sense, TextureHandle, TextureOptions, Ui, WidgetInfo, pos2, vec2};

use crate::{
    data::{dataset::Dataset, face_file, reading::Reading, resize_method::ResizeMethod, sample::Source},
    session::ResizePreview,
    setting_def::Choice as _,
    text::{Lang, Phrase, number, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme, size},
        widget::button::{focus_ring, link, mix},
    },
};

/// The side of the picture before each way, in points.
const PICTURE: f32 = 64.0;

/// The picture that is shown in each way.
#[derive(Default)]
pub struct Resizing {
    /// Which was asked for.
    asked: Option<PathBuf>,
    /// That of which the textures are.
    shown: Option<PathBuf>,
    textures: Vec<TextureHandle>,
}

impl Resizing {
    /// Draws the way of now, which opens the others, where some picture of `dataset` is not square; `not_square` says how many,
    /// and which is the first.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, not_square: (usize, Option<u32>)) {
        let (count, example) = not_square;
        let now = dataset.understood.reading.resize;
        let Source::Folder(root) = &dataset.source else { return };
        if example.is_none() && now.is_default() {
            return;
        }
        let change = link(ui, cx.say(short(now)));
        let change =
            change.accessible_name(cx.say(say(
                "change what becomes of pictures that are not square",
                "changer ce que deviennent les images non carrées",
            )));
        Popup::menu(&change).show(|ui| {
            ui.set_width(360.0);
            let lang = cx.lang;
            let (some, all) = (number(lang, count as u64), number(lang, dataset.samples.len() as u64));
            let text = match lang {
                Lang::En => format!("Pictures that are not square: {some} of {all}. The network sees squares:"),
                Lang::Fr => format!("Images non carrées\u{a0}: {some} sur {all}. Le réseau voit des carrés\u{a0}:"),
            };
            ui.add(egui::Label::new(theme::caption(text).color(Theme::of(ui).text2)).wrap());
            if let Some(index) = example {
                self.look(ui.ctx(), cx, root.join(face_file::photo(&dataset.samples[index as usize].file)));
            }
            for (place, method) in ResizeMethod::ALL.iter().enumerate() {
                let line = line(ui, cx, *method, *method == now, self.textures.get(place));
                if line && *method != now {
                    cx.act(Action::ReadAs(Reading { resize: *method, ..dataset.understood.reading }));
                    ui.close();
                }
            }
        });
    }

    /// Has the picture at `path` made a square in each way, once.
    fn look(&mut self, ctx: &Context, cx: &mut Cx<'_>, path: PathBuf) {
        if let Some(ResizePreview { path: of, side, pictures }) = &cx.session.resize_preview
            && *of == path
            && self.shown.as_ref() != Some(of)
        {
            let texture = |pixels: &Vec<u8>| {
                let image = egui::ColorImage::from_rgb([*side; 2], pixels);
                ctx.load_texture("not square", image, TextureOptions::LINEAR)
            };
            self.textures = pictures.iter().map(texture).collect();
            self.shown = Some(path);
        } else if self.asked.as_ref() != Some(&path) {
            cx.act(Action::PreviewResize(path.clone()));
            self.asked = Some(path);
        }
    }
}

/// What the line says of the way of now.
fn short(method: ResizeMethod) -> Phrase {
    match method {
        ResizeMethod::Squeeze => say("squeezed", "écrasées"),
        ResizeMethod::Crop => say("middle cut out", "centre gardé"),
        ResizeMethod::Pad => say("with borders", "avec des bords"),
    }
}

/// A picture with the name of its way and what it means; whether it is clicked.
fn line(ui: &mut Ui, cx: &Cx<'_>, method: ResizeMethod, on: bool, texture: Option<&TextureHandle>) -> bool {
    let t = Theme::of(ui);
    let name = cx.say(method.name());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), PICTURE + 12.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, ui.is_enabled(), on, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_FIELD), mix(t.surface2, t.text3, 0.12));
    }
    focus_ring(ui, &response, rect.shrink(2.0), theme::RADIUS_FIELD);
    let picture = Rect::from_min_size(rect.min + vec2(6.0, 6.0), vec2(PICTURE, PICTURE));
    match texture {
        Some(texture) => {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), picture, whole, egui::Color32::WHITE);
        }
        None => _ = ui.painter().rect_filled(picture, CornerRadius::same(theme::RADIUS_FIELD), t.grid),
    }
    let words = Rect::from_min_max(pos2(picture.right() + 12.0, rect.top()), rect.max - vec2(if on { 30.0 } else { 8.0 }, 0.0));
    let name = ui.painter().layout_no_wrap(name.to_owned(), theme::regular(size::TABLE), t.text);
    let about = cx.say(method.about()).to_owned();
    let about = ui.painter().layout(about, theme::regular(size::CAPTION), t.text2, words.width());
    let above = words.center().y - (name.size().y + 2.0 + about.size().y) / 2.0;
    let below = pos2(words.left(), above + name.size().y + 2.0);
    ui.painter().galley(pos2(words.left(), above), name, t.text);
    ui.painter().galley(below, about, t.text2);
    if on {
        let place = Rect::from_center_size(pos2(rect.right() - 18.0, rect.center().y), vec2(16.0, 16.0));
        icon::CHECK.paint(ui.painter(), place, 15.0, t.accent);
    }
    response.clicked()
}
