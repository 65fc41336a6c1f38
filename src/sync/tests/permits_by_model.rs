//! Random operations on a semaphore and on a lock, each compared with a model that has no concurrency.
//!
//! Each run depends on its number alone; a failure names it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio_test::task::{self, Spawn};

use crate::sync::{
    AcquireError, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock,
    Semaphore, TryAcquireError,
};
use crate::util::rng::Rng;

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

const RUNS: u64 = 500;
const STEPS: usize = 200;

/// One who waits, as the model knows it.
struct Waits {
    id: usize,
    wanted: usize,
    given: usize,
}

/// A semaphore without concurrency.
#[derive(Default)]
struct Model {
    free: usize,
    queue: VecDeque<Waits>,
    /// Those who were served, and do not know it yet.
    served: Vec<usize>,
    closed: bool,
}

impl Model {
    fn put(&mut self, n: usize) {
        self.free += n;
        while let Some(first) = self.queue.front_mut() {
            let moved = (first.wanted - first.given).min(self.free);
            first.given += moved;
            self.free -= moved;
            if first.given < first.wanted {
                break;
            }
            self.served.extend(self.queue.pop_front().map(|first| first.id));
        }
    }

    /// Whether a request is served at once; else it waits.
    fn acquire(&mut self, id: usize, wanted: usize) -> bool {
        if self.queue.is_empty() && self.free >= wanted {
            self.free -= wanted;
            return true;
        }
        self.queue.push_back(Waits { id, wanted, given: 0 });
        self.put(0);
        false
    }

    fn cancel(&mut self, id: usize, wanted: usize) {
        let given = match self.queue.iter().position(|waits| waits.id == id) {
            Some(place) => self.queue.remove(place).expect("it was found there").given,
            None if self.served.contains(&id) => wanted,
            None => 0, // refused by the close
        };
        self.served.retain(|served| *served != id);
        self.put(given);
    }

    fn close(&mut self) {
        self.closed = true;
        self.free += self.queue.drain(..).map(|waits| waits.given).sum::<usize>();
    }
}

/// One who waits, as it is.
struct Request {
    id: usize,
    wanted: usize,
    future: Spawn<Boxed<Result<OwnedSemaphorePermit, AcquireError>>>,
}

