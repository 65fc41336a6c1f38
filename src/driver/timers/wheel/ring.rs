//! The entries of one slot, in a ring that is named by its first.

use super::entry::{Entry, Link, with};
use std::ptr::NonNull;

/// A ring of linked entries. The last stands before the first.
#[derive(Default)]
pub(super) struct Ring(Link);

impl Ring {
    #[inline]
    pub(super) fn first(&self) -> Link {
        self.0
    }

    /// Puts an entry behind all others.
    ///
    /// # Safety
    ///
    /// The entry is linked, stands in no ring, and the caller has its wheel, of which this ring is part.
    #[inline]
    pub(super) unsafe fn push_back(&mut self, entry: NonNull<Entry>) {
        let first = *self.0.get_or_insert(entry);
        // SAFETY: all are entries of this wheel (1, 2), one borrowed at a time. An entry that is alone is its own
        // neighbour: then its `prev` is not set yet, and `last` is the entry itself.
        unsafe {
            let last =
                if first == entry { entry } else { neighbour(with(first, |links| links.prev)) };
            with(entry, |links| links.next = Some(first));
            with(last, |links| links.next = Some(entry));
            with(entry, |links| links.prev = Some(last));
            with(first, |links| links.prev = Some(entry));
        }
    }

    /// Takes an entry out; says whether the ring is empty now.
    ///
    /// # Safety
    ///
    /// The entry stands in this ring (4), and the caller has the wheel.
    #[inline]
    pub(super) unsafe fn remove(&mut self, entry: NonNull<Entry>) -> bool {
        // SAFETY: all three are entries of this wheel (1, 2), one borrowed at a time.
        unsafe {
            let (prev, next) = with(entry, |links| (links.prev.take(), links.next.take()));
            let (prev, next) = (neighbour(prev), neighbour(next));
            if next == entry {
                self.0 = None;
                return true;
            }
            with(prev, |links| links.next = Some(next));
            with(next, |links| links.prev = Some(prev));
            if self.0 == Some(entry) {
                self.0 = Some(next);
            }
        }
        false
    }

    /// Lets the ring begin at another of its entries.
    ///
    /// # Safety
    ///
    /// As for [`remove`](Self::remove).
    #[inline]
    pub(super) unsafe fn rotate_to(&mut self, entry: NonNull<Entry>) {
        self.0 = Some(entry);
    }

    /// Its entries, from the first on, once round.
    ///
    /// # Safety
    ///
    /// The caller has the wheel, and does not change this ring while it iterates.
    #[inline]
    pub(super) unsafe fn iter(&self) -> impl Iterator<Item = NonNull<Entry>> {
        let first = self.0;
        std::iter::successors(first, move |&entry| {
            // SAFETY: an entry of this ring, and so of this wheel (1, 2).
            let next = unsafe { with(entry, |links| links.next) };
            if next == first { None } else { next }
        })
    }
}

#[inline(always)]
fn neighbour(link: Link) -> NonNull<Entry> {
    link.expect("an entry of a ring has two neighbours")
}
