//! What an executor of experiments reads, what is added, put first and stopped, and successive halving.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, SystemTime},
};

use trombine::{
    control::{Control, Signal},
    evaluate::RunScores,
    experiment::{Design, Draft, ExperimentView, Halving, HalvingPlace, MemberRecord, MemberState, More, Vary, Watched},
    files::reads::Reads,
    history::EpochRecord,
    plan::{MemberOf, Plan},
    problem::Problem,
    run::RunStatus,
    settings::Settings,
    text::Lang,
    train::event::TrainEvent,
    worker::{self, Command, Event, ExperimentOptions},
};

use crate::{experiments::Bench, training};

/// Gives everything below a folder an age at which its times can be trusted.
fn age(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            age(&entry.path());
        } else {
            let file = File::options().write(true).open(entry.path()).expect("a file");
            file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("a time");
        }
    }
}

/// Who watches the experiment's folder is told the same of each member as who trains it.
fn is_watched_as_it_is(bench: &Bench) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    let seen = Watched::look(&bench.experiments.folder(&bench.experiment), None, now).expect("it is there");
    let view = bench.view();
    let shown = view.members.iter().zip(view.waits()).map(|(member, waits)| member.state_words(waits, Lang::En));
    assert_eq!(seen.runs.iter().map(|run| run.state_words(Lang::En)).collect::<Vec<_>>(), shown.collect::<Vec<_>>());
}

/// Makes a run of a member as if it had been trained.
fn made(bench: &Bench, member: usize) -> String {
    let settings = bench.experiment.settings(member).expect("known");
    let member_of = Some(MemberOf { experiment: bench.experiment.id.clone(), member });
    let plan = Plan::new(&settings, bench.plan.dataset.clone()).expect("a plan");
    let mut run = bench.runs.create(&Plan { member_of, ..plan }).expect("a run");
    let scores = RunScores {
        pictures: 10,
        accuracy: 0.5,
        f1: vec![0.5, 0.5],
        macro_f1: 0.5,
        baseline: 0.5,
        fresh_accuracy: None,
        years: None,
        weights: None,
        decision: None,
    };
    run.update(|info| (info.status, info.scores) = (RunStatus::Finished, Some(scores))).expect("written");
    let record = MemberRecord { run: Some(run.info.id.clone()), ..MemberRecord::default() };
    bench.experiments.save_record(&bench.experiment, member, &record).expect("written");
    run.info.id
}

#[test]
fn what_has_not_changed_is_not_read_again() {
    const MEMBERS: u64 = 40;
    let bench = Bench::new(&Design::Seeds, &training::settings(), MEMBERS as u32);
    let reads = Reads::within(bench.runs.home());
    let mut of_a_run = Vec::new();
    let mut ids = Vec::new();
    for member in 0..MEMBERS as usize / 2 {
        reads.since_last();
        ids.push(made(&bench, member));
        of_a_run.push(reads.since_last());
    }
    assert_eq!(of_a_run.first(), of_a_run.last(), "a run looks at those that are there: {of_a_run:?}");
    // Half of them are there; what is not begun has nothing to be read.
    age(bench.runs.home());
    assert_eq!(bench.view().count(|state| *state == MemberState::Finished), 20);
    let first = reads.since_last();
    assert!(first >= MEMBERS, "each of the runs and its member’s file: {first}");
    let before = bench.view();
    // The experiment itself, and the names of its members' files.
    assert_eq!(reads.since_last(), 2);
    assert_eq!(bench.runs.list().0.len(), 20);
    assert!(reads.since_last() <= 1, "the folder of the runs");
    // One that is renamed is read again, and no other.
    bench.runs.find(&ids[3]).expect("a run").update(|info| info.rename("mine".to_owned())).expect("written");
    reads.since_last();
    let after = bench.view();
    let again = reads.since_last();
    assert!((3..=10).contains(&again), "{again}");
    assert_eq!(after.members[3].run.as_ref().map(|run| run.name(Lang::En)), Some("mine"));
    assert_eq!(after.members[4], before.members[4]);
}

