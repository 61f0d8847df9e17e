//! More than two classes: the heat map, what is mixed up most, and from which probability on an answer counts as sure.

use std::cell::Cell;

use egui::{CornerRadius, CursorIcon, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{Shown, save_button, score, threshold};
use crate::{
    evaluate::{CoveragePoint, Curves, confusion},
    run::export::PlotKind,
    text::{self, Lang, Phrase, number, percent, quoted, say},
    ui::{
        Cx, icon,
        theme::{self, Theme, size},
        widget::{
            button::icon_button,
            card::Card,
            choice::view_menu,
            fitted::fitted,
            heat_map::{self, HeatMap, Shares},
            scroll,
            share_plot::SharePlot,
        },
    },
};

/// How the two cards are looked at.
#[derive(Default)]
pub struct State {
    order: ClassOrder,
    shares: Shares,
    view: heat_map::View,
    side: Side,
}

/// In which order the classes stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClassOrder {
    #[default]
    Name,
    Size,
    /// Those that are mixed up stand together.
    Likeness,
}

const ORDERS: [(ClassOrder, Phrase); 3] = [
    (ClassOrder::Name, say("by name", "par nom")),
    (ClassOrder::Size, say("by size", "par taille")),
    (ClassOrder::Likeness, say("by similarity", "par ressemblance")),
];

const SHARES: [(Shares, Phrase); 2] =
    [(Shares::OfLabel, say("% of row", "% de ligne")), (Shares::OfPredicted, say("% of column", "% de colonne"))];

/// What the card beside the matrix shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Side {
    #[default]
    Mixed,
    Roc,
    PrecisionRecall,
    Rejection,
}

const SIDES: [(Side, Phrase); 4] = [
    (Side::Mixed, say("as a list", "en liste")),
    (Side::Roc, say("ROC", "ROC")),
    (Side::PrecisionRecall, say("precision", "précision")),
    (Side::Rejection, say("not sure", "pas sûr")),
];

/// The matrix; gives the cell (label, predicted) that was activated.
pub fn matrix(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, state: &mut State, height: f32) -> Option<(u8, u8)> {
    let lang = cx.lang;
    ui.set_max_height(height);
    // Beside the menus a narrow card has no room for the whole title.
    let narrow = ui.available_width() < 440.0;
    let title = if narrow { say("Matrix", "Matrice") } else { confusion::TITLE }.get(lang);
    let task = shown.task();
    let counts = &shown.counted.confusion;
    let by_name: Vec<usize> = (0..task.len()).collect();
    let order = match state.order {
        ClassOrder::Name => &by_name,
        ClassOrder::Size => &shown.counted.by_size,
        ClassOrder::Likeness => &shown.likeness,
    };
    let help = say(
        "Each row holds the pictures with one label, each column those with one prediction. On the diagonal the model is right, beside it are its mistakes. Drag to move, zoom with Ctrl and the wheel",
        "Chaque ligne contient les images d’une étiquette, chaque colonne celles d’une réponse. Sur la diagonale le modèle a raison, à côté sont ses erreurs. Glissez pour déplacer, zoomez avec Ctrl et la molette",
    );
    let mut chosen = None;
    let State { order: by, shares, view, .. } = state;
    let names = task.names(lang);
    let sentence = |label: usize, predicted: usize| {
        let cell = counts.cell(task, label, predicted, lang);
        format!("{} {}, {}, {}", cell.count, cell.what, cell.row_share, cell.column_share)
    };
    let map = HeatMap {
        confusion: counts,
        names: &names,
        order,
        shares: *shares,
        label: confusion::ROW.get(lang),
        predicted: confusion::COLUMN.get(lang),
        sentence: &sentence,
    };
    let zoom = Cell::new(view.zoom);
    let (other_order, other_shares) = (Cell::new(*by), Cell::new(*shares));
    // Where they would leave the title no room, the menus stand below it.
    let below = ui.available_width() < width_of_title_line(ui, lang, title, (*by, *shares));
    let menus = |ui: &mut Ui| {
        other_shares.set(of_menu(ui, lang, &SHARES, *shares));
        other_order.set(of_menu(ui, lang, &ORDERS, *by));
    };
    Card::titled(title).help(lang, help.get(lang)).fill().show_with(
        ui,
        |ui| {
            save_button(ui, cx, shown, PlotKind::Matrix, title);
            if icon_button(ui, icon::ZOOM_IN, say("Larger", "Plus grand").get(lang)).clicked() {
                zoom.set((zoom.get() * 1.5).min(heat_map::MOST_ZOOM));
            }
            if zoom.get() > 1.0 && icon_button(ui, icon::ZOOM_OUT, say("Smaller", "Plus petit").get(lang)).clicked() {
                zoom.set((zoom.get() / 1.5).max(1.0));
            }
            if !below {
                menus(ui);
            }
        },
        |ui| {
            if below {
                ui.horizontal_wrapped(menus);
            }
            let height = ui.available_height();
            view.zoom = zoom.get();
            chosen = map.show(ui, lang, view, height);
        },
    );
    (*by, *shares) = (other_order.get(), other_shares.get());
    chosen
}

