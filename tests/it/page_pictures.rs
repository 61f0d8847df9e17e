//! Pictures of the pages on made-up sessions, to be looked at: `TROMBINE_PICTURES=DIR cargo test page_pictures`.
//!
//! Without that variable the test says so and ends; it needs a graphics driver (lavapipe will do).
//! `TROMBINE_PICTURES_ONLY` keeps the scenes whose names contain it; `TROMBINE_PICTURES_ALL` adds every language, mode and size.

use std::{cell::RefCell, path::PathBuf};

use egui_kittest::kittest::Queryable as _;
use trombine::{
    session::Phase,
    text::Lang,
    train::event::StopReason,
    ui::{page::Page, theme},
};

use crate::stage::{self, Stage};

/// A name, the stage, and what is clicked before the picture is taken: words of both languages, the first that is there.
type Scene = (&'static str, fn() -> Stage, &'static [&'static str]);

const SCENES: &[Scene] = &[
    ("train-empty", || Stage::new(Page::Training), &[]),
    ("train-ready", || Stage::new(Page::Training).with_data(60), &[]),
    ("train-first", first_epoch, &[]),
    ("train-during", || during(Phase::Training), &[]),
    ("train-paused", || during(Phase::Paused), &[]),
    ("train-over", over, &[]),
    ("results", || Stage::new(Page::Results).with_data(400).with_run(), &[]),
    ("pictures", || Stage::new(Page::Results).with_data(400).with_run(), &["women were called men", "femmes prises pour"]),
    ("runs-compared", stage::three_runs, &["notebook + batch norm,", "notebook,", "longer,"]),
    ("runs-one", stage::three_runs, &["notebook + batch norm,"]),
    ("predict", stage::predicting, &[]),
    ("predict-empty", || Stage::new(Page::Predict).with_data(40).with_run(), &[]),
    ("runs", stage::three_runs, &[]),
    ("runs-empty", || Stage::new(Page::Runs), &[]),
    ("results-empty", || Stage::new(Page::Results), &[]),
];

fn during(phase: Phase) -> Stage {
    let mut stage = Stage::new(Page::Training).with_data(60);
    stage.session.training = stage.session.dataset.as_ref().map(|d| stage::training(d, 14));
    stage.session.phase = phase;
    stage
}

fn first_epoch() -> Stage {
    let mut stage = during(Phase::Training);
    if let Some(training) = &mut stage.session.training {
        training.history.clear();
        training.notes.clear();
        training.faces.clear();
        training.now.epoch = 1;
        training.live = (1..40).map(f64::from).map(|i| [i / 70.0, 0.69 - 0.002 * i, 0.5 + 0.003 * i]).collect();
    }
    stage
}

fn over() -> Stage {
    let mut stage = Stage::new(Page::Training).with_data(60).with_run();
    stage.session.training = stage.session.dataset.as_ref().map(|d| stage::finished(d));
    if let Some(training) = &mut stage.session.training {
        training.stopped = Some(StopReason::EarlyStopping { patience: 5 });
    }
    stage
}

#[test]
fn pages_can_be_looked_at() {
    let Some(folder) = std::env::var_os("TROMBINE_PICTURES").map(PathBuf::from) else {
        println!("skipped: TROMBINE_PICTURES names no folder");
        return;
    };
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let only = std::env::var("TROMBINE_PICTURES_ONLY").unwrap_or_default();
    let all = std::env::var_os("TROMBINE_PICTURES_ALL").is_some();
    for (name, make, clicks) in SCENES.iter().filter(|scene| scene.0.contains(&only)) {
        for (lang, mode, [width, height]) in variants(all) {
            let mut stage = make();
            stage.lang = lang;
            let stage = RefCell::new(stage);
            let mut harness = egui_kittest::Harness::builder()
                // The page alone: the rail and the status bar belong to the window.
                .with_size([width - 232.0, height - 40.0])
                .with_theme(mode)
                .with_context_setup(theme::install)
                .wgpu()
                .build_ui(move |ui| stage.borrow_mut().show(ui));
            harness.run_steps(3);
            for label in *clicks {
                if let Some(node) = harness.query_by_label_contains(label) {
                    node.click();
                }
                harness.run_steps(2);
            }
            harness.run_steps(4);
            let picture = harness.render().expect("the page can be rendered");
            let file = format!(
                "{name}-{}-{}-{width}.png",
                if lang == Lang::En { "en" } else { "fr" },
                if mode == egui::Theme::Dark { "dark" } else { "light" }
            );
            picture.save(folder.join(file)).expect("the picture can be written");
        }
    }
}

fn variants(all: bool) -> Vec<(Lang, egui::Theme, [f32; 2])> {
    use egui::Theme::{Dark, Light};
    let sizes = [[1024.0, 700.0], [1280.0, 800.0], [1920.0, 1080.0]];
    if !all {
        return vec![(Lang::En, Light, sizes[1]), (Lang::Fr, Dark, sizes[2]), (Lang::Fr, Light, sizes[0])];
    }
    let mut variants = Vec::new();
    for lang in Lang::ALL {
        for mode in [Light, Dark] {
            variants.extend(sizes.map(|size| (lang, mode, size)));
        }
    }
    variants
}
