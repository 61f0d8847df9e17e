//! Several runs: their curves over each other, and what differed between their settings.

use std::{collections::HashMap, sync::Arc};

use egui::{Color32, Ui};

use crate::{
    data::sample::{Part, Source},
    evaluate::YearScores,
    history::EpochRecord,
    run::{Changes, RunView},
    setting_def::SettingDefs as _,
    settings::images::ImageOption,
    text::{Lang, Phrase, number, percent, plural, say, shortened, years},
    ui::{
        Cx,
        theme::{self, Theme},
        widget::{
            card::{Card, columns},
            chart::{Chart, show_table_within},
            curves::{CurvePlot, Line},
            plot::Table,
            strip,
        },
    },
};

/// A chosen run, and which of the chosen ones it is.
pub type View = (usize, Arc<RunView>);

/// Those of the chosen runs that are known.
pub fn views(cx: &Cx<'_>, chosen: &[String]) -> Vec<View> {
    chosen.iter().enumerate().filter_map(|(i, id)| cx.session.views.get(id).map(|view| (i, Arc::clone(view)))).collect()
}

/// The color of the run that was chosen at `place`.
pub fn color(t: &Theme, place: usize) -> Color32 {
    [t.accent, t.validation, t.male, t.female, t.bad][place % 5]
}

/// Whether so many runs in so narrow a page have their curves above what differed.
pub fn is_stacked(runs: usize, width: f32) -> bool {
    width * 0.5 < 156.0 + 100.0 * runs as f32
}

/// The curves at the left, what differed at the right.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, views: &[View], data: &mut Data, height: f32) {
    // In a wide window the table takes what its columns need, and the curves the rest.
    let table = 260.0 + 150.0 * views.len() as f32;
    let widths = if ui.available_width() * 0.5 > table { [1.0, table] } else { [0.5, 0.5] };
    columns(ui, &widths, height, |column, ui| {
        ui.set_max_height(height);
        if column == 0 { curves(ui, cx.lang, views, height) } else { differences(ui, cx, views, data) }
    });
}

/// The curves of the runs over each other.
pub fn curves(ui: &mut Ui, lang: Lang, views: &[View], height: f32) {
    let t = Theme::of(ui);
    // Names at the curves' ends leave the curves room.
    let letters = match ui.available_width() {
        ..420.0 => 10,
        ..620.0 => 18,
        _ => 34,
    };
    // Of years the error in place of the accuracy; where runs of both are chosen, those of classes are drawn.
    let of_years = views.iter().all(|(_, view)| view.info.task.is_regression());
    let apart = !of_years && views.iter().any(|(_, view)| view.info.task.is_regression());
    let views: Vec<_> = views.iter().filter(|(_, view)| view.info.task.is_regression() == of_years).collect();
    let score = |e: &EpochRecord| e.mae.map_or(e.validation_accuracy, |mae| mae.validation);
    let line = |(place, view): &&View| Line {
        name: shortened(view.info.name(lang), letters),
        color: color(t, *place),
        points: view.history.iter().map(|e| [f64::from(e.epoch), score(e)]).collect(),
        labeled: true,
        dotted: false,
    };
    let last = views.iter().filter_map(|(_, v)| v.history.last()).map(|e| e.epoch).max().unwrap_or(2);
    let title = match of_years {
        true => say("Validation error in years", "Erreur de validation en années"),
        false => say("Validation accuracy", "Exactitude de validation"),
    }
    .get(lang);
    if views.iter().all(|(_, view)| view.history.is_empty()) {
        let text = say("None of these runs has finished an epoch", "Aucun de ces essais n’a fini une époque").get(lang);
        Card::titled(title).fill().show(ui, |ui| ui.add(egui::Label::new(theme::cell(text).color(t.text2)).wrap()));
        return;
    }
    let sentence = match apart {
        true => say(
            "The chosen runs ask different questions: those of years have no accuracy, and are not drawn",
            "Les essais choisis posent des questions différentes\u{a0}: ceux en années n’ont pas d’exactitude et ne sont pas tracés",
        )
        .get(lang),
        false => "",
    };
    let plot = CurvePlot {
        name: title.to_owned(),
        across: say("epoch", "époque").get(lang).to_owned(),
        lines: views.iter().map(line).collect(),
        x: (1.0, f64::from(last).max(2.0)),
        bounds: (0.0, if of_years { f64::INFINITY } else { 1.0 }),
        digits: if of_years { 1 } else { 3 },
        zooms: true,
        ..CurvePlot::default()
    };
    let mut tools = |ui: &mut Ui| plot.zoom_button(ui, lang);
    plot.in_card(ui, lang, Chart::new(title, height).sentence(sentence).tools(&mut tools));
}