/// How wide the matrix's card must be for its title, its buttons and its menus to stand on one line, in points.
fn width_of_title_line(ui: &Ui, lang: Lang, title: &str, (order, shares): (ClassOrder, Shares)) -> f32 {
    /// The card's margins, the question mark and two buttons, with the gaps between them.
    const OTHERS: f32 = 36.0 + 26.0 + 2.0 * 36.0;
    /// What a menu has beside its words.
    const MENU: f32 = 48.0;
    let wide = |text: &str, font| ui.painter().layout_no_wrap(text.to_owned(), font, egui::Color32::PLACEHOLDER).size().x;
    let order = ORDERS.iter().find(|(other, _)| *other == order).map(|(_, name)| name.get(lang));
    let shares = SHARES.iter().find(|(other, _)| *other == shares).map(|(_, name)| name.get(lang));
    let menus: f32 = [order, shares].into_iter().flatten().map(|name| wide(name, theme::medium(size::CAPTION)) + MENU).sum();
    OTHERS + wide(title, theme::semibold(size::BODY)) + menus
}

/// One of a few, by a menu.
fn of_menu<T: Copy + PartialEq>(ui: &mut Ui, lang: Lang, all: &[(T, Phrase)], now: T) -> T {
    let names: Vec<String> = all.iter().map(|(_, name)| name.get(lang).to_owned()).collect();
    let at = all.iter().position(|(other, _)| *other == now).unwrap_or(0);
    view_menu(ui, at, &names).map_or(now, |chosen| all[chosen].0)
}

/// The card beside the matrix; gives the cell (label, predicted) that was activated.
pub fn side(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown, state: &mut State, height: f32) -> Option<(u8, u8)> {
    let lang = cx.lang;
    ui.set_max_height(height);
    let (title, help) = match state.side {
        Side::Mixed => (
            say("Confusions", "Confusions").get(lang).to_owned(),
            say(
                "The most frequent mistakes, each with its share of the pictures with that label. A click opens them",
                "Les erreurs les plus fréquentes, chacune avec sa part des images de cette étiquette. Un clic les ouvre",
            ),
        ),
        Side::Roc | Side::PrecisionRecall => (
            lowest(shown, state.side).map_or_else(
                || say("Each against the rest", "Chacune contre le reste").get(lang).to_owned(),
                |(class, _)| match (lang, quoted(lang, shown.task().name(class, lang))) {
                    (Lang::En, name) => format!("{name} against the rest"),
                    (Lang::Fr, name) => format!("{name} contre le reste"),
                },
            ),
            say(
                "The class against all others of which the area below the curve is the smallest, with the mean of the areas of all classes",
                "La classe contre toutes les autres dont l’aire sous la courbe est la plus petite, avec la moyenne des aires de toutes",
            ),
        ),
        Side::Rejection => (
            say("Not sure", "Pas sûr").get(lang).to_owned(),
            say(
                "Answers whose probability is below this threshold count as not sure. Raise it for fewer wrong answers, and fewer answers",
                "Les réponses dont la probabilité est sous ce seuil sont dites pas sûres. Montez-le pour moins de réponses fausses, et moins de réponses",
            ),
        ),
    };
    let now = state.side;
    let mut chosen = None;
    Card::titled(&title).help(lang, help.get(lang)).fill().show_with(
        ui,
        |ui| state.side = of_menu(ui, lang, &SIDES, now),
        |ui| match now {
            Side::Mixed => chosen = mixed(ui, lang, shown),
            Side::Roc | Side::PrecisionRecall => drop(curves(ui, lang, shown, now)),
            Side::Rejection => rejection(ui, cx, shown),
        },
    );
    chosen
}

