//! Panics for misuse are said to come from the code that misuses. Alone in its file, as it has a panic hook of its own.

mod support;

use std::sync::{Arc, Mutex};

use runtime::task::{LocalSet, spawn_local};
use support::current_thread;

/// The file that a panic is said to come from.
fn place_of(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let place = Arc::new(Mutex::new(String::new()));
    let told = place.clone();
    let thread = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == thread {
            *told.lock().unwrap() = info.location().unwrap().file().to_owned();
        }
    }));
    let result = std::panic::catch_unwind(f);
    std::panic::set_hook(report);
    assert!(result.is_err());
    place.lock().unwrap().clone()
}

#[test]
fn a_panic_for_misuse_names_the_place_of_the_misuse() {
    let places = [
        place_of(|| drop(spawn_local(async {}))),
        place_of(|| current_thread().block_on(async { runtime::block_on(async {}) })),
        place_of(|| {
            let set = LocalSet::new();
            set.block_on(&current_thread(), async { set.block_on(&current_thread(), async {}) });
        }),
        #[cfg(feature = "rt-multi-thread")]
        place_of(|| current_thread().block_on(async { runtime::task::block_in_place(|| ()) })),
    ];
    for place in places {
        assert!(place.ends_with("task_misuse.rs"), "{place}");
    }
}
