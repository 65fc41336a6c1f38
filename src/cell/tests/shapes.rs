//! Futures and outputs of unusual size and alignment.

use std::future::{pending, poll_fn};
use std::marker::PhantomPinned;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::mock::{Handle, Mock, waker_of};
use crate::cell::Ended;
use crate::cell::raw::{self, Cell, Name, Origin};

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

/// A name is read whatever becomes of the future, and freed with the cell.
#[test]
fn a_task_with_a_name_tells_it_from_its_first_poll_to_its_end() {
    let mock = Mock::new();
    let name = Name::new("reaper");
    let origin = Origin { spawned_at: Location::caller(), name: Some(name.clone()) };
    let (task, mut join) = raw::spawn(async { [7u8; 100] }, mock.handle(), 1, origin);
    assert_eq!(task.glimpse().name, Some(name.clone()));
    task.run();
    // SAFETY: the handle keeps the cell alive, and came with a pointer to all of it.
    let told = unsafe { raw::name(join.task().as_ptr()) };
    assert_eq!(told.map(|name| name.as_str().to_owned()).as_deref(), Some("reaper"));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(matches!(join.poll(&mut cx), Poll::Ready(Ended::Output([7, ..]))));
    drop(join);
    assert_eq!((mock.cells(), name.holders()), (0, 1), "the name was not freed with the cell");
}
