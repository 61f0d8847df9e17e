//! Experiments: which runs they are, how they are trained, and what is said of them.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use trombine::{
    control::{Control, Signal},
    data::task::Task,
    evaluate::{Interval, Metric, significance::MeanCi},
    experiment::{
        CurveFit, Design, Draft, Experiment, ExperimentStore, ExperimentView, LearningCurvePoint, MemberRecord, MemberState,
        Recipe, SHARES, Values, Vary,
    },
    plan::{AUTOMATIC, Plan},
    preset::Preset,
    problem::{Kind, Problem},
    run::{RunStatus, RunStore},
    settings::Settings,
    text::Lang,
    train::event::TrainEvent,
    worker::{self, Command, Event},
};

use crate::{cli::call, training};

fn near(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} is not {b}");
}

/// ```python
/// x = np.array([.931, .942, .938, .944, .929])
/// x.mean(), x.std(ddof=1), scipy.stats.t.interval(.95, 4, x.mean(), x.std(ddof=1) / np.sqrt(5))
/// ```
#[test]
fn spreads_are_those_of_scipy() {
    let spread = MeanCi::of(&[0.931, 0.942, 0.938, 0.944, 0.929]).expect("there are some");
    near(spread.mean, 0.9368, 1e-12);
    near(spread.deviation.expect("of five"), 0.006610597552415313, 1e-12);
    let range = spread.range.expect("of five");
    near(range.low, 0.928591859012552, 1e-6);
    near(range.high, 0.9450081409874481, 1e-6);
    // Of two values Student's range is wide: t.interval(0.95, 1, loc=0.98, scale=0.01) goes from 0.853 to 1.107.
    let wide = MeanCi::of(&[0.97, 0.99]).and_then(|spread| spread.range).expect("of two");
    near(wide.high, 1.107062, 1e-6);
    assert_eq!(Metric::Accuracy.within(wide), Interval { low: wide.low, high: 1.0 }, "no share is beyond 1");
    assert_eq!(Metric::Mae.within(Interval { low: -2.0, high: 9.0 }), Interval { low: 0.0, high: 9.0 }, "nor an error below 0");
    assert_eq!(MeanCi::of(&[0.5]).map(|one| (one.mean, one.deviation, one.range)), Some((0.5, None, None)));
    assert_eq!(MeanCi::of(&[]), None);
    // A mean that lies between 100% and 100% would promise too much.
    assert_eq!(MeanCi::of(&[1.0, 1.0]).map(|same| (same.mean, same.deviation, same.range)), Some((1.0, Some(0.0), None)));
}

/// ```python
/// p = (e * judged + 2) / (judged + 4); sigma = np.sqrt(p * (1 - p) / (judged + 4))   # of years: sigma = e
/// popt, pcov = scipy.optimize.curve_fit(lambda n, a, b, c: a * n**-b + c, n, e, p0=[2, .5, .05], sigma=sigma)
/// g = gradient of the curve by a, b, c at 2484;  half = scipy.stats.t.ppf(.975, len(n) - 3) * np.sqrt(g @ pcov @ g)
/// ```
#[test]
fn the_power_law_is_that_of_scipy() {
    let sizes = [124, 248, 497, 993, 1242, 124, 248, 497, 993, 1242];
    let points = |errors: [f64; 10]| -> Vec<LearningCurvePoint> {
        let point = |(pictures, error)| LearningCurvePoint { pictures, error, evaluated: Some(414) };
        sizes.into_iter().zip(errors).map(point).collect()
    };
    let fit = CurveFit::of(&points([0.231, 0.184, 0.148, 0.131, 0.126, 0.224, 0.189, 0.151, 0.127, 0.124])).expect("it falls");
    near(fit.a, 1.68577968, 2e-5);
    near(fit.b, 0.49740319, 2e-6);
    near(fit.c.expect("it can be told"), 0.0750777, 2e-7);
    let twice = fit.twice();
    assert_eq!(twice.pictures, 2484);
    near(twice.error, 0.10959537895124244, 1e-7);
    near(twice.range.low, 0.10128605572646174, 2e-6);
    near(twice.range.high, 0.11790470217602314, 2e-6);
    // The best constant is below 0: it is left out.
    let fit = CurveFit::of(&points([0.312, 0.241, 0.187, 0.151, 0.143, 0.298, 0.252, 0.192, 0.146, 0.139])).expect("it falls");
    assert_eq!(fit.c, None);
    near(fit.a, 1.59748843, 2e-5);
    near(fit.b, 0.34219721, 2e-6);
    near(fit.twice().error, 0.11005918846650542, 1e-7);
    near(fit.twice().range.low, 0.10476718590891422, 2e-6);
    // Years, at three sizes.
    let years =
        [(200, 9.6), (400, 8.1), (800, 7.0)].map(|(pictures, error)| LearningCurvePoint { pictures, error, evaluated: None });
    let fit = CurveFit::of(&years).expect("it falls");
    near(fit.a, 31.97299303, 2e-4);
    near(fit.b, 0.22783974, 2e-6);
    near(fit.forecast(1600).error, 5.9532952631660185, 1e-5);
    near(fit.forecast(1600).range.high, 7.0889958234327075, 1e-4);
    // Nothing is foretold of two sizes, nor where more pictures did not help.
    assert_eq!(CurveFit::of(&years[..2]), None);
    assert_eq!(
        CurveFit::of(&[100, 200, 400, 800].map(|pictures| LearningCurvePoint { pictures, error: 0.2, evaluated: Some(100) })),
        None
    );
}

