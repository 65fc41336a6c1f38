//! What every system can do: whole milliseconds, rounded up.

use std::io;
use std::time::Duration;

use mio::{Events, Poll};

/// Whether a short read or write says that the system has nothing left, and reports when that changes.
///
/// Where mio emulates edges it arms a source again only when an operation would have blocked, and so needs to see that.
pub(in crate::driver) const SHORT_MEANS_EMPTY: bool = false;

/// Waits once until there are events, the time is over, or a signal came.
pub(in crate::driver) fn wait(
    poll: &mut Poll,
    events: &mut Events,
    timeout: Option<Duration>,
) -> io::Result<()> {
    poll.poll(events, timeout)
}
