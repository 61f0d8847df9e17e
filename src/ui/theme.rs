//! The look: type and spacing, and `colors` as egui has them. Nothing else in the window names a color or a text size.
//!
//! Every text color keeps a contrast of 4.5:1 or more on [`Theme::bg`], [`Theme::surface`] and [`Theme::surface2`]
//! (WCAG 2.2, success criterion 1.4.3); a test computes it. Numbers are set in tabular figures by the font itself.

use std::sync::{Arc, LazyLock};

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, RichText, Shadow, Stroke, TextStyle,
    Theme as Mode, Ui, Vec2, epaint::text::FontTweak, style::HandleShape, vec2,
};

use super::motion;
use crate::colors::{Colors, DARK, LIGHT};

/// The colors of one mode, as egui has them.
pub type Theme = Colors<Color32>;

/// The light mode and the dark.
static MODES: LazyLock<[Theme; 2]> = LazyLock::new(|| [LIGHT, DARK].map(|colors| colors.map(hex)));

/// Corner radius of cards.
pub const RADIUS_CARD: u8 = 12;
/// Corner radius of buttons and pictures.
pub const RADIUS_BUTTON: u8 = 8;
/// Corner radius of fields.
pub const RADIUS_FIELD: u8 = 6;
/// Space between cards.
pub const GUTTER: f32 = 14.0;
/// Space inside a card.
pub const PADDING: f32 = 18.0;
/// Height of a button.
pub const BUTTON: f32 = 36.0;
/// Height of a number field.
pub const FIELD: f32 = 30.0;
/// Height of a row of options.
pub const ROW: f32 = 44.0;
/// Height of a line of a list, with two lines of text.
pub const LINE: f32 = 46.0;

/// Text sizes in points.
pub mod size {
    /// What most texts have; the others by where they stand.
    pub const BODY: f32 = 14.0;
    pub const CAPTION: f32 = 12.0;
    pub const TABLE: f32 = 13.0;
    pub const TITLE: f32 = 22.0;
    pub const HEADLINE: f32 = 26.0;
    /// A number of a row of numbers.
    pub const FIGURE: f32 = 22.0;
    /// An icon beside a text.
    pub const ICON: f32 = 17.0;
}

impl Theme {
    /// The colors that `ui` is drawn in.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::mode(ui.visuals().dark_mode)
    }

    /// The colors of the dark or the light mode.
    pub fn mode(dark: bool) -> &'static Self {
        &MODES[usize::from(dark)]
    }

    /// The color of a class.
    pub const fn class(&self, class: u8) -> Color32 {
        match class % 8 {
            0 => self.female,
            1 => self.male,
            2 => self.class2,
            3 => self.class3,
            4 => self.class4,
            5 => self.class5,
            6 => self.class6,
            _ => self.class7,
        }
    }

    /// The color of an estimate that is so many years off: near, off, far.
    pub fn by_error(&self, years: f64) -> Color32 {
        match years.abs() {
            ..=5.0 => self.good,
            ..=10.0 => self.validation,
            _ => self.bad,
        }
    }

    /// Text on a filled bar of class, accent or validation color.
    pub const fn on_fill(&self) -> Color32 {
        self.on
    }

    /// The border of cards, fields and buttons.
    pub fn border(&self) -> Stroke {
        Stroke::new(1.0, self.stroke)
    }

    /// Every color that text is set in, with its name: all of them are held to the contrast.
    pub fn text_colors(&self) -> [(&'static str, Color32); 9] {
        [
            ("text", self.text),
            ("text2", self.text2),
            ("text3", self.text3),
            ("accent", self.accent),
            ("validation", self.validation),
            ("female", self.female),
            ("male", self.male),
            ("bad", self.bad),
            ("good", self.good),
        ]
    }
}

/// The weight between regular and semibold (550).
pub fn medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("medium".into()))
}

/// The weight of titles and headline numbers (650).
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("semibold".into()))
}

/// The weight of running text.
pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// A page's title.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(size::TITLE))
}

/// A headline number.
pub fn headline(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(size::HEADLINE))
}

/// A card's title, or a word that stands out.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(size::BODY))
}

/// Small text; give it a color of the theme.
pub fn caption(text: impl Into<String>) -> RichText {
    RichText::new(text).font(regular(size::CAPTION))
}

/// Text of a table.
pub fn cell(text: impl Into<String>) -> RichText {
    RichText::new(text).font(regular(size::TABLE))
}

