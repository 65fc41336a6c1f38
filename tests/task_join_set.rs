//! `JoinSet`: who is joined when, and what becomes of the others.
#![cfg(all(feature = "rt-multi-thread", feature = "sync"))]

mod support;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use runtime::sync::{Semaphore, oneshot};
use runtime::task::{self, JoinSet, coop};
use runtime::{Runtime, runtime::Handle};
use support::{Counts, all_kinds, current_thread, hush, multi_thread, poll_once, text_of, watch};

fn in_each(test: impl AsyncFn(&Runtime)) {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(test(&runtime));
    }
}

#[test]
fn members_are_joined_in_the_order_in_which_they_end() {
    in_each(async |_| {
        let mut set = JoinSet::new();
        let mut gates = Vec::new();
        for n in 0..20 {
            let (gate, opened) = oneshot::channel::<()>();
            gates.push((n, gate));
            set.spawn(async move {
                opened.await.unwrap();
                n
            });
        }
        while !gates.is_empty() {
            let (n, gate) = gates.swap_remove(gates.len() / 2);
            assert!(set.try_join_next().is_none());
            gate.send(()).unwrap();
            assert_eq!(set.join_next().await.unwrap().unwrap(), n);
            assert_eq!(set.len(), gates.len());
        }
        assert!(set.join_next().await.is_none());
        assert!(set.try_join_next_with_id().is_none());
    });
}

#[test]
fn each_of_many_is_joined_once() {
    in_each(async |_| {
        let mut set = JoinSet::new();
        for round in 0..3 {
            for n in 0..1_000_u64 {
                set.spawn(async move {
                    if n % 3 == 0 {
                        task::yield_now().await;
                    }
                    n
                });
            }
            let mut sum = 0;
            for _ in 0..1_000 - round {
                sum += set.join_next().await.unwrap().unwrap();
            }
            while let Some(n) = set.join_next().await {
                sum += n.unwrap();
            }
            assert_eq!(sum, 499_500);
        }
    });
}

/// Random operations against a plain list of who was spawned and aborted.
#[test]
fn random_operations_agree_with_a_list() {
    let _watch = watch();
    for (seed, runtime) in all_kinds().into_iter().enumerate() {
        let mut random = seed as u64 + 1;
        let mut below = move |n: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % n
        };
        runtime.block_on(async {
            let mut set = JoinSet::new();
            let mut model = BTreeMap::new();
            for _ in 0..3_000 {
                match below(8) {
                    0..3 => {
                        let (yields, value) = (below(3), below(100));
                        let abort = set.spawn(async move {
                            for _ in 0..yields {
                                task::yield_now().await;
                            }
                            value
                        });
                        model.insert(abort.id(), (value, false));
                    }
                    3 => {
                        let abort = set.spawn(pending());
                        abort.abort();
                        model.insert(abort.id(), (0, true));
                    }
                    4 => task::yield_now().await,
                    5 => drop(
                        poll_once(&mut pin!(set.join_next_with_id()), &Counts::new())
                            .map(|joined| check(&mut model, joined)),
                    ),
                    6 if below(20) == 0 => {
                        set.detach_all();
                        model.clear();
                    }
                    _ if below(2) == 0 => check(&mut model, set.join_next_with_id().await),
                    _ => match set.try_join_next_with_id() {
                        None => {}
                        joined => check(&mut model, joined),
                    },
                }
                assert_eq!(set.len(), model.len());
            }
            while !set.is_empty() {
                check(&mut model, set.join_next_with_id().await);
            }
            assert!(model.is_empty());
        });
    }
}

/// Takes what was joined out of the model.
fn check(
    model: &mut BTreeMap<task::Id, (u64, bool)>,
    joined: Option<Result<(task::Id, u64), task::JoinError>>,
) {
    match joined {
        None => assert!(model.is_empty(), "none is joined of {model:?}"),
        Some(Ok((id, value))) => assert_eq!(model.remove(&id), Some((value, false))),
        Some(Err(error)) => {
            assert!(error.is_cancelled() && model.remove(&error.id()).is_some_and(|(_, a)| a));
        }
    }
}

