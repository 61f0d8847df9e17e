//! Text files as people's editors write them.

/// What Windows-1252 has in the places of Latin-1's controls from 0x80 on; five places are empty.
const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', //
    '\0', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The text of a file in Windows-1252, as Excel saves a table in Western Europe; `None` if it holds what no text does.
pub fn windows_1252(bytes: &[u8]) -> Option<String> {
    let letter = |byte: &u8| match byte {
        b'\t' | b'\n' | b'\r' => Some(char::from(*byte)),
        ..0x20 | 0x7f => None,
        0x80..0xa0 => Some(WINDOWS_1252[usize::from(byte - 0x80)]).filter(|letter| *letter != '\0'),
        _ => Some(char::from(*byte)),
    };
    bytes.iter().map(letter).collect()
}

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
