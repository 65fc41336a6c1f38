//! The two looks for a deadlock under loom: while somebody is active, though not always the same, no two looks agree.
//!
//! In each model there is a *baton*: its holder is active, gives it to another, and rests. It never gets lost, so there is no moment at
//! which all are asleep, and a report would be wrong whenever it came. It is handed on through the real bells, pool and list of idle
//! workers, and looked for as `deadlock::evidence` does.
//!
//! Each of these was weakened by hand, one at a time, and the model named here failed, where a number stands with that of
//! `LOOM_MAX_PREEMPTIONS`:
//! - the word of a bell has no number of polls: a thread rings and ends (3), two roots in turn (4);
//! - a look reads `rung` behind the word: a thread rings and ends;
//! - a poll ends with a Relaxed store: a thread rings and ends;
//! - the polls of workers are read in front of both looks at who is up: a thread wakes a worker and ends (3);
//! - a pool does not count its jobs: a thread gives a pool a job and ends (2). Two pools in turn pass without, with three.

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use loom::thread;

use crate::cell::TypeName;
use crate::coop::Why;
use crate::driver::Parker;
use crate::scheduler::blocking::{Duty, Pool, Pushed, Taken, Wait};
use crate::scheduler::diary::Subject;
use crate::scheduler::idle::{Grant, Idle, Rise};
use crate::scheduler::root::{Bell, Roots, Standing};
use crate::scheduler::thread_budget::ThreadBudget;
use crate::util::sync::{AtomicBool, AtomicU64};

/// The future of a `block_on`, and its thread's parker.
#[derive(Clone)]
struct Root {
    bell: Arc<Bell>,
    parker: Arc<Parker>,
}

impl Root {
    /// One that waits already.
    fn new(roots: &Roots) -> Self {
        let type_name = const { &(std::any::type_name::<()> as TypeName) };
        let subject = Subject { task: Subject::ROOT, type_name, place: Location::caller() };
        let parker = Arc::new(Parker::new());
        let bell = Arc::new(Bell::new(parker.clone(), subject));
        std::mem::forget(roots.enter(&bell)); // for as long as the model lasts
        let this = Self { bell, parker };
        this.poll(|| ());
        this
    }

    fn poll(&self, poll: impl FnOnce()) {
        self.bell.begin_poll();
        poll();
        self.bell.end_poll(Why::from_bits(0));
    }

    fn wait(&self) {
        while !self.bell.is_rung() {
            self.parker.park(None);
        }
    }
}

/// A pool with one thread, which does the same for each job.
struct Small(Arc<Pool<usize>>, thread::JoinHandle<()>);

impl Small {
    fn new() -> Arc<Pool<usize>> {
        let pool = Arc::new(Pool::new(Arc::new(ThreadBudget::new(0))));
        assert!(pool.count_in(&mut pool.lock()));
        pool
    }

    /// As `Scheduler::serve`.
    fn serve(pool: &Arc<Pool<usize>>, run: impl Fn(usize) + 'static) -> Self {
        let serves = pool.clone();
        let thread = thread::spawn(move || {
            let mut inner = serves.arrive();
            while let Some(Taken { job, duty, place, .. }) =
                serves.next(inner, |work, inner| (work.wait(inner), Wait::Woken))
            {
                run(job);
                inner = serves.ended(duty, place);
            }
            serves.retire();
        });
        Self(pool.clone(), thread)
    }

    fn end(self) {
        assert!(self.0.close().is_empty(), "a job that was not done");
        self.1.join().unwrap();
    }
}

fn push(pool: &Pool<usize>, job: usize) {
    assert!(matches!(pool.push(pool.lock(), job, Duty::Ordinary), Pushed::Queued));
}

/// Looks on a thread of its own: loom does not let the others go before what the first thread of a model does.
fn monitor(looks: impl FnOnce() -> bool + 'static) -> bool {
    thread::spawn(looks).join().unwrap()
}

/// Nobody is found active in either of two looks, which agree.
fn agree<T: PartialEq>(mut look: impl FnMut() -> Option<T>) -> bool {
    let first = look();
    first.is_some() && first == look()
}

