//! Two runs judged on the same pictures.

use std::{path::PathBuf, sync::Arc};

use trombine::{
    control::Control,
    data::{
        sample::{Part, Source},
        task::Task,
    },
    evaluate::{Logits, Prediction, Seen},
    run::{
        Paired, RunStore, RunView,
        paired::{self, Verdict},
        pictures::Picture,
    },
    session::{PairState, Session},
    text::Lang,
    worker::{self, Command, Envelope, Event, JobId, Lane},
};

use crate::{picture_folder::Folder, stage};

const COUNT: usize = 400;

/// A run on 400 pictures of two classes, right where `right` says so.
fn run(name: &str, right: fn(usize) -> bool) -> RunView {
    made(name, ["female", "male"].into(), |i| {
        let label = (i % 2) as u8;
        (label, Logits::Binary(if (label == 1) == right(i) { 2.0 } else { -2.0 }))
    })
}

/// A run of years, off by `error`: `y = 1 + (i * 37) % 80`.
fn run_of_years(name: &str, error: fn(i32) -> f32) -> RunView {
    made(name, Task::age(), |i| {
        let label = (1 + i * 37 % 80) as u8;
        (label, Logits::Value(f32::from(label) + error(i as i32)))
    })
}

fn made(name: &str, task: Task, said: impl Fn(usize) -> (u8, Logits)) -> RunView {
    let mut view = stage::run(&stage::faces(40));
    let predictions: Vec<Prediction> = (0..COUNT)
        .map(|i| {
            let (label, logit) = said(i);
            Prediction { file: format!("{i}.png").into(), sample: i as u32, label, logit, age: None, race: None }
        })
        .collect();
    let picture = |p: &Prediction| Picture {
        file: p.file.to_string_lossy().into_owned(),
        hash: 1000 + u64::from(p.sample),
        class: p.label,
        part: Part::Test,
    };
    view.pictures = predictions.iter().map(picture).collect();
    (view.info.id, view.info.name, view.info.task) = (name.to_owned(), name.to_owned(), task.clone());
    if let Some(report) = &mut view.report {
        report.train_shares = vec![1.0 / task.len() as f64; task.len()];
        (report.task, report.predictions, report.validation) = (task, predictions, Vec::new());
        view.info.scores = Some(report.run_scores());
    }
    view
}

fn a() -> RunView {
    run("A", |i| i % 8 != 3)
}

fn files(of: &[PathBuf]) -> Vec<String> {
    of.iter().map(|file| file.display().to_string()).collect()
}

#[track_caller]
fn close(ours: f64, theirs: f64, by: f64) {
    assert!((ours - theirs).abs() <= by, "{ours} is not {theirs}");
}

/// ```python
/// i = numpy.arange(400); a = i % 8 != 3; b = i % 10 != 4; d = b.astype(float) - a
/// (a & b).sum(), (a & ~b).sum(), (~a & b).sum(), (~a & ~b).sum()
/// statsmodels.stats.contingency_tables.mcnemar([[310, 40], [50, 0]], exact=True).pvalue
/// scipy.stats.bootstrap((d,), numpy.mean, n_resamples=50000, method="percentile").confidence_interval
/// ```
#[test]
fn two_runs_are_held_against_each_other_picture_by_picture() {
    let pair = Paired::of(&a(), &run("B", |i| i % 10 != 4)).expect("both were judged");
    let counts = pair.files.each_ref().map(|row| row.each_ref().map(Vec::len));
    assert_eq!(counts, [[0, 50], [40, 310]]);
    assert_eq!((pair.pictures(), pair.evaluated), (COUNT, [400, 400]));
    assert_eq!(files(&pair.files[1][0][..3]), ["4.png", "14.png", "24.png"], "those that A alone gets right");
    close(pair.scores[0], 0.875, 1e-12);
    close(pair.scores[1], 0.9, 1e-12);
    close(pair.difference, 0.025, 1e-12);
    close(pair.p.expect("a p"), 0.34283311942078787, 1e-12);
    let range = pair.range.expect("they differ");
    close(range.low, -0.0225, 0.003);
    close(range.high, 0.0725, 0.003);
    assert_eq!(pair.verdict(pair.p), Verdict::MayBeLuck);
    assert_eq!(
        pair.sentence(pair.p, Lang::En),
        "“B” is 2.5\u{a0}points more accurate than “A”; with these 400\u{a0}pictures that may be luck (p\u{a0}=\u{a0}0.34)"
    );
    assert_eq!(
        pair.sentence(pair.p, Lang::Fr),
        "«\u{a0}B\u{a0}» est meilleur de 2,5\u{a0}points que «\u{a0}A\u{a0}»\u{a0}; avec ces 400\u{a0}images, cela peut être un hasard (p\u{a0}=\u{a0}0,34)"
    );
    assert_eq!(pair.moved(Lang::En), "From “A” to “B”, 40 went from right to wrong and 50 from wrong to right");
    assert_eq!(pair.basis(Lang::En), "on the 400\u{a0}test pictures of both");
    // The other way round, everything but the names changes its side.
    let back = Paired::of(&run("B", |i| i % 10 != 4), &a()).expect("both were judged");
    assert_eq!((back.p, back.difference), (pair.p, -pair.difference));
    assert_eq!(back.sentence(back.p, Lang::En), pair.sentence(pair.p, Lang::En));
}

