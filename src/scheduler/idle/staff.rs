//! How many workers there are for how many permits.
//!
//! A worker that blocks keeps its thread, so others must stand in for it, and there are more workers than permits: the
//! *spares*. Each has a place in the thread budget, so that they cannot become too many. The number of permits may
//! change too, since it follows the cores that the process may use; then workers become spares that were none, and the
//! other way round. The races are argued in `README.md` ("Retake", "The number of permits").
//!
//! # Invariants
//!
//! All of them hold whenever the lock is free, until the end of the runtime.
//!
//! 1. Free permits and held ones together are `permits`.
//! 2. `staff`, the workers in use, are at least as many as permits.
//! 3. `places`, those taken from the budget, are as many as spares: `staff` less `permits`.
//! 4. Each worker that has a number is in use or in `surplus`.
//!
//! # Steps
//!
//! | step | permits | staff | places |
//! |---|---|---|---|
//! | [`retake`](Idle::retake) | one becomes free | +1 before that, if the hands would be too few | +1 |
//! | [`provide_someone`](Idle::provide_someone) | | +1, if the hands are too few | +1 |
//! | [`regain`](Idle::regain), `lie_down`, `vacate` | one is taken, or becomes free | less the spares that are vacant and not needed | the same |
//! | [`set_permits`](Idle::set_permits), more | added to the free ones | up to `permits`, and more if the hands are too few | as many as spares |
//! | [`set_permits`](Idle::set_permits), fewer | less free ones, then less held ones | less the spares that are vacant and not needed | as many as spares |
//!
//! The last step may take more places than the budget has: the threads are there already. Nobody else gets a place
//! until enough of them have left, and those that have nothing to do are woken for that.

use std::cmp::Ordering::{Equal, Greater, Less};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{CLOSED, FREE, Idle, Inner, MOST_WORKERS, SLEEPER, free, hands};
use crate::driver::Parker;

/// What came of the attempt to take a permit from a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Retake {
    /// The permit is free now, and there is somebody who can be woken or started to use it.
    Taken,
    /// The worker has none, or the runtime has ended.
    HasNone,
    /// Nobody could use it: the runtime has all the threads that it may have.
    NoThread,
}

impl Idle {
    /// A worker that lay down will leave instead of getting up, unless somebody granted it a permit, or it is needed. It
    /// must [`vacate`](Self::vacate) next.
    #[must_use]
    pub(crate) fn leave(&self, worker: usize) -> bool {
        let mut inner = self.lock.lock();
        let place = inner.sleepers.iter().rposition(|sleeper| sleeper.worker == worker);
        let Some(at) = place.filter(|_| self.can_spare_one()) else { return false };
        inner.sleepers.remove(at);
        self.word.fetch_sub(SLEEPER, Relaxed);
        true
    }

    /// Whether there are more workers than permits, and one that sleeps or is vacant could go: those who stay could still
    /// use all free permits. A worker that is stuck without a permit is no help, so another stands in for it.
    ///
    /// A hint without the lock.
    pub(crate) fn can_spare_one(&self) -> bool {
        let word = self.word.load(Relaxed);
        self.spares() > 0 && hands(word) > free(word)
    }

    /// Takes the permit of a worker that is in a poll, and sees to it that somebody can use it instead.
    ///
    /// The worker learns of it when the poll has ended.
    pub(crate) fn retake(&self, worker: usize) -> Retake {
        let mut inner = self.lock.lock();
        if self.is_closed() || !inner.word(worker).is_held() {
            return Retake::HasNone;
        }
        let free = free(self.word.load(Relaxed));
        if !self.provide_hands(&mut inner, free + 1) {
            return Retake::NoThread;
        }
        self.give_back(&mut inner, worker);
        Retake::Taken
    }

    /// Gives a free permit to a worker at work that has none; whether there was one.
    pub(crate) fn regain(&self, worker: usize) -> bool {
        let mut inner = self.lock.lock();
        let word = self.word.load(Relaxed);
        if word & CLOSED != 0 || free(word) == 0 {
            return false;
        }
        self.word.fetch_sub(FREE, Relaxed);
        inner.word(worker).grant();
        self.trim(&mut inner);
        true
    }

