//! From the window to the side file and back: decided, kept, undone, trained again without.

use std::sync::Arc;

use trombine::{
    control::Control,
    data::{
        edits::{Change, Edits},
        open_dataset::OpenDataset,
    },
    files::AppDirs,
    run::{RunStore, pictures::Picture},
    session::Session,
    worker::{Command, Event, Worker, perform},
};

use crate::picture_folder::Folder;

#[test]
fn an_edit_is_kept_and_gives_the_data_set_anew() {
    let folder = Folder::utkface(20);
    let store = RunStore::at(folder.places().home);
    let worker = Worker::at(store, |_| {}).expect("a worker");
    let opened = OpenDataset::from(folder.open().expect("a data set"));
    let mut session = Session { open: Some(opened.clone()), ..Session::default() };
    let mut edits = Edits::default();
    edits.change(&opened.dataset.samples[3].file, &Change::LeaveOut);
    worker.start(Command::Edit { open: opened.clone(), before: Edits::default(), edits: edits.clone() });
    while let Some(envelope) = worker.wait() {
        let last = matches!(envelope.event, Event::Finished | Event::Failed(_));
        session.apply(envelope);
        if last {
            break;
        }
    }
    let after = session.open.expect("a data set");
    assert_eq!((after.dataset.samples.len(), after.edits()), (19, &edits));
    assert_eq!(Edits::load(&AppDirs::with_runs_in(&folder.places().home), &folder.source()).expect("readable"), edits);
    assert!(session.failures.is_empty());
    // It is the same picture's pixels, not another decoding.
    assert_eq!(after.dataset.pixels.buffer(), opened.dataset.pixels.buffer());
}

/// Two windows on one folder: each keeps what the other has decided, and is told where it decides otherwise.
#[test]
fn what_another_window_has_decided_is_kept() {
    let folder = Folder::utkface(20);
    let store = RunStore::at(folder.places().home);
    let opened = OpenDataset::from(folder.open().expect("a data set"));
    let decide = |before: &Edits, edits: &Edits| {
        let (mut warned, mut kept) = (Vec::new(), None);
        let command = Command::Edit { open: opened.clone(), before: before.clone(), edits: edits.clone() };
        perform(command, &store, &Control::default(), &mut |event| match event {
            Event::Warned(problem) => warned.push(problem.what.en),
            Event::Edited { open } => kept = Some(open.edits().clone()),
            _ => {}
        })
        .expect("kept");
        (kept.expect("a data set"), warned)
    };
    let file = |index: usize| opened.dataset.samples[index].file.as_path();
    let (none, mut first, mut second) = (Edits::default(), Edits::default(), Edits::default());
    first.change(file(1), &Change::LeaveOut);
    first.change(file(2), &Change::LeaveOut);
    assert_eq!(decide(&none, &first), (first.clone(), Vec::new()));
    // The other window was opened before that.
    second.change(file(2), &Change::Keep);
    second.change(file(3), &Change::LeaveOut);
    let mut both = second.clone();
    both.change(file(1), &Change::LeaveOut);
    let told = "Another window has decided otherwise about 1\u{a0}picture; what was decided here counts".to_owned();
    assert_eq!(decide(&none, &second), (both.clone(), vec![told]));
    // Taken back in the one, it stays in the other.
    assert_eq!(decide(&second, &none).0.iter().map(|(file, _)| file.to_owned()).collect::<Vec<_>>(), [file(1).to_str().unwrap()]);
    assert_eq!(Edits::load(&AppDirs::with_runs_in(store.home()), &folder.source()).expect("readable").len(), 1);
}

#[test]
fn a_run_trained_again_keeps_its_parts() {
    let folder = Folder::utkface(60);
    let opened = Arc::new(folder.open().expect("a data set"));
    let plan = trombine::plan::Plan::new(&Default::default(), opened.clone()).expect("a plan");
    let before = Picture::all(&plan);
    let mut edits = Edits::default();
    [5, 17, 40].iter().for_each(|i| edits.change(&opened.samples[*i].file, &Change::LeaveOut));
    let now = edits.apply(&opened.into());
    let split = Picture::split(&before, &now.dataset);
    for (sample, part) in now.dataset.samples.iter().zip(&split.parts) {
        let then = before.iter().find(|p| p.file == sample.file.to_string_lossy()).map(|p| p.part);
        assert!(then.is_some() && *part == then, "{}", sample.file.display());
    }
    // The first run can still be judged on what it began with.
    let (all, split) = Picture::find(&before, &now.with_left_out().dataset).expect("all are there");
    assert_eq!((all.samples.len(), split.parts.iter().flatten().count()), (60, 60));
}
