//! The end of a runtime with blocking closures: what waits is dropped, what runs is waited for as long as was said.

mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, LazyLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use futures::executor;
use runtime::task::JoinHandle;
use runtime::{Builder, Handle, Runtime, task};
use support::{Gate, LONG, eventually, multi_thread, rounds, watch};

fn with_threads(bound: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(1).max_blocking_threads(bound).build().unwrap()
}

/// A call that has begun, and returns when the gate is open.
fn stuck(runtime: &Runtime, gate: &Arc<Gate>) -> JoinHandle<()> {
    let (gate, (begun, begins)) = (gate.clone(), mpsc::channel());
    let call = runtime.spawn_blocking(move || {
        begun.send(()).unwrap();
        gate.wait();
    });
    begins.recv().unwrap();
    call
}

fn is_cancelled<T: std::fmt::Debug>(call: JoinHandle<T>) -> bool {
    executor::block_on(call).unwrap_err().is_cancelled()
}

#[test]
fn closures_that_were_not_called_are_dropped_once_and_their_handles_resolve() {
    let _watch = watch();
    let (runtime, gate) = (with_threads(1), Gate::new("the call may return"));
    let running = stuck(&runtime, &gate);
    let (token, calls) = (Arc::new(()), Arc::new(AtomicUsize::new(0)));
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let (token, calls) = (token.clone(), calls.clone());
            runtime.spawn_blocking(move || {
                calls.fetch_add(1, SeqCst);
                drop(token);
            })
        })
        .collect();
    runtime.shutdown_background();
    assert_eq!(Arc::strong_count(&token), 1);
    assert!(waiting.into_iter().all(is_cancelled));
    gate.open();
    executor::block_on(running).expect("what runs is not disturbed");
    assert_eq!(calls.load(SeqCst), 0);
}

/// Whether a closure was called depended on how soon the system ran the thread that was started for it.
#[test]
fn closures_that_have_a_thread_are_called_although_the_end_comes_at_once() {
    let _watch = watch();
    type End = fn(Runtime);
    let ends: [End; 3] =
        [Runtime::shutdown_background, |runtime| runtime.shutdown_timeout(LONG), drop];
    for round in 0..rounds(300) {
        for (end, warm) in ends.into_iter().zip([round % 2 == 0; 3]) {
            let runtime = with_threads(4);
            if warm {
                executor::block_on(runtime.spawn_blocking(|| ())).unwrap();
            }
            let calls: Vec<_> = (0..3).map(|n| runtime.spawn_blocking(move || n)).collect();
            end(runtime);
            let outputs: Vec<_> =
                calls.into_iter().map(|call| executor::block_on(call).unwrap()).collect();
            assert_eq!(outputs, [0, 1, 2]);
        }
    }
}

#[test]
fn the_end_waits_for_a_call_as_long_as_it_was_told_to() {
    let _watch = watch();
    type End = fn(Runtime);
    let ends: [(End, Duration, Duration); 3] = [
        (Runtime::shutdown_background, Duration::ZERO, Duration::from_millis(500)),
        (
            |runtime| runtime.shutdown_timeout(Duration::from_millis(600)),
            Duration::from_millis(600),
            LONG,
        ),
        (drop, Runtime::DROP_WAITS, LONG),
    ];
    for (end, least, most) in ends {
        let (runtime, gate) = (with_threads(4), Gate::new("the test is over"));
        let call = stuck(&runtime, &gate);
        let begin = Instant::now();
        end(runtime);
        let took = begin.elapsed();
        assert!(least <= took && took < most, "{took:?} is not within {least:?} and {most:?}");
        gate.open();
        executor::block_on(call).unwrap();
    }
}

#[test]
fn the_end_waits_no_longer_than_the_calls_last() {
    let _watch = watch();
    let runtime = with_threads(4);
    let (returned, gate) = (Arc::new(AtomicBool::new(false)), Gate::new("it may return"));
    let call = stuck(&runtime, &gate);
    let second = runtime.spawn_blocking({
        let returned = returned.clone();
        move || {
            gate.open();
            thread::sleep(Duration::from_millis(50));
            returned.store(true, SeqCst);
        }
    });
    while !call.is_finished() {
        thread::yield_now();
    }
    let begin = Instant::now();
    runtime.shutdown_timeout(LONG);
    assert!(returned.load(SeqCst), "the end did not wait");
    assert!(begin.elapsed() < LONG / 2);
    executor::block_on(second).unwrap();
}

#[test]
fn a_runtime_can_be_dropped_inside_its_own_call() {
    let _watch = watch();
    for bound in [1, 4] {
        let runtime = with_threads(bound);
        let handle = runtime.handle().clone();
        let begin = Instant::now();
        let call = handle.spawn_blocking(move || {
            let waiting = runtime.spawn_blocking(|| thread::sleep(Duration::from_millis(1)));
            drop(runtime);
            waiting
        });
        let waiting = executor::block_on(call).expect("the call goes on to its end");
        assert!(begin.elapsed() < Runtime::DROP_WAITS, "it waited for itself");
        let _ = executor::block_on(waiting); // made or cancelled: a race, if there was a second thread
    }
}

