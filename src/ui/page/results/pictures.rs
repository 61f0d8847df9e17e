//! The pictures behind a number: filtered, sorted, and marked where a label looks wrong.

use std::path::PathBuf;

use egui::{Id, Key, Modifiers, Popup, Response, Ui, vec2};

use super::{
    Shown,
    facets::{Facets, Pictures, find, predictions},
    filters,
    picture::{Places, Subject, tile},
    run_pictures,
};
use crate::{
    data::face_file,
    evaluate::Prediction,
    files::table::Cell,
    text::{self, Lang, number, say},
    ui::{
        Action, Cx, icon,
        page::{
            listing::paths,
            marking::{BarAnswer, Marking, MenuAnswer},
        },
        shortcut::MARK_ALL,
        theme::Theme,
        viewer::subject::folder_of,
        widget::{
            button::Button,
            card::{Card, header},
            gallery::{Gallery, Press, Tile},
            notice,
            selection::Selection,
            strip,
            thumbs::Thumbs,
        },
    },
};

/// What a page of pictures asks for.
pub enum PicturesAction {
    /// Back to the results.
    Back,
    /// Those that these let through, on a page of their own.
    Narrow(Facets),
    /// To see one large: the list, whether it is of the validation part, the position, and what gets the keyboard back.
    Open(Vec<usize>, bool, usize, Id),
}

/// The surest mistakes as a strip.
pub fn mistakes(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, height: f32) -> Option<PicturesAction> {
    let lang = cx.lang;
    ui.set_max_height(height);
    let (found, title) = match &shown.years {
        Some(years) => (&years.largest, say("Largest errors", "Plus grandes erreurs").get(lang)),
        None => (&shown.counted.mistakes, say("Most confident mistakes", "Erreurs faites avec assurance").get(lang)),
    };
    let (mut see_all, mut answer) = (false, None);
    Card::titled(title).fill().show_with(
        ui,
        |ui| {
            let text = match lang {
                Lang::En => format!("See all {}", number(lang, found.len() as u64)),
                Lang::Fr => format!("Voir les {}", number(lang, found.len() as u64)),
            };
            let see = Button::quiet(text).trailing(icon::ARROW_RIGHT).compact();
            if !found.is_empty() && ui.add(see).clicked() {
                see_all = true;
            }
        },
        |ui| {
            if found.is_empty() {
                let text = say("Not a single mistake", "Pas une seule erreur").get(lang);
                let t = Theme::of(ui);
                return notice::note(ui, icon::CIRCLE_CHECK, t.good, text);
            }
            if run_pictures::note(ui, cx, shown) == run_pictures::Note::Gone {
                return;
            }
            let height = ui.available_height();
            let places = Places::of(cx, shown);
            let predictions = &shown.report.predictions;
            let tile = |place: usize| tile(lang, shown, &predictions[found[place]], &places);
            let (mut asked, mut open) = (Vec::new(), None);
            let each = |place: usize, tile: &Tile, response: Response, thumbs: &mut Thumbs| {
                let subject = Subject { lang, shown, p: &predictions[found[place]], places: &places, tile };
                let (action, large) = subject.details(&response, thumbs);
                asked.extend(action);
                if large {
                    open = Some((place, response.id));
                }
            };
            let pixels = places.pixels.as_ref();
            Gallery { thumbs: cx.thumbs, pixels, count: found.len(), wanted: 92.0, tile }.strip(ui, height, each);
            cx.actions.append(&mut asked);
            if let Some((place, back)) = open {
                answer = Some(PicturesAction::Open(found.clone(), false, place, back));
            }
        },
    );
    let correct = if shown.years.is_some() { None } else { Some(false) };
    if see_all { Some(PicturesAction::Narrow(Facets { correct, ..Facets::default() })) } else { answer }
}

