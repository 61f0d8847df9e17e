//! Scores, curves and sentences against scikit-learn's. The pictures are the same in both:
//!
//! ```python
//! i = numpy.arange(500)
//! truth = ((i * 104729 + 7) % 1000 < 540).astype(int)
//! z = ((i * 7919 + 31) % 160 + truth * 96 - 128) / 32; p = scipy.special.expit(z)
//! age, race = (i * 37) % 90, (i * 11) % 5
//! ```

use std::cmp::Ordering;

use trombine::{
    data::sample::Part,
    evaluate::{Confusion, Curves, F1Of, Logits, Metric, Prediction, Rate, Report, Scores, Seen, curves::best_f1},
    text::Lang,
};

/// The 500 pictures above; every logit is a multiple of 1/32, so it is the same number in f32 and f64.
pub fn predictions() -> Vec<Prediction> {
    (0..500u32)
        .map(|i| {
            let label = u8::from((i * 104_729 + 7) % 1000 < 540);
            Prediction {
                file: format!("{i}.jpg").into(),
                sample: i,
                label,
                logit: Logits::Binary((((i * 7919 + 31) % 160 + u32::from(label) * 96) as f32 - 128.0) / 32.0),
                age: Some((i * 37 % 90) as u16),
                race: Some((i * 11 % 5) as u8),
            }
        })
        .collect()
}

/// A report of them as the test part.
pub fn report() -> Report {
    Report {
        task: ["female", "male"].into(),
        part: Some(Part::Test),
        predictions: predictions(),
        validation: predictions(),
        threshold: 0.5,
        temperature: 1.0,
        mirrored: false,
        train_shares: vec![0.477, 0.523],
        seen: Some(Seen { alike: Some(0), ..Seen::default() }),
        weights: None,
    }
}

pub fn close(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < 1e-12, "{ours} is not {theirs}");
}

/// precision_recall_fscore_support(truth, p >= t), and average="macro".
#[test]
fn scores_are_scikit_learns() {
    let cases = [
        (
            0.5,
            [[186, 44], [58, 212]],
            [[0.7622950819672131, 0.808695652173913, 0.7848101265822784], [0.828125, 0.7851851851851852, 0.8060836501901141]],
            [0.7952100409836065, 0.7969404186795491, 0.7954468883861963],
        ),
        (
            0.3,
            [[145, 85], [9, 261]],
            [
                [0.9415584415584416, 0.6304347826086957, 0.7552083333333334],
                [0.7543352601156069, 0.9666666666666667, 0.8474025974025974],
            ],
            [0.8479468508370243, 0.7985507246376812, 0.8013054653679654],
        ),
        (
            0.8,
            [[230, 0], [131, 139]],
            [[0.6371191135734072, 1.0, 0.7783417935702199], [1.0, 0.5148148148148148, 0.6797066014669927]],
            [0.8185595567867037, 0.7574074074074074, 0.7290241975186063],
        ),
    ];
    for (threshold, counts, classes, macro_average) in cases {
        let confusion = report().confusion(threshold);
        assert_eq!(confusion, Confusion::from_rows(counts));
        let scores = Scores::new(&confusion);
        assert_eq!(scores.accuracy, Rate { hits: counts[0][0] + counts[1][1], n: 500 });
        for (ours, theirs) in scores.classes.iter().chain([&scores.macro_average]).zip(classes.iter().chain([&macro_average])) {
            close(ours.precision, theirs[0]);
            close(ours.recall, theirs[1]);
            close(ours.f1, theirs[2]);
        }
        assert_eq!(scores.classes.iter().map(|c| c.support).collect::<Vec<_>>(), [230, 270]);
    }
}

/// scipy.stats.binomtest(hits, n).proportion_ci(method="wilson")
#[test]
fn ranges_are_scipys() {
    for (hits, n, low, high) in [
        (3870, 4142, 0.9263780611677018, 0.9414795343862462),
        (0, 10, 0.0, 0.27753279986288926),
        (10, 10, 0.7224672001371109, 1.0),
        (24, 29, 0.6545156010980476, 0.9240214274710877),
        (1, 3, 0.06149194472039626, 0.7923403991979523),
    ] {
        let range = Rate { hits, n }.wilson();
        close(range.low, low);
        close(range.high, high);
    }
    let nothing = Rate::default().wilson();
    assert_eq!((nothing.low, nothing.high), (0.0, 1.0));
}

