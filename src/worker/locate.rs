//! Where a run's pictures are: its own folder, or another place that holds the very same ones.

use std::{path::PathBuf, sync::Arc};

use super::{Event, open};
use crate::{
    control::Control,
    data::{
        self, dataset::Dataset, edits::Edits, face_file, open_dataset::OpenDataset, reading::Reading, sample::Source,
        split::Split,
    },
    files::AppDirs,
    problem::{Kind, Problem},
    run::{Run, RunPictures, RunStore, pictures::Picture, run_pictures},
    text::{Lang, LocalizedText, number, say},
};

/// The run's pictures in `open` with the labels of then, and their parts, wherever it lies: pictures are compared by their
/// content.
///
/// # Errors
/// Some of the run's pictures are not there.
pub(super) fn find(run: &Run, open: &OpenDataset) -> Result<(Dataset, Split), Problem> {
    let all = open.with_left_out().dataset;
    let (mut found, split) = Picture::find(&run.pictures()?, &all).map_err(|problem| problem.about_pictures_of(&run.info.id))?;
    // However the folder is read or named now: the pictures are the very same ones, and their labels are the run's.
    found.task.clone_from(&run.info.task);
    // Those that have come since belong to no part; their labels answer the folder's question, which may be another.
    let classes = found.task.len();
    found.samples.iter_mut().filter(|sample| usize::from(sample.class) >= classes).for_each(|sample| sample.class = 0);
    Ok((found, split))
}

