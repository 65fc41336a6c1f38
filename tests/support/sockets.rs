//! Runtimes with sockets, connections to foreign peers, and what the system says of the process.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener as ForeignListener, TcpStream as Foreign};
use std::thread;
use std::time::Duration;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::{Builder, Runtime, task};
use rustix::net::sockopt::set_socket_linger;
use rustix::time::{ClockId, clock_gettime};

/// Any free port of this machine.
pub const ANY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// A runtime with so many workers; with none it is a current-thread one.
pub fn with_sockets(workers: usize) -> Runtime {
    let mut builder = match workers {
        0 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.worker_threads(workers.max(1)).enable_all().build().expect("no stack size was chosen")
}

/// Runs a test in runtimes of every size that matters.
pub fn in_each_runtime(test: impl Fn(&Runtime)) {
    for workers in [0, 1, 2, 4] {
        eprintln!("with {workers} workers");
        test(&with_sockets(workers));
    }
}

/// A listener, and where it listens.
pub async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(ANY).await.expect("a port is free");
    let address = listener.local_addr().expect("a bound socket has an address");
    (listener, address)
}

/// A connection: our end, and the end of a peer that knows nothing of runtimes.
pub async fn connection() -> (TcpStream, Foreign) {
    let listener = ForeignListener::bind(ANY).expect("a port is free");
    let address = listener.local_addr().expect("a bound socket has an address");
    let ours = TcpStream::connect(address).await.expect("somebody listens");
    let (theirs, _) = listener.accept().expect("somebody has connected");
    (ours, theirs)
}

/// A connection with both ends in the runtime.
pub async fn both_ends() -> (TcpStream, TcpStream) {
    let (listener, address) = listen().await;
    let client = TcpStream::connect(address).await.expect("somebody listens");
    let (server, _) = listener.accept().await.expect("somebody has connected");
    (client, server)
}

/// Answers a peer that asks fifty times, from a thread of its own. Meanwhile the driver has much to do.
pub async fn converse() {
    let (mut ours, mut theirs) = connection().await;
    let peer = thread::spawn(move || {
        for number in 0..50 {
            theirs.write_all(&[number]).expect("somebody reads");
            let mut answer = [0];
            theirs.read_exact(&mut answer).expect("somebody answers");
            assert_eq!(answer[0], !number);
        }
    });
    for _ in 0..50 {
        let number = ours.read_u8().await.expect("the peer asks");
        ours.write_u8(!number).await.expect("the peer listens");
    }
    peer.join().expect("all answers were right");
}

/// Lets others run until one of them has made it so.
pub async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        task::yield_now().await;
    }
}

/// Ends a connection with a reset, whatever lies unread.
pub fn reset(stream: Foreign) {
    set_socket_linger(&stream, Some(Duration::ZERO)).expect("a socket can be told how to close");
}

/// Writes until the system takes no more. Returns how many bytes it took.
pub async fn fill(stream: &TcpStream) -> usize {
    let mut taken = 0;
    stream.writable().await.expect("the connection is open");
    while let Ok(n) = stream.try_write(&[7; 64 * 1024]) {
        taken += n;
    }
    taken
}

/// Sends from a foreign peer until nothing moves any more, since nobody reads.
pub fn stuff(mut stream: &Foreign) {
    stream.set_nonblocking(true).expect("an open stream");
    let mut refused = 0;
    while refused < 20 {
        if stream.write(&[7; 64 * 1024]).is_ok_and(|n| n > 0) {
            refused = 0;
        } else {
            refused += 1;
            thread::sleep(Duration::from_millis(1));
        }
    }
    stream.set_nonblocking(false).expect("an open stream");
}

/// The time that all threads of the process have computed.
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanos) = (time.tv_sec.try_into(), time.tv_nsec.try_into());
    Duration::new(seconds.expect("after the start"), nanos.expect("less than a second"))
}

/// How many descriptors the process has open, with the one that is needed to count them.
pub fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("/proc is mounted").count()
}
