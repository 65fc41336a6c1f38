//! Each primitive, and what a dump says that a task waits for which waits there.
#![cfg(all(
    feature = "fs",
    feature = "net",
    feature = "process",
    feature = "rt-multi-thread",
    feature = "signal",
    feature = "sync",
    feature = "time",
    target_os = "linux"
))]

use std::collections::HashMap;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use runtime::context::Context;
use runtime::dump::{TaskState, WaitReason};
use runtime::group::Group;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram};
use runtime::sync::{
    Barrier, Mutex, Notify, OnceCell, RwLock, Semaphore, SetOnce, WaitGroup, broadcast, mpsc,
    oneshot, watch,
};
use runtime::task::{self, Id, JoinSet};
use runtime::{Runtime, chan, time};

type Parked = Pin<Box<dyn Future<Output = ()> + Send>>;

const LONG: Duration = Duration::from_secs(3_600);

/// What is to be seen of a task: its reason, and whether it has a timeout.
type Expected = (WaitReason, bool);

#[derive(Default)]
struct Table(Vec<(&'static str, Expected, Parked)>);

impl Table {
    /// A task that waits for this.
    fn add<F>(&mut self, name: &'static str, reason: WaitReason, future: F)
    where
        F: Future + Send + 'static,
    {
        let parked = Box::pin(async move {
            future.await;
            panic!("{name} did not wait");
        });
        self.0.push((name, (reason, false), parked));
    }

    fn add_timed<F>(&mut self, name: &'static str, reason: WaitReason, future: F)
    where
        F: Future + Send + 'static,
    {
        self.add(name, reason, time::timeout(LONG, future));
        self.0.last_mut().unwrap().1.1 = true;
    }

    /// Spawns all, and asserts that each is seen with its reason.
    fn check(self, runtime: &Runtime) {
        let mut expected = HashMap::new();
        let spawn = |(name, reason, parked)| (runtime.spawn(parked).id(), (name, reason));
        expected.extend(self.0.into_iter().map(spawn));
        let began = Instant::now();
        loop {
            let found = waiting(runtime);
            let wrong = expected.iter().find(|(id, (_, reason))| found.get(id) != Some(reason));
            let Some((id, (name, reason))) = wrong else { return };
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{name}: {reason:?} is not {:?}",
                found.get(id)
            );
            std::thread::yield_now();
        }
    }
}

/// Every task that waits, and for what.
fn waiting(runtime: &Runtime) -> HashMap<Id, Expected> {
    let dump = runtime.handle().dump();
    let waiting = dump.tasks().filter(|task| task.state() == TaskState::Waiting);
    waiting.filter_map(|task| Some((task.id()?, (task.reason()?, task.has_timeout())))).collect()
}

fn runtime() -> Runtime {
    let mut builder = runtime::Builder::new_multi_thread();
    builder.worker_threads(2).max_blocking_threads(4).enable_all().build().unwrap()
}

/// Keeps a value for as long as the program.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

#[test]
fn channels() {
    use WaitReason::*;
    let mut table = Table::default();
    let (tx, mut rx) = mpsc::channel::<u8>(1);
    table.add("mpsc recv", ChannelReceive, async move { rx.recv().await });
    leak(tx);
    let (tx, mut rx) = mpsc::unbounded_channel::<u8>();
    table.add("mpsc unbounded recv", ChannelReceive, async move { rx.recv().await });
    leak(tx);
    let (tx, rx) = mpsc::channel::<u8>(1);
    tx.try_send(1).unwrap();
    leak(rx);
    let other = tx.clone();
    table.add("mpsc send", ChannelSend, async move { tx.send(2).await.is_ok() });
    table.add("mpsc closed", ChannelClosed, async move { other.closed().await });
    let (tx, rx) = mpsc::channel::<u8>(1);
    tx.try_send(1).unwrap();
    leak(rx);
    table.add("mpsc reserve", ChannelSend, async move { drop(tx.reserve().await) });

    let (tx, rx) = chan::bounded::<u8>(1);
    table.add("chan recv", ChannelReceive, async move { rx.recv().await });
    leak(tx);
    let (tx, rx) = chan::bounded::<u8>(0);
    table.add("chan send", ChannelSend, async move { tx.send(1).await.is_ok() });
    leak(rx);

    let (tx, mut rx) = broadcast::channel::<u8>(1);
    table.add("broadcast recv", BroadcastReceive, async move { rx.recv().await });
    let other = tx.subscribe();
    let closes = leak(tx);
    table.add("broadcast closed", ChannelClosed, closes.closed());
    leak(other);

    let (tx, rx) = oneshot::channel::<u8>();
    table.add("oneshot recv", OneshotReceive, rx);
    leak(tx);
    let (mut tx, rx) = oneshot::channel::<u8>();
    table.add("oneshot closed", ChannelClosed, async move { tx.closed().await });
    leak(rx);

    let (tx, mut rx) = watch::channel(1);
    let mut other = rx.clone();
    table.add("watch changed", WatchChanged, async move { rx.changed().await });
    table.add(
        "watch wait_for",
        WatchChanged,
        async move { other.wait_for(|n| *n > 1).await.is_ok() },
    );
    let tx = leak(tx);
    table.add("watch closed", ChannelClosed, tx.closed());
    table.check(&runtime());
}

#[test]
fn locks_and_their_like() {
    let mut table = Table::default();
    let mutex = leak(Mutex::new(()));
    leak(mutex.try_lock().unwrap());
    table.add("mutex", WaitReason::Mutex, mutex.lock());
    table.add_timed("mutex with a timeout", WaitReason::Mutex, mutex.lock());
    let lock = leak(RwLock::new(()));
    leak(lock.try_write().unwrap());
    table.add("rwlock read", WaitReason::RwLockRead, lock.read());
    table.add("rwlock write", WaitReason::RwLockWrite, lock.write());
    let owned = Arc::new(RwLock::new(()));
    leak(owned.clone().try_write_owned().unwrap());
    table.add("rwlock read_owned", WaitReason::RwLockRead, owned.clone().read_owned());
    table.add("rwlock write_owned", WaitReason::RwLockWrite, owned.write_owned());
    let semaphore = leak(Semaphore::new(1));
    table.add("semaphore", WaitReason::Semaphore, semaphore.acquire_many(2));
    table.add("notify", WaitReason::Notify, leak(Notify::new()).notified());
    let group = WaitGroup::new();
    leak(group.member());
    table.add("wait group", WaitReason::WaitGroup, group.wait());
    table.add("barrier", WaitReason::Barrier, leak(Barrier::new(2)).wait());
    let cell = leak(OnceCell::<u8>::new());
    let runtime = runtime();
    // The first is in somebody else's future; those behind it wait for the cell.
    let first = runtime.spawn(cell.get_or_init(pending::<u8>));
    while !waiting(&runtime).contains_key(&first.id()) {
        std::thread::yield_now();
    }
    table.add("once cell", WaitReason::OnceCell, cell.get_or_init(pending::<u8>));
    table.add("set once", WaitReason::OnceCell, leak(SetOnce::<u8>::new()).wait());
    table.check(&runtime);
}

#[test]
fn tasks_and_time() {
    let (mut table, runtime) = (Table::default(), runtime());
    let _entered = runtime.enter();
    table.add("nothing of ours", WaitReason::Pending, pending::<()>());
    let context = leak(Context::background().with_cancel());
    table.add("context", WaitReason::ContextDone, context.0.done());
    table.add("context that runs", WaitReason::Sleep, context.0.run(time::sleep(LONG)));
    table.add("group", WaitReason::Group, async {
        let group = Group::<()>::new();
        group.go(pending());
        group.wait().await
    });
    table.add("join", WaitReason::Join, task::spawn(pending::<()>()));
    let mut set = JoinSet::new();
    set.spawn(pending::<()>());
    table.add("join set", WaitReason::JoinSet, async move { set.join_next().await });
    table.add("sleep", WaitReason::Sleep, time::sleep(LONG));
    table.add("interval", WaitReason::Interval, async {
        let mut interval = time::interval(LONG);
        interval.tick().await;
        interval.tick().await
    });
    table.add_timed("timeout", WaitReason::Timeout, pending::<()>());
    table.add_timed("timeout of a sleep", WaitReason::Sleep, time::sleep(2 * LONG));
    table.add("a foreign combination", WaitReason::Sleep, async {
        futures::join!(pending::<()>(), time::sleep(LONG))
    });
    table.check(&runtime);
    runtime.shutdown_background();
}

#[test]
fn sockets_and_streams() {
    let (mut table, runtime) = (Table::default(), runtime());
    let (server, client, listener, full) = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, server) = futures::join!(TcpStream::connect(address), listener.accept());
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let full = socket.listen(0).unwrap();
        (server.unwrap().0, client.unwrap(), listener, full)
    });
    let (mut read, mut write) = client.into_split();
    leak(server);
    table.add("read", WaitReason::Readable, async move { read.read_u8().await });
    table.add("write", WaitReason::Writable, async move {
        let bytes = vec![0; 1 << 20];
        while write.write_all(&bytes).await.is_ok() {}
    });
    table.add("accept", WaitReason::Accept, async move { listener.accept().await.is_ok() });
    // The queue of those that nobody accepts is full after a few; the system does not answer the next.
    let address = full.local_addr().unwrap();
    leak(full);
    table.add("connect", WaitReason::Connect, async move {
        let mut streams = Vec::new();
        while let Ok(stream) = TcpStream::connect(address).await {
            streams.push(stream);
        }
    });
    let udp = runtime.block_on(UdpSocket::bind("127.0.0.1:0")).unwrap();
    table.add("udp", WaitReason::Readable, async move { udp.recv(&mut [0]).await });
    let (one, other) = {
        let _entered = runtime.enter();
        UnixDatagram::pair().unwrap()
    };
    leak(other);
    table.add("unix datagram", WaitReason::Readable, async move { one.recv(&mut [0]).await });
    let (mut near, far) = runtime::io::duplex(1);
    leak(far);
    table.add("duplex", WaitReason::InMemoryStream, async move { near.read_u8().await });
    table.check(&runtime);
    runtime.shutdown_background();
}

