//! A run's pictures as they are now: found in its own folder, whatever data set is open, and compared with what they were.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use super::pictures::Picture;
use crate::{
    data::{dataset::Dataset, pixels::Pixels, sample::Source},
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, form, number, plural, say},
};

/// The pictures that a run was trained and evaluated on, where they are now.
#[derive(Clone, Debug)]
pub struct RunPictures {
    /// The run's id.
    pub run: String,
    /// The run's folder without the user's edits, so that pictures that were left out since can be seen. Those of a run that
    /// was evaluated on another folder are that folder's.
    pub dataset: Arc<Dataset>,
    /// Those that are used, and behind them those that are not.
    pub pixels: Pixels,
    /// Files of the run whose content is another now.
    changed: HashSet<String>,
    /// Files of the run that are not there any more.
    missing: usize,
    /// Files of the run whose content is there, under any name.
    found: usize,
    /// Files of the run.
    all: usize,
}

impl RunPictures {
    /// Compares a run's `pictures` with `dataset`; labels do not matter.
    pub fn of(run: &str, pictures: &[Picture], dataset: Arc<Dataset>) -> Self {
        let here = dataset.samples.iter().chain(&dataset.spare.samples);
        let here: HashMap<_, u64> = here.map(|sample| (sample.file.to_string_lossy(), sample.hash)).collect();
        let (mut changed, mut missing) = (HashSet::new(), 0);
        for picture in pictures {
            match here.get(picture.file.as_str()) {
                None => missing += 1,
                Some(hash) if *hash != picture.hash => drop(changed.insert(picture.file.clone())),
                Some(_) => {}
            }
        }
        let contents: HashSet<u64> = here.into_values().collect();
        let found = pictures.iter().filter(|picture| contents.contains(&picture.hash)).count();
        let pixels = dataset.pixels.chain(&dataset.spare.pixels);
        Self { run: run.to_owned(), dataset, pixels, changed, missing, found, all: pictures.len() }
    }

    /// Whether the file's content is another now than when the run began.
    pub fn changed(&self, file: &Path) -> bool {
        !self.changed.is_empty() && self.changed.contains(file.to_string_lossy().as_ref())
    }

    /// Whether this is the run's folder in another place: most of its pictures are there, under their names or others.
    ///
    /// # Errors
    /// It is another folder.
    pub fn check_moved(&self) -> Result<(), Problem> {
        if self.found * 2 > self.all || self.all == 0 {
            return Ok(());
        }
        let what = LocalizedText::by(|lang| {
            let (found, all) = (number(lang, self.found as u64), number(lang, self.all as u64));
            match (lang, self.found) {
                (Lang::En, 0) => format!("None of the run’s {all} pictures are in this folder as they were when it began"),
                (Lang::Fr, 0) => {
                    format!("Aucune des {all} images de l’essai n’est dans ce dossier telle qu’elle était au début")
                }
                (Lang::En, _) => format!("The folder holds {found} of the run’s {all} pictures as they were"),
                (Lang::Fr, _) => format!("Le dossier contient {found} des {all} images de l’essai telles qu’elles étaient"),
            }
        });
        let remedy = say(
            "Choose the folder that the run’s pictures were moved to",
            "Choisissez le dossier où les images de l’essai ont été déplacées",
        );
        Err(Problem::new(Kind::File, what, remedy))
    }

    /// What is not as it was, if anything.
    pub fn sentence(&self, lang: Lang) -> Option<String> {
        let count = |n: usize| plural(lang, n as u64, say("picture", "image"), say("pictures", "images"));
        let s = |n: usize| form(lang, n as u64, say("", ""), say("", "s"));
        let (changed, missing) = (self.changed.len(), self.missing);
        let changed = (changed > 0).then(|| match lang {
            Lang::En => format!("{} changed since the run", count(changed)),
            Lang::Fr => format!("{} modifiée{} depuis l’essai", count(changed), s(changed)),
        });
        let missing = (missing > 0).then(|| match lang {
            Lang::En => format!("{} missing", count(missing)),
            Lang::Fr => format!("{} introuvable{}", count(missing), s(missing)),
        });
        let both: Vec<String> = changed.into_iter().chain(missing).collect();
        (!both.is_empty()).then(|| both.join(" · "))
    }
}

/// The folder of a run is not there.
pub fn gone(source: &Source) -> Option<Problem> {
    let Source::Folder(folder) = source else { return None };
    if folder.is_dir() {
        return None;
    }
    let name = folder.display();
    let what = LocalizedText {
        en: format!("The run’s pictures were in {name}, which is not there now"),
        fr: format!("Les images de l’essai étaient dans {name}, qui n’est plus là"),
    };
    let remedy = say(
        "Connect the disk that it is on, or say where the folder is now",
        "Branchez le disque où il se trouve, ou indiquez où est le dossier maintenant",
    );
    Some(Problem { path: Some(folder.clone()), ..Problem::new(Kind::Data, what, remedy) })
}
