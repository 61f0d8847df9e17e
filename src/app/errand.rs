//! What has to be waited for outside the worker: file dialogs, and decoding a picture of the user's. Each runs on a
//! thread of its own and comes back as a [`Fetched`].

use std::{
    io::BufReader,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use image::{DynamicImage, ImageDecoder as _, ImageReader, imageops::FilterType};

use crate::{
    data::sample::SIDE,
    predict,
    problem::{Kind, Problem},
    run::atomic,
    settings::Settings,
    text::{Lang, Say, say},
    worker::Crop,
};

/// Faces of one photo that are asked about by themselves: a crowd would keep the answers waiting.
const MOST_FACES: usize = 12;

/// The longer side of a preview, in pixels.
const PREVIEW: u32 = 1024;
/// More pixels than this on a side are refused before decoding.
const LARGEST: u32 = 12_000;

/// What came back.
#[derive(Clone)]
pub enum Fetched {
    Folder(PathBuf),
    Photos(Vec<PathBuf>),
    OwnPicture(PathBuf),
    CopyTo {
        out: PathBuf,
        link: bool,
    },
    ExportTo {
        run: String,
        format: String,
        path: PathBuf,
    },
    JudgeFolder {
        run: String,
        folder: PathBuf,
    },
    PredictFolder {
        run: String,
        folder: PathBuf,
        csv: PathBuf,
    },
    /// A photo, decoded for the screen.
    Preview {
        photo: crate::worker::Photo,
        name: String,
        preview: Preview,
        /// A square for each face that was found; `None` is the whole picture.
        faces: Vec<Option<Crop>>,
    },
    /// A picture for the augmentation preview: `SIDE` x `SIDE` RGB.
    Cached(Arc<[u8]>),
    /// A file to take settings from.
    SettingsFrom(PathBuf),
    /// Where the draft is to be written.
    SettingsTo(PathBuf),
    /// It is written there.
    Saved(PathBuf),
    /// Settings out of a file.
    Settings(Box<Settings>),
    Failed(Problem),
}

impl Fetched {
    /// Whether it says where something is to be written.
    pub fn is_place(&self) -> bool {
        matches!(self, Self::CopyTo { .. } | Self::ExportTo { .. } | Self::PredictFolder { .. } | Self::SettingsTo(_))
    }

    /// Whether it can come without a dialog having been open.
    fn is_work(&self) -> bool {
        matches!(self, Self::Preview { .. } | Self::Cached(_) | Self::Settings(_) | Self::Saved(_) | Self::Failed(_))
    }
}

/// A photo made small enough for the screen.
#[derive(Clone)]
pub struct Preview {
    pub rgb: Arc<[u8]>,
    pub size: [usize; 2],
    /// Pixels of the photo for each pixel of the preview.
    pub scale: f32,
}

/// Sends errands and collects what they bring.
pub struct Errands {
    send: Sender<Option<Fetched>>,
    receive: Receiver<Option<Fetched>>,
    wake: Arc<dyn Fn() + Send + Sync>,
    /// A second dialog is not opened over the first.
    dialog_open: bool,
}

impl Errands {
    /// `wake` is called whenever something came back.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (send, receive) = unbounded();
        Self { send, receive, wake, dialog_open: false }
    }

    /// What has come back since the last look; never waits.
    pub fn fetched(&mut self) -> Vec<Fetched> {
        let all: Vec<_> = self.receive.try_iter().collect();
        // A dialog always ends with a message, `None` if it was closed.
        if all.iter().any(|fetched| !fetched.as_ref().is_some_and(Fetched::is_work)) {
            self.dialog_open = false;
        }
        all.into_iter().flatten().collect()
    }

    /// Shows `dialog` to the user, unless one is open.
    fn ask(&mut self, dialog: impl Future<Output = Option<Fetched>> + Send + 'static) {
        if !std::mem::replace(&mut self.dialog_open, true) {
            self.send(move || pollster::block_on(dialog));
        }
    }

    fn send(&self, work: impl FnOnce() -> Option<Fetched> + Send + 'static) {
        let (send, wake) = (self.send.clone(), self.wake.clone());
        let work = move || {
            // The window may be gone by the time a dialog is answered.
            let _ = send.send(work());
            wake();
        };
        if let Err(error) = thread::Builder::new().name("errand".to_owned()).spawn(work) {
            let problem = Problem::new(
                Kind::Internal,
                say("The system gave no thread", "Le système n’a pas donné de fil d’exécution"),
                say("Close other programs and try again", "Fermez d’autres programmes et réessayez"),
            );
            let _ = self.send.send(Some(Fetched::Failed(problem.because(error))));
        }
    }

    pub fn choose_folder(&mut self, lang: Lang, start: Option<&Path>) {
        let dialog = titled(lang, say("Choose a folder of face pictures", "Choisir un dossier de visages"), start);
        self.ask(async move { dialog.pick_folder().await.map(|f| Fetched::Folder(f.path().to_owned())) });
    }

    pub fn choose_photos(&mut self, lang: Lang) {
        let dialog = pictures(titled(lang, say("Choose photos", "Choisir des photos"), None));
        let paths = |files: Vec<rfd::FileHandle>| files.iter().map(|f| f.path().to_owned()).collect();
        self.ask(async move { dialog.pick_files().await.map(|files| Fetched::Photos(paths(files))) });
    }

    pub fn choose_own_picture(&mut self, lang: Lang) {
        let dialog = pictures(titled(lang, say("Choose a picture", "Choisir une image"), None));
        self.ask(async move { dialog.pick_file().await.map(|f| Fetched::OwnPicture(f.path().to_owned())) });
    }

    pub fn choose_copy_target(&mut self, lang: Lang, link: bool) {
        let title = say("Where to put train, validation and test", "Où mettre train, validation et test");
        let dialog = titled(lang, title, None);
        self.ask(async move { dialog.pick_folder().await.map(|f| Fetched::CopyTo { out: f.path().to_owned(), link }) });
    }

    pub fn choose_judged_folder(&mut self, lang: Lang, run: String) {
        let title = say("A folder that the run never saw", "Un dossier que l’exécution n’a jamais vu");
        let dialog = titled(lang, title, None);
        self.ask(async move { dialog.pick_folder().await.map(|f| Fetched::JudgeFolder { run, folder: f.path().to_owned() }) });
    }

    pub fn choose_export(&mut self, lang: Lang, run: String, format: String, file: String) {
        let dialog = titled(lang, say("Export as", "Exporter sous"), None).set_file_name(file);
        self.ask(async move { dialog.save_file().await.map(|f| Fetched::ExportTo { run, format, path: f.path().to_owned() }) });
    }

    pub fn choose_prediction_folder(&mut self, lang: Lang, run: String) {
        let from = titled(lang, say("A folder of pictures to predict", "Un dossier d’images à prédire"), None);
        let to = titled(lang, say("Write the table to", "Écrire le tableau dans"), None).set_file_name("predictions.csv");
        self.ask(async move {
            let folder = from.pick_folder().await?.path().to_owned();
            let csv = to.save_file().await?.path().to_owned();
            Some(Fetched::PredictFolder { run, folder, csv })
        });
    }

    pub fn choose_settings_target(&mut self, lang: Lang) {
        let title = say("Save the settings as", "Enregistrer les réglages sous");
        let dialog = titled(lang, title, None).set_file_name("trombine.json").add_filter("JSON", &["json"]);
        self.ask(async move { dialog.save_file().await.map(|f| Fetched::SettingsTo(f.path().to_owned())) });
    }

    pub fn choose_settings(&mut self, lang: Lang) {
        let dialog = titled(lang, say("Open settings", "Ouvrir des réglages"), None).add_filter("JSON, text", &["json", "txt"]);
        self.ask(async move { dialog.pick_file().await.map(|f| Fetched::SettingsFrom(f.path().to_owned())) });
    }

    /// Reads settings from a file.
    pub fn read_settings(&self, path: PathBuf) {
        self.send(move || Some(settings_of(&path)));
    }

    /// Writes the settings as a file that `trombine train --settings` takes too.
    pub fn write_settings(&self, path: PathBuf, settings: Settings) {
        self.send(move || {
            Some(match atomic::write_json(&path, &settings) {
                Ok(()) => Fetched::Saved(path),
                Err(problem) => Fetched::Failed(problem),
            })
        });
    }

    /// Decodes a photo for the screen.
    pub fn preview(&self, path: PathBuf) {
        self.send(move || {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            Some(match decode(&path) {
                Ok(picture) => {
                    let (preview, faces) = (preview(&picture), faces(picture));
                    Fetched::Preview { photo: crate::worker::Photo::File(path), name, preview, faces }
                }
                Err(problem) => Fetched::Failed(problem),
            })
        });
    }

    /// Makes a pasted picture (RGB, row by row) ready for the screen.
    pub fn preview_pasted(&self, lang: Lang, width: u32, height: u32, pixels: Vec<u8>) {
        self.send(move || {
            let picture = image::RgbImage::from_raw(width, height, pixels.clone())?;
            let name = say("pasted picture", "image collée").get(lang).to_owned();
            let photo = crate::worker::Photo::Rgb { width, height, pixels };
            let picture = DynamicImage::from(picture);
            Some(Fetched::Preview { preview: preview(&picture), faces: faces(picture), photo, name })
        });
    }

    /// Decodes a picture as the cache holds it.
    pub fn own_picture(&self, path: PathBuf) {
        self.send(move || {
            Some(match decode(&path) {
                Ok(picture) => {
                    let side = SIDE as u32;
                    Fetched::Cached(picture.resize_exact(side, side, FilterType::Triangle).into_rgb8().into_raw().into())
                }
                Err(problem) => Fetched::Failed(problem),
            })
        });
    }
}

