//! What the user is asked for outside the page, and what came back: of dialogs, of typed paths, of decoded pictures.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::path_kind::PathKind;
use crate::{
    data::sample::{Framing, Source},
    predict::Framed,
    problem::Problem,
    run::export::{ExportOptions, Format, PlotKind},
    session::{Beyond, ResizePreview, SharpPhoto, WholePhoto},
    settings::Settings,
    text::Phrase,
    ui::path_dialog::{Listing, Wanted},
    worker,
};

/// A question with what follows from its answer.
#[derive(Clone)]
pub struct FileDialogRequest {
    pub title: Phrase,
    pub wanted: Wanted,
    /// Several files may be chosen in the system's dialog.
    pub several: bool,
    pub start: Option<PathBuf>,
    pub file_name: Option<String>,
    pub filters: Vec<(String, Vec<String>)>,
    answer: Arc<dyn Fn(Vec<PathBuf>) -> Next + Send + Sync>,
}

/// What follows from an answer.
pub enum Next {
    Done(TaskResult),
    Ask(FileDialogRequest),
}

impl FileDialogRequest {
    /// Asks for paths; `answer` says what follows from them.
    pub fn new(title: Phrase, wanted: Wanted, answer: impl Fn(Vec<PathBuf>) -> Next + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        Self { title, wanted, several: false, start: None, file_name: None, filters: Vec::new(), answer }
    }

    /// For one path.
    pub fn one(title: Phrase, wanted: Wanted, answer: impl Fn(PathBuf) -> TaskResult + Send + Sync + 'static) -> Self {
        Self::new(title, wanted, move |paths| Next::Done(answer(paths.into_iter().next().unwrap_or_default())))
    }

    /// With more than one path as the answer.
    pub fn several(self) -> Self {
        Self { several: true, ..self }
    }

    /// Begins the search in `folder`.
    pub fn starting_at(self, folder: Option<&Path>) -> Self {
        Self { start: folder.map(Path::to_owned), ..self }
    }

    /// Proposes a name for the new file.
    pub fn named(self, file_name: impl Into<String>) -> Self {
        Self { file_name: Some(file_name.into()), ..self }
    }

    /// Offers to show only files with these endings, under `name`.
    pub fn filter(mut self, name: impl Into<String>, endings: impl IntoIterator<Item = String>) -> Self {
        self.filters.push((name.into(), endings.into_iter().collect()));
        self
    }

    /// What follows from these paths.
    pub fn answered(&self, paths: Vec<PathBuf>) -> Next {
        (self.answer)(paths)
    }

    /// Where the field of our own starts: the folder of before or the home folder, and the file's proposed name.
    pub fn text(&self) -> String {
        let folder = self.start.clone().or_else(dirs::home_dir).unwrap_or_default();
        folder.join(self.file_name.as_deref().unwrap_or_default()).display().to_string()
    }
}

/// What came back.
#[derive(Clone)]
pub enum TaskResult {
    Folder(PathBuf),
    /// Where a folder is now that was opened before.
    MovedFolder {
        then: PathBuf,
        now: PathBuf,
    },
    Photos(Vec<PathBuf>),
    OwnPicture(PathBuf),
    CopyTo {
        out: PathBuf,
        link: bool,
    },
    ExportTo {
        run: String,
        format: Format,
        options: ExportOptions,
        path: PathBuf,
    },
    PlotTo {
        plot: PlotKind,
        threshold: f64,
        temperature: f64,
        path: PathBuf,
    },
    RunFolder(PathBuf),
    /// A folder of runs that is to be watched.
    WatchedFolder(PathBuf),
    /// Where a run's pictures are now.
    RunPictures {
        run: String,
        folder: PathBuf,
    },
    EvaluateFolder {
        run: String,
        folder: PathBuf,
    },
    PredictFolder {
        run: String,
        folder: PathBuf,
        csv: PathBuf,
        framing: Framing,
    },
    /// A photo, decoded for the screen.
    Preview {
        photo: worker::PhotoSource,
        name: String,
        preview: Preview,
        framed: Framed,
    },
    /// Something of photos that are read one after the other.
    Read(ReadPhoto),
    /// A photo of those that are shown, as sharp as a screen needs it.
    Sharp(SharpPhoto),
    /// A photo of the open data set, decoded for the screen.
    PhotoOfData(PathBuf, Arc<Result<WholePhoto, Problem>>),
    /// A picture of a data set as the network gets it, to be asked about for the viewer under this number.
    Pixels {
        asked: u64,
        photo: Result<worker::PhotoSource, Problem>,
    },
    /// A picture for the clipboard.
    ForClipboard(Preview),
    /// Where a list of pictures is to be written.
    ListTo {
        path: PathBuf,
        table: Arc<[u8]>,
    },
    /// It is written there.
    Listed(PathBuf),
    /// A photo that was looked at again: by its faces, or whole.
    Framed {
        photo: u64,
        framed: Framed,
    },
    /// A picture for the augmentation preview: a square of RGB.
    Cached(Arc<[u8]>),
    /// A picture that is not square, made one in each way.
    Resized(ResizePreview),
    /// A file to take settings from.
    SettingsFrom(PathBuf),
    /// Where the draft is to be written.
    SettingsTo(PathBuf),
    /// It is written there.
    Saved(PathBuf),
    /// Settings out of a file.
    Settings(Box<Settings>),
    /// A path was handed to the system.
    Opened,
    /// The system's dialog for this question did not come.
    NoDialog(Box<FileDialogRequest>),
    /// What a typed path names.
    Listing(Listing),
    /// What lies at the paths that were dropped or pasted.
    Arrived(Vec<(PathBuf, PathKind)>),
    /// What is held over the window.
    Held(Vec<(PathBuf, PathKind)>),
    /// Which of the recent folders are there.
    Recent(Vec<(PathBuf, bool)>),
    /// What was open at the end, which is still there.
    StillThere(Source),
    /// A folder is not in its place any more, but here.
    Gone {
        then: PathBuf,
        now: PathBuf,
    },
    /// A question for which something had to be looked up.
    Ask(Box<FileDialogRequest>),
    Failed(Problem),
}

impl TaskResult {
    /// Whether it says where something is to be written.
    pub fn is_place(&self) -> bool {
        matches!(
            self,
            Self::CopyTo { .. }
                | Self::ExportTo { .. }
                | Self::PlotTo { .. }
                | Self::PredictFolder { .. }
                | Self::SettingsTo(_)
                | Self::ListTo { .. }
        )
    }
}

/// What came of photos that are read one after the other.
#[derive(Clone)]
pub enum ReadPhoto {
    /// So many there are to read; of more than that, the first.
    Found { count: usize, beyond: Option<Beyond> },
    /// One of them, decoded for the screen; `follows` is not the first.
    Photo { photo: worker::PhotoSource, name: String, preview: Preview, framed: Framed, follows: bool },
    /// One of several that cannot be read.
    Unread { name: String, problem: Problem, follows: bool },
    /// There are no more.
    Over,
}

/// A photo made small enough for the screen.
#[derive(Clone)]
pub struct Preview {
    pub rgb: Arc<[u8]>,
    pub size: [usize; 2],
    /// Pixels of the photo for each pixel of the preview.
    pub scale: f32,
}
