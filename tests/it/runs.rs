//! Runs on disk.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use trombine::{
    engine::{Engine, EngineConfig, reference::ReferenceEngine},
    evaluate::WeightsId,
    files::{
        atomic,
        fault::{Failure, Fault},
        stamp::Stamp,
    },
    history::EpochRecord,
    model::{Initialization, init::init},
    optimizer::OptimizerState,
    plan::Plan,
    preset::Preset,
    problem::Kind,
    run::{
        Run, RunStatus, RunStore, VERSION,
        checkpoint::{Checkpoint, Header, Position, Reached},
        date,
        pictures::Picture,
    },
    settings::Settings,
    text::Lang,
    worker::{Answerer, PhotoSource, PredictionRequest},
};

use crate::{
    scores, support,
    training::{self, dataset, plan, settings},
};

#[test]
fn made_listed_found_deleted_restored() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let plan = plan(&settings());
    let (first, second) = (store.create(&plan).expect("a run"), store.create(&plan).expect("another"));
    assert_ne!(first.info.id, second.info.id, "two runs in one second");
    assert_eq!(first.info.versions, [VERSION]);
    let ids = |store: &RunStore| store.list().0.into_iter().map(|run| run.id).collect::<Vec<_>>();
    assert_eq!(ids(&store).len(), 2);
    assert_eq!(store.find("last").expect("the last").info.id, ids(&store)[0]);
    assert_eq!(store.find(&first.info.id).expect("by id").settings().expect("settings"), plan.settings);
    assert_eq!(store.find(&second.folder.to_string_lossy()).expect("by folder").info, second.info);
    assert!(store.find(&first.info.id[..4]).is_err(), "two runs begin so");
    store.delete(&first.info.id).expect("deleted");
    assert_eq!(ids(&store), [second.info.id.as_str()]);
    store.restore(&first.info.id).expect("restored");
    assert_eq!(ids(&store).len(), 2);
    assert!(store.delete("../runs").is_err(), "no way out of the store");
}

/// A command that takes minutes to open pictures goes on with the run that it has found.
#[test]
fn a_run_that_was_found_is_found_again_whatever_is_trained_meanwhile() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let mut first = store.create(&plan(&settings())).expect("a run");
    // Some time ago, so that the next is surely the last.
    first.update(|info| info.created = 1).expect("written");
    let path = first.folder.display().to_string();
    let names = ["last", &first.info.id[..4], &first.info.id, &path];
    let lasting = names.map(|name| RunStore::lasting_name(&store.find(name).expect("the only one"), name));
    let second = store.create(&plan(&settings())).expect("another");
    assert_eq!(store.find("last").expect("the newer").folder, second.folder);
    for name in lasting {
        assert_eq!(store.find(&name).expect("it is there").folder, first.folder, "{name}");
    }
}

#[test]
fn a_run_is_named_by_its_recipe_and_what_matters_in_both_languages() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let names = |preset: Preset, change: &dyn Fn(&mut Settings)| {
        let mut settings = preset.settings();
        change(&mut settings);
        let info = store.create(&plan(&settings)).expect("a run").info;
        Lang::ALL.map(|lang| info.name(lang).replace('\u{a0}', " "))
    };
    assert_eq!(names(Preset::Notebook, &|_| {}), ["Notebook", "Notebook"]);
    // The same again is numbered, in both languages alike.
    assert_eq!(names(Preset::Notebook, &|_| {}), ["Notebook (2)", "Notebook (2)"]);
    assert_eq!(names(Preset::Quick, &|s| s.train.epochs = 3), ["Quick · 3 epochs", "Coup d’œil · 3 époques"]);
    assert_eq!(names(Preset::Quick, &|s| s.train.epochs = 3)[1], "Coup d’œil · 3 époques (2)");
    assert_eq!(names(Preset::Recommended, &|s| s.seed = 7), ["Recommended · seed 7", "Recommandé · graine 7"]);
    assert_eq!(
        names(Preset::Quick, &|s| (s.train.epochs, s.augment.flip) = (6, false)),
        ["Quick · 6 epochs · no augmentation", "Coup d’œil · 6 époques · sans augmentation"]
    );
    // A switch that is called by an order is named by what is so.
    assert_eq!(
        names(Preset::Notebook, &|s| s.split.use_given = false),
        ["Notebook · folders’ parts not kept", "Notebook · parties des dossiers non gardées"]
    );
    let several = |s: &mut Settings| {
        s.augment.rotation.on = true;
        s.model.dropout = 0.3;
        (s.train.epochs, s.train.batch_size) = (3, 16);
    };
    assert_eq!(names(Preset::Notebook, &several)[0], "Notebook · 3 epochs · rotation · +2");
}

