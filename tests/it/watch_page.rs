//! A folder of runs that others train: what is seen of it, that nothing is written there, and its page.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use egui_kittest::kittest::Queryable as _;
use serde_json::{Value, json};
use trombine::{
    control::Control,
    experiment::{
        Design, ExperimentStore, MemberRecord, MemberState, STALE, STALE_IN_FIRST_EPOCH, Watched, WatchedRun, finished_words,
    },
    plan::{MemberOf, Plan},
    problem::{Kind, Problem},
    run::{Run, RunStatus, RunStore},
    session::{Session, Watching},
    text::{Lang, say},
    ui::{Action, page::Page},
    worker::{self, Command, Envelope, Event, JobId},
};

use crate::{
    cli::call,
    stage::{self, Stage},
    support, training,
};

const CLUSTER: &str = "/mnt/cluster/ada/trombine";

fn scores() -> Value {
    let scores = stage::run(&stage::faces(40)).info.scores.expect("judged");
    serde_json::to_value(scores).expect("JSON")
}

/// What a look would find: three runs that are trained, of which one is stale, and others.
fn seen() -> Watched {
    let run = |id: u32, label: &str, state: &str, done: u32, still: u64| {
        json!({
            "run": format!("2026-11-22-1402{id:02}"),
            "label": {"en": label, "fr": label},
            "note": if id == 2 { "restarted after the power cut of Tuesday" } else { "" },
            "state": state,
            "epochs_done": done,
            "epochs": 30,
            "history": stage::history(done),
            "scores": if state == "finished" { scores() } else { Value::Null },
            "of_years": false,
            "host": if state == "training" { json!(format!("node{id}")) } else { Value::Null },
            "still": still,
        })
    };
    let waiting = json!({
        "run": null, "label": {"en": "recommended · seed 49", "fr": "conseillée · graine 49"}, "note": "", "state": "waiting",
        "epochs_done": 0, "epochs": 30, "history": [], "scores": null, "of_years": false, "host": null, "still": 0,
    });
    let failed = json!({
        "run": null, "label": {"en": "recommended · seed 48", "fr": "conseillée · graine 48"}, "note": "",
        "state": "failed", "problem": Problem::new(Kind::Disk, say("The disk is full", "Le disque est plein"), say("Make room", "Faites de la place")),
        "epochs_done": 0, "epochs": 30, "history": [], "scores": null, "of_years": false, "host": null, "still": 0,
    });
    let runs = vec![
        run(1, "recommended · seed 42", "training", 12, 20),
        run(2, "recommended · seed 43", "training", 7, 1260),
        run(3, "recommended · seed 44", "training", 15, 3),
        run(4, "recommended · seed 45", "paused", 9, 4000),
        run(5, "recommended · seed 46", "finished", 30, 9000),
        run(6, "recommended · seed 47", "finished", 24, 9000),
        failed,
        waiting,
    ];
    let seen = json!({"folder": CLUSTER, "name": null, "runs": runs, "older": 0, "unreadable": 0});
    serde_json::from_value(seen).expect("as it is written")
}

/// A watched folder.
pub fn watched() -> Stage {
    let mut stage = stage::three_runs();
    stage.session.watched_last = Some(CLUSTER.into());
    stage.session.watching = Some(Watching { seen: Some(Arc::new(seen())), ..Watching::of(CLUSTER.into()) });
    stage
}

/// The same after its disk is gone.
pub fn gone() -> Stage {
    let mut stage = watched();
    let problem = Watched::look(Path::new(CLUSTER), None, 0).expect_err("it is not there");
    if let Some(watching) = &mut stage.session.watching {
        watching.problem = Some(problem);
    }
    stage
}

/// A home with a run that is trained, as far as its files say.
fn home() -> (tempfile::TempDir, Run) {
    let plan = training::plan(&training::settings());
    training::run(&plan)
}

/// Every file with its content and the time at which it was changed.
fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        }
        all.insert(path.clone(), (fs::read(&path).unwrap_or_default(), entry.metadata().unwrap().modified().unwrap()));
    }
    all
}

