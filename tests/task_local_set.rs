//! `LocalSet`: its tasks run and are dropped on its thread, whoever wakes, aborts or gives up what, and disturb nobody.
#![cfg(all(feature = "macros", feature = "rt-multi-thread", feature = "sync", feature = "time"))]

mod support;

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use futures::future::LocalBoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use runtime::sync::{mpsc, oneshot};
use runtime::task::{self, JoinSet, LocalSet, coop};
use runtime::{Runtime, time};
use support::{
    Counts, Gate, all_kinds, current_thread, hush, multi_thread, poll_once, text_of, watch,
};

/// Must be dropped where it was made; counts that it was.
struct Here {
    thread: ThreadId,
    drops: Rc<Cell<usize>>,
}

impl Here {
    fn new(drops: &Rc<Cell<usize>>) -> Self {
        Self { thread: thread::current().id(), drops: drops.clone() }
    }

    fn check(&self) {
        assert_eq!(thread::current().id(), self.thread, "a local task was taken to another thread");
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.check();
        self.drops.set(self.drops.get() + 1);
    }
}

fn in_each(test: impl AsyncFn(&Runtime)) {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(test(&runtime));
    }
}

#[test]
fn tasks_run_in_order_beside_the_future_and_may_spawn_others() {
    in_each(async |_| {
        let order = Rc::new(RefCell::new(Vec::new()));
        let set = LocalSet::new();
        for n in 0..3 {
            let order = order.clone();
            set.spawn_local(async move {
                order.borrow_mut().push(n);
                let inner = order.clone();
                let task = task::spawn_local(async move { inner.borrow_mut().push(10 + n) });
                task.await.unwrap();
                order.borrow_mut().push(20 + n);
            });
        }
        assert!(order.borrow().is_empty());
        set.await;
        assert_eq!(*order.borrow(), [0, 1, 2, 10, 11, 12, 20, 21, 22]);
    });
}

#[test]
fn tasks_wait_for_what_the_runtime_has() {
    in_each(async |_| {
        let set = LocalSet::new();
        let drops = Rc::new(Cell::new(0));
        for n in 0..50 {
            let here = Here::new(&drops);
            set.spawn_local(async move {
                time::sleep(Duration::from_millis(n % 5)).await;
                here.check();
                assert_eq!(task::spawn(async move { n }).await.unwrap(), n);
                here.check();
                assert!(task::spawn_blocking(move || n).await.is_ok());
                here.check();
            });
        }
        set.await;
        assert_eq!(drops.get(), 50);
    });
}

/// tokio-rs/tokio#3117, #1899: what is woken on another thread, while nobody polls the set, wakes who polls it.
#[test]
fn a_wake_on_another_thread_wakes_the_set() {
    in_each(async |_| {
        let set = LocalSet::new();
        let (sender, mut receiver) = mpsc::unbounded_channel();
        set.spawn_local(async move {
            let mut sum = 0;
            while let Some(n) = receiver.recv().await {
                sum += n;
            }
            assert_eq!(sum, 4_950);
        });
        let sends = thread::spawn(move || {
            for n in 0..100 {
                sender.send(n).unwrap();
                if n % 10 == 0 {
                    thread::sleep(Duration::from_millis(1));
                }
            }
        });
        set.await;
        sends.join().unwrap();
    });
}

/// tokio-rs/tokio#2460.
#[test]
fn more_tasks_than_one_poll_runs_are_all_run() {
    in_each(async |_| {
        let set = LocalSet::new();
        let tasks: Vec<_> = (0..1_000)
            .map(|n| set.spawn_local(async move { task::spawn_local(async move { n }).await }))
            .collect();
        let outputs = set.run_until(futures::future::join_all(tasks)).await;
        assert!(outputs.into_iter().map(|output| output.unwrap().unwrap()).eq(0..1_000));
    });
}

#[test]
fn a_spawn_from_outside_wakes_who_polls_the_set() {
    in_each(async |_| {
        let set = LocalSet::new();
        let spawns = async {
            task::yield_now().await;
            set.spawn_local(async { 7 }).await.unwrap()
        };
        runtime::select! {
            biased;
            () = set.run_until(pending()) => unreachable!("it never ends"),
            n = spawns => assert_eq!(n, 7),
        }
    });
}

/// With one place for a waker, the driver that came last left nobody to run the tasks.
#[test]
fn a_driver_that_ends_leaves_the_tasks_to_another() {
    in_each(async |_| {
        let set = LocalSet::new();
        let (gate, opened) = oneshot::channel::<()>();
        let task = set.spawn_local(async { opened.await.unwrap() });
        let long = set.run_until(task).map(|output| output.unwrap());
        let short = set.run_until(task::yield_now());
        let mut drivers: FuturesUnordered<_> =
            [long.boxed_local(), short.boxed_local()].into_iter().collect();
        drivers.next().await.unwrap();
        thread::spawn(move || gate.send(()).unwrap()).join().unwrap();
        drivers.next().await.unwrap();
        assert!(drivers.next().await.is_none());
    });
}

