//! A worker can lose its permit between being woken to search and searching.
#![cfg(feature = "rt-multi-thread")]

mod support;

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use futures::executor;
use runtime::{Builder, Handle, Runtime};
use support::{Captor, Gate, Kind, eventually, watch};

/// The name of the threads that the runtime starts.
const WORKER: &str = "stall-search";

/// What the test knows of the runtime's threads, by their callbacks.
#[derive(Default)]
struct Stage {
    /// Whether the next worker's thread that is woken must wait.
    is_armed: AtomicBool,
    /// How often the thread of `block_on` and the others went to sleep.
    sleeps: [AtomicUsize; 2],
    /// What wakes the future of `block_on`.
    root: Mutex<Option<Waker>>,
    is_over: AtomicBool,
}

impl Stage {
    fn sleeps(&self, of_workers: bool) -> &AtomicUsize {
        &self.sleeps[usize::from(of_workers)]
    }

    fn ring(&self) {
        let waker = self.root.lock().unwrap().clone();
        waker.into_iter().for_each(Waker::wake);
    }

    /// Waits until one goes to sleep once more than `before`.
    fn sleeps_again(&self, of_workers: bool, before: usize) {
        eventually("a thread sleeps", || self.sleeps(of_workers).load(SeqCst) > before);
        // It has said that it will; that it does is seen nowhere.
        thread::sleep(Duration::from_millis(20));
    }
}

fn is_worker() -> bool {
    thread::current().name() == Some(WORKER)
}

/// With one permit; a worker's thread that is woken while the stage is armed waits for the gate.
fn runtime_on(stage: &Arc<Stage>, gate: &Arc<Gate>) -> Runtime {
    let (parked, unparked, gate) = (stage.clone(), stage.clone(), gate.clone());
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).thread_name(WORKER);
    builder.on_thread_park(move || {
        parked.sleeps(is_worker()).fetch_add(1, SeqCst);
    });
    builder.on_thread_unpark(move || {
        if is_worker() && unparked.is_armed.swap(false, SeqCst) {
            gate.wait();
        }
    });
    builder.build().unwrap()
}

/// Sees to it that two threads sleep, the one in `block_on` first.
fn put_both_to_sleep(stage: &Arc<Stage>, handle: &Handle, captor: &Captor) {
    eventually("the root future is stuck", || captor.inside() == 1);
    let (running, lets_sleep) = (captor.trap(), stage.clone());
    let second = handle.spawn(async move {
        let before = lets_sleep.sleeps(false).load(SeqCst);
        running.free();
        lets_sleep.sleeps_again(false, before);
    });
    executor::block_on(second).unwrap();
    stage.sleeps_again(true, 0);
}

/// Blocks the worker that is woken for a task until another got its permit and has run the task.
fn lose_the_permit_before_the_search(stage: &Arc<Stage>, handle: &Handle, gate: &Arc<Gate>) {
    let before = stage.sleeps(true).load(SeqCst);
    stage.is_armed.store(true, SeqCst);
    let (opens, sees) = (gate.clone(), stage.clone());
    let task = handle.spawn(async move {
        opens.open();
        sees.sleeps_again(true, before);
    });
    while !task.is_finished() {
        stage.ring();
        thread::sleep(Duration::from_millis(1));
    }
}

/// It went to sleep with the search, and from then on nobody was woken for any task.
#[test]
fn a_worker_that_lost_its_permit_kept_the_search() {
    let _watch = watch();
    let (stage, gate) = (Arc::new(Stage::default()), Gate::new("the root has run the task"));
    let (runtime, captor) = (runtime_on(&stage, &gate), Captor::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut is_first = true;
            runtime.block_on(poll_fn(|cx| {
                if std::mem::replace(&mut is_first, false) {
                    captor.trap().hold(Kind::Blocks);
                }
                *stage.root.lock().unwrap() = Some(cx.waker().clone());
                if stage.is_over.load(SeqCst) { Poll::Ready(()) } else { Poll::Pending }
            }));
        });
        put_both_to_sleep(&stage, runtime.handle(), &captor);
        lose_the_permit_before_the_search(&stage, runtime.handle(), &gate);
        thread::sleep(Duration::from_millis(20)); // the root's thread sleeps again
        executor::block_on(runtime.spawn(async {})).unwrap();
        stage.is_over.store(true, SeqCst);
        stage.ring();
    });
}
