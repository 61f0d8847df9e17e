//! One experiment: what it says so far, its runs over each other, and how far each of them is.

use std::sync::Arc;

use egui::{Color32, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::{
    evaluate::significance::Spread,
    experiment::{ExperimentKind, ExperimentView, MemberState, MemberView, Row},
    history::EpochRecord,
    session::{Phase, Training},
    text::{Lang, Phrase, decimal, duration, named, number, percent, plural, points, say, years},
    ui::{
        Action, Cx, icon,
        theme::{self, RADIUS_FIELD, Theme, size},
        widget::{
            bar,
            button::{Button, focus_ring, icon_button},
            card::{Card, columns, header},
            chart::Chart,
            curves::{Curves, Line},
            fitted::fitted,
            notice,
            plot::Table,
            stack::{growing, stack},
            strip_plot::{self, Dot, Strip, strip_plot},
        },
    },
};

/// What an experiment says, counted when it or the language changes.
pub struct Reading {
    of: Arc<ExperimentView>,
    lang: Lang,
    rows: Vec<Row>,
    strips: Vec<Strip>,
    sentence: String,
    curve: Option<LearningCurve>,
    best_run: Option<String>,
}

/// The results of a learning curve over the training pictures, and the power law up to twice as many.
struct LearningCurve {
    measured: Vec<[f64; 2]>,
    expected: Vec<[f64; 2]>,
}

impl Reading {
    fn of(view: &Arc<ExperimentView>, lang: Lang) -> Self {
        let rows = view.rows();
        let (best, several) = (view.best().map(|row| row.variant), rows.len() > 1);
        let strip = |row: &Row| Strip {
            name: if several { row.label.get(lang).to_owned() } else { String::new() },
            dots: dots(lang, view, row.variant),
            mean: row.spread.map(|spread| spread.mean),
            range: row.spread.and_then(|spread| spread.range).map(|range| [range.low, range.high]),
            shown: row.spread.map_or_else(String::new, |spread| spread_text(lang, view, &spread)),
            leads: !several || best == Some(row.variant),
        };
        let strips = rows.iter().filter(|row| !row.scores.is_empty()).map(strip).collect();
        let (sentence, best_run) = (sentence(lang, view, &rows), best_run(view));
        Self { of: view.clone(), lang, rows, strips, sentence, curve: LearningCurve::of(view), best_run }
    }
}

/// `91.8% ± 0.6`.
fn spread_text(lang: Lang, view: &ExperimentView, spread: &Spread) -> String {
    let mean = written(lang, view, spread.mean, if view.more_is_better() { 1 } else { 2 });
    let scale = if view.more_is_better() { 100.0 } else { 1.0 };
    match spread.deviation {
        Some(deviation) => format!("{mean} ± {}", decimal(lang, scale * deviation, if view.more_is_better() { 1 } else { 2 })),
        None => mean,
    }
}

/// Draws the experiment with this id; whether it is left.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, id: &str, reading: &mut Option<Reading>) -> bool {
    let (lang, narrow) = (cx.lang, ui.available_width() < NARROW);
    let Some(view) = cx.session.experiments.views.get(id).cloned() else {
        let mut back = false;
        header(ui, id, "", |ui| back = back_button(ui, lang, narrow));
        return back;
    };
    let live = Live::of(cx, &view);
    if !reading.as_ref().is_some_and(|known| Arc::ptr_eq(&known.of, &view) && known.lang == lang) {
        *reading = Some(Reading::of(&view, lang));
    }
    let Some(reading) = reading else { return false };
    let mut back = false;
    let sentence = format!("{} · {}", view.experiment.source.name().get(lang), stands(lang, &view, live.is_some()));
    header(ui, view.experiment.name.get(lang), &sentence, |ui| {
        buttons(ui, cx, reading, (live.is_some(), narrow));
        back = back_button(ui, lang, narrow);
    });
    stack(ui, &[growing(250.0, 1.0), growing(200.0, 1.0)], |row, ui, height| {
        ui.set_max_height(height);
        if row == 1 {
            members(ui, cx, &view, live.as_ref());
            return;
        }
        columns(ui, &[0.5, 0.5], height, |column, ui| {
            ui.set_max_height(height);
            if column == 0 { results(ui, cx, reading, height) } else { curves(ui, lang, &view, live.as_ref(), height) }
        });
    });
    back
}