fn draft(design: &Design, seeds: u32, same_split: bool) -> Draft {
    design.draft(&Preset::Quick.settings(), seeds, same_split).expect("a draft")
}

fn labels(draft: Draft) -> Vec<String> {
    let experiment = described(draft);
    (0..experiment.members.len()).map(|member| experiment.label(member).en).collect()
}

/// A draft as an experiment, in no folder.
fn described(draft: Draft) -> Experiment {
    let home = tempfile::tempdir().expect("a folder");
    let plan = training::plan(&training::settings());
    ExperimentStore::new(&RunStore::at(home.path())).create(draft, &plan).expect("it is written")
}

#[test]
fn each_question_becomes_its_runs() {
    let seeds = draft(&Design::Seeds, 3, false);
    assert_eq!(labels(seeds.clone()), ["seed 42", "seed 43", "seed 44"]);
    let settings = seeds.settings(2).expect("known");
    assert_eq!((settings.seed, settings.split.own_seed), (44, false));
    assert_eq!(seeds.name.fr, "Coup d’œil · 3\u{a0}graines");
    let same = draft(&Design::Seeds, 2, true).settings(1).expect("known");
    assert_eq!((same.seed, same.split.own_seed, same.split.seed), (43, true, 42));

    let folds = draft(&Design::Folds(3), 1, false);
    assert_eq!(labels(folds.clone()), ["fold 1 of 3", "fold 2 of 3", "fold 3 of 3"]);
    let settings = folds.settings(1).expect("known");
    assert_eq!((settings.seed, settings.split.folds, settings.split.fold), (42, 3, 2));
    assert_eq!(labels(draft(&Design::Folds(2), 2, false))[3], "seed 43 · fold 2 of 2");

    let recipes = [Preset::Quick, Preset::Recommended].map(|preset| Recipe::preset(preset, &Task::gender()));
    let mut other = Preset::Recommended.settings();
    (other.seed, other.split.train) = (7, 80);
    let theirs = Recipe { settings: other, ..recipes[1].clone() };
    let compare = draft(&Design::Compare(vec![recipes[0].clone(), theirs]), 2, false);
    assert_eq!(labels(compare.clone())[..3], ["Quick look · seed 42", "Recommended · seed 42", "Quick look · seed 43"]);
    // Split and seed are the experiment's, all else the recipe's.
    let settings = compare.settings(3).expect("known");
    assert_eq!(settings, Settings { seed: 43, ..Preset::Recommended.settings() });

    let curve = draft(&Design::Curve(SHARES.to_vec()), 1, false);
    assert_eq!(labels(curve.clone()), ["10%", "20%", "40%", "80%", "100%"].map(|share| format!("{share} of the pictures")));
    let used = |member| curve.settings(member).expect("known").split.used;
    assert_eq!((used(0), used(4)), (10, 100));

    let ablate = labels(draft(&Design::Ablate, 1, false));
    assert_eq!(ablate[0], "As it is");
    assert!(
        ablate.contains(&"without batch norm after conv".to_owned()) && ablate.contains(&"dropout 0".to_owned()),
        "{ablate:?}"
    );
    assert!(!ablate.iter().any(|label| label.contains("rotation")), "what is off cannot be switched off: {ablate:?}");
    assert!(Design::Seeds.draft(&Settings::default(), 1, false).is_err());
    assert!(Design::Compare(vec![recipes[0].clone()]).draft(&Settings::default(), 3, false).is_err());
}

