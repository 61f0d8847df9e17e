//! The results page by its accessible names: a cell opens exactly its pictures, and the threshold moves everything.

use std::collections::BTreeSet;

use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use trombine::{
    data::sample::{Part, Source},
    evaluate::{F1Of, Grouping, Logits, Report, words},
    files::table::TableStyle,
    run::{
        Changes, RunFiles, RunStatus,
        export::{Format, PlotKind},
    },
    text::{Lang, percent, say},
    ui::{Action, page::Page},
};

use crate::stage::{self, Stage};

/// Tall enough that every picture of sixty is drawn.
const TALL: [f32; 2] = [1400.0, 2600.0];
const FACES: usize = 60;

fn report(lang: Lang) -> (Report, Stage) {
    let mut stage = Stage::new(Page::Results).with_data(FACES).with_run();
    stage.lang = lang;
    let report = stage.session.run.as_ref().and_then(|run| run.report.clone()).expect("the stage's run is judged");
    (report, stage)
}

/// The files whose tiles are on the screen.
fn shown(harness: &Harness<'_>, lang: Lang) -> BTreeSet<String> {
    let split = match lang {
        Lang::En => ": predicted ",
        Lang::Fr => "\u{a0}: réponse ",
    };
    harness
        .query_all_by_label_contains(split)
        .filter_map(|node| {
            node.accesskit_node().label().and_then(|label| label.split_once(split).map(|(file, _)| file.to_owned()))
        })
        .collect()
}

fn files(report: &Report, places: &[usize]) -> BTreeSet<String> {
    places.iter().map(|&i| report.predictions[i].file.display().to_string()).collect()
}

#[test]
fn each_cell_opens_exactly_its_pictures() {
    for lang in Lang::ALL {
        for (label, said) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (report, stage) = report(lang);
            let expected = report.cell(0.5, label, said);
            assert!(!expected.is_empty(), "the made-up run has pictures in every cell");
            let sentence = report.confusion(0.5).sentence(&report.task, label, said, lang);
            let (mut harness, _) = stage.harness(TALL);
            harness.run();
            harness.get_by_label_contains(&sentence).click();
            harness.run();
            assert_eq!(shown(&harness, lang), files(&report, &expected), "{sentence}");
        }
    }
}

#[test]
fn a_cell_can_be_opened_by_keyboard() {
    let (report, stage) = report(Lang::En);
    let (mut harness, _) = stage.harness(TALL);
    harness.run();
    harness.get_by_label_contains("labeled female, predicted male").focus();
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(shown(&harness, Lang::En), files(&report, &report.cell(0.5, 0, 1)));
    harness.get_by_label("Back to the results").click();
    harness.run();
    assert!(harness.query_by_label_contains("labeled female, predicted male").is_some());
}

#[test]
fn each_group_opens_exactly_its_pictures() {
    let (report, stage) = report(Lang::En);
    // Wide enough for the groupings to stand beside each other.
    let (mut harness, _) = stage.harness([1900.0, 2600.0]);
    harness.run();
    let groupings =
        [("age", Grouping::AGE), ("race label", Grouping::RACE), ("gender", Grouping::CLASS), ("combined", Grouping::CROSSED)];
    for (tab, by) in groupings {
        harness.get_by_label(tab).click();
        harness.run();
        let groups = report.groups(0.5, by);
        assert!(groups.len() > 1);
        for group in groups {
            // As it begins, since `male: ` ends `female: ` too.
            let name = format!("{}: {}", group.key.name(&report.task, Lang::En), percent(Lang::En, group.accuracy.share(), 0));
            let begins = |node: &egui_kittest::kittest::AccessKitNode<'_>| node.label().is_some_and(|l| l.starts_with(&name));
            let node = harness.query_all_by_label_contains(&name).find(|node| begins(&node.accesskit_node()));
            node.unwrap_or_else(|| panic!("{name} stands there")).click();
            harness.run();
            assert_eq!(shown(&harness, Lang::En), files(&report, &report.members(group.key)), "{name}");
            harness.get_by_label("Back to the results").click();
            harness.run();
        }
    }
}

