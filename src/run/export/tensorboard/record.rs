//! The bytes of an event file: TFRecord frames around protobuf messages, written by hand.
//!
//! A frame is length (u64, little-endian), masked CRC of the length, data, masked CRC of the data (TensorFlow's
//! `record_writer.cc`). The messages and their field numbers are those of TensorBoard's `event.proto` and `summary.proto`.

/// A frame around `data`.
pub fn framed(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let mut out = Vec::with_capacity(data.len() + 16);
    out.extend(length);
    out.extend(masked(&length).to_le_bytes());
    out.extend(data);
    out.extend(masked(data).to_le_bytes());
    out
}

/// TensorFlow's mask of a CRC, which guards against a CRC of data that hold CRCs.
pub fn masked(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli, reflected polynomial 0x82f63b78).
pub fn crc32c(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc: u32, byte| (crc >> 8) ^ TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize])
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let (mut crc, mut bit) = (i as u32, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};

/// The first event of every file.
pub fn version(time: f64) -> Vec<u8> {
    let mut out = Message::default();
    out.double(1, time);
    out.bytes(3, b"brain.Event:2");
    out.0
}

/// An event at `step`; `content` is one of the fields below.
pub fn event(time: f64, step: u64, content: &[u8]) -> Vec<u8> {
    let mut out = Message::default();
    out.double(1, time);
    out.whole(2, step);
    out.0.extend_from_slice(content);
    out.0
}

/// Tells a reader that what earlier files hold from this step on is void (`SessionLog` with status `START`).
pub fn session_start() -> Vec<u8> {
    let mut log = Message::default();
    log.whole(1, 1);
    let mut out = Message::default();
    out.bytes(7, &log.0);
    out.0
}

/// A point of a curve.
pub fn scalar(tag: &str, value: f32) -> Vec<u8> {
    let mut of = Message::default();
    of.bytes(1, tag.as_bytes());
    of.float(2, value);
    summary(&of)
}

/// A picture that is already encoded as PNG.
pub fn image(tag: &str, width: usize, height: usize, png: &[u8]) -> Vec<u8> {
    let mut picture = Message::default();
    picture.whole(1, height as u64);
    picture.whole(2, width as u64);
    picture.whole(3, 3);
    picture.bytes(4, png);
    let mut of = Message::default();
    of.bytes(1, tag.as_bytes());
    of.bytes(4, &picture.0);
    summary(&of)
}

/// A text, which TensorBoard shows as Markdown: a string tensor for its text plugin.
pub fn text(tag: &str, markdown: &str) -> Vec<u8> {
    const STRING: u64 = 7;
    let mut tensor = Message::default();
    tensor.whole(1, STRING);
    tensor.bytes(2, b"");
    tensor.bytes(8, markdown.as_bytes());
    let mut plugin = Message::default();
    plugin.bytes(1, b"text");
    let mut metadata = Message::default();
    metadata.bytes(1, &plugin.0);
    let mut of = Message::default();
    of.bytes(1, tag.as_bytes());
    of.bytes(8, &tensor.0);
    of.bytes(9, &metadata.0);
    summary(&of)
}

/// The event's field `summary` with one value.
fn summary(value: &Message) -> Vec<u8> {
    let mut values = Message::default();
    values.bytes(1, &value.0);
    let mut out = Message::default();
    out.bytes(5, &values.0);
    out.0
}

/// A protobuf message in the making; as in proto3, numbers that are zero are left out.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn tag(&mut self, field: u8, kind: u8) {
        self.0.push(field << 3 | kind);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn whole(&mut self, field: u8, value: u64) {
        if value != 0 {
            self.tag(field, 0);
            self.varint(value);
        }
    }

    fn double(&mut self, field: u8, value: f64) {
        if value != 0.0 {
            self.tag(field, 1);
            self.0.extend(value.to_le_bytes());
        }
    }

    fn bytes(&mut self, field: u8, value: &[u8]) {
        self.tag(field, 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    /// Within a oneof, where zero is written too.
    fn float(&mut self, field: u8, value: f32) {
        self.tag(field, 5);
        self.0.extend(value.to_le_bytes());
    }
}
