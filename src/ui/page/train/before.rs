//! Before: ready or what is missing, the options, and the learning rate as it will be.

use egui::Ui;

use super::{State, rates, trial, words::not_ready};
use crate::{
    callback::early_stopping::EarlyStopping,
    data::sample::Part,
    plan::Plan,
    settings::TrainSettings,
    text::{self, Lang, bytes, capital, decimal, number, plural, say},
    ui::{
        Action, Cx, icon,
        page::{Page, data::shared, options, start},
        theme::{self, Theme},
        widget::{
            button::{Button, link},
            card::{Card, columns, header},
            notice, scroll,
            stack::{fixed, growing, stack},
        },
    },
};

/// Draws the page; gives whether the user wants the last training back.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) -> bool {
    let lang = cx.lang;
    let mut back = false;
    let sentence = say(
        "The model sees the training pictures again and again, and corrects itself after each batch",
        "Le modèle revoit sans cesse les images d’entraînement, et se corrige après chaque lot",
    );
    header(ui, Page::Training.name().get(lang), sentence.get(lang), |ui| {
        let start = Button::primary(say("Start training", "Lancer l’entraînement").get(lang)).icon(icon::PLAY);
        if ui.add(start.unless(not_ready(cx))).clicked() {
            cx.act(Action::Train);
        }
        if cx.session.training.is_some()
            && ui.add(Button::quiet(say("Back to the curves", "Revenir aux courbes").get(lang))).clicked()
        {
            back = true;
        }
    });
    state.alike.follow(cx);
    let height = ui.available_height();
    columns(ui, &[1.0, 356.0], height, |column, ui| {
        if column == 0 {
            // As high as it was drawn: what has to be mended takes more room to say than that all is well.
            let first = fixed(state.ready.clamp(LEAST, MOST));
            let rows = [first, fixed(trial::height(cx)), growing(206.0, 1.0)];
            stack(ui, &rows, |row, ui, height| match row {
                0 => readiness(ui, cx, state, height),
                1 => trial::show(ui, cx, height),
                _ => rates::show(ui, cx, &mut state.rates, height),
            });
        } else {
            settings(ui, cx, height);
        }
    });
    back
}

/// Height of the card that says whether all is ready, at least and at most.
const LEAST: f32 = 120.0;
const MOST: f32 = 420.0;
/// Its title line, and the room below that.
const ABOVE: f32 = 22.0 + 4.0 + 8.0;

fn readiness(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, height: f32) {
    let lang = cx.lang;
    ui.set_max_height(height);
    let ready = cx.plan.is_ok();
    let title = if ready { say("Ready", "Prêt") } else { say("Not ready", "Pas prêt") };
    let high = Card::titled(title.get(lang)).fill().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        // It scrolls where even the most room is too little.
        scroll::list(ui, |ui| ui.scope(|ui| said(ui, cx, &state.alike)).response.rect.height())
    });
    let high = high + ABOVE + 2.0 * theme::PADDING;
    if (high - state.ready).abs() > 0.5 {
        state.ready = high;
        ui.request_repaint();
    }
}

/// What the card says: what is going to happen, or what is missing.
fn said(ui: &mut Ui, cx: &mut Cx<'_>, alike: &shared::Alike) {
    let lang = cx.lang;
    match cx.plan {
        Ok(plan) => {
            shared::show(ui, lang, plan, alike, &mut cx.settings.split);
            facts(ui, lang, plan);
            beginning(ui, cx, plan);
        }
        Err([]) => missing(
            ui,
            cx,
            say("No pictures yet", "Pas encore d’images").get(lang),
            say("Open a folder, or try the sample faces", "Ouvrez un dossier, ou essayez les visages d’exemple").get(lang),
            None,
        ),
        Err(problems) => {
            for problem in problems {
                let page = problem.setting.as_deref().map_or(Page::Data, page_of);
                missing(ui, cx, problem.what.get(lang), problem.remedy.get(lang), Some(page));
                ui.add_space(4.0);
            }
        }
    }
}

/// The page on which a setting is found.
fn page_of(key: &str) -> Page {
    match key.split('.').next() {
        Some("augment") => Page::Augmentation,
        Some("model") => Page::Model,
        Some("train") => Page::Training,
        _ => Page::Data,
    }
}

fn missing(ui: &mut Ui, cx: &mut Cx<'_>, what: &str, remedy: &str, page: Option<Page>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    ui.horizontal_top(|ui| {
        ui.label(icon::CIRCLE_ALERT.text(17.0).color(t.bad));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add(egui::Label::new(theme::strong(what).color(t.text)).wrap());
            ui.add(egui::Label::new(egui::RichText::new(remedy).color(t.text2)).wrap());
            let page = page.unwrap_or(Page::Data);
            if page != Page::Training {
                let go = format!("{} {}", say("Go to", "Aller à").get(lang), page.name().get(lang));
                if link(ui, &go).clicked() {
                    cx.act(Action::Go(page));
                }
            }
        });
    });
}