/// A threshold that is chosen for predictions is no part of a recipe, nor are mirror images that are chosen later.
#[test]
fn what_is_chosen_after_a_training_is_not_in_the_statistics() {
    let mut settings = training::settings();
    (settings.train.epochs, settings.train.steps_per_epoch) = (1, 1);
    let bench = Bench::new(&Design::Seeds, &settings, 2);
    bench.done();
    let before = bench.view().rows();
    let perform = |command| worker::perform(command, &bench.runs, &Control::default(), &mut |_| {}).expect("done");
    let run = bench.view().members[0].run.clone().expect("it has one").id;
    let report = bench.runs.find(&run).expect("a run").report().expect("evaluated");
    let other = |threshold: &f64| report.accuracy(*threshold) != report.accuracy(0.5);
    // After one step the answers lie close together: somewhere between them.
    let threshold = (1..10_000).map(|nth| f64::from(nth) / 10_000.0).find(other).expect("one calls some otherwise");
    perform(Command::KeepThreshold { run: run.clone(), threshold, temperature: 1.0 });
    let kept = bench.runs.find(&run).expect("a run").info.scores.expect("evaluated");
    assert_eq!((kept.accuracy, kept.as_evaluated()), (report.accuracy(threshold).share(), Some(before[0].scores[0])));
    assert_eq!(bench.view().rows(), before, "the member counts as it was evaluated");

    // An experiment with the same recipe takes it for what it is.
    let twins = |bench: &Bench| {
        let again =
            bench.experiments.create(Design::Seeds.draft(&settings, 2, false).expect("a draft"), &bench.plan).expect("written");
        let mut trained = 0;
        let command =
            Command::RunExperiment { experiment: again.id.clone(), only: None, open: Some(bench.plan.dataset.clone().into()) };
        worker::perform(command, &bench.runs, &Control::default(), &mut |event| {
            trained += usize::from(matches!(event, Event::TrainsOn { .. }));
        })
        .expect("done");
        (trained, bench.experiments.view(again).rows())
    };
    assert_eq!(twins(&bench), (0, before.clone()));

    // A run of before, of which it was not written down, is left out, and that is said.
    let mut stored = bench.runs.find(&run).expect("a run");
    stored
        .update(|info| info.scores = info.scores.take().map(|scores| RunScores { fresh_accuracy: None, ..scores }))
        .expect("written");
    let words = |bench: &Bench| bench.view().members[0].state_words(None, Lang::En);
    assert_eq!(words(&bench), "has a threshold of its own, not counted");
    assert_eq!(bench.view().rows()[0].scores, before[0].scores[1..]);

    // So is one that was evaluated with mirror images, which its recipe does not have, until it is evaluated without.
    for mirrored in [true, false] {
        let (open, device) = (Some(bench.plan.dataset.clone().into()), "cpu".to_owned());
        perform(Command::Evaluate { run: run.clone(), source: None, open, device, mirrored: Some(mirrored) });
        assert_eq!(words(&bench) == "evaluated with mirror images, not counted", mirrored);
        assert_eq!(bench.view().rows()[0].scores.len(), if mirrored { 1 } else { 2 });
        if mirrored {
            assert_eq!(twins(&bench).0, 1, "another experiment trains its own");
        }
    }
    assert_eq!(bench.view().rows(), before);
}

#[test]
fn a_member_costs_the_same_however_many_there_are() {
    let mut settings = training::settings();
    (settings.train.epochs, settings.train.steps_per_epoch) = (1, 1);
    let bench = Bench::new(&Design::Seeds, &settings, 6);
    let reads = Reads::within(bench.runs.home());
    let mut of_members = Vec::new();
    let (result, warned) = bench.run(None, &mut |event, _, _| {
        if matches!(event, Event::Member { view, .. } if view.state == MemberState::Finished) {
            of_members.push(reads.since_last());
        }
    });
    assert_eq!((result, warned), (Ok(()), Vec::new()));
    // The first opens what all share.
    assert_eq!(of_members.len(), 6);
    assert!(of_members[1..].iter().all(|reads| *reads == of_members[1]), "{of_members:?}");
}

