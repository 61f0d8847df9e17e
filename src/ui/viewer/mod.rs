//! The viewer: one picture in place of the page, with all that is known of it; its neighbors are an arrow key away.
//!
//! A page opens it with a [`Film`], the list that the picture stands in, says each frame what the picture is ([`Subject`]),
//! and draws nothing else meanwhile.

mod canvas;
mod map;
mod side;
mod strip;
pub mod subject;

use std::path::Path;

use egui::{Align, Id, Key, Layout, Modifiers, Popup, Rect, Sense, Ui, UiBuilder, Vec2, vec2};

use self::{
    canvas::{Canvas, Drawn, PaintedPicture, STEP, View},
    map::MapRequest,
    side::{HEAT, MISTAKE, Side, SideAnswer},
    subject::{Film, MapOf, Subject, scale},
};
use crate::{
    predict::heatmap::Heat,
    problem::Problem,
    text::say,
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            button::{Button, DOUBLE_CLICK, icon_button},
            notice,
            originals::{Large, Originals},
            scroll,
        },
    },
};

/// A viewer that is open.
pub struct Viewer {
    position: usize,
    view: View,
    /// Points for each of the picture's pixels, as it was drawn last.
    scale: f32,
    heat: Option<Heat>,
    /// The question whose slow map is on its way: it is not waited for once another is looked at.
    slow: Option<u64>,
    originals: Originals,
    /// The picture's file, once it was read, or why it cannot be.
    large: Option<Result<Large, Problem>>,
    /// What had the keyboard before.
    back: Option<Id>,
    /// When it was opened, in egui's seconds.
    since: f64,
    /// The last frame in which it was drawn: one whose page was left is closed.
    frame: u64,
    /// Whether the picture has had the keyboard once.
    begun: bool,
}

/// How it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerAnswer {
    Stay,
    Close,
    /// The map is to be that of another of [`Subject::maps`].
    Map(usize),
    /// A click on a square of [`Subject::squares`].
    Square(usize),
}

/// Below this size of the window what is known stands below the picture, and all of it scrolls.
const LEAST: Vec2 = vec2(720.0, 440.0);
/// Width of what is known beside the picture.
const SIDE: f32 = 300.0;
/// Width from which on the name stands in the line of the buttons.
const NAMED: f32 = 620.0;

/// Further than any list is long.
const FAR: i64 = 1 << 40;

impl Viewer {
    /// At a position of its list; `back` gets the keyboard when it is closed, or what has it now.
    pub fn at(ui: &Ui, position: usize, back: Option<Id>) -> Self {
        ui.request_repaint();
        Popup::close_all(ui.ctx());
        Self {
            position,
            view: View::default(),
            scale: 0.0,
            heat: None,
            slow: None,
            originals: Originals::default(),
            large: None,
            back: back.or_else(|| ui.memory(egui::Memory::focused)),
            since: ui.input(|input| input.time),
            frame: ui.cumulative_frame_nr(),
            begun: false,
        }
    }

    /// Where it is in its list.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Points for each of the picture's pixels, as it was drawn last.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// Keeps it, though something else is drawn in this frame.
    pub fn keep(&mut self, ui: &Ui) {
        self.frame = ui.cumulative_frame_nr();
    }

    /// Whether another page was looked at since.
    pub fn is_left(&self, ui: &Ui) -> bool {
        ui.cumulative_frame_nr() > self.frame + 1
    }

    fn go(&mut self, position: usize) {
        if position != self.position {
            (self.position, self.view) = (position, View::default());
        }
    }

    /// Goes where the keys lead. Comes before [`Viewer::show`], whose subject is where it then is.
    pub fn turn(&mut self, ui: &Ui, film: &Film<'_>) {
        self.keep(ui);
        self.position = self.position.min(film.count.saturating_sub(1));
        if busy(ui) {
            return;
        }
        if pressed(ui, MISTAKE)
            && let Some(position) = film.next_mistake(self.position)
        {
            self.go(position);
        }
        // Among the buttons the arrow keys go from one to the next.
        if ui.memory(egui::Memory::focused).is_some_and(|focused| focused != canvas::id()) {
            return;
        }
        let steps = [
            (Key::ArrowLeft, -1),
            (Key::ArrowRight, 1),
            (Key::ArrowUp, -1),
            (Key::ArrowDown, 1),
            (Key::PageUp, -10),
            (Key::PageDown, 10),
            (Key::Home, -FAR),
            (Key::End, FAR),
        ];
        let step: i64 = ui.input(|input| steps.iter().map(|(key, step)| input.num_presses(*key) as i64 * step).sum());
        if step != 0 {
            self.go((self.position as i64).saturating_add(step).clamp(0, film.count as i64 - 1) as usize);
        }
    }

