//! What has to be waited for outside the worker: file dialogs, and decoding a picture of the user's. Each runs on a
//! thread of its own and comes back as a [`TaskResult`].

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    asking,
    opener::Opener,
    path_kind::{PathKind, nearest},
    question::{FileDialogRequest, Next, Preview, ReadPhoto, TaskResult},
};
use crate::{
    control::Control,
    data::{
        faces,
        name::{FORMATS, endings},
        picture_size::{PictureShape, PictureSide},
        pixels::Pixels,
        resize_method::ResizeMethod,
        sample::{Framing, Source},
    },
    files::{self, atomic, overwrite},
    predict::{
        self, Framed,
        batch::{no_picture, pictures_below},
        frame,
    },
    problem::{Kind, Problem},
    run::export::{ExportOptions, Format, PlotKind},
    session::{Beyond, ResizePreview, SharpPhoto, WholePhoto},
    setting_def::Choice as _,
    settings::Settings,
    text::{Lang, say},
    ui::{path_dialog::Wanted, widget::originals::LONGEST},
    worker,
};

/// The longer side of a preview, in pixels.
const PREVIEW: u32 = 1024;

/// The same of one of several photos: there may be some hundred of them.
const SMALL_PREVIEW: u32 = 512;

/// Photos that are shown at most of those that are chosen at once; beyond that a table is the better way.
const MOST_PHOTOS: usize = 300;

/// Results that may wait. A task beyond waits with its own until the window has looked: none is lost, and the window itself
/// never sends.
const RESULTS: usize = 32;

/// What a task tells.
enum Told {
    /// What came of work.
    Result(TaskResult),
    /// A dialog is over, with an answer or closed.
    DialogOver(Option<TaskResult>),
}

/// Starts tasks and collects their results.
pub struct Tasks {
    send: Sender<Told>,
    receive: Receiver<Told>,
    /// What could not be started.
    failed: Vec<Problem>,
    wake: Arc<dyn Fn() + Send + Sync>,
    /// A second dialog is not opened over the first.
    dialog_open: bool,
    /// Whether there is somebody to ask: without, every dialog counts as closed at once.
    dialogs: bool,
    /// Whether paths are typed rather than chosen in the system's dialogs.
    pub(super) typing: bool,
    question: Option<(FileDialogRequest, bool)>,
}

