//! The text of a dump.
//!
//! Tasks that are alike in all but their numbers are one line with a count, the largest group first: of a million tasks that wait
//! at one place there is one thing to be said.

use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::{Dump, TaskDump, TaskKind, TaskState, WaitReason, WorkerDump};
use crate::task::Id;

/// What tasks of one group have in common.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Alike<'a> {
    kind: TaskKind,
    state: TaskState,
    reason: Option<WaitReason>,
    has_timeout: bool,
    spawned_at: &'static Location<'static>,
    type_name: &'static str,
    name: Option<&'a str>,
    /// Of one that runs.
    worker: Option<usize>,
}

/// So many of them, and one to look for.
struct Group {
    count: usize,
    first: Option<Id>,
    /// Of the one that has run for longest.
    elapsed: Option<Duration>,
}

impl<'a> Alike<'a> {
    fn of(task: &TaskDump<'a>) -> Self {
        Self {
            kind: task.kind(),
            state: task.state(),
            reason: task.reason(),
            has_timeout: task.has_timeout(),
            spawned_at: task.spawned_at(),
            type_name: task.type_name(),
            name: task.name(),
            worker: task.worker(),
        }
    }
}

impl Group {
    fn add(&mut self, task: &TaskDump<'_>) {
        self.count += 1;
        self.first = match (self.first, task.id()) {
            (Some(first), Some(id)) => Some(first.min(id)),
            (first, id) => first.or(id),
        };
        self.elapsed = self.elapsed.max(task.elapsed());
    }
}

impl Dump {
    fn groups(&self) -> Vec<(Alike<'_>, Group)> {
        let mut groups = HashMap::new();
        for task in self.tasks() {
            let none = || Group { count: 0, first: None, elapsed: None };
            groups.entry(Alike::of(&task)).or_insert_with(none).add(&task);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by(|(alike, group), (other, others)| {
            others.count.cmp(&group.count).then_with(|| alike.cmp(other))
        });
        groups
    }
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = self.groups();
        let listed: usize = groups.iter().map(|(_, group)| group.count).sum();
        let total = listed + self.unlisted() + self.unlisted_local();
        writeln!(f, "runtime: {total} tasks, {} permits\n", self.worker_threads())?;
        groups.iter().try_for_each(|(alike, group)| write_group(f, alike, group))?;
        write_unlisted(f, self.unlisted(), "")?;
        write_unlisted(f, self.unlisted_local(), "local ")?;
        writeln!(f)?;
        self.workers().iter().try_for_each(|worker| writeln!(f, "{worker}"))?;
        let (pool, driver, monitor) = (self.blocking(), self.driver(), self.monitor());
        writeln!(f, "shared queue: {}", self.queued())?;
        if self.queued_local() > 0 {
            writeln!(f, "queues of local tasks: {}", self.queued_local())?;
        }
        writeln!(
            f,
            "blocking pool: {} threads, {} idle, {} closures wait",
            pool.threads, pool.idle, pool.queued
        )?;
        writeln!(f, "driver: {} registrations, {} timers", driver.registrations, driver.timers)?;
        writeln!(
            f,
            "monitor: {} permits retaken from tasks that blocked, {} from tasks that computed, {} left for want of threads",
            monitor.blocked_retakes, monitor.computing_retakes, monitor.refused_retakes
        )
    }
}

fn write_group(f: &mut fmt::Formatter<'_>, alike: &Alike<'_>, group: &Group) -> fmt::Result {
    let (one, many) = match alike.kind {
        TaskKind::Task => ("task", "tasks"),
        TaskKind::Local => ("local task", "local tasks"),
        TaskKind::Blocking => ("closure", "closures"),
        TaskKind::BlockOn => ("`block_on`", "calls of `block_on`"),
    };
    write!(f, "{} {}", group.count, if group.count == 1 { one } else { many })?;
    match (alike.state, alike.reason) {
        (TaskState::Running, _) => f.write_str(" running")?,
        (TaskState::Runnable, _) => f.write_str(" runnable")?,
        (TaskState::Waiting, None) => f.write_str(" waiting")?,
        (TaskState::Waiting, Some(reason)) => write!(f, " waiting: {reason}")?,
    }
    // What is called for its timeout need not be said to have one.
    if alike.has_timeout && alike.reason != Some(WaitReason::Timeout) {
        f.write_str(", with a timeout")?;
    }
    if let Some(worker) = alike.worker {
        write!(f, " on worker {worker}")?;
    }
    if let Some(elapsed) = group.elapsed {
        write!(f, " for {elapsed:.1?}")?;
    }
    match group.first {
        Some(id) if group.count > 1 => write!(f, " (first: {id})")?,
        Some(id) => write!(f, " ({id})")?,
        None => {}
    }
    if let Some(name) = alike.name {
        write!(f, " {name:?}")?;
    }
    writeln!(f, "\n    {}  {}", alike.spawned_at, alike.type_name)
}

pub(in crate::runtime) fn write_unlisted(
    f: &mut fmt::Formatter<'_>,
    count: usize,
    kind: &str,
) -> fmt::Result {
    match count {
        0 => Ok(()),
        1 => writeln!(f, "1 {kind}task not listed: it has not waited so far"),
        _ => writeln!(f, "{count} {kind}tasks not listed: they have not waited so far"),
    }
}

impl fmt::Display for WorkerDump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {}: ", self.index())?;
        match (self.spawned_at(), self.type_name()) {
            (Some(place), Some(type_name)) => {
                f.write_str("polls ")?;
                match self.task() {
                    Some(task) => write!(f, "task {task}")?,
                    None => f.write_str("a `block_on`")?,
                }
                if let Some(elapsed) = self.elapsed() {
                    write!(f, " for {elapsed:.1?}")?;
                }
                write!(f, ", {type_name} of {place}")?;
            }
            _ if self.has_permit() => f.write_str("is between two polls")?,
            _ if self.has_thread() => f.write_str("is idle")?,
            _ => f.write_str("has no thread")?,
        }
        if self.is_polling() && !self.has_permit() {
            f.write_str(", without a permit")?;
        }
        write!(f, ", queue: {}", self.queued())
    }
}
