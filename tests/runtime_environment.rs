//! The number of worker threads may come from the environment, and what makes no sense there is an error that says so.
//!
//! Each scenario runs in a child process with variables of its own.

mod support;

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::{Command, Output};

use runtime::runtime::Runtime;
use runtime::{Builder, task};
use support::{text_of, watch};

const CHILD: &str = "GOSCHED_TEST_ENVIRONMENT";

/// Runs `scenario` in a child process with these variables, or, if this is the child, at once.
fn with_variables(test: &str, variables: &[(&str, &str)], scenario: impl FnOnce()) {
    let _watch = watch();
    if std::env::var_os(CHILD).is_some() {
        return scenario();
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    for name in ["RUNTIME_WORKERS", "TOKIO_WORKER_THREADS", "RUNTIME_SCHEDTRACE"] {
        command.env_remove(name);
    }
    let variables = variables.iter().map(|&(name, value)| (OsStr::new(name), value));
    let Output { status, stdout, stderr } = command.envs(variables).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{status}\n{stdout}\n{stderr}");
    assert!(stdout.contains("1 passed"), "the child ran no test:\n{stdout}");
}

#[track_caller]
fn assert_size(runtime: &Runtime, size: usize) {
    let shown = format!("{runtime:?}");
    assert!(shown.contains(&format!("worker_threads: {size},")), "{shown}");
}

#[test]
fn our_variable_comes_before_that_of_tokio() {
    let variables = [("RUNTIME_WORKERS", "3"), ("TOKIO_WORKER_THREADS", "nonsense")];
    with_variables("our_variable_comes_before_that_of_tokio", &variables, || {
        assert_size(&Runtime::new().unwrap(), 3);
    });
}

#[test]
fn the_variable_of_tokio_counts_too() {
    with_variables("the_variable_of_tokio_counts_too", &[("TOKIO_WORKER_THREADS", "5")], || {
        assert_size(&Runtime::new().unwrap(), 5);
    });
}

#[test]
fn who_builds_has_the_last_word() {
    with_variables("who_builds_has_the_last_word", &[("RUNTIME_WORKERS", "nonsense")], || {
        assert_size(&Builder::new_multi_thread().worker_threads(2).build().unwrap(), 2);
        assert_size(&Builder::new_current_thread().build().unwrap(), 1);
    });
}

#[test]
fn nonsense_is_an_error_that_names_the_variable_and_its_value() {
    let test = "nonsense_is_an_error_that_names_the_variable_and_its_value";
    with_variables(test, &[("TOKIO_WORKER_THREADS", "many")], || {
        let error = Runtime::new().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("TOKIO_WORKER_THREADS is \"many\""), "{error}");
    });
}

#[test]
fn the_global_runtime_says_what_is_wrong() {
    with_variables("the_global_runtime_says_what_is_wrong", &[("RUNTIME_WORKERS", "0")], || {
        let panic = std::panic::catch_unwind(|| drop(task::spawn(async {}))).unwrap_err();
        let text = text_of(&*panic);
        assert!(text.contains("RUNTIME_WORKERS is \"0\""), "{text}");
    });
}

/// The variables are looked at when main begins.
#[test]
fn main_says_what_is_wrong() {
    #[runtime::main]
    async fn program() {}

    with_variables("main_says_what_is_wrong", &[("RUNTIME_WORKERS", "1.5")], || {
        let panic = std::panic::catch_unwind(program).unwrap_err();
        let text = text_of(&*panic);
        assert!(text.contains("RUNTIME_WORKERS is \"1.5\""), "{text}");
    });
}

#[test]
fn nonsense_for_schedtrace_is_an_error_of_every_build() {
    let test = "nonsense_for_schedtrace_is_an_error_of_every_build";
    with_variables(test, &[("RUNTIME_SCHEDTRACE", "often")], || {
        for mut builder in [Builder::new_multi_thread(), Builder::new_current_thread()] {
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains("RUNTIME_SCHEDTRACE is \"often\""), "{error}");
        }
    });
}
