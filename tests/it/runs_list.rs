//! The list of runs: sorted, filtered, folded, starred and renamed; and the deleted runs.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use egui::{Key, Modifiers, PointerButton, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    app::Preferences,
    control::Control,
    data::{
        picture_size::PictureShape,
        sample::{Framing, Part, Source},
    },
    plan::{MemberOf, Plan},
    predict::batch::default_name,
    preset::Preset,
    run::{RunInfo, RunStatus, RunStore, Trashed, file_name_of},
    session::Phase,
    settings::Settings,
    text::Lang,
    ui::{
        Action,
        page::{
            Page,
            runs::{Column, Columns},
        },
    },
    worker::{self, Command, Event},
};

use crate::{
    experiments_page,
    nodes::controls,
    pages,
    stage::{self, Stage},
    training, viewer,
};

const SIZE: [f32; 2] = [1280.0, 860.0];

/// The runs of a busy month: five seeds as an experiment, of which three are finished, and eight runs of one's own.
pub fn many() -> Stage {
    let mut stage = experiments_page::at_work();
    let session = &mut stage.session;
    (session.training, session.phase, session.job, session.experiments.at_work) = (None, Phase::Idle, None, None);
    let view = Arc::clone(&session.experiments.views["seeds"]);
    let own = [
        ("Quick · 3 epochs", "#first look", 0.861),
        ("Notebook", "", 0.884),
        ("Notebook (2)", "", 0.884),
        ("Recommended · 160 px", "larger pictures, #paper", 0.931),
        ("Recommended", "#paper", 0.927),
    ];
    let template = session.runs[0].clone();
    for (place, (name, note, accuracy)) in own.into_iter().enumerate() {
        let mut info = RunInfo { name: name.into(), note: note.into(), ..template.clone() };
        info.id = format!("2026-11-1{place}-090000");
        info.created -= 86_400 * (5 + place as u64);
        info.seconds = 300.0 + 60.0 * place as f64;
        info.scores.as_mut().expect("judged").accuracy = accuracy;
        info.stored.starred = place == 3;
        // Both of the notebook's recipe alike.
        info.stored.settings = Some(if place == 2 { 1 } else { place as u64 });
        session.runs.push(info);
    }
    for (member, known) in view.members.iter().enumerate() {
        let Some(mut info) = known.run.clone() else { continue };
        info.member_of = Some(MemberOf { experiment: "seeds".to_owned(), member });
        info.name = format!("Notebook · seed {}", 42 + member);
        info.created -= 86_400 * 3 + 60 * member as u64;
        session.runs.push(info);
    }
    session.runs.sort_by_key(|run| std::cmp::Reverse(run.created));
    stage
}

/// Two deleted runs.
pub fn deleted() -> Stage {
    let mut stage = many();
    let trashed = |(place, name): (u64, &str)| {
        let info = RunInfo { id: format!("2026-10-0{place}-120000"), name: name.to_owned(), ..stage.session.runs[0].clone() };
        Trashed { info, deleted: Some(1_795_300_000 - 86_400 * place), bytes: 12_400_000 * place }
    };
    stage.session.trash = Some([(1, "Quick · 1 epoch"), (2, "Notebook · no augmentation")].map(trashed).into());
    stage
}

/// The names of the lines that take a tick, or lead to an experiment, from top to bottom.
fn names<S>(harness: &Harness<'_, S>) -> Vec<String> {
    let lines = controls(harness).into_iter().filter(|control| control.rect.height() > 40.0 && control.rect.width() > 300.0);
    let mut lines: Vec<_> = lines.map(|control| (control.rect.top(), control.name)).collect();
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines.into_iter().map(|(_, name)| name.split(", ").next().unwrap_or_default().to_owned()).collect()
}

