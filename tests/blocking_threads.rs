//! The threads of the blocking pool: how many there are, who is reused, what they are called, and when they go.

mod support;

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread::{self, ThreadId};
use std::time::Duration;

use futures::executor;
use futures::future::join_all;
use runtime::{Builder, Runtime, task};
use support::{eventually, multi_thread, rounds, threads_named, watch};

fn with_pool(configure: impl FnOnce(&mut Builder) -> &mut Builder) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    configure(builder.worker_threads(2)).enable_all().build().unwrap()
}

/// Makes a call, and returns what it returned.
fn call<R: Send + 'static>(runtime: &Runtime, f: impl FnOnce() -> R + Send + 'static) -> R {
    executor::block_on(runtime.spawn_blocking(f)).unwrap()
}

/// Makes so many calls of which each waits for all others.
fn call_together(runtime: &Runtime, count: usize) {
    let together = Arc::new(Barrier::new(count));
    let call = |_| {
        let together = together.clone();
        runtime.spawn_blocking(move || together.wait().is_leader())
    };
    let calls: Vec<_> = (0..count).map(call).collect();
    let leaders =
        calls.into_iter().filter_map(|call| executor::block_on(call).unwrap().then_some(()));
    assert_eq!(leaders.count(), 1);
}

/// A count that closures share.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Count {
    /// Adds one, and returns what was there.
    fn next(&self) -> usize {
        self.0.fetch_add(1, SeqCst)
    }

    fn add(&self) {
        self.next();
    }

    fn get(&self) -> usize {
        self.0.load(SeqCst)
    }
}

#[test]
fn building_a_runtime_starts_no_thread_and_calls_one_after_another_start_one() {
    let _watch = watch();
    let started = Count::default();
    let runtime = with_pool(|builder| {
        let started = started.clone();
        builder.on_thread_start(move || started.add())
    });
    assert_eq!(started.get(), 0);
    for _ in 0..rounds(1_000) {
        call(&runtime, || ());
        // A call has its output a moment before its thread is idle: the thread is given this moment.
        thread::sleep(Duration::from_micros(200));
    }
    let few = started.get();
    assert!((1..=3).contains(&few), "{few} threads");
}

#[test]
fn the_bound_holds_for_ten_thousand_calls() {
    let _watch = watch();
    let runtime = with_pool(|builder| builder.max_blocking_threads(8).thread_name("bound-of-8"));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let calls: Vec<_> = (0..10_000)
        .map(|n| {
            let (now, most) = (now.clone(), most.clone());
            runtime.spawn_blocking(move || {
                most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                thread::sleep(Duration::from_millis(1));
                now.fetch_sub(1, SeqCst);
                n
            })
        })
        .collect();
    #[cfg(target_os = "linux")]
    assert!(threads_named("bound-of-8") <= 8);
    let outputs = executor::block_on(join_all(calls));
    assert!(outputs.into_iter().map(Result::unwrap).eq(0..10_000), "an output went astray");
    assert_eq!(most.load(SeqCst), 8, "all of the bound is used, and no more");
}

#[test]
fn calls_that_need_one_another_get_threads_up_to_the_bound() {
    let _watch = watch();
    let runtime = with_pool(|builder| builder.max_blocking_threads(16));
    for _ in 0..10 {
        call_together(&runtime, 16);
    }
}

