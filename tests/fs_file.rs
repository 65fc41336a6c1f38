//! Files: what is under way when a future is dropped, what is reported when, and where the position is.
#![cfg(unix)]

mod support;

use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::time::Instant;

use futures::{FutureExt, executor};
use runtime::fs::{self, File};
use runtime::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, ReadBuf};
use runtime::{Builder, Runtime};
use support::{Counts, Gate, LONG, current_thread, multi_thread, poll_once, watch};
use tempfile::NamedTempFile;

/// A runtime with one thread for calls that block, and the gate before which it stands.
fn held() -> (Runtime, Arc<Gate>) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let gate = hold(&runtime);
    (runtime, gate)
}

fn hold(runtime: &Runtime) -> Arc<Gate> {
    let gate = Gate::new("calls may begin");
    let waits = gate.clone();
    drop(runtime.spawn_blocking(move || waits.wait()));
    gate
}

fn with(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// For reading and writing.
fn open(file: &NamedTempFile) -> File {
    File::from_std(std::fs::File::options().read(true).write(true).open(file.path()).unwrap())
}

/// A file that is an end of a socket, and the other end.
fn stream() -> (File, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (File::from(OwnedFd::from(ours)), theirs)
}

#[test]
fn a_read_that_was_given_up_has_not_moved_the_position() {
    let _watch = watch();
    let (runtime, mut gate) = held();
    type Next = fn(&mut File) -> futures::future::BoxFuture<'_, Vec<u8>>;
    let nexts: [Next; 4] = [
        |file| {
            async {
                let mut buf = [0; 2];
                file.read_exact(&mut buf).await.unwrap();
                [&buf[..], &file.stream_position().await.unwrap().to_le_bytes()[..1]].concat()
            }
            .boxed()
        },
        |file| async { vec![file.stream_position().await.unwrap() as u8] }.boxed(),
        |file| {
            async {
                file.write_all(b"A").await.unwrap();
                let mut rest = vec![file.stream_position().await.unwrap() as u8];
                file.read_to_end(&mut rest).await.unwrap();
                rest
            }
            .boxed()
        },
        |file| {
            async {
                assert!(file.seek(SeekFrom::Current(-1)).await.is_err());
                let mut rest = Vec::new();
                file.read_to_end(&mut rest).await.unwrap();
                rest
            }
            .boxed()
        },
    ];
    let expected: [&[u8]; 4] = [b"ab\x02", b"\x00", b"\x01bcdef", b"abcdef"];
    for (next, expected) in nexts.into_iter().zip(expected) {
        let temp = with(b"abcdef");
        let mut file = open(&temp);
        let got = runtime.block_on(async {
            assert!(file.read(&mut [0; 4]).now_or_never().is_none());
            gate.open();
            next(&mut file).await
        });
        assert_eq!(got, expected);
        gate = hold(&runtime);
    }
    gate.open();
}

#[test]
fn a_file_that_is_given_away_is_where_it_was_read() {
    let _watch = watch();
    let (runtime, gate) = held();
    let temps = [with(b"abcdef"), with(b"abcdef")];
    let [mut first, mut second] = [open(&temps[0]), open(&temps[1])];
    runtime.block_on(async {
        assert!(first.read(&mut [0; 4]).now_or_never().is_none());
        assert!(second.read(&mut [0; 4]).now_or_never().is_none());
        let mut second = second.try_into_std().expect_err("a read is under way");
        gate.open();
        assert_eq!(first.into_std().await.stream_position().unwrap(), 0);
        second.metadata().await.unwrap(); // behind the read
        let mut byte = [0];
        second.read_exact(&mut byte).await.unwrap();
        assert_eq!(second.try_into_std().unwrap().stream_position().unwrap(), 1);
    });
}

#[test]
fn what_is_truncated_is_not_delivered() {
    let _watch = watch();
    let (runtime, gate) = held();
    let temp = with(b"abcdef");
    let mut file = open(&temp);
    runtime.block_on(async {
        assert!(file.read(&mut [0; 6]).now_or_never().is_none());
        gate.open();
        file.set_len(2).await.unwrap();
        let mut rest = Vec::new();
        file.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"ab");
    });
}

#[test]
fn an_operation_that_was_given_up_is_not_overtaken() {
    let _watch = watch();
    let (runtime, gate) = held();
    let temp = with(b"abcdef");
    let mut file = open(&temp);
    runtime.block_on(async {
        assert!(file.set_len(0).now_or_never().is_none());
        gate.open();
        file.write_all(b"12").await.unwrap();
        file.flush().await.unwrap();
    });
    assert_eq!(std::fs::read(temp.path()).unwrap(), b"12");
}

