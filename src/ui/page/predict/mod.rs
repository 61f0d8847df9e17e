//! Predict: a photo, the faces in it, and what the run says of each.

mod answer;
mod compared;
mod filmstrip;
mod folder;
mod history;
mod picture;
mod runs;
mod viewing;
mod words;

use egui::{Id, Key, PointerButton, Pos2, Response, TextureHandle, Ui, vec2};

use crate::{
    data::sample::Framing,
    predict::heatmap::Heat,
    session::{Answering, ShownPhoto},
    text::say,
    ui::{
        Action, Cx, PhotosAction, icon,
        page::Page,
        theme,
        viewer::Viewer,
        widget::{
            button::{Button, DOUBLE_CLICK},
            card::{Card, columns, header},
            notice, scroll, strip,
            zoom::Zoom,
        },
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// The photo and the square that are shown; the newest if they are gone.
    photo: Option<u64>,
    asked: Option<u64>,
    /// The square's place on the photo: one that is moved is asked about under another number, one that was drawn comes last.
    place: usize,
    /// The photo and answer that were last brought into view in the list.
    listed: Option<[Option<u64>; 2]>,
    /// The newest photo that was shown: a newer one is shown at once.
    seen: u64,
    /// Where it is in the list: the one after a photo that is taken off it is shown next.
    at: usize,
    /// When it was turned to, in egui's seconds.
    since: f64,
    drawing: bool,
    zoom: Zoom,
    /// How closely a button wishes to look.
    zoom_step: Option<picture::ZoomStep>,
    /// Which map of where the network looked is shown.
    heat: Heat,
    /// The runs to compare with, by id.
    others: Vec<String>,
    strip: filmstrip::Strip,
    /// The photos over the page, if one of them is seen large.
    viewing: Option<Viewer>,
    /// The height of what stands below the photo, as it was drawn last, in points.
    below: Option<f32>,
    /// The height of the last answer with what belongs to it, in points.
    answered: Option<f32>,
    /// The photo that was clicked last.
    clicked: Option<Clicked>,
    /// The photo that is shown, and whether it is the sharp one.
    texture: Option<((u64, bool), TextureHandle)>,
    /// The photo that was last asked for as sharp as it is.
    sharpened: Option<u64>,
    /// The photo and its newest question that were last said to be looked at.
    hurried: Option<[u64; 2]>,
}

/// A click on a photo of a list, which the page follows at once: under the pointer there may be something else afterwards.
struct Clicked {
    photo: u64,
    /// Where it can be clicked.
    from: Id,
    at: Pos2,
    /// When, in egui's seconds.
    time: f64,
}

/// What a photo of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Turn,
    Open,
}

impl Clicked {
    /// Whether a click now, the second of two, is meant for the same photo.
    fn again(&self, ui: &Ui) -> bool {
        /// Two clicks this near to each other are meant for the same photo, in points.
        const SAME: f32 = 8.0;
        ui.input(|input| {
            let near = input.pointer.interact_pos().is_some_and(|at| self.at.distance(at) < SAME);
            let since = input.time - self.time;
            near && since > 0.0 && since < DOUBLE_CLICK && input.pointer.button_double_clicked(PointerButton::Primary)
        })
    }
}

impl State {
    /// Shows another photo.
    fn turn_to(&mut self, photo: u64) {
        (self.photo, self.asked, self.place) = (Some(photo), None, 0);
        (self.zoom, self.zoom_step, self.drawing) = (Zoom::default(), None, false);
        // It is seen from the next frame on.
        self.since = f64::INFINITY;
    }

    /// Which square of the photo that is shown the answer is about.
    fn chosen(&mut self, shown: &ShownPhoto) -> usize {
        let known = shown.asked.iter().position(|a| Some(a.id) == self.asked);
        let known = known.or_else(|| (self.place < shown.asked.len()).then_some(self.place));
        let chosen = known.unwrap_or(0);
        if known.is_some() {
            (self.asked, self.place) = (shown.asked.get(chosen).map(|asked| asked.id), chosen);
        }
        chosen
    }

    /// Shows the answer about another square of the photo.
    fn choose(&mut self, shown: &ShownPhoto, place: usize) {
        (self.asked, self.place) = (shown.asked.get(place).map(|asked| asked.id), place);
    }

