//! Every run of an experiment, with how far it is.

use std::sync::Arc;

use egui::{Galley, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::live::Live;
use crate::{
    experiment::{ExperimentView, MemberState, MemberView},
    session::Phase,
    text::{Lang, duration, plural, say},
    ui::{
        Action, Cx, icon,
        theme::{self, RADIUS_FIELD, Theme, size},
        widget::{
            bar,
            button::focus_ring,
            card::Card,
            fitted::{fitted, fitted_ends},
            notice,
        },
    },
};

/// Height of a member's two lines.
const LINE: f32 = 34.0;

/// Every run, with how far it is.
pub fn members(ui: &mut Ui, cx: &mut Cx<'_>, view: &Arc<ExperimentView>, live: Option<&Live<'_>>) {
    let lang = cx.lang;
    let mut open = None;
    Card::titled(say("Runs", "Essais").get(lang)).fill().show(ui, |ui| {
        if view.cancelled && live.is_none() {
            let text = say("It was cancelled and can be resumed", "Elle a été annulée et peut être reprise");
            notice::note(ui, icon::INFO, Theme::of(ui).text2, text.get(lang));
        }
        if let Some(halving) = &view.experiment.halving {
            let text = halving.words(view.experiment.variants.len(), lang);
            ui.add(egui::Label::new(theme::caption(text).color(Theme::of(ui).text2)).wrap());
        }
        let waits = view.waits();
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut area = ScrollArea::vertical().min_scrolled_height(0.0).auto_shrink([false, false]);
        // What is trained stays in sight until somebody scrolls.
        let scrolled = ui.scope_id().with(("scrolled", &view.experiment.id));
        // Asked before the list takes the wheel for itself.
        let scrolls = ui.rect_contains_pointer(ui.available_rect_before_wrap().expand2(vec2(16.0, 0.0)))
            && ui.input(|input| input.smooth_scroll_delta().y != 0.0 || input.pointer.primary_down());
        let follows = !scrolls && !ui.data(|data| data.get_temp(scrolled).unwrap_or(false));
        if let Some(live) = live.filter(|_| follows) {
            let most = (view.members.len() as f32 * LINE - ui.available_height()).max(0.0);
            area = area.vertical_scroll_offset((live.member as f32 * LINE - ui.available_height() / 2.0).clamp(0.0, most));
        }
        area.show_rows(ui, LINE, view.members.len(), |ui, range| {
            for place in range {
                let now = live.filter(|live| live.member == place);
                if member_line(ui, cx, view, (place, waits[place]), now) {
                    open = view.members[place].run.as_ref().map(|run| run.id.clone());
                }
            }
        });
        ui.data_mut(|data| match live {
            Some(_) => {
                data.insert_temp(scrolled, !follows);
            }
            None => data.remove::<bool>(scrolled),
        });
    });
    if let Some(run) = open {
        cx.act(Action::OpenRun(run));
    }
}

/// A run's place among the members, and at which epoch it waits for the others.
type Placed = (usize, Option<u32>);

/// One run; whether it is clicked.
fn member_line(ui: &mut Ui, cx: &Cx<'_>, view: &ExperimentView, (place, waits): Placed, live: Option<&Live<'_>>) -> bool {
    let (lang, t, member) = (cx.lang, Theme::of(ui), &view.members[place]);
    let opens = member.run.as_ref().is_some_and(|run| run.scores.is_some());
    let sense = if opens { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), sense);
    let score = member.score().map(|value| view.metric().text(lang, value));
    let state = state(lang, (member, waits), live, cx.session.phase);
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
    let (upper, lower) = (rect.center().y - 7.0, rect.center().y + 8.5);
    let (left, right) = (rect.left() + 30.0, rect.right() - 8.0);
    symbol.paint(ui.painter(), Rect::from_center_size(pos2(rect.left() + 12.0, rect.center().y), vec2(16.0, 16.0)), 15.0, tint);
    let put = |middle: f32, galley: Arc<Galley>, color| {
        ui.painter().galley(pos2(left, middle - galley.size().y / 2.0), galley, color);
    };
    let goes = live.is_some() || matches!(member.state, MemberState::Paused | MemberState::Training);
    // In a narrow card the name, which ends with what tells runs apart, has the room.
    let wide = if rect.width() < 420.0 { 56.0 } else { 108.0 };
    let beside = match (goes, &score) {
        (true, _) => wide + 12.0,
        (false, Some(_)) => 84.0,
        (false, None) => 0.0,
    };
    let name = fitted_ends(ui, member.label.get(lang), &theme::medium(size::TABLE), t.text, right - beside - left);
    put(upper, name, t.text);
    put(lower, fitted(ui, &state, theme::regular(size::CAPTION), t.text2, right - left), t.text2);
    if goes {
        let share = live.map_or(member.progress(), |live| live.share.map_or(0.0, f64::from));
        let rail = Rect::from_min_size(pos2(right - wide, upper - 3.0), vec2(wide, 6.0));
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rail));
        bar::progress(&mut child, member.label.get(lang), Some(share as f32), rail.width());
    } else if let Some(score) = score {
        let galley = fitted(ui, &score, theme::semibold(size::TABLE), t.text, 80.0);
        ui.painter().galley(pos2(right - galley.size().x, rect.center().y - galley.size().y / 2.0), galley, t.text);
    }
    response.clicked()
}

/// Where a run stands, in words; of one that waits for others, at which epoch it `waits`.
fn state(lang: Lang, (member, waits): (&MemberView, Option<u32>), live: Option<&Live<'_>>, phase: Phase) -> String {
    if let Some(live) = live {
        let epoch = live.training.map(|training| (training.now.epoch, training.epochs));
        return match (phase, epoch) {
            (Phase::Paused, _) => say("paused", "en pause").get(lang).to_owned(),
            (Phase::Evaluating(_), _) => say("being evaluated", "en cours d’évaluation").get(lang).to_owned(),
            (_, Some((now, all))) => match lang {
                Lang::En => format!("epoch {now} of {all}"),
                Lang::Fr => format!("époque {now} sur {all}"),
            },
            _ => say("starting", "démarrage").get(lang).to_owned(),
        };
    }
    match &member.run {
        Some(run) if member.state == MemberState::Finished => {
            let time = duration(lang, run.seconds);
            let epochs = plural(lang, run.epochs_done.into(), say("epoch", "époque"), say("epochs", "époques"));
            format!("{epochs} · {time}")
        }
        _ => member.state_words(waits, lang),
    }
}