/// `b = i % 16 != 3`: p = 5.96e-08. `b = a | (i < 100) & (i % 24 == 3)`: five pictures, p = 0.0625.
#[test]
fn a_clear_difference_is_hardly_luck_and_a_handful_of_pictures_is_too_few() {
    let clear = Paired::of(&a(), &run("B", |i| i % 16 != 3)).expect("both were judged");
    close(clear.p.expect("a p"), 5.960464477539063e-08, 1e-15);
    assert_eq!(clear.verdict(clear.p), Verdict::HardlyLuck);
    let said = clear.sentence(clear.p, Lang::En);
    assert!(said.ends_with("; with these 400\u{a0}pictures that is hardly luck (p\u{a0}<\u{a0}0.001)"), "{said}");
    let said = clear.sentence(clear.p, Lang::Fr);
    assert!(said.ends_with("\u{a0}; avec ces 400\u{a0}images, ce n’est guère un hasard (p\u{a0}<\u{a0}0,001)"), "{said}");
    let few = Paired::of(&a(), &run("B", |i| i % 8 != 3 || i < 100 && i % 24 == 3)).expect("both were judged");
    close(few.p.expect("a p"), 0.0625, 1e-15);
    assert_eq!(few.verdict(few.p), Verdict::TooFew);
    assert_eq!(
        few.sentence(few.p, Lang::En),
        "“B” is 1.2\u{a0}points more accurate than “A”; they differ on 5 of these 400\u{a0}pictures, too few to tell (p\u{a0}=\u{a0}0.062)"
    );
}

#[test]
fn runs_that_do_not_differ_are_said_to_be_alike() {
    let alike = Paired::of(&a(), &run("B", |i| i % 8 != 3)).expect("both were judged");
    assert_eq!((alike.verdict(alike.p), alike.range, alike.p), (Verdict::Alike, None, Some(1.0)));
    assert_eq!(alike.sentence(alike.p, Lang::En), "“A” and “B” are right and wrong on the same of these 400\u{a0}pictures");
    let even = Paired::of(&a(), &run("B", |i| i % 8 != 4)).expect("both were judged");
    assert_eq!((even.verdict(even.p), even.second_is_better()), (Verdict::Even, None));
    assert_eq!(
        even.sentence(even.p, Lang::En),
        "“A” and “B” are right equally often on these 400\u{a0}pictures, each alone on 50"
    );
}

/// ```python
/// i = numpy.arange(400); ea = ((i * 53) % 41 - 20) * 0.5; eb = ((i * 29) % 31 - 15) * 0.5
/// a, b = abs(ea), abs(eb); a.mean(), b.mean(), scipy.stats.ttest_rel(b, a).pvalue
/// scipy.stats.bootstrap((b - a,), numpy.mean, n_resamples=50000, method="percentile").confidence_interval
/// ```
#[test]
fn runs_of_years_are_compared_by_how_far_they_are_off() {
    let first = run_of_years("A", |i| (i * 53 % 41 - 20) as f32 * 0.5);
    let second = run_of_years("B", |i| (i * 29 % 31 - 15) as f32 * 0.5);
    let pair = Paired::of(&first, &second).expect("both were judged");
    assert!(pair.of_years);
    close(pair.scores[0], 5.12375, 1e-9);
    close(pair.scores[1], 3.85875, 1e-9);
    close(pair.difference, -1.265, 1e-9);
    close(pair.p.expect("a p"), 3.600452463131144e-11, 1e-15);
    let range = pair.range.expect("they differ");
    close(range.low, -1.63, 0.02);
    close(range.high, -0.89875, 0.02);
    assert_eq!(pair.files.each_ref().map(|row| row.each_ref().map(Vec::len)), [[64, 132], [64, 140]]);
    assert_eq!(pair.errors.len(), COUNT);
    assert_eq!(pair.second_is_better(), Some(true), "less is better");
    assert_eq!(
        pair.sentence(pair.p, Lang::En),
        "“B” is off by 1.26\u{a0}years less on average than “A”; with these 400\u{a0}pictures that is hardly luck (p\u{a0}<\u{a0}0.001)"
    );
    assert_eq!(
        pair.sentence(pair.p, Lang::Fr),
        "L’erreur moyenne de «\u{a0}B\u{a0}» est inférieure de 1,26\u{a0}an à celle de «\u{a0}A\u{a0}»\u{a0}; avec ces 400\u{a0}images, ce n’est guère un hasard (p\u{a0}<\u{a0}0,001)"
    );
}

