//! Closures of the blocking pool as tasks: their outcome, their panics, what ends them, and where they are.

mod support;

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use futures::executor;
use runtime::{Builder, Handle, Runtime, task};
use support::{Gate, PanicsOnDrop, all_kinds, current_thread, hush, multi_thread, text_of, watch};

/// A runtime whose pool has one thread.
fn one_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).max_blocking_threads(1).build().unwrap()
}

/// Keeps the pool's only thread until the gate is open. Returns when it does so.
fn occupy(runtime: &Runtime, gate: &Arc<Gate>) -> task::JoinHandle<()> {
    let (gate, (begun, begins)) = (gate.clone(), mpsc::channel());
    let call = runtime.spawn_blocking(move || {
        begun.send(()).unwrap();
        gate.wait();
    });
    begins.recv().unwrap();
    call
}

#[test]
fn the_output_goes_to_the_joiner_in_every_kind_of_runtime() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let me = thread::current().id();
            let call = task::spawn_blocking(move || (thread::current().id() != me, vec![1, 2, 3]));
            assert_eq!(call.await.unwrap(), (true, vec![1, 2, 3]));
            let spawned = Handle::current().spawn_blocking(|| 7);
            assert_eq!(spawned.await.unwrap(), 7);
        });
        assert_eq!(executor::block_on(runtime.spawn_blocking(|| 8)).unwrap(), 8);
    }
}

#[test]
fn calls_outside_of_any_runtime_go_to_the_global_one() {
    let _watch = watch();
    let call = task::spawn_blocking(|| Handle::try_current().is_ok());
    assert!(executor::block_on(call).unwrap());
}

#[test]
fn a_detached_call_is_made_all_the_same() {
    let _watch = watch();
    let (runtime, (done, is_done)) = (multi_thread(1), mpsc::channel());
    drop(runtime.spawn_blocking(move || done.send(7).unwrap()));
    assert_eq!(is_done.recv(), Ok(7));
}

#[test]
fn a_panic_goes_to_the_joiner_and_the_thread_goes_on() {
    let _watch = watch();
    hush();
    let runtime = one_thread();
    let thread = || executor::block_on(runtime.spawn_blocking(|| thread::current().id())).unwrap();
    let before = thread();
    let call = runtime.spawn_blocking(|| panic!("in a closure, on purpose"));
    let error = executor::block_on(call).unwrap_err();
    assert_eq!(text_of(&*error.into_panic()), "in a closure, on purpose");
    assert_eq!(thread(), before);
}

#[test]
fn what_panics_when_it_is_dropped_is_contained() {
    let _watch = watch();
    hush();
    let (runtime, gate) = (one_thread(), Gate::new("the thread is free"));
    let call = occupy(&runtime, &gate);
    // The output that nobody wants, what the closure holds when it returns, and what an aborted one holds.
    drop(runtime.spawn_blocking(|| PanicsOnDrop));
    let bomb = PanicsOnDrop;
    let held = runtime.spawn_blocking(move || {
        let _bomb = bomb;
    });
    let bomb = PanicsOnDrop;
    let aborted = runtime.spawn_blocking(move || drop(bomb));
    aborted.abort();
    gate.open();
    executor::block_on(call).unwrap();
    assert!(executor::block_on(held).unwrap_err().is_panic());
    assert!(executor::block_on(aborted).unwrap_err().is_panic());
    assert_eq!(executor::block_on(runtime.spawn_blocking(|| 7)).unwrap(), 7);
}

#[test]
fn an_abort_before_the_call_drops_the_closure_uncalled() {
    let _watch = watch();
    let (runtime, gate) = (one_thread(), Gate::new("the thread is free"));
    let call = occupy(&runtime, &gate);
    let (token, calls) = (Arc::new(()), Arc::new(AtomicUsize::new(0)));
    let aborted = runtime.spawn_blocking({
        let (token, calls) = (token.clone(), calls.clone());
        move || {
            calls.fetch_add(1, SeqCst);
            drop(token);
        }
    });
    aborted.abort_handle().abort();
    gate.open();
    executor::block_on(call).unwrap();
    assert!(executor::block_on(aborted).unwrap_err().is_cancelled());
    assert_eq!((calls.load(SeqCst), Arc::strong_count(&token)), (0, 1));
}

#[test]
fn an_abort_after_the_beginning_has_no_effect() {
    let _watch = watch();
    let (runtime, gate) = (one_thread(), Gate::new("the call may return"));
    let call = occupy(&runtime, &gate);
    call.abort();
    assert!(!call.is_finished());
    gate.open();
    executor::block_on(call).expect("the closure returned");
}