/// Whether another process trains some of it.
pub fn works_elsewhere(cx: &Cx<'_>, view: &ExperimentView) -> bool {
    !cx.session.experiments.works_on(&view.experiment.id) && view.count(|state| *state == MemberState::Training) > 0
}

/// The width of the page below which its buttons are short, in points.
const NARROW: f32 = 860.0;

fn back_button(ui: &mut Ui, lang: Lang, narrow: bool) -> bool {
    let name = say("All runs", "Tous les essais").get(lang);
    match narrow {
        true => icon_button(ui, icon::ARROW_LEFT, name).clicked(),
        false => ui.add(Button::quiet(name).icon(icon::ARROW_LEFT)).clicked(),
    }
}

/// The member that is trained in this window, with its training.
struct Live<'a> {
    member: usize,
    training: Option<&'a Training>,
    share: Option<f32>,
}

impl<'a> Live<'a> {
    fn of(cx: &Cx<'a>, view: &ExperimentView) -> Option<Self> {
        let session = cx.session;
        let at_work = session.experiments.at_work.as_ref().filter(|at| at.experiment == view.experiment.id)?;
        // Until the member's own training has begun, the last one's is shown by nobody.
        let known = |training: &&Training| {
            let before = view.members.iter().enumerate().filter(|(place, _)| *place != at_work.member);
            training.job == Some(at_work.job)
                && before.filter_map(|(_, member)| member.run.as_ref()).all(|run| run.id != training.run)
        };
        let training = session.training.as_ref().filter(known);
        let share = training.and(session.share());
        Some(Self { member: at_work.member, training, share })
    }
}

/// The buttons of what can be done with it now.
fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, reading: &Reading, (live, narrow): (bool, bool)) {
    let (lang, view) = (cx.lang, &reading.of);
    if live {
        let stop = Button::secondary(say("Stop for now", "Arrêter pour l’instant").get(lang)).icon(icon::SQUARE);
        let about = say(
            "Keeps what is done; the run in training resumes later where it was",
            "Garde ce qui est fait ; l’essai en cours reprendra plus tard où il en était",
        );
        if ui.add(stop).on_hover_text(about.get(lang)).clicked() {
            cx.act(Action::StopExperiment);
        }
        let paused = cx.session.phase == Phase::Paused;
        let (name, symbol) = match paused {
            true => (say("Resume", "Reprendre"), icon::PLAY),
            false => (say("Pause", "Pause"), icon::PAUSE),
        };
        if matches!(cx.session.phase, Phase::Training | Phase::Paused)
            && ui.add(Button::secondary(name.get(lang)).icon(symbol)).clicked()
        {
            cx.act(Action::Pause(!paused));
        }
    } else if view.count(|state| !state.is_over()) > 0 {
        let busy = super::busy(cx);
        let name = match view.members.iter().any(|member| member.run.is_some()) {
            true => say("Continue", "Poursuivre"),
            false => say("Start", "Lancer"),
        };
        if ui.add(Button::primary(name.get(lang)).icon(icon::PLAY).unless(busy)).clicked() {
            cx.act(Action::RunExperiment(view.experiment.id.clone()));
        }
    }
    if let Some(run) = reading.best_run.clone().filter(|_| !live && view.members.len() > 1) {
        let name = match narrow {
            true => say("Best’s settings", "Réglages du meilleur"),
            false => say("Take the best’s settings", "Reprendre les réglages du meilleur"),
        };
        let take = Button::secondary(name.get(lang));
        if ui.add(take.icon(icon::WRENCH)).clicked() {
            cx.act(Action::TakeSettings(run));
        }
        super::together::button(ui, cx, view, narrow);
    }
}

