//! The network as an ONNX file (opset 13), encoded by hand: ONNX is Protocol Buffers, of which it needs a dozen fields.
//!
//! The graph eats what an image library gives, `pixels`: uint8 `[n, side, side, 3]`, RGB 0..255, the center crop that
//! the network sees. Casting, the division by 255, the order of channels, the mirror image if the run is judged with it,
//! the temperature and the sigmoid are inside.
//! It gives `probability`: float `[n]`, that of class 1. Batch norm is in its inference form; dropout is gone.

use crate::{
    model::{
        Activation, Array, Layer, Network, Op, Weights,
        layers::{Role, Shape},
    },
    model::{LEAKY_SLOPE, Padding},
};

/// What is written into the file's metadata, readable with `session.get_modelmeta().custom_metadata_map`.
pub type Metadata<'a> = [(&'a str, String)];

/// The bytes of the file. `weights` must be those of `network` ([`Weights::check`]); `mirrored` takes the mean over each
/// picture and its mirror image, as [`crate::engine::TtaPredictor`] does.
pub fn encode(network: &Network, weights: &Weights, temperature: f64, mirrored: bool, metadata: &Metadata<'_>) -> Vec<u8> {
    let mut graph = Graph::default();
    let mut values = graph.input(network.input);
    if mirrored {
        values = graph.with_mirror_images(&values);
    }
    let logits = network.layers.iter().fold(values, |values, layer| graph.layer(layer, values, weights));
    graph.output(logits, temperature, mirrored);
    let mut model = Message::default();
    model.int(1, IR_VERSION);
    model.text(2, "Trombine");
    model.text(3, env!("CARGO_PKG_VERSION"));
    model.message(7, &graph.message);
    let mut opset = Message::default();
    opset.text(1, "");
    opset.int(2, OPSET);
    model.message(8, &opset);
    for (key, value) in metadata {
        let mut entry = Message::default();
        entry.text(1, key);
        entry.text(2, value);
        model.message(14, &entry);
    }
    model.0
}

/// The first with all operators used here in their present form, so that old runtimes read the file too.
const OPSET: i64 = 13;
const IR_VERSION: i64 = 7;

/// `TensorProto.DataType`.
const FLOAT: i64 = 1;
const UINT8: i64 = 2;
const INT64: i64 = 7;

/// A Protocol Buffers message in the making.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(&mut self, field: u64, value: i64) {
        self.varint(field << 3);
        self.varint(value.cast_unsigned());
    }

    fn float(&mut self, field: u64, value: f32) {
        self.varint(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, field: u64, text: &str) {
        self.bytes(field, text.as_bytes());
    }

    fn message(&mut self, field: u64, message: &Self) {
        self.bytes(field, &message.0);
    }
}

/// An operator's option.
enum Attribute<'a> {
    Int(&'a str, i64),
    Float(&'a str, f32),
    Ints(&'a str, &'a [i64]),
}

impl Attribute<'_> {
    fn message(&self) -> Message {
        let mut message = Message::default();
        let kind = match *self {
            Self::Float(name, value) => {
                message.text(1, name);
                message.float(2, value);
                1
            }
            Self::Int(name, value) => {
                message.text(1, name);
                message.int(3, value);
                2
            }
            Self::Ints(name, values) => {
                message.text(1, name);
                values.iter().for_each(|value| message.int(8, *value));
                7
            }
        };
        message.int(20, kind);
        message
    }
}

/// A `GraphProto` in the making. Nodes and values are named by what they come from.
#[derive(Default)]
struct Graph {
    message: Message,
}

impl Graph {
    /// Declares the pixels and brings them to NCHW floats 0..=1; gives the name of the result.
    fn input(&mut self, shape: Shape) -> String {
        self.message.text(2, "trombine");
        let dims = [None, Some(shape.height), Some(shape.width), Some(shape.channels)];
        self.message.message(11, &value_info("pixels", UINT8, &dims));
        let cast = self.node("Cast", "pixels_float", &["pixels"], &[Attribute::Int("to", FLOAT)]);
        let moved = self.node("Transpose", "pixels_nchw", &[&cast], &[Attribute::Ints("perm", &[0, 3, 1, 2])]);
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
        self.node("Concat", "pixels_both", &[values, &mirrored], &[Attribute::Int("axis", 0)])
    }

