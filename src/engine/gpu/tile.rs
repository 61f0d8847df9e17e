//! How large the tiles of a matrix product are; `kernels/tile.wgsl` computes them.

/// Threads of a tile: it has 8 `ty` rows and 8 `tx` columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    pub tx: usize,
    pub ty: usize,
}

/// What a card grants a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Bytes of workgroup memory.
    pub memory: usize,
    pub threads: usize,
}

impl Grant {
    /// What every card has that wgpu calls one (WebGPU's default limits).
    pub const LEAST: Self = Self { memory: 16_384, threads: 256 };
}

/// Workgroups that keep a large card busy.
pub const BUSY: usize = 512;

impl Tile {
    const ALL: [Self; 6] = [
        Self { tx: 8, ty: 8 },
        Self { tx: 4, ty: 16 },
        Self { tx: 16, ty: 4 },
        Self { tx: 4, ty: 8 },
        Self { tx: 8, ty: 16 },
        Self { tx: 16, ty: 16 },
    ];

    pub const fn rows(self) -> usize {
        8 * self.ty
    }

    pub const fn columns(self) -> usize {
        8 * self.tx
    }

    /// Bytes of workgroup memory: both operands' sixteen terms, and where rows lie.
    pub const fn memory(self) -> usize {
        16 * (32 * self.tx + 32 * self.ty + 8 * self.ty + 32)
    }

    /// The one that wastes least on a product of `rows` x `columns`: by what lies outside the matrix, by what is read
    /// for each multiplication, and, where the sum cannot be cut into shares, by the part of a card that stays idle.
    pub fn choose(rows: usize, columns: usize, shared: bool, grant: Grant) -> Self {
        let cost = |tile: &Self| {
            let (down, across) = (rows.div_ceil(tile.rows()), columns.div_ceil(tile.columns()));
            let area = (down * tile.rows() * across * tile.columns()) as f64;
            let reading = 1.0 + 8.0 * (1.0 / tile.rows() as f64 + 1.0 / tile.columns() as f64);
            let idle = if shared { 1.0 } else { (BUSY as f64 / 2.0 / (down * across) as f64).max(1.0) };
            area * reading * idle
        };
        let fits = |tile: &&Self| tile.memory() <= grant.memory && tile.tx * tile.ty <= grant.threads;
        let best = Self::ALL.iter().filter(fits).min_by(|a, b| cost(a).total_cmp(&cost(b)));
        *best.unwrap_or(&Self::ALL[3])
    }

    /// Tiles that cover `rows` x `columns`.
    pub fn count(self, rows: usize, columns: usize) -> usize {
        rows.div_ceil(self.rows()) * columns.div_ceil(self.columns())
    }
}
