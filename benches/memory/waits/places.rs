//! What a task can wait for.

use std::future;
use std::mem;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use super::measure::{each, each_of};
use super::rt::io::AsyncReadExt as _;
use super::rt::net::TcpStream;
use super::rt::sync::{Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch};
use super::rt::{self, time};
use crate::wait::Wait;

/// Longer than the measurement takes.
const LONG: Duration = Duration::from_secs(3_600);
const CONNECTIONS: usize = 5_000;

pub fn list() -> Vec<Wait> {
    let wait = |name, run: fn() -> Option<Vec<f64>>| Wait { name, is_burst: false, run };
    vec![
        wait("pending", pending),
        wait("sleep", sleep),
        wait("timeout", timeout),
        wait("Mutex::lock", mutex),
        wait("RwLock::read", read_lock),
        wait("Semaphore", semaphore),
        wait("Notify", notify),
        wait("mpsc receive", mpsc_receive),
        wait("oneshot", oneshot_receive),
        wait("watch", watch_changed),
        wait("broadcast", broadcast_receive),
        wait("join", join),
        wait("TCP read", tcp_read),
    ]
}

fn pending() -> Option<Vec<f64>> {
    each(|begun| async move {
        begun.one();
        future::pending::<()>().await;
        drop(begun);
    })
}

fn sleep() -> Option<Vec<f64>> {
    each(|begun| async move {
        begun.one();
        time::sleep(LONG).await;
    })
}

fn timeout() -> Option<Vec<f64>> {
    each(|begun| async move {
        begun.one();
        let timeout = time::timeout(LONG, future::pending::<()>());
        assert!(timeout.await.is_err(), "nothing else can come");
    })
}

fn mutex() -> Option<Vec<f64>> {
    let mutex = Arc::new(Mutex::new(()));
    mem::forget(mutex.clone().try_lock_owned());
    each(move |begun| {
        let mutex = mutex.clone();
        async move {
            begun.one();
            drop(mutex.lock().await);
        }
    })
}

fn read_lock() -> Option<Vec<f64>> {
    let lock = Arc::new(RwLock::new(()));
    mem::forget(lock.clone().try_write_owned());
    each(move |begun| {
        let lock = lock.clone();
        async move {
            begun.one();
            drop(lock.read().await);
        }
    })
}

fn semaphore() -> Option<Vec<f64>> {
    let semaphore = Arc::new(Semaphore::new(0));
    each(move |begun| {
        let semaphore = semaphore.clone();
        async move {
            begun.one();
            drop(semaphore.acquire().await);
        }
    })
}

fn notify() -> Option<Vec<f64>> {
    let notify = Arc::new(Notify::new());
    each(move |begun| {
        let notify = notify.clone();
        async move {
            begun.one();
            notify.notified().await;
        }
    })
}

/// Each from a channel of its own, the sender of which is forgotten: there is but one receiver to a channel.
fn mpsc_receive() -> Option<Vec<f64>> {
    each(|begun| {
        let (sender, mut receiver) = mpsc::channel::<u64>(1);
        mem::forget(sender);
        async move {
            begun.one();
            receiver.recv().await;
        }
    })
}

fn oneshot_receive() -> Option<Vec<f64>> {
    each(|begun| {
        let (sender, receiver) = oneshot::channel::<u64>();
        mem::forget(sender);
        async move {
            begun.one();
            assert!(receiver.await.is_ok(), "a sender that is forgotten is not dropped");
        }
    })
}

fn watch_changed() -> Option<Vec<f64>> {
    let (sender, receiver) = watch::channel(0_u64);
    mem::forget(sender);
    each(move |begun| {
        let mut receiver = receiver.clone();
        async move {
            begun.one();
            assert!(receiver.changed().await.is_ok(), "a sender that is forgotten is not dropped");
        }
    })
}

fn broadcast_receive() -> Option<Vec<f64>> {
    let (sender, _) = broadcast::channel::<u64>(16);
    mem::forget(sender.clone());
    each(move |begun| {
        let mut receiver = sender.subscribe();
        async move {
            begun.one();
            assert!(receiver.recv().await.is_ok(), "nobody is too slow");
        }
    })
}

/// Two tasks are one here: that which is joined is pending.
fn join() -> Option<Vec<f64>> {
    each(|begun| {
        let pending = rt::spawn(future::pending::<()>());
        async move {
            begun.one();
            assert!(pending.await.is_ok(), "nobody aborts it");
        }
    })
}

/// The other ends are bare sockets of this process, of which it keeps nothing but the number.
fn tcp_read() -> Option<Vec<f64>> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    each_of(CONNECTIONS, move |begun| {
        let client = std::net::TcpStream::connect(address).expect("it listens");
        let (server, _) = listener.accept().expect("there are descriptors left");
        mem::forget(client);
        server.set_nonblocking(true).expect("it is open");
        let mut server = TcpStream::from_std(server).expect("there is a reactor");
        async move {
            begun.one();
            server.read_u8().await.expect("the other side says nothing");
        }
    })
}