/// What was trained before is a member of an experiment that trains no run twice.
#[test]
fn an_experiment_counts_the_runs_that_it_has_found() {
    for (found, wanted) in [(Vec::new(), "3 of 5"), (vec![(4, "2026-11-10-090000".to_owned())], "4 of 5")] {
        let mut stage = many();
        stage.session.experiments.runs.insert("seeds".to_owned(), found);
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        assert!(harness.query_by_label_contains(wanted).is_some(), "{wanted}: {:?}", names(&harness));
    }
}

/// All that it asked for had been trained before: its runs are listed by themselves, and it leads to its page.
#[test]
fn an_experiment_that_has_found_all_its_runs_has_a_line() {
    let mut stage = many();
    let session = &mut stage.session;
    session.runs.retain(|run| run.member_of.is_none());
    let found = vec![(0, "2026-11-10-090000".to_owned()), (1, "2026-11-11-090000".to_owned())];
    session.experiments.runs.insert("seeds".to_owned(), found);
    let runs = session.runs.len();
    let (mut harness, stage) = stage.harness(SIZE);
    harness.run();
    assert_eq!(names(&harness).len(), runs + 1, "{:?}", names(&harness));
    assert!(harness.query_by_label_contains("2 of 5 runs finished").is_some());
    assert!(harness.query_by_label_contains("Runs of “").is_none(), "there is nothing to unfold");
    harness.get_by_label_contains("5\u{a0}seeds, experiment").click();
    harness.run_steps(3);
    assert!(stage.borrow().actions.contains(&Action::ViewExperiment("seeds".into())));
}

#[test]
fn a_click_on_a_head_sorts_and_a_second_turns_round() {
    let (mut harness, _) = stage::three_runs().harness(SIZE);
    harness.run();
    let newest_first = ["notebook + batch norm", "notebook", "recommended"];
    assert_eq!(names(&harness), newest_first);
    assert!(harness.query_by_label("Sort by started, descending").is_some(), "the arrow is said, too");
    // 17, 14 and 11 epochs; the most come first.
    harness.get_by_label("Sort by epochs").click();
    harness.run();
    assert_eq!(names(&harness), newest_first);
    harness.get_by_label("Sort by epochs, descending").click();
    harness.run();
    assert_eq!(names(&harness), ["recommended", "notebook", "notebook + batch norm"]);
    assert!(harness.query_by_label("Sort by epochs, ascending").is_some());
    harness.get_by_label("Sort by name").click();
    harness.run();
    assert_eq!(names(&harness), ["notebook", "notebook + batch norm", "recommended"]);
    // The best comes first, and what is not judged last, whichever way.
    harness.get_by_label("Sort by test accuracy").click();
    harness.run();
    assert_eq!(names(&harness)[0], "notebook + batch norm");
}

#[test]
fn the_best_of_years_has_the_smallest_error() {
    let (mut harness, stage) = crate::years_pages::two().harness(SIZE);
    harness.run();
    harness.get_by_label("Sort by test error").click();
    harness.run();
    assert!(harness.query_by_label("Sort by test error, ascending").is_some());
    let all: Vec<f64> = stage.borrow().session.runs.iter().filter_map(|run| Some(run.scores.as_ref()?.years?.mae)).collect();
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    let tops: BTreeMap<u32, String> = controls(&harness)
        .into_iter()
        .filter(|control| control.rect.height() > 40.0 && control.rect.width() > 300.0)
        .map(|control| (control.rect.top() as u32, control.name))
        .collect();
    let first = tops.values().next().expect("a line").clone();
    let shown = trombine::text::years(Lang::En, least, 2);
    assert!(first.contains(&shown), "{first} is not the one with {shown}");
}

