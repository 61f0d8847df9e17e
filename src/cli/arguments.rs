//! The grammar of the command line, described in the user's language.

use std::path::PathBuf;

use clap::{
    ArgAction, Args, Parser, Subcommand, ValueHint,
    builder::{PossibleValuesParser, TypedValueParser},
};
use clap_complete::Shell;

use super::{
    ReadingArgs,
    experiment_arguments::ExperimentCommand,
    language::{self, told},
    recipe_arguments::{PICTURES, RecipeArgs, SEED},
};
use crate::{
    files::table::TableStyle,
    run::export::Format,
    setting_def::Choice,
    text::{Lang, Phrase, named, say},
};

// Descriptions that stand in several places.
const RUN: Phrase = say(
    "An id, the start of one, a run’s folder, or `last`",
    "Un identifiant ou son début, le dossier d’un essai, ou `last` pour le dernier",
);
const DEVICE: Phrase = say(
    "`cpu`, `gpu`, an id listed by `trombine devices`, or a part of a device’s name",
    "`cpu`, `gpu`, un identifiant de `trombine devices`, ou une partie du nom d’un appareil",
);
const AS_JSON: Phrase = say("Print it as JSON", "L’afficher en JSON");
const THEM_AS_JSON: Phrase = say("Print them as JSON", "Les afficher en JSON");
const EVENTS: Phrase = say("Print events as JSON lines", "Afficher les événements en lignes JSON");
const MOVED: Phrase = say(
    "Where the run’s pictures are now, if their folder moved; it is compared and remembered",
    "Où sont maintenant les images de l’essai, si le dossier a été déplacé ; il est comparé et retenu",
);
const TABLE_STYLE: Phrase = say(
    "How a table is written: `plain` with commas and decimal points, `spreadsheet` as one in your language opens it",
    "La forme d’un tableau : `plain` avec virgules et points décimaux, `spreadsheet` comme un tableur français l’ouvre",
);
const COMMAND: Phrase = say("COMMAND", "COMMANDE");

/// Takes the key of a choice; help, errors and completions list them all.
fn one_of<C: Choice + Send + Sync>() -> impl TypedValueParser<Value = C> {
    let keys = PossibleValuesParser::new(C::ALL.iter().map(|choice| choice.key()));
    keys.map(|key| C::of_key(&key).unwrap_or(C::ALL[0]))
}

