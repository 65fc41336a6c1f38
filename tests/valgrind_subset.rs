//! The ways of a task, of a runtime, of timers and of a socket, each a few times, for a run under memcheck:
//!
//! ```text
//! cargo test --all-features --test valgrind_subset --no-run    # prints where PROGRAM is
//! valgrind --error-exitcode=1 --leak-check=full \
//!     --show-leak-kinds=definite --errors-for-leak-kinds=definite PROGRAM --test-threads=1
//! ```
//!
//! Possible losses are left out: the monitor is alive when the process ends, and what the system keeps for a
//! living thread is possibly lost. What races find is not for here: memcheck runs one thread at a time.

mod support;

use std::future::{pending, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use futures::executor::block_on;
use runtime::{Handle, Runtime, task};
use support::{Counts, Gate, PanicsOnDrop, current_thread, hush, multi_thread, poll_once, watch};

fn runtimes() -> [Runtime; 3] {
    [current_thread(), multi_thread(1), multi_thread(2)]
}

#[test]
fn spawn_and_join() {
    let _watch = watch();
    for runtime in runtimes() {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..600).map(|n| task::spawn(async move { vec![n] })).collect();
            for (n, task) in tasks.into_iter().enumerate() {
                assert_eq!(task.await.unwrap(), [n]);
            }
            (0..100).for_each(|n| drop(task::spawn(async move { vec![n] })));
        });
    }
}

#[test]
fn futures_of_many_shapes() {
    #[repr(align(256))]
    struct Aligned([u8; 256]);
    let _watch = watch();
    for runtime in runtimes() {
        runtime.block_on(async {
            let large = task::spawn(async {
                let bytes = [7_u8; 1 << 14];
                task::yield_now().await;
                bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>()
            });
            let aligned = task::spawn(async { Aligned([1; 256]) });
            assert_eq!(large.await.unwrap(), 7 << 14);
            let aligned = aligned.await.unwrap();
            assert!((&raw const aligned).is_aligned() && aligned.0[255] == 1);
            task::spawn(async {}).await.unwrap();
        });
    }
}

#[test]
fn panics_of_every_kind() {
    let _watch = watch();
    hush();
    for runtime in runtimes() {
        runtime.block_on(async {
            let poll = task::spawn(async { panic!("{}, on purpose", "made") });
            assert!(poll.await.unwrap_err().is_panic());
            drop(task::spawn(async { PanicsOnDrop }));
            drop(task::spawn(async { std::panic::resume_unwind(Box::new(PanicsOnDrop)) }));
            let aborted = task::spawn(async {
                let _bomb = PanicsOnDrop;
                pending::<()>().await
            });
            task::yield_now().await;
            aborted.abort();
            assert!(aborted.await.is_err());
        });
    }
}

#[test]
fn aborts_and_detached_handles() {
    let _watch = watch();
    for runtime in runtimes() {
        let gate = Gate::new("the tasks may end");
        let spawn = || {
            let gate = gate.clone();
            runtime.spawn(async move {
                gate.passed().await;
                vec![1]
            })
        };
        let (mut waited, aborted, dropped) = (spawn(), spawn(), spawn());
        let handle = dropped.abort_handle();
        let wakes = Counts::new();
        assert!(poll_once(&mut waited, &wakes).is_pending());
        runtime.block_on(task::yield_now());
        aborted.abort();
        drop(dropped);
        assert!(runtime.block_on(aborted).unwrap_err().is_cancelled());
        gate.open();
        assert_eq!(runtime.block_on(waited).unwrap(), [1]);
        drop(runtime);
        handle.abort();
        assert!(handle.is_finished());
    }
}

