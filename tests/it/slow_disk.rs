//! Pictures that may have to come from a disk are read on another thread: the window draws on, with what it had before, until
//! they are there.

use std::{
    borrow::Cow,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use egui::Shape;
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    app::{App, Preferences},
    data::{
        dataset::Dataset,
        picture_size::PictureSide,
        pixels::{PixelStore, Pixels},
    },
    problem::{Kind, Problem},
    run::{
        RunStore,
        export::{ExportOptions, Format},
    },
    session::Session,
    settings::Settings,
    text::say,
    ui::{Action, page::Page},
    worker::{Command, Event, JobId, Worker},
};

use crate::{
    pages,
    stage::{self, Stage},
};

/// A disk that gives nothing until it is let.
#[derive(Clone)]
struct Disk {
    /// The thread that must not wait for it.
    window: ThreadId,
    gives: Arc<(Mutex<bool>, Condvar)>,
    reads: Arc<AtomicUsize>,
    broken: bool,
}

impl Disk {
    fn new() -> Self {
        Self { window: thread::current().id(), gives: Arc::default(), reads: Arc::default(), broken: false }
    }

    /// From now on, whether it gives what it is asked for.
    fn gives(&self, gives: bool) {
        *self.gives.0.lock().unwrap_or_else(PoisonError::into_inner) = gives;
        self.gives.1.notify_all();
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// The sample faces on it.
    fn dataset(&self, count: usize) -> Arc<Dataset> {
        let faces = stage::faces(count);
        let pictures = (0..count).map(|i| faces.pixels.get(i).expect("in memory").into_owned()).collect();
        let pixels = Pixels::new(Store { disk: self.clone(), pictures });
        Arc::new(Dataset { pixels, ..Dataset::clone(&faces) })
    }
}

struct Store {
    disk: Disk,
    pictures: Vec<Vec<u8>>,
}

impl PixelStore for Store {
    fn side(&self) -> PictureSide {
        PictureSide::default()
    }

    fn count(&self) -> usize {
        self.pictures.len()
    }

    fn in_memory(&self) -> bool {
        false
    }

    fn picture(&self, place: usize) -> Result<Cow<'_, [u8]>, Problem> {
        assert_ne!(thread::current().id(), self.disk.window, "the window waits for the disk");
        let (gives, changed) = &*self.disk.gives;
        let given = gives.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_while(given, |gives| !*gives));
        self.disk.reads.fetch_add(1, Ordering::SeqCst);
        match self.disk.broken {
            true => Err(Problem::new(Kind::Data, say("It is gone", "Il n’est plus là"), say("Find it", "Retrouvez-le"))),
            false => Ok(Cow::Borrowed(&self.pictures[place])),
        }
    }
}

/// Draws frames until `there`; a minute is as good as never.
pub fn until<State>(harness: &mut Harness<'_, State>, what: &str, mut there: impl FnMut(&mut Harness<'_, State>) -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !there(harness) {
        assert!(Instant::now() < end, "{what} never comes");
        thread::yield_now();
        harness.step();
    }
}

/// Pictures that are drawn now.
fn textured<State>(harness: &Harness<'_, State>) -> usize {
    fn count(shape: &Shape) -> usize {
        match shape {
            Shape::Rect(rect) => usize::from(rect.brush.is_some()),
            Shape::Vec(shapes) => shapes.iter().map(count).sum(),
            _ => 0,
        }
    }
    harness.output().shapes.iter().map(|clipped| count(&clipped.shape)).sum()
}

fn on_disk(page: Page, disk: &Disk, count: usize) -> Stage {
    let mut stage = Stage::new(page);
    let dataset = disk.dataset(count);
    stage.plan = Ok(Arc::new(stage::plan(&stage.settings, &dataset)));
    stage.session.open = Some(dataset.into());
    stage
}

/// How many pictures the page of augmentation shows in its grid, and which draw it says that they are of.
fn grid(harness: &Harness<'_>) -> (usize, u64) {
    let node = harness.get_by_label_contains("changed pictures, draw ");
    let label = node.accesskit_node().label().expect("a name");
    let mut numbers = label.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
    let mut next = || numbers.next().expect("a number").parse::<u64>().expect("a number");
    (next() as usize, next())
}

#[test]
fn previews_come_when_the_disk_gives_them_and_the_last_stay_until_then() {
    let disk = Disk::new();
    let (mut harness, stage) = on_disk(Page::Augmentation, &disk, 60).harness([1048.0, 800.0]);
    harness.run();
    assert_eq!((grid(&harness), textured(&harness)), ((0, 1), 0), "nothing yet");
    disk.gives(true);
    until(&mut harness, "the grid", |harness| grid(harness).0 > 0);
    let (tiles, _) = grid(&harness);
    // The picture twice and the grid, of one reading each, and a batch.
    until(&mut harness, "the batch", |harness| disk.reads() > 2 && textured(harness) == tiles + disk.reads());
    let all = textured(&harness);

    // Another draw, and another setting: what was there stays while the disk gives nothing.
    disk.gives(false);
    let before = disk.reads();
    harness.get_by_label("Draw again").click();
    harness.run();
    stage.borrow_mut().settings.augment.flip = false;
    harness.run();
    assert_eq!((grid(&harness), textured(&harness)), ((tiles, 2), all), "what was there stays");
    assert_eq!(disk.reads(), before);
    disk.gives(true);
    // The next batch begins elsewhere: it is the last of the epoch, and short.
    until(&mut harness, "another draw", |harness| textured(harness) < all);
    assert_eq!(grid(&harness).0, tiles);
}

