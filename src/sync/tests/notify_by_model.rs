//! Random operations on a `Notify`, compared with a model that has no concurrency.
//!
//! Each run depends on its number alone; a failure names it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;

use tokio_test::task::{self, Spawn};

use crate::sync::Notify;
use crate::sync::futures::OwnedNotified;
use crate::util::rng::Rng;

const RUNS: u64 = 1_000;
const STEPS: usize = 200;

/// How far a future is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Made,
    Queued,
    /// It was given a notification for one; `true` if for the last.
    Handed(bool),
    /// Its round is over.
    Released,
    Done,
}

struct Wait {
    id: usize,
    stage: Stage,
    /// It has been polled, and so is to be woken.
    polled: bool,
    future: Spawn<Pin<Box<OwnedNotified>>>,
}

struct Run {
    rng: Rng,
    notify: Arc<Notify>,
    permit: bool,
    queue: VecDeque<usize>,
    waits: Vec<Wait>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let notify = Arc::new(Notify::new());
        let queue = VecDeque::new();
        Self { rng: Rng::new(seed), notify, permit: false, queue, waits: Vec::new() }
    }

    fn step(&mut self, id: usize) {
        match self.rng.below(12) {
            0..=2 => self.make(id),
            3..=4 => self.poll(),
            5 => self.enable(),
            6..=7 => self.drop_one(),
            8..=9 => {
                self.notify.notify_one();
                self.give(false);
            }
            10 => {
                self.notify.notify_last();
                self.give(true);
            }
            _ => self.notify_waiters(),
        }
        self.compare();
    }

    /// The model's notification for one.
    fn give(&mut self, last: bool) {
        let chosen = if last { self.queue.pop_back() } else { self.queue.pop_front() };
        match chosen {
            Some(id) => {
                let wait = self.waits.iter_mut().find(|wait| wait.id == id);
                wait.expect("it is in the queue").stage = Stage::Handed(last);
            }
            None => self.permit = true,
        }
    }

    fn make(&mut self, id: usize) {
        let future = task::spawn(Box::pin(self.notify.clone().notified_owned()));
        self.waits.push(Wait { id, stage: Stage::Made, polled: false, future });
    }

    /// The model's first half of a poll; says whether the future is ready.
    fn advance(&mut self, place: usize) -> bool {
        let wait = &mut self.waits[place];
        wait.stage = match wait.stage {
            Stage::Made if self.permit => {
                self.permit = false;
                Stage::Done
            }
            Stage::Made => {
                self.queue.push_back(wait.id);
                Stage::Queued
            }
            Stage::Queued => Stage::Queued,
            Stage::Handed(_) | Stage::Released | Stage::Done => Stage::Done,
        };
        wait.stage == Stage::Done
    }

    fn choose(&self) -> Option<usize> {
        (!self.waits.is_empty()).then(|| self.rng.below(self.waits.len()))
    }

    fn poll(&mut self) {
        let Some(place) = self.choose() else { return };
        let ready = self.advance(place);
        let wait = &mut self.waits[place];
        wait.polled = true;
        assert_eq!(wait.future.poll().is_ready(), ready, "{}", wait.id);
    }

    fn enable(&mut self) {
        let Some(place) = self.choose() else { return };
        let ready = self.advance(place);
        assert_eq!(self.waits[place].future.as_mut().enable(), ready);
    }

    fn drop_one(&mut self) {
        let Some(place) = self.choose() else { return };
        let wait = self.waits.remove(place);
        drop(wait.future);
        self.queue.retain(|id| *id != wait.id);
        if let Stage::Handed(last) = wait.stage {
            self.give(last);
        }
    }

    fn notify_waiters(&mut self) {
        self.notify.notify_waiters();
        self.queue.clear();
        for wait in &mut self.waits {
            if matches!(wait.stage, Stage::Made | Stage::Queued) {
                wait.stage = Stage::Released;
            }
        }
    }

    fn compare(&mut self) {
        for wait in &self.waits {
            let over = matches!(wait.stage, Stage::Handed(_) | Stage::Released);
            if wait.polled && wait.stage != Stage::Done {
                assert_eq!(wait.future.is_woken(), over, "{} {:?}", wait.id, wait.stage);
            }
        }
        if self.queue.is_empty() {
            let mut probe = task::spawn(self.notify.notified());
            assert_eq!(probe.poll().is_ready(), self.permit);
            if self.permit {
                self.notify.notify_one();
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
fn a_notify_does_what_its_model_does() {
    for seed in 0..RUNS {
        let _name = Named(seed);
        let mut run = Run::new(seed);
        (0..STEPS).for_each(|id| run.step(id));
    }
}
