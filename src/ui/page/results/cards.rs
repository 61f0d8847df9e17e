//! How the results of classes are laid out: how right it is on one line, the matrix, a card beside it, the surest mistakes.
//!
//! Where it is wrong and for whom come first. A small window has one card beside the matrix and the others a click away, so that
//! no plot is too low to be read; a large one has room for all.

use egui::{Align, Layout, Ui, UiBuilder, Vec2, vec2};

use super::{Shown, accuracy, calibration, facets::Facets, groups, judged::PicturesAction, pictures, several};
use crate::{
    evaluate::words::baseline_words,
    text::{Lang, Phrase, quoted, say},
    ui::{
        Cx, theme,
        widget::{
            card::columns,
            choice::{segmented, segmented_width, view_menu},
            score_bar::ScoreBar,
            stack::{growing, stack},
        },
    },
};

/// What the cards remember.
#[derive(Default)]
pub struct State {
    pub grouping: usize,
    curve: accuracy::Curve,
    several: several::State,
    /// `None` before one was chosen.
    beside: Option<SideCard>,
    pub strip: pictures::Strip,
}

/// Which card stands beside the matrix, where there is no room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SideCard {
    Groups,
    /// The threshold, or of more than two classes what is mixed up most.
    Errors,
    Scores,
    Confidence,
}

/// From this size of the room below the title on, all cards are seen at once.
const ROOMY: Vec2 = vec2(1080.0, 810.0);

/// Draws them; gives the pictures that were asked for.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown, state: &mut State) -> Option<PicturesAction> {
    score_bar(ui, cx.lang, shown);
    let room = ui.available_size();
    if room.x >= ROOMY.x && room.y >= ROOMY.y { large(ui, cx, shown, state) } else { small(ui, cx, shown, state) }
}

fn large(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown, state: &mut State) -> Option<PicturesAction> {
    let rows = [growing(300.0, 0.5), growing(308.0, 0.35), growing(164.0, 0.15)];
    let mut open = None;
    stack(ui, &rows, |row, ui, height| match row {
        0 => columns(ui, &[0.6, 0.4], height, |column, ui| {
            let found = match column {
                0 => matrix(ui, cx, shown, state, height),
                _ => card(ui, cx, shown, (SideCard::Groups, state), height),
            };
            open = found.or(open.take());
        }),
        1 => columns(ui, &[0.38, 0.27, 0.35], height, |column, ui| {
            let which = [SideCard::Errors, SideCard::Scores, SideCard::Confidence][column.min(2)];
            open = card(ui, cx, shown, (which, state), height).or(open.take());
        }),
        _ => open = mistakes(ui, cx, shown, state, height).or(open.take()),
    });
    open
}

fn small(ui: &mut Ui, cx: &mut Cx<'_>, shown: &mut Shown, state: &mut State) -> Option<PicturesAction> {
    const CHOOSER: f32 = theme::FIELD + 4.0 + theme::GUTTER;
    let rows = [growing(356.0, 1.0), growing(164.0, 0.12)];
    let mut open = None;
    stack(ui, &rows, |row, ui, height| match row {
        0 => columns(ui, &[0.57, 0.43], height, |column, ui| {
            let found = match column {
                0 => matrix(ui, cx, shown, state, height),
                _ => {
                    // Of many classes what is mixed up comes first, of two for whom it is right.
                    let first = if shown.report.is_binary() { SideCard::Groups } else { SideCard::Errors };
                    let mut beside = state.beside.unwrap_or(first);
                    let whole = ui.available_rect_before_wrap();
                    let (top, below) = whole.split_top_bottom_at_y(whole.top() + CHOOSER);
                    ui.scope_builder(UiBuilder::new().max_rect(top), |ui| choose(ui, cx.lang, shown, &mut beside));
                    state.beside = Some(beside).filter(|chosen| state.beside.is_some() || *chosen != first);
                    let below = below.with_max_y(whole.top() + height);
                    let builder = UiBuilder::new().max_rect(below).layout(Layout::top_down(Align::Min));
                    ui.scope_builder(builder, |ui| card(ui, cx, shown, (beside, state), height - CHOOSER)).inner
                }
            };
            open = found.or(open.take());
        }),
        _ => open = mistakes(ui, cx, shown, state, height).or(open.take()),
    });
    open
}

