//! What to start, and how.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command as StdCommand, ExitStatus, Output, Stdio};

use super::Child;
use crate::runtime::driver;

/// A program that is to be started as a child process, with its arguments and its surroundings.
///
/// It is the standard library's [`Command`](StdCommand), and says the same by the same methods; only what waits is different. One
/// may be started any number of times.
///
/// # Examples
///
/// ```
/// use runtime::process::Command;
///
/// # runtime::block_on(async {
/// let status = Command::new("test").args(["1", "-eq", "1"]).status().await?;
/// assert!(status.success());
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Command {
    std: StdCommand,
    kill_on_drop: bool,
}

impl Command {
    /// Without arguments, in the directory and with the environment of this process, and with its standard streams.
    ///
    /// A `program` without a slash is looked for in the directories that the variable `PATH` names.
    pub fn new<S: AsRef<OsStr>>(program: S) -> Self {
        StdCommand::new(program).into()
    }

    /// The standard library's, to be looked at.
    pub fn as_std(&self) -> &StdCommand {
        &self.std
    }

    /// The standard library's, to be changed. What is started through it is not this module's.
    pub fn as_std_mut(&mut self) -> &mut StdCommand {
        &mut self.std
    }

    /// The standard library's, which knows nothing of [`kill_on_drop`](Self::kill_on_drop).
    pub fn into_std(self) -> StdCommand {
        self.std
    }

    /// Adds an argument, which is one however many spaces it has.
    pub fn arg<S: AsRef<OsStr>>(&mut self, arg: S) -> &mut Self {
        self.std.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<I, S>(&mut self, args: I) -> &mut Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.std.args(args);
        self
    }

    /// Sets a variable of the environment.
    pub fn env<K: AsRef<OsStr>, V: AsRef<OsStr>>(&mut self, key: K, val: V) -> &mut Self {
        self.std.env(key, val);
        self
    }

    /// Sets variables of the environment.
    pub fn envs<I, K, V>(&mut self, vars: I) -> &mut Self
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.std.envs(vars);
        self
    }

    /// Leaves a variable out of the environment.
    pub fn env_remove<K: AsRef<OsStr>>(&mut self, key: K) -> &mut Self {
        self.std.env_remove(key);
        self
    }

    /// Leaves out all variables, also those of this process.
    pub fn env_clear(&mut self) -> &mut Self {
        self.std.env_clear();
        self
    }

    /// Sets the directory that the program is started in.
    pub fn current_dir<P: AsRef<Path>>(&mut self, dir: P) -> &mut Self {
        self.std.current_dir(dir);
        self
    }

    /// Sets what the standard input of the program is.
    pub fn stdin<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Self {
        self.std.stdin(cfg);
        self
    }

    /// Sets what the standard output of the program is.
    pub fn stdout<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Self {
        self.std.stdout(cfg);
        self
    }

    /// Sets what the standard error of the program is.
    pub fn stderr<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Self {
        self.std.stderr(cfg);
        self
    }

    /// Whether the process is killed if its [`Child`], or the future of [`status`](Self::status) or [`output`](Self::output), is
    /// dropped while it runs. It is not, unless this is called.
    ///
    /// What the process has started in turn goes on.
    pub fn kill_on_drop(&mut self, kill_on_drop: bool) -> &mut Self {
        self.kill_on_drop = kill_on_drop;
        self
    }

    /// Whether the process is killed if its [`Child`] is dropped while it runs.
    pub fn get_kill_on_drop(&self) -> bool {
        self.kill_on_drop
    }

    /// Sets the user that the program runs as.
    pub fn uid(&mut self, id: u32) -> &mut Self {
        self.std.uid(id);
        self
    }

    /// Sets the group that the program runs as.
    pub fn gid(&mut self, id: u32) -> &mut Self {
        self.std.gid(id);
        self
    }

    /// Sets the argument before the first, by which a program knows its name. Else it is what [`new`](Self::new) was given.
    pub fn arg0<S: AsRef<OsStr>>(&mut self, arg: S) -> &mut Self {
        self.std.arg0(arg);
        self
    }

    /// Sets the group of processes that the process is in, by its number; zero makes a group of its own. A signal that the
    /// terminal sends to this group, such as that of Ctrl-C, does not reach it then.
    pub fn process_group(&mut self, pgroup: i32) -> &mut Self {
        self.std.process_group(pgroup);
        self
    }

    /// Has a closure called in the child, between `fork` and `exec`, after those that were given before.
    ///
    /// If one fails, the program is not started, and [`spawn`](Self::spawn) returns its error.
    ///
    /// # Safety
    ///
    /// As for [`CommandExt::pre_exec`]: the child has one thread of this process, and whatever the others had locked stays so. The
    /// closure may do only what is allowed in the handler of a signal; it must not allocate, nor use anything of this crate.
    pub unsafe fn pre_exec<F>(&mut self, f: F) -> &mut Self
    where
        F: FnMut() -> io::Result<()> + Send + Sync + 'static,
    {
        // SAFETY: the caller promises what is asked for.
        unsafe { self.std.pre_exec(f) };
        self
    }

    /// Starts the program.
    ///
    /// The thread is blocked for as long as the system takes for that, which is less than a millisecond as a rule.
    ///
    /// # Errors
    ///
    /// [`NotFound`](io::ErrorKind::NotFound) if there is no such program; [`WouldBlock`](io::ErrorKind::WouldBlock) if the
    /// system allows no more processes; or if it has no descriptors left, or refuses for another reason. Then there is no child.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn spawn(&mut self) -> io::Result<Child> {
        // What a runtime without I/O, or without descriptors for it, has to say, it says before there is a child.
        driver::io()?;
        Child::new(self.std.spawn()?, self.kill_on_drop)
    }

    /// Starts the program, and waits until it has ended.
    ///
    /// It is started by the call, not by the first poll. Streams that are piped are closed, so that neither side waits for the
    /// other.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, how the program ended is lost. It goes on, unless
    /// [`kill_on_drop`](Self::kill_on_drop) says otherwise.
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn) and [`Child::wait`].
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn status(&mut self) -> impl Future<Output = io::Result<ExitStatus>> + use<> {
        let child = self.spawn();
        async {
            let mut child = child?;
            drop((child.stdin.take(), child.stdout.take(), child.stderr.take()));
            child.wait().await
        }
    }

    /// Starts the program, waits until it has ended, and gives all that it wrote.
    ///
    /// It is started by the call, not by the first poll. Its output and error streams are piped, whatever was said of them before.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, all is lost. The program goes on, unless
    /// [`kill_on_drop`](Self::kill_on_drop) says otherwise; it may end when it writes, since nobody reads.
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn) and [`Child::wait_with_output`].
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn output(&mut self) -> impl Future<Output = io::Result<Output>> + use<> {
        self.std.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = self.spawn();
        async { child?.wait_with_output().await }
    }
}

impl From<StdCommand> for Command {
    fn from(std: StdCommand) -> Self {
        Self { std, kill_on_drop: false }
    }
}
