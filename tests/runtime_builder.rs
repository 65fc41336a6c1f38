//! What can be chosen of a runtime, which one is meant, and what is said where that is unclear.

mod support;

use std::collections::HashSet;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use futures::executor;
use runtime::runtime::RuntimeFlavor;
use runtime::{Builder, Handle, task};
use support::{Gate, current_thread, eventually, hush, multi_thread, text_of, watch};

/// The text with which `f` panics.
fn panic_text<R>(f: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(f()))).expect_err("this must panic");
    text_of(&*payload).to_owned()
}

/// Where a runtime's `spawn` leads to: told by the name of the thread.
fn thread_name() -> String {
    thread::current().name().unwrap_or_default().to_owned()
}

#[test]
fn senseless_numbers_of_workers_are_refused() {
    let text = panic_text(|| Builder::new_multi_thread().worker_threads(0).build());
    assert!(text.contains("worker_threads") && text.contains("not 0"), "{text}");
    let text = panic_text(|| Builder::new_multi_thread().worker_threads(1 << 16).build());
    assert!(text.contains("65535") && text.contains("65536"), "{text}");
}

#[test]
fn a_name_with_a_nul_byte_is_refused() {
    let text = panic_text(|| Builder::new_multi_thread().thread_name("a\0b").build());
    assert!(text.contains("thread_name") && text.contains("NUL"), "{text}");
}

#[test]
fn a_blank_name_of_a_runtime_is_refused() {
    for name in ["", " ", "\t\n"] {
        let text = panic_text(|| Builder::new_current_thread().name(name).build());
        assert!(text.contains(&format!("name: {name:?}")), "{text}");
    }
}

#[test]
fn a_panic_names_who_chose() {
    let calls: [(&str, &dyn Fn()); 8] = [
        ("worker_threads", &|| drop(Builder::new_multi_thread().worker_threads(0).build())),
        ("max_blocking_threads", &|| {
            drop(Builder::new_multi_thread().max_blocking_threads(0).build());
        }),
        ("event_interval", &|| drop(Builder::new_multi_thread().event_interval(0).build())),
        ("global_queue_interval", &|| {
            drop(Builder::new_multi_thread().global_queue_interval(0).build());
        }),
        ("thread_name", &|| drop(Builder::new_multi_thread().thread_name("a\0b").build())),
        ("name", &|| drop(Builder::new_multi_thread().name(" ").build())),
        ("build_local", &|| drop(Builder::new_multi_thread().build_local(Default::default()))),
        ("Handle::current", &|| drop(Handle::current())),
    ];
    let place = Arc::new(Mutex::new(String::new()));
    for (name, call) in calls {
        let told = place.clone();
        let me = thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == me {
                *told.lock().unwrap() = info.location().expect("a panic has a place").to_string();
            } else {
                before(info);
            }
        }));
        catch_unwind(AssertUnwindSafe(call)).expect_err("this must panic");
        drop(panic::take_hook());
        let place = place.lock().unwrap();
        assert!(place.contains(file!()), "{name} panics at {place}");
    }
}

#[test]
fn a_runtime_has_a_number_of_its_own() {
    let runtimes: Vec<_> = (0..4).map(|_| current_thread()).collect();
    let ids: HashSet<_> = runtimes.iter().map(|runtime| runtime.handle().id()).collect();
    assert_eq!(ids.len(), runtimes.len());
    for runtime in &runtimes {
        let id = runtime.handle().id();
        assert_eq!(runtime.block_on(async { Handle::current().id() }), id);
        assert!(id.to_string().parse::<u64>().is_ok_and(|number| number > 0), "{id}");
    }
}

#[test]
fn a_thread_without_a_runtime_is_told_so() {
    let error = Handle::try_current().unwrap_err();
    assert!(error.is_missing_context() && !error.is_thread_local_destroyed());
}

#[test]
fn a_stack_that_cannot_be_had_is_an_error_of_build() {
    for size in [1 << 60, usize::MAX / 2, usize::MAX] {
        let error = Builder::new_multi_thread().thread_stack_size(size).build().unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&size.to_string()) && text.contains("thread_stack_size"), "{text}");
    }
}

#[test]
fn a_stack_of_any_usual_size_can_be_had() {
    let _watch = watch();
    for size in [0, 1, 64 << 10, 8 << 20] {
        let runtime = Builder::new_multi_thread().thread_stack_size(size).build().unwrap();
        executor::block_on(runtime.spawn(async {})).unwrap();
    }
}

