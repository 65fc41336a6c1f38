//! The monitor rests when nothing has run for a while, and is there again when it is needed.
//!
//! Alone in its file: the monitor is one for the process, and other tests would keep it from resting.

mod support;

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use runtime::task;
use support::{Gate, multi_thread, watch};

/// A thread of `block_on` that its own future's waker woke took a permit without rousing the monitor.
#[test]
fn the_monitor_is_roused_by_a_root_that_wakes_after_a_long_sleep() {
    let _watch = watch();
    let (runtime, morning) = (multi_thread(2), Gate::new("the monitor has gone to rest"));
    let waker = thread::spawn({
        let morning = morning.clone();
        move || {
            // It rests after a few looks at nothing, some tenths of a second. Nothing shows that it does.
            thread::sleep(Duration::from_millis(500));
            morning.open();
        }
    });
    runtime.block_on(async {
        morning.passed().await;
        let meeting = Arc::new(Barrier::new(2));
        let both = [(); 2].map(|()| {
            let meeting = meeting.clone();
            task::spawn(async move { meeting.wait().is_leader() })
        });
        let [one, other] = both;
        assert_ne!(one.await.unwrap(), other.await.unwrap(), "one of two leads");
    });
    waker.join().unwrap();
}
