//! Tokio: the multi-thread runtime as `#[tokio::main]` builds it, and its channels, timers
//! and sockets.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task;
use tokio::time::{self, Duration};

use crate::shim::{LOCAL, Main, Peer};

pub struct Tokio;

impl Peer for Tokio {
    const MAIN: Main = Main::Root;

    type JoinHandle<T: Send + 'static> = task::JoinHandle<T>;
    type Sender<T: Send + 'static> = mpsc::Sender<T>;
    type Receiver<T: Send + 'static> = mpsc::Receiver<T>;
    type Listener = TcpListener;
    type Stream = TcpStream;
    type Mutex<T: Send + 'static> = Mutex<T>;

    fn block_on<F>(workers: usize, body: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers)
            .enable_all()
            .build()
            .expect("the runtime starts")
            .block_on(body)
    }

    fn spawn<F>(task: F) -> Self::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        tokio::spawn(task)
    }

    fn spawn_detached<F>(task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        drop(tokio::spawn(task));
    }

    async fn join<T: Send + 'static>(handle: Self::JoinHandle<T>) -> T {
        handle.await.expect("no task of a workload panics")
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        task::yield_now()
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        time::sleep(duration)
    }

    async fn timeout<F>(duration: Duration, future: F) -> Option<F::Output>
    where
        F: Future + Send,
        F::Output: Send,
    {
        time::timeout(duration, future).await.ok()
    }

    fn channel<T: Send + 'static>(capacity: usize) -> (Self::Sender<T>, Self::Receiver<T>) {
        mpsc::channel(capacity)
    }

    async fn send<T: Send + 'static>(sender: &Self::Sender<T>, value: T) {
        sender.send(value).await.expect("the receiver outlives the sends");
    }

    fn try_send<T: Send + 'static>(sender: &Self::Sender<T>, value: T) {
        let _ = sender.try_send(value);
    }

    fn recv<T: Send + 'static>(
        receiver: &mut Self::Receiver<T>,
    ) -> impl Future<Output = Option<T>> + Send {
        receiver.recv()
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