/// roc_curve(truth, p, drop_intermediate=False), roc_auc_score, average_precision_score, precision_recall_curve
#[test]
fn curves_are_scikit_learns() {
    let curves = Curves::one_vs_rest(&predictions(), 1, 1.0);
    close(curves.auc.unwrap(), 0.918719806763285);
    close(curves.average_precision.unwrap(), 0.9336718659361163);
    assert_eq!(curves.points.len(), 257);
    assert!(curves.points[0].threshold.is_infinite());
    let rates = [0.0, 0.003703703703703704, 0.011111111111111112, 0.018518518518518517];
    for (point, rate) in curves.points.iter().zip(rates) {
        close(point.true_positive_rate, rate);
        close(point.false_positive_rate, 0.0);
        close(point.precision, 1.0);
    }
    let point = curves.points[100];
    close(point.threshold, 0.7057850278370112);
    close(point.false_positive_rate, 0.021739130434782608);
    close(point.true_positive_rate, 0.6185185185185185);
    assert_eq!(point, report().point(point.threshold));
    let last = curves.points.last().unwrap();
    assert_eq!((last.true_positive_rate, last.false_positive_rate), (1.0, 1.0));
}

/// numpy.argmax of f1_score(truth, p >= t) over the thresholds of precision_recall_curve
#[test]
fn best_thresholds_are_scikit_learns() {
    for (of, threshold, f1) in [
        (F1Of::Class(1), 0.2751297238231752, 0.8553259141494437),
        (F1Of::Class(0), 0.6992544210587585, 0.8072072072072072),
        (F1Of::Macro, 0.3849121444839335, 0.8094816672197844),
    ] {
        let best = best_f1(&predictions(), 1.0, of).unwrap();
        close(best.threshold, threshold);
        close(best.f1, f1);
    }
    // It is chosen on the validation part, never on the part that is reported.
    let mut report = report();
    report.validation.truncate(100);
    assert_eq!(report.best_f1(F1Of::Macro), best_f1(&predictions()[..100], 1.0, F1Of::Macro));
}

#[test]
fn nothing_and_one_class_have_no_areas_and_no_nan() {
    assert_eq!(Curves::one_vs_rest(&[], 1, 1.0).auc, None);
    assert_eq!(best_f1(&[], 1.0, F1Of::Macro), None);
    let women: Vec<_> = predictions().into_iter().filter(|p| p.label == 0).collect();
    let curves = Curves::one_vs_rest(&women, 1, 1.0);
    assert_eq!((curves.auc, curves.average_precision), (None, None));
    assert!(curves.points.iter().all(|p| p.precision.is_finite() && p.true_positive_rate.is_finite()));
    let scores = Scores::new(&Confusion::new(&[], 2, 0.0));
    assert_eq!((scores.accuracy.share(), scores.macro_average.f1), (0.0, 0.0));
}

#[test]
fn a_temperature_moves_probabilities_but_no_picture_across_its_threshold() {
    let mut report = report();
    let before: Vec<_> = report.curves(1).points.iter().map(|p| (p.true_positive_rate, p.false_positive_rate)).collect();
    report.temperature = 1.7;
    let after: Vec<_> = report.curves(1).points.iter().map(|p| (p.true_positive_rate, p.false_positive_rate)).collect();
    assert_eq!(before, after);
    assert_eq!(report.confusion(0.5), Confusion::new(&predictions(), 2, 0.0), "one half stays one half");
    for point in report.curves(1).points {
        assert_eq!(report.point(point.threshold), point, "the slider at a point of the curve lands on that point");
    }
    let p = &report.predictions[3];
    assert_eq!(p.logit, Logits::Binary(2.375));
    // scipy.special.expit(z[3] / 1.7)
    close(report.probability(p, 1), 0.8017167534300189);
}

