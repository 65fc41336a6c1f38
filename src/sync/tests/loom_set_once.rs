//! `SetOnce`, and the place under it and under `OnceCell`: setting against looking, waiting, and setting again.
//!
//! What is done before the value is set changes a flag that orders nothing by itself.
//!
//! Seen to fail: with `Relaxed` for setting `is_set` or for the look at it; without the lock around the writing; and with a
//! notification that comes before the value.

use std::sync::atomic::Ordering::Relaxed;

use loom::thread;

use crate::sync::SetOnce;
use crate::util::block_thread::block_on;
use crate::util::sync::{Arc, AtomicBool};

struct Shared {
    once: SetOnce<u32>,
    flag: AtomicBool,
}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self { once: SetOnce::new(), flag: AtomicBool::new(false) })
    }

    fn set(&self) {
        self.flag.store(true, Relaxed);
        self.once.set(1).unwrap();
    }

    fn is_prepared(&self) -> bool {
        self.flag.load(Relaxed)
    }
}

#[test]
fn loom_who_finds_the_value_sees_what_was_done_before() {
    loom::model(|| {
        let shared = Shared::new();
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || other.set());
        if shared.once.get().is_some() {
            assert!(shared.is_prepared());
        }
        thread.join().unwrap();
    });
}

#[test]
fn loom_two_who_wait_get_the_value() {
    loom::model(|| {
        let shared = Shared::new();
        let (sets, waits) = (Arc::clone(&shared), Arc::clone(&shared));
        let sets = thread::spawn(move || sets.set());
        let waits = thread::spawn(move || {
            assert_eq!(*block_on(waits.once.wait()), 1);
            assert!(waits.is_prepared());
        });
        assert_eq!(*block_on(shared.once.wait()), 1);
        assert!(shared.is_prepared());
        sets.join().unwrap();
        waits.join().unwrap();
    });
}

#[test]
fn loom_who_is_refused_finds_the_value() {
    loom::model(|| {
        let shared = Shared::new();
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let won = other.once.set(2).is_ok();
            assert_eq!(other.once.get(), Some(if won { &2 } else { &3 }));
            won
        });
        let won = shared.once.set(3).is_ok();
        assert_eq!(shared.once.get(), Some(if won { &3 } else { &2 }));
        assert!(thread.join().unwrap() != won);
    });
}
