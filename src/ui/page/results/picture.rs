//! One evaluated picture: its tile, and what opens on it.

use std::sync::Arc;

use egui::{Popup, PopupCloseBehavior, Response, Sense, Ui, Vec2};

use super::{Shown, labels};
use crate::{
    data::{
        dataset::Dataset,
        edits::Edit,
        open_dataset::OpenDataset,
        picture_size::SIDE,
        pixels::Pixels,
        sample::{RACES, Source},
    },
    evaluate::{Prediction, regression},
    run::RunPictures,
    session::RunPicturesState,
    text::{self, Lang, Phrase, chance, decimal, plural, say},
    ui::{
        Action, Cx,
        icon::{self, Icon},
        page::off_by,
        theme::{self, Theme},
        widget::{
            button::link,
            gallery::{Press, Tile},
            scroll,
            thumbs::Thumbs,
        },
    },
};

/// Where evaluated pictures are: in the run's own folder, whatever data set is open.
pub struct Places {
    /// The open data set, if it is the run's: the user can decide about its labels.
    pub now: Option<OpenDataset>,
    /// The run's pictures without the user's edits, in which pictures that were left out can still be seen.
    pub base: Option<Arc<Dataset>>,
    /// Of `base`: those that are used, and behind them those that are not.
    pub pixels: Option<Pixels>,
    /// What is known of them beside that.
    run_pictures: Option<Arc<RunPictures>>,
    /// Whether the run that is shown also answers about photos: a training may do that meanwhile.
    answers: bool,
}

impl Places {
    /// Those of the run that is shown.
    pub fn of(cx: &Cx<'_>, shown: &Shown) -> Self {
        let answers = cx.session.answering().is_some_and(|answering| answering.id == shown.view.info.id);
        let base = cx.session.pictures();
        let run_pictures = match &cx.session.run_pictures {
            Some(RunPicturesState::Here(run_pictures)) => Some(Arc::clone(run_pictures)),
            _ => None,
        };
        let same = |run_pictures: &&Arc<RunPictures>| base.as_ref().is_some_and(|base| Arc::ptr_eq(base, &run_pictures.dataset));
        let pixels = run_pictures.as_ref().filter(same).map(|run_pictures| run_pictures.pixels.clone());
        let pixels = pixels.or_else(|| Some(base.as_ref()?.pixels.clone()));
        Self { now: cx.session.own_dataset().cloned(), base, pixels, run_pictures, answers }
    }

    /// Its place among the pixels.
    pub fn find(&self, p: &Prediction) -> Option<usize> {
        let base = self.base.as_ref()?;
        let spare = || base.spare.find(&p.file).map(|place| base.samples.len() + place);
        base.find(&p.file, p.sample as usize).or_else(spare)
    }

    /// Whether the file's content is another than when the run began.
    fn changed(&self, p: &Prediction) -> bool {
        self.run_pictures.as_ref().is_some_and(|run_pictures| run_pictures.changed(&p.file))
    }

    /// Why it is not as it was when the run began.
    pub fn trouble(&self, p: &Prediction) -> Option<Phrase> {
        match self.pixels.as_ref().and(self.find(p)) {
            Some(_) if self.changed(p) => Some(say("This file has changed since the run", "Ce fichier a changé depuis l’essai")),
            None if self.base.is_some() => Some(say("This file no longer exists", "Ce fichier n’existe plus")),
            _ => None,
        }
    }

    /// What is to be known about it at a glance: that it has changed, or what the user decided.
    fn badge(&self, p: &Prediction) -> Option<Icon> {
        if self.changed(p) {
            return Some(icon::TRIANGLE_ALERT);
        }
        let edit = self.now.as_ref()?.edits().get(&p.file)?;
        Some(match edit {
            Edit { left_out: true, .. } => icon::EYE_OFF,
            Edit { kept: true, class: None, .. } => icon::CHECK,
            _ => icon::TAG,
        })
    }
}

/// An evaluated picture with what was said of it.
pub fn tile(lang: Lang, shown: &Shown, p: &Prediction, places: &Places) -> Tile {
    let place = places.find(p);
    if shown.years.is_some() {
        return tile_of_years(lang, p, place, places.badge(p));
    }
    let raw = shown.report.logit_threshold(shown.threshold);
    let (predicted, right) = (p.predicted(raw), p.correct(raw));
    let name = shown.task().name(predicted, lang);
    let label = shown.task().name(p.label.into(), lang);
    let sure = chance(lang, shown.report.confidence(p, shown.threshold), 0);
    let age = p.age.map(|age| format!(" · {}", plural(lang, age.into(), say("y", "an"), say("y", "ans"))));
    let sign = if right { (icon::CHECK, true) } else { (icon::X, false) };
    let file = p.file.file_name().unwrap_or(p.file.as_os_str()).to_string_lossy();
    Tile {
        sample: place,
        sign: Some(sign),
        first: name.clone(),
        short: String::new(),
        second: format!("{sure}{}", age.unwrap_or_default()),
        name: match lang {
            Lang::En => format!("{file}: predicted {name}, {sure}, labeled {label}"),
            Lang::Fr => format!("{file}\u{a0}: réponse {name}, {sure}, étiquette {label}"),
        },
        badge: places.badge(p),
        marked: false,
    }
}

