//! The first start: one sentence, two big choices, where to get the pictures, and what the program can tell.

use egui::{Align, CornerRadius, Layout, Rect, Response, Role, Sense, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::{
    Action, Cx,
    glossary::{HONEST, UTKFACE},
    icon::{self, Icon},
    shortcut,
    theme::{self, Theme},
    widget::{
        button::{focus_ring, link, mix},
        thumbs,
    },
};
use crate::{
    data::{picture_size::SIDE, sample_faces},
    text::{Phrase, say},
};

/// Draws the choices in the middle of the room.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = Theme::of(ui);
    let room = ui.available_size();
    let width = room.x.clamp(40.0, 720.0);
    let left = (room.x - width) / 2.0;
    let recent: Vec<_> = cx.recent.iter().take(4).cloned().collect();
    let height = 500.0 + 34.0 * recent.len() as f32;
    let top = ui.cursor().min + vec2(left, ((room.y - height) * 0.4).max(0.0));
    let place = Rect::from_min_size(top, vec2(width, room.y));
    ui.scope_builder(egui::UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)), |ui| {
        ui.label(egui::RichText::new(cx.say(say("Teach a network to tell faces apart", "Apprenez à un réseau à distinguer des visages"))).font(theme::semibold(28.0)).color(t.text));
        let sentence = say(
            "Open a folder of face pictures, train a small neural network on them, and see how good it is, where it errs and why",
            "Ouvrez un dossier de visages, entraînez un petit réseau de neurones dessus, et voyez ce qu’il vaut, où il se trompe et pourquoi",
        );
        ui.add(egui::Label::new(egui::RichText::new(cx.say(sentence)).size(15.0).color(t.text2)).wrap());
        ui.add_space(16.0);
        // In a narrow window one choice stands below the other.
        let side_by_side = width > 560.0;
        let each = if side_by_side { (width - theme::GUTTER) / 2.0 } else { width };
        let layout = if side_by_side { Layout::left_to_right(Align::Min) } else { Layout::top_down(Align::Min) };
        let high = if side_by_side { CHOICE } else { 2.0 * CHOICE + theme::GUTTER };
        ui.allocate_ui_with_layout(vec2(width, high), layout, |ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(theme::GUTTER);
            choices(ui, cx, each);
        });
        ui.add_space(8.0);
        for (folder, there) in recent {
            ui.horizontal(|ui| {
                ui.label(icon::FOLDER_OPEN.text(15.0).color(t.text3));
                let name = folder.display().to_string();
                if there {
                    if link(ui, &name).clicked() {
                        cx.act(Action::UseFolder(folder.clone()));
                    }
                } else {
                    ui.label(theme::cell(&name).color(t.text3));
                    if link(ui, cx.say(say("The folder moved: locate…", "Dossier déplacé : le retrouver…"))).clicked() {
                        cx.act(Action::FindFolder(folder.clone()));
                    }
                }
            });
        }
        ui.add_space(10.0);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 5.0;
            ui.label(theme::cell(cx.say(say("No pictures yet?", "Pas encore d’images ?"))).color(t.text2));
            if link(ui, cx.say(say("Get UTKFace from its authors", "Obtenir UTKFace auprès de ses auteurs"))).clicked() {
                cx.act(Action::OpenLink(UTKFACE));
            }
            ui.label(theme::cell(cx.say(say("(non-commercial research only)", "(recherche, usage non commercial)"))).color(t.text2));
        });
        ui.add_space(22.0);
        let (rect, _) = ui.allocate_exact_size(vec2(width, 1.0), Sense::hover());
        ui.painter().rect_filled(rect, 0.0, t.stroke);
        ui.add_space(10.0);
        ui.label(theme::strong(cx.say(say("What it can and cannot tell", "Ce qu’il peut dire, et ce qu’il ne peut pas dire"))).color(t.text));
        for (symbol, sentence) in [icon::CHECK, icon::X, icon::BOOK_OPEN].into_iter().zip(HONEST) {
            ui.horizontal_top(|ui| {
                ui.label(symbol.text(15.0).color(t.text3));
                ui.add(egui::Label::new(theme::cell(cx.say(sentence)).color(t.text2)).wrap());
            });
        }
    });
}

