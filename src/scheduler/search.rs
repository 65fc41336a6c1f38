//! In which order a worker looks for its next task, and when it calls another to help.
//!
//! # The order
//!
//! 1. every 61st time (or as often as the runtime was built with) the injector first, so that nothing there waits behind
//!    a queue that refills itself; and the tasks that yielded, when none of them came for 61 polls;
//! 2. the LIFO slot, at most [`MOST_IN_A_ROW`] times while others wait in the queue;
//! 3. the queue;
//! 4. the tasks that yielded; where there is one alone, it has given its turn to the driver, which comes first, with what it wakes;
//! 5. the injector, a batch;
//! 6. the slot after all, if thieves have emptied the queue meanwhile;
//! 7. the driver, if there are others to steal from: what is due or ready;
//! 8. as the only searcher: timers that are overdue, what workers left behind whose permit was taken, the injector, where a few are let
//!    gather if more are coming, and the queues of the others,
//!    each from a random one on, some rounds with growing pauses; at last the slot of a worker that was in one and the same poll all the while.
//!
//! # Who yields stands behind who was woken
//!
//! A task that yields, be it by itself or since its budget was spent, says that others may run first. Some of them are yet
//! to be woken, by a timer that is due or a socket that is ready, and would stand behind it in one common queue: two
//! tasks that work for 100 us between yields would let each timer of their worker wait for both. So who yields stands in
//! a queue of its own, behind what is woken until its turn comes. It comes after 61 polls of
//! others at the latest; not every 61st time, since a receiver of many senders that runs before all of them have sent finds
//! less to receive, and then has more turns, each of which wakes senders on another worker's time.
//!
//! # Calling for help
//!
//! To wake a parked thread costs tens of microseconds, and to move a tiny task to another core costs more
//! than to run it. So a worker calls a searcher only when its queue had a surplus for [`WAKING_COSTS`], about
//! as long as it takes until help comes: then the help is late by at most as much again. And only if there is enough to
//! share: if the surplus lasted for [`PAYS`] already, or would last for so long in all, were the tasks that wait to take
//! as long as those before them. A server is often woken by a handful of sockets at once, for each of which it has a few
//! microseconds of work. To wake another for half of them makes the last of them some 30 microseconds earlier, and takes a fifth
//! of the processor's time more. [`Pace`] measures all that, and reads the clock seldom when polls are short.
//!
//! Where polls were so long lately that what waits will last for [`PAYS`], there is nothing to measure, and the call comes at once.
//! A server that answers 16 requests in a poll of 70 us would else be idle by a part of the time that its queue has a surplus.
//!
//! A task behind one long poll is seen by the monitor; a task in the injector that nobody may be looking for
//! wakes a searcher at once, see `Scheduler::inject`.

use std::cell::Cell;
use std::mem;
use std::time::{Duration, Instant};

use super::run_queue::Owner;
use super::worker::{Local, Worker};
use crate::cell::Runnable;
use crate::driver::{Occasion, Tick};
use crate::trace;
use std::hint::spin_loop;
use std::sync::Arc;

/// After so many polls of others comes one who yielded.
const MOST_BEFORE_YIELDED: u64 = 61;

/// How many tasks in a row may come from the LIFO slot while the queue is not empty.
const MOST_IN_A_ROW: u32 = 3;

/// The most tasks that are taken from the injector at once.
const INJECTOR_BATCH: usize = 64;

/// So many tasks in the injector are taken at once, although more are coming. A searcher lets them gather for this many of the
/// shortest pauses at the most, ten microseconds, and for one where no more come.
const WORTH_A_TAKE: usize = 16;

/// Pauses between the rounds of a search, in spins of the processor.
const PAUSES: [u32; 4] = [20, 50, 100, 200];

/// How long a queue must have a surplus before its worker calls a searcher.
const WAKING_COSTS: Duration = Duration::from_micros(20);

/// How long a surplus must last in all, as far as one can tell, to be worth a call. A worker that is woken takes some 20 us of
/// a processor in vain, to come and to go; so these are a tenth at most of what the call is for.
const PAYS: Duration = Duration::from_micros(200);

