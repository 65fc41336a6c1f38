//! The idle word agrees with the lists, and no permit is lost, whatever happens in which order.

use std::sync::Arc;

use crate::driver::Parker;
use crate::scheduler::idle::{Counts, Grant, Idle, Retake, Rise};
use crate::scheduler::thread_budget::ThreadBudget;
use crate::util::rng::Rng;

fn idle(permits: usize, starts_threads: bool) -> Idle {
    Idle::new(permits, starts_threads, Arc::new(ThreadBudget::new(1)))
}

/// How many spare workers the budget of the random test has places for.
const MOST_SPARES: usize = 2;

/// Where the test thinks that a worker is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    /// No thread has it: it is vacant, or out of use.
    Nobody,
    Work,
    Sleep,
    /// It was granted a permit and the search, and has not noticed.
    Granted,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Worker {
    at: At,
    holds: bool,
}

const NEW: Worker = Worker { at: At::Nobody, holds: false };

/// `Idle` beside what the test thinks of it.
struct Pair {
    idle: Idle,
    budget: Arc<ThreadBudget>,
    workers: Vec<Worker>,
    permits: usize,
    vacant: usize,
    /// Permits that were held when the runtime ended: they are never given back.
    lost: usize,
    is_closed: bool,
    is_searched: bool,
    starts_threads: bool,
    parker: Arc<Parker>,
}

impl Pair {
    fn new(permits: usize, starts_threads: bool) -> Self {
        let budget = Arc::new(ThreadBudget::new(MOST_SPARES));
        Self {
            idle: Idle::new(permits, starts_threads, budget.clone()),
            budget,
            workers: vec![NEW; permits],
            permits,
            vacant: permits,
            lost: 0,
            is_closed: false,
            is_searched: false,
            starts_threads,
            parker: Arc::new(Parker::new()),
        }
    }

    fn count(&self, at: At) -> usize {
        self.workers.iter().filter(|worker| worker.at == at).count()
    }

    fn held(&self) -> usize {
        self.workers.iter().filter(|worker| worker.holds).count()
    }

    fn free(&self) -> usize {
        self.permits - self.held() - self.lost
    }

    /// Workers in use.
    fn staff(&self) -> usize {
        self.workers.len() - self.count(At::Nobody) + self.vacant
    }

    fn spares(&self) -> usize {
        self.staff() - self.permits
    }

    /// Whoever could be given a permit.
    fn hands(&self) -> usize {
        self.count(At::Sleep) + self.startable()
    }

    fn can_spare_one(&self) -> bool {
        self.spares() > 0 && self.hands() > self.free()
    }

    /// Vacant workers that the word counts.
    fn startable(&self) -> usize {
        if self.starts_threads { self.vacant } else { 0 }
    }

    fn check(&self) {
        let found = self.idle.counts();
        let expected = Counts {
            free: self.free(),
            sleepers: self.count(At::Sleep),
            vacant: self.startable(),
            is_searched: self.is_searched,
            is_closed: self.is_closed,
        };
        assert_eq!(found, expected, "{:?}", self.workers);
        for (number, worker) in self.workers.iter().enumerate() {
            assert_eq!(self.idle.permit(number).is_held(), worker.holds, "{number} is {worker:?}");
        }
        assert_eq!(self.idle.permits(), self.permits);
        assert_eq!(self.budget.taken(), self.spares(), "places");
        // Without one of these, a task that is pushed is left to the monitor, which sees to it as long as a thread is up.
        let up = self.count(At::Work) + self.count(At::Granted);
        assert_eq!(self.idle.anyone_is_up(), up > 0);
        assert!(
            self.is_closed || self.free() == 0 || self.hands() + up > 0 || !self.starts_threads,
            "a permit is lost"
        );
    }

    /// Does one thing that the chosen worker's thread could do, or what somebody else could do to the worker.
    fn step(&mut self, number: usize, rng: &Rng) {
        let worker = self.workers[number];
        match worker.at {
            At::Nobody => self.claim(),
            At::Sleep if rng.below(4) == 0 => self.leave(number),
            At::Sleep => self.rise(number),
            At::Granted => self.notice(number),
            At::Work => match rng.below(4) {
                0 => self.vacate(number),
                1 if worker.holds => self.retake(number),
                1 => self.regain(number),
                _ => self.lie_down(number),
            },
        }
    }