#[test]
fn order_and_hidden_columns_come_back_after_a_restart() {
    let home = tempfile::tempdir().expect("a folder");
    let session = stage::three_runs().session;
    let on_runs = Preferences { page: Page::Runs, ..Preferences::default() };
    let mut window = pages::window(session.clone(), on_runs, SIZE);
    window.state_mut().keep_preferences(home.path());
    window.run();
    window.get_by_label("Sort by time").click();
    window.run();
    window.get_by_label("Columns").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItem, "device").click();
    window.run();
    assert!(window.query_by_label("Sort by device").is_none());
    window.get_by_role_and_label(Role::MenuItem, "F1, macro").click();
    window.run();
    assert!(window.query_by_label("Sort by F1, macro").is_none(), "the menu stays open for the next");
    drop(window);
    let kept = Preferences::load(home.path(), None).expect("written");
    assert_eq!(kept.runs, Columns { by: Column::Time, down: true, hidden: vec![Column::Device, Column::F1] });
    let mut window = pages::window(session, kept, SIZE);
    window.run();
    assert!(window.query_by_label("Sort by time, descending").is_some());
    assert!(window.query_by_label("Sort by device").is_none() && window.query_by_label("Sort by epochs").is_some());
    // Preferences from before there was a list to arrange.
    let mut old = serde_json::to_value(Preferences::default()).expect("JSON");
    old.as_object_mut().expect("an object").remove("runs");
    fs::write(Preferences::file(home.path()), old.to_string()).expect("written");
    assert_eq!(Preferences::load(home.path(), None), Some(Preferences::default()));
}

#[test]
fn a_star_is_given_by_its_own_button() {
    let (mut harness, stage) = many().harness(SIZE);
    harness.run();
    harness.get_by_label("Star “Notebook”").click();
    harness.run();
    harness.get_by_label("Star “Recommended · 160 px”").click();
    harness.run();
    let star = |run: &str, on| Action::StarRun { run: run.to_owned(), on };
    assert_eq!(stage.borrow().actions, [star("2026-11-11-090000", true), star("2026-11-13-090000", false)]);
    assert!(harness.query_by_label("This run").is_none(), "a star ticks no run");
}

#[test]
fn a_star_survives_a_restart_the_trash_and_a_change_of_the_run() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let mut run = store.create(&training::plan(&training::settings())).expect("a run");
    let id = run.info.id.clone();
    let perform = |command| {
        let mut listed = None;
        let done = worker::perform(command, &store, &Control::default(), &mut |event| {
            if let Event::Runs { runs } = event {
                listed = Some(runs);
            }
        });
        done.map(|()| listed)
    };
    let starred = |runs: Option<Vec<RunInfo>>| runs.expect("listed").iter().map(|run| run.stored.starred).collect::<Vec<_>>();
    let star = |on| Command::StarRun { run: id.clone(), on };
    assert_eq!(starred(perform(star(true)).expect("given")), [true]);
    run.update(|info| info.note = "#mine".to_owned()).expect("written");
    let again = RunStore::at(home.path());
    assert!(again.list().0[0].stored.starred && again.list().0[0].note == "#mine");
    let text = fs::read_to_string(run.folder.join("run.json")).expect("text");
    assert!(!text.contains("starred"), "who trains the run has nothing to do with it");
    store.delete(&id).expect("deleted");
    store.restore(&id).expect("restored");
    assert!(store.list().0[0].stored.starred);
    // A run whose files are not quite new is not read again for each list.
    for file in
        fs::read_dir(&run.folder).expect("a folder").map(|file| file.expect("a file").path()).filter(|path| path.is_file())
    {
        let file = fs::File::options().write(true).open(file).expect("a file");
        file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("it is ours");
    }
    assert_eq!(store.list().0.len(), 1);
    assert_eq!(starred(perform(star(false)).expect("taken")), [false]);
    assert_eq!(starred(perform(star(true)).expect("given")), [true]);
    assert_eq!(starred(perform(star(false)).expect("taken")), [false]);
    assert_eq!(starred(perform(star(false)).expect("taken twice")), [false]);
    assert!(perform(Command::StarRun { run: "nobody".into(), on: true }).is_err());
}

