//! A process that gets only so much address space, so that it runs out of threads with large stacks.

use std::process::{Command, Output};

use super::watch;

const GIB: usize = 1 << 30;

/// How much there is.
pub const LIMIT: usize = 12 * GIB;

/// The stack of a thread of which there can be one and not two.
pub const STACK: usize = 8 * GIB;

const CHILD: &str = "GOSCHED_TEST_UNDER_A_LIMIT";

/// Runs `scenario` in a child process under the limit, or, if this is the child, at once. The child has to say so
/// many times that it has no threads.
pub fn under_the_limit(test: &str, reports: usize, scenario: impl FnOnce()) {
    let _watch = watch();
    if std::env::var_os(CHILD).is_some() {
        return scenario();
    }
    let this = std::env::current_exe().unwrap();
    let Output { status, stdout, stderr } = Command::new("sh")
        .args(["-c", "ulimit -v \"$1\" && exec \"$2\" --exact \"$3\" --nocapture", "sh"])
        .arg((LIMIT / 1024).to_string())
        .arg(this)
        .arg(test)
        .env(CHILD, "1")
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{status}\n{stdout}\n{stderr}");
    assert!(stdout.contains("1 passed"), "the child ran no test:\n{stdout}");
    assert_eq!(stderr.matches("no thread could be started").count(), reports, "{stderr}");
}
