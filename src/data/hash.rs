//! The hash by which copies are found: XXH64 with seed 0 (Yann Collet's specification, xxhash.com).
//!
//! Of our own so that a hash stored in a cache file means the same in every later version.

const P: [u64; 5] =
    [0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x85eb_ca77_c2b2_ae63, 0x27d4_eb2f_1656_67c5];

/// XXH64 of `bytes`. Not against forgers; two different files of a data set collide with a chance of n^2 / 2^65.
pub fn hash(bytes: &[u8]) -> u64 {
    let (blocks, mut rest) = bytes.as_chunks::<32>();
    let mut state = if blocks.is_empty() {
        P[4]
    } else {
        let mut lanes = [P[0].wrapping_add(P[1]), P[1], 0, 0u64.wrapping_sub(P[0])];
        for block in blocks {
            for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
                *lane = round(*lane, u64::from_le_bytes(*word));
            }
        }
        let [a, b, c, d] = lanes;
        let joined =
            a.rotate_left(1).wrapping_add(b.rotate_left(7)).wrapping_add(c.rotate_left(12)).wrapping_add(d.rotate_left(18));
        lanes.iter().fold(joined, |sum, lane| (sum ^ round(0, *lane)).wrapping_mul(P[0]).wrapping_add(P[3]))
    };
    state = state.wrapping_add(bytes.len() as u64);
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        state = (state ^ round(0, u64::from_le_bytes(*word))).rotate_left(27).wrapping_mul(P[0]).wrapping_add(P[3]);
        rest = after;
    }
    if let Some((word, after)) = rest.split_first_chunk::<4>() {
        let word = u64::from(u32::from_le_bytes(*word)).wrapping_mul(P[0]);
        state = (state ^ word).rotate_left(23).wrapping_mul(P[1]).wrapping_add(P[2]);
        rest = after;
    }
    for byte in rest {
        state = (state ^ u64::from(*byte).wrapping_mul(P[4])).rotate_left(11).wrapping_mul(P[0]);
    }
    state = (state ^ (state >> 33)).wrapping_mul(P[1]);
    state = (state ^ (state >> 29)).wrapping_mul(P[2]);
    state ^ (state >> 32)
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(P[1])).rotate_left(31).wrapping_mul(P[0])
}