/// ```python
/// x = np.array([.912, .924, .918]); x.mean(), x.std(ddof=1)   # 0.918, 0.006
/// ```
#[test]
fn the_runs_of_an_experiment_are_folded_under_one_line() {
    let (mut harness, stage) = many().harness(SIZE);
    harness.run();
    let before = names(&harness);
    assert!(before.iter().all(|name| !name.contains("seed 4")), "{before:?}");
    let line = harness.get_by_label_contains("5\u{a0}seeds, experiment");
    let said = line.accesskit_node().label().unwrap_or_default();
    assert!(said.contains("3 of 5 runs finished · 91.8% ± 0.6"), "{said}");
    harness.get_by_label_contains("Runs of “").click();
    harness.run();
    let after = names(&harness);
    assert_eq!(after.len(), before.len() + 3);
    let place = after.iter().position(|name| name.contains("5\u{a0}seeds")).expect("listed");
    assert_eq!(after[place + 1..place + 4], ["Notebook · seed 42", "Notebook · seed 43", "Notebook · seed 44"]);
    // They are sorted as the others are, within their experiment.
    harness.get_by_label("Sort by test accuracy").click();
    harness.run();
    let sorted = names(&harness);
    let place = sorted.iter().position(|name| name.contains("5\u{a0}seeds")).expect("listed");
    assert_eq!(sorted[place + 1..place + 4], ["Notebook · seed 43", "Notebook · seed 44", "Notebook · seed 42"]);
    harness.get_by_label_contains("Runs of “").click();
    harness.run();
    assert_eq!(names(&harness).len(), before.len());
    // The line itself leads to the experiment.
    harness.get_by_label_contains("5\u{a0}seeds, experiment").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("All runs").is_some());
    assert!(stage.borrow().actions.contains(&Action::ViewExperiment("seeds".into())));
}

#[test]
fn words_tags_and_stars_filter() {
    let (mut harness, _) = many().harness(SIZE);
    harness.run();
    assert!(harness.query_by_label("11\u{a0}runs · 1\u{a0}starred").is_some());
    let find = |harness: &mut Harness<'_>, text: &str| {
        harness.get_by_label("Find runs").focus();
        harness.run();
        harness.get_by_label("Find runs").type_text(text);
        harness.run();
    };
    find(&mut harness, "#pap");
    assert_eq!(names(&harness), ["Recommended · 160 px", "Recommended"]);
    assert!(harness.query_by_label("2 of 11\u{a0}runs · 1\u{a0}starred").is_some());
    find(&mut harness, " larger");
    assert_eq!(names(&harness), ["Recommended · 160 px"]);
    find(&mut harness, " nothing of the kind");
    assert!(harness.query_by_label("No matching runs").is_some());
    harness.get_by_label("Show all runs").click();
    harness.run();
    // An experiment is found by its name, and by its runs'.
    find(&mut harness, "seeds");
    assert_eq!(names(&harness).len(), 1);
    harness.get_by_label("Show all runs").click();
    harness.run();
    harness.get_by_label("Which runs").click();
    harness.run();
    harness.get_by_label("With a star").click();
    harness.run();
    assert_eq!(names(&harness), ["Recommended · 160 px"]);
    harness.get_by_label("Which runs").click();
    harness.run();
    harness.get_by_label("#first").click();
    harness.run();
    assert!(names(&harness).is_empty(), "the one with the tag has no star");
    harness.get_by_label("Show all runs").click();
    harness.run();
    harness.get_by_label("Which runs").click();
    harness.run();
    harness.get_by_label("Not finished").click();
    harness.run();
    assert!(names(&harness).is_empty());
}

#[test]
fn the_same_settings_are_said_quietly() {
    for (lang, said) in
        [(Lang::En, "same settings as “Notebook (2)”"), (Lang::Fr, "mêmes réglages que «\u{a0}Notebook (2)\u{a0}»")]
    {
        let mut stage = many();
        stage.lang = lang;
        let (mut harness, stage) = stage.harness(SIZE);
        harness.run();
        let lines = || controls(&harness).into_iter().filter(|control| control.name.contains(said)).map(|control| control.name);
        // “Notebook (2)” is the older one here.
        assert_eq!(
            lines().map(|name| name.split(',').next().map(str::to_owned)).collect::<Vec<_>>(),
            [Some("Notebook".to_owned())]
        );
        drop(harness);
        let mut other = stage.borrow_mut();
        other.session.runs.iter_mut().filter(|run| run.name == "Notebook").for_each(|run| run.data = Some(1));
        drop(other);
        let stage = std::rc::Rc::try_unwrap(stage).unwrap_or_else(|_| panic!("alone")).into_inner();
        let (mut harness, _) = stage.harness(SIZE);
        harness.run();
        let data = [", other data", ", autres données"][usize::from(lang == Lang::Fr)];
        assert!(harness.query_by_label_contains(&format!("{said}{data}")).is_some());
    }
}

