//! Every page and dialog, from 1024 x 700 to 3840 x 2160, at 100 to 250%, in both languages: no text is cut off at its
//! side, runs into another or out of the window, no number is cut, no title of the list of runs, no file's name to its first
//! letters, and nothing that can be clicked overlaps something else.
//!
//! Texts are taken as they are painted, places as egui hits them; each window is looked at as it is, and so high that
//! what is scrolled to is seen, too. That the keyboard brings it into sight is tested in `access`. `monkey` in
//! `TROMBINE_REQUIRE` looks at every size at every zoom; otherwise the narrowest, the usual and the smallest of all.

use egui::{Rect, Vec2, vec2};
use egui_kittest::Harness;
use trombine::{
    app::App,
    session::{Offer, Phase},
    text::{Lang, is_number, say},
    ui::{Dialog, page::Page},
};

use crate::{
    nodes::{Text, places, texts},
    page_pictures as made,
    scenes::{SCENES, Scene, View, dialog, scene},
    stage::Stage,
    support::in_full,
};

/// Points that a text may stand out by: the overhang of letters.
const SLACK: f32 = 2.0;

/// Points by which a scroll bar's place reaches over what it scrolls.
const BAR: f32 = 10.0;

/// Letters of a file's name that tell it from most others.
const LEAST_OF_A_NAME: usize = 8;

/// Titles of the list of runs: what is sorted by must be known.
const TITLES: [&str; 8] = ["started", "début", "epochs", "époques", "test accuracy", "exact. de test", "device", "appareil"];

/// Points of a window below which its letters are so large that any title may be cut.
const LARGE_LETTERS: f32 = 600.0;

/// So high, in points, that no page is longer.
const HIGH: f32 = 3000.0;

/// Windows in pixels, with their zooms.
fn views() -> Vec<(Vec2, f32)> {
    let sizes = [vec2(1024.0, 700.0), vec2(1280.0, 800.0), vec2(1920.0, 1080.0), vec2(2560.0, 1440.0), vec2(3840.0, 2160.0)];
    if in_full("monkey") {
        return sizes.into_iter().flat_map(|size| [1.0, 1.5, 2.0, 2.5].map(|zoom| (size, zoom))).collect();
    }
    vec![(sizes[0], 1.0), (sizes[0], 1.5), (sizes[1], 1.0), (sizes[1], 2.0), (sizes[0], 2.5)]
}

/// What is wrong with the window as it stands.
pub fn faults(window: &Harness<'_, App>) -> Vec<String> {
    let screen = window.ctx.content_rect();
    let texts = texts(window);
    let mut faults = Vec::new();
    for text in &texts {
        let Text { text: what, rect, clip, elided } = text;
        if let Some(whole) = elided.as_ref().filter(|whole| is_number(whole)) {
            faults.push(format!("the number “{whole}” is cut to “{what}” at {rect:?}"));
        }
        if let Some(whole) = elided.as_ref().filter(|whole| is_file(whole) && what.chars().count() < LEAST_OF_A_NAME) {
            faults.push(format!("the file’s name “{whole}” is cut to “{what}” at {rect:?}"));
        }
        if let Some(whole) = elided.as_ref().filter(|whole| TITLES.contains(&whole.as_str()) && screen.width() > LARGE_LETTERS) {
            faults.push(format!("the title “{whole}” is cut to “{what}” at {rect:?}"));
        }
        let cut = rect.left() < clip.left() - SLACK || rect.right() > clip.right() + SLACK;
        if cut {
            faults.push(format!("“{what}” is cut off at its side: {rect:?} in {clip:?}"));
        }
        if rect.left() < screen.left() - SLACK || rect.right() > screen.right() + SLACK {
            faults.push(format!("“{what}” leaves the window: {rect:?}"));
        }
    }
    for (index, one) in texts.iter().enumerate() {
        for other in &texts[index + 1..] {
            let both = one.seen().shrink(1.0).intersect(other.seen().shrink(1.0));
            if both.width() > SLACK && both.height() > SLACK && one.clip.intersects(other.clip) && same_floor(window, both) {
                faults.push(format!("“{}” and “{}” run into each other at {both:?}", one.text, other.text));
            }
        }
    }
    let places = places(window);
    for (index, one) in places.iter().enumerate() {
        if one.whole.left() < screen.left() - 1.0 || one.whole.right() > screen.right() + 1.0 {
            faults.push(format!("a place that takes clicks leaves the window: {:?}", one.whole));
        }
        for other in places[index + 1..].iter().filter(|other| other.layer == one.layer && other.id != one.id) {
            let both = one.seen.intersect(other.seen);
            let within = one.seen.contains_rect(other.seen) || other.seen.contains_rect(one.seen);
            if !within && both.width() > BAR && both.height() > BAR {
                faults.push(format!("two places that take clicks overlap: {:?} and {:?}", one.seen, other.seen));
            }
        }
    }
    faults
}