/// The best run of the best variant, by id.
fn best_run(view: &ExperimentView) -> Option<String> {
    let best = view.best()?;
    let mine = view.members.iter().filter(|member| member.variant == best.variant);
    let scored = mine.filter_map(|member| Some((member.score()?, member.run.as_ref()?.id.clone())));
    let better = |a: f64, b: f64| if view.more_is_better() { a.total_cmp(&b) } else { b.total_cmp(&a) };
    scored.max_by(|a, b| better(a.0, b.0)).map(|(_, id)| id)
}

/// How far it is.
fn stands(lang: Lang, view: &ExperimentView, live: bool) -> String {
    let finished = view.count(|state| *state == MemberState::Finished) as u64;
    let done = number(lang, finished);
    let all = number(lang, view.members.len() as u64);
    let mut words = vec![match lang {
        Lang::En => format!("{done} of {all} runs finished"),
        Lang::Fr => format!("{} sur {all}", plural(lang, finished, say("", "essai fini"), say("", "essais finis"))),
    }];
    let failed = view.count(|state| matches!(state, MemberState::Failed { .. }));
    if failed > 0 {
        let text = plural(lang, failed as u64, say("failed", "échoué"), say("failed", "échoués"));
        words.push(text);
    }
    let elsewhere = view.count(|state| *state == MemberState::Training) > 0;
    if !live && elsewhere {
        words.push(say("trained elsewhere now", "en cours ailleurs").get(lang).to_owned());
    }
    words.join(" · ")
}

/// A result as it is written: a share in per cent, or years.
fn written(lang: Lang, view: &ExperimentView, value: f64, digits: usize) -> String {
    if view.more_is_better() { percent(lang, value, digits) } else { decimal(lang, value, digits) }
}

/// What it says so far: in words, and every result in a strip.
fn results(ui: &mut Ui, cx: &mut Cx<'_>, reading: &Reading, height: f32) {
    let lang = cx.lang;
    let Reading { of: view, rows, strips, sentence, .. } = reading;
    let title = match view.more_is_better() {
        true => say("Test accuracy", "Exactitude de test"),
        false => say("Test error in years", "Erreur de test en années"),
    }
    .get(lang);
    if rows.iter().all(|row| row.scores.is_empty()) {
        Card::titled(title).fill().show(ui, |ui| {
            let text = say(
                "The results are compared here once the first run has been evaluated",
                "Les résultats seront comparés ici dès que le premier essai sera évalué",
            );
            ui.add(egui::Label::new(theme::cell(text.get(lang)).color(Theme::of(ui).text2)).wrap());
        });
        return;
    }
    if let Some(curve) = &reading.curve {
        let plot = curve.plot(ui, lang, view, title);
        let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
        let chart = Chart::new(title, height).sentence(sentence.clone()).tools(&mut tools);
        chart.show(ui, lang, || table(lang, view, rows), |ui, height| drop(plot.show(ui, lang, height)));
        return;
    }
    let mut open = None;
    Chart::new(title, height).sentence(sentence.clone()).show(
        ui,
        lang,
        || table(lang, view, rows),
        |ui, height| {
            let write = |value: f64, digits: usize| match view.more_is_better() {
                true => percent(lang, value, digits.saturating_sub(2)),
                false => decimal(lang, value, digits),
            };
            let mut draw = |ui: &mut Ui| {
                if let Some(member) = strip_plot(ui, strips, height, &write) {
                    open = view.members[member].run.as_ref().map(|run| run.id.clone());
                }
            };
            match strip_plot::least(strips.len()) > height {
                true => drop(ScrollArea::vertical().max_height(height).show(ui, draw)),
                false => draw(ui),
            }
        },
    );
    if let Some(run) = open {
        cx.act(Action::OpenRun(run));
    }
}

