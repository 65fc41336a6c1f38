//! The two directions of a stream as values of their own, for every kind of stream.
//!
//! `borrowed` are those for one task, `owned` those for two; what they ask of a stream is the trait `stream`. Each kind of
//! stream gives them names of its own, in the module that is its home: as here, so there, but without the parameter.
//!
//! # What it does not know
//!
//! Sockets, registrations and the budget: all that is the stream's.

mod borrowed;
mod owned;
pub(super) mod reunite_error;
mod stream;

pub use borrowed::{ReadHalf, WriteHalf};
pub(super) use owned::split;
pub use owned::{OwnedReadHalf, OwnedWriteHalf};
pub use stream::Stream;