/// The same of years: what was said, the label, and by how much it was off.
fn tile_of_years(lang: Lang, p: &Prediction, sample: Option<usize>, badge: Option<Icon>) -> Tile {
    let (value, label, off) = (decimal(lang, p.estimate(), 0), p.label, off_by::off(lang, p.error()));
    let file = p.file.file_name().unwrap_or(p.file.as_os_str()).to_string_lossy();
    let near = p.error().abs() <= regression::NEAR;
    Tile {
        sample,
        sign: Some(if near { (icon::CHECK, true) } else { (icon::X, false) }),
        first: format!("{value} ({off})"),
        short: value.clone(),
        second: match lang {
            Lang::En => format!("labeled {label}"),
            Lang::Fr => format!("noté {label}"),
        },
        name: match lang {
            Lang::En => format!("{file}: labeled {label}, predicted {value}, {off}"),
            Lang::Fr => format!("{file}\u{a0}: étiquette {label}, réponse {value}, {off}"),
        },
        badge,
        marked: false,
    }
}

/// A picture with all that is known of it.
pub struct PictureDetails<'a> {
    pub lang: Lang,
    pub shown: &'a Shown,
    pub p: &'a Prediction,
    pub places: &'a Places,
    pub tile: &'a Tile,
}

impl PictureDetails<'_> {
    /// What opens on the picture: it larger, what is known, the way to where the network looked, and what the user thinks of
    /// its label. Gives whether it is to be seen large, too.
    pub fn details(&self, response: &Response, thumbs: &mut Thumbs) -> (Option<Action>, bool) {
        let (mut asked, mut large) = (None, Press::of(response) == Press::Open);
        let popup = Popup::menu(response).open_memory(Press::of(response).popup());
        popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_width(236.0);
            scroll::menu(ui, |ui| {
                asked = self.known(ui, thumbs);
                if link(ui, say("Open the picture", "Ouvrir l’image").get(self.lang)).clicked() {
                    large = true;
                    ui.close();
                }
            });
        });
        (asked, large)
    }

    /// The picture with what is known of it, and the buttons for its label.
    fn known(&self, ui: &mut Ui, thumbs: &mut Thumbs) -> Option<Action> {
        let Self { lang, shown, p, places, tile } = *self;
        let t = Theme::of(ui);
        let mut asked = None;
        let known = places.pixels.as_ref().zip(tile.sample);
        if let Some((pixels, sample)) = known {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(SIDE as f32), Sense::hover());
            thumbs.paint_of(ui, rect, pixels, sample);
            ui.add_space(2.0);
        }
        if let Some(trouble) = places.trouble(p) {
            ui.add(egui::Label::new(theme::caption(trouble.get(lang)).color(t.validation)).wrap());
        }
        let said = match (shown.years.is_some(), lang) {
            (true, _) => tile.first.clone(),
            (false, Lang::En) => format!("predicted {}", tile.first),
            (false, Lang::Fr) => format!("réponse\u{a0}: {}", tile.first),
        };
        ui.label(theme::strong(said).color(t.text));
        let label = shown.task().name(p.label.into(), lang);
        let race = p.race.and_then(|r| RACES.get(usize::from(r))).map(|r| r.get(lang));
        let of_years = shown.years.is_some();
        let lines = [
            Some(format!("{} {label}", say("recorded as", "étiquette").get(lang))),
            Some(match of_years {
                true => format!("{} {}", say("estimate:", "estimation :").get(lang), text::years(lang, p.estimate(), 1)),
                false => format!(
                    "{} {}",
                    say("confidence:", "confiance\u{a0}:").get(lang),
                    chance(lang, shown.report.confidence(p, shown.threshold), 1)
                ),
            }),
            p.age.filter(|_| !of_years).map(|age| format!("{} {age}", say("age", "âge").get(lang))),
            race.map(|race| format!("{} {race}", say("race label", "«\u{a0}race\u{a0}» notée par UTKFace").get(lang))),
            Some(p.file.display().to_string()),
        ];
        for line in lines.into_iter().flatten() {
            ui.add(egui::Label::new(theme::caption(line).color(t.text2)).wrap());
        }
        let used = places.base.as_ref().zip(tile.sample).is_some_and(|(base, sample)| sample < base.samples.len());
        if used && places.answers && link(ui, say("See where it looked", "Voir où il a regardé").get(lang)).clicked() {
            asked = Some(Action::Look { file: p.file.clone(), sample: p.sample as usize });
            ui.close();
        }
        if let Some(open) = &places.now {
            ui.add_space(4.0);
            asked = labels::decide(ui, lang, open, p).or(asked);
        } else if let (Some(_), Source::Folder(folder)) = (known, &shown.view.info.source)
            && !shown.view.evaluated_elsewhere()
            && link(ui, say("Open its data to correct labels", "Ouvrir ses données pour corriger").get(lang)).clicked()
        {
            asked = Some(Action::UseFolder(folder.clone()));
            ui.close();
        }
        asked
    }
}
