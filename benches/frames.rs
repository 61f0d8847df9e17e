//! How long the window's own work takes in each frame, with many pictures: `cargo bench --bench frames [-- --pictures 200000]
//! [--games 3] [--only viewer]`.
//!
//! Each scene is a game of some hundred frames of 1280 x 800 points, each with what a user does in it: the wheel, an arrow key,
//! a letter. What is measured is the window's logic and pages, egui's pass, and the cutting of shapes into triangles; not what
//! the graphics driver does. Where the system counts it (Unix), it is the thread's time on a processor. A game is played several
//! times and the least of a frame counts, since a machine is taken away from its guest at times. Printed are the median, the
//! 99th percentile and the longest frame in milliseconds, how many took more than [`BUDGET`], and which were the longest.
#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark says that it cannot run")]

#[allow(dead_code, reason = "the tests' stage has more than is needed here")]
#[path = "../tests/it/stage.rs"]
mod stage;

use std::{
    borrow::Cow,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{Context, Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, RawInput, Rect, Vec2, pos2, vec2};
use trombine::{
    app::{App, Preferences},
    data::{
        dataset::Dataset,
        picture_size::PictureSide,
        pixels::{PixelStore, Pixels},
        sample::Sample,
        sample_faces,
    },
    problem::Problem,
    session::{Phase, Session},
    ui::{Mode, page::Page},
};

/// The most that a frame may take of its own work.
const BUDGET: Duration = Duration::from_millis(8);
const SIZE: Vec2 = vec2(1280.0, 800.0);
/// Faces that are drawn; pictures beyond them look the same again.
const DRAWN: usize = 600;

/// As many pictures as are asked for, in the memory of a few.
struct Repeated {
    faces: Vec<Vec<u8>>,
    count: usize,
}

impl PixelStore for Repeated {
    fn count(&self) -> usize {
        self.count
    }

    fn side(&self) -> PictureSide {
        PictureSide::default()
    }

    fn picture(&self, place: usize) -> Result<Cow<'_, [u8]>, Problem> {
        Ok(Cow::Borrowed(&self.faces[place % self.faces.len()]))
    }

    fn in_memory(&self) -> bool {
        true
    }
}

fn pictures(count: usize) -> Arc<Dataset> {
    let (faces, drawn): (Vec<_>, Vec<_>) = (0..DRAWN).map(sample_faces::draw).unzip();
    let sample = |index: usize| {
        let of: &Sample = &drawn[index % DRAWN];
        let file = PathBuf::from(format!("part{}/{}_{index:07}.jpg", index % 3 + 1, of.age.unwrap_or(1)));
        Sample { file, hash: index as u64 + 1, ..of.clone() }
    };
    let mut samples: Vec<Sample> = (0..count).map(sample).collect();
    samples.sort_by(|a, b| a.file.cmp(&b.file));
    Arc::new(Dataset {
        task: ["female", "male"].into(),
        samples,
        pixels: Pixels::new(Repeated { faces, count }),
        ..Dataset::default()
    })
}

