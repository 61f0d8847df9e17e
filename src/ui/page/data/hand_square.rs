//! A square drawn by hand over a whole photo: where no face was found, where there are several, or where another is meant.

use std::path::{Path, PathBuf};

use egui::{Key, TextureHandle, TextureOptions, Ui, Vec2, vec2};

use crate::{
    data::{
        self,
        dataset::Dataset,
        edits::Change,
        face_crop::FaceCrops,
        face_file,
        sample::{SkipReason, Skipped, Source},
        square::PixelSquare,
    },
    session::WholePhoto,
    text::{Phrase, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            button::Button,
            notice,
            photo::{self, PhotoAnswer, PhotoSquare, PhotoView, SquareLine},
            thumbs,
        },
    },
    worker::Crop,
};

/// What a link to it says.
pub const DRAW: Phrase = say("Draw the square…", "Tracer le carré…");

/// The drawing of a square.
pub struct HandSquare {
    /// The photo's path below the folder.
    pub photo: PathBuf,
    /// What is to be taken, in the photo's pixels; nothing until the photo has come.
    crop: Option<Crop>,
    texture: Option<TextureHandle>,
    /// Whether the photo was asked for.
    asked: bool,
}

/// How the drawing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    GoesOn,
    GivenUp,
    Taken,
}

impl HandSquare {
    /// For the photo that a picture lies in.
    pub fn of(file: &Path) -> Self {
        Self { photo: face_file::photo(file).to_owned(), crop: None, texture: None, asked: false }
    }
}

/// Whether squares can be drawn in the pictures of a data set: faces are taken of its files.
pub fn is_possible(dataset: &Dataset) -> bool {
    matches!(dataset.source, Source::Folder(_)) && dataset.understood.reading.faces != FaceCrops::Off
}

/// Whether a file is left out for a reason that a square does away with.
pub fn would_help(dataset: &Dataset, skipped: &Skipped) -> bool {
    is_possible(dataset) && matches!(skipped.reason, SkipReason::NoFace | SkipReason::SeveralFaces { .. })
}

/// Width below which the help has no room beside the buttons.
const NARROW: f32 = 640.0;

/// Draws the photo with the square that is to be taken.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset, drawing: &mut HandSquare) -> Drawing {
    let (lang, t) = (cx.lang, Theme::of(ui));
    if !std::mem::replace(&mut drawing.asked, true) {
        cx.act(Action::LookAtPhoto(drawing.photo.clone()));
    }
    let name = drawing.photo.display().to_string();
    ui.add(egui::Label::new(theme::strong(&name).color(t.text)).truncate()).on_hover_text(&name);
    if let Some(skipped) = dataset.skipped.iter().find(|skipped| skipped.file == drawing.photo) {
        notice::note(ui, icon::FILE_X, t.bad, skipped.reason.sentence().get(lang));
    }
    let path = match &dataset.source {
        Source::Folder(folder) => folder.join(&drawing.photo),
        Source::SampleFaces => PathBuf::new(),
    };
    let known = cx.session.photo_of_data.as_ref().filter(|(file, _)| *file == path);
    let known = known.map(|(_, photo)| photo.as_ref().as_ref());
    // Where the help has no room beside the buttons it stands below them.
    let narrow = ui.available_width() < NARROW;
    let below = theme::BUTTON + 12.0 + if narrow { 40.0 } else { 0.0 };
    let room = vec2(ui.available_width(), (ui.available_height() - below).max(120.0));
    let help = cx.say(say(
        "Drag over the face. Keys: arrows move the square, + and − resize it, Enter accepts it, Esc cancels",
        "Faites glisser sur le visage. Touches\u{a0}: les flèches déplacent le carré, + et − changent sa taille, Entrée le valide, Échap annule",
    ));
    let help = || egui::Label::new(theme::caption(help).color(t.text2)).wrap();
    let mut taken = false;
    if let Some(Ok(photo)) = known {
        taken = canvas(ui, cx, room, drawing, photo);
    } else {
        ui.allocate_ui(room, |ui| {
            ui.set_min_size(room);
            let text = match known {
                Some(Err(problem)) => problem.line(lang),
                _ => say("The photo is being read…", "La photo est en cours de lecture…").get(lang).to_owned(),
            };
            notice::empty(ui, icon::SCAN_FACE, &text, "", |_| {});
        });
    }
    ui.add_space(4.0);
    let mut over = ui.input(|input| input.key_pressed(Key::Escape));
    ui.horizontal(|ui| {
        let take = Button::primary(cx.say(say("Use this square", "Utiliser ce carré"))).icon(icon::CHECK);
        taken |= ui.add_enabled(drawing.crop.is_some(), take).clicked();
        over |= ui.add(Button::quiet(cx.say(say("Cancel", "Annuler"))).icon(icon::X)).clicked();
        if !narrow {
            ui.add(help());
        }
    });
    if narrow {
        ui.add(help());
    }
    match (known, drawing.crop) {
        (Some(Ok(photo)), Some(crop)) if taken => {
            let square = within(crop, photo.preview_size.map(|side| side as f32 * photo.scale));
            cx.act(Action::Edit { files: vec![drawing.photo.clone()], change: Change::Draw(square) });
            Drawing::Taken
        }
        _ if over => Drawing::GivenUp,
        _ => Drawing::GoesOn,
    }
}

