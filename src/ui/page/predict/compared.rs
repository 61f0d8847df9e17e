//! What several runs say of the same square, as a table, and in how far they agree.

use egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{runs, words};
use crate::{
    data::task::Task,
    problem::Problem,
    session::SquareQuery,
    text::{Lang, capital, decimal, named, say},
    ui::{
        Cx,
        theme::{self, Theme, size},
        widget::{card::Card, fitted::fitted},
    },
    worker::Reply,
};

/// Height of a line, in points.
const ROW: f32 = 26.0;

/// A run's line of the table.
struct Row<'a> {
    run: &'a str,
    /// What it was asked, as far as that is known.
    task: Option<&'a Task>,
    reply: Option<Result<&'a Reply, &'a Problem>>,
}

/// Draws the table below the answer `main`; `others` are the runs that are compared. Nothing without them.
pub fn card(ui: &mut Ui, cx: &Cx<'_>, asked: &SquareQuery, main: &Reply, others: &[String]) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let mut rows = vec![Row { run: &main.run, task: Some(&main.task), reply: Some(Ok(main)) }];
    for run in others.iter().filter(|run| **run != main.run) {
        let reply = asked.others.iter().find(|other| other.run == *run).and_then(|other| other.reply.as_ref());
        let reply = reply.map(Result::as_ref);
        let task = reply.and_then(Result::ok).map(|reply| &reply.task).or(cx.session.info_of(run).map(|info| &info.task));
        rows.push(Row { run, task, reply });
    }
    if rows.len() < 2 {
        return;
    }
    let (same, apart): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.task.is_none_or(|task| *task == main.task));
    Card::titled(say("Several runs", "Plusieurs essais").get(lang)).caption(words::question(lang, &main.task)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let replies: Vec<&Reply> = same.iter().filter_map(|row| row.reply?.ok()).collect();
        if replies.len() > 1 {
            let said = capital(&words::agreement(lang, &replies));
            ui.add(egui::Label::new(theme::strong(said).color(t.text)).wrap());
        }
        head(ui, lang, main.task.is_regression());
        same.iter().for_each(|row| row.show(ui, cx, false));
        if !apart.is_empty() {
            ui.add_space(4.0);
            let text = say("Trained for another question, and not counted", "Autre question, donc pas comptés").get(lang);
            ui.add(egui::Label::new(theme::caption(text).color(t.text2)).wrap());
            apart.iter().for_each(|row| row.show(ui, cx, true));
        }
    });
}

/// The columns' names.
fn head(ui: &mut Ui, lang: Lang, of_years: bool) {
    let t = Theme::of(ui);
    let names = match of_years {
        true => [say("run", "essai"), say("estimate", "estimation"), say("range", "intervalle")],
        false => [say("run", "essai"), say("answer", "réponse"), say("how sure", "certitude")],
    };
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let font = theme::regular(size::CAPTION);
    let [_, answer, sure] = columns(rect);
    ui.painter().text(rect.left_top(), Align2::LEFT_TOP, names[0].get(lang), font.clone(), t.text3);
    ui.painter().text(answer.left_top(), Align2::LEFT_TOP, names[1].get(lang), font.clone(), t.text3);
    ui.painter().text(sure.right_top(), Align2::RIGHT_TOP, names[2].get(lang), font, t.text3);
}

/// Where the run, its answer, and how sure it is stand.
fn columns(rect: Rect) -> [Rect; 3] {
    let at = |share: f32| rect.left() + rect.width() * share;
    let column = |from: f32, to: f32| Rect::from_x_y_ranges(at(from)..=at(to) - 8.0, rect.y_range());
    let last = Rect::from_x_y_ranges(at(0.68)..=rect.right(), rect.y_range());
    [column(0.0, 0.42), column(0.42, 0.68), last]
}

impl Row<'_> {
    /// The answer and how sure it is; of years the estimate and its range.
    fn texts(&self, lang: Lang) -> [String; 2] {
        let reply = match self.reply {
            None => return ["…".to_owned(), String::new()],
            Some(Err(problem)) => return ["–".to_owned(), problem.what.get(lang).to_owned()],
            Some(Ok(reply)) => reply,
        };
        if let Some(estimate) = &reply.estimate {
            let range = estimate.range.map(|range| [range.low, range.high].map(|bound| decimal(lang, bound, 0)));
            let range = range.map_or_else(String::new, |[low, high]| match lang {
                Lang::En => format!("{low} to {high}"),
                Lang::Fr => format!("{low} à {high}"),
            });
            return [decimal(lang, estimate.value.max(0.0), 0), range];
        }
        let (class, share, sure) = reply.verdict();
        let share = words::share_text(lang, share);
        let doubt = if sure { share } else { format!("{}, {share}", say("not sure", "pas sûr").get(lang)) };
        [reply.task.name(class, lang), doubt]
    }

    /// Draws the line; `apart` with the run's own question below its name.
    fn show(&self, ui: &mut Ui, cx: &Cx<'_>, apart: bool) {
        let (lang, t) = (cx.lang, Theme::of(ui));
        let question = self.task.filter(|_| apart).map(|task| words::question(lang, task));
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), if apart { ROW + 16.0 } else { ROW }), Sense::hover());
        let name = runs::name(cx, self.run);
        let [answer, sure] = self.texts(lang);
        let about = question.as_ref().map_or_else(|| name.to_string(), |question| format!("{name} ({question})"));
        let whole = named(lang, about, if sure.is_empty() { answer.clone() } else { format!("{answer}, {sure}") });
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &whole));
        let line = rect.with_max_y(rect.top() + ROW);
        let [left, middle, right] = columns(line);
        let put = |text: &str, within: Rect, color, end: bool| {
            let galley = fitted(ui, text, theme::regular(size::TABLE), color, within.width());
            let x = if end { within.right() - galley.size().x } else { within.left() };
            ui.painter().galley(pos2(x, within.center().y - galley.size().y / 2.0), galley, color);
        };
        put(&name, left, t.text2, false);
        put(&answer, middle, t.text, false);
        put(&sure, right, t.text2, true);
        if let Some(question) = question {
            let font = theme::regular(size::CAPTION);
            let galley = fitted(ui, &question, font, t.text3, rect.width());
            ui.painter().galley(pos2(rect.left(), line.bottom() - 2.0), galley, t.text3);
        }
        ui.painter().hline(rect.x_range(), rect.bottom(), t.border());
        response.on_hover_text(whole);
    }
}
