//! Deadlines by the clock of `time`.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::time::{Instant, Sleep, sleep_until};

/// When a context ends by itself, if it does.
#[derive(Clone, Copy, Debug)]
pub(in crate::context) struct Deadline(Option<Instant>);

impl Deadline {
    pub(in crate::context) const NONE: Self = Self(None);

    pub(in crate::context) fn get(self) -> Option<Instant> {
        self.0
    }

    /// The earlier of the two.
    pub(in crate::context) fn or_at(self, instant: Instant) -> Self {
        Self(Some(self.0.map_or(instant, |own| own.min(instant))))
    }

    pub(in crate::context) fn is_over(self) -> bool {
        self.0.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

pin_project! {
    /// Wakes a task when a deadline is over.
    #[derive(Debug)]
    pub(in crate::context) struct Alarm {
        #[pin]
        sleep: Option<Sleep>,
    }
}

impl Alarm {
    pub(in crate::context) fn new(deadline: Deadline) -> Self {
        Self { sleep: deadline.0.map(sleep_until) }
    }

    pub(in crate::context) fn is_set(&self) -> bool {
        self.sleep.is_some()
    }

    /// Ready when the deadline is over; never without one.
    pub(in crate::context) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().sleep.as_pin_mut().map_or(Poll::Pending, |sleep| sleep.poll(cx))
    }
}