#[test]
fn the_threshold_moves_the_matrix_and_the_pictures_and_can_be_kept() {
    let (report, stage) = report(Lang::En);
    let id = stage.session.run.as_ref().map(|run| run.info.id.clone()).unwrap_or_default();
    let best = report.best_f1(F1Of::Macro).expect("there are pictures").threshold;
    let (mut harness, stage) = stage.harness(TALL);
    harness.run();
    assert!(harness.query_by_label("Use for predictions").is_none(), "nothing to keep yet");
    harness.get_by_label_contains("Best F1 at threshold").click();
    harness.run();
    assert!(harness.query_by_label_contains("Best F1 at threshold").is_none(), "it is the best: nothing would change");
    let sentence = report.confusion(best).sentence(&report.task, 1, 1, Lang::En);
    assert!(harness.query_by_label_contains(&sentence).is_some(), "{sentence}");
    assert!(harness.query_by_label(&report.headline(best, Lang::En)).is_some());
    harness.get_by_label("Use for predictions").click();
    harness.run();
    let kept = stage
        .borrow()
        .actions
        .iter()
        .any(|a| matches!(a, Action::KeepThreshold { run, threshold, .. } if *run == id && *threshold == best));
    assert!(kept, "{:?}", stage.borrow().actions);
}

/// The temperature and threshold that would be kept, if they are not yet.
fn to_keep(harness: &mut Harness<'_>, stage: &std::cell::RefCell<Stage>) -> Option<(f64, f64)> {
    harness.query_by_label("Use for predictions")?.click();
    harness.run();
    stage.borrow().actions.iter().rev().find_map(|action| match action {
        Action::KeepThreshold { threshold, temperature, .. } => Some((*threshold, *temperature)),
        _ => None,
    })
}

#[test]
fn a_temperature_changes_no_answer_whatever_the_threshold_is() {
    let (mut report, mut stage) = report(Lang::En);
    report.threshold = 0.9;
    // Answers that are as right as they are, but half as sure.
    for prediction in report.validation.iter_mut().chain(&mut report.predictions) {
        let logit = prediction.logit.log_odds(1, 1.0);
        let right = (logit > 0.0) == (prediction.label == 1);
        prediction.logit = Logits::Binary(if right { 0.35 * logit } else { 0.05 * logit } as f32);
    }
    let fitted = report.fitted_temperature();
    let raw = report.logit_threshold(0.9);
    assert!(fitted < 0.4, "surer by far: {fitted}");
    std::sync::Arc::make_mut(stage.session.run.as_mut().expect("one is shown")).report = Some(report.clone());
    let (mut harness, stage) = stage.harness(TALL);
    harness.run();
    let headline = report.headline(0.9, Lang::En);
    assert!(harness.query_by_label(&headline).is_some());
    let switch = "Correct underconfidence (temperature scaling)";
    harness.get_by_label(switch).click();
    harness.run();
    harness.run();
    assert!(harness.query_by_label(&headline).is_some(), "an answer has changed");
    let (threshold, temperature) = to_keep(&mut harness, &stage).expect("another temperature");
    assert_eq!(temperature, fitted);
    let after = Report { temperature, ..report.clone() };
    assert!((after.logit_threshold(threshold) - raw).abs() < 1e-6, "{threshold} is not where 0.9 was");
    assert!(threshold > 0.99, "beyond the slider's range: {threshold}");
    // It is told from 1 wherever it stands.
    assert!(harness.query_by_label_contains("trying threshold 1.00").is_none());
    harness.get_by_label(switch).click();
    harness.run();
    assert!(to_keep(&mut harness, &stage).is_none(), "all is as it was");
}

