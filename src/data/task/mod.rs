//! The question: what is learned of a picture. Where its labels come from, what its classes are called, how results are
//! phrased, what stands under an answer.
//!
//! Everything that speaks of classes asks a [`Task`]; nothing else knows what they mean. One file a question.

pub mod age;
pub mod age_group;
mod folders;
mod gender;
mod hairstyle;

use serde::{Deserialize, Serialize};

use super::{
    name::Name,
    sample::{Framing, Source},
};
use crate::{
    setting_def::choice,
    text::{Lang, LocalizedText, Phrase, form, quoted, say},
};

pub use age_group::AgeBands;
pub use gender::{GENDERS, of_folder as gender_of_folder};
pub use hairstyle::HAIRSTYLES;

/// A question with the names of its classes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredTask", into = "StoredTask")]
pub struct Task {
    pub kind: TaskKind,
    /// In the order of the network's outputs; of two, index 1 is the one whose probability a sigmoid gives. They stand in
    /// files and tables; [`Task::name`] is what a person reads. Of a value, each year is one, though the network gives the
    /// value alone.
    pub classes: Vec<String>,
}

/// Which question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// As UTKFace's names, or folders called so, record it.
    Gender,
    /// Bands of the ages that UTKFace's names record.
    AgeGroup,
    /// The age in years that UTKFace's names record: a value, not a class.
    Age,
    /// Which of some folders a picture belongs to.
    #[default]
    Folders,
    /// How the hair of the sample faces lies.
    Hairstyle,
}

choice!(TaskKind {
    Gender = "gender", say("Gender", "Genre"),
        say("Female or male, as the file names record it", "Femme ou homme, comme le notent les noms de fichiers");
    AgeGroup = "age-group", say("Age group", "Tranche d’âge"),
        say("Bands of the ages that the file names record", "Des tranches des âges que notent les noms de fichiers");
    Age = "age", say("Age in years", "Âge en années"),
        say("The age that the file names record, as a number", "L’âge que notent les noms de fichiers, en nombre");
    Folders = "folders", say("Folders", "Dossiers"),
        say("The folder that a picture lies in", "Le dossier dans lequel se trouve une image");
    Hairstyle = "hairstyle", say("Hairstyle", "Coiffure"),
        say("Four ways in which the hair of the drawings lies", "Quatre façons dont les cheveux des dessins sont coiffés");
});

/// A question as files have it: those of before name the classes alone, and the years of the question of age are not listed.
#[derive(Serialize, Deserialize)]
struct StoredTask {
    task: Option<TaskKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    classes: Option<Vec<String>>,
}

impl From<Task> for StoredTask {
    fn from(Task { kind, classes }: Task) -> Self {
        Self { task: Some(kind), classes: (kind != TaskKind::Age).then_some(classes) }
    }
}

impl TryFrom<StoredTask> for Task {
    type Error = &'static str;

    fn try_from(StoredTask { task, classes }: StoredTask) -> Result<Self, Self::Error> {
        match (task, classes) {
            (Some(TaskKind::Age), _) => Ok(Self::age()),
            (Some(kind), Some(classes)) => Ok(Self { kind, classes }),
            (None, Some(classes)) => Ok(Self::of_classes(classes)),
            (_, None) => Err("missing field `classes`"),
        }
    }
}

impl<const N: usize> From<[&str; N]> for Task {
    fn from(classes: [&str; N]) -> Self {
        Self::of_classes(classes.map(str::to_owned).to_vec())
    }
}

impl Task {
    /// Gender, as UTKFace's names record it.
    pub fn gender() -> Self {
        Self { kind: TaskKind::Gender, classes: GENDERS.map(str::to_owned).to_vec() }
    }

    /// The age group in `bands`.
    pub fn age_group(bands: AgeBands) -> Self {
        Self { kind: TaskKind::AgeGroup, classes: bands.names() }
    }