#[test]
fn searches_try_all_or_draw() {
    let base = Preset::Quick.settings();
    let vary = |text: &str| Vary::parse(text, &base);
    let grid = vec![vary("model.dropout=0,0.3").expect("known"), vary("model.filters=8,16/16,32/32").expect("known")];
    let all = draft(&Design::Search { vary: grid.clone(), runs: None }, 1, false);
    assert_eq!(all.variants.len(), 6);
    assert_eq!(all.variants[0].changes, ["model.dropout=0", "model.filters=8,16"]);
    assert_eq!(all.variants[5].changes, ["model.dropout=0.3", "model.filters=32"]);
    // The recipe's own value is called by it; what is given twice is trained once.
    let own = vec![vary("model.dropout=0,0.3,0").expect("known")];
    let labels = |lang| {
        let variants = draft(&Design::Search { vary: own.clone(), runs: None }, 1, false).variants;
        variants.into_iter().map(|one| one.label.get(lang).to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(labels(Lang::En), ["dropout 0", "dropout 0.3"]);
    assert_eq!(labels(Lang::Fr), ["dropout 0", "dropout 0,3"]);
    let twice = vec![vary("model.dropout=0,0.3").expect("known"), vary("model.dropout=0.1").expect("known")];
    let refused = Design::Search { vary: twice, runs: None }.draft(&base, 1, false).expect_err("varied twice");
    assert!(refused.what.en.contains("model.dropout is varied twice"), "{refused}");
    let seeds = Design::Search { vary: vec![vary("seed=1,2").expect("known")], runs: None };
    assert_eq!(seeds.draft(&base, 1, false).expect("a question of its own").members.len(), 2);
    let refused = seeds.draft(&base, 3, false).expect_err("each seed would overwrite what is varied");
    assert!(refused.what.en.contains("seed is varied"), "{refused}");
    let ranges = ["train.optimizer.learning_rate=0.0001..0.01:log", "train.batch_size=8..64", "augment.flip=true,false"];
    let ranges: Vec<Vary> = ranges.iter().map(|text| vary(text).expect("known")).collect();
    assert!(Design::Search { vary: ranges.clone(), runs: None }.draft(&base, 1, false).is_err(), "a range has no end");
    let drawn = draft(&Design::Search { vary: ranges.clone(), runs: Some(40) }, 1, false);
    assert_eq!(drawn, draft(&Design::Search { vary: ranges, runs: Some(40) }, 1, false), "the seed decides");
    let settings: Vec<Settings> = (0..40).map(|member| drawn.settings(member).expect("known")).collect();
    let rates: Vec<f64> = settings.iter().map(|settings| settings.train.optimizer.learning_rate).collect();
    assert!(rates.iter().all(|rate| (0.0001..=0.01).contains(rate)));
    // On a logarithmic scale half of them are below the middle, 0.001.
    let below = rates.iter().filter(|rate| **rate < 0.001).count();
    assert!((12..=28).contains(&below), "{below}");
    assert!(settings.iter().all(|settings| (8..=64).contains(&settings.train.batch_size)));
    // Three digits of 0.9996 are 1, which it may not be.
    let near = vary("train.optimizer.beta_2=0.99..0.9999").expect("known");
    let drawn = draft(&Design::Search { vary: vec![near], runs: Some(30) }, 1, false);
    let betas = (0..30).map(|member| drawn.settings(member).expect("known").train.optimizer.beta_2);
    assert!(betas.clone().all(|beta| (0.99..=0.9999).contains(&beta)), "{:?}", betas.collect::<Vec<_>>());
    let spaced = Vary::spaced("train.optimizer.beta_2", [0.5, 0.99999], 3, false, false);
    assert_eq!(spaced.values, Values::Each(vec!["0.5".into(), "0.75".into(), "0.99999".into()]));
    // A hundred millions are counted, not made.
    let hundred = Values::Each((0..100).map(|value| format!("0.{value:02}")).collect());
    let many = ["model.dropout", "train.optimizer.beta_1", "train.optimizer.beta_2", "train.label_smoothing"]
        .map(|key| Vary { key: key.to_owned(), values: hundred.clone() });
    let refused = Design::Search { vary: many.into(), runs: None }.draft(&base, 1, false).expect_err("too many");
    assert!(refused.line(Lang::En).contains("100000000"), "{refused}");
    // Of two values there are only two.
    let two = vec![vary("augment.flip=true,false").expect("known")];
    assert_eq!(draft(&Design::Search { vary: two, runs: Some(10) }, 1, false).variants.len(), 2);
    for (text, what) in [
        ("model.droput=0.3", "no setting “model.droput”"),
        ("model.dropout=0.3,7", "cannot be “7”"),
        ("model.dropout=0.5..0.1", "names no setting with its values"),
        ("model.dropout=0..0.5:log", "names no setting"),
        ("model.dropout", "cannot be “”"),
    ] {
        let problem = vary(text).expect_err("it is refused");
        assert!(problem.line(Lang::En).contains(what), "{text}: {problem}");
    }
}

/// A store with an experiment of a small network on 30 pictures.
pub struct Bench {
    _home: tempfile::TempDir,
    pub runs: RunStore,
    pub experiments: ExperimentStore,
    pub plan: Plan,
    pub experiment: Experiment,
}

impl Bench {
    pub fn new(design: &Design, base: &Settings, seeds: u32) -> Self {
        Self::of(design.draft(base, seeds, false).expect("a draft"))
    }

    pub fn of(draft: Draft) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let runs = RunStore::at(home.path());
        let plan = Plan { device: "cpu".to_owned(), threads: Some(1), ..training::plan(&training::settings()) };
        let experiments = ExperimentStore::new(&runs);
        let experiment = experiments.create(draft, &plan).expect("it is written");
        Self { _home: home, runs, experiments, plan, experiment }
    }

    /// Trains what is missing, handing every event to `hear` with the member that it is about.
    pub fn run(&self, only: Option<usize>, hear: &mut dyn FnMut(&Event, usize, &Control)) -> (Result<(), Problem>, Vec<Problem>) {
        let (control, mut member, mut warned) = (Control::default(), 0, Vec::new());
        let open = Some(self.plan.dataset.clone().into());
        let command = Command::RunExperiment { experiment: self.experiment.id.clone(), only, open };
        let result = worker::perform(command, &self.runs, &control, &mut |event| {
            match &event {
                Event::Member { member: at, .. } => member = *at,
                Event::Warned(problem) => warned.push(problem.clone()),
                _ => {}
            }
            hear(&event, member, &control);
        });
        (result, warned)
    }

    pub fn done(&self) {
        let (result, warned) = self.run(None, &mut |_, _, _| {});
        assert_eq!((result, warned), (Ok(()), Vec::new()));
    }

    pub fn view(&self) -> ExperimentView {
        self.experiments.view(self.experiments.find(&self.experiment.id).expect("it is there"))
    }

    pub fn states(&self) -> Vec<&'static str> {
        let name = |state: &MemberState| match state {
            MemberState::Waiting => "waiting",
            MemberState::Training => "training",
            MemberState::Paused => "paused",
            MemberState::Finished => "finished",
            MemberState::Failed { .. } => "failed",
            MemberState::Stopped => "stopped",
            MemberState::Dropped { .. } => "dropped",
        };
        self.view().members.iter().map(|member| name(&member.state)).collect()
    }

    /// The weights of each member's run.
    pub fn weights(&self) -> Vec<Vec<u8>> {
        let run = |member: usize| self.view().members[member].run.clone().expect("it has one").id;
        let run = |member| self.runs.find(&run(member)).expect("a run");
        (0..self.experiment.members.len()).map(|member| fs::read(run(member).best_path()).expect("weights")).collect()
    }
}

