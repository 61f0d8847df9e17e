//! The one generator: SplitMix64 (Steele, Lea and Flood 2014), small, quick, and the same on every machine.
//!
//! Nothing shares a generator. Each use takes its own stream from the run's seed by its purpose and whatever numbers
//! it (epoch, sample, layer), so that neither the number of threads nor another setting changes what it draws.

/// A stream of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(u64);

/// What randomness is wanted for; keeps the streams of one seed apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Split = 1,
    Weights = 2,
    Shuffle = 3,
    Augment = 4,
    SampleFaces = 5,
    Preview = 6,
    Bootstrap = 7,
    /// Values of options that are tried.
    Search = 8,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The stream of `seed` for `purpose`, numbered by `keys` (an epoch, a sample…).
    pub fn new(seed: u64, purpose: Purpose, keys: &[u64]) -> Self {
        let mut state = mix(seed ^ mix(purpose as u64));
        for key in keys {
            state = mix(state.wrapping_add(GOLDEN) ^ mix(key.wrapping_add(GOLDEN)));
        }
        Self(state)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A stream of its own, which leaves this one at the same place however much is drawn from it.
    pub fn fork(&mut self) -> Self {
        Self(self.bits())
    }

    /// Uniform in [0, 1), in steps of 2^-53.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [`low`, `high`).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `n`, each as likely up to 1 in 2^64 (Lemire's multiplication); 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// True with `probability`.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Puts `items` in a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// SplitMix64's finalizer (Stafford's variant 13).
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