#[test]
fn a_run_is_renamed_where_it_stands() {
    let (mut harness, stage) = stage::three_runs().harness(SIZE);
    harness.run();
    let press = |harness: &mut Harness<'_>, key| {
        harness.key_press(key);
        harness.run();
    };
    harness.get_by_label_contains("notebook + batch norm,").focus();
    harness.run();
    press(&mut harness, Key::F2);
    harness.get_by_label("New name").type_text(" again");
    harness.run();
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label("New name").is_none() && stage.borrow().actions.is_empty(), "Escape keeps the name");
    press(&mut harness, Key::F2);
    harness.get_by_label("New name").type_text(" again");
    harness.run();
    press(&mut harness, Key::Enter);
    let expected =
        Action::RenameRun { run: "2026-11-20-140211".into(), name: "notebook + batch norm again".into(), note: String::new() };
    assert_eq!(stage.borrow().actions, [expected]);
    assert!(harness.query_by_label("New name").is_none());
}

/// A note is typed under the name, of several lines too, and found by the filter.
#[test]
fn a_note_is_typed_where_it_stands() {
    let (mut harness, stage) = many().harness(SIZE);
    harness.run();
    let place = stage.borrow().session.runs.iter().position(|info| info.name(Lang::En) == "Notebook").expect("it is listed");
    let run = stage.borrow().session.runs[place].id.clone();
    let renamed = |note: &str| Action::RenameRun { run: run.clone(), name: "Notebook".into(), note: note.into() };
    let name = harness.get_by_label_contains("Notebook, ").rect();
    let right = |harness: &mut Harness<'_>, at| {
        viewer::to(harness, at);
        viewer::button(harness, at, PointerButton::Secondary, Modifiers::NONE, &[true, false]);
        harness.run();
    };
    right(&mut harness, name.center());
    harness.get_by_role_and_label(Role::MenuItem, "Add a note").click();
    harness.run();
    harness.get_by_label("Note of the run").type_text("tried #dropout");
    harness.run();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    harness.run();
    harness.get_by_label("Note of the run").type_text("again once more");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let note = "tried #dropout\nagain once more";
    assert_eq!(stage.borrow().actions.last(), Some(&renamed(note)));
    assert!(harness.query_by_label("Note of the run").is_none());
    stage.borrow_mut().session.runs[place].note = note.to_owned();
    harness.run();
    // The filter of the list finds it by its words and by its tag.
    for words in ["once more", "#dropout"] {
        harness.get_by_label("Find runs").focus();
        harness.run();
        harness.get_by_label("Find runs").type_text(words);
        harness.run();
        assert_eq!(names(&harness), ["Notebook"], "{words}");
        harness.get_by_label("Show all runs").click();
        harness.run();
    }
    // A double click on it, and Shift+F2, edit it; Escape leaves it as it was, an empty one takes it away.
    stage.borrow_mut().actions.clear();
    let line = harness.get_by_label_contains("Notebook, ").rect();
    viewer::double_click(&mut harness, egui::pos2(line.left() + 60.0, line.center().y + 10.0));
    assert_eq!(harness.get_by_label("Note of the run").value().as_deref(), Some(note));
    harness.get_by_label("Note of the run").type_text(" and again");
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    let renames = |action: &Action| matches!(action, Action::RenameRun { .. });
    assert!(!stage.borrow().actions.iter().any(renames) && harness.query_by_label("Note of the run").is_none());
    harness.get_by_label_contains("Notebook, ").focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F2);
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.key_press(Key::Backspace);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(stage.borrow().actions.last(), Some(&renamed("")));
}