/// How long this thread has been on a processor: what others do on a busy machine is not in it.
#[cfg(unix)]
fn own_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes one `timespec`, which is there.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(failed, 0, "the system counts the time of threads");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// How long the program has run: elsewhere nobody counts for a thread.
#[cfg(not(unix))]
fn own_time() -> Duration {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

/// A window that is drawn frame by frame.
struct Window {
    ctx: Context,
    app: App,
    frame: eframe::Frame,
    time: f64,
}

impl Window {
    fn new(page: Page, dataset: &Arc<Dataset>, run: bool) -> Self {
        let ctx = Context::default();
        let mut session = Session { open: Some(dataset.clone().into()), trained_on: Some(dataset.clone()), ..Session::default() };
        if run {
            let view = stage::run(dataset);
            session.runs = vec![view.info.clone()];
            session.run = Some(Arc::new(view));
        }
        if page == Page::Training {
            session.training = Some(stage::training(dataset, 14));
            session.trained = Some(stage::run(dataset).info);
            session.phase = Phase::Training;
        }
        let preferences = Preferences { page, mode: Mode::Light, ..Preferences::default() };
        let app = App::offline(&ctx, session, preferences);
        let mut window = Self { ctx, app, frame: eframe::Frame::_new_kittest(), time: 0.0 };
        // The draft is checked beside the window, and letters and pictures come in the first frames.
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) {
            window.step(Vec::new());
            std::thread::sleep(Duration::from_millis(5));
        }
        window
    }

    /// Draws a frame; gives how long that took.
    fn step(&mut self, events: Vec<Event>) -> Duration {
        self.draw(events).0
    }

    /// The same, with the tree for screen readers where one is made.
    fn draw(&mut self, events: Vec<Event>) -> (Duration, Option<egui::accesskit::TreeUpdate>) {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(self.time),
            focused: true,
            events,
            ..RawInput::default()
        };
        let began = own_time();
        let Self { ctx, app, frame, .. } = self;
        eframe::App::logic(app, ctx, frame);
        let mut output = ctx.run_ui(input, |ui| eframe::App::ui(app, ui, frame));
        let triangles = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let took = own_time() - began;
        drop(triangles);
        output.textures_delta.clear();
        (took, output.platform_output.accesskit_update)
    }

    fn steps(&mut self, count: usize) {
        (0..count).for_each(|_| _ = self.step(Vec::new()));
    }

    /// The middle of the first thing whose name contains `words`.
    fn find(&mut self, words: &str) -> Pos2 {
        self.ctx.enable_accesskit();
        let update = self.draw(Vec::new()).1.expect("a tree for screen readers");
        self.ctx.disable_accesskit();
        let named = |node: &egui::accesskit::Node| node.label().is_some_and(|label| label.contains(words));
        let bounds = update.nodes.iter().find(|(_, node)| named(node)).and_then(|(_, node)| node.bounds());
        let bounds = bounds.unwrap_or_else(|| panic!("nothing is named {words}"));
        pos2((bounds.x0 + bounds.x1) as f32 / 2.0, (bounds.y0 + bounds.y1) as f32 / 2.0)
    }

    fn click(&mut self, at: Pos2, times: usize) {
        self.step(vec![Event::PointerMoved(at)]);
        for _ in 0..times {
            for pressed in [true, false] {
                let button =
                    Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
                self.step(vec![button]);
            }
        }
        self.steps(40);
    }
}

fn key(key: Key, modifiers: Modifiers) -> Vec<Event> {
    [true, false].map(|pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers }).into()
}

fn wheel(y: f32) -> Vec<Event> {
    vec![Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, y),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    }]
}

/// In the middle of the wall.
const WALL: Pos2 = pos2(900.0, 500.0);

/// A game: a window as it is before, and what happens in each of its frames.
struct Scene {
    name: &'static str,
    frames: usize,
    begin: fn(&Arc<Dataset>) -> Window,
    events: fn(usize) -> Vec<Event>,
}

fn wall(dataset: &Arc<Dataset>) -> Window {
    let mut window = Window::new(Page::Data, dataset, true);
    window.step(vec![Event::PointerMoved(WALL)]);
    window
}

fn selected(dataset: &Arc<Dataset>) -> Window {
    let mut window = wall(dataset);
    window.click(WALL, 1);
    window
}

fn marked(dataset: &Arc<Dataset>) -> Window {
    let mut window = selected(dataset);
    window.step(key(Key::A, Modifiers::COMMAND));
    window.steps(20);
    window
}

fn viewer(dataset: &Arc<Dataset>) -> Window {
    let mut window = selected(dataset);
    window.step(key(Key::Enter, Modifiers::NONE));
    window.steps(40);
    window.step(vec![Event::PointerMoved(pos2(600.0, 400.0))]);
    window
}

/// While a training runs, whose best weights answer.
fn training(dataset: &Arc<Dataset>) -> Window {
    let mut window = Window::new(Page::Training, dataset, true);
    window.app.page = Page::Data;
    window.steps(60);
    window.step(vec![Event::PointerMoved(WALL)]);
    window
}

fn results(dataset: &Arc<Dataset>) -> Window {
    Window::new(Page::Results, dataset, true)
}

/// The pictures of one kind of mistake.
fn mistakes(dataset: &Arc<Dataset>) -> Window {
    let mut window = results(dataset);
    let cell = window.find("labeled female, predicted male");
    window.click(cell, 1);
    window
}

/// One of them.
fn mistake(dataset: &Arc<Dataset>) -> Window {
    let mut window = mistakes(dataset);
    let tile = window.find(": predicted male");
    window.click(tile, 2);
    window
}

