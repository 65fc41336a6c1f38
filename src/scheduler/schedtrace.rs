//! A line on standard error for each runtime, again and again: how its permits, threads and queues are, and what was done
//! since the line before. For who wants to see a program's load from outside, without a change to it.
//!
//! A thread of its own prints, one a process, which is there only where the environment asks for it. *Rejected*: to leave it to
//! the monitor, which tells a user's callback of stuck polls, and rests when nothing happens; and to a worker, since the
//! lines are wanted most when all of them are stuck. The thread takes the short locks that who asks for metrics takes, and runs
//! no foreign code but the end of a runtime that it saw last, contained.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use super::Scheduler;
use super::blocking::Census;
use super::deadlock::Known;
use super::idle::Staffing;
use super::monitor::Monitor;
use super::threads::say_refused;
use crate::util::process::PerProcess;

/// Prints from now on, unless that is done in this process already. The first who asks says how often.
pub(super) fn start(period: Duration) {
    static IS_STARTED: PerProcess<AtomicBool> = PerProcess::new();
    let is_started = IS_STARTED.get(|| AtomicBool::new(false));
    if is_started.swap(true, Relaxed) {
        return;
    }
    let thread = thread::Builder::new().name("schedtrace".into());
    if let Err(error) = thread.spawn(move || run(period)) {
        is_started.store(false, Relaxed); // the next runtime tries again
        say_refused(&error);
    }
}

fn run(period: Duration) {
    let _known = Known::new();
    let start = Instant::now();
    let mut before = HashMap::new();
    let mut next = start;
    loop {
        // Lines that would have been printed in the past are left out: of a process that was stopped, say.
        while next <= Instant::now() {
            next += period;
        }
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let text = Monitor::of_this_process()
            .with_schedulers(|schedulers| lines(start.elapsed(), schedulers, &mut before));
        // A closed standard error is no reason to panic. In one piece, so that no other line gets in between.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

/// A line for each scheduler, what was counted until the one before is in `before`.
fn lines(
    elapsed: Duration,
    schedulers: &[Arc<Scheduler>],
    before: &mut HashMap<NonZeroU64, Totals>,
) -> String {
    let line = |scheduler: &Arc<Scheduler>| {
        let number = scheduler.config.number;
        let totals = Totals::of(scheduler);
        let since = totals.since(before.get(&number).copied().unwrap_or_default());
        ((number, totals), Line { elapsed, scheduler, since }.to_string())
    };
    let shown = schedulers.iter().filter(|scheduler| !scheduler.config.is_internal);
    let (totals, text): (Vec<_>, String) = shown.map(line).unzip();
    *before = totals.into_iter().collect();
    text
}

/// What only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    spawned: u64,
    polls: u64,
    steals: u64,
    retakes: u64,
}

impl Totals {
    fn of(scheduler: &Scheduler) -> Self {
        let work = scheduler.work_of_all();
        let retakes = scheduler.retakes();
        Self {
            spawned: scheduler.spawned_tasks(),
            polls: work.polls,
            steals: work.steals,
            retakes: retakes.from_blocked + retakes.from_computing,
        }
    }

    fn since(self, before: Self) -> Self {
        let less = u64::wrapping_sub;
        Self {
            spawned: less(self.spawned, before.spawned),
            polls: less(self.polls, before.polls),
            steals: less(self.steals, before.steals),
            retakes: less(self.retakes, before.retakes),
        }
    }
}

/// What is printed of one scheduler.
struct Line<'a> {
    elapsed: Duration,
    scheduler: &'a Scheduler,
    since: Totals,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { elapsed, scheduler, since } = self;
        write!(f, "schedtrace {}ms: runtime={}", elapsed.as_millis(), scheduler.config.number)?;
        if let Some(name) = &scheduler.config.name {
            write!(f, " name={name:?}")?;
        }
        let Staffing { free, spares, without_permit } = scheduler.staffing();
        let permits = scheduler.worker_threads();
        write!(f, " permits={permits} idle={free} spare={spares} blocked={without_permit}")?;
        let Census { threads, idle, jobs, .. } = scheduler.blocking_census();
        write!(f, " pool={threads} pool_idle={idle} pool_queue={jobs}")?;
        let queues = scheduler.waiting_tasks();
        let queued: usize = queues.iter().sum();
        write!(f, " injector={} queued={queued} {queues:?}", scheduler.injected_tasks())?;
        let Totals { spawned, polls, steals, retakes } = since;
        write!(f, " tasks={} spawned=+{spawned} polls=+{polls}", scheduler.alive_tasks())?;
        writeln!(f, " steals=+{steals} retakes=+{retakes}")
    }
}
