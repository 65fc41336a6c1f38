//! A leaf that does nothing but count.

use std::future::poll_fn;
use std::task::{Poll, ready};

use crate::coop;

/// Takes one unit of the task's budget, and lets others run if none is left.
///
/// Every operation of this crate does that by itself; call it in a loop that awaits nothing of this crate.
///
/// # Cancel safety
///
/// Safe.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// let mut sum = 0_u64;
/// for n in 0..100_000 {
///     sum += n * n;
///     runtime::task::consume_budget().await; // every 128th time others may run
/// }
/// # });
/// ```
pub async fn consume_budget() {
    poll_fn(|cx| {
        let unit = ready!(coop::poll_proceed(cx));
        unit.made_progress();
        Poll::Ready(())
    })
    .await
}
