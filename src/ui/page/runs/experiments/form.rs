//! A new experiment: its question, its options, and what it takes, before anything is begun.

use egui::{CornerRadius, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::vary;
use crate::{
    experiment::{Cost, Design, Draft, ExperimentKind, Recipe, SHARES},
    preset::Preset,
    problem::Problem,
    session::Experiments,
    setting_def::Choice as _,
    settings::Settings,
    text::{Lang, Phrase, bytes, duration, plural, say},
    ui::{
        Action, Cx, Icon, icon,
        page::Page,
        theme::{self, RADIUS_BUTTON, Theme, size},
        widget::{
            button::{Button, focus_ring},
            card::{Card, columns, header},
            choice::switch,
            field, notice, scroll,
        },
    },
};

/// The kinds, in the order in which one asks.
const KINDS: [(ExperimentKind, Icon); 6] = [
    (ExperimentKind::Seeds, icon::DICES),
    (ExperimentKind::Folds, icon::LAYERS),
    (ExperimentKind::Compare, icon::GIT_COMPARE),
    (ExperimentKind::Curve, icon::TRENDING_UP),
    (ExperimentKind::Ablate, icon::SCALE),
    (ExperimentKind::Search, icon::SEARCH),
];

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
struct DraftForm {
    kind: ExperimentKind,
    seeds: u32,
    folds: u32,
    /// The recipes that are compared beside the draft of now.
    recipes: Vec<Preset>,
    search: vary::SearchForm,
    base: Settings,
}

/// What the form remembers.
#[derive(Default)]
pub struct Form {
    asked: Option<DraftForm>,
    /// What is looked for among the options.
    typed: String,
    /// What was drafted, from which wish.
    drafted: Option<(DraftForm, Result<Box<Draft>, Problem>)>,
    /// Whether it was asked what that takes.
    cost_asked: bool,
    /// How many experiments there were when it was sent off.
    begun: Option<usize>,
}

impl Form {
    /// The id of what came of it, as soon as that is there: it may be over within the same frame.
    pub fn begun(&self, experiments: &Experiments) -> Option<String> {
        let newest = experiments.list.first()?;
        self.begun.filter(|before| experiments.list.len() > *before).map(|_| newest.id.clone())
    }

    /// Draws the form; whether it is left.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
        let lang = cx.lang;
        let mut back = false;
        let title = say("New experiment", "Nouvelle expérience").get(lang);
        let sentence = say(
            "Several runs of the current settings that differ in one stated way, to answer one question",
            "Plusieurs essais des réglages actuels qui diffèrent d’une façon précise, pour une question",
        );
        header(ui, title, sentence.get(lang), |ui| {
            let all = Button::quiet(say("All runs", "Tous les essais").get(lang)).icon(icon::ARROW_LEFT);
            back = ui.add(all).clicked();
        });
        let asked = self.asked.get_or_insert_with(|| DraftForm {
            kind: ExperimentKind::Seeds,
            seeds: 5,
            folds: 5,
            recipes: vec![if cx.recipe == Preset::Quick { Preset::Recommended } else { Preset::Quick }],
            search: vary::SearchForm::default(),
            base: cx.settings.clone(),
        });
        asked.base = cx.settings.clone();
        if cx.plan.is_err() || cx.dataset().is_none() {
            no_plan(ui, cx);
            return back;
        }
        let height = ui.available_height();
        let mut chosen = asked.clone();
        let mut begin = None;
        columns(ui, &[0.5, 0.5], height, |column, ui| {
            ui.set_max_height(height);
            if column == 0 { kinds(ui, lang, &mut chosen) } else { begin = self.rest(ui, cx, &mut chosen) }
        });
        self.asked = Some(chosen);
        if let Some(draft) = begin {
            self.begun = Some(cx.session.experiments.list.len());
            cx.act(Action::StartExperiment(draft));
        }
        back
    }

    /// The options of the kind, what it takes, and the button; what is begun.
    fn rest(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, asked: &mut DraftForm) -> Option<Box<Draft>> {
        let lang = cx.lang;
        let mut begin = None;
        Card::titled(asked.kind.name().get(lang)).fill().show(ui, |ui| {
            scroll::list(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 12.0;
                options(ui, lang, asked, &mut self.typed);
                // While a number is dragged, each of its values would be a draft.
                let draft = self.draft(asked, ui.input(|input| input.pointer.any_down()));
                ui.add_space(4.0);
                match draft {
                    Err(_) if asked.kind == ExperimentKind::Search && asked.search.is_empty() => {
                        let text = say(
                            "Add the settings whose values are tried; lists, such as the filters, on the command line",
                            "Ajoutez les réglages dont on essaie les valeurs ; les listes, comme les filtres, en ligne de commande",
                        );
                        notice::note(ui, icon::INFO, Theme::of(ui).text2, text.get(lang));
                    }
                    Err(problem) => {
                        notice::note(ui, icon::CIRCLE_ALERT, Theme::of(ui).bad, problem.what.get(lang));
                        ui.add(egui::Label::new(theme::caption(problem.remedy.get(lang)).color(Theme::of(ui).text2)).wrap());
                    }
                    Ok(draft) => {
                        let known = cx.session.experiments.cost.as_ref().filter(|(of, _)| *of == *draft).map(|(_, cost)| *cost);
                        takes(ui, lang, &draft, known);
                        let runs = plural(lang, draft.members.len() as u64, say("run", "essai"), say("runs", "essais"));
                        let text = match lang {
                            Lang::En => format!("Start {runs}"),
                            Lang::Fr => format!("Lancer {runs}"),
                        };
                        let busy = super::busy(cx);
                        if ui.add(Button::primary(text).icon(icon::PLAY).unless(busy)).clicked() {
                            begin = Some(draft);
                        }
                    }
                }
            });
        });
        let (_, drafted) = self.drafted.as_ref()?;
        let draft = drafted.as_ref().ok()?;
        let answered = cx.session.experiments.cost.as_ref().is_some_and(|(of, _)| *of == **draft);
        if !answered && !std::mem::replace(&mut self.cost_asked, true) {
            cx.act(Action::CostOfExperiment(draft.clone()));
        }
        begin
    }

    /// The draft of what is asked for, made anew when that changes, unless it is to be made `later`.
    fn draft(&mut self, asked: &DraftForm, later: bool) -> Result<Box<Draft>, Problem> {
        let later = later && self.drafted.as_ref().is_some_and(|(of, _)| of.kind == asked.kind);
        if !later && self.drafted.as_ref().is_none_or(|(of, _)| of != asked) {
            self.cost_asked = false;
            self.drafted = Some((asked.clone(), drafted(asked).map(Box::new)));
        }
        self.drafted.as_ref().map_or_else(|| Err(Problem::cancelled()), |(_, draft)| draft.clone())
    }
}

