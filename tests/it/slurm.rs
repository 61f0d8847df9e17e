//! What is handed to Slurm, and what is read from it: with commands of its names that answer as it does. `.ci/slurm` does the
//! same with a real one.
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use trombine::run::RunStore;

use crate::support;

/// A folder with commands of these names, each a shell script.
fn commands(folder: &Path, scripts: &[(&str, &str)]) -> PathBuf {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("made");
    for (name, script) in scripts {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("may be run");
    }
    bin
}

#[test]
fn an_array_job_trains_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("it's home");
    let scripts = [
        ("sbatch", "echo \"$@\" > \"$(dirname \"$0\")/asked\"; echo '17;cluster'"),
        ("squeue", "echo '17_1|RUNNING|node7'; echo '17_3|PENDING|'"),
        ("sacct", "echo '17_1|PENDING|None assigned'; echo '17_2|COMPLETED|node6'"),
        ("scancel", "echo \"$@\" > \"$(dirname \"$0\")/cancelled\""),
    ];
    let bin = commands(folder.path(), &scripts);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let call = |path: &str, arguments: &[&str]| {
        let mut command = support::program(&home);
        support::outcome(command.env("PATH", path).args(["--lang", "en", "experiment"]).args(arguments))
    };
    let small = ["--sample", "--device", "cpu", "--threads", "1", "--epochs", "1", "--set", "augment.crop=48"];
    let smaller = ["--set", "model.filters=8", "--set", "model.dense=4", "--set", "train.steps_per_epoch=2"];
    let (status, _, err) = call(&path, &[&["curve", "--shares", "30,60,100", "--no-run"], &small[..], &smaller].concat());
    assert_eq!(status, 0, "{err}");
    let (status, _, err) = call("/nowhere", &["submit", "last", "--on", "slurm"]);
    assert!(status == 1 && err.contains("Slurm’s sbatch is not on this machine"), "{err}");
    let template = folder.path().join("site.sh");
    fs::write(&template, "#SBATCH --qos=night\nmodule() { :; }\nmodule load gcc\n").expect("written");
    let template = template.to_str().expect("UTF-8");
    let asked = ["--partition", "main", "--time", "1:00:00", "--sbatch=--gres=gpu:1", "--template", template];
    let (status, out, err) = call(&path, &[&["submit", "last", "--on", "slurm"], &asked[..]].concat());
    assert!(status == 0 && out.contains("Slurm’s job 17, 3\u{a0}tasks"), "{out}{err}");
    let script = PathBuf::from(fs::read_to_string(bin.join("asked")).expect("asked").trim().trim_start_matches("--parsable "));
    let text = fs::read_to_string(&script).expect("a script");
    for line in ["--array=1,2,3", "--partition=main", "--time=1:00:00", "--gres=gpu:1", "--qos=night", "--requeue"] {
        assert!(text.contains(&format!("\n#SBATCH {line}\n")), "{line} is not in:\n{text}");
    }
    assert!(text.contains("\nmodule load gcc\n"), "{text}");

    // A task is this script with its number.
    let task = |number: &str| support::outcome(Command::new("bash").arg(&script).env("SLURM_ARRAY_TASK_ID", number));
    let (status, out, err) = task("2");
    assert!(status == 0 && out.contains("All epochs are done"), "{out}{err}");
    assert_eq!(RunStore::at(&home).list().0.len(), 1);
    let (_, out, _) = call(&path, &["show", "last"]);
    let line = |number: usize| out.lines().find(|line| line.trim_start().starts_with(&format!("{number}  "))).expect("a line");
    assert!(line(1).contains("waiting") && line(1).ends_with("Slurm RUNNING node7"), "{out}");
    assert!(line(2).contains("finished") && !line(2).contains("Slurm"), "{out}");
    assert!(line(3).ends_with("Slurm PENDING"), "{out}");

    // Called off, also there; what is begun afterwards does nothing. Submitted again, only what is missing is.
    let (status, _, err) = call(&path, &["cancel", "last"]);
    assert_eq!((status, fs::read_to_string(bin.join("cancelled")).expect("called").trim()), (0, "--full 17"), "{err}");
    task("1");
    assert_eq!(RunStore::at(&home).list().0.len(), 1);
    let (status, out, err) = call(&path, &["submit", "last", "--on", "slurm"]);
    assert!(status == 0 && out.contains("2\u{a0}tasks"), "{out}{err}");
    assert!(fs::read_to_string(&script).expect("a script").contains("\n#SBATCH --array=1,3\n"));
    assert_eq!(["1", "3"].map(|number| task(number).0), [0, 0]);
    let (status, _, err) = call(&path, &["submit", "last", "--on", "slurm"]);
    assert!(status == 1 && err.contains("are finished"), "{err}");
}

