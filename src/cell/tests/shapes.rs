//! Futures and outputs of unusual size and alignment.

use std::future::{pending, poll_fn};
use std::marker::PhantomPinned;
use std::mem::offset_of;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::mock::{Handle, Mock, set_clock, waker_of};
use crate::cell::raw::{self, Cell};
use crate::cell::{Ended, Glimpse, Name, Origin, Runnable};

/// Runs a future that is ready in its second poll, and returns its output.
fn output_of<F>(future: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mock = Mock::new();
    let mut join = mock.spawn_queued(future);
    mock.run_all();
    waker_of(&join).wake();
    mock.run_all();
    let Poll::Ready(Ended::Output(output)) = join.poll(&mut Context::from_waker(Waker::noop()))
    else {
        panic!("no output: {join:?}");
    };
    drop(join);
    assert_eq!(mock.cells(), 0, "the cell was not freed");
    output
}

/// A future that must stay at one address, with content of type `T`.
struct Still<T> {
    content: T,
    polled_at: Option<usize>,
    _pinned: PhantomPinned,
}

impl<T> Still<T> {
    fn new(content: T) -> Self {
        Self { content, polled_at: None, _pinned: PhantomPinned }
    }
}

impl<T: Copy> Future for Still<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        // SAFETY: nothing is moved out.
        let this = unsafe { self.get_unchecked_mut() };
        let at = std::ptr::from_ref(&this.content);
        assert!(at.is_aligned(), "the future is not aligned");
        match this.polled_at.replace(at.addr()) {
            None => Poll::Pending,
            Some(before) => {
                assert_eq!(at.addr(), before, "the future was moved");
                Poll::Ready(this.content)
            }
        }
    }
}

/// A future without a byte.
struct Nothing;

impl Future for Nothing {
    type Output = [u64; 512];

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<[u64; 512]> {
        Poll::Ready([7; 512])
    }
}

fn cell_size<F: Future>(_: &F) -> usize {
    size_of::<Cell<F, Handle>>()
}

#[test]
fn a_task_that_captures_one_arc_takes_88_bytes() {
    let arc = Arc::new(());
    let task = async move {
        pending::<()>().await;
        drop(arc);
    };
    let one_arc = async { drop(Arc::new(())) };
    assert!(cell_size(&one_arc) <= 88);
    let captured = Arc::new(());
    let captures = async move { drop(captured) };
    assert_eq!(cell_size(&captures), 88);
    assert!(cell_size(&task) <= 96, "an await of a small future costs a word at most");
}

/// A cell is at a multiple of 16, so that no 16 bytes of its future lie across two cache lines.
#[test]
fn a_future_begins_at_a_multiple_of_16() {
    fn place<F: Future>(_: &F) -> usize {
        offset_of!(Cell<F, Handle>, stage)
    }
    assert_eq!(place(&Nothing) % 16, 0);
    let captured = Arc::new(());
    assert_eq!(place(&async move { drop(captured) }) % 16, 0);
}

#[test]
fn over_aligned_futures_are_aligned_and_stay_in_place() {
    #[derive(Clone, Copy)]
    #[repr(align(64))]
    struct Line(u8);
    #[derive(Clone, Copy)]
    #[repr(align(4096))]
    struct Page(u8);

    assert_eq!(output_of(Still::new(Line(7))).0, 7);
    assert_eq!(output_of(Still::new(Page(7))).0, 7);
}

/// The future is small and its output is not, in size or in alignment.
#[test]
fn an_output_may_be_larger_than_its_future() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(align(128))]
    struct Wide([u64; 100]);

    let mut polls = 0;
    let wide = output_of(poll_fn(move |_| {
        polls += 1;
        if polls == 1 { Poll::Pending } else { Poll::Ready(Wide([7; 100])) }
    }));
    assert_eq!(wide, Wide([7; 100]));
}

#[test]
fn futures_and_outputs_may_have_no_size() {
    assert_eq!(size_of::<Nothing>(), 0);
    let mock = Mock::new();
    let mut join = mock.spawn_queued(Nothing);
    mock.run_all();
    let ended = join.poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(ended, Poll::Ready(Ended::Output([7, ..]))));
    drop(join);
    assert_eq!(mock.cells(), 0);
    output_of(Still::new(()));
}

