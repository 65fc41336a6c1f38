//! Stopping the clock, for tests.

use std::future::poll_fn;
use std::time::Duration;

use crate::driver::{Misuse, QuietTicket};
use crate::runtime::driver;

/// Stops the clock of this runtime.
///
/// From now on [`Instant::now`](super::Instant::now) shows the same moment, until time is [`advance`]d, or this runtime
/// has nothing else to do than to wait for a moment: then its clock is put forward to that. The standard library's clock
/// is not touched. See [Time in tests](super#time-in-tests).
///
/// # Panics
///
/// If the clock is paused already, or this is called outside of a runtime, or in one that is not a current-thread runtime:
/// where several threads run tasks there is no moment at which nothing else can happen.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, Instant};
///
/// #[runtime::main(flavor = "current_thread")]
/// async fn main() {
///     time::pause();
///     let start = Instant::now();
///     time::sleep(Duration::from_secs(24 * 60 * 60)).await; // at once
///     assert_eq!(start.elapsed(), Duration::from_secs(24 * 60 * 60));
/// }
/// ```
#[track_caller]
pub fn pause() {
    check("time::pause", driver::pausable("time::pause").pause());
}

/// Lets the clock of this runtime run again, after it was [`pause`]d.
///
/// It goes on from what it shows, at the system's pace.
///
/// # Panics
///
/// If the clock is not paused, or this is called outside of a runtime.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, Instant};
///
/// #[runtime::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     time::resume();
///     let (start, start_std) = (Instant::now(), std::time::Instant::now());
///     time::sleep(Duration::from_millis(2)).await;
///     assert!(start.elapsed() >= Duration::from_millis(2));
///     assert!(start_std.elapsed() >= Duration::from_millis(2)); // it really took so long
/// }
/// ```
#[track_caller]
pub fn resume() {
    check("time::resume", driver::pausable("time::resume").resume());
}

/// Puts the clock of this runtime, which is [`pause`]d, forward.
///
/// It jumps: whatever waits for a moment until then is woken at once, in the order of these moments, to within some
/// microseconds, and all of it sees the new time. To see each moment come by itself, [`sleep`](super::sleep()) instead,
/// which puts the clock forward from one to the next.
///
/// This returns when what was woken has run, and what that woke in turn, until nothing is left to run; beside tasks
/// that never rest, when the others had time to. A closure of [`spawn_blocking`](crate::task::spawn_blocking) is not waited for.
/// On a thread that does not run the tasks of this runtime, it returns at once.
///
/// # Cancel safety
///
/// The clock is put forward by the first poll. To drop the future after that only ends the wait.
///
/// # Panics
///
/// When it is polled: if the clock is not paused, or would show a moment that it cannot name, or if this is called outside
/// of a runtime.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration};
///
/// #[runtime::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let alarm = runtime::spawn(time::sleep(Duration::from_secs(60)));
///     time::advance(Duration::from_secs(59)).await;
///     assert!(!alarm.is_finished());
///     time::advance(Duration::from_secs(1)).await;
///     assert!(alarm.is_finished());
/// }
/// ```
pub async fn advance(duration: Duration) {
    let driver = driver::pausable("time::advance");
    check("time::advance", driver.advance(duration));
    let mut ticket = QuietTicket::default();
    poll_fn(|cx| driver.poll_quiet(cx, &mut ticket)).await;
}

/// Panics if the clock could not be changed.
#[track_caller]
fn check(what: &str, result: Result<(), Misuse>) {
    match result {
        Ok(()) => {}
        Err(Misuse::Paused) => panic!("`{what}` was called, but time is paused already"),
        Err(Misuse::Runs) => panic!("`{what}` was called, but time is not paused"),
        Err(Misuse::TooFar) => panic!("`{what}` was called with more time than the clock can show"),
    }
}
