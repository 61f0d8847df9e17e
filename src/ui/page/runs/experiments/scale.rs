//! What the results of an experiment are measured in.

use crate::{
    experiment::ExperimentView,
    ui::widget::plot::{AMOUNTS, SHARES},
};

/// Where results can be: no share is above all, nothing is off by less than nothing.
pub fn possible(view: &ExperimentView) -> (f64, f64) {
    if view.more_is_better() { SHARES } else { AMOUNTS }
}