impl Tasks {
    /// `wake` is called whenever something came back. No dialog opens yet.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (send, receive) = bounded(RESULTS);
        Self { send, receive, failed: Vec::new(), wake, dialog_open: false, dialogs: false, typing: false, question: None }
    }

    /// From now on questions are put by dialogs. Whether the system has them is looked up beside the window, and known by the
    /// time one is wanted.
    pub fn offer_dialogs(&mut self) {
        self.dialogs = true;
        self.send(|| {
            asking::has_dialogs();
            None
        });
    }

    /// What has come back since the last look; never waits.
    pub fn fetched(&mut self) -> Vec<TaskResult> {
        let mut fetched: Vec<_> = self.failed.drain(..).map(TaskResult::Failed).collect();
        for told in self.receive.try_iter() {
            match told {
                Told::Result(result) => fetched.push(result),
                Told::DialogOver(answer) => {
                    self.dialog_open = false;
                    fetched.extend(answer);
                }
            }
        }
        fetched
    }

    /// Puts `question` to the user, unless a dialog is open: by the system's dialog, or where there is none, or typing is
    /// preferred, by a field of our own.
    pub fn ask(&mut self, lang: Lang, question: FileDialogRequest) {
        if self.typing || (self.dialogs && !asking::has_dialogs()) {
            self.question = Some((question, !self.typing));
        } else if self.dialogs && !self.dialog_open {
            let ask = move |tell: &dyn Fn(Told)| tell(Told::DialogOver(pollster::block_on(asking::ask(question, lang))));
            self.dialog_open = self.start(ask);
        }
    }

    fn send(&mut self, work: impl FnOnce() -> Option<TaskResult> + Send + 'static) {
        self.start(move |tell| work().into_iter().for_each(|result| tell(Told::Result(result))));
    }

    /// Does `work` on a thread of its own, which tells what comes of it as it goes; gives whether there is a thread.
    fn start(&mut self, work: impl FnOnce(&dyn Fn(Told)) + Send + 'static) -> bool {
        let (send, wake) = (self.send.clone(), self.wake.clone());
        let work = move || {
            work(&|result| {
                // The window may be gone by the time a dialog is answered.
                let _ = send.send(result);
                wake();
            });
        };
        let Err(error) = thread::Builder::new().name("task".to_owned()).spawn(work) else { return true };
        let problem = Problem::new(
            Kind::Internal,
            say("The system gave no thread", "Le système n’a pas donné de fil d’exécution"),
            say("Close other programs and try again", "Fermez d’autres programmes et réessayez"),
        );
        self.failed.push(problem.because(error));
        (self.wake)();
        false
    }

    /// Asks for a data set's folder.
    pub fn choose_folder(&mut self, lang: Lang, start: Option<&Path>) {
        let title = say("Choose a folder of pictures", "Choisir un dossier d’images");
        self.ask(lang, FileDialogRequest::one(title, Wanted::Folder, TaskResult::Folder).starting_at(start));
    }

    /// As [`Tasks::choose_folder`], by typing in any case.
    pub fn type_folder(&mut self, start: Option<&Path>) {
        let title = say("Open a folder by its path", "Ouvrir un dossier par son chemin");
        self.question
            .get_or_insert((FileDialogRequest::one(title, Wanted::Folder, TaskResult::Folder).starting_at(start), false));
    }

    /// Asks for photos to predict.
    pub fn choose_photos(&mut self, lang: Lang) {
        let title = say("Choose photos", "Choisir des photos");
        let question = FileDialogRequest::new(title, Wanted::File, |paths| Next::Done(TaskResult::Photos(paths)));
        self.ask(lang, pictures(question.several()));
    }

    /// Asks for a folder whose photos are predicted one by one.
    pub fn choose_photo_folder(&mut self, lang: Lang) {
        let title = say("Choose a folder of photos", "Choisir un dossier de photos");
        self.ask(lang, FileDialogRequest::one(title, Wanted::Folder, |folder| TaskResult::Photos(vec![folder])));
    }

    /// Asks for the picture on which the augmentation page shows its changes.
    pub fn choose_own_picture(&mut self, lang: Lang) {
        let title = say("Choose a picture", "Choisir une image");
        self.ask(lang, pictures(FileDialogRequest::one(title, Wanted::File, TaskResult::OwnPicture)));
    }

    /// Asks where a folder is now that was opened before.
    pub fn find_folder(&mut self, then: PathBuf) {
        let title = say("Where the folder is now", "Où est maintenant le dossier");
        let was = then.clone();
        let answer = move |now| TaskResult::MovedFolder { then: was.clone(), now };
        self.ask_near(then, FileDialogRequest::one(title, Wanted::Folder, answer));
    }

    /// Asks where a run's pictures are now that were in `then`.
    pub fn choose_run_pictures(&mut self, lang: Lang, run: String, then: Option<Source>) {
        let title = say("Where the run’s pictures are now", "Où sont maintenant les images de l’essai");
        let answer = move |folder| TaskResult::RunPictures { run: run.clone(), folder };
        let question = FileDialogRequest::one(title, Wanted::Folder, answer);
        match then {
            Some(Source::Folder(then)) => self.ask_near(then, question),
            _ => self.ask(lang, question),
        }
    }

    /// Asks `question`, starting at what is left of the path `then`.
    fn ask_near(&mut self, then: PathBuf, question: FileDialogRequest) {
        self.send(move || Some(TaskResult::Ask(Box::new(question.starting_at(nearest(&then).as_deref())))));
    }

    /// Looks what lies at these paths, and brings it as `result`.
    pub fn look_at(&mut self, paths: Vec<PathBuf>, result: fn(Vec<(PathBuf, PathKind)>) -> TaskResult) {
        let look = |path: PathBuf| {
            let kind = PathKind::of(&path);
            (path, kind)
        };
        self.send(move || Some(result(paths.into_iter().map(look).collect())));
    }

    /// Looks which of the recent folders are there.
    pub fn look_for_recent(&mut self, recent: Vec<PathBuf>) {
        let look = |folder: PathBuf| {
            let there = folder.is_dir();
            (folder, there)
        };
        self.send(move || Some(TaskResult::Recent(recent.into_iter().map(look).collect())));
    }

    /// Looks whether what was open at the end is still there.
    pub fn look_for_last(&mut self, last: Source) {
        self.send(move || {
            let gone = matches!(&last, Source::Folder(folder) if !folder.is_dir());
            (!gone).then_some(TaskResult::StillThere(last))
        });
    }

    /// Looks whether the folder `then`, found at `now`, is gone from its place.
    pub fn look_for_moved(&mut self, then: PathBuf, now: PathBuf) {
        self.send(move || (!then.is_dir()).then_some(TaskResult::Gone { then, now }));
    }

    /// Asks where the split is to be written as folders.
    pub fn choose_copy_target(&mut self, lang: Lang, link: bool) {
        let title = say("Where to put train, validation and test", "Où mettre train, validation et test");
        self.ask(lang, FileDialogRequest::one(title, Wanted::NewFolder, move |out| TaskResult::CopyTo { out, link }));
    }

    /// Asks on which folder's pictures a run is to be evaluated.
    pub fn choose_evaluation_folder(&mut self, lang: Lang, run: String) {
        let title = say("A folder of other pictures", "Un dossier d’autres images");
        let answer = move |folder| TaskResult::EvaluateFolder { run: run.clone(), folder };
        self.ask(lang, FileDialogRequest::one(title, Wanted::Folder, answer));
    }

    /// Asks where a run is to be exported to; `file` is the proposed name.
    pub fn choose_export(&mut self, run: String, format: Format, options: ExportOptions, file: String) {
        // The dialog asks before a file is replaced; of what is in a folder it knows nothing.
        let options = ExportOptions { overwrite: !format.is_folder(), ..options };
        let wanted = if format.is_folder() { Wanted::NewFolder } else { Wanted::NewFile };
        let answer = move |path| TaskResult::ExportTo { run: run.clone(), format, options, path };
        self.ask(options.lang, FileDialogRequest::one(say("Export as", "Exporter sous"), wanted, answer).named(file));
    }

    /// Asks where the settings are to be saved.
    pub fn choose_settings_target(&mut self, lang: Lang) {
        let title = say("Save the settings as", "Enregistrer les réglages sous");
        let question = FileDialogRequest::one(title, Wanted::NewFile, TaskResult::SettingsTo).named("trombine.json");
        self.ask(lang, question.filter("JSON", ["json".to_owned()]));
    }

    /// Asks for a file of settings.
    pub fn choose_settings(&mut self, lang: Lang) {
        let question =
            FileDialogRequest::one(say("Open settings", "Ouvrir des réglages"), Wanted::File, TaskResult::SettingsFrom);
        self.ask(lang, question.filter("JSON, text", ["json".to_owned(), "txt".to_owned()]));
    }

    /// Asks where a plot is to be saved, drawn at this threshold and temperature; `file` is the proposed name.
    pub fn choose_plot(&mut self, lang: Lang, (plot, threshold, temperature): (PlotKind, f64, f64), file: String) {
        let title = say("Save the plot, as PNG or SVG", "Enregistrer le graphique, en PNG ou SVG");
        let answer = move |path| TaskResult::PlotTo { plot, threshold, temperature, path };
        let question = FileDialogRequest::one(title, Wanted::NewFile, answer).named(file);
        self.ask(lang, question.filter("PNG", ["png".to_owned()]).filter("SVG", ["svg".to_owned()]));
    }

    /// Asks for the folder of a run that is to be imported.
    pub fn choose_run(&mut self, lang: Lang) {
        let title = say("The folder of a run, or of exported weights", "Le dossier d’un essai, ou de poids exportés");
        self.ask(lang, FileDialogRequest::one(title, Wanted::Folder, TaskResult::RunFolder));
    }

    /// Asks for a folder of runs that is to be watched.
    pub fn choose_watched(&mut self, lang: Lang, last: Option<&Path>) {
        let title = say("A folder of runs, or an experiment, to watch", "Un dossier d’essais, ou une expérience, à suivre");
        self.ask(
            lang,
            FileDialogRequest::one(title, Wanted::Folder, TaskResult::WatchedFolder).starting_at(last.and_then(Path::parent)),
        );
    }

    /// The question to be asked by a field of our own, and whether that is in the place of a dialog.
    pub fn question(&mut self) -> Option<(FileDialogRequest, bool)> {
        self.question.take()
    }

    /// Goes on with what was typed; nothing if another question follows.
    pub fn typed(&mut self, question: &FileDialogRequest, paths: Vec<PathBuf>, instead: bool) -> Option<TaskResult> {
        match question.answered(paths) {
            Next::Done(fetched) => Some(fetched),
            Next::Ask(next) => {
                self.question = Some((next, instead));
                None
            }
        }
    }

    /// Looks up what a text that is being typed names.
    pub fn look_up(&mut self, text: String, wanted: Wanted) {
        self.send(move || Some(TaskResult::Listing(asking::look_up(text, wanted))));
    }

    /// Reads settings from a file.
    pub fn read_settings(&mut self, path: PathBuf) {
        self.send(move || Some(settings_of(&path)));
    }

    /// Writes the settings as a file that `trombine train --settings` takes too, but into none of the folders of `pictures`.
    pub fn write_settings(&mut self, path: PathBuf, settings: Settings, pictures: Vec<PathBuf>) {
        self.send(move || {
            Some(match check_place(&path, &pictures).and_then(|()| atomic::write_json(&path, &settings)) {
                Ok(()) => TaskResult::Saved(path),
                Err(problem) => TaskResult::Failed(problem),
            })
        });
    }

    /// Has `opener` show a file or a folder.
    pub fn open(&mut self, path: PathBuf, opener: Opener) {
        self.send(move || Some((opener.open)(&path).map_or_else(TaskResult::Failed, |()| TaskResult::Opened)));
    }

    /// Has `opener` show a file in its folder.
    pub fn show_in_folder(&mut self, file: PathBuf, opener: Opener) {
        self.send(move || Some(opener.show_in_folder(&file).map_or_else(TaskResult::Failed, |()| TaskResult::Opened)));
    }

    /// Decodes a photo for the screen and looks for faces, if `framing` asks for them.
    pub fn preview(&mut self, photo: worker::PhotoSource, name: String, framing: Framing) {
        self.send(move || {
            Some(match decoded(&photo) {
                Ok(pixels) => {
                    TaskResult::Preview { preview: preview(&pixels, PREVIEW), framed: frame(&pixels, framing), photo, name }
                }
                Err(problem) => TaskResult::Failed(problem),
            })
        });
    }

    /// Reads photos one after the other, those of folders too, until `control` has it end.
    pub fn read_photos(&mut self, paths: Vec<PathBuf>, framing: Framing, control: Control) {
        self.start(move |tell| {
            // After a cancellation, photos already read are dropped.
            let read = |what| {
                if !control.cancelled() {
                    tell(Told::Result(TaskResult::Read(what)));
                }
            };
            match photos_at(paths, &control) {
                Ok(PhotosFound { photos, beyond }) => {
                    let alone = photos.len() == 1;
                    read(ReadPhoto::Found { count: photos.len(), beyond });
                    for (place, (path, name)) in photos.into_iter().enumerate() {
                        if control.cancelled() {
                            break;
                        }
                        let (photo, follows) = (worker::PhotoSource::File(path), place > 0);
                        match decoded(&photo) {
                            Ok(pixels) => {
                                let preview = preview(&pixels, if alone { PREVIEW } else { SMALL_PREVIEW });
                                read(ReadPhoto::Photo { preview, framed: frame(&pixels, framing), photo, name, follows });
                            }
                            Err(problem) if alone => tell(Told::Result(TaskResult::Failed(problem))),
                            Err(problem) => read(ReadPhoto::Unread { name, problem, follows }),
                        }
                    }
                }
                Err(problem) => tell(Told::Result(TaskResult::Failed(problem))),
            }
            read(ReadPhoto::Over);
        });
    }

    /// Decodes a photo that is shown as sharp as a screen needs it.
    pub fn sharpen(&mut self, photo: u64, source: worker::PhotoSource) {
        self.send(move || {
            // What cannot be read any more is told where it is asked about.
            let Preview { rgb, size, .. } = preview(&decoded(&source).ok()?, LONGEST);
            Some(TaskResult::Sharp(SharpPhoto { photo, rgb, size }))
        });
    }

    /// Decodes a photo of the data set for the screen, and looks for its faces.
    pub fn look_at_photo(&mut self, path: PathBuf) {
        self.send(move || {
            let photo = predict::Photo::open(&path).map(|photo| {
                let Preview { rgb, size, scale } = preview(&photo, PREVIEW);
                let faces = faces::find(photo.view()).iter().map(|face| face.crop).collect();
                WholePhoto { preview: rgb, preview_size: size, scale, faces }
            });
            Some(TaskResult::PhotoOfData(path, Arc::new(photo)))
        });
    }

    /// Reads a picture of a data set, as the network gets it.
    pub fn of_dataset(&mut self, pixels: Pixels, index: usize, name: String, framed: Framed) {
        self.send(move || {
            Some(match drawn(&pixels, index) {
                Ok((photo, preview)) => TaskResult::Preview { photo, name, preview, framed },
                Err(problem) => TaskResult::Failed(problem),
            })
        });
    }

    /// Reads several of them one after the other, until `control` has it end; of too many, the first.
    pub fn read_drawn(&mut self, mut pictures: Vec<(Pixels, usize, String)>, framed: Framed, control: Control) {
        self.start(move |tell| {
            let read = |what| {
                if !control.cancelled() {
                    tell(Told::Result(TaskResult::Read(what)));
                }
            };
            let found = pictures.len();
            let beyond = (found > MOST_PHOTOS).then_some(Beyond { folder: None, found, shown: MOST_PHOTOS });
            pictures.truncate(MOST_PHOTOS);
            read(ReadPhoto::Found { count: pictures.len(), beyond });
            for (place, (pixels, index, name)) in pictures.into_iter().enumerate() {
                let (framed, follows) = (framed.clone(), place > 0);
                read(match drawn(&pixels, index) {
                    Ok((photo, preview)) => ReadPhoto::Photo { photo, name, preview, framed, follows },
                    Err(problem) => ReadPhoto::Unread { name, problem, follows },
                });
            }
            read(ReadPhoto::Over);
        });
    }

    /// Reads a picture of a data set, as the network gets it, to ask about it.
    pub fn pixels(&mut self, pixels: Pixels, index: usize, asked: u64) {
        self.send(move || {
            let (width, height) = (pixels.side().into(), pixels.side().into());
            let photo = pixels.get(index).map(|rgb| worker::PhotoSource::Rgb { width, height, pixels: rgb.into() });
            Some(TaskResult::Pixels { asked, photo })
        });
    }

    /// Decodes a picture's file for the clipboard.
    pub fn for_clipboard(&mut self, path: PathBuf) {
        self.send(move || {
            Some(match predict::Photo::open(&path) {
                Ok(photo) => {
                    let size = [photo.width as usize, photo.height as usize];
                    TaskResult::ForClipboard(Preview { rgb: photo.rgb.into(), size, scale: 1.0 })
                }
                Err(problem) => TaskResult::Failed(problem),
            })
        });
    }

    /// The same of a picture that has no file.
    pub fn pixels_for_clipboard(&mut self, pixels: Pixels, index: usize) {
        self.send(move || {
            Some(match pixels.get(index) {
                Ok(rgb) => TaskResult::ForClipboard(Preview { rgb: rgb.into(), size: [pixels.side().pixels(); 2], scale: 1.0 }),
                Err(problem) => TaskResult::Failed(problem),
            })
        });
    }

    /// Asks where a list of pictures is to be written; `file` is the name that is proposed.
    pub fn choose_list(&mut self, lang: Lang, table: Arc<[u8]>, file: String) {
        let title = say("Export the list as", "Exporter la liste sous");
        let answer = move |path| TaskResult::ListTo { path, table: table.clone() };
        self.ask(lang, FileDialogRequest::one(title, Wanted::NewFile, answer).named(file).filter("CSV", ["csv".to_owned()]));
    }

    /// Writes a list of pictures, but into none of the folders of `pictures`.
    pub fn write_list(&mut self, path: PathBuf, table: Arc<[u8]>, pictures: Vec<PathBuf>) {
        self.send(move || {
            Some(match check_place(&path, &pictures).and_then(|()| atomic::write(&path, &table)) {
                Ok(()) => TaskResult::Listed(path),
                Err(problem) => TaskResult::Failed(problem),
            })
        });
    }

    /// Looks at a photo again.
    pub fn frame(&mut self, photo: u64, source: worker::PhotoSource, framing: Framing) {
        self.send(move || {
            Some(match decoded(&source) {
                Ok(pixels) => TaskResult::Framed { photo, framed: frame(&pixels, framing) },
                Err(problem) => TaskResult::Failed(problem),
            })
        });
    }

    /// Decodes a picture as the cache holds it.
    pub fn own_picture(&mut self, path: PathBuf, shape: PictureShape) {
        self.send(move || {
            Some(match predict::Photo::open(&path) {
                Ok(photo) => TaskResult::Cached(photo.square(shape).into()),
                Err(problem) => TaskResult::Failed(problem),
            })
        });
    }

    /// Decodes a picture and makes it a square in each way.
    pub fn resize_preview(&mut self, path: PathBuf) {
        self.send(move || {
            let photo = match predict::Photo::open(&path) {
                Ok(photo) => photo,
                Err(problem) => return Some(TaskResult::Failed(problem)),
            };
            let side = PictureSide::default();
            let square = |resize: &ResizeMethod| photo.square(PictureShape { side, resize: *resize });
            let pictures = ResizeMethod::ALL.iter().map(square).collect();
            Some(TaskResult::Resized(ResizePreview { path, side: side.pixels(), pictures }))
        });
    }
}

