//! The clock of a runtime that tests can stop.
//!
//! A test of what happens after an hour should not take an hour. So the clock can be *paused*: it then shows one moment,
//! until it is put forward or resumed. After that it runs at the system's pace, behind or ahead of it by as much as it
//! was then. It never goes back.
//!
//! # What it costs
//!
//! A clock that was never paused asks one word whether it was, with a Relaxed load. Only one that was takes the lock.
//!
//! # Why it never goes back
//!
//! Whoever asks reads the system's clock first, and then what this clock makes of it, under the lock. Who changes the
//! clock reads the system's under the lock too. So what is shown after a change is not before what was shown until
//! then, and a reading of the system's clock from before the change is worth no less than the moment of the change.
//!
//! At the first change there is a reader that takes no lock. It reads the system's clock and then `differs`; the first
//! pause writes `differs` and then reads the system's clock. If the reader does not see the write, its reading is the
//! earlier one. (The two may change places by some nanoseconds in the processor. Only another thread that reads the
//! time at the very moment of the first pause could notice.)
//!
//! # Orderings
//!
//! `differs` is Relaxed: what it tells of is read under the lock. Who must not miss a change of it is ordered by other
//! locks, see `pause`. `ANY` is Relaxed likewise: to a thread that has not heard of a pause it did not happen yet.

use std::sync::atomic::{AtomicBool as AnyBool, Ordering::Relaxed};
use std::time::Duration;

use super::Tick;
use crate::util::sync::{AtomicBool, Mutex};

/// Whether a clock of this process was ever paused.
static ANY: AnyBool = AnyBool::new(false);

/// Tells the time in [`Tick`]s.
///
/// | field | read | written |
/// |---|---|---|
/// | `differs` | anyone | once, under the lock of `course` |
/// | `course` | under its lock | under its lock |
#[derive(Debug)]
pub(crate) struct Clock {
    /// Whether it was ever paused: before that, it shows the system's time.
    differs: AtomicBool,
    course: Mutex<Course>,
}

/// How the clock goes.
#[derive(Clone, Copy, Debug)]
enum Course {
    /// It showed `shown` when the system's clock showed `system`, and runs.
    Runs { shown: Tick, system: Tick },
    /// It shows this.
    Paused(Tick),
}

/// What a change of the clock asks for is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misuse {
    /// It is paused already.
    Paused,
    /// It is not paused.
    Runs,
    /// It cannot show such a moment.
    TooFar,
}

impl Course {
    fn at(self, system: Tick) -> Tick {
        match self {
            Self::Runs { shown, system: since } => {
                shown.saturating_add(system.saturating_since(since)).min(Tick::LAST)
            }
            Self::Paused(shown) => shown,
        }
    }
}

impl Clock {
    pub(crate) fn new() -> Self {
        Tick::now(); // the epoch is before all that is measured
        let course = Course::Runs { shown: Tick::default(), system: Tick::default() };
        Self { differs: AtomicBool::new(false), course: Mutex::new(course) }
    }

    /// The present, which is before [`Tick::NEVER`].
    #[inline]
    pub(crate) fn now(&self) -> Tick {
        self.at(Tick::now())
    }

    /// What it shows when the system's clock shows `system`.
    #[inline]
    pub(crate) fn at(&self, system: Tick) -> Tick {
        if self.differs() { self.course.lock().at(system) } else { system }
    }

    /// Whether any clock of the process may show something else than the system's.
    #[inline]
    pub(crate) fn any_differs() -> bool {
        ANY.load(Relaxed)
    }

    /// Whether it may show something else than the system's.
    #[inline]
    pub(crate) fn differs(&self) -> bool {
        self.differs.load(Relaxed)
    }

    /// Whether it shows one moment only.
    #[inline]
    pub(crate) fn is_paused(&self) -> bool {
        self.differs() && matches!(*self.course.lock(), Course::Paused(_))
    }