fn age(folder: &Path, seconds: u64) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        let file = fs::File::options().write(true).open(entry.path()).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn runs_are_found_in_a_home_among_its_runs_and_alone_and_nothing_is_written() {
    let (home, run) = home();
    let before = files(home.path());
    for folder in [home.path().to_owned(), home.path().join("runs"), run.folder.clone()] {
        let seen = Watched::look(&folder, None, now()).expect("it is there");
        let [one] = &seen.runs[..] else { panic!("one run in {}: {seen:?}", folder.display()) };
        assert_eq!((one.run.as_deref(), one.epochs, &one.state), (Some(run.info.id.as_str()), 3, &MemberState::Training));
        assert!(!one.is_stale() && one.label.en == run.info.name(Lang::En));
    }
    assert_eq!(files(home.path()), before);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(Watched::look(empty.path(), None, 0).expect("a folder").runs, []);
}

#[test]
fn what_does_not_move_is_stale_until_it_does() {
    let (home, run) = home();
    let look = |before: Option<&Watched>, now| Watched::look(home.path(), before, now).expect("it is there");
    age(&run.folder, STALE + 60);
    assert!(!look(None, now()).runs[0].is_stale(), "nobody knows how long the first epoch takes");
    age(&run.folder, STALE_IN_FIRST_EPOCH + 60);
    let first = look(None, now());
    assert!(first.runs[0].is_stale() && first.runs[0].still >= STALE_IN_FIRST_EPOCH + 59);
    // A change counts by the clock of here, whatever the disk's says.
    let path = run.folder.join("run.json");
    let mut text: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    text["note"] = json!("on node 3");
    fs::write(&path, text.to_string()).unwrap();
    age(&run.folder, STALE + 30);
    let second = look(Some(&first), now() + 3);
    assert_eq!((second.runs[0].still, second.runs[0].note.as_str(), second.runs[0].is_stale()), (0, "on node 3", false));
    let third = look(Some(&second), now() + 3 + STALE_IN_FIRST_EPOCH);
    assert!(third.runs[0].is_stale(), "{:?}", third.runs[0]);
    // One that is paused waits for somebody, not for itself.
    let mut run = Run::open(&run.folder).unwrap();
    run.update(|info| info.status = RunStatus::Paused).unwrap();
    let fourth = look(Some(&third), now() + 10 * STALE);
    assert_eq!((&fourth.runs[0].state, fourth.runs[0].is_stale()), (&MemberState::Paused, false));
    // A disk whose clock is ahead.
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(9000)).unwrap();
    assert_eq!(look(None, now()).runs[0].still, 0);
}

#[test]
fn a_run_that_cannot_be_read_now_is_as_it_was() {
    let (home, run) = home();
    let first = Watched::look(home.path(), None, now()).unwrap();
    fs::write(run.folder.join("run.json"), "{\"id\": \"half").unwrap();
    let second = Watched::look(home.path(), Some(&first), now()).unwrap();
    assert_eq!((second.runs.len(), second.unreadable), (1, 1));
    assert_eq!((&second.runs[0].label, &second.runs[0].state), (&first.runs[0].label, &first.runs[0].state));
}

#[test]
fn an_experiment_is_watched_with_all_its_runs() {
    let home = tempfile::tempdir().unwrap();
    let store = RunStore::at(home.path());
    let plan = training::plan(&training::settings());
    let experiments = ExperimentStore::new(&store);
    let draft = Design::Seeds.draft(&training::settings(), 4, false).unwrap();
    let experiment = experiments.create(draft, &plan).unwrap();
    let run = store.create(&plan).unwrap();
    let problem =
        Problem::new(Kind::Disk, say("The disk is full", "Le disque est plein"), say("Make room", "Faites de la place"));
    let record = |run: Option<String>, problem, stopped| MemberRecord { run, problem, stopped };
    experiments.save_record(&experiment, 0, &record(Some(run.info.id.clone()), None, false)).unwrap();
    experiments.save_record(&experiment, 1, &record(None, Some(problem), false)).unwrap();
    experiments.save_record(&experiment, 2, &record(None, None, true)).unwrap();
    let folder = experiments.folder(&experiment);
    let before = files(home.path());
    let seen = Watched::look(&folder, None, now()).unwrap();
    assert_eq!(files(home.path()), before);
    assert_eq!(seen.name, Some(experiment.name.clone()));
    let states: Vec<bool> = [
        seen.runs[0].state == MemberState::Training,
        matches!(&seen.runs[1].state, MemberState::Failed { .. }),
        seen.runs[2].state == MemberState::Stopped,
        seen.runs[3].state == MemberState::Waiting,
    ]
    .into();
    assert_eq!((states, seen.runs.len()), (vec![true; 4], 4));
    assert_eq!(seen.runs[3].label, experiment.label(3));
    // All experiments of a home are its runs.
    assert_eq!(Watched::look(&home.path().join("experiments"), None, now()).unwrap().runs.len(), 1);
}