#[test]
fn bytes_for_a_read_that_was_given_up_are_delivered_by_the_next() {
    let _watch = watch();
    let (mut file, mut peer) = stream();
    current_thread().block_on(async {
        assert!(file.read(&mut [0; 10]).now_or_never().is_none());
        peer.write_all(b"hello").unwrap();
        // Written although something is unread, since a socket cannot go back.
        file.write_all(b"bye").await.unwrap();
        file.flush().await.unwrap();
        let mut said = [0; 3];
        peer.read_exact(&mut said).unwrap();
        assert_eq!(&said, b"bye");
        assert!(file.seek(SeekFrom::Start(0)).await.is_err());
        let mut heard = [0; 5];
        file.read_exact(&mut heard[..2]).await.unwrap();
        file.read_exact(&mut heard[2..]).await.unwrap();
        assert_eq!(&heard, b"hello");
    });
}

/// An event descriptor takes every seek and stays where it is: what was read was taken back in vain before a write, and so was lost.
#[cfg(target_os = "linux")]
#[test]
fn what_was_read_from_a_device_that_only_seems_to_seek_is_not_lost() {
    let _watch = watch();
    let (runtime, gate) = held();
    let mut event =
        File::from(rustix::event::eventfd(5, rustix::event::EventfdFlags::CLOEXEC).unwrap());
    runtime.block_on(async {
        assert!(event.read(&mut [0; 8]).now_or_never().is_none());
        gate.open();
        event.write_all(&7_u64.to_ne_bytes()).await.unwrap();
        event.flush().await.unwrap();
        for expected in [5_u64, 7] {
            let mut count = [0; 8];
            event.read_exact(&mut count).await.unwrap();
            assert_eq!(u64::from_ne_bytes(count), expected);
        }
    });
}

/// A job told only who had asked last of its end: a reader that waited was forgotten as soon as a writer waited too.
#[test]
fn both_halves_of_a_file_are_woken() {
    let _watch = watch();
    let (file, mut peer) = stream();
    let (mut reader, mut writer) = runtime::io::split(file);
    current_thread().block_on(async {
        let [reads, writes] = [Counts::new(), Counts::new()];
        let mut heard = [0; 5];
        let mut read = Box::pin(reader.read_exact(&mut heard));
        assert!(poll_once(&mut read, &reads).is_pending());
        // Behind the read; and then the writer has something else to do.
        assert!(poll_once(&mut Box::pin(writer.write(b"bye")), &writes).is_pending());
        peer.write_all(b"hello").unwrap();
        while reads.wakes() == 0 || writes.wakes() == 0 {
            runtime::task::yield_now().await;
        }
        assert!(poll_once(&mut read, &reads).is_ready());
        drop(read);
        assert_eq!(&heard, b"hello");
    });
}

/// Two tasks, each with its half, waited for ever.
#[test]
fn tasks_share_the_halves_of_a_file() {
    let _watch = watch();
    let (temp, text) = (with(b"abcdef"), vec![b'x'; 100]);
    multi_thread(2).block_on(async {
        let mut file = open(&temp);
        file.set_max_buf_size(1);
        let (mut reader, mut writer) = runtime::io::split(file);
        let reader = runtime::spawn(async move {
            let mut byte = [0];
            for _ in 0..100 {
                let _at_most_one = reader.read(&mut byte).await.unwrap();
            }
        });
        let writer = runtime::spawn(async move {
            writer.write_all(&text).await.unwrap();
            writer.flush().await.unwrap();
        });
        runtime::time::timeout(LONG / 2, reader).await.unwrap().unwrap();
        runtime::time::timeout(LONG / 2, writer).await.unwrap().unwrap();
    });
}

/// To ask in vain whether a file can be given away made it forget whom to wake.
#[test]
fn a_file_that_is_not_given_away_still_wakes_its_reader() {
    let _watch = watch();
    let (mut file, mut peer) = stream();
    current_thread().block_on(async {
        let wakes = Counts::new();
        let waker = wakes.waker();
        let mut cx = Context::from_waker(&waker);
        let mut memory = [0; 5];
        let mut buf = ReadBuf::new(&mut memory);
        assert!(Pin::new(&mut file).poll_read(&mut cx, &mut buf).is_pending());
        let mut file = file.try_into_std().unwrap_err();
        peer.write_all(b"hello").unwrap();
        while wakes.wakes() == 0 {
            runtime::task::yield_now().await;
        }
        assert!(Pin::new(&mut file).poll_read(&mut cx, &mut buf).is_ready());
        assert_eq!(buf.filled(), b"hello");
    });
}

