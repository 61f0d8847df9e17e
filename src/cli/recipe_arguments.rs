//! What a training is asked for, on the command line.

use std::path::PathBuf;

use clap::{Args, ValueHint, builder::RangedU64ValueParser};

use super::{ReadingArgs, language::told};
use crate::{
    data::sample::Source,
    engine::{self, MOST_THREADS},
    text::{Phrase, say},
};

/// What a folder of pictures is.
pub const PICTURES: Phrase = say("The folder of pictures", "Le dossier d’images");
/// What a seed is.
pub const SEED: Phrase = say("The start of all randomness", "L’origine de tout hasard");

/// What to train on, and how.
#[derive(Args)]
pub struct RecipeArgs {
    #[arg(long, value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath, conflicts_with = "sample")]
    #[arg(help = told(PICTURES))]
    pub data: Option<PathBuf>,
    #[arg(long)]
    #[arg(help = told(say("The built-in sample faces", "Les visages d’exemple intégrés")))]
    pub sample: bool,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[arg(long, value_name = told(say("FILE", "FICHIER")), value_hint = ValueHint::FilePath, conflicts_with = "preset")]
    #[arg(help = told(say(
        "A file of settings, as the window saves it",
        "Un fichier de réglages, tel que la fenêtre l’enregistre",
    )))]
    pub settings: Option<PathBuf>,
    #[arg(long, value_name = told(say("NAME", "NOM")))]
    #[arg(help = told(say(
        "A recipe to start from: quick, notebook, recommended; notebook unless given",
        "Une recette de départ : quick, notebook, recommended ; à défaut notebook",
    )))]
    pub preset: Option<String>,
    #[arg(long = "set", value_name = told(say("KEY=VALUE", "CLÉ=VALEUR")))]
    #[arg(help = told(say(
        "Change one setting, as listed by `trombine options`",
        "Changer un réglage, parmi ceux de `trombine options`",
    )))]
    pub set: Vec<String>,
    #[arg(long, value_name = told(say("RUN", "ESSAI")))]
    #[arg(help = told(say(
        "Begin with the weights of a finished run, as far as they fit: an id, the start of one, its folder, or `last`",
        "Reprendre au départ les poids d’un essai terminé, là où ils conviennent : un identifiant ou son début, son dossier, ou `last`",
    )))]
    pub start_from: Option<String>,
    #[arg(long, value_name = "N")]
    #[arg(help = told(say("At most this many epochs", "Nombre maximal d’époques")))]
    pub epochs: Option<u32>,
    #[arg(long, value_name = "N")]
    #[arg(help = told(SEED))]
    pub seed: Option<u32>,
    #[arg(long, value_name = told(say("DEVICE", "APPAREIL")), default_value = engine::AUTOMATIC)]
    #[arg(help = told(say(
        "`auto` for the fastest, `cpu`, `gpu`, an id listed by `trombine devices`, or a part of a device’s name; `:f16` behind a graphics card keeps what its layers compute (feature maps) in half precision, where it can: less memory, numbers exact to about three digits",
        "`auto` pour le plus rapide, `cpu`, `gpu`, un identifiant de `trombine devices`, ou une partie du nom d’un appareil ; `:f16` derrière une carte graphique garde en demi-précision ce que calculent les couches, là où elle le peut : moins de mémoire, nombres exacts à environ trois chiffres",
    )))]
    pub device: String,
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_THREADS as u64))]
    #[arg(help = told(say(
        "Threads of the processor, all unless given; 256 at most, since the largest batch has no more pictures to share",
        "Fils d’exécution du processeur, tous à défaut ; 256 au plus, car le plus grand lot n’a pas plus d’images à partager",
    )))]
    pub threads: Option<usize>,
}

impl RecipeArgs {
    /// Where the pictures come from, if the user said so.
    pub fn source(&self) -> Option<Source> {
        match &self.data {
            Some(folder) => Some(Source::Folder(folder.clone())),
            None => self.sample.then_some(Source::SampleFaces),
        }
    }
}