#[test]
fn a_folder_that_vanishes_is_said_and_may_come_back() {
    let (home, _run) = home();
    let away = home.path().with_extension("away");
    let mut session = Session { watching: Some(Watching::of(home.path().to_owned())), ..Session::default() };
    let look = |session: &mut Session| {
        let watching = session.watching.as_ref().expect("watched");
        let command = Command::Watch { folder: watching.folder.clone(), before: watching.seen.clone() };
        let mut told = Vec::new();
        let done = worker::perform(command, &RunStore::at("/nowhere"), &Control::default(), &mut |event| told.push(event));
        assert_eq!(done, Ok(()), "that it is gone is an answer");
        told.into_iter().for_each(|event| session.apply(Envelope { job: JobId(3), event }));
    };
    let known = |session: &Session| {
        let watching = session.watching.as_ref().expect("watched");
        (watching.seen.as_ref().map_or(0, |seen| seen.runs.len()), watching.problem.is_some())
    };
    look(&mut session);
    assert_eq!(known(&session), (1, false));
    fs::rename(home.path(), &away).unwrap();
    look(&mut session);
    assert_eq!(known(&session), (1, true), "what was seen last stays");
    fs::rename(&away, home.path()).unwrap();
    look(&mut session);
    assert_eq!(known(&session), (1, false));
    // An answer about a folder that is watched no more.
    let other = Event::Watched { folder: "/other".into(), watched: Box::new(Err(Problem::cancelled())) };
    session.apply(Envelope { job: JobId(4), event: other });
    assert_eq!(known(&session), (1, false));
}

#[test]
fn the_page_shows_how_far_each_run_is_and_what_is_stale() {
    let (mut harness, stage) = watched().harness([1280.0, 900.0]);
    harness.run_steps(3);
    assert!(
        harness
            .query_by_label_contains(
                "8\u{a0}runs · 2\u{a0}training · 1\u{a0}stale · 1\u{a0}paused · 1\u{a0}waiting · 1\u{a0}failed · 2\u{a0}finished"
            )
            .is_some()
    );
    assert!(harness.query_by_label_contains("epoch 12 of 30 · training on node1").is_some());
    assert!(harness.query_by_label_contains("stale: nothing has moved for 21").is_some());
    assert!(harness.query_by_label_contains("restarted after the power cut").is_some());
    assert!(harness.query_by_label_contains("the disk is full").is_some());
    assert_eq!(stage.borrow_mut().actions.split_off(0), [Action::LookAgain], "once, not in each frame");
    harness.get_by_label_contains("seed 46, 30").click();
    harness.run_steps(3);
    harness.get_by_label("Show as a table, Validation accuracy").click();
    harness.run_steps(3);
    let heads = harness.query_all_by_label_contains("seed 46").filter_map(|node| node.value());
    let heads: Vec<String> = heads.filter(|head| head.contains("seed 42")).collect();
    assert!(heads.len() == 1 && !heads[0].contains("recommended"), "named by what tells them apart: {heads:?}");
    harness.get_by_label("All runs").click();
    harness.run_steps(2);
    assert!(stage.borrow_mut().actions.contains(&Action::StopWatching));
    // The page as it is without.
    stage.borrow_mut().session.watching = None;
    harness.run_steps(3);
    harness.get_by_label("Watch a folder…").click();
    harness.run_steps(4);
    harness.get_by_label(CLUSTER).click();
    harness.run_steps(2);
    assert!(stage.borrow().actions.contains(&Action::Watch(CLUSTER.into())));
}