/// tokio-rs/tokio#3929: the abort comes from another thread.
#[test]
fn an_aborted_task_is_dropped_on_its_own_thread() {
    in_each(async |_| {
        let set = LocalSet::new();
        let drops = Rc::new(Cell::new(0));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let here = Here::new(&drops);
                set.spawn_local(async move {
                    let _here = here;
                    pending::<()>().await;
                })
            })
            .collect();
        // Some were polled, and some were not.
        set.run_until(task::yield_now()).await;
        tasks[..10].iter().for_each(|task| task.abort());
        thread::spawn(move || {
            tasks[10..].iter().for_each(|task| task.abort());
            drop(tasks);
        })
        .join()
        .unwrap();
        assert_eq!(drops.get(), 0, "only the set drops them");
        set.await;
        assert_eq!(drops.get(), 20);
    });
}

/// tokio-rs/tokio#1885, #1842: wakes and aborts of other threads against the drop of the set.
#[test]
fn the_end_drops_each_task_once_on_its_thread_whoever_wakes_it() {
    let _watch = watch();
    let runtime = multi_thread(2);
    for round in 0..support::rounds(2_000) {
        let drops = Rc::new(Cell::new(0));
        let set = LocalSet::new();
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..4).map(|_| mpsc::unbounded_channel::<()>()).unzip();
        let aborts: Vec<_> = receivers
            .into_iter()
            .map(|mut receiver| {
                let here = Here::new(&drops);
                let task = set.spawn_local(async move {
                    let _here = here;
                    while receiver.recv().await.is_some() {}
                });
                task.abort_handle()
            })
            .collect();
        if round % 4 > 0 {
            runtime.block_on(set.run_until(task::yield_now()));
        }
        let gate = Gate::new("the end");
        let opened = gate.clone();
        let disturbs = thread::spawn(move || {
            opened.wait();
            for (n, sender) in senders.into_iter().enumerate() {
                let _ = sender.send(());
                if n == round % 4 {
                    aborts[n].abort();
                }
            }
        });
        gate.open();
        drop(set);
        assert_eq!(drops.get(), 4);
        disturbs.join().unwrap();
    }
}

#[test]
fn what_a_task_does_as_it_is_dropped_ends_too() {
    struct Spawns(Rc<Cell<usize>>, usize);
    impl Drop for Spawns {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
            if self.1 > 0 {
                let next = Spawns(self.0.clone(), self.1 - 1);
                task::spawn_local(async move { drop(next) });
            }
        }
    }
    let drops = Rc::new(Cell::new(0));
    let set = LocalSet::new();
    let guard = set.enter();
    let first = Spawns(drops.clone(), 1_000);
    let task = set.spawn_local(async move {
        let _first = first;
        pending::<()>().await;
    });
    runtime::block_on(set.run_until(task::yield_now()));
    drop(set);
    assert_eq!(drops.get(), 1_001);
    assert!(runtime::block_on(task).unwrap_err().is_cancelled());
    // The guard still means the set, which is gone.
    let late = Here::new(&drops);
    let task = task::spawn_local(async move { drop(late) });
    assert_eq!(drops.get(), 1_002);
    assert!(task.is_finished());
    drop(guard);
}

