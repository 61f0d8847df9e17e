//! Bands of the ages that UTKFace's names record.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::text::{Lang, LocalizedText};

/// Ages in bands that leave no gap and do not overlap: each begins where the one before ends, the first at 0, the last is
/// open. So a list of the years at which bands begin is all there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgeBands {
    /// Bit `y`: a band begins at `y` years.
    begins: u128,
}

/// The last year at which a band may begin; the oldest of UTKFace's pictures is labelled 116.
pub const LAST: u16 = 116;

impl Default for AgeBands {
    fn default() -> Self {
        Self { begins: [0, 10, 20, 40, 60].iter().fold(0, |begins, year| begins | 1 << year) }
    }
}

impl AgeBands {
    /// Bands that begin at these years, in any order.
    ///
    /// # Errors
    /// Fewer than two bands, none from birth on, two that begin at the same year, or one beyond [`LAST`].
    pub fn new(years: &[u16]) -> Result<Self, LocalizedText> {
        let no = |en: String, fr: String| Err(LocalizedText { en, fr });
        if let Some(year) = years.iter().find(|year| **year > LAST) {
            return no(
                format!("A band cannot begin at {year}: the oldest age is {LAST}"),
                format!("Une tranche ne peut pas commencer à {year} ans : l’âge le plus grand est {LAST}"),
            );
        }
        let mut begins: u128 = 0;
        for year in years {
            if begins & (1 << year) != 0 {
                return no(
                    format!("Two bands begin at {year}: the first of them would be empty"),
                    format!("Deux tranches commencent à {year} ans : la première serait vide"),
                );
            }
            begins |= 1 << year;
        }
        if begins & 1 == 0 {
            let first = begins.trailing_zeros();
            return no(
                format!("No band begins at 0, so ages below {first} would have none"),
                format!("Aucune tranche ne commence à 0 : les âges sous {first} ans n’en auraient pas"),
            );
        }
        if begins.count_ones() < 2 {
            return no(
                "One band tells nothing apart: give two or more".into(),
                "Une seule tranche ne distingue rien : donnez-en au moins deux".into(),
            );
        }
        Ok(Self { begins })
    }

    /// Reads `0,10,20,40,60`, with any blanks.
    ///
    /// # Errors
    /// As [`AgeBands::new`], and what is no list of years.
    pub fn parse(text: &str) -> Result<Self, LocalizedText> {
        let years: Result<Vec<u16>, _> = text.split([',', ';', ' ']).filter(|word| !word.is_empty()).map(str::parse).collect();
        match years {
            Ok(years) if !years.is_empty() => Self::new(&years),
            _ => {
                let text = crate::text::repeated(text);
                Err(LocalizedText {
                    en: format!("“{text}” is not a list of years: give those at which bands begin, as 0,10,20,40,60"),
                    fr: format!(
                        "« {text} » n’est pas une liste d’années : donnez celles où commencent les tranches, comme 0,10,20,40,60"
                    ),
                })
            }
        }
    }

    /// The years at which bands begin, ascending.
    pub fn years(self) -> Vec<u16> {
        (0..=LAST).filter(|year| self.begins & (1 << year) != 0).collect()
    }

    /// The list as [`AgeBands::parse`] takes it.
    pub fn text(self) -> String {
        self.years().iter().map(u16::to_string).collect::<Vec<_>>().join(",")
    }

    /// The band that an age lies in.
    pub fn class(self, age: u16) -> u8 {
        let up_to = u128::MAX >> (127 - u32::from(age.min(LAST)));
        ((self.begins & up_to).count_ones() - 1) as u8
    }

    /// The names of the bands in files: `0-9`, `60+`.
    pub fn names(self) -> Vec<String> {
        let years = self.years();
        let name = |(at, first): (usize, &u16)| match years.get(at + 1) {
            Some(next) if next - 1 == *first => first.to_string(),
            Some(next) => format!("{first}-{}", next - 1),
            None => format!("{first}+"),
        };
        years.iter().enumerate().map(name).collect()
    }
}

impl Serialize for AgeBands {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.years().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AgeBands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&Vec::deserialize(deserializer)?).map_err(|why| D::Error::custom(why.en))
    }
}

/// Which of the bands that are called so an age lies in.
pub(super) fn class(classes: &[String], age: u16) -> Option<u8> {
    let lies_in = |class: &String| {
        let (first, last) = match (class.split_once('-'), class.strip_suffix('+')) {
            (Some((first, last)), _) => (first.parse().ok()?, last.parse().ok()?),
            (_, Some(first)) => (first.parse().ok()?, u16::MAX),
            _ => (class.parse().ok()?, class.parse().ok()?),
        };
        Some((first..=last).contains(&age))
    };
    classes.iter().position(|class| lies_in(class) == Some(true)).map(|class| class as u8)
}

/// `20 to 39`, `60 and over`, `7`.
pub(super) fn name(class: &str, lang: Lang) -> String {
    match (class.split_once('-'), class.strip_suffix('+'), lang) {
        (Some((first, last)), _, Lang::En) => format!("{first} to {last}"),
        (Some((first, last)), _, Lang::Fr) => format!("{first} à {last}"),
        (_, Some(first), Lang::En) => format!("{first} and over"),
        (_, Some(first), Lang::Fr) => format!("{first} et plus"),
        _ => class.to_owned(),
    }
}

/// As [`name`], where nothing beside it says that years are meant: in French « 20 à 39 ans », « 60 ans et plus ».
pub(super) fn years(class: &str, lang: Lang) -> String {
    match (class.strip_suffix('+'), lang) {
        (_, Lang::En) => name(class, lang),
        (Some(first), Lang::Fr) => format!("{first} ans et plus"),
        (None, Lang::Fr) if matches!(class, "0" | "1") || class.ends_with("-1") => format!("{} an", name(class, lang)),
        (None, Lang::Fr) => format!("{} ans", name(class, lang)),
    }
}

/// `people aged 20 to 39`.
pub(super) fn people(class: &str, lang: Lang) -> String {
    let years = years(class, lang);
    match lang {
        Lang::En => format!("people aged {years}"),
        Lang::Fr => format!("personnes de {years}"),
    }
}