/// Height of a choice.
const CHOICE: f32 = 184.0;

fn choices(ui: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let t = Theme::of(ui);
    let open = (
        icon::FOLDER_OPEN,
        say("Open UTKFace…", "Ouvrir UTKFace…"),
        say(
            "or any folder with a folder of pictures for each class; drop it here or paste its path",
            "ou tout dossier avec un dossier d’images par classe ; déposez-le ici ou collez son chemin",
        ),
    );
    let (place, opened) = big(ui, cx, width, open, true);
    let keys = format!("{}  ·  {}", shortcut::written(&shortcut::OPEN, cx.lang), shortcut::written(&shortcut::PASTE, cx.lang));
    ui.painter().text(place.left_center(), egui::Align2::LEFT_CENTER, keys, theme::medium(theme::size::CAPTION), t.on);
    if opened.clicked() {
        cx.act(Action::ChooseFolder);
    }
    let sample = (
        icon::SMILE,
        say("Try the sample faces", "Essayer les visages d’exemple"),
        say(
            "2,000 drawings made by a formula; trains in a minute, nothing to download",
            "2 000 dessins tracés par une formule ; s’entraîne en une minute, rien à télécharger",
        ),
    );
    let (place, tried) = big(ui, cx, width, sample, false);
    faces(ui, place);
    if tried.clicked() {
        cx.act(Action::UseSampleFaces);
    }
}

/// A large choice, and the place at its lower edge that is left for a picture or a word.
fn big(ui: &mut Ui, cx: &Cx<'_>, width: f32, (symbol, title, about): (Icon, Phrase, Phrase), filled: bool) -> (Rect, Response) {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, CHOICE), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, cx.say(title)));
    let (fill, text, below) = match (filled, response.hovered()) {
        (true, false) => (t.accent, t.on, t.on),
        (true, true) => (mix(t.accent, t.text, 0.1), t.on, t.on),
        (false, false) => (t.surface, t.text, t.text2),
        (false, true) => (t.surface2, t.text, t.text2),
    };
    let stroke = if filled { egui::Stroke::NONE } else { t.border() };
    ui.painter().rect(rect, CornerRadius::same(theme::RADIUS_CARD), fill, stroke, StrokeKind::Inside);
    focus_ring(ui, &response, rect, theme::RADIUS_CARD);
    let inner = rect.shrink(20.0);
    symbol.paint(ui.painter(), Rect::from_min_size(inner.min, Vec2::splat(26.0)), 26.0, if filled { t.on } else { t.accent });
    ui.painter().text(
        pos2(inner.left(), inner.top() + 46.0),
        egui::Align2::LEFT_CENTER,
        cx.say(title),
        theme::semibold(16.0),
        text,
    );
    let galley = ui.painter().layout(cx.say(about).to_owned(), theme::regular(theme::size::TABLE), below, inner.width());
    ui.painter().galley(pos2(inner.left(), inner.top() + 62.0), galley, below);
    let below = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 36.0), inner.max);
    (below, response.on_hover_cursor(egui::CursorIcon::PointingHand))
}

/// A few of the sample faces, as many as there is room; one more is drawn with each frame.
fn faces(ui: &Ui, place: Rect) {
    const GAP: f32 = 7.0;
    let (id, side) = (egui::Id::unique("faces of the welcome"), place.height());
    let wanted = (((place.width() + GAP) / (side + GAP)) as usize).min(8);
    let mut drawn: Vec<egui::TextureHandle> = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    if drawn.len() < wanted {
        let (pixels, _) = sample_faces::draw(drawn.len());
        let image = thumbs::image(&pixels, SIDE);
        drawn.push(ui.ctx().load_texture(format!("welcome {}", drawn.len()), image, egui::TextureOptions::LINEAR));
        ui.data_mut(|data| data.insert_temp(id, drawn.clone()));
        ui.request_repaint();
    }
    for (index, texture) in drawn.iter().enumerate().take(wanted) {
        let corner = place.min + vec2(index as f32 * (side + GAP), 0.0);
        thumbs::paint(ui, Rect::from_min_size(corner, Vec2::splat(side)), texture.id());
    }
}
