//! What a comparison of two runs says, in words.

use super::{Paired, Verdict};
use crate::{
    evaluate::Interval,
    problem::{Kind, Problem},
    run::RunView,
    text::{Lang, LocalizedText, decimal, number, plural, quoted, say},
};

impl Paired {
    /// The comparison in one sentence: `“B” is 0.6 points more accurate than “A”; with these 2,070 pictures that may be luck
    /// (p = 0.21)`. `p` is its own or a corrected one.
    pub fn sentence(&self, p: Option<f64>, lang: Lang) -> String {
        let [first, second] = self.names.each_ref().map(|name| quoted(lang, name.get(lang)));
        let n = plural(lang, self.pictures() as u64, say("picture", "image"), say("pictures", "images"));
        let these = match (lang, self.pictures()) {
            (Lang::En, 1) => "this one picture".to_owned(),
            (Lang::Fr, 1) => "cette seule image".to_owned(),
            (Lang::En, _) => format!("these {n}"),
            (Lang::Fr, _) => format!("ces {n}"),
        };
        let (only_first, only_second) = (self.files[1][0].len(), self.files[0][1].len());
        let p_words = p.map_or_else(String::new, |p| format!(" ({})", p_value(lang, p)));
        let verdict = self.verdict(p);
        match (verdict, lang) {
            (Verdict::Alike, Lang::En) if self.of_years => {
                return format!("{first} and {second} are equally far off on each of {these}");
            }
            (Verdict::Alike, Lang::Fr) if self.of_years => {
                return format!("{first} et {second} se trompent autant sur chacune de {these}");
            }
            (Verdict::Alike, Lang::En) => return format!("{first} and {second} are right and wrong on the same of {these}"),
            (Verdict::Alike, Lang::Fr) => return format!("{first} et {second} réussissent et échouent sur les mêmes de {these}"),
            (Verdict::Even, Lang::En) if self.of_years => {
                return format!("{first} and {second} are equally far off on {these}");
            }
            (Verdict::Even, Lang::Fr) if self.of_years => {
                return format!("{first} et {second} ont la même erreur moyenne sur {these}");
            }
            (Verdict::Even, Lang::En) => {
                return format!("{first} and {second} are right equally often on {these}, each alone on {only_first}");
            }
            (Verdict::Even, Lang::Fr) => {
                return format!(
                    "{first} et {second} réussissent aussi souvent sur {these}\u{a0}; chacun est seul à réussir sur {only_first}"
                );
            }
            _ => {}
        }
        let [better, worse] = if self.second_is_better() == Some(true) { [second, first] } else { [first, second] };
        let by = self.amount(self.difference.abs(), lang);
        let what = match (lang, self.of_years) {
            (Lang::En, true) => format!("{better} is off by {by} less on average than {worse}"),
            (Lang::Fr, true) => format!("L’erreur moyenne de {better} est inférieure de {by} à celle de {worse}"),
            (Lang::En, false) => format!("{better} is {by} more accurate than {worse}"),
            (Lang::Fr, false) => format!("{better} est meilleur de {by} que {worse}"),
        };
        let apart = number(lang, (only_first + only_second) as u64);
        match (verdict, lang) {
            (Verdict::HardlyLuck, Lang::En) => format!("{what}; with {these} that is hardly luck{p_words}"),
            (Verdict::HardlyLuck, Lang::Fr) => format!("{what}\u{a0}; avec {these}, ce n’est guère un hasard{p_words}"),
            (Verdict::TooFew, Lang::En) if self.of_years => format!("{what}; {n} are too few to tell"),
            (Verdict::TooFew, Lang::Fr) if self.of_years => format!("{what}\u{a0}; {n}, c’est trop peu pour conclure"),
            (Verdict::TooFew, Lang::En) => format!("{what}; they differ on {apart} of {these}, too few to tell{p_words}"),
            (Verdict::TooFew, Lang::Fr) => {
                format!("{what}\u{a0}; ils diffèrent sur {apart} de {these}, trop peu pour conclure{p_words}")
            }
            (_, Lang::En) => format!("{what}; with {these} that may be luck{p_words}"),
            (_, Lang::Fr) => format!("{what}\u{a0}; avec {these}, cela peut être un hasard{p_words}"),
        }
    }