#[test]
fn members_are_added_put_first_and_stopped() {
    let mut settings = training::settings();
    (settings.train.epochs, settings.train.steps_per_epoch) = (1, 1);
    let bench = Bench::new(&Design::Seeds, &settings, 3);
    bench.experiments.put_first(&bench.experiment, &[2]).expect("written");
    bench.experiments.stop(&bench.experiment, 1).expect("written");
    assert!(bench.experiments.stop(&bench.experiment, 9).is_err_and(|problem| problem.line(Lang::En).contains("from 1 to 3")));
    assert_eq!(bench.states(), ["waiting", "stopped", "waiting"]);
    is_watched_as_it_is(&bench);
    // While it is at work, a seed is added and put first.
    let mut trained = Vec::new();
    let (result, warned) = bench.run(None, &mut |event, member, _| {
        if let Event::TrainsOn { .. } = event {
            trained.push(member);
            if trained.len() == 1 {
                let now = bench.experiments.add(&bench.experiment, More::Seeds(2)).expect("added");
                bench.experiments.put_first(&now, &[4]).expect("written");
            }
        }
    });
    assert_eq!((result, warned), (Ok(()), Vec::new()));
    assert_eq!(trained, [2, 4, 0, 3]);
    let view = bench.view();
    assert_eq!(
        view.members.iter().map(|member| member.label.en.as_str()).collect::<Vec<_>>(),
        ["seed 42", "seed 43", "seed 44", "seed 45", "seed 46"]
    );
    assert_eq!(bench.states(), ["finished", "stopped", "finished", "finished", "finished"]);
    bench.experiments.want_again(&bench.experiment, 1).expect("written");
    assert_eq!(bench.states()[1], "waiting");
    bench.done();
    assert_eq!(bench.states(), ["finished"; 5]);

    // Folds keep their number for each further seed, and one of the recipe's own has no word for it.
    let folds = Bench::new(&Design::Folds(2), &settings, 1);
    let now = folds.experiments.add(&folds.experiment, More::Seeds(1)).expect("added");
    let labels: Vec<String> = (0..4).map(|member| now.label(member).en).collect();
    assert_eq!(labels, ["fold 1 of 2", "fold 2 of 2", "seed 43 · fold 1 of 2", "seed 43 · fold 2 of 2"]);
    assert!(folds.experiments.add(&now, More::Runs(1)).is_err_and(|problem| problem.line(Lang::En).contains("Only a search")));
}

/// Behind the largest seed comes 0, which the experiment may have.
#[test]
fn no_seed_is_given_twice() {
    let settings = Settings { seed: u32::MAX, ..training::settings() };
    let bench = Bench::new(&Design::Seeds, &settings, 2);
    let now = bench.experiments.add(&bench.experiment, More::Seeds(2)).expect("added");
    let seeds: Vec<u32> = (0..4).map(|member| now.settings(member).expect("known").seed).collect();
    assert_eq!(seeds, [u32::MAX, 0, 1, 2]);
    let refused = bench.experiments.add(&now, More::Seeds(u32::MAX)).expect_err("too many");
    assert!(refused.line(Lang::En).contains("an experiment has 2000 at most"), "{refused}");
}

/// Of 300 combinations the last few are hardly ever drawn; they are taken all the same.
#[test]
fn a_search_takes_the_last_of_its_combinations() {
    let settings = training::settings();
    let list = |key: &str, count: u32| {
        Vary::parse(&format!("{key}={}", (0..count).map(|n| format!("0.{n:02}")).collect::<Vec<_>>().join(",")), &settings)
    };
    let vary = [list("model.dropout", 30), list("train.optimizer.beta_1", 10)].map(|vary| vary.expect("known"));
    let draft = |runs| Design::Search { vary: vary.to_vec(), runs: Some(runs) }.draft(&settings, 1, false).expect("a draft");
    let all = draft(300);
    assert_eq!(all.variants.len(), 300);
    assert_eq!(draft(299).variants, all.variants[..299], "as if all had been drawn at once");
    let bench = Bench::of(draft(299));
    let now = bench.experiments.add(&bench.experiment, More::Runs(5)).expect("there is one more");
    assert_eq!(now.variants, all.variants);
    let refused = bench.experiments.add(&now, More::Runs(1)).expect_err("there are no others");
    assert!(refused.line(Lang::En).contains("All combinations"), "{refused}");
    // Whole numbers of a range are listed, too.
    let sizes = vec![Vary::parse("train.batch_size=1..200", &settings).expect("known")];
    let sizes = Design::Search { vary: sizes, runs: Some(200) }.draft(&settings, 1, false).expect("a draft");
    assert_eq!(sizes.variants.len(), 200);
}

