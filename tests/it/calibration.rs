//! Reliability bins and temperature scaling against scikit-learn and SciPy, on the pictures of `scores.rs`.

use trombine::evaluate::calibration::{calibration_error, fit_temperature, log_loss, reliability};

use crate::scores::{close, predictions, report};

/// sklearn.calibration.calibration_curve(truth, p, n_bins=10, strategy="uniform"); b = clip(ceil(p * 10), 1, 10) - 1;
/// sum(abs(p[b == k].mean() - truth[b == k].mean()) * sum(b == k) for k in range(10)) / 500
#[test]
fn bins_are_scikit_learns() {
    let bins = reliability(&predictions(), 1.0);
    let really = [0.0, 0.0, 0.0, 0.22, 0.5581395348837209, 0.5394736842105263, 0.8431372549019608, 1.0, 1.0, 1.0];
    let said = [
        0.049958881578947366,
        0.14727618243243243,
        0.24944196428571427,
        0.359765625,
        0.4512627180232558,
        0.5509868421052632,
        0.6446078431372549,
        0.7526909722222223,
        0.8490513392857143,
        0.9490234375,
    ];
    assert_eq!(bins.map(|b| b.n), [38, 37, 35, 50, 86, 76, 51, 45, 42, 40]);
    for (bin, (really, said)) in bins.iter().zip(really.into_iter().zip(said)) {
        close(bin.observed, really);
        close(bin.predicted, said);
    }
    close(calibration_error(&bins), 0.12553125);
}

/// z = logit(clip(p, 2**-24, 1 - 2**-24)); s = 2 * truth - 1
/// scipy.optimize.minimize_scalar(lambda T: mean(logaddexp(0, -s * z / T)), bounds=(0.05, 20), method="bounded")
#[test]
fn the_temperature_is_scipys() {
    let temperature = fit_temperature(&predictions());
    assert!((temperature - 0.3628921544933482).abs() < 1e-6, "{temperature}");
    assert!((log_loss(&predictions(), temperature) - 0.3391383416382936).abs() < 1e-10);
    assert!((log_loss(&predictions(), 1.0) - 0.4143485039521505).abs() < 1e-9);
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
        p.probability = f32::from(p.label);
    }
    assert!((0.05..1.0).contains(&fit_temperature(&perfect)));
    for p in &mut perfect {
        p.probability = 1.0 - p.probability;
    }
    assert!(fit_temperature(&perfect) > 19.0, "always wrong and sure: as cold feet as allowed");
    assert_eq!(fit_temperature(&[]), 1.0);
    let mut unsure = predictions();
    for p in &mut unsure {
        p.probability = 0.5;
    }
    assert!(fit_temperature(&unsure).is_finite());
}
