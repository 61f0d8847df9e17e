//! Where the network looked, beside the picture: asked for when it is wished, by the run that answers.

use std::path::Path;

use egui::{Id, Rect, Role, Sense, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::subject::MapOf;
use crate::{
    predict::heatmap::Heat,
    session::{Session, SquareQuery},
    text::{Lang, say},
    ui::{
        Action, Cx, icon, motion,
        theme::{self, Theme},
        widget::{button::link, notice, thumbs},
    },
    worker::Reply,
};

/// Height of the words below the map.
pub const LEGEND: f32 = 54.0;

/// The picture that a map is of: its file and its place in the data set, and from whom the map comes.
#[derive(Clone, Copy)]
pub struct MapRequest<'a> {
    pub file: &'a Path,
    pub sample: usize,
    pub of: MapOf<'a>,
}

impl<'a> MapRequest<'a> {
    /// What was asked about the picture, whether or not the answer is there.
    pub fn asked(self, session: &'a Session) -> Option<&'a SquareQuery> {
        match self.of {
            MapOf::Nobody => None,
            MapOf::Square(asked) => Some(asked),
            MapOf::Run(run) => {
                let looked_at = session.looked_at.as_ref()?;
                let weights = session.weights_of(run);
                (looked_at.file == self.file && looked_at.run == run && looked_at.weights == weights).then_some(&looked_at.asked)
            }
        }
    }

    /// Asks about the picture, unless that was done.
    pub fn ask(self, cx: &mut Cx<'_>) {
        if let MapOf::Run(run) = self.of
            && self.asked(cx.session).is_none()
        {
            let (file, sample, run) = (self.file.to_owned(), self.sample, run.to_owned());
            cx.act(Action::AskAbout { file, sample, run });
        }
    }
}

/// Draws the map into `room`, by `heat`; asks for what is missing. Gives whether the user does not want to wait for it.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, room: Rect, heat: Heat, request: MapRequest<'_>) -> bool {
    let (lang, t) = (cx.lang, Theme::of(ui));
    request.ask(cx);
    let known = request.asked(cx.session);
    let reply = known.and_then(|known| known.reply.as_ref());
    let slow = known.and_then(|known| known.slow.as_ref());
    if heat == Heat::Occlusion
        && let (Some(known), Some(Ok(_)), None) = (known, reply, slow)
    {
        cx.act(Action::Occlude(known.id));
    }
    let mut below = ui.new_child(egui::UiBuilder::new().id_salt("heat map").max_rect(room));
    let ui = &mut below;
    let side = room.width().min(room.height() - LEGEND).max(40.0);
    let picture = Rect::from_center_size(pos2(room.center().x, room.top() + (room.height() - LEGEND) / 2.0), Vec2::splat(side));
    let words = Rect::from_min_size(pos2(room.left(), picture.bottom() + 6.0), vec2(room.width(), LEGEND - 6.0));
    ui.painter().rect_filled(picture, theme::RADIUS_BUTTON, t.surface2);
    let problem = match (reply, slow.and_then(|slow| slow.map.as_ref())) {
        (Some(Err(problem)), _) => Some(problem),
        (_, Some(Err(problem))) if heat == Heat::Occlusion => Some(problem),
        _ => None,
    };
    let map = match (heat, reply) {
        (Heat::GradCam, Some(Ok(reply))) => reply.heatmap.as_deref(),
        (Heat::Occlusion, _) => slow.and_then(|slow| slow.map.as_ref()?.as_deref().ok()),
        _ => None,
    };
    let drawn = reply.and_then(|reply| reply.as_ref().ok()).zip(map);
    if let (Some((reply, map)), Some(known)) = (drawn, known) {
        let texture = texture(ui, (known.id, slow.map(|slow| slow.id), heat), reply, map);
        thumbs::paint(ui, picture, texture.id());
    } else if problem.is_none() {
        motion::busy(ui, picture, t.accent);
    }
    let response = ui.interact(picture, ui.scope_id().with("map"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, say("Where it looked", "Où il a regardé").get(lang)));
    response.on_hover_text(heat.about().get(lang));
    let mut words = ui.new_child(egui::UiBuilder::new().id_salt("legend").max_rect(words));
    match (problem, drawn) {
        (Some(problem), _) => {
            notice::note(&mut words, icon::CIRCLE_ALERT, t.bad, problem.what.get(lang));
            false
        }
        (None, Some((reply, map))) => {
            let text = heat.legend_of(&reply.task, map).get(lang);
            words.add(egui::Label::new(theme::caption(text).color(t.text2)).wrap()).on_hover_text(text);
            false
        }
        (None, None) => waiting(&mut words, lang, heat),
    }
}

/// Says what is waited for; gives whether the user does not want to.
fn waiting(ui: &mut Ui, lang: Lang, heat: Heat) -> bool {
    let t = Theme::of(ui);
    let text = match heat {
        Heat::GradCam => say("The model is looking…", "Le modèle regarde…"),
        Heat::Occlusion => say("One area after the other is being covered…", "Une zone après l’autre est couverte…"),
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::caption(text.get(lang)).color(t.text2));
        link(ui, say("Cancel", "Annuler").get(lang)).clicked()
    })
    .inner
}

/// Whose map a texture is: the question's number, that of the slow map, and which of both is drawn.
type Drawn = (u64, Option<u64>, Heat);

/// The picture with the warm color laid over the places that mattered, mixed once for each map.
fn texture(ui: &Ui, of: Drawn, reply: &Reply, map: &[f32]) -> TextureHandle {
    let id = Id::unique("the heat map in the viewer");
    let warm = Theme::of(ui).validation;
    let key = (of, warm);
    let known = ui.data(|data| data.get_temp::<((Drawn, egui::Color32), TextureHandle)>(id));
    if let Some((_, texture)) = known.filter(|(known, _)| *known == key) {
        return texture;
    }
    let mut image = thumbs::image(&reply.pixels, reply.side);
    for (pixel, value) in image.pixels.iter_mut().zip(map) {
        *pixel = pixel.lerp_to_gamma(warm, 0.75 * value.clamp(0.0, 1.0));
    }
    let texture = ui.ctx().load_texture("looked at", image, TextureOptions::LINEAR);
    ui.data_mut(|data| data.insert_temp(id, (key, texture.clone())));
    texture
}

/// The names of the ways to look, the first of which is not to.
pub fn names(lang: Lang) -> [String; 3] {
    let [quick, slow] = Heat::ALL.map(|heat| heat.name().get(lang).to_owned());
    [say("No heat map", "Sans carte").get(lang).to_owned(), quick, slow]
}