/// What is asked for as an experiment.
fn drafted(asked: &DraftForm) -> Result<Draft, Problem> {
    let (design, seeds) = match asked.kind {
        ExperimentKind::Seeds => (Design::Seeds, asked.seeds),
        ExperimentKind::Folds => (Design::Folds(asked.folds), 1),
        ExperimentKind::Compare => {
            let now = Recipe { name: say("Current settings", "Réglages actuels").into(), settings: asked.base.clone() };
            let preset = |preset: &Preset| Recipe { name: preset.name().into(), settings: preset.applied(&asked.base) };
            (Design::Compare(Some(now).into_iter().chain(asked.recipes.iter().map(preset)).collect()), asked.seeds)
        }
        ExperimentKind::Curve => (Design::Curve(SHARES.into()), 1),
        ExperimentKind::Ablate => (Design::Ablate, 1),
        ExperimentKind::Search => (asked.search.design(&asked.base)?, asked.search.seeds),
    };
    let draft = design.draft(&asked.base, seeds, asked.kind == ExperimentKind::Compare)?;
    match asked.search.eta().filter(|_| asked.kind == ExperimentKind::Search) {
        Some(eta) => draft.halved(eta),
        None => Ok(draft),
    }
}

/// There is nothing to train yet.
fn no_plan(ui: &mut Ui, cx: &mut Cx<'_>) {
    let lang = cx.lang;
    Card::new().fill().show(ui, |ui| {
        let title = if cx.dataset().is_some() {
            say("Something has to be fixed first", "Il faut d’abord corriger un point")
        } else {
            say("Open data first", "Ouvrez d’abord des données")
        }
        .get(lang);
        let text = cx.problems().first().map_or_else(
            || {
                say(
                    "Open pictures on Data; an experiment trains on them with the current settings",
                    "Ouvrez des images dans Données ; une expérience s’entraîne dessus avec les réglages actuels",
                )
                .get(lang)
                .to_owned()
            },
            |problem| problem.what.get(lang).to_owned(),
        );
        notice::empty(ui, icon::LAYERS, title, &text, |ui| {
            let page = if cx.dataset().is_some() { Page::Training } else { Page::Data };
            let go = Button::primary(format!("{} {}", say("Go to", "Aller à").get(lang), page.name().get(lang)));
            if ui.add(go.trailing(icon::ARROW_RIGHT)).clicked() {
                cx.act(Action::Go(page));
            }
        });
    });
}