/// The pictures as a page of their own.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, open: &mut Pictures) -> Option<PicturesAction> {
    let lang = cx.lang;
    find(shown, open);
    let (mut back, mut asked) = (false, None);
    let part = if open.validation { say("validation part", "partie validation").get(lang) } else { shown.report.part_name(lang) };
    let total = number(lang, predictions(shown, open.validation).len() as u64);
    let threshold = text::threshold(lang, shown.threshold);
    let sentence = match lang {
        Lang::En if shown.years.is_some() => format!("of {total} pictures, {part}"),
        Lang::Fr if shown.years.is_some() => format!("sur {total} images, {part}"),
        Lang::En => format!("of {total} pictures, {part} · threshold {threshold}"),
        Lang::Fr => format!("sur {total} images, {part} · seuil {threshold}"),
    };
    strip::show(ui, cx, &shown.view.info);
    header(ui, &open.facets.sentence(shown, open.found.len(), lang), &sentence, |ui| {
        // At the right end, whatever comes beside it: nothing takes its place under the pointer.
        let button = Button::secondary(say("Back to the results", "Revenir aux résultats").get(lang)).icon(icon::ARROW_LEFT);
        // Escape closes what is open over the pictures first.
        let escape = !Popup::is_any_open(ui.ctx()) && ui.input(|i| i.key_pressed(Key::Escape));
        let unmark = escape && !open.marked.is_empty();
        if unmark {
            open.marked.clear();
        }
        back = ui.add(button).clicked() || (escape && !unmark);
        if shown.changed.is_some() {
            let text = say("Train again with these labels", "Réentraîner avec ces étiquettes").get(lang);
            if ui.add(Button::secondary(text).icon(icon::REFRESH_CW).enabled(!cx.session.phase.busy())).clicked() {
                cx.act(Action::TrainAgain(shown.view.info.id.clone()));
            }
        }
    });
    Card::new().fill().show(ui, |ui| {
        filters::show(ui, lang, shown, open);
        ui.add_space(4.0);
        run_pictures::note(ui, cx, shown);
        if open.found.is_empty() {
            let title = say("No matching pictures", "Aucune image ne correspond").get(lang);
            let text = match shown.years.is_some() {
                true => say("Clear or widen a filter", "Effacez ou élargissez un filtre"),
                false => {
                    say("Clear or widen a filter, or move the threshold", "Effacez ou élargissez un filtre, ou déplacez le seuil")
                }
            };
            let text = text.get(lang);
            notice::empty(ui, icon::FILTER, title, text, |ui| {
                if ui.add(Button::secondary(say("Show all", "Tout afficher").get(lang))).clicked() {
                    open.clear_filters();
                }
            });
            return;
        }
        let places = Places::of(cx, shown);
        let below = if open.marked.is_empty() { 0.0 } else { open.bar + 10.0 };
        let size = vec2(ui.available_width(), (ui.available_height() - below).max(80.0));
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            asked = gallery(ui, cx, shown, open, &places);
        });
        if !open.marked.is_empty() {
            bar(ui, cx, shown, open, &places);
        }
    });
    if back { Some(PicturesAction::Back) } else { asked }
}

