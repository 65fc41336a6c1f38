//! Random operations on a broadcast channel, compared with a model that has no concurrency: it keeps everything that
//! was ever sent, and a receiver is a place in that.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use tokio_test::task::{self, Spawn};

use super::permits_by_model::Named;
use crate::sync::broadcast::error::{RecvError, TryRecvError};
use crate::sync::broadcast::{Receiver, Sender, WeakSender};
use crate::util::rng::Rng;

const RUNS: u64 = 400;
const STEPS: usize = 300;

/// A value that counts how many of its kind are alive.
#[derive(Debug)]
struct Value {
    number: u64,
    alive: Rc<Cell<usize>>,
}

impl Value {
    fn new(number: u64, alive: &Rc<Cell<usize>>) -> Self {
        alive.set(alive.get() + 1);
        Self { number, alive: Rc::clone(alive) }
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        Self::new(self.number, &self.alive)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
    }
}

type Recv = Spawn<Pin<Box<dyn Future<Output = Result<u64, RecvError>>>>>;

/// A receiver as it is, and the number of its next value as the model has it.
struct Subscriber {
    rx: Rc<RefCell<Receiver<Value>>>,
    next: u64,
    recv: Option<Recv>,
}

impl Subscriber {
    fn new(rx: Receiver<Value>, next: u64) -> Self {
        Self { rx: Rc::new(RefCell::new(rx)), next, recv: None }
    }

    /// A `recv` that can be dropped without the receiver.
    #[expect(clippy::await_holding_refcell_ref, reason = "nobody else borrows it meanwhile")]
    fn start(&mut self) {
        let rx = Rc::clone(&self.rx);
        let recv = async move { rx.borrow_mut().recv().await.map(|value| value.number) };
        self.recv = Some(task::spawn(Box::pin(recv)));
    }
}

