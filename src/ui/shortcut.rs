//! Keys that do something from anywhere, and how they are written.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::text::{Lang, Phrase, say};

/// A key with the one that commands go by: Ctrl, on macOS ⌘.
pub const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

/// Opens a folder.
pub const OPEN: KeyboardShortcut = ctrl(Key::O);
/// Pastes.
pub const PASTE: KeyboardShortcut = ctrl(Key::V);
/// Marks all pictures of a grid.
pub const MARK_ALL: KeyboardShortcut = ctrl(Key::A);

/// A shortcut as the window writes it: `Ctrl Shift Z`, in French `Ctrl Maj Z`.
pub fn written(keys: &KeyboardShortcut, lang: Lang) -> String {
    let modifiers = [(keys.modifiers.command, "Ctrl "), (keys.modifiers.shift, "Shift ")];
    let held: String = modifiers.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).collect();
    self::keys(&(held + keys.logical_key.symbol_or_name()), lang)
}

/// Keys as this system's keyboards have them, by their names in the user's language.
pub fn keys(text: &str, lang: Lang) -> String {
    const NAMES: [Phrase; 5] =
        [say("Shift", "Maj"), say("Space", "Espace"), say("Esc", "Échap"), say("Enter", "Entrée"), say("Delete", "Suppr")];
    let text = if cfg!(target_os = "macos") { text.replace("Ctrl ", "⌘ ").replace("Shift ", "⇧ ") } else { text.to_owned() };
    NAMES.into_iter().fold(text, |text, name| text.replace(name.en, name.get(lang)))
}
