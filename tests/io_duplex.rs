//! `duplex` and `simplex`: who is woken when, and what is left after a close.
#![cfg(feature = "io-util")]

mod support;

use std::io::{ErrorKind, IoSlice};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use runtime::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, SimplexStream, duplex,
    simplex,
};

use support::{Counts, current_thread, hush, multi_thread, watch};

/// Reads once; the bytes, if there were any or the end.
fn read(stream: &mut (impl AsyncRead + Unpin), wakes: &Arc<Counts>) -> Poll<Vec<u8>> {
    let mut bytes = [0; 64];
    let waker = wakes.waker();
    let mut read = pin!(stream.read(&mut bytes));
    let count = read.as_mut().poll(&mut Context::from_waker(&waker));
    count.map(|count| bytes[..count.expect("reading does not fail")].to_vec())
}

/// Writes once.
fn write(
    stream: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    wakes: &Arc<Counts>,
) -> Poll<Result<usize, ErrorKind>> {
    let waker = wakes.waker();
    let mut write = pin!(stream.write(bytes));
    let written = write.as_mut().poll(&mut Context::from_waker(&waker));
    written.map_err(|error| error.kind())
}

fn shut_down(stream: &mut (impl AsyncWrite + Unpin)) {
    let mut shutdown = pin!(stream.shutdown());
    let shut = shutdown.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(shut, Poll::Ready(Ok(()))));
}

fn counts() -> [Arc<Counts>; 2] {
    [Counts::new(), Counts::new()]
}

#[test]
fn a_write_wakes_the_waiting_reader_once() {
    let (mut a, mut b) = duplex(16);
    let [reader, writer] = counts();
    assert_eq!(read(&mut b, &reader), Poll::Pending);
    assert_eq!(write(&mut a, b"one", &writer), Poll::Ready(Ok(3)));
    assert_eq!(write(&mut a, b"two", &writer), Poll::Ready(Ok(3)));
    assert_eq!(reader.wakes(), 1, "the second write found nobody waiting");
    assert_eq!(read(&mut b, &reader), Poll::Ready(b"onetwo".to_vec()));
    assert_eq!(writer.wakes(), 0);
}

#[test]
fn a_read_wakes_the_waiting_writer_once() {
    let (mut a, mut b) = duplex(4);
    let [reader, writer] = counts();
    assert_eq!(write(&mut a, b"hello", &writer), Poll::Ready(Ok(4)), "as much as there is room");
    assert_eq!(write(&mut a, b"o", &writer), Poll::Pending);
    assert_eq!(read(&mut b, &reader), Poll::Ready(b"hell".to_vec()));
    assert_eq!(writer.wakes(), 1);
    assert_eq!(read(&mut b, &reader), Poll::Pending);
    assert_eq!(writer.wakes(), 1, "nothing was read");
    assert_eq!(write(&mut a, b"o", &writer), Poll::Ready(Ok(1)));
    assert_eq!(reader.wakes(), 1);
    assert_eq!(read(&mut b, &reader), Poll::Ready(b"o".to_vec()));
    assert_eq!(writer.wakes(), 1, "this read found nobody waiting");
}

#[test]
fn the_last_of_several_that_wait_is_woken() {
    let (mut a, mut b) = duplex(4);
    let [first, second] = counts();
    let writer = Counts::new();
    assert_eq!(read(&mut b, &first), Poll::Pending);
    assert_eq!(read(&mut b, &second), Poll::Pending);
    assert_eq!(read(&mut b, &second), Poll::Pending);
    assert_eq!(write(&mut a, b"x", &writer), Poll::Ready(Ok(1)));
    assert_eq!((first.wakes(), second.wakes()), (0, 1));
}

