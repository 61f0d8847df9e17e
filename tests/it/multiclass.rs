//! Scores of more than two classes against scikit-learn's and SciPy's. The pictures are the same in both:
//!
//! ```python
//! n, K = 90, 4
//! y = np.array([(i * 5 + i // 7) % K for i in range(n)])
//! z = np.array([[((i * 7919 + c * 104729 + 31) % 160 + (64 if c == y[i] else 0)) / 32 - 3 for c in range(K)] for i in range(n)])
//! p = scipy.special.softmax(z, axis=1); said = z.argmax(1)
//! ```

use trombine::{
    data::sample::Part,
    evaluate::{
        Confusion, Grouping, Logits, Prediction, Rate, Report, Scores,
        calibration::{calibration_error, log_loss},
    },
};

use crate::scores::close;

/// The 90 pictures above; every logit is a multiple of 1/32, so it is the same number in f32 and f64.
fn predictions() -> Vec<Prediction> {
    let logit =
        |i: u32, c: u32, label: u32| ((i * 7919 + c * 104_729 + 31) % 160 + if c == label { 64 } else { 0 }) as f32 / 32.0 - 3.0;
    (0..90)
        .map(|i| {
            let label = (i * 5 + i / 7) % 4;
            Prediction {
                file: format!("{i}.jpg").into(),
                sample: i,
                label: label as u8,
                logit: Logits::Each((0..4).map(|c| logit(i, c, label)).collect()),
                age: Some((i % 60) as u16),
                race: None,
            }
        })
        .collect()
}

/// A report of them as the test part.
pub fn report() -> Report {
    Report {
        task: ["bus", "car", "train", "tram"].into(),
        part: Some(Part::Test),
        predictions: predictions(),
        validation: predictions(),
        threshold: 0.5,
        temperature: 1.0,
        mirrored: false,
        train_shares: vec![0.2, 0.3, 0.4, 0.1],
        seen: None,
        weights: None,
    }
}

const COUNTS: [[u32; 4]; 4] = [[15, 2, 0, 9], [2, 12, 12, 0], [3, 3, 10, 9], [0, 1, 6, 6]];

/// `confusion_matrix`, `precision_recall_fscore_support(average=None, "macro", "weighted")`, `accuracy_score`.
#[test]
fn scores_are_scikit_learns() {
    let report = report();
    let confusion = report.confusion(0.5);
    assert_eq!(confusion, Confusion::from_rows(COUNTS));
    let scores = Scores::new(&confusion);
    assert_eq!(scores.accuracy, Rate { hits: 43, n: 90 });
    let expected = [
        [0.75, 0.5769230769230769, 0.6521739130434783],
        [0.6666666666666666, 0.46153846153846156, 0.5454545454545454],
        [0.35714285714285715, 0.4, 0.37735849056603776],
        [0.25, 0.46153846153846156, 0.32432432432432434],
        [0.5059523809523809, 0.475, 0.4748278183470965],
        [0.5445767195767195, 0.4777777777777778, 0.49765020445906416],
    ];
    let ours = scores.classes.iter().chain([&scores.macro_average, &scores.weighted_average]);
    for (ours, theirs) in ours.zip(expected) {
        close(ours.precision, theirs[0]);
        close(ours.recall, theirs[1]);
        close(ours.f1, theirs[2]);
    }
    assert_eq!(scores.classes.iter().map(|class| class.support).collect::<Vec<_>>(), [26, 26, 25, 13]);
    assert_eq!(report.run_scores().f1.len(), 4);
    // The class that most training pictures have is the third.
    assert_eq!((report.majority(), report.baseline()), (2, Rate { hits: 25, n: 90 }));
}

/// `top_k_accuracy_score`; of equal logits the first class comes first, as for `argmax`.
#[test]
fn the_label_is_among_the_likeliest() {
    let report = report();
    let shares = [1, 2, 3, 4].map(|k| report.top_k(k).hits);
    assert_eq!(shares, [43, 56, 87, 90]);
    let equal = Logits::Each([1.0, 2.0, 2.0].into());
    assert_eq!(equal.predicted(0.0), 1);
    assert!(equal.is_among(1, 1) && !equal.is_among(2, 1) && equal.is_among(2, 2) && !equal.is_among(0, 2));
}

