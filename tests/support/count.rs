//! Futures and wakers that count what is done to them.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

/// What was done so far.
#[derive(Debug, Default)]
pub struct Counts {
    polls: AtomicUsize,
    drops: AtomicUsize,
    wakes: AtomicUsize,
}

impl Counts {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn polls(&self) -> usize {
        self.polls.load(SeqCst)
    }

    pub fn drops(&self) -> usize {
        self.drops.load(SeqCst)
    }

    pub fn wakes(&self) -> usize {
        self.wakes.load(SeqCst)
    }

    /// A waker that counts its wakes.
    pub fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(self.clone())
    }

    /// The future, with its polls and its drop counted.
    pub fn count<F: Future>(self: &Arc<Self>, future: F) -> Counted<F> {
        Counted { future: Box::pin(future), counts: self.clone() }
    }
}

impl Wake for Counts {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, SeqCst);
    }
}

/// See [`Counts::count`].
pub struct Counted<F> {
    future: Pin<Box<F>>,
    counts: Arc<Counts>,
}

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.counts.polls.fetch_add(1, SeqCst);
        self.future.as_mut().poll(cx)
    }
}

impl<F> Drop for Counted<F> {
    fn drop(&mut self) {
        self.counts.drops.fetch_add(1, SeqCst);
    }
}

/// Polls a future once, with a waker that counts.
pub fn poll_once<F: Future + Unpin>(future: &mut F, wakes: &Arc<Counts>) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(&wakes.waker()))
}
