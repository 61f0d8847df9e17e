//! The hash by which copies are found: XXH64 with seed 0, which caches, runs and file names hold.

use xxhash_rust::xxh64::{Xxh64, xxh64};

/// XXH64 of `bytes`. Not against forgers; two different files of a data set collide with a chance of n^2 / 2^65.
pub fn hash(bytes: &[u8]) -> u64 {
    xxh64(bytes, 0)
}

/// The same of bytes that come one after the other and are not held.
#[derive(Clone)]
pub struct RunningHash(Xxh64);

impl RunningHash {
    /// Of no bytes yet.
    pub fn new() -> Self {
        Self(Xxh64::new(0))
    }

    /// Takes in what follows.
    pub fn append(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The [`hash`] of all so far.
    pub fn hash(&self) -> u64 {
        self.0.digest()
    }
}

impl Default for RunningHash {
    fn default() -> Self {
        Self::new()
    }
}
