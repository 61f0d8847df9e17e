//! A monkey at the window: it clicks, drags, types, scrolls, drops and resizes at random while made-up events come from
//! below. Nothing panics, and no frame takes more than [`FRAME`] times what a book of text takes on the same machine
//! ([`book`]).
//!
//! What is measured is a frame's own time on a processor ([`thread_time`]): the window's logic and pages, egui's pass, the
//! tree for screen readers, and the cutting of shapes into triangles. A machine may be taken away from its guest meanwhile,
//! which counts as well; so a game with a slow frame is played again, and what was slow by chance is not so twice.
//!
//! `cargo test` plays a few hundred events on each page; with `monkey` in `TROMBINE_REQUIRE` it is 2,000 on each page in
//! each language. `TROMBINE_MONKEY_SEED` plays another game.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use egui::{
    Color32, ColorImage, DroppedFile, Event, HoveredFile, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2,
    Vec2, ViewportEvent, ViewportId, accesskit, pos2, vec2,
};
use egui_kittest::{Harness, kittest::NodeT as _};
use trombine::{
    app::App,
    control::Stage as Work,
    problem::{Kind, Problem},
    session::{Offer, Phase, Progress},
    text::{Lang, say},
    ui::{Action, Dialog, Mode, Motion, page::Page},
};

use crate::{
    scenes::{Scene, View},
    stage::{self, Stage},
    support::{in_full, thread_time},
};

/// The longest that a frame may take, in books.
const FRAME: u32 = 4;
/// How often a game is played before one of its frames is called slow.
const GAMES: usize = 3;
/// Events with the full measure, and in passing.
const EVENTS: [usize; 2] = [2000, 150];
/// Events between two returns to the page that is tested.
const AWAY: usize = 12;

/// Numbers that look random (SplitMix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.bits() % end.max(1) as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn share(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// A file that is dropped.
#[derive(Debug)]
struct File(PathBuf);

impl DroppedFile for File {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody asks for them".to_owned())
    }
}

/// A frame of a game, which is the same in the next game with the same seed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Slow {
    event: usize,
    after: String,
}

struct Monkey {
    random: Random,
    window: Harness<'static, App>,
    page: Page,
    folder: tempfile::TempDir,
    /// What is about to happen: each in a frame of its own.
    queue: Vec<Event>,
    /// What it did last, to be printed if something breaks.
    game: String,
    last: VecDeque<String>,
    slowest: (Duration, String),
    /// The longest that a frame may take.
    limit: Duration,
    /// Frames that took longer.
    slow: Vec<Slow>,
}

/// How long it takes to lay out ten pages of two thousand words, with letters that were not drawn before, and to cut them
/// into triangles.
fn book() -> Duration {
    let before = thread_time();
    for _ in 0..10 {
        let ctx = egui::Context::default();
        trombine::ui::theme::install(&ctx);
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for line in 0..100 {
                ui.label(format!("Line {line}: {}", "the quick brown fox jumps over the lazy dog ".repeat(2)));
            }
        });
        output.textures_delta.clear();
        drop(ctx.tessellate(output.shapes, output.pixels_per_point));
    }
    thread_time().zip(before).map_or(Duration::MAX, |(after, before)| after - before)
}

impl Drop for Monkey {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the monkey broke {}; its last events:", self.game);
            self.last.iter().for_each(|event| eprintln!("  {event}"));
        }
    }
}

