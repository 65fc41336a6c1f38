//! Random operations on a `watch` channel, compared with a model that has no concurrency.
//!
//! Each run depends on its number alone; a failure names it.

use std::pin::Pin;
use std::task::Poll;

use tokio_test::task::{self, Spawn};

use crate::sync::watch::{self, Receiver, Sender};
use crate::util::rng::Rng;

const RUNS: u64 = 500;
const STEPS: usize = 200;

type Changed = Spawn<Pin<Box<dyn Future<Output = (Receiver<usize>, bool)>>>>;

/// A receiver, as the model knows it; while it waits the future has it.
struct Seen {
    /// How many values came before the one that it has seen, or `None` if it shall forget.
    version: Option<usize>,
    end: End,
}

enum End {
    Here(Receiver<usize>),
    Waits(Changed),
}

struct Run {
    rng: Rng,
    senders: Vec<Sender<usize>>,
    receivers: Vec<Seen>,
    /// The number of the value, which is the value.
    version: usize,
}

/// Waits for a change, and gives the receiver back with what came of it.
fn wait(mut rx: Receiver<usize>) -> Changed {
    task::spawn(Box::pin(async move {
        let changed = rx.changed().await.is_ok();
        (rx, changed)
    }))
}

impl Run {
    fn new(seed: u64) -> Self {
        let (tx, rx) = watch::channel(0);
        let receivers = vec![Seen { version: Some(0), end: End::Here(rx) }];
        Self { rng: Rng::new(seed), senders: vec![tx], receivers, version: 0 }
    }

    fn step(&mut self) {
        match self.rng.below(20) {
            0..=2 => self.send(),
            3 => self.send_nothing(),
            4 => self.change_senders(),
            5 => self.subscribe(),
            6 => drop(self.take()),
            _ => self.receive(),
        }
        self.compare();
    }

    fn any_sender(&self) -> Option<&Sender<usize>> {
        let n = self.senders.len();
        (n > 0).then(|| &self.senders[self.rng.below(n)])
    }

    fn send(&mut self) {
        let next = self.version + 1;
        let Some(tx) = self.any_sender() else { return };
        let kept = match self.rng.below(3) {
            0 => tx.send(next).is_ok(),
            1 => tx.send_replace(next) == self.version,
            _ => tx.send_if_modified(|value| {
                *value = next;
                true
            }),
        };
        if kept {
            self.version = next;
        } else {
            assert!(self.receivers.is_empty(), "refused, though there are receivers");
        }
    }

    fn send_nothing(&mut self) {
        if let Some(tx) = self.any_sender() {
            assert!(!tx.send_if_modified(|_| false));
        }
    }

    fn change_senders(&mut self) {
        if self.rng.below(2) == 0 {
            self.senders.extend(self.any_sender().cloned());
        } else if self.senders.len() > 1 || self.rng.below(10) == 0 {
            self.senders.pop();
        }
    }

    fn subscribe(&mut self) {
        let Some(tx) = self.any_sender() else { return };
        let end = End::Here(tx.subscribe());
        self.receivers.push(Seen { version: Some(self.version), end });
    }

    fn take(&mut self) -> Option<Seen> {
        let n = self.receivers.len();
        (n > 0).then(|| self.receivers.swap_remove(self.rng.below(n)))
    }

    /// One receiver does something.
    fn receive(&mut self) {
        let Some(Seen { mut version, end }) = self.take() else { return };
        let closed = self.senders.is_empty();
        let end = match end {
            End::Waits(mut changed) => match changed.poll() {
                Poll::Pending => {
                    assert!(version == Some(self.version) && !closed);
                    End::Waits(changed)
                }
                Poll::Ready((rx, ok)) => {
                    assert_eq!(ok, version != Some(self.version));
                    assert!(ok || closed, "an error before the end");
                    version = Some(self.version);
                    End::Here(rx)
                }
            },
            End::Here(mut rx) => match self.rng.below(8) {
                0 => {
                    let value = rx.borrow_and_update();
                    let expected = (self.version, version != Some(self.version));
                    assert_eq!((*value, value.has_changed()), expected);
                    drop(value);
                    version = Some(self.version);
                    End::Here(rx)
                }
                1 => {
                    rx.mark_changed();
                    version = None;
                    End::Here(rx)
                }
                2 => {
                    rx.mark_unchanged();
                    version = Some(self.version);
                    End::Here(rx)
                }
                3 => {
                    self.receivers.push(Seen { version, end: End::Here(rx.clone()) });
                    End::Here(rx)
                }
                4 => {
                    // A wait that is dropped takes nothing for seen unless it was ready.
                    if task::spawn(rx.changed()).poll().is_ready() {
                        version = Some(self.version);
                    }
                    End::Here(rx)
                }
                _ => End::Waits(wait(rx)),
            },
        };
        self.receivers.push(Seen { version, end });
    }

    fn compare(&self) {
        let closed = self.senders.is_empty();
        if let Some(tx) = self.senders.first() {
            assert_eq!(tx.receiver_count(), self.receivers.len());
            assert_eq!(tx.sender_count(), self.senders.len());
            assert_eq!(*tx.borrow(), self.version);
        }
        for Seen { version, end } in &self.receivers {
            let End::Here(rx) = end else { continue };
            assert_eq!(*rx.borrow(), self.version);
            assert_eq!(rx.borrow().has_changed(), *version != Some(self.version));
            assert_eq!(rx.is_closed(), closed);
            assert_eq!(rx.has_changed().ok(), (!closed).then_some(*version != Some(self.version)));
        }
    }

    /// Whoever has waited long enough is woken.
    fn end(mut self) {
        self.senders.clear();
        for Seen { version, end } in self.receivers {
            let End::Waits(mut changed) = end else { continue };
            match changed.poll() {
                Poll::Ready((_, ok)) => assert_eq!(ok, version != Some(self.version)),
                Poll::Pending => panic!("it waits for ever"),
            }
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

#[test]
fn a_watch_does_what_its_model_does() {
    for seed in 0..RUNS {
        let _name = Named(seed);
        let mut run = Run::new(seed);
        (0..STEPS).for_each(|_| run.step());
        run.end();
    }
}