    fn lie_down(&mut self, number: usize) {
        self.idle.lie_down(number, &self.parker);
        self.workers[number] = Worker { at: At::Sleep, holds: false };
        self.trim();
    }

    fn vacate(&mut self, number: usize) {
        self.idle.vacate(number);
        self.workers[number] = NEW;
        self.vacant += 1;
        self.trim();
    }

    /// Vacant workers that are not needed are out of use.
    fn trim(&mut self) {
        while self.vacant > 0 && self.can_spare_one() {
            self.vacant -= 1;
        }
    }

    fn rise(&mut self, number: usize) {
        let can = !self.is_closed && self.free() > 0;
        let expected = if can { Rise::Awake } else { Rise::WithoutPermit };
        assert_eq!(self.idle.rise(number), expected);
        self.workers[number] = Worker { at: At::Work, holds: can };
    }

    fn leave(&mut self, number: usize) {
        let can = self.can_spare_one();
        assert_eq!(self.idle.can_spare_one(), can);
        assert_eq!(self.idle.leave(number), can);
        if can {
            self.vacate(number);
        }
    }

    fn retake(&mut self, number: usize) {
        let hands = self.provide(self.free() + 1);
        let expected = if hands { Retake::Taken } else { Retake::NoThread };
        assert_eq!(self.idle.retake(number), expected);
        self.workers[number].holds = !hands;
        assert!(!hands || self.idle.retake(number) == Retake::HasNone);
    }

    fn regain(&mut self, number: usize) {
        let can = !self.is_closed && self.free() > 0;
        assert_eq!(self.idle.regain(number), can);
        self.workers[number].holds = can;
        if can {
            self.trim();
        }
    }

    /// What is done where there should be so many hands, and whether there are any.
    fn provide(&mut self, wanted: usize) -> bool {
        if self.hands() < wanted {
            self.add_spare();
        }
        self.hands() > 0
    }

    /// One more worker, if the budget has a place.
    fn add_spare(&mut self) -> bool {
        let can = self.starts_threads && self.spares() < MOST_SPARES;
        if can {
            self.employ();
        }
        can
    }

    fn employ(&mut self) {
        self.vacant += 1;
        if self.count(At::Nobody) < self.vacant {
            self.workers.push(NEW);
        }
    }

    fn claim(&mut self) {
        let can = !self.is_closed && self.free() > 0 && self.vacant > 0;
        let claimed = self.idle.claim(&self.parker);
        assert_eq!(claimed.is_some(), can);
        if let Some(number) = claimed {
            self.begin(number, At::Work);
        }
    }

    /// A vacant worker gets a permit and a thread.
    fn begin(&mut self, number: usize, at: At) {
        self.vacant -= 1;
        assert_eq!(std::mem::replace(&mut self.workers[number], Worker { at, holds: true }), NEW);
    }

    fn grant(&mut self) {
        let can = !self.is_closed
            && !self.is_searched
            && self.free() > 0
            && self.count(At::Sleep) + self.startable() > 0;
        assert_eq!(self.idle.needs_searcher(), can);
        self.is_searched |= can;
        match self.idle.grant() {
            Grant::Nobody => assert!(!can),
            Grant::Wake(..) => {
                let held = |number: usize| self.idle.permit(number).is_held();
                let woken = (0..self.workers.len())
                    .find(|&number| self.workers[number].at == At::Sleep && held(number));
                let woken = woken.expect("a sleeper has a permit now");
                self.workers[woken] = Worker { at: At::Granted, holds: true };
            }
            Grant::Start(number) => {
                assert_eq!(self.count(At::Sleep), 0, "sleepers come first");
                self.begin(number, At::Granted);
            }
        }
    }

    /// A granted worker, or the thread that was to start it, learns of it.
    fn notice(&mut self, number: usize) {
        // A started worker is in no list, like a woken one: both answer alike.
        assert_eq!(self.idle.rise(number), Rise::Granted);
        drop(self.idle.granted_search());
        self.is_searched = false;
        self.workers[number].at = At::Work;
    }

