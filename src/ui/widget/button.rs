//! Buttons: one filled button a page, bordered ones beside it, quiet ones for the rest, and icons alone.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, Widget, WidgetInfo, pos2, vec2,
};

use crate::ui::{
    icon::Icon,
    theme::{self, Theme},
};

/// A button with a text and perhaps an icon before or behind it.
pub struct Button {
    kind: Kind,
    text: String,
    icon: Option<Icon>,
    trailing: Option<Icon>,
    enabled: bool,
    why: Option<String>,
    compact: bool,
    full_width: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Primary,
    Secondary,
    Quiet,
    Danger,
}

impl Button {
    /// The page's one filled button.
    pub fn primary(text: impl Into<String>) -> Self {
        Self::new(Kind::Primary, text)
    }

    /// A bordered button.
    pub fn secondary(text: impl Into<String>) -> Self {
        Self::new(Kind::Secondary, text)
    }

    /// A button without a border.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self::new(Kind::Quiet, text)
    }

    /// A bordered button for what cannot be taken back.
    pub fn danger(text: impl Into<String>) -> Self {
        Self::new(Kind::Danger, text)
    }

    fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), icon: None, trailing: None, enabled: true, why: None, compact: false, full_width: false }
    }

    /// An icon before the text.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// An icon behind the text.
    #[must_use]
    pub fn trailing(mut self, icon: Icon) -> Self {
        self.trailing = Some(icon);
        self
    }

    /// Whether it can be pressed.
    #[must_use]
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Disabled if there is a reason, which is shown when the pointer rests on it.
    #[must_use]
    pub fn unless(mut self, reason: Option<impl Into<String>>) -> Self {
        if let Some(reason) = reason {
            self.enabled = false;
            self.why = Some(reason.into());
        }
        self
    }

    /// A lower button, for use inside cards.
    #[must_use]
    pub fn compact(mut self) -> Self {
        self.compact = true;
        self
    }

    /// As wide as there is room.
    #[must_use]
    pub fn full_width(mut self) -> Self {
        self.full_width = true;
        self
    }

    /// How wide it is by its own, in points.
    pub fn width(&self, ui: &Ui) -> f32 {
        let icons = icon_width(self.icon) + icon_width(self.trailing);
        self.galley(ui).size().x + icons + 2.0 * self.height_and_pad().1
    }

    fn galley(&self, ui: &Ui) -> Arc<Galley> {
        let size = if self.compact { theme::size::TABLE } else { theme::size::BODY };
        ui.painter().layout_no_wrap(self.text.clone(), theme::medium(size), Color32::PLACEHOLDER)
    }

    fn height_and_pad(&self) -> (f32, f32) {
        if self.compact { (theme::FIELD, 10.0) } else { (theme::BUTTON, 14.0) }
    }

    fn draw(&self, ui: &mut Ui) -> Response {
        let t = Theme::of(ui);
        let (height, pad) = self.height_and_pad();
        let galley = self.galley(ui);
        let natural = self.width(ui);
        let content = natural - 2.0 * pad;
        let width = if self.full_width { ui.available_width().max(natural) } else { natural };
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &self.text));
        if ui.is_rect_visible(rect) {
            let (fill, stroke, color) = self.colors(t, &response);
            let radius = CornerRadius::same(theme::RADIUS_BUTTON);
            ui.painter().rect(rect, radius, fill, stroke, StrokeKind::Inside);
            focus_ring(ui, &response, rect, theme::RADIUS_BUTTON);
            let mut x = rect.center().x - content / 2.0;
            let icon = |icon: Option<Icon>, x: f32| {
                if let Some(icon) = icon {
                    let place = Rect::from_center_size(pos2(x + theme::size::ICON / 2.0, rect.center().y), Vec2::splat(20.0));
                    icon.paint(ui.painter(), place, theme::size::ICON, color);
                }
            };
            icon(self.icon, x);
            x += icon_width(self.icon);
            icon(self.trailing, x + galley.size().x + 8.0);
            ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, color);
        }
        response
    }

    fn colors(&self, t: &Theme, response: &Response) -> (Color32, Stroke, Color32) {
        let (over, down) = (response.hovered(), response.is_pointer_button_down_on());
        match self.kind {
            Kind::Primary => {
                let fill = if down {
                    mix(t.accent, t.text, 0.18)
                } else if over {
                    mix(t.accent, t.text, 0.1)
                } else {
                    t.accent
                };
                (fill, Stroke::NONE, t.on)
            }
            Kind::Secondary | Kind::Danger => {
                let fill = if down {
                    t.grid
                } else if over {
                    t.surface2
                } else {
                    t.surface
                };
                let stroke = Stroke::new(1.0, if over { mix(t.stroke, t.text3, 0.5) } else { t.stroke });
                (fill, stroke, if self.kind == Kind::Danger { t.bad } else { t.text })
            }
            Kind::Quiet => {
                let fill = if down || over { mix(t.surface2, t.text3, 0.12) } else { Color32::TRANSPARENT };
                (fill, Stroke::NONE, if over { t.text } else { t.text2 })
            }
        }
    }
}

