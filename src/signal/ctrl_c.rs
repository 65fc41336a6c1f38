//! The signal that most programs want.

use std::io;

use super::unix::{SignalKind, signal_from_now};

/// Waits until somebody presses Ctrl-C, which is `SIGINT`.
///
/// It begins to listen when it is first polled. From then on Ctrl-C does not end the process any more, also not after this
/// has completed or is dropped: see [the module](super#the-handler-stays). It completes when Ctrl-C is pressed after the first poll, and
/// not for one that was pressed long before, while nobody waited.
///
/// # Cancel safety
///
/// If this is dropped, a Ctrl-C for which it was woken, or that comes before the next one is polled, is lost. A loop that is to
/// miss none makes a [listener](super::unix::signal) to [`SignalKind::interrupt`] once, and keeps it.
///
/// # Errors
///
/// As [`signal`](super::unix::signal).
///
/// # Examples
///
/// ```no_run
/// use runtime::signal;
///
/// runtime::block_on(async {
///     println!("waiting for Ctrl-C");
///     signal::ctrl_c().await.expect("the system lets us listen");
///     println!("got it");
/// });
/// ```
pub async fn ctrl_c() -> io::Result<()> {
    signal_from_now(SignalKind::interrupt())?.recv().await;
    Ok(())
}