/// Other labels, other contents and what one of them learned from do not count; the rest does.
#[test]
fn only_pictures_that_both_judged_alike_count() {
    let mut other = run("B", |i| i % 10 != 4);
    let mut pictures = other.pictures.to_vec();
    // Ten under the same name with another content, five that were learned under another name.
    pictures[..10].iter_mut().for_each(|picture| picture.hash += 100_000);
    for place in 10..15 {
        let learned = Picture { file: format!("copy {place}.png"), part: Part::Train, ..pictures[place].clone() };
        pictures.push(learned);
    }
    other.pictures = pictures.into();
    if let Some(report) = &mut other.report {
        report.predictions[15..18].iter_mut().for_each(|p| p.label = 1 - p.label);
        // Eight that are in one test part alone, one of which the report itself says it was learned.
        report.predictions.truncate(COUNT - 8);
        report.seen = Some(Seen { learned: vec![20], ..Seen::default() });
    }
    let pair = Paired::of(&a(), &other).expect("most are shared");
    assert_eq!(pair.pictures(), COUNT - 10 - 5 - 3 - 8 - 1);
    assert_eq!((pair.learned, pair.relabeled, pair.evaluated), (6, 3, [400, 392]));
    assert_eq!(
        pair.basis(Lang::En),
        "on the 373\u{a0}test pictures that both have, of 400 and 392; 6 more do not count, since one of them learned from the same; 3 more do not count, since their labels differ"
    );
    let counted = files(&pair.files.concat().concat());
    assert!(["0.png", "12.png", "16.png", "20.png", "399.png"].iter().all(|file| !counted.contains(&(*file).to_owned())));
}

/// Without the list of its pictures a run is compared with others of its folder alone.
#[test]
fn without_contents_the_folder_decides() {
    let mut bare = run("B", |i| i % 10 != 4);
    bare.pictures = Arc::new([]);
    assert_eq!(Paired::of(&a(), &bare).expect("the same folder").pictures(), COUNT);
    bare.info.source = Source::Folder("/elsewhere".into());
    let problem = Paired::of(&a(), &bare).expect_err("nothing says that they are the same");
    assert_eq!(problem.what.en, "The two test parts share no picture: they are of other folders, or of other contents");
    // A folder that was moved is the same by its contents.
    let mut moved = run("B", |i| i % 10 != 4);
    moved.info.source = Source::Folder("/elsewhere".into());
    assert_eq!(Paired::of(&a(), &moved).expect("the same contents").pictures(), COUNT);
}

#[test]
fn what_cannot_be_compared_says_why_and_the_way_on() {
    let why = |first: &RunView, second: &RunView| {
        let problem = Paired::of(first, second).expect_err("no comparison");
        assert!(!problem.remedy.en.is_empty() && !problem.remedy.fr.is_empty() && !problem.what.fr.is_empty());
        problem.what.en
    };
    let first = a();
    assert_eq!(why(&first, &first), "A run is not compared with itself");
    let mut other = run("B", |_| true);
    other.report = None;
    assert_eq!(why(&first, &other), "“B” has not been evaluated yet");
    assert_eq!(why(&other, &first), "“B” has not been evaluated yet");
    let mut elsewhere = run("B", |_| true);
    if let Some(report) = &mut elsewhere.report {
        report.part = None;
    }
    assert_eq!(why(&first, &elsewhere), "“B” was last evaluated on another folder");
    assert_eq!(why(&first, &run_of_years("B", |_| 0.0)), "These runs ask different questions: their answers cannot be compared");
    let mut seeded = run("B", |_| true);
    seeded.settings.seed = 7;
    if let Some(report) = &mut seeded.report {
        report.predictions.iter_mut().for_each(|p| p.file = format!("other {}", p.file.display()).into());
    }
    assert_eq!(why(&first, &seeded), "The two test parts share no picture: they were split with seeds 42 and 7");
    let mut relabeled = run("B", |_| true);
    if let Some(report) = &mut relabeled.report {
        report.predictions.iter_mut().for_each(|p| p.label = 1 - p.label);
    }
    assert!(why(&first, &relabeled).starts_with("None of the test pictures that both have counts"));
}

