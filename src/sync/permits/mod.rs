//! Permits: what a semaphore gives out, and what the locks are made of.
//!
//! A counter of free permits is easy; giving them out in the order in which they were asked for is not. Whoever
//! returns a permit must not leave it where somebody who comes by takes it before those who wait, and a
//! task that was promised a permit may be dropped before it learns of it. Yet nearly always nobody waits, and
//! then taking and returning should cost one atomic operation each. Here this is done once: a
//! [`Semaphore`](super::Semaphore) is permits, a [`Mutex`](super::Mutex) has one of them, and an
//! [`RwLock`](super::RwLock) has as many as there may be readers, of which a writer takes all.
//!
//! # The word
//!
//! ```text
//!  63                       3      2          1        0
//! +--------------------------+-----------+--------+--------+
//! |           free           | handed on | waited | closed |
//! +--------------------------+-----------+--------+--------+
//! ```
//!
//! `free` are the permits that nobody has. `waited` says that tasks wait in the list: whoever returns permits
//! then has to serve them. `handed on` is a hint: the permits that were returned last went to a task that waited, so they
//! are back only after it has run. `closed` says that none are given out any more; it is set once and stays.
//!
//! | transition | changes the word from, to | who |
//! |---|---|---|
//! | take | `free` is `n` or more, open: `free - n` | anyone |
//! | put | not waited: `free + n`, not handed on | who has `n` permits |
//! | wait | open, `free` is `had`, less than `n`: 0, waited, not handed on | who has the lock, and queues before it unlocks |
//! | put back | whatever: `free + n`, not waited, handed on or not | who has the lock, if the list is empty or the word closed |
//! | close | whatever: closed | who has the lock |
//! | forget | `free`: less, not below 0 | anyone |
//!
//! # Invariants
//!
//! 1. `waited` is set and cleared only under the lock. When the lock is free and the word open, it is set if the
//!    list is not empty. It stays when the last waiter leaves of its own accord, until the next return finds the
//!    list empty; that costs a lock once, and a take no more than it would fail anyway.
//! 2. While `waited` is set, `free` is 0: so the test of a take, which is for enough free permits, is also the
//!    test that nobody is overtaken, and a fast take needs no other.
//! 3. Every permit is in `free`, in a share in the list, with a task that has it, or in the hand of a thread that is on
//!    its way from one of these to another. Only `add_permits` and `forget` make them more or fewer.
//!
//! # The two sides
//!
//! Taking `n`, in a task:
//!
//! 1. take, in one step; if that fails and nobody waits, look again for a short while ([`patience`]); if that fails too, and
//!    this task has just handed a permit on, let others go first, a few times ([`convoy`]);
//! 2. lock the list;
//! 3. take or wait, in one step. To wait takes what is free, be it too little, into the share that goes into the list;
//! 4. queue with that share as note, unlock.
//!
//! Returning `n`:
//!
//! 1. put, in one step; done, if `waited` was not set;
//! 2. lock the list;
//! 3. fill the share of the first waiter from `n`. If it is full, take the waiter off the list, and go on with the next;
//! 4. if the list has become empty, put back what is left of `n`, in the step that clears `waited`;
//! 5. unlock, and wake those whose shares are full.
//!
//! Both decisive steps, the put and the wait, are on one word. If the put comes first, the wait finds the
//! permits (taking them, or taking them into its share). If the wait comes first, the put fails, and its second
//! step needs the lock, which it gets when the waiter is queued. So no permit lies free while a task waits for it.
//! Several who return at once do so one after the other under the lock.
//!
//! What a waiter gets is its own when it is taken off the list, before it runs. So nobody overtakes it, and if
//! its future is dropped then, it returns what it has as above. One that is dropped while it is queued leaves the
//! list, and returns what its share has in the same way.
//!
//! A large request at the front keeps small ones behind it waiting, even if there would be enough for them:
//! else it might wait for ever.
//!
//! Closing locks, closes the word, and takes all waiters off the list with shares that are taken back to
//! `free`; by a share that is not full a woken task learns that it gets nothing. If they are more than one
//! batch of wakers holds, others get the lock in between. A return that found `waited` before then serves who
//! is still in the list, as if it had come before the close; what it puts into a share that stays there is
//! taken back with it.
//!
//! # Orderings
//!
//! Every change that adds to `free` releases, and every take and every wait acquires. All changes of the word
//! are read-modify-write operations, so that a take synchronizes with all puts before it and not just with the
//! last, as a writer has to with all readers before it. What goes through the list is ordered by the lock.
//! `closed` is set with a release and read with an acquire, so that who is refused sees what was done before
//! the close.
//!
//! # What was tried and failed
//!
//! - A `fetch_add` to return permits is one step without a loop, but then they are free for a moment while tasks wait, and
//!   whoever comes by takes them.
//! - Keeping `free` as it is while the first waiter has too little: then every take has to test both parts of the word,
//!   and a return has to find out whether there is now enough.

mod access;
mod acquire;
mod convoy;
mod core;
mod held;
mod patience;
mod word;

pub(super) use self::access::{Exclusive, Shared, reads, writes};
pub(super) use self::core::{Permits, Take};
pub(super) use self::held::{Held, Source};
