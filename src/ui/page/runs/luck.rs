//! Whether the chosen runs differ by more than luck: two against each other, or each of several against the best.

use std::sync::Arc;

use egui::{Color32, Ui};

use super::compare::{self, View};
use crate::{
    problem::Problem,
    run::{
        Paired,
        paired::{self, Verdict, p_value},
    },
    session::PairState,
    text::{Lang, named, number, percent, quoted, say, shortened},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            agreement::{Agreement, Cell},
            card::{Card, columns},
            chart::Chart,
            differences::{self, Row},
            histograms::{Histograms, Series},
            notice,
        },
    },
};

/// Which of the comparisons is shown in full.
#[derive(Default)]
pub struct State {
    selected: usize,
}

/// The pictures that were asked for: those of two runs by whether the first is right, then by whether the second is.
pub struct PairPictures {
    pub pair: Arc<Paired>,
    pub cell: [bool; 2],
}

/// Two of the chosen runs.
struct Couple<'a> {
    first: &'a View,
    second: &'a View,
    state: Option<&'a PairState>,
}

impl Couple<'_> {
    fn known(&self) -> Option<&Arc<Paired>> {
        match self.state {
            Some(PairState::Known(pair)) => Some(pair),
            _ => None,
        }
    }

    fn apart(&self) -> Option<&Problem> {
        match self.state {
            Some(PairState::Apart(problem)) => Some(problem),
            _ => None,
        }
    }
}

/// How high the card is at least, in so much room.
pub fn height(cx: &Cx<'_>, views: &[View], width: f32) -> f32 {
    if let [(_, first), (_, second)] = views
        && let Some(PairState::Apart(_)) = cx.session.pairs.get(&[first, second].map(|view| view.info.id.clone()))
    {
        // Why they cannot be compared, and the way on.
        return 116.0;
    }
    let of_years = !views.is_empty() && views.iter().all(|(_, view)| view.info.task.is_regression());
    let rows = views.len().saturating_sub(1).max(1) as f32;
    // Of years, the errors of both stand beside it.
    let inside = if of_years && width >= BESIDE { width * 0.56 } else { width } - 36.0;
    // The frame, the title, the sentence, of several runs what their p is, and what is below.
    let sentence = match inside {
        ..420.0 => 68.0,
        ..700.0 => 48.0,
        _ => 28.0,
    };
    // What is corrected takes two lines in a narrow card.
    let corrected = match views.len() {
        ..=2 => 0.0,
        _ if inside < 620.0 => 36.0,
        _ => 20.0,
    };
    let above = 36.0 + 34.0 + sentence + corrected;
    let bars = differences::ROW * rows + differences::AXIS;
    let body = if inside < NARROW { TWO_BY_TWO + 10.0 + bars } else { bars.max(TWO_BY_TWO) };
    let card = above + body;
    if of_years { card.max(250.0) } else { card }
}

/// From this width on, the errors of runs of years stand beside the card.
const BESIDE: f32 = 700.0;
/// Height of the counts of both.
const TWO_BY_TWO: f32 = 124.0;
/// Below this width the counts stand above the bars.
const NARROW: f32 = 600.0;

/// Draws the card, of years with the errors of both beside it; gives the pictures that were asked for.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, views: &[View], state: &mut State, height: f32) -> Option<PairPictures> {
    let session = cx.session;
    let best = paired::best(views.iter().map(|(_, view)| view.as_ref())).map(|best| best.info.id.clone());
    let couples: Vec<[&View; 2]> = match (views, best) {
        ([first, second], _) => vec![[first, second]],
        (views, Some(best)) => {
            let one = views.iter().find(|(_, view)| view.info.id == best);
            let others = views.iter().filter(|(_, view)| view.info.id != best);
            one.into_iter().flat_map(|one| others.clone().map(move |other| [one, other])).collect()
        }
        (views, None) => views.first().into_iter().flat_map(|one| views[1..].iter().map(move |other| [one, other])).collect(),
    };
    let couples: Vec<Couple<'_>> = couples
        .into_iter()
        .map(|[first, second]| {
            let runs = [first, second].map(|(_, view)| view.info.id.clone());
            let state = session.pairs.get(&runs);
            if state.is_none() {
                cx.actions.push(Action::Pair(runs));
            }
            Couple { first, second, state }
        })
        .collect();
    state.selected = state.selected.min(couples.len().saturating_sub(1));
    let shown = couples.get(state.selected)?;
    let errors = shown.known().filter(|pair| pair.of_years);
    let mut asked = None;
    let lang = cx.lang;
    match errors {
        Some(pair) if ui.available_width() >= BESIDE => columns(ui, &[0.56, 0.44], height, |column, ui| {
            ui.set_max_height(height);
            match column {
                0 => asked = card(ui, lang, &couples, state),
                _ => off(ui, lang, pair, shown, height),
            }
        }),
        _ => asked = card(ui, lang, &couples, state),
    }
    asked
}

