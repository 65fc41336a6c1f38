//! Which signal.

use std::ffi::c_int;

/// A kind of signal.
///
/// # Examples
///
/// ```
/// use runtime::signal::unix::SignalKind;
///
/// assert_eq!(SignalKind::from_raw(15), SignalKind::terminate());
/// assert_eq!(SignalKind::terminate().as_raw_value(), 15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignalKind(c_int);

impl SignalKind {
    /// The one with this number, which may be of any system, and wrong: [`signal`](super::signal) looks at it.
    pub const fn from_raw(signum: c_int) -> Self {
        Self(signum)
    }

    /// The system's number of it.
    pub const fn as_raw_value(&self) -> c_int {
        self.0
    }

    /// `SIGALRM`: a timer of the system is over. Ends the process where nobody listens.
    pub const fn alarm() -> Self {
        Self(libc::SIGALRM)
    }

    /// `SIGCHLD`: a child of the process has ended, or was stopped or continued. Does nothing where nobody listens.
    pub const fn child() -> Self {
        Self(libc::SIGCHLD)
    }

    /// `SIGHUP`: the terminal is gone; servers often take it for "read your configuration anew". Ends the process where nobody
    /// listens.
    pub const fn hangup() -> Self {
        Self(libc::SIGHUP)
    }

    /// `SIGINFO`: somebody asks how far the process is. Does nothing where nobody listens.
    #[cfg(any(
        target_os = "dragonfly",
        target_os = "freebsd",
        target_os = "illumos",
        target_os = "macos",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    pub const fn info() -> Self {
        Self(libc::SIGINFO)
    }

    /// `SIGINT`: somebody pressed Ctrl-C. Ends the process where nobody listens.
    pub const fn interrupt() -> Self {
        Self(libc::SIGINT)
    }

    /// `SIGIO`: a descriptor for which that was asked is ready.
    #[cfg(not(target_os = "haiku"))]
    pub const fn io() -> Self {
        Self(libc::SIGIO)
    }

    /// `SIGPOLL`: a descriptor for which that was asked is ready.
    #[cfg(target_os = "haiku")]
    pub const fn io() -> Self {
        Self(libc::SIGPOLL)
    }

    /// `SIGPIPE`: the process wrote to a pipe that nobody reads. Rust programs ignore it, and get an error from the write.
    pub const fn pipe() -> Self {
        Self(libc::SIGPIPE)
    }

    /// `SIGQUIT`: somebody wants the process to end and to leave its memory for inspection, which it does where nobody listens.
    pub const fn quit() -> Self {
        Self(libc::SIGQUIT)
    }

    /// `SIGTERM`: somebody wants the process to end, which it does where nobody listens.
    pub const fn terminate() -> Self {
        Self(libc::SIGTERM)
    }

    /// `SIGUSR1`: whatever the program takes it for. Ends the process where nobody listens.
    pub const fn user_defined1() -> Self {
        Self(libc::SIGUSR1)
    }

    /// `SIGUSR2`: whatever the program takes it for. Ends the process where nobody listens.
    pub const fn user_defined2() -> Self {
        Self(libc::SIGUSR2)
    }

    /// `SIGWINCH`: the terminal has another size. Does nothing where nobody listens.
    pub const fn window_change() -> Self {
        Self(libc::SIGWINCH)
    }
}

impl From<c_int> for SignalKind {
    fn from(signum: c_int) -> Self {
        Self::from_raw(signum)
    }
}

impl From<SignalKind> for c_int {
    fn from(kind: SignalKind) -> Self {
        kind.as_raw_value()
    }
}