#[test]
fn without_validation_pictures_a_temperature_is_switched_off_and_on_or_that_is_said() {
    let why = "There are no validation pictures here to correct its confidence by";
    for temperature in [1.0, 1.43] {
        let (mut report, mut stage) = report(Lang::En);
        (report.validation, report.part, report.temperature) = (Vec::new(), None, temperature);
        std::sync::Arc::make_mut(stage.session.run.as_mut().expect("one is shown")).report = Some(report);
        let (mut harness, stage) = stage.harness(TALL);
        harness.run();
        let switch = |harness: &Harness<'_>| {
            harness.get_by_label("Correct overconfidence (temperature scaling)").accesskit_node().is_disabled()
        };
        assert_eq!(switch(&harness), temperature == 1.0);
        assert_eq!(harness.query_by_label(why).is_some(), temperature == 1.0);
        if temperature == 1.0 {
            continue;
        }
        assert!(harness.query_by_label("Correct overconfidence (temperature scaling, 1.43)").is_some());
        for expected in [Some(1.0), None] {
            harness.get_by_label("Correct overconfidence (temperature scaling)").click();
            harness.run();
            assert_eq!(to_keep(&mut harness, &stage).map(|kept| kept.1), expected);
        }
    }
}

#[test]
fn each_plot_can_be_saved_as_it_is_shown() {
    let (report, stage) = report(Lang::En);
    let (mut harness, stage) = stage.harness(TALL);
    harness.run();
    harness.get_by_label_contains("Best F1 at threshold").click();
    harness.run();
    let threshold = report.best_f1(F1Of::Macro).expect("there are pictures").threshold;
    let mut expected = Vec::new();
    for (card, plot) in [
        ("Confusion matrix", PlotKind::Matrix),
        ("Threshold", PlotKind::Roc),
        ("Accuracy by group", PlotKind::Groups(Grouping::AGE)),
        ("Is its confidence right?", PlotKind::Calibration),
    ] {
        harness.get_by_label(&format!("Save the plot, {card}")).click();
        harness.run();
        expected.push(Action::SavePlot { plot, threshold, temperature: 1.0 });
    }
    assert_eq!(stage.borrow().actions, expected);
}

#[test]
fn a_report_can_be_had_with_or_without_faces() {
    for (item, mistakes) in [("Without faces…", false), ("With the most confident mistakes…", true)] {
        let (_, stage) = report(Lang::En);
        let (mut harness, stage) = stage.harness(TALL);
        harness.run();
        harness.get_by_label("Report…").click();
        harness.run();
        harness.get_by_label(item).click();
        harness.run();
        let run = "2026-11-22-140211".to_owned();
        assert_eq!(stage.borrow().actions, [Action::Export { run, format: Format::Report, mistakes }]);
    }
}

/// A relabelled picture keeps every count; a changed option leaves the data alone.
#[test]
fn a_badge_says_when_labels_or_options_have_changed_since() {
    fn relabel(stage: &mut Stage) {
        let open = stage.session.open.as_mut().expect("it is open");
        let sample = &mut std::sync::Arc::make_mut(&mut open.dataset).samples[3];
        sample.class = 1 - sample.class;
    }
    const DATA: &str = "Data changes since this run: 1\u{a0}changed label";
    const OPTIONS: &str = "Your settings differ from this run’s: dropout";
    let badges = |change: fn(&mut Stage)| {
        let (_, mut stage) = report(Lang::En);
        change(&mut stage);
        let (mut harness, _) = stage.harness(TALL);
        harness.run();
        [DATA, OPTIONS].map(|badge| harness.query_by_label_contains(badge).is_some())
    };
    assert_eq!(badges(|_| {}), [false, false]);
    assert_eq!(badges(relabel), [true, false]);
    assert_eq!(
        badges(|stage| {
            relabel(stage);
            stage.settings.model.dropout = 0.1;
        }),
        [true, true]
    );
    assert_eq!(badges(|stage| stage.settings.model.dropout = 0.1), [false, true]);
    // As states and not as orders, and without what follows from another option.
    let (_, mut stage) = report(Lang::En);
    (stage.settings.augment.crop, stage.settings.split.use_given) = (128, false);
    let (mut harness, _) = stage.harness(TALL);
    harness.run();
    assert!(harness.query_by_label_contains("differ from this run’s: folders’ parts not kept, crop 128").is_some());
    assert!(harness.query_by_label_contains("resize back").is_none());
}

#[test]
fn a_picture_of_another_data_set_is_not_shown_in_place_of_the_judged_one() {
    let (_, mut stage) = report(Lang::En);
    let mut other = stage::faces(FACES).as_ref().clone();
    other.source = Source::Folder("elsewhere".into());
    stage.session.open = Some(other.into());
    let (mut harness, stage) = stage.harness(TALL);
    harness.run();
    harness.get_by_label_contains("labeled female, predicted male").click();
    harness.run();
    assert!(!shown(&harness, Lang::En).is_empty(), "the tiles stand, without pictures");
    assert!(stage.borrow().actions.is_empty());
}

