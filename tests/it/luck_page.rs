//! Whether chosen runs differ by more than luck, on the runs page, by its accessible names.

use std::{cell::RefCell, rc::Rc, sync::Arc, time::Duration};

use crossbeam_channel::{Receiver, bounded};
use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{
    Harness, Node,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    app::{App, Pace, Preferences},
    data::{
        edits::Change,
        sample::{Part, Sample, Source},
    },
    evaluate::{Logits, Prediction, Report},
    plan::Plan,
    run::{Paired, RunStore},
    session::{PairState, Pairs, Session},
    text::{Lang, say},
    ui::{Action, page::Page},
};

use crate::{
    nodes::texts,
    picture_folder::Folder,
    stage::{self, Stage},
    training::settings,
    viewer::{click, double_click, key, says},
    years_pages,
};

const SIZE: [f32; 2] = [1248.0, 1000.0];

type Shown = (Harness<'static>, Rc<RefCell<Stage>>);

/// The page after these runs were ticked.
fn chosen(mut stage: Stage, lang: Lang, runs: &[&str]) -> Shown {
    stage.lang = lang;
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    for run in runs {
        node(&harness, Role::CheckBox, run).click();
        harness.run();
    }
    (harness, stage)
}

/// The first control of a role whose name contains `text`.
#[track_caller]
fn node<'t>(harness: &'t Harness<'_>, role: Role, text: &'t str) -> Node<'t> {
    let found = harness.query_all_by_label_contains(text).find(|node| node.accesskit_node().role() == role);
    found.unwrap_or_else(|| panic!("no {role:?} “{text}”"))
}

