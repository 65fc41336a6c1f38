//! Who holds a thread for too long is reported, once a poll and with the right name, and nobody else is.

mod support;

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use futures::executor;
use runtime::runtime::{Activity, StuckTask};
use runtime::{Builder, Runtime, task};
use support::{Gate, LONG, hush, watch};

/// One of each kind, whose reports come through a channel.
fn all_kinds_reporting() -> Vec<(Runtime, Receiver<StuckTask>)> {
    let current_thread = Builder::new_current_thread;
    let multi_thread = |permits| {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(permits);
        builder
    };
    [current_thread(), multi_thread(1), multi_thread(2)].into_iter().map(reporting).collect()
}

fn reporting(mut builder: Builder) -> (Runtime, Receiver<StuckTask>) {
    let (reports, reported) = channel();
    builder.on_stuck(move |stuck| {
        let _ = reports.send(*stuck);
    });
    (builder.build().expect("no stack size was chosen"), reported)
}

/// Holds the thread until the next report comes.
fn block_until(reported: &Mutex<Receiver<StuckTask>>) -> StuckTask {
    reported.lock().unwrap().recv_timeout(LONG).expect("a task that is stuck is reported")
}

/// Computes until the next report comes.
fn compute_until(reported: &Mutex<Receiver<StuckTask>>) -> StuckTask {
    loop {
        match reported.lock().unwrap().try_recv() {
            Ok(stuck) => return stuck,
            Err(TryRecvError::Empty) => std::hint::spin_loop(),
            Err(TryRecvError::Disconnected) => panic!("the runtime reports as long as it is there"),
        }
    }
}

#[test]
fn a_task_that_blocks_is_reported_with_its_name_and_place() {
    let _watch = watch();
    for (runtime, reported) in all_kinds_reporting() {
        let reported = Mutex::new(reported);
        let (line, task) = (line!(), runtime.spawn(async move { block_until(&reported) }));
        let id = task.id();
        let stuck = runtime.block_on(task).unwrap();
        assert_eq!(stuck.id(), Some(id));
        assert_eq!((stuck.spawned_at().file(), stuck.spawned_at().line()), (file!(), line));
        assert!(stuck.type_name().contains("a_task_that_blocks_is_reported"), "{stuck:?}");
        assert!(stuck.elapsed() >= Duration::from_millis(3), "{stuck:?}");
        if cfg!(target_os = "linux") {
            assert_eq!(stuck.activity(), Activity::Blocked);
            assert!(stuck.to_string().contains("blocks its thread"), "{stuck}");
        }
    }
}

#[test]
fn a_task_that_computes_is_reported_as_such() {
    let _watch = watch();
    for (runtime, reported) in all_kinds_reporting() {
        let reported = Mutex::new(reported);
        let task = runtime.spawn(async move { compute_until(&reported) });
        let id = task.id();
        let stuck = runtime.block_on(task).unwrap();
        assert_eq!(stuck.id(), Some(id));
        if cfg!(target_os = "linux") {
            assert_eq!(stuck.activity(), Activity::Computing);
        }
    }
}

#[test]
fn the_future_of_block_on_is_reported_without_a_number() {
    let _watch = watch();
    for (runtime, reported) in all_kinds_reporting() {
        let reported = Mutex::new(reported);
        let (line, stuck) = (line!(), runtime.block_on(async { block_until(&reported) }));
        assert_eq!((stuck.id(), stuck.spawned_at().line()), (None, line));
        assert_eq!(stuck.spawned_at().file(), file!());
        assert!(stuck.type_name().contains("the_future_of_block_on"), "{stuck:?}");
        assert!(stuck.to_string().starts_with("the future of `block_on` at"), "{stuck}");
    }
}

#[test]
fn each_poll_is_reported_once() {
    let _watch = watch();
    for (runtime, reported) in all_kinds_reporting() {
        let reported = Arc::new(Mutex::new(reported));
        let task = runtime.spawn({
            let reported = reported.clone();
            async move {
                for _ in 0..2 {
                    block_until(&reported);
                    thread::sleep(Duration::from_millis(30)); // a few looks more, of the same poll
                    task::yield_now().await;
                }
            }
        });
        runtime.block_on(task).unwrap();
        assert_eq!(reported.lock().unwrap().try_recv().err(), Some(TryRecvError::Empty));
    }
}

/// With nearly all of its budget left, only the flag makes a leaf yield. It is set before the report.
#[test]
fn a_poll_that_was_reported_yields_at_its_next_leaf() {
    let _watch = watch();
    for (runtime, reported) in all_kinds_reporting() {
        let reported = Mutex::new(reported);
        let gate = Gate::new("the poll is over");
        runtime.block_on(async {
            let opens = task::spawn({
                let gate = gate.clone();
                async move { gate.open() }
            });
            compute_until(&reported);
            let polls = std::cell::Cell::new(0);
            let mut leaf = std::pin::pin!(task::checkpoint());
            std::future::poll_fn(|cx| {
                polls.set(polls.get() + 1);
                leaf.as_mut().poll(cx)
            })
            .await;
            assert_eq!(polls.get(), 2, "the leaf lets others run first");
            opens.await.unwrap();
        });
        assert!(gate.is_open());
    }
}

#[test]
fn who_says_that_he_blocks_is_not_reported() {
    let _watch = watch();
    let (runtime, reported) = reporting(Builder::new_multi_thread());
    let nap = || thread::sleep(Duration::from_millis(60));
    executor::block_on(async {
        runtime.spawn(async move { task::block_in_place(nap) }).await.unwrap();
        runtime.spawn(async move { runtime::block_on(async move { nap() }) }).await.unwrap();
        runtime.spawn_blocking(nap).await.unwrap();
        // And who sleeps as he should.
        runtime.spawn(std::future::ready(())).await.unwrap();
        nap();
    });
    let reported = Mutex::new(reported);
    let task = runtime.spawn(async move { block_until(&reported) });
    let id = task.id();
    assert_eq!(executor::block_on(task).unwrap().id(), Some(id), "it is the first one");
}

/// The callback may use the runtime, and panic.
#[test]
fn a_callback_may_use_the_runtime_and_its_panic_is_contained() {
    let _watch = watch();
    hush();
    let (reports, reported) = channel();
    let place = Arc::new(Mutex::new(None::<runtime::Handle>));
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .on_stuck({
            let place = place.clone();
            move |stuck| {
                let handle = place.lock().unwrap().clone().expect("set before anything is spawned");
                let longest = handle.metrics().longest_poll();
                let (stuck, reports) = (*stuck, reports.clone());
                drop(handle.spawn(async move { reports.send((stuck, longest)).is_ok() }));
                panic!("in a callback, on purpose");
            }
        })
        .build()
        .unwrap();
    *place.lock().unwrap() = Some(runtime.handle().clone());
    let reported = Arc::new(Mutex::new(reported));
    for _ in 0..2 {
        let reported = reported.clone();
        let task = runtime.spawn(async move {
            reported
                .lock()
                .unwrap()
                .recv_timeout(LONG)
                .expect("the callback's task runs beside this")
        });
        let id = task.id();
        let (stuck, longest) = executor::block_on(task).unwrap();
        assert_eq!(stuck.id(), Some(id));
        assert!(longest.is_some());
    }
    place.lock().unwrap().take();
}