/// Window and command line count all runs, also those that are not shown, and what could not be read.
#[test]
fn what_is_not_shown_is_counted() {
    let seen = Watched { older: 492, unreadable: 1, ..seen() };
    let counts = seen.counts(Lang::En);
    assert_eq!((counts[0].as_str(), counts.last().map(String::as_str)), ("500\u{a0}runs", Some("1\u{a0}cannot be read")));
    let older = |older| Watched { older, ..seen.clone() }.older_words(Lang::Fr);
    assert_eq!([0, 1, 492].map(older), [None, Some("et 1\u{a0}plus ancien".into()), Some("et 492\u{a0}plus anciens".into())]);
}

#[test]
fn the_page_says_that_the_folder_is_gone_and_what_it_waits_for() {
    let (mut harness, _) = gone().harness([1280.0, 900.0]);
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("is not there now. It is looked for again").is_some());
    assert!(harness.query_by_label_contains("epoch 12 of 30").is_some(), "what was seen last");
    // One that does not answer at all.
    let mut stage = watched();
    if let Some(watching) = &mut stage.session.watching {
        watching.asked = true;
    }
    let (mut harness, _) = stage.harness([1280.0, 900.0]);
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("has not answered").is_none());
    harness.input_mut().time = Some(20.0);
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("has not answered for").is_some());
    let mut stage = Stage::new(Page::Runs);
    let nothing = Watched { folder: CLUSTER.into(), name: None, runs: Vec::<WatchedRun>::new(), older: 0, unreadable: 0 };
    stage.session.watching = Some(Watching { seen: Some(Arc::new(nothing)), ..Watching::of(CLUSTER.into()) });
    let (mut harness, _) = stage.harness([1280.0, 900.0]);
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("No runs here yet").is_some());
}

#[test]
fn the_command_line_prints_what_it_sees() {
    let (home, run) = home();
    let own = tempfile::tempdir().unwrap();
    let (status, out, err) = call(own.path(), &["watch", &home.path().display().to_string()]);
    assert_eq!(status, 0, "{err}");
    assert!(out.lines().count() == 2 && out.contains("training") && out.contains("0/3"), "{out}");
    let (status, out, _) = call(own.path(), &["watch", "--json", &home.path().display().to_string()]);
    let document: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, &document["runs"][0]["run"]), (0, &json!(run.info.id)));
    assert_eq!((&document["runs"][0]["state"], &document["runs"][0]["stale"]), (&json!("training"), &json!(false)));
    let (status, _, err) = call(own.path(), &["watch", "/no/such/folder"]);
    assert_eq!(status, 1);
    assert!(err.contains("is not there now") && !err.contains("looked for again"), "it has ended: {err}");
}

/// Whoever stands in a home's folders types short paths.
#[test]
fn a_path_that_is_typed_from_within_shows_the_same() {
    let home = tempfile::tempdir().unwrap();
    let store = RunStore::at(home.path());
    let plan = training::plan(&training::settings());
    let experiments = ExperimentStore::new(&store);
    let draft = Design::Seeds.draft(&training::settings(), 2, false).unwrap();
    let experiment = experiments.create(draft, &plan).unwrap();
    let member_of = Some(MemberOf { experiment: experiment.id.clone(), member: 0 });
    let run = store.create(&Plan { member_of, ..plan }).unwrap();
    let record = MemberRecord { run: Some(run.info.id.clone()), ..MemberRecord::default() };
    experiments.save_record(&experiment, 0, &record).unwrap();
    let own = tempfile::tempdir().unwrap();
    let look = |from: &Path, typed: &str| {
        let mut command = support::program(own.path());
        let (status, out, err) = support::outcome(command.current_dir(from).args(["--lang", "en", "watch", "--json", typed]));
        assert_eq!(status, 0, "{typed}: {err}");
        let mut seen: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(seen["folder"], typed);
        seen.as_object_mut().unwrap().remove("folder");
        seen["runs"].as_array_mut().unwrap().iter_mut().for_each(|run| run["still"] = Value::Null);
        seen
    };
    let (id, folder) = (&experiment.id, experiments.folder(&experiment));
    let whole = look(own.path(), &folder.display().to_string());
    assert_eq!((&whole["runs"][0]["state"], &whole["runs"][0]["run"]), (&json!("training"), &json!(run.info.id)));
    assert_eq!(look(&home.path().join("experiments"), id), whole);
    assert_eq!(look(&folder, "."), whole);
    fs::create_dir(folder.join("below")).unwrap();
    assert_eq!(look(&folder.join("below"), ".."), whole);
    // Runs, one of them or all, are called after their experiment.
    let alone = look(own.path(), &run.folder.display().to_string());
    let label = alone["runs"][0]["label"]["en"].as_str().expect("a label").to_owned();
    assert!(label.starts_with(&experiment.name.en), "{label}");
    for (from, typed) in [("runs", run.info.id.as_str()), ("runs", "."), ("experiments", "."), (".", "runs"), (".", ".")] {
        assert_eq!(look(&home.path().join(from), typed)["runs"][0]["label"]["en"], label, "{typed} in {from}");
    }
    assert_eq!(look(&run.folder, "."), alone);
}