#[test]
fn the_two_ways_are_apart() {
    let (mut a, mut b) = duplex(4);
    let wakes = Counts::new();
    assert_eq!(write(&mut a, b"to b", &wakes), Poll::Ready(Ok(4)));
    assert_eq!(write(&mut b, b"to a", &wakes), Poll::Ready(Ok(4)));
    assert_eq!(read(&mut a, &wakes), Poll::Ready(b"to a".to_vec()));
    assert_eq!(read(&mut b, &wakes), Poll::Ready(b"to b".to_vec()));
}

#[test]
fn a_stream_that_is_dropped_ends_a_pending_read() {
    let (a, mut b) = duplex(4);
    let wakes = Counts::new();
    assert_eq!(read(&mut b, &wakes), Poll::Pending);
    drop(a);
    assert_eq!(wakes.wakes(), 1);
    assert_eq!(read(&mut b, &wakes), Poll::Ready(vec![]));
}

#[test]
fn a_stream_that_is_dropped_fails_a_pending_write() {
    let (mut a, b) = duplex(4);
    let wakes = Counts::new();
    assert_eq!(write(&mut a, b"full", &wakes), Poll::Ready(Ok(4)));
    assert_eq!(write(&mut a, b"more", &wakes), Poll::Pending);
    drop(b);
    assert_eq!(wakes.wakes(), 1);
    assert_eq!(write(&mut a, b"more", &wakes), Poll::Ready(Err(ErrorKind::BrokenPipe)));
    assert_eq!(write(&mut a, b"", &wakes), Poll::Ready(Err(ErrorKind::BrokenPipe)));
}

#[test]
fn what_was_written_before_a_drop_can_be_read() {
    let (mut a, mut b) = duplex(8);
    let wakes = Counts::new();
    assert_eq!(write(&mut a, b"farewell", &wakes), Poll::Ready(Ok(8)));
    drop(a);
    assert_eq!(read(&mut b, &wakes), Poll::Ready(b"farewell".to_vec()));
    assert_eq!(read(&mut b, &wakes), Poll::Ready(vec![]));
    assert_eq!(read(&mut b, &wakes), Poll::Ready(vec![]), "the end stays");
}

#[test]
fn a_shutdown_closes_one_way() {
    let (mut a, mut b) = duplex(8);
    let [reader, writer] = counts();
    assert_eq!(read(&mut b, &reader), Poll::Pending);
    shut_down(&mut a);
    assert_eq!(reader.wakes(), 1);
    assert_eq!(read(&mut b, &reader), Poll::Ready(vec![]));
    assert_eq!(write(&mut a, b"late", &writer), Poll::Ready(Err(ErrorKind::BrokenPipe)));
    assert_eq!(write(&mut b, b"still", &writer), Poll::Ready(Ok(5)));
    assert_eq!(read(&mut a, &reader), Poll::Ready(b"still".to_vec()));
    shut_down(&mut a); // once more is no error
}

#[test]
fn nothing_is_never_waited_for() {
    let (mut a, _b) = duplex(1);
    let wakes = Counts::new();
    let mut cx = Context::from_waker(Waker::noop());
    let mut none = runtime::io::ReadBuf::new(&mut []);
    assert!(Pin::new(&mut a).poll_read(&mut cx, &mut none).is_ready());
    assert_eq!(write(&mut a, b"x", &wakes), Poll::Ready(Ok(1)));
    assert_eq!(write(&mut a, b"", &wakes), Poll::Ready(Ok(0)), "though it is full");
}

#[test]
fn a_vectored_write_fills_what_room_there_is() {
    let (mut a, mut b) = duplex(5);
    assert!(a.is_write_vectored());
    let mut cx = Context::from_waker(Waker::noop());
    let parts = [&b"ab"[..], b"", b"cd", b"ef"].map(IoSlice::new);
    let written = Pin::new(&mut a).poll_write_vectored(&mut cx, &parts);
    assert!(matches!(written, Poll::Ready(Ok(5))));
    assert_eq!(read(&mut b, &Counts::new()), Poll::Ready(b"abcde".to_vec()));
}

