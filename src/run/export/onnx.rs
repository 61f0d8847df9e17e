//! The network as an ONNX file (opset 13): a Protocol Buffers message, of which [`proto`] has what is used.
//!
//! The graph eats what an image library gives, `pixels`: uint8 `[n, side, side, 3]`, RGB 0..255, the center crop that
//! the network sees. Casting, the division by 255, the order of channels, the mirror image if the run is evaluated with it,
//! the temperature and the sigmoid or softmax are inside.
//! It gives `probability`: float `[n]`, that of class 1; of more than two classes `probabilities`: float `[n, classes]`; of ages `years`: float `[n]`. Batch norm is in its inference form; dropout is gone.

mod proto;
mod together;

use prost::Message as _;

pub use together::{Branch, encode_together};

use self::proto::{
    AttributeProto, Dim, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, Tensor, TensorProto, TensorShape,
    TypeProto, ValueInfo,
};
use crate::model::{
    Activation, LEAKY_SLOPE, Layer, Network, Op, Output, Padding, Weights,
    layers::{Role, Shape},
};

/// What is written into the file's metadata, readable with `session.get_modelmeta().custom_metadata_map`.
pub type Metadata<'a> = [(&'a str, String)];

/// The bytes of the file. `weights` must be those of `network` ([`Weights::check`]); `mirrored` takes the mean over each
/// picture and its mirror image, as [`crate::engine::TtaPredictor`] does.
pub fn encode(network: &Network, weights: &Weights, temperature: f64, mirrored: bool, metadata: &Metadata<'_>) -> Vec<u8> {
    let mut graph = GraphProto { name: "trombine".to_owned(), ..GraphProto::default() };
    let mut values = graph.input(network.input);
    if mirrored {
        values = graph.with_mirror_images(&values);
    }
    let logits = network.layers.iter().fold(values, |values, layer| graph.layer(layer, values, weights));
    let logits = graph.scaled(&logits, network.output, temperature, mirrored);
    graph.answer(&logits, network.output);
    written(graph, metadata)
}

/// The file of a whole graph.
fn written(graph: GraphProto, metadata: &Metadata<'_>) -> Vec<u8> {
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "Trombine".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph),
        opset_import: vec![OperatorSetId { version: OPSET }],
        metadata_props: metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
    };
    model.encode_to_vec()
}

/// The first with all operators used here in their present form, so that old runtimes read the file too.
const OPSET: i64 = 13;
const IR_VERSION: i64 = 7;

/// `TensorProto.DataType`.
const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const INT64: i32 = 7;

/// Options of an operator.
impl AttributeProto {
    fn float(name: &str, value: f32) -> Self {
        Self { name: name.to_owned(), f: Some(value), kind: 1, ..Self::default() }
    }

    fn int(name: &str, value: i64) -> Self {
        Self { name: name.to_owned(), i: Some(value), kind: 2, ..Self::default() }
    }

    fn ints(name: &str, values: &[i64]) -> Self {
        Self { name: name.to_owned(), ints: values.to_vec(), kind: 7, ..Self::default() }
    }
}

/// Nodes and values are named by what they come from.
impl GraphProto {
    /// Declares the pixels and brings them to NCHW floats 0..=1; gives the name of the result.
    fn input(&mut self, shape: Shape) -> String {
        let dims = [None, Some(shape.height), Some(shape.width), Some(shape.channels)];
        self.input.push(value_info("pixels", UINT8, &dims));
        let cast = self.node("Cast", "pixels_float", &["pixels"], &[AttributeProto::int("to", FLOAT.into())]);
        let moved = self.node("Transpose", "pixels_nchw", &[&cast], &[AttributeProto::ints("perm", &[0, 3, 1, 2])]);
        let by = self.number("pixel_largest", 255.0);
        self.node("Div", "pixels_unit", &[&moved, &by], &[])
    }