/// What is mixed up most, in words.
fn mixed(ui: &mut Ui, lang: Lang, shown: &Shown) -> Option<(u8, u8)> {
    const ROW: f32 = 40.0;
    /// Mistakes that are listed.
    const MOST: usize = 100;
    let t = Theme::of(ui);
    let task = shown.task();
    let counts = &shown.counted.confusion;
    let mistakes = &shown.counted.mixed;
    if mistakes.is_empty() {
        ui.label(theme::cell(say("No confusions", "Aucune confusion").get(lang)).color(t.text2));
        return None;
    }
    let mut chosen = None;
    scroll::list(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for mistake in mistakes.iter().take(MOST) {
            let (label, predicted) = (mistake.label, mistake.predicted);
            let share = counts.share_of_label(label, predicted);
            let (rect, response) = ui.allocate_exact_size(vec2((ui.available_width() - 8.0).max(40.0), ROW), Sense::click());
            let sentence = counts.sentence(task, label, predicted, lang);
            let of = format!("{} {}", percent(lang, share, 1), task.of_them(label, lang));
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{sentence}, {of}")));
            if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_FIELD), t.surface2);
            }
            let mut text = fitted(ui, &sentence, theme::regular(size::TABLE), t.text, rect.width() - 8.0);
            if text.elided {
                // Which two are mixed up must be seen.
                let [label, predicted] = [label, predicted].map(|class| task.name(class, lang));
                let short = format!("{} · {label} → {predicted}", number(lang, mistake.count.into()));
                text = fitted(ui, &short, theme::regular(size::TABLE), t.text, rect.width() - 8.0);
            }
            ui.painter().galley(rect.min + vec2(4.0, 3.0), text, t.text);
            let mut quiet = fitted(ui, &of, theme::regular(size::CAPTION), t.text2, rect.width() - 78.0);
            if quiet.elided {
                quiet = fitted(ui, &percent(lang, share, 1), theme::regular(size::CAPTION), t.text2, rect.width() - 78.0);
            }
            ui.painter().galley(rect.min + vec2(4.0, 21.0), quiet, t.text2);
            let bar = egui::Rect::from_min_size(pos2(rect.right() - 64.0, rect.top() + 27.0), vec2(60.0, 5.0));
            ui.painter().rect_filled(bar, 2.0, t.grid);
            ui.painter().rect_filled(bar.with_max_x(bar.left() + bar.width() * share as f32), 2.0, t.bad);
            if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(sentence).clicked() {
                chosen = Some((label as u8, predicted as u8));
            }
        }
    });
    chosen
}

