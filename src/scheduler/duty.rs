//! What a thread has to do beside the tasks that it runs: its `block_on`, or nothing.
//!
//! The loop of a worker is the same for both (`worker`); it asks its duty before each task.

use std::convert::Infallible;
use std::task::Poll;

use super::diary::Subject;

/// What a thread does besides running tasks.
pub(super) trait Duty {
    type Output;

    /// Does it, if there is something to do. Ready when the thread is done with working.
    fn attend(&mut self) -> Poll<Self::Output>;

    /// Whether there is something to do at once.
    fn is_due(&self) -> bool;

    /// What is polled by doing it.
    fn subject(&self) -> Subject;

    /// Whether the thread may end when the runtime has more than it needs.
    fn is_over(&self) -> bool {
        false
    }
}

/// The duty of a worker's own thread: none, for ever.
pub(super) struct NoDuty;

impl Duty for NoDuty {
    type Output = Infallible;

    #[inline]
    fn attend(&mut self) -> Poll<Self::Output> {
        Poll::Pending
    }

    fn is_due(&self) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        unreachable!("there is nothing to do")
    }

    fn is_over(&self) -> bool {
        true
    }
}