#[derive(Parser)]
#[command(name = "trombine", version, disable_help_flag = true, disable_version_flag = true, disable_help_subcommand = true)]
#[command(subcommand_help_heading = told(say("Commands", "Commandes\u{a0}")), subcommand_value_name = told(COMMAND))]
#[command(about = told(say(
    "Train a picture classifier, of faces above all, and understand the result. Without a command, opens the window",
    "Entraîner un classifieur d’images, de visages surtout, et comprendre le résultat. Sans commande, ouvre la fenêtre",
)))]
pub struct Cli {
    #[arg(long, global = true, value_parser = language::parser(), value_name = "LANG", display_order = 100)]
    #[arg(help = told(say("The language of messages and of the window; the system’s unless given", "La langue des messages et de la fenêtre ; à défaut, celle du système")))]
    pub lang: Option<Lang>,
    #[arg(short, long, global = true, display_order = 101, action = ArgAction::Help)]
    #[arg(help = told(say("Print help", "Afficher l’aide")))]
    help: Option<bool>,
    #[arg(short = 'V', long, display_order = 102, action = ArgAction::Version, help = told(say("Print the version", "Afficher la version")))]
    version: Option<bool>,
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

#[derive(Subcommand)]
pub enum CliCommand {
    #[command(about = told(say(
        "Open the window on the sample faces and start training at once",
        "Ouvrir la fenêtre sur les visages d’exemple et entraîner aussitôt",
    )))]
    Demo,
    #[command(about = told(say("Train a model", "Entraîner un modèle")))]
    Train(TrainArgs),
    #[command(about = told(say(
        "Resume an interrupted or paused run, or train a finished one for more epochs",
        "Reprendre un essai interrompu ou en pause, ou prolonger un essai terminé",
    )))]
    Resume {
        #[arg(help = told(RUN), value_name = told(say("RUN", "ESSAI")))]
        run: String,
        #[arg(long, value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath)]
        #[arg(help = told(MOVED))]
        data: Option<PathBuf>,
        #[arg(long, value_name = "N", default_value_t = 0)]
        #[arg(help = told(say("Epochs to add to a finished run", "Époques à ajouter à un essai terminé")))]
        more: u32,
        #[arg(long, value_name = "ID")]
        #[arg(help = told(say(
            "Another device than before, as listed by `trombine devices`",
            "Un autre appareil qu’avant, parmi ceux de `trombine devices`",
        )))]
        device: Option<String>,
        #[arg(long, value_name = told(say("RATE", "TAUX")))]
        #[arg(help = told(say(
            "From the best weights, at this learning rate: after a loss that ran away",
            "Depuis les meilleurs poids, à ce taux d’apprentissage : après une perte qui s’est emballée",
        )))]
        rate: Option<f64>,
        #[arg(long)]
        #[arg(help = told(EVENTS))]
        json: bool,
    },
    #[command(about = told(say(
        "Evaluate a run on its test part, or on the pictures of a folder that are not among its own",
        "Évaluer un essai sur sa partie test, ou sur les images d’un dossier qui ne sont pas parmi les siennes",
    )))]
    Evaluate {
        #[arg(help = told(RUN), value_name = told(say("RUN", "ESSAI")))]
        run: String,
        #[arg(long, value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath)]
        #[arg(help = told(say(
            "Evaluate on every usable picture of this folder except those, by content, that the run has in one of its parts; on its test part, if they are the run’s own, moved",
            "Évaluer chaque image utilisable de ce dossier, sauf celles, par leur contenu, que l’essai a dans une de ses parties ; sa partie test, si ce sont les siennes, déplacées",
        )))]
        data: Option<PathBuf>,
        #[arg(long, value_name = told(say("DEVICE", "APPAREIL")), default_value = "cpu")]
        #[arg(help = told(DEVICE))]
        device: String,
        #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
        #[arg(help = told(say(
            "Evaluate each picture with its mirror image, or with `false` without; as before unless given. The run’s predictions follow",
            "Évaluer chaque image avec son miroir, ou sans lui avec `false` ; à défaut, comme avant. Les prédictions de l’essai suivent",
        )))]
        mirror: Option<bool>,
        #[arg(long)]
        #[arg(help = told(say("Print the result as one JSON document", "Afficher le résultat en un document JSON")))]
        json: bool,
    },
    #[command(about = told(say(
        "Predict photos, or every picture of a folder; ends with status 1 if one could not be read, not if no face was found in it",
        "Prédire sur des photos, ou sur chaque image d’un dossier ; finit avec le statut 1 si l’une n’a pas pu être lue, pas si aucun visage n’y a été trouvé",
    )))]
    Predict {
        #[arg(help = told(RUN), value_name = told(say("RUN", "ESSAI")))]
        run: String,
        #[arg(required = true, value_name = told(say("PATHS", "CHEMINS")))]
        #[arg(help = told(say("Pictures, or one folder, which goes into a table", "Des images, ou un seul dossier, qui va dans un tableau")))]
        paths: Vec<PathBuf>,
        #[arg(long, value_name = told(say("FILE", "FICHIER")), value_hint = ValueHint::FilePath)]
        #[arg(help = told(say(
            "Write a table with one row a picture; of a folder, here and under the names of the run, its data and the folder unless given. A table that was stopped is resumed if everything is as it was",
            "Écrire un tableau d’une ligne par image ; pour un dossier, à défaut, ici et sous les noms de l’essai, de ses données et du dossier. Un tableau arrêté est repris si rien n’a changé",
        )))]
        csv: Option<PathBuf>,
        #[arg(long, value_name = told(say("STYLE", "STYLE")), default_value = "plain", value_parser = one_of::<TableStyle>())]
        #[arg(help = told(TABLE_STYLE))]
        csv_style: TableStyle,
        #[arg(long)]
        #[arg(help = told(say("Replace the table if it is there", "Remplacer le tableau s’il existe")))]
        overwrite: bool,
        #[arg(long)]
        #[arg(help = told(say(
            "Find the faces in each photo and cut them as UTKFace’s pictures are; otherwise the whole picture is used",
            "Chercher les visages de chaque photo et les cadrer comme les images d’UTKFace ; sinon l’image est prise entière",
        )))]
        faces: bool,
        #[arg(long, value_name = told(say("DEVICE", "APPAREIL")), default_value = "cpu")]
        #[arg(help = told(DEVICE))]
        device: String,
    },
    #[command(about = told(say(
        "Look at a folder of pictures: usable, unusual and left out",
        "Examiner un dossier d’images : utilisables, inhabituelles, écartées",
    )))]
    Check {
        #[arg(help = told(PICTURES), value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        #[command(flatten)]
        reading: ReadingArgs,
        #[arg(long)]
        #[arg(help = told(AS_JSON))]
        json: bool,
    },
    #[command(about = told(say(
        "Copy a folder into train|validation|test/class folders",
        "Copier un dossier en dossiers train|validation|test/classe",
    )))]
    Split(SplitArgs),
    #[command(about = named(language::spoken(), told(say("Export a model", "Exporter un modèle")), Format::keys()))]
    Export {
        #[arg(help = told(RUN), value_name = told(say("RUN", "ESSAI")))]
        run: String,
        #[arg(long, help = told(say("Which of them", "Lequel")), value_parser = one_of::<Format>())]
        format: Format,
        #[arg(long, value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath)]
        #[arg(help = told(MOVED))]
        data: Option<PathBuf>,
        #[arg(long, value_name = told(say("PATH", "CHEMIN")))]
        #[arg(help = format!("{} {}", told(say("The file, or the folder for", "Le fichier, ou le dossier pour")), Format::folders()))]
        out: PathBuf,
        #[arg(long)]
        #[arg(help = told(say(
            "Show the most confident mistakes in the report: it then shows faces and must not be passed on",
            "Montrer dans le rapport les erreurs faites avec assurance : il montre alors des visages, et n’est pas à diffuser",
        )))]
        pictures: bool,
        #[arg(long, value_name = told(say("STYLE", "STYLE")), default_value = "plain", value_parser = one_of::<TableStyle>())]
        #[arg(help = told(TABLE_STYLE))]
        csv_style: TableStyle,
        #[arg(long)]
        #[arg(help = told(say(
            "Replace the file, or an earlier export in the folder",
            "Remplacer le fichier, ou un export précédent dans le dossier",
        )))]
        overwrite: bool,
    },
    #[command(about = told(say(
        "Add a run from another machine to the runs: its folder or its exported weights",
        "Ajouter aux essais celui d’une autre machine, son dossier ou ses poids exportés",
    )))]
    Import {
        #[arg(value_name = told(say("FOLDER", "DOSSIER")), value_hint = ValueHint::DirPath)]
        #[arg(help = told(say("The run’s folder, or the folder of its weights", "Le dossier de l’essai, ou celui de ses poids")))]
        folder: PathBuf,
    },
    #[command(about = told(say(
        "Say how much room the pictures that are kept ready take",
        "Dire quelle place prennent les images gardées prêtes",
    )))]
    Cache {
        #[arg(long)]
        #[arg(help = told(say(
            "Remove them; they are read again when their folder is opened",
            "Les supprimer ; elles sont relues à l’ouverture de leur dossier",
        )))]
        clean: bool,
    },
    #[command(about = told(say(
        "List all runs: the id (its time is UTC), when it started here, and how it went",
        "Lister tous les essais : l’identifiant (son heure est en UTC), le début à l’heure d’ici, et le résultat",
    )))]
    Runs {
        #[arg(long)]
        #[arg(help = told(THEM_AS_JSON))]
        json: bool,
    },
    #[command(subcommand_value_name = told(COMMAND), subcommand_help_heading = told(say("Commands", "Commandes\u{a0}")))]
    #[command(disable_help_subcommand = true)]
    #[command(about = told(say(
        "Train several runs with one question: seeds, folds, compare, curve, ablate, search; list, show, run, add, first, stop, submit, cancel",
        "Entraîner plusieurs essais autour d’une question : seeds, folds, compare, curve, ablate, search ; list, show, run, add, first, stop, submit, cancel",
    )))]
    Experiment {
        #[command(subcommand)]
        command: ExperimentCommand,
    },
    #[command(about = told(say(
        "Watch a folder of runs that others train: another home, its runs, one run or an experiment; nothing is written there",
        "Suivre un dossier d’essais que d’autres entraînent : un autre dossier de Trombine, ses essais, un essai ou une expérience ; rien n’y est écrit",
    )))]
    Watch {
        #[arg(value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath)]
        #[arg(help = told(say(
            "The folder; on a terminal its table is drawn again every few seconds, until Ctrl+C",
            "Le dossier ; dans un terminal, son tableau est redessiné toutes les quelques secondes, jusqu’à Ctrl+C",
        )))]
        folder: PathBuf,
        #[arg(long, help = told(say("Print it once, as JSON", "L’afficher une fois, en JSON")))]
        json: bool,
    },
    #[command(about = told(say(
        "Test whether one run is better than another or whether that may be luck, on the test pictures of both; several are compared with the best",
        "Tester si un essai est meilleur qu’un autre ou si c’est peut-être un hasard, sur les images de test des deux ; plusieurs sont comparés au meilleur",
    )))]
    Compare {
        #[arg(required = true, num_args = 2.., help = told(RUN), value_name = told(say("RUN", "ESSAI")))]
        runs: Vec<String>,
        #[arg(long)]
        #[arg(help = told(AS_JSON))]
        json: bool,
    },
    #[command(about = told(say(
        "Make a committee (ensemble) of finished runs: one run that answers by their mean, evaluated only on what they never learned from",
        "Former un comité (ensemble) d’essais terminés : un essai qui répond par leur moyenne, évalué seulement sur ce dont ils n’ont pas appris",
    )))]
    Committee {
        #[arg(required_unless_present = "experiment", conflicts_with = "experiment")]
        #[arg(help = told(RUN), value_name = told(say("RUN", "ESSAI")))]
        runs: Vec<String>,
        #[arg(long, value_name = told(say("EXPERIMENT", "EXPÉRIENCE")))]
        #[arg(help = told(say(
            "All finished runs of this experiment: an id, the start of one, or `last`",
            "Tous les essais terminés de cette expérience : un identifiant ou son début, ou `last`",
        )))]
        experiment: Option<String>,
        #[arg(long, value_name = told(say("NAME", "NOM")))]
        #[arg(help = told(say("What it is called; by its members unless given", "Son nom\u{a0}; à défaut, d’après ses membres")))]
        name: Option<String>,
        #[arg(long)]
        #[arg(help = told(AS_JSON))]
        json: bool,
    },
    #[command(about = told(say(
        "Train 20 batches on each device, on the sample faces unless --data: pictures a second, time of an epoch and of a run",
        "Entraîner 20 lots sur chaque appareil, sur les visages d’exemple sans --data : images par seconde, durée d’une époque et de l’ensemble",
    )))]
    Trial {
        #[command(flatten)]
        recipe: RecipeArgs,
        #[arg(long)]
        #[arg(help = told(AS_JSON))]
        json: bool,
    },
    #[command(about = told(say(
        "Train 100 batches at rising learning rates, on the sample faces unless --data, and propose a rate",
        "Entraîner 100 lots à des taux d’apprentissage croissants, sur les visages d’exemple sans --data, et proposer un taux",
    )))]
    Rates {
        #[command(flatten)]
        recipe: RecipeArgs,
        #[arg(long)]
        #[arg(help = told(AS_JSON))]
        json: bool,
    },
    #[command(about = told(say("List the devices that can train", "Lister les appareils qui peuvent entraîner")))]
    Devices {
        #[arg(long)]
        #[arg(help = told(THEM_AS_JSON))]
        json: bool,
    },
    #[command(about = told(say(
        "Compare each device’s arithmetic with the plain reference, and measure it",
        "Comparer les calculs de chaque appareil à la référence, et mesurer sa vitesse",
    )))]
    Selftest {
        #[arg(long, value_name = "ID")]
        #[arg(help = told(say(
            "Only this one, as listed by `trombine devices`",
            "Celui-ci seul, parmi ceux de `trombine devices`",
        )))]
        device: Option<String>,
        #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=256))]
        #[arg(help = told(say(
            "Pictures in a batch when the speed is measured",
            "Images par lot quand la vitesse est mesurée",
        )))]
        batch: u32,
        #[arg(long)]
        #[arg(help = told(AS_JSON))]
        json: bool,
    },
    #[command(about = told(say(
        "Print the table of all settings as Markdown",
        "Afficher le tableau de tous les réglages en Markdown",
    )))]
    Options,
    #[command(about = told(say(
        "Print the completions of a shell, to be put where it looks for them",
        "Afficher les complétions d’un interpréteur de commandes, à placer là où il les cherche",
    )))]
    Completions {
        #[arg(value_enum, value_name = told(say("SHELL", "INTERPRÉTEUR")), help = told(say("Which shell", "Lequel")))]
        shell: Shell,
    },
    #[command(about = told(say("Print the manual page, in roff", "Afficher la page de manuel, en roff")))]
    Man,
    #[command(about = told(say("Print this help, or that of a command", "Afficher cette aide, ou celle d’une commande")))]
    Help {
        #[arg(value_name = told(COMMAND), help = told(say("Of which command", "De quelle commande")))]
        command: Vec<String>,
    },
}

