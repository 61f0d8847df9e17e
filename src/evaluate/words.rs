//! How classes and results are called in sentences.

use super::{Interval, Rate, Regression, Report, TOP_K, has_top_k};
use crate::{
    data::sample::Part,
    text::{Lang, decimal, number, percent, plural, say, years},
};

impl Report {
    /// The result in one sentence: `About 93% of 4,142 faces it had never seen`, if that is known of all of them; of years
    /// `Off by 5.2 years on average, on 4,142 faces it had never seen`.
    pub fn headline(&self, threshold: f64, lang: Lang) -> String {
        let evaluated = self.predictions.len() as u64;
        if evaluated == 0 {
            return say("No picture was evaluated", "Aucune image n’a été évaluée").get(lang).to_owned();
        }
        let n = number(lang, evaluated);
        let people = self.task.is_of_names();
        let faces = if people { say("faces", "visages") } else { say("pictures", "images") }.get(lang);
        let learned = self.seen.as_ref().map_or(0, |seen| seen.learned.len() as u64);
        let new = self.is_of_new_pictures();
        let which = match (lang, self.part) {
            (Lang::En, _) if learned > 0 => format!("{n} {faces}, {} of which it had learned from", number(lang, learned)),
            (Lang::En, Some(Part::Test)) if new => format!("{n} new {faces}"),
            (Lang::En, Some(Part::Test)) => format!("{n} test {faces}"),
            (Lang::En, Some(Part::Validation)) => format!("{n} validation {faces}"),
            (Lang::En, Some(Part::Train)) => format!("{n} {faces} it had learned from"),
            (Lang::En, None) if self.seen.is_some() => format!("{n} other {faces}"),
            (Lang::Fr, _) if learned > 0 => {
                let seen = if people { [say("", "vu"), say("", "vus")] } else { [say("", "vue"), say("", "vues")] };
                format!("{n} {faces}, dont {} à l’entraînement", plural(lang, learned, seen[0], seen[1]))
            }
            (Lang::Fr, Some(Part::Test)) if new => format!("{n} {faces} jamais {}", if people { "vus" } else { "vues" }),
            (Lang::Fr, Some(Part::Test)) => format!("{n} {faces} de test"),
            (Lang::Fr, Some(Part::Validation)) => format!("{n} {faces} de validation"),
            (Lang::Fr, Some(Part::Train)) => format!("{n} {faces} {} à l’entraînement", if people { "vus" } else { "vues" }),
            (Lang::Fr, None) if self.seen.is_some() => format!("{n} autres {faces}"),
            (_, None) => format!("{n} {faces}"),
        };
        if let Some(regression) = self.regression() {
            let mae = years(lang, regression.mae, 1);
            return match lang {
                Lang::En => format!("Off by {mae} on average, on {which}"),
                Lang::Fr => format!("Erreur moyenne de {mae} sur {which}"),
            };
        }
        let share = about(self.accuracy(threshold).share(), lang);
        match lang {
            Lang::En => format!("Right on about {share} of {which}"),
            Lang::Fr => format!("Environ {share} de réussite sur {which}"),
        }
    }

    /// The line under the headline: range, part, baseline and F1.
    pub fn subline(&self, threshold: f64, lang: Lang) -> String {
        if let Some(regression) = self.regression() {
            let share = about(regression.within_5.share(), lang);
            let near = match lang {
                Lang::En => format!("{share} within 5 years"),
                Lang::Fr => format!("{share} à 5\u{a0}ans près"),
            };
            return format!("{} · {near}", self.range_line(threshold, lang));
        }
        let scores = self.scores(threshold);
        let f1 = |value: f64| decimal(lang, value, 3);
        let mut values = Vec::new();
        // Of many classes each has its line in the table below.
        if self.task.is_binary() {
            values.extend((0..2).map(|class| format!("{} {}", self.task.name(class, lang), f1(scores.classes[class].f1))));
        }
        values.push(format!("macro {}", f1(scores.macro_average.f1)));
        let mut line = format!("{} · F1 {}", self.range_line(threshold, lang), values.join(", "));
        if has_top_k(&self.task) {
            line += &format!(" · top-{TOP_K} {}", percent(lang, self.top_k(TOP_K).share(), 1));
        }
        line
    }

    /// How sure the headline is, of which part it is, and what always saying one class would score.
    fn range_line(&self, threshold: f64, lang: Lang) -> String {
        if let Some(regression) = self.regression() {
            return self.range_of_years(&regression, lang);
        }
        let range = self.accuracy(threshold).wilson();
        let (low, high) = (decimal(lang, range.low * 100.0, 1), percent(lang, range.high, 1));
        let majority = self.task.name(self.majority(), lang);
        let baseline = baseline_words(lang, self.baseline());
        let part = self.part_and_way(lang);
        match lang {
            Lang::En => format!("between {low} and {high}, {part} · always saying “{majority}” would score {baseline}"),
            Lang::Fr => {
                format!("entre {low} et {high}, {part} · toujours dire «\u{a0}{majority}\u{a0}» donnerait {baseline}")
            }
        }
    }

    /// The same of years.
    fn range_of_years(&self, regression: &Regression, lang: Lang) -> String {
        let part = self.part_and_way(lang);
        let (mean, baseline) = (decimal(lang, regression.mean_age, 0), years(lang, regression.baseline, 1));
        let range = regression.mae_range.map(|Interval { low, high }| (decimal(lang, low, 1), years(lang, high, 1)));
        let always = match lang {
            Lang::En => format!("always saying {mean}, the mean age, would be off by {baseline}"),
            Lang::Fr => format!("toujours dire {mean}, l’âge moyen, donnerait une erreur de {baseline}"),
        };
        match (lang, range) {
            (Lang::En, Some((low, high))) => format!("between {low} and {high}, {part} · {always}"),
            (Lang::Fr, Some((low, high))) => format!("entre {low} et {high}, {part} · {always}"),
            (_, None) => format!("{part} · {always}"),
        }
    }

    /// Which pictures were evaluated, and whether with their mirror images: `test part`.
    pub fn part_and_way(&self, lang: Lang) -> String {
        let mut part = self.part_name(lang).to_owned();
        if self.mirrored {
            part += say(" with mirror images", " avec miroirs").get(lang);
        }
        part
    }

    /// Which pictures were evaluated: `test part`, or a folder apart.
    pub fn part_name(&self, lang: Lang) -> &'static str {
        match self.part {
            Some(Part::Test) => say("test part", "partie test"),
            Some(Part::Validation) => say("validation part", "partie validation"),
            Some(Part::Train) => say("training part", "partie entraînement"),
            None => say("another folder", "un autre dossier"),
        }
        .get(lang)
    }
}

/// A share as one says it: without decimals, but with one where it is nearly all or nearly none.
pub fn about(share: f64, lang: Lang) -> String {
    let is_nearly = (share > 0.99 && share < 1.0) || (share > 0.0 && share < 0.01);
    percent(lang, share, usize::from(is_nearly))
}

/// What always saying one class would score: `54%`, and `0.5%` where whole numbers would say next to nothing.
pub fn baseline_words(lang: Lang, baseline: Rate) -> String {
    let share = baseline.share();
    percent(lang, share, usize::from(share < 0.02))
}