/// The second click of a double click on the way back was meant for that way, whatever stands there meanwhile.
#[test]
fn a_second_click_on_the_way_back_starts_no_training() {
    let (_, mut stage) = report(Lang::En);
    let open = stage.session.open.as_mut().expect("it is open");
    let sample = &mut std::sync::Arc::make_mut(&mut open.dataset).samples[3];
    sample.class = 1 - sample.class;
    let (mut harness, stage) = stage.harness([1280.0, 800.0]);
    harness.run();
    harness.get_by_label_contains("labeled female, predicted male").click();
    harness.run();
    let (back, again) = ("Back to the results", "Train again with these labels");
    let (back, again) = (harness.get_by_label(back).rect(), harness.get_by_label(again).rect());
    assert!(again.right() < back.left(), "the way back stays at the right end, where it is without the other");
    // Labels are decided while the pictures are shown: the new button pushes nothing away.
    let before = stage.borrow().session.open.clone();
    stage.borrow_mut().session.open = Some(stage::faces(FACES).into());
    harness.run();
    assert_eq!(harness.get_by_label("Back to the results").rect(), back);
    assert!(harness.query_by_label("Train again with these labels").is_none());
    stage.borrow_mut().session.open = before;
    harness.run();
    assert!(stage.borrow().actions.is_empty());
}

/// At every size and in both languages each number of the crossed groups can be read, if need be by scrolling.
#[test]
fn no_cell_of_the_table_of_crossed_groups_is_cut() {
    for (lang, names) in
        [(Lang::En, ["combined", "Show groups as a table"]), (Lang::Fr, ["combinés", "Afficher les groupes en tableau"])]
    {
        for size in [[1024.0, 700.0], [1048.0, 800.0], [1688.0, 1080.0]] {
            let (report, stage) = report(lang);
            let (mut harness, _) = stage.harness(size);
            harness.run();
            if harness.query_by_label(names[0]).is_none() {
                // Where it is narrow the groupings are in a menu.
                harness.get_by_label(if lang == Lang::En { "age" } else { "âge" }).click();
                harness.run();
            }
            harness.get_by_label(names[0]).click();
            harness.run();
            harness.get_by_label(names[1]).click();
            harness.run();
            let groups = report.groups(0.5, Grouping::CROSSED);
            let cells: BTreeSet<String> = groups
                .iter()
                .flat_map(|group| [group.key.name(&report.task, lang), percent(lang, group.accuracy.share(), 1)])
                .collect();
            let mut texts = Vec::new();
            harness.output().shapes.iter().for_each(|shape| texts_of(&shape.shape, &mut texts));
            let cut: Vec<&String> =
                texts.iter().filter(|(text, cut)| *cut && cells.contains(text)).map(|(text, _)| text).collect();
            assert!(cut.is_empty(), "{lang:?} {size:?}: {cut:?}");
            assert!(texts.iter().any(|(text, _)| cells.contains(text)), "the table is there");
        }
    }
}

/// Every text that is painted, with whether it is cut.
fn texts_of(shape: &egui::Shape, found: &mut Vec<(String, bool)>) {
    match shape {
        egui::Shape::Text(text) => found.push((text.galley.job.text.clone(), text.galley.elided)),
        egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts_of(shape, found)),
        _ => {}
    }
}

