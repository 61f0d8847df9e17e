//! What a page asks of the app. Pages never do it themselves; `App::perform` answers after the frame.

use std::path::PathBuf;

use crate::{
    data::{edits::Change, reading::Reading, sample::Framing},
    experiment::Draft,
    files::table::{Cell, TableStyle},
    preset::Preset,
    run::export::{Format, PlotKind},
    session::Offer,
    text::Lang,
    ui::page::Page,
    worker::{Crop, JobId},
};

/// One thing that a page asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Go(Page),

    /// Ask for a folder of pictures, then open it.
    ChooseFolder,
    /// Ask where this folder is now, which was opened before, then open it.
    FindFolder(PathBuf),
    /// Ask for the folder by its path, then open it.
    TypeFolder,
    /// Type paths rather than choose them in the system's dialogs.
    TypePaths(bool),
    /// Have the system tell when a training is over, or not.
    Notify(bool),
    UseFolder(PathBuf),
    UseSampleFaces,
    /// Read the open folder in this way, and remember it.
    ReadAs(Reading),
    /// Ask for a place, then copy (or hard-link) the split into folders there.
    CopyFolders {
        link: bool,
    },
    /// Decide something about pictures, by their paths below the folder; kept in the side file.
    Edit {
        files: Vec<PathBuf>,
        change: Change,
    },
    /// Take back every edit of the data set.
    ForgetEdits,
    /// Decode a photo of the open data set for [`Session::photo_of_data`](crate::session::Session), by its path below the folder.
    LookAtPhoto(PathBuf),
    /// Look for pictures that look the same.
    FindNear,
    /// Train as this run was trained, on what is left of its pictures in the same parts.
    TrainAgain(String),
    /// Show the form for a new experiment.
    NewExperiment,
    /// Say what an experiment would take.
    CostOfExperiment(Box<Draft>),
    /// Make it and train it.
    StartExperiment(Box<Draft>),
    /// Give an experiment as it is now, by its id.
    ViewExperiment(String),
    /// Ask for a folder of runs that others train, then watch it.
    ChooseWatched,
    /// Watch this folder.
    Watch(PathBuf),
    /// Look at the watched folder again.
    LookAgain,
    StopWatching,
    /// Train what is missing of it.
    RunExperiment(String),
    /// End the experiment that is at work; what is there stays, and it can go on later.
    StopExperiment,
    /// Make a committee of an experiment's finished runs, and show it.
    EvaluateAsCommittee(String),
    /// Show runs beside each other.
    Compare(Vec<String>),
    /// Ends a job that has nothing worth keeping (opening, copying, exporting).
    Cancel,
    /// Ends a job beside the current one.
    StopBeside(JobId),

    /// Takes a recipe for all pages; split and seed stay.
    Recipe(Preset),
    Train,
    /// Train a few batches of the draft on each device, to say how long the whole would take.
    TryDevices,
    /// Train a few batches of the draft at rising learning rates, to propose one.
    TestRates,
    /// Ask for a place, then write the draft there.
    SaveSettings,
    /// Ask for a file of settings, then take them as the draft.
    ChooseSettings,
    /// Take settings from this file as the draft.
    UseSettings(PathBuf),
    /// Go on with a paused or interrupted run, or train a finished one for `more` epochs.
    Resume {
        run: String,
        more: u32,
    },
    Pause(bool),
    FinishNow,
    /// Asks first.
    Discard,

    /// Show it on Results and Predict.
    OpenRun(String),
    /// Give the run's curves and settings, to compare it.
    ViewRun(String),
    /// Compare what two runs, whose views are known, say of the same pictures.
    Pair([String; 2]),
    RenameRun {
        run: String,
        name: String,
        note: String,
    },
    /// Give a run its star, or take it.
    StarRun {
        run: String,
        on: bool,
    },
    DeleteRun(String),
    RestoreRun(String),
    /// Give the deleted runs.
    ListTrash,
    /// Remove this deleted run for good, or all of them.
    RemoveDeleted(Option<String>),
    /// Take the run's settings as the draft.
    TakeSettings(String),
    /// Ask for a place, then write the run there; `mistakes` shows faces in its report.
    Export {
        run: String,
        format: Format,
        mistakes: bool,
    },
    /// Ask for a place, then draw one plot of the shown run there, at the threshold and temperature that are tried.
    SavePlot {
        plot: PlotKind,
        threshold: f64,
        temperature: f64,
    },
    /// Ask where a run's pictures are now, then show them from there.
    LocatePictures(String),
    /// Look once more for the pictures of the run that is shown.
    FindPictures,
    /// Ask for the folder of a run from elsewhere, then take it among the runs.
    ChooseRun,
    ImportRun(PathBuf),
    /// Ask for a folder, then evaluate the run on all its pictures.
    EvaluateFolder {
        run: String,
    },
    /// Evaluate the run again on its own test part: with each picture's mirror image, without, or as before.
    Evaluate {
        run: String,
        mirrored: Option<bool>,
    },

    /// Keep threshold and temperature with the run: its predictions follow them.
    KeepThreshold {
        run: String,
        threshold: f64,
        temperature: f64,
    },

    /// Ask for photos, then predict them.
    ChoosePhotos,
    Predict(Vec<PathBuf>),
    /// Predict pictures of the data set whose pictures the page shows, by their paths below the folder and their places there.
    PredictPictures(Vec<(PathBuf, usize)>),
    /// Predict a picture of the open data set, by its path below the folder and its place there.
    Look {
        file: PathBuf,
        sample: usize,
    },
    /// Ask a run about a picture of the data set that is looked at, for the viewer: its path below the folder and its place
    /// there.
    AskAbout {
        file: PathBuf,
        sample: usize,
        run: String,
    },
    /// A map is not waited for any more: that of the square or the picture that was asked about under this number.
    StopMap(u64),
    /// Put a picture of the data set that is looked at on the clipboard, as large as its file has it.
    CopyOriginal {
        file: PathBuf,
        sample: usize,
    },
    /// Ask for a place, then write a table there.
    ExportList {
        columns: Vec<&'static str>,
        rows: Vec<Vec<Cell<'static>>>,
    },
    /// Ask the shown run about a square of a photo of [`Session::photos`](crate::session::Session): one that was asked
    /// about before and moved, or a new one.
    Ask {
        photo: u64,
        asked: Option<u64>,
        crop: Option<Crop>,
    },
    /// Have this run answer about photos (`None`: the training that runs, or the run that is shown), beginning with the
    /// squares of `photo`.
    AnswerWith {
        run: Option<String>,
        photo: Option<u64>,
    },
    /// Ask another run about the same square.
    AskOther {
        asked: u64,
        run: String,
    },
    /// Something about several photos.
    Photos(PhotosAction),
    /// Evaluate a photo by its faces or whole, and those that come after it too.
    Frame {
        photo: u64,
        framing: Framing,
    },
    /// Find out by occlusion where the network looked.
    Occlude(u64),
    /// Put an answer as a picture on the clipboard.
    CopyPicture(u64),
    /// Take it off the list.
    ForgetPhoto(u64),
    /// Show augmentations on the user's own picture: ask for one, take this one, or go back to the data set's.
    ChooseOwnPicture,
    UseOwnPicture(PathBuf),
    ForgetOwnPicture,
    /// Make this picture a square in each way, to choose from.
    PreviewResize(PathBuf),
    /// A picture, a path or settings from the clipboard.
    Paste,
    /// Ask for a folder and a file, then predict every picture of the folder into the file.
    PredictFolder {
        run: String,
        framing: Framing,
    },
    /// Go on with the table that was stopped.
    ContinueTable,

    Undo,
    Redo,
    /// What a toast offered.
    Take(Offer),
    CloseFailure(usize),
    /// A failure's way on: the card, and which of its buttons.
    Recover {
        card: usize,
        way: usize,
    },
    /// Take the card of the interrupted training away.
    ForgetInterrupted,
    CopyText(String),
    OpenPath(PathBuf),
    /// Show a file selected in its folder.
    ShowInFolder(PathBuf),
    /// A page of the web, in the user's browser.
    OpenLink(&'static str),

    Language(Lang),
    Mode(Mode),
    Motion(Motion),
    /// 1 is 100 per cent.
    Zoom(f32),
    /// How tables are written.
    Tables(TableStyle),
    /// As `--device` takes it.
    Device(String),
    /// Compare this device's arithmetic with the reference, and measure it.
    TestDevice(String),
    /// Remove the pictures that are kept ready of other folders than the open one.
    CleanCache,
    Show(Dialog),
    Quit,
}

