//! The auto traits of every public type, in one list.
//!
//! Each line says which traits hold and, after `!`, which do not: both are promises.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::rc::Rc;

use runtime::dump::{
    BlockingDump, DriverDump, Dump, MonitorDump, TaskDump, TaskKind, TaskState, WaitReason,
    WorkerDump,
};
use runtime::profile::{Profile, TaskGroup};
use runtime::runtime::deadlock::{MayWake, NeverWakes};
use runtime::runtime::{
    Activity, Builder, EnterGuard, Handle, HistogramConfiguration, InvalidHistogramConfiguration,
    LocalOptions, LocalRuntime, LogHistogram, LogHistogramBuilder, OnDeadlock, Runtime,
    RuntimeFlavor, RuntimeMetrics, Stall, StuckTask, TaskMeta, TryCurrentError,
};
use runtime::task::coop::{Coop, RestoreOnPending};
use runtime::task::futures::TaskLocalFuture;
use runtime::task::{
    AbortHandle, AccessError, Id, JoinError, JoinHandle, JoinSet, LocalEnterGuard, LocalKey,
    LocalSet, Unconstrained,
};
use runtime::time::{Instant, Interval, MissedTickBehavior, Sleep, Timeout, error::Elapsed};
use runtime::trace::{FlightRecorder, Options, Region, Trace};

/// A type in question.
struct Of<T: ?Sized>(PhantomData<T>);

/// What is found for a type for which the inherent constant below is not there.
trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
    const UNPIN: bool = false;
    const UNWIND_SAFE: bool = false;
    const REF_UNWIND_SAFE: bool = false;
}

impl<T: ?Sized> Otherwise for Of<T> {}

macro_rules! where_it_holds {
    ($($name:ident: $bound:path),*) => {
        $(#[allow(dead_code, reason = "it may hold for all types of the list")]
        impl<T: ?Sized + $bound> Of<T> {
            const $name: bool = true;
        })*
    };
}

where_it_holds!(
    SEND: Send,
    SYNC: Sync,
    UNPIN: Unpin,
    UNWIND_SAFE: UnwindSafe,
    REF_UNWIND_SAFE: RefUnwindSafe
);

/// `Send`, `Sync`, `Unpin`, `UnwindSafe`, `RefUnwindSafe`.
macro_rules! traits_of {
    ($type:ty) => {
        [
            Of::<$type>::SEND,
            Of::<$type>::SYNC,
            Of::<$type>::UNPIN,
            Of::<$type>::UNWIND_SAFE,
            Of::<$type>::REF_UNWIND_SAFE,
        ]
    };
}

/// Reads `yes yes no yes no` into what `traits_of` gives.
fn parse(list: &str) -> Vec<bool> {
    list.split_whitespace().map(|word| word == "yes").collect()
}

macro_rules! pin_down {
    ($($type:ty: $traits:literal;)*) => {
        $(assert_eq!(
            traits_of!($type).to_vec(),
            parse($traits),
            "Send, Sync, Unpin, UnwindSafe, RefUnwindSafe of {}",
            stringify!($type)
        );)*
    };
}

/// A future that must not move.
struct Pinned(std::marker::PhantomPinned);

impl Future for Pinned {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        std::task::Poll::Ready(())
    }
}

/// An output that is nothing: neither `Send` nor `Sync`, nor safe to see after a panic.
type Nothing = Rc<std::cell::Cell<()>>;