#[test]
fn a_name_of_the_users_stays_in_every_language() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let mut run = store.create(&plan(&Preset::Quick.settings())).expect("a run");
    // Leaving the field as it is, in either language, is no other name.
    run.update(|info| info.rename("Coup d’œil".to_owned())).expect("written");
    assert_eq!(Lang::ALL.map(|lang| run.info.name(lang).to_owned()), ["Quick", "Coup d’œil"]);
    run.update(|info| info.rename("mine".to_owned())).expect("written");
    let again = store.find("last").expect("it is there");
    assert_eq!(Lang::ALL.map(|lang| again.info.name(lang).to_owned()), ["mine", "mine"]);
    // A run of before has only its name.
    let path = run.folder.join("run.json");
    let mut old: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).expect("text")).expect("JSON");
    let fields = old.as_object_mut().expect("an object");
    fields.remove("automatic");
    fields.insert("name".to_owned(), "notebook, epochs 3".into());
    fs::write(&path, old.to_string()).expect("written");
    let old = store.find("last").expect("it is there");
    assert_eq!(Lang::ALL.map(|lang| old.info.name(lang).to_owned()), ["notebook, epochs 3", "notebook, epochs 3"]);
}

#[test]
fn a_broken_run_is_told_and_hides_no_other() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let run = store.create(&plan(&settings())).expect("a run");
    let broken = home.path().join("runs/broken");
    fs::create_dir_all(&broken).expect("made");
    fs::write(broken.join("run.json"), "{\"id\": 3").expect("written");
    fs::create_dir_all(home.path().join("runs/empty")).expect("made");
    let (runs, problems) = store.list();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].id, run.info.id);
    assert_eq!(problems.iter().map(|problem| problem.kind).collect::<Vec<_>>(), [Kind::File; 2]);
}

#[test]
fn the_trash_keeps_a_run_for_some_days() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let (old, fresh) = (store.create(&plan(&settings())).expect("a run"), store.create(&plan(&settings())).expect("another"));
    store.delete(&old.info.id).expect("deleted");
    store.delete(&fresh.info.id).expect("deleted");
    let mark =
        fs::File::options().write(true).open(home.path().join("trash").join(&old.info.id).join("deleted")).expect("a mark");
    let days = |n: u64| Duration::from_secs(n * 86_400);
    mark.set_modified(SystemTime::now() - days(31)).expect("set");
    // What the program did not put there is not its to remove.
    let foreign = home.path().join("trash/letters");
    fs::create_dir_all(&foreign).expect("made");
    store.empty_trash(30).expect("emptied");
    assert_eq!(store.trashed().iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), [fresh.info.id.as_str()]);
    assert!(foreign.exists());
    store.restore(&fresh.info.id).expect("still there");
    assert!(!fresh.folder.join("deleted").exists());
}

#[test]
fn an_interrupted_run_is_listed_as_one_that_can_go_on() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let run = store.create(&plan(&settings())).expect("a run");
    assert_eq!(run.info.status, RunStatus::Training);
    let lock = run.lock().expect("free");
    assert_eq!(store.list().0[0].status, RunStatus::Training);
    drop(lock);
    assert_eq!(store.list().0[0].status, RunStatus::Paused);
    // Killed while the folder of a second one was filled.
    fs::create_dir_all(home.path().join("runs/.2026-01-01-000000")).expect("made");
    assert_eq!((store.list().0.len(), store.list().1.len()), (1, 0));
}

