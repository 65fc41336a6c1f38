//! Processes that are forked off.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use super::{LONG, text_of};

/// Runs `f` in a child process, which must end well within some time.
pub fn in_a_child(f: impl FnOnce()) {
    // SAFETY: the child runs what this crate promises to bear; it prints nothing, and ends without destructors.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "{}", std::io::Error::last_os_error());
    if child == 0 {
        let result = catch_unwind(AssertUnwindSafe(f));
        let status = match &result {
            Ok(()) => 0,
            Err(panic) => {
                let _ = writeln!(std::io::stderr(), "in the child: {}", text_of(&**panic));
                1
            }
        };
        // SAFETY: it ends the process, and does nothing before.
        unsafe { libc::_exit(status) };
    }
    let mut status = 0;
    let begin = Instant::now();
    // SAFETY: it waits for a child of ours, and writes one number.
    while unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } == 0 {
        if begin.elapsed() > LONG {
            // SAFETY: the child was not waited for, so the number is still its.
            unsafe { libc::kill(child, libc::SIGKILL) };
            panic!("the child hangs");
        }
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(status, 0, "the child failed");
}
