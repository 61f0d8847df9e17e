//! Data: what was found, who is in it, how it is split, and every picture.

mod ages;
mod balance;
mod checks;
mod classes;
pub mod decide;
mod detail;
mod drawn;
mod filling;
mod filters;
mod groups;
mod hand_square;
mod image_size;
mod listed;
mod overview;
mod pictures;
pub mod question;
mod reading;
pub mod remembered;
mod resizing;
pub mod shared;
mod show;
mod split;
mod table;
mod tiles;
mod viewing;
mod wall;
mod year;

use std::path::Path;

use egui::Ui;

use self::{
    filling::Filling,
    overview::Overview,
    remembered::Walls,
    viewing::{Viewed, Viewing},
    wall::Wall,
};
use super::Page;
use crate::{
    control::Stage,
    data::sample::Source,
    session::Phase,
    text::{Lang, number, quoted, say},
    ui::{
        Action, Cx, icon, shortcut, theme,
        widget::{bar, button::Button, card, choice::menu_item, notice, scroll},
    },
};

/// What the page remembers.
#[derive(Default)]
pub struct State {
    /// What is filtered and scrolled; another folder begins anew.
    source: Option<Source>,
    overview: Overview,
    filling: Filling,
    /// Since when another data set is being opened, in egui's seconds.
    opening: Option<f64>,
    alike: shared::Alike,
    wall: Wall,
    viewing: Option<Viewing>,
    balance: balance::View,
    /// What is typed to find one of many classes.
    sought: String,
    /// The bands of an age group, while they are edited.
    bands: Option<String>,
    resizing: resizing::Resizing,
    parts: split::PartCounts,
    walls: Walls,
}

impl State {
    /// The page with what is remembered of each data set's wall.
    pub fn with_walls(walls: Walls) -> Self {
        Self { walls, ..Self::default() }
    }

    /// What is to be remembered of them.
    pub const fn walls(&self) -> &Walls {
        &self.walls
    }

    /// A folder was found in another place.
    pub fn moved(&mut self, then: &Path, now: &Path) {
        self.walls.moved(&Source::Folder(then.to_owned()), &Source::Folder(now.to_owned()));
    }
}

/// The page's height from which on its cards need not be sparing, in points.
const ROOMY: f32 = 760.0;

/// What messages take of it, as a rule: of what the parts share, and of how the folder was read.
const SHARED: f32 = 140.0;
const READ: f32 = 50.0;

/// Draws the page.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let opening = gives_way(ui, cx, state);
    if !opening && looks(ui, cx, state) {
        return;
    }
    let sentence = say("What was found, and how it will be split", "Ce qui a été trouvé, et sa répartition");
    let shown = cx.dataset().filter(|_| !opening).cloned();
    let ready = shown.is_some();
    let narrow = ui.available_width() < 860.0;
    card::header(ui, cx.say(Page::Data.name()), cx.say(sentence), |ui| {
        if ready && ui.add(Button::primary(cx.say(Page::Augmentation.name())).trailing(icon::ARROW_RIGHT)).clicked() {
            cx.act(Action::Go(Page::Augmentation));
        }
        open_menu(ui, cx);
        if ready && cx.plan.is_ok() {
            copy_menu(ui, cx, narrow);
        }
    });
    let Some(dataset) = shown else {
        waiting(ui, cx, state);
        return;
    };
    // What was shown while it was opened is not needed any more.
    state.filling = Filling::default();
    if let Some(open) = &cx.session.open {
        state.overview.follow(open, cx.session.near.as_ref());
    }
    if state.source.as_ref() != Some(&dataset.source) {
        state.wall = Wall::keeping_zoom(&state.wall);
        state.walls.restore(&dataset, state.overview.has_ages(), &mut state.wall);
        state.balance = balance::View::default();
        state.sought.clear();
        state.bands = None;
        state.source = Some(dataset.source.clone());
    }
    state.alike.follow(cx);
    let height = ui.available_height();
    let tight = height < ROOMY;
    // The pyramid takes what room there is; where messages stand above it, all is scrolled to anyway.
    let shares = cx.plan.is_ok_and(|plan| shared::says_something(plan, &state.alike));
    let messages = if shares { SHARED } else { 0.0 } + if dataset.understood.is_plain() { 0.0 } else { READ };
    let row = match tight {
        true if messages > 0.0 => 15.0,
        true => 12.5,
        false => (15.0 + (height - ROOMY - messages) / 9.0).clamp(15.0, 30.0),
    };
    let left = match ui.available_width() {
        w if w < 860.0 => 330.0,
        w if w < 1200.0 => 388.0,
        _ => 430.0,
    };
    card::columns(ui, &[left, 1.0], height, |column, ui| match column {
        0 => {
            scroll::list(ui, |ui| {
                // The scroll bar, when it comes, stands in the gutter.
                ui.set_width((ui.available_width() - 1.0).max(0.0));
                if tight {
                    ui.spacing_mut().item_spacing.y = 8.0;
                }
                checks::show(ui, cx, &dataset, state, tight);
                match dataset.task.is_binary() {
                    _ if dataset.task.is_regression() => ages::show(ui, cx, &dataset, state),
                    true => balance::show(ui, cx, &dataset, state, row),
                    false => classes::show(ui, cx, &dataset, state),
                }
                split::show(ui, cx, &dataset, &mut state.wall, &mut state.parts, tight);
            });
        }
        _ => drop(ui.push_id(&dataset.source, |ui| pictures::show(ui, cx, &dataset, &state.overview, &mut state.wall))),
    });
    state.walls.remember(&dataset, &state.wall);
}

