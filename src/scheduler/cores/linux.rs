//! Linux: the thread's affinity, and the quotas of the control groups that the process is in.
//!
//! Both versions of control groups may be mounted at once, for different controllers, so both are asked. Where they are
//! mounted is read once, since that list can be long; in which group the process is and what that may use, each time.

use std::fs;
use std::path::{Path, PathBuf};

use super::cgroup::{self, Mount};
pub(super) use crate::util::affinity::count as affinity;

/// The quotas of this process.
#[derive(Debug)]
pub(super) struct Quotas {
    root: PathBuf,
    mounts: Vec<Mount>,
}

impl Quotas {
    /// Those that the files under `root` tell of.
    pub(super) fn new(root: &Path) -> Self {
        let mounts = fs::read_to_string(root.join("proc/self/mountinfo"));
        let mounts = mounts.map_or_else(|_| Vec::new(), |list| cgroup::mounts(&list));
        Self { root: root.to_path_buf(), mounts }
    }

    /// How many cores the smallest quota pays for, rounded up.
    pub(super) fn read(&self) -> Option<usize> {
        let groups = fs::read_to_string(self.root.join("proc/self/cgroup")).ok()?;
        let quotas = self.mounts.iter().filter_map(|mount| self.read_mount(mount, &groups));
        quotas.min()
    }

    /// The smallest quota of the process's group and those above it, as far up as they can be seen.
    fn read_mount(&self, mount: &Mount, groups: &str) -> Option<usize> {
        let group = cgroup::group(groups, mount.version)?;
        let below = Path::new(group).strip_prefix(&mount.root).ok()?;
        let top = self.root.join(mount.point.strip_prefix("/").ok()?);
        let levels = below.ancestors().map(|level| top.join(level));
        levels.filter_map(|folder| mount.version.quota(&folder)).min()
    }
}
