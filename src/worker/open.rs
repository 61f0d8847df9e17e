//! Opening a source for a job, with the user's edits and progress.

use std::time::{Duration, Instant};

use tracing::info;

use super::Event;
use crate::{
    control::{Control, Stage},
    data::{
        self,
        dataset::Dataset,
        edits::Edits,
        face_crop::FaceCrops,
        open_dataset::OpenDataset,
        reading::Reading,
        sample::{Framing, Source},
    },
    files::AppDirs,
    problem::{Kind, Problem},
    run::{Run, RunStore},
};

/// Opens `source`; what it could not keep ready is told.
///
/// # Errors
/// As [`data::open`].
pub(super) fn open(
    source: &Source,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<OpenDataset, Problem> {
    let (dirs, source) = (AppDirs::with_runs_in(store.home()), source.settled());
    let edits = Edits::load(&dirs, &source)?;
    let control = &watched(control);
    let begun = Instant::now();
    let open = data::open_in(&dirs, &source, &edits, control, &mut shown(control, emit));
    open.inspect(|open| opened(&open.dataset, begun, emit))
}

/// The same, read as the user says now; that is remembered, and where it cannot be, that is told and it holds for this time.
///
/// # Errors
/// As [`data::open`]; what was said before then holds on.
pub(super) fn open_as(
    source: &Source,
    reading: Reading,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<OpenDataset, Problem> {
    let dirs = AppDirs::with_runs_in(store.home());
    let edits = Edits::load(&dirs, source)?;
    let control = &watched(control);
    let begun = Instant::now();
    let open = data::open_as(&dirs, source, reading, &edits, control, &mut shown(control, emit))?;
    let saved = match reading.save(&dirs, source, control) {
        Err(problem) if problem.kind == Kind::Cancelled => return Err(problem),
        saved => saved,
    };
    opened(&open.dataset, begun, emit);
    if let Err(problem) = saved {
        emit(Event::Warned(problem));
    }
    Ok(open)
}

/// `open` with its pictures as `run` learned from its own, by size and by what is taken of each: itself where they are so,
/// otherwise its source read like that, for this time alone.
///
/// # Errors
/// As [`data::open`], and settings of the run that cannot be read.
pub(super) fn as_learned(
    open: &OpenDataset,
    run: &Run,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<OpenDataset, Problem> {
    let dataset = open.dataset.as_ref();
    let (now, learned) = (dataset.understood.reading, run.settings()?.augment.shape());
    let faces = match run.info.framing {
        // Crops in the one folder may be photos in another, whose faces were asked for.
        Framing::FaceCrop if dataset.source != run.info.source && run.info.faces == FaceCrops::Off => now.faces,
        _ => run.info.faces,
    };
    // The drawings are square, and of faces.
    let drawn = dataset.source == Source::SampleFaces;
    let shape = dataset.picture_shape();
    let same = shape.side == learned.side && (drawn || shape.resize == learned.resize && faces == now.faces);
    if same || dataset.samples.is_empty() {
        return Ok(open.clone());
    }
    let dirs = AppDirs::with_runs_in(store.home());
    let reading = Reading { faces, ..now.with_shape(learned) };
    let mut progress = |stage, done, total| emit(Event::Progress { stage, done, total });
    data::open_as(&dirs, &dataset.source, reading, open.edits(), control, &mut progress)
}

/// Time between two tellings of decoded pictures: no screen shows more of them.
const BETWEEN_GLIMPSES: Duration = Duration::from_millis(33);

/// The control of an opening: behind one with a person there is a window, which shows pictures as they come.
fn watched(control: &Control) -> Control {
    if control.is_patient() { control.watched() } else { control.clone() }
}

/// Tells how far an opening is, and now and then what it shows.
fn shown<'a>(control: &'a Control, emit: &'a mut dyn FnMut(Event)) -> impl FnMut(Stage, u64, u64) + use<'a> {
    let mut last: Option<Instant> = None;
    move |stage, done, total| {
        emit(Event::Progress { stage, done, total });
        if last.is_none_or(|last| last.elapsed() >= BETWEEN_GLIMPSES) {
            let glimpses = control.take_shown();
            if !glimpses.is_empty() {
                last = Some(Instant::now());
                emit(Event::Glimpses { glimpses });
            }
        }
    }
}

/// Notes what was opened; tells that what was read of a folder has to be read again the next time.
fn opened(dataset: &Dataset, begun: Instant, emit: &mut dyn FnMut(Event)) {
    let (balance, skipped) = (dataset.balance(), dataset.skipped.len());
    let seconds = begun.elapsed().as_secs_f64();
    info!("opened {:?}: {balance:?} pictures, {skipped} not used, {seconds:.1} s", dataset.source);
    if let Some(problem) = &dataset.pixels.unkept {
        emit(Event::Warned(Problem::clone(problem)));
    }
}
