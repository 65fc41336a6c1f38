//! Random operations on a channel, compared with a model that has no concurrency.
//!
//! Each run depends on its number alone; a failure names it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio_test::task::{self, Spawn};

use crate::chan::error::{SendError, TryRecvError, TrySendError};
use crate::chan::{Receiver, Sender, bounded, unbounded};
use crate::util::rng::Rng;

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;
type Value = usize;

const RUNS: u64 = 1_000;
const STEPS: usize = 150;

/// What a waiting task was told.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Nothing,
    /// There is a slot, or a value.
    Served,
}

/// A channel without concurrency. Senders and receivers are known by a number, in the order in which they queued.
#[derive(Default)]
struct Model {
    /// `None` without a limit.
    capacity: Option<usize>,
    queue: VecDeque<Value>,
    senders: Vec<(usize, Told)>,
    receivers: Vec<(usize, Told)>,
    /// Slots that sends which are over, or that `try_recv`, have left to senders.
    closed: bool,
}

impl Model {
    fn served(list: &[(usize, Told)]) -> usize {
        list.iter().filter(|each| each.1 == Told::Served).count()
    }

    fn waiting(list: &mut [(usize, Told)]) -> Option<&mut Told> {
        list.iter_mut().map(|each| &mut each.1).find(|told| **told == Told::Nothing)
    }

    fn slots(&self) -> usize {
        match self.capacity {
            None => usize::MAX,
            Some(0) => self.receivers.len(),
            Some(n) => n,
        }
    }

    fn in_use(&self) -> usize {
        self.queue.len() + Self::served(&self.senders)
    }

    fn room(&self) -> usize {
        self.slots().saturating_sub(self.in_use())
    }

    fn is_drained(&self) -> bool {
        self.closed && self.queue.is_empty() && Self::served(&self.senders) == 0
    }

    /// Lets in whoever can be: senders while there is room, receivers while there are values.
    fn settle(&mut self) {
        while !self.closed && self.room() > 0 {
            let Some(told) = Self::waiting(&mut self.senders) else { break };
            *told = Told::Served;
        }
        while self.queue.len() > Self::served(&self.receivers) {
            let Some(told) = Self::waiting(&mut self.receivers) else { break };
            *told = Told::Served;
        }
    }

    fn has_waiting_sender(&self) -> bool {
        self.senders.iter().any(|each| each.1 == Told::Nothing)
    }

    /// Whether a value could be sent at once.
    fn can_send(&self) -> bool {
        !self.closed && !self.has_waiting_sender() && self.room() > 0
    }

    /// Whether a receiver that comes by finds a value.
    fn can_take(&self) -> bool {
        self.queue.len() > Self::served(&self.receivers)
    }

    fn told(list: &[(usize, Told)], id: usize) -> Option<Told> {
        list.iter().find(|each| each.0 == id).map(|each| each.1)
    }
}

struct Sends {
    id: usize,
    future: Spawn<Boxed<Result<(), SendError<Value>>>>,
}

struct Receives {
    id: usize,
    future: Spawn<Boxed<Option<Value>>>,
}

struct Run {
    rng: Rng,
    tx: Arc<Sender<Value>>,
    rx: Arc<Receiver<Value>>,
    model: Model,
    sends: Vec<Sends>,
    receives: Vec<Receives>,
}

impl Run {
    fn new(seed: u64, capacity: Option<usize>) -> Self {
        let (tx, rx) = match capacity {
            Some(n) => bounded(n),
            None => unbounded(),
        };
        Self {
            rng: Rng::new(seed),
            tx: Arc::new(tx),
            rx: Arc::new(rx),
            model: Model { capacity, ..Model::default() },
            sends: Vec::new(),
            receives: Vec::new(),
        }
    }

    fn step(&mut self, id: usize) {
        match self.rng.below(16) {
            0..=2 => self.send(id),
            3..=5 => self.recv(id),
            6..=7 => self.poll_send(),
            8..=9 => self.poll_recv(),
            10 => self.drop_send(),
            11 => self.drop_recv(),
            12 => self.try_send(id),
            13..=14 => self.try_recv(),
            _ if self.rng.below(40) == 0 => {
                assert_eq!(self.rx.close(), !self.model.closed);
                self.model.closed = true;
            }
            _ => {}
        }
        self.model.settle();
        self.compare();
    }

    fn send(&mut self, id: usize) {
        let tx = Arc::clone(&self.tx);
        let mut future: Spawn<Boxed<_>> = task::spawn(Box::pin(async move { tx.send(id).await }));
        let polled = future.poll();
        if self.model.closed {
            assert_eq!(polled, Poll::Ready(Err(SendError(id))));
        } else if self.model.can_send() {
            assert_eq!(polled, Poll::Ready(Ok(())));
            self.model.queue.push_back(id);
        } else {
            assert!(polled.is_pending());
            self.model.senders.push((id, Told::Nothing));
            self.sends.push(Sends { id, future });
        }
    }

