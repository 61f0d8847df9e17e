//! The power law of a learning curve, and what it foretells of more pictures.
//!
//! Test errors of networks fall with the number `n` of training pictures as `a n^-b + c`, where `c` is what no number of
//! pictures takes away (Hestness et al. 2017, "Deep learning scaling is predictable, empirically"; POW3 of Viering and Loog
//! 2023, "The shape of learning curves: a review"). From four sizes on it is fitted so, if `c` is above 0 and can be told; otherwise
//! without it (POW2). For a given `b` the rest is a linear least-squares problem, so the best `b` is sought alone
//! (variable projection, Golub and Pereyra 1973), which needs no beginning and ends nowhere else.
//!
//! Each run is a point, weighted by what its error is uncertain by: a share of wrong answers by the binomial standard error
//! over the evaluated pictures, years by a constant share of themselves. Ranges are those of the curve (the mean of many runs),
//! by the delta method with Student's t, as SciPy's `curve_fit(sigma=…)` gives its covariance.

use serde::{Deserialize, Serialize};

use crate::evaluate::{Interval, distributions::t_975};

/// A finished run of a learning curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LearningCurvePoint {
    /// Training pictures.
    pub pictures: u32,
    /// Share of wrong answers, or years.
    pub error: f64,
    /// Pictures that were evaluated, of shares.
    #[serde(rename = "judged")]
    pub evaluated: Option<u32>,
}

/// A power law through the points: `error = a n^-b + c`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurveFit {
    pub a: f64,
    pub b: f64,
    /// What no number of pictures takes away; `None` where that cannot be told.
    pub c: Option<f64>,
    /// The most pictures among the points.
    pub most: u32,
    /// Runs less parameters.
    freedom: usize,
    /// The errors at `most` less `c`: `a most^-b`.
    scaled: f64,
    /// Of `scaled`, `b` and `c`.
    covariance: Vec<Vec<f64>>,
}

/// What is to be expected of a number of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    pub pictures: u32,
    pub error: f64,
    /// 95%, of the mean of many runs.
    pub range: Interval,
}

/// Between which exponents the best is sought; learning curves have 0.1 to 1.
const EXPONENTS: [f64; 2] = [0.01, 4.0];
/// Exponents that are tried before the best is narrowed down.
const GRID: usize = 240;
/// Steps of the narrowing, each to 0.618 of the last.
const NARROWINGS: usize = 90;

/// Sizes as a share of the largest, errors, weights.
struct Points {
    sizes: Vec<f64>,
    errors: Vec<f64>,
    weights: Vec<f64>,
}

/// The best curve for one exponent.
#[derive(Clone, Copy)]
struct Linear {
    scaled: f64,
    constant: f64,
    /// Weighted sum of squares that is left.
    rest: f64,
}

impl CurveFit {
    /// The law through `points`; `None` of fewer than three sizes, or where errors do not fall.
    pub fn of(points: &[LearningCurvePoint]) -> Option<Self> {
        let mut sizes: Vec<u32> = points.iter().map(|point| point.pictures).filter(|pictures| *pictures > 0).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let most = *sizes.last().filter(|_| sizes.len() >= 3)?;
        let all = Points::new(points, most);
        let with_constant = (sizes.len() >= 4).then(|| Self::with(&all, most, true)).flatten();
        with_constant.or_else(|| Self::with(&all, most, false))
    }

    /// The law with or without a constant; `None` where its parameters cannot be told.
    fn with(all: &Points, most: u32, constant: bool) -> Option<Self> {
        let parameters = if constant { 3 } else { 2 };
        let freedom = all.sizes.len().checked_sub(parameters).filter(|freedom| *freedom > 0)?;
        let b = all.best_exponent(constant);
        let Linear { scaled, constant: c, rest } = all.linear(b, constant);
        let inside = b > EXPONENTS[0] * 1.01 && b < EXPONENTS[1] * 0.99;
        if scaled <= 0.0 || !inside || (constant && c <= 0.0) {
            return None;
        }
        let mut normal = vec![vec![0.0; parameters]; parameters];
        for (size, weight) in all.sizes.iter().zip(&all.weights) {
            let slope = slope(*size, scaled, b);
            for (row, of_row) in normal.iter_mut().zip(slope) {
                row.iter_mut().zip(slope).for_each(|(value, of_column)| *value += weight * of_row * of_column);
            }
        }
        let variance = rest / freedom as f64;
        let mut covariance = inverse(normal)?;
        covariance.iter_mut().flatten().for_each(|value| *value *= variance);
        let a = scaled * f64::from(most).powf(b);
        Some(Self { a, b, c: constant.then_some(c), most, freedom, scaled, covariance })
    }

    /// The error that the law says of so many pictures.
    pub fn at(&self, pictures: f64) -> f64 {
        self.scaled * (pictures / f64::from(self.most)).powf(-self.b) + self.c.unwrap_or_default()
    }

