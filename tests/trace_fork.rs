//! `RUNTIME_TRACE` in a child that is forked off while the parent records: it leaves a trace of its own, and the parent's alone.
//!
//! Alone in its file, and with one test, as all that fork. The program is this one, in a child process, since the variable must
//! be there before its first runtime.
#![cfg(all(target_os = "linux", feature = "macros", feature = "rt-multi-thread"))]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use runtime::trace;
use serde_json::Value;
use support::{in_a_child, watch};

const FILE: &str = "RUNTIME_TRACE";
const TEST: &str = "a_forked_child_writes_a_trace_of_its_own";

/// How many events of the file have this name.
fn count(file: &Path, name: &str) -> usize {
    let json: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let events = json["traceEvents"].as_array().expect("there are events");
    events.iter().filter(|event| event["name"] == name).count()
}

#[runtime::main]
async fn marks(text: &str) {
    runtime::spawn(runtime::task::yield_now()).await.unwrap();
    trace::mark(text);
}

fn program(file: &Path) {
    marks("of the parent");
    in_a_child(|| {
        marks("of the child");
        let own = PathBuf::from(format!("{}.{}", file.display(), std::process::id()));
        assert_eq!((count(&own, "of the child"), count(&own, "of the parent")), (1, 0));
        std::fs::rename(own, file.with_extension("child")).unwrap();
    });
    assert_eq!((count(file, "of the child"), count(file, "of the parent")), (0, 1));
    marks("later");
    assert_eq!((count(file, "of the parent"), count(file, "later")), (1, 1));
}

#[test]
fn a_forked_child_writes_a_trace_of_its_own() {
    let _watch = watch();
    if let Some(file) = std::env::var_os(FILE) {
        return program(Path::new(&file));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace.json");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", TEST, "--nocapture"]).env(FILE, &file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(count(&file.with_extension("child"), "of the child"), 1, "the child was there");
}