/// What is going to happen, as short lines.
fn facts(ui: &mut Ui, lang: Lang, plan: &Plan) {
    let t = Theme::of(ui);
    let train = plan.indices(Part::Train).len() as u64;
    let validation = plan.indices(Part::Validation).len() as u64;
    let test = plan.indices(Part::Test).len() as u64;
    let settings = &plan.settings.train;
    let pictures = |n| plural(lang, n, say("picture", "image"), say("pictures", "images"));
    let steps = plural(lang, plan.steps_per_epoch.into(), say("batch", "lot"), say("batches", "lots"));
    let weights_of_classes = class_weights(lang, plan);
    let weights = plan.network.trained_values() as u64;
    let mut lines = vec![match lang {
        Lang::En => format!(
            "{} to train on, {} to validate, {} for the final test",
            pictures(train),
            number(lang, validation),
            number(lang, test)
        ),
        Lang::Fr => format!(
            "{} pour l’entraînement, {} pour la validation, {} pour le test final",
            pictures(train),
            number(lang, validation),
            number(lang, test)
        ),
    }];
    let [most, patience] = [settings.epochs, settings.callbacks.patience].map(|count| text::epochs(lang, count.into()));
    lines.push(match lang {
        Lang::En => format!("At most {most} of {steps}, {} each", pictures(u64::from(settings.batch_size).min(train))),
        Lang::Fr => format!("Au plus {most} de {steps} de {}", pictures(u64::from(settings.batch_size).min(train))),
    });
    lines.extend(repeated(lang, settings, train));
    let stops = EarlyStopping::default().stops_in(&settings.callbacks, 1, settings.epochs).is_some();
    lines.push(match lang {
        Lang::En if stops => format!("Stops early after {patience} without improvement"),
        Lang::Fr if stops => format!("S’arrête après {patience} sans progrès"),
        _ if settings.callbacks.early_stopping => say(
            "Runs all epochs: the patience is not below their number",
            "Toutes les époques\u{a0}: la patience n’est pas inférieure à leur nombre",
        )
        .get(lang)
        .to_owned(),
        _ => say("Runs all epochs: early stopping is off", "Toutes les époques\u{a0}: l’arrêt anticipé est désactivé")
            .get(lang)
            .to_owned(),
    });
    let memory = bytes(lang, crate::train::trial::memory(plan));
    lines.push(match lang {
        Lang::En => {
            format!(
                "{} parameters to learn, {} on disk; a step needs at least {memory}",
                number(lang, weights),
                bytes(lang, weights * 4)
            )
        }
        Lang::Fr => {
            format!(
                "{} paramètres à apprendre, {} sur le disque ; un pas demande au moins {memory}",
                number(lang, weights),
                bytes(lang, weights * 4)
            )
        }
    });
    lines.extend(weights_of_classes);
    for line in lines {
        ui.horizontal_top(|ui| {
            ui.label(icon::CHECK.text(15.0).color(t.good));
            ui.add(egui::Label::new(egui::RichText::new(line).color(t.text2)).wrap());
        });
    }
}

/// How often an epoch shows each of few pictures; nothing where it shows each once.
fn repeated(lang: Lang, settings: &TrainSettings, pictures: u64) -> Option<String> {
    let times = settings.shown(pictures as usize) / pictures.max(1) as f64;
    let count = decimal(lang, times, usize::from(times < 10.0));
    (settings.steps_per_epoch == 0 && times > 1.0).then(|| match lang {
        Lang::En => format!("Few pictures: an epoch shows each about {count} times"),
        Lang::Fr => format!("Peu d’images : une époque montre chacune environ {count} fois"),
    })
}

/// What is taken over from another run, or the offer to do so where there are few pictures.
fn beginning(ui: &mut Ui, cx: &mut Cx<'_>, plan: &Plan) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    match start::taken(cx, &plan.network) {
        Some(Ok(from)) => {
            ui.horizontal_top(|ui| {
                ui.label(icon::CHECK.text(15.0).color(t.good));
                ui.add(egui::Label::new(egui::RichText::new(capital(&from.words(lang))).color(t.text2)).wrap());
            });
        }
        Some(Err(problem)) => missing(ui, cx, problem.what.get(lang), problem.remedy.get(lang), Some(Page::Model)),
        None => {
            let Some(run) = start::offer(cx, plan) else { return };
            let few = say(
                "Few pictures: it is usually better to begin with what another run has learned",
                "Peu d’images\u{a0}: partir de ce qu’un autre essai a appris est souvent mieux",
            );
            notice::note(ui, icon::LAYERS, t.text3, few.get(lang));
            let name = run.name(lang);
            let go = match lang {
                Lang::En => format!("Start from “{name}”"),
                Lang::Fr => format!("Partir de «\u{a0}{name}\u{a0}»"),
            };
            if link(ui, &go).clicked() {
                cx.settings.model.start_from = run.id;
            }
        }
    }
}

/// The classes' factors in the loss, where they differ: of two both, of more the least and the greatest.
fn class_weights(lang: Lang, plan: &Plan) -> Option<String> {
    let weights = &plan.class_weights;
    let (least, most) =
        weights.iter().fold((f64::MAX, f64::MIN), |(least, most), weight| (least.min(*weight), most.max(*weight)));
    if weights.is_empty() || most - least <= 1e-9 {
        return None;
    }
    let value = |v: f64| decimal(lang, v, 3);
    Some(match (lang, weights.as_slice()) {
        (Lang::En, [zero, one]) => format!("Class weights {} and {}", value(*zero), value(*one)),
        (Lang::Fr, [zero, one]) => format!("Poids des classes {} et {}", value(*zero), value(*one)),
        (Lang::En, _) => format!("Class weights {} to {}", value(least), value(most)),
        (Lang::Fr, _) => format!("Poids des classes de {} à {}", value(least), value(most)),
    })
}

fn settings(ui: &mut Ui, cx: &mut Cx<'_>, height: f32) {
    ui.set_max_height(height);
    options::show(ui, cx, "train.", &[]);
}