    fn recv(&mut self, id: usize) {
        let rx = Arc::clone(&self.rx);
        let mut future: Spawn<Boxed<_>> = task::spawn(Box::pin(async move { rx.recv().await }));
        let polled = future.poll();
        if self.model.can_take() {
            assert_eq!(polled, Poll::Ready(self.model.queue.pop_front()));
        } else if self.model.is_drained() {
            assert_eq!(polled, Poll::Ready(None));
        } else {
            assert!(polled.is_pending());
            self.model.receivers.push((id, Told::Nothing));
            self.receives.push(Receives { id, future });
        }
    }

    fn poll_send(&mut self) {
        if self.sends.is_empty() {
            return;
        }
        let place = self.rng.below(self.sends.len());
        let id = self.sends[place].id;
        let told = Model::told(&self.model.senders, id).expect("it waits");
        match self.sends[place].future.poll() {
            Poll::Pending => return assert!(told == Told::Nothing && !self.model.closed),
            Poll::Ready(Ok(())) => {
                assert_eq!(told, Told::Served);
                self.model.queue.push_back(id);
            }
            Poll::Ready(Err(SendError(value))) => {
                assert!(value == id && told == Told::Nothing && self.model.closed);
            }
        }
        self.forget_send(place);
    }

    fn poll_recv(&mut self) {
        if self.receives.is_empty() {
            return;
        }
        let place = self.rng.below(self.receives.len());
        let id = self.receives[place].id;
        let told = Model::told(&self.model.receivers, id).expect("it waits");
        match self.receives[place].future.poll() {
            Poll::Pending => {
                return assert!(told == Told::Nothing && !self.model.is_drained());
            }
            Poll::Ready(Some(value)) => {
                assert_eq!(told, Told::Served);
                assert_eq!(Some(value), self.model.queue.pop_front());
            }
            Poll::Ready(None) => assert!(self.model.is_drained()),
        }
        self.forget_recv(place);
    }

    fn drop_send(&mut self) {
        if !self.sends.is_empty() {
            self.forget_send(self.rng.below(self.sends.len()));
        }
    }

    fn drop_recv(&mut self) {
        if !self.receives.is_empty() {
            self.forget_recv(self.rng.below(self.receives.len()));
        }
    }

    fn forget_send(&mut self, place: usize) {
        let Sends { id, future } = self.sends.remove(place);
        drop(future);
        self.model.senders.retain(|each| each.0 != id);
    }

    fn forget_recv(&mut self, place: usize) {
        let Receives { id, future } = self.receives.remove(place);
        drop(future);
        self.model.receivers.retain(|each| each.0 != id);
    }

    fn try_send(&mut self, id: usize) {
        let expected = match self.model.can_send() {
            true => Ok(()),
            false if self.model.closed => Err(TrySendError::Closed(id)),
            false => Err(TrySendError::Full(id)),
        };
        assert_eq!(self.tx.try_send(id), expected);
        if expected.is_ok() {
            self.model.queue.push_back(id);
        }
    }

    fn try_recv(&mut self) {
        if self.model.can_take() {
            return assert_eq!(self.rx.try_recv().ok(), self.model.queue.pop_front());
        }
        let expected = match self.model.is_drained() {
            true => TryRecvError::Disconnected,
            false => TryRecvError::Empty,
        };
        assert_eq!(self.rx.try_recv(), Err(expected));
        // In a rendezvous it calls a sender, unless another slot is in use that nobody asks for.
        if self.model.capacity == Some(0)
            && !self.model.closed
            && self.model.in_use() <= self.model.receivers.len()
            && let Some(told) = Model::waiting(&mut self.model.senders)
        {
            *told = Told::Served;
        }
    }

    fn compare(&self) {
        assert_eq!(self.rx.len(), self.model.queue.len());
        assert_eq!(self.tx.is_full(), self.model.room() == 0);
        for Sends { id, future } in &self.sends {
            let told = Model::told(&self.model.senders, *id).expect("it waits");
            let woken = told == Told::Served || self.model.closed;
            assert_eq!(future.is_woken(), woken, "sender {id}");
        }
        for Receives { id, future } in &self.receives {
            let told = Model::told(&self.model.receivers, *id).expect("it waits");
            let woken = told == Told::Served || self.model.is_drained();
            assert_eq!(future.is_woken(), woken, "receiver {id}");
        }
    }
}

/// Says which run failed.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in run {}", self.0);
        }
    }
}

fn runs(capacity: impl Fn(u64) -> Option<usize>) {
    for seed in 0..RUNS {
        let _name = Named(seed);
        let mut run = Run::new(seed, capacity(seed));
        (0..STEPS).for_each(|id| run.step(id));
        // What is left is there for one who comes now, once all others have left.
        let Run { rx, mut model, sends, receives, .. } = run;
        drop(sends);
        drop(receives);
        let left: Vec<_> = std::iter::from_fn(|| rx.try_recv().ok()).collect();
        assert_eq!(left, model.queue.make_contiguous());
    }
}

#[test]
fn a_rendezvous_does_what_its_model_does() {
    runs(|_| Some(0));
}

#[test]
fn a_bounded_channel_does_what_its_model_does() {
    runs(|seed| Some(1 + seed as usize % 3));
}

#[test]
fn an_unbounded_channel_does_what_its_model_does() {
    runs(|_| None);
}
