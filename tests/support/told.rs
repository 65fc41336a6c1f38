//! What the tests of macros that wait for several futures share: a value that tells of its end, and how to run what is ready.

use std::cell::RefCell;

use futures::FutureExt;

/// Tells when it is dropped.
#[derive(Debug)]
pub struct Told<'a>(pub &'static str, pub &'a RefCell<Vec<&'static str>>);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

/// Runs what never waits.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("it does not wait")
}
