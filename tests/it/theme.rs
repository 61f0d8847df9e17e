//! The tokens: every color that text is set in keeps its contrast.

use egui::Color32;
use trombine::ui::theme::Theme;

/// WCAG 2.2's contrast ratio of two opaque colors.
fn contrast(a: Color32, b: Color32) -> f64 {
    let luminance = |c: Color32| {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
    };
    let (high, low) = (luminance(a).max(luminance(b)), luminance(a).min(luminance(b)));
    (high + 0.05) / (low + 0.05)
}

#[test]
fn contrast_of_known_colors() {
    assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
    // WebAIM's contrast checker gives 4.54 for #767676 on white.
    assert!((contrast(Color32::from_rgb(0x76, 0x76, 0x76), Color32::WHITE) - 4.54).abs() < 0.005);
}

#[test]
fn every_text_color_is_readable() {
    for theme in [false, true].map(Theme::mode) {
        let name = if theme.dark { "dark" } else { "light" };
        let check = |text: &str, color: Color32, ground: &str, back: Color32| {
            let ratio = contrast(color, back);
            assert!(ratio >= 4.5, "{name}: {text} on {ground} has a contrast of {ratio:.2}");
        };
        for (text, color) in theme.text_colors() {
            for (ground, back) in [("bg", theme.bg), ("surface", theme.surface), ("surface2", theme.surface2)] {
                check(text, color, ground, back);
            }
        }
        check("on", theme.on, "accent", theme.accent);
        check("on", theme.on, "female", theme.female);
        check("on", theme.on, "male", theme.male);
        check("on", theme.on, "validation", theme.validation);
        for (ground, back) in [("soft", theme.soft), ("good_soft", theme.good_soft), ("bad_soft", theme.bad_soft)] {
            check("text", theme.text, ground, back);
            check("text2", theme.text2, ground, back);
        }
        check("accent", theme.accent, "soft", theme.soft);
        check("bad", theme.bad, "bad_soft", theme.bad_soft);
    }
}

#[test]
fn modes_are_told_apart() {
    assert!(Theme::mode(true).dark && !Theme::mode(false).dark);
}
