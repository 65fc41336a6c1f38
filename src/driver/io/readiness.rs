//! The readiness word: what the system last said about an I/O object.
//!
//! With edge-triggered events the system speaks once: that a socket became readable, not that it still is. So the
//! word remembers it until an operation fails because it would have to wait. That failure and the next event may
//! cross: the system call finds the socket empty, data arrive, the event is written into the word, and then the
//! operation clears what it believes to be the old readiness. The data would lie there, and nobody be told again.
//!
//! # The word
//!
//! ```text
//!  63          8    7      6      5       4          3            2           1         0
//! +--------------+--------+-----+-----+--------+------------+-----------+--------+--------+
//! |   tick: 56   | unused |ENDED|ERROR|PRIORITY|WRITE_CLOSED|READ_CLOSED|WRITABLE|READABLE|
//! +--------------+--------+-----+-----+--------+------------+-----------+--------+--------+
//! ```
//!
//! | part | written by, when | cleared by, when |
//! |---|---|---|
//! | the six states | the reactor, for an event; READABLE and WRITABLE also who makes the object | who was told of them and then proved them wrong, in the same tick |
//! | `ENDED` | the end of the runtime | never |
//! | tick | the reactor adds one for each event | never; it does not come round: an event each nanosecond takes two years |
//!
//! # Steps
//!
//! *Event* (the reactor, one at a time): 1. sets the states that it brings and adds one to the tick, in one
//! change of the word; 2. wakes whom they concern (`entry`).
//!
//! *Operation*: 1. reads the word; if a state of its interest is there, keeps it with the tick, as a [`ReadyEvent`]; 2.
//! makes the system call; 3. if that would have to wait, clears those states, provided that the tick is still the same;
//! 4. begins again, and waits if the states are gone.
//!
//! # Why nothing is lost
//!
//! Let data arrive after the system call found none. Then there is an event for them, in a tick that comes later
//! than the one of step 1, whose event was taken from the system before the call. If the reactor writes it
//! before step 3, the tick differs and nothing is cleared; if after, it sets the states again. Both are
//! changes of one word.
//!
//! # An assumption
//!
//! Of a connection that was accepted one may assume that it is ready, before the system has said so: often the peer's first
//! bytes are there. Who makes the object sets READABLE and WRITABLE then, without a tick, after it was registered and before
//! anybody else has it. A wrong assumption is refuted as any other state is: by who was told of it, in the same tick. Nothing is
//! lost by it, since what makes it true later is an edge with an event of its own. What lies in the object when it is
//! registered is an edge too: if its event is not written yet when a short read clears the assumption, then it sets the states
//! again, and brings what makes a short read prove nothing. (Rejected: to begin with these states in the word. It would be as
//! good, but whoever registers anything would have to say what he assumes.)
//!
//! # A short read
//!
//! A read that returns less than was asked for, but not nothing, has emptied the buffer: the read after it would only
//! be told to wait. So a short read may clear at once, and saves that call: what arrives later is an edge, with an
//! event of its own, and the argument above holds as it stands. Not so
//!
//! - when `READ_CLOSED` is in the word: the end is no further edge, it has been reported. The next read returns it, and
//!   must not sleep. If the end comes later than the event it brings its own; the system looks at the socket when
//!   it hands an event over, so that what came before is in that event;
//! - when `PRIORITY` is in the word: a read stops short at the mark of urgent data, with more behind it;
//! - when `ERROR` is: the error is yet to be fetched by one direction or the other;
//! - for sources that keep the bounds of messages: a datagram, a pipe in packet mode, and a Unix stream on which
//!   descriptors or credentials are passed, whose reads stop behind each of them. Nothing in the word tells; it is for
//!   who calls to know.
//!
//! The same holds for a short write and `WRITE_CLOSED`.
//!
//! # When closed is cleared
//!
//! The closed states are facts, and one would think that they stay. But what is reported as closed is at times not:
//! a socket that is registered before it is connected is reported hung up, and so is one with an error that can be
//! fetched, after which it goes on. Were these states to stay, each operation that has to wait would be told to try
//! at once, for ever, and keep a processor busy. What is really closed never tells an operation to wait: a read
//! returns the end, a write an error. So a failure to proceed in the same tick refutes every state that the
//! operation was told of, these too; nothing else clears them. If the object is closed later, that is an edge.
//!
//! An operation clears the states of its own interest alone: a reader that has to wait leaves `ERROR` to who asked
//! for errors, and `WRITE_CLOSED` to writers.
//!
//! # Orderings
//!
//! | operation | strength | why |
//! |---|---|---|
//! | event, end | Release | what the system wrote before it gave the event comes before the tick |
//! | look | Acquire | meets it: the system call that follows does not look earlier than that; else it could miss the data, and clear with a tick that is newer than what it saw |
//! | assume | Relaxed | it publishes nothing: what it lets look at is the socket, which its maker has in hand |
//! | clear | Relaxed | it publishes nothing, and depends on what the system call returned, so it cannot come before that. As a change of the same word it leaves the tick's Release in force |
//!
//! That waiters are not missed rests on their lock, not on the word: see `entry`.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::io::{Interest, Ready};
use crate::util::sync::AtomicU64;

