//! What engines take of memory is known before, and compared with what there is.

use std::{fs, path::Path, process::Command};

use trombine::{
    engine::{EngineConfig, cpu::CpuEngine, gpu, memory},
    memory::{Available, Limit},
    model::{Activation, ModelSettings, Pooling},
    optimizer::{OptimizerKind, OptimizerSettings},
    plan::Plan,
    problem::Kind,
};

use crate::{
    engine_cases::{case_numbers, config, gpu_is_there, random_case_of_any_output, small},
    picture_folder::Folder,
    support,
    training::{dataset, settings},
};

#[test]
fn the_processor_takes_what_was_counted() {
    let clipped = OptimizerSettings { global_clipnorm: 1.0, use_ema: true, ..Default::default() };
    let plain = OptimizerSettings { kind: OptimizerKind::Sgd, momentum: 0.0, ..Default::default() };
    let norm = ModelSettings { batch_norm_conv: true, batch_norm_dense: true, activation: Activation::Gelu, ..small() };
    let pooled = ModelSettings { pooling: Pooling::GlobalAverage, filters: vec![8, 24, 40], dense: vec![], ..small() };
    let chosen = [
        config(&ModelSettings::default(), 112),
        EngineConfig { optimizer: clipped, threads: Some(3), ..config(&norm, 40) },
        EngineConfig { optimizer: plain, threads: Some(1), batch_size: 7, ..config(&pooled, 32) },
    ];
    for config in chosen.into_iter().chain(case_numbers(20).map(|number| random_case_of_any_output(number).0)) {
        let engine = CpuEngine::new(&config).expect("opens");
        assert_eq!(CpuEngine::bytes_for(&config).expect("layers of settings"), engine.bytes(), "{config:?}");
    }
}

#[test]
fn a_software_card_takes_its_buffers_of_main_memory() {
    if !gpu_is_there() {
        return;
    }
    let first = gpu::first().expect("there is one");
    let (small, large) = (config(&ModelSettings::default(), 112), config(&ModelSettings::default(), 128));
    let [less, more] = [&small, &large].map(|config| gpu::check(config, &first.id).expect("it fits"));
    if first.kind == trombine::engine::DeviceKind::SoftwareGraphics {
        let buffers = gpu::memory(&small.network, small.batch_size);
        assert_eq!(less, buffers.expect("layers of settings"));
        assert!(more > less && memory::engine(&first.id, &large).expect("it fits") > more);
    } else {
        assert_eq!([less, more], [0, 0], "the card's own");
    }
}

#[test]
fn a_training_that_does_not_fit_names_the_numbers_and_a_batch_that_does() {
    let config = EngineConfig { batch_size: 32, ..config(&ModelSettings::default(), 112) };
    let need = |config: &EngineConfig| Ok(memory::engine("cpu", config)? + memory::training(config));
    let of = |batch_size: usize| need(&EngineConfig { batch_size, ..config.clone() }).expect("layers of settings");
    let compare = |bytes: u64, limit: Limit| memory::compare(&config, Some(Available { bytes, limit }), &need);
    assert!(compare(of(32), Limit::Machine).is_ok() && memory::compare(&config, None, &need).is_ok());
    assert!(of(8) < of(16), "a smaller batch takes less");

    let problem = compare(of(8), Limit::Container).expect_err("it does not fit");
    assert_eq!((problem.kind, problem.setting.as_deref()), (Kind::OutOfMemory, Some("train.batch_size")));
    assert!(problem.remedy.en.contains("batches of 8,"), "{problem}");
    assert!(problem.what.en.ends_with("is free in this container"), "{problem}");

    let problem = compare(of(1) - 1, Limit::AddressSpace).expect_err("no batch fits");
    assert_eq!(problem.setting.as_deref(), Some("model.filters"));
    assert!(!problem.remedy.en.contains("batches") && problem.what.en.contains("ulimit -v"), "{problem}");
}

