//! smol: an executor for the whole process, as `smol::spawn` has it, run by one thread per worker,
//! and smol's channels, timers and sockets.
//!
//! `smol::spawn` itself takes its number of threads from the environment, so the executor and its
//! threads are built here, in the same way.

use std::future;
use std::net::SocketAddr;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::lock::Mutex;
use smol::net::{TcpListener, TcpStream};
use smol::{Executor, Timer, channel};

use crate::shim::{LOCAL, Main, Peer};

static EXECUTOR: Executor<'static> = Executor::new();

/// Starts the threads of [`EXECUTOR`], which run until the process ends.
fn start_threads(workers: usize) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        for _ in 0..workers {
            thread::spawn(|| smol::block_on(EXECUTOR.run(future::pending::<()>())));
        }
    });
}

pub struct Smol;

impl Peer for Smol {
    const MAIN: Main = Main::Root;

    type JoinHandle<T: Send + 'static> = smol::Task<T>;
    type Sender<T: Send + 'static> = channel::Sender<T>;
    type Receiver<T: Send + 'static> = channel::Receiver<T>;
    type Listener = TcpListener;
    type Stream = TcpStream;
    type Mutex<T: Send + 'static> = Mutex<T>;

    fn block_on<F>(workers: usize, body: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        start_threads(workers);
        smol::block_on(body)
    }

    /// An executor of its own, since the one of the process never stops: its threads run it until
    /// the channel closes, which is the idiom of smol's examples.
    fn start_and_stop(workers: usize) {
        let executor = Executor::new();
        let (stop, stopped) = channel::bounded::<()>(1);
        thread::scope(|threads| {
            for _ in 0..workers {
                threads.spawn(|| smol::block_on(executor.run(stopped.recv())));
            }
            smol::block_on(executor.spawn(async {}));
            drop(stop);
        });
    }

    fn spawn<F>(task: F) -> Self::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        EXECUTOR.spawn(task)
    }

    fn spawn_detached<F>(task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        EXECUTOR.spawn(task).detach();
    }

    fn join<T: Send + 'static>(handle: Self::JoinHandle<T>) -> impl Future<Output = T> + Send {
        handle
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }

    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }

    async fn timeout<F>(duration: Duration, future: F) -> Option<F::Output>
    where
        F: Future + Send,
        F::Output: Send,
    {
        let expiry = async {
            Timer::after(duration).await;
            None
        };
        smol::future::or(async { Some(future.await) }, expiry).await
    }

    fn channel<T: Send + 'static>(capacity: usize) -> (Self::Sender<T>, Self::Receiver<T>) {
        channel::bounded(capacity)
    }

    async fn send<T: Send + 'static>(sender: &Self::Sender<T>, value: T) {
        sender.send(value).await.expect("the receiver outlives the sends");
    }

    fn try_send<T: Send + 'static>(sender: &Self::Sender<T>, value: T) {
        let _ = sender.try_send(value);
    }

    async fn recv<T: Send + 'static>(receiver: &mut Self::Receiver<T>) -> Option<T> {
        receiver.recv().await.ok()
    }

    async fn listen() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind(LOCAL).await.expect("a port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        (listener, address)
    }

    async fn accept(listener: &TcpListener) -> TcpStream {
        let (stream, _) = listener.accept().await.expect("there are descriptors left");
        stream.set_nodelay(true).expect("the connection is open");
        stream
    }

    async fn connect(address: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect(address).await.expect("the workload listens");
        stream.set_nodelay(true).expect("the connection is open");
        stream
    }

    async fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> usize {
        stream.read(buffer).await.expect("no side of a workload resets")
    }

    async fn write_all(stream: &mut TcpStream, bytes: &[u8]) {
        stream.write_all(bytes).await.expect("the other side reads");
    }

    fn mutex<T: Send + 'static>(value: T) -> Self::Mutex<T> {
        Mutex::new(value)
    }

    async fn with_lock<T, R, F>(mutex: &Self::Mutex<T>, f: F) -> R
    where
        T: Send + 'static,
        F: FnOnce(&mut T) -> R + Send,
    {
        f(&mut *mutex.lock().await)
    }
}
