//! Movement: brief as a rule, none where the user or the system asks for none. Nothing in the window moves but by what is set
//! here.

use std::mem;

use egui::{Color32, Context, Event, MouseWheelUnit, RawInput, Rect, Style, TouchPhase, Ui, style::ScrollAnimation, vec2};

use super::icon;

/// Seconds of every movement, where there is any.
pub const SECONDS: f32 = 0.12;

/// Fades, switches and scrolling take [`SECONDS`], or none of it moves any more if all is to be `still`.
pub fn set(ctx: &Context, still: bool) {
    ctx.all_styles_mut(|style| apply(style, still));
}

/// As [`set`], of one style.
pub(super) fn apply(style: &mut Style, still: bool) {
    style.animation_time = if still { 0.0 } else { SECONDS };
    style.scroll_animation = if still { ScrollAnimation::none() } else { ScrollAnimation::duration(SECONDS) };
}

/// Whether nothing is to move.
pub fn is_still(ctx: &Context) -> bool {
    ctx.global_style().animation_time <= 0.0
}

/// A mark in the middle of `place` that its picture is still being computed: it turns, or is an hourglass where nothing moves.
pub fn busy(ui: &Ui, place: Rect, color: Color32) {
    const SIZE: f32 = 28.0;
    let place = Rect::from_center_size(place.center(), vec2(SIZE, SIZE));
    if is_still(ui) {
        icon::HOURGLASS.paint(ui.painter(), place, SIZE, color);
    } else {
        egui::Spinner::new().color(color).paint_at(ui, place);
    }
}

/// Takes the steps of a mouse wheel at once where nothing is to move: egui spreads them over several frames.
pub struct Wheel;

impl egui::Plugin for Wheel {
    fn debug_name(&self) -> &'static str {
        "wheel"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        if !is_still(ctx) {
            return;
        }
        let line = ctx.options(|options| options.input_options.line_scroll_speed);
        let page = ctx.content_rect().height();
        input.events = mem::take(&mut input.events).into_iter().flat_map(|event| at_once(event, line, page)).collect();
    }
}

/// `event`, or of the turn of a wheel the small steps that egui takes as they come. A `line` and a `page` have so many points.
fn at_once(event: Event, line: f32, page: f32) -> Vec<Event> {
    /// Points of the largest step; egui spreads those from 8 on (`WheelState::on_wheel_event`).
    const STEP: f32 = 7.5;
    /// More steps than the turn of any wheel has.
    const MOST: f32 = 1000.0;
    let Event::MouseWheel { unit, delta, phase: phase @ TouchPhase::Move, source, modifiers } = event else {
        return vec![event];
    };
    let points = delta
        * match unit {
            MouseWheelUnit::Point => 1.0,
            MouseWheelUnit::Line => line,
            MouseWheelUnit::Page => page,
        };
    let steps = (points.length() / STEP).ceil().clamp(1.0, MOST);
    let step = Event::MouseWheel { unit: MouseWheelUnit::Point, delta: points / steps, phase, source, modifiers };
    vec![step; steps as usize]
}
