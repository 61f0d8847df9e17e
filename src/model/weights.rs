//! Named weights in one layout for all engines and files.
//!
//! Names and layouts are PyTorch's: `conv1.weight` is `[out, in, kernel, kernel]`, `dense1.weight` is `[out, in]` with
//! inputs flattened channel by channel, `bn1.weight`, `bn1.bias`, `bn1.running_mean`, `bn1.running_var` are `[channels]`.
//!
//! A file is [safetensors](https://github.com/huggingface/safetensors), little-endian f32, with the metadata entries
//! `trombine = "1"`, this layout's version, and a checksum ([`tensors`]). A file without them, written by PyTorch say, is
//! taken if names and shapes fit.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use safetensors::{Dtype, tensor::TensorView};
use serde::{Deserialize, Serialize};

use super::{Network, layers::Role};
use crate::{
    files::{
        atomic,
        tensors::{self, Tensors},
    },
    problem::{Kind, Problem},
    text::{LocalizedText, Phrase, say},
};

/// A dense array of f32 in row-major order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// Arrays by name. Sorted, so that walking them is deterministic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weights(pub BTreeMap<String, Tensor>);

/// The metadata entry that holds the layout's version.
const VERSION_KEY: &str = "trombine";
/// The version that is written, and the newest that is read.
const VERSION: u32 = 1;

impl Tensor {
    /// An array of zeros.
    pub fn zeros(shape: Vec<usize>) -> Self {
        let values = shape.iter().product();
        Self { shape, data: vec![0.0; values] }
    }
}

impl Weights {
    /// The array called `name`.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.0.get(name)
    }

    /// Names and arrays, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(name, array)| (name.as_str(), array))
    }

    /// Numbers in all arrays.
    pub fn values(&self) -> usize {
        self.0.values().map(|array| array.data.len()).sum()
    }

    /// Whether these are exactly the arrays of `network`, all finite, no variance below zero.
    ///
    /// # Errors
    /// What is missing, unknown, of another shape, not a number, or a negative variance.
    pub fn check(&self, network: &Network) -> Result<(), Problem> {
        let wanted = network.parameters();
        for parameter in &wanted {
            let array = self
                .get(&parameter.name)
                .ok_or_else(|| misfit(&format!("{} is missing", parameter.name), &format!("{} manque", parameter.name)))?;
            if array.shape != parameter.shape || array.data.len() != parameter.shape.iter().product::<usize>() {
                let (name, is, wants) = (&parameter.name, &array.shape, &parameter.shape);
                return Err(misfit(
                    &format!("{name} has the shape {is:?} instead of {wants:?}"),
                    &format!("{name} a la forme {is:?} au lieu de {wants:?}"),
                ));
            }
            if parameter.role == Role::RunningVariance && array.data.iter().any(|value| *value < 0.0) {
                return Err(misfit(
                    &format!("{} holds a negative variance", parameter.name),
                    &format!("{} contient une variance négative", parameter.name),
                ));
            }
            if !array.data.iter().all(|value| value.is_finite()) {
                return Err(misfit(
                    &format!("{} holds values that are not numbers", parameter.name),
                    &format!("{} contient des valeurs qui ne sont pas des nombres", parameter.name),
                ));
            }
        }
        match self.0.keys().find(|name| wanted.iter().all(|parameter| parameter.name != **name)) {
            Some(name) => {
                Err(misfit(&format!("{name} does not belong to this network"), &format!("{name} n’appartient pas à ce réseau")))
            }
            None => Ok(()),
        }
    }

    /// Writes the arrays to `path`: first beside it, then renamed, so that the old file stays whole whatever happens.
    ///
    /// # Errors
    /// A full disk, a missing folder, no permission.
    pub fn save(&self, path: &Path) -> Result<(), Problem> {
        atomic::write(path, &self.to_bytes()?)
    }

    /// Reads the arrays of a file that [`Weights::save`] wrote, or another program in the same layout.
    /// [`Weights::check`] says whether they fit a network.
    ///
    /// # Errors
    /// The file cannot be read, is of another kind, damaged, or from a newer version.
    pub fn load(path: &Path) -> Result<Self, Problem> {
        let bytes = fs::read(path).map_err(|error| Problem::io(path, &error))?;
        Self::from_bytes(&bytes).map_err(|mut problem| {
            problem.details = format!("{}: {}", path.display(), problem.details);
            problem
        })
    }

    /// The arrays as the bytes of a safetensors file.
    ///
    /// # Errors
    /// An array whose shape does not fit its data: a fault of the program.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Problem> {
        let bytes: Vec<Vec<u8>> =
            self.0.values().map(|array| array.data.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
        let views: Result<Vec<_>, _> = self
            .0
            .iter()
            .zip(&bytes)
            .map(|((name, array), bytes)| {
                TensorView::new(Dtype::F32, array.shape.clone(), bytes).map(|view| (name.clone(), view))
            })
            .collect();
        let metadata = HashMap::from([(VERSION_KEY.to_owned(), VERSION.to_string())]);
        views.and_then(|views| tensors::to_bytes(&views, metadata)).map_err(|error| {
            Problem::new(
                Kind::Internal,
                say("The weights cannot be written as a file", "Les poids ne peuvent pas être écrits dans un fichier"),
                say("Report this fault, with the details", "Signalez ce défaut, avec les détails"),
            )
            .because(error)
        })
    }

    /// The arrays of a safetensors file's bytes.
    ///
    /// # Errors
    /// As [`Weights::load`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        let foreign = |error: &dyn std::fmt::Display| {
            unreadable(say(
                "This is not a file of weights, or it is damaged",
                "Ce n’est pas un fichier de poids, ou il est abîmé",
            ))
            .because(error)
        };
        let tensors = Tensors::read(bytes).map_err(|error| foreign(&error))?;
        if let Some(version) = tensors.metadata.get(VERSION_KEY)
            && version.parse::<u32>().is_ok_and(|version| version > VERSION)
        {
            let what = say(
                "These weights were written by a newer version of Trombine",
                "Ces poids ont été écrits par une version plus récente de Trombine",
            );
            return Err(unreadable(what).because(format!("layout {version}, this program reads up to {VERSION}")));
        }
        tensors.check().map_err(|error| foreign(&error))?;
        let mut arrays = BTreeMap::new();
        for (name, tensor) in tensors.arrays {
            if tensor.dtype() != Dtype::F32 {
                return Err(foreign(&format!("{name} is {:?}, not F32", tensor.dtype())));
            }
            let (values, _) = tensor.data().as_chunks::<4>();
            let data = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            arrays.insert(name, Tensor { shape: tensor.shape().to_vec(), data });
        }
        Ok(Self(arrays))
    }
}

fn misfit(en: &str, fr: &str) -> Problem {
    let what = LocalizedText {
        en: format!("These weights do not fit the network: {en}"),
        fr: format!("Ces poids ne vont pas avec le réseau : {fr}"),
    };
    Problem::new(Kind::File, what, REMEDY)
}

fn unreadable(what: Phrase) -> Problem {
    Problem::new(Kind::File, what, REMEDY)
}

const REMEDY: Phrase =
    say("Choose the weights of a run with the same settings", "Choisissez les poids d’un essai aux mêmes réglages");
