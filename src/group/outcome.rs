//! What has become of a group so far: its first error, and its first panic.

use std::panic;

use super::caught::Payload;
use crate::context::CancelHandle;
use crate::util::contain::contain;
use crate::util::sync::Mutex;

/// What a member ended with.
pub(super) enum Failure<E> {
    Error(E),
    Panic(Payload),
}

#[derive(Debug)]
pub(super) struct Outcome<E> {
    first: Mutex<First<E>>,
    /// What tells the others of a failure, in a group with a context.
    cancel: Option<CancelHandle>,
}

#[derive(Debug)]
struct First<E> {
    error: Option<E>,
    panic: Option<Payload>,
}

impl<E> Outcome<E> {
    pub(super) fn new(cancel: Option<CancelHandle>) -> Self {
        Self { first: Mutex::new(First { error: None, panic: None }), cancel }
    }

    /// Keeps a failure, if it is the first of its kind, and tells the others.
    pub(super) fn fail(&self, failure: Failure<E>) {
        let (late, text) = match failure {
            Failure::Error(error) => (self.keep_error(error), "a member of the group failed"),
            Failure::Panic(payload) => (self.keep_panic(payload), "a member of the group panicked"),
        };
        if let Some(cancel) = &self.cancel {
            cancel.cancel_with(text);
        }
        match late {
            Some(Failure::Error(error)) => drop(error),
            Some(Failure::Panic(payload)) => contain(|| drop(payload)),
            None => {}
        }
    }

    /// Gives the error back if there is one already.
    fn keep_error(&self, error: E) -> Option<Failure<E>> {
        let mut first = self.first.lock();
        match first.error {
            Some(_) => Some(Failure::Error(error)),
            None => {
                first.error = Some(error);
                None
            }
        }
    }

    /// Gives the panic back if there is one already.
    fn keep_panic(&self, payload: Payload) -> Option<Failure<E>> {
        let mut first = self.first.lock();
        match first.panic {
            Some(_) => Some(Failure::Panic(payload)),
            None => {
                first.panic = Some(payload);
                None
            }
        }
    }

    /// The first error, once; or the first panic goes on here.
    pub(super) fn take(&self) -> Result<(), E> {
        let mut first = self.first.lock();
        let (error, payload) = (first.error.take(), first.panic.take());
        drop(first);
        match payload {
            Some(payload) => panic::resume_unwind(payload),
            None => error.map_or(Ok(()), Err),
        }
    }

    /// Tells the members that their work is not wanted any more.
    pub(super) fn cancel(&self) {
        if let Some(cancel) = &self.cancel {
            cancel.cancel();
        }
    }
}
