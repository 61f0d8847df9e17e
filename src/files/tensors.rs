//! Safetensors files with a checksum of all that they say: names, shapes, numbers and metadata.
//!
//! It stands in the metadata entry `xxh3`, which other programs pass over; a file without it, of theirs or of an earlier
//! version, is read as it is.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use safetensors::{Dtype, SafeTensorError, SafeTensors, View, tensor::TensorView};
use xxhash_rust::xxh3::Xxh3;

/// The metadata entry of the checksum: XXH3 with 64 bits, as 16 hexadecimal digits.
const KEY: &str = "xxh3";

/// The bytes of a file with these arrays and this metadata: the same for the same.
///
/// # Errors
/// Arrays that do not fit their shapes, or two of one name.
pub fn to_bytes(arrays: &[(String, TensorView<'_>)], metadata: HashMap<String, String>) -> Result<Vec<u8>, SafeTensorError> {
    let (header, parts) = to_parts(arrays, metadata)?;
    Ok([&[&header[..]][..], &parts[..]].concat().concat())
}

/// The same in pieces, so that many arrays need not be copied together: what stands before them, and then each.
///
/// # Errors
/// As [`to_bytes`].
pub fn to_parts<'a>(
    arrays: &'a [(String, TensorView<'_>)],
    mut metadata: HashMap<String, String>,
) -> Result<(Vec<u8>, Vec<&'a [u8]>), SafeTensorError> {
    metadata.insert(KEY.to_owned(), checksum(arrays, &metadata));
    let sorted = serde_json::to_vec(&metadata.iter().collect::<BTreeMap<_, _>>())?;
    let mut header = safetensors::serialize(arrays.iter().map(|(name, view)| (name, Announced(view))), Some(metadata))?;
    // The entries stand first, in whatever order the map had them.
    let first = size_of::<u64>() + br#"{"__metadata__":"#.len();
    header[first..first + sorted.len()].copy_from_slice(&sorted);
    let mut views: Vec<_> = arrays.iter().collect();
    // The order of the format's own writer.
    views.sort_by(|(name, view), (other, beside)| beside.dtype().cmp(&view.dtype()).then(name.cmp(other)));
    Ok((header, views.into_iter().map(|(_, view)| view.data()).collect()))
}

/// An array of which only the header is written.
struct Announced<'a>(&'a TensorView<'a>);

impl View for Announced<'_> {
    fn dtype(&self) -> Dtype {
        self.0.dtype()
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&[])
    }

    fn data_len(&self) -> usize {
        self.0.data().len()
    }
}

/// What a file holds.
#[derive(Debug)]
pub struct Tensors<'a> {
    pub arrays: Vec<(String, TensorView<'a>)>,
    pub metadata: HashMap<String, String>,
}

impl<'a> Tensors<'a> {
    /// Those of a file's bytes.
    ///
    /// # Errors
    /// No such file.
    pub fn read(bytes: &'a [u8]) -> Result<Self, SafeTensorError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        Ok(Self { arrays: SafeTensors::deserialize(bytes)?.tensors(), metadata })
    }

    /// Compares them with their checksum, if they have one.
    ///
    /// # Errors
    /// They are not what was written.
    pub fn check(&self) -> Result<(), String> {
        let now = checksum(&self.arrays, &self.metadata);
        match self.metadata.get(KEY) {
            Some(written) if *written != now => Err(format!("the checksum is {now}, and {written} when it was written")),
            _ => Ok(()),
        }
    }
}

/// What is hashed does not depend on the order in which a file has it.
fn checksum(arrays: &[(String, TensorView<'_>)], metadata: &HashMap<String, String>) -> String {
    let mut hash = Xxh3::new();
    let mut add = |part: &[u8]| {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    let arrays: BTreeMap<&str, &TensorView<'_>> = arrays.iter().map(|(name, view)| (name.as_str(), view)).collect();
    for (name, view) in arrays {
        add(name.as_bytes());
        add(format!("{:?} {:?}", view.dtype(), view.shape()).as_bytes());
        add(view.data());
    }
    let metadata: BTreeMap<&String, &String> = metadata.iter().filter(|(key, _)| *key != KEY).collect();
    for (key, value) in metadata {
        add(key.as_bytes());
        add(value.as_bytes());
    }
    format!("{:016x}", hash.digest())
}
