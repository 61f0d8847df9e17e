//! The pictures that two runs agree on, or do not: as pictures where their folder is open, otherwise by their names.

mod viewing;

use std::{collections::HashMap, path::Path, sync::Arc};

use egui::{Id, Popup, PopupCloseBehavior, Response, Sense, Ui, Vec2};

use self::viewing::Viewing;
use super::luck::PairPictures;
use crate::{
    data::{dataset::Dataset, picture_size::SIDE, pixels::Pixels, sample::Source},
    evaluate::{Prediction, Report},
    run::{Paired, RunView},
    text::{Lang, chance, decimal, named, number, quoted, say},
    ui::{
        Action, Cx, icon,
        page::off_by,
        theme::{self, Theme},
        widget::{
            button::{Button, link},
            card::{Card, header},
            chart::show_table_within,
            gallery::{Gallery, Press, Tile},
            notice,
            plot::Table,
            thumbs::Thumbs,
        },
    },
};

/// Both runs, and the places of the pictures among what each said.
type Found = ([Arc<RunView>; 2], Vec<[usize; 2]>);

/// What fills the page.
pub struct Changed {
    pair: Arc<Paired>,
    cell: [bool; 2],
    /// Found once for each pair of views.
    found: Option<Found>,
    /// The names with what was said of each, in the language in which they were written.
    names: Option<(Lang, Table)>,
    viewing: Option<Viewing>,
}

impl From<PairPictures> for Changed {
    fn from(PairPictures { pair, cell }: PairPictures) -> Self {
        Self { pair, cell, found: None, names: None, viewing: None }
    }
}

impl Changed {
    /// Whether it is about runs that are both still among `chosen`.
    pub fn is_of(&self, chosen: &[String]) -> bool {
        self.pair.runs.iter().all(|run| chosen.contains(run))
    }

    /// Looks the pictures up in what both runs say, unless that was done.
    fn find(&mut self, cx: &Cx<'_>) -> Option<()> {
        let [first, second] = self.pair.runs.each_ref().map(|run| cx.session.views.get(run).cloned());
        let views = [first?, second?];
        let same = |(known, _): &Found| known.iter().zip(&views).all(|(known, view)| Arc::ptr_eq(known, view));
        if self.found.as_ref().is_some_and(same) {
            return Some(());
        }
        let places = |view: &RunView| -> HashMap<std::path::PathBuf, usize> {
            let predictions = view.report.iter().flat_map(|report| &report.predictions);
            predictions.zip(0..).map(|(p, place)| (p.file.clone(), place)).collect()
        };
        let [one, other] = views.each_ref().map(|view| places(view));
        let files = &self.pair.files[usize::from(self.cell[0])][usize::from(self.cell[1])];
        let found = files.iter().filter_map(|file| Some([*one.get(file)?, *other.get(file)?])).collect();
        self.found = Some((views, found));
        self.names = None;
        Some(())
    }
}

