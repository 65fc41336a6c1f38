//! What hooks are told of tasks: each of them, in order, on which thread, and whatever the hooks themselves do.

mod support;

use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use futures::executor;
use runtime::task::{self, Id};
use runtime::{Builder, Handle, Runtime};
use support::{hush, watch};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Spawn,
    Before,
    Terminate,
    After,
}
use Told::*;

/// What was told, of which task and on which thread.
type Log = Arc<Mutex<Vec<(Told, Id, ThreadId)>>>;

fn builders() -> [Builder; 2] {
    let mut multi_thread = Builder::new_multi_thread();
    multi_thread.worker_threads(2);
    [multi_thread, Builder::new_current_thread()]
}

/// A runtime that keeps a log of what hooks are told.
fn logging(builder: &mut Builder) -> (Runtime, Log) {
    let log = Log::default();
    let entry = |what| {
        let log = log.clone();
        move |task: &runtime::runtime::TaskMeta<'_>| {
            log.lock().unwrap().push((what, task.id(), thread::current().id()));
        }
    };
    let runtime = builder
        .enable_all()
        .on_task_spawn(entry(Spawn))
        .on_before_task_poll(entry(Before))
        .on_after_task_poll(entry(After))
        .on_task_terminate(entry(Terminate))
        .build();
    (runtime.unwrap(), log)
}

/// What was told of one task.
fn told_of(log: &Log, id: Id) -> Vec<Told> {
    log.lock().unwrap().iter().filter(|entry| entry.1 == id).map(|entry| entry.0).collect()
}

#[test]
fn a_task_is_told_of_from_its_spawning_to_its_end() {
    let _watch = watch();
    for mut builder in builders() {
        let (runtime, log) = logging(&mut builder);
        let yields = runtime.spawn(task::yield_now());
        let id = yields.id();
        assert_eq!(told_of(&log, id), [Spawn]);
        runtime.block_on(yields).unwrap();
        drop(runtime); // the last of it may come after the joiner is woken
        assert_eq!(told_of(&log, id), [Spawn, Before, After, Before, Terminate, After]);
    }
}

#[test]
fn tasks_that_are_spawned_inside_are_told_of_and_other_futures_are_not() {
    let _watch = watch();
    for mut builder in builders() {
        let (runtime, log) = logging(&mut builder);
        let inner = runtime.block_on(async {
            task::spawn_blocking(|| ()).await.unwrap();
            let local = task::LocalSet::new();
            local.run_until(async { task::spawn_local(async {}).await.unwrap() }).await;
            task::spawn(async { task::spawn(async {}).id() }).await.unwrap()
        });
        drop(runtime);
        let log = log.lock().unwrap();
        assert_eq!(log.iter().filter(|entry| entry.0 == Spawn).count(), 2);
        assert!(log.iter().any(|entry| entry.1 == inner));
    }
}

