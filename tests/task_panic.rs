//! A panic stays in its task: the joiner gets it, nobody else is disturbed, whatever panics when.

mod support;

use std::future::{pending, poll_fn};
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use futures::executor::block_on;
use runtime::Handle;
use runtime::task::{self, JoinHandle};
use support::{
    Counts, Gate, PanicsOnDrop, current_thread, eventually, hush, multi_thread, poll_once, text_of,
    watch,
};

#[test]
fn the_joiner_gets_the_payload() {
    let _watch = watch();
    hush();
    let runtime = multi_thread(2);
    let literal = block_on(runtime.spawn(async { panic!("a literal, on purpose") })).unwrap_err();
    assert_eq!(text_of(&*literal.into_panic()), "a literal, on purpose");
    let n = 7;
    let made = block_on(runtime.spawn(async move { panic!("made of {n}, on purpose") }));
    assert_eq!(text_of(&*made.unwrap_err().into_panic()), "made of 7, on purpose");
    let any = block_on(runtime.spawn(async { std::panic::resume_unwind(Box::new(42_u8)) }));
    assert_eq!(any.unwrap_err().into_panic().downcast_ref(), Some(&42_u8));
}

#[test]
fn a_panic_disturbs_nobody_else() {
    let _watch = watch();
    hush();
    for runtime in [current_thread(), multi_thread(1), multi_thread(2)] {
        let counts = Counts::new();
        let gate = Gate::new("the others may go on");
        let others: Vec<_> = (0..100)
            .map(|n| {
                let gate = gate.clone();
                let panics = runtime.spawn(counts.count(async { panic!("one, on purpose") }));
                drop(panics);
                runtime.spawn(async move {
                    gate.passed().await;
                    n
                })
            })
            .collect();
        runtime.block_on(async {
            while counts.drops() < 100 {
                task::yield_now().await;
            }
            gate.open();
            for (n, task) in others.into_iter().enumerate() {
                assert_eq!(task.await.unwrap(), n);
            }
        });
        assert_eq!((counts.polls(), counts.drops()), (100, 100));
    }
}

#[test]
fn a_panic_of_the_future_of_block_on_leaves_the_runtime_whole() {
    let _watch = watch();
    hush();
    for runtime in [current_thread(), multi_thread(2)] {
        let task = runtime.spawn(async {
            task::yield_now().await;
            "done"
        });
        let thread = std::thread::scope(|scope| {
            scope.spawn(|| runtime.block_on(async { panic!("the root, on purpose") })).join()
        });
        assert!(thread.is_err());
        assert_eq!(runtime.block_on(task).unwrap(), "done");
    }
}

/// What a future does in its poll and its drop.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Well,
    Panics,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    poll: Way,
    drop: Way,
    output: Way,
    /// Whether somebody waits for the task.
    joined: bool,
}

/// The output or the payload of a panic.
struct Result(Way, Arc<AtomicUsize>);

impl Drop for Result {
    fn drop(&mut self) {
        self.1.fetch_add(1, SeqCst);
        if self.0 == Way::Panics {
            drop(PanicsOnDrop);
        }
    }
}

struct Future_(Case, Arc<AtomicUsize>, Arc<AtomicUsize>);

impl Future for Future_ {
    type Output = Result;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result> {
        let result = Result(self.0.output, self.1.clone());
        match self.0.poll {
            Way::Well => Poll::Ready(result),
            Way::Panics => panic_any(result),
        }
    }
}

impl Drop for Future_ {
    fn drop(&mut self) {
        self.2.fetch_add(1, SeqCst);
        if self.0.drop == Way::Panics {
            drop(PanicsOnDrop);
        }
    }
}

fn cases() -> impl Iterator<Item = Case> {
    let ways = [Way::Well, Way::Panics];
    (0..16_usize).map(move |n| Case {
        poll: ways[n & 1],
        drop: ways[n >> 1 & 1],
        output: ways[n >> 2 & 1],
        joined: n >> 3 == 1,
    })
}

/// Outputs and payloads that panic when they are dropped, in every combination with the rest.
#[test]
fn results_and_futures_are_dropped_once_whatever_panics() {
    let _watch = watch();
    hush_payloads();
    let runtime = multi_thread(2);
    for case in cases() {
        let (results, futures) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let join = runtime.spawn(Future_(case, results.clone(), futures.clone()));
        if case.joined {
            let outcome = block_on(join);
            assert_eq!(outcome.is_err(), case.poll == Way::Panics, "{case:?}");
            assert_eq!(results.load(SeqCst), 0, "{case:?}");
            let drops = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(outcome)));
            assert_eq!(drops.is_err(), case.output == Way::Panics, "{case:?}");
        } else {
            eventually("the task is done", || join.is_finished());
            drop(join);
        }
        let counts = (results.load(SeqCst), futures.load(SeqCst));
        assert_eq!(counts, (1, 1), "results and futures dropped in {case:?}");
    }
    assert_eq!(block_on(runtime.spawn(async { "well" })).unwrap(), "well");
}

/// Payloads without a text, too.
fn hush_payloads() {
    hush();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<Result>() {
            report(info);
        }
    }));
}

#[test]
fn a_detached_task_may_panic_with_a_payload_that_panics() {
    let _watch = watch();
    hush();
    let (runtime, counts) = (multi_thread(1), Counts::new());
    drop(runtime.spawn(counts.count(async { std::panic::resume_unwind(Box::new(PanicsOnDrop)) })));
    eventually("the task is gone", || counts.drops() == 1);
    assert_eq!(block_on(runtime.spawn(async { 1 })).unwrap(), 1);
}

