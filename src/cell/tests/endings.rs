//! Every way to end a task, gone from its spawn to its last reference, with exact counts.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use super::case::{Case, Ends, Handle, Joiner, Panics, Seen, Trace};
use super::mock::{Mock, waker_of};
use super::probe::{Act, Probe};
use crate::cell::{Ended, JoinRef, TaskRef};
use crate::util::contain::contain;

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
            Panics::InPoll | Panics::InPollAndFutureDrop => panic!("the poll panics"),
            Panics::InPayloads(depth) => panic_any(Payload(depth, Arc::clone(counts))),
            _ => Poll::Ready(Output(case, Arc::clone(counts))),
        }
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.counts.future_drops.fetch_add(1, Relaxed);
        match self.case.panics {
            Panics::InFutureDrop => panic!("the drop of the future panics"),
            Panics::InPollAndFutureDrop => panic_any(Payload(1, Arc::clone(&self.counts))),
            _ => {}
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
                assert!(token.run());
            }
            _ => assert_eq!(token.run(), abort.header().is_complete(), "what it says of the end"),
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