impl Monkey {
    fn new(scene: &'static str, lang: Lang) -> Self {
        let asked = std::env::var("TROMBINE_MONKEY_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 = asked.unwrap_or(7);
        // Anything may be typed; what no font can draw is a box.
        let builder = Harness::builder().allow_missing_glyphs();
        let window = Scene::named(scene).window_by(View::new(lang, [1280.0, 800.0]), builder);
        let page = window.state().page;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("no picture.jpg"), "no picture").expect("written");
        std::fs::write(folder.path().join("settings.json"), "{\"train\": 3}").expect("written");
        std::fs::create_dir(folder.path().join("run")).expect("a folder");
        std::fs::write(folder.path().join("run/run.json"), "{").expect("written");
        image::RgbImage::from_pixel(40, 30, image::Rgb([90, 120, 150])).save(folder.path().join("gray.png")).expect("written");
        Self {
            random: Random(seed.wrapping_mul(1_000_003) ^ page as u64 ^ ((lang == Lang::Fr) as u64) << 8),
            window,
            page,
            folder,
            queue: Vec::new(),
            game: format!("{scene} in {lang:?} with seed {seed}"),
            last: VecDeque::new(),
            slowest: (Duration::ZERO, String::new()),
            limit: book().saturating_mul(FRAME),
            slow: Vec::new(),
        }
    }

    fn play(&mut self, events: usize) {
        for event in 0..events {
            let what = self.act();
            self.show(&what, event);
            if event % AWAY == AWAY - 1 {
                self.window.state_mut().page = self.page;
                if self.random.below(3) == 0 {
                    self.window.state_mut().dialog = None;
                }
            }
        }
        let (took, what) = &self.slowest;
        println!("{}: {events} events, slowest frame {took:?} at {what}, of {:?} allowed", self.game, self.limit);
    }

    /// Draws what was queued.
    fn show(&mut self, what: &str, event: usize) {
        self.last.push_back(what.to_owned());
        if self.last.len() > 25 {
            self.last.pop_front();
        }
        let queue = std::mem::take(&mut self.queue);
        if queue.is_empty() {
            self.frame(what, event);
        }
        for input in queue {
            self.window.input_mut().events.push(input);
            self.frame(what, event);
        }
    }

    /// Draws a frame and measures it.
    fn frame(&mut self, what: &str, event: usize) {
        let before = thread_time();
        self.window.step();
        let shapes = self.window.output().shapes.clone();
        let triangles = self.window.ctx.tessellate(shapes, self.window.output().pixels_per_point);
        let Some(took) = thread_time().zip(before).map(|(after, before)| after - before) else { return };
        drop(triangles);
        if took > self.slowest.0 {
            self.slowest = (took, what.to_owned());
        }
        if took > self.limit {
            println!("{}: a frame of {took:?} after {what} on {:?}", self.game, self.window.state().page);
            self.slow.push(Slow { event, after: what.to_owned() });
        }
    }

    fn act(&mut self) -> String {
        match self.random.below(100) {
            0..20 => self.click_somewhere(),
            20..45 => self.click_a_control(),
            45..53 => self.drag(),
            53..70 => self.press(),
            70..76 => self.type_text(),
            76..82 => self.scroll(),
            82..85 => self.ask_by_name(),
            85..89 => self.drop_or_paste(),
            89..92 => self.resize(),
            92..95 => self.preferences(),
            _ => self.news(),
        }
    }

    fn size(&self) -> Vec2 {
        self.window.ctx.content_rect().size()
    }

    fn place(&mut self) -> Pos2 {
        let size = self.size();
        pos2(self.random.share() * size.x, self.random.share() * size.y)
    }

    /// A node that says what it is, with its number and its name.
    fn control(&mut self) -> Option<(accesskit::NodeId, accesskit::TreeId, Pos2, String)> {
        let nodes: Vec<_> = self
            .window
            .root()
            .children_recursive()
            .filter(|node| node.accesskit_node().bounding_box().is_some())
            .map(|node| {
                let (at, tree) = node.accesskit_node().locate();
                let name = node.accesskit_node().label().unwrap_or_default();
                (at, tree, node.rect().center(), format!("{:?} “{name}”", node.accesskit_node().role()))
            })
            .collect();
        (!nodes.is_empty()).then(|| self.random.one_of(&nodes))
    }

    fn button(&mut self) -> PointerButton {
        if self.random.below(8) == 0 { PointerButton::Secondary } else { PointerButton::Primary }
    }

