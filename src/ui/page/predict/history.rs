//! What was asked in this session, the newest first.

use egui::{
    Painter, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{State, Wanted, answer, runs, words::sentence};
use crate::{
    session::{ShownPhoto, SquareQuery},
    text::{Lang, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme, size},
        widget::{button::icon_button, card::Card, scroll},
    },
};

/// The least height of the card: its title and one answer.
pub const LEAST: f32 = 118.0;

/// Width of an answer where they stand side by side.
const ACROSS: f32 = 296.0;

/// Draws the card; `[photo, asked]` is what the page shows. The answers stand below each other, or `across` the card.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, shown: [Option<u64>; 2], height: f32, across: bool) {
    let lang = cx.lang;
    let (mut copied, mut opened) = (false, None);
    // One run that has answered all is named once; of several, each answer says whose it is.
    let mut speakers = cx.session.photos.iter().flat_map(|photo| photo.asked.iter().filter_map(said_by));
    let first = speakers.next();
    let several = speakers.any(|run| Some(run) != first);
    let by = first.filter(|_| !several).map_or(String::new(), |run| runs::name(cx, run).into_owned());
    let tools = |ui: &mut Ui| {
        let name = say("Copy all answers as text", "Copier toutes les réponses en texte").get(lang);
        copied = icon_button(ui, icon::COPY, name).clicked();
    };
    ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
        ui.set_max_height(height);
        Card::titled(say("This session", "Cette session").get(lang)).caption(by).fill().show_with(ui, tools, |ui| {
            // In a page that scrolls as a whole it must not pull that to itself.
            let own = !scroll::is_long(ui);
            let mut lines = |ui: &mut Ui| {
                ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
                let width = if across { ACROSS } else { ui.available_width() };
                let entries = cx.session.photos.iter().rev().flat_map(entries);
                for (photo, index, asked) in entries {
                    let id = asked.map(|asked| asked.id);
                    let on = shown == [Some(photo.id), id];
                    let by = several.then(|| asked.and_then(|asked| said_by(asked)).map(|run| runs::name(cx, run))).flatten();
                    let response = Entry { photo, index, asked, by: by.as_deref(), on }.show(ui, lang, width);
                    if on && state.listed.replace(shown) != Some(shown) && own {
                        response.scroll_to_me(None);
                    }
                    let wanted = state.wanted(ui, &response, photo.id);
                    if wanted == Some(Wanted::Open) {
                        opened = Some((photo.id, response.id));
                    }
                    if wanted.is_some() {
                        if state.photo != Some(photo.id) {
                            state.turn_to(photo.id);
                        }
                        state.asked = id;
                        // It is seen: the list stays where it is.
                        state.listed = Some([Some(photo.id), id]);
                    }
                }
            };
            match (own, across) {
                (_, true) => _ = ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| ui.horizontal(lines)),
                (true, _) => _ = ScrollArea::vertical().min_scrolled_height(0.0).auto_shrink([false, false]).show(ui, lines),
                (false, _) => lines(ui),
            }
        });
    });
    if let Some((photo, back)) = opened {
        state.open(ui, cx, photo, Some(back));
    }
    if copied {
        cx.act(Action::CopyText(text(cx)));
    }
}

/// The answers about a photo; one without if no face was found.
fn entries(photo: &ShownPhoto) -> impl Iterator<Item = (&ShownPhoto, usize, Option<&SquareQuery>)> {
    let none = photo.asked.is_empty().then_some((photo, 0, None));
    photo.asked.iter().enumerate().map(move |(index, asked)| (photo, index, Some(asked))).chain(none)
}

/// The run that has answered.
fn said_by(asked: &SquareQuery) -> Option<&str> {
    asked.reply.as_ref()?.as_ref().ok().map(|reply| reply.run.as_str())
}

/// A line of the list.
struct Entry<'a> {
    photo: &'a ShownPhoto,
    /// Of the answer among the photo's.
    index: usize,
    asked: Option<&'a SquareQuery>,
    /// The run that has answered, where that is to be said.
    by: Option<&'a str>,
    /// Whether it is the one that is shown.
    on: bool,
}