#[test]
fn auto_traits_are_as_promised() {
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Runtime:                    "yes  yes  yes   yes        yes";
        Handle:                     "yes  yes  yes   yes        yes";
        EnterGuard<'static>:        "no   yes  yes   yes        yes";
        Builder:                    "yes  yes  yes   no         no";
        runtime::runtime::Id:       "yes  yes  yes   yes        yes";
        RuntimeFlavor:              "yes  yes  yes   yes        yes";
        HistogramConfiguration:     "yes  yes  yes   yes        yes";
        InvalidHistogramConfiguration: "yes  yes  yes   yes        yes";
        LogHistogram:               "yes  yes  yes   yes        yes";
        LogHistogramBuilder:        "yes  yes  yes   yes        yes";
        RuntimeMetrics:             "yes  yes  yes   yes        yes";
        Stall:                      "yes  yes  yes   yes        yes";
        StuckTask:                  "yes  yes  yes   yes        yes";
        OnDeadlock:                 "yes  yes  yes   yes        yes";
        MayWake:                    "yes  yes  yes   yes        yes";
        NeverWakes:                 "no   no   yes   yes        yes";
        Profile:                    "yes  yes  yes   yes        yes";
        TaskGroup:                  "yes  yes  yes   yes        yes";
        Dump:                       "yes  yes  yes   yes        yes";
        TaskDump<'_>:               "yes  yes  yes   yes        yes";
        WorkerDump:                 "yes  yes  yes   yes        yes";
        BlockingDump:               "yes  yes  yes   yes        yes";
        DriverDump:                 "yes  yes  yes   yes        yes";
        MonitorDump:                "yes  yes  yes   yes        yes";
        TaskKind:                   "yes  yes  yes   yes        yes";
        TaskState:                  "yes  yes  yes   yes        yes";
        WaitReason:                 "yes  yes  yes   yes        yes";
        TaskMeta<'static>:          "yes  yes  yes   yes        yes";
        Activity:                   "yes  yes  yes   yes        yes";
        TryCurrentError:            "yes  yes  yes   yes        yes";
        runtime::task::Builder<'_>: "yes  yes  yes   yes        yes";
        JoinHandle<()>:             "yes  yes  yes   yes        yes";
        JoinHandle<std::cell::Cell<()>>: "yes yes yes yes       yes";
        JoinHandle<Nothing>:        "no   no   yes   yes        yes";
        JoinSet<u8>:                "yes  yes  yes   yes        yes";
        JoinSet<std::cell::Cell<()>>: "yes yes yes   yes        yes";
        JoinSet<Nothing>:           "no   no   yes   yes        yes";
        LocalSet:                   "no   no   yes   yes        no";
        LocalEnterGuard:            "no   no   yes   yes        yes";
        LocalRuntime:               "no   no   yes   yes        yes";
        LocalOptions:               "no   no   yes   yes        yes";
        AbortHandle:                "yes  yes  yes   yes        yes";
        JoinError:                  "yes  yes  yes   yes        yes";
        Id:                         "yes  yes  yes   yes        yes";
        Unconstrained<()>:          "yes  yes  yes   yes        yes";
        Unconstrained<Pinned>:      "yes  yes  no    yes        yes";
        Unconstrained<Nothing>:     "no   no   yes   no         no";
        Coop<()>:                   "yes  yes  yes   yes        yes";
        Coop<Pinned>:               "yes  yes  no    yes        yes";
        Coop<Nothing>:              "no   no   yes   no         no";
        RestoreOnPending:           "no   no   yes   yes        no";
        LocalKey<Nothing>:          "yes  yes  yes   yes        yes";
        AccessError:                "yes  yes  yes   yes        yes";
        TaskLocalFuture<u8, ()>:    "yes  yes  no    yes        yes";
        TaskLocalFuture<std::cell::Cell<u8>, ()>: "yes no no yes no";
        TaskLocalFuture<Nothing, ()>: "no no   no    no         no";
        TaskLocalFuture<u8, Nothing>: "no no   no    no         no";
        Instant:                    "yes  yes  yes   yes        yes";
        Sleep:                      "yes  yes  no    no         no";
        Timeout<()>:                "yes  yes  no    no         no";
        Timeout<Nothing>:           "no   no   no    no         no";
        Elapsed:                    "yes  yes  yes   yes        yes";
        Interval:                   "yes  yes  yes   no         no";
        MissedTickBehavior:         "yes  yes  yes   yes        yes";
        runtime::trace::Error:      "yes  yes  yes   yes        yes";
        Options:                    "yes  yes  yes   yes        yes";
        FlightRecorder:             "yes  yes  yes   yes        yes";
        Trace:                      "yes  yes  yes   yes        yes";
        Region:                     "yes  yes  yes   yes        yes";
    }
}