    /// The age in years.
    pub fn age() -> Self {
        Self { kind: TaskKind::Age, classes: age::years() }
    }

    /// How the hair of the sample faces lies.
    pub fn hairstyle() -> Self {
        Self { kind: TaskKind::Hairstyle, classes: HAIRSTYLES.map(str::to_owned).to_vec() }
    }

    /// What folders of these names ask: `female` and `male` are the question of gender.
    pub fn of_classes(classes: Vec<String>) -> Self {
        let kind = if classes == GENDERS { TaskKind::Gender } else { TaskKind::Folders };
        Self { kind, classes }
    }

    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there is no class: a data set that was not opened.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Whether there are two classes, so that one probability and a threshold say it all.
    pub fn is_binary(&self) -> bool {
        self.classes.len() == 2
    }

    /// Whether the answer is a value in years and not a class. The label of a picture is then its age.
    pub fn is_regression(&self) -> bool {
        self.kind == TaskKind::Age
    }

    /// Whether answers speak of a person's gender.
    pub fn is_gender(&self) -> bool {
        self.kind == TaskKind::Gender
    }

    /// Whether the labels are in UTKFace's file names, and so the pictures faces.
    pub fn is_of_names(&self) -> bool {
        matches!(self.kind, TaskKind::Gender | TaskKind::AgeGroup | TaskKind::Age)
    }

    /// The class that a picture's name says, where names are asked.
    pub fn of_name(&self, name: &Name) -> Option<u8> {
        match self.kind {
            TaskKind::Gender => Some(name.class),
            TaskKind::AgeGroup => age_group::class(&self.classes, name.age),
            TaskKind::Age => age::class(name.age),
            TaskKind::Folders | TaskKind::Hairstyle => None,
        }
    }

    /// Which of the classes is called so in files.
    pub fn find(&self, class: &str) -> Option<usize> {
        self.classes.iter().position(|name| name == class)
    }

    /// A class's name: `female`, in French « femme »; `20 to 39`; a folder's name as it is.
    pub fn name(&self, class: usize, lang: Lang) -> String {
        match self.kind {
            TaskKind::Gender => gender::name(class).get(lang).to_owned(),
            TaskKind::AgeGroup => age_group::name(&self.classes[class], lang),
            TaskKind::Age => age::name(class, lang),
            TaskKind::Folders => self.classes[class].clone(),
            TaskKind::Hairstyle => hairstyle::name(&self.classes[class], lang),
        }
    }

    /// The names of all classes.
    pub fn names(&self, lang: Lang) -> Vec<String> {
        (0..self.len()).map(|class| self.name(class, lang)).collect()
    }

    /// The first names and how many more there are: `cat, dog, horse and 7 more`; `ages in years`.
    pub fn listed(&self, lang: Lang) -> String {
        if self.is_regression() {
            return say("ages in years", "âges en années").get(lang).to_owned();
        }
        listed(&self.names(lang), lang)
    }

    /// Those of a class: `women`, `people aged 20 to 39`, or a folder's name in quotes.
    pub fn people(&self, class: usize, lang: Lang) -> String {
        match self.kind {
            TaskKind::Gender => gender::people(class).get(lang).to_owned(),
            TaskKind::AgeGroup => age_group::people(&self.classes[class], lang),
            TaskKind::Age => age::people(class, lang),
            TaskKind::Folders => folders::pictures(&self.classes[class], lang),
            TaskKind::Hairstyle => hairstyle::drawings(&self.classes[class], lang),
        }
    }

    /// What was predicted of `count` pictures with a label, without the count: `labeled female, predicted male`. A label says
    /// what was recorded, not who somebody is, so it does not make anybody a woman or a man here.
    pub fn called(&self, label: usize, predicted: usize, count: u32, lang: Lang) -> String {
        let [label, predicted] = [label, predicted].map(|class| self.named(class, lang));
        match lang {
            Lang::En => format!("labeled {label}, predicted {predicted}"),
            Lang::Fr => {
                let s = form(lang, count.into(), say("", ""), say("", "s"));
                format!("étiquetée{s} {label}, prédite{s} {predicted}")
            }
        }
    }

