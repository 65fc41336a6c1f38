//! A worker: what others may touch of it, what its thread alone has, and its loop.
//!
//! [`Worker`] is shared; [`Seat`] is the owner's half. Whoever claims a worker takes its seat out, works with it
//! as a [`Local`] on its own stack, and puts it back. So a worker's data stay with the worker, while the thread
//! behind it may change: a thread of the runtime takes one for life, `block_on` for as long as it lasts.

use std::cell::Cell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;
use std::time::Instant;

use super::beat::Beat;
use super::cpu_clock::ThreadClock;
use super::diary::{Diary, Subject};
use super::duty::Duty;
use super::home::Stash;
use super::idle::{Retake, Rise};
use super::injector::Injector;
use super::observers::Observers;
use super::permit::Permit;
use super::run_queue::{self, Owner, Stealer};
use super::search::Pace;
use super::{Home, Scheduler, context};
use crate::cell::{Header, JoinRef, Origin, OwnedSet, Runnable, Slot};
use crate::coop;
use crate::driver::{Occasion, Parker, Tick};
use crate::trace;
use crate::util::rng::Rng;
use crate::util::sync::fence;
use crate::util::watch::is_watched;

/// The shared half of a worker.
///
/// | field | read | written |
/// |---|---|---|
/// | `index`, `scheduler`, `queue`, `yielded` | anyone | never |
/// | `observers` | anyone | its counts, by the worker's thread |
/// | `permit` | anyone | see `permit` |
/// | `slot` | anyone takes | the worker's thread puts |
/// | `suspended` | under its lock | under its lock |
/// | `diary` | anyone | by the worker's thread; the monitor flags polls |
/// | `thread` | anyone | who sits down |
/// | `seat` | under its lock | who claims or leaves the worker |
pub(crate) struct Worker {
    index: usize,
    scheduler: Weak<Scheduler>,
    pub(super) permit: Arc<Permit>,
    /// Who is told of tasks, here where spawns, polls and ends have it at hand.
    pub(super) observers: Option<Box<Observers>>,
    /// The run queue, from the thieves' side.
    pub(super) queue: Stealer<Runnable>,
    /// The tasks that gave way to others, likewise.
    pub(super) yielded: Stealer<Runnable>,
    /// The LIFO slot: the task that was woken last, run next.
    pub(super) slot: Slot,
    /// The tasks that suspended first on this worker.
    pub(super) suspended: OwnedSet,
    /// What the worker polls, and what it has counted.
    pub(super) diary: Diary,
    /// The thread that sits here, or did last.
    pub(super) thread: ThreadClock,
    seat: Mutex<Option<Seat>>,
}

/// The half of a worker that one thread has at a time.
struct Seat {
    queue: Owner<Runnable>,
    yielded: Owner<Runnable>,
    rng: Rng,
    polls: u64,
}

/// A worker and the thread that works for it, as long as it does.
pub(crate) struct Local {
    scheduler: Arc<Scheduler>,
    worker: Arc<Worker>,
    parker: Arc<Parker>,
    pub(super) queue: Owner<Runnable>,
    /// Tasks that were woken in their own poll, to let others run first.
    pub(super) yielded: Owner<Runnable>,
    stash: Stash,
    pub(super) rng: Rng,
    /// Polls begun; mirrored in the worker's diary.
    pub(super) polls: Cell<u64>,
    /// Whether who was woken last runs next. Not in a current-thread runtime: there programs, and even more so their tests,
    /// rely on tasks that run in the order of their wakes.
    uses_slot: bool,
    /// Whether the worker has observers: at hand for the poll of a task that a trace alone watches.
    is_observed: bool,
    /// How many polls had begun when a task that had yielded was last polled, or looked for in vain.
    pub(super) yielded_at: Cell<u64>,
    /// How many tasks in a row came from the LIFO slot.
    pub(super) streak: Cell<u32>,
    /// Whether this worker has the right to search, and has not begun.
    pub(super) must_search: Cell<bool>,
    /// How long the queue has had a surplus.
    pub(super) pace: Pace,
    /// How many tasks are chosen until the injector comes first.
    pub(super) until_injector: Cell<u32>,
    /// When to look in at the driver.
    pub(super) beat: Beat,
    /// Since when the worker has been busy, but for what is in its diary.
    pub(super) busy_since: Cell<Tick>,
    /// How many polls had begun then.
    pub(super) polls_before: Cell<u64>,
    /// How many had when it was last woken.
    pub(super) woken_at: Cell<Option<u64>>,
}

