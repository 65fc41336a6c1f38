//! What asks the program to end from outside: ctrl-c, and on Unix the polite signal of `kill`.

use std::io;

#[cfg(unix)]
use runtime::signal::unix::{Signal, SignalKind, signal};

/// Listeners to those signals. From the moment they are there the signals do not end the program by themselves.
#[cfg(unix)]
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Stop {
    pub fn listen() -> io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { interrupt, terminate })
    }

    /// Waits until one comes.
    pub async fn asked(mut self) {
        runtime::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
pub struct Stop;

#[cfg(not(unix))]
impl Stop {
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits until it comes; for ever, where it cannot be heard of.
    pub async fn asked(self) {
        if runtime::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