#[test]
fn loom_two_roots_in_turn() {
    loom::model(|| {
        let roots = Arc::new(Roots::default());
        let (one, other) = (Root::new(&roots), Root::new(&roots));
        one.bell.ring();
        let threads = [(one.clone(), other.clone()), (other, one)].map(|(me, next)| {
            thread::spawn(move || {
                for _ in 0..2 {
                    me.wait();
                    me.poll(|| next.bell.ring());
                }
                // In the end the first has the baton for ever, and is not polled.
            })
        });
        let agreed = monitor(move || agree(|| roots.standing()));
        assert!(!agreed, "one was rung or polled at any moment");
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn loom_a_root_and_a_pool_in_turn() {
    loom::model(|| {
        let roots = Arc::new(Roots::default());
        let root = Root::new(&roots);
        root.bell.ring();
        let pool = Small::new();
        let rings = root.bell.clone();
        let small = Small::serve(&pool, move |_| rings.ring());
        let polls = pool.clone();
        let owner = thread::spawn(move || {
            for job in 0..2 {
                root.wait();
                root.poll(|| push(&polls, job));
            }
            root.wait(); // it has the baton for ever, and nobody polls it
        });
        let agreed = monitor(move || agree(|| Some((roots.standing()?, pool.jobs_when_idle()?))));
        assert!(!agreed, "the root was rung or polled, or a job was there, at any moment");
        owner.join().unwrap();
        small.end();
    });
}

#[test]
fn loom_two_pools_in_turn() {
    loom::model(|| {
        let (one, other) = (Small::new(), Small::new());
        push(&one, 4);
        let (to_one, to_other) = (one.clone(), other.clone());
        let (over, came) = (Arc::new(Parker::new()), Arc::new(Parker::new()));
        let (is_over, comes) = (over.clone(), came.clone());
        let hand_on = move |to: &Pool<usize>, job: usize| match job {
            0 => {
                comes.unpark();
                is_over.park(None); // until the looks are over
            }
            _ => push(to, job - 1),
        };
        let hands_on = hand_on.clone();
        let threads = [
            Small::serve(&one, move |job| hand_on(&to_other, job)),
            Small::serve(&other, move |job| hands_on(&to_one, job)),
        ];
        let agreed =
            monitor(move || agree(|| Some((one.jobs_when_idle()?, other.jobs_when_idle()?))));
        assert!(!agreed, "there was a job at any moment");
        over.unpark();
        came.park(None);
        threads.into_iter().for_each(Small::end);
    });
}

/// Beside a thread that none of the looks sees, but for its end: as the monitor looks at the threads between its looks.
fn agree_after<T: PartialEq>(has_ended: &AtomicBool, mut look: impl FnMut() -> Option<T>) -> bool {
    let first = look();
    first.is_some() && has_ended.load(Acquire) && first == look()
}

/// The root that is rung rings another, to which nobody comes: it stays rung.
fn a_thread_rings_and_ends(looks_first_at_the_last: bool) {
    loom::model(move || {
        let roots = Roots::default();
        let both = [Root::new(&roots), Root::new(&roots)];
        let [first, second] = both;
        let (rung, last) = if looks_first_at_the_last { (second, first) } else { (first, second) };
        let has_ended = Arc::new(AtomicBool::new(false));
        let (bell, ends) = (rung.bell.clone(), has_ended.clone());
        let stranger = thread::spawn(move || {
            bell.ring();
            ends.store(true, Release);
        });
        let owner = thread::spawn(move || {
            rung.wait();
            rung.poll(|| last.bell.ring());
        });
        let agreed = agree_after(&has_ended, || roots.standing());
        assert!(!agreed, "the thread was there, or a root was rung or polled, at any moment");
        stranger.join().unwrap();
        owner.join().unwrap();
    });
}

#[test]
fn loom_a_thread_rings_and_ends() {
    a_thread_rings_and_ends(true);
}

#[test]
fn loom_a_thread_rings_and_ends_in_the_order_of_the_looks() {
    a_thread_rings_and_ends(false);
}

/// A worker that has lain down.
struct Worker {
    idle: Idle,
    number: usize,
    parker: Arc<Parker>,
    polls: AtomicU64,
}

impl Worker {
    fn new() -> Self {
        let idle = Idle::new(1, false, Arc::new(ThreadBudget::new(0)));
        let parker = Arc::new(Parker::new());
        let number = idle.claim(&parker).expect("it is vacant");
        idle.lie_down(number, &parker);
        Self { idle, number, parker, polls: AtomicU64::new(0) }
    }

    /// As `Scheduler::wake_searcher`.
    fn wake(&self) {
        match self.idle.grant() {
            Grant::Wake(_, parker) => parker.unpark(),
            _ => unreachable!("one sleeps"),
        }
    }

    /// Sleeps, and polls one task when it was woken, as a worker does.
    fn poll_one(&self, poll: impl FnOnce()) {
        self.parker.park(None);
        assert_eq!(self.idle.rise(self.number), Rise::Granted);
        drop(self.idle.granted_search());
        self.polls.store(self.polls.load(Relaxed) + 1, Relaxed);
        poll();
        self.idle.lie_down(self.number, &self.parker);
    }

    /// As `Scheduler::calm`.
    fn calm(&self) -> Option<u64> {
        if self.idle.anyone_is_up() {
            return None;
        }
        let polls = self.polls.load(Relaxed);
        (!self.idle.anyone_is_up()).then_some(polls)
    }
}

/// The job rings a root, to which nobody comes.
#[test]
fn loom_a_thread_gives_a_pool_a_job_and_ends() {
    loom::model(|| {
        let roots = Roots::default();
        let last = Root::new(&roots);
        let pool = Small::new();
        let small = Small::serve(&pool, move |_| last.bell.ring());
        let has_ended = Arc::new(AtomicBool::new(false));
        let (gives, ends) = (pool.clone(), has_ended.clone());
        let stranger = thread::spawn(move || {
            push(&gives, 0);
            ends.store(true, Release);
        });
        // The root first, as one of another runtime is that was built before.
        let agreed = agree_after(&has_ended, || Some((roots.standing()?, pool.jobs_when_idle()?)));
        assert!(!agreed, "the thread was there, or a job, or the root rung, at any moment");
        stranger.join().unwrap();
        small.end();
    });
}

#[test]
fn loom_a_thread_wakes_a_worker_and_ends() {
    loom::model(|| {
        let roots = Roots::default();
        let last = Root::new(&roots);
        let worker = Arc::new(Worker::new());
        let has_ended = Arc::new(AtomicBool::new(false));
        let (wakes, ends, works) = (worker.clone(), has_ended.clone(), worker.clone());
        let stranger = thread::spawn(move || {
            wakes.wake();
            ends.store(true, Release);
        });
        let thread = thread::spawn(move || works.poll_one(|| last.bell.ring()));
        // The root first, as one of another runtime is that was built before.
        let look = || -> Option<(Standing, u64)> { Some((roots.standing()?, worker.calm()?)) };
        let agreed = agree_after(&has_ended, look);
        assert!(!agreed, "the thread was there, the worker up or the root rung, at any moment");
        stranger.join().unwrap();
        thread.join().unwrap();
    });
}