/// A button that takes another's place under the pointer does not hear the second click of a double click.
#[test]
fn the_second_click_of_a_double_click_goes_to_no_new_button() {
    use egui_kittest::Harness;
    use trombine::ui::{theme, widget::button::Button};
    // Which of two buttons in one place is shown, and how often each was clicked.
    let mut harness =
        Harness::builder().with_size([300.0, 200.0]).with_step_dt(0.05).with_context_setup(theme::install).build_ui_state(
            |ui, (second, clicks): &mut (bool, [u32; 2])| {
                let name = if *second { "Start" } else { "Back!" };
                if ui.add(Button::primary(name)).clicked() {
                    clicks[usize::from(*second)] += 1;
                    *second = true;
                }
            },
            (false, [0, 0]),
        );
    harness.run_steps(2);
    let at = harness.get_by_label("Back!").rect().center();
    let click = |harness: &mut Harness<'_, (bool, [u32; 2])>| {
        harness.hover_at(at);
        harness.drag_at(at);
        harness.drop_at(at);
        harness.run_steps(1);
    };
    click(&mut harness);
    assert!(harness.query_by_label("Start").is_some() || harness.state().0);
    click(&mut harness);
    assert_eq!(harness.state().1, [1, 0], "the second click was meant for the first button");
    harness.run_steps(12);
    click(&mut harness);
    assert_eq!(harness.state().1, [1, 1], "a click of its own counts");
    click(&mut harness);
    assert_eq!(harness.state().1, [1, 2], "and a double click on a button that was there");
}

#[test]
fn without_a_run_it_says_how_to_get_one() {
    let (mut harness, stage) = Stage::new(Page::Results).harness([800.0, 600.0]);
    harness.run();
    harness.get_by_label("Go to training").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Go(Page::Training)]);
}

/// A report of earlier weights is left out, and the page says why and how to have another.
#[test]
fn results_of_earlier_weights_are_not_shown() {
    let (_, mut stage) = report(Lang::En);
    let view = std::sync::Arc::make_mut(stage.session.run.as_mut().expect("a run"));
    (view.report, view.outdated) = (None, true);
    let id = view.info.id.clone();
    let (mut harness, stage) = stage.harness([800.0, 600.0]);
    harness.run();
    assert!(harness.query_by_label("The results of this run are of earlier weights").is_some());
    harness.get_by_label("Evaluate now").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Evaluate { run: id, mirrored: None }]);
}

/// The rail says what the page says, and of which pictures: 81% of the test part is not 76% of another folder.
#[test]
fn the_rail_speaks_of_the_report_that_is_shown() {
    for (part, words) in [(Some(Part::Test), "right, test"), (None, "right, other folder")] {
        let (mut report, mut stage) = report(Lang::En);
        report.part = part;
        let share = words::about(report.confusion(report.threshold).accuracy().share(), Lang::En);
        let view = std::sync::Arc::make_mut(stage.session.run.as_mut().expect("a run"));
        // The run's own scores are always those of its test part.
        view.info.scores.as_mut().expect("judged").accuracy = 0.123;
        view.report = Some(report);
        assert_eq!(Page::Results.state(Lang::En, &stage.session, &stage.settings, true), format!("{share} {words}"));
    }
}

/// A threshold that is only tried is on the screen alone: the page says so, and so do the menus that export.
#[test]
fn a_tried_threshold_is_told_apart_from_the_kept_one() {
    for (lang, best_f1, tried, exports, menu) in [
        (Lang::En, "Best F1 at threshold", "trying threshold", "At the saved threshold 0.50", "Export…"),
        (Lang::Fr, "Meilleur F1 au seuil", "seuil provisoire", "Au seuil enregistré 0,50", "Exporter…"),
    ] {
        let (_, stage) = report(lang);
        let (mut harness, _) = stage.harness(TALL);
        harness.run();
        assert!(harness.query_by_label_contains(tried).is_none());
        harness.get_by_label_contains(best_f1).click();
        harness.run();
        assert!(harness.query_by_label_contains(tried).is_some());
        harness.get_by_label(menu).click();
        harness.run();
        assert!(harness.query_by_label_contains(exports).is_some());
    }
}

/// The strip says which run on which data from when, on the page and over its pictures.
#[test]
fn a_strip_names_run_data_and_date() {
    for (lang, begins) in [
        (Lang::En, "Run “notebook + batch norm” · sample faces · "),
        (Lang::Fr, "Essai «\u{a0}notebook + batch norm\u{a0}» · visages d’exemple · "),
    ] {
        let (report, stage) = report(lang);
        let sentence = report.confusion(0.5).sentence(&report.task, 0, 1, lang);
        let (mut harness, _) = stage.harness(TALL);
        harness.run();
        assert!(harness.query_by_label_contains(begins).is_some(), "{begins}");
        harness.get_by_label_contains(&sentence).click();
        harness.run();
        assert!(harness.query_by_label_contains(begins).is_some(), "{begins}, over the pictures");
    }
}