    fn click_at(&mut self, at: Pos2) {
        let (button, times) = (self.button(), if self.random.below(6) == 0 { 2 } else { 1 });
        self.queue.push(Event::PointerMoved(at));
        for _ in 0..times {
            for pressed in [true, false] {
                let modifiers = Modifiers::NONE;
                self.queue.push(Event::PointerButton { pos: at, button, pressed, modifiers });
            }
        }
    }

    fn click_somewhere(&mut self) -> String {
        let at = self.place();
        self.click_at(at);
        format!("a click at {at:?}")
    }

    fn click_a_control(&mut self) -> String {
        let Some((_, _, at, name)) = self.control() else { return self.click_somewhere() };
        self.click_at(at);
        format!("a click on {name}")
    }

    fn drag(&mut self) -> String {
        let from = if self.random.below(2) == 0 { self.place() } else { self.control().map_or(Pos2::ZERO, |c| c.2) };
        let to = self.place();
        let button = self.button();
        let modifiers = Modifiers::NONE;
        self.queue.push(Event::PointerMoved(from));
        self.queue.push(Event::PointerButton { pos: from, button, pressed: true, modifiers });
        for step in 1..=3 {
            self.queue.push(Event::PointerMoved(from + (to - from) * (step as f32 / 3.0)));
        }
        // Now and then the button is let go outside the window.
        if self.random.below(6) == 0 {
            self.queue.push(Event::PointerGone);
        } else {
            self.queue.push(Event::PointerButton { pos: to, button, pressed: false, modifiers });
        }
        format!("a drag from {from:?} to {to:?}")
    }

    fn press(&mut self) -> String {
        use Key::{
            ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Backspace, Comma, Delete, End, Enter, Escape, F1, Home, K, Num1, Num4,
            Num7, O, PageDown, PageUp, Plus, S, Space, Tab, V, Y, Z,
        };
        const PLAIN: [Key; 20] = [
            Tab, Tab, Tab, Tab, Enter, Enter, Space, Space, Escape, ArrowLeft, ArrowRight, ArrowUp, ArrowDown, Home, End, PageUp,
            PageDown, Delete, Backspace, F1,
        ];
        const COMMANDS: [Key; 12] = [Z, Z, Z, Y, K, Comma, S, O, Num1, Num4, Num7, Plus];
        let (key, modifiers) = match self.random.below(10) {
            0..6 => (self.random.one_of(&PLAIN), Modifiers::NONE),
            6 => (Tab, Modifiers::SHIFT),
            7 => (self.random.one_of(&[Z, V, Z]), Modifiers::COMMAND | Modifiers::SHIFT),
            _ => (self.random.one_of(&COMMANDS), Modifiers::COMMAND),
        };
        self.queue.push(Event::ModifiersChanged(modifiers));
        for pressed in [true, false] {
            self.queue.push(Event::Key { key, physical_key: None, pressed, repeat: false, modifiers });
        }
        self.queue.push(Event::ModifiersChanged(Modifiers::NONE));
        format!("{modifiers:?} {key:?}")
    }

    fn type_text(&mut self) -> String {
        const TEXTS: [&str; 12] =
            ["7", "0", "-", "1e9", "0,5", "99999999999999999999", "NaN", "é", "a", "\u{1F600}", "مرحبا", "%s"];
        let text = self.random.one_of(&TEXTS);
        self.queue.push(Event::Text(text.to_owned()));
        format!("typing “{text}”")
    }

