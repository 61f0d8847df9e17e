//! Right and wrong: the matrix, the scores, and what another threshold would give.

use egui::{Align2, Color32, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{Shown, save_button, score, threshold};
use crate::{
    evaluate::{ClassScore, confusion},
    run::export::PlotKind,
    text::{self, Lang, decimal, percent, say},
    ui::{
        Cx,
        theme::{self, Theme, size},
        widget::{
            button::link,
            card::Card,
            chart::show_table,
            choice::{segmented, view_menu},
            fitted::fitted,
            matrix::{self, Words},
            plot::Table,
            scroll,
            share_plot::SharePlot,
        },
    },
};

/// Which curve is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Curve {
    #[default]
    Roc,
    PrecisionRecall,
    Numbers,
}

/// The matrix; gives the cell (label, predicted) that was activated.
pub fn matrix(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, height: f32) -> Option<(u8, u8)> {
    let lang = cx.lang;
    ui.set_max_height(height);
    let title = confusion::TITLE.get(lang);
    let caption = say("click a number to see the pictures", "cliquez sur un nombre pour voir les images").get(lang);
    let task = shown.task();
    let words = Words {
        label: confusion::ROW.get(lang).to_owned(),
        predicted: confusion::COLUMN.get(lang).to_owned(),
        classes: [0, 1].map(|class| task.name(class, lang)),
    };
    let cells = shown.counted.confusion.cells(task, lang);
    let help = say(
        "Each row holds the pictures with one label, each column those with one prediction. On the diagonal the model is right, beside it are its mistakes",
        "Chaque ligne contient les images d’une étiquette, chaque colonne celles d’une réponse. Sur la diagonale le modèle a raison, à côté sont ses erreurs",
    );
    Card::titled(title).help(lang, help.get(lang)).caption(caption).fill().show_with(
        ui,
        |ui| save_button(ui, cx, shown, PlotKind::Matrix, title),
        |ui| {
            let height = ui.available_height();
            matrix::matrix(ui, &words, &cells, None, height)
        },
    )
}

/// Precision, recall and F1 of each class and both.
pub fn scores(ui: &mut Ui, lang: Lang, shown: &Shown, height: f32) {
    ui.set_max_height(height);
    let t = Theme::of(ui);
    let scores = &shown.counted.scores;
    let title = say("Scores", "Scores").get(lang);
    let about = say(
        "F1 joins precision (of the pictures predicted as a class, how many are) and recall (of those of a class, how many are found)",
        "F1 réunit la précision (parmi les réponses, combien sont justes) et le rappel (parmi les vrais, combien sont trouvés)",
    );
    Card::titled(title).help(lang, about.get(lang)).caption(shown.report.part_name(lang)).fill().show(ui, |ui| {
        let head = [say("precision", "précision"), say("recall", "rappel"), say("F1", "F1")].map(|s| s.get(lang));
        let binary = shown.report.is_binary();
        let both = if binary { say("both", "les deux") } else { say("macro", "macro") }.get(lang).to_owned();
        let mut rows: Vec<(String, Color32, ClassScore)> = Vec::new();
        if !binary {
            let weighted = say("weighted", "pondérée").get(lang).to_owned();
            rows.extend([(both.clone(), t.text, scores.macro_average), (weighted, t.text, scores.weighted_average)]);
        }
        let classes = scores.classes.iter().enumerate();
        rows.extend(classes.map(|(class, score)| (shown.task().name(class, lang), t.class(class as u8), *score)));
        if binary {
            rows.push((both, t.text, scores.macro_average));
        }
        let room = ui.available_height();
        let pitch = ((room - 30.0) / 4.0).clamp(26.0, if binary { 44.0 } else { 26.0 });
        let count = rows.len();
        let line = |ui: &mut Ui| table_of_scores(ui, lang, head, rows, pitch);
        /// Two lines and the gap above them.
        const ABOUT: f32 = 44.0;
        let explained = room - pitch * (count + 1) as f32 > ABOUT;
        match binary {
            true => line(ui),
            false => {
                ui.scope(|ui| {
                    ui.set_max_height(room - if explained { ABOUT } else { 0.0 });
                    scroll::list(ui, line);
                });
            }
        }
        if explained {
            ui.add(egui::Label::new(theme::caption(about.get(lang)).color(t.text3)).wrap());
        }
    });
}

