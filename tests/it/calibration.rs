//! Reliability bins and temperature scaling against scikit-learn and SciPy, on the pictures of `scores.rs`.

use trombine::evaluate::{
    Logits,
    calibration::{calibration_error, fit_temperature, log_loss, reliability},
};

use crate::scores::{close, predictions, report};

/// sklearn.calibration.calibration_curve(truth, p, n_bins=10, strategy="uniform"); b = clip(ceil(p * 10), 1, 10) - 1;
/// sum(abs(p[b == k].mean() - truth[b == k].mean()) * sum(b == k) for k in range(10)) / 500
#[test]
fn bins_are_scikit_learns() {
    let bins = reliability(&predictions(), 1.0);
    let really = [
        0.0,
        0.0,
        0.2571428571428571,
        0.5306122448979592,
        0.5581395348837209,
        0.5555555555555556,
        0.5217391304347826,
        0.8484848484848485,
        1.0,
        1.0,
    ];
    let said = [
        0.047460445419955456,
        0.14406718222544215,
        0.2557977831848188,
        0.34982502589823383,
        0.45377001516050663,
        0.5508857038209264,
        0.649970089792673,
        0.7473789785990665,
        0.8568396357287271,
        0.9502623070470398,
    ];
    assert_eq!(bins.map(|b| b.n), [84, 35, 35, 49, 43, 36, 46, 33, 45, 94]);
    for (bin, (really, said)) in bins.iter().zip(really.into_iter().zip(said)) {
        close(bin.observed, really);
        close(bin.predicted, said);
    }
    close(calibration_error(&bins), 0.08588672297941756);
}

/// s = 2 * truth - 1
/// scipy.optimize.minimize_scalar(lambda T: mean(logaddexp(0, -s * z / T)), bounds=(0.05, 20), method="bounded")
#[test]
fn the_temperature_is_scipys() {
    let temperature = fit_temperature(&predictions());
    assert!((temperature - 0.6727559220421788).abs() < 1e-6, "{temperature}");
    assert!((log_loss(&predictions(), temperature) - 0.3441388349537223).abs() < 1e-10);
    assert!((log_loss(&predictions(), 1.0) - 0.36073783275965116).abs() < 1e-9);
}

#[test]
fn a_fitted_report_is_better_calibrated_and_needs_no_second_fit() {
    let mut report = report();
    let before = calibration_error(&report.reliability());
    report.temperature = report.fitted_temperature();
    assert!(calibration_error(&report.reliability()) < before);
    assert_eq!(report.temperature, report.fitted_temperature(), "fitting starts from the network's own probabilities");
}

#[test]
fn hopeless_and_perfect_parts_give_a_finite_temperature() {
    let mut perfect = predictions();
    for p in &mut perfect {
        p.logit = Logits::Binary(20.0 * (f32::from(p.label) - 0.5));
    }
    assert!((0.05..1.0).contains(&fit_temperature(&perfect)));
    for p in &mut perfect {
        p.logit = Logits::Binary(-20.0 * (f32::from(p.label) - 0.5));
    }
    assert!(fit_temperature(&perfect) > 19.0, "always wrong and sure: as cold feet as allowed");
    assert_eq!(fit_temperature(&[]), 1.0);
    let mut unsure = predictions();
    for p in &mut unsure {
        p.logit = Logits::Binary(0.0);
    }
    assert!(fit_temperature(&unsure).is_finite());
}