/// The photo, on which the square is drawn, moved and chosen; gives whether Enter was pressed on it.
fn canvas(ui: &mut Ui, cx: &Cx<'_>, room: Vec2, drawing: &mut HandSquare, photo: &WholePhoto) -> bool {
    let begins = drawing.crop.is_none();
    let pixels = photo.preview_size.map(|side| side as f32 * photo.scale);
    let faces: Vec<Crop> = photo.faces.iter().map(|square| crop_of(*square)).collect();
    let before = cx.edits().get(&drawing.photo).and_then(|edit| edit.square);
    let proposed =
        || before.map(|square| crop_of(square.into())).or_else(|| faces.first().copied()).unwrap_or_else(|| middle(pixels));
    let mut now = drawing.crop.unwrap_or_else(proposed);
    let label = |number: usize| format!("{} {}", cx.say(say("face", "visage")), number + 1);
    let line = |selected: bool| if selected { SquareLine::Solid } else { SquareLine::Dashed };
    let face = |(number, &crop): (usize, &Crop)| {
        let selected = crop == now;
        PhotoSquare { crop, label: label(number), line: line(selected), selected }
    };
    let mut squares: Vec<PhotoSquare> = faces.iter().enumerate().map(face).collect();
    if squares.iter().all(|square| !square.selected) {
        squares.push(PhotoSquare {
            crop: now,
            label: cx.say(say("your square", "votre carré")).to_owned(),
            line: line(true),
            selected: true,
        });
    }
    let texture = drawing.texture.get_or_insert_with(|| {
        let image = thumbs::image(&photo.preview, photo.preview_size[0]);
        ui.ctx().load_texture("photo of the data set", image, TextureOptions::LINEAR)
    });
    let name = drawing.photo.display().to_string();
    let shown = PhotoView { texture: texture.id(), pixels, name: &name };
    let (whole, answer) = photo::photo(ui, shown, room, &squares, true);
    match answer {
        Some(PhotoAnswer::Select(index)) => now = squares[index].crop,
        Some(PhotoAnswer::Moving(_, crop) | PhotoAnswer::Moved(_, crop) | PhotoAnswer::Drawn(crop)) => now = crop,
        None => {}
    }
    // The keys are the photo's from the beginning.
    if begins || answer.is_some() {
        whole.request_focus();
    }
    if whole.has_focus()
        && let Some(moved) = photo::by_keys(ui, &whole, now)
    {
        now = moved;
    }
    drawing.crop = Some(now);
    whole.has_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

fn crop_of(square: data::square::Square) -> Crop {
    Crop { x: square.left as f32, y: square.top as f32, side: square.side as f32 }
}

/// Half as large as the photo, in its middle.
fn middle([width, height]: [f32; 2]) -> Crop {
    let side = width.min(height) / 2.0;
    Crop { x: (width - side) / 2.0, y: (height - side) / 2.0, side }
}

/// The square in whole pixels, its middle in the photo of this width and height.
fn within(crop: Crop, [width, height]: [f32; 2]) -> PixelSquare {
    let side = crop.side.round().clamp(1.0, 2.0 * width.max(height));
    let corner = |at: f32, longest: f32| ((at + crop.side / 2.0).clamp(0.0, longest) - side / 2.0).round() as i32;
    PixelSquare { left: corner(crop.x, width), top: corner(crop.y, height), side: side as u32 }
}
