//! The grammar of `trombine experiment`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint, builder::RangedU64ValueParser};

use super::{language::told, recipe_arguments::RecipeArgs};
use crate::{
    engine::MOST_THREADS,
    text::{Phrase, say},
};

/// More processes at a time no machine has cores for.
const MOST_JOBS: u64 = 512;

const EXPERIMENT: Phrase = say("An id, the start of one, or `last`", "Un identifiant ou son début, ou `last` pour la dernière");
const NAME: Phrase = say("EXPERIMENT", "EXPÉRIENCE");
const SEEDS: Phrase = say(
    "How many seeds each recipe or combination is trained with, starting from the recipe’s seed",
    "Avec combien de graines chaque recette ou combinaison est entraînée, à partir de celle de la recette",
);
const SAME_SPLIT: Phrase = say(
    "Split the pictures the same way for every seed; otherwise each seed splits them differently",
    "Répartir les images de la même façon pour toutes les graines ; sinon chacune les répartit à nouveau",
);

const JOBS: Phrase = say(
    "So many runs at a time, each in a process of its own; the cores are divided among them unless --threads is given",
    "Tant d’essais à la fois, chacun dans son processus ; les cœurs sont partagés entre eux sauf si --threads est donné",
);
const MINUTES: Phrase = say(
    "After so many minutes no further run is started; `run` resumes with the rest",
    "Après tant de minutes, aucun autre essai n’est lancé ; `run` reprend le reste",
);
const NUMBERS: Phrase = say("The numbers of runs, as `show` counts them", "Les numéros d’essais, comme `show` les compte");

