//! The exchange between threads: a bounded pile of batches of one class.
//!
//! Put: lock; if the pile has [`SHELF`] batches, unlock and give the batch back to the caller, who
//! destroys it without the lock; else add it. Take: look at the count; if there is one, lock and take it
//! from the top. If the lock is taken, nobody waits for it: then the shelf is full to who puts, and empty to who
//! takes. So a process that is forked off while another thread has the lock, for ever as far as the child can see, goes
//! on without the shelf.
//!
//! Interleavings: put and take exclude each other by the lock, and what the one who freed a cell did
//! with it happened before what the next owner does with it, by the same lock. The count is read
//! without it, relaxed, since most allocations of a growing program come here to find nothing: one that
//! is out of date costs a lock for nothing, or an allocation that a batch could have served. Nothing
//! waits for a batch, so nothing is lost by missing one.

use std::sync::atomic::Ordering::Relaxed;

use super::chain::{Batch, Pile};
use crate::util::sync::{AtomicUsize, Mutex};

/// Batches that one shelf keeps.
pub(crate) const SHELF: usize = if cfg!(loom) { 1 } else { 64 };

/// The batches of one class that no thread holds.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(in crate::cell) stock: Mutex<Pile>,
    /// The length of `stock`: written under its lock, read as a hint.
    pub(super) count: AtomicUsize,
}

impl Shelf {
    /// Puts a batch on the shelf, or gives it back if the shelf is full, or in use.
    pub(crate) fn put(&self, batch: Batch) -> Result<(), Batch> {
        let Some(mut stock) = self.stock.try_lock() else { return Err(batch) };
        if stock.len() == SHELF {
            return Err(batch);
        }
        stock.push(batch);
        self.count.store(stock.len(), Relaxed);
        Ok(())
    }

    /// Takes the batch that was put last, unless the shelf looks empty, or is in use.
    pub(crate) fn take(&self) -> Option<Batch> {
        if self.count.load(Relaxed) == 0 {
            return None;
        }
        let mut stock = self.stock.try_lock()?;
        let batch = stock.pop();
        self.count.store(stock.len(), Relaxed);
        batch
    }
}
