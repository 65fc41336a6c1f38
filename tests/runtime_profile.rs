//! The profile finds a leak: where its tasks were spawned, how many they are, how old, and which of them nothing can wake.

mod support;

use std::future::{pending, poll_fn};
use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use runtime::dump::{TaskKind, TaskState, WaitReason};
use runtime::profile::{Profile, TaskGroup};
use runtime::sync::{Mutex, Notify, Semaphore};
use runtime::{Runtime, task};
use support::{all_kinds, watch};

/// The groups of one place. A group's column is another in each spawn, the line is enough.
fn at(profile: &Profile, place: &Location<'_>) -> Vec<TaskGroup> {
    let is_here = |group: &&TaskGroup| {
        (group.spawned_at.file(), group.spawned_at.line()) == (place.file(), place.line())
    };
    profile.groups().iter().filter(is_here).cloned().collect()
}

/// The one group of a place, once so many tasks are in it and wait.
async fn group_of(place: &Location<'_>, count: usize) -> TaskGroup {
    loop {
        if let [group] = &at(&runtime::profile(), place)[..]
            && (group.count, group.state) == (count, TaskState::Waiting)
        {
            return group.clone();
        }
        task::yield_now().await;
    }
}

#[track_caller]
fn here() -> &'static Location<'static> {
    Location::caller()
}

#[test]
fn a_leak_is_found_at_its_place() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let never = Arc::new(Notify::new());
            let leaks = (0..1_000).map(|_| {
                let never = never.clone();
                (here(), runtime::spawn(async move { never.notified().await })).0
            });
            let place = leaks.fold(here(), |_, place| place);
            let few = (here(), runtime::spawn(async { pending::<()>().await })).0;
            let group = group_of(place, 1_000).await;
            assert_eq!((group.reason, group.kind), (Some(WaitReason::Notify), TaskKind::Task));
            assert_eq!(group.lost, 0, "the list of `Notify` has their wakers");
            assert!(group.type_name.contains("a_leak_is_found_at_its_place"), "{group:?}");
            group_of(few, 1).await;
            let profile = runtime::profile();
            assert_eq!(profile.groups()[0].count, 1_000, "the largest comes first");
            let text = profile.to_string();
            assert!(text.contains("1000 tasks waiting: notify, the oldest for"), "{text}");
        });
    }
}

/// Which of the tasks that wait can be woken, and by whom.
#[test]
fn tasks_without_a_waker_are_lost() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            // Its waker was never taken, or is dropped.
            let plain = (here(), runtime::spawn(pending::<()>())).0;
            let kept = (here(), runtime::spawn(pending::<()>()));
            let wakers = Arc::new(std::sync::Mutex::new(Vec::<Waker>::new()));
            let keeps = wakers.clone();
            let keeping = poll_fn(move |cx| {
                keeps.lock().unwrap().push(cx.waker().clone());
                Poll::<()>::Pending
            });
            let waits = (here(), runtime::spawn(keeping));
            let lost = |group: TaskGroup| group.lost;
            assert_eq!(lost(group_of(plain, 1).await), 1);
            assert_eq!(lost(group_of(kept.0, 1).await), 1, "its handle cannot wake it");
            assert_eq!(lost(group_of(waits.0, 1).await), 0, "its waker is in the list");
            wakers.lock().unwrap().clear();
            assert_eq!(lost(group_of(waits.0, 1).await), 1);
            drop((kept.1, waits));
        });
    }
}

/// A waiter of a primitive has given a waker to it, and is not lost; nor is one that was woken.
#[test]
fn those_who_wait_for_each_other_are_not_lost() {
    let _watch = watch();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let lock = Arc::new(Mutex::new(()));
        let guard = lock.clone().lock_owned().await;
        let waits = (here(), runtime::spawn(async move { drop(lock.lock().await) }));
        assert_eq!(group_of(waits.0, 1).await.lost, 0);
        drop(guard);
        waits.1.await.unwrap();
        assert!(at(&runtime::profile(), waits.0).is_empty(), "what has ended is not counted");
    });
}

#[test]
fn ages_are_ordered_and_never_too_high() {
    let _watch = watch();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let began = Instant::now();
        let old = (here(), runtime::spawn(pending::<()>())).0;
        let grown = loop {
            let group = group_of(old, 1).await;
            assert!(group.oldest <= began.elapsed(), "older than it is: {group:?}");
            if group.oldest > Duration::from_millis(300) {
                break group.oldest;
            }
            runtime::time::sleep(Duration::from_millis(20)).await;
        };
        let young = (here(), runtime::spawn(pending::<()>())).0;
        let young = group_of(young, 1).await.oldest;
        let old = group_of(old, 1).await.oldest;
        assert!(young < grown && grown <= old, "{young:?} {grown:?} {old:?}");
    });
}

#[test]
fn local_tasks_are_counted_too() {
    let _watch = watch();
    let set = task::LocalSet::new();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(set.run_until(async {
        let place = (here(), task::spawn_local(pending::<()>())).0;
        let profile = runtime::profile();
        assert_eq!((profile.unlisted(), profile.unlisted_local()), (0, 1));
        assert!(profile.to_string().contains("1 local task not listed"), "{profile}");
        let group = group_of(place, 1).await;
        assert_eq!((group.kind, group.lost), (TaskKind::Local, 1));
    }));
}

#[test]
fn those_that_have_not_waited_are_told_apart() {
    let _watch = watch();
    let runtime = support::current_thread();
    let _enter = runtime.enter();
    (0..3).for_each(|_| drop(runtime.spawn(pending::<()>())));
    let profile = runtime.handle().profile();
    assert_eq!((profile.groups().len(), profile.unlisted()), (0, 3));
    assert!(profile.to_string().contains("3 tasks not listed"), "{profile}");
    let semaphore = Semaphore::new(0);
    runtime.block_on(async {
        runtime::time::timeout(Duration::from_millis(1), semaphore.acquire()).await.unwrap_err()
    });
    assert_eq!(runtime.handle().profile().unlisted(), 0);
}