#[test]
fn bytes_stay_in_order_when_the_ring_wraps_round() {
    let (mut a, mut b) = duplex(7);
    let wakes = Counts::new();
    let (mut sent, mut received) = (0_u8, 0_u8);
    for round in 0..1_000_usize {
        let bytes: Vec<u8> = (0..round % 6).map(|n| sent.wrapping_add(n as u8)).collect();
        if let Poll::Ready(count) = write(&mut a, &bytes, &wakes) {
            sent = sent.wrapping_add(count.expect("it is open") as u8);
        }
        let mut some = vec![0; round % 4];
        let mut buf = runtime::io::ReadBuf::new(&mut some);
        let _ = Pin::new(&mut b).poll_read(&mut Context::from_waker(Waker::noop()), &mut buf);
        for byte in buf.filled() {
            assert_eq!(*byte, received);
            received = received.wrapping_add(1);
        }
    }
    assert!(received > 100);
}

/// Looks at a stream when it is woken and when it is dropped; that hangs if it happens under the stream's lock.
struct LooksBack(Mutex<Option<DuplexStream>>);

impl LooksBack {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(None)))
    }

    fn at(&self, stream: DuplexStream) {
        *self.0.lock().unwrap() = Some(stream);
    }

    fn look(&self) {
        let stream = self.0.lock().unwrap();
        assert!(format!("{:?}", stream.as_ref().expect("it is there")).contains("Pipe"));
    }
}

impl Wake for LooksBack {
    fn wake(self: Arc<Self>) {
        self.look();
    }
}

impl Drop for LooksBack {
    fn drop(&mut self) {
        self.look();
    }
}

