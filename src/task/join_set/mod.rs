//! A set of tasks that are joined in the order in which they end.
//!
//! To find the member that has ended, a set must not ask all of them. So each member carries a *bell*, which rings when its
//! future is dropped: then its place in the set goes to the end of a queue, and whoever waits in [`JoinSet::join_next`] is
//! woken. To join takes the first place from that queue, however many members there are. The bell is part of the task's own
//! future, so a member costs no allocation beside its task, and what is dropped unpolled rings too.
//!
//! # A bell rings a moment too early
//!
//! A task drops its future, then publishes its outcome; the bell rings in between. So one that has rung may have no outcome
//! yet. Its place is then kept in a list of *late* ones, whose handles are polled by whoever waits, and so wake him; the
//! list holds as many as there are threads between those two steps, that is next to none. It is emptied before the queue.
//!
//! # No end is missed
//!
//! The queue of places and the waker of who waits are behind one lock ([`bells`]). *Ringing*: 1. locks; 2. adds its place, and
//! takes the waker; 3. unlocks, and wakes. *Waiting*: 1. locks; 2. takes a place if there is one; 3. else leaves a waker that
//! was cloned before step 1, for which it may have to unlock and begin again. Steps 2 and 3 of the waiting side are under one
//! lock, so a bell rings before them, and its place is there, or after them, and finds the waker.
//!
//! # Numbers of places
//!
//! A place is given to another member when its last one was joined, which is after it has rung. Only where spawning panics,
//! for want of a thread or of a `LocalSet`, has a bell rung for a member that never was; its number is found vacant later, or taken by another that
//! is then looked at too early, as a late one. So a number in the queue is a hint: nothing depends on how often it is there.

mod bells;
mod member;
mod places;
mod set;

pub use set::JoinSet;

#[cfg(test)]
mod tests;