    fn set_permits(&mut self, permits: usize) {
        drop(self.idle.set_permits(permits));
        if self.is_closed {
            return;
        }
        let (before, held) = (self.permits, self.held());
        self.permits = permits;
        for number in 0..self.workers.len() {
            self.workers[number].holds = self.idle.permit(number).is_held();
        }
        // Who of the holders loses it is not the test's business, but only as many as necessary do.
        assert_eq!(self.held(), held.min(permits));
        while self.staff() < permits {
            self.employ();
        }
        if permits > before {
            while self.hands() < self.free() && self.add_spare() {}
        } else if permits < before {
            self.trim();
        }
    }

    fn close(&mut self) {
        let parkers = self.idle.close();
        assert!(parkers.len() >= self.count(At::Sleep));
        self.is_closed = true;
        self.lost = self.held();
        self.workers.iter_mut().for_each(|worker| worker.holds = false);
    }
}

fn random_steps(pair: &mut Pair, rng: &Rng, steps: usize) {
    for _ in 0..steps {
        match rng.below(16) {
            0 => pair.set_permits(1 + rng.below(6)),
            1 => {
                let provided = pair.provide(pair.free());
                assert_eq!(pair.idle.provide_someone(), provided);
            }
            2..6 => pair.grant(),
            _ => pair.step(rng.below(pair.workers.len()), rng),
        }
        pair.check();
    }
}

#[test]
fn the_word_agrees_with_the_lists_after_random_steps() {
    for seed in 0..256 {
        let rng = Rng::new(seed);
        let mut pair = Pair::new(1 + rng.below(6), rng.below(4) != 0);
        pair.check();
        random_steps(&mut pair, &rng, 400);
        pair.close();
        pair.check();
    }
}

/// Only what a worker does that finds the end comes after it.
#[test]
fn who_gets_up_after_the_end_has_no_permit() {
    for seed in 0..64 {
        let rng = Rng::new(seed);
        let mut pair = Pair::new(1 + rng.below(6), true);
        random_steps(&mut pair, &rng, 100);
        pair.close();
        for number in 0..pair.workers.len() {
            match pair.workers[number].at {
                At::Nobody => pair.claim(),
                At::Sleep => pair.rise(number),
                At::Granted => pair.notice(number),
                At::Work => assert_eq!(pair.idle.retake(number), Retake::HasNone),
            }
            pair.set_permits(1 + rng.below(6));
            pair.grant();
            if pair.workers[number].at == At::Work {
                pair.regain(number);
                pair.vacate(number);
            }
            pair.check();
        }
    }
}

#[test]
fn permits_that_are_withdrawn_are_the_free_ones_first() {
    let idle = idle(3, true);
    let parker = Arc::new(Parker::new());
    let worker = idle.claim(&parker).expect("three are vacant");
    drop(idle.set_permits(1));
    assert!(idle.permit(worker).is_held());
    assert_eq!((idle.counts().free, idle.counts().vacant), (0, 0));
    drop(idle.set_permits(2));
    assert_eq!((idle.counts().free, idle.counts().vacant), (1, 1));
}

#[test]
fn who_waits_for_a_permit_is_told_when_there_are_more() {
    let idle = idle(1, true);
    let (first, second) = (Arc::new(Parker::new()), Arc::new(Parker::new()));
    idle.claim(&first).expect("a vacant worker");
    assert_eq!(idle.claim(&second), None);
    let told = idle.set_permits(2);
    assert!(matches!(&told[..], [parker] if Arc::ptr_eq(parker, &second)));
    assert!(idle.claim(&second).is_some());
}

#[test]
fn sleepers_that_are_needed_no_more_are_told() {
    let idle = idle(2, true);
    let parkers = [(); 2].map(|()| Arc::new(Parker::new()));
    let workers = parkers.each_ref().map(|parker| idle.claim(parker).expect("two workers"));
    for (worker, parker) in workers.iter().zip(&parkers) {
        idle.lie_down(*worker, parker);
    }
    let told = idle.set_permits(1);
    assert!(matches!(&told[..], [parker] if Arc::ptr_eq(parker, &parkers[0])));
    assert!(idle.leave(workers[0]), "there is one too many");
    idle.vacate(workers[0]);
    assert!(!idle.leave(workers[1]));
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
    let Grant::Wake(_, woken) = idle.grant() else { panic!("two sleep") };
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