    /// The verdict in two words.
    pub fn verdict_words(&self, p: Option<f64>, lang: Lang) -> &'static str {
        match self.verdict(p) {
            Verdict::Alike | Verdict::Even => say("no difference", "aucune différence"),
            Verdict::TooFew => say("too few to tell", "trop peu pour conclure"),
            Verdict::MayBeLuck => say("may be luck", "peut-être un hasard"),
            Verdict::HardlyLuck => say("hardly luck", "guère un hasard"),
        }
        .get(lang)
    }

    /// How many pictures went from right to wrong from the first run to the second, and back.
    pub fn moved(&self, lang: Lang) -> String {
        let [lost, won] = [&self.files[1][0], &self.files[0][1]].map(|files| number(lang, files.len() as u64));
        let [first, second] = self.names.each_ref().map(|name| quoted(lang, name.get(lang)));
        match (lang, self.of_years) {
            (Lang::En, false) => {
                format!("From {first} to {second}, {lost} went from right to wrong and {won} from wrong to right")
            }
            (Lang::Fr, false) => format!("De {first} à {second}, {lost} sont passées de juste à faux et {won} de faux à juste"),
            (Lang::En, true) => {
                format!("From {first} to {second}, {lost} went beyond 5 years off and {won} came within")
            }
            (Lang::Fr, true) => {
                format!("De {first} à {second}, {lost} sont passées à plus de 5\u{a0}ans d’écart et {won} à moins")
            }
        }
    }

    /// On which pictures: `on the 2,070 test pictures of both`, and what does not count.
    pub fn basis(&self, lang: Lang) -> String {
        let shared = self.pictures() as u64;
        let n = plural(lang, shared, say("test picture", "image de test"), say("test pictures", "images de test"));
        let [one, other] = self.evaluated.map(|count| number(lang, count.into()));
        let all = self.evaluated.iter().all(|count| u64::from(*count) == shared);
        let mut said = match (lang, all) {
            (Lang::En, true) => format!("on the {n} of both"),
            (Lang::Fr, true) => format!("sur les {n} des deux"),
            (Lang::En, false) => format!("on the {n} that both have, of {one} and {other}"),
            (Lang::Fr, false) => format!("sur les {n} que les deux ont, de {one} et {other}"),
        };
        if self.learned > 0 {
            let count = number(lang, self.learned.into());
            said += &match lang {
                Lang::En => format!("; {count} more do not count, since one of them learned from the same"),
                Lang::Fr => format!("\u{a0}; {count} autres ne comptent pas, car l’un des deux a appris des mêmes"),
            };
        }
        if self.relabeled > 0 {
            let count = number(lang, self.relabeled.into());
            said += &match lang {
                Lang::En => format!("; {count} more do not count, since their labels differ"),
                Lang::Fr => format!("\u{a0}; {count} autres ne comptent pas, car leurs étiquettes diffèrent"),
            };
        }
        said
    }

    /// The difference: `+0.6 points`.
    pub fn change(&self, lang: Lang) -> String {
        format!("{}{}", sign(self.difference), self.amount(self.difference.abs(), lang))
    }

    /// The difference with its range: `+0.6 points (−0.3 to 1.5)`.
    pub fn difference_words(&self, lang: Lang) -> String {
        let (scale, digits) = (self.metric().scale(), self.digits());
        let value = self.change(lang);
        match (self.range, lang) {
            (None, _) => value,
            (Some(Interval { low, high }), _) => {
                let [low, high] = [low, high].map(|bound| signed(lang, bound * scale, digits));
                match lang {
                    Lang::En => format!("{value} ({low} to {high})"),
                    Lang::Fr => format!("{value} ({low} à {high})"),
                }
            }
        }
    }

    /// Pictures of a cell, by whether each run is right, without their count: `right in both`.
    pub fn cell(&self, [first, second]: [bool; 2], lang: Lang) -> String {
        let only = usize::from(second);
        let name = quoted(lang, self.names[only].get(lang));
        match (first, second, self.of_years) {
            (true, true, false) => say("right in both", "justes dans les deux").get(lang).to_owned(),
            (false, false, false) => say("wrong in both", "fausses dans les deux").get(lang).to_owned(),
            (true, true, true) => say("within 5 years in both", "à 5\u{a0}ans près dans les deux").get(lang).to_owned(),
            (false, false, true) => say("further off in both", "plus loin dans les deux").get(lang).to_owned(),
            (_, _, of_years) => match (lang, of_years) {
                (Lang::En, false) => format!("right in {name} alone"),
                (Lang::Fr, false) => format!("justes dans {name} seul"),
                (Lang::En, true) => format!("within 5 years in {name} alone"),
                (Lang::Fr, true) => format!("à 5\u{a0}ans près dans {name} seul"),
            },
        }
    }

    /// A difference without its sign, in points or years.
    fn amount(&self, value: f64, lang: Lang) -> String {
        self.metric().difference(lang, value, self.digits())
    }

    /// Decimal places with which the difference is no zero, unless it is one.
    fn digits(&self) -> usize {
        let (value, least) = (self.difference * self.metric().scale(), self.metric().digits());
        (least..5).find(|digits| value == 0.0 || value.abs() >= 0.5 * 10f64.powi(-(*digits as i32))).unwrap_or(5)
    }
}

