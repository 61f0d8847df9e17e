//! A few validation pictures as the model sees them now, each of which opens large.

use egui::{Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::{
    data::{dataset::Dataset, sample::Part, task::TaskKind},
    evaluate::regression,
    session::Training,
    text::{Lang, chance, decimal, say, years},
    train::event::FollowedFace,
    ui::{
        Cx,
        page::off_by,
        theme::{self, Theme, size},
        viewer::{
            Viewer, ViewerAnswer,
            subject::{Film, LABEL, MapOf, Said, Small, Subject, facts, folder_of},
        },
        widget::{card::Card, fitted::fitted},
    },
};

/// The viewer on the faces of a training.
pub struct Viewing {
    viewer: Viewer,
    run: String,
}

/// Between two pictures.
const GAP: f32 = 10.0;
/// Height of the bar and the words below a picture.
const WORDS: f32 = 42.0;

/// Draws the card; opens the viewer at the face that is chosen.
pub fn card(ui: &mut Ui, cx: &mut Cx<'_>, training: &Training, viewing: &mut Option<Viewing>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let dataset = cx.session.trained_on.as_ref().or(cx.dataset()).cloned();
    // Folders may hold anything.
    let of_faces = dataset.as_ref().is_none_or(|dataset| dataset.task.kind != TaskKind::Folders);
    let title = match of_faces {
        true => say("Some validation faces", "Quelques visages de validation"),
        false => say("Some validation pictures", "Quelques images de validation"),
    };
    let caption = match (training.goes_on(), of_faces) {
        (true, true) => say("as the model sees them now", "tels que le modèle les voit"),
        (true, false) => say("as the model sees them now", "telles que le modèle les voit"),
        // The epoch that is kept may be another.
        (false, _) => say("after the last epoch", "après la dernière époque"),
    };
    let mut chosen: Option<(usize, Id)> = None;
    let caption = if training.faces.is_empty() { "" } else { caption.get(lang) };
    Card::titled(title.get(lang)).caption(caption).fill().show(ui, |ui| {
        let Some(dataset) = dataset.filter(|_| !training.faces.is_empty()) else {
            let text = match (training.goes_on(), of_faces) {
                (true, true) => say("They appear after the first epoch", "Ils apparaissent après la première époque"),
                (true, false) => say("They appear after the first epoch", "Elles apparaissent après la première époque"),
                (false, true) => say("None: no epoch was done", "Aucun\u{a0}: aucune époque n’a été faite"),
                (false, false) => say("None: no epoch was done", "Aucune\u{a0}: aucune époque n’a été faite"),
            };
            ui.label(theme::caption(text.get(lang)).color(t.text3));
            return;
        };
        let room = ui.available_size();
        let count = training.faces.len();
        // As many columns as give the largest pictures.
        let side_of = |columns: usize| {
            let rows = count.div_ceil(columns) as f32;
            let across = (room.x - GAP * (columns - 1) as f32) / columns as f32;
            across.min((room.y - GAP * (rows - 1.0)) / rows - WORDS)
        };
        let fits = |columns: &usize| (room.x + GAP) / *columns as f32 >= 40.0;
        let columns = (1..=count).filter(fits).max_by(|a, b| side_of(*a).total_cmp(&side_of(*b))).unwrap_or(1);
        let side = side_of(columns).clamp(28.0, 128.0);
        let pitch = (room.x + GAP) / columns as f32;
        let origin = ui.cursor().min;
        for (place, face) in training.faces.iter().enumerate() {
            let (column, row) = (place % columns, place / columns);
            let left = origin.x + pitch * column as f32 + (pitch - GAP - side) / 2.0;
            let corner = pos2(left, origin.y + (side + WORDS + GAP) * row as f32);
            let rect = Rect::from_min_size(corner, vec2(side, side));
            cx.thumbs.paint(ui, rect, &dataset, face.sample as usize);
            let face = FaceAnswer { face, dataset: &dataset };
            face.words(ui, lang, rect, pitch);
            let said = face.said(lang);
            let response = ui.interact(rect, ui.scope_id().with(("face", place)), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
            if response.hovered() || response.has_focus() {
                let stroke = Stroke::new(2.0, t.accent);
                ui.painter().rect_stroke(rect, theme::RADIUS_BUTTON, stroke, StrokeKind::Inside);
            }
            if response.clicked() {
                chosen = Some((place, response.id));
            }
            let about = format!("{said}\n{}", say("A click opens it", "Un clic l’ouvre").get(lang));
            response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(about);
        }
    });
    if let Some((place, back)) = chosen {
        *viewing = Some(Viewing { viewer: Viewer::at(ui, place, Some(back)), run: training.run.clone() });
    }
}

/// A face with what the model says of it.
struct FaceAnswer<'a> {
    face: &'a FollowedFace,
    dataset: &'a Dataset,
}

impl FaceAnswer<'_> {
    /// What it counts as.
    fn label(&self) -> u8 {
        self.dataset.samples.get(self.face.sample as usize).map_or(0, |sample| sample.class)
    }

    /// Whether the model is wrong about it: another class, or an age that is far off.
    fn is_mistake(&self) -> bool {
        match self.face.estimate {
            Some(estimate) => (f64::from(estimate) - f64::from(self.label())).abs() > regression::NEAR,
            None => self.face.class != self.label(),
        }
    }

    /// What the model says, in words for all that is known of it.
    fn said(&self, lang: Lang) -> String {
        let FollowedFace { class, probability, estimate, .. } = *self.face;
        let [name, recorded] = [class, self.label()].map(|class| self.dataset.task.name(class.into(), lang));
        let of_years = estimate.map(|estimate| off_by::said(lang, estimate.into(), self.label()));
        let sure = chance(lang, f64::from(probability), 0);
        match (lang, of_years) {
            (Lang::En, Some(said)) => format!("predicted {said}"),
            (Lang::Fr, Some(said)) => format!("réponse\u{a0}: {said}"),
            (Lang::En, None) => format!("predicted {name} {sure}, labeled {recorded}"),
            (Lang::Fr, None) => format!("réponse\u{a0}: {name} {sure}, étiquette {recorded}"),
        }
    }

    /// The bar and the words below the picture in `rect`, one of several that lie `pitch` apart.
    fn words(&self, ui: &Ui, lang: Lang, rect: Rect, pitch: f32) {
        let t = Theme::of(ui);
        let FollowedFace { class, probability: sure, estimate, .. } = *self.face;
        let (name, label) = (self.dataset.task.name(class.into(), lang), self.label());
        let bar = Rect::from_min_size(pos2(rect.left(), rect.bottom() + 6.0), vec2(rect.width(), 4.0));
        // A value does not say how sure it is; how far it is off is seen instead.
        if let Some(estimate) = estimate {
            ui.painter().rect_filled(bar, 2.0, t.by_error(f64::from(estimate) - f64::from(label)));
        } else {
            ui.painter().rect_filled(bar, 2.0, t.stroke);
            // As sure as the words below say, of the class that they name.
            let full = bar.with_max_x(bar.left() + bar.width() * sure);
            ui.painter().rect_filled(full, 2.0, t.class(class));
        }
        let sure = chance(lang, f64::from(sure), 0);
        let (wide, letters) = (pitch - 6.0 > 78.0, if pitch < 54.0 { 10.0 } else { size::CAPTION });
        let laid = |line: &str, room: f32| fitted(ui, line, theme::regular(letters), t.text2, room);
        let one = format!("{name} {sure}");
        let lines = match estimate.map(f64::from) {
            Some(estimate) => vec![
                {
                    let years = decimal(lang, estimate, 0);
                    let both = format!("{years} ({})", off_by::off(lang, estimate - f64::from(label)));
                    // How far it is off follows from the two ages, where there is no room for it.
                    if laid(&both, pitch - 4.0).elided { years } else { both }
                },
                if wide { format!("{} {label}", say("labeled", "noté").get(lang)) } else { format!("/ {label}") },
            ],
            None if wide && !laid(&one, pitch - 6.0).elided => vec![one],
            None => vec![name, sure],
        };
        // A long name ends in the room of its own picture.
        for (i, line) in lines.iter().enumerate() {
            let line = laid(line, pitch - 4.0);
            let at = pos2(rect.center().x - line.size().x / 2.0, bar.bottom() + 4.0 + 14.0 * i as f32);
            ui.painter().galley(at, line, t.text2);
        }
    }
}

