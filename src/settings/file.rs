//! Settings as a person hands them over: from a file or the clipboard, through the settings, so that nothing is accepted in
//! silence that the window would not offer. (What the program itself keeps in a run is read as it is, by serde.)

use std::{collections::HashSet, fmt, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{
    Settings, earlier,
    images::{self, ImageOption},
    nearest::nearest,
};
use crate::{
    files::{
        regular::{self, Unread},
        text,
    },
    problem::{Kind, Problem},
    setting_def::{SettingDef, SettingDefs as _},
    text::{LocalizedText, Phrase, repeated, say},
};

/// More is no settings file.
const MOST: u64 = 1 << 20;

impl Settings {
    /// Reads a settings file: JSON or lines, in UTF-8 or UTF-16.
    ///
    /// # Errors
    /// A file that cannot be read, and everything that is wrong in it, at once.
    pub fn read(path: &Path) -> Result<Self, Vec<Problem>> {
        let bytes = regular::read(path, MOST).map_err(|unread| match unread {
            Unread::Failed(error) => vec![Problem::io(path, &error)],
            Unread::NotAFile if path.is_dir() => vec![a_folder(path)],
            Unread::NotAFile | Unread::TooLarge(_) => vec![Problem { path: Some(path.to_owned()), ..no_text() }],
        })?;
        let here = |problem: Problem| Problem { path: Some(path.to_owned()), ..problem };
        let text = text::decode(&bytes).ok_or_else(|| vec![here(no_text())])?;
        if text.trim().is_empty() {
            return Err(vec![here(empty())]);
        }
        Self::parse(&text).map_err(|problems| problems.into_iter().map(here).collect())
    }
}

/// Settings from JSON, which may leave out options but has no others.
pub(super) fn from_json(text: &str) -> Result<Settings, Vec<Problem>> {
    let mut value: Map<String, Value> = serde_json::from_str(text).map_err(|error| vec![no_settings().because(error)])?;
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    match images::take(&mut value) {
        Ok(shape) => settings = settings.for_pictures(shape),
        Err(wrong) => problems.extend(wrong),
    }
    walk("", &value, &mut settings, &mut problems);
    // The map holds the last of two options of the same name; which was meant, nobody knows.
    if problems.is_empty()
        && let Err(error) = serde_json::from_str::<Distinct>(text)
    {
        problems.push(no_settings().because(error));
    }
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

/// Sets what `parts` says of the options below `prefix`.
fn walk(prefix: &str, parts: &Map<String, Value>, settings: &mut Settings, problems: &mut Vec<Problem>) {
    for (name, value) in parts {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if let Some(set) = earlier::set(settings, &key, &value.to_string()) {
            problems.extend(set.err().map(|what| Problem::new(Kind::Settings, what, LISTED)));
            continue;
        }
        let mut defs = settings.setting_defs();
        let below = format!("{key}.");
        if let Some(def) = defs.iter_mut().find(|def| def.key == key) {
            let taken = def.take(value).or_else(|what| match written(&key, value) {
                Some(text) => def.parse(&text),
                None => Err(what),
            });
            problems.extend(taken.err().map(|what| Problem::new(Kind::Settings, what, LISTED)));
        } else if !defs.iter().any(|def| def.key.starts_with(&below)) {
            match value {
                // A slip in a group's name is told with the whole name of each option in it.
                Value::Object(parts) if !parts.is_empty() => {
                    drop(defs);
                    walk(&key, parts, settings, problems);
                }
                _ => problems.push(unknown(&key)),
            }
        } else if let Value::Object(parts) = value {
            drop(defs);
            walk(&key, parts, settings, problems);
        } else {
            problems.push(no_group(&key, value));
        }
    }
}

/// What an option is called on the command line that the program wrote with another word before (`three` for 3).
fn written(key: &str, value: &Value) -> Option<String> {
    let nested = key.rsplit('.').fold(value.clone(), |inner, name| serde_json::json!({ name: inner }));
    let mut settings: Settings = value.is_string().then(|| serde_json::from_value(nested).ok()).flatten()?;
    settings.setting_defs().iter().find(|def| def.key == key).map(SettingDef::text)
}

pub(super) const LISTED: Phrase = say("`trombine options` lists them", "`trombine options` en donne la liste");

/// There is no such option; the nearest one is named.
pub(super) fn unknown(key: &str) -> Problem {
    let shown = repeated(key);
    let what = LocalizedText {
        en: format!("There is no setting “{shown}”"), fr: format!("Il n’y a pas de réglage « {shown} »")
    };
    let mut settings = Settings::default();
    let keys: Vec<String> = settings
        .setting_defs()
        .into_iter()
        .map(|def| def.key)
        .chain(ImageOption::ALL.map(|option| option.key().to_owned()))
        .collect();
    let remedy = match nearest(key, keys.iter().map(String::as_str)) {
        Some(near) => LocalizedText {
            en: format!("Perhaps {near} is meant; {}", LISTED.en),
            fr: format!("Peut-être {near} ; {}", LISTED.fr),
        },
        None => LISTED.into(),
    };
    Problem::new(Kind::Settings, what, remedy)
}

fn no_group(key: &str, value: &Value) -> Problem {
    let (key, value) = (repeated(key), repeated(&value.to_string()));
    let what = LocalizedText {
        en: format!("“{key}” holds several settings and cannot be “{value}”"),
        fr: format!("« {key} » contient plusieurs réglages et ne peut pas être « {value} »"),
    };
    Problem::new(Kind::Settings, what, LISTED)
}

fn no_settings() -> Problem {
    Problem::new(
        Kind::File,
        say("These are not settings of Trombine", "Ce ne sont pas des réglages de Trombine"),
        say(
            "Take a file that was saved here, or lines such as train.epochs=20",
            "Prenez un fichier enregistré ici, ou des lignes comme train.epochs=20",
        ),
    )
}

fn a_folder(path: &Path) -> Problem {
    let shown = path.display();
    let what = LocalizedText {
        en: format!("{shown} is a folder, not a file of settings"),
        fr: format!("{shown} est un dossier, pas un fichier de réglages"),
    };
    let remedy = say("Choose a file that was saved here", "Choisissez un fichier enregistré ici");
    Problem { path: Some(path.to_owned()), ..Problem::new(Kind::File, what, remedy) }
}

fn no_text() -> Problem {
    let what = say(
        "The file is not text in UTF-8 or UTF-16, so it holds no settings",
        "Le fichier n’est pas du texte en UTF-8 ou UTF-16 : il ne contient pas de réglages",
    );
    let remedy = say(
        "Take a file that was saved here, or save it as UTF-8 text",
        "Prenez un fichier enregistré ici, ou enregistrez-le comme texte UTF-8",
    );
    Problem::new(Kind::File, what, remedy)
}

fn empty() -> Problem {
    Problem::new(
        Kind::File,
        say("The file of settings is empty", "Le fichier de réglages est vide"),
        say(
            "Take a file that was saved here; for the notebook’s recipe, give none",
            "Prenez un fichier enregistré ici ; pour la recette du notebook, n’en donnez aucun",
        ),
    )
}

/// JSON in which no group holds two options of the same name.
struct Distinct;

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("“{name}” stands twice")));
            }
            map.next_value::<Self>()?;
            names.insert(name);
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}
