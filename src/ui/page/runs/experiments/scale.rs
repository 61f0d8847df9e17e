//! What the results of an experiment are measured in.

use crate::{
    evaluate::Metric,
    experiment::ExperimentView,
    text::{Lang, decimal, percent},
    ui::widget::plot::{AMOUNTS, SHARES},
};

/// Where results can be: no share is above all, nothing is off by less than nothing.
pub fn possible(view: &ExperimentView) -> (f64, f64) {
    match view.metric() {
        Metric::Accuracy => SHARES,
        Metric::Mae => AMOUNTS,
    }
}

/// A mark of their axis that takes so many decimals.
pub fn mark(view: &ExperimentView, lang: Lang, value: f64, digits: usize) -> String {
    match view.metric() {
        // Per cent has two fewer.
        Metric::Accuracy => percent(lang, value, digits.saturating_sub(2)),
        Metric::Mae => decimal(lang, value, digits),
    }
}
