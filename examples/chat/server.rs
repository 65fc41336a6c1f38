//! Who comes in, and how all of it ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use runtime::context::Context;
use runtime::net::TcpListener;
use runtime::signal;
use runtime::sync::WaitGroup;
use runtime::time::{sleep, timeout};

use crate::hall::Hall;
use crate::session;

/// How long to wait after a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(50);

/// How long people may take at the end to read what is on its way to them.
const PATIENCE: Duration = Duration::from_secs(2);

/// Serves until Ctrl-C.
pub async fn serve(listener: TcpListener) -> io::Result<()> {
    println!("listening on {}", listener.local_addr()?);
    let (ctx, cancel) = Context::background().with_cancel();
    let sessions = WaitGroup::new();
    runtime::select! {
        biased; // before the first one comes in, it listens for the signal
        result = signal::ctrl_c() => result?,
        () = accept(&listener, &ctx, &sessions) => {}
    }
    drop(listener);
    cancel.cancel();
    if timeout(PATIENCE, sessions.wait()).await.is_err() {
        eprintln!("chat: somebody does not read; it ends without them");
    }
    Ok(())
}

/// Starts a task for each connection, for ever.
async fn accept(listener: &TcpListener, ctx: &Context, sessions: &WaitGroup) {
    let hall = Arc::new(Hall::default());
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (hall, ctx) = (hall.clone(), ctx.clone());
                sessions.go(async move {
                    if let Err(error) = session::serve(stream, hall, ctx).await {
                        eprintln!("chat: {peer}: {error}");
                    }
                });
            }
            Err(error) => {
                eprintln!("chat: no connection could be taken: {error}");
                sleep(PAUSE).await;
            }
        }
    }
}
