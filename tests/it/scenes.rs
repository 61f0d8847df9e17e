//! The whole window on made-up sessions, without a worker: each page in its states, and each dialog over a page.

use egui_kittest::{Harness, HarnessBuilder, kittest::Queryable as _};
use trombine::{
    app::{App, Preferences},
    control::Stage as Work,
    engine::{Device, DeviceKind},
    problem::{Kind, Problem},
    run::RunStatus,
    session::{Phase, Progress},
    text::{Lang, say},
    ui::{Dialog, Mode, page::Page},
};

use crate::{
    committee, experiments_page, page_pictures as made, predict_many, runs_list, search_page,
    stage::{self, Stage},
    start_page, watch_page, years_pages,
};

/// One view of the window.
pub struct Scene {
    pub name: &'static str,
    /// The page with its session.
    pub stage: fn() -> Stage,
    /// What is clicked first: words of both languages; the first node that contains one of them.
    pub clicks: &'static [&'static str],
    pub dialog: Option<Dialog>,
}

/// How the window is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub lang: Lang,
    pub mode: Mode,
    /// In pixels of the screen.
    pub size: [f32; 2],
    /// 1 is 100 per cent.
    pub zoom: f32,
}

/// A page in a state.
pub const fn scene(name: &'static str, stage: fn() -> Stage, clicks: &'static [&'static str]) -> Scene {
    Scene { name, stage, clicks, dialog: None }
}

/// A dialog over a page.
pub const fn dialog(name: &'static str, stage: fn() -> Stage, dialog: Dialog) -> Scene {
    Scene { name, stage, clicks: &[], dialog: Some(dialog) }
}

/// What opens a judged picture over the window.
pub const VIEWER: &[&str] = &[
    "labeled female, predicted male",
    "étiquetées femme, prédites homme",
    ": predicted male",
    ": réponse homme",
    "Open the picture",
    "Ouvrir l’image",
];

/// The same of a picture with a copy.
pub const VIEWER_OF_COPIES: &[&str] = &[
    "all pictures",
    "toute image",
    "exact copies",
    "copies exactes",
    ".png: ",
    "Open the picture (Enter)",
    "Ouvrir l’image (Entrée)",
];

/// Every page in every state, and every dialog.
pub const SCENES: &[Scene] = &[
    scene("welcome", || Stage::new(Page::Data), &[]),
    scene("opening", opening, &[]),
    scene("data", || data(Page::Data), &[]),
    scene(
        "data-copies",
        || data(Page::Data),
        &["all pictures", "toutes les images", "conflicting copies", "copies contradictoires"],
    ),
    scene("data-odd", || data(Page::Data), &["all pictures", "toutes les images", "unusual pictures", "images inhabituelles"]),
    scene("augmentation", || data(Page::Augmentation), &["More settings", "Plus de réglages"]),
    scene("model", || data(Page::Model), &["More settings", "Plus de réglages"]),
    scene("model-started", start_page::started, &["More settings", "Plus de réglages"]),
    scene("training-ready", || data(Page::Training), &["More settings", "Plus de réglages"]),
    scene("training-tried", made::tried, &[]),
    scene("training-starting", starting, &[]),
    scene("training-first", made::first_epoch, &[]),
    scene("training", || made::during(Phase::Training), &[]),
    scene("training-paused", || made::during(Phase::Paused), &[]),
    scene("training-over", made::over, &[]),
    scene("results", || Stage::new(Page::Results).with_data(400).with_run(), &[]),
    scene(
        "results-pictures",
        || Stage::new(Page::Results).with_data(400).with_run(),
        &["labeled female, predicted male", "étiquetées femme, prédites homme"],
    ),
    scene("viewer", || Stage::new(Page::Results).with_data(400).with_run(), VIEWER),
    scene("viewer-data", || data(Page::Data), VIEWER_OF_COPIES),
    scene("viewer-training", || made::during(Phase::Training), &["predicted ", "réponse\u{a0}: "]),
    scene("viewer-predict", predict_many::several, &["Open the picture", "Ouvrir l’image"]),
    scene("predict-empty", || Stage::new(Page::Predict).with_data(40).with_run(), &[]),
    scene("predict", stage::predicting, &[]),
    scene("predict-several", predict_many::several, &[]),
    scene("runs-empty", || Stage::new(Page::Runs), &[]),
    scene("runs", stage::three_runs, &[]),
    scene("runs-many", runs_list::many, &["Runs of", "Essais de"]),
    scene("runs-deleted", runs_list::deleted, &["Deleted runs", "Essais supprimés", "Empty the trash", "Vider la corbeille"]),
    scene("runs-one", stage::three_runs, &["notebook + batch norm,"]),
    scene("runs-compared", stage::three_runs, &["notebook + batch norm,", "notebook,"]),
    scene("runs-three", stage::three_runs, &["notebook + batch norm,", "notebook,", "longer,"]),
    scene(
        "runs-changed",
        stage::three_runs,
        &["notebook + batch norm,", "notebook,", "right in “notebook + batch norm”", "justes dans «\u{a0}notebook + batch norm"],
    ),
    scene("runs-two-years", years_pages::two, &["age, quick,", "age, recommended,"]),
    scene("experiment-new", stage::three_runs, &["New experiment", "Nouvelle expérience"]),
    scene("experiment-running", experiments_page::at_work, &["Experiments", "Expériences", "5\u{a0}seeds", "5\u{a0}graines"]),
    scene(
        "experiment-compared",
        experiments_page::compared,
        &["Experiments", "Expériences", "2\u{a0}recipes", "2\u{a0}recettes"],
    ),
    scene(
        "experiment-curve",
        experiments_page::curve,
        &["Experiments", "Expériences", "learning curve", "courbe d’apprentissage"],
    ),
    scene("results-committee", committee::results, &[]),
    scene("runs-committee", committee::runs, &["3 seeds, "]),
    scene("experiment-search", search_page::searched, &["Experiments", "Expériences", "search", "recherche"]),
    scene("experiment-halving", search_page::halved, &["Experiments", "Expériences", "search", "recherche"]),
    scene(
        "experiment-search-new",
        stage::three_runs,
        &["New experiment", "Nouvelle expérience", "Search", "Recherche", "Add a setting", "Ajouter un réglage", "Dropout"],
    ),
    scene("runs-watched", watch_page::watched, &["seed 42", "seed 46"]),
    scene("runs-watched-gone", watch_page::gone, &[]),
    scene("data-years", || years_pages::stage(Page::Data), &[]),
    scene("training-years", || years_pages::stage(Page::Training), &[]),
    scene("results-years", || years_pages::stage(Page::Results), &[]),
    scene("runs-years", years_pages::mixed, &[]),
    scene("predict-years", || years_pages::stage(Page::Predict), &[]),
    scene("failed", failed, &[]),
    scene("interrupted", interrupted, &[]),
    dialog("preferences", || data(Page::Model), Dialog::Preferences),
    dialog("help", || data(Page::Model), Dialog::Help),
    dialog("help-machines", || data(Page::Model), Dialog::Machines),
    dialog("palette", || data(Page::Model), Dialog::Palette),
    dialog("discard", || made::during(Phase::Training), Dialog::Discard),
    dialog("quit", || made::during(Phase::Training), Dialog::Quit),
];

fn data(page: Page) -> Stage {
    Stage::new(page).with_data(600)
}

fn opening() -> Stage {
    let mut stage = Stage::new(Page::Data);
    stage.session.phase = Phase::Opening(Progress { stage: Work::Decoding, done: 1200, total: 20_707 });
    stage
}

fn starting() -> Stage {
    let mut stage = Stage::new(Page::Training).with_data(60);
    stage.session.phase = Phase::Starting(Progress::at(Work::Training));
    stage
}

fn failed() -> Stage {
    let mut stage = data(Page::Training);
    let problem = |kind, what, remedy| Problem::new(kind, what, remedy).because("errno 28");
    stage.session.failures = vec![
        problem(
            Kind::OutOfMemory,
            say("The graphics card has too little memory", "La carte graphique manque de mémoire"),
            say("Take smaller batches, or train on the processor", "Prenez des lots plus petits, ou le processeur"),
        ),
        problem(
            Kind::Data,
            say("The folder is not there any more", "Le dossier n’existe plus"),
            say("Choose where it is now", "Indiquez où il se trouve maintenant"),
        ),
    ];
    stage
}

fn interrupted() -> Stage {
    let mut stage = data(Page::Training);
    let mut run = stage::run(&stage::faces(40)).info;
    (run.status, run.epochs_done, run.scores) = (RunStatus::Paused, 6, None);
    stage.session.runs = vec![run];
    stage
}

/// A processor and a graphics card, of which the card is chosen: the processor's name tells how many cores a machine has.
pub fn devices() -> Vec<Device> {
    let card = Device { kind: DeviceKind::Graphics, id: "gpu0".into(), name: "GeForce RTX 4070".into(), ..stage::processor() };
    vec![stage::processor(), card]
}

impl View {
    /// Light, at 100%.
    pub fn new(lang: Lang, size: [f32; 2]) -> Self {
        Self { lang, mode: Mode::Light, size, zoom: 1.0 }
    }
}

impl Scene {
    /// The scene of that name.
    pub fn named(name: &str) -> &'static Self {
        SCENES.iter().find(|scene| scene.name == name).expect("a scene of that name")
    }

    /// The window, settled, after the clicks.
    pub fn window(&self, view: View) -> Harness<'static, App> {
        self.window_by(view, Harness::builder())
    }

    /// The same by a builder that was prepared.
    pub fn window_by(&self, view: View, builder: HarnessBuilder<App>) -> Harness<'static, App> {
        let stage = (self.stage)();
        let preferences = Preferences {
            lang: view.lang,
            mode: view.mode,
            zoom: view.zoom,
            page: stage.page,
            device: "gpu0".to_owned(),
            settings: stage.settings,
            ..Preferences::default()
        };
        let session = stage.session;
        let build = move |cc: &mut eframe::CreationContext<'static>| {
            let mut app = App::offline(&cc.egui_ctx, session, preferences);
            app.devices = devices();
            app
        };
        let theme = if view.mode == Mode::Dark { egui::Theme::Dark } else { egui::Theme::Light };
        let size = egui::Vec2::from(view.size) / view.zoom;
        let mut window = builder.with_theme(theme).with_size(size).with_max_steps(20).build_eframe(build);
        window.set_size(size);
        window.run_steps(3);
        for label in self.clicks {
            let node = window.query_all_by_label_contains(label).next();
            if let Some(node) = node {
                node.click_accesskit();
            }
            window.run_steps(2);
        }
        window.state_mut().dialog = self.dialog;
        window.run_steps(4);
        window
    }
}
