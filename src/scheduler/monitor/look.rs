//! What the monitor sees of one scheduler, and what it does about it.
//!
//! # What it sees
//!
//! A worker whose count of polls stands still from one look to the next is in one poll, or asleep; if it has a permit it
//! is *stuck*. How long it has been is known since the look that saw the count first, so it is underestimated, by one
//! pause between looks at most. What *waits*: tasks behind a stuck worker or in the injector, and the driver, if nobody looked in
//! since the last look although something is due or there are sockets.
//!
//! # What it does
//!
//! 1. A poll that has taken [`TOO_LONG`] is flagged: it yields at its next leaf. Once it is clear what its thread does, it
//!    is also reported (`stuck`): when the thread sleeps in the kernel, or has computed for so long. One that waits for a
//!    processor while others run is not stuck.
//! 2. If a permit is free and something waits, a searcher is woken.
//! 3. If none is free, permits are retaken from stuck workers, one for each thing that waits:
//!    - from one that is *blocked*: it used no processor since the last look, and sleeps in the kernel. Its core is
//!      idle, so it is also done for tasks that another worker would get to sooner or later;
//!    - from one that *computes* for longer than [`COMPUTES`] of its processor's time, if what waits would otherwise wait
//!      for a stuck worker. On an overloaded machine a thread may stand still because others run: by the clock on the wall
//!      that looks like a long poll, by its own it does not, so it keeps its permit.
//!
//!    Where the system does not tell what a thread does, all polls compute, by the clock on the wall.
//! 4. What is queued at a stuck worker that has no permit, or is about to lose it, goes to the injector. Thieves would get
//!    to it too, but they take half, and come for the rest when they run dry, which may be never.
//! 5. If closures wait that no thread could be started for, another attempt is made.
//!
//! A current-thread runtime has nobody to wake, and no permit that another thread could use: there only 1 and 5 are done.
//!
//! # Why a retake is safe
//!
//! By the time that a permit is taken, its worker may have begun another poll, or many. It loses the permit nevertheless,
//! finds that out behind the poll, gives what it has to the injector, and gets itself another, if one is free. So a retake that comes
//! late costs a detour, and nothing else. What a stuck worker pushes to its own queue, in the belief that it has its
//! permit still, is moved by a later look: the monitor does not sleep while a worker is up.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::GRACE;
use super::stuck::{Activity, Report, Stuck};
use crate::scheduler::idle::Retake;
use crate::scheduler::worker::Worker;
use crate::scheduler::{Cores, Scheduler};
use crate::spans;
use crate::trace;
use crate::util::rng::Rng;

/// A poll that takes longer yields at its next leaf.
const TOO_LONG: Duration = Duration::from_millis(3);

/// For so long a poll may compute while others wait for its permit.
const COMPUTES: Duration = Duration::from_millis(4);

/// What a look showed; the more there is to do the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seen {
    /// Nobody works.
    Idle,
    /// Polls are made.
    Running {
        /// In what time a timer is due that nobody waits for.
        due: Duration,
    },
    /// Something waits that may not be served soon.
    Waiting,
}

/// What the monitor remembers of a scheduler from look to look. Nobody else takes the locks, but for who looks up since when a poll
/// goes on, and holds the one for a few loads.
#[derive(Debug)]
pub(in crate::scheduler) struct Notes {
    book: Mutex<Book>,
    /// The cores by which the number of permits goes; none if it is pinned.
    pub(in crate::scheduler) cores: Mutex<Option<Cores>>,
}

impl Notes {
    pub(in crate::scheduler) fn new(follows: Option<Cores>) -> Self {
        Self { book: Mutex::default(), cores: Mutex::new(follows) }
    }
}

#[derive(Debug, Default)]
struct Book {
    /// Of each worker, by its number.
    posts: Vec<Post>,
    /// Whether the last look was to be followed soon.
    was_waiting: bool,
    /// How many retakes were tried at random.
    tries: u64,
}

/// What was seen of one worker.
#[derive(Clone, Copy, Debug)]
struct Post {
    polls: u64,
    had_permit: bool,
    /// When that count was seen first, or the permit.
    since: Instant,
    /// What the thread had used of a processor when it was looked at first in this poll.
    first: Option<Duration>,
    /// The same at the last look.
    last: Option<Duration>,
    /// Whether it was the same at the look before that.
    stands_still: bool,
    /// What the thread does, if the poll takes long and that is known.
    activity: Option<Activity>,
    /// Whether this poll was noted as one that takes long.
    is_noted: bool,
    /// Whether this poll was reported.
    is_reported: bool,
}