#[test]
fn the_wall_fills_as_the_disk_gives() {
    let disk = Disk::new();
    // More than may wait at once, and all in sight: the rest is asked for as they come.
    let pictures = 60;
    let (mut harness, _stage) = on_disk(Page::Data, &disk, pictures).harness([1048.0, 800.0]);
    harness.run();
    assert_eq!(textured(&harness), 0);
    disk.gives(true);
    until(&mut harness, "the wall", |harness| textured(harness) == pictures);
    harness.run();
    assert_eq!(disk.reads(), pictures, "what is there is not read again");
}

/// The whole window, asked where the network looked in one of the pictures.
#[test]
fn a_picture_to_look_at_comes_when_the_disk_gives_it() {
    for broken in [false, true] {
        let disk = Disk { broken, ..Disk::new() };
        let dataset = disk.dataset(40);
        let file = dataset.samples[3].file.clone();
        let run = Arc::new(stage::run(&dataset));
        let session = Session { open: Some(dataset.into()), run: Some(run), ..Session::default() };
        let mut window = pages::window(session, Preferences { page: Page::Results, ..Preferences::default() }, [1280.0, 800.0]);
        window.run();
        let ctx = window.ctx.clone();
        window.state_mut().perform(&ctx, Action::Look { file, sample: 3 });
        window.run();
        let shown = |window: &Harness<'_, App>| window.state().session.photos.len();
        assert_eq!((window.state().page, shown(&window)), (Page::Predict, 0));
        disk.gives(true);
        if broken {
            until(&mut window, "why not", |window| !window.state().session.failures.is_empty());
            assert_eq!((window.state().session.failures[0].what.en.as_str(), shown(&window)), ("It is gone", 0));
        } else {
            until(&mut window, "the picture", |window| shown(window) == 1);
            assert_eq!(window.state().session.photos[0].preview_size, [128, 128]);
        }
    }
}

/// How jobs have ended, up to `last`: which, and whether they could be done.
fn ends(worker: &Worker, last: JobId) -> Vec<(JobId, bool)> {
    let end = Instant::now() + Duration::from_secs(60);
    let mut ends: Vec<(JobId, bool)> = Vec::new();
    while ends.last().is_none_or(|(job, _)| *job != last) {
        assert!(Instant::now() < end, "{last:?} never ends");
        thread::yield_now();
        for envelope in worker.events() {
            if let Event::Finished | Event::Failed(_) = &envelope.event {
                ends.push((envelope.job, matches!(envelope.event, Event::Finished)));
            }
        }
    }
    ends
}

/// A report's pictures do not come yet. Nothing else waits for them, but the deletion of that run.
#[test]
fn clicks_do_not_wait_for_an_export_and_a_deletion_does() {
    let (disk, faces) = (Disk::new(), stage::faces(40));
    let [home, out] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let store = RunStore::at(home.path());
    let run = store.create(&stage::plan(&Settings::default(), &faces)).expect("a run");
    run.save_report(&stage::run(&faces).report.expect("it is judged")).expect("written");
    let (run, path) = (run.info.id, out.path().join("report.html"));
    let worker = Worker::at(store.clone(), |_| {}).expect("threads");
    let options = ExportOptions { mistakes: true, ..ExportOptions::default() };
    let dataset = Some(disk.dataset(40));
    let (format, elsewhere) = (Format::Report, None);
    let export = worker.start(Command::Export { run: run.clone(), format, path: path.clone(), options, dataset, elsewhere });
    let star = worker.start(Command::StarRun { run: run.clone(), on: true });
    assert_eq!(ends(&worker, star), [(star, true)]);
    let delete = worker.start(Command::DeleteRun(run.clone()));
    let restore = worker.start(Command::RestoreRun(run.clone()));
    let list = worker.start(Command::ListRuns);
    assert_eq!(ends(&worker, list), [(list, true)]);
    assert!(worker.is_keeping(), "a window that is closed waits for the deletion");
    disk.gives(true);
    assert_eq!(ends(&worker, restore), [(export, true), (delete, true), (restore, true)]);
    assert!(path.is_file() && !worker.is_keeping());
}

/// Look-alikes are sought in every picture: what is begun waits for that, and the window does not.
#[test]
fn a_training_begins_once_the_split_is_made() {
    let disk = Disk::new();
    disk.gives(true);
    let session = Session { open: Some(disk.dataset(60).into()), ..Session::default() };
    let mut window = pages::window(session, Preferences { page: Page::Data, ..Preferences::default() }, [1280.0, 800.0]);
    window.run_steps(3);
    let ctx = window.ctx.clone();
    window.state_mut().settings.split.look_alikes = true;
    window.state_mut().perform(&ctx, Action::Train);
    // It begins, or cannot.
    let decided = |app: &App| app.page == Page::Training || !app.session.failures.is_empty();
    assert!(!decided(window.state()), "it is not known yet on what");
    until(&mut window, "the split", |window| decided(window.state()));
}