    /// Draws it into the room of the page. Where it closes, it gives the keyboard back.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, film: &Film<'_>, subject: &Subject<'_>) -> ViewerAnswer {
        let file = (film.file)(self.position);
        let frame = ShownFrame { film, subject, file: &file };
        self.follow_map(cx, &frame);
        let mut closed = self.keys(ui, cx, &frame);
        let mut answer = ViewerAnswer::Stay;
        self.read(ui, film);
        let room = ui.available_size();
        closed |= self.head(ui, cx, &frame);
        if scroll::is_long(ui) || room.x < LEAST.x || room.y < LEAST.y {
            scroll::list(ui, |ui| {
                let height = if room.y.is_finite() { room.y * 0.6 } else { 0.0 };
                let room = vec2(ui.available_width(), height.max(180.0));
                answer = self.stage(ui, cx, &frame, room, false).unwrap_or(answer);
                ui.add_space(8.0);
                answer = self.beside(ui, cx, &frame).unwrap_or(answer);
            });
        } else {
            answer = self.spread(ui, cx, &frame).unwrap_or(answer);
        }
        // What is typed into gives up by Escape first.
        closed |= !busy(ui) && pressed(ui, Key::Escape);
        if !closed {
            return answer;
        }
        self.stop_slow(cx);
        if let Some(back) = self.back {
            ui.memory_mut(|memory| memory.request_focus(back));
        }
        ui.request_repaint();
        ViewerAnswer::Close
    }

    /// Stops waiting for the slow map of what is not looked at any more, and notes which one is awaited now.
    fn follow_map(&mut self, cx: &mut Cx<'_>, frame: &ShownFrame<'_, '_>) {
        let asked = frame.map().asked(cx.session).filter(|_| self.heat == Some(Heat::Occlusion));
        let awaited = asked.filter(|asked| asked.slow.as_ref().is_some_and(|slow| slow.map.is_none())).map(|asked| asked.id);
        if self.slow != awaited {
            self.stop_slow(cx);
            self.slow = awaited;
        }
    }

    fn stop_slow(&mut self, cx: &mut Cx<'_>) {
        if let Some(asked) = self.slow.take() {
            cx.act(Action::StopMap(asked));
        }
    }

    /// The picture with what is known of it beside it, and its neighbors below.
    fn spread(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, frame: &ShownFrame<'_, '_>) -> Option<ViewerAnswer> {
        let all = ui.available_rect_before_wrap();
        let body = all.with_max_y(all.bottom() - strip::SIDE - 12.0);
        let part = |name: &'static str, rect: Rect| UiBuilder::new().id_salt(name).max_rect(rect);
        let picture = body.with_max_x(body.right() - SIDE - 18.0);
        let clicked = ui.scope_builder(part("picture", picture), |ui| self.stage(ui, cx, frame, picture.size(), true)).inner;
        let side = part("side", all.with_min_x(all.right() - SIDE));
        let chosen = ui.scope_builder(side, |ui| scroll::area(ui, |ui| self.beside(ui, cx, frame))).inner;
        // Below the picture alone, which it is centered on.
        let below = all.with_min_y(all.bottom() - strip::SIDE - 2.0).with_max_x(picture.right());
        ui.scope_builder(part("strip", below), |ui| {
            if let Some(position) = strip::show(ui, cx.lang, cx.thumbs, frame.film, self.position) {
                self.go(position);
                ui.request_repaint();
            }
        });
        clicked.or(chosen)
    }

    /// Keys that decide and look; gives whether it is closed by one.
    fn keys(&mut self, ui: &Ui, cx: &mut Cx<'_>, frame: &ShownFrame<'_, '_>) -> bool {
        if busy(ui) {
            return false;
        }
        if let Some(change) = frame.subject.decidable.as_ref().and_then(|decidable| side::decided(ui, cx.lang, decidable)) {
            cx.act(Action::Edit { files: vec![frame.file.to_owned()], change });
        }
        if frame.subject.map.is_there() && pressed(ui, HEAT) {
            self.heat = match self.heat {
                None => Some(Heat::GradCam),
                Some(Heat::GradCam) => Some(Heat::Occlusion),
                Some(Heat::Occlusion) => None,
            };
        }
        if pressed(ui, Key::Plus) | pressed(ui, Key::Equals) {
            self.view.enlarge(STEP, Vec2::ZERO);
        }
        if pressed(ui, Key::Minus) {
            self.view.enlarge(1.0 / STEP, Vec2::ZERO);
        }
        // As in a file manager, the key that opened it.
        ui.memory(|memory| memory.has_focus(canvas::id())) && pressed(ui, Key::Space)
    }

    /// Reads the picture's file, and then its neighbors'.
    fn read(&mut self, ui: &Ui, film: &Film<'_>) {
        let Some(path) = film.path(self.position) else {
            self.large = None;
            return;
        };
        self.large = self.originals.get(ui.ctx(), &path).cloned();
        if self.large.is_some() {
            for next in [self.position + 1, self.position.wrapping_sub(1)].into_iter().filter(|next| *next < film.count) {
                if let Some(path) = film.path(next) {
                    self.originals.prepare(ui.ctx(), &path);
                }
            }
        }
    }

    /// The line at the top; gives whether the viewer is closed there.
    fn head(&mut self, ui: &mut Ui, cx: &Cx<'_>, frame: &ShownFrame<'_, '_>) -> bool {
        let (lang, t) = (cx.lang, Theme::of(ui));
        let name = frame.file.display().to_string();
        let named = ui.available_width() >= NAMED;
        let title = |ui: &mut Ui| {
            ui.add(egui::Label::new(theme::strong(&name).color(t.text)).truncate()).on_hover_text(&name);
        };
        if !named {
            title(ui);
        }
        let mut closed = false;
        ui.allocate_ui_with_layout(vec2(ui.available_width(), theme::FIELD), Layout::right_to_left(Align::Center), |ui| {
            closed = icon_button(ui, icon::X, say("Close the picture", "Fermer l’image").get(lang)).clicked();
            if frame.film.mistake.is_some() {
                let name = say("Next mistake", "Erreur suivante").get(lang);
                let next = match named {
                    true => ui.add(Button::secondary(name).icon(icon::ARROW_RIGHT).compact()).on_hover_text(MISTAKE.name()),
                    false => icon_button(ui, icon::ARROW_RIGHT, name),
                };
                if next.clicked()
                    && let Some(position) = frame.film.next_mistake(self.position)
                {
                    self.go(position);
                    ui.request_repaint();
                }
            }
            if icon_button(ui, icon::ZOOM_IN, say("Zoom in", "Zoom avant").get(lang)).clicked() {
                self.view.enlarge(STEP, Vec2::ZERO);
            }
            let zoom = scale(lang, self.scale * ui.pixels_per_point());
            ui.label(theme::caption(zoom).color(t.text2));
            let smaller = |ui: &mut Ui| icon_button(ui, icon::ZOOM_OUT, say("Zoom out", "Zoom arrière").get(lang));
            if ui.add_enabled_ui(!self.view.fits(), smaller).inner.clicked() {
                self.view.enlarge(1.0 / STEP, Vec2::ZERO);
            }
            ui.label(theme::caption(strip::place_of(lang, frame.film, self.position)).color(t.text2));
            if named {
                ui.with_layout(Layout::left_to_right(Align::Center), title);
            }
        });
        closed
    }

    /// The picture, with the map beside it on wish.
    fn stage(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        frame: &ShownFrame<'_, '_>,
        size: Vec2,
        wheel: bool,
    ) -> Option<ViewerAnswer> {
        let (lang, t) = (cx.lang, Theme::of(ui));
        let (room, _) = ui.allocate_exact_size(size, Sense::hover());
        let heat = self.heat.filter(|_| frame.subject.map.is_there());
        let half = (room.width() - theme::GUTTER) / 2.0;
        // The map has words below it: both stand at one height.
        let place = match heat {
            Some(_) => room.with_max_x(room.left() + half).with_max_y((room.bottom() - map::LEGEND).max(room.top() + 40.0)),
            None => room,
        };
        let small = (frame.film.small)(self.position);
        let picture = match (&self.large, small) {
            (Some(Ok(large)), _) => PaintedPicture::Large(large.texture.id(), [large.width as f32, large.height as f32]),
            (_, small) => match (frame.subject.large, small) {
                (Some((texture, pixels)), _) => PaintedPicture::Large(texture, pixels),
                (None, Some(small)) => PaintedPicture::Small(small),
                (None, None) => PaintedPicture::Nothing,
            },
        };
        let name = format!("{}, {}", frame.file.display(), frame.subject.label);
        let settled = ui.input(|input| input.time) - self.since > DOUBLE_CLICK;
        let canvas = Canvas { picture, room: place, squares: &frame.subject.squares, name: &name, wheel, settled };
        let Drawn { response, scale, square } = canvas.show(ui, cx.thumbs, &mut self.view);
        self.scale = scale;
        if !std::mem::replace(&mut self.begun, true) {
            response.request_focus();
        }
        if let Some(Err(problem)) = &self.large {
            let below = place.with_min_y(place.bottom() - 44.0).shrink2(vec2(12.0, 8.0));
            let mut ui = ui.new_child(UiBuilder::new().id_salt("unreadable").max_rect(below));
            notice::note(&mut ui, icon::FILE_X, t.bad, problem.what.get(lang));
        }
        if let Some(heat) = heat {
            let room = room.with_min_x(room.right() - half);
            if map::show(ui, cx, room, heat, frame.map()) {
                self.heat = None;
                self.slow = None;
                frame.map().asked(cx.session).into_iter().for_each(|asked| cx.act(Action::StopMap(asked.id)));
            }
        }
        square.map(ViewerAnswer::Square)
    }

    /// What is known of the picture, and what can be decided.
    fn beside(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, frame: &ShownFrame<'_, '_>) -> Option<ViewerAnswer> {
        let asks = matches!(frame.subject.map, MapOf::Run(_));
        let answered = frame.map().asked(cx.session).filter(|_| asks).and_then(|asked| match &asked.reply {
            Some(Ok(reply)) => Some(reply.headline(cx.lang)),
            _ => None,
        });
        let large = self.large.as_ref().and_then(|large| large.as_ref().ok());
        let title = frame.file.display().to_string();
        let mistakes = frame.film.mistake.is_some();
        let side = Side { subject: frame.subject, title: &title, large, heat: self.heat, answered, mistakes, asks };
        match side.show(ui, cx) {
            Some(SideAnswer::Decide(change)) => cx.act(Action::Edit { files: vec![frame.file.to_owned()], change }),
            Some(SideAnswer::Heat(heat)) => self.heat = heat,
            Some(SideAnswer::Map(map)) => return Some(ViewerAnswer::Map(map)),
            Some(SideAnswer::Ask) => frame.map().ask(cx),
            None => {}
        }
        None
    }
}

/// What one frame shows.
struct ShownFrame<'a, 'f> {
    film: &'a Film<'f>,
    subject: &'a Subject<'a>,
    file: &'a Path,
}

impl<'a> ShownFrame<'a, '_> {
    fn map(&self) -> MapRequest<'a> {
        MapRequest { file: self.file, sample: self.subject.sample, of: self.subject.map }
    }
}

/// Whether keys belong to something else: a field that is typed into, an open menu, a dialog.
fn busy(ui: &Ui) -> bool {
    ui.memory(egui::Memory::top_modal_layer).is_some() || ui.text_edit_focused() || Popup::is_any_open(ui.ctx())
}

fn pressed(ui: &Ui, key: Key) -> bool {
    ui.input_mut(|input| input.consume_key(Modifiers::NONE, key))
}