/// What is known of a file does not depend on its input, which may never come.
#[test]
fn metadata_do_not_wait_for_a_read() {
    let _watch = watch();
    let (mut file, peer) = stream();
    current_thread().block_on(async {
        assert!(file.read(&mut [0; 5]).now_or_never().is_none());
        runtime::time::timeout(LONG / 2, file.metadata()).await.unwrap().unwrap();
    });
    drop(peer);
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_in_the_background_is_reported_by_the_next_write_flush_or_sync() {
    let _watch = watch();
    current_thread().block_on(async {
        for next in 0..5 {
            let mut file = File::options().write(true).open("/dev/full").await.unwrap();
            assert_eq!(file.write(b"much").await.unwrap(), 4);
            // Neither of these reports it, and neither makes it be forgotten.
            let _ = file.seek(SeekFrom::Start(0)).await;
            file.metadata().await.unwrap();
            let outcome = match next {
                0 => file.flush().await,
                1 => file.write(b"more").await.map(drop),
                2 => file.shutdown().await,
                3 => file.sync_all().await,
                _ => file.sync_data().await,
            };
            let error = outcome.unwrap_err();
            assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::StorageFull, Some(28)));
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_with_an_error_that_nobody_knows_is_not_given_away_at_once() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut file = File::options().write(true).open("/dev/full").await.unwrap();
        file.write_all(b"much").await.unwrap();
        file.metadata().await.unwrap();
        let mut file = file.try_into_std().unwrap_err();
        file.flush().await.unwrap_err();
        file.try_into_std().unwrap();
    });
}

/// A flush that is tried again after a failure said that all is well, while the bytes were gone.
#[test]
fn what_could_not_be_written_is_written_by_a_later_flush() {
    let _watch = watch();
    let (file, mut peer) = UnixStream::pair().unwrap();
    file.set_nonblocking(true).unwrap(); // so that it has enough at some point, and later has not
    let mut file = File::from(OwnedFd::from(file));
    let sent: Vec<u8> = (0..1_500_000).map(|n| (n / 7) as u8).collect();
    current_thread().block_on(async {
        assert_eq!(file.write(&sent).await.unwrap(), sent.len());
        for _ in 0..3 {
            assert_eq!(file.flush().await.unwrap_err().kind(), ErrorKind::WouldBlock);
        }
        assert_eq!(file.write(b"!").await.unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(file.sync_all().await.unwrap_err().kind(), ErrorKind::WouldBlock);
        let reader = std::thread::spawn(move || {
            let mut got = Vec::new();
            peer.read_to_end(&mut got).unwrap();
            got
        });
        while let Err(error) = file.flush().await {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            runtime::task::yield_now().await;
        }
        file.write_all(b"!").await.unwrap();
        while file.flush().await.is_err() {}
        drop(file);
        let got = reader.join().unwrap();
        assert!(got == [&sent[..], b"!"].concat(), "{} bytes of {}", got.len(), sent.len() + 1);
    });
}

#[test]
fn a_read_only_file_can_be_read_after_a_write_that_failed() {
    let _watch = watch();
    let temp = with(b"abc");
    current_thread().block_on(async {
        let mut file = File::open(temp.path()).await.unwrap();
        file.write_all(b"x").await.unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "abc");
        file.flush().await.unwrap_err();
        file.flush().await.unwrap(); // the read gave up what could not be written
    });
}

#[test]
fn a_file_survives_the_end_of_a_runtime() {
    let _watch = watch();
    let temp = with(b"abcdef");
    let ended = current_thread();
    let handle = ended.handle().clone();
    drop(ended);
    let mut file = open(&temp);
    {
        let _entered = handle.enter();
        executor::block_on(async {
            for _ in 0..2 {
                let error = file.read(&mut [0; 4]).await.unwrap_err();
                assert!(error.to_string().contains("runtime ended"), "{error}");
                file.seek(SeekFrom::Start(1)).await.unwrap_err();
                file.set_len(1).await.unwrap_err();
            }
            file.write_all(b"12").await.unwrap();
            file.flush().await.unwrap_err();
            file.sync_all().await.unwrap_err();
        });
    }
    // The bytes are still there, for whoever can write them.
    current_thread().block_on(file.flush()).unwrap();
    assert_eq!(std::fs::read(temp.path()).unwrap(), b"12cdef");
}

#[test]
fn a_file_that_is_dropped_writes_what_it_accepted() {
    let _watch = watch();
    let (runtime, gate) = held();
    let temp = with(b"");
    let mut file = open(&temp);
    runtime.block_on(async {
        assert_eq!(file.write(b"abc").await.unwrap(), 3);
        drop(file);
        gate.open();
        runtime::task::spawn_blocking(|| ()).await.unwrap();
    });
    assert_eq!(std::fs::read(temp.path()).unwrap(), b"abc");
}