/// Of pictures that are told apart without a mistake the fit makes probabilities so sharp that most are 1 to the last bit: the
/// best threshold is one nevertheless, and gives what is promised of it.
#[test]
fn the_best_threshold_keeps_its_promise_where_probabilities_end() {
    let mut report = report();
    let with = |logits: &[(f32, u8)]| -> Vec<Prediction> {
        let one =
            |(logit, label): &(f32, u8)| Prediction { logit: Logits::Binary(*logit), label: *label, ..predictions().remove(0) };
        logits.iter().map(one).collect()
    };
    for (logits, temperature) in [
        (vec![(-4.0, 0), (-2.5, 0), (1.9, 1), (4.0, 1)], 0.05),
        // No probability lies between the two that should be told apart, but one does a little lower.
        (vec![(-50.0, 0), (1.0, 0), (2.0, 0), (2.5, 1), (3.0, 1)], 0.05),
        (vec![(-50.0, 0), (-45.0, 1), (-44.0, 0), (60.0, 1)], 1.0),
        (vec![(38.0, 0), (39.0, 1)], 1.0),
        (vec![(0.3, 0), (0.5, 1), (0.7, 0), (0.9, 1), (15.0, 1), (30.0, 1)], 1.0),
    ] {
        report.validation = with(&logits);
        report.temperature = temperature;
        for of in [F1Of::Macro, F1Of::Class(0), F1Of::Class(1)] {
            let best = report.best_f1(of).expect("there are pictures");
            assert!(best.threshold > 0.0 && best.threshold < 1.0, "{best:?}");
            let raw = report.logit_threshold(best.threshold);
            let scores = Scores::new(&Confusion::new(&report.validation, 2, raw));
            let reached = match of {
                F1Of::Class(class) => scores.classes[class].f1,
                F1Of::Macro => scores.macro_average.f1,
            };
            close(best.f1, reached);
        }
    }
    report.validation = with(&[(-4.0, 0), (-2.5, 0), (1.9, 1), (4.0, 1)]);
    report.temperature = report.fitted_temperature();
    close(report.best_f1(F1Of::Macro).expect("there are pictures").f1, 1.0);
}

/// Switched on, off and on again, a temperature changes no answer, nor the threshold that it comes back to.
#[test]
fn another_temperature_has_a_threshold_with_the_same_answers() {
    for (threshold, fitted) in [(0.9, 0.3), (0.97, 0.2), (0.03, 0.3), (0.385, 1.7), (0.5, 20.0), (0.9, 3.0)] {
        let before = report();
        let after = Report { temperature: fitted, ..before.clone() };
        let there = before.threshold_after(fitted, threshold).expect("there is one");
        assert_eq!(after.confusion(there), before.confusion(threshold), "{threshold} at {fitted}");
        let back = after.threshold_after(1.0, there).expect("there is one");
        assert!((back - threshold).abs() < 1e-9, "{back} is not {threshold}");
        assert_eq!(before.confusion(back), before.confusion(threshold));
    }
    // Beyond what a probability can tell apart there is none, and no other is taken.
    let far = |logit| Prediction { logit: Logits::Binary(logit), ..predictions().remove(0) };
    let report = Report { predictions: vec![far(2.0), far(2.5)], validation: Vec::new(), ..report() };
    assert_eq!(report.threshold_after(0.05, 0.9), None);
    assert!(report.threshold_after(0.05, 0.6).is_some());
}

/// Reports kept a probability rounded to f32 once, and called the label truth.
#[test]
fn a_report_with_probabilities_is_still_read() {
    let json = r#"{"file": "3.jpg", "sample": 3, "truth": 1, "probability": 0.75, "age": 30, "race": null}"#;
    let old: Prediction = serde_json::from_str(json).expect("it can be read");
    // scipy.special.logit(0.75)
    assert!((old.logit.log_odds(1, 1.0) - 1.0986123).abs() < 1e-6 && old.label == 1, "{old:?}");
    let certain: Prediction = serde_json::from_str(&json.replace("0.75", "1.0")).expect("it can be read");
    assert!(certain.logit.log_odds(1, 1.0).is_finite(), "{certain:?}");
    // What the probability could not keep: both were 1.
    let sure = |logit| Prediction { logit: Logits::Binary(logit), ..old.clone() };
    let written = serde_json::to_string(&sure(18.0)).expect("JSON");
    assert_eq!(serde_json::from_str::<Prediction>(&written).expect("it can be read"), sure(18.0));
}