/// A head and a row for each class and average.
fn table_of_scores(ui: &mut Ui, lang: Lang, head: [&str; 3], rows: Vec<(String, Color32, ClassScore)>, pitch: f32) {
    let t = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), pitch * (rows.len() + 1) as f32), Sense::hover());
    let column = |i: usize| rect.right() - (2 - i) as f32 * (rect.width() * 0.245).max(45.0) - 2.0;
    for (i, name) in head.iter().enumerate() {
        let at = pos2(column(i), rect.top() + pitch / 2.0);
        ui.painter().text(at, Align2::RIGHT_CENTER, *name, theme::regular(size::CAPTION), t.text3);
    }
    for (line, (name, color, class)) in rows.into_iter().enumerate() {
        let top = rect.top() + pitch * (line + 1) as f32;
        let row = egui::Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), pitch));
        ui.painter().hline(row.x_range(), top, Stroke::new(1.0, t.grid));
        let values = [class.precision, class.recall, class.f1].map(|v| score(lang, v));
        let response = ui.interact(row, ui.scope_id().with(("score", line)), Sense::hover());
        let spoken = format!("{name}, {} {}, {} {}, F1 {}", head[0], values[0], head[1], values[1], values[2]);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
        // As far as the first number reaches to the left.
        let room = column(0) - 40.0 - rect.left();
        let galley = fitted(ui, &name, theme::medium(size::TABLE), color, room);
        if galley.elided {
            response.on_hover_text(name);
        }
        ui.painter().galley(pos2(rect.left(), row.center().y - galley.size().y / 2.0), galley, color);
        for (i, value) in values.iter().enumerate() {
            let font = if i == 2 { theme::semibold(size::BODY) } else { theme::regular(size::TABLE) };
            ui.painter().text(pos2(column(i), row.center().y), Align2::RIGHT_CENTER, value, font, t.text);
        }
    }
}

/// ROC and precision-recall with the threshold on them, and the slider that moves everything.
pub fn trade_off(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown, curve: &mut Curve, height: f32) {
    let lang = cx.lang;
    ui.set_max_height(height);
    let title = say("Threshold", "Seuil de décision").get(lang);
    let now = *curve;
    let mut save = false;
    // Where the title has no room beside it, the choice stands below.
    let narrow = ui.available_width() < 300.0;
    let curve = std::cell::RefCell::new(curve);
    let help = say(
        "From this probability on, the second class is predicted: a low threshold finds more of it and raises more false alarms. The matrix, scores and pictures follow. The ROC curve shows every threshold at once; the area below it, the AUC, is 0.5 for guessing and 1 for a perfect model",
        "À partir de cette probabilité, la réponse est la deuxième classe\u{a0}: un seuil bas en trouve davantage, mais donne plus de fausses alertes. La matrice, les scores et les images suivent. La courbe ROC montre tous les seuils à la fois\u{a0}; l’aire sous la courbe, l’AUC, vaut 0,5 au hasard et 1 pour un modèle parfait",
    );
    Card::titled(title).help(lang, help.get(lang)).fill().show_with(
        ui,
        |ui| {
            save = now != Curve::Numbers && super::asks_to_save(ui, lang, title);
            if !narrow {
                choose(ui, lang, &mut curve.borrow_mut());
            }
        },
        |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            if narrow {
                choose(ui, lang, &mut curve.borrow_mut());
            }
            // Below it stand the slider and the links.
            let room = (ui.available_height() - 68.0).max(60.0);
            match now {
                Curve::Numbers => show_table(ui, lang, &table(lang, shown), room),
                _ => drop(plot(ui, lang, shown, now).show(ui, lang, room)),
            }
            slider(ui, cx, shown);
        },
    );
    if save {
        let plot = if now == Curve::Roc { PlotKind::Roc } else { PlotKind::PrecisionRecall };
        cx.act(super::save(shown, plot));
    }
}

fn choose(ui: &mut Ui, lang: Lang, curve: &mut Curve) {
    const ALL: [Curve; 3] = [Curve::Roc, Curve::PrecisionRecall, Curve::Numbers];
    let names = [say("ROC", "ROC"), say("precision", "précision"), say("table", "tableau")].map(|s| s.get(lang));
    let about = [
        say(
            "True positive rate against false positive rate: how many are found, for how many false alarms",
            "Taux de vrais positifs contre taux de faux positifs\u{a0}: combien sont trouvés, pour combien de fausses alertes",
        ),
        say(
            "Precision against recall: how many answers are right, for how many that are found",
            "Précision selon le rappel\u{a0}: combien de réponses sont justes, pour combien de trouvés",
        ),
        say("The same in numbers", "La même chose en chiffres"),
    ]
    .map(|s| s.get(lang));
    let options: Vec<(&str, &str)> = names.into_iter().zip(about).collect();
    let now = ALL.iter().position(|c| c == curve);
    let chosen = if ui.available_width() > 310.0 {
        segmented(ui, "curve", now, &options)
    } else {
        view_menu(ui, now.unwrap_or(0), &names.map(str::to_owned))
    };
    if let Some(chosen) = chosen {
        *curve = ALL[chosen];
    }
}

