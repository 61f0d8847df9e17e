//! Experiments in the window: asked for on Runs, watched while they train, read when they are over.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use trombine::{
    data::reading::Reading,
    experiment::{Cost, Design, Draft, Experiment, ExperimentView, MemberState, MemberView, Recipe, SHARES},
    preset::Preset,
    problem::{Kind, Problem},
    run::{RequestedDevice, RunInfo, RunStatus},
    session::{AtWork, Phase},
    setting_def::Choice as _,
    settings::Settings,
    text::{Lang, LocalizedText, say},
    ui::{
        Action,
        page::Page,
        widget::plot::{self, rounded},
    },
    worker::JobId,
};

use crate::{
    nodes::texts,
    stage::{self, Stage},
};

/// An experiment on the stage's pictures of which nothing is trained.
pub fn waiting(stage: &Stage, id: &str, draft: Draft) -> ExperimentView {
    let dataset = stage.session.dataset.as_ref().expect("opened");
    let Draft { kind, name, base, variants, members, vary, halving } = draft;
    let experiment = Experiment {
        id: id.to_owned(),
        name,
        kind,
        created: 1_790_000_000,
        source: dataset.source.clone(),
        reading: Reading::default(),
        task: dataset.task.clone(),
        data: Some(dataset.fingerprint()),
        base,
        asked: RequestedDevice::default(),
        variants,
        members,
        vary,
        halving,
    };
    let member = |place: usize| MemberView {
        label: experiment.label(place),
        variant: experiment.members[place].variant,
        state: MemberState::Waiting,
        run: None,
        history: Vec::new(),
        epochs: 12,
        owner: None,
    };
    let members = (0..experiment.members.len()).map(member).collect();
    ExperimentView { members, cancelled: false, folder: "/home/someone/experiments".into(), experiment }
}

/// Ends a member with this test accuracy, on so many training pictures.
pub fn finish(stage: &Stage, member: &mut MemberView, id: String, accuracy: f64, pictures: u32) {
    let run = stage::run(stage.session.dataset.as_ref().expect("opened"));
    let mut scores = run.info.scores.clone().expect("judged");
    scores.accuracy = accuracy;
    let info = RunInfo {
        id,
        status: RunStatus::Finished,
        scores: Some(scores),
        pictures: [pictures, 200, 200],
        epochs_done: 12,
        seconds: 95.0,
        ..run.info.clone()
    };
    member.history = stage::history(12);
    let shift = accuracy - 0.9;
    member.history.iter_mut().for_each(|epoch| epoch.validation_accuracy = (epoch.validation_accuracy + shift).clamp(0.0, 1.0));
    (member.state, member.run) = (MemberState::Finished, Some(info));
}

/// With these experiments.
pub fn with(mut stage: Stage, views: Vec<ExperimentView>) -> Stage {
    let experiments = &mut stage.session.experiments;
    experiments.list = views.iter().map(|view| view.experiment.clone()).collect();
    experiments.views = views.into_iter().map(|view| (view.experiment.id.clone(), Arc::new(view))).collect();
    stage
}

/// Three runs, and pictures.
pub fn runs() -> Stage {
    let mut stage = stage::three_runs();
    if stage.session.dataset.is_none() {
        stage = stage.with_data(60);
    }
    stage
}

/// Five seeds: three are finished, the fourth is trained, the fifth waits.
pub fn at_work() -> Stage {
    let stage = runs();
    let draft = Design::Seeds.draft(&Settings::default(), 5, false).expect("a draft");
    let mut view = waiting(&stage, "seeds", draft);
    for (place, accuracy) in [0.912, 0.924, 0.918].into_iter().enumerate() {
        finish(&stage, &mut view.members[place], format!("run-{place}"), accuracy, 1200);
    }
    let mut stage = with(stage, vec![view]);
    let job = JobId(7);
    let dataset = stage.session.dataset.clone().expect("opened");
    let mut training = stage::training(&dataset, 5);
    training.job = Some(job);
    training.run = "run-3".to_owned();
    stage.session.training = Some(training);
    stage.session.begin(job, Phase::Training);
    stage.session.experiments.at_work = Some(AtWork { job, experiment: "seeds".to_owned(), member: 3 });
    stage
}

