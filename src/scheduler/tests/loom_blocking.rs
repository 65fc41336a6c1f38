//! The blocking pool under loom: no job is lost, neither to a thread whose time is over nor to the end of the pool.
//!
//! A thread's life is that of `blocking::serve`, with loom's threads and with waits whose end the model chooses. A job
//! that nobody takes is a thread that waits for ever, or a count that is wrong at the end.
//!
//! Each of these was weakened by hand, one at a time, and the model named here failed:
//! - a thread whose time is over goes without a last look, or unlocks between that look and being counted out: a push
//!   against the last thread that goes, and two pushes against one;
//! - the wake after a push: a push wakes a thread that waits;
//! - the wake of all in `close`: the two models that close;
//! - the look at `is_closed` in `push`: close against a push;
//! - `close` returns promised jobs too: close keeps what was promised;
//! - `close` returns whatever no thread has taken: close keeps what a thread was started for, and what a thread waits for.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use loom::thread;

use crate::cell::Glimpse;
use crate::driver::Parker;
use crate::scheduler::blocking::{Duty, Inner, Job, Pool, Pushed, Taken, Wait};
use crate::scheduler::thread_budget::ThreadBudget;
use crate::util::sync::{AtomicUsize, Condvar, MutexGuard};

/// A pool whose jobs only count.
struct Small {
    pool: Pool<usize>,
    /// How many jobs were done, and how many came back since the pool was closed.
    done: AtomicUsize,
    returned: AtomicUsize,
    /// Unparked after each job, and by a thread that is about to wait.
    parker: Parker,
}

impl Job for usize {
    fn glimpse(&self) -> Option<Glimpse> {
        None
    }
}

/// How a thread waits: until it is woken, or with its time over at once.
#[derive(Clone, Copy)]
enum Patience {
    Endless,
    None,
}

impl Small {
    fn new(bound: usize) -> Arc<Self> {
        let (done, returned) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let pool = Pool::new(Arc::new(ThreadBudget::new(bound - 1)));
        Arc::new(Self { pool, done, returned, parker: Parker::new() })
    }

    /// As `Scheduler::push_job`. Returns the thread that was started, if one was.
    fn push(self: &Arc<Self>, patience: Patience) -> Option<thread::JoinHandle<()>> {
        self.push_as(Duty::Ordinary, patience)
    }

    fn push_as(self: &Arc<Self>, duty: Duty, patience: Patience) -> Option<thread::JoinHandle<()>> {
        let mut inner = self.pool.lock();
        let starts = self.pool.wants_thread(&inner, 1) && self.pool.count_in(&mut inner);
        let started = starts.then(|| {
            let small = self.clone();
            thread::spawn(move || small.serve(patience))
        });
        if let Pushed::Closed(_) =
            self.pool.push(inner, if duty == Duty::Promised { 10 } else { 1 }, duty)
        {
            self.returned.fetch_add(1, Relaxed);
        }
        started
    }

    /// As `Scheduler::serve`.
    fn serve(&self, patience: Patience) {
        let wait = |work: &Condvar, inner| match patience {
            Patience::Endless => {
                self.parker.unpark();
                (work.wait(inner), Wait::Woken)
            }
            Patience::None => (self.relock(inner), Wait::Over),
        };
        let mut inner = self.pool.arrive();
        while let Some(Taken { job, duty, place, .. }) = self.pool.next(inner, wait) {
            self.done.fetch_add(job, Relaxed);
            self.parker.unpark();
            inner = self.pool.ended(duty, place);
        }
        self.pool.retire();
    }

    /// What a wait whose time is over does with the lock.
    fn relock<'a>(&'a self, inner: MutexGuard<'a, Inner<usize>>) -> MutexGuard<'a, Inner<usize>> {
        drop(inner);
        self.pool.lock()
    }

    fn close(&self) {
        self.returned.fetch_add(self.pool.close().len(), Relaxed);
    }

    /// How many jobs were done, and how many came back.
    fn counts(&self) -> (usize, usize) {
        (self.done.load(Relaxed), self.returned.load(Relaxed))
    }
}

/// Waits for all threads that were started.
fn join(threads: impl IntoIterator<Item = Option<thread::JoinHandle<()>>>) {
    threads.into_iter().flatten().for_each(|thread| thread.join().unwrap());
}

#[test]
fn loom_a_push_against_the_last_thread_that_goes() {
    loom::model(|| {
        let small = Small::new(1);
        let first = small.push(Patience::None);
        let second = small.push(Patience::None);
        join([first, second]);
        assert_eq!(small.counts(), (2, 0));
        assert!(small.pool.wait(None), "all threads have gone");
    });
}

#[test]
fn loom_two_pushes_against_one_thread_that_goes() {
    loom::model(|| {
        let small = Small::new(2);
        let first = small.push(Patience::None);
        let pusher = {
            let small = small.clone();
            thread::spawn(move || join([small.push(Patience::None)]))
        };
        let second = small.push(Patience::None);
        join([first, second, Some(pusher)]);
        assert_eq!(small.counts(), (3, 0));
    });
}

#[test]
fn loom_a_push_wakes_a_thread_that_waits() {
    loom::model(|| {
        let small = Small::new(1);
        let thread = small.push(Patience::Endless);
        assert!(small.push(Patience::Endless).is_none(), "more threads than the bound");
        while small.done.load(Relaxed) < 2 {
            small.parker.park(None);
        }
        small.close();
        join([thread]);
        assert_eq!(small.counts(), (2, 0));
    });
}

#[test]
fn loom_close_against_a_push_and_a_thread_that_waits() {
    loom::model(|| {
        let small = Small::new(2);
        let first = small.push(Patience::Endless);
        let pusher = {
            let small = small.clone();
            thread::spawn(move || join([small.push(Patience::Endless)]))
        };
        small.close();
        join([first, Some(pusher)]);
        let (done, returned) = small.counts();
        assert_eq!(done + returned, 2);
        assert!(small.pool.wait(None), "all threads have gone");
    });
}

#[test]
fn loom_close_keeps_what_a_thread_was_started_for() {
    loom::model(|| {
        let small = Small::new(2);
        let threads = [small.push(Patience::Endless), small.push(Patience::Endless)];
        small.close();
        join(threads);
        assert_eq!(small.counts(), (2, 0));
    });
}

#[test]
fn loom_close_keeps_what_a_thread_waits_for() {
    loom::model(|| {
        let small = Small::new(1);
        let thread = small.push(Patience::Endless);
        while small.done.load(Relaxed) == 0 || small.pool.census().idle == 0 {
            small.parker.park(None);
        }
        assert!(small.push(Patience::Endless).is_none());
        small.close();
        join([thread]);
        assert_eq!(small.counts(), (2, 0));
    });
}

#[test]
fn loom_close_keeps_what_was_promised() {
    loom::model(|| {
        let small = Small::new(1);
        let first = small.push(Patience::Endless);
        assert!(small.push_as(Duty::Promised, Patience::Endless).is_none());
        small.close();
        small.pool.wait_for_promised(None);
        let (done, returned) = small.counts();
        assert!(done >= 10, "the promised job was not done");
        join([first]);
        assert_eq!(small.counts(), (11 - returned, returned));
    });
}
