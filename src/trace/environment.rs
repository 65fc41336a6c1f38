//! `RUNTIME_TRACE=file`: a trace of a program that knows nothing of it.
//!
//! It is recorded from the first runtime on, and written when the last one ends, which is the end of `#[main]` too, or else
//! when the process exits, since the global runtime has no end. If another runtime is built after that, the file is
//! written anew at the next such end, with what is there by then.
//!
//! A child process that is forked off records for itself, into a file with its number at the end of the name.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::user::{FlightRecorder, Options};
use crate::util::contain::contain;
use crate::util::process::{PerProcess, Process, at_exit};

/// What is to be done in this process.
#[derive(Debug)]
struct Plan {
    /// How many runtimes there are. It orders nothing: who ends the last one has ended it.
    runtimes: AtomicUsize,
    file: Option<(PathBuf, FlightRecorder)>,
}

static PLAN: PerProcess<Plan> = PerProcess::new();

impl Plan {
    fn of_environment() -> Self {
        let path = std::env::var_os("RUNTIME_TRACE").filter(|path| !path.is_empty());
        let file = path.map(|mut path| {
            if Process::current().is_forked() {
                path.push(format!(".{}", std::process::id()));
            }
            at_exit(write_if_any_is_left);
            (PathBuf::from(path), Options::new().flight_recorder())
        });
        Self { runtimes: AtomicUsize::new(0), file }
    }

    fn write(&self) {
        let Some((path, recorder)) = &self.file else { return };
        if let Err(error) = recorder.snapshot().save(path) {
            let path = path.display();
            // A closed stderr is no reason to panic.
            let _ = writeln!(
                io::stderr(),
                "gosched: the trace could not be written to {path}, which RUNTIME_TRACE names: {error}"
            );
        }
    }
}

/// A runtime was built.
pub(crate) fn runtime_built() {
    PLAN.get(Plan::of_environment).runtimes.fetch_add(1, Relaxed);
}

/// A runtime has ended.
pub(crate) fn runtime_ended() {
    // One of a parent process was not counted here.
    let Some(plan) = PLAN.peek() else { return };
    let before = plan.runtimes.fetch_update(Relaxed, Relaxed, |runtimes| runtimes.checked_sub(1));
    if before == Ok(1) {
        plan.write();
    }
}

extern "C" fn write_if_any_is_left() {
    if let Some(plan) = PLAN.peek().filter(|plan| plan.runtimes.load(Relaxed) > 0) {
        contain(|| plan.write());
    }
}
