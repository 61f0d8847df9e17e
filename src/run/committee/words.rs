//! What is said of committees, and why some runs cannot be one.

use super::{Basis, Committee, CommitteeEvaluation, MEMBERS};
use crate::{
    evaluate::{Combination, Metric},
    problem::{Kind, Problem},
    run::RunInfo,
    text::{Lang, LocalizedText, number, plural, quoted, say},
};

impl Committee {
    /// `Committee of 5 runs`.
    pub fn title(&self, lang: Lang) -> String {
        titled(self.members.len(), lang)
    }

    /// What stands below its name in a list: `Committee · mean of the probabilities`, and its `note`.
    pub fn mark(&self, note: &str, lang: Lang) -> String {
        let words = [say("Committee", "Comité").get(lang), self.combination.name().get(lang), note];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ").replace('\n', " ")
    }

    /// How the members' answers become one, and why so.
    pub fn combined(&self, lang: Lang) -> String {
        let (how, title) = (self.combination.name().get(lang), self.title(lang));
        let on = plural(
            lang,
            self.chosen_on.into(),
            say("validation picture", "image de validation"),
            say("validation pictures", "images de validation"),
        );
        match (self.combination, self.chosen_on, lang) {
            (Combination::Estimates, ..) => format!("{title}, {how}"),
            (_, 0, Lang::En) => {
                format!("{title}, {how}: some member trained on each validation picture, so none could decide between means")
            }
            (_, 0, Lang::Fr) => {
                format!(
                    "{title}, {how}\u{a0}: un membre s’est entraîné sur chaque image de validation, aucune n’a donc pu départager les moyennes"
                )
            }
            (_, _, Lang::En) => format!("{title}, {how}: the lower loss on {on} that no member trained on"),
            (_, _, Lang::Fr) => {
                format!("{title}, {how}\u{a0}: la plus petite perte sur {on} dont aucun membre n’a appris")
            }
        }
    }

    /// On what it was evaluated, and how good the best member is alone.
    pub fn evaluated_on(&self, metric: Metric, lang: Lang) -> Option<String> {
        let evaluation = self.evaluation.as_ref()?;
        let best = self.best_alone(evaluation, metric, lang);
        Some(match (evaluation.basis, lang) {
            (Basis::OutOfFold, Lang::En) => {
                "Out of fold: each picture is evaluated only by the member that did not train on it, so this is the mean of single models, not the committee’s own result; a folder apart tells that".to_owned()
            }
            (Basis::OutOfFold, Lang::Fr) => {
                "Hors pli\u{a0}: chaque image est évaluée par le seul membre qui n’en a pas appris\u{a0}; c’est donc la moyenne des modèles seuls, pas le résultat du comité, qu’un dossier à part dirait".to_owned()
            }
            (Basis::CommonTest, Lang::En) => format!("Evaluated on the test pictures that all members share; {best}"),
            (Basis::CommonTest, Lang::Fr) => format!("Évalué sur les images de test communes à tous les membres\u{a0}; {best}"),
            (Basis::Others, Lang::En) => format!("Evaluated on pictures that no member has; {best}"),
            (Basis::Others, Lang::Fr) => format!("Évalué sur des images qu’aucun membre n’a\u{a0}; {best}"),
        })
    }

    /// `on the same, the best member alone (“seed 43”) is right on 91.2 %`.
    fn best_alone(&self, evaluation: &CommitteeEvaluation, metric: Metric, lang: Lang) -> String {
        let Some((place, score)) = evaluation.best(metric) else { return String::new() };
        let name = self.members.get(place).map_or_else(String::new, |member| quoted(lang, member.name.get(lang)));
        let score = metric.text(lang, score);
        match (lang, metric) {
            (Lang::En, Metric::Accuracy) => format!("on the same, the best member alone ({name}) is right on {score}"),
            (Lang::Fr, Metric::Accuracy) => {
                format!("sur les mêmes, le meilleur membre seul ({name}) répond juste sur {score}")
            }
            (Lang::En, Metric::Mae) => format!("on the same, the best member alone ({name}) is off by {score}"),
            (Lang::Fr, Metric::Mae) => format!("sur les mêmes, le meilleur membre seul ({name}) se trompe de {score}"),
        }
    }
}

impl RunInfo {
    /// What must be said of a committee's result; nothing of other runs.
    pub fn committee_notes(&self, lang: Lang) -> Vec<String> {
        let Some(committee) = &self.committee else { return Vec::new() };
        [Some(committee.combined(lang)), committee.evaluated_on(Metric::of(&self.task), lang)].into_iter().flatten().collect()
    }
}

pub(super) fn titled(members: usize, lang: Lang) -> String {
    let runs = plural(lang, members as u64, say("run", "essai"), say("runs", "essais"));
    match lang {
        Lang::En => format!("Committee of {runs}"),
        Lang::Fr => format!("Comité de {runs}"),
    }
}

pub(super) fn too_few() -> Problem {
    Problem::new(
        Kind::Settings,
        say("A committee has at least two runs", "Un comité compte au moins deux essais"),
        say("Name two or more finished runs", "Nommez au moins deux essais terminés"),
    )
}

