//! Room in a bounded channel that was reserved, and is given back if it is not used.

use std::fmt;
use std::iter::FusedIterator;
use std::mem;

use super::bounded::Sender;

/// Room for one value.
///
/// Made by [`Sender::reserve`] and [`Sender::try_reserve`]. Dropping it gives the room to others.
pub struct Permit<'a, T> {
    sender: &'a Sender<T>,
}

impl<'a, T> Permit<'a, T> {
    /// The caller has reserved a slot.
    pub(super) fn new(sender: &'a Sender<T>) -> Self {
        Self { sender }
    }

    /// Sends the value; this never waits.
    ///
    /// A value that nobody can receive any more is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// tx.try_reserve().unwrap().send(3);
    /// assert_eq!(rx.try_recv(), Ok(3));
    /// ```
    pub fn send(self, value: T) {
        let sender = self.sender;
        mem::forget(self); // the slot is used, not given back
        sender.tx.shared().send_reserved(value);
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.sender.tx.shared().give_back(1);
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("mpsc::Permit").field("sender", self.sender).finish()
    }
}

/// Room for several values: an iterator of permits.
///
/// Made by [`Sender::reserve_many`] and [`Sender::try_reserve_many`]. Dropping it gives what is left
/// of the room to others.
pub struct PermitIterator<'a, T> {
    sender: &'a Sender<T>,
    left: usize,
}

impl<'a, T> PermitIterator<'a, T> {
    /// The caller has reserved `left` slots.
    pub(super) fn new(sender: &'a Sender<T>, left: usize) -> Self {
        Self { sender, left }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(Permit::new(self.sender))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}
impl<T> FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        self.sender.tx.shared().give_back(self.left);
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("mpsc::PermitIterator")
            .field("sender", self.sender)
            .field("left", &self.left)
            .finish()
    }
}

/// Room for one value, together with the sender that reserved it.
///
/// Made by [`Sender::reserve_owned`] and [`Sender::try_reserve_owned`]. Dropping it gives the room to
/// others and drops the sender.
pub struct OwnedPermit<T> {
    /// Taken by the call that gets the sender back.
    sender: Option<Sender<T>>,
}

impl<T> OwnedPermit<T> {
    /// The caller has reserved a slot.
    pub(super) fn new(sender: Sender<T>) -> Self {
        Self { sender: Some(sender) }
    }

    /// The sender, with the slot still reserved.
    fn into_sender(mut self) -> Sender<T> {
        self.sender.take().expect("an owned permit has its sender until it is used")
    }

    fn sender(&self) -> &Sender<T> {
        self.sender.as_ref().expect("an owned permit has its sender until it is used")
    }

    /// Sends the value, and returns the sender; this never waits.
    ///
    /// A value that nobody can receive any more is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// let tx = tx.try_reserve_owned().unwrap().send(3);
    /// assert_eq!(rx.try_recv(), Ok(3));
    /// # drop(tx);
    /// ```
    pub fn send(self, value: T) -> Sender<T> {
        let sender = self.into_sender();
        sender.tx.shared().send_reserved(value);
        sender
    }

    /// Gives the room to others, and returns the sender.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<i32>(1);
    /// let tx = tx.try_reserve_owned().unwrap().release();
    /// assert_eq!(tx.capacity(), 1);
    /// ```
    pub fn release(self) -> Sender<T> {
        let sender = self.into_sender();
        sender.tx.shared().give_back(1);
        sender
    }

    /// Whether both are room in the same channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.sender().same_channel(other.sender())
    }

    /// Whether the sender sends to the same channel.
    #[must_use]
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        self.sender().same_channel(sender)
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.tx.shared().give_back(1);
        }
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("mpsc::OwnedPermit").field("sender", &self.sender).finish()
    }
}
