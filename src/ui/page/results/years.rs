//! Age in years: estimates against labels, how far they are off, for whom, and the largest errors.

use std::cell::OnceCell;

use egui::{Align, CornerRadius, Id, Layout, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{Facets, Shown, cards, groups::offered, judged::PicturesAction, pictures, save_button};
use crate::{
    evaluate::{GroupKey, Grouping, Interval, Prediction, Regression, RegressionGroup, Report, regression::NEAR},
    run::{export::PlotKind, paired::signed},
    text::{Lang, Phrase, decimal, number, percent, say, years},
    ui::{
        Cx, icon,
        page::off_by::{off, said},
        theme::{self, Theme, size},
        widget::{
            button::icon_button,
            card::{Card, columns},
            chart::{Chart, show_table, show_table_without},
            choice::{segmented, view_menu},
            fitted::fitted,
            plot::Table,
            ranges::{self, Measure, Row},
            scatter::{Scatter, View},
            scroll,
            stack::{growing, stack},
        },
    },
};

/// What is drawn of a report in years, counted once.
pub struct Years {
    pub regression: Regression,
    /// Label and estimate of each picture.
    points: Vec<[f64; 2]>,
    /// The pictures, the largest error first.
    pub largest: Vec<usize>,
    groupings: Vec<(Grouping, Vec<RegressionGroup>)>,
    view: View,
    /// Every picture as a line, in the language in which they were written.
    table: (Lang, OnceCell<Table>),
    /// The title and the line below it, in the language in which they were written.
    head: Option<(Lang, [String; 2])>,
}

impl Years {
    /// `None` of a report of classes.
    pub fn of(report: &Report) -> Option<Self> {
        let regression = report.regression()?;
        let largest = report.largest_errors();
        let view = View::at(largest.first().copied().unwrap_or_default());
        Some(Self {
            regression,
            points: report.predictions.iter().map(|p| [f64::from(p.label), p.estimate()]).collect(),
            largest,
            groupings: [Grouping::AGE, Grouping::RACE, Grouping::CLASS].map(|by| (by, report.regression_groups(by))).into(),
            view,
            table: (Lang::En, OnceCell::new()),
            head: None,
        })
    }

    /// The title and the line below it.
    pub fn head(&mut self, report: &Report, lang: Lang) -> [String; 2] {
        if self.head.as_ref().is_none_or(|(written, _)| *written != lang) {
            let head = [report.headline(report.threshold, lang), report.part_and_way(lang)];
            self.head = Some((lang, head));
        }
        self.head.as_ref().map(|(_, head)| head.clone()).unwrap_or_default()
    }
}

/// Draws the cards; gives the pictures that are asked for.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown, state: &mut cards::State) -> Option<PicturesAction> {
    let cards::State { grouping, strip, .. } = state;
    let (mut open, mut asked) = (None, None);
    let narrow = ui.available_width() < 700.0;
    let rows = match narrow {
        true => vec![growing(320.0, 1.0), growing(216.0, 0.2), growing(216.0, 0.3), growing(180.0, 0.3)],
        false => vec![growing(432.0, 1.0), growing(164.0, 0.25)],
    };
    let last = rows.len() - 1;
    stack(ui, &rows, |row, ui, height| match row {
        0 if !narrow => columns(ui, &[0.54, 0.46], height, |column, ui| {
            ui.set_max_height(height);
            if column == 0 {
                open = scatter(ui, cx, shown).or(open);
                return;
            }
            stack(ui, &[growing(208.0, 0.0), growing(210.0, 1.0)], |row, ui, height| {
                ui.set_max_height(height);
                match row {
                    0 => scores(ui, cx.lang, shown),
                    _ => open = by_group(ui, cx, shown, grouping, height).or(open),
                }
            });
        }),
        row if row == last => {
            asked = pictures::mistakes(ui, cx, shown, strip, height);
        }
        _ => {
            ui.set_max_height(height);
            match row {
                0 => open = scatter(ui, cx, shown).or(open),
                1 => scores(ui, cx.lang, shown),
                _ => open = by_group(ui, cx, shown, grouping, height).or(open),
            }
        }
    });
    open.map(PicturesAction::Narrow).or(asked)
}