const ENDED: u64 = 1 << 6;
const TICK: u64 = 1 << 8;

/// What makes a short read or write prove nothing, besides the closed state of its direction.
const AMBIGUOUS: Ready = Ready::from_bits(Ready::PRIORITY.bits() | Ready::ERROR.bits());

/// The word of one I/O object. See the module's prose for who may do what.
pub(super) struct Readiness(AtomicU64);

/// A readable copy of the word as it was at one moment.
#[derive(Clone, Copy)]
struct Snapshot(u64);

/// That an I/O object was ready, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReadyEvent {
    /// The states that were asked for and there.
    pub(crate) ready: Ready,
    tick: u64,
}

impl ReadyEvent {
    /// Of this event the part that brought one of `states`, and the rest.
    #[cfg(unix)]
    pub(crate) fn split(self, states: Ready) -> (Self, Self) {
        let part = |ready| Self { ready, tick: self.tick };
        (part(self.ready & states), part(self.ready - states))
    }
}

impl Snapshot {
    fn states(self) -> Ready {
        Ready::from_bits(self.0 as u8)
    }

    fn is_ended(self) -> bool {
        self.0 & ENDED != 0
    }

    fn tick(self) -> u64 {
        self.0 / TICK
    }

    fn without(self, states: Ready) -> Self {
        Self(self.0 & !u64::from(states.bits()))
    }
}

impl Readiness {
    /// Nothing is known.
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot(self.0.load(Acquire))
    }

    /// What ends a wait for `interest`: a state, or the end of the runtime.
    #[inline]
    pub(super) fn look(&self, interest: Interest) -> Option<io::Result<ReadyEvent>> {
        let word = self.snapshot();
        if word.is_ended() {
            return Some(Err(ended()));
        }
        let ready = word.states() & interest.states();
        (!ready.is_empty()).then(|| Ok(ReadyEvent { ready, tick: word.tick() }))
    }

    /// Whether a wait for `interest` is over.
    pub(super) fn satisfies(&self, interest: Interest) -> bool {
        let word = self.snapshot();
        word.is_ended() || !(word.states() & interest.states()).is_empty()
    }

    /// An event brings these states. Called by the reactor alone.
    pub(super) fn add(&self, ready: Ready) {
        let mut word = self.0.load(Relaxed);
        loop {
            let new = (word | u64::from(ready.bits())).wrapping_add(TICK);
            match self.0.compare_exchange_weak(word, new, Release, Relaxed) {
                Ok(_) => return,
                Err(newer) => word = newer,
            }
        }
    }

    /// Who makes the object assumes that it is in these states.
    pub(super) fn assume(&self, ready: Ready) {
        self.0.fetch_or(u64::from(ready.bits()), Relaxed);
    }

    /// The runtime has ended.
    pub(super) fn end(&self) {
        self.0.fetch_or(ENDED, Release);
    }

    /// The operation that `event` promised not to wait would have to wait.
    #[inline]
    pub(super) fn clear(&self, event: ReadyEvent) {
        self.clear_if(event, |_| true);
    }

    /// The operation that `event` promised not to wait did less than it was asked to, but not nothing.
    #[inline]
    pub(super) fn clear_after_short(&self, event: ReadyEvent) {
        let mut doubts = AMBIGUOUS;
        if event.ready.is_readable() {
            doubts |= Ready::READ_CLOSED;
        }
        if event.ready.is_writable() {
            doubts |= Ready::WRITE_CLOSED;
        }
        self.clear_if(event, |word| (word.states() & doubts).is_empty());
    }

    fn clear_if(&self, event: ReadyEvent, may: impl Fn(Snapshot) -> bool) {
        let mut word = Snapshot(self.0.load(Relaxed));
        while word.tick() == event.tick && may(word) {
            let new = word.without(event.ready);
            match self.0.compare_exchange_weak(word.0, new.0, Relaxed, Relaxed) {
                Ok(_) => return,
                Err(newer) => word = Snapshot(newer),
            }
        }
    }
}

/// What every operation returns once the runtime has ended.
#[cold]
pub(super) fn ended() -> io::Error {
    io::Error::other(Ended)
}

/// Whether an error is the one that every operation returns once the runtime has ended.
pub(crate) fn is_ended(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Ended>())
}

/// What is inside of that error.
#[derive(Debug)]
struct Ended;

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the runtime of this I/O object has ended")
    }
}

impl Error for Ended {}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.snapshot();
        f.debug_struct("Readiness")
            .field("states", &word.states())
            .field("is_ended", &word.is_ended())
            .field("tick", &word.tick())
            .finish()
    }
}
