//! The standard streams, each test in a process of its own.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use futures::FutureExt;
use runtime::Runtime;
use runtime::io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use support::{current_thread, multi_thread, watch};

const CHILD: &str = "RUNTIME_STDIO_CHILD";

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// This test again, in another process, with pipes.
fn child_of(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn finish(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{}\n{text}", output.status);
    text
}

#[test]
fn lines_go_through() {
    let _watch = watch();
    if is_child() {
        return multi_thread(2).block_on(async {
            let (mut lines, mut out) = (io::BufReader::new(io::stdin()).lines(), io::stdout());
            while let Some(line) = lines.next_line().await.unwrap() {
                out.write_all(format!("<{line}>\n").as_bytes()).await.unwrap();
            }
            out.flush().await.unwrap();
        });
    }
    let mut child = child_of("lines_go_through").spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        (0..5_000).for_each(|n| writeln!(input, "{n}").unwrap());
    });
    let expected: String = (0..5_000).map(|n| format!("<{n}>\n")).collect();
    let text = finish(child);
    assert!(text.contains(&expected), "{text}");
    writer.join().unwrap();
}

#[test]
fn a_write_of_one_handle_stays_in_one_piece() {
    let _watch = watch();
    if is_child() {
        return multi_thread(2).block_on(async {
            let write = |n: u8| async move {
                let (mut out, text) = (io::stdout(), [b'a' + n; 50_000]);
                for _ in 0..10 {
                    assert_eq!(out.write(&text).await.unwrap(), text.len());
                }
                out.flush().await.unwrap();
            };
            let tasks: Vec<_> = (0..4).map(|n| runtime::spawn(write(n))).collect();
            for task in tasks {
                task.await.unwrap();
            }
            println!();
        });
    }
    let text = finish(child_of("a_write_of_one_handle_stays_in_one_piece").spawn().unwrap());
    let long = text.lines().max_by_key(|line| line.len()).unwrap().as_bytes();
    let (start, long) = (long.len() % 50_000, long);
    assert_eq!(long.len() - start, 2_000_000);
    assert!(long[start..].chunks(50_000).all(|piece| piece.iter().all(|byte| *byte == piece[0])));
}

#[test]
fn a_prompt_is_seen_when_it_is_flushed() {
    let _watch = watch();
    if is_child() {
        return current_thread().block_on(async {
            let (mut input, mut out) = (io::stdin(), io::stdout());
            out.write_all(b"name? ").await.unwrap();
            out.flush().await.unwrap();
            let mut name = [0; 3];
            input.read_exact(&mut name).await.unwrap(); // comes only after the prompt
            out.shutdown().await.unwrap();
        });
    }
    let mut child = child_of("a_prompt_is_seen_when_it_is_flushed").spawn().unwrap();
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"name? ") {
        child.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    child.stdin.take().unwrap().write_all(b"Bob").unwrap();
    finish(child);
}

#[test]
fn a_read_that_waits_does_not_hold_the_end() {
    #[runtime::main]
    async fn program() {
        assert!(io::stdin().read(&mut [0; 8]).now_or_never().is_none());
        runtime::task::yield_now().await;
    }
    let _watch = watch();
    if is_child() {
        let begin = Instant::now();
        program();
        assert!(begin.elapsed() < Runtime::DROP_WAITS, "main waited for input");
        let begin = Instant::now();
        let runtime = current_thread();
        runtime.block_on(async {
            assert!(io::stdin().read(&mut [0; 8]).now_or_never().is_none());
        });
        drop(runtime);
        assert!(begin.elapsed() < 5 * Runtime::DROP_WAITS, "the end waited for input");
        return;
    }
    let mut child = child_of("a_read_that_waits_does_not_hold_the_end").spawn().unwrap();
    let input = child.stdin.take(); // stays open
    finish(child);
    drop(input);
}