#[test]
fn results_rename_their_run_and_follow_its_name() {
    let (mut harness, stage) = Stage::new(Page::Results).with_data(60).with_run().harness(SIZE);
    harness.run();
    harness.get_by_label("Rename this run").click();
    harness.run();
    harness.get_by_label("New name").type_text(", kept");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let name = "notebook + batch norm, kept";
    let expected = Action::RenameRun { run: "2026-11-22-140211".into(), name: name.into(), note: String::new() };
    assert_eq!(stage.borrow().actions, [expected]);
    // The list is renamed, and what is shown says so.
    stage.borrow_mut().session.runs[0].rename(name.to_owned());
    harness.run();
    assert!(harness.query_by_label_contains("Run “notebook + batch norm, kept”").is_some());
}

/// The field beside the list was filled before the run was renamed in the list: it does not rename it back.
#[test]
fn a_name_that_was_changed_elsewhere_is_not_changed_back() {
    let (mut harness, stage) = stage::three_runs().harness(SIZE);
    harness.run();
    harness.get_by_label_contains("recommended, longer,").click();
    harness.run();
    stage.borrow_mut().session.runs[2].rename("short".to_owned());
    harness.run();
    harness.get_by_label("Note").focus();
    harness.run();
    harness.key_press(Key::Tab);
    harness.run();
    assert!(!stage.borrow().actions.iter().any(|action| matches!(action, Action::RenameRun { .. })));
    assert_eq!(harness.get_by_label("Name").value().as_deref(), Some("short"));
}

#[test]
fn deleted_runs_come_back_or_go_for_good_once_that_is_confirmed() {
    let (mut harness, stage) = deleted().harness(SIZE);
    harness.run();
    harness.get_by_label("Deleted runs").click();
    harness.run();
    assert!(harness.query_by_label_contains("restored for 30 days · 2\u{a0}runs, 37.2\u{a0}MB").is_some());
    harness.get_by_label("Restore, Quick · 1 epoch").click();
    harness.run();
    harness.get_by_label("Delete permanently…, Notebook · no augmentation").click();
    harness.run();
    harness.get_by_label("Keep, Notebook · no augmentation").click();
    harness.run();
    harness.get_by_label("Empty the trash…").click();
    harness.run();
    let asked = [Action::ListTrash, Action::RestoreRun("2026-10-01-120000".into())];
    assert_eq!(stage.borrow().actions, asked, "nothing is removed by one click");
    harness.get_by_label("Delete 2\u{a0}runs permanently").click();
    harness.run();
    assert_eq!(stage.borrow().actions.last(), Some(&Action::RemoveDeleted(None)));
    stage.borrow_mut().session.trash = Some(Vec::new());
    harness.run();
    assert!(harness.query_by_label("The trash is empty").is_some() && harness.query_by_label("Empty the trash…").is_none());
    harness.get_by_label("All runs").click();
    harness.run();
    assert!(harness.query_by_label("Find runs").is_some());
}

