//! `copy` and `copy_buf`: what is done to both sides, in which order, and what it costs of the budget.
#![cfg(feature = "io-util")]

mod support;

#[path = "support/streams.rs"]
mod streams;

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::{Context, Poll};

use runtime::io::{AsyncReadExt, BufReader, BufWriter, copy, copy_buf, duplex, repeat, sink};

use streams::Step::{Bytes, Fails, Takes, Waits};
use streams::{Flood, Scripted};
use support::{Counts, current_thread, watch};

/// The buffer of `copy`.
const BUFFER: u64 = 8 * 1024;

/// The units of one poll.
const UNITS: u64 = 128;

/// Copies until the first wait, or the end.
fn poll_copy(reader: &mut Scripted, writer: &mut Scripted) -> Poll<io::Result<u64>> {
    let mut copy = pin!(copy(reader, writer));
    copy.as_mut().poll(&mut Context::from_waker(&Counts::new().waker()))
}

/// Copies with every wait polled again at once, by `copy` and by `copy_buf`; both come to the same, unless what they do
/// differs by the buffer.
fn run_both(reader: &Scripted, writer: &Scripted) -> [(io::Result<u64>, Vec<String>); 2] {
    let with_traces = |buffered: bool| {
        let mut writer = writer.clone();
        let mut reader = reader.clone().logged_with(&writer);
        let copied = if buffered {
            let mut reader = BufReader::new(reader);
            spin(copy_buf(&mut reader, &mut writer))
        } else {
            spin(copy(&mut reader, &mut writer))
        };
        (copied, writer.trace())
    };
    [with_traces(false), with_traces(true)]
}

/// Polls again until the future is ready.
fn spin<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Counts::new().waker();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
    }
}

fn assert_both(reader: &Scripted, writer: &Scripted, copied: u64, trace: &[&str]) {
    for (result, done) in run_both(reader, writer) {
        assert_eq!(result.expect("nothing fails"), copied);
        assert_eq!(done, trace);
    }
}

fn assert_both_fail(reader: &Scripted, writer: &Scripted, kind: ErrorKind) {
    for (result, done) in run_both(reader, writer) {
        assert_eq!(result.expect_err("it fails").kind(), kind, "after {done:?}");
    }
}

#[test]
fn everything_is_copied_and_flushed_at_the_end() {
    let reader = Scripted::new().reads(&[Bytes(b"hello "), Bytes(b"world")]);
    let trace = ["read hello ", "write hello ", "read world", "write world", "end", "flush"];
    assert_both(&reader, &Scripted::new(), 11, &trace);
}

#[test]
fn an_empty_reader_still_has_the_writer_flushed() {
    assert_both(&Scripted::new(), &Scripted::new(), 0, &["end", "flush"]);
}

#[test]
fn what_was_written_is_flushed_before_the_reader_is_waited_for() {
    // Else the other side of a buffered writer never sees the question whose answer the reader waits for.
    let reader = Scripted::new().reads(&[Bytes(b"question"), Waits, Waits, Bytes(b"more")]);
    let trace = [
        "read question",
        "write question",
        "read waits",
        "flush",
        "read waits", // nothing was written since
        "read more",
        "write more",
        "end",
        "flush",
    ];
    assert_both(&reader, &Scripted::new(), 12, &trace);
}

#[test]
fn a_reader_that_waits_from_the_start_causes_no_flush() {
    let (mut reader, mut writer) = (Scripted::new().reads(&[Waits]), Scripted::new());
    assert!(poll_copy(&mut reader, &mut writer).is_pending());
    assert_eq!(writer.trace(), [""; 0]);
}

#[test]
fn a_flush_that_waits_is_asked_for_again_unless_the_reader_goes_on() {
    let reader = Scripted::new().reads(&[Bytes(b"a"), Waits, Waits, Bytes(b"b")]);
    let writer = Scripted::new().flushes(&[Waits, Waits, Takes(0), Waits]);
    let trace = [
        "read a",
        "write a",
        "read waits",
        "flush waits",
        "read waits",
        "flush waits",
        "read b",
        "write b",
        "end",
        "flush",
    ];
    assert_both(&reader, &writer, 2, &trace);
}

