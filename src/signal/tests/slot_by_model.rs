//! Random operations on a slot, compared with a model that has no concurrency; and wakers that panic.
//!
//! Each run depends on its number alone; a failure names it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Wake, Waker};

use super::Listener;
use crate::signal::unix::slot::Slot;
use crate::util::rng::Rng;

const RUNS: u64 = 500;
const STEPS: usize = 200;

/// A waker that counts its wakes, and panics with each if it shall.
#[derive(Default)]
struct Wakes {
    count: AtomicUsize,
    panics: bool,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.count.fetch_add(1, SeqCst);
        assert!(!self.panics, "in a wake, on purpose");
    }
}

/// A listener, as the model knows it.
struct Known<'a> {
    listener: Listener<&'a Slot>,
    wakes: Arc<Wakes>,
    received: u64,
    waits: bool,
    woken: usize,
}

struct Run<'a> {
    rng: Rng,
    slot: &'a Slot,
    all: Vec<Known<'a>>,
    count: u64,
    received: u64,
}

impl<'a> Run<'a> {
    fn step(&mut self) {
        match self.rng.below(10) {
            0 | 1 => self.deliver(),
            2 | 3 if self.all.len() < 80 => self.listen(),
            4 => drop(self.take()),
            _ => self.poll(),
        }
    }

    fn listen(&mut self) {
        let listener = Listener::new(self.slot);
        let (wakes, received) = (Arc::default(), self.received);
        self.all.push(Known { listener, wakes, received, waits: false, woken: 0 });
    }

    fn take(&mut self) -> Option<Known<'a>> {
        let at = self.rng.below(self.all.len().max(1));
        (!self.all.is_empty()).then(|| self.all.swap_remove(at))
    }

    fn deliver(&mut self) {
        self.slot.deliver();
        self.count += 1;
        for known in &mut self.all {
            known.woken += usize::from(std::mem::take(&mut known.waits));
            assert_eq!(known.wakes.count.load(SeqCst), known.woken);
        }
    }

    fn poll(&mut self) {
        let Some(mut known) = self.take() else { return };
        let ready = known.listener.poll(&Waker::from(known.wakes.clone())).is_ready();
        assert_eq!(ready, known.received != self.count);
        known.waits = !ready;
        if ready {
            (known.received, self.received) = (self.count, self.count);
        }
        self.all.push(known);
    }
}

#[test]
fn a_slot_behaves_as_its_model() {
    for seed in 0..RUNS {
        eprintln!("run {seed}");
        let slot = Slot::new();
        let rng = Rng::new(seed);
        let mut run = Run { rng, slot: &slot, all: Vec::new(), count: 0, received: 0 };
        (0..STEPS).for_each(|_| run.step());
    }
}

#[test]
fn a_waker_that_panics_keeps_no_other_from_being_woken() {
    let slot = Slot::new();
    let wakes: Vec<_> =
        (0..100).map(|n| Arc::new(Wakes { panics: n % 2 == 0, ..Wakes::default() })).collect();
    let listeners: Vec<_> = wakes
        .iter()
        .map(|wakes| {
            let mut listener = Listener::new(&slot);
            assert!(listener.poll(&Waker::from(wakes.clone())).is_pending());
            listener
        })
        .collect();
    catch_unwind(AssertUnwindSafe(|| slot.deliver())).unwrap_err();
    assert!(wakes.iter().all(|wakes| wakes.count.load(SeqCst) == 1));
    drop(listeners);
}