/// What differed between the runs, as a table.
pub fn differences(ui: &mut Ui, cx: &Cx<'_>, views: &[View], data: &mut Data) {
    data.follow(views);
    let (lang, t) = (cx.lang, Theme::of(ui));
    // Said where none of the runs is of what is open.
    let elsewhere: Option<Vec<_>> = views.iter().map(|(_, view)| strip::elsewhere(cx, &view.info.source)).collect();
    let elsewhere = elsewhere.and_then(|all| all.first().copied()).unwrap_or_default();
    Card::titled(say("What differed", "Ce qui différait").get(lang)).caption(elsewhere).fill().show(ui, |ui| {
        let rows: Vec<_> =
            errors(lang, views).into_iter().chain(data.rows(lang, views)).chain(differing(lang, views)).collect();
        if rows.is_empty() {
            let known = views.iter().all(|(_, view)| view.info.data.is_some());
            let text = match known {
                true => say(
                    "The same settings on the same data: what differs comes from the device, the program’s version, or where it was stopped",
                    "Mêmes réglages, mêmes données : ce qui diffère vient de l’appareil, de la version du programme, ou du moment de l’arrêt",
                ),
                false => say(
                    "The same settings; whether the data were the same was not written down",
                    "Mêmes réglages ; si les données étaient les mêmes n’a pas été noté",
                ),
            };
            ui.add(egui::Label::new(theme::cell(text.get(lang)).color(t.text2)).wrap());
            return;
        }
        let names = views.iter().map(|(_, view)| view.info.name(lang).to_owned());
        let head: Vec<String> = [say("setting", "réglage").get(lang).to_owned()].into_iter().chain(names).collect();
        let height = ui.available_height();
        show_table_within(ui, lang, &Table::new(head, rows), height);
    });
}

/// Of runs of years: how far each is off, and how often it is near.
fn errors(lang: Lang, views: &[View]) -> Vec<Vec<String>> {
    let scores = || views.iter().map(|(_, view)| view.info.scores.as_ref().and_then(|scores| scores.years));
    if scores().all(|scores| scores.is_none()) {
        return Vec::new();
    }
    let row = |name: Phrase, value: &dyn Fn(YearScores) -> String| {
        let cells = scores().map(|scores| scores.map_or_else(|| "–".to_owned(), value));
        [name.get(lang).to_owned()].into_iter().chain(cells).collect()
    };
    vec![
        row(say("mean error", "erreur moyenne"), &|of| years(lang, of.mae, 2)),
        row(say("within 5 years", "à 5\u{a0}ans près"), &|of| percent(lang, of.within_5, 1)),
    ]
}

/// What is other in the runs' pictures than in those of the first, found once for each choice.
#[derive(Default)]
pub struct Data {
    of: Vec<Arc<RunView>>,
    changes: Vec<Changes>,
    /// Pictures that are in another part than in the first run; `None` where that is not known.
    moved: Vec<Option<u64>>,
}

impl Data {
    fn follow(&mut self, views: &[View]) {
        let same = self.of.len() == views.len() && self.of.iter().zip(views).all(|(of, (_, view))| Arc::ptr_eq(of, view));
        let Some((_, first)) = views.first().filter(|_| !same) else { return };
        let changes = |(_, view): &View| match first.pictures.is_empty() || view.pictures.is_empty() {
            true => Changes::default(),
            false => Changes::to(&first.pictures, &view.pictures),
        };
        self.changes = views.iter().map(changes).collect();
        let parts: HashMap<(&str, u64), Part> = first.pictures.iter().map(|p| ((p.file.as_str(), p.hash), p.part)).collect();
        let moved = |(_, view): &View| {
            let moved =
                view.pictures.iter().filter(|p| parts.get(&(p.file.as_str(), p.hash)).is_some_and(|part| *part != p.part));
            (!parts.is_empty() && !view.pictures.is_empty()).then(|| moved.count() as u64)
        };
        self.moved = views.iter().map(moved).collect();
        self.of = views.iter().map(|(_, view)| Arc::clone(view)).collect();
    }