fn said<S>(harness: &Harness<'_, S>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

fn pair(stage: &Stage, first: usize, second: usize) -> Arc<Paired> {
    let runs = [first, second].map(|place| stage.session.runs[place].id.clone());
    match stage.session.pairs.get(&runs) {
        Some(PairState::Known(pair)) => Arc::clone(pair),
        other => panic!("{other:?}"),
    }
}

const TWO: &[&str] = &["notebook + batch norm,", "notebook,"];

/// The sentence, the counts and the range are those of the comparison, in both languages.
#[test]
fn two_chosen_runs_are_held_against_each_other() {
    for lang in Lang::ALL {
        let (harness, stage) = chosen(stage::three_runs(), lang, TWO);
        let pair = pair(&stage.borrow(), 0, 1);
        assert!(pair.p.is_some() && pair.difference < 0.0);
        assert!(said(&harness, &pair.sentence(pair.p, lang)), "{}", pair.sentence(pair.p, lang));
        assert!(said(&harness, &pair.difference_words(lang)));
        assert!(said(&harness, &pair.basis(lang)));
        for (cell, [first, second]) in
            [[true, true], [true, false], [false, true], [false, false]].iter().map(|cell| (*cell, *cell))
        {
            let count = pair.files[usize::from(first)][usize::from(second)].len();
            assert!(said(&harness, &format!("{count} {}", pair.cell(cell, lang))), "{count} {}", pair.cell(cell, lang));
        }
        assert!(stage.borrow().actions.is_empty(), "{:?}", stage.borrow().actions);
    }
}

/// A count opens its pictures with what both runs said; Back and Escape lead back.
#[test]
fn a_count_opens_its_pictures() {
    let (mut harness, stage) = chosen(stage::three_runs(), Lang::En, TWO);
    let pair = pair(&stage.borrow(), 0, 1);
    let files = pair.files[1][0].clone();
    let title = format!("{} right in “notebook + batch norm” alone", files.len());
    for escape in [false, true] {
        node(&harness, Role::Button, &title).click();
        harness.run();
        assert!(said(&harness, "Below each picture the prediction of “notebook + batch norm”, then that of “notebook”"));
        assert!(!said(&harness, "What differed"));
        for file in &files {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            assert!(said(&harness, &format!("{name}, labeled ")), "{name}");
        }
        node(&harness, Role::Button, &files[0].file_name().expect("a name").to_string_lossy()).click();
        harness.run();
        assert!(said(&harness, &files[0].display().to_string()));
        // The first Escape closes what is open over the pictures.
        harness.key_press(Key::Escape);
        harness.run();
        assert!(said(&harness, "Back to the comparison"));
        match escape {
            true => harness.key_press(Key::Escape),
            false => harness.get_by_label("Back to the comparison").click(),
        }
        harness.run();
        assert!(said(&harness, "What differed") && !said(&harness, "With each picture"));
    }
}

/// A double click opens one large over the page, with what both runs said; the arrows lead through the list, keys decide, and
/// Escape gives the list back.
#[test]
fn a_compared_picture_opens_large_among_its_neighbors() {
    for lang in Lang::ALL {
        let (mut page, stage) = chosen(stage::three_runs(), lang, TWO);
        let pair = pair(&stage.borrow(), 0, 1);
        let files = pair.files[1][0].clone();
        let title = format!("{} {}", files.len(), pair.cell([true, false], lang));
        node(&page, Role::Button, &title).click();
        page.run();
        let name = |at: usize| files[at].file_name().expect("a name").to_string_lossy().into_owned();
        let second = node(&page, Role::Button, &name(1)).rect().center();
        double_click(&mut page, second);
        let place = |at: usize| match lang {
            Lang::En => format!("{at} of {}", files.len()),
            Lang::Fr => format!("{at} sur {}", files.len()),
        };
        assert!(says(&page, &place(2)) && said(&page, &files[1].display().to_string()), "{}", place(2));
        for run in ["notebook + batch norm", "notebook"] {
            let says = match lang {
                Lang::En => format!("“{run}” says "),
                Lang::Fr => format!("«\u{a0}{run}\u{a0}» dit "),
            };
            assert!(said(&page, &says), "{says}");
        }
        key(&mut page, Key::ArrowRight, Modifiers::NONE);
        assert!(says(&page, &place(3)) && said(&page, &files[2].display().to_string()));
        assert!(said(&page, &format!("{}: ", place(1))) || said(&page, &format!("{}\u{a0}: ", place(1))), "the neighbors");
        key(&mut page, Key::Delete, Modifiers::NONE);
        let out = Action::Edit { files: vec![files[2].clone()], change: Change::LeaveOut };
        assert_eq!(stage.borrow().actions, [out]);
        key(&mut page, Key::Escape, Modifiers::NONE);
        assert!(!says(&page, &place(3)) && said(&page, &title), "the list is there again");
        // Enter on the picture that has the keyboard, and the way from what a single click opens.
        assert!(node(&page, Role::Button, &name(1)).is_focused());
        key(&mut page, Key::Enter, Modifiers::NONE);
        assert!(says(&page, &place(2)));
        key(&mut page, Key::Escape, Modifiers::NONE);
        let first = node(&page, Role::Button, &name(0)).rect().center();
        click(&mut page, first, Modifiers::NONE);
        page.run();
        page.get_by_label(say("Open the picture", "Ouvrir l’image").get(lang)).click();
        page.run();
        assert!(says(&page, &place(1)));
    }
}

/// The pictures of a folder that is not open cannot be seen: their names can, and the way to the folder.
#[test]
fn without_their_folder_pictures_are_named() {
    let mut stage = stage::three_runs();
    for view in stage.session.views.values_mut().map(Arc::make_mut) {
        view.info.source = Source::Folder("/home/me/faces".into());
    }
    let (mut harness, stage) = chosen(stage, Lang::En, TWO);
    let file = pair(&stage.borrow(), 0, 1).files[1][0][0].display().to_string();
    node(&harness, Role::Button, "right in “notebook + batch norm” alone").click();
    harness.run();
    assert!(said(&harness, "“faces” is not the folder that is open: here are the names of the pictures"));
    assert!(said(&harness, &file));
    assert!(said(&harness, "picture, label, notebook + batch norm, notebook"), "its columns are named");
    harness.get_by_label("Open it to see them").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::UseFolder("/home/me/faces".into())]);
}

/// Of three, the two others stand against the best; the one that is clicked is shown in full.
#[test]
fn several_runs_are_held_against_the_best() {
    let (mut harness, stage) =
        chosen(stage::three_runs(), Lang::En, &["notebook,", "recommended, longer,", "notebook + batch norm,"]);
    let [one, other] = [1, 2].map(|place| pair(&stage.borrow(), 0, place));
    assert!(said(&harness, "Each against the best; p is corrected for the number of comparisons (Holm), the ranges are not"));
    let basis = format!("/ notebook: {}", one.basis(Lang::En));
    assert!(said(&harness, &basis), "whose pictures they are: {basis}");
    let corrected = trombine::run::paired::corrected(&[&one, &other]);
    assert!(said(&harness, &one.sentence(corrected[0], Lang::En)));
    let cell = format!("{} {}", other.files[1][0].len(), other.cell([true, false], Lang::En));
    node(&harness, Role::RadioButton, &other.sentence(corrected[1], Lang::En)).click();
    harness.run();
    assert!(said(&harness, &cell), "{cell}");
}