#[test]
fn every_cell_holds_exactly_its_pictures() {
    let report = report();
    for threshold in [0.2, 0.5, 0.8] {
        let confusion = report.confusion(threshold);
        let mut seen = 0;
        for label in 0..2 {
            for said in 0..2 {
                let cell = report.cell(threshold, label, said);
                assert_eq!(cell.len() as u32, confusion.count(label, said));
                for i in &cell {
                    let p = &report.predictions[*i];
                    assert_eq!(usize::from(p.label), label);
                    assert_eq!(usize::from(report.probability(p, 1) >= threshold), said);
                }
                seen += cell.len();
            }
        }
        assert_eq!(seen, 500);
    }
    let mistakes = report.mistakes(0.5);
    assert_eq!(mistakes.len(), 44 + 58);
    let sure: Vec<f64> = mistakes.iter().map(|i| report.confidence(&report.predictions[*i], 0.5)).collect();
    assert!(sure.is_sorted_by(|a, b| a >= b));
}

#[test]
fn the_baseline_says_the_majority_of_training() {
    let mut report = report();
    assert_eq!(report.baseline(), Rate { hits: 270, n: 500 });
    report.train_shares = vec![0.6, 0.4];
    assert_eq!(report.baseline(), Rate { hits: 230, n: 500 });
}

#[test]
fn results_are_sentences_in_both_languages() {
    let mut report = report();
    assert_eq!(report.headline(0.5, Lang::En), "Right on about 80% of 500 new faces");
    assert_eq!(report.headline(0.5, Lang::Fr), "Environ 80\u{a0}% de réussite sur 500 visages jamais vus");
    assert_eq!(
        report.subline(0.5, Lang::En),
        "between 75.8 and 82.9%, test part · always saying “male” would score 54% · F1 female 0.785, male 0.806, macro 0.795"
    );
    assert_eq!(
        report.subline(0.5, Lang::Fr),
        "entre 75,8 et 82,9\u{a0}%, partie test · toujours dire «\u{a0}homme\u{a0}» donnerait 54\u{a0}% · F1 femme 0,785, homme 0,806, macro 0,795"
    );
    let confusion = report.confusion(0.5);
    assert_eq!(confusion.sentence(&report.task, 0, 1, Lang::En), "44 labeled female, predicted male");
    assert_eq!(confusion.sentence(&report.task, 0, 1, Lang::Fr), "44 étiquetées femme, prédites homme");
    assert_eq!(confusion.sentence(&report.task, 1, 0, Lang::Fr), "58 étiquetées homme, prédites femme");
    assert_eq!(report.task.called(0, 0, 2, Lang::Fr), "étiquetées femme, prédites femme");
    assert_eq!(report.task.called(1, 1, 1, Lang::Fr), "étiquetée homme, prédite homme");
    assert_eq!(report.task.called(1, 0, 1, Lang::En), "labeled male, predicted female");
    let others = ["cat", "dog"].into();
    assert_eq!(confusion.sentence(&others, 0, 1, Lang::En), "44 labeled “cat”, predicted “dog”");
    // Nearly all right is not all right.
    report.predictions = vec![Prediction { label: 1, logit: Logits::Binary(2.0), ..predictions().remove(0) }; 5000];
    report.predictions[0].label = 0;
    assert_eq!(report.headline(0.5, Lang::En), "Right on about 99.9% of 5,000 new faces");
    report.predictions.clear();
    assert_eq!(report.headline(0.5, Lang::En), "No picture was evaluated");
}

#[test]
fn results_are_compared_and_written_as_their_metric_is() {
    let [accuracy, mae] = [Metric::Accuracy, Metric::Mae];
    assert_eq!([accuracy.compare(0.9, 0.8), mae.compare(5.0, 6.0)], [Ordering::Greater; 2]);
    assert_eq!([accuracy.gain(0.75, 0.5), mae.gain(5.0, 6.5)], [0.25, 1.5]);
    assert_eq!([accuracy.error(0.75), mae.error(5.0)], [0.25, 5.0]);
    // What is foretold may lie beyond what is possible.
    assert_eq!([accuracy.of_error(-0.1), accuracy.of_error(1.5), mae.of_error(-1.0)], [1.0, 0.0, 0.0]);
    assert_eq!([accuracy.text(Lang::Fr, 0.918), mae.text(Lang::Fr, 5.214)], ["91,8\u{a0}%", "5,21\u{a0}ans"]);
    assert_eq!([accuracy.plain(Lang::En, 0.006), mae.plain(Lang::En, 0.314)], ["0.6", "0.31"]);
    assert_eq!(accuracy.difference(Lang::En, 0.006, 1), "0.6\u{a0}points");
}
