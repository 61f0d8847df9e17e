//! Which units dropout switches off: a pure function, so that every engine drops the same ones and a resumed run
//! repeats them. In 32-bit integers, so that a graphics card computes it too.

/// A key for one dropout layer at one step.
pub fn key(seed: u64, step: u32, stream: u32) -> u32 {
    let seed = (seed as u32) ^ mix((seed >> 32) as u32 ^ 0x9e37_79b9);
    mix(seed ^ mix(step ^ mix(stream.wrapping_add(0x85eb_ca6b))))
}

/// Units whose [`mix`] is below this are dropped.
pub fn threshold(rate: f64) -> u32 {
    (rate * 4_294_967_296.0) as u32
}

/// Whether the value at `index` is kept. `index` counts picture, row, column, channel: `((n * h + y) * w + x) * c + ch`.
pub fn keep(key: u32, index: u32, threshold: u32) -> bool {
    mix(key ^ index.wrapping_mul(0x9e37_79b9)) >= threshold
}

/// A 32-bit finalizer without visible bias (Chris Wellons's `lowbias32`, public domain).
pub fn mix(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}
