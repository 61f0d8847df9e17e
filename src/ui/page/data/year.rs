//! Another age for a picture, typed.

use egui::{Key, Modifiers, Popup, PopupCloseBehavior, Response, Role, TextEdit, Ui, WidgetInfo, vec2};

use crate::{
    data::name::OLDEST,
    text::{Lang, say},
    ui::{
        icon,
        theme::{self, Theme},
        widget::{button::Button, notice},
    },
};

/// A field that opens at `button`: Enter applies what was typed, Escape gives up. Gives the year, if it is another than `now`.
pub fn field(ui: &Ui, lang: Lang, button: &Response, now: Option<usize>) -> Option<usize> {
    let id = button.id.with("typed year");
    if !Popup::is_id_open(ui.ctx(), Popup::default_response_id(button)) && !button.clicked() {
        ui.data_mut(|data| data.remove::<String>(id));
    }
    let mut chosen = None;
    Popup::menu(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(190.0);
        let t = Theme::of(ui);
        let before: Option<String> = ui.data(|data| data.get_temp(id));
        let mut typed = before.clone().unwrap_or_default();
        let name = match lang {
            Lang::En => format!("Age in years, 0 to {OLDEST}"),
            Lang::Fr => format!("Âge en années, de 0 à {OLDEST}"),
        };
        ui.label(theme::caption(&name).color(t.text2));
        let hint = now.map_or_else(String::new, |year| year.to_string());
        let field = ui.add(TextEdit::singleline(&mut typed).hint_text(hint).desired_width(f32::INFINITY).margin(vec2(8.0, 6.0)));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if before.is_none() {
            field.request_focus();
        }
        let year = typed.trim().parse::<usize>().ok().filter(|year| *year <= OLDEST.into());
        if year.is_none() && !typed.trim().is_empty() {
            let text = match lang {
                Lang::En => format!("A whole number from 0 to {OLDEST}"),
                Lang::Fr => format!("Un nombre entier de 0 à {OLDEST}"),
            };
            notice::note(ui, icon::CIRCLE_ALERT, t.bad, &text);
        }
        let other = year.filter(|year| Some(*year) != now);
        let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let apply = Button::primary(say("Apply", "Appliquer").get(lang)).enabled(other.is_some()).compact();
        if ui.add(apply).clicked() || enter {
            chosen = other;
        }
        // Escape closes this and not what it opened over.
        let gives_up = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if chosen.is_some() || gives_up {
            ui.data_mut(|data| data.remove::<String>(id));
            return ui.close();
        }
        if enter {
            // Nothing to apply: on with the typing.
            field.request_focus();
        }
        ui.data_mut(|data| data.insert_temp(id, typed));
    });
    chosen
}
