//! Results: how good it is, where it is wrong, for whom, and how sure it is with reason.

mod accuracy;
mod calibration;
mod cards;
mod counted;
mod facets;
mod filters;
mod groups;
mod judged;
pub mod labels;
mod picture;
mod pictures;
mod run_pictures;
mod several;
mod threshold;
mod viewing;
mod years;

use std::sync::Arc;

use egui::{Popup, PopupCloseBehavior, Ui};

use crate::{
    data::task::Task,
    evaluate::{Best, CoveragePoint, Curves, F1Of, Grouping, Report, TOP_K, curves::mean},
    preset::{Difference, differences},
    run::{
        Changes, RunInfo, RunStatus, RunView,
        export::{Format, PlotKind},
    },
    setting_def::Choice,
    text::{self, Lang, decimal, percent, say},
    ui::{
        Action, Cx, icon,
        page::Page,
        theme::{self, Theme},
        widget::{
            button::{Button, icon_button, link},
            card::{Card, header},
            choice::menu_item,
            notice,
            rename::Rename,
            scroll, strip,
        },
    },
};
use counted::Counted;
pub use facets::Facets;
use judged::PicturesAction;
use viewing::Viewing;

/// What the page remembers.
#[derive(Default)]
pub struct State {
    shown: Option<Shown>,
    /// The pictures that fill the page, if they do.
    pictures: Option<facets::Pictures>,
    viewing: Option<Viewing>,
    cards: cards::State,
    /// What was found in the open data set.
    data: labels::Compared,
    /// The run's name while it is being changed.
    rename: Option<Rename>,
}

/// The report that is shown, at the threshold and temperature that the user tries.
struct Shown {
    view: Arc<RunView>,
    report: Report,
    /// On the scale that is shown.
    threshold: f64,
    /// What is counted at that threshold.
    counted: Counted,
    /// Of two classes those of the second, of more each against the rest.
    curves: Vec<Curves>,
    /// The means of the curves' areas and average precisions.
    mean_area: Option<f64>,
    mean_precision: Option<f64>,
    /// Of more than two classes: what each threshold for "not sure" leaves.
    coverage: Vec<CoveragePoint>,
    /// Of more than two classes: in the order of what is mixed up.
    likeness: Vec<usize>,
    /// Of two classes, the best macro F1 on the validation part.
    best: Option<Best>,
    fitted: f64,
    /// Of years, what is drawn of them.
    years: Option<years::Years>,
    /// Which pictures or labels are others now than when the run began.
    changed: Option<Changes>,
}

impl Shown {
    fn new(view: &Arc<RunView>, report: &Report) -> Self {
        // Years have none of what classes have.
        let of_years = report.task.is_regression();
        let several = !report.is_binary() && !of_years;
        let curves = if of_years { Vec::new() } else { report.one_vs_rest() };
        let counted = Counted::of(report, report.threshold);
        Self {
            mean_area: mean(&curves, |curves| curves.auc),
            mean_precision: mean(&curves, |curves| curves.average_precision),
            coverage: if several { report.coverage() } else { Vec::new() },
            likeness: if several { counted.confusion.by_likeness() } else { Vec::new() },
            counted,
            view: Arc::clone(view),
            report: report.clone(),
            threshold: report.threshold,
            curves,
            best: report.best_f1(F1Of::Macro).filter(|_| report.is_binary()),
            // Without pictures to fit it on, the one that the answers came with.
            fitted: if report.validation.is_empty() { report.temperature } else { report.fitted_temperature() },
            years: years::Years::of(report),
            changed: None,
        }
    }

    /// Tries another temperature; what was called which class stays. Does nothing where no threshold keeps it.
    fn set_temperature(&mut self, temperature: f64) {
        let Some(threshold) = self.report.threshold_after(temperature, self.threshold) else { return };
        (self.report.temperature, self.threshold) = (temperature, threshold);
        self.curves = self.report.one_vs_rest();
        self.mean_area = mean(&self.curves, |curves| curves.auc);
        self.mean_precision = mean(&self.curves, |curves| curves.average_precision);
        if self.report.is_binary() {
            self.best = self.report.best_f1(F1Of::Macro);
        } else {
            self.coverage = self.report.coverage();
        }
    }

    /// Counts anew what another threshold or temperature calls otherwise.
    fn count(&mut self) {
        if !self.counted.is_of(&self.report, self.threshold) {
            self.counted = Counted::of(&self.report, self.threshold);
        }
    }