/// Draws the viewer, if one is open; gives whether it is, so that nothing else is drawn.
pub fn viewer(ui: &mut Ui, cx: &mut Cx<'_>, training: &Training, viewing: &mut Option<Viewing>) -> bool {
    let Some(open) = viewing else { return false };
    let dataset = cx.session.trained_on.as_ref().or(cx.dataset()).cloned();
    let stays = open.run == training.run && !open.viewer.is_left(ui) && !training.faces.is_empty();
    let Some(dataset) = dataset.filter(|_| stays) else {
        *viewing = None;
        return false;
    };
    let lang = cx.lang;
    let faces = &training.faces;
    let face = |position: usize| FaceAnswer { face: &faces[position.min(faces.len() - 1)], dataset: &dataset };
    let small = |position: usize| Some(Small::Pixels(&dataset.pixels, face(position).face.sample as usize));
    let sample = |position: usize| dataset.samples.get(face(position).face.sample as usize);
    let file = |position: usize| sample(position).map(|sample| sample.file.clone()).unwrap_or_default();
    let mistake = |position: usize| face(position).is_mistake();
    let folder = folder_of(&dataset);
    let film = Film { count: faces.len(), small: &small, file: &file, folder, mistake: Some(&mistake) };
    open.viewer.turn(ui, &film);
    let at = open.viewer.position();
    let (shown, task) = (face(at), &dataset.task);
    let FollowedFace { sample: index, class, probability, estimate } = *shown.face;
    let text = match estimate {
        Some(estimate) => years(lang, estimate.into(), 1),
        None => format!("{}, {}", task.name(class.into(), lang), chance(lang, probability.into(), 1)),
    };
    let of_years = task.is_regression();
    let subject = Subject {
        sample: index as usize,
        label: task.name(shown.label().into(), lang),
        heading: Some(LABEL),
        class: Some(shown.label()).filter(|_| !of_years),
        said: vec![Said { by: None, text, right: !shown.is_mistake() }],
        facts: sample(at).map_or_else(Vec::new, |sample| facts(lang, sample, Some(Part::Validation), 0, of_years)),
        map: training.stored.map_or(MapOf::Nobody, |_| MapOf::Run(&training.run)),
        // What was said of the face is of the last epoch.
        map_note: training.stored.map(|epoch| match (training.goes_on(), lang) {
            (true, Lang::En) => format!("By the best weights so far, those of epoch {epoch}"),
            (true, Lang::Fr) => format!("D’après les meilleurs poids jusqu’ici, ceux de l’époque {epoch}"),
            (false, Lang::En) => format!("By the weights that are kept, those of epoch {epoch}"),
            (false, Lang::Fr) => format!("D’après les poids gardés, ceux de l’époque {epoch}"),
        }),
        ..Subject::default()
    };
    let stays = open.viewer.show(ui, cx, &film, &subject) != ViewerAnswer::Close;
    if !stays {
        *viewing = None;
    }
    stays
}