/// A set in a thread-local ends with its thread.
#[test]
fn a_set_may_stand_in_a_thread_local() {
    thread_local! {
        static SET: LocalSet = LocalSet::new();
    }
    let _watch = watch();
    let drops = Arc::new(AtomicUsize::new(0));
    struct Counts(Arc<AtomicUsize>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let counts = Counts(drops.clone());
    thread::spawn(move || {
        SET.with(|set| {
            set.spawn_local(async move {
                let _counts = counts;
                pending::<()>().await;
            });
            current_thread().block_on(set.run_until(task::yield_now()));
        });
    })
    .join()
    .unwrap();
    assert_eq!(drops.load(SeqCst), 1);
}

#[test]
fn local_tasks_do_not_starve_what_is_beside_them() {
    in_each(async |_| {
        let set = LocalSet::new();
        for _ in 0..200 {
            set.spawn_local(async {
                loop {
                    coop::consume_budget().await;
                }
            });
        }
        let yields = set.spawn_local(async {
            loop {
                task::yield_now().await;
            }
        });
        // The future of the set itself, a task of the runtime, and a timer.
        let begin = Instant::now();
        let beside = task::spawn(async {
            for _ in 0..5 {
                task::yield_now().await;
            }
        });
        set.run_until(async {
            beside.await.unwrap();
            time::sleep(Duration::from_millis(10)).await;
            for _ in 0..10 {
                task::yield_now().await;
            }
        })
        .await;
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        assert!(!yields.is_finished());
    });
}

#[test]
fn each_task_has_a_budget_of_its_own_and_the_future_has_not() {
    in_each(async |_| {
        let set = LocalSet::new();
        while coop::has_budget_remaining() {
            coop::consume_budget().await;
        }
        let spent = async { !coop::has_budget_remaining() };
        assert!(set.run_until(spent).await);
        set.spawn_local(async { assert!(coop::has_budget_remaining()) });
        set.await;
    });
}

#[test]
fn a_panic_stays_in_its_task() {
    hush();
    in_each(async |_| {
        let set = LocalSet::new();
        let task = set.spawn_local(async { panic!("on purpose") });
        let id = task.id();
        let knows = set.spawn_local(async { task::id() });
        let id_of_other = knows.id();
        let error = set.run_until(task).await.unwrap_err();
        assert!(error.is_panic() && error.id() == id);
        assert_eq!(set.run_until(knows).await.unwrap(), id_of_other);
    });
}

#[test]
fn an_output_of_another_thread_is_taken_there() {
    in_each(async |_| {
        let set = LocalSet::new();
        let task = set.spawn_local(async { String::from("local") });
        let joins = thread::spawn(|| futures::executor::block_on(task).unwrap());
        set.await;
        assert_eq!(joins.join().unwrap(), "local");
    });
}

#[test]
fn members_of_a_join_set_may_be_local() {
    in_each(async |_| {
        let local = LocalSet::new();
        let mut set = JoinSet::new();
        for n in 0..10 {
            let shared = Rc::new(n);
            set.spawn_local_on(async move { *shared }, &local);
        }
        local
            .run_until(async {
                let shared = Rc::new(10);
                set.spawn_local(async move { *shared });
                let mut sum = 0;
                while let Some(n) = set.join_next().await {
                    sum += n.unwrap();
                }
                assert_eq!(sum, 55);
                set.spawn_local(pending());
            })
            .await;
        drop(set);
        local.await; // the member was aborted
    });
}

#[test]
fn sets_nest_and_a_guard_restores_what_was_entered() {
    let (outer, inner) = (LocalSet::new(), LocalSet::new());
    let guard = outer.enter();
    let first = task::spawn_local(async {});
    let within = inner.enter();
    let second = task::spawn_local(async {});
    drop(within);
    let third = task::spawn_local(async {});
    drop(guard);
    runtime::block_on(inner);
    assert_eq!(
        [first.is_finished(), second.is_finished(), third.is_finished()],
        [false, true, false]
    );
    runtime::block_on(outer.run_until(async {
        let set = LocalSet::new();
        set.run_until(async { task::spawn_local(async {}).await.unwrap() }).await;
        task::spawn_local(async {}).await.unwrap();
    }));
    assert!(first.is_finished() && third.is_finished());
}

#[test]
fn a_set_runs_under_a_foreign_executor() {
    let set = LocalSet::new();
    let (sender, mut receiver) = mpsc::channel(1);
    set.spawn_local(async move {
        for n in 0..100 {
            sender.send(n).await.unwrap();
        }
    });
    let sum = set.spawn_local(async move {
        let mut sum = 0;
        while let Some(n) = receiver.recv().await {
            sum += n;
        }
        sum
    });
    assert_eq!(futures::executor::block_on(set.run_until(sum)).unwrap(), 4_950);
}

/// A driver that is dropped while it waits, at each point that it can reach.
#[test]
fn a_dropped_driver_loses_no_task() {
    let mut cx = Context::from_waker(Waker::noop());
    for polls in 0..4 {
        let set = LocalSet::new();
        let done = Rc::new(Cell::new(0));
        let counts = done.clone();
        set.spawn_local(async move {
            for _ in 0..3 {
                counts.set(counts.get() + 1);
                task::yield_now().await;
            }
        });
        {
            let mut driver = pin!(set.run_until(pending::<()>()));
            for _ in 0..polls {
                assert!(driver.as_mut().poll(&mut cx).is_pending());
            }
        }
        runtime::block_on(set);
        assert_eq!(done.get(), 3);
    }
}

/// The set is woken once for what is pushed while it waits, and not for what it runs itself.
#[test]
fn an_idle_set_is_woken_by_a_push() {
    let mut set = LocalSet::new();
    let (gate, opened) = oneshot::channel::<()>();
    set.spawn_local(async { opened.await.unwrap() });
    let wakes = Counts::new();
    assert!(poll_once(&mut set, &wakes).is_pending());
    assert_eq!(wakes.wakes(), 0);
    gate.send(()).unwrap();
    assert_eq!(wakes.wakes(), 1);
    assert!(poll_once(&mut set, &wakes).is_ready());
    assert_eq!(wakes.wakes(), 1);
}

thread_local! {
    /// What `PollsAtOnce` polls.
    static DRIVER: RefCell<Option<LocalBoxFuture<'static, ()>>> = const { RefCell::new(None) };
}

/// A waker that polls a driver on the spot, as that of an executor on the same thread may do.
#[derive(Default)]
struct PollsAtOnce(AtomicUsize);

impl PollsAtOnce {
    fn poll(self: &Arc<Self>) {
        let waker = Waker::from(self.clone());
        DRIVER.with_borrow_mut(|driver| {
            let driver = driver.as_mut().unwrap().as_mut();
            assert!(driver.poll(&mut Context::from_waker(&waker)).is_pending());
        });
    }
}

impl Wake for PollsAtOnce {
    fn wake(self: Arc<Self>) {
        if self.0.fetch_add(1, SeqCst) < 100 {
            self.poll();
        }
    }
}

/// A push took wakers until there was none: it woke a driver that had run the task already and rested again, and so on.
#[test]
fn a_push_woke_a_fast_driver_for_ever() {
    let set: &'static LocalSet = Box::leak(Box::new(LocalSet::new()));
    let (gate, opened) = oneshot::channel::<()>();
    let task = set.spawn_local(async { opened.await.unwrap() });
    DRIVER.set(Some(set.run_until(pending()).boxed_local()));
    let wakes = Arc::new(PollsAtOnce::default());
    wakes.poll();
    gate.send(()).unwrap();
    assert!(task.is_finished());
    assert_eq!(wakes.0.load(SeqCst), 1);
}

/// What had awaited the set when it was dropped stood in its queue, which a handle keeps, and went wherever the last one did.
#[test]
fn a_handle_kept_the_waker_of_who_had_awaited_the_set() {
    let mut set = LocalSet::new();
    let task = set.spawn_local(pending::<()>());
    let wakes = Counts::new();
    assert!(poll_once(&mut set, &wakes).is_pending());
    drop(set);
    assert_eq!(Arc::strong_count(&wakes), 1);
    drop(task);
}

/// Each driver ran the next task, and that polled a driver in turn: the stack overflowed.
#[test]
fn tasks_that_poll_their_own_set_ran_inside_one_another() {
    const TASKS: usize = 20_000;
    let _watch = watch();
    let (set, done) = (Rc::new(LocalSet::new()), Rc::new(Cell::new(0)));
    for _ in 0..TASKS {
        let (same, done) = (set.clone(), done.clone());
        set.spawn_local(async move {
            same.run_until(task::yield_now()).await;
            done.set(done.get() + 1);
        });
    }
    runtime::block_on(set.run_until(async {
        while done.get() < TASKS {
            task::yield_now().await;
        }
    }));
}

/// The text of the panic of a task, or of the future beside it.
fn panic_of(test: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(test)).expect_err("it should panic");
    text_of(&*payload).into()
}

