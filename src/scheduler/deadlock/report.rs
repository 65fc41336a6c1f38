//! What is said of a deadlock, and to whom.

use std::sync::Arc;

use crate::scheduler::Scheduler;
use crate::scheduler::threads::say;

/// What happens when all tasks are asleep and nothing can wake any of them; for [`Builder::on_deadlock`](crate::Builder::on_deadlock).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnDeadlock {
    /// It is said on standard error, once, with what each task waits for.
    #[default]
    Warn,
    /// The calls of `block_on` that wait panic, with the same text.
    ///
    /// Where the system does not tell of the threads of a process, which is everywhere but on Linux, somebody might still wake a
    /// task: there it is said on standard error instead.
    Panic,
    /// Nothing.
    Ignore,
}

/// Tells what the tasks of a scheduler wait for.
pub(crate) type Describe = fn(&Arc<Scheduler>) -> String;

const HEADLINE: &str =
    "all tasks are asleep: nothing that the runtime knows of can wake any of them";

/// Where the system does not tell of threads.
const UNLESS: &str = ", unless a thread of the program's own does";

/// Reports a deadlock to each runtime in which somebody waits. Not known for sure, it only warns.
pub(super) fn report(schedulers: &[&Arc<Scheduler>], is_sure: bool) {
    let unless = if is_sure { "" } else { UNLESS };
    for scheduler in schedulers.iter().filter(|scheduler| scheduler.is_waited_for()) {
        let text = || format!("{HEADLINE}{unless}\n\n{}", (scheduler.config.describe)(scheduler));
        match scheduler.config.on_deadlock {
            OnDeadlock::Ignore => {}
            OnDeadlock::Panic if is_sure => scheduler.roots.fail(&text().into()),
            OnDeadlock::Warn | OnDeadlock::Panic => say(text().trim_end()),
        }
    }
}
