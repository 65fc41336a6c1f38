//! The streams of children.
#![cfg(all(target_os = "linux", feature = "process", feature = "time"))]

mod support;

use std::io::{IoSlice, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::Stdio;

use runtime::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use runtime::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use runtime::task;
use rustix::fs::{OFlags, fcntl_getfl};
use support::{all_kinds, current_thread, descriptors, eventually, watch};
use tokio_test::task as manual;
use tokio_test::{assert_pending, assert_ready};

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

#[test]
fn a_conversation() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mut child = shell("while read n; do echo $((n + 1)); echo $n >&2; done")
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
            for n in 0..100 {
                stdin.write_all(format!("{n}\n").as_bytes()).await.unwrap();
                assert_eq!(answers.next_line().await.unwrap(), Some((n + 1).to_string()));
                assert_eq!(errors.next_line().await.unwrap(), Some(n.to_string()));
            }
            stdin.shutdown().await.unwrap();
            stdin.write_all(b"100\n").await.unwrap(); // a pipe ends when it is closed, and not before
            assert_eq!(answers.next_line().await.unwrap(), Some("101".into()));
            drop(stdin);
            assert_eq!(answers.next_line().await.unwrap(), None);
            assert!(child.wait().await.unwrap().success());
        });
    }
}

#[test]
fn more_goes_through_than_a_pipe_holds() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mut cat = Command::new("cat");
            let mut child = cat.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n / 7) as u8).collect();
            let (mut stdin, sent) = (child.stdin.take().unwrap(), bytes.clone());
            let writer = task::spawn(async move {
                let parts: Vec<_> = sent.chunks(1000).map(IoSlice::new).collect();
                assert!(stdin.write_vectored(&parts[..8]).await.unwrap() == 8_000);
                stdin.write_all(&sent[8_000..]).await.unwrap();
            });
            let output = child.wait_with_output().await.unwrap();
            writer.await.unwrap();
            assert!(output.stdout == bytes);
        });
    }
}

#[test]
fn who_writes_to_a_child_that_has_ended_is_told() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut child = shell("exec sleep 1000").spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let writer = task::spawn(async move {
            loop {
                stdin.write_all(&[7; 8192]).await?;
            }
            #[expect(unreachable_code, reason = "it names the type")]
            std::io::Result::Ok(())
        });
        task::yield_now().await;
        child.kill().await.unwrap();
        let error = writer.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    });
}

#[test]
fn a_read_that_is_dropped_loses_no_bytes() {
    let _watch = watch();
    let runtime = support::multi_thread(1);
    let _entered = runtime.enter();
    let mut child = shell("read line; echo $line; read line").spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut bytes = [0; 16];
    let mut read = manual::spawn(stdout.read(&mut bytes));
    assert_pending!(read.poll());
    runtime.block_on(stdin.write_all(b"ping\n")).unwrap();
    eventually("the read is woken", || read.is_woken());
    drop(read);
    let length = assert_ready!(manual::spawn(stdout.read(&mut bytes)).poll()).unwrap();
    assert_eq!(&bytes[..length], b"ping\n");
    drop(stdin);
    runtime.block_on(child.wait()).unwrap();
}

#[test]
fn the_output_of_one_is_the_input_of_another() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut echo = shell("echo hello").spawn().unwrap();
        let stdin: Stdio = echo.stdout.take().unwrap().try_into().unwrap();
        let tr = Command::new("tr").args(["a-z", "A-Z"]).stdin(stdin).output();
        assert_eq!(tr.await.unwrap().stdout, b"HELLO\n");
        assert!(echo.wait().await.unwrap().success());
    });
}

#[test]
fn a_stream_that_is_given_away_blocks_as_others_expect() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut child = shell("cat; cat <&0 >&2").stderr(Stdio::piped()).spawn().unwrap();
        let blocks = |fd: &dyn AsFd| !fcntl_getfl(fd.as_fd()).unwrap().contains(OFlags::NONBLOCK);
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let stderr = child.stderr.take().unwrap();
        assert!(!blocks(&stdin) && !blocks(&stdout) && !blocks(&stderr));
        assert_eq!(stdin.as_fd().as_raw_fd(), stdin.as_raw_fd());
        let given = [stdin.into_owned_fd(), stdout.into_owned_fd(), stderr.into_owned_fd()];
        let [stdin, stdout, stderr] = given.map(Result::unwrap);
        assert!(blocks(&stdin) && blocks(&stdout) && blocks(&stderr));

        // And back, by way of the standard library.
        let mut stdin = ChildStdin::from_std(stdin.into()).unwrap();
        let mut stdout = ChildStdout::from_std(stdout.into()).unwrap();
        let mut stderr = ChildStderr::from_std(stderr.into()).unwrap();
        stdin.write_all(b"ping").await.unwrap();
        drop(stdin);
        let mut text = String::new();
        stdout.read_to_string(&mut text).await.unwrap();
        stderr.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "ping");
        child.wait().await.unwrap();
    });
}

#[test]
fn a_child_may_have_any_descriptor_for_a_stream() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"from a file").unwrap();
        let again = OwnedFd::from(file.try_clone().unwrap());
        let mut shell = shell("echo >&2; echo >&2");
        assert!(shell.stderr(Stdio::from(again)).status().await.unwrap().success());
        assert_eq!(file.metadata().unwrap().len(), 13);
    });
}

#[test]
fn nothing_is_left_open() {
    // Other tests of this file open and close meanwhile: so a process of its own.
    const CHILD: &str = "GOSCHED_TEST_DESCRIPTORS_OF_CHILDREN";
    let _watch = watch();
    if std::env::var_os(CHILD).is_none() {
        let output = support::once_more("nothing_is_left_open", CHILD).output().unwrap();
        return assert!(output.status.success(), "{output:?}");
    }
    current_thread().block_on(async {
        shell("true").output().await.unwrap(); // the reactor has descriptors too
        let before = descriptors();
        for _ in 0..20 {
            shell("cat").output().await.unwrap();
            shell("cat").status().await.unwrap();
            Command::new("/no/such/program").stdin(Stdio::piped()).spawn().unwrap_err();
            let mut child = shell("cat").spawn().unwrap();
            drop(child.stdout.take());
            child.wait().await.unwrap();
        }
        assert_eq!(descriptors(), before);
    });
}