impl LearningCurve {
    /// That of an experiment, if a law can be fitted.
    fn of(view: &ExperimentView) -> Option<Self> {
        /// Points of the drawn law.
        const STEPS: u32 = 60;
        let fit = view.curve_fit()?;
        let of_error = |error: f64| if view.more_is_better() { 1.0 - error } else { error };
        let mut measured: Vec<[f64; 2]> =
            view.curve_points().iter().map(|point| [f64::from(point.pictures), of_error(point.error)]).collect();
        measured.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let (least, most) = (measured.first()?[0], f64::from(fit.twice().pictures));
        let law = (0..=STEPS).map(|step| least * (most / least).powf(f64::from(step) / f64::from(STEPS)));
        let expected = law.map(|pictures| [pictures, of_error(fit.at(pictures))]).collect();
        Some(Self { measured, expected })
    }

    fn plot(&self, ui: &Ui, lang: Lang, view: &ExperimentView, title: &str) -> Curves {
        let t = Theme::of(ui);
        let line = |name: Phrase, color, points: &[[f64; 2]], dotted| Line {
            name: name.get(lang).to_owned(),
            color,
            points: points.to_vec(),
            dotted,
            labeled: true,
        };
        Curves {
            name: title.to_owned(),
            of: view.experiment.id.clone(),
            across: say("training pictures", "images d’entraînement").get(lang).to_owned(),
            lines: vec![
                line(say("measured", "mesuré"), t.accent, &self.measured, false),
                line(say("expected", "attendu"), t.text2, &self.expected, true),
            ],
            x: (0.0, self.expected.last().map_or(1.0, |last| last[0])),
            bounds: (0.0, if view.more_is_better() { 1.0 } else { f64::INFINITY }),
            digits: if view.more_is_better() { 3 } else { 2 },
            zooms: true,
            ..Curves::default()
        }
    }
}

fn dots(lang: Lang, view: &ExperimentView, variant: usize) -> Vec<Dot> {
    let dot = |(id, member): (usize, &MemberView)| {
        let value = member.score().filter(|_| member.variant == variant)?;
        let score = if view.more_is_better() { percent(lang, value, 1) } else { years(lang, value, 2) };
        Some(Dot { name: named(lang, member.label.get(lang), score), value, id })
    };
    view.members.iter().enumerate().filter_map(dot).collect()
}

/// What the results say, in words.
fn sentence(lang: Lang, view: &ExperimentView, rows: &[Row]) -> String {
    let text = |value: f64| if view.more_is_better() { percent(lang, value, 1) } else { years(lang, value, 2) };
    if view.experiment.kind == ExperimentKind::Curve {
        return foretold(lang, view).unwrap_or_default();
    }
    let [row] = rows else {
        let Some(best) = view.best() else { return String::new() };
        let (Some(spread), label) = (best.spread, best.label.get(lang)) else { return String::new() };
        let (mean, runs) = (text(spread.mean), plural_runs(lang, spread.n));
        let best = match lang {
            Lang::En => format!("Best so far: {label}, {mean} on average of {runs}"),
            Lang::Fr => format!("Le meilleur jusqu’ici\u{a0}: {label}, {mean} en moyenne de {runs}"),
        };
        let nearest = view.leads().first().map(|lead| view.lead_words(lead, lang));
        return Some(best).into_iter().chain(nearest).collect::<Vec<_>>().join(". ");
    };
    let Some(spread) = row.spread else { return String::new() };
    let (mean, runs) = (text(spread.mean), plural_runs(lang, spread.n));
    let (Some(sd), Some(range)) = (spread.deviation, spread.range) else {
        return match lang {
            Lang::En => format!("{mean} so far, of one run"),
            Lang::Fr => format!("{mean} jusqu’ici, pour un essai"),
        };
    };
    let (low, high) = (text(range.low), text(range.high));
    let off = if view.more_is_better() { points(lang, sd, 1) } else { years(lang, sd, 2) };
    let folded = view.experiment.kind == ExperimentKind::Folds;
    let said = match lang {
        Lang::En => format!(
            "{mean} on average of {runs}; a single run typically deviates by {off} (standard deviation). The mean lies between {low} and {high} (95%, Student’s t)"
        ),
        Lang::Fr => format!(
            "{mean} en moyenne de {runs}\u{a0}; un essai s’en écarte d’ordinaire de {off} (écart type). La moyenne se situe entre {low} et {high} (95\u{a0}%, loi de Student)"
        ),
    };
    // Their training parts overlap (Bengio and Grandvalet 2004).
    let narrow = say("; of folds that range is too narrow", "\u{a0}; pour des plis, cet intervalle est trop étroit").get(lang);
    if folded { said + narrow } else { said }
}

