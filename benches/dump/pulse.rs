//! For how long a worker slept between two polls.

use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

static POLLS: AtomicU64 = AtomicU64::new(0);
static LONG: AtomicU64 = AtomicU64::new(0);
static LONGEST: AtomicU64 = AtomicU64::new(0);

/// What is asked of a dump: that no worker stands still for longer.
const LIMIT: Duration = Duration::from_millis(1);

thread_local! {
    static PULSE: RefCell<Option<Pulse>> = const { RefCell::new(None) };
}

/// The last beat of a thread.
struct Pulse {
    schedstat: Option<File>,
    last: Option<Moment>,
}

#[derive(Clone, Copy)]
struct Moment {
    at: Instant,
    /// For how long the thread has run.
    ran: Duration,
    turns: Turns,
}

/// How often a thread was given a processor in its life, and for how long it has waited for that.
#[derive(Clone, Copy, Default, PartialEq)]
struct Turns {
    count: u64,
    queued: Duration,
}

impl Pulse {
    fn new() -> Self {
        Self { schedstat: File::open("/proc/thread-self/schedstat").ok(), last: None }
    }

    /// The clocks and the kernel's count of one moment: who loses the processor meanwhile looks again.
    fn moment(&self) -> Moment {
        loop {
            let turns = self.turns();
            let (at, ran) = (Instant::now(), cpu_time());
            if self.turns() == turns {
                return Moment { at, ran, turns };
            }
        }
    }

    /// Nothing where the kernel does not tell.
    fn turns(&self) -> Turns {
        let mut text = [0; 96];
        let read = |file: &File| {
            let len = file.read_at(&mut text, 0).ok()?;
            let mut words = std::str::from_utf8(&text[..len]).ok()?.split_whitespace().skip(1);
            let queued = Duration::from_nanos(words.next()?.parse().ok()?);
            Some(Turns { count: words.next()?.parse().ok()?, queued })
        };
        self.schedstat.as_ref().and_then(read).unwrap_or_default()
    }

    fn beat(&mut self) {
        let now = self.moment();
        let last = self.last.replace(now);
        POLLS.fetch_add(1, Relaxed);
        let Some(last) = last else { return };
        if now.turns.count == last.turns.count {
            return; // It was on its processor all the time, unless the machine below took that away.
        }
        let awake = (now.ran - last.ran) + (now.turns.queued - last.turns.queued);
        let pause = (now.at - last.at).saturating_sub(awake);
        LONGEST.fetch_max(pause.as_nanos() as u64, Relaxed);
        LONG.fetch_add((pause > LIMIT).into(), Relaxed);
    }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Called in each poll.
pub fn beat() {
    PULSE.with_borrow_mut(|pulse| pulse.get_or_insert_with(Pulse::new).beat());
}

/// The thread sleeps for want of work: that is no pause.
pub fn skip() {
    PULSE.with_borrow_mut(|pulse| {
        if let Some(pulse) = pulse {
            pulse.last = None;
        }
    });
}

/// The pauses of all workers in some time.
#[derive(Clone, Copy, Default)]
pub struct Pauses {
    polls: u64,
    /// Those beyond the limit.
    long: u64,
    pub longest: Duration,
}

/// Those since the last call.
pub fn pauses() -> Pauses {
    Pauses {
        polls: POLLS.swap(0, Relaxed),
        long: LONG.swap(0, Relaxed),
        longest: Duration::from_nanos(LONGEST.swap(0, Relaxed)),
    }
}

impl Pauses {
    pub fn add(&mut self, other: Self) {
        self.polls += other.polls;
        self.long += other.long;
        self.longest = self.longest.max(other.longest);
    }
}

impl fmt::Display for Pauses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { polls, long, longest } = self;
        let longest = longest.as_secs_f64() * 1e3;
        write!(f, "{polls} polls, longest pause {longest:.3} ms, {long} beyond {LIMIT:?}")
    }
}
