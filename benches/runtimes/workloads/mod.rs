//! The workloads: one file per group, each with a list of rows.
//!
//! A workload times itself, inside the body that runs as the peer's main, so that neither the start
//! of the process nor the end of the runtime counts. To add one, write an `async fn` over a [`Peer`]
//! and a row in its group's `list`; for the Go column also a case in `go/main.go` under the same name.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::shim::{Peer, Setup, run_main};

mod channel;
mod lifecycle;
mod lock;
mod memory;
mod socket;
mod spawn;
mod stall;
mod switch;
mod timer;

/// One row of the table.
#[derive(Clone, Copy)]
pub struct Workload {
    /// What the command line calls it.
    pub name: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    /// The figure that this crate is to reach.
    pub target: f64,
    /// Measures one peer; `None` where the system does not tell.
    pub run: fn(&Setup) -> Option<f64>,
    /// Measures what no runtime can beat: the same work on bare threads.
    pub limit: Option<fn(&Setup) -> Option<f64>>,
}

/// All workloads on one peer, in the order of the table.
pub fn list<P: Peer>() -> Vec<Workload> {
    [
        spawn::list::<P>(),
        switch::list::<P>(),
        channel::list::<P>(),
        lock::list::<P>(),
        lifecycle::list::<P>(),
        memory::list::<P>(),
        timer::list::<P>(),
        socket::list::<P>(),
        stall::list::<P>(),
    ]
    .concat()
}

/// Runs a body that takes its size and returns a figure: at a tenth of the size to warm up, then in full.
fn warmed<P, F>(setup: &Setup, size: usize, body: fn(usize) -> F) -> Option<f64>
where
    P: Peer,
    F: Future<Output = f64> + Send + 'static,
{
    let both = async move {
        body(size / 10).await;
        body(size).await
    };
    Some(run_main::<P, _>(setup, both))
}

/// Nanoseconds since `start` for each of `operations`.
fn nanos_each(start: Instant, operations: usize) -> f64 {
    start.elapsed().as_nanos() as f64 / operations as f64
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// Tells one waiter when the last of many detached tasks is done; every peer uses the same counter,
/// and at zero its own channel.
struct Countdown<P: Peer> {
    left: AtomicUsize,
    zero: P::Sender<()>,
}

impl<P: Peer> Countdown<P> {
    fn new(tasks: usize) -> (Arc<Self>, P::Receiver<()>) {
        let (zero, reached) = P::channel(1);
        (Arc::new(Self { left: AtomicUsize::new(tasks), zero }), reached)
    }

    fn done(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            P::try_send(&self.zero, ());
        }
    }
}

/// Keeps the processor busy.
fn work(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        hint::spin_loop();
    }
}

/// Tasks that work, and let others run between their pieces of work.
struct SteadyWork<P: Peer> {
    stop: Arc<AtomicBool>,
    tasks: Vec<P::JoinHandle<()>>,
}

impl<P: Peer> SteadyWork<P> {
    const TASKS: usize = 4;
    const PIECE: Duration = Duration::from_micros(100);

    fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let tasks = (0..Self::TASKS).map(|_| P::spawn(Self::work(stop.clone()))).collect();
        Self { stop, tasks }
    }

    async fn work(stop: Arc<AtomicBool>) {
        while !stop.load(Ordering::Relaxed) {
            work(Self::PIECE);
            P::yield_now().await;
        }
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            P::join(task).await;
        }
    }
}

/// Shares `operations` out over the setup's number of bare threads, and returns when they began.
fn on_threads(setup: &Setup, operations: usize, operation: impl Fn() + Sync) -> Instant {
    let start = Instant::now();
    thread::scope(|threads| {
        for _ in 0..setup.workers {
            threads.spawn(|| (0..operations / setup.workers).for_each(|_| operation()));
        }
    });
    start
}