#[test]
#[cfg(feature = "net")]
fn auto_traits_of_sockets_are_as_promised() {
    use runtime::net::tcp::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
    use runtime::net::{TcpListener, TcpStream, UdpSocket};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        TcpListener:                "yes  yes  yes   yes        yes";
        TcpStream:                  "yes  yes  yes   yes        yes";
        ReadHalf<'static>:          "yes  yes  yes   yes        yes";
        WriteHalf<'static>:         "yes  yes  yes   yes        yes";
        OwnedReadHalf:              "yes  yes  yes   yes        yes";
        OwnedWriteHalf:             "yes  yes  yes   yes        yes";
        ReuniteError:               "yes  yes  yes   yes        yes";
        UdpSocket:                  "yes  yes  yes   yes        yes";
    }
}

#[test]
#[cfg(all(feature = "net", unix))]
fn auto_traits_of_unix_sockets_are_as_promised() {
    use runtime::net::unix::{
        OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, SocketAddr, UCred, WriteHalf,
    };
    use runtime::net::{TcpSocket, UnixDatagram, UnixListener, UnixSocket, UnixStream};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        TcpSocket:                  "yes  yes  yes   yes        yes";
        UnixSocket:                 "yes  yes  yes   yes        yes";
        UnixListener:               "yes  yes  yes   yes        yes";
        UnixStream:                 "yes  yes  yes   yes        yes";
        ReadHalf<'static>:          "yes  yes  yes   yes        yes";
        WriteHalf<'static>:         "yes  yes  yes   yes        yes";
        OwnedReadHalf:              "yes  yes  yes   yes        yes";
        OwnedWriteHalf:             "yes  yes  yes   yes        yes";
        ReuniteError:               "yes  yes  yes   yes        yes";
        UnixDatagram:               "yes  yes  yes   yes        yes";
        SocketAddr:                 "yes  yes  yes   yes        yes";
        UCred:                      "yes  yes  yes   yes        yes";
    }
}

#[test]
#[cfg(all(feature = "net", unix))]
fn auto_traits_of_descriptors_are_as_promised() {
    use runtime::io::unix::{
        AsyncFd, AsyncFdReadyGuard, AsyncFdReadyMutGuard, AsyncFdRegisterError, TryIoError,
    };
    use std::os::fd::{AsRawFd, RawFd};
    struct Local(Nothing);
    impl AsRawFd for Local {
        fn as_raw_fd(&self) -> RawFd {
            drop(self.0.clone());
            0
        }
    }
    type File = std::fs::File;
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        AsyncFd<File>:              "yes  yes  yes   yes        yes";
        AsyncFd<Local>:             "no   no   yes   no         no";
        AsyncFdReadyGuard<'static, File>: "yes yes yes yes      yes";
        AsyncFdReadyGuard<'static, Local>: "no no yes no        no";
        AsyncFdReadyMutGuard<'static, File>: "yes yes yes no    yes";
        AsyncFdReadyMutGuard<'static, Local>: "no no yes no     no";
        AsyncFdRegisterError<File>: "yes  yes  yes   no         no";
        TryIoError:                 "yes  yes  yes   yes        yes";
    }
}

#[test]
#[cfg(all(feature = "net", unix))]
fn who_waits_with_a_descriptor_of_its_own_need_not_share_it() {
    use runtime::io::unix::AsyncFd;
    use std::cell::Cell;
    use std::os::fd::{AsRawFd, RawFd};
    struct Unshared(Cell<RawFd>);
    impl AsRawFd for Unshared {
        fn as_raw_fd(&self) -> RawFd {
            self.0.get()
        }
    }
    fn assert_send<T: Send>(_: T) {}
    fn wait(fd: &mut AsyncFd<Unshared>) {
        assert_send(fd.readable_mut());
        assert_send(fd.writable_mut());
        assert_send(fd.ready_mut(runtime::io::Interest::READABLE));
    }
    let _: fn(&mut AsyncFd<Unshared>) = wait;
}