/// The run's pictures: those that are open, if they are the run's, or those in the run's own place.
///
/// # Errors
/// The place is gone.
pub(super) fn own(
    run: &Run,
    open: Option<OpenDataset>,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<OpenDataset, Problem> {
    let is_own = |open: &OpenDataset| open.dataset.source == run.info.source || find(run, open).is_ok();
    match open.filter(is_own) {
        Some(open) => Ok(open),
        None => open::open(&run.info.source, store, control, emit)
            .map_err(|problem| gone(&run.info.source, problem).about_pictures_of(&run.info.id)),
    }
}

/// A run's pictures, without the user's edits. Nothing is told on the way: a job beside the others has no progress.
///
/// # Errors
/// The place is gone, or cannot be read.
pub(super) fn pictures(
    run: &Run,
    open: Option<OpenDataset>,
    store: &RunStore,
    control: &Control,
) -> Result<RunPictures, Problem> {
    let dataset = match open {
        Some(open) => open.base().clone(),
        None => {
            if let Some(problem) = run_pictures::gone(&run.info.source) {
                return Err(problem);
            }
            let dirs = AppDirs::with_runs_in(store.home());
            let squares = Edits::load(&dirs, &run.info.source)?.only_squares();
            data::open_in(&dirs, &run.info.source, &squares, control, &mut |_, _, _| {})?.dataset
        }
    };
    // Of a run from elsewhere it may not be known which pictures it had.
    Ok(RunPictures::of(&run.info.id, &run.pictures().unwrap_or_default(), dataset))
}

/// Looks for the pictures of the run called `name` in `source`, by their content, and writes down that they are there. What
/// the user said about the folder of before, how it is read and of single pictures, holds for this one unless something
/// was said about it already.
///
/// # Errors
/// Most of the run's pictures are not there; a full disk, no permission.
pub(super) fn to(
    name: &str,
    source: &Source,
    store: &RunStore,
    control: &Control,
    emit: &mut dyn FnMut(Event),
) -> Result<(), Problem> {
    let mut run = store.find(name)?;
    let (dirs, then) = (AppDirs::with_runs_in(store.home()), run.info.source.clone());
    let reading = match Reading::find(&dirs, source, control)? {
        unsaid if unsaid == Reading::default() => Reading::load(&dirs, &then),
        said => said,
    };
    let edits = match Edits::load(&dirs, source)? {
        undecided if undecided.is_empty() => Edits::load(&dirs, &then)?,
        decided => decided,
    };
    let dataset = data::open_moved(&dirs, source, reading, &edits.only_squares(), control)?.dataset;
    let found = RunPictures::of(&run.info.id, &run.pictures().unwrap_or_default(), dataset);
    found.check_moved()?;
    reading.save(&dirs, source, control)?;
    Edits::carry(&dirs, &then, source)?;
    remember(&mut run, &found.dataset, true, emit)?;
    emit(Event::RunOpened(Box::new(run.view()?)));
    emit(Event::Pictures { run: run.info.id, run_pictures: Ok(Arc::new(found)) });
    Ok(())
}

/// Writes down where the run's pictures are now; unless it is `asked`, only if they are no longer where they were.
///
/// # Errors
/// A full disk, no permission.
pub(super) fn remember(run: &mut Run, dataset: &Dataset, asked: bool, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    let (Source::Folder(then), Source::Folder(now)) = (&run.info.source, &dataset.source) else { return Ok(()) };
    let still_there = || {
        run.pictures()
            .is_ok_and(|all| all.first().is_some_and(|picture| then.join(face_file::photo(picture.file.as_ref())).is_file()))
    };
    if then == now || (!asked && then.is_absolute() && still_there()) {
        return Ok(());
    }
    let (then, now) = (then.clone(), now.clone());
    run.update(|info| info.source = Source::Folder(now.clone()))?;
    emit(Event::Located { run: run.info.id.clone(), then, folder: now });
    Ok(())
}

/// That the run's own folder cannot be opened: where it was, and the way on.
pub(crate) fn gone(source: &Source, problem: Problem) -> Problem {
    let Source::Folder(folder) = source else { return problem };
    if problem.kind != Kind::Data || folder.is_dir() {
        return problem;
    }
    let name = folder.display();
    let what = match folder.is_absolute() {
        true => LocalizedText {
            en: format!("The run’s pictures were in {name}, which is not there"),
            fr: format!("Les images de l’essai étaient dans {name}, qui n’existe plus"),
        },
        // As versions before wrote it down, and as a run from another machine says it.
        false => LocalizedText {
            en: format!("The run’s pictures were in a folder named “{name}”, which is not here"),
            fr: format!("Les images de l’essai étaient dans un dossier nommé « {name} », qui n’est pas ici"),
        },
    };
    let remedy = say(
        "Choose the folder where they are now; on the command line, --data DIR",
        "Indiquez le dossier où elles sont maintenant ; en ligne de commande, --data DOSSIER",
    );
    Problem { path: Some(PathBuf::from(folder)), ..Problem::new(Kind::Data, what, remedy) }
}

pub(super) fn other_labels(run: &Run, dataset: &Dataset) -> Problem {
    Problem::new(
        Kind::Data,
        LocalizedText::by(|lang| {
            let (ours, theirs) = (run.info.task.listed(lang), dataset.task.listed(lang));
            match lang {
                Lang::En => format!("The run knows the labels {ours}, the folder has {theirs}"),
                Lang::Fr => format!("L’essai connaît les étiquettes {ours}, le dossier a {theirs}"),
            }
        }),
        say("Choose a folder with the same labels", "Choisissez un dossier avec les mêmes étiquettes"),
    )
}

/// Every picture of a folder is one of the run's `all`, and there are only `here` of them.
pub(super) fn not_whole(all: usize, here: usize) -> Problem {
    let [all, here] = [all, here].map(|count| move |lang: Lang| number(lang, count as u64));
    Problem::new(
        Kind::Data,
        LocalizedText::by(|lang| {
            say(
                "All {here} pictures of this folder are among the {all} that the run was trained and evaluated with, and some of those are not here",
                "Les {here} images de ce dossier sont toutes parmi les {all} de l’essai, dont certaines ne sont pas ici",
            )
            .get(lang)
            .replace("{here}", &here(lang))
            .replace("{all}", &all(lang))
        }),
        say(
            "Choose a folder with pictures that the run never saw, or the run’s whole folder to evaluate its test part",
            "Choisissez un dossier d’images que l’essai n’a jamais vues, ou son dossier entier pour évaluer sa partie test",
        ),
    )
}
