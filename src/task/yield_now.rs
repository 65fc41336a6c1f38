//! Giving the thread to others.

use std::future::poll_fn;
use std::task::Poll;

use super::coop::consume_budget;

/// Lets other tasks run before this one goes on.
///
/// The task goes behind all that wait in its worker's queue.
///
/// # Cancel safety
///
/// Safe.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// runtime::spawn(async { println!("somebody else") });
/// runtime::task::yield_now().await;
/// println!("me again");
/// # });
/// ```
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// A point where a task that computes for long lets others run, if it should.
///
/// As cheap as [`consume_budget`], and to be put into tight loops of any kind.
///
/// # Cancel safety
///
/// Safe.
///
/// # Examples
///
/// ```
/// # async fn step(_: u32) {}
/// # runtime::block_on(async {
/// for n in 0..1_000 {
///     step(n).await;
///     runtime::task::checkpoint().await;
/// }
/// # });
/// ```
pub async fn checkpoint() {
    consume_budget().await;
}