    /// Stops it.
    pub(crate) fn pause(&self) -> Result<(), Misuse> {
        let mut course = self.course.lock();
        if matches!(*course, Course::Paused(_)) {
            return Err(Misuse::Paused);
        }
        ANY.store(true, Relaxed);
        self.differs.store(true, Relaxed);
        *course = Course::Paused(course.at(Tick::now()));
        Ok(())
    }

    /// Lets it run again, from what it shows.
    pub(crate) fn resume(&self) -> Result<(), Misuse> {
        let mut course = self.course.lock();
        let Course::Paused(shown) = *course else { return Err(Misuse::Runs) };
        *course = Course::Runs { shown, system: Tick::now() };
        Ok(())
    }

    /// Puts it forward while it is paused.
    pub(crate) fn advance(&self, by: Duration) -> Result<(), Misuse> {
        let mut course = self.course.lock();
        let Course::Paused(shown) = *course else { return Err(Misuse::Runs) };
        match shown.saturating_add(by) {
            Tick::NEVER => Err(Misuse::TooFar),
            later => {
                *course = Course::Paused(later);
                Ok(())
            }
        }
    }

    /// Puts it forward to a moment, if it is paused and shows an earlier one.
    pub(crate) fn advance_to(&self, moment: Tick) {
        let mut course = self.course.lock();
        if let Course::Paused(shown) = &mut *course {
            *shown = moment.min(Tick::LAST).max(*shown);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn a_clock_that_was_never_paused_is_the_systems() {
        let clock = Clock::new();
        assert_eq!(clock.at(Tick::from_nanos(7)), Tick::from_nanos(7));
        assert!(!clock.is_paused() && !clock.differs());
        let (before, now, after) = (Tick::now(), clock.now(), Tick::now());
        assert!(before <= now && now <= after);
    }

    #[test]
    fn a_paused_clock_moves_when_it_is_told_to() {
        let clock = Clock::new();
        let before = Tick::now();
        clock.pause().unwrap();
        let start = clock.now();
        assert!(before <= start && start <= Tick::now());
        assert_eq!(clock.pause(), Err(Misuse::Paused));
        clock.advance(HOUR).unwrap();
        assert_eq!(clock.now(), start.saturating_add(HOUR));
        clock.advance_to(start);
        assert_eq!(clock.now(), start.saturating_add(HOUR), "it does not go back");
        clock.advance_to(start.saturating_add(2 * HOUR));
        assert_eq!(clock.now(), start.saturating_add(2 * HOUR));
        assert!(clock.is_paused() && Clock::any_differs());
    }

    #[test]
    fn a_resumed_clock_goes_on_from_what_it_showed() {
        let clock = Clock::new();
        clock.pause().unwrap();
        clock.advance(HOUR).unwrap();
        let shown = clock.now();
        let system = Tick::now();
        clock.resume().unwrap();
        assert_eq!((clock.resume(), clock.advance(HOUR)), (Err(Misuse::Runs), Err(Misuse::Runs)));
        clock.advance_to(shown.saturating_add(HOUR));
        assert_eq!(clock.at(system), shown, "a reading of before");
        let later = Tick::now().saturating_add(HOUR);
        let ran = clock.at(later).saturating_since(shown);
        assert!(HOUR <= ran && ran <= later.saturating_since(system), "{ran:?}");
        clock.pause().unwrap();
        assert!(clock.now() >= shown && clock.now() < clock.at(later).saturating_add(HOUR));
    }

    #[test]
    fn no_clock_shows_a_moment_that_none_can_reach() {
        let clock = Clock::new();
        clock.pause().unwrap();
        let start = clock.now();
        assert_eq!(clock.advance(Duration::MAX), Err(Misuse::TooFar));
        assert_eq!(clock.now(), start);
        clock.advance_to(Tick::NEVER);
        assert_eq!(clock.now(), Tick::LAST);
        clock.resume().unwrap();
        assert_eq!(clock.at(Tick::NEVER), Tick::LAST);
    }
}
