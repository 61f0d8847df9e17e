//! A run's id: the name of its folder, on any system.

use crate::text::escape;

/// Longer than this no id is; file systems end at 255 bytes.
const LONGEST: usize = 100;
/// Names that Windows keeps for devices, also with an ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Whether `id` names a folder on every system, and nothing else: it hides nothing, leads nowhere, and is no word or option of
/// the command line.
pub fn is_valid(id: &str) -> bool {
    let forbidden = |c: char| escape::is_control(c) || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let stem = id.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |name: &str| {
        let rest = stem.strip_prefix(name).unwrap_or_default();
        rest.chars().count() == 1 && rest.chars().all(char::is_numeric)
    };
    !id.is_empty()
        && id.len() <= LONGEST
        && id != "last"
        && !id.starts_with(['.', '-', ' '])
        && !id.ends_with(['.', ' '])
        && !id.contains(forbidden)
        && !DEVICES.contains(&stem.as_str())
        && !numbered("com")
        && !numbered("lpt")
}