/// What is not known is asked for; what cannot be compared says why.
#[test]
fn what_is_not_known_is_asked_for_and_what_cannot_be_said_says_why() {
    let mut stage = stage::three_runs();
    stage.session.pairs = Pairs::default();
    let ids: Vec<String> = stage.session.runs.iter().map(|run| run.id.clone()).collect();
    let (harness, stage) = chosen(stage, Lang::En, TWO);
    assert!(stage.borrow().actions.contains(&Action::Pair([ids[0].clone(), ids[1].clone()])));
    assert!(said(&harness, "Comparing…"));
    let (harness, _) = chosen(years_pages::mixed(), Lang::En, TWO);
    assert!(said(&harness, "These runs ask different questions: their answers cannot be compared"));
    assert!(said(&harness, "Compare runs of the same classes"));
}

/// Of years: the difference of the mean errors, the pictures within 5 years, and the errors of both over each other.
#[test]
fn runs_of_years_show_how_far_both_are_off() {
    let (mut harness, stage) = chosen(years_pages::two(), Lang::En, &["age, quick,", "age, recommended,"]);
    let pair = pair(&stage.borrow(), 0, 1);
    assert!(pair.of_years);
    assert!(said(&harness, &pair.sentence(pair.p, Lang::En)), "{}", pair.sentence(pair.p, Lang::En));
    node(&harness, Role::Image, "How far both are off");
    harness.get_by_label("Show as a table, How far both are off").click();
    harness.run();
    assert!(said(&harness, "estimate less label, in years, age, quick, age, recommended"));
    let cell = format!("{} within 5 years in “age, recommended” alone", pair.files[0][1].len());
    node(&harness, Role::Button, &cell).click();
    harness.run();
    assert!(said(&harness, "Back to the comparison"));
}

/// A run that is no longer chosen takes its pictures along.
#[test]
fn pictures_close_with_their_runs() {
    let (mut harness, stage) = chosen(stage::three_runs(), Lang::En, TWO);
    node(&harness, Role::Button, "right in both").click();
    harness.run();
    assert!(said(&harness, "Back to the comparison"));
    let gone = stage.borrow().session.runs[1].id.clone();
    stage.borrow_mut().session.runs.retain(|run| run.id != gone);
    harness.run();
    assert!(!said(&harness, "Back to the comparison"));
}

/// Five runs in a small window: nothing has to be scrolled to sideways.
#[test]
fn the_table_of_differences_never_scrolls_sideways() {
    for lang in Lang::ALL {
        let mut stage = stage::three_runs();
        for i in 3..5u32 {
            let mut view = stage.session.views[&stage.session.runs[0].id].as_ref().clone();
            (view.info.id, view.info.name) = (format!("2026-11-1{i}-140211"), format!("recommended, dropout 0.{i}"));
            view.settings.train.batch_size = 16 * i;
            stage.session.runs.push(view.info.clone());
            stage.session.views.insert(view.info.id.clone(), Arc::new(view));
        }
        stage.compare();
        stage.lang = lang;
        let all = stage.session.runs.iter().map(|run| run.id.clone()).collect();
        stage.memory.runs.choose(all);
        // As wide as the page is in a window of 1024 x 700, and high enough for all of it.
        let (mut harness, _) = stage.harness([792.0, 2200.0]);
        harness.run();
        let row = match lang {
            Lang::En => "Batch size, 32, 64, 128, 48, 64",
            Lang::Fr => "Taille des lots, 32, 64, 128, 48, 64",
        };
        let row = harness.get_by_label(row).rect();
        let page = 18.0;
        assert!(row.left() >= page && row.right() <= 792.0 - page, "{row:?}");
    }
}

/// Names that begin alike are told apart where they have no room, too.
#[test]
fn names_that_begin_alike_are_cut_in_their_middle() {
    let mut stage = stage::three_runs();
    let names = ["recommended, longer, seed 1", "recommended, longer, seed 2"];
    for (run, name) in stage.session.runs.iter_mut().zip(names) {
        run.name = name.into();
        let view = stage.session.views.get_mut(&run.id).expect("it is known");
        Arc::make_mut(view).info.name = name.into();
    }
    stage.compare();
    let (mut harness, _) = stage.harness([560.0, 2600.0]);
    harness.run();
    for name in names {
        node(&harness, Role::CheckBox, &format!("{name},")).click();
        harness.run();
    }
    let texts = texts(&harness);
    for end in ["seed 1", "seed 2"] {
        let cut = texts.iter().filter(|text| text.text.contains('…') && text.text.contains(end));
        // Beside the counts, and at the end of its curve.
        assert!(cut.count() >= 2, "{end}: {texts:?}");
    }
}

