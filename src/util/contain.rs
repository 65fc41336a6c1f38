//! Running foreign code that may panic, where nobody is to be disturbed by it.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs foreign code, and keeps a panic from going further.
///
/// The payload is dropped here too, and it may panic in turn when it is; a payload that panics again and
/// again is leaked in the end.
pub(crate) fn contain(foreign: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(foreign)) else { return };
    let Err(nested) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    std::mem::forget(nested);
}