struct Run {
    rng: Rng,
    capacity: u64,
    alive: Rc<Cell<usize>>,
    /// Values are numbered from 0.
    sent: u64,
    weak: WeakSender<Value>,
    senders: Vec<Sender<Value>>,
    subscribers: Vec<Subscriber>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let rng = Rng::new(seed);
        let capacity = 1 + rng.below(6);
        let tx = Sender::new(capacity);
        Self {
            rng,
            capacity: capacity.next_power_of_two() as u64,
            alive: Rc::default(),
            sent: 0,
            weak: tx.downgrade(),
            senders: vec![tx],
            subscribers: Vec::new(),
        }
    }

    fn step(&mut self) {
        match self.rng.below(20) {
            0..=5 => self.send(),
            6 => self.subscribe(),
            7 => self.resubscribe(),
            8 => self.leave(),
            9..=12 => self.try_recv(),
            13..=15 => self.recv(),
            16 => self.cancel(),
            17 => self.senders.extend(self.weak.upgrade()),
            18 if self.senders.len() > 1 || self.rng.below(30) == 0 => drop(self.senders.pop()),
            _ => self.senders.extend(self.senders.first().cloned()),
        }
        self.compare();
    }

    /// The number of the oldest value that has not been taken away.
    fn oldest(&self) -> u64 {
        self.sent.saturating_sub(self.capacity)
    }

    /// Values that somebody has yet to receive.
    fn len(&self) -> usize {
        let slowest = self.subscribers.iter().map(|each| each.next).min().unwrap_or(self.sent);
        (self.sent - slowest.max(self.oldest())) as usize
    }

    fn send(&mut self) {
        let Some(tx) = self.senders.first() else { return };
        match tx.send(Value::new(self.sent, &self.alive)) {
            Ok(receivers) => {
                assert_eq!(receivers, self.subscribers.len());
                self.sent += 1;
            }
            Err(error) => {
                assert!(self.subscribers.is_empty());
                assert_eq!(error.0.number, self.sent);
            }
        }
    }

    fn subscribe(&mut self) {
        let Some(tx) = self.senders.first() else { return };
        self.subscribers.push(Subscriber::new(tx.subscribe(), self.sent));
    }

    fn resubscribe(&mut self) {
        let Some(other) = self.subscribers.iter().find(|each| each.recv.is_none()) else { return };
        let rx = other.rx.borrow().resubscribe();
        self.subscribers.push(Subscriber::new(rx, self.sent));
    }

    /// Takes any subscriber.
    fn pick(&mut self) -> Option<Subscriber> {
        let place = self.rng.below(self.subscribers.len().max(1));
        (!self.subscribers.is_empty()).then(|| self.subscribers.swap_remove(place))
    }

    fn leave(&mut self) {
        let Some(subscriber) = self.pick() else { return };
        drop(subscriber.recv);
        drop(subscriber.rx);
    }

    /// What a subscriber receives now; `None` if it has to wait.
    fn expected(&self, next: &mut u64) -> Option<Result<u64, RecvError>> {
        if *next < self.oldest() {
            let lost = self.oldest() - std::mem::replace(next, self.oldest());
            return Some(Err(RecvError::Lagged(lost)));
        }
        if *next < self.sent {
            *next += 1;
            return Some(Ok(*next - 1));
        }
        self.senders.is_empty().then_some(Err(RecvError::Closed))
    }

    fn try_recv(&mut self) {
        let Some(mut subscriber) = self.pick() else { return };
        if subscriber.recv.is_none() {
            let received = subscriber.rx.borrow_mut().try_recv().map(|value| value.number);
            let expected = match self.expected(&mut subscriber.next) {
                Some(Ok(number)) => Ok(number),
                Some(Err(RecvError::Lagged(n))) => Err(TryRecvError::Lagged(n)),
                Some(Err(RecvError::Closed)) => Err(TryRecvError::Closed),
                None => Err(TryRecvError::Empty),
            };
            assert_eq!(received, expected);
        }
        self.subscribers.push(subscriber);
    }

    /// Begins a `recv`, or polls the one that waits, woken or not.
    fn recv(&mut self) {
        let Some(mut subscriber) = self.pick() else { return };
        if subscriber.recv.is_none() {
            subscriber.start();
        }
        let polled = subscriber.recv.as_mut().map(Spawn::poll).expect("it was begun");
        match (polled, self.expected(&mut subscriber.next)) {
            (Poll::Pending, None) => {}
            (Poll::Ready(received), Some(expected)) => {
                assert_eq!(received, expected);
                subscriber.recv = None;
            }
            (polled, expected) => panic!("{polled:?} is not {expected:?}"),
        }
        self.subscribers.push(subscriber);
    }

    /// Drops a `recv` that waits, and not its receiver.
    fn cancel(&mut self) {
        let waits = self.subscribers.iter_mut().find(|each| each.recv.is_some());
        waits.into_iter().for_each(|each| each.recv = None);
    }

    fn compare(&self) {
        assert_eq!(self.alive.get(), self.len(), "values that are alive");
        assert_eq!(self.weak.strong_count(), self.senders.len());
        if let Some(tx) = self.senders.first() {
            assert_eq!((tx.len(), tx.receiver_count()), (self.len(), self.subscribers.len()));
        }
        for subscriber in &self.subscribers {
            let left = self.sent - subscriber.next;
            match &subscriber.recv {
                Some(recv) => assert_eq!(recv.is_woken(), left > 0 || self.senders.is_empty()),
                None => assert_eq!(subscriber.rx.borrow().len() as u64, left),
            }
        }
    }
}

#[test]
fn a_broadcast_channel_does_what_its_model_does() {
    for seed in 0..RUNS {
        let _name = Named(seed);
        let mut run = Run::new(seed);
        (0..STEPS).for_each(|_| run.step());
        let alive = Rc::clone(&run.alive);
        drop(run);
        assert_eq!(alive.get(), 0, "nothing is left");
    }
}