    /// Whether threshold and temperature are those that are kept with the run.
    fn kept(&self) -> bool {
        self.view.report.as_ref().is_some_and(|kept| {
            // Close to an end small differences are large ones.
            let near = 1e-6 * kept.threshold.min(1.0 - kept.threshold);
            (kept.threshold - self.threshold).abs() <= near && (kept.temperature - self.report.temperature).abs() < 1e-9
        })
    }

    /// Macro F1 on the validation part, at the threshold that is tried.
    fn validation_f1(&self) -> f64 {
        self.counted.validation_f1(&self.report, self.threshold)
    }

    /// The best threshold, where it is better than the one that is tried.
    fn better(&self) -> Option<Best> {
        self.best.filter(|best| best.threshold != self.threshold && best.f1 > self.validation_f1() + 1e-9)
    }

    fn task(&self) -> &Task {
        &self.report.task
    }
}

/// The groupings that the page offers.
const GROUPINGS: [Grouping; 4] = [Grouping::AGE, Grouping::RACE, Grouping::CLASS, Grouping::CROSSED];

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let Some(view) = cx.session.run.clone() else {
        return nothing(ui, cx);
    };
    let Some(report) = &view.report else {
        return not_evaluated(ui, cx, &view);
    };
    let same = state.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(&shown.view, &view));
    if !same {
        let other = state.shown.as_ref().is_some_and(|shown| shown.view.info.id != view.info.id);
        if other {
            state.pictures = None;
        }
        // The same run may have been evaluated anew, on other pictures.
        if let Some(open) = &mut state.pictures {
            open.find_again();
        }
        let before = state.shown.take().filter(|before| !other && before.report.validation.is_empty());
        let mut shown = Shown::new(&view, report);
        // A temperature that was switched off for good can still be switched on again.
        if let Some(before) = before.filter(|_| report.validation.is_empty() && shown.fitted == 1.0) {
            shown.fitted = before.fitted;
        }
        state.shown = Some(shown);
    }
    let Some(shown) = &mut state.shown else { return };
    shown.changed = state.data.changes(cx, &view);
    shown.count();
    if viewing::show(ui, cx, shown, &mut state.viewing) {
        return;
    }
    if let Some(open) = &mut state.pictures {
        let asked = pictures::show(ui, cx, shown, open);
        return turn(ui, state, asked);
    }
    strip::show_and_rename(ui, cx, &shown.view.info, &mut state.rename);
    title(ui, cx, shown);
    reservations(ui, cx.lang, shown);
    labels::repeated(ui, cx, &shown.view);
    stale(ui, cx, shown);
    if shown.years.is_some() {
        let asked = years::show(ui, cx, shown, &mut state.cards);
        return turn(ui, state, asked);
    }
    let asked = cards::show(ui, cx, shown, &mut state.cards);
    if !shown.counted.is_of(&shown.report, shown.threshold) {
        // A card has tried another threshold: those before it follow in the next frame.
        ui.request_repaint();
    }
    turn(ui, state, asked);
}

/// Goes where the pictures lead.
fn turn(ui: &Ui, state: &mut State, asked: Option<PicturesAction>) {
    match (asked, &state.shown) {
        (Some(PicturesAction::Back), _) => state.pictures = None,
        (Some(PicturesAction::Narrow(facets)), _) => state.pictures = Some(facets::Pictures::new(facets)),
        (Some(PicturesAction::Open(list, validation, at, back)), Some(shown)) => {
            state.viewing = Some(Viewing::open(ui, shown, (list, validation), at, back));
        }
        _ => {}
    }
}

fn nothing(ui: &mut Ui, cx: &mut Cx<'_>) {
    let lang = cx.lang;
    header(ui, Page::Results.name().get(lang), "", |_| {});
    Card::new().fill().show(ui, |ui| {
        let title = say("No results yet", "Pas encore de résultats").get(lang);
        let text = say(
            "Once a training is over, it is evaluated on the test pictures, and the result appears here",
            "Une fois l’entraînement fini, il est évalué sur les images de test, et le résultat s’affiche ici",
        );
        notice::empty(ui, icon::TARGET, title, text.get(lang), |ui| super::predict::go_on(ui, cx));
    });
}

