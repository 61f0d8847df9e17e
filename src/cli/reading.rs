//! `--labels` and `--classes`: how a folder is to be read where it allows more than one reading.

use clap::{Args, builder::PossibleValuesParser};

use super::language::told;
use crate::{
    data::{
        reading::{ClassFolders, Labels, Reading},
        sample::Source,
    },
    files::Places,
    run::RunStore,
    setting_def::Choice,
    text::say,
    worker::Command,
};

/// What the user says about a folder; it is remembered for it.
#[derive(Args)]
pub struct ReadingArgs {
    #[arg(long, value_name = told(say("WHICH", "LESQUELS")), value_parser = keys::<Labels>())]
    #[arg(help = told(say(
        "What says the label where folders and UTKFace's names both do: `folders` or `names`; remembered for the folder until `auto`",
        "Ce qui donne l’étiquette là où dossiers et noms UTKFace le font : `folders` ou `names` ; retenu pour ce dossier jusqu’à `auto`",
    )))]
    labels: Option<String>,
    #[arg(long, value_name = told(say("WHICH", "LESQUELS")), value_parser = keys::<ClassFolders>())]
    #[arg(help = told(say(
        "Which folders are the classes where there are folders in folders: `outer` or `inner`; remembered for the folder until `auto`",
        "Quels dossiers sont les classes là où des dossiers en contiennent d’autres : `outer` ou `inner` ; retenu pour ce dossier jusqu’à `auto`",
    )))]
    classes: Option<String>,
}

impl ReadingArgs {
    /// Opens `source` as the arguments say; what they leave open is as it was remembered.
    pub fn open(&self, source: Source, store: &RunStore) -> Command {
        if self.labels.is_none() && self.classes.is_none() {
            return Command::Open(source);
        }
        let before = Reading::load(&Places::with_runs_in(store.home()), &source.settled());
        let reading = Reading { labels: chosen(&self.labels, before.labels), classes: chosen(&self.classes, before.classes) };
        Command::OpenAs { source, reading }
    }
}

fn chosen<C: Choice>(key: &Option<String>, before: C) -> C {
    key.as_ref().and_then(|key| C::of_key(key)).unwrap_or(before)
}

fn keys<C: Choice>() -> PossibleValuesParser {
    PossibleValuesParser::new(C::ALL.iter().map(|choice| choice.key()))
}
