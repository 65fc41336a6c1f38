//! Readiness: what one may wait for ([`Interest`]), and what one is told ([`Ready`]).

mod interest;
mod ready;

pub use interest::Interest;
pub use ready::Ready;
