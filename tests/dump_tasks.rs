//! Who is listed in a dump, and what is said of each.
#![cfg(all(feature = "rt-multi-thread", feature = "sync", feature = "time"))]

use std::collections::HashSet;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use runtime::dump::{Dump, TaskDump, TaskKind, TaskState, WaitReason};
use runtime::runtime::LocalRuntime;
use runtime::task::{self, Id, LocalSet};
use runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Dumps until it is so.
fn until<R>(runtime: &Runtime, mut is_so: impl FnMut(&Dump) -> Option<R>) -> R {
    let began = Instant::now();
    loop {
        let dump = runtime.handle().dump();
        if let Some(result) = is_so(&dump) {
            return result;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "it is never so:\n{dump}");
        thread::yield_now();
    }
}

fn find(dump: &Dump, id: Id) -> Option<TaskDump<'_>> {
    let mut found = dump.tasks().filter(|task| task.id() == Some(id));
    let task = found.next();
    assert!(found.next().is_none(), "a task is listed twice:\n{dump}");
    task
}

/// A task that spins, or blocks its thread, and has never waited, is the one that is looked for first.
#[test]
fn a_task_in_its_first_poll_is_listed_with_its_worker() {
    let runtime = runtime();
    let (end, ends) = mpsc::channel::<()>();
    let line = line!() + 1;
    let task = runtime.spawn(async move { ends.recv().is_err() });
    let worker = until(&runtime, |dump| {
        let task = find(dump, task.id())?;
        assert_eq!((task.kind(), task.state()), (TaskKind::Task, TaskState::Running));
        assert_eq!((task.spawned_at().line(), task.reason()), (line, None));
        task.elapsed()?; // the monitor has seen it
        let worker = &dump.workers()[task.worker()?];
        assert_eq!((worker.task(), worker.spawned_at()), (task.id(), Some(task.spawned_at())));
        Some(worker.index())
    });
    drop(end);
    until(&runtime, |dump| (!dump.workers()[worker].is_polling()).then_some(()));
    assert!(find(&runtime.handle().dump(), task.id()).is_none(), "one that has ended is listed");
}

#[test]
fn a_task_that_runs_again_is_listed_once_and_does_not_wait() {
    let runtime = runtime();
    let blocks = Arc::new(Barrier::new(2));
    let other = blocks.clone();
    let task = runtime.spawn(async move {
        runtime::time::sleep(Duration::from_millis(1)).await;
        other.wait();
        other.wait();
        pending::<()>().await;
    });
    blocks.wait();
    until(&runtime, |dump| {
        let task = find(dump, task.id())?;
        assert_eq!((task.state(), task.reason()), (TaskState::Running, None));
        task.worker()
    });
    blocks.wait();
    until(&runtime, |dump| {
        let task = find(dump, task.id())?;
        (task.reason() == Some(WaitReason::Pending)).then_some(())
    });
}

#[test]
fn tasks_that_have_not_waited_are_counted() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let tasks: Vec<_> = (0..5).map(|_| runtime.spawn(pending::<()>())).collect();
    let dump = runtime.handle().dump();
    assert_eq!((dump.unlisted(), dump.queued(), dump.tasks().count()), (5, 5, 0));
    assert!(dump.to_string().contains("5 tasks not listed"), "{dump}");
    until(&runtime, |dump| {
        runtime.block_on(task::yield_now());
        ((dump.unlisted(), dump.tasks().count()) == (0, 5)).then_some(())
    });
    drop(tasks);
}

#[test]
fn a_current_thread_runtime_tells_of_its_block_on_from_inside_and_outside() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let dump = runtime::dump();
        let roots: Vec<_> = dump.tasks().collect();
        assert_eq!((roots.len(), roots[0].kind()), (1, TaskKind::BlockOn));
        assert_eq!((roots[0].state(), roots[0].id()), (TaskState::Running, None));
        let (told, tells) = runtime::sync::oneshot::channel();
        let handle = runtime::Handle::current();
        let looks = thread::spawn(move || {
            loop {
                let dump = handle.dump();
                let root = dump.tasks().next().expect("the call goes on");
                if root.reason() == Some(WaitReason::OneshotReceive) {
                    return told.send(root.spawned_at().file()).unwrap();
                }
            }
        });
        assert_eq!(tells.await.unwrap(), file!());
        looks.join().unwrap();
    });
    assert_eq!(runtime.handle().dump().tasks().count(), 0, "a call that is over is listed");
}