/// Estimates against labels; gives those of the point that was activated.
fn scatter(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown) -> Option<Facets> {
    let lang = cx.lang;
    let title = say("Estimated and labeled age", "Âge estimé et étiquette").get(lang);
    let help = say(
        "Each point is a picture (horizontal: labeled age; vertical: estimated age). On the dashed line both are equal, within the band they are 5 years apart at most. A click opens the picture",
        "Chaque point est une image (horizontal : âge de l’étiquette ; vertical : âge estimé). Sur la ligne tiretée les deux sont égaux, dans la bande ils diffèrent de 5 ans au plus. Un clic ouvre l’image",
    );
    let near = say("band: within 5 years", "bande : à 5 ans près").get(lang);
    let mut chosen = None;
    let predictions = &shown.report.predictions;
    let sentence = |index: usize| {
        let p: &Prediction = &predictions[index];
        let file = p.file.file_name().unwrap_or(p.file.as_os_str()).to_string_lossy();
        let said = said(lang, p.estimate(), p.label);
        match lang {
            Lang::En => format!("estimated {said}, {file}"),
            Lang::Fr => format!("estimation {said}, {file}"),
        }
    };
    let Some(Years { points, view, regression, table: (written, rows), .. }) = &mut shown.years else { return None };
    if *written != lang {
        (*written, *rows) = (lang, OnceCell::new());
    }
    let n = number(lang, regression.n.into());
    let mae = years(lang, regression.mae, 1);
    let name = match lang {
        Lang::En => format!("{title}: {n} pictures, off by {mae} on average"),
        Lang::Fr => format!("{title}\u{a0}: {n} images, erreur moyenne de {mae}"),
    };
    let caption = if ui.available_width() > 480.0 { near } else { "" };
    let mut saves = false;
    let write = || {
        let head = [say("picture", "image"), say("label", "étiquette"), say("estimate", "estimation"), say("off by", "écart")];
        Table::new(head.map(|name| name.get(lang).to_owned()), predictions.iter().map(|p| row(lang, p)).collect())
    };
    let rows = &*rows;
    let table = || rows.get_or_init(write);
    let mut tools = |ui: &mut Ui| saves = super::asks_to_save(ui, lang, title);
    let height = ui.available_height();
    let colors = say(
        "Teal: at most 5 years off; orange: at most 10; red: further",
        "Turquoise\u{a0}: à 5\u{a0}ans près\u{a0}; orange\u{a0}: à 10\u{a0}ans près\u{a0}; rouge\u{a0}: plus loin",
    );
    let chart = Chart::new(title, height).help(help.get(lang)).caption(caption).sentence(colors.get(lang));
    chart.tools(&mut tools).show(ui, lang, table, |ui, height| {
        let scatter = Scatter {
            name: &name,
            across: say("labeled age, in years", "âge de l’étiquette, en années").get(lang),
            up: say("estimated age", "âge estimé").get(lang),
            points,
            near: NEAR,
            sentence: &sentence,
        };
        chosen = scatter.show(ui, lang, view, height).or(chosen);
    });
    if saves {
        cx.act(super::save(shown, PlotKind::Scatter));
    }
    let p = &shown.report.predictions[chosen?];
    Some(Facets { label: Some(p.label), predicted: Some(p.predicted(0.0) as u8), ..Facets::default() })
}

/// A picture as a line of the table.
fn row(lang: Lang, p: &Prediction) -> Vec<String> {
    let file = p.file.file_name().unwrap_or(p.file.as_os_str()).to_string_lossy().into_owned();
    vec![file, p.label.to_string(), decimal(lang, p.estimate(), 1), off(lang, p.error())]
}

/// How far it is off, beside what always the same answer would be; and the other scores.
fn scores(ui: &mut Ui, lang: Lang, shown: &Shown) {
    let Some(Years { regression, .. }) = &shown.years else { return };
    let help = say(
        "The mean error (MAE) with the 95% range in which the true one lies, beside that of saying the same age of everybody. RMSE weighs large errors more; R² is the share of the ages’ differences that it explains",
        "L’erreur moyenne (MAE) avec l’intervalle à 95\u{a0}% où se trouve la vraie, à côté de celle d’un même âge dit de tout le monde. RMSE compte davantage les grandes erreurs ; R² est la part des différences d’âge qu’il explique",
    );
    let title = say("Errors in years", "Erreurs en années").get(lang);
    Card::titled(title).help(lang, help.get(lang)).fill().show(ui, |ui| {
        let Regression { mae, mae_range, median_error, rmse, r2, bias, within_5, mean_age, baseline, median_age, .. } =
            *regression;
        let always = |age: f64, phrase: Phrase| format!("{} {}", phrase.get(lang), decimal(lang, age, 0));
        let most = baseline.max(regression.median_baseline).max(mae_range.map_or(mae, |range| range.high)).max(f64::MIN_POSITIVE);
        ui.spacing_mut().item_spacing.y = 3.0;
        let line = |name: String, value, range, strong| Line { name, value, range, most, strong };
        line(say("mean error (MAE)", "erreur moyenne (MAE)").get(lang).to_owned(), mae, mae_range, true).show(ui, lang);
        line(always(mean_age, say("always the mean,", "toujours la moyenne,")), baseline, None, false).show(ui, lang);
        line(always(median_age, say("always the median,", "toujours la médiane,")), regression.median_baseline, None, false)
            .show(ui, lang);
        ui.add_space(2.0);
        let (share, all) = (percent(lang, within_5.share(), 1), number(lang, within_5.n.into()));
        let near = match lang {
            Lang::En => format!("{share} of {all}"),
            Lang::Fr => format!("{share} de {all}"),
        };
        let mut cells = vec![
            (say("within 5 years", "à 5\u{a0}ans près"), near),
            (say("RMSE", "RMSE"), years(lang, rmse, 2)),
            (say("R²", "R²"), r2.map_or_else(|| "–".to_owned(), |r2| decimal(lang, r2, 3))),
            (say("median error", "erreur médiane"), years(lang, median_error, 2)),
        ];
        let sign = if bias < 0.0 { "−" } else { "+" };
        cells.push((say("bias", "biais"), format!("{sign}{}", years(lang, bias.abs(), 2))));
        pairs(ui, lang, &cells);
    });
}

