//! Where each pixel of the result comes from: crop, flip, shift, zoom and rotation as one affine map, sampled once.

/// An affine map from a pixel of the result to a place in the cached picture, both in pixels from the top left corner's
/// pixel center: `x = a[0] * ox + a[1] * oy + a[2]`, `y = a[3] * ox + a[4] * oy + a[5]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine(pub [f64; 6]);

/// The geometric part of what was drawn for one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// Side of the decoded picture, in pixels.
    pub from: usize,
    /// Side of the crop and of the result, in pixels.
    pub crop: usize,
    pub side: usize,
    /// The crop's left and top edge.
    pub left: usize,
    pub top: usize,
    pub flip: bool,
    /// Pixels of the cached picture that the face moves right and down.
    pub shift: [f64; 2],
    /// How much larger the face appears.
    pub zoom: f64,
    /// Radians, clockwise as seen.
    pub rotation: f64,
}

impl Geometry {
    /// Whether the result is a plain, perhaps mirrored, piece of the picture.
    pub fn is_copy(&self) -> bool {
        self.crop == self.side && self.shift == [0.0; 2] && self.zoom == 1.0 && self.rotation == 0.0
    }

    /// The map. The picture turns and grows about the crop's center; the mirror is the last thing that happens to it.
    pub fn affine(&self) -> Affine {
        let scale = self.crop as f64 / self.side as f64;
        let (sin, cos) = self.rotation.sin_cos();
        let mirror = if self.flip { -1.0 } else { 1.0 };
        // From the result's center, undo mirror, then rotation and zoom.
        let (k, m) = (scale / self.zoom, scale * mirror / self.zoom);
        let a = [cos * m, sin * k, -sin * m, cos * k];
        let middle = (self.side as f64 - 1.0) / 2.0;
        let half = (self.crop as f64 - 1.0) / 2.0;
        let x = self.left as f64 + half - self.shift[0] - (a[0] + a[1]) * middle;
        let y = self.top as f64 + half - self.shift[1] - (a[2] + a[3]) * middle;
        Affine([a[0], a[1], x, a[2], a[3], y])
    }

    /// Fills `out` (`side` x `side` x 3) from `pixels` (`from` x `from` x 3).
    pub fn apply(&self, pixels: &[u8], out: &mut [u8]) {
        if self.is_copy() { self.copy(pixels, out) } else { warp(pixels, self.from, &self.affine(), self.side, out) }
    }

    fn copy(&self, pixels: &[u8], out: &mut [u8]) {
        for (y, row) in out.chunks_exact_mut(self.side * 3).enumerate() {
            let from = &pixels[((self.top + y) * self.from + self.left) * 3..][..self.side * 3];
            // Forward first, as memory is fetched ahead; turned around where it is near.
            row.copy_from_slice(from);
            if self.flip {
                row.as_chunks_mut::<3>().0.reverse();
            }
        }
    }
}

/// Bits of a fixed-point coordinate's fraction.
const FRACTION_BITS: u32 = 16;

/// Bilinear sampling; beyond the edge the picture is reflected, edge pixel included (Keras's `reflect`, PyTorch's
/// `grid_sample(padding_mode="reflection", align_corners=False)`).
fn warp(pixels: &[u8], from: usize, map: &Affine, side: usize, out: &mut [u8]) {
    let fixed = |v: f64| (v * f64::from(1 << FRACTION_BITS)).round() as i32;
    let a = &map.0;
    let (step_x, step_y) = (fixed(a[0]), fixed(a[3]));
    for (oy, row) in out.chunks_exact_mut(side * 3).enumerate() {
        let mut x = fixed(a[1] * oy as f64 + a[2]);
        let mut y = fixed(a[4] * oy as f64 + a[5]);
        for to in row.as_chunks_mut::<3>().0 {
            *to = sample(pixels, from, x, y);
            x = x.wrapping_add(step_x);
            y = y.wrapping_add(step_y);
        }
    }
}

/// The bilinear value at a fixed-point place.
#[inline]
fn sample(pixels: &[u8], from: usize, x: i32, y: i32) -> [u8; 3] {
    let (left, top) = (x >> FRACTION_BITS, y >> FRACTION_BITS);
    // Eight bits of fraction, so that the four weights sum to 65,536.
    let fx = ((x as u32 & 0xffff) + 128) >> 8;
    let fy = ((y as u32 & 0xffff) + 128) >> 8;
    let inside = 0..from as i32 - 1;
    let (upper, lower) = if inside.contains(&left) && inside.contains(&top) {
        let at = (top as usize * from + left as usize) * 3;
        (pair(&pixels[at..]), pair(&pixels[at + from * 3..]))
    } else {
        let (x0, x1) = (reflect(left, from), reflect(left + 1, from));
        let (y0, y1) = (reflect(top, from) * from, reflect(top + 1, from) * from);
        let at = |i: usize| &pixels[i * 3..][..3];
        let join = |a: &[u8], b: &[u8]| [a[0], a[1], a[2], b[0], b[1], b[2]];
        (join(at(y0 + x0), at(y0 + x1)), join(at(y1 + x0), at(y1 + x1)))
    };
    std::array::from_fn(|c| {
        let mix = |row: [u8; 6]| u32::from(row[c]) * (256 - fx) + u32::from(row[c + 3]) * fx;
        ((mix(upper) * (256 - fy) + mix(lower) * fy + 32_768) >> 16) as u8
    })
}

/// The two neighboring pixels at the start of `pixels`.
#[inline]
fn pair(pixels: &[u8]) -> [u8; 6] {
    pixels.first_chunk().copied().unwrap_or_default()
}

/// The pixel that a coordinate outside the picture mirrors.
fn reflect(i: i32, side: usize) -> usize {
    let side = side as i32;
    let i = i.rem_euclid(2 * side);
    (if i < side { i } else { 2 * side - 1 - i }) as usize
}