#[derive(Args)]
pub struct SplitArgs {
    #[arg(help = told(PICTURES), value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[arg(long, value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath)]
    #[arg(help = told(say("The new folder", "Le nouveau dossier")))]
    pub out: PathBuf,
    #[arg(long, value_name = "N", default_value_t = 42, help = told(SEED))]
    pub seed: u32,
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=98))]
    #[arg(help = told(say("Per cent of the pictures for training", "Part des images pour l’entraînement, en pour cent")))]
    pub train: u32,
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=98))]
    #[arg(help = told(say(
        "Per cent for validation; the rest is the test part",
        "Part pour la validation, en pour cent ; le reste est la partie test",
    )))]
    pub validation: u32,
    #[arg(long)]
    #[arg(help = told(say("Balance age bands too", "Équilibrer aussi les tranches d’âge")))]
    pub ages: bool,
    #[arg(long)]
    #[arg(help = told(say(
        "Keep pictures that look the same in one part, not exact copies alone",
        "Garder dans une même partie les images qui se ressemblent, et pas seulement les copies exactes",
    )))]
    pub look_alikes: bool,
    #[arg(long)]
    #[arg(help = told(say("Hard links instead of copies", "Des liens physiques au lieu de copies")))]
    pub link: bool,
}

#[derive(Args)]
pub struct TrainArgs {
    #[command(flatten)]
    pub recipe: RecipeArgs,
    #[arg(long, value_name = told(say("DIR", "DOSSIER")), value_hint = ValueHint::DirPath)]
    #[arg(help = told(say(
        "A new folder for the run, instead of the user’s data folder",
        "Un nouveau dossier pour l’essai, au lieu du dossier de données de l’utilisateur",
    )))]
    pub out: Option<PathBuf>,
    #[arg(long)]
    #[arg(help = told(EVENTS))]
    pub json: bool,
}
