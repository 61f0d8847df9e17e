//! Several networks in one graph: each a branch on the same pixels, and the mean of what they say.

use super::{
    FLOAT, INT64, Metadata,
    proto::{AttributeProto, GraphProto},
    value_info, written,
};
use crate::{
    evaluate::Combination,
    model::{Network, Output, Weights},
};

/// One network of several.
pub struct Branch {
    pub network: Network,
    pub weights: Weights,
    /// Its logits are divided by it before they are put together with the others'.
    pub temperature: f64,
    /// Whether it takes the mean over each picture and its mirror image.
    pub mirrored: bool,
}

/// As [`super::encode`], of several networks that see the same pixels. `temperature` is that of what they say together.
pub fn encode_together(branches: &[Branch], combination: Combination, temperature: f64, metadata: &Metadata<'_>) -> Vec<u8> {
    let mut graph = GraphProto { name: "trombine".to_owned(), ..GraphProto::default() };
    let Some(first) = branches.first() else { return written(graph, metadata) };
    let pixels = graph.input(first.network.input);
    let said: Vec<String> = branches
        .iter()
        .zip(1..)
        .map(|(branch, number)| {
            let mut own = GraphProto::default();
            let said = own.branch(branch, &pixels, combination);
            graph.take(own, &format!("member_{number}."), &said)
        })
        .collect();
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    let output = first.network.output;
    let binary = matches!(output, Output::Sigmoid | Output::Softmax { classes: 2 });
    let column = if output == Output::Linear { Output::Linear } else { Output::Sigmoid };
    let together = if binary || output == Output::Linear { column } else { output };
    match combination {
        Combination::Probabilities if temperature == 1.0 => match output {
            Output::Softmax { classes: count @ 3.. } => {
                graph.node("Mean", "probabilities", &said, &[]);
                graph.output.push(value_info("probabilities", FLOAT, &[None, Some(count)]));
            }
            _ => {
                let mean = graph.node("Mean", "probability_mean", &said, &[]);
                graph.flat("probability", &mean);
            }
        },
        Combination::Probabilities => {
            let mean = graph.node("Mean", "probability_mean", &said, &[]);
            let logits = graph.node("Log", "probability_log", &[&mean], &[]);
            let logits = if binary { graph.against_the_rest(&mean, &logits) } else { logits };
            let logits = graph.scaled(&logits, together, temperature, false);
            graph.answer(&logits, together);
        }
        Combination::Logits | Combination::Estimates => {
            let mean = graph.node("Mean", "member_mean", &said, &[]);
            let logits = graph.scaled(&mean, together, temperature, false);
            graph.answer(&logits, together);
        }
    }
    written(graph, metadata)
}

impl GraphProto {
    /// What one network says of the pixels: a probability, a logit or a value, of two classes that of the second in one column.
    fn branch(&mut self, branch: &Branch, pixels: &str, combination: Combination) -> String {
        let Branch { network, weights, temperature, mirrored } = branch;
        let mut values = pixels.to_owned();
        if *mirrored {
            values = self.with_mirror_images(&values);
        }
        let logits = network.layers.iter().fold(values, |values, layer| self.layer(layer, values, weights));
        let logits = self.scaled(&logits, network.output, *temperature, *mirrored);
        let shares = combination == Combination::Probabilities;
        let logits = match network.output {
            Output::Linear => return logits,
            Output::Softmax { classes: 3.. } if shares => {
                return self.node("Softmax", "said", &[&logits], &[AttributeProto::int("axis", 1)]);
            }
            Output::Softmax { classes: 3.. } => return logits,
            Output::Softmax { .. } => self.difference(&logits),
            Output::Sigmoid => logits,
        };
        if shares { self.node("Sigmoid", "said", &[&logits], &[]) } else { logits }
    }

    /// Of two columns the second less the first: the log-odds of the second class.
    fn difference(&mut self, logits: &str) -> String {
        let axis = [AttributeProto::int("axis", 1)];
        let [one, zero] = [1_i64, 0].map(|class| {
            let index = self.initializer(&format!("class_{class}"), INT64, &[1], &class.to_le_bytes());
            self.node("Gather", &format!("logit_{class}"), &[logits, &index], &axis)
        });
        self.node("Sub", "log_odds", &[&one, &zero], &[])
    }

    /// The log-odds of a probability whose logarithm is `log`.
    fn against_the_rest(&mut self, probability: &str, log: &str) -> String {
        let one = self.number("one", 1.0);
        let rest = self.node("Sub", "rest", &[&one, probability], &[]);
        let rest = self.node("Log", "rest_log", &[&rest], &[]);
        self.node("Sub", "log_odds", &[log, &rest], &[])
    }

    /// Takes in another graph's nodes and arrays under names that begin with `prefix`; gives what `result` is called here. What
    /// the other does not make itself is this one's.
    fn take(&mut self, mut other: Self, prefix: &str, result: &str) -> String {
        let nodes = other.node.iter().flat_map(|node| &node.output);
        let own: std::collections::HashSet<String> =
            nodes.chain(other.initializer.iter().map(|array| &array.name)).cloned().collect();
        let renamed = |name: &str| if own.contains(name) { format!("{prefix}{name}") } else { name.to_owned() };
        for node in &mut other.node {
            node.name = renamed(&node.name);
            node.input.iter_mut().chain(&mut node.output).for_each(|name| *name = renamed(name));
        }
        other.initializer.iter_mut().for_each(|array| array.name = renamed(&array.name));
        self.node.append(&mut other.node);
        self.initializer.append(&mut other.initializer);
        renamed(result)
    }
}
