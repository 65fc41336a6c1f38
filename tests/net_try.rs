//! Operations that do not wait, after readiness was awaited: no report is lost, and each is told once.
#![cfg(all(feature = "net", unix))]

mod support;

use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, TcpStream as Foreign, UdpSocket as ForeignUdp};
use std::thread;

use runtime::io::{AsyncReadExt, Interest};
use runtime::net::{TcpStream, UdpSocket};
use support::{ANY, Gate, connection, in_each_runtime, rounds, watch};

type TryRead = fn(&TcpStream, &mut [u8]) -> io::Result<usize>;
type TryWrite = fn(&TcpStream, &[u8]) -> io::Result<usize>;

/// Every way to read without waiting.
const READS: [TryRead; 3] = [
    |stream, bytes| stream.try_read(bytes),
    |stream, bytes| {
        let (first, second) = bytes.split_at_mut(bytes.len() / 2);
        stream.try_read_vectored(&mut [IoSliceMut::new(first), IoSliceMut::new(second)])
    },
    |stream, bytes| stream.try_io(Interest::READABLE, || Ok(rustix::io::read(stream, bytes)?)),
];

/// Every way to write without waiting.
const WRITES: [TryWrite; 3] = [
    |stream, bytes| stream.try_write(bytes),
    |stream, bytes| {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        stream.try_write_vectored(&[IoSlice::new(first), IoSlice::new(second)])
    },
    |stream, bytes| stream.try_io(Interest::WRITABLE, || Ok(rustix::io::write(stream, bytes)?)),
];

/// Bytes that do not repeat soon.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8).collect()
}

/// `None` where an operation would have had to wait.
fn unless_it_waits(moved: io::Result<usize>) -> Option<usize> {
    match moved {
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        moved => Some(moved.expect("the connection is open")),
    }
}

/// Sends `bytes` in pieces of many sizes, with pauses, and no more after them.
fn send_in_pieces(mut stream: Foreign, bytes: Vec<u8>) -> thread::JoinHandle<usize> {
    stream.set_nodelay(true).expect("an open stream");
    thread::spawn(move || {
        let (mut sent, mut pieces) = (0, 0);
        while sent < bytes.len() {
            let piece = (1 + pieces * 37 % 300).min(bytes.len() - sent);
            stream.write_all(&bytes[sent..sent + piece]).expect("somebody reads");
            (sent, pieces) = (sent + piece, pieces + 1);
            if pieces % 4 == 0 {
                thread::yield_now();
            }
        }
        stream.shutdown(Shutdown::Write).expect("an open stream");
        pieces
    })
}

/// Reads until the end: whenever the stream is readable, until it is not. Returns how often it was reported to be.
async fn read_all(stream: &TcpStream, read: TryRead, size: usize, all: &mut Vec<u8>) -> usize {
    let mut buffer = vec![0; size];
    let mut reports = 0;
    loop {
        stream.readable().await.expect("the runtime goes on");
        reports += 1;
        while let Some(length) = unless_it_waits(read(stream, &mut buffer)) {
            if length == 0 {
                return reports;
            }
            all.extend_from_slice(&buffer[..length]);
        }
    }
}

#[test]
fn what_is_read_until_nothing_is_left_is_all_of_it_and_no_report_comes_twice() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        for (read, size) in READS.into_iter().flat_map(|read| [(read, 7), (read, 64 << 10)]) {
            runtime.block_on(async {
                let (ours, theirs) = connection().await;
                let bytes = pattern(rounds(500_000));
                let peer = send_in_pieces(theirs, bytes.clone());
                let mut all = Vec::new();
                let reports = read_all(&ours, read, size, &mut all).await;
                let pieces = peer.join().unwrap();
                assert!(all == bytes, "{} bytes of {} came", all.len(), bytes.len());
                // An event may come when its data have been read already.
                assert!(reports <= 2 * pieces + 4, "{reports} reports for {pieces} writes");
            });
        }
    });
}

/// A read that found something leaves the stream readable, whether or not there is more.
#[test]
fn one_read_for_each_report_reads_all_too() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        for read in READS {
            runtime.block_on(async {
                let (ours, theirs) = connection().await;
                let bytes = pattern(rounds(200_000));
                let peer = send_in_pieces(theirs, bytes.clone());
                let (mut all, mut buffer) = (Vec::new(), [0; 100]);
                loop {
                    ours.readable().await.unwrap();
                    match unless_it_waits(read(&ours, &mut buffer)) {
                        Some(0) => break,
                        length => all.extend_from_slice(&buffer[..length.unwrap_or(0)]),
                    }
                }
                assert!(all == bytes, "{} bytes of {} came", all.len(), bytes.len());
                peer.join().unwrap();
            });
        }
    });
}