/// All pictures, which can be opened, marked, and asked about by the right button.
fn gallery(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, open: &mut Pictures, places: &Places) -> Option<PicturesAction> {
    let lang = cx.lang;
    let all = predictions(shown, open.validation);
    let Pictures { found, marked, wanted, validation, .. } = open;
    let tile = |place: usize| tile(lang, shown, &all[found[place]], places);
    let (mut asked, mut pressed, mut chosen) = (Vec::new(), None, None);
    let many: Option<usize> = (marked.len() > 1).then(|| marked.len());
    let each = |place: usize, tile: &Tile, response: Response, thumbs: &mut Thumbs| {
        let p = &all[found[place]];
        let (action, large) = Subject { lang, shown, p, places, tile }.details(&response, thumbs);
        asked.extend(action);
        match if large { Press::Open } else { Press::of(&response) } {
            Press::None => {}
            press => pressed = Some((place, press, response.id)),
        }
        let count = many.filter(|_| tile.marked).unwrap_or(1);
        let marking = Marking { lang, count, task: shown.task(), decidable: places.now.is_some() };
        let menu = Popup::context_menu(&response).id(response.id.with("menu"));
        let has_file = places.base.as_deref().is_some_and(|base| folder_of(base).is_some());
        if let Some(answer) = menu.show(|ui| marking.menu(ui, has_file, false)).and_then(|shown| shown.inner) {
            chosen = Some((place, answer, response.id, tile.marked));
        }
    };
    let (pixels, count) = (places.pixels.as_ref(), found.len());
    let key = |place: usize| found[place] as u32;
    if !ui.text_edit_focused() && ui.input_mut(|i| i.consume_shortcut(&MARK_ALL)) {
        marked.all(count, key);
    }
    Gallery { thumbs: cx.thumbs, pixels, count, wanted: *wanted, tile }.marking(ui, marked, &key, each);
    cx.actions.append(&mut asked);
    match pressed {
        Some((place, Press::Open, back)) => return Some(PicturesAction::Open(found.clone(), *validation, place, back)),
        Some((place, Press::Mark(modifiers), _)) => _ = marked.click(place, None, modifiers, key),
        Some((place, Press::Plain, _)) => _ = marked.click(place, None, Modifiers::NONE, key),
        Some((_, Press::None, _)) | None => {}
    }
    let (place, answer, back, is_marked) = chosen?;
    let p = &all[found[place]];
    let files = || match is_marked {
        true => marked_files(all, found, marked),
        false => vec![p.file.clone()],
    };
    let folder = places.base.as_deref().and_then(folder_of);
    match answer {
        MenuAnswer::Open => return Some(PicturesAction::Open(found.clone(), *validation, place, back)),
        MenuAnswer::ShowFolder => {
            if let Some(folder) = folder {
                cx.act(Action::ShowInFolder(folder.join(face_file::photo(&p.file))));
            }
        }
        MenuAnswer::CopyPaths => cx.act(Action::CopyText(paths(folder, &files()))),
        MenuAnswer::CopyPicture => cx.act(Action::CopyOriginal { file: p.file.clone(), sample: p.sample as usize }),
        MenuAnswer::Similar => {}
        MenuAnswer::Change(change) => cx.act(Action::Edit { files: files(), change }),
    }
    None
}

/// The files of the marked pictures, in the order in which they are shown.
fn marked_files(all: &[Prediction], found: &[usize], marked: &Selection) -> Vec<PathBuf> {
    found.iter().filter(|at| marked.contains(**at as u32)).map(|at| all[*at].file.clone()).collect()
}

/// The bar for what is marked.
fn bar(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, open: &mut Pictures, places: &Places) {
    let lang = cx.lang;
    let all = predictions(shown, open.validation);
    let task = places.now.as_ref().map_or_else(|| shown.task(), |now| &now.dataset.task);
    let marking = Marking { lang, count: open.marked.len(), task, decidable: places.now.is_some() };
    let drawn = ui.scope(|ui| marking.bar(ui));
    open.bar = drawn.response.rect.height();
    let files = || marked_files(all, &open.found, &open.marked);
    match drawn.inner {
        Some(BarAnswer::Change(change)) => cx.act(Action::Edit { files: files(), change }),
        Some(BarAnswer::CopyPaths) => {
            let folder = places.base.as_deref().and_then(folder_of);
            cx.act(Action::CopyText(paths(folder, &files())));
        }
        Some(BarAnswer::Export) => {
            let name = |class: usize| Cell::text(task.classes.get(class).cloned().unwrap_or_else(|| class.to_string()));
            let raw = shown.report.logit_threshold(shown.threshold);
            let row = |p: &Prediction| {
                let answer = match p.logit.value() {
                    Some(value) => [Cell::Number(value, Some(1)), Cell::Empty],
                    None => [name(p.predicted(raw)), Cell::Number(shown.report.confidence(p, shown.threshold), Some(4))],
                };
                let known = [
                    Cell::text(p.file.display().to_string()),
                    name(p.label.into()),
                    p.age.map_or(Cell::Empty, Cell::whole),
                    p.race.map_or(Cell::Empty, Cell::whole),
                ];
                known.into_iter().chain(answer).collect()
            };
            let rows = open.found.iter().filter(|at| open.marked.contains(**at as u32)).map(|at| row(&all[*at])).collect();
            cx.act(Action::ExportList { columns: vec!["file", "label", "age", "race", "answer", "confidence"], rows });
        }
        Some(BarAnswer::Clear) => open.marked.clear(),
        None => {}
    }
}