/// What has become of the run's pictures is said in numbers.
#[test]
fn the_stale_line_counts_what_is_other_in_the_data() {
    let (_, mut stage) = report(Lang::En);
    let run = stage.session.run.clone().expect("a run");
    let mut data = stage::faces(FACES).as_ref().clone();
    let class = |sample: &mut trombine::data::sample::Sample| sample.class = 1 - sample.class;
    data.samples[..3].iter_mut().for_each(class);
    data.samples[10].hash += 1;
    let added = |hash| trombine::data::sample::Sample { file: format!("new{hash}.png").into(), hash, ..data.samples[20].clone() };
    let added: Vec<_> = (1..=12).map(added).collect();
    data.samples.truncate(FACES - 2);
    data.samples.extend(added);
    let changes = Changes::of(&run.pictures, &data);
    assert_eq!(changes, Changes { come: 12, gone: 2, relabeled: 3, altered: 1, ..Changes::default() });
    let words = changes.words(Lang::Fr);
    assert_eq!(
        words,
        ["3\u{a0}étiquettes modifiées", "12\u{a0}images de plus", "2\u{a0}images disparues", "1\u{a0}image modifiée"]
    );
    stage.session.open = Some(data.into());
    let (mut harness, _) = stage.harness(TALL);
    harness.run();
    let said = "3\u{a0}changed labels, 12\u{a0}more pictures, 2\u{a0}pictures gone, 1\u{a0}changed picture";
    assert!(harness.query_by_label_contains(said).is_some());
}

/// A run that was interrupted in its first epoch has nothing to be judged: no judging is promised.
#[test]
fn a_run_without_weights_says_so_and_offers_no_judging() {
    for (status, words) in [
        (RunStatus::Paused, "interrupted before its first epoch was done"),
        (RunStatus::Training, "Its first epoch is not done yet"),
        (RunStatus::Finished, "Its weights no longer exist"),
    ] {
        let (_, mut stage) = report(Lang::En);
        let view = std::sync::Arc::make_mut(stage.session.run.as_mut().expect("a run"));
        (view.report, view.info.status, view.info.stored) = (None, status, RunFiles::default());
        stage.session.runs = vec![view.info.clone()];
        assert!(stage.session.answering().is_none(), "it answers nothing either");
        let (mut harness, stage) = stage.harness([1280.0, 800.0]);
        harness.run();
        assert!(harness.query_by_label_contains(words).is_some(), "{words}");
        assert!(harness.query_by_label("Evaluate now").is_none());
        let go_on = harness.query_by_label("Resume training");
        assert_eq!(go_on.is_some(), status == RunStatus::Paused);
        if let Some(go_on) = go_on {
            go_on.click();
            harness.run();
            let run = "2026-11-22-140211".to_owned();
            assert_eq!(stage.borrow().actions, [Action::Resume { run, more: 0 }]);
        }
    }
}

/// The strip says when what is open is not what the run learned from, over its pictures too.
#[test]
fn the_strip_says_that_another_folder_is_open() {
    for (lang, words) in [(Lang::En, "another folder is open"), (Lang::Fr, "un autre dossier est ouvert")] {
        let (report, mut stage) = report(lang);
        let sentence = report.confusion(0.5).sentence(&report.task, 0, 1, lang);
        let mut other = stage::faces(FACES).as_ref().clone();
        other.source = Source::Folder("elsewhere".into());
        let own = stage.session.open.replace(other.into());
        let (mut harness, stage) = stage.harness(TALL);
        harness.run();
        assert!(harness.query_by_label_contains(words).is_some());
        harness.get_by_label_contains(&sentence).click();
        harness.run();
        assert!(harness.query_by_label_contains(words).is_some(), "over the pictures");
        stage.borrow_mut().session.open = own;
        harness.run();
        assert!(harness.query_by_label_contains(words).is_none());
    }
}

