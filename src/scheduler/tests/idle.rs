//! The idle word agrees with the lists, and no permit is lost, whatever happens in which order.

use std::sync::Arc;

use crate::driver::Parker;
use crate::scheduler::idle::{Counts, Grant, Idle, Retake, Rise};
use crate::scheduler::thread_budget::ThreadBudget;
use crate::util::rng::Rng;

fn idle(permits: usize, starts_threads: bool) -> Idle {
    Idle::new(permits, starts_threads, Arc::new(ThreadBudget::new(1)))
}

/// What the test thinks of a worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Is {
    Vacant,
    Awake,
    AwakeWithoutPermit,
    Asleep,
    /// It was granted a permit and the search, and has not noticed.
    Granted,
}

/// `Idle` beside what the test thinks of it.
struct Pair {
    idle: Idle,
    workers: Vec<Is>,
    /// Permits that are not there although there is a worker for each.
    withdrawn: usize,
    is_closed: bool,
    is_searched: bool,
    starts_threads: bool,
    parker: Arc<Parker>,
}

impl Pair {
    fn new(workers: usize, starts_threads: bool) -> Self {
        Self {
            idle: idle(workers, starts_threads),
            workers: vec![Is::Vacant; workers],
            withdrawn: 0,
            is_closed: false,
            is_searched: false,
            starts_threads,
            parker: Arc::new(Parker::new()),
        }
    }

    fn count(&self, what: Is) -> usize {
        self.workers.iter().filter(|&&is| is == what).count()
    }

    fn free(&self) -> usize {
        let held = self.count(Is::Awake) + self.count(Is::Granted);
        self.workers.len() - self.withdrawn - held
    }

    fn check(&self) {
        let found = self.idle.counts();
        let expected = Counts {
            // A permit that was held when the runtime ended is never given back.
            free: if self.is_closed { found.free } else { self.free() },
            sleepers: self.count(Is::Asleep),
            vacant: if self.starts_threads { self.count(Is::Vacant) } else { 0 },
            is_searched: self.is_searched,
            is_closed: self.is_closed,
        };
        assert_eq!(found, expected, "{:?}", self.workers);
        for (worker, &is) in self.workers.iter().enumerate() {
            let holds = !self.is_closed && matches!(is, Is::Awake | Is::Granted);
            assert_eq!(self.idle.permit(worker).is_held(), holds, "worker {worker} is {is:?}");
        }
    }

    /// Does one thing that the chosen worker's thread could do.
    fn step(&mut self, worker: usize) {
        let next = match self.workers[worker] {
            Is::Vacant => return self.claim(),
            Is::Awake | Is::AwakeWithoutPermit if worker.is_multiple_of(2) => {
                self.idle.lie_down(worker, &self.parker);
                Is::Asleep
            }
            Is::Awake | Is::AwakeWithoutPermit => {
                self.idle.vacate(worker);
                Is::Vacant
            }
            Is::Asleep => match self.idle.rise(worker) {
                Rise::Awake => Is::Awake,
                Rise::WithoutPermit => Is::AwakeWithoutPermit,
                Rise::Granted => panic!("nobody granted worker {worker} a permit"),
            },
            Is::Granted => return self.notice(worker),
        };
        self.workers[worker] = next;
    }

    fn claim(&mut self) {
        let can = !self.is_closed && self.free() > 0;
        let claimed = self.idle.claim(&self.parker);
        assert_eq!(claimed.is_some(), can);
        if let Some(worker) = claimed {
            assert_eq!(std::mem::replace(&mut self.workers[worker], Is::Awake), Is::Vacant);
        }
    }

    fn grant(&mut self) {
        let vacant = if self.starts_threads { self.count(Is::Vacant) } else { 0 };
        let can = !self.is_closed
            && !self.is_searched
            && self.free() > 0
            && self.count(Is::Asleep) + vacant > 0;
        assert_eq!(self.idle.needs_searcher(), can);
        match self.idle.grant() {
            Grant::Nobody => assert!(!can),
            Grant::Wake(_) => {
                let held = |worker: &usize| self.idle.permit(*worker).is_held();
                let woken = (0..self.workers.len())
                    .find(|worker| self.workers[*worker] == Is::Asleep && held(worker));
                self.workers[woken.expect("a sleeper has a permit now")] = Is::Granted;
                self.is_searched = true;
            }
            Grant::Start(worker) => {
                assert_eq!(self.count(Is::Asleep), 0, "sleepers come first");
                assert_eq!(std::mem::replace(&mut self.workers[worker], Is::Granted), Is::Vacant);
                self.is_searched = true;
            }
        }
    }

    /// A granted worker, or the thread that was to start it, learns of it.
    fn notice(&mut self, worker: usize) {
        // A started worker is in no list, like a woken one: both answer alike.
        assert_eq!(self.idle.rise(worker), Rise::Granted);
        drop(self.idle.granted_search());
        self.is_searched = false;
        self.workers[worker] = if self.is_closed { Is::AwakeWithoutPermit } else { Is::Awake };
    }

