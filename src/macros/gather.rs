//! What `join!` and `try_join!` wait for: all futures, each with its output kept until the last has ended.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::branches::{And, Branch, Branches, poll_from};
use super::order::Order;

pin_project! {
    /// A future, or what it returned. It is dropped as soon as it has ended.
    // A future may refer to itself, so which of the three it is must not be read from within it: `C` has the tag stand apart.
    #[derive(Debug)]
    #[repr(C)]
    #[project = Stage]
    #[project_replace = Taken]
    pub enum Kept<F: Future> {
        Waits { #[pin] future: F },
        Ended { output: F::Output },
        Gone,
    }
}

impl<F: Future> Kept<F> {
    pub fn new(future: impl IntoFuture<IntoFuture = F>) -> Self {
        Self::Waits { future: future.into_future() }
    }

    /// Polls the future, unless it has ended. A failed output ends it all, by way of `fails`.
    #[inline]
    fn poll_until<E>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        fails: impl FnOnce(F::Output) -> ControlFlow<E, F::Output>,
    ) -> ControlFlow<E, bool> {
        let Stage::Waits { future } = self.as_mut().project() else {
            return ControlFlow::Continue(false);
        };
        let Poll::Ready(output) = future.poll(cx) else { return ControlFlow::Continue(true) };
        match fails(output) {
            ControlFlow::Continue(output) => self.set(Self::Ended { output }),
            ControlFlow::Break(error) => {
                self.set(Self::Gone);
                return ControlFlow::Break(error);
            }
        }
        ControlFlow::Continue(false)
    }

    fn take_output(self: Pin<&mut Self>) -> F::Output {
        match self.project_replace(Self::Gone) {
            Taken::Ended { output } => output,
            Taken::Waits { .. } | Taken::Gone => panic!("`join!` was polled after it had ended"),
        }
    }
}

/// The state of a list whose futures all have to end.
#[derive(Debug)]
pub struct All;

/// The state of a list whose futures all have to end well: the first error ends it.
#[derive(Debug)]
pub struct AllOk;

impl<F: Future> Branch<All, Infallible> for Kept<F> {
    #[inline]
    fn poll_branch(
        self: Pin<&mut Self>,
        _number: u32,
        _state: &mut All,
        cx: &mut Context<'_>,
    ) -> ControlFlow<Infallible, bool> {
        self.poll_until(cx, ControlFlow::Continue)
    }
}

impl<F, T, E> Branch<AllOk, E> for Kept<F>
where
    F: Future<Output = Result<T, E>>,
{
    #[inline]
    fn poll_branch(
        self: Pin<&mut Self>,
        _number: u32,
        _state: &mut AllOk,
        cx: &mut Context<'_>,
    ) -> ControlFlow<E, bool> {
        self.poll_until(cx, |output| match output {
            Ok(value) => ControlFlow::Continue(Ok(value)),
            Err(error) => ControlFlow::Break(error),
        })
    }
}

/// What the futures of a list leave behind, in pairs as they stand there.
pub trait Outputs<State> {
    type Outputs;

    fn take(self: Pin<&mut Self>) -> Self::Outputs;
}

impl<State> Outputs<State> for () {
    type Outputs = ();

    fn take(self: Pin<&mut Self>) {}
}

impl<State, Before: Outputs<State>, Last: Outputs<State>> Outputs<State> for And<Before, Last> {
    type Outputs = (Before::Outputs, Last::Outputs);

    fn take(self: Pin<&mut Self>) -> Self::Outputs {
        let this = self.project();
        (this.before.take(), this.last.take())
    }
}

impl<F: Future> Outputs<All> for Kept<F> {
    type Outputs = F::Output;

    fn take(self: Pin<&mut Self>) -> F::Output {
        self.take_output()
    }
}

impl<F, T, E> Outputs<AllOk> for Kept<F>
where
    F: Future<Output = Result<T, E>>,
{
    type Outputs = T;

    fn take(self: Pin<&mut Self>) -> T {
        let Ok(value) = self.take_output() else { panic!("an error is kept") };
        value
    }
}

/// Waits until all futures of a list have ended, or one of them ends it.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are awaited"]
pub struct Gather<'a, List, First, State, End> {
    list: Pin<&'a mut List>,
    first: First,
    state: State,
    end: PhantomData<fn() -> End>,
}

impl<'a, List, First: Order, State, End> Gather<'a, List, First, State, End>
where
    List: Branches<State, End>,
{
    pub fn new(list: Pin<&'a mut List>, first: First, state: State) -> Self {
        Self { list, first, state, end: PhantomData }
    }
}

impl<List, First, State, End> Future for Gather<'_, List, First, State, End>
where
    List: Branches<State, End> + Outputs<State>,
    First: Order,
    State: Unpin,
{
    type Output = ControlFlow<End, List::Outputs>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { list, first, state, .. } = self.get_mut();
        match poll_from(list.as_mut(), first.first(List::COUNT), state, cx) {
            ControlFlow::Break(end) => Poll::Ready(ControlFlow::Break(end)),
            ControlFlow::Continue(true) => Poll::Pending,
            ControlFlow::Continue(false) => {
                Poll::Ready(ControlFlow::Continue(list.as_mut().take()))
            }
        }
    }
}
