//! The ways in which a task may end, and what each of them must come to.
//!
//! A task is pending in its first poll and done in its second, unless the case has it otherwise.

use super::probe::Act;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panics {
    Nowhere,
    InPoll,
    /// In the poll, with a payload that panics when it is dropped, with a payload that does so too, so many times.
    InPayloads(usize),
    InFutureDrop,
    /// In the poll, and then in the drop of the future, with a payload that panics when it is dropped.
    InPollAndFutureDrop,
    InOutputDrop,
    InJoinersWaker(Act),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
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
pub(super) enum Joiner {
    Absent,
    Waits,
    /// It comes back with another waker.
    WaitsAgain,
}

/// What becomes of the join handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handle {
    DroppedBeforeCompletion,
    DroppedAfterCompletion,
    Awaited,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) panics: Panics,
    pub(super) ends: Ends,
    pub(super) joiner: Joiner,
    pub(super) handle: Handle,
    /// Whether a waker and an abort handle are kept, and used, after completion.
    pub(super) keeps: bool,
}

/// What the awaited handle returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Nothing,
    Output,
    Panic,
    Abort,
}

/// Everything that is counted in a case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trace {
    pub(super) seen: Seen,
    pub(super) polls: usize,
    pub(super) future_drops: usize,
    pub(super) output_drops: usize,
    pub(super) payload_drops: usize,
    pub(super) first_joiner_woken: usize,
    pub(super) second_joiner_woken: usize,
    pub(super) joiners_wakers_left: usize,
    pub(super) still_queued: bool,
    pub(super) still_in_set: usize,
    pub(super) cells_left: usize,
}

impl Case {
    pub(super) fn all() -> impl Iterator<Item = Case> {
        let panics = [
            Panics::Nowhere,
            Panics::InPoll,
            Panics::InPayloads(1),
            Panics::InPayloads(3),
            Panics::InFutureDrop,
            Panics::InPollAndFutureDrop,
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
    pub(super) fn polls(self) -> usize {
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
            (true, Panics::InFutureDrop | Panics::InPollAndFutureDrop) => Seen::Panic,
            (true, _) => Seen::Abort,
            (false, Panics::InPoll | Panics::InPayloads(_) | Panics::InPollAndFutureDrop) => {
                Seen::Panic
            }
            (false, _) => Seen::Output,
        }
    }

    /// How many of the payloads are dropped: one that panics when the panic of its predecessor is put away is
    /// the last, and what it panicked with is leaked.
    fn payload_drops(self) -> usize {
        match self.panics {
            Panics::InPayloads(_) if !self.is_cut_short() => 2,
            Panics::InPollAndFutureDrop => 2,
            _ => 0,
        }
    }

    pub(super) fn expected(self) -> Trace {
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
}
