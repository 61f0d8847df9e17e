//! Which weights: what was evaluated is true of these bits and of no others.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{data::hash::hash, model::Weights};

/// Weights by their epoch and their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightsId {
    /// The epoch after which they were as they are.
    pub epoch: u32,
    pub hash: WeightsHash,
}

/// XXH64 of the names, shapes and values of all arrays, however their file is laid out. As sixteen hexadecimal digits in
/// JSON, whose numbers other programs read as floating-point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightsHash(u64);

impl WeightsId {
    /// The id of `weights`, which are those after `epoch`.
    pub fn of(epoch: u32, weights: &Weights) -> Self {
        let mut hashes = Vec::new();
        for (name, array) in weights.iter() {
            let shape: Vec<u8> = array.shape.iter().flat_map(|side| (*side as u64).to_le_bytes()).collect();
            let parts = [name.as_bytes(), &shape, bytemuck::cast_slice(&array.data)];
            hashes.extend(parts.into_iter().flat_map(|part| hash(part).to_le_bytes()));
        }
        Self { epoch, hash: WeightsHash(hash(&hashes)) }
    }
}

impl WeightsId {
    /// The id of several networks' weights, in their order.
    pub fn of_all(all: &[Self]) -> Self {
        let hashes: Vec<u8> = all.iter().flat_map(|id| id.hash.0.to_le_bytes()).collect();
        Self { epoch: 0, hash: WeightsHash(hash(&hashes)) }
    }
}

impl Display for WeightsHash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for WeightsHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WeightsHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        u64::from_str_radix(&digits, 16).map(Self).map_err(D::Error::custom)
    }
}