    /// Declares the probability as the result.
    fn output(&mut self, logits: String, temperature: f64, mirrored: bool) {
        let shape = self.initializer("flat", INT64, &[1], &(-1i64).to_le_bytes());
        let mut logits = self.node("Reshape", "logit", &[&logits, &shape], &[]);
        if mirrored {
            let pairs: Vec<u8> = [2i64, -1].iter().flat_map(|length| length.to_le_bytes()).collect();
            let pairs = self.initializer("pairs", INT64, &[2], &pairs);
            let both = self.node("Reshape", "logit_both", &[&logits, &pairs], &[]);
            let over = [Attribute::Ints("axes", &[0]), Attribute::Int("keepdims", 0)];
            logits = self.node("ReduceMean", "logit_mean", &[&both], &over);
        }
        if temperature != 1.0 {
            let temperature = self.number("temperature", temperature as f32);
            logits = self.node("Div", "logit_scaled", &[&logits, &temperature], &[]);
        }
        self.node("Sigmoid", "probability", &[&logits], &[]);
        self.message.message(12, &value_info("probability", FLOAT, &[None]));
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
                    &[Attribute::Ints("kernel_shape", &kernel), Attribute::Ints("pads", &[border; 4])],
                )
            }
            Op::BatchNorm { epsilon, .. } => {
                self.node("BatchNormalization", name, &inputs, &[Attribute::Float("epsilon", epsilon as f32)])
            }
            Op::Activation(Activation::Relu) => self.node("Relu", name, &inputs, &[]),
            Op::Activation(Activation::LeakyRelu) => {
                self.node("LeakyRelu", name, &inputs, &[Attribute::Float("alpha", LEAKY_SLOPE)])
            }
            Op::Activation(Activation::Gelu) => self.gelu(name, &values),
            Op::MaxPool => self.node(
                "MaxPool",
                name,
                &inputs,
                &[Attribute::Ints("kernel_shape", &[2, 2]), Attribute::Ints("strides", &[2, 2])],
            ),
            Op::GlobalAveragePool => {
                let mean = self.node("GlobalAveragePool", &format!("{name}_map"), &inputs, &[]);
                self.node("Flatten", name, &[&mean], &[])
            }
            // Of NCHW this is channel, row, column: the order of the dense weights.
            Op::Flatten => self.node("Flatten", name, &inputs, &[]),
            Op::Dense { .. } => self.node("Gemm", name, &inputs, &[Attribute::Int("transB", 1)]),
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

    fn array(&mut self, name: &str, array: &Array) -> String {
        let bytes: Vec<u8> = array.data.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initializer(name, FLOAT, &array.shape, &bytes)
    }

    fn number(&mut self, name: &str, value: f32) -> String {
        self.initializer(name, FLOAT, &[], &value.to_le_bytes())
    }

    fn initializer(&mut self, name: &str, kind: i64, shape: &[usize], bytes: &[u8]) -> String {
        let mut tensor = Message::default();
        shape.iter().for_each(|length| tensor.int(1, *length as i64));
        tensor.int(2, kind);
        tensor.text(8, name);
        tensor.bytes(9, bytes);
        self.message.message(5, &tensor);
        name.to_owned()
    }

    /// Adds an operator with one result, named as the node.
    fn node(&mut self, op: &str, name: &str, inputs: &[&str], attributes: &[Attribute<'_>]) -> String {
        let mut node = Message::default();
        inputs.iter().for_each(|input| node.text(1, input));
        node.text(2, name);
        node.text(3, name);
        node.text(4, op);
        attributes.iter().for_each(|attribute| node.message(5, &attribute.message()));
        self.message.message(1, &node);
        name.to_owned()
    }
}

/// A `ValueInfoProto`; a length of `None` is the number of pictures.
fn value_info(name: &str, kind: i64, shape: &[Option<usize>]) -> Message {
    let mut dims = Message::default();
    for length in shape {
        let mut dim = Message::default();
        match length {
            Some(length) => dim.int(1, *length as i64),
            None => dim.text(2, "n"),
        }
        dims.message(1, &dim);
    }
    let mut tensor = Message::default();
    tensor.int(1, kind);
    tensor.message(2, &dims);
    let mut kind = Message::default();
    kind.message(1, &tensor);
    let mut info = Message::default();
    info.text(1, name);
    info.message(2, &kind);
    info
}