/// The ways to write the split out as folders.
fn copy_menu(ui: &mut Ui, cx: &mut Cx<'_>, narrow: bool) {
    let name = match narrow {
        true => say("Copy…", "Copier…"),
        false => say("Copy into folders…", "Copier dans des dossiers…"),
    };
    let copy = Button::quiet(cx.say(name)).icon(icon::FOLDER_INPUT);
    let help = say(
        "Writes train, validation and test folders with a folder for each class, as the notebook does; the data folder stays as it is",
        "Écrit des dossiers train, validation et test avec un dossier par classe, comme le notebook ; le dossier de données reste tel quel",
    );
    let copy = ui.add(copy);
    egui::Popup::menu(&copy).show(|ui| {
        let ways = [
            (icon::COPY, say("Copy the files…", "Copier les fichiers…"), false),
            (icon::LINK, say("Hard links, which take no space…", "Liens physiques, sans prendre de place…"), true),
        ];
        for (symbol, name, link) in ways {
            if menu_item(ui, Some(symbol), cx.say(name)).clicked() {
                cx.act(Action::CopyFolders { link });
            }
        }
    });
    copy.on_hover_text(cx.say(help));
}

/// Whether the wall of another data set, which is being opened, stands in place of the one that is open: not at once, since
/// pictures that were decoded before are there in a moment. What is remembered of the open one stays.
fn gives_way(ui: &Ui, cx: &Cx<'_>, state: &mut State) -> bool {
    /// Seconds before that.
    const PATIENCE: f64 = 0.25;
    if cx.session.opening.is_none() || cx.dataset().is_none() {
        state.opening = None;
        return false;
    }
    let now = ui.input(|input| input.time);
    let left = PATIENCE - (now - *state.opening.get_or_insert(now));
    if left > 0.0 && cx.session.glimpses.is_empty() {
        ui.request_repaint_after_secs(left as f32);
        return false;
    }
    if let Some(viewing) = &mut state.viewing {
        viewing.keep(ui);
    }
    true
}

/// Draws the viewer in place of the page, if a picture is open.
fn looks(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) -> bool {
    let Some(open) = &cx.session.open else { return false };
    let dataset = &open.dataset;
    if let Some(opened) = state.wall.opened.take() {
        state.viewing = Some(Viewing::open(ui, dataset, opened));
    }
    state.overview.follow(open, cx.session.near.as_ref());
    match viewing::show(ui, cx, dataset, &state.overview, &mut state.viewing) {
        Viewed::Open => return true,
        Viewed::Closed(Some(place)) => state.wall.select_at(dataset, place),
        Viewed::Closed(None) | Viewed::Not => {}
    }
    false
}

