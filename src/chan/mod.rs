//! The channel: one core under every channel that queues values.
//!
//! [`sync::mpsc`](crate::sync::mpsc) is a face of it; so is any channel with several receivers. The
//! core keeps values, counts room, and queues whoever waits for either; a face decides which handles
//! exist, when the last of them is gone, and what the errors are called.
//!
//! # The parts
//!
//! [`State`](state::State) is everything that stands behind the lock, with one method per transition
//! and no locking, waking or waiting. [`Core`](core::Core) locks it, runs a transition, unlocks, and
//! wakes whom the transition returned. The futures in [`claim`] wait for room.
//!
//! # Room
//!
//! A channel of capacity `n` has `n` slots, and each is in one of these places:
//!
//! | place | since | until |
//! |---|---|---|
//! | free | | a sender takes it, or it is handed to the first that waits |
//! | reserved | a sender took it without sending yet | it sends, or gives it back |
//! | queued | a value was sent | a receiver takes the value |
//! | in hand | a lone receiver took all queued values at once | it gives that value to its user |
//!
//! A slot is never free while a sender waits: whoever frees one hands it on, in order. So a `send` that
//! comes later cannot overtake one that waits, and needs to look only at the queue of waiters.
//!
//! # In hand
//!
//! A lone receiver does not lock for every value. When it finds several it takes them all, into an
//! inbox of its own, and the next ones come from there. But they still occupy their slots, or a channel
//! of capacity `n` would hold `2n`; and a sender that waits for room must be let in when the user gets
//! the next value, not when the inbox is empty. So their number stands in an atomic word beside the
//! lock, with a bit `WANTED` that says that senders wait:
//!
//! - The receiver, giving a value from the inbox, subtracts one. If that step saw `WANTED`, it takes
//!   the lock, brings the state's copy of the number up to date, and hands out the room there is. If
//!   nobody waits any more it clears the bit.
//! - A sender that finds no room, under the lock, sets `WANTED`, and learns the number in the same
//!   step. If that makes room it goes on, else it queues.
//!
//! Both are changes of one word, so one comes first: the subtraction, and the sender sees the room; or
//! the bit, and the receiver takes the lock, which the sender holds until it has queued. The state's
//! copy is only ever too high, since all but the receiver's subtraction happens under the lock.
//!
//! The subtraction releases and the sender's look acquires: as in Go, the k-th receive happens before
//! the send that it made room for completes. Nothing in here depends on that.
//!
//! # Invariants
//!
//! 1. Values, wakers and user code are never touched under the lock, save for moving a value.
//! 2. free + reserved + queued + in hand = capacity.
//! 3. While a sender waits, no slot is free, and `WANTED` is set if anything is in hand.
//! 4. While a receiver waits, no value is queued that no woken receiver is going to look for.
//! 5. A slot that was handed to a sender which is then dropped goes to the next.
//!
//! # What was tried and failed
//!
//! Moving the value of a waiting sender into the queue when there is room, as Go does, saves it a pass
//! through the lock; but then a `send` that was dropped while it waited may have sent, and `select!`
//! over a `send` would lose count of what it sent.
//!
//! # What it does not know
//!
//! Tasks, the scheduler, and how many handles there are on either side.

pub(crate) mod claim;
pub(crate) mod core;
pub(crate) mod state;

#[cfg(test)]
mod tests;