/// Slurm's own limit is 1,001, and an experiment may have twice as many runs. The home has a sign that Slurm would replace.
#[test]
fn more_runs_than_an_array_may_have_become_several_arrays() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("50% home");
    let sbatch = "here=$(dirname \"$0\"); n=$(ls \"$here\" | grep -c '^asked'); echo \"$@\" > \"$here/asked-$n\"
if [ \"$n\" = 1 ] && [ -e \"$here/full\" ]; then echo 'QOSMaxSubmitJob' >&2; exit 1; fi
echo \"$((17 + n));cluster\"";
    let scripts = [
        ("sbatch", sbatch),
        ("scontrol", "echo 'MaxArraySize            = 3'; echo 'MaxArraySizeOfOthers = 9'"),
        ("squeue", "echo \"$@\" > \"$(dirname \"$0\")/queue\"; echo '17_2|RUNNING|node7'; echo '18_1|PENDING|'"),
        ("sacct", ""),
        ("scancel", "echo \"$@\" > \"$(dirname \"$0\")/cancelled\""),
    ];
    let bin = commands(folder.path(), &scripts);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let call = |arguments: &[&str]| {
        let mut command = support::program(&home);
        support::outcome(command.env("PATH", &path).args(["--lang", "en", "experiment"]).args(arguments))
    };
    let read = |name: &str| fs::read_to_string(bin.join(name)).expect("called").trim().to_owned();
    let small = ["--sample", "--device", "cpu", "--threads", "1", "--epochs", "1", "--set", "augment.crop=48"];
    let smaller = ["--set", "model.filters=8", "--set", "model.dense=4", "--set", "train.steps_per_epoch=2"];
    let (status, _, err) = call(&[&["curve", "--shares", "30,60,100", "--no-run"], &small[..], &smaller].concat());
    assert_eq!(status, 0, "{err}");

    // All or none: what was taken of it is called off, for nothing would know of it.
    fs::write(bin.join("full"), "").expect("written");
    let (status, _, err) = call(&["submit", "last", "--on", "slurm"]);
    assert!(status == 1 && err.contains("Slurm’s sbatch refused"), "{err}");
    assert_eq!(read("cancelled"), "17");
    for file in ["full", "asked-0", "asked-1", "cancelled"] {
        fs::remove_file(bin.join(file)).expect("removed");
    }

    let (status, out, err) = call(&["submit", "last", "--on", "slurm"]);
    assert!(status == 0 && out.contains("Slurm’s jobs 17 + 18, 3\u{a0}tasks"), "{out}{err}");
    let (first, second) = (read("asked-0"), read("asked-1"));
    let script = first.strip_prefix("--parsable --array=1,2 ").expect("two tasks");
    assert_eq!(second, format!("--parsable --array=1 {script} 2"));
    let text = fs::read_to_string(script).expect("a script");
    let logs = text.lines().find(|line| line.starts_with("#SBATCH --output=")).expect("logs");
    assert!(logs.contains("/50%% home/") && logs.ends_with("/slurm-%A_%a.log\""), "{logs}");
    let (_, out, _) = call(&["show", "last"]);
    let line = |number: usize| out.lines().find(|line| line.trim_start().starts_with(&format!("{number}  "))).expect("a line");
    assert!(
        !line(1).contains("Slurm") && line(2).ends_with("Slurm RUNNING node7") && line(3).ends_with("Slurm PENDING"),
        "{out}"
    );
    assert!(read("queue").ends_with("-j 17,18"), "{}", read("queue"));
    // The first task of the second array is the third run.
    let (status, out, err) = support::outcome(Command::new("bash").args([script, "2"]).env("SLURM_ARRAY_TASK_ID", "1"));
    assert_eq!(status, 0, "{out}{err}");
    let (_, out, _) = call(&["show", "last"]);
    assert_eq!(out.lines().filter(|line| line.contains("finished")).count(), 1, "{out}");
    let third = out.lines().find(|line| line.trim_start().starts_with("3  ")).expect("a line");
    assert!(third.contains("finished"), "{out}");
    let (status, _, err) = call(&["cancel", "last"]);
    assert_eq!((status, read("cancelled").as_str()), (0, "--full 17 18"), "{err}");
}