fn plural_runs(lang: Lang, n: usize) -> String {
    plural(lang, n as u64, say("run", "essai"), say("runs", "essais"))
}

/// What a learning curve says of twice the pictures.
fn foretold(lang: Lang, view: &ExperimentView) -> Option<String> {
    let then = view.curve_fit()?.twice();
    let text = |error: f64| match view.more_is_better() {
        true => percent(lang, 1.0 - error.clamp(0.0, 1.0), 1),
        false => years(lang, error, 2),
    };
    let (twice, middle) = (number(lang, then.pictures.into()), text(then.error));
    let [a, b] = [text(then.range.low), text(then.range.high)];
    let [low, high] = if view.more_is_better() { [b, a] } else { [a, b] };
    Some(match lang {
        Lang::En => format!("With twice the pictures ({twice}) about {middle} can be expected ({low} to {high})"),
        Lang::Fr => format!("Avec le double d’images ({twice}), on peut attendre environ {middle} ({low} à {high})"),
    })
}

fn table(lang: Lang, view: &ExperimentView, rows: &[Row]) -> Table {
    let head = [
        say("runs of", "essais de"),
        say("finished", "finis"),
        say("mean", "moyenne"),
        say("standard deviation", "écart type"),
        say("95% from", "95\u{a0}% de"),
        say("to", "à"),
    ];
    let text = |value: Option<f64>, digits| value.map_or_else(|| "–".to_owned(), |value| written(lang, view, value, digits));
    let line = |row: &Row| {
        let range = row.spread.and_then(|spread| spread.range);
        vec![
            row.label.get(lang).to_owned(),
            format!("{} / {}", row.scores.len(), row.members),
            text(row.spread.map(|spread| spread.mean), 2),
            text(row.spread.and_then(|spread| spread.deviation), 2),
            text(range.map(|range| range.low), 2),
            text(range.map(|range| range.high), 2),
        ]
    };
    Table { head: head.map(|name| name.get(lang).to_owned()).into(), rows: rows.iter().map(line).collect() }
}

fn variant_label(view: &ExperimentView, variant: usize, lang: Lang) -> String {
    view.experiment.variants.get(variant).map_or_else(String::new, |variant| variant.label.get(lang).to_owned())
}

/// The color of a variant's curves.
fn color(t: &Theme, variant: usize) -> Color32 {
    [t.accent, t.validation, t.male, t.female, t.bad][variant % 5]
}

