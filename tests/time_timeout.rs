//! What a timeout promises: the future first, and the deadline in any case.

mod support;

use std::future::{pending, poll_fn, ready};
use std::io;
use std::task::Poll;

use runtime::time::{self, Duration, Instant};
use runtime::{Builder, task};
use support::{Counts, all_kinds, poll_once, watch};

const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(3_600);

#[test]
fn whoever_is_first_decides() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let deadline = Instant::now() + SHORT;
            assert!(time::timeout_at(deadline, pending::<()>()).await.is_err());
            assert!(Instant::now() >= deadline, "a timeout is early");
            let work = async {
                time::sleep(SHORT).await;
                42
            };
            assert_eq!(time::timeout(LONG, work).await, Ok(42));
            assert_eq!(
                time::timeout(Duration::MAX, task::spawn(ready(42))).await.unwrap().unwrap(),
                42
            );
        });
    }
}

#[test]
fn a_future_that_is_ready_is_never_late() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            assert_eq!(time::timeout(Duration::ZERO, ready(42)).await, Ok(42));
            assert_eq!(time::timeout_at(Instant::now(), ready(42)).await, Ok(42));
            assert!(time::timeout(Duration::ZERO, pending::<()>()).await.is_err());
        });
    }
}

/// Both are ready when the task is polled again: the deadline is over by then.
#[test]
fn a_future_that_becomes_ready_with_the_deadline_is_not_late() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let deadline = Instant::now() + SHORT;
            let slow = async {
                task::yield_now().await;
                std::thread::sleep(2 * SHORT);
                42
            };
            assert_eq!(time::timeout_at(deadline, slow).await, Ok(42));
        });
    }
}

#[test]
fn a_timeout_of_something_that_is_ready_needs_no_timers() {
    let bare = Builder::new_current_thread().build().unwrap();
    assert_eq!(bare.block_on(time::timeout(SHORT, ready(42))), Ok(42));
}

/// A future that is always ready, up to its budget, left nothing for the deadline: tokio-rs/tokio#4291.
#[test]
fn a_future_that_spends_the_budget_in_each_poll_is_given_up_on() {
    let _watch = watch();
    for runtime in all_kinds() {
        let spends = || async {
            loop {
                task::consume_budget().await;
            }
        };
        assert!(runtime.block_on(async { time::timeout(SHORT, spends()).await }).is_err());
        let task = runtime.spawn(async move { time::timeout(SHORT, spends()).await });
        assert!(runtime.block_on(task).unwrap().is_err());
    }
}

/// What the deadline is spared above, a loop of deadlines is not: it lets others run.
#[test]
fn a_loop_of_timeouts_that_are_over_is_no_loop_without_end() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let other = task::spawn(async {});
            let past = Instant::now();
            while !other.is_finished() {
                let _ = time::timeout_at(past, pending::<()>()).await;
            }
        });
    }
}

#[test]
fn a_future_that_wakes_itself_for_ever_is_given_up_on() {
    let _watch = watch();
    for runtime in all_kinds() {
        let restless = poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert!(runtime.block_on(async { time::timeout(SHORT, restless).await }).is_err());
    }
}

#[test]
fn the_inner_future_is_polled_once_a_wake_and_dropped_with_the_timeout() {
    let _watch = watch();
    let counts = Counts::new();
    for runtime in all_kinds() {
        let before = counts.polls();
        let inner = counts.count(pending::<()>());
        assert!(runtime.block_on(async { time::timeout(SHORT, inner).await }).is_err());
        assert_eq!(counts.polls() - before, 2, "when it begins, and when the time is over");
    }
    assert_eq!(counts.drops(), 4);
}

#[test]
fn the_inner_future_can_be_reached_and_kept() {
    let mut timeout = time::timeout(LONG, ready(1));
    assert_eq!(format!("{:?}", timeout.get_ref()), format!("{:?}", ready(1)));
    *timeout.get_mut() = ready(2);
    assert!(poll_once(&mut timeout.into_inner(), &Counts::new()).is_ready());
}

#[test]
fn an_elapsed_timeout_is_an_io_error_too() {
    let _watch = watch();
    let elapsed = runtime::block_on(time::timeout(Duration::ZERO, pending::<()>())).unwrap_err();
    assert_eq!(elapsed.to_string(), "deadline has elapsed");
    assert_eq!(io::Error::from(elapsed).kind(), io::ErrorKind::TimedOut);
}
