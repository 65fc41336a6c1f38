//! The adapters for hyper, without a socket.
#![cfg(feature = "hyper")]

mod support;

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hyper::rt::{Executor as _, Read, ReadBuf as Theirs, Timer as _, Write};
use runtime::hyper::{Executor, Io, Timer};
use runtime::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf, duplex};

use support::{Gate, watch};

#[test]
fn what_is_read_goes_behind_what_was_read() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut io = Io::new(&b"hello world"[..]);
    let mut memory = [std::mem::MaybeUninit::uninit(); 16];
    let mut buf = Theirs::uninit(&mut memory);
    buf.unfilled().put_slice(b"> ");
    assert!(Pin::new(&mut io).poll_read(&mut cx, buf.unfilled()).is_ready());
    assert_eq!(buf.filled(), b"> hello world");
    assert!(Pin::new(&mut io).poll_read(&mut cx, buf.unfilled()).is_ready());
    assert_eq!(buf.filled(), b"> hello world", "there is no more");
    assert_eq!(io.into_inner(), b"");
}

/// A reader that puts another buffer in the place of the one that it was given.
struct Swaps;

impl AsyncRead for Swaps {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut other = ReadBuf::new(Box::leak(Box::new([1; 8])));
        other.advance(8);
        *buf = other;
        Poll::Ready(Ok(()))
    }
}

#[test]
#[should_panic(expected = "another buffer than it was given")]
fn a_reader_that_swaps_the_buffer_is_found_out() {
    let mut memory = [std::mem::MaybeUninit::uninit(); 16];
    let mut buf = Theirs::uninit(&mut memory);
    let mut cx = Context::from_waker(Waker::noop());
    let _ = Pin::new(&mut Io::new(Swaps)).poll_read(&mut cx, buf.unfilled());
}

#[test]
fn a_stream_that_was_hypers_is_an_ordinary_one() {
    runtime::block_on(async {
        let (near, mut far) = duplex(64);
        let mut stream = Io::new(Io::new(near)); // there and back
        stream.write_all(b"ping").await.unwrap();
        far.write_all(b"pong").await.unwrap();
        AsyncWriteExt::shutdown(&mut stream).await.unwrap();
        let (mut there, mut back) = (String::new(), [0; 4]);
        far.read_to_string(&mut there).await.unwrap();
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!((&*there, &back), ("ping", b"pong"));
    });
}

#[test]
fn vectored_writes_pass_through() {
    let (near, _far) = duplex(64);
    let mut cx = Context::from_waker(Waker::noop());
    let mut io = Io::new(near);
    assert!(Write::is_write_vectored(&io));
    let parts = [&b"ab"[..], b"cde"].map(io::IoSlice::new);
    let written = Write::poll_write_vectored(Pin::new(&mut io), &mut cx, &parts);
    assert!(matches!(written, Poll::Ready(Ok(5))));
    assert!(AsyncWrite::is_write_vectored(io.inner_mut()));
}

#[test]
fn the_executor_starts_tasks() {
    let _watch = watch();
    let ran = Gate::new("the task runs");
    let task = ran.clone();
    Executor::new().execute(async move { task.open() });
    ran.wait();
}

/// Hyper asks its timer for the time, and adds a timeout to that.
#[cfg(feature = "test-util")]
#[test]
fn timeouts_were_over_at_once_in_a_runtime_whose_clock_was_put_forward() {
    use runtime::time;

    let _watch = watch();
    let builder = &mut runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap().block_on(async {
        time::advance(Duration::from_secs(3_600)).await;
        let (timer, start) = (Timer::new(), time::Instant::now());
        timer.sleep_until(timer.now() + Duration::from_secs(10)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(10));
    });
}

#[test]
fn the_timer_is_never_early_and_can_be_reset() {
    let _watch = watch();
    runtime::block_on(async {
        let began = Instant::now();
        let timer = Timer::new();
        timer.sleep(Duration::from_millis(5)).await;
        assert!(began.elapsed() >= Duration::from_millis(5));

        let mut sleep = timer.sleep_until(began + Duration::from_secs(3600));
        let deadline = Instant::now() + Duration::from_millis(5);
        timer.reset(&mut sleep, deadline);
        sleep.await;
        assert!(Instant::now() >= deadline);
    });
}

/// A sleep that is not ours, and ends at once when it is polled.
struct Foreign(Arc<AtomicBool>);

impl Future for Foreign {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        self.0.store(true, SeqCst);
        Poll::Ready(())
    }
}

impl hyper::rt::Sleep for Foreign {}

#[test]
fn a_reset_replaces_a_sleep_that_is_not_ours() {
    let _watch = watch();
    let polled = Arc::new(AtomicBool::new(false));
    let mut sleep: Pin<Box<dyn hyper::rt::Sleep>> = Box::pin(Foreign(polled.clone()));
    runtime::block_on(async {
        let deadline = Instant::now() + Duration::from_millis(5);
        Timer::new().reset(&mut sleep, deadline);
        pin!(sleep).await;
        assert!(Instant::now() >= deadline);
    });
    assert!(!polled.load(SeqCst));
}
