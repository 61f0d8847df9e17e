//! `compare`: runs held against each other on the pictures on which they were evaluated.

use serde_json::{Value, json};

use super::{
    Done, one, store,
    terminal::{print, print_json},
};
use crate::{
    problem::{Kind, Problem},
    run::{
        Paired, RunView,
        paired::{self, Verdict},
    },
    text::{Lang, number, say},
};

/// Compares two runs, or each of several with the best of them.
pub fn compare(runs: &[String], as_json: bool, lang: Lang) -> Done {
    let store = store()?;
    let views = runs.iter().map(|run| store.find(run)?.view()).collect::<Result<Vec<RunView>, Problem>>().map_err(one)?;
    let couples: Vec<[&RunView; 2]> = match views.as_slice() {
        [first, second] => vec![[first, second]],
        views => {
            let best = paired::best(views).ok_or_else(|| one(none_evaluated()))?;
            let others = views.iter().filter(|view| view.info.id != best.info.id);
            others.map(|view| [best, view]).collect()
        }
    };
    let mut problems = Vec::new();
    let mut pairs = Vec::new();
    for [first, second] in couples {
        // Of several, the sentence alone does not say which could not be compared.
        let named = |problem: Problem| problem.because(format!("{}, {}", first.info.id, second.info.id));
        Paired::of(first, second).map_or_else(|problem| problems.push(named(problem)), |pair| pairs.push(pair));
    }
    let corrected = paired::corrected(&pairs.iter().collect::<Vec<_>>());
    if as_json {
        let each = pairs.iter().zip(&corrected).map(|(pair, p)| summary(pair, *p, lang));
        print_json(&format!("{:#}", json!({"comparisons": each.collect::<Vec<_>>()})));
    } else {
        for (at, (pair, p)) in pairs.iter().zip(&corrected).enumerate() {
            if at > 0 {
                print("");
            }
            lines(pair, *p, lang).iter().for_each(|line| print(line));
        }
        if pairs.len() > 1 {
            print("");
            print(
                say("p is corrected for the number of comparisons (Holm)", "p est corrigé du nombre de comparaisons (Holm)")
                    .get(lang),
            );
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// A comparison as it is read.
fn lines(pair: &Paired, p: Option<f64>, lang: Lang) -> Vec<String> {
    let mut lines = vec![pair.sentence(p, lang)];
    for (name, (id, value)) in pair.names.iter().zip(pair.runs.iter().zip(pair.scores)) {
        lines.push(format!("  {:>12}  {id}  {}", pair.metric().text(lang, value), name.get(lang)));
    }
    let difference = say("difference", "différence").get(lang);
    lines.push(format!("  {difference} {}", pair.difference_words(lang)));
    let cells = [[true, true], [true, false], [false, true], [false, false]].map(|cell| {
        let count = number(lang, pair.files[usize::from(cell[0])][usize::from(cell[1])].len() as u64);
        format!("{count} {}", pair.cell(cell, lang))
    });
    lines.push(format!("  {}", cells.join(" · ")));
    lines.push(format!("  {}", pair.moved(lang)));
    lines.push(format!("  {}", pair.basis(lang)));
    lines
}

/// A comparison as one JSON object. `p_corrected` is `p` where it is the only one.
fn summary(pair: &Paired, p_corrected: Option<f64>, lang: Lang) -> Value {
    let score = pair.metric().key();
    let run = |which: usize| json!({"run": pair.runs[which], "name": pair.names[which].en, score: pair.scores[which], "judged": pair.evaluated[which]});
    let count = |first: usize, second: usize| pair.files[first][second].len();
    let verdict = match pair.verdict(p_corrected) {
        Verdict::Alike => "alike",
        Verdict::Even => "even",
        Verdict::TooFew => "too_few",
        Verdict::MayBeLuck => "may_be_luck",
        Verdict::HardlyLuck => "hardly_luck",
    };
    json!({
        "first": run(0),
        "second": run(1),
        "pictures": pair.pictures(),
        "right_is": if pair.of_years { "within 5 years" } else { "the label" },
        "right": {"both": count(1, 1), "first_alone": count(1, 0), "second_alone": count(0, 1), "neither": count(0, 0)},
        "difference": pair.difference,
        "range": pair.range.map(|range| [range.low, range.high]),
        "test": if pair.of_years { "paired t" } else { "McNemar, exact" },
        "p": pair.p,
        "p_corrected": p_corrected,
        "verdict": verdict,
        "sentence": pair.sentence(p_corrected, lang),
        "left_out": {"learned": pair.learned, "relabeled": pair.relabeled},
        "went_wrong": pair.files[1][0],
        "came_right": pair.files[0][1],
    })
}

fn none_evaluated() -> Problem {
    Problem::new(
        Kind::Data,
        say("None of these runs has been evaluated", "Aucun de ces essais n’a été évalué"),
        say("Evaluate them first with `trombine evaluate RUN`", "Évaluez-les d’abord avec `trombine evaluate ESSAI`"),
    )
}