#[test]
fn a_flush_that_waits_at_the_end_is_waited_for() {
    let writer = Scripted::new().flushes(&[Waits, Takes(0)]);
    let reader = Scripted::new().reads(&[Bytes(b"a")]);
    for (result, done) in run_both(&reader, &writer) {
        assert_eq!(result.expect("nothing fails"), 1);
        assert_eq!(done.last().map(String::as_str), Some("flush"));
        assert!(done.contains(&"flush waits".to_owned()));
    }
}

#[test]
fn a_question_through_buffers_is_answered() {
    let _watch = watch();
    current_thread().block_on(async {
        let (mut asking, near) = duplex(64);
        let (far, mut answering) = duplex(64);
        let proxy = runtime::spawn(async move {
            let (mut near, mut far) = (near, BufWriter::new(far));
            copy(&mut near, &mut far).await
        });
        tokio::io::AsyncWriteExt::write_all(&mut asking, b"are you there?").await.unwrap();
        let mut question = [0; 14];
        answering.read_exact(&mut question).await.unwrap(); // `asking` is still open
        assert_eq!(&question, b"are you there?");
        drop(asking);
        assert_eq!(proxy.await.unwrap().unwrap(), 14);
    });
}

#[test]
fn partial_writes_go_on_where_they_stopped() {
    let reader = Scripted::new().reads(&[Bytes(b"hello")]);
    let writer = Scripted::new().writes(&[Takes(1), Takes(3), Takes(1)]);
    let trace = ["read hello", "write h", "write ell", "write o", "end", "flush"];
    assert_both(&reader, &writer, 5, &trace);
}

#[test]
fn while_the_writer_waits_more_is_read() {
    let mut writer = Scripted::new().writes(&[Waits, Waits]);
    let mut reader = Scripted::new().reads(&[Bytes(b"a"), Bytes(b"b"), Waits]).logged_with(&writer);
    assert_eq!(spin(copy(&mut reader, &mut writer)).expect("nothing fails"), 2);
    let trace = ["read a", "write waits", "read b", "write waits", "read waits", "write ab"];
    assert_eq!(writer.trace(), [&trace[..], &["end", "flush"]].concat());
}

#[test]
fn the_end_may_be_found_while_the_writer_waits() {
    let mut writer = Scripted::new().writes(&[Waits, Waits]);
    let mut reader = Scripted::new().reads(&[Bytes(b"a")]).logged_with(&writer);
    assert_eq!(spin(copy(&mut reader, &mut writer)).expect("nothing fails"), 1);
    let trace = ["read a", "write waits", "end", "write waits", "write a", "flush"];
    assert_eq!(writer.trace(), trace, "the end is not asked for twice");
}

#[test]
fn interrupted_operations_are_tried_again() {
    let reader = Scripted::new().reads(&[Fails(ErrorKind::Interrupted), Bytes(b"hello")]);
    let writer = Scripted::new().writes(&[Fails(ErrorKind::Interrupted), Takes(5)]);
    assert_both(&reader, &writer, 5, &["read hello", "write hello", "end", "flush"]);
}

#[test]
fn the_first_error_ends_the_copy() {
    let well = Scripted::new;
    let hello = || well().reads(&[Bytes(b"hello")]);
    let read = well().reads(&[Bytes(b"hello"), Fails(ErrorKind::ConnectionReset)]);
    assert_both_fail(&read, &well(), ErrorKind::ConnectionReset);
    let write = well().writes(&[Takes(2), Fails(ErrorKind::StorageFull)]);
    assert_both_fail(&hello(), &write, ErrorKind::StorageFull);
    let last_flush = well().flushes(&[Fails(ErrorKind::BrokenPipe)]);
    assert_both_fail(&hello(), &last_flush, ErrorKind::BrokenPipe);
    let waiting = hello().reads(&[Waits]);
    assert_both_fail(&waiting, &last_flush, ErrorKind::BrokenPipe);
}

#[test]
fn a_writer_that_takes_nothing_is_an_error() {
    let reader = Scripted::new().reads(&[Bytes(b"hello")]);
    let writer = Scripted::new().writes(&[Takes(3), Takes(0)]);
    assert_both_fail(&reader, &writer, ErrorKind::WriteZero);
}

#[test]
#[should_panic(expected = "the writer took 6 of 5 bytes")]
fn a_writer_that_claims_too_much_is_told_so() {
    let mut reader = Scripted::new().reads(&[Bytes(b"hello")]);
    let mut writer = Scripted::new().writes(&[Takes(6)]);
    let _ = spin(copy(&mut reader, &mut writer));
}

