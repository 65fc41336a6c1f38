//! Local tasks that were woken, and who is to be told. The steps are in the module's prose.

use std::collections::VecDeque;
use std::mem;
use std::task::Waker;

use crate::util::contain::contain;
use crate::util::sync::{Condvar, Mutex};

/// A queue that anybody pushes to, and one thread takes from.
pub(super) struct Queue<T> {
    lock: Mutex<Inner<T>>,
    /// Signalled by a push that is awaited.
    pushed: Condvar,
}

struct Inner<T> {
    tasks: VecDeque<T>,
    /// How many were ever added.
    pushed: u64,
    drivers: Vec<Driver>,
    /// Whether the owner waits for a push, at the end.
    is_awaited: bool,
    is_closed: bool,
}

/// Who polls tasks when it is woken.
struct Driver {
    number: u64,
    waker: Option<Waker>,
}

impl<T> Inner<T> {
    fn driver(&mut self, number: u64) -> Option<&mut Driver> {
        self.drivers.iter_mut().find(|driver| driver.number == number)
    }
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let inner = Inner {
            tasks: VecDeque::new(),
            pushed: 0,
            drivers: Vec::new(),
            is_awaited: false,
            is_closed: false,
        };
        Self { lock: Mutex::new(inner), pushed: Condvar::new() }
    }

    /// Adds a task and wakes the drivers; gives it back if the queue is closed.
    pub(super) fn push(&self, task: T) -> Result<(), T> {
        let mut inner = self.lock.lock();
        if inner.is_closed {
            return Err(task);
        }
        inner.tasks.push_back(task);
        inner.pushed += 1;
        if inner.is_awaited {
            self.pushed.notify_one();
        }
        let mut wakers = inner.drivers.iter_mut().filter_map(|driver| driver.waker.take());
        // One is the rule, and takes no memory.
        let first = wakers.next();
        let others: Vec<_> = wakers.collect();
        drop(inner);
        first.into_iter().chain(others).for_each(|waker| contain(|| waker.wake()));
        Ok(())
    }

    /// Takes the task that was woken first.
    pub(super) fn pop(&self) -> Option<T> {
        self.lock.lock().tasks.pop_front()
    }

    /// Leaves the waker of the driver with this number. False if there is a task: the driver must not rest.
    #[must_use]
    pub(super) fn rest(&self, number: u64, waker: &Waker) -> bool {
        let mut inner = self.lock.lock();
        if !inner.tasks.is_empty() {
            return false;
        }
        let left = inner.driver(number).and_then(|driver| driver.waker.as_ref());
        if left.is_some_and(|left| left.will_wake(waker)) {
            return true;
        }
        drop(inner);
        // Dropped after the lock, on every way out.
        let mut waker = Some(waker.clone());
        let mut inner = self.lock.lock();
        if !inner.tasks.is_empty() {
            return false;
        }
        match inner.driver(number) {
            Some(driver) => mem::swap(&mut driver.waker, &mut waker),
            None => inner.drivers.push(Driver { number, waker: waker.take() }),
        }
        true
    }

    /// Forgets the driver with this number, which is done or dropped.
    pub(super) fn leave(&self, number: u64) {
        let mut inner = self.lock.lock();
        let at = inner.drivers.iter().position(|driver| driver.number == number);
        let left = at.map(|at| inner.drivers.swap_remove(at));
        drop(inner);
        contain(|| drop(left));
    }

    /// Waits until there is a task. For the owner, at the end.
    pub(super) fn wait(&self) {
        let mut inner = self.lock.lock();
        inner.is_awaited = true;
        while inner.tasks.is_empty() {
            inner = self.pushed.wait(inner);
        }
        inner.is_awaited = false;
    }

    /// Closes the queue and forgets the drivers, unless there is a task in it.
    #[must_use]
    pub(super) fn close_if_empty(&self) -> bool {
        let mut inner = self.lock.lock();
        if !inner.tasks.is_empty() {
            return false;
        }
        inner.is_closed = true;
        let left = mem::take(&mut inner.drivers);
        drop(inner);
        left.into_iter().for_each(|driver| contain(|| drop(driver)));
        true
    }

    pub(super) fn len(&self) -> usize {
        self.lock.lock().tasks.len()
    }

    /// How many tasks were ever added.
    pub(super) fn pushed(&self) -> u64 {
        self.lock.lock().pushed
    }
}