#[test]
fn a_plan_that_no_machine_holds_is_refused_before_anything_is_asked_for() {
    let mut settings = settings();
    // 8.6 GB of weights, of which a training with Adam keeps more than ten copies.
    (settings.model.filters, settings.model.dense) = (vec![512], vec![1024; 5]);
    settings.augment.crop = 128;
    settings.train.batch_size = 256;
    match Plan::new(&settings, dataset(40)) {
        Err(problems) => {
            let kinds: Vec<Kind> = problems.iter().map(|problem| problem.kind).collect();
            assert_eq!(kinds, [Kind::OutOfMemory], "{problems:?}");
            assert!(problems[0].what.en.contains("GB of memory, and"), "{problems:?}");
        }
        Ok(_) => support::skip("machine: less than 150 GB", "this machine holds the largest network"),
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("written");
}

#[test]
fn the_least_of_all_limits_counts() {
    let home = tempfile::tempdir().expect("a folder");
    let (proc, groups) = (home.path().join("proc"), home.path().join("cgroup"));
    let read = |reserved| Available::read(&proc, &groups, reserved);
    assert_eq!(read(0), None, "nobody knows");
    write(&proc.join("meminfo"), "MemTotal:  9000000 kB\nMemAvailable:    4000000 kB\n");
    assert_eq!(read(0), Some(Available { bytes: 4_096_000_000, limit: Limit::Machine }));

    // Version 2: the group's own limit is none, the one above it has one. Pages of files can be dropped.
    write(&proc.join("self/cgroup"), "5:cpu:/x\n0::/user/app\n");
    write(&groups.join("user/app/memory.max"), "max\n");
    write(&groups.join("user/memory.max"), "3000000000\n");
    write(&groups.join("user/memory.current"), "2000000000\n");
    write(&groups.join("user/memory.stat"), "anon 5\ninactive_file 500000000\n");
    assert_eq!(read(0), Some(Available { bytes: 1_500_000_000, limit: Limit::Container }));

    // Version 1.
    write(&proc.join("self/cgroup"), "4:memory:/docker/1\n3:cpuset:/\n");
    write(&groups.join("memory/docker/1/memory.limit_in_bytes"), "1000000000\n");
    write(&groups.join("memory/docker/1/memory.usage_in_bytes"), "400000000\n");
    write(&groups.join("memory/docker/1/memory.stat"), "total_inactive_file 100000000\n");
    assert_eq!(read(0), Some(Available { bytes: 700_000_000, limit: Limit::Container }));

    write(&proc.join("self/status"), "VmPeak:\t 900 kB\nVmSize:\t  200000 kB\n");
    write(&proc.join("self/limits"), "Max address space         unlimited            unlimited            bytes     \n");
    assert_eq!(read(4).map(|there| there.limit), Some(Limit::Container));
    write(&proc.join("self/limits"), "Max address space         700000000            unlimited            bytes     \n");
    assert_eq!(read(0), Some(Available { bytes: 495_200_000, limit: Limit::AddressSpace }));
    assert_eq!(read(495_200_001), Some(Available { bytes: 0, limit: Limit::AddressSpace }), "what is reserved takes it all");
}

/// The program with `kilobytes` of address space; gives its status, none if a signal ended it, and what it said.
#[cfg(unix)]
fn limited(home: &Path, kilobytes: u64, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -v {kilobytes} && exec \"$0\" \"$@\"")).arg(env!("CARGO_BIN_EXE_trombine"));
    let output = command.args(["--lang", "en"]).args(arguments).env("TROMBINE_HOME", home).output().expect("a shell");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// 2,000 pictures of 256 pixels are 390 MB, and the cache cannot be written.
#[test]
#[cfg(target_os = "linux")]
fn pictures_that_nothing_can_hold_end_in_a_sentence() {
    let folder = Folder::utkface(2000);
    let home = folder.places().home;
    write(&folder.places().cache, "a file where the folder should be");
    let pictures = folder.root();
    let (status, said) = limited(&home, 500_000, &["check", &pictures.display().to_string(), "--image-size", "256"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("in memory the pictures take about") && said.contains("ulimit -v"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn little_address_space_ends_in_a_sentence() {
    let folder = Folder::utkface(40);
    let (home, pictures) = (folder.beside("home"), folder.root());
    let data = format!("--data={}", pictures.display());
    let quick = ["--epochs=1", "--set=train.steps_per_epoch=1", "--set=augment.crop=48", "--device=cpu"];
    let train = |megabytes: u64, more: &[&str]| {
        let (status, said) = limited(&home, 1024 * megabytes, &[&["train", &data], &quick[..], more].concat());
        assert!(
            !said.contains("panicked") && status.is_some_and(|status| status < 2),
            "{megabytes} MB, {more:?}: {status:?} {said}"
        );
        assert!(status == Some(0) || said.contains("ulimit -v"), "{megabytes} MB, {more:?}: {said}");
        (status, said)
    };
    let small = ["--set=model.filters=8", "--set=model.dense=4", "--threads=1"];
    let large = ["--set=model.filters=512", "--set=model.dense=1024", "--threads=1"];
    let crowded = ["--set=model.filters=8", "--set=model.dense=4", "--threads=256"];
    for megabytes in [200, 400, 500, 600, 800, 1200] {
        train(megabytes, &small);
        train(megabytes, &large);
    }
    assert_eq!(train(4000, &small).0, Some(0), "4 GB are enough for a small network");
    let (status, said) = train(8000, &large);
    assert!(status == Some(1) && said.contains("GB of memory, and"), "{said}");
    assert_eq!(train(4000, &crowded).0, Some(1), "256 threads take more than that");
}
