//! Model: the network as a picture that changes with the options, its layers as a table, the options.

use egui::{Align, Align2, Color32, Layout, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{Page, options, start};
use crate::{
    data::sample::Part,
    model::{
        Network,
        summary::{self, LayerRow, RowKind},
    },
    problem::Problem,
    text::{Lang, bytes, capital, decimal, duration, number, say},
    ui::{
        Action, Cx, icon,
        theme::{self, Theme},
        widget::{
            button::Button,
            card::{self, Card},
            fitted::widest,
            network, notice, scroll,
            separator::separator,
        },
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// Drawn while the options cannot be built.
    last: Option<Network>,
    /// The run to start from whose settings were asked for last.
    asked: Option<String>,
}

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let title = cx.say(Page::Model.name());
    let sentence = say(
        "A stack of filters that looks at ever larger parts of the picture, and a few layers that decide",
        "Une pile de filtres qui regarde des parties de plus en plus grandes de l’image, et quelques couches qui décident",
    );
    card::header(ui, title, cx.say(sentence), |ui| {
        let next = Button::primary(cx.say(Page::Training.name())).trailing(icon::ARROW_RIGHT);
        if ui.add(next).clicked() {
            cx.act(Action::Go(Page::Training));
        }
    });
    let task = cx.dataset().map(|dataset| dataset.task.clone()).unwrap_or_default();
    let built = cx.settings.network(&task);
    let mut problems: Vec<Problem> = built.as_ref().err().cloned().into_iter().collect();
    let t = Theme::of(ui);
    let mut notes: Vec<Note> =
        problems.iter().map(|problem| (icon::TRIANGLE_ALERT, t.bad, problem.what.get(cx.lang).to_owned())).collect();
    if let Ok(network) = built {
        match start::taken(cx, &network) {
            Some(Ok(from)) => notes.push((icon::LAYERS, t.text3, capital(&from.words(cx.lang)))),
            Some(Err(problem)) => problems.push(problem),
            None => {}
        }
        state.last = Some(network);
    }
    let unknown = start::unknown(cx);
    if unknown.is_some() && unknown != state.asked {
        cx.actions.extend(unknown.clone().map(Action::ViewRun));
        state.asked = unknown;
    }
    let height = ui.available_height();
    let side = match ui.available_width() {
        // The table of layers wants some width: then the options stand below it, as wide as the page.
        w if w < 640.0 => w,
        w if w < 900.0 => 310.0,
        _ => 350.0,
    };
    card::columns(ui, &[1.0, side], height, |column, ui| match column {
        0 => {
            if let Some(network) = &state.last {
                let rows = summary::rows(network);
                // What the table does not need, the picture takes.
                let table_height = 2.0 * theme::PADDING + 27.0 + 36.0 * rows.len() as f32;
                let spare = ui.available_height() - table_height - 150.0;
                drawing(ui, cx, network, &rows, &notes, spare);
                table(ui, cx, &rows);
            }
        }
        _ => options::show(ui, cx, "model.", &problems),
    });
}

/// A line below the network: what is wrong with it, or what it takes over.
type Note = (icon::Icon, Color32, String);

fn drawing(ui: &mut Ui, cx: &Cx<'_>, network: &Network, rows: &[LayerRow], notes: &[Note], spare: f32) {
    let t = Theme::of(ui);
    let room = ui.available_height();
    Card::titled(cx.say(say("The network", "Le réseau"))).caption(cost(cx, network)).show(ui, |ui| {
        network::show(ui, cx.lang, network, rows, (room * 0.31).max(spare).clamp(150.0, 420.0));
        for (symbol, color, text) in notes {
            notice::note(ui, *symbol, *color, text);
        }
        let lang = cx.lang;
        let batch = cx.settings.train.batch_size;
        let slots = cx.settings.train.optimizer.slots().len();
        let memory = bytes(lang, summary::step_memory(network, batch as usize, slots));
        let text = match lang {
            Lang::En => format!("Training it in batches of {batch} takes at least {memory} of memory"),
            Lang::Fr => format!("L’entraîner par lots de {batch} demande au moins {memory} de mémoire"),
        };
        notice::note(ui, icon::INFO, t.text3, &text);
    });
}

/// What the network costs, in a line: `3.64 M parameters · 14.6 MB · 370 MFLOP a picture`.
fn cost(cx: &Cx<'_>, network: &Network) -> String {
    let lang = cx.lang;
    let values = network.trained_values() as u64;
    let parameters = match values {
        0..1_000_000 => number(lang, values),
        _ => format!("{}\u{a0}M", decimal(lang, values as f64 / 1e6, 2)),
    };
    let mut parts = vec![
        format!("{parameters} {}", say("parameters", "paramètres").get(lang)),
        bytes(lang, values * 4),
        format!("{}\u{a0}MFLOP {}", number(lang, network.flops() / 1_000_000), say("a picture", "l’image").get(lang)),
    ];
    if let Some(seconds) = epoch_seconds(cx, network) {
        // Nothing takes no time.
        let time = duration(lang, seconds.max(1.0));
        parts.push(match lang {
            Lang::En => format!("about {time} an epoch here"),
            Lang::Fr => format!("environ {time} par époque ici"),
        });
    }
    parts.join(" · ")
}

/// How long an epoch of this network takes, from the speed of the last training on this machine.
fn epoch_seconds(cx: &Cx<'_>, network: &Network) -> Option<f64> {
    let training = cx.session.training.as_ref()?;
    let speed = training.history.last()?.pictures_per_second;
    let plan = cx.plan.ok()?;
    let trained = training.settings.network(&cx.dataset()?.task).ok()?;
    let heavier = network.flops() as f64 / trained.flops().max(1) as f64;
    let shown = cx.settings.train.shown(plan.indices(Part::Train).len());
    (speed > 0.0).then(|| shown / speed * heavier)
}

/// Width of the table up to which it is sparing with its room, in points.
const SPARING: f32 = 420.0;
/// The size of its letters where that lets every word stand whole.
const SMALLEST: f32 = 11.0;

fn table(ui: &mut Ui, cx: &Cx<'_>, rows: &[LayerRow]) {
    let t = Theme::of(ui);
    let lang = cx.lang;
    let said = cx.dataset().map(|dataset| match (dataset.task.is_binary(), lang) {
        _ if dataset.task.is_regression() => say("the age in years", "l’âge en années").get(lang).to_owned(),
        (true, Lang::En) => format!("probability of {}", dataset.task.name(1, lang)),
        (true, Lang::Fr) => format!("probabilité de «\u{a0}{}\u{a0}»", dataset.task.name(1, lang)),
        (false, Lang::En) => format!("probabilities of {} classes", dataset.task.len()),
        (false, Lang::Fr) => format!("probabilités de {} classes", dataset.task.len()),
    });
    Card::new().fill().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let width = ui.available_width() - 8.0;
        // The output stands behind the longest layer, at about the middle; letters are smaller where that is close.
        let gap = if width < SPARING { 12.0 } else { 24.0 };
        let layers: Vec<String> = rows.iter().map(|row| row.what.get(lang).to_owned()).collect();
        let shapes: Vec<String> =
            rows.iter().filter(|row| row.kind != RowKind::Output).map(|row| row.output_text(lang)).collect();
        let numbers: Vec<String> = rows.iter().map(|row| number(lang, row.parameters as u64)).collect();
        let wide_in =
            |texts: &[String], size: f32| widest(ui, texts.iter().map(String::as_str), &theme::regular(size), f32::INFINITY);
        let fits =
            |size: f32| [&layers, &shapes, &numbers].map(|texts| wide_in(texts, size)).iter().sum::<f32>() + 28.0 + gap <= width;
        let size = match width < SPARING {
            true if !fits(theme::size::CAPTION) && fits(SMALLEST) => SMALLEST,
            true => theme::size::CAPTION,
            false => theme::size::TABLE,
        };
        let wide = |texts: &[String]| wide_in(texts, size);
        // Numbers have their room, and names give way; where there is no room for all three, the output does.
        let most = 1.0 - (wide(&shapes) + wide(&numbers) + 28.0) / width;
        let columns = if width < 330.0 || most < 0.36 {
            Columns { output: 0.66, three: false }
        } else {
            Columns { output: ((wide(&layers) + gap) / width).clamp(0.46, 0.62).min(most), three: true }
        };
        let head = [say("layer", "couche"), say("output", "sortie"), say("parameters", "paramètres")];
        line(ui, width, columns, head.map(|h| (h.get(lang).to_owned(), t.text3)), theme::size::CAPTION, 26.0);
        scroll::list(ui, |ui| {
            let height = (ui.available_height() / rows.len().max(1) as f32).clamp(26.0, 36.0);
            for row in rows {
                separator(ui);
                let output = match (&said, row.kind) {
                    (Some(said), RowKind::Output) => said.clone(),
                    _ => row.output_text(lang),
                };
                let cells =
                    [(row.what.get(lang).to_owned(), t.text), (output, t.text2), (number(lang, row.parameters as u64), t.text)];
                line(ui, width, columns, cells, size, height);
            }
        });
    });
}