    /// Rows for the folder, the classes, the number of pictures, the pictures and labels themselves, the parts that they were
    /// in, and the device, where these differed.
    fn rows(&self, lang: Lang, views: &[View]) -> Vec<Vec<String>> {
        let Some((_, first)) = views.first() else { return Vec::new() };
        let mut rows = Vec::new();
        let mut row = |name: Phrase, cells: Vec<String>| {
            if cells.iter().any(|cell| *cell != cells[0]) {
                rows.push([name.get(lang).to_owned()].into_iter().chain(cells).collect());
            }
        };
        let sources: Vec<&Source> = views.iter().map(|(_, view)| &view.info.source).collect();
        let names: Vec<String> = sources.iter().map(|source| source.name().get(lang).to_owned()).collect();
        let apart = sources.iter().any(|source| *source != sources[0]);
        // Folders of one name are told apart by their paths.
        let alike = apart && names.iter().all(|name| *name == names[0]);
        let place = |source: &&Source| match source {
            Source::Folder(folder) if alike => folder.display().to_string(),
            source => source.name().get(lang).to_owned(),
        };
        row(say("data", "données"), sources.iter().map(place).collect());
        let classes = |(_, view): &View| view.info.task.listed(lang);
        row(say("classes", "classes"), views.iter().map(classes).collect());
        let unknown = || say("not known", "inconnu").get(lang).to_owned();
        let fingerprint = |(_, view): &View| view.info.data.map_or_else(unknown, |data| format!("{:08x}", data >> 32));
        row(say("fingerprint of the data", "empreinte des données"), views.iter().map(fingerprint).collect());
        let all = |(_, view): &View| number(lang, view.info.pictures.iter().map(|n| u64::from(*n)).sum());
        row(say("pictures", "images"), views.iter().map(all).collect());
        let counts = |(_, view): &View| view.info.pictures.map(|n| number(lang, n.into())).join(" · ");
        row(say("pictures in the parts", "images des parties"), views.iter().map(counts).collect());
        let changed = |((_, view), changes): (&View, &Changes)| {
            let words = changes.words(lang);
            match (view.info.data, first.info.data) {
                (Some(ours), Some(theirs)) if ours == theirs => "–".to_owned(),
                (Some(_), Some(_)) if words.is_empty() => say("different", "différentes").get(lang).to_owned(),
                (Some(_), Some(_)) => words.join(", "),
                _ => unknown(),
            }
        };
        // Labels of another question are no changes of these.
        if !apart && views.iter().all(|(_, view)| view.info.task == first.info.task) {
            let cells = views.iter().zip(&self.changes).map(changed).collect();
            row(say("pictures and labels", "images et étiquettes"), cells);
        }
        if !apart {
            let moved = |moved: &Option<u64>| match moved {
                Some(0) => "–".to_owned(),
                Some(moved) => plural(lang, *moved, say("picture", "image"), say("pictures", "images")),
                None => unknown(),
            };
            row(say("in other parts", "dans d’autres parties"), self.moved.iter().map(moved).collect());
        }
        row(say("device", "appareil"), views.iter().map(|(_, view)| view.info.device.clone()).collect());
        rows
    }
}

/// One row for each setting whose value is not the same in all runs.
fn differing(lang: Lang, views: &[View]) -> Vec<Vec<String>> {
    let values: Vec<Vec<(String, String, String)>> = views
        .iter()
        .map(|(_, view)| {
            let mut settings = view.settings.clone();
            let shape = settings.augment.shape();
            let images = ImageOption::ALL.map(|o| (o.name().get(lang).to_owned(), o.text(shape), o.shown(shape, lang)));
            let options = settings.setting_defs();
            images.into_iter().chain(options.iter().map(|k| (k.name.get(lang).to_owned(), k.text(), k.display(lang)))).collect()
        })
        .collect();
    let defs = values.iter().map(Vec::len).min().unwrap_or(0);
    (0..defs)
        .filter(|&i| values.iter().any(|run| run[i].1 != values[0][i].1))
        .map(|i| {
            let mut row = vec![values[0][i].0.clone()];
            row.extend(values.iter().map(|run| run[i].2.clone()));
            row
        })
        .collect()
}