    /// Puts the mirror images behind the pictures: 2n of NCHW.
    fn with_mirror_images(&mut self, values: &str) -> String {
        let mut index = |name: &str, value: i64| self.initializer(name, INT64, &[1], &value.to_le_bytes());
        // From the last column back past the first.
        let [from, to] = [index("mirror_from", -1), index("mirror_to", i64::MIN)];
        let [axis, step] = [index("mirror_axis", 3), index("mirror_step", -1)];
        let mirrored = self.node("Slice", "pixels_mirrored", &[values, &from, &to, &axis, &step], &[]);
        self.node("Concat", "pixels_both", &[values, &mirrored], &[AttributeProto::int("axis", 0)])
    }

    /// The logits of each picture: of it and its mirror image the mean, divided by the temperature.
    fn scaled(&mut self, logits: &str, output: Output, temperature: f64, mirrored: bool) -> String {
        let units = output.units() as i64;
        let mut values = logits.to_owned();
        if mirrored {
            let pairs: Vec<u8> = [2, -1, units].iter().flat_map(|length: &i64| length.to_le_bytes()).collect();
            let pairs = self.initializer("pairs", INT64, &[3], &pairs);
            let both = self.node("Reshape", "logit_both", &[&values, &pairs], &[]);
            let over = [AttributeProto::ints("axes", &[0]), AttributeProto::int("keepdims", 0)];
            values = self.node("ReduceMean", "logit_mean", &[&both], &over);
        }
        if temperature != 1.0 && output != Output::Linear {
            let temperature = self.number("temperature", temperature as f32);
            values = self.node("Div", "logit_scaled", &[&values, &temperature], &[]);
        }
        values
    }

    /// Declares the probability, or that of each class, as the result. A softmax over two classes gives that of class 1 alone,
    /// as a sigmoid does. Of a linear output the value is the result.
    fn answer(&mut self, values: &str, output: Output) {
        if output == Output::Linear {
            self.flat("years", values);
            return;
        }
        let classes = AttributeProto::int("axis", 1);
        if let Output::Softmax { classes: count @ 3.. } = output {
            self.node("Softmax", "probabilities", &[values], &[classes]);
            self.output.push(value_info("probabilities", FLOAT, &[None, Some(count)]));
            return;
        }
        if output.units() == 2 {
            let all = self.node("Softmax", "both_probabilities", &[values], std::slice::from_ref(&classes));
            let one = self.initializer("class_1", INT64, &[], &1_i64.to_le_bytes());
            self.node("Gather", "probability", &[&all, &one], &[classes]);
        } else {
            let shape = self.initializer("flat", INT64, &[1], &(-1_i64).to_le_bytes());
            let flat = self.node("Reshape", "logit", &[values, &shape], &[]);
            self.node("Sigmoid", "probability", &[&flat], &[]);
        }
        self.output.push(value_info("probability", FLOAT, &[None]));
    }

    /// Declares a column of `values` as the result `name`.
    fn flat(&mut self, name: &str, values: &str) {
        let shape = self.initializer("flat", INT64, &[1], &(-1_i64).to_le_bytes());
        self.node("Reshape", name, &[values, &shape], &[]);
        self.output.push(value_info(name, FLOAT, &[None]));
    }

    /// Adds a layer on `values`; gives the name of its result.
    fn layer(&mut self, layer: &Layer, values: String, weights: &Weights) -> String {
        let arrays = self.arrays(layer, weights);
        let mut inputs = vec![values.as_str()];
        inputs.extend(arrays.iter().map(String::as_str));
        let name = layer.name.as_str();
        match layer.op {
            Op::Conv { kernel, padding, .. } => {
                let border = match padding {
                    Padding::Same => kernel as i64 / 2,
                    Padding::Valid => 0,
                };
                let kernel = [kernel as i64; 2];
                self.node(
                    "Conv",
                    name,
                    &inputs,
                    &[AttributeProto::ints("kernel_shape", &kernel), AttributeProto::ints("pads", &[border; 4])],
                )
            }
            Op::BatchNorm { epsilon, .. } => {
                self.node("BatchNormalization", name, &inputs, &[AttributeProto::float("epsilon", epsilon as f32)])
            }
            Op::Activation(Activation::Relu) => self.node("Relu", name, &inputs, &[]),
            Op::Activation(Activation::LeakyRelu) => {
                self.node("LeakyRelu", name, &inputs, &[AttributeProto::float("alpha", LEAKY_SLOPE)])
            }
            Op::Activation(Activation::Gelu) => self.gelu(name, &values),
            Op::MaxPool => self.node(
                "MaxPool",
                name,
                &inputs,
                &[AttributeProto::ints("kernel_shape", &[2, 2]), AttributeProto::ints("strides", &[2, 2])],
            ),
            Op::GlobalAveragePool => {
                let mean = self.node("GlobalAveragePool", &format!("{name}_map"), &inputs, &[]);
                self.node("Flatten", name, &[&mean], &[])
            }
            // Of NCHW this is channel, row, column: the order of the dense weights.
            Op::Flatten => self.node("Flatten", name, &inputs, &[]),
            Op::Dense { .. } => self.node("Gemm", name, &inputs, &[AttributeProto::int("transB", 1)]),
            Op::Dropout { .. } => values,
        }
    }

