//! What `select!` waits for: the first future whose output is accepted.

use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::branches::{Branch, Branches, poll_from};
use super::order::Order;
use crate::coop;

/// The branches that are not polled, one bit each: by their condition, or since their future has ended.
#[derive(Debug)]
pub struct Disabled(u64);

impl Disabled {
    /// As the conditions say.
    pub fn unless<const N: usize>(conditions: [bool; N]) -> Self {
        let bits = conditions.iter().rev().fold(0, |bits, enabled| bits << 1 | u64::from(!enabled));
        Self(bits)
    }

    fn contains(&self, number: u32) -> bool {
        self.0 >> number & 1 == 1
    }

    fn add(&mut self, number: u32) {
        self.0 |= 1 << number;
    }
}

pin_project! {
    /// A future, and what makes of its output that of the `select!`, if the pattern of the branch matches.
    #[derive(Debug)]
    pub struct Candidate<F, A> {
        #[pin]
        future: F,
        accept: A,
    }
}

impl<F: Future, A> Candidate<F, A> {
    pub fn new<T>(future: impl IntoFuture<IntoFuture = F>, accept: A) -> Self
    where
        A: FnMut(F::Output) -> Option<T>,
    {
        Self { future: future.into_future(), accept }
    }
}

impl<F: Future, A: FnMut(F::Output) -> Option<T>, T> Branch<Disabled, T> for Candidate<F, A> {
    #[inline]
    fn poll_branch(
        self: Pin<&mut Self>,
        number: u32,
        disabled: &mut Disabled,
        cx: &mut Context<'_>,
    ) -> ControlFlow<T, bool> {
        if disabled.contains(number) {
            return ControlFlow::Continue(false);
        }
        let this = self.project();
        let Poll::Ready(output) = this.future.poll(cx) else { return ControlFlow::Continue(true) };
        disabled.add(number);
        match (this.accept)(output) {
            Some(accepted) => ControlFlow::Break(accepted),
            None => ControlFlow::Continue(false),
        }
    }
}

/// Waits for the first accepted output; for none, if no branch is left that may have one.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are awaited"]
pub struct Choose<'a, List, First, T> {
    list: Pin<&'a mut List>,
    first: First,
    disabled: Disabled,
    output: PhantomData<fn() -> T>,
}

impl<'a, List: Branches<Disabled, T>, First: Order, T> Choose<'a, List, First, T> {
    pub fn new(list: Pin<&'a mut List>, first: First, disabled: Disabled) -> Self {
        Self { list, first, disabled, output: PhantomData }
    }
}

impl<List: Branches<Disabled, T>, First: Order, T> Future for Choose<'_, List, First, T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        // A branch that is always ready is no reason to go on where the others have no budget left. The unit is for them.
        drop(ready!(coop::poll_proceed(cx)));
        let Self { list, first, disabled, .. } = self.get_mut();
        match poll_from(list.as_mut(), first.first(List::COUNT), disabled, cx) {
            ControlFlow::Break(accepted) => Poll::Ready(Some(accepted)),
            ControlFlow::Continue(true) => Poll::Pending,
            ControlFlow::Continue(false) => Poll::Ready(None),
        }
    }
}
