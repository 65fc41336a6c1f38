//! How a task may end: who panics, who ends it, what becomes of its handles, all crossed, with exact counts.
//!
//! A task is pending in its first poll and done in its second, unless the case has it otherwise.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

use super::mock::{Mock, waker_of};
use super::probe::{Act, Probe};
use crate::cell::{Ended, JoinRef, TaskRef, contain};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Panics {
    Nowhere,
    InPoll,
    /// In the poll, with a payload that panics when it is dropped, with a payload that does so too, so many times.
    InPayloads(usize),
    InFutureDrop,
    InOutputDrop,
    InJoinersWaker(Act),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    ByItself,
    AbortedBeforeThePoll,
    TokenDroppedBeforeThePoll,
    AbortedWhileIdle,
    SetClosedWhileIdle,
    AbortedInThePollThatSuspends,
    AbortedInThePollThatCompletes,
    AbortedAfterCompletion,
}

/// What the joiner does before completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joiner {
    Absent,
    Waits,
    /// It comes back with another waker.
    WaitsAgain,
}

/// What becomes of the join handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handle {
    DroppedBeforeCompletion,
    DroppedAfterCompletion,
    Awaited,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    panics: Panics,
    ends: Ends,
    joiner: Joiner,
    handle: Handle,
    /// Whether a waker and an abort handle are kept, and used, after completion.
    keeps: bool,
}

/// What the awaited handle returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Nothing,
    Output,
    Panic,
    Abort,
}

/// Everything that is counted in a case.
#[derive(Debug, PartialEq, Eq)]
struct Trace {
    seen: Seen,
    polls: usize,
    future_drops: usize,
    output_drops: usize,
    payload_drops: usize,
    first_joiner_woken: usize,
    second_joiner_woken: usize,
    joiners_wakers_left: usize,
    still_queued: bool,
    still_in_set: usize,
    cells_left: usize,
}

#[derive(Default)]
struct Counts {
    polls: AtomicUsize,
    future_drops: AtomicUsize,
    output_drops: AtomicUsize,
    payload_drops: AtomicUsize,
}

struct Subject {
    case: Case,
    counts: Arc<Counts>,
    /// The means of a task that aborts itself.
    itself: Arc<Mutex<Option<TaskRef>>>,
}

struct Output(Case, Arc<Counts>);

struct Payload(usize, Arc<Counts>);

impl Future for Subject {
    type Output = Output;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Output> {
        let (case, counts) = (self.case, &self.counts);
        if counts.polls.fetch_add(1, Relaxed) == 0 {
            return Poll::Pending;
        }
        if let Some(itself) = self.itself.lock().unwrap().take() {
            itself.abort();
        }
        if case.ends == Ends::AbortedInThePollThatSuspends {
            return Poll::Pending;
        }
        match case.panics {
            Panics::InPoll => panic!("the poll panics"),
            Panics::InPayloads(depth) => panic_any(Payload(depth, Arc::clone(counts))),
            _ => Poll::Ready(Output(case, Arc::clone(counts))),
        }
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.counts.future_drops.fetch_add(1, Relaxed);
        if self.case.panics == Panics::InFutureDrop {
            panic!("the drop of the future panics");
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.1.output_drops.fetch_add(1, Relaxed);
        if self.0.panics == Panics::InOutputDrop {
            panic!("the drop of the output panics");
        }
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        self.1.payload_drops.fetch_add(1, Relaxed);
        if self.0 > 0 {
            panic_any(Payload(self.0 - 1, Arc::clone(&self.1)));
        }
    }
}

impl Case {
    fn all() -> impl Iterator<Item = Case> {
        let panics = [
            Panics::Nowhere,
            Panics::InPoll,
            Panics::InPayloads(1),
            Panics::InPayloads(3),
            Panics::InFutureDrop,
            Panics::InOutputDrop,
            Panics::InJoinersWaker(Act::Clone),
            Panics::InJoinersWaker(Act::Wake),
            Panics::InJoinersWaker(Act::Drop),
        ];
        let ends = [
            Ends::ByItself,
            Ends::AbortedBeforeThePoll,
            Ends::TokenDroppedBeforeThePoll,
            Ends::AbortedWhileIdle,
            Ends::SetClosedWhileIdle,
            Ends::AbortedInThePollThatSuspends,
            Ends::AbortedInThePollThatCompletes,
            Ends::AbortedAfterCompletion,
        ];
        let joiners = [Joiner::Absent, Joiner::Waits, Joiner::WaitsAgain];
        let handles =
            [Handle::DroppedBeforeCompletion, Handle::DroppedAfterCompletion, Handle::Awaited];
        let ended = panics.into_iter().flat_map(move |panics| ends.map(|ends| (panics, ends)));
        let joined =
            joiners.into_iter().flat_map(move |joiner| handles.map(|handle| (joiner, handle)));
        ended.flat_map(move |(panics, ends)| {
            joined.clone().flat_map(move |(joiner, handle)| {
                [false, true].map(|keeps| Case { panics, ends, joiner, handle, keeps })
            })
        })
    }

    /// How many polls there are.
    fn polls(self) -> usize {
        match self.ends {
            Ends::AbortedBeforeThePoll | Ends::TokenDroppedBeforeThePoll => 0,
            Ends::AbortedWhileIdle | Ends::SetClosedWhileIdle => 1,
            _ => 2,
        }
    }

    fn is_cut_short(self) -> bool {
        self.polls() < 2 || self.ends == Ends::AbortedInThePollThatSuspends
    }

