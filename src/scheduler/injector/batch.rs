//! From the injector into a run queue.

use super::Injector;
use crate::scheduler::run_queue::{Owner, Queued};

impl<T: Queued> Injector<T> {
    /// Takes up to `max` tasks: the oldest to run at once, the others, as far as they fit, into the
    /// run queue of `owner`.
    ///
    /// The caller chooses `max` so that other workers find something too.
    pub(crate) fn pop_batch_into(&self, owner: &Owner<T>, max: usize) -> Option<T> {
        let more = max.checked_sub(1)?;
        let first = self.pop()?;
        owner.push_batch(more as u64, || self.pop());
        Some(first)
    }
}