/// The mark of the switch is seen to change: the menu stays open on it, and closes on every other line.
#[test]
fn the_switch_for_spreadsheets_leaves_the_menu_open() {
    let (_, stage) = report(Lang::En);
    let (mut harness, stage) = stage.harness(TALL);
    harness.run();
    harness.get_by_label("Export…").click();
    harness.run();
    harness.get_by_label("CSV for spreadsheets").click();
    harness.run();
    assert_eq!(stage.borrow().actions, [Action::Tables(TableStyle::Spreadsheet)]);
    harness.get_by_label("ONNX").click();
    harness.run();
    assert!(harness.query_by_label("CSV for spreadsheets").is_none());
}

/// What is no export stands in a menu of its own.
#[test]
fn the_run_is_evaluated_anew_by_a_menu_of_its_own() {
    let (_, stage) = report(Lang::En);
    let run = stage.session.run.as_ref().expect("a run").info.id.clone();
    let (mut harness, stage) = stage.harness(TALL);
    harness.run();
    harness.get_by_label("Export…").click();
    harness.run();
    assert!(harness.query_by_label("Evaluate on another folder…").is_none());
    harness.key_press(egui::Key::Escape);
    harness.run();
    let wanted = [
        ("Evaluate on another folder…", Action::EvaluateFolder { run: run.clone() }),
        ("Evaluate with mirror images", Action::Evaluate { run, mirrored: Some(true) }),
    ];
    for (line, action) in wanted {
        harness.get_by_label("More").click();
        harness.run();
        harness.get_by_label(line).click();
        harness.run();
        assert_eq!(stage.borrow_mut().actions.split_off(0), [action]);
    }
}

/// In the usual window no plot beside the matrix is too low to be read, and no group's row.
#[test]
fn plots_and_rows_are_high_enough_in_the_usual_window() {
    for lang in Lang::ALL {
        let (_, stage) = report(lang);
        let (mut harness, _) = stage.harness([1048.0, 760.0]);
        harness.run();
        let right = say(" right of ", " de bonnes réponses sur ").get(lang);
        let rows: Vec<f32> = harness.query_all_by_label_contains(right).map(|row| row.rect().height()).collect();
        assert!(rows.len() > 1 && rows.iter().all(|row| *row >= 22.0), "{rows:?}");
        let plots = [
            (say("Threshold", "Seuil"), say("ROC 0.50", "ROC 0,50")),
            (say("Confidence", "Confiance"), say("Calibration error", "Erreur de calibration")),
        ];
        for (card, plot) in plots {
            harness.get_by_role_and_label(egui::accesskit::Role::RadioButton, card.get(lang)).click();
            harness.run();
            let images = harness.query_all_by_role(egui::accesskit::Role::Image);
            let plot = images.filter(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(plot.get(lang))));
            let heights: Vec<f32> = plot.map(|node| node.rect().height()).collect();
            assert!(heights.len() == 1 && heights[0] >= 140.0, "{} {heights:?}", card.get(lang));
        }
    }
}

/// Class names may be as long as folders' names: each cell of the matrix keeps its share.
#[test]
fn long_class_names_leave_the_matrix_its_shares() {
    let (_, mut stage) = report(Lang::En);
    let long = ["a person who looks straight into the camera and smiles", "a person who looks elsewhere or does not smile"];
    let view = std::sync::Arc::make_mut(stage.session.run.as_mut().expect("a run"));
    view.info.task = long.into();
    view.report.as_mut().expect("judged").task = long.into();
    let (mut harness, _) = stage.harness([1048.0, 740.0]);
    harness.run();
    let mut texts = Vec::new();
    harness.output().shapes.iter().for_each(|shape| texts_of(&shape.shape, &mut texts));
    let shares = texts.iter().filter(|(text, _)| text.contains("% of those labeled “a person")).count();
    assert_eq!(shares, 4);
}

