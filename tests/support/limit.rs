//! A process that gets only so much address space, so that it runs out of threads with large stacks.

use std::process::{Command, Output};

use super::watch;

const GIB: usize = 1 << 30;

/// How much there is.
const LIMIT: usize = 12 * GIB;

/// The stack of a thread of which there can be one and not two.
pub const STACK: usize = 8 * GIB;

const CHILD: &str = "GOSCHED_TEST_UNDER_A_LIMIT";

/// Takes so much address space that no thread with a stack of [`STACK`] fits beside it.
#[must_use = "dropping it makes room again"]
pub fn without_room() -> Vec<u8> {
    // It is address space and not memory, which is never touched: the compiler must not see that nobody needs it.
    std::hint::black_box(Vec::with_capacity(LIMIT - STACK))
}

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