/// A read that awaits counts as the last if it was short; those that do not wait begin where it ended.
#[test]
fn reads_that_wait_and_reads_that_do_not_take_turns() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        for read in READS {
            runtime.block_on(async {
                let (mut ours, theirs) = connection().await;
                let bytes = pattern(rounds(200_000));
                let peer = send_in_pieces(theirs, bytes.clone());
                let (mut all, mut buffer) = (Vec::new(), [0; 100]);
                loop {
                    let length = ours.read(&mut buffer).await.unwrap();
                    all.extend_from_slice(&buffer[..length]);
                    if length == 0 {
                        break;
                    }
                    let more = unless_it_waits(read(&ours, &mut buffer)).unwrap_or(0);
                    all.extend_from_slice(&buffer[..more]);
                }
                assert!(all == bytes, "{} bytes of {} came", all.len(), bytes.len());
                peer.join().unwrap();
            });
        }
    });
}

/// Writes it all: whenever the stream is writable, until it is not, which opens `full`. Returns how often it was
/// reported to be.
async fn write_all(stream: &TcpStream, write: TryWrite, mut bytes: &[u8], full: &Gate) -> usize {
    let mut reports = 0;
    loop {
        stream.writable().await.expect("the runtime goes on");
        reports += 1;
        while let Some(length) = unless_it_waits(write(stream, bytes)) {
            bytes = &bytes[length..];
            if bytes.is_empty() {
                return reports;
            }
        }
        full.open();
    }
}

/// Reads until the end, once `full` is open. Returns what came, and in how many reads.
fn receive_all(mut stream: Foreign, full: &Gate) -> (Vec<u8>, usize) {
    let (mut all, mut buffer, mut reads) = (Vec::new(), vec![0; 50_000], 0);
    full.wait();
    loop {
        let length = stream.read(&mut buffer).expect("somebody writes");
        if length == 0 {
            return (all, reads);
        }
        all.extend_from_slice(&buffer[..length]);
        reads += 1;
    }
}

#[test]
fn what_is_written_until_no_more_is_taken_is_all_of_it() {
    let _watch = watch();
    let bytes = pattern(16 << 20);
    in_each_runtime(|runtime| {
        for write in WRITES {
            runtime.block_on(async {
                let (ours, theirs) = connection().await;
                let full = Gate::new("the writer has to wait");
                let begins = full.clone();
                let peer = thread::spawn(move || receive_all(theirs, &begins));
                let reports = write_all(&ours, write, &bytes, &full).await;
                drop(ours);
                let (all, reads) = peer.join().unwrap();
                assert!(all == bytes, "{} bytes of {} came", all.len(), bytes.len());
                assert!((2..10 * reads).contains(&reports), "{reports} reports for {reads} reads");
            });
        }
    });
}

#[test]
fn datagrams_are_received_and_sent_without_waiting() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let ours = UdpSocket::bind(ANY).await.unwrap();
            let theirs = ForeignUdp::bind(ANY).unwrap();
            theirs.connect(ours.local_addr().unwrap()).unwrap();
            ours.connect(theirs.local_addr().unwrap()).await.unwrap();
            let count = rounds(2_000) as u32;
            let peer = thread::spawn(move || {
                for number in 0..count {
                    theirs.send(&number.to_le_bytes()).unwrap();
                    let mut answer = [0; 8];
                    assert_eq!(theirs.recv(&mut answer).unwrap(), 4);
                    assert_eq!(answer[..4], (!number).to_le_bytes());
                }
            });
            let (mut received, mut reports) = (0, 0);
            while received < count {
                ours.readable().await.unwrap();
                reports += 1;
                let mut number = [0; 4];
                while unless_it_waits(ours.try_recv(&mut number)).is_some() {
                    received += 1;
                    ours.writable().await.unwrap();
                    ours.try_send(&number.map(|byte| !byte)).unwrap();
                }
            }
            peer.join().unwrap();
            assert!(reports <= 2 * count + 4, "{reports} reports for {count} datagrams");
        });
    });
}