#[test]
fn input_for_a_read_that_was_given_up_is_delivered_by_the_next() {
    let _watch = watch();
    if is_child() {
        return current_thread().block_on(async {
            let mut input = io::stdin();
            assert!(input.read(&mut [0; 64]).now_or_never().is_none());
            println!("given up");
            let mut text = String::new();
            input.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "hello");
        });
    }
    let test = "input_for_a_read_that_was_given_up_is_delivered_by_the_next";
    let mut child = child_of(test).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("given up") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the child ended");
    }
    child.stdin.take().unwrap().write_all(b"hello").unwrap();
    std::io::copy(&mut lines, &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_an_error_until_it_is_written() {
    let _watch = watch();
    if is_child() {
        return current_thread().block_on(async {
            let mut err = io::stderr();
            assert_eq!(err.write(b"too much").await.unwrap(), 8);
            let kind = std::io::ErrorKind::StorageFull;
            assert_eq!(err.write(b"more").await.unwrap_err().kind(), kind);
            for _ in 0..2 {
                assert_eq!(err.flush().await.unwrap_err().kind(), kind);
            }
        });
    }
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = child_of("what_cannot_be_written_is_an_error_until_it_is_written");
    finish(command.stderr(full).spawn().unwrap());
}

/// What was written of a piece before an error is not written again.
#[cfg(unix)]
#[test]
fn an_error_in_the_middle_of_a_write_doubles_nothing() {
    use std::os::{fd::OwnedFd, unix::net::UnixStream};
    let _watch = watch();
    let sent: Vec<u8> = (0..1_500_000).map(|n| (n / 7) as u8).collect();
    if is_child() {
        return current_thread().block_on(async {
            let mut err = io::stderr();
            assert_eq!(err.write(&sent).await.unwrap(), sent.len());
            let error = err.flush().await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
            println!("full");
            while err.flush().await.is_err() {
                runtime::task::yield_now().await;
            }
        });
    }
    let (ours, theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let mut command = child_of("an_error_in_the_middle_of_a_write_doubles_nothing");
    let mut child = command.stderr(OwnedFd::from(theirs)).spawn().unwrap();
    drop(command); // and with it its end of the pair
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("full") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the child ended");
    }
    let mut got = Vec::new();
    (&ours).read_to_end(&mut got).unwrap();
    std::io::copy(&mut lines, &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(got == sent, "{} bytes of {}", got.len(), sent.len());
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_flushed_in_vain_is_flushed_again() {
    use std::os::fd::AsRawFd;
    let _watch = watch();
    if is_child() {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        // SAFETY: both descriptors are open, and the standard library looks at the number alone.
        let stdout = unsafe { (libc::dup(1), libc::dup2(full.as_raw_fd(), 1)).0 };
        let outcomes = current_thread().block_on(async {
            let mut out = io::stdout();
            out.write_all(b"less than a line").await.unwrap();
            [out.flush().await, out.flush().await].map(|outcome| outcome.map_err(|e| e.kind()))
        });
        // SAFETY: as above.
        unsafe { libc::dup2(stdout, 1) };
        assert_eq!(outcomes, [Err(std::io::ErrorKind::StorageFull); 2]);
        return;
    }
    let text = finish(child_of("what_is_flushed_in_vain_is_flushed_again").spawn().unwrap());
    assert!(text.contains("less than a line"), "{text}");
}

#[cfg(unix)]
#[test]
fn they_have_the_descriptors_that_one_expects() {
    use std::os::fd::{AsFd, AsRawFd};
    let (input, out, err) = (io::stdin(), io::stdout(), io::stderr());
    assert_eq!([input.as_raw_fd(), out.as_raw_fd(), err.as_raw_fd()], [0, 1, 2]);
    let fds = [input.as_fd(), out.as_fd(), err.as_fd()];
    assert_eq!(fds.map(|fd| fd.as_raw_fd()), [0, 1, 2]);
}