/// Window and command line call a state the same, of an experiment as of runs that are watched.
#[test]
fn a_state_has_one_name_wherever_it_is_shown() {
    let problem =
        Problem::new(Kind::Disk, say("The disk is full", "Le disque est plein"), say("Make room", "Faites de la place"));
    let states = [
        (MemberState::Waiting, "waiting", "en attente"),
        (MemberState::Training, "training on node1", "en cours sur node1"),
        (MemberState::Paused, "paused", "en pause"),
        (MemberState::Finished, "finished", "terminé"),
        (MemberState::Failed { problem }, "failed: the disk is full", "échoué\u{a0}: le disque est plein"),
        (MemberState::Stopped, "stopped", "arrêté"),
        (
            MemberState::Dropped { epoch: 5, rung: 1 },
            "stopped early, at epoch 5: others were better",
            "arrêté tôt, à l’époque 5\u{a0}: d’autres étaient meilleurs",
        ),
    ];
    for (state, english, french) in states {
        for (lang, wanted) in [(Lang::En, english), (Lang::Fr, french)] {
            assert_eq!(state.words(Some("node1"), lang), wanted);
            assert!(wanted.starts_with(state.name().get(lang)));
        }
        let mut run = seen().runs[2].clone();
        (run.state, run.host) = (state.clone(), Some("node1".to_owned()));
        assert_eq!(run.state_words(Lang::En), english);
    }
    let stale = &seen().runs[1];
    assert_eq!((stale.state_name().get(Lang::Fr), stale.state.name().get(Lang::Fr)), ("figé", "en cours"));
    for (finished, wanted) in [(1, "1 essai sur 5 terminé"), (3, "3 essais sur 5 terminés")] {
        assert_eq!(finished_words(finished, 5, Lang::Fr), wanted);
    }
}

#[test]
fn the_help_on_clusters_is_whole_in_both_languages() {
    use trombine::ui::markdown::{Block, blocks};
    let texts = [include_str!("../../assets/help/clusters.en.md"), include_str!("../../assets/help/clusters.fr.md")];
    let [english, french] = texts.map(blocks);
    let kind = |block: &Block<'_>| match block {
        Block::Title(_) => 0,
        Block::Heading(_) => 1,
        Block::Paragraph(_) => 2,
        Block::Item(_) => 3,
        Block::Code(_) => 4,
    };
    assert_eq!(english.iter().map(kind).collect::<Vec<_>>(), french.iter().map(kind).collect::<Vec<_>>());
    // Each command that it shows is one.
    for line in texts[0].lines().filter_map(|line| line.strip_prefix("./trombine experiment ")) {
        let word = line.split(' ').next().expect("a word");
        let home = tempfile::tempdir().unwrap();
        let (status, _, err) = call(home.path(), &["experiment", word, "--help"]);
        assert_eq!(status, 0, "{word}: {err}");
    }
    for text in texts {
        assert!(text.matches("TROMBINE_HOME").count() >= 2 && text.contains("NFS 4") && text.contains("trombine watch DIR"));
    }
    // French sets a no-break space before these; commands are as they are typed.
    for block in &french {
        if let Block::Paragraph(text) | Block::Item(text) | Block::Heading(text) = block {
            assert!([" :", " ;", " !", " ?"].iter().all(|mark| !text.contains(mark)), "{text}");
        }
    }
}