/// All runs' curves over each other, the one that is trained now labeled.
fn curves(ui: &mut Ui, lang: Lang, view: &ExperimentView, live: Option<&Live<'_>>, height: f32) {
    let t = Theme::of(ui);
    let score = |e: &EpochRecord| e.mae.map_or(e.validation_accuracy, |mae| mae.validation);
    let history = |place: usize| match live.filter(|live| live.member == place).and_then(|live| live.training) {
        Some(training) => &training.history,
        None => &view.members[place].history,
    };
    let several = view.experiment.variants.len() > 1;
    let first_drawn = |variant: usize| {
        (0..view.members.len()).find(|place| view.members[*place].variant == variant && !history(*place).is_empty())
    };
    let line = |place: usize| {
        let member = &view.members[place];
        let now = live.is_some_and(|live| live.member == place);
        let alone = view.members.len() <= 5;
        // Of several recipes the first run of each names its color.
        let first = several && view.experiment.variants.len() <= 5 && !alone && first_drawn(member.variant) == Some(place);
        let full = if several { color(t, member.variant) } else { t.accent };
        Line {
            name: if first { variant_label(view, member.variant, lang) } else { member.label.get(lang).to_owned() },
            color: if now || alone || first { full } else { full.gamma_multiply(0.45) },
            points: history(place).iter().map(|e| [f64::from(e.epoch), score(e)]).collect(),
            labeled: now || alone || first,
            dotted: false,
        }
    };
    let title = match view.more_is_better() {
        true => say("Validation accuracy", "Exactitude de validation"),
        false => say("Validation error in years", "Erreur de validation en années"),
    }
    .get(lang);
    let lines: Vec<Line> = (0..view.members.len()).map(line).filter(|line| !line.points.is_empty()).collect();
    if lines.is_empty() {
        Card::titled(title).fill().show(ui, |ui| {
            let text = say("No run has finished an epoch yet", "Aucun essai n’a encore fini une époque");
            ui.add(egui::Label::new(theme::cell(text.get(lang)).color(t.text2)).wrap());
        });
        return;
    }
    let last = lines.iter().filter_map(|line| line.points.last()).map(|point| point[0]).fold(2.0, f64::max);
    let plot = Curves {
        name: title.to_owned(),
        of: view.experiment.id.clone(),
        across: say("epoch", "époque").get(lang).to_owned(),
        lines,
        x: (1.0, last),
        bounds: (0.0, if view.more_is_better() { 1.0 } else { f64::INFINITY }),
        digits: if view.more_is_better() { 3 } else { 1 },
        zooms: true,
        ..Curves::default()
    };
    let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
    Chart::new(title, height).tools(&mut tools).show(
        ui,
        lang,
        || plot.table(lang),
        |ui, height| drop(plot.show(ui, lang, height)),
    );
}

/// Height of a member's line.
const LINE: f32 = 34.0;

/// Every run, with how far it is.
fn members(ui: &mut Ui, cx: &mut Cx<'_>, view: &Arc<ExperimentView>, live: Option<&Live<'_>>) {
    let lang = cx.lang;
    let mut open = None;
    Card::titled(say("Runs", "Essais").get(lang)).fill().show(ui, |ui| {
        if view.cancelled && live.is_none() {
            let text = say("It was cancelled; Continue resumes it", "Elle a été annulée\u{a0}; Poursuivre la reprend");
            notice::note(ui, icon::INFO, Theme::of(ui).text2, text.get(lang));
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().min_scrolled_height(0.0).auto_shrink([false, false]);
        area.show_rows(ui, LINE, view.members.len(), |ui, range| {
            for place in range {
                let now = live.filter(|live| live.member == place);
                if member_line(ui, cx, view, place, now) {
                    open = view.members[place].run.as_ref().map(|run| run.id.clone());
                }
            }
        });
    });
    if let Some(run) = open {
        cx.act(Action::OpenRun(run));
    }
}

/// One run; whether it is clicked.
fn member_line(ui: &mut Ui, cx: &Cx<'_>, view: &ExperimentView, place: usize, live: Option<&Live<'_>>) -> bool {
    let (lang, t, member) = (cx.lang, Theme::of(ui), &view.members[place]);
    let opens = member.run.as_ref().is_some_and(|run| run.scores.is_some());
    let sense = if opens { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), sense);
    let score = member.score().map(|value| if view.more_is_better() { percent(lang, value, 1) } else { years(lang, value, 2) });
    let state = state(lang, member, live, cx.session.phase);
    let said = [member.label.get(lang), &state].into_iter().chain(score.as_deref()).collect::<Vec<_>>().join(", ");
    response.widget_info(|| WidgetInfo::labeled(if opens { Role::Button } else { Role::Label }, ui.is_enabled(), &said));
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.grid));
    if response.hovered() && opens {
        ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), RADIUS_FIELD, t.surface2);
    }
    focus_ring(ui, &response, rect.shrink(2.0), RADIUS_FIELD);
    let (symbol, tint) = match &member.state {
        _ if live.is_some() => (icon::PLAY, t.accent),
        MemberState::Finished => (icon::CIRCLE_CHECK, t.good),
        MemberState::Failed { .. } => (icon::CIRCLE_X, t.bad),
        MemberState::Stopped | MemberState::Dropped { .. } => (icon::SQUARE, t.text3),
        MemberState::Paused => (icon::PAUSE, t.text2),
        MemberState::Training => (icon::HOURGLASS, t.accent),
        MemberState::Waiting => (icon::CLOCK, t.text3),
    };
    let middle = rect.center().y;
    symbol.paint(ui.painter(), Rect::from_center_size(pos2(rect.left() + 12.0, middle), vec2(16.0, 16.0)), 15.0, tint);
    let [name, middle_column, right] = [rect.left() + 30.0, rect.left() + rect.width() * 0.42, rect.right() - 8.0];
    let put = |ui: &Ui, left: f32, room: f32, text: &str, font, color| {
        let galley = fitted(ui, text, font, color, room);
        ui.painter().galley(pos2(left, middle - galley.size().y / 2.0), galley, color);
    };
    put(ui, name, middle_column - name - 12.0, member.label.get(lang), theme::medium(size::TABLE), t.text);
    let share = live.map_or(member.progress(), |live| live.share.map_or(0.0, f64::from));
    if live.is_some() || member.state == MemberState::Paused || member.state == MemberState::Training {
        let rail = Rect::from_min_size(pos2(middle_column, middle - 3.0), vec2(96.0, 6.0));
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rail));
        bar::progress(&mut child, member.label.get(lang), Some(share as f32), rail.width());
        put(ui, rail.right() + 12.0, right - 90.0 - rail.right() - 12.0, &state, theme::regular(size::TABLE), t.text2);
    } else {
        put(ui, middle_column, right - 90.0 - middle_column, &state, theme::regular(size::TABLE), t.text2);
    }
    if let Some(score) = score {
        let galley = fitted(ui, &score, theme::semibold(size::TABLE), t.text, 90.0);
        ui.painter().galley(pos2(right - galley.size().x, middle - galley.size().y / 2.0), galley, t.text);
    }
    response.clicked()
}