impl Worker {
    pub(super) fn new(
        index: usize,
        scheduler: Weak<Scheduler>,
        permit: Arc<Permit>,
        observers: Option<Box<Observers>>,
    ) -> Self {
        let (queue, stealer) = run_queue::new();
        let (yielded, yielded_stealer) = run_queue::new();
        let seat = Seat { queue, yielded, rng: Rng::new(index as u64), polls: 0 };
        Self {
            index,
            scheduler,
            permit,
            observers,
            queue: stealer,
            yielded: yielded_stealer,
            slot: Slot::new(),
            suspended: OwnedSet::new(),
            diary: Diary::new(),
            thread: ThreadClock::new(),
            seat: Mutex::new(Some(seat)),
        }
    }

    fn seat(&self) -> std::sync::MutexGuard<'_, Option<Seat>> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    pub(super) fn scheduler(&self) -> Option<Arc<Scheduler>> {
        self.scheduler.upgrade()
    }

    /// Whether both workers belong to one scheduler.
    #[inline]
    pub(super) fn is_colleague(&self, other: &Worker) -> bool {
        self.scheduler.ptr_eq(&other.scheduler)
    }

    /// How many tasks wait here that others could run.
    pub(super) fn waiting_tasks(&self) -> usize {
        let queued = self.queue.len() + self.yielded.len();
        queued as usize + usize::from(!self.slot.is_empty())
    }

    /// Takes them from here, one by one.
    pub(super) fn take_waiting_tasks(&self) -> impl Iterator<Item = Runnable> {
        std::iter::from_fn(|| self.slot.take().or_else(|| self.take_queued()))
    }

    fn take_queued(&self) -> Option<Runnable> {
        self.queue.steal_one().or_else(|| self.yielded.steal_one())
    }

    /// Moves them to the injector, where the one in the slot comes early: it was about to run. Whoever calls this looks at
    /// the injector afterwards.
    pub(super) fn unload_into(&self, injector: &Injector<Runnable>) {
        self.slot.take().into_iter().for_each(|task| injector.push_early(task));
        std::iter::from_fn(|| self.take_queued()).for_each(|task| injector.push(task));
    }

    /// Whether tasks wait here that others could run.
    pub(super) fn has_waiting_tasks(&self) -> bool {
        !self.queue.is_empty() || !self.yielded.is_empty() || !self.slot.is_empty()
    }
}

impl Local {
    /// Sits down at a worker that was claimed from `idle`.
    pub(super) fn sit_down(scheduler: &Arc<Scheduler>, index: usize, parker: &Arc<Parker>) -> Self {
        let worker = scheduler.worker(index).clone();
        // Either the ending thread sees this worker, and closes its set, or this thread sees its permit taken:
        // the other fence is in `drain_all`.
        fence(SeqCst);
        let seat = worker.seat().take().expect("a claimed worker has its seat");
        worker.thread.set_to_current();
        trace::sit_down(scheduler.config.number.get(), index);
        // As if the thread before had gone on: the turns of the injector must come, however short each sits here.
        let interval = scheduler.config.injector_interval;
        let until_injector = interval - (seat.polls % u64::from(interval)) as u32;
        let is_observed = worker.observers.is_some();
        Self {
            scheduler: scheduler.clone(),
            worker,
            parker: parker.clone(),
            queue: seat.queue,
            yielded: seat.yielded,
            stash: Stash::default(),
            rng: seat.rng,
            polls: Cell::new(seat.polls),
            uses_slot: scheduler.config.starts_threads,
            is_observed,
            yielded_at: Cell::new(seat.polls),
            streak: Cell::new(0),
            must_search: Cell::new(false),
            pace: Pace::new(),
            until_injector: Cell::new(until_injector),
            beat: Beat::new(scheduler.config.event_interval),
            busy_since: Cell::new(Tick::now()),
            polls_before: Cell::new(seat.polls),
            woken_at: Cell::new(None),
        }
    }

