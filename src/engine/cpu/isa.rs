//! Which instruction set computes: chosen at run time, so one binary runs on any processor.

use super::simd::{Simd, portable::Portable};
#[cfg(target_arch = "x86_64")]
use super::simd::{avx2::Avx2, avx512::Avx512};

/// The environment variable that forces an instruction set: `avx512`, `avx2`, `neon`, `portable`.
pub const ISA_VARIABLE: &str = "TROMBINE_ISA";

/// An instruction set that the kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    Avx512,
    Avx2,
    /// The portable kernels, compiled for AArch64, whose base set has NEON and fused multiply-add.
    Neon,
    /// What the target has at least: SSE2 on x86-64.
    Portable,
}

/// Work that can be compiled for each instruction set. `run` must be `#[inline(always)]`, and so must everything that
/// it calls with a vector.
pub trait Kernel {
    /// # Safety
    /// The pointers within must be valid as the kernel's documentation says.
    unsafe fn run<S: Simd>(self);
}

impl Isa {
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Portable];

    /// The best of this processor, or what [`ISA_VARIABLE`] asks for if the processor has it.
    pub fn detect() -> Self {
        let asked = std::env::var(ISA_VARIABLE).ok().and_then(|name| Self::named(&name));
        asked
            .filter(|isa| isa.is_available())
            .or_else(|| Self::ALL.into_iter().find(|isa| isa.is_available()))
            .unwrap_or(Self::Portable)
    }

    /// The instruction set called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|isa| isa.name() == name)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }

    /// Whether this processor has it.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Self::Avx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Neon => cfg!(target_arch = "aarch64"),
            Self::Portable => true,
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// Runs `kernel` with this instruction set.
    ///
    /// # Safety
    /// The instruction set is available, and the kernel's own contract holds.
    pub(super) unsafe fn run<K: Kernel>(self, kernel: K) {
        // SAFETY: the caller vouches for the instruction set and for the kernel's pointers.
        unsafe {
            match self {
                #[cfg(target_arch = "x86_64")]
                Self::Avx512 => run_avx512(kernel),
                #[cfg(target_arch = "x86_64")]
                Self::Avx2 => run_avx2(kernel),
                _ => run_portable(kernel),
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
unsafe fn run_avx512<K: Kernel>(kernel: K) {
    // SAFETY: as `Isa::run`.
    unsafe { kernel.run::<Avx512>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<K: Kernel>(kernel: K) {
    // SAFETY: as `Isa::run`.
    unsafe { kernel.run::<Avx2>() }
}

unsafe fn run_portable<K: Kernel>(kernel: K) {
    // SAFETY: as `Isa::run`.
    unsafe { kernel.run::<Portable>() }
}