fn typing(frame: usize) -> Vec<Event> {
    let letter = ["2", "3", "_", "0", "1"].get(frame / 12).filter(|_| frame.is_multiple_of(12));
    letter.map_or_else(Vec::new, |letter| vec![Event::Text((*letter).to_owned())])
}

const SCENES: &[Scene] = &[
    Scene { name: "wall, at rest", frames: 200, begin: wall, events: |_| Vec::new() },
    Scene { name: "wall, the wheel", frames: 400, begin: wall, events: |_| wheel(-120.0) },
    Scene { name: "wall, fast", frames: 400, begin: wall, events: |_| wheel(-1500.0) },
    Scene {
        name: "wall, arrow keys",
        frames: 300,
        begin: selected,
        events: |frame| if frame.is_multiple_of(4) { key(Key::ArrowDown, Modifiers::NONE) } else { Vec::new() },
    },
    Scene {
        name: "wall, ends",
        frames: 200,
        begin: selected,
        events: |frame| match frame % 40 {
            0 => key(Key::End, Modifiers::NONE),
            20 => key(Key::Home, Modifiers::NONE),
            _ => Vec::new(),
        },
    },
    Scene { name: "wall, all marked", frames: 300, begin: marked, events: |_| wheel(-120.0) },
    Scene { name: "wall, training", frames: 300, begin: training, events: |_| wheel(-120.0) },
    Scene { name: "results, at rest", frames: 200, begin: results, events: |_| Vec::new() },
    Scene { name: "mistakes, the wheel", frames: 300, begin: mistakes, events: |_| wheel(-120.0) },
    Scene {
        name: "mistakes, viewer",
        frames: 300,
        begin: mistake,
        events: |frame| if frame.is_multiple_of(3) { key(Key::ArrowRight, Modifiers::NONE) } else { Vec::new() },
    },
    Scene { name: "viewer, at rest", frames: 200, begin: viewer, events: |_| Vec::new() },
    Scene {
        name: "viewer, neighbors",
        frames: 400,
        begin: viewer,
        events: |frame| if frame.is_multiple_of(3) { key(Key::ArrowRight, Modifiers::NONE) } else { Vec::new() },
    },
    Scene {
        name: "viewer, mistakes",
        frames: 200,
        begin: viewer,
        events: |frame| if frame.is_multiple_of(5) { key(Key::E, Modifiers::NONE) } else { Vec::new() },
    },
    Scene {
        name: "viewer, zoom",
        frames: 300,
        begin: viewer,
        events: |frame| wheel(if frame % 100 < 50 { 40.0 } else { -40.0 }),
    },
    Scene {
        name: "search by name",
        frames: 60,
        begin: |dataset| {
            let mut window = wall(dataset);
            window.step(key(Key::F, Modifiers::COMMAND));
            window.steps(5);
            window
        },
        events: typing,
    },
];

fn main() {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let after = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|i| arguments.get(i + 1));
    let number = |name: &str, default: usize| after(name).and_then(|value| value.parse().ok()).unwrap_or(default);
    let (count, games) = (number("--pictures", 200_000), number("--games", 3).max(1));
    let only = after("--only").cloned().unwrap_or_default();
    let dataset = pictures(count);
    println!("{count} pictures, {games} games; milliseconds of each frame");
    println!("{:<20} {:>8} {:>8} {:>8} {:>8}  longest", "scene", "median", "99%", "most", "> 8 ms");
    for scene in SCENES.iter().filter(|scene| scene.name.contains(&only)) {
        let mut least = vec![Duration::MAX; scene.frames];
        for _ in 0..games {
            let mut window = (scene.begin)(&dataset);
            for (frame, least) in least.iter_mut().enumerate() {
                *least = window.step((scene.events)(frame)).min(*least);
            }
        }
        let over = least.iter().filter(|took| **took > BUDGET).count();
        let mut order: Vec<usize> = (0..least.len()).collect();
        order.sort_unstable_by_key(|frame| std::cmp::Reverse(least[*frame]));
        let longest: Vec<String> = order.iter().take(4).map(ToString::to_string).collect();
        least.sort_unstable();
        let at = |share: f64| least[((least.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
        let [median, most_of_them, most] = [0.5, 0.99, 1.0].map(at);
        println!("{:<20} {median:>8.2} {most_of_them:>8.2} {most:>8.2} {over:>8}  {}", scene.name, longest.join(" "));
    }
}