/// A search over so many learning rates, drawn from a range.
fn search(runs: u32, base: &Settings) -> Draft {
    let vary = vec![Vary::parse("train.optimizer.learning_rate=0.0005..0.05:log", base).expect("known")];
    Design::Search { vary, runs: Some(runs) }.draft(base, 1, false).expect("a draft")
}

#[test]
fn a_search_draws_further() {
    let settings = training::settings();
    let bench = Bench::of(search(5, &settings));
    let now = bench.experiments.add(&bench.experiment, More::Runs(3)).expect("added");
    assert_eq!(now.members.len(), 8);
    assert_eq!(now.variants, search(8, &settings).variants, "as if all had been drawn at once");
    assert_eq!(bench.experiments.find(&now.id), Ok(now.clone()));
    let two = Vary::parse("augment.flip=true,false", &settings).expect("known");
    let all = Bench::of(Design::Search { vary: vec![two], runs: None }.draft(&settings, 1, false).expect("a draft"));
    let refused = all.experiments.add(&all.experiment, More::Runs(1)).expect_err("there are no others");
    assert!(refused.line(Lang::En).contains("All combinations"), "{refused}");
    // One of an earlier version, which did not note it.
    let path = bench.experiments.folder(&now).join("experiment.json");
    let mut text: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("read")).expect("JSON");
    text.as_object_mut().expect("an object").remove("vary");
    fs::write(&path, text.to_string()).expect("written");
    assert!(bench.experiments.add(&now, More::Runs(1)).is_err_and(|problem| problem.line(Lang::En).contains("earlier version")));
}

/// The brackets of Hyperband: Li et al. 2018, table 1 (81 epochs, eta 3): s = 4 begins 81 with 1 epoch each, then 27 with 3, 9
/// with 9, 3 with 27, 1 with 81.
#[test]
fn rungs_are_those_of_the_paper() {
    let mut settings = training::settings();
    settings.train.epochs = 81;
    let rungs = |runs, epochs, eta| {
        let mut settings = settings.clone();
        settings.train.epochs = epochs;
        let Draft { kind, base, variants, .. } = search(runs, &settings);
        Halving::of(kind, &base, &variants, eta).map(|halving| halving.rungs)
    };
    assert_eq!(rungs(81, 81, 3), Ok(vec![1, 3, 9, 27, 81]));
    assert_eq!(rungs(20, 12, 3), Ok(vec![1, 4, 12]));
    assert_eq!(rungs(4, 100, 2), Ok(vec![25, 50, 100]));
    assert!(rungs(2, 100, 3).is_err() && rungs(100, 2, 3).is_err());
    let other = vec![Vary::parse("train.epochs=3,9", &settings).expect("known")];
    let draft = Design::Search { vary: other, runs: None }.draft(&settings, 1, false).expect("a draft");
    assert!(draft.halved(2).is_err_and(|problem| problem.setting.as_deref() == Some("train.epochs")));
    let seeds = Design::Seeds.draft(&settings, 4, false).expect("a draft");
    assert!(seeds.halved(2).is_err_and(|problem| problem.line(Lang::En).contains("Only the combinations")));
}

/// Gives a member so many epochs with these validation accuracies.
fn scripted(view: &mut ExperimentView, member: usize, accuracies: &[f64]) {
    let record = |(epoch, accuracy): (u32, &f64)| EpochRecord { epoch, validation_accuracy: *accuracy, ..EpochRecord::default() };
    view.members[member].history = (1..).zip(accuracies).map(record).collect();
    view.members[member].state = MemberState::Paused;
}

