//! Pictures for event files: PNG, and the confusion matrix drawn with its numbers.

use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};

use crate::problem::Problem;

/// RGB bytes as PNG.
pub fn png(width: usize, height: usize, rgb: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    PngEncoder::new(&mut out)
        .write_image(rgb, width as u32, height as u32, ExtendedColorType::Rgb8)
        .map_err(super::unwritable)?;
    Ok(out)
}

/// Side of one cell in pixels.
const CELL: usize = 112;
/// Side of one dot of a digit.
const DOT: usize = 4;
/// The digits as 3 x 5 dots, row by row from the highest bit.
const DIGITS: [u16; 10] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_001_001_001,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
];

/// The matrix as a square picture: its side and its RGB bytes. Rows are what the label says, columns what the model
/// said; a cell is the darker the larger its share of the row.
pub fn confusion(counts: [[u64; 2]; 2]) -> (usize, Vec<u8>) {
    let side = 2 * CELL;
    let mut rgb = vec![255; side * side * 3];
    for (label, row) in counts.into_iter().enumerate() {
        let total = row.iter().sum::<u64>().max(1) as f64;
        for (said, count) in row.into_iter().enumerate() {
            let share = count as f64 / total;
            let fill = [240.0 - 200.0 * share, 244.0 - 150.0 * share, 250.0 - 90.0 * share].map(|v| v as u8);
            let ink = if share > 0.5 { [255; 3] } else { [20; 3] };
            let (left, top) = (said * CELL, label * CELL);
            let mut paint = |x: usize, y: usize, color: [u8; 3]| {
                rgb[((top + y) * side + left + x) * 3..][..3].copy_from_slice(&color);
            };
            for y in 1..CELL - 1 {
                for x in 1..CELL - 1 {
                    paint(x, y, fill);
                }
            }
            write(&count.to_string(), |x, y| paint(x, y, ink));
        }
    }
    (side, rgb)
}

/// Dots a number in the middle of a cell; one too long for it loses its last digits' dots beyond the edge.
fn write(number: &str, mut paint: impl FnMut(usize, usize)) {
    let width = (number.len() * 4 - 1) * DOT;
    let (left, top) = (CELL.saturating_sub(width) / 2, (CELL - 5 * DOT) / 2);
    for (n, digit) in number.bytes().map(|b| DIGITS[usize::from(b - b'0')]).enumerate() {
        for dot in (0..15).filter(|dot| digit >> (14 - dot) & 1 == 1) {
            let (x, y) = (left + (n * 4 + dot % 3) * DOT, top + dot / 3 * DOT);
            for at in 0..DOT * DOT {
                if x + at % DOT < CELL {
                    paint(x + at % DOT, y + at / DOT);
                }
            }
        }
    }
}
