//! Five tasks as somebody does them who knows the way, on sample faces and two judged runs, from the Data page on: by a pointer
//! that moves, presses and lets go, and by keys. Each press is counted, a double click as two, and is a bound from above.
//!
//! | task | clicks | keys |
//! | --- | --- | --- |
//! | find the worst ten mistakes and relabel two of them | 3 | 3 |
//! | make the split 80/10/10 | 2 | 0 |
//! | judge a group photo with two runs: a drop, its faces instead of the whole, the other run | 5 | 0 |
//! | compare two runs: the page, one, the other | 3 | 0 |
//! | export a report: the page, its menu, the line, and Enter in the dialog | 3 | 1 |

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use egui::{Key, Modifiers, Pos2, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    app::{App, Pace, Preferences},
    data::{dataset::Dataset, sample::Part},
    evaluate::{Logits, Prediction, Report},
    plan::Plan,
    run::{RunStatus, RunStore},
    session::{PairState, Session},
    text::Lang,
    ui::{Action, page::Page},
};

use crate::{
    arrivals::drop_file,
    engine_cases,
    pages::until,
    predict_many, stage,
    training::settings,
    viewer::{click, contains, double_click},
};

/// Who does them.
struct Hand {
    window: Harness<'static, App>,
    home: tempfile::TempDir,
    /// How many pictures the first run gets wrong.
    mistakes: usize,
    clicks: usize,
    keys: usize,
}

const NAMES: [&str; 2] = ["the first", "the second"];

