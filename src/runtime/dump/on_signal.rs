//! Dumps on standard error, when a signal says so.
//!
//! They are wanted most when nothing goes on, since every worker is stuck. So a thread of its own waits for the signal and prints,
//! one a process and kind of signal. It is woken by the thread that delivers signals (`signal::unix::watcher`), holds no permit, and takes the short
//! locks that any dump takes. *Rejected*: a task that listens, which would wait for a permit; the monitor, which would leave
//! workers to themselves as long as it prints; to print in the handler of the signal, where next to nothing is allowed.
//!
//! The program has not received the signal by this: listeners of its own hear of each as ever.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::future::poll_fn;
use std::io::{self, ErrorKind, Write};
use std::thread;

use super::Dump;
use crate::runtime::environment::Variable;
use crate::scheduler::deadlock::Known;
use crate::scheduler::surveys_of_process;
use crate::signal::unix::{Signal, SignalKind, signal_for_a_tool};
use crate::util::block_thread::block_on_with;
use crate::util::process::PerProcess;
use crate::util::sync::Mutex;

/// The variable that names the signal.
const VARIABLE: &str = "RUNTIME_DUMP";

/// Names, without `SIG`.
const NAMES: &[(&str, i32)] = &[
    ("ALRM", libc::SIGALRM),
    ("CHLD", libc::SIGCHLD),
    ("HUP", libc::SIGHUP),
    ("INT", libc::SIGINT),
    ("IO", libc::SIGIO),
    ("PIPE", libc::SIGPIPE),
    ("PROF", libc::SIGPROF),
    ("QUIT", libc::SIGQUIT),
    ("TERM", libc::SIGTERM),
    ("TRAP", libc::SIGTRAP),
    ("TSTP", libc::SIGTSTP),
    ("URG", libc::SIGURG),
    ("USR1", libc::SIGUSR1),
    ("USR2", libc::SIGUSR2),
    ("WINCH", libc::SIGWINCH),
    ("XCPU", libc::SIGXCPU),
];

/// Prints from now on, when this signal comes, or the one that the environment asks for.
///
/// # Errors
///
/// If the environment names no signal, if it cannot be listened to, or if the system has no descriptors or threads left.
pub(in crate::runtime) fn start(chosen: Option<SignalKind>) -> io::Result<()> {
    static ASKED: Variable = Variable::new(VARIABLE);
    let asked = ASKED.get().map(parse).transpose()?;
    chosen.into_iter().chain(asked).try_for_each(listen)
}

fn listen(kind: SignalKind) -> io::Result<()> {
    static KINDS: PerProcess<Mutex<HashSet<SignalKind>>> = PerProcess::new();
    let mut kinds = KINDS.get(Mutex::default).lock();
    if kinds.contains(&kind) {
        return Ok(());
    }
    let signal = signal_for_a_tool(kind)?;
    thread::Builder::new().name("gosched-dump".into()).spawn(move || run(signal))?;
    kinds.insert(kind);
    Ok(())
}

fn run(mut signal: Signal) {
    let _known = Known::new();
    loop {
        block_on_with(poll_fn(|cx| signal.poll_signal(cx.waker())), || ());
        print();
    }
}

/// Prints what there is in each runtime of the process.
fn print() {
    let text: String = surveys_of_process()
        .into_iter()
        .map(|(number, name, survey)| {
            let name = name.map_or_else(String::new, |name| format!(" {name:?}"));
            format!("dump of runtime {number}{name}\n{}\n", Dump::new(survey))
        })
        .collect();
    // A closed standard error is no reason to panic. In one piece, so that no other line gets in between.
    let _ = io::stderr().write_all(text.as_bytes());
}

fn parse(value: &OsStr) -> io::Result<SignalKind> {
    let number = |text: &str| {
        let name = text.strip_prefix("SIG").unwrap_or(text);
        let named = NAMES.iter().find(|(known, _)| *known == name).map(|&(_, number)| number);
        named.or_else(|| text.parse().ok())
    };
    let number = value.to_str().and_then(number).filter(|&number| number > 0);
    number.map(SignalKind::from_raw).ok_or_else(|| {
        let text = format!(
            "the environment variable {VARIABLE} is {value:?}: set it to the name of a signal, such as SIGQUIT, or to its \
             number, or unset it"
        );
        io::Error::new(ErrorKind::InvalidInput, text)
    })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_taken_and_nonsense_is_named() {
        for text in ["SIGQUIT", "QUIT", "3"] {
            assert_eq!(parse(OsStr::new(text)).unwrap(), SignalKind::quit());
        }
        for nonsense in ["", "0", "-3", "SIG", "quit", "SIGNOTHING", "3.5"] {
            let text = parse(OsStr::new(nonsense)).unwrap_err().to_string();
            assert!(text.contains(&format!("RUNTIME_DUMP is {nonsense:?}")), "{text}");
        }
    }
}
