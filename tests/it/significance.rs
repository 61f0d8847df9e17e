//! Whether a difference is luck, as SciPy and statsmodels say it.

use trombine::evaluate::{
    Interval,
    distributions::{binomial_sums, fair_coin_at_most, t_975, t_two_sided},
    significance::{MeanCi, accuracy_range, corrected_resampled_t, holm, mcnemar, mean_range, paired_t},
};

#[track_caller]
fn close(ours: f64, theirs: f64, by: f64) {
    assert!((ours - theirs).abs() <= by, "{ours} is not {theirs}");
}

#[track_caller]
fn within(ours: Option<Interval>, [low, high]: [f64; 2], by: f64) {
    let ours = ours.expect("a range");
    close(ours.low, low, by);
    close(ours.high, high, by);
}

/// ```python
/// from statsmodels.stats.contingency_tables import mcnemar
/// [mcnemar([[100, b], [c, 100]], exact=True).pvalue for b, c in pairs]
/// ```
#[test]
fn mcnemars_test_is_that_of_statsmodels() {
    let cases = [
        (0, 1, 1.0),
        (0, 5, 0.0625),
        (0, 6, 0.03125),
        (3, 9, 0.14599609375),
        (12, 12, 1.0),
        (61, 74, 0.30168250274562924),
        (40, 75, 0.001412957498607674),
        (900, 1100, 8.45708953550381e-06),
        (20_000, 20_500, 0.013153825113144245),
    ];
    for (only_first, only_second, p) in cases {
        close(mcnemar(only_first, only_second), p, p * 1e-9);
        assert_eq!(mcnemar(only_second, only_first), mcnemar(only_first, only_second));
    }
    // No picture tells the two apart.
    assert_eq!(mcnemar(0, 0), 1.0);
}

/// `scipy.stats.binom.cdf(k, n, 0.5)`, `binom.cdf(range(8), 7, 0.3)`.
#[test]
fn binomial_probabilities_are_scipys() {
    for (k, n, p) in [(0, 1, 0.5), (2, 10, 0.0546875), (40, 115, 0.000706478749303837), (5000, 10_001, 0.49999999999999967)] {
        close(fair_coin_at_most(k, n), p, 1e-11);
    }
    assert_eq!(fair_coin_at_most(7, 7), 1.0);
    let theirs = [0.0823543, 0.3294172, 0.6470695, 0.873964, 0.9712045, 0.9962092, 0.9997813, 1.0];
    let ours = binomial_sums(7, 0.3);
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).for_each(|(ours, theirs)| close(*ours, theirs, 1e-12));
    assert_eq!(binomial_sums(2, 0.0), [1.0, 1.0, 1.0]);
    assert_eq!(binomial_sums(2, 1.0), [0.0, 0.0, 1.0]);
}

/// `scipy.stats.t.ppf(0.975, df)`, `2 * scipy.stats.t.sf(abs(t), df)`.
#[test]
fn students_t_is_scipys() {
    let points = [
        (1, 12.706204736174694),
        (2, 4.302652729749462),
        (4, 2.7764451051977934),
        (9, 2.262157162798205),
        (10, 2.228138851986274),
        (29, 2.045229642132703),
        (2069, 1.9611112228254384),
    ];
    for (freedom, theirs) in points {
        close(t_975(freedom), theirs, 1e-4);
    }
    assert_eq!(t_975(0), f64::INFINITY);
    let tails = [
        (0.0, 3, 1.0),
        (1.0, 1, 0.5),
        (2.5, 4, 0.06676654481198814),
        (-2.5, 4, 0.06676654481198814),
        (3.1, 9, 0.01272245597820195),
        (0.3, 2069, 0.7642072923394445),
        (12.0, 30, 5.580185415199261e-13),
        (2.0, 100_000, 0.04550296345750651),
        (50.0, 2, 0.00039976015988808057),
    ];
    for (t, freedom, theirs) in tails {
        close(t_two_sided(t, freedom), theirs, theirs * 1e-9);
    }
    assert_eq!(t_two_sided(f64::INFINITY, 3), 0.0);
}

/// ```python
/// a = numpy.array([0.937, 0.943, 0.940, 0.939, 0.944])
/// a.mean(), a.std(ddof=1), scipy.stats.t.interval(0.95, 4, loc=a.mean(), scale=scipy.stats.sem(a))
/// ```
#[test]
fn the_spread_of_seeds_is_numpys() {
    let spread = MeanCi::of(&[0.937, 0.943, 0.940, 0.939, 0.944]).expect("five values");
    assert_eq!(spread.n, 5);
    close(spread.mean, 0.9406, 1e-12);
    close(spread.deviation.expect("five values"), 0.0028809720581775547, 1e-12);
    within(spread.range, [0.9370228007155298, 0.94417719928447], 1e-8);
    // One value varies by nothing that is known, and none has no mean.
    assert_eq!(MeanCi::of(&[0.9]), Some(MeanCi { n: 1, mean: 0.9, deviation: None, range: None }));
    assert_eq!(MeanCi::of(&[]), None);
    // scipy.stats.t.interval(0.95, 1, 0.5, 0): (nan, nan).
    assert_eq!(MeanCi::of(&[0.5, 0.5]).map(|spread| (spread.deviation, spread.range)), Some((Some(0.0), None)));
}

