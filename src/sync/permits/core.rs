//! Permits and who waits for them; see the [module](super) for the protocol.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Poll, Waker};

use super::acquire::{Acquire, Closed};
use super::convoy;
use super::patience::Patience;
use super::word::{Enter, Put, Word};
pub(crate) use super::word::{MAX, Take};
use crate::coop::WaitReason;
use crate::util::sync::Mutex;
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::{WaitList, Waiter};
use crate::util::wake_batch::wake_all;

/// | field | who reads and writes it |
/// |---|---|
/// | `word` | anyone, in one atomic step; some of them only under the lock |
/// | `patience` | anyone; a hint |
/// | `waiters` | who has the lock |
pub(crate) struct Permits {
    word: Word,
    patience: Patience,
    /// The note is what a waiter wants, and what it has.
    waiters: Mutex<WaitList<Share>>,
}

/// The permits of one who waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    wanted: usize,
    given: usize,
}

impl Share {
    fn is_full(self) -> bool {
        self.given == self.wanted
    }

    /// Moves what is missing from `n`, as far as that goes; says whether nothing is missing now.
    fn fill(&mut self, n: &mut usize) -> bool {
        let moved = (self.wanted - self.given).min(*n);
        self.given += moved;
        *n -= moved;
        self.is_full()
    }
}

impl Permits {
    pub(crate) const MAX: usize = MAX;

    pub(crate) fn new(free: usize) -> Self {
        let waiters = Mutex::new(WaitList::new());
        Self { word: Word::new(free), patience: Patience::new(), waiters }
    }

    #[cfg(not(loom))]
    pub(crate) const fn const_new(free: usize) -> Self {
        let waiters = Mutex::new(WaitList::new());
        Self { word: Word::const_new(free), patience: Patience::const_new(), waiters }
    }

    pub(crate) fn available(&self) -> usize {
        self.word.snapshot().free()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.word.snapshot().is_closed()
    }

    /// Takes `n` permits when it is this task's turn; until then the task waits for `reason`.
    #[inline]
    pub(crate) fn acquire(&self, n: u32, reason: WaitReason) -> Acquire<'_> {
        Acquire::new(self, n, reason)
    }

    /// Takes `n` permits if nobody has to wait for that.
    #[inline]
    pub(crate) fn try_acquire(&self, n: u32) -> Take {
        self.word.take(n as usize)
    }

    /// Returns `n` permits.
    ///
    /// # Panics
    ///
    /// Panics if there would be more than [`MAX`](Self::MAX) free ones, or with the panic of a waker.
    #[inline]
    pub(crate) fn release(&self, n: usize) {
        match self.word.put(n) {
            Put::Free => {}
            Put::Waited => self.hand_on(n),
        }
    }

    /// Takes away up to `n` free permits, and returns how many.
    pub(crate) fn forget(&self, n: usize) -> usize {
        self.word.forget(n)
    }

    /// Gives no permits any more, and wakes all who wait for some.
    pub(crate) fn close(&self) {
        wake_all(&self.waiters, |list| {
            self.word.close();
            let share = list.front_mut()?;
            self.word.put_back(mem::take(&mut share.given), false);
            list.pop_front()
        });
    }

    /// Takes `n` permits, or waits for them, after it let others go first for so many `turns`.
    #[inline]
    pub(super) fn poll_take(
        &self,
        n: usize,
        turns: &mut u8,
        waiter: Pin<&mut Waiter<Share>>,
        waker: &Waker,
    ) -> Poll<Result<(), Closed>> {
        if !waiter.is_idle() {
            return self.poll_queue(n, waiter, waker);
        }
        match self.patience.look(|| self.word.take(n)) {
            Take::Taken => Poll::Ready(Ok(())),
            Take::Closed => Poll::Ready(Err(Closed)),
            Take::Short { .. } if convoy::lets_others_first(self, turns) => {
                waker.wake_by_ref();
                Poll::Pending
            }
            Take::Short { .. } => self.poll_queue(n, waiter, waker),
        }
    }

    /// Queues a task for `n` permits that may not take any yet, if they are not there.
    #[cold]
    pub(super) fn keep_turn(&self, n: usize, waiter: Pin<&mut Waiter<Share>>, waker: &Waker) {
        let looks = || self.patience.look(|| self.word.snapshot().offer(n));
        if waiter.is_idle()
            && matches!(looks(), Take::Short { .. })
            && self.poll_queue(n, waiter, waker) == Poll::Ready(Ok(()))
        {
            self.release(n); // they came back just now
        }
    }

    /// Queues for `n` permits, or looks what became of the waiter that did.
    fn poll_queue(
        &self,
        n: usize,
        waiter: Pin<&mut Waiter<Share>>,
        waker: &Waker,
    ) -> Poll<Result<(), Closed>> {
        let attempt = |_: &mut WaitList<Share>, woken: Option<Share>| match woken {
            Some(share) if share.is_full() => Attempt::Done(Ok(())),
            Some(_) => Attempt::Done(Err(Closed)),
            None => match self.word.enter(n) {
                Enter::Taken => Attempt::Done(Ok(())),
                Enter::Closed => Attempt::Done(Err(Closed)),
                Enter::Waits { had } => Attempt::Wait(Share { wanted: n, given: had }),
            },
        };
        // An idle waiter must get into the list in the first attempt, since that changes the word; so the clone of
        // the waker comes before.
        let early = waiter.is_idle();
        wait::poll(&self.waiters, |list| list, waiter, waker, early, attempt)
    }

    /// Takes the waiter of a dropped future out, and passes on what it had.
    #[cold]
    pub(super) fn abandon(&self, waiter: Pin<&mut Waiter<Share>>) {
        let left = wait::cancel(&self.waiters, |list| list, waiter, |_, share| share.given);
        if let Some(n @ 1..) = left {
            self.release(n);
        }
    }

    /// Gives `n` permits to those who wait, in their order.
    #[cold]
    fn hand_on(&self, mut n: usize) {
        convoy::handed_on(self);
        if n > 1 {
            return wake_all(&self.waiters, |list| self.next(list, &mut n));
        }
        let waker = self.next(&mut self.waiters.lock(), &mut n);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Serves the first waiter from `n`, and returns its waker if it has all that it wants. If nobody
    /// is left who could be served, what is left of `n` becomes free. With nothing left it changes nothing.
    fn next(&self, list: &mut WaitList<Share>, n: &mut usize) -> Option<Waker> {
        let served = list.front_mut().is_some_and(|share| share.fill(n));
        let waker = if served { list.pop_front() } else { None };
        if list.is_empty() && (served || *n > 0) {
            self.word.put_back(mem::take(n), served);
        }
        waker
    }
}

impl fmt::Debug for Permits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permits").field("word", &self.word.snapshot()).finish_non_exhaustive()
    }
}
