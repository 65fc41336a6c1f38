//! `join!`, `try_join!` and `pin!`: what is returned, dropped and polled when.

#![deny(warnings, unused, unreachable_code, clippy::all)]
#![cfg(feature = "macros")]

#[path = "support/told.rs"]
mod told;

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{pending, poll_fn, ready};
use std::task::Poll;

use runtime::task::yield_now;
use runtime::{join, try_join};
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};
use told::{Told, now};

/// A future that writes its name down whenever it is polled, and never ends.
async fn waits(name: char, polls: &RefCell<String>) -> Result<(), ()> {
    poll_fn(|_| {
        polls.borrow_mut().push(name);
        Poll::Pending
    })
    .await
}

#[test]
fn outputs_stand_where_their_futures_stood() {
    assert_eq!(now(async { join!(ready(1)) }), (1,));
    assert_eq!(now(async { join!(ready(1), async { "two" }, ready('3'),) }), (1, "two", '3'));
    assert_eq!(now(async { join!(biased; ready(1), ready("two"),) }), (1, "two"));
    assert_eq!(now(async { try_join!(ready(Ok::<_, ()>(1)), ready(Ok("two"))) }), Ok((1, "two")));
    let empty: Result<(), ()> = try_join!();
    assert_eq!((join!(), empty), ((), Ok(())));
}

#[test]
fn those_that_have_ended_wait_for_the_rest() {
    let polls = Cell::new(0);
    let once = poll_fn(|_| {
        polls.set(polls.get() + 1);
        Poll::Ready(1)
    });
    let mut task = spawn(async {
        join!(once, async {
            yield_now().await;
            2
        })
    });
    assert_pending!(task.poll());
    assert_ready_eq!(task.poll(), (1, 2));
    assert_eq!(polls.get(), 1, "a future is not polled after it has ended");
}

#[test]
fn a_future_is_dropped_when_it_has_ended_and_its_output_with_the_join() {
    let drops = RefCell::new(Vec::new());
    {
        let (held, output) = (Told("future", &drops), Told("output", &drops));
        let ends = async move {
            let _held = held;
            output
        };
        let mut task = spawn(async { join!(ends, pending::<()>()) });
        assert_pending!(task.poll());
        assert_eq!(*drops.borrow(), ["future"]);
    }
    assert_eq!(*drops.borrow(), ["future", "output"]);
}

#[test]
fn each_poll_begins_with_the_next() {
    let polls = RefCell::new(String::new());
    let mut task =
        spawn(async { join!(waits('a', &polls), waits('b', &polls), waits('c', &polls)) });
    (0..4).for_each(|_| assert_pending!(task.poll()));
    assert_eq!(polls.take(), "abcbcacababc");

    let mut task = spawn(async { try_join!(waits('a', &polls), waits('b', &polls)) });
    (0..3).for_each(|_| assert_pending!(task.poll()));
    assert_eq!(polls.take(), "abbaab");
}

#[test]
fn each_poll_is_in_order_when_biased() {
    let polls = RefCell::new(String::new());
    let mut task = spawn(async { join!(biased; waits('a', &polls), waits('b', &polls)) });
    (0..3).for_each(|_| assert_pending!(task.poll()));
    assert_eq!(polls.take(), "ababab");

    let mut task = spawn(async { try_join!(biased; waits('a', &polls), waits('b', &polls)) });
    (0..3).for_each(|_| assert_pending!(task.poll()));
    assert_eq!(polls.take(), "ababab");
}

#[test]
fn the_first_error_ends_it_and_drops_the_rest() {
    let drops = RefCell::new(Vec::new());
    let told = Told("the other", &drops);
    let mut task = spawn(async {
        try_join!(
            async {
                let _told = told;
                pending::<Result<(), u32>>().await
            },
            async {
                yield_now().await;
                Err::<(), _>(7)
            },
        )
    });
    assert_pending!(task.poll());
    assert_eq!(drops.borrow().len(), 0);
    assert_eq!(assert_ready!(task.poll()), Err(7));
    assert_eq!(*drops.borrow(), ["the other"]);
}

#[test]
fn futures_may_be_whatever_turns_into_one() {
    struct Six;
    impl IntoFuture for Six {
        type Output = u32;
        type IntoFuture = std::future::Ready<u32>;
        fn into_future(self) -> Self::IntoFuture {
            ready(6)
        }
    }
    assert_eq!(now(async { join!(Six, Six) }), (6, 6));
}

#[test]
fn outputs_may_be_of_types_without_a_value() {
    assert_pending!(spawn(async { join!(pending::<Infallible>(), ready(1)) }).poll());
    let failed = now(async { try_join!(ready(Err::<Infallible, _>(1)), ready(Ok(2))) });
    assert_eq!(failed, Err(1));
    let joined = now(async { try_join!(ready(Ok::<_, Infallible>(1)), ready(Ok(2))) });
    assert_eq!(joined, Ok((1, 2)));
}

/// The output takes the place of its future; beside each stands which of the two it is, and once a reference to all, the number of
/// whose turn it is and what every future has.
#[test]
#[cfg(target_pointer_width = "64")]
fn a_future_is_kept_where_its_output_will_be() {
    let kibibyte = || async {
        let bytes = [0_u8; 1024];
        yield_now().await;
        bytes
    };
    let joins = async { join!(kibibyte(), kibibyte()).0[0] };
    assert!(size_of_val(&joins) <= 2 * (size_of_val(&kibibyte()) + 8) + 32);
}

#[test]
fn pinned_values_keep_their_names() {
    runtime::pin! {
        let one = async { 1 };
        let two = async { 2 };
    }
    let three = async { 3 };
    runtime::pin!(three);
    assert_eq!(now(async { join!(&mut one, two, three) }), (1, 2, 3));
}
