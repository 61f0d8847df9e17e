//! How much main memory there is.
//!
//! On Linux the least of what the machine has available, what each control group above the program leaves (a container),
//! and what the limit of its address space leaves (`ulimit -v`), all from `/proc` and `/sys`. Not by the crate `sysinfo`: it
//! knows neither that limit nor the groups above the program's own. Elsewhere it is unknown: nothing is refused beforehand,
//! and a buffer that the system does not give is a problem then.

use std::{fs, path::Path};

use crate::text::{Phrase, say};

/// Memory that can be had, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Available {
    pub bytes: u64,
    pub limit: Limit,
}

/// What limits memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Machine,
    /// A control group.
    Container,
    /// The limit of the program's address space.
    AddressSpace,
}

impl Limit {
    /// Where it holds, behind what is free: ` in this container`, nothing for the whole machine.
    pub const fn place(self) -> Phrase {
        match self {
            Self::Machine => say("", ""),
            Self::Container => say(" in this container", " dans ce conteneur"),
            Self::AddressSpace => say(" to this program (`ulimit -v`)", " pour ce programme (`ulimit -v`)"),
        }
    }
}

impl Available {
    /// What there is now, `reserved` bytes of address space apart; `None` where nobody knows.
    pub fn now(reserved: u64) -> Option<Self> {
        Self::read(Path::new("/proc"), Path::new("/sys/fs/cgroup"), reserved)
    }

    /// The least of the limits that `proc` and `groups` tell, `reserved` bytes of address space apart.
    pub fn read(proc: &Path, groups: &Path, reserved: u64) -> Option<Self> {
        let own = proc.join("self");
        let free = fs::read_to_string(proc.join("meminfo")).ok().and_then(|text| kilobytes(&text, "MemAvailable:"));
        let groups = fs::read_to_string(own.join("cgroup")).ok().and_then(|text| left_by_groups(&text, groups));
        let limits = [(free, Limit::Machine), (groups, Limit::Container), (address_space(&own, reserved), Limit::AddressSpace)];
        let known = limits.into_iter().filter_map(|(bytes, limit)| Some(Self { bytes: bytes?, limit }));
        known.min_by_key(|known| known.bytes)
    }
}

/// The bytes behind `name` in a table of kilobytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(1024 * rest.trim().trim_end_matches("kB").trim_end().parse::<u64>().ok()?)
}

/// What the limit of the address space leaves of it, `reserved` bytes apart; none without a limit.
pub fn address_space(own: &Path, reserved: u64) -> Option<u64> {
    let limits = fs::read_to_string(own.join("limits")).ok()?;
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?.split_whitespace().next()?;
    let limit: u64 = soft.parse().ok()?;
    let status = fs::read_to_string(own.join("status")).ok()?;
    Some(limit.saturating_sub(kilobytes(&status, "VmSize:")?).saturating_sub(reserved))
}

/// What the control groups of `/proc/self/cgroup` leave, each with those above it; none without a limit.
fn left_by_groups(own: &str, root: &Path) -> Option<u64> {
    let of_line = |line: &str| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        let (root, files) = match controllers {
            "" => (root.to_owned(), ["memory.max", "memory.current", "inactive_file "]),
            _ if controllers.split(',').any(|name| name == "memory") => {
                (root.join("memory"), ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "])
            }
            _ => return None,
        };
        let path = root.join(path.trim_start_matches('/'));
        path.ancestors().take_while(|group| group.starts_with(&root)).filter_map(|group| left_by(group, files)).min()
    };
    own.lines().filter_map(of_line).min()
}

/// What one group leaves; pages of files that can be dropped count as free.
fn left_by(group: &Path, [limit, usage, droppable]: [&str; 3]) -> Option<u64> {
    let number = |file: &str| fs::read_to_string(group.join(file)).ok()?.trim().parse::<u64>().ok();
    let stat = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let droppable = stat.lines().find_map(|line| line.strip_prefix(droppable)?.trim().parse().ok()).unwrap_or(0);
    Some(number(limit)?.saturating_sub(number(usage)?.saturating_sub(droppable)))
}