#[test]
fn members_are_trained_and_what_was_left_goes_on_with_the_same_bits() {
    let settings = training::settings();
    let whole = Bench::new(&Design::Seeds, &settings, 3);
    assert_eq!(whole.states(), ["waiting"; 3]);
    whole.done();
    assert_eq!(whole.states(), ["finished"; 3]);
    let weights = whole.weights();
    assert!(weights[0] != weights[1] && weights[1] != weights[2]);
    let view = whole.view();
    let [row] = &view.rows()[..] else { panic!("one recipe") };
    assert_eq!((row.members, row.scores.len()), (3, 3));
    let accuracy =
        |member: usize| view.members[member].run.as_ref().and_then(|run| run.scores.as_ref()).expect("judged").accuracy;
    assert_eq!(row.scores, [accuracy(0), accuracy(1), accuracy(2)]);
    assert_eq!(view.members[1].run.as_ref().and_then(|run| run.member_of.as_ref()).map(|of| of.member), Some(1));
    // Nothing is left to do.
    whole.done();
    assert_eq!(whole.runs.list().0.len(), 3);

    // The same, left within the second run, then without the file that names its run, as a crash would leave it.
    let cut = Bench::new(&Design::Seeds, &settings, 3);
    let (result, _) = cut.run(None, &mut |event, member, control| {
        if member == 1 && matches!(event, Event::Train(TrainEvent::Epoch(_))) {
            control.set(Signal::Leave);
        }
    });
    assert_eq!(result, Ok(()));
    assert_eq!(cut.states(), ["finished", "paused", "waiting"]);
    let record = cut.experiments.folder(&cut.experiment).join("members").join("0001.json");
    fs::remove_file(&record).expect("removed");
    assert_eq!(cut.states(), ["finished", "waiting", "waiting"]);
    cut.done();
    assert_eq!((cut.states(), cut.runs.list().0.len()), (vec!["finished"; 3], 3), "the run that was begun is gone on with");
    assert!(cut.weights() == weights, "the same bits");

    // A run that was deleted is made again, to the same bits.
    let second = cut.view().members[1].run.clone().expect("a run").id;
    cut.runs.delete(&second).expect("deleted");
    assert_eq!(cut.states()[1], "waiting");
    cut.done();
    assert!(cut.weights() == weights);
}

