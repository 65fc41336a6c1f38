//! What one waits for.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use super::Ready;

/// What one waits for at an I/O object: a set of events that is never empty.
///
/// # Examples
///
/// ```
/// use runtime::io::Interest;
///
/// let both = Interest::READABLE | Interest::WRITABLE;
/// assert!(both.is_readable() && both.is_writable());
/// assert_eq!(both.remove(Interest::WRITABLE), Some(Interest::READABLE));
/// ```
// The bits are those of the states in `Ready` that carry the same names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Interest(Ready);

impl Interest {
    /// That a read would not wait: there is data, the end of it, or an error.
    pub const READABLE: Self = Self(Ready::READABLE);

    /// That a write would not wait: there is room, or an error.
    pub const WRITABLE: Self = Self(Ready::WRITABLE);

    /// That there is an error to be fetched.
    pub const ERROR: Self = Self(Ready::ERROR);

    /// That there is urgent or otherwise exceptional data.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    pub const PRIORITY: Self = Self(Ready::PRIORITY);

    /// Whether this includes readable.
    pub const fn is_readable(self) -> bool {
        self.has(Ready::READABLE)
    }

    /// Whether this includes writable.
    pub const fn is_writable(self) -> bool {
        self.has(Ready::WRITABLE)
    }

    /// Whether this includes errors.
    pub const fn is_error(self) -> bool {
        self.has(Ready::ERROR)
    }

    /// Whether this includes priority.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    pub const fn is_priority(self) -> bool {
        self.has(Ready::PRIORITY)
    }

    /// Both sets in one.
    #[must_use = "this returns the sum and leaves the operands as they are"]
    pub const fn add(self, other: Self) -> Self {
        Self(Ready::from_bits(self.0.bits() | other.0.bits()))
    }

    /// What remains of this set without `other`, if anything does.
    #[must_use = "this returns the remainder and leaves the operands as they are"]
    pub const fn remove(self, other: Self) -> Option<Self> {
        let left = Ready::from_bits(self.0.bits() & !other.0.bits());
        if left.is_empty() { None } else { Some(Self(left)) }
    }

    const fn has(self, state: Ready) -> bool {
        self.0.bits() & state.bits() != 0
    }

    /// Every state that ends the wait for this.
    pub(crate) const fn states(self) -> Ready {
        let mut bits = self.0.bits();
        if self.has(Ready::READABLE) || self.has(Ready::PRIORITY) {
            bits |= Ready::READ_CLOSED.bits();
        }
        if self.has(Ready::WRITABLE) {
            bits |= Ready::WRITE_CLOSED.bits();
        }
        Ready::from_bits(bits)
    }

    /// What the system has to be asked for, so that it reports all of this.
    pub(crate) fn to_mio(self) -> mio::Interest {
        let asked = [
            (self.has(Ready::READABLE), mio::Interest::READABLE),
            (self.has(Ready::WRITABLE), mio::Interest::WRITABLE),
            #[cfg(any(target_os = "android", target_os = "linux"))]
            (self.has(Ready::PRIORITY), mio::Interest::PRIORITY),
        ];
        let asked = asked.into_iter().filter_map(|(is, one)| is.then_some(one));
        // Errors are reported unasked; but something has to be asked for.
        asked.reduce(|all, one| all | one).unwrap_or(mio::Interest::READABLE)
    }
}

impl BitOr for Interest {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.add(other)
    }
}

impl BitOrAssign for Interest {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.add(other);
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Ready::READABLE, "READABLE"),
            (Ready::WRITABLE, "WRITABLE"),
            (Ready::PRIORITY, "PRIORITY"),
            (Ready::ERROR, "ERROR"),
        ];
        let mut separator = "";
        for (_, name) in names.into_iter().filter(|(state, _)| self.has(*state)) {
            write!(f, "{separator}{name}")?;
            separator = " | ";
        }
        Ok(())
    }
}
