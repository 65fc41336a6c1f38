//! A set of tasks that are joined in the order in which they end.

mod bells;
mod member;
mod places;
mod set;

pub use set::JoinSet;

#[cfg(test)]
mod tests;
