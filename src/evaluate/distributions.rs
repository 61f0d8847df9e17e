//! The distributions from which ranges and tests read their probabilities: Student's t and the binomial.

/// Terms of a continued fraction at most; a few dozen do for the arguments that occur.
const MOST_TERMS: u32 = 10_000;

/// The 97.5% point of Student's t with so many degrees of freedom (SciPy's `t.ppf(0.975, df)`): the first ones by table, the
/// others by the Cornish-Fisher expansion around the normal distribution's (Abramowitz and Stegun 26.7.5), to within 1e-4.
/// Without a degree of freedom it is infinite.
pub fn t_975(freedom: usize) -> f64 {
    const FIRST: [f64; 9] = [12.706_205, 4.302_653, 3.182_446, 2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004, 2.262_157];
    if freedom == 0 {
        return f64::INFINITY;
    }
    if let Some(known) = FIRST.get(freedom - 1) {
        return *known;
    }
    let (z, v): (f64, f64) = (1.959_963_984_540_054, freedom as f64);
    let [z3, z5, z7, z9] = [3, 5, 7, 9].map(|power| z.powi(power));
    z + (z3 + z) / (4.0 * v)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * v.powi(2))
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * v.powi(3))
        + (79.0 * z9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * z) / (92160.0 * v.powi(4))
}

/// How likely Student's t lies as far from zero as `t` or further, on either side (SciPy's `2 * t.sf(abs(t), df)`).
pub fn t_two_sided(t: f64, freedom: usize) -> f64 {
    let v = freedom as f64;
    if t.is_infinite() { 0.0 } else { regularized_beta(v / 2.0, 0.5, v / (v + t * t)) }
}

/// How likely at most `k` of `n` throws of a fair coin show heads (SciPy's `binom.cdf(k, n, 0.5)`).
pub fn fair_coin_at_most(k: u64, n: u64) -> f64 {
    if k >= n {
        return 1.0;
    }
    // Each term follows from the one above it, the last one first: all of a sum are positive and none overflows.
    let (mut term, mut sum) = (1.0, 1.0);
    for i in (1..=k).rev() {
        term *= i as f64 / (n - i + 1) as f64;
        sum += term;
    }
    ((ln_choose(n, k) - n as f64 * std::f64::consts::LN_2).exp() * sum).min(1.0)
}

/// How likely each count of hits is in `n` tries with `probability`, each added to those before it: SciPy's
/// `binom.cdf(range(n + 1), n, p)`.
pub fn binomial_sums(n: u64, probability: f64) -> Vec<f64> {
    let (hit, miss) = (probability.ln(), (1.0 - probability).ln());
    // Zero hits weigh nothing, however unlikely a hit is.
    let times = |count: u64, logarithm: f64| if count == 0 { 0.0 } else { count as f64 * logarithm };
    let mut sum = 0.0;
    let each = (0..=n).map(|k| {
        sum += (ln_choose(n, k) + times(k, hit) + times(n - k, miss)).exp();
        sum
    });
    each.collect()
}

/// The logarithm of the number of ways to choose `k` of `n`.
fn ln_choose(n: u64, k: u64) -> f64 {
    let ln_factorial = |count: u64| ln_gamma(count as f64 + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// The logarithm of the gamma function of a positive number, to about 15 digits (Lanczos 1964, with the nine coefficients for
/// g = 7 of Godfrey 2001).
fn ln_gamma(x: f64) -> f64 {
    const G: f64 = 7.0;
    const FIRST: f64 = 0.999_999_999_999_809_9;
    const COEFFICIENTS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let series = FIRST + COEFFICIENTS.iter().zip(1..).map(|(c, i)| c / (x + f64::from(i))).sum::<f64>();
    let t = x + G + 0.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + series.ln()
}

/// The regularized incomplete beta function I_x(a, b) (SciPy's `betainc`), by its continued fraction (DLMF 8.17.22) as Lentz
/// evaluates it.
fn regularized_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    // The fraction converges fast on one side alone; the other follows from the symmetry.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - regularized_beta(b, a, 1.0 - x);
    }
    let nonzero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln();
    let (mut c, mut d) = (1.0, 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..MOST_TERMS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut last = 1.0;
        for term in [even, odd] {
            d = 1.0 / nonzero(1.0 + term * d);
            c = nonzero(1.0 + term / c);
            last = c * d;
            fraction *= last;
        }
        if (last - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (front.exp() * fraction / a).clamp(0.0, 1.0)
}