/// In a release build the future is copied from the caller's frame to its cell, and nowhere else, so a stack that
/// holds it once and a half is enough. Debug builds make more copies.
#[test]
fn a_large_future_is_not_copied_through_the_stack() {
    const MIB: usize = 1 << 20;
    let stack = if cfg!(debug_assertions) { 16 * MIB } else { 3 * MIB / 2 };
    let spawner = std::thread::Builder::new().stack_size(stack).spawn(|| {
        let mock = Mock::new();
        let mut large = [7_u8; MIB];
        large[MIB - 1] = 8;
        let mut join = mock.spawn_queued(poll_fn(move |_| {
            Poll::Ready(usize::from(large[0]) + usize::from(large[MIB - 1]))
        }));
        mock.run_all();
        let ended = join.poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(ended, Poll::Ready(Ended::Output(15))));
    });
    spawner.expect("a thread").join().expect("the large future ran");
}

/// Where a task comes from that has an annex, or none.
#[track_caller]
fn origin(name: Option<&Name>, is_timed: bool) -> Origin {
    Origin { is_timed, ..Origin::new(Location::caller(), name.cloned()) }
}

/// Runs such a future in a cell with this in its annex, which must stay as it is while the cell is written to.
fn run_beside_annex<T>(content: T, name: Option<&Name>, is_timed: bool)
where
    T: Copy + Send + PartialEq + std::fmt::Debug + 'static,
{
    let mock = Mock::new();
    let holders = name.map(Name::holders);
    let check = |task: &Runnable, time| {
        assert_eq!(task.queued_at(), is_timed.then_some(time));
        assert_eq!(task.glimpse().name.as_ref(), name);
    };
    set_clock(1);
    let (task, mut join) =
        raw::spawn(Still::new(content), mock.handle(), 1, origin(name, is_timed));
    check(&task, 1);
    set_clock(u64::MAX);
    task.run();
    waker_of(&join).wake();
    let task = mock.pop().expect("it was woken");
    check(&task, u64::MAX);
    set_clock(3);
    waker_of(&join).wake(); // it is in a queue: not heard
    check(&task, u64::MAX);
    task.run();
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ended::Output(output)) = join.poll(&mut cx) else {
        panic!("no output: {join:?}");
    };
    assert_eq!(output, content);
    drop(join);
    assert_eq!(mock.cells(), 0, "the cell was not freed");
    assert_eq!(name.map(Name::holders), holders, "the name was not freed with the cell");
}

#[test]
fn an_annex_lies_behind_a_cell_of_any_shape() {
    #[repr(align(64))]
    #[derive(Clone, Copy, PartialEq, Debug)]
    struct Line([u8; 100]);
    #[repr(align(4096))]
    #[derive(Clone, Copy, PartialEq, Debug)]
    struct Page(u8);

    let name = Name::new("reaper");
    for (name, is_timed) in [(None, false), (None, true), (Some(&name), false), (Some(&name), true)]
    {
        run_beside_annex((), name, is_timed);
        run_beside_annex(3_u8, name, is_timed);
        run_beside_annex(u128::MAX, name, is_timed);
        run_beside_annex(Line([5; 100]), name, is_timed);
        run_beside_annex(Page(9), name, is_timed);
        run_beside_annex([7_u64; 1_000], name, is_timed);
    }
}

#[test]
fn a_name_is_told_when_the_task_has_ended() {
    let mock = Mock::new();
    let name = Name::new("reaper");
    let (task, join) =
        raw::spawn(async { [7u8; 100] }, mock.handle(), 1, origin(Some(&name), false));
    task.run();
    // SAFETY: the handle keeps the cell alive, and came with a pointer to all of it.
    let told = unsafe { Glimpse::of(join.task().as_ptr()) }.name;
    assert_eq!(told, Some(name));
}

#[test]
fn a_task_that_is_woken_in_its_poll_is_queued_behind_that() {
    let mock = Mock::new();
    let wakes = poll_fn(|cx: &mut Context<'_>| {
        cx.waker().wake_by_ref();
        set_clock(5);
        Poll::<()>::Pending
    });
    set_clock(4);
    let (task, join) = raw::spawn(wakes, mock.handle(), 1, origin(None, true));
    assert_eq!(task.queued_at(), Some(4));
    task.run();
    let task = mock.pop().expect("it woke itself");
    assert_eq!(task.queued_at(), Some(5));
    drop((task, join));
    assert_eq!(mock.cells(), 0);
}

#[test]
fn an_abort_queues_a_task_that_waits() {
    let mock = Mock::new();
    set_clock(1);
    let (task, join) = raw::spawn(pending::<()>(), mock.handle(), 1, origin(None, true));
    task.run();
    set_clock(2);
    join.task().abort();
    let task = mock.pop().expect("it was aborted");
    assert_eq!(task.queued_at(), Some(2));
    task.run();
    drop(join);
    assert_eq!(mock.cells(), 0);
}