/// `p = 0.21`, `p = 0.003`, `p < 0.001`.
pub fn p_value(lang: Lang, p: f64) -> String {
    match p {
        ..0.001 => format!("p\u{a0}<\u{a0}{}", decimal(lang, 0.001, 3)),
        0.995.. => "p\u{a0}=\u{a0}1".to_owned(),
        0.1.. => format!("p\u{a0}=\u{a0}{}", decimal(lang, p, 2)),
        _ => format!("p\u{a0}=\u{a0}{}", decimal(lang, p, 3)),
    }
}

/// A number with its sign: `+0.6`, `−0.3`, `0.0`.
pub fn signed(lang: Lang, value: f64, digits: usize) -> String {
    let shown = decimal(lang, value.abs(), digits);
    // What rounds to zero has no sign.
    let zero = shown.chars().all(|c| !('1'..='9').contains(&c));
    if zero { shown } else { format!("{}{shown}", sign(value)) }
}

fn sign(value: f64) -> &'static str {
    match value {
        0.0 => "",
        ..0.0 => "−",
        _ => "+",
    }
}

pub(super) fn itself() -> Problem {
    Problem::new(
        Kind::Settings,
        say("A run is not compared with itself", "Un essai ne se compare pas avec lui-même"),
        say("Choose two runs", "Choisissez deux essais"),
    )
}

pub(super) fn not_evaluated(view: &RunView, name: &LocalizedText) -> Problem {
    let what = LocalizedText::by(|lang| {
        let name = quoted(lang, name.get(lang));
        match (lang, view.evaluated_elsewhere()) {
            (Lang::En, false) => format!("{name} has not been evaluated yet"),
            (Lang::Fr, false) => format!("{name} n’a pas encore été évalué"),
            (Lang::En, true) => format!("{name} was last evaluated on another folder"),
            (Lang::Fr, true) => format!("{name} a été évalué sur un autre dossier"),
        }
    });
    let remedy = match view.info.stored.weights {
        true => {
            say("Evaluate it on its test part: open its results", "Évaluez-le sur sa partie test\u{a0}: ouvrez ses résultats")
        }
        false => say("Train it to the end of an epoch first", "Entraînez-le d’abord jusqu’à la fin d’une époque"),
    };
    Problem::new(Kind::Data, what, remedy)
}

pub(super) fn other_question() -> Problem {
    Problem::new(
        Kind::Data,
        say(
            "These runs ask different questions: their answers cannot be compared",
            "Ces essais posent des questions différentes\u{a0}: leurs réponses ne se comparent pas",
        ),
        say("Compare runs of the same classes", "Comparez des essais aux mêmes classes"),
    )
}

/// No picture was evaluated by both. `dropped` were, and do not count.
pub(super) fn nothing_shared(first: &RunView, second: &RunView, dropped: u32) -> Problem {
    let seeds = [first.settings.seed, second.settings.seed];
    let splits = first.settings.split != second.settings.split;
    let what = LocalizedText::by(|lang| match lang {
        _ if dropped > 0 => say(
            "None of the test pictures that both have counts: labels differ, or one of them learned from it",
            "Aucune des images de test communes ne compte\u{a0}: les étiquettes diffèrent, ou l’un des deux en a appris",
        )
        .get(lang)
        .to_owned(),
        Lang::En if seeds[0] != seeds[1] => {
            format!("The two test parts share no picture: they were split with seeds {} and {}", seeds[0], seeds[1])
        }
        Lang::Fr if seeds[0] != seeds[1] => {
            format!("Les deux parties test n’ont aucune image commune\u{a0}: leurs graines sont {} et {}", seeds[0], seeds[1])
        }
        Lang::En => "The two test parts share no picture: they are of other folders, or of other contents".to_owned(),
        Lang::Fr => "Les deux parties test n’ont aucune image commune\u{a0}: dossiers ou contenus différents".to_owned(),
    });
    let remedy = match seeds[0] != seeds[1] || splits {
        true => say(
            "Train one of them again with the seed and the split of the other",
            "Réentraînez l’un des deux avec la graine et la répartition de l’autre",
        ),
        false => {
            say("Train both on the same folder with the same seed", "Entraînez les deux sur le même dossier avec la même graine")
        }
    };
    Problem::new(Kind::Data, what, remedy)
}
