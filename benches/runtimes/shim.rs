//! What a workload needs from a runtime, so that each workload is written once.
//!
//! A peer brings its own idiomatic types; the shim adds no allocation, no lock and no task of its own.
//! What differs in spelling only (a join that returns a `Result`, a task that is cancelled when its
//! handle is dropped) is levelled here.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Any free port of this machine.
pub const LOCAL: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// Where the body of a workload runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Main {
    /// As the future of `block_on`, outside the workers.
    Root,
    /// As a spawned task, for which `block_on` waits.
    Task,
}

/// How a measurement is run.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Threads that run tasks.
    pub workers: usize,
    /// Overrides [`Peer::MAIN`].
    pub main: Option<Main>,
}

/// A runtime under measurement.
pub trait Peer: 'static {
    /// Where a body runs in the programs of this peer's users.
    const MAIN: Main;

    type JoinHandle<T: Send + 'static>: Send + 'static;
    type Sender<T: Send + 'static>: Clone + Send + Sync + 'static;
    type Receiver<T: Send + 'static>: Send + 'static;
    type Listener: Send + Sync + 'static;
    type Stream: Send + 'static;
    type Mutex<T: Send + 'static>: Send + Sync + 'static;

    /// Runs `body` on the calling thread, beside `workers` workers.
    fn block_on<F>(workers: usize, body: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Builds a runtime, runs an empty task on it, and drops it.
    fn start_and_stop(workers: usize) {
        Self::block_on(workers, async { Self::join(Self::spawn(async {})).await });
    }

    fn spawn<F>(task: F) -> Self::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Spawns a task that nobody joins.
    fn spawn_detached<F>(task: F)
    where
        F: Future<Output = ()> + Send + 'static;

    fn join<T: Send + 'static>(handle: Self::JoinHandle<T>) -> impl Future<Output = T> + Send;

    fn yield_now() -> impl Future<Output = ()> + Send;

    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;

    /// The output of `future`, unless `duration` is over before.
    fn timeout<F>(duration: Duration, future: F) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future + Send,
        F::Output: Send;

    fn channel<T: Send + 'static>(capacity: usize) -> (Self::Sender<T>, Self::Receiver<T>);

    /// Sends, waiting for room; the receiver must still be there.
    fn send<T: Send + 'static>(
        sender: &Self::Sender<T>,
        value: T,
    ) -> impl Future<Output = ()> + Send;

    /// Sends into a channel that has room, or whose receiver has gone.
    fn try_send<T: Send + 'static>(sender: &Self::Sender<T>, value: T);

    /// The next value, or `None` once all senders are gone.
    fn recv<T: Send + 'static>(
        receiver: &mut Self::Receiver<T>,
    ) -> impl Future<Output = Option<T>> + Send;

    /// A listener on a free port of this machine, and its address.
    fn listen() -> impl Future<Output = (Self::Listener, SocketAddr)> + Send;

    /// The next connection. Like that of [`connect`](Self::connect), it sends without delay, which in Go is the
    /// default.
    fn accept(listener: &Self::Listener) -> impl Future<Output = Self::Stream> + Send;

    fn connect(address: SocketAddr) -> impl Future<Output = Self::Stream> + Send;

    /// Reads what is there, waiting for at least a byte; zero once the other side is gone.
    fn read(stream: &mut Self::Stream, buffer: &mut [u8]) -> impl Future<Output = usize> + Send;

    fn write_all(stream: &mut Self::Stream, bytes: &[u8]) -> impl Future<Output = ()> + Send;

    fn mutex<T: Send + 'static>(value: T) -> Self::Mutex<T>;

    /// Locks, runs `f`, and unlocks.
    fn with_lock<T, R, F>(mutex: &Self::Mutex<T>, f: F) -> impl Future<Output = R> + Send
    where
        T: Send + 'static,
        F: FnOnce(&mut T) -> R + Send;
}

/// Runs `body` where the setup, or else the peer's idiom, wants it.
pub fn run_main<P: Peer, F>(setup: &Setup, body: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match setup.main.unwrap_or(P::MAIN) {
        Main::Root => P::block_on(setup.workers, body),
        Main::Task => P::block_on(setup.workers, async { P::join(P::spawn(body)).await }),
    }
}
