//! The signal that most programs want.

use std::io;

use super::unix::{SignalKind, signal};

/// Waits until somebody presses Ctrl-C, which is `SIGINT`.
///
/// It begins to listen when it is first polled. From then on Ctrl-C does not end the process any more, also not after this
/// has completed or is dropped: see [the module](super#the-handler-stays). The next call completes at once if Ctrl-C was pressed
/// in between, so that a loop with this in a `select!` misses none.
///
/// # Cancel safety
///
/// If this is dropped before it completes, the next one that is made sees the signal.
///
/// # Errors
///
/// As [`signal`].
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
    signal(SignalKind::interrupt())?.recv().await;
    Ok(())
}