/// Draws the pictures; gives whether the user goes back.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, changed: &mut Changed) -> bool {
    let lang = cx.lang;
    if changed.find(cx).is_none() {
        return true;
    }
    let Changed { pair, cell, found, names: table, viewing } = changed;
    let Some((views, found)) = found else { return true };
    let [Some(one), Some(other)] = views.each_ref().map(|view| view.report.as_ref()) else { return true };
    let both = Both { lang, pair, reports: [one, other], open: views.iter().find_map(|view| Open::of(cx, view)) };
    let shown = found.iter().map(|[first, second]| [&one.predictions[*first], &other.predictions[*second]]).collect::<Vec<_>>();
    if viewing::show(ui, cx, &both, &shown, viewing) {
        return false;
    }
    let mut back = false;
    let title = format!("{} {}", number(lang, found.len() as u64), pair.cell(*cell, lang));
    let [first, second] = pair.names.each_ref().map(|name| quoted(lang, name.get(lang)));
    let sentence = match (lang, both.open.is_some()) {
        (Lang::En, true) => format!("Below each picture the prediction of {first}, then that of {second}"),
        (Lang::Fr, true) => format!("Sous chaque image, la réponse de {first}, puis celle de {second}"),
        (Lang::En, false) => format!("Beside each name its label, and the predictions of {first} and {second}"),
        (Lang::Fr, false) => format!("À côté de chaque nom, son étiquette et les réponses de {first} et {second}"),
    };
    header(ui, &title, &sentence, |ui| {
        let button =
            Button::secondary(say("Back to the comparison", "Revenir à la comparaison").get(lang)).icon(icon::ARROW_LEFT);
        let escape = !Popup::is_any_open(ui.ctx()) && ui.input(|i| i.key_pressed(egui::Key::Escape));
        back = ui.add(button).clicked() || escape;
    });
    Card::new().fill().show(ui, |ui| match &both.open {
        Some(open) => {
            let tile = |place: usize| both.tile(shown[place], open);
            let mut large: Option<(usize, Id)> = None;
            let each = |place: usize, tile: &Tile, response: Response, thumbs: &mut Thumbs| {
                if both.details(&response, shown[place], (tile, open), thumbs) {
                    large = Some((place, response.id));
                }
            };
            Gallery { thumbs: cx.thumbs, pixels: Some(&open.pixels), count: shown.len(), wanted: 120.0, tile }
                .scrolling(ui, each);
            if let Some((place, back)) = large {
                *viewing = Some(Viewing::open(ui, place, back));
            }
        }
        None => names(ui, cx, &views[0].info.source, (&both, &shown), table),
    });
    back
}

/// The pictures by their names, since they cannot be seen.
fn names(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    source: &Source,
    (both, shown): (&Both<'_>, &[[&Prediction; 2]]),
    table: &mut Option<(Lang, Table)>,
) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let folder = quoted(lang, source.name().get(lang));
    let text = match lang {
        Lang::En => format!("{folder} is not the folder that is open: here are the names of the pictures"),
        Lang::Fr => format!("{folder} n’est pas le dossier ouvert\u{a0}: voici les noms des images"),
    };
    notice::note(ui, icon::FOLDER_SEARCH, t.validation, &text);
    let open =
        Button::secondary(say("Open it to see them", "L’ouvrir pour les voir").get(lang)).icon(icon::FOLDER_OPEN).compact();
    if ui.add(open.enabled(!cx.session.phase.busy())).clicked() {
        cx.act(match source {
            Source::Folder(folder) => Action::UseFolder(folder.clone()),
            Source::SampleFaces => Action::UseSampleFaces,
        });
    }
    ui.add_space(4.0);
    table.take_if(|(written, _)| *written != lang);
    let (_, table) = table.get_or_insert_with(|| (lang, both.table(shown)));
    let height = ui.available_height().max(LEAST);
    show_table_within(ui, lang, table, height);
}

/// Height of the table of names where the page scrolls as a whole, in points.
const LEAST: f32 = 320.0;

/// The runs' folder, if it is open.
struct Open {
    /// Without the user's edits, in which pictures that were left out can still be seen.
    base: Arc<Dataset>,
    /// Those that are used, and behind them those that are not.
    pixels: Pixels,
}

impl Open {
    fn of(cx: &Cx<'_>, view: &RunView) -> Option<Self> {
        let base = cx.session.open.as_ref().filter(|open| open.dataset.source == view.info.source)?.base().clone();
        let pixels = base.pixels.chain(&base.spare.pixels);
        Some(Self { base, pixels })
    }

    fn place(&self, file: &Path, then: u32) -> Option<usize> {
        let spare = || self.base.spare.find(file).map(|place| self.base.samples.len() + place);
        self.base.find(file, then as usize).or_else(spare)
    }
}