    /// What is asked of the photo in a list of which this is the response. The second of two clicks is the page's
    /// ([`State::open_clicked`]).
    fn wanted(&mut self, ui: &Ui, response: &Response, photo: u64) -> Option<Wanted> {
        if !response.clicked() {
            return None;
        }
        let Some(at) = response.interact_pointer_pos() else {
            let entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            return Some(if entered { Wanted::Open } else { Wanted::Turn });
        };
        if self.clicked.as_ref().is_some_and(|clicked| clicked.again(ui)) {
            return None;
        }
        self.clicked = Some(Clicked { photo, from: response.id, at, time: ui.input(|input| input.time) });
        Some(Wanted::Turn)
    }

    /// Opens the photo that was clicked if it is clicked again now, whatever the first click has moved below the pointer.
    fn open_clicked(&mut self, ui: &Ui, cx: &Cx<'_>) {
        if let Some(Clicked { photo, from, .. }) = self.clicked.take_if(|clicked| clicked.again(ui)) {
            self.open(ui, cx, photo, Some(from));
        }
    }

    /// Shows the photo large; `back` gets the keyboard when that is over.
    fn open(&mut self, ui: &Ui, cx: &Cx<'_>, photo: u64, back: Option<Id>) {
        self.viewing = viewing::open(ui, &cx.session.photos, photo, back).or(self.viewing.take());
    }

    /// A photo that has come is shown at once; of several the first.
    fn turn_to_new(&mut self, photos: &[ShownPhoto]) {
        let Some(newest) = photos.last().filter(|photo| photo.id > self.seen) else { return };
        if let Some(first) = photos.iter().rev().find(|photo| !photo.follows).filter(|photo| photo.id > self.seen) {
            self.turn_to(first.id);
            self.viewing = None;
        }
        self.seen = newest.id;
    }

    /// Which photo of the list is shown.
    fn shown<'a>(&self, photos: &'a [ShownPhoto]) -> Option<&'a ShownPhoto> {
        photos.iter().find(|photo| Some(photo.id) == self.photo).or_else(|| photos.get(self.at)).or_else(|| photos.last())
    }
}

/// The height of the page below which the list of answers has no room in the column of the answer, in points.
const LOW: f32 = 740.0;

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let lang = cx.lang;
    let session = cx.session;
    let Some(run) = session.answering() else {
        header(ui, Page::Predict.name().get(lang), "", |_| {});
        let text = say("Predict photos with a trained model", "Prédire sur des photos avec un modèle entraîné").get(lang);
        Card::new().fill().show(ui, |ui| notice::empty(ui, icon::SCAN_FACE, text, "", |ui| go_on(ui, cx)));
        return;
    };
    state.turn_to_new(&session.photos);
    if viewing::show(ui, cx, state) {
        return;
    }
    let shown = state.shown(&session.photos);
    if let Some(info) = run.info {
        strip::show(ui, cx, info);
    }
    header(ui, Page::Predict.name().get(lang), &runs::who(lang, run), |ui| {
        runs::compare(ui, cx, state, run);
        runs::choose(ui, cx, run, shown.map(|shown| shown.id));
    });
    let Some(shown) = shown else {
        return invite(ui, cx, run);
    };
    if state.photo != Some(shown.id) {
        state.turn_to(shown.id);
    }
    state.at = session.photos.iter().position(|photo| photo.id == shown.id).unwrap_or_default();
    state.since = state.since.min(ui.input(|input| input.time));
    let chosen = state.chosen(shown);
    ask_more(cx, state, shown, chosen);
    let height = ui.available_height();
    let now = [Some(shown.id), shown.asked.get(chosen).map(|asked| asked.id)];
    // In a low window the answer and what was seen fill their column: what was asked before stands below the photo.
    let low = (480.0..LOW).contains(&height) && !scroll::is_long(ui) && ui.available_width() > 800.0;
    // Of several photos the strip says what was said of each.
    let across = low && !filmstrip::is_needed(session);
    columns(ui, &[1.0, 340.0], height, |column, ui| {
        ui.set_max_height(height);
        if column == 0 {
            let below = if across { history::LEAST + theme::GUTTER } else { 0.0 };
            let room = vec2(ui.available_width(), height - below);
            ui.allocate_ui(room, |ui| {
                ui.set_max_height(room.y);
                picture::card(ui, cx, state, shown, chosen);
            });
            if across {
                history::show(ui, cx, state, now, history::LEAST, true);
            }
        } else {
            scroll::list(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GUTTER;
                let top = ui.cursor().top();
                // In a place of its own: what stands below has the same names with an answer and without.
                ui.push_id("answered", |ui| {
                    if let Some(asked) = shown.asked.get(chosen)
                        && let Some(reply) = asked.said()
                    {
                        answer::card(ui, cx, shown, chosen);
                        compared::card(ui, cx, asked, reply, &state.others);
                        // Where nothing stands below it, the last card ends with the one beside it.
                        let rest = if low { (height - (ui.cursor().top() - top)).floor() } else { 0.0 };
                        answer::seen(ui, cx, (asked, reply), &mut state.heat, rest);
                        state.answered = Some(ui.cursor().top() - top);
                        return;
                    }
                    // It takes the room that the last answer took, so that the list below stays where it is; before there
                    // was one, half of what there is.
                    let high = if low { height } else { state.answered.unwrap_or(height / 2.0) - theme::GUTTER };
                    let room = vec2(ui.available_width(), high);
                    ui.allocate_ui(room, |ui| {
                        ui.set_min_size(room);
                        ui.set_max_height(high);
                        answer::card(ui, cx, shown, chosen);
                    });
                });
                // The answer stays in view; the list below it takes the rest and scrolls by itself.
                let rest = height - (ui.cursor().top() - top);
                if !low {
                    history::show(ui, cx, state, now, rest.max(history::LEAST), false);
                }
            });
        }
    });
    state.open_clicked(ui, cx);
}

