//! The futures that one `join!` or `select!` waits for, as one value.
//!
//! Their types differ, so they stand in a list of pairs: `And<And<(), First>, Second>`. It is pinned as a whole, and a pin of it
//! gives pins of its members, without `unsafe` and without a reference for each.

use std::ops::{ControlFlow, Range};
use std::pin::Pin;
use std::task::Context;

use pin_project_lite::pin_project;

pin_project! {
    /// All that come before, and the last.
    #[derive(Debug)]
    pub struct And<Before, Last> {
        #[pin]
        pub before: Before,
        #[pin]
        pub last: Last,
    }
}

/// One future, for a macro that keeps `State` of all and may be ended by any with an `End`.
pub trait Branch<State, End> {
    /// Polls the future, which is the one with this number, if there is still a reason to.
    ///
    /// Breaks where the macro is to end, and otherwise tells whether the future waits.
    fn poll_branch(
        self: Pin<&mut Self>,
        number: u32,
        state: &mut State,
        cx: &mut Context<'_>,
    ) -> ControlFlow<End, bool>;
}

/// Several of them, with numbers from 0 in the order in which they were written.
pub trait Branches<State, End> {
    const COUNT: u32;

    /// Polls those whose numbers are within `range`, until one breaks; else tells whether any waits.
    fn poll_within(
        self: Pin<&mut Self>,
        range: &Range<u32>,
        state: &mut State,
        cx: &mut Context<'_>,
    ) -> ControlFlow<End, bool>;
}

impl<State, End> Branches<State, End> for () {
    const COUNT: u32 = 0;

    fn poll_within(
        self: Pin<&mut Self>,
        _range: &Range<u32>,
        _state: &mut State,
        _cx: &mut Context<'_>,
    ) -> ControlFlow<End, bool> {
        ControlFlow::Continue(false)
    }
}

impl<Before, Last, State, End> Branches<State, End> for And<Before, Last>
where
    Before: Branches<State, End>,
    Last: Branch<State, End>,
{
    const COUNT: u32 = Before::COUNT + 1;

    #[inline]
    fn poll_within(
        self: Pin<&mut Self>,
        range: &Range<u32>,
        state: &mut State,
        cx: &mut Context<'_>,
    ) -> ControlFlow<End, bool> {
        let this = self.project();
        let mut waits = this.before.poll_within(range, state, cx)?;
        if range.contains(&Before::COUNT) {
            waits |= this.last.poll_branch(Before::COUNT, state, cx)?;
        }
        ControlFlow::Continue(waits)
    }
}

/// Polls all, beginning with that of the number `first`, until one breaks; else tells whether any waits.
#[inline]
pub(super) fn poll_from<List: Branches<State, End>, State, End>(
    mut list: Pin<&mut List>,
    first: u32,
    state: &mut State,
    cx: &mut Context<'_>,
) -> ControlFlow<End, bool> {
    let mut waits = list.as_mut().poll_within(&(first..List::COUNT), state, cx)?;
    if first > 0 {
        waits |= list.poll_within(&(0..first), state, cx)?;
    }
    ControlFlow::Continue(waits)
}
