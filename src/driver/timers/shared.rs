//! The timers of one worker: a wheel under a short lock, and the time when somebody has to look at it.
//!
//! A timer is armed by one thread, fires on another, and a third sleeps in the driver meanwhile. If the
//! sleeper did not hear of a deadline earlier than the one it sleeps for, that timer would be late
//! by as much as the sleeper likes to sleep. So the earliest deadline is *published* in a word of its own,
//! which can be read without the lock.
//!
//! # No timer is missed
//!
//! The arming side, [`Timers::link`] and [`Timers::relink`]:
//!
//! 1. under the lock, links the entry, and lowers `next` to its deadline if that is earlier;
//! 2. unlocks; if it lowered `next`, fences;
//! 3. calls the owner's `earlier`, which looks whether somebody sleeps for too long, and wakes it. Where the calling
//!    thread will look in itself before long, it leaves that for later: see `attend`.
//!
//! The sleeping side, in `attend`:
//!
//! 1. makes known that it sleeps, and until when at most;
//! 2. fences;
//! 3. reads [`Timers::next`] of whatever it attends to, and sleeps until the earliest at most.
//!
//! Both fences are SeqCst, so one comes first. If it is the sleeper's, step 3 of the arming side sees that
//! somebody sleeps. If it is the arming one's, the sleeper reads the lowered word, or a later one.
//!
//! The firing side, [`Timers::fire`], takes entries that are due off the wheel, and when none is left writes
//! the earliest of the remaining deadlines into `next`, all under the lock: so whatever is linked before that is
//! counted, and whatever is linked after it lowers the word again.
//!
//! An entry that leaves the wheel before its time leaves `next` as it is. So the word may be too early, and a sleeper
//! wakes once for nothing; in exchange a loop that arms and drops the same timeout lowers it once per
//! duration of the timeout, and not each round. Only in a crowd is the word later than a deadline, by one
//! slot of the wheel at most: see [`Wheel::next`].
//!
//! # Invariants
//!
//! 1. No waker is cloned, dropped or woken under the lock, and `earlier` is not called under it.
//! 2. `next` is written under the lock.
//! 3. Once it is closed, the wheel gets no entries from outside.
//!
//! # Orderings
//!
//! `next` is Relaxed: what is in the wheel is read under the lock, and who must not miss a change of the
//! word fences, as told above.
//!
//! # Rejected
//!
//! - *Writing `next` anew when the earliest entry is removed*: the next timeout would be the earliest again, and
//!   call `earlier` each time.
//! - *Letting the waiting future wake the sleeper*: each kind of leaf would have to remember it.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::task::Waker;

use super::wheel::{Advance, Entry, Insert, Wheel};
use crate::driver::clock::Tick;
use crate::trace;
use crate::util::sync::{AtomicU64, Mutex, MutexGuard, fence};
use crate::util::wake_batch::wake_all;

/// See the module's prose.
///
/// | field | read | written |
/// |---|---|---|
/// | `inner` | under its lock | under its lock |
/// | `next` | anyone | under the lock of `inner` |
/// | `earlier` | anyone | never |
pub(crate) struct Timers {
    inner: Mutex<Inner>,
    /// Nothing is due before this [`Tick`].
    next: AtomicU64,
    /// Told of each deadline that is before all others.
    earlier: Box<dyn Fn(Tick) + Send + Sync>,
}

struct Inner {
    wheel: Wheel,
    closed: bool,
}

impl Timers {
    /// No timers yet.
    ///
    /// `earlier` is called, under no lock and after a SeqCst fence, with a deadline that is earlier than what
    /// [`next`](Self::next) said before. It must not keep the owner of these timers alive.
    pub(crate) fn new(earlier: impl Fn(Tick) + Send + Sync + 'static) -> Self {
        Self {
            inner: Mutex::new(Inner { wheel: Wheel::new(), closed: false }),
            next: AtomicU64::new(Tick::NEVER.as_nanos()),
            earlier: Box::new(earlier),
        }
    }

    /// When [`fire`](Self::fire) has something to do, at the earliest; [`Tick::NEVER`] if nobody waits.
    ///
    /// Who is going to sleep until then must have fenced: see the module's prose.
    #[inline]
    pub(crate) fn next(&self) -> Tick {
        Tick::from_nanos(self.next.load(Relaxed))
    }

    /// How many are set.
    pub(crate) fn len(&self) -> usize {
        self.inner.lock().wheel.len()
    }