fn not_evaluated(ui: &mut Ui, cx: &mut Cx<'_>, view: &RunView) {
    let lang = cx.lang;
    strip::show(ui, cx, &view.info);
    let info = cx.session.info_of(&view.info.id).unwrap_or(&view.info);
    header(ui, Page::Results.name().get(lang), info.name(lang), |_| {});
    if !info.stored.weights {
        return nothing_learned(ui, cx, info);
    }
    if view.info.committee.is_some() {
        return no_pictures(ui, cx, view);
    }
    Card::new().fill().show(ui, |ui| {
        let title = match view.outdated {
            true => {
                say("The results of this run are of earlier weights", "Les résultats de cet essai sont ceux de poids antérieurs")
            }
            false => say("This run has not been evaluated yet", "Cet essai n’a pas encore été évalué"),
        };
        let text = say(
            "Evaluation looks once at every test picture with the best weights; it takes less than a minute",
            "L’évaluation regarde une fois chaque image de test avec les meilleurs poids ; elle prend moins d’une minute",
        );
        notice::empty(ui, icon::TARGET, title.get(lang), text.get(lang), |ui| {
            let evaluate = Button::primary(say("Evaluate now", "Évaluer maintenant").get(lang)).enabled(!cx.session.phase.busy());
            if ui.add(evaluate).clicked() {
                cx.act(Action::Evaluate { run: view.info.id.clone(), mirrored: None });
            }
        });
    });
}

/// A committee whose members have no test pictures in common: another folder can evaluate it.
fn no_pictures(ui: &mut Ui, cx: &mut Cx<'_>, view: &RunView) {
    let lang = cx.lang;
    Card::new().fill().show(ui, |ui| {
        let title = say("This committee has no pictures of its own", "Ce comité n’a pas d’images à lui");
        let text = say(
            "No picture is in the test part of every member; a folder of other pictures tells how good it is",
            "Aucune image n’est dans la partie test de tous les membres ; un dossier d’autres images dira ce qu’il vaut",
        );
        notice::empty(ui, icon::USERS, title.get(lang), text.get(lang), |ui| {
            let evaluate = Button::primary(say("Evaluate on another folder…", "Évaluer sur un autre dossier…").get(lang));
            if ui.add(evaluate.icon(icon::FOLDER_SEARCH).enabled(!cx.session.phase.busy())).clicked() {
                cx.act(Action::EvaluateFolder { run: view.info.id.clone() });
            }
        });
    });
}

/// A run without weights cannot be evaluated: why it has none, and the way on.
fn nothing_learned(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunInfo) {
    let lang = cx.lang;
    let text = match run.status {
        RunStatus::Training => say(
            "Its first epoch is not done yet; it is evaluated once its training is over",
            "Sa première époque n’est pas finie ; il sera évalué à la fin de son entraînement",
        ),
        RunStatus::Paused => say(
            "It was interrupted before its first epoch was done: nothing is kept of what it learned",
            "Il a été interrompu avant la fin de sa première époque : rien n’est gardé de ce qu’il a appris",
        ),
        RunStatus::Finished => say("Its weights no longer exist", "Ses poids n’existent plus"),
    };
    Card::new().fill().show(ui, |ui| {
        let title = say("There is nothing to evaluate in this run", "Il n’y a rien à évaluer dans cet essai").get(lang);
        notice::empty(ui, icon::TARGET, title, text.get(lang), |ui| {
            notice::row(ui, |ui| {
                let free = !cx.session.phase.busy();
                if run.status == RunStatus::Paused {
                    let go_on = say("Resume training", "Reprendre l’entraînement").get(lang);
                    if ui.add(Button::primary(go_on).icon(icon::PLAY).enabled(free)).clicked() {
                        cx.act(Action::Resume { run: run.id.clone(), more: 0 });
                    }
                }
                if ui.add(Button::secondary(Page::Runs.name().get(lang)).trailing(icon::ARROW_RIGHT)).clicked() {
                    cx.act(Action::Go(Page::Runs));
                }
            });
        });
    });
}