#[test]
fn the_worse_are_dropped_once_all_are_there() {
    let mut settings = training::settings();
    settings.train.epochs = 4;
    let bench = Bench::of(search(8, &settings).halved(2).expect("it can be halved"));
    assert_eq!(bench.experiment.halving.as_ref().map(|halving| halving.rungs.clone()), Some(vec![1, 2, 4]));
    let mut view = bench.view();
    let all: Vec<(usize, Option<u32>)> = (0..8).map(|member| (member, Some(1))).collect();
    assert_eq!(view.open(), all);
    for (member, accuracy) in [0.6, 0.9, 0.5, 0.9, 0.7, 0.4, 0.9].into_iter().enumerate() {
        scripted(&mut view, member, &[accuracy]);
    }
    assert_eq!(view.open(), [(7, Some(1))], "one is missing");
    // It fails, which is as bad as can be.
    view.members[7].state = MemberState::Failed { problem: Problem::cancelled() };
    assert_eq!(view.open(), [(1, Some(2)), (3, Some(2)), (4, Some(2)), (6, Some(2))]);
    let dropped = |view: &ExperimentView| -> Vec<usize> {
        (0..8).filter(|member| matches!(view.places()[*member], HalvingPlace::Dropped { epoch: 1, rung: 1 })).collect()
    };
    assert_eq!(dropped(&view), [0, 2, 5, 7]);
    // What counts is the best so far; of equal ones the first go on.
    scripted(&mut view, 1, &[0.9, 0.1]);
    scripted(&mut view, 3, &[0.9, 0.2]);
    scripted(&mut view, 4, &[0.7, 0.95]);
    scripted(&mut view, 6, &[0.9, 0.3]);
    assert_eq!(view.open(), [(1, None), (4, None)]);
    assert_eq!(view.places()[3], HalvingPlace::Dropped { epoch: 2, rung: 2 });
    assert_eq!(dropped(&view), [0, 2, 5, 7]);
    // One that stopped by itself stays in its place until others are better.
    view.members[4].state = MemberState::Finished;
    scripted(&mut view, 1, &[0.9, 0.1, 0.8, 0.97]);
    view.members[1].state = MemberState::Finished;
    assert_eq!(view.open(), []);
}

#[test]
fn who_survives_halving_has_the_bits_of_the_plain_run() {
    let mut settings = training::settings();
    settings.train.epochs = 4;
    // Its rate falls over the full length.
    settings.set("train.schedule.kind=cosine").expect("known");
    settings.set("train.optimizer.kind=adam").expect("known");
    let plain = Bench::of(search(4, &settings));
    plain.done();
    let halved = Bench::of(search(4, &settings).halved(2).expect("it can be halved"));
    // Left in the middle of the second round, and gone on with.
    let mut epochs = 0;
    let (result, warned) = halved.run(None, &mut |event, _, control| {
        if matches!(event, Event::Train(TrainEvent::Epoch(_))) {
            epochs += 1;
            if epochs == 5 {
                control.set(Signal::Leave);
            }
        }
    });
    assert_eq!((result, warned), (Ok(()), Vec::new()));
    let (before, paused) = (halved.view(), halved.states());
    assert_eq!(paused.iter().filter(|state| **state == "dropped").count(), 2, "{paused:?}");
    assert!(paused.iter().all(|state| *state != "finished"), "{paused:?}");
    is_watched_as_it_is(&halved);
    halved.done();
    let (view, of_all) = (halved.view(), plain.view());
    let done: Vec<u32> = view.members.iter().map(|member| member.run.as_ref().map_or(0, |run| run.epochs_done)).collect();
    let mut sorted = done.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [1, 1, 2, 4], "{done:?}");
    let [survivor] = (0..4).filter(|member| view.members[*member].state == MemberState::Finished).collect::<Vec<_>>()[..] else {
        panic!("one: {:?}", halved.states())
    };
    let weights = |bench: &Bench| {
        let run = bench.view().members[survivor].run.clone().expect("a run").id;
        fs::read(bench.runs.find(&run).expect("a run").best_path()).expect("weights")
    };
    assert!(weights(&halved) == weights(&plain), "the same bits");
    let timeless = |record: &EpochRecord| EpochRecord { seconds: 0.0, pictures_per_second: 0.0, ..*record };
    for (member, (one, whole)) in view.members.iter().zip(&of_all.members).enumerate() {
        let [one, whole] = [one, whole].map(|member| member.history.iter().map(timeless).collect::<Vec<_>>());
        assert_eq!(one, whole[..done[member] as usize], "{member}");
    }
    // The right ones: none of the first that were dropped was better than one that went on.
    let at_first = |member: usize| of_all.members[member].history[0].validation_accuracy;
    let (gone, left): (Vec<usize>, Vec<usize>) = (0..4).partition(|member| done[*member] == 1);
    assert!(gone.iter().all(|gone| left.iter().all(|left| at_first(*gone) <= at_first(*left))), "{gone:?} {left:?}");
    assert_eq!(before.members.len(), 4);
    is_watched_as_it_is(&halved);
    // Nothing is left, and a member alone knows that too.
    let (alone, _) = halved.run(Some(gone[0]), &mut |_, _, _| {});
    assert_eq!((alone, halved.view()), (Ok(()), view));
}