#[test]
fn the_trash_says_what_it_takes_and_removes_nothing_that_a_link_leads_to() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let plan = training::plan(&training::settings());
    let [one, other] = [0; 2].map(|_| store.create(&plan).expect("a run"));
    fs::write(one.folder.join("best.safetensors"), vec![7; 1000]).expect("written");
    let elsewhere = home.path().join("elsewhere");
    fs::create_dir_all(elsewhere.join("within")).expect("made");
    fs::write(elsewhere.join("within/letter.txt"), vec![7; 5000]).expect("written");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&elsewhere, one.folder.join("epochs")).expect("linked");
        std::os::unix::fs::symlink(elsewhere.join("within/letter.txt"), one.folder.join("letter.txt")).expect("linked");
    }
    let files = |folder: &Path| -> u64 {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        entries.filter_map(|entry| entry.metadata().ok()).filter(fs::Metadata::is_file).map(|about| about.len()).sum()
    };
    let held = files(&one.folder);
    store.delete(&one.info.id).expect("deleted");
    store.delete(&other.info.id).expect("deleted");
    let trash = store.trash_list();
    assert_eq!(trash.len(), 2);
    let listed = trash.iter().find(|trashed| trashed.info.id == one.info.id).expect("listed");
    assert!((held..held + 1000).contains(&listed.bytes), "{} of {held}, without the 5000 behind the links", listed.bytes);
    assert!(listed.deleted.is_some_and(|when| when.abs_diff(trombine::run::date::now()) < 600));
    store.remove_deleted("../elsewhere").expect_err("no way out of the trash");
    store.remove_deleted(&one.info.id).expect("removed");
    assert_eq!(store.trash_list().len(), 1);
    store.remove_deleted(&one.info.id).expect_err("it is gone");
    // What the program did not put there stays.
    fs::create_dir_all(home.path().join("trash/letters")).expect("made");
    store.empty_whole_trash().expect("emptied");
    assert!(store.trash_list().is_empty() && home.path().join("trash/letters").exists());
    assert_eq!(fs::read(elsewhere.join("within/letter.txt")).expect("still there").len(), 5000);
}

#[test]
fn a_deletion_and_its_way_back_are_told_with_both_lists() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let id = store.create(&training::plan(&training::settings())).expect("a run").info.id;
    let lists = |command| {
        let mut lists = [None, None];
        worker::perform(command, &store, &Control::default(), &mut |event| match event {
            Event::Runs { runs } => lists[0] = Some(runs.len()),
            Event::Trash { trash } => lists[1] = Some(trash.len()),
            _ => {}
        })
        .expect("done");
        lists
    };
    assert_eq!(lists(Command::DeleteRun(id.clone())), [Some(0), Some(1)]);
    assert_eq!(lists(Command::ListTrash), [None, Some(1)]);
    assert_eq!(lists(Command::RestoreRun(id.clone())), [Some(1), Some(0)]);
    assert_eq!(lists(Command::DeleteRun(id)), [Some(0), Some(1)]);
    assert_eq!(lists(Command::RemoveDeleted(None)), [None, Some(0)]);
}

/// Five hundred runs: only those that are seen are drawn, and each is reached by scrolling.
#[test]
fn of_five_hundred_runs_those_are_drawn_that_are_seen() {
    let mut stage = many();
    let template = stage.session.runs[0].clone();
    for place in 0..500 {
        let run = RunInfo { id: format!("r{place}"), name: format!("run {place:03}"), ..template.clone() };
        stage.session.runs.push(RunInfo { created: 1_000_000 + place, status: RunStatus::Paused, ..run });
    }
    let (mut harness, _) = stage.harness(SIZE);
    harness.run();
    assert!(harness.query_by_label("511\u{a0}runs · 1\u{a0}starred").is_some());
    let drawn = names(&harness).len();
    assert!((8..30).contains(&drawn), "{drawn}");
    harness.get_by_label("Sort by name").click();
    harness.run();
    harness.get_by_label("Sort by name, ascending").click();
    harness.run();
    assert_eq!(names(&harness)[0], "run 499");
}

#[test]
fn runs_are_alike_by_what_their_settings_say() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let mut other = training::settings();
    other.seed += 1;
    for settings in [training::settings(), training::settings(), other] {
        store.create(&training::plan(&settings)).expect("a run");
    }
    let mut keys: Vec<_> = store.list().0.into_iter().map(|run| run.stored.settings.expect("read")).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 2);
}

