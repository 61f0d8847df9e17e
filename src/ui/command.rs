//! Everything that can be done from anywhere, by name: the menu, the command palette and the help's list of keys walk it.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{
    Action, Cx, Dialog, Mode,
    icon::{self, Icon},
    page::Page,
    shortcut::{self, OPEN, PASTE, ctrl},
};
use crate::{
    session::Phase,
    text::{Lang, Phrase, say},
};

/// Under which heading a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandGroup {
    File,
    Edit,
    Go,
    Work,
    Look,
    Help,
}

/// One command.
#[derive(Clone, Debug)]
pub struct PaletteCommand {
    pub group: CommandGroup,
    pub name: Phrase,
    pub icon: Icon,
    /// The keys that do the same; those of [`CommandGroup::Edit`] are a text field's own while it has the keyboard.
    pub keys: Vec<KeyboardShortcut>,
    pub action: Action,
    /// Why it cannot be done now.
    pub locked: Option<Phrase>,
}

impl PaletteCommand {
    /// The first of its keys as [`shortcut::written`]; empty without any.
    pub fn shortcut(&self, lang: Lang) -> String {
        self.keys.first().map(|keys| shortcut::written(keys, lang)).unwrap_or_default()
    }
}

/// Each page's, in the order of [`Page::ALL`].
pub const PAGES: [KeyboardShortcut; Page::ALL.len()] =
    [ctrl(Key::Num1), ctrl(Key::Num2), ctrl(Key::Num3), ctrl(Key::Num4), ctrl(Key::Num5), ctrl(Key::Num6), ctrl(Key::Num7)];

/// Keys that egui and the controls answer to, and that belong to no command.
pub const CONTROL_KEYS: [(&str, Phrase); 9] = [
    ("Tab", say("Go from one control to the next; with Shift, back", "Passer d’un élément au suivant ; avec Maj, revenir")),
    ("Space", say("Press the button or switch that has the frame", "Actionner le bouton ou l’interrupteur encadré")),
    ("← → ↑ ↓", say("Move a slider; go through pictures", "Déplacer un curseur ; parcourir les images")),
    ("Enter", say("Open the picture that is selected", "Ouvrir l’image sélectionnée")),
    (
        "Ctrl A",
        say(
            "Select all pictures; Shift or Ctrl and a click select some",
            "Sélectionner toutes les images\u{a0}; Maj ou Ctrl et un clic en sélectionnent quelques-unes",
        ),
    ),
    ("Ctrl F", say("Search the settings of the page", "Chercher dans les réglages de la page")),
    ("Esc", say("Close what is on top", "Fermer ce qui est au-dessus")),
    ("Ctrl + −", say("Make everything larger or smaller", "Tout agrandir ou réduire")),
    ("Ctrl 0", say("Default size", "Taille par défaut")),
];

