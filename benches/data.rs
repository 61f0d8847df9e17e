//! What surrounds the steps, on a folder of pictures: `cargo bench --bench data -- ingest DIR` (first opening: scan, hash,
//! decode, resize, cache) and `… -- epoch DIR [--preset recommended] [--epochs 2] [--size 112]` (whole epochs from the
//! cache, training and validation, in turns with their steps alone on pictures already in memory; and the peak memory after
//! each).
#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark says that it cannot run")]

use std::{path::Path, process::ExitCode, sync::Arc, time::Instant};

use trombine::{
    control::Control,
    data::{
        self,
        batch::{Batches, Form},
        dataset::Dataset,
        edits::Edits,
        sample::{Part, Source},
    },
    engine::{self, Engine, Step},
    files::AppDirs,
    plan::Plan,
    preset::Preset,
    problem::{Kind, Problem},
    setting_def::Choice,
    text::say,
};

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |name: &str, default: u32| {
        let value = arguments.iter().position(|argument| argument == name).and_then(|i| arguments.get(i + 1)?.parse().ok());
        value.unwrap_or(default)
    };
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["ingest", folder] => ingest(Path::new(folder)),
        ["epoch", folder, ..] => {
            let preset = arguments.iter().position(|argument| argument == "--preset").and_then(|i| arguments.get(i + 1));
            let preset = preset.and_then(|key| Preset::of_key(key)).unwrap_or_default();
            epochs(Path::new(folder), preset, number("--epochs", 2), number("--size", 112))
        }
        _ => {
            eprintln!("usage: ingest DIR | epoch DIR [--preset KEY] [--epochs N] [--size PIXELS]");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// The folder's data set, with its cache in `dirs`.
fn open(folder: &Path, dirs: &AppDirs) -> Result<Dataset, Problem> {
    let open =
        data::open_in(dirs, &Source::Folder(folder.to_owned()), &Edits::default(), &Control::default(), &mut |_, _, _| {})?;
    Ok(Arc::unwrap_or_clone(open.dataset))
}

fn temporary() -> Result<tempfile::TempDir, Problem> {
    tempfile::tempdir().map_err(|e| {
        Problem::new(
            Kind::Disk,
            say("No temporary folder", "Pas de dossier temporaire"),
            say("Free some space", "Libérez de la place"),
        )
        .because(e)
    })
}

/// First and second opening.
fn ingest(folder: &Path) -> Result<(), Problem> {
    let home = temporary()?;
    let dirs = AppDirs::at(home.path());
    for what in ["first opening", "second opening"] {
        let start = Instant::now();
        let pictures = open(folder, &dirs)?.samples.len() as f64;
        let seconds = start.elapsed().as_secs_f64();
        println!("{what}: {:.1} pictures/s, {seconds:.2} s", pictures / seconds);
    }
    Ok(())
}

/// Whole epochs in turns with their steps alone.
fn epochs(folder: &Path, preset: Preset, epochs: u32, size: u32) -> Result<(), Problem> {
    let home = temporary()?;
    let dataset = Arc::new(open(folder, &AppDirs::at(home.path()))?);
    let mut settings = preset.settings();
    settings.augment.crop = size;
    let plan = Plan::new(&settings, dataset).map_err(|mut problems| problems.swap_remove(0))?;
    let mut engine = engine::open(&plan.device, &plan.engine_config())?;
    let mut batches = plan.training_batches(Form::Pixels, 0);
    let (steps, checks) = (plan.steps_per_epoch, plan.batches(Part::Validation));
    let pictures = (plan.indices(Part::Train).len() + plan.indices(Part::Validation).len()) as f64;
    let fixed = batches.next().ok_or_else(Problem::cancelled)??;
    let mut index = 0;
    let mut train = |engine: &mut dyn Engine, batch: &data::batch::Batch| {
        index += 1;
        engine.train_batch(&batch.view(), Step { index, learning_rate: 1e-4 }).map(drop)
    };
    let mut logits = vec![0.0; fixed.len()];
    for epoch in 1..=epochs {
        let start = Instant::now();
        for _ in 0..steps {
            train(engine.as_mut(), &fixed)?;
        }
        for _ in 0..checks {
            engine.predict(&fixed.pixels, &mut logits)?;
        }
        let alone = start.elapsed().as_secs_f64();
        let start = Instant::now();
        for _ in 0..steps {
            let batch = batches.next().ok_or_else(Problem::cancelled)??;
            train(engine.as_mut(), &batch)?;
            batches.recycle(batch);
        }
        let samples = plan.indices(Part::Validation);
        for batch in Batches::evaluation(
            Form::Pixels,
            plan.dataset.clone(),
            samples,
            &settings.augment,
            settings.train.batch_size as usize,
            plan.network.output,
        ) {
            let batch = batch?;
            engine.predict(&batch.pixels, &mut logits[..batch.len()])?;
        }
        let whole = start.elapsed().as_secs_f64();
        let memory = peak_memory().map_or_else(String::new, |megabytes| format!(", peak {megabytes} MB"));
        println!(
            "epoch {epoch}: {:.1} pictures/s, {whole:.2} s, {:.3} times its {:.2} s of steps alone{memory}",
            pictures / whole,
            whole / alone,
            alone
        );
    }
    Ok(())
}

/// The most memory this process ever had, in MB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