#[test]
fn a_runtime_can_be_dropped_inside_a_call_of_another() {
    let _watch = watch();
    let (outer, inner) = (with_threads(1), with_threads(1));
    let returned = Arc::new(AtomicBool::new(false));
    let (gate, flag) = (Gate::new("the inner call runs"), returned.clone());
    let (open, call) = (gate.clone(), inner.handle().clone());
    drop(call.spawn_blocking(move || {
        open.open();
        thread::sleep(Duration::from_millis(50));
        flag.store(true, SeqCst);
    }));
    let dropper = outer.spawn_blocking(move || {
        gate.wait();
        drop(inner);
    });
    executor::block_on(dropper).unwrap();
    assert!(returned.load(SeqCst), "a call may wait for the end of another runtime");
}

#[test]
fn calls_after_the_end_are_cancelled_and_those_during_it_made_or_cancelled() {
    let _watch = watch();
    let runtime = with_threads(1);
    let handle = runtime.handle().clone();
    drop(runtime);
    let token = Arc::new(());
    let held = token.clone();
    assert!(is_cancelled(handle.spawn_blocking(move || drop(held))));
    assert_eq!(Arc::strong_count(&token), 1);

    for _ in 0..rounds(500) {
        let runtime = with_threads(2);
        let (handle, made) = (runtime.handle().clone(), Arc::new(AtomicUsize::new(0)));
        let spawner = thread::spawn({
            let made = made.clone();
            move || {
                let call = || {
                    let made = made.clone();
                    handle.spawn_blocking(move || made.fetch_add(1, SeqCst))
                };
                let calls: Vec<_> = (0..20).map(|_| call()).collect();
                calls.into_iter().map(executor::block_on).collect::<Vec<_>>()
            }
        });
        drop(runtime);
        let outcomes = spawner.join().unwrap();
        let outputs = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(outputs, made.load(SeqCst));
        assert!(outcomes.into_iter().filter_map(Result::err).all(|error| error.is_cancelled()));
    }
}

#[test]
fn a_dropped_closure_that_spawns_another_is_no_end_without_end() {
    struct Again(Handle, Arc<AtomicUsize>);
    impl Drop for Again {
        fn drop(&mut self) {
            self.1.fetch_add(1, SeqCst);
            assert!(is_cancelled(self.0.spawn_blocking(|| ())));
            assert!(is_cancelled(self.0.spawn(async {})));
        }
    }
    let _watch = watch();
    let (runtime, gate) = (with_threads(1), Gate::new("the test is over"));
    let call = stuck(&runtime, &gate);
    let drops = Arc::new(AtomicUsize::new(0));
    for _ in 0..3 {
        let again = Again(runtime.handle().clone(), drops.clone());
        drop(runtime.spawn_blocking(move || drop(again)));
    }
    runtime.shutdown_background();
    assert_eq!(drops.load(SeqCst), 3);
    gate.open();
    executor::block_on(call).unwrap();
}

#[test]
fn a_task_that_waits_for_a_stuck_call_ends_with_its_runtime() {
    let _watch = watch();
    let (runtime, gate) = (multi_thread(2), Gate::new("the test is over"));
    let call = stuck(&runtime, &gate);
    let task = runtime.spawn(call);
    runtime.shutdown_timeout(Duration::from_millis(10));
    assert!(executor::block_on(task).unwrap_err().is_cancelled());
    gate.open();
}

#[test]
fn a_call_in_block_on_is_waited_for_and_polls_on() {
    let _watch = watch();
    let (runtime, (begun, begins)) = (multi_thread(2), mpsc::channel());
    let gate = Gate::new("the future of the call may end");
    let call = runtime.spawn_blocking({
        let gate = gate.clone();
        move || {
            Handle::current().block_on(async {
                begun.send(()).unwrap();
                gate.passed().await;
                task::spawn_blocking(|| ()).await.unwrap_err().is_cancelled()
            })
        }
    });
    begins.recv().unwrap();
    runtime.shutdown_background();
    gate.open();
    assert!(executor::block_on(call).unwrap());
}

/// The threads keep the scheduler as long as they run, and no longer.
#[test]
fn nothing_is_left_when_the_last_call_returns() {
    let _watch = watch();
    let token = Arc::new(());
    let held = token.clone();
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .on_thread_stop(move || drop(held.clone()))
        .build()
        .unwrap();
    let gate = Gate::new("the call may return");
    let call = stuck(&runtime, &gate);
    runtime.shutdown_background();
    assert_eq!(Arc::strong_count(&token), 2);
    gate.open();
    executor::block_on(call).unwrap();
    eventually("the scheduler is gone", || Arc::strong_count(&token) == 1);
}

#[test]
fn main_does_not_wait_for_a_call() {
    static GATE: LazyLock<Arc<Gate>> = LazyLock::new(|| Gate::new("the test is over"));
    #[runtime::main]
    async fn program() -> JoinHandle<()> {
        let (begun, begins) = mpsc::channel();
        let call = task::spawn_blocking(move || {
            begun.send(()).unwrap();
            GATE.wait();
        });
        begins.recv().unwrap();
        call
    }
    let _watch = watch();
    let begin = Instant::now();
    let call = program();
    assert!(begin.elapsed() < Runtime::DROP_WAITS);
    GATE.open();
    executor::block_on(call).expect("what runs is not disturbed");
}
