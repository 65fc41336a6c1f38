//! `LocalRuntime`: local tasks without a set, in all of one runtime.
#![cfg(feature = "sync")]

mod support;

use std::cell::Cell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Poll;
use std::thread;

use runtime::runtime::{Builder, Handle, LocalOptions, LocalRuntime, RuntimeFlavor};
use runtime::sync::oneshot;
use runtime::task::{self, LocalSet};
use support::{text_of, watch};

fn local() -> LocalRuntime {
    Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap()
}

#[test]
fn tasks_may_be_local_everywhere_in_the_runtime() {
    let _watch = watch();
    let runtime = local();
    let early = runtime.spawn_local(async { Rc::new(1) });
    let entered = {
        let _guard = runtime.enter();
        task::spawn_local(async { Rc::new(2) })
    };
    let by_handle = {
        let _guard = runtime.handle().enter();
        task::spawn_local(async { Rc::new(3) })
    };
    let sum = runtime.block_on(async {
        let here = Rc::new(4);
        let inside = task::spawn_local(async move { here });
        // In a task that could be elsewhere, and is not.
        let nested = task::spawn(async {
            let (sender, receiver) = oneshot::channel();
            task::spawn_local(async {
                let shared = Rc::new(5);
                task::yield_now().await;
                sender.send(*shared).unwrap();
            });
            receiver.await.unwrap()
        });
        let nested = nested.await.unwrap();
        let mut sum = nested;
        for task in [early, entered, by_handle, inside] {
            sum += *task.await.unwrap();
        }
        sum
    });
    assert_eq!(sum, 15);
    assert_eq!(runtime.handle().runtime_flavor(), RuntimeFlavor::CurrentThread);
}

#[test]
fn a_set_inside_comes_first() {
    let _watch = watch();
    let set = LocalSet::new();
    local().block_on(async {
        let spawn = || task::spawn_local(async {});
        let task = set.run_until(std::future::poll_fn(|_| Poll::Ready(spawn()))).await;
        task::spawn_local(async {}).await.unwrap();
        assert!(!task.is_finished(), "it belongs to the set, which nobody polls");
        set.await;
        assert!(task.is_finished());
    });
}

#[test]
fn tasks_that_are_left_go_on_and_end_inside_the_runtime() {
    struct Looks(Rc<Cell<u32>>);
    impl Drop for Looks {
        fn drop(&mut self) {
            assert!(Handle::try_current().is_ok());
            drop(task::spawn(async {}));
            drop(task::spawn_local(async {}));
            self.0.set(self.0.get() + 1);
        }
    }
    let _watch = watch();
    let drops = Rc::new(Cell::new(0));
    let runtime = local();
    for n in 0..3 {
        let looks = Looks(drops.clone());
        runtime.spawn_local(async move {
            let _looks = looks;
            for _ in 0..n {
                task::yield_now().await;
            }
            pending::<()>().await;
        });
    }
    runtime.block_on(task::yield_now());
    let task = runtime.spawn_local(async { 7 });
    assert_eq!(runtime.block_on(task).unwrap(), 7);
    assert_eq!(drops.get(), 0);
    runtime.shutdown_background();
    assert_eq!(drops.get(), 3);
}

#[test]
fn a_handle_elsewhere_spawns_what_may_go_there() {
    let _watch = watch();
    let runtime = local();
    let handle = runtime.handle().clone();
    let elsewhere = thread::spawn(move || {
        let _guard = handle.enter();
        let task = task::spawn(async { 7 });
        let spawn = || drop(task::spawn_local(async {}));
        let payload = catch_unwind(AssertUnwindSafe(spawn)).unwrap_err();
        (task, text_of(&*payload).to_owned())
    });
    let (task, text) = elsewhere.join().unwrap();
    assert!(text.contains("from the thread the runtime was created on"), "{text}");
    assert_eq!(runtime.block_on(task).unwrap(), 7);
}

#[test]
fn only_a_current_thread_runtime_can_be_local() {
    #[cfg(feature = "rt-multi-thread")]
    {
        let build = || Builder::new_multi_thread().build_local(LocalOptions::default());
        assert!(catch_unwind(AssertUnwindSafe(|| drop(build()))).is_err());
    }
    let runtime = local();
    let task = runtime.spawn_local(async { Handle::current().block_on(async {}) });
    let payload = runtime.block_on(task).unwrap_err().into_panic();
    assert!(text_of(&*payload).contains("`LocalRuntime`"));
}