fn plot(ui: &Ui, lang: Lang, shown: &Shown, curve: Curve) -> SharePlot {
    let t = Theme::of(ui);
    let roc = curve == Curve::Roc;
    let place = |p: &crate::evaluate::ThresholdPoint| {
        if roc { [p.false_positive_rate, p.true_positive_rate] } else { [p.true_positive_rate, p.precision] }
    };
    let point = place(&shown.counted.point(&shown.report, shown.threshold));
    let one = shown.task().name(1, lang);
    let (across, up) = match roc {
        // The rate of true positives is the recall, which the scores name.
        true => (say("false positive rate", "taux de faux positifs"), say("recall", "rappel")),
        false => (say("recall", "rappel"), say("precision", "précision")),
    };
    let [across, up] = [across, up].map(|rate| format!("{}, {one}", rate.get(lang)));
    // Where the two points are close, their words would run into each other.
    let apart = |best: &f64| {
        let [x, y] = place(&shown.counted.point(&shown.report, *best));
        (x - point[0]).abs() > 0.12 || (y - point[1]).abs() > 0.12
    };
    let best = shown.best.map(|best| best.threshold).filter(apart);
    SharePlot {
        name: format!("{} {}", if roc { "ROC" } else { "precision, recall" }, text::threshold(lang, shown.threshold)),
        across,
        up,
        points: shown.curves.iter().flat_map(|curves| &curves.points).map(place).collect(),
        color: t.accent,
        diagonal: roc,
        marker: Some((point, text::threshold(lang, shown.threshold))),
        best: best.map(|b| (place(&shown.counted.point(&shown.report, b)), say("best F1", "meilleur F1").get(lang).to_owned())),
        note: area(lang, shown, curve),
        ..SharePlot::default()
    }
}

/// The area below the curve.
fn area(lang: Lang, shown: &Shown, curve: Curve) -> String {
    let area = match curve {
        Curve::PrecisionRecall => shown.mean_precision.map(|ap| (say("average precision", "précision moyenne"), ap)),
        _ => shown.curves.first().and_then(|curves| curves.auc).map(|auc| (say("area", "aire"), auc)),
    };
    area.map_or_else(String::new, |(name, value)| format!("{} {}", name.get(lang), score(lang, value)))
}

fn table(lang: Lang, shown: &Shown) -> Table {
    let head = [
        say("threshold", "seuil"),
        say("recall", "rappel"),
        say("false positives", "faux positifs"),
        say("precision", "précision"),
    ];
    let row = |i: u32| {
        let threshold = f64::from(i) * 0.05;
        let p = shown.counted.point(&shown.report, threshold);
        let share = |v: f64| percent(lang, v, 1);
        vec![decimal(lang, threshold, 2), share(p.true_positive_rate), share(p.false_positive_rate), share(p.precision)]
    };
    Table::new(head.map(|h| h.get(lang).to_owned()), (1..20).map(row).collect())
}

fn slider(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown) {
    let lang = cx.lang;
    let t = Theme::of(ui);
    let names = [say("Threshold", "Seuil"), say("Threshold, typed", "Seuil, au clavier")];
    threshold::field(ui, lang, names, &mut shown.threshold, 0.01..=0.99);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.spacing_mut().item_spacing.x = 14.0;
        if let Some(best) = shown.better() {
            let at = text::threshold(lang, best.threshold);
            let [there, here] = [best.f1, shown.validation_f1()].map(|f1| score(lang, f1));
            let (text, about) = match lang {
                Lang::En => (
                    format!("Best F1 at threshold {at}"),
                    format!("On the validation part F1 macro is {there} there, and {here} at this threshold"),
                ),
                Lang::Fr => (
                    format!("Meilleur F1 au seuil {at}"),
                    format!("Sur la partie validation, le F1 macro y vaut {there}, et {here} au seuil actuel"),
                ),
            };
            if link(ui, &text).on_hover_text(about).clicked() {
                shown.threshold = best.threshold;
            }
        } else if shown.best.is_some() && shown.kept() {
            let text = say("no threshold gives a better F1", "aucun seuil ne donne un meilleur F1");
            let about = say(
                "By the validation part, on which thresholds are chosen",
                "D’après la partie validation, où l’on choisit les seuils",
            );
            ui.label(theme::caption(text.get(lang)).color(t.text3)).on_hover_text(about.get(lang));
        }
        if (shown.threshold - 0.5).abs() > 1e-9 && link(ui, &decimal(lang, 0.5, 2)).clicked() {
            shown.threshold = 0.5;
        }
        threshold::keep(ui, cx, shown);
    });
}
