//! Text files as people's editors write them.

/// The text of a file: UTF-8 with or without its mark, or UTF-16 of either order, marked or as its zeros show; `None` if it
/// is neither.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        // Text begins with a letter, a sign or a blank, all of which have a zero beside them in UTF-16.
        [sign, 0, ..] if *sign > 0 => wide(bytes, u16::from_le_bytes),
        [0, sign, ..] if *sign > 0 => wide(bytes, u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}
