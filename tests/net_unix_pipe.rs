//! Pipes: with and without a name, to their end, and from descriptors that are no pipes.
#![cfg(all(feature = "net", unix))]

mod support;

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use runtime::io::{AsyncReadExt, AsyncWriteExt, Interest};
use runtime::net::unix::pipe;
use support::{in_each_runtime, rounds, watch, with_sockets};
use tokio_test::{assert_pending, task};

/// A pipe with a name, which goes when this is dropped.
struct Fifo(PathBuf);

impl Fifo {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pipe-{test}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("`mkfifo` is there").success());
        Self(path)
    }
}

impl Drop for Fifo {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn more_than_a_pipe_holds_goes_through_it() {
    let _watch = watch();
    let bytes: Vec<u8> = (0..rounds(500_000)).map(|at| (at ^ (at >> 8)) as u8).collect();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut sender, mut receiver) = pipe::pipe().unwrap();
            let sent = bytes.clone();
            let writer = runtime::spawn(async move { sender.write_all(&sent).await });
            let mut all = Vec::new();
            receiver.read_to_end(&mut all).await.unwrap();
            writer.await.unwrap().unwrap();
            assert!(all == bytes, "{} bytes of {} came", all.len(), bytes.len());
        });
    });
}

#[test]
fn a_dropped_read_or_write_moves_nothing() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (mut sender, mut receiver) = pipe::pipe().unwrap();
        let mut byte = [0];
        assert_pending!(task::spawn(receiver.read(&mut byte)).poll());
        let mut filled = 0;
        sender.writable().await.unwrap();
        while let Ok(taken) = sender.try_write(&[7; 4096]) {
            filled += taken;
        }
        assert_pending!(task::spawn(sender.write(b"never")).poll());
        let mut all = vec![0; filled];
        receiver.read_exact(&mut all).await.unwrap();
        assert!(all.iter().all(|byte| *byte == 7));
        assert_eq!(receiver.try_read(&mut byte).unwrap_err().kind(), ErrorKind::WouldBlock);
    });
}

#[test]
fn nobody_at_the_other_end_is_told() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (mut sender, receiver) = pipe::pipe().unwrap();
        drop(receiver);
        assert_eq!(sender.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
        let (sender, mut receiver) = pipe::pipe().unwrap();
        drop(sender);
        assert!(receiver.ready(Interest::READABLE).await.unwrap().is_read_closed());
        assert_eq!(receiver.read(&mut [0]).await.unwrap(), 0);
    });
}

/// In packet mode a read stops behind each packet. If the first were taken for the last, the second would sleep on what is there.
#[test]
#[cfg(target_os = "linux")]
fn a_read_that_stops_behind_a_packet_is_not_the_last() {
    use rustix::pipe::{PipeFlags, pipe_with};
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (reader, writer) = pipe_with(PipeFlags::DIRECT | PipeFlags::CLOEXEC).unwrap();
        let mut receiver = pipe::Receiver::from_owned_fd(reader).unwrap();
        let mut sender = pipe::Sender::from_owned_fd(writer).unwrap();
        sender.write_all(b"one").await.unwrap();
        sender.write_all(b"two").await.unwrap();
        let mut bytes = [0; 64];
        assert_eq!(receiver.read(&mut bytes).await.unwrap(), 3);
        assert_eq!(receiver.read(&mut bytes).await.unwrap(), 3);
        assert_eq!(&bytes[..3], b"two");
    });
}

#[test]
fn a_pipe_with_a_name_is_opened_from_both_ends() {
    let _watch = watch();
    let fifo = Fifo::new("both");
    with_sockets(1).block_on(async {
        let options = pipe::OpenOptions::new();
        let error = options.open_sender(&fifo.0).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENXIO), "nobody reads yet");
        let mut receiver = options.open_receiver(&fifo.0).unwrap();
        let mut sender = options.open_sender(&fifo.0).unwrap();
        sender.write_all(b"x").await.unwrap();
        assert_eq!(receiver.read_u8().await.unwrap(), b'x');
        drop(sender);
        assert_eq!(receiver.read(&mut [0]).await.unwrap(), 0);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn an_end_for_both_directions_needs_no_other_and_sees_no_end() {
    let _watch = watch();
    let fifo = Fifo::new("read-write");
    with_sockets(1).block_on(async {
        let mut options = pipe::OpenOptions::new();
        options.read_write(true);
        let mut sender = options.open_sender(&fifo.0).unwrap();
        sender.write_all(b"x").await.unwrap();
        let mut receiver = options.open_receiver(&fifo.0).unwrap();
        drop(sender);
        assert_eq!(receiver.read_u8().await.unwrap(), b'x');
        assert_pending!(task::spawn(receiver.read(&mut [0])).poll());
    });
}

#[test]
fn what_is_no_pipe_or_not_open_for_it_is_refused() {
    let fifo = Fifo::new("refused");
    let file = std::env::temp_dir().join(format!("no-pipe-{}", std::process::id()));
    File::create(&file).unwrap();
    with_sockets(1).block_on(async {
        let options = pipe::OpenOptions::new();
        let error = options.open_receiver(&file).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let error = pipe::Sender::from_file(File::create(&file).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);

        let reader = options.open_receiver(&fifo.0).unwrap().into_nonblocking_fd().unwrap();
        let error = pipe::Sender::from_owned_fd(reader.try_clone().unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        pipe::Receiver::from_owned_fd(reader).unwrap();

        // These block, and there is nothing to be read: to look at them must not wait.
        let (reader, writer) = std::io::pipe().unwrap();
        let error = pipe::Receiver::from_owned_fd(writer.try_clone().unwrap().into()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let mut receiver = pipe::Receiver::from_owned_fd(reader.into()).unwrap();
        let mut sender = pipe::Sender::from_owned_fd(writer.into()).unwrap();
        assert_pending!(task::spawn(receiver.read(&mut [0])).poll());
        sender.write_all(b"x").await.unwrap();
        assert_eq!(receiver.read_u8().await.unwrap(), b'x');
    });
    std::fs::remove_file(&file).unwrap();
}

/// The other end stays as it was; a descriptor that is given out for blocking use blocks, and is non-blocking when it comes back.
#[test]
fn descriptors_are_given_out_and_taken_back() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (sender, mut receiver) = pipe::pipe().unwrap();
        let fd: OwnedFd = sender.into_blocking_fd().unwrap();
        let flags = rustix::fs::fcntl_getfl(&fd).unwrap();
        assert!(!flags.contains(rustix::fs::OFlags::NONBLOCK));
        let mut file = File::from(fd);
        file.write_all(b"x").unwrap();
        assert_eq!(receiver.read_u8().await.unwrap(), b'x');
        let mut sender = pipe::Sender::from_file(file).unwrap();
        sender.write_all(b"y").await.unwrap();
        let fd = receiver.into_blocking_fd().unwrap();
        let mut byte = [0];
        File::from(fd).read_exact(&mut byte).unwrap();
        assert_eq!(&byte, b"y");
    });
}