#[test]
fn wakes_from_other_threads_and_after_the_end() {
    let _watch = watch();
    for runtime in runtimes() {
        let wakers = Arc::new(Mutex::new(Vec::<Waker>::new()));
        let counts = Counts::new();
        for _ in 0..20 {
            let wakers = wakers.clone();
            runtime.spawn(counts.count(poll_fn(move |cx| {
                wakers.lock().unwrap().push(cx.waker().clone());
                Poll::<()>::Pending
            })));
        }
        let wake_all = || std::mem::take(&mut *wakers.lock().unwrap()).into_iter();
        runtime.block_on(async {
            while counts.polls() < 60 {
                let woken = wake_all();
                thread::spawn(move || woken.for_each(Waker::wake)).join().unwrap();
                task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!(counts.drops(), 20);
        wake_all().for_each(|waker| waker.wake_by_ref());
        drop(wakers);
    }
}

#[test]
fn ends_of_many_kinds() {
    let _watch = watch();
    let ends: [fn(Runtime); 4] = [
        drop,
        Runtime::shutdown_background,
        |runtime| thread::spawn(move || drop(runtime)).join().unwrap(),
        |runtime| runtime.handle().clone().block_on(async move { drop(runtime) }),
    ];
    for end in ends {
        for runtime in runtimes() {
            let (handle, counts) = (runtime.handle().clone(), Counts::new());
            let suspended = handle.spawn(counts.count(pending::<()>()));
            runtime.block_on(task::yield_now());
            end(runtime);
            assert!(block_on(suspended).unwrap_err().is_cancelled());
            assert!(block_on(handle.spawn(async {})).unwrap_err().is_cancelled());
            assert_eq!(counts.drops(), 1);
        }
    }
}

#[cfg(feature = "time")]
#[test]
fn timers_that_fire_and_timers_that_do_not() {
    use runtime::time::{Duration, error::Elapsed, interval, sleep, timeout};

    const NEVER: Duration = Duration::from_secs(3600);
    let _watch = watch();
    for runtime in runtimes() {
        runtime.block_on(async {
            let sleeps = (0..50).map(|n| task::spawn(sleep(Duration::from_micros(100 * n))));
            for sleep in sleeps.collect::<Vec<_>>() {
                sleep.await.unwrap();
            }
            let mut ticks = interval(Duration::from_millis(1));
            for _ in 0..3 {
                assert_eq!(timeout(NEVER, ticks.tick()).await.map(drop), Ok(()));
            }
            let late: Result<(), Elapsed> = timeout(Duration::from_millis(1), pending()).await;
            assert!(late.is_err());
            let aborted = task::spawn(sleep(NEVER));
            task::yield_now().await;
            aborted.abort();
            assert!(aborted.await.unwrap_err().is_cancelled());
        });
        // The end finds one that is still waiting.
        drop(runtime.spawn(sleep(NEVER)));
        runtime.block_on(task::yield_now());
    }
}

#[cfg(feature = "net")]
#[test]
fn a_connection_and_one_that_the_end_finds_open() {
    use runtime::io::{AsyncReadExt, AsyncWriteExt, copy};
    use support::both_ends;

    let _watch = watch();
    for runtime in runtimes() {
        runtime.block_on(async {
            let (client, mut server) = both_ends().await;
            let echo = task::spawn(async move {
                let (mut from, mut to) = server.split();
                copy(&mut from, &mut to).await
            });
            let (mut back, mut there) = client.into_split();
            // More than the system keeps: reading and writing both have to wait.
            let sent = vec![7; 4 << 20];
            let expected = sent.clone();
            let writer = task::spawn(async move {
                there.write_all(&sent).await?;
                there.shutdown().await
            });
            let mut received = Vec::new();
            back.read_to_end(&mut received).await.unwrap();
            writer.await.unwrap().unwrap();
            assert_eq!(echo.await.unwrap().unwrap(), 4 << 20);
            assert!(received == expected);

            let (mut reader, _silent) = both_ends().await;
            let waiting = task::spawn(async move { reader.read_u8().await });
            task::yield_now().await;
            waiting.abort();
            assert!(waiting.await.unwrap_err().is_cancelled());
        });
        let (mut reader, silent) = runtime.block_on(both_ends());
        drop(runtime.spawn(async move { reader.read_u8().await }));
        runtime.block_on(task::yield_now());
        drop(runtime);
        drop(silent);
    }
}

#[test]
fn entering_and_leaving() {
    let _watch = watch();
    for runtime in runtimes() {
        let outer = runtime.enter();
        let inner = runtime.handle().clone();
        let inner = inner.enter();
        drop(task::spawn(async {}));
        drop((inner, outer));
        assert!(Handle::try_current().is_err());
        let counts = Counts::new();
        drop(runtime.spawn(counts.count(async {})));
        runtime.block_on(async {
            while counts.drops() == 0 {
                task::yield_now().await;
            }
        });
    }
}