/// What is asked of several photos.
#[derive(Clone, Debug, PartialEq)]
pub enum PhotosAction {
    /// Ask for a folder, then predict its photos one by one.
    ChooseFolder,
    /// Read no more of them and evaluate no more: what is there stays.
    Stop,
    /// This one is looked at: what is asked about it comes first; `sharp` asks for it as sharp as it is.
    Look { photo: u64, sharp: bool },
    /// Take all of them off the list.
    ForgetAll,
    /// Ask for a file, then predict every picture of this folder into it.
    Table { run: String, folder: PathBuf, framing: Framing },
    /// Close the line about more photos than are shown.
    CloseBeyond,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Mode {
    Light,
    Dark,
    #[default]
    System,
}

/// How much moves in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Motion {
    Full,
    /// Nothing.
    Reduced,
    #[default]
    System,
}

/// A window over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    Preferences,
    /// The help, open at the first steps.
    Help,
    /// The help, open at the glossary.
    Words,
    /// The help, open at many runs on many machines.
    Machines,
    /// The help, open at the keys.
    Keys,
    /// The help, open at what the program is.
    About,
    Palette,
    Discard,
    Quit,
}

impl Dialog {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Preferences,
        Self::About,
        Self::Help,
        Self::Words,
        Self::Machines,
        Self::Keys,
        Self::Palette,
        Self::Discard,
        Self::Quit,
    ];
}

/// What the user decided in a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogAnswer {
    Stay,
    Close,
    /// The question's main verb was chosen.
    Discard,
    PauseAndQuit,
    DiscardAndQuit,
}