fn settings_of(path: &Path) -> TaskResult {
    match Settings::read(path) {
        Ok(settings) => TaskResult::Settings(Box::new(settings)),
        // All that is wrong in one card: the first sentence, the others as details.
        Err(problems) => TaskResult::Failed(Problem { path: Some(path.to_owned()), ..worker::first(problems) }),
    }
}

/// Dialogs of Linux tell capitals apart.
fn pictures(question: FileDialogRequest) -> FileDialogRequest {
    let endings = endings().flat_map(|ending| [ending.to_owned(), ending.to_uppercase()]);
    question.filter(FORMATS.map(|format| format.name).join(", "), endings)
}

fn preview(photo: &predict::Photo, longest: u32) -> Preview {
    let (small, scale) = photo.small(longest);
    Preview { size: [small.width as usize, small.height as usize], rgb: small.rgb.into(), scale }
}

/// A picture of a data set, as the network gets it.
fn drawn(pixels: &Pixels, index: usize) -> Result<(worker::PhotoSource, Preview), Problem> {
    let (rgb, side): (Arc<[u8]>, _) = (pixels.get(index)?.into(), pixels.side());
    let photo = worker::PhotoSource::Rgb { width: side.into(), height: side.into(), pixels: rgb.clone() };
    Ok((photo, Preview { rgb, size: [side.pixels(); 2], scale: 1.0 }))
}