    /// Leaves the worker to whoever claims it next; what is still queued goes to the injector.
    pub(super) fn stand_up(self) {
        self.worker.diary.end();
        trace::stand_up();
        self.note_work(Tick::now());
        self.give_up_search();
        self.unload();
        self.worker.thread.set_to_nobody();
        let scheduler = self.scheduler.clone();
        // The stash ends here: it refers to workers, which must not refer to one another through their seats.
        let seat = Seat {
            queue: self.queue,
            yielded: self.yielded,
            rng: self.rng,
            polls: self.polls.get(),
        };
        *self.worker.seat() = Some(seat);
        scheduler.idle.vacate(self.worker.index);
        scheduler.after_push();
        scheduler.driver.hand_over();
        scheduler.reinforce_blocking(); // a place may have become free
    }

    /// Ends a search that this worker was granted and has not begun. Whoever calls this looks at the injector afterwards.
    fn give_up_search(&self) {
        if self.must_search.take() {
            drop(self.scheduler.idle.granted_search());
        }
    }

    /// Moves what is still queued here to the injector. Whoever calls this looks at the injector afterwards.
    fn unload(&self) {
        self.worker.unload_into(&self.scheduler.injector);
    }

    #[inline]
    pub(crate) fn scheduler(&self) -> &Arc<Scheduler> {
        &self.scheduler
    }

    /// The worker's number.
    #[cfg(any(feature = "net", feature = "time"))]
    pub(crate) fn index(&self) -> usize {
        self.worker.index()
    }

    #[inline]
    pub(super) fn worker(&self) -> &Arc<Worker> {
        &self.worker
    }

    #[inline]
    pub(super) fn stash(&self) -> &Stash {
        &self.stash
    }

    #[inline]
    pub(super) fn works_for(&self, scheduler: &Arc<Scheduler>) -> bool {
        Arc::ptr_eq(&self.scheduler, scheduler)
    }