    fn scroll(&mut self) -> String {
        let at = self.place();
        let delta = vec2(0.0, (self.random.share() - 0.5) * 800.0);
        let modifiers = if self.random.below(5) == 0 { Modifiers::COMMAND } else { Modifiers::NONE };
        self.queue.push(Event::PointerMoved(at));
        self.queue.push(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta,
            phase: egui::TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers,
        });
        format!("scrolling by {} at {at:?} {modifiers:?}", delta.y)
    }

    /// As a screen reader does.
    fn ask_by_name(&mut self) -> String {
        use accesskit::{Action as Ask, ActionData};
        let Some((target_node, target_tree, _, name)) = self.control() else { return self.press() };
        let ask = self.random.one_of(&[Ask::Focus, Ask::Click, Ask::Increment, Ask::Decrement, Ask::SetValue]);
        let number = self.random.one_of(&[0.0, -1.0, 1e12, f64::NAN, 0.5]);
        let data = (ask == Ask::SetValue).then_some(ActionData::NumericValue(number));
        self.queue.push(Event::AccessKitActionRequest(accesskit::ActionRequest { action: ask, target_node, target_tree, data }));
        format!("{ask:?} {number} of {name}")
    }

    fn drop_or_paste(&mut self) -> String {
        let folder = self.folder.path().to_owned();
        let paths: [PathBuf; 10] = [
            "".into(),
            "/".into(),
            "/no/such/face.jpg".into(),
            "/a\nb/\u{feff} .jpg".into(),
            folder.clone(),
            folder.join("no picture.jpg"),
            folder.join("gray.png"),
            folder.join("settings.json"),
            folder.join("run"),
            "face".into(),
        ];
        let path = self.random.one_of(&paths);
        match self.random.below(5) {
            0 => {
                let held = HoveredFile { path: Some(path.clone()), ..HoveredFile::default() };
                self.window.input_mut().hovered_files.push(held);
                format!("holding {path:?}")
            }
            1 => {
                let text = self.random.one_of(&[
                    path.display().to_string(),
                    "train.epochs=3\nmodel.dropout=0.1".to_owned(),
                    "train.epochs=0".to_owned(),
                    "{\"train\": 1}".to_owned(),
                    "\"file://%zz".to_owned(),
                    "0,25".to_owned(),
                ]);
                self.queue.push(Event::Paste(text.clone()));
                format!("pasting {text:?}")
            }
            2 => {
                let size = self.random.one_of(&[[40, 30], [1, 1], [0, 0], [300, 2]]);
                self.queue.push(Event::PasteImage(Arc::new(ColorImage::filled(size, Color32::GRAY))));
                format!("pasting a picture of {size:?}")
            }
            _ => {
                self.window.input_mut().dropped_files.push(Arc::new(File(path.clone())));
                format!("dropping {path:?}")
            }
        }
    }

    fn resize(&mut self) -> String {
        const SIZES: [[f32; 2]; 9] = [
            [1024.0, 700.0],
            [1280.0, 800.0],
            [1280.0, 800.0],
            [1920.0, 1080.0],
            [3840.0, 2160.0],
            [700.0, 1400.0],
            [512.0, 350.0],
            [410.0, 280.0],
            [60.0, 40.0],
        ];
        let size = self.random.one_of(&SIZES);
        self.window.set_size(size.into());
        format!("a window of {size:?}")
    }

    fn preferences(&mut self) -> String {
        let action = match self.random.below(5) {
            0 => Action::Language(self.random.one_of(&Lang::ALL)),
            1 => Action::Mode(self.random.one_of(&[Mode::Light, Mode::Dark, Mode::System])),
            2 => Action::Motion(self.random.one_of(&[Motion::Full, Motion::Reduced, Motion::System])),
            3 => Action::Zoom(self.random.one_of(&[0.9, 1.0, 1.0, 1.5, 2.0])),
            _ => Action::Show(self.random.one_of(&[
                Dialog::Preferences,
                Dialog::Help,
                Dialog::Palette,
                Dialog::Discard,
                Dialog::Quit,
            ])),
        };
        let what = format!("{action:?}");
        let ctx = self.window.ctx.clone();
        self.window.state_mut().perform(&ctx, action);
        what
    }

    /// What comes from below: other data, a run, a training's progress, failures, confirmations; or the wish to close.
    fn news(&mut self) -> String {
        let problem = Problem::new(Kind::Diverged, say("It happened", "C’est arrivé"), say("Mend it", "Corrigez"));
        let which = self.random.below(12);
        let phase = self.random.one_of(&[
            Phase::Idle,
            Phase::Idle,
            Phase::Training,
            Phase::Paused,
            Phase::Starting(Progress::at(Work::Training)),
            Phase::Evaluating(Progress { stage: Work::Evaluating, done: 7, total: 3 }),
            Phase::Working(Progress { stage: Work::Exporting, done: 3, total: 0 }),
            Phase::Opening(Progress::at(Work::Scanning)),
        ]);
        let kind = self.random.one_of(&[Kind::Data, Kind::OutOfMemory, Kind::Diverged, Kind::Disk, Kind::Internal]);
        let count = self.random.one_of(&[1, 40, 60, 600]);
        let epoch = self.random.one_of(&[1, 2, 14, 50]);
        let session = &mut self.window.state_mut().session;
        let dataset = session.dataset().cloned();
        match which {
            0 | 1 => {
                session.phase = phase;
                format!("{phase:?}")
            }
            2 => {
                session.failures.push(Problem { kind, ..problem });
                format!("a failure, {kind:?}")
            }
            3 => {
                session.toast(say("Done", "Fait"), Some(Offer::Undo));
                "a toast".to_owned()
            }
            4 => {
                session.open = Some(stage::faces(count).into());
                format!("{count} faces opened")
            }
            5 => {
                session.open = None;
                "the data closed".to_owned()
            }
            6 => {
                session.run = dataset.filter(|_| epoch > 1).map(|dataset| Arc::new(stage::run(&dataset)));
                format!("a run shown: {}", session.run.is_some())
            }
            7 => {
                session.training = dataset.map(|dataset| stage::training(&dataset, epoch));
                format!("a training in epoch {epoch}")
            }
            8 => {
                session.training = dataset.map(|dataset| stage::finished(&dataset));
                "a training over".to_owned()
            }
            9 => {
                let Stage { session: other, .. } = stage::three_runs();
                (session.runs, session.views) = (other.runs, other.views);
                "three runs".to_owned()
            }
            10 => {
                session.photos = vec![stage::photo(u64::MAX / 20)];
                "a photo".to_owned()
            }
            _ => {
                let viewport = self.window.input_mut().viewports.entry(ViewportId::ROOT).or_default();
                viewport.events.push(ViewportEvent::Close);
                "the wish to close".to_owned()
            }
        }
    }
}

