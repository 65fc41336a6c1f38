//! What an I/O object is ready for.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};

/// What an I/O object is ready for: a set of states, as the system last reported them.
///
/// Ready means that the operation would not wait, not that it would succeed: an object with a pending error is
/// ready for reading and for writing, and whichever comes first returns the error.
///
/// # Examples
///
/// ```
/// use runtime::io::Ready;
///
/// let ready = Ready::READABLE | Ready::WRITE_CLOSED;
/// assert!(ready.is_readable() && !ready.is_read_closed());
/// assert!(ready.is_writable() && ready.is_write_closed());
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ready(u8);

impl Ready {
    /// Ready for nothing.
    pub const EMPTY: Self = Self(0);

    /// A read would not wait.
    pub const READABLE: Self = Self(1);

    /// A write would not wait.
    pub const WRITABLE: Self = Self(1 << 1);

    /// What was received so far, and then the end: nothing more can be read.
    pub const READ_CLOSED: Self = Self(1 << 2);

    /// Nothing can be written any more.
    pub const WRITE_CLOSED: Self = Self(1 << 3);

    /// There is urgent or otherwise exceptional data.
    pub const PRIORITY: Self = Self(1 << 4);

    /// There is an error to be fetched.
    pub const ERROR: Self = Self(1 << 5);

    /// Ready for everything.
    pub const ALL: Self = Self((1 << 6) - 1);

    /// The set as the low bits of a word.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The set whose bits are the low bits of a word; others are left out.
    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// What the system reported.
    ///
    /// With an error both directions become ready, as they do for `select`: mio tells of an error alone to
    /// writers at most, and a reader whose read would return it must not sleep on.
    pub(crate) fn from_event(event: &mio::event::Event) -> Self {
        let states = [
            (event.is_readable(), Self::READABLE),
            (event.is_writable(), Self::WRITABLE),
            (event.is_read_closed(), Self::READ_CLOSED),
            (event.is_write_closed(), Self::WRITE_CLOSED),
            (event.is_priority(), Self::PRIORITY),
            (event.is_error(), Self::ERROR | Self::READABLE | Self::WRITABLE),
        ];
        states.into_iter().filter(|(is, _)| *is).fold(Self::EMPTY, |all, (_, one)| all | one)
    }

    /// Whether it is ready for nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a read would not wait, be it because there is no more to come.
    pub const fn is_readable(self) -> bool {
        self.0 & (Self::READABLE.0 | Self::READ_CLOSED.0) != 0
    }

    /// Whether a write would not wait, be it because it would fail.
    pub const fn is_writable(self) -> bool {
        self.0 & (Self::WRITABLE.0 | Self::WRITE_CLOSED.0) != 0
    }

    /// Whether nothing more can be read than what was received.
    pub const fn is_read_closed(self) -> bool {
        self.0 & Self::READ_CLOSED.0 != 0
    }

    /// Whether nothing can be written any more.
    pub const fn is_write_closed(self) -> bool {
        self.0 & Self::WRITE_CLOSED.0 != 0
    }

    /// Whether there is urgent or otherwise exceptional data.
    pub const fn is_priority(self) -> bool {
        self.0 & Self::PRIORITY.0 != 0
    }

    /// Whether there is an error to be fetched.
    pub const fn is_error(self) -> bool {
        self.0 & Self::ERROR.0 != 0
    }
}

impl BitOr for Ready {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Ready {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for Ready {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Sub for Ready {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("is_readable", &self.is_readable())
            .field("is_writable", &self.is_writable())
            .field("is_read_closed", &self.is_read_closed())
            .field("is_write_closed", &self.is_write_closed())
            .field("is_priority", &self.is_priority())
            .field("is_error", &self.is_error())
            .finish()
    }
}
