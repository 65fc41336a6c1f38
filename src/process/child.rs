//! A process that was started.

use std::future::poll_fn;
use std::io;
use std::process::{ExitStatus, Output};

use super::output;
use super::running::Running;
use super::stdio::{ChildStderr, ChildStdin, ChildStdout};

/// A child process.
///
/// [`Command::spawn`](super::Command::spawn) makes it. To drop it does not end the process, unless
/// [`kill_on_drop`](super::Command::kill_on_drop) was asked for; see [the module](super#who-cleans-up) for what becomes of it then.
///
/// # Examples
///
/// ```
/// use runtime::process::Command;
///
/// # runtime::block_on(async {
/// let mut child = Command::new("sh").args(["-c", "exit 3"]).spawn()?;
/// let status = child.wait().await?;
/// assert_eq!(status.code(), Some(3));
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Child {
    running: Running,
    /// What the child reads from its standard input, if that is piped.
    pub stdin: Option<ChildStdin>,
    /// What the child writes to its standard output, if that is piped.
    pub stdout: Option<ChildStdout>,
    /// What the child writes to its standard error, if that is piped.
    pub stderr: Option<ChildStderr>,
}

impl Child {
    /// Takes a child over whose streams become the runtime's. If that fails, there is nobody who could have the child, and it is
    /// killed.
    #[track_caller]
    pub(super) fn new(mut child: std::process::Child, kill_on_drop: bool) -> io::Result<Self> {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut child =
            Self { running: Running::new(child, true), stdin: None, stdout: None, stderr: None };
        if let Some(stdin) = stdin {
            child.stdin = Some(ChildStdin::from_std(stdin)?);
        }
        if let Some(stdout) = stdout {
            child.stdout = Some(ChildStdout::from_std(stdout)?);
        }
        if let Some(stderr) = stderr {
            child.stderr = Some(ChildStderr::from_std(stderr)?);
        }
        child.running.kill_on_drop = kill_on_drop;
        Ok(child)
    }

    /// The number that the system gave to the process; none when it is known how it ended, since then the system may give it to
    /// another.
    pub fn id(&self) -> Option<u32> {
        self.running.id()
    }

    /// Kills the process, and does not wait until it has ended: it is sent `SIGKILL`. One that has ended already is left
    /// as it is.
    ///
    /// # Errors
    ///
    /// If the system refuses: the process may have become another user's. If somebody else has asked the system how the process
    /// ended: its number may be another's by now, which is not killed.
    pub fn start_kill(&mut self) -> io::Result<()> {
        self.running.kill()
    }

    /// Kills the process, and waits until it has ended. One that has ended already is left as it is.
    ///
    /// # Cancel safety
    ///
    /// The process is killed at the first poll. How it ended is not lost.
    ///
    /// # Errors
    ///
    /// As [`start_kill`](Self::start_kill) and [`wait`](Self::wait).
    pub async fn kill(&mut self) -> io::Result<()> {
        self.start_kill()?;
        self.wait().await.map(drop)
    }

    /// Waits until the process has ended, and tells how. It may be called again, and tells the same.
    ///
    /// [`stdin`](Self::stdin) is closed before, if it is still there: a child that reads all of its input would not end. What the
    /// child writes is not read: one that writes much to a pipe ends only if somebody reads it.
    /// [`wait_with_output`](Self::wait_with_output) does. It takes one unit of the task's budget.
    ///
    /// # Cancel safety
    ///
    /// How the process ended is not lost: the next call tells it. The input is closed at the first poll.
    ///
    /// # Errors
    ///
    /// If somebody else has asked the system how the process ended, which is then not told again; or if there is no way to
    /// learn that it has ended, since the system has no descriptors or threads left.
    ///
    /// # Panics
    ///
    /// If the process runs, and the runtime in which this is polled was built without I/O.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        poll_fn(|cx| self.running.poll_wait(cx)).await
    }

    /// How the process ended, if it has. Closes nothing, and wakes nobody later.
    ///
    /// # Errors
    ///
    /// If somebody else has asked the system how the process ended.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.running.try_wait()
    }

    /// Waits until the process has ended and its output and error streams have, and tells how it ended and what was
    /// read from them, where they are piped.
    ///
    /// Both are read at once, while it is waited, so that the child never has to. `stdin` is closed before.
    ///
    /// # Cancel safety
    ///
    /// What was read so far is lost, and the child is dropped.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait), and as a read.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    pub async fn wait_with_output(self) -> io::Result<Output> {
        output::collect(self).await
    }
}