fn is_file(text: &str) -> bool {
    !text.contains(' ') && [".jpg", ".png"].iter().any(|ending| text.ends_with(ending))
}

/// Whether nothing floats there: cards and toasts may stand over the page.
fn same_floor(window: &Harness<'_, App>, rect: Rect) -> bool {
    window.ctx.memory(|memory| {
        let floating = memory.areas().visible_layer_ids().into_iter().filter(|layer| layer.order == egui::Order::Foreground);
        !floating.filter_map(|layer| memory.area_rect(layer.id)).any(|area| area.intersects(rect))
    })
}

fn check(scenes: &[&Scene], lang: Lang) {
    let mut all = Vec::new();
    for scene in scenes {
        let mut window = scene.window(View::new(lang, [1280.0, 800.0]));
        for (size, zoom) in views() {
            let usual = size / zoom;
            for points in [usual, vec2(usual.x, usual.y.max(HIGH))] {
                window.set_size(points);
                window.run_steps(3);
                for fault in faults(&window) {
                    all.push(format!("{} at {size:?}, {} %, {} high: {fault}", scene.name, zoom * 100.0, points.y));
                }
            }
        }
    }
    assert!(all.is_empty(), "{} faults:\n{}", all.len(), all.join("\n"));
}

/// What is opened over a page, besides the scenes that other tests look at.
const OPENED: &[Scene] = &[
    scene("menu", || Stage::new(Page::Model).with_data(60), &["Menu"]),
    scene("question mark", || Stage::new(Page::Model).with_data(60), &["What is “Dropout", "Qu’est-ce que « Dropout"]),
    scene("preset menu", || Stage::new(Page::Model).with_data(60), &["Save, open or copy", "Enregistrer, ouvrir ou copier"]),
    scene("split", || Stage::new(Page::Data).with_data(60), &["Numbers and settings", "Chiffres et réglages"]),
    scene("filter", || Stage::new(Page::Data).with_data(60), &["all pictures", "toutes les images"]),
    scene("rates", made::tried, &["Find a rate", "Trouver un taux"]),
    scene("large", || made::during(Phase::Training), &["Enlarge, Loss", "Agrandir, Perte"]),
    scene("table", || made::during(Phase::Training), &["Show as a table, Loss", "Afficher en tableau, Perte"]),
    scene("export", || Stage::new(Page::Results).with_data(400).with_run(), &["Export…", "Exporter…"]),
    scene(
        "groups",
        || Stage::new(Page::Results).with_data(400).with_run(),
        &["Show groups as a table", "Afficher les groupes en"],
    ),
    scene("toast", told, &[]),
    dialog("words", || Stage::new(Page::Model).with_data(60), Dialog::Words),
    dialog("keys", || Stage::new(Page::Model).with_data(60), Dialog::Keys),
    dialog("about", || Stage::new(Page::Model).with_data(60), Dialog::About),
];

fn told() -> Stage {
    let mut stage = Stage::new(Page::Model).with_data(60);
    let text = say("The run was moved to the trash of runs", "L’essai a été mis à la corbeille des essais");
    stage.session.toast(text, Some(Offer::Undo));
    stage
}

/// Every third scene, so that three tests can run beside each other.
fn third(of: usize) -> Vec<&'static Scene> {
    SCENES.iter().chain(OPENED).skip(of).step_by(3).collect()
}

macro_rules! thirds {
    ($($test:ident $of:literal $lang:ident;)+) => {
        $(
            #[test]
            fn $test() {
                check(&third($of), Lang::$lang);
            }
        )+
    };
}

thirds! {
    nothing_is_cut_off_in_english_1 0 En;
    nothing_is_cut_off_in_english_2 1 En;
    nothing_is_cut_off_in_english_3 2 En;
    nothing_is_cut_off_in_french_1 0 Fr;
    nothing_is_cut_off_in_french_2 1 Fr;
    nothing_is_cut_off_in_french_3 2 Fr;
}