/// Two recipes with three seeds each, of which one run failed.
pub fn compared() -> Stage {
    let stage = runs();
    let recipe = |preset: Preset| Recipe { name: preset.name().into(), settings: preset.settings() };
    let design = Design::Compare(vec![recipe(Preset::Notebook), recipe(Preset::Recommended)]);
    let draft = design.draft(&Settings::default(), 3, true).expect("a draft");
    let mut view = waiting(&stage, "recipes", draft);
    for (place, accuracy) in [0.905, 0.932, 0.911, 0.941, 0.898].into_iter().enumerate() {
        finish(&stage, &mut view.members[place], format!("run-{place}"), accuracy, 1200);
    }
    let what = say("The disk is full", "Le disque est plein");
    let problem = Problem::new(Kind::Disk, what, say("Make room", "Faites de la place"));
    view.members[5].state = MemberState::Failed { problem };
    with(stage, vec![view])
}

/// A learning curve that is over.
pub fn curve() -> Stage {
    let stage = runs();
    let draft = Design::Curve(SHARES.into()).draft(&Settings::default(), 1, true).expect("a draft");
    let mut view = waiting(&stage, "curve", draft);
    let points = [(120, 0.78), (240, 0.835), (480, 0.88), (960, 0.912), (1200, 0.921)];
    for (place, (pictures, accuracy)) in points.into_iter().enumerate() {
        finish(&stage, &mut view.members[place], format!("run-{place}"), accuracy, pictures);
    }
    with(stage, vec![view])
}

#[test]
fn the_form_says_what_is_trained_and_what_it_takes_before_anything_is_begun() {
    let (mut harness, stage) = runs().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("New experiment…").click();
    harness.run_steps(4);
    let asked = stage.borrow_mut().actions.split_off(0);
    let [Action::CostOfExperiment(draft)] = &asked[..] else { panic!("it is asked once what five seeds take: {asked:?}") };
    assert_eq!((draft.members.len(), draft.kind), (5, Design::Seeds.kind()));
    let cost = Cost { runs: 5, seconds: Some(300.0), bytes: 12_000_000 };
    stage.borrow_mut().session.experiments.cost = Some((Draft::clone(draft), cost));
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("at most about").is_some());
    harness.get_by_label("Cross-validation").click();
    harness.run_steps(4);
    let asked = stage.borrow_mut().actions.split_off(0);
    assert!(matches!(&asked[..], [Action::CostOfExperiment(draft)] if draft.base.split.folds == 5), "{asked:?}");
    harness.get_by_label("Start 5\u{a0}runs").click();
    harness.run_steps(3);
    let begun = stage.borrow_mut().actions.split_off(0);
    assert!(matches!(&begun[..], [Action::StartExperiment(draft)] if draft.kind == Design::Folds(5).kind()), "{begun:?}");
    harness.get_by_label("All runs").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("New experiment…").is_some());
}

/// What was trained before is not trained again: an experiment of such runs is over before the window draws its next frame.
#[test]
fn what_is_begun_is_shown_even_if_it_is_over_at_once() {
    let (mut harness, stage) = runs().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("New experiment…").click();
    harness.run_steps(3);
    harness.get_by_label("Start 5\u{a0}runs").click();
    harness.run_steps(2);
    let draft = Design::Seeds.draft(&Settings::default(), 5, false).expect("a draft");
    let view = waiting(&stage.borrow(), "over", draft);
    stage.borrow_mut().session.experiments.list.insert(0, view.experiment.clone());
    stage.borrow_mut().session.experiments.views.insert("over".to_owned(), Arc::new(view));
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("0 of 5 runs finished").is_some());
}

#[test]
fn without_pictures_the_form_says_the_way() {
    let mut stage = stage::three_runs();
    stage.session.dataset = None;
    stage.plan = Err(Vec::new());
    let (mut harness, stage) = stage.harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("New experiment…").click();
    harness.run_steps(3);
    harness.get_by_label("Go to Data").click();
    harness.run_steps(2);
    assert_eq!(stage.borrow().actions, [Action::Go(Page::Data)]);
}

