//! A small reader of Protocol Buffers' wire format, written after its specification and sharing nothing with what writes.

/// A field of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field<'a> {
    Number(u64),
    Eight([u8; 8]),
    Four([u8; 4]),
    Bytes(&'a [u8]),
}

/// The fields of a message with their numbers, in order.
pub fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let field = match key & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 => Field::Eight(take(&mut bytes, 8).try_into().unwrap()),
            2 => {
                let length = varint(&mut bytes) as usize;
                Field::Bytes(take(&mut bytes, length))
            }
            5 => Field::Four(take(&mut bytes, 4).try_into().unwrap()),
            other => panic!("wire type {other}"),
        };
        found.push((key >> 3, field));
    }
    found
}

/// The messages, texts or bytes in all fields of this number.
pub fn parts(message: &[u8], number: u64) -> Vec<&[u8]> {
    let part = |(of, field)| match field {
        Field::Bytes(bytes) if of == number => Some(bytes),
        _ => None,
    };
    fields(message).into_iter().filter_map(part).collect()
}

/// The texts in all fields of this number.
pub fn texts(message: &[u8], number: u64) -> Vec<&str> {
    parts(message, number).into_iter().map(|bytes| std::str::from_utf8(bytes).unwrap()).collect()
}

/// The numbers in all fields of this number, one by one or packed.
pub fn numbers(message: &[u8], number: u64) -> Vec<u64> {
    let all = |(of, field)| match field {
        Field::Number(value) if of == number => vec![value],
        Field::Bytes(mut bytes) if of == number => {
            let mut values = Vec::new();
            while !bytes.is_empty() {
                values.push(varint(&mut bytes));
            }
            values
        }
        _ => Vec::new(),
    };
    fields(message).into_iter().flat_map(all).collect()
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
    }
    panic!("a number without an end");
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}
