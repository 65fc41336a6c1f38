//! A channel with many senders and many receivers, each of which receives every value.
//!
//! [`channel`] gives a [`Sender`] and a [`Receiver`]; [`Sender::subscribe`] gives more receivers. A receiver gets
//! all that is sent after it subscribed, in the order in which it was sent, each value as a clone of the one that
//! was sent. Sending never waits.
//!
//! If several receivers are to share the work, so that each value goes to one of them, this is the wrong channel. If
//! only the newest value matters, [`watch`](super::watch) is the better one. If cloning is expensive, send an `Arc`.
//!
//! # Lagging
//!
//! A value stays in the channel until all receivers that were there when it was sent have received it, so one that is
//! slow could fill the memory. The capacity is the bound: when as many values are in the channel, sending one more
//! takes the oldest away, received or not. A receiver that has lost values by this learns how many
//! ([`Lagged`](error::RecvError::Lagged)), once, and goes on with the oldest that is left. It is for the application to
//! say whether that is an error.
//!
//! The capacity is rounded up to a power of two: `channel(3)` holds 4 values.
//!
//! # The end of a channel
//!
//! When all senders are gone, each receiver gets what is left for it and then [`Closed`](error::RecvError::Closed).
//! When all receivers are gone, sending returns the value as an error, until there is a new one. What only a
//! receiver that is dropped had not received is dropped with it.
//!
//! # Cost
//!
//! One short lock for each call. No value is cloned or dropped, and no task woken, while it is held; a clone that
//! panics or takes long harms nobody, except that receivers clone the same value one after the other. (So a clone
//! may use the channel, but not receive the very value that it clones.) Waiting allocates nothing; all that wait
//! for a value are woken for it, in the order in which they came. Memory for values is taken when it is needed and
//! used again.

pub mod error;

mod channel;
mod closing;
mod receiver;
mod recv;
mod sender;
mod state;
mod value;
mod weak;

pub use self::receiver::Receiver;
pub use self::sender::{Sender, channel};
pub use self::weak::WeakSender;
