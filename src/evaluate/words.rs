//! How classes and results are called in sentences.

use super::Report;
use crate::{
    data::sample::Part,
    text::{Lang, number, percent, say},
};

impl Report {
    /// The result in one sentence: `About 93 % of 4,142 faces it had never seen`, if that is known of all of them.
    pub fn headline(&self, threshold: f64, lang: Lang) -> String {
        let accuracy = self.confusion(threshold).accuracy();
        if accuracy.n == 0 {
            return say("No picture was judged", "Aucune image n’a été jugée").get(lang).to_owned();
        }
        let share = about(accuracy.share(), lang);
        let n = number(lang, accuracy.n.into());
        let people = self.task.is_of_names();
        let faces = if people { say("faces", "visages") } else { say("pictures", "images") }.get(lang);
        let learned = self.seen.as_ref().map_or(0, |seen| seen.learned.len() as u64);
        let new = self.is_of_new_pictures();
        let which = match (lang, self.part) {
            (Lang::En, _) if learned > 0 => format!("{n} {faces}, {} of which it had learned from", number(lang, learned)),
            (Lang::En, Some(Part::Test)) if new => format!("{n} {faces} it had never seen"),
            (Lang::En, Some(Part::Test)) => format!("{n} test {faces}"),
            (Lang::En, Some(Part::Validation)) => format!("{n} validation {faces}"),
            (Lang::En, Some(Part::Train)) => format!("{n} {faces} it had learned from"),
            (Lang::En, None) if self.seen.is_some() => format!("{n} other {faces}"),
            (Lang::Fr, _) if learned > 0 => {
                format!("{n} {faces}, dont {} {}", number(lang, learned), if people { "appris" } else { "apprises" })
            }
            (Lang::Fr, Some(Part::Test)) if new => format!("{n} {faces} jamais {}", if people { "vus" } else { "vues" }),
            (Lang::Fr, Some(Part::Test)) => format!("{n} {faces} de test"),
            (Lang::Fr, Some(Part::Validation)) => format!("{n} {faces} de validation"),
            (Lang::Fr, Some(Part::Train)) => format!("{n} {faces} {}", if people { "appris" } else { "apprises" }),
            (Lang::Fr, None) if self.seen.is_some() => format!("{n} autres {faces}"),
            (_, None) => format!("{n} {faces}"),
        };
        match lang {
            Lang::En => format!("About {share} of {which}"),
            Lang::Fr => format!("Environ {share} de réussite sur {which}"),
        }
    }

    /// The line under the headline: range, part, baseline and F1.
    pub fn subline(&self, threshold: f64, lang: Lang) -> String {
        let scores = self.scores(threshold);
        let f1 = |value: f64| crate::text::decimal(lang, value, 3);
        let mut values = Vec::new();
        // Of many classes each has its line in the table below.
        if self.task.is_binary() {
            values.extend((0..2).map(|class| format!("{} {}", self.task.name(class, lang), f1(scores.classes[class].f1))));
        }
        values.push(format!("macro {}", f1(scores.macro_average.f1)));
        format!("{} · F1 {}", self.range_line(threshold, lang), values.join(", "))
    }

    /// How sure the headline is, of which part it is, and what always saying one class would score.
    pub fn range_line(&self, threshold: f64, lang: Lang) -> String {
        let range = self.confusion(threshold).accuracy().wilson();
        let (low, high) = (crate::text::decimal(lang, range.low * 100.0, 1), percent(lang, range.high, 1));
        let majority = self.task.name(self.majority(), lang);
        let baseline = percent(lang, self.baseline().share(), 0);
        let mut part = self.part_name(lang).to_owned();
        if self.mirrored {
            part += say(" with mirror images", " avec miroirs").get(lang);
        }
        match lang {
            Lang::En => format!("between {low} and {high}, {part} · always saying “{majority}” would score {baseline}"),
            Lang::Fr => {
                format!("entre {low} et {high}, {part} · toujours dire «\u{a0}{majority}\u{a0}» donnerait {baseline}")
            }
        }
    }

    /// Which pictures were judged: `test part`, or a folder apart.
    pub fn part_name(&self, lang: Lang) -> &'static str {
        match self.part {
            Some(Part::Test) => say("test part", "partie test"),
            Some(Part::Validation) => say("validation part", "partie validation"),
            Some(Part::Train) => say("training part", "partie entraînement"),
            None => say("a folder apart", "un dossier à part"),
        }
        .get(lang)
    }
}

/// A share as one says it: without decimals, but never rounded up to `100 %`.
pub fn about(share: f64, lang: Lang) -> String {
    let digits = usize::from(share > 0.99 && share < 1.0);
    percent(lang, if share < 1.0 { share.min(0.999) } else { share }, digits)
}