/// Where the table's columns are.
#[derive(Clone, Copy)]
struct Columns {
    /// Where the output begins, as a share of the width.
    output: f32,
    /// Whether there is room for it.
    three: bool,
}

/// A row of three texts: two from their left edge, the last to the right edge.
fn line(ui: &mut Ui, width: f32, columns: Columns, cells: [(String, Color32); 3], size: f32, height: f32) {
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(width, height - 1.0), Sense::hover());
        let spoken: Vec<_> = cells.iter().map(|(text, _)| text.as_str()).collect();
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, spoken.join(", ")));
        // The output ends where the number of parameters begins.
        let number = ui.painter().layout_no_wrap(cells[2].0.clone(), theme::regular(size), cells[2].1).size().x;
        for (index, (text, color)) in cells.into_iter().enumerate().filter(|(index, _)| columns.three || *index != 1) {
            let (x, align) = match index {
                2 => (rect.right() - 8.0, Align2::RIGHT_CENTER),
                1 => (rect.left() + 8.0 + columns.output * rect.width(), Align2::LEFT_CENTER),
                _ => (rect.left() + 8.0, Align2::LEFT_CENTER),
            };
            let room = match index {
                0 => columns.output * rect.width() - 12.0,
                1 => rect.right() - 8.0 - number - 8.0 - x,
                _ => rect.width(),
            };
            let mut job = egui::text::LayoutJob::simple_singleline(text, theme::regular(size), color);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(40.0));
            let galley = ui.painter().layout_job(job);
            let place = align.anchor_size(pos2(x, rect.center().y), galley.size());
            ui.painter().galley(place.min, galley, color);
        }
    });
}
