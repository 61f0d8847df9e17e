//! Evaluated pictures that can be opened, marked, and asked about by the right button: in the gallery and in the strip of mistakes.

use std::path::{Path, PathBuf};

use egui::{Id, Modifiers, Popup, Response, Ui};

use super::{
    Shown,
    facets::{Facets, predictions},
    picture::{PictureDetails, Places, tile},
};
use crate::{
    data::{face_file, task::Task},
    evaluate::Prediction,
    files::table::Cell,
    text::{Lang, Phrase},
    ui::{
        Action, Cx,
        page::{
            listing::paths,
            marking::{Answer, Marking, unasked},
        },
        shortcut::MARK_ALL,
        viewer::subject::folder_of,
        widget::{
            gallery::{Gallery, Press, Tile},
            selection::Selection,
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

/// Evaluated pictures in the order in which they are shown.
pub struct Judged<'a> {
    pub shown: &'a Shown,
    pub places: &'a Places,
    /// Of the validation part instead of the evaluated one.
    pub validation: bool,
    /// Their places in the report, which mark them too.
    pub found: &'a [usize],
}

/// How they are laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Laid {
    /// All of them, scrolling.
    Whole,
    /// As many as fit into this height.
    Strip(f32),
}

impl Judged<'_> {
    fn all(&self) -> &[Prediction] {
        predictions(self.shown, self.validation)
    }

    /// The open data set's question, if it is the run's, or else the run's.
    fn task(&self) -> &Task {
        self.places.now.as_ref().map_or_else(|| self.shown.task(), |now| &now.dataset.task)
    }

    /// Where the pictures lie, if they have files.
    fn folder(&self) -> Option<&Path> {
        self.places.base.as_deref().and_then(folder_of)
    }

    /// Draws them, each about `wanted` points wide.
    pub fn show(&self, ui: &mut Ui, cx: &mut Cx<'_>, marked: &mut Selection, wanted: f32, laid: Laid) -> Option<PicturesAction> {
        let Self { shown, places, found, .. } = *self;
        let (lang, all) = (cx.lang, self.all());
        let unasked = unasked(cx.session);
        let tile = |place: usize| tile(lang, shown, &all[found[place]], places);
        let (mut asked, mut pressed, mut chosen) = (Vec::new(), None, None);
        let many: Option<usize> = (marked.len() > 1).then(|| marked.len());
        let each = |place: usize, tile: &Tile, response: Response, thumbs: &mut Thumbs| {
            let p = &all[found[place]];
            let (action, large) = PictureDetails { lang, shown, p, places, tile }.details(&response, thumbs);
            asked.extend(action);
            match if large { Press::Open } else { Press::of(&response) } {
                Press::None => {}
                press => pressed = Some((place, press, response.id)),
            }
            let marking = Marking { count: many.filter(|_| tile.marked).unwrap_or(1), ..self.marking(lang, unasked) };
            let menu = Popup::context_menu(&response).id(response.id.with("menu"));
            if let Some(answer) = menu.show(|ui| marking.menu(ui)).and_then(|shown| shown.inner) {
                chosen = Some((place, answer, response.id, tile.marked));
            }
        };
        let (pixels, count) = (places.pixels.as_ref(), found.len());
        let key = |place: usize| found[place] as u32;
        let marks_all = |ui: &Ui| !ui.text_edit_focused() && ui.input_mut(|i| i.consume_shortcut(&MARK_ALL));
        if laid == Laid::Whole && marks_all(ui) {
            marked.all(count, key);
        }
        let gallery = Gallery { thumbs: cx.thumbs, pixels, count, wanted, tile };
        match laid {
            Laid::Whole => gallery.marking(ui, marked, &key, each),
            Laid::Strip(height) => {
                // Beside other cards, those that are seen, and only where some of them are marked already.
                let seen = gallery.strip(ui, height, marked, &key, each);
                if !marked.is_empty() && marks_all(ui) {
                    marked.all(seen, key);
                }
            }
        }
        cx.actions.append(&mut asked);
        match pressed {
            Some((place, Press::Open, back)) => return Some(self.open(place, back)),
            Some((place, Press::Mark(modifiers), _)) => _ = marked.click(place, None, modifiers, key),
            Some((place, Press::Plain, _)) => _ = marked.click(place, None, Modifiers::NONE, key),
            Some((_, Press::None, _)) | None => {}
        }
        let (place, answer, back, is_marked) = chosen?;
        if answer == Answer::Open {
            return Some(self.open(place, back));
        }
        let targets = if is_marked { self.marked(marked) } else { vec![found[place]] };
        self.answer(cx, &targets, answer);
        None
    }

    fn open(&self, place: usize, back: Id) -> PicturesAction {
        PicturesAction::Open(self.found.to_vec(), self.validation, place, back)
    }

    fn marking(&self, lang: Lang, unasked: Option<Phrase>) -> Marking<'_> {
        Marking {
            lang,
            count: 1,
            task: self.task(),
            decidable: self.places.now.is_some(),
            seen: self.places.base.is_some(),
            has_file: self.folder().is_some(),
            similar: false,
            unasked,
        }
    }

    /// What can be done with what is marked.
    pub fn marking_of(&self, cx: &Cx<'_>, marked: &Selection) -> Marking<'_> {
        Marking { count: marked.len(), ..self.marking(cx.lang, unasked(cx.session)) }
    }

    /// Does what the bar is asked for about what is marked.
    pub fn answer_bar(&self, cx: &mut Cx<'_>, marked: &mut Selection, answer: Answer) {
        match answer {
            Answer::Clear => marked.clear(),
            answer => self.answer(cx, &self.marked(marked), answer),
        }
    }

    /// Places in the report of what is marked, in the order in which it is shown.
    fn marked(&self, marked: &Selection) -> Vec<usize> {
        self.found.iter().copied().filter(|at| marked.contains(*at as u32)).collect()
    }

    /// Does what is asked about pictures, by their places in the report; to open one is another's.
    fn answer(&self, cx: &mut Cx<'_>, targets: &[usize], answer: Answer) {
        let all = self.all();
        let pictures = || targets.iter().map(|at| &all[*at]);
        let files = || pictures().map(|p| p.file.clone()).collect::<Vec<PathBuf>>();
        match answer {
            Answer::ShowFolder => {
                if let (Some(folder), Some(p)) = (self.folder(), pictures().next()) {
                    cx.act(Action::ShowInFolder(folder.join(face_file::photo(&p.file))));
                }
            }
            Answer::CopyPaths => cx.act(Action::CopyText(paths(self.folder(), &files()))),
            Answer::CopyPicture => {
                if let Some(p) = pictures().next() {
                    cx.act(Action::CopyOriginal { file: p.file.clone(), sample: p.sample as usize });
                }
            }
            Answer::Predict => {
                cx.act(Action::PredictPictures(pictures().map(|p| (p.file.clone(), p.sample as usize)).collect()));
            }
            Answer::Change(change) => cx.act(Action::Edit { files: files(), change }),
            Answer::Export => {
                let rows = pictures().map(|p| self.row(p)).collect();
                cx.act(Action::ExportList { columns: vec!["file", "label", "age", "race", "answer", "confidence"], rows });
            }
            // None of these is offered of pictures that a run was evaluated on, or it is done above.
            Answer::Open | Answer::Similar | Answer::Clear => {}
        }
    }

    /// What a list that is exported says of one.
    fn row(&self, p: &Prediction) -> Vec<Cell<'static>> {
        let Self { shown, .. } = self;
        let task = self.task();
        let name = |class: usize| Cell::text(task.classes.get(class).cloned().unwrap_or_else(|| class.to_string()));
        let raw = shown.report.logit_threshold(shown.threshold);
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
    }
}
