//! A run evaluated on another folder: what is shown is what is exported, and stays shown.

use std::{fs, path::Path, sync::Arc};

use trombine::{
    control::Control,
    data::sample::Source,
    plan::Plan,
    problem::{Kind, Problem},
    run::{
        RunStore,
        export::{ExportOptions, Format},
    },
    session::Session,
    worker::{self, Command, Envelope, JobId},
};

use crate::{
    picture_folder::{Folder, utkface_name},
    training,
};

/// A trained run, and another folder on which it was evaluated.
struct Bench {
    own: Folder,
    other: Folder,
    home: tempfile::TempDir,
    session: Session,
    run: String,
}

impl Bench {
    fn new() -> Self {
        let (own, other) = (Folder::utkface(40), Folder::new());
        for i in 0..12 {
            other.picture(&utkface_name(500 + i), 1000 + i as u32);
        }
        let home = tempfile::tempdir().expect("a folder");
        let mut bench = Self { own, other, home, session: Session::default(), run: String::new() };
        let mut settings = training::settings();
        settings.train.epochs = 1;
        let plan = Plan::new(&settings, Arc::new(bench.own.open().expect("pictures"))).expect("a plan");
        bench.perform(Command::Train(Box::new(Plan { device: "cpu".to_owned(), ..plan }))).expect("trained");
        bench.run = bench.shown().info.id.clone();
        let (run, device) = (bench.run.clone(), "cpu".to_owned());
        let source = Some(bench.other.source());
        bench.perform(Command::Evaluate { run, source, open: None, device, mirrored: None }).expect("evaluated");
        assert!(bench.shown().evaluated_elsewhere());
        bench
    }

    fn store(&self) -> RunStore {
        RunStore::at(self.home.path())
    }

    /// As the window does it.
    fn perform(&mut self, command: Command) -> Result<(), Problem> {
        let mut events = Vec::new();
        let result = worker::perform(command, &self.store(), &Control::default(), &mut |event| events.push(event));
        events.into_iter().for_each(|event| self.session.apply(Envelope { job: JobId::default(), event }));
        result
    }

    fn shown(&self) -> &trombine::run::RunView {
        self.session.run.as_deref().expect("one is shown")
    }

    fn export(&mut self, format: Format, path: &Path, elsewhere: bool) -> Result<(), Problem> {
        let elsewhere = self.session.run.clone().filter(|_| elsewhere);
        let options = ExportOptions { mistakes: true, ..ExportOptions::default() };
        let dataset = self.session.pictures();
        let (run, path) = (self.run.clone(), path.to_owned());
        self.perform(Command::Export { run, format, path, options, dataset, elsewhere })
    }
}

#[test]
fn what_is_shown_of_another_folder_is_what_is_exported() {
    let mut bench = Bench::new();
    let out = tempfile::tempdir().expect("a folder");
    let [others, own] = ["others.csv", "own.csv"].map(|name| out.path().join(name));
    bench.export(Format::Csv, &others, true).expect("written");
    bench.export(Format::Csv, &own, false).expect("written");
    let rows = |path: &Path| fs::read_to_string(path).expect("a table").lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&others).len(), 12);
    assert!(rows(&others).iter().all(|row| row.split(',').nth(1) == Some("other")), "{:?}", rows(&others));
    assert!(rows(&own).iter().any(|row| row.split(',').nth(1) == Some("test")), "{:?}", rows(&own));

    // The folder is named, in both languages; a picture of a mistake is one of its own.
    let Source::Folder(folder) = bench.other.source() else { panic!("a folder") };
    let name = folder.file_name().expect("it has one").to_string_lossy().into_owned();
    let page = out.path().join("report.html");
    bench.export(Format::Report, &page, true).expect("written");
    let page = fs::read_to_string(&page).expect("a page");
    for said in [
        format!("Evaluated on the pictures of “{name}”, not on the run’s own test part"),
        format!("12 pictures of another folder, “{name}”."),
        format!("12 images d’un autre dossier, «\u{a0}{name}\u{a0}»."),
    ] {
        assert!(page.contains(&said), "{said}");
    }
    let report = bench.shown().report.clone().expect("evaluated");
    let mistakes = report.mistakes(report.threshold).len();
    assert_eq!(page.matches("class=\"face f").count(), 2 * mistakes);

    // The model is the run's, with what is kept with it.
    let folder = out.path().join("weights");
    bench.export(Format::Safetensors, &folder, true).expect("written");
    let own = bench.store().find(&bench.run).expect("a run").report().expect("evaluated");
    let kept = RunStore::at(out.path()).import(&folder).expect("a run").report().expect("with its report");
    assert_eq!((kept.part, kept.predictions), (own.part, own.predictions));

    // Nor is anything written among those pictures.
    let among = bench.other.root().join("predictions.csv");
    let refused = bench.export(Format::Csv, &among, true).expect_err("pictures lie there");
    assert_eq!(refused.kind, Kind::Taken, "{refused}");
}

#[test]
fn a_threshold_that_is_kept_leaves_the_evaluation_of_another_folder_shown() {
    let mut bench = Bench::new();
    let before = bench.shown().report.clone().expect("evaluated");
    bench.perform(Command::KeepThreshold { run: bench.run.clone(), threshold: 0.7, temperature: 1.0 }).expect("kept");
    let shown = bench.shown();
    assert!(shown.evaluated_elsewhere());
    let report = shown.report.as_ref().expect("still there");
    assert_eq!((&report.predictions, report.threshold), (&before.predictions, 0.7));
    let own = bench.store().find(&bench.run).expect("a run").report().expect("evaluated");
    assert_eq!((own.threshold, own.part.is_some()), (0.7, true));
    // What is compared is the run's own, with the threshold.
    let compared = bench.session.views[&bench.run].report.clone().expect("its own");
    assert_eq!((compared.threshold, compared.part), (0.7, own.part));

    // Of a run whose own pictures were never evaluated, or only with earlier weights, nothing is kept; that is said.
    fs::remove_file(bench.store().find(&bench.run).expect("a run").folder.join("report.json")).expect("removed");
    let refused = bench.perform(Command::KeepThreshold { run: bench.run.clone(), threshold: 0.6, temperature: 1.0 });
    assert!(refused.is_err_and(|problem| problem.what.en.contains("cannot be kept")));
    assert!(bench.shown().evaluated_elsewhere());
    // Opened anew it shows its own.
    let run = bench.run.clone();
    bench.perform(Command::OpenRun(run)).expect("opened");
    assert!(!bench.shown().evaluated_elsewhere());
}