#[test]
#[cfg(all(feature = "net", unix))]
fn auto_traits_of_pipes_are_as_promised() {
    use runtime::net::unix::pipe::{OpenOptions, Receiver, Sender};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        OpenOptions:                "yes  yes  yes   yes        yes";
        Receiver:                   "yes  yes  yes   yes        yes";
        Sender:                     "yes  yes  yes   yes        yes";
    }
}

#[test]
#[cfg(all(feature = "process", unix))]
fn auto_traits_of_processes_are_as_promised() {
    use runtime::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Command:                    "yes  yes  yes   no         no";
        Child:                      "yes  yes  yes   no         no";
        ChildStdin:                 "yes  yes  yes   yes        yes";
        ChildStdout:                "yes  yes  yes   yes        yes";
        ChildStderr:                "yes  yes  yes   yes        yes";
    }
    fn is_send<T: Send + 'static>(_: T) {}
    fn of_children(mut command: Command, child: Child) {
        is_send(command.status());
        is_send(command.output());
        is_send(child.wait_with_output());
        is_send(async move { command.spawn()?.kill().await });
    }
    let _ = of_children;
}

#[test]
#[cfg(all(feature = "signal", unix))]
fn auto_traits_of_signals_are_as_promised() {
    use runtime::signal::unix::{Signal, SignalKind};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Signal:                     "yes  yes  yes   no         no";
        SignalKind:                 "yes  yes  yes   yes        yes";
    }
    fn is_send<T: Send>(_: T) {}
    let _ = |signal: &mut Signal| is_send(signal.recv());
    is_send(runtime::signal::ctrl_c());
}

#[test]
#[cfg(feature = "net")]
fn futures_of_sockets_are_send() {
    use runtime::net::{TcpListener, TcpStream, UdpSocket, lookup_host};
    fn is_send<T: Send>(_: T) {}
    fn of_sockets(listener: &TcpListener, stream: &TcpStream, udp: &UdpSocket) {
        is_send(TcpListener::bind("127.0.0.1:0"));
        is_send(TcpStream::connect(("127.0.0.1", 0)));
        is_send(UdpSocket::bind(String::new()));
        is_send(lookup_host("localhost:0"));
        is_send(listener.accept());
        is_send(stream.readable());
        is_send(stream.peek(&mut []));
        is_send(udp.recv_from(&mut []));
        is_send(udp.send_to(&[], "127.0.0.1:0"));
    }
    let _ = of_sockets;
}

#[test]
fn futures_of_functions_are_send() {
    fn is_send<T: Send>(_: T) {}
    is_send(runtime::task::yield_now());
    is_send(runtime::task::consume_budget());
    is_send(runtime::task::checkpoint());
    is_send(async { runtime::time::interval(runtime::time::Duration::MAX).tick().await });
}

#[cfg(feature = "io-util")]
#[test]
fn auto_traits_of_streams_are_as_promised() {
    use runtime::io::{DuplexStream, Empty, Repeat, SimplexStream, Sink};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        DuplexStream:               "yes  yes  yes   yes        yes";
        SimplexStream:              "yes  yes  yes   yes        yes";
        Empty:                      "yes  yes  yes   yes        yes";
        Repeat:                     "yes  yes  yes   yes        yes";
        Sink:                       "yes  yes  yes   yes        yes";
    }
}

#[cfg(feature = "fs")]
#[test]
fn auto_traits_of_files_are_as_promised() {
    use runtime::fs::{DirBuilder, DirEntry, File, FileTimes, OpenOptions, ReadDir};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        File:                       "yes  yes  yes   yes        no";
        OpenOptions:                "yes  yes  yes   yes        yes";
        DirBuilder:                 "yes  yes  yes   yes        yes";
        ReadDir:                    "yes  yes  yes   no         no";
        DirEntry:                   "yes  yes  yes   yes        yes";
        FileTimes:                  "yes  yes  yes   yes        yes";
    }
}

