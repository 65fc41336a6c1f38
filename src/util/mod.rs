//! Tools without a policy: the wait list, batches of wakers, reads into new memory, who a socket's peer is, a thread's cores, a place
//! that is written once, the buckets of histograms, random numbers, the moment from which clocks count, what belongs to one
//! process, whether anybody watches tasks, and the loom switch.
//!
//! Everything above stands on these; they know no tasks, no scheduler and no driver.

#[cfg(any(target_os = "android", target_os = "linux"))]
pub(crate) mod affinity;
pub(crate) mod apart;
pub(crate) mod buckets;
pub(crate) mod contain;
pub(crate) mod epoch;
pub(crate) mod process;
pub(crate) mod rng;
pub(crate) mod scoped;
pub(crate) mod static_ref;
pub(crate) mod sync;
pub(crate) mod watch;

#[cfg(feature = "sync")]
pub(crate) mod block_thread;
#[cfg(feature = "net")]
pub(crate) mod fill;
#[cfg(all(feature = "net", any(target_os = "android", target_os = "linux")))]
pub(crate) mod peer;
#[cfg(any(feature = "net", feature = "sync"))]
pub(crate) mod wait;
#[cfg(any(feature = "net", feature = "sync"))]
pub(crate) mod wait_list;
#[cfg(any(feature = "io-util", feature = "net", feature = "sync", feature = "time"))]
pub(crate) mod wake_batch;
#[cfg(feature = "sync")]
pub(crate) mod write_once;

#[cfg(all(test, any(feature = "net", feature = "sync", feature = "time")))]
pub(crate) mod tests;