    /// Makes `next` the earliest deadline, to the nanosecond, and returns it; [`Tick::NEVER`] if nobody waits.
    #[cfg(feature = "test-util")]
    pub(crate) fn find_next(&self) -> Tick {
        let inner = self.inner.lock();
        let earliest = inner.wheel.earliest();
        self.next.store(earliest.as_nanos(), Relaxed);
        earliest
    }

    /// Wakes the tasks of all timers whose deadline is not after `now`, and counts them.
    ///
    /// # Panics
    ///
    /// Panics with the panic of a waker, after those of the same batches have been woken; what is due then
    /// is left for the next call.
    #[inline]
    pub(crate) fn fire(&self, now: Tick) -> usize {
        let mut fired = 0;
        if now >= self.next() {
            while self.fire_some(now, &mut fired) {}
            trace::timers(fired);
        }
        fired
    }

    /// As [`fire`](Self::fire), but whatever `next` says: to the nanosecond even in a crowd, and from now on a deadline that is
    /// over already is not waited for.
    #[cfg(feature = "test-util")]
    pub(crate) fn turn(&self, now: Tick) {
        while self.fire_some(now, &mut 0) {}
    }

    /// Wakes tasks until the wheel asks for a break; says whether it did.
    #[cold]
    fn fire_some(&self, now: Tick, fired: &mut usize) -> bool {
        let mut busy = false;
        wake_all(&self.inner, |inner| match inner.wheel.advance(now) {
            Advance::Due(waker) => {
                *fired += 1;
                Some(waker)
            }
            Advance::Busy => {
                busy = true;
                None
            }
            Advance::Done => {
                self.next.store(inner.wheel.next().as_nanos(), Relaxed);
                None
            }
        });
        busy
    }

    /// Ends it all: whoever waits is woken, and learns that there are no timers any more.
    ///
    /// # Panics
    ///
    /// Panics with the first panic of a waker, after all have been woken.
    pub(crate) fn close(&self) {
        self.inner.lock().closed = true;
        wake_all(&self.inner, |inner| {
            let waker = inner.wheel.expel();
            if waker.is_none() {
                self.next.store(Tick::NEVER.as_nanos(), Relaxed);
            }
            waker
        });
    }

    /// Lets `waker` be woken when the deadline of `entry` is over, which is not linked yet.
    ///
    /// Its phase says what came of it: linked, elapsed if the deadline is over already, or closed.
    #[inline]
    pub(super) fn link(&self, entry: Pin<&mut Entry>, waker: Waker) {
        // The guard is a local, and so dropped before the waker, which is an argument.
        let inner = self.inner.lock();
        if inner.closed {
            entry.mark_closed();
        } else {
            drop(self.insert(inner, entry, waker));
        }
    }

    /// Gives an entry that was linked another deadline; its task is woken for that one.
    ///
    /// If it has fired meanwhile it gets the deadline, but stays unlinked: its task is awake. If the deadline is
    /// over, the task is woken at once.
    pub(super) fn relink(&self, mut entry: Pin<&mut Entry>, deadline: Tick) {
        let mut inner = self.inner.lock();
        let waker = inner.wheel.remove(entry.as_mut());
        entry.as_mut().set_deadline(deadline);
        if let Some(waker) = waker.and_then(|waker| self.insert(inner, entry, waker)) {
            waker.wake();
        }
    }

    /// Lets a linked entry wake the task of another waker, unless it has fired.
    #[inline]
    pub(super) fn set_waker(&self, mut entry: Pin<&mut Entry>, waker: &Waker) {
        let mut spare = None;
        while !self.inner.lock().wheel.set_waker(entry.as_mut(), waker, &mut spare) {
            spare = Some(waker.clone());
        }
    }

    /// Takes an entry that was linked off the wheel.
    #[inline]
    pub(super) fn unlink(&self, entry: Pin<&mut Entry>) {
        let waker = self.inner.lock().wheel.remove(entry);
        drop(waker);
    }

    /// Links an entry, unlocks, and tells the owner if that is the earliest now. Returns the waker if the
    /// deadline was over.
    #[inline]
    fn insert(
        &self,
        mut inner: MutexGuard<'_, Inner>,
        entry: Pin<&mut Entry>,
        waker: Waker,
    ) -> Option<Waker> {
        let deadline = entry.deadline();
        if let Insert::Elapsed(waker) = inner.wheel.insert(entry, waker) {
            return Some(waker);
        }
        let is_earlier = deadline < self.next();
        if is_earlier {
            self.next.store(deadline.as_nanos(), Relaxed);
        }
        drop(inner);
        if is_earlier {
            fence(SeqCst);
            (self.earlier)(deadline);
        }
        None
    }
}

impl fmt::Debug for Timers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timers").field("next", &self.next()).finish_non_exhaustive()
    }
}
