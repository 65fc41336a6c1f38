//! What was read and not delivered yet.

use std::fmt;
use std::ops::Range;

use tokio::io::ReadBuf;

/// Bytes that were read ahead of the user, and the memory for the next.
#[derive(Default)]
pub(super) struct Unread {
    memory: Vec<u8>,
    bytes: Range<usize>,
}

impl Unread {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The memory, for a read to fill.
    pub(super) fn lend(&mut self) -> Vec<u8> {
        debug_assert!(self.is_empty(), "a read over bytes that nobody has seen");
        std::mem::take(&mut self.memory)
    }

    /// The memory is back, with so many bytes in it.
    pub(super) fn fill(&mut self, memory: Vec<u8>, len: usize) {
        debug_assert!(
            self.is_empty() && len <= memory.len(),
            "a read of more than there is room for"
        );
        self.memory = memory;
        self.bytes = 0..len;
    }

    /// Moves as many bytes as there is room for.
    pub(super) fn deliver(&mut self, buf: &mut ReadBuf<'_>) {
        let len = self.len().min(buf.remaining());
        let end = self.bytes.start + len;
        buf.put_slice(&self.memory[self.bytes.start..end]);
        self.bytes.start = end;
    }

    #[cfg(feature = "fs")]
    pub(super) fn clear(&mut self) {
        self.bytes = 0..0;
    }
}

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unread").field("len", &self.len()).finish_non_exhaustive()
    }
}