#[test]
fn what_works_is_watched_and_can_be_stopped() {
    let (mut harness, stage) = at_work().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains("5\u{a0}seeds").click();
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("3 of 5 runs finished").is_some());
    // numpy.mean([.912, .924, .918]), numpy.std([...], ddof=1), scipy.stats.t.interval(0.95, 2, mean, sd / 3 ** 0.5):
    // 0.918, 0.006, (0.9031, 0.9329)
    let words = "91.8% on average of 3\u{a0}runs; a single run typically deviates by 0.6\u{a0}points";
    assert!(harness.query_by_label_contains(words).is_some(), "the result in words");
    assert!(harness.query_by_label_contains("between 90.3% and 93.3%").is_some());
    assert!(harness.query_by_label_contains("epoch 6 of").is_some() || harness.query_by_label_contains("epoch 5 of").is_some());
    assert!(harness.query_by_label("seed 46, waiting").is_some());
    stage.borrow_mut().actions.clear();
    harness.get_by_label("Stop for now").click();
    harness.run_steps(2);
    assert_eq!(stage.borrow_mut().actions.split_off(0), [Action::StopExperiment]);
    harness.get_by_label("Pause").click();
    harness.run_steps(2);
    assert_eq!(stage.borrow_mut().actions.split_off(0), [Action::Pause(true)]);
}

#[test]
fn what_is_over_leads_to_its_runs_and_the_best_settings() {
    let (mut harness, stage) = compared().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains("2\u{a0}recipes").click();
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("the disk is full").is_some(), "why a run failed");
    stage.borrow_mut().actions.clear();
    harness.get_by_label("Use the best run’s settings").click();
    harness.run_steps(2);
    // 94.1% is the best run of the recipe with the better mean.
    assert_eq!(stage.borrow_mut().actions.split_off(0), [Action::TakeSettings("run-3".to_owned())]);
    harness.get_by_label("Resume").click();
    harness.run_steps(2);
    assert_eq!(stage.borrow_mut().actions.split_off(0), [Action::RunExperiment("recipes".to_owned())]);
    // d = numpy.array([.932 - .905, .941 - .911]); t = d.mean() / numpy.sqrt((1 / 2 + 200 / 1200) * d.var(ddof=1))
    // 2 * scipy.stats.t.sf(t, 1): 0.03864
    let words = "2.8\u{a0}points more accurate than Notebook; over 2 seeds that is hardly luck (p\u{a0}=\u{a0}0.039)";
    assert!(harness.query_by_label_contains(words).is_some());
    // The means, of all seeds, differ by more.
    assert!(harness.query_by_label_contains("On the 2 seeds both have, it is 2.8").is_some());
    // The dot of the strip plot that is nearest to the pointer: at the right end the largest.
    let strip = harness.get_by_label_contains("Recommended Recommended · seed 42: 93.2").rect();
    let end = strip.right_center() - egui::vec2(2.0, 0.0);
    for event in [
        egui::Event::PointerMoved(end),
        egui::Event::PointerButton {
            pos: end,
            button: egui::PointerButton::Primary,
            pressed: true,
            modifiers: Default::default(),
        },
        egui::Event::PointerButton {
            pos: end,
            button: egui::PointerButton::Primary,
            pressed: false,
            modifiers: Default::default(),
        },
    ] {
        harness.event(event);
        harness.run_steps(1);
    }
    harness.run_steps(2);
    assert_eq!(stage.borrow_mut().actions.split_off(0), [Action::OpenRun("run-3".to_owned())]);
}

