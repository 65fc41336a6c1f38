//! How many cores this process may use.
//!
//! A container does not get fewer processors than the machine has: it gets a quota of their time, or a set of those it
//! may run on. With a permit for each core of the machine, a program in it uses up its share in the first part of
//! each period and then stands still. So the number of permits is the number of cores in the affinity of the thread that
//! asks, or what the quota pays for, if that is less.
//!
//! A quota of one and a half cores pays for two permits: with one, a third of it could never be used. The standard
//! library's `available_parallelism` knows quotas too, but rounds them down; here it answers for the affinity where the
//! system is not Linux or cannot be asked.
//!
//! `linux` and `other` offer the same: `affinity` and `Quotas`. What is read is read by paths under a root that tests make up.

#[cfg(any(target_os = "android", target_os = "linux"))]
mod cgroup;
#[cfg(any(target_os = "android", target_os = "linux"))]
mod linux;
#[cfg(any(target_os = "android", target_os = "linux"))]
use linux as system;

#[cfg(not(any(target_os = "android", target_os = "linux")))]
mod other;
#[cfg(not(any(target_os = "android", target_os = "linux")))]
use other as system;

use std::num::NonZeroUsize;
use std::path::Path;

use super::idle::MOST_WORKERS;

/// What limits the cores of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cores {
    /// How many it may run on.
    pub(crate) affinity: usize,
    /// How many the quota of the process pays for, rounded up; none without a quota.
    pub(crate) quota: Option<usize>,
}

impl Cores {
    /// Those of the calling thread, at present.
    pub(crate) fn read() -> Self {
        Source::new(Path::new("/")).read()
    }

    /// How many tasks should run at a time.
    pub(crate) fn count(self) -> usize {
        self.affinity.min(self.quota.unwrap_or(usize::MAX)).clamp(1, MOST_WORKERS)
    }
}

/// Where the cores are read, again and again.
#[derive(Debug)]
pub(super) struct Source(system::Quotas);

impl Source {
    pub(super) fn new(root: &Path) -> Self {
        Self(system::Quotas::new(root))
    }

    /// What limits the calling thread.
    pub(super) fn read(&self) -> Cores {
        Cores { affinity: system::affinity().unwrap_or_else(parallelism), quota: self.0.read() }
    }
}

/// What the standard library makes of it.
fn parallelism() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_quota_counts_where_it_is_less() {
        let count = |affinity, quota| Cores { affinity, quota }.count();
        assert_eq!(count(8, None), 8);
        assert_eq!(count(8, Some(2)), 2);
        assert_eq!(count(2, Some(8)), 2);
        assert_eq!(count(0, None), 1);
        assert_eq!(count(usize::MAX, None), MOST_WORKERS);
    }

    #[test]
    fn what_is_read_here_is_as_much_as_the_standard_library_finds() {
        let (cores, floor) = (Cores::read(), parallelism());
        assert!(cores.count() == floor || cores.count() == floor + 1, "{cores:?}, not {floor}");
    }
}