    fn close(&mut self) {
        let parkers = self.idle.close();
        assert!(parkers.len() >= self.count(Is::Asleep));
        self.is_closed = true;
        for is in &mut self.workers {
            if *is == Is::Awake {
                *is = Is::AwakeWithoutPermit;
            }
        }
    }
}

fn random_steps(pair: &mut Pair, rng: &Rng, steps: usize) {
    for _ in 0..steps {
        match rng.below(4) {
            0 => pair.grant(),
            _ => pair.step(rng.below(pair.workers.len())),
        }
        pair.check();
    }
}

#[test]
fn the_word_agrees_with_the_lists_after_random_steps() {
    for seed in 0..64 {
        let rng = Rng::new(seed);
        let mut pair = Pair::new(1 + rng.below(6), rng.below(2) == 0);
        pair.check();
        random_steps(&mut pair, &rng, 200);
        if pair.free() > 0 {
            pair.idle.withdraw_permit();
            pair.withdrawn = 1;
        }
        random_steps(&mut pair, &rng, 200);
        pair.close();
        random_steps(&mut pair, &rng, 50);
    }
}

#[test]
fn a_worker_that_could_not_be_started_is_vacant_again_and_the_search_is_over() {
    let idle = idle(2, true);
    let before = idle.counts();
    let Grant::Start(worker) = idle.grant() else { panic!("a vacant worker is started") };
    assert!(matches!(idle.grant(), Grant::Nobody), "one searches already");
    idle.return_unstarted(worker);
    assert_eq!(idle.counts(), before);
}

#[test]
fn who_waits_for_a_worker_is_told_when_one_is_left() {
    let idle = idle(1, false);
    let (first, second) = (Arc::new(Parker::new()), Arc::new(Parker::new()));
    let worker = idle.claim(&first).expect("a vacant worker");
    assert_eq!(idle.claim(&second), None);
    idle.vacate(worker);
    second.park(None); // returns
    assert_eq!(idle.claim(&second), Some(worker));
}

#[test]
fn the_last_to_lie_down_is_woken_first() {
    let idle = idle(2, false);
    let parkers = [(); 2].map(|()| Arc::new(Parker::new()));
    let workers = parkers.each_ref().map(|parker| idle.claim(parker).expect("two workers"));
    for (worker, parker) in workers.iter().zip(&parkers) {
        idle.lie_down(*worker, parker);
    }
    let Grant::Wake(woken) = idle.grant() else { panic!("two sleep") };
    assert!(Arc::ptr_eq(&woken, &parkers[1]));
    drop(idle.granted_search());
}

/// A worker that had lain down was thought to be enough for both permits.
#[test]
fn a_retake_leaves_somebody_for_every_free_permit() {
    let idle = idle(2, true);
    let parker = Arc::new(Parker::new());
    let stuck = idle.claim(&parker).expect("a vacant worker");
    assert_eq!(idle.retake(stuck), Retake::Taken);
    assert_eq!(idle.retake(stuck), Retake::HasNone);
    let counts = idle.counts();
    assert_eq!((counts.free, counts.vacant), (2, 2));
    // When it has its permit again, one less is needed, and the place in the budget is free for others.
    assert!(idle.regain(stuck));
    let counts = idle.counts();
    assert_eq!((counts.free, counts.vacant), (1, 1));
}

#[test]
fn at_the_bound_a_permit_is_retaken_as_long_as_somebody_can_use_one() {
    let idle = Idle::new(2, true, Arc::new(ThreadBudget::new(0)));
    let parker = Arc::new(Parker::new());
    let workers = [(); 2].map(|()| idle.claim(&parker).expect("a vacant worker"));
    assert_eq!(idle.retake(workers[0]), Retake::NoThread);
    idle.lie_down(workers[1], &parker);
    assert_eq!(idle.retake(workers[0]), Retake::Taken);
}

/// It left, and with it whoever could have used the permit of the one that it stood in for.
#[test]
fn a_spare_worker_does_not_leave_while_it_stands_in_for_one_that_is_stuck() {
    let idle = idle(1, true);
    let parker = Arc::new(Parker::new());
    let stuck = idle.claim(&parker).expect("a vacant worker");
    assert_eq!(idle.retake(stuck), Retake::Taken);
    let Grant::Start(spare) = idle.grant() else { panic!("a spare worker is started") };
    drop(idle.granted_search());
    idle.lie_down(spare, &parker);
    assert!(!idle.can_spare_one() && !idle.leave(spare));
    idle.lie_down(stuck, &parker);
    assert!(idle.can_spare_one() && idle.leave(stuck));
    idle.vacate(stuck);
    let counts = idle.counts();
    assert_eq!((counts.free, counts.sleepers, counts.vacant), (1, 1, 0));
}