#[cfg(feature = "io-std")]
#[test]
fn auto_traits_of_standard_streams_are_as_promised() {
    use runtime::io::{Stderr, Stdin, Stdout};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Stdin:                      "yes  yes  yes   yes        yes";
        Stdout:                     "yes  yes  yes   yes        yes";
        Stderr:                     "yes  yes  yes   yes        yes";
    }
}

#[cfg(feature = "hyper")]
#[test]
fn auto_traits_of_the_adapters_are_as_promised() {
    use runtime::hyper::{Executor, Io, Timer};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Executor:                   "yes  yes  yes   yes        yes";
        Timer:                      "yes  yes  yes   yes        yes";
        Io<()>:                     "yes  yes  yes   yes        yes";
        Io<Pinned>:                 "yes  yes  no    yes        yes";
        Io<Nothing>:                "no   no   yes   no         no";
    }
}

#[cfg(feature = "sync")]
#[test]
fn auto_traits_of_locks_are_as_promised() {
    use runtime::sync::{
        AcquireError, MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard,
        OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard,
        OwnedSemaphorePermit, RwLock, RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard,
        Semaphore, SemaphorePermit, TryAcquireError, TryLockError,
    };
    /// `Send`, and not `Sync`.
    type Cell = std::cell::Cell<u8>;
    /// `Sync`, and not `Send`.
    type Guard = std::sync::MutexGuard<'static, u8>;
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Semaphore:                  "yes  yes  yes   yes        yes";
        SemaphorePermit<'static>:   "yes  yes  yes   yes        yes";
        OwnedSemaphorePermit:       "yes  yes  yes   yes        yes";
        AcquireError:               "yes  yes  yes   yes        yes";
        TryAcquireError:            "yes  yes  yes   yes        yes";
        TryLockError:               "yes  yes  yes   yes        yes";

        Mutex<u8>:                  "yes  yes  yes   yes        no";
        Mutex<Cell>:                "yes  yes  yes   yes        no";
        Mutex<Guard>:               "no   no   yes   yes        no";
        Mutex<Pinned>:              "yes  yes  no    yes        no";
        MutexGuard<'static, u8>:    "yes  yes  yes   no         no";
        MutexGuard<'static, Cell>:  "yes  no   yes   no         no";
        MutexGuard<'static, Guard>: "no   no   yes   no         no";
        MappedMutexGuard<'static, u8>: "yes yes yes  no         yes";
        MappedMutexGuard<'static, Cell>: "yes no yes no         no";
        MappedMutexGuard<'static, Guard>: "no yes yes no        yes";
        OwnedMutexGuard<u8>:        "yes  yes  yes   no         no";
        OwnedMutexGuard<Cell>:      "yes  no   yes   no         no";
        OwnedMutexGuard<Guard>:     "no   no   yes   no         no";
        OwnedMappedMutexGuard<u8, u8>: "yes yes yes  no         no";
        OwnedMappedMutexGuard<Cell, u8>: "yes yes yes no        no";
        OwnedMappedMutexGuard<Guard, u8>: "no no yes no         no";

        RwLock<u8>:                 "yes  yes  yes   yes        no";
        RwLock<Cell>:               "yes  no   yes   yes        no";
        RwLock<Guard>:              "no   no   yes   yes        no";
        RwLockReadGuard<'static, u8>: "yes yes yes   yes        yes";
        RwLockReadGuard<'static, Cell>: "no no yes   no         no";
        RwLockWriteGuard<'static, u8>: "yes yes yes  no         yes";
        RwLockWriteGuard<'static, Cell>: "no no yes  no         no";
        RwLockWriteGuard<'static, Guard>: "no yes yes no        yes";
        RwLockMappedWriteGuard<'static, u8>: "yes yes yes no    yes";
        RwLockMappedWriteGuard<'static, Cell>: "no no yes no    no";
        OwnedRwLockReadGuard<u8>:   "yes  yes  yes   no         no";
        OwnedRwLockReadGuard<Cell, u8>: "no no yes   no         no";
        OwnedRwLockWriteGuard<u8>:  "yes  yes  yes   no         no";
        OwnedRwLockWriteGuard<Cell>: "no  no   yes   no         no";
        OwnedRwLockMappedWriteGuard<u8, u8>: "yes yes yes no    no";
        OwnedRwLockMappedWriteGuard<Cell, u8>: "no no yes no    no";
    }
}

