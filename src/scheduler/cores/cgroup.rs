//! What the files of control groups say.

use std::fs;
use std::path::{Path, PathBuf};

/// The two kinds of control groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// A hierarchy for each controller.
    One,
    /// One hierarchy for all.
    Two,
}

/// A place where groups can be seen that have quotas.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) version: Version,
    /// The group that is seen at `point`.
    pub(super) root: PathBuf,
    pub(super) point: PathBuf,
}

impl Version {
    /// How many cores the quota of the group in this folder pays for; nothing if it has none.
    pub(super) fn quota(self, folder: &Path) -> Option<usize> {
        let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
        match self {
            Self::One => cores(&read("cpu.cfs_quota_us")?, &read("cpu.cfs_period_us")?),
            Self::Two => {
                let line = read("cpu.max")?;
                let (quota, period) = line.trim().split_once(' ')?;
                cores(quota, period)
            }
        }
    }
}

/// How many cores so much time in each period is. A quota that is no positive number (`max`, `-1`) is none.
fn cores(quota: &str, period: &str) -> Option<usize> {
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|&number| number > 0);
    Some(number(quota)?.div_ceil(number(period)?))
}

/// The mounts with quotas in a `mountinfo`: of each line the fourth field is what is mounted, the fifth where, and those
/// behind a lone dash the kind, the device and its options.
pub(super) fn mounts(list: &str) -> Vec<Mount> {
    list.lines().filter_map(mount).collect()
}

fn mount(line: &str) -> Option<Mount> {
    let (place, kind) = line.split_once(" - ")?;
    let mut kind = kind.split(' ');
    let version = match (kind.next()?, kind.nth(1)?) {
        ("cgroup2", _) => Version::Two,
        ("cgroup", controllers) if has_cpu(controllers) => Version::One,
        _ => return None,
    };
    let mut place = place.split(' ').skip(3);
    Some(Mount { version, root: place.next()?.into(), point: place.next()?.into() })
}

fn has_cpu(controllers: &str) -> bool {
    controllers.split(',').any(|controller| controller == "cpu")
}

/// The process's group, of a list with a line `number:controllers:group` for each hierarchy. The one hierarchy of the
/// second version names no controllers.
pub(super) fn group(list: &str, version: Version) -> Option<&str> {
    list.lines().find_map(|line| {
        let (_, line) = line.split_once(':')?;
        let (controllers, group) = line.split_once(':')?;
        let fits = match version {
            Version::One => has_cpu(controllers),
            Version::Two => controllers.is_empty(),
        };
        fits.then_some(group)
    })
}
