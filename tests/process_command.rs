//! What a command passes on to what it starts.
#![cfg(all(unix, feature = "process"))]

mod support;

use std::io::ErrorKind;
use std::process::{Command as StdCommand, Stdio};

use runtime::Builder;
use runtime::process::Command;
use support::{current_thread, text_of, watch};

/// What a command writes.
fn written(command: &mut Command) -> String {
    let output = current_thread().block_on(command.output()).unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn a_command_passes_on_what_it_was_told() {
    let _watch = watch();
    assert_eq!(written(Command::new("echo").arg("a b").args(["c", "d"])), "a b c d\n");
    assert_eq!(written(shell("echo $A$B").env("A", "1").envs([("B", "2")])), "12\n");
    let mut without = shell("echo ${HOME-none}${A-none}");
    assert_eq!(written(without.env("A", "1").env_remove("A").env_remove("HOME")), "nonenone\n");
    let mut bare = Command::new("/usr/bin/env");
    assert_eq!(written(bare.env("A", "1").env_clear().env("B", "2")), "B=2\n");
    assert_eq!(written(Command::new("pwd").current_dir("/")), "/\n");
    assert_eq!(written(Command::new("sh").arg0("name").args(["-c", "echo $0"])), "name\n");
    assert_eq!(written(shell("cat").stdin(Stdio::null())), "");
}

#[test]
fn a_command_may_be_started_again() {
    let _watch = watch();
    let mut command = Command::new("echo");
    command.arg("1");
    assert_eq!(written(&mut command), "1\n");
    assert_eq!(written(command.arg("2")), "1 2\n");
}

#[test]
#[cfg(target_os = "linux")]
fn a_command_may_run_as_another_user_and_in_another_group() {
    let _watch = watch();
    if written(Command::new("id").arg("-u")).trim() == "0" {
        assert_eq!(written(Command::new("id").arg("-u").uid(65_534)), "65534\n");
        assert_eq!(written(Command::new("id").arg("-g").gid(65_534)), "65534\n");
    }
    // The number of the group is the fifth of what the system says of the process.
    let mut own = shell("read a b c d group rest < /proc/self/stat; echo $group");
    let theirs = written(own.process_group(0));
    let ours = written(&mut shell("read a b c d group rest < /proc/self/stat; echo $group"));
    assert_ne!(theirs, ours);
}

#[test]
fn a_closure_runs_before_the_program() {
    let _watch = watch();
    let mut command = Command::new("pwd");
    // SAFETY: the closure makes one system call.
    unsafe { command.pre_exec(|| std::env::set_current_dir("/usr")) };
    assert_eq!(written(&mut command), "/usr\n");
    // SAFETY: the closure does nothing.
    unsafe { command.pre_exec(|| Err(std::io::Error::from_raw_os_error(libc::EXDEV))) };
    let error = current_thread().block_on(command.output()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EXDEV));
}

#[test]
fn a_command_is_one_of_the_standard_library() {
    let _watch = watch();
    let mut std = StdCommand::new("echo");
    std.arg("1");
    let mut command = Command::from(std);
    assert!(!command.get_kill_on_drop());
    assert!(command.kill_on_drop(true).get_kill_on_drop());
    assert!(!command.kill_on_drop(false).get_kill_on_drop());
    command.as_std_mut().arg("2");
    assert_eq!(command.as_std().get_args().count(), 2);
    let output = command.into_std().output().unwrap();
    assert_eq!(output.stdout, b"1 2\n");
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    let _watch = watch();
    let runtime = current_thread();
    let mut command = Command::new("/no/such/program");
    let _entered = runtime.enter();
    assert_eq!(command.spawn().unwrap_err().kind(), ErrorKind::NotFound);
    let (status, output) = (command.status(), command.output());
    assert_eq!(runtime.block_on(status).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(runtime.block_on(output).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn status_and_output_start_the_program_at_once() {
    let _watch = watch();
    let directory = tempfile::tempdir().unwrap();
    let runtime = current_thread();
    let _entered = runtime.enter();
    let mut touch = Command::new("touch");
    touch.current_dir(&directory);
    drop(touch.arg("status").status());
    drop(touch.arg("output").output());
    for name in ["status", "output"] {
        support::eventually("it runs", || directory.path().join(name).exists());
    }
}

#[test]
fn status_closes_the_streams() {
    let _watch = watch();
    let mut cat = Command::new("cat");
    cat.stdin(Stdio::piped());
    assert!(current_thread().block_on(cat.status()).unwrap().success());
    // More than a pipe holds: the writer is told that nobody reads.
    let mut zeros = shell("head -c 1000000 /dev/zero || exit 5");
    zeros.stdout(Stdio::piped()).stderr(Stdio::null());
    assert!(!current_thread().block_on(zeros.status()).unwrap().success());
}

#[test]
fn a_runtime_without_io_is_told_from_before_there_is_a_child() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    let directory = tempfile::tempdir().unwrap();
    let mut touch = Command::new("touch");
    touch.current_dir(&directory).arg("file");
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| touch.spawn()));
    assert!(text_of(&*panic.unwrap_err()).contains("enable_io"));
    assert!(!directory.path().join("file").exists());
}