    /// The same with its range, which never goes below 0.
    pub fn forecast(&self, pictures: u32) -> Forecast {
        let error = self.at(pictures.into());
        let slope = slope(f64::from(pictures) / f64::from(self.most), self.scaled, self.b);
        let terms = self
            .covariance
            .iter()
            .zip(slope)
            .flat_map(|(row, of_row)| row.iter().zip(slope).map(move |(value, s)| of_row * value * s));
        let half = t_975(self.freedom) * terms.sum::<f64>().max(0.0).sqrt();
        Forecast { pictures, error, range: Interval { low: (error - half).max(0.0), high: error + half } }
    }

    /// What twice the pictures would give.
    pub fn twice(&self) -> Forecast {
        self.forecast(self.most.saturating_mul(2))
    }
}

impl Points {
    fn new(points: &[LearningCurvePoint], most: u32) -> Self {
        let used = || points.iter().filter(|point| point.pictures > 0);
        let uncertainty = |point: &LearningCurvePoint| match point.evaluated {
            // Agresti and Coull's, which is not 0 where nothing was wrong.
            Some(evaluated) => {
                let n = f64::from(evaluated) + 4.0;
                let p = (point.error * f64::from(evaluated) + 2.0) / n;
                (p * (1.0 - p) / n).sqrt()
            }
            None => point.error.max(1e-6),
        };
        Self {
            sizes: used().map(|point| f64::from(point.pictures) / f64::from(most)).collect(),
            errors: used().map(|point| point.error).collect(),
            weights: used().map(|point| uncertainty(point).powi(-2)).collect(),
        }
    }

    /// The exponent that leaves the least.
    fn best_exponent(&self, constant: bool) -> f64 {
        let rest = |log: f64| self.linear(log.exp(), constant).rest;
        let [low, high] = EXPONENTS.map(f64::ln);
        let at = |step: usize| low + (high - low) * step as f64 / GRID as f64;
        let best = (0..=GRID).min_by(|a, b| rest(at(*a)).total_cmp(&rest(at(*b)))).unwrap_or_default();
        let (mut low, mut high) = (at(best.saturating_sub(1)), at((best + 1).min(GRID)));
        let golden = (5f64.sqrt() - 1.0) / 2.0;
        for _ in 0..NARROWINGS {
            let (left, right) = (high - golden * (high - low), low + golden * (high - low));
            if rest(left) <= rest(right) { high = right } else { low = left }
        }
        f64::midpoint(low, high).exp()
    }

    /// The best curve of exponent `b`, neither of whose terms is negative.
    fn linear(&self, b: f64, constant: bool) -> Linear {
        let (mut w, mut wx, mut wxx, mut wy, mut wxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for ((size, error), weight) in self.sizes.iter().zip(&self.errors).zip(&self.weights) {
            let x = size.powf(-b);
            w += weight;
            wx += weight * x;
            wxx += weight * x * x;
            wy += weight * error;
            wxy += weight * x * error;
        }
        let determinant = w * wxx - wx * wx;
        let (mut scaled, mut c) = (wxy / wxx, 0.0);
        if constant && determinant > 0.0 {
            let both = ((w * wxy - wx * wy) / determinant, (wxx * wy - wx * wxy) / determinant);
            if both.1 > 0.0 {
                (scaled, c) = both;
            }
        }
        if scaled < 0.0 {
            (scaled, c) = (0.0, wy / w);
        }
        let off = |((size, error), weight): ((&f64, &f64), &f64)| weight * (error - scaled * size.powf(-b) - c).powi(2);
        Linear { scaled, constant: c, rest: self.sizes.iter().zip(&self.errors).zip(&self.weights).map(off).sum() }
    }
}

/// How the curve at `size` moves with each parameter.
fn slope(size: f64, scaled: f64, b: f64) -> [f64; 3] {
    let power = size.powf(-b);
    [power, -scaled * power * size.ln(), 1.0]
}

/// The inverse of a small symmetric matrix (Gauss and Jordan, with pivots); `None` where it has none.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    let mut inverse: Vec<Vec<f64>> =
        (0..n).map(|row| (0..n).map(|column| f64::from(u8::from(row == column))).collect()).collect();
    let largest = matrix.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
    for column in 0..n {
        let pivot = (column..n).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        if matrix[pivot][column].abs() <= largest * 1e-13 {
            return None;
        }
        matrix.swap(column, pivot);
        inverse.swap(column, pivot);
        let divisor = matrix[column][column];
        for at in 0..n {
            matrix[column][at] /= divisor;
            inverse[column][at] /= divisor;
        }
        for row in (0..n).filter(|row| *row != column) {
            let factor = matrix[row][column];
            for at in 0..n {
                matrix[row][at] -= factor * matrix[column][at];
                inverse[row][at] -= factor * inverse[column][at];
            }
        }
    }
    Some(inverse)
}
