//! What to try next, once a training is over: one sentence from its curves, and a way to do it.

use egui::Ui;

use super::words::{BY_HEART, LEARNED, TREND};
use crate::{
    history::StopReason,
    preset::Preset,
    schedule::ScheduleKind,
    session::Training,
    text::{Lang, LocalizedText, Phrase, plural, say},
    ui::{
        Action, Cx, icon,
        page::Page,
        theme::{self, Theme},
        widget::button::Button,
    },
};

/// What may make the next training better.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    pub text: LocalizedText,
    /// The button's words, and what it asks for.
    pub way: Option<(Phrase, Action)>,
}

/// What the curves of a finished training of so many classes (of years: none) suggest; `None` where they suggest nothing.
pub fn advice(training: &Training, classes: usize) -> Option<Advice> {
    let reason = training.stopped?;
    if reason == StopReason::Diverged {
        return Some(Advice {
            text: say(
                "The learning rate was too high for this network: train again with a tenth of it",
                "Le taux d’apprentissage était trop élevé pour ce réseau\u{a0}: recommencez avec un dixième",
            )
            .into(),
            way: None,
        });
    }
    let (best, last) = (training.best()?, training.history.last()?);
    let by_accuracy = last.mae.is_none();
    if by_accuracy && training.history.len() >= TREND && best.validation_accuracy < LEARNED / classes.max(2) as f64 {
        return Some(Advice {
            text: say(
                "It is hardly better than guessing: a higher learning rate, more epochs or more filters may help",
                "Il fait à peine mieux que le hasard\u{a0}: un taux plus élevé, plus d’époques ou plus de filtres peuvent aider",
            )
            .into(),
            way: Some((say("Go to Model", "Aller à Modèle"), Action::Go(Page::Model))),
        });
    }
    // Where the rate has fallen to nothing, the last epochs are the best, and more of them would learn nothing.
    let fell = matches!(training.settings.train.schedule.kind, ScheduleKind::Cosine | ScheduleKind::OneCycle);
    let ended = matches!(reason, StopReason::AllEpochs | StopReason::TimeLimit | StopReason::ByUser);
    if ended && best.epoch == last.epoch && !fell {
        return Some(Advice {
            text: say(
                "Its last epoch was its best: it may not have learned all it can",
                "La dernière époque est la meilleure\u{a0}: il n’a peut-être pas fini d’apprendre",
            )
            .into(),
            way: Some((
                say("Train 10 more epochs", "10 époques de plus"),
                Action::Resume { run: training.run.clone(), more: 10 },
            )),
        });
    }
    // Where all is right, nothing makes it more so.
    if by_accuracy && best.validation_accuracy >= 1.0 {
        return None;
    }
    if Preset::of(&training.settings) == Some(Preset::Quick) {
        return Some(Advice {
            text: say(
                "The Recommended recipe is slower and usually more accurate",
                "La recette Recommandé est plus lente et en général plus exacte",
            )
            .into(),
            way: Some((say("Use Recommended", "Passer à Recommandé"), Action::Recipe(Preset::Recommended))),
        });
    }
    let points = ((best.train_accuracy - best.validation_accuracy) * 100.0).round();
    if by_accuracy && points > BY_HEART * 100.0 {
        return Some(Advice {
            text: LocalizedText::by(|lang| {
                let points = plural(lang, points as u64, say("point", "point"), say("points", "points"));
                match lang {
                    Lang::En => {
                        format!("{points} better on the pictures it learned from: more augmentation or dropout narrows that")
                    }
                    Lang::Fr => {
                        format!(
                            "{points} de mieux sur les images d’entraînement\u{a0}: plus d’augmentation ou de dropout réduit cet écart"
                        )
                    }
                }
            }),
            way: Some((say("Go to Augmentation", "Aller à Augmentation"), Action::Go(Page::Augmentation))),
        });
    }
    None
}

/// Draws it; whether what it asks for is a new training, whose options are to be seen.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, training: &Training, classes: usize) -> bool {
    let Some(Advice { text, way }) = advice(training, classes).filter(|_| !cx.session.phase.busy()) else { return false };
    let mut again = false;
    let t = Theme::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(icon::LIGHTBULB.text(15.0).color(t.accent));
        let button = way.as_ref().map(|(name, _)| Button::secondary(name.get(cx.lang)).compact());
        // The words give way to the button.
        let taken = button.as_ref().map_or(0.0, |button| button.width(ui) + 16.0);
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - taken).max(80.0));
            ui.add(egui::Label::new(theme::caption(text.get(cx.lang)).color(t.text2)).wrap());
        });
        if let (Some(button), Some((_, action))) = (button, way)
            && ui.add(button).clicked()
        {
            again = matches!(action, Action::Recipe(_));
            cx.act(action);
        }
    });
    again
}