fn card(ui: &mut Ui, lang: Lang, couples: &[Couple<'_>], state: &mut State) -> Option<PairPictures> {
    let t = Theme::of(ui);
    let title = say("Is it luck?", "Est-ce dû au hasard\u{a0}?").get(lang);
    let help = say(
        "p is how likely chance alone makes such a difference between two equally good models: below 0.05 it is hardly luck. McNemar’s exact test on the pictures that one run alone gets right; of years, the paired t-test. The range comes from resampling the pictures 10,000 times (bootstrap). It is about these two trainings: another seed of the same recipe gives other numbers",
        "p dit à quel point un tel écart entre deux modèles également bons est probable par hasard\u{a0}: au-dessous de 0,05, ce n’est guère un hasard. Test exact de McNemar sur les images qu’un seul essai a justes\u{a0}; en années, test t apparié. L’intervalle vient de 10\u{a0}000 rééchantillonnages des images (bootstrap). Cela porte sur ces deux entraînements\u{a0}: une autre graine de la même recette donne d’autres nombres",
    );
    let known: Vec<&Paired> = couples.iter().filter_map(|couple| couple.known().map(Arc::as_ref)).collect();
    let mut corrected = paired::corrected(&known).into_iter();
    let p: Vec<Option<f64>> = couples.iter().map(|couple| couple.known().and_then(|_| corrected.next()?)).collect();
    let shown = &couples[state.selected];
    let basis = |pair: &Arc<Paired>| match couples.len() {
        1 => pair.basis(lang),
        // Of several couples, whose pictures they are.
        _ => {
            let [one, other] = pair.names.each_ref().map(|name| shortened(name.get(lang), 18));
            named(lang, format!("{one} / {other}"), pair.basis(lang))
        }
    };
    let caption = shown.known().map_or_else(String::new, basis);
    let mut asked = None;
    Card::titled(title).help(lang, help.get(lang)).caption(caption).fill().show(ui, |ui| {
        match (shown.known(), shown.apart()) {
            (Some(pair), _) => {
                ui.add(egui::Label::new(egui::RichText::new(pair.sentence(p[state.selected], lang)).color(t.text)).wrap());
                if known.len() > 1 {
                    let text = say(
                        "Each against the best; p is corrected for the number of comparisons (Holm), the ranges are not",
                        "Chacun contre le meilleur\u{a0}; p est corrigé du nombre de comparaisons (Holm), pas les intervalles",
                    );
                    ui.add(egui::Label::new(theme::caption(text.get(lang)).color(t.text2)).wrap());
                }
            }
            (None, Some(problem)) => {
                notice::note(ui, icon::TRIANGLE_ALERT, t.validation, problem.what.get(lang));
                ui.add(egui::Label::new(theme::caption(problem.remedy.get(lang)).color(t.text2)).wrap());
            }
            (None, None) => {
                notice::note(ui, icon::HOURGLASS, t.text3, say("Comparing…", "Comparaison…").get(lang));
            }
        }
        if couples.len() == 1 && shown.known().is_none() {
            return;
        }
        ui.add_space(2.0);
        if ui.available_width() < NARROW {
            asked = shown.known().and_then(|pair| counts(ui, lang, shown, pair));
            bars(ui, lang, couples, &p, state);
        } else {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 22.0;
                let room = ui.available_width();
                ui.vertical(|ui| {
                    ui.set_width((room * 0.4).min(380.0));
                    asked = shown.known().and_then(|pair| counts(ui, lang, shown, pair));
                });
                ui.vertical(|ui| {
                    ui.set_width(ui.available_width());
                    bars(ui, lang, couples, &p, state);
                });
            });
        }
    });
    asked
}

/// How many pictures both get right, one alone, or none; gives the cell that was activated.
fn counts(ui: &mut Ui, lang: Lang, couple: &Couple<'_>, pair: &Arc<Paired>) -> Option<PairPictures> {
    let t = Theme::of(ui);
    let words = match pair.of_years {
        true => [say("further off", "plus loin"), say("within 5 years", "à 5\u{a0}ans près")],
        false => [say("wrong", "faux"), say("right", "juste")],
    };
    let all = pair.pictures().max(1) as f64;
    let cell = |first: bool, second: bool| {
        let files = &pair.files[usize::from(first)][usize::from(second)];
        let count = number(lang, files.len() as u64);
        Cell {
            sentence: format!("{count} {}", pair.cell([first, second], lang)),
            count,
            empty: files.is_empty(),
            share: percent(lang, files.len() as f64 / all, 1),
        }
    };
    let [first, second] = [couple.first, couple.second].map(|(place, _)| compare::color(t, *place));
    let [one, other] = pair.names.each_ref().map(|name| name.get(lang));
    let agreement = Agreement {
        runs: [(one, first), (other, second)],
        words: words.map(|word| word.get(lang)),
        cells: [[cell(false, false), cell(false, true)], [cell(true, false), cell(true, true)]],
    };
    let cell = agreement.show(ui, TWO_BY_TWO)?;
    Some(PairPictures { pair: Arc::clone(pair), cell })
}