    #[cfg(feature = "time")]
    pub(super) fn works_for_weak(&self, scheduler: &Weak<Scheduler>) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.scheduler), scheduler.as_ptr())
    }

    #[inline]
    pub(super) fn has_permit(&self) -> bool {
        self.worker.permit.is_held()
    }

    /// Spawns a task that is run next.
    // Always, as what it calls: so the future goes from where the caller has it to its cell in one move.
    #[inline(always)]
    pub(crate) fn spawn<F>(&self, future: F, origin: impl Into<Origin>) -> JoinRef<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        // As in `cell::spawn`: what unwinds does not drop it.
        let future = ManuallyDrop::new(future);
        self.worker.diary.spawned.add(1);
        let home = Home::new(self.stash.take(&self.worker, &self.scheduler.spare_homes));
        let (task, join) = home.spawn(ManuallyDrop::into_inner(future), origin.into());
        self.push(task);
        join
    }

    /// Queues a task that was woken: to run next, or, where there is one thread only, when its turn comes.
    #[inline]
    pub(super) fn push(&self, task: Runnable) {
        self.worker.diary.scheduled.add(1);
        if !self.has_permit() {
            return self.scheduler.inject(task);
        }
        let next = if self.uses_slot { self.worker.slot.replace(task) } else { Some(task) };
        if let Some(behind) = next {
            self.queue_in(&self.queue, behind);
        }
    }

    /// Queues a task that was woken in its own poll behind the others.
    #[inline]
    pub(super) fn push_behind(&self, task: Runnable) {
        self.worker.diary.scheduled.add(1);
        if !self.has_permit() {
            self.scheduler.inject(task);
        } else if self.scheduler.injector.is_empty() {
            self.queue_in(&self.yielded, task);
        } else {
            // Those in the injector were there before: in a full queue of tasks that yield, this one would overtake them
            // again and again. This worker gets to the injector when its queue is empty.
            self.scheduler.injector.push(task);
        }
    }

    #[inline]
    fn queue_in(&self, queue: &Owner<Runnable>, task: Runnable) {
        // What overflows needs no wake: this worker runs, and looks at the injector before it sleeps.
        if let Err(task) = queue.push(task) {
            self.worker.diary.overflowed.add(1);
            self.scheduler.injector.push(task);
        }
    }

    /// Runs tasks and does its duty until that is done, the thread is not needed any more, or the runtime ends.
    pub(super) fn work<D: Duty>(&self, duty: &mut D) -> ControlFlow<D::Output> {
        context::work_as(self, || {
            coop::counted_by(&self.worker.diary.polls, || {
                trace::on_this_thread(|recorder| self.work_on(duty, recorder))
            })
        })
    }

    fn work_on<D: Duty>(&self, duty: &mut D, recorder: &trace::Recorder) -> ControlFlow<D::Output> {
        loop {
            // Who was woken to search does that first: until then nobody else is woken, and to attend may take long.
            if !self.must_search.get() && duty.is_due() {
                self.begin_poll(duty.subject());
                if let Poll::Ready(output) = duty.attend() {
                    return ControlFlow::Break(output);
                }
                self.worker.diary.end();
            }
            if self.has_permit() {
                self.keep_beat();
                if let Some(task) = self.next_task() {
                    self.run(task, recorder);
                    continue;
                }
            } else if self.scheduler.idle.is_closed() {
                return ControlFlow::Continue(());
            }
            if self.has_permit() && duty.is_due() {
                // It gives its turn away, and nobody else has one: it is the sockets'.
                self.look_in(Occasion::RanDry);
            } else if self.sleep(duty).is_break() {
                return ControlFlow::Continue(());
            }
        }
    }

    /// Looks in at the driver when the beat says so. Before a task is chosen, so that what this wakes need not wait for it.
    #[inline]
    fn keep_beat(&self) {
        if self.beat.is_due() {
            self.look_in(Occasion::Passing);
        }
    }

    /// Counts a poll.
    #[inline]
    fn begin_poll(&self, subject: Subject) {
        let polls = self.polls.get().wrapping_add(1);
        self.polls.set(polls);
        self.worker.diary.begin(polls, subject);
    }

    // Always: it is called in one place, and belongs to the loop.
    #[inline(always)]
    fn run(&self, task: Runnable, recorder: &trace::Recorder) {
        let subject = Subject::of(task.header());
        self.begin_poll(subject);
        let observers = if is_watched() { self.tell_poll(task.header(), recorder) } else { None };
        let has_ended = match observers {
            None => context::poll_as(subject.task, || coop::with_budget(|| task.run())),
            Some(observers) => observers.poll(task),
        };
        self.worker.diary.end();
        if has_ended {
            self.worker.diary.ended.add(1);
        }
    }

    /// Tells a trace that a task is polled; returns who else is to be told of the poll, if there is anybody.
    // It does not poll itself: a trace would pay for a second way to do so.
    #[inline(always)]
    fn tell_poll(&self, task: &Header, recorder: &trace::Recorder) -> Option<&Observers> {
        trace::poll(recorder, task.id(), task.source());
        if self.is_observed { self.worker.observers.as_deref() } else { None }
    }

    /// Sleeps until there may be something to do; breaks if this thread is not needed. The steps are argued in
    /// `README.md`.
    fn sleep<D: Duty>(&self, duty: &D) -> ControlFlow<()> {
        let (idle, config) = (&self.scheduler.idle, &self.scheduler.config);
        self.scheduler.call(&config.on_thread_park);
        self.unload(); // the callback may have spawned
        self.give_up_search(); // its permit was retaken before it could search
        idle.lie_down(self.worker.index, &self.parker);
        let is_wanted = self.is_wanted();
        let mut turn = None;
        if !is_wanted && !duty.is_due() && !idle.is_closed() {
            let patience =
                (duty.is_over() && idle.can_spare_one()).then_some(config.thread_keep_alive);
            let since = patience.map(|_| Instant::now());
            let driver = &self.scheduler.driver;
            let now = Tick::now();
            self.note_work(now);
            trace::park(now.as_nanos());
            self.count_park();
            turn = driver.sleep(&self.parker, patience, idle.has_free_permit());
            self.count_unpark();
            self.busy_since.set(Tick::now());
            trace::unpark(self.busy_since.get().as_nanos());
            let is_over = since.is_some_and(|since| Some(since.elapsed()) >= patience);
            if is_over && idle.leave(self.worker.index) {
                return ControlFlow::Break(()); // the attendance goes back, and `stand_up` calls another
            }
        }
        self.get_up(is_wanted);
        // With a permit, what this wakes is queued here. Without one it would stand behind all that the injector holds; so
        // timers are left to those who have one, or to whom the monitor gives one.
        if let Some(turn) = turn.filter(|_| self.has_permit()) {
            self.beat.restart(turn.finish());
        }
        self.scheduler.call(&config.on_thread_unpark);
        ControlFlow::Continue(())
    }
}