#[test]
fn threads_have_the_names_that_were_chosen() {
    let _watch = watch();
    let names = Arc::new(AtomicUsize::new(0));
    let numbered = {
        let names = names.clone();
        move || format!("numbered-{}\0", names.fetch_add(1, SeqCst))
    };
    let runtime = Builder::new_multi_thread()
        .worker_threads(3)
        .thread_stack_size(1 << 20)
        .thread_name_fn(numbered)
        .build()
        .unwrap();
    let together = Arc::new(Barrier::new(3));
    let tasks = [(); 3].map(|()| {
        let together = together.clone();
        runtime.spawn(async move {
            together.wait();
            thread_name()
        })
    });
    let seen: HashSet<_> = tasks.map(|task| executor::block_on(task).unwrap()).into();
    let expected = ["numbered-0?", "numbered-1?", "numbered-2?"].map(str::to_owned);
    assert_eq!(seen, HashSet::from(expected), "a name was asked for in vain");

    let runtime = Builder::new_multi_thread().thread_name("one name").build().unwrap();
    assert_eq!(executor::block_on(runtime.spawn(async { thread_name() })).unwrap(), "one name");
}

/// A function that panics kept the right to wake workers for ever.
#[test]
fn a_thread_name_fn_that_panics_costs_only_the_name() {
    let _watch = watch();
    hush();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name_fn(|| panic!("no name, on purpose"))
        .build()
        .unwrap();
    let name = executor::block_on(runtime.spawn(async { thread_name() })).unwrap();
    assert_eq!(name, "gosched-worker");
}

#[derive(Default)]
struct Calls {
    start: AtomicUsize,
    stop: AtomicUsize,
    park: AtomicUsize,
    unpark: AtomicUsize,
}

fn builder_with_callbacks(calls: &Arc<Calls>, then: fn()) -> Builder {
    let call = |count: fn(&Calls) -> &AtomicUsize| {
        let calls = calls.clone();
        move || {
            count(&calls).fetch_add(1, SeqCst);
            then();
        }
    };
    let mut builder = Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .on_thread_start(call(|calls| &calls.start))
        .on_thread_stop(call(|calls| &calls.stop))
        .on_thread_park(call(|calls| &calls.park))
        .on_thread_unpark(call(|calls| &calls.unpark));
    builder
}

#[test]
fn callbacks_are_called_in_pairs_also_if_they_panic() {
    let _watch = watch();
    hush();
    for then in [|| (), || panic!("in a callback, on purpose")] {
        let calls = Arc::new(Calls::default());
        let runtime = builder_with_callbacks(&calls, then).build().unwrap();
        let together = Arc::new(Barrier::new(2));
        let tasks = [(); 2].map(|()| {
            let together = together.clone();
            runtime.spawn(async move { together.wait().is_leader() })
        });
        runtime.block_on(async { (0..10).for_each(|_| drop(task::spawn(async {}))) });
        let leads = tasks.map(|task| executor::block_on(task).unwrap());
        assert_ne!(leads[0], leads[1]);
        eventually("both workers sleep", || calls.park.load(SeqCst) >= 2);
        drop(runtime);
        let [start, stop, park, unpark] =
            [&calls.start, &calls.stop, &calls.park, &calls.unpark].map(|n| n.load(SeqCst));
        assert!((1..=2).contains(&start), "{start} threads were started");
        assert_eq!((start, park), (stop, unpark));
    }
}

/// The worker went to sleep with the task in its own queue, where nobody else looks.
#[test]
fn a_task_spawned_by_a_park_callback_runs() {
    let _watch = watch();
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let (ran, first) = (Gate::new("the callback's task ran"), AtomicUsize::new(0));
        let open = ran.clone();
        builder.worker_threads(1).on_thread_park(move || {
            if first.fetch_add(1, SeqCst) == 0 {
                let open = open.clone();
                task::spawn(async move { open.open() });
            }
        });
        builder.build().unwrap().block_on(ran.passed());
    }
}

#[test]
fn thread_callbacks_are_in_their_runtime() {
    let _watch = watch();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = || {
        let seen = seen.clone();
        move || seen.lock().unwrap().push(Handle::try_current().is_ok())
    };
    let runtime =
        Builder::new_multi_thread().on_thread_start(note()).on_thread_stop(note()).build().unwrap();
    executor::block_on(runtime.spawn(async {})).unwrap();
    drop(runtime);
    assert_eq!(*seen.lock().unwrap(), [true, true]);
}

#[test]
fn a_current_thread_runtime_runs_tasks_in_block_on_alone() {
    let _watch = watch();
    let runtime = current_thread();
    assert_eq!(runtime.handle().runtime_flavor(), RuntimeFlavor::CurrentThread);
    let task = runtime.spawn(async { thread::current().id() });
    let other = runtime.spawn(async {});
    thread::sleep(std::time::Duration::from_millis(20)); // nothing happens, so nothing can be awaited
    assert!(!task.is_finished() && !other.is_finished());
    assert_eq!(runtime.block_on(task).unwrap(), thread::current().id());
}

