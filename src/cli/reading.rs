//! `--task`, `--age-bands`, `--classes`, `--face-crops`, `--image-size` and `--resize`: what is to be learned of a folder, and how it is read.

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser},
};

use super::language::{spoken, told};
use crate::{
    data::{
        face_crop::FaceCrops,
        picture_size::{PictureShape, PictureSide},
        reading::{ClassFolders, Reading, TaskChoice},
        resize_method::ResizeMethod,
        sample::Source,
        task::AgeBands,
    },
    files::AppDirs,
    problem::{Kind, Problem},
    run::RunStore,
    setting_def::Choice,
    settings::images::ImageOption,
    text::{LocalizedText, say},
    worker::Command,
};

/// What the user says about a folder; it is remembered for it.
#[derive(Args)]
pub struct ReadingArgs {
    // Versions before called it `--labels`, and `gender` `names`.
    #[arg(long, alias = "labels", value_name = told(say("WHICH", "LAQUELLE")), value_parser = tasks())]
    #[arg(help = told(say(
        "What is learned: `gender`, `age-group` or `age` (in years) from UTKFace’s names, the `folders`, or the `table` labels.csv; remembered for the folder until `auto`",
        "Ce qui est appris : `gender`, `age-group` ou `age` (en années) d’après les noms d’UTKFace, les `folders`, ou la `table` labels.csv ; retenu pour ce dossier jusqu’à `auto`",
    )))]
    task: Option<String>,
    #[arg(long, value_name = told(say("YEARS", "ANNÉES")), value_parser = bands)]
    #[arg(help = told(say(
        "The years at which age groups begin, as 0,10,20,40,60; remembered for the folder",
        "Les années où commencent les tranches d’âge, comme 0,10,20,40,60 ; retenu pour ce dossier",
    )))]
    age_bands: Option<AgeBands>,
    #[arg(long, value_name = told(say("WHICH", "LESQUELS")), value_parser = keys::<ClassFolders>())]
    #[arg(help = told(say(
        "Which folders are the classes where there are folders in folders: `outer` or `inner`; remembered for the folder until `auto`",
        "Quels dossiers sont les classes là où des dossiers en contiennent d’autres : `outer` ou `inner` ; retenu pour ce dossier jusqu’à `auto`",
    )))]
    classes: Option<String>,
    #[arg(long, value_name = told(say("WHICH", "LESQUELS")), value_parser = keys::<FaceCrops>())]
    #[arg(help = told(say(
        "What is taken of each picture: its `largest` face, as UTKFace’s crops are made, `each` face as a picture of its own, the face unless there are several with `skip`, or all of it with `off`; remembered for the folder",
        "Ce qui est pris de chaque image\u{a0}: son plus grand visage avec `largest`, comme les recadrages d’UTKFace, chaque visage à part avec `each`, le visage sauf s’il y en a plusieurs avec `skip`, ou tout avec `off`\u{a0}; retenu pour ce dossier",
    )))]
    face_crops: Option<String>,
    #[arg(long, value_name = told(say("PIXELS", "PIXELS")), value_parser = side)]
    #[arg(help = told(say(
        "The side to which pictures are resized as they are decoded, 32 to 256, as images.side; remembered for the folder",
        "Le côté auquel les images sont ramenées au décodage, de 32 à 256, comme images.side ; retenu pour ce dossier",
    )))]
    image_size: Option<PictureSide>,
    #[arg(long, value_name = told(say("HOW", "COMMENT")), value_parser = keys::<ResizeMethod>())]
    #[arg(help = told(say(
        "How pictures that are not square become squares: `squeeze`, `crop` the middle, or `pad` with black borders, as images.resize; remembered for the folder",
        "Comment les images non carrées deviennent carrées : `squeeze` les écrase, `crop` garde le centre, `pad` ajoute des bords noirs, comme images.resize ; retenu pour ce dossier",
    )))]
    resize: Option<String>,
}

impl ReadingArgs {
    /// The shape that `source`'s pictures get unless settings say another.
    pub fn shape(&self, source: &Source, store: &RunStore) -> PictureShape {
        let remembered = Reading::load(&AppDirs::with_runs_in(store.home()), &source.settled()).shape();
        self.shape_or(remembered)
    }

    /// What the arguments say of the pictures' shape; what they leave open is as in `other`.
    fn shape_or(&self, other: PictureShape) -> PictureShape {
        PictureShape { side: self.image_size.unwrap_or(other.side), resize: chosen(&self.resize, other.resize) }
    }

    /// That `source` can be read as the arguments say.
    ///
    /// # Errors
    /// The sample faces have no table, and no ages that the drawings show in groups.
    pub fn check(&self, source: &Source) -> Result<(), Problem> {
        let task = self.task.as_deref().and_then(TaskChoice::of_key);
        let Some(task) =
            task.filter(|task| *source == Source::SampleFaces && matches!(task, TaskChoice::Table | TaskChoice::AgeGroup))
        else {
            return Ok(());
        };
        let key = task.key();
        let what = LocalizedText {
            en: format!("The sample faces cannot be read with --task {key}"),
            fr: format!("Les visages d’exemple ne se lisent pas avec --task {key}"),
        };
        Err(Problem::new(Kind::Settings, what, say("Take gender, age or folders", "Prenez gender, age ou folders")))
    }

    /// Opens `source` as the arguments say; what they leave open is as it was remembered.
    pub fn open(&self, source: Source, store: &RunStore) -> Command {
        self.open_at(source, store, None)
    }

    /// As [`ReadingArgs::open`], with the shape that settings say unless the arguments say one.
    pub fn open_at(&self, source: Source, store: &RunStore, shape: Option<PictureShape>) -> Command {
        let before = Reading::load(&AppDirs::with_runs_in(store.home()), &source.settled());
        let shape = self.shape_or(shape.unwrap_or(before.shape()));
        if shape == before.shape()
            && self.task.is_none()
            && self.classes.is_none()
            && self.age_bands.is_none()
            && self.face_crops.is_none()
        {
            return Command::Open(source);
        }
        let task = match self.task.as_deref() {
            Some(NAMES) => TaskChoice::Gender,
            _ => chosen(&self.task, before.task),
        };
        let reading = Reading {
            task,
            classes: chosen(&self.classes, before.classes),
            bands: self.age_bands.unwrap_or(before.bands),
            faces: chosen(&self.face_crops, before.faces),
            side: shape.side,
            resize: shape.resize,
        };
        Command::OpenAs { source, reading }
    }
}

fn chosen<C: Choice>(key: &Option<String>, before: C) -> C {
    key.as_ref().and_then(|key| C::of_key(key)).unwrap_or(before)
}

/// What [`TaskChoice::Gender`] was called in versions before.
const NAMES: &str = "names";

fn tasks() -> PossibleValuesParser {
    let names = PossibleValue::new(NAMES).hide(true);
    PossibleValuesParser::new(TaskChoice::ALL.iter().map(|task| PossibleValue::new(task.key())).chain([names]))
}

fn bands(text: &str) -> Result<AgeBands, String> {
    AgeBands::parse(text).map_err(|why| why.get(spoken()).to_owned())
}

fn side(text: &str) -> Result<PictureSide, String> {
    let shape = ImageOption::Side.parse(text, PictureShape::default());
    shape.map(|shape| shape.side).map_err(|problem| problem.line(spoken()))
}

fn keys<C: Choice>() -> PossibleValuesParser {
    PossibleValuesParser::new(C::ALL.iter().map(|choice| choice.key()))
}
