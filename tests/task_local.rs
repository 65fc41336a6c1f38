//! Task-locals: who sees which value, in polls and in drops, whatever ends them.
#![cfg(all(feature = "rt-multi-thread", feature = "sync"))]

mod support;

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::mpsc;

use runtime::task;
use support::{Counts, all_kinds, hush, poll_once, text_of, watch};

runtime::task_local! {
    /// A number.
    static NUMBER: u32;
    pub(crate) static NAME: String;
    static COUNT: Rc<Cell<u32>>
}

#[test]
fn each_task_sees_its_own_value_wherever_it_runs() {
    let _watch = watch();
    for runtime in all_kinds() {
        let tasks: Vec<_> = (0..100)
            .map(|n| {
                runtime.spawn(NUMBER.scope(n, async move {
                    for _ in 0..10 {
                        assert_eq!(NUMBER.get(), n);
                        task::yield_now().await;
                    }
                }))
            })
            .collect();
        runtime.block_on(async {
            assert!(NUMBER.try_get().is_err());
            for task in tasks {
                task.await.unwrap();
                assert!(NUMBER.try_get().is_err());
            }
        });
    }
}

#[test]
fn scopes_nest_and_each_restores_what_was_there() {
    let future = NUMBER.scope(1, async {
        NAME.scope("Ann".into(), async {
            assert_eq!((NUMBER.get(), NAME.get()), (1, "Ann".into()));
            NUMBER
                .scope(2, async {
                    assert_eq!(NUMBER.get(), 2);
                    task::yield_now().await;
                    assert_eq!(NUMBER.sync_scope(3, || NUMBER.get()), 3);
                    assert_eq!(NUMBER.get(), 2);
                })
                .await;
            assert_eq!(NUMBER.get(), 1);
        })
        .await;
        assert!(NAME.try_get().is_err());
    });
    runtime::block_on(future);
    assert!(NUMBER.try_with(|_| ()).is_err());
}

/// Where the value was swapped with that of the thread, a scope inside `with` had to panic.
#[test]
fn a_scope_may_begin_while_the_value_is_in_use() {
    NUMBER.sync_scope(1, || {
        NUMBER.with(|outer| {
            assert_eq!(NUMBER.sync_scope(2, || NUMBER.get()), 2);
            let future = NUMBER.scope(3, async { NUMBER.get() });
            assert_eq!(runtime::block_on(future), 3);
            assert_eq!(*outer, 1);
        });
        assert_eq!(NUMBER.get(), 1);
    });
}

#[test]
fn a_value_may_stay_on_its_thread() {
    let count = Rc::new(Cell::new(0));
    runtime::block_on(COUNT.scope(count.clone(), async {
        COUNT.with(|count| count.set(1));
        task::yield_now().await;
        COUNT.get().set(COUNT.get().get() + 1);
    }));
    assert_eq!(count.get(), 2);
    assert_eq!(Rc::strong_count(&count), 1);
}

#[test]
fn a_panic_ends_the_scope() {
    hush();
    let caught = catch_unwind(|| NUMBER.sync_scope(1, || panic!("on purpose")));
    assert!(caught.is_err());
    assert!(NUMBER.try_get().is_err());
    let mut future = Box::pin(NUMBER.scope(2, async { panic!("on purpose") }));
    let poll = || poll_once(&mut future, &Counts::new());
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
    assert!(NUMBER.try_get().is_err());
}

/// Sends what its drop sees.
struct Sees(mpsc::Sender<Option<u32>>);

impl Drop for Sees {
    fn drop(&mut self) {
        self.0.send(NUMBER.try_get().ok()).unwrap();
    }
}

#[test]
fn a_future_sees_the_value_when_it_is_dropped() {
    let _watch = watch();
    for runtime in all_kinds() {
        let (sees, seen) = mpsc::channel();
        // Done.
        let guard = Sees(sees.clone());
        runtime.block_on(NUMBER.scope(1, async move { drop(guard) }));
        assert_eq!(seen.recv().unwrap(), Some(1));
        // Captured, and not moved out.
        let guard = Sees(sees.clone());
        runtime.block_on(NUMBER.scope(
            2,
            std::future::poll_fn(move |_| {
                let _guard = &guard;
                std::task::Poll::Ready(())
            }),
        ));
        assert_eq!(seen.recv().unwrap(), Some(2));
        // Aborted.
        let guard = Sees(sees.clone());
        let task = runtime.spawn(NUMBER.scope(3, async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        }));
        task.abort();
        assert!(runtime.block_on(task).unwrap_err().is_cancelled());
        assert_eq!(seen.recv().unwrap(), Some(3));
        // Never polled.
        drop(NUMBER.scope(4, {
            let guard = Sees(sees.clone());
            async move { drop(guard) }
        }));
        assert_eq!(seen.recv().unwrap(), Some(4));
        // At the end of the runtime.
        let guard = Sees(sees);
        runtime.spawn(NUMBER.scope(5, async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        }));
        drop(runtime);
        assert_eq!(seen.recv().unwrap(), Some(5));
    }
}

/// A value whose drop looks at its own key.
struct Last(mpsc::Sender<bool>);

runtime::task_local! {
    static LAST: Last;
}

impl Drop for Last {
    fn drop(&mut self) {
        self.0.send(LAST.try_with(|_| ()).is_ok()).unwrap();
    }
}

#[test]
fn a_value_does_not_see_itself_when_it_is_dropped() {
    let (sees, seen) = mpsc::channel();
    LAST.sync_scope(Last(sees.clone()), || LAST.with(|_| ()));
    runtime::block_on(LAST.scope(Last(sees.clone()), async { LAST.with(|_| ()) }));
    drop(LAST.scope(Last(sees), async {}));
    assert_eq!(seen.iter().collect::<Vec<_>>(), [false, false, false]);
}

#[test]
fn what_is_polled_after_the_value_was_taken_sees_none() {
    let seen = RefCell::new(Vec::new());
    let mut future = pin!(NUMBER.scope(1, async {
        for _ in 0..2 {
            seen.borrow_mut().push(NUMBER.try_get().ok());
            task::yield_now().await;
        }
    }));
    NUMBER.sync_scope(9, || {
        assert!(poll_once(&mut future, &Counts::new()).is_pending());
        assert_eq!(future.as_mut().take_value(), Some(1));
        assert_eq!(future.as_mut().take_value(), None);
        assert!(poll_once(&mut future, &Counts::new()).is_pending());
        assert!(poll_once(&mut future, &Counts::new()).is_ready());
    });
    assert_eq!(*seen.borrow(), [Some(1), None], "nor does it see that of an outer scope");
}

#[test]
fn misuse_says_what_is_wrong() {
    let payload = catch_unwind(|| NUMBER.get()).unwrap_err();
    let text = text_of(&*payload);
    assert!(text.contains("task-local value not set") && text.contains("scope"), "{text}");
    let mut future = Box::pin(NUMBER.scope(1, async {}));
    assert!(poll_once(&mut future, &Counts::new()).is_ready());
    assert_eq!(future.as_mut().take_value(), Some(1), "the value outlives the future");
    let again = catch_unwind(AssertUnwindSafe(|| poll_once(&mut future, &Counts::new())));
    assert!(text_of(&*again.unwrap_err()).contains("after it was done"));
}