/// The room of an icon beside a text.
fn icon_width(icon: Option<Icon>) -> f32 {
    if icon.is_some() { theme::size::ICON + 8.0 } else { 0.0 }
}

impl Widget for Button {
    fn ui(self, ui: &mut Ui) -> Response {
        let response = ui.add_enabled(self.enabled, |ui: &mut Ui| self.draw(ui));
        let response = heeded(ui, response, &self.text);
        match self.why {
            Some(why) => response.on_disabled_hover_text(why),
            None => response,
        }
    }
}

/// A square button that shows an icon alone; its name is read to screen readers and shown when the pointer rests on it.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let t = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(28.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        if response.hovered() {
            ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_FIELD), mix(t.surface2, t.text3, 0.12));
        }
        focus_ring(ui, &response, rect, theme::RADIUS_FIELD);
        icon.paint(ui.painter(), rect, 16.0, if response.hovered() { t.text } else { t.text2 });
    }
    heeded(ui, response, name).on_hover_text(name)
}

/// How wide a link is.
pub fn link_width(ui: &Ui, text: &str) -> f32 {
    link_galley(ui, text).size().x
}

fn link_galley(ui: &Ui, text: &str) -> Arc<Galley> {
    ui.painter().layout_no_wrap(text.to_owned(), theme::medium(theme::size::TABLE), Theme::of(ui).accent)
}

/// Text in the accent color that does something when clicked.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    let t = Theme::of(ui);
    let galley = link_galley(ui, text);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), text));
    if response.hovered() || response.has_focus() {
        ui.painter().hline(rect.x_range(), rect.bottom() + 1.0, Stroke::new(1.0, t.accent));
    }
    ui.painter().galley(rect.min, galley, t.accent);
    heeded(ui, response, text).on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// Seconds within which a second click may belong to a double click, as egui counts them.
pub const DOUBLE_CLICK: f64 = 0.3;

/// The response without the second click of a double click on a button that was not there at the first: it was meant for
/// what had been in its place.
fn heeded(ui: &Ui, mut response: Response, name: &str) -> Response {
    let id = response.id.with(("here since", name));
    let (now, frame) = (ui.input(|i| i.time), ui.cumulative_frame_nr());
    let known = ui.data(|d| d.get_temp::<(f64, u64)>(id)).filter(|(_, last)| last + 1 >= frame);
    let since = known.map_or(now, |(since, _)| since);
    ui.data_mut(|d| d.insert_temp(id, (since, frame)));
    if response.double_clicked() && now - since < DOUBLE_CLICK {
        response.flags.remove(egui::response::Flags::CLICKED);
    }
    response
}

/// An outline around what has the keyboard.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        let t = Theme::of(ui);
        let radius = CornerRadius::same(radius.saturating_add(2));
        ui.painter().rect_stroke(rect.expand(2.0), radius, Stroke::new(2.0, t.accent), StrokeKind::Inside);
    }
}

/// `a` with a share of `b` mixed in, both opaque.
pub fn mix(a: Color32, b: Color32, share: f32) -> Color32 {
    a.lerp_to_gamma(b, share)
}
