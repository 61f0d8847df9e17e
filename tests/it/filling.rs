//! While a folder is opened, pictures are shown as they are decoded.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use trombine::{
    control::{Control, Glimpse, Stage as JobStage},
    data::{
        edits::Edits,
        glimpse::{MOST, SIDE},
        open_in,
        pixels::Pixels,
        reading::Reading,
        resize::resize,
        sample::Source,
        sample_faces,
    },
    run::RunStore,
    session::{Phase, Progress, Session},
    text::Lang,
    ui::page::Page,
    worker::{self, Command, Envelope, Event, JobId},
};

use crate::{picture_folder::Folder, stage::Stage};

/// Each is one of the data set's own pictures, smaller; they are in order and few.
fn are_of(glimpses: &[Glimpse], pixels: &Pixels) {
    assert!(!glimpses.is_empty() && glimpses.len() <= MOST);
    assert!(glimpses.windows(2).all(|pair| pair[0].place < pair[1].place));
    let side = pixels.side().pixels() as u32;
    for glimpse in glimpses {
        // The first picture that falls to the place.
        let index = (glimpse.place as usize * pixels.len()).div_ceil(MOST);
        let whole = pixels.get(index).expect("a picture");
        assert_eq!(glimpse.rgb, resize(&whole, [side; 2], [SIDE; 2]), "place {}", glimpse.place);
    }
}

#[test]
fn drawings_are_shown_as_they_are_drawn_to_whoever_watches() {
    let control = Control::default().watched();
    let dataset = sample_faces::dataset(Reading::default(), &control, &mut |_, _, _| {}).expect("drawn");
    let glimpses = control.take_shown();
    assert_eq!(glimpses.len(), MOST, "of {} drawings", dataset.samples.len());
    are_of(&glimpses, &dataset.pixels);
    assert!(control.take_shown().is_empty(), "once");
    let alone = Control::default();
    sample_faces::dataset(Reading::default(), &alone, &mut |_, _, _| {}).expect("drawn");
    assert!(alone.take_shown().is_empty() && !alone.is_watched());
}

#[test]
fn a_folder_s_pictures_are_shown_the_first_time_and_then_only_new_ones() {
    let folder = Folder::utkface(24);
    let open = |control: &Control| {
        open_in(&folder.places(), &folder.source(), &Edits::default(), control, &mut |_, _, _| {}).expect("opens")
    };
    let control = Control::default().watched();
    let dataset = open(&control);
    let glimpses = control.take_shown();
    assert_eq!(glimpses.len(), dataset.samples.len());
    are_of(&glimpses, &dataset.pixels);
    open(&control);
    assert!(control.take_shown().is_empty(), "nothing is decoded");
}

/// A window's worker tells of them; a command, which writes its events as text, does not.
#[test]
fn only_a_window_is_told() {
    let home = tempfile::tempdir().expect("a folder");
    let told = |control: &Control| {
        let mut glimpses = 0;
        let mut hear = |event| {
            if let Event::Glimpses { glimpses: more } = event {
                glimpses += more.len();
            }
        };
        worker::perform(Command::Open(Source::SampleFaces), &RunStore::at(home.path()), control, &mut hear).expect("opens");
        glimpses
    };
    assert!((1..=MOST).contains(&told(&Control::patient())));
    assert_eq!(told(&Control::default()), 0);
}

fn glimpse(place: u32) -> Glimpse {
    Glimpse { place, rgb: vec![120; (SIDE * SIDE * 3) as usize] }
}

fn apply(session: &mut Session, event: Event) {
    session.apply(Envelope { job: JobId(3), event });
}

#[test]
fn they_are_kept_while_the_folder_is_opened() {
    let mut session = Session::default();
    session.begin(JobId(3), Phase::Opening(Progress::at(JobStage::Scanning)));
    apply(&mut session, Event::Progress { stage: JobStage::Decoding, done: 0, total: 100 });
    apply(&mut session, Event::Glimpses { glimpses: vec![glimpse(0), glimpse(4)] });
    apply(&mut session, Event::Glimpses { glimpses: vec![glimpse(9)] });
    assert_eq!(session.glimpses.len(), 3);
    apply(&mut session, Event::Finished);
    assert!(session.glimpses.is_empty());
    session.begin(JobId(3), Phase::Starting(Progress::at(JobStage::Training)));
    apply(&mut session, Event::Glimpses { glimpses: vec![glimpse(0)] });
    assert!(session.glimpses.is_empty(), "of a training nobody waits for pictures");
}

#[test]
fn the_wall_fills_a_few_pictures_a_frame() {
    for (lang, words) in
        [(Lang::En, "Some of the pictures decoded so far: "), (Lang::Fr, "Quelques-unes des images déjà décodées\u{a0}: ")]
    {
        let mut stage = Stage::new(Page::Data);
        stage.lang = lang;
        let progress = Progress { stage: JobStage::Decoding, done: 5_000, total: 20_000 };
        stage.session.phase = Phase::Opening(progress);
        let (mut harness, stage) = stage.harness([1280.0, 800.0]);
        harness.step();
        assert!(harness.query_all_by_label_contains(words).next().is_none(), "nothing yet");
        stage.borrow_mut().session.glimpses = (0..64).map(|place| Arc::new(glimpse(place))).collect();
        harness.step();
        let count =
            |harness: &egui_kittest::Harness<'_>, count: u32| harness.query_by_label(&format!("{words}{count}")).is_some();
        assert!(count(&harness, 8), "no frame is held up");
        harness.run();
        assert!(count(&harness, 64));
        // Another opening begins anew; what does not fit is left out.
        let odd = Glimpse { place: 300, rgb: Vec::new() };
        stage.borrow_mut().session.glimpses = vec![Arc::new(glimpse(2)), Arc::new(odd)];
        harness.run();
        assert!(count(&harness, 2));
    }
}
