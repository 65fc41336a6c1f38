//! A dump on a signal, printed by a child process: this test program, run again for one of its tests.
#![cfg(all(
    feature = "rt-multi-thread",
    feature = "signal",
    feature = "time",
    target_os = "linux"
))]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use runtime::Builder;
use runtime::signal::unix::SignalKind;
use rustix::process::{Pid, Signal, kill_process};

/// Set for a child.
const CHILD: &str = "DUMP_SIGNAL_CHILD";

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs one of the tests as a child, and returns when that has said that it is ready.
fn child(test: &str, dump: Option<&str>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    command.env_remove("RUNTIME_DUMP").envs(dump.map(|value| ("RUNTIME_DUMP", value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("ready")), "it ended");
    child
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// What the child prints until a dump is complete.
fn dump_of(child: &mut Child) -> String {
    let (told, tells) = mpsc::channel();
    let mut errors = child.stderr.take().unwrap();
    std::thread::spawn(move || {
        let (mut text, mut byte) = (Vec::new(), [0]);
        while !text.ends_with(b"for want of threads\n") && errors.read(&mut byte).unwrap_or(0) > 0 {
            text.push(byte[0]);
        }
        let _ = told.send((String::from_utf8_lossy(&text).into_owned(), errors));
    });
    let (text, errors) = tells.recv_timeout(Duration::from_secs(30)).expect("no dump is printed");
    child.stderr = Some(errors);
    text
}

/// The child: every permit is with a task that does not return, and one task waits.
fn be_stuck(builder: &mut Builder) {
    let runtime = builder.worker_threads(1).max_blocking_threads(1).enable_all().build().unwrap();
    let (told, tells) = mpsc::channel();
    runtime.spawn(async move {
        runtime::spawn(async move {
            told.send(()).unwrap();
            loop {
                std::hint::spin_loop();
            }
        });
        runtime::time::sleep(Duration::from_secs(3_600)).await;
    });
    tells.recv().unwrap();
    println!("ready");
    let _ = std::io::stdin().read(&mut [0]); // until the parent ends
    std::process::exit(0);
}

fn assert_tells_of_both(text: &str) {
    assert!(text.contains("dump of runtime "), "{text}");
    assert!(text.contains("1 task waiting: sleep"), "{text}");
    assert!(text.contains("1 task running on worker 0"), "{text}");
}

#[test]
fn a_signal_that_the_environment_names_prints_a_dump_while_all_are_stuck() {
    if is_child() {
        be_stuck(&mut Builder::new_multi_thread());
    }
    let name = "a_signal_that_the_environment_names_prints_a_dump_while_all_are_stuck";
    let mut child = child(name, Some("SIGQUIT"));
    for _ in 0..2 {
        send(&child, Signal::QUIT); // and it goes on
        assert_tells_of_both(&dump_of(&mut child));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_signal_that_the_builder_names_prints_a_dump() {
    if is_child() {
        be_stuck(
            Builder::new_multi_thread().name("busy").dump_on_signal(SignalKind::user_defined1()),
        );
    }
    let mut child = child("a_signal_that_the_builder_names_prints_a_dump", None);
    send(&child, Signal::USR1);
    let text = dump_of(&mut child);
    assert_tells_of_both(&text);
    assert!(text.contains("\"busy\""), "{text}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_signal_that_cannot_be_caught_is_refused() {
    let kill = SignalKind::from_raw(9);
    let error = Builder::new_current_thread().dump_on_signal(kill).build().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}
