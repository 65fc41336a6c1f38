//! Wakers that panic, in the middle of others.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use super::wakers::{Wakes, calling};
use crate::util::contain::contain;
use crate::util::sync::Mutex;
use crate::util::wake_batch::wake_all;

/// What a panic carries, and panics again when it is dropped.
struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        resume_unwind(Box::new("a payload panics"));
    }
}

#[test]
fn a_payload_that_panicked_when_it_was_dropped_kept_others_from_being_woken() {
    let wakes = Wakes::new();
    // Each third panics; the last are in another batch.
    let wakers = (0..99).map(|n| match n % 3 {
        0 => calling(|| resume_unwind(Box::new(PanicsOnDrop))),
        _ => wakes.waker(),
    });
    let queue = Mutex::new(wakers.collect::<Vec<_>>());
    let woken = catch_unwind(AssertUnwindSafe(|| wake_all(&queue, Vec::pop)));
    let payload = woken.expect_err("a waker has panicked");
    assert!(payload.is::<PanicsOnDrop>(), "not the first panic of a waker");
    contain(|| drop(payload));
    assert_eq!(wakes.count(), 66);
    assert_eq!(Arc::strong_count(&wakes), 1);
}