/// Fonts, styles of both modes, spacing, and how much moves. Called once, before the first frame.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.add_plugin(motion::Wheel);
    ctx.options_mut(|options| options.fallback_theme = Mode::Light);
    for (mode, dark) in [(Mode::Light, false), (Mode::Dark, true)] {
        ctx.style_mut_of(mode, |style| apply(style, Theme::mode(dark)));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let mut add = |name: &str, data: FontData| {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    };
    add("regular", FontData::from_static(include_bytes!("../../assets/fonts/Inter-Regular.otf")));
    add("medium", FontData::from_static(include_bytes!("../../assets/fonts/Inter-Medium.otf")));
    add("semibold", FontData::from_static(include_bytes!("../../assets/fonts/Inter-SemiBold.otf")));
    let icons = FontData::from_static(include_bytes!("../../assets/fonts/lucide.ttf"));
    add("icons", icons.tweak(FontTweak { hinting: Some(false), ..Default::default() }));
    let family = |first: &str| vec![first.to_owned(), "icons".to_owned()];
    fonts.families.insert(FontFamily::Proportional, family("regular"));
    fonts.families.insert(FontFamily::Monospace, family("regular"));
    fonts.families.insert(FontFamily::Name("medium".into()), family("medium"));
    fonts.families.insert(FontFamily::Name("semibold".into()), family("semibold"));
    fonts.families.insert(FontFamily::Name("icons".into()), vec!["icons".to_owned(), "regular".to_owned()]);
    fonts
}

fn apply(style: &mut egui::Style, theme: &Theme) {
    style.text_styles = [
        (TextStyle::Body, regular(size::BODY)),
        (TextStyle::Button, medium(size::BODY)),
        (TextStyle::Heading, semibold(size::TITLE)),
        (TextStyle::Small, regular(size::CAPTION)),
        (TextStyle::Monospace, regular(size::TABLE)),
    ]
    .into();
    motion::apply(style, false);
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;
    style.always_scroll_the_only_direction = true;
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 8.0);
    spacing.button_padding = vec2(12.0, 8.0);
    spacing.interact_size = Vec2::splat(FIELD);
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(20);
    spacing.tooltip_width = 340.0;
    spacing.slider_width = 160.0;
    spacing.slider_rail_height = 4.0;
    spacing.scroll = egui::style::ScrollStyle::thin();
    // In the text's color: the fill of buttons is that of the cards, on which a handle would be a white line.
    spacing.scroll.foreground_color = true;
    spacing.scroll.dormant_handle_opacity = 0.2;
    spacing.scroll.active_handle_opacity = 0.4;
    spacing.scroll.dormant_background_opacity = 0.0;
    spacing.scroll.active_background_opacity = 0.0;
    visuals(&mut style.visuals, theme);
}

fn visuals(v: &mut egui::Visuals, t: &Theme) {
    *v = if t.dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    v.override_text_color = None;
    v.weak_text_color = Some(t.text2);
    v.hyperlink_color = t.accent;
    v.faint_bg_color = t.surface2;
    v.extreme_bg_color = t.surface;
    v.text_edit_bg_color = Some(t.surface);
    v.code_bg_color = t.surface2;
    v.warn_fg_color = t.validation;
    v.error_fg_color = t.bad;
    v.panel_fill = t.bg;
    v.window_fill = t.surface;
    v.window_stroke = t.border();
    v.window_corner_radius = CornerRadius::same(RADIUS_CARD);
    v.menu_corner_radius = CornerRadius::same(RADIUS_BUTTON);
    let shade = Color32::from_black_alpha(if t.dark { 110 } else { 26 });
    v.popup_shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: shade };
    v.window_shadow = Shadow { offset: [0, 8], blur: 32, spread: 0, color: shade };
    v.selection.bg_fill = t.soft;
    v.selection.stroke = Stroke::new(1.0, t.accent);
    v.slider_trailing_fill = true;
    v.handle_shape = HandleShape::Circle;
    v.striped = false;
    let radius = CornerRadius::same(RADIUS_FIELD);
    let w = &mut v.widgets;
    for (state, fill, stroke, text) in [
        (&mut w.noninteractive, t.surface, t.stroke, t.text),
        (&mut w.inactive, t.surface, t.stroke, t.text),
        (&mut w.hovered, t.surface2, t.text3, t.text),
        (&mut w.active, t.soft, t.accent, t.text),
        (&mut w.open, t.surface2, t.text3, t.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, stroke);
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
}

fn hex(rgb: u32) -> Color32 {
    let [_, r, g, b] = rgb.to_be_bytes();
    Color32::from_rgb(r, g, b)
}