#[test]
fn names_are_short_and_say_what_matters_in_both_languages() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let names = |preset: Preset, change: &dyn Fn(&mut Settings)| {
        let mut settings = preset.settings();
        change(&mut settings);
        // Of pictures of another size than those of the test's own data set, too.
        let plan = Plan { settings: settings.clone(), ..training::plan(&settings) };
        let info = store.create(&plan).expect("a run").info;
        Lang::ALL.map(|lang| info.name(lang).replace('\u{a0}', " "))
    };
    let large = |s: &mut Settings| {
        s.augment = s.augment.clone().for_pictures(PictureShape { side: 160.into(), ..s.augment.shape() });
    };
    assert_eq!(names(Preset::Recommended, &large), ["Recommended · 160 px", "Recommandé · 160 px"]);
    let plain = |s: &mut Settings| s.augment.flip = false;
    assert_eq!(names(Preset::Notebook, &plain), ["Notebook · no augmentation", "Notebook · sans augmentation"]);
    assert_eq!(names(Preset::Notebook, &plain), ["Notebook · no augmentation (2)", "Notebook · sans augmentation (2)"]);
    // A second difference is named where there is room for it.
    let two = |s: &mut Settings| (s.train.epochs, s.split.use_given) = (3, false);
    assert_eq!(names(Preset::Notebook, &two), ["Notebook · 3 epochs · +1", "Notebook · 3 époques · +1"]);
}

#[test]
fn files_are_called_after_the_run_and_its_data() {
    let mut run = stage::three_runs().session.runs[0].clone();
    run.rename("Coup d’œil · 3\u{a0}époques (2)".to_owned());
    run.source = Source::Folder("/data/UTKFace".into());
    assert_eq!(run.file_name("report", Lang::En), "coup-d-oeil-3-epoques-2-utkface-report");
    run.rename("Quick · 3 epochs".to_owned());
    assert_eq!(run.file_name("report", Lang::En), "quick-3-epochs-utkface-report");
    // A table of a folder is called after that, too; a list of pictures of no run after their data.
    assert_eq!(
        default_name(&run.file_stem(Lang::En), Path::new("/no/holiday"), Framing::FaceCrop),
        "quick-3-epochs-utkface-holiday-faces.csv"
    );
    assert_eq!(file_name_of(&run.source, "pictures", Lang::En), "utkface-pictures");
    assert_eq!(file_name_of(&Source::SampleFaces, "pictures", Lang::Fr), "visages-d-exemple-pictures");
    // Nothing in a name leads elsewhere, and no name is too long.
    run.rename("../../etc/passwd\u{202e}".to_owned());
    assert_eq!(run.file_name("onnx", Lang::En), "etc-passwd-utkface-onnx");
    run.rename("x".repeat(400));
    assert!(run.file_name("onnx", Lang::En).len() < 120);
    run.rename("***".to_owned());
    run.source = Source::Folder("/".into());
    assert_eq!(run.file_name("card", Lang::En), format!("{}-card", run.id));
}

#[test]
fn a_comparison_says_device_parts_and_fingerprint() {
    let mut stage = stage::three_runs();
    let ids: Vec<String> = stage.session.runs.iter().map(|run| run.id.clone()).collect();
    let mut other = stage.session.views[&ids[1]].as_ref().clone();
    other.info.device = "GeForce RTX 4070".into();
    other.info.data = Some(0x1234_5678_9abc_def0);
    let mut pictures = other.pictures.to_vec();
    pictures[..7].iter_mut().for_each(|picture| picture.part = Part::Train);
    other.pictures = pictures.into();
    other.info.pictures = [7, 0, 53];
    stage.session.views.insert(ids[1].clone(), Arc::new(other));
    let (mut harness, _) = stage.harness([1800.0, 1400.0]);
    harness.run();
    harness.get_by_label_contains("notebook + batch norm,").click();
    harness.run();
    harness.get_by_label_contains("notebook,").click();
    harness.run();
    assert!(harness.query_by_label("device, Processor, 2 cores, GeForce RTX 4070").is_some());
    assert!(harness.query_by_label("in other parts, –, 7\u{a0}pictures").is_some());
    assert!(harness.query_by_label_contains(", 12345678").is_some());
    assert!(harness.query_by_label_contains("pictures, 60, 60").is_none(), "what is the same is no row");
}
