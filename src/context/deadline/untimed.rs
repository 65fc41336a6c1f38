//! No deadlines.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A context ends when it is cancelled.
#[derive(Clone, Copy, Debug)]
pub(in crate::context) struct Deadline;

impl Deadline {
    pub(in crate::context) const NONE: Self = Self;

    pub(in crate::context) fn is_over(self) -> bool {
        false
    }
}

/// Never rings.
#[derive(Debug)]
pub(in crate::context) struct Alarm;

impl Alarm {
    pub(in crate::context) fn new(_: Deadline) -> Self {
        Self
    }

    pub(in crate::context) fn is_set(&self) -> bool {
        false
    }

    pub(in crate::context) fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}
