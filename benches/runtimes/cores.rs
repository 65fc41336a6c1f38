//! On how many cores the samples are taken: the processes that take them inherit what this one may use.

use std::io;

/// The cores that this process might use when it began.
pub struct Cores(Vec<usize>);

impl Cores {
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn available() -> io::Result<Self> {
        system::affinity().map(Self)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// From now on uses the first `count` of them alone.
    ///
    /// # Errors
    ///
    /// If there are fewer.
    pub fn pin(&self, count: usize) -> io::Result<()> {
        let Some(cores) = self.0.get(..count) else {
            return Err(io::Error::other(format!("there are only {} cores", self.count())));
        };
        system::set_affinity(cores)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::io;

    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    pub fn affinity() -> io::Result<Vec<usize>> {
        let set = sched_getaffinity(None)?;
        Ok((0..CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).collect())
    }

    pub fn set_affinity(cores: &[usize]) -> io::Result<()> {
        let mut set = CpuSet::new();
        cores.iter().for_each(|&core| set.set(core));
        Ok(sched_setaffinity(None, &set)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    pub fn affinity() -> io::Result<Vec<usize>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "`--pin` needs Linux"))
    }

    pub fn set_affinity(_: &[usize]) -> io::Result<()> {
        affinity().map(drop)
    }
}