#[test]
fn it_follows_a_script_of_another_project() {
    let mut reader = tokio_test::io::Builder::new().read(b"hello ").read(b"world").build();
    let mut writer = tokio_test::io::Builder::new().write(b"hello ").write(b"world").build();
    assert_eq!(spin(copy(&mut reader, &mut writer)).expect("as in the script"), 11);
    let kind = ErrorKind::ConnectionReset;
    let mut reader = tokio_test::io::Builder::new().read(b"a").read_error(kind.into()).build();
    let mut writer = tokio_test::io::Builder::new().write(b"a").build();
    assert_eq!(spin(copy(&mut reader, &mut writer)).unwrap_err().kind(), kind);
}

#[test]
fn copy_buf_loses_nothing_when_it_is_dropped() {
    let mut reader = BufReader::new(Scripted::new().reads(&[Bytes(b"hello")]));
    let mut writer = Scripted::new().writes(&[Takes(2), Waits]);
    {
        let mut copy = pin!(copy_buf(&mut reader, &mut writer));
        let waker = Counts::new().waker();
        assert!(copy.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(spin(copy_buf(&mut reader, &mut writer)).expect("nothing fails"), 3);
    assert_eq!(writer.trace(), ["write he", "write waits", "write llo", "flush"]);
}

/// Polls a future on a runtime so many times, and returns after which of them it was woken.
fn polls_of<F: Future>(count: usize, future: F) -> Vec<usize> {
    let mut future = pin!(future);
    let counts = Counts::new();
    let mut woken = Vec::new();
    let runtime = current_thread();
    for _ in 0..count {
        // Each `block_on` begins with a poll, and so with a full budget.
        runtime.block_on(poll_fn(|_| {
            let waker = counts.waker();
            assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            Poll::Ready(())
        }));
        woken.push(counts.wakes());
    }
    woken
}

#[test]
fn a_poll_of_copy_between_ends_that_are_always_ready_moves_a_bounded_amount() {
    let _watch = watch();
    let (mut reader, mut writer) = (Flood::new(), Flood::new());
    let seen = writer.clone();
    assert_eq!(polls_of(3, copy(&mut reader, &mut writer)), [1, 2, 3], "it wakes itself, once");
    assert_eq!(seen.written(), 3 * BUFFER * UNITS / 2, "a read and a write take a unit each");
}

#[test]
fn a_poll_of_copy_buf_between_ends_that_are_always_ready_moves_a_bounded_amount() {
    let _watch = watch();
    let mut reader = BufReader::with_capacity(1024, Flood::new());
    let mut writer = Flood::new();
    let seen = writer.clone();
    assert_eq!(polls_of(3, copy_buf(&mut reader, &mut writer)), [1, 2, 3]);
    assert_eq!(seen.written(), 3 * 1024 * UNITS);
}

#[test]
fn an_interrupted_reader_does_not_keep_the_worker() {
    let _watch = watch();
    let reader = vec![Fails(ErrorKind::Interrupted); 10_000];
    let mut reader = Scripted::new().reads(&reader);
    let mut writer = Scripted::new();
    assert_eq!(polls_of(1, copy(&mut reader, &mut writer)), [1]);
}

#[test]
fn futures_of_functions_are_send() {
    fn is_send<T: Send>(_: T) {}
    is_send(copy(&mut repeat(1), &mut sink()));
    is_send(copy_buf(&mut BufReader::new(repeat(1)), &mut sink()));
    let (mut a, mut b) = duplex(1);
    is_send(runtime::io::copy_bidirectional(&mut a, &mut b));
}

#[test]
fn endless_copies_let_other_tasks_run() {
    let _watch = watch();
    let runtime = current_thread();
    runtime.block_on(async {
        let copies = [
            runtime::spawn(async { copy(&mut repeat(1), &mut sink()).await }),
            runtime::spawn(async { copy_buf(&mut BufReader::new(repeat(1)), &mut sink()).await }),
            runtime::spawn(async { copy(&mut Flood::new(), &mut Flood::new()).await }),
        ];
        for _ in 0..10 {
            runtime::spawn(async {}).await.unwrap();
        }
        for copy in copies {
            copy.abort();
            assert!(copy.await.unwrap_err().is_cancelled());
        }
    });
}