#[test]
fn a_block_on_that_ends_leaves_the_tasks_of_a_current_thread_runtime_to_the_next() {
    let _watch = watch();
    let runtime = current_thread();
    let (gate, other) = (Gate::new("the first block_on may return"), runtime.handle().clone());
    let thread = thread::spawn({
        let gate = gate.clone();
        move || other.block_on(async { gate.passed().await })
    });
    // Whichever of the two threads works, and whoever returns first: the task is run.
    let task = runtime.spawn(async move { gate.open() });
    runtime.block_on(task).unwrap();
    thread.join().unwrap();
}

#[test]
fn block_on_inside_a_current_thread_runtime_says_what_to_do() {
    let _watch = watch();
    hush();
    let nested = |text: &str| {
        assert!(text.contains("`block_on`") && text.contains("`.await`"), "{text}");
    };
    let runtime = current_thread();
    runtime.block_on(async {
        nested(&panic_text(|| runtime.block_on(async {})));
        let in_task = task::spawn(async { panic_text(|| Handle::current().block_on(async {})) });
        nested(&in_task.await.unwrap());
    });
    nested(&panic_text(|| current_thread().block_on(async { multi_thread(1).block_on(async {}) })));
    assert_eq!(runtime.block_on(async { 1 }), 1, "the thread can block again");
}

#[test]
fn handle_current_outside_a_runtime_says_what_to_do() {
    let text = panic_text(Handle::current);
    assert!(text.contains("Runtime::enter") && text.contains("block_on"), "{text}");
    assert!(Handle::try_current().is_err());
}

/// A runtime whose threads bear this name.
fn named(name: &str) -> runtime::Runtime {
    Builder::new_multi_thread().worker_threads(1).thread_name(name).build().unwrap()
}

/// The name of the thread that runs what is spawned here.
async fn spawned_on() -> String {
    task::spawn(async { thread_name() }).await.unwrap()
}

#[test]
fn the_runtime_entered_last_is_meant() {
    let _watch = watch();
    let (outer, inner) = (named("outer"), named("inner"));
    let in_outer = outer.enter();
    let in_inner = inner.enter();
    assert_eq!(executor::block_on(spawned_on()), "inner");
    drop(in_inner);
    assert_eq!(executor::block_on(spawned_on()), "outer");
    drop(in_outer);
    assert!(Handle::try_current().is_err());
}

#[test]
fn a_runtime_entered_inside_a_task_is_meant_until_it_is_left() {
    let _watch = watch();
    let (outer, inner) = (named("outer"), named("inner"));
    let inner_handle = inner.handle().clone();
    let seen = outer.spawn(async move {
        let elsewhere = {
            let _in_inner = inner_handle.enter();
            task::spawn(async { thread_name() })
        };
        [elsewhere.await.unwrap(), spawned_on().await]
    });
    assert_eq!(executor::block_on(seen).unwrap(), ["inner", "outer"]);
}

/// The thread of `block_on` runs tasks too, and what its future has entered is not theirs.
#[test]
fn a_runtime_entered_by_the_future_of_block_on_is_not_meant_by_tasks() {
    let _watch = watch();
    let (outer, inner) = (current_thread(), named("inner"));
    outer.block_on(async {
        let task = task::spawn(spawned_on());
        let _in_inner = inner.enter();
        assert_eq!(spawned_on().await, "inner");
        assert_eq!(task.await.unwrap(), thread_name(), "the task's own runtime is meant in it");
        assert_eq!(spawned_on().await, "inner", "still entered");
    });
    assert!(Handle::try_current().is_err());
}

/// After the panic the thread stayed in the runtime for ever.
#[test]
fn guards_dropped_out_of_order_panic_and_leave_their_runtimes() {
    let _watch = watch();
    let (outer, inner) = (multi_thread(1), multi_thread(1));
    let (first, second) = (outer.enter(), inner.enter());
    let text = panic_text(move || drop(first));
    assert!(text.contains("EnterGuard") && text.contains("order"), "{text}");
    assert!(Handle::try_current().is_ok(), "the second is still entered");
    drop(second);
    assert!(Handle::try_current().is_err(), "both were left");
}

#[test]
fn outside_any_runtime_the_global_one_is_meant() {
    let _watch = watch();
    let task = runtime::spawn(async { Handle::current().runtime_flavor() });
    assert_eq!(runtime::block_on(task).unwrap(), RuntimeFlavor::MultiThread);
    assert!(Handle::try_current().is_err(), "the global runtime counts only inside");
}

/// The future was dropped after its runtime had been left.
#[test]
fn the_future_of_block_on_is_dropped_in_its_runtime() {
    struct Asks(bool);
    impl Future for Asks {
        type Output = ();
        fn poll(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<()> {
            std::task::Poll::Ready(())
        }
    }
    impl Drop for Asks {
        fn drop(&mut self) {
            assert_eq!(Handle::try_current().is_ok(), self.0);
        }
    }
    current_thread().block_on(Asks(true));
    drop(Asks(false));
}