/// The only thread of the pool is kept busy, so that what comes behind waits for it.
#[test]
fn the_blocking_pool() {
    let (mut table, mut builder) = (Table::default(), runtime::Builder::new_multi_thread());
    let runtime = builder.max_blocking_threads(1).enable_all().build().unwrap();
    let (free, is_free) = std::sync::mpsc::channel::<()>();
    let busy = runtime.spawn_blocking(move || is_free.recv().is_err());
    let _entered = runtime.enter();
    table.add("closure", WaitReason::BlockingPool, busy);
    table.add("file", WaitReason::File, runtime::fs::metadata("Cargo.toml"));
    table.add("name", WaitReason::Lookup, async {
        runtime::net::lookup_host(("name.invalid", 1)).await.is_ok()
    });
    // All of them end when the closure does, and then panic, which concerns nobody.
    table.check(&runtime);
    drop(free);
}

#[test]
fn processes_and_signals() {
    let (mut table, runtime) = (Table::default(), runtime());
    let _entered = runtime.enter();
    let kind = runtime::signal::unix::SignalKind::user_defined2();
    let mut signal = runtime::signal::unix::signal(kind).unwrap();
    table.add("signal", WaitReason::Signal, async move { signal.recv().await });
    let mut command = runtime::process::Command::new("sleep");
    let mut child = command.arg("3600").kill_on_drop(true).spawn().unwrap();
    table.add("child", WaitReason::Process, async move { child.wait().await });
    table.check(&runtime);
}