fn title(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown) {
    let lang = cx.lang;
    let [headline, mut line] = match &mut shown.years {
        Some(years) => years.head(&shown.report, lang),
        None => shown.counted.head(&shown.report, shown.threshold, lang),
    };
    let shown = &*shown;
    let run = shown.view.info.id.clone();
    let of_years = shown.task().is_regression();
    if !of_years {
        // The F1 of each class stands in the card of the scores.
        let f1 = score(lang, shown.counted.scores.macro_average.f1);
        line += &format!(" · F1\u{a0}macro\u{a0}{f1}");
    }
    if let Some(top_k) = shown.counted.top_k {
        let among = match lang {
            Lang::En => format!("among its {TOP_K} likeliest"),
            Lang::Fr => format!("parmi ses {TOP_K} plus probables"),
        };
        line += &format!(" · {among}\u{a0}{}", percent(lang, top_k.share(), 1));
    }
    if !shown.kept() {
        line += " · ";
        line += &tried(lang, shown);
    }
    header(ui, &headline, &line, |ui| {
        if ui.add(Button::primary(Page::Predict.name().get(lang)).trailing(icon::ARROW_RIGHT)).clicked() {
            cx.act(Action::Go(Page::Predict));
        }
        let report = ui.add(Button::secondary(say("Report…", "Rapport…").get(lang)).icon(icon::FILE_TEXT));
        Popup::menu(&report).show(|ui| {
            ui.set_min_width(210.0);
            exports_as_kept(ui, lang, shown);
            let plain = say("Without faces…", "Sans visages…").get(lang);
            let faces = say("With the most confident mistakes…", "Avec les erreurs faites avec assurance…").get(lang);
            let about = say(
                "The report then shows faces and must not be passed on",
                "Le rapport montre alors des visages : à ne pas diffuser",
            );
            if menu_item(ui, None, plain).clicked() {
                cx.act(Action::Export { run: run.clone(), format: Format::Report, mistakes: false });
            }
            if menu_item(ui, Some(icon::IMAGES), faces).on_hover_text(about.get(lang)).clicked() {
                cx.act(Action::Export { run: run.clone(), format: Format::Report, mistakes: true });
            }
        });
        let export = ui.add(Button::secondary(say("Export…", "Exporter…").get(lang)).icon(icon::DOWNLOAD));
        Popup::menu(&export).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_min_width(190.0);
            scroll::menu(ui, |ui| export_lines(ui, cx, shown));
        });
        let more = icon_button(ui, icon::ELLIPSIS, say("More", "Autres actions").get(lang));
        Popup::menu(&more).show(|ui| {
            ui.set_min_width(190.0);
            scroll::menu(ui, |ui| more_lines(ui, cx, shown));
        });
    });
}

/// That the screen shows a threshold that is only tried.
fn tried(lang: Lang, shown: &Shown) -> String {
    let threshold = text::threshold(lang, shown.threshold);
    match lang {
        Lang::En => format!("trying threshold {threshold}, not saved"),
        Lang::Fr => format!("seuil provisoire {threshold}"),
    }
}

/// What exports are about where it is another folder, and at which threshold they are made where it is not the one on the screen.
fn exports_as_kept(ui: &mut Ui, lang: Lang, shown: &Shown) {
    if let Some(source) = &shown.view.elsewhere {
        let source = source.name();
        let text = match lang {
            Lang::En => format!("Report, card, predictions and plots are about “{}”, as shown", source.en),
            Lang::Fr => {
                format!("Rapport, fiche, prédictions et graphiques portent sur «\u{a0}{}\u{a0}», comme à l’écran", source.fr)
            }
        };
        ui.add(egui::Label::new(theme::caption(text).color(Theme::of(ui).text2)).wrap());
    }
    let Some(kept) = shown.view.report.as_ref().filter(|_| !shown.kept()) else { return };
    let t = Theme::of(ui);
    let kept = text::threshold(lang, kept.threshold);
    let text = match lang {
        Lang::En => format!("At the saved threshold {kept}; “Use for predictions” saves the one being tried"),
        Lang::Fr => format!("Au seuil enregistré {kept} ; « Utiliser pour prédire » enregistre le seuil provisoire"),
    };
    ui.add(egui::Label::new(theme::caption(text).color(t.validation)).wrap());
}

fn export_lines(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown) {
    let (lang, run) = (cx.lang, &shown.view.info.id);
    exports_as_kept(ui, lang, shown);
    let alone = shown.view.info.committee.is_none();
    let offered = |format: &&Format| **format != Format::Report && (alone || !format.is_of_one_network());
    for format in Format::ALL.iter().filter(offered) {
        let line = menu_item(ui, None, format.name().get(lang)).on_hover_text(format.about().get(lang));
        if line.clicked() {
            cx.act(Action::Export { run: run.clone(), format: *format, mistakes: false });
        }
    }
    ui.separator();
    super::tables_line::show(ui, cx);
}