    /// `x * (0.5 + 0.5 * erf(x / sqrt(2)))`; the operator Gelu came with opset 20 only.
    fn gelu(&mut self, name: &str, values: &str) -> String {
        let root = self.number(&format!("{name}_root"), std::f32::consts::SQRT_2);
        let half = self.number(&format!("{name}_half"), 0.5);
        let scaled = self.node("Div", &format!("{name}_scaled"), &[values, &root], &[]);
        let erf = self.node("Erf", &format!("{name}_erf"), &[&scaled], &[]);
        let halved = self.node("Mul", &format!("{name}_halved"), &[&erf, &half], &[]);
        let share = self.node("Add", &format!("{name}_share"), &[&halved, &half], &[]);
        self.node("Mul", name, &[values, &share], &[])
    }

    /// Adds the layer's arrays in the order of ONNX's inputs, which is that of `Layer::parameters`.
    fn arrays(&mut self, layer: &Layer, weights: &Weights) -> Vec<String> {
        let order = |role: Role| match role {
            Role::Kernel | Role::Gamma => 0,
            Role::Bias | Role::Beta => 1,
            Role::RunningMean => 2,
            Role::RunningVariance => 3,
        };
        let mut parameters = layer.parameters();
        parameters.sort_by_key(|p| order(p.role));
        let arrays = parameters.iter().filter_map(|p| weights.get(&p.name).map(|array| (p.name.as_str(), array)));
        arrays.map(|(name, array)| self.array(name, array)).collect()
    }

    fn array(&mut self, name: &str, array: &crate::model::Tensor) -> String {
        let bytes: Vec<u8> = array.data.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initializer(name, FLOAT, &array.shape, &bytes)
    }

    fn number(&mut self, name: &str, value: f32) -> String {
        self.initializer(name, FLOAT, &[], &value.to_le_bytes())
    }

    fn initializer(&mut self, name: &str, data_type: i32, shape: &[usize], bytes: &[u8]) -> String {
        let dims = shape.iter().map(|length| *length as i64).collect();
        self.initializer.push(TensorProto { dims, data_type, name: name.to_owned(), raw_data: bytes.to_vec() });
        name.to_owned()
    }

    /// Adds an operator with one result, named as the node.
    fn node(&mut self, op: &str, name: &str, inputs: &[&str], attributes: &[AttributeProto]) -> String {
        self.node.push(NodeProto {
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: vec![name.to_owned()],
            name: name.to_owned(),
            op_type: op.to_owned(),
            attribute: attributes.to_vec(),
        });
        name.to_owned()
    }
}

/// A `ValueInfoProto`; a length of `None` is the number of pictures.
fn value_info(name: &str, elem_type: i32, shape: &[Option<usize>]) -> ValueInfo {
    let value = |length: &Option<usize>| length.map_or_else(|| Dim::Param("n".to_owned()), |length| Dim::Value(length as i64));
    let dim = shape.iter().map(|length| Dimension { value: Some(value(length)) }).collect();
    let tensor = Tensor { elem_type, shape: Some(TensorShape { dim }) };
    ValueInfo { name: name.to_owned(), kind: Some(TypeProto { tensor_type: Some(tensor) }) }
}
