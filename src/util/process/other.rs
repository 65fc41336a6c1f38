//! Systems without `fork`.

#[inline]
pub(super) fn generation() -> u32 {
    0
}

pub(super) fn count_forks() {}

/// There is no way to have `f` called when the process exits.
pub(crate) fn at_exit(_f: extern "C" fn()) {}
