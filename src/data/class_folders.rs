//! What folders are called in which classes are sorted. A label may be any text; a folder's name is one that every system
//! takes, and leads nowhere else.

use std::collections::HashSet;

use super::{part_name::key, walk::is_leftover};

/// What no name of a file may hold on Windows, and what separates folders elsewhere.
const FORBIDDEN: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

/// What Windows takes for a device, with any ending behind it; ports have a digit besides.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
const PORTS: [&str; 2] = ["com", "lpt"];

/// Bytes of a name; file systems end at 255, encrypted ones before.
const LONGEST: usize = 140;

/// A folder's name for each class: the class itself where that can be one, otherwise what is left of it (`cat-siamese` of
/// `cat/siamese`), with a number where two would be the same to some system or reader.
pub fn names(classes: &[String]) -> Vec<String> {
    let mut names = vec![String::new(); classes.len()];
    let mut taken = HashSet::new();
    // What can be a name is not numbered for the sake of what cannot.
    for as_it_is in [true, false] {
        for (name, class) in names.iter_mut().zip(classes).filter(|(_, class)| is_name(class) == as_it_is) {
            let first = if as_it_is { class.clone() } else { replaced(class) };
            let number = |n: u32| if n == 1 { first.clone() } else { format!("{first}-{n}") };
            *name = (1..).map(number).find(|name| taken.insert(key(name))).unwrap_or_default();
        }
    }
    names
}

/// Whether a folder can be called so on every system, and is read again as one of the user's.
fn is_name(text: &str) -> bool {
    let edge = [' ', '.'];
    (1..=LONGEST).contains(&text.len())
        && !text.contains(is_forbidden)
        && !text.starts_with(edge)
        && !text.ends_with(edge)
        && !is_device(text)
        && !is_leftover(text)
}

fn is_forbidden(letter: char) -> bool {
    letter.is_control() || FORBIDDEN.contains(&letter)
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let is_port = |port: &str| {
        let rest = stem.strip_prefix(port).unwrap_or_default();
        rest.chars().count() == 1 && rest.contains(|digit: char| digit.is_ascii_digit() || ['¹', '²', '³'].contains(&digit))
    };
    DEVICES.contains(&stem.as_str()) || PORTS.iter().any(|port| is_port(port))
}

/// A name with what can be kept of a text.
fn replaced(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars().map(|letter| if is_forbidden(letter) { '-' } else { letter }) {
        if name.len() + letter.len_utf8() > LONGEST {
            break;
        }
        name.push(letter);
    }
    let name = name.trim_matches([' ', '.', '-']);
    match name {
        "" => "class".to_owned(),
        name if is_name(name) => name.to_owned(),
        name => format!("class-{name}"),
    }
}
