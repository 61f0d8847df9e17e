//! The real program, killed at random moments while it trains, trains further, and trains at another rate. `.ci/kill` does
//! the same at scale.
#![cfg(unix)]

use std::{fs, path::Path};

use trombine::{
    evaluate::{Report, WeightsId},
    history::EpochRecord,
    random::{Purpose, Random},
    run::{Run, RunStatus, RunStore},
    settings::Settings,
};

use crate::resume::{Program, linger};

const SETTINGS: &str = "
augment.crop=48
augment.rotation.on=true
model.filters=8
model.dense=4
train.epochs=3
train.batch_size=8
train.steps_per_epoch=1
train.optimizer.use_ema=true
train.callbacks.checkpoint_every=2
";

/// What is done one after the other, each with the number of extensions that the run has once it is begun.
const STAGES: [(&[&str], u32); 3] = [
    (&["train", "--threads", "1", "--device", "cpu"], 0),
    (&["resume", "last", "--more", "1"], 1),
    (&["resume", "last", "--rate", "0.0005", "--more", "1"], 2),
];
const KILLS: u32 = 20;
const KILLS_A_STAGE: u32 = 3;

/// All that a run says is of one epoch and of the same weights.
pub fn agrees(run: &Run, case: &str) {
    let view = run.view().unwrap_or_else(|problem| panic!("{case}: {problem}"));
    let info = &view.info;
    assert_eq!(view.history.len(), info.epochs_done as usize, "{case}: a history of other epochs");
    let weights = run.info.stored.weights.then(|| run.weights().unwrap_or_else(|problem| panic!("{case}: {problem}")).1);
    assert_eq!(weights, info.weights, "{case}: other weights than the run names");
    assert!(weights.is_some() || (info.epochs_done == 0 && info.status != RunStatus::Finished), "{case}: no weights");
    let same = |id: Option<WeightsId>| id.is_none() || id == info.weights;
    assert!(same(view.report.as_ref().and_then(|report| report.weights)), "{case}: a report of other weights");
    assert!(same(run.info.scores.as_ref().and_then(|scores| scores.weights)), "{case}: scores of other weights");
}

/// The one run, if there is one yet.
fn run(home: &Path, case: &str) -> Option<Run> {
    let (runs, problems) = RunStore::at(home).list();
    assert!(problems.is_empty() && runs.len() <= 1, "{case}: {problems:?}");
    let run = RunStore::at(home).find(&runs.first()?.id).unwrap_or_else(|problem| panic!("{case}: {problem}"));
    agrees(&run, case);
    Some(run)
}

/// What a stage must end with, however often it was killed.
#[derive(PartialEq)]
struct End {
    weights: Vec<Vec<u8>>,
    history: Vec<EpochRecord>,
    report: Report,
    settings: Settings,
}

impl End {
    fn of(run: &Run) -> Self {
        let timeless = |record: &EpochRecord| EpochRecord { seconds: 0.0, pictures_per_second: 0.0, ..*record };
        let kept = (1..=run.info.epochs_done).map(|epoch| run.epoch_path(epoch)).filter(|path| path.exists());
        Self {
            weights: kept.chain([run.best_path()]).map(|path| fs::read(path).expect("weights")).collect(),
            history: run.history().iter().map(timeless).collect(),
            report: run.report().expect("judged"),
            settings: run.settings().expect("settings"),
        }
    }
}

/// What is left to do of a stage; `None` once it is over.
fn next(run: Option<&Run>, stage: usize, data: &Path) -> Option<Vec<String>> {
    let (arguments, extensions) = STAGES[stage];
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match run.map(|run| &run.info) {
        None => {
            let [faces, settings] = ["faces", "settings"].map(|name| data.join(name).to_string_lossy().into_owned());
            Some([words(STAGES[0].0), words(&["--data", &faces, "--settings", &settings])].concat())
        }
        Some(info) if info.extensions < extensions => Some(words(arguments)),
        Some(info) if info.status == RunStatus::Finished && info.scores.is_some() => None,
        Some(_) => Some(words(&["resume", "last"])),
    }
}

fn start(home: &Path, arguments: &[String]) -> Program {
    Program::start(home, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_program_that_is_killed_anywhere_ends_with_the_same_bits() {
    let data = tempfile::tempdir().expect("a folder");
    fs::write(data.path().join("settings"), SETTINGS).expect("written");
    let mut random = Random::new(18, Purpose::Preview, &[]);
    for number in 0..30 {
        let path = data.path().join(format!("faces/{}/{number}.bmp", ["dark", "bright"][number % 2]));
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        let pixels: Vec<u8> = (0..48 * 48 * 3).map(|_| 60 + 60 * (number % 2) as u8 + (random.bits() % 60) as u8).collect();
        image::save_buffer(path, &pixels, 48, 48, image::ColorType::Rgb8).expect("written");
    }
    // Undisturbed: what each stage ends with, and how many lines it prints.
    let whole = tempfile::tempdir().expect("a folder");
    let mut expected = Vec::new();
    for stage in 0..STAGES.len() {
        let arguments = next(run(whole.path(), "undisturbed").as_ref(), stage, data.path()).expect("something to do");
        let lines = start(whole.path(), &arguments).finish();
        expected.push((End::of(&run(whole.path(), "undisturbed").expect("a run")), lines));
    }
    let (mut kills, mut rounds) = (0, 0);
    while kills < KILLS {
        let home = tempfile::tempdir().expect("a folder");
        let mut moments = Vec::new();
        for (stage, (end, lines)) in expected.iter().enumerate() {
            let mut killed = 0;
            loop {
                let case = format!("round {rounds}, stage {stage} after kills at {moments:?}");
                let run = run(home.path(), &case);
                let Some(arguments) = next(run.as_ref(), stage, data.path()) else {
                    assert!(End::of(&run.expect("a run")) == *end, "{case}: it ended otherwise");
                    break;
                };
                let mut program = start(home.path(), &arguments);
                if killed == KILLS_A_STAGE || kills == KILLS {
                    program.finish();
                    continue;
                }
                let line = random.below(*lines + 1);
                (0..line).for_each(|_| drop(program.line()));
                linger(&mut random);
                program.kill();
                moments.push((stage, line));
                (killed, kills) = (killed + 1, kills + 1);
            }
        }
        rounds += 1;
    }
    println!("{kills} kills in {rounds} rounds of {} stages", STAGES.len());
}
