//! What the behaviour tests share: a watchdog, gates, and futures and wakers that count.
//!
//! Everything here stands on `std` alone, so that no test of the scheduler waits by means of the scheduler.
#![allow(dead_code, unused_imports, reason = "each test file uses another part")]

#[cfg(all(feature = "net", feature = "time"))]
mod beside;
mod busy;
#[cfg(target_os = "linux")]
mod children;
mod count;
pub mod example;
#[cfg(unix)]
mod forks;
mod gate;
#[cfg(target_pointer_width = "64")]
mod limit;
#[cfg(feature = "debug-page")]
pub mod page;
mod panics;
pub mod peers;
mod server;
#[cfg(unix)]
mod signals;
#[cfg(feature = "net")]
mod sockets;
mod stuck;
mod threads;
mod watch;

#[cfg(all(feature = "net", feature = "time"))]
pub use beside::{echo, median, ticks};
pub use busy::Busy;
#[cfg(target_os = "linux")]
pub use children::{state_of, zombies};
pub use count::{Counted, Counts, poll_once};
#[cfg(unix)]
pub use forks::in_a_child;
pub use gate::Gate;
#[cfg(target_pointer_width = "64")]
pub use limit::{STACK, under_the_limit, without_room};
pub use panics::{PanicsOnDrop, hush, text_of};
pub use server::Server;
#[cfg(unix)]
pub use signals::{once_more, send, send_to};
#[cfg(feature = "net")]
pub use sockets::{
    ANY, both_ends, connection, converse, cpu_time, descriptors, fill, in_each_runtime, listen,
    reset, stuff, until, with_sockets,
};
pub use stuck::{Captor, KINDS, Kind, Trap, meet};
pub use threads::{eventually, threads_named};
pub use watch::{Watch, watch, watch_for};

use runtime::{Builder, Runtime};
use std::time::Duration;

/// Longer than anything takes that works, shorter than the watchdog's limit.
pub const LONG: Duration = Duration::from_secs(30);

/// A multi-thread runtime with so many permits.
pub fn multi_thread(permits: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(permits).enable_all().build().expect("no stack size was chosen")
}

/// A current-thread runtime.
pub fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("no stack size was chosen")
}

/// One of each kind: a current-thread runtime, and multi-thread ones with 1, 2 and 4 permits.
pub fn all_kinds() -> [Runtime; 4] {
    [current_thread(), multi_thread(1), multi_thread(2), multi_thread(4)]
}

/// Makes the runtime have a reactor, if it can: from then on whoever attends waits there, and not on a condition.
pub async fn wait_in_the_reactor() {
    #[cfg(feature = "net")]
    drop(listen().await);
}

/// So many rounds where optimised, a tenth of them where not: a debug build must not take minutes.
pub fn rounds(optimised: usize) -> usize {
    if cfg!(debug_assertions) { optimised / 10 } else { optimised }
}
