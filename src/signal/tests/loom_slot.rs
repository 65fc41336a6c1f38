//! A slot: the delivery of a signal against listeners that wait, come and go.
//!
//! Seen to fail: with a delivery that wakes before it counts, and with a listener of `signal()` that starts from the count of the moment (in
//! `loom_a_signal_between_two_listeners`).

use std::future::poll_fn;

use loom::thread;

use super::Listener;
use crate::signal::unix::slot::Slot;
use crate::util::block_thread::block_on;
use crate::util::sync::Arc;

fn receive(listener: &mut Listener<Arc<Slot>>) {
    block_on(poll_fn(|cx| listener.poll(cx.waker())));
}

#[test]
fn loom_every_listener_receives_the_last_signal() {
    loom::model(|| {
        let slot = Arc::new(Slot::new());
        let mut ours = Listener::new(slot.clone());
        let mut theirs = Listener::new(slot.clone());
        let other = thread::spawn(move || receive(&mut theirs));
        let signals = thread::spawn(move || slot.deliver());
        receive(&mut ours);
        other.join().unwrap();
        signals.join().unwrap();
    });
}

#[test]
fn loom_a_signal_after_one_that_was_received() {
    loom::model(|| {
        let slot = Arc::new(Slot::new());
        let mut listener = Listener::new(slot.clone());
        let waits = thread::spawn(move || {
            receive(&mut listener);
            listener
        });
        slot.deliver();
        let mut listener = waits.join().unwrap();
        let waits = thread::spawn(move || receive(&mut listener));
        slot.deliver();
        waits.join().unwrap();
    });
}

#[test]
fn loom_a_signal_between_two_listeners() {
    loom::model(|| {
        let slot = Arc::new(Slot::new());
        let first = Listener::new(slot.clone());
        let other = slot.clone();
        let signals = thread::spawn(move || other.deliver());
        // It may be woken, and is dropped instead of polled.
        let mut first = first;
        let waker = std::task::Waker::noop();
        let received = first.poll(waker).is_ready();
        drop(first);
        if !received {
            receive(&mut Listener::new(slot));
        }
        signals.join().unwrap();
    });
}
