//! Unit tests, and one loom model for each protocol.

mod token;

#[cfg(loom)]
mod loom_blocking;
#[cfg(loom)]
mod loom_diary;
#[cfg(loom)]
mod loom_idle;
#[cfg(loom)]
mod loom_injector;
#[cfg(loom)]
mod loom_permit;
#[cfg(loom)]
mod loom_retake;
#[cfg(loom)]
mod loom_run_queue;
#[cfg(loom)]
mod loom_vigil;
#[cfg(loom)]
mod small;
#[cfg(loom)]
mod small_driver;

#[cfg(all(
    not(loom),
    feature = "net",
    feature = "rt-multi-thread",
    feature = "sync",
    feature = "time"
))]
mod attend;
#[cfg(not(loom))]
mod beat;
#[cfg(not(loom))]
mod blocking;
#[cfg(all(not(loom), feature = "rt-multi-thread", target_os = "linux"))]
mod cores;
#[cfg(not(loom))]
mod idle;
#[cfg(not(loom))]
mod injector;
#[cfg(not(loom))]
mod pace;
#[cfg(all(not(loom), feature = "rt-multi-thread"))]
mod retake;
#[cfg(not(loom))]
mod run_queue;
