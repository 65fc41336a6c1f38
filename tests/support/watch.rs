//! The watchdog: a test that hangs ends the process, and says who waited for what.

use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// After so long a test hangs. Much longer than any takes, also on a loaded machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Who waits before which gate.
static WAITING: Mutex<Vec<(String, &'static str)>> = Mutex::new(Vec::new());

/// Ends the process unless it is dropped in time.
#[must_use = "the watch ends when it is dropped"]
pub struct Watch(#[expect(dead_code, reason = "its drop is the message")] Sender<()>);

/// Watches the calling test.
pub fn watch() -> Watch {
    watch_for(LIMIT)
}

/// Watches the calling test, which hangs if it takes longer.
pub fn watch_for(limit: Duration) -> Watch {
    let (alive, done) = channel();
    let test = thread_name();
    thread::spawn(move || {
        if done.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            eprintln!("`{test}` hangs.");
            report();
            std::process::exit(101);
        }
    });
    Watch(alive)
}

fn thread_name() -> String {
    thread::current().name().unwrap_or("a thread without a name").to_owned()
}

fn report() {
    for (thread, gate) in WAITING.lock().unwrap().iter() {
        eprintln!("  {thread} waits before the gate `{gate}`");
    }
    // What each thread waits for in the kernel: the parked ones stand in a futex, say.
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let read = |file| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let (name, at) = (read("comm"), read("wchan"));
        eprintln!("  thread {:?} {} in {at}", task.file_name(), name.trim_end());
    }
}

/// A thread's entry in the list of those that wait.
pub struct Waiting(String, &'static str);

impl Waiting {
    pub fn before(gate: &'static str) -> Self {
        let entry = Self(thread_name(), gate);
        WAITING.lock().unwrap().push((entry.0.clone(), gate));
        entry
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut waiting = WAITING.lock().unwrap();
        if let Some(at) = waiting.iter().position(|w| w.0 == self.0 && w.1 == self.1) {
            waiting.swap_remove(at);
        }
    }
}
