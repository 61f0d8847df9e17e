//! From the window to the side file and back: decided, kept, undone, trained again without.

use std::sync::Arc;

use trombine::{
    data::edits::{Change, Edits},
    files::Places,
    run::{RunStore, pictures::Picture},
    session::Session,
    worker::{Command, Event, Worker},
};

use crate::picture_folder::Folder;

#[test]
fn an_edit_is_kept_and_gives_the_data_set_anew() {
    let folder = Folder::utkface(20);
    let store = RunStore::at(folder.places().home);
    let worker = Worker::at(store, |_| {}).expect("a worker");
    let opened = Arc::new(folder.open().expect("a data set"));
    let mut session = Session { dataset: Some(opened.clone()), ..Session::default() };
    let mut edits = Edits::default();
    edits.change(&opened.samples[3].file, &Change::LeaveOut);
    worker.start(Command::Edit { dataset: opened.clone(), edits: edits.clone() });
    while let Some(envelope) = worker.wait() {
        let last = matches!(envelope.event, Event::Finished | Event::Failed(_));
        session.apply(envelope);
        if last {
            break;
        }
    }
    let after = session.dataset.expect("a data set");
    assert_eq!((after.samples.len(), after.edits()), (19, &edits));
    assert_eq!(Edits::load(&Places::with_runs_in(&folder.places().home), &folder.source()).expect("readable"), edits);
    assert!(session.failures.is_empty());
    // It is the same picture's pixels, not another decoding.
    assert_eq!(after.pixels.buffer(), opened.pixels.buffer());
}

#[test]
fn a_run_trained_again_keeps_its_parts() {
    let folder = Folder::utkface(60);
    let opened = folder.open().expect("a data set");
    let plan = trombine::plan::Plan::new(&Default::default(), Arc::new(opened.clone())).expect("a plan");
    let before = Picture::all(&plan);
    let mut edits = Edits::default();
    [5, 17, 40].iter().for_each(|i| edits.change(&opened.samples[*i].file, &Change::LeaveOut));
    let now = edits.apply(&opened);
    let split = Picture::split(&before, &now);
    for (sample, part) in now.samples.iter().zip(&split.parts) {
        let then = before.iter().find(|p| p.file == sample.file.to_string_lossy()).map(|p| p.part);
        assert!(then.is_some() && *part == then, "{}", sample.file.display());
    }
    // The first run can still be judged on what it began with.
    let (all, split) = Picture::find(&before, &now.with_left_out()).expect("all are there");
    assert_eq!((all.samples.len(), split.parts.iter().flatten().count()), (60, 60));
}