/// `roc_auc_score` and `average_precision_score` of the third class against the rest, and `multi_class="ovr"`.
#[test]
fn each_class_has_its_curves() {
    let report = report();
    let curves = &report.one_vs_rest()[2];
    close(curves.auc.unwrap(), 0.8172307692307692);
    close(curves.average_precision.unwrap(), 0.7121241379310346);
    close(report.auc().unwrap(), 0.8386635708041957);
    let mut lacking = report;
    lacking.predictions.retain(|p| p.label != 3);
    assert_eq!(lacking.auc(), None, "scikit-learn refuses: a class is missing");
}

/// `scipy.special.softmax`, and numpy's `log(p / (1 - p))`.
#[test]
fn probabilities_are_the_softmax() {
    let first = &predictions()[0].logit;
    let p = [0.1378338201056061, 0.30105674163247886, 0.03273840185053959, 0.5283710364113754];
    let odds = [-1.8333992787935232, -0.8422708061090939, -3.3859202269685955, 0.1136061750302467];
    let halved = [0.20312115045466092, 0.3001936004338023, 0.09899334258889256, 0.39769190652264425];
    for class in 0..4 {
        close(first.probabilities(1.0)[class], p[class]);
        close(first.log_odds(class, 1.0), odds[class]);
        close(first.probabilities(2.0)[class], halved[class]);
    }
    let report = report();
    close(report.confidence(&report.predictions[0], 0.5), p[3]);
    // Two classes of a softmax are the sigmoid of the difference.
    let (two, one) = (Logits::Each([0.25, 1.5].into()), Logits::Binary(1.25));
    for class in 0..2 {
        close(two.log_odds(class, 1.7), one.log_odds(class, 1.7));
        close(two.probabilities(1.7)[class], one.probabilities(1.7)[class]);
    }
    // Nothing overflows where the network is sure beyond measure.
    let sure = Logits::Each([3e38, -3e38, 0.0].into());
    assert_eq!(sure.probabilities(0.05), [1.0, 0.0, 0.0]);
}

/// `scipy.optimize.minimize_scalar` of the mean of `-log_softmax(z / T)[y]`; the calibration error of the answer by NumPy.
#[test]
fn the_temperature_is_the_likeliest() {
    let mut report = report();
    assert!((report.fitted_temperature() - 1.2324474099218972).abs() < 1e-6, "{}", report.fitted_temperature());
    close(log_loss(&report.predictions, 1.0), 0.905894823494065);
    close(log_loss(&report.predictions, 2.5), 0.988318648136271);
    close(calibration_error(&report.reliability()), 0.26278168939404023);
    report.temperature = report.fitted_temperature();
    assert_eq!(report.confusion(0.5), Confusion::from_rows(COUNTS), "a temperature changes no answer");
}

#[test]
fn the_most_frequent_mistakes_come_first() {
    let confusion = report().confusion(0.5);
    let mistakes = confusion.most_confused();
    let first: Vec<_> = mistakes.iter().take(3).map(|m| (m.label, m.predicted, m.count)).collect();
    assert_eq!(first, [(1, 2, 12), (0, 3, 9), (2, 3, 9)]);
    assert_eq!(mistakes.iter().map(|m| m.count).sum::<u32>(), confusion.total() - confusion.correct());
}

#[test]
fn groups_count_all_classes() {
    let report = report();
    let groups = report.groups(0.5, Grouping::CLASS);
    let counts: Vec<_> = groups.iter().map(|group| (group.key.class, group.accuracy)).collect();
    let expected = [(15, 26), (12, 26), (10, 25), (6, 13)].map(|(hits, n)| Rate { hits, n });
    assert_eq!(counts, (0..4).map(Some).zip(expected).collect::<Vec<_>>());
    assert!(groups.iter().all(|group| group.f1.is_none()), "a class alone has no F1");
    let members: usize = groups.iter().map(|group| report.members(group.key).len()).sum();
    assert_eq!(members, 90);
    let cells: usize = (0..16).map(|cell| report.cell(0.5, cell / 4, cell % 4).len()).sum();
    assert_eq!(cells, 90);
}

#[test]
fn a_report_is_read_as_it_was_written() {
    let report = report();
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    // A label without a class, a picture without a logit for each class, a class without a share.
    for (from, to) in [("\"label\":1,", "\"label\":4,"), ("\"logit\":[", "\"logit\":[1.0,"), ("[0.2,", "[")] {
        let broken = text.replacen(from, to, 1);
        assert_ne!(broken, text);
        assert!(serde_json::from_str::<Report>(&broken).is_err(), "{to}");
    }
}