#[test]
fn a_run_in_training_is_neither_deleted_nor_trained_twice() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let run = store.create(&plan(&settings())).expect("a run");
    let lock = run.lock().expect("free");
    assert!(run.lock().is_err());
    assert!(store.delete(&run.info.id).is_err());
    drop(lock);
    store.delete(&run.info.id).expect("free again");
}

#[test]
fn a_renamed_run_keeps_what_training_wrote() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let mut trained = store.create(&plan(&settings())).expect("a run");
    let mut renamed = store.find("last").expect("the same");
    renamed.update(|info| info.name = "mine".into()).expect("written");
    trained.update(|info| info.epochs_done = 7).expect("written");
    let now = store.find("last").expect("the same").info;
    assert_eq!((now.name.as_str(), now.epochs_done), ("mine", 7));
}

#[test]
fn the_split_comes_back_with_the_labels_of_then() {
    let plan = plan(&settings());
    let pictures = Picture::all(&plan);
    let mut now = Arc::unwrap_or_clone(dataset(30));
    now.samples[3].class = 0;
    let (then, split) = Picture::find(&pictures, &now).expect("all there");
    assert_eq!((then.samples[3].class, &split.parts), (1, &plan.split.parts));
    assert!(Picture::unseen(&pictures, &[], &now).is_empty());
    now.samples[4].hash = 5;
    assert_eq!(Picture::unseen(&pictures, &[], &now), [4]);
    assert_eq!(Picture::find(&pictures, &now).expect_err("one has changed").kind, Kind::Data);
    assert!(Plan::with_split(&plan.settings, Arc::new(then), split).is_ok());
}

#[test]
fn a_failed_write_leaves_the_old_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.json");
    atomic::write(&path, b"old").expect("written");
    for n in 0..3 {
        for failure in [Failure::Full, Failure::Device, Failure::Short] {
            let fault = Fault::at(folder.path(), n, failure);
            assert_eq!(atomic::write(&path, b"new").expect_err("no place").kind, Kind::Disk);
            drop(fault);
            assert_eq!(fs::read(&path).expect("still there"), b"old");
            assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1, "{failure:?} at {n} left something");
        }
    }
}

/// Expected: `datetime.datetime.fromtimestamp(s, datetime.timezone.utc).strftime("%Y-%m-%d-%H%M%S")`.
#[test]
fn dates() {
    let cases = [
        (0, "1970-01-01-000000"),
        (951_782_399, "2000-02-28-235959"),
        (951_782_400, "2000-02-29-000000"),
        (4_107_542_399, "2100-02-28-235959"),
        (4_107_542_400, "2100-03-01-000000"),
        (u64::MAX, "9999-12-30-220000"),
    ];
    for (seconds, text) in cases {
        assert_eq!(date::stamp(seconds), text);
    }
}

/// What people read is on their clock. Expected: `datetime.fromtimestamp(951782399, timezone(timedelta(hours=h)))`.
#[test]
fn times_for_people_are_of_their_place() {
    for (hours, [en, fr]) in [
        (0, ["Feb 28, 2000, 23:59", "28 févr. 2000, 23:59"]),
        (1, ["Feb 29, 2000, 00:59", "29 févr. 2000, 00:59"]),
        (-5, ["Feb 28, 2000, 18:59", "28 févr. 2000, 18:59"]),
        (14, ["Feb 29, 2000, 13:59", "29 févr. 2000, 13:59"]),
    ] {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(hours));
        assert_eq!(date::day_and_time_in(Lang::En, 951_782_399, &zone), en);
        assert_eq!(date::day_and_time_in(Lang::Fr, 951_782_399, &zone), fr);
    }
}

#[test]
fn the_language_of_the_system_is_read_as_every_system_writes_it() {
    for locale in ["fr", "fr_FR.UTF-8", "fr-CA", "FR_be@euro", "fr-Latn-FR"] {
        assert_eq!(Lang::of_locale(locale), Lang::Fr, "{locale}");
    }
    for locale in ["", "C", "POSIX", "en_US.UTF-8", "de-DE", "frr_DE", "fur_IT"] {
        assert_eq!(Lang::of_locale(locale), Lang::En, "{locale}");
    }
}