/// Photos with their names, and whether there are more of them.
struct PhotosFound {
    photos: Vec<(PathBuf, String)>,
    beyond: Option<Beyond>,
}

/// The photos at these paths with their names: files as they are, folders with all pictures below them. Of too many, the
/// first, and how many there are.
fn photos_at(paths: Vec<PathBuf>, control: &Control) -> Result<PhotosFound, Problem> {
    let (mut photos, mut folders) = (Vec::new(), Vec::new());
    let alone = paths.len() == 1;
    for path in paths {
        if path.is_dir() {
            let (files, _) = pictures_below(&path, control)?;
            photos.extend(files.into_iter().map(|file| (path.join(&file), file.display().to_string())));
            folders.push(path);
        } else {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            photos.push((path, name));
        }
    }
    let folder = folders.pop();
    if let Some(folder) = folder.as_ref().filter(|_| photos.is_empty()) {
        return Err(no_picture(folder));
    }
    let found = photos.len();
    photos.truncate(MOST_PHOTOS);
    let beyond = (found > MOST_PHOTOS).then(|| Beyond { folder: folder.filter(|_| alone), found, shown: MOST_PHOTOS });
    Ok(PhotosFound { photos, beyond })
}

/// A photo as it is asked about, decoded.
fn decoded(photo: &worker::PhotoSource) -> Result<predict::Photo, Problem> {
    match photo {
        worker::PhotoSource::File(path) => predict::Photo::open(path),
        worker::PhotoSource::Bytes(bytes) => predict::Photo::decode(bytes),
        worker::PhotoSource::Rgb { width, height, pixels } => predict::Photo::new(*width, *height, pixels.to_vec()),
    }
}

/// That `path` lies neither in the folder of a run nor in one of `pictures`.
fn check_place(path: &Path, pictures: &[PathBuf]) -> Result<(), Problem> {
    overwrite::not_within_a_run(&files::home()?, path)?;
    pictures.iter().try_for_each(|folder| overwrite::not_among_pictures(folder, path))
}
