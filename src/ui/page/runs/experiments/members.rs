//! Every run of an experiment, with how far it is.

use std::sync::Arc;

use egui::{Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::live::Live;
use crate::{
    experiment::{ExperimentView, MemberState, MemberView},
    session::Phase,
    text::{Lang, duration, percent, plural, say, years},
    ui::{
        Action, Cx, icon,
        theme::{self, RADIUS_FIELD, Theme, size},
        widget::{bar, button::focus_ring, card::Card, fitted::fitted, notice},
    },
};

/// Height of a member's line.
const LINE: f32 = 34.0;

/// Every run, with how far it is.
pub fn members(ui: &mut Ui, cx: &mut Cx<'_>, view: &Arc<ExperimentView>, live: Option<&Live<'_>>) {
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
            Lang::Fr => format!("arrêté dès l’époque {epoch}\u{a0}: d’autres étaient meilleurs"),
        },
    }
}