#[test]
fn tasks_share_a_file() {
    let _watch = watch();
    let temp = with(b"abc");
    current_thread().block_on(async {
        let file = Arc::new(open(&temp));
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let file = file.clone();
                runtime::spawn(async move {
                    file.sync_all().await?;
                    file.set_len(n).await?;
                    file.metadata().await
                })
            })
            .collect();
        for task in tasks {
            runtime::time::timeout(LONG, task).await.unwrap().unwrap().unwrap();
        }
    });
}

#[test]
fn clones_have_one_position_and_the_same_bound() {
    let _watch = watch();
    let temp = with(b"abcdef");
    current_thread().block_on(async {
        let mut file = open(&temp);
        file.set_max_buf_size(3);
        let mut clone = file.try_clone().await.unwrap();
        let mut buf = [0; 10];
        assert_eq!(file.read(&mut buf).await.unwrap(), 3);
        assert_eq!(clone.read(&mut buf).await.unwrap(), 3);
        assert_eq!(&buf[..3], b"def");
        assert_eq!(clone.write(b"ghijkl").await.unwrap(), 3);
    });
}

/// A clone began behind what a read that was given up had read ahead.
#[test]
fn a_clone_begins_where_the_file_was_read() {
    let _watch = watch();
    let (runtime, gate) = held();
    let temp = with(b"abcdef");
    let mut file = open(&temp);
    runtime.block_on(async {
        assert!(file.read(&mut [0; 4]).now_or_never().is_none());
        gate.open();
        let mut clone = file.try_clone().await.unwrap();
        assert_eq!(clone.stream_position().await.unwrap(), 0);
        let mut text = String::new();
        clone.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "abcdef");
    });
}

#[test]
fn files_that_are_ready_let_others_run() {
    let _watch = watch();
    let temp = with(b"abcdef");
    current_thread().block_on(async {
        let mut file = open(&temp);
        file.read_exact(&mut [0; 1]).await.unwrap();
        let other = runtime::spawn(async {});
        while !other.is_finished() {
            assert_eq!(file.read(&mut []).await.unwrap(), 0);
        }
    });
}

#[test]
fn a_file_works_in_a_foreign_executor() {
    let _watch = watch();
    let temp = with(b"");
    executor::block_on(async {
        fs::write(temp.path(), "abc").await.unwrap();
        let mut file = open(&temp);
        let mut text = String::new();
        file.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "abc");
    });
}

#[test]
fn what_was_accepted_is_written_although_the_runtime_ends() {
    let _watch = watch();
    type End = fn(Runtime);
    let ends: [End; 3] = [
        drop,
        |runtime| runtime.shutdown_timeout(LONG),
        |runtime| {
            // It does not wait, so that others have to.
            runtime.shutdown_background();
        },
    ];
    for (waits, end) in [true, true, false].into_iter().zip(ends) {
        let (runtime, gate) = held();
        let (temp, began) = (with(b""), Arc::new(()));
        let mut file = open(&temp);
        let call = began.clone();
        runtime.block_on(async {
            file.write_all(b"abc").await.unwrap();
            drop(runtime::task::spawn_blocking(move || drop(call)));
        });
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while Arc::strong_count(&began) > 1 {
                    std::thread::yield_now(); // until the end has dropped what was not promised
                }
                gate.open();
            });
            end(runtime);
        });
        if !waits {
            executor::block_on(file.flush()).unwrap();
        }
        assert_eq!(std::fs::read(temp.path()).unwrap(), b"abc");
    }
}

#[test]
fn main_waits_for_what_was_accepted() {
    #[runtime::main]
    async fn on_a_thread(path: &std::path::Path) {
        File::create(path).await.unwrap().write_all(b"abc").await.unwrap();
    }
    #[runtime::main]
    async fn as_a_task(path: std::path::PathBuf) {
        File::create(path).await.unwrap().write_all(b"abc").await.unwrap();
    }
    #[runtime::main(flavor = "local")]
    async fn on_a_local_runtime(path: &std::path::Path) {
        File::create(path).await.unwrap().write_all(b"abc").await.unwrap();
    }
    let _watch = watch();
    for _ in 0..20 {
        let temps = [with(b""), with(b""), with(b"")];
        on_a_thread(temps[0].path());
        as_a_task(temps[1].path().to_owned());
        on_a_local_runtime(temps[2].path());
        for temp in temps {
            assert_eq!(std::fs::read(temp.path()).unwrap(), b"abc");
        }
    }
}

#[test]
fn main_waits_for_no_write_that_never_ends() {
    #[runtime::main]
    async fn program(mut file: File) {
        file.write_all(&vec![0; 1_500_000]).await.unwrap(); // more than the socket holds
    }
    let _watch = watch();
    let (file, peer) = stream();
    let begin = Instant::now();
    program(file);
    assert!(begin.elapsed() < LONG / 2);
    drop(peer);
}
