//! Memory that lives as long as the engine.

use std::{
    alloc::{Layout, alloc_zeroed, dealloc},
    ptr::NonNull,
};

use memmap2::MmapMut;

use crate::problem::Problem;

/// Plain numbers for which all bits zero is a value.
pub trait Number: Copy + Default + Send + Sync + 'static {}
impl Number for f32 {}
impl Number for f64 {}
impl Number for u8 {}

/// What a page of a large buffer holds if the system has such pages: the 36 streams of a transform and its product touch
/// more small pages than the processor remembers the places of.
const LARGE_PAGE: usize = 2 << 20;

/// An array of fixed length that starts at a cache line, zero at first.
///
/// It hands out a raw pointer from `&self`, because the units of a job write to different parts of one buffer at the
/// same time. Whoever writes through it sees to it that no other unit of the same job touches the same elements.
/// Pages are not touched until they are used.
///
/// Not `aligned-vec`: it has no zeroed allocation that leaves pages untouched and no large pages, and a pointer out of
/// `&self` would need the same `unsafe` around it.
pub struct Buffer<T: Number = f32> {
    start: NonNull<T>,
    len: usize,
    /// The pages of a large buffer, somewhere in which it starts; a small one comes from the allocator.
    pages: Option<MmapMut>,
}

// SAFETY: a buffer owns its numbers; what is shared between threads goes through raw pointers under the rule above.
unsafe impl<T: Number> Send for Buffer<T> {}
// SAFETY: as above.
unsafe impl<T: Number> Sync for Buffer<T> {}

/// Whence an engine's buffers come: memory, or, to know beforehand how much that takes, a mere count of their bytes.
pub struct Allocator {
    counts_only: bool,
    bytes: u64,
}

impl Allocator {
    /// Buffers of zeros.
    pub const fn new() -> Self {
        Self { counts_only: false, bytes: 0 }
    }

    /// Empty buffers in their place.
    pub const fn counting() -> Self {
        Self { counts_only: true, bytes: 0 }
    }

    /// The bytes of all buffers that were asked for.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A buffer of `len` zeros.
    ///
    /// # Errors
    /// The system does not give so much memory.
    pub fn zeros<T: Number>(&mut self, len: usize) -> Result<Buffer<T>, Problem> {
        self.bytes += len as u64 * size_of::<T>() as u64;
        Buffer::new(if self.counts_only { 0 } else { len })
    }
}

impl<T: Number> Buffer<T> {
    /// `len` zeros.
    ///
    /// # Errors
    /// The system does not give so much memory.
    pub fn new(len: usize) -> Result<Self, Problem> {
        if len == 0 {
            return Ok(Self::empty());
        }
        let layout = Self::layout(len);
        if layout.size() >= LARGE_PAGE / 2
            && let Some((start, pages)) = large(layout.size())
        {
            return Ok(Self { start: start.cast(), len, pages: Some(pages) });
        }
        // SAFETY: the layout's size is not zero.
        let start = unsafe { alloc_zeroed(layout) };
        let start = NonNull::new(start.cast::<T>());
        let start = start.ok_or_else(|| Problem::out_of_memory(format!("{} bytes in one piece", layout.size())))?;
        Ok(Self { start, len, pages: None })
    }

    /// No number at all.
    pub const fn empty() -> Self {
        Self { start: NonNull::dangling(), len: 0, pages: None }
    }

    fn layout(len: usize) -> Layout {
        // A size that does not fit an address space cannot be allocated either.
        let bytes = len.saturating_mul(size_of::<T>()).min(isize::MAX as usize - 64);
        Layout::from_size_align(bytes, 64).unwrap_or(Layout::new::<T>())
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Where it starts; see the type's documentation for who may write.
    pub fn ptr(&self) -> *mut T {
        self.start.as_ptr()
    }

    pub fn as_slice(&self) -> &[T] {
        // SAFETY: `len` initialized numbers; callers take slices only between jobs or of parts that no unit writes.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as above, and `&mut self` is the only access.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T: Number> Drop for Buffer<T> {
    fn drop(&mut self) {
        if self.len > 0 && self.pages.is_none() {
            // SAFETY: allocated in `new` with the same layout.
            unsafe { dealloc(self.start.as_ptr().cast(), Self::layout(self.len)) };
        }
    }
}

/// `bytes` zeros in whole large pages, as far as the system has them, and where they start.
fn large(bytes: usize) -> Option<(NonNull<u8>, MmapMut)> {
    let bytes = bytes.checked_next_multiple_of(LARGE_PAGE)?;
    let mut pages = MmapMut::map_anon(bytes.checked_add(LARGE_PAGE)?).ok()?;
    #[cfg(target_os = "linux")]
    // A system without large pages goes on with small ones.
    let _ = pages.advise(memmap2::Advice::HugePage);
    let offset = pages.as_ptr().align_offset(LARGE_PAGE);
    let start = NonNull::from(pages.get_mut(offset..offset + bytes)?).cast();
    Some((start, pages))
}
