//! What is seldom called, apart from what is called always.

/// Calls `f`, which is seldom called, by a function of its own.
///
/// A value that is given away in one branch has an address there, and so is in memory in all of them. What `f` captures is moved to
/// that memory in this branch alone; elsewhere the value may stay in registers, and be written where it belongs in one go.
#[cold]
#[inline(never)]
pub(crate) fn apart<R>(f: impl FnOnce() -> R) -> R {
    f()
}
