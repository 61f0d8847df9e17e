//! What is other in a data set than when a run began, so that a page can say it and not only that something is.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    path::Path,
};

use super::pictures::Picture;
use crate::{
    data::dataset::Dataset,
    text::{Lang, Phrase, plural, say},
};

/// How many pictures are other, by what is other about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Pictures that the run had no copy of.
    pub come: u64,
    pub gone: u64,
    /// Left out by the user.
    pub left_out: u64,
    pub relabeled: u64,
    /// With another content under the same name.
    pub altered: u64,
    /// The same content under another name.
    pub renamed: u64,
}

impl Changes {
    /// What has become of a run's `pictures` in `dataset`.
    pub fn of(pictures: &[Picture], dataset: &Dataset) -> Self {
        let now = dataset.samples.iter().map(|sample| (sample.file.to_string_lossy(), sample.hash, sample.class));
        Self::between(pictures, now, |file| dataset.spare.find(Path::new(file)).is_some())
    }

    /// What is other in the pictures of another run.
    pub fn to(pictures: &[Picture], other: &[Picture]) -> Self {
        let other = other.iter().map(|picture| (Cow::Borrowed(picture.file.as_str()), picture.hash, picture.class));
        Self::between(pictures, other, |_| false)
    }

    fn between<'a>(
        then: &[Picture],
        now: impl Iterator<Item = (Cow<'a, str>, u64, u8)>,
        left_out: impl Fn(&str) -> bool,
    ) -> Self {
        let known: HashSet<u64> = then.iter().map(|picture| picture.hash).collect();
        let mut missing: HashMap<&str, &Picture> = then.iter().map(|picture| (picture.file.as_str(), picture)).collect();
        let (mut changes, mut elsewhere) = (Self::default(), HashSet::new());
        for (file, hash, class) in now {
            match missing.remove(file.as_ref()) {
                Some(picture) if picture.hash != hash => changes.altered += 1,
                Some(picture) => changes.relabeled += u64::from(picture.class != class),
                None if known.contains(&hash) => _ = elsewhere.insert(hash),
                None => changes.come += 1,
            }
        }
        for (file, picture) in missing {
            let count = match () {
                () if left_out(file) => &mut changes.left_out,
                () if elsewhere.contains(&picture.hash) => &mut changes.renamed,
                () => &mut changes.gone,
            };
            *count += 1;
        }
        changes
    }

    /// What is other, in a few words each: `3 changed labels`, `12 more pictures`.
    pub fn words(self, lang: Lang) -> Vec<String> {
        let Self { come, gone, left_out, relabeled, altered, renamed } = self;
        let counts: [(u64, Phrase, Phrase); 6] = [
            (relabeled, say("changed label", "étiquette modifiée"), say("changed labels", "étiquettes modifiées")),
            (come, say("more picture", "image de plus"), say("more pictures", "images de plus")),
            (gone, say("picture gone", "image disparue"), say("pictures gone", "images disparues")),
            (left_out, say("picture left out", "image écartée"), say("pictures left out", "images écartées")),
            (altered, say("changed picture", "image modifiée"), say("changed pictures", "images modifiées")),
            (renamed, say("renamed picture", "image renommée"), say("renamed pictures", "images renommées")),
        ];
        counts.into_iter().filter(|(count, ..)| *count > 0).map(|(count, one, more)| plural(lang, count, one, more)).collect()
    }
}