    fn outcome(self) -> Seen {
        match (self.is_cut_short(), self.panics) {
            (true, Panics::InFutureDrop) => Seen::Panic,
            (true, _) => Seen::Abort,
            (false, Panics::InPoll | Panics::InPayloads(_)) => Seen::Panic,
            (false, _) => Seen::Output,
        }
    }

    /// How many of the payloads are dropped: one that panics when the panic of its predecessor is put away is
    /// the last, and what it panicked with is leaked.
    fn payload_drops(self) -> usize {
        match self.panics {
            Panics::InPayloads(_) if !self.is_cut_short() => 2,
            _ => 0,
        }
    }

    fn expected(self) -> Trace {
        let told = self.handle != Handle::DroppedBeforeCompletion
            && self.panics != Panics::InJoinersWaker(Act::Clone);
        Trace {
            seen: if self.handle == Handle::Awaited { self.outcome() } else { Seen::Nothing },
            polls: self.polls(),
            future_drops: 1,
            output_drops: usize::from(self.outcome() == Seen::Output),
            payload_drops: self.payload_drops(),
            first_joiner_woken: usize::from(told && self.joiner == Joiner::Waits),
            second_joiner_woken: usize::from(told && self.joiner == Joiner::WaitsAgain),
            joiners_wakers_left: 0,
            still_queued: false,
            still_in_set: 0,
            cells_left: 0,
        }
    }

    fn probe(self) -> Arc<Probe> {
        Probe::new(match self.panics {
            Panics::InJoinersWaker(act) => Some(act),
            _ => None,
        })
    }

    fn run(self) -> Trace {
        let (mock, counts, itself) = (Mock::new(), Arc::<Counts>::default(), Arc::default());
        let probes = [self.probe(), self.probe()];
        let subject =
            Subject { case: self, counts: Arc::clone(&counts), itself: Arc::clone(&itself) };
        let seen = self.walk(&mock, subject, &probes);
        Trace {
            seen,
            polls: counts.polls.load(Relaxed),
            future_drops: counts.future_drops.load(Relaxed),
            output_drops: counts.output_drops.load(Relaxed),
            payload_drops: counts.payload_drops.load(Relaxed),
            first_joiner_woken: probes[0].wakes(),
            second_joiner_woken: probes[1].wakes(),
            joiners_wakers_left: probes[0].alive() + probes[1].alive(),
            still_queued: mock.pop().is_some(),
            still_in_set: mock.set.len(),
            cells_left: mock.cells(),
        }
    }

    /// From spawn to the last reference.
    fn walk(self, mock: &Arc<Mock>, subject: Subject, probes: &[Arc<Probe>; 2]) -> Seen {
        let itself = Arc::clone(&subject.itself);
        let (token, mut join) = mock.spawn(subject);
        let (waker, abort) = (waker_of(&join), join.task());
        if let Ends::AbortedInThePollThatSuspends | Ends::AbortedInThePollThatCompletes = self.ends
        {
            *itself.lock().unwrap() = Some(join.task());
        }
        self.wait(&mut join, probes);
        let mut join = Some(join);
        if self.polls() == 0 {
            self.drop_early(&mut join);
        }
        match self.ends {
            Ends::TokenDroppedBeforeThePoll => token.cancel(),
            Ends::AbortedBeforeThePoll => {
                abort.abort();
                token.run();
            }
            _ => token.run(),
        }
        self.drop_early(&mut join);
        match self.ends {
            Ends::AbortedWhileIdle => abort.abort(),
            Ends::SetClosedWhileIdle => mock.close(),
            _ => waker.wake_by_ref(),
        }
        let kept = self.keeps.then_some((waker, abort));
        mock.run_all();
        if let (Ends::AbortedAfterCompletion, Some(join)) = (self.ends, &join) {
            join.abort();
        }
        if let Some((waker, abort)) = kept {
            assert!(abort.header().is_complete());
            abort.abort();
            waker.wake_by_ref();
            let clone = waker.clone();
            clone.wake();
        }
        join.map_or(Seen::Nothing, |join| self.finish(join))
    }

    /// The joiner waits for the task, or its waker panics.
    fn wait(self, join: &mut JoinRef<Output>, probes: &[Arc<Probe>; 2]) {
        let waits = match self.joiner {
            Joiner::Absent => 0,
            Joiner::Waits => 1,
            Joiner::WaitsAgain => 2,
        };
        for probe in &probes[..waits] {
            let waker = probe.waker();
            let polled = catch_unwind(AssertUnwindSafe(|| {
                assert!(join.poll(&mut Context::from_waker(&waker)).is_pending());
            }));
            assert_eq!(polled.is_err(), self.panics == Panics::InJoinersWaker(Act::Clone));
        }
    }

    fn drop_early(self, join: &mut Option<JoinRef<Output>>) {
        if self.handle == Handle::DroppedBeforeCompletion {
            *join = None;
        }
    }

    /// The handle after completion.
    fn finish(self, mut join: JoinRef<Output>) -> Seen {
        if self.handle == Handle::DroppedAfterCompletion {
            return Seen::Nothing;
        }
        match join.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => panic!("the task is not complete: {join:?}"),
            Poll::Ready(Ended::Aborted) => Seen::Abort,
            Poll::Ready(Ended::Output(output)) => {
                contain(|| drop(output));
                Seen::Output
            }
            Poll::Ready(Ended::Panicked(payload)) => {
                contain(|| drop(payload));
                Seen::Panic
            }
        }
    }
}

#[test]
fn every_ending_polls_drops_and_wakes_exactly_as_often_as_it_should() {
    for case in Case::all() {
        match catch_unwind(|| case.run()) {
            Ok(trace) => assert_eq!(trace, case.expected(), "{case:?}"),
            Err(_) => panic!("{case:?} did not contain a panic"),
        }
    }
}
