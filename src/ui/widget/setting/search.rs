//! Looking for a setting by its name in either language, by its key, or by a word of its help.

use egui::{Key, KeyboardShortcut, Margin, Role, TextEdit, Ui, Vec2, WidgetInfo};

use crate::{
    setting_def::{SettingDef, Value},
    text::{Lang, say},
    ui::{
        glossary::folded,
        icon, shortcut,
        theme::{self, Theme},
        widget::button::icon_button,
    },
};

/// Room that the field leaves for the title of its line and for its own margins, in points.
const TITLE: f32 = 114.0;
/// What brings the keyboard to the search.
pub const KEYS: KeyboardShortcut = shortcut::ctrl(Key::F);

/// The words that are looked for, all of which a setting must have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sought(Vec<String>);

impl Sought {
    /// Those of `text`.
    pub fn new(text: &str) -> Self {
        Self(folded(text).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `def` has them all: in its names (English is Keras's), its key, its help in `lang`, or its alternatives.
    pub fn fits(&self, def: &SettingDef<'_>, lang: Lang) -> bool {
        // Whoever knows Keras looks for `ReduceLROnPlateau` or for `weight decay`.
        let spaced = def.key.replace(['_', '.'], " ");
        let joined = def.key.replace('_', "");
        let mut texts = vec![def.name.en, def.name.fr, def.help.get(lang), &def.key, &spaced, &joined];
        let options = if let Value::Choice(choice) = &def.value { choice.options() } else { Vec::new() };
        texts.extend(options.iter().flat_map(|(key, name, _)| [*key, name.get(lang)]));
        let text = folded(&texts.join("\n"));
        self.0.iter().all(|word| text.contains(word))
    }
}

/// The field, which takes the rest of a line. Ctrl F brings the keyboard to it; Escape empties it first, and then gives the
/// keyboard up.
pub fn field(ui: &mut Ui, lang: Lang, text: &mut String) {
    let t = Theme::of(ui);
    let name = say("Search the settings", "Chercher un réglage").get(lang);
    if !text.is_empty() {
        let clear = say("Show all settings", "Voir tous les réglages").get(lang);
        if icon_button(ui, icon::X, clear).clicked() {
            text.clear();
        }
    }
    let wanted = ui.input_mut(|input| input.consume_shortcut(&KEYS));
    // Its name does not depend on whether the button stands before it: it would lose the keyboard.
    let edit = TextEdit::singleline(text)
        .id_salt("settings searched")
        .hint_text(say("Search", "Chercher").get(lang))
        .font(theme::regular(theme::size::TABLE))
        .desired_width((ui.available_width() - TITLE).clamp(40.0, 160.0))
        .margin(Margin { left: 26, right: 8, top: 5, bottom: 5 });
    let field = ui.add(edit);
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, ui.is_enabled(), name));
    let place = egui::Rect::from_center_size(field.rect.left_center() + egui::vec2(14.0, 0.0), Vec2::splat(14.0));
    icon::SEARCH.paint(ui.painter(), place, 13.0, t.text3);
    let escaped = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) && !text.is_empty();
    if escaped {
        text.clear();
    }
    if wanted || escaped {
        field.request_focus();
    }
}