struct Run {
    rng: Rng,
    semaphore: Arc<Semaphore>,
    model: Model,
    requests: Vec<Request>,
    permits: Vec<OwnedSemaphorePermit>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let rng = Rng::new(seed);
        let free = rng.below(6);
        let semaphore = Arc::new(Semaphore::new(free));
        let model = Model { free, ..Model::default() };
        Self { rng, semaphore, model, requests: Vec::new(), permits: Vec::new() }
    }

    fn step(&mut self, id: usize) {
        match self.rng.below(16) {
            0..=3 => self.acquire(id),
            4..=5 => self.cancel(),
            6..=8 => self.poll(),
            9..=11 => self.release(),
            12 => self.try_acquire(),
            13 => self.add(),
            14 => self.forget(),
            _ if self.rng.below(20) == 0 => {
                self.semaphore.close();
                self.model.close();
            }
            _ => self.split(),
        }
        self.compare();
    }

    fn acquire(&mut self, id: usize) {
        let wanted = 1 + self.rng.below(4);
        let mut future: Spawn<Boxed<_>> =
            task::spawn(Box::pin(self.semaphore.clone().acquire_many_owned(wanted as u32)));
        let polled = future.poll();
        if self.model.closed {
            return assert!(matches!(polled, Poll::Ready(Err(_))));
        }
        let served = self.model.acquire(id, wanted);
        assert_eq!(polled.is_ready(), served);
        match polled {
            Poll::Ready(permit) => self.permits.push(permit.unwrap()),
            Poll::Pending => self.requests.push(Request { id, wanted, future }),
        }
    }

    /// Drops one who waits.
    fn cancel(&mut self) {
        if self.requests.is_empty() {
            return;
        }
        let request = self.requests.remove(self.rng.below(self.requests.len()));
        self.model.cancel(request.id, request.wanted);
    }

    /// Polls one who waits, woken or not.
    fn poll(&mut self) {
        if self.requests.is_empty() {
            return;
        }
        let place = self.rng.below(self.requests.len());
        let id = self.requests[place].id;
        let served = self.model.served.contains(&id);
        let waits = self.model.queue.iter().any(|waits| waits.id == id);
        match self.requests[place].future.poll() {
            Poll::Pending => assert!(waits),
            Poll::Ready(Ok(permit)) => {
                assert!(served);
                self.model.served.retain(|each| *each != id);
                self.permits.push(permit);
                self.requests.remove(place);
            }
            Poll::Ready(Err(_)) => {
                assert!(!served && !waits && self.model.closed);
                self.requests.remove(place);
            }
        }
    }

    fn release(&mut self) {
        if self.permits.is_empty() {
            return;
        }
        let permit = self.permits.swap_remove(self.rng.below(self.permits.len()));
        self.model.put(permit.num_permits());
    }

    fn try_acquire(&mut self) {
        let n = 1 + self.rng.below(3);
        match self.semaphore.clone().try_acquire_many_owned(n as u32) {
            Ok(permit) => {
                assert!(!self.model.closed && self.model.queue.is_empty());
                self.model.free -= n;
                self.permits.push(permit);
            }
            Err(TryAcquireError::Closed) => assert!(self.model.closed),
            Err(TryAcquireError::NoPermits) => assert!(self.model.free < n),
        }
    }

    fn add(&mut self) {
        let n = self.rng.below(5);
        self.semaphore.add_permits(n);
        self.model.put(n);
    }

    fn forget(&mut self) {
        let n = self.rng.below(3);
        let forgotten = self.semaphore.forget_permits(n);
        assert_eq!(forgotten, self.model.free.min(n));
        self.model.free -= forgotten;
    }

    /// Splits a permit, or merges two.
    fn split(&mut self) {
        let Some(mut permit) = self.permits.pop() else { return };
        let half = permit.split(permit.num_permits() / 2).expect("it has as many");
        match self.permits.last_mut() {
            Some(other) if self.rng.below(2) == 0 => other.merge(permit),
            _ => self.permits.push(permit),
        }
        self.permits.push(half);
    }

    fn compare(&self) {
        assert_eq!(self.semaphore.available_permits(), self.model.free);
        assert_eq!(self.semaphore.is_closed(), self.model.closed);
        for request in &self.requests {
            let waits = self.model.queue.iter().any(|waits| waits.id == request.id);
            assert_eq!(request.future.is_woken(), !waits, "request {}", request.id);
        }
    }
}

/// Says which run failed.
pub(super) struct Named(pub(super) u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in run {}", self.0);
        }
    }
}

#[test]
fn a_semaphore_does_what_its_model_does() {
    for seed in 0..RUNS {
        let _name = Named(seed);
        let mut run = Run::new(seed);
        (0..STEPS).for_each(|id| run.step(id));
        let out: usize = run.permits.iter().map(|permit| permit.num_permits()).sum();
        let served = &run.model.served;
        let given: usize = (run.requests.iter().filter(|each| served.contains(&each.id)))
            .map(|request| request.wanted)
            .chain(run.model.queue.iter().map(|waits| waits.given))
            .sum();
        let total = run.model.free + out + given;
        let Run { semaphore, requests, permits, .. } = run;
        drop((requests, permits));
        assert_eq!(semaphore.available_permits(), total, "nothing is lost");
    }
}

/// Whoever has the lock, or waits for it.
enum Lock {
    Reads(Spawn<Boxed<OwnedRwLockReadGuard<u32>>>),
    Writes(Spawn<Boxed<OwnedRwLockWriteGuard<u32>>>),
    Reader(OwnedRwLockReadGuard<u32>),
    Writer(OwnedRwLockWriteGuard<u32>),
}