/// The questions, one of which is chosen.
fn kinds(ui: &mut Ui, lang: Lang, asked: &mut DraftForm) {
    Card::titled(say("What do you want to know?", "Que voulez-vous savoir ?").get(lang)).fill().show(ui, |ui| {
        scroll::list(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            for (kind, symbol) in KINDS {
                if kind_line(ui, lang, kind, symbol, asked.kind == kind) {
                    asked.kind = kind;
                }
            }
        });
    });
}

/// A question with its name; whether it is clicked.
fn kind_line(ui: &mut Ui, lang: Lang, kind: ExperimentKind, symbol: Icon, on: bool) -> bool {
    let t = Theme::of(ui);
    let wide = ui.available_width();
    let about = ui.painter().layout(question(kind).get(lang).to_owned(), theme::regular(size::BODY), t.text, wide - 62.0);
    let (rect, response) = ui.allocate_exact_size(vec2(wide, about.size().y + 40.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), on, kind.name().get(lang)));
    let fill = match (on, response.hovered()) {
        (true, _) => t.soft,
        (false, true) => t.surface2,
        (false, false) => egui::Color32::TRANSPARENT,
    };
    let edge = if on { Stroke::new(1.0, t.accent) } else { t.border() };
    ui.painter().rect(rect, CornerRadius::same(RADIUS_BUTTON), fill, edge, egui::StrokeKind::Inside);
    focus_ring(ui, &response, rect, RADIUS_BUTTON);
    let place = Rect::from_center_size(pos2(rect.left() + 26.0, rect.center().y), vec2(20.0, 20.0));
    symbol.paint(ui.painter(), place, 18.0, if on { t.accent } else { t.text2 });
    let text = pos2(rect.left() + 50.0, rect.top() + 10.0);
    let lines = about.size().y;
    ui.painter().galley(text, about, t.text);
    let name = ui.painter().layout_no_wrap(kind.name().get(lang).to_owned(), theme::regular(size::CAPTION), t.text2);
    ui.painter().galley(text + vec2(0.0, lines + 3.0), name, t.text2);
    response.clicked()
}

/// What a person asks.
fn question(kind: ExperimentKind) -> Phrase {
    match kind {
        ExperimentKind::Seeds => say("How much of my result is luck?", "Quelle part de mon résultat tient au hasard ?"),
        ExperimentKind::Folds => say(
            "How good is it on all pictures, not on one test part?",
            "Que vaut-il sur toutes les images, et non sur une seule partie test ?",
        ),
        ExperimentKind::Compare => say("Which recipe is better?", "Quelle recette est la meilleure ?"),
        ExperimentKind::Curve => say("Would more pictures help?", "Plus d’images aideraient-elles ?"),
        ExperimentKind::Ablate => say("Which parts of my recipe matter?", "Quelles parties de ma recette comptent ?"),
        ExperimentKind::Search => say("Which values are best?", "Quelles valeurs sont les meilleures ?"),
    }
}

