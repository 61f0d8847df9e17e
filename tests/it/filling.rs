//! While a folder is opened, pictures are shown as they are decoded.

use std::sync::Arc;

use egui::{Modifiers, accesskit::Role};
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
    problem::{Kind, Problem},
    run::RunStore,
    session::{Phase, Progress, Session},
    text::{Lang, say},
    ui::{Action, page::Page},
    worker::{self, Command, Envelope, Event, JobId},
};

use crate::{
    nodes::tree,
    picture_folder::{Folder, alone},
    stage::Stage,
    viewer::{click, contains, double_click, says, tile, to},
};

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
        open_in(&folder.places(), &folder.source(), &Edits::default(), control, &mut |_, _, _| {}).map(alone).expect("opens")
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

/// While another folder is opened its wall fills in place of the one that is open; whoever stops has that back as it was.
#[test]
fn a_second_folder_fills_the_wall_and_stopping_brings_the_first_back() {
    for (lang, [wall, decoded, stop, stays]) in [
        (
            Lang::En,
            ["Wall of ", "Some of the pictures decoded so far: ", "Stop opening", "The sample faces stay open if you stop"],
        ),
        (
            Lang::Fr,
            [
                "Mur de ",
                "Quelques-unes des images déjà décodées\u{a0}: ",
                "Arrêter l’ouverture",
                "Les visages d’exemple restent ouverts si vous arrêtez",
            ],
        ),
    ] {
        let mut stage = Stage::new(Page::Data).with_data(60);
        stage.lang = lang;
        let men = stage.session.dataset().expect("faces").samples.iter().filter(|sample| sample.class == 1).count();
        let (mut page, stage) = stage.harness([1280.0, 800.0]);
        page.run();
        page.get_by_label(["both labels", "toutes les étiquettes"][usize::from(lang == Lang::Fr)]).click();
        page.run();
        page.get_by_role_and_label(Role::MenuItem, ["male", "homme"][usize::from(lang == Lang::Fr)]).click();
        page.run();
        let filtered = format!("{wall}{men}");
        let at = page.query_all_by_label_contains(&filtered).next().expect("the men").rect().min + egui::vec2(20.0, 20.0);
        click(&mut page, at, Modifiers::NONE);
        page.run();
        // What the pointer is over would be told beside it.
        to(&mut page, egui::pos2(2.0, 2.0));
        page.run();
        let before = tree(&page);
        let progress = Progress { stage: JobStage::Decoding, done: 5_000, total: 20_000 };
        stage.borrow_mut().session.begin(JobId(3), Phase::Opening(progress));
        stage.borrow_mut().session.opening = Some(Source::Folder("/elsewhere".into()));
        // What was decoded before is there in a moment: nothing flickers until then.
        page.step();
        assert!(contains(&page, &filtered) && !says(&page, stop));
        stage.borrow_mut().session.glimpses = (0..8).map(|place| Arc::new(glimpse(place))).collect();
        page.run();
        assert!(!contains(&page, wall) && says(&page, &format!("{decoded}8")) && contains(&page, stays), "{lang:?}");
        page.get_by_label(stop).click_accesskit();
        page.run();
        assert_eq!(stage.borrow().actions, [Action::Cancel]);
        let problem = Problem::new(Kind::Cancelled, say("Stopped", "Arrêté"), say("", ""));
        apply(&mut stage.borrow_mut().session, Event::Failed(problem));
        page.run();
        assert_eq!(tree(&page), before, "filter and picture are as they were");
    }
}

/// A picture that was looked at large is there again, too.
#[test]
fn the_viewer_stays_behind_an_opening_that_is_stopped() {
    let (mut page, stage) = Stage::new(Page::Data).with_data(600).harness([1280.0, 900.0]);
    page.run_steps(3);
    let at = tile(&page, 2, 0);
    double_click(&mut page, at);
    assert!(says(&page, "3 of 600"));
    let progress = Progress { stage: JobStage::Scanning, done: 0, total: 0 };
    stage.borrow_mut().session.begin(JobId(3), Phase::Opening(progress));
    stage.borrow_mut().session.opening = Some(Source::Folder("/elsewhere".into()));
    page.run_steps(4);
    assert!(!says(&page, "3 of 600") && says(&page, "Stop opening"));
    apply(&mut stage.borrow_mut().session, Event::Finished);
    page.run_steps(3);
    assert!(says(&page, "3 of 600"));
}