#[cfg(feature = "sync")]
#[test]
fn auto_traits_of_channels_are_as_promised() {
    use runtime::sync::{Member, Wait, WaitGroup, broadcast, mpsc, oneshot};
    /// `Send`, and not `Sync`.
    type Cell = std::cell::Cell<u8>;
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        broadcast::Sender<Cell>:    "yes  yes  yes   yes        yes";
        broadcast::Sender<Pinned>:  "yes  yes  yes   yes        yes";
        broadcast::Sender<Nothing>: "no   no   yes   yes        yes";
        broadcast::WeakSender<Cell>: "yes yes  yes   yes        yes";
        broadcast::WeakSender<Nothing>: "no no yes   yes        yes";
        broadcast::Receiver<Cell>:  "yes  yes  yes   yes        yes";
        broadcast::Receiver<Nothing>: "no no   yes   yes        yes";
        broadcast::error::SendError<Cell>: "yes no yes yes      no";
        broadcast::error::RecvError: "yes yes  yes   yes        yes";
        broadcast::error::TryRecvError: "yes yes yes yes        yes";

        mpsc::Sender<Cell>:         "yes  yes  yes   yes        yes";
        mpsc::Sender<Nothing>:      "no   no   yes   yes        yes";
        mpsc::WeakSender<Cell>:     "yes  yes  yes   yes        yes";
        mpsc::Receiver<Cell>:       "yes  yes  yes   yes        yes";
        mpsc::Receiver<Pinned>:     "yes  yes  yes   yes        yes";
        mpsc::Receiver<Nothing>:    "no   no   yes   yes        yes";
        mpsc::Permit<'static, Cell>: "yes yes  yes   yes        yes";
        mpsc::Permit<'static, Nothing>: "no no yes   yes        yes";
        mpsc::PermitIterator<'static, Cell>: "yes yes yes yes   yes";
        mpsc::OwnedPermit<Cell>:    "yes  yes  yes   yes        yes";
        mpsc::OwnedPermit<Nothing>: "no   no   yes   yes        yes";
        mpsc::UnboundedSender<Cell>: "yes yes  yes   yes        yes";
        mpsc::UnboundedSender<Nothing>: "no no yes   yes        yes";
        mpsc::WeakUnboundedSender<Cell>: "yes yes yes yes       yes";
        mpsc::UnboundedReceiver<Cell>: "yes yes yes  yes        yes";
        mpsc::UnboundedReceiver<Nothing>: "no no yes yes        yes";
        mpsc::error::SendError<Cell>: "yes no  yes   yes        no";
        mpsc::error::SendTimeoutError<Cell>: "yes no yes yes    no";
        mpsc::error::TrySendError<Cell>: "yes no yes yes        no";
        mpsc::error::TryRecvError:  "yes  yes  yes   yes        yes";

        oneshot::Sender<Cell>:      "yes  yes  yes   no         no";
        oneshot::Sender<Nothing>:   "no   no   yes   no         no";
        oneshot::Receiver<Cell>:    "yes  yes  yes   no         no";
        oneshot::Receiver<Nothing>: "no   no   yes   no         no";
        oneshot::error::RecvError:  "yes  yes  yes   yes        yes";
        oneshot::error::TryRecvError: "yes yes yes   yes        yes";

        WaitGroup:                  "yes  yes  yes   yes        yes";
        Member:                     "yes  yes  yes   yes        yes";
        Wait:                       "yes  yes  no    no         no";
    }
}