#[test]
fn a_member_that_fails_is_said_and_the_others_are_trained() {
    let mut base = training::settings();
    base.model.batch_norm_conv = true;
    let vary = vec![Vary::parse("train.batch_size=1,4", &base).expect("known")];
    let bench = Bench::new(&Design::Search { vary, runs: None }, &base, 1);
    let (result, warned) = bench.run(None, &mut |_, _, _| {});
    assert_eq!((result, warned.len()), (Ok(()), 1));
    assert!(warned[0].what.en.starts_with("batch size 1: Batch norm cannot learn"), "{}", warned[0]);
    assert_eq!(bench.states(), ["failed", "finished"]);
    let (alone, _) = bench.run(Some(0), &mut |_, _, _| {});
    assert_eq!(alone.map_err(|problem| problem.setting), Err(Some("train.batch_size".to_owned())));
    assert!(bench.run(Some(5), &mut |_, _, _| {}).0.is_err_and(|problem| problem.line(Lang::En).contains("from 1 to 2")));
}

#[test]
fn a_member_is_trained_by_one_process_and_a_wish_is_about_one_member() {
    let bench = Bench::new(&Design::Seeds, &training::settings(), 4);
    let held = bench.experiments.lock_member(&bench.experiment, 0).expect("a disk").expect("nobody has it");
    assert_eq!(bench.states()[0], "training");
    assert!(bench.view().members[0].owner.as_ref().is_some_and(|owner| owner.process == std::process::id()));
    let (alone, _) = bench.run(Some(0), &mut |_, _, _| {});
    assert!(alone.is_err_and(|problem| problem.kind == Kind::Taken && problem.what.en.contains("trained by process")));
    // The others are trained meanwhile; one is discarded, one finished early.
    let (result, warned) = bench.run(None, &mut |event, member, control| {
        if matches!(event, Event::Train(TrainEvent::Epoch(record)) if record.epoch == 1) {
            match member {
                1 => control.set(Signal::Discard),
                2 => control.set(Signal::Finish),
                _ => {}
            }
        }
    });
    assert_eq!((result, warned), (Ok(()), Vec::new()));
    assert_eq!(bench.states(), ["training", "stopped", "finished", "finished"]);
    let epochs = |member: usize| bench.view().members[member].run.as_ref().map(|run| run.epochs_done);
    assert_eq!((epochs(2), epochs(3)), (Some(1), Some(3)));
    drop(held);
    bench.done();
    assert_eq!(bench.states(), ["finished", "stopped", "finished", "finished"]);
}