/// Joiners could learn of an end before the hook that counts it.
#[test]
fn the_end_is_told_before_anybody_else_knows_of_it() {
    struct Flag(Arc<AtomicUsize>);
    impl Drop for Flag {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let _watch = watch();
    for mut builder in builders() {
        let (dropped, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (drops, ends) = (dropped.clone(), ended.clone());
        let runtime = builder
            .on_task_terminate(move |_| {
                assert_eq!(
                    drops.load(SeqCst),
                    ends.fetch_add(1, SeqCst) + 1,
                    "the future is there"
                );
            })
            .build()
            .unwrap();
        for n in 1..100 {
            let flag = Flag(dropped.clone());
            runtime.block_on(runtime.spawn(async move { drop(flag) })).unwrap();
            assert_eq!(ended.load(SeqCst), n);
        }
    }
}

/// Every way in which a task can end.
#[test]
fn each_end_is_told_once() {
    let _watch = watch();
    hush();
    for mut builder in builders() {
        let (runtime, log) = logging(&mut builder);
        let panics = runtime.spawn(async { panic!("as it should") });
        let aborted = runtime.spawn(std::future::pending::<()>());
        let (never_polled, detached) = (runtime.spawn(async {}), runtime.spawn(async {}).id());
        let suspended = runtime.spawn(std::future::pending::<()>());
        let ids = [panics.id(), aborted.id(), never_polled.id(), detached, suspended.id()];
        never_polled.abort();
        runtime.block_on(async {
            assert!(panics.await.unwrap_err().is_panic());
            aborted.abort();
            assert!(aborted.await.unwrap_err().is_cancelled());
            let _ = never_polled.await;
            task::yield_now().await;
        });
        drop(runtime);
        assert!(executor::block_on(suspended).unwrap_err().is_cancelled());
        for id in ids {
            let told = told_of(&log, id);
            assert_eq!(told.iter().filter(|what| **what == Terminate).count(), 1, "{told:?}");
            assert_eq!(told[0], Spawn);
        }
    }
}

#[test]
fn hooks_run_on_the_threads_that_are_said() {
    let _watch = watch();
    let (runtime, log) = logging(&mut Builder::new_current_thread());
    let handle = runtime.handle().clone();
    let (spawner, task) =
        thread::spawn(move || (thread::current().id(), handle.spawn(async {}))).join().unwrap();
    let id = task.id();
    runtime.block_on(task).unwrap();
    drop(runtime);
    for (what, of, on) in log.lock().unwrap().iter() {
        let expected = if *what == Spawn { spawner } else { thread::current().id() };
        assert_eq!((*of, *on), (id, expected), "{what:?}");
    }
}

#[test]
fn the_place_is_that_of_the_spawn_and_the_number_that_of_the_task() {
    let _watch = watch();
    let places = Arc::new(Mutex::new(Vec::<&'static Location<'static>>::new()));
    let (told, inside) = (places.clone(), Arc::new(AtomicUsize::new(0)));
    let count = inside.clone();
    let runtime = Builder::new_current_thread()
        .on_task_spawn(move |task| told.lock().unwrap().push(task.spawned_at()))
        .on_before_task_poll(move |task| {
            assert_eq!(task::try_id(), Some(task.id()));
            count.fetch_add(1, SeqCst);
        })
        .build()
        .unwrap();
    let line = line!() + 1;
    runtime.block_on(runtime.spawn(async {})).unwrap();
    let places = places.lock().unwrap();
    assert_eq!((places[0].file(), places[0].line()), (file!(), line));
    assert_eq!(inside.load(SeqCst), 1, "the assertion in the hook failed, or it was not called");
}

#[test]
fn hooks_may_spawn_block_and_panic() {
    let _watch = watch();
    hush();
    for mut builder in builders() {
        let calls = Arc::new(AtomicUsize::new(0));
        let (spawned, ended) = (calls.clone(), calls.clone());
        let runtime = builder
            .on_task_spawn(move |_| {
                // The task of the first call is told of too, and spawns none.
                if spawned.fetch_add(1, SeqCst) == 0 {
                    drop(Handle::current().spawn(async {}));
                }
                panic!("in a hook");
            })
            .on_before_task_poll(|_| panic!("in a hook"))
            .on_after_task_poll(|_| panic!("in a hook"))
            .on_task_terminate(move |_| {
                ended.fetch_add(100, SeqCst);
                panic!("in a hook");
            })
            .build()
            .unwrap();
        let output = runtime.block_on(async {
            let output = task::spawn(async { 7 }).await.unwrap();
            while calls.load(SeqCst) < 202 {
                task::yield_now().await;
            }
            output
        });
        assert_eq!(output, 7);
        assert_eq!(calls.load(SeqCst), 202, "two spawns and two ends");
    }
}

#[test]
fn the_hook_that_was_set_last_is_called() {
    let _watch = watch();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let runtime = Builder::new_current_thread()
        .on_task_spawn(|_| unreachable!("it was replaced"))
        .on_task_spawn(move |_| {
            count.fetch_add(1, SeqCst);
        })
        .build()
        .unwrap();
    runtime.block_on(runtime.spawn(async {})).unwrap();
    assert_eq!(calls.load(SeqCst), 1);
}