#[test]
fn calls_begin_in_the_order_in_which_they_were_spawned() {
    let _watch = watch();
    let (runtime, gate) = (one_thread(), Gate::new("the thread is free"));
    let first = occupy(&runtime, &gate);
    let order = Arc::new(Mutex::new(Vec::new()));
    let calls: Vec<_> = (0..100)
        .map(|n| {
            let order = order.clone();
            runtime.spawn_blocking(move || order.lock().unwrap().push(n))
        })
        .collect();
    gate.open();
    executor::block_on(first).unwrap();
    calls.into_iter().for_each(|call| executor::block_on(call).unwrap());
    assert_eq!(*order.lock().unwrap(), (0..100).collect::<Vec<_>>());
}

#[test]
fn a_call_has_the_number_of_its_handle() {
    let _watch = watch();
    let (runtime, (send, receive)) = (one_thread(), mpsc::channel());
    let gate = Gate::new("the thread is free");
    let first = occupy(&runtime, &gate);
    let call = runtime.spawn_blocking(task::id);
    let (id, dropped) = (call.id(), DropsWith(send));
    let aborted = runtime.spawn_blocking(move || drop(dropped));
    aborted.abort();
    gate.open();
    executor::block_on(first).unwrap();
    assert_eq!(executor::block_on(call).unwrap(), id);
    assert_eq!(receive.recv().unwrap(), Some(aborted.id()), "a dropped closure sees its number");
    assert_eq!(task::try_id(), None);
}

/// Sends the number of the task that it is dropped in.
struct DropsWith(mpsc::Sender<Option<task::Id>>);

impl Drop for DropsWith {
    fn drop(&mut self) {
        self.0.send(task::try_id()).unwrap();
    }
}

#[test]
fn a_call_is_in_its_runtime_and_may_block_on_it() {
    let _watch = watch();
    for runtime in all_kinds() {
        // The thread of a current-thread runtime is in `block_on` meanwhile, and runs what the closure spawns.
        runtime.block_on(async {
            let call = task::spawn_blocking(|| {
                let spawned = runtime::spawn(async { 20 });
                let awaited = Handle::current().block_on(spawned).unwrap();
                let nested = runtime::block_on(async {
                    runtime::time::sleep(Duration::from_millis(1)).await;
                    task::spawn_blocking(|| 20).await.unwrap()
                });
                awaited + nested + runtime::block_on(async { 2 })
            });
            assert_eq!(call.await.unwrap(), 42);
        });
        // And here nobody else is, so the thread of the closure works itself.
        let call = runtime.spawn_blocking(|| {
            Handle::current().block_on(async { runtime::spawn(async { 42 }).await.unwrap() })
        });
        assert_eq!(executor::block_on(call).unwrap(), 42);
    }
}

#[test]
fn calls_that_hold_threads_hold_no_permit() {
    let _watch = watch();
    let (runtime, gate) = (multi_thread(1), Gate::new("the calls may return"));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let gate = gate.clone();
            runtime.spawn_blocking(move || gate.wait())
        })
        .collect();
    runtime.block_on(async {
        for _ in 0..100 {
            runtime::spawn(task::yield_now()).await.unwrap();
        }
        gate.open();
        for call in calls {
            call.await.unwrap();
        }
    });
}

#[test]
fn a_call_outlives_the_block_on_of_a_current_thread_runtime() {
    let _watch = watch();
    let (runtime, gate) = (current_thread(), Gate::new("the call may return"));
    let waits = gate.clone();
    let spawner = runtime.spawn(async { Some(task::spawn_blocking(move || waits.wait())) });
    let call = runtime.block_on(spawner).unwrap().expect("it is wrapped only to be no future");
    gate.open();
    runtime.block_on(call).unwrap();
}

#[test]
fn a_call_wakes_a_task_of_a_runtime_that_sleeps() {
    let _watch = watch();
    for runtime in all_kinds() {
        let (gate, done) = (Gate::new("the task may end"), Gate::new("the task has ended"));
        let waiter = runtime.spawn({
            let (gate, done) = (gate.clone(), done.clone());
            async move {
                gate.passed().await;
                done.open();
            }
        });
        let idle = runtime.spawn(pending::<()>());
        drop(runtime.spawn_blocking(move || gate.open()));
        runtime.block_on(waiter).unwrap();
        assert!(done.is_open());
        idle.abort();
    }
}
