//! What stands behind a broadcast channel's lock: values, where receivers are, and who waits.
//!
//! One method per transition. None locks, wakes, waits, clones a value or drops one.
//!
//! Values have numbers, in the order in which they were sent, and a receiver knows the number of the one that it
//! receives next, its *cursor*. The channel knows no receivers, only how many cursors stand at each value:
//!
//! ```text
//!        first                              next
//!          |                                 |
//!    ..  | 7 | 8 | 9 | 10 |                  11
//! at it:   2   0   1   0                      3 caught up
//! ```
//!
//! # Invariants
//!
//! 1. The values in the queue are numbered without gaps, from `first` to before `next`, and there are at most
//!    `capacity` of them.
//! 2. Each receiver is counted once: at the value of its cursor; at the first value, if the one of its cursor is
//!    gone; or as caught up.
//! 3. Somebody is at the first value. So a value leaves when the last receiver that has yet to receive it does, and
//!    none is kept for nobody. A cursor below `first` is that of a receiver whose values were taken away.
//! 4. Those who wait for a value note its number, and the list is in the order of these numbers: a number is
//!    noted and queued under one lock, and `next` only grows.

use std::collections::VecDeque;
use std::mem;
use std::task::Waker;

use super::value::{Place, Taken};
use crate::util::wait_list::WaitList;

/// A queue with more room than this is given up when it is empty, and so many empty places are kept.
const KEEP: usize = 1024;

/// Why there is no value for a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nothing {
    Yet,
    /// None will come.
    Ever,
    /// So many were taken away.
    Lagged(u64),
}

/// What became of a value that was sent.
pub(super) struct Sent<T> {
    pub(super) number: u64,
    pub(super) receivers: usize,
    /// Whether some wait for it.
    pub(super) is_awaited: bool,
    /// The oldest value, if it had to go; for the caller to drop.
    pub(super) oldest: Option<Taken<T>>,
}

/// A value in the queue.
pub(super) struct Slot<T> {
    place: Place<T>,
    /// Receivers whose cursor is here.
    at: usize,
}

pub(super) struct State<T> {
    capacity: usize,
    queue: VecDeque<Slot<T>>,
    /// Number of the first value in the queue.
    first: u64,
    receivers: usize,
    /// Receivers that have received all.
    caught_up: usize,
    /// No sender is left.
    closed: bool,
    /// Empty places, to be used again.
    spare: Vec<Place<T>>,
    /// Receivers that wait; the note is the number of the value that they wait for.
    waiting: WaitList<u64>,
    /// Those who wait for the last receiver to go.
    closing: WaitList<()>,
}

impl<T> State<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            queue: VecDeque::new(),
            first: 0,
            receivers: 0,
            caught_up: 0,
            closed: false,
            spare: Vec::new(),
            waiting: WaitList::new(),
            closing: WaitList::new(),
        }
    }

    /// Where receivers wait for a value.
    pub(super) fn waiting(&mut self) -> &mut WaitList<u64> {
        &mut self.waiting
    }

    /// Where futures wait for the last receiver to go.
    pub(super) fn closing(&mut self) -> &mut WaitList<()> {
        &mut self.closing
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn receivers(&self) -> usize {
        self.receivers
    }

    /// The number of the value that is sent next.
    pub(super) fn next(&self) -> u64 {
        self.first + self.queue.len() as u64
    }

    /// Counts a new receiver, and returns its cursor.
    pub(super) fn subscribe(&mut self) -> u64 {
        self.receivers += 1;
        self.caught_up += 1;
        self.next()
    }

    /// Queues a value, unless there is no receiver.
    pub(super) fn send(&mut self, value: T) -> Result<Sent<T>, T> {
        if self.receivers == 0 {
            return Err(value);
        }
        let (late, oldest) = self.make_room().unzip();
        let place = self.spare.pop().unwrap_or_else(Place::new);
        place.fill(value);
        let number = self.next();
        self.queue.push_back(Slot { place, at: mem::take(&mut self.caught_up) });
        self.queue[0].at += late.unwrap_or(0);
        Ok(Sent { number, receivers: self.receivers, is_awaited: !self.waiting.is_empty(), oldest })
    }

    /// Takes the oldest value away if the queue is full. The receivers that were at it are in no value's count until
    /// the caller adds them to the first.
    fn make_room(&mut self) -> Option<(usize, Taken<T>)> {
        if self.queue.len() < self.capacity {
            return None;
        }
        self.pop_front()
    }

    /// Takes the first value out.
    fn pop_front(&mut self) -> Option<(usize, Taken<T>)> {
        let Slot { place, at } = self.queue.pop_front()?;
        self.first += 1;
        let (value, place) = place.empty();
        if self.spare.len() < KEEP {
            self.spare.extend(place);
        }
        Some((at, value))
    }

    /// The next value for the receiver with this cursor, which moves on.
    pub(super) fn receive(&mut self, cursor: &mut u64) -> Result<Taken<T>, Nothing> {
        let Some(place) = cursor.checked_sub(self.first) else {
            let lost = self.first - mem::replace(cursor, self.first);
            return Err(Nothing::Lagged(lost));
        };
        let place = place as usize; // the queue is in memory
        let Some(slot) = self.queue.get_mut(place) else {
            return Err(if self.closed { Nothing::Ever } else { Nothing::Yet });
        };
        slot.at -= 1;
        *cursor += 1;
        let value = if place == 0 && slot.at == 0 { None } else { Some(slot.place.share()) };
        *self.count_at(place + 1) += 1;
        Ok(value.unwrap_or_else(|| self.pop_received()))
    }

    /// Takes out the first value, which all have received.
    fn pop_received(&mut self) -> Taken<T> {
        let (at, value) = self.pop_front().expect("what was received was there");
        debug_assert_eq!(at, 0, "a value was released that somebody is at");
        if self.queue.is_empty() && self.queue.capacity() > KEEP {
            self.queue = VecDeque::new();
        }
        value
    }

    /// How many receivers are at the value with this place in the queue, or at its end.
    fn count_at(&mut self, place: usize) -> &mut usize {
        match self.queue.get_mut(place) {
            Some(slot) => &mut slot.at,
            None => &mut self.caught_up,
        }
    }

    /// Forgets the receiver with this cursor, and returns the values that nobody will receive.
    pub(super) fn leave(&mut self, cursor: u64) -> VecDeque<Slot<T>> {
        self.receivers -= 1;
        *self.count_at(cursor.saturating_sub(self.first) as usize) -= 1;
        let released = self.queue.iter().take_while(|slot| slot.at == 0).count();
        self.first += released as u64;
        if released == 0 {
            return VecDeque::new();
        }
        if released == self.queue.len() {
            return mem::take(&mut self.queue);
        }
        self.queue.drain(..released).collect()
    }

    pub(super) fn set_closed(&mut self) {
        self.closed = true;
    }

    /// One who waits for this value or for one before it.
    pub(super) fn next_waiting(&mut self, number: u64) -> Option<Waker> {
        match self.waiting.front_mut() {
            Some(wanted) if *wanted <= number => self.waiting.pop_front(),
            _ => None,
        }
    }

    /// One who waits for the last receiver to go, if it has gone.
    pub(super) fn next_closing(&mut self) -> Option<Waker> {
        if self.receivers == 0 { self.closing.pop_front() } else { None }
    }
}