#[test]
fn a_join_that_is_dropped_loses_no_member() {
    in_each(async |_| {
        let mut set = JoinSet::new();
        let (gate, opened) = oneshot::channel();
        set.spawn(async { opened.await.unwrap() });
        let wakes = Counts::new();
        assert!(poll_once(&mut pin!(set.join_next()), &wakes).is_pending());
        gate.send(7).unwrap();
        // Where the set is not asked again, who asked last is woken.
        while wakes.wakes() == 0 {
            task::yield_now().await;
        }
        assert_eq!(set.join_next().await.unwrap().unwrap(), 7);
        assert!(set.is_empty());
    });
}

/// What tries must not take the waker of who waits.
#[test]
fn who_polled_is_woken_although_somebody_tries() {
    in_each(async |_| {
        for _ in 0..200 {
            let mut set = JoinSet::new();
            set.spawn(async {});
            set.spawn(async { task::yield_now().await });
            let mut joined = 0;
            poll_fn(|cx| {
                loop {
                    match set.poll_join_next(cx) {
                        Poll::Ready(None) => return Poll::Ready(()),
                        Poll::Ready(Some(_)) => joined += 1,
                        Poll::Pending => break,
                    }
                }
                while let Some(output) = set.try_join_next() {
                    output.unwrap();
                    joined += 1;
                }
                if set.is_empty() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            assert_eq!(joined, 2);
        }
    });
}

#[test]
fn dropping_a_set_aborts_its_members_and_detaching_does_not() {
    in_each(async |_| {
        let counts = Counts::new();
        let mut set = JoinSet::new();
        (0..10).for_each(|_| drop(set.spawn(counts.count(pending::<()>()))));
        while counts.polls() < 10 {
            task::yield_now().await;
        }
        drop(set);
        while counts.drops() < 10 {
            task::yield_now().await;
        }

        let mut set = JoinSet::new();
        let ended = Arc::new(Semaphore::new(0));
        for _ in 0..10 {
            let ended = ended.clone();
            set.spawn(async move {
                task::yield_now().await;
                ended.add_permits(1);
            });
        }
        set.detach_all();
        assert!(set.is_empty() && set.join_next().await.is_none());
        set.spawn(async {}); // in a place that one of the others had
        set.join_next().await.unwrap().unwrap();
        assert_eq!(set.len(), 0);
        drop(ended.acquire_many(10).await.unwrap());
    });
}

#[test]
fn a_shutdown_waits_until_all_are_gone() {
    in_each(async |_| {
        let counts = Counts::new();
        let mut set = JoinSet::new();
        (0..10).for_each(|_| drop(set.spawn(counts.count(pending::<()>()))));
        set.shutdown().await;
        assert!(set.is_empty());
        assert_eq!(counts.drops(), 10);
    });
}

#[test]
fn a_failed_member_is_an_error_and_ends_join_all() {
    hush();
    in_each(async |_| {
        let mut set = JoinSet::new();
        let panics = set.spawn(async { panic!("on purpose") });
        let id = panics.id();
        let error = set.join_next_with_id().await.unwrap().unwrap_err();
        assert!(error.is_panic() && error.id() == id);
        let counts = Counts::new();
        set.spawn(counts.count(pending()));
        set.spawn(async { panic!("a member on purpose") });
        let error = task::spawn(set.join_all()).await.unwrap_err();
        assert_eq!(text_of(&*error.into_panic()), "a member on purpose");
        while counts.drops() == 0 {
            task::yield_now().await;
        }
        let mut set = JoinSet::new();
        set.spawn(pending::<()>()).abort();
        let error = task::spawn(set.join_all()).await.unwrap_err();
        assert!(error.is_panic());
    });
}

#[test]
fn all_outputs_come_in_the_order_of_the_ends() {
    in_each(async |_| {
        let set: JoinSet<_> = (0..50).map(|n| async move { n }).collect();
        let mut outputs = set.join_all().await;
        outputs.sort();
        assert!(outputs.into_iter().eq(0..50));
        let mut set = JoinSet::default();
        set.extend([async { 1 }]);
        set.extend([async { 2 }]);
        assert_eq!(set.join_all().await.iter().sum::<i32>(), 3);
    });
}

#[test]
fn members_may_live_elsewhere() {
    let _watch = watch();
    let (there, here) = (multi_thread(1), current_thread());
    here.block_on(async {
        let mut set = JoinSet::new();
        let is_there = |handle: Handle| {
            matches!(handle.runtime_flavor(), runtime::runtime::RuntimeFlavor::MultiThread)
        };
        set.spawn_on(async move { is_there(Handle::current()) }, there.handle());
        set.spawn_blocking_on(move || is_there(Handle::current()), there.handle());
        set.spawn(async move { !is_there(Handle::current()) });
        set.spawn_blocking(move || !is_there(Handle::current()));
        assert_eq!(set.join_all().await, [true; 4]);
    });
}

#[test]
fn what_is_spawned_after_the_end_is_joined_as_cancelled() {
    let _watch = watch();
    let gone = current_thread();
    let handle = gone.handle().clone();
    let mut set = JoinSet::new();
    set.spawn_on(pending(), &handle);
    drop(gone);
    set.spawn_on(async {}, &handle);
    set.spawn_blocking_on(|| (), &handle);
    current_thread().block_on(async {
        for _ in 0..3 {
            assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
        }
    });
}

#[test]
fn joining_spends_the_budget_and_trying_does_not() {
    in_each(async |_| {
        let mut set: JoinSet<()> = (0..1_000).map(|_| async {}).collect();
        task::yield_now().await;
        let joined = Cell::new(0);
        let mut join = Box::pin(async {
            while set.join_next().await.is_some() {
                joined.set(joined.get() + 1);
            }
        });
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            Pin::new(&mut join).poll(cx)
        })
        .await;
        drop(join);
        assert_eq!(joined.get(), 1_000);
        assert!(polls >= 1_000 / 128, "{polls} polls");
        set.extend((0..500).map(|_| async {}));
        while coop::has_budget_remaining() {
            coop::consume_budget().await;
        }
        let mut tried = 0;
        while tried < 500 {
            match set.try_join_next() {
                Some(output) => {
                    output.unwrap();
                    tried += 1;
                }
                None => task::yield_now().await,
            }
        }
    });
}

