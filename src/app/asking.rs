//! Which file or folder is meant: asked by the system's dialog, or where there is none by a field of our own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use super::question::{FileDialogRequest, Next, TaskResult};
use crate::{
    text::Lang,
    ui::path_dialog::{Entry, Listing, There, Wanted, is_separator, path_of},
};

/// Asks by the system's dialog, and by those of the questions that follow.
pub async fn ask(mut question: FileDialogRequest, lang: Lang) -> Option<TaskResult> {
    loop {
        let began = Instant::now();
        let Some(paths) = dialog(&question, lang).await else {
            // Nobody closes a dialog that quickly: it never came.
            return (began.elapsed() < QUICK).then_some(TaskResult::NoDialog(Box::new(question)));
        };
        match question.answered(paths) {
            Next::Done(fetched) => return Some(fetched),
            Next::Ask(next) => question = next,
        }
    }
}

async fn dialog(question: &FileDialogRequest, lang: Lang) -> Option<Vec<PathBuf>> {
    let mut dialog = rfd::AsyncFileDialog::new().set_title(question.title.get(lang));
    if let Some(folder) = &question.start {
        dialog = dialog.set_directory(folder);
    }
    if let Some(name) = &question.file_name {
        dialog = dialog.set_file_name(name);
    }
    for (name, endings) in &question.filters {
        dialog = dialog.add_filter(name, endings);
    }
    let path = |file: rfd::FileHandle| vec![file.path().to_owned()];
    match (question.wanted, question.several) {
        (Wanted::Folder | Wanted::NewFolder, _) if question.file_name.is_none() => dialog.pick_folder().await.map(path),
        (Wanted::Folder | Wanted::NewFolder | Wanted::NewFile | Wanted::Table, _) => dialog.save_file().await.map(path),
        (Wanted::File, false) => dialog.pick_file().await.map(path),
        (Wanted::File, true) => {
            let files = dialog.pick_files().await?;
            Some(files.iter().map(|file| file.path().to_owned()).collect())
        }
    }
}

/// No person answers a dialog in less time.
const QUICK: Duration = Duration::from_millis(250);
/// Names that are listed; more are found by typing on.
const MOST: usize = 400;

/// Whether this system has file dialogs. On Linux they come from the desktop portal, whose service D-Bus starts, or from
/// zenity; elsewhere the system itself has them.
pub fn has_dialogs() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| {
        if !cfg!(target_os = "linux") {
            return true;
        }
        let list = |name| env::var_os(name).unwrap_or_default();
        let zenity = env::split_paths(&list("PATH")).any(|folder| folder.join("zenity").is_file());
        let runtime = env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).join("bus").exists());
        let bus = runtime || env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty());
        let mut data: Vec<PathBuf> = env::split_paths(&list("XDG_DATA_DIRS")).collect();
        data.extend(["/usr/local/share", "/usr/share"].map(PathBuf::from));
        let service = "dbus-1/services/org.freedesktop.portal.Desktop.service";
        zenity || (bus && data.iter().any(|folder| folder.join(service).exists()))
    })
}

/// Looks up what a typed text names and what can complete it.
pub fn look_up(text: String, wanted: Wanted) -> Listing {
    let home = dirs::home_dir();
    let path = path_of(&text, home.as_deref());
    let there = match fs::metadata(&path) {
        Ok(meta) if meta.is_dir() => There::Folder,
        Ok(meta) if meta.is_file() => There::File,
        Ok(_) => There::Other,
        Err(_) => There::Nothing,
    };
    let above = path.parent().is_some_and(|above| !above.as_os_str().is_empty() && above.is_dir());
    // What is being typed is the part behind the last separator.
    let (folder, part) = match text.rfind(is_separator) {
        Some(at) => (path_of(&text[..=at], home.as_deref()), text[at + 1..].to_lowercase()),
        None => (home.unwrap_or_default(), text.to_lowercase()),
    };
    let files = matches!(wanted, Wanted::File | Wanted::NewFile | Wanted::Table);
    let mut entries: Vec<Entry> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !part.starts_with('.');
            if hidden || !name.to_lowercase().starts_with(&part) {
                return None;
            }
            let is_folder = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir()),
                kind => kind.is_ok_and(|kind| kind.is_dir()),
            };
            (is_folder || files).then_some(Entry { name, is_folder })
        })
        .collect();
    entries.sort_by_cached_key(|entry| (!entry.is_folder, entry.name.to_lowercase()));
    entries.truncate(MOST);
    Listing { text, there, above, entries }
}
