//! Signals that a test sends, to itself and to children.

use std::process::{Command, Stdio};

/// Sends a signal to this thread: its handler has run when this returns.
pub fn send(number: i32) {
    // SAFETY: it is a bare system call.
    assert_eq!(unsafe { libc::raise(number) }, 0);
}

/// Sends a signal to another process.
pub fn send_to(process: u32, number: i32) {
    // SAFETY: it is a bare system call.
    let result = unsafe { libc::kill(process.try_into().unwrap(), number) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

/// This test once more, in a process of its own that finds `variable` set, and whose output is piped.
pub fn once_more(test: &str, variable: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(variable, "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}