/// The class with the least area below its curve, and that area.
fn lowest(shown: &Shown, side: Side) -> Option<(usize, f64)> {
    let area = |curves: &Curves| if side == Side::Roc { curves.auc } else { curves.average_precision };
    let areas = shown.curves.iter().enumerate().filter_map(|(class, curves)| Some((class, area(curves)?)));
    areas.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The curve of the class with the least area, with the mean of all.
fn curves(ui: &mut Ui, lang: Lang, shown: &Shown, side: Side) -> egui::Response {
    let t = Theme::of(ui);
    let roc = side == Side::Roc;
    let lowest = lowest(shown, side);
    let mean = if roc { shown.mean_area } else { shown.mean_precision };
    let area = lowest.map(|(_, area)| format!("{} {}", say("area", "aire").get(lang), score(lang, area)));
    let mean = mean.map(|mean| format!("{} {}", say("mean of all", "moyenne de toutes").get(lang), score(lang, mean)));
    let note = [area, mean].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let points = lowest.map_or_else(Vec::new, |(class, _)| {
        let place = |p: &crate::evaluate::ThresholdPoint| match roc {
            true => [p.false_positive_rate, p.true_positive_rate],
            false => [p.true_positive_rate, p.precision],
        };
        shown.curves[class].points.iter().map(place).collect()
    });
    let words = match roc {
        true => [say("false positive rate", "taux de faux positifs"), say("recall", "rappel")],
        false => [say("recall", "rappel"), say("precision", "précision")],
    };
    let [across, up] = words.map(|word| word.get(lang).to_owned());
    let height = ui.available_height().max(60.0);
    let plot = SharePlot { name: note.clone(), across, up, points, color: t.accent, diagonal: roc, note, ..SharePlot::default() };
    plot.show(ui, lang, height)
}

/// How many answers are left, and how right they are, for each threshold; with the one that is kept with the run.
fn rejection(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown) {
    /// Width of the link below the plot, and heights of the slider and of a line of words, in points.
    const LINK: f32 = 136.0;
    const SLIDER: f32 = 58.0;
    const LINE: f32 = 20.0;
    let lang = cx.lang;
    let t = Theme::of(ui);
    let here = CoveragePoint::at(&shown.coverage, shown.threshold);
    let (left, right) = (percent(lang, 1.0 - here.coverage, 0), percent(lang, here.accuracy, 1));
    let text = match lang {
        Lang::En if here.coverage == 0.0 => format!("{left} not sure: no answer is left"),
        Lang::Fr if here.coverage == 0.0 => format!("{left} pas sûres\u{a0}: il ne reste aucune réponse"),
        Lang::En => format!("{left} not sure, of the others {right} right"),
        Lang::Fr => format!("{left} pas sûres, parmi les autres {right} justes"),
    };
    // Room for the longest words, whatever the threshold is: the plot keeps its height.
    let room = ui.available_width() - LINK;
    let long = ui.painter().layout_no_wrap(text.clone(), theme::regular(size::CAPTION), t.text2).size().x + 24.0 > room;
    let below = SLIDER + if long { 2.0 * LINE } else { LINE };
    let words = [say("coverage", "couverture"), say("accuracy", "exactitude")];
    let [across, up] = words.map(|word| word.get(lang).to_owned());
    let place = |point: &CoveragePoint| [point.coverage, point.accuracy];
    let height = (ui.available_height() - below).max(60.0);
    let plot = SharePlot {
        name: say("Accuracy by coverage", "Exactitude selon la couverture").get(lang).to_owned(),
        across,
        up,
        points: shown.coverage.iter().map(place).collect(),
        color: t.accent,
        // Of no answer there is no accuracy.
        marker: (here.coverage > 0.0).then(|| (place(&here), text::threshold(lang, shown.threshold))),
        ..SharePlot::default()
    };
    plot.show(ui, lang, height);
    let names = [say("Not sure below", "Pas sûr sous"), say("Not sure below, typed", "Pas sûr sous, au clavier")];
    threshold::field(ui, lang, names, &mut shown.threshold, 0.0..=0.99);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = LINE;
        // The words leave the link its room, where there is one.
        let beside = if shown.kept() { 0.0 } else { LINK };
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - beside).max(60.0));
            ui.add(egui::Label::new(theme::caption(text).color(t.text2)).wrap());
        });
        threshold::keep(ui, cx, shown);
    });
}
