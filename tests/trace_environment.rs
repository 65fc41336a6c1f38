//! `RUNTIME_TRACE`: a program that knows nothing of traces leaves one. Each program is this one, in a child process.
#![cfg(all(unix, feature = "macros", feature = "rt-multi-thread"))]

mod support;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use support::watch;

const CHILD: &str = "GOSCHED_TEST_TRACE";

/// Runs `program` in a child process with this file to trace to, or, if this is the child, at once; returns what the child
/// says on standard error.
fn with_trace(test: &str, file: &Path, program: impl FnOnce()) -> Option<String> {
    let _watch = watch();
    if std::env::var_os(CHILD).is_some() {
        program();
        return None;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, file).env("RUNTIME_TRACE", file);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success() && stdout.contains("1 passed"), "{status}\n{stdout}\n{stderr}");
    Some(stderr.into_owned())
}

/// How many events of the file have this name.
fn count(file: &Path, name: &str) -> usize {
    let json: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let events = json["traceEvents"].as_array().expect("there are events");
    events.iter().filter(|event| event["name"] == name).count()
}

#[runtime::main]
async fn marks(text: &str) {
    runtime::trace::mark(text);
}

#[test]
fn the_end_of_main_writes_the_trace() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace.json");
    let program = || {
        let file = std::env::var(CHILD).unwrap();
        marks("first");
        assert_eq!(count(Path::new(&file), "first"), 1, "it is written at once");
        marks("second");
    };
    if with_trace("the_end_of_main_writes_the_trace", &file, program).is_some() {
        assert_eq!((count(&file, "first"), count(&file, "second")), (1, 1));
    }
}

#[test]
fn the_end_of_a_process_with_a_global_runtime_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace.json");
    let program = || runtime::block_on(async { runtime::trace::mark("in the global runtime") });
    if with_trace("the_end_of_a_process_with_a_global_runtime_writes_it", &file, program).is_some()
    {
        assert_eq!(count(&file, "in the global runtime"), 1);
    }
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let file = Path::new("/nonexistent/trace.json");
    let said = with_trace("a_file_that_cannot_be_written_is_named", file, || marks("lost"));
    if let Some(said) = said {
        assert!(said.contains("RUNTIME_TRACE") && said.contains("/nonexistent"), "{said}");
    }
}