/// What else can be done with the run: evaluating it anew, and its folder.
fn more_lines(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown) {
    let (lang, run) = (cx.lang, &shown.view.info.id);
    let other = say("Evaluate on another folder…", "Évaluer sur un autre dossier…").get(lang);
    if menu_item(ui, Some(icon::FOLDER_SEARCH), other).clicked() {
        cx.act(Action::EvaluateFolder { run: run.clone() });
    }
    let mirrored = shown.report.mirrored;
    let again = match mirrored {
        false => say("Evaluate with mirror images", "Évaluer avec les miroirs"),
        true => say("Evaluate without mirror images", "Évaluer sans les miroirs"),
    };
    let about = say(
        "Evaluates the test part again, each picture with its mirror image or alone; predictions follow",
        "Évalue de nouveau la partie test, chaque image avec son miroir ou seule ; les prédictions suivent",
    );
    if menu_item(ui, Some(icon::REFRESH_CW), again.get(lang)).on_hover_text(about.get(lang)).clicked() {
        cx.act(Action::Evaluate { run: run.clone(), mirrored: Some(!mirrored) });
    }
    if menu_item(ui, Some(icon::FOLDER_OPEN), say("Open its folder", "Ouvrir son dossier").get(lang)).clicked() {
        cx.act(Action::OpenPath(shown.view.folder.clone()));
    }
}

/// What keeps the result from saying how good the run is on new pictures.
fn reservations(ui: &mut Ui, lang: Lang, shown: &mut Shown) {
    let t = Theme::of(ui);
    for text in shown.view.info.committee_notes(lang) {
        notice::note(ui, icon::USERS, t.text2, &text);
    }
    for text in shown.counted.reservations(&shown.report, shown.threshold, lang) {
        notice::note(ui, icon::TRIANGLE_ALERT, t.validation, text);
    }
}

/// What has changed since the run was trained.
fn stale(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let run = &shown.view;
    let data = shown.changed.is_some();
    let differing = differences(&run.settings, cx.settings);
    let options = !differing.is_empty();
    let mut since = Vec::new();
    if let Some(changes) = shown.changed {
        let words = changes.words(lang);
        since.push(match (words.is_empty(), lang) {
            (true, Lang::En) => "Pictures or labels have changed since this run".to_owned(),
            (true, Lang::Fr) => "Images ou étiquettes modifiées depuis cet essai".to_owned(),
            (false, Lang::En) => format!("Data changes since this run: {}", words.join(", ")),
            (false, Lang::Fr) => format!("Changements des données depuis cet essai\u{a0}: {}", words.join(", ")),
        });
    }
    if options {
        let names = named(&differing, lang);
        since.push(match lang {
            Lang::En => format!("Your settings differ from this run’s: {names}"),
            Lang::Fr => format!("Vos réglages diffèrent de ceux de cet essai\u{a0}: {names}"),
        });
    }
    // A committee has no settings of its own, and is not trained.
    if since.is_empty() || run.info.committee.is_some() {
        return;
    }
    let text = since.join(" · ");
    // Close to the line that it is about.
    ui.add_space(-14.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        // The words give way to the links.
        let links = if options { 260.0 } else { 110.0 };
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - links).max(80.0));
            notice::note(ui, icon::CLOCK, t.validation, &text);
        });
        if link(ui, say("Train again", "Réentraîner").get(lang)).clicked() {
            cx.act(if data { Action::TrainAgain(run.info.id.clone()) } else { Action::Go(Page::Training) });
        }
        if options && link(ui, say("Use this run’s settings", "Reprendre ses réglages").get(lang)).clicked() {
            cx.act(Action::TakeSettings(run.info.id.clone()));
        }
    });
    ui.add_space(2.0);
}

/// The user's options that differ, as they are now, the first three of them. What has an effect in one of the two alone
/// follows from another that is told.
fn named(differing: &[Difference], lang: Lang) -> String {
    const SHOWN: usize = 3;
    let differing: Vec<&Difference> = differing.iter().filter(|difference| difference.is_of_values()).collect();
    let mut names: Vec<String> = differing.iter().take(SHOWN).map(|difference| difference.words(lang)).collect();
    if differing.len() > SHOWN {
        let more = differing.len() - SHOWN;
        names.push(match lang {
            Lang::En => format!("{more} more"),
            Lang::Fr => format!("{more} de plus"),
        });
    }
    names.join(", ")
}

/// The button in a card's title line that saves its plot as a picture.
fn save_button(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, plot: PlotKind, title: &str) {
    if asks_to_save(ui, cx.lang, title) {
        cx.act(save(shown, plot));
    }
}

fn asks_to_save(ui: &mut Ui, lang: Lang, title: &str) -> bool {
    let name = format!("{}, {title}", say("Save the plot", "Enregistrer le graphique").get(lang));
    icon_button(ui, icon::DOWNLOAD, &name).clicked()
}

fn save(shown: &Shown, plot: PlotKind) -> Action {
    Action::SavePlot { plot, threshold: shown.threshold, temperature: shown.report.temperature }
}

/// A share or score with three places.
fn score(lang: Lang, value: f64) -> String {
    decimal(lang, value, 3)
}
