//! A dump on a signal, printed by a child process: this test program, run again for one of its tests. Nothing that the signal's handler
//! needs is with a worker or the debug page, so it prints while those are stuck or busy.
#![cfg(all(
    feature = "rt-multi-thread",
    feature = "signal",
    feature = "time",
    target_os = "linux"
))]

#[cfg(feature = "debug-page")]
mod support;

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
    child_and_line(test, dump).0
}

/// The same, with the line in which it says so.
fn child_and_line(test: &str, dump: Option<&str>) -> (Child, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    command.env_remove("RUNTIME_DUMP").envs(dump.map(|value| ("RUNTIME_DUMP", value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.map_while(Result::ok).find(|line| line.contains("ready"));
    (child, ready.expect("it ended"))
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

/// The child: every permit is with a task that blocks its thread, one task waits, and a page tells of it.
#[cfg(feature = "debug-page")]
fn be_blocked_beside_a_page() {
    const WORKERS: usize = 2;
    let page = runtime::debug::serve("127.0.0.1:0").unwrap();
    let mut builder = Builder::new_multi_thread();
    // Without a thread more, no permit is retaken.
    builder.worker_threads(WORKERS).max_blocking_threads(1).enable_all().name("blocked");
    let runtime = builder.build().unwrap();
    drop(runtime.spawn(runtime::time::sleep(Duration::from_secs(3_600))));
    while runtime.handle().profile().groups().is_empty() {
        std::thread::sleep(Duration::from_millis(1)); // until that has waited
    }
    let (told, tells) = mpsc::channel();
    for _ in 0..WORKERS {
        let told = told.clone();
        runtime.spawn(async move {
            told.send(()).unwrap();
            std::thread::sleep(Duration::from_secs(3_600));
        });
    }
    tells.iter().take(WORKERS).for_each(drop);
    println!("ready\t{}", page.local_addr());
    let _ = std::io::stdin().read(&mut [0]); // until the parent ends
    std::process::exit(0);
}

#[cfg(feature = "debug-page")]
#[test]
fn a_signal_prints_a_dump_while_all_workers_are_blocked_and_the_page_is_busy() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

    if is_child() {
        be_blocked_beside_a_page();
    }
    let _watch = support::watch();
    let name = "a_signal_prints_a_dump_while_all_workers_are_blocked_and_the_page_is_busy";
    let (mut child, ready) = child_and_line(name, Some("SIGQUIT"));
    let (_, address) = ready.split_once('\t').expect("it says where its page is");
    let address = address.parse().unwrap();
    let (is_over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let readers = [(); 3].map(|()| {
        let (is_over, answers) = (is_over.clone(), answers.clone());
        std::thread::spawn(move || {
            while !is_over.load(SeqCst) {
                let number = support::page::number_of(address, "blocked");
                let path = format!("/debug/tasks.json?runtime={number}");
                assert_eq!(support::page::get_json(address, &path)["listed"], 3);
                answers.fetch_add(1, SeqCst);
            }
        })
    });
    for _ in 0..5 {
        let before = answers.load(SeqCst);
        support::eventually("the page answers", || answers.load(SeqCst) > before);
        send(&child, Signal::QUIT);
        let text = dump_of(&mut child);
        assert!(text.contains("1 task waiting: sleep"), "{text}");
        for worker in 0..2 {
            assert!(text.contains(&format!("1 task running on worker {worker}")), "{text}");
        }
        assert_eq!(text.matches("dump of runtime ").count(), 1, "not of the page's own: {text}");
    }
    is_over.store(true, SeqCst);
    readers.into_iter().for_each(|reader| reader.join().expect("the page answers"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_signal_that_cannot_be_caught_is_refused() {
    let kill = SignalKind::from_raw(9);
    let error = Builder::new_current_thread().dump_on_signal(kill).build().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}