#[test]
fn local_tasks_are_listed() {
    let set = LocalSet::new();
    let runtime = runtime();
    let local = set.spawn_local(pending::<()>());
    runtime.block_on(set.run_until(async {
        task::yield_now().await;
        let dump = runtime::dump();
        let found = find(&dump, local.id()).expect("it waits");
        assert_eq!((found.kind(), found.state()), (TaskKind::Local, TaskState::Waiting));
    }));
    drop(set);
    assert!(find(&runtime.handle().dump(), local.id()).is_none(), "its set is gone");
}

/// Both were said to be on the worker that polls one of them.
#[test]
fn calls_of_block_on_at_one_place_are_told_from_each_other() {
    let runtime = Arc::new(Builder::new_multi_thread().worker_threads(1).build().unwrap());
    let end = Arc::new(AtomicBool::new(false));
    let calls = [(); 2].map(|()| {
        let (runtime, end) = (runtime.clone(), end.clone());
        thread::spawn(move || {
            runtime.block_on(async {
                while !end.load(SeqCst) {
                    thread::yield_now();
                }
            })
        })
    });
    let mut workers = until(&runtime, |dump| {
        let tasks: Vec<_> = dump.tasks().collect();
        let run = tasks.iter().filter(|task| task.state() == TaskState::Running).count();
        let polls = dump.workers().iter().any(|worker| worker.is_polling());
        (run == 2 && polls).then(|| tasks.iter().map(TaskDump::worker).collect::<Vec<_>>())
    });
    workers.sort();
    assert_eq!(workers, [None, Some(0)]);
    end.store(true, SeqCst);
    calls.into_iter().for_each(|call| call.join().unwrap());
}

/// They were listed, and counted among those that are not.
#[test]
fn tasks_of_a_local_runtime_are_listed_or_counted_and_not_both() {
    let (runtime, set) = (LocalRuntime::new().unwrap(), LocalSet::new());
    let others = set.spawn_local(pending::<()>());
    let tasks = [(); 2].map(|()| runtime.spawn_local(pending::<()>()));
    let dump = runtime.handle().dump();
    assert_eq!((dump.unlisted(), dump.tasks().count()), (2, 0));
    runtime.block_on(task::yield_now());
    let counts = runtime.block_on(set.run_until(async {
        task::yield_now().await;
        let dump = runtime::dump();
        let listed = tasks.iter().chain([&others]).all(|task| find(&dump, task.id()).is_some());
        assert!(listed, "one that waits is not listed:\n{dump}");
        let last = runtime.spawn_local(pending::<()>());
        let counts = (dump.unlisted(), runtime::dump().unlisted());
        drop(last);
        counts
    }));
    assert_eq!(counts, (0, 1));
}

/// They were listed once they had waited, and not even counted before.
#[test]
fn tasks_of_a_local_set_are_counted_before_they_have_waited() {
    const TASKS: usize = 1_000; // more than all other tests of this file have at a time
    let (runtime, set) = (Runtime::new().unwrap(), LocalSet::new());
    (0..TASKS).for_each(|_| drop(set.spawn_local(pending::<()>())));
    let dump = runtime.handle().dump();
    assert!(dump.unlisted_local() >= TASKS && dump.queued_local() >= TASKS, "{dump:?}");
    assert_eq!(dump.unlisted(), 0, "they are none of the runtime's");
    let text = dump.to_string();
    assert!(text.contains(" local tasks not listed: they have not waited so far\n"), "{text}");
    assert!(text.contains("queues of local tasks: 1"), "{text}");
    runtime.block_on(set.run_until(async {
        while runtime::dump().queued_local() >= TASKS {
            task::yield_now().await;
        }
    }));
    let dump = runtime.handle().dump();
    let listed = dump.tasks().filter(|task| task.kind() == TaskKind::Local).count();
    assert!(listed > 0 && listed + dump.unlisted_local() >= TASKS, "{dump:?}");
    assert!(dump.unlisted_local() < TASKS, "some have waited by now");
}

#[test]
fn closures_are_listed_that_run_and_that_wait() {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.max_blocking_threads(1).build().unwrap();
    let (end, ends) = mpsc::channel::<()>();
    let runs = runtime.spawn_blocking(move || ends.recv().is_err());
    let waits = runtime.spawn_blocking(|| ());
    until(&runtime, |dump| {
        let (runs, waits) = (find(dump, runs.id())?, find(dump, waits.id())?);
        assert_eq!((runs.kind(), waits.kind()), (TaskKind::Blocking, TaskKind::Blocking));
        assert_eq!(waits.state(), TaskState::Runnable);
        let pool = dump.blocking();
        let is_called = runs.state() == TaskState::Running && runs.elapsed().is_some();
        (is_called && (pool.threads, pool.queued) == (1, 1)).then_some(())
    });
    drop(end);
    assert!(runtime.block_on(runs).unwrap());
    runtime.block_on(waits).unwrap();
    until(&runtime, |dump| (dump.tasks().count() == 0 && dump.blocking().idle == 1).then_some(()));
}