/// `LANGUAGE` is a list, as GNU's programs read it.
#[test]
fn the_languages_that_a_user_prefers_come_before_the_locale() {
    for (languages, locale, lang) in [
        ("fr:en", "en_US.UTF-8", Lang::Fr),
        ("de:fr", "en_US.UTF-8", Lang::Fr),
        ("en:fr", "fr_FR.UTF-8", Lang::En),
        ("de", "fr_FR.UTF-8", Lang::Fr),
        ("", "fr_FR.UTF-8", Lang::Fr),
        ("fr", "C.UTF-8", Lang::En),
        ("fr", "POSIX", Lang::En),
    ] {
        assert_eq!(Lang::of_environment(languages, locale), lang, "{languages} {locale}");
    }
}

/// A run with weights, and its report.
fn judged() -> (tempfile::TempDir, Run) {
    let plan = plan(&settings());
    let (home, mut run) = training::run(&plan);
    let weights = init(&plan.network, Initialization::HeNormal, 3);
    weights.save(&run.best_path()).expect("written");
    let mut report = scores::report();
    (report.weights, report.threshold) = (Some(WeightsId::of(1, &weights)), 0.8);
    report.task.clone_from(&run.info.task);
    run.save_report(&report).expect("written");
    run.update(|info| {
        (info.status, info.epochs_done, info.best_epoch) = (RunStatus::Finished, 1, Some(1));
        info.weights = report.weights;
    })
    .expect("written");
    (home, run)
}

/// Sets the time of a file's last change, as copying programs do.
fn written(path: &Path, seconds_ago: u64) {
    let file = fs::File::options().write(true).open(path).expect("there");
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds_ago)).expect("set");
}

#[test]
fn a_file_is_known_again_and_no_other_is_taken_for_it() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("a");
    assert_eq!(Stamp::of(&path), None);
    fs::write(&path, "one").expect("written");
    assert_eq!(Stamp::of(&path), None, "it may change again within the same tick of the clock");
    written(&path, 100);
    let stamp = Stamp::of(&path);
    assert!(stamp.is_some() && stamp == Stamp::of(&path));
    fs::write(&path, "three").expect("written");
    written(&path, 100);
    assert_ne!(stamp, Stamp::of(&path), "another size");
    #[cfg(unix)]
    {
        // As long, and with the old time: the system has its own.
        let (stamp, then) = (Stamp::of(&path), fs::metadata(&path).and_then(|meta| meta.modified()).expect("a time"));
        let back = || fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(then)).expect("set");
        fs::write(&path, "seven").expect("written");
        back();
        assert_ne!(stamp, Stamp::of(&path), "written over");
        let stamp = Stamp::of(&path);
        fs::write(place.path().join("b"), "eight").expect("written");
        fs::rename(place.path().join("b"), &path).expect("replaced");
        back();
        assert_ne!(stamp, Stamp::of(&path), "replaced");
    }
}

/// A view does not hash weights that it knows, and sees at once when they are others.
#[test]
fn weights_that_were_written_over_are_not_those_that_were_judged() {
    let (_home, run) = judged();
    written(&run.best_path(), 100);
    let outdated = || Run::open(&run.folder).and_then(|run| run.view()).expect("opens").outdated;
    assert!(!outdated() && !outdated(), "read, and known");
    let other = init(&plan(&settings()).network, Initialization::HeNormal, 4);
    let bytes = other.to_bytes().expect("weights");
    assert_eq!(bytes.len() as u64, fs::metadata(run.best_path()).expect("there").len(), "the same length");
    fs::write(run.best_path(), bytes).expect("written over");
    assert!(outdated());
    #[cfg(unix)]
    {
        written(&run.best_path(), 100);
        assert!(outdated());
        init(&plan(&settings()).network, Initialization::HeNormal, 3).save(&run.best_path()).expect("written");
        assert!(!outdated(), "those of before are back");
    }
}

