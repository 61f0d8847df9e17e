//! Which of many runs' curves are drawn.

use crate::{experiment::ExperimentView, history::EpochRecord};

/// Curves that can be told apart over each other.
const MOST: usize = 24;

/// What an epoch's curve shows: the validation accuracy, of values the mean error.
pub fn score(epoch: &EpochRecord) -> f64 {
    epoch.mae.map_or(epoch.validation_accuracy, |mae| mae.validation)
}

/// The members whose curves are drawn, in their order: all that have one, or of many those that lie evenly between the lowest
/// and the highest last value, of each recipe where there are a few.
pub fn shown(view: &ExperimentView) -> Vec<usize> {
    let last = |place: usize| Some((view.members[place].variant, score(view.members[place].history.last()?), place));
    let mut drawn: Vec<(usize, f64, usize)> = (0..view.members.len()).filter_map(last).collect();
    if drawn.len() <= MOST {
        return drawn.into_iter().map(|(.., place)| place).collect();
    }
    let by_recipe = view.experiment.variants.len() <= MOST / 4;
    drawn.sort_by(|a, b| (if by_recipe { a.0.cmp(&b.0) } else { a.0.cmp(&a.0) }).then(a.1.total_cmp(&b.1)));
    let recipes: Vec<&[(usize, f64, usize)]> = match by_recipe {
        true => drawn.chunk_by(|a, b| a.0 == b.0).collect(),
        false => vec![&drawn],
    };
    let each = MOST / recipes.len();
    let evenly = |recipe: &&[(usize, f64, usize)]| -> Vec<usize> {
        let (last, each) = (recipe.len() - 1, each.min(recipe.len()));
        (0..each).map(|nth| recipe[(nth * last + (each - 1) / 2) / (each - 1).max(1)].2).collect()
    };
    let mut chosen: Vec<usize> = recipes.iter().flat_map(evenly).collect();
    chosen.sort_unstable();
    chosen
}