/// Asks what the page wants to know beside what was asked when the photo came: what other runs say of the chosen square, and
/// among many photos, this one first.
fn ask_more(cx: &mut Cx<'_>, state: &mut State, shown: &ShownPhoto, chosen: usize) {
    state.others.retain(|run| cx.session.runs.iter().any(|known| known.id == *run));
    if let Some(asked) = shown.asked.get(chosen).filter(|asked| asked.reply.is_some()) {
        let by = asked.said().map(|reply| reply.run.as_str());
        for run in state.others.iter().filter(|run| Some(run.as_str()) != by) {
            if asked.others.iter().all(|other| other.run != *run) {
                cx.act(Action::AskOther { asked: asked.id, run: run.clone() });
            }
        }
    }
    let newest = shown.asked.iter().map(|asked| asked.id).max().unwrap_or_default();
    if filmstrip::is_needed(cx.session)
        && shown.awaited() > 0
        && state.hurried.replace([shown.id, newest]) != Some([shown.id, newest])
    {
        cx.act(Action::Photos(PhotosAction::Look { photo: shown.id, sharp: false }));
    }
}

/// The way to a run: to one that there is, or to the training of one.
pub(super) fn go_on(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (page, text) = match cx.session.runs.is_empty() {
        true => (Page::Training, say("Go to training", "Aller à l’entraînement")),
        false => (Page::Runs, say("Choose a run", "Choisir un essai")),
    };
    if ui.add(Button::primary(text.get(cx.lang)).trailing(icon::ARROW_RIGHT)).clicked() {
        cx.act(Action::Go(page));
    }
}

fn invite(ui: &mut Ui, cx: &mut Cx<'_>, run: Answering<'_>) {
    let lang = cx.lang;
    Card::new().fill().show(ui, |ui| {
        let title = say("Drop a photo here", "Déposez une photo ici").get(lang);
        let text = match cx.session.photo_framing() {
            Framing::FaceCrop => say(
                "Faces are found and cut as UTKFace’s pictures are; everything stays on this machine",
                "Les visages sont trouvés et cadrés comme les images d’UTKFace ; tout reste sur cette machine",
            ),
            Framing::Whole => say(
                "It is used whole, as this run’s training pictures were; everything stays on this machine",
                "Elle est prise entière, comme les images d’entraînement de cet essai ; tout reste sur cette machine",
            ),
        };
        notice::empty(ui, icon::SCAN_FACE, title, text.get(lang), |ui| {
            notice::row(ui, |ui| {
                if ui
                    .add(Button::primary(say("Choose photos…", "Choisir des photos…").get(lang)).icon(icon::FOLDER_OPEN))
                    .clicked()
                {
                    cx.act(Action::ChoosePhotos);
                }
                if ui.add(Button::secondary(say("Paste", "Coller").get(lang)).icon(icon::CLIPBOARD_PASTE)).clicked() {
                    cx.act(Action::Paste);
                }
                folder::menu(ui, cx, run);
            });
            filmstrip::progress(ui, cx);
        });
    });
}