fn settings_of(path: &Path) -> Fetched {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return Fetched::Failed(Problem::io(path, &error)),
    };
    match Settings::parse(&text) {
        Ok(settings) => Fetched::Settings(Box::new(settings)),
        // All that is wrong in one card: the first sentence, the others as details.
        Err(problems) => Fetched::Failed(Problem { path: Some(path.to_owned()), ..crate::worker::first(problems) }),
    }
}

fn titled(lang: Lang, title: Say, start: Option<&Path>) -> rfd::AsyncFileDialog {
    let dialog = rfd::AsyncFileDialog::new().set_title(title.get(lang));
    match start {
        Some(folder) => dialog.set_directory(folder),
        None => dialog,
    }
}

fn pictures(dialog: rfd::AsyncFileDialog) -> rfd::AsyncFileDialog {
    dialog.add_filter("JPEG, PNG, WebP, BMP", &["jpg", "jpeg", "png", "webp", "bmp", "JPG", "JPEG", "PNG"])
}

/// Reads a picture, upright.
fn decode(path: &Path) -> Result<DynamicImage, Problem> {
    let file = std::fs::File::open(path).map_err(|error| Problem::io(path, &error))?;
    let reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(|error| Problem::io(path, &error))?;
    let mut decoder = reader.into_decoder().map_err(|error| undecodable(path, &error))?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > LARGEST {
        return Err(Problem::new(
            Kind::Picture,
            say("The picture is too large", "L’image est trop grande"),
            say("Make it smaller than 12,000 pixels on each side", "Réduisez-la à moins de 12 000 pixels de côté"),
        )
        .because(format!("{}: {width} x {height}", path.display())));
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| undecodable(path, &error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn undecodable(path: &Path, error: &image::ImageError) -> Problem {
    Problem::new(
        Kind::Picture,
        say("This is not a picture that can be read", "Ce n’est pas une image lisible"),
        say("Use a JPEG, PNG, WebP or BMP file", "Prenez un fichier JPEG, PNG, WebP ou BMP"),
    )
    .because(format!("{}: {error}", path.display()))
}

/// The squares of the faces that are found; the whole picture if it is a face crop itself, or none is found.
fn faces(picture: DynamicImage) -> Vec<Option<Crop>> {
    let rgb = picture.into_rgb8();
    let Ok(photo) = predict::Photo::new(rgb.width(), rgb.height(), rgb.into_raw()) else { return vec![None] };
    let found = predict::faces::find(&photo);
    if found.is_empty() || predict::faces::is_crop(&photo, &found) {
        return vec![None];
    }
    let square = |s: predict::Square| Crop { x: s.left as f32, y: s.top as f32, side: s.side as f32 };
    found.iter().take(MOST_FACES).map(|face| Some(square(face.crop))).collect()
}

fn preview(picture: &DynamicImage) -> Preview {
    let longer = picture.width().max(picture.height());
    let small = if longer > PREVIEW { picture.thumbnail(PREVIEW, PREVIEW) } else { picture.clone() };
    let size = [small.width() as usize, small.height() as usize];
    let scale = picture.width() as f32 / small.width().max(1) as f32;
    Preview { rgb: small.into_rgb8().into_raw().into(), size, scale }
}