/// What is asked of experiments.
#[derive(Subcommand)]
pub enum ExperimentCommand {
    #[command(about = told(say(
        "Train one recipe with several seeds: how much of a result is luck",
        "Entraîner une recette avec plusieurs graines : quelle part du résultat tient au hasard",
    )))]
    Seeds {
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..=1000), help = told(SEEDS))]
        seeds: u32,
        #[arg(long, help = told(SAME_SPLIT))]
        same_split: bool,
        #[command(flatten)]
        ask: ExperimentArgs,
    },
    #[command(about = told(say(
        "Cross-validation: each picture is a test picture once",
        "Validation croisée : chaque image sert une fois de test",
    )))]
    Folds {
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..=20))]
        #[arg(help = told(say("Into how many folds the pictures are split", "En combien de plis les images sont réparties")))]
        folds: u32,
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), help = told(SEEDS))]
        seeds: u32,
        #[command(flatten)]
        ask: ExperimentArgs,
    },
    #[command(about = told(say("Compare recipes on the same parts", "Comparer des recettes sur les mêmes parties")))]
    Compare {
        #[arg(required = true, num_args = 2.., value_name = told(say("RECIPES", "RECETTES")))]
        #[arg(help = told(say(
            "Names of recipes (quick, notebook, recommended) or files of settings, whose split and seed do not count",
            "Des noms de recettes (quick, notebook, recommended) ou des fichiers de réglages, dont la répartition et la graine ne comptent pas",
        )))]
        recipes: Vec<String>,
        #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000), help = told(SEEDS))]
        seeds: u32,
        #[arg(long, help = told(SAME_SPLIT))]
        same_split: bool,
        #[command(flatten)]
        ask: ExperimentArgs,
    },
    #[command(about = told(say(
        "Train on growing shares of the training part: would more pictures help",
        "Entraîner sur des parts croissantes des images d’entraînement : plus d’images aideraient-elles",
    )))]
    Curve {
        #[arg(long, value_name = told(say("SHARES", "PARTS")), value_delimiter = ',', default_value = "10,20,40,80,100")]
        #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
        #[arg(help = told(say("Shares in per cent; smaller ones lie within larger ones", "Les parts en pour cent ; les petites sont contenues dans les grandes")))]
        shares: Vec<u32>,
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), help = told(SEEDS))]
        seeds: u32,
        #[command(flatten)]
        ask: ExperimentArgs,
    },
    #[command(about = told(say(
        "Switch off each part of a recipe once: what matters",
        "Désactiver une fois chaque partie d’une recette : ce qui compte",
    )))]
    Ablate {
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), help = told(SEEDS))]
        seeds: u32,
        #[arg(long, help = told(SAME_SPLIT))]
        same_split: bool,
        #[command(flatten)]
        ask: ExperimentArgs,
    },
    #[command(about = told(say(
        "Try values of chosen settings, all combinations or some at random",
        "Essayer des valeurs de réglages choisis, toutes les combinaisons ou quelques-unes au hasard",
    )))]
    Search {
        #[arg(long, required = true, value_name = told(say("KEY=VALUES", "CLÉ=VALEURS")))]
        #[arg(help = told(say(
            "A setting with its values: model.dropout=0,0.3,0.5, between two numbers 0.1..0.5, on a logarithmic scale 0.0001..0.01:log; of a list model.filters=16,32/32,64. May be given several times",
            "Un réglage et ses valeurs\u{a0}: model.dropout=0,0.3,0.5, entre deux nombres 0.1..0.5, sur une échelle logarithmique 0.0001..0.01:log ; pour une liste model.filters=16,32/32,64. Peut être donné plusieurs fois",
        )))]
        vary: Vec<String>,
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=2000))]
        #[arg(help = told(say(
            "How many combinations are drawn at random; all are tried unless given",
            "Combien de combinaisons sont tirées au hasard ; à défaut, toutes sont essayées",
        )))]
        runs: Option<u32>,
        #[arg(long, value_name = "ETA", value_parser = clap::value_parser!(u32).range(2..=100))]
        #[arg(help = told(say(
            "Successive halving: all are trained for a few epochs, one of ETA goes on for ETA times as many, and so on to the full number",
            "Élimination successive : toutes sont entraînées quelques époques, une sur ETA continue pour ETA fois plus, et ainsi de suite jusqu’au nombre complet d’époques",
        )))]
        halving: Option<u32>,
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), help = told(SEEDS))]
        seeds: u32,
        #[arg(long, help = told(SAME_SPLIT))]
        same_split: bool,
        #[command(flatten)]
        ask: ExperimentArgs,
    },
    #[command(about = told(say("List all experiments", "Lister toutes les expériences")))]
    List {
        #[arg(long, help = told(say("Print them as JSON", "Les afficher en JSON")))]
        json: bool,
    },
    #[command(about = told(say(
        "Show how far an experiment is, and its table: mean, standard deviation and 95% range on the test parts",
        "Montrer où en est une expérience, et son tableau : moyenne, écart type et intervalle à 95\u{a0}% sur les parties test",
    )))]
    Show {
        #[arg(help = told(EXPERIMENT), value_name = told(NAME))]
        experiment: String,
        #[arg(long, help = told(say("Print it as JSON", "L’afficher en JSON")))]
        json: bool,
    },
    #[command(about = told(say(
        "Train what is missing of an experiment: what waits, was interrupted, or failed",
        "Entraîner ce qui manque à une expérience : ce qui attend, a été interrompu ou a échoué",
    )))]
    Run {
        #[arg(help = told(EXPERIMENT), value_name = told(NAME))]
        experiment: String,
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        #[arg(help = told(say(
            "Only the run of this number, from 1, as `show` counts them; several processes may train one experiment so",
            "Seulement l’essai de ce numéro, à partir de 1, comme `show` les compte ; plusieurs processus peuvent ainsi entraîner une expérience",
        )))]
        only: Option<u32>,
        #[arg(long, value_name = "N", conflicts_with = "only", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_JOBS))]
        #[arg(help = told(JOBS))]
        jobs: Option<usize>,
        #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_THREADS as u64))]
        #[arg(help = told(say(
            "At most so many threads for each run, if the experiment was started without --threads; the result is the same",
            "Au plus tant de fils pour chaque essai, si l’expérience a été lancée sans --threads ; le résultat est le même",
        )))]
        threads: Option<usize>,
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help = told(MINUTES))]
        minutes: Option<u32>,
        /// For `--jobs`: the run is paused when standard input ends.
        #[arg(long, hide = true)]
        while_input: bool,
        #[arg(long, help = told(say("Print events as JSON lines", "Afficher les événements en lignes JSON")))]
        json: bool,
    },
    #[command(about = told(say(
        "Add runs to an experiment: further seeds of all that is compared, or further combinations of a search",
        "Ajouter des essais à une expérience : d’autres graines de tout ce qui est comparé, ou d’autres combinaisons d’une recherche",
    )))]
    #[command(group = clap::ArgGroup::new("more").required(true))]
    Add {
        #[arg(help = told(EXPERIMENT), value_name = told(NAME))]
        experiment: String,
        #[arg(long, value_name = "N", group = "more", value_parser = clap::value_parser!(u32).range(1..=1000))]
        #[arg(help = told(say("So many further seeds", "Tant d’autres graines")))]
        seeds: Option<u32>,
        #[arg(long, value_name = "N", group = "more", value_parser = clap::value_parser!(u32).range(1..=2000))]
        #[arg(help = told(say("So many further combinations of a search, drawn at random", "Tant d’autres combinaisons d’une recherche, tirées au hasard")))]
        runs: Option<u32>,
    },
    #[command(about = told(say(
        "Put runs of an experiment before all others",
        "Faire passer des essais d’une expérience avant tous les autres",
    )))]
    First {
        #[arg(help = told(EXPERIMENT), value_name = told(NAME))]
        experiment: String,
        #[arg(required = true, help = told(NUMBERS), value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        numbers: Vec<u32>,
    },
    #[command(about = told(say(
        "Stop runs of an experiment: they are not started, or left as they are; the others go on",
        "Arrêter des essais d’une expérience : ils ne sont pas lancés, ou restent tels quels ; les autres continuent",
    )))]
    Stop {
        #[arg(help = told(EXPERIMENT), value_name = told(NAME))]
        experiment: String,
        #[arg(required = true, help = told(NUMBERS), value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        numbers: Vec<u32>,
        #[arg(long, help = told(say("They are wanted again", "Ils sont de nouveau souhaités")))]
        undo: bool,
    },
    #[command(about = told(say(
        "Hand what is missing of an experiment to a cluster that shares its folder, one run a task: Slurm or Ray",
        "Confier ce qui manque à une expérience à un cluster qui partage son dossier, un essai par tâche : Slurm ou Ray",
    )))]
    Submit {
        #[arg(help = told(EXPERIMENT), value_name = told(NAME))]
        experiment: String,
        #[arg(long, value_name = told(say("WHERE", "OÙ")), value_parser = ["slurm", "ray"])]
        #[arg(help = told(say("What manages the cluster", "Ce qui gère le cluster")))]
        on: String,
        #[arg(long, value_name = told(say("NAME", "NOM")), help = told(say("Slurm’s partition", "La partition de Slurm")))]
        partition: Option<String>,
        #[arg(long, value_name = told(say("TIME", "DURÉE")))]
        #[arg(help = told(say(
            "Limit of one task, as 2:00:00; it saves itself before and is queued again",
            "Limite d’une tâche, comme 2:00:00 ; elle s’enregistre avant et repasse dans la file",
        )))]
        time: Option<String>,
        #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
        #[arg(help = told(say(
            "A further option of sbatch, as --sbatch=--gres=gpu:1; may be given several times",
            "Une autre option de sbatch, comme --sbatch=--gres=gpu:1 ; peut être donnée plusieurs fois",
        )))]
        sbatch: Vec<String>,
        #[arg(long, value_name = told(say("FILE", "FICHIER")), value_hint = ValueHint::FilePath)]
        #[arg(help = told(say(
            "Lines for the job’s script, before the training: #SBATCH options, module load",
            "Des lignes pour le script du job, avant l’entraînement : options #SBATCH, module load",
        )))]
        template: Option<PathBuf>,
        #[arg(long, value_name = "URL")]
        #[arg(help = told(say(
            "Where Ray takes jobs, as http://head:8265; the Ray of this machine unless given",
            "Où Ray prend les jobs, comme http://head:8265 ; à défaut, le Ray de cette machine",
        )))]
        address: Option<String>,
        #[arg(long, value_name = "N", help = told(say("Cores of a run on Ray (1 unless given)", "Cœurs d’un essai sur Ray (1 à défaut)")))]
        cpus: Option<u32>,
        #[arg(long, value_name = "N", help = told(say("Graphics cards of a run on Ray (none unless given)", "Cartes graphiques d’un essai sur Ray (aucune à défaut)")))]
        gpus: Option<u32>,
    },
    #[command(about = told(say(
        "Cancel an experiment: no further run starts, and the one in training pauses",
        "Annuler une expérience : plus aucun essai n’est lancé, et celui qui s’entraîne se met en pause",
    )))]
    #[command(visible_alias = "pause")]
    Cancel {
        #[arg(help = told(EXPERIMENT), value_name = told(NAME))]
        experiment: String,
    },
}

/// What every experiment is begun with.
#[derive(Args)]
pub struct ExperimentArgs {
    #[command(flatten)]
    pub recipe: RecipeArgs,
    #[arg(long)]
    #[arg(help = told(say(
        "Only say how many runs it would be, how long they would take if that is known, and how much disk",
        "Dire seulement combien d’essais ce serait, combien de temps si c’est connu, et quelle place sur le disque",
    )))]
    pub dry_run: bool,
    #[arg(long)]
    #[arg(help = told(say(
        "Make the experiment without training it: `trombine experiment run` does that, here or elsewhere",
        "Créer l’expérience sans l’entraîner : `trombine experiment run` le fait, ici ou ailleurs",
    )))]
    pub no_run: bool,
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_JOBS), help = told(JOBS))]
    pub jobs: Option<usize>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help = told(MINUTES))]
    pub minutes: Option<u32>,
    #[arg(long)]
    #[arg(help = told(say("Print events as JSON lines", "Afficher les événements en lignes JSON")))]
    pub json: bool,
}