/// Names with values, two beside each other where there is room.
fn pairs(ui: &mut Ui, lang: Lang, cells: &[(Phrase, String)]) {
    const ROW: f32 = 19.0;
    let t = Theme::of(ui);
    let columns = if ui.available_width() > 330.0 { 2 } else { 1 };
    let gap = 20.0;
    // Before the lines are laid out, which are otherwise as high as a button.
    ui.spacing_mut().interact_size.y = ROW;
    for row in cells.chunks(columns) {
        let width = (ui.available_width() - gap * (columns - 1) as f32) / columns as f32;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for (name, value) in row {
                ui.allocate_ui_with_layout(vec2(width, ROW), Layout::left_to_right(Align::Center), |ui| {
                    ui.set_width(width);
                    ui.label(theme::cell(name.get(lang)).color(t.text2));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(theme::cell(value).color(t.text)));
                });
            }
        });
    }
}

/// An error as a bar.
struct Line {
    name: String,
    value: f64,
    range: Option<Interval>,
    /// What the whole width stands for.
    most: f64,
    strong: bool,
}

impl Line {
    fn show(self, ui: &mut Ui, lang: Lang) {
        const ROW: f32 = 21.0;
        /// Room of a name and of a value, and the least of a bar between them.
        const NAME: f32 = 184.0;
        const VALUE: f32 = 168.0;
        const LEAST: f32 = 40.0;
        let t = Theme::of(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let mut value = years(lang, self.value, 2);
        if let Some(Interval { low, high }) = self.range {
            let (low, high) = (decimal(lang, low, 2), decimal(lang, high, 2));
            value = match lang {
                Lang::En => format!("{value} ({low} to {high})"),
                Lang::Fr => format!("{value} ({low} à {high})"),
            };
        }
        let said = format!("{} {value}", self.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        let (font, color) = match self.strong {
            true => (theme::semibold(size::TABLE), t.text),
            false => (theme::regular(size::TABLE), t.text2),
        };
        let end = fitted(ui, &value, font.clone(), color, rect.width() * 0.55);
        // Beside the words where there is room for a bar, else a thin one below them.
        let wide = rect.width() > NAME + VALUE + LEAST;
        let room = if wide { NAME - 8.0 } else { rect.width() - end.size().x - 12.0 };
        let whole = ui.painter().layout_no_wrap(self.name.clone(), font.clone(), color);
        // Of a name that is too long for its place the abbreviation goes first.
        let words = self.name.split(" (").next().filter(|_| whole.size().x > room).unwrap_or(&self.name);
        let name = fitted(ui, words, font, color, room);
        let middle = |height: f32| rect.center().y - height / 2.0 - if wide { 0.0 } else { 2.5 };
        ui.painter().galley(pos2(rect.left(), middle(name.size().y)), name, color);
        ui.painter().galley(pos2(rect.right() - end.size().x, middle(end.size().y)), end, color);
        // The numbers of all lines end at the right; the bars leave the longest of them room.
        let bar = match wide {
            true => {
                Rect::from_min_max(pos2(rect.left() + NAME, rect.top() + 6.0), pos2(rect.right() - VALUE, rect.bottom() - 6.0))
            }
            false => Rect::from_min_max(pos2(rect.left(), rect.bottom() - 4.0), pos2(rect.right(), rect.bottom() - 1.0)),
        };
        let at = |value: f64| bar.left() + bar.width() * (value / self.most) as f32;
        let radius = CornerRadius::same(3);
        ui.painter().rect_filled(bar, radius, t.grid);
        ui.painter().rect_filled(bar.with_max_x(at(self.value)), radius, if self.strong { t.accent } else { t.text3 });
        if let Some(Interval { low, high }) = self.range {
            ui.painter().hline(at(low)..=at(high), bar.center().y, egui::Stroke::new(2.0, t.text));
        }
    }
}

/// For whom it is off by how much; gives the pictures of the group that was activated.
fn by_group(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, grouping: &mut usize, height: f32) -> Option<Facets> {
    let lang = cx.lang;
    ui.set_max_height(height);
    let Some(known) = &shown.years else { return None };
    let offered = offered(shown);
    *grouping = (*grouping).min(offered.len().saturating_sub(1));
    let by = *offered.get(*grouping)?;
    let groups = known.groupings.iter().find(|(of, _)| *of == by).map_or(&[][..], |(_, groups)| groups.as_slice());
    let whole = known.regression.mae_range;
    let row = |group: &RegressionGroup| {
        let range = group.mae_range.unwrap_or(Interval { low: group.mae, high: group.mae });
        Row {
            name: group.key.name(shown.task(), lang),
            share: group.mae,
            low: range.low,
            high: range.high,
            n: group.n,
            f1: None,
            small: group.small(),
            below: !group.small() && whole.is_some_and(|whole| range.low > whole.high),
        }
    };
    let rows: Vec<Row> = groups.iter().map(row).collect();
    let id = Id::unique("groups of years as a table");
    let as_table: bool = ui.data(|d| d.get_temp(id)).unwrap_or_default();
    let names: Vec<String> = offered.iter().map(|by| by.name(shown.task(), lang)).collect();
    let title = say("Error by group", "Erreur par groupe").get(lang);
    let twin = match as_table {
        true => (icon::ACTIVITY, say("Show groups as ranges", "Afficher les groupes en intervalles")),
        false => (icon::TABLE, say("Show groups as a table", "Afficher les groupes en tableau")),
    };
    // The drawing says below its rows what gray means.
    let few = rows.iter().any(|r| r.small) && as_table;
    let few = if few { say("n < 30: too few to say much", "n < 30\u{a0}: trop peu pour conclure").get(lang) } else { "" };
    let help = say(
        "The dot is the mean error in years, the bar the 95% range in which the true one lies: the further left, the better. Ranges that overlap prove no difference; an orange one lies wholly above that of all",
        "Le point est l’erreur moyenne en années, la barre l’intervalle à 95\u{a0}% où se trouve la vraie\u{a0}: plus c’est à gauche, mieux c’est. Des intervalles qui se recouvrent ne prouvent aucune différence ; un intervalle orange est entièrement au-dessus de celui de tous",
    );
    let (mut chosen, mut turned) = (None, false);
    Card::titled(title).help(lang, help.get(lang)).caption(few).fill().show_with(
        ui,
        |ui| {
            save_button(ui, cx, shown, PlotKind::Groups(by), title);
            turned = icon_button(ui, twin.0, twin.1.get(lang)).clicked();
            let options: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
            let other = match ui.available_width() > 400.0 {
                true => segmented(ui, "grouping", Some(*grouping), &options),
                false => view_menu(ui, *grouping, &names),
            };
            if let Some(index) = other {
                *grouping = index;
            }
        },
        |ui| {
            let height = ui.available_height();
            if as_table {
                /// Widths in which all columns have room, and all but the ranges, in points.
                const WIDE: [f32; 2] = [360.0, 290.0];
                let table = table(lang, groups, &rows);
                // In a narrow card the ends of the ranges give way, which the drawing beside shows, then the bias.
                match ui.available_width() {
                    width if width < WIDE[1] => show_table_without(ui, lang, &table, 2..5, height),
                    width if width < WIDE[0] => show_table_without(ui, lang, &table, 2..4, height),
                    _ => show_table(ui, lang, &table, height),
                }
                return;
            }
            let all = (Measure::Years, known.regression.mae);
            scroll::list(ui, |ui| {
                chosen = ranges::ranges(ui, lang, &rows, all, None, ranges::pitch(rows.len(), height));
            });
        },
    );
    if turned {
        ui.data_mut(|d| d.insert_temp(id, !as_table));
    }
    let key: GroupKey = groups.get(chosen?)?.key;
    Some(Facets { age: key.age, race: key.race, gender: key.class, ..Facets::default() })
}

fn table(lang: Lang, groups: &[RegressionGroup], rows: &[Row]) -> Table {
    let head = [
        say("group", "groupe"),
        say("MAE", "MAE"),
        say("from", "de"),
        say("to", "à"),
        say("bias", "biais"),
        say("±5 years", "±5 ans"),
        say("pictures", "images"),
    ];
    let row = |(group, row): (&RegressionGroup, &Row)| {
        let value = |value| decimal(lang, value, 2);
        vec![
            row.name.clone(),
            value(group.mae),
            value(row.low),
            value(row.high),
            signed(lang, group.bias, 2),
            percent(lang, group.within_5.share(), 1),
            number(lang, group.n.into()),
        ]
    };
    Table::new(head.map(|h| h.get(lang).to_owned()), groups.iter().zip(rows).map(row).collect())
}