/// Where a run stands, in words.
fn state(lang: Lang, member: &MemberView, live: Option<&Live<'_>>, phase: Phase) -> String {
    if let Some(live) = live {
        let epoch = live.training.map(|training| (training.now.epoch, training.epochs));
        return match (phase, epoch) {
            (Phase::Paused, _) => say("paused", "en pause").get(lang).to_owned(),
            (Phase::Judging(_), _) => say("being evaluated", "en cours d’évaluation").get(lang).to_owned(),
            (_, Some((now, all))) => match lang {
                Lang::En => format!("epoch {now} of {all}"),
                Lang::Fr => format!("époque {now} sur {all}"),
            },
            _ => say("starting", "démarrage").get(lang).to_owned(),
        };
    }
    match &member.state {
        MemberState::Waiting => say("waiting", "en attente").get(lang).to_owned(),
        MemberState::Training => member.owner.as_ref().map_or_else(
            || say("trained elsewhere", "en cours ailleurs").get(lang).to_owned(),
            |owner| match lang {
                Lang::En => format!("trained on {}", owner.host),
                Lang::Fr => format!("en cours sur {}", owner.host),
            },
        ),
        MemberState::Paused => say("interrupted, can go on", "interrompu, peut reprendre").get(lang).to_owned(),
        MemberState::Finished => member.run.as_ref().map_or_else(String::new, |run| {
            let time = duration(lang, std::time::Duration::from_secs_f64(run.seconds.clamp(0.0, 1e9)));
            let epochs = plural(lang, run.epochs_done.into(), say("epoch", "époque"), say("epochs", "époques"));
            format!("{epochs} · {time}")
        }),
        MemberState::Failed { problem } => problem.what.get(lang).to_owned(),
        MemberState::Stopped => say("no longer wanted", "plus souhaité").get(lang).to_owned(),
        MemberState::Dropped { epoch, .. } => match lang {
            Lang::En => format!("stopped early at epoch {epoch}: others were better"),
            Lang::Fr => format!("arrêté dès l’époque {epoch} : d’autres étaient meilleurs"),
        },
    }
}