impl Local {
    /// The next task, or none anywhere.
    #[inline]
    pub(super) fn next_task(&self) -> Option<Runnable> {
        if self.must_search.get() {
            return self.search();
        }
        self.beat.count_yielded(false);
        self.next_by_turn()
            .or_else(|| self.next_from_slot())
            .or_else(|| self.next_from(&self.queue))
            .or_else(|| self.next_instead_of_who_is_alone())
            .or_else(|| self.next_yielded())
            .or_else(|| self.next_from_injector())
            .or_else(|| self.worker().slot.take())
            .or_else(|| self.next_from_driver())
            .or_else(|| self.search())
    }

    /// The task of whoever has waited long enough for others to run dry.
    #[inline]
    fn next_by_turn(&self) -> Option<Runnable> {
        if self.is_injectors_turn() {
            return self.scheduler().injector.pop();
        }
        let polls = self.polls.get();
        if polls.wrapping_sub(self.yielded_at.get()) >= MOST_BEFORE_YIELDED {
            self.yielded_at.set(polls);
            return self.next_yielded();
        }
        None
    }

    /// Counts a task; whether the injector comes first this time.
    #[inline]
    fn is_injectors_turn(&self) -> bool {
        let left = self.until_injector.get() - 1;
        let is_turn = left == 0;
        let next = if is_turn { self.scheduler().config.injector_interval } else { left };
        self.until_injector.set(next);
        is_turn
    }

    /// Looks in at the driver, without waiting.
    #[cold]
    pub(super) fn look_in(&self, occasion: Occasion) {
        let now = Tick::now();
        trace::look(now.as_nanos());
        self.beat.looked(now);
        self.note_work(now);
        self.scheduler().driver.look_in(now, occasion);
    }

    /// A task that the driver wakes, when there is no other.
    ///
    /// While nobody else runs there is nobody to steal from, so that the next step is to sleep. Who sleeps waits in the
    /// driver, and a wait that finds something to do is over at once: to look before that would be a system call for
    /// nothing.
    fn next_from_driver(&self) -> Option<Runnable> {
        let scheduler = self.scheduler();
        if !scheduler.idle.others_run() || !scheduler.driver.has_business() {
            return None;
        }
        self.look_in(Occasion::RanDry);
        self.own_task()
    }

    /// A task yielded, and nobody else has a turn here: it is the driver's, and theirs whom that wakes. So a program that yields
    /// until something is ready need not wait for the beat, nor what is due for that program.
    #[inline]
    fn next_instead_of_who_is_alone(&self) -> Option<Runnable> {
        if self.yielded.len() != 1 || !self.scheduler().driver.has_business() {
            return None;
        }
        self.look_in(Occasion::RanDry);
        self.next_from_slot().or_else(|| self.next_from(&self.queue))
    }

    fn own_task(&self) -> Option<Runnable> {
        self.worker().slot.take().or_else(|| self.queue.pop()).or_else(|| self.yielded.pop())
    }

    #[inline]
    fn next_from_slot(&self) -> Option<Runnable> {
        let streak = self.streak.get();
        if streak >= MOST_IN_A_ROW && !self.queue.is_empty() {
            return None;
        }
        let task = self.worker().slot.take()?;
        self.streak.set(streak + 1);
        Some(task)
    }

    #[inline]
    fn next_yielded(&self) -> Option<Runnable> {
        let task = self.next_from(&self.yielded)?;
        self.yielded_at.set(self.polls.get());
        self.beat.count_yielded(true);
        Some(task)
    }

    /// The next task of one of the worker's queues.
    #[inline]
    fn next_from(&self, queue: &Owner<Runnable>) -> Option<Runnable> {
        let task = queue.pop()?;
        self.streak.set(0);
        if queue.is_empty() && self.is_last() {
            self.pace.reset();
        } else if self.scheduler().idle.needs_searcher() && self.pace.is_slow(|| self.surplus()) {
            self.scheduler().wake_searcher();
        }
        Some(task)
    }