impl Local {
    /// Gives the permit to others, since this thread is about to block inside a poll. Until the poll ends, or
    /// [`regain`](Self::regain) is called, it goes on without.
    pub(super) fn give_way(&self) -> Retake {
        self.unload();
        self.worker.diary.end(); // it stalls nobody any more, so it is not reported
        self.give_up_search(); // a callback may block between the grant and the search
        let retake = self.scheduler.idle.retake(self.worker.index);
        self.scheduler.after_push();
        self.scheduler.driver.hand_over();
        retake
    }

    /// Takes a free permit, if there is one, and this worker has none.
    pub(super) fn regain(&self) {
        if !self.has_permit() && self.scheduler.idle.regain(self.worker.index) {
            self.scheduler.monitor.rouse();
            self.scheduler.reinforce_blocking(); // a place may have become free
        }
    }

    fn get_up(&self, is_wanted: bool) {
        let idle = &self.scheduler.idle;
        match idle.rise(self.worker.index) {
            Rise::Granted => {
                self.must_search.set(true);
                // What others neither run nor attend to may be why this one was woken.
                self.beat.expire();
            }
            Rise::Awake => {
                self.scheduler.monitor.rouse();
                // Who pushed may have relied on a search that has ended before it could see this: it goes on.
                if is_wanted && let Some(search) = idle.begin_search() {
                    search.carry();
                    self.must_search.set(true);
                }
            }
            Rise::WithoutPermit => {}
        }
    }

    /// Whether a task was pushed for which a permit is free. While none is, all who have one are awake, and
    /// each of them looks at the injector before it sleeps.
    fn is_wanted(&self) -> bool {
        !self.scheduler.injector.is_empty() && self.scheduler.idle.has_free_permit()
    }
}

impl Scheduler {
    /// What was pushed without a wake may have nobody to look at it: wakes a searcher if so.
    ///
    /// For who has pushed, or has just changed the idle word so that others relied on it until now.
    pub(super) fn after_push(self: &Arc<Self>) {
        fence(SeqCst);
        if self.injector.is_empty() {
            return;
        }
        if self.idle.needs_searcher() {
            self.wake_searcher();
        } else if self.idle.is_closed() {
            self.drain_injector();
        }
    }
}

impl Scheduler {
    /// Nobody waits in the driver, and it has something to wait for: unless somebody runs, who will look in before he
    /// sleeps, somebody is woken or started. He finds nothing to run, and so attends. The caller has fenced.
    pub(super) fn call_attendant(self: &Arc<Self>) {
        if !self.idle.anyone_runs() && self.idle.needs_searcher() {
            self.wake_searcher();
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("index", &self.index)
            .field("queue", &self.queue.len())
            .field("slot", &self.slot)
            .field("suspended", &self.suspended.len())
            .field("permit", &self.permit)
            .field("diary", &self.diary)
            .finish_non_exhaustive()
    }
}