fn play(scene: &'static str, lang: Lang) {
    let events = if in_full("monkey") { EVENTS[0] } else { EVENTS[1] };
    let mut slow: Option<Vec<Slow>> = None;
    for _ in 0..GAMES {
        let mut monkey = Monkey::new(scene, lang);
        monkey.play(events);
        let again = |frame: &Slow| slow.as_ref().is_none_or(|before| before.contains(frame));
        let still: Vec<Slow> = monkey.slow.iter().filter(|frame| again(frame)).cloned().collect();
        if still.is_empty() {
            return;
        }
        slow = Some(still);
    }
    panic!("{scene} in {lang:?}: too slow in each of {GAMES} games: {slow:?}");
}

/// One test for each page and language, so that they run beside each other.
macro_rules! pages {
    ($($en:ident $fr:ident $scene:literal;)+) => {
        $(
            #[test]
            fn $en() {
                play($scene, Lang::En);
            }
            #[test]
            fn $fr() {
                play($scene, Lang::Fr);
            }
        )+
        /// A page that is forgotten here is not played with.
        #[test]
        fn it_plays_on_every_page() {
            let played: Vec<Page> = [$($scene),+].iter().map(|scene| (Scene::named(scene).stage)().page).collect();
            for page in Page::ALL {
                assert!(played.contains(&page), "{page:?}");
            }
        }
    };
}

pages! {
    data_in_english data_in_french "data";
    augmentation_in_english augmentation_in_french "augmentation";
    model_in_english model_in_french "model";
    training_in_english training_in_french "training";
    results_in_english results_in_french "results";
    predict_in_english predict_in_french "predict";
    runs_in_english runs_in_french "runs";
}
