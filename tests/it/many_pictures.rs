//! A frame's work with 200,000 pictures is that of what is seen: no more shapes than with a hundredth of them, and no picture
//! is decoded that is not in sight. How long frames take is measured by `cargo bench --bench frames`.

use std::{
    borrow::Cow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use trombine::{
    data::{
        dataset::Dataset,
        picture_size::PictureSide,
        pixels::{PixelStore, Pixels},
        sample_faces,
    },
    problem::Problem,
    ui::page::Page,
};

use crate::{
    stage::Stage,
    viewer::{contains, double_click, key, says, tile, to},
};

const SIZE: [f32; 2] = [1280.0, 800.0];
const FEW: usize = 2000;
const MANY: usize = 200_000;
/// The strip of the viewer, and the picture in its middle: more is never in sight of it.
const NEIGHBORS: usize = 24;

/// Pictures that count how often one is read.
struct Counting {
    face: Vec<u8>,
    count: usize,
    read: Arc<AtomicUsize>,
}

impl PixelStore for Counting {
    fn count(&self) -> usize {
        self.count
    }

    fn side(&self) -> PictureSide {
        PictureSide::default()
    }

    fn picture(&self, _place: usize) -> Result<Cow<'_, [u8]>, Problem> {
        self.read.fetch_add(1, Ordering::Relaxed);
        Ok(Cow::Borrowed(&self.face))
    }

    fn in_memory(&self) -> bool {
        true
    }
}

struct Window {
    page: Harness<'static>,
    read: Arc<AtomicUsize>,
}

impl Window {
    fn of(count: usize) -> Self {
        let read = Arc::<AtomicUsize>::default();
        let (face, drawn) = sample_faces::draw(0);
        let sample = |index: usize| trombine::data::sample::Sample {
            file: PathBuf::from(format!("{index:07}.jpg")),
            hash: index as u64 + 1,
            class: (index % 2) as u8,
            ..drawn.clone()
        };
        let dataset = Arc::new(Dataset {
            task: ["female", "male"].into(),
            samples: (0..count).map(sample).collect(),
            pixels: Pixels::new(Counting { face, count, read: read.clone() }),
            ..Dataset::default()
        });
        let (mut page, _) = Stage::new(Page::Data).with_dataset(dataset).harness(SIZE);
        settle(&mut page);
        Self { page, read }
    }

    /// How many pictures were read since the last time.
    fn read(&self) -> usize {
        self.read.swap(0, Ordering::Relaxed)
    }

    fn shapes(&self) -> usize {
        self.page.output().shapes.len()
    }
}

/// Draws until nothing is left to be brought into sight.
fn settle(page: &mut Harness<'_>) {
    page.run_steps(2);
    for _ in 0..400 {
        if !page.ctx.has_requested_repaint() {
            break;
        }
        page.step();
    }
}

#[test]
fn a_frame_of_the_wall_does_what_is_seen() {
    let [mut few, mut many] = [FEW, MANY].map(Window::of);
    // Tiles of 56 points and the gaps between them, with the rows that are seen in part.
    let wall = many.page.get_by_label_contains("Wall of").rect();
    let seen = (wall.width() / 56.0).ceil() as usize * ((SIZE[1] / 56.0).ceil() as usize + 2);
    for window in [&few, &many] {
        let read = window.read();
        assert!(read > 0 && read <= seen, "{read} pictures were read, of {seen} in sight");
    }
    assert_eq!(few.shapes(), many.shapes());
    many.page.step();
    assert_eq!(many.read(), 0, "what is there stays there");
    for scrolled in 0..4 {
        for window in [&mut few, &mut many] {
            let at = window.page.get_by_label_contains("Wall of").rect().center().min(egui::pos2(900.0, 500.0));
            to(&mut window.page, at);
            window.page.input_mut().events.push(Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, -700.0),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
            settle(&mut window.page);
            let read = window.read();
            assert!(read > 0 && read <= 2 * seen, "{read} pictures were read, of {seen} in sight");
        }
        assert_eq!(few.shapes(), many.shapes(), "after {scrolled}");
    }
}

#[test]
fn a_frame_of_the_viewer_does_what_is_seen() {
    let [mut few, mut many] = [FEW, MANY].map(Window::of);
    for window in [&mut few, &mut many] {
        let at = tile(&window.page, 2, 1);
        double_click(&mut window.page, at);
        settle(&mut window.page);
        assert!(!contains(&window.page, "Wall of"), "the viewer is open");
        window.read();
        for _ in 0..5 {
            key(&mut window.page, Key::ArrowRight, Modifiers::NONE);
            settle(&mut window.page);
            let read = window.read();
            assert!(read <= NEIGHBORS, "{read} pictures were read for one that is near");
        }
        window.page.step();
        assert_eq!(window.read(), 0);
    }
    // One count is longer than the other, and no more.
    assert!(few.shapes().abs_diff(many.shapes()) <= 1, "{} {}", few.shapes(), many.shapes());
    key(&mut many.page, Key::End, Modifiers::NONE);
    settle(&mut many.page);
    assert!(says(&many.page, "200,000 of 200,000"));
    assert!(many.read() <= NEIGHBORS);
}