/// A list reads of a checkpoint how far it has come: what its header says, however long that is.
#[test]
fn a_checkpoints_beginning_says_what_its_header_says() {
    let (home, run) = judged();
    let path = run.checkpoint_path();
    let record = |epoch| EpochRecord { epoch, ..EpochRecord::default() };
    let best = run.info.weights;
    let position = Position {
        epoch: 300,
        extensions: 2,
        seconds: 34.567_891_234_5,
        best_epoch: Some(299),
        best,
        history: (1..=300).map(record).collect(),
        ..Position::default()
    };
    let weights = init(&plan(&settings()).network, Initialization::HeNormal, 3);
    let (optimizer, statistics) = (OptimizerState::default(), None);
    let checkpoint =
        Checkpoint { best: Some(weights.clone()), weights, optimizer, position, statistics, event_log: None, settings: None };
    checkpoint.save(&path).expect("written");
    let reached = checkpoint.position.reached();
    assert_eq!(Reached::read(&path).expect("a checkpoint"), reached);
    assert_eq!(Header::read(&path).expect("a checkpoint").position, checkpoint.position);
    let listed = &RunStore::at(home.path()).list().0[0];
    assert_eq!((listed.epochs_done, listed.extensions, listed.best_epoch), (300, 2, Some(299)));
    // Only the beginning is looked at.
    let bytes = fs::read(&path).expect("there");
    fs::write(&path, &bytes[..1024]).expect("written");
    assert_eq!(Reached::read(&path).expect("its beginning"), reached);
    // A file of before has no such entry.
    let before = bytes.windows(7).position(|window| window == b"\"brief\"").expect("an entry");
    let mut old = bytes;
    old[before + 1] = b'd';
    fs::write(&path, old).expect("written");
    assert_eq!(Reached::read(&path).expect("by its header"), reached);
    for broken in [&b""[..], b"\x08\0\0\0\0\0\0\0{}", &[0xff; 2000]] {
        fs::write(&path, broken).expect("written");
        assert!(Reached::read(&path).is_err());
    }
}

/// What was chosen stands in the report: without it answers are given at 0.5, and it is said so.
#[test]
fn answers_without_a_report_that_can_be_read_say_so() {
    const SAID: &str = "The run’s report cannot be read: answers are given at a threshold of 0.5, whatever was chosen";
    let (home, run) = judged();
    let open = |config: &EngineConfig| -> Result<Box<dyn Engine>, _> { Ok(Box::new(ReferenceEngine::new(config))) };
    let predictor = run.predictor(open).expect("opens");
    assert!((predictor.threshold - 0.8).abs() < 1e-12 && predictor.warning.is_none());
    let photo = home.path().join("a.png");
    image::RgbImage::from_pixel(64, 64, image::Rgb([90, 80, 70])).save(&photo).expect("written");
    let predict = || {
        let mut command = support::program(home.path());
        support::outcome(command.args(["--lang", "en", "predict", "last"]).arg(&photo))
    };
    let (status, _, err) = predict();
    assert_eq!((status, err.contains(SAID)), (0, false), "{err}");

    fs::write(run.folder.join("report.json"), "{\"classes\":").expect("written");
    let predictor = run.predictor(open).expect("opens");
    assert!((predictor.threshold - 0.5).abs() < 1e-12);
    assert_eq!(predictor.warning.expect("a warning").what.en, SAID);
    let (status, out, err) = predict();
    assert_eq!((status, err.contains(SAID), out.contains("a.png")), (0, true, true), "{out}{err}");
    // On the page it stands below each answer.
    let answerer = Answerer::at(RunStore::at(home.path()), || {}).expect("a thread");
    let photo = PhotoSource::File(photo);
    assert!(answerer.ask(PredictionRequest { id: 1, run: run.info.id.clone(), photo, crop: None, heat: None }));
    let reply = answerer.wait().expect("an answer").result.expect("a reply");
    assert!(reply.caution.en.starts_with(SAID) && reply.caution.en.ends_with(&run.info.caution().en), "{}", reply.caution.en);

    fs::remove_file(run.folder.join("report.json")).expect("removed");
    assert!(run.predictor(open).expect("opens").warning.is_none(), "one that was never judged has chosen nothing");
}