/// What both runs say of pictures.
struct Both<'a> {
    lang: Lang,
    pair: &'a Paired,
    reports: [&'a Report; 2],
    open: Option<Open>,
}

impl Both<'_> {
    /// What each run said: `female, 93%`; of years `34 (+5)`.
    fn answers(&self, said: [&Prediction; 2]) -> [String; 2] {
        let lang = self.lang;
        [0, 1].map(|run| {
            let (report, p) = (self.reports[run], said[run]);
            if self.pair.of_years {
                return format!("{} ({})", decimal(lang, p.estimate(), 0), off_by::off(lang, p.error()));
            }
            let name = report.task.name(p.predicted(report.logit_threshold(report.threshold)), lang);
            format!("{name}, {}", chance(lang, report.confidence(p, report.threshold), 0))
        })
    }

    /// `labeled female`.
    fn label(&self, p: &Prediction) -> String {
        let label = self.reports[0].task.name(p.label.into(), self.lang);
        format!("{} {label}", say("labeled", "étiquette").get(self.lang))
    }

    /// The pictures by their names, with their labels and what each run said.
    fn table(&self, shown: &[[&Prediction; 2]]) -> Table {
        let lang = self.lang;
        let [one, other] = self.pair.names.each_ref().map(|name| name.get(lang).to_owned());
        let head = [say("picture", "image"), say("label", "étiquette")].map(|name| name.get(lang).to_owned());
        let head: Vec<String> = head.into_iter().chain([one, other]).collect();
        let row = |said: &[&Prediction; 2]| {
            let [p, _] = *said;
            let [first, second] = self.answers(*said);
            vec![p.file.display().to_string(), self.reports[0].task.name(p.label.into(), lang), first, second]
        };
        Table::new(head, shown.iter().map(row).collect())
    }

    fn tile(&self, said: [&Prediction; 2], open: &Open) -> Tile {
        let [p, _] = said;
        let [first, second] = self.answers(said);
        let file = p.file.file_name().unwrap_or(p.file.as_os_str()).to_string_lossy();
        let [one, other] = self.pair.names.each_ref().map(|name| quoted(self.lang, name.get(self.lang)));
        let answers = format!("{}, {}", named(self.lang, one, &first), named(self.lang, other, &second));
        let name = format!("{file}, {}, {answers}", self.label(p));
        Tile { sample: open.place(&p.file, p.sample), first, second, name, ..Tile::default() }
    }

    /// What opens on a picture: it larger, with its label, what each run said, and its file. Gives whether it is to be seen
    /// large.
    fn details(&self, response: &Response, said: [&Prediction; 2], (tile, open): (&Tile, &Open), thumbs: &mut Thumbs) -> bool {
        let press = Press::of(response);
        let mut large = press == Press::Open;
        let popup = Popup::menu(response).open_memory(press.popup());
        popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_width(236.0);
            let t = Theme::of(ui);
            if let Some(sample) = tile.sample {
                let (rect, _) = ui.allocate_exact_size(Vec2::splat(SIDE as f32), Sense::hover());
                thumbs.paint_of(ui, rect, &open.pixels, sample);
                ui.add_space(2.0);
            } else {
                let gone = say("This file no longer exists", "Ce fichier n’existe plus").get(self.lang);
                ui.add(egui::Label::new(theme::caption(gone).color(t.validation)).wrap());
            }
            ui.label(theme::strong(self.label(said[0])).color(t.text));
            for (name, answer) in self.pair.names.iter().zip(self.answers(said)) {
                let line = named(self.lang, quoted(self.lang, name.get(self.lang)), answer);
                ui.add(egui::Label::new(theme::caption(line).color(t.text2)).wrap());
            }
            ui.add(egui::Label::new(theme::caption(said[0].file.display().to_string()).color(t.text2)).wrap());
            if link(ui, say("Open the picture", "Ouvrir l’image").get(self.lang)).clicked() {
                large = true;
                ui.close();
            }
        });
        large
    }
}