/// A call that was left to a thread which went at that moment would never be made.
#[test]
fn no_call_is_lost_to_a_thread_whose_time_is_over() {
    let _watch = watch();
    let keep = Duration::from_micros(200);
    let runtime = with_pool(|builder| builder.thread_keep_alive(keep).max_blocking_threads(2));
    for round in 0..rounds(3_000) {
        // Around the moment at which the thread of the last round goes.
        thread::sleep(Duration::from_micros(150 + round as u64 % 100));
        let calls = [(); 3].map(|()| runtime.spawn_blocking(|| ()));
        calls.into_iter().for_each(|call| executor::block_on(call).unwrap());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn threads_go_when_their_time_is_over_and_new_ones_come() {
    let _watch = watch();
    let name = "goes-soon";
    let runtime =
        with_pool(|builder| builder.thread_keep_alive(Duration::from_millis(50)).thread_name(name));
    for _ in 0..3 {
        call_together(&runtime, 4);
        assert!(threads_named(name) >= 4);
        eventually("all threads have gone", || threads_named(name) == 0);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn threads_are_kept_for_longer_than_a_short_pause() {
    let _watch = watch();
    let name = "is-kept";
    let runtime = with_pool(|builder| builder.thread_keep_alive(Duration::MAX).thread_name(name));
    let thread = || call(&runtime, || thread::current().id());
    let before = thread();
    thread::sleep(Duration::from_millis(100));
    assert_eq!(thread(), before);
    assert_eq!(threads_named(name), 1);
    drop(runtime);
    assert_eq!(threads_named(name), 0, "the end waits for idle threads");
}

#[test]
fn threads_have_the_names_and_the_callbacks_that_were_chosen() {
    let _watch = watch();
    let (started, stopped, names) = (Count::default(), Count::default(), Count::default());
    let runtime = with_pool(|builder| {
        let (started, stopped, names) = (started.clone(), stopped.clone(), names.clone());
        builder
            .thread_name_fn(move || format!("named-{}", names.next()))
            .on_thread_start(move || started.add())
            .on_thread_stop(move || stopped.add())
            .thread_stack_size(4 << 20)
    });
    let together = Arc::new(Barrier::new(3));
    let calls = [(); 3].map(|()| {
        let together = together.clone();
        runtime.spawn_blocking(move || {
            together.wait();
            let deep = [0_u8; 3 << 20]; // needs the larger stack
            std::hint::black_box(&deep);
            thread::current().name().unwrap().to_owned()
        })
    });
    let seen: HashSet<_> = calls.map(|call| executor::block_on(call).unwrap()).into();
    assert_eq!(seen, HashSet::from(["named-0", "named-1", "named-2"].map(str::to_owned)));
    assert_eq!((started.get(), stopped.get()), (3, 0));
    drop(runtime);
    assert_eq!((started.get(), stopped.get()), (3, 3));
}

/// Counts its drops, among others at the end of a thread.
struct Mark(Arc<AtomicUsize>);

impl Drop for Mark {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
        // A thread's locals are dropped after its last call: what asks for a runtime then is not disturbed.
        drop(runtime::Handle::try_current());
    }
}

#[test]
fn thread_locals_stay_with_the_thread_and_end_with_it() {
    thread_local! {
        static MARKS: RefCell<Vec<Mark>> = const { RefCell::new(Vec::new()) };
    }
    let _watch = watch();
    let runtime = with_pool(|builder| builder.max_blocking_threads(1));
    let drops = Arc::new(AtomicUsize::new(0));
    let add = || {
        let mark = Mark(drops.clone());
        call(&runtime, move || MARKS.with_borrow_mut(|marks| marks.push(mark)));
        call(&runtime, || MARKS.with_borrow(Vec::len))
    };
    assert_eq!((add(), add(), add()), (1, 2, 3));
    assert_eq!(drops.load(SeqCst), 0);
    drop(runtime);
    assert_eq!(drops.load(SeqCst), 3, "the end waits for the destructors of the thread's locals");
}

#[test]
fn a_tree_of_calls_that_spawn_calls_comes_to_its_end() {
    let _watch = watch();
    fn grow(
        depth: usize,
        leaves: Arc<AtomicUsize>,
        threads: Arc<std::sync::Mutex<HashSet<ThreadId>>>,
    ) {
        threads.lock().unwrap().insert(thread::current().id());
        if depth == 0 {
            leaves.fetch_add(1, SeqCst);
            return;
        }
        for _ in 0..3 {
            let (leaves, threads) = (leaves.clone(), threads.clone());
            drop(task::spawn_blocking(move || grow(depth - 1, leaves, threads)));
        }
    }
    let runtime = with_pool(|builder| builder.max_blocking_threads(4));
    let (leaves, threads) = (Arc::new(AtomicUsize::new(0)), Arc::default());
    let (sown, seen) = (leaves.clone(), Arc::clone(&threads));
    drop(runtime.spawn_blocking(move || grow(6, sown, seen)));
    eventually("3^6 leaves were counted", || leaves.load(SeqCst) == 729);
    assert!(threads.lock().unwrap().len() <= 4);
}

#[test]
#[should_panic(expected = "max_blocking_threads: a runtime needs at least one such thread, not 0")]
fn a_bound_of_zero_is_refused() {
    let _ = Builder::new_current_thread().max_blocking_threads(0);
}

#[test]
fn a_name_fn_that_spawns_a_call_does_not_hang() {
    let _watch = watch();
    let inner = multi_thread(1);
    let handle = inner.handle().clone();
    let runtime = with_pool(|builder| {
        builder.thread_name_fn(move || {
            executor::block_on(handle.spawn_blocking(|| "from a call".to_owned())).unwrap()
        })
    });
    let name = call(&runtime, || thread::current().name().unwrap().to_owned());
    assert_eq!(name, "from a call");
}
