//! Linux: epoll, and `ppoll` on the epoll descriptor for what is shorter than a millisecond.
//!
//! An epoll descriptor is itself readable while events wait in it, so `ppoll` can wait on it, with nanoseconds; it
//! takes no event, which a second call then does. That is one call more, so it is only done for the last part
//! of a wait: the whole milliseconds are waited in epoll, rounded down, and if events come meanwhile that is all.
//!
//! `epoll_pwait2` would do it in one call, but not into mio's buffer of events.

use std::io;
use std::time::{Duration, Instant};

use mio::{Events, Poll};
use rustix::event::{PollFd, PollFlags, Timespec, poll as ppoll};

/// Whether a short read or write says that the system has nothing left, and reports when that changes: epoll does.
pub(in crate::driver) const SHORT_MEANS_EMPTY: bool = true;

/// Waits once until there are events, the time is over, or a signal came.
pub(in crate::driver) fn wait(
    poll: &mut Poll,
    events: &mut Events,
    timeout: Option<Duration>,
) -> io::Result<()> {
    let Some(timeout) = timeout.filter(|timeout| timeout.subsec_nanos() % 1_000_000 != 0) else {
        return poll.poll(events, timeout);
    };
    let whole = Duration::from_millis(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
    let mut rest = timeout.saturating_sub(whole);
    if !whole.is_zero() {
        let began = Instant::now();
        poll.poll(events, Some(whole))?;
        rest = timeout.saturating_sub(began.elapsed());
        // A wait too long for epoll ended early: there is time to come back for the rest of it.
        if !events.is_empty() || rest.is_zero() || rest >= Duration::from_millis(1) {
            return Ok(());
        }
    }
    wait_finely(poll, rest)?;
    poll.poll(events, Some(Duration::ZERO))
}

/// Waits for less than a second until there are events, and leaves them where they are.
fn wait_finely(poll: &Poll, timeout: Duration) -> io::Result<()> {
    let timeout = Timespec { tv_sec: 0, tv_nsec: timeout.subsec_nanos().into() };
    ppoll(&mut [PollFd::new(poll.registry(), PollFlags::IN)], Some(&timeout))?;
    Ok(())
}
