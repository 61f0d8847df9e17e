//! Another age for a picture, typed.

use egui::{Key, Modifiers, Role, TextEdit, Ui, WidgetInfo, vec2};

use crate::{
    data::name::OLDEST,
    text::{Lang, say},
    ui::{icon, theme::Theme, widget::button::Button},
};

/// A button that becomes a field: Enter applies what was typed, Escape or another place gives up. Gives the year, if it is
/// another than `now`. (In the row itself: what opens on a picture may hold it, and closes when another thing opens.)
pub fn field(ui: &mut Ui, lang: Lang, now: Option<usize>) -> Option<usize> {
    let id = ui.next_auto_id().with("typed year");
    let Some(mut typed) = ui.data(|data| data.get_temp::<String>(id)) else {
        let button =
            ui.add(Button::secondary(say("Change label to…", "Corriger l’étiquette…").get(lang)).icon(icon::TAG).compact());
        if button.clicked() {
            ui.data_mut(|data| data.insert_temp(id, String::new()));
        }
        let help = say("The label looks wrong: type another age", "L’étiquette semble fausse\u{a0}: tapez un autre âge");
        button.on_hover_text(help.get(lang));
        return None;
    };
    let name = match lang {
        Lang::En => format!("Age in years, 0 to {OLDEST}"),
        Lang::Fr => format!("Âge en années, de 0 à {OLDEST}"),
    };
    let year_of = |typed: &str| typed.trim().parse::<usize>().ok().filter(|year| *year <= OLDEST.into());
    let wrong = year_of(&typed).is_none() && !typed.trim().is_empty();
    let hint = now.map_or_else(String::new, |year| year.to_string());
    let color = wrong.then(|| Theme::of(ui).bad);
    let field = TextEdit::singleline(&mut typed).hint_text(hint).text_color_opt(color).desired_width(64.0);
    let field = ui.add(field.margin(vec2(8.0, 4.0)));
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
    let year = year_of(&typed);
    if year.is_none() && !typed.trim().is_empty() {
        let text = match lang {
            Lang::En => format!("A whole number from 0 to {OLDEST}"),
            Lang::Fr => format!("Un nombre entier de 0 à {OLDEST}"),
        };
        field.show_tooltip_text(text);
    }
    if !field.lost_focus() {
        // As it opens.
        field.request_focus();
        ui.data_mut(|data| data.insert_temp(id, typed));
        return None;
    }
    let enter = ui.input(|input| input.key_pressed(Key::Enter));
    if enter && year.is_none() {
        // Nothing to apply: on with the typing.
        field.request_focus();
        ui.data_mut(|data| data.insert_temp(id, typed));
        return None;
    }
    // Escape closes this, and not what holds it.
    ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    ui.data_mut(|data| data.remove::<String>(id));
    year.filter(|year| enter && Some(*year) != now)
}