    /// After a share: `of those labeled female`.
    pub fn of_them(&self, class: usize, lang: Lang) -> String {
        match lang {
            Lang::En => format!("of those labeled {}", self.named(class, lang)),
            Lang::Fr => format!("des étiquetées {}", self.named(class, lang)),
        }
    }

    /// After a share: `of those predicted male`.
    pub fn of_those_called(&self, class: usize, lang: Lang) -> String {
        match lang {
            Lang::En => format!("of those predicted {}", self.named(class, lang)),
            Lang::Fr => format!("des prédites {}", self.named(class, lang)),
        }
    }

    /// A class within a sentence: `female`, `20 to 39`, in French `20 à 39 ans`; names that a user gave in quotation marks.
    fn named(&self, class: usize, lang: Lang) -> String {
        match self.kind {
            TaskKind::AgeGroup => age_group::years(&self.classes[class], lang),
            TaskKind::Age => match lang {
                Lang::En => class.to_string(),
                Lang::Fr => self.name(class, lang),
            },
            TaskKind::Gender => self.name(class, lang),
            TaskKind::Folders | TaskKind::Hairstyle => quoted(lang, self.name(class, lang)),
        }
    }

    /// What a class is here: `gender`, `age group`, `class`.
    pub fn dimension(&self) -> Phrase {
        match self.kind {
            TaskKind::Gender => say("gender", "genre"),
            TaskKind::AgeGroup => say("age group", "tranche d’âge"),
            TaskKind::Age => say("age", "âge"),
            TaskKind::Folders => say("class", "classe"),
            TaskKind::Hairstyle => say("hairstyle", "coiffure"),
        }
    }

    /// What must stand under each answer of a model that learned this from `source`.
    pub fn caution(&self, source: &Source, framing: Framing) -> LocalizedText {
        let data = match source {
            Source::SampleFaces => {
                return say(
                    "A guess about drawings, whose labels follow a formula; it says nothing about people",
                    "Une estimation sur des dessins, dont les étiquettes suivent une formule ; elle ne dit rien des gens",
                )
                .into();
            }
            Source::Folder(_) if self.is_of_names() && framing == Framing::FaceCrop => say("UTKFace", "UTKFace").into(),
            Source::Folder(_) => {
                let LocalizedText { en, fr } = source.name();
                LocalizedText { en: format!("“{en}”"), fr: format!("«\u{a0}{fr}\u{a0}»") }
            }
        };
        let limit = match self.kind {
            TaskKind::Gender => {
                say("; it cannot tell anybody’s gender identity", " ; elle ne dit rien de l’identité de genre de quiconque")
            }
            TaskKind::AgeGroup | TaskKind::Age => say("; it cannot tell anybody’s age", " ; elle ne dit l’âge de personne"),
            TaskKind::Folders | TaskKind::Hairstyle => say("", ""),
        };
        LocalizedText::by(|lang| {
            let (data, limit) = (data.get(lang), limit.get(lang));
            match lang {
                Lang::En => format!("An appearance-based guess, with labels as recorded in {data}{limit}"),
                Lang::Fr => format!("Une estimation d’après l’apparence, avec les étiquettes notées dans {data}{limit}"),
            }
        })
    }
}

/// The first four of some names, with the number of the others.
pub fn listed(names: &[String], lang: Lang) -> String {
    const SHOWN: usize = 4;
    // One more says as much as "and 1 more".
    let shown = if names.len() == SHOWN + 1 { names.len() } else { names.len().min(SHOWN) };
    let (more, shown) = (names.len() - shown, names[..shown].join(", "));
    match (more, lang) {
        (0, _) => shown,
        (more, Lang::En) => format!("{shown} and {more} more"),
        (more, Lang::Fr) => format!("{shown} et {more} autres"),
    }
}