#[test]
fn nothing_is_begun_after_its_time() {
    let bench = Bench::new(&Design::Seeds, &training::settings(), 2);
    let how = ExperimentOptions { budget: Some(Duration::ZERO), ..ExperimentOptions::default() };
    let result = worker::train_experiment(&bench.experiment.id, how, &bench.runs, &Control::default(), &mut |_| {});
    assert_eq!((result, bench.states()), (Ok(()), vec!["waiting"; 2]));
}

#[test]
fn a_part_of_a_job_has_wishes_of_its_own() {
    let whole = Control::default();
    let part = whole.within();
    part.set(Signal::Leave);
    assert_eq!((part.wish(), whole.wish()), (Signal::Leave, Signal::Go));
    part.set(Signal::Go);
    whole.set(Signal::Pause);
    assert_eq!(part.wish(), Signal::Pause);
    whole.set(Signal::Go);
    assert_eq!(part.wish(), Signal::Go);
}

/// To leave may be wished while the wish of before is being fulfilled.
#[test]
fn a_wish_that_is_fulfilled_takes_no_other_back() {
    let control = Control::default();
    for (wish, then) in [(Signal::Finish, Signal::Go), (Signal::Leave, Signal::Leave), (Signal::Pause, Signal::Pause)] {
        control.set(wish);
        control.fulfilled(Signal::Finish);
        assert_eq!(control.wish(), then);
    }
}

/// 20 runs of 12 epochs, of which 6 go on after the first and 2 after the fourth: 20 + 6 * 3 + 2 * 8 = 54 of 240 epochs.
#[test]
fn halving_costs_what_is_trained() {
    let mut settings = training::settings();
    settings.train.epochs = 12;
    let first = Bench::new(&Design::Seeds, &settings, 2);
    let settings = first.experiment.settings(0).expect("known");
    made(&first, 0);
    let run = first.view().members[0].run.clone().expect("a run").id;
    first.runs.find(&run).expect("a run").update(|info| (info.seconds, info.epochs_done) = (24.0, 12)).expect("written");
    // A run says what Automatic came to, never Automatic itself.
    let on = |device: &str| {
        first.runs.find(&run).expect("a run").update(|info| info.asked.device = device.to_owned()).expect("written");
    };
    on("cpu");
    let plan = Plan { device: "auto".to_owned(), ..first.plan.clone() };
    let seconds = |draft: &Draft| first.experiments.cost(draft, &plan).expect("known").seconds.expect("one is known");
    let whole = search(20, &settings);
    let part = seconds(&whole.clone().halved(3).expect("it can be halved")) / seconds(&whole);
    assert!((part - 54.0 / 240.0).abs() < 1e-12, "{part}");
    let gpu = Plan { device: "gpu0".to_owned(), ..first.plan.clone() };
    assert_eq!(first.experiments.cost(&whole, &gpu).expect("known").seconds, None, "of another device nothing is known");
}