/// Another folder: chosen, used before, or the drawings.
fn open_menu(ui: &mut Ui, cx: &mut Cx<'_>) {
    let open =
        Button::secondary(cx.say(say("Open folder", "Ouvrir un dossier"))).icon(icon::FOLDER_OPEN).trailing(icon::CHEVRON_DOWN);
    let open = ui.add(open);
    let others = say("; or drop a folder here, or paste its path", " ; ou déposez un dossier, ou collez son chemin");
    let help = shortcut::written(&shortcut::OPEN, cx.lang) + cx.say(others);
    egui::Popup::menu(&open).show(|ui| {
        ui.set_min_width(260.0);
        if menu_item(ui, Some(icon::FOLDER_SEARCH), cx.say(say("Choose a folder…", "Choisir un dossier…"))).clicked() {
            cx.act(Action::ChooseFolder);
        }
        for (folder, there) in cx.recent.iter().take(6) {
            let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
            let (symbol, text, action) = match there {
                true => (icon::HISTORY, name.into_owned(), Action::UseFolder(folder.clone())),
                false => {
                    let moved = cx.say(say("it moved: locate…", "déplacé : le retrouver…"));
                    (icon::FOLDER_SEARCH, format!("{name}, {moved}"), Action::FindFolder(folder.clone()))
                }
            };
            if menu_item(ui, Some(symbol), &text).on_hover_text(folder.display().to_string()).clicked() {
                cx.actions.push(action);
            }
        }
        ui.separator();
        if menu_item(ui, Some(icon::SMILE), cx.say(say("The sample faces", "Les visages d’exemple"))).clicked() {
            cx.act(Action::UseSampleFaces);
        }
    });
    open.on_hover_text(help);
}

/// While a data set is being opened, or after the first failed.
fn waiting(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let Phase::Opening(progress) = cx.session.phase else {
        let title = cx.say(say("No pictures yet", "Pas encore d’images"));
        let about = say(
            "Open a folder of face pictures, or try the sample faces",
            "Ouvrez un dossier de visages, ou essayez les visages d’exemple",
        );
        notice::empty(ui, icon::IMAGES, title, cx.say(about), |ui| {
            if ui.add(Button::secondary(cx.say(say("Try the sample faces", "Essayer les visages d’exemple")))).clicked() {
                cx.act(Action::UseSampleFaces);
            }
        });
        return;
    };
    let (title, about) = match progress.stage {
        Stage::Drawing => (
            say("Drawing the sample faces", "Dessin des visages d’exemple"),
            say(
                "Drawings, not photos of people; they are made again each time, and none is kept on the disk",
                "Des dessins, pas des photos de personnes ; ils sont refaits à chaque fois et rien n’est gardé sur le disque",
            ),
        ),
        _ => (
            say("Opening the pictures", "Ouverture des images"),
            say(
                "Each picture is decoded once and kept; the next opening is immediate",
                "Chaque image est décodée une fois et gardée ; la prochaine ouverture sera immédiate",
            ),
        ),
    };
    let title = cx.say(title);
    let height = ui.available_height();
    card::columns(ui, &[0.36, 0.64], height, |column, ui| match column {
        0 => card::Card::new().fill().show(ui, |ui| {
            notice::empty(ui, icon::IMAGES, title, cx.say(about), |ui| {
                bar::progress(ui, title, progress.share(), ui.available_width().min(260.0));
                if progress.total > 0 {
                    let [done, total] = [progress.done, progress.total].map(|count| number(cx.lang, count));
                    let text = format!("{done} {} {total}", cx.say(say("of", "sur")));
                    ui.label(theme::caption(text).color(theme::Theme::of(ui).text2));
                }
                ui.add_space(theme::GUTTER);
                if ui.add(Button::secondary(cx.say(say("Stop opening", "Arrêter l’ouverture")))).clicked() {
                    cx.act(Action::Cancel);
                }
                if let Some(open) = cx.dataset() {
                    let name = quoted(cx.lang, open.source.name().get(cx.lang));
                    let text = match (&open.source, cx.lang) {
                        (Source::SampleFaces, Lang::En) => "The sample faces stay open if you stop".to_owned(),
                        (Source::SampleFaces, Lang::Fr) => "Les visages d’exemple restent ouverts si vous arrêtez".to_owned(),
                        (Source::Folder(_), Lang::En) => format!("{name} stays open if you stop"),
                        (Source::Folder(_), Lang::Fr) => format!("{name} reste ouvert si vous arrêtez"),
                    };
                    ui.add(egui::Label::new(theme::caption(text).color(theme::Theme::of(ui).text2)).wrap());
                }
            });
        }),
        _ => card::Card::new().fill().show(ui, |ui| {
            state.filling.show(ui, cx.lang, progress.share().unwrap_or(0.0), &cx.session.glimpses);
        }),
    });
}