/// Every command, with what keeps some of them from being done now.
pub fn all(cx: &Cx<'_>) -> Vec<PaletteCommand> {
    let mut all = Vec::new();
    let mut add =
        |group: CommandGroup, name: Phrase, icon: Icon, keys: &[KeyboardShortcut], action: Action, locked: Option<Phrase>| {
            all.push(PaletteCommand { group, name, icon, keys: keys.to_vec(), action, locked });
        };
    use CommandGroup::{Edit, File, Go, Help, Look};
    let redo = [KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z), ctrl(Key::Y)];
    let busy = cx.session.phase.busy().then_some(say("something else is running", "une autre tâche est en cours"));
    let data = cx.session.open.is_none().then_some(say("open data first", "d’abord des données"));

    add(File, say("Open a folder…", "Ouvrir un dossier…"), icon::FOLDER_OPEN, &[OPEN], Action::ChooseFolder, busy);
    let typed = say("Open a folder by its path…", "Ouvrir un dossier par son chemin…");
    add(File, typed, icon::KEYBOARD, &[ctrl(Key::L)], Action::TypeFolder, busy);
    let sample = say("Open the sample faces", "Ouvrir les visages d’exemple");
    add(File, sample, icon::SMILE, &[], Action::UseSampleFaces, busy);
    add(File, say("Open a run…", "Ouvrir un essai…"), icon::FOLDER_INPUT, &[], Action::ChooseRun, None);
    let watch = say("Watch a folder of runs…", "Suivre un dossier d’essais…");
    add(File, watch, icon::EYE, &[], Action::ChooseWatched, None);
    add(File, say("Open settings…", "Ouvrir des réglages…"), icon::FILE_TEXT, &[], Action::ChooseSettings, None);
    add(File, say("Save settings…", "Enregistrer les réglages…"), icon::SAVE, &[ctrl(Key::S)], Action::SaveSettings, None);
    let copy = say("Copy the split into folders…", "Copier la répartition en dossiers…");
    add(File, copy, icon::FILES, &[], Action::CopyFolders { link: false }, data.or(busy));

    let [undo, again] = cx.undoable.map(|there| (!there).then_some(say("nothing to undo", "rien à annuler")));
    let again = again.map(|_| say("nothing to redo", "rien à rétablir"));
    add(Edit, say("Undo", "Annuler"), icon::UNDO_2, &[ctrl(Key::Z)], Action::Undo, undo);
    add(Edit, say("Redo", "Rétablir"), icon::REDO_2, &redo, Action::Redo, again);
    let paste = say("Paste a photo, a path or settings", "Coller une photo, un chemin ou des réglages");
    add(Edit, paste, icon::CLIPBOARD_PASTE, &[PASTE], Action::Paste, None);

    for (page, keys) in Page::ALL.into_iter().zip(&PAGES) {
        add(Go, page.name(), page.icon(), std::slice::from_ref(keys), Action::Go(page), page.locked(cx.session));
    }

    work(cx, data, busy, &mut add);

    add(Look, say("Light", "Clair"), icon::SUN, &[], Action::Mode(Mode::Light), None);
    add(Look, say("Dark", "Sombre"), icon::MOON, &[], Action::Mode(Mode::Dark), None);
    add(Look, say("Match system", "Comme le système"), icon::MONITOR, &[], Action::Mode(Mode::System), None);
    for other in Lang::ALL.into_iter().filter(|lang| *lang != cx.lang) {
        add(Look, other.offer(), icon::LANGUAGES, &[], Action::Language(other), None);
    }
    add(Look, say("Preferences…", "Préférences…"), icon::SETTINGS, &[ctrl(Key::Comma)], Action::Show(Dialog::Preferences), None);

    let palette = say("Find a command…", "Trouver une commande…");
    add(Help, palette, icon::SEARCH, &[ctrl(Key::K)], Action::Show(Dialog::Palette), None);
    add(
        Help,
        say("First steps", "Premiers pas"),
        icon::CIRCLE_QUESTION_MARK,
        &[KeyboardShortcut::new(Modifiers::NONE, Key::F1)],
        Action::Show(Dialog::Help),
        None,
    );
    add(Help, say("Glossary", "Glossaire"), icon::BOOK_OPEN, &[], Action::Show(Dialog::Words), None);
    let machines = say("Many runs, many machines", "Plusieurs essais, plusieurs machines");
    add(Help, machines, icon::CPU, &[], Action::Show(Dialog::Machines), None);
    add(Help, say("Shortcuts", "Raccourcis clavier"), icon::KEYBOARD, &[], Action::Show(Dialog::Keys), None);
    add(Help, say("About Trombine", "À propos de Trombine"), icon::INFO, &[], Action::Show(Dialog::About), None);
    add(Help, say("Quit", "Quitter"), icon::X, &[ctrl(Key::Q)], Action::Quit, None);
    all
}

/// Takes a command: its group, name and symbol, its keys, what it asks for, and what keeps it from being done now.
type Add<'a> = &'a mut dyn FnMut(CommandGroup, Phrase, Icon, &[KeyboardShortcut], Action, Option<Phrase>);

/// The commands of what takes long: training, and what is asked of runs. Without `data` open, or while something else is at
/// work (`busy`), most wait.
fn work(cx: &Cx<'_>, data: Option<Phrase>, busy: Option<Phrase>, add: Add<'_>) {
    use CommandGroup::Work;
    let phase = cx.session.phase;
    match phase {
        Phase::Training => {
            add(Work, say("Pause training", "Mettre l’entraînement en pause"), icon::PAUSE, &[], Action::Pause(true), None);
            add(Work, say("Finish now", "Finir maintenant"), icon::FLAG, &[], Action::FinishNow, None);
            add(Work, say("Discard the training…", "Abandonner l’entraînement…"), icon::TRASH_2, &[], Action::Discard, None);
        }
        Phase::Paused => {
            add(Work, say("Resume training", "Reprendre l’entraînement"), icon::PLAY, &[], Action::Pause(false), None);
        }
        _ => {
            let unfit = cx.plan.is_err().then_some(say("something has to be fixed first", "il faut d’abord corriger un point"));
            let locked = data.or(busy).or(unfit);
            add(Work, say("Start training", "Lancer l’entraînement"), icon::PLAY, &[], Action::Train, locked);
            let trial = say("Try 20 batches on each device", "Essayer 20 lots sur chaque appareil");
            add(Work, trial, icon::HOURGLASS, &[], Action::TryDevices, locked);
            let rates = say("Find a learning rate", "Trouver un taux d’apprentissage");
            add(Work, rates, icon::TRENDING_DOWN, &[], Action::TestRates, locked);
        }
    }
    if matches!(phase, Phase::Opening(_) | Phase::Working(_)) {
        add(Work, say("Stop the current job", "Arrêter la tâche en cours"), icon::SQUARE, &[], Action::Cancel, None);
    }
    let near = say("Find look-alikes", "Chercher les semblables");
    add(Work, near, icon::COPY, &[], Action::FindNear, data.or(busy));
    if let Some(run) = cx.session.run.as_ref().map(|run| run.info.id.clone()) {
        let evaluate = say("Evaluate on another folder…", "Évaluer sur un autre dossier…");
        add(Work, evaluate, icon::FOLDER_SEARCH, &[], Action::EvaluateFolder { run }, busy);
    }
    let answering = cx.session.answering().is_none().then_some(say("train a model first", "d’abord un modèle"));
    add(Work, say("Predict photos…", "Prédire sur des photos…"), icon::IMAGE, &[], Action::ChoosePhotos, answering);
}