#[cfg(feature = "sync")]
#[test]
fn futures_of_channels_are_send() {
    use runtime::sync::{broadcast, mpsc, oneshot};
    fn is_send<T: Send>(_: T) {}
    fn is_send_and_sync<T: Send + Sync>(_: T) {}
    /// `Send`, and not `Sync`.
    type Cell = std::cell::Cell<u8>;
    fn of_ends(
        broadcast: (broadcast::Sender<u8>, broadcast::Receiver<u8>),
        mut mpsc: (mpsc::Sender<Cell>, mpsc::Receiver<Cell>),
        mut oneshot: oneshot::Sender<Cell>,
    ) {
        let (tx, mut rx) = broadcast;
        is_send_and_sync(tx.closed());
        is_send_and_sync(rx.recv());
        is_send_and_sync(mpsc.0.closed());
        is_send_and_sync(mpsc.0.reserve());
        is_send_and_sync(mpsc.0.reserve_many(1));
        is_send_and_sync(mpsc.0.clone().reserve_owned());
        is_send(mpsc.0.send(Cell::new(1)));
        #[cfg(feature = "time")]
        is_send(mpsc.0.send_timeout(Cell::new(1), runtime::time::Duration::ZERO));
        is_send_and_sync(mpsc.1.recv());
        is_send(mpsc.1.recv_many(&mut Vec::new(), 1));
        is_send_and_sync(oneshot.closed());
    }
    let _ = of_ends;
}

#[cfg(feature = "sync")]
#[test]
fn auto_traits_of_go_channels_are_as_promised() {
    use runtime::chan::{Receiver, SendSink, Sender};
    /// `Send`, and not `Sync`.
    type Cell = std::cell::Cell<u8>;
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Sender<Cell>:               "yes  yes  yes   yes        yes";
        Sender<Pinned>:             "yes  yes  yes   yes        yes";
        Sender<Nothing>:            "no   no   yes   yes        yes";
        Receiver<Cell>:             "yes  yes  yes   yes        yes";
        Receiver<Pinned>:           "yes  yes  yes   yes        yes";
        Receiver<Nothing>:          "no   no   yes   yes        yes";
        SendSink<Cell>:             "yes  yes  yes   yes        yes";
        SendSink<Pinned>:           "yes  yes  yes   yes        yes";
        SendSink<Nothing>:          "no   no   yes   yes        yes";
    }
    fn is_send<T: Send>(_: T) {}
    let (tx, rx) = runtime::chan::bounded(1);
    is_send(tx.send(std::cell::Cell::new(1)));
    is_send(rx.recv());
    is_send(tx.closed());
}

#[cfg(feature = "sync")]
#[test]
fn auto_traits_of_contexts_are_as_promised() {
    use runtime::context::{CancelGuard, CancelHandle, Context, ContextError, Done, Run};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Context:                    "yes  yes  yes   yes        yes";
        CancelHandle:               "yes  yes  yes   yes        yes";
        CancelGuard:                "yes  yes  yes   yes        yes";
        ContextError:               "yes  yes  yes   yes        yes";
        Done:                       "yes  yes  no    no         no";
        Run<()>:                    "yes  yes  no    no         no";
        Run<Nothing>:               "no   no   no    no         no";
    }
}

#[cfg(feature = "sync")]
#[test]
fn auto_traits_of_groups_are_as_promised() {
    use runtime::group::Group;
    /// `Send`, and not `Sync`.
    type Cell = std::cell::Cell<u8>;
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Group<u8>:                  "yes  yes  yes   yes        yes";
        Group<Cell>:                "yes  yes  yes   yes        yes";
        Group<Nothing>:             "no   no   yes   yes        yes";
    }
    fn is_send<T: Send>(_: T) {}
    let group = Group::<Cell>::new();
    is_send(group.wait());
    is_send(group.go_when_free(async { Ok(()) }));
}

#[cfg(feature = "sync")]
#[test]
fn futures_of_locks_are_send() {
    use std::sync::Arc;

    use runtime::sync::{Mutex, RwLock, Semaphore};
    fn is_send<T: Send>(_: T) {}
    let mutex = Arc::new(Mutex::new(std::cell::Cell::new(1)));
    is_send(mutex.lock());
    is_send(mutex.clone().lock_owned());
    let lock = Arc::new(RwLock::new(1));
    is_send(lock.read());
    is_send(lock.write());
    is_send(lock.clone().read_owned());
    is_send(lock.clone().write_owned());
    let semaphore = Arc::new(Semaphore::new(1));
    is_send(semaphore.acquire_many(1));
    is_send(semaphore.clone().acquire_owned());
}

