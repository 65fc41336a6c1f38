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
//! still drain what was sent, and what is sent through permits that were given out before.
//!
//! # How it is built
//!
//! Both are faces of one channel core, which holds values and queues of waiting tasks; here stand the
//! handles, which know how many of them there are. Invariants:
//!
//! 1. The senders' count is that of live [`Tx`](handle::Tx) handles; whoever brings it to zero tells
//!    the core, once, and it does not rise again.
//! 2. Permits hold a slot in the core, and give it back if they are dropped.
//! 3. The receiver is the only one that takes values, so that it may hold several in hand.

pub mod error;

mod bounded;
mod handle;
mod permit;
mod unbounded;
mod weak;

pub use self::bounded::{Receiver, Sender, channel};
pub use self::permit::{OwnedPermit, Permit, PermitIterator};
pub use self::unbounded::{UnboundedReceiver, UnboundedSender, unbounded_channel};
pub use self::weak::{WeakSender, WeakUnboundedSender};