/// ```python
/// def corrected(d, r):  # Nadeau and Bengio 2003
///     k = len(d); e = d.std(ddof=1) * numpy.sqrt(1 / k + r); t = d.mean() / e; h = scipy.stats.t.ppf(0.975, k - 1) * e
///     return d.mean(), t, 2 * scipy.stats.t.sf(abs(t), k - 1), d.mean() - h, d.mean() + h
/// d = numpy.array([0.012, 0.004, -0.002, 0.009, 0.006])
/// scipy.stats.ttest_rel(d, numpy.zeros(5)).pvalue, corrected(d, 0.25), corrected(d, 1 / 3), corrected(numpy.array([0.01, 0.03]), 0.25)
/// ```
#[test]
fn the_resampled_test_is_corrected() {
    let d = [0.012, 0.004, -0.002, 0.009, 0.006];
    close(paired_t(&d).expect("five differences"), 0.07103662041271316, 1e-10);
    let two = [0.01, 0.03];
    let cases: [(&[f64], f64, [f64; 5]); 3] = [
        (&d, 0.25, [0.0058, 1.6281603807286031, 0.17882153806196058, -0.004090537689500174, 0.015690537689500173]),
        (&d, 1.0 / 3.0, [0.0058, 1.4955608070752506, 0.2090938862435441, -0.004967453609351602, 0.0165674536093516]),
        (&two, 0.25, [0.02, 1.6329931618554523, 0.34980171228104273, -0.13561859085481476, 0.17561859085481474]),
    ];
    for (differences, share, [mean, t, p, low, high]) in cases {
        let ours = corrected_resampled_t(differences, share).expect("they vary");
        close(ours.mean, mean, 1e-12);
        close(ours.t, t, 1e-10);
        close(ours.p, p, 1e-10);
        within(Some(ours.range), [low, high], 1e-8);
    }
    // Nothing says how far these move by chance.
    for nothing in [&[][..], &[0.01], &[0.01, 0.01, 0.01], &[0.0, 0.0]] {
        assert_eq!(corrected_resampled_t(nothing, 0.25), None);
        assert_eq!(paired_t(nothing), None);
    }
}

/// ```python
/// def range(b, c, n):
///     d = numpy.r_[-numpy.ones(b), numpy.ones(c), numpy.zeros(n - b - c)]
///     return scipy.stats.bootstrap((d,), numpy.mean, n_resamples=100000, method="percentile", batch=200).confidence_interval
/// [range(*x) for x in [(61, 74, 2070), (40, 75, 2070), (3, 9, 60)]]
/// ```
/// Both draw by chance, so that the ends differ by a picture or two.
#[test]
fn ranges_of_accuracy_are_scipys_bootstrap() {
    let cases = [
        (61, 74, 2070, [-0.004830917874396135, 0.017391304347826087]),
        (40, 75, 2070, [0.00676328502415459, 0.02705314009661836]),
        (3, 9, 60, [-0.016666666666666666, 0.21666666666666667]),
    ];
    for (only_first, only_second, n, theirs) in cases {
        within(accuracy_range(only_first, only_second, n), theirs, 1.01 / n as f64);
        assert_eq!(accuracy_range(only_first, only_second, n), accuracy_range(only_first, only_second, n), "the same each time");
    }
    assert_eq!(accuracy_range(0, 0, 500), None, "drawing again would show nothing");
    assert_eq!(accuracy_range(0, 0, 0), None);
    // All pictures tell them apart, and all for the same one.
    assert_eq!(accuracy_range(0, 3, 3), Some(Interval { low: 1.0, high: 1.0 }));
}

/// ```python
/// i = numpy.arange(500); d = ((i * 53) % 41 - 20) * 0.12 - ((i * 29) % 23 - 11) * 0.1 + 0.25
/// scipy.stats.bootstrap((d,), numpy.mean, n_resamples=100000, method="percentile", batch=1000).confidence_interval
/// scipy.stats.ttest_1samp(d, 0).pvalue
/// ```
#[test]
fn ranges_of_means_are_scipys_bootstrap() {
    let d = |i: i32| f64::from(i * 53 % 41 - 20) * 0.12 - f64::from(i * 29 % 23 - 11) * 0.1 + 0.25;
    let d: Vec<f64> = (0..500).map(d).collect();
    within(mean_range(&d), [0.10748, 0.38384], 0.006);
    close(paired_t(&d).expect("they vary"), 0.0005404820386499422, 1e-10);
    for nothing in [&[][..], &[1.0], &[2.0, 2.0]] {
        assert_eq!(mean_range(nothing), None);
    }
}

/// `statsmodels.stats.multitest.multipletests(p, method="holm")[1]`.
#[test]
fn several_tests_at_once_are_corrected_as_holm_did() {
    let cases: [(&[f64], &[f64]); 4] =
        [(&[0.01, 0.04, 0.03, 0.5], &[0.04, 0.09, 0.09, 0.5]), (&[0.3, 0.3], &[0.6, 0.6]), (&[0.2], &[0.2]), (&[], &[])];
    for (p, theirs) in cases {
        let ours = holm(p);
        assert_eq!(ours.len(), theirs.len());
        ours.iter().zip(theirs).for_each(|(ours, theirs)| close(*ours, *theirs, 1e-12));
    }
}
