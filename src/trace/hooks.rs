//! What the runtime calls. While nothing is recorded each of these is a load and a branch.
//!
//! Tasks are told by numbers and by references to statics ([`Source`]), workers by numbers, and moments by the nanoseconds
//! since the epoch: nothing here knows more of them.

use super::event::{Kind, Source};
use super::pace::now;
use super::recorder::{Recorder, event, event_at, set_place};
use super::recording::Place;
use super::switch::is_on;

/// Roots have no numbers as tasks have.
pub(super) const ROOT: u64 = 1 << 63;

/// A worker begins to poll a task. As the two below, to be called if anybody watches. Without a recording nothing is written.
// Not inlined, so that the loop of a worker that nobody watches stays short.
#[inline(never)]
pub(crate) fn poll(recorder: &Recorder, task: u64, source: Source) {
    recorder.event(Kind::Poll, task, Some(source));
}

/// A task is queued, since this thread woke it.
#[inline]
pub(crate) fn wake(task: u64, _origin: Source) {
    event(Kind::Wake, task, None);
}

/// A task is spawned.
#[inline]
pub(crate) fn spawn(task: u64, source: Source) {
    event(Kind::Spawn, task, Some(source));
}

/// The future of a `block_on` is woken, whose bell has this address.
#[inline]
pub(crate) fn wake_root(bell: usize) {
    if is_on() {
        event(Kind::Wake, ROOT | bell as u64, None);
    }
}

/// Calls `poll`, which polls the future of a `block_on`, whose bell has this address.
#[inline]
pub(crate) fn root<R>(bell: usize, source: Source, poll: impl FnOnce() -> R) -> R {
    if !is_on() {
        return poll();
    }
    event(Kind::Root, ROOT | bell as u64, Some(source));
    let _end = Over(Kind::End);
    poll()
}

/// Calls a closure in the blocking pool by `call`.
#[inline]
pub(crate) fn job<R>(task: u64, source: Source, call: impl FnOnce() -> R) -> R {
    if !is_on() {
        return call();
    }
    event(Kind::Job, task, Some(source));
    let _end = Over(Kind::End);
    call()
}

/// Polls a local task by `poll`.
#[inline]
pub(crate) fn nested<R>(task: u64, source: Source, poll: impl FnOnce() -> R) -> R {
    if !is_on() {
        return poll();
    }
    event(Kind::Nest, task, Some(source));
    let _leave = Over(Kind::Leave);
    poll()
}

/// This thread is in `block_on` until the guard is dropped.
#[inline]
pub(crate) fn enter(source: Source) -> Option<Over> {
    is_on().then(|| {
        event_at(Kind::Enter, now(), 0, Some(source), false);
        Over(Kind::Leave)
    })
}

/// Records the end of something when it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Over(Kind);

impl Drop for Over {
    fn drop(&mut self) {
        if is_on() {
            event(self.0, 0, None);
        }
    }
}

/// This thread sits down at a worker, or leaves it.
pub(crate) fn sit_down(runtime: u64, worker: usize) {
    set_place(Some(Place { runtime, worker }));
}

/// It leaves it.
pub(crate) fn stand_up() {
    set_place(None);
    if is_on() {
        event_at(Kind::End, now(), 0, None, false);
    }
}

/// The worker looks at the driver.
#[inline]
pub(crate) fn look(at: u64) {
    if is_on() {
        event_at(Kind::Look, at, 0, None, true);
    }
}

/// The worker found nothing to do, and looks for work at others.
#[inline]
pub(crate) fn search() {
    if is_on() {
        event_at(Kind::Search, now(), 0, None, true);
    }
}

/// The worker goes to sleep.
#[inline]
pub(crate) fn park(at: u64) {
    if is_on() {
        event_at(Kind::Park, at, 0, None, false);
    } else {
        super::recorder::rest();
    }
}

/// It has slept.
#[inline]
pub(crate) fn unpark(at: u64) {
    if is_on() {
        event_at(Kind::Unpark, at, 0, None, true);
    }
}

/// So many tasks were taken from another worker.
#[inline]
pub(crate) fn steal(from: usize, tasks: u64) {
    if is_on() {
        event(Kind::Steal, tasks << 32 | from as u64, None);
    }
}

/// The permit of a worker was taken.
pub(crate) fn retake(runtime: u64, worker: usize, computes: bool) {
    if is_on() {
        let computes = if computes { ROOT } else { 0 };
        event(Kind::Retake, computes | runtime << 16 | worker as u64, None);
    }
}

/// A worker without one gets a free permit.
pub(crate) fn grant(runtime: u64, worker: usize) {
    if is_on() {
        event(Kind::Grant, runtime << 16 | worker as u64, None);
    }
}

/// A poll takes long.
pub(crate) fn long(task: u64, source: Source) {
    if is_on() {
        event(Kind::Long, task, Some(source));
    }
}

/// So many timers were fired.
#[cfg(feature = "time")]
#[inline]
pub(crate) fn timers(fired: usize) {
    if is_on() && fired > 0 {
        event(Kind::Timers, fired as u64, None);
    }
}

/// The reactor told of the socket with this number.
#[cfg(feature = "net")]
#[inline]
pub(crate) fn ready(registration: usize) {
    if is_on() {
        event(Kind::Ready, registration as u64, None);
    }
}