/// No two groups of different shares have their marks at one place, however far below the others they lie; the range of an
/// error that goes beyond the axis has an arrow.
#[test]
fn every_group_has_its_mark_whatever_its_share() {
    use trombine::ui::widget::ranges::{self, Measure, Row};
    let marks = |measure, rows: Vec<Row>| {
        let mut harness =
            Harness::builder().with_size([400.0, 200.0]).with_context_setup(trombine::ui::theme::install).build_ui(move |ui| {
                ranges::ranges(ui, Lang::En, &rows, (measure, rows[0].share), None, ranges::pitch(rows.len(), 180.0));
            });
        harness.run();
        let mut found = (Vec::new(), 0);
        for shape in &harness.output().shapes {
            match &shape.shape {
                // Those of the dotted line are far smaller.
                egui::Shape::Circle(circle) if circle.radius > 2.0 => found.0.push(circle.center.x),
                egui::Shape::Path(path) if path.closed => found.1 += 1,
                _ => {}
            }
        }
        found
    };
    let row = |share: f64, by: f64, small| Row { share, low: share - by, high: share + by, n: 20, small, ..Row::default() };
    let (dots, arrows) =
        marks(Measure::Share, vec![row(0.9, 0.02, false), row(0.88, 0.02, false), row(0.3, 0.02, true), row(0.03, 0.02, true)]);
    assert_eq!((dots.len(), arrows), (4, 0));
    assert!(dots.is_sorted_by(|a, b| a > b), "{dots:?}");
    let (dots, arrows) = marks(Measure::Years, vec![row(5.0, 1.0, false), row(6.0, 1.0, false), row(7.0, 60.0, true)]);
    assert_eq!((dots.len(), arrows), (3, 1));
    assert!(dots.is_sorted(), "{dots:?}");
}

/// A narrow card says what gray means, too, and its axis has two numbers at least.
#[test]
fn a_narrow_card_of_groups_has_its_scale_and_says_what_gray_is() {
    use trombine::ui::widget::ranges::{self, Row};
    let row = |share: f64, small| Row { share, low: share - 0.02, high: share + 0.02, n: 20, small, ..Row::default() };
    let rows = [row(0.9, false), row(0.88, true)];
    for width in [240.0, 320.0, 480.0] {
        let rows = rows.clone();
        let mut harness =
            Harness::builder().with_size([width, 200.0]).with_context_setup(trombine::ui::theme::install).build_ui(move |ui| {
                ranges::ranges(ui, Lang::En, &rows, (ranges::Measure::Share, 0.89), None, [40.0, 44.0]);
            });
        harness.run();
        let texts = crate::nodes::texts(&harness);
        let gray = texts.iter().find(|text| text.text == "gray: n < 30").expect("what gray is");
        let marks: Vec<_> = texts.iter().filter(|text| text.text.ends_with('%') && text.rect.top() > 90.0).collect();
        assert!(marks.iter().filter(|mark| !mark.text.starts_with("all")).count() > 1, "{width}: {marks:?}");
        assert!(!marks.iter().any(|mark| mark.rect.intersects(gray.rect)), "{width}: {marks:?}, {gray:?}");
    }
}

/// Where the columns of the ranges have no room, they are copied all the same.
#[test]
fn the_whole_table_of_groups_is_copied_at_every_width() {
    let (_, stage) = report(Lang::En);
    let (mut harness, _) = stage.harness(TALL);
    harness.run();
    harness.get_by_label("Show groups as a table").click();
    harness.run();
    let copied = |harness: &mut Harness<'_>| {
        harness.get_by_label("Copy table").click();
        harness.step();
        let commands = harness.output().platform_output.commands.iter();
        let mut copied = commands.filter_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        copied.next().expect("something is copied")
    };
    let whole = copied(&mut harness);
    assert!(whole.starts_with("group\tright\tfrom\tto\tF1\tpictures\n"), "{whole}");
    let is_narrow = |harness: &Harness<'_>| harness.query_by_label("group, right, F1, pictures").is_some();
    assert!(!is_narrow(&harness));
    let widths = (26..100).rev().map(|step| 10.0 * step as f32);
    let narrow = widths.into_iter().find(|width| {
        harness.set_size(egui::vec2(*width, TALL[1]));
        harness.run_steps(6);
        assert!(harness.query_by_label("Show groups as a table").is_none(), "the table stays where cards are stacked");
        is_narrow(&harness)
    });
    assert!(narrow.is_some(), "at some width the ranges give way");
    assert_eq!(copied(&mut harness), whole);
}
