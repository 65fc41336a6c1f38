//! No task starves, and no wake-up is lost: whatever the others do, whoever wakes, however many threads
//! there are. A test that fails here hangs, and the watchdog says so.

mod support;

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;

use futures::executor;
use runtime::runtime::Runtime;
use runtime::{Builder, Handle, task};
use support::{Busy, Gate, current_thread, eventually, multi_thread, rounds, watch};

/// Spawns a task and waits for it, again and again.
async fn spawn_and_join(times: usize) {
    for n in 0..times {
        assert_eq!(task::spawn(async move { n }).await.unwrap(), n);
    }
}

#[test]
fn spawning_and_joining_never_falls_silent() {
    let _watch = watch();
    let times = rounds(1_000_000);
    current_thread().block_on(spawn_and_join(times));
    for permits in [1, 2, 4] {
        let runtime = multi_thread(permits);
        runtime.block_on(spawn_and_join(times));
        executor::block_on(runtime.spawn(spawn_and_join(times))).unwrap();
    }
}

#[test]
fn spawning_and_joining_on_several_threads_never_falls_silent() {
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(2), multi_thread(4)] {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| runtime.block_on(spawn_and_join(rounds(100_000))));
            }
        });
    }
}

#[test]
fn many_tasks_in_many_block_ons_all_run() {
    let _watch = watch();
    let runtime = multi_thread(2);
    let ran = Arc::new(AtomicUsize::new(0));
    for round in 1..=rounds(200) {
        runtime.block_on(async {
            let one = || {
                let ran = ran.clone();
                task::spawn(async move { ran.fetch_add(1, SeqCst) })
            };
            let tasks: Vec<_> = (0..10_000).map(|_| one()).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        assert_eq!(ran.load(SeqCst), 10_000 * round);
    }
}

/// A value that one side sets and the other awaits, of a lock and a waker.
#[derive(Default)]
struct Once(Mutex<(bool, Option<Waker>)>);

impl Once {
    fn set(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        let waker = state.1.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    async fn is_set(&self) {
        poll_fn(|cx| {
            let mut state = self.0.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1 = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

/// Sets what it is sent, after pauses of changing length.
fn setter(requests: &Mutex<mpsc::Receiver<Arc<Once>>>) {
    let mut pause = 1_u32;
    while let Ok(once) = { requests.lock().unwrap().recv() } {
        pause = pause.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (0..pause >> 22).for_each(|_| std::hint::spin_loop());
        if pause.is_multiple_of(7) {
            thread::yield_now();
        }
        once.set();
    }
}

#[test]
fn wakes_from_foreign_threads_are_not_lost() {
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(1), multi_thread(2), multi_thread(4)] {
        let (requests, received) = mpsc::channel();
        let received = Mutex::new(received);
        thread::scope(|scope| {
            (0..2).for_each(|_| drop(scope.spawn(|| setter(&received))));
            let tasks: Vec<_> = (0..32)
                .map(|_| {
                    let requests = requests.clone();
                    runtime.spawn(async move {
                        for _ in 0..rounds(5_000) {
                            let once = Arc::new(Once::default());
                            requests.send(once.clone()).unwrap();
                            once.is_set().await;
                        }
                    })
                })
                .collect();
            drop(requests);
            for task in tasks {
                runtime.block_on(task).unwrap();
            }
        });
    }
}

/// A task from here, one from a foreign thread and one that is woken by a foreign thread.
async fn everybody_else_runs() {
    let handle = Handle::current();
    let here = task::spawn(async {
        for _ in 0..100 {
            task::yield_now().await;
        }
    });
    let foreign = thread::spawn(move || handle.spawn(async {})).join().unwrap();
    let once = Arc::new(Once::default());
    let woken = task::spawn({
        let once = once.clone();
        async move { once.is_set().await }
    });
    let waker = thread::spawn(move || once.set());
    here.await.unwrap();
    foreign.await.unwrap();
    woken.await.unwrap();
    waker.join().unwrap();
}

#[test]
fn nobody_starves_behind_those_that_are_always_ready() {
    let _watch = watch();
    let kinds: [fn(&Busy); 4] = [Busy::pair, Busy::yielders, Busy::chain, Busy::spender];
    let all: fn(&Busy) = |busy| {
        busy.pair();
        busy.yielders();
        busy.chain();
        busy.spender();
    };
    for keep_busy in kinds.into_iter().chain([all]) {
        for runtime in [current_thread(), multi_thread(1), multi_thread(2)] {
            let busy = Busy::default();
            runtime.block_on(async {
                keep_busy(&busy);
                everybody_else_runs().await;
                // Also where the others are tasks among tasks.
                task::spawn(everybody_else_runs()).await.unwrap();
            });
            busy.stop();
        }
    }
}

#[test]
fn a_full_ring_and_a_root_that_yields_share_the_worker() {
    let _watch = watch();
    for tasks in [255, 256, 257, 400] {
        let (runtime, busy) = (current_thread(), Busy::default());
        let polls: Arc<[AtomicUsize]> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
        for n in 0..tasks {
            let (busy, polls) = (busy.clone(), polls.clone());
            runtime.spawn(async move {
                while !busy.is_stopped() {
                    polls[n].fetch_add(1, SeqCst);
                    task::yield_now().await;
                }
            });
        }
        let least = || polls.iter().map(|n| n.load(SeqCst)).min().unwrap();
        let mut turns = 0;
        runtime.block_on(async {
            while least() < 10 {
                turns += 1;
                task::yield_now().await;
            }
        });
        busy.stop();
        let all: usize = polls.iter().map(|n| n.load(SeqCst)).sum();
        assert!(turns >= all, "the root had {turns} turns while the tasks had {all}");
        assert!(all < 200 * 10 * tasks, "{all} polls until each of {tasks} tasks had 10");
    }
}

/// Two tasks that block their threads until both are there: they must run at the same time.
fn two_that_meet() -> [task::JoinHandle<bool>; 2] {
    let meeting = Arc::new(Barrier::new(2));
    [(); 2].map(|()| {
        let meeting = meeting.clone();
        task::spawn(async move { meeting.wait().is_leader() })
    })
}

async fn both([one, other]: [task::JoinHandle<bool>; 2]) {
    assert_ne!(one.await.unwrap(), other.await.unwrap(), "one of two leads");
}

#[test]
fn tasks_that_block_run_in_parallel_on_two_workers() {
    let _watch = watch();
    for _ in 0..20 {
        let runtime = multi_thread(2);
        runtime.block_on(async { both(two_that_meet()).await });
        executor::block_on(runtime.spawn(async { both(two_that_meet()).await })).unwrap();
        let _entered = runtime.enter();
        executor::block_on(both(two_that_meet()));
    }
}

/// Wakes a task, which stands in its worker's LIFO slot then, and waits for its end without leaving the poll.
async fn wake_and_block() {
    let (may_run, ran) = (Arc::new(Once::default()), Gate::new("the woken task ran"));
    let waits = Arc::new(AtomicBool::new(false));
    let woken = task::spawn({
        let (may_run, ran, waits) = (may_run.clone(), ran.clone(), waits.clone());
        async move {
            waits.store(true, SeqCst);
            may_run.is_set().await;
            ran.open();
        }
    });
    while !waits.load(SeqCst) {
        task::yield_now().await;
    }
    may_run.set();
    ran.wait();
    woken.await.unwrap();
}

#[test]
fn a_task_woken_into_the_slot_of_a_stuck_worker_runs_elsewhere() {
    let _watch = watch();
    for _ in 0..20 {
        let runtime = multi_thread(2);
        runtime.block_on(wake_and_block());
        executor::block_on(runtime.spawn(wake_and_block())).unwrap();
    }
}

/// A runtime whose sleepers, once woken, go on only when the gate is open.
fn with_slow_waking(gate: &Arc<Gate>, sleeps: &Arc<AtomicUsize>) -> Runtime {
    let (gate, sleeps) = (gate.clone(), sleeps.clone());
    Builder::new_multi_thread()
        .worker_threads(2)
        .on_thread_park(move || {
            sleeps.fetch_add(1, SeqCst);
        })
        .on_thread_unpark(move || gate.wait())
        .build()
        .unwrap()
}

/// The thread of `block_on` is woken to search for tasks, and its future rings too: the future was polled first, and
/// as it blocked, nobody searched and nobody else was woken.
#[test]
fn a_root_that_blocks_does_not_keep_the_search() {
    let _watch = watch();
    for _ in 0..5 {
        let (both_came, sleeps) = (Gate::new("the root rang"), Arc::new(AtomicUsize::new(0)));
        let runtime = with_slow_waking(&both_came, &sleeps);
        let (ran, rings) =
            (Gate::new("the injected task ran"), Arc::new(Mutex::new(None::<Waker>)));
        let injector = thread::spawn({
            let (handle, ran, rings) = (runtime.handle().clone(), ran.clone(), rings.clone());
            move || {
                eventually("the root's thread sleeps", || sleeps.load(SeqCst) == 1);
                // It has said that it will; that it does is seen nowhere.
                thread::sleep(std::time::Duration::from_millis(20));
                handle.spawn(async move { ran.open() });
                rings.lock().unwrap().take().unwrap().wake();
                both_came.open();
            }
        });
        let mut polled = false;
        runtime.block_on(poll_fn(|cx| {
            if std::mem::replace(&mut polled, true) {
                ran.wait();
                return Poll::Ready(());
            }
            *rings.lock().unwrap() = Some(cx.waker().clone());
            Poll::Pending
        }));
        injector.join().unwrap();
    }
}

/// Tasks that yield when a run queue is full went back to the queue, again and again, and those that had not fitted
/// into it got one poll in sixty.
#[test]
fn tasks_that_do_not_fit_into_a_run_queue_get_their_share() {
    const TASKS: usize = 1_000;
    const YIELDS: usize = 500;
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(1)] {
        let least = runtime.block_on(async {
            let over = Arc::new(AtomicBool::new(false));
            let tasks: Vec<_> = (0..TASKS)
                .map(|_| {
                    let over = over.clone();
                    task::spawn(async move {
                        let mut yields = 0;
                        while !over.load(SeqCst) {
                            task::yield_now().await;
                            yields += 1;
                            if yields == YIELDS {
                                over.store(true, SeqCst);
                            }
                        }
                        yields
                    })
                })
                .collect();
            let mut least = YIELDS;
            for task in tasks {
                least = least.min(task.await.unwrap());
            }
            least
        });
        assert!(least > YIELDS / 2, "one came to {least} yields while another made {YIELDS}");
    }
}

/// The injector is never empty of what a worker pushes, and from outside come single tasks: neither kind waits for the other
/// to end.
#[test]
fn tasks_from_outside_run_among_more_that_yield_than_fit() {
    const YIELDERS: usize = 1_000;
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(1)] {
        let over = Arc::new(AtomicBool::new(false));
        let root = Handle::clone(runtime.handle());
        let from_outside = thread::spawn({
            let over = over.clone();
            move || {
                for n in 0..rounds(100) {
                    let task = root.spawn(async move { n });
                    assert_eq!(executor::block_on(task).unwrap(), n);
                }
                over.store(true, SeqCst);
            }
        });
        runtime.block_on(async {
            let yielders = Vec::from_iter((0..YIELDERS).map(|_| {
                let over = over.clone();
                task::spawn(async move {
                    while !over.load(SeqCst) {
                        task::yield_now().await;
                    }
                })
            }));
            for yielder in yielders {
                yielder.await.unwrap();
            }
        });
        from_outside.join().unwrap();
    }
}