#[test]
fn an_experiment_that_is_called_off_pauses_and_is_taken_up_again() {
    let bench = Bench::new(&Design::Seeds, &training::settings(), 2);
    bench.experiments.cancel(&bench.experiment).expect("called off");
    // One of an array that starts afterwards does nothing; all of it takes it up again.
    let (result, _) = bench.run(Some(1), &mut |_, _, _| {});
    assert_eq!((result, bench.states()), (Ok(()), vec!["waiting"; 2]));
    assert!(bench.view().cancelled);
    bench.done();
    assert_eq!(bench.states(), ["finished"; 2]);
    assert!(!bench.view().cancelled);
}

#[test]
fn nothing_is_trained_twice_and_never_on_other_pictures() {
    let settings = training::settings();
    let first = Bench::new(&Design::Seeds, &settings, 2);
    first.done();
    // Who leaves the device to the program asks for none that these runs have not.
    let automatic = Plan { device: AUTOMATIC.to_owned(), ..first.plan.clone() };
    let same = Design::Seeds.draft(&settings, 2, false).expect("a draft");
    let same = first.experiments.create(same, &automatic).expect("it is written");
    let command =
        Command::RunExperiment { experiment: same.id.clone(), only: None, open: Some(first.plan.dataset.clone().into()) };
    worker::perform(command, &first.runs, &Control::default(), &mut |_| {}).expect("it works");
    assert_eq!(first.runs.list().0.len(), 2, "both are there already");
    let draft = Design::Seeds.draft(&settings, 3, false).expect("a draft");
    let second = first.experiments.create(draft, &first.plan).expect("it is written");
    assert_ne!(second.id, first.experiment.id);
    let command =
        || Command::RunExperiment { experiment: second.id.clone(), only: None, open: Some(first.plan.dataset.clone().into()) };
    worker::perform(command(), &first.runs, &Control::default(), &mut |_| {}).expect("it works");
    assert_eq!(first.runs.list().0.len(), 3, "two of them are there already");
    let views = [first.view(), first.experiments.view(second.clone())];
    let run = |view: &ExperimentView, member: usize| view.members[member].run.clone().expect("a run").id;
    assert_eq!(run(&views[0], 1), run(&views[1], 1));
    assert_eq!(views[1].count(|state| *state == MemberState::Finished), 3);
    // One label is another now.
    first.experiments.save_record(&second, 2, &MemberRecord::default()).expect("written");
    let mut other = first.plan.dataset.as_ref().clone();
    other.samples[0].class ^= 1;
    first.runs.delete(&run(&views[1], 2)).expect("deleted");
    let command = Command::RunExperiment { experiment: second.id, only: None, open: Some(other.into()) };
    let refused = worker::perform(command, &first.runs, &Control::default(), &mut |_| {}).expect_err("not comparable");
    assert!(refused.what.en.contains("could not be compared"), "{refused}");
}

/// What is read of an experiment's folder is what was written, and a folder of a later version with more in it opens.
#[test]
fn what_is_written_is_read() {
    let bench = Bench::new(&Design::Folds(3), &training::settings(), 1);
    assert_eq!(bench.experiments.find("last"), Ok(bench.experiment.clone()));
    assert_eq!(bench.experiments.find(&bench.experiment.id[..12]).map(|found| found.id), Ok(bench.experiment.id.clone()));
    let unknown = bench.experiments.find("x").expect_err("there is none");
    assert!(unknown.line(Lang::En).contains(&bench.experiment.id), "{unknown}");
    let path = bench.experiments.folder(&bench.experiment).join("experiment.json");
    let mut text: BTreeMap<String, Value> = serde_json::from_slice(&fs::read(&path).expect("read")).expect("JSON");
    text.insert("invented_later".to_owned(), Value::Bool(true));
    fs::write(&path, serde_json::to_vec(&text).expect("JSON")).expect("written");
    assert_eq!(bench.experiments.list(), (vec![bench.experiment.clone()], Vec::new()));
    fs::write(&path, "{").expect("written");
    assert!(matches!(&bench.experiments.list(), (none, problems) if none.is_empty() && problems.len() == 1));
}