/// A waker that cannot be cloned.
fn unclonable() -> Waker {
    const VTABLE: RawWakerVTable =
        RawWakerVTable::new(|_| panic!("on purpose: no clone"), |_| (), |_| (), |_| ());
    // SAFETY: the functions use no data, and the one that would have to return a waker does not return.
    unsafe { Waker::from_raw(RawWaker::new(ptr::null(), &VTABLE)) }
}

/// Polls the set on the spot when it is woken, with a waker that panics.
struct PollsAtOnce(Arc<Mutex<JoinSet<()>>>);

impl Wake for PollsAtOnce {
    fn wake(self: Arc<Self>) {
        let poll =
            || self.0.lock().unwrap().poll_join_next(&mut Context::from_waker(&unclonable()));
        assert!(
            catch_unwind(AssertUnwindSafe(poll)).is_err(),
            "the member had its outcome already"
        );
    }
}

/// Its bell has rung, it has no outcome yet, and who asks for that panics: then it was in no list.
#[test]
fn a_member_whose_joiner_panicked_was_never_joined() {
    hush();
    let runtime = current_thread();
    let set = Arc::new(Mutex::new(JoinSet::new()));
    set.lock().unwrap().spawn_on(task::yield_now(), runtime.handle());
    let waker = Waker::from(Arc::new(PollsAtOnce(set.clone())));
    let mut cx = Context::from_waker(&waker);
    assert!(set.lock().unwrap().poll_join_next(&mut cx).is_pending());
    while !set.is_poisoned() {
        runtime.block_on(task::yield_now());
    }
    let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
    runtime.block_on(task::yield_now());
    assert!(set.try_join_next().unwrap().is_ok());
}
