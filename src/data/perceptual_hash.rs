//! What a picture looks like, in a few bytes: near for pictures that look the same.

use super::picture_size::side_of;

/// Bits of 64 by which near-identical pictures may differ.
const BITS: u32 = 3;

/// The least correlation of their fields. Faces that are cut alike have many bits in common: of the 6,391 pairs of UTKFace
/// within 3 bits, 5,580 are other people, whose fields correlate by 0.95 at most, while those of all others, the same photo
/// cut or compressed anew, do by more than 0.96.
const ALIKE: f64 = 0.96;

/// Fields of a [`PerceptualHash`] across and down.
const FIELDS: usize = 16;

/// What a picture looks like, in a few bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PerceptualHash {
    /// The difference hash (Krawetz 2013): gray means of 9 x 8 fields; each bit says whether a field is brighter than the
    /// one to its right. It finds the few that are worth comparing.
    pub bits: u64,
    /// Gray means of 16 x 16 fields.
    pub fields: [u8; FIELDS * FIELDS],
}

impl PerceptualHash {
    /// What a decoded picture looks like: side x side x 3 bytes.
    pub fn of(pixels: &[u8]) -> Self {
        let side = side_of(pixels.len());
        let (mut wide, mut counts) = ([[0u64; 9]; 8], [[0u64; 9]; 8]);
        let (mut fields, mut pixels_of) = ([0u64; FIELDS * FIELDS], [0u64; FIELDS * FIELDS]);
        for (at, pixel) in pixels.as_chunks::<3>().0.iter().enumerate() {
            let (y, x) = (at / side, at % side);
            // ITU-R BT.601 luma, times 1000.
            let gray = 299 * u64::from(pixel[0]) + 587 * u64::from(pixel[1]) + 114 * u64::from(pixel[2]);
            wide[y * 8 / side][x * 9 / side] += gray;
            counts[y * 8 / side][x * 9 / side] += 1;
            let field = y * FIELDS / side * FIELDS + x * FIELDS / side;
            fields[field] += gray;
            pixels_of[field] += 1;
        }
        let mut bits = 0;
        for (row, counts) in wide.iter().zip(&counts) {
            for column in 0..8 {
                let brighter = row[column] / counts[column] > row[column + 1] / counts[column + 1];
                bits = bits << 1 | u64::from(brighter);
            }
        }
        Self { bits, fields: std::array::from_fn(|field| (fields[field] / pixels_of[field].max(1) / 1000) as u8) }
    }

    /// Whether two pictures look the same.
    pub fn near(&self, other: &Self) -> bool {
        (self.bits ^ other.bits).count_ones() <= BITS && (self.fields == other.fields || self.correlation(other) >= ALIKE)
    }

    /// Pearson's correlation of the fields, -1 to 1; zero for an even surface.
    fn correlation(&self, other: &Self) -> f64 {
        let (mut a, mut b, mut aa, mut bb, mut ab) = (0, 0, 0, 0, 0);
        for (x, y) in self.fields.iter().zip(&other.fields) {
            let (x, y) = (i64::from(*x), i64::from(*y));
            (a, b, aa, bb, ab) = (a + x, b + y, aa + x * x, bb + y * y, ab + x * y);
        }
        let n = self.fields.len() as i64;
        let spread = ((n * aa - a * a) as f64 * (n * bb - b * b) as f64).sqrt();
        if spread > 0.0 { (n * ab - a * b) as f64 / spread } else { 0.0 }
    }
}