/// What is between one poll and the next look.
#[derive(Debug, Default)]
struct Scene {
    /// Workers with a permit whose count stands still.
    stuck: Vec<usize>,
    /// Workers whose tasks should not wait for them: stuck ones, without a permit or about to lose it.
    stranded: Vec<usize>,
    /// Whether another worker with a permit made polls.
    progresses: bool,
    /// Whether any worker made polls.
    polled: bool,
    /// Tasks behind workers that stand still.
    behind: usize,
    /// Workers that make polls and have tasks waiting.
    surplus: usize,
    /// Tasks in the injector.
    injected: usize,
    /// Whether nobody looks in at the driver, though that is needed.
    unattended: bool,
    /// Polls that take too long.
    reports: Vec<Report>,
    /// Workers whose permits were retaken.
    retaken: Vec<(usize, Cause)>,
    /// Whether a retake was refused for the first time.
    is_bound_news: bool,
}

/// Why a permit can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Blocked,
    Computes,
}

impl Cause {
    /// What the thread does, in the words of a report.
    fn word(self) -> &'static str {
        match self {
            Self::Blocked => "blocks",
            Self::Computes => "computes",
        }
    }

    fn computes(time: Duration) -> Option<Self> {
        (time >= COMPUTES).then_some(Self::Computes)
    }
}

impl Scheduler {
    /// Since when the monitor has seen this worker in the poll with this number, if it has seen that poll at all.
    pub(in crate::scheduler) fn seen_in_poll(&self, worker: usize, poll: u64) -> Option<Instant> {
        let book = self.notes.book.lock().unwrap_or_else(PoisonError::into_inner);
        let post = book.posts.get(worker)?;
        (post.polls == poll).then_some(post.since)
    }

    /// A look of the monitor.
    pub(super) fn look(self: &Arc<Self>, now: Instant) -> Seen {
        let mut book = self.notes.book.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scene = book.survey(self, now);
        let is_helped = self.help(&book, &mut scene, now) | self.retake_at_random(&mut book);
        let seen = self.judge(&scene, book.was_waiting);
        book.was_waiting = seen == Seen::Waiting;
        drop(book);
        self.rescue(&scene.stranded);
        if is_helped {
            self.wake_searcher();
        }
        if self.blocking.lacks_threads() {
            self.reinforce_blocking();
        }
        self.tell(&scene);
        self.report(scene.reports);
        seen
    }

    fn judge(&self, scene: &Scene, was_waiting: bool) -> Seen {
        if !self.config.starts_threads {
            let is_up = scene.polled || self.needs_monitor();
            return if is_up { Seen::Running { due: Duration::MAX } } else { Seen::Idle };
        }
        // Tasks behind a worker that makes progress are usual; a second look tells whether it goes on making it.
        if scene.starving() > 0 || (scene.waits() > 0 && !was_waiting) {
            return Seen::Waiting;
        }
        if scene.polled && self.config.retake_at_random {
            return Seen::Waiting;
        }
        if scene.polled || self.needs_monitor() {
            return Seen::Running { due: self.driver.until_unattended() };
        }
        Seen::Idle
    }

    /// Frees permits for what waits. Whether a searcher should be woken.
    fn help(&self, book: &Book, scene: &mut Scene, now: Instant) -> bool {
        if scene.waits() == 0 || !self.config.starts_threads {
            return false;
        }
        if self.idle.has_free_permit() {
            return scene.behind + scene.outside() > 0 && self.idle.provide_someone();
        }
        let mut taken = 0;
        for number in mem::take(&mut scene.stuck) {
            let Some(worker) = self.roster.get(number) else { continue };
            let Some(cause) = book.posts[number].cause(worker, now) else { continue };
            let wanted = match cause {
                Cause::Blocked => scene.waits(),
                Cause::Computes => scene.starving(),
            };
            if taken < wanted {
                scene.stranded.push(number);
                taken += usize::from(self.retake(number, cause, scene));
            }
        }
        taken > 0
    }

    /// Moves what waits at these workers to the injector, where all who run look from time to time.
    fn rescue(self: &Arc<Self>, stranded: &[usize]) {
        if stranded.is_empty() {
            return;
        }
        for worker in stranded.iter().filter_map(|&number| self.roster.get(number)) {
            worker.unload_into(&self.injector);
        }
        self.after_push();
    }

    /// For tests: takes the permit from half of the workers, whatever they do. Whether it took any.
    fn retake_at_random(&self, book: &mut Book) -> bool {
        if !self.config.retake_at_random {
            return false;
        }
        let mut taken = 0;
        for number in 0..self.roster.reach() {
            book.tries += 1;
            if Rng::new(book.tries).below(2) == 0 && self.idle.retake(number) == Retake::Taken {
                taken += 1;
            }
        }
        taken > 0
    }

    fn retake(&self, worker: usize, cause: Cause, scene: &mut Scene) -> bool {
        match self.idle.retake(worker) {
            Retake::Taken => {
                self.tally.count_retake(cause);
                trace::retake(self.config.number.get(), worker, cause == Cause::Computes);
                scene.retaken.push((worker, cause));
                true
            }
            Retake::HasNone => false,
            Retake::NoThread => {
                self.tally.refused.add(1);
                scene.is_bound_news |= self.threads.report_bound();
                false
            }
        }
    }
}

