//! What parts share: said where the parts are shown and before training starts, with the ways on.

use std::sync::Arc;

use egui::Ui;

use crate::{
    data::{
        duplicates::{DuplicateGroup, carried},
        overlap::look_alikes,
        split::SplitSettings,
    },
    plan::Plan,
    text::{Lang, plural, say},
    ui::{
        Cx, icon,
        theme::{self, Theme},
        widget::{
            button::{Button, link},
            notice,
        },
    },
};

/// Look-alikes across the parts, once they were looked for: counted anew only where something has changed.
#[derive(Default)]
pub struct Alike {
    /// The plan and the groups that it was counted for.
    of: [usize; 2],
    /// Test pictures that look like one of training's.
    count: usize,
    /// Whether folders name the parts.
    given: bool,
}

impl Alike {
    /// Counts for the plan of now.
    pub fn follow(&mut self, cx: &Cx<'_>) {
        let (Ok(plan), Some((then, groups))) = (cx.plan, &cx.session.near) else {
            *self = Self::default();
            return;
        };
        let of = [Arc::as_ptr(plan) as usize, groups.as_ptr() as usize];
        if self.of == of {
            return;
        }
        let count = |groups: &[DuplicateGroup]| {
            plan.overlap.alike(groups.iter().map(|group| group.samples.as_slice()), &plan.split.parts)
        };
        let count = match Arc::ptr_eq(then, &plan.dataset) {
            true => count(groups),
            false => count(&carried(groups, &then.pixels, &plan.dataset.pixels, &plan.dataset.samples)),
        };
        let given = plan.settings.split.use_given && plan.dataset.samples.iter().any(|sample| sample.given_part.is_some());
        *self = Self { of, count, given };
    }
}

/// Whether there is anything to say.
pub fn says_something(plan: &Plan, alike: &Alike) -> bool {
    !plan.overlap.is_empty() || plan.split.dropped > 0 || alike.count > 0
}

/// How many warnings that are.
pub fn warnings(plan: &Plan, alike: &Alike) -> usize {
    plan.overlap.sentences(Lang::En).len() + usize::from(alike.count > 0)
}

/// Warns of pictures that two parts share, or that look the same, and offers to mend it; says what was left out for that.
/// `split` is the draft's.
pub fn show(ui: &mut Ui, lang: Lang, plan: &Plan, alike: &Alike, split: &mut SplitSettings) {
    let t = Theme::of(ui);
    // A result that says little is no small matter: letters of the size of what it stands above.
    for text in plan.overlap.sentences(lang) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.label(icon::TRIANGLE_ALERT.text(17.0).color(t.bad));
            ui.add(egui::Label::new(egui::RichText::new(text).color(t.text)).wrap());
        });
    }
    if !plan.overlap.is_empty() {
        same(ui, lang, plan, split);
        ui.add_space(8.0);
    }
    if alike.count > 0 {
        notice::note(ui, icon::TRIANGLE_ALERT, t.validation, &look_alikes(lang, alike.count as u64));
        let (name, help) = match alike.given {
            true => (
                say("Leave look-alikes out of training", "Écarter les semblables de l’entraînement"),
                say(
                    "What looks like a picture of a later part is left out of training and validation; can be undone",
                    "Ce qui ressemble à une image d’une partie suivante est écarté de l’entraînement et de la validation ; réversible",
                ),
            ),
            false => (
                say("Keep look-alikes in one part", "Réunir les semblables"),
                say(
                    "Splits the pictures so that look-alikes are in one part; can be undone",
                    "Répartit les images pour que les semblables soient dans une même partie\u{a0}; réversible",
                ),
            ),
        };
        if ui.add(Button::secondary(name.get(lang)).icon(icon::SCAN_FACE).compact()).on_hover_text(help.get(lang)).clicked() {
            split.look_alikes = true;
            split.drop_shared |= alike.given;
        }
    }
    let dropped = plan.split.dropped as u64;
    if dropped > 0 {
        let (one, more) = match plan.settings.split.look_alikes {
            false => (
                say("picture is left out: a later part has it too", "image est écartée : une partie suivante l’a aussi"),
                say("pictures are left out: a later part has them too", "images sont écartées : une partie suivante les a aussi"),
            ),
            true => (
                say(
                    "picture is left out: a later part has one like it",
                    "image est écartée : une partie suivante a la même ou presque",
                ),
                say(
                    "pictures are left out: a later part has some like them",
                    "images sont écartées : une partie suivante a les mêmes ou presque",
                ),
            ),
        };
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::caption(plural(lang, dropped, one, more)).color(t.text2));
            if link(ui, say("Use them again", "Les réutiliser").get(lang)).clicked() {
                split.drop_shared = false;
            }
        });
    }
}

/// The ways on where parts share pictures.
fn same(ui: &mut Ui, lang: Lang, plan: &Plan, split: &mut SplitSettings) {
    ui.horizontal_wrapped(|ui| {
        let reason =
            say("Training or validation would lose a whole class", "L’entraînement ou la validation y perdrait une classe");
        let possible = plan.overlap.removable;
        let leave = Button::secondary(say("Leave them out of training", "Les écarter de l’entraînement").get(lang));
        let leave = leave.icon(icon::EYE_OFF).compact().unless((!possible).then(|| reason.get(lang)));
        let help = say(
            "What a later part has too is left out of training and validation; can be undone",
            "Ce qu’une partie suivante a aussi est écarté de l’entraînement et de la validation ; réversible",
        );
        if ui.add(leave).on_hover_text(help.get(lang)).clicked() {
            split.drop_shared = true;
        }
        let anew = Button::secondary(say("Split all pictures again", "Tout répartir à nouveau").get(lang)).icon(icon::REFRESH_CW);
        let help = say(
            "Ignores the folders’ parts: exact copies then stay in one part",
            "Laisse de côté les parties des dossiers : les copies exactes restent alors dans une même partie",
        );
        if ui.add(anew.compact()).on_hover_text(help.get(lang)).clicked() {
            split.use_given = false;
        }
    });
}