/// Waits for bytes with a waker that looks at `other`, and that only the stream still has.
fn wait_looking_at(other: DuplexStream, stream: &mut DuplexStream) {
    let looks = LooksBack::new();
    let waker = Waker::from(looks.clone());
    let mut bytes = [0; 4];
    let mut read = pin!(stream.read(&mut bytes));
    assert!(read.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    looks.at(other);
}

#[test]
fn a_waker_is_woken_outside_the_lock() {
    let _watch = watch();
    let (mut a, mut b) = duplex(4);
    assert_eq!(write(&mut a, b"full", &Counts::new()), Poll::Ready(Ok(4)));
    let looks = LooksBack::new();
    {
        let waker = Waker::from(looks.clone());
        let mut more = pin!(a.write(b"more"));
        assert!(more.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    looks.at(a);
    drop(looks); // only the stream has it now
    assert_eq!(read(&mut b, &Counts::new()), Poll::Ready(b"full".to_vec()));
    assert_eq!(read(&mut b, &Counts::new()), Poll::Ready(vec![]), "the waker had the other stream");
}

#[test]
fn a_waker_is_dropped_outside_the_lock() {
    let _watch = watch();
    let (a, mut b) = duplex(4);
    wait_looking_at(a, &mut b);
    let wakes = Counts::new();
    assert_eq!(read(&mut b, &wakes), Poll::Pending, "this waker takes the other's place");
    assert_eq!(wakes.wakes(), 1, "and with that one its stream was dropped");
    assert_eq!(read(&mut b, &wakes), Poll::Ready(vec![]));
}

/// Panics when it is woken.
struct PanicsOnWake;

impl Wake for PanicsOnWake {
    fn wake(self: Arc<Self>) {
        panic!("in a wake, on purpose");
    }
}

/// The panic of the reader's waker kept the other way from being closed, and its writer waited for ever.
#[test]
fn a_waker_that_panics_keeps_no_other_from_the_end_of_the_stream() {
    hush();
    let (mut a, b) = duplex(4);
    let [_, writer] = counts();
    assert_eq!(write(&mut a, b"full", &writer), Poll::Ready(Ok(4)));
    assert_eq!(write(&mut a, b"more", &writer), Poll::Pending);
    let panics = Waker::from(Arc::new(PanicsOnWake));
    let mut bytes = [0; 4];
    assert!(pin!(a.read(&mut bytes)).poll(&mut Context::from_waker(&panics)).is_pending());
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(b)));
    dropped.expect_err("the panic is the waker's, and is not hidden");
    assert_eq!(writer.wakes(), 1, "the writer was not told");
    assert_eq!(write(&mut a, b"more", &writer), Poll::Ready(Err(ErrorKind::BrokenPipe)));
}

#[test]
fn megabytes_pass_between_two_tasks_on_several_threads() {
    let _watch = watch();
    const TOTAL: usize = 1 << 20;
    multi_thread(2).block_on(async {
        let (mut a, mut b) = duplex(37);
        let sender = runtime::spawn(async move {
            let bytes: Vec<u8> = (0..TOTAL).map(|n| (n % 251) as u8).collect();
            for part in bytes.chunks(101) {
                a.write_all(part).await.unwrap();
            }
        });
        let mut received = Vec::new();
        b.read_to_end(&mut received).await.unwrap();
        sender.await.unwrap();
        assert_eq!(received.len(), TOTAL);
        assert!(received.iter().enumerate().all(|(n, byte)| *byte == (n % 251) as u8));
    });
}

#[test]
fn a_pair_that_is_always_ready_uses_up_the_budget() {
    let _watch = watch();
    let counts = Counts::new();
    let task = counts.count(async {
        let (mut a, mut b) = duplex(1);
        for _ in 0..1_280 {
            a.write_all(b"x").await.unwrap();
            b.read_exact(&mut [0]).await.unwrap();
        }
    });
    current_thread().block_on(async { runtime::spawn(task).await.unwrap() });
    let polls = counts.polls();
    assert!((20..=25).contains(&polls), "2,560 operations took {polls} polls of 128 units");
}

#[test]
fn a_simplex_carries_bytes_from_one_end_to_the_other() {
    let (mut reader, mut writer) = simplex(4);
    let [reads, writes] = counts();
    assert_eq!(read(&mut reader, &reads), Poll::Pending);
    assert_eq!(write(&mut writer, b"hello", &writes), Poll::Ready(Ok(4)));
    assert_eq!(reads.wakes(), 1);
    assert_eq!(write(&mut writer, b"o", &writes), Poll::Pending);
    assert_eq!(read(&mut reader, &reads), Poll::Ready(b"hell".to_vec()));
    assert_eq!(writes.wakes(), 1);
    assert_eq!(read(&mut reader, &reads), Poll::Pending);
    shut_down(&mut writer);
    assert_eq!(reads.wakes(), 2);
    assert_eq!(read(&mut reader, &reads), Poll::Ready(vec![]));
    assert_eq!(write(&mut writer, b"o", &writes), Poll::Ready(Err(ErrorKind::BrokenPipe)));
}

#[test]
fn a_simplex_in_one_piece_reads_what_was_written() {
    let mut stream = SimplexStream::new_unsplit(4);
    let wakes = Counts::new();
    assert_eq!(write(&mut stream, b"ab", &wakes), Poll::Ready(Ok(2)));
    assert_eq!(read(&mut stream, &wakes), Poll::Ready(b"ab".to_vec()));
    assert_eq!(wakes.wakes(), 0);
}

#[test]
fn a_stream_without_room_panics() {
    assert!(std::panic::catch_unwind(|| duplex(0)).is_err());
    assert!(std::panic::catch_unwind(|| simplex(0)).is_err());
}

#[test]
fn a_limit_beyond_all_memory_takes_none() {
    let (mut a, mut b) = duplex(usize::MAX);
    let wakes = Counts::new();
    assert_eq!(write(&mut a, b"x", &wakes), Poll::Ready(Ok(1)));
    assert_eq!(read(&mut b, &wakes), Poll::Ready(b"x".to_vec()));
}