fn options(ui: &mut Ui, lang: Lang, asked: &mut DraftForm, typed: &mut String) {
    let t = Theme::of(ui);
    ui.add(egui::Label::new(egui::RichText::new(explained(asked.kind).get(lang)).color(t.text2)).wrap());
    let line = |ui: &mut Ui, name: Phrase, value: &mut u32, range: std::ops::RangeInclusive<u32>| {
        ui.horizontal(|ui| {
            let name = name.get(lang);
            ui.label(theme::cell(name).color(t.text));
            field::whole(ui, lang, field::Look { name, unit: "", width: 72.0 }, value, range);
        });
    };
    match asked.kind {
        ExperimentKind::Seeds => line(ui, say("Seeds", "Graines"), &mut asked.seeds, 2..=50),
        ExperimentKind::Folds => line(ui, say("Folds", "Plis"), &mut asked.folds, 2..=20),
        ExperimentKind::Compare => {
            let beside = say("The current settings, compared with:", "Les réglages actuels, comparés à\u{a0}:").get(lang);
            ui.label(theme::cell(beside).color(t.text));
            for preset in Preset::ALL.iter().filter(|preset| preset.applied(&asked.base) != asked.base) {
                ui.horizontal(|ui| {
                    let mut on = asked.recipes.contains(preset);
                    let name = preset.name().get(lang);
                    if switch(ui, &mut on, name).clicked() {
                        asked.recipes.retain(|other| other != preset);
                        asked.recipes.extend(on.then_some(*preset));
                    }
                    ui.label(theme::cell(name).color(t.text));
                });
            }
            asked.recipes.retain(|preset| preset.applied(&asked.base) != asked.base);
            line(ui, say("Seeds of each", "Graines de chacune"), &mut asked.seeds, 1..=50);
        }
        ExperimentKind::Search => vary::show(ui, lang, &mut asked.search, &asked.base, typed),
        ExperimentKind::Curve | ExperimentKind::Ablate => {}
    }
}

/// What is done, in one or two sentences.
fn explained(kind: ExperimentKind) -> Phrase {
    match kind {
        ExperimentKind::Seeds => say(
            "The same settings with several seeds: the split, the first weights and the order of the pictures differ. The spread of the results is what a single run can be off by.",
            "Les mêmes réglages avec plusieurs graines : la répartition, les premiers poids et l’ordre des images diffèrent. La dispersion des résultats est l’erreur possible d’un seul essai.",
        ),
        ExperimentKind::Folds => say(
            "The pictures are split into folds, and each is the test part once. Every picture is evaluated by a run that did not learn from it.",
            "Les images sont réparties en plis, dont chacun sert une fois de test. Chaque image est évaluée par un essai qui n’a pas appris d’elle.",
        ),
        ExperimentKind::Compare => say(
            "Each recipe learns from the same pictures and is evaluated on the same test part; several seeds tell a difference from luck.",
            "Chaque recette apprend à partir des mêmes images et est évaluée sur la même partie test ; plusieurs graines distinguent une différence d’un hasard.",
        ),
        ExperimentKind::Curve => say(
            "Learns from 10, 20, 40, 80 and 100% of the training part and evaluates each on the same test part. The curve says what twice the pictures would bring.",
            "Apprend à partir de 10, 20, 40, 80 et 100\u{a0}% de la partie entraînement et évalue chaque fois sur la même partie test. La courbe dit ce qu’apporterait le double d’images.",
        ),
        ExperimentKind::Ablate => say(
            "Trains the current settings as they are, then once without each part that is on: without flip, without dropout and so on.",
            "Entraîne les réglages actuels tels quels, puis une fois sans chaque partie active : sans miroir, sans dropout, etc.",
        ),
        ExperimentKind::Search => say(
            "Trains with each combination of the values of chosen settings, or with some drawn at random, which find more for as many runs where a few settings matter.",
            "Entraîne avec chaque combinaison des valeurs de réglages choisis, ou avec quelques-unes tirées au hasard, qui trouvent plus avec autant d’essais quand peu de réglages comptent.",
        ),
    }
}

/// How many runs it is, how long they take, and how much room.
fn takes(ui: &mut Ui, lang: Lang, draft: &Draft, cost: Option<Cost>) {
    let runs = plural(lang, draft.members.len() as u64, say("run", "essai"), say("runs", "essais"));
    let text = match cost {
        None => runs,
        Some(Cost { seconds, bytes: room, .. }) => {
            let room = bytes(lang, room);
            let time = seconds.map(|seconds| duration(lang, seconds));
            match (lang, time) {
                (Lang::En, Some(time)) => format!("{runs} · at most about {time} · {room} on the disk"),
                (Lang::Fr, Some(time)) => format!("{runs} · au plus environ {time} · {room} sur le disque"),
                (Lang::En, None) => {
                    format!("{runs} · {room} on the disk; how long is known after the first run of such a network")
                }
                (Lang::Fr, None) => {
                    format!("{runs} · {room} sur le disque\u{a0}; la durée sera connue après un premier essai d’un tel réseau")
                }
            }
        }
    };
    notice::note(ui, icon::CLOCK, Theme::of(ui).text2, &text);
    if let Some(halving) = &draft.halving {
        notice::note(ui, icon::SCALE, Theme::of(ui).text2, &halving.words(draft.variants.len(), lang));
    }
}