    fn surplus(&self) -> Surplus {
        let worker = self.worker();
        let mean_poll = f64::from_bits(worker.diary.mean_poll.get());
        Surplus {
            tasks: worker.waiting_tasks() + self.scheduler().injector.len(),
            mean_poll: Duration::from_nanos(mean_poll as u64),
        }
    }

    /// Whether nothing waits in the queues but what is in the slot.
    fn is_last(&self) -> bool {
        self.queue.is_empty() && self.yielded.is_empty() && self.scheduler().injector.is_empty()
    }

    fn next_from_injector(&self) -> Option<Runnable> {
        let scheduler = self.scheduler();
        let fair_share = scheduler.injector.len() / scheduler.worker_threads() + 1;
        scheduler.injector.pop_batch_into(&self.queue, fair_share.min(INJECTOR_BATCH))
    }

    /// Searches, unless somebody does already.
    #[cold]
    fn search(&self) -> Option<Runnable> {
        let idle = &self.scheduler().idle;
        let search =
            if self.must_search.take() { idle.granted_search() } else { idle.begin_search()? };
        let found = self.look_around();
        drop(search);
        if found.is_some() {
            // Who pushed while we searched woke nobody, for our sake.
            self.scheduler().after_push();
        }
        found
    }

    fn look_around(&self) -> Option<Runnable> {
        trace::search();
        // What the driver woke while this worker was given the search, or would have woken long ago.
        if self.scheduler().driver.is_due() {
            self.look_in(Occasion::RanDry);
        }
        if let Some(task) = self.own_task() {
            return Some(task);
        }
        let before = self.sequences();
        for pause in PAUSES {
            self.let_gather();
            let found = self.take_over().or_else(|| self.next_from_injector());
            if let Some(task) = found.or_else(|| self.steal()) {
                return Some(task);
            }
            if !self.scheduler().idle.others_run() {
                return None;
            }
            (0..pause).for_each(|_| spin_loop());
        }
        self.steal_stuck_slot(&before)
    }

    /// Waits as long as the injector holds less than [`WORTH_A_TAKE`] and gets more by the first of the pauses.
    ///
    /// Where one thread pushes many, a searcher that takes each as it comes has the lock, the idle word and all their lines
    /// whenever the pusher wants them, and the pusher is the one that all depends on.
    fn let_gather(&self) {
        let injector = &self.scheduler().injector;
        let mut before = 0;
        let mut now = injector.len();
        while before < now && now < WORTH_A_TAKE {
            (0..PAUSES[0]).for_each(|_| spin_loop());
            before = mem::replace(&mut now, injector.len());
        }
    }

    /// What waits behind a worker whose permit was taken. It was about to be run, so it comes before the injector; and the
    /// slot comes first, as it would have there.
    fn take_over(&self) -> Option<Runnable> {
        self.find_victim(|victim| {
            if victim.permit.is_held() {
                return None;
            }
            self.steal_slot(victim).or_else(|| self.steal_from(victim))
        })
    }

    fn steal(&self) -> Option<Runnable> {
        self.find_victim(|victim| self.steal_from(victim))
    }

    fn steal_from(&self, victim: &Worker) -> Option<Runnable> {
        let woken = victim.queue.steal_into(&self.queue);
        let (task, more) = woken.or_else(|| victim.yielded.steal_into(&self.yielded))?;
        self.count_stolen(victim, 1 + more);
        Some(task)
    }

    fn steal_slot(&self, victim: &Worker) -> Option<Runnable> {
        let task = victim.slot.take()?;
        self.count_stolen(victim, 1);
        Some(task)
    }

    /// Asks all other workers for a task, from a random one on.
    fn find_victim(&self, mut ask: impl FnMut(&Worker) -> Option<Runnable>) -> Option<Runnable> {
        let roster = &self.scheduler().roster;
        let n = roster.reach();
        let start = self.rng.below(n);
        (start..n).chain(0..start).find_map(|number| {
            let victim = roster.get(number)?;
            if Arc::ptr_eq(victim, self.worker()) { None } else { ask(victim) }
        })
    }