    /// Sees to it that there is somebody for each free permit, as far as there may be threads; whether there is anybody.
    pub(crate) fn provide_someone(&self) -> bool {
        let mut inner = self.lock.lock();
        let free = free(self.word.load(Relaxed));
        self.provide_hands(&mut inner, free)
    }

    /// Whether anybody sleeps or is vacant, after a worker was added if they are fewer than so many.
    fn provide_hands(&self, inner: &mut Inner, wanted: usize) -> bool {
        if hands(self.word.load(Relaxed)) < wanted {
            self.add_spare(inner);
        }
        hands(self.word.load(Relaxed)) > 0
    }

    /// Adds a vacant worker beyond the permits, if there may be a thread for it; whether that is so.
    fn add_spare(&self, inner: &mut Inner) -> bool {
        let has_number = !inner.surplus.is_empty() || inner.numbered < MOST_WORKERS;
        if !self.starts_threads || !has_number || !self.budget.take() {
            return false;
        }
        inner.places += 1;
        self.employ(inner);
        true
    }

    /// Takes a worker into use, which is vacant.
    fn employ(&self, inner: &mut Inner) {
        let worker = inner.surplus.pop().unwrap_or_else(|| {
            inner.numbered += 1;
            inner.numbered - 1
        });
        self.staff.fetch_add(1, Relaxed);
        self.add_vacant(inner, worker);
    }

    /// Gives up spare workers that are vacant and not needed.
    pub(super) fn trim(&self, inner: &mut Inner) {
        while self.can_spare_one()
            && let Some(worker) = inner.vacant.pop()
        {
            self.word.fetch_sub(self.vacant_unit(), Relaxed);
            self.staff.fetch_sub(1, Relaxed);
            inner.surplus.push(worker);
        }
        self.settle(inner);
    }

    /// Has so many permits from now on, but at least one. Returns who must be unparked: threads that wait for a permit,
    /// or sleepers that may not be needed any more.
    #[must_use]
    pub(crate) fn set_permits(&self, permits: usize) -> Vec<Arc<Parker>> {
        let permits = permits.clamp(1, MOST_WORKERS);
        let mut inner = self.lock.lock();
        if self.is_closed() {
            return Vec::new();
        }
        let before = self.permits();
        self.permits.store(permits, Relaxed);
        match permits.cmp(&before) {
            Greater => self.add_permits(&mut inner, permits - before),
            Equal => Vec::new(),
            Less => self.withdraw_permits(&mut inner, before - permits),
        }
    }

    fn add_permits(&self, inner: &mut Inner, count: usize) -> Vec<Arc<Parker>> {
        self.word.fetch_add(count as u64 * FREE, Relaxed);
        while self.staff.load(Relaxed) < self.permits() {
            self.employ(inner);
        }
        self.settle(inner);
        while self.lacks_hands() && self.add_spare(inner) {}
        mem::take(&mut inner.waiting)
    }

    /// Whether more permits are free than there are hands for.
    fn lacks_hands(&self) -> bool {
        let word = self.word.load(Relaxed);
        hands(word) < free(word)
    }

    fn withdraw_permits(&self, inner: &mut Inner, count: usize) -> Vec<Arc<Parker>> {
        let unused = free(self.word.load(Relaxed)).min(count);
        self.word.fetch_sub(unused as u64 * FREE, Relaxed);
        // The newest workers first: an old one may be a thread in `block_on`, which has to stay in any case.
        let holders = inner.words.iter().rev().filter(|permit| permit.is_held());
        for permit in holders.take(count - unused) {
            let is_taken = permit.release();
            debug_assert!(is_taken, "only the lock's holder takes a permit");
        }
        self.trim(inner);
        // Those that slept first are woken last, so they are the ones to go.
        inner.sleepers.iter().take(self.spares()).map(|sleeper| sleeper.parker.clone()).collect()
    }

    /// How many workers in use there are beyond the permits.
    pub(super) fn spares(&self) -> usize {
        self.staff.load(Relaxed).saturating_sub(self.permits())
    }

    /// Has as many places in the budget as there are spares.
    fn settle(&self, inner: &mut Inner) {
        let spares = self.spares();
        while inner.places > spares {
            inner.places -= 1;
            self.budget.give_back();
        }
        while inner.places < spares {
            inner.places += 1;
            self.budget.take_anyway();
        }
    }
}