/// The options of the small network of these tests.
const SMALL: [&str; 13] = [
    "--sample",
    "--threads",
    "1",
    "--device",
    "cpu",
    "--epochs",
    "2",
    "--set",
    "augment.crop=48",
    "--set",
    "model.filters=8",
    "--set",
    "model.dense=4",
];

#[test]
fn the_command_line_trains_experiments() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let ask = |what: &[&str], more: &[&str]| {
        let steps = ["--set", "train.steps_per_epoch=2"];
        call(home, &[&["experiment"], what, &SMALL, &steps[..], more].concat())
    };
    let (status, out, err) = ask(&["folds", "--folds", "3"], &["--dry-run"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("3\u{a0}runs, time unknown") && !home.join("experiments").exists(), "{out}");
    let (status, out, err) = ask(&["folds", "--folds", "3"], &[]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(out.contains("— fold 3 of 3") && out.contains("3/3  ") && out.contains("(95%: "), "{out}");
    let shown = |more: &[&str]| -> Value {
        let (status, out, err) = call(home, &[&["experiment", "show", "last", "--json"], more].concat());
        assert_eq!(status, 0, "{err}");
        serde_json::from_str(&out).expect("JSON")
    };
    let view = shown(&[]);
    assert_eq!(view["experiment"]["kind"], "folds");
    let members = view["members"].as_array().expect("members");
    assert!(members.iter().all(|member| member["state"] == "finished" && member["score"].is_number()), "{view:#}");
    // Out of fold, each picture is judged once.
    let store = RunStore::at(home);
    let evaluated = members.iter().flat_map(|member| {
        let run = store.find(member["run"].as_str().expect("an id")).expect("a run");
        run.report().expect("a report").predictions.into_iter().map(|prediction| prediction.file)
    });
    let mut evaluated: Vec<_> = evaluated.collect();
    let all = store.find("last").expect("a run").info.pictures.iter().sum::<u32>() as usize;
    evaluated.sort();
    evaluated.dedup();
    assert_eq!(evaluated.len(), all);
    assert_eq!(view["table"][0]["scores"].as_array().map(Vec::len), Some(3));
    assert!(store.list().0.iter().all(|run| run.status == RunStatus::Finished));

    let (status, out, err) = ask(&["compare", "quick", "nonsense"], &[]);
    assert!(status == 1 && err.contains("no recipe “nonsense”"), "{out}{err}");
    // What is asked for beside the recipes holds for each of them.
    let (status, _, err) = ask(&["compare", "quick", "notebook", "--seeds", "1"], &["--no-run"]);
    assert_eq!(status, 0, "{err}");
    let compared = ExperimentStore::new(&store).find("last").expect("the newest");
    for member in 0..2 {
        let settings = compared.settings(member).expect("known");
        assert_eq!((settings.model.filters, settings.augment.crop, settings.train.steps_per_epoch), (vec![8], 48, 2));
    }
    let (status, _, err) = ask(&["curve", "--shares", "30,60,100"], &["--no-run"]);
    assert_eq!(status, 0, "{err}");
    let (status, out, err) = call(home, &["experiment", "run", "last", "--only", "2"]);
    assert_eq!(status, 0, "{out}{err}");
    let states: Vec<String> = shown(&[])["members"].as_array().expect("members").iter().map(|m| m["state"].to_string()).collect();
    assert_eq!(states, ["\"waiting\"", "\"finished\"", "\"waiting\""]);
    let (_, out, _) = call(home, &["experiment", "list"]);
    assert!(out.lines().count() == 3 && out.contains("1 of 3 runs finished") && out.contains("learning curve"), "{out}");
    let (status, out, _) = call(home, &["experiment", "cancel", "last"]);
    assert!(status == 0 && out.contains("cancelled"), "{out}");
    let (status, _, err) = call(home, &["experiment", "show", "nothing"]);
    assert!(status == 1 && err.contains("no experiment “nothing”"), "{err}");
}
