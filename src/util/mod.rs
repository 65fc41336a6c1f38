//! Tools without a policy: the wait list, batches of wakers, random numbers and the loom switch.
//!
//! Everything above stands on these; they know no tasks, no scheduler and no driver.

pub(crate) mod rng;
pub(crate) mod scoped;
pub(crate) mod sync;

#[cfg(feature = "sync")]
pub(crate) mod block_thread;
#[cfg(feature = "sync")]
pub(crate) mod wait;
#[cfg(feature = "sync")]
pub(crate) mod wait_list;
#[cfg(feature = "sync")]
pub(crate) mod wake_batch;

#[cfg(all(test, feature = "sync"))]
pub(crate) mod tests;
