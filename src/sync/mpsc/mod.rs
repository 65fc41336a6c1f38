//! A channel with many senders and one receiver.
//!
//! A bounded channel, [`channel`], makes senders wait for room, so that a fast producer cannot fill
//! the memory; an unbounded one, [`unbounded_channel`], never makes them wait. Values arrive in the
//! order in which they were sent, and senders that wait get room in the order in which they came.
//!
//! # The end of a channel
//!
//! When all senders are gone, the receiver gets what is left and then `None`. When the receiver is
//! dropped, or calls `close`, senders get their value back as an error; after `close` the receiver can
//! still drain what was sent, and what is sent through permits that were given out before. A `send` or `reserve` that
//! was given its room before the close, and has not run since, counts as a permit; Tokio's fails.

pub mod error;

mod bounded;
mod bounded_receiver;
mod handle;
mod permit;
mod unbounded;
mod weak;

pub use self::bounded::{Sender, channel};
pub use self::bounded_receiver::Receiver;
pub use self::permit::{OwnedPermit, Permit, PermitIterator};
pub use self::unbounded::{UnboundedReceiver, UnboundedSender, unbounded_channel};
pub use self::weak::{WeakSender, WeakUnboundedSender};