impl Scheduler {
    /// Tells `tracing` what was done. That is foreign code, so the locks are free.
    fn tell(&self, scene: &Scene) {
        let runtime = self.config.number;
        for &(worker, cause) in &scene.retaken {
            spans::retaken(runtime, worker, cause.word());
        }
        if scene.is_bound_news {
            spans::at_bound(runtime);
        }
    }
}

impl Scene {
    fn outside(&self) -> usize {
        self.injected + usize::from(self.unattended)
    }

    /// How many things wait at all.
    fn waits(&self) -> usize {
        self.behind + self.surplus + self.outside()
    }

    /// How many of them wait for a worker that is stuck.
    fn starving(&self) -> usize {
        self.behind + if self.progresses { 0 } else { self.outside() }
    }
}

impl Book {
    fn survey(&mut self, scheduler: &Scheduler, now: Instant) -> Scene {
        let mut scene = Scene {
            injected: scheduler.injector.len(),
            unattended: scheduler.driver.inspect(GRACE),
            ..Scene::default()
        };
        for number in 0..scheduler.roster.reach() {
            if number == self.posts.len() {
                self.posts.push(Post::new(u64::MAX, false, now));
            }
            if let Some(worker) = scheduler.roster.get(number) {
                self.posts[number].see(worker, number, now, &mut scene);
            }
        }
        scene
    }
}

impl Post {
    fn new(polls: u64, had_permit: bool, now: Instant) -> Self {
        Self {
            polls,
            had_permit,
            since: now,
            first: None,
            last: None,
            stands_still: false,
            activity: None,
            is_noted: false,
            is_reported: false,
        }
    }

    fn see(&mut self, worker: &Worker, number: usize, now: Instant, scene: &mut Scene) {
        let polls = worker.diary.polls.begun();
        let has_permit = worker.permit.is_held();
        if polls != self.polls {
            *self = Self::new(polls, has_permit, now);
            if has_permit {
                self.sample(worker);
            }
            scene.polled = true;
            scene.progresses |= has_permit;
            scene.surplus += usize::from(worker.has_waiting_tasks());
            return;
        }
        let behind = worker.waiting_tasks();
        scene.behind += behind;
        if behind > 0 && !has_permit {
            scene.stranded.push(number);
        }
        if has_permit && !self.had_permit {
            // It slept, and may not have begun a poll since it was woken.
            *self = Self::new(polls, true, now);
        }
        self.had_permit = has_permit;
        if has_permit {
            scene.stuck.push(number);
        }
        if has_permit || (!self.is_reported && worker.diary.is_polling()) {
            self.sample(worker);
        }
        let elapsed = now.duration_since(self.since);
        if elapsed >= TOO_LONG {
            worker.diary.polls.flag(polls);
            scene.reports.extend(self.report(worker, elapsed));
        }
    }

    /// Reads the clock of the worker's thread, which takes as long as a short poll.
    fn sample(&mut self, worker: &Worker) {
        let used = worker.thread.cpu_time();
        self.stands_still = used.is_some() && self.last == used;
        self.last = used;
        self.first = self.first.or(used);
    }

    /// For how long the thread has computed in this poll.
    fn computed(&self) -> Option<Duration> {
        Some(self.last?.saturating_sub(self.first?))
    }

    /// What is to be noted of this poll, which takes long, unless it is over.
    fn report(&mut self, worker: &Worker, elapsed: Duration) -> Option<Report> {
        let subject = worker.diary.subject_of(self.polls)?;
        let is_news = !self.is_reported && self.learn_activity(worker);
        if is_news {
            trace::long(subject.task, subject.source());
        }
        self.is_reported |= is_news;
        let is_first = !mem::replace(&mut self.is_noted, true);
        Some(Report { stuck: Stuck::new(subject, elapsed, self.activity), is_first, is_news })
    }

    /// Finds out what the thread does that is in this poll; whether there is no more to learn.
    fn learn_activity(&mut self, worker: &Worker) -> bool {
        let Some(computed) = self.computed() else { return true };
        let is_blocked = if self.stands_still { worker.thread.is_blocked() } else { Some(false) };
        self.activity = match is_blocked {
            None => return true,
            Some(true) => Some(Activity::Blocks),
            Some(false) => (computed >= TOO_LONG).then_some(Activity::Computes),
        };
        self.activity.is_some()
    }

    /// Whether and why the permit of this worker, which is stuck, may be taken.
    fn cause(&self, worker: &Worker, now: Instant) -> Option<Cause> {
        if worker.thread.is_nobody() {
            return None; // a thread is on its way
        }
        let by_the_wall = now.duration_since(self.since);
        let Some(computed) = self.computed() else { return Cause::computes(by_the_wall) };
        if !self.stands_still {
            return Cause::computes(computed);
        }
        match worker.thread.is_blocked() {
            Some(true) => Some(Cause::Blocked),
            Some(false) => None,
            None => Cause::computes(by_the_wall),
        }
    }
}