#[test]
fn blocking_inside_a_set_panics_and_says_what_to_do() {
    // These panics are the point of the test, but their texts are not ours to mark.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let texts: Vec<_> = [current_thread(), multi_thread(2)]
        .iter()
        .flat_map(|runtime| {
            let set = LocalSet::new();
            let of_task = |task: task::JoinHandle<()>| {
                let error = runtime.block_on(set.run_until(task)).unwrap_err();
                text_of(&*error.into_panic()).to_owned()
            };
            let handle = runtime.handle().clone();
            [
                of_task(set.spawn_local(async move { handle.block_on(async {}) })),
                of_task(set.spawn_local(async { task::block_in_place(|| ()) })),
                of_task(set.spawn_local(async { runtime::block_on(async {}) })),
                panic_of(|| runtime.block_on(set.run_until(async { task::block_in_place(|| ()) }))),
            ]
        })
        .collect();
    let outside = panic_of(|| drop(task::spawn_local(async {})));
    let in_task = runtime::block_on(runtime::spawn(async { drop(task::spawn_local(async {})) }));
    std::panic::set_hook(report);
    for text in texts {
        assert!(text.contains("inside a `LocalSet`") && text.contains(".await"), "{text}");
    }
    assert!(outside.contains("`spawn_local` called from outside"), "{outside}");
    assert!(in_task.unwrap_err().is_panic());
    // In between, and afterwards, blocking is as it was.
    assert_eq!(multi_thread(1).block_on(async { task::block_in_place(|| 7) }), 7);
}

/// The set is polled once each time that its future is woken.
#[test]
fn the_future_sees_its_own_wakes() {
    let set = LocalSet::new();
    let mut polls = 0;
    runtime::block_on(set.run_until(poll_fn(|cx| {
        polls += 1;
        if polls == 3 {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })));
    assert_eq!(polls, 3);
}
