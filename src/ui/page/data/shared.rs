//! What parts share: said where the parts are shown and before training starts, with the ways on.

use egui::Ui;

use crate::{
    data::split::SplitSettings,
    plan::Plan,
    text::{Lang, plural, say},
    ui::{
        icon,
        theme::{self, Theme},
        widget::{
            button::{Button, link},
            notice,
        },
    },
};

/// Whether there is anything to say.
pub fn says_something(plan: &Plan) -> bool {
    !plan.overlap.is_empty() || plan.split.dropped > 0
}

/// Warns of pictures that two parts share and offers to mend it; says what was left out for that. `split` is the draft's.
pub fn show(ui: &mut Ui, lang: Lang, plan: &Plan, split: &mut SplitSettings) {
    let t = Theme::of(ui);
    for text in plan.overlap.sentences(lang) {
        notice::note(ui, icon::TRIANGLE_ALERT, t.bad, &text);
    }
    if !plan.overlap.is_empty() {
        ui.horizontal_wrapped(|ui| {
            let reason =
                say("Training or validation would lose a whole class", "L’entraînement ou la validation y perdrait une classe");
            let possible = plan.overlap.can_be_left_out(&plan.dataset, &plan.split.parts);
            let leave = Button::secondary(say("Leave them out of training", "Les écarter de l’entraînement").get(lang));
            let leave = leave.icon(icon::EYE_OFF).compact().unless((!possible).then(|| reason.get(lang)));
            let help = say(
                "What a later part has too is left out of training and validation; can be undone",
                "Ce qu’une part suivante a aussi est écarté de l’entraînement et de la validation ; réversible",
            );
            if ui.add(leave).on_hover_text(help.get(lang)).clicked() {
                split.drop_shared = true;
            }
            let anew =
                Button::secondary(say("Deal all pictures anew", "Tout répartir à nouveau").get(lang)).icon(icon::REFRESH_CW);
            let help = say(
                "Sets the folders’ parts aside: exact copies then stay in one part",
                "Laisse de côté les parts des dossiers : les copies exactes restent alors dans une même part",
            );
            if ui.add(anew.compact()).on_hover_text(help.get(lang)).clicked() {
                split.use_given = false;
            }
        });
        return;
    }
    let dropped = plan.split.dropped as u64;
    if dropped > 0 {
        let one = say("picture is left out: a later part has it too", "image est écartée : une part suivante l’a aussi");
        let more =
            say("pictures are left out: a later part has them too", "images sont écartées : une part suivante les a aussi");
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::caption(plural(lang, dropped, one, more)).color(t.text2));
            if link(ui, say("Take them back", "Les reprendre").get(lang)).clicked() {
                split.drop_shared = false;
            }
        });
    }
}