    fn count_stolen(&self, victim: &Worker, tasks: u64) {
        trace::steal(victim.index(), tasks);
        let diary = &self.worker().diary;
        diary.steals.add(1);
        diary.stolen.add(tasks);
    }

    /// How many polls each worker has begun.
    fn sequences(&self) -> Vec<u64> {
        let roster = &self.scheduler().roster;
        let begun = |number| roster.get(number).map_or(0, |worker| worker.diary.polls.begun());
        (0..roster.reach()).map(begun).collect()
    }

    /// The task in the slot of a worker that began no poll since `before`: it is not run next.
    fn steal_stuck_slot(&self, before: &[u64]) -> Option<Runnable> {
        let now = self.sequences();
        (0..before.len()).filter(|&number| now[number] == before[number]).find_map(|number| {
            let victim = self.scheduler().roster.get(number)?;
            if Arc::ptr_eq(victim, self.worker()) { None } else { self.steal_slot(victim) }
        })
    }
}

/// The tasks that wait where a searcher could take them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surplus {
    pub(super) tasks: usize,
    /// How long a poll of this worker takes lately.
    pub(super) mean_poll: Duration,
}

/// For how long a queue has had a surplus, measured by few readings of the clock.
///
/// The clock is read after one poll, then after two, four, ... up to 64 polls, as long as all of them took less than
/// [`WAKING_COSTS`]; so polls of a few nanoseconds are not slowed by it, and the first long polls are noticed at once.
pub(super) struct Pace {
    since: Cell<Option<Instant>>,
    /// Polls since then, up to the last reading.
    polls: Cell<u32>,
    /// Polls from one reading to the next.
    interval: Cell<u32>,
    /// Polls until the next reading.
    left: Cell<u32>,
}

impl Pace {
    const LONGEST_INTERVAL: u32 = 64;

    pub(super) fn new() -> Self {
        Self {
            since: Cell::new(None),
            polls: Cell::new(0),
            interval: Cell::new(1),
            left: Cell::new(0),
        }
    }

    /// There is no surplus any more.
    #[inline]
    pub(super) fn reset(&self) {
        if self.since.get().is_some() {
            self.start_over();
        }
    }

    /// There still is a surplus: whether to call for help.
    #[inline]
    pub(super) fn is_slow(&self, surplus: impl FnOnce() -> Surplus) -> bool {
        match self.left.get() {
            0 => self.read_clock(surplus()),
            left => {
                self.left.set(left - 1);
                false
            }
        }
    }

    #[cold]
    fn read_clock(&self, surplus: Surplus) -> bool {
        let Some(since) = self.since.get() else {
            // What follows a call is measured, since nobody comes where no thread can be started.
            self.since.set(Some(Instant::now()));
            self.left.set(self.interval.get());
            return surplus.will_pay();
        };
        let now = Instant::now();
        self.polls.set(self.polls.get().saturating_add(self.interval.get() + 1));
        let elapsed = now.duration_since(since);
        if elapsed < WAKING_COSTS {
            self.interval.set((2 * self.interval.get()).min(Self::LONGEST_INTERVAL));
        } else if pays(elapsed, self.polls.get(), surplus.tasks) {
            self.start_over();
            return true;
        }
        self.left.set(self.interval.get());
        false
    }

    fn start_over(&self) {
        self.since.set(None);
        self.polls.set(0);
        self.interval.set(1);
        self.left.set(0);
    }
}

impl Surplus {
    /// Whether it lasts for [`PAYS`] by itself, if its polls take as long as those before.
    fn will_pay(self) -> bool {
        self.mean_poll.as_nanos() * self.tasks as u128 >= PAYS.as_nanos()
    }
}

/// Whether a surplus lasts for [`PAYS`] in all, if so many polls took `elapsed` and those of the tasks that wait take as long.
pub(super) fn pays(elapsed: Duration, polls: u32, waiting: usize) -> bool {
    let all = u128::from(polls) + waiting as u128;
    elapsed.as_nanos() * all >= PAYS.as_nanos() * u128::from(polls)
}