#[cfg(feature = "sync")]
#[test]
fn auto_traits_of_notifications_and_barriers_are_as_promised() {
    use runtime::sync::futures::{Notified, OwnedNotified};
    use runtime::sync::{Barrier, BarrierWaitResult, Notify};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Barrier:                    "yes  yes  yes   yes        yes";
        BarrierWaitResult:          "yes  yes  yes   yes        yes";
        Notify:                     "yes  yes  yes   yes        yes";
        Notified<'static>:          "yes  yes  no    no         no";
        OwnedNotified:              "yes  yes  no    no         no";
    }
}

#[cfg(feature = "debug-page")]
#[test]
fn auto_traits_of_the_debug_page_are_as_promised() {
    use runtime::debug::{Builder, Server};
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Builder:                    "yes  yes  yes   yes        yes";
        Server:                     "yes  yes  yes   no         no";
    }
}

#[cfg(feature = "sync")]
#[test]
fn auto_traits_of_watch_are_as_promised() {
    use runtime::sync::watch::error::{RecvError, SendError};
    use runtime::sync::watch::{Receiver, Ref, Sender};
    /// `Send`, and not `Sync`.
    type Cell = std::cell::Cell<u8>;
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        Sender<u8>:                 "yes  yes  yes   yes        yes";
        Sender<Cell>:               "no   no   yes   yes        yes";
        Receiver<u8>:               "yes  yes  yes   yes        yes";
        Receiver<Cell>:             "no   no   yes   yes        yes";
        Ref<'static, u8>:           "no   yes  yes   yes        yes";
        Ref<'static, Cell>:         "no   no   yes   no         no";
        SendError<Cell>:            "yes  no   yes   yes        no";
        RecvError:                  "yes  yes  yes   yes        yes";
    }
}

#[cfg(feature = "sync")]
#[test]
fn futures_of_watch_are_send() {
    use runtime::sync::watch;
    fn is_send<T: Send + Sync>(_: T) {}
    let (tx, mut rx) = watch::channel(0);
    is_send(rx.changed());
    is_send(rx.wait_for(|n| *n == 1));
    is_send(tx.closed());
}

#[cfg(feature = "sync")]
#[test]
fn auto_traits_of_what_is_set_once_are_as_promised() {
    use runtime::sync::{OnceCell, SetError, SetOnce, SetOnceError};
    /// `Send`, and not `Sync`.
    type Cell = std::cell::Cell<u8>;
    /// `Sync`, and not `Send`.
    type Guard = std::sync::MutexGuard<'static, u8>;
    pin_down! {
        //                           Send Sync Unpin UnwindSafe RefUnwindSafe
        OnceCell<u8>:               "yes  yes  yes   yes        yes";
        OnceCell<Cell>:             "yes  no   yes   yes        no";
        OnceCell<Guard>:            "no   no   yes   yes        yes";
        OnceCell<Pinned>:           "yes  yes  no    yes        yes";
        SetError<Cell>:             "yes  no   yes   yes        no";
        SetOnce<u8>:                "yes  yes  yes   yes        yes";
        SetOnce<Cell>:              "yes  no   yes   yes        no";
        SetOnce<Guard>:             "no   no   yes   yes        yes";
        SetOnceError<Cell>:         "yes  no   yes   yes        no";
    }
}

#[cfg(feature = "sync")]
#[test]
fn futures_of_what_is_set_once_are_send() {
    use std::future::ready;

    use runtime::sync::{OnceCell, SetOnce};
    fn is_send<T: Send + Sync>(_: T) {}
    is_send(OnceCell::new().get_or_init(|| ready(1)));
    is_send(OnceCell::new().get_or_try_init(|| ready(Ok::<_, ()>(1))));
    is_send(SetOnce::<u8>::new().wait());
}