/// The differences with their ranges.
fn bars(ui: &mut Ui, lang: Lang, couples: &[Couple<'_>], p: &[Option<f64>], state: &mut State) {
    let t = Theme::of(ui);
    // In a narrow card the bars alone say the ranges.
    let ranges = ui.available_width() > 470.0;
    let rows: Vec<Row> = couples.iter().zip(p).map(|(couple, p)| row(lang, t, couple, (*p, ranges))).collect();
    let of_years = couples.iter().find_map(Couple::known).is_some_and(|pair| pair.of_years);
    let [first, second] = match couples {
        [couple] => couple.known().map_or_else(Default::default, |pair| {
            pair.names.each_ref().map(|name| {
                let name = quoted(lang, name.get(lang));
                match lang {
                    Lang::En => format!("{name} better"),
                    Lang::Fr => format!("{name} meilleur"),
                }
            })
        }),
        _ => [say("worse than the best", "moins bon que le meilleur"), say("better", "meilleur")]
            .map(|side| side.get(lang).to_owned()),
    };
    // Of years less is better.
    let sides = if of_years { [second.as_str(), &first] } else { [first.as_str(), &second] };
    if let Some(chosen) = differences::show(ui, lang, &rows, state.selected, sides) {
        state.selected = chosen;
    }
}

fn row(lang: Lang, t: &Theme, couple: &Couple<'_>, (p, ranges): (Option<f64>, bool)) -> Row {
    let (place, view) = couple.second;
    let name = view.info.name(lang).to_owned();
    let color = compare::color(t, *place);
    let Some(pair) = couple.known() else {
        let text =
            couple.apart().map_or(say("comparing…", "comparaison…").get(lang), |problem| problem.what.get(lang)).to_owned();
        let sentence = format!("{name}, {text}");
        return Row { name, color, value: None, bar: color, text, sentence };
    };
    let words = pair.verdict_words(p, lang);
    let p_words = p.map_or_else(String::new, |p| format!(" · {}", p_value(lang, p)));
    let scale = pair.metric().scale();
    let range = pair.range.map(|range| crate::evaluate::Interval { low: range.low * scale, high: range.high * scale });
    let difference = pair.difference_words(lang);
    Row {
        sentence: format!("{}\n{difference}{p_words} · {words}", pair.sentence(p, lang)),
        name,
        color,
        value: Some((pair.difference * scale, range)),
        bar: verdict_color(t, pair, p),
        text: format!("{}{p_words} · {words}", if ranges { difference } else { pair.change(lang) }),
    }
}

/// Gray where it may be luck.
fn verdict_color(t: &Theme, pair: &Paired, p: Option<f64>) -> Color32 {
    match (pair.verdict(p), pair.second_is_better()) {
        (Verdict::HardlyLuck, Some(true)) => t.good,
        (Verdict::HardlyLuck, _) => t.bad,
        _ => t.text3,
    }
}

/// Of years: how far both runs are off, over each other.
fn off(ui: &mut Ui, lang: Lang, pair: &Paired, couple: &Couple<'_>, height: f32) {
    let t = Theme::of(ui);
    let title = say("How far both are off", "Les erreurs des deux").get(lang);
    let across = say("estimate less label, in years", "estimation moins étiquette, en années").get(lang);
    let series: Vec<Series> = [couple.first, couple.second]
        .into_iter()
        .enumerate()
        .map(|(run, (place, _))| Series {
            name: pair.names[run].get(lang).to_owned(),
            color: compare::color(t, *place),
            values: pair.errors.iter().map(|errors| errors[run]).collect(),
        })
        .collect();
    // So that most pictures lie within the bins.
    let far = pair.scores[0].max(pair.scores[1]);
    let bin = if far > 12.0 { 5.0 } else { 2.0 };
    let histograms = Histograms::new(title, across, &series, bin);
    Chart::new(title, height).show(ui, lang, || histograms.table(lang), |ui, height| histograms.show(ui, lang, height));
}
