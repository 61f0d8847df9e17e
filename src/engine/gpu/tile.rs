//! How large the tiles of a matrix product are; `kernels/tile.wgsl` computes them.

/// Threads of a tile: it has 8 `ty` rows and 8 `tx` columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    pub tx: usize,
    pub ty: usize,
}

/// What a card grants a workgroup.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of workgroup memory.
    pub memory: usize,
    pub threads: usize,
    /// What one multiplication costs in each of [`Tile::ALL`], in any unit.
    pub costs: Costs,
    /// Whether maps are kept as f16.
    pub half: bool,
}

/// One number for each of [`Tile::ALL`].
pub type Costs = [f64; Tile::ALL.len()];

impl Limits {
    /// What every card has that wgpu calls one (WebGPU's default limits).
    pub const LEAST: Self = Self { memory: 16_384, threads: 256, costs: Tile::RECKONED, half: false };
}

/// The most workgroups in a row that every card takes; more go into further rows.
pub const MOST_GROUPS: u32 = 65_535;

/// Workgroups that keep a large card busy.
pub const BUSY: usize = 512;

impl Tile {
    pub const ALL: [Self; 6] = [
        Self { tx: 8, ty: 8 },
        Self { tx: 4, ty: 16 },
        Self { tx: 16, ty: 4 },
        Self { tx: 4, ty: 8 },
        Self { tx: 8, ty: 16 },
        Self { tx: 16, ty: 16 },
    ];

    /// [`Limits::costs`] where nothing was measured: by what is read for each multiplication.
    const RECKONED: Costs = {
        let mut costs = [0.0; Self::ALL.len()];
        let mut at = 0;
        while at < costs.len() {
            let tile = Self::ALL[at];
            costs[at] = 1.0 + 8.0 * (1.0 / tile.rows() as f64 + 1.0 / tile.columns() as f64);
            at += 1;
        }
        costs
    };

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

    /// Whether a card grants it.
    pub const fn fits(self, limits: &Limits) -> bool {
        self.memory() <= limits.memory && self.tx * self.ty <= limits.threads
    }

    /// The one that wastes least on a product of `rows` x `columns`: by what lies outside the matrix, by what a
    /// multiplication costs in it, and, where the sum cannot be cut into splits, by the part of a card that stays idle.
    pub fn choose(rows: usize, columns: usize, shared: bool, limits: Limits) -> Self {
        let cost = |(tile, each): &(&Self, f64)| {
            let (down, across) = (rows.div_ceil(tile.rows()), columns.div_ceil(tile.columns()));
            let area = (down * tile.rows() * across * tile.columns()) as f64;
            let idle = if shared { 1.0 } else { (BUSY as f64 / 2.0 / (down * across) as f64).max(1.0) };
            area * each * idle
        };
        let fitting = Self::ALL.iter().zip(limits.costs).filter(|(tile, _)| tile.fits(&limits));
        let best = fitting.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        *best.map_or(&Self::ALL[3], |(tile, _)| tile)
    }

    /// Tiles that cover `rows` x `columns`.
    pub fn count(self, rows: usize, columns: usize) -> usize {
        rows.div_ceil(self.rows()) * columns.div_ceil(self.columns())
    }
}
