//! The command palette: type a few letters of anything that can be done, set or looked up.

use egui::{Key, Modifiers, Ui, vec2};

use super::{
    Action, Cx, Dialog,
    action::DialogAnswer,
    command,
    glossary::{self, folded},
    icon::{self, Icon},
    page::Page,
    theme::{self, Theme},
    widget::choice,
};
use crate::{
    setting_def::SettingDefs as _,
    text::{Phrase, say},
};

/// One line of the palette.
struct Found {
    name: String,
    icon: Icon,
    /// The keys that do the same, or what kind of thing it is.
    right: String,
    action: Action,
    /// The word to open the glossary at.
    word: Option<&'static str>,
    locked: bool,
}

/// Draws the palette.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) -> DialogAnswer {
    let (id, place) = ids();
    let (mut text, mut chosen): (String, usize) =
        ui.data_mut(|d| (d.get_temp(id).unwrap_or_default(), d.get_temp(place).unwrap_or_default()));
    // Before the field, which would move its cursor.
    let (down, up, enter) = ui.input_mut(|i| {
        let mut count = |key| usize::from(i.consume_key(Modifiers::NONE, key));
        (count(Key::ArrowDown), count(Key::ArrowUp), i.key_pressed(Key::Enter))
    });
    let hint = cx.say(say("What would you like to do?", "Que voulez-vous faire ?"));
    let field = ui.add(
        egui::TextEdit::singleline(&mut text)
            .hint_text(hint)
            .font(theme::regular(theme::size::BODY + 1.0))
            .desired_width(f32::INFINITY)
            .margin(vec2(10.0, 9.0)),
    );
    field.request_focus();
    let found = find(cx, &folded(&text));
    if field.changed() {
        // The field itself shows what was typed one frame later.
        ui.request_repaint();
        chosen = 0;
    }
    chosen = (chosen + down).saturating_sub(up).min(found.len().saturating_sub(1));
    let mut answer = DialogAnswer::Stay;
    let t = Theme::of(ui);
    let height = (ui.ctx().content_rect().height() - 240.0).clamp(90.0, 400.0);
    ui.add_space(4.0);
    egui::ScrollArea::vertical().min_scrolled_height(height).max_height(height).show(ui, |ui| {
        ui.set_min_height(height);
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, found) in found.iter().enumerate() {
            let (symbol, on) = (Some(found.icon), index == chosen);
            let line = |ui: &mut Ui| choice::menu_line(ui, symbol, &found.name, &found.right, on);
            let line = ui.add_enabled_ui(!found.locked, line).inner;
            if on && down + up > 0 {
                line.scroll_to_me(None);
            }
            if (line.clicked() || enter && on) && !found.locked {
                if let Some(word) = found.word {
                    glossary::look_up(ui.ctx(), word);
                }
                cx.act(found.action.clone());
                answer = DialogAnswer::Close;
            }
        }
        if found.is_empty() {
            ui.add_space(10.0);
            let none = say("No results", "Aucun résultat");
            ui.vertical_centered(|ui| ui.label(theme::cell(cx.say(none)).color(t.text2)));
        }
    });
    ui.data_mut(|d| {
        d.insert_temp(id, text);
        d.insert_temp(place, chosen);
    });
    answer
}

/// Opens empty the next time.
pub fn forget(ctx: &egui::Context) {
    let (text, place) = ids();
    ctx.data_mut(|d| {
        d.remove::<String>(text);
        d.remove::<usize>(place);
    });
}

/// Where its text and the place of the chosen line are kept while it is open.
fn ids() -> (egui::Id, egui::Id) {
    (egui::Id::unique("palette text"), egui::Id::unique("palette place"))
}

/// What has every word of `wanted` in its name: commands that can be used first, then options, then words explained.
fn find(cx: &mut Cx<'_>, wanted: &str) -> Vec<Found> {
    let lang = cx.lang;
    let fits = |name: &str| {
        let name = folded(name);
        wanted.split_whitespace().all(|word| name.contains(word))
    };
    let commands = command::all(cx).into_iter().filter(|c| c.action != Action::Show(Dialog::Palette));
    let mut found: Vec<Found> = commands
        .map(|c| Found {
            name: c.name.get(lang).to_owned(),
            icon: c.icon,
            right: c.locked.map_or_else(|| c.shortcut(lang), |why| why.get(lang).to_owned()),
            action: c.action,
            word: None,
            locked: c.locked.is_some(),
        })
        .collect();
    if !wanted.is_empty() {
        found.extend(options(cx));
        found.extend(glossary::sorted(lang).into_iter().map(|term| Found {
            name: term.name.get(lang).to_owned(),
            icon: icon::BOOK_OPEN,
            right: cx.say(say("what it means", "ce que c’est")).to_owned(),
            action: Action::Show(Dialog::Words),
            word: Some(term.name.get(lang)),
            locked: false,
        }));
    }
    found.retain(|found| fits(&found.name));
    found.sort_by_key(|found| found.locked);
    found
}

/// Every option that has a say now, as a way to the page where it stands.
fn options(cx: &mut Cx<'_>) -> Vec<Found> {
    let (lang, session) = (cx.lang, cx.session);
    let place = |key: &str| match key.split('.').next() {
        Some("augment") => Page::Augmentation,
        Some("model") => Page::Model,
        Some("train") => Page::Training,
        _ => Page::Data,
    };
    let kind: Phrase = say("setting", "réglage");
    let defs = cx.settings.setting_defs().into_iter().filter(|def| def.active);
    let defs = defs.map(|def| (def.name.get(lang).to_owned(), place(&def.key)));
    defs.map(|(name, page)| Found {
        name,
        icon: page.icon(),
        right: format!("{}, {}", page.name().get(lang), kind.get(lang)),
        action: Action::Go(page),
        word: None,
        locked: page.locked(session).is_some(),
    })
    .collect()
}