/// Runs of one name are told apart in every sentence.
#[test]
fn runs_of_one_name_are_told_apart() {
    let (first, mut second) = (run("notebook", |i| i % 8 != 3), run("notebook", |i| i % 10 != 4));
    second.info.id = "other".to_owned();
    let pair = Paired::of(&first, &second).expect("both were judged");
    assert_eq!(pair.names.each_ref().map(|name| name.en.as_str()), ["notebook (notebook)", "notebook (other)"]);
    second.info.created += 86_400;
    let pair = Paired::of(&first, &second).expect("both were judged");
    assert_ne!(pair.names[0], pair.names[1]);
    assert!(pair.names[1].en.starts_with("notebook (Nov "), "{}", pair.names[1].en);
}

/// Of several, the best is what the others are held against, and each p is corrected for how many there are.
#[test]
fn several_runs_are_held_against_the_best() {
    let runs = [a(), run("B", |i| i % 10 != 4), run("C", |i| i % 16 != 3), run("D", |i| i % 5 != 1)];
    let best = paired::best(&runs).expect("judged");
    assert_eq!(best.info.id, "C");
    let pairs: Vec<Paired> =
        runs.iter().filter(|run| run.info.id != "C").map(|run| Paired::of(best, run).expect("judged")).collect();
    let p: Vec<f64> = pairs.iter().map(|pair| pair.p.expect("a p")).collect();
    let corrected = paired::corrected(&pairs.iter().collect::<Vec<_>>());
    for (corrected, p) in corrected.iter().zip(&p) {
        let corrected = corrected.expect("a p");
        assert!(corrected >= *p && corrected <= f64::min(3.0 * p, 1.0), "{corrected} of {p}");
    }
    assert!(paired::best(&Vec::<RunView>::new()).is_none());
}

/// The window's way: asked for once, answered by the worker, forgotten once a run is another.
#[test]
fn a_session_keeps_a_comparison_as_long_as_both_runs_are_as_they_were() {
    let mut session = Session::default();
    let tell = |session: &mut Session, event| session.apply(Envelope { job: JobId(1), event });
    let (first, second) = (a(), run("B", |i| i % 10 != 4));
    for view in [&first, &second] {
        tell(&mut session, Event::RunViewed(Box::new(view.clone())));
    }
    let runs = ["A".to_owned(), "B".to_owned()];
    assert!(session.pairs.ask(runs.clone()) && !session.pairs.ask(runs.clone()), "once");
    assert!(matches!(session.pairs.get(&runs), Some(PairState::Asked)));
    let folder = Folder::new();
    let store = RunStore::at(folder.root().join("home"));
    let [one, other] = runs.each_ref().map(|run| session.views[run].clone());
    let mut events = Vec::new();
    let command = Command::Pair { first: one, second: other };
    assert_eq!(command.lane(), Lane::Shelf, "it does not wait for a training");
    worker::perform(command, &store, &Control::default(), &mut |event| events.push(event)).expect("it is no failure");
    let known = |session: &Session| matches!(session.pairs.get(&runs), Some(PairState::Known(pair)) if pair.pictures() == COUNT);
    for event in events {
        // What is told can be written down.
        let event: Event = serde_json::from_str(&serde_json::to_string(&event).expect("JSON")).expect("the same event");
        tell(&mut session, event);
    }
    assert!(known(&session));
    // Looked at again, it is the same; with another threshold it is not.
    tell(&mut session, Event::RunViewed(Box::new(second.clone())));
    assert!(known(&session));
    let mut kept = second.clone();
    if let Some(report) = &mut kept.report {
        report.threshold = 0.9;
    }
    tell(&mut session, Event::RunViewed(Box::new(kept)));
    assert!(session.pairs.get(&runs).is_none());
    // An answer for which nobody waits any more is of the run as it was.
    session.pairs.take(&runs, Paired::of(&first, &second));
    assert!(session.pairs.get(&runs).is_none());
    // Another name is another sentence.
    session.pairs.ask(runs.clone());
    session.pairs.take(&runs, Paired::of(&first, &second));
    let mut info = first.info.clone();
    info.name = "another name".to_owned();
    tell(&mut session, Event::Runs { runs: vec![info] });
    assert!(session.pairs.get(&runs).is_none());
    assert_eq!(session.views["A"].info.name, "another name");
}
