//! How much has moved, in one connection and in all of them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use runtime::time::{Duration, interval, sleep};

/// How often, while a connection may stand still, it is seen whether it does.
const LOOKS: u32 = 4;

/// Bytes from clients to the server, and back.
#[derive(Clone, Copy, PartialEq)]
pub struct Moved {
    up: u64,
    down: u64,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes up, {} down", self.up, self.down)
    }
}

#[derive(Default)]
struct Counters {
    up: AtomicU64,
    down: AtomicU64,
}

impl Counters {
    fn moved(&self) -> Moved {
        Moved { up: self.up.load(Relaxed), down: self.down.load(Relaxed) }
    }
}

/// What all connections have moved, those that are open included.
#[derive(Default)]
pub struct Totals {
    moved: Counters,
    begun: AtomicU64,
    open: AtomicU64,
}

/// What one connection has moved.
pub struct Traffic<'a> {
    own: Counters,
    totals: &'a Totals,
}

impl<'a> Traffic<'a> {
    /// Begins to count for a connection, which is open until this is dropped.
    pub fn within(totals: &'a Totals) -> Self {
        totals.begun.fetch_add(1, Relaxed);
        totals.open.fetch_add(1, Relaxed);
        Self { own: Counters::default(), totals }
    }

    pub fn add_up(&self, bytes: usize) {
        self.own.up.fetch_add(bytes as u64, Relaxed);
        self.totals.moved.up.fetch_add(bytes as u64, Relaxed);
    }

    pub fn add_down(&self, bytes: usize) {
        self.own.down.fetch_add(bytes as u64, Relaxed);
        self.totals.moved.down.fetch_add(bytes as u64, Relaxed);
    }

    pub fn moved(&self) -> Moved {
        self.own.moved()
    }

    /// Returns when nothing has moved for so long, or a quarter longer.
    ///
    /// To look now and then costs a connection that moves nothing; a timer that is set anew by each write would cost those
    /// that do.
    pub async fn stands_still(&self, length: Duration) {
        let (mut seen, mut looks) = (self.moved(), 0);
        while looks < LOOKS {
            sleep(length / LOOKS).await;
            let moved = self.moved();
            looks = if moved == seen { looks + 1 } else { 0 };
            seen = moved;
        }
    }
}

impl Drop for Traffic<'_> {
    fn drop(&mut self) {
        self.totals.open.fetch_sub(1, Relaxed);
    }
}

/// Tells at each interval in which something has moved how much it was a second.
pub async fn report(totals: Arc<Totals>, every: Duration) {
    let mut ticks = interval(every);
    let mut before = totals.moved.moved();
    loop {
        ticks.tick().await;
        let now = totals.moved.moved();
        if now != before {
            let (open, begun) = (totals.open.load(Relaxed), totals.begun.load(Relaxed));
            let rate = |bytes: u64| bytes as f64 / every.as_secs_f64() / (1 << 20) as f64;
            let (up, down) = (rate(now.up - before.up), rate(now.down - before.down));
            eprintln!("proxy: {open} of {begun} open; {up:.2} MiB/s up, {down:.2} down");
            before = now;
        }
    }
}