pub(super) fn too_many(runs: usize) -> Problem {
    let most = *MEMBERS.end();
    Problem::new(
        Kind::Settings,
        LocalizedText::by(|lang| match lang {
            Lang::En => format!("A committee has at most {most} runs, these are {}", number(lang, runs as u64)),
            Lang::Fr => format!("Un comité compte au plus {most} essais, en voici {}", number(lang, runs as u64)),
        }),
        say("Name the best of them", "Nommez les meilleurs d’entre eux"),
    )
}

pub(super) fn twice() -> Problem {
    Problem::new(
        Kind::Settings,
        say("One of these runs is named twice", "Un de ces essais est nommé deux fois"),
        say("Name each run once", "Nommez chaque essai une seule fois"),
    )
}

pub(super) fn itself_one(run: &RunInfo) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText::by(|lang| match lang {
            Lang::En => format!("{} is itself a committee", quoted(lang, run.name(lang))),
            Lang::Fr => format!("{} est lui-même un comité", quoted(lang, run.name(lang))),
        }),
        say("Name its members instead", "Nommez plutôt ses membres"),
    )
}

pub(super) fn not_finished(run: &RunInfo) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText::by(|lang| match lang {
            Lang::En => format!("The run {} ({}) is not finished, or its weights are gone", quoted(lang, run.name(lang)), run.id),
            Lang::Fr => {
                format!("L’essai {} ({}) n’est pas terminé, ou ses poids n’existent plus", quoted(lang, run.name(lang)), run.id)
            }
        }),
        say("Let it finish, or leave it out", "Laissez-le finir, ou retirez-le"),
    )
}

pub(super) fn other_question(first: &RunInfo, other: &RunInfo) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText::by(|lang| {
            let [a, b] = [first, other].map(|run| quoted(lang, run.name(lang)));
            let [theirs, others] = [first, other].map(|run| run.task.listed(lang));
            match lang {
                Lang::En => format!("These runs answer different questions: {a} knows {theirs}, {b} knows {others}"),
                Lang::Fr => {
                    format!("Ces essais répondent à des questions différentes\u{a0}: {a} connaît {theirs}, {b} connaît {others}")
                }
            }
        }),
        say("Name runs that learned the same classes", "Nommez des essais qui ont appris les mêmes classes"),
    )
}

pub(super) fn other_faces(first: &RunInfo, other: &RunInfo) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText::by(|lang| {
            let [a, b] = [first, other].map(|run| quoted(lang, run.name(lang)));
            match lang {
                Lang::En => {
                    format!("{a} and {b} learned from differently cut pictures: one of faces, the other of whole pictures")
                }
                Lang::Fr => {
                    format!("{a} et {b} ont appris d’images cadrées autrement\u{a0}: l’un de visages, l’autre d’images entières")
                }
            }
        }),
        say(
            "Name runs whose faces were cut in the same way",
            "Nommez des essais dont les visages ont été cadrés de la même façon",
        ),
    )
}

/// A committee on which no picture of its own can tell how good it is.
pub fn no_pictures(run: &RunInfo) -> Problem {
    Problem::new(
        Kind::Data,
        LocalizedText::by(|lang| match lang {
            Lang::En => format!(
                "{} has no pictures of its own to be evaluated on: none is in the test part of every member",
                quoted(lang, run.name(lang))
            ),
            Lang::Fr => format!(
                "{} n’a pas d’images à lui pour être évalué\u{a0}: aucune n’est dans la partie test de tous les membres",
                quoted(lang, run.name(lang))
            ),
        }),
        LocalizedText {
            en: format!("Evaluate it on another folder; on the command line, trombine evaluate {} --data DIR", run.id),
            fr: format!(
                "Évaluez-le sur un autre dossier\u{a0}; en ligne de commande, trombine evaluate {} --data DOSSIER",
                run.id
            ),
        },
    )
}

/// A committee is not trained.
pub fn not_trained_further() -> Problem {
    Problem::new(
        Kind::Settings,
        say(
            "A committee is not trained: its members are runs of their own",
            "Un comité ne s’entraîne pas : ses membres sont des essais",
        ),
        say("Train the runs further, then make a new committee", "Prolongez les essais, puis formez un nouveau comité"),
    )
}

/// What only one network can be written as.
pub fn own_network() -> Problem {
    Problem::new(
        Kind::Settings,
        say(
            "A committee is several networks, and these weights are of one",
            "Un comité, c’est plusieurs réseaux, et ces poids sont ceux d’un seul",
        ),
        say(
            "Export it as onnx or python, or one of its runs as safetensors",
            "Exportez-le en onnx ou python, ou un de ses essais en safetensors",
        ),
    )
}

/// The members look at pictures in different ways, so that one input cannot serve them all.
pub fn same_sight(first: &str, other: &str) -> Problem {
    Problem::new(
        Kind::Settings,
        LocalizedText {
            en: format!(
                "The members take pictures of different sizes or crops ({first} and {other}), and one file has one input"
            ),
            fr: format!(
                "Les membres prennent des images de tailles ou de cadrages différents ({first} et {other}), et un fichier n’a qu’une entrée"
            ),
        },
        say(
            "Make a committee of runs with the same picture size and crop, or use it within Trombine",
            "Formez un comité d’essais de même taille d’image et de même cadrage, ou utilisez-le dans Trombine",
        ),
    )
}