/// Asks for a page of the pictures that these let through.
fn narrow(facets: Facets) -> Option<PicturesAction> {
    Some(PicturesAction::Narrow(facets))
}

/// How right it is, on a line with what the largest class alone would give.
fn score_bar(ui: &mut Ui, lang: Lang, shown: &Shown) {
    let accuracy = shown.counted.scores.accuracy;
    let range = accuracy.wilson();
    let baseline = shown.counted.baseline;
    let majority = quoted(lang, shown.task().name(shown.report.majority(), lang));
    let bar = ScoreBar {
        share: accuracy.share(),
        range: (range.low, range.high),
        baseline: baseline.share(),
        always: format!("{} {majority} {}", say("always", "toujours").get(lang), baseline_words(lang, baseline)),
    };
    bar.show(ui, lang);
}

/// The matrix or heat map.
fn matrix(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, state: &mut State, height: f32) -> Option<PicturesAction> {
    ui.set_max_height(height);
    let (label, predicted) = match shown.report.is_binary() {
        true => accuracy::matrix(ui, cx, shown, height),
        false => several::matrix(ui, cx, shown, &mut state.several, height),
    }?;
    narrow(Facets { label: Some(label), predicted: Some(predicted), ..Facets::default() })
}

fn mistakes(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, state: &mut State, height: f32) -> Option<PicturesAction> {
    ui.set_max_height(height);
    pictures::mistakes(ui, cx, shown, &mut state.strip, height)
}

/// One of the cards beside the matrix.
fn card(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    shown: &mut Shown,
    (which, state): (SideCard, &mut State),
    height: f32,
) -> Option<PicturesAction> {
    ui.set_max_height(height);
    match which {
        SideCard::Groups => {
            let key = groups::show(ui, cx, shown, &mut state.grouping, height)?;
            return narrow(Facets { label: key.class, age: key.age, race: key.race, ..Facets::default() });
        }
        SideCard::Errors if shown.report.is_binary() => accuracy::trade_off(ui, cx, shown, &mut state.curve, height),
        SideCard::Errors => {
            let (label, predicted) = several::side(ui, cx, shown, &mut state.several, height)?;
            return narrow(Facets { label: Some(label), predicted: Some(predicted), ..Facets::default() });
        }
        SideCard::Scores => accuracy::scores(ui, cx.lang, shown, height),
        SideCard::Confidence => calibration::show(ui, cx, shown, height),
    }
    None
}

/// The card's name among those to choose from.
fn name(beside: SideCard, binary: bool) -> Phrase {
    match beside {
        SideCard::Groups => say("Groups", "Groupes"),
        SideCard::Errors if binary => say("Threshold", "Seuil"),
        SideCard::Errors => say("Confusions", "Confusions"),
        SideCard::Scores => say("Scores", "Scores"),
        SideCard::Confidence => say("Confidence", "Confiance"),
    }
}

/// Chooses the card that stands beside the matrix.
fn choose(ui: &mut Ui, lang: Lang, shown: &Shown, beside: &mut SideCard) {
    /// What each name may give up of the room around it, in points.
    const TIGHT: f32 = 20.0;
    const ALL: [SideCard; 4] = [SideCard::Groups, SideCard::Errors, SideCard::Scores, SideCard::Confidence];
    let names = ALL.map(|one| name(one, shown.report.is_binary()).get(lang));
    let options: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
    let now = ALL.iter().position(|one| one == beside);
    // Names that would touch are a menu.
    let chosen = match segmented_width(ui, &options) - TIGHT * ALL.len() as f32 <= ui.available_width() {
        true => segmented(ui, "beside the matrix", now, &options),
        false => view_menu(ui, now.unwrap_or_default(), &names.map(str::to_owned)),
    };
    if let Some(chosen) = chosen {
        *beside = ALL[chosen];
    }
}