impl Entry<'_> {
    fn show(&self, ui: &mut Ui, lang: Lang, width: f32) -> Response {
        let t = Theme::of(ui);
        let Self { photo, index, asked, by, on } = *self;
        let name = name(lang, photo, index);
        let said = match (asked, &photo.unread) {
            (Some(asked), _) => sentence(lang, asked),
            (None, Some(problem)) => problem.what.get(lang).to_owned(),
            (None, None) => say("no face was found", "aucun visage trouvé").get(lang).to_owned(),
        };
        let said = by.map_or(said.clone(), |by| format!("{said} · {by}"));
        let (rect, response) = ui.allocate_exact_size(vec2(width, 46.0), Sense::click());
        let both = match lang {
            Lang::En => format!("{name}: {said}"),
            Lang::Fr => format!("{name} : {said}"),
        };
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &both));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        if on || response.hovered() {
            ui.painter().rect_filled(rect, theme::RADIUS_FIELD, if on { t.soft } else { t.surface2 });
        }
        let picture = Rect::from_min_size(rect.min + vec2(5.0, 4.0), vec2(38.0, 38.0));
        match asked {
            Some(asked) => answer::thumbnail(ui, picture, asked),
            None => {
                ui.painter().rect_filled(picture, theme::RADIUS_FIELD, t.grid);
                let symbol = if photo.unread.is_some() { icon::FILE_X } else { icon::SCAN_FACE };
                symbol.paint(ui.painter(), picture, 20.0, t.text3);
            }
        }
        let bar = Rect::from_min_size(pos2(rect.right() - 70.0, rect.center().y - 2.0), vec2(60.0, 4.0));
        let reply = asked.and_then(|asked| asked.reply.as_ref()?.as_ref().ok());
        let end = if reply.is_some() { bar.left() } else { rect.right() };
        let painter = ui.painter_at(rect.with_max_x(end - 8.0));
        let line = |painter: &Painter, below: f32, text: String, size: f32, color| {
            let left = picture.right() + 10.0;
            let mut job = LayoutJob::simple_singleline(text, theme::regular(size), color);
            job.wrap = TextWrapping::truncate_at_width((end - 8.0 - left).max(8.0));
            painter.galley(pos2(left, rect.top() + below), painter.layout_job(job), color);
        };
        line(&painter, 6.0, name, size::TABLE, t.text);
        line(&painter, 25.0, said, size::CAPTION, t.text2);
        if let Some(reply) = reply {
            let (share, color) = match &reply.estimate {
                Some(estimate) => ((estimate.value / answer::OLDEST).clamp(0.0, 1.0), t.accent),
                None => {
                    let (class, share, _) = reply.verdict();
                    (share, t.class(class as u8))
                }
            };
            ui.painter().rect_filled(bar, 2.0, t.stroke);
            ui.painter().rect_filled(bar.with_max_x(bar.left() + bar.width() * share as f32), 2.0, color);
        }
        response
    }
}

/// An answer's name: the photo's, and which face of several it is about.
fn name(lang: Lang, photo: &ShownPhoto, index: usize) -> String {
    match photo.asked.len() {
        0 | 1 => photo.name.clone(),
        _ => format!("{}, {} {}", photo.name, say("face", "visage").get(lang), index + 1),
    }
}

/// A line for each answer, the oldest first, and what must stand under them.
fn text(cx: &Cx<'_>) -> String {
    let lang = cx.lang;
    let answers =
        cx.session.photos.iter().flat_map(|photo| photo.asked.iter().enumerate().map(move |(i, asked)| (photo, i, asked)));
    let mut lines: Vec<String> = Vec::new();
    let mut cautions: Vec<&str> = Vec::new();
    for (photo, index, asked) in answers {
        let by = said_by(asked).map_or_else(String::new, |run| format!(" ({})", runs::name(cx, run)));
        lines.push(format!("{}: {}{by}", name(lang, photo, index), sentence(lang, asked)));
        if let Some(Ok(reply)) = &asked.reply
            && !cautions.contains(&reply.caution.get(lang))
        {
            cautions.push(reply.caution.get(lang));
        }
    }
    lines.extend(cautions.iter().map(|caution| format!("{caution}.")));
    lines.join("\n")
}