/// Tasks come, go and are woken under the dump: of those that stay each is seen once, and all that come end.
#[test]
fn tasks_come_and_go_while_dumps_are_made() {
    const STAY: usize = 3_000;
    let runtime = runtime();
    let stay: HashSet<_> = (0..STAY).map(|_| runtime.spawn(pending::<()>()).id()).collect();
    until(&runtime, |dump| (dump.tasks().count() == STAY).then_some(()));
    let stop = Arc::new(AtomicBool::new(false));
    let churn: Vec<_> = (0..8)
        .map(|_| {
            let stop = stop.clone();
            runtime.spawn(async move {
                let mut rounds = 0;
                while !stop.load(SeqCst) {
                    let tasks = (0..20)
                        .map(|_| task::spawn(runtime::time::sleep(Duration::from_micros(100))));
                    for task in tasks.collect::<Vec<_>>() {
                        task.await.unwrap();
                    }
                    rounds += 1;
                }
                rounds
            })
        })
        .collect();
    for _ in 0..50 {
        let dump = runtime.handle().dump();
        let mut seen = HashSet::new();
        for id in dump.tasks().filter_map(|task| task.id()) {
            assert!(seen.insert(id), "task {id} is listed twice");
        }
        assert!(seen.is_superset(&stay), "{} are missing", stay.difference(&seen).count());
    }
    stop.store(true, SeqCst);
    let rounds: Vec<u32> = churn.into_iter().map(|task| runtime.block_on(task).unwrap()).collect();
    assert!(rounds.iter().all(|&rounds| rounds > 0), "{rounds:?}");
}

#[test]
fn dumps_that_are_made_at_once_see_the_same() {
    let runtime = Arc::new(runtime());
    for _ in 0..2_000 {
        drop(runtime.spawn(pending::<()>()));
    }
    until(&runtime, |dump| (dump.tasks().count() == 2_000).then_some(()));
    let dumps = (0..4).map(|_| {
        let runtime = runtime.clone();
        thread::spawn(move || runtime.handle().dump().tasks().count())
    });
    let counts = dumps.collect::<Vec<_>>().into_iter().map(|dump| dump.join().unwrap());
    assert!(counts.into_iter().all(|count| count == 2_000));
}

#[test]
fn the_text_has_equal_tasks_together_the_largest_group_first() {
    let runtime = runtime();
    let sleep = || runtime::time::sleep(Duration::from_secs(3_600));
    for _ in 0..7 {
        drop(runtime.spawn(async move { sleep().await }));
    }
    drop(runtime.spawn(async move {
        runtime::time::timeout(Duration::from_secs(3_600), std::future::pending::<()>()).await
    }));
    let text = until(&runtime, |dump| {
        (dump.tasks().filter(|task| task.reason().is_some()).count() == 8).then(|| dump.to_string())
    });
    let seven = text.find("7 tasks waiting: sleep (first: ").expect(&text);
    let one = text.find("1 task waiting: timeout (").expect(&text);
    assert!(seven < one, "{text}");
    assert!(text.starts_with("runtime: 8 tasks, 2 permits\n"), "{text}");
    assert!(text.contains("driver: 0 registrations, 8 timers"), "{text}");
    let place = format!("{}:", file!());
    assert_eq!(text.matches(&place).count(), 2, "{text}");
}

#[cfg(feature = "serde")]
#[test]
fn a_dump_can_be_written_down_for_others() {
    let runtime = runtime();
    let task = runtime.spawn(runtime::time::sleep(Duration::from_secs(3_600)));
    let dump = until(&runtime, |dump| {
        find(dump, task.id())?.reason()?;
        Some(dump.clone())
    });
    let json: serde_json::Value =
        serde_json::from_str(&serde_json::to_string(&dump).unwrap()).unwrap();
    let found = &json["tasks"][0];
    assert_eq!(found["id"], task.id().to_string());
    assert_eq!(found["reason"], "sleep");
    assert_eq!(found["state"], "Waiting");
    assert!(found["spawned_at"].as_str().unwrap().starts_with(file!()), "{found}");
    assert_eq!(json["driver"]["timers"], 1);
}