#[test]
fn a_panic_in_the_drop_of_an_aborted_future_is_the_outcome() {
    let _watch = watch();
    hush();
    let runtime = multi_thread(1);
    let bomb = PanicsOnDrop;
    let join = runtime.spawn(async move {
        let _bomb = bomb;
        pending::<()>().await
    });
    join.abort();
    assert!(block_on(join).unwrap_err().is_panic());
}

#[test]
fn a_panic_in_a_drop_at_the_end_of_the_runtime_spares_the_other_tasks() {
    let _watch = watch();
    hush();
    for runtime in [current_thread(), multi_thread(2)] {
        let counts = Counts::new();
        let joins: Vec<_> = (0..10)
            .map(|n| {
                let bomb = (n % 2 == 0).then(|| PanicsOnDrop);
                runtime.spawn(counts.count(async move {
                    let _bomb = bomb;
                    pending::<()>().await
                }))
            })
            .collect();
        drop(runtime);
        assert_eq!(counts.drops(), 10);
        let panics = joins.into_iter().map(block_on);
        assert_eq!(panics.filter(|outcome| outcome.as_ref().unwrap_err().is_panic()).count(), 5);
    }
}

/// A waker that does something with the runtime when it is woken, as other executors' wakers may.
struct Does<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Does<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// Polls a handle once with that waker.
fn wait_with<T>(join: &mut JoinHandle<T>, f: impl Fn() + Send + Sync + 'static) {
    let waker = Waker::from(Arc::new(Does(f)));
    assert!(Pin::new(join).poll(&mut Context::from_waker(&waker)).is_pending());
}

#[test]
fn a_joiners_waker_may_use_the_runtime() {
    let _watch = watch();
    let runtime = multi_thread(1);
    let (may_end, spawned) = (Gate::new("the task may end"), Gate::new("the waker's task ran"));
    let mut join = runtime.spawn({
        let may_end = may_end.clone();
        async move { may_end.passed().await }
    });
    let abort = join.abort_handle();
    wait_with(&mut join, {
        let (handle, spawned) = (runtime.handle().clone(), spawned.clone());
        move || {
            abort.abort();
            assert!(abort.is_finished());
            let spawned = spawned.clone();
            handle.spawn(async move { spawned.open() });
        }
    });
    may_end.open();
    spawned.wait();
    block_on(join).unwrap();
}

#[test]
fn a_joiners_waker_may_panic() {
    let _watch = watch();
    hush();
    let (runtime, may_end) = (multi_thread(1), Gate::new("the task may end"));
    let mut join = runtime.spawn({
        let may_end = may_end.clone();
        async move {
            may_end.passed().await;
            "output"
        }
    });
    wait_with(&mut join, || panic!("a waker, on purpose"));
    may_end.open();
    eventually("the task is done", || join.is_finished());
    assert_eq!(block_on(join).unwrap(), "output");
    assert_eq!(block_on(runtime.spawn(async { 1 })).unwrap(), 1);
}

#[test]
fn a_joiners_waker_may_drop_the_runtime() {
    let _watch = watch();
    let (runtime, may_end) = (multi_thread(2), Gate::new("the task may end"));
    let gone = Gate::new("the runtime was dropped");
    let mut join = runtime.spawn({
        let may_end = may_end.clone();
        async move { may_end.passed().await }
    });
    let last = std::sync::Mutex::new(Some(runtime));
    wait_with(&mut join, {
        let gone = gone.clone();
        move || {
            drop(last.lock().unwrap().take());
            gone.open();
        }
    });
    may_end.open();
    gone.wait();
    block_on(join).unwrap();
}

#[test]
fn a_wake_during_the_unwinding_of_a_poll_is_harmless() {
    let _watch = watch();
    hush();
    struct WakesOnDrop(Waker);
    impl Drop for WakesOnDrop {
        fn drop(&mut self) {
            self.0.wake_by_ref();
        }
    }
    let (runtime, counts) = (multi_thread(1), Counts::new());
    let join = runtime.spawn(counts.count(poll_fn(|cx| -> Poll<()> {
        let _wakes = WakesOnDrop(cx.waker().clone());
        panic!("in a poll, on purpose")
    })));
    assert!(block_on(join).unwrap_err().is_panic());
    assert_eq!((counts.polls(), counts.drops()), (1, 1));
}

#[test]
fn a_panic_leaves_task_and_runtime_context_behind() {
    let _watch = watch();
    hush();
    let runtime = multi_thread(1);
    let other = multi_thread(1);
    block_on(runtime.spawn(async move {
        let _entered = other.enter();
        panic!("while another runtime is entered, on purpose");
    }))
    .unwrap_err();
    let flavor = runtime.spawn(async { (task::try_id(), thread_of_spawn().await) });
    let id = flavor.id();
    let (seen, same_thread) = block_on(flavor).unwrap();
    assert_eq!(seen, Some(id));
    assert!(same_thread, "`spawn` leads to the task's own runtime again");
}

async fn thread_of_spawn() -> bool {
    assert!(Handle::try_current().is_ok());
    let here = std::thread::current().id();
    task::spawn(async move { std::thread::current().id() == here }).await.unwrap()
}

#[test]
fn polling_a_handle_after_its_outcome_panics() {
    let _watch = watch();
    hush();
    let mut join = multi_thread(1).spawn(async {});
    let _ = block_on(&mut join);
    let wakes = Counts::new();
    let again = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        poll_once(&mut join, &wakes).is_ready()
    }));
    assert!(text_of(&*again.unwrap_err()).contains("JoinHandle"));
}