/// In the window the worker fetches what is needed and compares: of two runs whose reports speak of every picture, those that
/// they learned from do not count.
#[test]
fn the_window_has_two_runs_compared() {
    let mut judged = judged();
    let (runs, learned) = (judged.runs.clone(), judged.learned);
    judged.perform(Action::Compare(runs.to_vec()));
    judged.until(|session| known(session, &runs).is_some());
    let pair = known(&judged.window.state().session, &runs).expect("it is known");
    assert_eq!((pair.pictures(), pair.learned as usize), (60 - learned, learned));
    assert!(said(&judged.window, &pair.sentence(pair.p, Lang::En)), "{}", pair.sentence(pair.p, Lang::En));
}

/// The page asks in each frame for what it does not know yet. However many are drawn while a disk is slow, the worker is asked
/// once, and has room for what is asked next.
#[test]
fn a_run_that_is_slow_to_read_is_not_asked_for_again() {
    let mut judged = judged();
    let runs = judged.runs.clone();
    for run in runs.iter().cycle().take(400) {
        judged.perform(Action::ViewRun(run.clone()));
    }
    judged.perform(Action::Compare(runs.to_vec()));
    judged.until(|session| known(session, &runs).is_some());
    let failures = &judged.window.state().session.failures;
    assert!(failures.is_empty(), "{failures:?}");
}

/// One click is enough, also on a run of which only its line in the list is known.
#[test]
fn the_settings_of_a_run_that_was_not_read_yet_are_taken_once_it_is() {
    let mut judged = judged();
    let run = judged.runs[0].clone();
    assert_ne!(judged.window.state().settings, settings());
    judged.perform(Action::TakeSettings(run.clone()));
    judged.until(|session| session.views.contains_key(&run));
    assert_eq!(judged.window.state().settings, settings());
}

/// The window on two runs whose reports speak of every picture of a folder.
struct Judged {
    window: Harness<'static, App>,
    /// Told when the worker has something to say.
    woken: Receiver<()>,
    /// Their ids, the newest first.
    runs: [String; 2],
    /// Pictures that both learned from.
    learned: usize,
    /// Where all of it lies.
    _folder: Folder,
}

impl Judged {
    fn perform(&mut self, action: Action) {
        let ctx = self.window.ctx.clone();
        self.window.state_mut().perform(&ctx, action);
    }

    /// Draws a frame for each time that the worker wakes the window, until `done`.
    fn until(&mut self, done: impl Fn(&Session) -> bool) {
        self.window.step();
        while !done(&self.window.state().session) {
            self.woken.recv_timeout(Duration::from_secs(60)).expect("an answer");
            self.window.step();
        }
        self.window.run_steps(2);
    }
}

fn known(session: &Session, runs: &[String; 2]) -> Option<Arc<Paired>> {
    match session.pairs.get(runs) {
        Some(PairState::Known(pair)) => Some(Arc::clone(pair)),
        _ => None,
    }
}

fn judged() -> Judged {
    let folder = Folder::utkface(60);
    let dataset = Arc::new(folder.open().expect("it can be opened"));
    let store = RunStore::at(folder.beside("home"));
    let plan = Plan::new(&settings(), dataset.clone()).expect("a plan");
    for wrong in [3, 5] {
        let run = store.create(&plan).expect("a run");
        let said = |(i, sample): (u32, &Sample)| Prediction {
            file: sample.file.clone(),
            sample: i,
            label: sample.class,
            logit: Logits::Binary(if (sample.class == 1) == (i % wrong > 0) { 2.0 } else { -2.0 }),
            age: sample.age,
            race: sample.race,
        };
        let predictions = (0..).zip(&dataset.samples).map(said).collect();
        let report = stage::run(&stage::faces(40)).report.expect("it is judged");
        run.save_report(&Report { predictions, validation: Vec::new(), ..report }).expect("the disk has room");
    }
    let preferences = Preferences { page: Page::Runs, ..Preferences::default() };
    let builder = Harness::builder().with_size([1280.0, 1000.0]).with_max_steps(60);
    let window: Harness<'static, App> = builder.build_eframe(move |cc| {
        let mut app = App::offline(&cc.egui_ctx, Session::default(), preferences);
        app.employ(&cc.egui_ctx, &store, Pace::default());
        app
    });
    let (wake, woken) = bounded(1);
    window.ctx.set_request_repaint_callback(move |_| {
        // One is enough to wake up.
        let _ = wake.try_send(());
    });
    let learned = plan.indices(Part::Train).len();
    let mut judged = Judged { window, woken, runs: Default::default(), learned, _folder: folder };
    judged.until(|session| session.runs.len() == 2);
    judged.runs = [0, 1].map(|place: usize| judged.window.state().session.runs[place].id.clone());
    judged
}
