use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::context::Context;
use crate::util::tests::wakers::{Faulty, Wakes, cx};

/// The future took a waker for the one in the list that was not there any more.
#[test]
fn after_a_waker_has_panicked_a_wait_wakes_the_task_that_polled_it_last() {
    for panics_in_clone in [0, 1, 2] {
        let (ctx, cancel) = Context::background().with_cancel();
        let mut done = Box::pin(ctx.done());
        let (first, second) = (Wakes::new(), Faulty::new());
        let waker = first.waker();
        assert!(done.as_mut().poll(&mut cx(&waker)).is_pending());
        second.panic_in_clone(panics_in_clone);
        let poll = AssertUnwindSafe(|| done.as_mut().poll(&mut cx(&second.waker())));
        drop(catch_unwind(poll));
        assert!(done.as_mut().poll(&mut cx(&waker)).is_pending());
        cancel.cancel();
        assert_eq!(first.count(), 1);
    }
}