/// The best of all results need not be ahead on the seeds that both have.
#[test]
fn a_lead_says_who_is_ahead_on_common_seeds() {
    for (scores, wanted, french) in [
        ([0.90, 0.92, 0.96], "2.0\u{a0}points less accurate than Recommended, on what both have", "est moins bon de 2,0"),
        ([0.92, 0.92, 0.96], "as accurate as Recommended", "est aussi bon que"),
        ([0.94, 0.92, 0.96], "2.0\u{a0}points more accurate than Recommended", "est meilleur de 2,0"),
    ] {
        let stage = compared();
        let mut view = stage.session.experiments.views["recipes"].as_ref().clone();
        for member in &mut view.members {
            (member.state, member.run) = (MemberState::Waiting, None);
        }
        for (place, accuracy) in scores.into_iter().enumerate() {
            finish(&stage, &mut view.members[place], format!("run-{place}"), accuracy, 1200);
        }
        let leads = view.leads();
        assert!(view.lead_words(&leads[0], true, Lang::En).contains(wanted), "{}", view.lead_words(&leads[0], true, Lang::En));
        assert!(view.lead_words(&leads[0], true, Lang::Fr).contains(french), "{}", view.lead_words(&leads[0], true, Lang::Fr));
        // Each sentence has one verb, wherever it stands.
        let on = wanted.starts_with("2.0\u{a0}points more") || wanted.starts_with("as accurate");
        let starts =
            if on { ["On the one seed both have, it is ", "Sur la graine commune, il est "] } else { ["It is ", "Il est "] };
        for (lang, start) in Lang::ALL.into_iter().zip(starts) {
            let said = view.lead_words(&leads[0], false, lang);
            let rest = said.strip_prefix(start).unwrap_or_else(|| panic!("{said}"));
            assert!(
                ["2.0", "as ", "meilleur de 2,0", "moins bon de 2,0", "aussi bon "].iter().any(|next| rest.starts_with(next)),
                "{said}"
            );
        }
    }
}

#[test]
fn a_learning_curve_says_what_more_pictures_would_bring() {
    let (mut harness, _) = curve().harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains("learning curve").click();
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("With twice the pictures (2,400) about 9").is_some());
}

/// An experiment that was not looked at yet is asked for, and its page has a way back meanwhile.
#[test]
fn one_that_is_not_known_yet_is_asked_for() {
    let mut stage = compared();
    stage.session.experiments.views.clear();
    let (mut harness, stage) = stage.harness([1280.0, 900.0]);
    harness.run_steps(3);
    harness.get_by_label("Experiments").click();
    harness.run_steps(3);
    harness.get_by_label_contains("2\u{a0}recipes").click();
    harness.run_steps(3);
    let asked = stage.borrow_mut().actions.split_off(0);
    assert_eq!(asked, [Action::ViewExperiment("recipes".to_owned())], "once");
    harness.get_by_label("All runs").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("New experiment…").is_some());
}

#[test]
fn names_are_there_in_both_languages() {
    let named = |design: Design, seeds| design.draft(&Settings::default(), seeds, false).expect("a draft").name;
    let both = LocalizedText { en: "notebook · 5\u{a0}seeds".to_owned(), fr: "notebook · 5\u{a0}graines".to_owned() };
    let name = named(Design::Seeds, 5);
    assert_eq!((name.en.to_lowercase(), name.fr.to_lowercase()), (both.en, both.fr));
}

/// Of runs that are nearly all right, no plot promises more than all, and of runs that are nearly all wrong, less than none.
#[test]
fn no_axis_of_shares_goes_beyond_its_ends() {
    for (low, high) in [(0.995, 1.0), (1.0, 1.0), (0.0, 0.004), (0.931, 0.999), (0.0, 1.0), (0.62, 0.64)] {
        for (wanted, least) in [(3, 0.01), (4, 0.01), (7, 0.02), (4, 0.1)] {
            let (from, to) = rounded(low, high, wanted, least, plot::SHARES);
            assert!(from >= 0.0 && to <= 1.0, "{from} {to}");
            assert!(from <= low + 1e-9 && to >= high - 1e-9 && to - from >= least - 1e-9, "{low} {high}: {from} {to}");
        }
    }
    let stage = runs();
    let draft = Design::Seeds.draft(&Settings::default(), 5, false).expect("a draft");
    let mut view = waiting(&stage, "seeds", draft);
    for (place, accuracy) in [1.0, 0.999, 1.0, 0.998, 1.0].into_iter().enumerate() {
        finish(&stage, &mut view.members[place], format!("run-{place}"), accuracy, 1200);
    }
    let name = view.experiment.name.en.clone();
    let (mut page, _) = with(stage, vec![view]).harness([1280.0, 900.0]);
    page.run_steps(3);
    page.get_by_label("Experiments").click();
    page.run_steps(3);
    page.get_by_label_contains(&name).click();
    page.run_steps(4);
    let shares: Vec<f64> = texts(&page).iter().filter_map(|text| text.text.strip_suffix('%')?.trim_end().parse().ok()).collect();
    assert!(shares.len() > 3 && shares.iter().all(|share| *share <= 100.0), "{shares:?}");
}