impl Hand {
    /// The window on the Data page, the first of two judged runs shown.
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let store = RunStore::at(home.path());
        let mut dataset = Dataset::clone(&stage::faces(400));
        // Pictures are told apart by their content.
        dataset.samples.iter_mut().zip(1..).for_each(|(sample, hash)| sample.hash = hash);
        let dataset = Arc::new(dataset);
        let plan = Plan::new(&settings(), dataset.clone()).expect("a plan");
        let runs = [(4, 4), (9, 5)].map(|(seed, wrong)| {
            let mut run = store.create(&plan).expect("a run");
            engine_cases::weights(&plan.network, seed).save(&run.best_path()).expect("weights");
            let said = |(place, index): (usize, &u32)| {
                let sample = &dataset.samples[*index as usize];
                // The surest mistake first, the next a little less sure.
                let sure = 4.0 - place as f32 / 40.0;
                let one = (sample.class == 1) == (place % wrong > 0);
                Prediction {
                    file: sample.file.clone(),
                    sample: *index,
                    label: sample.class,
                    logit: Logits::Binary(if one { sure } else { -sure }),
                    age: sample.age,
                    race: sample.race,
                }
            };
            let predictions = plan.indices(Part::Test).iter().enumerate().map(said).collect();
            let report = stage::run(&stage::faces(40)).report.expect("it is judged");
            run.save_report(&Report { predictions, validation: Vec::new(), ..report }).expect("the disk has room");
            let name = NAMES[usize::from(seed == 9)];
            run.update(|info| {
                info.rename(name.to_owned());
                info.status = RunStatus::Finished;
            })
            .expect("written");
            run.info.id
        });
        let mistakes = plan.indices(Part::Test).len().div_ceil(4);
        let session = Session { open: Some(dataset.into()), ..Session::default() };
        let preferences = Preferences { page: Page::Data, type_paths: true, ..Preferences::default() };
        let build = move |cc: &mut eframe::CreationContext<'static>| {
            let mut app = App::offline(&cc.egui_ctx, session, preferences);
            app.employ(&cc.egui_ctx, &store, Pace::default());
            app
        };
        let mut window = Harness::builder().with_size([1280.0, 800.0]).with_max_steps(60).build_eframe(build);
        until(&mut window, "the runs", |window| window.state().session.runs.len() == 2);
        let ctx = window.ctx.clone();
        window.state_mut().perform(&ctx, Action::OpenRun(runs[0].clone()));
        until(&mut window, "the run", |window| window.state().session.run.is_some());
        window.run_steps(4);
        Self { window, home, mistakes, clicks: 0, keys: 0 }
    }

    #[track_caller]
    fn wait(&mut self, what: &str, done: impl Fn(&Harness<'_, App>) -> bool) {
        until(&mut self.window, what, done);
        self.window.run_steps(4);
    }

    /// Where the first control of a role is whose name contains `name`.
    #[track_caller]
    fn find(&self, role: Role, name: &str) -> Pos2 {
        let mut all = self.window.query_all_by_label_contains(name);
        let found = all.find(|node| node.accesskit_node().role() == role);
        found.unwrap_or_else(|| panic!("no {role:?} “{name}”")).rect().center()
    }

    #[track_caller]
    fn click(&mut self, role: Role, name: &str) {
        let at = self.find(role, name);
        click(&mut self.window, at, Modifiers::NONE);
        self.window.run_steps(4);
        self.clicks += 1;
    }

    fn key(&mut self, key: Key) {
        self.window.key_press(key);
        self.keys += 1;
        self.window.run_steps(4);
    }

    /// Until so many squares of the photo are there, and all have their answers.
    #[track_caller]
    fn wait_for_answers(&mut self, squares: usize) {
        self.wait("the answers", |window| {
            let photo = window.state().session.photos.first();
            photo.is_some_and(|photo| photo.asked.len() >= squares && photo.awaited() == 0)
        });
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    #[track_caller]
    fn took(&self, clicks: usize, keys: usize) {
        let [asked_clicks, asked_keys] = [self.clicks, self.keys];
        assert!(asked_clicks <= clicks && asked_keys <= keys, "{asked_clicks} clicks and {asked_keys} keys");
        let failures = &self.window.state().session.failures;
        assert!(failures.is_empty(), "{failures:?}");
    }
}

#[test]
fn the_worst_ten_mistakes_are_found_and_two_of_them_relabeled() {
    let mut hand = Hand::new();
    hand.click(Role::Tab, "Results, ");
    let at = hand.find(Role::Button, ": predicted ");
    double_click(&mut hand.window, at);
    hand.clicks += 2;
    let of = format!(" of {}", hand.mistakes);
    let neighbors = hand
        .window
        .query_all_by_role(Role::RadioButton)
        .filter(|node| node.accesskit_node().label().is_some_and(|name| name.contains(&format!("{of}: "))));
    assert!(contains(&hand.window, &format!("1{of}")) && neighbors.count() >= 10, "ten are seen");
    // The initial of the class that it is said to be.
    for next in [true, false] {
        let right = contains(&hand.window, "the model says male");
        hand.key(if right { Key::M } else { Key::F });
        if next {
            hand.key(Key::ArrowRight);
        }
    }
    let edits = |window: &Harness<'_, App>| window.state().session.open.as_ref().map_or(0, |open| open.edits().len());
    hand.wait("the edits", |window| edits(window) == 2);
    hand.took(3, 3);
}

#[test]
fn the_split_is_made_eighty_ten_ten() {
    let mut hand = Hand::new();
    hand.click(Role::Button, "Numbers and settings");
    hand.click(Role::RadioButton, "80 / 10 / 10");
    let split = &hand.window.state().settings.split;
    assert_eq!([split.train, split.validation], [80, 10]);
    hand.took(2, 0);
}

#[test]
fn a_group_photo_is_judged_by_two_runs() {
    let mut hand = Hand::new();
    let photo = hand.file("team.png");
    predict_many::team(&photo);
    drop_file(&mut hand.window, &photo);
    hand.clicks += 1;
    hand.wait_for_answers(1);
    // The runs have learned from whole drawings.
    hand.click(Role::Button, "whole picture");
    hand.click(Role::MenuItem, "faces");
    hand.wait_for_answers(2);
    hand.click(Role::Button, "Compare runs");
    hand.click(Role::MenuItem, NAMES[1]);
    hand.wait("the other's answer", |window| contains(window, "Both say ") || contains(window, " of 2 say"));
    assert!(contains(&hand.window, "Several runs") && !contains(&hand.window, "No comparison"), "nothing covers it");
    hand.took(5, 0);
}

#[test]
fn two_runs_are_compared() {
    let mut hand = Hand::new();
    hand.click(Role::Tab, "Runs");
    NAMES.iter().for_each(|name| hand.click(Role::CheckBox, &format!("{name},")));
    let id = |name: &&str| hand.window.state().session.runs.iter().find(|run| run.name == *name).map(|run| run.id.clone());
    let runs = NAMES.each_ref().map(|name| id(name).expect("it is listed"));
    let sentence = |window: &Harness<'_, App>| match window.state().session.pairs.get(&runs) {
        Some(PairState::Known(pair)) => Some(pair.sentence(pair.p, Lang::En)),
        _ => None,
    };
    hand.wait("the comparison", |window| sentence(window).is_some());
    let sentence = sentence(&hand.window).expect("it is there");
    assert!(sentence.contains("luck") && contains(&hand.window, &sentence), "{sentence}");
    hand.took(3, 0);
}

#[test]
fn a_report_is_exported() {
    let mut hand = Hand::new();
    hand.click(Role::Tab, "Results, ");
    hand.click(Role::Button, "Report…");
    hand.click(Role::MenuItem, "Without faces…");
    hand.wait("the dialog", |window| contains(window, "Export as"));
    // Where it is to go: the dialog proposes a name in the folder of the last file.
    let path = hand.file("report.html");
    hand.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.window.step();
    hand.window.get_by_label("Path").type_text(&path.display().to_string());
    hand.wait("the folder", |window| contains(window, "A new file will be written"));
    hand.key(Key::Enter);
    hand.wait("the report", |_| is_whole(&path));
    hand.took(3, 1);
}

fn is_whole(report: &Path) -> bool {
    fs::read_to_string(report).is_ok_and(|text| text.trim_end().ends_with("</html>"))
}
