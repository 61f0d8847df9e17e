//! Python beside an exported model: a script that runs the ONNX file, and a module that builds the network in PyTorch.

use crate::model::{Activation, LEAKY_SLOPE, Network, Op, Output, Padding};

/// A script that predicts photos with the ONNX file beside it; needs `onnxruntime`, `numpy` and `pillow`.
pub const PREDICT_SCRIPT: &str = include_str!("predict.py");

/// A module that builds the network in PyTorch and loads the safetensors file beside it.
///
/// The names of the layers are those of the weights, so the file is the module's state as it is.
pub fn torch_module(network: &Network) -> String {
    let layers: Vec<String> = network
        .layers
        .iter()
        .flat_map(|layer| {
            let (inputs, outputs) = (layer.input, layer.output);
            let of = |text: String| vec![format!("        (\"{}\", {text}),\n", layer.name)];
            match layer.op {
                Op::Conv { kernel, padding, bias, .. } => {
                    let border = match padding {
                        Padding::Same => kernel / 2,
                        Padding::Valid => 0,
                    };
                    let (from, to) = (inputs.channels, outputs.channels);
                    of(format!("nn.Conv2d({from}, {to}, {kernel}, padding={border}, bias={})", python_bool(bias)))
                }
                Op::BatchNorm { epsilon, .. } => {
                    let dimensions = if inputs.height * inputs.width > 1 || layer.name.starts_with("bn") { 2 } else { 1 };
                    of(format!("nn.BatchNorm{dimensions}d({}, eps={epsilon:e})", inputs.channels))
                }
                Op::Activation(Activation::Relu) => of("nn.ReLU()".to_owned()),
                Op::Activation(Activation::LeakyRelu) => of(format!("nn.LeakyReLU({LEAKY_SLOPE})")),
                Op::Activation(Activation::Gelu) => of("nn.GELU()".to_owned()),
                Op::MaxPool => of("nn.MaxPool2d(2)".to_owned()),
                Op::GlobalAveragePool => {
                    let mut pair = of("nn.AdaptiveAvgPool2d(1)".to_owned());
                    pair.push("        (\"average_flat\", nn.Flatten()),\n".to_owned());
                    pair
                }
                Op::Flatten => of("nn.Flatten()".to_owned()),
                Op::Dense { bias, .. } => {
                    of(format!("nn.Linear({}, {}, bias={})", inputs.len(), outputs.channels, python_bool(bias)))
                }
                Op::Dropout { rate, .. } => of(format!("nn.Dropout({rate})")),
            }
        })
        .collect();
    let answers = if network.output == Output::Linear { YEARS } else { PROBABILITIES };
    let (name, about, code) = answers;
    let module = TORCH_MODULE.replace("@NAME@", name).replace("@ABOUT@", about).replace("@ANSWERS@", code);
    module.replace("@LAYERS@", &layers.concat()).replace("@SIDE@", &network.input.width.to_string())
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

const TORCH_MODULE: &str = r#""""The network in PyTorch, with its weights (pip install torch numpy).

    from model import load, @NAME@
    model = load()
    @NAME@(model, pixels)    # pixels: uint8, n x @SIDE@ x @SIDE@ x 3, RGB

A photo becomes pixels upright by its EXIF, with white where it is transparent, made a square of `cached_side` by
averaging (`resize` says how a photo becomes one that is not square; both are in labels.json), cut to the `crop` in its middle, and resized to `side`; predict.py of the Python export does it.

Written by Trombine. @ABOUT@
"""

import json
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
SIDE = @SIDE@


def build():
    return nn.Sequential(OrderedDict([
@LAYERS@    ]))


def read_safetensors(path):
    """A safetensors file of float32 arrays: length of a JSON header, the header, the values."""
    content = Path(path).read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    values = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values[name] = torch.from_numpy(np.frombuffer(content[start:end], "<f4").reshape(entry["shape"]).copy())
    return values


def load(folder=HERE):
    model = build()
    state = read_safetensors(Path(folder) / "model.safetensors")
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
    return model.eval()


@ANSWERS@"#;

/// The module's function, what it gives, and its code.
type Answers = (&'static str, &'static str, &'static str);

const PROBABILITIES: Answers = (
    "probabilities",
    "Of two classes the probability is that of the second, of more there is a row for each picture; see\nlabels.json.",
    r#"@torch.no_grad()
def probabilities(model, pixels, folder=HERE):
    labels = json.loads((Path(folder) / "labels.json").read_text(encoding="utf-8"))
    values = torch.as_tensor(pixels).permute(0, 3, 1, 2).float() / 255
    logits = model(values)
    if labels["mirrored"]:
        logits = (logits + model(values.flip(3))) / 2
    logits = logits / labels["temperature"]
    if logits.shape[1] == 1:
        return torch.sigmoid(logits[:, 0]).numpy()
    every = torch.softmax(logits, dim=1)
    return (every[:, 1] if logits.shape[1] == 2 else every).numpy()
"#,
);

const YEARS: Answers = (
    "years",
    "It gives an age in years for each picture.",
    r#"@torch.no_grad()
def years(model, pixels, folder=HERE):
    labels = json.loads((Path(folder) / "labels.json").read_text(encoding="utf-8"))
    values = torch.as_tensor(pixels).permute(0, 3, 1, 2).float() / 255
    ages = model(values)
    if labels["mirrored"]:
        ages = (ages + model(values.flip(3))) / 2
    return ages[:, 0].numpy()
"#,
);