/// A lock without concurrency: who waits, in order, and who has it. `true` is a writer.
#[derive(Default)]
struct LockModel {
    queue: VecDeque<(usize, bool)>,
    has: Vec<(usize, bool)>,
}

impl LockModel {
    const READERS: usize = 3;

    fn ask(&mut self, id: usize, writes: bool) {
        self.queue.push_back((id, writes));
        self.serve();
    }

    fn serve(&mut self) {
        while let Some(&(id, writes)) = self.queue.front() {
            let writer = self.has.iter().any(|(_, writes)| *writes);
            let enters = if writes { self.has.is_empty() } else { self.has.len() < Self::READERS };
            if writer || !enters {
                return;
            }
            self.queue.pop_front();
            self.has.push((id, writes));
        }
    }

    /// Takes one out, wherever it is.
    fn leave(&mut self, id: usize) {
        self.queue.retain(|each| each.0 != id);
        self.has.retain(|each| each.0 != id);
        self.serve();
    }

    fn downgrade(&mut self, id: usize) {
        self.has.iter_mut().filter(|each| each.0 == id).for_each(|each| each.1 = false);
        self.serve();
    }

    fn has(&self, id: usize) -> bool {
        self.has.iter().any(|each| each.0 == id)
    }
}

/// Polls if there is something to poll.
fn advance(lock: Lock) -> Lock {
    match lock {
        Lock::Reads(mut future) => match future.poll() {
            Poll::Ready(guard) => Lock::Reader(guard),
            Poll::Pending => Lock::Reads(future),
        },
        Lock::Writes(mut future) => match future.poll() {
            Poll::Ready(guard) => Lock::Writer(guard),
            Poll::Pending => Lock::Writes(future),
        },
        has => has,
    }
}

fn ask(lock: &Arc<RwLock<u32>>, writes: bool) -> Lock {
    advance(match writes {
        true => Lock::Writes(task::spawn(Box::pin(lock.clone().write_owned()))),
        false => Lock::Reads(task::spawn(Box::pin(lock.clone().read_owned()))),
    })
}

#[test]
fn a_lock_does_what_its_model_does() {
    for seed in 0..RUNS {
        let _name = Named(seed);
        let rng = Rng::new(seed);
        let lock = Arc::new(RwLock::with_max_readers(0, LockModel::READERS as u32));
        let mut model = LockModel::default();
        let mut all: Vec<(usize, Lock)> = Vec::new();
        let mut written = 0;
        for id in 0..STEPS {
            let place = rng.below(all.len().max(1));
            match rng.below(8) {
                0..=2 => {
                    let writes = rng.below(3) == 0;
                    all.push((id, ask(&lock, writes)));
                    model.ask(id, writes);
                }
                _ if all.is_empty() => {}
                3..=4 => {
                    let (id, lock) = all.swap_remove(place);
                    drop(lock);
                    model.leave(id);
                }
                5..=6 => {
                    let (id, lock) = all.swap_remove(place);
                    all.push((id, advance(lock)));
                }
                _ => match all.swap_remove(place) {
                    (id, Lock::Writer(mut guard)) => {
                        *guard += 1;
                        written += 1;
                        all.push((id, Lock::Reader(guard.downgrade())));
                        model.downgrade(id);
                    }
                    other => all.push(other),
                },
            }
            for (id, lock) in &all {
                let has = match lock {
                    Lock::Reads(future) => future.is_woken(),
                    Lock::Writes(future) => future.is_woken(),
                    Lock::Reader(guard) => **guard == written,
                    Lock::Writer(guard) => **guard == written,
                };
                assert_eq!(has, model.has(*id), "{id}");
            }
        }
        drop(all);
        assert!(lock.try_write().is_ok(), "nobody has it any more");
    }
}
