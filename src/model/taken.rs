//! Which of a network's layers can begin with the weights of another network.

use serde::{Deserialize, Serialize};

use super::{Layer, Network, Op, Weights};

/// The layers that are the same in another network, from the first on. What a layer has learned is about what the layers
/// before it say: behind the first that does not fit, nothing is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Their names, batch norm's among them.
    pub layers: Vec<String>,
    /// Of the convolution blocks, how many are taken and how many there are.
    pub blocks: [usize; 2],
    /// The same of the hidden dense layers.
    pub dense: [usize; 2],
    /// Whether the last layer is taken.
    pub output: bool,
}

/// A block's convolutions or a dense layer, with their batch norm: taken as a whole or not at all.
struct Group<'a>(Vec<&'a Layer>);

impl Taken {
    /// What `new` can take of `old`; the last layer only if both answer the same question.
    pub fn of(new: &Network, old: &Network, same_question: bool) -> Self {
        let (groups, others) = (groups(new), groups(old));
        let asked = same_question && new.output == old.output;
        let is_last = |at: usize| at + 1 == groups.len();
        let fits = |(at, (group, other)): &(usize, (&Group<'_>, &Group<'_>))| group.is_as(other) && (asked || !is_last(*at));
        let fitting = groups.iter().zip(&others).enumerate().take_while(fits).count();
        let count = |groups: &[Group<'_>], block: bool| groups.iter().filter(|group| group.is_block() == block).count();
        let (taken, all) = (&groups[..fitting], &groups[..groups.len().saturating_sub(1)]);
        let output = fitting == groups.len();
        Self {
            layers: taken.iter().flat_map(|group| &group.0).map(|layer| layer.name.clone()).collect(),
            blocks: [count(taken, true), count(all, true)],
            dense: [count(taken, false) - usize::from(output), count(all, false)],
            output,
        }
    }

    /// Those of `weights` that are taken.
    pub fn weights(&self, weights: &Weights) -> Weights {
        let is_taken =
            |name: &str| name.rsplit_once('.').is_some_and(|(layer, _)| self.layers.iter().any(|taken| taken == layer));
        Weights(weights.iter().filter(|(name, _)| is_taken(name)).map(|(name, array)| (name.to_owned(), array.clone())).collect())
    }
}

impl Group<'_> {
    fn is_block(&self) -> bool {
        self.0.iter().any(|layer| matches!(layer.op, Op::Conv { .. }))
    }

    /// Whether all arrays have the same names and shapes.
    fn is_as(&self, other: &Self) -> bool {
        let arrays = |group: &Self| -> Vec<(String, Vec<usize>)> {
            group.0.iter().flat_map(|layer| layer.parameters()).map(|array| (array.name, array.shape)).collect()
        };
        arrays(self) == arrays(other)
    }
}

fn groups(network: &Network) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut in_block = false;
    for layer in &network.layers {
        match (layer.op, groups.last_mut()) {
            (Op::Conv { .. }, Some(group)) if in_block => group.0.push(layer),
            (Op::Conv { .. } | Op::Dense { .. }, _) => groups.push(Group(vec![layer])),
            (Op::BatchNorm { .. }, Some(group)) => group.0.push(layer),
            _ => {}
        }
        // A block ends with its pooling.
        in_block = matches!(layer.op, Op::Conv { .. }) || in_block && layer.op != Op::MaxPool;
    }
    groups
}
