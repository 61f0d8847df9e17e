//! The bytes of an event file: TFRecord frames around protobuf messages.
//!
//! A frame is length (u64, little-endian), masked CRC of the length, data, masked CRC of the data (TensorFlow's
//! `record_writer.cc`). The messages are what is used of TensorBoard's `event.proto` and `summary.proto`, by their names.

use crc32c::crc32c;
use prost::{Message, Oneof};

/// A frame around `data`.
pub fn framed(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    [&length[..], &masked(&length).to_le_bytes(), data, &masked(data).to_le_bytes()].concat()
}

/// TensorFlow's mask of a CRC, which guards against a CRC of data that hold CRCs.
pub fn masked(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// TensorBoard's `Event`: one record of its files.
#[derive(Clone, PartialEq, Message)]
pub struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    #[prost(int64, tag = "2")]
    pub step: i64,
    #[prost(oneof = "What", tags = "3, 5, 7")]
    pub what: Option<What>,
}

/// What an event tells.
#[derive(Clone, PartialEq, Oneof)]
pub enum What {
    #[prost(string, tag = "3")]
    FileVersion(String),
    #[prost(message, tag = "5")]
    Summary(Summary),
    #[prost(message, tag = "7")]
    SessionLog(SessionLog),
}

/// TensorBoard's `SessionLog`: that a training began anew.
#[derive(Clone, PartialEq, Message)]
pub struct SessionLog {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// TensorBoard's `Summary`: the values of one step.
#[derive(Clone, PartialEq, Message)]
pub struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Value>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(oneof = "Content", tags = "2, 4, 8")]
    content: Option<Content>,
    #[prost(message, optional, tag = "9")]
    metadata: Option<Metadata>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Content {
    #[prost(float, tag = "2")]
    SimpleValue(f32),
    #[prost(message, tag = "4")]
    Image(Image),
    #[prost(message, tag = "8")]
    Tensor(Tensor),
}

#[derive(Clone, PartialEq, Message)]
struct Image {
    #[prost(int32, tag = "1")]
    height: i32,
    #[prost(int32, tag = "2")]
    width: i32,
    #[prost(int32, tag = "3")]
    colorspace: i32,
    #[prost(bytes = "vec", tag = "4")]
    encoded: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Tensor {
    #[prost(int32, tag = "1")]
    dtype: i32,
    /// A scalar has the empty shape, but has one.
    #[prost(message, optional, tag = "2")]
    shape: Option<()>,
    #[prost(string, repeated, tag = "8")]
    string_val: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Metadata {
    #[prost(message, optional, tag = "1")]
    plugin_data: Option<PluginData>,
}

#[derive(Clone, PartialEq, Message)]
struct PluginData {
    #[prost(string, tag = "1")]
    plugin_name: String,
}

impl What {
    /// The first event of every file.
    pub fn version() -> Self {
        Self::FileVersion("brain.Event:2".to_owned())
    }

    /// Tells a reader that what earlier files hold from this step on is void.
    pub fn session_start() -> Self {
        const START: i32 = 1;
        Self::SessionLog(SessionLog { status: START })
    }

    /// A point of a curve.
    pub fn scalar(tag: &str, value: f32) -> Self {
        Self::summary(tag, Content::SimpleValue(value), None)
    }

    /// A picture that is already encoded as PNG.
    pub fn image(tag: &str, width: usize, height: usize, png: Vec<u8>) -> Self {
        let image = Image { height: height as i32, width: width as i32, colorspace: 3, encoded: png };
        Self::summary(tag, Content::Image(image), None)
    }

    /// A text, which TensorBoard shows as Markdown: a string tensor for its text plugin.
    pub fn text(tag: &str, markdown: String) -> Self {
        const STRING: i32 = 7;
        let plugin = PluginData { plugin_name: "text".to_owned() };
        let tensor = Tensor { dtype: STRING, shape: Some(()), string_val: vec![markdown] };
        Self::summary(tag, Content::Tensor(tensor), Some(Metadata { plugin_data: Some(plugin) }))
    }

    fn summary(tag: &str, content: Content, metadata: Option<Metadata>) -> Self {
        Self::Summary(Summary { value: vec![Value { tag: tag.to_owned(), content: Some(content), metadata }] })
    }
}
