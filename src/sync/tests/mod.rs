//! Tests of what tasks wait for, by hand: each poll, wake and drop is seen.

#[cfg(not(loom))]
mod auto_traits;
#[cfg(not(loom))]
mod barrier;
#[cfg(not(loom))]
mod broadcast;
#[cfg(not(loom))]
mod broadcast_by_model;
#[cfg(not(loom))]
mod locks;
#[cfg(not(loom))]
mod mpsc;
#[cfg(not(loom))]
mod mpsc_permits;
#[cfg(not(loom))]
mod notify;
#[cfg(not(loom))]
mod notify_by_model;
#[cfg(not(loom))]
mod once_cell;
#[cfg(not(loom))]
mod oneshot;
#[cfg(not(loom))]
mod permits_by_model;
#[cfg(not(loom))]
mod semaphore;
#[cfg(not(loom))]
mod set_once;
#[cfg(not(loom))]
mod wait_group;
#[cfg(not(loom))]
mod watch;
#[cfg(not(loom))]
mod watch_by_model;

#[cfg(loom)]
mod loom_broadcast;
#[cfg(loom)]
mod loom_notify;
#[cfg(loom)]
mod loom_oneshot;
#[cfg(loom)]
mod loom_permits;
#[cfg(loom)]
mod loom_set_once;
#[cfg(loom)]
mod loom_wait_group;
#[cfg(loom)]
mod loom_watch;
