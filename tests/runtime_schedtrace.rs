//! The lines that `RUNTIME_SCHEDTRACE` asks for: what they say, and that they come while every worker is stuck.
//!
//! Each scenario runs in a child process, whose lines are read. When the expected one has come, the child's input is closed,
//! and the child goes on.

mod support;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use futures::executor;
use runtime::{Builder, Runtime, task};
use support::{eventually, watch};

const CHILD: &str = "GOSCHED_TEST_SCHEDTRACE";

/// Runs `scenario` if this is the child; else starts it, and has `read` look at its lines.
fn with_lines(test: &str, scenario: impl FnOnce(), read: impl FnOnce(&mut Lines)) {
    let _watch = watch();
    if std::env::var_os(CHILD).is_some() {
        return scenario();
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    command.env("RUNTIME_SCHEDTRACE", "20");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let mut lines = Lines { child, stderr, seen: String::new() };
    read(&mut lines);
    let Lines { mut child, mut stderr, mut seen } = lines;
    drop(child.stdin.take());
    stderr.read_to_string(&mut seen).unwrap();
    assert!(child.wait().unwrap().success(), "{seen}");
}

/// In the child: waits until the parent has seen what it wants. Blocks the thread.
fn wait_for_parent() {
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

struct Lines {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    seen: String,
}

impl Lines {
    /// The next line in which all of these are.
    fn next_with(&mut self, fields: &[&str]) -> String {
        loop {
            let mut line = String::new();
            let read = self.stderr.read_line(&mut line).unwrap();
            assert!(read > 0, "no line has {fields:?}:\n{}", self.seen);
            self.seen.push_str(&line);
            let has = |field: &&str| line.split_whitespace().any(|word| word == *field);
            if line.starts_with("schedtrace ") && fields.iter().all(has) {
                return line;
            }
        }
    }
}

fn with_bound(workers: usize, bound: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers).max_blocking_threads(bound).name("traced").build().unwrap()
}

#[test]
fn lines_come_while_every_worker_is_stuck() {
    let scenario = || {
        let runtime = with_bound(2, 1); // nobody may stand in
        for _ in 0..10 {
            executor::block_on(runtime.spawn(task::yield_now())).unwrap();
        }
        let polled = Arc::new(AtomicUsize::new(0));
        let stuck = [0, 1].map(|_| {
            let polled = Arc::clone(&polled);
            runtime.spawn(async move {
                polled.fetch_add(1, SeqCst);
                wait_for_parent();
            })
        });
        // A permit that is not idle may be that of a worker which still looks for tasks.
        eventually("both are polled", || polled.load(SeqCst) == 2);
        let behind = [0; 3].map(|_| runtime.spawn(async {}));
        behind.into_iter().chain(stuck).for_each(|task| executor::block_on(task).unwrap());
    };
    with_lines("lines_come_while_every_worker_is_stuck", scenario, |lines| {
        let stuck = ["name=\"traced\"", "permits=2", "idle=0", "spare=0", "tasks=5", "injector=3"];
        let first = lines.next_with(&stuck);
        // Nothing happens, and they go on.
        let still = [&stuck[..], &["spawned=+0", "polls=+0", "steals=+0", "retakes=+0"]].concat();
        let later = lines.next_with(&still);
        let at = |line: &str| line[11..line.find("ms:").unwrap()].parse::<u64>().unwrap();
        assert!(at(&later) > at(&first), "{first}{later}");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn lines_tell_of_permits_that_were_retaken() {
    let scenario = || {
        let runtime = with_bound(1, 8);
        let stuck = runtime.spawn(async {
            drop(task::spawn(async {}));
            wait_for_parent();
        });
        executor::block_on(stuck).unwrap();
    };
    with_lines("lines_tell_of_permits_that_were_retaken", scenario, |lines| {
        lines.next_with(&["permits=1", "idle=1", "spare=1", "blocked=1", "tasks=1", "queued=0"]);
        assert!(lines.seen.contains("retakes=+1"), "{}", lines.seen);
    });
}

#[test]
fn each_runtime_has_a_line_and_the_blocking_pool_is_in_it() {
    let scenario = || {
        let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        let other = Builder::new_current_thread().build().unwrap();
        other.spawn(async {});
        let calls = [0; 3].map(|_| runtime.spawn_blocking(wait_for_parent));
        runtime.block_on(async {
            for call in calls {
                call.await.unwrap();
            }
        });
    };
    with_lines("each_runtime_has_a_line_and_the_blocking_pool_is_in_it", scenario, |lines| {
        lines.next_with(&["runtime=1", "pool=1", "pool_idle=0", "pool_queue=2"]);
        lines.next_with(&["runtime=2", "permits=1", "idle=1", "injector=1", "tasks=1", "pool=0"]);
    });
}
